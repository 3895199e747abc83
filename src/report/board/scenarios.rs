//! If things go worse or better: the plan's scenarios beside its base case.

use super::brief::brief;
use super::{Piece, Section, shown};
use crate::decide::compare::{Comparison, Side};
use crate::explain::text::capital;
use crate::money::Money;
use crate::report::{Mark, compare};

/// What goes unpaid: all of it, then of core cost.
fn unpaid(side: &Side) -> (Money, Money) {
    let total = &side.forecast.measures.total;
    (total.gap_total(), total.gap[0])
}

/// The worst and the best of the scenarios, and each of them in figures and dates.
pub(super) fn section(comparison: &Comparison) -> Option<Section> {
    let sides = || comparison.others.iter().map(|other| &other.side);
    let worst = sides().max_by_key(|side| unpaid(side))?;
    let best = sides().min_by_key(|side| unpaid(side))?;
    let mut pieces: Vec<Piece> = Vec::new();
    for other in &comparison.others {
        let name = compare::named(&other.side);
        let (mark, text) = compare::verdict(&comparison.base, other, &name);
        pieces.push(Piece::Sentence(mark, text));
    }
    if comparison.others.len() > 1 {
        pieces.push(Piece::Sentence(
            Mark::None,
            "More and less are against the base case. `braid compare` tells what each of them is due to.".to_string(),
        ));
    }
    let (amounts, styles) = compare::amounts(comparison, false);
    pieces.push(shown(amounts, "What stays unpaid, and the lowest cash, in dollars", styles));
    pieces.push(shown(compare::dates(comparison), "When", Vec::new()));
    Some(Section { name: "scenarios", heading: heading(&comparison.base, worst, best), pieces })
}

fn heading(base: &Side, worst: &Side, best: &Side) -> String {
    let change = |side: &Side| unpaid(side).0 - unpaid(base).0;
    let (up, down) = (change(worst), change(best));
    // What leaves more core cost unpaid is not the best, whatever it leaves of the rest.
    let down = if unpaid(best).1 > unpaid(base).1 { Money::ZERO } else { down };
    let more = up
        .is_positive()
        .then(|| format!("at worst ({}) {} more goes unpaid", worst.plan.scenario, brief(up)));
    let less = (down < Money::ZERO)
        .then(|| format!("at best ({}) {} less goes unpaid", best.plan.scenario, brief(-down)));
    match (more, less) {
        (Some(more), Some(less)) => capital(&format!("{more}, {less}")),
        (Some(one), None) | (None, Some(one)) => capital(&one),
        (None, None) if up.is_zero() => {
            "In no scenario more goes unpaid than in the base case, nor less without more of core cost".to_string()
        }
        (None, None) => "What goes unpaid in other scenarios than the base case".to_string(),
    }
}
