//! `braid sensitivity`: what moves the gap most.

use braidfund::decide::sensitivity::Sensitivity;
use braidfund::folder::{BASE, Cases};
use braidfund::forecast::Question;
use braidfund::money::Rate;
use braidfund::report::sensitivity;

use super::args;
use super::ending::{Ending, Stop};
use super::options::Source;
use super::screen::Screen;

/// Moves each input over its range, and shows what that does.
pub fn run(args: args::Sensitivity, screen: &Screen) -> Result<Ending, Stop> {
    let spread = args.spread.as_deref().map(share).transpose()?;
    let source = Source::from(args.source);
    let case = source.scenario.clone().unwrap_or_else(|| BASE.to_string());
    let question = Question::from(args.braiding);
    let (found, _) = source.watched(|files| {
        let cases = Cases::open(files, &[&case])?;
        Sensitivity::from_cases(&cases, &case, spread, question)
    })?;
    if found.swings.is_empty() && found.refused.is_empty() {
        return Err(Stop::Usage(
            "no input of the plan states a range".to_string(),
            "write a `range` beside a key, or move every figure: `--spread 10%`".to_string(),
        ));
    }
    screen.show(
        (args.format, &found.plan.notice),
        || sensitivity::page(&found),
        || sensitivity::record(&found),
        || Some(sensitivity::table(&found)),
    )?;
    Ok(Ending::Done)
}

/// The share by which figures are moved.
fn share(text: &str) -> Result<Rate, Stop> {
    let share = text.strip_suffix('%').and_then(|text| Rate::parse_percent(text).ok());
    share.filter(|share| *share > Rate::ZERO && *share < Rate::ONE).ok_or_else(|| {
        let message = format!("`{text}` is not a share by which figures can be moved");
        Stop::Usage(message, "write a percentage: `--spread 10%`".to_string())
    })
}
