//! The line of credit in cash: drawn where unrestricted cash would fall below zero, repaid as soon as it
//! stands above.

use super::{Cash, StreamCash};
use crate::money::Money;
use crate::plan::{CreditLine, Plan};
use crate::time_value::interest;

/// Months after which a receivable is too old to be lent against: 90 days, as lenders do.
pub const ELIGIBLE_MONTHS: usize = 3;

/// What a line of credit does, by month of the horizon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credit {
    /// What is drawn: within the month's receipts.
    pub drawn: Vec<Money>,
    /// What is repaid: within the month's payments.
    pub repaid: Vec<Money>,
    /// Interest on the balance at the month's beginning: within the month's payments.
    pub interest: Vec<Money>,
    /// What is owed at the month's end.
    pub balance: Vec<Money>,
    /// The most that may be owed at the month's end: the limit, or the share of what funders owe.
    pub available: Vec<Money>,
}

impl Credit {
    /// Whether all is owed at a month's end that the line allows.
    pub fn at_limit(&self, place: usize) -> bool {
        self.available[place].is_positive() && self.balance[place] >= self.available[place]
    }
}

impl Cash {
    /// Lets the line of credit bridge what unrestricted cash lacks to pay what is funded. Its draws are
    /// receipts, its repayments and interest payments; it changes nothing else.
    pub(super) fn draw_on_credit(&mut self, plan: &Plan, streams: &[StreamCash]) {
        let Some(line) = &plan.credit else { return };
        let months = self.receipts.len();
        let zeros = || vec![Money::ZERO; months];
        let mut credit = Credit {
            drawn: zeros(),
            repaid: zeros(),
            interest: zeros(),
            balance: zeros(),
            available: zeros(),
        };
        // What the line has added to cash so far: its balance less the interest paid.
        let (mut owed, mut paid) = (Money::ZERO, Money::ZERO);
        for place in 0..months {
            let before = owed - paid;
            let charge = interest(owed, line.yearly_rate, 1).unwrap_or_default();
            paid += charge;
            let cash = self.unrestricted[place] + owed - paid;
            let month = plan.horizon.month(place);
            let open = (line.from..=line.until).contains(&month);
            let available = if open { available(line, streams, place) } else { Money::ZERO };
            let drawn = (-cash).floor_zero().at_most((available - owed).floor_zero());
            let repaid = cash.floor_zero().at_most(owed);
            owed += drawn - repaid;
            credit.drawn[place] = drawn;
            credit.repaid[place] = repaid;
            credit.interest[place] = charge;
            credit.balance[place] = owed;
            credit.available[place] = available;
            let after = owed - paid;
            self.opening[place] += before;
            self.receipts[place] += drawn;
            self.payments[place] += repaid + charge;
            for balance in [
                &mut self.closing,
                &mut self.unrestricted,
                &mut self.closing_all_costs,
                &mut self.unrestricted_all_costs,
            ] {
                balance[place] += after;
            }
            self.liquid[place] -= paid;
        }
        self.credit = Some(credit);
    }
}

/// What the line allows at a month's end: the least of its limit and its share of eligible receivables.
fn available(line: &CreditLine, streams: &[StreamCash], place: usize) -> Money {
    let eligible = streams.iter().filter(|stream| stream.is_liquid());
    let owed: Money = eligible.map(|stream| stream.eligible(place)).sum();
    line.borrowing_base.try_of(owed).map_or(line.limit, |base| base.at_most(line.limit))
}

impl StreamCash {
    /// What of the stream's receivable a lender counts: what was earned in the last three months and,
    /// of federal money, has been invoiced. What is paid is taken to be the oldest.
    fn eligible(&self, place: usize) -> Money {
        let from = (place + 1).saturating_sub(ELIGIBLE_MONTHS);
        let earned: Money = self.earned[from..=place].iter().sum();
        let uninvoiced = match self.invoices {
            Some((begun, cycle)) if self.federal => {
                let position = (place as i32 - begun).rem_euclid(cycle);
                let first = (place as i32 - position).max(0) as usize;
                let open = position + 1 < cycle;
                if open { self.earned[first..=place].iter().sum() } else { Money::ZERO }
            }
            _ => Money::ZERO,
        };
        let recent = self.receivable[place].at_most(earned);
        (recent - uninvoiced).floor_zero()
    }
}
