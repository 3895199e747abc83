//! Money on top of a stream's terms: what is asked when one asks what a dollar more would do.

use super::{Authority, Receipts, Tranche};
use crate::driver::total;
use crate::money::Money;
use crate::month::Month;

/// Money on top of the terms of a stream, in the window and under the rules of one of its tranches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct More {
    /// The first month of the tranche.
    pub first: Month,
    /// The award of the tranche.
    pub award: u32,
    /// The budget period of the tranche.
    pub period: u32,
    /// How much is added to it.
    pub amount: Money,
}

impl More {
    /// What is added to a tranche.
    pub fn to(tranche: &Tranche, amount: Money) -> More {
        More { first: tranche.first, award: tranche.award, period: tranche.period, amount }
    }

    /// Adds the money to its tranche. Of a reserve, both the balance and what the board authorises of it
    /// rise. Nothing is added to a share of eligible cost, which holds no amount. Nothing comes back where an amount
    /// leaves the bounds of money.
    pub fn add_to(&self, tranches: &mut [Tranche]) -> Option<()> {
        let key = (self.first, self.award, self.period);
        let own = |tranche: &&mut Tranche| (tranche.first, tranche.award, tranche.period) == key;
        let Some(tranche) = tranches.iter_mut().find(own) else { return Some(()) };
        let risen = |amount: Money| total([amount, self.amount]);
        match &mut tranche.amount {
            Authority::Amount(amount) | Authority::InKind(_, amount) => *amount = risen(*amount)?,
            Authority::AboveFloor { balance, authorised, .. } => {
                *balance = risen(*balance)?;
                *authorised = risen(*authorised)?;
            }
            Authority::OfEligible(_) => return Some(()),
        }
        if let Receipts::Advanced(rows) | Receipts::Earned(rows) = &mut tranche.receipts {
            match rows.last_mut() {
                Some((_, amount)) => *amount = risen(*amount)?,
                None => rows.push((tranche.first, self.amount)),
            }
        }
        Some(())
    }
}
