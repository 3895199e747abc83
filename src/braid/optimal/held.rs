//! What is settled in cents before the flow, and what the flow has to hold.

use std::collections::BTreeMap;

use super::problem::Problem;
use super::rest::{Reserved, Rest};
use crate::braid::{Match, Recovery};
use crate::money::Money;

/// What is settled before the flow, and what the flow has to hold.
#[derive(Clone)]
pub(super) struct Held<'a> {
    pub problem: &'a Problem<'a>,
    pub rest: Rest<'a>,
    pub matches: Vec<Match>,
    /// Recovered amounts; their base is told when all draws stand.
    pub recoveries: Vec<Recovery>,
    /// Recovered money, by place.
    pub recovered: Vec<i64>,
    /// Whether each fund is settled already.
    pub settled: Vec<bool>,
    /// The allowance under which each class of each fund falls, by fund and class.
    pub allowed: Vec<Vec<Option<usize>>>,
    pub allowances: Vec<Allowance>,
    /// What must be spent of each tranche.
    pub floors: Vec<i64>,
    /// What is settled already of funds that are not, by fund, class and place: it takes room of allowances.
    pub matching: BTreeMap<(usize, usize, usize), i64>,
}

/// The most that some classes may take of a fund.
#[derive(Clone)]
pub(super) enum Allowance {
    /// In all.
    Whole(i64),
    /// By place of the horizon.
    ByPlace(Vec<i64>),
}

impl<'a> Held<'a> {
    /// Nothing held: for problems without rules.
    pub fn nothing(problem: &'a Problem<'a>) -> Held<'a> {
        Held {
            problem,
            rest: Rest::new(problem),
            matches: Vec::new(),
            recoveries: Vec::new(),
            recovered: vec![0; problem.months],
            settled: vec![false; problem.funds.len()],
            allowed: vec![vec![None; problem.classes.len()]; problem.funds.len()],
            allowances: Vec::new(),
            floors: vec![0; problem.timeline.tranches.len()],
            matching: BTreeMap::new(),
        }
    }

    /// Tells the tranches of what was set aside in a place.
    pub fn draw_reserved(&mut self, reserved: &Reserved) {
        for (tranche, part) in self.rest.draw_reserved(reserved) {
            self.matches.push(Match {
                place: reserved.place,
                award: self.problem.rules.matches[reserved.matches].award,
                line: reserved.line,
                tranche,
                amount: Money::from_cents(part),
            });
        }
    }
}
