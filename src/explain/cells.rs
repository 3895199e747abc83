//! Why a stream pays nothing of a cost, in the few words that a cell of a table holds.

use super::ask::Ask;
use super::why::{Reasons, Why};
use crate::forecast::Forecast;
use crate::plan::Plan;
use crate::plan::restriction::Refusal;

/// What answers for the cells of one forecast.
pub(crate) struct Cells<'a> {
    ask: Ask<'a>,
    reasons: Reasons<'a>,
}

impl<'a> Cells<'a> {
    /// Looks at the money of a forecast.
    pub(crate) fn new(plan: &'a Plan, forecast: &'a Forecast) -> Cells<'a> {
        let ask = Ask { plan, forecast };
        Cells { ask, reasons: Reasons::new(ask) }
    }

    /// Why the stream at a place of the ledger pays nothing of a line from one place to another: in the first month of
    /// which anything is unpaid, else in the first that needs anything.
    pub(crate) fn why(&self, stream: usize, line: usize, (first, last): (usize, usize)) -> String {
        let book = &self.ask.ledger().lines[line];
        let mut places = first..=last;
        let short = places.clone().find(|place| book.gap[*place].is_positive());
        let place = short.or_else(|| places.find(|place| book.need[*place].is_positive()));
        let place = place.unwrap_or(first);
        let own = self.reasons.purses.iter().filter(|purse| purse.stream == stream);
        let all = own.map(|purse| self.reasons.why(*purse, line, place));
        let nearest = all.min_by_key(|why| (why.rank(), why.clone()));
        nearest.map_or(String::new(), |why| self.words(&why, short.is_some()))
    }

    fn words(&self, why: &Why, short: bool) -> String {
        let told = match why {
            Why::SpentOut if short => "may pay; spent",
            Why::Left if short => "may pay; needs not met in time",
            Why::SpentOut | Why::Left | Why::Protected if !short => "may pay; not needed",
            Why::Protected => "kept for core costs",
            Why::Benefit(_) => "benefit share reached",
            Why::PayLimit => "pay limit reached",
            Why::Cap(_) => "cap reached",
            Why::Floor(_) => "kept for its floor",
            Why::Match => "lacks its match",
            Why::ShareGiven => "share already given",
            Why::YearlyLimit(_) => "yearly limit reached",
            Why::Ended(last) | Why::EndedSpent(last) => {
                return format!("ended {}", last.words());
            }
            Why::NotYet(from) => return format!("only from {}", from.words()),
            Why::OutOfView(status, None) => return format!("only {}", status.word()),
            Why::OutOfView(status, Some(last)) => {
                return format!("ended {}; next only {}", last.words(), status.word());
            }
            Why::WouldBegin(from, status) => {
                return format!("only {}, from {}", status.word(), from.words());
            }
            Why::WouldHaveEnded(last, status) => {
                return format!("only {}, to {}", status.word(), last.words());
            }
            Why::Refused(refusal) => return self.refusal(refusal),
            Why::Nothing => "brings nothing",
            Why::SpentOut | Why::Left => "may pay",
        };
        told.to_string()
    }

    fn refusal(&self, refusal: &Refusal) -> String {
        let told = match refusal {
            Refusal::NotYet => "not yet available",
            Refusal::Lapsed => "lapsed",
            Refusal::InKindCoversOther(_) => "in-kind for another cost",
            Refusal::ReserveCoreOnly => "reserve: core costs only",
            Refusal::UnrestrictedOnly(_) => "restricted money",
            Refusal::InterestNotAllowable => "interest not allowable (2 CFR 200.449)",
            Refusal::DebtPaysNoDebt => "no debt pays a debt",
            Refusal::NotPaidFor => "not among its uses",
            Refusal::ExcludedBy(selector) => {
                return format!("excluded: {}", selector.words(self.ask.plan));
            }
            Refusal::BenefitElsewhere => "benefits other awards (2 CFR 200.405)",
            Refusal::OutsideProject(_) => "outside its project (2 CFR 200.307)",
            Refusal::Terminated => "award terminated",
        };
        told.to_string()
    }
}
