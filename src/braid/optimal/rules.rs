//! The rules of awards that tie what they spend on one thing to what they spend, or others spend, on another.

use crate::money::{Money, Rate};
use crate::name::{LineIndex, StreamIndex};
use crate::plan::Plan;
use crate::plan::cost::CostLine;
use crate::plan::restriction::{
    CapBound, Indirect, IndirectBase, Selector, counts_as_match, may_match, selected,
};
use crate::timeline::Timeline;

/// An award of a stream: the stream, and 0 for its first award, then one more a renewal.
pub(super) type AwardKey = (StreamIndex, u32);

/// One, in the billionths in which shares are multiplied.
pub(super) const BILLION: i64 = 1_000_000_000;

/// All of them.
pub(super) struct Rules {
    pub limits: Vec<Limit>,
    pub recoveries: Vec<Recoveries>,
    pub matches: Vec<Matches>,
}

/// At most so much of what an award spends, each line counting as it does: a cap or a floor, or a year's limit.
pub(super) struct Limit {
    pub award: AwardKey,
    pub origin: Origin,
    /// What a cent counts, in billionths, by line.
    pub counts: Vec<i64>,
    /// What a cent of recovery counts.
    pub recovery: i64,
    /// The same for money of other budget periods than its own, on which a share is reckoned too: by line, and of
    /// recovery.
    pub elsewhere: Option<(Vec<i64>, i64)>,
    /// What it may come to, in cents.
    pub most: i64,
    /// The places in which it holds.
    pub places: (usize, usize),
}

/// Where a limit comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A cap, by its place among the award's, in one budget period or over the award's life.
    Cap(usize, Option<u32>),
    /// A floor of what is spent, which limits all the rest, by its place among those.
    Floor(usize),
    /// The limit of a fiscal year of the funder.
    Year(i32),
}

/// The recovery of indirect cost from an award.
pub(super) struct Recoveries {
    pub award: AwardKey,
    pub rule: Indirect,
    /// Whether each line counts in its base.
    pub counts: Vec<bool>,
    /// What its base came to before the plan, and what was recovered, in cents.
    pub before: (i64, i64),
    /// What of each subaward may still count in the base, in cents, once over its life.
    pub subawards: Vec<(String, i64)>,
}

/// The match that an award needs.
pub(super) struct Matches {
    pub award: AwardKey,
    /// Match to award, by place: numerator and denominator.
    pub ratios: Vec<(i128, i128)>,
    pub each_dollar: bool,
    /// Whether money on each line, and of each stream, may match.
    pub lines: Vec<bool>,
    pub streams: Vec<bool>,
    /// Whether match counts, by place.
    pub counts: Vec<bool>,
    /// What was matched before the plan beyond what was spent, in cents of match; below zero where it lacks, and then
    /// nothing is drawn until it is made up for.
    pub ahead: i64,
    /// What the award holds, in cents.
    pub authority: i64,
}

impl Limit {
    /// Whether it is of money of this budget period.
    pub fn covers(&self, period: Option<u32>) -> bool {
        match self.origin {
            Origin::Cap(_, Some(of)) => period == Some(of),
            _ => true,
        }
    }

    /// Whether it is a share of what is spent: then some spending makes room.
    pub fn is_share(&self) -> bool {
        self.recovery < 0 || self.counts.iter().any(|count| *count < 0)
    }

    /// What a cent of a fund of this budget period counts on a line, or as recovery, in billionths.
    pub fn of(&self, period: Option<u32>, line: Option<LineIndex>) -> i64 {
        let (counts, recovery) = match &self.elsewhere {
            Some((counts, recovery)) if !self.covers(period) => (counts, *recovery),
            _ => (&self.counts, self.recovery),
        };
        line.map_or(recovery, |line| counts[line.at()])
    }
}

impl Recoveries {
    /// What may be recovered where the base comes to so much since the plan's start, rounded as it is posted, in cents.
    pub fn due(&self, base: i64) -> i64 {
        let due = self.rule.charged().try_of(Money::from_cents(self.before.0 + base));
        due.map_or(0, Money::cents) - self.before.1
    }
}

impl Rules {
    /// The rules of all awards of a timeline.
    pub fn new(plan: &Plan, timeline: &Timeline) -> Rules {
        let mut awards: Vec<AwardKey> =
            timeline.tranches.iter().map(|tranche| (tranche.stream, tranche.award)).collect();
        awards.sort_unstable();
        awards.dedup();
        let mut rules = Rules { limits: Vec::new(), recoveries: Vec::new(), matches: Vec::new() };
        for award in awards {
            rules.limits.extend(limits(plan, timeline, award));
            rules.recoveries.extend(recoveries(plan, award));
            rules.matches.extend(matches(plan, timeline, award));
        }
        rules
    }

    /// Whether none binds anything.
    pub fn is_empty(&self) -> bool {
        self.limits.is_empty() && self.recoveries.is_empty() && self.matches.is_empty()
    }

    /// What a rule tells of each line, so that lines that none tells apart stand together.
    pub fn of_line(&self, plan: &Plan, line: LineIndex) -> (Vec<i64>, Vec<bool>, Option<String>) {
        let limits = self.limits.iter().map(|limit| limit.counts[line.at()]);
        let bases = self.recoveries.iter().map(|recovery| recovery.counts[line.at()]);
        let matched = self.matches.iter().map(|match_| match_.lines[line.at()]);
        let subaward = plan.line(line).subaward.clone().filter(|_| !self.recoveries.is_empty());
        (limits.collect(), bases.chain(matched).collect(), subaward)
    }
}

fn limits(plan: &Plan, timeline: &Timeline, award: AwardKey) -> Vec<Limit> {
    let rules = plan.restrictions(award.0);
    let opening = plan.opening_of(award.0).filter(|_| award.1 == 0);
    let cents = |amount: Option<Money>| amount.map_or(0, |amount| amount.cents());
    let own = || timeline.tranches.iter().filter(|held| (held.stream, held.award) == award);
    let months = timeline.horizon.months as usize;
    let lines = |counts: &dyn Fn(LineIndex, &CostLine) -> i64| -> Vec<i64> {
        let lines = plan.lines.iter().enumerate();
        lines.map(|(index, line)| counts(LineIndex::from(index), line)).collect()
    };
    let reckons = |within: &[Selector], index, line: &CostLine| {
        within.is_empty() || selected(within, index, line)
    };
    let whole = (0, months - 1);
    let mut limits = Vec::new();
    for (index, cap) in rules.caps.iter().enumerate() {
        let mut periods: Vec<Option<u32>> = vec![None];
        if cap.per_period {
            periods = own().map(|tranche| Some(tranche.period)).collect();
            periods.sort_unstable();
            periods.dedup();
        }
        for period in periods {
            let of_period = own().filter(|held| period.is_none_or(|period| held.period == period));
            let stated = of_period.map(|tranche| tranche.amount).sum::<Money>();
            let before = cents(opening.map(|opening| opening.spent));
            let stated = match period {
                None => stated + Money::from_cents(before),
                Some(_) => stated,
            };
            let (share, amount) = match cap.bound {
                CapBound::ShareOfSpent(share) => (billionths(share), None),
                CapBound::ShareOfAward(share) => (0, Some(share.of(stated).cents())),
                CapBound::Amount(amount) => (0, Some(amount.cents())),
            };
            let taken = if cap.holds_indirect() && period.is_none() && amount.is_some() {
                cents(opening.map(|opening| opening.recovered))
            } else {
                0
            };
            let taken_of = |index, line: &CostLine| {
                let reckoned = reckons(&cap.within, index, line);
                let takes = selected(&cap.on, index, line) && reckoned;
                (if takes { BILLION } else { 0 }) - if reckoned { share } else { 0 }
            };
            let reckoned = cap.reckons_indirect();
            let takes = cap.holds_indirect() && reckoned;
            let share_of = |index, line: &CostLine| {
                if reckons(&cap.within, index, line) { -share } else { 0 }
            };
            let elsewhere = (lines(&share_of), if reckoned { -share } else { 0 });
            limits.push(Limit {
                award,
                origin: Origin::Cap(index, period),
                counts: lines(&taken_of),
                recovery: if takes { BILLION } else { 0 } - if reckoned { share } else { 0 },
                elsewhere: period.map(|_| elsewhere),
                most: (amount.unwrap_or(0) - taken).max(0),
                places: whole,
            });
        }
    }
    for (index, floor) in rules.floors.iter().filter(|floor| floor.of_spent).enumerate() {
        let share = billionths(floor.share);
        let short_of = |index, line: &CostLine| {
            let reckoned = reckons(&floor.within, index, line);
            let counts = selected(&floor.on, index, line) && reckoned;
            (if reckoned { share } else { 0 }) - if counts { BILLION } else { 0 }
        };
        let reckoned = floor.reckons_indirect();
        let counts = floor.holds_indirect() && reckoned;
        limits.push(Limit {
            award,
            origin: Origin::Floor(index),
            counts: lines(&short_of),
            recovery: if reckoned { share } else { 0 } - if counts { BILLION } else { 0 },
            elsewhere: None,
            most: 0,
            places: whole,
        });
    }
    if let Some(yearly) = rules.yearly_limit {
        let fiscal = plan.stream(award.0).fiscal;
        let year = |place: usize| fiscal.year_of(timeline.horizon.month(place));
        let within = fiscal.position(timeline.horizon.start) != 0;
        let before = cents(opening.filter(|_| within).map(|opening| opening.spent));
        let mut first = 0;
        while first < months {
            let through = (first..months).take_while(|place| year(*place) == year(first)).count();
            let before = if first == 0 { before } else { 0 };
            limits.push(Limit {
                award,
                origin: Origin::Year(year(first)),
                counts: vec![BILLION; plan.lines.len()],
                recovery: BILLION,
                elsewhere: None,
                most: (yearly.cents() - before).max(0),
                places: (first, first + through - 1),
            });
            first += through;
        }
    }
    limits
}

fn recoveries(plan: &Plan, award: AwardKey) -> Option<Recoveries> {
    let rule = plan.restrictions(award.0).indirect?;
    let opening = plan.opening_of(award.0).filter(|_| award.1 == 0);
    let modified = rule.base == IndirectBase::ModifiedTotalDirect;
    let mut ids: Vec<String> = plan.lines.iter().filter_map(|line| line.subaward.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    let left = |id: String| {
        let before = opening.into_iter().flat_map(|opening| &opening.subawards);
        let before: i64 =
            before.filter(|(of, _)| *of == id).map(|(_, amount)| amount.cents()).sum();
        (id, (rule.subaward_cutoff.cents() - before).max(0))
    };
    let before =
        opening.map_or((0, 0), |opening| (opening.base.cents(), opening.recovered.cents()));
    Some(Recoveries {
        award,
        rule,
        counts: plan.lines.iter().map(|line| rule.counts(line)).collect(),
        before,
        subawards: ids.into_iter().filter(|_| modified).map(left).collect(),
    })
}

fn matches(plan: &Plan, timeline: &Timeline, award: AwardKey) -> Option<Matches> {
    let rule = plan.restrictions(award.0).matching.as_ref()?;
    let opening = plan.opening_of(award.0).filter(|_| award.1 == 0);
    let horizon = &timeline.horizon;
    let own = || timeline.tranches.iter().filter(|held| (held.stream, held.award) == award);
    let counts = |place: usize| {
        let month = horizon.month(place);
        rule.by.is_none_or(|by| month <= by)
            && own().any(|held| held.first <= month)
            && !own().all(|held| held.last.is_some_and(|last| last < month))
    };
    // A whole award is matched in one ratio; only a public share of each dollar changes by month.
    let ratio = |place: usize| {
        let month = horizon.month(if rule.each_dollar { place } else { 0 });
        rule.convention.at(month).ratio()
    };
    let months = horizon.months as usize;
    let ahead = opening.map_or(0, |opening| {
        let (numerator, denominator) = ratio(0);
        let spent = i128::from(opening.spent.cents()) * numerator;
        let ahead = i128::from(opening.matched.cents()) * denominator - spent;
        i64::try_from(ahead.div_euclid(denominator)).unwrap_or(0)
    });
    Some(Matches {
        award,
        ratios: (0..months).map(ratio).collect(),
        each_dollar: rule.each_dollar,
        lines: (0..plan.lines.len())
            .map(|line| counts_as_match(plan, award.0, rule, LineIndex::from(line)))
            .collect(),
        streams: (0..plan.streams.len())
            .map(|stream| may_match(plan, StreamIndex::from(stream), award.0))
            .collect(),
        counts: (0..months).map(counts).collect(),
        ahead,
        authority: own().map(|held| held.amount.cents()).sum(),
    })
}

fn billionths(share: Rate) -> i64 {
    i64::try_from(share.billionths()).unwrap_or(i64::MAX)
}
