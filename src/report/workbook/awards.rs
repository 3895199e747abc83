//! The sheet of awards: what each source makes available, what is drawn of it, what lapses or goes back, and its cash.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::braid::Draws;
use super::costs::{Costs, figure_of, sum_row};
use super::earned::{Earned, Leg, earned};
use super::formula::{
    Expression, Function, at_place, call, cell, cents, floor_zero, least, sum_of, sum_where, when,
    whole,
};
use super::inputs::Inputs;
use super::months::{Months, month_sheet};
use super::sheet::{
    Area, At, FIRST, ID, LABEL, MARK, NOTE, Place, Role, SECOND, SUM, Sheet, Unit, dollars,
};
use super::stated::{Stated, of, of_count, part_of, stated};
use crate::cash::Cash;
use crate::diagnostic::visible;
use crate::funding::{Authority, Receipts, Tranche, reimbursed_in};
use crate::ledger::Ledger;
use crate::money::{Money, Rate};
use crate::plan::Plan;
use crate::timeline::{HeldTranche, Timeline};

/// The rows of one source.
#[derive(Clone, Copy, Debug, Default)]
pub struct SourceRows {
    /// What becomes available.
    pub available: u32,
    /// What is drawn for lines.
    pub for_lines: u32,
    /// What is drawn, indirect recovery with it.
    pub drawn: u32,
    /// What lapses.
    pub lapsed: u32,
    /// What has to go back.
    pub refund: u32,
    /// What is left to spend.
    pub left: u32,
    /// Cash that comes in.
    pub receipts: u32,
    /// Cash that lines are paid with.
    pub paid: u32,
    /// Cash that goes back.
    pub returned: u32,
    /// Cash held for its purposes, where it is restricted.
    pub held: Option<u32>,
}

/// The books that the sheet is laid from.
#[derive(Clone, Copy)]
pub struct Books<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Its months.
    pub timeline: &'a Timeline,
    /// The books of authority.
    pub ledger: &'a Ledger,
    /// The books of cash.
    pub cash: &'a Cash,
}

/// The sheet of awards while it is laid.
pub struct Awards<'a> {
    books: Books<'a>,
    /// All cost of the first twelve months.
    first_months: Area,
    /// The sheet.
    pub sheet: Sheet,
    /// The rows of each source, in the order of the books.
    pub rows: Vec<SourceRows>,
    /// The rows of what each source recovers of indirect cost.
    recovered: Vec<u32>,
    /// Sources whose money the engine worked out, by title.
    pub fixed: Vec<String>,
    /// Sources whose own inputs move figures that the engine alone works out, by place.
    pub bound: BTreeSet<usize>,
    /// The cells of opening cash that streams hold.
    pub opening: Vec<At>,
    /// The row of what lapses of all sources.
    pub lapsed_row: u32,
    /// The row of what has to go back of all sources.
    pub refund_row: u32,
    /// The row of what is drawn for lines of all sources.
    pub drawn_row: u32,
    /// Cells that fall below 0 where a source or an award is drawn beyond what it holds.
    pub over: Vec<At>,
    /// The cells of what is there of each source at the start.
    pub there: Vec<At>,
}

/// Tranches of one stream that share a window, as the books keep them.
struct Group<'a> {
    book: usize,
    held: Vec<&'a HeldTranche>,
}

/// What a stream's money is laid by.
enum Laying<'a> {
    /// Tranche by tranche.
    Apart(Vec<(Group<'a>, Amount)>, Option<At>),
    /// Month by month, by formulas over inputs.
    Monthly(Earned),
    /// What other sources recover of indirect cost.
    Recovered,
    /// As it is drawn: it exists no sooner.
    OnDemand,
    /// As the engine has it.
    Worked,
}

/// What a tranche holds.
enum Amount {
    /// A formula over inputs, and what was spent of it before the plan.
    Stated(Stated, Money),
    /// The engine's figure.
    Worked,
}

/// Whether a stream's tranches are told apart: their windows matter.
pub fn tells_apart(timeline: &Timeline, stream: usize) -> bool {
    timeline.tranches.iter().any(|tranche| {
        let dated = tranche.last.is_some()
            || matches!(tranche.receipts, Receipts::Advanced(_) | Receipts::AsSpent { .. });
        tranche.stream.at() == stream && !tranche.on_demand && dated
    })
}

impl<'a> Awards<'a> {
    /// Lays the awards.
    pub fn lay(
        books: Books<'a>,
        draws: &Draws,
        costs: &Costs,
        (months, inputs): (&mut Months<'a>, &mut Inputs<'a>),
    ) -> Awards<'a> {
        let mut sheet = month_sheet(Place::Awards, books.plan, "Awards: what each source brings");
        for (column, words) in
            [(LABEL, "Source"), (ID, "Id"), (NOTE, "What"), (FIRST, "Own figure"), (SUM, "In all")]
        {
            sheet.text(2, column, words, Role::Heading);
        }
        let span = (books.plan.horizon.months as usize).min(12);
        let first = |place: usize| costs.total(costs.total_row, place);
        let first_months = Area::of(first(0), first(span - 1));
        let mut awards = Awards {
            books,
            first_months,
            sheet,
            rows: Vec::new(),
            recovered: Vec::new(),
            fixed: Vec::new(),
            bound: BTreeSet::new(),
            opening: Vec::new(),
            lapsed_row: 0,
            refund_row: 0,
            drawn_row: 0,
            over: Vec::new(),
            there: Vec::new(),
        };
        for source in 0..books.ledger.streams.len() {
            awards.lay_source(source, draws, months, inputs);
        }
        let row = awards.sheet.next_row();
        awards.sheet.text(row, LABEL, "All sources", Role::Heading);
        let count = awards.count();
        let streams = &books.ledger.streams;
        let total = |awards: &mut Self,
                     label: &str,
                     row: fn(&SourceRows) -> u32,
                     of: &dyn Fn(usize, usize) -> Money| {
            let rows: Vec<u32> = awards.rows.iter().map(row).collect();
            let sum = |place: usize| (0..streams.len()).map(|source| of(source, place)).sum();
            let figures: Vec<Money> = (0..count).map(sum).collect();
            let formula = move |sheet: &Sheet, _: u32, place: usize| {
                let own = rows.iter().map(|row| sheet.at(*row, Months::column(place)));
                Some(sum_of(&own.collect::<Vec<At>>()))
            };
            awards.row(label, formula, &figures)
        };
        awards.lapsed_row =
            total(&mut awards, "   lapses", |rows| rows.lapsed, &|source, place| {
                streams[source].lapsed[place]
            });
        awards.refund_row =
            total(&mut awards, "   has to go back", |rows| rows.refund, &|source, place| {
                streams[source].refund_due[place]
            });
        let drawn = drawn_for_lines(books.ledger);
        awards.drawn_row =
            total(&mut awards, "   drawn for lines", |rows| rows.for_lines, &|source, place| {
                drawn[source][place]
            });
        awards
    }

    fn count(&self) -> usize {
        self.books.plan.horizon.months as usize
    }

    /// The cell of a row in a month.
    pub fn at(&self, row: u32, place: usize) -> At {
        self.sheet.at(row, Months::column(place))
    }

    /// The amount that a row shows in a month.
    pub fn figure(&self, row: u32, place: usize) -> Money {
        let figure = figure_of(&self.sheet, row, Months::column(place));
        let cents = (figure * Decimal::from(100)).to_string();
        let whole = cents.split('.').next().and_then(|cents| cents.parse::<i64>().ok());
        Money::from_cents(whole.unwrap_or_default())
    }

    /// Lays a row of formulas that have the engine's figures.
    fn row(
        &mut self,
        label: &str,
        mut formula: impl FnMut(&Sheet, u32, usize) -> Option<Expression>,
        figures: &[Money],
    ) -> u32 {
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, label, Role::Label);
        for (place, figure) in figures.iter().enumerate() {
            if let Some(formula) = formula(&self.sheet, row, place) {
                self.sheet.money(row, Months::column(place), formula, *figure, Role::Formula);
            }
        }
        sum_row(&mut self.sheet, row, self.books.plan);
        row
    }

    /// Lays a row of figures that the engine worked out.
    fn worked(&mut self, label: &str, figures: &[Money], note: &str) -> u32 {
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, label, Role::Label);
        self.sheet.text(row, NOTE, note, Role::Note);
        for (place, figure) in figures.iter().enumerate().filter(|(_, figure)| !figure.is_zero()) {
            let column = Months::column(place);
            self.sheet.number(row, column, dollars(*figure), Role::Decided, Unit::Money);
        }
        sum_row(&mut self.sheet, row, self.books.plan);
        row
    }

    fn lay_source(
        &mut self,
        source: usize,
        draws: &Draws,
        months: &mut Months<'a>,
        inputs: &mut Inputs<'a>,
    ) {
        let Books { plan, ledger, .. } = self.books;
        let book = &ledger.streams[source];
        let title = visible(&book.title);
        let head = self.sheet.next_row();
        self.sheet.text(head, LABEL, &title, Role::Heading);
        self.sheet.text(head, ID, &book.name, Role::Grey);
        let number = Decimal::from(source + 1);
        self.sheet.number(head, MARK, number, Role::Grey, Unit::Whole);
        if source < plan.streams.len() {
            inputs.block(&format!("Source: {title}"));
        }
        let from = inputs.place_of(&format!("stream.{}", book.name));
        let note = match self.held(source).is_empty() {
            true => "brings nothing in this view".to_string(),
            false => format!("worked out by the engine from {from}"),
        };
        let laying = self.laying(source, months, inputs);
        let drawn_for = |_: &Sheet, _: u32, place: usize| Some(draws.drawn(source, place));
        let recovered = self.recoveries(source);
        let for_lines: Vec<Money> =
            book.drawn.iter().zip(&recovered).map(|(all, recovered)| *all - *recovered).collect();
        let own = self.row("   drawn for lines", drawn_for, &for_lines);
        let recovers = recovered.iter().any(|amount| !amount.is_zero());
        let drawn = if recovers {
            let note = "decided by the braid";
            let row = self.worked("   recovered as indirect cost", &recovered, note);
            self.recovered.push(row);
            let both = |sheet: &Sheet, _: u32, place: usize| {
                let column = Months::column(place);
                Some(cell(sheet.at(own, column)) + sheet.at(row, column))
            };
            self.row("   drawn in all", both, &book.drawn)
        } else {
            own
        };
        let mut laid = match laying {
            Laying::Apart(groups, spent) => self.lay_apart(source, (groups, spent), draws, &note),
            Laying::Monthly(earned) => self.lay_monthly(source, earned, months),
            Laying::Recovered => {
                let rows = std::mem::take(&mut self.recovered);
                let formula = |sheet: &Sheet, _: u32, place: usize| {
                    let own = rows.iter().map(|row| sheet.at(*row, Months::column(place)));
                    Some(sum_of(&own.collect::<Vec<At>>()))
                };
                let figures = self.books.ledger.streams[source].made_available.clone();
                let available = self.row("   recovered by other sources", formula, &figures);
                Part { available, ..Part::default() }
            }
            Laying::OnDemand => {
                let as_drawn = |sheet: &Sheet, _: u32, place: usize| {
                    Some(cell(sheet.at(drawn, Months::column(place))))
                };
                let figures = self.books.ledger.streams[source].made_available.clone();
                let available = self.row("   available as it is drawn", as_drawn, &figures);
                Part { available, ..Part::default() }
            }
            Laying::Worked => self.lay_worked(source, &note),
        };
        self.lay_reimbursed(source, drawn, &mut laid, (months, inputs));
        let rows = SourceRows { for_lines: own, drawn, ..SourceRows::default() };
        self.lay_balance(source, rows, &laid, (draws, months, inputs));
    }

    /// What a source recovers of indirect cost, by month.
    fn recoveries(&self, source: usize) -> Vec<Money> {
        let mut amounts = vec![Money::ZERO; self.count()];
        for recovery in self.books.ledger.recoveries.iter().filter(|one| one.stream == source) {
            amounts[recovery.place] += recovery.amount;
        }
        amounts
    }

    fn held(&self, source: usize) -> Vec<&'a HeldTranche> {
        let timeline = self.books.timeline;
        timeline.tranches.iter().filter(|tranche| tranche.stream.at() == source).collect()
    }

    /// How a source's money can be laid.
    fn laying(
        &mut self,
        source: usize,
        months: &mut Months<'a>,
        inputs: &mut Inputs<'a>,
    ) -> Laying<'a> {
        let Books { plan, timeline, ledger, .. } = self.books;
        let Some(stream) = plan.streams.get(source) else { return Laying::Recovered };
        let held = self.held(source);
        if !held.is_empty() && held.iter().all(|tranche| tranche.on_demand) {
            return Laying::OnDemand;
        }
        if held.is_empty() {
            return Laying::Worked;
        }
        let worked = |awards: &mut Self| {
            awards.bound.insert(source);
            awards.fixed.push(stream.title.clone());
            Laying::Worked
        };
        let Some(lowered) = stream.lower(&plan.setting()) else { return worked(self) };
        let opening = plan.opening_of(crate::name::StreamIndex::from(source));
        let holds_cash = opening.is_some_and(|opening| !opening.cash.is_zero());
        let moved = timeline.deducted.iter().any(|(of, _)| of.at() == source)
            || held.iter().any(|tranche| tranche.project.is_some());
        if tells_apart(timeline, source) {
            let late = |tranche: &&HeldTranche| match &tranche.receipts {
                Receipts::Advanced(rows) => rows.iter().any(|(month, _)| {
                    tranche.last.is_some_and(|last| *month > last)
                        && plan.horizon.place(*month).is_some()
                }),
                _ => false,
            };
            let beyond = |tranche: &&HeldTranche| {
                tranche.on_demand
                    || !tranche.over_advanced.is_zero()
                    || !tranche.advanced_before.is_zero()
            };
            let several = |tranche: &&HeldTranche| {
                let like = |other: &&HeldTranche| {
                    (other.first, other.last) == (tranche.first, tranche.last)
                };
                matches!(tranche.receipts, Receipts::Advanced(_))
                    && tranche.lapses(&plan.horizon)
                    && held.iter().filter(|other| like(other)).count() > 1
            };
            if held.iter().any(several) || held.iter().any(late) || held.iter().any(beyond) || moved
            {
                return worked(self);
            }
            let mut groups: Vec<Group> = Vec::new();
            let mut books =
                ledger.tranches.iter().enumerate().filter(|(_, book)| book.stream == source);
            for tranche in held {
                let same = |group: &&mut Group| {
                    (group.held[0].first, group.held[0].last) == (tranche.first, tranche.last)
                };
                match groups.last_mut().filter(same) {
                    Some(group) => group.held.push(tranche),
                    None => {
                        let Some((book, _)) = books.next() else { return worked(self) };
                        groups.push(Group { book, held: vec![tranche] });
                    }
                }
            }
            let mut laid = Vec::new();
            for group in groups {
                let amount = match holds_cash {
                    true => Amount::Worked,
                    false => self.amount(source, &group, &lowered.tranches, inputs),
                };
                laid.push((group, amount));
            }
            let spent = opening.map_or(Money::ZERO, |opening| opening.spent);
            let is_worked = |amount: &Amount| matches!(amount, Amount::Worked);
            let before: Money = laid
                .iter()
                .map(|(_, amount)| match amount {
                    Amount::Stated(_, before) => *before,
                    Amount::Worked => Money::ZERO,
                })
                .sum();
            // What was spent before is taken off one period after another: all of them are formulas, or none is.
            let chained = before == spent && !laid.iter().any(|(_, amount)| is_worked(amount));
            if spent.is_positive() && !chained {
                laid.iter_mut().for_each(|(_, amount)| *amount = Amount::Worked);
            }
            if laid.iter().any(|(_, amount)| is_worked(amount)) {
                self.bound.insert(source);
                self.fixed.push(stream.title.clone());
            }
            let spent = (spent.is_positive() && chained).then(|| {
                let path = [format!("opening.stream.{}.spent", stream.name)];
                let label = "Spent before the plan, of periods that are open";
                inputs.figure(&path, label, dollars(spent), Unit::Money)
            });
            return Laying::Apart(laid, spent);
        }
        // What is earned by the month, of which nothing was spent, advanced or taken off before.
        let begins_before = held.iter().any(|tranche| tranche.first < plan.horizon.start);
        let reserve = matches!(stream.terms, crate::funding::Terms::Reserve(_));
        let sum = |tranches: &mut dyn Iterator<Item = Money>| tranches.sum::<Money>();
        let counted =
            |tranche: &&Tranche| held.iter().any(|own| own.first == tranche.first) && !reserve;
        let stated = lowered.tranches.iter().filter(counted).map(|tranche| match tranche.amount {
            Authority::Amount(amount) => amount,
            _ => Money::ZERO,
        });
        let same =
            reserve || sum(&mut { stated }) == sum(&mut held.iter().map(|tranche| tranche.amount));
        let pooled = held.iter().any(|tranche| tranche.pool.is_some());
        if moved || holds_cash || !same || (begins_before && !reserve) {
            return worked(self);
        }
        match earned(plan, stream, (&mut self.sheet, months, inputs), self.first_months) {
            // The cash of a pool's part is rounded by itself.
            Some(earned) if !(pooled && earned.legs.len() > 1) => Laying::Monthly(earned),
            _ => worked(self),
        }
    }

    /// What the tranches of one window hold, from the terms; the engine's figure where that is not all.
    fn amount(
        &self,
        source: usize,
        group: &Group,
        lowered: &[Tranche],
        inputs: &mut Inputs,
    ) -> Amount {
        let plan = self.books.plan;
        let stream = &plan.streams[source];
        let window = (group.held[0].first, group.held[0].last);
        let own: Vec<&Tranche> =
            lowered.iter().filter(|tranche| (tranche.first, tranche.last) == window).collect();
        let held: Money = group.held.iter().map(|tranche| tranche.amount).sum();
        let same_view = own.len() == 1
            || group.held.iter().filter(|tranche| tranche.pool.is_none()).count() == own.len();
        let [first, rest @ ..] = own.as_slice() else { return Amount::Worked };
        if !same_view {
            return Amount::Worked;
        }
        let Some(mut sum) = stated(plan, stream, first, inputs) else { return Amount::Worked };
        for tranche in rest {
            let Some(next) = stated(plan, stream, tranche, inputs) else { return Amount::Worked };
            if !next.instalments.is_empty() && next.instalments != sum.instalments {
                return Amount::Worked;
            }
            sum.formula = sum.formula + next.formula;
            sum.amount += next.amount;
        }
        let before = sum.amount - held;
        // Several amounts are split to instalments one by one; equal parts of a sum would round otherwise.
        let split = sum.instalments.len() > 1 && (!rest.is_empty() || group.held.len() > 1);
        let lowered_receipts = before.is_positive() && !sum.instalments.is_empty();
        let opening = plan.opening_of(crate::name::StreamIndex::from(source));
        let spent = opening.is_some_and(|opening| opening.spent.is_positive());
        if before < Money::ZERO
            || (before.is_positive() && !spent)
            || split
            || (lowered_receipts && sum.instalments.len() > 1)
        {
            return Amount::Worked;
        }
        Amount::Stated(sum, before)
    }

    /// Lays a source tranche by tranche.
    fn lay_apart(
        &mut self,
        source: usize,
        (groups, spent): (Vec<(Group<'a>, Amount)>, Option<At>),
        draws: &Draws,
        note: &str,
    ) -> Part {
        let Books { plan, ledger, .. } = self.books;
        let months = self.count();
        let mut part = Part::default();
        let (mut available, mut lapsed, mut refund) =
            (vec![Vec::new(); months], vec![Vec::new(); months], vec![Vec::new(); months]);
        let mut opening: Vec<At> = Vec::new();
        let mut taken: Vec<At> = Vec::new();
        let mut coming: Vec<Vec<At>> = vec![Vec::new(); months];
        for (group, amount) in groups {
            let (tranche, book) = (group.held[0], &ledger.tranches[group.book]);
            let label = match tranche.last {
                Some(last) => format!("   {} to {}", tranche.first.words(), last.words()),
                None => format!("   from {}", tranche.first.words()),
            };
            let row = self.sheet.next_row();
            self.sheet.text(row, LABEL, label, Role::Label);
            let number = Decimal::from(group.book + 1);
            self.sheet.number(row, MARK, number, Role::Grey, Unit::Whole);
            let held = match &amount {
                Amount::Stated(stated, before) => {
                    let formula = match spent {
                        None => stated.formula.clone(),
                        Some(spent) => {
                            let left = cell(spent) - sum_of(&taken);
                            let part = least(stated.formula.clone(), left);
                            let at = self.sheet.money(row, SECOND, part, *before, Role::Formula);
                            taken.push(at);
                            self.sheet.text(row, NOTE, "less what was spent before", Role::Note);
                            stated.formula.clone() - at
                        }
                    };
                    self.sheet.money(row, FIRST, formula, book.amount, Role::Formula)
                }
                Amount::Worked => {
                    self.sheet.text(row, NOTE, note, Role::Note);
                    self.sheet.number(row, FIRST, dollars(book.amount), Role::Decided, Unit::Money)
                }
            };
            if tranche.first < plan.horizon.start {
                opening.push(held);
            } else {
                let column = Months::column(tranche.opens);
                let at = self.sheet.money(row, column, cell(held), book.amount, Role::Formula);
                available[tranche.opens].push(at);
            }
            // Instalments.
            let came = self.lay_instalments((&group, spent), &amount, held, &mut coming);
            // What is drawn of it in all, and what is left at its end.
            let row = self.sheet.next_row();
            self.sheet.text(row, LABEL, "      drawn of it", Role::Label);
            let recovered: Money = ledger
                .recoveries
                .iter()
                .filter(|recovery| recovery.tranche == group.book)
                .map(|recovery| recovery.amount)
                .sum();
            let mut drawn = draws.drawn_of(group.book);
            if recovered.is_positive() {
                let at =
                    self.sheet.number(row, SECOND, dollars(recovered), Role::Decided, Unit::Money);
                self.sheet.text(row, NOTE, "indirect recovery beside", Role::Note);
                drawn = drawn + at;
            }
            let drawn = self.sheet.money(row, FIRST, drawn, book.drawn, Role::Formula);
            let over = least(0, cell(held) - drawn);
            self.over.push(self.sheet.money(row, SUM, over, Money::ZERO, Role::Check));
            if !tranche.lapses(&plan.horizon) {
                continue;
            }
            let left = || cell(held) - drawn;
            let column = Months::column(tranche.closes);
            let back = match came {
                Some(came) => {
                    let row = self.sheet.next_row();
                    self.sheet.text(row, LABEL, "      goes back at its end", Role::Label);
                    let over = least(left(), floor_zero(cell(came) - drawn));
                    let at = self.sheet.money(row, column, over, book.refund_due, Role::Formula);
                    refund[tranche.closes].push(at);
                    Some(at)
                }
                None => None,
            };
            let row = self.sheet.next_row();
            self.sheet.text(row, LABEL, "      lapses at its end", Role::Label);
            let lost = match back {
                Some(back) => left() - back,
                None => left(),
            };
            let at = self.sheet.money(row, column, lost, book.lapsed, Role::Formula);
            lapsed[tranche.closes].push(at);
        }
        let book = &ledger.streams[source];
        let gathered = |cells: &[Vec<At>]| {
            let cells = cells.to_vec();
            move |_: &Sheet, _: u32, place: usize| {
                let own = &cells[place];
                (!own.is_empty()).then(|| sum_of(own))
            }
        };
        part.available =
            self.row("   becomes available", gathered(&available), &book.made_available);
        if !opening.is_empty() {
            part.opening = Some(sum_of(&opening));
        }
        let any = |cells: &[Vec<At>]| cells.iter().any(|cells| !cells.is_empty());
        if any(&lapsed) {
            part.lapsed = Some(self.row("   lapses", gathered(&lapsed), &book.lapsed));
        }
        if any(&refund) {
            part.refund = Some(self.row("   has to go back", gathered(&refund), &book.refund_due));
        }
        part.coming = coming;
        part
    }

    /// Lays the instalments of a group that come within the horizon; the cell of what comes by its end, where it is
    /// advanced.
    fn lay_instalments(
        &mut self,
        (group, spent): (&Group, Option<At>),
        amount: &Amount,
        held: At,
        coming: &mut [Vec<At>],
    ) -> Option<At> {
        let plan = self.books.plan;
        let horizon = &plan.horizon;
        let mut rows: Vec<(usize, Money)> = Vec::new();
        let mut advanced = false;
        for tranche in &group.held {
            let (Receipts::Advanced(own) | Receipts::Earned(own)) = &tranche.receipts else {
                continue;
            };
            advanced |= matches!(tranche.receipts, Receipts::Advanced(_));
            for (month, amount) in own {
                if let Some(place) = horizon.place(*month) {
                    rows.push((place, *amount));
                }
            }
        }
        if rows.is_empty() && !advanced {
            return None;
        }
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, "      its instalments", Role::Label);
        let mut by_place = vec![Money::ZERO; self.count()];
        for (place, amount) in &rows {
            by_place[*place] += *amount;
        }
        let mut formulas: Vec<Option<Expression>> = vec![None; self.count()];
        if let Amount::Stated(stated, _) = amount {
            // An instalment is a part of what was stated, spent before or not.
            let all = match spent {
                None => cell(held),
                Some(_) => stated.formula.clone(),
            };
            for (month, span, parts) in &stated.instalments {
                let Some(place) = horizon.place(*month) else { continue };
                let part = part_of(all.clone(), *span, *parts);
                let earlier = formulas[place].take();
                formulas[place] = Some(match earlier {
                    Some(earlier) => earlier + part,
                    None => part,
                });
            }
        }
        let mut cells = Vec::new();
        for (place, amount) in by_place.iter().enumerate() {
            let column = Months::column(place);
            let at = match formulas[place].take() {
                Some(formula) => self.sheet.money(row, column, formula, *amount, Role::Formula),
                None if amount.is_zero() => continue,
                None => {
                    self.sheet.number(row, column, dollars(*amount), Role::Decided, Unit::Money)
                }
            };
            coming[place].push(at);
            cells.push(at);
        }
        sum_row(&mut self.sheet, row, plan);
        if !advanced {
            return None;
        }
        // Instalments beside an end are never late here, so that all of them came by then.
        let sum: Money = by_place.iter().copied().sum();
        let came = super::formula::sum(Area::of(self.at(row, 0), self.at(row, self.count() - 1)));
        Some(self.sheet.money(row, FIRST, came, sum, Role::Formula))
    }

    /// Lays a source month by month.
    fn lay_monthly(&mut self, source: usize, earned: Earned, months: &Months) -> Part {
        let book = &self.books.ledger.streams[source];
        let mut part = Part::default();
        let mut available = book.made_available.clone();
        // A reserve that was authorised before the plan is there at its start.
        if !book.opening[0].is_zero() {
            available[0] = book.opening[0];
            let formulas = earned.months;
            let row = self.sheet.next_row();
            self.sheet.text(row, LABEL, "   there at the start", Role::Label);
            if let Some(formula) = formulas.into_iter().flatten().next() {
                let at = self.sheet.money(row, FIRST, formula, available[0], Role::Formula);
                part.opening = Some(cell(at));
            }
            part.available = self.row("   becomes available", |_, _, _| None, &book.made_available);
            return part;
        }
        let formulas = earned.months;
        let formula = |_: &Sheet, _: u32, place: usize| formulas[place].clone();
        part.available = self.row("   becomes available", formula, &available);
        self.lay_collected(&mut part, &earned.legs, &available, months);
        part
    }

    /// Lays the cash of what months make available, step by step of its curve.
    fn lay_collected(
        &mut self,
        part: &mut Part,
        legs: &[Leg],
        available: &[Money],
        months: &Months,
    ) {
        let count = self.count();
        let earned = part.available;
        let mut area = months.row(self.at(earned, 0));
        let mut amounts = available.to_vec();
        let mut posted = vec![Money::ZERO; count];
        let mut come: (Option<Expression>, i128) = (None, 0);
        for leg in legs {
            if legs.len() > 1 {
                let before = come.0.clone();
                let until = leg.share.map(|(at, share)| {
                    come.1 += share.billionths();
                    match &before {
                        Some(before) => before.clone() + at,
                        None => cell(at),
                    }
                });
                // What has come through this step; through the last one, all.
                let through = |amount: &Money| match leg.share {
                    Some(_) => {
                        Rate::from_billionths(come.1).map_or(*amount, |part| part.of(*amount))
                    }
                    None => *amount,
                };
                let now: Vec<Money> = available.iter().map(through).collect();
                amounts = now.iter().zip(&posted).map(|(now, before)| *now - *before).collect();
                posted = now;
                let share_of = |share: &Option<Expression>, at: At| match share {
                    Some(share) => cents(cell(at) * share.clone()),
                    None => cell(at),
                };
                let formula = |sheet: &Sheet, _: u32, place: usize| {
                    let at = sheet.at(earned, Months::column(place));
                    let now = share_of(&until, at);
                    Some(if before.is_some() { now - share_of(&before, at) } else { now })
                };
                let row = self.row("   of it one step of the curve", formula, &amounts);
                area = months.row(self.at(row, 0));
                come.0 = until;
            }
            let earlier = |place: usize| place.checked_sub(leg.lag_months as usize);
            let figures: Vec<Money> = (0..count)
                .map(|place| earlier(place).map_or(Money::ZERO, |place| amounts[place]))
                .collect();
            let formula = |_: &Sheet, _: u32, place: usize| {
                Some(shifted(area, months.number(place), leg.lag))
            };
            let row = self.row("   its cash", formula, &figures);
            for place in 0..count {
                part.come(self.at(row, place), place, count);
            }
        }
    }

    /// Lays a source as the engine has it.
    fn lay_worked(&mut self, source: usize, note: &str) -> Part {
        let Books { plan, ledger, cash, .. } = self.books;
        let book = &ledger.streams[source];
        let mut part = Part::default();
        if !book.opening[0].is_zero() {
            let row = self.sheet.next_row();
            self.sheet.text(row, LABEL, "   there at the start", Role::Label);
            let opening = dollars(book.opening[0]);
            let at = self.sheet.number(row, FIRST, opening, Role::Decided, Unit::Money);
            part.opening = Some(cell(at));
        }
        part.available = self.worked("   becomes available", &book.made_available, note);
        if book.lapsed.iter().any(|amount| !amount.is_zero()) {
            part.lapsed = Some(self.worked("   lapses", &book.lapsed, note));
        }
        if book.refund_due.iter().any(|amount| !amount.is_zero()) {
            part.refund = Some(self.worked("   has to go back", &book.refund_due, note));
        }
        // Cash without what is reimbursed or was owed at the start, which have rows of their own.
        let mut coming = cash.receipts_by_stream[source].clone();
        for (place, amount) in reimbursed(plan, &self.held(source), &book.drawn) {
            coming[place] -= amount;
        }
        for (place, amount) in receivables(plan, source) {
            coming[place] -= amount;
        }
        if coming.iter().any(|amount| !amount.is_zero()) {
            let row = self.worked("   its cash", &coming, note);
            for place in 0..self.count() {
                part.come(self.at(row, place), place, self.count());
            }
        }
        // What its terms take back.
        let mut back = vec![Money::ZERO; self.count()];
        for tranche in self.held(source) {
            let Receipts::Earned(rows) = &tranche.receipts else { continue };
            for (month, amount) in rows.iter().filter(|(_, amount)| *amount < Money::ZERO) {
                if let Some(place) = plan.horizon.place(*month) {
                    back[place] -= *amount;
                }
            }
        }
        if back.iter().any(|amount| !amount.is_zero()) {
            part.back = Some((self.worked("   taken back by its terms", &back, note), back));
        }
        part
    }

    /// Lays the cash of what is reimbursed after it was spent.
    fn lay_reimbursed(
        &mut self,
        source: usize,
        drawn: u32,
        part: &mut Part,
        (months, inputs): (&mut Months<'a>, &mut Inputs<'a>),
    ) {
        let Books { plan, ledger, .. } = self.books;
        let held = self.held(source);
        let Some((begun, cycle, lag)) = as_spent(plan, &held) else { return };
        let Some(stream) = plan.streams.get(source) else { return };
        let paths = of(stream, &["payment.cycle-months", "terms.payment.cycle-months"]);
        let cycle_at =
            inputs.figure(&paths, "Months of an invoice cycle", of_count(cycle), Unit::Whole);
        let paths = of(stream, &["payment.lag-months", "lag-months"]);
        let lag_at =
            inputs.figure(&paths, "Months from invoice to cash", of_count(lag), Unit::Whole);
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, "   paid in month number", Role::Note);
        let first = Decimal::from(begun + 1);
        let first = self.sheet.number(row, FIRST, first, Role::Grey, Unit::Whole);
        for place in 0..self.count() {
            let since = cell(months.number(place)) - first;
            let cycles = call(Function::Int, vec![since / cycle_at]) + 1;
            let number = cell(first) + cycles * cycle_at - 1 + lag_at;
            let paid = reimbursed_in(place as i32, begun, cycle, lag) + 1;
            let figure = (Decimal::from(paid), Unit::Whole);
            self.sheet.formula(row, Months::column(place), number, figure, Role::Formula);
        }
        let (amounts, marks) = (months.row(self.at(drawn, 0)), months.row(self.at(row, 0)));
        let mut figures = vec![Money::ZERO; self.count()];
        for (place, amount) in reimbursed(plan, &held, &ledger.streams[source].drawn) {
            figures[place] += amount;
        }
        let numbers: Vec<At> = (0..self.count()).map(|place| months.number(place)).collect();
        let formula = move |_: &Sheet, _: u32, place: usize| {
            Some(sum_where(amounts, vec![(marks, cell(numbers[place]))]))
        };
        let row = self.row("   reimbursed", formula, &figures);
        for place in 0..self.count() {
            part.come(self.at(row, place), place, self.count());
        }
    }

    /// Lays what is left of a source, and its cash.
    fn lay_balance(
        &mut self,
        source: usize,
        mut rows: SourceRows,
        part: &Part,
        (draws, months, inputs): (&Draws, &mut Months<'a>, &mut Inputs<'a>),
    ) {
        let Books { plan, ledger, cash, .. } = self.books;
        let book = &ledger.streams[source];
        let zeros = vec![Money::ZERO; self.count()];
        rows.available = part.available;
        let none = |_: &Sheet, _: u32, _: usize| None;
        rows.lapsed = match part.lapsed {
            Some(row) => row,
            None => self.row("   lapses", none, &zeros),
        };
        rows.refund = match part.refund {
            Some(row) => row,
            None => self.row("   has to go back", none, &zeros),
        };
        let (available, drawn) = (rows.available, rows.drawn);
        let (lapsed, refund, opening) = (rows.lapsed, rows.refund, part.opening.clone());
        let left = |sheet: &Sheet, row: u32, place: usize| {
            let at = |row: u32| sheet.at(row, Months::column(place));
            let before = match place {
                0 => opening.clone(),
                _ => Some(cell(sheet.at(row, Months::column(place - 1)))),
            };
            let more = match before {
                Some(before) => before + at(available),
                None => cell(at(available)),
            };
            Some(more - at(drawn) - at(lapsed) - at(refund))
        };
        let closing = book.closing.clone();
        rows.left = self.row("   left to spend", left, &closing);
        // A balance is no sum over months: what it falls below 0 stands there.
        let row = rows.left;
        let area = Area::of(self.at(row, 0), self.at(row, self.count() - 1));
        let over = call(Function::Min, vec![whole(0), area.into()]);
        self.over.push(self.sheet.money(row, SUM, over, Money::ZERO, Role::Check));
        if let Some(opening) = &part.opening {
            let figure = book.opening[0];
            self.there.push(self.sheet.money(row, FIRST, opening.clone(), figure, Role::Formula));
        }
        // Cash that was owed at the start.
        let mut coming = part.coming.clone();
        coming.resize_with(self.count(), Vec::new);
        let name = &book.name;
        let opening = plan.opening_of(crate::name::StreamIndex::from(source));
        let stated = opening.map_or(&[][..], |opening| &opening.receivables);
        let mut owed: Vec<At> = Vec::new();
        let mut by_place: Vec<(Vec<At>, Money)> = vec![(Vec::new(), Money::ZERO); self.count()];
        for (number, (month, amount)) in stated.iter().enumerate() {
            let path = format!("opening.stream.{name}.receivables.{}.amount", number + 1);
            let label = format!("Owed at the start, for {}", month.words());
            let at = inputs.figure(&[path], &label, dollars(*amount), Unit::Money);
            owed.push(at);
            if let Some(place) = plan.horizon.place(*month) {
                by_place[place].0.push(at);
                by_place[place].1 += *amount;
            }
        }
        if !owed.is_empty() {
            let row = self.sheet.next_row();
            self.sheet.text(row, LABEL, "   owed at the plan's start", Role::Label);
            for (place, (cells, figure)) in by_place.iter().enumerate() {
                if !cells.is_empty() {
                    let column = Months::column(place);
                    let sum = sum_of(cells);
                    coming[place].push(self.sheet.money(row, column, sum, *figure, Role::Formula));
                }
            }
        }
        let gathered = |_: &Sheet, _: u32, place: usize| {
            (!coming[place].is_empty()).then(|| sum_of(&coming[place]))
        };
        let receipts = cash.receipts_by_stream[source].clone();
        rows.receipts = self.row("   receipts", gathered, &receipts);
        // What lines are paid with, when they are paid.
        let paid = if book.in_kind { zeros.clone() } else { paid_by(ledger, source, self.count()) };
        let later = draws.later.iter().filter(|(_, _, of)| *of == source);
        let later: Vec<(u32, usize)> = later.map(|(row, line, _)| (*row, *line)).collect();
        let own = Months::column(0);
        let for_lines = rows.for_lines;
        let numbers: Vec<At> = (0..self.count()).map(|place| months.number(place)).collect();
        let last = Months::column(self.count() - 1);
        let formula = |sheet: &Sheet, _: u32, place: usize| {
            if book.in_kind {
                return None;
            }
            let drawn = cell(sheet.at(for_lines, Months::column(place)));
            if later.is_empty() {
                return Some(drawn);
            }
            let mut paid = drawn - draws.drawn_later(source, place);
            for (row, line) in &later {
                let Some(lag) = draws.lags[*line] else { continue };
                let area = Area::of(draws.sheet.at(*row, own), draws.sheet.at(*row, last));
                paid = paid + shifted(area, numbers[place], lag);
            }
            Some(paid)
        };
        rows.paid = self.row("   paid for lines", formula, &paid);
        // What goes back, in the month after it fell due.
        let mut returned = part.back.as_ref().map_or(zeros.clone(), |(_, back)| back.clone());
        for place in 1..self.count() {
            returned[place] += book.refund_due[place - 1];
        }
        let back = part.back.as_ref().map(|(row, _)| *row);
        let formula = |sheet: &Sheet, _: u32, place: usize| {
            let due = (place > 0).then(|| cell(sheet.at(refund, Months::column(place - 1))));
            let taken = back.map(|row| cell(sheet.at(row, Months::column(place))));
            match (due, taken) {
                (Some(due), Some(taken)) => Some(due + taken),
                (due, taken) => due.or(taken),
            }
        };
        rows.returned = self.row("   cash that goes back", formula, &returned);
        self.lay_held(source, &mut rows, (&receipts, &paid, &returned), (&owed, inputs));
        self.rows.push(rows);
    }

    /// Lays the cash that is held for a restricted source's purposes.
    fn lay_held(
        &mut self,
        source: usize,
        rows: &mut SourceRows,
        (receipts, paid, returned): (&[Money], &[Money], &[Money]),
        (owed_cells, inputs): (&[At], &mut Inputs),
    ) {
        let Books { plan, ledger, .. } = self.books;
        let book = &ledger.streams[source];
        let opening = plan.opening_of(crate::name::StreamIndex::from(source));
        let cash = opening.map_or(Money::ZERO, |opening| opening.cash);
        let owed: Money = opening
            .map_or(Money::ZERO, |opening| opening.receivables.iter().map(|(_, sum)| *sum).sum());
        let own_cash = (!cash.is_zero()).then(|| {
            let path = format!("opening.stream.{}.cash", book.name);
            let at = inputs.constant(
                "Cash held of it at the start",
                dollars(cash),
                Unit::Money,
                &inputs.place_of(&path),
            );
            self.opening.push(at);
            at
        });
        if book.unrestricted {
            return;
        }
        let recovered = self.recoveries(source);
        let mut standing = cash - owed;
        let mut standings = Vec::new();
        for place in 0..self.count() {
            standing += receipts[place] - paid[place] - recovered[place] - returned[place];
            standings.push(standing);
        }
        let drawn_row = rows.drawn;
        let lines_row = rows.for_lines;
        let (receipts, paid, returned) = (rows.receipts, rows.paid, rows.returned);
        let formula = |sheet: &Sheet, row: u32, place: usize| {
            let at = |row: u32| sheet.at(row, Months::column(place));
            let before = match place {
                // What is owed pays back what unrestricted cash laid out.
                0 => {
                    let cash = own_cash.map_or(whole(0), cell);
                    if owed_cells.is_empty() { cash } else { cash - sum_of(owed_cells) }
                }
                _ => cell(sheet.at(row, Months::column(place - 1))),
            };
            let mut now = before + at(receipts) - at(paid) - at(returned);
            if drawn_row != lines_row {
                now = now - (cell(at(drawn_row)) - at(lines_row));
            }
            Some(now)
        };
        let standing = self.row("   received and not yet paid out", formula, &standings);
        self.sheet.rows[standing as usize].remove(&SUM);
        let held: Vec<Money> = standings.iter().map(|amount| amount.floor_zero()).collect();
        let formula = |sheet: &Sheet, _: u32, place: usize| {
            Some(floor_zero(sheet.at(standing, Months::column(place))))
        };
        let row = self.row("   cash held for its purposes", formula, &held);
        self.sheet.rows[row as usize].remove(&SUM);
        rows.held = Some(row);
    }
}

/// What was laid of a source before its balance.
#[derive(Default)]
struct Part {
    available: u32,
    opening: Option<Expression>,
    lapsed: Option<u32>,
    refund: Option<u32>,
    /// The cells of cash that comes, by month.
    coming: Vec<Vec<At>>,
    /// The row of what terms take back, and what that is.
    back: Option<(u32, Vec<Money>)>,
}

impl Part {
    fn come(&mut self, at: At, place: usize, months: usize) {
        self.coming.resize_with(months, Vec::new);
        self.coming[place].push(at);
    }
}

/// The amount of a row so many months earlier.
pub fn shifted(area: Area, number: At, lag: At) -> Expression {
    when(cell(number).above(lag), at_place(area, cell(number) - lag), 0)
}

/// When a stream is reimbursed: the place in which its first cycle begins, a cycle's months, and the lag.
fn as_spent(plan: &Plan, held: &[&HeldTranche]) -> Option<(i32, u32, u32)> {
    held.iter().find_map(|tranche| match tranche.receipts {
        Receipts::AsSpent { cycle_months, lag_months } => {
            let begun = tranche.first.since(plan.horizon.start);
            Some((begun, cycle_months.max(1), lag_months))
        }
        _ => None,
    })
}

/// What is reimbursed, by place.
fn reimbursed(plan: &Plan, held: &[&HeldTranche], drawn: &[Money]) -> Vec<(usize, Money)> {
    let Some((begun, cycle, lag)) = as_spent(plan, held) else { return Vec::new() };
    let paid = |(place, amount): (usize, &Money)| {
        let place = usize::try_from(reimbursed_in(place as i32, begun, cycle, lag)).ok()?;
        (place < drawn.len()).then_some((place, *amount))
    };
    drawn.iter().enumerate().filter_map(paid).collect()
}

/// What is owed to a stream at the plan's start, by place.
fn receivables(plan: &Plan, source: usize) -> impl Iterator<Item = (usize, Money)> + '_ {
    let opening = plan.opening_of(crate::name::StreamIndex::from(source));
    let rows = opening.map_or(&[][..], |opening| &opening.receivables);
    rows.iter().filter_map(|(month, amount)| Some((plan.horizon.place(*month)?, *amount)))
}

/// What is drawn of each source for lines, by month.
fn drawn_for_lines(ledger: &Ledger) -> Vec<Vec<Money>> {
    let mut drawn = vec![vec![Money::ZERO; ledger.months()]; ledger.streams.len()];
    for draw in &ledger.draws {
        drawn[draw.stream][draw.place] += draw.amount;
    }
    drawn
}

/// What a source's draws pay, in the months in which lines are paid.
fn paid_by(ledger: &Ledger, source: usize, months: usize) -> Vec<Money> {
    let mut paid = vec![Money::ZERO; months];
    for draw in ledger.draws.iter().filter(|draw| draw.stream == source) {
        let lag = ledger.lines[draw.line.at()].payment_lag_months as usize;
        if let Some(paid) = paid.get_mut(draw.place + lag) {
            *paid += draw.amount;
        }
    }
    paid
}
