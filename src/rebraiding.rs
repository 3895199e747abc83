//! The value of re-braiding: the gap as spent, by documented shares and in the best case side by side, and the
//! moves of money that lie between.
//!
//! A move is what a stream pays of a line in the optimal braid, less what it pays as spent. 2 CFR 200.405(c) bars
//! charging a cost to another award to overcome a shortage of funds, and allows it where the cost is
//! allocable to both: so each move says what it rests on.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::findings;
use crate::ledger::{Ledger, StreamBook};
use crate::measures::Measures;
use crate::money::Money;
use crate::month::FiscalCalendar;
use crate::name::{LineIndex, StreamIndex};
use crate::plan::Plan;
use crate::plan::cost::{Basis, Category, Priority};

/// What lies between the braid as spent and the optimal one of the same money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebraiding {
    /// The gap as spent: core, essential, stretch.
    pub as_spent: [Money; 3],
    /// The gap by documented shares.
    pub by_shares: [Money; 3],
    /// The gap of the optimal braid.
    pub optimal: [Money; 3],
    /// What streams pay more of lines in months before `as-of`, netted over them: these are booked, and it is too
    /// late for it. Nothing where nothing is avoidable.
    pub booked: Money,
    /// What the moves over the whole horizon add beyond approved budgets: it may need prior approval
    /// (2 CFR 200.308(i)).
    pub approval: Money,
    /// The moves over the whole horizon, netted, the largest first; none where nothing is avoidable.
    pub moves: Vec<Move>,
    /// The same by fiscal year, in the order of years, then the largest first.
    pub by_year: Vec<Move>,
}

/// What one stream would pay more, or less, of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The fiscal year; nothing for the whole horizon.
    pub year: Option<i32>,
    /// The stream's id.
    pub stream: String,
    /// What people call the stream.
    pub title: String,
    /// The line.
    pub line: LineIndex,
    /// What the stream pays of the line as spent.
    pub as_spent: Money,
    /// What it pays of it in the optimal braid.
    pub optimal: Money,
    /// What its paying more rests on; nothing where it pays less.
    pub footing: Option<Footing>,
    /// Whether it may need prior approval: it adds to a category of an approved budget that takes more than was
    /// approved, while all such transfers of the award are above their limit (2 CFR 200.308(i)).
    pub needs_approval: bool,
}

impl Move {
    /// What it pays more; below zero where it pays less.
    pub fn change(&self) -> Money {
        self.optimal - self.as_spent
    }
}

/// What a stream's paying more of a line rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Footing {
    /// The line's documented benefit names the award, measured by this (2 CFR 200.405(a)).
    Documented(Basis),
    /// No cost principles govern the money: it needs no basis.
    Free,
    /// Cost principles govern the award, and nothing documents how the line benefits it (2 CFR 200.405(c)).
    Undocumented,
}

impl Footing {
    /// The word of tables.
    pub fn word(self) -> &'static str {
        match self {
            Footing::Documented(_) => "documented",
            Footing::Free => "free",
            Footing::Undocumented => "undocumented",
        }
    }
}

/// An award with the categories that take more than its approved budget, and how much more.
type Approval = (StreamIndex, Vec<(Category, Money)>);

/// What a stream pays of a line, as spent and in the optimal braid.
type Paid = (Money, Money);

impl Rebraiding {
    /// Compares the books as spent with those of the optimal braid and of documented shares.
    ///
    /// # Errors
    /// An internal error where the moves do not add up to what is avoidable, in any year and priority.
    pub fn from_books(
        plan: &Plan,
        spent: &Ledger,
        optimal: &Ledger,
        measures: &Measures,
    ) -> Result<Rebraiding, Error> {
        let total = &measures.total;
        let mut rebraiding = Rebraiding {
            as_spent: total.gap,
            by_shares: total.gap_by_shares,
            optimal: total.irreducible,
            booked: Money::ZERO,
            approval: Money::ZERO,
            moves: Vec::new(),
            by_year: Vec::new(),
        };
        if rebraiding.avoidable() == [Money::ZERO; 3] {
            return Ok(rebraiding);
        }
        rebraiding.booked = booked(spent, optimal);
        let mut paid: BTreeMap<(Option<i32>, usize, LineIndex), Paid> = BTreeMap::new();
        for (ledger, after) in [(spent, false), (optimal, true)] {
            for draw in &ledger.draws {
                let year = ledger.fiscal.year_of(ledger.horizon.month(draw.place));
                for year in [None, Some(year)] {
                    let (before, then) = paid.entry((year, draw.stream, draw.line)).or_default();
                    *(if after { then } else { before }) += draw.amount;
                }
            }
        }
        let approvals = approvals(plan, optimal);
        for ((year, stream, line), (before, then)) in paid {
            if before == then {
                continue;
            }
            let book: &StreamBook = match spent.streams.get(stream) {
                Some(book) => book,
                None => &optimal.streams[stream],
            };
            let more = then > before;
            let category = plan.line(line).category;
            let needs_approval = more
                && approvals.iter().any(|(of, beyond)| {
                    of.at() == stream && beyond.iter().any(|(of, _)| *of == category)
                });
            let found = Move {
                year,
                stream: book.name.clone(),
                title: book.title.clone(),
                line,
                as_spent: before,
                optimal: then,
                footing: more.then(|| footing(plan, stream, line)),
                needs_approval,
            };
            match year {
                None => rebraiding.moves.push(found),
                Some(_) => rebraiding.by_year.push(found),
            }
        }
        let rank = |found: &Move| std::cmp::Reverse((found.change().cents().abs(), found.change()));
        rebraiding.moves.sort_by_key(rank);
        rebraiding.by_year.sort_by_key(|found| (found.year, rank(found)));
        rebraiding.approval = rebraiding.beyond_budgets(plan, &approvals);
        rebraiding.assert_adds_up(plan, measures)?;
        Ok(rebraiding)
    }

    /// What the optimal braid leaves less unpaid: core, essential, stretch. A later priority may stand below zero:
    /// the optimal braid pays what comes before it first.
    pub fn avoidable(&self) -> [Money; 3] {
        std::array::from_fn(|place| self.as_spent[place] - self.optimal[place])
    }

    /// What the optimal braid leaves less unpaid in all.
    pub fn avoidable_total(&self) -> Money {
        self.avoidable().iter().sum()
    }

    /// The moves of a fiscal year, or of the whole horizon, netted, the largest first.
    pub fn moves_of(&self, year: Option<i32>) -> Vec<&Move> {
        let all = self.moves.iter().chain(&self.by_year);
        all.filter(|found| found.year == year).collect()
    }

    /// Of what awards pay more of categories beyond their approved budgets, what lies beyond them.
    fn beyond_budgets(&self, plan: &Plan, approvals: &[Approval]) -> Money {
        let mut sum = Money::ZERO;
        for (stream, beyond) in approvals {
            let name = plan.stream(*stream).name.as_str();
            for (category, more) in beyond {
                let moved = self.moves.iter().filter(|found| {
                    found.stream == name && plan.line(found.line).category == *category
                });
                let moved: Money = moved.map(Move::change).sum();
                sum += moved.floor_zero().at_most(*more);
            }
        }
        sum
    }

    /// The law of this comparison: in each year and priority, what lines are paid more less what they are paid less
    /// is what their gap falls by.
    fn assert_adds_up(&self, plan: &Plan, measures: &Measures) -> Result<(), Error> {
        let years = measures.years.iter().map(|year| (Some(year.year), year));
        for (year, measure) in years.chain([(None, &measures.total)]) {
            let mut changes = [Money::ZERO; 3];
            for found in self.moves_of(year) {
                changes[plan.line(found.line).priority as usize] += found.change();
            }
            for priority in Priority::ALL {
                let place = priority as usize;
                if changes[place] != measure.gap[place] - measure.irreducible[place] {
                    let when = year.map_or("the plan".to_string(), FiscalCalendar::label);
                    return Err(Error::internal(format!(
                        "moves add up to what re-braiding avoids: {} in {when}",
                        priority.word()
                    )));
                }
            }
        }
        Ok(())
    }
}

/// What a stream's paying a line rests on.
fn footing(plan: &Plan, stream: usize, line: LineIndex) -> Footing {
    // Recovered indirect cost is the partnership's own money.
    if stream >= plan.streams.len() {
        return Footing::Free;
    }
    let stream = StreamIndex::from(stream);
    // What an award's activity earns goes by the award's rules (2 CFR 200.307).
    let award = plan.restrictions(stream).award.earned_by;
    let governing = [Some(stream), award].into_iter().flatten();
    let documented = plan
        .line(line)
        .benefit
        .as_ref()
        .filter(|benefit| governing.clone().any(|award| benefit.share_of(award).is_some()));
    match documented {
        Some(benefit) => Footing::Documented(benefit.basis),
        None if governing.clone().any(|award| plan.stream(award).cost_principles) => {
            Footing::Undocumented
        }
        None => Footing::Free,
    }
}

/// The awards whose transfers among approved categories may need approval, with the categories that take more
/// than was approved.
fn approvals(plan: &Plan, optimal: &Ledger) -> Vec<Approval> {
    let streams = (0..plan.streams.len()).map(StreamIndex::from);
    let of = |stream| Some((stream, findings::transfers(plan, optimal, stream)?.beyond));
    streams.filter_map(of).collect()
}

/// What streams pay more of lines before `as-of` in the optimal braid.
fn booked(spent: &Ledger, optimal: &Ledger) -> Money {
    let horizon = &spent.horizon;
    let mut changes: BTreeMap<(usize, LineIndex), Money> = BTreeMap::new();
    for (ledger, after) in [(spent, false), (optimal, true)] {
        let past = ledger.draws.iter().filter(|draw| horizon.month(draw.place) < horizon.as_of);
        for draw in past {
            let change = if after { draw.amount } else { -draw.amount };
            *changes.entry((draw.stream, draw.line)).or_default() += change;
        }
    }
    changes.into_values().map(Money::floor_zero).sum()
}
