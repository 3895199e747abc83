//! The line of credit: it lives in cash alone, and no cost rests on it.

use crate::money::{Money, Rate};
use crate::month::Month;

/// A line of credit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditLine {
    /// What people call it.
    pub title: String,
    /// Who lends.
    pub lender: String,
    /// The most that may be drawn.
    pub limit: Money,
    /// Interest a year; a twelfth of it is charged each month on the month's opening balance.
    pub yearly_rate: Rate,
    /// The share of eligible receivables that may be drawn at most.
    pub borrowing_base: Rate,
    /// The first month in which it may be drawn.
    pub from: Month,
    /// The last month in which it may be drawn; it is repaid after it all the same.
    pub until: Month,
}
