//! A corrupted braid, cut or price is rejected every time. `BRAID_CASES` raises the number of each.
//!
//! What happens to prove the same is no corruption. A braid and prices prove each other where nothing is lost between
//! them: money with a price is spent to the cent on what counts, and nothing that counts is uncovered where cheaper
//! money may pay it. So each corruption of prices is chosen to lose, by that reckoning alone, more than the distance
//! between the braid and what was proved; the checker under test is not asked.

#![allow(clippy::unwrap_used)]

mod plans;

use std::collections::BTreeMap;

use braidfund::braid::certify::certify;
use braidfund::braid::proof::{AwardPrices, ONE, Proof};
use braidfund::braid::{Braid, Draw, Method, Source, bound};
use braidfund::funding::Status;
use braidfund::money::Money;
use braidfund::name::{LineIndex, TrancheIndex};
use braidfund::plan::Plan;
use braidfund::plan::restriction::{Claim, verdict};
use braidfund::timeline::{HeldTranche, Selection, Timeline};
use plans::parts;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

struct Case {
    plan: Plan,
    timeline: Timeline,
    braid: Braid,
    gaps: [Money; 3],
    proof: Proof,
}

/// The same cases on every run.
struct Cases(TestRunner);

impl Cases {
    fn new() -> Cases {
        Cases(TestRunner::deterministic())
    }

    fn next(&mut self) -> Case {
        let plan = parts().new_tree(&mut self.0).unwrap().current().plan();
        let timeline = Timeline::from_plan(&plan, Selection::View(Status::Prospective)).unwrap();
        let (braid, certificate) = Braid::from_timeline(&plan, &timeline, Method::Optimal).unwrap();
        let gaps = braid.gaps(&plan, &timeline);
        Case { gaps, proof: certificate.proof.unwrap(), plan, timeline, braid }
    }
}

fn count() -> usize {
    let count = std::env::var_os("BRAID_CASES");
    count.and_then(|count| count.to_str().and_then(|count| count.parse().ok())).unwrap_or(1_000)
}

const CENT: Money = Money::from_cents(1);

impl Case {
    fn may_pay(&self, tranche: usize, line: LineIndex, place: usize) -> bool {
        let HeldTranche { stream, pool, first, last, .. } = self.timeline.tranches[tranche];
        let claim = Claim { stream, pool, first, last };
        let month = self.timeline.horizon.month(place);
        verdict(&self.plan, &claim, line, month).is_allowed()
    }

    fn places(&self) -> std::ops::Range<usize> {
        0..self.timeline.horizon.months as usize
    }

    fn cells(&self) -> Vec<(LineIndex, usize)> {
        let lines = (0..self.plan.lines.len()).map(LineIndex::from);
        lines.flat_map(|line| self.places().map(move |place| (line, place))).collect()
    }

    fn uncovered(&self, line: LineIndex, place: usize) -> Money {
        let own = |draw: &&Draw| (draw.line, draw.place) == (line, place);
        let paid: Money = self.braid.draws.iter().filter(own).map(|draw| draw.amount).sum();
        self.timeline.needs[line.at()][place] - paid
    }

    fn priority(&self, line: LineIndex) -> usize {
        self.plan.line(line).priority as usize
    }

    /// What a tranche spends on lines that count for a priority, those before it with it.
    fn spent(&self, tranche: usize, priority: usize) -> Money {
        let own = |draw: &&Draw| {
            draw.source == Source::Tranche(TrancheIndex::from(tranche))
                && self.proof.prices[priority].weights[self.priority(draw.line)] > 0
        };
        self.braid.draws.iter().filter(own).map(|draw| draw.amount).sum()
    }

    /// All that a tranche spends, what is recovered from it with it.
    fn gone(&self, tranche: usize) -> Money {
        let source = Source::Tranche(TrancheIndex::from(tranche));
        let draws = self.braid.draws.iter().filter(|draw| draw.source == source);
        let recovered = self.braid.recoveries.iter().filter(|row| row.tranche.at() == tranche);
        draws.map(|draw| draw.amount).chain(recovered.map(|row| row.amount)).sum()
    }

    /// Whether no rule but its uses binds a tranche, and none but its need binds what it pays of a line.
    fn is_free(&self, tranche: usize, line: LineIndex) -> bool {
        let stream = self.timeline.tranches[tranche].stream;
        let rules = self.plan.restrictions(stream);
        let limited = self.timeline.pay_ceilings.iter().any(|ceiling| ceiling.line == line);
        rules.caps.is_empty()
            && rules.floors.is_empty()
            && rules.matching.is_none()
            && rules.indirect.is_none()
            && rules.yearly_limit.is_none()
            && self.plan.line(line).benefit.is_none()
            && !limited
    }

    /// What the proof of a priority would lose in billionths of a cent if a tranche had another price: where it is
    /// raised, on what of the tranche is not spent on what counts; where it is lowered, on what counts and is not
    /// covered, though the tranche may pay it.
    fn lost(&self, priority: usize, tranche: usize, price: i64) -> i128 {
        let prices = &self.proof.prices[priority];
        if price > prices.tranches[tranche] {
            let rules = self.plan.restrictions(self.timeline.tranches[tranche].stream);
            // Under rules that tie amounts, what is spent on lines that do not count may have its worth.
            let tied = rules.indirect.is_some()
                || !rules.caps.is_empty()
                || !rules.floors.is_empty()
                || self.plan.restrictions.iter().any(|rules| rules.matching.is_some());
            let of_tranche = self.timeline.tranches[tranche].amount;
            let spent = if tied { self.gone(tranche) } else { self.spent(tranche, priority) };
            return i128::from((of_tranche - spent).cents()) * i128::from(price);
        }
        let lost = |(line, place): (LineIndex, usize)| {
            let worth = prices.weights[self.priority(line)] - price;
            let open = self.is_free(tranche, line) && self.may_pay(tranche, line, place);
            let uncovered = if open { self.uncovered(line, place) } else { Money::ZERO };
            i128::from(uncovered.cents()) * i128::from(worth.max(0))
        };
        self.cells().into_iter().map(lost).sum()
    }

    /// Whether losing so much of a priority's proof shows in whole cents.
    fn shows(&self, priority: usize, lost: i128) -> bool {
        let weight = i128::from(self.proof.prices[priority].weights[priority]);
        let distance = self.gaps[priority] - self.proof.least[priority] + CENT;
        self.proof.least[priority].is_positive() && lost > i128::from(distance.cents()) * weight
    }

    fn is_rejected(&self, proof: &Proof) -> bool {
        let answer = bound::check(&self.plan, &self.timeline, self.gaps, proof);
        answer.is_err_and(|error| error.is_internal())
    }

    /// The proof with another price of a tranche, if that would show.
    fn repriced(&self, priority: usize, tranche: usize, price: i64) -> Option<Proof> {
        let mut proof = self.proof.clone();
        let known = &mut proof.prices[priority].tranches[tranche];
        let changed = *known != price;
        *known = price;
        let shows = changed && self.shows(priority, self.lost(priority, tranche, price));
        shows.then_some(proof)
    }

    fn is_cut(&self) -> bool {
        self.proof.prices.iter().all(|prices| prices.awards.is_empty())
            && self.gaps == self.proof.least
    }
}

/// Each tranche of a cut moved to its other side, where that loses.
fn cuts(case: &Case) -> Vec<(&'static str, Proof)> {
    let mut corrupted = Vec::new();
    for priority in 0..3 {
        for tranche in 0..case.timeline.tranches.len() {
            let other = ONE - case.proof.prices[priority].tranches[tranche];
            let what = if other == 0 { "money taken out of a cut" } else { "money put into a cut" };
            corrupted.extend(case.repriced(priority, tranche, other).map(|proof| (what, proof)));
        }
        // All money out of the cut: then whatever may be paid is claimed to be coverable.
        let mut proof = case.proof.clone();
        proof.prices[priority].tranches.fill(0);
        let open = |(line, place): &(LineIndex, usize)| {
            case.prices_count(priority, *line)
                && case.uncovered(*line, *place).is_positive()
                && (0..case.timeline.tranches.len()).any(|tranche| {
                    case.is_free(tranche, *line) && case.may_pay(tranche, *line, *place)
                })
        };
        if case.proof.least[priority].is_positive() && case.cells().iter().any(open) {
            corrupted.push(("an empty cut", proof));
        }
    }
    corrupted.extend(claims(case));
    corrupted
}

impl Case {
    fn prices_count(&self, priority: usize, line: LineIndex) -> bool {
        self.proof.prices[priority].weights[self.priority(line)] > 0
    }
}

/// More claimed than is proved, and prices that are of something else.
fn claims(case: &Case) -> Vec<(&'static str, Proof)> {
    let mut corrupted = Vec::new();
    let mut change = |what, change: &dyn Fn(&mut Proof) -> bool| {
        let mut proof = case.proof.clone();
        if change(&mut proof) {
            corrupted.push((what, proof));
        }
    };
    for priority in 0..3 {
        // What is proved is all that these prices prove, so a cent more is not.
        change("a cent more is claimed", &|proof| {
            proof.least[priority] += CENT;
            true
        });
        change("the whole gap twice is claimed", &|proof| {
            proof.least[priority] = proof.least[priority].times(2) + CENT;
            true
        });
        change("the proved priority has no weight", &|proof| {
            proof.prices[priority].weights[priority] = 0;
            true
        });
        change("a price is below zero", &|proof| {
            proof.prices[priority].tranches.first_mut().map(|price| *price = -1).is_some()
        });
        change("a tranche has no price", &|proof| proof.prices[priority].tranches.pop().is_some());
        change("a weight is below zero", &|proof| {
            proof.prices[priority].weights[0] = -1;
            true
        });
        change("a rule that is not there has a price", &|proof| {
            let Some(tranche) = case.timeline.tranches.first() else { return false };
            let award = (tranche.stream, tranche.award);
            let caps = case.plan.restrictions(tranche.stream).caps.len();
            let prices = &mut proof.prices[priority].awards;
            prices.retain(|prices| prices.award != award);
            prices.push(AwardPrices { caps: vec![(caps, None, ONE)], ..AwardPrices::none(award) });
            true
        });
    }
    for (priority, later) in [(0, 1), (0, 2), (1, 2)] {
        change("what comes later counts", &|proof| {
            proof.prices[priority].weights[later] = ONE;
            true
        });
        change("the prices of another priority", &|proof| {
            proof.prices.swap(priority, later);
            true
        });
        change("the claims of another priority", &|proof| {
            proof.least.swap(priority, later);
            proof.least[priority] != proof.least[later]
        });
    }
    corrupted
}

/// Prices of money raised and lowered, where it loses; and what is claimed.
fn prices(case: &Case) -> Vec<(&'static str, Proof)> {
    let mut corrupted = Vec::new();
    for priority in 0..3 {
        for tranche in 0..case.timeline.tranches.len() {
            let price = case.proof.prices[priority].tranches[tranche];
            for (what, other) in [
                ("money is free", 0),
                ("money is cheaper", price / 2),
                ("money is dearer", price * 2 + ONE / 10),
                ("money is dear", 100 * ONE),
            ] {
                corrupted
                    .extend(case.repriced(priority, tranche, other).map(|proof| (what, proof)));
            }
        }
    }
    corrupted.extend(claims(case));
    corrupted
}

/// Tries corruptions of cases that count, a few of each so that all kinds are seen, until there are enough.
fn all_are_rejected(counts: fn(&Case) -> bool, corrupt: fn(&Case) -> Vec<(&'static str, Proof)>) {
    let mut cases = Cases::new();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut tried, mut seen, mut case_number) = (0, 0, 0);
    while tried < count() {
        let case = cases.next();
        case_number += 1;
        if !counts(&case) {
            continue;
        }
        assert!(!case.is_rejected(&case.proof), "what is not corrupted holds");
        let mut of_case: BTreeMap<&str, usize> = BTreeMap::new();
        for (what, proof) in corrupt(&case) {
            // Two of a kind and case; the least tried kinds first would need all cases at hand.
            let of_kind = of_case.entry(what).or_default();
            *of_kind += 1;
            if *of_kind > 2 || kinds.get(what).is_some_and(|kind| *kind > count() / 8) {
                continue;
            }
            *kinds.entry(what).or_default() += 1;
            assert!(case.is_rejected(&proof), "{what}: accepted in case {case_number}");
            tried += 1;
        }
        seen += 1;
    }
    assert!(seen >= 10 && kinds.len() >= 10, "{seen} cases: {kinds:?}");
    let least = kinds.values().min().unwrap();
    assert!(*least >= 5, "{kinds:?}");
}

#[test]
fn a_corrupted_cut_is_rejected_every_time() {
    all_are_rejected(Case::is_cut, cuts);
}

#[test]
fn corrupted_prices_are_rejected_every_time() {
    all_are_rejected(|case| !case.is_cut(), prices);
}

/// A corrupted copy of a braid; nothing where the braid has nothing of the kind.
type Corruption = fn(&Case) -> Option<Braid>;

/// The amount of a draw raised; `None` where no draw is of the kind.
fn raised(case: &Case, by: Money, kind: impl Fn(&Draw) -> bool) -> Option<Braid> {
    let mut braid = case.braid.clone();
    braid.draws.iter_mut().find(|draw| kind(draw))?.amount += by;
    Some(braid)
}

fn held<'a>(case: &'a Case, draw: &Draw) -> Option<&'a HeldTranche> {
    match draw.source {
        Source::Tranche(tranche) => Some(case.timeline.tranche(tranche)),
        Source::Recovery(_) => None,
    }
}

fn moved(case: &Case, change: impl Fn(&mut Draw) -> bool) -> Option<Braid> {
    let mut braid = case.braid.clone();
    let changed = braid.draws.iter_mut().any(change);
    braid.draws.sort_unstable();
    changed.then_some(braid)
}

const CORRUPTIONS: [(&str, Corruption); 11] = [
    ("a line is overpaid by a cent", |case| {
        raised(case, CENT, |draw| case.uncovered(draw.line, draw.place).is_zero())
    }),
    ("a tranche is overdrawn by a cent", |case| {
        let spent = |tranche: TrancheIndex| {
            let own = |draw: &&Draw| draw.source == Source::Tranche(tranche);
            let drawn: Money = case.braid.draws.iter().filter(own).map(|draw| draw.amount).sum();
            let recovered = case.braid.recoveries.iter().filter(|row| row.tranche == tranche);
            drawn + recovered.map(|row| row.amount).sum()
        };
        raised(case, CENT, |draw| {
            matches!(draw.source, Source::Tranche(tranche)
                if spent(tranche) == case.timeline.tranche(tranche).amount)
        })
    }),
    ("a draw pays a line that its money may not pay", |case| {
        moved(case, |draw| {
            let Source::Tranche(tranche) = draw.source else { return false };
            let mut lines = (0..case.plan.lines.len()).map(LineIndex::from);
            let refused = lines.find(|line| !case.may_pay(tranche.at(), *line, draw.place));
            draw.line = refused.unwrap_or(draw.line);
            refused.is_some()
        })
    }),
    ("a draw comes before its money", |case| {
        moved(case, |draw| match held(case, draw) {
            Some(held) if held.opens > 0 => {
                draw.place = held.opens - 1;
                true
            }
            _ => false,
        })
    }),
    ("a draw comes after its money has lapsed", |case| {
        moved(case, |draw| match held(case, draw) {
            Some(held) if held.last.is_some_and(|last| last < case.plan.horizon.end()) => {
                draw.place = held.closes + 1;
                true
            }
            _ => false,
        })
    }),
    ("a draw of nothing", |case| {
        moved(case, |draw| {
            draw.amount = Money::ZERO;
            true
        })
    }),
    ("a draw stands twice", |case| {
        let mut braid = case.braid.clone();
        braid.draws.insert(0, *case.braid.draws.first()?);
        Some(braid)
    }),
    ("all match is forgotten", |case| {
        let mut braid = case.braid.clone();
        // Of an award that draws, without match of before: a cent at least was needed.
        let matched: Vec<_> = braid.matches.iter().map(|match_| match_.award).collect();
        let award = matched.into_iter().find(|award| {
            let own = |draw: &Draw| {
                held(case, draw).is_some_and(|held| (held.stream, held.award) == *award)
            };
            let drawn = case.braid.draws.iter().filter(|draw| own(draw));
            case.plan.opening_of(award.0).is_none()
                && drawn.map(|draw| draw.amount).sum::<Money>().is_positive()
        })?;
        braid.matches.retain(|match_| match_.award != award);
        Some(braid)
    }),
    ("one dollar matches twice", |case| {
        let mut braid = case.braid.clone();
        let first = *braid.matches.first()?;
        let own = |draw: &&Draw| {
            draw.source == Source::Tranche(first.tranche)
                && (draw.place, draw.line) == (first.place, first.line)
        };
        let drawn: Money = case.braid.draws.iter().filter(own).map(|draw| draw.amount).sum();
        braid.matches[0].amount = drawn + CENT;
        Some(braid)
    }),
    ("the base of recovery is a cent off", |case| {
        let mut braid = case.braid.clone();
        braid.recoveries.first_mut()?.base += CENT;
        Some(braid)
    }),
    ("recovered money is drawn before it is recovered", |case| {
        let first = case.braid.recoveries.iter().filter(|row| row.amount.is_positive());
        let first = first.map(|row| row.place).min()?;
        moved(case, |draw| {
            let early = matches!(draw.source, Source::Recovery(_)) && first > 0;
            if early {
                draw.source = Source::Recovery(first - 1);
            }
            early
        })
    }),
];

#[test]
fn a_corrupted_braid_is_rejected_every_time() {
    let mut cases = Cases::new();
    let mut kinds = [0_usize; CORRUPTIONS.len()];
    let mut tried = 0;
    while tried < count() || kinds.iter().any(|kind| *kind < 5) {
        let case = cases.next();
        certify(&case.plan, &case.timeline, &case.braid, Method::Optimal).unwrap();
        for (kind, (what, corrupt)) in kinds.iter_mut().zip(CORRUPTIONS) {
            let Some(corrupted) = corrupt(&case) else { continue };
            let answer = certify(&case.plan, &case.timeline, &corrupted, Method::Optimal);
            assert!(answer.is_err_and(|error| error.is_internal()), "{what}: accepted");
            *kind += 1;
            tried += 1;
        }
    }
}

/// A draw that is left out breaks no rule, but the braid is then as far from its proof as the draw was worth.
#[test]
fn a_braid_without_one_of_its_draws_lies_that_far_from_its_proof() {
    let mut cases = Cases::new();
    let mut tried = 0;
    while tried < count() / 2 {
        let case = cases.next();
        let Some(draw) = case.braid.draws.last() else { continue };
        let mut braid = case.braid.clone();
        braid.draws.pop();
        let priority = case.priority(draw.line);
        let gaps = braid.gaps(&case.plan, &case.timeline);
        assert_eq!(gaps[priority], case.gaps[priority] + draw.amount);
        let prices = &case.proof.prices[priority];
        let proved = bound::least_gap(&case.plan, &case.timeline, gaps, prices, priority).unwrap();
        assert_eq!(proved, case.proof.least[priority], "what is proved stands");
        assert!(gaps[priority] - proved >= draw.amount);
        tried += 1;
    }
}

#[test]
fn a_bound_above_the_braid_itself_is_refused() {
    let mut cases = Cases::new();
    let mut refused = 0;
    for case in (0..200).map(|_| cases.next()) {
        bound::check(&case.plan, &case.timeline, case.gaps, &case.proof).unwrap();
        for priority in (0..3).filter(|at| case.proof.least[*at].is_positive()) {
            let mut gaps = case.gaps;
            gaps[priority] = case.proof.least[priority] - CENT;
            assert!(bound::check(&case.plan, &case.timeline, gaps, &case.proof).is_err());
            refused += 1;
        }
    }
    assert!(refused > 100, "of {refused} priorities");
}
