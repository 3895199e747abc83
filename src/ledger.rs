//! The books of authority: what every stream held, drew and lost, what every line needed and got.
//!
//! Conservation is asserted on construction, in release builds too: each stream and month, opening +
//! available = drawn + lapsed + refund due + closing; each line and month, need = draws + gap.

use std::collections::BTreeMap;

use crate::braid::{Braid, Source};
use crate::error::Error;
use crate::funding::partner::PartnerMethod;
use crate::funding::{DueKind, End, Kind, Memo, MemoKind, Receipts, Status, Terms};
use crate::money::{Money, Rate};
use crate::month::{FiscalCalendar, Month};
use crate::name::{LineIndex, PoolIndex, StreamIndex, TrancheIndex};
use crate::plan::cost::{Category, CostLine, Form, Layer, Priority};
use crate::plan::deduction::of_part;
use crate::plan::{Horizon, Plan};
use crate::timeline::{HeldTranche, Timeline, is_dependable};

/// The id of the stream that indirect recovery is kept in.
pub const INDIRECT_RECOVERY: &str = "indirect-recovery";

/// The books of one braid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// The months.
    pub horizon: Horizon,
    /// The partnership's fiscal year.
    pub fiscal: FiscalCalendar,
    /// The cost lines, in the order of names.
    pub lines: Vec<LineBook>,
    /// The streams, in the order of names; last, indirect recovery, where there is any.
    pub streams: Vec<StreamBook>,
    /// The tranches, in the order of streams and windows.
    pub tranches: Vec<TrancheBook>,
    /// The draws, in the order of months, streams, tranches, pools and lines.
    pub draws: Vec<DrawBook>,
    /// Which dollar matched which award.
    pub matches: Vec<MatchBook>,
    /// The indirect cost recovered.
    pub recoveries: Vec<RecoveryBook>,
    /// Cash that comes in advance of spending.
    pub advances: Vec<AdvanceBook>,
    /// What each loan still owes.
    pub debts: Vec<DebtBook>,
    /// The pools' ids and titles.
    pub pools: Vec<(String, String)>,
    /// Amounts told beside the streams.
    pub memos: Vec<(StreamIndex, Memo)>,
}

/// The book of one cost line. Vectors hold a month of the horizon each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineBook {
    /// The id.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// The function it serves.
    pub function: String,
    /// Its layer.
    pub layer: Layer,
    /// The kind of expense.
    pub category: Category,
    /// What is paid first.
    pub priority: Priority,
    /// The organisation that bears the cost, if it is not the backbone.
    pub partner: Option<String>,
    /// Months from the cost to its payment.
    pub payment_lag_months: u32,
    /// What it needs.
    pub need: Vec<Money>,
    /// What draws pay of it.
    pub covered: Vec<Money>,
    /// What stays unpaid.
    pub gap: Vec<Money>,
    /// The full-time equivalents it employs.
    pub fte: Vec<Rate>,
    /// What a stream has due that it pays: the stream's place, and what it is.
    pub due: Option<(usize, DueKind)>,
}

impl LineBook {
    /// Whether it repays what was borrowed, which is no expense.
    pub fn is_repayment(&self) -> bool {
        self.due.is_some_and(|(_, kind)| kind == DueKind::Principal)
    }

    /// Whether it serves a debt.
    pub fn is_debt_service(&self) -> bool {
        self.due.is_some_and(|(_, kind)| kind.is_debt_service())
    }
}

/// The book of one stream. Vectors hold a month of the horizon each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamBook {
    /// The id.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Its kind; nothing for indirect recovery, which is money of the partnership's own.
    pub kind: Option<Kind>,
    /// Who pays.
    pub funder: String,
    /// Whether it is federal.
    pub federal: bool,
    /// How sure it is.
    pub status: Status,
    /// Whether it is unrestricted.
    pub unrestricted: bool,
    /// Whether it is dependable by its terms.
    pub dependable: bool,
    /// Whether it neither recurs nor renews.
    pub one_time: bool,
    /// Whether it is in-kind, which is never cash.
    pub in_kind: bool,
    /// The rate of its indirect recovery, if it has one.
    pub indirect_rate: Option<Rate>,
    /// The last month of the stream; nothing where it has no end.
    pub until: Option<Month>,
    /// Authority in hand at the month's beginning.
    pub opening: Vec<Money>,
    /// Authority that becomes available in the month.
    pub made_available: Vec<Money>,
    /// What is drawn, indirect recovery with it.
    pub drawn: Vec<Money>,
    /// Authority that was never drawn by its last month.
    pub lapsed: Vec<Money>,
    /// Cash received in advance that must go back.
    pub refund_due: Vec<Money>,
    /// Authority in hand at the month's end.
    pub closing: Vec<Money>,
}

/// The book of the tranches of one stream that share a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrancheBook {
    /// The stream's place in [`Ledger::streams`].
    pub stream: usize,
    /// Its label: its first month, then `-2`, `-3` where several begin in one month.
    pub label: String,
    /// The first month.
    pub available: Month,
    /// The last month, if it lapses.
    pub last: Option<Month>,
    /// What it holds.
    pub amount: Money,
    /// What was drawn, indirect recovery with it.
    pub drawn: Money,
    /// What lapsed.
    pub lapsed: Money,
    /// What must go back.
    pub refund_due: Money,
    /// What is still held at the horizon's end.
    pub idle: Money,
}

/// One draw in the books.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DrawBook {
    /// The place of the month.
    pub place: usize,
    /// The stream's place in [`Ledger::streams`].
    pub stream: usize,
    /// The tranche's place in [`Ledger::tranches`].
    pub tranche: usize,
    /// The pool, by its place.
    pub pool: Option<PoolIndex>,
    /// The line.
    pub line: LineIndex,
    /// How much.
    pub amount: Money,
}

/// What a loan still owes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DebtBook {
    /// The loan's place in [`Ledger::streams`].
    pub stream: usize,
    /// What was owed at the plan's start.
    pub before: Money,
    /// Principal owed at each month's end: not due yet, or due and never paid.
    pub owed: Vec<Money>,
}

/// A matching dollar in the books.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MatchBook {
    /// The place of the month.
    pub place: usize,
    /// The award's stream.
    pub award: StreamIndex,
    /// The line that was paid.
    pub line: LineIndex,
    /// The matching stream's place.
    pub stream: usize,
    /// The matching tranche's place.
    pub tranche: usize,
    /// How much.
    pub amount: Money,
}

/// An instalment of an award that pays in advance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AdvanceBook {
    /// The place of the month in which it comes.
    pub place: usize,
    /// The stream's place.
    pub stream: usize,
    /// How much.
    pub amount: Money,
}

/// Indirect cost recovered, in the books.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecoveryBook {
    /// The place of the month.
    pub place: usize,
    /// The stream's place.
    pub stream: usize,
    /// The tranche's place.
    pub tranche: usize,
    /// The direct base.
    pub base: Money,
    /// What is recovered.
    pub amount: Money,
    /// What of it is recovered out of parts that pools have of the tranche.
    pub pooled: Vec<(PoolIndex, Money)>,
}

impl Ledger {
    /// The books of a braid.
    ///
    /// # Errors
    /// An internal error where a law of conservation does not hold.
    pub fn from_braid(plan: &Plan, timeline: &Timeline, braid: &Braid) -> Result<Ledger, Error> {
        let mut keeper = Keeper::new(plan, timeline);
        keeper.post_recovered(braid);
        keeper.post_draws(braid);
        keeper.close_tranches();
        let ledger = keeper.finish(braid);
        ledger.assert_conserved()?;
        Ok(ledger)
    }

    /// The months of the horizon.
    pub fn months(&self) -> usize {
        self.horizon.months as usize
    }

    /// What is told beside a stream's money from a month to another, summed by what it is; a balance is that of
    /// the last month, what was before the first one with it.
    pub fn told(
        &self,
        stream: Option<StreamIndex>,
        (first, last): (Month, Month),
    ) -> BTreeMap<MemoKind, Money> {
        let mut sums = BTreeMap::new();
        let counts =
            |memo: &Memo| memo.month <= last && (memo.kind.is_balance() || memo.month >= first);
        let own = self.memos.iter().filter(|(of, memo)| Some(*of) == stream && counts(memo));
        for (_, memo) in own {
            *sums.entry(memo.kind).or_default() += memo.amount;
        }
        sums
    }

    /// The two laws of conservation, on the finished books.
    fn assert_conserved(&self) -> Result<(), Error> {
        let mut drawn = vec![Money::ZERO; self.streams.len() * self.months()];
        let mut covered = vec![Money::ZERO; self.lines.len() * self.months()];
        for draw in &self.draws {
            drawn[draw.stream * self.months() + draw.place] += draw.amount;
            covered[draw.line.at() * self.months() + draw.place] += draw.amount;
        }
        for recovery in &self.recoveries {
            drawn[recovery.stream * self.months() + recovery.place] += recovery.amount;
        }
        let broken = |law: &str, name: &str, place: usize| {
            Error::internal(format!("{law}: `{name}` in {}", self.horizon.month(place)))
        };
        for (index, stream) in self.streams.iter().enumerate() {
            for place in 0..self.months() {
                let held = stream.opening[place] + stream.made_available[place];
                let gone = stream.drawn[place] + stream.lapsed[place] + stream.refund_due[place];
                let follows = place == 0 || stream.opening[place] == stream.closing[place - 1];
                let posted = drawn[index * self.months() + place] == stream.drawn[place];
                if held != gone + stream.closing[place] || !follows || !posted {
                    return Err(broken("authority is conserved", &stream.name, place));
                }
            }
        }
        for (index, line) in self.lines.iter().enumerate() {
            for place in 0..self.months() {
                let paid = covered[index * self.months() + place];
                let balanced = line.need[place] == line.covered[place] + line.gap[place];
                if paid != line.covered[place] || !balanced || line.gap[place] < Money::ZERO {
                    return Err(broken("need = draws + gap", &line.name, place));
                }
            }
        }
        Ok(())
    }
}

/// Posts a braid into books.
struct Keeper<'a> {
    plan: &'a Plan,
    timeline: &'a Timeline,
    lines: Vec<LineBook>,
    streams: Vec<StreamBook>,
    tranches: Vec<TrancheBook>,
    /// The book of each tranche of the timeline.
    book_of: Vec<usize>,
    /// The book of what each month recovered, where it recovered anything.
    recovered_in: Vec<Option<usize>>,
    /// What was taken of each tranche of the timeline, by month.
    taken: Vec<Vec<(usize, Money)>>,
    advances: Vec<AdvanceBook>,
}

impl<'a> Keeper<'a> {
    fn new(plan: &'a Plan, timeline: &'a Timeline) -> Keeper<'a> {
        let lines = plan.lines.iter().enumerate();
        let (tranches, book_of) = tranche_books(timeline);
        Keeper {
            plan,
            timeline,
            lines: lines
                .map(|(index, line)| line_book(plan, line, &timeline.needs[index]))
                .collect(),
            streams: (0..plan.streams.len()).map(|index| stream_book(plan, index)).collect(),
            tranches,
            book_of,
            recovered_in: vec![None; plan.horizon.months as usize],
            taken: vec![Vec::new(); timeline.tranches.len()],
            advances: Vec::new(),
        }
    }

    /// Opens the stream of recovered money, a tranche a month, and charges the awards.
    fn post_recovered(&mut self, braid: &Braid) {
        let mut by_place = vec![Money::ZERO; self.recovered_in.len()];
        for recovery in &braid.recoveries {
            by_place[recovery.place] += recovery.amount;
            if recovery.amount.is_positive() {
                self.taken[recovery.tranche.at()].push((recovery.place, recovery.amount));
            }
        }
        if by_place.iter().all(|amount| amount.is_zero()) {
            return;
        }
        let stream = self.streams.len();
        let mut book = recovery_stream(self.plan);
        for (place, amount) in
            by_place.into_iter().enumerate().filter(|(_, amount)| amount.is_positive())
        {
            let month = self.plan.horizon.month(place);
            book.made_available[place] = amount;
            self.recovered_in[place] = Some(self.tranches.len());
            self.tranches.push(TrancheBook {
                stream,
                label: month.to_string(),
                available: month,
                last: None,
                amount,
                drawn: Money::ZERO,
                lapsed: Money::ZERO,
                refund_due: Money::ZERO,
                idle: amount,
            });
        }
        self.streams.push(book);
    }

    fn post_draws(&mut self, braid: &Braid) {
        for draw in &braid.draws {
            let line = &mut self.lines[draw.line.at()];
            line.covered[draw.place] += draw.amount;
            line.gap[draw.place] -= draw.amount;
            match draw.source {
                Source::Tranche(tranche) => {
                    self.taken[tranche.at()].push((draw.place, draw.amount));
                }
                Source::Recovery(place) => {
                    let book = self.recovered_book(place);
                    let tranche = &mut self.tranches[book];
                    tranche.drawn += draw.amount;
                    tranche.idle -= draw.amount;
                    self.streams[tranche.stream].drawn[draw.place] += draw.amount;
                }
            }
        }
    }

    fn recovered_book(&self, place: usize) -> usize {
        self.recovered_in[place].expect("the checker saw that what is drawn was recovered")
    }

    /// Closes every tranche: what was made available, drawn, lapsed, refunded or is still held.
    fn close_tranches(&mut self) {
        for (index, tranche) in self.timeline.tranches.iter().enumerate() {
            let stream = &mut self.streams[tranche.stream.at()];
            let book = &mut self.tranches[self.book_of[index]];
            let drawn: Money = self.taken[index].iter().map(|(_, amount)| *amount).sum();
            let amount = if tranche.on_demand { drawn } else { tranche.authority() };
            if tranche.on_demand {
                for (place, taken) in &self.taken[index] {
                    stream.made_available[*place] += *taken;
                }
            } else if tranche.first < self.plan.horizon.start {
                stream.opening[0] += amount;
            } else {
                stream.made_available[tranche.opens] += amount;
            }
            for (place, taken) in &self.taken[index] {
                stream.drawn[*place] += *taken;
            }
            let advances = &mut self.advances;
            let post = |place, amount| {
                let stream = tranche.stream.at();
                advances.push(AdvanceBook { place, stream, amount });
            };
            let horizon = &self.plan.horizon;
            let received = advance(horizon, tranche, tranche.amount, drawn, post);
            book.amount += amount;
            book.drawn += drawn;
            match given_up(horizon, tranche, amount - drawn, received - drawn) {
                Some((refund, lapsed)) => {
                    stream.refund_due[tranche.closes] += refund;
                    stream.lapsed[tranche.closes] += lapsed;
                    book.refund_due += refund;
                    book.lapsed += lapsed;
                }
                None => book.idle += amount - drawn,
            }
        }
        for stream in &mut self.streams {
            for place in 0..stream.closing.len() {
                if place > 0 {
                    stream.opening[place] = stream.closing[place - 1];
                }
                stream.closing[place] = stream.opening[place] + stream.made_available[place]
                    - stream.drawn[place]
                    - stream.lapsed[place]
                    - stream.refund_due[place];
            }
        }
    }

    /// What each loan owes: principal that is not due yet, and what fell due and no draw paid.
    fn debts(&self) -> Vec<DebtBook> {
        let book = |(stream, not_due): &(StreamIndex, Vec<Money>)| {
            let stream = stream.at();
            let due = Some((stream, DueKind::Principal));
            let principal = self.lines.iter().find(|line| line.due == due);
            let first = principal.map_or(Money::ZERO, |line| line.need[0]);
            let before = not_due[0] + first - self.streams[stream].made_available[0];
            let mut owed = not_due.clone();
            let mut unpaid = Money::ZERO;
            for (place, owed) in owed.iter_mut().enumerate() {
                unpaid += principal.map_or(Money::ZERO, |line| line.gap[place]);
                *owed += unpaid;
            }
            DebtBook { stream, before, owed }
        };
        self.timeline.debts.iter().map(book).collect()
    }

    fn finish(self, braid: &Braid) -> Ledger {
        let place_of = |tranche: TrancheIndex| {
            let stream = self.timeline.tranche(tranche).stream.at();
            (stream, self.book_of[tranche.at()])
        };
        let draw = |draw: &crate::braid::Draw| {
            let ((stream, tranche), pool) = match draw.source {
                Source::Tranche(tranche) => {
                    (place_of(tranche), self.timeline.tranche(tranche).pool)
                }
                Source::Recovery(place) => {
                    ((self.plan.streams.len(), self.recovered_book(place)), None)
                }
            };
            DrawBook {
                place: draw.place,
                stream,
                tranche,
                pool,
                line: draw.line,
                amount: draw.amount,
            }
        };
        let recovery = |recovery: &crate::braid::Recovery| {
            let (stream, tranche) = place_of(recovery.tranche);
            let (place, base, amount) = (recovery.place, recovery.base, recovery.amount);
            let pool = self.timeline.tranche(recovery.tranche).pool;
            let pooled = pool.map(|pool| (pool, amount)).into_iter().collect();
            RecoveryBook { place, stream, tranche, base, amount, pooled }
        };
        let matched = |match_: &crate::braid::Match| {
            let (stream, tranche) = place_of(match_.tranche);
            MatchBook {
                place: match_.place,
                award: match_.award.0,
                line: match_.line,
                stream,
                tranche,
                amount: match_.amount,
            }
        };
        let draws = braid.draws.iter().map(draw).collect();
        let matches = braid.matches.iter().map(matched).collect();
        let recoveries = braid.recoveries.iter().map(recovery).collect();
        let pools = self.plan.pools.iter();
        let debts = self.debts();
        Ledger {
            horizon: self.plan.horizon,
            fiscal: self.plan.fiscal,
            draws: joined(
                draws,
                |draw: &DrawBook| (draw.place, draw.stream, draw.tranche, draw.pool, draw.line),
                |kept, next| kept.amount += next.amount,
            ),
            matches: joined(
                matches,
                |row: &MatchBook| (row.place, row.award, row.line, row.stream, row.tranche),
                |kept, next| kept.amount += next.amount,
            ),
            recoveries: joined(
                recoveries,
                |row: &RecoveryBook| (row.place, row.stream, row.tranche),
                |kept, next| {
                    kept.base += next.base;
                    kept.amount += next.amount;
                    kept.pooled.extend_from_slice(&next.pooled);
                },
            ),
            advances: self.advances,
            debts,
            pools: pools.map(|pool| (pool.name.to_string(), pool.title.clone())).collect(),
            memos: self.timeline.memos.clone(),
            lines: self.lines,
            streams: self.streams,
            tranches: self.tranches,
        }
    }
}

/// Rows in order, those of one key joined.
fn joined<Row: Ord, Key: PartialEq>(
    mut rows: Vec<Row>,
    key: impl Fn(&Row) -> Key,
    join: impl Fn(&mut Row, &Row),
) -> Vec<Row> {
    rows.sort_unstable();
    rows.dedup_by(|next, kept| {
        let same = key(next) == key(kept);
        if same {
            join(kept, next);
        }
        same
    });
    rows
}

/// Posts the instalments that come within the horizon of a tranche that holds so much, and tells what was received
/// by its last month, what was held at the start with it. An instalment that would come after its authority has
/// lapsed comes only for what was drawn and not received yet.
pub(crate) fn advance(
    horizon: &Horizon,
    tranche: &HeldTranche,
    amount: Money,
    drawn: Money,
    mut post: impl FnMut(usize, Money),
) -> Money {
    let Receipts::Advanced(rows) = &tranche.receipts else { return Money::ZERO };
    let mut received = tranche.advanced_before;
    let mut by_last = received;
    for (month, instalment) in of_part(rows, amount, tranche.amount) {
        let Some(place) = horizon.place(month) else { continue };
        let late = tranche.last.is_some_and(|last| month > last);
        let amount =
            if late { instalment.at_most((drawn - received).floor_zero()) } else { instalment };
        received += amount;
        if !late {
            by_last = received;
        }
        post(place, amount);
    }
    by_last
}

/// Of what a tranche leaves undrawn, what goes back and what is lost, where it lapses: cash goes back that was
/// received beyond what was drawn.
pub(crate) fn given_up(
    horizon: &Horizon,
    tranche: &HeldTranche,
    left: Money,
    undrawn: Money,
) -> Option<(Money, Money)> {
    let over = tranche.over_advanced;
    let refund = over + (left - over).at_most(undrawn.floor_zero());
    tranche.lapses(horizon).then_some((refund, left - refund))
}

/// One book for the tranches of a stream that share a window, and the book of each tranche.
fn tranche_books(timeline: &Timeline) -> (Vec<TrancheBook>, Vec<usize>) {
    let mut books: Vec<TrancheBook> = Vec::new();
    let mut book_of = Vec::with_capacity(timeline.tranches.len());
    let mut in_month = 0;
    for tranche in &timeline.tranches {
        let stream = tranche.stream.at();
        let before =
            books.last().filter(|book| book.stream == stream && book.available == tranche.first);
        match before {
            Some(book) if book.last == tranche.last => {}
            before => {
                in_month = if before.is_some() { in_month + 1 } else { 1 };
                let suffix = if in_month > 1 { format!("-{in_month}") } else { String::new() };
                books.push(TrancheBook {
                    stream,
                    label: format!("{}{suffix}", tranche.first),
                    available: tranche.first,
                    last: tranche.last,
                    amount: Money::ZERO,
                    drawn: Money::ZERO,
                    lapsed: Money::ZERO,
                    refund_due: Money::ZERO,
                    idle: Money::ZERO,
                });
            }
        }
        book_of.push(books.len() - 1);
    }
    (books, book_of)
}

fn line_book(plan: &Plan, line: &CostLine, need: &[Money]) -> LineBook {
    let months = 0..plan.horizon.months as usize;
    LineBook {
        name: line.name.to_string(),
        title: line.title.clone(),
        function: line.function.clone(),
        layer: line.layer,
        category: line.category,
        priority: line.priority,
        partner: line.partner.clone(),
        payment_lag_months: line.payment_lag_months,
        need: need.to_vec(),
        covered: vec![Money::ZERO; need.len()],
        gap: need.to_vec(),
        fte: months.map(|place| line.fte(plan.horizon.month(place))).collect(),
        due: match line.form {
            Form::Due(stream, kind) => Some((stream.at(), kind)),
            _ => None,
        },
    }
}

/// The book of a stream before anything is posted.
pub(crate) fn stream_book(plan: &Plan, index: usize) -> StreamBook {
    let stream = &plan.streams[index];
    let until = match (&stream.end, &stream.terms) {
        (_, Terms::Schedule(rows)) if rows.iter().all(|row| row.last.is_some()) => {
            rows.iter().filter_map(|row| row.last).max()
        }
        (_, Terms::Schedule(_)) | (End::Evergreen(_), _) => None,
        (End::Until(last), _) => Some(*last),
    };
    let in_kind = matches!(&stream.terms, Terms::Partner(partner)
        if matches!(partner.method, PartnerMethod::InKind { .. }));
    StreamBook {
        title: stream.title.clone(),
        kind: Some(stream.kind),
        funder: stream.funder.clone().unwrap_or_else(|| stream.title.clone()),
        federal: stream.federal,
        status: stream.status,
        unrestricted: plan.restrictions[index].is_unrestricted() || stream.kind == Kind::Reserve,
        dependable: is_dependable(plan, stream),
        one_time: !stream.recurs(),
        in_kind,
        indirect_rate: plan.restrictions[index].indirect.map(|indirect| indirect.rate),
        until,
        ..StreamBook::empty(stream.name.to_string(), plan.horizon.months as usize)
    }
}

/// The book of recovered money before anything is posted.
pub(crate) fn recovery_stream(plan: &Plan) -> StreamBook {
    StreamBook {
        title: "Indirect recovery".to_string(),
        funder: "Indirect recovery".to_string(),
        unrestricted: true,
        ..StreamBook::empty(INDIRECT_RECOVERY.to_string(), plan.horizon.months as usize)
    }
}

impl StreamBook {
    fn empty(name: String, months: usize) -> StreamBook {
        let zeros = || vec![Money::ZERO; months];
        StreamBook {
            name,
            title: String::new(),
            kind: None,
            funder: String::new(),
            federal: false,
            status: Status::Secured,
            unrestricted: false,
            dependable: false,
            one_time: false,
            in_kind: false,
            indirect_rate: None,
            until: None,
            opening: zeros(),
            made_available: zeros(),
            drawn: zeros(),
            lapsed: zeros(),
            refund_due: zeros(),
            closing: zeros(),
        }
    }
}
