//! The keys of `chance.toml`.

use super::keys::Shape::{Either, Id, List, Map, Number, Share, Table, Text};
use super::keys::{Kind, Pattern, Shape, may, need, title_key};

/// A value as the plan writes it.
const VALUES: Shape = List(&Either(&[Text, Number]));

/// The kinds of table of chances.
pub const CHANCE_KINDS: &[Kind] = &[
    Kind {
        name: "chances",
        doc: "chance.toml",
        keys: &[
            may("chance", Map(Pattern::Id, &Table(&["chance"])), "", "Chances, by id."),
            may("shock", Map(Pattern::Id, &Table(&["shock"])), "", "Common shocks, by id."),
        ],
    },
    Kind {
        name: "chance",
        doc: "What is uncertain: an event (`odds` and `then`), or an amount (`of` and one of uniform, triangular and \
              discrete).",
        keys: &[
            title_key(),
            may("odds", Share, "", "The share of futures in which the event happens."),
            may(
                "then",
                Table(&["scenario"]),
                "",
                "What the event changes where it happens, in the words of a scenario.",
            ),
            may("of", Text, "", "The path of the input: `stream.plan-pmpm.terms.rate`."),
            may(
                "uniform",
                VALUES,
                "",
                "The low and the high value; each step of its form between them is equally likely.",
            ),
            may(
                "triangular",
                VALUES,
                "",
                "The low, the likeliest and the high value; the odds fall evenly from the likeliest to nothing \
                 beyond the ends.",
            ),
            may(
                "discrete",
                Map(Pattern::Value, &Share),
                "",
                "The odds of each value, 100% together: `{ \"2026-07\" = \"60%\", \"2026-10\" = \"40%\" }`.",
            ),
        ],
    },
    Kind {
        name: "shock",
        doc: "A common cause that moves several chances together.",
        keys: &[
            title_key(),
            need(
                "together",
                Share,
                "The share of futures in which it strikes: the rank correlation of the draws of each pair.",
            ),
            need(
                "of",
                List(&Id("chance")),
                "Chances that move together; of a probability that the plan states, `stream.ahc` or \
                 `stream.ahc.renewal`.",
            ),
            may("against", List(&Id("chance")), "", "Chances that then move the other way."),
        ],
    },
];
