//! What is redacted is nowhere: neither what positions are called nor what one of them is paid, however it is reckoned.

use std::collections::BTreeSet;

use braidfund::export::{html, markdown};
use braidfund::money::Rate;
use braidfund::report::board::{Board, Redaction};

use super::*;

/// Names that stand in many places, and positions that are alone in their function.
const PLAN: &str = r#"
[plan]
title = "Riverbend"
start = "2026-07"
months = 36

[driver.clients]
title = "Clients of John Roe"
start = 120

[cost.jane-doe]
title = "Jane Doe, director"
function = "convene"
positions = { fte = 1, salary = 123_457, fringe = "25%" }
source = "letter, illustrative"

[cost.john-roe]
title = "John Roe, analyst"
function = "data"
priority = "essential"
positions = { fte = 0.5, salary = 98_763, fringe = "25%" }
source = "illustrative"

[cost.ann-lee]
title = "Ann Lee, evaluator"
function = "evaluate"
positions = { fte = 1, salary = 71_113, fringe = "25%" }

[cost.xu-ray]
title = "Xu Ray, evaluator"
function = "evaluate"
positions = { fte = 1, salary = 67_891, fringe = "25%" }

[cost.rent]
title = "Rent of the room of Jane Doe"
function = "operate"
yearly = 12_000
source = "lease; Doe signed, as of her 123,457"

[cost.visits]
title = "Visits"
function = "visits"
priority = "essential"
layer = "program"
unit = { driver = "clients", cost = "10.00" }

[stream.bridge]
title = "Bridge award"
kind = "grant"
funder = "A foundation"
status = "secured"
award = 90_000
from = "2026-07"
until = "2027-06"
pays-for = ["convene", "cost.rent"]
source = "award letter"

[stream.fellow]
title = "Fellowship of Doe for Xu"
kind = "grant"
funder = "A foundation"
status = "secured"
award = 33_333
from = "2026-07"
until = "2027-06"
pays-for = ["evaluate"]
source = "award letter"

[scenario.smaller]
title = "John Roe asks for a smaller award"
[scenario.smaller.stream.bridge]
award = 80_000
"#;

const OPTIONS: &str = r#"
[option.gift]
title = "A gift of the Roe family"
kind = "grant"
funder = "B foundation"
status = "secured"
award = 40_000
from = "2026-09"
until = "2027-08"
pays-for = ["convene"]
source = "illustrative"

[option.hire]
title = "A gift with a post for Mary Major"
kind = "grant"
funder = "B foundation"
status = "secured"
award = 50_000
from = "2026-09"
until = "2027-08"
pays-for = ["convene"]
source = "illustrative"

[option.hire.with.cost.mary-major]
title = "Mary Major, analyst"
function = "convene"
positions = { fte = 1, salary = 87_654, fringe = "25%" }
"#;

const CHANCES: &str = r#"
[chance.late]
title = "The fellowship of Jane Doe is late"
odds = "30%"
source = "as Doe said"
[chance.late.then.stream.fellow]
start-delay-months = 2

[shock.year]
title = "The year of Roe"
together = "20%"
of = ["late"]
against = ["award"]

[chance.award]
title = "The award is less"
of = "stream.bridge.award"
uniform = [80_000, 90_000]
"#;

/// Every amount that a report shows, with the table and column that it stands in.
fn amounts(board: &Board) -> Vec<((String, usize), i64)> {
    let of_table = |table: &Table| {
        let cells = table.rows.iter().flat_map(|row| row.iter().enumerate());
        let money = cells.filter_map(|(column, cell)| match cell {
            Cell::Money(amount) => Some(((table.title.clone(), column), amount.cents().abs())),
            _ => None,
        });
        money.collect::<Vec<_>>()
    };
    tables(board).flat_map(of_table).collect()
}

/// What each position is paid in a month, a quarter, a year and all of the plan, in cents.
fn paid(forecast: &Forecast) -> BTreeSet<i64> {
    let ledger = &forecast.books.ledger;
    let people = ledger.lines.iter().filter(|line| line.fte.iter().any(|fte| !fte.eq(&Rate::ZERO)));
    let sums = people.flat_map(|line| {
        let cents =
            |from: usize, to: usize| -> i64 { line.need[from..to].iter().sum::<Money>().cents() };
        let months = line.need.len();
        let quarters = (0..months / 3).map(|at| cents(3 * at, 3 * at + 3)).collect::<Vec<_>>();
        quarters.into_iter().chain([cents(0, 1), cents(0, months.min(12)), cents(0, months)])
    });
    sums.filter(|cents| *cents > 0).collect()
}

/// What of a report tells a position's pay: as an amount, or as the difference of two of a column, to the dollar.
fn told_pay(board: &Board, forecast: &Forecast) -> Vec<String> {
    let secrets = paid(forecast);
    let near = |cents: i64| secrets.iter().any(|secret| (secret - cents).abs() < 100);
    let all = amounts(board);
    let mut found = Vec::new();
    for (place, amount) in &all {
        if near(*amount) {
            found.push(format!("{place:?}: {amount}"));
        }
        for (_, other) in all.iter().filter(|(other, less)| other == place && less < amount) {
            if near(amount - other) {
                found.push(format!("{place:?}: {amount} less {other}"));
            }
        }
    }
    for text in words_of(board) {
        let dollars = whole_dollars(text).into_iter().filter(|dollars| near(dollars * 100));
        found.extend(dollars.map(|dollars| format!("${dollars}: {text}")));
    }
    found
}

#[test]
fn no_figure_is_of_one_position_alone() {
    let files = MemoryFolder::new([
        ("plan.toml", PLAN),
        ("bridge.toml", OPTIONS),
        ("chance.toml", CHANCES),
    ]);
    let (_, forecast, open) = report(&files, &Asked::default());
    assert!(told_pay(&open, &forecast).len() > 3, "what is looked for is there to be found");
    let (_, _, kept) = report(&files, &Asked { redact: true, ..Asked::default() });
    assert_eq!(told_pay(&kept, &forecast), Vec::<String>::new());
    // The director alone convenes, the analyst alone keeps data: they stand together; the evaluators are two.
    let matrix = &table(&kept, "matrix").rows;
    let labels: Vec<&Cell> = matrix.iter().map(|row| &row[0]).collect();
    for label in ["Staff and other costs", "Pay: evaluation (core)", "All costs"] {
        assert!(labels.contains(&&Cell::text(label)), "{label}: {labels:?}");
    }
    let uses: Vec<&Cell> = table(&kept, "flows").rows.iter().map(|row| &row[1]).collect();
    assert!(uses.contains(&&Cell::text("Staff and other costs")), "{uses:?}");
    assert!(!uses.contains(&&Cell::text("Convening")), "{uses:?}");
    // What goes unpaid of essential cost less the visits would be the analyst's pay: the visits are hidden too.
    let page = markdown::encode(&kept);
    assert!(!page.contains("Visits") && !page.contains("$10.00"), "{page}");
    assert!(page.contains("stands with others as \u{201c}Staff and other costs\u{201d}"));
}

#[test]
fn a_position_alone_in_a_plan_stands_with_other_costs() {
    let of = |more: &str| {
        let plan = format!(
            "[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nmonths = 24\n\
             [cost.jane-doe]\ntitle = \"Jane Doe\"\nfunction = \"convene\"\npositions = {{ fte = 1, salary = 60_123, fringe = \"0%\" }}\n{more}"
        );
        MemoryFolder::new([("plan.toml", plan.as_str())])
    };
    let files =
        of("[cost.rent]\ntitle = \"Rent of rooms\"\nfunction = \"operate\"\nyearly = 7_777\n\
         [cost.audit]\ntitle = \"Audit\"\nfunction = \"operate\"\nyearly = 8_888\n");
    let (_, forecast, kept) = report(&files, &Asked { redact: true, ..Asked::default() });
    assert_eq!(told_pay(&kept, &forecast), Vec::<String>::new());
    let page = markdown::encode(&kept);
    assert!(page.contains("Staff and other costs"), "{page}");
    // What stands with it is not told either: the rest would be the pay.
    for secret in ["Jane", "Audit", "8,888", "8_888", "8888"] {
        assert!(!page.contains(secret), "{secret}");
    }
    assert!(page.contains("Rent of rooms"));
    // A total cannot hide what it is alone, nor can what goes unpaid of a priority.
    let rent =
        |more: &str| format!("[cost.rent]\nfunction = \"operate\"\nyearly = 7_777\n{more}\n");
    for (more, year) in [
        (String::new(), "FY2026"),
        (rent("until = \"2026-12\""), "FY2027"),
        (rent("priority = \"stretch\""), "FY2026"),
    ] {
        let plan = folder::read(&of(&more), BASE).unwrap();
        let refused = Redaction::of(&plan).map(|_| ());
        assert_eq!(
            refused,
            Err(format!("no core cost stands beside `cost.jane-doe` in {year}")),
            "{more}"
        );
    }
}

/// What goes with the pay of one position hides nothing of it: its fringe, and a fee that is a share of it. The driver that it follows
/// tells it.
#[test]
fn what_follows_the_pay_of_one_position_hides_nothing_of_it() {
    let line = |id: &str, function: &str, terms: &str| {
        format!("[cost.{id}]\ntitle = \"{id}\"\nfunction = \"{function}\"\n{terms}\n")
    };
    let head = "[plan]\ntitle = \"T\"\nstart = \"2026-07\"\nmonths = 24\n[opening]\nunrestricted-cash = 500_000\n";
    let pay =
        |yearly: &str| format!("positions = {{ fte = 1, salary = {yearly}, fringe = \"0%\" }}");
    let base = format!(
        "{head}{}{}{}",
        line("chief", "convene", &pay("123_456")),
        line("rent", "operate", "yearly = 12_012"),
        line("audit", "operate", "yearly = 7_032"),
    );
    let award = "[stream.award]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\naward = 300_000\n\
                 from = \"2026-07\"\nuntil = \"2028-06\"\npays-for = [\"anything\"]\n\
                 payment = { method = \"advance\" }\n";
    let fringe = line("chief-fringe", "convene", "category = \"fringe\"\nyearly = 30_864");
    let fee = line("sponsor", "convene", "fee = { share = \"10%\", on = [\"cost.chief\"] }");
    let index = "[driver.index]\ntitle = \"Index of pay\"\nstart = 100\nrange = { start = [90, 110] }\n\
                 [scenario.flat]\ntitle = \"Index is flat\"\ndriver.index.start = 95\n";
    let aide = line("aide", "convene", &pay("50_004"));
    let nurse = "category = \"personnel\"\nunit = { driver = \"index\", cost = \"77.00\" }";
    let nurse = format!("{aide}{index}{}", line("nurse", "convene", nurse));
    for (more, secrets) in [
        (&fringe, &["123,456", "154,320", "77,160", "38,580"][..]),
        (&fee, &["123,456", "6,173", "fee share"]),
        (&nurse, &["Index of pay moves", "Index is flat", "9,240", "7,700"]),
    ] {
        let plan = format!("{base}{award}{more}");
        let files = MemoryFolder::new([("plan.toml", plan.as_str())]);
        let (_, forecast, open) = report(&files, &Asked::default());
        let (_, _, kept) = report(&files, &Asked { redact: true, ..Asked::default() });
        let (open, page) = (markdown::encode(&open), markdown::encode(&kept));
        assert!(secrets.iter().any(|secret| open.contains(secret)), "{secrets:?}: {open}");
        for secret in secrets {
            assert!(!page.contains(secret), "{secret}: {page}");
        }
        assert_eq!(told_pay(&kept, &forecast), Vec::<String>::new(), "{more}");
    }
}

#[test]
fn who_hands_a_report_on_is_told_of_money_that_pays_one_position_in_full() {
    let of = |award: &str, uses: &str| {
        let plan = PLAN.replace("award = 90_000", award);
        let plan = plan.replace("[\"convene\", \"cost.rent\"]", uses);
        let plan = folder::read(&MemoryFolder::new([("plan.toml", plan.as_str())]), BASE).unwrap();
        let forecast = Forecast::from_plan(&plan, Question::default()).unwrap();
        Redaction::of(&plan).unwrap().1.caution(&plan, &forecast)
    };
    let whole = "award = 154_321.25";
    let told = of(whole, "[\"convene\"]").unwrap();
    assert!(told.ends_with("in full: \u{201c}Bridge award\u{201d}."), "{told}");
    // Neither a part of the pay nor the pay of two of one sum is anybody's.
    assert_eq!(of("award = 20_000", "[\"convene\"]"), None);
    // A quarter of it is, for restricted cash is told at the ends of quarters.
    assert_eq!(of("award = 50_000", "[\"convene\"]"), Some(told));
    assert_eq!(of("award = 190_000", "[\"convene\", \"data\"]"), None);
}

#[test]
fn no_title_carries_the_name_of_a_position() {
    let files = MemoryFolder::new([
        ("plan.toml", PLAN),
        ("bridge.toml", OPTIONS),
        ("chance.toml", CHANCES),
    ]);
    let asked = Asked { redact: true, ..Asked::default() };
    let (open, kept) = (report(&files, &Asked::default()).2, report(&files, &asked).2);
    for encode in [html::encode, markdown::encode] {
        let (open, kept) = (encode(&open), encode(&kept));
        for name in ["Jane", "Doe", "John", "Roe", "Ann Lee", "Xu", "Mary", "123,457"] {
            assert!(open.contains(name), "{name} is there to be found");
            assert!(!kept.contains(name), "{name}");
        }
        for word in ["Fellowship of \u{2026}", "smaller award", "The award is less"] {
            assert!(kept.contains(word), "{word}");
        }
    }
    // An option that adds a position is left out.
    let columns = tables(&kept).find(|table| table.title == "What each option does, in dollars");
    let columns = columns.map(|table| table.columns.len());
    assert_eq!(columns, Some(3));
    for picture in pictures(&kept) {
        for drawing in [&picture.wide, &picture.narrow] {
            assert_eq!(drawing.faults(), Vec::<String>::new(), "{}", picture.name);
        }
    }
}

#[test]
fn samples_tell_no_pay_when_they_are_redacted() {
    for name in ["reading-ccp", "ri-hez", "imperial-ach"] {
        let (plan, forecast, _) = report(&sample(name), &Asked::default());
        let (_, _, kept) = report(&sample(name), &Asked { redact: true, ..Asked::default() });
        let page = markdown::encode(&kept);
        for line in plan
            .lines
            .iter()
            .filter(|line| forecast.books.ledger.lines[0].need.len() > 1 && line.title.len() > 3)
        {
            let own = matches!(line.form, braidfund::plan::cost::Form::Positions { .. });
            assert!(
                !own || !page.contains(&format!("| {} ", line.title)),
                "{name}: {}",
                line.title
            );
        }
        assert_eq!(told_pay(&kept, &forecast), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn what_is_redacted_is_nowhere() {
    let staffed = r#"
[plan]
title = "Riverbend"
start = "2026-07"
months = 36

[cost.jane-doe]
title = "Jane Doe, director"
function = "convene"
positions = { fte = 1, salary = 123_457, fringe = "25%" }
source = "letter to Jane Doe, illustrative"

[cost.john-roe]
title = "John Roe, analyst"
function = "convene"
category = "contractual"
positions = { fte = 0.5, salary = 98_763, fringe = "25%" }
source = "illustrative"

[cost.health-of-ann-poe]
title = "Ann Poe, health cover"
function = "convene"
category = "fringe"
yearly = 11_235

[cost.rent]
function = "operate"
yearly = 12_000
source = "lease"

[stream.bridge]
title = "Bridge award"
kind = "grant"
funder = "A foundation"
status = "secured"
award = 90_000
from = "2026-07"
until = "2027-06"
pays-for = ["cost.jane-doe", "cost.rent"]
not-for = ["cost.john-roe"]
source = "award letter"

[scenario.vacant]
title = "Jane Doe leaves"
[scenario.vacant.cost.jane-doe]
until = "2026-12"

[scenario.hire]
title = "Mary Major joins"
[scenario.hire.cost.mary-major]
title = "Mary Major, analyst"
function = "convene"
positions = { fte = 1, salary = 87_654, fringe = "25%" }

[scenario.swap]
title = "Kim Lee follows Jane Doe"
[scenario.swap.cost.jane-doe]
drop = true
[scenario.swap.cost.kim-lee]
title = "Kim Lee, director"
function = "convene"
positions = { fte = 1, salary = 123_457, fringe = "25%" }
[scenario.swap.stream.bridge]
pays-for = ["cost.rent"]

[scenario.gone]
title = "The post of Jane Doe goes"
[scenario.gone.cost.jane-doe]
drop = true
[scenario.gone.stream.bridge]
pays-for = ["cost.rent"]

[scenario.small]
title = "A smaller award"
[scenario.small.stream.bridge]
award = 80_000
"#;
    let chances = r#"
[chance.raise]
title = "A raise for Jane Doe"
of = "cost.jane-doe.positions.salary"
uniform = [123_457, 135_791]

[chance.analyst]
title = "Mary Major may join"
odds = "30%"
[chance.analyst.then.cost.mary-major]
function = "convene"
positions = { fte = 1, salary = 87_654, fringe = "25%" }

[chance.delay]
title = "The award is late"
odds = "30%"
[chance.delay.then.stream.bridge]
start-delay-months = 2

[chance.rent]
title = "The rent falls"
of = "cost.rent.yearly"
uniform = [10_000, 12_000]

[shock.year]
title = "The year of Jane Doe"
together = "50%"
of = ["raise", "delay"]

[shock.market]
title = "The market"
together = "20%"
of = ["delay"]
against = ["rent"]
"#;
    let files = MemoryFolder::new([("plan.toml", staffed), ("chance.toml", chances)]);
    let told = report(&files, &Asked::default()).2;
    let redacted = report(&files, &Asked { redact: true, ..Asked::default() }).2;
    let secrets = [
        "Jane",
        "John",
        "jane-doe",
        "john-roe",
        "123,457",
        "123_457",
        "98,763",
        "98_763",
        "154,321",
        "61,727",
        "135,791",
        "vacant",
        "Mary",
        "mary-major",
        "hire",
        "Kim",
        "kim-lee",
        "swap",
        "The post of",
        "Ann Poe",
        "ann-poe",
        "11,235",
    ];
    for encode in [html::encode, markdown::encode] {
        let (open, kept) = (encode(&told), encode(&redacted));
        assert!(open.contains("Jane Doe"));
        for secret in secrets {
            assert!(!kept.contains(secret), "{secret}");
            assert!(!kept.contains(&secret.replace('-', "\\-")), "{secret}");
        }
        assert!(kept.contains("Pay: convening (core)"));
        // Of what changes nobody's pay everything is told.
        for word in ["A smaller award", "The award is late", "The market"] {
            assert!(kept.contains(word), "{word}");
        }
    }
    // The sums are the same: nothing but names is left out.
    assert_eq!(table(&told, "certainty"), table(&redacted, "certainty"));
    assert_eq!(table(&told, "matrix").rows.len(), table(&redacted, "matrix").rows.len() + 2);
}
