//! Sources whose money is stated award by award: what each one holds by its terms, less what was spent of it before the
//! plan and what its own activity earns; its instalments; what pools have of it. As the timeline has it.

use super::charged::Evenly;
use super::figure::{Figure, sum_figures};
use super::parts::{Flow, in_part};
use super::{Awards, Books, Part};
use crate::funding::{Authority, Receipts, Status, Stream, Terms, Tranche};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::name::{PoolIndex, StreamIndex};
use crate::plan::award::ProgramIncome;
use crate::plan::deduction;
use crate::plan::restriction::Standing;
use crate::report::workbook::braid::Draws;
use crate::report::workbook::earned::{lay_reimbursed_index, stated_kept};
use crate::report::workbook::formula::{Expression, most, sum, sum_of};
use crate::report::workbook::inputs::Inputs;
use crate::report::workbook::months::Months;
use crate::report::workbook::sheet::{Area, At, FIRST, LABEL, Role, Unit, dollars, of_rate};
use crate::report::workbook::stated::{Before, Instalment, Stated, Stating, part_of};

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
    fn left(&self) -> Figure {
        match self.cells.is_empty() {
            true => self.all.clone(),
            false => {
                let left = self.all.formula.clone() - sum_of(&self.cells);
                Figure::new(left, self.all.amount - self.so_far)
            }
        }
    }

    fn take(&mut self, (at, amount): (At, Money)) {
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
    source: usize,
    /// The stream as an agreement that ends with its termination, where it settles to its end.
    stated: Stream,
    firsts: Vec<Month>,
    spent: Option<Taken>,
    cash: Option<Taken>,
    income: Option<Income>,
    pub(super) pools: Vec<(PoolIndex, At, Rate)>,
    before: Before,
    yearly: Yearly,
    /// What the last tranche holds by its terms, before anything is taken of it.
    whole: Option<Figure>,
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
            self.evenly.clear();
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
        let mut own = Yearly { grows: index.is_some(), formulas: Vec::new() };
        if stream.delayed_to.is_some() || stream.termination.is_some() {
            return own;
        }
        for tranche in stream.lower(&plan.setting()).map_or(Vec::new(), |lowered| lowered.tranches)
        {
            own.formulas.push(match tranche.amount {
                Authority::Amount(amount) => {
                    let tranche = (&tranche, amount);
                    stated_kept(plan, stream, tranche, (months, inputs), index)
                }
                _ => None,
            });
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
            whole: None,
        };
        let in_view = |tranche: &&Tranche| tranche.status <= view;
        let advanced = |tranche: &Tranche| matches!(tranche.receipts, Receipts::Advanced(_));
        if lowered.tranches.iter().filter(in_view).any(advanced) {
            let figure = plan.opening_of(StreamIndex::from(source));
            let figure = figure.map_or(Money::ZERO, |opening| opening.cash);
            chain.cash = cash.map(|at| Taken::new(Figure::of(at, figure)));
        }
        // Of a pool's part, what is held at the start and goes back is the engine's to tell.
        if chain.cash.is_some() && !chain.pools.is_empty() {
            return None;
        }
        // Cash that no award leaves room for goes back with the running one, so that all of them stand before it.
        let first_all = chain.cash.is_some();
        let mut part = Part::default();
        let mut windows: Vec<Window> = Vec::new();
        let mut gathered = super::apart::Gathered::new(self.count());
        for (place, tranche) in lowered.tranches.iter().enumerate() {
            if !in_view(&tranche) {
                continue;
            }
            let Some((opens, closes)) = plan.horizon.window(tranche.first, tranche.last) else {
                continue;
            };
            let key = (tranche.first, tranche.last);
            if windows.last().is_none_or(|window| window.key != key) {
                if windows.iter().any(|window| window.key == key) {
                    return None;
                }
                if let Some(window) = windows.last().filter(|_| !first_all) {
                    self.lay_window(source, window, draws, &mut gathered)?;
                }
                let head = self.sheet.next_row();
                windows.push(Window { key, opens, closes, head, pieces: Vec::new() });
            }
            let (head, pieces) = self.lay_tranche(&mut chain, (place, tranche), inputs)?;
            let alone =
                lowered.tranches.iter().filter(|one| (one.first, one.last) == key).count() == 1;
            if alone
                && matches!(tranche.receipts, Receipts::AsSpent { .. })
                && let Some(whole) = chain.whole.take()
            {
                let last = tranche.last.unwrap_or(plan.horizon.end()).max(tranche.first);
                let Figure { formula, amount } = whole;
                self.evenly.push(Evenly { formula, amount, first: tranche.first, last });
            }
            let window = windows.last_mut()?;
            if window.pieces.is_empty() {
                window.head = head;
            }
            window.pieces.extend(pieces);
        }
        if first_all {
            self.give_back(&chain, &mut windows);
            for window in &windows {
                self.lay_window(source, window, draws, &mut gathered)?;
            }
        } else if let Some(window) = windows.last() {
            self.lay_window(source, window, draws, &mut gathered)?;
        }
        self.gather(source, gathered, &mut part)?;
        Some(part)
    }

    /// What was spent of a source before the plan.
    fn spent_before(
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
    fn pools_of(&self, source: usize, inputs: &mut Inputs<'a>) -> Vec<(PoolIndex, At, Rate)> {
        let plan = self.books.plan;
        let mut found = Vec::new();
        for (place, pool) in plan.pools.iter().enumerate() {
            let own = pool.members.iter().find(|(stream, _)| stream.at() == source);
            let Some((_, share)) = own else { continue };
            let path = format!("pool.{}.members.{}", pool.name, plan.streams[source].name);
            // What a pool may take of it binds the braid itself, so that it is changed in the plan.
            let stated = inputs.place_of(&path);
            let at = inputs.constant("Share of a pool", of_rate(*share), Unit::Share, &stated);
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
            let held = self.held(other);
            if held.is_empty() || held.iter().all(|tranche| tranche.on_demand) {
                continue;
            }
            let spent = plan.opening_of(StreamIndex::from(other));
            let spent = spent.is_some_and(|opening| opening.spent.is_positive());
            let own = self.books.timeline.deducted.iter().any(|(of, _)| of.at() == other);
            if self.bound.contains(&other)
                || spent
                || own
                || matches!(stream.terms, Terms::Reserve(_))
            {
                return None;
            }
            sources.push(other);
        }
        Some((!sources.is_empty()).then(|| Income { sources, taken: Vec::new() }))
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
    ) -> Option<(u32, Vec<Piece>)> {
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
        chain.whole = Some(whole.clone());
        let mut holds = whole.clone();
        if let Some((to, parts)) = stated.kept {
            let kept = part_of(whole.formula.clone(), (0, to), parts);
            let kept = Figure::new(kept, whole.amount.share(to, parts));
            let (at, amount) = self.figure_row("      paid by its termination", &kept);
            holds = Figure::of(at, amount);
        }
        let mut left = holds.clone();
        let spent = chain.spent.as_mut().filter(|_| tranche.award == 0);
        let mut lowered = spent.is_some();
        if let Some(spent) = spent {
            let part = holds.at_most(&spent.left());
            let (at, amount) = self.figure_row("      less what was spent before", &part);
            spent.take((at, amount));
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
        let pieces = self.lay_cash(chain, tranche, (&stated, whole, left), deducted.as_ref());
        Some((head, pieces))
    }

    /// Lays what a tranche falls by since its own activity earns it.
    fn lay_deducted(
        &mut self,
        chain: &mut Chain,
        tranche: &Tranche,
        left: &Figure,
    ) -> Option<(At, Money)> {
        let Books { plan, ledger, .. } = self.books;
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
                    let row = self.rows[*source].available;
                    let area = Area::of(self.at(row, *first), self.at(row, *last));
                    let of = &ledger.streams[*source].made_available;
                    let amount = places.iter().map(|place| of[*place]).sum();
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

    /// Lays the cash of a tranche, and what pools have of it.
    fn lay_cash(
        &mut self,
        chain: &mut Chain,
        tranche: &Tranche,
        (stated, whole, left): (&Stated, Figure, Figure),
        deducted: Option<&Figure>,
    ) -> Vec<Piece> {
        let plan = self.books.plan;
        let advanced = matches!(tranche.receipts, Receipts::Advanced(_));
        let piece = |pool, amount: Figure| Piece {
            pool,
            award: tranche.award,
            period: tranche.period,
            amount,
            held: None,
            over: None,
            rows: Vec::new(),
            advanced,
            running: tranche.first < plan.horizon.start && tranche.last.is_some() && advanced,
        };
        let instalments = &stated.instalments;
        if instalments.is_empty() {
            return vec![piece(None, left)];
        }
        let start = plan.horizon.start;
        let parts = instalments[0].2;
        let through = |month: Option<Month>| {
            let come = |(own, ..): &&Instalment| month.is_none_or(|month| *own <= month);
            instalments.iter().filter(come).map(|(_, (_, to), _)| *to).max().unwrap_or(0)
        };
        let upto = |to: u32| {
            let formula = part_of(whole.formula.clone(), (0, to), parts);
            Figure::new(formula, whole.amount.share(to, parts))
        };
        let came = start.plus(-1).map_or(0, |before| through(Some(before)));
        let mut flow = Flow { came: upto(came), to_date: Vec::new() };
        let mut spans: Vec<(usize, (u32, u32))> = Vec::new();
        let mut before = came;
        for place in 0..self.count() {
            let to = through(Some(plan.horizon.month(place)));
            if to > before {
                spans.push((place, (before, to)));
                flow.to_date.push((place, upto(to)));
                before = to;
            }
        }
        let last = instalments.iter().map(|(_, (_, to), _)| *to).max().unwrap_or(0);
        let by_last = tranche.last.map_or(last, |last| through(Some(last)));
        let mut still = upto(by_last.max(came)).less(&flow.came);
        // Of what is deducted, what is still to come falls short; what was advanced before stays to go back.
        let mut paid_before = None;
        if let Some(deducted) = deducted {
            let coming = upto(last).less(&flow.came);
            let (at, amount) = self.figure_row("      still to come of it by its terms", &coming);
            let coming = Figure::of(at, amount);
            let falls = coming.less(deducted).floor_zero();
            let (at, amount) = self.figure_row("      of that, with what is earned off", &falls);
            let falls = Figure::of(at, amount);
            let part = |figure: &Figure| in_part(&figure.less(&flow.came), &falls, &coming);
            let to_date: Vec<(usize, Figure)> = flow
                .to_date
                .iter()
                .map(|(place, figure)| (*place, part(figure).plus(&flow.came)))
                .collect();
            still = in_part(&still, &falls, &coming);
            paid_before = Some(deducted.less(&coming).floor_zero());
            flow.to_date = to_date;
            flow = self.lay_to_date("      its instalments to date", flow);
        }
        let earned_by = Standing::of_income(plan, StreamIndex::from(chain.source), tranche.first);
        let project = matches!(earned_by, Standing::Project(_));
        let one = instalments.len() == 1 && chain.spent.is_none() && deducted.is_none();
        let split = !chain.pools.is_empty() && !project && (advanced || !one);
        if deducted.is_none() && split {
            flow = self.lay_to_date("      its instalments to date", flow);
        }
        let mut own = piece(None, left.clone());
        if !split {
            own.rows = match (deducted, spans.as_slice()) {
                // Money that is earned at once comes as it stands.
                (None, [(place, (0, _))]) if !advanced && one && stated.kept.is_none() => {
                    match left.formula.repeats() {
                        Some(at) => vec![(*place, at, left.amount)],
                        None => Vec::new(),
                    }
                }
                (None, spans) => {
                    let formula = |span: &(u32, u32)| {
                        let amount =
                            whole.amount.share(span.1, parts) - whole.amount.share(span.0, parts);
                        Figure::new(part_of(whole.formula.clone(), *span, parts), amount)
                    };
                    let rows = spans.iter().map(|(place, span)| (*place, formula(span)));
                    self.lay_instalments("      its instalments", rows.collect())
                }
                _ => self.lay_flow("      its instalments", &flow),
            };
        }
        // Cash that is held at the start.
        if let Some(cash) = chain.cash.as_mut().filter(|_| advanced) {
            let room = left.less(&still).floor_zero();
            let held = cash.left().at_most(&room);
            let (at, amount) = self.figure_row("      cash of it held at the start", &held);
            cash.take((at, amount));
            own.held = Some(Figure::of(at, amount));
            if let Some(paid_before) = paid_before {
                let over = cash.left().at_most(&paid_before);
                let (at, amount) = self.figure_row("      cash held beyond it", &over);
                cash.take((at, amount));
                own.over = Some(Figure::of(at, amount));
            }
        }
        if !split {
            return vec![own];
        }
        self.lay_pools(chain, own, (left, flow))
    }

    /// Has cash that no award leaves room for go back with the running one, where there is one.
    fn give_back(&mut self, chain: &Chain, windows: &mut [Window]) {
        let Some(cash) = &chain.cash else { return };
        let pieces = windows.iter_mut().flat_map(|window| &mut window.pieces);
        // A pool's part takes none of it.
        let Some(running) = pieces.filter(|piece| piece.running && piece.pool.is_none()).last()
        else {
            return;
        };
        let beyond = cash.left();
        let over = match &running.over {
            Some(over) => over.plus(&beyond),
            None => beyond,
        };
        let (at, amount) = self.figure_row("      cash held beyond every award", &over);
        running.over = Some(Figure::of(at, amount));
    }
}
