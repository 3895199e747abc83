//! Money in whole cents and exact rates, with the only rounding of the engine.
//!
//! Money is an integer behind a private field, so that money times money does not compile and no
//! binary float can creep in. A rate is a decimal of at most nine places. Money meets a rate in one
//! place, [`Rate::of`]: the product is exact in 128 bits and is rounded once, half away from zero, as
//! a spreadsheet's `ROUND` does, so that a workbook ties to the cent.
//!
//! ```
//! use braidfund::money::{Money, Rate};
//!
//! let pay = Money::from_cents(4_800_000);          // $48,000.00
//! let fringe = Rate::parse("0.28").unwrap();
//! assert_eq!(fringe.of(pay).to_string(), "13440.00");
//! ```

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use rust_decimal::Decimal;

use crate::limits::{COUNT_MAX, MONEY_CENTS_MAX, RATE_PLACES_MAX, RATE_WHOLE_MAX};

/// One, in the billionths in which rates are multiplied.
const BILLION: i128 = 1_000_000_000;

/// An amount of money in whole cents, from -9,999,999,999,999.99 to 9,999,999,999,999.99.
///
/// Its text is plain decimal with two places: `-1234.50`. A plan's totals are bounded when it is
/// read, so arithmetic on amounts of one plan stays in range; leaving it is a bug and panics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

/// Why a text is not an amount or a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// The text does not have the accepted form.
    Form,
    /// More decimal places than are kept exactly.
    Places,
    /// Outside the bounds of [`crate::limits`].
    Range,
}

/// Digits in groups of three.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An amount in words: `$200,000`, with its cents where it has any.
pub(crate) fn in_dollars(amount: Money) -> String {
    let cents = amount.cents().unsigned_abs();
    let sign = if amount < Money::ZERO { "-" } else { "" };
    let text = format!("{sign}${}", grouped(cents / 100));
    match cents % 100 {
        0 => text,
        part => format!("{text}.{part:02}"),
    }
}

impl Money {
    /// No money.
    pub const ZERO: Money = Money(0);
    /// The largest amount.
    pub const MAX: Money = Money(MONEY_CENTS_MAX);

    /// An amount of so many cents.
    ///
    /// # Panics
    /// When the amount lies outside the bounds, which a plan that was read cannot reach.
    pub const fn from_cents(cents: i64) -> Money {
        assert!(cents.unsigned_abs() <= MONEY_CENTS_MAX as u64, "money stays within its bounds");
        Money(cents)
    }

    /// The amount, if it lies within the bounds.
    pub fn try_from_cents(cents: i128) -> Option<Money> {
        let cents = i64::try_from(cents).ok()?;
        (cents.unsigned_abs() <= MONEY_CENTS_MAX as u64).then_some(Money(cents))
    }

    /// The amount in cents.
    pub const fn cents(self) -> i64 {
        self.0
    }

    /// Whether the amount is zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether the amount is above zero.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Reads `-?digits[.d[d]]`, up to 13 digits before the point, and nothing else: no exponent,
    /// no separators, no sign but a minus.
    ///
    /// # Errors
    /// [`NumberError`] says whether the form, the places or the range is wrong.
    ///
    /// ```
    /// use braidfund::money::{Money, NumberError};
    /// assert_eq!(Money::parse("1200.5").unwrap().cents(), 120_050);
    /// assert_eq!(Money::parse("1,200.50"), Err(NumberError::Form));
    /// assert_eq!(Money::parse("0.005"), Err(NumberError::Places));
    /// ```
    pub fn parse(text: &str) -> Result<Money, NumberError> {
        let (negative, whole, fraction) = split_number(text)?;
        if fraction.len() > 2 {
            return Err(NumberError::Places);
        }
        if whole.len() > 13 {
            return Err(NumberError::Range);
        }
        let digits: i64 = whole.parse().map_err(|_| NumberError::Range)?;
        let cents: i64 = format!("{fraction:0<2}").parse().map_err(|_| NumberError::Form)?;
        let amount = digits * 100 + cents;
        Ok(Money(if negative { -amount } else { amount }))
    }

    /// The part of this amount that falls to the first `part` of `whole` equal shares, by
    /// cumulative rounding, so that the shares of any partition sum to the whole.
    ///
    /// ```
    /// use braidfund::money::Money;
    /// let year = Money::from_cents(10_000);            // $100.00 over three months
    /// let parts: Vec<i64> =
    ///     (0..3).map(|k| (year.share(k + 1, 3) - year.share(k, 3)).cents()).collect();
    /// assert_eq!(parts, [3_333, 3_334, 3_333]);
    /// ```
    ///
    /// # Panics
    /// When `whole` is zero or `part` exceeds it.
    pub fn share(self, part: u32, whole: u32) -> Money {
        assert!(whole > 0 && part <= whole, "a share is a part of a whole");
        Money(divide(i128::from(self.0) * i128::from(part), i128::from(whole)))
    }

    /// The portion of this amount that falls to `part` of `whole`, rounded once half away from zero.
    ///
    /// # Panics
    /// When `whole` is not above zero, or `part` does not lie between zero and it.
    pub fn portion(self, part: i128, whole: i128) -> Money {
        assert!(whole > 0 && (0..=whole).contains(&part), "a portion is a part of a whole");
        Money(divide(i128::from(self.0) * part, whole))
    }

    /// The smaller amount.
    pub fn at_most(self, other: Money) -> Money {
        self.min(other)
    }

    /// The amount, or zero where it is negative.
    pub fn floor_zero(self) -> Money {
        self.max(Money::ZERO)
    }

    /// The amount a whole number of times.
    ///
    /// # Panics
    /// When the product lies outside the bounds.
    pub fn times(self, count: i64) -> Money {
        let product = i128::from(self.0) * i128::from(count);
        Money::try_from_cents(product).expect("money stays within its bounds")
    }

    /// This amount as a share of another, rounded to six places half away from zero; zero where the
    /// other is zero. For display: no money is computed from it.
    pub fn ratio(self, whole: Money) -> Rate {
        if whole.is_zero() {
            return Rate::ZERO;
        }
        let millionths = divide(i128::from(self.0) * 1_000_000, i128::from(whole.0));
        Rate(Decimal::from_i128_with_scale(i128::from(millionths), 6).normalize())
    }
}

/// Splits a number's text into sign, whole digits and fraction digits.
fn split_number(text: &str) -> Result<(bool, &str, &str), NumberError> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = match rest.split_once('.') {
        Some((_, "")) => return Err(NumberError::Form),
        Some(parts) => parts,
        None => (rest, ""),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return Err(NumberError::Form);
    }
    Ok((negative, whole, fraction))
}

/// The quotient rounded half away from zero: the one rounding of the engine.
fn divide(numerator: i128, denominator: i128) -> i64 {
    i64::try_from(divide_wide(numerator, denominator)).expect("a rounded amount fits 64 bits")
}

fn divide_wide(numerator: i128, denominator: i128) -> i128 {
    debug_assert!(denominator != 0);
    let (numerator, denominator) =
        if denominator < 0 { (-numerator, -denominator) } else { (numerator, denominator) };
    let half = denominator / 2;
    let magnitude = numerator.unsigned_abs();
    let (denominator, half) = (denominator.unsigned_abs(), half.unsigned_abs());
    let (quotient, rest) = (magnitude / denominator, magnitude % denominator);
    // An odd denominator has no exact half; then `rest > half` alone decides.
    let up = rest > half || (denominator % 2 == 0 && rest == half && half > 0);
    let rounded = (quotient + u128::from(up)) as i128;
    if numerator < 0 { -rounded } else { rounded }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        f.pad_integral(true, "", &format!("{sign}{}.{:02}", cents / 100, cents % 100))
    }
}

impl Add for Money {
    type Output = Money;
    fn add(self, other: Money) -> Money {
        Money::from_cents(self.0 + other.0)
    }
}

impl Sub for Money {
    type Output = Money;
    fn sub(self, other: Money) -> Money {
        Money::from_cents(self.0 - other.0)
    }
}

impl Neg for Money {
    type Output = Money;
    fn neg(self) -> Money {
        Money(-self.0)
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Money) {
        *self = *self + other;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Money) {
        *self = *self - other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Money>>(amounts: I) -> Money {
        amounts.fold(Money::ZERO, Add::add)
    }
}

impl<'a> Sum<&'a Money> for Money {
    fn sum<I: Iterator<Item = &'a Money>>(amounts: I) -> Money {
        amounts.copied().sum()
    }
}

/// An exact decimal rate of at most nine places, strictly between -1,000 and 1,000: a share, an
/// index, a probability, a price in dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(Decimal);

impl Rate {
    /// Nothing.
    pub const ZERO: Rate = Rate(Decimal::ZERO);
    /// The whole.
    pub const ONE: Rate = Rate(Decimal::ONE);

    /// Reads `-?digits[.digits]` with up to nine places.
    ///
    /// # Errors
    /// [`NumberError`] says whether the form, the places or the range is wrong.
    pub fn parse(text: &str) -> Result<Rate, NumberError> {
        let (_, whole, fraction) = split_number(text)?;
        if fraction.len() > RATE_PLACES_MAX as usize {
            return Err(NumberError::Places);
        }
        if whole.len() > 12 {
            return Err(NumberError::Range);
        }
        let value = Decimal::from_str_exact(text).map_err(|_| NumberError::Range)?;
        Rate::from_decimal(value).ok_or(NumberError::Range)
    }

    /// Reads a percentage without its sign, such as `12.5` for 12.5 %: up to seven places.
    ///
    /// # Errors
    /// [`NumberError`] says whether the form, the places or the range is wrong.
    pub fn parse_percent(text: &str) -> Result<Rate, NumberError> {
        let (_, whole, fraction) = split_number(text)?;
        if fraction.len() > RATE_PLACES_MAX as usize - 2 {
            return Err(NumberError::Places);
        }
        if whole.len() > 12 {
            return Err(NumberError::Range);
        }
        let mut value = Decimal::from_str_exact(text).map_err(|_| NumberError::Range)?;
        value.set_scale(value.scale() + 2).map_err(|_| NumberError::Places)?;
        Rate::from_decimal(value).ok_or(NumberError::Range)
    }

    /// The rate, if it lies within the bounds and places.
    pub fn from_decimal(value: Decimal) -> Option<Rate> {
        let value = value.normalize();
        let bound = Decimal::from(RATE_WHOLE_MAX);
        (value.scale() <= RATE_PLACES_MAX && value < bound && value > -bound).then_some(Rate(value))
    }

    /// The rate of so many billionths, if it lies within the bounds.
    pub fn from_billionths(billionths: i128) -> Option<Rate> {
        Rate::from_decimal(Decimal::try_from_i128_with_scale(billionths, RATE_PLACES_MAX).ok()?)
    }

    /// The rate of two whole numbers' quotient, exact or rounded to nine places.
    ///
    /// # Panics
    /// When the divisor is zero or the quotient lies outside the bounds.
    pub fn quotient(part: i64, whole: i64) -> Rate {
        let billionths = divide_wide(i128::from(part) * BILLION, i128::from(whole));
        Rate::from_billionths(billionths).expect("a quotient of counts stays within its bounds")
    }

    /// The decimal value.
    pub fn decimal(self) -> Decimal {
        self.0
    }

    /// The share as an exact percentage, as a plan file writes it.
    ///
    /// ```
    /// use braidfund::money::Rate;
    /// assert_eq!(Rate::ONE.percent(), "100%");
    /// assert_eq!(Rate::parse("0.333333").unwrap().percent(), "33.3333%");
    /// assert_eq!(Rate::parse("-0.6").unwrap().percent(), "-60%");
    /// ```
    pub fn percent(self) -> String {
        let billionths = self.billionths();
        let sign = if billionths < 0 { "-" } else { "" };
        let size = billionths.unsigned_abs();
        let fraction = format!("{:07}", size % 10_000_000);
        match fraction.trim_end_matches('0') {
            "" => format!("{sign}{}%", size / 10_000_000),
            digits => format!("{sign}{}.{digits}%", size / 10_000_000),
        }
    }

    /// The share as an exact percentage, as sentences write what a plan states.
    ///
    /// ```
    /// use braidfund::money::Rate;
    /// assert_eq!(Rate::parse("0.125").unwrap().in_words(), "12.5 %");
    /// ```
    pub fn in_words(self) -> String {
        self.percent().replace('%', " %")
    }

    /// The share as a percentage to one place, rounded half away from zero, as every page shows it. What is not nothing never
    /// reads as nothing, and what is not all never as all.
    ///
    /// ```
    /// use braidfund::money::Rate;
    /// assert_eq!(Rate::parse("0.6449").unwrap().percent_shown(), "64.5");
    /// assert_eq!(Rate::parse("0.0004").unwrap().percent_shown(), "<0.1");
    /// assert_eq!(Rate::parse("0.9999").unwrap().percent_shown(), ">99.9");
    /// assert_eq!(Rate::parse("-0.6").unwrap().percent_shown(), "-60.0");
    /// ```
    pub fn percent_shown(self) -> String {
        let size = self.billionths().unsigned_abs();
        let sign = if self < Rate::ZERO { "-" } else { "" };
        match (size + 500_000) / 1_000_000 {
            0 if size > 0 => format!("{sign}<0.1"),
            1_000 if size < 1_000_000_000 => format!("{sign}>99.9"),
            tenths => format!("{sign}{}.{}", tenths / 10, tenths % 10),
        }
    }

    /// The share rounded as every page shows it, as sentences write it: without a tenth that is none.
    ///
    /// ```
    /// use braidfund::money::Rate;
    /// assert_eq!(Rate::parse("0.5124").unwrap().rounded_in_words(), "51.2 %");
    /// assert_eq!(Rate::parse("0.85").unwrap().rounded_in_words(), "85 %");
    /// ```
    pub fn rounded_in_words(self) -> String {
        let shown = self.percent_shown();
        format!("{} %", shown.strip_suffix(".0").unwrap_or(&shown))
    }

    /// The rate in whole billionths, which is exact.
    pub fn billionths(self) -> i128 {
        let missing = RATE_PLACES_MAX - self.0.scale();
        self.0.mantissa() * 10_i128.pow(missing)
    }

    /// Money times this rate, rounded once to cents, half away from zero.
    ///
    /// # Panics
    /// When the product lies outside the bounds of money.
    pub fn of(self, amount: Money) -> Money {
        self.try_of(amount).expect("money stays within its bounds")
    }

    /// Money times this rate, or nothing where the product lies outside the bounds.
    pub fn try_of(self, amount: Money) -> Option<Money> {
        let product = i128::from(amount.0) * self.billionths();
        Money::try_from_cents(divide_wide(product, BILLION))
    }

    /// One less this rate.
    pub fn complement(self) -> Rate {
        Rate((Decimal::ONE - self.0).normalize())
    }

    /// This index after one step of growth, rounded to nine places half away from zero.
    ///
    /// Returns nothing where the index leaves the bounds.
    pub fn grown(self, growth: Rate) -> Option<Rate> {
        let product = self.billionths() * (BILLION + growth.billionths());
        Rate::from_billionths(divide_wide(product, BILLION))
    }

    /// The rate as whole counts are rounded: half away from zero.
    pub fn round_whole(self) -> i64 {
        divide(self.billionths(), BILLION)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.normalize().fmt(f)
    }
}

/// Dollars for one unit of service, member or case: at most six places, up to 9,999,999.999999.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(i64);

impl Price {
    /// Reads `digits[.digits]` with up to six places and seven digits before the point.
    ///
    /// # Errors
    /// [`NumberError`] says whether the form, the places or the range is wrong.
    pub fn parse(text: &str) -> Result<Price, NumberError> {
        let (negative, whole, fraction) = split_number(text)?;
        if fraction.len() > 6 {
            return Err(NumberError::Places);
        }
        if negative || whole.len() > 7 {
            return Err(NumberError::Range);
        }
        let millionths = format!("{whole}{fraction:0<6}");
        Ok(Price(millionths.parse().map_err(|_| NumberError::Range)?))
    }

    /// The price after an index, as an exact product of dollars, counts and rates to be rounded once.
    pub fn product(self) -> Product {
        // Millionths of a dollar are ten-thousandths of a cent.
        Product { mantissa: i128::from(self.0), places: 4 }
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = Decimal::new(self.0, 6).normalize().to_string();
        match text.split_once('.') {
            None => write!(f, "{text}.00"),
            Some((whole, fraction)) => write!(f, "{whole}.{fraction:0<2}"),
        }
    }
}

/// A level of a driver: members, referrals, or an index. From 0 to 1,000,000,000, nine places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(i128);

impl Quantity {
    /// Reads `digits[.digits]` with up to nine places, up to a billion.
    ///
    /// # Errors
    /// [`NumberError`] says whether the form, the places or the range is wrong.
    pub fn parse(text: &str) -> Result<Quantity, NumberError> {
        let (negative, whole, fraction) = split_number(text)?;
        if fraction.len() > RATE_PLACES_MAX as usize {
            return Err(NumberError::Places);
        }
        if negative || whole.len() > 10 {
            return Err(NumberError::Range);
        }
        let billionths: i128 =
            format!("{whole}{fraction:0<9}").parse().map_err(|_| NumberError::Range)?;
        Quantity::try_from_billionths(billionths).ok_or(NumberError::Range)
    }

    fn try_from_billionths(billionths: i128) -> Option<Quantity> {
        let bound = i128::from(COUNT_MAX) * BILLION;
        (0..=bound).contains(&billionths).then_some(Quantity(billionths))
    }

    /// The level times an index, rounded to nine places; nothing where it leaves the bounds.
    pub fn indexed(self, index: Rate) -> Option<Quantity> {
        let product = self.0.checked_mul(index.billionths())?;
        Quantity::try_from_billionths(divide_wide(product, BILLION))
    }

    /// This level and another; nothing where they leave the bounds.
    pub fn plus(self, other: Quantity) -> Option<Quantity> {
        Quantity::try_from_billionths(self.0 + other.0)
    }

    /// The level as a whole count, rounded half away from zero where it is used.
    pub fn count(self) -> i64 {
        divide(self.0, BILLION)
    }

    /// This level over a base level, to nine places: a driver used as an index. Nothing where the
    /// base is zero or the quotient leaves the bounds of a rate.
    pub fn index_over(self, base: Quantity) -> Option<Rate> {
        if base.0 == 0 {
            return None;
        }
        Rate::from_billionths(divide_wide(self.0.checked_mul(BILLION)?, base.0))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / BILLION, self.0 % BILLION);
        if rest == 0 {
            return write!(f, "{whole}");
        }
        let fraction = format!("{rest:09}");
        write!(f, "{whole}.{}", fraction.trim_end_matches('0'))
    }
}

/// An exact product of an amount and several rates, rounded once when it is posted.
///
/// Positions cost `fte x salary x (1 + fringe) x (1 - vacancy) x index`: five factors, one rounding.
#[derive(Clone, Copy, Debug)]
pub struct Product {
    mantissa: i128,
    places: u32,
}

impl Product {
    /// Starts from an amount.
    pub fn new(amount: Money) -> Product {
        Product { mantissa: i128::from(amount.0), places: 0 }
    }

    /// Times a rate, exactly; nothing where the digits of all factors exceed what is kept.
    pub fn times(self, rate: Rate) -> Option<Product> {
        let factor = rate.0.normalize();
        let mantissa = self.mantissa.checked_mul(factor.mantissa())?;
        Some(Product { mantissa, places: self.places + factor.scale() })
    }

    /// Times a whole count, exactly.
    pub fn times_count(self, count: i64) -> Option<Product> {
        let mantissa = self.mantissa.checked_mul(i128::from(count))?;
        Some(Product { mantissa, ..self })
    }

    /// The product in cents, rounded once half away from zero; nothing where it is out of bounds.
    pub fn round(self) -> Option<Money> {
        self.round_part(1)
    }

    /// One of so many equal parts of the product in cents, rounded once half away from zero; nothing
    /// where it is out of bounds or there are no parts.
    pub fn round_part(self, parts: u32) -> Option<Money> {
        let denominator = 10_i128.checked_pow(self.places)?.checked_mul(i128::from(parts))?;
        (parts > 0).then(|| Money::try_from_cents(divide_wide(self.mantissa, denominator)))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_half_away_from_zero_on_both_sides() {
        let half = Rate::parse("0.5").unwrap();
        assert_eq!(half.of(Money::from_cents(5)).cents(), 3);
        assert_eq!(half.of(Money::from_cents(-5)).cents(), -3);
        assert_eq!(Rate::parse("0.333333333").unwrap().of(Money::from_cents(3)).cents(), 1);
    }

    #[test]
    fn the_largest_amount_times_the_largest_rate_is_exact_or_refused() {
        let rate = Rate::parse("999.999999999").unwrap();
        assert_eq!(rate.try_of(Money::MAX), None);
        assert_eq!(Rate::ONE.try_of(Money::MAX), Some(Money::MAX));
    }

    #[test]
    fn shares_of_any_partition_sum_to_the_whole() {
        for cents in [-7_i64, 0, 1, 99, 12_345, 999_999_999_999_999] {
            for whole in 1..=37 {
                let amount = Money::from_cents(cents);
                let parts = (0..whole).map(|k| amount.share(k + 1, whole) - amount.share(k, whole));
                assert_eq!(parts.sum::<Money>(), amount);
            }
        }
    }

    #[test]
    fn text_and_amount_agree() {
        for text in ["0.00", "-0.01", "1234.50", "9999999999999.99"] {
            assert_eq!(Money::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "-", ".5", "5.", "+1", "1e3", "1_000", "1,000", " 1", "NaN", "１"] {
            assert_eq!(Money::parse(text), Err(NumberError::Form), "{text}");
        }
        assert_eq!(Money::parse("12345678901234"), Err(NumberError::Range));
    }

    #[test]
    fn a_price_times_a_count_is_rounded_once() {
        let price = Price::parse("50.265").unwrap();
        let product = price.product().times_count(3).unwrap();
        assert_eq!(product.round().unwrap().to_string(), "150.80");
        assert_eq!(Price::parse("1.5").unwrap().to_string(), "1.50");
        assert_eq!(Price::parse("-1.5"), Err(NumberError::Range));
    }

    #[test]
    fn a_level_is_whole_where_it_is_counted() {
        let level = Quantity::parse("20000").unwrap();
        let grown = level.indexed(Rate::parse("1.020025").unwrap()).unwrap();
        assert_eq!((grown.to_string(), grown.count()), ("20400.5".to_string(), 20_401));
        assert_eq!(grown.index_over(level).unwrap().to_string(), "1.020025");
    }

    #[test]
    fn an_index_steps_to_nine_places() {
        let grown = Rate::ONE.grown(Rate::parse("0.03").unwrap()).unwrap();
        let again = grown.grown(Rate::parse("0.03").unwrap()).unwrap();
        assert_eq!(again.to_string(), "1.0609");
    }

    #[test]
    fn a_share_that_is_not_nothing_never_reads_as_nothing() {
        let of = |text| Rate::parse(text).unwrap().rounded_in_words();
        assert_eq!(of("0"), "0 %");
        assert_eq!(of("0.0001"), "<0.1 %");
        assert_eq!(of("0.125"), "12.5 %");
        assert_eq!(of("0.9999"), ">99.9 %");
        assert_eq!(of("1"), "100 %");
    }
}
