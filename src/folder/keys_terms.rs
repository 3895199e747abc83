//! The keys of the terms of payers and of public money, by method.

use super::keys::Shape::{
    Bool, Either, Id, List, Map, Money, Month, MonthName, Price, Share, Table, Text, Whole, Word,
};
use super::keys::{BY_YEAR, Key, Kind, Pattern, Shape, may, need};
use super::keys_stream::{LAG, MEMBERS, PAID, RATE, growth, method};

/// How a payer pays.
pub const PAYER_METHODS: &[&str] = &[
    "pmpm",
    "capitation",
    "fee-for-service",
    "community-health-integration",
    "case-rate",
    "outcome",
    "cost-reimbursement",
    "community-reinvestment",
];
/// How public money is granted.
pub const PUBLIC_METHODS: &[&str] = &[
    "appropriation",
    "formula",
    "levy",
    "settlement",
    "match",
    "administrative-claiming",
    "community-benefit",
];
/// When partners are paid their share of a payer's payment.
pub const PARTNERS_PAID: &[&str] = &["when-paid", "when-earned"];
/// Where community health integration is served: Medicare prices the two apart.
pub const SETTINGS: &[&str] = &["office", "hospital"];
/// The programmes whose federal shares are published by state.
pub const MATCH_TABLES: &[&str] = &["medicaid", "chip"];

/// The kinds of table of payers' terms: those of all, then those of each of [`PAYER_METHODS`].
pub const PAYER_TERMS: &[&str] = &[
    "terms.payer",
    "terms.pmpm",
    "terms.capitation",
    "terms.fee-for-service",
    "terms.community-health-integration",
    "terms.case-rate",
    "terms.outcome",
    "terms.cost-reimbursement",
    "terms.community-reinvestment",
];
/// The kinds of table of public money's terms: those of all, then those of each of [`PUBLIC_METHODS`].
pub const PUBLIC_TERMS: &[&str] = &[
    "terms.public",
    "terms.appropriation",
    "terms.formula",
    "terms.levy",
    "terms.settlement",
    "terms.match",
    "terms.administrative-claiming",
    "terms.community-benefit",
];

/// Amounts by calendar year.
const BY_CALENDAR_YEAR: Shape = Map(Pattern::CalendarYear, &Money);
const INCOME_BY_CALENDAR_YEAR: Shape = Map(Pattern::CalendarYear, &Shape::SignedMoney);
const TRUE_UP: Key =
    may("true-up", Table(&["true-up"]), "", "How members paid for are corrected later.");
const UNITS_OF_FEE: Key = need("units", Id("driver"), "The units delivered in a month.");
const PAYER_SHARE: Key =
    may("payer-share", Share, "100%", "The payer's part of the fee; the rest is coinsurance.");
const SEQUESTRATION: Key =
    may("sequestration", Share, "0%", "What is taken off the payer's part (2 USC 901a).");
const DENIAL: Key = may("denial", Share, "0%", "The share of claims that is denied.");
const OVERTURNED: Key =
    may("overturned", Share, "0%", "The share of denied claims that is won back.");
const COINSURANCE: Key =
    may("coinsurance-collected", Share, "0%", "The share of the coinsurance that is collected.");

/// The kinds of table of these terms.
pub const TERMS_KINDS: &[Kind] = &[
    Kind {
        name: "terms.payer",
        doc: "The terms of every payer contract.",
        keys: &[
            method(PAYER_METHODS, "How the payment is reckoned."),
            growth("A yearly change of the price."),
            may("withhold", Table(&["scored"]), "", "What is withheld, and paid on a score."),
            may("bonus", Table(&["scored"]), "", "What is paid on top, on a score."),
            may("medicaid", Bool, "false", "Whether 42 CFR 438.6(b) applies: a Medicaid plan."),
            may("pass-through", Share, "0%", "The share that is passed on to partners."),
            may(
                "partners-paid",
                Word(PARTNERS_PAID),
                "when-paid",
                "As the payer pays, or in the month of service, before it pays.",
            ),
            may("collection-lag-months", LAG, "0", "Months to the cash; or `collection`."),
            may("collection", List(&Table(&["collection"])), "", "Shares that arrive by lag."),
        ],
    },
    Kind {
        name: "terms.pmpm",
        doc: "Per member per month, for care coordination.",
        keys: &[MEMBERS, RATE, TRUE_UP],
    },
    Kind {
        name: "terms.capitation",
        doc: "Per member per month, for the whole of a service.",
        keys: &[MEMBERS, RATE, TRUE_UP],
    },
    Kind {
        name: "terms.fee-for-service",
        doc: "A fee for each unit delivered.",
        keys: &[
            UNITS_OF_FEE,
            may("rate", Price, "", "The allowed fee of a unit; or `rates`."),
            may(
                "rates",
                Map(Pattern::CalendarYear, &Price),
                "",
                "The allowed fee by calendar year of service; or `rate`.",
            ),
            PAYER_SHARE,
            SEQUESTRATION,
            DENIAL,
            OVERTURNED,
            COINSURANCE,
        ],
    },
    Kind {
        name: "terms.community-health-integration",
        doc: "Medicare's monthly units of community health integration (G0019, G0022).",
        keys: &[
            need("patients", Id("driver"), "The patients served in a month."),
            need(
                "minutes",
                Either(&[Whole(0, 1000), List(&Table(&["minutes"]))]),
                "The minutes of a patient's month, or a list of minutes and shares of patients.",
            ),
            need("initiating-visit", Bool, "Whether a billing practitioner's visit comes first."),
            may("setting", Word(SETTINGS), "", "Whose published prices hold; or `rates`."),
            may(
                "rates",
                Map(Pattern::CalendarYear, &Table(&["community-health-rate"])),
                "",
                "Prices of one's own by calendar year of service; or `setting`.",
            ),
            PAYER_SHARE,
            SEQUESTRATION,
            DENIAL,
            OVERTURNED,
            COINSURANCE,
        ],
    },
    Kind {
        name: "minutes",
        doc: "How long a share of the patients is served in a month.",
        keys: &[
            need("minutes", Whole(0, 1000), "The minutes."),
            need("share", Share, "The share of patients; 100% in all."),
        ],
    },
    Kind {
        name: "community-health-rate",
        doc: "The prices of community health integration in one year.",
        keys: &[
            need("first", Price, "Dollars for the first 60 minutes in a month."),
            need("further", Price, "Dollars for each further 30 minutes."),
        ],
    },
    Kind {
        name: "terms.case-rate",
        doc: "A rate for each case opened.",
        keys: &[need("cases", Id("driver"), "The cases opened in a month."), RATE],
    },
    Kind {
        name: "terms.outcome",
        doc: "A rate for each outcome completed.",
        keys: &[
            may("pathways", List(&Table(&["pathway"])), "", "Several kinds; or the keys below."),
            may("opened", Id("driver"), "", "The pathways opened in a month; or `pathways`."),
            may("completion", Share, "100%", "The share of them that is completed."),
            may("completion-lag-months", LAG, "0", "Months from opening to completion."),
            may("rate", Price, "", "Dollars a completed outcome; needed with `opened`."),
        ],
    },
    Kind {
        name: "pathway",
        doc: "One kind of outcome.",
        keys: &[
            need("name", Id("pathway"), "A word for it, once in the list."),
            need("opened", Id("driver"), "The pathways opened in a month."),
            may("completion", Share, "100%", "The share of them that is completed."),
            may("completion-lag-months", LAG, "0", "Months from opening to completion."),
            RATE,
        ],
    },
    Kind {
        name: "terms.cost-reimbursement",
        doc: "What eligible cost was, up to a limit.",
        keys: &[need("yearly", Money, "The most it pays in a fiscal year of the funder.")],
    },
    Kind {
        name: "terms.community-reinvestment",
        doc: "A share of what a health plan must reinvest of its profit; once for each year.",
        keys: &[
            need(
                "net-income",
                INCOME_BY_CALENDAR_YEAR,
                "The plan's net income by calendar year; a year of loss owes nothing.",
            ),
            need("revenue", BY_CALENDAR_YEAR, "Its contract revenue in the same years."),
            need("share", Share, "The share of the obligation that comes to the partnership."),
            may("lower-share", Share, "the rule's", "What is owed of income up to the threshold."),
            may("upper-share", Share, "the rule's", "What is owed of income above it."),
            may("threshold", Share, "the rule's", "The threshold, as a share of revenue."),
            may(
                "paid-after-months",
                LAG,
                "the rule's",
                "Months from the year's end to the payment.",
            ),
        ],
    },
    Kind {
        name: "true-up",
        doc: "A later correction of the members that were paid for.",
        keys: &[
            need("retained", Share, "The members that stay, as a share of those paid for."),
            need("after-months", Whole(1, 24), "Months from the service to the correction."),
        ],
    },
    Kind {
        name: "scored",
        doc: "A part of a payment that depends on a score.",
        keys: &[
            need("share", Share, "Its share of the payment."),
            need("score", Share, "The expected share of it that the score earns."),
            may("measured", MonthName, "december", "The last month of the measured year."),
            may(
                "paid-after-months",
                LAG,
                "6",
                "Months from the measured year's end to the payment.",
            ),
        ],
    },
    Kind {
        name: "collection",
        doc: "A share of payments that arrives with a lag.",
        keys: &[
            need("lag-months", LAG, "Months from the service to the cash."),
            need("share", Share, "The share that arrives then."),
        ],
    },
    Kind {
        name: "terms.public",
        doc: "The terms of all public money.",
        keys: &[method(PUBLIC_METHODS, "How it is granted.")],
    },
    Kind {
        name: "terms.appropriation",
        doc: "An amount each fiscal year of the funder.",
        keys: &[
            may("yearly", Money, "", "The same amount each year; or `by-year`."),
            may("by-year", BY_YEAR, "", "Amounts by the funder's fiscal year; or `yearly`."),
            may("carried", Bool, "false", "Whether what a year leaves may be spent later."),
        ],
    },
    Kind {
        name: "terms.formula",
        doc: "Allotments with their own windows.",
        keys: &[need("allotments", List(&Table(&["allotment"])), "The allotments.")],
    },
    Kind {
        name: "allotment",
        doc: "One allotment of a formula grant.",
        keys: &[
            need("available", Month, "The first month."),
            may("obligate-by", Month, "", "The last month to obligate it."),
            need("spend-by", Month, "The last month to spend it."),
            need("amount", Money, "The amount."),
        ],
    },
    Kind {
        name: "terms.levy",
        doc: "A dedicated tax: base x rate x growth x collection, a twelfth each month.",
        keys: &[
            need("base", Money, "The yearly tax base."),
            need("rate", Share, "The rate of the levy."),
            growth("Yearly growth of the base."),
            may("collection", Share, "100%", "The share that is collected."),
        ],
    },
    Kind {
        name: "terms.settlement",
        doc: "Dated payments, as a settlement states them.",
        keys: &[need("payments", PAID, "The payments.")],
    },
    Kind {
        name: "terms.match",
        doc: "A share of each eligible dollar, together with non-federal money.",
        keys: &[
            may("rate", Share, "", "The public share; below 100%; or `state`."),
            may(
                "state",
                Text,
                "",
                "The state, such as `PA`, whose published share holds; or `rate`.",
            ),
            may("table", Word(MATCH_TABLES), "medicaid", "Which share of the state."),
            may(
                "yearly-limit",
                Money,
                "",
                "The most it pays in a fiscal year of the funder, whichever its months.",
            ),
        ],
    },
    Kind {
        name: "terms.administrative-claiming",
        doc: "Federal money for Medicaid's administration, claimed each quarter in arrears.",
        keys: &[
            need("cost-pool", Money, "The cost pool of a quarter."),
            need("activity", Share, "The share of time on Medicaid activities."),
            need("eligible", Share, "The share of people served who are eligible for Medicaid."),
            need("federal-share", Share, "The federal share: 50%, 75% or 90%."),
            need("certified-by", Text, "The public body that certifies its expenditure."),
            may("cash-lag-months", LAG, "the rule's", "Months from the quarter's end to the cash."),
        ],
    },
    Kind {
        name: "terms.community-benefit",
        doc: "A hospital's discretionary amount each fiscal year.",
        keys: &[need("yearly", Money, "The yearly amount.")],
    },
];
