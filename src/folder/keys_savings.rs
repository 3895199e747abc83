//! The keys of shared savings.

use super::keys::Shape::{Bool, Either, Id, List, Money, Price, Share, Table, Whole, Word};
use super::keys::{Key, Kind, may, need};
use crate::funding::medicare::Standard;
use crate::limits::COUNT_MAX;
use crate::rules::mssp::Track;

/// Whose terms savings are shared on.
pub const PROGRAMMES: &[&str] = &["contract", "mssp"];
/// What the quality score does in a contract.
pub const QUALITY_GATES: &[&str] = &["scaled", "none", "all-or-nothing"];
/// The kinds of table of the terms, whatever the programme.
pub const SAVINGS_TERMS: &[&str] = &["terms.shared-savings", "terms.contract", "terms.mssp"];

const COMMON_KEYS: &[Key] = &[
    may("programme", Word(PROGRAMMES), "contract", "A contract's own terms, or Medicare's."),
    need("members", Id("driver"), "The members of a month."),
    need("benchmark", Price, "Dollars a member and month."),
    may("benchmark-growth", Share, "0%", "Yearly growth of the benchmark."),
    need(
        "savings-rate",
        Either(&[Share, List(&Share)]),
        "Expected savings as a share of the benchmark, or one a year; negative for a loss.",
    ),
    may("quality", Share, "100%; in `mssp` none", "The quality score."),
    may(
        "settlement-lag-months",
        Whole(0, 120),
        "10",
        "Months from a year's end to its settlement.",
    ),
];

const CONTRACT_KEYS: &[Key] = &[
    may(
        "minimum-savings-rate",
        Share,
        "0%",
        "Savings below this share pay nothing; nor do losses.",
    ),
    may("first-dollar", Bool, "true", "False shares only what exceeds the minimum: a corridor."),
    need("sharing-rate", Share, "The share of savings that the contract pays out."),
    may("quality-gate", Word(QUALITY_GATES), "scaled", "What the quality score does."),
    may("quality-threshold", Share, "", "The score that an all-or-nothing gate asks for."),
    may("sequestration", Share, "0%", "What is taken off what is shared, before the cap."),
    may("cap", Share, "", "The most that is shared, as a share of the benchmark."),
    may("cap-amount", Money, "", "The most that is shared; the lower cap binds."),
    may("loss-rate", Share, "0%", "The share of a loss that is owed."),
    may("loss-limit", Share, "", "The most that is owed, as a share of the benchmark."),
    may("loss-cap-amount", Money, "", "The most that is owed; the lower limit binds."),
    may("interim", Table(&["interim"]), "", "A payment before the settlement is final."),
];

const MSSP_KEYS: &[Key] = &[
    need("track", Word(Track::WORDS), "The track; years after 2024 take the rules of 2024."),
    may("minimum-savings-rate", Share, "by the table", "Of a two-sided track; 0 to 2% by halves."),
    may("quality-standard", Word(Standard::WORDS), "met", "Whether the quality standard is met."),
    may("low-revenue", Bool, "false", "Shares at half the rate below the minimum, from 2024."),
    may("loss-limit-amount", Money, "", "The limit of losses by the participants' revenue."),
    may("relief", Money, "0; all in 2020 to 2022", "What of a loss is forgiven."),
    may("advance", Table(&["savings-advance"]), "", "Advance investment payments."),
];

/// The kinds of table of shared savings.
pub const SAVINGS_KINDS: &[Kind] = &[
    Kind {
        name: "terms.shared-savings",
        doc: "The terms of shared savings, with those of their programme.",
        keys: COMMON_KEYS,
    },
    Kind { name: "terms.contract", doc: "A contract's own terms.", keys: CONTRACT_KEYS },
    Kind {
        name: "terms.mssp",
        doc: "The Medicare Shared Savings Program, by calendar year (42 CFR part 425).",
        keys: MSSP_KEYS,
    },
    Kind {
        name: "interim",
        doc: "A payment on account of a settlement; the rest is held back until then.",
        keys: &[
            need("after-months", Whole(0, 120), "Months from a year's end; before the settlement."),
            need("share", Share, "The share that is paid then."),
        ],
    },
    Kind {
        name: "savings-advance",
        doc: "Advance investment payments, recouped from what is earned (42 CFR 425.630).",
        keys: &[
            may("once", Money, "250000", "What is paid in the first month."),
            need("rate", Price, "Dollars a beneficiary and quarter."),
            may("beneficiaries", Whole(1, COUNT_MAX), "10000", "The most that count."),
            may("quarters", Whole(1, 40), "8", "In how many quarters it is paid."),
        ],
    },
];
