//! What moves the gap most: each input over its own range, the others as they are, and the value at which core costs are
//! first funded, or no longer.

use super::compare::Outcome;
use crate::error::Error;
use crate::folder::{Cases, Chances, Draft, Form, Outcome as Drawn, Ranged, Setting};
use crate::forecast::Question;
use crate::funding::Status;
use crate::money::{Money, Rate};
use crate::plan::Plan;

/// How many times its value, or the end of its range, an input is moved to at most.
const TIMES: i64 = 100;
/// Months by which a date is moved at most.
const MONTHS: i64 = 120;

/// What moves the gap most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sensitivity {
    /// What every run was asked.
    pub question: Question,
    /// The plan.
    pub plan: Plan,
    /// What it comes to as it is.
    pub base: Outcome,
    /// The inputs, those first over whose range the gap moves most.
    pub swings: Vec<Swing>,
    /// The paths of inputs of whose range an end makes no plan, in the order of paths.
    pub refused: Vec<String>,
}

/// One input over its range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swing {
    /// The input.
    pub input: Ranged,
    /// What the ends are held against: the plan as it is; for a probability, the mean at the stated one.
    pub base: Outcome,
    /// What the plan comes to at each end; for a probability, the mean of what it comes to with that money and without it.
    pub outcomes: [Outcome; 2],
    /// Where core costs begin or cease to be funded.
    pub break_even: Option<BreakEven>,
}

/// The value next to the plan's own at which core costs are funded where they are not, or are not where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakEven {
    /// The first value on the other side; the step before it is still on the plan's side.
    pub value: Setting,
    /// Whether all core costs are funded there.
    pub funded: bool,
}

impl Swing {
    /// How far the gap lies apart between the ends.
    pub fn spread(&self) -> i64 {
        let [one, other] = self.outcomes;
        (one.gap - other.gap).cents().abs()
    }

    /// Whether the input is a probability, which moves odds and no single braid.
    pub fn is_probability(&self) -> bool {
        self.input.path.ends_with(PROBABILITY)
    }
}

/// Runs of a plan with one input moved.
struct Runs<'a> {
    cases: &'a Cases<'a>,
    draft: &'a Draft,
    question: Question,
    /// What the plan states a probability of.
    stated: Chances,
}

const PROBABILITY: &str = ".probability";

impl Sensitivity {
    /// Moves every input that has a range, one at a time. With `spread`, figures without a range of their own have one of
    /// this share of themselves below and above.
    ///
    /// # Errors
    /// Everything that is wrong with the plan, or an internal error where a braid breaks a rule.
    pub fn from_cases(
        cases: &Cases,
        case: &str,
        spread: Option<Rate>,
        question: Question,
    ) -> Result<Sensitivity, Error> {
        let draft = cases.draft(case)?;
        let plan = cases.plan(&draft)?;
        let base = Outcome::of(&plan, question)?;
        let mut inputs = cases.ranges(&draft);
        if let Some(share) = spread {
            let stated: Vec<String> = inputs.iter().map(|input| input.path.clone()).collect();
            let others = draft.spread(&plan.inputs, share).into_iter();
            inputs.extend(others.filter(|input| !stated.contains(&input.path)));
        }
        let runs = Runs { cases, draft: &draft, question, stated: cases.stated(&draft) };
        let (mut swings, mut refused) = (Vec::new(), Vec::new());
        for input in inputs {
            if let Some(place) = runs.chance(&input) {
                match runs.without_and_with(place, base)? {
                    Some(pair) => swings.push(of_probability(input, pair)),
                    None => refused.push(input.path),
                }
                continue;
            }
            let ends = [runs.outcome(&input, input.ends[0])?, runs.outcome(&input, input.ends[1])?];
            let [Some(low), Some(high)] = ends else {
                refused.push(input.path);
                continue;
            };
            let break_even = runs.break_even(&input, base, [low, high])?;
            swings.push(Swing { input, base, outcomes: [low, high], break_even });
        }
        swings.sort_by(|one, other| {
            (other.spread(), &one.input.path).cmp(&(one.spread(), &other.input.path))
        });
        refused.sort();
        Ok(Sensitivity { question, plan, base, swings, refused })
    }
}

/// A probability over its range: the means of what the plan comes to without the money and with it. Core costs are funded in
/// every case only where the money is certain.
fn of_probability(input: Ranged, [without, with]: [Outcome; 2]) -> Swing {
    let at = |setting: Setting| mean(without, with, setting);
    let (base, outcomes) = (at(input.base), input.ends.map(at));
    let decides = with.core_gap.is_zero() && base.core_gap.is_positive();
    let certain = match input.base.form {
        Form::Percent(places) => Some(Setting { steps: 10_i64.pow(places + 2), ..input.base }),
        _ => None,
    };
    let break_even = certain.filter(|_| decides).map(|value| BreakEven { value, funded: true });
    Swing { input, base, outcomes, break_even }
}

/// The mean of two outcomes, of which the second comes with a probability.
fn mean(without: Outcome, with: Outcome, probability: Setting) -> Outcome {
    let text = probability.text();
    let share = text.strip_suffix('%').and_then(|digits| Rate::parse_percent(digits).ok());
    let share = share.unwrap_or(Rate::ZERO);
    let mean = |one: Money, other: Money| one + share.of(other - one);
    Outcome {
        core_gap: mean(without.core_gap, with.core_gap),
        gap: mean(without.gap, with.gap),
        lowest_cash: mean(without.lowest_cash, with.lowest_cash),
    }
}

impl Runs<'_> {
    /// The place of the chance of which an input is the probability, if it is one.
    fn chance(&self, input: &Ranged) -> Option<usize> {
        let id = input.path.strip_suffix(PROBABILITY)?;
        self.stated.chances.iter().position(|one| one.id == id)
    }

    /// What the plan comes to where the money of a chance does not come, and where it does; nothing where one of the two makes
    /// no plan. As it is, a view may count the money or not.
    fn without_and_with(&self, place: usize, base: Outcome) -> Result<Option<[Outcome; 2]>, Error> {
        let mut drawn = vec![None; self.stated.chances.len()];
        drawn[place] = Some(Drawn::Happens(true));
        let with = self.of(&self.cases.future(self.draft, &self.stated, &drawn)?)?;
        let without = match self.question.view {
            Status::Secured => Some(base),
            _ => self.of(&self.cases.without(self.draft, &self.stated.chances[place]))?,
        };
        Ok(without.zip(with).map(|(without, with)| [without, with]))
    }

    /// What a draft comes to; nothing where it makes no plan.
    fn of(&self, draft: &Draft) -> Result<Option<Outcome>, Error> {
        let plan = self.plan(draft)?;
        plan.map(|plan| Outcome::of(&plan, self.question)).transpose()
    }

    /// The plan of a draft; nothing where it makes none.
    fn plan(&self, draft: &Draft) -> Result<Option<Plan>, Error> {
        match self.cases.plan(draft) {
            Ok(plan) => Ok(Some(plan)),
            Err(error) if error.is_input() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What the plan comes to with an input at a value; nothing where that makes no plan.
    fn outcome(&self, input: &Ranged, value: Setting) -> Result<Option<Outcome>, Error> {
        let Some(draft) = self.draft.restated(&input.path, &value.text()) else { return Ok(None) };
        self.of(&draft)
    }

    /// The break-even on a side on which the core gap moves towards it, farther than the range if need be.
    fn break_even(
        &self,
        input: &Ranged,
        base: Outcome,
        ends: [Outcome; 2],
    ) -> Result<Option<BreakEven>, Error> {
        let funded = base.core_gap.is_zero();
        let better = |outcome: &Outcome| match funded {
            true => outcome.core_gap > base.core_gap,
            false => outcome.core_gap < base.core_gap,
        };
        for (end, outcome) in input.ends.iter().zip(&ends) {
            if better(outcome)
                && let Some(value) = self.crossing(input, *end, funded)?
            {
                return Ok(Some(BreakEven { value, funded: !funded }));
            }
        }
        Ok(None)
    }

    /// The first value found towards an end of the range, and beyond it, at which it is no longer as it is whether core
    /// costs are funded.
    fn crossing(
        &self,
        input: &Ranged,
        end: Setting,
        funded: bool,
    ) -> Result<Option<Setting>, Error> {
        let sign = (end.steps - input.base.steps).signum();
        let at = |steps: i64| input.base.moved(sign * steps);
        // A value that makes no plan bounds the search too: what lies before it is looked at.
        let leaves = |steps: i64| -> Result<bool, Error> {
            let outcome = self.outcome(input, at(steps))?;
            Ok(outcome.is_none_or(|outcome| outcome.core_gap.is_zero() != funded))
        };
        let most = self.most(input, end)?;
        let (mut near, mut far) = (0, (end.steps - input.base.steps).abs());
        while !leaves(far)? {
            if far >= most {
                return Ok(None);
            }
            near = far;
            far = far.saturating_mul(2).min(most);
        }
        while far - near > 1 {
            let middle = near + (far - near) / 2;
            match leaves(middle)? {
                true => far = middle,
                false => near = middle,
            }
        }
        Ok(self.outcome(input, at(far))?.map(|_| at(far)))
    }

    /// How many steps an input is moved at most towards an end of its range, and never less than to it.
    fn most(&self, input: &Ranged, end: Setting) -> Result<i64, Error> {
        let base = input.base;
        let distance = (end.steps - base.steps).abs();
        let farthest = match base.form {
            Form::Month => MONTHS,
            _ if end.steps < base.steps && base.steps >= 0 && !self.goes_below_zero(input)? => {
                base.steps
            }
            // Of what is planned at nothing its range tells how large it may be.
            _ => base.steps.abs().max(end.steps.abs()).saturating_mul(TIMES),
        };
        Ok(farthest.max(distance))
    }

    /// Whether an input may be less than zero.
    fn goes_below_zero(&self, input: &Ranged) -> Result<bool, Error> {
        let below = Setting { steps: -1, ..input.base };
        let draft = self.draft.restated(&input.path, &below.text());
        Ok(draft.map(|draft| self.plan(&draft)).transpose()?.flatten().is_some())
    }
}
