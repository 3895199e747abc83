//! What money costs over time: level payments, loan schedules in whole cents, net present value.
//!
//! The functions of [`payment`] and its kin work on exact decimals of 28 digits, with the signs of a
//! spreadsheet: what is received is positive, what is paid is negative. A [`LoanSchedule`] is in cents:
//! each month's interest is rounded once, half away from zero, and the last payment absorbs what
//! rounding left, so that the balance ends at exactly nothing.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::money::{Money, Product, Rate};

/// When in its period a payment falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// At its end, as loans are paid.
    End,
    /// At its beginning, as rent is paid.
    Beginning,
}

/// Months of a year.
const MONTHS: u32 = 12;

/// `(1 + rate)^periods`; nothing where it leaves the range of decimals.
fn growth(rate: Decimal, periods: u32) -> Option<Decimal> {
    let (mut result, mut square, mut left) = (Decimal::ONE, Decimal::ONE + rate, periods);
    while left > 0 {
        if left % 2 == 1 {
            result = result.checked_mul(square)?;
        }
        left /= 2;
        if left > 0 {
            square = square.checked_mul(square)?;
        }
    }
    Some(result)
}

/// How much more a payment at the beginning of its period is worth.
fn lead(rate: Decimal, due: Due) -> Decimal {
    match due {
        Due::End => Decimal::ONE,
        Due::Beginning => Decimal::ONE + rate,
    }
}

/// The level payment that turns `present` into `future` over so many periods (a spreadsheet's PMT).
/// Without interest it is the same part of both each period.
///
/// Nothing where there is no period, the rate is negative, or a step leaves the range of decimals.
pub fn payment(
    rate: Decimal,
    periods: u32,
    present: Decimal,
    future: Decimal,
    due: Due,
) -> Option<Decimal> {
    if periods == 0 || rate < Decimal::ZERO {
        return None;
    }
    if rate.is_zero() {
        return Some(-present.checked_add(future)? / Decimal::from(periods));
    }
    let grown = growth(rate, periods)?;
    let owed = present.checked_mul(grown)?.checked_add(future)?;
    let weight = lead(rate, due).checked_mul((grown - Decimal::ONE).checked_div(rate)?)?;
    Some(-owed.checked_div(weight)?)
}

/// What a balance and level payments come to after so many periods (a spreadsheet's FV).
///
/// Nothing where a step leaves the range of decimals.
pub fn future_value(
    rate: Decimal,
    periods: u32,
    payment: Decimal,
    present: Decimal,
    due: Due,
) -> Option<Decimal> {
    let grown = growth(rate, periods)?;
    let weight = if rate.is_zero() {
        Decimal::from(periods)
    } else {
        lead(rate, due).checked_mul((grown - Decimal::ONE).checked_div(rate)?)?
    };
    let paid = payment.checked_mul(weight)?;
    Some(-present.checked_mul(grown)?.checked_add(paid)?)
}

/// The interest within one level payment, the first being 1 (a spreadsheet's IPMT).
///
/// Nothing where the period is none of the loan's, or as for [`payment`].
pub fn interest_part(
    rate: Decimal,
    period: u32,
    periods: u32,
    present: Decimal,
    future: Decimal,
    due: Due,
) -> Option<Decimal> {
    if !(1..=periods).contains(&period) {
        return None;
    }
    let level = payment(rate, periods, present, future, due)?;
    let balance = match (due, period) {
        (Due::Beginning, 1) => Decimal::ZERO,
        (Due::Beginning, _) => future_value(rate, period - 2, level, present, due)? - level,
        (Due::End, _) => future_value(rate, period - 1, level, present, due)?,
    };
    balance.checked_mul(rate)
}

/// The principal within one level payment, the first being 1 (a spreadsheet's PPMT).
///
/// Nothing as for [`interest_part`].
pub fn principal_part(
    rate: Decimal,
    period: u32,
    periods: u32,
    present: Decimal,
    future: Decimal,
    due: Due,
) -> Option<Decimal> {
    let level = payment(rate, periods, present, future, due)?;
    Some(level - interest_part(rate, period, periods, present, future, due)?)
}

/// The interest of a loan's payments from `first` to `last` (a spreadsheet's CUMIPMT).
///
/// Nothing where the rate or the loan is not above zero, or the span is none of the loan's.
pub fn cumulative_interest(
    rate: Decimal,
    periods: u32,
    present: Decimal,
    (first, last): (u32, u32),
    due: Due,
) -> Option<Decimal> {
    let sound = rate > Decimal::ZERO && present > Decimal::ZERO;
    if !sound || first == 0 || first > last || last > periods {
        return None;
    }
    let part = |period| interest_part(rate, period, periods, present, Decimal::ZERO, due);
    (first..=last).try_fold(Decimal::ZERO, |sum, period| sum.checked_add(part(period)?))
}

/// The principal of a loan's payments from `first` to `last` (a spreadsheet's CUMPRINC).
///
/// Nothing as for [`cumulative_interest`].
pub fn cumulative_principal(
    rate: Decimal,
    periods: u32,
    present: Decimal,
    (first, last): (u32, u32),
    due: Due,
) -> Option<Decimal> {
    let interest = cumulative_interest(rate, periods, present, (first, last), due)?;
    let level = payment(rate, periods, present, Decimal::ZERO, due)?;
    Some(level.checked_mul(Decimal::from(last - first + 1))? - interest)
}

/// What flows at the end of each period are worth one period before the first (a spreadsheet's NPV).
///
/// Nothing where the rate is -100 % or less, or a step leaves the range of decimals.
pub fn net_present_value(rate: Decimal, flows: &[Decimal]) -> Option<Decimal> {
    let factor = Decimal::ONE + rate;
    if factor <= Decimal::ZERO {
        return None;
    }
    let earlier = |sum: Decimal, flow: &Decimal| sum.checked_add(*flow)?.checked_div(factor);
    flows.iter().rev().try_fold(Decimal::ZERO, earlier)
}

/// The terms of a loan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoanTerms {
    /// What is borrowed.
    pub principal: Money,
    /// Interest a year, as a share; a twelfth of it is charged each month.
    pub yearly_rate: Rate,
    /// Monthly payments, those of interest alone with them.
    pub months: u32,
    /// The first of them that pay interest alone.
    pub interest_only_months: u32,
    /// Principal that is paid all at once with the last payment.
    pub balloon: Money,
}

/// Why terms make no loan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoanFault {
    /// There is nothing to repay.
    NoPrincipal,
    /// There is no payment.
    NoMonths,
    /// The rate is negative.
    NegativeRate,
    /// Interest alone is paid to the end, and no payment is left for the principal.
    OnlyInterest,
    /// More is left for the end than was borrowed: the debt would grow.
    NegativeAmortisation,
    /// An amount leaves the bounds of money.
    OutOfBounds,
}

/// One monthly payment of a loan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instalment {
    /// The interest.
    pub interest: Money,
    /// The principal.
    pub principal: Money,
    /// What is still owed after it.
    pub balance: Money,
}

/// The payments of a loan in whole cents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoanSchedule {
    /// The payments, one a month.
    pub instalments: Vec<Instalment>,
    /// The level payment, rounded to cents; interest-only and last payments differ from it.
    pub level: Money,
}

impl LoanSchedule {
    /// The payments that these terms ask for.
    ///
    /// # Errors
    /// [`LoanFault`] where the terms make no loan.
    ///
    /// ```
    /// use braidfund::money::{Money, Rate};
    /// use braidfund::time_value::{LoanSchedule, LoanTerms};
    ///
    /// let terms = LoanTerms {
    ///     principal: Money::parse("250000").unwrap(),
    ///     yearly_rate: Rate::parse_percent("3").unwrap(),
    ///     months: 60,
    ///     interest_only_months: 0,
    ///     balloon: Money::ZERO,
    /// };
    /// let schedule = LoanSchedule::new(terms).unwrap();
    /// assert_eq!(schedule.level.to_string(), "4492.17");
    /// assert_eq!(schedule.instalments[59].balance, Money::ZERO);
    /// ```
    pub fn new(terms: LoanTerms) -> Result<LoanSchedule, LoanFault> {
        let LoanTerms { principal, yearly_rate, months, interest_only_months, balloon } = terms;
        if principal <= Money::ZERO {
            return Err(LoanFault::NoPrincipal);
        }
        if months == 0 {
            return Err(LoanFault::NoMonths);
        }
        if yearly_rate < Rate::ZERO {
            return Err(LoanFault::NegativeRate);
        }
        if interest_only_months >= months {
            return Err(LoanFault::OnlyInterest);
        }
        if balloon > principal || balloon < Money::ZERO {
            return Err(LoanFault::NegativeAmortisation);
        }
        let level = level(terms).ok_or(LoanFault::OutOfBounds)?;
        let mut balance = principal;
        let mut instalments = Vec::with_capacity(months as usize);
        for month in 1..=months {
            let interest = interest(balance, yearly_rate, 1).ok_or(LoanFault::OutOfBounds)?;
            let principal = match month {
                _ if month == months => balance,
                _ if month <= interest_only_months => Money::ZERO,
                // Cents may leave a payment a cent below its interest where little is repaid.
                _ => (level - interest).floor_zero().at_most(balance - balloon),
            };
            balance -= principal;
            instalments.push(Instalment { interest, principal, balance });
        }
        Ok(LoanSchedule { instalments, level })
    }

    /// The interest of all payments.
    pub fn interest_total(&self) -> Money {
        self.instalments.iter().map(|instalment| instalment.interest).sum()
    }
}

/// The interest of so many months on a balance, rounded once to cents, half away from zero.
pub fn interest(balance: Money, yearly_rate: Rate, months: u32) -> Option<Money> {
    Product::new(balance).times(yearly_rate)?.times_count(i64::from(months))?.round_part(MONTHS)
}

/// The level payment of the months that repay principal, to the cent.
fn level(terms: LoanTerms) -> Option<Money> {
    let monthly = terms.yearly_rate.decimal() / Decimal::from(MONTHS);
    let decimal = |amount: Money| Decimal::new(amount.cents(), 2);
    let periods = terms.months - terms.interest_only_months;
    let (present, future) = (decimal(terms.principal), -decimal(terms.balloon));
    let exact = -payment(monthly, periods, present, future, Due::End)?;
    to_cents(exact)
}

/// Dollars rounded once to cents, half away from zero; nothing where they leave the bounds of money.
fn to_cents(dollars: Decimal) -> Option<Money> {
    let cents = dollars.checked_mul(Decimal::ONE_HUNDRED)?;
    let whole = cents.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    Money::try_from_cents(i128::try_from(whole).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(principal: &str, percent: &str, months: u32) -> LoanTerms {
        LoanTerms {
            principal: Money::parse(principal).unwrap(),
            yearly_rate: Rate::parse_percent(percent).unwrap(),
            months,
            interest_only_months: 0,
            balloon: Money::ZERO,
        }
    }

    /// `0.1 / 12` and the like.
    fn number(text: &str) -> Option<Decimal> {
        let mut words = text.split_whitespace();
        let mut value = Decimal::from_str_exact(words.next()?).ok()?;
        while let Some(sign) = words.next() {
            let other = Decimal::from_str_exact(words.next()?).ok()?;
            value = if sign == "*" { value * other } else { value / other };
        }
        Some(value)
    }

    fn whole(value: Decimal) -> Option<u32> {
        value.is_integer().then(|| u32::try_from(value).ok())?
    }

    fn due(value: Option<&Decimal>) -> Option<Due> {
        match whole(value.copied().unwrap_or_default())? {
            0 => Some(Due::End),
            1 => Some(Due::Beginning),
            _ => None,
        }
    }

    /// The value of a row; nothing where its input is refused.
    fn value(function: &str, arguments: &[Decimal]) -> Option<Decimal> {
        let a = arguments;
        let or_zero = |at: usize| a.get(at).copied().unwrap_or_default();
        match function {
            "PMT" => payment(a[0], whole(a[1])?, a[2], or_zero(3), due(a.get(4))?),
            "IPMT" | "PPMT" => {
                let part = if function == "IPMT" { interest_part } else { principal_part };
                part(a[0], whole(a[1])?, whole(a[2])?, a[3], or_zero(4), due(a.get(5))?)
            }
            "FV" => future_value(a[0], whole(a[1])?, a[2], or_zero(3), due(a.get(4))?),
            "CUMIPMT" | "CUMPRINC" => {
                let sum =
                    if function == "CUMIPMT" { cumulative_interest } else { cumulative_principal };
                sum(a[0], whole(a[1])?, a[2], (whole(a[3])?, whole(a[4])?), due(a.get(5))?)
            }
            "NPV" => net_present_value(a[0], &a[1..]),
            other => panic!("{other} is not read"),
        }
    }

    #[test]
    fn published_vectors_are_reproduced_and_bad_input_is_refused() {
        const READ: [&str; 7] = ["PMT", "IPMT", "PPMT", "FV", "CUMIPMT", "CUMPRINC", "NPV"];
        let text = include_str!("../fixtures/time-value/loan_and_npv.csv");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let (mut reproduced, mut refused) = (0, 0);
        for row in reader.records().map(Result::unwrap).filter(|row| READ.contains(&&row[0])) {
            let plain = row[1].replace(['[', ']'], "");
            let arguments: Vec<Decimal> =
                plain.split(',').map(|text| number(text.trim()).unwrap()).collect();
            let found = value(&row[0], &arguments);
            if &row[2] == "ERROR" {
                assert_eq!(found, None, "{row:?}");
                refused += 1;
                continue;
            }
            let expected = Decimal::from_scientific(&row[2])
                .or_else(|_| Decimal::from_str_exact(&row[2]))
                .unwrap();
            let tolerance = Decimal::new(1, 9);
            assert!((found.unwrap() - expected).abs() <= tolerance, "{row:?}: {found:?}");
            reproduced += 1;
        }
        assert_eq!((reproduced, refused), (READ_ROWS, 14));
    }

    /// Rows of the functions that are read, those of bad input left out.
    const READ_ROWS: usize = 34;

    #[test]
    fn a_quarter_million_at_three_percent_over_five_years() {
        // The textbook figure: 4,492.17 a month and 19,530.36 of interest, before rounding to cents.
        let rate = Decimal::new(3, 2) / Decimal::from(12);
        let owed = Decimal::from(250_000);
        let level = payment(rate, 60, owed, Decimal::ZERO, Due::End).unwrap();
        assert_eq!(to_cents(-level).unwrap().to_string(), "4492.17");
        let interest = cumulative_interest(rate, 60, owed, (1, 60), Due::End).unwrap();
        assert_eq!(to_cents(-interest).unwrap().to_string(), "19530.36");
        // In cents the last payment takes up what rounding left.
        let schedule = LoanSchedule::new(terms("250000", "3", 60)).unwrap();
        let last = schedule.instalments[59];
        assert_eq!(schedule.level.to_string(), "4492.17");
        assert_eq!(schedule.interest_total().to_string(), "19530.38");
        assert_eq!((last.interest + last.principal).to_string(), "4492.35");
    }

    #[test]
    fn every_schedule_repays_all_of_it_and_no_more() {
        for (percent, months, only, balloon) in [
            ("0", 7, 0, "0"),
            ("0", 1, 0, "0"),
            ("3", 60, 12, "0"),
            ("8.25", 480, 0, "0"),
            ("5", 36, 0, "40000"),
            ("5", 36, 6, "100000"),
            ("99", 480, 100, "0.01"),
        ] {
            let terms = LoanTerms {
                interest_only_months: only,
                balloon: Money::parse(balloon).unwrap(),
                ..terms("100000", percent, months)
            };
            let schedule = LoanSchedule::new(terms).unwrap();
            let repaid: Money = schedule.instalments.iter().map(|one| one.principal).sum();
            assert_eq!(repaid, terms.principal, "{terms:?}");
            assert_eq!(schedule.instalments.len(), months as usize);
            assert_eq!(schedule.instalments[months as usize - 1].balance, Money::ZERO);
            assert!(schedule.instalments.iter().all(|one| one.principal >= Money::ZERO));
            let last = schedule.instalments[months as usize - 1];
            assert!(last.principal >= terms.balloon, "{terms:?}");
            for one in &schedule.instalments[..only as usize] {
                assert_eq!(one.principal, Money::ZERO);
            }
        }
    }

    #[test]
    fn without_interest_the_parts_are_even_and_the_last_takes_the_rest() {
        let schedule = LoanSchedule::new(terms("100", "0", 3)).unwrap();
        let paid: Vec<String> =
            schedule.instalments.iter().map(|one| one.principal.to_string()).collect();
        assert_eq!(paid, ["33.33", "33.33", "33.34"]);
        assert_eq!(schedule.interest_total(), Money::ZERO);
    }

    #[test]
    fn terms_that_make_no_loan_are_refused() {
        let sound = terms("100", "3", 12);
        let fault = |terms: LoanTerms| LoanSchedule::new(terms).unwrap_err();
        assert_eq!(fault(LoanTerms { months: 0, ..sound }), LoanFault::NoMonths);
        assert_eq!(fault(LoanTerms { principal: Money::ZERO, ..sound }), LoanFault::NoPrincipal);
        let negative = Rate::parse("-0.03").unwrap();
        assert_eq!(fault(LoanTerms { yearly_rate: negative, ..sound }), LoanFault::NegativeRate);
        assert_eq!(fault(LoanTerms { interest_only_months: 12, ..sound }), LoanFault::OnlyInterest);
        let balloon = Money::parse("100.01").unwrap();
        assert_eq!(fault(LoanTerms { balloon, ..sound }), LoanFault::NegativeAmortisation);
    }
}
