//! Braided-funding financial planning for multi-sector health partnerships.
//!
//! A partnership's backbone lives on grants that end, payer contracts that pay late, public money that
//! lapses and shared savings that may never come. This crate takes those streams with their real
//! restrictions, braids them against the backbone's costs month by month over years, and says what stays
//! unfunded, when, and why.
//!
//! # The way of the data
//!
//! Data travels one way. Each stage is a type, made from the stage before it:
//!
//! ```text
//! plan folder --folder--> Plan --timeline--> Timeline --braid--> Braid --ledger--> Ledger --> Cash, Measures
//!                         '--------------------- forecast: &Plan -> Forecast ------------------------------'
//! ```
//!
//! * [`folder`] reads text into a [`plan::Plan`], or says everything that is wrong with it.
//! * [`plan`] and [`funding`] are the meaning: what each line needs, what each stream may pay for.
//! * [`timeline`] lays the plan out in months; [`mod@braid`] decides who pays what and has it checked by
//!   code that shares nothing with the decision; [`ledger`] and [`cash`] are the books; [`measures`] are
//!   read from the books alone.
//! * [`forecast`] is the one composition of these stages. [`explain`] leads any figure back to its
//!   inputs; [`report`], [`export`] and [`output`] say it, encode it and write it.
//! * [`settle`] stands beside them: Medicare shared savings, row by row.
//!
//! ```
//! use braidfund::folder::{self, MemoryFolder};
//! use braidfund::forecast::{Forecast, Question};
//!
//! let files = MemoryFolder::new([("plan.toml", r#"
//!     [plan]
//!     title = "Riverbend"
//!     start = "2026-07"
//!     months = 12
//!
//!     [cost.convener]
//!     function = "convene"
//!     yearly = 120_000
//!
//!     [stream.bridge]
//!     kind = "grant"
//!     funder = "A foundation"
//!     status = "secured"
//!     award = 90_000
//!     from = "2026-07"
//!     until = "2027-06"
//!     pays-for = ["convene"]
//! "#)]);
//! let plan = folder::read(&files, "base")?;
//! let forecast = Forecast::from_plan(&plan, Question::default())?;
//!
//! assert_eq!(forecast.measures.total.gap_total().to_string(), "30000.00");
//! assert_eq!(forecast.measures.first_core_gap.unwrap().to_string(), "2027-04");
//! # Ok::<(), braidfund::error::Error>(())
//! ```
//!
//! Money is whole cents and rates are exact decimals; no binary float stands between a plan and its books.

pub mod braid;
pub mod cash;
pub mod decide;
pub mod diagnostic;
pub mod driver;
pub mod error;
pub mod explain;
pub mod export;
pub mod findings;
pub mod folder;
pub mod forecast;
pub mod funding;
pub mod import;
pub mod ledger;
pub mod levers;
pub mod limits;
pub mod measures;
pub mod money;
pub mod month;
pub mod name;
pub mod net_assets;
pub mod output;
pub mod plan;
pub mod rebraiding;
pub mod report;
pub mod rules;
pub mod settle;
pub mod threads;
pub mod time_value;
pub mod timeline;
