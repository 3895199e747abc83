//! Bridge options side by side: each is put into the plan, and the plan is forecast as it would be without it; and what is
//! sought of them.

use super::across::{InFutures, Placed};
use super::beaten::beaten;
use super::best::{Best, Term};
use super::chance::Giver;
use super::effect::{Bridged, Scenario, effect};
use super::odds::Odds;
use super::solve::{Aim, Solved, goal, repaid_in, solve};
use crate::diagnostic::{Code, Diagnostic};
use crate::error::Error;
use crate::folder::{BridgeOption, Cases, Draft, Options};
use crate::forecast::{Forecast, Question};
use crate::money::Rate;
use crate::month::Month;
use crate::plan::Plan;

/// Options compared, in every scenario that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgeChoice {
    /// What every forecast was asked.
    pub question: Question,
    /// What money costs the funder a year.
    pub cost_of_money: Rate,
    /// The scenarios, in the order in which they were asked for.
    pub scenarios: Vec<Scenario>,
    /// For each option, the option that is as good in every count of every scenario and better in one, if there is one.
    pub beaten_by: Vec<Option<String>>,
    /// The least amounts, where they were asked for.
    pub solved: Vec<Solved>,
    /// The best ways to offer them, where they were asked for.
    pub best: Vec<Best>,
    /// How many futures each option was run through, if it was.
    pub futures: Option<u64>,
}

/// What is sought beside what each option does.
#[derive(Clone, Copy, Default)]
pub struct Seek<'a> {
    /// The least amount that keeps core costs funded so long.
    pub aim: Option<Aim>,
    /// With an aim, the best of each of these terms.
    pub best: &'a [Term],
    /// How each option fares in futures.
    pub futures: Option<InFutures<'a>>,
}

impl BridgeChoice {
    /// Runs every option through every scenario, and seeks what was asked for.
    ///
    /// # Errors
    /// Everything that is wrong with an option or a scenario, or an internal error where a braid breaks a rule.
    pub fn from_cases(
        cases: &mut Cases,
        scenarios: &[&str],
        options: &Options,
        question: Question,
        Seek { aim, best: terms, futures }: Seek,
    ) -> Result<BridgeChoice, Error> {
        let drafts: Vec<Draft> =
            scenarios.iter().map(|case| cases.draft(case)).collect::<Result<_, _>>()?;
        let cost = options.cost_of_money;
        let mut found: Vec<Scenario> = Vec::with_capacity(drafts.len());
        for draft in &drafts {
            let plan = cases.plan(draft)?;
            if let Some(Aim::Through(month)) = aim {
                within(&plan, month)?;
            }
            let before = Forecast::from_plan(&plan, question)?;
            let without = &plan;
            let one = |(option, plan): (&BridgeOption, Plan)| {
                let after = Forecast::from_plan(&plan, question)?;
                let stream = option.stream.as_deref();
                let asked = (question, cost);
                let effect = effect((without, &before), (&plan, &after), stream, asked)?;
                let (id, title) = (option.id.clone(), option.title.clone());
                let others = options.options.iter().filter(|other| other.id != id);
                let has_namesake = others.into_iter().any(|other| other.title == title);
                let stream = option.stream.clone();
                Ok(Bridged { id, title, has_namesake, stream, plan, after, effect, odds: None })
            };
            let plans = with_each(cases, draft, &options.options)?;
            let with = options.options.iter().zip(plans).map(one).collect::<Result<_, Error>>()?;
            found.push(Scenario { plan, before, odds: None, options: with });
        }
        if let Some(futures) = futures {
            for (scenario, draft) in found.iter_mut().zip(&drafts) {
                odds(cases, (draft, scenario), options, (question, aim, futures))?;
            }
        }
        let (mut solved, mut best) = (Vec::new(), Vec::new());
        if let Some(aim) = aim {
            let goals: Vec<Option<Month>> =
                found.iter().map(|scenario| goal(&scenario.before, aim)).collect();
            let ends = found.iter().map(|scenario| scenario.plan.horizon.end());
            let through: Vec<Month> =
                goals.iter().zip(ends).map(|(goal, end)| goal.unwrap_or(end)).collect();
            for option in &options.options {
                solved.extend(solve(cases, (&drafts, &found), option, (question, aim, futures))?);
                for term in terms {
                    let asked = (question, aim, through.as_slice());
                    let mut own =
                        super::best::best(cases, (&drafts, &found), (option, *term), asked)?;
                    own.to_the_end = goals.iter().any(Option::is_none);
                    best.push(own);
                }
            }
        }
        let beaten_by = beaten(&found, options.options.len());
        let (scenarios, futures) = (found, futures.map(|futures| futures.count));
        let cost_of_money = cost;
        Ok(BridgeChoice { question, cost_of_money, scenarios, beaten_by, solved, best, futures })
    }
}

/// The plans of a draft with each option.
///
/// # Errors
/// Everything that is wrong with any of them.
fn with_each(cases: &Cases, draft: &Draft, options: &[BridgeOption]) -> Result<Vec<Plan>, Error> {
    let (mut plans, mut faults) = (Vec::with_capacity(options.len()), Vec::new());
    for option in options {
        match cases.with_option(draft, option).and_then(|with| cases.plan(&with)) {
            Ok(plan) => plans.push(plan),
            Err(error) if error.is_input() => faults.extend(error.diagnostics().iter().cloned()),
            Err(error) => return Err(error),
        }
    }
    if faults.is_empty() { Ok(plans) } else { Err(Error::input(faults)) }
}

/// Finds how a scenario fares in futures without and with each option. All are looked at through one month: that of the aim,
/// and until the last option that lends has nothing more due.
fn odds(
    cases: &mut Cases,
    (draft, scenario): (&Draft, &mut Scenario),
    options: &Options,
    (question, aim, futures): (Question, Option<Aim>, InFutures),
) -> Result<(), Error> {
    let mut through = aim.and_then(|aim| goal(&scenario.before, aim));
    if aim == Some(Aim::Sustainability) && through.is_some() {
        for option in &scenario.options {
            through = through.max(repaid_in(&scenario.plan, &option.plan, question)?);
        }
    }
    let case = scenario.plan.scenario.as_str();
    let of = |cases: &mut Cases, draft: &Draft, (option, giver): (Option<&BridgeOption>, _)| {
        let chances = cases.chances(draft, futures.file)?;
        let placed = Placed { case, option, size: None };
        let ran = futures.run(cases, (draft, &chances), placed, (through, giver))?;
        Ok::<Option<Odds>, Error>(Some(Odds::of(&ran)))
    };
    scenario.odds = of(cases, draft, (None, None))?;
    for (option, own) in options.options.iter().zip(&mut scenario.options) {
        let with = cases.with_option(draft, option)?;
        let line = own.effect.line.as_ref().map(|_| Giver::Line);
        let giver = option.stream.clone().map(Giver::Stream).or(line);
        own.odds = of(cases, &with, (Some(option), giver))?;
    }
    Ok(())
}

/// Refuses a month through which core costs cannot be looked at.
fn within(plan: &Plan, month: Month) -> Result<(), Error> {
    let (first, last) = (plan.horizon.as_of.max(plan.horizon.start), plan.horizon.end());
    if (first..=last).contains(&month) {
        return Ok(());
    }
    Err(Error::input(vec![Diagnostic::nowhere(
        Code::MonthRange,
        format!("{month} does not lie in the months ahead, {first} to {last}"),
        format!("name a month from {first} to {last}"),
    )]))
}
