//! The least gap by flow: needs served in the order of priority and month, in whole cents.
//!
//! Without rules that tie amounts together, the amounts of needs that can be covered together form a polymatroid, so
//! serving them in their order of weight leaves the least gap of the first priority, then of the second, and so
//! on, and in each the least in the earliest months. By the mirror argument on the side of the money (Mendelsohn
//! and Dulmage), one and the same coverage can use the money that should go first. With such rules the flow
//! holds each one's allowance: what may go to capped lines, and what must be spent.

use std::collections::BTreeMap;

use super::held::{Allowance, Held};
use super::keep::{self, Kept, Needs, Row};
use super::network::{ArcPlace, Layout, Network, Node, UNLIMITED};
use super::problem::{Fund, Problem};
use super::rest::Rest;
use super::rules::Limit;
use crate::braid::{Draw, Source};
use crate::money::Money;
use crate::plan::cost::Priority;

mod lending;

pub(super) use lending::solve_lending;

/// For each priority, the tranches that its uncovered needs and those before depend on, all spent on such needs.
pub(super) type Cuts = [Vec<bool>; 3];

/// The places of a fund in the network.
struct Laid {
    /// Its nodes, by place from the first; one for all places where it is one tranche.
    nodes: Vec<Node>,
    opens: usize,
}

impl Laid {
    fn node(&self, place: usize) -> Node {
        if self.nodes.len() == 1 { self.nodes[0] } else { self.nodes[place - self.opens] }
    }
}

/// The flow of a fund, or of recovered money, to a class in a month.
struct Pipe {
    place: usize,
    fund: Option<usize>,
    class: usize,
    arc: ArcPlace,
}

/// An arc that lets money of a fund under an allowance.
struct Let {
    arc: ArcPlace,
    from: Node,
    to: Node,
    /// What it is meant to let.
    meant: i64,
}

/// The network with what its parts stand for.
struct Flow<'p, 'a> {
    problem: &'p Problem<'a>,
    layout: Layout,
    /// Nothing for funds that are settled.
    funds: Vec<Option<Laid>>,
    recovered: Vec<Node>,
    /// The node under which an allowance stands, by allowance and place; one for all places where it is of all.
    allowances: Vec<Vec<Option<Node>>>,
    /// The arcs that let money of a fund under an allowance, by allowance.
    lets: Vec<Vec<Let>>,
    /// What is set aside of a fund in a month: its node, and how much.
    reserved: Vec<(Node, i64)>,
    /// The need of each priority in each month.
    needs: [Vec<Node>; 3],
    pipes: Vec<Pipe>,
}

/// Serves every need that is left, as far as the money goes, within what is held. The draws are added to the rest's.
pub(super) fn solve(problem: &Problem, held: &mut Held) -> Cuts {
    let mut flow = Flow::new(problem);
    let (mut network, cuts) = flow.serve(held);
    flow.spend_in_order(&mut network, &held.floors);
    flow.draw(&network, held);
    cuts
}

/// What a braid leaves at least of each priority, in cents, since no flow that knows nothing of the rules leaves less.
pub(super) struct Least {
    pub cuts: Cuts,
    pub gaps: [i64; 3],
    /// Whether a braid that keeps the rules is known to leave no more than that: of any, or of core needs.
    pub kept: Kept,
}

/// Serves every need that is left as far as the money goes, then moves who pays what until the rules of awards are
/// kept. Only where they could be, draws are added to the rest's.
pub(super) fn solve_keeping_rules(problem: &Problem, held: &mut Held) -> Least {
    let mut flow = Flow::new(problem);
    let (mut network, cuts) = flow.serve(held);
    let gaps = [0, 1, 2].map(|priority: usize| {
        flow.needs[priority].iter().map(|need| network.short(*need)).sum::<i64>()
    });
    flow.spend_in_order(&mut network, &held.floors);
    let serve = |network: &mut Network, early_first: bool| {
        // What was withdrawn may be left where nothing was.
        network.open_all();
        for priority in Priority::ALL {
            if early_first {
                flow.serve_early_first(network, priority);
            } else {
                network.serve(&flow.needs[priority as usize]);
                flow.serve_instead(network, priority);
            }
        }
    };
    let kept = keep::keep(&mut network, &flow.rows(), &Needs { nodes: &flow.needs, serve });
    if kept == Kept::All {
        flow.draw(&network, held);
    }
    Least { cuts, gaps, kept }
}

impl<'p, 'a> Flow<'p, 'a> {
    fn new(problem: &'p Problem<'a>) -> Flow<'p, 'a> {
        Flow {
            problem,
            layout: Layout::default(),
            funds: Vec::new(),
            recovered: Vec::new(),
            allowances: Vec::new(),
            lets: Vec::new(),
            reserved: Vec::new(),
            needs: Default::default(),
            pipes: Vec::new(),
        }
    }

    /// Lays the network and serves the needs in it.
    fn serve(&mut self, held: &Held) -> (Network, Cuts) {
        self.lay_money(held);
        self.lay_needs(held);
        let mut network = std::mem::take(&mut self.layout).build();
        self.ask(&mut network, &held.rest);
        self.fill(&mut network, held);
        let mut cuts = [const { Vec::new() }; 3];
        for priority in Priority::ALL {
            self.serve_early_first(&mut network, priority);
            cuts[priority as usize] = self.exhausted(&network);
        }
        (network, cuts)
    }

    /// The limits of awards as rows over the arcs by which funds pay.
    fn rows(&self) -> Vec<Row> {
        let problem = self.problem;
        let row = |limit: &Limit| {
            let own = |fund: usize| problem.funds[fund].award == limit.award;
            let nodes = problem.funds.iter().zip(&self.funds);
            let nodes = nodes.filter(|(fund, _)| fund.award == limit.award);
            let nodes = nodes.filter_map(|(_, laid)| laid.as_ref()).flat_map(|laid| &laid.nodes);
            let counts = |pipe: &Pipe| {
                let fund = pipe.fund.filter(|fund| own(*fund))?;
                let within = (limit.places.0..=limit.places.1).contains(&pipe.place);
                let line = problem.classes[pipe.class].lines[0];
                let counts = limit.of(problem.funds[fund].period, Some(line));
                (within && counts != 0).then_some(counts)
            };
            let counted = self.pipes.iter().map(|pipe| (pipe, counts(pipe)));
            let counted: Vec<(&Pipe, i64)> =
                counted.filter_map(|(pipe, counts)| Some((pipe, counts?))).collect();
            let later = counted.iter().filter(|(pipe, counts)| {
                *counts > 0 && problem.classes[pipe.class].priority != Priority::Core
            });
            Row {
                arcs: counted.iter().map(|(pipe, counts)| (pipe.arc, *counts)).collect(),
                later: later.map(|(pipe, _)| pipe.arc).collect(),
                most: limit.most,
                own: nodes.copied().collect(),
            }
        };
        problem.rules.limits.iter().map(row).collect()
    }

    fn lay_money(&mut self, held: &Held) {
        let problem = self.problem;
        for (index, fund) in problem.funds.iter().enumerate() {
            let laid = (!held.settled[index]).then(|| self.lay_fund(fund, &held.rest));
            self.funds.push(laid);
        }
        if held.recovered.iter().any(|cents| *cents > 0) {
            self.recovered = (0..problem.months).map(|_| self.layout.node()).collect();
            for pair in self.recovered.windows(2) {
                self.layout.link(pair[0], UNLIMITED);
            }
        }
        let mut reserved: BTreeMap<(usize, usize), i64> = BTreeMap::new();
        for aside in &held.rest.reserved {
            *reserved.entry((aside.fund, aside.place)).or_default() += aside.cents;
        }
        for ((fund, place), cents) in reserved {
            let Some(from) = self.funds[fund].as_ref().map(|laid| laid.node(place)) else {
                continue;
            };
            let node = self.layout.node();
            self.layout.arc(from, node, UNLIMITED);
            self.reserved.push((node, cents));
        }
        self.allowances = held.allowances.iter().map(|_| vec![None; problem.months]).collect();
        self.lets = held.allowances.iter().map(|_| Vec::new()).collect();
    }

    /// Lays the nodes of a fund, and what may be kept from each month to the next.
    fn lay_fund(&mut self, fund: &Fund, rest: &Rest) -> Laid {
        let timeline = self.problem.timeline;
        let (opens, closes) = fund.span(timeline);
        if fund.tranches.len() == 1 {
            return Laid { nodes: vec![self.layout.node()], opens };
        }
        let nodes: Vec<Node> = (opens..=closes).map(|_| self.layout.node()).collect();
        for place in opens..closes {
            let kept = fund.open(timeline, place, place + 1).iter();
            let kept: i64 = kept.map(|tranche| rest.held[tranche.at()]).sum();
            if kept > 0 {
                self.layout.link(nodes[place - opens], kept);
            }
        }
        Laid { nodes, opens }
    }

    /// Lays what each class needs in each month, and who may pay it: the money first that should go first.
    fn lay_needs(&mut self, held: &Held) {
        let problem = self.problem;
        for needs in &mut self.needs {
            *needs = (0..problem.months).map(|_| self.layout.node()).collect();
        }
        let mut leaves = problem.leaves.iter().peekable();
        for (index, class) in problem.classes.iter().enumerate() {
            let mut own = Vec::new();
            while let Some(leave) = leaves.next_if(|leave| leave.class == index) {
                if !held.settled[leave.fund] {
                    own.push(leave);
                }
            }
            own.sort_by_key(|leave| problem.rank(leave.fund));
            for place in 0..problem.months {
                let left = held.rest.class_left(index, place);
                if left == 0 {
                    continue;
                }
                let node = self.layout.node();
                self.layout.arc(node, self.needs[class.priority as usize][place], left);
                let bounded = self.lay_bounds(index, place, node, &held.rest);
                for leave in
                    own.iter().filter(|leave| (leave.from..=leave.through).contains(&place))
                {
                    let into = leave.bound.map_or(node, |bound| bounded[bound]);
                    let Some(from) = self.payer(leave.fund, index, place, held) else { continue };
                    let arc = self.layout.arc(from, into, UNLIMITED);
                    self.pipes.push(Pipe { place, fund: Some(leave.fund), class: index, arc });
                }
                if let Some(from) = self.recovered.get(place) {
                    let arc = self.layout.arc(*from, node, UNLIMITED);
                    self.pipes.push(Pipe { place, fund: None, class: index, arc });
                }
            }
        }
    }

    /// The nodes of the bounds on a class's line in a month, by bound. What a limit of pay leaves is shared by all
    /// awards under one.
    fn lay_bounds(&mut self, class: usize, place: usize, node: Node, rest: &Rest) -> Vec<Node> {
        let line = self.problem.classes[class].lines[0].at();
        let limited = rest.pay[line].as_ref().map(|pay| {
            let limited = self.layout.node();
            self.layout.arc(limited, node, pay[place]);
            limited
        });
        let bounds = self.problem.bounds[line].iter().zip(&rest.bounds[line]);
        let mut bounded = Vec::new();
        for (bound, left) in bounds {
            let into = limited.filter(|_| bound.ceiling.is_some()).unwrap_or(node);
            let from = self.layout.node();
            self.layout.arc(from, into, left[place]);
            bounded.push(from);
        }
        bounded
    }

    /// The node from which a fund pays a class: its own, or that of the allowance under which the class falls.
    fn payer(&mut self, fund: usize, class: usize, place: usize, held: &Held) -> Option<Node> {
        let own = self.funds[fund].as_ref()?.node(place);
        let Some(allowance) = held.allowed[fund][class] else { return Some(own) };
        let (at, room) = match &held.allowances[allowance] {
            Allowance::Whole(room) => (0, *room),
            Allowance::ByPlace(rooms) => (place, rooms[place]),
        };
        let known = self.allowances[allowance][at];
        Some(known.unwrap_or_else(|| {
            let node = self.layout.node();
            let arc = self.layout.arc(own, node, room);
            self.lets[allowance].push(Let { arc, from: own, to: node, meant: room });
            self.allowances[allowance][at] = Some(node);
            node
        }))
    }

    fn ask(&self, network: &mut Network, rest: &Rest) {
        for (index, class) in self.problem.classes.iter().enumerate() {
            for place in 0..self.problem.months {
                let left = rest.class_left(index, place);
                network.ask(self.needs[class.priority as usize][place], left);
            }
        }
    }

    /// Fills the sources. What is set aside is served first; then what must be spent is.
    fn fill(&self, network: &mut Network, held: &Held) {
        let mut floors = vec![0; network.nodes()];
        let mut sources = Vec::new();
        self.each_source(|tranche, source| {
            network.fill(source, held.rest.held[tranche]);
            floors[source] += held.floors[tranche];
            sources.push(source);
        });
        let aside: Vec<Node> = self.reserved.iter().map(|(node, _)| *node).collect();
        for (node, cents) in &self.reserved {
            network.ask(*node, *cents);
        }
        if !aside.is_empty() {
            network.serve(&aside);
        }
        sources.sort_unstable();
        sources.dedup();
        sources.retain(|source| floors[*source] > network.spent(*source));
        if !sources.is_empty() {
            network.spend(&sources, &floors);
        }
        for (node, cents) in self.recovered.iter().zip(&held.recovered) {
            network.fill(*node, *cents);
        }
    }

    fn each_source(&self, mut visit: impl FnMut(usize, Node)) {
        for (fund, laid) in self.problem.funds.iter().zip(&self.funds) {
            let Some(laid) = laid else { continue };
            for tranche in &fund.tranches {
                let opens = self.problem.timeline.tranche(*tranche).opens;
                visit(tranche.at(), laid.node(opens));
            }
        }
    }

    /// Serves the months of one priority, the earliest first.
    fn serve_early_first(&self, network: &mut Network, priority: Priority) {
        let months = &self.needs[priority as usize];
        network.serve_early_first(months);
        if self.serve_instead(network, priority) > 0 {
            network.give_to_the_earliest(months);
        }
    }

    /// What had to be spent may have gone to later priorities; how much of it serves this one instead.
    fn serve_instead(&self, network: &mut Network, priority: Priority) -> i64 {
        let months = &self.needs[priority as usize];
        let after: Vec<Node> = self.needs[priority as usize + 1..].concat();
        match (after.first(), after.last()) {
            (Some(first), Some(last)) => network.serve_instead(months, *first..=*last),
            _ => 0,
        }
    }

    /// The tranches that could still be spent only on needs that are closed.
    fn exhausted(&self, network: &Network) -> Vec<bool> {
        let timeline = self.problem.timeline;
        let mut exhausted = vec![false; timeline.tranches.len()];
        for (fund, laid) in self.problem.funds.iter().zip(&self.funds) {
            let Some(laid) = laid else { continue };
            for tranche in &fund.tranches {
                let held = timeline.tranche(*tranche);
                let mut window = held.opens..=held.closes;
                exhausted[tranche.at()] = window.any(|place| network.is_closed(laid.node(place)));
            }
        }
        exhausted
    }

    /// Moves what is spent to the money that should go first, coverage as it is, and what must be spent too.
    fn spend_in_order(&self, network: &mut Network, floors: &[i64]) {
        let mut sources: Vec<(usize, Node)> = Vec::new();
        let mut floor = vec![0; network.nodes()];
        self.each_source(|tranche, source| {
            sources.push((self.problem.preference[tranche], source));
            floor[source] += floors[tranche];
        });
        sources.sort_unstable();
        let sources: Vec<Node> = sources.into_iter().map(|(_, source)| source).collect();
        network.spend_in_turn(&sources, &floor);
    }

    /// Splits the flows among the tranches of each fund, the first to lapse first, and the lines of each class, in
    /// the order of names.
    fn draw(&self, network: &Network, held: &mut Held) {
        let flowing = self.pipes.iter().map(|pipe| (pipe, network.flow(pipe.arc)));
        let mut flowing: Vec<(&Pipe, i64)> = flowing.filter(|(_, cents)| *cents > 0).collect();
        let funds = self.problem.funds.len();
        let width = funds + 1;
        let order = |pipe: &Pipe| {
            let class = pipe.place * self.problem.classes.len() + pipe.class;
            class * width + pipe.fund.unwrap_or(funds)
        };
        flowing.sort_unstable_by_key(|(pipe, _)| order(pipe));
        let mut recovered = held.recovered.clone();
        let mut oldest = 0;
        let reserved = std::mem::take(&mut held.rest.reserved);
        let mut aside = reserved.iter().peekable();
        let mut fronts = vec![0; funds];
        for (pipe, cents) in flowing {
            while let Some(next) = aside.next_if(|aside| aside.place <= pipe.place) {
                held.draw_reserved(next);
            }
            if let Some(fund) = pipe.fund {
                held.rest.pay_next(fund, pipe.class, pipe.place, cents, &mut fronts[fund]);
                continue;
            }
            let mut left = cents;
            for line in &self.problem.classes[pipe.class].lines {
                while left > 0 && held.rest.left[line.at()][pipe.place] > 0 {
                    while recovered[oldest] == 0 {
                        oldest += 1;
                    }
                    let part = left.min(recovered[oldest]);
                    let part = part.min(held.rest.left[line.at()][pipe.place]);
                    recovered[oldest] -= part;
                    held.rest.left[line.at()][pipe.place] -= part;
                    left -= part;
                    let (source, amount) = (Source::Recovery(oldest), Money::from_cents(part));
                    held.rest.draws.push(Draw { place: pipe.place, source, line: *line, amount });
                }
            }
        }
        for next in aside {
            held.draw_reserved(next);
        }
    }
}
