//! Taking flow out of arcs, and serving anew what then lacks it.

use super::{ArcPlace, Network, Node, Way};

impl Network {
    /// Lets no more into an arc than flows through it.
    pub fn shut(&mut self, arc: ArcPlace) {
        let out = self.laid[arc] as usize;
        self.set_room(out, 0);
    }

    /// Lets so much more into an arc than flows through it.
    pub fn allow(&mut self, arc: ArcPlace, more: i64) {
        let out = self.laid[arc] as usize;
        self.set_room(out, self.ends[out].out + more);
    }

    fn set_room(&mut self, out: usize, room: i64) {
        let pair = self.ends[out].pair as usize;
        self.ends[out].out = room;
        self.ends[pair].back = room;
    }

    /// Takes so much out of an arc: its first node has it to spare, and its last, which is told, lacks it.
    pub fn withdraw(&mut self, arc: ArcPlace, cents: i64) -> Node {
        let out = self.laid[arc] as usize;
        let pair = self.ends[out].pair as usize;
        self.ends[out].back -= cents;
        self.ends[pair].out -= cents;
        let (from, to) = (self.ends[pair].to as usize, self.ends[out].to as usize);
        self.spare[from] += cents;
        self.spent[from] -= cents;
        self.short[to] += cents;
        self.served[to] -= cents;
        to
    }

    /// Puts back what was withdrawn of an arc and is still lacking and to spare at its ends.
    pub fn put_back(&mut self, arc: ArcPlace, most: i64) -> i64 {
        let out = self.laid[arc] as usize;
        let pair = self.ends[out].pair as usize;
        let (from, to) = (self.ends[pair].to as usize, self.ends[out].to as usize);
        let cents = most.min(self.spare[from]).min(self.short[to]).max(0);
        self.ends[out].back += cents;
        self.ends[pair].out += cents;
        self.spare[from] -= cents;
        self.spent[from] += cents;
        self.short[to] -= cents;
        self.served[to] += cents;
        cents
    }

    /// Serves what was withdrawn with what is left in these nodes.
    pub fn serve_anew(&mut self, lacking: &[Node], of: impl Fn(Node) -> bool) {
        if lacking.iter().all(|node| self.short[*node] == 0) {
            return;
        }
        let gives = |network: &Network, node: Node| if of(node) { network.spare[node] } else { 0 };
        self.move_from_givers(lacking, Way::Back, &gives);
    }

    /// Has needs that were served by what was withdrawn lack it.
    pub fn leave_instead(&mut self, lacking: &[Node], needs: &[Vec<Node>; 3]) {
        let mut served = vec![false; self.nodes()];
        for need in needs.iter().flatten() {
            served[*need] = true;
        }
        let gives = |network: &Network, node: Node| match served[node] {
            true => network.served[node],
            false => 0,
        };
        self.move_from_starts(lacking, Way::Back, &gives);
    }
}
