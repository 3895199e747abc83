//! Sources whose money is stated award by award: what each one holds by its terms, less what was spent of it before the
//! plan and what its own activity earns; its instalments; what pools have of it. As the timeline has it.

use super::by_terms::ByTerms;
use super::figure::{Figure, sum_figures};
use super::instalments::Holding;
use super::parts::Flow;
use super::{Awards, Books, Part};
use crate::diagnostic::visible;
use crate::funding::{Authority, Receipts, Status, Stream, Terms, Tranche};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::name::{PoolIndex, StreamIndex};
use crate::plan::award::ProgramIncome;
use crate::plan::deduction;
use crate::report::workbook::braid::Draws;
use crate::report::workbook::earned::{lay_reimbursed_index, stated_kept};
use crate::report::workbook::formula::{Expression, most, sum, sum_of};
use crate::report::workbook::inputs::Inputs;
use crate::report::workbook::months::Months;
use crate::report::workbook::sheet::{Area, At, FIRST, LABEL, Role, Sheet, Unit, dollars, of_rate};
use crate::report::workbook::stated::{Before, Stating, part_of};

/// What is taken of an amount, one award after another.
pub(super) struct Taken {
    all: Figure,
    cells: Vec<At>,
    so_far: Money,
}

impl Taken {
    fn new(all: Figure) -> Taken {
        Taken { all, cells: Vec::new(), so_far: Money::ZERO }
    }

    /// What is left of it.
    pub(super) fn left(&self) -> Figure {
        match self.cells.is_empty() {
            true => self.all.clone(),
            false => {
                let left = self.all.formula.clone() - sum_of(&self.cells);
                Figure::new(left, self.all.amount - self.so_far)
            }
        }
    }

    pub(super) fn take(&mut self, (at, amount): (At, Money)) {
        self.cells.push(at);
        self.so_far += amount;
    }
}

/// Income that is taken off awards, by the first month of those that it was taken off.
pub(super) struct Income {
    sources: Vec<usize>,
    taken: Vec<((Month, Month), Taken)>,
}

/// One source while its awards are laid.
pub(super) struct Chain {
    pub(super) source: usize,
    /// The stream as an agreement that ends with its termination, where it settles to its end.
    stated: Stream,
    firsts: Vec<Month>,
    pub(super) spent: Option<Taken>,
    pub(super) cash: Option<Taken>,
    income: Option<Income>,
    pub(super) pools: Vec<(PoolIndex, At, Rate)>,
    before: Before,
    yearly: Yearly,
    /// The recoverable grants that its cash repays, and their months.
    pub(super) loans: Vec<(usize, Month)>,
    /// Whether a fee or a repayment asks what its terms bring.
    pub(super) is_asked: bool,
    /// What its terms bring so far.
    pub(super) by_terms: ByTerms,
    /// Its tranches as no termination cuts them.
    pub(super) in_full: Vec<Tranche>,
    /// The first month of the first that is reimbursed.
    pub(super) begun: Option<Month>,
    /// What each tranche holds by its terms, in the month in which it arises.
    holds: Vec<(usize, At, Money)>,
}

/// What tranches hold whose amounts follow from the year or the month in which they arise, by place.
struct Yearly {
    /// Whether a growth is stated, so that nothing else says them.
    grows: bool,
    formulas: Vec<Option<Expression>>,
}

/// What a tranche of the timeline holds.
#[derive(Clone)]
pub(super) struct Piece {
    pub(super) pool: Option<PoolIndex>,
    pub(super) award: u32,
    pub(super) period: u32,
    pub(super) amount: Figure,
    /// Cash of it that is held at the plan's start.
    pub(super) held: Option<Figure>,
    /// Cash beside that, beyond what is left of it.
    pub(super) over: Option<Figure>,
    /// Its instalments within the horizon, by place.
    pub(super) rows: Vec<(usize, At, Money)>,
    /// Whether its cash comes in advance.
    pub(super) advanced: bool,
    /// Whether it began before the plan and lapses.
    pub(super) running: bool,
    /// Whether something may have been spent of it before the plan.
    pub(super) spent: bool,
    /// Its cash to date, where pools have a part of it.
    pub(super) pooled: Option<Flow>,
}

/// What shares a window.
pub(super) struct Window {
    pub(super) key: (Month, Option<Month>),
    pub(super) opens: usize,
    pub(super) closes: usize,
    /// Its first row.
    pub(super) head: u32,
    pub(super) pieces: Vec<Piece>,
}

impl<'a> Awards<'a> {
    /// Lays a source award by award; nothing is left of it where the engine says otherwise, or alone knows.
    pub(super) fn lay_chain(
        &mut self,
        source: usize,
        (cash, view): (Option<At>, Status),
        (draws, months): (&Draws, &mut Months<'a>),
        inputs: &mut Inputs<'a>,
    ) -> Option<Part> {
        let (rows, over) = (self.sheet.rows.len(), self.over.len());
        let yearly = self.yearly(source, months, inputs);
        let part = self.try_chain(source, (cash, view), (draws, yearly), inputs);
        if part.is_none() {
            self.sheet.rows.truncate(rows);
            self.over.truncate(over);
        }
        part
    }

    /// What tranches hold whose amounts grow by the year, or that arise in a month and are reimbursed.
    fn yearly(
        &mut self,
        source: usize,
        months: &mut Months<'a>,
        inputs: &mut Inputs<'a>,
    ) -> Yearly {
        let plan = self.books.plan;
        let stream = &plan.streams[source];
        let index = lay_reimbursed_index(plan, stream, (&mut self.sheet, months, inputs));
        let mut own = Yearly { grows: index != Some(None), formulas: Vec::new() };
        let Some(index) = index else { return own };
        for tranche in stream.lower(&plan.setting()).map_or(Vec::new(), |lowered| lowered.tranches)
        {
            own.formulas.push(stated_kept(plan, stream, &tranche, (months, inputs), index));
        }
        own
    }

    fn try_chain(
        &mut self,
        source: usize,
        (cash, view): (Option<At>, Status),
        (draws, yearly): (&Draws, Yearly),
        inputs: &mut Inputs<'a>,
    ) -> Option<Part> {
        let plan = self.books.plan;
        let stream = &plan.streams[source];
        if stream.more.is_some() {
            return None;
        }
        let lowered = stream.lower(&plan.setting())?;
        let firsts = lowered.tranches.iter().map(|tranche| tranche.first).collect();
        let in_full = Stream { termination: None, ..stream.clone() }.lower(&plan.setting())?;
        let in_full = in_full.tranches;
        let mut chain = Chain {
            source,
            stated: stream.settled_to_its_end().unwrap_or_else(|| stream.clone()),
            firsts,
            spent: self.spent_before(source, cash, inputs),
            cash: None,
            income: self.income(source)?,
            pools: self.pools_of(source, inputs),
            before: Before::default(),
            yearly,
            loans: self.loans_of(source),
            is_asked: self.is_asked(source),
            by_terms: ByTerms::default(),
            in_full,
            begun: None,
            holds: Vec::new(),
        };
        let in_view = |tranche: &&Tranche| tranche.status <= view;
        let advanced = |tranche: &Tranche| matches!(tranche.receipts, Receipts::Advanced(_));
        if lowered.tranches.iter().filter(in_view).any(advanced) {
            let figure = plan.opening_of(StreamIndex::from(source));
            let figure = figure.map_or(Money::ZERO, |opening| opening.cash);
            chain.cash = cash.map(|at| Taken::new(Figure::of(at, figure)));
        }
        let in_window = |place: usize| {
            let tranche = &lowered.tranches[place];
            let window = plan.horizon.window(tranche.first, tranche.last)?;
            let key = (tranche.first, tranche.last);
            in_view(&tranche).then_some((place, tranche, key, window))
        };
        let held: Vec<_> = (0..lowered.tranches.len()).filter_map(in_window).collect();
        let mut windows: Vec<Window> = Vec::new();
        for (.., key, (opens, closes)) in &held {
            if windows.iter().all(|window| window.key != *key) {
                let (key, opens, closes) = (*key, *opens, *closes);
                windows.push(Window { key, opens, closes, head: 0, pieces: Vec::new() });
            }
        }
        let mut part = Part::default();
        let mut gathered = super::apart::Gathered::new(self.count());
        // Cash that no award leaves room for goes back with the running one, so that all of them stand before it.
        // So do awards of one window that others stand between.
        let runs = held.chunk_by(|one, next| one.2 == next.2);
        let first_all = chain.cash.is_some() || runs.clone().count() > windows.len();
        for run in runs {
            for (place, tranche, key, _) in run {
                let (head, piece) = self.lay_tranche(&mut chain, (*place, tranche), inputs)?;
                let window = windows.iter_mut().find(|window| window.key == *key)?;
                if window.pieces.is_empty() {
                    window.head = head;
                }
                window.pieces.push(piece);
            }
            let own = windows.iter().find(|window| window.key == run[0].2 && !first_all);
            if let Some(window) = own {
                self.lay_window(&chain, window, draws, &mut gathered)?;
            }
        }
        if first_all {
            self.give_back(&chain, &mut windows);
            for window in &windows {
                self.lay_window(&chain, window, draws, &mut gathered)?;
            }
        }
        self.gather(source, gathered, &mut part)?;
        if self.lowers_an_award(source) {
            let cells = |place: usize| {
                let own = chain.holds.iter().filter(move |(other, ..)| *other == place);
                own.map(|(_, at, amount)| (*at, *amount))
            };
            let figures = (0..self.count()).map(|place| cells(place).map(|(_, own)| own).sum());
            let formula = |_: &Sheet, _: u32, place: usize| {
                let own: Vec<At> = cells(place).map(|(at, _)| at).collect();
                (!own.is_empty()).then(|| sum_of(&own))
            };
            let row = self.row("   earned by its terms", formula, &figures.collect::<Vec<Money>>());
            self.earns.insert(source, row);
        }
        part.by_terms = chain.is_asked.then(|| Box::new(chain.by_terms));
        Some(part)
    }

    /// What was spent of a source before the plan.
    pub(super) fn spent_before(
        &self,
        source: usize,
        cash: Option<At>,
        inputs: &mut Inputs<'a>,
    ) -> Option<Taken> {
        let plan = self.books.plan;
        let stream = &plan.streams[source];
        let opening = plan.opening_of(StreamIndex::from(source));
        let spent = opening.map_or(Money::ZERO, |opening| opening.spent);
        let own = spent.is_positive().then(|| {
            let path = [format!("opening.stream.{}.spent", stream.name)];
            let label = "Spent before the plan, of periods that are open";
            Figure::of(inputs.figure(&path, label, dollars(spent), Unit::Money), spent)
        });
        let loan = match &stream.terms {
            Terms::Loan(loan) if loan.from < plan.horizon.start => loan,
            _ => return own.map(Taken::new),
        };
        // What was borrowed before and is not held any more is spent.
        let paths = super::super::stated::of(stream, &["amount"]);
        let at = inputs.figure(&paths, "Borrowed", dollars(loan.amount), Unit::Money);
        let borrowed = Figure::of(at, loan.amount);
        let held = opening.map_or(Money::ZERO, |opening| opening.cash);
        let gone = match cash {
            Some(cash) => borrowed.less(&Figure::of(cash, held)).floor_zero(),
            None => borrowed,
        };
        let spent = match own {
            Some(own) => Figure::new(
                most(own.formula, gone.formula),
                if own.amount > gone.amount { own.amount } else { gone.amount },
            ),
            None => gone,
        };
        Some(Taken::new(spent))
    }

    /// The pools that have a share of a source, each with the cell of its share.
    pub(super) fn pools_of(
        &self,
        source: usize,
        inputs: &mut Inputs<'a>,
    ) -> Vec<(PoolIndex, At, Rate)> {
        let plan = self.books.plan;
        let mut found = Vec::new();
        for (place, pool) in plan.pools.iter().enumerate() {
            let own = pool.members.iter().find(|(stream, _)| stream.at() == source);
            let Some((_, share)) = own else { continue };
            let path = format!("pool.{}.members.{}", pool.name, plan.streams[source].name);
            // With the draws held it moves cents and whether they are legal: what it does is for a new braid to say.
            let stated = inputs.place_of(&path);
            let label = format!("Share of pool {}", visible(&pool.title));
            let at = inputs.constant(&label, of_rate(*share), Unit::Share, &stated);
            found.push((PoolIndex::from(place), at, *share));
        }
        found
    }

    /// The sources whose money is taken off an award since its own activity earns it (2 CFR 200.307(b)(1)); nothing
    /// where formulas do not say what they bring.
    pub(super) fn income(&self, source: usize) -> Option<Option<Income>> {
        let plan = self.books.plan;
        let rules = &plan.restrictions[source].award;
        if rules.program_income != ProgramIncome::Deduction {
            return Some(None);
        }
        let mut sources = Vec::new();
        for (other, stream) in plan.streams.iter().enumerate() {
            if plan.restrictions[other].award.earned_by != Some(StreamIndex::from(source)) {
                continue;
            }
            // A match exists only as it is drawn.
            let counts = |tranche: &Tranche| {
                matches!(tranche.amount, Authority::Amount(_))
                    && tranche.status <= self.view
                    && plan.horizon.place(tranche.first).is_some()
            };
            if !stream.lower(&plan.setting())?.tranches.iter().any(counts) {
                continue;
            }
            if self.bound.contains(&other) || !self.earns.contains_key(&other) {
                return None;
            }
            sources.push(other);
        }
        Some((!sources.is_empty()).then(|| Income { sources, taken: Vec::new() }))
    }

    /// Whether an award falls by what a source earns.
    fn lowers_an_award(&self, source: usize) -> bool {
        let rules = &self.books.plan.restrictions;
        let lowers =
            |award: StreamIndex| rules[award.at()].award.program_income == ProgramIncome::Deduction;
        rules[source].award.earned_by.is_some_and(lowers)
    }

    /// Lays a row with a figure of its own.
    pub(super) fn figure_row(&mut self, label: &str, figure: &Figure) -> (At, Money) {
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, label, Role::Label);
        let formula = figure.formula.clone();
        (self.sheet.money(row, FIRST, formula, figure.amount, Role::Formula), figure.amount)
    }

    /// Lays what a tranche holds; its first row, and what the timeline makes of it.
    fn lay_tranche(
        &mut self,
        chain: &mut Chain,
        (place, tranche): (usize, &Tranche),
        inputs: &mut Inputs<'a>,
    ) -> Option<(u32, Piece)> {
        let Books { plan, .. } = self.books;
        let stated = Stating {
            plan,
            stream: &chain.stated,
            sheet: &mut self.sheet,
            inputs,
            before: &mut chain.before,
            grows: chain.yearly.grows,
            yearly: chain.yearly.formulas.get(place).cloned().flatten(),
        }
        .tranche(place, tranche)?;
        let renewed = if tranche.award > 0 { ", renewed" } else { "" };
        let label = match tranche.last {
            Some(last) => {
                format!("   {} to {}{renewed}", tranche.first.words(), last.words())
            }
            None => format!("   from {}", tranche.first.words()),
        };
        let head = self.sheet.next_row();
        let formula = Figure::new(stated.formula.clone(), stated.amount);
        let (at, amount) = self.figure_row(&label, &formula);
        let whole = Figure::of(at, amount);
        let mut holds = whole.clone();
        if let Some((to, parts)) = stated.kept {
            let kept = part_of(whole.formula.clone(), (0, to), parts);
            let kept = Figure::new(kept, whole.amount.share(to, parts));
            let (at, amount) = self.figure_row("      paid by its termination", &kept);
            holds = Figure::of(at, amount);
        }
        if let (Some(place), Some(at)) =
            (plan.horizon.place(tranche.first), holds.formula.repeats())
        {
            chain.holds.push((place, at, holds.amount));
        }
        let mut left = holds.clone();
        let spent = chain.spent.as_mut().filter(|_| tranche.award == 0);
        let mut lowered = spent.is_some();
        let mut before = None;
        if let Some(spent) = spent {
            let part = holds.at_most(&spent.left());
            let (at, amount) = self.figure_row("      less what was spent before", &part);
            spent.take((at, amount));
            before = Some(Figure::of(at, amount));
            left = left.less(&Figure::of(at, amount));
        }
        let mut deducted = None;
        if chain.income.is_some() {
            let (at, amount) = self.lay_deducted(chain, tranche, &left)?;
            deducted = Some(Figure::of(at, amount));
            left = left.less(&Figure::of(at, amount));
            lowered = true;
        }
        if lowered {
            let (at, amount) = self.figure_row("      left of it", &left);
            left = Figure::of(at, amount);
        }
        let holding = Holding { stated, whole, before, deducted, left };
        Some((head, self.lay_cash(chain, tranche, holding)))
    }

    /// Lays what a tranche falls by since its own activity earns it.
    fn lay_deducted(
        &mut self,
        chain: &mut Chain,
        tranche: &Tranche,
        left: &Figure,
    ) -> Option<(At, Money)> {
        let plan = self.books.plan;
        let income = chain.income.as_mut()?;
        let window = deduction::window(&chain.firsts, tranche);
        let award = StreamIndex::from(chain.source);
        let counts = |place: &usize| {
            let month = plan.horizon.month(*place);
            (window.0..=window.1).contains(&month) && plan.in_term(award, month)
        };
        let places: Vec<usize> = (0..self.count()).filter(counts).collect();
        // Income of a window that is not the same was taken in another order.
        if income.taken.iter().any(|(other, _)| other.0 == window.0 && *other != window) {
            return None;
        }
        if income.taken.iter().all(|(other, _)| *other != window) {
            let mut parts = Vec::new();
            if let (Some(first), Some(last)) = (places.first(), places.last()) {
                if last - first + 1 != places.len() {
                    return None;
                }
                for source in &income.sources {
                    let row = *self.earns.get(source)?;
                    let area = Area::of(self.at(row, *first), self.at(row, *last));
                    let amount = places.iter().map(|place| self.figure(row, *place)).sum();
                    parts.push(Figure::new(sum(area), amount));
                }
            }
            income.taken.push((window, Taken::new(sum_figures(&parts))));
        }
        let taken = income.taken.iter_mut().find(|(other, _)| *other == window);
        let taken = &mut taken?.1;
        let part = left.at_most(&taken.left());
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, "      less what its own activity earns", Role::Label);
        let at = self.sheet.money(row, FIRST, part.formula, part.amount, Role::Formula);
        taken.take((at, part.amount));
        Some((at, part.amount))
    }

    /// Has cash that no award leaves room for go back with the running one, where there is one.
    fn give_back(&mut self, chain: &Chain, windows: &mut [Window]) {
        let Some(cash) = &chain.cash else { return };
        let pieces = windows.iter_mut().flat_map(|window| &mut window.pieces);
        let Some(running) = pieces.filter(|piece| piece.running).last() else { return };
        let beyond = cash.left();
        let over = match &running.over {
            Some(over) => over.plus(&beyond),
            None => beyond,
        };
        let (at, amount) = self.figure_row("      cash held beyond every award", &over);
        running.over = Some(Figure::of(at, amount));
    }
}
