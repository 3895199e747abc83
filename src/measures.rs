//! What is reported, read from the books alone, so that no figure can disagree with an export.

mod cliffs;
mod debt;
mod lasting;
mod net_assets;

pub use self::cliffs::authority_by_month;
pub use self::lasting::{SUSTAINED_MONTHS, has_to_stand};
pub use self::net_assets::NetAssetsYear;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::cash::Cash;
use crate::funding::{Kind, MemoKind, Status};
use crate::ledger::{Ledger, LineBook, StreamBook};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::net_assets::NetAssets;
use crate::plan::cost::{Category, Layer, Priority};

/// The books that measures are read from: one braid each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Books {
    /// The braid as spent, in the chosen view.
    pub ledger: Ledger,
    /// Its cash.
    pub cash: Cash,
    /// Its net assets.
    pub net_assets: NetAssets,
    /// Each rung of the certainty ladder, braided anew.
    pub ladder: Vec<(Status, Ledger)>,
    /// Dependable money alone, against the needs of the chosen view.
    pub dependable: Ledger,
    /// The chosen view without reserves and one-time money.
    pub structural: Ledger,
    /// The chosen view in the optimal braid: the best case, if every date were known today.
    pub optimal: Ledger,
    /// The chosen view by documented shares.
    pub shares: Ledger,
}

/// Every figure of a forecast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measures {
    /// The fiscal years of the horizon, in order; the first and last may be short.
    pub years: Vec<YearMeasure>,
    /// The same over the whole horizon.
    pub total: YearMeasure,
    /// The gap by function, in the order of words.
    pub gap_by_function: Vec<GapRow>,
    /// The gap by line, in the order of names; every line stands here.
    pub gap_by_line: Vec<GapRow>,
    /// Coverage by layer, priority and year.
    pub coverage: Vec<CoverageRow>,
    /// The gap of each rung of the certainty ladder.
    pub ladder: Vec<LadderRung>,
    /// The cliffs, in the order of months.
    pub cliffs: Vec<Cliff>,
    /// The first month with a core gap.
    pub first_core_gap: Option<Month>,
    /// The first month from `as-of` on with a core gap: what was unpaid before is past.
    pub next_core_gap: Option<Month>,
    /// How long core costs stay covered.
    pub runway: Runway,
    /// Months before the runway's end whose core gap is above zero: small standing gaps.
    pub standing_gaps: Vec<(Month, Money)>,
    /// When dependable money covers all backbone and core cost.
    pub sustainability: Option<Sustainability>,
    /// Cash.
    pub cash: CashMeasure,
    /// Indirect cost recovered, by award.
    pub indirect: Vec<IndirectRow>,
    /// The cost of the overhead lines.
    pub overhead: Money,
    /// Who pays, who benefits, by partner organisation, in the order of names.
    pub partners: Vec<PartnerRow>,
    /// Money that lapsed, went back or stood idle while a gap stayed, by stream.
    pub stranded: Vec<StrandedRow>,
    /// What is borrowed and owed, by loan.
    pub debts: Vec<DebtRow>,
    /// The line of credit, where the plan has one.
    pub credit: Option<CreditMeasure>,
    /// Net assets by fiscal year, in the order of [`Measures::years`].
    pub net_assets: Vec<NetAssetsYear>,
}

/// One fiscal year, or the whole horizon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearMeasure {
    /// The year, named by its end; 0 for the whole horizon.
    pub year: i32,
    /// Months of the year that lie in the horizon.
    pub months: u32,
    /// The cost of all lines.
    pub cost: Money,
    /// What is covered of it.
    pub covered: Money,
    /// What stays unpaid: core, essential, stretch.
    pub gap: [Money; 3],
    /// Cost by priority: core, essential, stretch.
    pub cost_by_priority: [Money; 3],
    /// What the optimal braid leaves: core, essential, stretch.
    pub irreducible: [Money; 3],
    /// What documented shares leave: core, essential, stretch.
    pub gap_by_shares: [Money; 3],
    /// The gap before reserves and one-time money.
    pub structural_gap: Money,
    /// Authority that lapsed.
    pub lapsed: Money,
    /// Cash that must go back.
    pub refund_due: Money,
    /// Core cost that dependable money alone covers, as a share of core cost.
    pub dependable_share: Rate,
    /// Draws on grants as a share of all draws.
    pub grant_dependence: Rate,
    /// The funder of the most draws, with its share; nothing where nothing is drawn.
    pub top_funder: Option<(String, Rate)>,
    /// The concentration of draws over funders (Herfindahl-Hirschman, from 0 to 1).
    pub concentration: Rate,
    /// Of what is covered, what borrowed money covers: it has to be repaid.
    pub covered_by_debt: Money,
    /// Principal and interest that fall due, the line of credit's interest with them.
    pub debt_service: Money,
    /// Cash that comes in less what is paid, with neither borrowed cash and what it pays nor debt service.
    pub net_cash_before_debt: Money,
}

impl YearMeasure {
    /// Net cash before debt service over debt service (the coverage ratio of lenders), where there is
    /// any service.
    pub fn debt_cover(&self) -> Option<Rate> {
        self.debt_service.is_positive().then(|| self.net_cash_before_debt.ratio(self.debt_service))
    }

    /// What net cash lacks of the debt service: all of it at most, whatever else net cash lacks.
    pub fn debt_service_short(&self) -> Money {
        self.debt_service - self.net_cash_before_debt.floor_zero().at_most(self.debt_service)
    }

    /// What the optimal braid leaves of all cost.
    pub fn irreducible_gap(&self) -> Money {
        self.irreducible.iter().sum()
    }

    /// The whole gap.
    pub fn gap_total(&self) -> Money {
        self.gap.iter().sum()
    }
}

/// The gap of a function or a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapRow {
    /// The id or word.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Its cost by fiscal year, in the order of [`Measures::years`].
    pub cost: Vec<Money>,
    /// Its gap by fiscal year.
    pub gap: Vec<Money>,
    /// Its gap in full-time equivalents by fiscal year (average over the year's months); zero where
    /// it has no positions.
    pub gap_fte: Vec<Rate>,
    /// The first month with a gap.
    pub first: Option<Month>,
}

impl GapRow {
    /// Its gap over the horizon.
    pub fn total(&self) -> Money {
        self.gap.iter().sum()
    }
}

/// Coverage of a layer or a priority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageRow {
    /// `layer.backbone`, `priority.core` and so on.
    pub name: String,
    /// Cost by fiscal year.
    pub cost: Vec<Money>,
    /// What is covered by fiscal year.
    pub covered: Vec<Money>,
}

/// One rung of the certainty ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LadderRung {
    /// Money at least as sure as this.
    pub view: Status,
    /// The gap by priority over the horizon.
    pub gap: [Money; 3],
    /// The gap by fiscal year.
    pub by_year: Vec<Money>,
    /// The first month with a core gap.
    pub first_core_gap: Option<Month>,
}

/// A fall of authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cliff {
    /// The first month after the fall.
    pub month: Month,
    /// Authority of the twelve months before.
    pub before: Money,
    /// Authority of the twelve months after, this month with them.
    pub after: Money,
    /// The fall of one-time money, which stands apart.
    pub one_time: Money,
    /// The streams that fall, by id, the deepest fall first.
    pub streams: Vec<(String, Money)>,
}

impl Cliff {
    /// The fall.
    pub fn fall(&self) -> Money {
        self.before - self.after
    }
}

/// Whole months from `as-of`; nothing where the horizon ends first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Runway {
    /// Months until the first month whose next three months' core gap exceeds 5 % of their core cost.
    pub core_months: Option<u32>,
    /// Months until the first month with unrestricted cash below the floor.
    pub cash_months: Option<u32>,
}

/// When the partnership stands on dependable money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sustainability {
    /// The first month from which dependable money covers all backbone and core cost to the end.
    pub month: Month,
    /// The last month of the coverage: the horizon's end, or the end of the contracts it rests on.
    pub until: Month,
    /// The streams that it rests on, by id.
    pub rests_on: Vec<String>,
}

/// Cash, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CashMeasure {
    /// The lowest unrestricted cash at a month's end from `as-of` on, paying every cost, with its month.
    pub lowest: (Month, Money),
    /// The lowest unrestricted cash at a month's end from `as-of` on, paying what the braid funds, with its
    /// month.
    pub lowest_funded: (Month, Money),
    /// The first month from `as-of` on in which unrestricted cash falls below zero, paying every cost.
    pub runs_out: Option<Month>,
    /// The working capital that late payment takes: how far unrestricted cash falls below zero while
    /// paying only what the braid funds.
    pub working_capital: Money,
    /// At the end of each fiscal year: days of unrestricted cash.
    pub days: Vec<Rate>,
    /// At the end of each fiscal year: months of liquid unrestricted net assets.
    pub liquid_months: Vec<Rate>,
}

/// Indirect cost of one award.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndirectRow {
    /// The stream's id.
    pub stream: String,
    /// The direct base that was charged.
    pub base: Money,
    /// What was recovered.
    pub recovered: Money,
    /// What the rate allows on the base and was not recovered: kept back by a cap, or by authority that
    /// was spent.
    pub unrecovered: Money,
}

/// What a partner organisation puts in and gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerRow {
    /// The organisation.
    pub name: String,
    /// What of its money is drawn, but for what it lends.
    pub put_in: Money,
    /// What of the money that it lends is drawn: it has to be repaid.
    pub lent: Money,
    /// The functions that what it puts in pays for, the largest first, with amounts.
    pub pays_for: Vec<(String, Money)>,
    /// The cost that it bears itself, as planned.
    pub bears: Money,
    /// Savings generated for it (negative: losses).
    pub savings: Money,
    /// What of them the partnership captures.
    pub captured: Money,
}

/// What a line of credit does over the horizon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreditMeasure {
    /// The first month with the most owed at its end, and how much.
    pub peak: (Month, Money),
    /// The interest in all.
    pub interest: Money,
    /// Months in which it lent all that it could.
    pub months_at_limit: u32,
    /// What is owed at the horizon's end.
    pub owed: Money,
}

/// What is borrowed by one loan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DebtRow {
    /// The stream's id.
    pub stream: String,
    /// What was owed at the plan's start.
    pub owed_before: Money,
    /// What comes in within the horizon.
    pub borrowed: Money,
    /// Principal that falls due within the horizon.
    pub principal: Money,
    /// Interest that falls due within the horizon.
    pub interest: Money,
    /// Of both, what stays unpaid.
    pub unpaid: Money,
    /// Principal owed at the horizon's end: due after it, or due within it and never paid.
    pub owed: Money,
}

/// Money of a stream that was of no use while a gap stayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrandedRow {
    /// The stream's id.
    pub stream: String,
    /// What lapsed.
    pub lapsed: Money,
    /// What went back.
    pub refund_due: Money,
    /// What is still held.
    pub idle: Money,
}

impl Books {
    /// The share of the core cost of some months, what loans have due with it, that dependable money alone covers;
    /// nothing where there is no core cost, or where the horizon does not hold these months.
    pub fn dependable_share(&self, places: RangeInclusive<usize>) -> Option<Rate> {
        if *places.end() >= self.ledger.months() {
            return None;
        }
        let sum = |ledger: &Ledger, of: fn(&LineBook) -> &Vec<Money>| -> Money {
            by_priority(ledger, |line| of(line)[places.clone()].iter().sum())[0]
        };
        let cost = sum(&self.ledger, |line| &line.need);
        let covered = sum(&self.dependable, |line| &line.covered);
        cost.is_positive().then(|| covered.ratio(cost))
    }
}

impl Measures {
    /// Reads every figure from the books.
    pub fn from_books(books: &Books) -> Measures {
        let spans = fiscal_years(&books.ledger);
        let horizon = Span { year: 0, first: 0, last: books.ledger.months() - 1 };
        let year = |span: &Span| year_measure(books, span);
        let (runway, standing_gaps) = lasting::runway(books);
        Measures {
            years: spans.iter().map(year).collect(),
            total: year(&horizon),
            gap_by_function: gap_by_function(&books.ledger, &spans),
            gap_by_line: gap_by_line(&books.ledger, &spans),
            coverage: coverage(&books.ledger, &spans),
            ladder: books.ladder.iter().map(|(view, ledger)| rung(*view, ledger, &spans)).collect(),
            cliffs: cliffs::told(&books.ledger),
            first_core_gap: first_core_gap(&books.ledger, 0),
            next_core_gap: next_core_gap(&books.ledger),
            runway,
            standing_gaps,
            sustainability: lasting::sustainability(&books.dependable),
            cash: cash_measure(books, &spans),
            indirect: indirect(&books.ledger),
            overhead: overhead(&books.ledger),
            partners: partners(&books.ledger),
            stranded: stranded(&books.ledger),
            debts: debt::rows(books),
            credit: debt::credit(books),
            net_assets: spans.iter().map(|span| net_assets::year(books, span)).collect(),
        }
    }
}

/// The months of one fiscal year within the horizon.
struct Span {
    year: i32,
    first: usize,
    last: usize,
}

impl Span {
    fn of(&self, months: &[Money]) -> Money {
        months[self.first..=self.last].iter().sum()
    }

    fn places(&self) -> RangeInclusive<usize> {
        self.first..=self.last
    }
}

fn fiscal_years(ledger: &Ledger) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for place in 0..ledger.months() {
        let year = ledger.fiscal.year_of(ledger.horizon.month(place));
        match spans.last_mut() {
            Some(span) if span.year == year => span.last = place,
            _ => spans.push(Span { year, first: place, last: place }),
        }
    }
    spans
}

fn by_priority(ledger: &Ledger, amount: impl Fn(&LineBook) -> Money) -> [Money; 3] {
    let mut sums = [Money::ZERO; 3];
    for line in &ledger.lines {
        sums[line.priority as usize] += amount(line);
    }
    sums
}

fn year_measure(books: &Books, span: &Span) -> YearMeasure {
    let ledger = &books.ledger;
    let over_streams = |amount: fn(&StreamBook) -> &Vec<Money>| -> Money {
        ledger.streams.iter().map(|stream| span.of(amount(stream))).sum()
    };
    let cost_by_priority = by_priority(ledger, |line| span.of(&line.need));
    let gap = by_priority(ledger, |line| span.of(&line.gap));
    let cost: Money = cost_by_priority.iter().sum();
    let structural = by_priority(&books.structural, |line| span.of(&line.gap));
    let funders = drawn_by_funder(ledger, span, |_| true);
    let drawn: Money = funders.values().sum();
    let of_grants = drawn_by_funder(ledger, span, |stream| stream.kind == Some(Kind::Grant));
    let grants: Money = of_grants.values().sum();
    let top = funders.iter().max_by_key(|(name, amount)| (**amount, std::cmp::Reverse(*name)));
    YearMeasure {
        year: span.year,
        months: (span.last - span.first + 1) as u32,
        cost,
        covered: cost - gap.iter().sum(),
        gap,
        cost_by_priority,
        irreducible: by_priority(&books.optimal, |line| span.of(&line.gap)),
        gap_by_shares: by_priority(&books.shares, |line| span.of(&line.gap)),
        structural_gap: structural.iter().sum(),
        lapsed: over_streams(|stream| &stream.lapsed),
        refund_due: over_streams(|stream| &stream.refund_due),
        dependable_share: books.dependable_share(span.places()).unwrap_or_default(),
        grant_dependence: grants.ratio(drawn),
        top_funder: top
            .filter(|_| drawn.is_positive())
            .map(|(name, amount)| (name.to_string(), amount.ratio(drawn))),
        concentration: concentration(funders.values().copied(), drawn),
        covered_by_debt: debt::covered(ledger, span),
        debt_service: debt::service(books, span),
        net_cash_before_debt: debt::net_cash(books, span),
    }
}

/// What was drawn on a funder's streams, by funder, with what their awards' indirect recovery took: it is
/// that funder's money, whoever spends it later.
fn drawn_by_funder<'a>(
    ledger: &'a Ledger,
    span: &Span,
    picks: impl Fn(&StreamBook) -> bool,
) -> BTreeMap<&'a str, Money> {
    let mut funders: BTreeMap<&str, Money> = BTreeMap::new();
    for stream in ledger.streams.iter().filter(|stream| stream.kind.is_some() && picks(stream)) {
        let drawn = span.of(&stream.drawn);
        if drawn.is_positive() {
            *funders.entry(stream.funder.as_str()).or_default() += drawn;
        }
    }
    funders
}

/// The sum of squared shares, to six places, half away from zero.
fn concentration(amounts: impl Iterator<Item = Money>, total: Money) -> Rate {
    let total = i128::from(total.cents());
    if total == 0 {
        return Rate::ZERO;
    }
    let square = |amount: Money| i128::from(amount.cents()) * i128::from(amount.cents());
    let squares: i128 = amounts.map(square).sum();
    let whole = total * total;
    let millionths =
        (squares / whole) * 1_000_000 + ((squares % whole) * 1_000_000 + whole / 2) / whole;
    Rate::from_billionths(millionths * 1_000).expect("a concentration lies between 0 and 1")
}

fn gap_row(
    name: &str,
    title: &str,
    lines: &[&LineBook],
    ledger: &Ledger,
    spans: &[Span],
) -> GapRow {
    let sum = |amount: fn(&LineBook) -> &Vec<Money>, span: &Span| -> Money {
        lines.iter().map(|line| span.of(amount(line))).sum()
    };
    let first =
        (0..ledger.months()).find(|place| lines.iter().any(|line| line.gap[*place].is_positive()));
    GapRow {
        name: name.to_string(),
        title: title.to_string(),
        cost: spans.iter().map(|span| sum(|line| &line.need, span)).collect(),
        gap: spans.iter().map(|span| sum(|line| &line.gap, span)).collect(),
        gap_fte: spans.iter().map(|span| unfunded_positions(lines, span)).collect(),
        first: first.map(|place| ledger.horizon.month(place)),
    }
}

/// Positions without money, as an average over the months of a year, to two places.
fn unfunded_positions(lines: &[&LineBook], span: &Span) -> Rate {
    let mut billionths = 0_i128;
    for line in lines {
        for place in span.places() {
            let (gap, need) = (line.gap[place].cents(), line.need[place].cents());
            if need > 0 {
                billionths += line.fte[place].billionths() * i128::from(gap) / i128::from(need);
            }
        }
    }
    let months = (span.last - span.first + 1) as i128;
    let hundredths = (billionths / months + 5_000_000) / 10_000_000;
    Rate::from_billionths(hundredths * 10_000_000).unwrap_or(Rate::ZERO)
}

fn gap_by_line(ledger: &Ledger, spans: &[Span]) -> Vec<GapRow> {
    let row = |line: &LineBook| gap_row(&line.name, &line.title, &[line], ledger, spans);
    ledger.lines.iter().map(row).collect()
}

fn gap_by_function(ledger: &Ledger, spans: &[Span]) -> Vec<GapRow> {
    let mut functions: BTreeMap<&str, Vec<&LineBook>> = BTreeMap::new();
    for line in &ledger.lines {
        functions.entry(&line.function).or_default().push(line);
    }
    let row = |(name, lines): (&str, Vec<&LineBook>)| gap_row(name, name, &lines, ledger, spans);
    functions.into_iter().map(row).collect()
}

fn coverage(ledger: &Ledger, spans: &[Span]) -> Vec<CoverageRow> {
    let row = |name: String, picks: &dyn Fn(&LineBook) -> bool| {
        let sum = |amount: fn(&LineBook) -> &Vec<Money>, span: &Span| -> Money {
            ledger.lines.iter().filter(|line| picks(line)).map(|line| span.of(amount(line))).sum()
        };
        CoverageRow {
            name,
            cost: spans.iter().map(|span| sum(|line| &line.need, span)).collect(),
            covered: spans.iter().map(|span| sum(|line| &line.covered, span)).collect(),
        }
    };
    let layers = Layer::ALL.iter().map(|layer| {
        row(format!("layer.{}", layer.word()), &|line: &LineBook| line.layer == *layer)
    });
    let priorities = Priority::ALL.iter().map(|priority| {
        row(format!("priority.{}", priority.word()), &|line: &LineBook| line.priority == *priority)
    });
    layers.chain(priorities).collect()
}

fn core_gap(ledger: &Ledger, place: usize) -> Money {
    by_priority(ledger, |line| line.gap[place])[0]
}

/// The first month from `as-of` on with a core gap.
pub fn next_core_gap(ledger: &Ledger) -> Option<Month> {
    let horizon = &ledger.horizon;
    first_core_gap(ledger, horizon.as_of.since(horizon.start).max(0) as usize)
}

fn first_core_gap(ledger: &Ledger, from: usize) -> Option<Month> {
    let place = (from..ledger.months()).find(|place| core_gap(ledger, *place).is_positive());
    place.map(|place| ledger.horizon.month(place))
}

fn rung(view: Status, ledger: &Ledger, spans: &[Span]) -> LadderRung {
    let total = |span: &Span| -> Money { ledger.lines.iter().map(|line| span.of(&line.gap)).sum() };
    LadderRung {
        view,
        gap: by_priority(ledger, |line| line.gap.iter().sum()),
        by_year: spans.iter().map(total).collect(),
        first_core_gap: first_core_gap(ledger, 0),
    }
}

fn cash_measure(books: &Books, spans: &[Span]) -> CashMeasure {
    let (cash, horizon) = (&books.cash, &books.ledger.horizon);
    let dated = |(place, amount): (usize, Money)| (horizon.month(place), amount);
    let (_, short) = cash.lowest_funded();
    // In-kind is never cash.
    let in_kind = books.ledger.streams.iter().filter(|stream| stream.in_kind);
    let cost = |span: &Span| -> Money {
        let need: Money = books.ledger.lines.iter().map(|line| span.of(&line.need)).sum();
        need - in_kind.clone().map(|stream| span.of(&stream.drawn)).sum()
    };
    // Days of a year of the span's own length; months likewise.
    let days = |span: &Span| {
        let months = (span.last - span.first + 1) as i64;
        per_cost(cash.unrestricted[span.last], cost(span), 365 * months, 12)
    };
    let liquid = |span: &Span| {
        let months = (span.last - span.first + 1) as i64;
        per_cost(cash.liquid[span.last], cost(span), months, 1)
    };
    CashMeasure {
        lowest: dated(cash.lowest()),
        lowest_funded: dated(cash.lowest_funded()),
        runs_out: cash.runs_out().map(|place| horizon.month(place)),
        working_capital: (-short).floor_zero(),
        days: spans.iter().map(days).collect(),
        liquid_months: spans.iter().map(liquid).collect(),
    }
}

/// A balance over a cost, times `numerator / denominator`, to one place, half away from zero, and within
/// the bounds of a rate; zero where there is no cost.
pub(crate) fn per_cost(balance: Money, cost: Money, numerator: i64, denominator: i64) -> Rate {
    if cost.is_zero() {
        return Rate::ZERO;
    }
    let (balance, cost) = (i128::from(balance.cents()), i128::from(cost.cents()));
    let (part, whole) = (balance * i128::from(numerator) * 10, cost * i128::from(denominator));
    let tenths = (2 * part + part.signum() * whole) / (2 * whole);
    let bounded = tenths.clamp(-9_999, 9_999);
    Rate::from_billionths(bounded * 100_000_000).expect("a bounded quotient is a rate")
}

fn indirect(ledger: &Ledger) -> Vec<IndirectRow> {
    let mut rows: BTreeMap<usize, IndirectRow> = BTreeMap::new();
    for recovery in &ledger.recoveries {
        let row = rows.entry(recovery.stream).or_insert_with(|| IndirectRow {
            stream: ledger.streams[recovery.stream].name.clone(),
            base: Money::ZERO,
            recovered: Money::ZERO,
            unrecovered: Money::ZERO,
        });
        row.base += recovery.base;
        row.recovered += recovery.amount;
    }
    for (stream, row) in &mut rows {
        let rate = ledger.streams[*stream].indirect_rate.unwrap_or_default();
        let allowed = rate.try_of(row.base).unwrap_or(Money::MAX);
        row.unrecovered = (allowed - row.recovered).floor_zero();
    }
    rows.into_values().collect()
}

fn overhead(ledger: &Ledger) -> Money {
    let lines = ledger.lines.iter().filter(|line| line.category == Category::Overhead);
    lines.map(|line| line.need.iter().sum::<Money>()).sum()
}

fn partners(ledger: &Ledger) -> Vec<PartnerRow> {
    let mut rows: BTreeMap<String, PartnerRow> = BTreeMap::new();
    let mut pays: BTreeMap<(String, String), Money> = BTreeMap::new();
    for draw in &ledger.draws {
        let stream = &ledger.streams[draw.stream];
        if stream.kind == Some(Kind::Loan) {
            row_of(&mut rows, &stream.funder).lent += draw.amount;
        } else if stream.kind.is_some_and(|kind| kind != Kind::Reserve) {
            row_of(&mut rows, &stream.funder).put_in += draw.amount;
            let function = ledger.lines[draw.line.at()].function.clone();
            *pays.entry((stream.funder.clone(), function)).or_default() += draw.amount;
        }
    }
    for line in &ledger.lines {
        if let Some(partner) = &line.partner {
            row_of(&mut rows, partner).bears += line.need.iter().sum();
        }
    }
    for (stream, memo) in &ledger.memos {
        let row = row_of(&mut rows, &ledger.streams[stream.at()].funder);
        match memo.kind {
            MemoKind::SavingsGenerated => row.savings += memo.amount,
            MemoKind::SavingsCaptured => row.captured += memo.amount,
            _ => {}
        }
    }
    for ((funder, function), amount) in pays {
        row_of(&mut rows, &funder).pays_for.push((function, amount));
    }
    for row in rows.values_mut() {
        row.pays_for.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    }
    rows.into_values().collect()
}

fn row_of<'a>(rows: &'a mut BTreeMap<String, PartnerRow>, name: &str) -> &'a mut PartnerRow {
    rows.entry(name.to_string()).or_insert_with(|| PartnerRow {
        name: name.to_string(),
        put_in: Money::ZERO,
        lent: Money::ZERO,
        pays_for: Vec::new(),
        bears: Money::ZERO,
        savings: Money::ZERO,
        captured: Money::ZERO,
    })
}

fn stranded(ledger: &Ledger) -> Vec<StrandedRow> {
    let gap: Money = ledger.lines.iter().flat_map(|line| &line.gap).sum();
    if gap.is_zero() {
        return Vec::new();
    }
    let row = |(index, stream): (usize, &StreamBook)| {
        let own = ledger.tranches.iter().filter(|tranche| tranche.stream == index);
        let (mut lapsed, mut refund_due, mut idle) = (Money::ZERO, Money::ZERO, Money::ZERO);
        for tranche in own {
            lapsed += tranche.lapsed;
            refund_due += tranche.refund_due;
            idle += tranche.idle;
        }
        let stranded = lapsed + refund_due + idle;
        stranded.is_positive().then(|| StrandedRow {
            stream: stream.name.clone(),
            lapsed,
            refund_due,
            idle,
        })
    };
    ledger.streams.iter().enumerate().filter_map(row).collect()
}
