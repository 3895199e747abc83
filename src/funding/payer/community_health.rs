//! Community health integration: Medicare's monthly units for services of community health workers
//! (G0019 and G0022, CMS Physician Fee Schedule 2024, 88 FR 78818).

use super::claims::Claims;
use crate::driver::total;
use crate::money::{Money, Price, Rate};
use crate::name::DriverIndex;

/// Minutes in a month from which the first unit (G0019) is paid.
pub const FIRST_MINUTES: u32 = 60;
/// Minutes of each further unit (G0022).
pub const FURTHER_MINUTES: u32 = 30;

/// The terms of community health integration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommunityHealth {
    /// The patients served in a month. One practitioner may bill for a patient and month.
    pub patients: DriverIndex,
    /// The minutes that a patient is served in a month, and the share of patients: 1 in all.
    pub minutes: Vec<(u32, Rate)>,
    /// The prices of the calendar years of service.
    pub prices: Vec<UnitPrices>,
    /// What of the allowed fees is paid.
    pub claims: Claims,
}

/// The prices of one calendar year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitPrices {
    /// The year.
    pub year: i32,
    /// Dollars for the first 60 minutes in a month (G0019).
    pub first: Price,
    /// Dollars for each further 30 minutes (G0022).
    pub further: Price,
}

/// The units of a patient's month: the first, and further ones. Below 60 minutes nothing is paid, and
/// a part of 30 further minutes pays nothing.
///
/// ```
/// use braidfund::funding::payer::community_health::units;
/// assert_eq!([59, 60, 89, 90, 100].map(units), [(0, 0), (1, 0), (1, 0), (1, 1), (1, 1)]);
/// ```
pub fn units(minutes: u32) -> (u32, u32) {
    match minutes.checked_sub(FIRST_MINUTES) {
        Some(over) => (1, over / FURTHER_MINUTES),
        None => (0, 0),
    }
}

impl CommunityHealth {
    /// What is expected for so many patients in a month of a calendar year: each code one product,
    /// rounded once. Nothing where the year has no price.
    pub fn paid(&self, patients: i64, year: i32) -> Option<Money> {
        let prices = self.prices.iter().find(|prices| prices.year == year)?;
        let (first, further) = self.units_of_a_patient()?;
        let paid = |price: Price, units: Rate| {
            self.claims.paid(price.product().times_count(patients)?.times(units)?)
        };
        total([paid(prices.first, first)?, paid(prices.further, further)?])
    }

    /// First and further units of the average patient.
    pub fn units_of_a_patient(&self) -> Option<(Rate, Rate)> {
        let average = |count: fn((u32, u32)) -> u32| {
            let parts = self.minutes.iter().map(|(minutes, share)| {
                share.billionths().checked_mul(i128::from(count(units(*minutes))))
            });
            Rate::from_billionths(parts.sum::<Option<i128>>()?)
        };
        Some((average(|(first, _)| first)?, average(|(_, further)| further)?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::grant::sample::{money, rate};
    use super::*;

    fn terms(minutes: Vec<(u32, Rate)>) -> CommunityHealth {
        let price = |text| Price::parse(text).unwrap();
        CommunityHealth {
            patients: DriverIndex(0),
            minutes,
            prices: vec![UnitPrices { year: 2025, first: price("77.96"), further: price("48.52") }],
            claims: Claims::IN_FULL,
        }
    }

    #[test]
    fn units_fall_off_a_cliff_at_an_hour() {
        let paid = |minutes| terms(vec![(minutes, Rate::ONE)]).paid(100, 2025).unwrap();
        assert_eq!(paid(59), Money::ZERO);
        assert_eq!(paid(60), money("7796.00"));
        assert_eq!(paid(89), money("7796.00"));
        assert_eq!(paid(90), money("12648.00")); // 7,796.00 + 4,852.00
        assert_eq!(paid(100), money("12648.00"));
        assert_eq!(paid(150), money("22352.00")); // 7,796.00 + 3 x 4,852.00
    }

    #[test]
    fn patients_of_several_lengths_are_averaged_by_unit_and_not_by_minute() {
        // Half of the patients at 30 minutes, half at 90: an average of 60 minutes would be 100 first
        // units; it is 50 first and 50 further ones: 3,898.00 + 2,426.00.
        let terms = terms(vec![(30, rate("0.5")), (90, rate("0.5"))]);
        assert_eq!(terms.paid(100, 2025), Some(money("6324.00")));
        assert_eq!(terms.paid(100, 2026), None);
    }
}
