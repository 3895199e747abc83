//! Amounts in headings: three figures of millions and more, whole dollars below.

use super::super::words::{dollars, grouped, whole_dollars};
use crate::money::Money;

/// The amount in short: `$3.16M`, `$43.7M`, `$9.90B`; whole dollars below a million. Rounded half away from zero from
/// the whole dollars that tables show, so that no table says otherwise.
pub(super) fn brief(amount: Money) -> String {
    let whole = whole_dollars(amount).unsigned_abs();
    let sign = amount < Money::ZERO;
    let (unit, letter) = match whole {
        0..1_000_000 => return dollars(amount),
        // What rounds to a thousand millions is told in billions.
        1_000_000..999_500_000 => (1_000_000, "M"),
        999_500_000..999_500_000_000 => (1_000_000_000, "B"),
        _ => (1_000_000_000_000, "T"),
    };
    let places = [(2, 100), (1, 10), (0, 1)];
    let told = places.into_iter().find_map(|(places, times)| {
        let rounded = (whole * times + unit / 2) / unit;
        (rounded < 1_000 || places == 0).then(|| match places {
            0 => grouped(rounded),
            _ => format!("{}.{:0places$}", rounded / times, rounded % times),
        })
    });
    let text = format!("${}{letter}", told.unwrap_or_default());
    if sign { format!("({text})") } else { text }
}

/// Amounts of one sentence in short; all in whole dollars where two that differ would read alike.
pub(super) fn briefs<const N: usize>(amounts: [Money; N]) -> [String; N] {
    let told = amounts.map(brief);
    let alike = (0..N).any(|one| {
        (0..one).any(|other| told[one] == told[other] && amounts[one] != amounts[other])
    });
    if alike { amounts.map(dollars) } else { told }
}

/// The amount in fewer letters, where little room is: `$813K`, `$1.1M`, `$44M`.
pub(super) fn briefest(amount: Money) -> String {
    let whole = whole_dollars(amount).unsigned_abs();
    let units = [(1, ""), (1_000, "K"), (1_000_000, "M"), (1_000_000_000, "B")];
    let parts = |unit: u64| match (whole * 10 + unit / 2) / unit {
        // Tenths of what is less than ten.
        tenths @ 0..100 if unit > 1 => (tenths / 10, Some(tenths % 10).filter(|tenth| *tenth > 0)),
        _ => ((whole + unit / 2) / unit, None),
    };
    let fits = |(unit, _): &(u64, &str)| parts(*unit).0 < 1_000;
    let (unit, letter) = units.into_iter().find(fits).unwrap_or((1_000_000_000_000, "T"));
    let text = match parts(unit) {
        (units, Some(tenth)) => format!("${units}.{tenth}{letter}"),
        (units, None) => format!("${}{letter}", grouped(units)),
    };
    if amount < Money::ZERO { format!("({text})") } else { text }
}

/// A number at the beginning of a sentence: in a word up to twelve.
pub(super) fn number(count: usize) -> String {
    const WORDS: [&str; 12] = [
        "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven",
        "Twelve",
    ];
    let word = count.checked_sub(1).and_then(|place| WORDS.get(place));
    word.map_or_else(|| grouped(count as u64), |word| word.to_string())
}

/// A number within a sentence: in a word up to twelve.
pub(super) fn in_words(count: usize) -> String {
    number(count).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_figures_are_told_of_millions() {
        let of = |dollars: i64| brief(Money::from_cents(dollars * 100));
        assert_eq!(of(900), "$900");
        assert_eq!(of(999_999), "$999,999");
        assert_eq!(of(1_000_000), "$1.00M");
        assert_eq!(of(3_159_938), "$3.16M");
        assert_eq!(of(9_994_999), "$9.99M");
        assert_eq!(of(9_995_000), "$10.0M");
        assert_eq!(of(43_650_000), "$43.7M");
        assert_eq!(of(999_499_999), "$999M");
        assert_eq!(of(999_500_000), "$1.00B");
        assert_eq!(of(9_900_000_000), "$9.90B");
        assert_eq!(of(-7_700_000), "($7.70M)");
    }

    #[test]
    fn few_letters_hold_two_figures_or_three() {
        let of = |dollars: i64| briefest(Money::from_cents(dollars * 100));
        assert_eq!(of(900), "$900");
        assert_eq!(of(1_000), "$1K");
        assert_eq!(of(2_449), "$2.4K");
        assert_eq!(of(812_505), "$813K");
        assert_eq!(of(999_499), "$999K");
        assert_eq!(of(999_500), "$1M");
        assert_eq!(of(1_059_352), "$1.1M");
        assert_eq!(of(9_960_000), "$10M");
        assert_eq!(of(43_650_000), "$44M");
        assert_eq!(of(9_900_000_000), "$9.9B");
        assert_eq!(of(-7_700_000), "($7.7M)");
    }

    #[test]
    fn amounts_that_differ_never_read_alike() {
        let amounts = [5_000_000, 5_001_000].map(|dollars| Money::from_cents(dollars * 100));
        assert_eq!(briefs(amounts), ["$5,000,000", "$5,001,000"]);
        let amounts = [5_000_000, 5_010_000].map(|dollars| Money::from_cents(dollars * 100));
        assert_eq!(briefs(amounts), ["$5.00M", "$5.01M"]);
    }
}
