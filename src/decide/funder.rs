//! What a bridge option costs the one who gives or lends it.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::cash::{Cash, Credit};
use crate::error::Error;
use crate::forecast::Forecast;
use crate::funding::loan::Repayment;
use crate::funding::{DueKind, Loan, Status, Terms};
use crate::ledger::Ledger;
use crate::money::{Money, Rate};
use crate::month::YEAR;
use crate::name::{LineIndex, StreamIndex};
use crate::plan::Plan;
use crate::plan::cost::Form;
use crate::plan::restriction::standing_verdict;
use crate::time_value::net_present_value;

/// What an option costs its funder within the horizon: its stream; of an option without one, the line of credit that it brings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunderCost {
    /// Cash that it gives.
    pub paid: Money,
    /// Cash that comes back: principal, and what must go back.
    pub returned: Money,
    /// Interest that it earns.
    pub interest: Money,
    /// What it gives less what comes back, each at the funder's cost of money, seen from `as-of`.
    pub present_value: Money,
    /// What is still owed to it at the horizon's end: principal, due or not, and what must go back and has not yet.
    pub owed: Money,
    /// Of what is owed, money without use that goes back after the horizon's end.
    pub going_back: Money,
    /// What it is repaid from, if the terms name it.
    pub repaid_from: Option<RepaidFrom>,
}

/// What an option is repaid from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RepaidFrom {
    /// It falls due as the cash of a stream comes.
    Stream {
        /// What people call the stream.
        title: String,
        /// How sure it is.
        status: Status,
        /// Whether that money may itself repay it.
        may_pay: bool,
    },
    /// A stream that the scenario leaves out: nothing of it falls due.
    LeftOut,
    /// Unrestricted cash, as it comes: a line of credit.
    UnrestrictedCash,
}

/// The plan's lines of credit, where an option brings another one than the plan has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherLine {
    /// The plan's own, if it has one.
    pub without: Option<LineOfCredit>,
    /// The one that stands with the option, if one does.
    pub with: Option<LineOfCredit>,
}

/// What a line of credit does within the horizon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineOfCredit {
    /// Who lends.
    pub lender: String,
    /// What it lends, all its draws together.
    pub lent: Money,
    /// The interest that it earns.
    pub interest: Money,
    /// What is owed on it at the end.
    pub owed: Money,
}

impl LineOfCredit {
    fn of((plan, forecast): (&Plan, &Forecast)) -> Option<LineOfCredit> {
        let (line, book) = plan.credit.as_ref().zip(forecast.books.cash.credit.as_ref())?;
        Some(LineOfCredit {
            lender: line.lender.clone(),
            lent: book.drawn.iter().sum(),
            interest: book.interest.iter().sum(),
            owed: book.balance.last().copied().unwrap_or_default(),
        })
    }
}

/// The lines of credit without and with an option, where it brings another one.
pub(super) fn other_line(
    before: (&Plan, &Forecast),
    after: (&Plan, &Forecast),
) -> Option<OtherLine> {
    let [without, with] = [before, after].map(LineOfCredit::of);
    (before.0.credit != after.0.credit).then_some(OtherLine { without, with })
}

/// The book of the line of credit that an option brings.
fn own_credit<'a>(before: &Plan, (after, forecast): (&Plan, &'a Forecast)) -> Option<&'a Credit> {
    forecast.books.cash.credit.as_ref().filter(|_| before.credit != after.credit)
}

impl FunderCost {
    /// What it gives and does not get back within the horizon.
    pub fn net(&self) -> Money {
        self.paid - self.returned - self.interest
    }
}

/// The last place in which the option's stream pays anything; of an option without one, in which its line of credit lends.
pub(super) fn last_paid(
    before: &Plan,
    after: (&Plan, &Forecast),
    stream: Option<&str>,
) -> Option<usize> {
    let Some(id) = stream else {
        return own_credit(before, after)?.drawn.iter().rposition(|drawn| drawn.is_positive());
    };
    let ledger = &after.1.books.ledger;
    let own = ledger.draws.iter().filter(|draw| ledger.streams[draw.stream].name == id);
    own.map(|draw| draw.place).max()
}

/// What the funder of an option gives and gets, month by month. A line of credit beside its stream is another lender's.
pub(super) fn cost(
    before: &Plan,
    after: (&Plan, &Forecast),
    stream: Option<&str>,
    cost_of_money: Rate,
) -> Result<FunderCost, Error> {
    let books = &after.1.books;
    let mut cost = FunderCost::default();
    let mut flows = vec![Money::ZERO; books.ledger.months()];
    let mut post = |moved: Vec<Moved>| {
        for (flow, moved) in flows.iter_mut().zip(moved) {
            cost.paid += moved.paid;
            cost.returned += moved.returned;
            cost.interest += moved.interest;
            *flow = moved.outlay();
        }
    };
    if let Some(id) = stream {
        let place = books.ledger.streams.iter().position(|own| own.name == id);
        if let Some((place, index)) = place.zip(after.0.find_stream(id)) {
            post(of_stream(&books.ledger, &books.cash, place));
            let book = &books.ledger.streams[place];
            // What lapses with the last month goes back in the month after it.
            cost.going_back = book.refund_due.last().copied().unwrap_or_default();
            let debts = after.1.measures.debts.iter().filter(|debt| debt.stream == book.name);
            cost.owed = cost.going_back + debts.map(|debt| debt.owed).sum();
            cost.repaid_from = repaid_from(after.0, index);
        }
    } else if let Some(line) = own_credit(before, after) {
        post(of_line(line));
        cost.owed = line.balance.last().copied().unwrap_or_default();
        cost.repaid_from = Some(RepaidFrom::UnrestrictedCash);
    }
    cost.present_value = present_value(&flows, books.cash.as_of, cost_of_money)?;
    Ok(cost)
}

/// What moves between a giver and the plan in a month.
struct Moved {
    paid: Money,
    returned: Money,
    interest: Money,
}

impl Moved {
    /// What the giver is out of pocket.
    fn outlay(&self) -> Money {
        self.paid - self.returned - self.interest
    }
}

/// What the funder of a stream has given within the horizon and not got back, less the interest that it earned.
pub(super) fn stream_outlay(ledger: &Ledger, cash: &Cash, id: &str) -> Money {
    let place = ledger.streams.iter().position(|own| own.name == id);
    let moved = place.map(|place| of_stream(ledger, cash, place)).unwrap_or_default();
    moved.iter().map(Moved::outlay).sum()
}

/// The same of the lender of a line of credit.
pub(super) fn line_outlay(line: &Credit) -> Money {
    of_line(line).iter().map(Moved::outlay).sum()
}

/// The cash of a line of credit by month.
fn of_line(line: &Credit) -> Vec<Moved> {
    let month = |at: usize| Moved {
        paid: line.drawn[at],
        returned: line.repaid[at],
        interest: line.interest[at],
    };
    (0..line.drawn.len()).map(month).collect()
}

/// The cash of one stream by month: what it brings, what is repaid of it, and what goes back in the month in which it leaves.
fn of_stream(ledger: &Ledger, cash: &Cash, place: usize) -> Vec<Moved> {
    let due = |kind: DueKind| {
        let own = ledger.lines.iter().filter(move |line| line.due == Some((place, kind)));
        move |month: usize| own.clone().map(|line| line.covered[month]).sum::<Money>()
    };
    let (principal, interest) = (due(DueKind::Principal), due(DueKind::Interest));
    let (paid, refunds) = (&cash.receipts_by_stream[place], &cash.refunds_by_stream[place]);
    let month = |at: usize| Moved {
        paid: paid[at],
        returned: principal(at) + refunds[at],
        interest: interest(at),
    };
    (0..paid.len()).map(month).collect()
}

/// What the terms of a loan name as its repayment, if they name money.
fn repaid_from(plan: &Plan, loan: StreamIndex) -> Option<RepaidFrom> {
    let Terms::Loan(Loan { repayment, .. }) = &plan.stream(loan).terms else { return None };
    match repayment {
        Repayment::Share { stream: source, .. } => {
            let principal =
                |form: &Form| matches!(form, Form::Due(of, DueKind::Principal) if *of == loan);
            let line = plan.lines.iter().position(|line| principal(&line.form));
            let may_pay = line.is_some_and(|line| {
                standing_verdict(plan, *source, None, LineIndex::from(line)).is_allowed()
            });
            let source = plan.stream(*source);
            let (title, status) = (source.title.clone(), source.status);
            Some(RepaidFrom::Stream { title, status, may_pay })
        }
        Repayment::LeftOut => Some(RepaidFrom::LeftOut),
        Repayment::Monthly { .. } | Repayment::Dated(_) => None,
    }
}

/// Monthly flows seen from `as-of`, at a twelfth of the yearly cost of money each month. What flows before counts as it is.
fn present_value(flows: &[Money], as_of: usize, cost_of_money: Rate) -> Result<Money, Error> {
    let overflow = || Error::internal("what an option costs leaves the range of decimals");
    let flows: Vec<Decimal> = flows.iter().map(|flow| Decimal::new(flow.cents(), 2)).collect();
    let monthly = cost_of_money.decimal() / Decimal::from(YEAR as u64);
    let (gone, ahead) = flows.split_at(as_of.min(flows.len()));
    let gone: Decimal = gone.iter().sum();
    let ahead = match ahead.split_first() {
        Some((now, later)) => net_present_value(monthly, later).ok_or_else(overflow)? + *now,
        None => Decimal::ZERO,
    };
    let cents = (gone + ahead) * Decimal::ONE_HUNDRED;
    let cents = cents.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i128();
    cents.and_then(Money::try_from_cents).ok_or_else(overflow)
}
