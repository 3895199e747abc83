//! The cash of an award by month and to date, and what pools have of both.

use super::Awards;
use super::chain::{Chain, Piece};
use super::figure::Figure;
use crate::diagnostic::visible;
use crate::money::Money;
use crate::report::workbook::costs::sum_row;
use crate::report::workbook::formula::{
    Expression, Function, call, cell, cents, most, round, when,
};
use crate::report::workbook::months::Months;
use crate::report::workbook::sheet::{At, FIRST, LABEL, Role};

/// Cash to date, and what came before the plan.
#[derive(Clone)]
pub(super) struct Flow {
    pub(super) came: Figure,
    pub(super) to_date: Vec<(usize, Figure)>,
}

impl Awards<'_> {
    /// Lays what pools have of a tranche, and what is left to it.
    pub(super) fn lay_pools(&mut self, chain: &Chain, own: &Piece) -> Vec<Piece> {
        let mut own = own.clone();
        let Some(flow) = own.pooled.take() else { return vec![own] };
        let left = own.amount.clone();
        let plan = self.books.plan;
        let mut pieces = Vec::new();
        let (mut rest, mut held, mut over) = (left.clone(), own.held.clone(), own.over.clone());
        for (pool, at, share) in &chain.pools {
            let title = visible(&plan.pool(*pool).title);
            let of = |figure: &Figure, rest: &Figure| {
                let formula = cents(cell(*at) * figure.formula.clone());
                Figure::new(formula, share.of(figure.amount)).at_most(rest)
            };
            let part = of(&left, &rest);
            let (at_part, amount) = self.figure_row(&format!("      of it in {title}"), &part);
            let part = Figure::of(at_part, amount);
            rest = rest.less(&part);
            let mut take = |all: &Option<Figure>, rest: &mut Option<Figure>, label: &str| {
                let (all, left) = (all.as_ref()?, rest.as_ref()?);
                let (at, amount) = self.figure_row(label, &of(all, left));
                let own = Figure::of(at, amount);
                *rest = Some(left.less(&own));
                Some(own)
            };
            let label = "         cash of that held at the start";
            let part_held = take(&own.held, &mut held, label);
            let part_over = take(&own.over, &mut over, "         cash held beyond it");
            let rows = self.lay_part(&flow, |figure| in_part(figure, &part, &left));
            pieces.push(Piece {
                pool: Some(*pool),
                amount: part,
                held: part_held,
                over: part_over,
                rows,
                ..own.clone()
            });
        }
        let (at, amount) = self.figure_row("      of it in no pool", &rest);
        let rest = Figure::of(at, amount);
        let mut cell_of = |figure: Option<Figure>, label: &str| {
            figure.map(|figure| {
                let (at, amount) = self.figure_row(label, &figure);
                Figure::of(at, amount)
            })
        };
        let held = cell_of(held, "         cash of that held at the start");
        let over = cell_of(over, "         cash held beyond it");
        // Where pools have nothing, as of an award that was spent, all that comes is the rest's.
        let rows = self.lay_part(&flow, |figure| {
            let part = in_part(figure, &rest, &left);
            let all = rest.formula.clone().equals(left.formula.clone());
            let amount = if rest.amount == left.amount { figure.amount } else { part.amount };
            Figure::new(when(all, figure.formula.clone(), part.formula), amount)
        });
        pieces.push(Piece { amount: rest, held, over, rows, ..own });
        pieces
    }

    /// Lays the instalments of a part.
    pub(super) fn lay_part(
        &mut self,
        flow: &Flow,
        part: impl Fn(&Figure) -> Figure,
    ) -> Vec<(usize, At, Money)> {
        let to_date = flow.to_date.iter();
        let to_date = to_date.map(|(place, figure)| (*place, part(figure)));
        let came = part(&flow.came);
        let own = Flow { came, to_date: to_date.collect() };
        let own = self.lay_to_date("         its instalments to date", own);
        self.lay_flow("         its instalments", &own)
    }

    /// Lays cash to date.
    pub(super) fn lay_to_date(&mut self, label: &str, flow: Flow) -> Flow {
        if flow.to_date.is_empty() {
            return flow;
        }
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, label, Role::Note);
        let came = self.sheet.money(row, FIRST, flow.came.formula, flow.came.amount, Role::Formula);
        let mut to_date = Vec::new();
        for (place, figure) in flow.to_date {
            let column = Months::column(place);
            let at = self.sheet.money(row, column, figure.formula, figure.amount, Role::Formula);
            to_date.push((place, Figure::of(at, figure.amount)));
        }
        Flow { came: Figure::of(came, flow.came.amount), to_date }
    }

    /// Lays the steps of cash to date.
    pub(super) fn lay_flow(&mut self, label: &str, flow: &Flow) -> Vec<(usize, At, Money)> {
        let mut before = flow.came.clone();
        let mut rows = Vec::new();
        for (place, figure) in &flow.to_date {
            rows.push((*place, figure.less(&before)));
            before = figure.clone();
        }
        self.lay_instalments(label, rows)
    }

    /// Lays cash by month.
    pub(super) fn lay_instalments(
        &mut self,
        label: &str,
        rows: Vec<(usize, Figure)>,
    ) -> Vec<(usize, At, Money)> {
        if rows.is_empty() {
            return Vec::new();
        }
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, label, Role::Label);
        let mut laid = Vec::new();
        for (place, Figure { formula, amount }) in rows {
            let at = self.sheet.money(row, Months::column(place), formula, amount, Role::Formula);
            laid.push((place, at, amount));
        }
        sum_row(&mut self.sheet, row, self.books.plan);
        laid
    }
}

/// A part of dated amounts to date, to the whole cent below.
pub(super) fn in_part(figure: &Figure, part: &Figure, whole: &Figure) -> Figure {
    let amount = in_cents(figure.amount, part.amount, whole.amount);
    let formulas = [figure, part, whole].map(|one| one.formula.clone());
    Figure::new(in_full_cents(formulas), amount)
}

/// Below this a spreadsheet multiplies whole numbers exactly.
const EXACT_BELOW: i64 = 9_000_000_000_000_000;

/// A part's share of an amount of a whole, to the whole cent below. Where the product of both in cents is more than a
/// spreadsheet holds, its last places are rounded off, so that no whole cent falls below itself.
pub(super) fn in_full_cents([amount, part, of]: [Expression; 3]) -> Expression {
    let cents = |amount: &Expression| round(amount.clone() * 100, 0);
    let product = cents(&amount) * cents(&part);
    let share = product.clone() / most(1, cents(&of));
    let share = when(product.below(EXACT_BELOW), share.clone(), round(share, 6));
    when(amount.equals(of), part, call(Function::Int, vec![share]) / 100)
}

/// The same of amounts.
pub(super) fn in_cents(amount: Money, part: Money, whole: Money) -> Money {
    let cents = |amount: Money| i128::from(amount.cents());
    let share = cents(amount) * cents(part) / cents(whole).max(1);
    Money::try_from_cents(share).unwrap_or(Money::ZERO)
}
