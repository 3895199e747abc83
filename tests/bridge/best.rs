//! The best way to offer an option.

use super::*;

/// Seeks the best of a term of each option, so that core costs are paid until the levy begins.
fn best(plan: &str, options: &str, terms: &[Term]) -> BridgeChoice {
    let files = MemoryFolder::new([("plan.toml", plan), ("bridge.toml", options)]);
    let mut cases = Cases::open(&files, &["base"]).unwrap();
    let options = cases.options("bridge.toml").unwrap();
    let seek = Seek { aim: Some(Aim::Sustainability), best: terms, ..Seek::default() };
    let question = Question::default();
    BridgeChoice::from_cases(&mut cases, &["base"], &options, question, seek).unwrap()
}

/// An old grant pays January to June 2026, the levy everything from January 2028: 18 months of 1,200 lie between. Eighteen
/// months from January end too early, whatever their amount; they do from July alone, with 21,600. From January on they do
/// if they last to December 2027, with as much.
#[test]
fn the_best_start_and_the_best_length_are_worked_by_hand() {
    let old = "award = 7_200\nfrom = \"2026-01\"\nuntil = \"2026-06\"";
    let plan = format!("{PLAN}{}", grant("stream.old", old));
    let offered = "award = 10_000\nfrom = \"2026-01\"\nuntil = \"2027-06\"";
    let choice = best(&plan, &grant("option.bridge", offered), &[Term::Start, Term::Length]);
    let [start, length] = choice.best.as_slice() else { panic!("two terms") };
    let money = Money::from_cents(2_160_000);
    assert_eq!(start.stated.money, None, "as it stands no amount does");
    for (found, way, tried) in
        [(start, Way::From(month("2026-07")), 24), (length, Way::Until(month("2027-12")), 24)]
    {
        assert_eq!(found.offers.len(), tried);
        let (told, offer) = &found.offers[found.best.unwrap()];
        assert_eq!((*told, &offer.least, offer.money), (way, &Least::Amount(money), Some(money)));
        let others = found.offers.iter().filter(|(told, _)| *told != way);
        assert!(others.into_iter().all(|(_, offer)| offer.money.is_none()));
        assert_eq!(found.refused, None);
    }
    // Twenty months from May, June or July do alike: what the old grant pays lapses sooner and is spent first. The last is told.
    let longer = offered.replace("2027-06", "2027-08");
    let three = best(&plan, &grant("option.bridge", &longer), &[Term::Start]);
    let [found] = three.best.as_slice() else { panic!("one term") };
    let alike = found.offers.iter().filter(|(_, offer)| offer.money == Some(money));
    let alike: Vec<Way> = alike.map(|(way, _)| *way).collect();
    assert_eq!(alike, ["2026-05", "2026-06", "2026-07"].map(|from| Way::From(month(from))));
    assert_eq!(found.offers[found.best.unwrap()].0, Way::From(month("2026-07")));
    let page = text::encode(&bridge::page(&choice), 100, Colour::Without);
    let told = "bridge, best start of 24 ways, of which 1 can do: from Jul 2026, with $21,600 in all, where as it stands";
    let one_line = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(one_line.contains(told), "{page}");
    let ways = bridge::table(&choice, "ways").unwrap();
    assert_eq!(ways.rows.len(), 48);
    // Where the levy ends too early to stand on, the best way to the plan's end is sought. From July 2026 to December 2030 are 54
    // months, of which the levy pays 12, also later ones: it keeps, while the grant lapses and pays first.
    let plan = plan.replace("months = 72", "months = 60");
    let plan = plan.replace("evergreen = \"a levy without sunset\"", "until = \"2028-12\"");
    let offered = "award = 10_000\nfrom = \"2026-07\"\nuntil = \"2027-06\"";
    let choice = best(&plan, &grant("option.bridge", offered), &[Term::Length]);
    let [length] = choice.best.as_slice() else { panic!("one term") };
    let (way, offer) = &length.offers[length.best.unwrap()];
    assert_eq!((*way, length.to_the_end), (Way::Until(month("2029-12")), true));
    assert_eq!(offer.money, Some(Money::from_cents((54 - 12) * 120_000)));
    let told = super::page(&choice);
    assert!(
        told.contains("of which 13 can do to the plan's end: through Dec 2029, with $50,400"),
        "{told}"
    );
}

/// 2026 needs 14,400, of 2027 another grant pays the first half: 7,200 are left. Level years need 14,400 each; years of which
/// the second is half of the first need 21,600 together, and no other share needs as little.
#[test]
fn the_best_taper_is_worked_by_hand() {
    let later = "award = 7_200\nfrom = \"2027-01\"\nuntil = \"2027-06\"";
    let plan = format!("{PLAN}{}", grant("stream.later", later));
    let offered =
        "award = 9_000\nfrom = \"2026-01\"\nuntil = \"2027-12\"\nbudget-periods = \"yearly\"";
    let choice = best(&plan, &grant("option.bridge", offered), &[Term::Taper]);
    let [found] = choice.best.as_slice() else { panic!("one term") };
    // The first year is given the odd cent of an award that does not part evenly, so a cent less may do.
    let about = |offer: &Offer, cents: i64| {
        let short = cents - offer.money.unwrap().cents();
        assert!((0..=1).contains(&short), "{offer:?} for {cents}");
    };
    about(&found.stated, 2_880_000);
    assert_eq!(found.offers[0].1, found.stated, "level, as stated");
    let (way, offer) = &found.offers[found.best.unwrap()];
    assert_eq!(*way, Way::Falling(Rate::parse("0.5").unwrap()));
    about(offer, 2_160_000);
    // 55 % asks for 14,400 x 1.55, 45 % for 7,200 x 1.45 / 0.45.
    about(&found.offers[9].1, 2_232_000);
    about(&found.offers[11].1, 2_320_000);
    // The same by hand: the year's half written as a taper of the plan holds, and a cent less does not.
    let least = offer.money.unwrap().cents();
    for (amount, holds) in [(least, true), (least - 1, false)] {
        let terms = format!(
            "award = \"{}\"\nfrom = \"2026-01\"\nuntil = \"2027-12\"\nbudget-periods = \"yearly\"\n\
             taper = {{ shape = \"geometric\", ratio = \"50%\" }}",
            Money::from_cents(amount)
        );
        let text = format!("{plan}{}", grant("stream.bridge", &terms));
        let files = MemoryFolder::new([("plan.toml", text.as_str())]);
        let forecast =
            Forecast::from_plan(&folder::read(&files, "base").unwrap(), Question::default());
        assert_eq!(forecast.unwrap().measures.total.gap_total().is_zero(), holds);
    }
}

#[test]
fn terms_that_cannot_be_changed_are_told_with_the_reason() {
    let listed = "from = \"2026-01\"\nuntil = \"2027-12\"\n\
                  budget-periods = [{ from = \"2026-01\", until = \"2027-12\", amount = 9_000 }]";
    let raised = "award = 100\nfrom = \"2026-01\"\nuntil = \"2027-12\"\n\
                  [option.b.with.cost.staff]\nmonthly = 1_000";
    let lent = "[option.c]\nkind = \"loan\"\nmethod = \"recoverable-grant\"\nfunder = \"F\"\nstatus = \"secured\"\n\
                amount = 30_000\nfrom = \"2026-01\"\nrepaid-from = { stream = \"levy\" }\n\
                pays-for = [\"convene\"]\n";
    let options = format!("{}{}{lent}", grant("option.a", listed), grant("option.b", raised));
    let choice = best(PLAN, &options, &[Term::Start, Term::Taper]);
    let told: Vec<_> =
        choice.best.iter().map(|best| (best.option.as_str(), best.refused)).collect();
    let listed = Some("it states its periods one by one");
    let with = Some("what comes with it would not move with it");
    let lent = Some("its other terms do not go with it");
    let expected =
        [("a", listed), ("a", listed), ("b", with), ("b", with), ("c", None), ("c", lent)];
    assert_eq!(told, expected);
}
