//! By what a source is laid: formulas over its inputs, or the figures of the engine.

use super::{Awards, Books, Laying, tells_apart};
use crate::funding::{Authority, Terms, Tranche};
use crate::money::Money;
use crate::name::StreamIndex;
use crate::report::workbook::braid::Draws;
use crate::report::workbook::earned::{Earned, earned};
use crate::report::workbook::inputs::Inputs;
use crate::report::workbook::months::Months;
use crate::report::workbook::sheet::At;

impl<'a> Awards<'a> {
    /// How a source's money can be laid; rows of its own are laid already where they stand by themselves.
    pub(super) fn laying(
        &mut self,
        source: usize,
        cash: Option<At>,
        (draws, months): (&Draws, &mut Months<'a>),
        inputs: &mut Inputs<'a>,
    ) -> Laying {
        let Books { plan, .. } = self.books;
        let Some(stream) = plan.streams.get(source) else { return Laying::Recovered };
        let held = self.held(source);
        if !held.is_empty() && held.iter().all(|tranche| tranche.on_demand) {
            return Laying::OnDemand;
        }
        if matches!(stream.terms, Terms::SharedSavings(_)) && stream.status <= self.view {
            if let Some(part) = self.lay_savings(source, months, inputs) {
                return Laying::Laid(part);
            }
            self.bound.insert(source);
        }
        if held.is_empty() {
            return Laying::Worked;
        }
        if let Some(earned) = self.monthly(source, months, inputs) {
            return Laying::Monthly(earned);
        }
        if let Some(part) = self.lay_chain(source, (cash, self.view), (draws, months), inputs) {
            return Laying::Laid(part);
        }
        self.bound.insert(source);
        self.fixed.push(stream.title.clone());
        Laying::Worked
    }

    /// What is earned by the month, of which nothing was spent or earned before the plan, and nothing is taken off.
    fn monthly(
        &mut self,
        source: usize,
        months: &mut Months<'a>,
        inputs: &mut Inputs<'a>,
    ) -> Option<Earned> {
        let Books { plan, timeline, .. } = self.books;
        let stream = &plan.streams[source];
        if tells_apart(timeline, source) || self.income(source).is_none_or(|own| own.is_some()) {
            return None;
        }
        let held = self.held(source);
        let lowered = stream.lower(&plan.setting())?;
        let spent = plan.opening_of(StreamIndex::from(source));
        let spent = spent.is_some_and(|opening| opening.spent.is_positive());
        let begins_before = held.iter().any(|tranche| tranche.first < plan.horizon.start);
        let reserve = matches!(stream.terms, Terms::Reserve(_));
        let counted = |tranche: &&Tranche| held.iter().any(|own| own.first == tranche.first);
        let stated = lowered.tranches.iter().filter(counted).map(|tranche| match tranche.amount {
            Authority::Amount(amount) => amount,
            _ => Money::ZERO,
        });
        let same =
            stated.sum::<Money>() == held.iter().map(|tranche| tranche.amount).sum::<Money>();
        if !reserve && (!same || spent || begins_before) {
            return None;
        }
        let rows = self.sheet.rows.len();
        let earned = earned(plan, stream, (&mut self.sheet, months, inputs), self.first_months);
        if earned.is_none() {
            self.sheet.rows.truncate(rows);
        }
        earned
    }
}
