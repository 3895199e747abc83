//! Months and fiscal years: the grain of every series.
//!
//! ```
//! use braidfund::month::{FiscalCalendar, Month};
//!
//! let month = Month::parse("2022-04").unwrap();
//! let fiscal = FiscalCalendar::starting(7);            // July to June
//! assert_eq!(fiscal.year_of(month), 2022);              // named by the year in which it ends
//! assert_eq!(month.plus(3).unwrap().to_string(), "2022-07");
//! ```

use std::fmt;

use chrono::{Datelike, NaiveDate};

use crate::limits::{YEAR_MAX, YEAR_MIN};

/// Months of a year.
pub const YEAR: usize = 12;

/// English month names in order, as a plan writes them.
pub const MONTH_NAMES: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A calendar month from January 1970 to December 2199.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

impl Month {
    /// The first month of the calendar.
    pub const FIRST: Month = Month(0);
    /// The last month of the calendar.
    pub const LAST: Month = Month((YEAR_MAX - YEAR_MIN + 1) * 12 - 1);

    /// The month of a year, numbered from 1, if both lie within the bounds.
    pub fn new(year: i32, number: u32) -> Option<Month> {
        let valid = (YEAR_MIN..=YEAR_MAX).contains(&year) && (1..=12).contains(&number);
        valid.then(|| Month((year - YEAR_MIN) * 12 + number as i32 - 1))
    }

    /// Reads `YYYY-MM` and nothing else; nothing where the form or the bounds are wrong.
    pub fn parse(text: &str) -> Option<Month> {
        let bytes = text.as_bytes();
        let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        let shaped =
            bytes.len() == 7 && bytes[4] == b'-' && digits(&bytes[..4]) && digits(&bytes[5..]);
        if !shaped {
            return None;
        }
        Month::new(text[..4].parse().ok()?, text[5..].parse().ok()?)
    }

    /// The month so many months later (earlier where negative), if it lies within the bounds.
    pub fn plus(self, months: i32) -> Option<Month> {
        let index = self.0.checked_add(months)?;
        let bound = (YEAR_MAX - YEAR_MIN + 1) * 12;
        (0..bound).contains(&index).then_some(Month(index))
    }

    /// Months from `earlier` to this one; negative where this one comes first.
    pub fn since(self, earlier: Month) -> i32 {
        self.0 - earlier.0
    }

    /// The calendar year.
    pub fn year(self) -> i32 {
        YEAR_MIN + self.0.div_euclid(12)
    }

    /// The month of the year, from 1 to 12.
    pub fn number(self) -> u32 {
        self.0.rem_euclid(12) as u32 + 1
    }

    /// The month in words: `Apr 2029`.
    pub fn words(self) -> String {
        let name = MONTH_NAMES[self.number() as usize - 1];
        format!("{}{} {}", name[..1].to_uppercase(), &name[1..3], self.year())
    }

    fn days(self) -> u32 {
        let next = if self.number() == 12 {
            NaiveDate::from_ymd_opt(self.year() + 1, 1, 1)
        } else {
            NaiveDate::from_ymd_opt(self.year(), self.number() + 1, 1)
        };
        let last =
            next.and_then(|day| day.pred_opt()).expect("a month within bounds has a last day");
        last.day()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}", self.year(), self.number()))
    }
}

/// A calendar day, as award letters state them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(NaiveDate);

impl Day {
    /// Reads `YYYY-MM-DD` and nothing else; nothing where no such day exists within the bounds.
    pub fn parse(text: &str) -> Option<Day> {
        if text.len() != 10 || !text.is_ascii() || text.as_bytes()[7] != b'-' {
            return None;
        }
        let month = Month::parse(&text[..7])?;
        let day = &text[8..];
        if !day.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let day = NaiveDate::from_ymd_opt(month.year(), month.number(), day.parse().ok()?)?;
        Some(Day(day))
    }

    /// The month that holds this day.
    pub fn month(self) -> Month {
        Month::new(self.0.year(), self.0.month()).expect("a day within bounds has a month")
    }

    /// The first day of a month.
    pub fn first_of(month: Month) -> Day {
        let day = NaiveDate::from_ymd_opt(month.year(), month.number(), 1);
        Day(day.expect("a month within bounds has a first day"))
    }

    /// The last day of a month.
    pub fn last_of(month: Month) -> Day {
        let day = NaiveDate::from_ymd_opt(month.year(), month.number(), month.days());
        Day(day.expect("a month within bounds has a last day"))
    }

    /// The same day so many months later, or the last of its month where it has no such day; a month's last
    /// day stays a month's last. Nothing beyond the calendar.
    pub fn plus_months(self, months: u32) -> Option<Day> {
        let month = self.month().plus(i32::try_from(months).ok()?)?;
        if self == Day::last_of(self.month()) {
            return Some(Day::last_of(month));
        }
        self.0.checked_add_months(chrono::Months::new(months)).map(Day)
    }

    /// So many calendar days later; nothing beyond the calendar.
    ///
    /// ```
    /// use braidfund::month::Day;
    /// let end = Day::parse("2026-06-30").unwrap();
    /// assert_eq!(end.plus_days(120).unwrap().to_string(), "2026-10-28");
    /// ```
    pub fn plus_days(self, days: u64) -> Option<Day> {
        let later = self.0.checked_add_days(chrono::Days::new(days))?;
        (later.year() <= YEAR_MAX).then_some(Day(later))
    }

    /// The first month of a period that begins on this day: the month belongs to the period where
    /// the period holds half of its days or more.
    ///
    /// A month split evenly belongs to the earlier period, so periods of one award never overlap.
    pub fn first_month(self) -> Month {
        let (month, days) = (self.month(), self.month().days());
        let before = self.0.day() - 1;
        if before * 2 >= days { month.plus(1).unwrap_or(month) } else { month }
    }

    /// The last month of a period that ends on this day, by the same rule.
    pub fn last_month(self) -> Month {
        let (month, days) = (self.month(), self.month().days());
        if self.0.day() * 2 >= days { month } else { month.plus(-1).unwrap_or(month) }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.format("%Y-%m-%d").to_string())
    }
}

/// A fiscal calendar: the month in which each fiscal year begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FiscalCalendar {
    first: u32,
}

impl FiscalCalendar {
    /// The calendar whose years begin in the month numbered `first`, from 1 to 12.
    ///
    /// # Panics
    /// When `first` is not the number of a month.
    pub fn starting(first: u32) -> FiscalCalendar {
        assert!((1..=12).contains(&first), "a fiscal year begins in a month of the year");
        FiscalCalendar { first }
    }

    /// The number of the first month, from 1 to 12.
    pub fn first_month_number(self) -> u32 {
        self.first
    }

    /// The fiscal year of a month, named by the calendar year in which it ends.
    pub fn year_of(self, month: Month) -> i32 {
        if self.first > 1 && month.number() >= self.first { month.year() + 1 } else { month.year() }
    }

    /// Months from the first month of the fiscal year to this month, from 0 to 11.
    pub fn position(self, month: Month) -> u32 {
        (month.number() + 12 - self.first) % 12
    }

    /// The fiscal year in words: `FY2026`.
    pub fn label(year: i32) -> String {
        format!("FY{year}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_belongs_to_the_period_that_holds_half_of_it() {
        let first = |text: &str| Day::parse(text).unwrap().first_month().to_string();
        let last = |text: &str| Day::parse(text).unwrap().last_month().to_string();
        assert_eq!(first("2024-04-01"), "2024-04");
        assert_eq!(first("2024-04-15"), "2024-04");
        assert_eq!(first("2024-04-16"), "2024-05");
        assert_eq!(last("2024-04-15"), "2024-04");
        assert_eq!(last("2024-04-14"), "2024-03");
        assert_eq!(last("2022-04-30"), "2022-04");
    }

    #[test]
    fn consecutive_periods_never_share_or_drop_a_month() {
        let mut day = NaiveDate::from_ymd_opt(2023, 1, 1).unwrap();
        while day.year() < 2025 {
            let next = day.succ_opt().unwrap();
            assert_eq!(Day(day).last_month().plus(1).unwrap(), Day(next).first_month(), "{day}");
            day = next;
        }
    }

    #[test]
    fn days_that_do_not_exist_and_loose_forms_are_refused() {
        for text in
            ["2023-02-29", "2024-1-05", " 2024-01-05", "24-01-05", "2024-01-32", "2024/01/05"]
        {
            assert_eq!(Day::parse(text), None, "{text}");
        }
        for text in ["2024-13", "2024-00", "1969-12", "2200-01", "2024-1", "２024-01"] {
            assert_eq!(Month::parse(text), None, "{text}");
        }
    }

    #[test]
    fn fiscal_years_are_named_by_their_end() {
        let federal = FiscalCalendar::starting(10);
        assert_eq!(federal.year_of(Month::parse("2023-10").unwrap()), 2024);
        assert_eq!(federal.year_of(Month::parse("2024-09").unwrap()), 2024);
        assert_eq!(federal.position(Month::parse("2024-09").unwrap()), 11);
        assert_eq!(FiscalCalendar::starting(1).year_of(Month::parse("2024-12").unwrap()), 2024);
    }
}
