//! Money that has to be repaid: a loan of a bank, a program-related investment, a recoverable grant.
//!
//! It lowers to one tranche, the cash, and to what falls due: principal and interest, which are need
//! lines of their own. Interest on what is borrowed is no allowable cost of a federal award
//! (2 CFR 200.449(a)), and no debt pays a debt: both take unrestricted money.

use super::grant::in_horizon;
use super::{Authority, Due, DueKind, Lowered, Receipts, Setting, Stream, Tranche};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::name::StreamIndex;
use crate::time_value::{LoanSchedule, LoanTerms, interest};

/// The terms of a loan or a recoverable grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loan {
    /// What is borrowed.
    pub amount: Money,
    /// The month in which its cash comes.
    pub from: Month,
    /// How it is repaid.
    pub repayment: Repayment,
}

/// How borrowed money is repaid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repayment {
    /// By monthly payments.
    Monthly {
        /// Interest a year; a twelfth of it is charged each month.
        yearly_rate: Rate,
        /// Monthly payments, those of interest alone with them.
        months: u32,
        /// The first of them that pay interest alone.
        interest_only_months: u32,
        /// Principal that is paid at once with the last payment.
        balloon: Money,
        /// The month of the first payment, after the cash. Interest of the months between is paid with it.
        first_payment: Month,
    },
    /// A recoverable grant, without interest, on stated months.
    Dated(Vec<(Month, Money)>),
    /// A recoverable grant, without interest, out of the cash that another stream brings from the grant's
    /// month on: this share of it, up to what is owed, when it comes.
    Share {
        /// The stream whose cash repays it.
        stream: StreamIndex,
        /// The share of it.
        share: Rate,
    },
    /// A recoverable grant that would be repaid out of a stream that a scenario leaves out: it is owed, and nothing
    /// of it falls due.
    LeftOut,
}

/// The monthly payments of a loan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payments {
    /// The level payment of principal and interest; interest-only and last payments differ from it.
    pub level: Money,
    /// Whole months without a payment before the first, whose interest is paid with it.
    pub waited: u32,
    /// The payments, the earliest first.
    pub rows: Vec<Payment>,
}

/// One monthly payment of a loan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The month.
    pub month: Month,
    /// What is owed before it.
    pub owed: Money,
    /// The month's interest on that.
    pub interest: Money,
    /// Interest of the months before the first payment, paid with it.
    pub gathered: Money,
    /// The principal.
    pub principal: Money,
}

impl Loan {
    /// One tranche: the cash, from its month on, without an end. What falls due under a share of another
    /// stream depends on that stream, and is worked out by [`crate::plan::dues`].
    ///
    /// Nothing where an amount leaves the bounds of money.
    pub fn lower(&self, stream: &Stream, setting: &Setting) -> Option<Lowered> {
        let tranche = Tranche {
            first: self.from,
            last: None,
            amount: Authority::Amount(self.amount),
            award: 0,
            period: 0,
            status: stream.status,
            receipts: Receipts::Earned(vec![(self.from, self.amount)]),
        };
        let tranches = if in_horizon(&tranche, setting) { vec![tranche] } else { Vec::new() };
        Some(Lowered { tranches, dues: self.dues()?, ..Lowered::default() })
    }

    /// The rate of its interest a year; zero for a recoverable grant.
    pub fn yearly_rate(&self) -> Rate {
        match self.repayment {
            Repayment::Monthly { yearly_rate, .. } => yearly_rate,
            Repayment::Dated(_) | Repayment::Share { .. } | Repayment::LeftOut => Rate::ZERO,
        }
    }

    /// Its monthly payments; nothing for a recoverable grant, or where an amount leaves the bounds of
    /// money.
    pub fn payments(&self) -> Option<Payments> {
        let Repayment::Monthly {
            yearly_rate,
            months,
            interest_only_months,
            balloon,
            first_payment,
        } = self.repayment
        else {
            return None;
        };
        let terms = LoanTerms {
            principal: self.amount,
            yearly_rate,
            months,
            interest_only_months,
            balloon,
        };
        let schedule = LoanSchedule::new(terms).ok()?;
        let waited = u32::try_from(first_payment.since(self.from) - 1).ok()?;
        let gathered = interest(self.amount, yearly_rate, waited)?;
        let mut rows = Vec::with_capacity(schedule.instalments.len());
        for (at, instalment) in schedule.instalments.iter().enumerate() {
            rows.push(Payment {
                month: first_payment.plus(i32::try_from(at).ok()?)?,
                owed: instalment.balance + instalment.principal,
                interest: instalment.interest,
                gathered: if at == 0 { gathered } else { Money::ZERO },
                principal: instalment.principal,
            });
        }
        Some(Payments { level: schedule.level, waited, rows })
    }

    /// What falls due by its own terms, also outside a plan's horizon.
    fn dues(&self) -> Option<Vec<Due>> {
        match &self.repayment {
            Repayment::Monthly { .. } => {
                let due = |payment: &Payment| {
                    let Payment { month, interest, gathered, principal, .. } = *payment;
                    [
                        Due { month, kind: DueKind::Principal, amount: principal },
                        Due { month, kind: DueKind::Interest, amount: interest + gathered },
                    ]
                };
                Some(self.payments()?.rows.iter().flat_map(due).collect())
            }
            Repayment::Dated(rows) => {
                let due = |(month, amount): &(Month, Money)| Due {
                    month: *month,
                    kind: DueKind::Principal,
                    amount: *amount,
                };
                Some(rows.iter().map(due).collect())
            }
            Repayment::Share { .. } | Repayment::LeftOut => Some(Vec::new()),
        }
    }

    /// What falls due out of the cash that another stream brings, by month, the earliest first: the share of
    /// all of it to date, rounded once, less what fell due before, up to what is owed. What came before the
    /// loan's own month does not count.
    pub fn dues_from(&self, share: Rate, cash: &[(Month, Money)]) -> Option<Vec<Due>> {
        let (mut brought, mut due) = (Money::ZERO, Money::ZERO);
        let mut dues = Vec::new();
        for (month, amount) in cash.iter().filter(|(month, _)| *month >= self.from) {
            brought = crate::driver::total([brought, *amount])?;
            let to_date = share.try_of(brought)?.at_most(self.amount);
            if to_date > due {
                let amount = to_date - due;
                dues.push(Due { month: *month, kind: DueKind::Principal, amount });
                due = to_date;
            }
        }
        Some(dues)
    }
}

#[cfg(test)]
mod tests {
    use super::super::grant::sample::{lower, money, month, stream, tranches};
    use super::*;
    use crate::funding::{Kind, Terms};

    fn loan(repayment: Repayment) -> Loan {
        Loan { amount: money("1200.00"), from: month("2024-03"), repayment }
    }

    fn monthly(first_payment: &str) -> Repayment {
        Repayment::Monthly {
            yearly_rate: Rate::parse("0.12").unwrap(),
            months: 3,
            interest_only_months: 1,
            balloon: Money::ZERO,
            first_payment: month(first_payment),
        }
    }

    fn told(dues: &[Due]) -> Vec<String> {
        let told = |due: &Due| format!("{} {} {}", due.month, due.kind.suffix(), due.amount);
        dues.iter().filter(|due| !due.amount.is_zero()).map(told).collect()
    }

    #[test]
    fn a_loan_is_its_cash_and_what_falls_due() {
        let terms = Terms::Loan(loan(monthly("2024-04")));
        let lowered = lower(&stream(Kind::Loan, terms, None), &[], 12);
        assert_eq!(tranches(&lowered), ["2024-03..- 1200.00"]);
        // A month of interest, 1 % of 1,200; then 1,200 x 0.01 / (1 - 1.01^-2) = 609.01 a month.
        assert_eq!(
            told(&lowered.dues),
            [
                "2024-04 interest 12.00",
                "2024-05 principal 597.01",
                "2024-05 interest 12.00",
                "2024-06 principal 602.99",
                "2024-06 interest 6.03",
            ]
        );
    }

    #[test]
    fn interest_of_months_without_payment_is_paid_with_the_first() {
        let terms = Terms::Loan(loan(monthly("2024-06")));
        let lowered = lower(&stream(Kind::Loan, terms, None), &[], 12);
        assert_eq!(told(&lowered.dues)[0], "2024-06 interest 36.00");
    }

    #[test]
    fn a_share_of_another_stream_repays_up_to_what_is_owed() {
        let share = Rate::parse("0.5").unwrap();
        let grant = loan(Repayment::Share { stream: StreamIndex(0), share });
        let row = |text: &str, amount: &str| (month(text), money(amount));
        let brought = [
            row("2024-01", "900.00"),
            row("2024-04", "0.01"),
            row("2024-05", "0.01"),
            row("2024-06", "2000.00"),
            row("2024-07", "2000.00"),
        ];
        // 0.005 is a cent, and so is 0.01: nothing before the grant counts, no cent counts twice.
        assert_eq!(
            told(&grant.dues_from(share, &brought).unwrap()),
            ["2024-04 principal 0.01", "2024-06 principal 1000.00", "2024-07 principal 199.99"]
        );
    }
}
