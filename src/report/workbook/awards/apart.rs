//! Sources of which windows matter: award by award, with instalments, and what is left at each one's end.

use super::{Amount, Awards, Books, Group, Part};
use crate::funding::Receipts;
use crate::money::Money;
use crate::report::workbook::braid::Draws;
use crate::report::workbook::costs::sum_row;
use crate::report::workbook::formula::{Expression, cell, floor_zero, least, sum_of};
use crate::report::workbook::months::Months;
use crate::report::workbook::sheet::{
    Area, At, FIRST, LABEL, MARK, NOTE, Role, SECOND, SUM, Sheet, Unit, dollars,
};
use crate::report::workbook::stated::part_of;
use rust_decimal::Decimal;

impl<'a> Awards<'a> {
    /// Lays a source tranche by tranche.
    pub(super) fn lay_apart(
        &mut self,
        source: usize,
        (groups, spent): (Vec<(Group<'a>, Amount)>, Option<At>),
        draws: &Draws,
        note: &str,
    ) -> Part {
        let Books { plan, ledger, .. } = self.books;
        let months = self.count();
        let mut part = Part::default();
        let (mut available, mut lapsed, mut refund) =
            (vec![Vec::new(); months], vec![Vec::new(); months], vec![Vec::new(); months]);
        let mut opening: Vec<At> = Vec::new();
        let mut taken: Vec<At> = Vec::new();
        let mut coming: Vec<Vec<At>> = vec![Vec::new(); months];
        for (group, amount) in groups {
            let (tranche, book) = (group.held[0], &ledger.tranches[group.book]);
            let label = match tranche.last {
                Some(last) => format!("   {} to {}", tranche.first.words(), last.words()),
                None => format!("   from {}", tranche.first.words()),
            };
            let row = self.sheet.next_row();
            self.sheet.text(row, LABEL, label, Role::Label);
            let number = Decimal::from(group.book + 1);
            self.sheet.number(row, MARK, number, Role::Grey, Unit::Whole);
            let held = match &amount {
                Amount::Stated(stated, before) => {
                    let formula = match spent {
                        None => stated.formula.clone(),
                        Some(spent) => {
                            let left = cell(spent) - sum_of(&taken);
                            let part = least(stated.formula.clone(), left);
                            let at = self.sheet.money(row, SECOND, part, *before, Role::Formula);
                            taken.push(at);
                            self.sheet.text(row, NOTE, "less what was spent before", Role::Note);
                            stated.formula.clone() - at
                        }
                    };
                    self.sheet.money(row, FIRST, formula, book.amount, Role::Formula)
                }
                Amount::Worked => {
                    self.sheet.text(row, NOTE, note, Role::Note);
                    self.sheet.number(row, FIRST, dollars(book.amount), Role::Decided, Unit::Money)
                }
            };
            if tranche.first < plan.horizon.start {
                opening.push(held);
            } else {
                let column = Months::column(tranche.opens);
                let at = self.sheet.money(row, column, cell(held), book.amount, Role::Formula);
                available[tranche.opens].push(at);
            }
            // Instalments.
            let came = self.lay_instalments((&group, spent), &amount, held, &mut coming);
            // What is drawn of it in all, and what is left at its end.
            let row = self.sheet.next_row();
            self.sheet.text(row, LABEL, "      drawn of it", Role::Label);
            let recovered: Money = ledger
                .recoveries
                .iter()
                .filter(|recovery| recovery.tranche == group.book)
                .map(|recovery| recovery.amount)
                .sum();
            let mut drawn = draws.drawn_of(group.book);
            if recovered.is_positive() {
                let at =
                    self.sheet.number(row, SECOND, dollars(recovered), Role::Decided, Unit::Money);
                self.sheet.text(row, NOTE, "indirect recovery beside", Role::Note);
                drawn = drawn + at;
            }
            let drawn = self.sheet.money(row, FIRST, drawn, book.drawn, Role::Formula);
            let over = least(0, cell(held) - drawn);
            self.over.push(self.sheet.money(row, SUM, over, Money::ZERO, Role::Check));
            if !tranche.lapses(&plan.horizon) {
                continue;
            }
            let left = || cell(held) - drawn;
            let column = Months::column(tranche.closes);
            let back = match came {
                Some(came) => {
                    let row = self.sheet.next_row();
                    self.sheet.text(row, LABEL, "      goes back at its end", Role::Label);
                    let over = least(left(), floor_zero(cell(came) - drawn));
                    let at = self.sheet.money(row, column, over, book.refund_due, Role::Formula);
                    refund[tranche.closes].push(at);
                    Some(at)
                }
                None => None,
            };
            let row = self.sheet.next_row();
            self.sheet.text(row, LABEL, "      lapses at its end", Role::Label);
            let lost = match back {
                Some(back) => left() - back,
                None => left(),
            };
            let at = self.sheet.money(row, column, lost, book.lapsed, Role::Formula);
            lapsed[tranche.closes].push(at);
        }
        let book = &ledger.streams[source];
        let gathered = |cells: &[Vec<At>]| {
            let cells = cells.to_vec();
            move |_: &Sheet, _: u32, place: usize| {
                let own = &cells[place];
                (!own.is_empty()).then(|| sum_of(own))
            }
        };
        part.available =
            self.row("   becomes available", gathered(&available), &book.made_available);
        if !opening.is_empty() {
            part.opening = Some(sum_of(&opening));
        }
        let any = |cells: &[Vec<At>]| cells.iter().any(|cells| !cells.is_empty());
        if any(&lapsed) {
            part.lapsed = Some(self.row("   lapses", gathered(&lapsed), &book.lapsed));
        }
        if any(&refund) {
            part.refund = Some(self.row("   has to go back", gathered(&refund), &book.refund_due));
        }
        part.coming = coming;
        part
    }

    /// Lays the instalments of a group that come within the horizon; the cell of what comes by its end, where it is
    /// advanced.
    pub(super) fn lay_instalments(
        &mut self,
        (group, spent): (&Group, Option<At>),
        amount: &Amount,
        held: At,
        coming: &mut [Vec<At>],
    ) -> Option<At> {
        let plan = self.books.plan;
        let horizon = &plan.horizon;
        let mut rows: Vec<(usize, Money)> = Vec::new();
        let mut advanced = false;
        for tranche in &group.held {
            let (Receipts::Advanced(own) | Receipts::Earned(own)) = &tranche.receipts else {
                continue;
            };
            advanced |= matches!(tranche.receipts, Receipts::Advanced(_));
            for (month, amount) in own {
                if let Some(place) = horizon.place(*month) {
                    rows.push((place, *amount));
                }
            }
        }
        if rows.is_empty() && !advanced {
            return None;
        }
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, "      its instalments", Role::Label);
        let mut by_place = vec![Money::ZERO; self.count()];
        for (place, amount) in &rows {
            by_place[*place] += *amount;
        }
        let mut formulas: Vec<Option<Expression>> = vec![None; self.count()];
        if let Amount::Stated(stated, _) = amount {
            // An instalment is a part of what was stated, spent before or not.
            let all = match spent {
                None => cell(held),
                Some(_) => stated.formula.clone(),
            };
            for (month, span, parts) in &stated.instalments {
                let Some(place) = horizon.place(*month) else { continue };
                let part = part_of(all.clone(), *span, *parts);
                let earlier = formulas[place].take();
                formulas[place] = Some(match earlier {
                    Some(earlier) => earlier + part,
                    None => part,
                });
            }
        }
        let mut cells = Vec::new();
        for (place, amount) in by_place.iter().enumerate() {
            let column = Months::column(place);
            let at = match formulas[place].take() {
                Some(formula) => self.sheet.money(row, column, formula, *amount, Role::Formula),
                None if amount.is_zero() => continue,
                None => {
                    self.sheet.number(row, column, dollars(*amount), Role::Decided, Unit::Money)
                }
            };
            coming[place].push(at);
            cells.push(at);
        }
        sum_row(&mut self.sheet, row, plan);
        if !advanced {
            return None;
        }
        // Instalments beside an end are never late here, so that all of them came by then.
        let sum: Money = by_place.iter().copied().sum();
        let came = crate::report::workbook::formula::sum(Area::of(
            self.at(row, 0),
            self.at(row, self.count() - 1),
        ));
        Some(self.sheet.money(row, FIRST, came, sum, Role::Formula))
    }
}
