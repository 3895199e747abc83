//! What re-braiding would close: the moves between the braid as spent and the optimal one.

use super::ask::{Ask, Period, subject};
use super::{Explanation, Part, irreducible, text};
use crate::money::Money;
use crate::month::FiscalCalendar;
use crate::rebraiding::{Footing, Move};

/// Explains what re-braiding avoids, in a year or over the whole plan.
pub(super) fn explain(ask: Ask, rest: &[&str]) -> Option<Explanation> {
    let (period, place) = Period::year_rest(ask, rest)?;
    let year = place.map(|place| ask.measures().years[place].year);
    let rebraiding = &ask.forecast.rebraiding;
    let moves = rebraiding.moves_of(year);
    let value: Money = moves.iter().map(|found| found.change()).sum();
    let parts = moves.iter().map(|found| part(ask, found, &period)).collect();
    let subject = subject("gap that re-braiding would close", "", &period);
    let formula = "what each stream pays of each line in the optimal braid, less what it pays as spent: the \
                   best case, if every date were known today";
    let mut explanation = Explanation::sum_of(&subject, value, formula, parts);
    let measure = place.map_or(&ask.measures().total, |place| &ask.measures().years[place]);
    let shares = measure.gap_by_shares.iter().sum();
    for (amount, label) in [
        (measure.gap_total(), "gap as spent"),
        (shares, "gap by documented shares"),
        (measure.irreducible_gap(), "gap of the optimal braid: the best case"),
    ] {
        explanation.parts.push(Part::aside(amount, label));
    }
    if place.is_none() {
        explanation = explanation.with(irreducible::least(ask, None));
    }
    if moves.is_empty() {
        return Some(explanation.note(
            "Nothing is avoidable: over the whole plan, re-braiding closes nothing of the gap, by priority.",
        ));
    }
    let distance: Money = ask.forecast.distance().iter().sum();
    if place.is_none() && value <= distance && value >= -distance && distance.is_positive() {
        let distance = text::money(distance);
        explanation = explanation.note(format!(
            "In all that is about nothing: up to {distance} of the optimal braid's gap comes from settling it \
             in whole cents. It leaves less of the priorities that come first."
        ));
    }
    if place.is_none() && rebraiding.booked.is_positive() {
        let as_of = ask.ledger().horizon.as_of.words();
        let label = format!("what streams would have paid more before {as_of}: too late for it");
        explanation.parts.push(Part::aside(rebraiding.booked, label));
    }
    let rests = |footing: &dyn Fn(Footing) -> bool| {
        moves.iter().any(|found| found.footing.is_some_and(footing))
    };
    if rests(&|footing| footing != Footing::Free) {
        explanation = explanation.note(
            "2 CFR 200.405(c): a cost may not be charged to another award to overcome a shortage of funds; \
             it may where it is allocable to both, which `benefit` documents.",
        );
    }
    if moves.iter().any(|found| found.needs_approval) {
        explanation = explanation.note(
            "2 CFR 200.308(i): beyond a tenth of an approved budget, the agency may ask for prior approval of \
             what is moved among its categories.",
        );
    }
    Some(explanation)
}

fn part(ask: Ask, found: &Move, period: &Period) -> Part {
    let line = &ask.plan.line(found.line);
    let change = found.change();
    let label = |how: &str| format!("{} pays {how} of {}", found.title, line.title);
    let part = match change.is_positive() {
        true => Part::plus(change, label("more")),
        false => Part::minus(Money::ZERO - change, label("less")),
    };
    let mut words = match found.footing {
        Some(Footing::Documented(basis)) => format!("benefit documented ({})", basis.word()),
        Some(Footing::Free) => "needs no basis".to_string(),
        Some(Footing::Undocumented) => "benefit not documented".to_string(),
        None => String::new(),
    };
    if found.needs_approval {
        words += ", may need prior approval";
    }
    let input = match found.footing {
        Some(Footing::Documented(_)) => format!("cost.{}.benefit", line.name),
        _ => format!("stream.{}.pays-for", found.stream),
    };
    let mut part = part.text(words).input(ask.plan, &input);
    // The list of what a stream pays for stands where it was written, not under each of its moves.
    part.input = part.input.filter(|_| matches!(found.footing, Some(Footing::Documented(_))));
    let word = ask.line_word(found.line.at());
    if found.as_spent.is_positive() {
        return part.see(format!("draw/{}/{word}{}", found.stream, period.suffix()));
    }
    match ask.stream(&found.stream) {
        Some(_) => part.see(format!("stream/{}{}", found.stream, period.suffix())),
        None => part,
    }
}

/// The ids of these figures.
pub(super) fn figures(ask: Ask) -> Vec<String> {
    let mut ids = vec!["rebraiding".to_string()];
    let years = ask.measures().years.iter();
    let moved = years.filter(|year| !ask.forecast.rebraiding.moves_of(Some(year.year)).is_empty());
    ids.extend(moved.map(|year| format!("rebraiding/{}", FiscalCalendar::label(year.year))));
    ids
}
