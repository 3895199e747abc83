//! `braid compare`: scenarios side by side.

use braidfund::decide::compare::Comparison;
use braidfund::folder::{BASE, Cases, scenarios};
use braidfund::forecast::Question;
use braidfund::limits::COMPARED_MAX;
use braidfund::report::compare;

use super::args;
use super::ending::{Ending, Stop};
use super::options::{Source, each_once, table_format};
use super::screen::Screen;

/// Compares scenarios with the base case, and shows what differs.
pub fn run(args: args::Compare, screen: &Screen) -> Result<Ending, Stop> {
    let format = table_format(args.format, args.table.as_deref())?;
    let source = Source::from(args::Source { folder: args.folder, scenario: None });
    let question = Question::from(args.braiding);
    let all = args.scenarios.is_empty();
    let (comparison, _) = source.watched(|files| {
        let named = match all {
            true => scenarios(files)?.into_iter().map(|(id, _)| id).collect(),
            false => each_once(args.scenarios),
        };
        // The base case stands there already.
        let others = named.iter().map(String::as_str).filter(|id| *id != BASE);
        let others: Vec<&str> = others.take(COMPARED_MAX + 1).collect();
        let all: Vec<&str> = std::iter::once(BASE).chain(others.iter().copied()).collect();
        let cases = Cases::open(files, &all)?;
        if others.is_empty() || others.len() > COMPARED_MAX {
            return Ok(Err(others.is_empty()));
        }
        Comparison::from_cases(&cases, (BASE, &others), question).map(Ok)
    })?;
    let comparison = comparison.map_err(|none| match none {
        true if !all => Stop::Usage(
            "the base case alone was named, and nothing differs from itself".to_string(),
            "name a scenario to stand beside it: `--scenario late`".to_string(),
        ),
        true => Stop::Usage(
            "the plan has no scenario to compare with its base case".to_string(),
            "write one, such as `[scenario.late.stream.an-id]` with the keys that change"
                .to_string(),
        ),
        false => Stop::Usage(
            format!("more than {COMPARED_MAX} scenarios would stand side by side"),
            "name those to compare: `--scenario late --scenario low`".to_string(),
        ),
    })?;
    let name = args.table.as_deref().unwrap_or(compare::TABLES[0]);
    screen.show(
        (format, &comparison.base.plan.notice),
        || compare::page(&comparison),
        || compare::record(&comparison),
        || compare::table(&comparison, name),
    )?;
    Ok(Ending::Done)
}
