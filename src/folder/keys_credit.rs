//! The keys of the line of credit.

use super::keys::Shape::{Money, Month, Share, Text};
use super::keys::{Kind, may, need};

/// The kind of table of the line of credit.
pub const CREDIT_KINDS: &[Kind] = &[Kind {
    name: "credit",
    doc: "A line of credit. It bridges cash that comes late, and never pays what no money funds.",
    keys: &[
        may("title", Text, "Line of credit", "What people call it."),
        need("lender", Text, "Who lends."),
        need("limit", Money, "The most that may be drawn."),
        need("rate", Share, "Interest a year; a twelfth of it each month, paid monthly."),
        may(
            "borrowing-base",
            Share,
            "80%",
            "The share of eligible receivables that may be drawn at most.",
        ),
        may("from", Month, "the plan's start", "The first month in which it may be drawn."),
        may("until", Month, "the plan's end", "The last month in which it may be drawn."),
    ],
}];
