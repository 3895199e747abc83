//! What may be chosen: bridge options side by side, and what moves the gap most.

use super::brief::{brief, briefs, number};
use super::checks::{home, title};
use super::{Piece, Redaction, Section, pieces, shown};
use crate::decide::bridge::{BridgeChoice, Scenario};
use crate::decide::sensitivity::Sensitivity;
use crate::explain::text::capital;
use crate::forecast::Forecast;
use crate::funding::Status;
use crate::money::Money;
use crate::month::Month;
use crate::plan::Plan;
use crate::report::picture::Picture;
use crate::report::picture::months::{Panel, panels};
use crate::report::picture::swings::{ROWS_MAX, Swing, draw};
use crate::report::words::{self, count};
use crate::report::{Cell, Mark, RowStyle, bridge as options, sensitivity};

/// Options that are drawn; the table has them all.
const DRAWN_MAX: usize = 8;

/// Bridge options side by side.
pub(super) fn bridge(choice: &BridgeChoice) -> Option<Section> {
    let scenario = choice.scenarios.first()?;
    let heading = heading(scenario)?;
    let panel = |heading: String, forecast: &Forecast| {
        let cash = &forecast.books.cash;
        let amounts = cash.unrestricted_all_costs[cash.as_of..].to_vec();
        Panel { heading, amounts, out: forecast.measures.cash.runs_out }
    };
    let mut drawn = vec![panel("Without a bridge".to_string(), &scenario.before)];
    for option in scenario.options.iter().take(DRAWN_MAX) {
        drawn.push(panel(format!("{}: {}", option.id, option.title), &option.after));
    }
    let first = scenario.plan.horizon.as_of;
    let title = "Unrestricted cash without and with each option, paying every cost";
    let picture =
        Picture::new("bridge", title, &heading, move |width| panels(first, &drawn, width));
    let mut found = vec![Piece::Picture(picture)];
    let (amounts, styles) = options::amounts(choice, scenario);
    found.push(shown(amounts, "What each option does, in dollars", styles));
    found.push(shown(
        options::dates(scenario),
        "When each option does what",
        Vec::<RowStyle>::new(),
    ));
    if let Some((text, odds)) = options::futures(choice, scenario) {
        found.push(Piece::Sentence(Mark::None, text));
        found.push(shown(odds, "How each option fares in futures", Vec::new()));
    }
    for (option, better) in scenario.options.iter().zip(&choice.beaten_by) {
        let beaten = better.as_ref().map(|better| {
            format!(
                "{} is beaten: {better} is as good in every count, and better in one.",
                option.id
            )
        });
        found.extend(beaten.map(|text| Piece::Sentence(Mark::Watch, text)));
        found.extend(
            options::notes(option).into_iter().map(|text| Piece::Sentence(Mark::None, text)),
        );
    }
    Some(Section { name: "bridge", heading, pieces: found })
}

/// Which option leaves the least core cost unpaid, then the least of all; and what of it is owed back.
fn heading(scenario: &Scenario) -> Option<String> {
    let left = |forecast: &Forecast| {
        let total = &forecast.measures.total;
        (total.gap[0], total.gap_total())
    };
    let before = left(&scenario.before);
    let best = scenario.options.iter().min_by_key(|option| left(&option.after))?;
    let least = left(&best.after);
    let equal = scenario.options.iter().filter(|option| left(&option.after) == least).count();
    let core = before.0.is_positive();
    let [is, was] = if core { briefs([least.0, before.0]) } else { briefs([least.1, before.1]) };
    let what = if core { "core cost" } else { "cost" };
    if least >= before {
        return Some(format!(
            "No bridge option leaves less {what} unpaid than the plan without one: {was}"
        ));
    }
    let all = scenario.options.len();
    let who = match (equal, all) {
        (_, 1) => best.title.clone(),
        (1, _) => format!("Of {all} bridge options, {} leaves the least {what} unpaid", best.id),
        (equal, _) => {
            format!("{} of {all} bridge options leave the least {what} unpaid", number(equal))
        }
    };
    let mut text = match all {
        1 => format!("{who} leaves {is} of {what} unpaid instead of {was}"),
        _ => format!("{who}: {is} instead of {was}"),
    };
    let owed = best.effect.cost.owed;
    if equal == 1 && owed.is_positive() {
        text += &format!(", with {} still owed at the end", brief(owed));
    }
    Some(text)
}

/// An input as people call it: what it stands in, and its key.
fn named(plan: &Plan, path: &str) -> String {
    let home = home(path);
    let key = path[home.len()..].trim_start_matches('.');
    let key = key.strip_prefix("terms.").unwrap_or(key).replace(['.', '-'], " ");
    let title = title(plan, home);
    format!("{title} ({key})")
}

/// A value of an input, as people read it: `720,000`, `Jul 2022`.
fn value(text: &str) -> String {
    match (text.parse::<u64>(), Month::parse(text)) {
        (Ok(number), _) => words::grouped(number),
        (_, Some(month)) => month.words(),
        _ => text.to_string(),
    }
}

/// The inputs that move nothing, in one sentence.
fn still_words(titles: &[String]) -> Option<String> {
    let told = words::list(&titles[..titles.len().min(ROWS_MAX)]);
    let more = titles.len().saturating_sub(ROWS_MAX);
    let others = if more > 0 { format!("; and {more} more") } else { String::new() };
    let moves = match titles.len() {
        0 => return None,
        1 => "One input moves",
        _ => "These inputs move",
    };
    Some(format!("{moves} nothing over the stated range: {told}{others}."))
}

/// What moves the gap most.
pub(super) fn tornado(
    found: &Sensitivity,
    view: Status,
    redaction: Option<&Redaction>,
) -> Option<Section> {
    let mut found = found.clone();
    found
        .swings
        .retain(|swing| redaction.is_none_or(|redaction| !redaction.hides(&swing.input.path)));
    let most = found.swings.first()?;
    let change = |place: usize| most.outcomes[place].gap - found.base.gap;
    let ends = [change(0), change(1)];
    let widest = if ends[0].cents().abs() > ends[1].cents().abs() { 0 } else { 1 };
    let amount = ends[widest];
    let wider = match found.question.view == view {
        true => "",
        false => "If all hoped-for money comes: ",
    };
    let heading = if amount.is_zero() {
        format!(
            "{wider}none of {} moves the gap over its stated range",
            count(found.swings.len(), "input")
        )
    } else {
        format!(
            "{wider}{} moves the gap most, {} {} at {}",
            named(&found.plan, &most.input.path),
            brief(Money::from_cents(amount.cents().abs())),
            if amount.is_positive() { "more" } else { "less" },
            value(&most.input.ends[widest].text())
        )
    };
    let heading = capital(&heading);
    let swings: Vec<Swing> = found
        .swings
        .iter()
        .map(|swing| Swing {
            title: named(&found.plan, &swing.input.path),
            ends: [0, 1].map(|place| {
                let change = swing.outcomes[place].gap - found.base.gap;
                let sign = if change.is_positive() { "+" } else { "-" };
                let size = brief(Money::from_cents(change.cents().abs()));
                (change, format!("{sign}{size} at {}", value(&swing.input.ends[place].text())))
            }),
        })
        .collect();
    // What moves nothing has no bar.
    let (swings, still): (Vec<Swing>, Vec<Swing>) = swings
        .into_iter()
        .partition(|swing| swing.ends.iter().any(|(change, _)| !change.is_zero()));
    let still: Vec<String> = still.into_iter().map(|swing| swing.title).collect();
    let still = still_words(&still);
    let counted = words::view(found.question.view);
    let mut title = format!("What the gap changes by over each input's stated range; {counted}");
    if swings.len() > ROWS_MAX {
        title += &format!("; {} more are in the table", swings.len() - ROWS_MAX);
    }
    let legend = ["at the low end of its range", "at the high end"];
    let mut all = Vec::new();
    if !swings.is_empty() {
        let picture =
            Picture::new("tornado", title, &heading, move |width| draw(&swings, legend, width));
        all.push(Piece::Picture(picture));
    }
    if let Some(text) = still {
        all.push(Piece::Sentence(Mark::None, text));
    }
    all.extend(pieces(sensitivity::page(&found)));
    let tables = all.iter_mut().filter_map(|piece| match piece {
        Piece::Table { table, .. } if table.name == "swings" => Some(table),
        _ => None,
    });
    for row in tables.flat_map(|table| &mut table.rows) {
        for (place, cell) in row.iter_mut().enumerate() {
            let Cell::Text(text) = cell else { continue };
            *text = if place == 0 { named(&found.plan, text) } else { value(text) };
        }
    }
    Some(Section { name: "tornado", heading, pieces: all })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_that_move_nothing_are_told_in_one_sentence() {
        let titles: Vec<String> = (1..=14).map(|place| format!("Input {place}")).collect();
        assert_eq!(still_words(&[]), None);
        assert_eq!(
            still_words(&titles[..2]).unwrap(),
            "These inputs move nothing over the stated range: Input 1 and Input 2."
        );
        assert!(still_words(&titles).unwrap().ends_with("Input 12; and 2 more."));
    }
}
