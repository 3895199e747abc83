//! Community reinvestment: what a health plan must give back of its profit, in tiers.

use crate::driver::{after, total};
use crate::money::{Money, Rate};
use crate::month::Month;

/// The terms of a share in a health plan's reinvestment. It comes once a year of profit, years later,
/// at the plan's discretion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reinvestment {
    /// The plan's years of profit, in order.
    pub years: Vec<ProfitYear>,
    /// The share of net income up to the threshold that is owed.
    pub lower_share: Rate,
    /// The share of net income above the threshold that is owed.
    pub upper_share: Rate,
    /// The threshold, as a share of revenue.
    pub threshold: Rate,
    /// The share of the obligation that comes to the partnership.
    pub share: Rate,
    /// Months from the calendar year's end to the payment.
    pub paid_after_months: u32,
}

/// One calendar year of a health plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProfitYear {
    /// The year.
    pub year: i32,
    /// Its net income; below zero in a year of loss, which owes nothing.
    pub net_income: Money,
    /// Its contract revenue.
    pub revenue: Money,
}

impl Reinvestment {
    /// What the plan must reinvest of a year's profit: two products, each rounded once.
    pub fn obligation(&self, year: &ProfitYear) -> Option<Money> {
        let income = year.net_income.floor_zero();
        let within = income.at_most(self.threshold.try_of(year.revenue)?);
        let above = total([income, -within])?;
        total([self.lower_share.try_of(within)?, self.upper_share.try_of(above)?])
    }

    /// What comes to the partnership, by month. Nothing where an amount cannot be computed; years paid
    /// beyond the calendar are left out.
    pub fn payments(&self) -> Option<Vec<(Month, Money)>> {
        let mut payments = Vec::new();
        for year in &self.years {
            let amount = self.share.try_of(self.obligation(year)?)?;
            payments.extend(self.paid_in(year.year).map(|month| (month, amount)));
        }
        Some(payments)
    }

    /// The month in which a year's obligation is paid.
    pub fn paid_in(&self, year: i32) -> Option<Month> {
        after(Month::new(year, 12)?, self.paid_after_months)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::grant::sample::{money, month, rate};
    use super::*;

    #[test]
    fn profit_is_owed_in_two_tiers() {
        let year = |income: &str| ProfitYear {
            year: 2024,
            net_income: money(income),
            revenue: money("1000000000.00"),
        };
        let terms = Reinvestment {
            years: vec![year("100000000.00")],
            lower_share: rate("0.05"),
            upper_share: rate("0.075"),
            threshold: rate("0.075"),
            share: rate("0.1"),
            paid_after_months: 24,
        };
        // Threshold 75,000,000: 5 % of it is 3,750,000; 7.5 % of the other 25,000,000 is 1,875,000.
        assert_eq!(terms.obligation(&year("100000000.00")), Some(money("5625000.00")));
        assert_eq!(terms.obligation(&year("60000000.00")), Some(money("3000000.00")));
        assert_eq!(terms.obligation(&year("-5.00")), Some(Money::ZERO));
        assert_eq!(terms.payments(), Some(vec![(month("2026-12"), money("562500.00"))]));
    }
}
