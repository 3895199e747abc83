//! The command as its users run it: status, output, messages, and files left alone.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Half of the convener's cost is paid, for half a year.
const GAP: &str = r#"
[plan]
title = "Riverbend"
notice = "Illustrative figures."
start = "2026-07"
months = 24
fiscal-year-starts = "july"
source = "illustrative"

[cost.convener]
function = "convene"
yearly = 120_000

[cost.survey]
function = "evaluate"
priority = "stretch"
yearly = 12_000

[stream.bridge]
title = "Bridge award"
kind = "grant"
funder = "A foundation"
status = "secured"
award = 90_000
from = "2026-07"
until = "2027-06"
pays-for = ["convene"]

[stream.dues]
kind = "partner"
funder = "Members"
status = "likely"
from = "2026-07"
until = "2028-06"
pays-for = ["anything"]
yearly = 200_000

[scenario.late]
title = "The award starts late"
[scenario.late.stream.bridge]
from = "2026-10"

[scenario.low]
[scenario.low.stream.bridge]
award = 60_000
"#;

/// The members sign in half of the futures.
const UNCERTAIN: &str = r#"
[chance.members-sign]
odds = "50%"
source = "illustrative"
then.stream.dues.status = "secured"
"#;

/// Every cost is paid.
const FULL: &str = r#"
[plan]
title = "Riverbend"
start = "2026-07"
months = 12

[cost.convener]
function = "convene"
yearly = 120_000
source = "budget"

[stream.dues]
kind = "partner"
funder = "Members"
status = "secured"
from = "2026-07"
until = "2027-06"
pays-for = ["anything"]
yearly = 200_000
source = "bylaws"
"#;

/// The head of a comparison with one scenario beside the base case, which ends its line.
const COMPARED_ONCE: &str = " base      late\n";

/// One case of the table.
struct Case {
    args: &'static str,
    status: i32,
    /// What standard output holds; empty means that it is empty.
    stdout: &'static str,
    /// What standard error holds; empty means that it is empty.
    stderr: &'static str,
}

const fn case(args: &'static str, status: i32, stdout: &'static str, stderr: &'static str) -> Case {
    Case { args, status, stdout, stderr }
}

const CASES: &[Case] = &[
    // The command itself.
    case("", 2, "", "Usage: braid"),
    case("--help", 0, "Exit status", ""),
    case("--version", 0, "braid ", ""),
    case("forcast gap", 2, "", "a similar subcommand exists: 'forecast'"),
    case("help forecast", 0, "--fail-on-gap", ""),
    case("init --help", 0, "Example", ""),
    case("check --help", 0, "Example", ""),
    case("forecast --help", 0, "Example", ""),
    case("explain --help", 0, "Example", ""),
    case("schema --help", 0, "Example", ""),
    case("completions --help", 0, "Example", ""),
    case("man --help", 0, "Example", ""),
    case("forecast", 2, "", "<PLAN>"),
    case("forecast gap extra", 2, "", "unexpected argument"),
    case("forecast gap --nonsense", 2, "", "unexpected argument"),
    case("forecast gap --width 10", 2, "", "40..=400"),
    case("forecast gap --color sometimes", 2, "", "possible values: auto, always, never"),
    // Chance.
    case("chance --help", 0, "Example", ""),
    case("chance gap --futures 200 --seed 7", 0, "200 futures", ""),
    case(
        "chance gap --futures 200",
        0,
        "Unrestricted cash at the year's end, counted from $0, every cost paid, in dollars",
        "",
    ),
    case("chance gap --futures 200", 0, "At its lowest it would stand, if none were in hand,", ""),
    case(
        "chance gap --futures 200 --format csv",
        0,
        "\"year\",\"futures\"",
        "Illustrative figures.",
    ),
    case("chance gap --futures 200 --table chances -q", 0, "\"members-sign\"", ""),
    case("chance gap --futures 200 --format json", 0, "\"unsure\": []", ""),
    case("chance gap --seed 7 --trial 8123", 0, "future 8123 of seed 7", ""),
    case(
        "chance gap --seed 7 --trial 8123 --format csv",
        0,
        "\"chance\",\"title\",\"outcome\"",
        "Illustrative figures.",
    ),
    case(
        "chance gap --trials 5..9 --keep",
        0,
        "\"input_sha256\"",
        "note: wrote what futures 5 to 8 of seed 1 came to, as JSON, to standard output; once every range is kept in a \
         file: `braid chance gap --merge FILE --merge FILE`",
    ),
    case("chance gap --trials 5..9 --keep --quiet", 0, "\"input_sha256\"", ""),
    case("chance gap --trials 5..9", 0, "futures 5 to 8", ""),
    case("chance gap --trials 9..5", 2, "", "is not a range of futures"),
    case("chance gap --futures 0", 2, "", "1..=1000000"),
    case("chance gap --trial 3 --futures 10", 2, "", "cannot be used with"),
    case("chance gap --merge nowhere.json", 3, "", "could not read nowhere.json"),
    case("chance gap --merge gap/plan.toml", 2, "", "does not keep futures"),
    case("chance gap --futures 1 -q", 0, ": 1 future\n", ""),
    case("chance gap --trial 999999", 0, "future 999999 of seed 1", ""),
    case("chance gap --trial 1000000", 2, "", "0..1000000"),
    case("chance full", 2, "", "write what is uncertain into it"),
    // Compare.
    case(
        "forecast gap --scenario base+late",
        2,
        "",
        "`base` is the plan itself, and stacks on nothing",
    ),
    // Forecast.
    case("forecast gap", 0, "Riverbend", ""),
    case("forecast gap --width 80", 0, "Illustrative figures.", ""),
    case("forecast gap/plan.toml", 0, "Riverbend", ""),
    case("forecast gap --format text", 0, "Planning allocation", ""),
    case("forecast gap --format json", 0, "\"schema_version\": 1", ""),
    case("forecast gap --format json --quiet", 0, "\"notice\": \"Illustrative figures.\"", ""),
    case("forecast gap --format csv", 0, "\"fiscal_year\",\"cost\"", "Illustrative figures."),
    case("forecast gap --format csv -q", 0, "2027,132000.00,90000.00,42000.00,", ""),
    case("forecast gap --table needs -q", 0, "\"2026-07\",\"convener\",\"convene\"", ""),
    case("forecast gap --table draws -q", 0, "\"bridge\"", ""),
    case("forecast gap --table match -q", 0, "\"month\",\"award\"", ""),
    case("forecast gap --table moves -q", 0, "\"fiscal_year\",\"stream\",\"cost\"", ""),
    case("forecast gap --table nonsense", 2, "", "possible values: needs, draws"),
    case("forecast gap --format json --table needs", 2, "", "only CSV shows"),
    case("forecast gap --format xml", 2, "", "possible values: text, json, csv"),
    case("forecast gap --method shares", 0, "shares", ""),
    case("forecast gap --method optimal", 0, "best case, if every date were known today", ""),
    case("forecast gap --method best", 2, "", "possible values: waterfall, shares, optimal"),
    case("forecast gap --view likely", 0, "Every cost is paid", ""),
    case("forecast gap --view all", 0, "Every cost is paid", ""),
    case("forecast gap --view maybe", 2, "", "possible values: secured, likely, all"),
    case("forecast gap --scenario base", 0, "Scenario base", ""),
    case("forecast gap --scenario late", 0, "The award starts late", ""),
    case("forecast gap --scenario late+low", 0, "Scenario late+low", ""),
    case("forecast gap --scenario lat", 2, "", "E0504"),
    case("forecast gap --scenario lat", 2, "", "`late`"),
    case("forecast gap --fail-on-gap", 1, "Riverbend", ""),
    case("forecast --fail-on-gap gap", 1, "Riverbend", ""),
    case("forecast gap --fail-on-gap=core", 1, "Riverbend", ""),
    case("forecast gap --fail-on-gap=any --view all", 0, "Riverbend", ""),
    case("forecast gap --fail-on-gap=most", 2, "", "possible values: core, any"),
    case("forecast full --fail-on-gap", 0, "Every cost is paid", ""),
    case("forecast gap --force", 2, "", "--out"),
    case("compare gap --scenario late --scenario base --scenario late", 0, COMPARED_ONCE, ""),
    case("compare gap --scenario base", 2, "", "name a scenario to stand beside it"),
    case("forecast nowhere", 2, "", "E0101"),
    case("forecast empty", 2, "", "E0101"),
    case("forecast bad", 2, "", "error[E0301]"),
    case("forecast bad", 2, "", "plan.toml:3:1"),
    case("forecast broken", 2, "", "error[E0201]"),
    case("forecast bad --format json", 2, "", "error[E0301]"),
    case("forecast bad --out bad-out", 2, "", "error[E0301]"),
    case("forecast gap --out gap", 2, "", "is a plan folder"),
    case("forecast gap --out gap --force", 2, "", "is a plan folder"),
    case("forecast gap --out gap/plan.toml", 2, "", "is a file, not a directory"),
    case("forecast gap --out gap/plan.toml/deeper", 3, "", "could not"),
    case("forecast gap --out foreign", 2, "", "`--force` replaces plain files"),
    // Check.
    case("check gap", 0, "unsourced-input", ""),
    case("check gap --strict", 1, "unsourced-input", ""),
    case("check gap --format json", 0, "\"findings\"", ""),
    case("check gap --scenario late", 0, "Scenario late", ""),
    case("check bad", 2, "", "1 error; nothing was written"),
    case("check bad --format json", 2, "\"code\": \"E0301\"", ""),
    case("check nowhere --strict", 2, "", "E0101"),
    case("check chance", 2, "", "chance.toml:2:8"),
    case("check chance --format json", 2, "\"code\": \"E0405\"", ""),
    case("rules base rates", 0, "No plan takes odds from", ""),
    // Report.
    case("report --help", 0, "Example", ""),
    case("report gap", 0, "<!doctype html>", ""),
    case("report gap --scenario late --view likely", 0, "The award starts late", ""),
    case("report gap --format md", 0, "# Riverbend", ""),
    case("report gap --draft --format md", 0, "**Draft**", ""),
    case("report gap --board", 0, "Board copy", ""),
    case("report gap --draft --board", 2, "", "cannot be used with"),
    case("report gap --redact -q", 0, "in sums of two costs or more", ""),
    case("report alone --redact -q", 2, "", "cannot hide what one position is paid"),
    case("report gap --format pdf", 2, "", "possible values: html, md"),
    case("report gap --since nowhere.json", 3, "", "could not read"),
    case("report gap --since gap/plan.toml", 2, "", "is not JSON"),
    case("report gap --options none.toml", 2, "", "none.toml"),
    case("report gap -o gap/board.html", 2, "", "is a plan folder"),
    case("report gap --force", 2, "", "--output"),
    case("report bad", 2, "", "error[E0301]"),
    // The workbook.
    case("workbook gap -o gap.xlsx --since nowhere.xlsx", 3, "", "could not read"),
    case("workbook gap -o gap.XLSX --since gap/plan.toml", 2, "", "is no .xlsx workbook"),
    case("workbook gap -o gap/plan.xlsx", 2, "", "is a plan folder"),
    case("workbook gap -o gap.csv", 2, "", "`gap.csv` does not end like an Excel workbook"),
    // The rest.
    case("schema", 0, "\"$schema\"", ""),
    case("completions bash", 0, "_braid", ""),
    case("completions zsh", 0, "#compdef braid", ""),
    case("completions fish", 0, "complete -c braid", ""),
    case("completions tcsh", 2, "", "possible values"),
    case("man", 0, ".TH braid 1", ""),
    case("man forecast", 0, "fail", ""),
    case("man forcast", 2, "", "did you mean `forecast`?"),
    case("init --list", 0, "chw-hub", ""),
    case("init gap", 2, "", "holds a plan already"),
    case("init new --template chw-hob", 2, "", "`chw-hub`"),
    case("init gap/plan.toml/new", 3, "", "could not"),
];

/// A folder of its own for one test, with the plans in it; removed at the end.
struct Desk(PathBuf);

impl Desk {
    fn new(name: &str) -> Desk {
        let desk = std::env::temp_dir().join(format!("braid-cli-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&desk);
        for folder in ["alone", "gap", "full", "bad", "broken", "chance", "empty", "foreign"] {
            fs::create_dir_all(desk.join(folder)).unwrap();
        }
        let put = |name: &str, text: &str| fs::write(desk.join(name), text).unwrap();
        put("gap/plan.toml", GAP);
        let alone = "[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nmonths = 12\n[cost.director]\nfunction = \"convene\"\n\
                     positions = { fte = 1, salary = 60_123, fringe = \"25%\" }\n";
        put("alone/plan.toml", alone);
        put("gap/chance.toml", UNCERTAIN);
        put("full/plan.toml", FULL);
        put(
            "bad/plan.toml",
            &FULL.replace("\ntitle", "\ntitel").replacen("\n[plan]", "# A\n[plan]", 1),
        );
        put("broken/plan.toml", "[plan\n");
        put("chance/plan.toml", FULL);
        put("chance/chance.toml", "[chance.a]\nodds = \"130%\"\nthen.stream.dues.drop = true\n");
        put("foreign/cash.csv", "mine\n");
        Desk(desk)
    }

    fn command(&self, args: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_braid"));
        command.args(args.split_whitespace()).current_dir(&self.0).stdin(Stdio::null());
        for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
            command.env_remove(variable);
        }
        command
    }

    fn braid(&self, args: &str) -> Output {
        self.command(args).output().unwrap()
    }

    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.0, &mut files);
        files
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.insert(path.clone(), Vec::new());
            collect(&path, files);
        } else {
            files.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn every_invocation_ends_as_the_table_says_and_leaves_files_alone() {
    let desk = Desk::new("table");
    let before = desk.files();
    let mut wrong = String::new();
    for case in CASES {
        let output = desk.braid(case.args);
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        let said = |found: &str, expected: &str| {
            if expected.is_empty() { found.is_empty() } else { found.contains(expected) }
        };
        let right = output.status.code() == Some(case.status)
            && said(&stdout, case.stdout)
            && said(&stderr, case.stderr);
        if !right {
            let status = output.status;
            wrong.push_str(&format!(
                "braid {}\n{status}\n{stdout}\n--\n{stderr}\n====\n",
                case.args
            ));
        }
        assert!(desk.files() == before, "`braid {}` touched a file", case.args);
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_forecast_is_written_whole_and_replaces_its_own_files_alone() {
    let desk = Desk::new("out");
    let output = desk.braid("forecast gap --out forecast");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "");
    assert!(text(&output.stderr).contains("wrote 13 files into forecast"));
    let mut names: Vec<String> = fs::read_dir(desk.0.join("forecast"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let expected = [
        "NOTICE.txt",
        "cash.csv",
        "causes.csv",
        "draws.csv",
        "forecast.json",
        "manifest.json",
        "match.csv",
        "moves.csv",
        "needs.csv",
        "recovery.csv",
        "streams.csv",
        "tranches.csv",
        "years.csv",
    ];
    assert_eq!(names, expected);
    for name in ["forecast.json", "manifest.json"] {
        let json = fs::read(desk.0.join("forecast").join(name)).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(value["schema_version"], 1);
        assert_eq!(value["notice"], "Illustrative figures.");
    }

    let first = desk.files();
    assert_eq!(desk.braid("forecast gap --out forecast -q").status.code(), Some(0));
    assert!(desk.files() == first, "the same plan gives the same bytes");

    fs::write(desk.0.join("foreign/years.csv"), "mine").unwrap();
    assert_eq!(desk.braid("forecast gap --out foreign").status.code(), Some(2));
    assert_eq!(desk.braid("forecast gap --out foreign --force").status.code(), Some(0));
    let years = fs::read_to_string(desk.0.join("foreign/years.csv")).unwrap();
    assert!(years.starts_with("\"fiscal_year\""));

    // One file that is named replaces no other either.
    fs::write(desk.0.join("mine.xlsx"), "mine").unwrap();
    assert_eq!(desk.braid("workbook gap -o mine.xlsx").status.code(), Some(2));
    assert_eq!(fs::read_to_string(desk.0.join("mine.xlsx")).unwrap(), "mine");
    assert_eq!(desk.braid("workbook gap -o mine.xlsx --force").status.code(), Some(0));
    assert!(fs::read(desk.0.join("mine.xlsx")).unwrap().starts_with(b"PK"));
}

#[test]
fn standard_output_and_files_say_the_same() {
    let desk = Desk::new("same");
    desk.braid("forecast gap --out forecast");
    for name in ["needs", "draws", "match", "tranches", "recovery", "streams", "cash", "years"] {
        let shown = desk.braid(&format!("forecast gap --table {name}")).stdout;
        let written = fs::read(desk.0.join(format!("forecast/{name}.csv"))).unwrap();
        assert_eq!(text(&shown), text(&written), "{name}");
    }
    let shown = desk.braid("forecast gap --format json").stdout;
    assert_eq!(shown, fs::read(desk.0.join("forecast/forecast.json")).unwrap());
}

#[test]
fn neither_locale_nor_time_zone_nor_width_of_elsewhere_changes_a_byte() {
    let desk = Desk::new("environment");
    for args in ["forecast gap", "forecast gap --format json", "forecast gap --table cash"] {
        let plain = desk.braid(args).stdout;
        let mut command = desk.command(args);
        command.env_clear().env("LC_ALL", "tr_TR.UTF-8").env("TZ", "Pacific/Kiritimati");
        let other = command.env("COLUMNS", "60").output().unwrap().stdout;
        assert_eq!(text(&plain), text(&other), "{args}");
    }
}

#[test]
fn colour_comes_when_asked_and_never_in_data() {
    let desk = Desk::new("colour");
    let escapes = |command: &mut Command| command.output().unwrap().stdout.contains(&0x1b);
    assert!(!escapes(&mut desk.command("forecast gap")));
    assert!(escapes(&mut desk.command("forecast gap --color always")));
    assert!(escapes(desk.command("forecast gap").env("CLICOLOR_FORCE", "1")));
    assert!(!escapes(desk.command("forecast gap --color never").env("CLICOLOR_FORCE", "1")));
    assert!(!escapes(desk.command("forecast gap").env("NO_COLOR", "1").env("CLICOLOR_FORCE", "0")));
    assert!(!escapes(&mut desk.command("forecast gap --color always --format json")));
    let refused = desk.braid("check bad --color always");
    assert!(refused.stderr.contains(&0x1b));
}

#[test]
fn every_page_fits_its_width() {
    let desk = Desk::new("width");
    for width in [60, 80, 100, 140] {
        for command in ["forecast gap", "check gap", "forecast full"] {
            let page = text(&desk.braid(&format!("{command} --width {width}")).stdout);
            let wide = page.lines().find(|line| line.chars().count() > width);
            // A command that may be copied is never broken.
            let broken = wide.filter(|line| !line.contains("braid "));
            assert_eq!(broken, None, "{command} at {width}");
        }
    }
}

#[test]
fn a_new_folder_forecasts_unchanged_from_every_template() {
    let desk = Desk::new("init");
    let list = text(&desk.braid("init --list").stdout);
    let names: Vec<&str> =
        list.lines().filter(|line| !line.contains(' ') && !line.is_empty()).collect();
    assert!(names.len() >= 5, "{list}");
    for name in names {
        let made = desk.braid(&format!("init new-{name} --template {name}"));
        assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
        assert!(text(&made.stderr).contains("next: braid forecast"));
        let forecast = desk.braid(&format!("forecast new-{name}"));
        assert_eq!(forecast.status.code(), Some(0), "{name}\n{}", text(&forecast.stderr));
        let again = desk.braid(&format!("init new-{name}"));
        assert_eq!(again.status.code(), Some(2));
    }
    let made = desk.braid("init plain");
    assert_eq!(made.status.code(), Some(0));
    assert_eq!(desk.braid("forecast plain").status.code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_the_environment_and_a_closed_pipe_is_nothing() {
    let desk = Desk::new("pipe");
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = desk.command("forecast gap").stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("could not write to standard output"));

    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = desk.command("forecast gap --format json").stdout(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn text_of_a_plan_never_acts_on_a_terminal_or_a_spreadsheet() {
    let desk = Desk::new("hostile");
    let hostile = GAP.replace("Riverbend", "=cmd|' /C calc'!A0").replace("Bridge award", "@SUM(1)");
    fs::write(desk.0.join("gap/plan.toml"), hostile).unwrap();
    for table in ["needs", "draws", "tranches", "streams"] {
        let csv = text(&desk.braid(&format!("forecast gap -q --table {table}")).stdout);
        for cell in
            ::csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes()).records()
        {
            let cell = cell.unwrap();
            assert!(cell.iter().all(|cell| !cell.starts_with(['=', '@', '+'])), "{csv}");
        }
    }
}
