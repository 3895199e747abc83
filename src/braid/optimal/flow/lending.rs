//! The flow under allowances of single months that lends what they leave in some to others.
//!
//! A relaxed braid over places longer than months tells what each cap allows in all; of single months it tells less, for
//! it knows nothing of them. So where needs stay short though their fund has more, room is lent from the months that
//! leave any.

use super::super::held::Held;
use super::super::network::ArcPlace;
use super::{Flow, Let, Network, Node, Priority, Problem};

/// How often room is lent for a priority at most.
const LENDINGS: usize = 4;

/// What such a flow leaves.
pub(in crate::braid::optimal) struct Told {
    /// Whether each gap was near enough; then the draws are added to the rest's.
    pub near: bool,
    /// The places where the money on which what is short depends turns, if one was too large.
    pub turns: Vec<usize>,
}

/// Serves every need that is left, as far as the money goes, within what is held. `whole` tells whether all needs of a
/// priority should be, and `near` whether a gap of one is near enough to what it should be: once one is not, no more
/// is tried.
pub(in crate::braid::optimal) fn solve_lending(
    problem: &Problem,
    held: &mut Held,
    whole: impl Fn(usize) -> bool,
    near: impl Fn(usize, i64) -> bool,
) -> Told {
    let mut flow = Flow::new(problem);
    flow.lay_money(held);
    flow.lay_needs(held);
    let mut network = std::mem::take(&mut flow.layout).build();
    flow.ask(&mut network, &held.rest);
    flow.each_source(|tranche, source| network.fill(source, held.rest.held[tranche]));
    for priority in Priority::ALL {
        if priority == Priority::Stretch {
            flow.spend(&mut network, &held.floors);
        }
        let needs = &flow.needs[priority as usize];
        let together = whole(priority as usize);
        if together {
            network.serve(needs);
        } else {
            network.serve_early_first(needs);
        }
        if flow.lend(&mut network, priority) || together {
            network.give_to_the_earliest(needs);
        }
        if !near(priority as usize, flow.short(&network, priority)) {
            return Told { near: false, turns: flow.turns(&network) };
        }
    }
    flow.spend_in_order(&mut network, &held.floors);
    flow.draw(&network, held);
    Told { near: true, turns: Vec::new() }
}

impl Flow<'_, '_> {
    fn short(&self, network: &Network, priority: Priority) -> i64 {
        self.needs[priority as usize].iter().map(|need| network.short(*need)).sum()
    }

    /// Spends what must be of each source that does not yet.
    fn spend(&self, network: &mut Network, floors: &[i64]) {
        let mut least = vec![0; network.nodes()];
        let mut sources = Vec::new();
        self.each_source(|tranche, source| {
            least[source] += floors[tranche];
            sources.push(source);
        });
        sources.sort_unstable();
        sources.dedup();
        sources.retain(|source| least[*source] > network.spent(*source));
        network.spend_instead_too(&sources, &least);
        // Others may have something left again.
        network.open_all();
    }

    /// The places where what depends on what is short turns.
    fn turns(&self, network: &Network) -> Vec<usize> {
        let mut turns = Vec::new();
        for laid in self.funds.iter().flatten() {
            for (at, pair) in laid.nodes.windows(2).enumerate() {
                if network.is_closed(pair[0]) != network.is_closed(pair[1]) {
                    turns.push(laid.opens + at + 1);
                }
            }
        }
        turns
    }

    /// Lends what allowances leave to where more could be let, for the needs of a priority; whether any was.
    fn lend(&self, network: &mut Network, priority: Priority) -> bool {
        let needs = &self.needs[priority as usize];
        let mut only = [const { Vec::new() }; 3];
        only[priority as usize].clone_from(needs);
        for round in 0..LENDINGS {
            let before = self.short(network, priority);
            let lent = if before > 0 { self.lent(network) } else { Vec::new() };
            if lent.is_empty() {
                return round > 0;
            }
            network.open_all();
            network.serve(needs);
            let lacking = lent.iter().flat_map(|(lets, most)| confine(network, lets, *most));
            let lacking: Vec<Node> = lacking.collect();
            network.serve_anew(&lacking, |_| true);
            network.leave_instead(&lacking, &only);
            network.open_all();
            network.serve(needs);
            if self.short(network, priority) >= before {
                break;
            }
        }
        true
    }

    /// Gives each month of an allowance that could let more all that the allowance leaves; those for which it did, and
    /// what they may let in all.
    fn lent(&self, network: &mut Network) -> Vec<(&[Let], i64)> {
        let mut lent: Vec<(&[Let], i64)> = Vec::new();
        for lets in self.lets.iter().filter(|lets| lets.len() > 1) {
            let wants = |one: &&Let| {
                network.is_closed(one.to)
                    && !network.is_closed(one.from)
                    && network.room(one.arc) == 0
            };
            let wanting: Vec<ArcPlace> = lets.iter().filter(wants).map(|one| one.arc).collect();
            let left: i64 = lets.iter().map(|one| network.room(one.arc)).sum();
            if left > 0 && !wanting.is_empty() {
                let flowing: i64 = lets.iter().map(|one| network.flow(one.arc)).sum();
                lent.push((lets, flowing + left));
                for arc in wanting {
                    network.allow(arc, left);
                }
            }
        }
        lent
    }
}

/// Has the arcs of an allowance let no more than so much in all: what is beyond is withdrawn from the last months, and
/// what is left is let as it was meant. Returns the nodes that lack what is withdrawn.
fn confine(network: &mut Network, lets: &[Let], most: i64) -> Vec<Node> {
    let flowing: i64 = lets.iter().map(|one| network.flow(one.arc)).sum();
    let mut beyond = (flowing - most).max(0);
    let mut lacking = Vec::new();
    for one in lets.iter().rev() {
        let part = network.flow(one.arc).min(beyond);
        if part > 0 {
            lacking.push(network.withdraw(one.arc, part));
            beyond -= part;
        }
        network.shut(one.arc);
    }
    let mut left = (most - flowing).max(0);
    for one in lets {
        let room = (one.meant - network.flow(one.arc)).clamp(0, left);
        network.allow(one.arc, room);
        left -= room;
    }
    if let Some(one) = lets.first() {
        network.allow(one.arc, left);
    }
    lacking
}
