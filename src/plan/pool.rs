//! Pools: streams blended into one fund with its own declared uses.

use super::restriction::Selector;
use crate::money::Rate;
use crate::name::{Name, StreamIndex};

/// Streams blended into one fund. Each contribution stays a tranche of its stream, with its expiry,
/// under the pool's uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// The id.
    pub name: Name,
    /// What people call it.
    pub title: String,
    /// The members and the share of each one's authority that goes into the pool.
    pub members: Vec<(StreamIndex, Rate)>,
    /// What the pool may pay for.
    pub pays_for: Vec<Selector>,
    /// What it may not pay for.
    pub not_for: Vec<Selector>,
    /// The citation of the authority that allows blending; needed where a member is federal.
    pub authority: Option<String>,
    /// The charter or agreement that governs the pool.
    pub governed_by: String,
}
