//! Searches through a network, and moves along what they found.
//!
//! A search gives each node it sees a level, and money is moved along steps that lead to lower levels, until no such
//! path is left; then all is searched anew (Dinic 1970). It may begin at those who want something, which is short while
//! what gives is near everywhere, or at those who give, which sees nothing of what is used up. Links count nothing: all
//! that links join is on one level, and a path may pass any of them at once. So there are few levels however many
//! months money is kept. Links have no order of their own then, and a few moves may be made in vain; where that does
//! not end soon, each link counts as an arc does, and every search leads farther than the one before.

use std::ops::Range;

use super::{DEAD, End, Gives, Network, Node, Step, UNLIMITED, UNSEEN, Way};

/// The level at which a search begins that goes from those who want.
const TOP: u32 = u32::MAX / 2;

/// So many searches may be made in which links count nothing.
const LOOSE_MOST: usize = 60;

impl Network {
    /// Moves as much as it can from the nodes that give to these starts; searches begin at those who give.
    pub(super) fn move_from_givers(&mut self, starts: &[Node], way: Way, gives: &impl Gives) {
        let mut wanting = starts.to_vec();
        for round in 0.. {
            wanting.retain(|start| self.wants(*start, way) > 0);
            if wanting.is_empty() {
                break;
            }
            self.strict = round >= LOOSE_MOST;
            self.find_from_givers(way, gives);
            // Where no way leads to one that gives, none will.
            wanting.retain(|start| self.level[*start] != UNSEEN);
            for start in &wanting {
                self.move_along(*start, way, gives);
            }
        }
        self.strict = false;
    }

    /// The same; searches begin at the starts. The last one, which finds nothing, has seen all nodes that more could
    /// pass.
    pub(super) fn move_from_starts(&mut self, starts: &[Node], way: Way, gives: &impl Gives) {
        self.level.fill(UNSEEN);
        self.move_more(starts, way, gives);
    }

    /// The same among the nodes that have no level yet; the last search is not forgotten.
    pub(super) fn move_more(&mut self, starts: &[Node], way: Way, gives: &impl Gives) {
        for round in 0.. {
            self.strict = round >= LOOSE_MOST;
            if !self.find_more(starts, way, gives) {
                break;
            }
            for start in starts {
                self.move_along(*start, way, gives);
            }
            self.forget(UNSEEN);
        }
        self.strict = false;
    }

    /// Has the nodes that the last search saw be on this level.
    pub(super) fn forget(&mut self, level: u32) {
        for node in &self.queue {
            self.level[*node as usize] = level;
        }
    }

    /// Sees all nodes from which a way leads to one that gives.
    fn find_from_givers(&mut self, way: Way, gives: &impl Gives) {
        self.level.fill(UNSEEN);
        self.queue.clear();
        let against = way.opposite();
        for node in 0..self.nodes() {
            if gives(self, node) > 0 && self.level[node] == UNSEEN {
                self.see(node, 0, against);
            }
        }
        // Who gives has no lower one to go to.
        for node in &self.queue {
            self.cursor[*node as usize] = self.first[*node as usize + 1];
        }
        let mut at = 0;
        while at < self.queue.len() {
            let node = self.queue[at] as usize;
            at += 1;
            self.see_next(node, self.level[node] + 1, against);
        }
    }

    /// Sees the nodes to which ways lead from the starts that want something, up to the nearest that give; whether any
    /// gives. Nodes that have a level already are not seen again.
    pub(super) fn find_more(&mut self, starts: &[Node], way: Way, gives: &impl Gives) -> bool {
        self.queue.clear();
        for start in starts.iter().copied() {
            if self.wants(start, way) > 0 && self.level[start] == UNSEEN {
                self.see(start, TOP, way);
            }
        }
        let mut looked = 0;
        let (mut at, mut nearest) = (0, 0);
        while at < self.queue.len() {
            while looked < self.queue.len() {
                let node = self.queue[looked] as usize;
                looked += 1;
                if gives(self, node) > 0 {
                    nearest = nearest.max(self.level[node]);
                }
            }
            let node = self.queue[at] as usize;
            at += 1;
            let level = self.level[node];
            if level <= nearest {
                self.cursor[node] = self.first[node + 1];
                continue;
            }
            self.see_next(node, level - 1, way);
        }
        nearest != 0
    }

    /// Sees what is one arc away.
    fn see_next(&mut self, node: Node, level: u32, way: Way) {
        for at in self.first[node] as usize..self.first[node + 1] as usize {
            let end = &self.ends[at];
            let next = end.to as usize;
            if end.passable(way) > 0 && self.level[next] == UNSEEN {
                self.see(next, level, way);
            }
        }
        if self.strict {
            if self.link_down(node, way) > 0 && self.level[node - 1] == UNSEEN {
                self.see(node - 1, level, way);
            }
            if self.link_up(node, way) > 0 && self.level[node + 1] == UNSEEN {
                self.see(node + 1, level, way);
            }
        }
    }

    /// Sees a node, and with it all to which links lead.
    fn see(&mut self, node: Node, level: u32, way: Way) {
        self.push(node, level);
        if self.strict {
            return;
        }
        let mut at = node;
        while self.link_down(at, way) > 0 && self.level[at - 1] == UNSEEN {
            at -= 1;
            self.push(at, level);
        }
        at = node;
        while self.link_up(at, way) > 0 && self.level[at + 1] == UNSEEN {
            at += 1;
            self.push(at, level);
        }
    }

    fn push(&mut self, node: Node, level: u32) {
        self.level[node] = level;
        self.cursor[node] = self.first[node];
        self.queue.push(node as u32);
    }

    /// The room from a node to the one before it, in the direction in which a search passes it.
    fn link_down(&self, node: Node, way: Way) -> i64 {
        match way {
            Way::Back => self.link_room[node],
            Way::Forth => self.link_flow[node],
        }
    }

    /// The same to the one after it.
    fn link_up(&self, node: Node, way: Way) -> i64 {
        match way {
            Way::Back => self.link_flow[node + 1],
            Way::Forth => self.link_room[node + 1],
        }
    }

    fn wants(&self, node: Node, way: Way) -> i64 {
        match way {
            Way::Back => self.short[node],
            Way::Forth => self.spare[node],
        }
    }

    /// Moves what a start wants along steps to lower levels, until it has it or no path is left.
    pub(super) fn move_along(&mut self, start: Node, way: Way, gives: &impl Gives) {
        if self.level[start] >= DEAD {
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
            let end = self.cursor[node];
            if let Some(lower) = self.lower(node, end, way) {
                self.path.push(Step::Arc(lower));
                node = self.ends[lower as usize].to as usize;
                continue;
            }
            // All that links join may be reached from where the path came to it.
            if let Some(Step::Links { from, .. }) = self.path.last()
                && !self.strict
            {
                node = *from as usize;
                self.path.pop();
            }
            if let Some(exit) = self.exit(node, way, gives) {
                self.path.push(Step::Links { from: node as u32, to: exit as u32 });
                node = exit;
                continue;
            }
            let Some(step) = self.path.pop() else { return };
            node = self.origin(step);
        }
    }

    /// The next end of a node that leads to a lower level.
    fn lower(&mut self, node: Node, cursor: u32, way: Way) -> Option<u32> {
        let (level, last) = (self.level[node], self.first[node + 1]);
        let ends = &self.ends[cursor as usize..last as usize];
        let lower = |end: &End| end.passable(way) > 0 && self.level[end.to as usize] < level;
        let passed = ends.iter().position(lower).unwrap_or(ends.len());
        let cursor = cursor + passed as u32;
        self.cursor[node] = cursor;
        (cursor < last).then_some(cursor)
    }

    /// The nearest node to which links lead and from which more may be tried; where there is none, all that links
    /// lead to is seen no more.
    fn exit(&mut self, node: Node, way: Way, gives: &impl Gives) -> Option<Node> {
        let level = self.level[node];
        if self.strict {
            let lower = |other: Node| self.level[other] < level;
            if self.link_down(node, way) > 0 && lower(node - 1) {
                return Some(node - 1);
            }
            if self.link_up(node, way) > 0 && lower(node + 1) {
                return Some(node + 1);
            }
            self.level[node] = UNSEEN;
            return None;
        }
        let network = &*self;
        let open = |other: Node| {
            network.cursor[other] < network.first[other + 1] || gives(network, other) > 0
        };
        let mut lowest = node;
        while network.link_down(lowest, way) > 0 && network.level[lowest - 1] == level {
            lowest -= 1;
            if open(lowest) {
                return Some(lowest);
            }
        }
        let mut highest = node;
        while network.link_up(highest, way) > 0 && network.level[highest + 1] == level {
            highest += 1;
            if open(highest) {
                return Some(highest);
            }
        }
        self.level[lowest..=highest].fill(UNSEEN);
        None
    }

    /// The node that a step leaves.
    fn origin(&self, step: Step) -> Node {
        match step {
            Step::Arc(end) => self.ends[self.ends[end as usize].pair as usize].to as usize,
            Step::Links { from, .. } => from as usize,
        }
    }

    /// The links of a step, by the nodes they lead to, and whether it goes the way they do.
    fn links(from: u32, to: u32, way: Way) -> (Range<usize>, bool) {
        let range = from.min(to) as usize + 1..from.max(to) as usize + 1;
        (range, (from < to) == (way == Way::Forth))
    }

    /// The room that a step has.
    fn room_of(&self, step: Step, way: Way) -> i64 {
        match step {
            Step::Arc(end) => self.ends[end as usize].passable(way),
            Step::Links { from, to } => {
                let (range, along) = Network::links(from, to, way);
                let rooms = if along { &self.link_room[range] } else { &self.link_flow[range] };
                rooms.iter().copied().min().unwrap_or(0)
            }
        }
    }

    /// Moves so much by a step; whether it has room left.
    fn pass(&mut self, step: Step, way: Way, cents: i64) -> bool {
        match step {
            Step::Arc(end) => {
                let end = end as usize;
                let pair = self.ends[end].pair as usize;
                let (along, against) = match way {
                    Way::Back => (pair, end),
                    Way::Forth => (end, pair),
                };
                if self.ends[along].out != UNLIMITED {
                    self.ends[along].out -= cents;
                    self.ends[against].back -= cents;
                }
                if self.ends[along].back != UNLIMITED {
                    self.ends[along].back += cents;
                    self.ends[against].out += cents;
                }
                self.ends[end].passable(way) > 0
            }
            Step::Links { from, to } => {
                let (range, along) = Network::links(from, to, way);
                let flows = self.link_flow[range.clone()].iter_mut();
                let mut left = i64::MAX;
                for (flow, room) in flows.zip(&mut self.link_room[range]) {
                    let against = if along { -cents } else { cents };
                    *flow -= against;
                    if *room != UNLIMITED {
                        *room += against;
                    }
                    left = left.min(if along { *room } else { *flow });
                }
                left > 0
            }
        }
    }

    /// Moves along the path that was found from `start` to `giver`. Returns where the search goes on: the first
    /// node from which the path has no room left.
    fn move_along_path(&mut self, start: Node, giver: Node, way: Way, given: i64) -> Node {
        let rooms = self.path.iter().map(|step| self.room_of(*step, way));
        let moved = rooms.fold(self.wants(start, way).min(given), i64::min);
        let mut kept = self.path.len();
        for at in (0..self.path.len()).rev() {
            if !self.pass(self.path[at], way, moved) {
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
        before.map_or(giver, |step| self.origin(step))
    }
}
