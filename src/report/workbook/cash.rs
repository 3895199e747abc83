//! The sheet of cash: receipts, payments and balances, month after month. Interest is on the month's opening balance, so
//! that nothing goes round in a circle.

mod credit;

use super::awards::{Awards, Books};
use super::braid::Draws;
use super::costs::sum_row;
use super::formula::{Expression, cell, sum, sum_of, when, whole};
use super::inputs::Inputs;
use super::months::{Months, month_sheet};
use super::sheet::{Area, At, ID, LABEL, NOTE, Place, Role, SUM, Sheet, Unit, day_of, dollars};
use crate::diagnostic::visible;
use crate::funding::Terms;
use crate::money::Money;
use crate::plan::Plan;
use crate::plan::cost::Priority;

/// The rows that other sheets refer to.
#[derive(Clone, Copy, Debug, Default)]
pub struct CashRows {
    /// Cash at the month's beginning.
    pub opening: u32,
    /// What comes in.
    pub receipts: u32,
    /// What goes out.
    pub payments: u32,
    /// Cash at the month's end.
    pub closing: u32,
    /// Of it, what is held for restricted sources' purposes.
    pub restricted: u32,
    /// The rest.
    pub unrestricted: u32,
    /// The rest without what a line of credit lends.
    pub own: u32,
    /// Cash at the month's end if every cost is paid as planned.
    pub closing_all: u32,
    /// Of it, what is not held for restricted sources' purposes.
    pub unrestricted_all: u32,
    /// 1 where that is below zero, from the as-of month on.
    pub below_zero: u32,
    /// 1 where unrestricted cash is below the reserve that the policy keeps, from the as-of month on.
    pub below_floor: u32,
    /// 1 where a core cost has a gap.
    pub core_gap: u32,
    /// 1 where the month is the as-of month or later.
    pub ahead: u32,
}

/// The sheet of cash.
pub struct CashSheet {
    /// The sheet.
    pub sheet: Sheet,
    /// Its rows.
    pub rows: CashRows,
    /// The rows of receipts by source, and of payments by source.
    pub by_source: Vec<(u32, u32)>,
    /// The row of costs that no source pays.
    pub unfunded: u32,
}

struct Laid<'a, 'b> {
    books: Books<'a>,
    sheet: Sheet,
    months: &'b Months<'a>,
}

impl Laid<'_, '_> {
    fn count(&self) -> usize {
        self.books.plan.horizon.months as usize
    }

    fn heading(&mut self, words: &str) {
        self.sheet.block(words);
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, words, Role::Heading);
    }

    /// Lays a row of flows.
    fn flow(
        &mut self,
        label: &str,
        formula: impl Fn(&Sheet, u32, usize) -> Expression,
        figures: &[Money],
    ) -> u32 {
        let row = self.balance(label, formula, figures);
        sum_row(&mut self.sheet, row, self.books.plan);
        row
    }

    /// Lays a row of balances, which have no sum.
    fn balance(
        &mut self,
        label: &str,
        formula: impl Fn(&Sheet, u32, usize) -> Expression,
        figures: &[Money],
    ) -> u32 {
        let row = self.sheet.next_row();
        let role = match label {
            "Closing" => Role::Total,
            indented if indented.starts_with(' ') => Role::Formula,
            _ => Role::Sum,
        };
        self.sheet.text(row, LABEL, label, Role::Label);
        for (place, figure) in figures.iter().enumerate() {
            let formula = formula(&self.sheet, row, place);
            self.sheet.money(row, Months::column(place), formula, *figure, role);
        }
        row
    }

    /// Lays a row of ones and zeros.
    fn flags(
        &mut self,
        label: &str,
        formula: impl Fn(&Sheet, usize) -> Expression,
        figure: impl Fn(usize) -> bool,
    ) -> u32 {
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, label, Role::Note);
        for place in 0..self.count() {
            let one = rust_decimal::Decimal::from(u8::from(figure(place)));
            let formula = formula(&self.sheet, place);
            let column = Months::column(place);
            self.sheet.formula(row, column, formula, (one, Unit::Whole), Role::Formula);
        }
        row
    }
}

/// Lays the cash.
pub fn lay(
    books: Books,
    draws: &Draws,
    awards: &Awards,
    (months, inputs): (&Months, &mut Inputs),
) -> CashSheet {
    let Books { plan, ledger, cash, .. } = books;
    let mut sheet = month_sheet(Place::Cash, plan, "Cash: in, out, and what is there");
    sheet.text(2, LABEL, "Row", Role::Heading);
    sheet.text(2, SUM, "In all", Role::Heading);
    let mut laid = Laid { books, sheet, months };
    let mut rows = CashRows::default();
    inputs.block("cash", "Cash");
    let start = opening(plan, awards, inputs);
    let floor_path = ["policy.cash-floor".to_string()];
    let floor = dollars(plan.policy.cash_floor);
    let floor = inputs.figure(&floor_path, "Unrestricted cash to keep", floor, Unit::Money);

    laid.heading("Receipts");
    let mut receipt_rows = Vec::new();
    for (source, own) in awards.rows.iter().enumerate() {
        let book = &ledger.streams[source];
        let formula = |_: &Sheet, _: u32, place: usize| cell(awards.at(own.receipts, place));
        let figures = &cash.receipts_by_stream[source];
        let row = laid.flow(&format!("   {}", visible(&book.title)), formula, figures);
        laid.sheet.text(row, ID, &book.name, Role::Grey);
        receipt_rows.push(row);
    }
    laid.heading("Payments");
    let count = laid.count();
    let mut payment_rows = Vec::new();
    let mut own_receipts = vec![Money::ZERO; count];
    let mut own_payments = vec![Money::ZERO; count];
    for (source, own) in awards.rows.iter().enumerate() {
        let book = &ledger.streams[source];
        let figures: Vec<Money> = (0..count)
            .map(|place| awards.figure(own.paid, place) + awards.figure(own.returned, place))
            .collect();
        for place in 0..count {
            own_receipts[place] += cash.receipts_by_stream[source][place];
            own_payments[place] += figures[place];
        }
        let formula = |_: &Sheet, _: u32, place: usize| {
            cell(awards.at(own.paid, place)) + awards.at(own.returned, place)
        };
        let row = laid.flow(&format!("   {}", visible(&book.title)), formula, &figures);
        laid.sheet.text(row, ID, &book.name, Role::Grey);
        laid.sheet.text(row, NOTE, "for lines, and what goes back", Role::Note);
        payment_rows.push(row);
    }
    let of_rows = |rows: &[u32]| {
        let rows = rows.to_vec();
        move |sheet: &Sheet, _: u32, place: usize| {
            let own = rows.iter().map(|row| sheet.at(*row, Months::column(place)));
            sum_of(&own.collect::<Vec<At>>())
        }
    };
    laid.heading("Cash without a line of credit");
    let received = laid.flow("   received", of_rows(&receipt_rows), &own_receipts);
    let paid = laid.flow("   paid", of_rows(&payment_rows), &own_payments);
    let own_closing: Vec<Money> =
        (0..count).map(|place| cash.own_unrestricted[place] + cash.restricted[place]).collect();
    let formula = |sheet: &Sheet, row: u32, place: usize| {
        let before = match place {
            0 => start.clone(),
            _ => cell(sheet.at(row, Months::column(place - 1))),
        };
        let at = |row: u32| sheet.at(row, Months::column(place));
        before + at(received) - at(paid)
    };
    let own_row = laid.balance("   at the month's end", formula, &own_closing);
    let held: Vec<u32> = awards.rows.iter().filter_map(|own| own.held).collect();
    let formula = |_: &Sheet, _: u32, place: usize| {
        let own = held.iter().map(|row| awards.at(*row, place));
        sum_of(&own.collect::<Vec<At>>())
    };
    rows.restricted = laid.balance("   held for purposes", formula, &cash.restricted);
    let less = |one: u32, other: u32| {
        move |sheet: &Sheet, _: u32, place: usize| {
            cell(sheet.at(one, Months::column(place))) - sheet.at(other, Months::column(place))
        }
    };
    rows.own =
        laid.balance("   unrestricted", less(own_row, rows.restricted), &cash.own_unrestricted);
    let credit = credit::lay_credit(&mut laid, &rows, awards, inputs);

    laid.heading("Cash");
    let opening_row = laid.sheet.next_row();
    rows.opening = opening_row;
    (rows.receipts, rows.payments, rows.closing) =
        (opening_row + 1, opening_row + 2, opening_row + 3);
    let closing_row = rows.closing;
    let formula = |sheet: &Sheet, _: u32, place: usize| match place {
        0 => start.clone(),
        _ => cell(sheet.at(closing_row, Months::column(place - 1))),
    };
    laid.balance("Opening", formula, &cash.opening);
    let formula = |sheet: &Sheet, _: u32, place: usize| {
        let at = |row: u32| sheet.at(row, Months::column(place));
        match &credit {
            Some(credit) => cell(at(received)) + at(credit.drawn),
            None => cell(at(received)),
        }
    };
    laid.flow("Receipts +", formula, &cash.receipts);
    let formula = |sheet: &Sheet, _: u32, place: usize| {
        let at = |row: u32| sheet.at(row, Months::column(place));
        match &credit {
            Some(credit) => cell(at(paid)) + at(credit.repaid) + at(credit.interest),
            None => cell(at(paid)),
        }
    };
    laid.flow("Payments -", formula, &cash.payments);
    let CashRows { opening, receipts, payments, .. } = rows;
    let formula = |sheet: &Sheet, _: u32, place: usize| {
        let at = |row: u32| sheet.at(row, Months::column(place));
        cell(at(opening)) + at(receipts) - at(payments)
    };
    laid.balance("Closing", formula, &cash.closing);
    rows.unrestricted =
        laid.balance("of it unrestricted", less(rows.closing, rows.restricted), &cash.unrestricted);

    laid.heading("If every cost is paid as planned");
    let unfunded = lay_unfunded(&mut laid, draws);
    let formula = |sheet: &Sheet, _: u32, place: usize| {
        let first = sheet.at(unfunded, Months::column(0));
        let so_far = sum(Area::of(first, sheet.at(unfunded, Months::column(place))));
        cell(sheet.at(closing_row, Months::column(place))) - so_far
    };
    rows.closing_all = laid.balance("Closing", formula, &cash.closing_all_costs);
    rows.unrestricted_all = laid.balance(
        "of it unrestricted",
        less(rows.closing_all, rows.restricted),
        &cash.unrestricted_all_costs,
    );
    let label =
        format!("From {}, the month from which the plan is seen", plan.horizon.as_of.words());
    let as_of = inputs.constant(&label, day_of(plan.horizon.as_of), Unit::Month, "plan.as-of");
    let month_of = |place: usize| laid.months.month(place);
    let ahead: Vec<At> = (0..count).map(month_of).collect();
    rows.ahead = laid.flags(
        "1 from the month from which the plan is seen",
        |_, place| when(cell(ahead[place]).at_least(as_of), 1, 0),
        |place| plan.horizon.month(place) >= plan.horizon.as_of,
    );
    let (ahead, all, own) = (rows.ahead, rows.unrestricted_all, rows.unrestricted);
    let from_as_of = |place: usize| plan.horizon.month(place) >= plan.horizon.as_of;
    rows.below_zero = laid.flags(
        "1 where cash runs out",
        |sheet, place| {
            let at = |row: u32| sheet.at(row, Months::column(place));
            when(cell(at(all)).below(0), at(ahead), 0)
        },
        |place| from_as_of(place) && cash.unrestricted_all_costs[place] < Money::ZERO,
    );
    rows.below_floor = laid.flags(
        "1 where unrestricted cash is below what is to be kept",
        |sheet, place| {
            let at = |row: u32| sheet.at(row, Months::column(place));
            when(cell(at(own)).below(floor), at(ahead), 0)
        },
        |place| from_as_of(place) && cash.unrestricted[place] < plan.policy.cash_floor,
    );
    rows.core_gap = laid.flags(
        "1 where a core cost stays unpaid",
        |_, place| when(cell(draws.at(draws.priority_rows[0], place)).above(0), 1, 0),
        |place| {
            let core = ledger.lines.iter().filter(|line| line.priority == Priority::Core);
            core.map(|line| line.gap[place]).sum::<Money>().is_positive()
        },
    );
    let by_source = receipt_rows.into_iter().zip(payment_rows).collect();
    CashSheet { sheet: laid.sheet, rows, by_source, unfunded }
}

/// Cash at the plan's start: unrestricted, and what streams hold.
fn opening(plan: &Plan, awards: &Awards, inputs: &mut Inputs) -> Expression {
    let stated = plan.opening.unrestricted_cash;
    let own: Vec<At> = if stated.is_zero() {
        let reserves = plan.streams.iter().filter_map(|stream| match &stream.terms {
            Terms::Reserve(reserve) => Some((stream, reserve.balance)),
            _ => None,
        });
        let reserves: Vec<_> = reserves.collect();
        let cells = reserves.into_iter().map(|(stream, balance)| {
            let paths = super::stated::of(stream, &["balance"]);
            inputs.figure(&paths, "Balance", dollars(balance), Unit::Money)
        });
        cells.collect()
    } else {
        let path = ["opening.unrestricted-cash".to_string()];
        let label = "Unrestricted cash at the start";
        vec![inputs.figure(&path, label, dollars(stated), Unit::Money)]
    };
    let mut terms = own.into_iter().chain(awards.opening.iter().copied());
    match terms.next() {
        None => whole(0),
        Some(first) => terms.fold(cell(first), |sum, next| sum + next),
    }
}

/// What stays unpaid, in the months in which it would fall due.
fn lay_unfunded(laid: &mut Laid, draws: &Draws) -> u32 {
    let Books { ledger, .. } = laid.books;
    let count = laid.count();
    let mut due = vec![Money::ZERO; count];
    for line in &ledger.lines {
        for (place, gap) in line.gap.iter().enumerate() {
            if let Some(due) = due.get_mut(place + line.payment_lag_months as usize) {
                *due += *gap;
            }
        }
    }
    let formula = |_: &Sheet, _: u32, place: usize| draws.unpaid(place);
    laid.flow("   costs that no source pays, when due", formula, &due)
}
