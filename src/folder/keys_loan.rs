//! The keys of loans and recoverable grants.

use super::keys::Shape::{Id, List, Money, Month, Share, Table, Whole, Word};
use super::keys::{Kind, may, need};

/// How borrowed money is repaid.
pub const LOAN_METHODS: &[&str] = &["loan", "recoverable-grant"];

/// What a program-related investment is called, which is a loan.
pub const LOANS_ALSO: &[(&str, &str)] = &[("program-related-investment", "loan"), ("pri", "loan")];

/// How money that is to be recovered without interest is written, for a remedy.
pub const RECOVERABLE: &str = "`method = \"recoverable-grant\"`";

/// The kinds of table of loans.
pub const LOAN_KINDS: &[Kind] = &[
    Kind {
        name: "stream.loan",
        doc: "A stream of kind `loan`: it adds the cost lines `<id>.principal` and `<id>.interest`.",
        keys: &[
            may(
                "method",
                Word(LOAN_METHODS),
                "loan",
                "A loan of a bank or a program-related investment; or a recoverable grant.",
            ),
            need("amount", Money, "What is borrowed; its cash comes in the month `from`."),
        ],
    },
    Kind {
        name: "stream.loan.monthly",
        doc: "A loan, repaid by monthly payments.",
        keys: &[
            need("rate", Share, "Interest a year; a twelfth of it is charged each month."),
            need("months", Whole(1, 480), "Monthly payments, those of interest alone with them."),
            may(
                "interest-only-months",
                Whole(0, 479),
                "0",
                "The first of them that pay interest alone.",
            ),
            may("balloon", Money, "0", "Principal that is paid at once with the last payment."),
            may(
                "first-payment",
                Month,
                "the month after `from`",
                "The first payment; interest of the months between is paid with it.",
            ),
        ],
    },
    Kind {
        name: "stream.loan.recoverable",
        doc: "A recoverable grant, without interest; one of repayments and repaid-from.",
        keys: &[
            may("repayments", List(&Table(&["paid"])), "", "Dated repayments of all of it."),
            may("repaid-from", Table(&["repaid-from"]), "", "Repaid as another stream brings it."),
        ],
    },
    Kind {
        name: "repaid-from",
        doc: "The stream whose cash repays a recoverable grant, up to what is owed.",
        keys: &[
            need(
                "stream",
                Id("stream"),
                "The stream; its scheduled cash counts, from the month `from` of the grant on, in the \
                 months in which its payment terms bring it. What is reimbursed counts as if spent \
                 evenly.",
            ),
            may("share", Share, "100%", "The share of its cash."),
        ],
    },
];
