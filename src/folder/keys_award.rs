//! The keys of what an award is under beside its restrictions.

use super::keys::Shape::{Bool, Day, Either, Id, List, Money, Table, Text, Whole, Word};
use super::keys::{BY_YEAR, Kind, SELECTORS, Shape, may, need};

/// Where an indirect rate comes from.
pub const INDIRECT_KINDS: &[&str] = &["de-minimis", "negotiated", "agreed"];
/// The texts of 2 CFR part 200.
pub const RULE_SETS: &[&str] = &["uniform-guidance-2020", "uniform-guidance-2024"];
/// How program income is used.
pub const PROGRAM_INCOMES: &[&str] = &["deduction", "addition", "cost-sharing"];
/// What maintained effort is measured against.
pub const BASELINES: &[&str] =
    &["prior-year", "average-of-two", "fixed-year", "most-recent-actual"];
/// What is asked of effort.
pub const EFFORT_TESTS: &[&str] = &["maintain", "supplement"];
/// Whether money may be moved among categories.
pub const TRANSFERS: &[&str] = &["flagged", "barred"];

/// The kinds of table of awards.
pub const AWARD_KINDS: &[Kind] = &[
    Kind {
        name: "stream.any",
        doc: "What every stream may say of an award that reaches it.",
        keys: &[
            may(
                "termination",
                Table(&["termination"]),
                "",
                "An end before its term (2 CFR 200.340, 200.343).",
            ),
            may(
                "earned-by",
                Id("stream"),
                "",
                "The award whose activity earns it: program income (2 CFR 200.307).",
            ),
        ],
    },
    Kind {
        name: "stream.award",
        doc: "What a grant or public money is under beside its restrictions.",
        keys: &[
            may("award-date", Day, "`from`", "The date of the award; of a subaward, its prime's."),
            may(
                "rule-set",
                Word(RULE_SETS),
                "by `award-date`",
                "The text of 2 CFR 200 that binds it, where the agency applied another one.",
            ),
            may("subrecipient", Bool, "false", "Whether it is held as a subrecipient."),
            may(
                "salary-limit",
                Either(&[Bool, Money]),
                "false",
                "The yearly rate of pay that it pays at most; `true` for that of HHS awards.",
            ),
            may(
                "program-income",
                Word(PROGRAM_INCOMES),
                "deduction",
                "How income that its activity earns is used (2 CFR 200.307(b)).",
            ),
            may("program-income-approval", Text, "", "Who approved addition or cost sharing."),
            may(
                "effort",
                List(&Table(&["effort"])),
                "",
                "Effort of other money that must be kept up.",
            ),
            may("budget", Table(&["budget"]), "", "The approved budget by category."),
        ],
    },
    Kind {
        name: "termination",
        doc: "The end of an agreement before its term.",
        keys: &[
            need("on", Day, "The last month or day on which it stands."),
            may(
                "survives",
                SELECTORS,
                "",
                "Of a grant: costs committed before, which it pays on to its own end.",
            ),
        ],
    },
    Kind {
        name: "effort",
        doc: "Effort of non-federal money that must be kept up while the award pays.",
        keys: &[
            need("on", SELECTORS, "The costs that it is measured on."),
            need("baseline", Word(BASELINES), "The year or years that it is measured against."),
            may("year", EFFORT_YEAR, "", "With baseline `fixed-year`: the fiscal year."),
            may("history", BY_YEAR, "", "What other money spent on them in earlier fiscal years."),
            may(
                "test",
                Word(EFFORT_TESTS),
                "maintain",
                "Effort maintained, or the award as a supplement that supplants nothing.",
            ),
        ],
    },
    Kind {
        name: "budget",
        doc: "An approved budget by category; the parts sum to the award at most.",
        keys: &[
            may("personnel", Money, "0", "Salaries and wages."),
            may("fringe", Money, "0", "Fringe benefits."),
            may("travel", Money, "0", "Travel."),
            may("equipment", Money, "0", "Equipment."),
            may("supplies", Money, "0", "Supplies."),
            may("contractual", Money, "0", "Contracts and subawards."),
            may("other", Money, "0", "Other direct cost."),
            may("overhead", Money, "0", "Indirect cost."),
            may(
                "transfers",
                Word(TRANSFERS),
                "flagged",
                "Whether money moved among categories is a finding, or is not spent.",
            ),
        ],
    },
];

/// A fiscal year, as a whole number.
pub const EFFORT_YEAR: Shape = Whole(1970, 2199);
