//! `braid explain`: a figure back to its inputs.

use braidfund::explain;
use braidfund::export::json;
use braidfund::forecast::{Forecast, Question};
use braidfund::report::{asking, traced};

use super::args::{self, Format};
use super::ending::{Ending, Stop};
use super::options::Source;
use super::screen::Screen;

/// Explains a figure of a forecast, or tells which figures can be explained.
pub fn run(args: args::Explain, screen: &Screen) -> Result<Ending, Stop> {
    let source = Source::from(args.source);
    let question = Question::from(args.braiding);
    let opened = source.open()?;
    let plan = &opened.plan;
    let forecast = Forecast::from_plan(plan, question)?;
    let subject = asking::subject(plan, &source.words());
    let asking = format!("braid explain {subject}{}", asking::flags(question));
    if args.figure.is_empty() {
        match args.format {
            Format::Text => screen.page(&traced::catalogue(plan, &forecast, &asking))?,
            Format::Json => {
                let value = traced::catalogue_record(plan, &forecast);
                screen.data(json::encode(&value).as_bytes())?;
            }
        }
        return Ok(Ending::Done);
    }
    let figure = args.figure.join(" ");
    let explanation = explain::explain(plan, &forecast, &figure).map_err(|unknown| {
        let remedy = match &unknown.nearest {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("ask for one of these, say: {}", unknown.examples.join(", ")),
        };
        Stop::Usage(unknown.to_string(), remedy)
    })?;
    match args.format {
        Format::Text => screen.page(&traced::page(plan, &explanation, &asking))?,
        Format::Json => {
            screen.data(json::encode(&traced::record(plan, &explanation)).as_bytes())?;
        }
    }
    Ok(Ending::Done)
}
