//! Figures that rules of payers and of public money come to, each with the rule that it follows from.

#![allow(clippy::unwrap_used)]

use braidfund::explain;
use braidfund::folder::{self, MemoryFolder};
use braidfund::forecast::{Forecast, Question};
use braidfund::funding::Status;
use braidfund::funding::payer::Claims;
use braidfund::funding::payer::community_health::units;
use braidfund::funding::public::AdministrativeClaim;
use braidfund::ledger::Ledger;
use braidfund::money::{Money, Price, Rate};
use braidfund::month::Month;
use braidfund::plan::Plan;
use braidfund::report::record;
use braidfund::rules::{Parameter, federal_share_of_income};

fn rate(text: &str) -> Rate {
    Rate::parse(text).unwrap()
}

fn money(text: &str) -> Money {
    Money::parse(text).unwrap()
}

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

/// What an explanation says, in one text.
fn told(plan: &Plan, forecast: &Forecast, figure: &str) -> String {
    let explanation = explain::explain(plan, forecast, figure).unwrap();
    let parts = explanation.parts.iter().map(|part| format!("{}: {}\n", part.label, part.text));
    parts.collect()
}

fn forecast(text: &str) -> Forecast {
    let files = MemoryFolder::new([("plan.toml", text)]);
    let plan = folder::read(&files, "base").unwrap();
    Forecast::from_plan(&plan, Question::default()).unwrap()
}

/// 42 USC 1396d(b): 100 % less 45 % of the squared ratio of incomes, from 50 % to 83 %.
#[test]
fn the_federal_share_of_medicaid_follows_income_42_usc_1396d_b() {
    for (ratio, share) in [("0.90", "0.6355"), ("1.10", "0.5"), ("0.55", "0.83"), ("0", "0.83")] {
        assert_eq!(federal_share_of_income(rate(ratio)), Some(rate(share)), "{ratio}");
    }
    // No published share lies below the formula's floor.
    for state in Parameter::Fmap.subjects() {
        for rule in Parameter::Fmap.series(state) {
            assert!(rule.share() >= rate("0.5") && rule.share() < Rate::ONE, "{rule:?}");
        }
    }
}

/// 42 USC 1396b(a)(7): half of the cost of Medicaid's administration.
#[test]
fn medicaid_administration_is_claimed_by_the_quarter_42_usc_1396b_a_7() {
    let claim = AdministrativeClaim {
        pool: money("500000.00"),
        activity: rate("0.20"),
        eligible: rate("0.60"),
        federal_share: rate("0.50"),
        certified_by: "The county".to_string(),
        lag_months: 6,
    };
    assert_eq!(claim.amount(3), Some(money("30000.00")));
    // A part of a quarter claims its months.
    assert_eq!(claim.amount(1), Some(money("10000.00")));
    assert_eq!(claim.amount(2), Some(money("20000.00")));
}

/// CMS Physician Fee Schedule 2024, 88 FR 78818: G0019 from 60 minutes, G0022 for each full 30 more.
#[test]
fn community_health_integration_is_paid_by_the_unit_88_fr_78818() {
    let expected = [(59, (0, 0)), (60, (1, 0)), (89, (1, 0)), (90, (1, 1)), (100, (1, 1))];
    for (minutes, of_month) in expected {
        assert_eq!(units(minutes), of_month, "{minutes} minutes");
    }
    let january = month("2025-01");
    let first = Parameter::CommunityHealthFirst.published("office", january).unwrap();
    assert_eq!(first.value.to_string(), "77.96");
}

/// 2 USC 901a(6) and 42 USC 1395l(a)(1): 2 % off Medicare's 80 % of the allowed fee.
#[test]
fn fees_are_paid_less_coinsurance_sequestration_and_denials_2_usc_901a_6() {
    let claims = Claims {
        payer_share: rate("0.80"),
        sequestration: rate("0.02"),
        denial: rate("0.08"),
        overturned: rate("0.50"),
        coinsurance_collected: Rate::ZERO,
    };
    let allowed = Price::parse("77.96").unwrap().product().times_count(1_000).unwrap();
    assert_eq!(claims.paid(allowed), Some(money("58675.81")));
}

/// A contract with everything that moves cash away from what is earned: a withhold, a curve, partners who
/// are paid first, and members taken back later. The figures are awkward on purpose.
const CONTRACT: &str = r#"
    [plan]
    title = "Riverbend"
    start = "2026-01"
    months = 36
    [driver.members]
    start = 1003
    churn = "1.7%"
    joining = 11.3
    [cost.work]
    layer = "program"
    function = "work"
    monthly = 4_321.09
    [stream.plan]
    kind = "payer"
    funder = "A health plan"
    status = "secured"
    from = "2026-01"
    until = "2027-12"
    pays-for = ["work"]
    [stream.plan.terms]
    method = "pmpm"
    members = "members"
    rate = 7.123457
    withhold = { share = "3.7%", score = "81.3%", paid-after-months = 5 }
    pass-through = "33.3%"
    partners-paid = "when-earned"
    true-up = { retained = "96.9%", after-months = 4 }
    collection = [{ lag-months = 1, share = "61.7%" }, { lag-months = 3, share = "38.3%" }]
"#;

#[test]
fn what_a_payer_owes_and_is_owed_follows_from_what_is_earned_and_paid() {
    let forecast = forecast(CONTRACT);
    let (ledger, cash) = (&forecast.books.ledger, &forecast.books.cash);
    let mut standing = Money::ZERO;
    let (mut advanced, mut taken_back) = (false, false);
    for place in 0..ledger.months() {
        standing += ledger.streams[0].made_available[place];
        standing += cash.refunds[place] - cash.receipts[place];
        let told = cash.receivable[place] - cash.refundable_advance[place];
        assert_eq!(told, standing, "month {place}");
        advanced |= cash.refunds[place].is_positive() && place < 24;
        taken_back |= cash.refundable_advance[place].is_positive();
    }
    // The contract ends in December 2027; the last withheld money is released in May 2028.
    assert_eq!(standing, Money::ZERO);
    assert!(advanced && taken_back, "partners are advanced, and the plan takes back");
    let earned: Money = ledger.streams[0].made_available.iter().sum();
    let net: Money = cash.receipts.iter().sum::<Money>() - cash.refunds.iter().sum();
    assert_eq!(net, earned);
}

/// A published share that changes in October is drawn at each month's own rate: the checker asks each
/// dollar for its match, and the parts of a fully paid line stand in the share of the month.
#[test]
fn a_federal_share_is_that_of_its_month() {
    let forecast = forecast(
        r#"
        [plan]
        title = "Riverbend"
        start = "2023-08"
        months = 38
        [cost.navigation]
        layer = "program"
        function = "navigation"
        monthly = 9_999.99
        [stream.medicaid]
        kind = "public"
        funder = "The state"
        status = "secured"
        evergreen = "42 USC 1396b(a)"
        pays-for = ["navigation"]
        terms = { method = "match", state = "PA" }
        [stream.county]
        kind = "public"
        funder = "The county"
        status = "secured"
        evergreen = "its budget"
        pays-for = ["navigation"]
        terms = { method = "appropriation", yearly = 120_000 }
        "#,
    );
    let ledger = &forecast.books.ledger;
    let medicaid = ledger.streams.iter().find(|stream| stream.name == "medicaid").unwrap();
    let mut shares = Vec::new();
    for place in 0..ledger.months() {
        let month = ledger.horizon.month(place);
        let share = Parameter::Fmap.in_force("PA", month).unwrap().share();
        let most = share.of(ledger.lines[0].need[place]);
        let apart = (most.cents() - medicaid.drawn[place].cents()).abs();
        assert!(apart <= 1, "{month}: {most} and {}", medicaid.drawn[place]);
        shares.push(share);
    }
    shares.dedup();
    assert_eq!(shares.len(), 4, "federal fiscal years 2023 to 2026");
    let carried =
        |finding: &&braidfund::plan::check::Finding| finding.name == "rule-carried-forward";
    assert_eq!(forecast.findings.iter().filter(carried).count(), 0);
}

#[test]
fn what_was_served_before_a_termination_is_settled_after_it_2_cfr_200_343() {
    let text = "[plan]\ntitle = \"T\"\nstart = \"2025-01\"\nmonths = 24\n\
        [driver.members]\nstart = 1_000\n\
        [cost.staff]\nfunction = \"convene\"\nmonthly = 50_000\n\
        [stream.plan]\nkind = \"payer\"\nfunder = \"A plan\"\nstatus = \"secured\"\n\
        from = \"2025-01\"\nevergreen = \"a contract\"\npays-for = [\"anything\"]\n\
        termination = { on = \"2025-06\" }\n\
        terms = { method = \"pmpm\", members = \"members\", rate = 10, \
        withhold = { share = \"10%\", score = \"50%\" } }\n";
    let forecast = forecast(text);
    let stream = &forecast.books.ledger.streams[0];
    // Six months of 9,000, and half of the 6,000 withheld, in June of the next year.
    assert_eq!(stream.made_available[..6].iter().sum::<Money>(), money("54000"));
    assert_eq!(stream.made_available[6..].iter().sum::<Money>(), money("3000"));
    assert_eq!(stream.made_available[17], money("3000"));
}

#[test]
fn what_is_told_beside_a_stream_is_in_the_record() {
    let text = "[plan]\ntitle = \"T\"\nstart = \"2025-01\"\nmonths = 12\n\
        [driver.members]\nstart = 1_000\n\
        [cost.staff]\nfunction = \"convene\"\nmonthly = 50_000\n\
        [stream.plan]\nkind = \"payer\"\nfunder = \"A plan\"\nstatus = \"secured\"\n\
        from = \"2025-01\"\nevergreen = \"a contract\"\npays-for = [\"anything\"]\n\
        terms = { method = \"pmpm\", members = \"members\", rate = 10, pass-through = \"25%\" }\n";
    let plan = folder::read(&MemoryFolder::new([("plan.toml", text)]), "base").unwrap();
    let forecast = Forecast::from_plan(&plan, Question::default()).unwrap();
    let record = record::forecast(&plan, &forecast);
    let told = &record["streams"][0]["told"];
    // 12 x 1,000 x 10.00, of which a quarter is passed on.
    assert_eq!(told[0]["what"], "paid by the payer");
    assert_eq!(told[0]["amount"], "120000.00");
    assert_eq!(told[1]["what"], "passed on to partners");
    assert_eq!(told[1]["amount"], "30000.00");
}

/// Half of what kiosks cost, up to 12,000 in a fiscal year that began before the plan.
const LIMITED: &str = r#"
    [plan]
    title = "Riverbend"
    start = "2026-07"
    months = 6
    [cost.kiosks]
    layer = "program"
    function = "navigation"
    from = "2026-09"
    once = 40_000
    [stream.medicaid]
    kind = "public"
    funder = "The state Medicaid agency"
    fiscal-year-starts = "october"
    status = "secured"
    from = "2026-01"
    until = "2026-12"
    pays-for = ["navigation"]
    terms = { method = "match", rate = "40%", yearly-limit = 12_000 }
    [stream.city]
    kind = "grant"
    funder = "The city"
    status = "secured"
    award = 20_000
    from = "2026-07"
    until = "2026-12"
    pays-for = ["navigation"]
"#;

/// 40 % of 40,000 are 16,000: the year's 12,000 bind, nothing of it having been drawn as far as the plan says,
/// which is a finding; and the gap says that the year's limit is why.
#[test]
fn a_match_that_ran_before_the_plan_says_what_of_its_yearly_limit_is_drawn() {
    let before = "[opening.stream.medicaid]\n    spent = 11_999.50\n";
    for (opening, drawn, found) in [("", "12000.00", 1), (before, "0.50", 0)] {
        let text = format!("{LIMITED}{opening}");
        let files = MemoryFolder::new([("plan.toml", text.as_str())]);
        let plan = folder::read(&files, "base").unwrap();
        let forecast = Forecast::from_plan(&plan, Question::default()).unwrap();
        let medicaid = forecast.books.ledger.streams.iter().find(|book| book.name == "medicaid");
        let sum: Money = medicaid.unwrap().drawn.iter().sum();
        assert_eq!(sum, money(drawn));
        let named = |finding: &&braidfund::plan::check::Finding| {
            finding.name == "award-starts-before-plan" && finding.subject == "stream.medicaid"
        };
        let found_here: Vec<_> = forecast.findings.iter().filter(named).collect();
        assert_eq!(found_here.len(), found);
        assert!(found_here.iter().all(|finding| finding.amount == Some(money("12000.00"))));
        let why = told(&plan, &forecast, "gap/kiosks/2026-09");
        assert!(why.contains("has paid its 12,000.00"), "{why}");
        assert!(why.contains("the most of its funder's fiscal year"), "{why}");
    }
}

/// A stream's figure tells the balance of the advance for the plan and for each month of it, not what that month
/// added.
#[test]
fn an_advance_of_before_the_plan_is_outstanding_in_it() {
    let text = "[plan]\ntitle = \"T\"\nstart = \"2024-04\"\nmonths = 12\n\
        [driver.members]\nstart = 1_000\n\
        [cost.staff]\nfunction = \"convene\"\nmonthly = 50_000\n\
        [stream.aco]\nkind = \"shared-savings\"\nfunder = \"Medicare\"\nstatus = \"secured\"\n\
        from = \"2024-01\"\nuntil = \"2024-06\"\ncaptured = \"100%\"\npays-for = [\"anything\"]\n\
        [stream.aco.terms]\nprogramme = \"mssp\"\ntrack = \"BASIC_A\"\nmembers = \"members\"\n\
        benchmark = 1_000\nsavings-rate = \"5%\"\n\
        advance = { once = 250, rate = 45, beneficiaries = 10_000, quarters = 8 }\n";
    let plan = folder::read(&MemoryFolder::new([("plan.toml", text)]), "base").unwrap();
    let forecast = Forecast::from_plan(&plan, Question::default()).unwrap();
    // 250 + 45,000 in January, before the plan, and 45,000 in April.
    let record = record::forecast(&plan, &forecast);
    assert_eq!(record["streams"][0]["told"][0]["what"], "advance outstanding");
    assert_eq!(record["streams"][0]["told"][0]["amount"], "90250.00");
    for figure in ["stream/aco", "stream/aco/2024-04", "stream/aco/2024-12"] {
        let explanation = explain::explain(&plan, &forecast, figure).unwrap();
        let balance = explanation.parts.iter().find(|part| part.label == "advance outstanding");
        assert_eq!(balance.unwrap().amount, Some(money("90250.00")), "{figure}");
    }
    let mut found = forecast.findings.iter();
    let found = found.find(|finding| finding.name == "advance-outstanding").unwrap();
    assert_eq!(found.amount, Some(money("90250.00")));
    assert!(found.message.contains("no performance year is left"), "{}", found.message);
}

/// 42 CFR 438.6(b): the limit is told as what the contract pays by.
#[test]
fn an_incentive_over_its_limit_is_told_in_the_words_of_its_contract() {
    for (terms, of) in [
        ("method = \"pmpm\", members = \"members\"", "a Medicaid plan's capitation"),
        ("method = \"fee-for-service\", units = \"members\"", "what the contract pays"),
    ] {
        let text = format!(
            "[plan]\ntitle = \"T\"\nstart = \"2025-01\"\nmonths = 12\n\
            [driver.members]\nstart = 1_000\n\
            [cost.staff]\nfunction = \"convene\"\nmonthly = 50_000\n\
            [stream.plan]\nkind = \"payer\"\nfunder = \"A plan\"\nstatus = \"secured\"\n\
            from = \"2025-01\"\nuntil = \"2025-12\"\npays-for = [\"anything\"]\n\
            terms = {{ {terms}, rate = 10, medicaid = true, \
            bonus = {{ share = \"6%\", score = \"50%\" }} }}\n"
        );
        let forecast = forecast(&text);
        let mut found = forecast.findings.iter();
        let found = found.find(|finding| finding.name == "incentive-over-limit").unwrap();
        assert!(found.message.contains(&format!("exceeds 5% of {of}")), "{}", found.message);
    }
}

/// A rule says that it is undated where no month of it is known.
#[test]
fn a_rule_without_a_known_month_is_undated() {
    let undated = Parameter::BorrowingBase.in_force("", month("2026-01")).unwrap();
    assert_eq!(undated.since(), None);
    let dated = Parameter::DeMinimisRate.in_force("", month("2026-01")).unwrap();
    assert_eq!(dated.since(), Some(month("2024-10")));
}

/// Navigation of 1,000 a month that Medicaid matches by half, recovering a tenth, beside a city's award.
fn matched(terms: &str, more: &str) -> String {
    format!(
        "[plan]\ntitle = \"P\"\nstart = \"2026-03\"\nmonths = 8\n\
         [cost.nav]\nlayer = \"program\"\nfunction = \"navigation\"\nmonthly = 1000\n\
         [stream.medicaid]\nkind = \"public\"\nfunder = \"State\"\nstatus = \"secured\"\n\
         fiscal-year-starts = \"july\"\nfrom = \"2025-07\"\nuntil = \"2026-10\"\n\
         pays-for = [\"navigation\"]\nterms = {{ method = \"match\", rate = \"50%\"{terms} }}\n\
         [stream.city]\nkind = \"grant\"\nfunder = \"City\"\nstatus = \"secured\"\n\
         award = 8000\nfrom = \"2026-03\"\nuntil = \"2026-10\"\npays-for = [\"navigation\"]\n{more}"
    )
}

/// What Medicaid pays in each month, its recovery with it.
fn drawn(forecast: &Forecast) -> Vec<String> {
    let mut streams = forecast.books.ledger.streams.iter();
    let book = streams.find(|stream| stream.name == "medicaid").unwrap();
    book.drawn.iter().map(ToString::to_string).collect()
}

fn amounts(forecast: &Forecast, name: &str) -> Vec<String> {
    let findings = forecast.findings.iter().filter(|finding| finding.name == name);
    findings.map(|finding| finding.amount.map_or(String::new(), |sum| sum.to_string())).collect()
}

/// 42 USC 1396b(a): the share of the cost holds what is recovered, and needs match for both.
#[test]
fn a_match_pays_its_share_of_cost_with_its_recovery_in_it_42_usc_1396b_a() {
    // Half of 1,000 is 500: 454.54 + 45.45 = 499.99, and to date 909.08 + 90.91 = 999.99. The city pays the rest.
    let indirect = "[stream.medicaid.indirect]\nrate = \"10%\"\nbase = \"direct\"\n";
    let told = forecast(&matched("", indirect));
    assert_eq!(drawn(&told)[..2], ["499.99", "500.00"]);
    let city = &told.books.ledger.streams[0];
    assert_eq!((city.name.as_str(), city.drawn[0].to_string().as_str()), ("city", "545.46"));
    // Without recovery half of the cost, as ever.
    assert_eq!(drawn(&forecast(&matched("", "")))[..2], ["500.00", "500.00"]);
}

/// A limit of a fiscal year holds what is recovered on the year's draws: none of it is posted in another year.
#[test]
fn recovery_keeps_to_the_limit_of_its_own_year() {
    // Of 1,100 to June March and April take 999.99: 100.01 are left, 90.92 and 9.09 of recovery.
    let indirect = "[stream.medicaid.indirect]\nrate = \"10%\"\nbase = \"direct\"\n";
    let told = forecast(&matched(", yearly-limit = 1100", indirect));
    assert_eq!(
        drawn(&told)[..7],
        ["499.99", "500.00", "100.01", "0.00", "499.99", "500.00", "100.01"]
    );
    let recovered = told.books.ledger.recoveries.iter();
    let recovered: Vec<String> = recovered.map(|row| row.amount.to_string()).collect();
    assert_eq!(recovered, ["45.45", "45.46", "9.09", "45.45", "45.46", "9.09"]);
}

#[test]
fn a_terminated_match_tells_what_its_limit_leaves_of_its_share() {
    // From July on 500 a month of 1,200 a year; none of it after August: 1,200 - 1,000 = 200 of 2 x 500.
    let ended = "[stream.medicaid.termination]\non = \"2026-08\"\n";
    let told = forecast(&matched(", yearly-limit = 1200", ended));
    assert_eq!(amounts(&told, "award-terminated"), ["200.00"]);
    let told = forecast(&matched("", ended));
    assert_eq!(amounts(&told, "award-terminated"), ["1000.00"]);
    assert!(amounts(&forecast(&matched("", "")), "award-terminated").is_empty());
}

#[test]
fn spending_of_a_match_beyond_its_limit_is_told() {
    let of = |spent: u32, plan: &str| {
        let opening = format!("[opening.stream.medicaid]\nspent = {spent}\n");
        let text = matched(", yearly-limit = 500", &opening);
        amounts(&forecast(&text.replace("2026-03\"\nmonths", plan)), "spent-beyond-limit")
    };
    let march = "2026-03\"\nmonths";
    assert_eq!(of(700, march), ["200.00"]);
    assert!(of(500, march).is_empty());
    // The fiscal year begins with the plan: what was spent before is of a closed one.
    assert_eq!(of(300, "2026-07\"\nmonths"), ["300.00"]);
}

/// A plan from March 2026 whose payer of 7,500 a month runs since September 2025.
fn running_payer(more: &str, opening: &str) -> Forecast {
    forecast(&format!(
        "[plan]\ntitle = \"P\"\nstart = \"2026-03\"\nmonths = 12\n[driver.m]\nstart = 1000\n\
         [cost.nav]\nlayer = \"program\"\nfunction = \"navigation\"\nmonthly = 9000\n\
         [stream.p]\nkind = \"payer\"\nfunder = \"Plan\"\nstatus = \"secured\"\n\
         from = \"2025-09\"\nuntil = \"2027-06\"\npays-for = [\"navigation\"]\n[stream.p.terms]\n\
         method = \"pmpm\"\nmembers = \"m\"\nrate = \"10.00\"\npass-through = \"25%\"\n{more}\n{opening}"
    ))
}

#[test]
fn what_a_payer_owes_at_the_start_is_asked_for() {
    let lag = "collection-lag-months = 2";
    // January and February, 10,000 each of which a quarter is passed on, come in March and April.
    assert_eq!(amounts(&running_payer(lag, ""), "payer-owes-unstated"), ["15000.00"]);
    assert!(amounts(&running_payer("", ""), "payer-owes-unstated").is_empty());
    let opening = "[opening.stream.p]\nreceivables = [{ month = \"2026-03\", amount = 7000 }]\n";
    assert!(amounts(&running_payer(lag, opening), "payer-owes-unstated").is_empty());
}

#[test]
fn a_withhold_that_is_stated_as_owed_too_is_told() {
    // A tenth of September to December is withheld, 4 x 1,000: three quarters of it, less a quarter passed on, come
    // in April, and the plan counts them.
    let withhold = "withhold = { share = \"10%\", score = \"75%\", measured = \"december\", \
        paid-after-months = 4 }";
    let lagged = format!("{withhold}\ncollection-lag-months = 2");
    let of = |more: &str, month: &str, amount: u32| {
        let opening = format!(
            "[opening.stream.p]\nreceivables = [{{ month = \"{month}\", amount = {amount} }}]\n"
        );
        amounts(&running_payer(more, &opening), "score-stated-as-owed")
    };
    assert_eq!(of(withhold, "2026-04", 2250), ["2250.00"]);
    assert!(of(withhold, "2026-03", 2250).is_empty());
    // 6,750 of February come in April too: nearer to them it is theirs, nearer to the score or to both it is not.
    assert_eq!(of(&lagged, "2026-04", 2300), ["2250.00"]);
    assert!(of(&lagged, "2026-04", 6700).is_empty());
    assert_eq!(of(&lagged, "2026-04", 9000), ["2250.00"]);
}

/// A levy of 14,400 a year pays the staff; a likely grant of 2029 brings 12,000, of which a sponsor keeps a tenth. Where the
/// grant counts, its fee is a need of 2029 that dependable money has to carry too: 14,400 of 15,600, and it never stands for
/// three years on end at the end of the plan.
#[test]
fn dependable_money_is_held_against_all_needs_of_the_view() {
    let text = "[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nmonths = 72\n\
                [cost.staff]\nfunction = \"convene\"\nmonthly = 1_200\n\
                [cost.fee]\nfunction = \"operate\"\n\
                fee = { share = \"10%\", of = \"receipts\", streams = [\"hoped\"] }\n\
                [stream.levy]\nkind = \"public\"\nfunder = \"County\"\nstatus = \"secured\"\n\
                from = \"2026-01\"\nevergreen = \"a levy without sunset\"\npays-for = [\"anything\"]\n\
                [stream.levy.terms]\nmethod = \"levy\"\nbase = 14_400\nrate = \"100%\"\n\
                [stream.hoped]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"likely\"\naward = 12_000\n\
                from = \"2029-01\"\nuntil = \"2029-12\"\npays-for = [\"anything\"]\n";
    let files = MemoryFolder::new([("plan.toml", text)]);
    let plan = folder::read(&files, "base").unwrap();
    let of = |view: Status| {
        let question = Question { view, ..Question::default() };
        let found = Forecast::from_plan(&plan, question).unwrap();
        let needs = |ledger: &Ledger| -> Vec<Vec<Money>> {
            ledger.lines.iter().map(|line| line.need.clone()).collect()
        };
        assert_eq!(needs(&found.books.dependable), needs(&found.books.ledger));
        let stands = found.measures.sustainability.map(|stands| stands.month);
        (found.measures.years[3].dependable_share, stands)
    };
    assert_eq!(of(Status::Secured), (Rate::ONE, Some(month("2026-01"))));
    assert_eq!(of(Status::Likely), (money("14400.00").ratio(money("15600.00")), None));
    // A partnership stands on what pays its backbone, core or not; programmes may lack.
    for (of, stands) in
        [("layer = \"program\"\nfunction = \"screening\"", true), ("function = \"data\"", false)]
    {
        let unpaid = format!("{text}[cost.unpaid]\n{of}\npriority = \"essential\"\nmonthly = 10\n");
        let plan =
            folder::read(&MemoryFolder::new([("plan.toml", unpaid.as_str())]), "base").unwrap();
        let found = Forecast::from_plan(&plan, Question::default()).unwrap().measures;
        assert_eq!(found.years[3].dependable_share, Rate::ONE, "of core cost");
        assert_eq!(found.sustainability.is_some(), stands, "{of}");
    }
}
