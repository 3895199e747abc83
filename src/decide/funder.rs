//! What a bridge option costs the one who gives or lends it.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::bridge::YEAR;
use crate::error::Error;
use crate::forecast::Forecast;
use crate::funding::loan::Repayment;
use crate::funding::{DueKind, Terms};
use crate::money::{Money, Rate};
use crate::name::StreamIndex;
use crate::plan::Plan;
use crate::time_value::net_present_value;

/// What repays a line of credit.
const ANY_CASH: &str = "unrestricted cash";

/// What an option costs its funder within the horizon: its stream, and the line of credit where it brings another one
/// than the plan has.
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
    /// What it is repaid from, if the terms name it: a stream, or unrestricted cash.
    pub repaid_from: Option<String>,
}

impl FunderCost {
    /// What it gives and does not get back within the horizon.
    pub fn net(&self) -> Money {
        self.paid - self.returned - self.interest
    }

    /// Counts one month, and says what the funder is out of pocket in it.
    fn post(&mut self, paid: Money, returned: Money, interest: Money) -> Money {
        self.paid += paid;
        self.returned += returned;
        self.interest += interest;
        paid - returned - interest
    }
}

/// Whether the plan has another line of credit with the option than without.
fn brings_credit(before: &Plan, after: &Plan) -> bool {
    before.credit != after.credit
}

/// The last place in which the option's stream pays anything, or in which the line of credit that it brings lends.
pub(super) fn last_paid(
    before: (&Plan, &Forecast),
    after: (&Plan, &Forecast),
    stream: Option<usize>,
) -> Option<usize> {
    let books = &after.1.books;
    let draws = books.ledger.draws.iter().filter(|draw| Some(draw.stream) == stream);
    let credit = books.cash.credit.as_ref().filter(|_| brings_credit(before.0, after.0));
    let lends = credit.and_then(|line| line.drawn.iter().rposition(|drawn| drawn.is_positive()));
    draws.map(|draw| draw.place).chain(lends).max()
}

/// What the funder of an option gives and gets, month by month.
pub(super) fn cost(
    before: (&Plan, &Forecast),
    after: (&Plan, &Forecast),
    stream: Option<(usize, StreamIndex)>,
    cost_of_money: Rate,
) -> Result<FunderCost, Error> {
    let cash = &after.1.books.cash;
    let months = after.1.books.ledger.months();
    let mut cost = FunderCost::default();
    let mut flows = vec![Money::ZERO; months];
    if let Some((place, index)) = stream {
        lent_or_given(after, (place, index), &mut cost, &mut flows);
    }
    if brings_credit(before.0, after.0) {
        for (forecast, sign) in [(before.1, -1), (after.1, 1)] {
            let Some(line) = &forecast.books.cash.credit else { continue };
            for (month, flow) in flows.iter_mut().enumerate() {
                let [drawn, repaid, interest] = [&line.drawn, &line.repaid, &line.interest];
                let of = |amounts: &[Money]| amounts[month].times(sign);
                *flow += cost.post(of(drawn), of(repaid), of(interest));
            }
            cost.owed += line.balance.last().map_or(Money::ZERO, |owed| owed.times(sign));
        }
        cost.repaid_from.get_or_insert_with(|| ANY_CASH.to_string());
    }
    cost.present_value = present_value(&flows, cash.as_of, cost_of_money)?;
    Ok(cost)
}

/// The cash of one stream: what it brings, what is repaid of it, and what goes back in the month in which it leaves.
fn lent_or_given(
    (plan, forecast): (&Plan, &Forecast),
    (place, stream): (usize, StreamIndex),
    cost: &mut FunderCost,
    flows: &mut [Money],
) {
    let (ledger, cash) = (&forecast.books.ledger, &forecast.books.cash);
    let due = |kind: DueKind| {
        let own = ledger.lines.iter().filter(move |line| line.due == Some((place, kind)));
        move |month: usize| own.clone().map(|line| line.covered[month]).sum::<Money>()
    };
    let (principal, interest) = (due(DueKind::Principal), due(DueKind::Interest));
    let (paid, refunds) = (&cash.receipts_by_stream[place], &cash.refunds_by_stream[place]);
    for (month, flow) in flows.iter_mut().enumerate() {
        let returned = principal(month) + refunds[month];
        *flow += cost.post(paid[month], returned, interest(month));
    }
    let book = &ledger.streams[place];
    // What lapses with the last month goes back in the month after it.
    cost.going_back = book.refund_due.last().copied().unwrap_or_default();
    let debts = forecast.measures.debts.iter().filter(|debt| debt.stream == book.name);
    cost.owed = cost.going_back + debts.map(|debt| debt.owed).sum();
    if let Terms::Loan(loan) = &plan.stream(stream).terms
        && let Repayment::Share { stream, .. } = loan.repayment
    {
        cost.repaid_from = Some(plan.stream(stream).title.clone());
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
