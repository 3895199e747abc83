//! Many forecasts: scenarios side by side, and what a difference is due to.

pub mod compare;
