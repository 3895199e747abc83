//! The line of credit: what it may lend by what funders owe, what is drawn of it, its interest.

use super::super::awards::{Awards, Books, Reimbursed};
use super::super::formula::{
    Expression, between, cell, cents, floor_zero, least, sum, sum_of, when, whole,
};
use super::super::inputs::Inputs;
use super::super::months::Months;
use super::super::sheet::{
    Area, At, FIRST, LABEL, NOTE, Role, SECOND, Sheet, Unit, day_of, dollars, of_rate,
};
use super::{CashRows, Laid};
use crate::cash::ELIGIBLE_MONTHS;
use crate::diagnostic::visible;
use crate::funding::Receipts;
use crate::money::Money;
use crate::name::StreamIndex;
use crate::plan::CreditLine;

/// The rows of a line of credit.
pub(super) struct CreditRows {
    pub(super) drawn: u32,
    pub(super) repaid: u32,
    pub(super) interest: u32,
}

/// Lays the line of credit, where the plan has one.
pub(super) fn lay_credit(
    laid: &mut Laid,
    rows: &CashRows,
    awards: &Awards,
    inputs: &mut Inputs,
) -> Option<CreditRows> {
    let Books { plan, cash, .. } = laid.books;
    let (line, credit) = (plan.credit.as_ref()?, cash.credit.as_ref()?);
    laid.heading("Line of credit");
    let path = ["credit.rate".to_string()];
    let label = "Interest a year on the line of credit";
    let rate = inputs.figure(&path, label, of_rate(line.yearly_rate), Unit::Share);
    let count = laid.count();
    let base = lay_available(laid, line, &credit.available, (awards, inputs));
    let first = laid.sheet.next_row();
    let (interest, paid, before, drawn, repaid, owed) =
        (first, first + 1, first + 2, first + 3, first + 4, first + 5);
    let before_of = move |sheet: &Sheet, row: u32, place: usize| match place {
        0 => whole(0),
        _ => cell(sheet.at(row, Months::column(place - 1))),
    };
    let own = rows.own;
    laid.flow(
        "   interest on what was owed before",
        |sheet, _, place| cents(before_of(sheet, owed, place) * rate / 12),
        &credit.interest,
    );
    let mut so_far = Money::ZERO;
    let mut paid_figures = Vec::new();
    let mut cash_figures = Vec::new();
    for place in 0..count {
        so_far += credit.interest[place];
        paid_figures.push(so_far);
        let owed = if place == 0 { Money::ZERO } else { credit.balance[place - 1] };
        cash_figures.push(cash.own_unrestricted[place] + owed - so_far);
    }
    laid.balance(
        "   interest paid so far",
        |sheet, row, place| {
            before_of(sheet, row, place) + sheet.at(interest, Months::column(place))
        },
        &paid_figures,
    );
    laid.balance(
        "   unrestricted cash before it lends",
        |sheet, _, place| {
            let at = |row: u32| sheet.at(row, Months::column(place));
            cell(at(own)) + before_of(sheet, owed, place) - at(paid)
        },
        &cash_figures,
    );
    laid.flow(
        "   drawn",
        |sheet, _, place| {
            let at = |row: u32| sheet.at(row, Months::column(place));
            let room = floor_zero(cell(at(base)) - before_of(sheet, owed, place));
            least(floor_zero(whole(0) - at(before)), room)
        },
        &credit.drawn,
    );
    laid.flow(
        "   repaid",
        |sheet, _, place| {
            let at = |row: u32| sheet.at(row, Months::column(place));
            least(floor_zero(at(before)), before_of(sheet, owed, place))
        },
        &credit.repaid,
    );
    laid.balance(
        "   owed at the month's end",
        |sheet, row, place| {
            let at = |row: u32| sheet.at(row, Months::column(place));
            before_of(sheet, row, place) + at(drawn) - at(repaid)
        },
        &credit.balance,
    );
    Some(CreditRows { drawn, repaid, interest })
}

/// Lays the most that may be owed: a share of what funders owe that was earned in the last three months and, of federal
/// money, invoiced; its limit at most.
fn lay_available(
    laid: &mut Laid,
    line: &CreditLine,
    available: &[Money],
    (awards, inputs): (&Awards, &mut Inputs),
) -> u32 {
    let plan = laid.books.plan;
    let label = "The most that may be drawn";
    let limit = dollars(line.limit);
    let limit = inputs.figure(&["credit.limit".to_string()], label, limit, Unit::Money);
    let label = "Share of eligible receivables that may be drawn";
    let base = of_rate(line.borrowing_base);
    let base = inputs.figure(&["credit.borrowing-base".to_string()], label, base, Unit::Share);
    let mut eligible = Vec::new();
    for source in 0..plan.streams.len() {
        eligible.extend(lay_eligible(laid, source, awards));
    }
    laid.sheet.block("Line of credit");
    let row = laid.sheet.next_row();
    let from = laid.sheet.number(row, FIRST, day_of(line.from), Role::Grey, Unit::Month);
    let until = laid.sheet.number(row, SECOND, day_of(line.until), Role::Grey, Unit::Month);
    laid.sheet.text(row, LABEL, "   the most that may be owed", Role::Label);
    laid.sheet.text(row, NOTE, "from its first to its last month", Role::Note);
    for (place, most) in available.iter().enumerate() {
        let column = Months::column(place);
        let own: Vec<At> = eligible.iter().map(|row| laid.sheet.at(*row, column)).collect();
        let lends = least(limit, cents(cell(base) * sum_of(&own)));
        let open = between(laid.months.month(place), cell(from), cell(until));
        laid.sheet.money(row, column, when(open, lends, 0), *most, Role::Formula);
    }
    row
}

/// Lays what a lender counts of what a source owes; nothing where it never counts any.
fn lay_eligible(laid: &mut Laid, source: usize, awards: &Awards) -> Option<u32> {
    let Books { plan, ledger, timeline, cash } = laid.books;
    let book = &ledger.streams[source];
    let tranches = timeline.tranches.iter().filter(|tranche| tranche.stream.at() == source);
    let receipts: Vec<&Receipts> = tranches.map(|tranche| &tranche.receipts).collect();
    let follows_cost =
        !receipts.iter().any(|own| matches!(own, Receipts::Earned(_) | Receipts::Held));
    if book.in_kind || !(follows_cost || book.unrestricted) {
        return None;
    }
    let rows = &awards.rows[source];
    let spent = |own: &&Receipts| matches!(own, Receipts::AsSpent { .. } | Receipts::Advanced(_));
    let earned = receipts.iter().any(|own| matches!(own, Receipts::Earned(_)));
    let (earned_row, earned): (Option<u32>, &[Money]) =
        if receipts.iter().copied().any(|own| spent(&own)) {
            (Some(rows.drawn), &book.drawn)
        } else if earned {
            (Some(rows.available), &book.made_available)
        } else {
            (None, &[])
        };
    let opening = plan.opening_of(StreamIndex::from(source));
    let owed = opening
        .map_or(Money::ZERO, |opening| opening.receivables.iter().map(|(_, amount)| *amount).sum());
    let held = opening.filter(|_| follows_cost).map_or(Money::ZERO, |opening| opening.cash);
    let count = laid.count();
    let earned_in = |place: usize| earned.get(place).copied().unwrap_or(Money::ZERO);
    // What is owed, below nothing where it came in advance.
    let mut standing = owed - held;
    let mut standings = Vec::new();
    for place in 0..count {
        standing += earned_in(place) - cash.receipts_by_stream[source][place]
            + awards.figure(rows.returned, place);
        standings.push(standing);
    }
    let at = |row: u32, place: usize| awards.at(row, place);
    let title = visible(&book.title);
    laid.sheet.block(format!("owed by {}", book.name));
    let owed_cells = &awards.owed[source];
    let cash_cell = awards.cash_cells[source].filter(|_| follows_cost);
    let balance = laid.balance(
        &format!("   owed by {title}, or less what came in advance"),
        |sheet, row, place| {
            let before = match (place, owed_cells.is_empty(), cash_cell) {
                (0, true, None) => whole(0),
                (0, true, Some(cash)) => whole(0) - cash,
                (0, false, None) => sum_of(owed_cells),
                (0, false, Some(cash)) => sum_of(owed_cells) - cash,
                _ => cell(sheet.at(row, Months::column(place - 1))),
            };
            let more = match earned_row {
                Some(earned) => before + at(earned, place),
                None => before,
            };
            more - at(rows.receipts, place) + at(rows.returned, place)
        },
        &standings,
    );
    let open = lay_open(laid, source, (awards, earned_row, &earned_in));
    let recent = |place: usize| {
        let from = (place + 1).saturating_sub(ELIGIBLE_MONTHS);
        (from..=place).map(earned_in).sum::<Money>()
    };
    let figures: Vec<Money> = (0..count)
        .map(|place| {
            let counted = standings[place].floor_zero().at_most(recent(place));
            let open = open.as_ref().map_or(Money::ZERO, |(_, open)| open[place]);
            (counted - open).floor_zero()
        })
        .collect();
    let formula = |sheet: &Sheet, _: u32, place: usize| {
        let from = (place + 1).saturating_sub(ELIGIBLE_MONTHS);
        let earned: Expression = match earned_row {
            Some(row) => sum(Area::of(at(row, from), at(row, place))),
            None => whole(0),
        };
        let owed = floor_zero(sheet.at(balance, Months::column(place)));
        let counted = least(owed, earned);
        floor_zero(match &open {
            Some((row, _)) => counted - sheet.at(*row, Months::column(place)),
            None => counted,
        })
    };
    Some(laid.balance("   of it earned in three months, and invoiced", formula, &figures))
}

/// Lays what is spent of federal money and not invoiced yet, where it is reimbursed by cycles.
fn lay_open(
    laid: &mut Laid,
    source: usize,
    (awards, earned, earned_in): (&Awards, Option<u32>, &dyn Fn(usize) -> Money),
) -> Option<(u32, Vec<Money>)> {
    let Reimbursed { paid_in, lag, begun, cycle } = awards.reimbursed[source]?;
    let earned = earned.filter(|_| laid.books.ledger.streams[source].federal)?;
    let count = laid.count();
    let position = |place: usize| (place as i32 - begun).rem_euclid(cycle as i32);
    let (mut so_far, mut cycles, mut opens) = (Money::ZERO, Vec::new(), Vec::new());
    for place in 0..count {
        let before = if place > 0 && position(place) > 0 { so_far } else { Money::ZERO };
        so_far = before + earned_in(place);
        cycles.push(so_far);
        let open = position(place) + 1 < cycle as i32;
        opens.push(if open { so_far } else { Money::ZERO });
    }
    let paid = |place: usize| cell(awards.at(paid_in, place));
    let row = laid.balance(
        "   spent in the invoice cycle so far",
        |sheet, row, place| {
            let own = cell(awards.at(earned, place));
            match place {
                0 => own,
                _ => {
                    let before = sheet.at(row, Months::column(place - 1));
                    own + when(paid(place).equals(paid(place - 1)), before, 0)
                }
            }
        },
        &cycles,
    );
    let numbers: Vec<At> = (0..count).map(|place| laid.months.number(place)).collect();
    let open = laid.balance(
        "   of it not invoiced yet",
        |sheet, _, place| {
            let later = (paid(place) - lag).above(numbers[place]);
            when(later, sheet.at(row, Months::column(place)), 0)
        },
        &opens,
    );
    Some((open, opens))
}
