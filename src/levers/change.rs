//! What may be changed, and the plan under the change.
//!
//! A change goes through the terms and the restrictions of the plan, so that everything that follows from
//! them follows: windows, limits that are shares of an award, fees that are shares of receipts.

use crate::driver::{later, total};
use crate::funding::grant::Carryover;
use crate::funding::public::PublicMethod;
use crate::funding::{End, More, Scheduled, Stream, Terms};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::name::{LineIndex, PoolIndex, StreamIndex};
use crate::plan::Plan;
use crate::plan::restriction::{CapBound, MatchConvention, Selector, selected};

/// One change of a plan that somebody could make.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// More money of a stream, in the window of one of its tranches.
    Money(StreamIndex, More),
    /// A cap of a stream that is a share, by its place in the plan, raised by so much of the whole.
    Cap(StreamIndex, usize, Rate),
    /// A cap of a stream that is an amount, by its place in the plan, raised by so much.
    CapAmount(StreamIndex, usize, Money),
    /// The limit of what a stream pays in each fiscal year, raised by so much.
    YearlyLimit(StreamIndex, Money),
    /// What the board has authorised of a reserve, raised by so much, within its balance.
    Authorised(StreamIndex, Money),
    /// A stream that ends so many months later, on the terms that it has: a grant brings no more money by it,
    /// and other kinds what their terms give for the months.
    Longer(StreamIndex, u32),
    /// A stream that begins so many months earlier, likewise.
    Earlier(StreamIndex, u32),
    /// What a budget period or a fiscal year of the award leaves may be spent to its end.
    Carried(StreamIndex),
    /// A function that the stream may pay for.
    PaysFor(StreamIndex, String),
    /// A function that a pool may pay for.
    PoolPaysFor(PoolIndex, String),
    /// The documented benefit of a line to an award, raised by so much of the whole.
    Benefit(LineIndex, StreamIndex, Rate),
    /// An award's match, so much of the whole less.
    LessMatch(StreamIndex, Rate),
    /// Money of the second stream pledged to the first as its match.
    Pledge(StreamIndex, StreamIndex),
    /// An award whose match may pay for whatever the award itself pays for.
    MatchOnAll(StreamIndex),
}

impl Change {
    /// The plan under the change; nothing where the change is none, or its plan would be no valid one.
    pub fn apply(&self, plan: &Plan) -> Option<Plan> {
        let mut changed = plan.clone();
        match self {
            Change::Money(stream, more) => changed.streams[stream.at()].more = Some(*more),
            Change::Cap(stream, cap, share) => {
                let bound = &mut changed.restrictions[stream.at()].caps.get_mut(*cap)?.bound;
                *bound = match *bound {
                    CapBound::ShareOfAward(of) => CapBound::ShareOfAward(raised(of, *share)?),
                    CapBound::ShareOfSpent(of) => CapBound::ShareOfSpent(raised(of, *share)?),
                    CapBound::Amount(_) => return None,
                };
            }
            Change::CapAmount(stream, cap, amount) => {
                let bound = &mut changed.restrictions[stream.at()].caps.get_mut(*cap)?.bound;
                let CapBound::Amount(of) = bound else { return None };
                *of = total([*of, *amount])?;
            }
            Change::YearlyLimit(stream, amount) => {
                let limit = &mut changed.restrictions[stream.at()].yearly_limit;
                *limit = Some(total([(*limit)?, *amount])?);
            }
            Change::Authorised(stream, amount) => {
                let Terms::Reserve(own) = &mut changed.streams[stream.at()].terms else {
                    return None;
                };
                own.authorised = total([own.authorised, *amount])?;
                if own.authorised > own.balance {
                    return None;
                }
            }
            Change::Longer(stream, months) => {
                longer(&mut changed.streams[stream.at()], *months)?;
            }
            Change::Earlier(stream, months) => {
                earlier(&mut changed.streams[stream.at()], *months)?;
            }
            Change::Carried(stream) => carried(&mut changed.streams[stream.at()])?,
            Change::PaysFor(stream, function) => {
                let (pays, not) = {
                    let own = &changed.restrictions[stream.at()];
                    with_function(plan, &own.pays_for, &own.not_for, function)
                };
                let own = &mut changed.restrictions[stream.at()];
                (own.pays_for, own.not_for) = (pays, not);
            }
            Change::PoolPaysFor(pool, function) => {
                let own = &mut changed.pools[pool.at()];
                let (pays, not) = with_function(plan, &own.pays_for, &own.not_for, function);
                (own.pays_for, own.not_for) = (pays, not);
            }
            Change::Benefit(line, stream, share) => {
                let benefit = changed.lines[line.at()].benefit.as_mut()?;
                let shares = &mut benefit.shares;
                benefit_to(shares, *stream, *share)?;
            }
            Change::LessMatch(award, share) => {
                let rule = changed.restrictions[award.at()].matching.as_mut()?;
                let less = |of: Rate| {
                    let left = (of.billionths() - share.billionths()).max(0);
                    Rate::from_billionths(left).unwrap_or(of)
                };
                rule.convention = rule.convention.map(|convention| match convention {
                    MatchConvention::ShareOfTotal(of) => MatchConvention::ShareOfTotal(less(of)),
                    MatchConvention::PerAwardDollar(of) => {
                        MatchConvention::PerAwardDollar(less(of))
                    }
                });
            }
            Change::Pledge(award, by) => {
                let rule = changed.restrictions[award.at()].matching.as_mut()?;
                let pledged = rule.pledged_by.as_mut()?;
                if let Err(place) = pledged.binary_search(by) {
                    pledged.insert(place, *by);
                }
            }
            Change::MatchOnAll(award) => {
                changed.restrictions[award.at()].matching.as_mut()?.on.clear();
            }
        }
        (changed != *plan).then_some(changed)
    }

    /// The same change, this many times as large; nothing where it has no size.
    pub fn times(&self, count: u32) -> Option<Change> {
        let times =
            |share: &Rate| Rate::from_billionths(share.billionths().checked_mul(count.into())?);
        if let Some(amount) = self.amount() {
            let cents = i128::from(amount.cents()).checked_mul(count.into())?;
            return self.of_amount(Money::try_from_cents(cents)?);
        }
        Some(match self {
            Change::Cap(stream, cap, share) => Change::Cap(*stream, *cap, times(share)?),
            Change::Benefit(line, stream, share) => Change::Benefit(*line, *stream, times(share)?),
            Change::LessMatch(stream, share) => Change::LessMatch(*stream, times(share)?),
            Change::Longer(stream, months) => Change::Longer(*stream, months.checked_mul(count)?),
            Change::Earlier(stream, months) => Change::Earlier(*stream, months.checked_mul(count)?),
            _ => return None,
        })
    }

    /// The amount of a change that has one.
    pub fn amount(&self) -> Option<Money> {
        match self {
            Change::Money(_, more) => Some(more.amount),
            Change::CapAmount(_, _, amount)
            | Change::YearlyLimit(_, amount)
            | Change::Authorised(_, amount) => Some(*amount),
            _ => None,
        }
    }

    /// The same change of another amount; nothing where it has none.
    pub fn of_amount(&self, amount: Money) -> Option<Change> {
        match self {
            Change::Money(stream, more) => Some(Change::Money(*stream, More { amount, ..*more })),
            Change::CapAmount(stream, cap, _) => Some(Change::CapAmount(*stream, *cap, amount)),
            Change::YearlyLimit(stream, _) => Some(Change::YearlyLimit(*stream, amount)),
            Change::Authorised(stream, _) => Some(Change::Authorised(*stream, amount)),
            _ => None,
        }
    }

    /// The stream whose terms change, if it is one's.
    pub fn stream(&self) -> Option<StreamIndex> {
        match self {
            Change::Money(stream, _)
            | Change::Cap(stream, ..)
            | Change::CapAmount(stream, ..)
            | Change::YearlyLimit(stream, _)
            | Change::Authorised(stream, _)
            | Change::Longer(stream, _)
            | Change::Earlier(stream, _)
            | Change::Carried(stream)
            | Change::PaysFor(stream, _)
            | Change::Benefit(_, stream, _)
            | Change::LessMatch(stream, _)
            | Change::Pledge(stream, _)
            | Change::MatchOnAll(stream) => Some(*stream),
            Change::PoolPaysFor(..) => None,
        }
    }
}

/// A share that is raised by so much; nothing where it would exceed the whole.
fn raised(share: Rate, by: Rate) -> Option<Rate> {
    let sum = share.billionths() + by.billionths();
    if sum > Rate::ONE.billionths() { None } else { Rate::from_billionths(sum) }
}

fn sooner(month: Month, months: u32) -> Option<Month> {
    month.plus(-i32::try_from(months).ok()?)
}

/// Lets the stream end so many months later.
fn longer(stream: &mut Stream, months: u32) -> Option<()> {
    let End::Until(until) = &mut stream.end else { return None };
    *until = until.plus(i32::try_from(months).ok()?)?;
    match &mut stream.terms {
        Terms::Grant(grant) => {
            grant.extension_months = grant.extension_months.checked_add(months)?
        }
        Terms::Schedule(rows) => last_rows_later(rows, months),
        Terms::Public(public) => {
            if let PublicMethod::Formula(rows) = &mut public.method {
                last_rows_later(rows, months);
            }
        }
        Terms::Reserve(_) | Terms::Loan(_) => return None,
        Terms::Payer(_) | Terms::SharedSavings(_) | Terms::Partner(_) => {}
    }
    Some(())
}

fn last_rows_later(rows: &mut [Scheduled], months: u32) {
    let last = rows.iter().filter_map(|row| row.last).max();
    for row in rows.iter_mut().filter(|row| row.last.is_some() && row.last == last) {
        row.last = row.last.map(|last| later(last, months));
    }
}

/// Lets the stream begin so many months earlier.
fn earlier(stream: &mut Stream, months: u32) -> Option<()> {
    stream.delayed_to = match stream.delayed_to {
        Some(month) => Some(sooner(month, months)?),
        None => None,
    };
    match &mut stream.terms {
        Terms::Grant(grant) => {
            let begins = grant.from;
            grant.from = sooner(begins, months)?;
            if let Some(milestone) = &mut grant.milestone {
                *milestone = sooner(*milestone, months)?;
            }
            for period in grant.periods.iter_mut().filter(|period| period.first == begins) {
                period.first = sooner(period.first, months)?;
                if let Some(milestone) = &mut period.milestone {
                    *milestone = sooner(*milestone, months)?;
                }
            }
        }
        Terms::Schedule(rows) => first_rows_sooner(rows, months)?,
        Terms::Public(public) => {
            public.from = sooner(public.from, months)?;
            if let PublicMethod::Formula(rows) = &mut public.method {
                first_rows_sooner(rows, months)?;
            }
        }
        Terms::Payer(payer) => payer.from = sooner(payer.from, months)?,
        Terms::Partner(partner) => partner.from = sooner(partner.from, months)?,
        Terms::Reserve(reserve) => {
            reserve.authorised_from = sooner(reserve.authorised_from, months)?;
        }
        // Their own months are counted from the first one: what begins earlier is another agreement.
        Terms::SharedSavings(_) | Terms::Loan(_) => return None,
    }
    Some(())
}

fn first_rows_sooner(rows: &mut [Scheduled], months: u32) -> Option<()> {
    let first = rows.iter().map(|row| row.available).min()?;
    for row in rows.iter_mut().filter(|row| row.available == first) {
        row.available = sooner(first, months)?;
    }
    Some(())
}

/// Lets what a period leaves be spent to the end.
fn carried(stream: &mut Stream) -> Option<()> {
    match &mut stream.terms {
        Terms::Grant(grant)
            if matches!(grant.carryover, Carryover::None | Carryover::ByApproval) =>
        {
            grant.carryover = Carryover::Approved;
            Some(())
        }
        Terms::Public(public) => match &mut public.method {
            PublicMethod::Appropriation { carried, .. } if !*carried => {
                *carried = true;
                Some(())
            }
            _ => None,
        },
        _ => None,
    }
}

/// Uses with a function put into them, and its lines taken out of what they exclude: a selector that excludes
/// other lines too goes on excluding those.
fn with_function(
    plan: &Plan,
    pays_for: &[Selector],
    not_for: &[Selector],
    function: &str,
) -> (Vec<Selector>, Vec<Selector>) {
    let lines = || {
        let lines = plan.lines.iter().enumerate();
        lines.map(|(index, line)| (LineIndex::from(index), line))
    };
    let of_function = || lines().filter(|(_, line)| line.function == function);
    let mut pays = pays_for.to_vec();
    if !of_function().all(|(at, line)| selected(&pays, at, line)) {
        pays.push(Selector::Function(function.to_string()));
    }
    let mut not = Vec::with_capacity(not_for.len());
    for selector in not_for {
        if !of_function().any(|(at, line)| selector.selects(at, line)) {
            not.push(selector.clone());
            continue;
        }
        let others = lines().filter(|(at, line)| selector.selects(*at, line));
        let others = others.filter(|(_, line)| line.function != function);
        not.extend(others.map(|(at, _)| Selector::Line(at)));
    }
    (pays, not)
}

/// Raises the share of an award, out of what is not documented yet, else out of the largest other share.
fn benefit_to(shares: &mut Vec<(StreamIndex, Rate)>, award: StreamIndex, by: Rate) -> Option<()> {
    let place = match shares.binary_search_by_key(&award, |(of, _)| *of) {
        Ok(place) => place,
        Err(place) => {
            shares.insert(place, (award, Rate::ZERO));
            place
        }
    };
    shares[place].1 = raised(shares[place].1, by)?;
    let sum: i128 = shares.iter().map(|(_, share)| share.billionths()).sum();
    let over = sum - Rate::ONE.billionths();
    if over > 0 {
        let others = shares.iter_mut().filter(|(of, _)| *of != award);
        let (_, largest) = others.max_by_key(|(of, share)| (*share, std::cmp::Reverse(*of)))?;
        let left = largest.billionths() - over;
        *largest = if left < 0 { return None } else { Rate::from_billionths(left)? };
    }
    Some(())
}
