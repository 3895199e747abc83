//! Where money comes from: streams, and how the terms of each kind become tranches and receipts.
//!
//! Every kind lowers to the same two things: *tranches*, pieces of spending authority with a window,
//! and *receipts*, the cash that follows. One file a kind holds its terms and their lowering; adding a
//! kind touches its file and one arm of [`Terms`].

use crate::driver::Driver;
use crate::money::{Money, Rate};
use crate::month::{FiscalCalendar, Month};
use crate::name::{DriverIndex, LineIndex, Name};

pub mod grant;
pub mod loan;
pub mod medicare;
pub mod more;
pub mod partner;
pub mod payer;
pub mod public;
pub mod reserve;
pub mod settlement;
pub mod shared_savings;

pub use grant::Grant;
pub use loan::Loan;
pub use more::More;
pub use partner::Partner;
pub use payer::Payer;
pub use public::Public;
pub use reserve::Reserve;
pub use shared_savings::SharedSavings;

/// How sure the money is. The order is the certainty ladder: a view holds its rung and all before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Signed, or in a law that stands.
    Secured,
    /// Expected by both sides, not signed.
    Likely,
    /// Hoped for.
    Prospective,
}

impl Status {
    /// Every status, the surest first.
    pub const ALL: [Status; 3] = [Status::Secured, Status::Likely, Status::Prospective];

    /// The word of a plan file.
    pub fn word(self) -> &'static str {
        match self {
            Status::Secured => "secured",
            Status::Likely => "likely",
            Status::Prospective => "prospective",
        }
    }
}

/// The seven kinds of stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An award for a term.
    Grant,
    /// A health payer's contract.
    Payer,
    /// Public money other than an award: appropriation, levy, settlement, match.
    Public,
    /// A share of what a payer saves.
    SharedSavings,
    /// Dues, contributions, fees and in-kind from partner organisations.
    Partner,
    /// The partnership's own balance, as far as its board has authorised it.
    Reserve,
    /// Money that has to be repaid: a loan, a program-related investment, a recoverable grant.
    Loan,
}

impl Kind {
    /// Every kind, in the order of the catalogue.
    pub const ALL: [Kind; 7] = [
        Kind::Grant,
        Kind::Payer,
        Kind::Public,
        Kind::SharedSavings,
        Kind::Partner,
        Kind::Reserve,
        Kind::Loan,
    ];

    /// The word of a plan file.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Grant => "grant",
            Kind::Payer => "payer",
            Kind::Public => "public",
            Kind::SharedSavings => "shared-savings",
            Kind::Partner => "partner",
            Kind::Reserve => "reserve",
            Kind::Loan => "loan",
        }
    }
}

/// One source of money with its own terms. Its restrictions stand beside it in the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// The id.
    pub name: Name,
    /// What people call it.
    pub title: String,
    /// The kind, also of a stream given as a schedule.
    pub kind: Kind,
    /// Who pays.
    pub funder: Option<String>,
    /// Whether it is federal money, passed through or not.
    pub federal: bool,
    /// Whether federal cost principles govern it: any federal award, or one marked so (2 CFR 200 subpart E).
    pub cost_principles: bool,
    /// Whether it is a conditional contribution, where the plan says so (ASU 2018-08).
    pub conditional: Option<bool>,
    /// How sure it is.
    pub status: Status,
    /// The chance that it comes, where it is not secured. Used by chance runs alone.
    pub probability: Option<Rate>,
    /// When it ends.
    pub end: End,
    /// The first month in which anything of it may be earned or spent, where its start is delayed.
    pub delayed_to: Option<Month>,
    /// Months of notice that its agreement gives before it may end.
    pub notice_months: Option<u32>,
    /// Its termination, where the plan foresees one (2 CFR 200.340).
    pub termination: Option<Termination>,
    /// The funder's own fiscal year, for budget periods and lapses.
    pub fiscal: FiscalCalendar,
    /// Money on top of its terms, where it is asked what more of it would do; no plan file states it.
    pub more: Option<More>,
    /// The terms by kind.
    pub terms: Terms,
}

/// The end of an agreement before its term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Termination {
    /// The last month in which it stands.
    pub month: Month,
    /// Whether costs that were committed before survive it (2 CFR 200.343), so that what began by then may be
    /// spent on them to its own end.
    pub commitments: bool,
}

/// When a stream ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// After this month.
    Until(Month),
    /// Never, for the reason that the plan gives.
    Evergreen(String),
}

/// The terms of a stream, by kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Terms {
    /// A grant.
    Grant(Grant),
    /// A payer contract.
    Payer(Payer),
    /// Public money.
    Public(Public),
    /// Shared savings.
    SharedSavings(SharedSavings),
    /// A partner's contribution.
    Partner(Partner),
    /// A reserve.
    Reserve(Reserve),
    /// Money that has to be repaid.
    Loan(Loan),
    /// Tranches stated one by one, for any kind: one award.
    Schedule(Vec<Scheduled>),
}

/// One tranche of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scheduled {
    /// The first month in which it may be spent.
    pub available: Month,
    /// The last month, if it can lapse.
    pub last: Option<Month>,
    /// How much.
    pub amount: Money,
}

/// A piece of a stream's spending authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tranche {
    /// The first month in which it may be spent.
    pub first: Month,
    /// The last month in which it may be spent; nothing where it never lapses.
    pub last: Option<Month>,
    /// How much may be spent.
    pub amount: Authority,
    /// The award it belongs to: 0 the award itself, then one a renewal. Caps run over one award.
    pub award: u32,
    /// The budget period within the award, from 0.
    pub period: u32,
    /// How sure it is: a renewal or a later period does not inherit its award's status.
    pub status: Status,
    /// How its cash arrives.
    pub receipts: Receipts,
}

impl Tranche {
    /// Money of a stream that arises in a month, by its receipts, and never lapses.
    pub(crate) fn arising(
        stream: &Stream,
        (first, amount): (Month, Money),
        period: u32,
        receipts: Receipts,
    ) -> Tranche {
        Tranche {
            first,
            last: None,
            amount: Authority::Amount(amount),
            award: 0,
            period,
            status: stream.status,
            receipts,
        }
    }
}

/// How much a tranche holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// A stated amount.
    Amount(Money),
    /// A share of whatever eligible cost the month has: matching money that exists only as it is drawn,
    /// so that none of it lapses.
    OfEligible(Rate),
    /// What a board has authorised of a balance, as far as the balance exceeds its floor.
    AboveFloor {
        /// The balance.
        balance: Money,
        /// What must stay of it.
        floor: reserve::Floor,
        /// What is authorised.
        authorised: Money,
    },
    /// In-kind of this value, of which no more than its line needs is used.
    InKind(LineIndex, Money),
}

/// How the cash of a tranche arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receipts {
    /// After it was spent: invoiced every so many months, paid so many months after the invoice.
    AsSpent {
        /// Months of one invoice cycle, at least one.
        cycle_months: u32,
        /// Months from the invoice's month to the cash.
        lag_months: u32,
    },
    /// On stated months, whatever is spent. What is advanced and not spent by the end goes back.
    Advanced(Vec<(Month, Money)>),
    /// On stated months, earned by performance: what is not spent does not go back. A negative row is cash that
    /// goes out: what a payer takes back, or what partners are paid before the payer pays.
    Earned(Vec<(Month, Money)>),
    /// Held already: part of the opening cash.
    Held,
    /// Never cash.
    InKind,
}

/// The place in which cash comes for what is spent in a place, where it is reimbursed: a cycle's spending is
/// invoiced in the cycle's last month and paid so many months later. Cycles run from the award's first month,
/// `begun`, which may lie before the plan.
pub fn reimbursed_in(spent: i32, begun: i32, cycle_months: u32, lag_months: u32) -> i32 {
    let cycle = cycle_months.max(1) as i32;
    begun + ((spent - begun).div_euclid(cycle) + 1) * cycle - 1 + lag_months as i32
}

/// What a stream's terms come to: its tranches, and what is told beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lowered {
    /// The tranches, in the order of their first months.
    pub tranches: Vec<Tranche>,
    /// Amounts that are told but are not the partnership's to spend.
    pub memos: Vec<Memo>,
    /// Authority that ends before its stream's delayed start, by its last month.
    pub lost: Vec<(Month, Money)>,
    /// What the terms have the partnership pay: losses, and what a loan costs and takes back.
    pub dues: Vec<Due>,
}

/// An amount that a stream's terms have the partnership pay in a month. It is a need line of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// The month.
    pub month: Month,
    /// What it is.
    pub kind: DueKind,
    /// How much.
    pub amount: Money,
}

/// What a stream's terms have the partnership pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DueKind {
    /// Its share of a loss under a shared-savings agreement.
    Loss,
    /// What was borrowed.
    Principal,
    /// The interest on what was borrowed.
    Interest,
}

impl DueKind {
    /// The last part of the need line's name: `<stream>.loss`.
    pub fn suffix(self) -> &'static str {
        match self {
            DueKind::Loss => "loss",
            DueKind::Principal => "principal",
            DueKind::Interest => "interest",
        }
    }

    /// What the need line is called, after the stream's title and a colon.
    pub fn title(self) -> &'static str {
        match self {
            DueKind::Loss => "share of loss",
            DueKind::Principal => "repayment",
            DueKind::Interest => "interest",
        }
    }

    /// Whether it serves a debt.
    pub fn is_debt_service(self) -> bool {
        matches!(self, DueKind::Principal | DueKind::Interest)
    }
}

/// An amount told beside a stream's tranches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Memo {
    /// The month.
    pub month: Month,
    /// What it is.
    pub kind: MemoKind,
    /// How much.
    pub amount: Money,
}

/// What a memo tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MemoKind {
    /// A payer's payment before anything is passed on or withheld.
    Gross,
    /// What is passed on to partners.
    PassedOn,
    /// What the payer withholds until it measures.
    Withheld,
    /// What the payer takes back of payments for members who did not stay (negative: what it adds).
    Recouped,
    /// Savings generated for the payer (negative: a loss).
    SavingsGenerated,
    /// What the contract pays out on savings, to all who share.
    SavingsShared,
    /// What of it an agreement gives the partnership.
    SavingsCaptured,
    /// What was advanced on savings, less what they have paid back: what is still outstanding at the end.
    AdvanceOutstanding,
}

impl MemoKind {
    /// Whether its sum is a balance that stands from the first of its memos on, rather than what a period brings.
    pub fn is_balance(self) -> bool {
        self == MemoKind::AdvanceOutstanding
    }

    /// The words of a report.
    pub fn words(self) -> &'static str {
        match self {
            MemoKind::Gross => "paid by the payer",
            MemoKind::PassedOn => "passed on to partners",
            MemoKind::Withheld => "withheld",
            MemoKind::Recouped => "taken back by the payer",
            MemoKind::SavingsGenerated => "savings generated for the payer",
            MemoKind::SavingsShared => "savings shared by the contract",
            MemoKind::SavingsCaptured => "savings captured by the partnership",
            MemoKind::AdvanceOutstanding => "advance outstanding",
        }
    }
}

/// What lowering may look at: the horizon and the drivers.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The first month of the horizon.
    pub start: Month,
    /// Months of the horizon.
    pub months: u32,
    /// The drivers, in the order of names.
    pub drivers: &'a [Driver],
}

impl Setting<'_> {
    /// The last month of the horizon.
    pub fn end(&self) -> Month {
        self.start.plus(self.months as i32 - 1).expect("a plan's horizon lies within the calendar")
    }

    /// The place of a month in the horizon, if it lies there.
    pub fn place(&self, month: Month) -> Option<usize> {
        let place = month.since(self.start);
        (0..self.months as i32).contains(&place).then_some(place as usize)
    }
}

impl Stream {
    /// The drivers that its terms go by.
    pub fn drivers(&self) -> Vec<DriverIndex> {
        let driver = match &self.terms {
            Terms::Payer(payer) => return payer.method.drivers(),
            Terms::SharedSavings(savings) => Some(savings.members),
            Terms::Partner(partner) => match partner.method {
                partner::PartnerMethod::Fees { units, .. } => Some(units),
                _ => None,
            },
            _ => None,
        };
        driver.into_iter().collect()
    }

    /// The stream's tranches over the horizon, from its terms.
    ///
    /// A tranche whose window lies wholly before the horizon is left out; nothing else is clipped.
    /// Returns nothing where an amount cannot be computed exactly or leaves the bounds of money.
    ///
    /// Termination leaves what began by then: later periods never come (2 CFR 200.309), and what can lapse lapses
    /// with it unless commitments survive. What was earned by then is kept, and what was spent is paid.
    pub fn lower(&self, setting: &Setting) -> Option<Lowered> {
        let mut lowered = self.lower_terms(setting)?;
        if let Some(more) = &self.more {
            more.add_to(&mut lowered.tranches)?;
        }
        Some(lowered)
    }

    fn lower_terms(&self, setting: &Setting) -> Option<Lowered> {
        if let Some(ended) = self.settled_to_its_end() {
            return ended.lower_in_full(setting);
        }
        let mut lowered = self.lower_in_full(setting)?;
        if let Some(Termination { month: end, commitments }) = self.termination {
            lowered.tranches.retain(|tranche| tranche.first <= end);
            lowered.dues.retain(|due| due.kind.is_debt_service() || due.month <= end);
            for tranche in &mut lowered.tranches {
                if !commitments {
                    tranche.last = tranche.last.map(|last| last.min(end));
                }
            }
            if let Terms::Grant(grant) = &self.terms {
                lowered.tranches.retain_mut(|tranche| grant.paid_through(tranche, end));
            }
        }
        Some(lowered)
    }

    /// The stream as an agreement that ends with its termination, where what it served by then is still settled
    /// after it: payers, shared savings, administrative claims.
    pub(crate) fn settled_to_its_end(&self) -> Option<Stream> {
        let end = self.termination?.month;
        let settles = match &self.terms {
            Terms::Payer(_) | Terms::SharedSavings(_) => true,
            Terms::Public(public) => {
                matches!(public.method, public::PublicMethod::AdministrativeClaiming(_))
            }
            _ => false,
        };
        let until = self.until().map_or(end, |until| until.min(end));
        let ended = || Stream { termination: None, end: End::Until(until), ..self.clone() };
        settles.then(ended)
    }

    fn lower_in_full(&self, setting: &Setting) -> Option<Lowered> {
        match &self.terms {
            Terms::Grant(grant) => self.opened_late(grant.lower(self, setting)?, setting),
            Terms::Payer(payer) => payer.lower(self, setting),
            Terms::Public(public) => public.lower(self, setting),
            Terms::SharedSavings(savings) => savings.lower(self, setting),
            Terms::Partner(partner) => partner.lower(self, setting),
            Terms::Reserve(reserve) => reserve.lower(self, setting),
            Terms::Loan(loan) => loan.lower(self, setting),
            Terms::Schedule(rows) => self.opened_late(schedule(self, rows), setting),
        }
    }

    /// The same tranches, opened no earlier than the stream's delayed start: their ends stay, an advance
    /// comes no earlier, and what ends before is lost and told.
    fn opened_late(&self, mut lowered: Lowered, setting: &Setting) -> Option<Lowered> {
        let Some(begins) = self.delayed_to else { return Some(lowered) };
        let mut kept = Vec::with_capacity(lowered.tranches.len());
        for mut tranche in lowered.tranches {
            if let Some(last) = tranche.last.filter(|last| *last < begins) {
                if let Authority::Amount(amount) = tranche.amount {
                    lowered.lost.push((last, amount));
                }
                continue;
            }
            tranche.first = tranche.first.max(begins);
            match &mut tranche.receipts {
                Receipts::Advanced(rows) | Receipts::Earned(rows) => {
                    rows.iter_mut().for_each(|(month, _)| *month = begins.max(*month));
                }
                Receipts::AsSpent { .. } | Receipts::Held | Receipts::InKind => {}
            }
            kept.push(tranche);
        }
        kept.retain(|tranche| grant::in_horizon(tranche, setting));
        kept.sort_by_key(|tranche| tranche.first);
        lowered.tranches = kept;
        Some(lowered)
    }

    /// Whether it recurs or renews by its terms, whatever of it a plan's horizon shows.
    ///
    /// Money that all comes in one month, and neither renews nor is evergreen, is one-time; so is a
    /// reserve, and a loan.
    pub fn recurs(&self) -> bool {
        let last = match self.end {
            _ if matches!(self.kind, Kind::Reserve | Kind::Loan) => return false,
            End::Evergreen(_) => return true,
            End::Until(last) => last,
        };
        match &self.terms {
            Terms::Grant(grant) => grant.recurs(),
            Terms::Payer(payer) => payer.recurs(self, last),
            Terms::Public(public) => public.recurs(self, last),
            Terms::SharedSavings(savings) => savings.recurs(last),
            Terms::Partner(partner) => partner.recurs(last),
            Terms::Reserve(_) | Terms::Loan(_) => false,
            Terms::Schedule(rows) => several(rows.iter().map(|row| row.available)),
        }
    }

    /// The last month of a fixed-amount award, after which what is left of it is free.
    pub fn fixed_amount_ends(&self) -> Option<Month> {
        match &self.terms {
            Terms::Grant(grant) if grant.fixed_amount => {
                let ends = grant.last_month();
                Some(self.termination.map_or(ends, |end| end.month.min(ends)))
            }
            _ => None,
        }
    }

    /// The last month of the stream within a horizon that ends with `end`.
    pub fn last_month(&self, end: Month) -> Month {
        match self.end {
            End::Until(last) => last.min(end),
            End::Evergreen(_) => end,
        }
    }
}

impl Lowered {
    /// Tells an amount beside the tranches, unless it is nothing.
    fn tell(&mut self, month: Month, kind: MemoKind, amount: Money) {
        if !amount.is_zero() {
            self.memos.push(Memo { month, kind, amount });
        }
    }
}

impl Stream {
    /// The stream's last month, if its terms give one.
    pub(crate) fn until(&self) -> Option<Month> {
        match self.end {
            End::Until(last) => Some(last),
            End::Evergreen(_) => None,
        }
    }

    /// The first month in which money of terms that begin with `from` may be earned or spent.
    pub(crate) fn begins(&self, from: Month) -> Month {
        self.delayed_to.map_or(from, |delayed| from.max(delayed))
    }

    /// The funder's fiscal year of a month, counted from the year of the stream's first month.
    fn fiscal_period(&self, from: Month, month: Month) -> u32 {
        u32::try_from(self.fiscal.year_of(month) - self.fiscal.year_of(from)).unwrap_or(0)
    }
}

/// Whether dated money comes in more than one month.
fn several(months: impl IntoIterator<Item = Month>) -> bool {
    let mut months = months.into_iter();
    let first = months.next();
    months.any(|month| Some(month) != first)
}

/// The tranches of a schedule. Its cash follows the kind: federal awards pay after the month in which
/// they are spent, other awards in advance, other kinds when the money is available.
fn schedule(stream: &Stream, rows: &[Scheduled]) -> Lowered {
    let tranche = |row: &Scheduled| Tranche {
        first: row.available,
        last: row.last,
        amount: Authority::Amount(row.amount),
        award: 0,
        period: 0,
        status: stream.status,
        receipts: match stream.kind {
            Kind::Grant | Kind::Public if stream.federal => {
                Receipts::AsSpent { cycle_months: 1, lag_months: 1 }
            }
            Kind::Grant | Kind::Public => Receipts::Advanced(vec![(row.available, row.amount)]),
            Kind::Reserve => Receipts::Held,
            _ => Receipts::Earned(vec![(row.available, row.amount)]),
        },
    };
    let mut rows = rows.to_vec();
    rows.sort_unstable();
    Lowered { tranches: rows.iter().map(tranche).collect(), ..Lowered::default() }
}
