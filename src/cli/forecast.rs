//! `braid forecast`: the page, the tables, the files.

use std::path::Path;

use braidfund::diagnostic::visible;
use braidfund::export::{csv, json};
use braidfund::forecast::{Forecast, Question};
use braidfund::output::{DiskSink, Edition, FileSet, write_all};
use braidfund::plan::Plan;
use braidfund::report::{contract, record, summary};

use super::args::{self, FailOnGap, TableFormat};
use super::ending::{Ending, Stop};
use super::options::{Opened, Source, table_format};
use super::screen::Screen;

/// Forecasts a plan, writes its files if asked to, and shows it.
pub fn run(args: args::Forecast, screen: &Screen) -> Result<Ending, Stop> {
    let format = format(&args)?;
    let source = Source::from(args.source);
    let opened = source.open()?;
    let forecast = Forecast::from_plan(&opened.plan, Question::from(args.braiding))?;
    if let Some(directory) = &args.out {
        let set = file_set(&opened, &forecast);
        write_all(&DiskSink, directory, &set, args.force)?;
        talk_of(screen, directory, &set);
    }
    match format {
        Some(TableFormat::Text) => {
            screen.page(&summary::page(&opened.plan, &forecast, &source.words()))?;
        }
        Some(TableFormat::Json) => {
            let value = record::forecast(&opened.plan, &forecast);
            screen.data(json::encode(&value).as_bytes())?;
        }
        Some(TableFormat::Csv) => {
            let name = args.table.as_deref().unwrap_or("years");
            let table = contract::table(&opened.plan, &forecast, name);
            let table = table.expect("clap lets only the names of tables through");
            if !opened.plan.notice.is_empty() {
                headed(&opened.plan).lines().for_each(|line| screen.talk(line));
            }
            screen.data(csv::encode(&table).as_bytes())?;
        }
        None => {}
    }
    Ok(ending(&forecast, args.fail_on_gap))
}

/// The form of standard output; nothing where files alone were asked for.
fn format(args: &args::Forecast) -> Result<Option<TableFormat>, Stop> {
    match (args.format, &args.table, &args.out) {
        (None, None, Some(_)) => Ok(None),
        (format, table, _) => table_format(format, table.as_deref()).map(Some),
    }
}

fn file_set(opened: &Opened, forecast: &Forecast) -> FileSet {
    let plan = &opened.plan;
    let tables = contract::tables(plan, forecast);
    let csv = |table: &braidfund::report::Table| {
        (format!("{}.csv", table.name), csv::encode(table).into_bytes())
    };
    let mut files: Vec<(String, Vec<u8>)> = tables.iter().map(csv).collect();
    let value = record::forecast(plan, forecast);
    files.push(("forecast.json".to_string(), json::encode(&value).into_bytes()));
    if !plan.notice.is_empty() {
        files.push(("NOTICE.txt".to_string(), headed(plan).into_bytes()));
    }
    let edition = Edition {
        title: plan.title.clone(),
        notice: plan.notice.clone(),
        input_sha256: opened.digest.clone(),
    };
    FileSet { files, edition: Some(edition) }
}

/// The title and the notice that must stand with every export.
fn headed(plan: &Plan) -> String {
    let mut text = format!("{}\n", visible(&plan.title));
    if let Some(notice) = plan.notice_beside_title() {
        text += &format!("{}\n", visible(notice));
    }
    text
}

fn talk_of(screen: &Screen, directory: &Path, set: &FileSet) {
    let count = set.files.len() + 1;
    screen.talk(&format!("wrote {count} files into {}", directory.display()));
}

fn ending(forecast: &Forecast, fail_on_gap: Option<FailOnGap>) -> Ending {
    let total = &forecast.measures.total;
    let fails = match fail_on_gap {
        Some(FailOnGap::Core) => !total.gap[0].is_zero(),
        Some(FailOnGap::Any) => !total.gap_total().is_zero(),
        None => false,
    };
    if fails { Ending::ConditionFailed } else { Ending::Done }
}
