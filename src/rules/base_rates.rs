//! How often something happened to a nonprofit in a year that was surveyed: what one may compare the odds of a plan with.
//!
//! They are offered and never used by themselves: no odds of a plan come from here unless somebody writes them down.

use std::sync::OnceLock;

use super::Evidence;
use crate::money::Rate;

/// Whose money a base rate speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Payers {
    /// Federal money.
    Federal,
    /// Money of states, counties and towns.
    StateOrLocal,
    /// Money of any government.
    Government,
    /// Money of foundations.
    Foundation,
    /// Money of any kind.
    Any,
}

impl Payers {
    /// All of them.
    pub const ALL: [Payers; 5] = [
        Payers::Federal,
        Payers::StateOrLocal,
        Payers::Government,
        Payers::Foundation,
        Payers::Any,
    ];

    /// The words of the data.
    pub fn words(self) -> &'static str {
        match self {
            Payers::Federal => "federal",
            Payers::StateOrLocal => "state or local",
            Payers::Government => "any government",
            Payers::Foundation => "foundation",
            Payers::Any => "any",
        }
    }
}

/// How often something happened to one nonprofit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseRate {
    /// What happened, in plain words.
    pub event: String,
    /// Whose money it speaks of.
    pub of: Payers,
    /// The share of nonprofits to which it happened.
    pub rate: Rate,
    /// The year that was surveyed, or of the publication where no other is known.
    pub year: i32,
    /// How well it is known.
    pub evidence: Evidence,
    /// Who says so.
    pub source: String,
}

impl BaseRate {
    /// Whether a source for it was read.
    pub fn is_verified(&self) -> bool {
        self.evidence != Evidence::None
    }
}

/// Every base rate, in the order of the data.
pub fn base_rates() -> &'static [BaseRate] {
    static RATES: OnceLock<Vec<BaseRate>> = OnceLock::new();
    RATES.get_or_init(|| super::rows(include_str!("base_rates.csv"), read))
}

fn read(cells: &[&str]) -> Option<BaseRate> {
    let [event, of, rate, year, evidence, source] = *cells else { return None };
    Some(BaseRate {
        event: event.to_string(),
        of: Payers::ALL.into_iter().find(|payers| payers.words() == of)?,
        rate: Rate::parse_percent(rate.strip_suffix('%')?).ok()?,
        year: year.parse().ok()?,
        evidence: Evidence::ALL.into_iter().find(|known| known.word() == evidence)?,
        source: source.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rate_is_a_share_with_its_source_and_stands_once() {
        let rates = base_rates();
        assert_eq!(rates.len(), 12);
        for rate in rates {
            assert!(rate.rate > Rate::ZERO && rate.rate < Rate::ONE, "{rate:?}");
            assert!(!rate.source.is_empty() && (2000..2030).contains(&rate.year), "{rate:?}");
            assert_eq!(rates.iter().filter(|other| other.event == rate.event).count(), 1);
        }
        let lost = rates.iter().find(|rate| rate.event.starts_with("Lost some of its government"));
        let lost = lost.unwrap();
        assert_eq!((lost.rate.percent().as_str(), lost.of), ("21%", Payers::Government));
        assert!(lost.is_verified());
        for payers in Payers::ALL {
            assert!(rates.iter().any(|rate| rate.of == payers), "{payers:?}");
        }
    }
}
