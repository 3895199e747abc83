//! The cash of many futures of one plan, with nothing kept but two balances.

use super::Cash;
use crate::braid::course::Course;
use crate::braid::{Braid, Method};
use crate::error::Error;
use crate::ledger::Ledger;
use crate::money::Money;

/// The cash of one future after another, from what was poured.
pub struct Flow<'a> {
    course: &'a Course<'a>,
    balances: Balances,
}

/// The balances of one future, by place of the horizon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balances {
    /// [`Cash::own_unrestricted`]: paying what is funded, without the line of credit.
    pub own_unrestricted: Vec<Money>,
    /// [`Cash::unrestricted_all_costs`]: every cost paid as planned.
    pub unrestricted_all_costs: Vec<Money>,
}

impl<'a> Flow<'a> {
    /// Cash for the futures of a course, of one thread.
    pub fn new(course: &'a Course<'a>) -> Flow<'a> {
        Flow { course, balances: Balances::default() }
    }

    /// The balances of a future: `amounts` and `needs` as they were poured.
    ///
    /// # Errors
    /// An internal error where a law of conservation does not hold.
    pub fn follow(
        &mut self,
        amounts: &[Money],
        needs: Option<&[Vec<Money>]>,
        poured: &crate::braid::course::Poured,
    ) -> Result<&Balances, Error> {
        let _ = poured;
        let plan = self.course.plan();
        let own = self.course.timeline_of(amounts, needs);
        let (braid, _) = Braid::from_timeline(plan, &own, Method::Waterfall)?;
        let ledger = Ledger::from_braid(plan, &own, &braid)?;
        let cash = Cash::from_ledger(plan, &own, &ledger);
        self.balances.own_unrestricted = cash.own_unrestricted;
        self.balances.unrestricted_all_costs = cash.unrestricted_all_costs;
        Ok(&self.balances)
    }
}
