//! A network through which money flows in whole cents: from sources, by nodes and arcs with room, to needs.
//!
//! The needs of a priority are served together, by searches that go back from them to money that is left, moving what
//! other needs take from one source to another on the way; what was served stays served. The shortest paths
//! come first, all of one length together (Dinic 1970); where there are many lengths, each node keeps how far the money
//! is at least, and only nodes that are stuck look again (Ahuja and Orlin 1989). The search that finds nothing
//! at last has seen all that the needs depend on, and all of it is used up: the nodes it saw are closed, which is the
//! cut that proves the gap. Which months lack what is missing is settled after, by halves: the earlier
//! half takes from the later what that can give (see `flow`).
//!
//! The same moves, forward, let a source be spent before others that stand behind it. Where such a search finds nothing,
//! no later one can pass what it saw, so all failing searches together cost no more than one look at the network.

use std::ops::RangeInclusive;

mod in_turn;
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
        Network {
            first,
            ends,
            laid,
            spare: vec![0; self.nodes],
            spent: vec![0; self.nodes],
            short: vec![0; self.nodes],
            served: vec![0; self.nodes],
            closed: vec![false; self.nodes],
            dead: vec![UNSEEN; self.nodes],
            level: vec![UNSEEN; self.nodes],
            cursor: vec![0; self.nodes],
            queue: Vec::new(),
            path: Vec::new(),
            scanned: 0,
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
    /// What is left in each node as a source, and what was taken from it.
    spare: Vec<i64>,
    spent: Vec<i64>,
    /// What each node lacks as a need, and what it took.
    short: Vec<i64>,
    served: Vec<i64>,
    /// Nodes that no search can leave any more.
    closed: Vec<bool>,
    /// The levels before a search forward: nodes from which it would find nothing have one already.
    dead: Vec<u32>,
    /// How far a search found each node from where it began, or how far the nearest giver is at least; nothing where
    /// it did not, or there is none.
    level: Vec<u32>,
    /// The next end that a search tries at each node.
    cursor: Vec<u32>,
    queue: Vec<u32>,
    path: Vec<u32>,
    /// How many ends were looked at to tell nodes anew how far they are.
    scanned: usize,
}

/// Which way a search goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// From needs towards the money.
    Back,
    /// From money towards the needs.
    Forth,
}

/// What a search may end at: how much each node gives.
trait Gives: Fn(&Network, Node) -> i64 {}
impl<F: Fn(&Network, Node) -> i64> Gives for F {}

const UNSEEN: u32 = u32::MAX;

/// The level of a node that no search forward needs to see again.
const DEAD: u32 = u32::MAX - 1;

/// After so many looks at as many ends as there are, distances are found anew for all nodes at once.
const SCANNED_MOST: usize = 2;

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
        self.move_by_distance(needs, Way::Back, &gives);
        // The search that finds nothing tells what is closed.
        self.move_all(needs, Way::Back, gives);
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
        self.move_all(sources, Way::Forth, gives);
        for (source, beyond) in sources.iter().zip(&beyond) {
            self.spare[*source] += beyond;
        }
    }

    /// Serves the needs together with what `later` ones were served; how much.
    pub fn serve_instead(&mut self, needs: &[Node], later: RangeInclusive<Node>) -> i64 {
        let short = |network: &Network| needs.iter().map(|need| network.short[*need]).sum::<i64>();
        let before = short(self);
        let gives = |network: &Network, node: Node| match later.contains(&node) {
            true => network.served[node],
            false => 0,
        };
        self.move_all(needs, Way::Back, gives);
        before - short(self)
    }

    /// For each of the needs, the last of them that could give it what it was served, by place among them; its own place
    /// where none could.
    pub fn last_givers(&mut self, needs: &[Node]) -> Vec<usize> {
        self.level.fill(UNSEEN);
        for (place, need) in needs.iter().enumerate().rev() {
            if self.served[*need] == 0 || self.level[*need] != UNSEEN {
                continue;
            }
            self.level[*need] = place as u32;
            self.queue.clear();
            self.queue.push(*need as u32);
            let mut at = 0;
            while at < self.queue.len() {
                let node = self.queue[at] as usize;
                at += 1;
                for end in self.first[node]..self.first[node + 1] {
                    let End { to, out, .. } = self.ends[end as usize];
                    if out > 0 && self.level[to as usize] == UNSEEN {
                        self.level[to as usize] = place as u32;
                        self.queue.push(to);
                    }
                }
            }
        }
        let last = |(place, need): (usize, &Node)| match self.level[*need] {
            UNSEEN => place,
            last => last as usize,
        };
        needs.iter().enumerate().map(last).collect()
    }

    /// Spends a source in place of others, as far as the needs that are served let it: what is left in it is moved
    /// to where theirs was taken. `gives` tells how much each may give back; who may give back nothing must not be
    /// asked again for more.
    pub fn spend_instead(&mut self, source: Node, gives: impl Fn(&Network, Node) -> i64) {
        while self.spare[source] > 0 && self.dead[source] != DEAD {
            if self.find_levels(&[source], Way::Forth, &gives) {
                self.move_along_levels(source, Way::Forth, &gives);
            } else {
                // No way leads from here to one that gives, and none will be laid that does not begin at one.
                for node in &self.queue {
                    self.dead[*node as usize] = DEAD;
                }
            }
        }
    }

    /// Moves as much as it can from the nodes that give to those where a search starts: by shortest paths,
    /// all paths of one length together (Dinic). The last search, which finds nothing, has seen all nodes that more
    /// could pass.
    fn move_all(&mut self, starts: &[Node], way: Way, gives: impl Gives) {
        while self.find_levels(starts, way, &gives) {
            for start in starts {
                self.move_along_levels(*start, way, &gives);
            }
        }
    }

    /// Moves what [`Network::move_all`] moves, by the same paths in the same order: where there are many lengths of
    /// paths it need not search all again for each. Every node knows how far the nearest giver is at least, and learns
    /// it anew where a search is stuck (Ahuja and Orlin 1989); all nodes do when that has cost as much as a search.
    fn move_by_distance(&mut self, starts: &[Node], way: Way, gives: &impl Gives) {
        let mut distances = self.find_distances(way, gives);
        loop {
            let open = starts.iter().filter(|start| self.wants(**start, way) > 0);
            let nearest = open.map(|start| self.level[*start]).min().unwrap_or(UNSEEN);
            if nearest == UNSEEN {
                return;
            }
            for start in starts {
                if self.scanned > SCANNED_MOST * self.ends.len() {
                    distances = self.find_distances(way, gives);
                }
                if self.level[*start] == nearest {
                    self.move_along_distances(*start, way, gives, &mut distances);
                }
            }
        }
    }

    /// Finds how far each node is from the nearest that gives; returns how many nodes are at each distance.
    fn find_distances(&mut self, way: Way, gives: &impl Gives) -> Vec<u32> {
        self.scanned = 0;
        self.level.fill(UNSEEN);
        self.queue.clear();
        for node in 0..self.nodes() {
            if gives(self, node) > 0 {
                self.level[node] = 0;
                self.queue.push(node as u32);
            }
        }
        let mut distances = Vec::new();
        let mut at = 0;
        while at < self.queue.len() {
            let node = self.queue[at] as usize;
            at += 1;
            let level = self.level[node];
            if distances.len() <= level as usize {
                distances.push(0);
            }
            distances[level as usize] += 1;
            self.cursor[node] = self.first[node];
            for end in &self.ends[self.first[node] as usize..self.first[node + 1] as usize] {
                let room = match way {
                    Way::Back => end.out,
                    Way::Forth => end.back,
                };
                if room > 0 && self.level[end.to as usize] == UNSEEN {
                    self.level[end.to as usize] = level + 1;
                    self.queue.push(end.to);
                }
            }
        }
        distances
    }

    /// Moves what a start wants along paths on which the giver comes nearer with each step, until it has it or is
    /// known to be farther.
    fn move_along_distances(
        &mut self,
        start: Node,
        way: Way,
        gives: &impl Gives,
        distances: &mut Vec<u32>,
    ) {
        let nearest = self.level[start];
        self.path.clear();
        let mut node = start;
        while self.wants(start, way) > 0 && self.level[start] == nearest {
            let given = if self.level[node] == 0 { gives(self, node) } else { 0 };
            if given > 0 {
                node = self.move_along_path(start, node, way, given);
                continue;
            }
            let (level, last) = (self.level[node], self.first[node + 1]);
            let ends = &self.ends[self.cursor[node] as usize..last as usize];
            let nearer = |end: &End| end.passable(way) > 0 && self.level[end.to as usize] < level;
            let passed = ends.iter().position(nearer).unwrap_or(ends.len());
            let cursor = self.cursor[node] + passed as u32;
            self.cursor[node] = cursor;
            if cursor < last {
                self.path.push(cursor);
                node = self.ends[cursor as usize].to as usize;
            } else {
                self.set_farther(node, way, distances);
                if let Some(end) = self.path.pop() {
                    node = self.ends[self.ends[end as usize].pair as usize].to as usize;
                }
            }
        }
    }

    /// Tells a node anew how far it is from the nearest that gives; where no node is left at its old distance, none
    /// that is farther has a way.
    fn set_farther(&mut self, node: Node, way: Way, distances: &mut Vec<u32>) {
        let old = self.level[node] as usize;
        let first = self.first[node];
        let ends = &self.ends[first as usize..self.first[node + 1] as usize];
        self.scanned += ends.len();
        let (mut nearest, mut cursor) = (UNSEEN, self.cursor[node]);
        for (end, place) in ends.iter().zip(first..) {
            if end.passable(way) == 0 {
                continue;
            }
            let level = self.level[end.to as usize];
            if level < nearest {
                (nearest, cursor) = (level, place);
                if level as usize == old {
                    break;
                }
            }
        }
        self.cursor[node] = cursor;
        distances[old] -= 1;
        self.level[node] = match nearest {
            UNSEEN => UNSEEN,
            _ => nearest + 1,
        };
        if nearest != UNSEEN {
            let level = nearest as usize + 1;
            if distances.len() <= level {
                distances.resize(level + 1, 0);
            }
            distances[level] += 1;
        }
        if distances[old] == 0 {
            distances.truncate(old);
            for level in &mut self.level {
                if *level as usize > old {
                    *level = UNSEEN;
                }
            }
        }
    }

    fn wants(&self, node: Node, way: Way) -> i64 {
        match way {
            Way::Back => self.short[node],
            Way::Forth => self.spare[node],
        }
    }

    /// Finds how far the nodes are from the starts that want something, up to the nearest that give; whether any
    /// gives.
    fn find_levels(&mut self, starts: &[Node], way: Way, gives: &impl Gives) -> bool {
        match way {
            Way::Back => self.level.fill(UNSEEN),
            Way::Forth => self.level.copy_from_slice(&self.dead),
        }
        self.find_more_levels(starts, way, gives)
    }

    /// The same where some nodes have a level already, which need not be seen again.
    fn find_more_levels(&mut self, starts: &[Node], way: Way, gives: &impl Gives) -> bool {
        self.queue.clear();
        for start in starts.iter().copied() {
            if self.wants(start, way) > 0 {
                self.level[start] = 0;
                self.queue.push(start as u32);
            }
        }
        let (mut at, mut nearest) = (0, UNSEEN);
        while at < self.queue.len() {
            let node = self.queue[at] as usize;
            at += 1;
            let level = self.level[node] + 1;
            if level > nearest {
                break;
            }
            self.cursor[node] = self.first[node];
            for at in self.first[node] as usize..self.first[node + 1] as usize {
                let end = &self.ends[at];
                let next = end.to as usize;
                if self.level[next] != UNSEEN || end.passable(way) == 0 {
                    continue;
                }
                self.level[next] = level;
                self.cursor[next] = self.first[next + 1];
                if gives(self, next) > 0 {
                    nearest = level;
                }
                self.queue.push(next as u32);
            }
        }
        nearest != UNSEEN
    }

    /// Moves what a start wants along the levels that were found, until it has it or no path is left.
    fn move_along_levels(&mut self, start: Node, way: Way, gives: &impl Gives) {
        if self.level[start] != 0 {
            return;
        }
        self.path.clear();
        let mut node = start;
        while self.wants(start, way) > 0 {
            let given = if node == start { 0 } else { gives(self, node) };
            if given > 0 {
                node = self.move_along_path(start, node, way, given);
                continue;
            }
            let (level, last) = (self.level[node], self.first[node + 1]);
            let ends = &self.ends[self.cursor[node] as usize..last as usize];
            let on = |end: &End| self.level[end.to as usize] == level + 1 && end.passable(way) > 0;
            let passed = ends.iter().position(on).unwrap_or(ends.len());
            let cursor = self.cursor[node] + passed as u32;
            self.cursor[node] = cursor;
            if cursor < last {
                self.path.push(cursor);
                node = self.ends[cursor as usize].to as usize;
            } else {
                let Some(end) = self.path.pop() else { return };
                node = self.ends[self.ends[end as usize].pair as usize].to as usize;
                self.cursor[node] += 1;
            }
        }
    }

    /// Moves along the path that was found from `start` to `giver`. Returns where the search goes on: the first
    /// node from which the path has no room left.
    fn move_along_path(&mut self, start: Node, giver: Node, way: Way, given: i64) -> Node {
        let rooms = self.path.iter().map(|end| self.ends[*end as usize].passable(way));
        let moved = rooms.fold(self.wants(start, way).min(given), i64::min);
        let mut kept = self.path.len();
        for at in (0..self.path.len()).rev() {
            let end = self.path[at] as usize;
            let pair = self.ends[end].pair as usize;
            let (along, against) = match way {
                Way::Back => (pair, end),
                Way::Forth => (end, pair),
            };
            if self.ends[along].out != UNLIMITED {
                self.ends[along].out -= moved;
                self.ends[against].back -= moved;
            }
            if self.ends[along].back != UNLIMITED {
                self.ends[along].back += moved;
                self.ends[against].out += moved;
            }
            if self.ends[along].out == 0 {
                kept = at;
            }
        }
        match way {
            Way::Back => {
                self.short[start] -= moved;
                self.served[start] += moved;
                // A node is a source or a need, never both.
                if self.served[giver] > 0 {
                    self.served[giver] -= moved;
                    self.short[giver] += moved;
                } else {
                    self.spare[giver] -= moved;
                    self.spent[giver] += moved;
                }
            }
            Way::Forth => {
                self.spare[start] -= moved;
                self.spent[start] += moved;
                if self.short[giver] > 0 {
                    self.short[giver] -= moved;
                    self.served[giver] += moved;
                } else {
                    self.spare[giver] += moved;
                    self.spent[giver] -= moved;
                }
            }
        }
        let before = self.path.get(kept).copied();
        self.path.truncate(kept);
        match before {
            Some(end) => self.ends[self.ends[end as usize].pair as usize].to as usize,
            None => giver,
        }
    }
}

#[cfg(test)]
mod tests;
