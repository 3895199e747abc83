//! The keys of streams: those of every kind, those of each kind, and the terms of each method.

use super::keys::Shape::{
    Bool, Day, Either, File, Id, List, Money, Month, MonthName, Number, Price, Share, Table, Text,
    Whole, Word,
};
use super::keys::{Key, Kind, SELECTORS, Shape, drop_key, may, need, title_key};
use super::keys_award::INDIRECT_KINDS;
use super::keys_savings::SAVINGS_TERMS;
use super::keys_terms::{PAYER_TERMS, PUBLIC_TERMS};

/// The words of the kinds of stream.
pub const KINDS: &[&str] =
    &["grant", "payer", "public", "shared-savings", "partner", "reserve", "loan"];
/// The words of certainty.
pub const STATUSES: &[&str] = &["secured", "likely", "prospective"];
/// What a cap or floor is a share of.
pub const OF: &[&str] = &["award", "spent"];
/// Over what a cap holds.
pub const PER: &[&str] = &["life", "period"];
/// What an indirect rate is charged on.
pub const INDIRECT_BASES: &[&str] = &["mtdc", "direct", "personnel", "personnel-fringe"];
/// How a funder pays.
pub const PAYMENTS: &[&str] = &["advance", "reimbursement"];
/// How often an advance comes.
pub const INSTALMENTS: &[&str] = &["once", "monthly", "quarterly", "yearly"];
/// How an award is divided, in a word.
pub const PERIODS: &[&str] = &["whole", "yearly"];
/// What happens to unspent authority.
pub const CARRYOVERS: &[&str] = &["automatic", "approved", "by-approval", "none"];
/// The shapes of a taper.
pub const TAPERS: &[&str] = &["linear", "geometric"];

/// Months of a lag.
pub(super) const LAG: Shape = Whole(0, 120);
const PAYMENT: Shape = Table(&["payment", "payment.advance", "payment.reimbursement"]);
pub(super) const PAID: Shape = List(&Table(&["paid"]));

const fn terms(methods: Shape) -> Key {
    need("terms", methods, "The terms of the agreement.")
}

pub(super) const fn method(words: &'static [&'static str], doc: &'static str) -> Key {
    need("method", Word(words), doc)
}

pub(super) const fn growth(doc: &'static str) -> Key {
    may("growth", Share, "0%", doc)
}

pub(super) const MEMBERS: Key = need("members", Id("driver"), "The members of a month.");
pub(super) const RATE: Key = need("rate", Price, "Dollars a unit.");

/// The keys of every stream.
const STREAM_KEYS: &[Key] = &[
    title_key(),
    need("kind", Word(KINDS), "The kind of money."),
    may("funder", Text, "", "Who pays; needed unless a schedule or a reserve."),
    may(
        "federal",
        Bool,
        "false; true for a match or an administrative claim",
        "Whether it is federal money.",
    ),
    may("cost-principles", Bool, "as `federal`", "Whether federal cost principles govern it."),
    may(
        "conditional",
        Bool,
        "true under cost principles, with match, or after a milestone",
        "Whether a contribution is income only as its conditions are met (ASU 2018-08).",
    ),
    need(
        "status",
        Word(STATUSES),
        "How sure it is; a reserve is secured unless it says otherwise.",
    ),
    may("probability", Share, "", "The chance that it comes, where it is not secured."),
    may("from", Day, "the plan's start", "The first month or day; a grant or loan must give it."),
    may("until", Day, "", "The last month or day; or `evergreen`."),
    may("evergreen", Text, "", "The reason why it has no end; or `until`."),
    may("pays-for", SELECTORS, "nothing; anything for a reserve", "What it may pay for."),
    may("not-for", SELECTORS, "", "What it may not pay for, whatever `pays-for` says."),
    may("cap", List(&Table(&["cap"])), "", "The most that selections may take."),
    may("floor", List(&Table(&["floor"])), "", "The least that selections must take."),
    may("indirect", Table(&["indirect"]), "", "Indirect cost that it recovers."),
    may("match", Table(&["match"]), "", "The match that it needs."),
    may("last-resort", Bool, "false", "Whether it pays only after all other restricted money."),
    may(
        "start-delay-months",
        Whole(0, 24),
        "0",
        "Months after `from` before which nothing is earned or spent; the end stays.",
    ),
    may("notice-months", Whole(0, 120), "", "Months of notice before the agreement may end."),
    may(
        "fiscal-year-starts",
        MonthName,
        "october where federal, else the plan's",
        "The month that begins the funder's fiscal year.",
    ),
    may("schedule", File, "", "A file: stream, available, last, amount; in place of all terms."),
    drop_key(),
];

/// The keys of a grant.
const GRANT_KEYS: &[Key] = &[
    may("award", Money, "", "The total; one of award, yearly and amounts."),
    may("yearly", Money, "", "The amount a year; a part of a year has its months' part."),
    may("amounts", List(&Money), "", "One amount a budget period."),
    may(
        "budget-periods",
        Either(&[Word(PERIODS), List(&Table(&["period"]))]),
        "whole; yearly where `amounts` are given",
        "One period, one a year, or a list of periods with their amounts.",
    ),
    may("taper", Table(&["taper"]), "", "How the award declines over yearly periods."),
    may("carryover", Word(CARRYOVERS), "none", "What happens to a period's unspent authority."),
    may("no-cost-extension-months", Whole(0, 12), "0", "Months of extension that are authorised."),
    may("renewal", Table(&["renewal"]), "", "A renewal that may follow."),
    may("milestone", Month, "", "Nothing may be spent before this month."),
    may(
        "fixed-amount",
        Bool,
        "false",
        "Whether it is of a fixed amount: what is left at its end is free (2 CFR 200.201(b)).",
    ),
    may("payment", PAYMENT, "by reimbursement where federal, else once", "How its cash arrives."),
];

const PARTNER_KEYS: &[Key] = &[
    may("yearly", Money, "", "An amount each fiscal year, due at its beginning."),
    may("monthly", Money, "", "An amount each month."),
    may("payments", PAID, "", "Dated payments."),
    may("fees", Table(&["fees"]), "", "Units of service sold at a price."),
    may("in-kind", Table(&["in-kind"]), "", "In-kind that covers one line and is never cash."),
    growth("A yearly change of the amount."),
    may("lag-months", LAG, "0", "Months from the due month to the cash."),
];

/// The kinds of table of streams.
pub const STREAM_KINDS: &[Kind] = &[
    Kind { name: "stream", doc: "One source of money with its own terms.", keys: STREAM_KEYS },
    Kind { name: "stream.grant", doc: "A stream of kind `grant`.", keys: GRANT_KEYS },
    Kind {
        name: "stream.payer",
        doc: "A stream of kind `payer`.",
        keys: &[
            terms(Table(PAYER_TERMS)),
            may("payment", PAYMENT, "by reimbursement", "With method cost-reimbursement alone."),
        ],
    },
    Kind {
        name: "stream.public",
        doc: "A stream of kind `public`.",
        keys: &[
            terms(Table(PUBLIC_TERMS)),
            may("payment", PAYMENT, "once", "How its cash arrives."),
        ],
    },
    Kind {
        name: "stream.shared-savings",
        doc: "A stream of kind `shared-savings`.",
        keys: &[
            may("captured", Share, "0%", "What an agreement gives of what is shared."),
            may("loss-share", Share, "0%", "What an agreement has one bear of what is owed."),
            terms(Table(SAVINGS_TERMS)),
        ],
    },
    Kind { name: "stream.partner", doc: "A stream of kind `partner`.", keys: PARTNER_KEYS },
    Kind {
        name: "stream.reserve",
        doc: "A stream of kind `reserve`.",
        keys: &[
            need("balance", Money, "The unrestricted balance at the plan's start."),
            may("floor", Money, "0", "The balance that must stay; or `floor-months`."),
            may("floor-months", Whole(0, 120), "", "So many months of all cost; or `floor`."),
            may("authorised", Money, "0", "What the board has authorised to be spent."),
            may("authorised-from", Month, "the plan's start", "From which month."),
        ],
    },
    Kind {
        name: "cap",
        doc: "The most that a selection may take of what the stream itself pays; income of its project \
              stands apart (42 USC 300ff-14(h)).",
        keys: &[
            need("on", SELECTORS, "The selection; `indirect` is the award's own recovery."),
            may("share", Share, "", "A share; or `amount`."),
            may("amount", Money, "", "An amount; or `share`."),
            may("of", Word(OF), "award", "What the share is of."),
            may("per", Word(PER), "life", "Over the award's life or in each budget period."),
            may("within", SELECTORS, "all of it", "Of what is spent on these alone; `of` spent."),
        ],
    },
    Kind {
        name: "floor",
        doc: "The least that a selection must take of what the stream itself pays.",
        keys: &[
            need("on", SELECTORS, "The selection."),
            need("share", Share, "The share."),
            may("of", Word(OF), "spent", "What the share is of."),
            may("within", SELECTORS, "all of it", "Of what is spent on these alone; `of` spent."),
        ],
    },
    Kind {
        name: "indirect",
        doc: "Indirect cost recovered from an award (2 CFR 200.414).",
        keys: &[
            need("rate", Share, "The rate; de minimis up to the rule set's most."),
            may(
                "kind",
                Word(INDIRECT_KINDS),
                "negotiated under cost principles, else agreed",
                "Where the rate comes from.",
            ),
            may("statutory-limit", Share, "", "The most that a statute allows (2 CFR 200.408)."),
            may("base", Word(INDIRECT_BASES), "mtdc", "What it is charged on."),
            may(
                "subaward-cutoff",
                Money,
                "50000 for awards from October 2024, 25000 before",
                "What of a subaward counts in the base.",
            ),
        ],
    },
    Kind {
        name: "match",
        doc: "The match that an award needs (2 CFR 200.306).",
        keys: &[
            may("share-of-total", Share, "", "Of award and match together; below 100%."),
            may("per-award-dollar", Number, "", "Dollars of match for each dollar of the award."),
            may("share-of-award", Share, "", "Of the award alone."),
            may("on", SELECTORS, "what the award pays for", "What the match must pay for."),
            may(
                "pledged-by",
                List(&Id("stream")),
                "any eligible stream",
                "The streams pledged to it, and to no other award.",
            ),
            may("by", Month, "", "Match after this month does not count."),
            may("federal-match-statute", Text, "", "The statute that lets federal money match."),
        ],
    },
    Kind {
        name: "payment",
        doc: "How a funder's cash arrives.",
        keys: &[method(PAYMENTS, "In advance, or after it was spent.")],
    },
    Kind {
        name: "payment.advance",
        doc: "Payment in advance.",
        keys: &[
            may("instalments", Word(INSTALMENTS), "once", "How often an advance comes."),
            may("lag-months", LAG, "0", "Months from the instalment's month to the cash."),
        ],
    },
    Kind {
        name: "payment.reimbursement",
        doc: "Payment after the money was spent.",
        keys: &[
            may("cycle-months", Whole(1, 12), "1", "Months of one invoice cycle."),
            may("lag-months", LAG, "1", "Months from the invoice to the cash."),
        ],
    },
    Kind {
        name: "period",
        doc: "One budget period of an award.",
        keys: &[
            need("from", Day, "The first month or day."),
            need("until", Day, "The last month or day."),
            need("amount", Money, "The authority of the period."),
            may("status", Word(STATUSES), "the stream's", "How sure the period is."),
            may("probability", Share, "", "A remark: chance runs use the stream's."),
            may("milestone", Month, "", "The month whose milestone releases the period."),
        ],
    },
    Kind {
        name: "taper",
        doc: "How an award declines over its yearly periods.",
        keys: &[
            need("shape", Word(TAPERS), "In equal steps, or by a constant share."),
            may("ratio", Share, "", "Geometric: each period as a share of the one before."),
        ],
    },
    Kind {
        name: "renewal",
        doc: "A renewal that may follow an award.",
        keys: &[
            need("probability", Share, "The chance that it comes."),
            need("years", Whole(1, 10), "Its length."),
            need("share", Share, "Its yearly amount as a share of the last twelve months."),
            may("status", Word(STATUSES), "prospective", "How sure it is."),
        ],
    },
    Kind {
        name: "fees",
        doc: "Units of service sold at a price.",
        keys: &[need("units", Id("driver"), "The units of a month."), RATE],
    },
    Kind {
        name: "in-kind",
        doc: "In-kind that covers one line.",
        keys: &[
            need("cost", Id("cost"), "The line it covers."),
            need("monthly", Money, "Its value a month."),
        ],
    },
];
