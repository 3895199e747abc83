//! The findings of a forecast on its page: counted in words, the heaviest told one by one.

use super::words::{count, dollars, short_dollars};
use super::{Mark, Page};
use crate::forecast::Forecast;
use crate::money::Money;
use crate::plan::check::Finding;

/// Findings that the page tells one by one.
const SHOWN_MAX: usize = 3;

/// Findings about sources, one a table: they are counted here and listed by `check`.
const SOURCES: [&str; 2] = ["illustrative-input", "unsourced-input"];

/// How findings of a name are told: the name, one, several, what an amount is of, and the rule.
type Words = (&'static str, &'static str, &'static str, &'static str, &'static str);

/// Every finding's words, in the order of names.
const WORDS: [Words; 46] = [
    (
        "advance-outstanding",
        "advance on savings that is not paid back",
        "advances on savings that are not paid back",
        "outstanding",
        "42 CFR 425.630",
    ),
    (
        "award-starts-before-plan",
        "award that began before the plan, without an opening position",
        "awards that began before the plan, without an opening position",
        "of awards",
        "",
    ),
    (
        "award-terminated",
        "award that is terminated",
        "awards that are terminated",
        "lost",
        "2 CFR 200.340",
    ),
    (
        "budget-differs-from-award",
        "approved budget that does not sum to its award",
        "approved budgets that do not sum to their award",
        "apart",
        "",
    ),
    (
        "budget-transfers",
        "award that moves money among approved categories",
        "awards that move money among approved categories",
        "moved",
        "2 CFR 200.308(i)",
    ),
    ("cap-cannot-bind", "cap that cannot bind", "caps that cannot bind", "", ""),
    (
        "cash-beyond-authority",
        "stream that holds more cash than it may spend",
        "streams that hold more cash than they may spend",
        "too much",
        "",
    ),
    (
        "cash-not-stated",
        "opening position without the cash in hand",
        "opening positions without the cash in hand",
        "",
        "",
    ),
    (
        "cost-before-award",
        "line that needs money before its only award begins",
        "lines that need money before their only award begins",
        "of cost",
        "2 CFR 200.403(h)",
    ),
    ("cost-nobody-pays", "line that nobody may pay", "lines that nobody may pay", "of cost", ""),
    (
        "debt-service-short",
        "year whose net cash does not carry its debt service",
        "years whose net cash does not carry their debt service",
        "short",
        "",
    ),
    ("driver-not-used", "driver that nothing uses", "drivers that nothing uses", "", ""),
    (
        "effort-baseline-unknown",
        "effort whose baseline is not known",
        "efforts whose baseline is not known",
        "paid beside it",
        "",
    ),
    (
        "effort-not-maintained",
        "year in which effort is not maintained",
        "years in which effort is not maintained",
        "short",
        "42 USC 300x-30, 300ff-15",
    ),
    ("file-not-read", "file that is not read", "files that are not read", "", ""),
    (
        "fixed-amount-over-limit",
        "fixed-amount subaward over its limit",
        "fixed-amount subawards over their limit",
        "over",
        "2 CFR 200.333",
    ),
    (
        "floor-missed",
        "award that spends less on a purpose than it must",
        "awards that spend less on a purpose than they must",
        "short",
        "",
    ),
    (
        "illustrative-input",
        "table of illustrative figures",
        "tables of illustrative figures",
        "",
        "",
    ),
    (
        "in-kind-unused",
        "offer in kind beyond what is needed",
        "offers in kind beyond what is needed",
        "unused",
        "",
    ),
    (
        "incentive-over-limit",
        "bonus beyond what a Medicaid plan may pay",
        "bonuses beyond what Medicaid plans may pay",
        "",
        "42 CFR 438.6(b)",
    ),
    (
        "indirect-rates-differ",
        "de minimis rate beside another rate",
        "de minimis rates beside other rates",
        "",
        "2 CFR 200.414(f)",
    ),
    (
        "last-resort-before-payer",
        "stream of last resort that pays before a payer",
        "streams of last resort that pay before a payer",
        "paid",
        "42 USC 300ff-15, 34 CFR 303.510",
    ),
    (
        "loan-not-held",
        "loan from before the plan of which nothing says what is held",
        "loans from before the plan of which nothing says what is held",
        "not known",
        "",
    ),
    (
        "lost-to-delay",
        "stream that loses money to its delayed start",
        "streams that lose money to their delayed start",
        "lost",
        "",
    ),
    (
        "milestone-after-period",
        "milestone that comes after its budget period",
        "milestones that come after their budget period",
        "never released",
        "",
    ),
    ("no-cost", "plan without any cost", "plans without any cost", "", ""),
    ("no-stream", "plan without any money", "plans without any money", "", ""),
    (
        "open-period-spent",
        "opening position that spends all of its open budget periods",
        "opening positions that spend all of their open budget periods",
        "taken",
        "",
    ),
    (
        "owed-after-horizon",
        "debt that outlasts the plan",
        "debts that outlast the plan",
        "owed",
        "",
    ),
    (
        "paid-after-closeout",
        "award with costs paid after its closeout",
        "awards with costs paid after their closeout",
        "late",
        "2 CFR 200.344",
    ),
    (
        "payer-owes-unstated",
        "payer that pays late for months before the plan, without an opening position",
        "payers that pay late for months before the plan, without an opening position",
        "not counted",
        "",
    ),
    (
        "pool-rests-on-authority",
        "pool that blends federal money on a citation",
        "pools that blend federal money on a citation",
        "",
        "",
    ),
    (
        "program-income-deducted",
        "award that falls by what it earns",
        "awards that fall by what they earn",
        "deducted",
        "2 CFR 200.307",
    ),
    (
        "program-income-method-not-stated",
        "stream of program income without a stated method",
        "streams of program income without a stated method",
        "earned",
        "2 CFR 200.307(b)",
    ),
    (
        "repayment-never-due",
        "recoverable grant of which nothing falls due",
        "recoverable grants of which nothing falls due",
        "owed",
        "",
    ),
    (
        "rule-carried-forward",
        "published rule that is carried forward",
        "published rules that are carried forward",
        "",
        "",
    ),
    (
        "salary-over-limit",
        "award with pay over its limit",
        "awards with pay over their limit",
        "not chargeable",
        "HHS appropriations",
    ),
    (
        "score-stated-as-owed",
        "receivable that the plan counts by itself",
        "receivables that the plan counts by itself",
        "counted twice",
        "",
    ),
    (
        "shared-line-without-benefit",
        "shared line without documented benefit",
        "shared lines without documented benefit",
        "of cost",
        "2 CFR 200.405",
    ),
    (
        "spent-beyond-limit",
        "match that had spent more than its year has",
        "matches that had spent more than their year has",
        "beyond it",
        "",
    ),
    (
        "spent-beyond-open-periods",
        "opening position that spends more than its open budget periods",
        "opening positions that spend more than their open budget periods",
        "beyond them",
        "",
    ),
    ("stream-pays-nothing", "stream that pays nothing", "streams that pay nothing", "of money", ""),
    (
        "supplants",
        "year in which an award supplants other money",
        "years in which an award supplants other money",
        "supplanted",
        "42 USC 300ff-15",
    ),
    (
        "terms-without-effect",
        "payer with terms without effect",
        "payers with terms without effect",
        "",
        "",
    ),
    (
        "unsourced-input",
        "table of figures without a source",
        "tables of figures without a source",
        "",
        "",
    ),
    (
        "unverified-default",
        "figure left to a rule of which no source was read",
        "figures left to rules of which no source was read",
        "",
        "",
    ),
];

/// The words of a finding's name; nothing for one that is not known here.
fn words_of(name: &str) -> Option<&'static Words> {
    WORDS.iter().find(|words| words.0 == name)
}

/// Every doubt that may be told, in the order of names, with what it is about.
pub(super) fn catalogue() -> impl Iterator<Item = (&'static str, &'static str)> {
    WORDS.iter().map(|(name, one, ..)| (*name, *one))
}

/// Whether nothing is doubtful but figures without a firm source, which the report's heading counts.
pub(super) fn are_sources_alone(forecast: &Forecast) -> bool {
    forecast.findings.iter().all(|finding| SOURCES.contains(&finding.name))
}

/// Says how many findings there are, of what, and the heaviest: those with the largest amounts, then
/// those of the rarest names.
pub(super) fn say(page: &mut Page, forecast: &Forecast) {
    let findings = &forecast.findings;
    if findings.is_empty() {
        return;
    }
    page.heading(format!("{} about the plan", count(findings.len(), "doubt")));
    let groups = findings.chunk_by(|one, next| one.name == next.name);
    let groups: Vec<String> = groups.map(group).collect();
    page.say(Mark::None, format!("{}.", groups.join("; ")));
    let same = |name: &str| findings.iter().filter(|other| other.name == name).count();
    let told = |finding: &&Finding| !SOURCES.contains(&finding.name);
    let mut top: Vec<&Finding> = findings.iter().filter(told).collect();
    // A side that is missing, cash that is not known, and money that a plan names and does not have are told first: a row or
    // a file may be missing.
    let missing = |finding: &Finding| match finding.name {
        "no-cost" | "no-stream" | "cash-not-stated" => true,
        name => name == "stream-pays-nothing" && finding.amount.is_none(),
    };
    top.sort_by_key(|finding| {
        (!missing(finding), std::cmp::Reverse(finding.amount), same(finding.name))
    });
    for finding in top.into_iter().take(SHOWN_MAX) {
        page.say(Mark::Watch, one(forecast, finding));
    }
}

/// Findings of one name in words: `3 shared lines without documented benefit, $43.7M of cost`.
fn group(same: &[Finding]) -> String {
    let name = same[0].name;
    let Some((_, one, several, of, rule)) = words_of(name) else {
        return format!("{} ({})", name.replace('-', " "), same.len());
    };
    let mut text = format!("{} {}", same.len(), if same.len() == 1 { one } else { several });
    let amount: Money = same.iter().filter_map(|finding| finding.amount).sum();
    if amount.is_positive() && !of.is_empty() {
        text += &format!(", {} {of}", short_dollars(amount));
    }
    if !rule.is_empty() {
        text += &format!(" ({rule})");
    }
    text
}

/// One finding: what people call its subject, what is doubtful, and what its amount is.
fn one(forecast: &Forecast, finding: &Finding) -> String {
    let amount = match (finding.amount, finding.name) {
        (Some(amount), "cost-nobody-pays" | "shared-line-without-benefit") => {
            format!(", {} of the line's cost", dollars(amount))
        }
        (Some(amount), "cost-before-award") => {
            format!(", {} of the line's cost before", dollars(amount))
        }
        (Some(amount), name) => {
            let of = words_of(name).map_or("", |(.., of, _)| of);
            let of = of.replace("of awards", "of the award").replace("of money", "of its money");
            format!(", {} {of}", dollars(amount)).trim_end().to_string()
        }
        (None, _) => String::new(),
    };
    let stop = if finding.message.ends_with('.') { "" } else { "." };
    format!("{}{amount}: {}{stop}", subject(forecast, finding), finding.message)
}

/// What people call a finding's subject; its path where it has no other name.
fn subject(forecast: &Forecast, finding: &Finding) -> String {
    let ledger = &forecast.books.ledger;
    let path = finding.subject.strip_prefix("opening.").unwrap_or(&finding.subject);
    let mut parts = path.splitn(3, '.');
    let title = match (parts.next(), parts.next()) {
        (Some("cost"), Some(name)) => {
            ledger.lines.iter().find(|line| line.name == name).map(|line| &line.title)
        }
        (Some("stream"), Some(name)) => {
            ledger.streams.iter().find(|stream| stream.name == name).map(|stream| &stream.title)
        }
        (Some("plan" | "opening"), None) => return "The plan".to_string(),
        _ => None,
    };
    title.cloned().unwrap_or_else(|| finding.subject.clone())
}
