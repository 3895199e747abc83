//! The one composition of the stages: a plan in, a forecast out.

use crate::braid::certify::Certificate;
use crate::braid::{Braid, Method};
use crate::cash::Cash;
use crate::error::Error;
use crate::findings;
use crate::funding::Status;
use crate::ledger::Ledger;
use crate::measures::{Books, Measures};
use crate::net_assets::NetAssets;
use crate::plan::Plan;
use crate::plan::check::{self, Finding};
use crate::timeline::{Selection, Timeline};

/// What a forecast is asked for beside its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// How the braid is made.
    pub method: Method,
    /// The rung of the certainty ladder that every table shows.
    pub view: Status,
}

impl Default for Question {
    /// The waterfall, with secured money only.
    fn default() -> Question {
        Question { method: Method::Waterfall, view: Status::Secured }
    }
}

/// A forecast: the books, what is read from them, and what is doubtful.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// What was asked.
    pub question: Question,
    /// The books.
    pub books: Books,
    /// What is read from them.
    pub measures: Measures,
    /// What the checker counted on the braid as spent.
    pub certificate: Certificate,
    /// What it counted on the optimal braid of the same money, with what proves it.
    pub optimum: Certificate,
    /// Doubts about the plan and the braid, in the order of names and subjects.
    pub findings: Vec<Finding>,
}

impl Forecast {
    /// Forecasts a plan.
    ///
    /// # Errors
    /// An internal error where a finished braid breaks a rule or the books do not balance: then no
    /// number is given.
    pub fn from_plan(plan: &Plan, question: Question) -> Result<Forecast, Error> {
        let view = Selection::View(question.view);
        let (timeline, ledger, cash, certificate) = books(plan, view, question)?;
        let net_assets = NetAssets::from_books(plan, &timeline, &ledger, &cash)?;
        let mut ladder = Vec::with_capacity(Status::ALL.len());
        for view in Status::ALL {
            let rung = if view == question.view {
                ledger.clone()
            } else {
                books(plan, Selection::View(view), question)?.1
            };
            ladder.push((view, rung));
        }
        let dependable = books(plan, Selection::Dependable, question)?.1;
        let structural = books(plan, Selection::Recurring(question.view), question)?.1;
        let (optimal, optimum) =
            other(plan, &timeline, &ledger, &certificate, question, Method::Optimal)?;
        let (shares, _) = other(plan, &timeline, &ledger, &certificate, question, Method::Shares)?;
        let books =
            Books { ledger, cash, net_assets, ladder, dependable, structural, optimal, shares };
        let measures = Measures::from_books(&books);
        let mut findings = check::findings(plan);
        findings.extend(findings::of_ledger(plan, &timeline, &books.ledger));
        findings.extend(findings::of_debt(plan, &measures));
        findings.sort();
        Ok(Forecast { question, books, measures, certificate, optimum, findings })
    }
}

fn books(
    plan: &Plan,
    selection: Selection,
    question: Question,
) -> Result<(Timeline, Ledger, Cash, Certificate), Error> {
    let timeline = Timeline::from_plan(plan, selection)?;
    let (braid, certificate) = Braid::from_timeline(plan, &timeline, question.method)?;
    let ledger = Ledger::from_braid(plan, &timeline, &braid)?;
    let cash = Cash::from_ledger(plan, &timeline, &ledger);
    Ok((timeline, ledger, cash, certificate))
}

/// The same money braided by another method; the books at hand where it is the one that was asked for.
fn other(
    plan: &Plan,
    timeline: &Timeline,
    ledger: &Ledger,
    certificate: &Certificate,
    question: Question,
    method: Method,
) -> Result<(Ledger, Certificate), Error> {
    if method == question.method {
        return Ok((ledger.clone(), certificate.clone()));
    }
    let (braid, certificate) = Braid::from_timeline(plan, timeline, method)?;
    Ok((Ledger::from_braid(plan, timeline, &braid)?, certificate))
}
