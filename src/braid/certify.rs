//! The exact checker of a finished braid. It shares no code with any allocation but the meaning of the plan (`verdict`,
//! `may_match`, selections, the timeline): it re-derives every rule from these, and asks for a fresh verdict on every draw.
//!
//! A braid that fails is never shown: the error names the law, the ids and the month.

use std::collections::BTreeMap;

use super::proof::Proof;
use super::{Braid, Draw, Method, Source};
use crate::error::Error;
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::name::{LineIndex, StreamIndex, TrancheIndex};
use crate::plan::Plan;
use crate::plan::cost::Category;
use crate::plan::restriction::{
    Cap, CapBound, Claim, Indirect, IndirectBase, Matching, Selector, Verdict, may_match, selected,
    standing_verdict, verdict,
};
use crate::timeline::{HeldTranche, Timeline};

/// What the checker counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// Draws, each with a fresh verdict.
    pub draws: usize,
    /// Tranches that were not overdrawn.
    pub tranches: usize,
    /// Line-months that were not overpaid.
    pub cells: usize,
    /// Caps and floors that hold: at every month's end, or over the award's life in an optimal braid.
    pub caps: usize,
    /// Awards whose match holds at every month's end.
    pub matches: usize,
    /// Awards whose indirect recovery is no more than its rate allows.
    pub recoveries: usize,
    /// Of an optimal braid, what proves it, as evaluated in exact arithmetic.
    pub proof: Option<Proof>,
}

impl Certificate {
    /// Of an optimal braid, what no braid can leave less of by priority, core first, with the priorities before
    /// left no more than here.
    pub fn least(&self) -> Option<[Money; 3]> {
        self.proof.as_ref().map(|proof| proof.least)
    }
}

/// One award of a stream.
pub(super) type Award = (StreamIndex, u32);

/// Checks a braid against every rule of its plan. A share of what is spent holds at every month's end, or over the
/// award's life where the method knows what will be spent.
///
/// # Errors
/// An internal error that names the first broken rule, with the ids and the month.
pub fn certify(
    plan: &Plan,
    timeline: &Timeline,
    braid: &Braid,
    method: Method,
) -> Result<Certificate, Error> {
    let check = Check { plan, timeline, braid, over_life: method == Method::Optimal };
    let mut certificate = Certificate { draws: braid.draws.len(), ..Certificate::default() };
    check.form()?;
    check.verdicts()?;
    certificate.tranches = check.no_overdraft()?;
    certificate.cells = check.no_overpayment()?;
    check.recovered_money()?;
    check.benefit_shares()?;
    for award in check.awards() {
        certificate.caps += check.caps(award)? + check.yearly_limit(award)?;
        certificate.matches += check.matching(award)?;
        certificate.recoveries += check.indirect(award)?;
    }
    check.no_dollar_twice()?;
    Ok(certificate)
}

struct Check<'a> {
    plan: &'a Plan,
    timeline: &'a Timeline,
    braid: &'a Braid,
    /// Whether a share of what is spent is kept over an award's life alone.
    over_life: bool,
}

/// What one award charged in one month.
#[derive(Clone, Default)]
struct Charged {
    /// By line, the tranche's budget period, and the amount.
    direct: Vec<(LineIndex, u32, i128)>,
    /// By budget period.
    recovered: Vec<(u32, i128)>,
    base: i128,
}

impl Check<'_> {
    fn month(&self, place: usize) -> Month {
        self.timeline.horizon.month(place)
    }

    fn broken(&self, law: &str, place: usize, what: impl std::fmt::Display) -> Error {
        Error::internal(format!("{law}: {what} in {}", self.month(place)))
    }

    /// Draws stand in order, once each, above zero, and name what exists.
    fn form(&self) -> Result<(), Error> {
        let key = |draw: &Draw| (draw.place, draw.source, draw.line);
        let months = self.timeline.horizon.months as usize;
        for pair in self.braid.draws.windows(2) {
            if key(&pair[0]) >= key(&pair[1]) {
                return Err(Error::internal("draws stand in order, once each"));
            }
        }
        for draw in &self.braid.draws {
            let exists = match draw.source {
                Source::Tranche(tranche) => tranche.at() < self.timeline.tranches.len(),
                Source::Recovery(place) => place <= draw.place && self.timeline.spends_recovery,
            };
            let placed = draw.place < months && draw.line.at() < self.plan.lines.len();
            if !exists || !placed || draw.amount <= Money::ZERO {
                return Err(Error::internal(format!("a draw names what exists: {draw:?}")));
            }
        }
        let known = |tranche: TrancheIndex| tranche.at() < self.timeline.tranches.len();
        let recoveries = self.braid.recoveries.iter().all(|recovery| {
            known(recovery.tranche) && recovery.place < months && recovery.amount >= Money::ZERO
        });
        let matches = self.braid.matches.iter().all(|match_| {
            known(match_.tranche) && match_.place < months && match_.amount > Money::ZERO
        });
        if !recoveries || !matches {
            return Err(Error::internal("matches and recoveries name what exists"));
        }
        Ok(())
    }

    fn claim(&self, tranche: &HeldTranche) -> Claim {
        Claim {
            stream: tranche.stream,
            pool: tranche.pool,
            first: tranche.first,
            last: tranche.last,
        }
    }

    /// No dollar outside its restriction, before it is available, or after it lapses.
    fn verdicts(&self) -> Result<(), Error> {
        for draw in &self.braid.draws {
            let Source::Tranche(index) = draw.source else { continue };
            let tranche = self.timeline.tranche(index);
            let answer =
                verdict(self.plan, &self.claim(tranche), draw.line, self.month(draw.place));
            if let Verdict::Refused(refusal) = answer {
                let stream = &self.plan.stream(tranche.stream).name;
                let line = &self.plan.line(draw.line).name;
                let what = format!("{stream} {} but pays {line}", refusal.words(self.plan));
                return Err(self.broken("no dollar outside its restriction", draw.place, what));
            }
        }
        for recovery in &self.braid.recoveries {
            let tranche = self.timeline.tranche(recovery.tranche);
            let month = self.month(recovery.place);
            if month < tranche.first || tranche.last.is_some_and(|last| month > last) {
                let stream = &self.plan.stream(tranche.stream).name;
                return Err(self.broken("recovery within its window", recovery.place, stream));
            }
        }
        Ok(())
    }

    fn no_overdraft(&self) -> Result<usize, Error> {
        let mut taken = vec![0_i128; self.timeline.tranches.len()];
        for draw in &self.braid.draws {
            if let Source::Tranche(tranche) = draw.source {
                taken[tranche.at()] += i128::from(draw.amount.cents());
            }
        }
        for recovery in &self.braid.recoveries {
            taken[recovery.tranche.at()] += i128::from(recovery.amount.cents());
        }
        for (tranche, taken) in self.timeline.tranches.iter().zip(&taken) {
            if *taken > i128::from(tranche.amount.cents()) {
                let stream = &self.plan.stream(tranche.stream).name;
                return Err(self.broken("no overdraft", tranche.opens, stream));
            }
        }
        Ok(taken.len())
    }

    fn no_overpayment(&self) -> Result<usize, Error> {
        let months = self.timeline.horizon.months as usize;
        let mut paid = vec![0_i128; months * self.plan.lines.len()];
        for draw in &self.braid.draws {
            paid[draw.line.at() * months + draw.place] += i128::from(draw.amount.cents());
        }
        for (line, needs) in self.timeline.needs.iter().enumerate() {
            for (place, need) in needs.iter().enumerate() {
                if paid[line * months + place] > i128::from(need.cents()) {
                    let line = &self.plan.lines[line].name;
                    return Err(self.broken("no overpayment", place, line));
                }
            }
        }
        Ok(paid.len())
    }

    /// What was recovered in a month is drawn no more than once, and never before that month.
    fn recovered_money(&self) -> Result<(), Error> {
        let mut kept: BTreeMap<usize, i128> = BTreeMap::new();
        for recovery in &self.braid.recoveries {
            *kept.entry(recovery.place).or_default() += i128::from(recovery.amount.cents());
        }
        for draw in &self.braid.draws {
            let Source::Recovery(place) = draw.source else { continue };
            let left = kept.entry(place).or_default();
            *left -= i128::from(draw.amount.cents());
            if *left < 0 {
                return Err(self.broken("no overdraft", place, "indirect recovery"));
            }
        }
        Ok(())
    }

    /// No award pays more than its documented benefit share of a line in any month, the share posted by
    /// cumulative rounding; of pay beyond an award's limit, nothing, however many such awards share it.
    fn benefit_shares(&self) -> Result<(), Error> {
        let mut paid: BTreeMap<(StreamIndex, LineIndex, usize), i128> = BTreeMap::new();
        for draw in &self.braid.draws {
            let Source::Tranche(tranche) = draw.source else { continue };
            // Income of an award's project is spent under the award's conditions where it has none of its own.
            let held = self.timeline.tranche(tranche);
            let benefit = self.plan.line(draw.line).benefit.as_ref();
            let named = benefit.is_some_and(|benefit| benefit.share_of(held.stream).is_some());
            let stream = held.project.filter(|_| !named).unwrap_or(held.stream);
            *paid.entry((stream, draw.line, draw.place)).or_default() +=
                i128::from(draw.amount.cents());
        }
        let mut at_limited_pay: BTreeMap<(LineIndex, usize), i128> = BTreeMap::new();
        for ((stream, line, place), paid) in paid {
            let benefit = self.plan.line(line).benefit.as_ref();
            let named = benefit.and_then(|benefit| benefit.share_of(stream));
            let ceiling = self.pay_ceiling(stream, line);
            if named.is_none() && ceiling.is_none() {
                continue;
            }
            let share = named.unwrap_or(Rate::ONE);
            let months = ceiling.unwrap_or(&self.timeline.needs[line.at()]);
            let through: Money = months[..=place].iter().sum();
            let before: Money = months[..place].iter().sum();
            let names =
                format!("{} on {}", self.plan.stream(stream).name, self.plan.line(line).name);
            if paid > i128::from((share.of(through) - share.of(before)).cents()) {
                return Err(self.broken("no award beyond its benefit share", place, names));
            }
            if ceiling.is_some() {
                let together = at_limited_pay.entry((line, place)).or_default();
                *together += paid;
                let of_line = self.timeline.pay_ceilings.iter().filter(|one| one.line == line);
                let most = of_line.map(|one| one.by_place[place].cents()).max();
                if *together > i128::from(most.unwrap_or(0)) {
                    return Err(self.broken("pay within its limit", place, names));
                }
            }
        }
        Ok(())
    }

    /// What a limit of pay leaves an award of a line, by month, where one binds.
    fn pay_ceiling(&self, stream: StreamIndex, line: LineIndex) -> Option<&Vec<Money>> {
        let own = |ceiling: &&crate::timeline::PayCeiling| {
            (ceiling.stream, ceiling.line) == (stream, line)
        };
        self.timeline.pay_ceilings.iter().find(own).map(|ceiling| &ceiling.by_place)
    }

    fn awards(&self) -> Vec<Award> {
        let mut awards: Vec<Award> =
            self.timeline.tranches.iter().map(|tranche| (tranche.stream, tranche.award)).collect();
        awards.sort_unstable();
        awards.dedup();
        let binds = |award: &Award| {
            let rules = self.plan.restrictions(award.0);
            !rules.caps.is_empty()
                || !rules.floors.is_empty()
                || rules.matching.is_some()
                || rules.indirect.is_some()
                || rules.yearly_limit.is_some()
                || self
                    .braid
                    .recoveries
                    .iter()
                    .any(|recovery| self.timeline.tranche(recovery.tranche).stream == award.0)
        };
        awards.retain(binds);
        awards
    }

    /// What an award charged, by month.
    fn charged(&self, award: Award) -> Vec<Charged> {
        let mut months = vec![Charged::default(); self.timeline.horizon.months as usize];
        let own = |tranche: TrancheIndex| {
            let tranche = self.timeline.tranche(tranche);
            ((tranche.stream, tranche.award) == award).then_some(tranche.period)
        };
        for draw in &self.braid.draws {
            let Source::Tranche(tranche) = draw.source else { continue };
            if let Some(period) = own(tranche) {
                let amount = i128::from(draw.amount.cents());
                months[draw.place].direct.push((draw.line, period, amount));
            }
        }
        for recovery in &self.braid.recoveries {
            if let Some(period) = own(recovery.tranche) {
                let month = &mut months[recovery.place];
                month.recovered.push((period, i128::from(recovery.amount.cents())));
                month.base += i128::from(recovery.base.cents());
            }
        }
        months
    }

    /// Every cap and floor of an award at every month's end.
    fn caps(&self, award: Award) -> Result<usize, Error> {
        let rules = self.plan.restrictions(award.0);
        let floors = rules.floors.iter().filter(|floor| floor.of_spent);
        if rules.caps.is_empty() && floors.clone().next().is_none() {
            return Ok(0);
        }
        let charged = self.charged(award);
        for cap in &rules.caps {
            self.cap(award, cap, &charged)?;
        }
        for floor in floors.clone() {
            let (mut within, mut spent) = (0_i128, 0_i128);
            for (place, month) in charged.iter().enumerate() {
                within += self.taken(&floor.on, &floor.within, month, None);
                spent += self.reckoned(&floor.within, month);
                if self.reckons_at(place)
                    && within * 1_000_000_000 < floor.share.billionths() * spent
                {
                    return Err(self.broken("floors hold", place, &self.plan.stream(award.0).name));
                }
            }
        }
        Ok(rules.caps.len() + floors.count())
    }

    /// Whether a share of what is spent has to hold at the end of a month.
    fn reckons_at(&self, place: usize) -> bool {
        !self.over_life || place + 1 == self.timeline.horizon.months as usize
    }

    fn cap(&self, award: Award, cap: &Cap, charged: &[Charged]) -> Result<(), Error> {
        let periods: Vec<Option<u32>> = if cap.per_period {
            let own = self.own_tranches(award).map(|tranche| Some(tranche.period));
            let mut periods: Vec<Option<u32>> = own.collect();
            periods.sort_unstable();
            periods.dedup();
            periods
        } else {
            vec![None]
        };
        for period in periods {
            // Recovery of before the plan takes room under a cap of the award that holds it.
            let opening = self.plan.opening_of(award.0).filter(|_| award.1 == 0);
            let of_award = !matches!(cap.bound, CapBound::ShareOfSpent(_)) && period.is_none();
            let before = opening.filter(|_| of_award && names_recovery(&cap.on));
            let mut taken = before.map_or(0, |opening| i128::from(opening.recovered.cents()));
            let held_before = taken;
            let mut spent = 0_i128;
            let stated = self.stated(award, period);
            for (place, month) in charged.iter().enumerate() {
                taken += self.taken(&cap.on, &cap.within, month, period);
                spent += self.reckoned(&cap.within, month);
                let holds = match cap.bound {
                    CapBound::ShareOfSpent(share) => {
                        !self.reckons_at(place)
                            || taken * 1_000_000_000 <= share.billionths() * spent
                    }
                    CapBound::Amount(amount) => taken <= i128::from(amount.cents()),
                    CapBound::ShareOfAward(share) => taken <= i128::from(share.of(stated).cents()),
                };
                if !holds && taken > held_before {
                    return Err(self.broken("caps hold", place, &self.plan.stream(award.0).name));
                }
            }
        }
        Ok(())
    }

    /// The most that a stream pays in a fiscal year of its funder, by the months of its draws; with it what it
    /// paid before the plan in the year in which the plan begins.
    fn yearly_limit(&self, award: Award) -> Result<usize, Error> {
        let Some(limit) = self.plan.restrictions(award.0).yearly_limit else { return Ok(0) };
        let stream = self.plan.stream(award.0);
        let mut paid: BTreeMap<i32, i128> = BTreeMap::new();
        let begins_within_a_year = stream.fiscal.position(self.month(0)) != 0;
        let opening = self.plan.opening_of(award.0).filter(|_| begins_within_a_year);
        if let Some(opening) = opening {
            let before = i128::from(opening.spent.cents());
            paid.insert(stream.fiscal.year_of(self.month(0)), before);
        }
        for (place, month) in self.charged(award).iter().enumerate() {
            let of_year = paid.entry(stream.fiscal.year_of(self.month(place))).or_default();
            let now = total(month);
            *of_year += now;
            if now > 0 && *of_year > i128::from(limit.cents()) {
                return Err(self.broken("a yearly limit holds", place, &stream.name));
            }
        }
        Ok(1)
    }

    fn own_tranches(&self, award: Award) -> impl Iterator<Item = &HeldTranche> {
        self.timeline
            .tranches
            .iter()
            .filter(move |tranche| (tranche.stream, tranche.award) == award)
    }

    /// The award's stated amount, or a budget period's; what was spent before the plan with it.
    fn stated(&self, award: Award, period: Option<u32>) -> Money {
        let held: Money = self
            .own_tranches(award)
            .filter(|tranche| period.is_none_or(|period| tranche.period == period))
            .map(|tranche| tranche.amount)
            .sum();
        let opening = self.plan.opening_of(award.0).filter(|_| award.1 == 0 && period.is_none());
        held + opening.map_or(Money::ZERO, |opening| opening.spent)
    }

    /// What a selection took in a month of what a share is reckoned on, the award's recovery with it where
    /// both name it.
    fn taken(
        &self,
        on: &[Selector],
        whole: &[Selector],
        month: &Charged,
        period: Option<u32>,
    ) -> i128 {
        let within = |of: u32| period.is_none_or(|period| period == of);
        let counts = |index: LineIndex| {
            let line = self.plan.line(index);
            selected(on, index, line) && (whole.is_empty() || selected(whole, index, line))
        };
        let direct = month.direct.iter().filter(|(line, of, _)| within(*of) && counts(*line));
        let recovery_counts = names_recovery(on) && (whole.is_empty() || names_recovery(whole));
        let recovered = month.recovered.iter().filter(|(of, _)| recovery_counts && within(*of));
        direct.map(|(_, _, amount)| amount).sum::<i128>()
            + recovered.map(|(_, amount)| amount).sum::<i128>()
    }

    /// What a month's spending adds to what a share is reckoned on.
    fn reckoned(&self, whole: &[Selector], month: &Charged) -> i128 {
        if whole.is_empty() { total(month) } else { self.taken(whole, &[], month, None) }
    }

    /// The match of an award at every month's end: enough, eligible, and in its window.
    fn matching(&self, award: Award) -> Result<usize, Error> {
        let mut by_month = vec![0_i128; self.timeline.horizon.months as usize];
        let rule = self.plan.restrictions(award.0).matching.as_ref();
        for match_ in self.braid.matches.iter().filter(|match_| match_.award == award) {
            let eligible = rule.is_some_and(|rule| {
                self.counts_as_match(award, rule, match_.tranche, match_.line, match_.place)
            });
            if !eligible {
                let names = format!(
                    "{} for {}",
                    self.plan.stream(self.timeline.tranche(match_.tranche).stream).name,
                    self.plan.stream(award.0).name
                );
                return Err(self.broken("match is eligible", match_.place, names));
            }
            by_month[match_.place] += i128::from(match_.amount.cents());
        }
        let Some(rule) = rule else { return Ok(0) };
        if rule.each_dollar {
            return self.each_dollar_matched(award, rule);
        }
        let opening = self.plan.opening_of(award.0).filter(|_| award.1 == 0);
        let mut matched = opening.map_or(0, |opening| i128::from(opening.matched.cents()));
        let mut drawn = opening.map_or(0, |opening| i128::from(opening.spent.cents()));
        // A whole award is matched in one ratio; only a public share of each dollar changes by month.
        let (numerator, denominator) = rule.convention.at(self.month(0)).ratio();
        let before = matched * denominator < drawn * numerator;
        for (place, month) in self.charged(award).iter().enumerate() {
            matched += by_month[place];
            let now = total(month);
            drawn += now;
            // An award that comes into the plan short of match may not draw until it has caught up.
            if matched * denominator < drawn * numerator && !(before && now == 0) {
                return Err(self.broken("match is kept", place, &self.plan.stream(award.0).name));
            }
        }
        Ok(1)
    }

    /// Each dollar of an award together with its match, on its own line in its own month.
    fn each_dollar_matched(&self, award: Award, rule: &Matching) -> Result<usize, Error> {
        let ratio = |place: usize| rule.convention.at(self.month(place)).ratio();
        let mut short: BTreeMap<(usize, LineIndex), i128> = BTreeMap::new();
        for (place, month) in self.charged(award).iter().enumerate() {
            for (line, _, amount) in &month.direct {
                *short.entry((place, *line)).or_default() += amount * ratio(place).0;
            }
        }
        for match_ in self.braid.matches.iter().filter(|match_| match_.award == award) {
            *short.entry((match_.place, match_.line)).or_default() -=
                i128::from(match_.amount.cents()) * ratio(match_.place).1;
        }
        match short.iter().find(|(_, short)| **short > 0) {
            Some(((place, line), _)) => {
                let names =
                    format!("{} on {}", self.plan.stream(award.0).name, self.plan.line(*line).name);
                Err(self.broken("each dollar is matched", *place, names))
            }
            None => Ok(1),
        }
    }

    fn counts_as_match(
        &self,
        award: Award,
        rule: &Matching,
        tranche: TrancheIndex,
        line: LineIndex,
        place: usize,
    ) -> bool {
        let tranche = self.timeline.tranche(tranche);
        let month = self.month(place);
        let begun = self.own_tranches(award).any(|own| own.first <= month);
        let ended = self.own_tranches(award).all(|own| own.last.is_some_and(|last| last < month));
        let on = if rule.on.is_empty() {
            standing_verdict(self.plan, award.0, None, line).is_allowed()
        } else {
            selected(&rule.on, line, self.plan.line(line))
        };
        may_match(self.plan, tranche.stream, award.0)
            && begun
            && !ended
            && rule.by.is_none_or(|by| month <= by)
            && on
    }

    /// One dollar matches once: what matches of a draw is no more than the draw.
    fn no_dollar_twice(&self) -> Result<(), Error> {
        let mut free: BTreeMap<(usize, TrancheIndex, LineIndex), i128> = BTreeMap::new();
        for draw in &self.braid.draws {
            if let Source::Tranche(tranche) = draw.source {
                *free.entry((draw.place, tranche, draw.line)).or_default() +=
                    i128::from(draw.amount.cents());
            }
        }
        for match_ in &self.braid.matches {
            let left = free.entry((match_.place, match_.tranche, match_.line)).or_default();
            *left -= i128::from(match_.amount.cents());
            if *left < 0 {
                let stream = &self.plan.stream(self.timeline.tranche(match_.tranche).stream).name;
                return Err(self.broken("one dollar matches once", match_.place, stream));
            }
        }
        Ok(())
    }

    /// The recovery of an award: on the base that its draws come to, and no more than its rate.
    fn indirect(&self, award: Award) -> Result<usize, Error> {
        let charged = self.charged(award);
        let stream = &self.plan.stream(award.0).name;
        let Some(rule) = self.plan.restrictions(award.0).indirect else {
            let place = charged.iter().position(|month| !month.recovered.is_empty());
            return match place {
                Some(place) => Err(self.broken("recovery needs a rate", place, stream)),
                None => Ok(0),
            };
        };
        let opening = self.plan.opening_of(award.0).filter(|_| award.1 == 0);
        let mut base = opening.map_or(0, |opening| i128::from(opening.base.cents()));
        let mut recovered = opening.map_or(0, |opening| i128::from(opening.recovered.cents()));
        let before = opening.into_iter().flat_map(|opening| &opening.subawards);
        let before = before.map(|(id, amount)| (id.as_str(), i128::from(amount.cents())));
        let mut subawards: BTreeMap<&str, i128> = before.collect();
        for (place, month) in charged.iter().enumerate() {
            let derived = self.base(&rule, month, &mut subawards);
            if derived != month.base {
                return Err(self.broken("recovery has its base", place, stream));
            }
            base += derived;
            let now: i128 = month.recovered.iter().map(|(_, amount)| amount).sum();
            recovered += now;
            // round(rate x base), half away from zero; both are above zero.
            let rate = rule.statutory_limit.map_or(rule.rate, |limit| rule.rate.min(limit));
            let due = (2 * rate.billionths() * base + 1_000_000_000) / 2_000_000_000;
            if recovered > due && now > 0 {
                return Err(self.broken("recovery within its rate", place, stream));
            }
        }
        Ok(1)
    }

    fn base<'a>(
        &'a self,
        rule: &Indirect,
        month: &Charged,
        subawards: &mut BTreeMap<&'a str, i128>,
    ) -> i128 {
        let mut base = 0;
        for (index, _, amount) in &month.direct {
            let line = self.plan.line(*index);
            base += match rule.base {
                IndirectBase::TotalDirect => *amount,
                IndirectBase::Personnel if line.category == Category::Personnel => *amount,
                IndirectBase::PersonnelAndFringe
                    if matches!(line.category, Category::Personnel | Category::Fringe) =>
                {
                    *amount
                }
                IndirectBase::ModifiedTotalDirect
                    if line.mtdc && line.category != Category::Equipment =>
                {
                    match &line.subaward {
                        None => *amount,
                        Some(id) => {
                            let cutoff = i128::from(rule.subaward_cutoff.cents());
                            let spent = subawards.entry(id).or_default();
                            let before = (*spent).min(cutoff);
                            *spent += amount;
                            (*spent).min(cutoff) - before
                        }
                    }
                }
                _ => 0,
            };
        }
        base
    }
}

/// Whether a selection holds the award's own recovery.
pub(super) fn names_recovery(on: &[Selector]) -> bool {
    on.iter().any(|selector| match selector {
        Selector::Indirect | Selector::Anything => true,
        Selector::Category(category) => *category == Category::Overhead,
        _ => false,
    })
}

fn total(month: &Charged) -> i128 {
    month.direct.iter().map(|(_, _, amount)| amount).sum::<i128>()
        + month.recovered.iter().map(|(_, amount)| amount).sum::<i128>()
}
