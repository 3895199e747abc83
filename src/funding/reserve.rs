//! The reserve: the partnership's own balance, of which only what the board has authorised is spent.

use super::grant::in_horizon;
use super::{Authority, Lowered, Receipts, Setting, Stream, Tranche};
use crate::money::Money;
use crate::month::Month;

/// The terms of a reserve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserve {
    /// The unrestricted balance at the plan's start.
    pub balance: Money,
    /// The balance that must stay.
    pub floor: Floor,
    /// What the board has authorised to be spent; nothing unless it has.
    pub authorised: Money,
    /// The month from which it has authorised it.
    pub authorised_from: Month,
}

/// The balance that a reserve must keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Floor {
    /// An amount.
    Amount(Money),
    /// So many months of all cost, at the average of the plan's first twelve months.
    MonthsOfCost(u32),
}

impl Reserve {
    /// One tranche: what is authorised, as far as the balance exceeds its floor. It pays core costs only.
    pub fn lower(&self, stream: &Stream, setting: &Setting) -> Option<Lowered> {
        let tranche = Tranche {
            first: self.authorised_from,
            last: None,
            amount: Authority::AboveFloor {
                balance: self.balance,
                floor: self.floor,
                authorised: self.authorised,
            },
            award: 0,
            period: 0,
            status: stream.status,
            receipts: Receipts::Held,
        };
        let tranches = if in_horizon(&tranche, setting) { vec![tranche] } else { Vec::new() };
        Some(Lowered { tranches, ..Lowered::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::super::grant::sample::{lower, money, month, stream, tranches};
    use super::*;
    use crate::funding::{Kind, Terms};

    #[test]
    fn only_what_is_authorised_within_the_horizon_is_offered() {
        let reserve = |authorised_from: &str| {
            let reserve = Reserve {
                balance: money("500.00"),
                floor: Floor::MonthsOfCost(3),
                authorised: money("100.00"),
                authorised_from: month(authorised_from),
            };
            lower(&stream(Kind::Reserve, Terms::Reserve(reserve), None), &[], 12)
        };
        assert_eq!(tranches(&reserve("2024-06")), ["2024-06..- 100.00 above floor"]);
        assert!(reserve("2025-01").tranches.is_empty());
    }
}
