//! The one error of the library: opaque, with predicates.

use std::fmt;

use crate::diagnostic::Diagnostic;

/// Why a forecast could not be made.
///
/// Ask what it is by predicate: input that is refused ([`Error::is_input`]), an environment that fails
/// ([`Error::is_environment`]), or a law of the engine that does not hold ([`Error::is_internal`]), in
/// which case no number is given.
#[derive(Debug)]
pub struct Error(Box<Kind>);

#[derive(Debug)]
enum Kind {
    Input(Vec<Diagnostic>),
    Environment { doing: String, cause: String },
    Internal(String),
}

impl Error {
    /// Input that is refused, with everything that is wrong with it, in the order of the files.
    pub fn input(mut diagnostics: Vec<Diagnostic>) -> Error {
        diagnostics.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        diagnostics.dedup();
        Error(Box::new(Kind::Input(diagnostics)))
    }

    /// A failure of the environment: what was being done, and what the system said.
    pub fn environment(doing: impl Into<String>, cause: impl fmt::Display) -> Error {
        Error(Box::new(Kind::Environment { doing: doing.into(), cause: cause.to_string() }))
    }

    /// A law of the engine that does not hold: a bug, told instead of a wrong number.
    pub fn internal(law: impl Into<String>) -> Error {
        Error(Box::new(Kind::Internal(law.into())))
    }

    /// Whether the input was refused.
    pub fn is_input(&self) -> bool {
        matches!(*self.0, Kind::Input(_))
    }

    /// Whether the environment failed: a file could not be read or written.
    pub fn is_environment(&self) -> bool {
        matches!(*self.0, Kind::Environment { .. })
    }

    /// Whether a law of the engine was found broken.
    pub fn is_internal(&self) -> bool {
        matches!(*self.0, Kind::Internal(_))
    }

    /// What is wrong with the input; empty for other errors.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        match &*self.0 {
            Kind::Input(diagnostics) => diagnostics,
            _ => &[],
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Input(diagnostics) => match diagnostics.as_slice() {
                [one] => write!(f, "{}", one.message),
                many => write!(f, "{} errors in the plan", many.len()),
            },
            Kind::Environment { doing, cause } => write!(f, "could not {doing}: {cause}"),
            Kind::Internal(law) => write!(f, "a law of the engine does not hold: {law}"),
        }
    }
}

impl std::error::Error for Error {}
