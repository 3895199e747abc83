//! CPU seconds of the waterfall of many futures, to be set beside those of its peers:
//! `cargo bench --bench chance -- [--futures N] [--threads N] [--cash] [--write FOLDER]`, which
//! `benches/peers/chance.py` does.
//!
//! A line: `chance,<futures>,<threads>,<gaps or gaps and cash>,<CPU seconds>,<seconds>,<microseconds of CPU a future>,
//! <peak memory in MB>`. The plan has the lines, restrictions and caps of `fixtures/braid/medium` and money of its own:
//! two awards a stream, each with its last month, of which the first may begin up to three months late, the second may
//! never come, and rates may change. What the futures share is laid out before the clock starts; each future's amounts
//! are looked up within it. Futures are poured side by side, as `braid chance` pours those of such a plan. `--write` keeps
//! the instance, the futures and the gaps by priority of each, which must be those of each future poured alone.

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use braidfund::braid::course::{Bed, Course, LANES};
use braidfund::cash::Flow;
use braidfund::folder::{self, MemoryFolder};
use braidfund::funding::Status;
use braidfund::money::Money;
use braidfund::plan::Plan;
use braidfund::timeline::{Selection, Timeline};
use cpu_time::ProcessTime;

const FIXTURE: &str = "fixtures/braid/medium";
const STREAMS: usize = 12;
/// Late by 0 to 3 months, renewed or not, one of four rates from the sixth year on.
const CHOICES: usize = 4 * 2 * 4;
const RATES: [i64; 4] = [85, 95, 100, 110];
/// Of ten futures, those in which an award is renewed.
const RENEWED: u64 = 7;
const SEED: u64 = 7;

/// Money that comes in a month and lapses in another, by what is chosen of its stream.
struct Instalment {
    stream: usize,
    place: usize,
    last: usize,
    amounts: [Money; CHOICES],
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)
    };
    let number = |name: &str, other: usize| value(name).map_or(other, |text| text.parse().unwrap());
    let (futures, threads) = (number("--futures", 10_000), number("--threads", 1));
    let with_cash = arguments.iter().any(|argument| argument == "--cash");

    let instalments = instalments();
    let plan = plan(&instalments);
    let timeline = Timeline::from_plan(&plan, Selection::View(Status::Secured)).unwrap();
    assert_eq!(timeline.tranches.len(), instalments.len(), "an instalment is a tranche");
    for (tranche, own) in timeline.tranches.iter().zip(&instalments) {
        assert_eq!((tranche.stream.at(), tranche.opens), (own.stream, own.place));
    }
    if let Some(folder) = value("--write") {
        write(Path::new(folder), &plan, &timeline, &instalments, futures);
    }

    let (cpu, clock) = (ProcessTime::now(), Instant::now());
    let course = Course::new(&plan, &timeline);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (course, instalments) = (&course, &instalments);
            let range = futures * thread / threads..futures * (thread + 1) / threads;
            scope.spawn(move || {
                let mut abreast = course.abreast().expect("the rules of the plan are plain");
                let mut flow = Flow::new(course);
                let mut own = vec![Money::ZERO; instalments.len()];
                let mut amounts = vec![[Money::ZERO; LANES]; instalments.len()];
                for first in range.clone().step_by(LANES) {
                    choose_many(instalments, first, &mut amounts);
                    if !with_cash {
                        assert!(abreast.pour(&amounts));
                        black_box(&abreast);
                        continue;
                    }
                    assert!(abreast.pour_whole(&amounts));
                    for lane in 0..LANES.min(range.end - first) {
                        for (own, amounts) in own.iter_mut().zip(&amounts) {
                            *own = amounts[lane];
                        }
                        let poured = black_box(abreast.poured(&own, lane));
                        black_box(flow.follow(&own, None, poured).unwrap());
                    }
                }
            });
        }
    });
    let (cpu, clock) = (cpu.elapsed().as_secs_f64(), clock.elapsed().as_secs_f64());
    println!(
        "chance,{futures},{threads},{},{cpu:.4},{clock:.4},{:.2},{}",
        if with_cash { "gaps and cash" } else { "gaps" },
        cpu * 1e6 / futures as f64,
        peak_megabytes().unwrap_or_default(),
    );
}

/// Two awards a stream with last months of their own: of every other stream a sum a month, of the rest a sum a year.
fn instalments() -> Vec<Instalment> {
    let mut all = Vec::new();
    // Streams stand in the order of their names: s0, s1, s10, s11, s2, ...
    let mut names: Vec<(String, usize)> =
        (0..STREAMS).map(|own| (format!("s{own}"), own)).collect();
    names.sort();
    for (stream, (_, own)) in names.into_iter().enumerate() {
        let (first, last, end) = (own * 5 % 12, 38 + 3 * own, 84 + 3 * own);
        let (monthly, base) = (own % 2 == 0, 1_600_000 + 230_000 * (own as i64 * 7 % 12));
        let sum_of = |begins: usize, last: usize, place: usize| -> i64 {
            // A little less each month, so that no two are alike.
            let month = |place: usize| base - 1_000 * place as i64 + 7 * (place as i64 * 31 % 97);
            match (monthly, (place - begins) % 12) {
                (true, _) => month(place),
                (false, 0) => (place..=last.min(place + 11)).map(month).sum(),
                (false, _) => 0,
            }
        };
        for place in first..=last {
            let late_by = place - first;
            let amount = |choice: usize| {
                let (late, rate) = (choice % 4, RATES[choice / 8]);
                let rate = if place >= 60 { rate } else { 100 };
                let due = match late_by {
                    _ if late_by < late => 0,
                    _ if late_by == late => {
                        (first..=place).map(|due| sum_of(first, last, due)).sum()
                    }
                    _ => sum_of(first, last, place),
                };
                due * rate / 100
            };
            let amounts = std::array::from_fn(|choice| Money::from_cents(amount(choice)));
            all.push(Instalment { stream, place, last, amounts });
        }
        for place in last + 1..=end {
            let amount = |choice: usize| {
                let (renewed, rate) = (choice / 4 % 2 == 1, RATES[choice / 8]);
                let rate = if place >= 60 { rate } else { 100 };
                if renewed { sum_of(last + 1, end, place) * rate / 100 } else { 0 }
            };
            let amounts = std::array::from_fn(|choice| Money::from_cents(amount(choice)));
            all.push(Instalment { stream, place, last: end, amounts });
        }
    }
    all.retain(|instalment| instalment.amounts.iter().any(|amount| amount.is_positive()));
    all
}

/// What is drawn for a stream in a future: the same on every machine.
fn choice(future: usize, stream: usize) -> usize {
    let mut word = SEED
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add((future * STREAMS + stream) as u64)
        .wrapping_mul(0xD1B5_4A32_D192_ED03);
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^= word >> 31;
    let late = (word & 3) as usize;
    let renewed = usize::from((word >> 8) % 10 < RENEWED);
    let rate = (word >> 40 & 3) as usize;
    late + 4 * renewed + 8 * rate
}

fn choose(instalments: &[Instalment], future: usize, amounts: &mut [Money]) {
    let choices: [usize; STREAMS] = std::array::from_fn(|stream| choice(future, stream));
    for (amount, instalment) in amounts.iter_mut().zip(instalments) {
        *amount = instalment.amounts[choices[instalment.stream]];
    }
}

/// The same of the futures that follow each other from one on, side by side.
fn choose_many(instalments: &[Instalment], first: usize, amounts: &mut [[Money; LANES]]) {
    let choices: [[usize; LANES]; STREAMS] = std::array::from_fn(|stream| {
        std::array::from_fn(|lane| choice(first + lane, stream) % CHOICES)
    });
    for (amounts, instalment) in amounts.iter_mut().zip(instalments) {
        let choices = &choices[instalment.stream];
        for (amount, choice) in amounts.iter_mut().zip(choices) {
            *amount = instalment.amounts[*choice];
        }
    }
}

fn month(place: usize) -> String {
    format!("{}-{:02}", 2026 + place / 12, place % 12 + 1)
}

/// The plan of all alternatives: each instalment with the most that any future has of it.
fn plan(instalments: &[Instalment]) -> Plan {
    let read = |name: &str| std::fs::read_to_string(Path::new(FIXTURE).join(name)).unwrap();
    let mut names: Vec<String> = (0..STREAMS).map(|stream| format!("s{stream}")).collect();
    names.sort();
    let mut tranches = "stream,available,last,amount\n".to_string();
    for own in instalments {
        let most = own.amounts.iter().max().unwrap();
        let (stream, place, last) = (&names[own.stream], month(own.place), month(own.last));
        writeln!(tranches, "{stream},{place},{last},{most}").unwrap();
    }
    let (text, needs) = (read("plan.toml"), read("needs.csv"));
    let files = [("plan.toml", text.as_str()), ("needs.csv", &needs), ("tranches.csv", &tranches)];
    folder::read(&MemoryFolder::new(files), "base").expect("the plan reads")
}

/// Writes the money of the instance, the choices of each future, and the gaps by priority that each leaves.
fn write(
    folder: &Path,
    plan: &Plan,
    timeline: &Timeline,
    instalments: &[Instalment],
    futures: usize,
) {
    let mut money = "stream,place,last".to_string();
    for choice in 0..CHOICES {
        write!(money, ",c{choice}").unwrap();
    }
    for own in instalments {
        let name = &plan.streams[own.stream].name;
        write!(money, "\n{name},{},{}", own.place, own.last).unwrap();
        for amount in own.amounts {
            write!(money, ",{}", amount.cents()).unwrap();
        }
    }
    let course = Course::new(plan, timeline);
    let mut bed: Bed = course.bed();
    let mut lanes = course.abreast().unwrap();
    let mut amounts = vec![Money::ZERO; instalments.len()];
    let mut many = vec![[Money::ZERO; LANES]; instalments.len()];
    let mut chosen = "future".to_string();
    for stream in &plan.streams {
        write!(chosen, ",{}", stream.name).unwrap();
    }
    chosen += ",core,essential,stretch";
    for future in 0..futures {
        choose(instalments, future, &mut amounts);
        write!(chosen, "\n{future}").unwrap();
        for stream in 0..STREAMS {
            write!(chosen, ",{}", choice(future, stream)).unwrap();
        }
        let gap = bed.gaps(&amounts);
        if future % LANES == 0 {
            choose_many(instalments, future, &mut many);
            assert!(lanes.pour(&many));
        }
        assert!(lanes.gap(future % LANES).eq(gap.iter().copied()), "side by side as alone");
        for class in 0..3 {
            let sum: Money = gap.iter().map(|gap| gap[class]).sum();
            write!(chosen, ",{}", sum.cents()).unwrap();
        }
    }
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("money.csv"), money + "\n").unwrap();
    std::fs::write(folder.join("futures.csv"), chosen + "\n").unwrap();
}

/// The most memory that the process has held, where the system tells.
fn peak_megabytes() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(format!("{:.1}", kilobytes / 1024.0))
}
