//! What moves the gap most, in words and figures.

use serde_json::{Value, json};

use super::ColumnKind::{Money as M, Text as T};
use super::words::{count, dollars, grouped, list, method, view, view_word};
use super::{Cell, Mark, Page, RowStyle, SCHEMA_VERSION, Table, objects};
use crate::decide::compare::Outcome;
use crate::decide::sensitivity::{Sensitivity, Swing};
use crate::folder::Form;
use crate::folder::keys::{self, EFFORT_YEAR, Key, Shape};
use crate::funding::Status;
use crate::money::Rate;
use crate::month::Month;

/// Inputs that the page tells one by one; the rest are counted.
const TOLD_MAX: usize = 20;

/// The sensitivity as a page.
pub fn page(found: &Sensitivity) -> Page {
    page_of(found, &str::to_string)
}

/// The page with inputs called as people call them.
pub(super) fn page_of(found: &Sensitivity, called: &dyn Fn(&str) -> String) -> Page {
    let mut page = Page::new();
    let plan = &found.plan;
    page.title(format!("{}: what moves the gap most", plan.title));
    if let Some(notice) = plan.notice_beside_title() {
        page.say(Mark::None, notice);
    }
    page.say(
        Mark::None,
        format!(
            "Scenario {}; {}; {}. {} stays unpaid, {} of it core. Each input is moved over its range alone, the others as \
             they are; what they do together is another matter.",
            plan.scenario,
            view(found.question.view),
            method(found.question.method),
            dollars(found.base.gap),
            dollars(found.base.core_gap),
        ),
    );
    if found.swings.is_empty() {
        page.say(Mark::Watch, "No input was moved.");
    } else {
        let unpaid = |outcome: &Outcome| (outcome.gap, outcome.core_gap);
        let moves = |swing: &Swing| {
            swing.outcomes.iter().any(|outcome| unpaid(outcome) != unpaid(&swing.base))
        };
        let still = !found.swings.iter().any(moves);
        if found.question.view != Status::Prospective && still {
            let text = format!(
                "None of them moves what stays unpaid, counting {}: `--view all` counts the money that is hoped for too.",
                view(found.question.view)
            );
            page.say(Mark::Watch, text);
        }
        page.heading("Unpaid at the low and at the high end, less what is unpaid as planned");
        page.table(swings(found, called), vec![RowStyle::Plain; found.swings.len().min(TOLD_MAX)]);
        if found.swings.len() > TOLD_MAX {
            let more = count(found.swings.len() - TOLD_MAX, "more input");
            page.say(Mark::None, format!("And {more}: `--format csv` has them all."));
        }
        if found.swings.iter().take(TOLD_MAX).any(Swing::is_probability) {
            let text = "A probability moves no single braid: told is how far the mean of what is unpaid, with that money and \
                        without it, moves from what it is at the stated probability, also of money that the view counts as if \
                        it came. `braid chance` draws all of them together.";
            page.say(Mark::None, text);
        }
        // Towards what moves nothing no break-even was sought.
        if !still {
            say_break_evens(&mut page, found, called);
        }
    }
    if !found.refused.is_empty() {
        let refused: Vec<String> = found.refused.iter().map(|path| called(path)).collect();
        let text = format!("An end of the range of {} makes no plan: not moved.", list(&refused));
        page.say(Mark::Watch, text);
    }
    page
}

/// The values at which core costs begin or cease to be funded.
fn say_break_evens(page: &mut Page, found: &Sensitivity, called: &dyn Fn(&str) -> String) {
    page.heading("Where core costs begin or cease to be funded");
    // An input that moves the gap little may decide it too.
    let told = found.swings.iter();
    let told: Vec<String> = told.filter_map(|swing| break_even(swing, called)).collect();
    if told.is_empty() {
        let text = "No value of a single input was found, within its range or beyond it, at which that changes.";
        page.say(Mark::None, text);
    }
    for text in told.iter().take(TOLD_MAX) {
        page.say(Mark::None, text.as_str());
    }
    if told.len() > TOLD_MAX {
        let more = count(told.len() - TOLD_MAX, "more input");
        page.say(Mark::None, format!("And at some value of {more}: `--format csv` has them all."));
    }
}

/// The value of an input, as people read it: `$720,000`, `Jul 2022`.
pub(super) fn readable(path: &str, text: &str) -> String {
    if let Some(month) = Month::parse(text) {
        return month.words();
    }
    // What is stated as a share of an amount is no amount.
    if let Some(share) = text.strip_suffix('%') {
        return Rate::parse_percent(share).map_or_else(|_| text.to_string(), Rate::in_words);
    }
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    if !is_number(digits) || (digits.len() == 4 && may_be_year(path)) {
        return text.to_string();
    }
    let unit = if is_money(path) { "$" } else { "" };
    let (whole, part) =
        digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
    let whole = whole.parse().map_or_else(|_| whole.to_string(), grouped);
    let part = part.map_or(String::new(), |part| format!(".{part}"));
    match (sign, unit) {
        ("-", "$") => format!("(${whole}{part})"),
        _ => format!("{sign}{unit}{whole}{part}"),
    }
}

/// Whether a text is digits with a decimal point or separators, and nothing else.
fn is_number(text: &str) -> bool {
    let digit = |letter: char| letter.is_ascii_digit();
    text.starts_with(digit) && text.chars().all(|letter| digit(letter) || ".,_".contains(letter))
}

/// The keys of the name with which a path ends.
fn keys_of(path: &str) -> impl Iterator<Item = &'static Key> {
    let name = path.rsplit('.').next().unwrap_or(path).to_string();
    keys::kinds().flat_map(|kind| kind.keys).filter(move |key| key.name == name)
}

/// Whether an input that is written as four digits may be a year: no table knows its key as a count or an amount.
fn may_be_year(path: &str) -> bool {
    let counts = |key: &Key| {
        let admits = |shape: &Shape| key.shape.admits(shape);
        key.shape != EFFORT_YEAR && [Shape::Number, Shape::Whole(0, 0)].iter().any(admits)
    };
    !is_money(path) && !keys_of(path).any(counts)
}

/// Whether an input that is written as a number is an amount of money: some table knows its key as one, and none as a plain
/// number.
fn is_money(path: &str) -> bool {
    let mut money = false;
    for key in keys_of(path) {
        let admits = |shapes: &[Shape]| shapes.iter().any(|shape| key.shape.admits(shape));
        if admits(&[Shape::Number, Shape::Whole(0, 0)]) {
            return false;
        }
        money |= admits(&[Shape::Money, Shape::SignedMoney, Shape::Price]);
    }
    money
}

fn swings(found: &Sensitivity, called: &dyn Fn(&str) -> String) -> Table {
    let columns =
        [("Input", T), ("as planned", T), ("low", T), ("high", T), ("at low", M), ("at high", M)];
    let mut table = Table::new("swings", &columns);
    for swing in found.swings.iter().take(TOLD_MAX) {
        let input = &swing.input;
        table.push(vec![
            Cell::text(called(&input.path)),
            Cell::text(readable(&input.path, &input.base.text())),
            Cell::text(readable(&input.path, &input.ends[0].text())),
            Cell::text(readable(&input.path, &input.ends[1].text())),
            Cell::Money(swing.outcomes[0].gap - swing.base.gap),
            Cell::Money(swing.outcomes[1].gap - swing.base.gap),
        ]);
    }
    table
}

fn break_even(swing: &Swing, called: &dyn Fn(&str) -> String) -> Option<String> {
    let found = swing.break_even.as_ref()?;
    let path = &swing.input.path;
    let [base, value] = [swing.input.base, found.value].map(|own| readable(path, &own.text()));
    let path = called(path);
    let direction = match (found.value.form, found.value.steps > swing.input.base.steps) {
        (Form::Month, _) => "moves",
        (_, true) => "rises",
        (_, false) => "falls",
    };
    let [low, high] = swing.input.ends.map(|end| end.steps);
    let beyond = match (low..=high).contains(&found.value.steps) {
        true => "",
        false => ", beyond its range",
    };
    let comes = match found.funded {
        true => "All core costs are funded",
        false => "Core costs go unpaid",
    };
    Some(format!("{comes} when {path} {direction} from {base} to {value}{beyond}."))
}

/// Every input with what the plan comes to at the ends of its range.
pub fn table(found: &Sensitivity) -> Table {
    let columns = [
        ("input", T),
        ("range_at", T),
        ("base", T),
        ("low", T),
        ("high", T),
        ("gap", M),
        ("gap_low", M),
        ("gap_high", M),
        ("gap_core", M),
        ("gap_core_low", M),
        ("gap_core_high", M),
        ("lowest_cash", M),
        ("lowest_cash_low", M),
        ("lowest_cash_high", M),
        ("break_even", T),
        ("core_funded_there", T),
    ];
    let mut table = Table::new("sensitivity", &columns);
    for swing in &found.swings {
        let input = &swing.input;
        let [low, high] = swing.outcomes;
        let mut row = vec![
            Cell::text(&input.path),
            Cell::of(input.origin.as_ref(), |origin| Cell::text(origin.to_string())),
            Cell::text(input.base.text()),
            Cell::text(input.ends[0].text()),
            Cell::text(input.ends[1].text()),
        ];
        let outcomes = [swing.base, low, high];
        row.extend(outcomes.map(|outcome| Cell::Money(outcome.gap)));
        row.extend(outcomes.map(|outcome| Cell::Money(outcome.core_gap)));
        row.extend(outcomes.map(|outcome| Cell::Money(outcome.lowest_cash)));
        let even = swing.break_even.as_ref();
        row.push(Cell::of(even, |even| Cell::text(even.value.text())));
        row.push(Cell::of(even, |even| Cell::text(if even.funded { "yes" } else { "no" })));
        table.push(row);
    }
    table
}

/// The sensitivity as one value.
pub fn record(found: &Sensitivity) -> Value {
    json!({
        "schema_version": SCHEMA_VERSION,
        "engine_version": env!("CARGO_PKG_VERSION"),
        "title": found.plan.title,
        "notice": found.plan.notice,
        "scenario": found.plan.scenario,
        "view": view_word(found.question.view),
        "method": found.question.method.word(),
        "inputs": objects(&table(found)),
        "refused": found.refused,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_pay_is_no_amount() {
        assert_eq!(readable("cost.staff.positions.fringe", "28%"), "28 %");
        assert_eq!(readable("cost.staff.positions.salary", "54000"), "$54,000");
        assert_eq!(readable("stream.gift.monthly", "1000.50"), "$1,000.50");
        assert_eq!(readable("opening.unrestricted-cash", "1234567"), "$1,234,567");
        assert_eq!(readable("opening.unrestricted-cash", "-1200.5"), "($1,200.5)");
    }

    #[test]
    fn a_count_has_separators_and_a_year_has_none() {
        assert_eq!(readable("driver.members.start", "7000"), "7,000");
        assert_eq!(readable("driver.members.start", "7000.25"), "7,000.25");
        assert_eq!(readable("stream.hrsa.effort.year", "2024"), "2024");
        assert_eq!(readable("stream.hrsa.rules", "2020"), "2020");
    }

    #[test]
    fn a_percentage_has_no_places_that_say_nothing() {
        let told = ["15.0%", "0.0000000%", "-8.60%", "12.5%"]
            .map(|text| readable("cost.staff.escalate", text));
        assert_eq!(told, ["15 %", "0 %", "-8.6 %", "12.5 %"]);
    }
}
