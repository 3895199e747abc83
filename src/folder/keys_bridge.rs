//! The keys of `bridge.toml`.

use super::keys::Shape::{Map, Share, Table, Text};
use super::keys::{Kind, Pattern, may};

/// The kinds of table of bridge options.
pub const BRIDGE_KINDS: &[Kind] = &[
    Kind {
        name: "bridge",
        doc: "bridge.toml",
        keys: &[
            may("funder", Table(&["funder"]), "", "Who offers the bridge."),
            may("option", Map(Pattern::Id, &Table(&["option"])), "", "Options, by id."),
        ],
    },
    Kind {
        name: "funder",
        doc: "The funder that offers the bridge.",
        keys: &[may(
            "cost-of-money",
            Share,
            "0%",
            "What money costs the funder a year; a twelfth of it a month.",
        )],
    },
    Kind {
        name: "option",
        doc: "A bridge option: a stream in the words of `[stream.an-id]`, whose id is the option's; or changes of the plan \
              alone, such as a line of credit.",
        keys: &[
            may("title", Text, "the id in words", "What people call it."),
            may(
                "with",
                Table(&["scenario"]),
                "",
                "What else comes with it, as a scenario says it: the money that a challenge raises, a line of \
                 credit.",
            ),
        ],
    },
];
