//! The optimal braid against every other braid of small instances. `BRAID_CASES` sets the number of cases:
//! from a million on, as without it, all that is enumerated is tried; seeded instances are tried as many.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use braidfund::braid::{Braid, Method, Source};
use braidfund::folder::{self, MemoryFolder};
use braidfund::funding::Status;
use braidfund::money::{Money, Rate};
use braidfund::name::{LineIndex, StreamIndex};
use braidfund::plan::Plan;
use braidfund::plan::cost::{Basis, Benefit, Priority};
use braidfund::plan::restriction::Selector;
use braidfund::timeline::{Permit, Selection, Timeline};

const MONTHS: usize = 2;

/// A few cents, lines and months.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Instance {
    priorities: Vec<Priority>,
    /// Cents, by line and month.
    needs: Vec<[i64; MONTHS]>,
    tranches: Vec<Held>,
}

/// A tranche: its stream, cents, months, and what it may pay at most, by line and month; nothing where the stream may
/// not pay the line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    stream: usize,
    cents: i64,
    opens: usize,
    closes: usize,
    pays: Vec<bool>,
    /// Per line, whether the stream's documented benefit is half of it.
    half: Vec<bool>,
}

/// A plan of so many streams and lines over two months, which instances change in place: reading each from text would
/// take longer than all braids.
struct Template {
    plan: Plan,
    timeline: Timeline,
}

impl Template {
    fn new(lines: usize, streams: usize) -> Template {
        let mut text = "[plan]\ntitle = \"Small\"\nstart = \"2024-01\"\nmonths = 2\n".to_string();
        for line in 0..lines {
            text += &format!("[cost.c{line}]\nfunction = \"f{line}\"\nlayer = \"program\"\n");
            text += "monthly = 1\npriority = \"core\"\n";
        }
        for stream in 0..streams {
            text += &format!(
                "[stream.s{stream}]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\n\
                 award = 1\nfrom = \"2024-01\"\nuntil = \"2024-02\"\npays-for = [\"anything\"]\n"
            );
        }
        let plan =
            folder::read(&MemoryFolder::new([("plan.toml", text.as_str())]), "base").unwrap();
        let timeline = Timeline::from_plan(&plan, Selection::View(Status::Secured)).unwrap();
        assert_eq!((timeline.tranches.len(), timeline.purses.len()), (streams, streams));
        Template { plan, timeline }
    }

    /// Puts an instance in place.
    fn put(&mut self, instance: &Instance) {
        let (plan, timeline) = (&mut self.plan, &mut self.timeline);
        for (line, priority) in instance.priorities.iter().enumerate() {
            plan.lines[line].priority = *priority;
            plan.lines[line].benefit = None;
            Arc::make_mut(&mut timeline.needs)[line] =
                instance.needs[line].map(Money::from_cents).to_vec();
        }
        for purse in &mut timeline.purses {
            purse.permits.clear();
        }
        let one = timeline.tranches[0].clone();
        timeline.tranches.clear();
        for (index, held) in instance.tranches.iter().enumerate() {
            let stream = StreamIndex::from(held.stream);
            let purse = &mut timeline.purses[held.stream];
            let mut tranche = one.clone();
            (tranche.stream, tranche.purse, tranche.period) = (stream, held.stream, index as u32);
            (tranche.opens, tranche.closes) = (held.opens, held.closes);
            tranche.first = timeline.horizon.month(held.opens);
            tranche.last = Some(timeline.horizon.month(held.closes));
            tranche.amount = Money::from_cents(held.cents);
            timeline.tranches.push(tranche);
            let lines = (0..held.pays.len()).filter(|line| held.pays[*line]);
            let lines: Vec<LineIndex> = lines.map(LineIndex::from).collect();
            plan.restrictions[held.stream].pays_for =
                lines.iter().map(|line| Selector::Line(*line)).collect();
            purse.permits.clear();
            for line in lines {
                let benefit = held.half[line.at()].then(half);
                purse.permits.push(Permit { line, from: 0, through: MONTHS - 1, benefit });
                if let Some(share) = benefit {
                    let of_line = plan.lines[line.at()]
                        .benefit
                        .get_or_insert(Benefit { basis: Basis::Fte, shares: Vec::new() });
                    of_line.shares.retain(|(of, _)| *of != stream);
                    of_line.shares.push((stream, share));
                }
            }
        }
    }

    /// What the optimal braid covers, and what it proves that none covers more than; both as [`Covered`].
    fn optimum(&mut self, instance: &Instance) -> (u64, [Money; 3], [Money; 3]) {
        self.put(instance);
        let (braid, certificate) =
            Braid::from_timeline(&self.plan, &self.timeline, Method::Optimal).unwrap();
        let mut covered = 0;
        for draw in &braid.draws {
            assert!(matches!(draw.source, Source::Tranche(_)));
            let counts = worth(instance.priorities[draw.line.at()], draw.place);
            covered += counts * draw.amount.cents() as u64;
        }
        (covered, braid.gaps(&self.plan, &self.timeline), certificate.least().unwrap())
    }
}

fn half() -> Rate {
    Rate::parse("0.5").unwrap()
}

/// What a cent counts: first what is covered of the core, then of that what lies in the first month; then the
/// same of the essential and of the stretch. No sum exceeds 12 cents, so that sixteen holds each.
fn worth(priority: Priority, month: usize) -> u64 {
    let first = if month == 0 { 17 } else { 16 };
    first << (8 * (2 - priority as u64))
}

/// The most that so many cents of a stream may pay of a line in a month; half, where its benefit is half, rounded as
/// it adds up.
fn most(instance: &Instance, held: &Held, line: usize, month: usize) -> i64 {
    let open = (held.opens..=held.closes).contains(&month);
    let needs = &instance.needs[line];
    let through: i64 = needs[..=month].iter().sum();
    let before: i64 = needs[..month].iter().sum();
    match (held.pays[line] && open, held.half[line]) {
        (false, _) => 0,
        (true, false) => needs[month],
        (true, true) => (through + 1) / 2 - (before + 1) / 2,
    }
}

/// The best of all braids, each tried: every amount of every tranche on every line in every month.
fn best_of_all(instance: &Instance) -> u64 {
    fn try_from(instance: &Instance, at: usize, left: &mut [i64], needs: &mut [i64]) -> u64 {
        let tranches = instance.tranches.len();
        let (cell, tranche) = (at / tranches, at % tranches);
        if cell == needs.len() {
            return 0;
        }
        let (line, month) = (cell / MONTHS, cell % MONTHS);
        let held = &instance.tranches[tranche];
        let counts = worth(instance.priorities[line], month);
        let most = most(instance, held, line, month).min(left[tranche]).min(needs[cell]);
        let mut best = 0;
        for cents in 0..=most {
            left[tranche] -= cents;
            needs[cell] -= cents;
            let rest = try_from(instance, at + 1, left, needs);
            best = best.max(cents as u64 * counts + rest);
            left[tranche] += cents;
            needs[cell] += cents;
        }
        best
    }
    let mut left: Vec<i64> = instance.tranches.iter().map(|held| held.cents).collect();
    let mut needs: Vec<i64> = instance.needs.iter().flatten().copied().collect();
    try_from(instance, 0, &mut left, &mut needs)
}

/// The same, each state of what is left looked at once: what is best for the cells behind does not depend on how the
/// state came to be. Tranches of one stream share a limit of its benefit, so it goes stream by stream.
fn best_by_state(instance: &Instance) -> u64 {
    let tranches = instance.tranches.len();
    let place = |left: &[i64]| left.iter().fold(0, |place, left| place * 3 + *left as usize);
    let states = 3_usize.pow(tranches as u32);
    let lefts: Vec<Vec<i64>> = (0..states)
        .map(|state| (0..tranches).rev().map(move |at| (state / 3_usize.pow(at as u32) % 3) as i64))
        .map(Iterator::collect)
        .collect();
    let mut best: Vec<Option<u64>> = vec![None; states];
    let start: Vec<i64> = instance.tranches.iter().map(|held| held.cents).collect();
    best[place(&start)] = Some(0);
    for line in 0..instance.needs.len() {
        for month in 0..MONTHS {
            let need = instance.needs[line][month];
            let counts = worth(instance.priorities[line], month);
            let mut next = best.clone();
            for (state, covered) in best.iter().enumerate() {
                let Some(covered) = covered else { continue };
                let before = &lefts[state];
                for (to, after) in lefts.iter().enumerate() {
                    let paid = |at: usize| before[at] - after[at];
                    let sum: i64 = (0..tranches).map(paid).sum();
                    let may = |at: usize| {
                        let held = &instance.tranches[at];
                        let like = (0..tranches)
                            .filter(|other| instance.tranches[*other].stream == held.stream);
                        let of_stream: i64 = like.map(paid).sum();
                        let most = most(instance, held, line, month);
                        let within = !held.half[line] || paid(at) == 0 || of_stream <= most;
                        paid(at) >= 0 && paid(at) <= most && within
                    };
                    if sum > 0 && sum <= need && (0..tranches).all(may) {
                        let worth = covered + counts * sum as u64;
                        next[to] = next[to].max(Some(worth));
                    }
                }
            }
            best = next;
        }
    }
    best.into_iter().flatten().max().unwrap()
}

/// What is uncovered of each priority, where so much is covered.
fn gaps(instance: &Instance, covered: u64) -> [Money; 3] {
    let mut gaps = [0; 3];
    for (priority, needs) in instance.priorities.iter().zip(&instance.needs) {
        gaps[*priority as usize] += needs.iter().sum::<i64>();
    }
    for (at, gap) in gaps.iter_mut().enumerate() {
        *gap -= (covered >> (8 * (2 - at)) >> 4 & 15) as i64;
    }
    gaps.map(Money::from_cents)
}

fn cases(least: usize) -> usize {
    let cases = std::env::var_os("BRAID_CASES");
    cases.and_then(|cases| cases.to_str().and_then(|cases| cases.parse().ok())).unwrap_or(least)
}

fn holds(template: &mut Template, instance: &Instance, best: u64) {
    let (covered, left, least) = template.optimum(instance);
    assert_eq!(left, gaps(instance, best), "{instance:?}");
    assert_eq!(left, least, "proved to the cent: {instance:?}");
    assert_eq!(covered, best, "the earliest months first: {instance:?}");
}

/// Every amount from nothing to two cents of two tranches and of two lines in each of two months; every set of lines
/// that each tranche may pay; every window of each tranche; every pair of priorities.
#[test]
fn it_equals_the_best_of_all_braids_on_every_instance_of_two_by_two_by_two() {
    let mut template = Template::new(2, 2);
    let windows = [(0, 0), (0, 1), (1, 1)];
    let all = 9 * 9 * 81 * 16 * 9;
    // One in so many where not all are asked for; the step shares no factor with any count above.
    let step = (all / cases(all)).max(1);
    let step = if step > 1 { step / 6 * 6 + 5 } else { 1 };
    let mut count = 0;
    for number in (0..all).step_by(step) {
        let mut rest = number;
        let mut digit = |base: usize| {
            let digit = rest % base;
            rest /= base;
            digit
        };
        let priorities = vec![Priority::ALL[digit(3)], Priority::ALL[digit(3)]];
        let mut held = |stream: usize| {
            let (opens, closes) = windows[digit(3)];
            let pays = vec![digit(2) == 1, digit(2) == 1];
            Held { stream, cents: digit(3) as i64, opens, closes, pays, half: vec![false; 2] }
        };
        let tranches = vec![held(0), held(1)];
        let mut need = || [digit(3) as i64, digit(3) as i64];
        let needs = vec![need(), need()];
        let instance = Instance { priorities, needs, tranches };
        holds(&mut template, &instance, best_of_all(&instance));
        count += 1;
    }
    assert!(count * step >= all);
}

/// A small generator of the usual kind; the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        ((self.0 >> 33) % end) as usize
    }

    /// Three tranches, of one stream or of several, on three lines in two months.
    fn instance(&mut self) -> Instance {
        let priorities = (0..3).map(|_| Priority::ALL[self.below(3)]).collect();
        let needs = (0..3).map(|_| [self.below(3) as i64, self.below(3) as i64]).collect();
        // One in four has tranches of one stream, one in four shares by benefit.
        let (shared, shares) = (self.below(4) == 0, self.below(4) == 0);
        let pays: Vec<Vec<bool>> =
            (0..3).map(|_| (0..3).map(|_| self.below(3) > 0).collect()).collect();
        let half: Vec<Vec<bool>> =
            (0..3).map(|_| (0..3).map(|_| shares && self.below(2) == 0).collect()).collect();
        let mut tranches: Vec<Held> = (0..3)
            .map(|at| {
                let stream = if shared { self.below(2) } else { at };
                let (opens, closes) = [(0, 0), (0, 1), (1, 1)][self.below(3)];
                let (pays, half) = (pays[stream].clone(), half[stream].clone());
                Held { stream, cents: self.below(3) as i64, opens, closes, pays, half }
            })
            .collect();
        tranches.sort_by_key(|held| (held.stream, held.opens, held.closes));
        Instance { priorities, needs, tranches }
    }
}

#[test]
fn it_equals_the_best_of_all_braids_on_seeded_instances_of_three_by_three_by_two() {
    let mut template = Template::new(3, 3);
    let mut random = Random(20_260_722);
    for _ in 0..cases(250_000) {
        let instance = random.instance();
        holds(&mut template, &instance, best_by_state(&instance));
    }
}

#[test]
fn the_best_by_state_is_the_best_of_all() {
    let mut random = Random(7);
    let mut tried = 0;
    while tried < 300 {
        let instance = random.instance();
        // Trying all does not know limits that tranches share.
        let shares = instance.tranches.iter().any(|held| held.half.contains(&true));
        let alone = instance.tranches.windows(2).all(|pair| pair[0].stream != pair[1].stream);
        if alone || !shares {
            assert_eq!(best_by_state(&instance), best_of_all(&instance), "{instance:?}");
            tried += 1;
        }
    }
}
