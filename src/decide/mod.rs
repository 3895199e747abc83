//! Many forecasts: scenarios side by side and what a difference is due to; bridge options, and the least amount that
//! bridges.

pub mod bridge;
pub mod compare;
pub mod solve;
