//! Sources that are earned month by month, and those that the engine works out.

use super::by_terms::{ByTerms, Cells};
use super::collected::Step;
use super::{Awards, Books, Part, receivables, reimbursed};
use crate::funding::Receipts;
use crate::money::Money;
use crate::report::workbook::earned::{Earned, Row};
use crate::report::workbook::formula::cell;
use crate::report::workbook::inputs::Inputs;
use crate::report::workbook::months::Months;
use crate::report::workbook::sheet::{FIRST, LABEL, NOTE, Role, Sheet, Unit, dollars};

impl<'a> Awards<'a> {
    /// Lays a source month by month.
    pub(super) fn lay_monthly(
        &mut self,
        source: usize,
        earned: Earned,
        (months, inputs): (&Months<'a>, &mut Inputs<'a>),
    ) -> Part {
        let book = &self.books.ledger.streams[source];
        let mut part = Part::default();
        let mut available = book.made_available.clone();
        // A reserve that was authorised before the plan is there at its start.
        if !book.opening[0].is_zero() {
            available[0] = book.opening[0];
            let formulas = earned.months;
            let row = self.sheet.next_row();
            self.sheet.text(row, LABEL, "   there at the start", Role::Label);
            if let Some(formula) = formulas.into_iter().flatten().next() {
                let at = self.sheet.money(row, FIRST, formula, available[0], Role::Formula);
                part.opening = Some(cell(at));
            }
            part.available = self.row("   becomes available", |_, _, _| None, &book.made_available);
            return part;
        }
        let formulas = earned.months;
        let formula = |_: &Sheet, _: u32, place: usize| formulas[place].clone();
        part.available = self.row("   becomes available", formula, &available);
        self.earns.insert(source, part.available);
        let mut cash = Cells::default();
        let pooled = self.is_pooled(source);
        let mut unpooled = (pooled && self.is_asked(source)).then(Cells::default);
        let mut pools = None;
        for paid in &earned.cash {
            let mut steps: Vec<Step> = Vec::new();
            for flow in &paid.flows {
                let all = Row { row: part.available, figures: available.clone() };
                self.lay_steps(flow, flow.of.as_ref().unwrap_or(&all), &mut steps);
            }
            let kept = paid.kept.as_ref().filter(|_| pooled && steps.len() > 1);
            if let Some(kept) = kept {
                if let Some(unpooled) = &mut unpooled {
                    unpooled.add(self.lay_come(&steps, months));
                }
                steps.sort_by_key(|step| step.lag_months);
                let pools = pools.get_or_insert_with(|| self.pools_of(source, inputs));
                self.lay_pooled(source, kept, &mut steps, pools);
            }
            let come = self.lay_come(&steps, months);
            if let Some(unpooled) = unpooled.as_mut().filter(|_| kept.is_none()) {
                unpooled.add(come.clone());
            }
            cash.add(come);
        }
        part.back = self.lay_back(&cash.out);
        part.coming = cash.come;
        part.by_terms = unpooled.map(ByTerms::of).map(Box::new);
        part
    }

    /// Lays a source as the engine has it.
    pub(super) fn lay_worked(&mut self, source: usize, note: &str) -> Part {
        let Books { plan, ledger, cash, .. } = self.books;
        let book = &ledger.streams[source];
        let mut part = Part::default();
        if !book.opening[0].is_zero() {
            let row = self.sheet.next_row();
            self.sheet.text(row, LABEL, "   there at the start", Role::Label);
            self.sheet.text(row, NOTE, note, Role::Note);
            let opening = dollars(book.opening[0]);
            let at = self.sheet.number(row, FIRST, opening, Role::Decided, Unit::Money);
            part.opening = Some(cell(at));
        }
        part.available = self.worked("   becomes available", &book.made_available, note);
        if book.lapsed.iter().any(|amount| !amount.is_zero()) {
            part.lapsed = Some(self.worked("   lapses", &book.lapsed, note));
        }
        if book.refund_due.iter().any(|amount| !amount.is_zero()) {
            part.refund = Some(self.worked("   has to go back", &book.refund_due, note));
        }
        // Cash without what is reimbursed or was owed at the start, which have rows of their own.
        let mut coming = cash.receipts_by_stream[source].clone();
        for (place, amount) in reimbursed(plan, &self.held(source), &book.drawn) {
            coming[place] -= amount;
        }
        for (place, amount) in receivables(plan, source) {
            coming[place] -= amount;
        }
        if coming.iter().any(|amount| !amount.is_zero()) {
            let row = self.worked("   its cash", &coming, note);
            for place in 0..self.count() {
                part.come(self.at(row, place), place, self.count());
            }
        }
        // What its terms take back.
        let mut back = vec![Money::ZERO; self.count()];
        for tranche in self.held(source) {
            let Receipts::Earned(rows) = &tranche.receipts else { continue };
            for (month, amount) in rows.iter().filter(|(_, amount)| *amount < Money::ZERO) {
                if let Some(place) = plan.horizon.place(*month) {
                    back[place] -= *amount;
                }
            }
        }
        if back.iter().any(|amount| !amount.is_zero()) {
            part.back = Some((self.worked("   taken back by its terms", &back, note), back));
        }
        part
    }
}
