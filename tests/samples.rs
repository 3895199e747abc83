//! The sample plans and the starter folders: sourced, forecast in every scenario, and as their READMEs say.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use braidfund::braid::Method;
use braidfund::decide::bridge::{BridgeChoice, Seek};
use braidfund::folder::{self, CHANCE_FILE, Cases, DiskFolder, Files, MemoryFolder};
use braidfund::forecast::{Forecast, Question};
use braidfund::funding::Status;
use braidfund::money::Money;

const PARTNERSHIPS: [&str; 3] =
    ["scenarios/reading-ccp", "scenarios/ri-hez", "scenarios/imperial-ach"];
const NOTICE: &str = "public figures and illustrative costs, not this organisation's budget";

fn scenarios(files: &dyn Files) -> Vec<String> {
    let named = folder::scenarios(files).unwrap().into_iter().map(|(id, _)| id);
    let mut all: Vec<String> = named.filter(|id| id != folder::BASE).collect();
    all.push(folder::BASE.to_string());
    all
}

fn forecast(files: &dyn Files, scenario: &str, question: Question) -> Forecast {
    let plan = folder::read(files, scenario).unwrap_or_else(|error| panic!("{scenario}: {error}"));
    Forecast::from_plan(&plan, question).unwrap_or_else(|error| panic!("{scenario}: {error}"))
}

/// Every scenario under both methods and all three views.
fn forecast_all(files: &dyn Files) {
    for scenario in scenarios(files) {
        for method in [Method::Waterfall, Method::Shares] {
            for view in Status::ALL {
                forecast(files, &scenario, Question { method, view });
            }
        }
    }
}

#[test]
fn every_sample_has_its_notice_its_sources_and_three_scenarios() {
    for path in PARTNERSHIPS {
        let files = DiskFolder::open(Path::new(path)).unwrap();
        let plan = folder::read(&files, "base").unwrap();
        assert_eq!(plan.notice, NOTICE, "{path}");
        assert!(plan.title.contains(NOTICE), "{path}: the title says it too");
        assert!(scenarios(&files).len() > 3, "{path} has three scenarios beside the base case");
        let findings = forecast(&files, "base", Question::default()).findings;
        let unsourced = findings.iter().filter(|finding| finding.name == "unsourced-input");
        assert_eq!(unsourced.count(), 0, "{path}: every figure has a source");
        forecast_all(&files);
    }
}

#[test]
fn every_starter_folder_forecasts_unchanged_in_every_scenario() {
    let templates = folder::templates();
    assert!(templates.len() >= 6);
    for template in templates {
        let files = MemoryFolder::new(template.files.iter().copied());
        forecast_all(&files);
    }
}

/// Dollars as the READMEs write them: `$4.95M`, `$700,000`.
fn in_words(amount: Money, like: &str) -> String {
    let cents = amount.cents();
    if like.ends_with('M') {
        let hundredths = (cents + 500_000) / 1_000_000;
        return format!("${}.{:02}M", hundredths / 100, hundredths % 100);
    }
    let dollars = ((cents + 50) / 100).to_string();
    let mut text = String::new();
    for (place, digit) in dollars.chars().enumerate() {
        if place > 0 && (dollars.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("${text}")
}

/// Each row of a README's table of scenarios tells the gap that the scenario has.
#[test]
fn the_gaps_that_the_readmes_tell_are_those_of_the_forecasts() {
    for path in PARTNERSHIPS {
        let readme = fs::read_to_string(Path::new(path).join("README.md")).unwrap();
        let table = readme.split("## Scenarios").nth(1).unwrap().split("## ").next().unwrap();
        let of_year = table.contains("gap FY2025");
        let files = DiskFolder::open(Path::new(path)).unwrap();
        let mut told = 0;
        for row in table.lines().filter(|line| line.starts_with("| `")) {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let scenario = cells[1].trim_matches('`');
            let amount = |cell: &&&str| {
                cell.strip_prefix('$')
                    .is_some_and(|rest| rest.chars().all(|c| "0123456789.,M".contains(c)))
            };
            let stated = cells[2..].iter().find(amount).unwrap();
            let measures = forecast(&files, scenario, Question::default()).measures;
            let gap = if of_year {
                measures.years.iter().find(|year| year.year == 2025).unwrap().gap_total()
            } else {
                measures.total.gap_total()
            };
            assert_eq!(in_words(gap, stated), *stated, "{path}, scenario {scenario}");
            told += 1;
        }
        assert_eq!(told, scenarios(&files).len(), "{path}: the table tells every scenario");
    }
}

#[test]
fn oaklands_readmes_tell_the_waterfalls_gap() {
    for path in ["scenarios/oakland-fy2020", "scenarios/oakland-fy2021"] {
        let files = DiskFolder::open(Path::new(path)).unwrap();
        let gap = forecast(&files, "base", Question::default()).measures.total.gap_total();
        let readme = fs::read_to_string(Path::new(path).join("README.md")).unwrap();
        assert!(readme.contains(&in_words(gap, "$")), "{path}: {gap}");
    }
}

/// What `braid` prints of arguments as they are typed.
fn printed(command: &str) -> String {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_braid"))
        .args(command.split_whitespace())
        .args(["--color", "never", "--quiet"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The amounts of a text, digits with their commas: `$700,000` and, in tables, `700,000`.
fn amounts(page: &str) -> Vec<Money> {
    let numbers = page.split(|c: char| !c.is_ascii_digit() && c != ',');
    let dollars = numbers.filter_map(|number| number.replace(',', "").parse::<i64>().ok());
    dollars.map(|dollars| Money::from_cents(dollars * 100)).collect()
}

/// Whether an amount as a README writes it (`$2.8M`, `$518,000`) is one of some amounts, rounded as it is.
fn is_told(stated: &str, amounts: &[Money]) -> bool {
    let Some(millions) = stated.strip_suffix('M') else {
        return amounts.iter().any(|amount| in_words(*amount, stated) == stated);
    };
    let places = millions.split_once('.').map_or(0, |(_, places)| places.len() as u32);
    let unit = 100_000_000 / 10_i64.pow(places);
    let stated: i64 = millions.replace(['$', '.'], "").parse().unwrap();
    amounts.iter().any(|amount| (amount.cents() + unit / 2) / unit == stated)
}

/// Every sample's bridge options are compared in every scenario in which they stand apart, and every amount of its README's walk through them is
/// printed by a command that the walk names, or by the plan's own words of its options and scenarios.
#[test]
fn the_walks_through_bridge_options_tell_what_is_printed() {
    let mut walks = 0;
    for path in PARTNERSHIPS.iter().filter(|path| Path::new(path).join("bridge.toml").exists()) {
        let files = DiskFolder::open(Path::new(path)).unwrap();
        let mut all = scenarios(&files);
        // This scenario is itself an option, so that it holds no other way of it.
        all.retain(|id| id != "general-revenue-2-7m");
        let named: Vec<&str> = all.iter().map(String::as_str).collect();
        let mut cases = Cases::open(&files, &named).unwrap();
        let options = cases.options("bridge.toml").unwrap();
        let question = Question::default();
        let choice =
            BridgeChoice::from_cases(&mut cases, &named, &options, question, Seek::default())
                .unwrap();
        assert_eq!(choice.scenarios.len(), all.len(), "{path}");

        assert!(
            tells_what_is_printed(path, "## Which bridge?") >= 3,
            "{path}: what to type is shown"
        );
        walks += 1;
    }
    assert_eq!(walks, 2);
}

/// Holds every amount of a part of a sample's README to what the commands print that it names; returns how many it names.
fn tells_what_is_printed(path: &str, heading: &str) -> usize {
    let readme = fs::read_to_string(Path::new(path).join("README.md")).unwrap();
    let part = readme.split(heading).nth(1).unwrap().split("\n## ").next().unwrap();
    let commands: Vec<String> = part
        .split('`')
        .filter_map(|code| code.strip_prefix("braid "))
        .map(|command| command.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let pages: String = commands.iter().map(|command| printed(command)).collect();
    let told = amounts(&pages);
    for word in part.split('$').skip(1) {
        let end = word.find(|c: char| !"0123456789.,M".contains(c)).unwrap_or(word.len());
        let stated = format!("${}", word[..end].trim_end_matches(['.', ',']));
        assert!(is_told(&stated, &told), "{path}: {stated} is not printed\n{pages}");
    }
    commands.len()
}

#[test]
fn the_walks_through_futures_tell_what_is_printed() {
    for path in PARTNERSHIPS.iter().filter(|path| Path::new(path).join(CHANCE_FILE).exists()) {
        assert!(
            tells_what_is_printed(path, "## How likely?") >= 2,
            "{path}: what to type is shown"
        );
    }
}

/// What the program prints at the width of the README, and the README's pictures.
fn picture(arguments: &[&str], nth: usize) -> (String, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_braid"))
        .args(arguments)
        .args(["--width", "100", "--color", "never"])
        .output()
        .unwrap();
    let readme = fs::read_to_string("README.md").unwrap();
    let picture = readme.split("```text\n").nth(nth).unwrap().split("```").next().unwrap();
    (String::from_utf8(output.stdout).unwrap(), picture.trim_end().to_string())
}

/// The picture in the README is what the program prints.
#[test]
fn the_readmes_picture_is_current() {
    let (page, picture) = picture(&["forecast", "scenarios/reading-ccp"], 1);
    assert!(page.starts_with(&picture), "the README shows what is printed:\n{page}");
}

/// Each sentence on levers in the README is printed, whole and in this order.
#[test]
fn the_readmes_levers_are_current() {
    let (page, picture) = picture(&["levers", "scenarios/reading-ccp", "--view", "all"], 2);
    let mut rest = page.as_str();
    for part in picture.split("\n...\n") {
        let place = rest.find(part.trim());
        let place = place.unwrap_or_else(|| panic!("not printed:\n{part}\n\nis:\n{page}"));
        rest = &rest[place + part.trim().len()..];
    }
}

/// What the samples say of chance stands in every scenario; of the base case all of it.
#[test]
fn the_chances_of_the_samples_are_read_in_every_scenario() {
    let mut told = Vec::new();
    for path in PARTNERSHIPS.iter().filter(|path| Path::new(path).join(CHANCE_FILE).exists()) {
        let files = DiskFolder::open(Path::new(path)).unwrap();
        let all = scenarios(&files);
        let named: Vec<&str> = all.iter().map(String::as_str).collect();
        let mut cases = Cases::open(&files, &named).unwrap();
        for scenario in named {
            let draft = cases.draft(scenario).unwrap();
            let found = cases.chances(&draft, CHANCE_FILE).unwrap();
            assert!(found.chances.iter().all(|chance| chance.source.is_some()), "{path}");
            let uncertain = found.chances.len();
            told.push((path.rsplit('/').next().unwrap(), scenario.to_string(), uncertain));
        }
    }
    let of = |path: &str, scenario: &str| {
        told.iter().find(|told| told.0 == path && told.1 == scenario).unwrap().2
    };
    assert_eq!((of("reading-ccp", "base"), of("ri-hez", "base")), (13, 5));
    // Without payers, what is said of their contracts is left out.
    assert_eq!(of("reading-ccp", "no-payer"), 6);
    assert_eq!(of("ri-hez", "general-revenue-2-7m"), 2, "what the scenario gives is no chance");
}
