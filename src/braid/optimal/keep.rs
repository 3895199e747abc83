//! Keeping the rules of awards by moving who pays what, every need served as it is.
//!
//! Where rules tie amounts together the flow knows nothing of them, but a braid that covers as much as the flow
//! does, and keeps them, is optimal. So what an award pays too much of is withdrawn and served anew
//! by other ways: with the award's own money if that can pay other things instead, else with any. What finds no
//! other way goes back to where it was. Mostly that is enough; where it is not, the amounts are a
//! linear programme's to find.

use super::network::{ArcPlace, Network, Node};
use super::rules::BILLION;

/// A rule as a row over arcs of a network.
pub(super) struct Row {
    /// What a cent in each arc counts, in billionths; arcs that count nothing are left out.
    pub arcs: Vec<(ArcPlace, i64)>,
    /// Those of them that take room for needs after the core ones.
    pub later: Vec<ArcPlace>,
    /// What it may come to, in cents.
    pub most: i64,
    /// The nodes of the award's own money.
    pub own: Vec<Node>,
}

impl Row {
    /// By how much the flow is beyond the row, in billionths of a cent.
    fn beyond(&self, network: &Network) -> i128 {
        let count =
            |(arc, counts): &(ArcPlace, i64)| i128::from(network.flow(*arc)) * i128::from(*counts);
        self.arcs.iter().map(count).sum::<i128>() - i128::from(self.most) * i128::from(BILLION)
    }

    /// The arcs that take room.
    fn taking(&self) -> impl Iterator<Item = ArcPlace> {
        self.arcs.iter().filter(|(_, counts)| *counts > 0).map(|(arc, _)| *arc)
    }
}

/// The most rounds: a row may have to be kept anew after another was.
const ROUNDS: usize = 8;

/// Where more than this part of what was beyond the rows is left by a round, another of its kind does not help; and
/// where more than this part of what was beyond at first is, nor does serving other needs.
const HOPELESS: i128 = 4;

/// What is moved in a round.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moved {
    /// Who pays what, each need served as it is.
    Payers,
    /// Which needs of a priority are served, too.
    Needs,
}

/// The needs, by priority, and how they are served in their order.
pub(super) struct Needs<'a, Serve> {
    pub nodes: &'a [Vec<Node>; 3],
    /// Serves them as far as the money goes; whether the earliest months come first.
    pub serve: Serve,
}

impl<Serve> Needs<'_, Serve> {
    /// What is short of each priority.
    fn short(&self, network: &Network) -> [i64; 3] {
        let short = |nodes: &Vec<Node>| nodes.iter().map(|need| network.short(*need)).sum::<i64>();
        self.nodes.each_ref().map(short)
    }
}

/// What came of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// Every row is kept, and as much is covered as before.
    All,
    /// Every row could be kept if only core needs counted: of these as much would be covered.
    Core,
    /// Neither was found.
    No,
}

/// Moves flow until every row is kept, and lets no more into arcs that take room.
pub(super) fn keep<Serve: Fn(&mut Network, bool)>(
    network: &mut Network,
    rows: &[Row],
    needs: &Needs<Serve>,
) -> Kept {
    for arc in rows.iter().flat_map(Row::taking) {
        network.shut(arc);
    }
    let least = needs.short(network);
    let mut moved = Moved::Payers;
    let (mut first, mut last) = (0, i128::MAX);
    for _ in 0..ROUNDS {
        let beyond = all_beyond(network, rows);
        if beyond.is_empty() {
            return Kept::All;
        }
        let sum = beyond.iter().map(|row| row.beyond(network)).sum::<i128>();
        first = sum.max(first);
        // A round that leaves so much is followed by few that move more.
        if sum > last / HOPELESS {
            if moved == Moved::Needs || sum > first / HOPELESS {
                break;
            }
            moved = Moved::Needs;
        }
        last = sum;
        let whole = match moved {
            Moved::Payers => move_payers(network, &beyond),
            Moved::Needs => move_needs(network, &beyond, needs),
        };
        if !whole || needs.short(network) != least {
            return Kept::No;
        }
    }
    match keep_for_core(network, rows, needs) && needs.short(network)[0] == least[0] {
        true => Kept::Core,
        false => Kept::No,
    }
}

/// Gives up what takes room for needs after the core ones; whether every row is kept then, each core need served as it
/// is.
fn keep_for_core<Serve>(network: &mut Network, rows: &[Row], needs: &Needs<Serve>) -> bool {
    let later = all_beyond(network, rows).into_iter().flat_map(|row| &row.later);
    let mut later: Vec<ArcPlace> = later.copied().collect();
    later.sort_unstable();
    later.dedup();
    let flowing = |network: &Network, arc: &ArcPlace| (*arc, network.flow(*arc));
    let later: Vec<_> = later.iter().map(|arc| flowing(network, arc)).collect();
    let lacking = withdraw(network, &later);
    network.leave_instead(&lacking, needs.nodes);
    let beyond = all_beyond(network, rows);
    (beyond.is_empty() || move_payers(network, &beyond)) && all_beyond(network, rows).is_empty()
}

/// Has others pay what takes room of rows that are not kept, as far as they can; whether each need is served as it was.
fn move_payers(network: &mut Network, beyond: &[&Row]) -> bool {
    let mut own = vec![false; network.nodes()];
    for node in beyond.iter().flat_map(|row| &row.own) {
        own[*node] = true;
    }
    let withdrawn = all_taking(network, beyond);
    let lacking = withdraw(network, &withdrawn);
    network.serve_anew(&lacking, |node| own[node]);
    network.serve_anew(&lacking, |_| true);
    // What found no other way goes back, as near as may be to where it was.
    for (arc, cents) in &withdrawn {
        let back = network.put_back(*arc, *cents);
        network.allow(*arc, *cents - back);
    }
    network.serve_anew(&lacking, |_| true);
    for (arc, _) in &withdrawn {
        network.shut(*arc);
    }
    lacking.iter().all(|node| network.short(*node) == 0)
}

/// Has other needs of the same priority served in place of those for which room is taken, as far as there are any;
/// whether each of those that are still served is so in full.
fn move_needs<Serve: Fn(&mut Network, bool)>(
    network: &mut Network,
    beyond: &[&Row],
    needs: &Needs<Serve>,
) -> bool {
    let withdrawn = all_taking(network, beyond);
    let lacking = withdraw(network, &withdrawn);
    network.leave_instead(&lacking, needs.nodes);
    (needs.serve)(network, true);
    for (arc, cents) in &withdrawn {
        network.allow(*arc, *cents);
    }
    (needs.serve)(network, false);
    for (arc, _) in &withdrawn {
        network.shut(*arc);
    }
    lacking.iter().all(|node| network.short(*node) == 0)
}

/// Takes so much out of arcs; returns the nodes that lack it.
fn withdraw(network: &mut Network, arcs: &[(ArcPlace, i64)]) -> Vec<Node> {
    let taken = |(arc, cents): &(ArcPlace, i64)| network.withdraw(*arc, *cents);
    let mut lacking: Vec<Node> = arcs.iter().map(taken).collect();
    lacking.sort_unstable();
    lacking.dedup();
    lacking
}

/// The rows that are not kept.
fn all_beyond<'a>(network: &Network, rows: &'a [Row]) -> Vec<&'a Row> {
    rows.iter().filter(|row| row.beyond(network) > 0).collect()
}

/// All that flows in the arcs that take room.
fn all_taking(network: &Network, rows: &[&Row]) -> Vec<(ArcPlace, i64)> {
    let arcs = rows.iter().flat_map(|row| row.taking());
    let mut arcs: Vec<(ArcPlace, i64)> = arcs.map(|arc| (arc, network.flow(arc))).collect();
    arcs.retain(|(_, cents)| *cents > 0);
    arcs.sort_unstable();
    arcs.dedup();
    arcs
}
