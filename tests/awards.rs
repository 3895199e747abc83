//! The rules of federal awards on whole plans: golden cases and pitfalls, each with its citation.
//!
//! Every plan is small enough to be worked by hand; the arithmetic stands beside the figures.

#![allow(clippy::unwrap_used)]

use braidfund::braid::Method;
use braidfund::error::Error;
use braidfund::folder::{self, MemoryFolder};
use braidfund::forecast::{Forecast, Question};
use braidfund::funding::Status;
use braidfund::money::Money;
use braidfund::plan::Plan;

/// A plan of so many months from July 2025, whose fiscal year begins in July.
fn plan_of(months: u32, tables: &str) -> Result<Plan, Error> {
    let head = format!(
        "[plan]\ntitle = \"An award\"\nstart = \"2025-07\"\nmonths = {months}\n\
         fiscal-year-starts = \"july\"\n"
    );
    folder::read(&MemoryFolder::new([("plan.toml", format!("{head}{tables}").as_str())]), "base")
}

struct Told {
    plan: Plan,
    forecast: Forecast,
}

fn told(months: u32, tables: &str) -> Told {
    let plan = plan_of(months, tables).unwrap();
    let question = Question { method: Method::Waterfall, view: Status::Secured };
    let forecast = Forecast::from_plan(&plan, question).unwrap();
    Told { plan, forecast }
}

impl Told {
    /// What a stream pays of a line over the horizon.
    fn draws(&self, stream: &str, line: &str) -> String {
        let ledger = &self.forecast.books.ledger;
        let own = ledger.draws.iter().filter(|draw| {
            ledger.streams[draw.stream].name == stream && ledger.lines[draw.line.at()].name == line
        });
        own.map(|draw| draw.amount).sum::<Money>().to_string()
    }

    fn stream(&self, name: &str) -> &braidfund::ledger::StreamBook {
        let mut streams = self.forecast.books.ledger.streams.iter();
        streams.find(|stream| stream.name == name).unwrap()
    }

    /// What a stream draws over the horizon, its indirect recovery with it.
    fn drawn(&self, name: &str) -> String {
        self.stream(name).drawn.iter().sum::<Money>().to_string()
    }

    fn gap(&self) -> String {
        self.forecast.measures.total.gap_total().to_string()
    }

    /// The base and the recovery of the one award that recovers.
    fn indirect(&self) -> (String, String) {
        let [row] = self.forecast.measures.indirect.as_slice() else {
            panic!("one award recovers")
        };
        (row.base.to_string(), row.recovered.to_string())
    }

    /// The amounts of the findings of a name.
    fn amounts(&self, name: &str) -> Vec<String> {
        let findings = self.forecast.findings.iter().filter(|finding| finding.name == name);
        findings
            .map(|finding| finding.amount.map_or(String::new(), |sum| sum.to_string()))
            .collect()
    }
}

/// The message and the cause of the one thing that a plan is refused for.
fn refused(tables: &str) -> String {
    let error = plan_of(12, tables).unwrap_err();
    let [fault] = error.diagnostics() else { panic!("{:?}", error.diagnostics()) };
    format!("{} {}: {} ({})", fault.code.text(), fault.message, fault.cause, fault.remedy)
}

/// A line of one cost in July 2025.
fn line(id: &str, function: &str, amount: u32, more: &str) -> String {
    format!(
        "[cost.{id}]\nlayer = \"program\"\nfunction = \"{function}\"\nfrom = \"2025-07\"\n\
         once = {amount}\n{more}\n"
    )
}

/// A federal award of a fiscal year.
fn award(id: &str, amount: u32, more: &str) -> String {
    format!(
        "[stream.{id}]\nkind = \"grant\"\nfunder = \"An agency\"\nfederal = true\n\
         status = \"secured\"\naward = {amount}\nfrom = \"2025-07\"\nuntil = \"2026-06\"\n\
         pays-for = [\"layer.program\"]\n{more}\n"
    )
}

/// Other money of a foundation, that may pay for anything.
fn gift(id: &str, amount: u32) -> String {
    format!(
        "[stream.{id}]\nkind = \"grant\"\nfunder = \"A foundation\"\nstatus = \"secured\"\n\
         award = {amount}\nfrom = \"2025-07\"\nuntil = \"2026-06\"\npays-for = [\"anything\"]\n"
    )
}

#[test]
fn mtdc_leaves_out_equipment_rent_and_most_of_a_subaward_2_cfr_200_1() {
    let tables = [
        line("staff", "care", 330_000, "category = \"personnel\""),
        line("machines", "care", 40_000, "category = \"equipment\""),
        line("rent", "care", 30_000, "mtdc = false"),
        line("partner", "care", 200_000, "subaward = \"a-partner\""),
        award("hrsa", 1_000_000, "indirect = { rate = \"15%\", kind = \"de-minimis\" }"),
    ];
    // 600,000 - 40,000 - 30,000 - (200,000 - 50,000) = 380,000; 15 % of it is 57,000.
    let told = told(12, &tables.concat());
    assert_eq!(told.indirect(), ("380000.00".to_string(), "57000.00".to_string()));
    assert_eq!(told.drawn("hrsa"), "657000.00");
}

#[test]
fn a_subaward_counts_once_over_its_lifetime_and_not_each_year_2_cfr_200_1() {
    let tables = "[cost.partner]\nlayer = \"program\"\nfunction = \"care\"\nyearly = 80_000\n\
        subaward = \"a-partner\"\n\
        [stream.hrsa]\nkind = \"grant\"\nfunder = \"HRSA\"\nfederal = true\nstatus = \"secured\"\n\
        award = 200_000\nfrom = \"2025-07\"\nuntil = \"2027-06\"\npays-for = [\"care\"]\n\
        indirect = { rate = \"15%\", kind = \"de-minimis\" }\n";
    let told = told(24, tables);
    let by_year = |year: std::ops::Range<usize>| -> String {
        let rows = told.forecast.books.ledger.recoveries.iter();
        rows.filter(|row| year.contains(&row.place)).map(|row| row.base).sum::<Money>().to_string()
    };
    // 80,000 in each year: the base takes 50,000 in the first and nothing in the second.
    assert_eq!((by_year(0..12), by_year(12..24)), ("50000.00".into(), "0.00".into()));
}

#[test]
fn what_a_subaward_spent_before_the_plan_counts_2_cfr_200_1() {
    let tables = [
        line("partner", "care", 80_000, "subaward = \"a-partner\""),
        award("hrsa", 200_000, "indirect = { rate = \"15%\", kind = \"de-minimis\" }"),
        "[opening.stream.hrsa]\nspent = 46_000\nbase = 40_000\nrecovered = 6_000\n\
         subawards = { a-partner = 40_000 }\n"
            .to_string(),
    ];
    // 10,000 of the 50,000 are left for the plan.
    assert_eq!(told(12, &tables.concat()).indirect().0, "10000.00");
}

#[test]
fn the_cut_off_belongs_to_the_rule_set_of_the_award_2_cfr_200_1_and_200_414_f() {
    let of = |more: &str| {
        let partner = line("partner", "care", 80_000, "subaward = \"a-partner\"");
        let more = format!("indirect = {{ rate = \"10%\", kind = \"de-minimis\" }}\n{more}");
        told(12, &[partner, award("hrsa", 200_000, &more)].concat())
    };
    // Spent in 2025 under a prime award of before October 2024: 25,000 counts.
    let before = of("award-date = \"2024-09-30\"");
    assert_eq!(before.indirect().0, "25000.00");
    let stream = before.plan.find_stream("hrsa").unwrap();
    let rules = &before.plan.restrictions(stream).award;
    assert_eq!(rules.rule_set.unwrap().word(), "uniform-guidance-2020");
    assert_eq!(of("award-date = \"2024-10-01\"").indirect().0, "50000.00");
    // The agency amended the award, so that the revision binds it.
    let amended = "award-date = \"2024-09-30\"\nrule-set = \"uniform-guidance-2024\"";
    assert_eq!(of(amended).indirect().0, "50000.00");
}

#[test]
fn a_de_minimis_rate_over_its_maximum_is_refused_2_cfr_200_414_f() {
    let of = |rate: &str, more: &str| {
        let staff = line("staff", "care", 10_000, "");
        let more = format!("indirect = {{ rate = \"{rate}\", kind = \"de-minimis\" }}\n{more}");
        [staff, award("hrsa", 200_000, &more)].concat()
    };
    let told = refused(&of("15.1%", ""));
    assert!(
        told.starts_with(
            "E0607 a de minimis rate of 15.1% exceeds the 15% of uniform-guidance-2024"
        ),
        "{told}"
    );
    assert!(told.contains("2 CFR 200.414(f)"), "{told}");
    let told = refused(&of("15%", "award-date = \"2024-09-30\""));
    assert!(told.contains("exceeds the 10% of uniform-guidance-2020"), "{told}");
    assert!(plan_of(12, &of("15%", "")).is_ok());
}

#[test]
fn a_statute_beats_a_negotiated_rate_2_cfr_200_408() {
    let indirect = "indirect = { rate = \"30%\", statutory-limit = \"8%\" }";
    let tables = [line("staff", "care", 100_000, ""), award("training", 200_000, indirect)];
    let told = told(12, &tables.concat());
    assert_eq!(told.indirect().1, "8000.00");
    // What the rate allows beyond it is shown as not recovered: 30,000 - 8,000.
    assert_eq!(told.forecast.measures.indirect[0].unrecovered.to_string(), "22000.00");
}

#[test]
fn one_elected_rate_holds_for_all_federal_awards_2_cfr_200_414_f() {
    let of = |first: &str, second: &str| {
        let one = format!("indirect = {{ {first} }}");
        let two = format!("indirect = {{ {second} }}");
        let tables = [
            line("staff", "care", 100_000, ""),
            award("one", 60_000, &one),
            award("two", 60_000, &two),
        ];
        told(12, &tables.concat()).amounts("indirect-rates-differ").len()
    };
    let de_minimis = "rate = \"15%\", kind = \"de-minimis\"";
    assert_eq!(of(de_minimis, "rate = \"12%\", kind = \"de-minimis\""), 2);
    assert_eq!(of(de_minimis, "rate = \"28%\", kind = \"negotiated\""), 1);
    assert_eq!(of(de_minimis, de_minimis), 0);
}

#[test]
fn indirect_stands_inside_an_administrative_cap_42_usc_300ff_14_h() {
    let tables = [
        line("care", "care", 800_000, ""),
        line("office", "administration", 60_000, "mtdc = false"),
        award(
            "part-a",
            1_000_000,
            "cap = [{ on = [\"administration\", \"indirect\"], share = \"10%\" }]\n\
             indirect = { rate = \"15%\", kind = \"de-minimis\" }",
        ),
    ];
    // 10 % of 1,000,000 less 60,000 of the office leaves 40,000 of the 120,000 that the rate allows; the
    // office comes first in the month where it is named first, so recovery takes what is left.
    let told = told(12, &tables.concat());
    let cents = |text: String| Money::parse(&text).unwrap();
    let together = cents(told.draws("part-a", "office")) + cents(told.indirect().1);
    assert_eq!(together.to_string(), "100000.00");
    assert_eq!(told.draws("part-a", "care"), "800000.00");
}

#[test]
fn joint_caps_hold_each_and_together_42_usc_300ff_28_b() {
    let caps = "cap = [{ on = [\"administration\"], share = \"10%\" }, \
                { on = [\"planning\"], share = \"10%\" }, \
                { on = [\"administration\", \"planning\"], share = \"15%\" }]";
    let tables = [
        line("office", "administration", 120_000, ""),
        line("plans", "planning", 120_000, ""),
        line("care", "care", 850_000, ""),
        award("part-b", 1_000_000, caps),
    ];
    let told = told(12, &tables.concat());
    assert_eq!(told.draws("part-b", "office"), "100000.00");
    assert_eq!(told.draws("part-b", "plans"), "50000.00");
    assert_eq!(told.draws("part-b", "care"), "850000.00");
}

#[test]
fn core_medical_takes_three_quarters_of_the_rest_42_usc_300ff_14_c() {
    let more = "floor = [{ on = [\"core-medical\"], share = \"75%\", \
                within = [\"core-medical\", \"support\"] }]\n\
                cap = [{ on = [\"administration\"], share = \"10%\" }, \
                { on = [\"quality\"], share = \"5%\" }]";
    let of = |core: u32, support: u32| {
        let tables = [
            line("office", "administration", 200_000, ""),
            line("reviews", "quality", 100_000, ""),
            line("clinic", "core-medical", core, ""),
            line("rides", "support", support, ""),
            award("part-a", 2_000_000, more),
        ];
        told(12, &tables.concat())
    };
    // (2,000,000 - 200,000 - 100,000) x 75 % = 1,275,000, and support takes 425,000 of it at most.
    let whole = of(1_275_000, 600_000);
    assert_eq!(whole.draws("part-a", "clinic"), "1275000.00");
    assert_eq!(whole.draws("part-a", "rides"), "425000.00");
    // Where core medical needs less, support gets a third of what it takes: administration does not count.
    let short = of(900_000, 600_000);
    assert_eq!(short.draws("part-a", "rides"), "300000.00");
}

#[test]
fn sub_recipients_administration_is_capped_in_aggregate_42_usc_300ff_14_h_2() {
    let cap = "cap = [{ on = [\"tag.sub-office\"], share = \"10%\", of = \"spent\", \
               within = [\"tag.sub\"] }]";
    let tables = [
        line("own", "care", 500_000, ""),
        line("first", "care", 90_000, "tags = [\"sub\"]"),
        line("first-office", "office", 20_000, "tags = [\"sub\", \"sub-office\"]"),
        line("second", "care", 180_000, "tags = [\"sub\"]"),
        line("second-office", "office", 20_000, "tags = [\"sub\", \"sub-office\"]"),
        award("part-a", 1_000_000, cap),
    ];
    // Offices may take a tenth of what sub-recipients spend: 270,000 / 9 = 30,000 of the 40,000. One of them
    // may exceed a tenth of its own.
    let told = told(12, &tables.concat());
    assert_eq!(told.draws("part-a", "first-office"), "20000.00");
    assert_eq!(told.draws("part-a", "second-office"), "10000.00");
}

#[test]
fn three_conventions_of_match_are_three_amounts_2_cfr_200_306() {
    let of = |federal: u32, convention: &str| {
        let tables = [
            line("care", "care", 1_000_000, ""),
            award("federal", federal, &format!("match = {{ {convention} }}")),
            gift("state", 900_000),
        ];
        let told = told(12, &tables.concat());
        let ledger = &told.forecast.books.ledger;
        let matched: Money = ledger.matches.iter().map(|row| row.amount).sum();
        assert_eq!(told.drawn("federal"), format!("{federal}.00"));
        matched.to_string()
    };
    // Title V: the federal part is 4/7, so $3 of the state for each $4 (42 USC 703(a)).
    assert_eq!(of(400_000, "per-award-dollar = 0.75"), "300000.00");
    // A quarter of the total is a third of the award; a quarter of the award is a quarter.
    assert_eq!(of(300_000, "share-of-total = \"25%\""), "100000.00");
    assert_eq!(of(300_000, "share-of-award = \"25%\""), "75000.00");
}

#[test]
fn an_award_short_of_match_is_drawn_in_proportion_2_cfr_200_306() {
    let tables = [
        line("care", "care", 1_000_000, ""),
        award("federal", 300_000, "match = { share-of-total = \"25%\" }"),
        gift("state", 80_000),
    ];
    // 80,000 / 25 % x 75 % = 240,000.
    assert_eq!(told(12, &tables.concat()).drawn("federal"), "240000.00");
}

#[test]
fn a_pledge_matches_one_award_2_cfr_200_306_b_2() {
    let pledged = "match = { share-of-total = \"25%\", pledged-by = [\"county\"] }";
    let tables = [
        line("care", "care", 1_000_000, ""),
        award("one", 300_000, pledged),
        award("two", 300_000, pledged),
        gift("county", 200_000),
    ];
    let told = refused(&tables.concat());
    assert!(told.contains("`county` is pledged to `two` and to `one`"), "{told}");
    assert!(told.contains("2 CFR 200.306(b)(2)"), "{told}");
}

#[test]
fn federal_money_is_no_match_without_a_statute_2_cfr_200_306_b_5() {
    let of = |statute: &str| {
        let pledged =
            format!("match = {{ share-of-total = \"25%\", pledged-by = [\"other\"]{statute} }}");
        let tables = [
            line("care", "care", 1_000_000, ""),
            award("one", 300_000, &pledged),
            award("other", 300_000, ""),
        ];
        tables.concat()
    };
    let message = refused(&of(""));
    assert!(message.contains("`other` is federal money, pledged as match to `one`"), "{message}");
    assert!(message.contains("2 CFR 200.306(b)(5)"), "{message}");
    let allowed = told(12, &of(", federal-match-statute = \"42 USC 5305(a)(9)\""));
    assert_eq!(allowed.drawn("one"), "300000.00");
}

#[test]
fn money_that_is_not_pledged_does_not_match_2_cfr_200_306() {
    let tables = [
        line("care", "care", 1_000_000, ""),
        award("one", 300_000, "match = { share-of-total = \"25%\", pledged-by = [\"county\"] }"),
        gift("county", 30_000),
        gift("city", 500_000),
    ];
    // Only the county's 30,000 count: 30,000 x 3 = 90,000 may be drawn.
    assert_eq!(told(12, &tables.concat()).drawn("one"), "90000.00");
}

/// An award of 500,000 whose activity earns 60,000.
fn with_income(cost: u32, method: &str) -> Told {
    let income = "[stream.fees]\nkind = \"partner\"\nfunder = \"Patients\"\nstatus = \"secured\"\n\
        payments = [{ month = \"2025-07\", amount = 60_000 }]\nuntil = \"2026-06\"\n\
        pays-for = [\"anything\"]\nearned-by = \"hrsa\"\n";
    let tables = [line("care", "care", cost, ""), award("hrsa", 500_000, method), income.into()];
    told(12, &tables.concat())
}

#[test]
fn program_income_is_deducted_where_the_award_is_silent_2_cfr_200_307_b() {
    let told = with_income(500_000, "");
    assert_eq!((told.drawn("hrsa"), told.drawn("fees")), ("440000.00".into(), "60000.00".into()));
    assert_eq!(told.gap(), "0.00");
    assert_eq!(told.amounts("program-income-deducted"), ["60000.00"]);
    assert_eq!(told.amounts("program-income-method-not-stated"), ["60000.00"]);
    // The authorised total falls: a programme of 560,000 stays short of 60,000.
    assert_eq!(with_income(560_000, "program-income = \"deduction\"").gap(), "60000.00");
}

#[test]
fn program_income_is_added_or_matches_with_approval_2_cfr_200_307_b() {
    let approved = "program-income-approval = \"Notice of award, term 7\"";
    let told = with_income(560_000, &format!("program-income = \"addition\"\n{approved}"));
    assert_eq!((told.drawn("hrsa"), told.drawn("fees")), ("500000.00".into(), "60000.00".into()));
    assert_eq!(told.gap(), "0.00");
    // A match of 100,000 is met by 60,000 of income and 40,000 of other money.
    let sharing = format!(
        "program-income = \"cost-sharing\"\n{approved}\nmatch = {{ share-of-award = \"20%\" }}"
    );
    let income = with_income(600_000, &sharing);
    assert_eq!(income.drawn("hrsa"), "300000.00");
    let none = with_income(600_000, "match = { share-of-award = \"20%\" }");
    assert_eq!(none.drawn("hrsa"), "0.00");
}

#[test]
fn program_income_without_approval_is_refused_2_cfr_200_307_b() {
    let tables = [
        line("care", "care", 500_000, ""),
        award("hrsa", 500_000, "program-income = \"addition\""),
    ];
    let told = refused(&tables.concat());
    assert!(told.contains("no approval is stated (2 CFR 200.307(b))"), "{told}");
}

#[test]
fn program_income_is_spent_on_the_project_first_and_on_nothing_else_2_cfr_200_307() {
    let income = "[stream.fees]\nkind = \"partner\"\nfunder = \"Patients\"\nstatus = \"secured\"\n\
        monthly = 1_000\nfrom = \"2025-07\"\nuntil = \"2026-08\"\npays-for = [\"anything\"]\n\
        earned-by = \"hrsa\"\n\
        [cost.office]\nfunction = \"operate\"\nmonthly = 5_000\n";
    let more = "pays-for = [\"care\"]";
    let award = award("hrsa", 20_000, "").replace("pays-for = [\"layer.program\"]", more);
    let care = "[cost.care]\nlayer = \"program\"\nfunction = \"care\"\nmonthly = 900\n";
    let told = told(14, &[income, award.as_str(), care].concat());
    // In the term it pays care alone, before the award: 900 a month, 100 of each month stay. After the term what
    // is earned is free: 2,000 of July and August 2026 pay the office, and care is paid from what stayed.
    assert_eq!(told.draws("fees", "care"), "12600.00");
    assert_eq!(told.draws("fees", "office"), "1400.00");
    assert_eq!(told.drawn("hrsa"), "0.00");
}

#[test]
fn pay_beyond_the_limit_falls_on_other_money_hhs_appropriations() {
    let tables = "[cost.director]\nlayer = \"program\"\nfunction = \"care\"\n\
        positions = { fte = 1, salary = 260_000 }\nbenefit = { basis = \"fte\", shares = { hrsa = \"20%\" } }\n"
        .to_string()
        + &award("hrsa", 500_000, "salary-limit = 225_700")
        + &gift("foundation", 300_000);
    let told = told(12, &tables);
    // A fifth of 260,000 is 52,000; of the limit of 225,700 it is 45,140, and 6,860 fall on other money.
    assert_eq!(told.draws("hrsa", "director"), "45140.00");
    assert_eq!(told.amounts("salary-over-limit"), ["6860.00"]);
    assert_eq!(told.draws("foundation", "director"), "214860.00");
}

#[test]
fn two_awards_do_not_share_pay_beyond_the_limit_hhs_appropriations() {
    let limited = "salary-limit = 225_700";
    let tables = "[cost.director]\nlayer = \"program\"\nfunction = \"care\"\n\
        positions = { fte = 1, salary = 260_000, fringe = \"10%\" }\n"
        .to_string()
        + &award("one", 200_000, limited)
        + &award("two", 200_000, limited);
    let told = told(12, &tables);
    // Both together pay 225,700 with its fringe, and no more: 248,270 of 286,000.
    let paid = |name: &str| told.stream(name).drawn.iter().sum::<Money>();
    assert_eq!((paid("one") + paid("two")).to_string(), "248270.00");
    assert_eq!(told.gap(), "37730.00");
}

#[test]
fn the_limit_of_pay_moves_each_january_and_is_told_where_it_is_not_known() {
    let tables = "[cost.director]\nlayer = \"program\"\nfunction = \"care\"\n\
        positions = { fte = 1, salary = 240_000 }\n"
        .to_string()
        + &award("hrsa", 500_000, "salary-limit = true");
    let told = told(12, &tables);
    // 225,700 a year in 2025; no limit of 2026 is known, so that of 2025 holds, and a finding says so.
    assert_eq!(told.drawn("hrsa"), "225700.00");
    assert_eq!(told.amounts("salary-over-limit"), ["14300.00"]);
    assert_eq!(told.amounts("rule-carried-forward").len(), 1);
    assert_eq!(told.amounts("unverified-default").len(), 1);
}

#[test]
fn an_award_is_closed_out_in_120_days_and_a_subaward_in_90_2_cfr_200_344() {
    let by = |more: &str| {
        let until = "until = \"2026-06-30\"";
        let award = award("hrsa", 10_000, more).replace("until = \"2026-06\"", until);
        let plan = plan_of(12, &[line("care", "care", 10_000, ""), award].concat()).unwrap();
        let rules = &plan.restrictions(plan.find_stream("hrsa").unwrap()).award;
        rules.liquidate_by.unwrap().to_string()
    };
    assert_eq!(by(""), "2026-10-28");
    assert_eq!(by("subrecipient = true"), "2026-09-28");
    // From an authorised extension, and from a termination.
    assert_eq!(by("no-cost-extension-months = 6"), "2027-04-30");
    assert_eq!(by("termination = { on = \"2026-03-31\" }"), "2026-07-29");
}

#[test]
fn a_cost_paid_after_closeout_is_told_with_its_amount_2_cfr_200_344() {
    let tables = "[cost.partner]\nlayer = \"program\"\nfunction = \"care\"\nmonthly = 1_000\n\
        payment-lag-months = 5\n"
        .to_string()
        + &award("hrsa", 12_000, "");
    // Closeout ends on 2026-10-28: costs of June 2026 are paid in November.
    assert_eq!(told(12, &tables).amounts("paid-after-closeout"), ["1000.00"]);
}

#[test]
fn termination_ends_the_money_and_spares_what_was_committed_2_cfr_200_343() {
    let of = |more: &str| {
        let stated = if more.contains("amount") { "" } else { "award = 13200\n" };
        let tables = "[cost.staff]\nlayer = \"program\"\nfunction = \"care\"\nmonthly = 1_000\n\
            [cost.lease]\nlayer = \"program\"\nfunction = \"office\"\nmonthly = 100\n"
            .to_string()
            + &award("hrsa", 13_200, more).replace("award = 13200\n", stated);
        told(12, &tables)
    };
    let ended = of("termination = { on = \"2025-12\" }");
    assert_eq!(ended.draws("hrsa", "staff"), "6000.00");
    assert_eq!(ended.draws("hrsa", "lease"), "600.00");
    assert_eq!(ended.stream("hrsa").lapsed[5].to_string(), "6600.00");
    let spared = of("termination = { on = \"2025-12\", survives = [\"cost.lease\"] }");
    assert_eq!(spared.draws("hrsa", "staff"), "6000.00");
    assert_eq!(spared.draws("hrsa", "lease"), "1200.00");
    assert_eq!(spared.gap(), "6000.00");
    // Later budget periods never come, which is told with their amount.
    let periods =
        of("budget-periods = [{ from = \"2025-07\", until = \"2025-12\", amount = 6_600 }, \
        { from = \"2026-01\", until = \"2026-06\", amount = 6_600 }]\n\
        termination = { on = \"2025-12-20\" }");
    assert_eq!(periods.amounts("award-terminated"), ["6600.00"]);
}

#[test]
fn what_a_completed_fixed_amount_award_leaves_is_free_2_cfr_200_400_g() {
    let award = "[stream.hrsa]\nkind = \"grant\"\nfunder = \"An agency\"\nfederal = true\n\
        status = \"secured\"\naward = 10_000\nfrom = \"2025-07\"\nuntil = \"2025-12\"\n\
        pays-for = [\"care\"]\nfixed-amount = true\n";
    let tables = "[cost.care]\nlayer = \"program\"\nfunction = \"care\"\nonce = 7_000\n\
        from = \"2025-07\"\n[cost.office]\nfunction = \"operate\"\nmonthly = 500\n";
    let told = told(12, &format!("{tables}{award}"));
    // 3,000 are left in December, and pay the office from January on: nothing lapses or goes back.
    assert_eq!(told.draws("hrsa", "care"), "7000.00");
    assert_eq!(told.draws("hrsa", "office"), "3000.00");
    let office = &told.forecast.books.ledger.lines[1];
    assert_eq!(office.covered[5].to_string(), "0.00");
    assert_eq!(office.covered[6].to_string(), "500.00");
}

#[test]
fn a_fixed_amount_award_takes_no_match_2_cfr_200_201_b_2() {
    let more = "fixed-amount = true\nmatch = { share-of-total = \"20%\" }";
    let told = refused(&[line("care", "care", 10_000, ""), award("hrsa", 10_000, more)].concat());
    assert!(told.contains("2 CFR 200.201(b)(2)"), "{told}");
}

#[test]
fn a_fixed_amount_subaward_over_its_limit_is_told_2_cfr_200_333() {
    let more = "fixed-amount = true\nsubrecipient = true";
    let told = told(12, &[line("care", "care", 10_000, ""), award("hrsa", 620_000, more)].concat());
    assert_eq!(told.amounts("fixed-amount-over-limit"), ["120000.00"]);
}

#[test]
fn effort_below_the_average_of_two_years_is_told_42_usc_300x_30() {
    let more = "effort = [{ on = [\"care\"], baseline = \"average-of-two\", \
        history = { FY2024 = 200_000, FY2025 = 220_000 } }]";
    let tables =
        [line("care", "care", 305_000, ""), award("subg", 100_000, more), gift("county", 205_000)];
    // (200,000 + 220,000) / 2 = 210,000, against 205,000 of the county.
    assert_eq!(told(12, &tables.concat()).amounts("effort-not-maintained"), ["5000.00"]);
}

#[test]
fn an_award_that_takes_the_place_of_other_money_supplants_it_42_usc_300ff_15() {
    let more = "effort = [{ on = [\"care\"], baseline = \"prior-year\", test = \"supplement\", \
        history = { FY2025 = 220_000 } }]";
    let tables =
        [line("care", "care", 220_000, ""), award("part-a", 40_000, more), gift("county", 180_000)];
    // The county falls by 40,000, which the award pays in its place.
    assert_eq!(told(12, &tables.concat()).amounts("supplants"), ["40000.00"]);
}

#[test]
fn moving_more_than_a_tenth_of_the_budget_is_flagged_2_cfr_200_308_i() {
    let of = |travel: u32, transfers: &str| {
        let budget = format!(
            "budget = {{ personnel = 900_000, travel = 100_000, transfers = \"{transfers}\" }}"
        );
        let tables = [
            line("staff", "care", 1_000_000 - travel, "category = \"personnel\""),
            line("trips", "care", travel, "category = \"travel\""),
            award("hrsa", 1_000_000, &budget),
        ];
        told(12, &tables.concat())
    };
    // 60,000 is within a tenth of 1,000,000; 110,000 is not.
    assert!(of(160_000, "flagged").amounts("budget-transfers").is_empty());
    assert_eq!(of(210_000, "flagged").amounts("budget-transfers"), ["110000.00"]);
    // Where transfers are barred, each category stays within what was approved.
    let barred = of(210_000, "barred");
    assert_eq!(barred.draws("hrsa", "trips"), "100000.00");
    assert_eq!(barred.gap(), "110000.00");
}

#[test]
fn cost_follows_benefit_and_not_room_2_cfr_200_405() {
    // Pitfall: a director of 120,000 at 50 % / 30 % / 20 % is not charged whole to the award with room.
    let tables = "[cost.director]\nlayer = \"program\"\nfunction = \"care\"\nyearly = 120_000\n\
        benefit = { basis = \"fte\", shares = { hrsa = \"50%\", county = \"30%\" } }\n"
        .to_string()
        + &award("hrsa", 500_000, "")
        + &award("county", 500_000, "").replace("federal = true", "cost-principles = true")
        + &gift("foundation", 24_000);
    let told = told(12, &tables);
    let paid = ["hrsa", "county", "foundation"].map(|name| told.drawn(name));
    assert_eq!(paid, ["60000.00", "36000.00", "24000.00"]);
}

#[test]
fn overlapping_periods_are_refused_2_cfr_200_403_h() {
    let periods = "budget-periods = [{ from = \"2025-07\", until = \"2026-01\", amount = 5_000 }, \
        { from = \"2026-01\", until = \"2026-06\", amount = 5_000 }]";
    let award = award("hrsa", 10_000, periods).replace("award = 10000\n", "");
    let told = refused(&[line("care", "care", 10_000, ""), award].concat());
    assert!(told.contains("begins before the one to 2026-01 ends"), "{told}");
    assert!(told.contains("2 CFR 200.403(h)"), "{told}");
}

#[test]
fn shares_over_the_whole_are_refused_2_cfr_200_405_d() {
    let shared = "benefit = { basis = \"fte\", shares = { one = \"60%\", two = \"50%\" } }";
    let tables =
        [line("care", "care", 10_000, shared), award("one", 9_000, ""), award("two", 9_000, "")];
    let told = refused(&tables.concat());
    assert!(told.contains("sum to 110%: over the whole (2 CFR 200.405(d))"), "{told}");
}

#[test]
fn a_pledge_that_a_scenario_loses_is_not_made_good_by_other_money_2_cfr_200_306() {
    let tables = [
        line("care", "care", 1_000_000, ""),
        award("one", 300_000, "match = { share-of-total = \"25%\", pledged-by = [\"county\"] }"),
        gift("county", 30_000),
        gift("city", 500_000),
        "[scenario.loss.stream.county]\ndrop = true\n".to_string(),
    ];
    let head = "[plan]\ntitle = \"An award\"\nstart = \"2025-07\"\nmonths = 12\n";
    let text = format!("{head}{}", tables.concat());
    let plan = folder::read(&MemoryFolder::new([("plan.toml", text.as_str())]), "loss").unwrap();
    let forecast = Forecast::from_plan(&plan, Question::default()).unwrap();
    assert_eq!(Told { plan, forecast }.drawn("one"), "0.00");
}

#[test]
fn what_is_pledged_to_one_award_matches_no_other_2_cfr_200_306_b_2() {
    let only = |award: String, function: &str| {
        award.replace("[\"layer.program\"]", &format!("[\"{function}\"]"))
    };
    let pledged = "match = { share-of-total = \"25%\", pledged-by = [\"county\"] }";
    let tables = [
        line("a", "care", 400_000, ""),
        line("b", "rides", 400_000, ""),
        only(award("alpha", 300_000, "match = { share-of-total = \"25%\" }"), "care"),
        only(award("two", 300_000, pledged), "rides"),
        gift("county", 100_000),
    ];
    let told = told(12, &tables.concat());
    assert_eq!((told.drawn("alpha"), told.drawn("two")), ("0.00".into(), "300000.00".into()));
}

#[test]
fn termination_of_an_advanced_award_pays_what_was_spent_2_cfr_200_343() {
    let care = "[cost.care]\nlayer = \"program\"\nfunction = \"care\"\nmonthly = 1_000\n";
    let of = |more: &str| {
        let advance =
            "payment = { method = \"advance\", instalments = \"monthly\", lag-months = 2 }";
        let award = award("hrsa", 12_000, &format!("{advance}\n{more}"));
        let told = told(12, &[care, award.as_str()].concat());
        let cash = &told.forecast.books.cash;
        let receipts: Money = cash.receipts.iter().sum();
        let owed = cash.receivable.last().copied().unwrap();
        (told.drawn("hrsa"), receipts.to_string(), owed.to_string())
    };
    // Six months are drawn; the instalments of the last two come two months later.
    let ended = of("termination = { on = \"2025-12\" }");
    assert_eq!(ended, ("6000.00".into(), "6000.00".into(), "0.00".into()));
}

#[test]
fn a_terminated_fixed_amount_award_pays_what_was_due_by_then_2_cfr_200_340() {
    let care = "[cost.care]\nlayer = \"program\"\nfunction = \"care\"\nmonthly = 1_000\n";
    let more = "fixed-amount = true\npayment = { method = \"advance\", instalments = \"monthly\" }\n\
        termination = { on = \"2025-09\" }";
    let told = told(12, &[care, award("hrsa", 12_000, more).as_str()].concat());
    assert_eq!((told.drawn("hrsa"), told.gap()), ("3000.00".into(), "9000.00".into()));
    assert_eq!(told.amounts("award-terminated"), ["9000.00"]);
}

#[test]
fn income_is_deducted_in_the_budget_period_that_earns_it_2_cfr_200_307_b() {
    let tables = "[cost.care]\nlayer = \"program\"\nfunction = \"care\"\nmonthly = 5_000\n\
        [stream.hrsa]\nkind = \"grant\"\nfunder = \"HRSA\"\nfederal = true\nstatus = \"secured\"\n\
        award = 120_000\nbudget-periods = \"yearly\"\nfrom = \"2025-07\"\nuntil = \"2027-06\"\n\
        carryover = \"automatic\"\npays-for = [\"care\"]\nprogram-income = \"deduction\"\n\
        [stream.fees]\nkind = \"partner\"\nfunder = \"Patients\"\nstatus = \"secured\"\n\
        monthly = 2_000\nfrom = \"2025-07\"\nuntil = \"2027-06\"\npays-for = [\"anything\"]\n\
        earned-by = \"hrsa\"\n";
    // Each year 60,000 - 24,000 of the award and 24,000 of income pay 60,000.
    let told = told(24, tables);
    assert_eq!((told.gap(), told.drawn("hrsa")), ("0.00".into(), "72000.00".into()));
}

#[test]
fn income_of_a_project_keeps_to_its_award_s_benefit_and_limit_of_pay_2_cfr_200_307_b_2() {
    let fees = "[stream.fees]\nkind = \"partner\"\nfunder = \"Patients\"\nstatus = \"secured\"\n\
        payments = [{ month = \"2025-07\", amount = 300_000 }]\nuntil = \"2026-06\"\n\
        pays-for = [\"anything\"]\nearned-by = \"hrsa\"\n";
    let director = |salary: u32, more: &str| {
        format!(
            "[cost.director]\nlayer = \"program\"\nfunction = \"care\"\n\
             positions = {{ fte = 1, salary = {salary} }}\n{more}\n"
        )
    };
    let shared = "benefit = { basis = \"fte\", shares = { hrsa = \"20%\" } }";
    let approved = "program-income = \"addition\"\nprogram-income-approval = \"A letter\"";
    let benefit = told(
        12,
        &[&director(120_000, shared), fees, &award("hrsa", 500_000, approved)]
            .map(String::from)
            .concat(),
    );
    assert_eq!(benefit.drawn("fees"), "24000.00");
    let limited = format!("{approved}\nsalary-limit = 225_700");
    let pay = told(
        12,
        &[&director(260_000, ""), fees, &award("hrsa", 500_000, &limited)]
            .map(String::from)
            .concat(),
    );
    assert_eq!((pay.drawn("fees"), pay.drawn("hrsa")), ("225700.00".into(), "0.00".into()));
}

#[test]
fn what_was_recovered_before_the_plan_takes_room_under_a_cap() {
    let more = "cap = [{ on = [\"indirect\"], share = \"5%\" }]\nindirect = { rate = \"10%\" }";
    let award = award("hrsa", 100_000, more).replace("from = \"2025-07\"", "from = \"2025-01\"");
    let tables = [
        "[cost.care]\nlayer = \"program\"\nfunction = \"care\"\nmonthly = 5_000\n".to_string(),
        award,
        "[opening.stream.hrsa]\nspent = 55_000\nbase = 50_000\nrecovered = 5_000\n".to_string(),
    ];
    assert_eq!(told(12, &tables.concat()).drawn("hrsa"), "45000.00");
}

#[test]
fn an_extension_moves_the_day_of_closeout_2_cfr_200_344() {
    let award = award("hrsa", 10_000, "no-cost-extension-months = 1")
        .replace("until = \"2026-06\"", "until = \"2026-06-15\"");
    let plan = plan_of(12, &[line("care", "care", 10_000, ""), award].concat()).unwrap();
    let rules = &plan.restrictions(plan.find_stream("hrsa").unwrap()).award;
    assert_eq!(rules.liquidate_by.unwrap().to_string(), "2026-11-12");
}

#[test]
fn a_fall_of_effort_is_told_after_a_year_that_cannot_be_compared() {
    let tables = "[cost.care]\nlayer = \"program\"\nfunction = \"care\"\nmonthly = 20_000\n\
        [stream.county]\nkind = \"public\"\nfunder = \"County\"\nstatus = \"secured\"\n\
        from = \"2025-07\"\nuntil = \"2027-06\"\npays-for = [\"care\"]\n\
        terms = { method = \"appropriation\", by-year = { FY2026 = 200_000, FY2027 = 100_000 } }\n"
        .to_string()
        + &award("subg", 240_000, "effort = [{ on = [\"care\"], baseline = \"prior-year\" }]")
            .replace("until = \"2026-06\"", "until = \"2027-06\"");
    let told = told(24, &tables);
    assert_eq!(told.amounts("effort-baseline-unknown").len(), 1);
    assert_eq!(told.amounts("effort-not-maintained"), ["100000.00"]);
}

#[test]
fn a_fixed_amount_award_has_no_caps_or_recovery_2_cfr_200_201_b_1() {
    let more = "fixed-amount = true\nindirect = { rate = \"10%\" }";
    let told = refused(&[line("care", "care", 10_000, ""), award("hrsa", 10_000, more)].concat());
    assert!(told.contains("2 CFR 200.201(b)(1)"), "{told}");
}

/// An award of 120,000 for 2025 that is paid in advance, seen from July: 60,000 is spent, and its activity
/// earns 20,000 in August, which is deducted.
fn advanced_and_deducted(award: &str, opening: &str, cost: u32) -> Told {
    let tables = format!(
        "[cost.care]\nlayer = \"program\"\nfunction = \"care\"\nmonthly = {cost}\n\
         [stream.hrsa]\nkind = \"grant\"\nfunder = \"An agency\"\nstatus = \"secured\"\n\
         award = 120_000\nfrom = \"2025-01\"\nuntil = \"2025-12\"\npays-for = [\"care\"]\n\
         program-income = \"deduction\"\n{award}\n\
         [stream.fees]\nkind = \"partner\"\nfunder = \"Patients\"\nstatus = \"secured\"\n\
         payments = [{{ month = \"2025-08\", amount = 20_000 }}]\nuntil = \"2025-12\"\n\
         pays-for = [\"care\"]\nearned-by = \"hrsa\"\n\
         [opening.stream.hrsa]\nspent = 60_000\n{opening}\n"
    );
    told(9, &tables)
}

#[test]
fn an_advance_beyond_what_deducted_income_leaves_goes_back_2_cfr_200_307_b_1() {
    for federal in ["federal = true", ""] {
        // All of it was advanced: 60,000 is held, 120,000 - 60,000 - 20,000 = 40,000 may be spent, and is: with
        // the 20,000 earned it pays 10,000 a month. 20,000 of the advance goes back after December.
        let award = format!("{federal}\npayment = {{ method = \"advance\" }}");
        let told = advanced_and_deducted(&award, "cash = 60_000", 10_000);
        assert_eq!(told.drawn("hrsa"), "40000.00");
        let book = told.stream("hrsa");
        assert_eq!(book.opening[0].to_string(), "60000.00");
        assert_eq!(book.refund_due[5].to_string(), "20000.00");
        assert!(book.lapsed.iter().all(|lapsed| lapsed.is_zero()));
        let cash = &told.forecast.books.cash;
        assert_eq!(cash.refunds[6].to_string(), "20000.00");
        assert_eq!(cash.closing[5].to_string(), "20000.00");
        assert_eq!((cash.closing[8], cash.restricted[8]), (Money::ZERO, Money::ZERO));
        // The second half comes in July and October: 60,000 - 20,000, and nothing is over.
        let award =
            format!("{federal}\npayment = {{ method = \"advance\", instalments = \"quarterly\" }}");
        let told = advanced_and_deducted(&award, "", 10_000);
        assert_eq!(told.drawn("hrsa"), "40000.00");
        assert!(told.stream("hrsa").refund_due.iter().all(|refund| refund.is_zero()));
        let cash = &told.forecast.books.cash;
        let hrsa = &cash.receipts_by_stream[1];
        assert_eq!(
            (hrsa[0].to_string(), hrsa[3].to_string()),
            ("20000.00".into(), "20000.00".into())
        );
        assert_eq!(cash.closing[8], Money::ZERO);
    }
}

#[test]
fn an_advance_that_deducted_income_takes_whole_goes_back_whole_2_cfr_200_307_b_1() {
    // 110,000 is spent and 10,000 held; the 20,000 that is earned takes all of it.
    let tables = "[cost.care]\nlayer = \"program\"\nfunction = \"care\"\nmonthly = 1_000\n\
         [stream.hrsa]\nkind = \"grant\"\nfunder = \"An agency\"\nstatus = \"secured\"\n\
         award = 120_000\nfrom = \"2025-01\"\nuntil = \"2025-12\"\npays-for = [\"care\"]\n\
         program-income = \"deduction\"\npayment = { method = \"advance\" }\n\
         [stream.fees]\nkind = \"partner\"\nfunder = \"Patients\"\nstatus = \"secured\"\n\
         payments = [{ month = \"2025-08\", amount = 20_000 }]\nuntil = \"2025-12\"\n\
         pays-for = [\"care\"]\nearned-by = \"hrsa\"\n\
         [opening.stream.hrsa]\nspent = 110_000\ncash = 10_000\n";
    let told = told(9, tables);
    assert_eq!(told.drawn("hrsa"), "0.00");
    assert_eq!(told.stream("hrsa").refund_due[5].to_string(), "10000.00");
    assert_eq!(told.forecast.books.cash.refunds[6].to_string(), "10000.00");
    // July and what the fees leave of 2026 stay unfunded: 8 months from August are paid by the fees.
    assert_eq!(told.gap(), "1000.00");
}

#[test]
fn a_terminated_award_of_one_period_tells_what_is_lost_2_cfr_200_340() {
    let care = "[cost.care]\nlayer = \"program\"\nfunction = \"care\"\nmonthly = 1_000\n";
    let of = |more: &str| {
        told(12, &[care, award("hrsa", 12_000, more).as_str()].concat()).amounts("award-terminated")
    };
    // Six months of 1,000 are spent by then, 6,000 lapses with it.
    assert_eq!(of("termination = { on = \"2025-12\" }"), ["6000.00"]);
    // All of it survives, or it ends by then anyhow.
    assert!(of("termination = { on = \"2025-12\", survives = [\"cost.care\"] }").is_empty());
    assert!(of("termination = { on = \"2026-06\" }").is_empty());
}

#[test]
fn caps_count_what_the_award_pays_and_bind_income_where_it_states_them_42_usc_300ff_14_h() {
    let cap = "cap = [{ on = [\"admin\"], share = \"10%\", of = \"award\" }]";
    let of = |income: &str| {
        let award =
            format!("{cap}\nprogram-income = \"addition\"\nprogram-income-approval = \"Term 7\"");
        let fees = format!(
            "[stream.fees]\nkind = \"partner\"\nfunder = \"Patients\"\nstatus = \"secured\"\n\
             payments = [{{ month = \"2025-07\", amount = 60_000 }}]\nuntil = \"2026-06\"\n\
             pays-for = [\"anything\"]\nearned-by = \"hrsa\"\n{income}\n"
        );
        let admin = line("admin", "admin", 80_000, "");
        let care = line("care", "care", 600_000, "");
        told(12, &[admin, care, self::award("hrsa", 500_000, &award), fees].concat())
    };
    // 10 % of the 500,000 received is 50,000 of the award; income pays 30,000 more of it.
    let free = of("");
    assert_eq!(free.draws("hrsa", "admin"), "20000.00");
    assert_eq!(free.draws("fees", "admin"), "60000.00");
    // Where a term counts income too, the same cap on the income leaves 6,000 of it: 50,000 + 6,000.
    let bound = of(cap);
    assert_eq!(bound.draws("hrsa", "admin"), "50000.00");
    assert_eq!(bound.draws("fees", "admin"), "6000.00");
}

#[test]
fn spending_of_closed_periods_that_wipes_the_open_one_is_told_2_cfr_200_1() {
    // Periods of 12,000 a year from July 2024: the first closed with the plan's start, the second is open.
    let of = |spent: u32, carryover: &str| {
        let tables = format!(
            "[cost.care]\nlayer = \"program\"\nfunction = \"care\"\nmonthly = 1_000\n\
             [stream.hrsa]\nkind = \"grant\"\nfunder = \"An agency\"\nfederal = true\n\
             status = \"secured\"\naward = 36_000\nbudget-periods = \"yearly\"\n\
             from = \"2024-04\"\nuntil = \"2027-03\"\n{carryover}\npays-for = [\"care\"]\n\
             [opening.stream.hrsa]\nspent = {spent}\n"
        );
        told(12, &tables)
    };
    // From April to June 2025 3,000 of the open period were spent, 15,000 with the closed one.
    assert!(of(3_000, "").amounts("open-period-spent").is_empty());
    let wiped = of(15_000, "");
    assert_eq!(wiped.amounts("open-period-spent"), ["15000.00"]);
    // Both periods stay open where what one leaves may be carried over.
    assert!(of(15_000, "carryover = \"automatic\"").amounts("open-period-spent").is_empty());
    assert_eq!(of(24_000, "carryover = \"automatic\"").amounts("open-period-spent"), ["24000.00"]);
}

#[test]
fn what_a_termination_leaves_to_surviving_costs_alone_is_told_2_cfr_200_343() {
    // 1,000 a month of care to September are spent, with 50 of the lease, which survives: 3,150 + 9 x 50 of 6,000.
    let lines = "[cost.care]\nlayer = \"program\"\nfunction = \"care\"\nmonthly = 1_000\n\
        [cost.lease]\nfunction = \"convene\"\nmonthly = 50\n\
        [stream.hrsa]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\naward = 6_000\n\
        from = \"2025-07\"\nuntil = \"2026-06\"\npays-for = [\"care\", \"convene\"]\n";
    let ended = "termination = { on = \"2025-09\", survives = [\"convene\"] }\n";
    let told = told(12, &[lines, ended].concat());
    assert_eq!(told.stream("hrsa").refund_due[11].to_string(), "2400.00");
    assert_eq!(told.amounts("award-terminated"), ["2400.00"]);
    // Where the plan ends before the award does, what is held can pay no more than that either.
    let short = self::told(6, &[lines, ended].concat());
    assert_eq!(short.amounts("award-terminated"), ["2700.00"]);
}

#[test]
fn in_kind_that_a_termination_takes_is_told() {
    let room = "[cost.room]\nfunction = \"operate\"\nmonthly = 250\n\
        [stream.host]\nkind = \"partner\"\nfunder = \"Host\"\nstatus = \"secured\"\n\
        in-kind = { cost = \"room\", monthly = 300 }\nuntil = \"2026-06\"\n\
        termination = { on = \"2025-09\" }\n";
    // Nine months of 250, which is all that the room needs of the 300.
    assert_eq!(told(12, room).amounts("award-terminated"), ["2250.00"]);
}

#[test]
fn spending_beyond_the_open_periods_is_told_with_what_it_takes_2_cfr_200_1() {
    let of = |spent: u32| {
        let tables = format!(
            "[cost.care]\nlayer = \"program\"\nfunction = \"care\"\nmonthly = 500\n\
             [stream.hrsa]\nkind = \"grant\"\nfunder = \"An agency\"\nstatus = \"secured\"\n\
             amounts = [3_000, 3_000]\nfrom = \"2025-01\"\nuntil = \"2026-12\"\n\
             pays-for = [\"care\"]\n[opening.stream.hrsa]\nspent = {spent}\n"
        );
        told(12, &tables)
    };
    assert!(of(3_000).amounts("spent-beyond-open-periods").is_empty());
    let told = of(4_000);
    assert_eq!(told.amounts("spent-beyond-open-periods"), ["1000.00"]);
    let words = "$1,000 is taken off later periods";
    assert!(told.forecast.findings.iter().any(|finding| finding.message.ends_with(words)));
    assert_eq!(told.forecast.books.ledger.tranches[0].amount.to_string(), "2000.00");
    // 6,100 take all of both periods, and 100 that no award covers.
    let told = of(6_100);
    assert_eq!(told.amounts("spent-beyond-open-periods"), ["3100.00"]);
    let words =
        "$3,000 is taken off later periods, and $100 is covered by no award and counts nowhere";
    assert!(told.forecast.findings.iter().any(|finding| finding.message.ends_with(words)));
}

#[test]
fn an_advance_held_beyond_its_award_goes_back_2_cfr_200_344() {
    let of = |cash: u32, payment: &str| {
        let tables = format!(
            "[cost.care]\nlayer = \"program\"\nfunction = \"care\"\nmonthly = 100\n\
             [stream.f]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\n\
             award = 1_000\nfrom = \"2025-01\"\nuntil = \"2025-12\"\n{payment}\n\
             pays-for = [\"care\"]\n[opening.stream.f]\nspent = 400\ncash = {cash}\n"
        );
        told(12, &tables)
    };
    // 1,000 less 400 leaves 600, which six months spend: 300 of the 900 go back in January.
    let told = of(900, "");
    assert_eq!(told.drawn("f"), "600.00");
    assert_eq!(told.amounts("cash-beyond-authority"), ["300.00"]);
    assert_eq!(told.forecast.books.cash.refunds[6].to_string(), "300.00");
    assert_eq!(told.forecast.books.cash.restricted[11].to_string(), "0.00");
    assert!(of(600, "").amounts("cash-beyond-authority").is_empty());
    // Where 500 of quarters are still to come, no more than 600 - 500 may be held beside them.
    let quarters = "payment = { method = \"advance\", instalments = \"quarterly\" }";
    assert!(of(100, quarters).amounts("cash-beyond-authority").is_empty());
    let told = of(150, quarters);
    assert_eq!(told.amounts("cash-beyond-authority"), ["50.00"]);
    assert_eq!(told.forecast.books.cash.refunds[6].to_string(), "50.00");
}

#[test]
fn match_is_raised_for_direct_cost_and_recovery_together_2_cfr_200_306() {
    // d + 10 % of d of the award beside the city's 1,000 - d, half and half: 476.19 + 47.62 = 523.81.
    let tables = "[policy]\norder = [\"fed\", \"city\"]\n\
        [cost.care]\nlayer = \"program\"\nfunction = \"care\"\nonce = 1_000\nfrom = \"2025-07\"\n\
        [stream.fed]\nkind = \"grant\"\nfunder = \"HRSA\"\nfederal = true\nstatus = \"secured\"\n\
        award = 5_000\nfrom = \"2025-07\"\nuntil = \"2025-07\"\npays-for = [\"care\"]\n\
        indirect = { rate = \"10%\", base = \"direct\" }\nmatch = { share-of-total = \"50%\" }\n\
        [stream.city]\nkind = \"grant\"\nfunder = \"City\"\nstatus = \"secured\"\naward = 6_000\n\
        from = \"2025-07\"\nuntil = \"2025-07\"\npays-for = [\"care\"]\n";
    let told = told(1, tables);
    assert_eq!(told.drawn("fed"), "523.81");
    assert_eq!(told.draws("city", "care"), "523.81");
}

/// An award of which all was spent before the plan, and of which cash is held: what still comes of it comes once,
/// whatever share a pool has of it.
#[test]
fn what_comes_of_an_award_that_was_spent_comes_once_in_a_pool_too() {
    let award = "[cost.work]\nlayer = \"program\"\nfunction = \"work\"\nmonthly = 190\n\
                 [stream.award]\nkind = \"grant\"\nfunder = \"An agency\"\nstatus = \"secured\"\n\
                 from = \"2025-01\"\nuntil = \"2025-12\"\naward = 4_000\npays-for = [\"work\"]\n\
                 payment = { method = \"advance\", instalments = \"quarterly\" }\n\
                 [opening.stream.award]\nspent = 4_000\ncash = 400\n";
    let received = |pools: &str| {
        let told = told(12, &format!("{award}{pools}"));
        told.forecast.books.cash.receipts_by_stream[0].iter().sum::<Money>().to_string()
    };
    let pool = |id: &str, share: &str| {
        format!(
            "[pool.{id}]\nmembers = {{ award = \"{share}\" }}\npays-for = [\"work\"]\n\
             governed-by = \"Charter\"\n"
        )
    };
    // Two of four quarters: July and October.
    assert_eq!(received(""), "2000.00");
    assert_eq!(received(&pool("fund", "37.5%")), "2000.00");
    assert_eq!(received(&(pool("fund", "37.5%") + &pool("other", "20%"))), "2000.00");
}
