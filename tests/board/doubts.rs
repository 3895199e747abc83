//! What is not known, ends with the plan or is doubtful is said to be so.

use super::*;

/// Money whose last month is the plan's ends then, as far as a board can know; what goes on beyond says so by its terms.
#[test]
fn sources_that_end_with_the_plan_are_told() {
    let gift = |id: &str, until: &str| {
        format!(
            "[stream.{id}]\nkind = \"partner\"\nfunder = \"F\"\nstatus = \"secured\"\nfrom = \"2026-01\"\n\
             {until}\nmonthly = 600\npays-for = [\"convene\"]\n"
        )
    };
    let of = |lines: String| report(&year(&lines), &Asked::default()).2;
    let (ends, goes) = ("until = \"2026-12\"", "until = \"2027-12\"");
    let board = of(gift("gift", ends) + &gift("dues", ends));
    let told = "Two sources worth $1,200 a month end in Dec 2026, with the plan";
    assert_eq!(heading(&board, "cliffs"), told);
    let points = sentences(&board, "decision");
    assert!(points.iter().any(|(_, text)| *text == format!("{told}.")), "{points:?}");
    let board = of(gift("gift", goes) + &gift("dues", "evergreen = \"a law\""));
    assert_eq!(heading(&board, "cliffs"), "No source ends between Jan 2026 and Dec 2026");
    // One after another: never as much as both of them.
    let board = of(gift("gift", "until = \"2026-03\"") + &gift("dues", "until = \"2026-06\""));
    let told = "Two sources end between Mar 2026 and Jun 2026, the most in Mar 2026: $600 a month";
    assert_eq!(heading(&board, "cliffs"), told);
}

/// A plan without an opening balance says so: nothing of it runs out.
#[test]
fn cash_that_is_not_stated_does_not_run_out() {
    let cards = |board: &Board| {
        let section = board.sections.iter().find(|section| section.name == "standing").unwrap();
        let Piece::Cards(cards) = &section.pieces[0] else { panic!("cards first") };
        [0, 2].map(|at: usize| (cards[at].mark, cards[at].figure.clone()))
    };
    let (_, forecast, board) = report(&year(""), &Asked::default());
    assert!(forecast.measures.cash.runs_out.is_some(), "counted from nothing");
    let unknown = [(Mark::None, "Not stated".to_string()), (Mark::None, "Not known".to_string())];
    assert_eq!(cards(&board), unknown);
    for name in ["decision", "standing", "cash"] {
        assert!(!heading(&board, name).contains("runs out"), "{}", heading(&board, name));
    }
    let (_, _, board) = report(&year("[opening]\nunrestricted-cash = 2_500\n"), &Asked::default());
    let stated =
        [(Mark::None, "2.5 months of cost".to_string()), (Mark::Bad, "Mar 2026".to_string())];
    assert_eq!(cards(&board), stated);
}

/// The decision says what the best bridge leaves, and never offers one in place of money that it does not replace.
#[test]
fn figures_that_rest_on_cash_from_zero_say_so() {
    let (_, _, board) = report(&sample("ri-hez"), &Asked::default());
    for name in ["bridge", "scenarios", "odds", "cash", "assumptions"] {
        let told = sentences(&board, name);
        let said = told.iter().any(|(_, text)| text.contains("ounted from $0"));
        assert!(said || heading(&board, name).contains("ounted from $0"), "{name}: {told:?}");
    }
    let heads = |board: &Board| -> Vec<String> {
        table(board, "odds").columns.iter().map(|column| column.name.clone()).collect()
    };
    assert!(heads(&board).contains(&"Below $0 by then".to_string()));
    // No picture tells a month in which it would run out, and each says what it is counted from.
    for name in ["cash", "odds", "bridge"] {
        let picture = pictures(&board).into_iter().find(|picture| picture.name == name).unwrap();
        assert!(picture.title.ends_with(", counted from $0"), "{name}: {}", picture.title);
        for words in picture.wide.texts().chain(picture.narrow.texts()) {
            let dated = ["run out", "runs out", "below"].into_iter();
            let dated = dated.filter(|word| words.text.contains(word));
            assert!(words.text == "half lie below" || dated.count() == 0, "{name}: {}", words.text);
        }
    }
    let (_, _, board) = report(&sample("reading-ccp"), &Asked::default());
    assert!(heads(&board).contains(&"Run out by then".to_string()));
    assert!(pictures(&board).iter().all(|picture| !picture.title.contains("$0")));
    assert!(!markdown::encode(&board).contains("counted from $0"));
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_braid"))
        .args(["bridge", "scenarios/ri-hez", "--color", "never", "--width", "200"])
        .output()
        .unwrap();
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(page.contains("Cash is counted from $0, since the plan does not state"), "{page}");
}

#[test]
fn doubts_are_told_to_a_board_without_what_to_type() {
    for name in SAMPLES {
        let (_, forecast, board) = report(&sample(name), &Asked::default());
        for (_, text) in sentences(&board, "assumptions") {
            assert!(!text.contains('`') && !text.contains("state it"), "{name}: {text}");
        }
        // What can be done stands beside each, for its author.
        let remedy = |one: &Finding| !one.message.contains("`benefit`") && !one.remedy.is_empty();
        let shared = |one: &&Finding| one.name == "shared-line-without-benefit";
        assert!(forecast.findings.iter().filter(shared).all(remedy), "{name}");
    }
}
