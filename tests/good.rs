//! Cases worked by hand: each folder of `tests/good/` holds a small plan, a `README.md` that shows
//! the arithmetic, and under `expected/` the figures that follow from it.
//!
//! The figures come from the meaning of the terms and never from what the engine says, so a
//! difference means that one of the two is wrong: find out which. `tests/good/README.md` says how a
//! case is made.

use std::fs;
use std::path::{Path, PathBuf};

use braidfund::braid::Method;
use braidfund::export::csv;
use braidfund::folder::{self, DiskFolder};
use braidfund::forecast::{Forecast, Question};
use braidfund::funding::Status;
use braidfund::measures::Measures;
use braidfund::money::{Money, Rate};
use braidfund::month::Month;
use braidfund::plan::Plan;
use braidfund::report::contract;

/// Fewer cases than this would be no oracle.
const CASES_MIN: usize = 15;

/// Findings of nearly every plan, which no case lists.
const FINDINGS_LEFT_OUT: [&str; 3] = ["cash-not-stated", "illustrative-input", "unsourced-input"];

/// One folder of `tests/good/`.
struct Case {
    slug: String,
    folder: PathBuf,
}

impl Case {
    /// The text of a file of the case, if it is there.
    fn text(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(name)).ok()
    }

    /// The tables that are expected, by name and text, in the order of names.
    fn expected(&self) -> Vec<(String, String)> {
        let files = fs::read_dir(self.folder.join("expected"));
        let mut tables: Vec<(String, String)> = files
            .into_iter()
            .flatten()
            .map(|file| {
                let name = file_name(&file.expect("a listed file is there").path());
                let text = self.text(&format!("expected/{name}")).expect("a table is text");
                (name.trim_end_matches(".csv").to_string(), text)
            })
            .collect();
        tables.sort();
        tables
    }

    /// The plan and its forecast, by what `case.toml` asks: `method`, `view`, `scenario`.
    fn forecast(&self) -> Result<(Plan, Forecast), String> {
        let mut question = Question::default();
        let mut scenario = "base".to_string();
        let asked: toml::Table =
            self.text("case.toml").unwrap_or_default().parse().expect("case.toml is TOML");
        for (key, value) in &asked {
            match (key.as_str(), value.as_str().unwrap_or_default()) {
                ("method", "waterfall") => question.method = Method::Waterfall,
                ("method", "shares") => question.method = Method::Shares,
                ("view", "secured") => question.view = Status::Secured,
                ("view", "likely") => question.view = Status::Likely,
                ("view", "all") => question.view = Status::Prospective,
                ("scenario", word) => scenario = word.to_string(),
                (key, word) => return Err(format!("case.toml: `{key} = \"{word}\"` is unknown")),
            }
        }
        let read = || {
            let plan = folder::read(&DiskFolder::open(&self.folder)?, &scenario)?;
            let forecast = Forecast::from_plan(&plan, question)?;
            Ok((plan, forecast))
        };
        read().map_err(|error: braidfund::error::Error| {
            let told = error.diagnostics().iter();
            let told = told.map(|one| format!("\n    {} {:?}", one.message, one.place));
            format!("{error}{}", told.collect::<String>())
        })
    }
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().and_then(|name| name.to_str());
    name.expect("the names of cases are plain text").to_string()
}

/// Every case, in the order of names.
fn cases() -> Vec<Case> {
    let root = Path::new("tests/good");
    let entries = fs::read_dir(root).expect("the cases are there");
    let entries = entries.map(|entry| entry.expect("a listed case is there").path());
    let mut cases: Vec<Case> = entries
        .filter(|path| path.is_dir())
        .map(|folder| Case { slug: file_name(&folder), folder })
        .collect();
    cases.sort_by(|a, b| a.slug.cmp(&b.slug));
    cases
}

/// The table of this name as it is exported; nothing where no such table exists.
fn produced(plan: &Plan, forecast: &Forecast, name: &str, expected: &str) -> Option<String> {
    match name {
        "findings" => Some(findings(forecast)),
        "measures" => Some(measures(forecast, expected)),
        _ => contract::table(plan, forecast, name).map(|table| csv::encode(&table)),
    }
}

/// Findings as name, subject and amount.
fn findings(forecast: &Forecast) -> String {
    let mut text = "\"name\",\"subject\",\"amount\"\n".to_string();
    let counts = |name: &str| !FINDINGS_LEFT_OUT.contains(&name);
    for finding in forecast.findings.iter().filter(|finding| counts(finding.name)) {
        let amount = finding.amount.map_or(String::new(), |amount| amount.to_string());
        text += &format!("\"{}\",\"{}\",{amount}\n", finding.name, finding.subject);
    }
    text
}

/// The measures whose names are expected, as name, subject and value; months are quoted.
fn measures(forecast: &Forecast, expected: &str) -> String {
    let header = "\"name\",\"subject\",\"value\"";
    let asked = |name: &str| {
        let cell = format!("\"{name}\",");
        expected.lines().any(|line| line.starts_with(&cell))
    };
    let mut rows: Vec<String> = told(&forecast.measures)
        .into_iter()
        .chain(memos(forecast))
        .filter(|(name, _, _)| asked(name))
        .map(|(name, subject, value)| format!("\"{name}\",\"{subject}\",{value}"))
        .collect();
    rows.sort();
    rows.insert(0, header.to_string());
    rows.join("\n") + "\n"
}

type Measure = (String, String, String);

fn told(measures: &Measures) -> Vec<Measure> {
    let mut told: Vec<Measure> = Vec::new();
    let mut tell = |name: &str, subject: &str, value: String| {
        told.push((name.to_string(), subject.to_string(), value));
    };
    let month = |month: Month| format!("\"{month}\"");
    let cash = &measures.cash;
    tell("working-capital", "", cash.working_capital.to_string());
    tell("lowest-cash", &cash.lowest.0.to_string(), cash.lowest.1.to_string());
    if let Some(out) = cash.runs_out {
        tell("cash-runs-out", "", month(out));
    }
    if let Some(first) = measures.first_core_gap {
        tell("first-core-gap", "", month(first));
    }
    for cliff in &measures.cliffs {
        let subject = cliff.month.to_string();
        tell("cliff", &subject, cliff.fall().to_string());
        tell("cliff-of-one-time-money", &subject, cliff.one_time.to_string());
    }
    let runway = &measures.runway;
    for (name, months) in [("core", runway.core_months), ("cash", runway.cash_months)] {
        if let Some(months) = months {
            tell(&format!("runway-{name}-months"), "", months.to_string());
        }
    }
    for (first, gap) in &measures.standing_gaps {
        tell("standing-gap", &first.to_string(), gap.to_string());
    }
    for rung in &measures.ladder {
        tell("ladder", rung.view.word(), rung.gap.iter().sum::<Money>().to_string());
    }
    for row in &measures.indirect {
        tell("indirect-recovered", &row.stream, row.recovered.to_string());
    }
    tell("overhead", "", measures.overhead.to_string());
    for row in &measures.partners {
        tell("puts-in", &row.name, row.put_in.to_string());
        if row.lent.is_positive() {
            tell("lends", &row.name, row.lent.to_string());
        }
        if row.bears.is_positive() {
            tell("bears", &row.name, row.bears.to_string());
        }
    }
    for (place, year) in measures.years.iter().enumerate() {
        let label = year.year.to_string();
        tell("grant-dependence", &label, year.grant_dependence.to_string());
        tell("concentration", &label, year.concentration.to_string());
        if let Some((funder, share)) = &year.top_funder {
            tell("top-funder", &format!("{funder} {label}"), share.to_string());
        }
        tell("covered-by-debt", &label, year.covered_by_debt.to_string());
        tell("debt-service", &label, year.debt_service.to_string());
        for row in &measures.coverage {
            tell("covered", &format!("{} {label}", row.name), row.covered[place].to_string());
        }
        for row in measures.gap_by_line.iter().filter(|row| row.gap_fte[place] != Rate::ZERO) {
            let subject = format!("{} {label}", row.name);
            tell("gap-in-positions", &subject, row.gap_fte[place].to_string());
        }
    }
    for (year, months) in measures.net_assets.iter().zip(&measures.cash.liquid_months) {
        let label = year.year.to_string();
        let change = year.change_without + year.change_with;
        tell("net-assets-change", &label, change.to_string());
        tell("net-assets-without", &label, year.without.to_string());
        tell("net-assets-with", &label, year.with.to_string());
        tell("net-assets-liquid", &label, year.liquid.to_string());
        tell("net-assets-months", &label, year.liquid_months.to_string());
        tell("released", &label, year.released.to_string());
        tell("refundable-advance", &label, year.refundable_advance.to_string());
        tell("liquid-months", &label, months.to_string());
    }
    if let Some(line) = &measures.credit {
        tell("credit-peak", &line.peak.0.to_string(), line.peak.1.to_string());
        tell("credit-interest", "", line.interest.to_string());
        tell("credit-months-at-limit", "", line.months_at_limit.to_string());
        tell("credit-owed", "", line.owed.to_string());
    }
    for row in &measures.debts {
        tell("owed", &row.stream, row.owed.to_string());
    }
    if let Some(sustained) = &measures.sustainability {
        tell("sustainability-month", "", month(sustained.month));
        tell("sustainability-until", "", month(sustained.until));
        for stream in &sustained.rests_on {
            tell("sustainability-rests-on", stream, "\"\"".to_string());
        }
    }
    told
}

/// What is told beside the streams, each kind summed by stream.
fn memos(forecast: &Forecast) -> Vec<Measure> {
    let ledger = &forecast.books.ledger;
    let mut told: Vec<(String, String, Money)> = Vec::new();
    for (stream, memo) in &ledger.memos {
        let name = format!("memo: {}", memo.kind.words());
        let stream = ledger.streams[stream.at()].name.clone();
        match told.iter_mut().find(|row| (&row.0, &row.1) == (&name, &stream)) {
            Some(row) => row.2 += memo.amount,
            None => told.push((name, stream, memo.amount)),
        }
    }
    told.into_iter().map(|(name, stream, sum)| (name, stream, sum.to_string())).collect()
}

/// How two texts differ, line by line; nothing where they are the same.
fn difference(expected: &str, produced: &str) -> Option<String> {
    if expected == produced {
        return None;
    }
    let lacks = |text: &str, line: &&str| !text.lines().any(|other| other == *line);
    let missing = expected.lines().filter(|line| lacks(produced, line));
    let surplus = produced.lines().filter(|line| lacks(expected, line));
    let mut told: Vec<String> = missing.map(|line| format!("    by hand   {line}")).collect();
    told.extend(surplus.map(|line| format!("    by engine {line}")));
    if told.is_empty() {
        told.push("    the same lines, in another order or number, or another ending".to_string());
    }
    Some(told.join("\n"))
}

/// Where a case and the engine differ.
fn mismatches(case: &Case) -> Vec<String> {
    let (plan, forecast) = match case.forecast() {
        Ok(found) => found,
        Err(error) => return vec![format!("{}: no forecast: {error}", case.slug)],
    };
    let mut found = Vec::new();
    for (name, expected) in case.expected() {
        let Some(produced) = produced(&plan, &forecast, &name, &expected) else {
            found.push(format!("{}: there is no table `{name}`", case.slug));
            continue;
        };
        if let Some(difference) = difference(&expected, &produced) {
            found.push(format!("{}: {name}.csv differs\n{difference}", case.slug));
        }
    }
    found
}

#[test]
fn the_engine_says_what_is_worked_by_hand() {
    let found: Vec<String> = cases().iter().flat_map(mismatches).collect();
    assert!(found.is_empty(), "{} differences\n\n{}\n", found.len(), found.join("\n\n"));
}

#[test]
fn every_case_is_worked_and_expects_something() {
    let cases = cases();
    let mut faults = Vec::new();
    if cases.len() < CASES_MIN {
        faults.push(format!("{} cases are fewer than {CASES_MIN}", cases.len()));
    }
    for case in &cases {
        let readme = case.text("README.md").unwrap_or_default();
        if readme.lines().count() < 4 || !readme.contains(|letter: char| letter.is_ascii_digit()) {
            faults.push(format!("{}: README.md shows no arithmetic", case.slug));
        }
        let title = readme.lines().next().unwrap_or_default().trim_start_matches("# ").to_string();
        if !case.text("plan.toml").is_some_and(|plan| plan.contains(&format!("\"{title}\""))) {
            faults.push(format!("{}: README.md and plan.toml differ in their title", case.slug));
        }
        let expected = case.expected();
        if expected.is_empty() {
            faults.push(format!("{}: nothing is expected", case.slug));
        }
        for (name, text) in expected {
            if text.lines().count() < 2 || text.contains('\r') || !text.ends_with('\n') {
                faults.push(format!("{}: expected/{name}.csv is empty or ill-ended", case.slug));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_difference_of_one_cent_is_told() {
    let table = |amount: &str| format!("\"month\",\"amount\"\n\"2026-01\",{amount}\n");
    assert_eq!(difference(&table("1.00"), &table("1.00")), None);
    let told = difference(&table("1.00"), &table("1.01")).unwrap();
    assert!(told.contains("by hand   \"2026-01\",1.00"), "{told}");
    assert!(told.contains("by engine \"2026-01\",1.01"), "{told}");
    assert!(difference("a\nb\n", "b\na\n").is_some());
    assert!(difference("a\n", "a\na\n").is_some());
}
