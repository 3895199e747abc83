//! Formulas with what they come to, so that both are made in one step.

use crate::money::Money;
use crate::report::workbook::formula::{Expression, cell, floor_zero, least, whole};
use crate::report::workbook::sheet::At;

/// A formula and what it comes to.
#[derive(Clone, Debug)]
pub struct Figure {
    /// The formula.
    pub formula: Expression,
    /// What it comes to.
    pub amount: Money,
}

impl Figure {
    /// A formula that comes to an amount.
    pub fn new(formula: impl Into<Expression>, amount: Money) -> Figure {
        Figure { formula: formula.into(), amount }
    }

    /// A cell that shows an amount.
    pub fn of(at: At, amount: Money) -> Figure {
        Figure { formula: cell(at), amount }
    }

    /// Nothing.
    pub fn nothing() -> Figure {
        Figure { formula: whole(0), amount: Money::ZERO }
    }

    /// With another one.
    pub fn plus(&self, other: &Figure) -> Figure {
        Figure {
            formula: self.formula.clone() + other.formula.clone(),
            amount: self.amount + other.amount,
        }
    }

    /// Without another one.
    pub fn less(&self, other: &Figure) -> Figure {
        Figure {
            formula: self.formula.clone() - other.formula.clone(),
            amount: self.amount - other.amount,
        }
    }

    /// Without all of these.
    pub fn less_all(&self, others: &[Figure]) -> Figure {
        others.iter().fold(self.clone(), |left, other| left.less(other))
    }

    /// The smaller of both.
    pub fn at_most(&self, other: &Figure) -> Figure {
        Figure {
            formula: least(self.formula.clone(), other.formula.clone()),
            amount: self.amount.at_most(other.amount),
        }
    }

    /// Nothing where it is negative.
    pub fn floor_zero(&self) -> Figure {
        Figure { formula: floor_zero(self.formula.clone()), amount: self.amount.floor_zero() }
    }
}

/// The sum of figures; nothing where there are none.
pub fn sum_figures(figures: &[Figure]) -> Figure {
    let mut figures = figures.iter();
    match figures.next() {
        None => Figure::nothing(),
        Some(first) => figures.fold(first.clone(), |sum, next| sum.plus(next)),
    }
}
