//! Scenarios side by side: what differs in their forecasts, what differs in their inputs, and what each input has to do
//! with it.
//!
//! What an input does depends on what else has changed already. So the inputs are changed one after another, once in
//! the order of their paths and once in its reverse, and each is given the mean of its two steps: these add up to the
//! whole difference, whatever the order (the mean of the two walks is the same from either side).

use crate::error::Error;
use crate::folder::{Cases, Difference, Draft};
use crate::forecast::{Forecast, Question, Spent};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::plan::Plan;
use crate::timeline::Selection;

/// Cases of one folder, compared with the first of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// What each was asked.
    pub question: Question,
    /// What the others are compared with.
    pub base: Side,
    /// The others, in the order in which they were asked for.
    pub others: Vec<Contrast>,
}

/// One case with its forecast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The plan.
    pub plan: Plan,
    /// Its forecast.
    pub forecast: Forecast,
}

/// One case against the base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contrast {
    /// The case.
    pub side: Side,
    /// The inputs in which it differs from the base, in the order of paths.
    pub inputs: Vec<Difference>,
    /// What each of them, or several that mean something only together, has to do with the difference of outcomes; in
    /// the order of inputs, and summing to [`Contrast::whole`].
    pub dues: Vec<Due>,
    /// The difference of outcomes.
    pub whole: Outcome,
}

/// What some inputs have to do with a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The places of the inputs, which lie side by side.
    pub inputs: std::ops::Range<usize>,
    /// By how much they change the outcome.
    pub change: Outcome,
}

/// What a plan comes to, as far as a difference is traced to inputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The gap of core costs over the horizon.
    pub core_gap: Money,
    /// The whole gap.
    pub gap: Money,
    /// The lowest unrestricted cash at a month's end from `as-of` on, paying every cost.
    pub lowest_cash: Money,
}

/// One figure of a forecast that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// What it is.
    pub measure: Measure,
    /// The fiscal year; nothing for the whole horizon.
    pub year: Option<i32>,
    /// The figure.
    pub value: Value,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// The cost of all lines.
    Cost,
    /// The gap as spent.
    Gap,
    /// Of it, core costs.
    CoreGap,
    /// Of it, essential costs.
    EssentialGap,
    /// Of it, stretch costs.
    StretchGap,
    /// The gap of the optimal braid.
    IrreducibleGap,
    /// Money that lapsed.
    Lapsed,
    /// The share of core cost that dependable money alone covers.
    DependableShare,
    /// The lowest unrestricted cash from `as-of` on, paying every cost.
    LowestCash,
    /// The month of it.
    LowestCashMonth,
    /// The first month without unrestricted cash, paying every cost.
    CashRunsOut,
    /// The first month from `as-of` on with a core gap.
    NextCoreGap,
    /// Whole months from `as-of` until core costs go unpaid.
    Runway,
    /// The month of the first cliff from `as-of` on.
    FirstCliff,
    /// The fall of the deepest cliff from `as-of` on.
    DeepestCliff,
    /// The first month from which dependable money covers all backbone and core cost.
    Sustainability,
}

/// A figure that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// An amount.
    Money(Money),
    /// A share.
    Share(Rate),
    /// A month, or that it never comes within the horizon.
    Month(Option<Month>),
    /// Whole months, or more than the horizon holds.
    Months(Option<u32>),
    /// Not known, since it goes by cash that the plan does not state.
    NotStated,
}

/// How far a figure lies from the base's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apart {
    /// So much more.
    Money(Money),
    /// So much of the whole more, in billionths.
    Share(i128),
    /// So many months later or longer.
    Months(i32),
    /// It comes, or ends, within the horizon here and not in the base.
    Comes,
    /// In the base and not here.
    StaysAway,
    /// Not known on one side or on both.
    NotStated,
}

impl Apart {
    /// The same, seen from the other side.
    pub fn reversed(self) -> Apart {
        match self {
            Apart::Money(amount) => Apart::Money(-amount),
            Apart::Share(billionths) => Apart::Share(-billionths),
            Apart::Months(months) => Apart::Months(-months),
            Apart::Comes => Apart::StaysAway,
            Apart::StaysAway => Apart::Comes,
            Apart::NotStated => Apart::NotStated,
        }
    }

    /// Whether there is no difference that is known.
    pub fn is_none(self) -> bool {
        let none = [Apart::Money(Money::ZERO), Apart::Share(0), Apart::Months(0), Apart::NotStated];
        none.contains(&self)
    }
}

impl Value {
    /// How far it lies from the base's value of the same figure.
    ///
    /// # Panics
    /// When the two are of different kinds, as figures of different measures may be.
    pub fn apart(self, base: Value) -> Apart {
        let months = |one: Option<i32>, other: Option<i32>| match (one, other) {
            (Some(one), Some(other)) => Apart::Months(one - other),
            (None, None) => Apart::Months(0),
            (Some(_), None) => Apart::Comes,
            (None, Some(_)) => Apart::StaysAway,
        };
        // Counted from one month for all.
        let number = |month: Month| month.year() * 12 + month.number() as i32;
        match (self, base) {
            (Value::Money(own), Value::Money(base)) => Apart::Money(own - base),
            (Value::Share(own), Value::Share(base)) => {
                Apart::Share(own.billionths() - base.billionths())
            }
            (Value::Month(own), Value::Month(base)) => months(own.map(number), base.map(number)),
            (Value::Months(own), Value::Months(base)) => {
                months(own.map(|own| own as i32), base.map(|base| base as i32))
            }
            (Value::NotStated, _) | (_, Value::NotStated) => Apart::NotStated,
            _ => unreachable!("figures of one measure are of one kind"),
        }
    }
}

impl Side {
    /// The figures that are compared: those of the whole horizon, then by fiscal year; the same ones in every case of
    /// a folder.
    pub fn figures(&self) -> Vec<Figure> {
        let measures = &self.forecast.measures;
        let total = &measures.total;
        let cash = &measures.cash;
        // What fell before the plan's own month is past.
        let as_of = self.plan.horizon.as_of;
        let ahead = || measures.cliffs.iter().filter(|cliff| cliff.month >= as_of);
        let deepest = ahead().map(|cliff| cliff.fall()).max();
        let runs_out = match self.plan.opening.cash_stated {
            true => Value::Month(cash.runs_out),
            false => Value::NotStated,
        };
        let whole = [
            (Measure::Cost, Value::Money(total.cost)),
            (Measure::Gap, Value::Money(total.gap_total())),
            (Measure::CoreGap, Value::Money(total.gap[0])),
            (Measure::EssentialGap, Value::Money(total.gap[1])),
            (Measure::StretchGap, Value::Money(total.gap[2])),
            (Measure::IrreducibleGap, Value::Money(total.irreducible_gap())),
            (Measure::Lapsed, Value::Money(total.lapsed)),
            (Measure::LowestCash, Value::Money(cash.lowest.1)),
            (Measure::LowestCashMonth, Value::Month(Some(cash.lowest.0))),
            (Measure::CashRunsOut, runs_out),
            (Measure::NextCoreGap, Value::Month(measures.next_core_gap)),
            (Measure::Runway, Value::Months(measures.runway.core_months)),
            (Measure::FirstCliff, Value::Month(ahead().next().map(|cliff| cliff.month))),
            (Measure::DeepestCliff, Value::Money(deepest.unwrap_or(Money::ZERO))),
            (
                Measure::Sustainability,
                Value::Month(measures.sustainability.as_ref().map(|found| found.month)),
            ),
        ];
        let whole = whole.map(|(measure, value)| Figure { measure, year: None, value });
        let yearly = measures.years.iter().flat_map(|year| {
            let figures = [
                (Measure::Gap, Value::Money(year.gap_total())),
                (Measure::CoreGap, Value::Money(year.gap[0])),
                (Measure::IrreducibleGap, Value::Money(year.irreducible_gap())),
                (Measure::DependableShare, Value::Share(year.dependable_share)),
            ];
            figures.map(|(measure, value)| Figure { measure, year: Some(year.year), value })
        });
        whole.into_iter().chain(yearly).collect()
    }
}

impl Outcome {
    /// What a plan comes to, by one method with the money of one view.
    ///
    /// # Errors
    /// An internal error where the braid breaks a rule or its books do not balance.
    pub fn of(plan: &Plan, question: Question) -> Result<Outcome, Error> {
        let selection = Selection::View(question.view);
        let spent = Spent::from_plan(plan, selection, question.method)?;
        let gaps = spent.braid.gaps(plan, &spent.timeline);
        Ok(Outcome {
            core_gap: gaps[0],
            gap: gaps.iter().sum(),
            lowest_cash: spent.cash.lowest().1,
        })
    }

    fn each(self, other: Outcome, of: impl Fn(Money, Money) -> Money) -> Outcome {
        Outcome {
            core_gap: of(self.core_gap, other.core_gap),
            gap: of(self.gap, other.gap),
            lowest_cash: of(self.lowest_cash, other.lowest_cash),
        }
    }

    /// This outcome less another one.
    pub fn less(self, other: Outcome) -> Outcome {
        self.each(other, |own, other| own - other)
    }
}

impl Comparison {
    /// Forecasts the base and the other cases of a folder, and traces what differs to its inputs.
    ///
    /// # Errors
    /// Everything that is wrong with the input, or an internal error where a braid breaks a rule.
    pub fn from_cases(
        cases: &Cases,
        (base, others): (&str, &[&str]),
        question: Question,
    ) -> Result<Comparison, Error> {
        let first = cases.draft(base)?;
        let base = side(cases, &first, question)?;
        let contrast = |case: &&str| {
            let second = cases.draft(case)?;
            let side = side(cases, &second, question)?;
            let inputs = cases.differences(&first, &second);
            let outcome = |taken: &dyn Fn(usize) -> bool| {
                match cases.plan(&Draft::between(&first, &second, taken)) {
                    Ok(plan) => Outcome::of(&plan, question).map(Some),
                    // Some inputs mean something only together.
                    Err(error) if error.is_input() => Ok(None),
                    Err(error) => Err(error),
                }
            };
            let (whole, dues) = traced(inputs.len(), &outcome)?;
            Ok(Contrast { side, inputs, dues, whole })
        };
        let others = others.iter().map(contrast).collect::<Result<_, Error>>()?;
        Ok(Comparison { question, base, others })
    }
}

fn side(cases: &Cases, draft: &Draft, question: Question) -> Result<Side, Error> {
    let plan = cases.plan(draft)?;
    let forecast = Forecast::from_plan(&plan, question)?;
    Ok(Side { plan, forecast })
}

/// The outcome with some of the inputs changed; nothing where these make no plan.
type Changed<'a> = dyn Fn(&dyn Fn(usize) -> bool) -> Result<Option<Outcome>, Error> + 'a;

/// What each of so many inputs has to do with the whole difference.
fn traced(count: usize, outcome: &Changed) -> Result<(Outcome, Vec<Due>), Error> {
    let missing = || Error::internal("both sides of a comparison were read before");
    let before = outcome(&|_| false)?.ok_or_else(missing)?;
    let after = outcome(&|_| true)?.ok_or_else(missing)?;
    let whole = after.less(before);
    // Twice what the inputs before a place change: in the order of paths, and in the reverse, where they come last.
    let mut twice = vec![(0, Outcome::default())];
    for place in 1..count {
        let first = outcome(&|input| input < place)?;
        let last = outcome(&|input| input >= place)?;
        if let (Some(first), Some(last)) = (first, last) {
            let forward = first.less(before);
            let backward = after.less(last);
            twice.push((place, forward.each(backward, |one, other| one + other)));
        }
    }
    if count > 0 {
        twice.push((count, whole.each(whole, |one, other| one + other)));
    }
    // Halves are rounded on the sums, so that the parts add up to the cent.
    let half = |amount: Money, _| Money::from_cents(halved(amount.cents()));
    let sums: Vec<(usize, Outcome)> =
        twice.into_iter().map(|(place, sum)| (place, sum.each(sum, half))).collect();
    let dues = sums
        .windows(2)
        .map(|pair| Due { inputs: pair[0].0..pair[1].0, change: pair[1].1.less(pair[0].1) });
    Ok((whole, dues.collect()))
}

/// Half of it, half away from zero, so that the opposite has the opposite half.
fn halved(cents: i64) -> i64 {
    (cents + cents.signum()) / 2
}
