//! Claims for units of service: who pays what of an allowed fee, and what of it is never paid.

use crate::driver::total;
use crate::money::{Money, Price, Product, Rate};

/// What of allowed fees is paid. Without terms of its own, all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The payer's part of an allowed fee; the rest is the patient's coinsurance.
    pub payer_share: Rate,
    /// What is taken off the payer's part (2 USC 901a(6): 2 % of Medicare's payments).
    pub sequestration: Rate,
    /// The share of claims denied at first.
    pub denial: Rate,
    /// The share of the denied claims that is won back.
    pub overturned: Rate,
    /// The share of the patients' part that is collected.
    pub coinsurance_collected: Rate,
}

impl Claims {
    /// Allowed fees that the payer pays in full.
    pub const IN_FULL: Claims = Claims {
        payer_share: Rate::ONE,
        sequestration: Rate::ZERO,
        denial: Rate::ZERO,
        overturned: Rate::ZERO,
        coinsurance_collected: Rate::ZERO,
    };

    /// What is expected of allowed fees: the payer's part and the patients' part, each one product
    /// rounded once. Where a claim stays denied, neither is paid.
    ///
    /// ```
    /// use braidfund::funding::payer::Claims;
    /// use braidfund::money::{Price, Rate};
    ///
    /// let rate = |text| Rate::parse(text).unwrap();
    /// let claims = Claims {
    ///     payer_share: rate("0.8"),
    ///     sequestration: rate("0.02"),
    ///     denial: rate("0.08"),
    ///     overturned: rate("0.5"),
    ///     coinsurance_collected: Rate::ZERO,
    /// };
    /// let allowed = Price::parse("77.96").unwrap().product().times_count(1000).unwrap();
    /// assert_eq!(claims.paid(allowed).unwrap().to_string(), "58675.81");
    /// ```
    pub fn paid(&self, allowed: Product) -> Option<Money> {
        let granted = allowed.times(self.denied_for_good()?.complement())?;
        let payer = granted.times(self.payer_share)?.times(self.sequestration.complement())?;
        let patients =
            granted.times(self.payer_share.complement())?.times(self.coinsurance_collected)?;
        total([payer.round()?, patients.round()?])
    }

    /// The share of claims that stays denied, to nine places.
    pub fn denied_for_good(&self) -> Option<Rate> {
        self.denial.grown(Rate::from_billionths(-self.overturned.billionths())?)
    }
}

/// The price of a unit: one that grows, or one a calendar year of service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pricing {
    /// One price, to which the contract's growth applies.
    One(Price),
    /// The price of each calendar year. A year without one has none: a fee schedule is never carried
    /// forward unsaid.
    ByYear(Vec<(i32, Price)>),
}

impl Pricing {
    /// The price for services of a calendar year.
    pub fn of(&self, year: i32) -> Option<Price> {
        match self {
            Pricing::One(price) => Some(*price),
            Pricing::ByYear(prices) => {
                prices.iter().find(|(priced, _)| *priced == year).map(|(_, price)| *price)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::grant::sample::{money, rate};
    use super::*;

    fn allowed() -> Product {
        Product::new(money("10000.00"))
    }

    #[test]
    fn the_patients_part_is_paid_as_far_as_it_is_collected() {
        let claims = Claims {
            payer_share: rate("0.8"),
            coinsurance_collected: rate("0.25"),
            denial: rate("0.1"),
            ..Claims::IN_FULL
        };
        // 10,000 x 90 % = 9,000: the payer 7,200.00, of the patients' 1,800 a quarter, 450.00.
        assert_eq!(claims.paid(allowed()), Some(money("7650.00")));
        assert_eq!(Claims::IN_FULL.paid(allowed()), Some(money("10000.00")));
    }

    #[test]
    fn sequestration_is_of_the_payers_part_alone() {
        let claims = Claims {
            payer_share: rate("0.8"),
            sequestration: rate("0.02"),
            coinsurance_collected: Rate::ONE,
            ..Claims::IN_FULL
        };
        assert_eq!(claims.paid(allowed()), Some(money("9840.00"))); // 7,840 + 2,000
    }

    #[test]
    fn a_year_without_a_price_has_none() {
        let price = Price::parse("77.96").unwrap();
        let prices = Pricing::ByYear(vec![(2025, price)]);
        assert_eq!((prices.of(2025), prices.of(2026)), (Some(price), None));
        assert_eq!(Pricing::One(price).of(2026), Some(price));
    }
}
