//! What a command comes to.

use braidfund::error::Error;
use braidfund::output::WriteError;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Done.
    Done,
    /// Done, and a condition that was asked for fails.
    ConditionFailed,
}

/// Why a command stopped.
#[derive(Debug)]
pub enum Stop {
    /// What was asked cannot be done: what is wrong, and what to do about it.
    Usage(String, String),
    /// The engine's error.
    Engine(Error),
    /// What was made was not written, or not all of it.
    Write(WriteError),
    /// Refused, and already told.
    Told,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Engine(error)
    }
}

impl From<WriteError> for Stop {
    fn from(error: WriteError) -> Stop {
        Stop::Write(error)
    }
}
