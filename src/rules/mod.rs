//! Dated parameters as data: what a rule says, from when, who says so, and whether its text was read.

use crate::money::Money;
use crate::month::Month;

/// A parameter of a rule from a month on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dated<Value> {
    /// Year and month from which it holds for awards made then.
    pub from: (i32, u32),
    /// What it is.
    pub value: Value,
    /// Who says so.
    pub citation: &'static str,
    /// Whether the text of the rule was read.
    pub verified: bool,
}

/// What of a subaward counts in the modified total direct cost, once over the subaward's lifetime, by
/// the month of the award.
pub const SUBAWARD_CUTOFF: [Dated<Money>; 2] = [
    Dated {
        from: (1970, 1),
        value: Money::from_cents(2_500_000),
        citation: "2 CFR 200.1, Modified Total Direct Cost, as revised 2020",
        verified: true,
    },
    Dated {
        from: (2024, 10),
        value: Money::from_cents(5_000_000),
        citation: "2 CFR 200.1, Modified Total Direct Cost (89 FR 30136)",
        verified: true,
    },
];

/// The value that holds for an award of this month.
///
/// ```
/// use braidfund::month::Month;
/// use braidfund::rules::{SUBAWARD_CUTOFF, in_force};
/// let award = Month::parse("2024-09").unwrap();
/// assert_eq!(in_force(&SUBAWARD_CUTOFF, award).value.to_string(), "25000.00");
/// ```
///
/// # Panics
/// When the series does not begin with the calendar.
pub fn in_force<Value>(series: &[Dated<Value>], award: Month) -> &Dated<Value> {
    let begun = |dated: &&Dated<Value>| dated.from <= (award.year(), award.number());
    series.iter().rev().find(begun).expect("a dated series begins with the calendar")
}
