//! Both searches take the same paths, and serving in turn comes to what the earliest first does.

use super::*;
use proptest::prelude::*;

/// Money of two sources through layers of nodes, each handing on to the next, to needs of some layers.
fn network(seed: &[(usize, usize, i64)], layers: usize) -> (Network, Vec<Node>, Vec<ArcPlace>) {
    let mut layout = Layout::default();
    let nodes: Vec<Node> = (0..4 * layers).map(|_| layout.node()).collect();
    let needs: Vec<Node> = (0..layers).map(|_| layout.node()).collect();
    let mut arcs = Vec::new();
    for layer in 0..layers {
        arcs.push(layout.arc(nodes[4 * layer], needs[layer], UNLIMITED));
        for (from, to, room) in seed {
            let next = (layer + to / 4).min(layers - 1);
            let (from, to) = (nodes[4 * layer + from], nodes[4 * next + to % 4]);
            if from != to {
                arcs.push(layout.arc(from, to, room + (layer as i64 * 7) % 5));
            }
        }
    }
    let mut network = layout.build();
    network.fill(nodes[1], 40);
    network.fill(nodes[2], 30);
    network.fill(nodes[4 * layers - 3], 20);
    for (place, need) in needs.iter().enumerate() {
        network.ask(*need, 3 + (place as i64 * 5) % 7);
    }
    (network, needs, arcs)
}

proptest! {
    #[test]
    fn searches_by_distance_take_the_paths_of_searches_by_level(
        seed in proptest::collection::vec((0_usize..4, 0_usize..8, 0_i64..9), 3..9),
        layers in 1_usize..12,
    ) {
        let (mut by_distance, needs, arcs) = network(&seed, layers);
        let (mut by_level, _, _) = network(&seed, layers);
        let gives = |network: &Network, node: Node| network.spare[node];
        by_distance.move_by_distance(&needs, Way::Back, &gives);
        by_level.move_all(&needs, Way::Back, gives);
        for arc in arcs {
            prop_assert_eq!(by_distance.flow(arc), by_level.flow(arc));
        }
        prop_assert_eq!(by_distance.served, by_level.served);
    }

    #[test]
    fn needs_served_in_turn_lack_what_the_earliest_first_leaves(
        seed in proptest::collection::vec((0_usize..4, 0_usize..8, 0_i64..9), 3..9),
        layers in 1_usize..12,
    ) {
        let (mut in_turn, needs, _) = network(&seed, layers);
        let (mut together, _, _) = network(&seed, layers);
        in_turn.serve_each(&needs);
        crate::braid::optimal::flow::early_first(&mut together, &needs);
        prop_assert_eq!(in_turn.short, together.short);
    }
}
