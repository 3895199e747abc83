//! What the data alone decide: columns that can only be zero, and accounts that bind nothing.

use super::{Program, Solution};

/// The round of what is not forced.
const NEVER: u32 = u32::MAX;

/// The most sweeps over the columns of a round.
const SWEEPS_MOST: usize = 60;

/// The columns that can only be zero, and the rows that make them so.
///
/// Found in rounds: columns without a use fall, then by turns those of limits that have become
/// shut and those of accounts that no money reaches any more.
pub(super) struct Forced {
    /// Which columns can be above zero.
    pub column_live: Vec<bool>,
    /// The columns that each round forced to zero, ascending.
    fallen: Vec<Vec<usize>>,
    account_dry: Vec<u32>,
    limit_shut: Vec<u32>,
}

impl Forced {
    /// Finds them.
    pub fn find(program: &Program) -> Forced {
        let columns = &program.columns;
        let wanted = |column: usize| {
            columns.uppers[column] > 0.0
                && columns.demands[column].is_none_or(|(demand, coefficient)| {
                    program.demands[demand as usize].need > 0.0 && coefficient > 0.0
                })
        };
        let mut forced = Forced {
            column_live: (0..columns.len()).map(wanted).collect(),
            fallen: Vec::new(),
            account_dry: vec![NEVER; program.accounts.len()],
            limit_shut: vec![NEVER; program.limits.len()],
        };
        loop {
            forced.shut_limits(program);
            forced.dry_accounts(program);
            if forced.fallen.iter().rev().take(2).all(Vec::is_empty) {
                return forced;
            }
        }
    }

    /// Whether no money can reach the account.
    pub fn dry(&self, account: usize) -> bool {
        self.account_dry[account] != NEVER
    }

    fn live<'a>(&'a self, program: &Program) -> impl Iterator<Item = usize> + use<'a> {
        (0..program.columns.len()).filter(|&column| self.column_live[column])
    }

    fn fall(&mut self, fallen: Vec<usize>) {
        for &column in &fallen {
            self.column_live[column] = false;
        }
        self.fallen.push(fallen);
    }

    /// A limit of zero without a negative coefficient forces its columns to zero.
    fn shut_limits(&mut self, program: &Program) {
        let columns = &program.columns;
        let mut open: Vec<bool> = program.limits.iter().map(|&right| right != 0.0).collect();
        for column in self.live(program) {
            for &(limit, coefficient) in columns.limits(column) {
                open[limit as usize] |= coefficient < 0.0;
            }
        }
        let shut = |&(limit, coefficient): &(u32, f64)| !open[limit as usize] && coefficient > 0.0;
        let fallen =
            self.live(program).filter(|&column| columns.limits(column).iter().any(shut)).collect();
        let round = self.fallen.len() as u32;
        for (shut, _) in self.limit_shut.iter_mut().zip(&open).filter(|(_, open)| !**open) {
            *shut = round.min(*shut);
        }
        self.fall(fallen);
    }

    /// An account that nothing comes into forces the columns that take from it to zero. Columns that put into each
    /// other's accounts in a circle may all be above zero together: only what no live column puts in counts as nothing.
    fn dry_accounts(&mut self, program: &Program) {
        let columns = &program.columns;
        let mut dry: Vec<bool> =
            program.accounts.iter().map(|account| account.inflow <= 0.0).collect();
        for column in self.live(program) {
            for &(into, _) in columns.accounts(column).iter().filter(|entry| entry.1 < 0.0) {
                dry[into as usize] = false;
            }
        }
        for (account, row) in program.accounts.iter().enumerate() {
            if let Some(carry) = row.carry
                && !dry[account]
                && carry.limit > 0.0
            {
                dry[carry.into as usize] = false;
            }
        }
        let stuck = |&(from, a): &(u32, f64)| a > 0.0 && dry[from as usize];
        let fallen =
            self.live(program).filter(|&column| columns.accounts(column).iter().any(stuck));
        let fallen = fallen.collect();
        let round = self.fallen.len() as u32;
        for (round_dry, _) in self.account_dry.iter_mut().zip(&dry).filter(|(_, dry)| **dry) {
            *round_dry = round.min(*round_dry);
        }
        self.fall(fallen);
    }

    /// Prices the rows that force columns to zero so high that no such column is worth having.
    /// Their right-hand side is zero, so the price costs nothing.
    ///
    /// Backwards by round: a column that fell later puts nothing into rows that forced earlier, so
    /// it is not made dearer by their prices.
    pub fn price(&self, program: &Program, solution: &mut Solution) {
        for (round, fallen) in self.fallen.iter().enumerate().rev() {
            // Within a round columns may move money in a circle: later sweeps go further, or they
            // would go on for ever.
            for sweep in 0..SWEEPS_MOST {
                let more = if sweep == 0 { 1.0 + 1e-12 } else { 1.1 };
                let mut changed = false;
                for &column in fallen.iter().rev() {
                    changed |= self.price_column(program, solution, column, round as u32, more);
                }
                if !self.price_carries(program, solution) && !changed {
                    break;
                }
            }
        }
    }

    /// Nothing is gained by carrying from an account that has nothing.
    fn price_carries(&self, program: &Program, solution: &mut Solution) -> bool {
        let mut changed = false;
        for (account, row) in program.accounts.iter().enumerate().rev() {
            if let Some(carry) = row.carry
                && self.dry(account)
                && carry.limit > 0.0
                && solution.accounts[account] < solution.accounts[carry.into as usize]
            {
                solution.accounts[account] = solution.accounts[carry.into as usize];
                changed = true;
            }
        }
        changed
    }

    /// Raises the price of a row that forces the column to zero by what is missing; a hair more
    /// than needed, so that rounding cannot make the column worth having.
    fn price_column(
        &self,
        program: &Program,
        solution: &mut Solution,
        column: usize,
        round: u32,
        more: f64,
    ) -> bool {
        let columns = &program.columns;
        let mut missing = columns.demands[column].map_or(0.0, |(demand, coefficient)| {
            program.demands[demand as usize].weight * coefficient
        });
        for &(account, coefficient) in columns.accounts(column) {
            missing -= coefficient * solution.accounts[account as usize];
        }
        for &(limit, coefficient) in columns.limits(column) {
            missing -= coefficient * solution.limits[limit as usize];
        }
        if missing <= 0.0 || !missing.is_finite() {
            return false;
        }
        missing *= more;
        for &(account, coefficient) in columns.accounts(column) {
            if coefficient > 0.0 && self.account_dry[account as usize] <= round {
                solution.accounts[account as usize] += missing / coefficient;
                return true;
            }
        }
        for &(limit, coefficient) in columns.limits(column) {
            if coefficient > 0.0 && self.limit_shut[limit as usize] <= round {
                solution.limits[limit as usize] += missing / coefficient;
                return true;
            }
        }
        false
    }
}

/// The accounts that money can reach and from which some column or a later account takes, but for
/// those with more money than can ever be taken.
pub(super) fn useful(program: &Program, forced: &Forced, plenty: &[bool]) -> Vec<bool> {
    let mut useful = vec![false; program.accounts.len()];
    for column in forced.live(program) {
        for &(account, coefficient) in program.columns.accounts(column) {
            useful[account as usize] |= coefficient > 0.0;
        }
    }
    for account in (0..program.accounts.len()).rev() {
        if let Some(carry) = program.accounts[account].carry {
            useful[account] |= carry.limit > 0.0 && useful[carry.into as usize];
        }
    }
    for (account, useful) in useful.iter_mut().enumerate() {
        *useful &= !forced.dry(account) && !plenty[account];
    }
    useful
}

/// The accounts with more money than columns and later accounts can ever take: they bind nothing,
/// and their large amounts would drown small ones.
pub(super) fn plenty(program: &Program, forced: &Forced) -> Vec<bool> {
    let columns = &program.columns;
    let mut taken = vec![0.0; program.accounts.len()];
    for column in forced.live(program) {
        let upper = columns.uppers[column];
        let most = columns.demands[column].map_or(upper, |(demand, coefficient)| {
            upper.min(program.demands[demand as usize].need / coefficient)
        });
        for &(account, coefficient) in columns.accounts(column) {
            if coefficient > 0.0 {
                taken[account as usize] += coefficient * most;
            }
        }
    }
    for account in (0..taken.len()).rev() {
        if let Some(carry) = program.accounts[account].carry {
            taken[account] += carry.limit.max(0.0).min(taken[carry.into as usize]);
        }
    }
    let mut plenty = vec![false; program.accounts.len()];
    for (account, row) in program.accounts.iter().enumerate() {
        plenty[account] |= row.inflow > taken[account];
        if let Some(carry) = row.carry {
            let into = carry.into as usize;
            plenty[into] |= plenty[account] && carry.limit > taken[into];
        }
    }
    plenty
}
