//! The cash that a source brings by its terms, before any braid.

use super::{Awards, Books};
use crate::funding::Receipts;
use crate::money::Money;
use crate::name::StreamIndex;
use crate::plan::dues;
use crate::report::workbook::formula::{Expression, cell};
use crate::timeline::HeldTranche;

impl Awards<'_> {
    /// The cash that a source brings by month whatever is drawn of it; nothing where that is not what it brings.
    pub fn planned(&self, source: usize) -> Option<Vec<(Expression, Money)>> {
        let Books { plan, cash, .. } = self.books;
        let held = self.held(source);
        let certain = |tranche: &&HeldTranche| match &tranche.receipts {
            Receipts::Advanced(_) => comes_in_time(tranche),
            Receipts::Earned(rows) => rows.iter().all(|(_, amount)| *amount >= Money::ZERO),
            _ => false,
        };
        if !held.iter().all(certain) || held.iter().any(|tranche| tranche.pool.is_some()) {
            return None;
        }
        let stream = StreamIndex::from(source);
        let scheduled = dues::scheduled(plan, stream, |status| status <= self.view)?;
        let mut brought = vec![Money::ZERO; self.count()];
        for (month, amount) in scheduled {
            if let Some(place) = plan.horizon.place(month) {
                brought[place] += amount;
            }
        }
        if brought != cash.receipts_by_stream[source] {
            return None;
        }
        let row = self.rows[source].receipts;
        let of = |(place, amount)| (cell(self.at(row, place)), amount);
        Some(brought.into_iter().enumerate().map(of).collect())
    }
}

/// Whether all cash of an award that is paid in advance comes by its end: what comes later is only what was drawn.
pub(super) fn comes_in_time(tranche: &HeldTranche) -> bool {
    let Receipts::Advanced(rows) = &tranche.receipts else { return true };
    rows.iter().all(|(month, _)| tranche.last.is_none_or(|last| *month <= last))
}
