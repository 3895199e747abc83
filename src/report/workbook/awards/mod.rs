//! The sheet of awards: what each source makes available, what is drawn of it, what lapses or goes back, and its cash.

mod apart;
mod balance;
mod by_terms;
mod chain;
mod collected;
mod figure;
mod instalments;
mod laying;
mod monthly;
mod parts;
mod savings;
mod savings_terms;

use self::figure::Figure;
use super::braid::Draws;
use super::costs::{Costs, figure_of, sum_row};
use super::earned::Earned;
use super::formula::{Expression, at_place, cell, sum_of, when};
use super::inputs::Inputs;
use super::months::{Months, month_sheet};
use super::sheet::{
    Area, At, FIRST, ID, LABEL, MARK, NOTE, Place, Role, SUM, Sheet, Unit, dollars,
};
use crate::cash::Cash;
use crate::diagnostic::visible;
use crate::funding::{Receipts, Status, reimbursed_in};
use crate::ledger::Ledger;
use crate::money::Money;
use crate::name::StreamIndex;
use crate::plan::Plan;
use crate::plan::restriction::Restrictions;
use crate::timeline::{HeldTranche, Timeline};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

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

/// How a source is reimbursed.
#[derive(Clone, Copy, Debug)]
pub struct Reimbursed {
    /// The row of the months in which a month's cost is paid.
    pub paid_in: u32,
    /// The cell of the months from invoice to cash.
    pub lag: At,
    /// The place in which its first invoice cycle begins.
    pub begun: i32,
    /// Months of a cycle.
    pub cycle: u32,
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
    /// The view that the books hold.
    view: Status,
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
    /// The rows of what sources bring as planned that fees are a share of, where formulas say it.
    pub as_planned: BTreeMap<usize, u32>,
    /// The row of what repays a recoverable grant, and what came to repay it before the plan, by the grant's place.
    pub repaying: BTreeMap<usize, (u32, Figure)>,
    /// The rows of what sources earn by their terms, by place: what awards may fall by.
    earns: BTreeMap<usize, u32>,
    /// The rows of what lines need, on the sheet of costs.
    need_rows: Vec<u32>,
    /// The cells of opening cash that streams hold.
    pub opening: Vec<At>,
    /// The same by source.
    pub cash_cells: Vec<Option<At>>,
    /// The cells of what is owed at the start, by source.
    pub owed: Vec<Vec<At>>,
    /// How each source is reimbursed, where it is.
    pub reimbursed: Vec<Option<Reimbursed>>,
    /// The row of what lapses of all sources.
    pub lapsed_row: u32,
    /// The row of what has to go back of all sources.
    pub refund_row: u32,
    /// The row of what is drawn for lines of all sources.
    pub drawn_row: u32,
    /// Cells that fall below 0 where a source or an award is drawn beyond what it holds.
    pub over: Vec<At>,
    /// What streams have due of losses: the place, the cell and the amount, by source.
    pub losses: BTreeMap<usize, Vec<(usize, At, Money)>>,
    /// Whether the shares of each collection curve come to one, by the cell of its first share.
    pub curves: BTreeMap<At, At>,
    /// The table of minimum savings rates.
    brackets: Option<(At, At)>,
    /// The cells of what is there of each source at the start.
    pub there: Vec<At>,
}

/// What a stream's money is laid by.
enum Laying {
    /// Month by month, by formulas over inputs.
    Monthly(Earned),
    /// Award by award, by formulas over inputs.
    Laid(Part),
    /// What other sources recover of indirect cost.
    Recovered,
    /// As it is drawn: it exists no sooner.
    OnDemand,
    /// As the engine has it.
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
        let sources = books.ledger.streams.len();
        let mut awards = Awards {
            books,
            first_months,
            sheet,
            rows: vec![SourceRows::default(); sources],
            view: costs.view,
            recovered: Vec::new(),
            fixed: Vec::new(),
            bound: BTreeSet::new(),
            as_planned: BTreeMap::new(),
            repaying: BTreeMap::new(),
            earns: BTreeMap::new(),
            need_rows: costs.rows.clone(),
            opening: Vec::new(),
            cash_cells: vec![None; sources],
            owed: vec![Vec::new(); sources],
            reimbursed: vec![None; sources],
            lapsed_row: 0,
            refund_row: 0,
            drawn_row: 0,
            over: Vec::new(),
            losses: BTreeMap::new(),
            curves: BTreeMap::new(),
            brackets: None,
            there: Vec::new(),
        };
        for source in in_order(books) {
            awards.lay_source(source, draws, months, inputs);
        }
        awards.sheet.block("all sources");
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
        self.shown(self.at(row, place))
    }

    /// The amount that a cell of this sheet shows.
    fn shown(&self, at: At) -> Money {
        let cents = figure_of(&self.sheet, at.row, at.column) * Decimal::ONE_HUNDRED;
        Money::from_cents(i64::try_from(cents).unwrap_or_default())
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
        self.sheet.block(book.name.as_str());
        let head = self.sheet.next_row();
        self.sheet.text(head, LABEL, &title, Role::Heading);
        self.sheet.text(head, ID, &book.name, Role::Grey);
        let number = Decimal::from(draws.number(source));
        self.sheet.number(head, MARK, number, Role::Grey, Unit::Whole);
        if source < plan.streams.len() {
            inputs.block(&format!("stream.{}", book.name), &format!("Source: {title}"));
        }
        let from = inputs.place_of(&format!("stream.{}", book.name));
        let note = match self.held(source).is_empty() {
            true => "brings nothing in this view".to_string(),
            false => format!("worked out by the engine from {from}"),
        };
        let cash = self.cash_held(source, inputs);
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
        let mut laid = match self.laying(source, cash, (draws, months), inputs) {
            Laying::Laid(part) => part,
            Laying::Monthly(earned) => self.lay_monthly(source, earned, (months, inputs)),
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
        laid.cash = cash;
        self.lay_balance(source, rows, &laid, (draws, inputs));
        self.lay_by_terms(source, &laid, months);
    }

    /// The cell of the cash that is held of a source at the start, where any is.
    fn cash_held(&mut self, source: usize, inputs: &mut Inputs<'a>) -> Option<At> {
        let Books { plan, ledger, .. } = self.books;
        let cash = plan.opening_of(StreamIndex::from(source))?.cash;
        if cash.is_zero() {
            return None;
        }
        let path = [format!("opening.stream.{}.cash", ledger.streams[source].name)];
        let label = "Cash held of it at the start";
        let at = inputs.figure(&path, label, dollars(cash), Unit::Money);
        self.opening.push(at);
        self.cash_cells[source] = Some(at);
        Some(at)
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
    /// What its terms bring, where a fee or a repayment asks and that is not what comes.
    by_terms: Option<Box<by_terms::ByTerms>>,
    /// The cell of cash that is held of it at the start.
    cash: Option<At>,
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

/// The sources in the order in which they are laid: awards that income is taken off after what earns it, and what is
/// recovered last.
fn in_order(books: Books) -> Vec<usize> {
    let lowered = |source: &usize| {
        let earns = |restrictions: &Restrictions| {
            restrictions.award.earned_by == Some(StreamIndex::from(*source))
        };
        books.plan.restrictions.iter().any(earns)
    };
    let mut order: Vec<usize> = (0..books.ledger.streams.len()).collect();
    order.sort_by_key(|source| (*source >= books.plan.streams.len(), lowered(source)));
    order
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
    let opening = plan.opening_of(StreamIndex::from(source));
    let rows = opening.map_or(&[][..], |opening| &opening.receivables);
    rows.iter().filter_map(|(month, amount)| Some((plan.horizon.place(*month)?, *amount)))
}

/// What is drawn of each source for lines, by month.
pub(super) fn drawn_for_lines(ledger: &Ledger) -> Vec<Vec<Money>> {
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
