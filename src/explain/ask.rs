//! What a figure's id speaks of: which lines, which months, which stream.

use std::collections::BTreeMap;

use super::text;
use crate::forecast::Forecast;
use crate::ledger::{DrawBook, Ledger, StreamBook};
use crate::measures::Measures;
use crate::money::Money;
use crate::month::{FiscalCalendar, Month};
use crate::name::StreamIndex;
use crate::plan::Plan;
use crate::plan::cost::{Layer, Priority};

/// The plan and the forecast that are asked.
#[derive(Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) plan: &'a Plan,
    pub(super) forecast: &'a Forecast,
}

impl<'a> Ask<'a> {
    /// The books as spent.
    pub(super) fn ledger(self) -> &'a Ledger {
        &self.forecast.books.ledger
    }

    /// What is reported.
    pub(super) fn measures(self) -> &'a Measures {
        &self.forecast.measures
    }

    /// The month at a place of the horizon.
    pub(super) fn month(self, place: usize) -> Month {
        self.ledger().horizon.month(place)
    }

    /// The place in the ledger of the stream of this name.
    pub(super) fn stream(self, name: &str) -> Option<usize> {
        self.ledger().streams.iter().position(|stream| stream.name == name)
    }

    /// The book of the stream at a place of the ledger.
    pub(super) fn book(self, stream: usize) -> &'a StreamBook {
        &self.ledger().streams[stream]
    }

    /// The plan's stream behind a place of the ledger; none for indirect recovery.
    pub(super) fn planned(self, stream: usize) -> Option<StreamIndex> {
        self.plan.find_stream(&self.book(stream).name)
    }

    /// The line of an id, given bare or as `cost.<id>`.
    pub(super) fn line(self, word: &str) -> Option<usize> {
        let name = word.strip_prefix("cost.").unwrap_or(word);
        self.plan.find_line(name).map(|line| line.at())
    }

    /// The id of a line as one part of a figure's id: `cost.<id>` where the bare id says something
    /// else.
    pub(super) fn line_word(self, line: usize) -> String {
        let name = &self.ledger().lines[line].name;
        let taken = ["function", "irreducible", "causes"].contains(&name.as_str())
            || group(name).is_some()
            || Period::parse(self, name).is_some();
        if taken { format!("cost.{name}") } else { name.clone() }
    }

    /// The draws of a period, in order.
    pub(super) fn draws(self, period: &Period) -> &'a [DrawBook] {
        let draws = &self.ledger().draws;
        let begin = draws.partition_point(|draw| draw.place < period.first);
        let end = draws.partition_point(|draw| draw.place <= period.last);
        &draws[begin..end]
    }

    /// The title of a pool with its stream's: `Title (in Pool)`.
    pub(super) fn purse_title(self, stream: usize, pool: Option<crate::name::PoolIndex>) -> String {
        let title = &self.book(stream).title;
        match pool.and_then(|pool| self.ledger().pools.get(pool.at())) {
            Some((_, pool)) => format!("{title} (in {pool})"),
            None => title.clone(),
        }
    }
}

/// The months that a figure is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Period {
    /// The first place of the horizon.
    pub(super) first: usize,
    /// The last.
    pub(super) last: usize,
    /// How long it is.
    pub(super) grain: Grain,
    /// In words: `Apr 2029`, `FY2029`, `Jul 2026 to Jun 2029`.
    pub(super) words: String,
}

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grain {
    /// The horizon.
    Whole,
    /// A fiscal year.
    Year(i32),
    /// A month.
    Month(Month),
}

impl Period {
    /// The whole horizon.
    pub(super) fn whole(ask: Ask) -> Period {
        let horizon = &ask.ledger().horizon;
        let words = format!("{} to {}", horizon.start.words(), horizon.end().words());
        Period { first: 0, last: ask.ledger().months() - 1, grain: Grain::Whole, words }
    }

    /// The month at a place.
    pub(super) fn month(ask: Ask, place: usize) -> Period {
        let month = ask.month(place);
        Period { first: place, last: place, grain: Grain::Month(month), words: month.words() }
    }

    /// A fiscal year, as far as it lies in the horizon.
    pub(super) fn year(ask: Ask, year: i32) -> Option<Period> {
        let ledger = ask.ledger();
        let within = |place: &usize| ledger.fiscal.year_of(ask.month(*place)) == year;
        let first = (0..ledger.months()).find(within)?;
        let last = (0..ledger.months()).rfind(within)?;
        Some(Period { first, last, grain: Grain::Year(year), words: FiscalCalendar::label(year) })
    }

    /// Reads `FY2026` or `2026-04`, if it lies in the horizon.
    pub(super) fn parse(ask: Ask, word: &str) -> Option<Period> {
        if let Some(month) = Month::parse(word) {
            let place = ask.ledger().horizon.place(month)?;
            return Some(Period::month(ask, place));
        }
        let digits = word.strip_prefix("FY").or_else(|| word.strip_prefix("fy"))?;
        let shaped = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
        if shaped { Period::year(ask, digits.parse().ok()?) } else { None }
    }

    /// Reads what is left of an id: nothing for the whole horizon, or one year or month.
    pub(super) fn rest(ask: Ask, rest: &[&str]) -> Option<Period> {
        match rest {
            [] => Some(Period::whole(ask)),
            [word] => Period::parse(ask, word),
            _ => None,
        }
    }

    /// Reads nothing or a year, with the place of the year in the measures; none for the whole.
    pub(super) fn year_rest(ask: Ask, rest: &[&str]) -> Option<(Period, Option<usize>)> {
        let period = Period::rest(ask, rest)?;
        let known = |year: i32| ask.measures().years.iter().position(|row| row.year == year);
        match period.grain {
            Grain::Whole => Some((period, None)),
            Grain::Year(year) => known(year).map(|place| (period, Some(place))),
            Grain::Month(_) => None,
        }
    }

    /// The end of an id of this period: `/FY2026`, or nothing for the whole horizon.
    pub(super) fn suffix(&self) -> String {
        match self.grain {
            Grain::Whole => String::new(),
            Grain::Year(year) => format!("/{}", FiscalCalendar::label(year)),
            Grain::Month(month) => format!("/{month}"),
        }
    }

    /// What a series of months comes to in the period.
    pub(super) fn sum(&self, series: &[Money]) -> Money {
        series[self.first..=self.last].iter().sum()
    }

    /// The places of the period.
    pub(super) fn places(&self) -> std::ops::RangeInclusive<usize> {
        self.first..=self.last
    }

    /// The periods that this one is told by: the years of the horizon, or the months of a year.
    pub(super) fn pieces(&self, ask: Ask) -> Vec<Period> {
        match self.grain {
            Grain::Whole => {
                let years = ask.measures().years.iter();
                years.filter_map(|year| Period::year(ask, year.year)).collect()
            }
            _ => self.places().map(|place| Period::month(ask, place)).collect(),
        }
    }
}

/// The lines and months that a gap, a cost or a covered cost is of.
pub(super) struct Scope {
    /// The lines.
    pub(super) lines: Vec<usize>,
    /// Whether one line was asked for by its id.
    pub(super) single: Option<usize>,
    /// In words, to follow a noun: ` of core lines`; empty for all lines.
    pub(super) words: String,
    /// The months.
    pub(super) period: Period,
}

impl Scope {
    /// Reads an id after its head.
    pub(super) fn parse(ask: Ask, rest: &[&str]) -> Option<Scope> {
        let all = |keep: &dyn Fn(usize) -> bool| -> Vec<usize> {
            (0..ask.ledger().lines.len()).filter(|line| keep(*line)).collect()
        };
        let lines = &ask.ledger().lines;
        let (chosen, words, tail) = match rest {
            ["function", function, tail @ ..] => {
                let chosen = all(&|line| lines[line].function == *function);
                (chosen, format!(" of the function {function}"), tail)
            }
            [word, tail @ ..] if group(word).is_some() => {
                let group = group(word)?;
                let chosen = all(&|line| group.holds(lines[line].priority, lines[line].layer));
                return Scope::of(ask, chosen, format!(" of {word} lines"), tail);
            }
            [word, tail @ ..] if Period::parse(ask, word).is_none() => {
                let line = ask.line(word)?;
                let scope = Scope::of(ask, vec![line], format!(" of {}", lines[line].title), tail)?;
                return Some(Scope { single: Some(line), ..scope });
            }
            tail => return Scope::of(ask, all(&|_| true), String::new(), tail),
        };
        if chosen.is_empty() { None } else { Scope::of(ask, chosen, words, tail) }
    }

    fn of(ask: Ask, lines: Vec<usize>, words: String, tail: &[&str]) -> Option<Scope> {
        let period = Period::rest(ask, tail)?;
        Some(Scope { lines, single: None, words, period })
    }
}

/// A group of lines that has a word of its own.
enum Group {
    Priority(Priority),
    Layer(Layer),
}

impl Group {
    fn holds(&self, priority: Priority, layer: Layer) -> bool {
        match self {
            Group::Priority(group) => *group == priority,
            Group::Layer(group) => *group == layer,
        }
    }
}

fn group(word: &str) -> Option<Group> {
    let priority = Priority::ALL.into_iter().find(|priority| priority.word() == word);
    let layer = Layer::ALL.into_iter().find(|layer| layer.word() == word);
    priority.map(Group::Priority).or(layer.map(Group::Layer))
}

/// Sums by key, in the order of keys, without those that come to nothing.
pub(super) fn sums<K: Ord>(rows: impl IntoIterator<Item = (K, Money)>) -> Vec<(K, Money)> {
    let mut sums: BTreeMap<K, Money> = BTreeMap::new();
    for (key, amount) in rows {
        *sums.entry(key).or_insert(Money::ZERO) += amount;
    }
    sums.into_iter().filter(|(_, amount)| !amount.is_zero()).collect()
}

/// Rows with the largest amount first; equal ones stay in order.
pub(super) fn largest_first<K>(mut rows: Vec<(K, Money)>) -> Vec<(K, Money)> {
    rows.sort_by_key(|(_, amount)| std::cmp::Reverse(*amount));
    rows
}

/// A noun with its lines and months: `Gap of core lines, FY2026`.
pub(super) fn subject(noun: &str, words: &str, period: &Period) -> String {
    format!("{}{words}, {}", text::capital(noun), period.words)
}
