//! The words of the report and what they mean.

use super::{Piece, Section};
use crate::report::compare::RUNWAY_MEANS;

/// Twelve terms.
const TERMS: [(&str, &str); 12] = [
    (
        "Secured, likely, prospective",
        "Secured money is signed, or paid by a law that stands. Likely money is expected by both \
         sides. Prospective money is hoped for.",
    ),
    ("Gap", "Cost that none of the money that is counted pays: unpaid cost."),
    (
        "Core, essential, stretch",
        "Without core costs the partnership stops; without essential ones it limps; stretch costs \
         are met where money allows.",
    ),
    (
        "Braid, re-braiding",
        "Who pays for what, month by month, with each funder's restrictions kept. Re-braiding pays other costs with the same \
         money.",
    ),
    (
        "Best case",
        "The braid of the same money that leaves the least unpaid, if every date were known today. What it \
         leaves no braid can close.",
    ),
    ("Avoidable gap", "What the best case pays and the braid as spent does not."),
    (
        "Structural gap",
        "What would go unpaid without reserves and one-time money, which neither recurs nor renews.",
    ),
    (
        "Cliff",
        "A month in which the money of the twelve months after falls far below that of the twelve before.",
    ),
    ("Runway", RUNWAY_MEANS),
    (
        "Restricted cash",
        "Cash held for the purposes of its funders; it never pays other costs, and is left out of the cash lines.",
    ),
    (
        "Dependable money",
        "Recurring money that is signed, has 24 months or more left or no end, and 12 months' notice; or that a law \
         stands for.",
    ),
    ("Lapse", "Money that was not spent by the last month in which it may be, and is lost."),
];

/// The glossary.
pub(super) fn section() -> Section {
    Section {
        name: "glossary",
        heading: format!("What {} words of this report mean", TERMS.len()),
        pieces: vec![Piece::Terms(TERMS.to_vec())],
    }
}
