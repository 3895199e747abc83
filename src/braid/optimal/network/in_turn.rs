//! Serving needs in turn, and what is shared among the arcs that may serve them.

use super::{ArcPlace, DEAD, Network, Node, UNSEEN, Way};

impl Network {
    /// The room that is left in an arc.
    pub fn room(&self, arc: ArcPlace) -> i64 {
        self.ends[self.laid[arc] as usize].out
    }

    /// Has no node closed, for arcs may have more room.
    pub fn open_all(&mut self) {
        self.closed.fill(false);
    }

    /// Serves the needs one after another as far as the money that is left goes: what each lacks then, it lacks for good.
    pub fn serve_each(&mut self, needs: &[Node]) {
        let gives = |network: &Network, node: Node| network.spare[node];
        for need in needs {
            while self.short[*need] > 0 && !self.closed[*need] {
                for (level, closed) in self.level.iter_mut().zip(&self.closed) {
                    *level = if *closed { DEAD } else { UNSEEN };
                }
                if self.find_more_levels(&[*need], Way::Back, &gives) {
                    self.move_along_levels(*need, Way::Back, &gives);
                } else {
                    for node in &self.queue {
                        self.closed[*node as usize] = true;
                    }
                }
            }
        }
    }

    /// Spends so much of each source, by node, on any need that is short, or in place of what others spend beyond
    /// theirs.
    pub fn spend_instead_too(&mut self, sources: &[Node], amounts: &[i64]) {
        self.spend_where(sources, amounts, |network, node| match network.short[node] {
            0 => (network.spent[node] - amounts[node]).max(0),
            short => short,
        });
    }
}
