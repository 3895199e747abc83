//! Plans of the rarest terms: every figure of theirs is a formula too, and follows its inputs.

use braidfund::folder::{self, MemoryFolder};
use braidfund::funding::Status;
use braidfund::money::Money;

use braidfund::report::workbook::sheet::Content;
use rust_decimal::Decimal;

use super::evaluate::{Evaluator, Found};
use super::{cover, held, moved_wrongly, spent, workbook, wrong};

/// A plan for a year from January 2024 with a backbone's cost, and what else a case states.
fn plan(more: &str) -> String {
    format!(
        "[plan]\ntitle = \"A corner\"\nstart = \"2024-01\"\nmonths = 18\n\
         [cost.office]\nfunction = \"operate\"\nmonthly = 700\n\
         [cost.work]\nlayer = \"program\"\nfunction = \"work\"\nmonthly = 190\n{more}"
    )
}

/// Nothing of a plan is the engine's alone, every formula says what the engine says, these inputs may be changed, and each
/// that is changed moves what the engine moves.
fn is_live(more: &str, blue: &[&str]) {
    let text = plan(more);
    is_live_in(&[("plan.toml", text.as_str())], blue);
}

fn is_live_in(files: &[(&str, &str)], blue: &[&str]) {
    let text = files[0].1;
    let files = MemoryFolder::new(files.iter().copied());
    let view = Status::Prospective;
    let plan = folder::read(&files, folder::BASE).unwrap_or_else(|error| {
        panic!("{:?}\n{text}", error.diagnostics().iter().map(|told| &told.message))
    });
    let book = workbook(&plan, &spent(&plan, view), view);
    assert!(book.fixed.is_empty(), "{:?}\n{text}", book.fixed);
    let wrong = wrong(&book);
    assert!(wrong.is_empty(), "{}\n{text}", wrong.join("\n"));
    let (_, wrong) = moved_wrongly(&files, view);
    assert!(wrong.is_empty(), "{}\n{text}", wrong.join("\n"));
    for path in blue {
        assert!(book.inputs.iter().any(|input| input.path == *path), "{path} is fixed\n{text}");
    }
}

/// A recoverable grant that a stream's cash repays, given in a month.
fn bridge(from: &str) -> String {
    format!(
        "[stream.bridge]\nkind = \"loan\"\nmethod = \"recoverable-grant\"\nfunder = \"A foundation\"\n\
         status = \"secured\"\nfrom = \"{from}\"\namount = \"2345.67\"\n\
         repaid-from = {{ stream = \"source\", share = \"37%\" }}\npays-for = [\"operate\"]\n"
    )
}

/// A grant whose cash repays.
fn source(from: &str, until: &str, more: &str) -> String {
    format!(
        "[stream.source]\nkind = \"grant\"\nfunder = \"An agency\"\nstatus = \"secured\"\n\
         from = \"{from}\"\nuntil = \"{until}\"\naward = \"4321.01\"\npays-for = [\"work\"]\n{more}\n"
    )
}

const REIMBURSED: &str =
    "payment = { method = \"reimbursement\", cycle-months = 3, lag-months = 2 }";
const QUARTERLY: &str =
    "payment = { method = \"advance\", instalments = \"quarterly\", lag-months = 2 }";
const POOL: &str = "[pool.fund]\nmembers = { source = \"37.5%\" }\npays-for = [\"work\"]\n\
                    governed-by = \"Charter\"\n";

#[test]
fn a_repayment_out_of_money_that_is_reimbursed_is_live() {
    let own = source("2024-02", "2024-11", REIMBURSED);
    let blue = ["stream.source.award", "stream.bridge.repaid-from.share", "stream.bridge.amount"];
    is_live(&format!("{}{own}", bridge("2024-01")), &blue);
    // What was spent before and what is owed count too.
    let own = source("2023-07", "2024-06", REIMBURSED);
    let opening = "[opening.stream.source]\nspent = 1_000.5\n\
                   receivables = [{ month = \"2024-02\", amount = 180 }]\n";
    let blue = [
        "stream.source.award",
        "opening.stream.source.spent",
        "opening.stream.source.receivables.1.amount",
        "stream.source.payment.lag-months",
    ];
    is_live(&format!("{}{own}{opening}", bridge("2024-01")), &blue);
}

#[test]
fn a_repayment_out_of_money_that_is_pooled_or_late_is_live() {
    let pooled = format!("{}{}{POOL}", bridge("2024-01"), source("2024-02", "2024-11", QUARTERLY));
    is_live(&pooled, &["stream.source.award", "stream.bridge.repaid-from.share"]);
    // The last instalment comes after the award's end.
    let late = QUARTERLY.replace("lag-months = 2", "lag-months = 5");
    let late = format!("{}{}", bridge("2024-01"), source("2024-02", "2024-11", &late));
    is_live(&late, &["stream.source.award", "stream.bridge.repaid-from.share"]);
}

#[test]
fn a_repayment_out_of_money_that_came_before_the_plan_is_live() {
    let opening = "[opening.stream.source]\nspent = 700.1\ncash = 900\n[opening.stream.bridge]\n\
                   cash = 300\n";
    let own = source("2023-07", "2024-06", QUARTERLY);
    let blue = ["stream.source.award", "stream.bridge.repaid-from.share"];
    is_live(&format!("{}{own}{opening}", bridge("2023-09")), &blue);
    let own = source("2023-07", "2024-06", REIMBURSED);
    let opening = "[opening.stream.source]\nspent = 1900.1\n[opening.stream.bridge]\ncash = 300\n";
    let blue = ["stream.source.award", "opening.stream.source.spent"];
    is_live(&format!("{}{own}{opening}", bridge("2023-08")), &blue);
}

#[test]
fn a_repayment_out_of_a_terminated_award_is_live() {
    let ended = "termination = { on = \"2024-06\", survives = [\"work\"] }";
    let own = source("2024-02", "2024-11", &format!("{REIMBURSED}\n{ended}"));
    let blue = ["stream.source.award", "cost.work.monthly"];
    is_live(&format!("{}{own}", bridge("2024-01")), &blue);
    let ended = "termination = { on = \"2024-06\" }";
    let own = source("2024-02", "2024-11", &format!("{REIMBURSED}\n{ended}"));
    is_live(&format!("{}{own}", bridge("2024-01")), &["stream.source.award"]);
}

/// What comes after the end of a terminated award comes as far as it was spent: so it repays.
#[test]
fn a_repayment_out_of_late_instalments_of_a_terminated_award_is_live() {
    let late = QUARTERLY.replace("lag-months = 2", "lag-months = 5");
    let ended = |more: &str| format!("{late}\ntermination = {{ on = \"2024-06\"{more} }}");
    let survived = ended(", survives = [\"work\"]");
    let blue = ["stream.source.award", "stream.bridge.repaid-from.share"];
    for more in [ended(""), survived.clone()] {
        for pool in ["", POOL] {
            let own = source("2024-02", "2024-11", &more);
            is_live(&format!("{}{own}{pool}", bridge("2024-01")), &blue);
        }
    }
    // What survives needs more than is left of an even month, or less.
    let own = source("2024-02", "2024-11", &survived).replace("4321.01", "21000.00");
    let more = format!("{}{own}", bridge("2024-01"));
    is_live(&more, &["stream.source.award", "cost.work.monthly"]);
    // What was spent and came before the plan counts.
    let opening = "[opening.stream.source]\nspent = 700.1\ncash = 100\n[opening.stream.bridge]\n\
                   cash = 300\n";
    for more in [ended(""), survived] {
        let own = source("2023-07", "2024-10", &more);
        let blue = ["stream.source.award", "opening.stream.source.spent"];
        is_live(&format!("{}{own}{opening}", bridge("2023-09")), &blue);
    }
}

/// Public money or a payer's contract on these terms.
fn contract(kind: &str, keys: &str, terms: &str) -> String {
    format!(
        "[stream.source]\nkind = \"{kind}\"\nfunder = \"A funder\"\nstatus = \"secured\"\n\
         from = \"2024-01\"\nuntil = \"2025-04\"\npays-for = [\"work\"]\n\
         fiscal-year-starts = \"october\"\n{keys}\n[stream.source.terms]\n{terms}\n"
    )
}

const DELAYED: &str = "start-delay-months = 4";
const TERMINATED: &str = "termination = { on = \"2024-11\" }";

#[test]
fn a_limit_that_grows_is_live_when_it_begins_late_or_ends_early() {
    let terms = "method = \"cost-reimbursement\"\nyearly = \"2345.67\"\ngrowth = \"7%\"";
    for keys in [DELAYED, TERMINATED, &format!("{DELAYED}\n{TERMINATED}")] {
        is_live(
            &contract("payer", keys, terms),
            &["stream.source.terms.yearly", "stream.source.terms.growth"],
        );
    }
}

#[test]
fn a_levy_that_is_reimbursed_is_live_when_it_begins_late_or_ends_early() {
    let terms = "method = \"levy\"\nbase = 234_567\nrate = \"1.25%\"\ncollection = \"97%\"\n\
                 growth = \"3%\"";
    for keys in [DELAYED, TERMINATED] {
        let keys = format!("{keys}\n{REIMBURSED}");
        is_live(
            &contract("public", &keys, terms),
            &["stream.source.terms.base", "stream.source.terms.growth"],
        );
    }
}

#[test]
fn payments_of_one_month_are_live_whether_stated_or_gathered_by_a_delay() {
    let payment =
        |month: &str, amount: &str| format!("{{ month = \"{month}\", amount = {amount} }}");
    let terms = |payments: &[String]| {
        format!("method = \"settlement\"\npayments = [{}]", payments.join(", "))
    };
    let equal = [payment("2024-03", "800"), payment("2024-03", "800"), payment("2024-08", "70")];
    let advance = "payment = { method = \"advance\", lag-months = 1 }";
    let blue = ["stream.source.terms.payments.1.amount", "stream.source.terms.payments.2.amount"];
    for keys in [REIMBURSED, advance] {
        is_live(&contract("public", keys, &terms(&equal)), &blue);
    }
    let some = [payment("2024-09", "70.1"), payment("2024-04", "30"), payment("2024-02", "90.07")];
    for payment in [REIMBURSED, advance] {
        for keys in [DELAYED, TERMINATED] {
            let keys = format!("{keys}\n{payment}");
            is_live(&contract("public", &keys, &terms(&some)), &blue);
            is_live(&contract("public", &keys, &terms(&equal)), &blue);
        }
    }
}

#[test]
fn a_pooled_award_that_cash_is_held_of_at_the_start_is_live() {
    let award = |more: &str| source("2023-07", "2024-06", more) + POOL;
    let opening = "[opening.stream.source]\nspent = 2700.1\ncash = 400.03\n";
    let blue = ["stream.source.award", "opening.stream.source.spent", "opening.stream.source.cash"];
    is_live(&format!("{}{opening}", award(QUARTERLY)), &blue);
    // More is held than the award leaves room for: it goes back, each pool's part of it too.
    let opening = "[opening.stream.source]\nspent = 2700.1\ncash = 3_900.03\n";
    is_live(&format!("{}{opening}", award(QUARTERLY)), &blue);
    // All of it was spent: no pool has a part of what still comes.
    let opening = "[opening.stream.source]\nspent = 4321.01\ncash = 400.03\n";
    is_live(&format!("{}{opening}", award(QUARTERLY)), &blue);
}

/// What each part of a pooled advance recovers is drawn of that part, so that what goes back at its end is known.
#[test]
fn a_pooled_advance_that_lapses_and_recovers_indirect_cost_is_live() {
    let blue = ["stream.source.award"];
    let mut recovered = Money::ZERO;
    for (award, cost) in [("4321.01", "190"), ("1000.01", "190"), ("4321.01", "290")] {
        let more = format!("{QUARTERLY}\nindirect = {{ rate = \"10%\" }}");
        let own = source("2024-02", "2024-11", &more).replace("4321.01", award) + POOL;
        let text = plan(&own).replace("monthly = 190", &format!("monthly = {cost}"));
        is_live_in(&[("plan.toml", text.as_str())], &blue);
        let files = MemoryFolder::new([("plan.toml", text.as_str())]);
        let plan = folder::read(&files, folder::BASE).unwrap();
        let books = spent(&plan, Status::Prospective).ledger;
        let pooled = books.recoveries.iter().flat_map(|own| &own.pooled);
        recovered += pooled.map(|(_, amount)| *amount).sum();
        assert!(
            books.tranches.iter().any(|book| book.refund_due.is_positive()) || award == "1000.01",
            "{text}"
        );
    }
    assert!(recovered.is_positive(), "no pool recovers anything");
}

#[test]
fn awards_of_one_window_with_others_between_are_live() {
    let rows = "stream,available,last,amount\nsource,2024-01,2024-12,700.01\nsource,2024-02,2024-06,30.07\n\
                source,2024-03,2024-12,90\n";
    let keys = "[stream.source]\nkind = \"grant\"\nfunder = \"A funder\"\nstatus = \"secured\"\n\
                from = \"2024-01\"\nuntil = \"2024-12\"\npays-for = [\"work\"]\n\
                schedule = \"rows.csv\"\nstart-delay-months = 3\n";
    let text = plan(keys);
    is_live_in(&[("plan.toml", text.as_str()), ("rows.csv", rows)], &[]);
}

/// Two awards of one window before the plan, of which cash is held: as much as they leave room for, or more; what is not
/// spent goes back.
#[test]
fn cash_held_of_awards_of_one_window_is_live() {
    let rows = "stream,available,last,amount\nsource,2023-07,2024-06,700.01\nsource,2023-07,2024-06,90.03\n";
    for (cash, work) in [("740.02", "190"), ("740.02", "60"), ("900.07", "60")] {
        let text = plan(&format!(
            "[stream.source]\nkind = \"grant\"\nfunder = \"A funder\"\nstatus = \"secured\"\n\
             from = \"2023-07\"\nuntil = \"2024-06\"\npays-for = [\"work\"]\nschedule = \"rows.csv\"\n\
             [opening.stream.source]\nspent = 20.5\ncash = {cash}\n"
        ));
        let text = text.replace("monthly = 190", &format!("monthly = {work}"));
        let files = [("plan.toml", text.as_str()), ("rows.csv", rows)];
        is_live_in(&files, &["opening.stream.source.spent", "opening.stream.source.cash"]);
    }
}

/// Two budget periods that a milestone releases in one month: of what each was spent only the engine knows, by which the last
/// instalment would come if its period held less.
#[test]
fn an_advance_of_two_periods_of_one_window_is_the_engines() {
    let periods = "milestone = \"2024-07\"\ncarryover = \"automatic\"\nbudget-periods = [\n\
                   { from = \"2024-01\", until = \"2024-06\", amount = 700.01 },\n\
                   { from = \"2024-07\", until = \"2024-12\", amount = 900.03 }]";
    let late = QUARTERLY.replace("lag-months = 2", "lag-months = 5");
    let own = source("2024-01", "2024-12", &format!("{late}\n{periods}"));
    let text = plan(&own.replace("award = \"4321.01\"\n", ""));
    let files = MemoryFolder::new([("plan.toml", text.as_str())]);
    let plan = folder::read(&files, folder::BASE).unwrap();
    let view = Status::Prospective;
    let book = workbook(&plan, &spent(&plan, view), view);
    assert_eq!(book.fixed, ["Source"]);
    let wrong = wrong(&book);
    assert!(wrong.is_empty(), "{}\n{text}", wrong.join("\n"));
}

/// A grant that income is taken off, and what earns it.
fn deducted(earns: &str) -> String {
    let award = "program-income = \"deduction\"\npayment = { method = \"advance\", \
                 instalments = \"monthly\" }";
    format!("{}{earns}", source("2024-02", "2025-03", award))
}

#[test]
fn income_that_is_deducted_is_live_whatever_is_taken_of_it_before() {
    let fees = "[stream.fees]\nkind = \"partner\"\nfunder = \"Partners\"\nstatus = \"secured\"\n\
                from = \"2024-01\"\nuntil = \"2025-05\"\npays-for = [\"work\"]\n\
                earned-by = \"source\"\npayments = [{ month = \"2024-03\", amount = 300.1 }, \
                { month = \"2024-09\", amount = 90 }]\n";
    // A part of it was spent before the plan.
    let spent = format!("{fees}[opening.stream.fees]\nspent = 120.5\n");
    let blue = ["stream.fees.payments.1.amount", "opening.stream.fees.spent"];
    is_live(&deducted(&spent), &blue);
    // A limit that grows and is reimbursed earns it.
    let terms = "method = \"cost-reimbursement\"\nyearly = \"345.67\"\ngrowth = \"7%\"";
    let limit = contract("payer", "earned-by = \"source\"", terms).replace("source]", "fees]");
    let limit = limit.replace("source.terms", "fees.terms");
    is_live(&deducted(&limit), &["stream.fees.terms.growth", "stream.source.award"]);
}

#[test]
fn savings_that_were_spent_before_the_plan_are_live() {
    let path = std::path::Path::new("tests/good/shared-savings-gate/plan.toml");
    let text = std::fs::read_to_string(path).unwrap();
    for spent in ["1_000.5", "900_000_000"] {
        let text = format!("{text}\n[opening.stream.met]\nspent = {spent}\n");
        is_live_in(&[("plan.toml", text.as_str())], &["opening.stream.met.spent"]);
    }
}

/// Two amounts of one month are spent one after the other, and later advances before earlier settlements.
#[test]
fn savings_of_one_month_that_were_spent_before_the_plan_are_live() {
    let terms = |more: &str| {
        format!(
            "[plan]\ntitle = \"One month\"\nstart = \"2024-01\"\nmonths = 36\n\
             [driver.members]\nstart = 5_000\n\
             [cost.work]\nlayer = \"program\"\nfunction = \"work\"\nmonthly = 9_000\n\
             [stream.savings]\nkind = \"shared-savings\"\nfunder = \"A plan\"\nstatus = \"likely\"\n\
             from = \"2024-01\"\nuntil = \"2025-12\"\ncaptured = \"30%\"\npays-for = [\"work\"]\n\
             [stream.savings.terms]\nmembers = \"members\"\nbenchmark = \"400.00\"\n\
             savings-rate = \"5%\"\n{more}\n"
        )
    };
    let advance = "programme = \"mssp\"\ntrack = \"BASIC_A\"\nsettlement-lag-months = 10\n\
                   advance = { rate = \"3.00\", quarters = 8 }";
    let interim = "minimum-savings-rate = \"1%\"\nsharing-rate = \"50%\"\nsettlement-lag-months = 15\n\
                   interim = { after-months = 3, share = \"40%\" }";
    for (more, spents) in [
        (advance, ["9_000.5", "30_000", "100_000.07", "900_000"]),
        (interim, ["9_000.5", "150_000", "180_000.07", "900_000"]),
    ] {
        for spent in spents {
            let text = format!("{}\n[opening.stream.savings]\nspent = {spent}\n", terms(more));
            is_live_in(&[("plan.toml", text.as_str())], &["opening.stream.savings.spent"]);
        }
    }
}

/// What is shared is capped; a loss is owed from the minimum on, up to its limit, less what is forgiven; and an advance is paid
/// back out of a year that was settled before the plan.
#[test]
fn savings_at_their_limits_are_live() {
    let text = |start: &str, terms: &str| {
        format!(
            "[plan]\ntitle = \"Limits\"\nstart = \"{start}\"\nmonths = 36\n\
             [driver.members]\nstart = 5_000\n\
             [cost.work]\nlayer = \"program\"\nfunction = \"work\"\nmonthly = 9_000\n\
             [stream.savings]\nkind = \"shared-savings\"\nfunder = \"A plan\"\nstatus = \"likely\"\n\
             from = \"2024-01\"\nuntil = \"2026-12\"\ncaptured = \"30%\"\nloss-share = \"20%\"\n\
             pays-for = [\"work\"]\n\
             [stream.savings.terms]\nmembers = \"members\"\nbenchmark = \"400.00\"\n{terms}\n"
        )
    };
    let contract = |rate: &str, more: &str| {
        format!(
            "savings-rate = \"{rate}\"\nminimum-savings-rate = \"2%\"\nsharing-rate = \"50%\"\n\
             settlement-lag-months = 6\n{more}"
        )
    };
    let medicare = |rate: &str, track: &str, more: &str| {
        format!(
            "savings-rate = \"{rate}\"\nprogramme = \"mssp\"\ntrack = \"{track}\"\n\
             settlement-lag-months = 10\n{more}"
        )
    };
    for (start, terms, moves) in [
        ("2024-01", contract("5%", "cap = \"1%\""), "cap"),
        ("2024-01", contract("5%", "cap-amount = 100_000"), "cap-amount"),
        ("2024-01", contract("-5%", "loss-rate = \"60%\"\nloss-limit = \"1%\""), "loss-limit"),
        ("2024-01", contract("-1%", "loss-rate = \"60%\""), "minimum-savings-rate"),
        ("2024-01", medicare("-5%", "ENHANCED", "quality = \"90%\"\nrelief = 10_000"), "relief"),
        (
            "2026-01",
            medicare("6%", "BASIC_A", "advance = { rate = \"30.00\", quarters = 8 }"),
            "savings-rate",
        ),
    ] {
        let text = text(start, &terms);
        let path = format!("stream.savings.terms.{moves}");
        is_live_in(&[("plan.toml", text.as_str())], &[path.as_str()]);
    }
}

#[test]
fn a_fee_of_receipts_that_are_pooled_or_late_is_live() {
    let fee = "[cost.sponsor]\nfunction = \"operate\"\n\
               fee = { share = \"5%\", of = \"receipts\", streams = [\"source\"] }\n";
    let late = QUARTERLY.replace("lag-months = 2", "lag-months = 5");
    for award in
        [source("2024-02", "2024-11", QUARTERLY) + POOL, source("2024-02", "2024-11", &late)]
    {
        is_live(&format!("{fee}{award}"), &["stream.source.award", "cost.sponsor.fee.share"]);
    }
}

#[test]
fn a_part_that_is_nearly_a_cent_more_is_no_cent_more() {
    // Three of seven months of it, 18,000,000.02, times 42.00 over 42,000,000.05: 1,799.99999986 cents.
    let award = source("2024-02", "2024-08", QUARTERLY).replace("\"4321.01\"", "42_000_000.05");
    let pool = POOL.replace("37.5%", "0.0001%");
    is_live(&format!("{award}{pool}"), &["stream.source.award"]);
}

/// A contract whose cash comes in three steps.
fn curve(keys: &str, steps: [(u8, &str); 3]) -> String {
    let steps = steps.map(|(lag, share)| format!("{{ lag-months = {lag}, share = \"{share}\" }}"));
    let terms = format!(
        "method = \"pmpm\"\nmembers = \"members\"\nrate = \"1.38\"\ncollection = [{}]",
        steps.join(", ")
    );
    format!("[driver.members]\nstart = 333\ngrowth = \"7%\"\n{}", contract("payer", keys, &terms))
}

const STEPS: [(u8, &str); 3] = [(2, "33.3%"), (0, "16.67%"), (3, "50.03%")];

#[test]
fn the_steps_of_a_collection_curve_are_live() {
    let blue = [
        "stream.source.terms.collection.1.lag-months",
        "stream.source.terms.collection.2.share",
        "stream.source.terms.collection.3.lag-months",
    ];
    is_live(&curve("", STEPS), &blue);
    let one = "method = \"pmpm\"\nmembers = \"members\"\nrate = \"1.37\"\n\
               collection = [{ lag-months = 3, share = \"100%\" }]";
    let one = contract("payer", "", one);
    is_live(
        &format!("[driver.members]\nstart = 333\n{one}"),
        &["stream.source.terms.collection.1.lag-months"],
    );
}

/// One share cannot change alone, and steps that pass each other round other cents: both against the engine, with the draws held.
#[test]
fn shares_and_steps_that_change_together_move_what_the_engine_moves() {
    let changed = [
        [(2, "53.3%"), (0, "6.67%"), (3, "40.03%")],
        [(0, "33.3%"), (5, "16.67%"), (6, "50.03%")],
        [(3, "10%"), (3, "20.5%"), (3, "69.5%")],
    ];
    for steps in changed {
        moves_as_the_engine("", steps);
    }
    // Of a pooled contract the months stay.
    for steps in
        [[(2, "53.3%"), (0, "6.67%"), (3, "40.03%")], [(2, "1%"), (0, "98.99%"), (3, "0.01%")]]
    {
        moves_as_the_engine(POOL, steps);
    }
}

fn moves_as_the_engine(more: &str, steps: [(u8, &str); 3]) {
    let view = Status::Prospective;
    let read = |steps: [(u8, &str); 3]| {
        let text = plan(&format!("{}{more}", curve("", steps)));
        folder::read(&MemoryFolder::new([("plan.toml", text.as_str())]), folder::BASE).unwrap()
    };
    let before = read(STEPS);
    let made = spent(&before, view);
    let mut book = workbook(&before, &made, view);
    let other = read(steps);
    let other = workbook(&other, &held::with_draws(&other, &made, view).unwrap(), view);
    let figures = held::figures(&other);
    assert_ne!(figures, held::figures(&book));
    for (number, ((lag, share), (lag_before, _))) in (1..).zip(steps.into_iter().zip(STEPS)) {
        let share: Decimal = share.trim_end_matches('%').parse().unwrap();
        let mut edits = vec![("share", share / Decimal::from(100))];
        edits.extend((lag != lag_before).then_some(("lag-months", Decimal::from(lag))));
        for (key, figure) in edits {
            let path = format!("stream.source.terms.collection.{number}.{key}");
            let at = book.inputs.iter().find(|input| input.path == path).unwrap().at;
            let sheet = book.sheets.iter_mut().find(|sheet| sheet.place == at.sheet);
            let cell = sheet.unwrap().rows[at.row as usize].get_mut(&at.column);
            cell.unwrap().content = Content::Number(figure);
        }
    }
    let mut evaluator = Evaluator::new(&book, None);
    for (at, (label, figure)) in held::live(&book).into_iter().zip(figures) {
        assert_eq!(evaluator.at(at), Found::Number(figure), "{steps:?}: {label}");
    }
}

/// Each step looks at all others, and the check at every curve: both are held to what a formula takes (`wrong`).
#[test]
fn long_curves_and_curves_of_many_contracts_fit_in_formulas() {
    let of = |name: usize, steps: u32| {
        let steps = (0..steps).map(|lag| {
            let share = Decimal::from(100) / Decimal::from(steps);
            format!("{{ lag-months = {}, share = \"{share}%\" }}", lag % 7)
        });
        let steps: Vec<String> = steps.collect();
        let terms = format!(
            "method = \"pmpm\"\nmembers = \"members\"\nrate = \"1.38\"\ncollection = [{}]",
            steps.join(",\n")
        );
        contract("payer", "", &terms).replace("stream.source", &format!("stream.source-{name}"))
    };
    let fixed = |contracts: &[(usize, u32)]| {
        let contracts: String = contracts.iter().map(|(name, steps)| of(*name, *steps)).collect();
        let text = plan(&format!("[driver.members]\nstart = 333\n{contracts}"));
        let files = MemoryFolder::new([("plan.toml", text.as_str())]);
        let plan = folder::read(&files, folder::BASE).unwrap();
        let book = workbook(&plan, &spent(&plan, Status::Prospective), Status::Prospective);
        let wrong = wrong(&book);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        book.fixed.len()
    };
    let many: Vec<(usize, u32)> = (0..80).map(|name| (name, 10)).collect();
    assert_eq!(fixed(&many), 0);
    assert_eq!(fixed(&[(0, 100)]), 0);
    assert!(fixed(&[(0, 125)]) > 0);
}

/// Shares that do not come to one are no plan: the master check says so.
#[test]
fn shares_of_a_curve_that_do_not_come_to_one_fail_a_check() {
    let text = plan(&curve("", STEPS));
    let files = MemoryFolder::new([("plan.toml", text.as_str())]);
    let plan = folder::read(&files, folder::BASE).unwrap();
    let book = workbook(&plan, &spent(&plan, Status::Prospective), Status::Prospective);
    let share = "stream.source.terms.collection.2.share";
    let told = |factor: Decimal| cover(&book, share, factor).0;
    assert_eq!(told(Decimal::ONE), Found::Word("all checks hold".to_string()));
    let fails = Found::Word("A CHECK FAILS: see Checks".to_string());
    assert_eq!(told(Decimal::new(1001, 3)), fails);
}

/// A month's cost is no whole cent, and is rounded before it is taken so often.
#[test]
fn months_of_cost_that_a_reserve_keeps_are_live() {
    let reserve = "[stream.own]\nkind = \"reserve\"\nbalance = 9_000.07\nauthorised = 7_000\n\
                   floor-months = 3\n[cost.once]\nlayer = \"program\"\nfunction = \"work\"\n\
                   once = \"100.01\"\nfrom = \"2024-03\"\n";
    is_live(reserve, &["stream.own.floor-months", "stream.own.balance"]);
}

/// After the last payment, with which what is left over goes, nothing is owed and nothing falls due.
#[test]
fn a_loan_whose_last_payment_holds_what_is_left_ends_with_it() {
    let loan = "[stream.bridge]\nkind = \"loan\"\nfunder = \"A lender\"\nstatus = \"secured\"\nfrom = \"2024-02\"\n\
                amount = 4_000\nrate = \"7%\"\nmonths = 6\ninterest-only-months = 2\nballoon = 1_000\n\
                pays-for = [\"operate\"]\n";
    is_live(loan, &["stream.bridge.amount", "stream.bridge.balloon"]);
}
