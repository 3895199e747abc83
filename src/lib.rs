//! braid
pub mod braid;
pub mod cash;
pub mod diagnostic;
pub mod driver;
pub mod error;
pub mod findings;
pub mod forecast;
pub mod funding;
pub mod ledger;
pub mod limits;
pub mod measures;
pub mod money;
pub mod month;
pub mod name;
pub mod plan;
pub mod timeline;
