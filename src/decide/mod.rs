//! Many forecasts: scenarios side by side and what a difference is due to; bridge options, and the least amount that
//! bridges; what moves the gap most.

pub mod bridge;
pub mod compare;
pub mod sensitivity;
pub mod solve;
