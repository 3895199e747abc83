//! Figures: those of the forecast, and alike wherever they stand.

use super::*;

#[test]
fn odds_are_those_of_the_futures() {
    let files = sample("reading-ccp");
    let (_, _, board) = report(&files, &Asked::default());
    let mut cases = Cases::open(&files, &[BASE]).unwrap();
    let draft = cases.draft(BASE).unwrap();
    let chances = cases.chances(&draft, "chance.toml").unwrap();
    let ask =
        Ask { seed: 7, futures: 0..FUTURES, threads: 1, through: None, keeps: false, giver: None };
    let futures = Futures::of_draft(&cases, &draft, &chances, &ask).unwrap();
    // The month by which it has come in all of them, not the plan's last.
    let all = futures.tally.core_gap.by_month.iter().position(|count| *count == FUTURES).unwrap();
    let told = format!(
        "In every future core costs go unpaid by {}",
        futures.plan.horizon.month(all).words()
    );
    assert!(heading(&board, "odds").starts_with(&told), "{}", heading(&board, "odds"));
    let months = chance::table(&futures, "months").unwrap();
    let at = |name: &str| months.columns.iter().position(|column| column.name == name).unwrap();
    let levels = ["cash_1_of_10", "cash_2_of_10", "cash_5_of_10", "cash_8_of_10", "cash_9_of_10"];
    let told = table(&board, "odds");
    assert!(told.rows.len() > 20);
    for row in &told.rows {
        let own = months.rows.iter().find(|own| own[0] == row[0]).unwrap();
        let expected: Vec<&Cell> = levels.iter().map(|level| &own[at(level)]).collect();
        assert_eq!(row[1..6].iter().collect::<Vec<_>>(), expected);
    }
    let options = cases.options("bridge.toml").unwrap();
    let fares = tables(&board).find(|table| table.title == "How each option fares in futures");
    assert_eq!(fares.unwrap().columns.len(), options.options.len() + 2);
    let fan = pictures(&board).into_iter().find(|picture| picture.name == "odds").unwrap();
    let bands = |shape: &&Shape| matches!(shape, Shape::Band { .. });
    assert_eq!(fan.wide.shapes.iter().filter(bands).count(), 2);
}

#[test]
fn partners_stand_beside_the_savings_that_stay_with_them() {
    let question = Question { view: Status::Prospective, ..Question::default() };
    let (_, forecast, board) =
        report(&sample("reading-ccp"), &Asked { question, ..Asked::default() });
    let kept: Vec<Money> =
        forecast.measures.partners.iter().map(|row| row.savings - row.captured).collect();
    let most = kept.into_iter().max().unwrap();
    assert!(most.is_positive());
    let pictures = pictures(&board);
    let picture = pictures.iter().find(|picture| picture.name == "partners").unwrap();
    for drawing in [&picture.wide, &picture.narrow] {
        assert_eq!(drawing.faults(), Vec::<String>::new());
        let widths = |tone: Tone| -> Vec<i64> {
            let boxes = drawing.shapes.iter().filter_map(|shape| match shape {
                Shape::Box { size, tone: own, .. } if *own == tone => Some(size.0),
                _ => None,
            });
            boxes.collect()
        };
        // One box is that of the legend.
        assert!(widths(Tone::Likely).len() > 1, "savings that stay are drawn");
        assert!(widths(Tone::Secured).len() > 1, "what is put in is drawn");
    }
}

/// What each source would pay, less the cost that comes with it, adds up to what its rung adds.
fn uncounted_adds_up(board: &Board, name: &str) {
    let certainty = table(board, "certainty");
    for part in tables(board).filter(|table| table.name == "uncounted") {
        let (body, foot) = part.rows.split_at(part.rows.len() - 1);
        for column in 2..part.columns.len() {
            let rung = match part.columns[column].name.ends_with("likely") {
                true => "Likely money adds",
                false => "Hoped-for money adds",
            };
            let row = certainty.rows.iter().find(|row| row[0] == Cell::text(rung));
            assert_eq!(row.unwrap().last(), Some(&foot[0][column]), "{name}: {rung}");
            assert_eq!(sum(body, column), sum(foot, column), "{name}: {rung}");
        }
    }
}

#[test]
fn cost_that_comes_with_money_is_no_fall_of_the_gap() {
    // A sponsor's fee of what is hoped for; what savings would have to be paid back.
    for (name, falls) in [("fee-of-receipts", 4_500_000), ("shared-savings-gate", -1_250_000)] {
        let files = DiskFolder::open(&Path::new("tests/good").join(name)).unwrap();
        let (_, _, board) = report(&files, &Asked::default());
        uncounted_adds_up(&board, name);
        let part = table(&board, "uncounted");
        let [.., cost, foot] = part.rows.as_slice() else { panic!("{name}") };
        assert_eq!(cost[0], Cell::text("Cost that comes with it"), "{name}");
        assert_eq!(foot.last(), Some(&Cell::Money(Money::from_cents(falls))), "{name}");
    }
}

/// The tables of the report tie to the forecast and to each other.
#[test]
fn figures_are_those_of_the_forecast() {
    for name in SAMPLES {
        for view in Status::ALL {
            let question = Question { view, ..Question::default() };
            let asked = Asked { question, ..Asked::default() };
            let (_, forecast, board) = report(&sample(name), &asked);
            let total = &forecast.measures.total;
            // What pays by how sure it is, and what is left, is the cost, in each year and in all.
            // Where a row is the gap, the rows below it are its parts.
            let certainty = table(&board, "certainty");
            let gap = certainty.rows.iter().position(
                |row| matches!(&row[0], Cell::Text(text) if text.starts_with("No secured")),
            );
            for column in 1..certainty.columns.len() {
                let cost = sum(&certainty.rows[..1], column);
                let end = gap.map_or(certainty.rows.len(), |gap| gap + 1);
                assert_eq!(sum(&certainty.rows[1..end], column), cost, "{name}");
                if let Some(gap) = gap {
                    let whole = sum(&certainty.rows[gap..end], column);
                    assert_eq!(sum(&certainty.rows[end..], column), whole, "{name}");
                }
            }
            uncounted_adds_up(&board, name);
            // Every flow of the year adds up to its cost; what is unpaid in the matrix is its gap.
            let flows = table(&board, "flows");
            let of_year =
                |year: &&YearMeasure| flows.title.contains(&FiscalCalendar::label(year.year));
            let year = forecast.measures.years.iter().find(of_year).unwrap();
            assert_eq!(sum(&flows.rows, 2), year.cost, "{name}");
            let unpaid: Vec<Vec<Cell>> = flows
                .rows
                .iter()
                .filter(|row| row[0] == Cell::text("Not yet funded"))
                .cloned()
                .collect();
            assert_eq!(sum(&unpaid, 2), year.gap_total(), "{name}");
            let last = tables(&board).filter(|table| table.name == "matrix").last().unwrap();
            let (body, foot) = last.rows.split_at(last.rows.len() - 1);
            for column in 1..last.columns.len() {
                assert_eq!(sum(body, column), sum(foot, column), "{name}: column {column}");
            }
            let width = last.columns.len();
            assert_eq!(sum(foot, width - 1), year.cost, "{name}");
            assert_eq!(sum(foot, width - 2), year.gap_total(), "{name}");
            let paid: Money = tables(&board)
                .filter(|table| table.name == "matrix")
                .map(|part| {
                    let foot = &part.rows[part.rows.len() - 1..];
                    let ends = if std::ptr::eq(part, last) { 2 } else { 0 };
                    (1..part.columns.len() - ends).map(|column| sum(foot, column)).sum::<Money>()
                })
                .sum();
            assert_eq!(paid, year.covered, "{name}");
            // No cell of the matrix is empty.
            for part in tables(&board).filter(|table| table.name == "matrix") {
                let silent = |cell: &&Cell| matches!(cell, Cell::Empty) || **cell == Cell::text("");
                assert_eq!(part.rows.iter().flatten().find(silent), None, "{name}");
            }
            if !total.gap_total().is_zero() {
                let best = table(&board, "best-case");
                let width = best.columns.len();
                assert_eq!(best.rows[0][width - 1], Cell::Money(total.gap_total()));
                assert_eq!(best.rows[1][width - 1], Cell::Money(total.irreducible_gap()));
            }
        }
    }
}

/// A figure that stands in a table is told in no sentence a dollar off: each is rounded by itself, everywhere alike.
#[test]
fn no_sentence_is_a_dollar_off_its_table() {
    let mut compared = 0;
    for name in SAMPLES {
        for view in Status::ALL {
            let question = Question { view, ..Question::default() };
            let (_, _, board) = report(&sample(name), &Asked { question, ..Asked::default() });
            let known: BTreeSet<i64> = tables(&board)
                .flat_map(|table| table.rows.iter().flatten())
                .filter_map(|cell| match cell {
                    Cell::Money(amount) => {
                        i64::try_from((amount.cents().unsigned_abs() + 50) / 100).ok()
                    }
                    _ => None,
                })
                .collect();
            for text in words_of(&board) {
                for dollars in whole_dollars(text).into_iter().filter(|dollars| *dollars > 999) {
                    let off =
                        [dollars - 1, dollars + 1].into_iter().find(|off| known.contains(off));
                    compared += usize::from(known.contains(&dollars));
                    assert!(
                        known.contains(&dollars) || off.is_none(),
                        "{name}, {view:?}: ${dollars} in `{text}`, {off:?} in a table"
                    );
                }
            }
        }
    }
    assert!(compared > 300, "{compared} figures stand in tables");
}
