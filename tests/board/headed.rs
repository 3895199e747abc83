//! Headings and the decision: what they say, and what comes first.

use super::*;

/// Headings say how it is in words of English: no doubled space or empty hole, each with a figure or a date.
#[test]
fn headings_are_sentences_with_a_figure() {
    for name in SAMPLES {
        for view in Status::ALL {
            let question = Question { view, ..Question::default() };
            let (_, _, board) = report(&sample(name), &Asked { question, ..Asked::default() });
            for section in &board.sections {
                let heading = &section.heading;
                assert!(
                    !heading.contains("  ") && !heading.ends_with([' ', '.', ':']),
                    "{heading}"
                );
                let number = heading.contains(|letter: char| letter.is_ascii_digit())
                    || ["One ", "Two ", "No ", "None "]
                        .iter()
                        .any(|word| heading.starts_with(word));
                assert!(number, "{name}: {heading}");
            }
            assert_eq!(board.sections[0].name, "decision");
        }
    }
}

#[test]
fn a_bridge_that_leaves_a_gap_is_no_alternative_to_the_money() {
    let (_, _, board) = report(&sample("reading-ccp"), &Asked::default());
    let told = heading(&board, "decision");
    // The option that is owed back leaves a little less unpaid, and is no part of the others' best.
    let best = "the best of four with nothing left to repay leaves $3.81M of $4.69M core cost unpaid; the one to be repaid \
                leaves $3.80M, with $900,000 still owed at the end";
    assert!(told.ends_with(best), "{told}");
    let bridge = heading(&board, "bridge");
    assert!(bridge.starts_with("Four of five bridge options leave much the same"), "{bridge}");
    assert!(bridge.contains("one must be repaid, $900,000"), "{bridge}");
    let notes = sentences(&board, "bridge");
    let hoped = "which is only hoped for and not counted here.";
    assert!(notes.iter().any(|(_, text)| text.ends_with(hoped)), "{notes:?}");
}

/// What the report of a sample says first and of its bridges, with these options of its own.
fn decided(name: &str, options: &[&str], more: &str) -> [String; 2] {
    let read = |file: &str| fs::read_to_string(format!("scenarios/{name}/{file}")).unwrap();
    let bridge = read("bridge.toml");
    let own = bridge.split_inclusive("\n\n").filter(|part| {
        let of = |id: &&str| part.contains(&format!("[option.{id}"));
        !part.contains("[option.") || options.iter().any(of)
    });
    let bridge = own.collect::<String>() + "\n" + more;
    let files = [("plan.toml", read("plan.toml")), ("bridge.toml", bridge)];
    let files = MemoryFolder::new(files.iter().map(|(name, text)| (*name, text.as_str())));
    let (_, _, board) = report(&files, &Asked::default());
    [heading(&board, "decision"), heading(&board, "bridge")]
}

/// What an option leaves unpaid is told as the table has it; what is owed back for it stands beside that.
#[test]
fn what_is_owed_back_is_not_added_to_what_goes_unpaid() {
    let recoverable = "\u{201c}Recoverable grant of $900,000, repaid from shared savings\u{201d}";
    let [box_, bridge] = decided("reading-ccp", &["challenge", "recoverable"], "");
    let told = "the one with nothing left to repay leaves $4.51M of $4.69M core cost unpaid; the one to be repaid leaves \
                $3.80M, with $900,000 still owed at the end";
    assert!(box_.ends_with(told), "{box_}");
    let told = format!(
        "leaves the least core cost unpaid of those with nothing left to repay: $4.51M instead of $4.69M; {recoverable} leaves \
         $3.80M, with $900,000 still owed at the end"
    );
    assert!(bridge.ends_with(&told), "{bridge}");
    // Beside a grant that pays no core cost the one that is owed back still closes some of it.
    let small = "[option.small]\ntitle = \"Small\"\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\n\
                 award = 10_000\nfrom = \"2024-01\"\nuntil = \"2026-12\"\npays-for = [\"cost.billing\"]\n\
                 source = \"illustrative\"\n";
    let [box_, bridge] = decided("reading-ccp", &["recoverable"], small);
    let told = "the one to be repaid leaves $3.80M of $4.69M core cost unpaid, with $900,000 still owed at the end; the \
                option with nothing left to repay closes none of it";
    assert!(box_.ends_with(told), "{box_}");
    let told =
        format!("Of two bridge options, {recoverable} leaves the least core cost unpaid: $3.80M");
    assert!(bridge.starts_with(&told), "{bridge}");
    // Two amounts that would read alike are told in whole dollars.
    let near = small.replace("10_000", "890_000").replace("cost.billing", "anything");
    let near = near.replace("2024-01", "2022-05");
    let [box_, _] = decided("reading-ccp", &["recoverable"], &near);
    let told = "of $4,689,542 core cost unpaid; the one to be repaid leaves $3,797,151, with $900,000 still owed at the end";
    assert!(box_.ends_with(told), "{box_}");
    let [box_, bridge] = decided("reading-ccp", &["recoverable"], "");
    assert!(box_.ends_with("goes unpaid, with $900,000 still owed at the end"), "{box_}");
    assert!(bridge.starts_with(&format!("{recoverable} leaves $3.80M of core cost")), "{bridge}");
}

/// One option more stands below; and the only one that closes a gap is called so.
#[test]
fn one_option_is_spoken_of_as_one() {
    let of = |view: Status| {
        let question = Question { view, ..Question::default() };
        report(&sample("ri-hez"), &Asked { question, ..Asked::default() }).2
    };
    let board = of(Status::Secured);
    let points = sentences(&board, "decision");
    assert!(points.iter().any(|(_, text)| text.contains(". One more stands below.")), "{points:?}");
    let told = heading(&of(Status::Prospective), "decision");
    assert!(
        told.contains("choose the one bridge of five that closes it, or find $6.10M"),
        "{told}"
    );
}

/// Where another braid would pay what goes unpaid, the decision says so, with what stands against it.
#[test]
fn re_braiding_comes_before_finding_money() {
    let (_, _, board) = report(&sample("oakland-fy2021"), &Asked::default());
    let told = heading(&board, "decision");
    assert!(told.contains("re-braid, or find $365,152"), "{told}");
    let points = sentences(&board, "decision");
    assert!(points.iter().any(|(_, text)| text.contains("2 CFR 200.405(c)")), "{points:?}");
}

/// Less unpaid since a payer that is not counted is lost with what it costs: no good news.
#[test]
fn losing_every_payer_is_no_good_news() {
    let (_, _, board) = report(&sample("reading-ccp"), &Asked::default());
    let told = sentences(&board, "scenarios");
    let payer = told.iter().find(|(_, text)| text.starts_with("no-payer")).unwrap();
    assert!(
        payer.0 == Mark::Watch && payer.1.contains("$2,104,808 more stays unpaid"),
        "{payer:?}"
    );
    // The best is of the money that is counted, and no "if" goes with it.
    assert_eq!(
        heading(&board, "scenarios"),
        "At best (The hospital takes over $720,000 a year from May 2022) $3.71M less goes unpaid; if hoped-for money is \
         counted, at worst (No payer ever pays) $2.10M more goes unpaid"
    );
}

/// The heading's least is the proved one, not the part that one cut explains; and a board's choice lies ahead.
#[test]
fn headings_take_the_proved_gap_and_what_can_still_be_done() {
    let of = |name: &str| report(&sample(name), &Asked::default()).2;
    let imperial = of("imperial-ach");
    let told = "No braid leaves less than $981,202 of core cost unpaid, and this is why for $714,264 of it";
    assert_eq!(heading(&imperial, "why"), told);
    // What was spent before the plan is seen cannot be kept any more.
    let hez = of("ri-hez");
    let kept = "If money could have been kept until it was needed, $7,700,000 more of core cost could have been paid, but as \
                much of other cost would then have gone unpaid.";
    assert!(sentences(&hez, "why").contains(&(Mark::None, kept)));
    let told = heading(&of("reading-ccp"), "best-case");
    assert!(told.starts_with("From Jul 2021 on re-braiding closes none of"), "{told}");
}

/// What scenarios are headed by: the worst and the best by what is told, and none called best that leaves more core unpaid.
#[test]
fn scenarios_are_headed_by_what_they_leave_unpaid() {
    let plan = "[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nmonths = 12\n\
                [cost.staff]\nfunction = \"convene\"\nmonthly = 1_000\n\
                [cost.extra]\nfunction = \"data\"\nmonthly = 1_000\npriority = \"stretch\"\n\
                [stream.gift]\nkind = \"partner\"\nfunder = \"F\"\nstatus = \"secured\"\nfrom = \"2026-01\"\n\
                until = \"2026-12\"\nmonthly = 1_500\npays-for = [\"convene\", \"data\"]\n";
    let headed = |scenarios: &str| {
        let text = format!("{plan}{scenarios}");
        let files = MemoryFolder::new([("plan.toml", text.as_str())]);
        let (_, _, board) = report(&files, &Asked::default());
        let section = board.sections.iter().find(|section| section.name == "scenarios").unwrap();
        section.heading.clone()
    };
    let less = "[scenario.less.stream.gift]\nmonthly = 1_400\n";
    let more = "[scenario.more.stream.gift]\nmonthly = 1_700\n";
    // Core cost goes unpaid, and as much less of the rest.
    let other = "[scenario.other.stream.gift]\npays-for = [\"data\"]\nmonthly = 1_500\n";
    assert_eq!(headed(less), "At worst (Less) $1,200 more goes unpaid");
    assert_eq!(headed(more), "At best (More) $2,400 less goes unpaid");
    let both = "At worst (Less) $1,200 more goes unpaid, at best (More) $2,400 less goes unpaid";
    assert_eq!(headed(&format!("{less}{more}")), both);
    assert_eq!(headed(other), "At worst (Other) $6,000 more goes unpaid");
    let same = "[scenario.same.stream.gift]\nmonthly = 1_500\n";
    assert_eq!(headed(same), "As much goes unpaid in every scenario as in the base case");
    // The stretch cost falls by more than what core cost loses: less in all, and no best.
    let worse =
        "[scenario.worse.stream.gift]\nmonthly = 700\n[scenario.worse.cost.extra]\nmonthly = 1\n";
    assert_eq!(headed(worse), "What goes unpaid in other scenarios than the base case");
    // As much in all, and core cost among it.
    let core =
        "[scenario.core.stream.gift]\nmonthly = 500\n[scenario.core.cost.extra]\ndrop = true\n";
    assert_eq!(headed(core), "At worst (Core) as much goes unpaid, $6,000 more of it core");
}
