//! What is left while a braid is settled in cents: of each tranche, of each line's need, and of each bound.

use super::problem::Problem;
use crate::braid::{Draw, Source};
use crate::money::Money;
use crate::name::{LineIndex, TrancheIndex};

/// What is left, with the draws that took the rest.
#[derive(Clone)]
pub(super) struct Rest<'a> {
    problem: &'a Problem<'a>,
    /// Cents, by tranche.
    pub held: Vec<i64>,
    /// The same of funds that are left to the flow, less what is set aside: the first to lapse goes first, as it will.
    free: Vec<i64>,
    /// Cents, by line and place.
    pub left: Vec<Vec<i64>>,
    /// Cents, by line, bound and place; and what a limit of pay leaves of each line.
    pub bounds: Vec<Vec<Vec<i64>>>,
    pub pay: Vec<Option<Vec<i64>>>,
    pub draws: Vec<Draw>,
    /// Money set aside, by place: its tranches are told when all that the fund pays is known.
    pub reserved: Vec<Reserved>,
}

/// Money of a fund set aside to pay a line, and to match an award.
#[derive(Clone)]
pub(super) struct Reserved {
    pub place: usize,
    pub fund: usize,
    pub class: usize,
    pub line: LineIndex,
    pub cents: i64,
    /// The rule of match that it serves.
    pub matches: usize,
}

impl<'a> Rest<'a> {
    /// All of it.
    pub fn new(problem: &'a Problem<'a>) -> Rest<'a> {
        let timeline = problem.timeline;
        let cents = |amounts: &Vec<Money>| amounts.iter().map(|amount| amount.cents()).collect();
        let months = 0..problem.months;
        let bounds = problem.bounds.iter().map(|bounds| {
            let of_bound = |bound: &crate::braid::waterfall::Bound| {
                months.clone().map(|place| bound.of_month(place)).collect()
            };
            bounds.iter().map(of_bound).collect()
        });
        let pay = problem.bounds.iter().map(|bounds| {
            let ceilings: Vec<_> =
                bounds.iter().filter_map(|bound| bound.ceiling.as_ref()).collect();
            let most = |place: usize| {
                ceilings.iter().map(|ceiling| ceiling[place].cents()).max().unwrap_or(0)
            };
            (!ceilings.is_empty()).then(|| months.clone().map(most).collect())
        });
        let held: Vec<i64> =
            timeline.tranches.iter().map(|tranche| tranche.amount.cents()).collect();
        Rest {
            problem,
            free: held.clone(),
            held,
            left: timeline.needs.iter().map(cents).collect(),
            bounds: bounds.collect(),
            pay: pay.collect(),
            draws: Vec::new(),
            reserved: Vec::new(),
        }
    }

    /// What a fund holds in a place.
    pub fn in_hand(&self, fund: usize, place: usize) -> i64 {
        self.open(fund, place).map(|tranche| self.held[tranche.at()]).sum()
    }

    /// What of a fund that is left to the flow may still be set aside in a place.
    pub fn free(&self, fund: usize, place: usize) -> i64 {
        self.open(fund, place).map(|tranche| self.free[tranche.at()]).sum()
    }

    /// The tranches of a fund that are open in a place, the first to lapse first.
    fn open(&self, fund: usize, place: usize) -> impl Iterator<Item = TrancheIndex> + use<'a> {
        let problem = self.problem;
        problem.funds[fund].open(problem.timeline, place, place).iter().copied()
    }

    /// The room under a fund's bound on a line in a place.
    pub fn room(&self, fund: usize, class: usize, place: usize) -> i64 {
        let line = self.problem.classes[class].lines[0].at();
        if self.bounds[line].is_empty() {
            return i64::MAX;
        }
        let Some(bound) = self.bound(fund, class) else { return i64::MAX };
        let own = self.bounds[line][bound][place];
        let of_pay = self.problem.bounds[line][bound].ceiling.is_some();
        match &self.pay[line] {
            Some(pay) if of_pay => own.min(pay[place]),
            _ => own,
        }
    }

    fn bound(&self, fund: usize, class: usize) -> Option<usize> {
        self.problem.leave(fund, class).and_then(|leave| leave.bound)
    }

    /// Takes so much from a fund at a place, without paying a line; what it took, by tranche.
    pub fn take(&mut self, fund: usize, place: usize, cents: i64) -> Vec<(TrancheIndex, i64)> {
        take_from(&mut self.held, self.problem, (fund, place), cents)
    }

    /// Pays one line of a class from a fund; the tranches that paid, and how much of what was asked.
    pub fn pay(
        &mut self,
        fund: usize,
        class: usize,
        line: LineIndex,
        place: usize,
        cents: i64,
    ) -> Vec<(TrancheIndex, i64)> {
        let most = cents.min(self.left[line.at()][place]).min(self.room(fund, class, place));
        let taken = self.take(fund, place, most.max(0));
        self.occupy(fund, class, line, place, taken.iter().map(|(_, part)| part).sum());
        self.draw(line, place, &taken);
        taken
    }

    /// Sets money of a fund aside for a line, as far as the fund has it, the line needs it and its bound lets it; how
    /// much.
    pub fn reserve(&mut self, reserved: Reserved) -> i64 {
        let Reserved { place, fund, class, line, cents, .. } = reserved;
        let most = cents.min(self.left[line.at()][place]).min(self.room(fund, class, place));
        let most = most.min(self.free(fund, place));
        if most <= 0 {
            return 0;
        }
        take_from(&mut self.free, self.problem, (fund, place), most);
        self.occupy(fund, class, line, place, most);
        self.reserved.push(Reserved { cents: most, ..reserved });
        most
    }

    /// Draws what was set aside in a place; the tranches that pay it.
    pub fn draw_reserved(&mut self, reserved: &Reserved) -> Vec<(TrancheIndex, i64)> {
        let taken = self.take(reserved.fund, reserved.place, reserved.cents);
        self.draw(reserved.line, reserved.place, &taken);
        taken
    }

    /// Takes need of a line, and room under the bound of a fund.
    fn occupy(&mut self, fund: usize, class: usize, line: LineIndex, place: usize, paid: i64) {
        self.left[line.at()][place] -= paid;
        if self.bounds[line.at()].is_empty() {
            return;
        }
        if let Some(bound) = self.bound(fund, class) {
            self.bounds[line.at()][bound][place] -= paid;
            let of_pay = self.problem.bounds[line.at()][bound].ceiling.is_some();
            if let Some(pay) = self.pay[line.at()].as_mut().filter(|_| of_pay) {
                pay[place] -= paid;
            }
        }
    }

    fn draw(&mut self, line: LineIndex, place: usize, taken: &[(TrancheIndex, i64)]) {
        for (tranche, part) in taken {
            self.draws.push(Draw {
                place,
                source: Source::Tranche(*tranche),
                line,
                amount: Money::from_cents(*part),
            });
        }
    }

    /// Pays the lines of a class in the order of names from a fund; what was paid, by line and tranche.
    pub fn pay_class(
        &mut self,
        fund: usize,
        class: usize,
        place: usize,
        cents: i64,
    ) -> Vec<(LineIndex, TrancheIndex, i64)> {
        let mut rest = cents;
        let mut paid = Vec::new();
        let problem = self.problem;
        for line in &problem.classes[class].lines {
            if rest == 0 {
                break;
            }
            for (tranche, part) in self.pay(fund, class, *line, place, rest) {
                rest -= part;
                paid.push((*line, tranche, part));
            }
        }
        paid
    }

    /// The same where a fund pays in the order of places: before its tranche at `front` none has anything left.
    pub fn pay_next(
        &mut self,
        fund: usize,
        class: usize,
        place: usize,
        cents: i64,
        front: &mut usize,
    ) {
        let problem = self.problem;
        let tranches = &problem.funds[fund].tranches;
        let mut rest = cents;
        for line in &problem.classes[class].lines {
            let mut most = rest.min(self.left[line.at()][place]);
            if !self.bounds[line.at()].is_empty() {
                most = most.min(self.room(fund, class, place));
            }
            let before = rest;
            while most > 0 && *front < tranches.len() {
                let tranche = tranches[*front];
                let held = problem.timeline.tranche(tranche);
                if held.opens > place {
                    break;
                }
                let open = if held.closes < place { 0 } else { self.held[tranche.at()] };
                let part = most.min(open);
                if part == 0 {
                    *front += 1;
                    continue;
                }
                self.held[tranche.at()] -= part;
                most -= part;
                rest -= part;
                let (source, amount) = (Source::Tranche(tranche), Money::from_cents(part));
                self.draws.push(Draw { place, source, line: *line, amount });
            }
            self.occupy(fund, class, *line, place, before - rest);
            if rest == 0 {
                break;
            }
        }
    }

    /// What a class still needs in a place.
    pub fn class_left(&self, class: usize, place: usize) -> i64 {
        self.problem.classes[class].lines.iter().map(|line| self.left[line.at()][place]).sum()
    }
}

/// Takes so much from what is left of a fund's tranches in a place, the first to lapse first; what it took.
fn take_from(
    left: &mut [i64],
    problem: &Problem,
    (fund, place): (usize, usize),
    cents: i64,
) -> Vec<(TrancheIndex, i64)> {
    let mut rest = cents;
    let mut taken = Vec::new();
    for tranche in problem.funds[fund].open(problem.timeline, place, place) {
        let part = rest.min(left[tranche.at()]);
        if part > 0 {
            left[tranche.at()] -= part;
            rest -= part;
            taken.push((*tranche, part));
        }
    }
    taken
}
