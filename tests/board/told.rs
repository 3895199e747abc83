//! What is told is called by one name and rounded in one way, wherever it stands.

use braidfund::export::{markdown, text};
use braidfund::money::Rate;
use braidfund::report::board::Board;
use braidfund::report::summary;
use braidfund::report::{Cell, Mark};

use super::*;

/// The figure and what is said of it of each card.
fn cards(board: &Board) -> Vec<(Mark, String, String)> {
    let section = board.sections.iter().find(|section| section.name == "standing").unwrap();
    let Some(Piece::Cards(cards)) = section.pieces.first() else { panic!("no cards") };
    cards.iter().map(|card| (card.mark, card.figure.clone(), card.aside.clone())).collect()
}

#[test]
fn months_of_cost_are_rounded_as_amounts_are() {
    let of = |cash: &str| {
        let files = year(&format!("[opening]\nunrestricted-cash = {cash}\n"));
        let (_, _, board) = report(&files, &Asked::default());
        let (mark, figure, _) = cards(&board).remove(0);
        (mark, figure)
    };
    assert_eq!(of("2_296"), (Mark::None, "2.3 months of cost".to_string()));
    assert_eq!(of("2_249"), (Mark::None, "2.2 months of cost".to_string()));
    assert_eq!(of("1_000"), (Mark::None, "1 month of cost".to_string()));
    // Less than a month of cost is told as bad, however it is rounded.
    assert_eq!(of("990"), (Mark::Bad, "1 month of cost".to_string()));
    assert_eq!(of("40"), (Mark::Bad, "$40".to_string()));
}

#[test]
fn a_share_reads_alike_in_a_sentence_and_in_its_table() {
    for name in SAMPLES {
        let (_, forecast, board) = report(&sample(name), &Asked::default());
        let total = &forecast.measures.total;
        if total.gap_total().is_zero() {
            continue;
        }
        let share = total.gap_total().ratio(total.cost);
        let row = |row: &&Vec<Cell>| row[0] == Cell::text("Unpaid (the gap)");
        let row = table(&board, "years").rows.iter().find(row).unwrap();
        assert_eq!(row.last(), Some(&Cell::Share(share)), "{name}");
        let told = format!("({} %)", share.percent_shown());
        let said = sentences(&board, "gap");
        assert!(said.iter().any(|(_, text)| text.contains(&told)), "{name}: {told}: {said:?}");
    }
    assert_eq!(Rate::parse("0.2446").unwrap().percent_shown(), "24.5");
}

#[test]
fn the_structural_gap_has_one_name() {
    for name in ["reading-ccp", "ri-hez", "imperial-ach"] {
        let (plan, forecast, board) = report(&sample(name), &Asked::default());
        for of in ["years", "best-case"] {
            let label = Cell::text("Structural gap");
            assert!(table(&board, of).rows.iter().any(|row| row[0] == label), "{name}: {of}");
        }
        let page =
            text::encode(&summary::page(&plan, &forecast, "hub"), 200, text::Colour::Without);
        for told in [markdown::encode(&board), page] {
            for line in told.lines().filter(|line| line.contains("one-time money")) {
                let cliff = line.contains("one-time money aside");
                assert!(cliff || line.to_lowercase().contains("structural gap"), "{name}: {line}");
            }
        }
    }
}

#[test]
fn what_is_known_of_restricted_cash_is_told_in_words() {
    for name in ["oakland-fy2020", "oakland-fy2021", "ri-hez"] {
        let (_, _, board) = report(&sample(name), &Asked::default());
        let (_, figure, aside) = cards(&board).pop().unwrap();
        assert_eq!(figure, "Not known", "{name}");
        let told = match name {
            "ri-hez" => "$875,000 is restricted; other cash is not stated",
            _ => "the plan's figures hold no restricted cash, and state no other",
        };
        assert_eq!(aside, told, "{name}");
    }
}

#[test]
fn a_cost_is_called_alike_in_the_reason_and_in_tables() {
    let (_, _, board) = report(&sample("reading-ccp"), &Asked::default());
    let names: Vec<String> = table(&board, "functions")
        .rows
        .iter()
        .filter_map(|row| match &row[0] {
            Cell::Text(name) => Some(name.to_lowercase()),
            _ => None,
        })
        .collect();
    let reasons = sentences(&board, "why");
    let reason = reasons.iter().find(|(_, text)| text.starts_with("These costs (")).unwrap().1;
    let costs = reason["These costs (".len()..].split(" and 5 others").next().unwrap();
    let costs: Vec<String> = costs.split(", ").map(str::to_lowercase).collect();
    assert!(
        costs.len() == 3 && costs.iter().all(|cost| names.contains(cost)),
        "{costs:?} {names:?}"
    );
}
