//! The least gap of a plan whose money is free to pay anything in its months.
//!
//! Money of like months is one source. Money that keeps to the end runs along one row of months; other money
//! reaches each of its months. Needs are served in the order of priority, the earliest months first, by the flow that
//! makes the optimal braid.

use std::collections::BTreeMap;

use super::network::{Layout, Node, UNLIMITED};
use crate::braid::causes::Freed;

/// What the flow of a freed plan leaves.
pub(in crate::braid) struct Relaxed {
    /// By priority and place, in cents.
    pub gaps: [Vec<i64>; 3],
    /// By priority: the months of which all money is spent on needs down to it, in these months.
    pub cuts: [Vec<bool>; 3],
}

/// Solves a freed plan.
pub(in crate::braid) fn solve(freed: &Freed) -> Relaxed {
    let months = freed.needs[0].len();
    let mut layout = Layout::default();
    let kept: Vec<Node> = (0..months).map(|_| layout.node()).collect();
    let cash: Vec<Node> = (0..months).map(|_| layout.node()).collect();
    let mut windows: BTreeMap<(usize, usize), i64> = BTreeMap::new();
    for pot in &freed.pots {
        *windows.entry((pot.opens, pot.closes)).or_default() += pot.cents;
    }
    let mut filled: Vec<(Node, i64)> = Vec::new();
    // The money first that ends soonest.
    let mut ordered: Vec<_> = windows.into_iter().collect();
    ordered.sort_by_key(|((opens, closes), _)| (*closes, *opens));
    for ((opens, closes), cents) in ordered {
        let source = match closes + 1 == months {
            true => kept[opens],
            false => {
                let source = layout.node();
                for place in &cash[opens..=closes] {
                    layout.arc(source, *place, UNLIMITED);
                }
                source
            }
        };
        filled.push((source, cents));
    }
    for place in 0..months {
        layout.arc(kept[place], cash[place], UNLIMITED);
        if place + 1 < months {
            layout.link(kept[place], UNLIMITED);
        }
    }
    let needs: [Vec<Node>; 3] =
        std::array::from_fn(|_| cash.iter().map(|_| layout.node()).collect());
    for own in &needs {
        for (from, to) in cash.iter().zip(own) {
            layout.arc(*from, *to, UNLIMITED);
        }
    }
    for given in &freed.in_kind {
        let source = layout.node();
        layout.arc(source, needs[given.priority][given.place], UNLIMITED);
        filled.push((source, given.cents));
    }
    let mut network = layout.build();
    for (source, cents) in filled {
        network.fill(source, cents);
    }
    for (own, cents) in needs.iter().zip(&freed.needs) {
        for (need, cents) in own.iter().zip(cents) {
            network.ask(*need, *cents);
        }
    }
    let cuts = [0, 1, 2].map(|priority| {
        network.serve_early_first(&needs[priority]);
        cash.iter().map(|node| network.is_closed(*node)).collect()
    });
    let gaps = needs.map(|own| own.iter().map(|need| network.short(*need)).collect());
    Relaxed { gaps, cuts }
}
