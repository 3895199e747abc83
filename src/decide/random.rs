//! The draws of chance: the only file that names a generator.
//!
//! Every chance has a stream of its own, keyed by the seed and its id, and a future's number is the place in it. So a future
//! can be drawn alone, a longer run begins as a shorter one, and another chance leaves all draws as they were. The
//! generator is ChaCha with eight rounds, whose output is specified to the bit; keys are SHA-256 of seed and id.
//!
//! Shocks that are connected by a chance in both of them share one draw that says which of them strikes, if any: each has a
//! part of the whole as wide as its `together`, and no two parts meet. Where a shock strikes, all its chances take the
//! shock's own quantile, and those that move against it the quantile mirrored; everything else takes its own. Each
//! quantile is so uniform as before, and the rank correlation of two chances of a shock is `together`: the share of
//! futures in which they are the same, in the others they are independent.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use sha2::{Digest, Sha256};

use crate::folder::Chances;
use crate::money::Rate;

/// The draws of every chance in every future.
#[derive(Clone, Debug)]
pub struct Random {
    /// By chance.
    own: Vec<ChaCha8Rng>,
    /// Groups of shocks that are connected.
    groups: Vec<Group>,
}

/// Shocks of which one strikes at most.
#[derive(Clone, Debug)]
struct Group {
    /// Says which strikes.
    which: ChaCha8Rng,
    shocks: Vec<Strike>,
}

#[derive(Clone, Debug)]
struct Strike {
    /// It strikes below this count of 2^-64, where none before it does.
    below: u128,
    own: ChaCha8Rng,
    of: Vec<usize>,
    against: Vec<usize>,
}

/// Reads futures from a [`Random`]; one after another it reads them fast.
#[derive(Clone, Debug)]
pub struct RandomReader {
    random: Random,
    /// The future at which every stream stands.
    next: u64,
}

/// 32-bit words of the generator that a draw takes.
const WORDS: u128 = 2;

impl Random {
    /// The draws of these chances under a seed.
    pub fn new(seed: u64, chances: &Chances) -> Random {
        let own = |chance: &crate::folder::Chance| keyed(seed, "chance", &chance.id);
        let own = chances.chances.iter().map(own).collect();
        let mut groups = Vec::new();
        for places in chances.connected() {
            let mut sum = 0;
            let first = &chances.shocks[places[0]].id;
            let shocks = places.iter().map(|place| {
                let shock = &chances.shocks[*place];
                sum += shock.together.billionths() as u128;
                Strike {
                    // A count is below the sum exactly where it is below this, rounded up.
                    below: (sum << 64).div_ceil(Rate::ONE.billionths() as u128),
                    own: keyed(seed, "shock", &shock.id),
                    of: shock.of.clone(),
                    against: shock.against.clone(),
                }
            });
            let shocks = shocks.collect();
            groups.push(Group { which: keyed(seed, "group", first), shocks });
        }
        Random { own, groups }
    }

    /// A reader of futures, at the first of them.
    pub fn reader(&self) -> RandomReader {
        let mut reader = RandomReader { random: self.clone(), next: 0 };
        reader.go_to(0);
        reader
    }

    /// The quantiles of every chance in a future, in the order of chances.
    pub fn quantiles(&self, trial: u64, into: &mut Vec<u64>) {
        self.reader().quantiles(trial, into);
    }
}

impl RandomReader {
    /// The quantiles of every chance in a future, in the order of chances.
    pub fn quantiles(&mut self, trial: u64, into: &mut Vec<u64>) {
        if trial != self.next {
            self.go_to(trial);
        }
        self.next = trial.wrapping_add(1);
        into.clear();
        into.extend(self.random.own.iter_mut().map(ChaCha8Rng::next_u64));
        for group in &mut self.random.groups {
            let which = u128::from(group.which.next_u64());
            let mut struck = false;
            for shock in &mut group.shocks {
                let quantile = shock.own.next_u64();
                if !struck && which < shock.below {
                    struck = true;
                    shock.of.iter().for_each(|place| into[*place] = quantile);
                    shock.against.iter().for_each(|place| into[*place] = !quantile);
                }
            }
        }
    }

    fn go_to(&mut self, trial: u64) {
        let Random { own, groups } = &mut self.random;
        let groups = groups.iter_mut().flat_map(|group| {
            let shocks = group.shocks.iter_mut().map(|shock| &mut shock.own);
            std::iter::once(&mut group.which).chain(shocks)
        });
        for stream in own.iter_mut().chain(groups) {
            stream.set_word_pos(u128::from(trial) * WORDS);
        }
        self.next = trial;
    }
}

/// The stream of an id.
fn keyed(seed: u64, kind: &str, id: &str) -> ChaCha8Rng {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(kind.as_bytes());
    hash.update([0]);
    hash.update(id.as_bytes());
    ChaCha8Rng::from_seed(hash.finalize().into())
}
