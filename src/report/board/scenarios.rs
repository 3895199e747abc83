//! If things go worse or better: the plan's scenarios beside its base case.

use super::brief::brief;
use super::{Piece, Section, shown};
use crate::decide::compare::{Comparison, Side};
use crate::explain::text::capital;
use crate::funding::Status;
use crate::money::Money;
use crate::report::{Mark, compare, headlines};

/// What goes unpaid: all of it, then of core cost.
fn unpaid(side: &Side) -> (Money, Money) {
    let total = &side.forecast.measures.total;
    (total.gap_total(), total.gap[0])
}

/// The worst and the best of the scenarios, and each of them in figures and dates.
pub(super) fn section(comparison: &Comparison) -> Option<Section> {
    let sides = || comparison.others.iter().map(|other| &other.side);
    let hoped = || {
        sides()
            .max_by_key(|side| all_hoped(side))
            .filter(|_| comparison.question.view < Status::Prospective)
    };
    let hoped = hoped().map(|side| (side, all_hoped(side) - all_hoped(&comparison.base)));
    let base = unpaid(&comparison.base);
    let worst = sides().max_by_key(|side| unpaid(side))?;
    // What leaves more core cost unpaid is not the best, whatever it leaves of the rest.
    let best = sides().filter(|side| unpaid(side).1 <= base.1).min_by_key(|side| unpaid(side));
    let heading = match sides().all(|side| unpaid(side) == base) {
        true => "As much goes unpaid in every scenario as in the base case".to_string(),
        false => heading(base, worst, best, hoped.filter(|(_, more)| more.is_positive())),
    };
    let mut pieces: Vec<Piece> = Vec::new();
    for other in &comparison.others {
        let name = compare::named(&other.side);
        let (mark, text) = compare::verdict(&comparison.base, other, &name);
        pieces.push(Piece::Sentence(mark, text));
    }
    if comparison.others.len() > 1 {
        pieces.push(Piece::Sentence(
            Mark::None,
            "More and less are against the base case.".to_string(),
        ));
    }
    let basis = headlines::cash_basis(&comparison.base.plan);
    pieces.extend(basis.map(|(mark, text)| Piece::Sentence(mark, text)));
    let (amounts, styles) = compare::amounts(comparison, false);
    pieces.push(shown(amounts, "What stays unpaid, and the lowest cash, in dollars", styles));
    pieces.push(shown(compare::dates(comparison), "When", Vec::new()));
    Some(Section { name: "scenarios", heading, pieces })
}

/// What goes unpaid if all money comes that is likely or hoped for.
fn all_hoped(side: &Side) -> Money {
    compare::unpaid_in(&side.forecast, Status::Prospective)
}

/// A case by its title, or by its id where it has none.
fn called(side: &Side) -> &str {
    match side.plan.scenario_title.trim_end_matches('.') {
        "" => &side.plan.scenario,
        title => title,
    }
}

fn heading(
    base: (Money, Money),
    worst: &Side,
    best: Option<&Side>,
    hoped: Option<(&Side, Money)>,
) -> String {
    let up = unpaid(worst).0 - base.0;
    let core_up = unpaid(worst).1 - base.1;
    let id = called(worst);
    let more = match (up.is_positive(), up.is_zero() && core_up.is_positive()) {
        (true, _) => Some(format!("at worst ({id}) {} more goes unpaid", brief(up))),
        (_, true) => {
            Some(format!("at worst ({id}) as much goes unpaid, {} more of it core", brief(core_up)))
        }
        // Nothing is worse in this view, which does not count what they would lose.
        _ => hoped.map(|(side, more)| {
            format!(
                "if hoped-for money is counted, at worst ({}) {} more goes unpaid",
                called(side),
                brief(more)
            )
        }),
    };
    let down = best.map(|best| (best, base.0 - unpaid(best).0));
    let less = down
        .filter(|(_, down)| down.is_positive())
        .map(|(best, down)| format!("at best ({}) {} less goes unpaid", called(best), brief(down)));
    match (more, less) {
        // An "if" goes with its own half alone.
        (Some(more), Some(less)) if more.starts_with("if ") => capital(&format!("{less}; {more}")),
        (Some(more), Some(less)) => capital(&format!("{more}, {less}")),
        (Some(one), None) | (None, Some(one)) => capital(&one),
        (None, None) => "What goes unpaid in other scenarios than the base case".to_string(),
    }
}
