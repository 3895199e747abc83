//! Net assets by month, with and without donor restrictions (ASU 2016-14), and when a contribution is
//! income (ASU 2018-08).
//!
//! An unconditional award is income whole when it begins, though its cost comes over years: the years
//! after it show a deficit that is none of cash. A conditional award is income as its conditions are
//! met: under federal cost principles, as it is spent. Borrowed money is never income.

use crate::cash::Cash;
use crate::error::Error;
use crate::funding::partner::PartnerMethod;
use crate::funding::payer::PayerMethod;
use crate::funding::{Kind, Stream, Terms};
use crate::ledger::Ledger;
use crate::money::Money;
use crate::name::StreamIndex;
use crate::plan::Plan;
use crate::timeline::{HeldTranche, Timeline};

/// When a stream's money is income.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognition {
    /// Never: it is borrowed, or held already.
    Never,
    /// When it is earned by a service: exchange revenue, which no donor restricts.
    AsEarned,
    /// As it is spent: a conditional contribution, and in-kind as it is used.
    AsSpent,
    /// When it becomes available: each part is a promise, or a milestone, of its own.
    WhenAvailable,
    /// All of an award in its first month: an unconditional promise.
    AtOnce,
}

/// When a stream's money is income: as it states with `conditional`, else by its terms. Conditional are
/// awards under federal cost principles, awards that need match, and public money that is drawn on demand.
pub fn recognition(plan: &Plan, index: StreamIndex) -> Recognition {
    let stream: &Stream = plan.stream(index);
    let matched = plan.restrictions(index).matching.is_some();
    let conditional = |default: Recognition| match stream.conditional {
        Some(true) => Recognition::AsSpent,
        Some(false) => Recognition::AtOnce,
        None if stream.cost_principles || matched => Recognition::AsSpent,
        None => default,
    };
    match (&stream.terms, stream.kind) {
        (_, Kind::Reserve | Kind::Loan) => Recognition::Never,
        (Terms::Payer(payer), _) => match payer.method {
            PayerMethod::CostReimbursement { .. } => Recognition::AsSpent,
            _ => Recognition::AsEarned,
        },
        (_, Kind::Payer | Kind::SharedSavings) => Recognition::AsEarned,
        (Terms::Partner(partner), _) => match partner.method {
            PartnerMethod::Fees { .. } => Recognition::AsEarned,
            PartnerMethod::InKind { .. } => Recognition::AsSpent,
            _ => conditional(Recognition::WhenAvailable),
        },
        (Terms::Grant(grant), _) => {
            let periods = grant.periods.iter();
            let waits = grant.milestone.is_some()
                || periods.into_iter().any(|period| period.milestone.is_some());
            conditional(if waits { Recognition::WhenAvailable } else { Recognition::AtOnce })
        }
        (_, Kind::Grant) => conditional(Recognition::AtOnce),
        _ => conditional(Recognition::WhenAvailable),
    }
}

/// Net assets. Vectors hold a month of the horizon each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetAssets {
    /// Without donor restrictions, at the plan's start.
    pub opening_without: Money,
    /// With donor restrictions, at the plan's start: what unconditional awards that run then still hold.
    pub opening_with: Money,
    /// Contributions without donor restrictions; conditional ones whose restriction is met as they are
    /// earned stand here too.
    pub contributions: Vec<Money>,
    /// Contributions with donor restrictions.
    pub contributions_restricted: Vec<Money>,
    /// Exchange revenue.
    pub exchange: Vec<Money>,
    /// What moves from with to without: restricted money that was spent, or whose time has come.
    pub released: Vec<Money>,
    /// Recognised money of restricted streams that lapsed or goes back.
    pub lost: Vec<Money>,
    /// The same of streams without donor restrictions.
    pub lost_unrestricted: Vec<Money>,
    /// Costs that draws pay, and the interest of a line of credit; not the repayment of what was borrowed.
    pub expenses: Vec<Money>,
    /// Of the expenses, what in-kind bears, which is never cash.
    pub in_kind: Vec<Money>,
    /// Net assets without donor restrictions at the month's end.
    pub without: Vec<Money>,
    /// Net assets with donor restrictions at the month's end.
    pub with: Vec<Money>,
    /// Cash of conditional awards that is not earned yet: a liability.
    pub refundable_advance: Vec<Money>,
    /// Liquid unrestricted net assets: those without restrictions, less fixed assets net of their debt
    /// and less what the board has designated.
    pub liquid: Vec<Money>,
}

/// What the fixed position takes off net assets to leave the liquid ones.
fn illiquid(plan: &Plan) -> Money {
    let opening = &plan.opening;
    opening.fixed_assets - opening.fixed_asset_debt + opening.board_designated
}

impl NetAssets {
    /// The net assets that follow from the books.
    ///
    /// # Errors
    /// An internal error where more is released than was recognised, or the two classes do not add up.
    pub fn from_books(
        plan: &Plan,
        timeline: &Timeline,
        ledger: &Ledger,
        cash: &Cash,
    ) -> Result<NetAssets, Error> {
        let mut books = NetAssets::zeros(ledger.months());
        for draw in &ledger.draws {
            if ledger.lines[draw.line.at()].is_repayment() {
                continue;
            }
            books.expenses[draw.place] += draw.amount;
            if ledger.streams[draw.stream].in_kind {
                books.in_kind[draw.place] += draw.amount;
            }
        }
        if let Some(credit) = &cash.credit {
            add(&mut books.expenses, &credit.interest);
        }
        for index in (0..plan.streams.len()).map(StreamIndex::from) {
            books.post(plan, timeline, ledger, index);
            if recognition(plan, index) == Recognition::AsSpent {
                books.post_advance(plan, ledger, cash, index);
            }
        }
        books.opening_without = plan.opening.net_assets.unwrap_or_else(|| {
            let stated = plan.opening.streams.iter().flat_map(|(_, one)| &one.receivables);
            let receivable: Money = stated.map(|(_, amount)| *amount).sum();
            let owed: Money = ledger.debts.iter().map(|debt| debt.before).sum();
            cash.opening_unrestricted + receivable + books.opening_without - owed
        });
        books.close(plan)?;
        Ok(books)
    }

    fn zeros(months: usize) -> NetAssets {
        let zeros = || vec![Money::ZERO; months];
        NetAssets {
            opening_without: Money::ZERO,
            opening_with: Money::ZERO,
            contributions: zeros(),
            contributions_restricted: zeros(),
            exchange: zeros(),
            released: zeros(),
            lost: zeros(),
            lost_unrestricted: zeros(),
            expenses: zeros(),
            in_kind: zeros(),
            without: zeros(),
            with: zeros(),
            refundable_advance: zeros(),
            liquid: zeros(),
        }
    }

    /// Posts the income of one stream, and what its restrictions hold and let go.
    fn post(&mut self, plan: &Plan, timeline: &Timeline, ledger: &Ledger, index: StreamIndex) {
        let book = &ledger.streams[index.at()];
        let restricted = !book.unrestricted;
        let rule = recognition(plan, index);
        match rule {
            Recognition::Never => {
                self.hold(plan, index, false, Money::ZERO);
                return;
            }
            Recognition::AsSpent => {
                // Spent in the month in which it is earned: no restriction is left.
                add(&mut self.contributions, &book.drawn);
                return;
            }
            Recognition::AsEarned | Recognition::WhenAvailable | Recognition::AtOnce => {}
        }
        let own = || timeline.tranches.iter().filter(|tranche| tranche.stream == index);
        let mut held_in_awards = Money::ZERO;
        for tranche in own() {
            let award = |other: &&HeldTranche| other.award == tranche.award;
            // An award is promised when it begins, also where its first periods are over.
            let promised = match (rule, &plan.stream(index).terms) {
                (Recognition::AtOnce, Terms::Grant(grant)) if tranche.award == 0 => {
                    Some(grant.from)
                }
                (Recognition::AtOnce, _) => own().filter(award).map(|other| other.first).min(),
                _ => None,
            };
            let month = promised.unwrap_or(tranche.first);
            let recognised = plan.horizon.place(month);
            if rule == Recognition::AsEarned {
                // What was earned before the plan stands in its opening position.
                if let Some(place) = recognised {
                    self.exchange[place] += tranche.amount;
                }
            } else if restricted || month < tranche.first {
                match recognised {
                    Some(place) => self.contributions_restricted[place] += tranche.authority(),
                    None => {
                        self.opening_with += tranche.authority();
                        held_in_awards += tranche.advanced_before + tranche.over_advanced;
                    }
                }
                if !restricted {
                    // A promise for later is restricted until its time.
                    self.released[tranche.opens] += tranche.authority();
                }
            } else if let Some(place) = recognised {
                self.contributions[place] += tranche.authority();
            }
        }
        // No donor restricts what a service earned.
        let donor_restricts = restricted && rule != Recognition::AsEarned;
        self.hold(plan, index, donor_restricts, held_in_awards);
        if rule == Recognition::AsEarned {
            return;
        }
        for place in 0..ledger.months() {
            let gone = book.lapsed[place] + book.refund_due[place];
            if restricted {
                self.released[place] += book.drawn[place];
                self.lost[place] += gone;
            } else {
                self.lost_unrestricted[place] += gone;
            }
        }
    }

    /// Adds cash of a stream that is held at the start to its class, but for what is counted with awards that
    /// were promised before.
    fn hold(&mut self, plan: &Plan, index: StreamIndex, donor_restricts: bool, counted: Money) {
        let cash = plan.opening_of(index).map_or(Money::ZERO, |opening| opening.cash);
        let class = match donor_restricts {
            true => &mut self.opening_with,
            false => &mut self.opening_without,
        };
        *class += (cash - counted).floor_zero();
    }

    /// Adds what a conditional award has received and not earned.
    fn post_advance(&mut self, plan: &Plan, ledger: &Ledger, cash: &Cash, index: StreamIndex) {
        let book = &ledger.streams[index.at()];
        let opening = plan.opening_of(index);
        let owed = opening.map(|one| one.receivables.iter().map(|(_, amount)| *amount).sum());
        let held = opening.map_or(Money::ZERO, |one| one.cash);
        let mut ahead = held - owed.unwrap_or(Money::ZERO);
        for place in 0..ledger.months() {
            // What must go back goes back in the month after it fell due.
            let returned = place.checked_sub(1).map_or(Money::ZERO, |at| book.refund_due[at]);
            ahead += cash.receipts_by_stream[index.at()][place] - book.drawn[place] - returned;
            self.refundable_advance[place] += ahead.floor_zero();
        }
    }

    /// Carries both classes from month to month.
    fn close(&mut self, plan: &Plan) -> Result<(), Error> {
        let (mut without, mut with) = (self.opening_without, self.opening_with);
        for place in 0..self.expenses.len() {
            let held = with + self.contributions_restricted[place];
            if self.released[place] + self.lost[place] > held {
                let month = plan.horizon.month(place);
                return Err(Error::internal(format!("release <= restricted balance in {month}")));
            }
            let before = without + with;
            with = held - self.released[place] - self.lost[place];
            without += self.contributions[place] + self.exchange[place] + self.released[place]
                - self.expenses[place]
                - self.lost_unrestricted[place];
            if without + with - before != self.change(place) {
                let month = plan.horizon.month(place);
                return Err(Error::internal(format!("net assets change as income in {month}")));
            }
            self.without[place] = without;
            self.with[place] = with;
            self.liquid[place] = without - illiquid(plan);
        }
        Ok(())
    }

    /// The month's income less its expenses and losses: the change of both classes together.
    pub fn change(&self, place: usize) -> Money {
        self.contributions[place] + self.contributions_restricted[place] + self.exchange[place]
            - self.expenses[place]
            - self.lost[place]
            - self.lost_unrestricted[place]
    }
}

fn add(sums: &mut [Money], amounts: &[Money]) {
    for (sum, amount) in sums.iter_mut().zip(amounts) {
        *sum += *amount;
    }
}
