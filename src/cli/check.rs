//! `braid check`: what is wrong with the plan and what lies beside it, then what is doubtful.

use braidfund::export::json;
use braidfund::folder::{self, BASE};
use braidfund::forecast::{Forecast, Question};
use braidfund::plan::Plan;
use braidfund::report::doubts::{self, Doubts};

use super::args::{self, Format};
use super::ending::{Ending, Stop};
use super::options::Source;
use super::screen::Screen;

/// Checks a plan under the scenario that was asked for, or under the base case and every scenario; its bridge options and
/// chances under that scenario, or the base case.
pub fn run(args: args::Check, screen: &Screen) -> Result<Ending, Stop> {
    let source = Source::from(args.source);
    let scenario = source.scenario.as_deref().unwrap_or(BASE).to_string();
    let beside = |plans| {
        source.watched(|files| folder::check_beside(files, &scenario))?;
        Ok(plans)
    };
    let plans = match source.open_cases().and_then(beside) {
        Err(Stop::Engine(error)) if error.is_input() && args.format == Format::Json => {
            screen.data(json::encode(&doubts::refusal(error.diagnostics())).as_bytes())?;
            return Err(Stop::Told);
        }
        plans => plans?,
    };
    let cases = cases(&plans)?;
    match args.format {
        Format::Text => screen.page(&doubts::page(&plans[0], &cases))?,
        Format::Json => {
            screen.data(json::encode(&doubts::record(&plans[0], &cases)).as_bytes())?;
        }
    }
    let doubtful = cases.iter().any(|case| !case.findings.is_empty());
    Ok(if args.strict && doubtful { Ending::ConditionFailed } else { Ending::Done })
}

/// The findings of the first plan and its forecast, then what each other plan and its forecast add to them.
fn cases(plans: &[Plan]) -> Result<Vec<Doubts>, Stop> {
    let (first, others) = plans.split_first().expect("there is a case to check");
    let findings = Forecast::from_plan(first, Question::default())?.findings;
    let mut cases = vec![Doubts { scenario: first.scenario.clone(), findings }];
    for plan in others {
        let known = &cases[0].findings;
        let mut own = Forecast::from_plan(plan, Question::default())?.findings;
        own.retain(|finding| {
            !known
                .iter()
                .any(|other| (other.name, &other.subject) == (finding.name, &finding.subject))
        });
        cases.push(Doubts { scenario: plan.scenario.clone(), findings: own });
    }
    Ok(cases)
}
