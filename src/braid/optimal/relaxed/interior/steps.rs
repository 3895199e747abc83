//! The iterations: from far inside to the optimum.

use super::block::{Blocks, dot};
use super::reduced::Reduced;

/// The most steps.
const STEPS_MOST: usize = 80;

/// Stop when the relative errors are below this, of columns that are plain below the second...
const TOLERANCE: f64 = 1e-10;
const TOLERANCE_PLAIN: f64 = 2e-11;

/// ... or call it converged when they end below this.
const TOLERANCE_LAST: f64 = 1e-9;

/// No step aims further down than this, as a share of the scale: below, rounding rules.
const AIM_LEAST: f64 = 2e-12;

/// ... nor than this, as a share of the mean product.
const FALL_MOST: f64 = 1e-4;

/// How many times a step may be corrected towards the centre. Where fronts are narrower than this and columns plain, a new
/// factor costs no more than what corrections would save.
const CORRECTORS: usize = 2;
const NARROW: usize = 64;

/// How much longer a corrected step is meant to be, and how much it must gain to be worth one more.
const LONGER: f64 = 0.3;
const GAIN_LEAST: f64 = 0.01;

/// Products within these factors of the aim are central enough.
const CENTRAL: (f64, f64) = (0.1, 10.0);

/// How much of the way to the border a step goes, far from the optimum and near to it.
const BORDER: (f64, f64) = (0.99, 0.99999);

/// The most refinements of a step, and the errors in its rows that are small enough: as a share of
/// the errors it is to remove, and of the needs.
const REFINEMENTS: usize = 10;
const REFINED: (f64, f64) = (1e-3, 1e-13);

/// The start: the share of the money that is spent in its month and of the rest that is wasted.
const START_SPENT: f64 = 0.85;
const START_WASTED: f64 = 0.2;

/// The start: prices of accounts, demands and limits, where the dearest need costs one; no amount
/// nor shortness of profit below the least.
const START_ACCOUNT: f64 = 1.0;
const START_DEMAND: f64 = 0.5;
const START_LIMIT: f64 = 0.1;
const START_LEAST: f64 = 1e-3;

/// An interior point, and room to improve it.
pub(super) struct Iterate<'a> {
    reduced: &'a Reduced,
    blocks: Blocks,
    /// The variables, and what each is short of profit.
    value: Vec<f64>,
    dual: Vec<f64>,
    /// For the bounded: room below the upper bound, and its price.
    room: Vec<f64>,
    room_dual: Vec<f64>,
    /// The prices of the rows.
    price: Vec<f64>,
    /// The right-hand side that is not met, by row, and the cost not explained, by variable.
    row_error: Vec<f64>,
    cost_error: Vec<f64>,
    /// The weights of the variables in the normal equations.
    weight: Vec<f64>,
    /// One by each variable.
    inverse: Vec<f64>,
    /// What the step is to add to each product of value and dual, and of room and its price.
    target: Vec<f64>,
    room_target: Vec<f64>,
    /// The step that would be made, and the one before its last correction.
    trial: Direction,
    plan: Direction,
    /// The least wrong of the refined steps.
    kept_value: Vec<f64>,
    kept_price: Vec<f64>,
    /// Working room, by row and by variable.
    rows: Vec<f64>,
    rows_more: Vec<f64>,
    conjugate: Vec<f64>,
    variables: Vec<f64>,
    /// The best so far.
    best_value: Vec<f64>,
    best_price: Vec<f64>,
    /// The sum of weighted needs, and of needs; the part of the needs by which rows are not met.
    scale: f64,
    size: f64,
    unmet: f64,
}

/// How far the values and the prices are from proving each other.
struct Errors {
    values: f64,
    prices: f64,
}

/// A step, in all that moves.
struct Direction {
    value: Vec<f64>,
    dual: Vec<f64>,
    room: Vec<f64>,
    room_dual: Vec<f64>,
    price: Vec<f64>,
}

impl Direction {
    fn new(reduced: &Reduced) -> Direction {
        Direction {
            value: vec![0.0; reduced.variables()],
            dual: vec![0.0; reduced.variables()],
            room: vec![0.0; reduced.bounded.len()],
            room_dual: vec![0.0; reduced.bounded.len()],
            price: vec![0.0; reduced.rows()],
        }
    }
}

impl<'a> Iterate<'a> {
    /// The starting point.
    pub fn new(reduced: &'a Reduced) -> Iterate<'a> {
        let variables = reduced.variables();
        let bounded = reduced.bounded.len();
        let needs = &reduced.right[reduced.accounts()..reduced.first_limit_row()];
        let worth: f64 = needs.iter().zip(&reduced.weights).map(|(need, one)| need * one).sum();
        let mut iterate = Iterate {
            reduced,
            blocks: Blocks::new(reduced),
            value: vec![0.0; variables],
            dual: vec![0.0; variables],
            room: vec![0.0; bounded],
            room_dual: vec![0.0; bounded],
            price: vec![0.0; reduced.rows()],
            row_error: vec![0.0; reduced.rows()],
            cost_error: vec![0.0; variables],
            weight: vec![0.0; variables],
            inverse: vec![0.0; variables],
            plan: Direction::new(reduced),
            trial: Direction::new(reduced),
            rows: vec![0.0; reduced.rows()],
            rows_more: vec![0.0; reduced.rows()],
            conjugate: vec![0.0; reduced.rows()],
            kept_value: vec![0.0; variables],
            kept_price: vec![0.0; reduced.rows()],
            variables: vec![0.0; variables],
            target: vec![0.0; variables],
            room_target: vec![0.0; bounded],
            best_value: vec![0.0; variables],
            best_price: vec![0.0; reduced.rows()],
            scale: if worth > 0.0 { worth } else { needs.iter().sum() },
            unmet: 0.0,
            size: needs.iter().sum(),
        };
        iterate.start();
        iterate
    }

    /// Iterates; returns the number of steps, and whether it converged.
    pub fn run(&mut self) -> (usize, bool) {
        let (mut value_error, mut price_error) = (f64::INFINITY, f64::INFINITY);
        let (mut steps, mut idle) = (0, 0);
        let plain = self.reduced.is_plain();
        let tolerance = if plain { TOLERANCE_PLAIN } else { TOLERANCE };
        loop {
            let errors = self.measure();
            idle += 1;
            // Rounding may spoil the one and leave the other: each keeps its own best.
            if errors.values < value_error {
                value_error = errors.values;
                self.best_value.clone_from(&self.value);
                idle = 0;
            }
            if errors.prices < price_error {
                price_error = errors.prices;
                self.best_price.clone_from(&self.price);
                idle = 0;
            }
            let worst = value_error.max(price_error);
            let patience = if worst <= TOLERANCE_LAST { 3 } else { 20 };
            let lost = !(errors.values.is_finite() && errors.prices.is_finite());
            if worst <= tolerance || steps == STEPS_MOST || idle == patience || lost {
                return (steps, worst <= TOLERANCE_LAST);
            }
            self.step();
            steps += 1;
        }
    }

    /// The values and prices of the best iterates.
    pub fn into_best(self) -> (Vec<f64>, Vec<f64>) {
        (self.best_value, self.best_price)
    }

    /// Starts where rows and costs are nearly met: a part of each need is paid, what is left of
    /// the money is carried, and money is dear and the dearer the longer it lasts.
    fn start(&mut self) {
        let reduced = self.reduced;
        let mut lasts = vec![0_u32; reduced.accounts()];
        for &(from, into) in reduced.carries.iter().rev() {
            lasts[from as usize] = lasts[into as usize] + 1;
        }
        self.start_values(&lasts);
        self.start_prices(&lasts);
    }

    fn start_values(&mut self, lasts: &[u32]) {
        let reduced = self.reduced;
        let accounts = reduced.accounts();
        let mean = self.size / reduced.demands() as f64;
        let least = START_LEAST * mean;
        let mut takers = vec![1.0_f64; accounts];
        for (&row, &coefficient) in reduced.entry_row.iter().zip(&reduced.entry_coefficient) {
            if coefficient > 0.0 && (row as usize) < accounts {
                takers[row as usize] += coefficient;
            }
        }
        let mut left = reduced.right.clone();
        let mut bounds = vec![f64::INFINITY; reduced.variables()];
        for &(variable, upper) in &reduced.bounded {
            bounds[variable] = upper;
        }
        let mut carry = 0;
        for month in 0..reduced.free_columns.len() {
            let own = reduced.account_first[month]..reduced.account_first[month + 1];
            let share = |account: usize| {
                START_SPENT * left[account].max(least)
                    / (lasts[account] + 1) as f64
                    / takers[account]
            };
            let shares: Vec<f64> = own.clone().map(share).collect();
            let demands = reduced.demand_first[month]..reduced.demand_first[month + 1];
            let groups = demands
                .map(|demand| {
                    let columns = reduced.demand_columns[demand].clone();
                    let most = left[accounts + demand] / (columns.len() + 1) as f64;
                    (columns, most)
                })
                .chain(std::iter::once((reduced.free_columns[month].clone(), mean)))
                .collect::<Vec<_>>();
            for (columns, most) in groups {
                for column in columns {
                    let entries = reduced.entry_first[column] as usize
                        ..reduced.entry_first[column + 1] as usize;
                    let mut value = most.min(0.5 * bounds[column]);
                    for entry in entries.clone() {
                        let row = reduced.entry_row[entry] as usize;
                        if row < accounts && reduced.entry_coefficient[entry] > 0.0 {
                            value = value.min(shares[row - own.start]);
                        }
                    }
                    self.value[column] = value;
                    for entry in entries {
                        let row = reduced.entry_row[entry] as usize;
                        left[row] -= reduced.entry_coefficient[entry] * value;
                    }
                }
            }
            for account in own {
                let rest = left[account].max(least);
                self.value[reduced.first_waste() + account] = rest;
                if reduced.carries.get(carry).is_some_and(|one| one.0 as usize == account) {
                    let variable = reduced.first_carry() + carry;
                    let wasted = START_WASTED / (lasts[account] + 1) as f64;
                    let moved = ((1.0 - wasted) * rest).min(0.5 * bounds[variable]);
                    self.value[variable] = moved;
                    self.value[reduced.first_waste() + account] = rest - moved;
                    left[reduced.carries[carry].1 as usize] += moved;
                    carry += 1;
                }
            }
        }
        for (demand, columns) in reduced.demand_columns.iter().enumerate() {
            let need = reduced.right[accounts + demand];
            let paid: f64 = self.value[columns.clone()].iter().sum();
            self.value[reduced.first_gap() + demand] = need - paid;
        }
        let first_gap = reduced.first_gap();
        for (demand, ends) in reduced.gap_first.windows(2).enumerate() {
            for entry in ends[0] as usize..ends[1] as usize {
                left[reduced.gap_row[entry] as usize] -=
                    reduced.gap_coefficient[entry] * self.value[first_gap + demand];
            }
        }
        for limit in 0..reduced.limits {
            self.value[reduced.first_slack() + limit] =
                left[reduced.first_limit_row() + limit].max(mean);
        }
        for (at, &(variable, upper)) in reduced.bounded.iter().enumerate() {
            self.room[at] = upper - self.value[variable];
        }
    }

    fn start_prices(&mut self, lasts: &[u32]) {
        let reduced = self.reduced;
        let longest = lasts.iter().copied().max().unwrap_or(0) as f64 + 1.0;
        for (price, &lasts) in self.price.iter_mut().zip(lasts) {
            *price = -START_ACCOUNT * (1.0 + (lasts + 1) as f64 / longest);
        }
        let accounts = reduced.accounts();
        for (price, weight) in self.price[accounts..].iter_mut().zip(&reduced.weights) {
            *price = START_DEMAND * weight;
        }
        self.price[reduced.first_limit_row()..].fill(-START_LIMIT);
        reduced.multiply_transposed(&self.price, &mut self.dual);
        for dual in &mut self.dual {
            *dual = -*dual;
        }
        let first_gap = reduced.first_gap();
        for (dual, weight) in self.dual[first_gap..].iter_mut().zip(&reduced.weights) {
            *dual += weight;
        }
        for (at, &(variable, _)) in reduced.bounded.iter().enumerate() {
            let dual = self.dual[variable];
            self.room_dual[at] = START_LEAST + (-dual).max(0.0);
            self.dual[variable] += self.room_dual[at];
        }
        for dual in &mut self.dual {
            *dual = dual.max(START_LEAST);
        }
    }

    /// Computes the errors; returns the largest of values and of prices, each in its own scale.
    fn measure(&mut self) -> Errors {
        let reduced = self.reduced;
        let first_gap = reduced.first_gap();
        reduced.multiply(&self.value, &mut self.row_error);
        for (error, right) in self.row_error.iter_mut().zip(&reduced.right) {
            *error = right - *error;
        }
        reduced.multiply_transposed(&self.price, &mut self.cost_error);
        for (error, dual) in self.cost_error.iter_mut().zip(&self.dual) {
            *error = -*error - dual;
        }
        for (error, weight) in self.cost_error[first_gap..].iter_mut().zip(&reduced.weights) {
            *error += weight;
        }
        for (&(variable, _), dual) in reduced.bounded.iter().zip(&self.room_dual) {
            self.cost_error[variable] += dual;
        }
        let (mut cost, mut cost_most) = (0.0, 0.0_f64);
        for (error, value) in self.cost_error.iter().zip(&self.value) {
            cost += error.abs() * value;
            cost_most = cost_most.max(error.abs());
        }
        let rows: f64 = self.row_error.iter().map(|error| error.abs()).sum();
        self.unmet = rows / self.size;
        let bounds = reduced.bounded.iter().zip(&self.room_dual);
        let primal = dot(&self.value[first_gap..reduced.first_slack()], &reduced.weights);
        let dual = dot(&reduced.right, &self.price)
            - bounds.map(|(bound, dual)| bound.1 * dual).sum::<f64>();
        let gap = self.complement().max((primal - dual).abs());
        let sound = (gap + cost + cost_most + rows).is_finite();
        let worst = |errors: &[f64]| {
            let worst = errors.iter().fold(gap / self.scale, |worst, &error| worst.max(error));
            if sound { worst } else { f64::INFINITY }
        };
        Errors {
            values: worst(&[self.unmet]),
            prices: worst(&[cost / self.scale, 0.1 * cost_most]),
        }
    }

    /// The sum of values by duals: the gap that is left once the errors are gone.
    fn complement(&self) -> f64 {
        dot(&self.value, &self.dual) + dot(&self.room, &self.room_dual)
    }

    fn step(&mut self) {
        let count = (self.value.len() + self.room.len()) as f64;
        let mean = self.complement() / count;
        self.weigh();
        self.blocks.factor(self.reduced, &self.weight);

        // Predict: as if the optimum could be reached in one step.
        for (target, (value, dual)) in pairs(&mut self.target, &self.value, &self.dual) {
            *target = -value * dual;
        }
        for (target, (room, dual)) in pairs(&mut self.room_target, &self.room, &self.room_dual) {
            *target = -room * dual;
        }
        self.direct(false);
        let (primal, dual) = self.longest(&self.trial);
        let ahead = self.complement_after(&self.trial, primal, dual) / count;
        let ratio = (ahead / mean).min(1.0);
        // Products must not vanish before the rows are met, or the rows never will be.
        let unmet = (1.0 - primal) * self.unmet * self.scale / count;
        let aim = (ratio * ratio * ratio * mean)
            .max(unmet.min(10.0 * mean))
            .max(AIM_LEAST * self.scale / count)
            .max(FALL_MOST * mean);

        // Correct: for what the prediction left, towards the centre.
        let trial = &self.trial;
        for (target, (value, dual)) in pairs(&mut self.target, &trial.value, &trial.dual) {
            *target += aim - value * dual;
        }
        for (target, (room, dual)) in pairs(&mut self.room_target, &trial.room, &trial.room_dual) {
            *target += aim - room * dual;
        }
        self.direct(true);
        let (primal, dual) = self.correct(aim);
        let share = (1.0 - mean * count / self.scale).clamp(BORDER.0, BORDER.1);
        self.advance((share * primal).min(1.0), (share * dual).min(1.0));
    }

    /// The weights of the variables in the normal equations.
    fn weigh(&mut self) {
        for (inverse, value) in self.inverse.iter_mut().zip(&self.value) {
            *inverse = value.recip();
        }
        for (weight, (inverse, dual)) in pairs(&mut self.weight, &self.inverse, &self.dual) {
            *weight = dual * inverse;
        }
        for (at, &(variable, _)) in self.reduced.bounded.iter().enumerate() {
            self.weight[variable] += self.room_dual[at] / self.room[at];
        }
        for weight in &mut self.weight {
            *weight = weight.recip();
        }
    }

    /// Corrects the step as long as that makes it longer; returns the lengths.
    fn correct(&mut self, aim: f64) -> (f64, f64) {
        let (mut primal, mut dual) = self.longest(&self.trial);
        let narrow = self.reduced.is_plain() && self.blocks.widest() < NARROW;
        for _ in 0..if narrow { 0 } else { CORRECTORS } {
            if primal > 0.9 && dual > 0.9 {
                break;
            }
            std::mem::swap(&mut self.plan, &mut self.trial);
            self.centre(primal, dual, aim);
            self.direct(true);
            let (new_primal, new_dual) = self.longest(&self.trial);
            let gains = new_primal >= primal + GAIN_LEAST || new_dual >= dual + GAIN_LEAST;
            if !gains || new_primal < 0.9 * primal || new_dual < 0.9 * dual {
                std::mem::swap(&mut self.plan, &mut self.trial);
                break;
            }
            (primal, dual) = (new_primal, new_dual);
        }
        (primal, dual)
    }

    /// Adds to the targets what would bring products that a longer step leaves far from the centre
    /// back towards it.
    fn centre(&mut self, primal: f64, dual: f64, aim: f64) {
        let primal = (primal + LONGER).min(1.0);
        let dual = (dual + LONGER).min(1.0);
        let (low, high) = (CENTRAL.0 * aim, CENTRAL.1 * aim);
        let correction = |product: f64| (product.max(low).min(high) - product).max(-high);
        let plan = &self.plan;
        let values = self.value.iter().zip(&plan.value);
        let duals = self.dual.iter().zip(&plan.dual);
        for (target, ((value, step), (one, dual_step))) in
            self.target.iter_mut().zip(values.zip(duals))
        {
            *target += correction((value + primal * step) * (one + dual * dual_step));
        }
        let rooms = self.room.iter().zip(&plan.room);
        let duals = self.room_dual.iter().zip(&plan.room_dual);
        for (target, ((room, step), (one, dual_step))) in
            self.room_target.iter_mut().zip(rooms.zip(duals))
        {
            *target += correction((room + primal * step) * (one + dual * dual_step));
        }
    }

    /// Solves for the step that meets the rows, the costs and the targets to first order; one that is only tried is
    /// not refined.
    fn direct(&mut self, refined: bool) {
        let reduced = self.reduced;
        let trial = &mut self.trial;
        // `variables` is what the step in prices has to beat.
        let errors = self.cost_error.iter().zip(&self.inverse);
        for (variable, (target, (error, inverse))) in
            self.variables.iter_mut().zip(self.target.iter().zip(errors))
        {
            *variable = error - target * inverse;
        }
        for (at, &(variable, _)) in reduced.bounded.iter().enumerate() {
            self.variables[variable] += self.room_target[at] / self.room[at];
        }
        for (step, (weight, variable)) in pairs(&mut trial.value, &self.weight, &self.variables) {
            *step = weight * variable;
        }
        reduced.multiply(&trial.value, &mut self.rows);
        for (row, error) in self.rows.iter_mut().zip(&self.row_error) {
            *row += error;
        }
        self.blocks.solve(&self.rows, &mut trial.price);
        reduced.multiply_transposed(&trial.price, &mut trial.value);
        for (step, (weight, variable)) in pairs(&mut trial.value, &self.weight, &self.variables) {
            *step = weight * (*step - variable);
        }
        if refined {
            self.refine();
        }
        let trial = &mut self.trial;
        let values = self.inverse.iter().zip(&trial.value);
        let targets = self.target.iter().zip(&self.dual);
        for (step, ((inverse, value_step), (target, dual))) in
            trial.dual.iter_mut().zip(values.zip(targets))
        {
            *step = (target - dual * value_step) * inverse;
        }
        for (at, &(variable, _)) in reduced.bounded.iter().enumerate() {
            trial.room[at] = -trial.value[variable];
            trial.room_dual[at] =
                (self.room_target[at] - self.room_dual[at] * trial.room[at]) / self.room[at];
        }
    }

    /// Repairs what rounding left of the rows: conjugate gradients, with the factor to guide them.
    fn refine(&mut self) {
        let reduced = self.reduced;
        let wanted: f64 = self.row_error.iter().map(|error| error.abs()).sum();
        let enough = (REFINED.0 * wanted).max(REFINED.1 * self.size);
        let trial = &mut self.trial;
        reduced.multiply(&trial.value, &mut self.rows);
        for (row, error) in self.rows.iter_mut().zip(&self.row_error) {
            *row = error - *row;
        }
        let (mut last, mut least) = (0.0, f64::INFINITY);
        for round in 0..=REFINEMENTS {
            let left: f64 = self.rows.iter().map(|row| row.abs()).sum();
            if left <= enough {
                return;
            }
            if left < least {
                least = left;
                self.kept_value.copy_from_slice(&trial.value);
                self.kept_price.copy_from_slice(&trial.price);
            }
            if round == REFINEMENTS {
                break;
            }
            self.blocks.solve(&self.rows, &mut self.rows_more);
            let size = dot(&self.rows, &self.rows_more);
            if last == 0.0 {
                self.conjugate.copy_from_slice(&self.rows_more);
            } else {
                let share = size / last;
                for (one, more) in self.conjugate.iter_mut().zip(&self.rows_more) {
                    *one = *one * share + more;
                }
            }
            last = size;
            reduced.multiply_transposed(&self.conjugate, &mut self.variables);
            let mut bent = 0.0;
            for (variable, weight) in self.variables.iter_mut().zip(&self.weight) {
                bent += weight * *variable * *variable;
                *variable *= weight;
            }
            let length = size / bent;
            if !(length.is_finite() && length > 0.0) {
                break;
            }
            reduced.multiply(&self.variables, &mut self.rows_more);
            add(&mut self.rows, &self.rows_more, -length);
            add(&mut trial.value, &self.variables, length);
            add(&mut trial.price, &self.conjugate, length);
        }
        // Near the end rounding may leave nothing to gain.
        trial.value.copy_from_slice(&self.kept_value);
        trial.price.copy_from_slice(&self.kept_price);
    }

    /// The longest steps that leave nothing below zero.
    fn longest(&self, step: &Direction) -> (f64, f64) {
        let primal = longest(&self.value, &step.value).min(longest(&self.room, &step.room));
        let dual = longest(&self.dual, &step.dual).min(longest(&self.room_dual, &step.room_dual));
        (primal, dual)
    }

    fn complement_after(&self, step: &Direction, primal: f64, dual: f64) -> f64 {
        let sum = |values: &[f64], value_steps: &[f64], duals: &[f64], dual_steps: &[f64]| {
            let values = values.iter().zip(value_steps);
            let duals = duals.iter().zip(dual_steps);
            let pairs = values.zip(duals);
            pairs.map(|((a, b), (c, d))| (a + primal * b) * (c + dual * d)).sum::<f64>()
        };
        sum(&self.value, &step.value, &self.dual, &step.dual)
            + sum(&self.room, &step.room, &self.room_dual, &step.room_dual)
    }

    fn advance(&mut self, primal: f64, dual: f64) {
        let step = &self.trial;
        add(&mut self.value, &step.value, primal);
        add(&mut self.room, &step.room, primal);
        add(&mut self.dual, &step.dual, dual);
        add(&mut self.room_dual, &step.room_dual, dual);
        add(&mut self.price, &step.price, dual);
    }
}

/// A vector that changes, with two that do not.
fn pairs<'a>(
    target: &'a mut [f64],
    left: &'a [f64],
    right: &'a [f64],
) -> impl Iterator<Item = (&'a mut f64, (&'a f64, &'a f64))> {
    target.iter_mut().zip(left.iter().zip(right))
}

fn add(target: &mut [f64], source: &[f64], length: f64) {
    for (target, source) in target.iter_mut().zip(source) {
        *target += length * source;
    }
}

/// The longest step, at most one, that leaves no value below zero.
fn longest(values: &[f64], steps: &[f64]) -> f64 {
    let mut worst = 1.0_f64;
    for (value, step) in values.iter().zip(steps) {
        worst = worst.max(-step / value);
    }
    worst.recip()
}
