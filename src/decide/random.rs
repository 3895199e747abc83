//! The draws of chance: the only file that names a generator.
//!
//! Every chance has a stream of its own, keyed by the seed and its id, and a future's number is the place in it. So a future
//! can be drawn alone, a longer run begins as a shorter one, and another chance leaves all draws as they were. The
//! generator is ChaCha with eight rounds, whose output is specified to the bit; keys are SHA-256 of seed and id.
//!
//! Shocks that are connected by a chance in both of them share one draw that says which of them strikes, if any: each has a
//! part of the whole as wide as its `together`, and no two parts meet. Where a shock strikes, all its chances take the
//! shock's own quantile, and those that move against it the quantile mirrored; everything else takes its own. Each
//! quantile is as uniform as before, and the rank correlation of two chances of a shock is `together`: the share of
//! futures in which they are the same, in the others they are independent.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use sha2::{Digest, Sha256};

use crate::folder::Chances;
use crate::money::Rate;

/// The draws of every chance in every future.
#[derive(Clone, Debug)]
pub struct Random {
    /// The keys of chances, in their order.
    keys: Vec<Key>,
    /// Groups of shocks that are connected.
    groups: Vec<Group>,
}

type Key = [u8; 32];

/// Shocks of which one strikes at most.
#[derive(Clone, Debug)]
struct Group {
    /// The key of what says which of them strikes.
    which: Key,
    shocks: Vec<Strike>,
}

#[derive(Clone, Debug)]
struct Strike {
    key: Key,
    /// It strikes below this count of 2^-64, where none before it does.
    below: u128,
    of: Vec<usize>,
    against: Vec<usize>,
}

/// Reads futures from a [`Random`]; one after another it reads them fast.
#[derive(Clone, Debug)]
pub struct RandomReader<'a> {
    groups: &'a [Group],
    /// By chance, then by group what says which shock strikes, with the shocks of the group.
    chances: Vec<ChaCha8Rng>,
    shocks: Vec<(ChaCha8Rng, Vec<ChaCha8Rng>)>,
    /// The future at which every stream stands.
    next: u64,
}

/// 32-bit words of the generator that a draw takes.
const WORDS: u128 = 2;

impl Random {
    /// The draws of these chances under a seed.
    pub fn new(seed: u64, chances: &Chances) -> Random {
        let keys = chances.chances.iter().map(|chance| key(seed, "chance", &chance.id));
        let group = |places: Vec<usize>| {
            let mut sum = 0;
            let shocks = places.iter().map(|place| {
                let shock = &chances.shocks[*place];
                sum += shock.together.billionths() as u128;
                Strike {
                    key: key(seed, "shock", &shock.id),
                    // A count is below the sum exactly where it is below this, rounded up.
                    below: (sum << 64).div_ceil(Rate::ONE.billionths() as u128),
                    of: shock.of.clone(),
                    against: shock.against.clone(),
                }
            });
            let shocks = shocks.collect();
            Group { which: key(seed, "group", &chances.shocks[places[0]].id), shocks }
        };
        let groups = chances.connected().into_iter().map(group);
        Random { keys: keys.collect(), groups: groups.collect() }
    }

    /// A reader of futures, at the first of them.
    pub fn reader(&self) -> RandomReader<'_> {
        let generator = |key: &Key| ChaCha8Rng::from_seed(*key);
        let shocks = self.groups.iter().map(|group| {
            let shocks = group.shocks.iter().map(|shock| generator(&shock.key));
            (generator(&group.which), shocks.collect())
        });
        RandomReader {
            groups: &self.groups,
            chances: self.keys.iter().map(generator).collect(),
            shocks: shocks.collect(),
            next: 0,
        }
    }

    /// The quantiles of every chance in a future, in the order of chances.
    pub fn quantiles(&self, trial: u64, into: &mut Vec<u64>) {
        self.reader().quantiles(trial, into);
    }
}

impl RandomReader<'_> {
    /// The quantiles of every chance in a future, in the order of chances.
    pub fn quantiles(&mut self, trial: u64, into: &mut Vec<u64>) {
        if trial != self.next {
            self.go_to(trial);
        }
        self.next = trial.wrapping_add(1);
        into.clear();
        into.extend(self.chances.iter_mut().map(ChaCha8Rng::next_u64));
        for (group, (which, shocks)) in self.groups.iter().zip(&mut self.shocks) {
            let which = u128::from(which.next_u64());
            let mut struck = false;
            for (shock, generator) in group.shocks.iter().zip(shocks) {
                let quantile = generator.next_u64();
                if !struck && which < shock.below {
                    struck = true;
                    shock.of.iter().for_each(|place| into[*place] = quantile);
                    shock.against.iter().for_each(|place| into[*place] = !quantile);
                }
            }
        }
    }

    fn go_to(&mut self, trial: u64) {
        let shocks = self.shocks.iter_mut();
        let shocks = shocks.flat_map(|(which, shocks)| std::iter::once(which).chain(shocks));
        for generator in self.chances.iter_mut().chain(shocks) {
            generator.set_word_pos(u128::from(trial) * WORDS);
        }
    }
}

/// The key of the stream of an id.
fn key(seed: u64, kind: &str, id: &str) -> Key {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(kind.as_bytes());
    hash.update([0]);
    hash.update(id.as_bytes());
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::chance::Pair;
    use crate::folder::{CHANCE_FILE, Cases, MemoryFolder, Outcome, What};

    const PLAN: &str = "[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nmonths = 12\n\
        [cost.c]\nfunction = \"data\"\nyearly = 500_000\n[cost.d]\nfunction = \"data\"\nyearly = 500_000\n";
    const CHANCES: &str = r#"
[chance.a]
odds = "30%"
then.cost.c.yearly = 1
[chance.b]
of = "cost.c.yearly"
triangular = [100_000, 250_000, 900_000]
[chance.c]
of = "cost.d.yearly"
uniform = [400_000, 600_000]
[chance.d]
odds = "0%"
then.cost.d.yearly = 1
[chance.e]
odds = "100%"
then.cost.d.yearly = 2
[chance.f]
odds = "50%"
then.cost.d.yearly = 3
[shock.one]
together = "60%"
of = ["a", "b"]
against = ["c"]
[shock.two]
together = "40%"
of = ["c", "f"]
"#;

    fn chances(text: &str) -> Chances {
        let files = MemoryFolder::new([("plan.toml", PLAN), (CHANCE_FILE, text)]);
        let mut cases = Cases::open(&files, &["base"]).unwrap();
        let draft = cases.draft("base").unwrap();
        cases.chances(&draft, CHANCE_FILE).unwrap()
    }

    /// The quantiles of so many futures, by chance.
    fn drawn(chances: &Chances, futures: u64) -> Vec<Vec<u64>> {
        let mut by_chance = vec![Vec::new(); chances.chances.len()];
        let random = Random::new(7, chances);
        let mut reader = random.reader();
        let mut own = Vec::new();
        for trial in 0..futures {
            reader.quantiles(trial, &mut own);
            by_chance.iter_mut().zip(&own).for_each(|(all, own)| all.push(*own));
        }
        by_chance
    }

    const FUTURES: u64 = 20_000;

    /// How far a mean of so many draws of this variance may lie from its own: four standard errors.
    fn near(variance: f64) -> f64 {
        4.0 * (variance / FUTURES as f64).sqrt()
    }

    fn mean(values: impl Iterator<Item = f64>) -> f64 {
        values.sum::<f64>() / FUTURES as f64
    }

    fn centred(quantile: u64) -> f64 {
        quantile as f64 / 2_f64.powi(64) - 0.5
    }

    #[test]
    fn each_chance_is_uniform_on_its_own() {
        for own in drawn(&chances(CHANCES), FUTURES) {
            let first = mean(own.iter().map(|at| centred(*at)));
            let second = mean(own.iter().map(|at| centred(*at).powi(2)));
            assert!(first.abs() < near(1.0 / 12.0), "{first}");
            assert!((second - 1.0 / 12.0).abs() < near(1.0 / 180.0), "{second}");
        }
    }

    /// The rank of each, from nothing to the whole.
    fn ranks(values: &[u64]) -> Vec<f64> {
        let mut places: Vec<usize> = (0..values.len()).collect();
        places.sort_by_key(|place| values[*place]);
        let mut ranks = vec![0.0; values.len()];
        for (rank, place) in places.into_iter().enumerate() {
            ranks[place] = (rank as f64 + 0.5) / values.len() as f64 - 0.5;
        }
        ranks
    }

    #[test]
    fn pairs_have_the_rank_correlation_that_is_stated() {
        let drawn = drawn(&chances(CHANCES), FUTURES);
        let ranks: Vec<Vec<f64>> = drawn.iter().map(|own| ranks(own)).collect();
        // a to f: `one` moves a and b together and c against them; `two` moves c and f.
        let stated = [
            (0, 1, 0.6),
            (0, 2, -0.6),
            (1, 2, -0.6),
            (2, 5, 0.4),
            (0, 5, 0.0),
            (1, 5, 0.0),
            (0, 4, 0.0),
            (3, 4, 0.0),
        ];
        for (one, other, stated) in stated {
            let found = mean(ranks[one].iter().zip(&ranks[other]).map(|(a, b)| 12.0 * a * b));
            // Of 12 (u - 1/2)(v - 1/2), where u and v are one in this share of futures.
            let share = f64::abs(stated);
            let variance = 1.0 + 0.8 * share - share * share;
            assert!((found - stated).abs() < near(variance), "{one} {other}: {found}");
        }
    }

    /// Events of 10 % and of 80 % in a shock of 60 %: both happen in 0.6 x 0.1 + 0.4 x 0.08 of futures; where one moves
    /// against the other, in 0.4 x 0.08, since a tenth and eight tenths need not meet. Each keeps its own odds.
    #[test]
    fn events_of_a_shock_meet_as_often_as_the_closed_form_says() {
        let event = |id: &str, odds: u32| {
            format!("[chance.{id}]\nodds = \"{odds}%\"\nthen.cost.c.yearly = {odds}\n")
        };
        for (shock, both, left) in [
            ("of = [\"often\", \"rarely\"]", 0.092, "0.1"),
            ("of = [\"often\"]\nagainst = [\"rarely\"]", 0.032, "-0.4"),
        ] {
            let (often, rarely) = (event("often", 80), event("rarely", 10));
            let shock = format!("[shock.one]\ntogether = \"60%\"\n{shock}\n");
            let chances = chances(&format!("{often}{rarely}{shock}"));
            let drawn = drawn(&chances, FUTURES);
            let happens = |place: usize, at: usize| {
                chances.chances[place].what.at(drawn[place][at]) == Outcome::Happens(true)
            };
            let share = |of: &dyn Fn(usize) -> bool| {
                mean((0..FUTURES as usize).map(|at| f64::from(of(at))))
            };
            assert!((share(&|at| happens(0, at)) - 0.8).abs() < near(0.16));
            assert!((share(&|at| happens(1, at)) - 0.1).abs() < near(0.09));
            // What is left of the correlation: (both - 0.08) over the root of 0.8 x 0.2 x 0.1 x 0.9.
            let [pair] = Pair::of_shock(&chances.shocks[0], &chances)[..] else { panic!("a pair") };
            let stated = if left.starts_with('-') { "-0.6" } else { "0.6" };
            assert_eq!(pair.of_draws, Rate::parse(stated).unwrap());
            let off = pair.of_outcomes.billionths() - Rate::parse(left).unwrap().billionths();
            assert!(off.abs() <= 1, "{}", pair.of_outcomes);
            let found = share(&|at| happens(0, at) && happens(1, at));
            assert!((found - both).abs() < near(both * (1.0 - both)), "{found}");
        }
    }

    #[test]
    fn events_and_amounts_come_out_as_often_as_is_stated() {
        let chances = chances(CHANCES);
        let drawn = drawn(&chances, FUTURES);
        let outcomes = |place: usize| -> Vec<Outcome> {
            let what = &chances.chances[place].what;
            drawn[place].iter().map(|at| what.at(*at)).collect()
        };
        let share = |place: usize| {
            let happens = |outcome| f64::from(outcome == Outcome::Happens(true));
            mean(outcomes(place).into_iter().map(happens))
        };
        assert!((share(0) - 0.3).abs() < near(0.3 * 0.7));
        assert_eq!((share(3), share(4)), (0.0, 1.0), "never, and always");
        let steps = |place: usize| -> Vec<f64> {
            let steps = outcomes(place).into_iter().map(|outcome| match outcome {
                Outcome::Takes(setting) => setting.steps as f64,
                Outcome::Happens(_) => panic!("an amount"),
            });
            steps.collect()
        };
        // A triangle from `low` to `high`; a step is so small that it may be taken as smooth.
        let (low, likely, high) = (100_000.0, 250_000.0, 900_000.0);
        let centre = (low + likely + high) / 3.0;
        let squares = low * low + likely * likely + high * high;
        let products = low * likely + low * high + likely * high;
        let variance = (squares - products) / 18.0;
        assert!((mean(steps(1).into_iter()) - centre).abs() < near(variance) + 1.0);
        let spread = mean(steps(1).into_iter().map(|step| (step - centre).powi(2)));
        // The fourth moment of any triangle is 2.4 times the square of its variance.
        assert!((spread - variance).abs() < near(1.4 * variance * variance) + 1_000.0);
        let count = 200_001.0_f64;
        let variance = (count * count - 1.0) / 12.0;
        assert!((mean(steps(2).into_iter()) - 500_000.0).abs() < near(variance));
    }

    #[test]
    fn an_event_happens_at_the_high_end_exactly() {
        let odds = |text: &str| What::Event { odds: Rate::parse_percent(text).unwrap() };
        let happens = |text: &str, at| odds(text).at(at) == Outcome::Happens(true);
        assert!(!happens("0", u64::MAX) && happens("100", 0));
        assert!(happens("50", 1 << 63) && !happens("50", (1 << 63) - 1));
        assert!(happens("0.0000001", u64::MAX) && !happens("99.9999999", 0));
    }

    /// The first draws of each kind of stream, worked out apart from this program by the specification of SHA-256 and
    /// ChaCha: on every machine they are these.
    #[test]
    fn the_draws_are_the_same_everywhere() {
        let own = |kind, id| ChaCha8Rng::from_seed(key(7, kind, id)).next_u64();
        assert_eq!(own("chance", "a"), GOLDEN[0]);
        assert_eq!(own("shock", "one"), GOLDEN[1]);
        assert_eq!(own("group", "one"), GOLDEN[2]);
        let mut far = ChaCha8Rng::from_seed(key(7, "chance", "a"));
        far.set_word_pos(8_123 * WORDS);
        assert_eq!(far.next_u64(), GOLDEN[3]);
    }

    const GOLDEN: [u64; 4] =
        [0xabd55ba0dac7dfdc, 0xb8600fa08ab431ca, 0x610ef033cecba865, 0xc62651c8601a70dc];

    #[test]
    fn a_future_is_drawn_alone_as_it_is_in_a_run() {
        let chances = chances(CHANCES);
        let random = Random::new(7, &chances);
        let run = drawn(&chances, 1_000);
        let mut reader = random.reader();
        let mut own = Vec::new();
        for trial in [812, 3, 4, 999, 0, 0, 31, 32, 33] {
            let expected: Vec<u64> = run.iter().map(|all| all[trial]).collect();
            reader.quantiles(trial as u64, &mut own);
            assert_eq!(own, expected);
            random.quantiles(trial as u64, &mut own);
            assert_eq!(own, expected);
        }
        let longer = drawn(&chances, 1_100);
        assert!(run.iter().zip(&longer).all(|(run, longer)| *run == longer[..1_000]));
        let mut other = Vec::new();
        Random::new(8, &chances).quantiles(0, &mut other);
        random.quantiles(0, &mut own);
        assert!(own.iter().zip(&other).all(|(own, other)| own != other), "another seed");
    }

    #[test]
    fn another_chance_or_shock_leaves_the_others_as_they_were() {
        let before = drawn(&chances(CHANCES), 300);
        let more = format!(
            "{CHANCES}\n[chance.aa]\nodds = \"50%\"\nthen.cost.c.yearly = 3\n\
             [chance.zz]\nodds = \"50%\"\nthen.cost.c.yearly = 4\n\
             [shock.apart]\ntogether = \"100%\"\nof = [\"aa\", \"zz\"]\n"
        );
        let mut after = drawn(&chances(&more), 300);
        assert_eq!(after.pop(), Some(after.remove(1)), "the new ones always move together");
        assert_eq!(before, after);
    }
}
