//! Money that is borrowed: what is owed of it, what it does to net assets, and how it is told.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use braidfund::explain::{Explanation, Value, explain};
use braidfund::export::text::{self, Colour};
use braidfund::folder::{self, DiskFolder, MemoryFolder};
use braidfund::forecast::{Forecast, Question};
use braidfund::money::Money;
use braidfund::plan::Plan;
use braidfund::report::summary;

/// A plan of a year with an office of 100 a month, to which these lines are added.
fn forecast(lines: &str) -> (Plan, Forecast) {
    let text = format!(
        "[plan]\ntitle = \"P\"\nstart = \"2026-01\"\nmonths = 12\n\
         [cost.office]\nfunction = \"operate\"\nmonthly = 100\n\
         [cost.build]\nfunction = \"evaluate\"\nonce = 1\nfrom = \"2026-12\"\n{lines}"
    );
    let files = MemoryFolder::new([("plan.toml", text.as_str())]);
    let plan = folder::read(&files, "base").unwrap();
    let forecast = Forecast::from_plan(&plan, Question::default()).unwrap();
    (plan, forecast)
}

/// A case of `tests/good/`.
fn case(name: &str) -> (Plan, Forecast) {
    let files = DiskFolder::open(&Path::new("tests/good").join(name)).unwrap();
    let plan = folder::read(&files, "base").unwrap();
    let forecast = Forecast::from_plan(&plan, Question::default()).unwrap();
    (plan, forecast)
}

fn loan(lines: &str) -> String {
    format!("[stream.l]\nkind = \"loan\"\nfunder = \"B\"\nstatus = \"secured\"\n{lines}\n")
}

fn last(months: &[Money]) -> String {
    months.last().unwrap().to_string()
}

/// Both classes of net assets at the end, and cash with what is owed to the partnership less what it owes.
fn worth(forecast: &Forecast) -> (Money, Money) {
    let (net, cash) = (&forecast.books.net_assets, &forecast.books.cash);
    let end = net.with.len() - 1;
    let debts = forecast.books.ledger.debts.iter().map(|debt| debt.owed[end]).sum();
    let worth = cash.closing[end] + cash.receivable[end] - debts - cash.payable[end];
    (net.without[end] + net.with[end], worth)
}

const DUES: &str = "[stream.dues]\nkind = \"partner\"\nfunder = \"M\"\nstatus = \"secured\"\n\
    until = \"2026-12\"\nmonthly = 120\npays-for = [\"anything\"]\n";

#[test]
fn borrowed_cash_that_is_held_stands_against_its_debt() {
    // 1,000 come in March for one line that never needs more than 1: no payment falls due in the plan.
    let terms = "from = \"2026-03\"\namount = 1000\nrate = \"0%\"\nmonths = 10\n\
        first-payment = \"2027-01\"\npays-for = [\"cost.build\"]";
    let opening = "[opening]\nunrestricted-cash = 5000\n";
    let (_, with) = forecast(&format!("{DUES}{}{opening}", loan(terms)));
    let (_, without) = forecast(&format!("{DUES}{opening}"));
    // Dues leave 20 a month, and one dollar of the loan is spent in December, or of the dues.
    assert_eq!(last(&without.books.cash.liquid), "5239.00");
    assert_eq!(last(&with.books.cash.liquid), "5239.00");
    assert_eq!(last(&with.books.cash.liquid[..3]), last(&without.books.cash.liquid[..3]));
    assert_eq!(with.books.cash.liquid, with.books.net_assets.liquid);
    assert_eq!(last(&with.books.cash.restricted_borrowed), "999.00");
}

#[test]
fn principal_that_was_due_and_never_paid_is_owed_in_every_figure() {
    let (_, forecast) = case("loan-never-repaid");
    let owed: Vec<String> =
        forecast.books.ledger.debts[0].owed.iter().map(ToString::to_string).collect();
    assert!(owed.iter().all(|owed| owed == "1200.00"), "{owed:?}");
    assert_eq!(forecast.books.cash.liquid, forecast.books.net_assets.liquid);
    let (net, worth) = worth(&forecast);
    assert_eq!(net, worth);
}

#[test]
fn what_is_held_of_a_stream_at_the_start_stands_in_a_class() {
    // A loan of 1,000 for one line, all of it held: 6,000 of cash less 1,000 owed.
    let terms = "from = \"2025-12\"\namount = 1000\nrate = \"0%\"\nmonths = 20\n\
        pays-for = [\"cost.build\"]";
    let opening = "[opening]\nunrestricted-cash = 5000\n[opening.stream.l]\ncash = 1000\n";
    let (_, lent) = forecast(&format!("{DUES}{}{opening}", loan(terms)));
    assert_eq!(lent.books.net_assets.opening_without.to_string(), "5000.00");
    let (net, worth_of) = worth(&lent);
    assert_eq!(net, worth_of);
    // Dues for one purpose, of which 400 are held: no donor restriction is met with them yet.
    let dues = DUES.replace("anything", "operate");
    let opening = "[opening]\nunrestricted-cash = 5000\n[opening.stream.dues]\ncash = 400\n";
    let (_, held) = forecast(&format!("{dues}{opening}"));
    let net = &held.books.net_assets;
    assert_eq!(
        (net.opening_without.to_string(), net.opening_with.to_string()),
        ("5000.00".to_string(), "400.00".to_string())
    );
    let (net, worth_of) = worth(&held);
    assert_eq!(net, worth_of);
}

#[test]
fn a_grant_that_nothing_can_repay_is_told_with_what_stays_owed() {
    let never = |source: &str, more: &str| {
        let terms = format!(
            "method = \"recoverable-grant\"\nfrom = \"2026-03\"\namount = 600\n\
             repaid-from = {{ stream = \"{source}\", share = \"50%\" }}\npays-for = [\"operate\"]"
        );
        let (_, forecast) = forecast(&format!("{}{more}", loan(&terms)));
        let found = forecast.findings.into_iter();
        let mut found = found.filter(|finding| finding.name == "repayment-never-due");
        found.next().map(|finding| (finding.subject, finding.amount.unwrap().to_string()))
    };
    let told = Some(("stream.l.repaid-from".to_string(), "600.00".to_string()));
    // All of it comes in January, before the grant.
    let gift = |month: &str| {
        format!(
            "[stream.gift]\nkind = \"partner\"\nfunder = \"M\"\nstatus = \"secured\"\n\
             until = \"2026-12\"\npayments = [{{ month = \"{month}\", amount = 500 }}]\n\
             pays-for = [\"anything\"]\n"
        )
    };
    assert_eq!(never("gift", &gift("2026-01")), told);
    assert_eq!(never("gift", &gift("2026-03")), None);
}

#[test]
fn cash_with_and_without_the_line_of_credit_is_told_apart() {
    let (plan, forecast) = case("line-of-credit");
    let page = summary::page(&plan, &forecast, "plan");
    let told = text::encode(&page, 1000, Colour::Without);
    let words = "without the line of credit, unrestricted cash is lowest, ($6,000), in Jan 2026";
    assert!(told.contains(words), "{told}");
    assert!(told.contains("it is lowest with the line of credit, $0, in Jan 2026"), "{told}");
    let lowest = explain(&plan, &forecast, "cash/lowest").unwrap();
    let label =
        "lowest unrestricted cash without the line of credit, paying what is funded, Jan 2026";
    assert!(lowest.parts.iter().any(|part| part.label == label), "{:?}", lowest.parts);
}

/// The parts of a figure as `amount text label`, those that sum first.
fn parts(told: &Explanation) -> Vec<String> {
    let part = |part: &braidfund::explain::Part| {
        let amount = part.amount.map_or(String::new(), |amount| format!("{amount} "));
        let text = if part.text.is_empty() { String::new() } else { format!(" ({})", part.text) };
        format!("{amount}{}{text}", part.label)
    };
    told.parts.iter().map(part).collect()
}

#[test]
fn what_falls_due_of_a_loan_can_be_worked_again() {
    let (plan, forecast) = case("loan-never-repaid");
    let told = |id: &str| explain(&plan, &forecast, id).unwrap();
    let first = told("cost/bank.interest/2026-06");
    assert_eq!(first.value, Value::Money(Money::parse("30.00").unwrap()));
    assert_eq!(
        parts(&first)[..4],
        [
            "6.00 a month's interest on the balance",
            "24.00 interest of 4 months before the first payment, paid with it",
            "1200.00 balance before the payment of Jun 2026",
            "interest a year; a twelfth each month (6 %)",
        ]
    );
    let level = told("cost/bank.principal/2026-07");
    assert_eq!(
        parts(&level)[..5],
        [
            "604.50 the level payment",
            "6.00 of it, the month's interest",
            "1200.00 balance before the payment of Jul 2026",
            "interest a year; a twelfth each month (6 %)",
            "monthly payments (payment 2 of 3)",
        ]
    );
    assert!(level.sums && first.sums && told("cost/bank.principal/2026-08").sums);
    assert_eq!(parts(&told("cost/bank.principal/2026-08"))[0], "601.50 all that is still owed");
}

#[test]
fn a_debt_is_told_month_by_month() {
    let (plan, forecast) = case("loan-repaid");
    let name = &forecast.measures.debts[0].stream;
    let year = explain(&plan, &forecast, &format!("debt/{name}/FY2026")).unwrap();
    assert!(year.sums);
    let ends = year.parts.iter().filter(|part| part.label.starts_with("owed at the end of"));
    let ends: Vec<Money> = ends.filter_map(|part| part.amount).collect();
    assert_eq!(ends, forecast.books.ledger.debts[0].owed[..ends.len()]);
    assert!(ends.len() > 3);
    let (plan, forecast) = case("line-of-credit");
    let month = explain(&plan, &forecast, "credit/2026-04").unwrap();
    assert!(month.sums);
    // 6,120.60 were owed in March; a month of 1 % on it is 61.21, drawn too.
    assert_eq!(month.value, Value::Money(Money::parse("6181.81").unwrap()));
    assert_eq!(parts(&month)[0], "6120.60 owed before");
}

#[test]
fn net_assets_are_told_by_year_and_sum() {
    let (plan, forecast) = case("liquid-net-assets");
    let label = format!("FY{}", forecast.measures.net_assets[0].year);
    let year = explain(&plan, &forecast, &format!("net-assets/{label}")).unwrap();
    assert_eq!((year.value.clone(), year.sums), (Value::Money(year.total()), true));
    let liquid = explain(&plan, &forecast, &format!("net-assets/liquid/{label}")).unwrap();
    // 900,000 - 500,000 + 300,000.
    assert_eq!(liquid.value, Value::Money(Money::parse("700000.00").unwrap()));
    assert_eq!(liquid.value, Value::Money(liquid.total()));
}

/// What falls due of a loan's principal in each month of the plan.
fn principal(forecast: &Forecast, loan: &str) -> Vec<String> {
    let name = format!("{loan}.principal");
    let line = forecast.books.ledger.lines.iter().find(|line| line.name == name).unwrap();
    line.need.iter().map(|need| need.to_string().replace(".00", "")).collect()
}

fn recoverable(amount: u32, source: &str, share: &str) -> String {
    format!(
        "[stream.r]\nkind = \"loan\"\nmethod = \"recoverable-grant\"\nfunder = \"F\"\n\
         status = \"secured\"\nfrom = \"2026-01\"\namount = {amount}\n\
         repaid-from = {{ stream = \"{source}\", share = \"{share}\" }}\n\
         pays-for = [\"operate\"]\n"
    )
}

fn source(award: u32, more: &str) -> String {
    format!(
        "[stream.s]\nkind = \"grant\"\nfunder = \"G\"\nfederal = true\nstatus = \"secured\"\n\
         award = {award}\nfrom = \"2026-01\"\nuntil = \"2026-12\"\npays-for = [\"operate\"]\n{more}\n"
    )
}

#[test]
fn a_repayment_follows_what_deducted_income_leaves_of_its_source() {
    // 1,200 less twelve times 50 of income is 600: 50 a month, all of it due to the grant's 1,000.
    let fees = "[stream.fees]\nkind = \"partner\"\nfunder = \"P\"\nstatus = \"secured\"\n\
        monthly = 50\nfrom = \"2026-01\"\nuntil = \"2026-12\"\nearned-by = \"s\"\n\
        pays-for = [\"operate\"]\n";
    let advance = source(1200, "payment = { method = \"advance\", instalments = \"monthly\" }");
    let (_, told) = forecast(&[&recoverable(1000, "s", "100%"), &advance, fees].concat());
    assert_eq!(principal(&told, "r"), ["50"; 12]);
    // Reimbursed a month after it was spent, the same 50 a month from February on.
    let lines = [&recoverable(1000, "s", "100%"), &source(1200, ""), fees].concat();
    let (_, told) = forecast(&lines);
    assert_eq!(principal(&told, "r")[..3], ["0", "50", "50"]);
    let (_, told) = forecast(&lines.replace("earned-by = \"s\"\n", ""));
    assert_eq!(principal(&told, "r")[..3], ["0", "100", "100"]);
}

#[test]
fn a_repayment_follows_a_terminated_source_as_far_as_it_was_spent() {
    let of = |more: &str| {
        let lines = [recoverable(2000, "s", "100%"), source(2400, more)].concat();
        let months = principal(&forecast(&lines).1, "r");
        months.join(" ").trim_end_matches(" 0").to_string()
    };
    let ended = "termination = { on = \"2026-03\" }";
    // 200 a month are spent, as if evenly over the year it had, and paid a month later.
    assert_eq!(of(ended), "0 200 200 200");
    // The office needs 100 a month, which survives.
    let survives = "termination = { on = \"2026-03\", survives = [\"operate\"] }";
    assert_eq!(of(survives), "0 200 200 200 100 100 100 100 100 100 100 100");
    // Quarters of 600: January's covers the 600 spent by March, and no later one comes.
    let quarters = "payment = { method = \"advance\", instalments = \"quarterly\" }\n";
    assert_eq!(of(&[quarters, ended].concat()), "600");
    // By May 1,000 are spent and 1,200 came in January and April.
    let may = ended.replace("-03", "-05");
    assert_eq!(of(&[quarters, &may].concat()), "600 0 0 600");
    // Two months late, February's end leaves 400 spent of which nothing came: March's instalment brings them.
    let late = quarters.replace(" }", ", lag-months = 2 }");
    assert_eq!(of(&[late.as_str(), &ended.replace("-03", "-02")].concat()), "0 0 400");
}

fn amounts(forecast: &Forecast, name: &str) -> Vec<String> {
    let findings = forecast.findings.iter().filter(|finding| finding.name == name);
    let told = |finding: &braidfund::plan::check::Finding| {
        let amount = finding.amount.map_or(String::new(), |amount| amount.to_string());
        format!("{} {amount}", finding.subject)
    };
    findings.map(told).collect()
}

#[test]
fn an_old_loan_is_asked_for_what_is_held_of_it_and_no_more() {
    let old = |from: &str| {
        loan(&format!(
            "from = \"{from}\"\namount = 1200\nrate = \"0%\"\nmonths = 12\n\
             pays-for = [\"operate\"]"
        ))
    };
    let (_, told) = forecast(&old("2025-07"));
    assert_eq!(amounts(&told, "loan-not-held"), ["stream.l 1200.00"]);
    // What that asks to state leads to no other doubt: a loan has no budget periods.
    let spent = "[opening.stream.l]\nspent = 1200\n";
    let (_, told) = forecast(&[&old("2025-07"), spent].concat());
    assert!(amounts(&told, "loan-not-held").is_empty());
    assert!(amounts(&told, "open-period-spent").is_empty());
    // The last of twelve payments fell due in December 2025: nothing is owed, and nothing asked.
    let (_, told) = forecast(&old("2024-12"));
    assert!(amounts(&told, "loan-not-held").is_empty());
    let (_, told) = forecast(&old("2025-01"));
    assert_eq!(amounts(&told, "loan-not-held"), ["stream.l 1200.00"]);
}

#[test]
fn cash_of_a_loan_beyond_what_is_left_of_it_is_told() {
    // 1,200 less 1,000 spent leaves 200: 500 of the 700 held are of no one.
    let old = loan(
        "from = \"2025-07\"\namount = 1200\nrate = \"0%\"\nmonths = 24\npays-for = [\"operate\"]",
    );
    let of = |cash: u32| {
        let opening = format!("[opening.stream.l]\nspent = 1000\ncash = {cash}\n");
        amounts(&forecast(&[old.clone(), opening].concat()).1, "cash-beyond-authority")
    };
    assert_eq!(of(700), ["opening.stream.l.cash 500.00"]);
    assert!(of(200).is_empty());
}

#[test]
fn debt_service_of_several_debts_names_them_all_and_holds_the_lines_interest() {
    let two = |name: &str| {
        loan("from = \"2026-01\"\namount = 600\nrate = \"0%\"\nmonths = 6\npays-for = [\"cost.build\"]")
            .replace("stream.l]", &format!("stream.{name}]"))
    };
    let (plan, told) = forecast(&[two("one"), two("two")].concat());
    assert_eq!(amounts(&told, "debt-service-short"), ["plan 1200.00"]);
    let page = text::encode(&summary::page(&plan, &told, "plan"), 1000, Colour::Without);
    let words = "The plan, $1,200 short: in FY2026 net cash before debt service is $0, and debt service is \
                 $1,200, of One, Two together.";
    assert!(page.contains(words), "{page}");
    let (_, told) = forecast(&two("one"));
    assert_eq!(amounts(&told, "debt-service-short"), ["stream.one 600.00"]);
    // The line's interest of 60.00 + 60.60 + 61.21 + 61.82 is debt service; its balance falls due on no day.
    let (_, told) = case("line-of-credit");
    assert_eq!(told.measures.total.debt_service.to_string(), "243.63");
}
