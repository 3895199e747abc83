//! What proves that a braid is optimal: a price for each dollar of money and for each dollar of room under a rule.
//!
//! Whatever prices are asked, a braid cannot cover more than the money and the room are worth at these prices, and what
//! each need is worth above them: weak duality. The checker ([`super::bound`]) adds that up in exact
//! arithmetic; the better the prices, the nearer the sum comes to what a braid really covers. Where no ratio binds,
//! the prices are zero or one, and the money at one is the cut: nothing else may pay certain needs, but what documented
//! benefit or a limit of pay lets other money pay of them.

use crate::money::Money;
use crate::name::StreamIndex;

/// A price or a weight in billionths of a dollar a dollar, zero or more.
pub type Price = i64;

/// One, as a price.
pub const ONE: Price = 1_000_000_000;

/// The proof of the least gap of each priority, core first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// For each priority, the prices that prove its least gap, given the gaps of the priorities before it.
    pub prices: [Prices; 3],
    /// What they are said to prove: no braid that leaves no more of the priorities before leaves less than this.
    pub least: [Money; 3],
}

/// Prices of all that is scarce, for one priority.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    /// What covering a dollar counts, by priority; nothing for those after the one that is proved.
    pub weights: [Price; 3],
    /// The price of a dollar of each tranche.
    pub tranches: Vec<Price>,
    /// The prices of the rules of awards; those not named ask nothing.
    pub awards: Vec<AwardPrices>,
}

/// Prices of a dollar of room under the rules of one award.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwardPrices {
    /// The award: the stream, and 0 for its first award, then one more a renewal.
    pub award: (StreamIndex, u32),
    /// By cap, in the order of the plan, and by budget period where it holds in each.
    pub caps: Vec<(usize, Option<u32>, Price)>,
    /// By floor of what is spent, in the order of the plan.
    pub floors: Vec<(usize, Price)>,
    /// By fiscal year of the funder, where it limits what is paid in each.
    pub years: Vec<(i32, Price)>,
    /// For the match through each place of the horizon: what a dollar of match that is lacking counts.
    pub matching: Vec<Price>,
    /// For the recovery through each place of the horizon: what a dollar of leave to recover counts.
    pub indirect: Vec<Price>,
    /// For the once in a lifetime that a subaward counts in the base of recovery, by its id.
    pub subawards: Vec<(String, Price)>,
}

impl AwardPrices {
    /// Whether any rule of the award has a price.
    pub fn asks(&self) -> bool {
        let caps = self.caps.iter().map(|(_, _, price)| price);
        let floors = self.floors.iter().map(|(_, price)| price);
        let years = self.years.iter().map(|(_, price)| price);
        let subawards = self.subawards.iter().map(|(_, price)| price);
        let months = self.matching.iter().chain(&self.indirect);
        caps.chain(floors).chain(years).chain(subawards).chain(months).any(|price| *price > 0)
    }

    /// Prices of an award whose rules ask nothing.
    pub fn none(award: (StreamIndex, u32)) -> AwardPrices {
        AwardPrices {
            award,
            caps: Vec::new(),
            floors: Vec::new(),
            years: Vec::new(),
            matching: Vec::new(),
            indirect: Vec::new(),
            subawards: Vec::new(),
        }
    }
}
