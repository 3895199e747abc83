//! `braid workbook`: a plan as a spreadsheet that can be audited.

use std::path::Path;

use braidfund::braid::Method;
use braidfund::decide::bridge::{BridgeChoice, Seek};
use braidfund::error::Error;
use braidfund::export::xlsx;
use braidfund::folder::{BASE, Cases};
use braidfund::forecast::{Forecast, Question, Spent};
use braidfund::funding::Status;
use braidfund::output::{DiskSink, FileSet, write_all};
use braidfund::plan::Plan;
use braidfund::report::asking;
use braidfund::report::workbook::{About, Books, ScenarioFigures, Sources, Workbook};
use braidfund::timeline::{Selection, Timeline};

use super::args;
use super::options::Source;
use super::run::{Ending, Stop};
use super::screen::Screen;

/// The file of a plan folder that holds bridge options.
const OPTIONS: &str = "bridge.toml";

/// Writes the workbook.
pub fn run(args: args::Workbook, screen: &Screen) -> Result<Ending, Stop> {
    let question = Question::from(args.braiding);
    let source = Source::from(args.source.clone());
    let case = source.scenario.clone().unwrap_or_else(|| BASE.to_string());
    let ((plan, scenarios, bridge), digest) = source.watched(|files| {
        let mut cases = Cases::open(files, &[&case])?;
        let plan = cases.plan(&cases.draft(&case)?)?;
        let named: Vec<(String, String)> = cases.scenarios().to_vec();
        let mut scenarios = Vec::new();
        for id in std::iter::once(BASE.to_string()).chain(named.into_iter().map(|(id, _)| id)) {
            if scenarios.iter().all(|found: &ScenarioFigures| found.id != id) {
                let other = cases.plan(&cases.draft(&id)?)?;
                scenarios.push(figures(&other, question)?);
            }
        }
        if scenarios.iter().all(|found| found.id != plan.scenario) {
            scenarios.push(figures(&plan, question)?);
        }
        let options = files.holds(OPTIONS).then(|| cases.options(OPTIONS)).transpose()?;
        let bridge = options.map(|options| {
            BridgeChoice::from_cases(&mut cases, &[&case], &options, question, Seek::default())
        });
        Ok((plan, scenarios, bridge.transpose()?))
    })?;
    let forecast = Forecast::from_plan(&plan, question)?;
    let timeline = Timeline::from_plan(&plan, Selection::View(question.view))?;
    let folder = source.words();
    let subject = asking::subject(&plan, &folder);
    let mut command = format!("braid workbook {subject}{}", asking::flags(question));
    command += &format!(" -o {}", asking::shell_word(&args.output.display().to_string()));
    let scenario = match plan.scenario_title.as_str() {
        "" => plan.scenario.clone(),
        title => format!("{}: {title}", plan.scenario),
    };
    let workbook = Workbook::from_sources(&Sources {
        books: Books {
            plan: &plan,
            timeline: &timeline,
            ledger: &forecast.books.ledger,
            cash: &forecast.books.cash,
        },
        measures: &forecast.measures,
        view: question.view,
        about: &About::of_run(&forecast, &scenario, &command, &digest),
        scenarios: &scenarios,
        bridge: bridge.as_ref(),
    });
    write(&args.output, xlsx::encode(&workbook)?, args.force, screen)?;
    Ok(Ending::Done)
}

/// What a scenario comes to.
fn figures(plan: &Plan, question: Question) -> Result<ScenarioFigures, Error> {
    let view: Status = question.view;
    let method: Method = question.method;
    let Spent { ledger, cash, .. } = Spent::from_plan(plan, Selection::View(view), method)?;
    Ok(ScenarioFigures::from_books(plan, &ledger, &cash))
}

/// Writes one file, whole or not at all. A workbook that stands there may hold edits, so that only force replaces it.
fn write(path: &Path, bytes: Vec<u8>, force: bool, screen: &Screen) -> Result<(), Stop> {
    let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(|| {
        let message = format!("`{}` is no name of a file", path.display());
        Stop::Usage(message, "write one: `-o plan.xlsx`".to_string())
    })?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = parent.unwrap_or(Path::new("."));
    let set = FileSet { files: vec![(name.to_string(), bytes)], edition: None };
    write_all(&DiskSink, directory, &set, force)?;
    screen.talk(&format!("wrote {}", path.display()));
    Ok(())
}
