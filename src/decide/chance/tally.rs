//! What many futures come to together: counts, sums and the values of figures, each of which adds up exactly, whatever
//! range of futures was run where.

use std::collections::BTreeMap;

use super::Figures;
use super::split::Split;
use super::values::{Values, rank};
use crate::folder::Outcome;
use crate::money::Money;
use crate::month::Month;
use crate::name::PoolIndex;
use crate::plan::Plan;

/// The levels at which figures are told: at most so much in so many of ten futures.
pub const LEVELS: [u64; 5] = [1, 2, 5, 8, 9];

/// The months and years in which futures are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// How many months.
    pub months: usize,
    /// The place of the month from which the plan is seen; cash that runs out and costs that go unpaid are looked for from
    /// there on.
    pub as_of: usize,
    /// The place of the last month through which core costs are looked at.
    pub through: usize,
    /// The fiscal years: the year, its first place and its last.
    pub years: Vec<(i32, usize, usize)>,
    /// Whether somebody's money is watched.
    pub watches: bool,
}

impl Calendar {
    /// The calendar of a plan.
    pub fn of(plan: &Plan) -> Calendar {
        let horizon = &plan.horizon;
        let months = horizon.months as usize;
        let mut years: Vec<(i32, usize, usize)> = Vec::new();
        for place in 0..months {
            let year = plan.fiscal.year_of(horizon.month(place));
            match years.last_mut().filter(|(last, ..)| *last == year) {
                Some((.., last)) => *last = place,
                None => years.push((year, place, place)),
            }
        }
        let as_of = horizon.place(horizon.as_of).unwrap_or(0);
        Calendar { months, as_of, through: months - 1, years, watches: false }
    }

    /// How many figures of a future are kept.
    fn kept(&self) -> usize {
        Kept::Given.place(self) + usize::from(self.watches)
    }
}

/// A figure of a future whose spread over futures is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// What stays unpaid.
    Gap,
    /// The lowest unrestricted cash at a month's end from `as-of` on, paying every cost.
    LowestCash,
    /// What stays unpaid of core costs from `as-of` through [`Calendar::through`].
    CoreGapAhead,
    /// What stays unpaid of core costs in a year, by its place in [`Calendar::years`].
    CoreGapOfYear(usize),
    /// What stays unpaid in a year.
    GapOfYear(usize),
    /// Unrestricted cash at a month's end, paying every cost.
    Cash(usize),
    /// What the giver that is watched has not got back, where one is.
    Given,
}

impl Kept {
    fn place(self, calendar: &Calendar) -> usize {
        let years = calendar.years.len();
        match self {
            Kept::Gap => 0,
            Kept::LowestCash => 1,
            Kept::CoreGapAhead => 2,
            Kept::CoreGapOfYear(year) => 3 + year,
            Kept::GapOfYear(year) => 3 + years + year,
            Kept::Cash(month) => 3 + 2 * years + month,
            Kept::Given => 3 + 2 * years + calendar.months,
        }
    }
}

/// How often something was so, by month, in the month itself and in any month up to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// In the month.
    pub in_month: Vec<u64>,
    /// In some month from `as-of` through it.
    pub by_month: Vec<u64>,
    /// In some month of the fiscal year.
    pub in_year: Vec<u64>,
}

impl Counted {
    fn new(calendar: &Calendar) -> Counted {
        let months = || vec![0; calendar.months];
        Counted { in_month: months(), by_month: months(), in_year: vec![0; calendar.years.len()] }
    }

    fn add(&mut self, calendar: &Calendar, holds: impl Fn(usize) -> bool) {
        let mut before = false;
        for (year, (_, first, last)) in calendar.years.iter().enumerate() {
            let mut in_year = false;
            for place in *first..=*last {
                let now = holds(place);
                in_year |= now;
                before |= now && place >= calendar.as_of;
                self.in_month[place] += u64::from(now);
                self.by_month[place] += u64::from(before);
            }
            self.in_year[year] += u64::from(in_year);
        }
    }

    fn join(&mut self, other: &Counted) {
        add(&mut self.in_month, &other.in_month);
        add(&mut self.by_month, &other.by_month);
        add(&mut self.in_year, &other.in_year);
    }
}

/// What tells one tranche of a stream from another, whatever its amount.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// The stream's place in [`super::Futures::streams`].
    pub stream: usize,
    /// The pool under whose uses it stands.
    pub pool: Option<PoolIndex>,
    /// The first month, as stated.
    pub first: Month,
    /// The last month, if it lapses.
    pub last: Option<Month>,
    /// The award and its budget period.
    pub award: (u32, u32),
    /// Whether it is in kind.
    pub in_kind: bool,
    /// Whether it exists only as it is drawn.
    pub on_demand: bool,
}

/// What a stream brings over many futures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    /// In how many futures it brings least, and how much; nothing where no future was run.
    pub least: Option<(Money, u64)>,
    /// What it brings in all of them together, in cents.
    pub sum: i128,
}

impl Brought {
    fn add(&mut self, amount: Money) {
        self.sum += i128::from(amount.cents());
        self.lower((amount, 1));
    }

    fn lower(&mut self, (amount, futures): (Money, u64)) {
        self.least = match self.least {
            Some((least, times)) if least == amount => Some((least, times + futures)),
            Some((least, times)) if least < amount => Some((least, times)),
            _ => Some((amount, futures)),
        };
    }

    fn join(&mut self, other: &Brought) {
        self.sum += other.sum;
        if let Some(least) = other.least {
            self.lower(least);
        }
    }
}

/// What many futures come to together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// How many futures.
    pub futures: u64,
    /// How many of them were amounts in a course laid out once, which changes no figure.
    pub poured: u64,
    /// In how many core costs go unpaid.
    pub core_gap: Counted,
    /// In how many anything goes unpaid.
    pub gap: Counted,
    /// In how many unrestricted cash is below zero at a month's end, paying every cost.
    pub out_of_cash: Counted,
    /// What goes unpaid of core costs, and of all, by month, over all futures, in cents.
    pub unpaid: [Vec<i128>; 2],
    /// By stream, what it brings.
    pub brought: Vec<Brought>,
    /// By chance: how often its event happened, or the sum of the steps that its amount took.
    pub drawn: Vec<i128>,
    /// By chance: futures by what came of it, and in how many of these core costs went unpaid.
    pub splits: Vec<Split>,
    /// By tranche, what it holds over all futures, in cents.
    pub slots: BTreeMap<Slot, i128>,
    /// Where costs differ from those of the plan as it stands: in how many futures, and what each line needs by month over
    /// these, in cents.
    pub needs: (u64, BTreeMap<String, Vec<i128>>),
    /// The values of each kept figure, in cents.
    pub values: Vec<Values>,
}

impl Tally {
    /// The tally of no future yet, which keeps every value of a figure if `each`, or what quantiles need of them.
    pub fn new(calendar: &Calendar, streams: usize, splits: Vec<Split>, each: bool) -> Tally {
        let months = || vec![0; calendar.months];
        Tally {
            futures: 0,
            poured: 0,
            core_gap: Counted::new(calendar),
            gap: Counted::new(calendar),
            out_of_cash: Counted::new(calendar),
            unpaid: [months(), months()],
            brought: vec![Brought::default(); streams],
            drawn: vec![0; splits.len()],
            splits,
            slots: BTreeMap::new(),
            needs: (0, BTreeMap::new()),
            values: vec![Values::new(each); calendar.kept()],
        }
    }

    /// Adds one future.
    pub fn add(&mut self, calendar: &Calendar, outcomes: &[Outcome], figures: &Figures) {
        self.futures += 1;
        self.core_gap.add(calendar, |place| figures.core_gap[place].is_positive());
        self.gap.add(calendar, |place| figures.gap[place].is_positive());
        self.out_of_cash.add(calendar, |place| figures.cash[place] < Money::ZERO);
        for (sums, amounts) in self.unpaid.iter_mut().zip([&figures.core_gap, &figures.gap]) {
            for (sum, amount) in sums.iter_mut().zip(amounts) {
                *sum += i128::from(amount.cents());
            }
        }
        for (brought, amount) in self.brought.iter_mut().zip(&figures.brought) {
            brought.add(*amount);
        }
        let ahead = figures.core_gap.get(calendar.as_of..=calendar.through).unwrap_or_default();
        let unpaid = ahead.iter().any(|gap| gap.is_positive());
        for (split, outcome) in self.splits.iter_mut().zip(outcomes) {
            split.add(*outcome, unpaid);
        }
        for (drawn, outcome) in self.drawn.iter_mut().zip(outcomes) {
            *drawn += match outcome {
                Outcome::Happens(happens) => i128::from(*happens),
                Outcome::Takes(setting) => i128::from(setting.steps),
            };
        }
        self.keep(calendar, figures);
    }

    /// Adds what a tranche holds over some futures.
    pub fn hold(&mut self, slot: &Slot, sum: i128) {
        match self.slots.get_mut(slot) {
            Some(own) => *own += sum,
            None => drop(self.slots.insert(slot.clone(), sum)),
        }
    }

    /// Adds what lines need in so many futures that are alike, where that is not what the plan as it stands needs.
    pub fn need(&mut self, needs: &[(String, Vec<Money>)], futures: u64) {
        self.needs.0 += futures;
        for (line, amounts) in needs {
            let own = self.needs.1.entry(line.clone()).or_insert_with(|| vec![0; amounts.len()]);
            for (sum, amount) in own.iter_mut().zip(amounts) {
                *sum += i128::from(amount.cents()) * i128::from(futures);
            }
        }
    }

    fn keep(&mut self, calendar: &Calendar, figures: &Figures) {
        let sum = |amounts: &[Money]| amounts.iter().sum::<Money>().cents();
        let mut keep =
            |kept: Kept, value: i64| self.values[kept.place(calendar)].add(value, &LEVELS);
        keep(Kept::Gap, sum(&figures.gap));
        let lowest = figures.cash[calendar.as_of..].iter().min().copied().unwrap_or_default();
        keep(Kept::LowestCash, lowest.cents());
        let ahead = figures.core_gap.get(calendar.as_of..=calendar.through);
        keep(Kept::CoreGapAhead, sum(ahead.unwrap_or_default()));
        for (year, (_, first, last)) in calendar.years.iter().enumerate() {
            keep(Kept::CoreGapOfYear(year), sum(&figures.core_gap[*first..=*last]));
            keep(Kept::GapOfYear(year), sum(&figures.gap[*first..=*last]));
        }
        for (place, cash) in figures.cash.iter().enumerate() {
            keep(Kept::Cash(place), cash.cents());
        }
        if calendar.watches {
            keep(Kept::Given, figures.given.cents());
        }
    }

    /// Adds the futures of another tally of the same plan.
    pub fn join(&mut self, other: &Tally) {
        self.futures += other.futures;
        self.poured += other.poured;
        self.core_gap.join(&other.core_gap);
        self.gap.join(&other.gap);
        self.out_of_cash.join(&other.out_of_cash);
        for (own, other) in self.unpaid.iter_mut().zip(&other.unpaid) {
            add(own, other);
        }
        for (own, other) in self.brought.iter_mut().zip(&other.brought) {
            own.join(other);
        }
        add(&mut self.drawn, &other.drawn);
        for (own, other) in self.splits.iter_mut().zip(&other.splits) {
            own.join(other);
        }
        for (slot, sum) in &other.slots {
            self.hold(slot, *sum);
        }
        self.needs.0 += other.needs.0;
        for (line, sums) in &other.needs.1 {
            match self.needs.1.get_mut(line) {
                Some(own) => add(own, sums),
                None => drop(self.needs.1.insert(line.clone(), sums.clone())),
            }
        }
        for (own, other) in self.values.iter_mut().zip(&other.values) {
            own.join(other);
        }
    }

    fn ranks(&self) -> [u64; 5] {
        LEVELS.map(|level| rank(self.futures, level))
    }

    /// The tally of no future yet with which the same futures are to be run again, where a quantile lies among values that
    /// were only counted.
    pub fn again(&self, calendar: &Calendar) -> Option<Tally> {
        let ranks = self.ranks();
        let tells = |values: &Values| values.at(&ranks).iter().all(Option::is_some);
        if self.futures == 0 || self.values.iter().all(tells) {
            return None;
        }
        let splits = self.splits.iter().map(Split::empty).collect();
        let mut empty = Tally::new(calendar, self.brought.len(), splits, false);
        empty.values = self.values.iter().map(|values| values.again(&ranks)).collect();
        Some(empty)
    }

    /// The least amounts that a figure does not pass in 1, 2, 5, 8 and 9 of 10 futures ([`LEVELS`]), each of them the figure of
    /// some future (nearest rank); nothing where no future was run.
    pub fn spread(&self, calendar: &Calendar, kept: Kept) -> Option<[Money; 5]> {
        let values = self.values.get(kept.place(calendar))?.at(&self.ranks());
        let [one, two, five, eight, nine] = values.as_slice() else { return None };
        let at = |value: &Option<i64>| value.map(Money::from_cents);
        Some([at(one)?, at(two)?, at(five)?, at(eight)?, at(nine)?])
    }

    /// What goes unpaid on average in some months, of core costs or of all; rounded half away from zero.
    pub fn mean_unpaid(&self, core: bool, months: std::ops::RangeInclusive<usize>) -> Money {
        let sum: i128 = self.unpaid[usize::from(!core)][months].iter().sum();
        mean(sum, self.futures)
    }
}

/// A sum of cents over so many futures, rounded half away from zero.
pub fn mean(sum: i128, futures: u64) -> Money {
    let count = i128::from(futures.max(1));
    let rounded = (2 * sum + sum.signum() * count) / (2 * count);
    Money::try_from_cents(rounded).unwrap_or(Money::MAX)
}

fn add<T: Copy + std::ops::AddAssign>(own: &mut [T], other: &[T]) {
    for (own, other) in own.iter_mut().zip(other) {
        *own += *other;
    }
}
