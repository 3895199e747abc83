//! How tables, pages and values are encoded: bytes out, nothing else known.
//!
//! Text from a plan is never active in what is written: every encoder guards it ([`guard`]).

pub mod csv;
pub mod diagnostics;
pub mod guard;
pub mod html;
pub mod json;
pub mod markdown;
mod svg;
pub mod text;
pub mod xlsx;
