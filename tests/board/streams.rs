//! Streams beside each other: what is not counted and what changed, the largest first.

use super::*;

/// Grants that would pay 1,000 and 2,000 of what goes unpaid: the one that would pay more stands first.
#[test]
fn money_that_is_not_counted_is_told_the_largest_first() {
    let likely = |id: &str, award: u32| stream(id, "likely", award);
    let files = year(&format!("{}{}", likely("alpha", 1_000), likely("beta", 2_000)));
    let (_, _, board) = report(&files, &Asked::default());
    let first: Vec<&Cell> = table(&board, "uncounted").rows.iter().map(|row| &row[0]).collect();
    let expected = ["Beta", "Alpha", "The gap would fall by"].map(Cell::text);
    assert_eq!(first, expected.iter().collect::<Vec<_>>());
    // What is counted is not told as uncounted; and cost may come with money that pays nothing.
    let question = Question { view: Status::Likely, ..Question::default() };
    let (_, _, board) = report(&files, &Asked { question, ..Asked::default() });
    assert!(tables(&board).all(|table| table.name != "uncounted"));
    let fee = "[cost.fee]\nfunction = \"operate\"\n\
               fee = { share = \"10%\", of = \"receipts\", streams = [\"hoped\"] }\n";
    let hoped = stream("hoped", "prospective", 1_000).replace("\"convene\"", "\"data\"");
    let (_, _, board) = report(&year(&format!("{fee}{hoped}")), &Asked::default());
    let falls = table(&board, "uncounted").rows.last().unwrap().last();
    assert_eq!(falls, Some(&Cell::Money(Money::from_cents(-10_000))));
}

/// A grant that pays convening in the year.
fn stream(id: &str, status: &str, award: u32) -> String {
    format!(
        "[stream.{id}]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"{status}\"\naward = {award}\n\
         from = \"2026-01\"\nuntil = \"2026-12\"\npays-for = [\"convene\"]\n"
    )
}

/// Of ten streams that changed the eight largest are told one by one.
#[test]
fn streams_that_changed_are_told_the_largest_first() {
    let before = [stream("gone", "secured", 700), stream("surer", "likely", 100)];
    let same = stream("same", "secured", 50);
    let (plan, forecast, _) =
        report(&year(&format!("{}{same}", before.concat())), &Asked::default());
    let earlier = Earlier::parse(&json::encode(&record::forecast(&plan, &forecast))).unwrap();
    let new: String =
        (1..=8).map(|place| stream(&format!("new-{place}"), "secured", 200 * place)).collect();
    let opening = "[opening]\nunrestricted-cash = 2_500\n";
    let now = year(&format!("{opening}{}{same}{new}", stream("surer", "secured", 150)));
    let (_, _, board) = report(&now, &Asked { since: Some(&earlier), ..Asked::default() });
    let told: Vec<&str> = sentences(&board, "since").into_iter().map(|(_, text)| text).collect();
    assert_eq!(
        told,
        [
            "New: New 8, secured, $1,600.",
            "New: New 7, secured, $1,400.",
            "New: New 6, secured, $1,200.",
            "New: New 5, secured, $1,000.",
            "New: New 4, secured, $800.",
            "Gone: Gone, which brought $700.",
            "New: New 3, secured, $600.",
            "New: New 2, secured, $400.",
            "And 2 more streams changed.",
            "The earlier report did not know its cash in hand, and counted cash from $0.",
        ]
    );
    let now = year(&format!("{opening}{}{same}", stream("surer", "secured", 150)));
    let (_, _, board) = report(&now, &Asked { since: Some(&earlier), ..Asked::default() });
    let told: Vec<&str> = sentences(&board, "since").into_iter().map(|(_, text)| text).collect();
    let surer = "Surer was likely and is secured, and brings $150 instead of $0.";
    assert_eq!(told[..2], ["Gone: Gone, which brought $700.", surer]);
    let paid = year(&format!("{opening}{}", stream("same", "secured", 12_000)));
    let (plan, forecast, _) = report(&paid, &Asked::default());
    let earlier = Earlier::parse(&json::encode(&record::forecast(&plan, &forecast))).unwrap();
    let (_, _, board) = report(&paid, &Asked { since: Some(&earlier), ..Asked::default() });
    let years =
        table(&board, "since").rows.iter().filter(|row| row[0] == Cell::text("Unpaid in FY2026"));
    assert_eq!(years.count(), 0, "nothing is unpaid then or now");
}
