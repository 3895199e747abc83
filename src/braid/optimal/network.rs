//! A network through which money flows in whole cents: from sources, by nodes and arcs with room, to needs.
//!
//! The needs of a priority are served together, by searches that go back from them to money that is left, moving what
//! other needs take from one source to another on the way; what was served stays served. The search that finds nothing
//! at last has seen all that the needs depend on, and all of it is used up: the nodes it saw are closed, which is the
//! cut that proves the gap. Which months lack what is missing is settled after: each month, the last first, gives what it
//! can to the earlier ones.
//!
//! The same moves, forward, let a source be spent before others that stand behind it. Where such a search finds nothing,
//! no later one can pass what it saw, so all failing searches together cost no more than one look at the network.
//!
//! Money that is kept runs along links from a node to the next one, and links count nothing on the way: see `search`.

use std::ops::RangeInclusive;

mod in_turn;
mod search;
mod withdraw;

/// A node of the network.
pub(super) type Node = usize;

/// An arc of the network, by its place in the order in which arcs were laid.
pub(super) type ArcPlace = usize;

/// No limit on an arc.
pub(super) const UNLIMITED: i64 = i64::MAX;

/// The network while it is laid out.
#[derive(Default)]
pub(super) struct Layout {
    nodes: usize,
    arcs: Vec<(Node, Node, i64)>,
    links: Vec<(Node, i64)>,
}

impl Layout {
    /// Adds a node.
    pub fn node(&mut self) -> Node {
        self.nodes += 1;
        self.nodes - 1
    }

    /// Adds an arc from a node to another with so many cents of room. Searches try the arcs of a node in the
    /// order in which they were laid.
    pub fn arc(&mut self, from: Node, to: Node, room: i64) -> ArcPlace {
        self.arcs.push((from, to, room));
        self.arcs.len() - 1
    }

    /// Adds a link from a node to the one that was added after it, with so many cents of room.
    pub fn link(&mut self, from: Node, room: i64) {
        self.links.push((from, room));
    }

    /// The network, with nothing in its sources and needs.
    pub fn build(self) -> Network {
        let mut first = vec![0_u32; self.nodes + 1];
        for (from, to, _) in &self.arcs {
            first[from + 1] += 1;
            first[to + 1] += 1;
        }
        for node in 0..self.nodes {
            first[node + 1] += first[node];
        }
        let mut next = first.clone();
        let mut ends = vec![End::default(); 2 * self.arcs.len()];
        let mut laid = Vec::with_capacity(self.arcs.len());
        for (from, to, room) in self.arcs {
            let (out, back) = (next[from], next[to]);
            next[from] += 1;
            next[to] += 1;
            ends[out as usize] = End { to: to as u32, pair: back, out: room, back: 0 };
            ends[back as usize] = End { to: from as u32, pair: out, out: 0, back: room };
            laid.push(out);
        }
        let mut link_room = vec![0; self.nodes + 1];
        for (from, room) in self.links {
            link_room[from + 1] = room;
        }
        Network {
            first,
            ends,
            laid,
            link_room,
            link_flow: vec![0; self.nodes + 1],
            spare: vec![0; self.nodes],
            spent: vec![0; self.nodes],
            short: vec![0; self.nodes],
            served: vec![0; self.nodes],
            closed: vec![false; self.nodes],
            level: vec![UNSEEN; self.nodes],
            cursor: vec![0; self.nodes],
            queue: Vec::new(),
            path: Vec::new(),
            strict: false,
        }
    }
}

/// One end of an arc, as its node sees it. Both directions stand in both ends, so that a search reads the ends of
/// a node in one row.
#[derive(Clone, Copy, Default)]
struct End {
    to: u32,
    /// The same arc as the other node sees it.
    pair: u32,
    /// The room left from the node to the other.
    out: i64,
    /// The room left from the other node to this one.
    back: i64,
}

impl End {
    /// Its room in the direction in which a search passes it.
    fn passable(&self, way: Way) -> i64 {
        match way {
            Way::Back => self.back,
            Way::Forth => self.out,
        }
    }
}

/// A network with what flows through it.
pub(super) struct Network {
    first: Vec<u32>,
    ends: Vec<End>,
    /// The end, at its first node, of each arc in the order in which they were laid.
    laid: Vec<u32>,
    /// The room left to each node from the one before it, and what flows there.
    link_room: Vec<i64>,
    link_flow: Vec<i64>,
    /// What is left in each node as a source, and what was taken from it.
    spare: Vec<i64>,
    spent: Vec<i64>,
    /// What each node lacks as a need, and what it took.
    short: Vec<i64>,
    served: Vec<i64>,
    /// Nodes that no search can leave any more.
    closed: Vec<bool>,
    /// The height of each node that a search saw: it is the less the nearer a node is to what gives.
    level: Vec<u32>,
    /// The next end that a search tries at each node.
    cursor: Vec<u32>,
    /// The nodes that a search saw, as it saw them.
    queue: Vec<u32>,
    path: Vec<Step>,
    /// Whether a link counts as much as an arc.
    strict: bool,
}

/// A step of a path.
#[derive(Clone, Copy)]
enum Step {
    /// By an arc, told by its end at the node that is left.
    Arc(u32),
    /// Along links.
    Links { from: u32, to: u32 },
}

/// Which way a search goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// From needs towards the money.
    Back,
    /// From money towards the needs.
    Forth,
}

impl Way {
    fn opposite(self) -> Way {
        match self {
            Way::Back => Way::Forth,
            Way::Forth => Way::Back,
        }
    }
}

/// What a search may end at: how much each node gives.
trait Gives: Fn(&Network, Node) -> i64 {}
impl<F: Fn(&Network, Node) -> i64> Gives for F {}

const UNSEEN: u32 = u32::MAX;

/// The level of a node that no search needs to see again.
const DEAD: u32 = u32::MAX - 1;

impl Network {
    /// How many nodes there are.
    pub fn nodes(&self) -> usize {
        self.spare.len()
    }

    /// Puts money into a source.
    pub fn fill(&mut self, source: Node, cents: i64) {
        self.spare[source] += cents;
    }

    /// Has a node need so much more.
    pub fn ask(&mut self, need: Node, cents: i64) {
        self.short[need] += cents;
    }

    /// What was taken from a source.
    pub fn spent(&self, source: Node) -> i64 {
        self.spent[source]
    }

    /// What a need lacks.
    pub fn short(&self, need: Node) -> i64 {
        self.short[need]
    }

    /// What flows through an arc.
    pub fn flow(&self, arc: ArcPlace) -> i64 {
        self.ends[self.laid[arc] as usize].back
    }

    /// Whether a search found nothing at a node: no money that could still reach it is left.
    pub fn is_closed(&self, node: Node) -> bool {
        self.closed[node]
    }

    /// Serves the needs together as far as the money that is left goes. Other needs keep what they have.
    pub fn serve(&mut self, needs: &[Node]) {
        let gives = |network: &Network, node: Node| network.spare[node];
        self.move_from_givers(needs, Way::Back, &gives);
        // The search that finds nothing tells what is closed.
        self.move_from_starts(needs, Way::Back, &gives);
        for node in &self.queue {
            self.closed[*node as usize] = true;
        }
    }

    /// Spends so much of each source, by node, on any need that is short.
    pub fn spend(&mut self, sources: &[Node], amounts: &[i64]) {
        self.spend_where(sources, amounts, |network, node| network.short[node]);
    }

    fn spend_where(&mut self, sources: &[Node], amounts: &[i64], gives: impl Gives) {
        let beyond: Vec<i64> = sources
            .iter()
            .map(|source| (self.spare[*source] + self.spent[*source] - amounts[*source]).max(0))
            .collect();
        for (source, beyond) in sources.iter().zip(&beyond) {
            self.spare[*source] -= beyond;
        }
        self.move_from_starts(sources, Way::Forth, &gives);
        for (source, beyond) in sources.iter().zip(&beyond) {
            self.spare[*source] += beyond;
        }
    }

    /// Serves the needs together with what `later` ones were served; how much.
    pub fn serve_instead(&mut self, needs: &[Node], later: RangeInclusive<Node>) -> i64 {
        if later.clone().all(|node| self.served[node] == 0) {
            return 0;
        }
        let short = |network: &Network| needs.iter().map(|need| network.short[*need]).sum::<i64>();
        let before = short(self);
        let gives = |network: &Network, node: Node| match later.contains(&node) {
            true => network.served[node],
            false => 0,
        };
        self.move_from_starts(needs, Way::Back, &gives);
        before - short(self)
    }

    /// Spends each of these sources in turn in place of those that stand behind it, as far as the needs that are served
    /// let it, and what must be spent of each, by node: what is left in it is moved to where theirs was taken.
    pub fn spend_in_turn(&mut self, sources: &[Node], floors: &[i64]) {
        let mut behind = vec![true; self.nodes()];
        self.level.fill(UNSEEN);
        for source in sources.iter().copied() {
            if !std::mem::take(&mut behind[source]) {
                continue;
            }
            // Who gives back nothing will not be asked again for more.
            let gives = |network: &Network, node: Node| match behind[node] {
                true => (network.spent[node] - floors[node]).max(0),
                false => 0,
            };
            while self.spare[source] > 0 && self.level[source] != DEAD {
                let found = self.find_more(&[source], Way::Forth, &gives);
                if found {
                    self.move_along(source, Way::Forth, &gives);
                }
                // Where none is found, no way leads from here to one that gives, and none will be laid that does not
                // begin at one.
                self.forget(if found { UNSEEN } else { DEAD });
            }
        }
    }
}

#[cfg(test)]
mod tests;
