//! Sources that are earned month by month, and those that the engine works out.

use super::{Awards, Books, Part, receivables, reimbursed, shifted};
use crate::funding::Receipts;
use crate::money::{Money, Rate};
use crate::report::workbook::earned::{Earned, Leg};
use crate::report::workbook::formula::{Expression, cell, cents};
use crate::report::workbook::months::Months;
use crate::report::workbook::sheet::{At, FIRST, LABEL, Role, Sheet, Unit, dollars};

impl<'a> Awards<'a> {
    /// Lays a source month by month.
    pub(super) fn lay_monthly(&mut self, source: usize, earned: Earned, months: &Months) -> Part {
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
        self.lay_collected(&mut part, &earned.legs, &available, months);
        part
    }

    /// Lays the cash of what months make available, step by step of its curve.
    pub(super) fn lay_collected(
        &mut self,
        part: &mut Part,
        legs: &[Leg],
        available: &[Money],
        months: &Months,
    ) {
        let count = self.count();
        let earned = part.available;
        let mut area = months.row(self.at(earned, 0));
        let mut amounts = available.to_vec();
        let mut posted = vec![Money::ZERO; count];
        let mut come: (Option<Expression>, i128) = (None, 0);
        for leg in legs {
            if legs.len() > 1 {
                let before = come.0.clone();
                let until = leg.share.map(|(at, share)| {
                    come.1 += share.billionths();
                    match &before {
                        Some(before) => before.clone() + at,
                        None => cell(at),
                    }
                });
                // What has come through this step; through the last one, all.
                let through = |amount: &Money| match leg.share {
                    Some(_) => {
                        Rate::from_billionths(come.1).map_or(*amount, |part| part.of(*amount))
                    }
                    None => *amount,
                };
                let now: Vec<Money> = available.iter().map(through).collect();
                amounts = now.iter().zip(&posted).map(|(now, before)| *now - *before).collect();
                posted = now;
                let share_of = |share: &Option<Expression>, at: At| match share {
                    Some(share) => cents(cell(at) * share.clone()),
                    None => cell(at),
                };
                let formula = |sheet: &Sheet, _: u32, place: usize| {
                    let at = sheet.at(earned, Months::column(place));
                    let now = share_of(&until, at);
                    Some(if before.is_some() { now - share_of(&before, at) } else { now })
                };
                let row = self.row("   of it one step of the curve", formula, &amounts);
                area = months.row(self.at(row, 0));
                come.0 = until;
            }
            let earlier = |place: usize| place.checked_sub(leg.lag_months as usize);
            let figures: Vec<Money> = (0..count)
                .map(|place| earlier(place).map_or(Money::ZERO, |place| amounts[place]))
                .collect();
            let formula = |_: &Sheet, _: u32, place: usize| {
                Some(shifted(area, months.number(place), leg.lag))
            };
            let row = self.row("   its cash", formula, &figures);
            for place in 0..count {
                part.come(self.at(row, place), place, count);
            }
        }
    }

    /// Lays a source as the engine has it.
    pub(super) fn lay_worked(&mut self, source: usize, note: &str) -> Part {
        let Books { plan, ledger, cash, .. } = self.books;
        let book = &ledger.streams[source];
        let mut part = Part::default();
        if !book.opening[0].is_zero() {
            let row = self.sheet.next_row();
            self.sheet.text(row, LABEL, "   there at the start", Role::Label);
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
