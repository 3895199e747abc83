//! What the programme seeks.

use super::{Payment, Relaxed};
use crate::braid::optimal::problem::Problem;
use crate::plan::cost::Priority;

impl Relaxed {
    /// Sets what the programme seeks: the least gap of one priority, the coverage of those before it held.
    pub fn seek(&mut self, problem: &Problem, priority: Priority, covered: [f64; 3]) {
        self.weigh(problem, Priority::ALL.map(|of| if of == priority { 1.0 } else { 0.0 }));
        for held in 0..priority as usize {
            self.program.limits[self.holds[held] as usize] = -covered[held];
        }
    }

    /// Sets what a dollar of gap of each priority counts; no coverage is held.
    pub fn weigh(&mut self, problem: &Problem, weights: [f64; 3]) {
        let classes = |place: usize| {
            let asking = problem.classes.iter().filter(move |class| class.needs[place] > 0);
            asking.map(|class| weights[class.priority as usize])
        };
        let weights = (0..problem.months).flat_map(classes);
        for (demand, weight) in self.program.demands.iter_mut().zip(weights) {
            demand.weight = weight;
        }
        for hold in self.holds {
            self.program.limits[hold as usize] = 0.0;
        }
    }

    /// Shuts the payments that no gap down to a priority can be the less for: those of later needs that make no room
    /// under a limit.
    pub fn shut_idle(&mut self, problem: &Problem, priority: Priority) {
        for (column, payment) in self.payments.iter().enumerate() {
            let Payment::Pays { class, .. } = *payment else { continue };
            let mut limits = self.program.columns.limits(column).iter();
            let makes_room = |(row, part): &(u32, f64)| *part < 0.0 && !self.holds.contains(row);
            let idle = problem.classes[class].priority > priority && !limits.any(makes_room);
            self.program.columns.uppers[column] = if idle { 0.0 } else { f64::INFINITY };
        }
    }
}
