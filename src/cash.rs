//! The books of cash: receipts and payments in time, restricted and unrestricted apart.
//!
//! Restricted cash never fronts another award: unrestricted cash goes negative instead. Two closing
//! balances are kept: paying what the braid funds, and paying every cost as planned. What a line of
//! credit lends and takes back is a receipt and a payment like any other.

mod credit;
mod flow;

pub use credit::{Credit, ELIGIBLE_MONTHS};
pub use flow::{Balances, Flow};

use crate::funding::{Kind, Receipts, Terms, reimbursed_in};
use crate::ledger::{Ledger, StreamBook};
use crate::money::Money;
use crate::month::Month;
use crate::plan::Plan;
use crate::plan::deduction::of_part;
use crate::timeline::{HeldTranche, Timeline};

/// The books of cash. Vectors hold a month of the horizon each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cash {
    /// Cash at the month's beginning.
    pub opening: Vec<Money>,
    /// What comes in.
    pub receipts: Vec<Money>,
    /// What goes out, refunds with it.
    pub payments: Vec<Money>,
    /// Of the payments, what goes back to funders, and what a payer's terms have go out of its stream.
    pub refunds: Vec<Money>,
    /// Cash at the month's end, paying what the braid funds.
    pub closing: Vec<Money>,
    /// Of it, what is held for the purposes of restricted streams.
    pub restricted: Vec<Money>,
    /// The rest; negative where it fronts awards or fails.
    pub unrestricted: Vec<Money>,
    /// Earned and not received yet.
    pub receivable: Vec<Money>,
    /// Received in advance and not earned yet.
    pub refundable_advance: Vec<Money>,
    /// Costs incurred and not paid yet.
    pub payable: Vec<Money>,
    /// Of what is held for the purposes of restricted streams, what was borrowed: its debt is counted too.
    pub restricted_borrowed: Vec<Money>,
    /// Liquid unrestricted net assets by cash: unrestricted cash, borrowed cash that is still held, and what
    /// awards and unrestricted streams owe, less what is payable and what is owed to lenders, due or not.
    pub liquid: Vec<Money>,
    /// Unrestricted cash at the month's end as it would be without the line of credit: neither what it lends nor
    /// its interest.
    pub own_unrestricted: Vec<Money>,
    /// The line of credit, where the plan has one.
    pub credit: Option<Credit>,
    /// Cash at the month's end if every cost is paid as planned.
    pub closing_all_costs: Vec<Money>,
    /// Of it, what is not held for the purposes of restricted streams: what can pay any cost.
    pub unrestricted_all_costs: Vec<Money>,
    /// Receipts by stream, in the order of [`Ledger::streams`].
    pub receipts_by_stream: Vec<Vec<Money>>,
    /// Of the refunds, those of each stream, in the same order.
    pub refunds_by_stream: Vec<Vec<Money>>,
    /// Unrestricted cash at the plan's start.
    pub opening_unrestricted: Money,
    /// Unrestricted cash that should not be fallen below, by the plan's policy.
    pub floor: Money,
    /// The place of the month from which the plan is seen.
    pub as_of: usize,
}

/// The cash of one stream, by month.
struct StreamCash {
    receipts: Vec<Money>,
    /// What its draws and recoveries took out, when they were paid.
    paid: Vec<Money>,
    refunds: Vec<Money>,
    /// What was earned: as drawn, or as it became available.
    earned: Vec<Money>,
    /// Held at the start.
    opening: Money,
    /// Owed at the start.
    owed: Money,
    /// Whether its cash comes as cost is spent or advanced, rather than as it is earned.
    follows_cost: bool,
    /// Whether its terms have cash go out: a true-up, or partners paid before the payer pays.
    gives_back: bool,
    /// What it owes at each month's end, and what of it was received and not earned yet.
    receivable: Vec<Money>,
    advanced: Vec<Money>,
    /// Whether it is never cash.
    in_kind: bool,
    /// Whether its cash may pay anything.
    unrestricted: bool,
    /// Whether it is borrowed.
    borrowed: bool,
    federal: bool,
    /// The place in which its first invoice cycle begins and the cycle's months, where it reimburses.
    invoices: Option<(i32, i32)>,
}

impl Cash {
    /// The cash that follows from the books of authority and the streams' payment terms.
    pub fn from_ledger(plan: &Plan, timeline: &Timeline, ledger: &Ledger) -> Cash {
        let months = ledger.months();
        let mut streams = stream_cash(plan, timeline, ledger);
        let as_of = plan.horizon.place(plan.horizon.as_of).unwrap_or(0);
        let floor = plan.policy.cash_floor;
        let opening_unrestricted = opening_unrestricted(plan);
        let mut cash = Cash { floor, as_of, opening_unrestricted, ..Cash::zeros(months) };
        let mut all_costs = vec![Money::ZERO; months];
        let mut incurred = vec![Money::ZERO; months];
        for draw in ledger.draws.iter().filter(|draw| !ledger.streams[draw.stream].in_kind) {
            incurred[draw.place] += draw.amount;
            let due = draw.place + ledger.lines[draw.line.at()].payment_lag_months as usize;
            if due < months {
                cash.payments[due] += draw.amount;
                streams[draw.stream].paid[due] += draw.amount;
            }
        }
        post_unfunded(ledger, &mut all_costs);
        cash.post(&streams);
        cash.receipts_by_stream = streams.iter().map(|stream| stream.receipts.clone()).collect();
        cash.refunds_by_stream = streams.iter().map(|stream| stream.refunds.clone()).collect();
        cash.balance(opening_unrestricted, &streams, &all_costs);
        cash.stand_between(ledger, &mut streams, &incurred);
        cash.own_unrestricted.clone_from(&cash.unrestricted);
        cash.draw_on_credit(plan, &streams);
        cash
    }

    fn zeros(months: usize) -> Cash {
        let zeros = || vec![Money::ZERO; months];
        Cash {
            opening: zeros(),
            receipts: zeros(),
            payments: zeros(),
            refunds: zeros(),
            closing: zeros(),
            restricted: zeros(),
            unrestricted: zeros(),
            receivable: zeros(),
            refundable_advance: zeros(),
            payable: zeros(),
            restricted_borrowed: zeros(),
            liquid: zeros(),
            own_unrestricted: zeros(),
            credit: None,
            closing_all_costs: zeros(),
            unrestricted_all_costs: zeros(),
            receipts_by_stream: Vec::new(),
            refunds_by_stream: Vec::new(),
            opening_unrestricted: Money::ZERO,
            floor: Money::ZERO,
            as_of: 0,
        }
    }

    /// Posts what comes in by stream, and what goes back.
    fn post(&mut self, streams: &[StreamCash]) {
        for stream in streams {
            for place in 0..self.receipts.len() {
                self.receipts[place] += stream.receipts[place];
                self.payments[place] += stream.refunds[place];
                self.refunds[place] += stream.refunds[place];
            }
        }
    }

    /// Balances month by month. `unfunded` is what paying every cost takes beyond what is funded.
    fn balance(&mut self, unrestricted: Money, streams: &[StreamCash], unfunded: &[Money]) {
        let mut total = unrestricted + streams.iter().map(|stream| stream.opening).sum();
        let mut all = total;
        // What a stream owes at the start pays back what unrestricted cash laid out for it.
        let standing = |stream: &StreamCash| stream.opening - stream.owed;
        let mut held: Vec<Money> = streams.iter().map(standing).collect();
        for place in 0..self.receipts.len() {
            self.opening[place] = total;
            let net = self.receipts[place] - self.payments[place];
            total += net;
            all += net - unfunded[place];
            for (stream, held) in streams.iter().zip(&mut held) {
                *held += stream.receipts[place] - stream.paid[place] - stream.refunds[place];
            }
            for (stream, held) in streams.iter().zip(&held) {
                if !stream.unrestricted {
                    self.restricted[place] += held.floor_zero();
                    if stream.borrowed {
                        self.restricted_borrowed[place] += held.floor_zero();
                    }
                }
            }
            self.closing[place] = total;
            self.unrestricted[place] = total - self.restricted[place];
            self.closing_all_costs[place] = all;
            self.unrestricted_all_costs[place] = all - self.restricted[place];
        }
    }

    /// What stands between the books of authority and of cash: receivables, advances, payables.
    fn stand_between(&mut self, ledger: &Ledger, streams: &mut [StreamCash], incurred: &[Money]) {
        owe(streams, incurred.len());
        let (mut owing, mut costs, mut paid) = (Money::ZERO, Money::ZERO, Money::ZERO);
        for place in 0..incurred.len() {
            let mut soon_liquid = Money::ZERO;
            for stream in streams.iter() {
                let (receivable, owing) = (stream.receivable[place], stream.advanced[place]);
                self.receivable[place] += receivable;
                if stream.follows_cost || stream.gives_back {
                    self.refundable_advance[place] += owing;
                }
                if stream.gives_back && stream.unrestricted {
                    soon_liquid -= owing;
                }
                if stream.is_liquid() {
                    soon_liquid += receivable;
                }
            }
            costs += incurred[place];
            paid += self.payments[place] - self.refunds[place];
            owing = costs - paid;
            self.payable[place] = owing;
            let debts: Money = ledger.debts.iter().map(|debt| debt.owed[place]).sum();
            let held = self.unrestricted[place] + self.restricted_borrowed[place];
            self.liquid[place] = held + soon_liquid - owing - debts;
        }
        debug_assert!(owing >= Money::ZERO);
    }

    /// The place and amount of the lowest unrestricted cash from `as-of` on, when every cost is paid as
    /// planned. Restricted cash cannot pay what stays unfunded, so it does not count.
    pub fn lowest(&self) -> (usize, Money) {
        self.lowest_of(&self.unrestricted_all_costs)
    }

    /// The place and amount of the lowest unrestricted cash from `as-of` on, when what is funded is paid and
    /// no line of credit lends.
    pub fn lowest_funded(&self) -> (usize, Money) {
        self.lowest_of(&self.own_unrestricted)
    }

    /// The place of the first month from `as-of` on in which unrestricted cash falls below zero when every
    /// cost is paid as planned.
    pub fn runs_out(&self) -> Option<usize> {
        let from = self.as_of;
        (from..self.closing.len()).find(|place| self.unrestricted_all_costs[*place] < Money::ZERO)
    }

    fn lowest_of(&self, balances: &[Money]) -> (usize, Money) {
        let ahead = balances.iter().copied().enumerate().skip(self.as_of);
        ahead.min_by_key(|(place, cash)| (*cash, *place)).unwrap_or((self.as_of, Money::ZERO))
    }
}

/// Unrestricted cash at the start: what the opening position states, else the reserves' balances.
fn opening_unrestricted(plan: &Plan) -> Money {
    if !plan.opening.unrestricted_cash.is_zero() {
        return plan.opening.unrestricted_cash;
    }
    let balance = |stream: &crate::funding::Stream| match &stream.terms {
        Terms::Reserve(reserve) => reserve.balance,
        _ => Money::ZERO,
    };
    plan.streams.iter().map(balance).sum()
}

/// Costs that no draw pays, in the months in which they fall due.
fn post_unfunded(ledger: &Ledger, unfunded: &mut [Money]) {
    for line in &ledger.lines {
        for (place, gap) in line.gap.iter().enumerate() {
            if let Some(due) = unfunded.get_mut(place + line.payment_lag_months as usize) {
                *due += *gap;
            }
        }
    }
}

/// What each stream owes at each month's end, and what of it was received in advance.
fn owe(streams: &mut [StreamCash], months: usize) {
    for stream in streams {
        let opening = if stream.follows_cost { stream.opening } else { Money::ZERO };
        let mut earned = stream.owed - opening;
        for place in 0..months {
            earned += stream.earned[place] - stream.receipts[place] + stream.refunds[place];
            stream.receivable[place] = earned.floor_zero();
            stream.advanced[place] = (-earned).floor_zero();
        }
    }
}

fn stream_cash(plan: &Plan, timeline: &Timeline, ledger: &Ledger) -> Vec<StreamCash> {
    let months = ledger.months();
    let mut streams: Vec<StreamCash> =
        ledger.streams.iter().map(|book| StreamCash::new(book, months)).collect();
    for (index, book) in ledger.streams.iter().enumerate().filter(|(_, book)| !book.in_kind) {
        let own = timeline.tranches.iter().filter(|tranche| tranche.stream.at() == index);
        let own = own.map(|tranche| (tranche, tranche.amount));
        streams[index].post_receipts(plan, own, &book.drawn);
        streams[index].post_refunds(&book.refund_due);
    }
    for advance in &ledger.advances {
        streams[advance.stream].receipts[advance.place] += advance.amount;
    }
    post_opening(plan, &mut streams);
    // Recovery moves from its award's restricted cash to unrestricted cash in the month it is posted.
    for recovery in &ledger.recoveries {
        streams[recovery.stream].paid[recovery.place] += recovery.amount;
    }
    streams
}

impl StreamCash {
    fn new(book: &StreamBook, months: usize) -> StreamCash {
        let zeros = || vec![Money::ZERO; months];
        StreamCash {
            receipts: zeros(),
            paid: zeros(),
            refunds: zeros(),
            earned: zeros(),
            opening: Money::ZERO,
            owed: Money::ZERO,
            follows_cost: book.kind.is_some(),
            gives_back: false,
            receivable: zeros(),
            advanced: zeros(),
            in_kind: book.in_kind,
            unrestricted: book.unrestricted,
            borrowed: book.kind == Some(Kind::Loan),
            federal: book.federal,
            invoices: None,
        }
    }

    /// Whether what it owes is unrestricted cash to come.
    fn is_liquid(&self) -> bool {
        self.follows_cost || self.unrestricted
    }

    /// Posts what comes of tranches that hold so much each, in the order of the timeline, of which `drawn` was drawn
    /// by month. Advances are posted by the books of authority.
    fn post_receipts<'a>(
        &mut self,
        plan: &Plan,
        tranches: impl Iterator<Item = (&'a HeldTranche, Money)>,
        drawn: &[Money],
    ) {
        let mut as_spent = None;
        for (tranche, amount) in tranches {
            match &tranche.receipts {
                Receipts::AsSpent { cycle_months, lag_months } => {
                    as_spent.get_or_insert((tranche.first, *cycle_months, *lag_months));
                }
                Receipts::Advanced(_) => self.earned.copy_from_slice(drawn),
                Receipts::Earned(rows) => {
                    self.follows_cost = false;
                    let rows = of_part(rows, amount, tranche.amount);
                    self.earn(plan, rows, (tranche.first, amount));
                }
                Receipts::Held => self.follows_cost = false,
                Receipts::InKind => {}
            }
        }
        if let Some((first, cycle, lag)) = as_spent {
            self.earned.copy_from_slice(drawn);
            let begun = first.since(plan.horizon.start);
            self.invoices = Some((begun, cycle.max(1) as i32));
            self.reimburse(drawn, begun, cycle, lag);
        }
    }

    /// What must go back goes back in the month after it fell due.
    fn post_refunds(&mut self, refund_due: &[Money]) {
        for (place, refund) in refund_due.iter().enumerate() {
            if let Some(refunds) = self.refunds.get_mut(place + 1) {
                *refunds += *refund;
            }
        }
    }

    /// Posts what was earned in a month, and the receipts that follow; what goes out is a payment back.
    fn earn(
        &mut self,
        plan: &Plan,
        rows: impl Iterator<Item = (Month, Money)>,
        earned: (Month, Money),
    ) {
        for (month, amount) in rows {
            let back = (-amount).floor_zero();
            self.gives_back |= back.is_positive();
            if let Some(place) = plan.horizon.place(month) {
                self.receipts[place] += amount.floor_zero();
                self.refunds[place] += back;
            }
        }
        if let Some(place) = plan.horizon.place(earned.0) {
            self.earned[place] += earned.1;
        }
    }

    /// Cash after it was spent: a cycle's draws are invoiced in the cycle's last month. Cycles run from the
    /// award's first month, which may lie before the plan.
    fn reimburse(&mut self, drawn: &[Money], begun: i32, cycle: u32, lag: u32) {
        for (place, amount) in drawn.iter().enumerate() {
            let paid = reimbursed_in(place as i32, begun, cycle, lag);
            if let Some(receipts) = self.receipts.get_mut(paid as usize) {
                *receipts += *amount;
            }
        }
    }
}

fn post_opening(plan: &Plan, streams: &mut [StreamCash]) {
    for (index, opening) in &plan.opening.streams {
        let stream = &mut streams[index.at()];
        stream.opening = opening.cash;
        for (month, amount) in &opening.receivables {
            stream.owed += *amount;
            if let Some(place) = plan.horizon.place(*month) {
                stream.receipts[place] += *amount;
            }
        }
    }
}
