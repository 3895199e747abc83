//! `braid workbook`: a plan as a spreadsheet that can be audited.

use std::path::Path;

use braidfund::decide::bridge::{BridgeChoice, Seek};
use braidfund::error::Error;
use braidfund::export::xlsx;
use braidfund::folder::{BASE, BRIDGE_FILE, CHANCE_FILE, Cases};
use braidfund::forecast::{Forecast, Question};
use braidfund::import::book::Book;
use braidfund::import::edited;
use braidfund::limits::TOML_BYTES_MAX;
use braidfund::plan::Plan;
use braidfund::report::asking;
use braidfund::report::workbook::{About, Books, Case, Sources, Workbook};
use braidfund::timeline::{Selection, Timeline};

use super::args;
use super::ending::{Ending, Stop};
use super::import::read_book;
use super::options::{Source, Target};
use super::screen::Screen;

/// Writes the workbook.
pub fn run(args: args::Workbook, screen: &Screen) -> Result<Ending, Stop> {
    let target = Target::new(&args.output, &["xlsx"], ("an Excel workbook", "plan.xlsx"))?;
    let earlier = args.since.as_deref().map(earlier).transpose()?;
    let question = Question::from(args.braiding);
    let source = Source::from(args.source.clone());
    let case = source.scenario.clone().unwrap_or_else(|| BASE.to_string());
    let ((plans, shown, bridge), digest) = source.watched(|files| {
        let mut cases = Cases::open(files, &[&case])?;
        let named = cases.scenarios().iter().map(|(id, _)| id.clone()).filter(|id| id != BASE);
        let mut ids: Vec<String> = std::iter::once(BASE.to_string()).chain(named).collect();
        // Scenarios that are stacked are a case of their own.
        let shown = ids.iter().position(|id| *id == case).unwrap_or(ids.len());
        if shown == ids.len() {
            ids.push(case.clone());
        }
        let plan = |id: &String| cases.plan(&cases.draft(id)?);
        let plans: Vec<Plan> = ids.iter().map(plan).collect::<Result<_, Error>>()?;
        // The report reads what is uncertain, so that both are known by one digest.
        let _ = files.read(CHANCE_FILE, TOML_BYTES_MAX);
        let options = files.holds(BRIDGE_FILE).then(|| cases.options(BRIDGE_FILE)).transpose()?;
        let bridge = options.map(|options| {
            BridgeChoice::from_cases(&mut cases, &[&case], &options, question, Seek::default())
        });
        Ok((plans, shown, bridge.transpose()?))
    })?;
    let plan = &plans[shown];
    let found: Result<Vec<Shown>, Error> =
        plans.iter().map(|plan| Shown::from_plan(plan, question)).collect();
    let found = found?;
    let cases: Vec<Case> = found.iter().map(Shown::case).collect();
    let folder = source.words();
    let subject = asking::subject(plan, &folder);
    let mut command = format!("braid workbook {subject}{}", asking::flags(question));
    for (flag, path) in [("--since", args.since.as_ref()), ("-o", Some(&args.output))] {
        if let Some(path) = path {
            command += &format!(" {flag} {}", asking::shell_word(&path.display().to_string()));
        }
    }
    let scenario = match plan.scenario_title.as_str() {
        "" => plan.scenario.clone(),
        title => format!("{}: {title}", plan.scenario),
    };
    let mut workbook = Workbook::from_sources(&Sources {
        cases: &cases,
        shown,
        view: question.view,
        about: &About::of_run(&found[shown].forecast, &scenario, &command, &digest),
        bridge: bridge.as_ref(),
    });
    if let Some((name, earlier)) = &earlier {
        let other = edited::made_of(earlier);
        let told = match edited::since(earlier, &workbook)? {
            _ if other != plan.scenario => Err(format!(
                "not compared: it was made of scenario {other}, this one of {}",
                plan.scenario
            )),
            None => Err("not compared: it has no input in common with this plan".to_string()),
            Some(changes) => Ok(changes),
        };
        workbook.log_changes(name, told.as_deref().map_err(String::as_str));
    }
    // A workbook that stands there may hold edits, so that only force replaces it.
    target.write(xlsx::encode(&workbook)?, args.force, screen)?;
    Ok(Ending::Done)
}

/// An earlier workbook, and its name.
fn earlier(path: &Path) -> Result<(String, Book), Stop> {
    let (name, book) = read_book(path)?;
    if !edited::is_ours(&book) {
        let remedy = "give one that `braid workbook` wrote".to_string();
        return Err(Stop::Usage(format!("`{}` is no workbook of braid's", path.display()), remedy));
    }
    Ok((name, book))
}

/// A case with its books.
struct Shown<'a> {
    plan: &'a Plan,
    timeline: Timeline,
    forecast: Forecast,
}

impl<'a> Shown<'a> {
    fn from_plan(plan: &'a Plan, question: Question) -> Result<Shown<'a>, Error> {
        let timeline = Timeline::from_plan(plan, Selection::View(question.view))?;
        Ok(Shown { plan, timeline, forecast: Forecast::from_plan(plan, question)? })
    }

    fn case(&self) -> Case<'_> {
        let Shown { plan, timeline, forecast } = self;
        let books =
            Books { plan, timeline, ledger: &forecast.books.ledger, cash: &forecast.books.cash };
        Case { books, measures: &forecast.measures }
    }
}
