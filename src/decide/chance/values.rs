//! The values that a figure takes over many futures, of which exact quantiles are told, in memory that is bounded however
//! many there are.
//!
//! While the values are few, each of them is known. When there are more, only those stay known that lie around the levels
//! of which quantiles are told: as the square root of the futures, so wide that chance leads a quantile out of them in one of
//! thousands of runs, and of a hundred thousand futures or more on one thread a fixed count, which chance leaves more often. Of
//! the others it is known how many there are. A quantile that lies among those is sought in a second run of the same
//! futures, in which its part is known. So every quantile is the value of some future, whatever was forgotten, and
//! values of two ranges of futures join exactly.

use std::borrow::Cow;
use std::ops::RangeInclusive;

/// Different values of a figure that are known at first.
const KNOWN_MAX: usize = 4_096;
/// Values around levels that stay known at most, but for those that are alike.
const AROUND_MAX: u64 = 6_144;
/// Values that are sorted in at a time.
const RECENT_MAX: usize = 512;
/// Half the width of what stays known around a level, in halves of a standard deviation of how many values lie below it.
const HALF_DEVIATIONS: u64 = 9;

/// Values of a figure over many futures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values {
    /// Each of them, future by future.
    Each(Vec<i64>),
    /// What quantiles need of them.
    Parted(Parted),
}

/// Values in parts, in order, which together hold every value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parted {
    parts: Vec<Part>,
    /// Values that are not sorted in yet.
    recent: Vec<i64>,
    /// As many different values are known at most until the next are forgotten.
    most: usize,
}

/// The values beyond those of the part before, up to one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    high: i64,
    /// How many values there are.
    times: u64,
    /// Each of them in order, with how often it came; nothing where they are only counted.
    known: Option<Vec<(i64, u64)>>,
}

impl Default for Parted {
    fn default() -> Parted {
        let all = Part { high: i64::MAX, times: 0, known: Some(Vec::new()) };
        Parted { parts: vec![all], recent: Vec::new(), most: KNOWN_MAX }
    }
}

impl Values {
    /// No value yet, of which each is kept, or what quantiles need.
    pub fn new(each: bool) -> Values {
        if each { Values::Each(Vec::new()) } else { Values::Parted(Parted::default()) }
    }

    /// Adds a value. `levels` are those of which quantiles will be told, in tenths.
    pub fn add(&mut self, value: i64, levels: &[u64]) {
        match self {
            Values::Each(values) => values.push(value),
            Values::Parted(parted) => parted.add(value, levels),
        }
    }

    /// Adds the values of further futures.
    pub fn join(&mut self, other: &Values) {
        if let (Values::Each(own), Values::Each(other)) = (&mut *self, other) {
            own.extend(other);
            return;
        }
        let joined = self.parted().join(&other.parted());
        *self = Values::Parted(joined);
    }

    /// The values of some ranks, the least being the first; nothing for one of values that are only counted.
    pub fn at(&self, ranks: &[u64]) -> Vec<Option<i64>> {
        let parted = self.parted();
        ranks.iter().map(|rank| parted.at(*rank)).collect()
    }

    /// No values yet, of which those will be known that these ranks ask for and what is known here.
    pub fn again(&self, ranks: &[u64]) -> Values {
        match self {
            Values::Each(_) => Values::new(true),
            Values::Parted(_) => Values::Parted(self.parted().again(ranks)),
        }
    }

    /// Sorted in.
    fn parted(&self) -> Cow<'_, Parted> {
        match self {
            Values::Parted(parted) if parted.recent.is_empty() => Cow::Borrowed(parted),
            Values::Parted(parted) => {
                let mut own = parted.clone();
                own.settle();
                Cow::Owned(own)
            }
            Values::Each(values) => {
                let mut own = Parted { recent: values.clone(), ..Parted::default() };
                own.settle();
                Cow::Owned(own)
            }
        }
    }
}

impl Parted {
    fn add(&mut self, value: i64, levels: &[u64]) {
        self.recent.push(value);
        if self.recent.len() >= RECENT_MAX {
            self.settle();
            if self.known() > self.most {
                self.narrow(levels);
            }
        }
    }

    fn known(&self) -> usize {
        self.parts.iter().flat_map(|part| &part.known).map(Vec::len).sum()
    }

    /// Sorts in what came last.
    fn settle(&mut self) {
        self.recent.sort_unstable();
        let mut rest = self.recent.as_slice();
        for part in &mut self.parts {
            let (own, more) = rest.split_at(rest.partition_point(|value| *value <= part.high));
            rest = more;
            part.times += own.len() as u64;
            if let Some(known) = part.known.as_mut().filter(|_| !own.is_empty()) {
                let runs = own.chunk_by(|one, other| one == other);
                let runs: Vec<(i64, u64)> = runs.map(|run| (run[0], run.len() as u64)).collect();
                *known = merged(known, &runs);
            }
        }
        self.recent.clear();
    }

    /// Forgets the values that are far from every level.
    fn narrow(&mut self, levels: &[u64]) {
        let count: u64 = self.parts.iter().map(|part| part.times).sum();
        let width = |level: &u64| -> u64 {
            let variance = u128::from(count) * u128::from(level * (10 - level));
            (variance * u128::from(HALF_DEVIATIONS * HALF_DEVIATIONS) / 400).isqrt() as u64 + 1
        };
        let all: u64 = levels.iter().map(|level| 2 * width(level)).sum();
        let around = |level: &u64| -> RangeInclusive<u64> {
            let (rank, width) = (rank(count, *level), width(level));
            let width = if all > AROUND_MAX { width * AROUND_MAX / all } else { width };
            rank.saturating_sub(width)..=rank + width
        };
        let windows: Vec<RangeInclusive<u64>> = levels.iter().map(around).collect();
        let asked = |first: u64, last: u64| {
            windows.iter().any(|window| first <= *window.end() && last >= *window.start())
        };
        let (mut parts, mut before): (Vec<Part>, u64) = (Vec::new(), 0);
        for part in std::mem::take(&mut self.parts) {
            let Some(known) = part.known else {
                before += part.times;
                count_up_to(&mut parts, part.high, part.times);
                continue;
            };
            let mut begun = false;
            for (value, times) in known {
                let keeps = asked(before + 1, before + times);
                before += times;
                if !keeps {
                    count_up_to(&mut parts, value, times);
                    begun = false;
                    continue;
                }
                if !begun {
                    // What lies between the last value that is forgotten and this one stays forgotten.
                    if let Some(below) = value.checked_sub(1) {
                        count_up_to(&mut parts, below, 0);
                    }
                    parts.push(Part { high: value, times: 0, known: Some(Vec::new()) });
                    begun = true;
                }
                if let Some(own) = parts.last_mut() {
                    (own.high, own.times) = (value, own.times + times);
                    own.known.get_or_insert_default().push((value, times));
                }
            }
            count_up_to(&mut parts, part.high, 0);
        }
        parts.iter_mut().flat_map(|part| &mut part.known).for_each(Vec::shrink_to_fit);
        self.parts = parts;
        self.most = most_after(self.known());
    }

    /// What is known of both stays known.
    fn join(&self, other: &Parted) -> Parted {
        let ends = self.parts.iter().chain(&other.parts).map(|part| part.high);
        let mut ends: Vec<i64> = ends.collect();
        ends.sort_unstable();
        ends.dedup();
        let mut parts: Vec<Part> = Vec::new();
        // The first value of the part that is being made.
        let mut low = i64::MIN;
        for (place, high) in ends.iter().enumerate() {
            let known = |at: &i64| self.knows(*at) && other.knows(*at);
            let next = ends.get(place + 1);
            // Counted parts are whole only where both lists have counted what there is.
            if !known(high) && next.is_some_and(|next| !known(next)) {
                continue;
            }
            let range = low..=*high;
            let known = known(high).then(|| merged(self.known_in(&range), other.known_in(&range)));
            let times = self.times_in(&range) + other.times_in(&range);
            parts.push(Part { high: *high, times, known });
            low = high.saturating_add(1);
        }
        let mut joined = Parted { parts, recent: Vec::new(), most: 0 };
        joined.most = most_after(joined.known());
        joined
    }

    fn part_of(&self, value: i64) -> &Part {
        &self.parts[self.parts.partition_point(|part| part.high < value)]
    }

    fn knows(&self, value: i64) -> bool {
        self.part_of(value).known.is_some()
    }

    /// The known values of a range within one part.
    fn known_in(&self, range: &RangeInclusive<i64>) -> &[(i64, u64)] {
        let known = self.part_of(*range.end()).known.as_deref().unwrap_or_default();
        within(known, range)
    }

    /// How many values a range holds, which holds counted parts whole.
    fn times_in(&self, range: &RangeInclusive<i64>) -> u64 {
        let of_part = |part: &Part| match &part.known {
            Some(known) => within(known, range).iter().map(|(_, times)| times).sum(),
            None if range.contains(&part.high) => part.times,
            None => 0,
        };
        self.parts.iter().map(of_part).sum()
    }

    fn at(&self, rank: u64) -> Option<i64> {
        let mut before = 0;
        for part in &self.parts {
            if rank > before + part.times {
                before += part.times;
                continue;
            }
            for (value, times) in part.known.as_ref()? {
                before += times;
                if rank <= before {
                    return Some(*value);
                }
            }
        }
        None
    }

    fn again(&self, ranks: &[u64]) -> Parted {
        let mut before = 0;
        let part = |part: &Part| {
            let own = before + 1..=before + part.times;
            before += part.times;
            let asked = ranks.iter().any(|rank| own.contains(rank));
            let known = (part.known.is_some() || asked).then(Vec::new);
            Part { high: part.high, times: 0, known }
        };
        let parts = self.parts.iter().map(part).collect();
        Parted { parts, recent: Vec::new(), most: usize::MAX }
    }
}

/// How many values may be known until the next are forgotten, where so many are.
fn most_after(known: usize) -> usize {
    KNOWN_MAX.max(known + 2 * RECENT_MAX)
}

/// The rank of a level of so many values, the least that reaches so many tenths of them.
pub fn rank(count: u64, level: u64) -> u64 {
    (count * level).div_ceil(10).max(1)
}

/// Counts so many more values, up to one of them, in the last part if its values are counted.
fn count_up_to(parts: &mut Vec<Part>, high: i64, times: u64) {
    match parts.last_mut() {
        Some(last) if last.known.is_none() => {
            (last.high, last.times) = (high, last.times + times);
        }
        Some(last) if last.high == high => {}
        _ => parts.push(Part { high, times, known: None }),
    }
}

fn within<'a>(known: &'a [(i64, u64)], range: &RangeInclusive<i64>) -> &'a [(i64, u64)] {
    let from = known.partition_point(|(value, _)| value < range.start());
    let to = known.partition_point(|(value, _)| value <= range.end());
    &known[from..to]
}

/// Two lists of values as one.
fn merged(one: &[(i64, u64)], other: &[(i64, u64)]) -> Vec<(i64, u64)> {
    let mut all = Vec::with_capacity(one.len() + other.len());
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    loop {
        let next = match (one.peek(), other.peek()) {
            (Some((a, _)), Some((b, _))) if a == b => {
                let more = other.next().map_or(0, |(_, times)| *times);
                one.next().map(|(value, times)| (*value, times + more))
            }
            (Some((a, _)), Some((b, _))) if b < a => other.next().copied(),
            (None, _) => other.next().copied(),
            _ => one.next().copied(),
        };
        match next {
            Some(next) => all.push(next),
            None => return all,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LEVELS: [u64; 5] = [1, 2, 5, 8, 9];

    #[test]
    fn a_rank_reaches_its_tenths() {
        let told = [(10, 1), (11, 1), (5, 5), (200, 9), (201, 9), (1, 1), (0, 9)];
        assert_eq!(told.map(|(count, level)| rank(count, level)), [1, 2, 3, 180, 181, 1, 1]);
    }

    fn quantiles(values: &[i64]) -> Vec<Option<i64>> {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        let at = |level| Some(sorted[rank(sorted.len() as u64, level) as usize - 1]);
        LEVELS.map(at).to_vec()
    }

    /// What many threads make of the values, each from as few as it has; and again if that is not enough. Whether it was.
    fn sought(values: &[i64], threads: usize) -> (Vec<Option<i64>>, bool) {
        let ranks = LEVELS.map(|level| rank(values.len() as u64, level));
        let mut empty = Values::new(false);
        for first in [true, false] {
            let parts = values.chunks(values.len().div_ceil(threads)).map(|part| {
                let mut own = empty.clone();
                part.iter().for_each(|value| own.add(*value, &LEVELS));
                own
            });
            let whole = parts.reduce(|mut whole, part| {
                whole.join(&part);
                whole
            });
            let whole = whole.unwrap();
            let found = whole.at(&ranks);
            if found.iter().all(Option::is_some) {
                return (found, first);
            }
            empty = whole.again(&ranks);
        }
        panic!("a second run tells every quantile");
    }

    /// Values as draws come, from so many different ones.
    fn drawn(count: u64, different: u64) -> Vec<i64> {
        let word = |index: u64| {
            let word = (index + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let word = (word ^ word >> 31).wrapping_mul(0xD1B5_4A32_D192_ED03);
            (word ^ word >> 29) % different
        };
        (0..count).map(|index| word(index) as i64 - 100).collect()
    }

    #[test]
    fn quantiles_of_many_draws_are_exact_in_one_run_and_few_are_held() {
        for different in [3, 900, 1_000_000_000] {
            let values = drawn(100_000, different);
            for threads in [1, 2, 3] {
                let (found, first) = sought(&values, threads);
                assert_eq!((found, first), (quantiles(&values), true), "{different}, {threads}");
            }
            let mut held = Parted::default();
            values.iter().for_each(|value| held.add(*value, &LEVELS));
            assert!(held.known() < 7_500, "{} are held", held.known());
        }
    }

    #[test]
    fn what_drifts_takes_a_second_run() {
        let mut values: Vec<i64> = (0..50_000).collect();
        assert_eq!(sought(&values, 2), (quantiles(&values), false));
        values.reverse();
        assert_eq!(sought(&values, 1), (quantiles(&values), false));
        values.extend([i64::MIN, i64::MAX, i64::MIN]);
        assert_eq!(sought(&values, 3).0, quantiles(&values));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn quantiles_are_those_of_all_values(
            count in 1..30_000_u64, different in 1..20_000_u64, threads in 1..5_usize, sorts: bool,
        ) {
            let mut values = drawn(count, different);
            if sorts {
                values.sort_unstable();
            }
            prop_assert_eq!(sought(&values, threads).0, quantiles(&values));
        }
    }
}
