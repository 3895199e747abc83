//! What is kept of a braid while it is made: every draw, or no more than many futures need.

use crate::braid::course::{Poured, Taken};
use crate::braid::{Braid, Draw, Match, Recovery, Source};
use crate::money::Money;
use crate::name::{LineIndex, TrancheIndex};

/// Who is told what an allocation does. Amounts are cents.
pub(crate) trait Recorder {
    /// Whether it asks for draws.
    const TELLS_DRAWS: bool;

    /// A source has paid a line.
    fn paid(&mut self, place: usize, source: Source, line: usize, amount: i64);
    /// A tranche was charged indirect cost on a base.
    fn recovered(&mut self, place: usize, tranche: TrancheIndex, base: i64, amount: i64);
    /// A draw has matched an award.
    fn matched(&mut self, matched: Match);
    /// A month is over which leaves so much of a priority.
    fn left(&mut self, place: usize, class: usize, amount: i64);
    /// A month is over which leaves so much of a line: told only where it matters which line it is.
    fn left_of(&mut self, place: usize, line: usize, amount: i64);
    /// Whether it matters which line it is; else one stands for all that a source pays at once.
    fn tells_lines(&self) -> bool;
}

/// Everything: the braid as it is checked and shown.
impl Recorder for Braid {
    const TELLS_DRAWS: bool = true;

    fn paid(&mut self, place: usize, source: Source, line: usize, amount: i64) {
        let (line, amount) = (LineIndex::from(line), Money::from_cents(amount));
        self.draws.push(Draw { place, source, line, amount });
    }

    fn recovered(&mut self, place: usize, tranche: TrancheIndex, base: i64, amount: i64) {
        let (base, amount) = (Money::from_cents(base), Money::from_cents(amount));
        self.recoveries.push(Recovery { place, tranche, base, amount });
    }

    fn matched(&mut self, matched: Match) {
        self.matches.push(matched);
    }

    fn left(&mut self, _: usize, _: usize, _: i64) {}

    fn left_of(&mut self, _: usize, _: usize, _: i64) {}

    fn tells_lines(&self) -> bool {
        true
    }
}

/// What a future leaves and what its cash follows from.
#[derive(Default)]
pub(crate) struct Lean {
    /// How long after its month each line is paid.
    lags: Vec<usize>,
    lags_differ: bool,
    /// What it comes to.
    pub poured: Poured,
}

impl Lean {
    /// A record for lines that are paid so many months after theirs.
    pub fn new(lags: Vec<usize>, poured: Poured) -> Lean {
        let lags_differ = lags.windows(2).any(|pair| pair[0] != pair[1]);
        Lean { lags, lags_differ, poured }
    }

    fn fall_due(&mut self, place: usize, lag: usize, amount: Money) {
        if let Some(due) = self.poured.unfunded_due.get_mut(place + lag) {
            *due += amount;
        }
    }
}

impl Recorder for Lean {
    const TELLS_DRAWS: bool = true;

    #[inline]
    fn paid(&mut self, place: usize, source: Source, line: usize, amount: i64) {
        let due = place + self.lags[line];
        let direct = Money::from_cents(amount);
        match self.poured.taken.last_mut() {
            Some(last) if (last.place, last.due, last.source) == (place, due, source) => {
                last.direct += direct;
            }
            _ => {
                let recovery = Money::ZERO;
                self.poured.taken.push(Taken { place, due, source, direct, recovery });
            }
        }
    }

    fn recovered(&mut self, place: usize, tranche: TrancheIndex, _: i64, amount: i64) {
        let source = Source::Tranche(tranche);
        let (direct, recovery) = (Money::ZERO, Money::from_cents(amount));
        self.poured.taken.push(Taken { place, due: place, source, direct, recovery });
    }

    fn matched(&mut self, _: Match) {}

    fn left(&mut self, place: usize, class: usize, amount: i64) {
        let amount = Money::from_cents(amount);
        self.poured.gap[place][class] = amount;
        if !self.lags_differ {
            self.fall_due(place, self.lags.first().copied().unwrap_or(0), amount);
        }
    }

    fn left_of(&mut self, place: usize, line: usize, amount: i64) {
        self.fall_due(place, self.lags[line], Money::from_cents(amount));
    }

    fn tells_lines(&self) -> bool {
        self.lags_differ
    }
}

/// What a future leaves, and nothing else.
pub(crate) struct Gaps(pub Vec<[Money; 3]>);

impl Recorder for Gaps {
    const TELLS_DRAWS: bool = false;

    fn paid(&mut self, _: usize, _: Source, _: usize, _: i64) {}

    fn recovered(&mut self, _: usize, _: TrancheIndex, _: i64, _: i64) {}

    fn matched(&mut self, _: Match) {}

    fn left(&mut self, place: usize, class: usize, amount: i64) {
        self.0[place][class] = Money::from_cents(amount);
    }

    fn left_of(&mut self, _: usize, _: usize, _: i64) {}

    fn tells_lines(&self) -> bool {
        false
    }
}
