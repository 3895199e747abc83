//! `braid portfolio`: partnerships beside each other.

use std::path::PathBuf;

use braidfund::decide::portfolio::{Ask, Portfolio, Sum};
use braidfund::error::Error;
use braidfund::export::diagnostics::encode_first;
use braidfund::export::text::Colour;
use braidfund::folder::{BASE, Files};
use braidfund::forecast::Question;
use braidfund::money::{Money, NumberError};
use braidfund::month::Month;
use braidfund::report::portfolio;
use braidfund::threads;

use super::args::{self, TableFormat};
use super::ending::{Ending, Stop};
use super::options::{Digests, INPUT_DIGEST, Source, table_format};
use super::screen::Screen;

/// Forecasts every folder, and shows who runs out first. A folder that cannot be read is told, and the others go on.
pub fn run(args: args::Portfolio, screen: &Screen) -> Result<Ending, Stop> {
    let format = table_format(args.format, args.table.as_deref())?;
    let sum = sum(&args)?;
    let source = |folder| Source::from(args::Source { folder, scenario: None });
    let sources = once(args.folders.into_iter().map(source).collect(), screen);
    let names: Vec<String> = sources.iter().map(Source::words).collect();
    let case = args.scenario.unwrap_or_else(|| BASE.to_string());
    let question = Question::from(args.braiding);
    let ask = Ask { case, question, sum, threads: threads::all() };
    let digests = Digests::default();
    let open = |place: usize| -> Result<Box<dyn Files>, Error> {
        let prefix = format!("{}/", names[place]);
        Ok(Box::new(digests.watch(&sources[place].folder, &prefix)?))
    };
    let found = Portfolio::from_folders(&names, &open, ask);
    let _ = INPUT_DIGEST.set(digests.digest());
    let found = found?;
    let refused = tell(&found, screen);
    let name = args.table.as_deref().unwrap_or(portfolio::TABLES[0]);
    // Each plan has its own.
    if format == TableFormat::Csv {
        portfolio::notices(&found).iter().for_each(|notice| screen.talk(notice));
    }
    screen.show(
        (format, ""),
        || portfolio::page(&found),
        || portfolio::record(&found),
        || portfolio::table(&found, name),
    )?;
    if refused { Err(Stop::Told) } else { Ok(Ending::Done) }
}

/// Each folder once, as it was named first, whatever path leads to it: a partnership counts once.
fn once(sources: Vec<Source>, screen: &Screen) -> Vec<Source> {
    let mut kept: Vec<(PathBuf, Source)> = Vec::new();
    for source in sources {
        // What is not there is told when it is read.
        let path = source.folder.canonicalize().unwrap_or_else(|_| source.folder.clone());
        match kept.iter().find(|(own, _)| *own == path) {
            Some((_, first)) => {
                let (again, first) = (source.words(), first.words());
                screen.talk(&match again == first {
                    true => format!("note: `{first}` is named twice: it counts once"),
                    false => format!("note: `{again}` is the folder `{first}`: it counts once"),
                });
            }
            None => kept.push((path, source)),
        }
    }
    kept.into_iter().map(|(_, source)| source).collect()
}

/// Says what is wrong with each folder that could not be read, and with a sum that fits no plan; whether there is such.
fn tell(found: &Portfolio, screen: &Screen) -> bool {
    let mut refused = false;
    for unread in &found.unread {
        refused = true;
        let name = braidfund::diagnostic::visible(&unread.name);
        screen.complain(&match unread.error.is_input() {
            true => {
                let faults = unread.error.diagnostics();
                let told = encode_first(faults, faults.len(), "the others go on", Colour::With);
                format!("{name}: could not be read\n{told}")
            }
            false => format!("{name}: {}\n", unread.error),
        });
    }
    // A cost that one partnership has, another need not have.
    let parts = found.laid.as_ref().map_or(&[][..], |laid| &laid.parts);
    if parts.iter().all(|part| part.refused.is_some()) {
        for (part, why) in parts.iter().filter_map(|part| Some((part, part.refused.as_ref()?))) {
            refused = true;
            let shown = braidfund::diagnostic::visible;
            let (name, why, remedy) = (shown(&part.name), shown(&why.message), shown(&why.remedy));
            screen.complain(&format!(
                "{name}: the sum does not fit its plan: {why}\n  = help: {remedy}\n"
            ));
        }
    }
    refused
}

/// The sum that is to be laid out, if there is one.
fn sum(args: &args::Portfolio) -> Result<Option<Sum>, Stop> {
    let (Some(text), Some(from)) = (&args.sum, &args.from) else { return Ok(None) };
    let amount = match Money::parse(text) {
        Ok(amount) if amount.is_positive() => amount,
        Err(NumberError::Range) => {
            let message = format!("`{text}` is more than the largest sum");
            return Err(Stop::Usage(message, "write at most 9999999999999.99".to_string()));
        }
        _ => {
            let message = format!("`{text}` is no sum of dollars");
            let remedy = "write digits alone: `--sum 500000`".to_string();
            return Err(Stop::Usage(message, remedy));
        }
    };
    let month = |text: &str, option: &str| {
        Month::parse(text).ok_or_else(|| {
            let message = format!("`{text}` is not a month");
            Stop::Usage(message, format!("write year and month: `{option} 2027-01`"))
        })
    };
    let from = month(from, "--from")?;
    let until = args.until.as_deref().map(|text| month(text, "--until")).transpose()?;
    if until.is_some_and(|until| until < from) {
        let message = "the sum ends before it begins".to_string();
        return Err(Stop::Usage(message, "write `--until` no earlier than `--from`".to_string()));
    }
    let pays_for = match args.pays_for.is_empty() {
        true => vec!["anything".to_string()],
        false => args.pays_for.clone(),
    };
    Ok(Some(Sum { amount, from, until, pays_for }))
}
