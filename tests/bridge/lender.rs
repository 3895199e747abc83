//! What options cost those who give or lend, and what repays them.

use super::*;

/// What goes back after the plan's last month has not come back: it is owed.
#[test]
fn a_refund_after_the_end_is_owed() {
    let wrong = GRANTS.split("[option.wrong]").nth(1).unwrap().replace("2027-12", "2031-12");
    let options = format!("[funder]\ncost-of-money = \"12%\"\n[option.wrong]{wrong}");
    let choice = base(&options, None);
    let cost = &option(&choice, "wrong").effect.cost;
    let amounts = [cost.paid, cost.returned, cost.present_value, cost.owed, cost.going_back];
    assert_eq!(amounts.map(Money::cents), [2_880_000, 0, 2_880_000, 2_880_000, 2_880_000]);
    let told = page(&choice);
    assert!(told.contains("$28,800 is of no use and goes back in the month after the plan ends"));
    assert!(!told.contains("still owed at the end, and its terms"), "{told}");
}

/// 10,000 a month that a grant reimburses by quarters, two months late, then a levy that pays as it goes.
pub(super) const LATE: &str = r#"
[plan]
title = "T"
start = "2026-01"
months = 48
[cost.staff]
function = "convene"
monthly = 10_000
[stream.fed]
kind = "grant"
funder = "Agency"
status = "secured"
award = 240_000
from = "2026-01"
until = "2027-12"
pays-for = ["anything"]
payment = { method = "reimbursement", cycle-months = 3, lag-months = 2 }
[stream.levy]
kind = "public"
funder = "County"
status = "secured"
from = "2028-01"
evergreen = "a levy without sunset"
notice-months = 12
pays-for = ["convene"]
[stream.levy.terms]
method = "levy"
base = 120_000
rate = "100%"
"#;

/// A line of credit as an option costs, owes and lends what the forecast of a plan that has it says.
#[test]
fn a_line_of_credit_has_the_figures_of_its_forecast() {
    let line = "lender = \"Bank\"\nlimit = 50_000\nrate = \"9%\"\nborrowing-base = \"100%\"\n";
    let options = format!("[funder]\ncost-of-money = \"12%\"\n[option.line.with.credit]\n{line}");
    let choice = choose(LATE, &options, (&["base"], Question::default(), None)).unwrap();
    let text = format!("{LATE}[credit]\n{line}");
    let files = MemoryFolder::new([("plan.toml", text.as_str())]);
    let plan = folder::read(&files, "base").unwrap();
    let alone = Forecast::from_plan(&plan, Question::default()).unwrap();
    let Bridged { after, effect, .. } = option(&choice, "line");
    assert_eq!(after.measures, alone.measures);
    let (credit, cost) = (alone.measures.credit.unwrap(), &effect.cost);
    assert!(credit.interest.is_positive() && credit.owed.is_positive());
    assert_eq!((cost.interest, cost.owed), (credit.interest, credit.owed));
    assert_eq!(cost.paid - cost.returned, credit.owed);
    assert_eq!(cost.net(), credit.owed - credit.interest);
    let line = alone.books.cash.credit.unwrap();
    let worth: f64 = (0..48)
        .map(|month| {
            let flow = line.drawn[month] - line.repaid[month] - line.interest[month];
            flow.cents() as f64 / 1.01_f64.powi(month as i32)
        })
        .sum();
    assert_eq!(cost.present_value.cents(), worth.round() as i64);
    let last = line.drawn.iter().rposition(|drawn| drawn.is_positive()).unwrap();
    assert_eq!(effect.exit, Some(plan.horizon.month(last)));
    assert!((23..30).contains(&last), "it lends until the grant is paid: {last}");
    assert_eq!(effect.dependable[0].unwrap().to_string(), "1", "the levy pays the year after");
    let told = page(&choice);
    let owed = "is still owed at the end, to be repaid from unrestricted cash.";
    assert!(told.contains(owed), "{told}");
    assert!(
        told.contains("The funder's worst case line: $826 more comes back than it gives in base"),
        "in one scenario too: {told}"
    );
}

/// The levy pays back the loan of 2027 out of its own 14,400 of 2028, or out of what it has to spare: either way the loan
/// brings none of it.
#[test]
fn what_repays_a_loan_is_not_unlocked_by_it() {
    let loan = recoverable("repayments = [{ month = \"2028-12\", amount = 14_400 }]");
    let plan = PLAN.replace("pays-for = [\"convene\"]", "pays-for = [\"anything\"]");
    for base in ["14_400", "28_800"] {
        let plan = plan.replace("base = 14_400", &format!("base = {base}"));
        let choice = choose(&plan, &loan, (&["base"], Question::default(), None)).unwrap();
        let effect = &option(&choice, "loan").effect;
        assert!(effect.cost.returned.is_positive(), "the levy repays");
        assert_eq!((effect.unlocked_total(), effect.displaced_total()), Default::default());
    }
}

/// Where a scenario leaves out the levy that would repay it, a recoverable grant is given and owed all the same.
#[test]
fn a_recoverable_grant_stays_where_nothing_repays_it() {
    let loan = recoverable("repaid-from = { stream = \"levy\" }");
    let plan = format!("{PLAN}[scenario.gone.stream.levy]\ndrop = true\n");
    let choice = choose(&plan, &loan, (&["gone"], Question::default(), None)).unwrap();
    let Bridged { plan, after, effect, .. } = option(&choice, "loan");
    let before = choice.scenarios[0].before.measures.total.gap_total();
    assert_eq!((before - after.measures.total.gap_total()).cents(), 1_440_000);
    let cost = &effect.cost;
    assert_eq!([cost.paid, cost.returned, cost.owed].map(Money::cents), [1_440_000, 0, 1_440_000]);
    assert!(page(&choice).contains("the money that would repay it is left out of this scenario"));
    let findings = braidfund::plan::check::findings(plan);
    let told = findings.iter().find(|finding| finding.name == "repayment-never-due").unwrap();
    assert!(told.message.contains("the scenario leaves out"), "{}", told.message);
    assert!(findings.iter().all(|finding| finding.name != "stream-pays-nothing"));
}

/// A grant of 30,000 that pays January to March 2026, and a bank's line beside it that goes on lending: what the bank lends is
/// none of what the grant costs, nor is its last month the grant's.
#[test]
fn a_line_beside_a_grant_is_the_banks() {
    let gift = grant("option.both", "award = 30_000\nfrom = \"2026-01\"\nuntil = \"2026-12\"");
    let line = "[option.both.with.credit]\nlender = \"Bank\"\nlimit = 50_000\nrate = \"9%\"\n\
                borrowing-base = \"100%\"\n";
    let options = format!("{gift}{line}");
    let choice = choose(LATE, &options, (&["base"], Question::default(), None)).unwrap();
    let Bridged { after, effect, .. } = option(&choice, "both");
    let cost = &effect.cost;
    let told = [cost.paid, cost.returned, cost.interest, cost.owed, cost.present_value];
    assert_eq!(told.map(Money::cents), [3_000_000, 0, 0, 0, 3_000_000]);
    assert_eq!(effect.exit, Some(month("2026-03")));
    let bank = after.books.cash.credit.as_ref().unwrap();
    let lent: Money = bank.drawn.iter().sum();
    assert!(bank.drawn[3..].iter().any(|drawn| drawn.is_positive()), "it lends after that");
    let with = effect.line.as_ref().unwrap().with.as_ref().unwrap();
    assert_eq!((with.lender.as_str(), with.lent), ("Bank", lent));
    let told = page(&choice);
    assert!(
        told.contains("Beside \u{201c}Both\u{201d}, the line of credit of Bank lends $"),
        "{told}"
    );
    assert!(told.contains("None of that is the funder's."), "{told}");
}

/// A smaller line in place of the plan's own: its lender gives and gets what it lends, which is never less than nothing.
#[test]
fn a_line_in_place_of_the_plans_own_costs_what_it_lends() {
    let line = "lender = \"Bank\"\nrate = \"9%\"\nborrowing-base = \"100%\"\n";
    let plan = format!("{LATE}[credit]\nlimit = 50_000\n{line}");
    let smaller = "[option.small.with.credit]\nlimit = 20_000\n";
    let choice = choose(&plan, smaller, (&["base"], Question::default(), None)).unwrap();
    let alone = choose(
        LATE,
        &format!("[option.small.with.credit]\nlimit = 20_000\n{line}"),
        (&["base"], Question::default(), None),
    )
    .unwrap();
    let cost = &option(&choice, "small").effect.cost;
    assert_eq!(cost, &option(&alone, "small").effect.cost, "as where the plan has no line");
    let told = [cost.paid, cost.returned, cost.interest, cost.owed];
    assert!(told.into_iter().all(Money::is_positive), "{told:?}");
    let lent: Money =
        choice.scenarios[0].before.books.cash.credit.as_ref().unwrap().drawn.iter().sum();
    let without = option(&choice, "small").effect.line.as_ref().unwrap().without.as_ref().unwrap();
    assert!(without.lent == lent && lent > cost.paid);
    let told = page(&choice);
    let words = "\u{201c}Small\u{201d} stands in place of the plan's own line; without it the plan's own line of credit lends $";
    assert!(told.contains(words), "{told}");
}

/// A levy that pays for convening alone brings the cash by which the grant falls due, and may not repay it.
#[test]
fn money_that_may_not_repay_is_not_said_to() {
    let loan = recoverable("repaid-from = { stream = \"levy\", share = \"1%\" }");
    for (pays_for, may) in [("convene", false), ("anything", true)] {
        let plan = PLAN.replace("[\"convene\"]", &format!("[\"{pays_for}\"]"));
        let choice = choose(&plan, &loan, (&["base"], Question::default(), None)).unwrap();
        let told = page(&choice);
        let from = "is still owed at the end, to be repaid from \u{201c}Levy\u{201d}.";
        assert_eq!(told.contains(from), may, "{told}");
        let barred = "\u{201c}Loan\u{201d} falls due as \u{201c}Levy\u{201d} comes in. That money is restricted to other costs \
                      and may not repay it: unrestricted money has to.";
        assert_eq!(told.contains(barred), !may, "{told}");
        // A hundredth of 14,400 in each of four years.
        let unpaid = "Of what \u{201c}Loan\u{201d} has due, $576 goes unpaid";
        assert_eq!(told.contains(unpaid), !may, "{told}");
        let table = bridge::table(&choice, "options").unwrap();
        let at = table.columns.iter().position(|column| column.name == "repaid_from").unwrap();
        let named = format!("{:?}", table.rows[1][at]).contains("Levy");
        assert_eq!(named, may);
    }
}
