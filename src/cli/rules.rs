//! `braid rules`: the parameters that the engine takes from rules, with their sources.

use braidfund::diagnostic::nearest;
use braidfund::export::{csv, json};
use braidfund::month::Month;
use braidfund::report::rules::{self, Filter};
use braidfund::rules::Parameter;

use super::args::{self, TableFormat};
use super::ending::{Ending, Stop};
use super::screen::Screen;

/// Lists the rules that were asked for.
pub fn run(args: args::Rules, screen: &Screen) -> Result<Ending, Stop> {
    let on = match &args.on {
        None => None,
        Some(text) => Some(Month::parse(text).ok_or_else(|| {
            let message = format!("`{text}` is not a month");
            Stop::Usage(message, "write it as `2024-10`".to_string())
        })?),
    };
    let filter =
        Filter { words: args.words, subject: args.subject, on, unverified: args.unverified };
    if filter.rules().is_empty() && filter.base_rates().is_empty() {
        let sought = filter.words.join(" ");
        let known = Parameter::ALL.iter().map(|parameter| parameter.word());
        let remedy = match nearest(&sought, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`braid rules` lists every parameter".to_string(),
        };
        return Err(Stop::Usage("no rule is as asked for".to_string(), remedy));
    }
    match args.format {
        TableFormat::Text => screen.page(&rules::page(&filter))?,
        TableFormat::Csv => screen.data(csv::encode(&rules::table(&filter)).as_bytes())?,
        TableFormat::Json => screen.data(json::encode(&rules::record(&filter)).as_bytes())?,
    }
    Ok(Ending::Done)
}
