//! The programme as the iterations see it: scaled, sorted by month and demand, and without the
//! rows and columns that can only be zero.

use std::ops::Range;

use super::forced::{Forced, plenty, useful};
use super::{Program, Solution};

/// A row or column of the programme that is not in the reduced one.
const ABSENT: u32 = u32::MAX;

/// A sum this near to zero, as a share of its parts, is zero but for rounding.
const ROUNDING: f64 = 1e-13;

/// A programme that has an interior wherever its data leave one.
///
/// Rows are numbered accounts, then demands, then limits. Variables are numbered columns, then
/// carries, wastes, gaps and slacks. Every demand column has coefficient one in its demand.
pub(super) struct Reduced {
    /// The first account of each month, and the end.
    pub account_first: Vec<usize>,
    /// The first demand of each month, and the end.
    pub demand_first: Vec<usize>,
    /// The columns of each demand.
    pub demand_columns: Vec<Range<usize>>,
    /// The columns without a demand, by month.
    pub free_columns: Vec<Range<usize>>,
    /// Where the entries of each column begin, and the end.
    pub entry_first: Vec<u32>,
    /// The row of each entry: accounts ascending, then limits ascending.
    pub entry_row: Vec<u32>,
    /// The coefficient of each entry.
    pub entry_coefficient: Vec<f64>,
    /// Where each column has a demand and takes as much of one account as it pays: that account, by column. Then what
    /// limits count stands by limit, too: where the entries of each begin, and the end; column and coefficient.
    plain: Option<Plain>,
    /// Where the entries of each gap begin, and the end: a limit that asks for payments of whole
    /// demands is put as one on their gaps, which loses fewer digits.
    pub gap_first: Vec<u32>,
    /// The limit row of each of these entries.
    pub gap_row: Vec<u32>,
    /// The coefficient of each of these entries.
    pub gap_coefficient: Vec<f64>,
    /// The account each carry leaves, and the one it enters.
    pub carries: Vec<(u32, u32)>,
    /// The limit rows; how many there are.
    pub limits: usize,
    /// The right-hand side of each row.
    pub right: Vec<f64>,
    /// The cost of each gap.
    pub weights: Vec<f64>,
    /// The variables with an upper bound, ascending, and the bound.
    pub bounded: Vec<(usize, f64)>,
    /// Which limits are put on gaps.
    on_gaps: Vec<bool>,
    account_of: Vec<usize>,
    column_of: Vec<usize>,
    column_scale: Vec<f64>,
    limit_of: Vec<usize>,
    limit_scale: Vec<f64>,
    amount_scale: f64,
    weight_scale: f64,
    forced: Forced,
}

/// The entries of columns of which each takes from one account.
struct Plain {
    accounts: Vec<u32>,
    limit_first: Vec<u32>,
    limit_entries: Vec<(u32, f64)>,
}

impl Reduced {
    /// How many columns are left.
    pub fn columns(&self) -> usize {
        self.column_of.len()
    }

    /// How many accounts are left.
    pub fn accounts(&self) -> usize {
        self.account_of.len()
    }

    /// How many demands are left.
    pub fn demands(&self) -> usize {
        self.weights.len()
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.right.len()
    }

    /// How many variables there are.
    pub fn variables(&self) -> usize {
        self.first_slack() + self.limits
    }

    /// The number of the first carry.
    pub fn first_carry(&self) -> usize {
        self.columns()
    }

    /// The number of the first waste.
    pub fn first_waste(&self) -> usize {
        self.first_carry() + self.carries.len()
    }

    /// The number of the first gap.
    pub fn first_gap(&self) -> usize {
        self.first_waste() + self.accounts()
    }

    /// The number of the first slack.
    pub fn first_slack(&self) -> usize {
        self.first_gap() + self.demands()
    }

    /// The row of the first limit.
    pub fn first_limit_row(&self) -> usize {
        self.accounts() + self.demands()
    }

    /// Takes out what can only be zero, scales and sorts.
    pub fn new(program: &Program) -> Reduced {
        let forced = Forced::find(program);
        let plenty = plenty(program, &forced);
        let useful = useful(program, &forced, &plenty);
        let months = program.months;
        let columns = &program.columns;

        let mut order: Vec<usize> =
            (0..columns.len()).filter(|&column| forced.column_live[column]).collect();
        let key = |column: usize| match columns.demands[column] {
            Some((demand, _)) => (columns.months[column], demand),
            None => (columns.months[column], ABSENT),
        };
        order.sort_by_key(|&column| key(column));

        let mut reduced = Reduced {
            account_first: Vec::with_capacity(months + 1),
            demand_first: Vec::with_capacity(months + 1),
            demand_columns: Vec::new(),
            free_columns: Vec::with_capacity(months),
            entry_first: vec![0],
            entry_row: Vec::new(),
            entry_coefficient: Vec::new(),
            plain: None,
            gap_first: vec![0],
            gap_row: Vec::new(),
            gap_coefficient: Vec::new(),
            carries: Vec::new(),
            limits: 0,
            right: Vec::new(),
            weights: Vec::new(),
            bounded: Vec::new(),
            on_gaps: Vec::new(),
            account_of: Vec::new(),
            column_scale: Vec::with_capacity(order.len()),
            column_of: order,
            limit_of: Vec::new(),
            limit_scale: Vec::new(),
            amount_scale: 1.0,
            weight_scale: 1.0,
            forced,
        };
        reduced.number_accounts(program, &useful);
        let needs = reduced.number_columns(program);
        reduced.scale(program, &needs);
        reduced.number_limits(program);
        reduced.fill(program, &needs, &plenty);
        reduced.plain = reduced.find_plain();
        reduced
    }

    /// Whether each column has a demand, and takes as much of one account as it pays.
    pub fn is_plain(&self) -> bool {
        self.plain.is_some()
    }

    fn find_plain(&self) -> Option<Plain> {
        let (accounts, first_limit) = (self.accounts() as u32, self.first_limit_row() as u32);
        let mut plain = Plain {
            accounts: Vec::with_capacity(self.columns()),
            limit_first: vec![0],
            limit_entries: Vec::new(),
        };
        let mut by_limit = vec![Vec::new(); self.limits];
        for (column, ends) in self.entry_first.windows(2).enumerate() {
            let mut entries = ends[0] as usize..ends[1] as usize;
            let taking = entries.next().filter(|first| self.entry_row[*first] < accounts)?;
            if self.entry_coefficient[taking] != 1.0 {
                return None;
            }
            plain.accounts.push(self.entry_row[taking]);
            for entry in entries {
                let limit = self.entry_row[entry].checked_sub(first_limit)?;
                by_limit[limit as usize].push((column as u32, self.entry_coefficient[entry]));
            }
        }
        for entries in by_limit {
            plain.limit_entries.extend(entries);
            plain.limit_first.push(plain.limit_entries.len() as u32);
        }
        self.free_columns.iter().all(Range::is_empty).then_some(plain)
    }

    fn number_accounts(&mut self, program: &Program, useful: &[bool]) {
        for (account, row) in program.accounts.iter().enumerate() {
            while self.account_first.len() <= row.month as usize {
                self.account_first.push(self.account_of.len());
            }
            if useful[account] {
                self.account_of.push(account);
            }
        }
        self.account_first.resize(program.months + 1, self.account_of.len());
    }

    /// Groups the sorted columns by demand; returns the demands that have columns.
    fn number_columns(&mut self, program: &Program) -> Vec<usize> {
        let columns = &program.columns;
        let mut needs = Vec::new();
        let mut at = 0;
        for month in 0..program.months {
            self.demand_first.push(needs.len());
            while at < self.column_of.len() && columns.months[self.column_of[at]] as usize == month
            {
                let Some((demand, _)) = columns.demands[self.column_of[at]] else { break };
                let start = at;
                while at < self.column_of.len()
                    && columns.demands[self.column_of[at]].is_some_and(|(other, _)| other == demand)
                {
                    at += 1;
                }
                needs.push(demand as usize);
                self.demand_columns.push(start..at);
            }
            let start = at;
            while at < self.column_of.len() && columns.months[self.column_of[at]] as usize == month
            {
                at += 1;
            }
            self.free_columns.push(start..at);
        }
        self.demand_first.push(needs.len());
        needs
    }

    fn scale(&mut self, program: &Program, needs: &[usize]) {
        let largest = |values: &mut dyn Iterator<Item = f64>| {
            let found = values.fold(0.0_f64, |most, value| most.max(value.abs()));
            if found > 0.0 && found.is_finite() { found } else { 1.0 }
        };
        let demands = &program.demands;
        self.amount_scale = largest(&mut needs.iter().map(|&demand| demands[demand].need));
        self.weight_scale = largest(&mut needs.iter().map(|&demand| demands[demand].weight));
        for &column in &self.column_of {
            let columns = &program.columns;
            self.column_scale.push(match columns.demands[column] {
                Some((_, coefficient)) => coefficient.recip(),
                None => {
                    let entries = columns.accounts(column).iter().chain(columns.limits(column));
                    largest(&mut entries.map(|entry| entry.1)).recip()
                }
            });
        }
    }

    /// Keeps the limits that have a column and can bind, in the order of their last month: so they
    /// are eliminated in order.
    fn number_limits(&mut self, program: &Program) {
        let mut largest = vec![0.0_f64; program.limits.len()];
        let mut last = vec![0; program.limits.len()];
        let mut binds: Vec<bool> = program.limits.iter().map(|&right| right < 0.0).collect();
        for (&column, &scale) in self.column_of.iter().zip(&self.column_scale) {
            for &(limit, coefficient) in program.columns.limits(column) {
                let limit = limit as usize;
                if coefficient != 0.0 {
                    last[limit] = program.columns.months[column];
                }
                largest[limit] = largest[limit].max((coefficient * scale).abs());
                binds[limit] |= coefficient > 0.0;
            }
        }
        for limit in 0..program.limits.len() {
            if largest[limit] > 0.0 && binds[limit] && program.limits[limit].is_finite() {
                self.limit_of.push(limit);
            }
        }
        self.limit_of.sort_by_key(|&limit| last[limit]);
        self.limit_scale = self.limit_of.iter().map(|&limit| largest[limit].recip()).collect();
        self.limits = self.limit_of.len();
    }

    fn fill(&mut self, program: &Program, needs: &[usize], plenty: &[bool]) {
        let amount = self.amount_scale;
        let mut account_at = vec![ABSENT; program.accounts.len()];
        for (at, &account) in self.account_of.iter().enumerate() {
            account_at[account] = at as u32;
            self.right.push(program.accounts[account].inflow / amount);
        }
        for account in (0..plenty.len()).filter(|&account| plenty[account]) {
            // What plenty can send is sent.
            if let Some(carry) = program.accounts[account].carry
                && account_at[carry.into as usize] != ABSENT
            {
                self.right[account_at[carry.into as usize] as usize] += carry.limit / amount;
            }
        }
        for &demand in needs {
            self.right.push(program.demands[demand].need / amount);
            self.weights.push(program.demands[demand].weight / self.weight_scale);
        }
        let first_limit = self.right.len();
        let mut limit_at = vec![ABSENT; program.limits.len()];
        for (at, &limit) in self.limit_of.iter().enumerate() {
            limit_at[limit] = (first_limit + at) as u32;
            self.right.push(program.limits[limit] / amount * self.limit_scale[at]);
        }
        self.fill_gaps(program, &limit_at);
        self.fill_columns(program, &account_at, &limit_at);
        for (at, &account) in self.account_of.iter().enumerate() {
            let Some(carry) = program.accounts[account].carry else { continue };
            let into = account_at.get(carry.into as usize).copied().unwrap_or(ABSENT);
            if into == ABSENT || carry.limit <= 0.0 {
                continue;
            }
            if carry.limit.is_finite() {
                self.bounded.push((self.columns() + self.carries.len(), carry.limit / amount));
            }
            self.carries.push((at as u32, into));
        }
    }

    /// Finds the limits that ask, with one coefficient below zero, for every payment of each demand
    /// they touch: the sum of payments is the need less the gap.
    fn fill_gaps(&mut self, program: &Program, limit_at: &[u32]) {
        let first_limit = self.first_limit_row();
        self.on_gaps = vec![true; self.limits];
        let mut common: Vec<(u32, f64)> = Vec::new();
        let mut own: Vec<(u32, f64)> = Vec::new();
        let entries = |me: &Reduced, at: usize, entries: &mut Vec<(u32, f64)>| {
            entries.clear();
            for &(limit, coefficient) in program.columns.limits(me.column_of[at]) {
                let row = limit_at[limit as usize];
                if row != ABSENT {
                    let scale = me.column_scale[at] * me.limit_scale[row as usize - first_limit];
                    entries.push((row, coefficient * scale));
                }
            }
            entries.sort_by_key(|entry| entry.0);
        };
        for columns in self.demand_columns.clone() {
            entries(self, columns.start, &mut common);
            for at in columns {
                entries(self, at, &mut own);
                for one in &own {
                    self.on_gaps[one.0 as usize - first_limit] &=
                        one.1 < 0.0 && common.contains(one);
                }
                for one in &common {
                    self.on_gaps[one.0 as usize - first_limit] &= own.contains(one);
                }
            }
        }
        for columns in &self.free_columns {
            for at in columns.clone() {
                entries(self, at, &mut own);
                for one in &own {
                    self.on_gaps[one.0 as usize - first_limit] = false;
                }
            }
        }
        let mut total = vec![0.0; self.limits];
        for demand in 0..self.demands() {
            let need = self.right[self.accounts() + demand];
            entries(self, self.demand_columns[demand].start, &mut common);
            for &(row, coefficient) in &common {
                let limit = row as usize - first_limit;
                if self.on_gaps[limit] {
                    self.gap_row.push(row);
                    self.gap_coefficient.push(-coefficient);
                    total[limit] -= coefficient * need;
                }
            }
            self.gap_first.push(self.gap_row.len() as u32);
        }
        for limit in 0..self.limits {
            if self.on_gaps[limit] {
                // What was reached before may be out of reach by rounding.
                let right = &mut self.right[first_limit + limit];
                let sum = *right + total[limit];
                let hair = ROUNDING * total[limit];
                *right = if sum.abs() < hair { hair } else { sum };
            }
        }
    }

    fn fill_columns(&mut self, program: &Program, account_at: &[u32], limit_at: &[u32]) {
        let columns = &program.columns;
        let first_limit = self.first_limit_row();
        let mut entries: Vec<(u32, f64)> = Vec::new();
        for (at, &column) in self.column_of.iter().enumerate() {
            let scale = self.column_scale[at];
            entries.clear();
            for &(account, coefficient) in columns.accounts(column) {
                entries.push((account_at[account as usize], coefficient * scale));
            }
            for &(limit, coefficient) in columns.limits(column) {
                let row = limit_at[limit as usize];
                if row != ABSENT && !self.on_gaps[row as usize - first_limit] {
                    let scale = scale * self.limit_scale[row as usize - first_limit];
                    entries.push((row, coefficient * scale));
                }
            }
            entries.sort_by_key(|entry| entry.0);
            let mut last = ABSENT;
            for &(row, coefficient) in &entries {
                if row == ABSENT || coefficient == 0.0 {
                    continue;
                }
                if row == last {
                    if let Some(sum) = self.entry_coefficient.last_mut() {
                        *sum += coefficient;
                    }
                } else {
                    self.entry_row.push(row);
                    self.entry_coefficient.push(coefficient);
                    last = row;
                }
            }
            self.entry_first.push(self.entry_row.len() as u32);
            let upper = columns.uppers[column] / scale;
            let need = columns.demands[column].map(|(demand, _)| program.demands[demand as usize]);
            if upper < need.map_or(f64::INFINITY, |demand| demand.need) {
                self.bounded.push((at, upper / self.amount_scale));
            }
        }
    }

    /// What these variables put into the rows.
    pub fn multiply(&self, variables: &[f64], rows: &mut [f64]) {
        let accounts = self.accounts();
        rows[..accounts].copy_from_slice(&variables[self.first_waste()..self.first_gap()]);
        rows[accounts..].copy_from_slice(&variables[self.first_gap()..]);
        match &self.plain {
            Some(plain) => self.multiply_plain(plain, variables, rows),
            None => self.multiply_columns(variables, rows),
        }
        let gaps = &variables[self.first_gap()..self.first_slack()];
        for (gap, ends) in gaps.iter().zip(self.gap_first.windows(2)) {
            for entry in ends[0] as usize..ends[1] as usize {
                rows[self.gap_row[entry] as usize] += self.gap_coefficient[entry] * gap;
            }
        }
        for (&(from, into), value) in self.carries.iter().zip(&variables[self.first_carry()..]) {
            rows[from as usize] += value;
            rows[into as usize] -= value;
        }
    }

    fn multiply_columns(&self, variables: &[f64], rows: &mut [f64]) {
        for (demand, columns) in self.demand_columns.iter().enumerate() {
            rows[self.accounts() + demand] += variables[columns.clone()].iter().sum::<f64>();
        }
        for (value, ends) in variables[..self.columns()].iter().zip(self.entry_first.windows(2)) {
            for entry in ends[0] as usize..ends[1] as usize {
                rows[self.entry_row[entry] as usize] += self.entry_coefficient[entry] * value;
            }
        }
    }

    fn multiply_plain(&self, plain: &Plain, variables: &[f64], rows: &mut [f64]) {
        let (accounts, demands) = rows.split_at_mut(self.accounts());
        for (columns, row) in self.demand_columns.iter().zip(demands) {
            let mut sum = 0.0;
            let values = &variables[columns.clone()];
            for (value, &account) in values.iter().zip(&plain.accounts[columns.clone()]) {
                sum += value;
                accounts[account as usize] += value;
            }
            *row += sum;
        }
        let limits = &mut rows[self.first_limit_row()..];
        for (row, ends) in limits.iter_mut().zip(plain.limit_first.windows(2)) {
            let entries = &plain.limit_entries[ends[0] as usize..ends[1] as usize];
            let parts = entries.iter().map(|(column, part)| part * variables[*column as usize]);
            *row += parts.sum::<f64>();
        }
    }

    /// What these prices of rows make of the variables.
    pub fn multiply_transposed(&self, prices: &[f64], variables: &mut [f64]) {
        let accounts = self.accounts();
        match &self.plain {
            Some(plain) => self.transpose_plain(plain, prices, variables),
            None => self.transpose_columns(prices, variables),
        }
        let first_carry = self.first_carry();
        for (&(from, into), value) in self.carries.iter().zip(&mut variables[first_carry..]) {
            *value = prices[from as usize] - prices[into as usize];
        }
        variables[self.first_waste()..self.first_gap()].copy_from_slice(&prices[..accounts]);
        variables[self.first_gap()..].copy_from_slice(&prices[accounts..]);
        let gaps = &mut variables[self.first_gap()..];
        for (gap, ends) in gaps.iter_mut().zip(self.gap_first.windows(2)) {
            for entry in ends[0] as usize..ends[1] as usize {
                *gap += self.gap_coefficient[entry] * prices[self.gap_row[entry] as usize];
            }
        }
    }

    fn transpose_columns(&self, prices: &[f64], variables: &mut [f64]) {
        for month in &self.free_columns {
            variables[month.clone()].fill(0.0);
        }
        for (demand, columns) in self.demand_columns.iter().enumerate() {
            variables[columns.clone()].fill(prices[self.accounts() + demand]);
        }
        for (value, ends) in variables[..self.columns()].iter_mut().zip(self.entry_first.windows(2))
        {
            for entry in ends[0] as usize..ends[1] as usize {
                *value += self.entry_coefficient[entry] * prices[self.entry_row[entry] as usize];
            }
        }
    }

    fn transpose_plain(&self, plain: &Plain, prices: &[f64], variables: &mut [f64]) {
        let (accounts, demands) = prices.split_at(self.accounts());
        for (columns, price) in self.demand_columns.iter().zip(demands) {
            let values = &mut variables[columns.clone()];
            for (value, &account) in values.iter_mut().zip(&plain.accounts[columns.clone()]) {
                *value = price + accounts[account as usize];
            }
        }
        let limits = &prices[self.first_limit_row()..];
        for (price, ends) in limits.iter().zip(plain.limit_first.windows(2)) {
            for (column, part) in &plain.limit_entries[ends[0] as usize..ends[1] as usize] {
                variables[*column as usize] += part * price;
            }
        }
    }

    /// Puts values and row prices of the reduced programme into the words of the whole one.
    pub fn restore(&self, program: &Program, values: &[f64], prices: &[f64]) -> Solution {
        let mut solution = Solution {
            columns: vec![0.0; program.columns.len()],
            accounts: vec![0.0; program.accounts.len()],
            limits: vec![0.0; program.limits.len()],
            iterations: 0,
            converged: false,
        };
        for (at, &column) in self.column_of.iter().enumerate() {
            let value = values[at].max(0.0) * self.column_scale[at] * self.amount_scale;
            solution.columns[column] = value.min(program.columns.uppers[column]);
        }
        for (at, &account) in self.account_of.iter().enumerate() {
            solution.accounts[account] = (-prices[at]).max(0.0) * self.weight_scale;
        }
        let first_limit = self.first_limit_row();
        for (at, &limit) in self.limit_of.iter().enumerate() {
            let price = (-prices[first_limit + at]).max(0.0);
            solution.limits[limit] = price * self.limit_scale[at] * self.weight_scale;
        }
        self.forced.price(program, &mut solution);
        solution
    }
}
