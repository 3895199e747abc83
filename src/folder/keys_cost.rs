//! The keys of cost lines.

use super::keys::Shape::{
    Bool, Either, File, Function, Id, List, Map, Money, Month, MonthName, Number, Price, Selector,
    Share, Table, Tag, Text, Whole, Word,
};
use super::keys::{BY_YEAR, Key, Kind, Pattern, drop_key, may, need, title_key};
use crate::limits::COUNT_MAX;

/// The words of the layers.
pub const LAYERS: &[&str] = &["backbone", "program"];
/// The words of the categories.
pub const CATEGORIES: &[&str] =
    &["personnel", "fringe", "travel", "equipment", "supplies", "contractual", "other", "overhead"];
/// The words of the priorities.
pub const PRIORITIES: &[&str] = &["core", "essential", "stretch"];
/// The words of what benefit is measured by.
pub const BASES: &[&str] = &["fte", "clients", "encounters", "square-feet", "agreed"];

/// What a fee is a share of.
pub const FEE_BASES: &[&str] = &["cost", "receipts"];

const COST_KEYS: &[Key] = &[
    title_key(),
    may("layer", Word(LAYERS), "backbone", "The partnership's infrastructure, or its activities."),
    need("function", Function, "What the line serves."),
    may(
        "category",
        Word(CATEGORIES),
        "personnel for positions, contractual with `subaward`, else other",
        "The kind of expense.",
    ),
    may("priority", Word(PRIORITIES), "core", "What is paid first."),
    may("tags", List(&Tag), "", "Words of one's own, for restrictions to speak of."),
    may("partner", Text, "", "The organisation that bears the cost, if not the backbone."),
    may("from", Month, "the plan's start", "The first month of the line."),
    may("until", Month, "the plan's end", "The last month of the line."),
    may(
        "yearly",
        Either(&[Money, List(&Money)]),
        "",
        "An amount a year, or one for each twelve months from the first; the last holds on.",
    ),
    may("by-year", BY_YEAR, "", "Amounts by the partnership's fiscal year."),
    may("monthly", Money, "", "An amount a month."),
    may("once", Money, "", "One amount, in the month `from`."),
    may("positions", Table(&["positions"]), "", "Positions."),
    may("unit", Table(&["unit"]), "", "A price for each unit of a driver, each month."),
    may("step", Table(&["step"]), "", "A yearly amount for each begun capacity of a driver."),
    may("series", File, "", "A file with the columns month, cost, amount."),
    may("fee", Table(&["fee"]), "", "A share of other lines' cost, such as a sponsor's fee."),
    may(
        "escalate",
        Either(&[Share, Table(&["escalate"])]),
        "",
        "A yearly rate of growth, or a driver used as an index.",
    ),
    may("escalate-month", MonthName, "the fiscal year's first", "The month of the yearly step."),
    may("benefit", Table(&["benefit"]), "", "The shares that benefit each award, as documented."),
    may("subaward", Text, "", "The subaward that the line is, by its id."),
    may("mtdc", Bool, "true", "Whether it counts in the modified total direct cost."),
    may("payment-lag-months", Whole(0, 24), "0", "Months from the cost to its payment."),
    drop_key(),
];

/// The kinds of table of cost lines.
pub const COST_KINDS: &[Kind] = &[
    Kind {
        name: "cost",
        doc: "One need of the partnership, its amount stated in exactly one form.",
        keys: COST_KEYS,
    },
    Kind {
        name: "positions",
        doc: "Positions: people, what they earn, and the benefits on top.",
        keys: &[
            need("fte", Number, "Full-time equivalents, up to four places."),
            need("salary", Money, "The yearly salary of one."),
            may("fringe", Share, "0%", "Fringe benefits as a share of salary."),
            may("vacancy", Share, "0%", "The share of time that positions stand vacant."),
        ],
    },
    Kind {
        name: "unit",
        doc: "A price for each unit of a driver, each month.",
        keys: &[
            need("driver", Id("driver"), "The units of a month."),
            need("cost", Price, "Dollars a unit."),
        ],
    },
    Kind {
        name: "step",
        doc: "A yearly amount for each begun capacity of a driver.",
        keys: &[
            need("driver", Id("driver"), "The driver."),
            need("capacity", Whole(1, COUNT_MAX), "What one step serves."),
            need("yearly", Money, "The yearly amount of one step."),
        ],
    },
    Kind {
        name: "fee",
        doc: "A share of other lines' cost, or of what streams bring in as planned.",
        keys: &[
            need("share", Share, "The share."),
            may(
                "of",
                Word(FEE_BASES),
                "cost",
                "Of lines' cost (`on`), or of receipts (`streams`).",
            ),
            may("on", List(&Selector), "", "The lines whose cost it is a share of."),
            may("streams", List(&Id("stream")), "", "The streams whose receipts it is a share of."),
        ],
    },
    Kind {
        name: "escalate",
        doc: "A driver used as an index.",
        keys: &[need("driver", Id("driver"), "The driver.")],
    },
    Kind {
        name: "benefit",
        doc: "The shares of a line that benefit each award (2 CFR 200.405).",
        keys: &[
            need("basis", Word(BASES), "What the shares were measured by."),
            need("shares", Map(Pattern::Id, &Share), "The share of each stream; 100% at most."),
        ],
    },
];
