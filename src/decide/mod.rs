//! Many forecasts: scenarios side by side and what a difference is due to; bridge options, and the least amount that
//! bridges; what moves the gap most; what may come, and how often; many partnerships, and where a given sum would close most.

pub mod across;
mod beaten;
pub mod best;
pub mod bridge;
pub mod chance;
pub mod compare;
pub mod effect;
pub mod funder;
mod moved;
pub mod odds;
pub mod portfolio;
pub mod random;
pub mod sensitivity;
pub mod solve;
