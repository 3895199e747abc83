//! How the braid is made.

use crate::money::Money;
use crate::name::StreamIndex;

/// The choices that a partnership makes about its braid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Streams in the order in which they are spent where nothing else decides.
    pub order: Vec<StreamIndex>,
    /// Months of core need ahead that unrestricted money is kept for before it pays essential or
    /// stretch costs.
    pub protect_core_months: u32,
    /// Unrestricted cash that should not be fallen below.
    pub cash_floor: Money,
}

impl Policy {
    /// The months that are protected where the plan says nothing.
    pub const PROTECT_CORE_MONTHS: u32 = 12;
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            order: Vec::new(),
            protect_core_months: Policy::PROTECT_CORE_MONTHS,
            cash_floor: Money::ZERO,
        }
    }
}
