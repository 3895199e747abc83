//! How core costs fare in the futures in which a chance comes out low, and in those in which it comes out high.

use crate::folder::{Outcome, What};

/// Futures by what came of one chance: below the first of its marks, then from each mark on up to the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The steps at which a part begins, rising: of an event 1, where it happens; of an amount, what it takes at a quarter, at half
    /// and at three quarters of its odds.
    pub marks: Vec<i64>,
    /// Of each part how many futures, and in how many of them core costs go unpaid from `as-of` through
    /// [`super::Calendar::through`].
    pub parts: Vec<[u64; 2]>,
}

impl Split {
    /// The parts of a chance, with no future in them.
    pub fn of(what: &What) -> Split {
        let marks = match what {
            What::Event { .. } => vec![1],
            What::Amount { distribution, .. } => {
                let quarter = |number: u64| distribution.at(number << (u64::BITS - 2)).steps;
                let mut marks: Vec<i64> = (1..4).map(quarter).collect();
                marks.dedup();
                marks
            }
        };
        Split { parts: vec![[0; 2]; marks.len() + 1], marks }
    }

    /// The same parts, with no future in them.
    pub fn empty(&self) -> Split {
        Split { marks: self.marks.clone(), parts: vec![[0; 2]; self.parts.len()] }
    }

    /// Adds one future.
    pub fn add(&mut self, outcome: Outcome, unpaid: bool) {
        let steps = match outcome {
            Outcome::Happens(happens) => i64::from(happens),
            Outcome::Takes(setting) => setting.steps,
        };
        let [futures, times] = &mut self.parts[self.marks.partition_point(|mark| *mark <= steps)];
        *futures += 1;
        *times += u64::from(unpaid);
    }

    /// Adds the futures of the same parts.
    pub fn join(&mut self, other: &Split) {
        for (own, other) in self.parts.iter_mut().zip(&other.parts) {
            own[0] += other[0];
            own[1] += other[1];
        }
    }

    /// At each mark: the futures below it and those from it on, each with how often core costs go unpaid.
    pub fn halves(&self) -> impl Iterator<Item = (i64, [[u64; 2]; 2])> + '_ {
        let sum = |parts: &[[u64; 2]]| {
            parts.iter().fold([0; 2], |sum, part| [sum[0] + part[0], sum[1] + part[1]])
        };
        let marks = self.marks.iter().enumerate();
        marks.map(move |(at, mark)| {
            let (below, from) = self.parts.split_at(at + 1);
            (*mark, [sum(below), sum(from)])
        })
    }
}
