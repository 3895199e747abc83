//! Serving needs the earliest first, and what is shared among the arcs that may serve them.

use super::{ArcPlace, DEAD, Network, Node, UNSEEN, Way};

/// So many needs that follow each other are served together; then the later ones give to the earlier.
const TOGETHER: usize = 30;

impl Network {
    /// The room that is left in an arc.
    pub fn room(&self, arc: ArcPlace) -> i64 {
        self.ends[self.laid[arc] as usize].out
    }

    /// Has no node closed, for arcs may have more room.
    pub fn open_all(&mut self) {
        self.closed.fill(false);
    }

    /// Serves the needs, whose nodes follow each other, as far as the money that is left goes: what each lacks when those
    /// after it are served, it lacks for good.
    pub fn serve_early_first(&mut self, needs: &[Node]) {
        let gives = |network: &Network, node: Node| network.spare[node];
        self.see_no_more(true);
        for needs in needs.chunks(TOGETHER) {
            self.move_more(needs, Way::Back, &gives);
            for node in &self.queue {
                self.closed[*node as usize] = true;
            }
            self.forget(DEAD);
            if needs.iter().any(|need| self.short[*need] > 0) && needs.len() > 1 {
                // What depends on what they lack is closed.
                self.see_no_more(false);
                self.give_to_those_before(needs);
                self.see_no_more(true);
            }
        }
    }

    /// Has searches see no nodes that are closed, or none else.
    fn see_no_more(&mut self, of_closed: bool) {
        for (level, closed) in self.level.iter_mut().zip(&self.closed) {
            *level = if *closed == of_closed { DEAD } else { UNSEEN };
        }
    }

    /// Moves what is short to the latest of these needs, whose nodes follow each other.
    pub fn give_to_the_earliest(&mut self, needs: &[Node]) {
        self.level.fill(UNSEEN);
        self.give_to_those_before(needs);
    }

    /// Each need in turn, the last first, gives what it was served to those before it that are short, as far as it can.
    fn give_to_those_before(&mut self, needs: &[Node]) {
        let Some(first) = needs.iter().position(|need| self.short[*need] > 0) else { return };
        for need in needs[first + 1..].iter().rev().copied() {
            let earlier = needs[first]..need;
            let gives = |network: &Network, node: Node| match earlier.contains(&node) {
                true => network.short[node],
                false => 0,
            };
            // Meanwhile it is a source.
            self.spare[need] = std::mem::take(&mut self.served[need]);
            while self.spare[need] > 0 && self.level[need] != DEAD {
                let found = self.find_more(&[need], Way::Forth, &gives);
                if found {
                    self.move_along(need, Way::Forth, &gives);
                }
                // Where none before it can be reached, none before an earlier one can from there.
                self.forget(if found { UNSEEN } else { DEAD });
            }
            self.served[need] = std::mem::take(&mut self.spare[need]);
            self.short[need] += std::mem::take(&mut self.spent[need]);
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
