//! Whole folders, read from memory.

use std::collections::BTreeSet;

use super::*;
use crate::funding::{Authority, DueKind, Terms};
use crate::plan::Inputs;
use crate::plan::cost::Form;

/// A plan that uses every key that there is.
const EVERYTHING: &str = include_str!("tests/everything.toml");
/// The same lines and streams as rows.
const COSTS: &str = include_str!("tests/costs.csv");
const STREAMS: &str = include_str!("tests/streams.csv");

fn folder(files: &[(&str, &str)]) -> MemoryFolder {
    MemoryFolder::new(files.iter().copied())
}

/// The folder of the plan that uses everything.
fn everything() -> MemoryFolder {
    folder(&[
        ("plan.toml", EVERYTHING),
        ("costs.csv", COSTS),
        ("streams.csv", STREAMS),
        ("drivers.csv", "month,driver,value\r\n2026-01,index,1\n2026-02,index,1.25\n"),
        ("levels.csv", "driver,month,value\nvisits,2026-01,10\nvisits,2026-02,\"20\"\n"),
        ("needs.csv", "\u{FEFF}month,cost,amount\n2026-01,filed,10.50\n2026-02,filed,0.5\n"),
        (
            "tranches.csv",
            "stream,available,last,amount\nlisted,2026-01,,5\nlisted,2025-01,2026-02,7\n",
        ),
        ("opening.csv", "item,stream,month,amount\ncash,listed,,5\nreceivable,listed,2026-02,3\n"),
    ])
}

/// A small plan with these lines below its `[plan]`.
fn small(lines: &str) -> MemoryFolder {
    let head = "[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nyears = 2\n";
    folder(&[("plan.toml", &format!("{head}{lines}"))])
}

/// What is told of a folder: code, place and message.
fn told(files: &MemoryFolder, scenario: &str) -> Vec<String> {
    match read(files, scenario) {
        Ok(_) => Vec::new(),
        Err(error) => error.diagnostics().iter().map(line).collect(),
    }
}

fn line(fault: &Diagnostic) -> String {
    let place = fault.place.as_ref().map(|(origin, _)| format!("{origin} ")).unwrap_or_default();
    format!("{} {place}{}", fault.code, fault.message)
}

/// The one thing that is told of a small plan: its code and its remedy.
fn one(lines: &str) -> (Code, String) {
    let error = read(&small(lines), "base").unwrap_err();
    let [fault] = error.diagnostics() else { panic!("{:?}", error.diagnostics()) };
    (fault.code, fault.remedy.clone())
}

#[test]
fn a_file_that_is_not_read_is_told() {
    let plan = "[plan]\ntitle = \"P\"\nstart = \"2026-01\"\nmonths = 12\n";
    let files = MemoryFolder::new([("plan.toml", plan), ("actuals.csv", "month,kind,id,amount\n")]);
    let plan = read(&files, "base").unwrap();
    let told: Vec<&str> = crate::plan::check::findings(&plan).iter().map(|f| f.name).collect();
    assert_eq!(told, ["cash-not-stated", "file-not-read", "no-cost", "no-stream"]);
}

#[test]
fn the_templates_read_in_every_case() {
    for template in templates() {
        let files = MemoryFolder::new(template.files.iter().copied());
        let plans = read_all(&files).unwrap();
        assert_eq!(plans.len(), 1 + scenarios(&files).unwrap().len());
    }
}

#[test]
fn the_registry_lists_what_readers_take_and_no_more() {
    let desk = Desk::new();
    let plan = read_on(&desk, &everything(), BASE);
    let bridge = "[funder]\ncost-of-money = \"3%\"\n[option.a]\nkind = \"grant\"\n";
    let bridge = MemoryFolder::new([("bridge.toml", bridge)]);
    assert!(options::read(&desk, &bridge, "bridge.toml").is_some());
    let chance = r#"
        [chance.a]
        title = "A"
        odds = "1%"
        then.plan.notice = "N"
        [chance.b]
        of = "cost.data.monthly"
        uniform = [1, 2]
        [shock.c]
        title = "C"
        together = "1%"
        of = ["a"]
        against = ["b"]
    "#;
    let words = ["triangular = [1, 2, 3]", "discrete = { 1 = \"100%\" }"];
    let others = words.map(|words| format!("[chance.b]\nof = \"cost.data.monthly\"\n{words}\n"));
    for (place, chance) in others.iter().map(String::as_str).chain([chance]).enumerate() {
        let head = "[plan]\ntitle = \"P\"\nstart = \"2026-01\"\nmonths = 12\n";
        let head = format!("{head}[cost.data]\nfunction = \"data\"\nmonthly = 1\n");
        let name = format!("chance-{place}.toml");
        let files = MemoryFolder::new([("plan.toml", head.as_str()), (name.as_str(), chance)]);
        let cases = Cases::open(&files, &[BASE]).unwrap();
        let draft = cases.draft(BASE).unwrap();
        assert!(resolve_chances::read(&desk, &cases, &draft, &name).is_some());
    }
    let import = "confirmed = true\nsheet = \"S\"\nnames = \"A\"\nheadings = 1\ncolumns = { B = \"2026-07\" }\n\
                  [line.a]\nrow = 2\nnamed = \"A\"\ntitle = \"A\"\nfunction = \"data\"\nlayer = \"backbone\"\n\
                  priority = \"core\"\ncategory = \"other\"\n";
    assert!(mapping::read(&desk, &MemoryFolder::new([("import.toml", import)])).is_some());
    let faults: Vec<String> = desk.diagnostics().iter().map(line).collect();
    assert_eq!(faults, Vec::<String>::new());
    assert!(plan.is_some());
    let taken: BTreeSet<String> =
        desk.takes().iter().map(|(kind, key)| format!("{kind}.{key}")).collect();
    let mut listed = BTreeSet::new();
    for kind in keys::kinds() {
        listed.extend(kind.keys.iter().map(|key| format!("{}.{}", kind.name, key.name)));
    }
    let untaken: Vec<&String> = listed.difference(&taken).collect();
    assert_eq!(untaken, Vec::<&String>::new());
}

#[test]
fn inputs_know_their_place_and_source() {
    let plan = read(&everything(), BASE).unwrap();
    let input = |path: &str| plan.inputs.find(path).unwrap();
    let award = input("stream.award.award");
    assert_eq!((award.text.as_str(), award.source.as_deref()), ("240000", Some("the letter")));
    assert!(award.figure);
    assert_eq!(award.origin.file.as_ref(), "plan.toml");
    assert_eq!(input("stream.award.cap.1.share").source.as_deref(), Some("page 2"));
    let matched = input("stream.award.match.share-of-total").source.as_deref();
    assert_eq!(matched, Some("the statute"));
    assert_eq!(input("stream.award").text, "");
    let salary = input("cost.row-positions.positions.salary");
    assert_eq!(salary.origin.to_string(), "costs.csv:2:55");
    let paths: Vec<&str> = plan.inputs.stated.iter().map(|input| input.path.as_str()).collect();
    assert!(paths.is_sorted());
}

#[test]
fn rows_read_as_tables_do() {
    let plan = read(&everything(), BASE).unwrap();
    let form = |name: &str| plan.line(plan.find_line(name).unwrap()).form.clone();
    assert!(matches!(form("row-positions"), Form::Positions { .. }));
    let Form::Series(months) = form("row-months") else { panic!() };
    assert_eq!(months.len(), 2);
    assert!(matches!(form("row-years"), Form::ByFiscalYear(years) if years.len() == 1));
    let row = plan.stream(plan.find_stream("row-payer").unwrap());
    assert!(matches!(row.terms, Terms::Payer(_)));
    let row = plan.find_stream("row-grant").unwrap();
    assert_eq!(plan.restrictions(row).caps.len(), 1);
    assert_eq!(plan.restrictions(row).pays_for.len(), 2);
    assert!(matches!(form("savings.loss"), Form::Due(_, DueKind::Loss)));
}

#[test]
fn every_independent_error_is_told_at_once() {
    let files = folder(&[
        (
            "plan.toml",
            "[plan]
title = \"T\"
start = \"2026-1\"
years = 2
[cost.data]
function = \"dta\"
yearly = \"1,200\"
[cost.nav]
layer = \"program\"
function = \"navigation\"
series = \"needs.csv\"
[stream.a]
kind = \"grant\"
funder = \"F\"
strategy = 1
award = 5.001
from = \"2026-01\"
until = \"2025-12\"
pays-for = [\"navigaton\", \"cost.nab\", \"tag.x\"]
[pool.p]
members = { b = \"50\" }
pays-for = []
governed-by = \"G\"
[scenario.low]
titel = \"Low\"
",
        ),
        ("needs.csv", "month,cost,amount\n2026-01,nav,$5\n2026-01,nave,5\n2026-01,data,5\n"),
    ]);
    assert_eq!(
        told(&files, BASE),
        [
            "E0401 needs.csv:2:13 `$5` is not an amount",
            "E0501 needs.csv:3:9 there is no cost `nave`",
            "E0305 needs.csv:4:9 `needs.csv` has rows of cost `data`, which does not use the file",
            "E0408 plan.toml:3:9 `2026-1` is not a month",
            "E0507 plan.toml:6:12 function `dta` is not one of the backbone",
            "E0401 plan.toml:7:10 `1,200` is not an amount",
            "E0302 plan.toml:12:9 `[stream.a]` lacks `status`",
            "E0301 plan.toml:15:1 unknown key `strategy` in `[stream.a]`",
            "E0402 plan.toml:16:9 `5.001` has parts of a cent",
            "E0409 plan.toml:18:9 the stream ends in 2025-12, before it begins in 2026-01",
            "E0507 plan.toml:19:13 function `navigaton` is not in the plan",
            "E0501 plan.toml:19:26 there is no cost `nab`",
            "E0505 plan.toml:19:38 tag `x` selects nothing",
            "E0502 plan.toml:21:13 there is no stream `b`",
            "E0404 plan.toml:21:17 `50` is not a percentage",
            "E0301 plan.toml:25:1 unknown key `titel` in `[scenario.low]`",
        ]
    );
}

#[test]
fn remedies_name_the_nearest_right_word() {
    let line = "[cost.nav]\nlayer = \"program\"\nfunction = \"navigation\"\n";
    let stream = "[stream.a]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\naward = 5\n\
                  from = \"2026-01\"\nuntil = \"2026-12\"\n";
    let remedy = |lines: &str| one(lines).1;
    assert_eq!(
        remedy(&format!("{line}yearly = 5\nprioritty = \"core\"")),
        "did you mean `priority`?"
    );
    let given = format!("{line}yearly = 5\n{stream}pays-for = [\"navigaton\"]");
    assert_eq!(remedy(&given), "did you mean `navigation`?");
    assert_eq!(
        remedy(&format!("{line}yearly = 1.005")),
        "round it to cents: digits, a point, at most two places"
    );
    assert_eq!(
        remedy(&format!("{line}yearly = 5\nescalate = 0.03")),
        "write `\"3%\"` (or `\"0.03%\"`, if that is meant)"
    );
    assert_eq!(
        remedy(&format!("{stream}terms = 5")),
        "`terms` goes with `kind = \"payer\" or \"public\" or \"shared-savings\"`"
    );
    assert_eq!(one("[policy]\norder = [\"x\"]").0, Code::UnknownStream);
}

#[test]
fn scenarios_patch_key_by_key() {
    let files = everything();
    let base = read(&files, BASE).unwrap();
    let low = read(&files, "low").unwrap();
    assert_eq!((low.scenario.as_str(), low.scenario_title.as_str()), ("low", "Low"));
    let of = |plan: &Plan, name: &str| plan.streams[plan.find_stream(name).unwrap().at()].clone();
    assert_ne!(of(&base, "award").terms, of(&low, "award").terms);
    assert_eq!(of(&base, "award").funder, of(&low, "award").funder);
    // Another way to state the amount takes the place of the first.
    let line = low.line(low.find_line("yearly").unwrap());
    assert!(matches!(line.form, Form::Monthly(_)));
    // What was dropped leaves whatever named it.
    assert!(low.find_stream("hospital").is_none() && low.find_line("filed").is_none());
    assert!(low.pools.iter().all(|pool| pool.members.len() == 1));
    let origin = &low.inputs.find("cost.yearly.monthly").unwrap().origin;
    assert_eq!(origin.file.as_ref(), "plan.toml");
    let both = read(&files, "low+late").unwrap();
    assert_eq!((both.scenario.as_str(), both.scenario_title.as_str()), ("low+late", "Low + Late"));
    assert_eq!(read_all(&files).unwrap().len(), 3);
    let titles = scenarios(&files).unwrap();
    assert_eq!(titles, [("late".to_string(), "Late".to_string()), ("low".into(), "Low".into())]);
}

#[test]
fn unknown_scenarios_and_targets_are_told() {
    let files = small("[scenario.low.cost.x]\ndrop = true\n[scenario.lo.plan]\ntitle = \"U\"\n");
    assert_eq!(
        told(&files, "law"),
        [
            "E0504 there is no scenario `law`",
            "E0301 plan.toml:8:1 unknown key `title` in `[scenario.lo.plan]`",
        ]
    );
    assert!(
        told(&files, "low")[0]
            .starts_with("E0610 plan.toml:5:20 in scenario `low`: cost `x` is not in the plan")
    );
    assert!(told(&files, "low+low")[0].starts_with("E0305 scenario `low` is stacked on itself"));
}

#[test]
fn grants_are_split_to_the_cent() {
    let grant = |lines: &str| {
        let head = "[stream.a]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\n\
                    from = \"2026-01\"\nuntil = \"2028-06\"\n";
        let plan = read(&small(&format!("{head}{lines}")), BASE).unwrap();
        let Terms::Grant(grant) = &plan.streams[0].terms else { panic!() };
        grant.periods.iter().map(|period| period.amount.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(grant("award = 100"), ["100.00"]);
    assert_eq!(grant("award = 100\nbudget-periods = \"yearly\""), ["40.00", "40.00", "20.00"]);
    assert_eq!(grant("yearly = 100"), ["250.00"]);
    assert_eq!(grant("amounts = [1, 2, 3]"), ["1.00", "2.00", "3.00"]);
    let linear = "award = 100\nbudget-periods = \"yearly\"\ntaper = { shape = \"linear\" }";
    assert_eq!(grant(linear), ["50.00", "33.33", "16.67"]);
    let geometric = "award = 100\nbudget-periods = \"yearly\"\n\
                     taper = { shape = \"geometric\", ratio = \"50%\" }";
    assert_eq!(grant(geometric), ["57.14", "28.57", "14.29"]);
}

#[test]
fn pools_blend_only_what_their_members_allow() {
    let plan = |federal: bool, more: &str| {
        small(&format!(
            "[cost.a]\nfunction = \"data\"\nyearly = 5\n[cost.b]\nfunction = \"operate\"\nyearly = 5\n\
             [stream.s]\nkind = \"partner\"\nfunder = \"F\"\nstatus = \"secured\"\nmonthly = 5\n\
             evergreen = \"x\"\nfederal = {federal}\npays-for = [\"data\"]\n\
             [pool.p]\nmembers = {{ s = \"100%\" }}\npays-for = [\"anything\"]\n\
             governed-by = \"G\"\n{more}"
        ))
    };
    let refused =
        "E0606 plan.toml:19:7 pool `p` would pay `cost.b` with stream `s`, which may not pay it";
    assert_eq!(told(&plan(false, ""), BASE), [refused]);
    assert_eq!(
        told(&plan(true, ""), BASE),
        ["E0606 plan.toml:19:7 pool `p` blends federal money of `s`"]
    );
    assert_eq!(told(&plan(true, "authority = \"A\""), BASE), Vec::<String>::new());
}

#[test]
fn totals_and_matches_stay_in_range() {
    let line = |id: &str| {
        format!("[cost.{id}]\nfunction = \"data\"\nonce = 6000000000000\nfrom = \"2026-01\"\n")
    };
    assert_eq!(told(&small(&line("a")), BASE), Vec::<String>::new());
    let two = told(&small(&format!("{}{}", line("a"), line("b"))), BASE);
    assert!(
        two.len() == 1 && two[0].starts_with("E0411 plan.toml:9:7 the plan's amounts"),
        "{two:?}"
    );
    let yearly = "[cost.a]\nfunction = \"data\"\nunit = { driver = \"d\", cost = 9999999 }\n\
                  [driver.d]\nstart = 1000000000\n";
    assert!(told(&small(yearly), BASE)[0].starts_with("E0411 plan.toml:5:7 the need of"));
    let matched = "[stream.a]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\naward = 9000000000\n\
                   from = \"2026-01\"\nuntil = \"2026-12\"\nmatch = { share-of-total = \"99.99999%\" }\n";
    assert!(told(&small(matched), BASE)[0].starts_with("E0411 plan.toml:5:9 the match of"));
}

#[test]
fn a_file_that_cannot_be_parsed_stops_only_itself() {
    let plan = "[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nyears = 1\n\
                [stream.a]\nkind = \"grunt\"\npays-for = [\"cost.c\", \"navigation\"]\n";
    let files = folder(&[("plan.toml", plan), ("costs.csv", "cost,function,yearli\nc,data,5\n")]);
    assert_eq!(
        told(&files, BASE),
        [
            "E0204 costs.csv:1:15 unknown column `yearli`",
            "E0302 plan.toml:5:9 `[stream.a]` lacks `status`",
            "E0304 plan.toml:6:8 `grunt` is not a known `kind`",
        ]
    );
    let broken = folder(&[("plan.toml", "a = \n"), ("costs.csv", "cost\n\"x\n")]);
    let codes: Vec<String> = told(&broken, BASE).iter().map(|line| line[..5].to_string()).collect();
    assert_eq!(codes, ["E0203", "E0201"]);
    assert_eq!(told(&folder(&[]), BASE), ["E0101 there is no `plan.toml` in the plan folder"]);
}

#[test]
fn csv_files_are_held_to_their_columns_and_quotes() {
    let with = |costs: &str| {
        let mut files = small("");
        files.put("costs.csv", costs.as_bytes().to_vec());
        told(&files, BASE)
    };
    assert_eq!(
        with("cost,function,yearly\nc,data,\"1200.00\"\r\n\r\nd,data,5\n"),
        Vec::<String>::new()
    );
    assert_eq!(
        with("cost,function,yearly\nc,data,\"1,200.00\"\n"),
        ["E0401 costs.csv:2:9 `1,200.00` is not an amount"]
    );
    assert_eq!(
        with("cost,function,yearly\nc,data\n"),
        ["E0203 costs.csv:2:1 the row has 2 cells, and the header has 3"]
    );
    assert_eq!(
        with("cost,function,cost,yearly\n"),
        ["E0204 costs.csv:1:15 column `cost` stands twice"]
    );
    assert_eq!(
        with("function,yearly\n"),
        ["E0205 costs.csv:1:1 `costs.csv` lacks the column `cost`"]
    );
    assert_eq!(with(""), ["E0205 costs.csv:1:1 `costs.csv` has no header"]);
    assert_eq!(
        with("cost,function,yearly\nc,data,5\nc,data,6\n"),
        ["E0307 costs.csv:3:1 cost `c` stands in two rows"]
    );
    assert_eq!(
        with("cost,function,yearly\nc,da\"ta,5\n"),
        ["E0203 costs.csv:2:5 a quote stands within an unquoted cell"]
    );
    assert_eq!(
        with("cost,function,yearly\nC 1,data,5\n"),
        ["E0306 costs.csv:2:1 `C 1` does not have the form of an id"]
    );
}

#[test]
fn nothing_outside_the_folder_is_named() {
    for name in ["../x.csv", "/etc/passwd", "C:x.csv", "a\\\\b.csv", "./x.csv"] {
        let plan = format!("[cost.c]\nfunction = \"data\"\nseries = \"{name}\"\n");
        assert_eq!(one(&plan).0, Code::PathOutside, "{name}");
    }
    assert_eq!(one("[cost.c]\nfunction = \"data\"\nseries = \"x.csv\"\n").0, Code::FileMissing);
}

#[test]
fn the_schema_accepts_the_samples_and_refuses_what_is_unknown() {
    let schema = jsonschema::validator_for(&schema()).unwrap();
    let json = |text: &str| toml::from_str::<serde_json::Value>(text).unwrap();
    for text in [EVERYTHING, templates()[0].files[0].1] {
        let value = json(text);
        let faults: Vec<String> = schema
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path))
            .collect();
        assert_eq!(faults, Vec::<String>::new());
    }
    let head = "[plan]\ntitle = \"T\"\nstart = \"2026-01\"\n";
    for bad in ["strat = 1", "phase = \"x\"", "years = 0", "[cost.C]", "[cost.c]\nescalate = \"3\""]
    {
        assert!(!schema.is_valid(&json(&format!("{head}{bad}\n"))), "{bad}");
    }
}

/// A sequence of numbers that is the same on every machine.
fn numbers() -> impl Iterator<Item = usize> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 16) as usize
    })
}

#[test]
fn no_truncation_and_no_mutation_makes_it_panic() {
    let files = [("plan.toml", EVERYTHING), ("costs.csv", COSTS), ("streams.csv", STREAMS)];
    let whole = everything();
    let check = |name: &str, bytes: Vec<u8>| {
        let mut files = whole.clone();
        files.put(name, bytes);
        for scenario in [BASE, "low"] {
            if let Err(error) = read(&files, scenario) {
                assert!(error.is_input());
                for fault in error.diagnostics() {
                    let Some((origin, excerpt)) = &fault.place else { continue };
                    let end = origin.column as usize + excerpt.width as usize;
                    assert!(end <= excerpt.text.chars().count().max(80) + 2, "{fault:?}");
                }
            }
        }
    };
    let mut number = numbers();
    let mut next = |below: usize| number.next().unwrap() % below;
    for (name, text) in files {
        for _ in 0..120 {
            let mut bytes = text.as_bytes().to_vec();
            bytes.truncate(next(text.len()));
            check(name, bytes);
        }
        for _ in 0..300 {
            let mut bytes = text.as_bytes().to_vec();
            let place = next(bytes.len());
            let any = next(256) as u8;
            bytes[place] = [b'"', b'-', b'9', b'[', b'.', b',', b'\n', any][next(8)];
            check(name, bytes);
        }
    }
}

#[test]
fn the_plan_that_uses_everything_lowers() {
    let plan = read(&everything(), BASE).unwrap();
    for stream in &plan.streams {
        let lowered = stream.lower(&plan.setting()).unwrap();
        let any = lowered
            .tranches
            .iter()
            .any(|tranche| tranche.amount != Authority::Amount(Default::default()));
        // Some settle and others ended outside of the plan's months.
        let outside = ["savings", "medicare", "integration-published"];
        assert!(any || outside.contains(&stream.name.as_str()), "{}", stream.name);
    }
}

/// A plan without what it is called and where its inputs stand.
fn meaning(plan: Plan) -> Plan {
    let (scenario, scenario_title) = (String::new(), String::new());
    Plan { scenario, scenario_title, inputs: Inputs::default(), ..plan }
}

const TWO_CASES: &str = r#"
[plan]
title = "T"
start = "2026-07"
years = 2
[cost.staff]
function = "convene"
yearly = 120_000
[cost.data]
function = "data"
yearly = 24_000
[stream.grant]
kind = "grant"
funder = "F"
status = "secured"
award = 90_000
from = "2026-07"
until = "2027-06"
pays-for = ["convene", "data"]
[scenario.worse.cost.data]
yearly = 36_000
[scenario.worse.cost.staff]
monthly = 11_000
source = "a quote"
[scenario.worse.stream.grant]
drop = true
"#;

#[test]
fn a_draft_between_two_cases_takes_the_inputs_it_is_told_to() {
    let files = MemoryFolder::new([("plan.toml", TWO_CASES)]);
    let cases = Cases::open(&files, &["base", "worse"]).unwrap();
    let (base, worse) = (cases.draft("base").unwrap(), cases.draft("worse").unwrap());
    assert_eq!(cases.differences(&base, &base), []);
    let found = cases.differences(&base, &worse);
    let told: Vec<(String, String, String)> = found
        .iter()
        .map(|one| {
            let text = |side: &Option<Written>| match side {
                Some(written) => written.text.clone(),
                None => "-".to_string(),
            };
            (one.path.clone(), text(&one.before), text(&one.after))
        })
        .collect();
    let expected = [
        ("cost.data.yearly", "24000", "36000"),
        ("cost.staff.monthly", "-", "11000"),
        ("cost.staff.yearly", "120000", "-"),
        ("stream.grant", "", "-"),
    ];
    let expected = expected
        .map(|(path, before, after)| (path.to_string(), before.to_string(), after.to_string()));
    assert_eq!(told, expected);
    assert_eq!(found[0].after.as_ref().unwrap().origin.line, 21);

    let plan = |taken: &dyn Fn(usize) -> bool| {
        cases.plan(&Draft::between(&base, &worse, taken)).map(meaning)
    };
    let alone = |case: &str| meaning(read(&files, case).unwrap());
    assert_eq!(plan(&|_| false).unwrap(), alone("base"));
    assert_eq!(plan(&|_| true).unwrap(), alone("worse"));
    assert_eq!(plan(&|place| place != 3).unwrap().streams.len(), 1);
    let both_forms = plan(&|place| place == 1).unwrap_err();
    assert!(both_forms.is_input(), "two forms of one amount are refused");
}

#[test]
fn a_restated_input_is_read_like_a_written_one() {
    let files = MemoryFolder::new([("plan.toml", TWO_CASES)]);
    let cases = Cases::open(&files, &["base"]).unwrap();
    let base = cases.draft("base").unwrap();
    let more = base.restated("stream.grant.award", "95000.01").unwrap();
    let written = TWO_CASES.replace("award = 90_000", "award = 95000.01");
    let written = read(&MemoryFolder::new([("plan.toml", written.as_str())]), "base").unwrap();
    assert_eq!(cases.plan(&more).unwrap().streams, written.streams);
    assert!(base.restated("stream.grant.yearly", "1").is_none(), "nothing stands there");
    let refused = cases.plan(&base.restated("stream.grant.award", "-1").unwrap()).unwrap_err();
    assert!(refused.is_input());
}
