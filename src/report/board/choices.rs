//! What may be chosen: bridge options side by side, and what moves the gap most.

use super::brief::{brief, briefs, in_words, number};
use super::inputs::named;
use super::{Piece, Section, cash, pieces, shown};
use crate::decide::bridge::BridgeChoice;
use crate::decide::effect::{Bridged, Scenario};
use crate::decide::sensitivity::Sensitivity;
use crate::explain::text::capital;
use crate::forecast::Forecast;
use crate::funding::Status;
use crate::money::Money;
use crate::report::picture::months::{Panel, panels};
use crate::report::picture::swings::{ROWS_MAX, Swing, draw};
use crate::report::picture::{Ink, Picture};
use crate::report::sensitivity::readable;
use crate::report::words::{self, count};
use crate::report::{
    Cell, ColumnKind, Mark, RowStyle, bridge as options, headlines, offered, sensitivity,
};

/// Options that are drawn; the table has them all.
const DRAWN_MAX: usize = 8;
/// Options are alike that lie no further apart than this part of what goes unpaid without one: one in a hundred.
const ALIKE_WITHIN: i128 = 100;

/// Bridge options side by side.
pub(super) fn bridge(choice: &BridgeChoice) -> Option<Section> {
    let scenario = choice.scenarios.first()?;
    let heading = heading(scenario)?;
    let stated = scenario.plan.opening.cash_stated;
    let panel = |heading: String, forecast: &Forecast| {
        let cash = &forecast.books.cash;
        let amounts = cash.unrestricted_all_costs[cash.as_of..].to_vec();
        let measures = &forecast.measures.cash;
        // What is not stated falls below zero in no month that is known.
        let out = measures.runs_out.filter(|_| stated);
        let told = match out {
            Some(month) => (format!("below zero from {}", month.words()), Ink::Bad),
            None if stated => ("never below zero".to_string(), Ink::Quiet),
            None => (format!("lowest {}", brief(measures.lowest.1)), Ink::Quiet),
        };
        Panel { heading, amounts, told, marked: out }
    };
    let mut drawn = vec![panel("Without a bridge".to_string(), &scenario.before)];
    for option in scenario.options.iter().take(DRAWN_MAX) {
        drawn.push(panel(format!("{}: {}", option.id, option.title), &option.after));
    }
    let first = scenario.plan.horizon.as_of;
    let title = format!(
        "Unrestricted cash without and with each option, paying every cost{}",
        cash::counted(&scenario.plan)
    );
    let picture =
        Picture::new("bridge", title, &heading, move |width| panels(first, &drawn, width));
    let basis = headlines::cash_basis(&scenario.plan);
    let mut found: Vec<Piece> =
        basis.map(|(mark, text)| Piece::Sentence(mark, text)).into_iter().collect();
    found.push(Piece::Picture(picture));
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
    let beaten = options::beaten(choice, scenario).into_iter();
    found.extend(beaten.map(|text| Piece::Sentence(Mark::Watch, text)));
    let notes = scenario.options.iter().flat_map(offered::notes);
    found.extend(notes.map(|text| Piece::Sentence(Mark::None, text)));
    Some(Section { name: "bridge", heading, pieces: found })
}

/// What an option leaves unpaid, of core cost and of all.
fn left(forecast: &Forecast) -> (Money, Money) {
    let total = &forecast.measures.total;
    (total.gap[0], total.gap_total())
}

/// The option of a group that leaves the least unpaid.
pub(super) struct Best<'a> {
    pub option: &'a Bridged,
    /// What it leaves unpaid.
    pub left: Money,
    /// How many options are of its group.
    pub of: usize,
}

/// The best of the options that leave nothing owed at the end, and of those that do: what is owed is no cost that goes
/// unpaid, and the two are not added up. None of a group where nothing of it leaves less than the plan without one; of
/// those owed back only where that leaves less than the others.
pub(super) fn bests<'a>(
    options: &'a [Bridged],
    left: impl Fn(&Bridged) -> Money,
    was: Money,
) -> [Option<Best<'a>>; 2] {
    let owed = |option: &Bridged| option.effect.cost.owed;
    let best = |owing: bool| {
        let group = || options.iter().filter(move |option| owed(option).is_positive() == owing);
        let option = group().min_by_key(|option| (left(option), owed(option)))?;
        let best = Best { option, left: left(option), of: group().count() };
        (best.left < was).then_some(best)
    };
    let free = best(false);
    let less = |best: &Best| free.as_ref().is_none_or(|free| best.left < free.left);
    let owing = best(true).filter(less);
    [free, owing]
}

/// What is still owed for an option at the end, after a comma; nothing where nothing is.
pub(super) fn owed_words(option: &Bridged) -> String {
    match option.effect.cost.owed {
        owed if owed.is_positive() => format!(", with {} still owed at the end", brief(owed)),
        _ => String::new(),
    }
}

/// Which option leaves the least core cost unpaid, or the least of all; which others do nearly so; and which of them are
/// owed back.
fn heading(scenario: &Scenario) -> Option<String> {
    let before = left(&scenario.before);
    let options = &scenario.options;
    let all = options.len();
    if all == 0 {
        return None;
    }
    let core = before.0.is_positive();
    let of = |(own, all): (Money, Money)| if core { own } else { all };
    let own = |option: &Bridged| of(left(&option.after));
    let what = if core { "core cost" } else { "cost" };
    let was = of(before);
    let (best, owing) = match bests(options, own, was) {
        [Some(free), owing] => (free, owing),
        [None, Some(owing)] => (owing, None),
        [None, None] => {
            return Some(format!(
                "No bridge option leaves less {what} unpaid than the plan without one: {}",
                brief(was)
            ));
        }
    };
    let near = |option: &Bridged| {
        let apart = own(option) - best.left;
        i128::from(apart.cents().abs()) * ALIKE_WITHIN <= i128::from(was.cents())
    };
    let alike: Vec<&Bridged> = options.iter().filter(|option| near(option)).collect();
    // What is owed back and leaves far less stands beside them.
    let beside = owing.filter(|owing| !near(owing.option));
    let of_those = if beside.is_some() { " of those with nothing left to repay" } else { "" };
    let beside = beside.map_or(String::new(), |owing| {
        let back = owed_words(owing.option);
        format!("; {} leaves {}{back}", offered::called(owing.option), brief(owing.left))
    });
    let [is, before] = briefs([best.left, was]);
    let (title, back) = (offered::called(best.option), owed_words(best.option));
    Some(match (alike.len(), all) {
        (_, 1) => format!("{title} leaves {is} of {what} unpaid instead of {before}{back}"),
        (1, _) => format!(
            "Of {} bridge options, {title} leaves the least {what} unpaid{of_those}: {is} instead of \
             {before}{back}{beside}",
            in_words(all)
        ),
        (many, _) => {
            let lefts = || alike.iter().map(|option| own(option));
            let (low, high) =
                (lefts().min().unwrap_or(best.left), lefts().max().unwrap_or(best.left));
            let [low, high, before] = briefs([low, high, was]);
            let range = if low == high { low } else { format!("{low} to {high}") };
            let count = if many == all { "All".to_string() } else { number(many) };
            let all = in_words(all);
            let owed = alike.iter().map(|option| option.effect.cost.owed);
            let owed: Vec<Money> = owed.filter(|owed| owed.is_positive()).collect();
            let back = match owed.as_slice() {
                [] => String::new(),
                [one] => {
                    format!("; one must be repaid, {} of it still owed at the end", brief(*one))
                }
                several => format!("; {} of them must be repaid", several.len()),
            };
            format!(
                "{count} of {all} bridge options leave much the same {what} unpaid, {range} instead of \
                 {before}{back}{beside}"
            )
        }
    })
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
pub(super) fn tornado(found: &Sensitivity, view: Status) -> Option<Section> {
    let most = found.swings.first()?;
    let change = |place: usize| most.outcomes[place].gap - most.base.gap;
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
            readable(&most.input.path, &most.input.ends[widest].text())
        )
    };
    let heading = capital(&heading);
    let swings: Vec<Swing> = found
        .swings
        .iter()
        .map(|swing| Swing {
            title: named(&found.plan, &swing.input.path),
            ends: [0, 1].map(|place| {
                let change = swing.outcomes[place].gap - swing.base.gap;
                let sign = if change.is_positive() { "+" } else { "-" };
                let size = brief(Money::from_cents(change.cents().abs()));
                (
                    change,
                    format!(
                        "{sign}{size} at {}",
                        readable(&swing.input.path, &swing.input.ends[place].text())
                    ),
                )
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
    let called = |path: &str| named(&found.plan, path);
    all.extend(pieces(sensitivity::page_of(found, &called)));
    let tables = all.iter_mut().filter_map(|piece| match piece {
        Piece::Table { table, .. } if table.name == "swings" => Some(table),
        _ => None,
    });
    for table in tables {
        // Less is the better end here: it is written in a word, not as a loss.
        let changes = table.columns.iter_mut().filter(|column| column.kind == ColumnKind::Money);
        changes.for_each(|column| column.kind = ColumnKind::Text);
        for row in &mut table.rows {
            for cell in row.iter_mut() {
                if let Cell::Money(change) = cell {
                    let size = words::dollars(Money::from_cents(change.cents().abs()));
                    let word = if change.is_positive() { "more" } else { "less" };
                    *cell = Cell::text(match change.is_zero() {
                        true => "as much".to_string(),
                        false => format!("{size} {word}"),
                    });
                }
            }
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
