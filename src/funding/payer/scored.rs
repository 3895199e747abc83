//! Parts of a payment that depend on a score: what is withheld, and what is paid on top.

use super::Served;
use crate::driver::{after, total};
use crate::money::{Money, Rate};
use crate::month::Month;

/// A part of the payment that depends on a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scored {
    /// Its share of the payment.
    pub share: Rate,
    /// The expected share of it that the score earns.
    pub score: Rate,
    /// The month of the year, from 1 to 12, with which the measured year ends.
    pub measured: u32,
    /// Months from the measured year's end to the payment: never before it ends (42 CFR 438.6(b)).
    pub paid_after_months: u32,
}

impl Scored {
    /// The month with which the year ends in which a month is measured; nothing beyond the calendar.
    pub fn measured_in(&self, month: Month) -> Option<Month> {
        after(month, (self.measured % 12 + 12 - month.number()) % 12)
    }

    /// The sum of an amount over each measured year, by the month in which it is paid out. A year
    /// that the contract's end cuts short is measured with the rest of its year.
    pub fn years(
        &self,
        served: &[Served],
        amount: impl Fn(&Served) -> Money,
    ) -> Option<Vec<(Month, Money)>> {
        let mut years: Vec<(Month, Money)> = Vec::new();
        let mut ends = None;
        for month in served {
            let measured = self.measured_in(month.month);
            let Some(paid) = measured.and_then(|end| after(end, self.paid_after_months)) else {
                continue;
            };
            match years.last_mut() {
                Some((_, sum)) if ends == measured => *sum = total([*sum, amount(month)])?,
                _ => years.push((paid, amount(month))),
            }
            ends = measured;
        }
        Some(years)
    }
}
