//! What is left of a source, and its cash.

use super::{Awards, Books, Part, Reimbursed, SourceRows, as_spent, paid_by, reimbursed};
use crate::funding::reimbursed_in;
use crate::money::Money;
use crate::month::Month;
use crate::report::workbook::braid::Draws;
use crate::report::workbook::formula::{
    Function, call, cell, floor_zero, sum_of, sum_where, whole,
};
use crate::report::workbook::inputs::Inputs;
use crate::report::workbook::months::Months;
use crate::report::workbook::sheet::{Area, At, FIRST, LABEL, Role, SUM, Sheet, Unit, dollars};
use crate::report::workbook::stated::{of, of_count};
use rust_decimal::Decimal;

impl<'a> Awards<'a> {
    /// Lays the cash of what is reimbursed after it was spent.
    pub(super) fn lay_reimbursed(
        &mut self,
        source: usize,
        drawn: u32,
        part: &mut Part,
        (months, inputs): (&mut Months<'a>, &mut Inputs<'a>),
    ) {
        let Books { plan, ledger, .. } = self.books;
        let held = self.held(source);
        let Some((begun, cycle, lag)) = as_spent(plan, &held) else { return };
        let Some(stream) = plan.streams.get(source) else { return };
        // What came before the plan and repaid a recoverable grant goes by them, month by month.
        let begun_before = |(_, from): &(usize, Month)| *from < plan.horizon.start;
        let fixed = self.loans_of(source).iter().any(begun_before);
        let mut figure = |paths: &[String], label: &str, months: u32| match fixed {
            false => inputs.figure(paths, label, of_count(months), Unit::Whole),
            true => {
                let why = "what repaid a recoverable grant before the plan goes by it";
                inputs.constant(label, of_count(months), Unit::Whole, why)
            }
        };
        let paths = of(stream, &["payment.cycle-months", "terms.payment.cycle-months"]);
        let cycle_at = figure(&paths, "Months of an invoice cycle", cycle);
        let paths = of(stream, &["payment.lag-months", "lag-months"]);
        let lag_at = figure(&paths, "Months from invoice to cash", lag);
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, "   paid in month number", Role::Note);
        let first = Decimal::from(begun + 1);
        let first = self.sheet.number(row, FIRST, first, Role::Grey, Unit::Whole);
        for place in 0..self.count() {
            let since = cell(months.number(place)) - first;
            let cycles = call(Function::Int, vec![since / cycle_at]) + 1;
            let number = cell(first) + cycles * cycle_at - 1 + lag_at;
            let paid = reimbursed_in(place as i32, begun, cycle, lag) + 1;
            let figure = (Decimal::from(paid), Unit::Whole);
            self.sheet.formula(row, Months::column(place), number, figure, Role::Formula);
        }
        self.reimbursed[source] = Some(Reimbursed { paid_in: row, lag: lag_at, begun, cycle });
        let (amounts, marks) = (months.row(self.at(drawn, 0)), months.row(self.at(row, 0)));
        let mut figures = vec![Money::ZERO; self.count()];
        for (place, amount) in reimbursed(plan, &held, &ledger.streams[source].drawn) {
            figures[place] += amount;
        }
        let numbers: Vec<At> = (0..self.count()).map(|place| months.number(place)).collect();
        let formula = move |_: &Sheet, _: u32, place: usize| {
            Some(sum_where(amounts, vec![(marks, cell(numbers[place]))]))
        };
        let row = self.row("   reimbursed", formula, &figures);
        for place in 0..self.count() {
            part.come(self.at(row, place), place, self.count());
        }
    }

    /// Lays what is left of a source, and its cash.
    pub(super) fn lay_balance(
        &mut self,
        source: usize,
        mut rows: SourceRows,
        part: &Part,
        (draws, inputs): (&Draws, &mut Inputs<'a>),
    ) {
        let Books { plan, ledger, cash, .. } = self.books;
        let book = &ledger.streams[source];
        let zeros = vec![Money::ZERO; self.count()];
        rows.available = part.available;
        let none = |_: &Sheet, _: u32, _: usize| None;
        rows.lapsed = match part.lapsed {
            Some(row) => row,
            None => self.row("   lapses", none, &zeros),
        };
        rows.refund = match part.refund {
            Some(row) => row,
            None => self.row("   has to go back", none, &zeros),
        };
        let (available, drawn) = (rows.available, rows.drawn);
        let (lapsed, refund, opening) = (rows.lapsed, rows.refund, part.opening.clone());
        let left = |sheet: &Sheet, row: u32, place: usize| {
            let at = |row: u32| sheet.at(row, Months::column(place));
            let before = match place {
                0 => opening.clone(),
                _ => Some(cell(sheet.at(row, Months::column(place - 1)))),
            };
            let more = match before {
                Some(before) => before + at(available),
                None => cell(at(available)),
            };
            Some(more - at(drawn) - at(lapsed) - at(refund))
        };
        let closing = book.closing.clone();
        rows.left = self.row("   left to spend", left, &closing);
        // A balance is no sum over months: what it falls below 0 stands there.
        let row = rows.left;
        let area = Area::of(self.at(row, 0), self.at(row, self.count() - 1));
        let over = call(Function::Min, vec![whole(0), area.into()]);
        self.over.push(self.sheet.money(row, SUM, over, Money::ZERO, Role::Check));
        if let Some(opening) = &part.opening {
            let figure = book.opening[0];
            self.there.push(self.sheet.money(row, FIRST, opening.clone(), figure, Role::Formula));
        }
        // Cash that was owed at the start.
        let mut coming = part.coming.clone();
        coming.resize_with(self.count(), Vec::new);
        let name = &book.name;
        let opening = plan.opening_of(crate::name::StreamIndex::from(source));
        let stated = opening.map_or(&[][..], |opening| &opening.receivables);
        let mut owed: Vec<At> = Vec::new();
        let mut by_place: Vec<(Vec<At>, Money)> = vec![(Vec::new(), Money::ZERO); self.count()];
        for (number, (month, amount)) in stated.iter().enumerate() {
            let path = format!("opening.stream.{name}.receivables.{}.amount", number + 1);
            let label = format!("Owed at the start, for {}", month.words());
            let at = inputs.figure(&[path], &label, dollars(*amount), Unit::Money);
            owed.push(at);
            if let Some(place) = plan.horizon.place(*month) {
                by_place[place].0.push(at);
                by_place[place].1 += *amount;
            }
        }
        if !owed.is_empty() {
            let row = self.sheet.next_row();
            self.sheet.text(row, LABEL, "   owed at the plan's start", Role::Label);
            for (place, (cells, figure)) in by_place.iter().enumerate() {
                if !cells.is_empty() {
                    let column = Months::column(place);
                    let sum = sum_of(cells);
                    coming[place].push(self.sheet.money(row, column, sum, *figure, Role::Formula));
                }
            }
        }
        let gathered = |_: &Sheet, _: u32, place: usize| {
            (!coming[place].is_empty()).then(|| sum_of(&coming[place]))
        };
        let receipts = cash.receipts_by_stream[source].clone();
        rows.receipts = self.row("   receipts", gathered, &receipts);
        // What lines are paid with, when they are paid.
        let paid = if book.in_kind { zeros.clone() } else { paid_by(ledger, source, self.count()) };
        let for_lines = rows.for_lines;
        let formula = |sheet: &Sheet, _: u32, place: usize| {
            if book.in_kind {
                return None;
            }
            Some(draws.paid(source, place, sheet.at(for_lines, Months::column(place))))
        };
        rows.paid = self.row("   paid for lines", formula, &paid);
        // What goes back, in the month after it fell due.
        let mut returned = part.back.as_ref().map_or(zeros.clone(), |(_, back)| back.clone());
        for place in 1..self.count() {
            returned[place] += book.refund_due[place - 1];
        }
        let back = part.back.as_ref().map(|(row, _)| *row);
        let formula = |sheet: &Sheet, _: u32, place: usize| {
            let due = (place > 0).then(|| cell(sheet.at(refund, Months::column(place - 1))));
            let taken = back.map(|row| cell(sheet.at(row, Months::column(place))));
            match (due, taken) {
                (Some(due), Some(taken)) => Some(due + taken),
                (due, taken) => due.or(taken),
            }
        };
        rows.returned = self.row("   cash that goes back", formula, &returned);
        let held = (part.cash, owed.as_slice());
        self.owed[source].clone_from(&owed);
        self.lay_held(source, &mut rows, (&receipts, &paid, &returned), held);
        self.rows[source] = rows;
    }

    /// Lays the cash that is held for a restricted source's purposes.
    pub(super) fn lay_held(
        &mut self,
        source: usize,
        rows: &mut SourceRows,
        (receipts, paid, returned): (&[Money], &[Money], &[Money]),
        (own_cash, owed_cells): (Option<At>, &[At]),
    ) {
        let Books { plan, ledger, .. } = self.books;
        let book = &ledger.streams[source];
        let opening = plan.opening_of(crate::name::StreamIndex::from(source));
        let cash = opening.map_or(Money::ZERO, |opening| opening.cash);
        let owed: Money = opening
            .map_or(Money::ZERO, |opening| opening.receivables.iter().map(|(_, sum)| *sum).sum());
        if book.unrestricted {
            return;
        }
        let recovered = self.recoveries(source);
        let mut standing = cash - owed;
        let mut standings = Vec::new();
        for place in 0..self.count() {
            standing += receipts[place] - paid[place] - recovered[place] - returned[place];
            standings.push(standing);
        }
        let drawn_row = rows.drawn;
        let lines_row = rows.for_lines;
        let (receipts, paid, returned) = (rows.receipts, rows.paid, rows.returned);
        let formula = |sheet: &Sheet, row: u32, place: usize| {
            let at = |row: u32| sheet.at(row, Months::column(place));
            let before = match place {
                // What is owed pays back what unrestricted cash laid out.
                0 => {
                    let cash = own_cash.map_or(whole(0), cell);
                    if owed_cells.is_empty() { cash } else { cash - sum_of(owed_cells) }
                }
                _ => cell(sheet.at(row, Months::column(place - 1))),
            };
            let mut now = before + at(receipts) - at(paid) - at(returned);
            if drawn_row != lines_row {
                now = now - (cell(at(drawn_row)) - at(lines_row));
            }
            Some(now)
        };
        let standing = self.row("   received and not yet paid out", formula, &standings);
        self.sheet.rows[standing as usize].remove(&SUM);
        let held: Vec<Money> = standings.iter().map(|amount| amount.floor_zero()).collect();
        let formula = |sheet: &Sheet, _: u32, place: usize| {
            Some(floor_zero(sheet.at(standing, Months::column(place))))
        };
        let row = self.row("   cash held for its purposes", formula, &held);
        self.sheet.rows[row as usize].remove(&SUM);
        rows.held = Some(row);
    }
}
