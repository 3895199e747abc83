//! Drivers: named monthly series that amounts depend on; and how yearly figures become months.

use crate::limits::YEAR_MAX;
use crate::money::{Money, Quantity, Rate};
use crate::month::{FiscalCalendar, Month};
use crate::name::Name;

/// A named monthly series over the plan's horizon: members, referrals, a wage index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Driver {
    /// The id.
    pub name: Name,
    /// What people call it.
    pub title: String,
    /// One level a month of the horizon, the first month first.
    pub levels: Vec<Quantity>,
}

impl Driver {
    /// The whole count in a month of the horizon, rounded where it is used.
    pub fn count(&self, month: usize) -> i64 {
        self.levels[month].count()
    }
}

/// Levels of which a share leaves each month while others join: each is the one before times what
/// stays, rounded to nine places, and those who join. Nothing where a level leaves its bounds.
pub fn churned(
    start: Quantity,
    churn: Rate,
    joining: Quantity,
    months: usize,
) -> Option<Vec<Quantity>> {
    let mut level = start;
    let mut levels = Vec::with_capacity(months);
    for month in 0..months {
        if month > 0 {
            level = level.indexed(churn.complement())?.plus(joining)?;
        }
        levels.push(level);
    }
    Some(levels)
}

/// A yearly rate stepped in one month of the year: the index by month of the horizon.
///
/// The index is 1 until the first step after `base`, and is rounded to nine places at each step,
/// so that a workbook can repeat it. `step` says of a month of the horizon whether a step falls on
/// it. Returns nothing where the index leaves the bounds of a rate.
pub fn stepped_index(
    months: usize,
    base: usize,
    growth: Rate,
    step: impl Fn(usize) -> bool,
) -> Option<Vec<Rate>> {
    let mut index = Rate::ONE;
    let mut indices = Vec::with_capacity(months);
    for month in 0..months {
        if month > base && step(month) {
            index = index.grown(growth)?;
        }
        indices.push(index);
    }
    Some(indices)
}

/// The index of a yearly rate for each month from `from` to `until`: 1 at first, stepped in the
/// first month of each later year of the calendar.
///
/// It counts from the month in which the amount is stated, so a contract that runs when the plan
/// begins has taken its earlier steps. Returns nothing where the rate takes more than everything
/// away, or where the index leaves the bounds of a rate.
pub fn yearly_index(
    from: Month,
    until: Month,
    growth: Rate,
    calendar: FiscalCalendar,
) -> Option<Vec<Rate>> {
    if growth.billionths() < -Rate::ONE.billionths() {
        return None;
    }
    let months = usize::try_from(until.since(from) + 1).unwrap_or(0);
    let steps =
        |place: usize| from.plus(place as i32).is_some_and(|month| calendar.position(month) == 0);
    stepped_index(months, 0, growth, steps)
}

/// The part of a yearly amount that falls to the months from position `first` to `last` of its
/// year, counted from 0, by cumulative rounding.
///
/// ```
/// use braidfund::driver::year_part;
/// use braidfund::money::Money;
/// let year = Money::from_cents(100);                   // $1.00: 8.33, 16.67, 25 ... cents to date
/// let parts: Vec<i64> = (0..4).map(|month| year_part(year, month, month).cents()).collect();
/// assert_eq!(parts, [8, 9, 8, 8]);
/// assert_eq!(year_part(year, 0, 11), year);
/// ```
///
/// # Panics
/// When a position is not within the year, or `last` comes before `first`.
pub fn year_part(yearly: Money, first: u32, last: u32) -> Money {
    assert!(first <= last && last < 12, "positions lie within a year");
    yearly.share(last + 1, 12) - yearly.share(first, 12)
}

/// A value that changes in stated months: a rate that a law sets anew each year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stepped<T> {
    first: T,
    steps: Vec<(Month, T)>,
}

impl<T: Copy> Stepped<T> {
    /// A value that never changes.
    pub fn steady(value: T) -> Stepped<T> {
        Stepped { first: value, steps: Vec::new() }
    }

    /// Values from stated months on; the earliest holds before its month too. Nothing where there are
    /// none.
    pub fn from_steps(mut steps: Vec<(Month, T)>) -> Option<Stepped<T>> {
        steps.sort_by_key(|(month, _)| *month);
        let (_, first) = *steps.first()?;
        Some(Stepped { first, steps })
    }

    /// The value in a month.
    pub fn at(&self, month: Month) -> T {
        let begun = self.steps.iter().rev().find(|(from, _)| *from <= month);
        begun.map_or(self.first, |(_, value)| *value)
    }

    /// Every value, in the order of months.
    pub fn values(&self) -> impl Iterator<Item = T> + '_ {
        let steps = self.steps.iter().map(|(_, value)| *value);
        std::iter::once(self.first).chain(steps)
    }

    /// The values that follow from these.
    pub fn map<U: Copy>(&self, follow: impl Fn(T) -> U) -> Stepped<U> {
        let steps = self.steps.iter().map(|(month, value)| (*month, follow(*value))).collect();
        Stepped { first: follow(self.first), steps }
    }
}

/// The sum of amounts, or nothing where it leaves the bounds of money.
pub fn total(amounts: impl IntoIterator<Item = Money>) -> Option<Money> {
    Money::try_from_cents(amounts.into_iter().map(|amount| i128::from(amount.cents())).sum())
}

/// The month so many months later, if it lies within the calendar.
pub fn after(month: Month, months: u32) -> Option<Month> {
    month.plus(i32::try_from(months).ok()?)
}

/// The month so many months later, or the calendar's last one.
pub fn later(month: Month, months: u32) -> Month {
    after(month, months)
        .unwrap_or_else(|| Month::new(YEAR_MAX, 12).expect("the calendar has a last month"))
}

/// The months of one fiscal year that fall within a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermYear {
    /// The first month.
    pub first: Month,
    /// The last month.
    pub last: Month,
    /// The calendar whose year it is.
    pub calendar: FiscalCalendar,
}

impl TermYear {
    /// The part of a yearly amount that falls to these months.
    pub fn part(&self, yearly: Money) -> Money {
        year_part(yearly, self.calendar.position(self.first), self.calendar.position(self.last))
    }

    /// The fiscal year, named by the year in which it ends.
    pub fn year(&self) -> i32 {
        self.calendar.year_of(self.first)
    }
}

/// The fiscal years of a term from `from` to `until` (without end where that is nothing) that have a
/// month within a span, each clipped to the term but not to the span.
pub fn term_years(
    calendar: FiscalCalendar,
    from: Month,
    until: Option<Month>,
    span: (Month, Month),
) -> Vec<TermYear> {
    let end = until.map_or(span.1, |until| until.min(span.1));
    let seen = from.max(span.0);
    let back = i32::min(calendar.position(seen) as i32, seen.since(from));
    let mut cursor = seen.plus(-back);
    let mut years = Vec::new();
    while let Some(first) = cursor.filter(|first| *first <= end) {
        let year_end = later(first, 11 - calendar.position(first));
        let last = until.map_or(year_end, |until| until.min(year_end));
        if last >= span.0 {
            years.push(TermYear { first, last, calendar });
        }
        cursor = last.plus(1);
    }
    years
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        Month::parse(text).unwrap()
    }

    #[test]
    fn a_stepped_value_holds_until_the_next_step() {
        let steps = vec![(month("2025-10"), 2), (month("2024-10"), 1)];
        let stepped = Stepped::from_steps(steps).unwrap();
        let at = |text| stepped.at(month(text));
        assert_eq!([at("2024-09"), at("2024-10"), at("2025-09"), at("2025-10")], [1, 1, 1, 2]);
        assert_eq!(stepped.map(|value| value * 10).at(month("2030-01")), 20);
        assert_eq!(Stepped::<i32>::from_steps(Vec::new()), None);
        assert_eq!(Stepped::steady(7).at(month("1970-01")), 7);
    }

    #[test]
    fn members_leave_and_join_each_month() {
        let quantity = |text| Quantity::parse(text).unwrap();
        let levels = churned(quantity("1000"), Rate::parse("0.02").unwrap(), quantity("30"), 3);
        let levels: Vec<String> = levels.unwrap().iter().map(ToString::to_string).collect();
        // 1,000 x 98 % + 30 = 1,010; x 98 % + 30 = 1,019.8.
        assert_eq!(levels, ["1000", "1010", "1019.8"]);
        let many = quantity("1000000000");
        assert_eq!(churned(many, Rate::ZERO, quantity("1"), 2), None);
    }

    #[test]
    fn an_index_has_taken_its_steps_before_the_plan() {
        let july = FiscalCalendar::starting(7);
        let index =
            yearly_index(month("2024-01"), month("2025-08"), Rate::parse("0.03").unwrap(), july);
        let index = index.unwrap();
        // Steps in July 2024 and July 2025: 1, 1.03, 1.0609.
        assert_eq!(
            (index.len(), index[5], index[19].to_string()),
            (20, Rate::ONE, "1.0609".into())
        );
        assert_eq!((index[6].to_string(), index[17].to_string()), ("1.03".into(), "1.03".into()));
        assert_eq!(
            yearly_index(month("2024-01"), month("2024-02"), Rate::parse("-1.1").unwrap(), july),
            None
        );
    }

    #[test]
    fn a_term_falls_into_fiscal_years() {
        let july = FiscalCalendar::starting(7);
        let span = (month("2025-01"), month("2026-12"));
        let years = term_years(july, month("2024-10"), Some(month("2026-03")), span);
        let words: Vec<String> = years
            .iter()
            .map(|year| format!("{}..{} {}", year.first, year.last, year.year()))
            .collect();
        assert_eq!(words, ["2024-10..2025-06 2025", "2025-07..2026-03 2026"]);
        // Nine months, positions 3 to 11, of 1,200.00 are 900.00.
        assert_eq!(years[0].part(Money::from_cents(120_000)).cents(), 90_000);
        // Evergreen: the last year is whole although the span ends in December.
        let years = term_years(july, month("2026-07"), None, span);
        assert_eq!((years.len(), years[0].last), (1, month("2027-06")));
        assert!(term_years(july, month("2027-01"), None, span).is_empty());
        assert!(term_years(july, month("2020-01"), Some(month("2024-12")), span).is_empty());
    }

    #[test]
    fn months_beyond_the_calendar_are_held_at_its_end() {
        assert_eq!(later(month("2199-11"), 5), month("2199-12"));
        assert_eq!(after(month("2199-11"), u32::MAX), None);
    }
}
