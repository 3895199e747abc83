//! What is said about a forecast agrees with its books, in every form.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;

use braidfund::braid::Method;
use braidfund::export::text::{self, Colour};
use braidfund::export::{csv, json};
use braidfund::folder::{self, DiskFolder, MemoryFolder};
use braidfund::forecast::{Forecast, Question};
use braidfund::funding::Status;
use braidfund::money::Money;
use braidfund::plan::Plan;
use braidfund::report::{contract, record, summary};
use unicode_width::UnicodeWidthStr;

/// The headers that other tools rely on.
const HEADERS: [(&str, &str); 10] = [
    ("needs", "month,cost,function,layer,priority,need,covered,gap"),
    ("draws", "month,stream,tranche,pool,cost,amount"),
    ("match", "month,award,cost,stream,tranche,amount"),
    ("tranches", "stream,tranche,available,last,amount,drawn,lapsed,refund_due,idle"),
    ("recovery", "month,stream,tranche,base,amount"),
    ("streams", "month,stream,kind,opening,made_available,drawn,lapsed,refund_due,closing"),
    (
        "cash",
        "month,opening,receipts,payments,closing,restricted,unrestricted,receivable,\
         refundable_advance,closing_all_costs",
    ),
    (
        "years",
        "fiscal_year,cost,covered,gap,gap_core,gap_essential,gap_stretch,irreducible_gap,\
         structural_gap,lapsed,dependable_share",
    ),
    ("causes", "step,cause,core,essential,stretch,total"),
    ("moves", "fiscal_year,stream,cost,priority,as_spent,optimal,change,footing,prior_approval"),
];

/// Every template, read and forecast in every view.
fn forecasts() -> Vec<(Plan, Forecast)> {
    let mut forecasts = Vec::new();
    for template in folder::templates() {
        let files = MemoryFolder::new(template.files.iter().copied());
        let plan = folder::read(&files, "base").unwrap();
        for view in Status::ALL {
            let question = Question { view, ..Question::default() };
            let forecast = Forecast::from_plan(&plan, question).unwrap();
            forecasts.push((plan.clone(), forecast));
        }
    }
    forecasts
}

/// The rows of a table as its CSV says them: column to text.
fn rows(plan: &Plan, forecast: &Forecast, name: &str) -> Vec<BTreeMap<String, String>> {
    let text = csv::encode(&contract::table(plan, forecast, name).unwrap());
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn sum(rows: &[BTreeMap<String, String>], column: &str) -> Money {
    rows.iter().map(|row| Money::parse(&row[column]).unwrap()).sum()
}

#[test]
fn tables_have_the_columns_of_the_contract() {
    let (plan, forecast) = forecasts().remove(0);
    let tables = contract::tables(&plan, &forecast);
    assert_eq!(tables.len(), HEADERS.len());
    for (table, (name, header)) in tables.iter().zip(HEADERS) {
        assert_eq!(table.name, name);
        let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(columns.join(","), header);
    }
}

#[test]
fn rows_are_sorted_and_rows_of_zeros_are_left_out() {
    for (plan, forecast) in forecasts() {
        for table in contract::tables(&plan, &forecast) {
            let text = csv::encode(&table);
            let keys: Vec<Vec<String>> = ::csv::Reader::from_reader(text.as_bytes())
                .records()
                .map(|row| row.unwrap().iter().take(2).map(str::to_string).collect())
                .collect();
            assert!(keys.is_sorted(), "{}", table.name);
            let zeros = |line: &&str| {
                let mut cells = line.split(',').filter(|cell| cell.contains('.'));
                cells.clone().next().is_some() && cells.all(|cell| cell == "0.00")
            };
            assert_eq!(text.lines().skip(1).find(zeros), None, "{}", table.name);
        }
    }
}

#[test]
fn the_tables_tie_to_each_other_to_the_cent() {
    for (plan, forecast) in forecasts() {
        let of = |name: &str| rows(&plan, &forecast, name);
        let (needs, draws, years) = (of("needs"), of("draws"), of("years"));
        let (streams, recovery, tranches) = (of("streams"), of("recovery"), of("tranches"));
        assert_eq!(sum(&needs, "covered"), sum(&draws, "amount"));
        assert_eq!(sum(&needs, "need"), sum(&needs, "covered") + sum(&needs, "gap"));
        for (column, year) in [("need", "cost"), ("covered", "covered"), ("gap", "gap")] {
            assert_eq!(sum(&needs, column), sum(&years, year), "{column}");
        }
        let parts = ["gap_core", "gap_essential", "gap_stretch"].map(|part| sum(&years, part));
        assert_eq!(sum(&years, "gap"), parts.iter().sum());
        let drawn = sum(&draws, "amount") + sum(&recovery, "amount");
        assert_eq!(sum(&streams, "drawn"), drawn);
        assert_eq!(sum(&tranches, "drawn"), drawn);
        assert_eq!(sum(&of("causes"), "total"), sum(&years, "irreducible_gap"));
        let out = sum(&tranches, "lapsed") + sum(&tranches, "refund_due") + sum(&tranches, "idle");
        assert_eq!(sum(&tranches, "amount"), drawn + out);
    }
}

#[test]
fn the_record_says_what_the_tables_say() {
    for (plan, forecast) in forecasts() {
        let text = json::encode(&record::forecast(&plan, &forecast));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        for key in [
            "schema_version",
            "engine_version",
            "title",
            "notice",
            "scenario",
            "method",
            "view",
            "horizon",
            "totals",
            "years",
            "measures",
            "assumptions",
            "findings",
            "certificate",
        ] {
            assert!(!value[key].is_null(), "{key}");
        }
        let years = rows(&plan, &forecast, "years");
        assert_eq!(value["totals"]["gap"], sum(&years, "gap").to_string());
        for year in &years {
            let same = value["years"]
                .as_array()
                .unwrap()
                .iter()
                .find(|other| year["fiscal_year"] == other["fiscal_year"].to_string().as_str());
            let same = same.unwrap();
            for key in ["cost", "covered", "gap", "structural_gap", "lapsed", "dependable_share"] {
                assert_eq!(same[key], year[key].as_str(), "{key}");
            }
            assert_eq!(same["irreducible_gap"], year["irreducible_gap"].as_str());
        }
        assert!(!text.contains(": -0") && !has_float(&value), "money never stands as a number");
    }
}

fn has_float(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Number(number) => !number.is_i64() && !number.is_u64(),
        serde_json::Value::Array(items) => items.iter().any(has_float),
        serde_json::Value::Object(object) => object.values().any(has_float),
        _ => false,
    }
}

fn page(plan: &Plan, forecast: &Forecast, width: usize) -> String {
    text::encode(&summary::page(plan, forecast, "plan"), width, Colour::Without)
}

fn too_wide(page: &str, width: usize) -> Option<&str> {
    page.lines().find(|line| line.width() > width && !line.contains("braid "))
}

#[test]
fn the_best_case_is_said_once_beside_the_gap() {
    let folder = DiskFolder::open(Path::new("tests/good/rebraiding-and-its-basis")).unwrap();
    let plan = folder::read(&folder, "base").unwrap();
    let told = |method: Method| {
        let forecast = Forecast::from_plan(&plan, Question { method, ..Question::default() });
        page(&plan, &forecast.unwrap(), 400)
    };
    let waterfall = told(Method::Waterfall);
    for words in [
        "Best case, if every date were known today: $90 must stay unpaid (core $40 and essential $50; \
         proved); re-braiding avoids $250,210 (core $250,060 and essential $150).",
        "\u{201c}Acf\u{201d} pays $250,000 more of \u{201c}Visits\u{201d}: its benefit is documented (clients); it may need prior approval.",
        "And 6 more moves. Of the $500,420 that 6 moves pay more, $250,210 is money under no federal \
         cost principles, $250,060 has a documented benefit and $150 has no documented benefit: 2 CFR 200.405(c)",
        "$150,000 of it may need prior approval: so much goes beyond approved budgets (2 CFR 200.308).",
    ] {
        assert!(waterfall.contains(words), "{words}\n{waterfall}");
    }
    assert!(told(Method::Shares).contains("re-braiding avoids $150 of essential gap."));
    let optimal = told(Method::Optimal);
    assert!(optimal.contains("No braid within the rules leaves less unpaid (proved)."));
    let told_again = ["re-braiding avoids", "Closed by", "Best case"];
    assert!(told_again.iter().all(|words| !optimal.contains(words)), "{optimal}");
    assert_eq!(optimal.matches("best case").count(), 1);
}

#[test]
fn a_plan_that_is_paid_in_full_says_nothing_of_other_braids() {
    let paid = forecasts()
        .into_iter()
        .filter(|(_, forecast)| forecast.measures.total.gap_total().is_zero());
    let mut count = 0;
    for (plan, forecast) in paid {
        let page = page(&plan, &forecast, 100);
        assert!(!page.contains("est case") && !page.contains("re-braiding"), "{page}");
        assert!(forecast.rebraiding.moves.is_empty());
        count += 1;
    }
    assert!(count > 0, "some template is paid in full in some view");
}

#[test]
fn every_page_fits_its_width() {
    for (plan, forecast) in forecasts() {
        for width in [60, 80, 100, 120, 200] {
            let page = page(&plan, &forecast, width);
            assert_eq!(too_wide(&page, width), None, "{} at {width}\n{page}", plan.title);
        }
    }
}

#[test]
fn pages_of_extreme_plans_fit_too() {
    let name = "Community Connections and Supportive Housing Navigation 2026";
    let text = format!(
        r#"
        [plan]
        title = "{name}"
        start = "2020-01"
        months = 480
        [cost.large]
        title = "{name}"
        function = "convene"
        yearly = 9_900_000_000
        [cost.small]
        function = "data"
        yearly = 900
        priority = "stretch"
        [stream.large]
        title = "{name} of the State"
        kind = "partner"
        funder = "{name}"
        status = "secured"
        from = "2020-01"
        until = "2039-12"
        pays-for = ["anything"]
        yearly = 9_900_000_000
        "#
    );
    let files = MemoryFolder::new([("plan.toml", text.as_str())]);
    let plan = folder::read(&files, "base").unwrap();
    let forecast = Forecast::from_plan(&plan, Question::default()).unwrap();
    for width in [60, 80, 100] {
        let page = page(&plan, &forecast, width);
        assert_eq!(too_wide(&page, width), None, "{width}\n{page}");
        assert!(page.contains("9,900,000,000") && page.contains("900 "), "{page}");
    }
}

#[test]
fn bad_news_comes_first_and_the_notice_with_the_title() {
    for (plan, forecast) in forecasts() {
        let page = page(&plan, &forecast, 100);
        let title = page.find(&plan.title[..plan.title.len().min(40)]).unwrap();
        assert_eq!(title, 0);
        let table = page.find("What it costs and who pays").unwrap();
        if !plan.notice.is_empty() {
            let start: String = plan.notice.chars().take(30).collect();
            assert!(page.find(&start).unwrap() < table);
        }
        if !forecast.measures.total.gap_total().is_zero() {
            assert!(page.find("stays unpaid").unwrap() < table);
        }
    }
}

/// A plan of one month, January 2026, with these tables.
fn january(tables: &str) -> (Plan, Forecast) {
    let text = format!("[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nmonths = 1\n{tables}");
    let plan = folder::read(&MemoryFolder::new([("plan.toml", text.as_str())]), "base").unwrap();
    let forecast = Forecast::from_plan(&plan, Question::default()).unwrap();
    (plan, forecast)
}

const GRANT: &str = "kind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\nfrom = \"2026-01\"\n\
                     until = \"2026-01\"\n";

#[test]
fn no_total_is_claimed_that_another_braid_betters() {
    // With B as match, A could pay 30,000 of the clinic: 10,000 unpaid in all. Core first leaves 40,000.
    let (plan, forecast) = january(&format!(
        "[cost.staff]\nfunction = \"convene\"\nmonthly = 10_000\n\
         [cost.clinic]\nfunction = \"clinic\"\nlayer = \"program\"\npriority = \"essential\"\n\
         monthly = 40_000\n\
         [stream.a]\n{GRANT}federal = true\naward = 30_000\npays-for = [\"clinic\"]\n\
         match = {{ share-of-total = \"25%\" }}\n\
         [stream.b]\n{GRANT}award = 10_000\npays-for = [\"clinic\", \"convene\"]\n"
    ));
    let page = page(&plan, &forecast, 400);
    let words = "no braid that pays all core costs leaves less essential unpaid (proved).";
    assert!(page.contains(words), "{page}");
    assert!(!page.contains("no braid within the rules leaves less unpaid"), "{page}");
}

#[test]
fn small_sums_are_told_to_the_cent() {
    let (plan, forecast) = january(&format!(
        "[cost.staff]\nfunction = \"convene\"\nmonthly = \"10.40\"\n\
         [cost.desk]\nfunction = \"operate\"\nmonthly = \"0.40\"\npriority = \"essential\"\n\
         [stream.a]\n{GRANT}award = \"3.60\"\npays-for = [\"convene\"]\n"
    ));
    let page = page(&plan, &forecast, 400);
    for words in [
        "core $6.80 and essential $0.40.",
        "These costs (convening; core; Jan 2026) need $10.40. The only money that may pay for them is \
         A, at most $3.60. So at least $6.80 of core cost cannot be funded by any braid.",
        "Each figure is rounded to whole dollars by itself",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
}

#[test]
fn causes_of_core_are_told_where_the_total_nets_them_out() {
    // 100 of early money lapses; core of the second month lacks it, and so would essential then.
    let text = "[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nmonths = 2\n\
                [cost.staff]\nfunction = \"convene\"\nmonthly = 100\nfrom = \"2026-02\"\n\
                [cost.desk]\nfunction = \"operate\"\npriority = \"essential\"\nmonthly = 100\n\
                until = \"2026-01\"\n\
                [stream.a]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\naward = 100\n\
                from = \"2026-01\"\nuntil = \"2026-01\"\npays-for = [\"anything\"]\n";
    let plan = folder::read(&MemoryFolder::new([("plan.toml", text)]), "base").unwrap();
    let forecast = Forecast::from_plan(&plan, Question::default()).unwrap();
    let page = page(&plan, &forecast, 400);
    for words in [
        "Causes of the $100 left in the best case: too little money in all $100.",
        "If money could be kept until it is needed, $100 more of core cost could be paid, but as much of other \
         cost would then go unpaid.",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
}

#[test]
fn money_without_a_row_is_told_first() {
    let (plan, forecast) = january(
        "[cost.staff]\nfunction = \"convene\"\nunit = { driver = \"d\", cost = 10 }\n\
         [driver.d]\nstart = 3\n[driver.zones]\nstart = 15\n\
         [stream.a]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\nfrom = \"2027-01\"\n\
         until = \"2027-02\"\naward = 5\npays-for = [\"convene\"]\n",
    );
    let page = page(&plan, &forecast, 400);
    assert!(page.contains("A: its terms bring no money within the plan's months."), "{page}");
    assert!(page.contains("; 1 driver that nothing uses;"), "{page}");
}

/// January: the waterfall pays convening from `early-wide`, which lapses first, though `early-narrow` could; February then
/// lacks 100 of data, and it is too late. The same from March on, which lies ahead: there the 100 of April can be saved.
#[test]
fn what_can_still_be_avoided_is_told_apart() {
    let stream = |id: &str, from: &str, until: &str, pays: &str| {
        format!(
            "[stream.{id}]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\naward = 100\n\
             from = \"{from}\"\nuntil = \"{until}\"\npays-for = [{pays}]\n"
        )
    };
    let cost = |id: &str, function: &str, month: &str| {
        format!("[cost.{id}]\nfunction = \"{function}\"\nonce = 100\nfrom = \"{month}\"\n")
    };
    let text = format!(
        "[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nmonths = 5\nas-of = \"2026-02\"\n{}{}{}{}{}{}{}{}",
        cost("convening", "convene", "2026-01"),
        cost("data", "data", "2026-02"),
        cost("later-convening", "convene", "2026-03"),
        cost("later-data", "data", "2026-04"),
        stream("early-wide", "2026-01", "2026-02", "\"cost.convening\", \"cost.data\""),
        stream("early-narrow", "2026-01", "2026-03", "\"cost.convening\""),
        stream("late-wide", "2026-03", "2026-04", "\"cost.later-convening\", \"cost.later-data\""),
        stream("late-narrow", "2026-03", "2026-05", "\"cost.later-convening\""),
    );
    let plan = folder::read(&MemoryFolder::new([("plan.toml", text.as_str())]), "base").unwrap();
    let forecast = Forecast::from_plan(&plan, Question::default()).unwrap();
    let all = |sums: [Money; 3]| sums.iter().sum::<Money>().cents();
    assert_eq!(all(forecast.measures.total.gap), 20_000);
    assert_eq!(all(forecast.rebraiding.avoidable()), 20_000);
    assert_eq!(forecast.avoidable_ahead.map(all), Some(10_000));
}
