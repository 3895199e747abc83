//! The one composition of the stages: a plan in, a forecast out.

use std::collections::BTreeMap;

use crate::braid::causes::Causes;
use crate::braid::certify::Certificate;
use crate::braid::cut::Cut;
use crate::braid::{Braid, Method, Source};
use crate::cash::Cash;
use crate::error::Error;
use crate::findings;
use crate::funding::Status;
use crate::ledger::Ledger;
use crate::measures::{Books, Measures};
use crate::money::Money;
use crate::name::TrancheIndex;
use crate::net_assets::NetAssets;
use crate::plan::Plan;
use crate::plan::check::{self, Finding};
use crate::plan::cost::Priority;
use crate::rebraiding::Rebraiding;
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
    /// Why no braid leaves less, by priority.
    pub cuts: Vec<Cut>,
    /// The irreducible gap by cause.
    pub causes: Causes,
    /// What lies between the braid as spent and the optimal one.
    pub rebraiding: Rebraiding,
    /// What re-braiding from `as-of` on avoids of each priority's gap, core first, with what was paid before as it is;
    /// nothing where nothing would have been paid otherwise before, or where rules tie amounts together.
    pub avoidable_ahead: Option<[Money; 3]>,
    /// Doubts about the plan and the braid, in the order of names and subjects.
    pub findings: Vec<Finding>,
}

impl Forecast {
    /// How far the optimal braid lies above what is proved that no braid leaves less of: core, essential, stretch.
    /// Nothing but zeros where no ratio binds; else cents, from settling to whole cents.
    pub fn distance(&self) -> [Money; 3] {
        let found = self.measures.total.irreducible;
        let least = self.optimum.least().unwrap_or(found);
        std::array::from_fn(|place| found[place] - least[place])
    }

    /// Whether it is proved that no braid leaves less in all, not only by priority: the prices of the last priority
    /// with a gap count a dollar of each gap before it as much. A match that core costs take may pay more elsewhere.
    pub fn proves_total(&self) -> bool {
        let Some(proof) = &self.optimum.proof else { return false };
        let left = self.measures.total.irreducible;
        let Some(last) = (0..3).rev().find(|place| left[*place].is_positive()) else { return true };
        let weights = proof.prices[last].weights;
        let counts = |place: usize| {
            weights[place] == weights[last]
                || (weights[place] < weights[last] && left[place].is_zero())
        };
        (0..last).all(counts)
    }

    /// Forecasts a plan.
    ///
    /// # Errors
    /// An internal error where a finished braid breaks a rule or the books do not balance: then no
    /// number is given.
    pub fn from_plan(plan: &Plan, question: Question) -> Result<Forecast, Error> {
        let method = question.method;
        let Spent { timeline, braid, certificate, ledger, cash } =
            Spent::from_plan(plan, Selection::View(question.view), method)?;
        let net_assets = NetAssets::from_books(plan, &timeline, &ledger, &cash)?;
        let mut ladder = Vec::with_capacity(Status::ALL.len());
        for view in Status::ALL {
            let rung = if view == question.view {
                ledger.clone()
            } else {
                Spent::from_plan(plan, Selection::View(view), method)?.ledger
            };
            ladder.push((view, rung));
        }
        let dependable =
            Spent::from_plan(plan, Selection::Dependable(question.view), method)?.ledger;
        let recurring = Selection::Recurring(question.view);
        let structural = Spent::from_plan(plan, recurring, method)?.ledger;
        let spent = (braid, ledger.clone(), certificate.clone());
        let (best, optimal, optimum) = other(plan, &timeline, &spent, question, Method::Optimal)?;
        let (_, shares, _) = other(plan, &timeline, &spent, question, Method::Shares)?;
        let cuts = cuts(plan, &timeline, &best, &optimum)?;
        let causes = Causes::from_braid(plan, &timeline, &best)?;
        let books =
            Books { ledger, cash, net_assets, ladder, dependable, structural, optimal, shares };
        let measures = Measures::from_books(&books);
        let rebraiding = Rebraiding::from_books(plan, &books.ledger, &books.optimal, &measures)?;
        let avoidable_ahead = match rebraiding.booked.is_positive() {
            true => avoidable_ahead(plan, &timeline, &spent.0)?,
            false => None,
        };
        let mut findings = check::findings(plan);
        findings.extend(findings::of_ledger(plan, &timeline, &books.ledger));
        findings.extend(findings::of_debt(plan, &measures));
        findings.sort();
        Ok(Forecast {
            question,
            books,
            measures,
            certificate,
            optimum,
            cuts,
            causes,
            rebraiding,
            avoidable_ahead,
            findings,
        })
    }
}

/// One braid of a plan with its books: the part of a forecast that many plans are compared by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// The plan in months.
    pub timeline: Timeline,
    /// Who pays what.
    pub braid: Braid,
    /// What the checker counted.
    pub certificate: Certificate,
    /// The books of authority.
    pub ledger: Ledger,
    /// The books of cash.
    pub cash: Cash,
}

impl Spent {
    /// Braids a plan with the money of one selection, and keeps its books.
    ///
    /// # Errors
    /// An internal error where the finished braid breaks a rule or the books do not balance.
    pub fn from_plan(plan: &Plan, selection: Selection, method: Method) -> Result<Spent, Error> {
        let timeline = Timeline::from_plan(plan, selection)?;
        let (braid, certificate) = Braid::from_timeline(plan, &timeline, method)?;
        let ledger = Ledger::from_braid(plan, &timeline, &braid)?;
        let cash = Cash::from_ledger(plan, &timeline, &ledger);
        Ok(Spent { timeline, braid, certificate, ledger, cash })
    }
}

/// A braid, its books and what the checker says of it.
type Braided = (Braid, Ledger, Certificate);

/// The same money braided by another method; what is at hand where it is the one that was asked for.
fn other(
    plan: &Plan,
    timeline: &Timeline,
    spent: &Braided,
    question: Question,
    method: Method,
) -> Result<Braided, Error> {
    if method == question.method {
        return Ok(spent.clone());
    }
    let (braid, certificate) = Braid::from_timeline(plan, timeline, method)?;
    let ledger = Ledger::from_braid(plan, timeline, &braid)?;
    Ok((braid, ledger, certificate))
}

/// What re-braiding from `as-of` on avoids, with what was paid before as it is.
fn avoidable_ahead(
    plan: &Plan,
    timeline: &Timeline,
    spent: &Braid,
) -> Result<Option<[Money; 3]>, Error> {
    let horizon = &plan.horizon;
    let from = horizon.as_of.since(horizon.start).max(0) as usize;
    if plan.restrictions.iter().any(|rules| rules.ties_amounts()) {
        return Ok(None);
    }
    let mut before: BTreeMap<TrancheIndex, Money> = BTreeMap::new();
    let mut ahead = Braid::default();
    for draw in &spent.draws {
        match draw.source {
            Source::Tranche(tranche) if draw.place < from => {
                *before.entry(tranche).or_default() += draw.amount;
            }
            Source::Tranche(_) => ahead.draws.push(*draw),
            // Only an award with recovery, whose rules tie amounts, has any.
            Source::Recovery(_) => return Ok(None),
        }
    }
    let drawn = |tranche| before.get(&tranche).copied().unwrap_or_default();
    let left = timeline.remaining(from, drawn);
    let (best, _) = Braid::from_timeline(plan, &left, Method::Optimal)?;
    let (own, least) = (ahead.gaps(plan, &left), best.gaps(plan, &left));
    Ok(Some([0, 1, 2].map(|place| own[place] - least[place])))
}

/// What proves each priority's least gap, as costs and the money that may pay them.
fn cuts(
    plan: &Plan,
    timeline: &Timeline,
    best: &Braid,
    optimum: &Certificate,
) -> Result<Vec<Cut>, Error> {
    let Some(proof) = &optimum.proof else { return Ok(Vec::new()) };
    let one = |priority: Priority| {
        let at = priority as usize;
        Cut::from_prices(plan, timeline, best, (&proof.prices[at], priority, proof.least[at]))
    };
    Priority::ALL.into_iter().map(one).collect()
}
