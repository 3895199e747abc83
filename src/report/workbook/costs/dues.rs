//! What a loan has due: its payments by number, each month's interest on what was owed before it, so that nothing goes
//! round in a circle.

use rust_decimal::Decimal;

use super::{Costs, OfMonth, sum_row};
use crate::diagnostic::visible;
use crate::funding::loan::{Loan, Payment, Payments, Repayment};
use crate::funding::{DueKind, Stream, Terms};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::report::workbook::awards::Awards;
use crate::report::workbook::formula::{
    Expression, Function, call, cell, cents, floor_zero, least, most, sum_of, when, whole,
};
use crate::report::workbook::inputs::Inputs;
use crate::report::workbook::months::Months;
use crate::report::workbook::sheet::{
    At, FIRST, LABEL, NOTE, Place, Role, SECOND, SUM, Unit, dollars, of_rate,
};
use crate::report::workbook::stated::{dated_input, of};

/// The rows of what a stream has due.
#[derive(Clone, Debug)]
pub(super) enum DueRows {
    /// Nothing in this view.
    Nothing,
    /// The rows of principal and of interest.
    Monthly(u32, u32),
    /// Dated repayments: the place of each and its input.
    Dated(Vec<(usize, At)>),
    /// As another stream brings it: filled in when that is laid.
    Later,
}

/// A principal repayment that is laid when the money that it goes by is.
pub(super) struct Later {
    line: usize,
    stream: usize,
    /// The cells of what is borrowed and of the share, where that repays; else it is a loss.
    repays: Option<(At, At)>,
}

/// The cells that a loan's payments go by.
struct LoanCells {
    amount: At,
    rate: At,
    months: At,
    interest_only: At,
    balloon: At,
    level: At,
}

impl LoanCells {
    fn interest(&self, owed: Expression) -> Expression {
        cents(owed * self.rate / 12)
    }

    /// The principal of a payment: of the last one all that is owed, of the first ones and after the last nothing.
    fn principal(&self, number: At, owed: At, interest: At) -> Expression {
        let level = floor_zero(cell(self.level) - interest);
        let part = least(level, cell(owed) - self.balloon);
        let early = when(cell(number).at_most(self.interest_only), 0, part);
        let by_the_last = when(cell(number).equals(self.months), owed, early);
        when(cell(number).above(self.months), 0, by_the_last)
    }
}

impl Costs<'_> {
    /// The rows of what a stream has due, laid once; nothing where the engine alone works it out.
    pub(super) fn due_rows(
        &mut self,
        line: usize,
        stream: usize,
        months: &Months,
        inputs: &mut Inputs,
    ) -> Option<DueRows> {
        if let Some(rows) = self.dues.get(&stream) {
            return Some(rows.clone());
        }
        let own = &self.plan.streams[stream];
        let rows = if own.status > self.view {
            DueRows::Nothing
        } else {
            if matches!(own.terms, Terms::SharedSavings(_)) {
                self.later.push(Later { line, stream, repays: None });
                return Some(DueRows::Later);
            }
            let Terms::Loan(loan) = &own.terms else { return None };
            match &loan.repayment {
                Repayment::Monthly { .. } => self.lay_loan(own, loan, months, inputs)?,
                Repayment::Dated(rows) => self.lay_dated(own, rows, inputs)?,
                Repayment::LeftOut => DueRows::Nothing,
                Repayment::Share { share, .. } => {
                    let borrowed = borrowed(own, loan, inputs);
                    let paths = of(own, &["repaid-from.share"]);
                    let label = "Share of its cash that repays";
                    let share = inputs.figure(&paths, label, of_rate(*share), Unit::Share);
                    self.later.push(Later { line, stream, repays: Some((borrowed, share)) });
                    DueRows::Later
                }
            }
        };
        self.dues.insert(stream, rows.clone());
        Some(rows)
    }

    /// What a stream has due by month.
    pub(super) fn due_of(rows: DueRows, kind: DueKind) -> OfMonth {
        Box::new(move |_, place| due(&rows, kind, place))
    }

    fn lay_dated(
        &mut self,
        stream: &Stream,
        rows: &[(Month, Money)],
        inputs: &mut Inputs,
    ) -> Option<DueRows> {
        let mut cells = Vec::new();
        for (number, (month, _)) in rows.iter().enumerate() {
            let Some(place) = self.plan.horizon.place(*month) else { continue };
            cells.push((place, dated_input(stream, ("repayments", rows, number), inputs)?));
        }
        Some(DueRows::Dated(cells))
    }

    fn lay_loan(
        &mut self,
        stream: &Stream,
        loan: &Loan,
        months: &Months,
        inputs: &mut Inputs,
    ) -> Option<DueRows> {
        let Payments { level, waited, rows } = loan.payments()?;
        let Repayment::Monthly {
            yearly_rate,
            months: payments,
            interest_only_months,
            balloon,
            first_payment,
        } = loan.repayment
        else {
            return None;
        };
        let mut figure = |key: &str, label: &str, value: Decimal, unit: Unit| {
            inputs.figure(&of(stream, &[key]), label, value, unit)
        };
        let amount = figure("amount", "Borrowed", dollars(loan.amount), Unit::Money);
        // Interest where there was none would be a cost line more.
        let key = if yearly_rate == Rate::ZERO { "no interest" } else { "rate" };
        let rate = figure(key, "Interest a year", of_rate(yearly_rate), Unit::Share);
        let count = |months: u32| Decimal::from(months);
        let many = figure("months", "Monthly payments", count(payments), Unit::Whole);
        let label = "Of them of interest alone";
        let interest_only =
            figure("interest-only-months", label, count(interest_only_months), Unit::Whole);
        let label = "Paid at once with the last payment";
        let at_last = figure("balloon", label, dollars(balloon), Unit::Money);
        let title = visible(&stream.title);
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, format!("{title}: the level payment"), Role::Note);
        let periods = cell(many) - interest_only;
        let future = whole(0) - at_last;
        let paid = call(Function::Pmt, vec![cell(rate) / 12, periods, cell(amount), future]);
        let paid = cents(whole(0) - paid);
        let level = self.sheet.money(row, FIRST, paid, level, Role::Formula);
        let row = self.sheet.next_row();
        let label = "   interest of the months before the first payment";
        self.sheet.text(row, LABEL, label, Role::Note);
        let gathered = rows.first().map_or(Money::ZERO, |first| first.gathered);
        let waiting = self.sheet.number(row, SECOND, count(waited), Role::Grey, Unit::Whole);
        let formula = cents(cell(amount) * rate * waiting / 12);
        let gathered_at = self.sheet.money(row, FIRST, formula, gathered, Role::Formula);
        let cells =
            LoanCells { amount, rate, months: many, interest_only, balloon: at_last, level };
        let opening = self.lay_paid_before(&cells, &rows);
        Some(self.lay_payments(&cells, (first_payment, &rows), (opening, gathered_at), months))
    }

    /// Lays the payments before the plan, one below the other; the cells of what the last one left.
    fn lay_paid_before(&mut self, cells: &LoanCells, rows: &[Payment]) -> Option<(At, At)> {
        let start = self.plan.horizon.start;
        let mut before: Option<(At, At)> = None;
        for (place, payment) in rows.iter().take_while(|one| one.month < start).enumerate() {
            let row = self.sheet.next_row();
            let label =
                format!("   payment of {}: owed, interest, principal", payment.month.words());
            self.sheet.text(row, LABEL, label, Role::Note);
            let number = Decimal::from(place + 1);
            let number = self.sheet.number(row, NOTE, number, Role::Grey, Unit::Whole);
            let owed = match before {
                Some((owed, principal)) => cell(owed) - principal,
                None => cell(cells.amount),
            };
            let owed = self.sheet.money(row, FIRST, owed, payment.owed, Role::Formula);
            let interest = cells.interest(cell(owed));
            let interest = self.sheet.money(row, SECOND, interest, payment.interest, Role::Formula);
            let principal = cells.principal(number, owed, interest);
            let principal = self.sheet.money(row, SUM, principal, payment.principal, Role::Formula);
            before = Some((owed, principal));
        }
        before
    }

    /// Lays the payments of the plan's months.
    fn lay_payments(
        &mut self,
        cells: &LoanCells,
        (first_payment, rows): (Month, &[Payment]),
        (opening, gathered): (Option<(At, At)>, At),
        months: &Months,
    ) -> DueRows {
        let horizon = self.plan.horizon;
        let first = self.sheet.next_row();
        let [numbers, owed, interest, principal, due] =
            [first, first + 1, first + 2, first + 3, first + 4];
        for (row, label) in [
            (numbers, "   number of the payment"),
            (owed, "   owed before it"),
            (interest, "   interest of the month"),
            (principal, "   principal"),
            (due, "   interest due"),
        ] {
            self.sheet.text(row, LABEL, label, Role::Note);
        }
        let since = Decimal::from(first_payment.since(horizon.start));
        let since = self.sheet.number(numbers, FIRST, since, Role::Grey, Unit::Whole);
        for place in 0..self.months() {
            let column = Months::column(place);
            let month = horizon.month(place);
            let own = rows.iter().find(|payment| payment.month == month);
            let of = |of: fn(&Payment) -> Money| own.map_or(Money::ZERO, of);
            let number = cell(months.number(place)) - since;
            let figure = Decimal::from(month.since(first_payment) + 1);
            let number =
                self.sheet.formula(numbers, column, number, (figure, Unit::Whole), Role::Formula);
            let earlier = match (place, opening) {
                (0, None) => None,
                (0, Some((owed, principal))) => Some(cell(owed) - principal),
                _ => {
                    let before = Months::column(place - 1);
                    Some(cell(self.sheet.at(owed, before)) - self.sheet.at(principal, before))
                }
            };
            let earlier = earlier.unwrap_or(whole(0));
            let begun = when(cell(number).equals(1), cells.amount, earlier);
            let formula = when(cell(number).below(1), 0, begun);
            let owed = self.sheet.money(owed, column, formula, of(|one| one.owed), Role::Formula);
            let formula = cells.interest(cell(owed));
            let figure = of(|one| one.interest);
            let interest = self.sheet.money(interest, column, formula, figure, Role::Formula);
            let formula = cells.principal(number, owed, interest);
            let figure = of(|one| one.principal);
            self.sheet.money(principal, column, formula, figure, Role::Formula);
            let formula = cell(interest) + when(cell(number).equals(1), gathered, 0);
            let figure = of(|one| one.interest + one.gathered);
            self.sheet.money(due, column, formula, figure, Role::Formula);
        }
        sum_row(&mut self.sheet, interest, self.plan);
        sum_row(&mut self.sheet, principal, self.plan);
        sum_row(&mut self.sheet, due, self.plan);
        DueRows::Monthly(principal, due)
    }

    /// Lays the repayments that other streams' cash makes, when that is laid.
    pub fn lay_repaid(&mut self, awards: &Awards) {
        for later in std::mem::take(&mut self.later) {
            let laid = match later.repays {
                Some(_) => self.lay_repaid_from(&later, awards),
                None => self.lay_lost(&later, awards),
            };
            if laid.is_some() {
                self.fixed.remove(&later.line);
                self.bound.remove(&later.stream);
            }
        }
    }

    fn lay_repaid_from(&mut self, later: &Later, awards: &Awards) -> Option<()> {
        let horizon = self.plan.horizon;
        let Terms::Loan(loan) = &self.plan.streams[later.stream].terms else { return None };
        let Repayment::Share { stream, share } = loan.repayment else { return None };
        let (borrowed, share_at) = later.repays?;
        let (row, before) = awards.repaying.get(&later.stream)?;
        let title = visible(&self.plan.streams[stream.at()].title);
        let needs = self.ledger.lines[later.line].need.clone();
        let first = self.sheet.next_row();
        let [cash, to_date, repaid] = [first, first + 1, first + 2];
        self.sheet.text(cash, LABEL, format!("Cash of {title}, to date"), Role::Note);
        self.sheet.text(to_date, LABEL, "   its share, to date", Role::Note);
        self.sheet.text(repaid, LABEL, "   repaid, to date", Role::Note);
        // What came before the plan, from the grant's month on, and what of it repaid.
        let mut sum = before.amount;
        let opening = self.sheet.money(cash, FIRST, before.formula.clone(), sum, Role::Formula);
        let repays = |brought: At| least(cents(cell(share_at) * brought), borrowed);
        let mut due = share.try_of(sum)?.at_most(loan.amount);
        self.sheet.money(repaid, FIRST, repays(opening), due, Role::Formula);
        for (place, need) in needs.iter().enumerate() {
            let column = Months::column(place);
            let earlier = if place == 0 { FIRST } else { column - 1 };
            let before = cell(self.sheet.at(cash, earlier));
            let formula = match horizon.month(place) >= loan.from {
                true => {
                    sum += awards.figure(*row, place);
                    before + awards.at(*row, place)
                }
                false => before,
            };
            let brought = self.sheet.money(cash, column, formula, sum, Role::Formula);
            let figure = share.try_of(sum)?.at_most(loan.amount);
            let part = self.sheet.money(to_date, column, repays(brought), figure, Role::Formula);
            let was = due;
            due = if figure > due { figure } else { due };
            let formula = most(cell(self.sheet.at(repaid, earlier)), part);
            self.sheet.money(repaid, column, formula, due, Role::Formula);
            if due - was != *need {
                self.sheet.rows.truncate(first as usize);
                return None;
            }
        }
        let row = self.rows[later.line];
        for (place, need) in needs.iter().enumerate() {
            let column = Months::column(place);
            let earlier = if place == 0 { FIRST } else { column - 1 };
            let formula = cell(self.sheet.at(repaid, column)) - self.sheet.at(repaid, earlier);
            self.sheet.money(row, column, formula, *need, Role::Formula);
        }
        self.note(later.line);
        Some(())
    }

    /// Lays the loss that shared savings have due.
    fn lay_lost(&mut self, later: &Later, awards: &Awards) -> Option<()> {
        let losses = awards.losses.get(&later.stream)?;
        let row = self.rows[later.line];
        let needs = &self.ledger.lines[later.line].need;
        let own = |place: usize| losses.iter().filter(move |(other, ..)| *other == place);
        let same =
            |place: usize| own(place).map(|(.., amount)| *amount).sum::<Money>() == needs[place];
        if !(0..needs.len()).all(same) {
            return None;
        }
        for (place, need) in needs.iter().enumerate() {
            let cells: Vec<At> = own(place).map(|(_, at, _)| *at).collect();
            let column = Months::column(place);
            self.sheet.rows[row as usize].remove(&column);
            if !cells.is_empty() {
                self.sheet.money(row, column, sum_of(&cells), *need, Role::Formula);
            }
        }
        self.note(later.line);
        Some(())
    }

    fn note(&mut self, line: usize) {
        let priority = self.plan.lines[line].priority;
        let row = self.rows[line];
        self.sheet.text(row, NOTE, format!("{} cost", priority.word()), Role::Note);
    }
}

fn borrowed(stream: &Stream, loan: &Loan, inputs: &mut Inputs) -> At {
    inputs.figure(&of(stream, &["amount"]), "Borrowed", dollars(loan.amount), Unit::Money)
}

/// What a stream has due in a month.
fn due(rows: &DueRows, kind: DueKind, place: usize) -> Option<Expression> {
    let at = |row: u32| At { sheet: Place::Costs, row, column: Months::column(place) };
    match (rows, kind) {
        (DueRows::Monthly(principal, _), DueKind::Principal) => Some(cell(at(*principal))),
        (DueRows::Monthly(_, interest), DueKind::Interest) => Some(cell(at(*interest))),
        (DueRows::Dated(cells), DueKind::Principal) => {
            let own = cells.iter().filter(|(other, _)| *other == place);
            let own: Vec<At> = own.map(|(_, at)| *at).collect();
            (!own.is_empty()).then(|| sum_of(&own))
        }
        _ => None,
    }
}
