//! The least amount of an option, and why there is none.

use super::*;

fn core_gap(plan: &str, amount: Money, question: Question, through: Option<Month>) -> Money {
    let grant = GRANTS.split("[option.half]").next().unwrap();
    let grant = grant.split("[option.enough]").nth(1).unwrap();
    let grant = grant.replace("28_800", &amount.to_string());
    let text = format!("{plan}[stream.enough]{grant}");
    let files = MemoryFolder::new([("plan.toml", text.as_str())]);
    let plan = folder::read(&files, "base").unwrap();
    let books = Forecast::from_plan(&plan, question).unwrap().books;
    let end = through.map_or(plan.horizon.months as usize, |through| {
        (through.since(plan.horizon.start) + 1) as usize
    });
    let core = books.ledger.lines.iter().filter(|line| line.priority == Priority::Core);
    core.flat_map(|line| line.gap[..end].to_vec()).sum()
}

#[test]
fn the_least_amount_holds_and_a_cent_less_does_not() {
    let january = Month::parse("2026-01").unwrap();
    for method in [Method::Waterfall, Method::Optimal] {
        let question = Question { method, ..Question::default() };
        for (aim, least) in
            [(Aim::Sustainability, 2_880_000), (Aim::Through(january.plus(8).unwrap()), 1_080_000)]
        {
            let choice = choose(PLAN, GRANTS, (&["base"], question, Some(aim))).unwrap();
            let [enough, half, wrong] = choice.solved.as_slice() else { panic!("three options") };
            assert_eq!(enough.least, Least::Amount(Money::from_cents(least)), "{aim:?}");
            assert_eq!(enough.proved, method == Method::Optimal);
            let tried = Least::NoneFound(Money::from_cents(4 * 72 * 120_000));
            assert_eq!((&half.least, &wrong.least), (&tried, &tried));
            // It begins too late; and it may not pay for what is unpaid.
            let [half, wrong] = [half, wrong].map(|solved| solved.lack.as_ref().unwrap());
            // Of 2026 twelve months, or the nine that count.
            let early = least.min(1_440_000);
            assert_eq!((half.left.cents(), half.other_months.cents()), (early, early), "{half:?}");
            assert_eq!(wrong.other_uses.cents(), least, "{wrong:?}");
            let through = enough.through[0];
            let amount = Money::from_cents(least);
            assert_eq!(core_gap(PLAN, amount, question, through), Money::ZERO);
            let less = amount - Money::from_cents(1);
            assert!(core_gap(PLAN, less, question, through).is_positive());
            let told = enough.least.told().unwrap();
            assert_eq!(told.cents() % 100_000, 0, "thousands of dollars");
            assert!(told >= amount && (told - amount).cents() < 100_000);
            let falls = enough.curve.windows(2).all(|pair| pair[1].1 <= pair[0].1);
            assert!(falls && enough.curve.len() == 9);
        }
    }
}

/// In both scenarios the grant that begins too late leaves 2026 unpaid: 14,400 of cost, or 15,600 where it is dearer. What stands
/// for all scenarios is the dearer one, wherever it was named.
#[test]
fn what_lacks_in_every_scenario_is_told_of_the_one_that_lacks_most() {
    let plan = format!("{PLAN}[scenario.dear]\ncost.staff.monthly = 1_300\n");
    for scenarios in [["base", "dear"], ["dear", "base"]] {
        let through = Some(Aim::Through(month("2026-12")));
        let choice = choose(&plan, GRANTS, (&scenarios, Question::default(), through)).unwrap();
        let late = choice.solved.iter().rfind(|solved| solved.option == "half").unwrap();
        assert_eq!(late.scenario, None, "all of them");
        let lack = late.lack.as_ref().unwrap();
        assert_eq!((lack.scenario.as_str(), lack.left), ("dear", Money::from_cents(1_560_000)));
        // A cent leaves as much: that so much comes nearest would be no help.
        let words = "Even $15,600 leaves $15,600.00 of core cost unpaid in dear, first in Jan 2026";
        assert!(page(&choice).contains(words), "{}", page(&choice));
    }
}

#[test]
fn no_amount_suffices_where_nothing_dependable_follows() {
    let plan = PLAN.replace("notice-months = 12\n", "until = \"2028-12\"\n");
    let plan = plan.replace("evergreen = \"a levy without sunset\"\n", "");
    let asked = (&["base"][..], Question::default(), Some(Aim::Sustainability));
    let choice = choose(&plan, GRANTS, asked).unwrap();
    assert!(choice.solved.iter().all(|solved| solved.least == Least::NothingFollows));
    assert_eq!(choice.solved[0].through, [None]);
    assert!(choice.solved[0].curve.len() == 9, "the curve is told all the same");
    // To the plan's end years without the levy are left too, which none of them may pay.
    let end = choice.solved[0].to_the_end.as_ref().unwrap();
    assert!(matches!(end, Least::NoneFound(_)));
    assert_eq!(choice.solved[0].lack.as_ref().unwrap().other_months.cents(), 4_320_000);
    // Five years of 14,400 that the levy does not pay.
    let grant = GRANTS.split("[option.half]").next().unwrap().replace("2027-12", "2031-12");
    let choice = choose(&plan, &grant, asked).unwrap();
    let [solved] = choice.solved.as_slice() else { panic!("one option") };
    let whole = Least::Amount(Money::from_cents(7_200_000));
    assert_eq!((&solved.least, solved.to_the_end.as_ref()), (&Least::NothingFollows, Some(&whole)));
    assert_eq!(solved.told(), whole.amount());
    let told = page(&choice);
    let words = "enough: no amount suffices for good: no dependable money follows that would take over within the plan. \
                 $72,000 keeps core costs funded to the plan's end, and only moves the end; exactly $72,000.00";
    assert!(told.contains(words), "{told}");
    let table = bridge::table(&choice, "least").unwrap();
    let row: Vec<(&str, String)> = table
        .columns
        .iter()
        .zip(&table.rows[0])
        .map(|(column, cell)| (column.name.as_str(), format!("{cell:?}")))
        .collect();
    let of = |name: &str| &row.iter().find(|(own, _)| *own == name).unwrap().1;
    assert_eq!([of("least"), of("told")], ["Empty", "Empty"]);
    assert!(of("to_the_end").contains("7200000"), "{row:?}");
}

#[test]
fn all_scenarios_together_need_what_the_worst_of_them_needs() {
    let plan = format!(
        "{PLAN}[scenario.late.stream.levy]\nfrom = \"2028-07\"\n[scenario.early.stream.levy]\n\
         from = \"2026-01\"\n"
    );
    let grant = GRANTS.split("[option.half]").next().unwrap().replace("2027-12", "2028-12");
    let scenarios = ["base", "late", "early"];
    let asked = (&scenarios[..], Question::default(), Some(Aim::Sustainability));
    let choice = choose(&plan, &grant, asked).unwrap();
    let least: Vec<&Least> = choice.solved.iter().map(|solved| &solved.least).collect();
    let amount = |cents| Least::Amount(Money::from_cents(cents));
    let expected = [amount(2_880_000), amount(3_600_000), Least::NothingNeeded, amount(3_600_000)];
    assert_eq!(least, expected.iter().collect::<Vec<_>>());
    // What stays unpaid is that of the worst of them, not of all added up.
    assert_eq!(choice.solved[3].curve[0], (Money::ZERO, Money::from_cents(3_600_000)));
    let told = page(&choice);
    assert!(told.contains("Amount Core unpaid, at most without it 36,000 "), "{told}");
}

/// Core cost of 10,000 a month, paid to November 2027 and from January 2028 on by a payer that brings more; and a loan at 10 %
/// over twelve months that pays December.
fn window(rate: &str) -> (String, String) {
    let plan = format!(
        "[plan]\ntitle = \"W\"\nstart = \"2026-01\"\nyears = 6\n[cost.staff]\nfunction = \"convene\"\n\
         yearly = 120_000\n{}[stream.payer]\nkind = \"payer\"\nfunder = \"P\"\nstatus = \"secured\"\n\
         from = \"2028-01\"\nevergreen = \"stands\"\nnotice-months = 12\npays-for = [\"anything\"]\n\
         [stream.payer.terms]\nmethod = \"pmpm\"\nmembers = \"members\"\nrate = \"{rate}\"\n\
         [driver.members]\nstart = 5_000\n",
        grant("stream.fed", "award = 230_000\nfrom = \"2026-01\"\nuntil = \"2027-11\""),
    );
    let loan = "[option.loan]\nkind = \"loan\"\nfunder = \"F\"\nstatus = \"secured\"\namount = 10_000\n\
                from = \"2027-12\"\nrate = \"10%\"\nmonths = 12\npays-for = [\"convene\"]\n";
    (plan, loan.to_string())
}

/// What is unpaid of core cost in all with the loan of [`window`] written into the plan.
fn left_with(rate: &str, amount: Money) -> Money {
    let (plan, loan) = window(rate);
    let loan = loan.replace("option.", "stream.").replace("10_000", &amount.to_string());
    let text = format!("{plan}{loan}");
    let files = MemoryFolder::new([("plan.toml", text.as_str())]);
    let plan = folder::read(&files, "base").unwrap();
    Forecast::from_plan(&plan, Question::default()).unwrap().measures.total.gap[0]
}

/// The payer leaves little to serve the loan from, so that only amounts close to the 10,000 that are needed hold: of some
/// hundreds of dollars, and of some thousands.
#[test]
fn a_narrow_band_that_holds_is_found_with_both_its_ends() {
    let through = Some(Aim::Through(month("2031-12")));
    for (rate, fails) in [("2.1767", 1_125_000), ("2.19", 3_000_000)] {
        for method in [Method::Waterfall, Method::Optimal] {
            let (plan, loan) = window(rate);
            let question = Question { method, ..Question::default() };
            let choice = choose(&plan, &loan, (&["base"], question, through)).unwrap();
            let [solved] = choice.solved.as_slice() else { panic!("one option") };
            let least = Money::from_cents(1_000_000);
            assert_eq!(solved.least, Least::Amount(least), "{rate} {method:?}");
            assert!(!solved.proved && !solved.fails_above.is_empty());
            let cent = Money::from_cents(1);
            let most = solved.holds_to.unwrap();
            for (amount, holds) in [
                (least - cent, false),
                (least, true),
                (most, true),
                (most + cent, false),
                (Money::from_cents(fails), false),
            ] {
                assert_eq!(left_with(rate, amount).is_zero(), holds, "{rate}: {amount}");
            }
            let page = text::encode(&bridge::page(&choice), 100, Colour::Without);
            assert!(page.contains("But more money fails: it holds up to $"), "{page}");
            // It is rounded up where that holds too, and only there.
            let mut narrow = solved.clone();
            narrow.least = Least::Amount(least + cent);
            for (holds_to, told) in [(1_050_000, 1_000_001), (1_100_000, 1_100_000)] {
                narrow.holds_to = Some(Money::from_cents(holds_to));
                assert_eq!(narrow.told(), Some(Money::from_cents(told)));
            }
        }
    }
}

/// Without a surplus the loan moves the gap: it pays 10,000 in December 2027, and twelve times 879.16 less a few cents are
/// unpaid in 2028. With 1,500 a month to spare it is repaid by December 2028.
#[test]
fn a_debt_counts_until_it_is_repaid() {
    let (plan, loan) = window("2.00");
    let question = Question::default();
    let asked = (&["base"][..], question, Some(Aim::Sustainability));
    let choice = choose(&plan, &loan, asked).unwrap();
    let [solved] = choice.solved.as_slice() else { panic!("one option") };
    assert!(matches!(solved.least, Least::NoneFound(_)), "{:?}", solved.least);
    assert!(solved.until_repaid);
    assert_eq!(solved.through, [Some(month("2028-12"))]);
    let lack = solved.lack.as_ref().unwrap();
    let owed = Money::from_cents(1_054_989);
    let of = (lack.amount.cents(), lack.left, lack.own, lack.first, lack.lends);
    assert_eq!(of, (1_000_000, owed, owed, Some(month("2028-01")), true));
    let page = text::encode(&bridge::page(&choice), 300, Colour::Without);
    assert!(page.contains("all of it goes unpaid for its own repayment and interest"), "{page}");
    assert!(
        page.contains("Nearest, before what it has due itself, comes $10,000, which"),
        "{page}"
    );
    assert!(!solved.lack.as_ref().unwrap().helps, "whatever it pays, more of its own is unpaid");
    assert!(
        page.contains("No amount that was tried leaves less unpaid than none. Nearest,"),
        "{page}"
    );
    // Through December 2027 alone it does, and what follows is told.
    let asked = (&["base"][..], question, Some(Aim::Through(month("2027-12"))));
    let choice = choose(&plan, &loan, asked).unwrap();
    let [solved] = choice.solved.as_slice() else { panic!("one option") };
    assert_eq!(solved.least, Least::Amount(Money::from_cents(1_000_000)));
    assert_eq!(solved.worse_later, [("base".to_string(), owed, month("2028-01"))]);
    let page = text::encode(&bridge::page(&choice), 200, Colour::Without);
    let told =
        "After that $10,550 more of core cost goes unpaid than without it, from Jan 2028 on.";
    assert!(page.contains(told), "{page}");
    let (plan, loan) = window("2.30");
    let asked = (&["base"][..], question, Some(Aim::Sustainability));
    let choice = choose(&plan, &loan, asked).unwrap();
    let [solved] = choice.solved.as_slice() else { panic!("one option") };
    assert_eq!(solved.least, Least::Amount(Money::from_cents(1_000_000)));
    assert_eq!((solved.until_repaid, solved.through[0]), (true, Some(month("2028-12"))));
    assert_eq!(solved.worse_later, []);
}

/// The levy stands from January 2028 on, but a plan of 48 months shows 24 of them.
#[test]
fn reasons_why_no_amount_is_told_are_true() {
    let told = |plan: &str, options: &str, aim: Aim| {
        let choice = choose(plan, options, (&["base"], Question::default(), Some(aim))).unwrap();
        let page = text::encode(&bridge::page(&choice), 300, Colour::Without);
        (choice, page)
    };
    let short = PLAN.replace("months = 72", "months = 48");
    let (choice, page) = told(&short, GRANTS, Aim::Sustainability);
    assert!(choice.solved.iter().all(|solved| solved.least == Least::NothingFollows));
    assert_eq!(choice.solved[0].too_short, Some((month("2028-01"), 24)));
    let words = "enough: no amount is sought: dependable money covers core and backbone costs from Jan 2028 on, but the plan ends \
                 24 months later, and it takes 36 to show that it lasts";
    assert!(page.contains(words), "{page}");
    assert!(page.contains("to the plan's end; exactly $28,800.00"), "{page}");
    assert!(page.contains("not by the end"), "{page}");
    // 4,800 of gifts match as much of a challenge: 14,400 less both stay unpaid, however large it is.
    let challenge = format!(
        "{}{}",
        grant(
            "option.dare",
            "award = 5_000\nfrom = \"2026-01\"\nuntil = \"2026-12\"\nmatch = { per-award-dollar = 1 }"
        ),
        grant(
            "option.dare.with.stream.gifts",
            "award = 4_800\nfrom = \"2026-01\"\nuntil = \"2026-12\""
        ),
    );
    let (choice, page) = told(PLAN, &challenge, Aim::Through(month("2026-12")));
    let lack = choice.solved[0].lack.as_ref().unwrap();
    assert_eq!((lack.left.cents(), lack.match_missed.cents()), (480_000, 480_000));
    assert!(page.contains("it misses its match: without that rule $4,800 more"), "{page}");
    // Nothing else is said where the money does not count at all.
    let hoped = GRANTS.split("[option.half]").next().unwrap();
    let hoped = hoped.replace("status = \"secured\"", "status = \"prospective\"");
    let (choice, page) = told(PLAN, &hoped, Aim::Sustainability);
    let lack = choice.solved[0].lack.as_ref().unwrap();
    assert_eq!(lack.uncounted, Some(Uncounted::Unsure(Status::Prospective)));
    assert!(lack.other_months.is_positive());
    let words = "unpaid, first in Jan 2026: its money is only hoped for and does not count: `--view all` counts it.";
    assert!(page.contains(words), "{page}");
    let past = grant("option.past", "award = 5_000\nfrom = \"2024-01\"\nuntil = \"2024-12\"");
    let (choice, page) = told(PLAN, &past, Aim::Sustainability);
    let lack = choice.solved[0].lack.as_ref().unwrap();
    assert_eq!(lack.uncounted, Some(Uncounted::NoMonth));
    let words = "unpaid, first in Jan 2026: its money comes in no month of the plan.";
    assert!(page.contains(words), "{page}");
    let rate = "[option.payer]\nkind = \"payer\"\nfunder = \"P\"\nstatus = \"secured\"\nfrom = \"2026-01\"\n\
                until = \"2027-12\"\npays-for = [\"convene\"]\n[option.payer.terms]\nmethod = \"pmpm\"\n\
                members = \"members\"\nrate = \"1.00\"\n[option.payer.with.driver.members]\nstart = 500\n";
    let (_, page) = told(PLAN, rate, Aim::Sustainability);
    let words =
        "payer: its size cannot be sought: it pays by a rate, not a sum that could be larger.";
    assert!(page.contains(words), "{page}");
}

/// What stays unpaid has one reason each. A recoverable grant that pays 2026 has a third of itself due in June: those 4,800 are its own,
/// though 1,200 of June would be unpaid without it. A grant for 2026 that makes the levy three months late leaves 2027, in which
/// its money may not be spent, and 3,600 more than without it. One that brings a cost of 100 a month that it may not pay leaves
/// 2,400 of it in two years that would be unpaid without it too, and 1,200 in the year that the levy pays.
#[test]
fn what_stays_unpaid_is_told_under_one_reason() {
    let lent = "[option.a]\nkind = \"loan\"\nmethod = \"recoverable-grant\"\nfunder = \"F\"\nstatus = \"secured\"\n\
                amount = 900\nfrom = \"2026-01\"\npays-for = [\"convene\"]\n\
                repayments = [{ month = \"2026-06\", amount = 300 }, { month = \"2031-06\", amount = 600 }]\n";
    let year = grant("option.a", "award = 9_000\nfrom = \"2026-01\"\nuntil = \"2026-12\"");
    let late = format!("{year}[option.a.with.stream.levy]\nfrom = \"2028-04\"\n");
    let dearer = format!(
        "{}[option.a.with.cost.desk]\nfunction = \"data\"\npriority = \"core\"\nmonthly = 100\n",
        year.replace("2026-12", "2028-12")
    );
    for (options, through, reasons) in [
        (lent, "2026-12", [480_000, 480_000, 0, 0]),
        (&late, "2028-12", [1_800_000, 360_000, 1_440_000, 0]),
        (&dearer, "2028-12", [360_000, 120_000, 0, 240_000]),
    ] {
        let asked = (&["base"][..], Question::default(), Some(Aim::Through(month(through))));
        let choice = choose(PLAN, options, asked).unwrap();
        let lack = choice.solved[0].lack.as_ref().unwrap();
        let found = [lack.left, lack.own, lack.other_months, lack.other_uses].map(Money::cents);
        assert_eq!(found, reasons, "{lack:?}");
    }
}

/// A grant that pays 2026 comes with a levy that begins three months late, 3,600 worse, and with gifts for months of 2027: what
/// these leave less of is part of what comes later.
#[test]
fn what_is_worse_later_is_counted_over_all_later_months() {
    let offered = grant("option.a", "award = 9_000\nfrom = \"2026-01\"\nuntil = \"2026-12\"");
    let late = "[option.a.with.stream.levy]\nfrom = \"2028-04\"\n";
    let asked = (&["base"][..], Question::default(), Some(Aim::Through(month("2026-12"))));
    for (gifts, worse) in [(1_200, Some(240_000)), (4_800, None)] {
        let terms = format!("award = {gifts}\nfrom = \"2027-01\"\nuntil = \"2027-04\"");
        let options = format!("{offered}{late}{}", grant("option.a.with.stream.gifts", &terms));
        let choice = choose(PLAN, &options, asked).unwrap();
        let [solved] = choice.solved.as_slice() else { panic!("one option") };
        assert_eq!(solved.least, Least::Amount(Money::from_cents(1_440_000)));
        let later =
            worse.map(|cents| ("base".to_string(), Money::from_cents(cents), month("2028-01")));
        assert_eq!(solved.worse_later, Vec::from_iter(later), "{gifts}");
    }
}

/// All of the loan that pays 2027 is due after the month that is asked for.
#[test]
fn what_is_still_owed_after_the_months_that_count_is_told() {
    let loan = recoverable("repayments = [{ month = \"2028-06\", amount = 14_400 }]");
    let gift = grant("stream.gift", "award = 14_400\nfrom = \"2026-01\"\nuntil = \"2026-12\"");
    let plan = PLAN.replace("[\"convene\"]", "[\"anything\"]").replace("14_400", "28_800");
    let plan = format!("{plan}{gift}[scenario.same.cost.staff]\nmonthly = 1_200\n");
    for (through, owed) in [("2027-12", 1_440_000), ("2028-05", 1_440_000), ("2028-12", 0)] {
        let scenarios = ["base", "same"];
        let asked = (&scenarios[..], Question::default(), Some(Aim::Through(month(through))));
        let choice = choose(&plan, &loan, asked).unwrap();
        let found: Vec<i64> = choice.solved.iter().map(|solved| solved.owed.cents()).collect();
        assert_eq!(found, [owed; 3], "{through}, in each and in both");
        assert_eq!(page(&choice).contains("$14,400 of it is still owed then."), owed > 0);
    }
}

/// An option of several amounts keeps their proportions, to the cent: of a grant of 9,600 and 19,200 by year 2026 needs 14,400, so
/// the whole is 43,200. A recoverable grant is repaid in the parts that were stated, of another whole.
#[test]
fn amounts_that_are_several_keep_their_proportions() {
    let listed = "from = \"2026-01\"\nuntil = \"2027-12\"\nbudget-periods = [\n\
                  { from = \"2026-01\", until = \"2026-12\", amount = 9_600 },\n\
                  { from = \"2027-01\", until = \"2027-12\", amount = 19_200 }]";
    let year = "[option.b]\nkind = \"public\"\nfunder = \"S\"\nstatus = \"secured\"\nfrom = \"2026-01\"\n\
                until = \"2026-12\"\npays-for = [\"convene\"]\n[option.b.terms]\nmethod = \"appropriation\"\n\
                by-year = { FY2026 = 1_000 }\n";
    let lent = "[option.c]\nkind = \"loan\"\nmethod = \"recoverable-grant\"\nfunder = \"F\"\n\
                status = \"secured\"\namount = 900\nfrom = \"2026-01\"\npays-for = [\"convene\"]\n\
                repayments = [{ month = \"2028-06\", amount = 300 }, { month = \"2029-06\", amount = 600 }]\n";
    let line = "[option.d.with.credit]\nlender = \"B\"\nlimit = 1_000\nrate = \"8%\"\n";
    let options = format!("{}{year}{lent}{line}", grant("option.a", listed));
    let asked = (&["base"][..], Question::default(), Some(Aim::Through(month("2026-12"))));
    let choice = choose(PLAN, &options, asked).unwrap();
    let [listed, year, lent, line] = choice.solved.as_slice() else { panic!("four options") };
    let amount = |cents| Least::Amount(Money::from_cents(cents));
    // Half a cent of the first year rounds up. Its second year's money comes after the months that count.
    let later: Vec<i64> = choice.solved.iter().map(|solved| solved.later.cents()).collect();
    assert_eq!(later, [4_319_999 - 1_440_000, 0, 0, 0]);
    assert_eq!((&listed.least, listed.counted.1), (&amount(4_319_999), 2));
    assert_eq!((&year.least, &lent.least), (&amount(1_440_000), &amount(1_440_000)));
    assert!(matches!(&line.least, Least::NotOneFigure(why) if why.contains("no opening cash")));
    let page = text::encode(&bridge::page(&choice), 200, Colour::Without);
    assert!(
        page.contains("a: $44,000 in all, its 2 amounts in their proportions, keeps"),
        "{page}"
    );
    assert!(page.contains("$28,800 of it may be spent only after that."), "{page}");
    // 14,400 are repaid by 4,800 and 9,600, which nothing pays.
    assert_eq!(lent.worse_later[0].1.cents(), 1_440_000);
}

/// Costs of 1,200 a month come back two months later, and 1,000 are at hand. 200 are lacking in January and 1,402 in February, with 1 %
/// of interest; from March on as much comes as goes, and interest alone is added: ten times 1 %, in cents.
#[test]
fn the_least_limit_of_a_line_keeps_cash_above_zero() {
    let late = grant(
        "stream.fed",
        "award = 14_400\nfrom = \"2026-01\"\nuntil = \"2026-12\"\n\
         payment = { method = \"reimbursement\", cycle-months = 1, lag-months = 2 }",
    );
    let plan = format!("{PLAN}{late}[opening]\nunrestricted-cash = 1_000\n");
    let line = "[option.line.with.credit]\nlender = \"B\"\nlimit = 5_000\nrate = \"12%\"\n";
    let asked = (&["base"][..], Question::default(), Some(Aim::Through(month("2026-12"))));
    let choice = choose(&plan, line, asked).unwrap();
    let [solved] = choice.solved.as_slice() else { panic!("one option") };
    let least = solved.least.amount().unwrap();
    let lowest = |limit: Money| {
        let line = line.replace("option.line.with.", "").replace("5_000", &limit.to_string());
        let text = format!("{plan}{line}");
        let files = MemoryFolder::new([("plan.toml", text.as_str())]);
        let books =
            Forecast::from_plan(&folder::read(&files, "base").unwrap(), Question::default());
        let cash = books.unwrap().books.cash;
        (cash.unrestricted[..12].iter().copied().min().unwrap(), cash.credit.unwrap().balance[11])
    };
    assert_eq!(lowest(least), (Money::ZERO, solved.owed));
    assert_eq!(lowest(least - Money::from_cents(1)).0.cents(), -1);
    assert_eq!(least.cents(), 154_867);
    // Through January alone 200 are enough, whatever follows.
    let asked = (&["base"][..], Question::default(), Some(Aim::Through(month("2026-01"))));
    let january = &choose(&plan, line, asked).unwrap().solved[0];
    assert_eq!(january.least, Least::Amount(Money::from_cents(20_000)));
    let page = text::encode(&bridge::page(&choice), 200, Colour::Without);
    assert!(page.contains("of credit keeps cash for what is funded at zero or above"), "{page}");
    assert!(page.contains("is still owed then. It lends cash and pays no cost."), "{page}");
}
