//! Futures of a plan with a bridge option in it: on this thread alone, or across several, with the same figures.

use super::chance::{Ask, Futures, Giver, Origin};
use crate::error::Error;
use crate::folder::{BridgeOption, Cases, Chances, Draft, Files, Size};
use crate::money::Money;
use crate::month::Month;

/// Futures to run every option through.
#[derive(Clone, Copy)]
pub struct InFutures<'a> {
    /// The file of the folder that says what is uncertain.
    pub file: &'a str,
    /// What all draws follow from.
    pub seed: u64,
    /// How many.
    pub count: u64,
    /// The threads that share them; nothing for this one alone.
    pub across: Option<Across<'a>>,
}

/// What threads need that share futures: each opens the folder for itself.
#[derive(Clone, Copy)]
pub struct Across<'a> {
    /// Opens the folder.
    pub open: &'a (dyn Fn() -> Result<Box<dyn Files>, Error> + Sync),
    /// The file of the folder that holds the options.
    pub options: &'a str,
    /// How many threads.
    pub threads: usize,
    /// Hears how many more futures are done, now and then, from any thread.
    pub told: &'a (dyn Fn(u64) + Sync),
}

/// What is put into the draft of a case.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    /// The case.
    pub case: &'a str,
    /// The option, if there is one.
    pub option: Option<&'a BridgeOption>,
    /// Its size, where that is another than the stated one.
    pub size: Option<(&'a Size, Money)>,
}

impl Placed<'_> {
    /// The draft, of a folder that was opened anew.
    fn draft(&self, cases: &mut Cases, options: &str) -> Result<Draft, Error> {
        let draft = cases.draft(self.case)?;
        let Some(option) = self.option else { return Ok(draft) };
        // What the options' file says of places is then known to this thread too.
        cases.options(options)?;
        let with = cases.with_option(&draft, option)?;
        let resized = self.size.map(|(size, amount)| with.resized(size, amount));
        let gone = || Error::internal("an option has the same size on every thread");
        resized.map_or(Ok(with), |draft| draft.ok_or_else(gone))
    }
}

impl InFutures<'_> {
    /// Runs all of them, with core costs looked at through a month, and watches a giver's money. The draft and its chances are
    /// those of what is placed.
    ///
    /// # Errors
    /// As [`Futures::run`].
    pub(super) fn run(
        &self,
        cases: &Cases,
        (draft, chances): (&Draft, &Chances),
        placed: Placed<'_>,
        (through, giver): (Option<Month>, Option<Giver>),
    ) -> Result<Futures, Error> {
        let threads = self.across.map_or(1, |across| across.threads);
        let (seed, futures) = (self.seed, 0..self.count);
        let ask = Ask { seed, futures, threads, through, keeps: false, giver };
        let Some(across) = self.across else {
            return Futures::of_draft(cases, draft, chances, &ask);
        };
        let again = |cases: &mut Cases| placed.draft(cases, across.options);
        let origin =
            Origin { open: across.open, draft: &again, cases: &[placed.case], file: self.file };
        Futures::run(&origin, &ask, across.told)
    }
}
