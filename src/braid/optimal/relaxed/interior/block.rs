//! The normal equations, month by month: each month is a dense front that is eliminated into the
//! next one.
//!
//! Demands go first: each column has at most one, so they are a diagonal. What is left couples the
//! accounts of a month with each other and with the limits that are at work. Months meet only in
//! carries, so the front of a month holds its accounts, its limits and one helping column for each
//! account that carries. A limit is carried from front to front from the first month that has a
//! column of it, and is eliminated in the last.

use super::reduced::Reduced;

/// A pivot that has lost this much of its size to cancellation holds no information.
const PIVOT_LEAST: f64 = 1e-14;

/// How many pivots are applied to the rest of a front at once.
const PANEL: usize = 4;

/// The front of one month.
struct Front {
    first_account: usize,
    accounts: usize,
    /// The limit rows that end here, then those that go on, as numbered among the limits.
    limits: Vec<u32>,
    ending: usize,
    /// The place in this front of the limits that begin here, and their number.
    beginning: Vec<(u32, u32)>,
    /// The place in the next front of the limits that go on.
    next_limit: Vec<u32>,
    /// Account (in this front), carry, and account that receives (in the next front).
    carriers: Vec<Carrier>,
    /// Where the row of each pivot ends: later carriers have not been touched yet.
    reach: Vec<u32>,
    /// The number of the first pivot among all, and where its row begins in the factor.
    first_pivot: usize,
    stored: usize,
}

struct Carrier {
    account: u32,
    carry: u32,
    into: u32,
}

impl Front {
    fn pivots(&self) -> usize {
        self.accounts + self.ending
    }

    fn first_carrier(&self) -> usize {
        self.accounts + self.limits.len()
    }

    fn width(&self) -> usize {
        self.first_carrier() + self.carriers.len()
    }
}

/// The normal equations and their factor.
pub(super) struct Blocks {
    fronts: Vec<Front>,
    /// The rows of the accounts and limits that the columns of a demand touch.
    touch_first: Vec<u32>,
    touch_row: Vec<u32>,
    touch_local: Vec<u32>,
    touch_value: Vec<f64>,
    /// For each entry of a column: its place among the touches of its demand, and in the front.
    entry_touch: Vec<u32>,
    entry_local: Vec<u32>,
    /// The same for each entry of a gap.
    gap_touch: Vec<u32>,
    gap_local: Vec<u32>,
    /// The inverses of the diagonal of the demands, and the weights of the carries.
    demand_inverse: Vec<f64>,
    carry_weights: Vec<f64>,
    /// The inverses of the pivots, and their rows, front by front.
    pivot_inverse: Vec<f64>,
    factor: Vec<f64>,
    /// The front at work and the next one, and their diagonals before cancellation.
    work: Vec<f64>,
    next: Vec<f64>,
    sizes: Vec<f64>,
    next_sizes: Vec<f64>,
    /// What slack and carry of each pivot of the front add to its diagonal.
    own: Vec<f64>,
    /// The right-hand side of the front, while solving.
    local: Vec<f64>,
}

impl Blocks {
    /// Lays out the fronts.
    pub fn new(reduced: &Reduced) -> Blocks {
        let mut blocks = Blocks {
            fronts: Vec::new(),
            touch_first: vec![0],
            touch_row: Vec::new(),
            touch_local: Vec::new(),
            touch_value: Vec::new(),
            entry_touch: vec![0; reduced.entry_row.len()],
            entry_local: vec![0; reduced.entry_row.len()],
            gap_touch: vec![0; reduced.gap_row.len()],
            gap_local: vec![0; reduced.gap_row.len()],
            demand_inverse: vec![0.0; reduced.demands()],
            carry_weights: vec![0.0; reduced.carries.len()],
            pivot_inverse: vec![0.0; reduced.accounts() + reduced.limits],
            factor: Vec::new(),
            work: Vec::new(),
            next: Vec::new(),
            sizes: Vec::new(),
            next_sizes: Vec::new(),
            own: Vec::new(),
            local: Vec::new(),
        };
        let stored = blocks.lay_fronts(reduced);
        blocks.lay_touches(reduced);
        let widest = blocks.fronts.iter().map(Front::width).max().unwrap_or(0);
        blocks.factor = vec![0.0; stored];
        blocks.work = vec![0.0; widest * widest];
        blocks.next = vec![0.0; widest * widest];
        blocks.sizes = vec![0.0; widest];
        blocks.next_sizes = vec![0.0; widest];
        blocks.own = vec![0.0; widest];
        blocks.local = vec![0.0; widest];
        blocks
    }

    /// The width of the widest front.
    pub fn widest(&self) -> usize {
        self.local.len()
    }

    fn lay_fronts(&mut self, reduced: &Reduced) -> usize {
        let months = reduced.free_columns.len();
        let spans = limit_spans(reduced);
        let mut carry = 0;
        let mut stored = 0;
        let mut first_pivot = 0;
        for month in 0..months {
            let range = reduced.account_first[month]..reduced.account_first[month + 1];
            let at_work = |limit: &u32| {
                let (first, last) = spans[*limit as usize];
                first <= month && month <= last
            };
            let ends = |limit: &u32| spans[*limit as usize].1 == month;
            let all = (0..reduced.limits as u32).filter(at_work);
            let (mut limits, staying): (Vec<u32>, Vec<u32>) = all.partition(ends);
            let ending = limits.len();
            limits.extend(staying);
            let begins = |at: usize| spans[limits[at] as usize].0 == month;
            let beginning = (0..limits.len())
                .filter(|&at| begins(at))
                .map(|at| ((range.len() + at) as u32, limits[at]))
                .collect();
            let mut carriers = Vec::new();
            while carry < reduced.carries.len() && (reduced.carries[carry].0 as usize) < range.end {
                let (from, into) = reduced.carries[carry];
                carriers.push(Carrier {
                    account: from - range.start as u32,
                    carry: carry as u32,
                    into: into - range.end as u32,
                });
                carry += 1;
            }
            let mut front = Front {
                first_account: range.start,
                accounts: range.len(),
                limits,
                ending,
                beginning,
                next_limit: Vec::new(),
                carriers,
                reach: Vec::new(),
                first_pivot,
                stored,
            };
            for pivot in 0..front.pivots() {
                let done = front.carriers.partition_point(|one| one.account as usize <= pivot);
                front.reach.push((front.first_carrier() + done) as u32);
                stored += front.first_carrier() + done - pivot - 1;
            }
            first_pivot += front.pivots();
            self.fronts.push(front);
        }
        for month in 1..months {
            let (before, after) = self.fronts.split_at_mut(month);
            let (front, next) = (&mut before[month - 1], &after[0]);
            for limit in &front.limits[front.ending..] {
                let place = next.limits.iter().position(|other| other == limit).unwrap_or(0);
                front.next_limit.push((next.accounts + place) as u32);
            }
        }
        stored
    }

    fn lay_touches(&mut self, reduced: &Reduced) {
        let first_limit = reduced.first_limit_row();
        let mut place = vec![0_u32; reduced.limits];
        let mut touched: Vec<(u32, u32)> = Vec::new();
        for month in 0..self.fronts.len() {
            let front = &self.fronts[month];
            for (at, &limit) in front.limits.iter().enumerate() {
                place[limit as usize] = (front.accounts + at) as u32;
            }
            let local = |row: u32| match (row as usize).checked_sub(first_limit) {
                Some(limit) => place[limit],
                None => row - front.first_account as u32,
            };
            for demand in reduced.demand_first[month]..reduced.demand_first[month + 1] {
                let columns = reduced.demand_columns[demand].clone();
                let entries = reduced.entry_first[columns.start] as usize
                    ..reduced.entry_first[columns.end] as usize;
                touched.clear();
                touched.extend(entries.clone().map(|entry| {
                    let row = reduced.entry_row[entry];
                    (local(row), row)
                }));
                let gap_entries =
                    reduced.gap_first[demand] as usize..reduced.gap_first[demand + 1] as usize;
                touched.extend(gap_entries.clone().map(|entry| {
                    let row = reduced.gap_row[entry];
                    (local(row), row)
                }));
                touched.sort_unstable();
                touched.dedup();
                for entry in entries {
                    let own = local(reduced.entry_row[entry]);
                    let at = touched.partition_point(|one| one.0 < own);
                    self.entry_touch[entry] = (self.touch_row.len() + at) as u32;
                    self.entry_local[entry] = own;
                }
                for entry in gap_entries {
                    let own = local(reduced.gap_row[entry]);
                    let at = touched.partition_point(|one| one.0 < own);
                    self.gap_touch[entry] = (self.touch_row.len() + at) as u32;
                    self.gap_local[entry] = own;
                }
                self.touch_local.extend(touched.iter().map(|one| one.0));
                self.touch_row.extend(touched.iter().map(|one| one.1));
                self.touch_first.push(self.touch_row.len() as u32);
            }
            let columns = reduced.free_columns[month].clone();
            for entry in reduced.entry_first[columns.start]..reduced.entry_first[columns.end] {
                self.entry_local[entry as usize] = local(reduced.entry_row[entry as usize]);
            }
        }
        self.touch_value = vec![0.0; self.touch_row.len()];
    }

    /// Forms and factors the normal equations with these weights of the variables.
    pub fn factor(&mut self, reduced: &Reduced, weights: &[f64]) {
        self.carry_weights.copy_from_slice(&weights[reduced.first_carry()..reduced.first_waste()]);
        if let Some(front) = self.fronts.first() {
            let width = front.width();
            self.next[..width * width].fill(0.0);
            self.next_sizes[..width].fill(0.0);
        }
        for month in 0..self.fronts.len() {
            std::mem::swap(&mut self.work, &mut self.next);
            std::mem::swap(&mut self.sizes, &mut self.next_sizes);
            self.add_slacks(reduced, weights, month);
            self.add_demands(reduced, weights, month);
            self.add_free(reduced, weights, month);
            self.eliminate(month);
            self.pass_on(month);
        }
    }

    /// The diagonal: wastes, carries out and, where a limit begins, its slack.
    fn add_slacks(&mut self, reduced: &Reduced, weights: &[f64], month: usize) {
        let front = &self.fronts[month];
        let width = front.width();
        let wastes = &weights[reduced.first_waste() + front.first_account..];
        self.own[..front.accounts].copy_from_slice(&wastes[..front.accounts]);
        for carrier in &front.carriers {
            self.own[carrier.account as usize] += self.carry_weights[carrier.carry as usize];
        }
        for account in 0..front.accounts {
            self.work[account * (width + 1)] += self.own[account];
        }
        let slacks = &weights[reduced.first_slack()..];
        for (own, &limit) in self.own[front.accounts..].iter_mut().zip(&front.limits) {
            *own = slacks[limit as usize];
        }
        for &(place, limit) in &front.beginning {
            self.work[place as usize * (width + 1)] += slacks[limit as usize];
        }
    }

    fn add_demands(&mut self, reduced: &Reduced, weights: &[f64], month: usize) {
        let width = self.fronts[month].width();
        let work = &mut self.work[..width * width];
        let gaps = &weights[reduced.first_gap()..reduced.first_slack()];
        for demand in reduced.demand_first[month]..reduced.demand_first[month + 1] {
            let columns = reduced.demand_columns[demand].clone();
            let touches = self.touch_first[demand] as usize..self.touch_first[demand + 1] as usize;
            self.touch_value[touches.clone()].fill(0.0);
            let total: f64 = weights[columns.clone()].iter().sum();
            let inverse = (gaps[demand] + total).recip();
            self.demand_inverse[demand] = inverse;
            for column in columns {
                let entries =
                    reduced.entry_first[column] as usize..reduced.entry_first[column + 1] as usize;
                let weight = weights[column];
                let coefficients = &reduced.entry_coefficient[entries.clone()];
                let locals = &self.entry_local[entries.clone()];
                for (&touch, &coefficient) in self.entry_touch[entries].iter().zip(coefficients) {
                    self.touch_value[touch as usize] += weight * coefficient;
                }
                if let (&[local], &[coefficient]) = (locals, coefficients) {
                    work[local as usize * (width + 1)] += weight * coefficient * coefficient;
                } else {
                    add_outer(work, width, locals, coefficients, weight);
                }
            }
            let entries =
                reduced.gap_first[demand] as usize..reduced.gap_first[demand + 1] as usize;
            let coefficients = &reduced.gap_coefficient[entries.clone()];
            for (&touch, coefficient) in self.gap_touch[entries.clone()].iter().zip(coefficients) {
                self.touch_value[touch as usize] += gaps[demand] * coefficient;
            }
            add_outer(work, width, &self.gap_local[entries], coefficients, gaps[demand]);
            let locals = &self.touch_local[touches.clone()];
            add_outer(work, width, locals, &self.touch_value[touches], -inverse);
        }
    }

    fn add_free(&mut self, reduced: &Reduced, weights: &[f64], month: usize) {
        let width = self.fronts[month].width();
        let work = &mut self.work[..width * width];
        for column in reduced.free_columns[month].clone() {
            let entries =
                reduced.entry_first[column] as usize..reduced.entry_first[column + 1] as usize;
            let coefficients = &reduced.entry_coefficient[entries.clone()];
            add_outer(work, width, &self.entry_local[entries], coefficients, weights[column]);
        }
    }

    /// Eliminates the accounts of the month and the limits that end in it.
    fn eliminate(&mut self, month: usize) {
        let front = &self.fronts[month];
        let width = front.width();
        let pivots = front.pivots();
        let work = &mut self.work[..width * width];
        for (at, size) in self.sizes[..width].iter_mut().enumerate() {
            *size += work[at * (width + 1)];
        }
        for (at, carrier) in front.carriers.iter().enumerate() {
            work[carrier.account as usize * width + front.first_carrier() + at] = 1.0;
        }
        let mut stored = front.stored;
        let mut start = 0;
        while start < pivots {
            let end = (start + PANEL).min(pivots);
            let reach = front.reach[end - 1] as usize;
            let mut inverses = [0.0; PANEL];
            for pivot in start..end {
                let (above, row) = work.split_at_mut(pivot * width);
                let row = &mut row[..reach];
                for other in start..pivot {
                    let source = &above[other * width..other * width + reach];
                    let factor = source[pivot] * inverses[other - start];
                    subtract(&mut row[pivot..], &source[pivot..], factor);
                }
                let size = row[pivot];
                // A pivot lost to cancellation is put at the size of its noise, and none is less
                // than what its own slack and carry add.
                let least = self.own[pivot].max(PIVOT_LEAST * self.sizes[pivot]);
                let inverse = size.max(least).recip();
                inverses[pivot - start] = inverse;
                self.pivot_inverse[front.first_pivot + pivot] = inverse;
                let kept = &row[pivot + 1..front.reach[pivot] as usize];
                self.factor[stored..stored + kept.len()].copy_from_slice(kept);
                stored += kept.len();
            }
            let (panel, rest) = work.split_at_mut(end * width);
            let panel = &panel[start * width..];
            for row in end..reach {
                let target = &mut rest[(row - end) * width..(row - end) * width + reach];
                if end - start == PANEL {
                    subtract_panel(&mut target[row..], panel, width, row, &inverses);
                } else {
                    for other in 0..end - start {
                        let source = &panel[other * width..other * width + reach];
                        let factor = source[row] * inverses[other];
                        subtract(&mut target[row..], &source[row..], factor);
                    }
                }
            }
            start = end;
        }
    }

    /// Adds what is left of the front to the next one.
    fn pass_on(&mut self, month: usize) {
        let Some(after) = self.fronts.get(month + 1) else { return };
        let front = &self.fronts[month];
        let (width, next_width) = (front.width(), after.width());
        let next = &mut self.next[..next_width * next_width];
        next.fill(0.0);
        self.next_sizes[..next_width].fill(0.0);
        for (at, &place) in front.next_limit.iter().enumerate() {
            let (row, place) = (front.pivots() + at, place as usize);
            let source = &self.work[row * width..(row + 1) * width];
            self.next_sizes[place] = self.sizes[row] - source[row];
            for (other, &other_place) in front.next_limit.iter().enumerate().skip(at) {
                next[place * next_width + other_place as usize] = source[front.pivots() + other];
            }
            for (other, carrier) in front.carriers.iter().enumerate() {
                let weight = self.carry_weights[carrier.carry as usize];
                next[carrier.into as usize * next_width + place] -=
                    weight * source[front.first_carrier() + other];
            }
        }
        for (at, carrier) in front.carriers.iter().enumerate() {
            let row = front.first_carrier() + at;
            let source = &self.work[row * width + row..(row + 1) * width];
            let weight = self.carry_weights[carrier.carry as usize];
            let into = carrier.into as usize;
            for (left, other) in source.iter().zip(&front.carriers[at..]) {
                let other_into = other.into as usize;
                let other_weight = self.carry_weights[other.carry as usize];
                let (low, high) = (into.min(other_into), into.max(other_into));
                let share = weight * other_weight * left;
                // Two accounts that flow into one meet on its diagonal from both sides.
                let twice = low == high && other.account != carrier.account;
                next[low * next_width + high] += if twice { 2.0 * share } else { share };
            }
            next[into * (next_width + 1)] += weight;
            self.next_sizes[into] -= weight * weight * source[0];
        }
    }

    /// Solves the factored equations for this right-hand side of the rows.
    pub fn solve(&mut self, right: &[f64], solution: &mut [f64]) {
        let first_demand = self.pivot_accounts();
        let first_limit = first_demand + self.demand_inverse.len();
        solution.copy_from_slice(right);
        for (demand, inverse) in self.demand_inverse.iter().enumerate() {
            let factor = solution[first_demand + demand] * inverse;
            let touches = self.touch_first[demand] as usize..self.touch_first[demand + 1] as usize;
            let values = &self.touch_value[touches.clone()];
            for (&row, value) in self.touch_row[touches].iter().zip(values) {
                solution[row as usize] -= factor * value;
            }
        }
        let (accounts, rest) = solution.split_at_mut(first_demand);
        let limits = &mut rest[first_limit - first_demand..];
        self.forward(accounts, limits);
        self.backward(accounts, limits);
        for (demand, inverse) in self.demand_inverse.iter().enumerate() {
            let touches = self.touch_first[demand] as usize..self.touch_first[demand + 1] as usize;
            let values = &self.touch_value[touches.clone()];
            let mut sum = solution[first_demand + demand];
            for (&row, value) in self.touch_row[touches].iter().zip(values) {
                sum -= value * solution[row as usize];
            }
            solution[first_demand + demand] = sum * inverse;
        }
    }

    fn pivot_accounts(&self) -> usize {
        self.fronts.last().map_or(0, |front| front.first_account + front.accounts)
    }

    fn forward(&mut self, accounts: &mut [f64], limits: &mut [f64]) {
        for front in &self.fronts {
            let local = &mut self.local[..front.width()];
            let own = front.first_account..front.first_account + front.accounts;
            local[..front.accounts].copy_from_slice(&accounts[own.clone()]);
            for (value, &limit) in local[front.accounts..].iter_mut().zip(&front.limits) {
                *value = limits[limit as usize];
            }
            local[front.first_carrier()..].fill(0.0);
            // The helping columns stand for the accounts that carry.
            let mut stored = front.stored;
            for pivot in 0..front.pivots() {
                let reach = front.reach[pivot] as usize;
                let row = &self.factor[stored..stored + reach - pivot - 1];
                stored += row.len();
                let factor = local[pivot] * self.pivot_inverse[front.first_pivot + pivot];
                subtract(&mut local[pivot + 1..reach], row, factor);
            }
            accounts[own.clone()].copy_from_slice(&local[..front.accounts]);
            for (value, &limit) in local[front.accounts..].iter().zip(&front.limits) {
                limits[limit as usize] = *value;
            }
            for (carrier, value) in front.carriers.iter().zip(&local[front.first_carrier()..]) {
                accounts[own.end + carrier.into as usize] -=
                    self.carry_weights[carrier.carry as usize] * value;
            }
        }
    }

    fn backward(&mut self, accounts: &mut [f64], limits: &mut [f64]) {
        for front in self.fronts.iter().rev() {
            let local = &mut self.local[..front.width()];
            let own = front.first_account..front.first_account + front.accounts;
            local[..front.accounts].copy_from_slice(&accounts[own.clone()]);
            for (value, &limit) in local[front.accounts..].iter_mut().zip(&front.limits) {
                *value = limits[limit as usize];
            }
            for (carrier, value) in front.carriers.iter().zip(&mut local[front.first_carrier()..]) {
                *value = -self.carry_weights[carrier.carry as usize]
                    * accounts[own.end + carrier.into as usize];
            }
            let mut stored = front.stored;
            for pivot in 0..front.pivots() {
                stored += front.reach[pivot] as usize - pivot - 1;
            }
            for pivot in (0..front.pivots()).rev() {
                let reach = front.reach[pivot] as usize;
                stored -= reach - pivot - 1;
                let row = &self.factor[stored..stored + reach - pivot - 1];
                let sum = local[pivot] - dot(row, &local[pivot + 1..reach]);
                local[pivot] = sum * self.pivot_inverse[front.first_pivot + pivot];
            }
            accounts[own].copy_from_slice(&local[..front.accounts]);
            for (value, &limit) in local[front.accounts..].iter().zip(&front.limits) {
                limits[limit as usize] = *value;
            }
        }
    }
}

/// The first and last month in which each limit has a column.
fn limit_spans(reduced: &Reduced) -> Vec<(usize, usize)> {
    let mut spans = vec![(usize::MAX, 0); reduced.limits];
    let first_limit = reduced.first_limit_row();
    for month in 0..reduced.free_columns.len() {
        let demands = reduced.demand_first[month]..reduced.demand_first[month + 1];
        for &row in &reduced.gap_row
            [reduced.gap_first[demands.start] as usize..reduced.gap_first[demands.end] as usize]
        {
            let span = &mut spans[row as usize - first_limit];
            *span = (span.0.min(month), month);
        }
        let ranges = reduced.demand_columns[demands].iter();
        for columns in ranges.chain(std::iter::once(&reduced.free_columns[month])) {
            let entries = reduced.entry_first[columns.start] as usize
                ..reduced.entry_first[columns.end] as usize;
            for &row in &reduced.entry_row[entries] {
                if let Some(limit) = (row as usize).checked_sub(first_limit) {
                    spans[limit] = (spans[limit].0.min(month), month);
                }
            }
        }
    }
    spans
}

/// Adds `weight * values * values'` to the upper triangle of a square with rows of this width.
fn add_outer(work: &mut [f64], width: usize, places: &[u32], values: &[f64], weight: f64) {
    for (at, (&place, &value)) in places.iter().zip(values).enumerate() {
        let row = &mut work[place as usize * width..(place as usize + 1) * width];
        let factor = weight * value;
        for (&other, &other_value) in places[at..].iter().zip(&values[at..]) {
            row[other as usize] += factor * other_value;
        }
    }
}

fn subtract(target: &mut [f64], source: &[f64], factor: f64) {
    for (target, source) in target.iter_mut().zip(source) {
        *target -= factor * source;
    }
}

/// Subtracts four pivot rows at once, so that the target is read and written once.
fn subtract_panel(
    target: &mut [f64],
    panel: &[f64],
    width: usize,
    row: usize,
    inverses: &[f64; PANEL],
) {
    let length = target.len();
    let first = &panel[row..row + length];
    let second = &panel[width + row..width + row + length];
    let third = &panel[2 * width + row..2 * width + row + length];
    let fourth = &panel[3 * width + row..3 * width + row + length];
    let factors = [
        first[0] * inverses[0],
        second[0] * inverses[1],
        third[0] * inverses[2],
        fourth[0] * inverses[3],
    ];
    for at in 0..length {
        target[at] -= (factors[0] * first[at] + factors[1] * second[at])
            + (factors[2] * third[at] + factors[3] * fourth[at]);
    }
}

/// The product of two rows, in four lanes.
pub(super) fn dot(left: &[f64], right: &[f64]) -> f64 {
    let mut lanes = [0.0; 4];
    let (left_chunks, right_chunks) = (left.chunks_exact(4), right.chunks_exact(4));
    let mut rest = 0.0;
    for (left, right) in left_chunks.remainder().iter().zip(right_chunks.remainder()) {
        rest += left * right;
    }
    for (left, right) in left_chunks.zip(right_chunks) {
        for lane in 0..4 {
            lanes[lane] += left[lane] * right[lane];
        }
    }
    (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]) + rest
}
