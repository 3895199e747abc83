//! Links are arcs, both searches move as much, and serving in turn comes to what the earliest first does.

use super::*;
use proptest::prelude::*;

/// Money of two sources through layers of nodes, each handing on to the next, to needs of some layers; money is kept
/// from layer to layer by links, or by arcs.
fn network(
    seed: &[(usize, usize, i64)],
    layers: usize,
    linked: bool,
) -> (Network, Vec<Node>, Vec<ArcPlace>) {
    let mut layout = Layout::default();
    let nodes: Vec<Node> = (0..4 * layers).map(|_| layout.node()).collect();
    let needs: Vec<Node> = (0..layers).map(|_| layout.node()).collect();
    let node = |layer: usize, row: usize| nodes[row * layers + layer];
    for row in 0..4 {
        for layer in 0..layers - 1 {
            let room = [UNLIMITED, 11, 0, 30][(row + layer) % 4];
            if linked {
                layout.link(node(layer, row), room);
            } else {
                layout.arc(node(layer, row), node(layer + 1, row), room);
            }
        }
    }
    let mut arcs = Vec::new();
    for layer in 0..layers {
        arcs.push(layout.arc(node(layer, 0), needs[layer], UNLIMITED));
        for (from, to, room) in seed {
            let next = (layer + to / 4).min(layers - 1);
            let (from, to) = (node(layer, *from), node(next, to % 4));
            if from != to {
                arcs.push(layout.arc(from, to, room + (layer as i64 * 7) % 5));
            }
        }
    }
    let mut network = layout.build();
    network.fill(node(0, 1), 40);
    network.fill(node(0, 2), 30);
    network.fill(node(layers - 1, 1), 20);
    for (place, need) in needs.iter().enumerate() {
        network.ask(*need, 3 + (place as i64 * 5) % 7);
    }
    (network, needs, arcs)
}

/// What flows out of a node, less what flows in, beside what its links carry.
fn kept_in(network: &Network, node: Node) -> i64 {
    let ends = &network.ends[network.first[node] as usize..network.first[node + 1] as usize];
    let out = |end: &End| {
        if network.laid.contains(&network.ends[end.pair as usize].pair) {
            end.back
        } else {
            -end.out
        }
    };
    ends.iter().map(out).sum::<i64>() + network.link_flow[node + 1] - network.link_flow[node]
}

proptest! {
    #[test]
    fn links_are_arcs(
        seed in proptest::collection::vec((0_usize..4, 0_usize..8, 0_i64..9), 3..9),
        layers in 1_usize..12,
        strict in any::<bool>(),
    ) {
        let (mut linked, needs, _) = network(&seed, layers, true);
        let (mut by_arcs, _, _) = network(&seed, layers, false);
        linked.strict = strict;
        linked.serve_early_first(&needs);
        by_arcs.serve_early_first(&needs);
        prop_assert_eq!(&linked.short, &by_arcs.short);
        prop_assert_eq!(&linked.closed, &by_arcs.closed);
        for node in 0..linked.nodes() {
            prop_assert_eq!(kept_in(&linked, node), linked.spent[node] - linked.served[node]);
            prop_assert!(linked.link_flow[node] >= 0 && linked.link_room[node] >= 0);
        }
    }

    #[test]
    fn both_searches_move_as_much(
        seed in proptest::collection::vec((0_usize..4, 0_usize..8, 0_i64..9), 3..9),
        layers in 1_usize..12,
    ) {
        let (mut from_givers, needs, _) = network(&seed, layers, true);
        let (mut from_starts, _, _) = network(&seed, layers, true);
        let gives = |network: &Network, node: Node| network.spare[node];
        from_givers.move_from_givers(&needs, Way::Back, &gives);
        from_starts.move_from_starts(&needs, Way::Back, &gives);
        let sum = |network: &Network| network.served.iter().sum::<i64>();
        prop_assert_eq!(sum(&from_givers), sum(&from_starts));
    }

    #[test]
    fn needs_served_in_turn_lack_what_the_earliest_first_leaves(
        seed in proptest::collection::vec((0_usize..4, 0_usize..8, 0_i64..9), 3..9),
        layers in 1_usize..12,
    ) {
        let (mut in_turn, needs, _) = network(&seed, layers, true);
        let (mut together, _, _) = network(&seed, layers, true);
        for need in &needs {
            in_turn.serve(&[*need]);
        }
        together.serve(&needs);
        together.give_to_the_earliest(&needs);
        let mut early_first = network(&seed, layers, true).0;
        early_first.serve_early_first(&needs);
        prop_assert_eq!(&early_first.short, &in_turn.short);
        prop_assert_eq!(in_turn.short, together.short);
    }
}
