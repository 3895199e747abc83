//! The relaxed problem behind the optimal braid: who pays what when amounts may be fractions.
//!
//! A primal-dual interior point method with a predictor and correctors (Mehrotra 1992, Gondzio
//! 1996) for linear programmes that run over months. Money flows from month to month only by
//! carries, so the equations of each step are solved month by month: see [`block`]. Floats are safe
//! here because nothing is believed: the columns are settled to cents, and the prices are evaluated
//! as an exact bound, both in whole numbers and by someone else.

use reduced::Reduced;
use steps::Iterate;

mod block;
mod forced;
mod reduced;
mod steps;

/// A linear programme over months: least weighted gap between needs and payments.
#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    /// How many months there are; every month below is less than this.
    pub months: usize,
    /// What can be spent, in order of months.
    pub accounts: Vec<Account>,
    /// What is wanted, in order of months.
    pub demands: Vec<Demand>,
    /// The right-hand sides of rows that may span all months: sum of coefficient * column <= limit.
    pub limits: Vec<f64>,
    /// The columns, in order of months.
    pub columns: Columns,
}

/// Money in a month: columns + carry out - carry in + waste = inflow, waste >= 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Account {
    /// The month.
    pub month: u32,
    /// What comes in; not below zero.
    pub inflow: f64,
    /// Where unspent money goes, if it does not lapse.
    pub carry: Option<Carry>,
}

/// Unspent money that goes to the next month.
#[derive(Clone, Copy, Debug)]
pub(super) struct Carry {
    /// The account of the next month that receives it.
    pub into: u32,
    /// How much can go; infinity if any amount can.
    pub limit: f64,
}

/// A need in a month: columns + gap = need, gap >= 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Demand {
    /// What is needed; not below zero.
    pub need: f64,
    /// The cost of a unit of gap; not below zero.
    pub weight: f64,
}

/// The columns: what is paid from accounts, each at least zero.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// The month of each column: that of its demand and of its accounts.
    pub months: Vec<u32>,
    /// The upper bound of each column; infinity if there is none.
    pub uppers: Vec<f64>,
    /// The demand each column serves, and the coefficient there, above zero.
    pub demands: Vec<Option<(u32, f64)>>,
    account_ends: Vec<usize>,
    account_entries: Vec<(u32, f64)>,
    limit_ends: Vec<usize>,
    limit_entries: Vec<(u32, f64)>,
}

impl Default for Columns {
    fn default() -> Columns {
        Columns {
            months: Vec::new(),
            uppers: Vec::new(),
            demands: Vec::new(),
            account_ends: vec![0],
            account_entries: Vec::new(),
            limit_ends: vec![0],
            limit_entries: Vec::new(),
        }
    }
}

impl Columns {
    /// How many columns there are.
    pub fn len(&self) -> usize {
        self.months.len()
    }

    /// Adds a column: coefficients above zero take from an account, those below put in.
    pub fn push(
        &mut self,
        month: u32,
        upper: f64,
        demand: Option<(u32, f64)>,
        accounts: &[(u32, f64)],
        limits: &[(u32, f64)],
    ) {
        self.months.push(month);
        self.uppers.push(upper);
        self.demands.push(demand);
        self.account_entries.extend_from_slice(accounts);
        self.account_ends.push(self.account_entries.len());
        self.limit_entries.extend_from_slice(limits);
        self.limit_ends.push(self.limit_entries.len());
    }

    /// The accounts a column touches, and the coefficients.
    pub fn accounts(&self, column: usize) -> &[(u32, f64)] {
        &self.account_entries[self.account_ends[column]..self.account_ends[column + 1]]
    }

    /// The limits a column touches, and the coefficients.
    pub fn limits(&self, column: usize) -> &[(u32, f64)] {
        &self.limit_entries[self.limit_ends[column]..self.limit_ends[column + 1]]
    }
}

/// What was found.
#[derive(Clone, Debug)]
pub(super) struct Solution {
    /// The columns.
    pub columns: Vec<f64>,
    /// The price of each account: what one more unit of inflow saves; not below zero.
    pub accounts: Vec<f64>,
    /// The price of each limit: what one more unit of limit saves; not below zero.
    pub limits: Vec<f64>,
    /// How many steps were made.
    pub iterations: usize,
    /// Whether columns and prices prove each other to about ten digits.
    pub converged: bool,
}

/// Solves the programme. Never panics on a programme that is sorted as told; one without a solution
/// ends unconverged.
pub(super) fn solve(program: &Program) -> Solution {
    let reduced = Reduced::new(program);
    if reduced.demands() == 0 {
        let (values, prices) = (vec![0.0; reduced.columns()], vec![0.0; reduced.rows()]);
        let mut solution = reduced.restore(program, &values, &prices);
        solution.converged = program.limits.iter().all(|&limit| limit >= 0.0);
        return solution;
    }
    let mut iterate = Iterate::new(&reduced);
    let (iterations, converged) = iterate.run();
    let (values, mut prices) = iterate.into_best();
    if reduced.weights.iter().all(|&weight| weight == 0.0) {
        prices.fill(0.0);
    }
    let mut solution = reduced.restore(program, &values, &prices);
    solution.iterations = iterations;
    solution.converged = converged;
    solution
}

#[cfg(test)]
mod tests;
