//! What a workbook brings back: inputs that were changed in one of ours, and costs of a budget that somebody else keeps.
//!
//! [`book`] is the only file that knows what a workbook is made of; what it hands on are cells with exact figures. Nothing
//! here writes: what is found becomes text of a plan folder ([`crate::folder`]), which is read and checked like any other.

pub mod aged;
pub mod book;
pub mod budget;
pub mod edited;

use crate::diagnostic::{Code, Diagnostic};

/// A fault of a workbook, which has no line of a plan.
pub fn fault(
    message: impl Into<String>,
    cause: impl Into<String>,
    remedy: impl Into<String>,
) -> Diagnostic {
    Diagnostic { cause: cause.into(), ..Diagnostic::nowhere(Code::Workbook, message, remedy) }
}
