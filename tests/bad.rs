//! The corpus of bad input: one smallest folder a mistake, with the message that the user must see.
//!
//! `tests/bad/<case>/` holds a plan folder and `expected.txt`. Its name says the mistake and begins with
//! the group of [`GROUPS`]; only a `multi-` case holds several mistakes. Cases that cannot stand in a
//! repository (huge files, links, pipes) are made here, with their message in
//! `tests/bad/made/<case>.txt`. `BLESS=1 cargo test --test bad` rewrites the messages: read the
//! difference before committing it.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use braidfund::diagnostic::{Code, Diagnostic};
use braidfund::error::Error;
use braidfund::export::diagnostics;
use braidfund::export::text::Colour;
use braidfund::folder::{self, CHANCE_FILE, DiskFolder, Files, MemoryFolder};
use braidfund::import::book::Book;
use braidfund::report::doubts;

/// The groups of the corpus, and how many cases each must hold.
const GROUPS: [(&str, usize); 22] = [
    ("encoding", 8),
    ("toml", 12),
    ("key", 15),
    ("type", 10),
    ("word", 5),
    ("text", 3),
    ("id", 8),
    ("money", 20),
    ("share", 10),
    ("number", 10),
    ("month", 14),
    ("day", 6),
    ("range", 12),
    ("reference", 10),
    ("restriction", 12),
    ("limit", 2),
    ("path", 8),
    ("csv", 15),
    ("scenario", 8),
    ("bridge", 6),
    ("chance", 36),
    ("multi", 10),
];

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> =
        fs::read_dir("tests/bad").unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.is_dir() && !path.ends_with("made"));
    cases.sort();
    cases
}

/// The scenario that a case asks for: `base`, or what its `scenario.txt` names.
fn scenario(case: &Path) -> String {
    fs::read_to_string(case.join("scenario.txt"))
        .map_or("base".to_string(), |text| text.trim().to_string())
}

/// Reads a folder as `braid check` does: the plan, then what lies beside it.
fn read(folder: &dyn Files, scenario: &str) -> Result<(), Error> {
    folder::read(folder, scenario)?;
    folder::check_beside(folder, scenario)
}

fn refusal(case: &Path) -> Error {
    match DiskFolder::open(case).and_then(|folder| read(&folder, &scenario(case))) {
        Ok(()) => panic!("{}: a bad folder was read", case.display()),
        Err(error) => {
            assert!(error.is_input(), "{}: {error}", case.display());
            error
        }
    }
}

/// Every case with what is told of it.
fn refused() -> &'static [(PathBuf, Error)] {
    static REFUSED: OnceLock<Vec<(PathBuf, Error)>> = OnceLock::new();
    REFUSED.get_or_init(|| cases().into_iter().map(|case| (case.clone(), refusal(&case))).collect())
}

fn every_error() -> impl Iterator<Item = &'static Error> {
    refused().iter().map(|(_, error)| error).chain(made().iter().map(|(_, error)| error))
}

fn name(case: &Path) -> String {
    case.file_name().unwrap().to_str().unwrap().to_string()
}

fn told(error: &Error) -> String {
    diagnostics::encode(error.diagnostics(), Colour::Without)
}

fn compare(path: &Path, text: &str, faults: &mut Vec<String>) {
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected != text {
        faults.push(format!("{}\n--- expected\n{expected}\n--- told\n{text}", path.display()));
    }
}

#[test]
fn every_bad_folder_is_refused_with_its_message() {
    let mut faults = Vec::new();
    for (case, error) in refused() {
        compare(&case.join("expected.txt"), &told(error), &mut faults);
    }
    for (name, error) in made() {
        let path = Path::new("tests/bad/made").join(format!("{name}.txt"));
        compare(&path, &told(error), &mut faults);
    }
    assert!(faults.is_empty(), "{} cases differ\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn the_corpus_has_a_case_for_every_code() {
    let mut codes = BTreeSet::new();
    for error in every_error() {
        codes.extend(error.diagnostics().iter().map(|diagnostic| diagnostic.code));
    }
    let missing: Vec<&str> =
        Code::ALL.iter().filter(|code| !codes.contains(code)).map(|code| code.text()).collect();
    assert!(missing.is_empty(), "codes without a case: {missing:?}");
}

#[test]
fn every_group_is_as_large_as_it_must_be() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (case, _) in refused() {
        let group = name(case).split('-').next().unwrap().to_string();
        *counts.entry(group).or_default() += 1;
    }
    for (group, least) in GROUPS {
        let count = counts.remove(group).unwrap_or_default();
        assert!(count >= least, "{group}: {count} cases of {least}");
    }
    assert!(counts.is_empty(), "groups that are not listed: {counts:?}");
    assert!(refused().len() >= 150 && made().len() >= 10);
}

/// One mistake is told once: nothing that merely follows from it is told beside it.
#[test]
fn one_mistake_is_one_message() {
    for (case, error) in refused() {
        let count = error.diagnostics().len();
        let several = name(case).starts_with("multi-");
        assert!(if several { count > 1 } else { count == 1 }, "{}: {count}", case.display());
    }
    for (name, error) in made() {
        assert_eq!(error.diagnostics().len(), 1, "{name}");
    }
}

#[test]
fn messages_stand_in_the_order_of_the_files_and_once() {
    for error in every_error() {
        let place = |told: &Diagnostic| told.place.as_ref().map(|(origin, _)| origin.clone());
        let places: Vec<_> = error.diagnostics().iter().map(place).collect();
        assert!(places.is_sorted(), "{places:?}");
        for pair in error.diagnostics().windows(2) {
            assert_ne!(pair[0], pair[1]);
        }
    }
}

#[test]
fn every_message_says_what_and_how_to_mend_it_in_plain_words() {
    for diagnostic in every_error().flat_map(Error::diagnostics) {
        let Diagnostic { message, cause, remedy, .. } = diagnostic;
        assert!(!message.is_empty() && !remedy.is_empty(), "{diagnostic:?}");
        for text in [message, cause, remedy] {
            assert!(!text.ends_with('.') && !text.contains("``"), "{text}");
            assert!(!text.contains("  ") || text.contains("` "), "{text}");
            for word in ["invalid", "illegal", "error", "fail", "null", "None", "unexpected"] {
                let own = text.contains(word) && diagnostic.code != Code::Toml;
                assert!(!own, "{text}");
            }
        }
        assert!(message != cause && message != remedy && cause != remedy, "{diagnostic:?}");
    }
}

/// The place lies in its file, and what is shown is what stands there.
#[test]
fn every_message_points_at_the_text_that_it_shows() {
    for (case, error) in refused() {
        for Diagnostic { place, code, .. } in error.diagnostics() {
            let Some((origin, excerpt)) = place else { continue };
            let bytes = fs::read(case.join(&*origin.file)).unwrap();
            let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
            let line = bytes.split(|byte| *byte == b'\n').nth(origin.line as usize - 1);
            let line = String::from_utf8_lossy(line.unwrap_or_else(|| panic!("{origin}")));
            let line = line.strip_suffix('\r').unwrap_or(&line);
            assert_eq!(line, excerpt.text, "{}: {origin}", case.display());
            let (start, width) = (origin.column as usize, excerpt.width as usize);
            assert!(width >= 1 && start >= 1, "{}: {origin}", case.display());
            let length = line.chars().count();
            assert!(start + width - 1 <= length.max(start), "{}: {origin}", case.display());
            // An empty cell and a missing value have nothing to underline.
            let marked: String = line.chars().skip(start - 1).take(width).collect();
            let blank = marked.chars().all(|letter| letter == ' ') && *code != Code::Toml;
            assert!(
                start <= length + 1 && (!blank || start > length),
                "{}: {origin}",
                case.display()
            );
        }
    }
}

/// The text that a remedy says to write where the message points, if it says one.
fn proposed(remedy: &str) -> Option<String> {
    let begins = ["did you mean `", "write it as `", "write `\""];
    let rest = begins.iter().find_map(|begin| {
        let quote = if begin.ends_with('"') { "\"" } else { "" };
        Some(format!("{quote}{}", remedy.strip_prefix(begin)?))
    })?;
    rest.split('`').next().map(str::to_string)
}

/// What a remedy says to write, written there, makes a plan of the folder.
#[test]
fn remedies_mend() {
    let mut mended = 0;
    let mut faults = String::new();
    for (case, error) in refused() {
        let [Diagnostic { place: Some((origin, excerpt)), remedy, .. }] = error.diagnostics()
        else {
            continue;
        };
        let Some(proposed) = proposed(remedy) else { continue };
        let mut folder = MemoryFolder::default();
        for entry in fs::read_dir(case).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                folder.put(&name(&path), fs::read(&path).unwrap());
            }
        }
        let text = fs::read_to_string(case.join(&*origin.file)).unwrap();
        let mut lines: Vec<String> = text.split('\n').map(str::to_string).collect();
        let line: Vec<char> = excerpt.text.chars().collect();
        let start = origin.column as usize - 1;
        let (before, rest) = line.split_at(start);
        let (marked, after) = rest.split_at((excerpt.width as usize).min(rest.len()));
        let quoted = marked.first() == Some(&'"') && !proposed.starts_with('"');
        let new = if quoted { format!("\"{proposed}\"") } else { proposed };
        let whole = |part: &[char]| part.iter().collect::<String>();
        lines[origin.line as usize - 1] = format!("{}{new}{}", whole(before), whole(after));
        folder.put(&origin.file, lines.join("\n").into_bytes());
        if let Err(error) = read(&folder, &scenario(case)) {
            writeln!(faults, "{}: `{new}` does not mend it\n{}", case.display(), told(&error))
                .unwrap();
        }
        mended += 1;
    }
    assert!(faults.is_empty(), "{faults}");
    assert!(mended >= 60, "{mended} remedies were tried");
}

/// A check of the whole folder tells of a case what reading it alone tells.
#[test]
fn reading_every_scenario_tells_the_same() {
    for (case, error) in refused() {
        let folder = DiskFolder::open(case).unwrap();
        let Err(all) = folder::read_all(&folder) else {
            let beside = ["bridge.toml", CHANCE_FILE].iter().any(|file| case.join(file).exists());
            assert!(beside || case.join("scenario.txt").exists(), "{}", case.display());
            continue;
        };
        let whole: Vec<&Diagnostic> = all.diagnostics().iter().collect();
        let asked = scenario(case);
        if asked == "base" {
            assert_eq!(whole, error.diagnostics().iter().collect::<Vec<_>>(), "{}", case.display());
        } else if !asked.contains('+') {
            let missing = error.diagnostics().iter().find(|told| !whole.contains(told));
            let named = missing.is_none_or(|told| told.code == Code::UnknownScenario);
            assert!(named, "{}: {missing:?}", case.display());
        }
    }
}

/// The cases that the catalogue shows where the shortest one of a code is not the one that people meet.
const SHOWN: [(Code, &str); 23] = [
    (Code::FileMissing, "path-missing"),
    (Code::PathOutside, "path-parent-folder"),
    (Code::NotAFile, "path-directory"),
    (Code::Character, "encoding-bidi-override-in-title"),
    (Code::Toml, "toml-string-not-closed"),
    (Code::CsvColumnMissing, "csv-column-missing"),
    (Code::UnknownKey, "key-with-underscore"),
    (Code::MissingKey, "key-status-missing"),
    (Code::WrongType, "type-pays-for-is-text"),
    (Code::Conflict, "restriction-probability-of-secured"),
    (Code::IdForm, "id-with-spaces"),
    (Code::MoneyForm, "money-thousands-separator"),
    (Code::ShareForm, "share-fraction"),
    (Code::ShareRange, "restriction-match-of-whole"),
    (Code::MonthForm, "month-in-words"),
    (Code::MonthRange, "month-as-of-outside-plan"),
    (Code::Overflow, "range-total-too-large"),
    (Code::AmountForm, "key-amount-twice"),
    (Code::SharesOverWhole, "restriction-pools-take-over-whole"),
    (Code::Periods, "range-periods-overlap"),
    (Code::PoolRefused, "restriction-pool-beyond-member"),
    (Code::Opening, "restriction-opening-base-over-spent"),
    (Code::PatchTarget, "scenario-patches-a-misspelt-line"),
];

/// `docs/ERRORS.md` is generated: every code, what it means, and a case of it.
#[test]
fn the_catalogue_is_current() {
    let mut page = String::from(
        "# The error catalogue\n\n\
         Everything that is wrong is told at once, each with its code, its place, its cause and its remedy.\n\
         Nothing is written, and the exit status is 2. Generated from the corpus in `tests/bad/`\n\
         (`BLESS=1 cargo test --test bad`).\n",
    );
    for code in Code::ALL {
        writeln!(page, "\n## {code}\n\n{}\n", code.meaning()).unwrap();
        let has = |error: &&Error| error.diagnostics().iter().any(|told| told.code == *code);
        let size = |error: &&Error| (error.diagnostics().len(), told(error).len());
        let shown = SHOWN.iter().find(|(own, _)| own == code).map(|(_, case)| *case);
        let error = match shown {
            Some(shown) => {
                let case = refused().iter().find(|(case, _)| name(case) == shown);
                case.map(|(_, error)| error).filter(has)
            }
            None => every_error().filter(has).min_by_key(size),
        };
        let error = error.unwrap_or_else(|| panic!("no case of {code}"));
        let text = told(error);
        let first = text.split("\n\n").find(|one| one.contains(code.text())).unwrap();
        writeln!(page, "```text\n{first}\n```").unwrap();
    }
    page += "\n## Doubts\n\n\
             What is doubtful is no error: the plan is forecast. `braid check` tells each with its place and\n\
             its remedy, and `--strict` ends with status 1 where there is one.\n\n\
             | name | what it is about |\n|---|---|\n";
    for (name, about) in doubts::catalogue() {
        writeln!(page, "| `{name}` | {about} |").unwrap();
    }
    let path = Path::new("docs/ERRORS.md");
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, &page).unwrap();
    }
    assert!(
        fs::read_to_string(path).unwrap_or_default() == page,
        "BLESS=1 rewrites docs/ERRORS.md"
    );
}

const PLAN: &str = "[plan]\ntitle = \"P\"\nstart = \"2026-01\"\nmonths = 12\n";
const NEEDS: &str = "[cost.data]\nfunction = \"data\"\nseries = \"needs.csv\"\n";

fn plan(more: &str) -> String {
    format!("{PLAN}{more}")
}

/// So many tables, each made of its number.
fn many(count: usize, table: impl Fn(usize) -> String) -> String {
    plan(&(0..count).map(table).collect::<String>())
}

fn costs(count: usize) -> String {
    many(count, |number| format!("[cost.c{number}]\nfunction = \"data\"\nmonthly = 1\n"))
}

fn streams(count: usize) -> String {
    many(count, |number| format!("[stream.s{number}]\nkind = \"reserve\"\nbalance = 1\n"))
}

fn drivers(count: usize) -> String {
    many(count, |number| format!("[driver.d{number}]\nstart = 1\n"))
}

fn pools(count: usize) -> String {
    let pool = |number| {
        format!(
            "[pool.p{number}]\nmembers = {{ s0 = \"1%\" }}\npays-for = []\ngoverned-by = \"G\"\n"
        )
    };
    streams(1) + &many(count, pool)[PLAN.len()..]
}

fn scenarios(count: usize) -> String {
    many(count, |number| format!("[scenario.s{number}]\ntitle = \"S\"\n"))
}

/// A folder with a file of so many chances, of so many values each.
fn chances(count: usize, values: usize) -> MemoryFolder {
    let odds = |place| if place == 0 { "100%" } else { "0%" };
    let chance = |number| {
        let values: Vec<String> =
            (0..values).map(|place| format!("{} = \"{}\"", place + 1, odds(place))).collect();
        let values = values.join(", ");
        format!("[chance.c{number}]\nof = \"cost.c{number}.monthly\"\ndiscrete = {{ {values} }}\n")
    };
    let text: String = (0..count).map(chance).collect();
    MemoryFolder::new([("plan.toml", costs(count.min(256)).as_str()), (CHANCE_FILE, text.as_str())])
}

/// A folder with so many shocks of the same two chances.
fn shocks(count: usize) -> MemoryFolder {
    let chances = "[chance.a]\nof = \"cost.c0.monthly\"\nuniform = [1, 2]\n\
                   [chance.b]\nof = \"cost.c1.monthly\"\nuniform = [1, 2]\n";
    let shock = |number| format!("[shock.s{number}]\ntogether = \"0.1%\"\nof = [\"a\", \"b\"]\n");
    let text = chances.to_string() + &(0..count).map(shock).collect::<String>();
    MemoryFolder::new([("plan.toml", costs(2).as_str()), (CHANCE_FILE, text.as_str())])
}

fn stack(count: usize) -> String {
    (0..count).map(|number| format!("s{number}")).collect::<Vec<_>>().join("+")
}

fn tranches(count: usize) -> [(String, String); 2] {
    let schedule = "[stream.s]\nkind = \"grant\"\nstatus = \"secured\"\nschedule = \"t.csv\"\n";
    let rows = "s,2026-01,,1\n".repeat(count);
    let rows = format!("stream,available,last,amount\n{rows}");
    [("plan.toml".to_string(), plan(schedule)), ("t.csv".to_string(), rows)]
}

/// A plan whose lines name a file of their own each.
fn files(count: usize) -> Vec<(String, String)> {
    let line =
        |number| format!("[cost.c{number}]\nfunction = \"data\"\nseries = \"n{number}.csv\"\n");
    let mut files = vec![("plan.toml".to_string(), many(count, line))];
    let rows = |number| format!("month,cost,amount\n2026-01,c{number},1\n");
    files.extend((0..count).map(|number| (format!("n{number}.csv"), rows(number))));
    files
}

/// A plan that a comment of so many bytes makes longer, in lines of 4,096 bytes with their ends.
fn padded(bytes: usize) -> String {
    let line = format!("#{}\n", "x".repeat(4_094));
    let mut text = plan("");
    while text.len() + line.len() <= bytes {
        text.push_str(&line);
    }
    let rest = bytes - text.len();
    text.push_str(&"#".repeat(rest));
    text
}

fn memory<'a>(files: impl IntoIterator<Item = &'a (String, String)>) -> MemoryFolder {
    MemoryFolder::new(files.into_iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

fn one_file(text: &str) -> MemoryFolder {
    MemoryFolder::new([("plan.toml", text)])
}

fn refuse(folder: &MemoryFolder, scenario: &str) -> Error {
    read(folder, scenario).expect_err("a bad folder is refused")
}

/// A budget's mapping that nobody has read.
fn mapping() -> MemoryFolder {
    let text = "confirmed = false\nsheet = \"Budget\"\n[columns]\nC = \"2026-07\"\n\
                [line.rent]\nrow = 5\nfunction = \"rent\"\n";
    MemoryFolder::new([("import.toml", text)])
}

/// How an encrypted workbook begins.
const ENCRYPTED: &[u8] =
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0";

/// Cases that are too large or too odd to stand in the repository.
fn made() -> &'static [(&'static str, Error)] {
    static MADE: OnceLock<Vec<(&'static str, Error)>> = OnceLock::new();
    MADE.get_or_init(|| {
        let base = |text: &str| refuse(&one_file(text), "base");
        let mut made = vec![
            ("file-too-large", base(&padded((1 << 20) + 1))),
            ("folder-is-a-file", DiskFolder::open(Path::new("tests/bad.rs")).unwrap_err()),
            ("folder-missing", DiskFolder::open(Path::new("tests/bad/none")).unwrap_err()),
            ("line-too-long", base(&plan(&"#".repeat(4_097)))),
            ("too-many-chances", refuse(&chances(257, 1), "base")),
            ("too-many-costs", base(&costs(513))),
            ("too-many-drivers", base(&drivers(257))),
            ("too-many-files", refuse(&memory(&files(64)), "base")),
            ("too-many-pools", base(&pools(65))),
            ("too-many-scenarios", base(&scenarios(65))),
            ("too-many-shocks", refuse(&shocks(257), "base")),
            ("too-many-stacked", refuse(&one_file(&scenarios(17)), &stack(17))),
            ("too-many-streams", base(&streams(257))),
            ("too-many-values", refuse(&chances(1, 65), "base")),
            ("mapping-not-confirmed", folder::mapping(&mapping()).unwrap_err()),
            ("workbook-encrypted", Book::read("budget.xlsx", ENCRYPTED).unwrap_err()),
            ("too-many-tranches", refuse(&memory(&tranches(200_001)), "base")),
        ];
        #[cfg(unix)]
        made.extend(on_disk::made());
        made
    })
}

/// Cases of links, pipes and files too large to write, in a folder for the time of the test.
#[cfg(unix)]
mod on_disk {
    use super::*;
    use std::os::unix::fs::symlink;

    /// A fresh folder that holds a plan which names `needs.csv`.
    fn fresh(name: &str) -> PathBuf {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bad").join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("plan")).unwrap();
        fs::write(path.join("plan/plan.toml"), plan(NEEDS)).unwrap();
        fs::write(path.join("needs.csv"), "month,cost,amount\n2026-01,data,1\n").unwrap();
        path
    }

    fn error(path: &Path) -> Error {
        let folder = DiskFolder::open(&path.join("plan")).unwrap();
        super::read(&folder, "base").expect_err("a bad folder is refused")
    }

    pub fn made() -> Vec<(&'static str, Error)> {
        let link = fresh("link-out");
        symlink("../needs.csv", link.join("plan/needs.csv")).unwrap();
        let chain = fresh("link-out-by-a-folder");
        symlink("..", chain.join("plan/data")).unwrap();
        let named = plan(NEEDS).replace("needs.csv", "data/needs.csv");
        fs::write(chain.join("plan/plan.toml"), named).unwrap();
        let plan = fresh("link-out-of-plan");
        fs::rename(plan.join("plan/plan.toml"), plan.join("plan.toml")).unwrap();
        symlink("../plan.toml", plan.join("plan/plan.toml")).unwrap();
        let device = fresh("link-to-a-device");
        symlink("/dev/zero", device.join("plan/needs.csv")).unwrap();
        let pipe = fresh("pipe");
        let status = std::process::Command::new("mkfifo").arg(pipe.join("plan/needs.csv")).status();
        assert!(status.unwrap().success());
        let large = fresh("csv-too-large");
        let file = fs::File::create(large.join("plan/needs.csv")).unwrap();
        file.set_len((64 << 20) + 1).unwrap();
        vec![
            ("csv-too-large", error(&large)),
            ("link-out", error(&link)),
            ("link-out-by-a-folder", error(&chain)),
            ("link-out-of-plan", error(&plan)),
            ("link-to-a-device", error(&device)),
            ("pipe", error(&pipe)),
        ]
    }

    #[test]
    fn a_link_within_the_folder_is_followed() {
        let path = fresh("link-within");
        fs::rename(path.join("needs.csv"), path.join("plan/others.csv")).unwrap();
        symlink("others.csv", path.join("plan/needs.csv")).unwrap();
        let folder = DiskFolder::open(&path.join("plan")).unwrap();
        folder::read(&folder, "base").unwrap();
    }
}

#[test]
fn what_stands_at_a_limit_is_read() {
    let read = |folder: &MemoryFolder, scenario: &str| {
        if let Err(error) = read(folder, scenario) {
            panic!("{}", told(&error));
        }
    };
    for text in [costs(512), streams(256), drivers(256), pools(64), scenarios(64), padded(1 << 20)]
    {
        read(&one_file(&text), "base");
    }
    read(&one_file(&scenarios(16)), &stack(16));
    read(&chances(3, 64), "base");
    read(&shocks(256), "base");
    read(&memory(&files(63)), "base");
    read(&memory(&tranches(200_000)), "base");
    for text in [
        plan(&"#".repeat(4_096)),
        plan(&format!("note = \"{}\"\n", "é".repeat(1_000))),
        plan(&format!("[cost.{}]\nfunction = \"data\"\nmonthly = 1\n", "c".repeat(64))),
        plan("[cost.c]\nfunction = \"data\"\nonce = 9999999999999.99\nfrom = \"2026-01\"\n"),
        PLAN.replace("12", "480").replace("2026-01", "2160-01"),
    ] {
        read(&one_file(&text), "base");
    }
}
