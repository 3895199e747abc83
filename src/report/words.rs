//! Figures in words, for sentences. Whole dollars, rounded half away from zero, for reading alone.

use crate::braid::Method;
use crate::funding::{Kind, Status};
use crate::money::Money;
pub use crate::money::grouped;

/// The amount in whole dollars: `$1,234`, `($1,234)` where it is negative.
pub(crate) fn dollars(amount: Money) -> String {
    let whole = whole_dollars(amount);
    let digits = grouped(whole.unsigned_abs());
    if whole < 0 { format!("(${digits})") } else { format!("${digits}") }
}

/// Below this, sentences write cents.
const CENTS_BELOW: i64 = 100;

/// The amount in whole dollars; to the cent below a hundred dollars where it is not whole.
pub(crate) fn near(amount: Money) -> String {
    let cents = amount.cents().unsigned_abs();
    if cents >= CENTS_BELOW.unsigned_abs() * 100 || cents.is_multiple_of(100) {
        return dollars(amount);
    }
    let text = format!("${}.{:02}", cents / 100, cents % 100);
    if amount < Money::ZERO { format!("({text})") } else { text }
}

/// The amount in short, for sums that need no more: `$43.7M`; whole dollars below a million.
pub(crate) fn short_dollars(amount: Money) -> String {
    let whole = whole_dollars(amount).unsigned_abs();
    if whole < 1_000_000 {
        return dollars(amount);
    }
    let tenths = (whole + 50_000) / 100_000;
    let text = format!("${}.{}M", grouped(tenths / 10), tenths % 10);
    if amount < Money::ZERO { format!("({text})") } else { text }
}

/// The amount to the cent with separators; a negative one in parentheses.
pub(crate) fn exact(amount: Money) -> String {
    let cents = amount.cents().unsigned_abs();
    let text = format!("{}.{:02}", grouped(cents / 100), cents % 100);
    if amount < Money::ZERO { format!("({text})") } else { format!("{text} ") }
}

/// Whole dollars, rounded half away from zero.
pub(crate) fn whole_dollars(amount: Money) -> i64 {
    let cents = amount.cents();
    let dollars = (cents.unsigned_abs() + 50) / 100;
    let dollars = i64::try_from(dollars).expect("a hundredth of an amount fits");
    if cents < 0 { -dollars } else { dollars }
}

/// A count with its noun: `1 month`, `12 months`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{} {noun}s", grouped(number as u64)) }
}

/// Words in a row: `a, b and c`; amounts and clauses may hold commas of their own.
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The money that a view holds.
pub(crate) fn view(view: Status) -> &'static str {
    match view {
        Status::Secured => "secured money only",
        Status::Likely => "secured and likely money",
        Status::Prospective => "all money, also hoped for",
    }
}

/// The word of a view, as commands and files write it.
pub(crate) fn view_word(view: Status) -> &'static str {
    match view {
        Status::Secured => "secured",
        Status::Likely => "likely",
        Status::Prospective => "all",
    }
}

/// A rung of the certainty ladder.
pub(crate) fn rung(view: Status) -> &'static str {
    match view {
        Status::Secured => "Secured",
        Status::Likely => "and likely",
        Status::Prospective => "and prospective",
    }
}

/// A method, in short.
pub(crate) fn method(method: Method) -> &'static str {
    match method {
        Method::Waterfall => "waterfall, month by month",
        Method::Shares => "shares, as the cost allocation plan is filed",
        Method::Optimal => "optimal: best case, if every date were known today",
    }
}

/// The streams of a kind.
pub(crate) fn kind(kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::Grant) => "Grants",
        Some(Kind::Payer) => "Health payers",
        Some(Kind::Public) => "Public money",
        Some(Kind::SharedSavings) => "Shared savings",
        Some(Kind::Partner) => "Partners",
        Some(Kind::Reserve) => "Reserves",
        Some(Kind::Loan) => "Borrowed money",
        None => "Indirect recovery",
    }
}

/// What one stream of a kind is.
pub(crate) fn one_kind(kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::Grant) => "grant",
        Some(Kind::Payer) => "health payer",
        Some(Kind::Public) => "public money",
        Some(Kind::SharedSavings) => "shared savings",
        Some(Kind::Partner) => "partner",
        Some(Kind::Reserve) => "reserve",
        Some(Kind::Loan) => "borrowed money",
        None => "indirect recovery",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_rounded_half_away_from_zero_and_grouped() {
        let of = |cents| dollars(Money::from_cents(cents));
        assert_eq!(of(49), "$0");
        assert_eq!(of(50), "$1");
        assert_eq!(of(-50), "($1)");
        assert_eq!(of(90_000), "$900");
        assert_eq!(of(100_000), "$1,000");
        assert_eq!(of(999_999_999_999_999), "$10,000,000,000,000");
    }

    #[test]
    fn large_sums_read_in_millions() {
        let of = |dollars: i64| short_dollars(Money::from_cents(dollars * 100));
        assert_eq!(of(999_999), "$999,999");
        assert_eq!(of(1_000_000), "$1.0M");
        assert_eq!(of(43_650_000), "$43.7M");
        assert_eq!(of(-2_000_000), "($2.0M)");
    }

    #[test]
    fn lists_and_counts_read_as_english() {
        assert_eq!(list(&["a".into(), "b".into(), "c".into()]), "a, b and c");
        assert_eq!(count(1, "month"), "1 month");
        assert_eq!(count(1200, "month"), "1,200 months");
    }
}
