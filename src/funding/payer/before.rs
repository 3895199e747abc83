//! What a contract still brings for months of service before the plan: what an opening position states of it, and
//! what it must not state again.

use super::{Due, Payer, PayerMethod, Scored, Served};
use crate::driver::total;
use crate::funding::{Setting, Stream};
use crate::money::{Money, Product};
use crate::month::Month;

impl Payer {
    /// What is still collected within the horizon for months of service before it, by month, as paid at first: it is
    /// of the opening position. At the level of the horizon's first month. Nothing where an amount leaves the
    /// bounds of money.
    pub fn collected_later(
        &self,
        stream: &Stream,
        setting: &Setting,
    ) -> Option<Vec<(Month, Money)>> {
        let mut later = Vec::new();
        for served in self.served_before(stream, setting)? {
            let withheld = self.withheld(served.first)?;
            let due = Due {
                month: served.month,
                stands: total([served.gross, -served.withheld])?,
                first: total([served.first, -withheld])?,
            };
            let kept = total([due.stands, -self.pass_through.try_of(due.stands)?])?;
            let rows = self.receipts(due, kept, &self.curve())?;
            let comes = |(month, amount): &(Month, Money)| {
                setting.place(*month).is_some() && amount.is_positive()
            };
            later.extend(rows.into_iter().filter(comes));
        }
        Some(later)
    }

    /// What scores pay the partnership within the horizon for months of service before it, by month: the plan
    /// counts it by itself. Nothing where an amount leaves the bounds of money.
    pub fn scored_later(&self, stream: &Stream, setting: &Setting) -> Option<Vec<(Month, Money)>> {
        let served = self.served_before(stream, setting)?;
        let mut later = Vec::new();
        let mut pay = |scored: &Scored, amount: fn(&Served) -> Money, bonus: bool| {
            for (month, sum) in scored.years(&served, amount)? {
                let share = Product::new(sum).times(scored.score)?;
                let share = if bonus { share.times(scored.share)? } else { share };
                let paid = share.round()?;
                let kept = total([paid, -self.pass_through.try_of(paid)?])?;
                if setting.place(month).is_some() && kept.is_positive() {
                    later.push((month, kept));
                }
            }
            Some(())
        };
        if let Some(withhold) = &self.withhold {
            pay(withhold, |month| month.withheld, false)?;
        }
        if let Some(bonus) = &self.bonus {
            pay(bonus, |month| month.gross, true)?;
        }
        Some(later)
    }

    /// The months of service before the horizon; none of a contract that is not paid by service.
    fn served_before(&self, stream: &Stream, setting: &Setting) -> Option<Vec<Served>> {
        if matches!(
            self.method,
            PayerMethod::CostReimbursement { .. } | PayerMethod::CommunityReinvestment(_)
        ) {
            return Some(Vec::new());
        }
        let mut served = self.served_from(stream, setting, stream.begins(self.from))?;
        let stood = |month: Month| stream.termination.is_none_or(|end| month <= end.month);
        served.retain(|served| served.month < setting.start && stood(served.month));
        Some(served)
    }
}
