//! What can only be said of a whole plan: that its amounts stay in range, and that its pools blend
//! nothing that their members forbid.

use super::context::Context;
use super::syntax::Table;
use super::text::Span;
use crate::diagnostic::Code;
use crate::funding::loan::Repayment;
use crate::funding::partner::PartnerMethod;
use crate::funding::public::PublicMethod;
use crate::funding::shared_savings::Unsettled;
use crate::funding::{Authority, Kind, Lowered, Public, Stream, Terms};
use crate::limits::{MONEY_CENTS_MAX, TRANCHES_MAX};
use crate::money::Money;
use crate::name::{DriverIndex, LineIndex, PoolIndex, StreamIndex};
use crate::plan::Plan;
use crate::plan::cost::{CostLine, Escalation, Form, planned_receipts};
use crate::plan::restriction::{Verdict, selected, standing_verdict};

/// What of a plan could be read, so that what could not is not told again.
#[derive(Debug)]
pub struct Sound {
    /// Whether the months and all ids are known.
    pub horizon: bool,
    /// The drivers that could be read.
    pub drivers: Vec<bool>,
    /// The lines that could be read.
    pub lines: Vec<bool>,
    /// The streams that could be read.
    pub streams: Vec<bool>,
    /// The pools that could be read, and where their keys stand.
    pub pools: Vec<(bool, Span)>,
}

/// Tells what is wrong with the plan as a whole.
pub fn check(context: &Context<'_>, plan: &Plan, tree: &Table, sound: &Sound) {
    if !sound.horizon {
        return;
    }
    let mut books = Books { context, tree, total: 0, told: false };
    opening(plan, &mut books);
    lines(plan, sound, &mut books);
    streams(plan, sound, &mut books);
    if sound.streams.iter().all(|whole| *whole) {
        pledges(plan, &books);
        incomes(plan, &books);
    }
    for (place, (whole, span)) in sound.pools.iter().enumerate() {
        let members = &plan.pools[place].members;
        if *whole && members.iter().all(|(member, _)| sound.streams[member.at()]) {
            pool(context, plan, PoolIndex::from(place), *span, sound);
        }
    }
}

/// The running total of everything that a plan states.
struct Books<'a> {
    context: &'a Context<'a>,
    tree: &'a Table,
    total: i128,
    told: bool,
}

impl Books<'_> {
    /// Where the table of an id stands.
    fn place(&self, kind: &str, id: &str) -> Span {
        let top = Span { file: 0, start: 0, end: 0 };
        let table = self.tree.get(kind).and_then(|entry| entry.node.table());
        table.and_then(|table| table.get(id)).map_or(top, |entry| entry.key)
    }

    /// Counts an amount; the first one that leaves the bounds is told at its table.
    fn count(&mut self, cents: i128, kind: &str, id: &str) {
        self.total += cents;
        if self.total > i128::from(MONEY_CENTS_MAX) && !self.told {
            self.told = true;
            let message = format!("the plan's amounts come to more than {} in all", Money::MAX);
            let cause = "with this table the total is too large";
            let remedy = "write smaller amounts, or part the plan";
            let span = self.place(kind, id);
            self.context.desk.fault(Code::Overflow, span, message, cause, remedy);
        }
    }

    fn overflow(&self, kind: &str, id: &str, what: &str) {
        let span = self.place(kind, id);
        let message = format!("{what} of `[{kind}.{id}]` cannot be computed exactly");
        let cause = format!("an amount has too many digits, or exceeds {}", Money::MAX);
        let remedy = "write smaller amounts, or fewer decimal places";
        self.context.desk.fault(Code::Overflow, span, message, cause, remedy);
    }
}

fn cents(amounts: impl IntoIterator<Item = Money>) -> i128 {
    amounts.into_iter().map(|amount| i128::from(amount.cents())).sum()
}

fn opening(plan: &Plan, books: &mut Books<'_>) {
    let opening = &plan.opening;
    let stated = [opening.fixed_assets, opening.fixed_asset_debt, opening.board_designated];
    books.total += cents(plan.credit.as_ref().map(|line| line.limit));
    books.total += cents(stated) + cents(opening.net_assets);
    books.total += cents([opening.unrestricted_cash]);
    for (stream, position) in &plan.opening.streams {
        let owed = cents(position.receivables.iter().map(|(_, amount)| *amount));
        let stated = cents([position.cash, position.spent, position.matched]);
        books.count(owed + stated, "stream", plan.stream(*stream).name.as_str());
    }
}

fn lines(plan: &Plan, sound: &Sound, books: &mut Books<'_>) {
    let whole = |driver: &DriverIndex| sound.drivers[driver.at()];
    let mut needs: Vec<i128> = vec![0; plan.lines.len()];
    for (place, line) in plan.lines.iter().enumerate() {
        if !sound.lines[place] || !line.drivers().iter().all(whole) {
            continue;
        }
        let id = line.name.as_str();
        if zero_index(plan, line) {
            let span = books.place("cost", id);
            let message = format!("the index of `[cost.{id}]` is 0 in the line's first month");
            let remedy = "write a driver that is above 0 there, or a rate";
            let desk = books.context.desk;
            desk.fault(Code::Overflow, span, message, "nothing to grow from", remedy);
            continue;
        }
        match line.needs(plan) {
            Some(months) => needs[place] = cents(months),
            None => books.overflow("cost", id, "the need"),
        }
        books.count(needs[place], "cost", id);
    }
    for line in plan.lines.iter().filter(|_| sound.streams.iter().all(|sound| *sound)) {
        let Form::FeeOfReceipts { share, streams } = &line.form else { continue };
        let lowered =
            streams.iter().filter_map(|stream| plan.stream(*stream).lower(&plan.setting()));
        let tranches = lowered.flat_map(|lowered| lowered.tranches);
        let receipts = tranches.flat_map(|tranche| planned_receipts(&tranche, plan.horizon.end()));
        let base: i128 = cents(receipts.map(|(_, amount)| amount.floor_zero()));
        let fee = base.min(i128::from(MONEY_CENTS_MAX)) * share.billionths() / 1_000_000_000;
        books.count(fee, "cost", line.name.as_str());
    }
    for line in &plan.lines {
        let Form::Fee { share, on } = &line.form else { continue };
        let charged = plan.lines.iter().enumerate().filter(|(place, other)| {
            !other.carries_no_fee() && selected(on, LineIndex::from(*place), other)
        });
        let base: i128 = charged.map(|(place, _)| needs[place]).sum();
        let fee = base.min(i128::from(MONEY_CENTS_MAX)) * share.billionths() / 1_000_000_000;
        books.count(fee, "cost", line.name.as_str());
    }
}

/// Whether a line's index would have to grow from nothing.
fn zero_index(plan: &Plan, line: &CostLine) -> bool {
    let Escalation::Index(driver) = line.escalation else { return false };
    let base = plan.horizon.place(line.from).unwrap_or(0);
    let level = plan.drivers[driver.at()].levels.get(base);
    level.is_none_or(|level| *level == crate::money::Quantity::default())
}

fn streams(plan: &Plan, sound: &Sound, books: &mut Books<'_>) {
    let whole = |driver: &DriverIndex| sound.drivers[driver.at()];
    let mut tranches = 0;
    for (place, stream) in plan.streams.iter().enumerate() {
        if !sound.streams[place] || !stream.drivers().iter().all(whole) {
            continue;
        }
        let id = stream.name.as_str();
        if unsettled(plan, stream, books) {
            continue;
        }
        let Some(lowered) = stream.lower(&plan.setting()) else {
            books.overflow("stream", id, "the amount");
            continue;
        };
        let stated = stated(&lowered);
        let dues = cents(lowered.dues.iter().map(|due| due.amount));
        books.count(stated + dues, "stream", id);
        repaid_from(plan, stream, books);
        matched(plan, StreamIndex::from(place), stated, books);
        tranches += lowered.tranches.len();
        if tranches > TRANCHES_MAX {
            let span = books.place("stream", id);
            let message = format!("the plan holds more than {TRANCHES_MAX} tranches");
            let remedy = "merge tranches of the same months";
            books.context.desk.fault(Code::Limit, span, message, "one too many", remedy);
            return;
        }
    }
}

/// Tells a performance year that its track does not settle.
fn unsettled(plan: &Plan, stream: &Stream, books: &Books<'_>) -> bool {
    let Terms::SharedSavings(savings) = &stream.terms else { return false };
    let Some((year, why)) = savings.unsettled(stream, &plan.setting()) else { return false };
    let (cause, remedy) = match why {
        Unsettled::Preset(why) => (why.to_string(), why.remedy()),
        Unsettled::Terms(why) => (why.to_string(), why.remedy()),
    };
    let id = stream.name.as_str();
    let message = format!("`[stream.{id}]` cannot settle performance year {year}: {cause}");
    books.context.desk.fault(Code::RuleBroken, books.place("stream", id), message, "", remedy);
    true
}

/// Tells a recoverable grant whose repayment waits for money that never stands for itself.
fn repaid_from(plan: &Plan, stream: &Stream, books: &Books<'_>) {
    let Terms::Loan(loan) = &stream.terms else { return };
    let Repayment::Share { stream: source, .. } = loan.repayment else { return };
    let source = plan.stream(source);
    let cause = match &source.terms {
        Terms::Loan(_) => "no debt pays a debt",
        Terms::Reserve(_) => "a reserve is money that is held already",
        Terms::Partner(partner) if matches!(partner.method, PartnerMethod::InKind { .. }) => {
            "in-kind is never cash"
        }
        Terms::Public(Public { method: PublicMethod::Match { .. }, .. }) => {
            "a match exists only as it is spent on its own cost"
        }
        _ => return,
    };
    let span = books.place("stream", stream.name.as_str());
    let message =
        format!("`repaid-from` names `{}`, which brings nothing to repay with", source.name);
    let remedy = "name a stream that brings money of its own, or write `repayments`";
    books.context.desk.fault(Code::RuleBroken, span, message, cause, remedy);
}

/// What a stream's tranches state, in cents.
fn stated(lowered: &Lowered) -> i128 {
    let amount = |authority: &Authority| match *authority {
        Authority::Amount(amount) | Authority::InKind(_, amount) => amount,
        Authority::AboveFloor { balance, .. } => balance,
        // No more than the need of its month, which is counted with its line.
        Authority::OfEligible(_) => Money::ZERO,
    };
    cents(lowered.tranches.iter().map(|tranche| amount(&tranche.amount)))
}

/// Tells a match that would exceed the largest amount.
fn matched(plan: &Plan, stream: StreamIndex, stated: i128, books: &mut Books<'_>) {
    let Some(matching) = &plan.restrictions(stream).matching else { return };
    // Each dollar and its match pay one line's need together: the match is no more than the need.
    if matching.each_dollar {
        return;
    }
    let award = stated.clamp(0, i128::from(MONEY_CENTS_MAX));
    let needed = matching.convention.values().map(|convention| {
        let (numerator, denominator) = convention.ratio();
        (award * numerator + denominator - 1) / denominator.max(1)
    });
    if needed.max().is_some_and(|needed| needed > i128::from(MONEY_CENTS_MAX)) {
        books.overflow("stream", plan.stream(stream).name.as_str(), "the match");
    }
}

/// Tells what is pledged as match to two awards, or is federal without a statute (2 CFR 200.306(b)).
fn pledges(plan: &Plan, books: &Books<'_>) {
    let mut pledged: Vec<(StreamIndex, StreamIndex)> = Vec::new();
    for award in (0..plan.streams.len()).map(StreamIndex::from) {
        let Some(matching) = &plan.restrictions(award).matching else { continue };
        let span = books.place("stream", plan.stream(award).name.as_str());
        let name = &plan.stream(award).name;
        let tell = |message: String, cause: &str, remedy: &str| {
            books.context.desk.fault(Code::RuleBroken, span, message, cause, remedy);
        };
        for pledge in matching.pledged_by.iter().flatten().copied() {
            let stream = plan.stream(pledge);
            let before = pledged.iter().find(|(other, _)| *other == pledge);
            if let Some((_, other)) = before {
                let other = &plan.stream(*other).name;
                let message = format!("`{}` is pledged to `{name}` and to `{other}`", stream.name);
                let cause = "one dollar matches one award (2 CFR 200.306(b)(2))";
                tell(message, cause, "pledge it to one of them, or part the stream");
            }
            if pledge == award {
                let message = format!("`{name}` is pledged to itself");
                tell(message, "an award does not match itself", "pledge other money");
                continue;
            }
            if stream.federal && matching.federal_statute.is_none() {
                let message =
                    format!("`{}` is federal money, pledged as match to `{name}`", stream.name);
                let cause = "federal money does not match (2 CFR 200.306(b)(5))";
                let remedy = "pledge other money, or cite the statute that allows it: \
                              `federal-match-statute = \"...\"`";
                tell(message, cause, remedy);
            }
            pledged.push((pledge, award));
        }
    }
}

/// Tells program income of a stream that is no award.
fn incomes(plan: &Plan, books: &Books<'_>) {
    for stream in (0..plan.streams.len()).map(StreamIndex::from) {
        let Some(award) = plan.restrictions(stream).award.earned_by else { continue };
        let (own, award) = (plan.stream(stream), plan.stream(award));
        if !matches!(award.kind, Kind::Grant | Kind::Public) {
            let span = books.place("stream", own.name.as_str());
            let message =
                format!("`{}` is earned by `{}`, which is no award", own.name, award.name);
            let cause = "program income is an award's (2 CFR 200.307)";
            let remedy = "name the grant whose activity earns it, or delete `earned-by`";
            books.context.desk.fault(Code::RuleBroken, span, message, cause, remedy);
        }
    }
}

fn pool(context: &Context<'_>, plan: &Plan, index: PoolIndex, span: Span, sound: &Sound) {
    let pool = plan.pool(index);
    if pool.authority.is_some() {
        return;
    }
    for (member, _) in &pool.members {
        let stream = plan.stream(*member);
        if stream.federal {
            let message = format!("pool `{}` blends federal money of `{}`", pool.name, stream.name);
            let remedy = "write `authority = \"...\"`: the statute or waiver that allows blending";
            let cause = "federal money without an authority";
            context.desk.fault(Code::PoolRefused, span, message, cause, remedy);
        } else {
            beyond(context, plan, index, *member, span, sound);
        }
    }
}

/// Tells uses of a pool that a member's own restrictions do not allow.
fn beyond(
    context: &Context<'_>,
    plan: &Plan,
    index: PoolIndex,
    member: StreamIndex,
    span: Span,
    sound: &Sound,
) {
    let pool = plan.pool(index);
    let lines = (0..plan.lines.len()).filter(|place| sound.lines[*place]).map(LineIndex::from);
    let refused = lines.filter_map(|line| {
        let pooled = standing_verdict(plan, member, Some(index), line);
        match (pooled, standing_verdict(plan, member, None, line)) {
            (Verdict::Allowed { .. }, Verdict::Refused(refusal)) => Some((line, refusal)),
            _ => None,
        }
    });
    let refused: Vec<_> = refused.collect();
    let Some((line, refusal)) = refused.first() else { return };
    let stream = &plan.stream(member).name;
    let more = match refused.len() - 1 {
        0 => String::new(),
        1 => " (and one more line)".to_string(),
        more => format!(" (and {more} more lines)"),
    };
    let message = format!(
        "pool `{}` would pay `cost.{}` with stream `{stream}`, which may not pay it{more}",
        pool.name,
        plan.line(*line).name
    );
    let cause = format!("the stream {}", refusal.words(plan));
    let remedy = "narrow `pays-for` of the pool, leave the stream out, or write the `authority`";
    context.desk.fault(Code::PoolRefused, span, message, cause, remedy);
}
