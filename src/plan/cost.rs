//! Cost lines: one need each, month by month, in one of the forms that a budget knows.

use super::Plan;
use super::restriction::{Selector, selected};
use crate::driver::{total, year_part, yearly_index};
use crate::funding::{Authority, DueKind, Lowered, Receipts, Tranche};
use crate::money::{Money, Price, Product, Quantity, Rate};
use crate::month::{FiscalCalendar, Month};
use crate::name::{DriverIndex, LineIndex, Name, StreamIndex};

/// The backbone functions that are offered.
pub const BACKBONE_FUNCTIONS: [&str; 10] = [
    "guide-vision",
    "convene",
    "align-activities",
    "data",
    "evaluate",
    "engage",
    "communicate",
    "policy",
    "mobilize-funding",
    "operate",
];

/// Whether a line belongs to the partnership's own infrastructure or to its health activities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The partnership's own infrastructure: staff, convening, data, evaluation.
    Backbone,
    /// The health activities.
    Program,
}

/// What kind of expense a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// Salaries and wages.
    Personnel,
    /// Fringe benefits.
    Fringe,
    /// Travel.
    Travel,
    /// Equipment.
    Equipment,
    /// Supplies.
    Supplies,
    /// Contracts and subawards.
    Contractual,
    /// Other direct cost.
    Other,
    /// Overhead: what indirect recovery is meant to cover.
    Overhead,
}

/// What is paid first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Without it the partnership stops.
    Core,
    /// Without it the partnership limps.
    Essential,
    /// Done where money allows.
    Stretch,
}

impl Layer {
    /// Both layers.
    pub const ALL: [Layer; 2] = [Layer::Backbone, Layer::Program];

    /// The word of a plan file.
    pub fn word(self) -> &'static str {
        match self {
            Layer::Backbone => "backbone",
            Layer::Program => "program",
        }
    }
}

impl Category {
    /// Every category.
    pub const ALL: [Category; 8] = [
        Category::Personnel,
        Category::Fringe,
        Category::Travel,
        Category::Equipment,
        Category::Supplies,
        Category::Contractual,
        Category::Other,
        Category::Overhead,
    ];

    /// The word of a plan file.
    pub fn word(self) -> &'static str {
        match self {
            Category::Personnel => "personnel",
            Category::Fringe => "fringe",
            Category::Travel => "travel",
            Category::Equipment => "equipment",
            Category::Supplies => "supplies",
            Category::Contractual => "contractual",
            Category::Other => "other",
            Category::Overhead => "overhead",
        }
    }
}

impl Priority {
    /// Every priority, the first to be paid first.
    pub const ALL: [Priority; 3] = [Priority::Core, Priority::Essential, Priority::Stretch];

    /// The word of a plan file.
    pub fn word(self) -> &'static str {
        match self {
            Priority::Core => "core",
            Priority::Essential => "essential",
            Priority::Stretch => "stretch",
        }
    }
}

/// One need of the partnership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostLine {
    /// The id.
    pub name: Name,
    /// What people call it.
    pub title: String,
    /// Its layer.
    pub layer: Layer,
    /// The function it serves.
    pub function: String,
    /// The kind of expense.
    pub category: Category,
    /// What is paid first.
    pub priority: Priority,
    /// Tags of the plan's own.
    pub tags: Vec<String>,
    /// The first month of the line.
    pub from: Month,
    /// The last month of the line.
    pub until: Month,
    /// How its amount is stated.
    pub form: Form,
    /// How the amount grows.
    pub escalation: Escalation,
    /// Who benefits from it, as documented.
    pub benefit: Option<Benefit>,
    /// The subaward that it is, by its id.
    pub subaward: Option<String>,
    /// Whether it counts in the modified total direct cost.
    pub mtdc: bool,
    /// Months from the cost to its payment.
    pub payment_lag_months: u32,
    /// The organisation that bears the cost, if it is not the backbone.
    pub partner: Option<String>,
}

/// How a line states its amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// An amount a year, a twelfth each month.
    Yearly(Money),
    /// Amounts for each twelve months from the line's first month; the last one holds on.
    YearlyList(Vec<Money>),
    /// Amounts by the partnership's fiscal year, a twelfth each month.
    ByFiscalYear(Vec<(i32, Money)>),
    /// An amount a month.
    Monthly(Money),
    /// One amount in the line's first month.
    Once(Money),
    /// Positions.
    Positions {
        /// Full-time equivalents.
        fte: Rate,
        /// The yearly salary of one.
        salary: Money,
        /// Fringe benefits as a share of salary.
        fringe: Rate,
        /// The share of time that positions stand vacant.
        vacancy: Rate,
    },
    /// A price for each unit of a driver, each month.
    Unit {
        /// The units of a month.
        driver: DriverIndex,
        /// Dollars a unit.
        cost: Price,
    },
    /// A yearly amount for each begun capacity of a driver: one navigator for every 50 clients.
    Step {
        /// The driver.
        driver: DriverIndex,
        /// What one step serves.
        capacity: i64,
        /// The yearly amount of one step.
        yearly: Money,
    },
    /// Amounts by month, as a file states them. Months that are not named need nothing.
    Series(Vec<(Month, Money)>),
    /// A share of other lines' cost: a fiscal sponsor's fee.
    Fee {
        /// The share.
        share: Rate,
        /// The lines whose cost it is a share of; lines that are fees themselves do not count.
        on: Vec<Selector>,
    },
    /// A share of what streams bring in as planned: a fiscal sponsor's fee of receipts.
    FeeOfReceipts {
        /// The share.
        share: Rate,
        /// The streams, in order.
        streams: Vec<StreamIndex>,
    },
    /// What a stream's terms have the partnership pay: a loss, or what serves a debt.
    Due(StreamIndex, DueKind),
}

/// How a line's amount grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Escalation {
    /// Not at all.
    None,
    /// By a yearly rate, stepped in one month of the year (from 1 to 12) after the line's first.
    Yearly {
        /// The rate.
        rate: Rate,
        /// The month of the step.
        month: u32,
    },
    /// As a driver moves against its level in the line's first month.
    Index(DriverIndex),
}

/// The shares of a line that benefit each award, as documented (2 CFR 200.405).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Benefit {
    /// What the shares were measured by.
    pub basis: Basis,
    /// The share of each award, in the order of streams.
    pub shares: Vec<(StreamIndex, Rate)>,
}

/// What benefit shares are measured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Full-time equivalents.
    Fte,
    /// Clients served.
    Clients,
    /// Encounters.
    Encounters,
    /// Square feet.
    SquareFeet,
    /// An agreement.
    Agreed,
}

impl Basis {
    /// Every basis.
    pub const ALL: [Basis; 5] =
        [Basis::Fte, Basis::Clients, Basis::Encounters, Basis::SquareFeet, Basis::Agreed];

    /// The word of a plan file.
    pub fn word(self) -> &'static str {
        match self {
            Basis::Fte => "fte",
            Basis::Clients => "clients",
            Basis::Encounters => "encounters",
            Basis::SquareFeet => "square-feet",
            Basis::Agreed => "agreed",
        }
    }
}

impl Benefit {
    /// The share of an award, if it is named.
    pub fn share_of(&self, stream: StreamIndex) -> Option<Rate> {
        self.shares.iter().find(|(award, _)| *award == stream).map(|(_, share)| *share)
    }
}

impl CostLine {
    /// The drivers that it goes by.
    pub fn drivers(&self) -> Vec<DriverIndex> {
        let form = match self.form {
            Form::Unit { driver, .. } | Form::Step { driver, .. } => Some(driver),
            _ => None,
        };
        let index = match self.escalation {
            Escalation::Index(driver) => Some(driver),
            _ => None,
        };
        form.into_iter().chain(index).collect()
    }

    /// The line's need in each month of the plan's horizon, before the braid.
    ///
    /// The yearly amount of each escalation year is rounded once and spread over that year's twelve
    /// months by cumulative rounding, counted from the month of the step (the fiscal year's first
    /// where nothing steps); the line needs the months from its first to its last. A list of yearly
    /// amounts is spread over the twelve months from the line's first month instead. Where a driver
    /// is the index, a month is a twelfth of the year at that month's index.
    ///
    /// Fees and what a stream has due depend on other lines and streams, and are filled in by [`needs`]: their
    /// own needs are zero here. Returns nothing where an amount cannot be computed exactly or leaves
    /// the bounds of money.
    pub fn needs(&self, plan: &Plan) -> Option<Vec<Money>> {
        let mut needs = vec![Money::ZERO; plan.horizon.months as usize];
        let index = self.index(plan)?;
        for (place, need) in needs.iter_mut().enumerate() {
            let month = plan.horizon.month(place);
            if (self.from..=self.until).contains(&month) {
                *need = self.need(plan, month, place, index[place])?;
            }
        }
        Some(needs)
    }

    /// The line's need in each month as far as a limit of pay lets an award be charged: each position at its
    /// salary or the limit of the month, the lower, with fringe on the same basis. Nothing where the line has no
    /// positions, or an amount leaves the bounds of money.
    pub fn needs_within_pay(
        &self,
        plan: &Plan,
        limit: impl Fn(Month) -> Option<Money>,
    ) -> Option<Vec<Money>> {
        let Form::Positions { salary, .. } = self.form else { return None };
        let mut needs = self.needs(plan)?;
        let index = self.index(plan)?;
        for (place, need) in needs.iter_mut().enumerate() {
            let month = plan.horizon.month(place);
            let Some(limit) = limit(month) else { continue };
            let rate_of_pay = Product::new(salary).times(index[place])?.round()?;
            if rate_of_pay > limit && need.is_positive() {
                let position = self.year(plan).position(month);
                *need = self.month_of(self.paid(limit)?, Rate::ONE, position)?;
            }
        }
        Some(needs)
    }

    /// What positions cost in a year at a salary, fringe with it; nothing where the line has none.
    fn paid(&self, salary: Money) -> Option<Product> {
        let Form::Positions { fte, fringe, vacancy, .. } = self.form else { return None };
        let paid = Product::new(salary).times(fte)?.times(vacancy.complement())?;
        paid.times(one_plus(fringe)?)
    }

    /// The index of each month of the horizon; 1 before the line's first month.
    fn index(&self, plan: &Plan) -> Option<Vec<Rate>> {
        let months = plan.horizon.months as usize;
        let base = plan.horizon.place(self.from).unwrap_or(0);
        match self.escalation {
            Escalation::None => Some(vec![Rate::ONE; months]),
            Escalation::Yearly { rate, .. } => {
                let end = plan.horizon.end();
                let stepped = yearly_index(self.from, end, rate, self.year(plan))?;
                let at = |place: usize| {
                    let since = plan.horizon.month(place).since(self.from);
                    let index = usize::try_from(since).ok().and_then(|place| stepped.get(place));
                    index.copied().unwrap_or(Rate::ONE)
                };
                Some((0..months).map(at).collect())
            }
            Escalation::Index(driver) => {
                let levels = &plan.drivers[driver.at()].levels;
                let index = |(place, level): (usize, &Quantity)| {
                    if place < base { Some(Rate::ONE) } else { level.index_over(levels[base]) }
                };
                levels.iter().take(months).enumerate().map(index).collect()
            }
        }
    }

    /// The years over which a yearly amount is spread: they begin with the step of the index.
    fn year(&self, plan: &Plan) -> FiscalCalendar {
        match self.escalation {
            Escalation::Yearly { month, .. } => FiscalCalendar::starting(month.clamp(1, 12)),
            Escalation::None | Escalation::Index(_) => plan.fiscal,
        }
    }

    /// The need of one month within the line's term.
    fn need(&self, plan: &Plan, month: Month, place: usize, index: Rate) -> Option<Money> {
        let count = |driver: DriverIndex| plan.drivers[driver.at()].count(place);
        let position = self.year(plan).position(month);
        match &self.form {
            Form::Yearly(yearly) => self.month_of(Product::new(*yearly), index, position),
            Form::YearlyList(amounts) => {
                let since = u32::try_from(month.since(self.from)).ok()?;
                let year = (since / 12) as usize;
                let yearly = amounts.get(year).or(amounts.last()).copied().unwrap_or(Money::ZERO);
                self.month_of(Product::new(yearly), index, since % 12)
            }
            Form::ByFiscalYear(amounts) => {
                let stated = amounts.iter().find(|(year, _)| *year == plan.fiscal.year_of(month));
                let yearly = stated.map_or(Money::ZERO, |(_, amount)| *amount);
                self.month_of(Product::new(yearly), index, plan.fiscal.position(month))
            }
            Form::Monthly(monthly) => index.try_of(*monthly),
            Form::Once(amount) => Some(if month == self.from { *amount } else { Money::ZERO }),
            Form::Positions { salary, .. } => self.month_of(self.paid(*salary)?, index, position),
            Form::Unit { driver, cost } => {
                cost.product().times_count(count(*driver))?.times(index)?.round()
            }
            Form::Step { driver, capacity, yearly } => {
                let steps = steps_of(count(*driver), *capacity)?;
                let one = self.month_of(Product::new(*yearly), index, position)?;
                Product::new(one).times_count(steps)?.round()
            }
            Form::Series(amounts) => {
                total(amounts.iter().filter(|(named, _)| *named == month).map(|(_, sum)| *sum))
            }
            Form::Fee { .. } | Form::FeeOfReceipts { .. } | Form::Due(..) => Some(Money::ZERO),
        }
    }

    /// The part of a yearly amount at an index that falls to the month at a position of its year.
    fn month_of(&self, yearly: Product, index: Rate, position: u32) -> Option<Money> {
        let yearly = yearly.times(index)?;
        match self.escalation {
            Escalation::Index(_) => yearly.round_part(12),
            Escalation::None | Escalation::Yearly { .. } => {
                Some(year_part(yearly.round()?, position, position))
            }
        }
    }

    /// Whether no fee is charged on it: a fee itself, and what serves a debt, which is no cost of the work.
    pub fn carries_no_fee(&self) -> bool {
        match self.form {
            Form::Fee { .. } | Form::FeeOfReceipts { .. } => true,
            Form::Due(_, kind) => kind.is_debt_service(),
            _ => false,
        }
    }

    /// The full-time equivalents that the line employs in a month; zero where it has no positions.
    pub fn fte(&self, month: Month) -> Rate {
        match self.form {
            Form::Positions { fte, .. } if (self.from..=self.until).contains(&month) => fte,
            _ => Rate::ZERO,
        }
    }
}

/// One more than a rate: salary with its fringe.
fn one_plus(rate: Rate) -> Option<Rate> {
    Rate::from_billionths(Rate::ONE.billionths() + rate.billionths())
}

/// Begun capacities: nothing for nobody, and one for the first. Nothing where there is no capacity.
fn steps_of(count: i64, capacity: i64) -> Option<i64> {
    (capacity > 0).then(|| count.div_euclid(capacity) + i64::from(count.rem_euclid(capacity) > 0))
}

/// The need of every line in every month of the horizon, in the order of lines: forms first, then the
/// what streams have due, then fees. Needs are fixed before any braid, so that a fee of receipts is
/// one of receipts as planned ([`planned_receipts`]).
///
/// `brings` tells what a stream comes to in the view, what it has due with it. Returns nothing where an
/// amount leaves the bounds of money.
pub fn needs(plan: &Plan, brings: impl Fn(StreamIndex) -> Lowered) -> Option<Vec<Vec<Money>>> {
    let mut needs: Vec<Vec<Money>> =
        plan.lines.iter().map(|line| line.needs(plan)).collect::<Option<_>>()?;
    for (line, need) in plan.lines.iter().zip(&mut needs) {
        let Form::Due(stream, kind) = line.form else { continue };
        for due in brings(stream).dues.iter().filter(|due| due.kind == kind) {
            if let Some(place) = plan.horizon.place(due.month) {
                need[place] = total([need[place], due.amount])?;
            }
        }
    }
    for (line, need) in plan.lines.iter().zip(&mut needs) {
        let Form::FeeOfReceipts { share, streams } = &line.form else { continue };
        *need = fee_of_receipts(plan, line, *share, streams.iter().map(|stream| brings(*stream)))?;
    }
    for (index, line) in plan.lines.iter().enumerate() {
        if let Some(fee) = fee(plan, line, &needs) {
            needs[index] = fee?;
        }
    }
    Some(needs)
}

/// A fee's need that is a share of receipts as planned. A month that pays more back than it brings in
/// owes no fee.
fn fee_of_receipts(
    plan: &Plan,
    line: &CostLine,
    share: Rate,
    streams: impl Iterator<Item = Lowered>,
) -> Option<Vec<Money>> {
    let mut receipts = vec![Money::ZERO; plan.horizon.months as usize];
    for tranche in streams.flat_map(|lowered| lowered.tranches) {
        for (month, amount) in planned_receipts(&tranche, plan.horizon.end()) {
            if let Some(place) = plan.horizon.place(month) {
                receipts[place] = total([receipts[place], amount])?;
            }
        }
    }
    let of_month = |(place, amount): (usize, &Money)| {
        let within = (line.from..=line.until).contains(&plan.horizon.month(place));
        share.try_of(if within { amount.floor_zero() } else { Money::ZERO })
    };
    receipts.iter().enumerate().map(of_month).collect()
}

/// The cash of a tranche as planned, before any braid: advances and earned money in their months, money
/// that is reimbursed evenly over its window (to the plan's end where it has none).
pub fn planned_receipts(tranche: &Tranche, end: Month) -> Vec<(Month, Money)> {
    match (&tranche.receipts, tranche.amount) {
        (Receipts::Advanced(rows) | Receipts::Earned(rows), _) => rows.clone(),
        (Receipts::AsSpent { .. }, Authority::Amount(amount)) => {
            let last = tranche.last.unwrap_or(end).max(tranche.first);
            let months = last.since(tranche.first) as u32 + 1;
            let part = |place: u32| {
                let month = tranche.first.plus(place as i32)?;
                Some((month, amount.share(place + 1, months) - amount.share(place, months)))
            };
            (0..months).filter_map(part).collect()
        }
        _ => Vec::new(),
    }
}

/// A fee's need, which is a share of other lines'; nothing where the line is no fee.
fn fee(plan: &Plan, line: &CostLine, needs: &[Vec<Money>]) -> Option<Option<Vec<Money>>> {
    let Form::Fee { share, on } = &line.form else { return None };
    let counts = |index: &usize| {
        let other = &plan.lines[*index];
        !other.carries_no_fee() && selected(on, LineIndex::from(*index), other)
    };
    let charged: Vec<usize> = (0..plan.lines.len()).filter(counts).collect();
    let of_month = |place: usize| {
        if !(line.from..=line.until).contains(&plan.horizon.month(place)) {
            return Some(Money::ZERO);
        }
        share.try_of(total(charged.iter().map(|index| needs[*index][place]))?)
    };
    Some((0..plan.horizon.months as usize).map(of_month).collect())
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::funding::Stream;
    use crate::funding::grant::sample::month;
    use crate::plan::{Horizon, Inputs, Opening, Policy, Restrictions};

    /// A plan of so many months from January 2024, with a fiscal year from July.
    pub fn plan(months: u32) -> Plan {
        let start = month("2024-01");
        Plan {
            title: "A plan".to_string(),
            scenario: "base".to_string(),
            scenario_title: String::new(),
            region: String::new(),
            phase: None,
            notice: String::new(),
            horizon: Horizon { start, months, as_of: start },
            fiscal: FiscalCalendar::starting(7),
            functions: Vec::new(),
            drivers: Vec::new(),
            lines: Vec::new(),
            streams: Vec::new(),
            restrictions: Vec::new(),
            pools: Vec::new(),
            policy: Policy::default(),
            credit: None,
            opening: Opening::default(),
            inputs: Inputs::default(),
            defaults: Vec::new(),
            unread: Vec::new(),
        }
    }

    /// A core backbone line for convening, over the calendar years 2024 to 2029.
    pub fn line(name: &str, form: Form) -> CostLine {
        CostLine {
            name: Name::parse(name).unwrap(),
            title: name.to_string(),
            layer: Layer::Backbone,
            function: "convene".to_string(),
            category: Category::Other,
            priority: Priority::Core,
            tags: Vec::new(),
            from: month("2024-01"),
            until: month("2029-12"),
            form,
            escalation: Escalation::None,
            benefit: None,
            subaward: None,
            mtdc: true,
            payment_lag_months: 0,
            partner: None,
        }
    }

    /// Adds a stream that pays for what its restrictions say.
    pub fn add(plan: &mut Plan, name: &str, mut stream: Stream, restrictions: Restrictions) {
        stream.name = Name::parse(name).unwrap();
        plan.streams.push(stream);
        plan.restrictions.push(restrictions);
    }
}

#[cfg(test)]
mod tests {
    use super::sample::{line, plan};
    use super::*;
    use crate::funding::grant::sample::{driver, money, month, rate};

    fn needs(line: &CostLine, plan: &Plan) -> Vec<String> {
        line.needs(plan).unwrap().iter().map(Money::to_string).collect()
    }

    fn sum(line: &CostLine, plan: &Plan) -> Money {
        line.needs(plan).unwrap().iter().sum()
    }

    #[test]
    fn positions_are_five_factors_and_one_rounding() {
        let mut staff = line(
            "staff",
            Form::Positions {
                fte: rate("1.5"),
                salary: money("60000.00"),
                fringe: rate("0.28"),
                vacancy: rate("0.05"),
            },
        );
        staff.escalation = Escalation::Yearly { rate: rate("0.03"), month: 7 };
        let plan = plan(12);
        // 1.5 x 60,000 x 1.28 x 0.95 = 109,440.00, or 9,120.00 a month; from July 112,723.20, 9,393.60.
        let needs = needs(&staff, &plan);
        assert_eq!((needs[5].as_str(), needs[6].as_str()), ("9120.00", "9393.60"));
        assert_eq!(staff.fte(month("2024-03")), rate("1.5"));
        assert_eq!(staff.fte(month("2030-01")), Rate::ZERO);
    }

    #[test]
    fn a_part_of_a_year_needs_its_months_of_the_spread() {
        let mut rent = line("rent", Form::Yearly(money("100.00")));
        (rent.from, rent.until) = (month("2024-03"), month("2024-08"));
        // The year is from July: March to June are its ninth to twelfth months. To date 66.67 of 100.00
        // at its eighth, so 75.00 - 66.67 = 8.33, then 83.33, 91.67 and 100.00; July begins anew.
        assert_eq!(
            needs(&rent, &plan(9)),
            ["0.00", "0.00", "8.33", "8.33", "8.34", "8.33", "8.33", "8.34", "0.00"]
        );
        rent.until = month("2029-12");
        rent.from = month("2024-07");
        assert_eq!(sum(&rent, &plan(18)), money("100.00"));
    }

    #[test]
    fn an_escalation_counts_from_the_month_of_its_step() {
        let mut rent = line("rent", Form::Yearly(money("100.00")));
        rent.escalation = Escalation::Yearly { rate: rate("0.05"), month: 4 };
        let plan = plan(15);
        let needs = needs(&rent, &plan);
        // January is the tenth month of a year from April: 83.33 - 75.00; April is the first of 105.00.
        assert_eq!((needs[0].as_str(), needs[3].as_str()), ("8.33", "8.75"));
        let year: Money = rent.needs(&plan).unwrap()[3..15].iter().sum();
        assert_eq!(year, money("105.00"));
        // A line that began before the plan has taken its step of April 2023: 1.05 x 1.05 in 2024.
        rent.from = month("2022-06");
        let stepped: Money = rent.needs(&plan).unwrap()[3..15].iter().sum();
        assert_eq!(stepped, money("110.25"));
    }

    #[test]
    fn yearly_lists_run_from_the_lines_first_month_and_fiscal_years_with_the_plans() {
        let mut list = line("list", Form::YearlyList(vec![money("12.00"), money("24.00")]));
        list.from = month("2024-03");
        let plan = plan(36);
        let amounts = needs(&list, &plan);
        assert_eq!((amounts[1].as_str(), amounts[2].as_str()), ("0.00", "1.00"));
        assert_eq!((amounts[13].as_str(), amounts[14].as_str()), ("1.00", "2.00"));
        assert_eq!(amounts[35], "2.00"); // the last one holds on
        let years = vec![(2024, money("12.00")), (2026, money("36.00"))];
        let amounts = needs(&line("years", Form::ByFiscalYear(years)), &plan);
        assert_eq!((amounts[5].as_str(), amounts[6].as_str()), ("1.00", "0.00"));
        assert_eq!((amounts[17].as_str(), amounts[18].as_str()), ("0.00", "3.00"));
    }

    #[test]
    fn steps_and_units_follow_their_driver() {
        let mut plan = plan(4);
        plan.drivers = vec![driver("clients", &["0", "50", "50.6", "101"])];
        let navigator =
            Form::Step { driver: DriverIndex(0), capacity: 50, yearly: money("60000.00") };
        // One for every begun 50: none, 1, 2 (51 clients), 3, at 5,000.00 a month.
        assert_eq!(
            needs(&line("navigators", navigator), &plan),
            ["0.00", "5000.00", "10000.00", "15000.00"]
        );
        let kit = Form::Unit { driver: DriverIndex(0), cost: Price::parse("1.255").unwrap() };
        // 50 x 1.255 = 62.75; 51 x 1.255 = 64.005 -> 64.01; 101 x 1.255 = 126.755 -> 126.76.
        assert_eq!(needs(&line("kits", kit), &plan), ["0.00", "62.75", "64.01", "126.76"]);
        let broken = Form::Step { driver: DriverIndex(0), capacity: 0, yearly: money("1.00") };
        assert_eq!(line("broken", broken).needs(&plan), None);
    }

    #[test]
    fn a_driver_as_an_index_moves_a_twelfth_of_the_year() {
        let mut plan = plan(3);
        plan.drivers = vec![driver("wages", &["200", "201", "0"])];
        let mut pay = line("pay", Form::Yearly(money("100.00")));
        pay.escalation = Escalation::Index(DriverIndex(0));
        // 100/12 = 8.333...; at 1.005: 8.375 -> 8.38, rounded once (8.33 x 1.005 would give 8.37).
        assert_eq!(needs(&pay, &plan), ["8.33", "8.38", "0.00"]);
        pay.form = Form::Monthly(money("10.00"));
        assert_eq!(needs(&pay, &plan), ["10.00", "10.05", "0.00"]);
        // An index over nothing cannot be computed.
        pay.from = month("2024-03");
        assert_eq!(pay.needs(&plan), None);
    }

    #[test]
    fn dated_amounts_stand_in_their_months() {
        let mut once = line("once", Form::Once(money("5.00")));
        once.from = month("2024-02");
        assert_eq!(needs(&once, &plan(3)), ["0.00", "5.00", "0.00"]);
        let series = Form::Series(vec![(month("2024-03"), money("1.00"))]);
        assert_eq!(needs(&line("series", series), &plan(3)), ["0.00", "0.00", "1.00"]);
    }

    #[test]
    fn what_leaves_the_bounds_is_refused_without_a_panic() {
        let mut plan = plan(480);
        let mut huge = line("huge", Form::Yearly(Money::MAX));
        assert!(huge.needs(&plan).is_some());
        huge.escalation = Escalation::Yearly { rate: rate("0.1"), month: 1 };
        assert_eq!(huge.needs(&plan), None);
        huge.escalation = Escalation::Yearly { rate: rate("-2"), month: 1 };
        assert_eq!(huge.needs(&plan), None);
        huge.escalation = Escalation::None;
        plan.drivers = vec![driver("many", &["1000000000"; 480])];
        huge.form = Form::Step { driver: DriverIndex(0), capacity: 1, yearly: Money::MAX };
        assert_eq!(huge.needs(&plan), None);
    }
}
