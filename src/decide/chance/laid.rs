//! One laid-out course for the futures of a plan: what each stream brings in each of its alternatives, side by side in one
//! timeline, so that a future is nothing but amounts.
//!
//! It is open to plans in which a chance changes what streams bring and nothing else: neither costs, nor what another stream
//! brings, nor what money may pay. Each alternative is read and checked for that; where one does more, futures are
//! braided whole, with the same figures.

use std::collections::BTreeMap;

use super::{Planned, QUESTION};
use crate::braid::course::with_amount;
use crate::error::Error;
use crate::folder::{Alone, Cases, Chance, Chances, Distribution, Draft, Outcome, Single, What};
use crate::funding::loan::Repayment;
use crate::funding::{Kind, Stream, Terms};
use crate::money::Money;
use crate::name::StreamIndex;
use crate::plan::cost::{CostLine, Form};
use crate::plan::{Plan, Restrictions};
use crate::timeline::{HeldTranche, Permit, Purse, Selection, Timeline};

/// Tranches beyond which no course is laid.
const TRANCHES_MAX: usize = 20_000;
/// Alternatives of a stream that are held; where there may be more, each block of futures reads its own anew.
const ALTERNATIVES_MAX: u128 = 2_048;

/// The alternatives of the streams that chances change, as far as they are known.
pub(super) struct Laid<'a> {
    cases: &'a Cases<'a>,
    draft: &'a Draft,
    chances: &'a Chances,
    /// The plan as it stands.
    base: Stands,
    /// The plan with every stream that may come; of its timeline, the tranches are those of all alternatives, in the order in
    /// which they became known.
    pub frame: Stands,
    /// What streams that no chance changes bring, by tranche; nothing for the tranches of others.
    fixed: Vec<Money>,
    parts: Vec<Part<'a>>,
    /// The plan with every stream that may come, in which one is changed after another.
    scratch: Plan,
}

/// A plan and what it comes to in months.
pub(super) struct Stands {
    pub plan: Plan,
    pub timeline: Timeline,
}

/// A stream that chances change.
struct Part<'a> {
    stream: StreamIndex,
    /// How the stream is read alone, where nothing else follows from it.
    single: Option<Single<'a>>,
    /// The chances, by place.
    chances: Vec<usize>,
    /// Whether they have so few outcomes together that each of them is held.
    few: bool,
    /// What it brings for each of their outcomes, by place in the frame's tranches.
    known: BTreeMap<Vec<Outcome>, Vec<(usize, Money)>>,
}

impl Stands {
    fn of(plan: Plan) -> Result<Stands, Error> {
        let timeline = Timeline::from_plan(&plan, Selection::View(QUESTION.view))?;
        Ok(Stands { plan, timeline })
    }

    fn name(&self, stream: StreamIndex) -> &str {
        self.plan.stream(stream).name.as_str()
    }

    /// Whether what one stream brings may change what another one brings: income of an award's project.
    fn has_project_income(&self) -> bool {
        self.plan.restrictions.iter().any(|rules| rules.award.earned_by.is_some())
    }

    /// Whether everything but what some streams bring is as in another plan.
    fn differs_only_in(&self, other: &Stands, streams: &[&str]) -> bool {
        let lines = |stands: &Stands| -> Vec<_> {
            stands.plan.lines.iter().map(|line| line.name.clone()).collect()
        };
        let ceilings = |stands: &Stands| -> Vec<_> {
            let one = |ceiling: &crate::timeline::PayCeiling| {
                (stands.name(ceiling.stream).to_string(), ceiling.line, ceiling.by_place.clone())
            };
            stands.timeline.pay_ceilings.iter().map(one).collect()
        };
        lines(self) == lines(other)
            && self.timeline.needs == other.timeline.needs
            && ceilings(self) == ceilings(other)
            && self.plan.policy.protect_core_months == other.plan.policy.protect_core_months
            && self.elsewhere(streams) == other.elsewhere(streams)
    }

    /// What all other streams bring, with what it may pay.
    fn elsewhere(&self, but: &[&str]) -> Vec<(&str, HeldTranche, &[Permit])> {
        let one = |tranche: &HeldTranche| {
            let name = self.name(tranche.stream);
            let permits = self.timeline.purses[tranche.purse].permits.as_slice();
            let own = HeldTranche { stream: StreamIndex::from(0), purse: 0, ..tranche.clone() };
            (!but.contains(&name)).then_some((name, own, permits))
        };
        self.timeline.tranches.iter().filter_map(one).collect()
    }
}

impl<'a> Laid<'a> {
    /// The course of a plan, with no alternative known yet; nothing where chances change more than what streams bring.
    ///
    /// # Errors
    /// An internal error where a plan does not come out in months.
    pub fn open(
        cases: &'a Cases<'a>,
        draft: &'a Draft,
        chances: &'a Chances,
        (plan, most): (&Plan, Option<&'a Planned>),
    ) -> Result<Option<Laid<'a>>, Error> {
        let Some((changed, (whole, most))) = changed(cases, draft, chances).zip(most.as_ref())
        else {
            return Ok(None);
        };
        let (base, frame) = (Stands::of(plan.clone())?, Stands::of(most.clone())?);
        let mut parts = Vec::new();
        for (name, own) in &changed {
            let Some(stream) = frame.plan.find_stream(name) else { return Ok(None) };
            let touched: Vec<(String, String)> =
                own.iter().flat_map(|chance| chances.chances[*chance].touches()).collect();
            let of_kind = |kind: &str| -> Vec<String> {
                let own = touched.iter().filter(|(own, _)| own == kind);
                own.map(|(_, id)| id.clone()).collect()
            };
            let (streams, drivers) = (of_kind("stream"), of_kind("driver"));
            let single = stands_alone(most, stream)
                .then(|| cases.single((draft, whole), most, name, (&streams, &drivers)));
            let own_chances = own.iter().map(|chance| &chances.chances[*chance]);
            let few = different(own_chances) <= ALTERNATIVES_MAX;
            let (chances, known) = (own.clone(), BTreeMap::new());
            parts.push(Part { stream, single, chances, known, few });
        }
        let names: Vec<&str> = changed.keys().map(String::as_str).collect();
        if base.has_project_income()
            || frame.has_project_income()
            || !frame.differs_only_in(&base, &names)
        {
            return Ok(None);
        }
        let mut laid = Laid {
            cases,
            draft,
            chances,
            base,
            frame,
            fixed: Vec::new(),
            parts,
            scratch: most.clone(),
        };
        let varies =
            |tranche: &HeldTranche| laid.parts.iter().any(|part| part.stream == tranche.stream);
        let mut fixed = std::mem::take(&mut laid.frame.timeline.tranches);
        fixed.retain(|tranche| !varies(tranche));
        laid.fixed = fixed.iter().map(|tranche| tranche.amount).collect();
        laid.frame.timeline.tranches = fixed;
        Ok(Some(laid))
    }

    /// Learns what the streams bring for some outcomes. Whether the course holds: what it does not hold is to be braided whole.
    ///
    /// # Errors
    /// What keeps an alternative from being a plan.
    pub fn learn(&mut self, outcomes: &[Outcome]) -> Result<bool, Error> {
        for at in 0..self.parts.len() {
            let key = self.parts[at].key(outcomes);
            if self.parts[at].known.contains_key(&key) {
                continue;
            }
            let mut given = vec![None; self.chances.chances.len()];
            for (chance, outcome) in self.parts[at].chances.iter().zip(&key) {
                given[*chance] = Some(*outcome);
            }
            let alone = match &self.parts[at].single {
                Some(single) => single.read(self.chances, &given)?,
                None => None,
            };
            let brought = match alone {
                Some(alone) => self.brought_alone(at, alone, &given)?,
                // What else follows where a stream is gone, only the whole plan tells.
                None => self.brought_whole(at, &given)?,
            };
            let Some(brought) = brought else { return Ok(false) };
            self.parts[at].known.insert(key, brought);
        }
        Ok(self.frame.timeline.tranches.len() <= TRANCHES_MAX)
    }

    /// What a stream brings that was read alone, by place in the frame; nothing where other rules bind it.
    fn brought_alone(
        &mut self,
        at: usize,
        (stream, restrictions, drivers): Alone,
        given: &[Option<Outcome>],
    ) -> Result<Option<Vec<(usize, Money)>>, Error> {
        let index = self.parts[at].stream;
        self.scratch.streams[index.at()] = stream;
        self.scratch.restrictions[index.at()] = restrictions;
        if !bound_alike((&self.scratch, index), (&self.frame.plan, index)) {
            return Ok(None);
        }
        // Whatever goes by a driver that a chance changes is read with it, so that no other stream sees what is left here.
        if let Some(drivers) = drivers {
            self.scratch.drivers = drivers;
        }
        if !settles_without_loss(&self.scratch, index) {
            return self.brought_whole(at, given);
        }
        let selection = Selection::View(QUESTION.view);
        let own = self.frame.timeline.of_stream(&self.scratch, selection, index)?;
        Ok(self.places(index, &own, index))
    }

    /// What a stream brings that is read with the whole plan, by place in the frame.
    fn brought_whole(
        &mut self,
        at: usize,
        given: &[Option<Outcome>],
    ) -> Result<Option<Vec<(usize, Money)>>, Error> {
        let draft = self.cases.future(self.draft, self.chances, given)?;
        let own = Stands::of(self.cases.plan(&draft)?)?;
        Ok(self.brought_in(at, &own))
    }

    /// What a stream brings in a plan, by place in the frame; nothing where the plan is another in more than that.
    fn brought_in(&mut self, at: usize, own: &Stands) -> Option<Vec<(usize, Money)>> {
        let stream = self.parts[at].stream;
        let name = self.frame.name(stream).to_string();
        if own.has_project_income() || !own.differs_only_in(&self.base, &[&name]) {
            return None;
        }
        let Some(index) = own.plan.find_stream(&name) else {
            // What was pledged by a stream that is gone may come from others, and its position at the start goes with it.
            let pledged = |rules: &Restrictions| {
                rules.matching.as_ref().is_some_and(|rule| rule.pledged_by.is_some())
            };
            let frame = &self.frame.plan;
            let tied = frame.opening_of(stream).is_some() || frame.restrictions.iter().any(pledged);
            return (!tied).then(Vec::new);
        };
        if !bound_alike((&own.plan, index), (&self.frame.plan, stream)) {
            return None;
        }
        self.places(stream, &own.timeline, index)
    }

    /// Where a stream's tranches stand in the frame, with their amounts; nothing where one is cash alone that goes back.
    fn places(
        &mut self,
        stream: StreamIndex,
        own: &Timeline,
        index: StreamIndex,
    ) -> Option<Vec<(usize, Money)>> {
        let mut brought = Vec::new();
        for tranche in own.tranches.iter().filter(|tranche| tranche.stream == index) {
            if !tranche.amount.is_positive() {
                return None;
            }
            let permits = own.purses[tranche.purse].permits.clone();
            let purse = self.purse(Purse { stream, pool: tranche.pool, project: None, permits });
            brought.push((
                self.place(HeldTranche { stream, purse, ..tranche.clone() }),
                tranche.amount,
            ));
        }
        Some(brought)
    }

    fn purse(&mut self, purse: Purse) -> usize {
        let purses = &mut self.frame.timeline.purses;
        purses.iter().position(|known| *known == purse).unwrap_or_else(|| {
            purses.push(purse);
            purses.len() - 1
        })
    }

    /// The place of a tranche that differs from a known one in nothing but its amount, or a new one.
    fn place(&mut self, tranche: HeldTranche) -> usize {
        let tranches = &mut self.frame.timeline.tranches;
        let like = |known: &HeldTranche| {
            (known.stream, known.purse, known.first, known.last)
                == (tranche.stream, tranche.purse, tranche.first, tranche.last)
                && known.amount.is_positive()
                && with_amount(known, tranche.amount) == tranche
        };
        tranches.iter().position(like).unwrap_or_else(|| {
            self.fixed.push(Money::ZERO);
            tranches.push(tranche);
            tranches.len() - 1
        })
    }

    /// What every tranche of the frame has in a future whose alternatives are known.
    pub fn amounts(&self, outcomes: &[Outcome], amounts: &mut Vec<Money>) {
        amounts.clone_from(&self.fixed);
        for part in &self.parts {
            for (place, amount) in part.known.get(&part.key(outcomes)).into_iter().flatten() {
                amounts[*place] = *amount;
            }
        }
    }

    /// Forgets the alternatives of streams that may have too many to be held.
    pub fn forget(&mut self) {
        for part in self.parts.iter_mut().filter(|part| !part.few) {
            part.known.clear();
        }
    }

    /// The frame's timeline in its order, and the place in the frame of each of its tranches.
    pub fn timeline(&self) -> (Timeline, Vec<usize>) {
        let tranches = &self.frame.timeline.tranches;
        let mut order: Vec<usize> = (0..tranches.len()).collect();
        order.sort_by_key(|place| tranches[*place].order());
        let timeline = Timeline {
            tranches: order.iter().map(|place| tranches[*place].clone()).collect(),
            ..self.frame.timeline.clone()
        };
        (timeline, order)
    }
}

impl Part<'_> {
    /// What comes of its chances.
    fn key(&self, outcomes: &[Outcome]) -> Vec<Outcome> {
        self.chances.iter().map(|chance| outcomes[*chance]).collect()
    }
}

/// Whether nothing else of a plan follows from what a stream says: no cost that it has due or that is a share of what it
/// brings, no loan that is repaid out of it, and no line of its own.
fn stands_alone(plan: &Plan, stream: StreamIndex) -> bool {
    let follows = |line: &CostLine| match &line.form {
        Form::Due(of, _) => *of == stream,
        Form::FeeOfReceipts { streams, .. } => streams.contains(&stream),
        _ => false,
    };
    let repaid_from_it = |other: &Stream| match &other.terms {
        Terms::Loan(loan) => {
            matches!(loan.repayment, Repayment::Share { stream: source, .. } if source == stream)
        }
        _ => false,
    };
    plan.stream(stream).kind != Kind::Loan
        && !plan.lines.iter().any(follows)
        && !plan.streams.iter().any(repaid_from_it)
}

/// Whether shared savings settle by their terms and have no loss to be paid; so it is of every other stream.
fn settles_without_loss(plan: &Plan, stream: StreamIndex) -> bool {
    let (own, setting) = (plan.stream(stream), plan.setting());
    let Terms::SharedSavings(savings) = &own.terms else { return true };
    savings.unsettled(own, &setting).is_none()
        && own.lower(&setting).is_some_and(|lowered| lowered.dues.is_empty())
}

/// Whether the same rules bind a stream in two plans of the same streams and lines, but for when it comes and how much.
fn bound_alike((one, at): (&Plan, StreamIndex), (other, place): (&Plan, StreamIndex)) -> bool {
    let (own, its) = (one.stream(at), other.stream(place));
    // The rule set of an award's month has become restrictions already, and its last day of payment binds no month.
    let rules = |plan: &Plan, stream: StreamIndex| {
        let mut rules = plan.restrictions(stream).clone();
        (rules.award.rule_set, rules.award.liquidate_by) = (None, None);
        rules
    };
    rules(one, at) == rules(other, place)
        && (own.kind, own.federal, own.fiscal, own.conditional)
            == (its.kind, its.federal, its.fiscal, its.conditional)
        && one.opening_of(at) == other.opening_of(place)
}

/// The streams that chances change, with the places of those chances; nothing where one changes anything else.
fn changed(
    cases: &Cases,
    draft: &Draft,
    chances: &Chances,
) -> Option<BTreeMap<String, Vec<usize>>> {
    let mut found: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, chance) in chances.chances.iter().enumerate() {
        let mut streams = Vec::new();
        for (kind, id) in chance.touches() {
            match kind.as_str() {
                "stream" => streams.push(id),
                "driver" => {
                    for (kind, id) in cases.users_of(draft, &id) {
                        streams.push((kind == "stream").then_some(id)?);
                    }
                }
                _ => return None,
            }
        }
        streams.sort();
        streams.dedup();
        for stream in streams {
            found.entry(stream).or_default().push(place);
        }
    }
    Some(found)
}

/// How many different futures some chances have.
pub(super) fn different<'a>(chances: impl IntoIterator<Item = &'a Chance>) -> u128 {
    let values = |what: &What| match what {
        What::Event { .. } => 2,
        What::Amount { distribution, .. } => match distribution {
            Distribution::Discrete(values) => values.len() as u128,
            Distribution::Uniform { low, high } | Distribution::Triangular { low, high, .. } => {
                u128::from(low.steps.abs_diff(high.steps)) + 1
            }
        },
    };
    let each = chances.into_iter().map(|chance| values(&chance.what));
    each.fold(1, u128::saturating_mul)
}
