//! What one more would do: hand-worked plans of each kind of lever, and laws on random plans.

#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod plans;

use braidfund::folder::{self, MemoryFolder};
use braidfund::forecast::{Forecast, Question};
use braidfund::funding::Status;
use braidfund::levers::{Change, Effect, Holder, Lever, Levers};
use braidfund::money::Money;
use braidfund::plan::Plan;
use braidfund::report::levers as report;
use braidfund::timeline::{Selection, Timeline};
use plans::parts;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

/// A plan of so many months from July 2026.
fn plan(months: u32, rest: &str) -> Plan {
    let head = format!("[plan]\ntitle = \"Hand\"\nstart = \"2026-07\"\nmonths = {months}\n");
    let files = MemoryFolder::new([("plan.toml", format!("{head}{rest}").as_str())]);
    folder::read(&files, "base").unwrap_or_else(|error| panic!("{error}"))
}

fn levers(plan: &Plan) -> Levers {
    Levers::from_plan(plan, Status::Secured, &|_| {}).unwrap()
}

fn money(text: &str) -> Money {
    Money::parse(text).unwrap()
}

fn dollars(closes: [i64; 3]) -> [Money; 3] {
    closes.map(|dollars| Money::from_cents(dollars * 100))
}

/// The lever whose words begin so.
fn of<'a>(plan: &Plan, levers: &'a Levers, begins: &str) -> &'a Lever {
    let mut all = levers.terms.iter().chain(&levers.money);
    let begins = begins.to_lowercase();
    let found = all.find(|lever| report::sentence(plan, lever).to_lowercase().starts_with(&begins));
    let words =
        || levers.terms.iter().chain(&levers.money).map(|lever| report::sentence(plan, lever));
    found.unwrap_or_else(|| panic!("{begins}: {:#?}", words().collect::<Vec<_>>()))
}

/// What a change closes lies within its distance of this.
fn near(effect: &Effect, closes: [i64; 3]) {
    for (at, expected) in dollars(closes).into_iter().enumerate() {
        let off = effect.closes[at] - expected;
        let off = if off < Money::ZERO { -off } else { off };
        assert!(off <= effect.distance[at], "{effect:?} where {closes:?} is worked by hand");
        assert!(effect.distance[at] <= money("1.00"), "{effect:?} is no near thing");
    }
}

const CONVENE: &str = "[cost.convener]\nfunction = \"convene\"\nyearly = 120_000\n";

/// Convening takes all it may of 200,000 and leaves 80,000; evaluation (core) and a newsletter (essential) go
/// without.
#[test]
fn a_function_that_an_award_may_pay_for_closes_what_the_award_has_left() {
    let rest = format!(
        "{CONVENE}[cost.evaluator]\nfunction = \"evaluate\"\nyearly = 60_000\n\
         [cost.newsletter]\nfunction = \"communicate\"\npriority = \"essential\"\nyearly = 12_000\n\
         [stream.state]\ntitle = \"the HRSA award\"\nkind = \"grant\"\nfederal = true\nfunder = \"HRSA\"\nstatus = \"secured\"\n\
         award = 200_000\nfrom = \"2026-07\"\nuntil = \"2027-06\"\npays-for = [\"convene\"]\n\
         not-for = [\"communicate\"]\n"
    );
    let plan = plan(12, &rest);
    let levers = levers(&plan);
    assert_eq!(levers.gaps, dollars([60_000, 12_000, 0]));
    assert!(levers.money.is_empty(), "a dollar more of an award that has some left closes nothing");
    let closes: Vec<[Money; 3]> = levers.terms.iter().map(|lever| lever.effect.closes).collect();
    assert_eq!(closes, [dollars([60_000, 0, 0]), dollars([0, 12_000, 0])]);
    let holders: Vec<Holder> = levers.terms.iter().map(|lever| lever.holder).collect();
    assert_eq!(holders, [Holder::Agency; 2]);
    assert_eq!(
        report::sentence(&plan, &levers.terms[0]),
        "Letting the HRSA award pay for evaluation would close $60,000 of the gap (all core). The agency \
         (HRSA) could allow it."
    );
}

/// The award falls 30,000 short of convening: each dollar more of it closes one, up to those.
#[test]
fn a_dollar_more_closes_a_dollar_up_to_the_gap_that_it_may_pay() {
    let rest = format!(
        "{CONVENE}[cost.evaluator]\nfunction = \"evaluate\"\nyearly = 6_000\n\
         [stream.bridge]\ntitle = \"the bridge\"\nkind = \"grant\"\nfunder = \"A foundation\"\nstatus = \"secured\"\naward = 90_000\n\
         from = \"2026-07\"\nuntil = \"2027-06\"\npays-for = [\"convene\"]\n"
    );
    let plan = plan(12, &rest);
    let levers = levers(&plan);
    assert_eq!(levers.gaps, dollars([36_000, 0, 0]));
    let [lever] = levers.money.as_slice() else { panic!("{levers:?}") };
    assert_eq!(lever.effect.closes, dollars([1, 0, 0]));
    let range = lever.range.as_ref().unwrap();
    assert!(range.exact && range.ends);
    assert_eq!(range.effect.closes, dollars([30_000, 0, 0]));
    let Change::Money(_, more) = &range.through else { panic!("{range:?}") };
    assert_eq!(more.amount, money("30000.00"));
    assert_eq!(
        report::sentence(&plan, lever),
        "Each dollar more of the bridge that may be spent from Jul 2026 closes a dollar of core gap, up to \
         $30,000. The funder (A foundation) could allow it."
    );
    // A cent more closes no more.
    let mut beyond = lever.change.clone();
    if let Change::Money(_, more) = &mut beyond {
        more.amount = money("30000.01");
    }
    assert_eq!(irreducible(&beyond.apply(&plan).unwrap()), dollars([6_000, 0, 0]));
}

/// 4,000 are missing in each of the first nine months; then nothing is needed. Dues of any of the nine may pay the
/// last of them.
#[test]
fn money_that_does_not_lapse_is_worth_as_much_in_every_month_before_the_last_need() {
    let rest = "[cost.convener]\nfunction = \"convene\"\nmonthly = 10_000\nuntil = \"2027-03\"\n\
         [stream.dues]\nkind = \"partner\"\nfunder = \"Members\"\nstatus = \"secured\"\nfrom = \"2026-07\"\n\
         until = \"2027-06\"\nmonthly = 6_000\npays-for = [\"anything\"]\n";
    let plan = plan(12, rest);
    let levers = levers(&plan);
    assert_eq!(levers.gaps, dollars([36_000, 0, 0]));
    let lever = of(&plan, &levers, "Each dollar more of dues");
    assert_eq!(lever.effect.closes, dollars([1, 0, 0]));
    assert_eq!(lever.holder, Holder::Board);
    let (first, last) = lever.months.unwrap();
    assert_eq!((first.to_string().as_str(), last.to_string().as_str()), ("2026-07", "2027-03"));
    assert_eq!(lever.range.as_ref().unwrap().effect.closes, dollars([36_000, 0, 0]));
}

/// A cap of a quarter of 100,000 holds evaluation to 25,000 of 60,000; 15,000 are left over: each of 15 points
/// closes 1,000, a sixteenth nothing.
#[test]
fn a_point_of_a_cap_closes_its_part_until_the_award_is_spent() {
    let rest = "[cost.convener]\nfunction = \"convene\"\nyearly = 60_000\n\
         [cost.evaluator]\nfunction = \"evaluate\"\nyearly = 60_000\n\
         [stream.state]\nkind = \"grant\"\nfunder = \"A state\"\nstatus = \"secured\"\naward = 100_000\n\
         from = \"2026-07\"\nuntil = \"2027-06\"\npays-for = [\"convene\", \"evaluate\"]\n\
         cap = [{ on = [\"evaluate\"], share = \"25%\" }]\n";
    let plan = plan(12, rest);
    let levers = levers(&plan);
    let lever = of(&plan, &levers, "a point more under the cap of state on evaluate");
    near(&lever.effect, [1_000, 0, 0]);
    assert_eq!(lever.holder, Holder::Funder);
    let range = lever.range.as_ref().unwrap();
    near(&range.effect, [15_000, 0, 0]);
    assert_eq!(range.through, lever.change.times(15).unwrap());
    assert!(range.ends);
}

/// 30,000 of the award are left when it ends in April; May and June need 10,000 each.
#[test]
fn months_more_close_what_the_money_left_may_pay_in_them() {
    let rest = format!(
        "{CONVENE}[stream.state]\nkind = \"grant\"\nfunder = \"A state\"\nstatus = \"secured\"\n\
         award = 130_000\nfrom = \"2026-07\"\nuntil = \"2027-04\"\npays-for = [\"convene\"]\n"
    );
    let plan = plan(12, &rest);
    let levers = levers(&plan);
    let lever = of(&plan, &levers, "1 month more of state");
    assert_eq!(lever.effect.closes, dollars([10_000, 0, 0]));
    let range = lever.range.as_ref().unwrap();
    assert_eq!((range.effect.closes, range.ends), (dollars([20_000, 0, 0]), true));
    assert!(matches!(range.through, Change::Longer(_, 2)));
}

/// The award begins in September: July and August need 10,000 each, and 30,000 would be left at its end.
#[test]
fn an_earlier_start_closes_the_months_before_it() {
    let rest = format!(
        "{CONVENE}[stream.state]\nkind = \"grant\"\nfunder = \"A state\"\nstatus = \"secured\"\n\
         award = 130_000\nfrom = \"2026-09\"\nuntil = \"2027-06\"\npays-for = [\"convene\"]\n"
    );
    let plan = plan(12, &rest);
    let lever = of(&plan, &levers(&plan), "state beginning 1 month earlier").clone();
    assert_eq!(lever.effect.closes, dollars([10_000, 0, 0]));
    let range = lever.range.unwrap();
    assert_eq!(range.effect.closes, dollars([20_000, 0, 0]));
    assert!(matches!(range.through, Change::Earlier(_, 2)));
}

/// The first year leaves 30,000 of its 60,000, and the second lacks 30,000.
#[test]
fn carryover_closes_what_a_period_leaves() {
    let rest = "[cost.first]\nfunction = \"convene\"\nmonthly = 2_500\nuntil = \"2027-06\"\n\
         [cost.second]\nfunction = \"convene\"\nmonthly = 7_500\nfrom = \"2027-07\"\n\
         [stream.state]\nkind = \"grant\"\nfunder = \"A state\"\nstatus = \"secured\"\n\
         from = \"2026-07\"\nuntil = \"2028-06\"\ncarryover = \"none\"\nbudget-periods = [\n\
         { from = \"2026-07\", until = \"2027-06\", amount = 60_000 },\n\
         { from = \"2027-07\", until = \"2028-06\", amount = 60_000 }]\npays-for = [\"convene\"]\n";
    let plan = plan(24, rest);
    let levers = levers(&plan);
    let lever = of(&plan, &levers, "Letting what a period of state leaves");
    assert_eq!(lever.effect.closes, dollars([30_000, 0, 0]));
    // More money helps in the second period alone.
    let lever =
        of(&plan, &levers, "Each dollar more of state that may be spent from Jul 2027 closes");
    assert_eq!(lever.range.as_ref().unwrap().effect.closes, dollars([30_000, 0, 0]));
}

/// Half of convening benefits the award: a point more pays 100 a month more, through the whole of it.
#[test]
fn a_point_of_benefit_closes_its_part_of_the_line() {
    let rest = "[cost.convener]\nfunction = \"convene\"\nyearly = 120_000\n\
         benefit = { basis = \"fte\", shares = { state = \"50%\" } }\n\
         [stream.state]\nkind = \"grant\"\nfederal = true\nfunder = \"HRSA\"\nstatus = \"secured\"\n\
         award = 200_000\nfrom = \"2026-07\"\nuntil = \"2027-06\"\npays-for = [\"convene\"]\n";
    let plan = plan(12, rest);
    let lever = of(&plan, &levers(&plan), "a point more of documented benefit").clone();
    near(&lever.effect, [1_200, 0, 0]);
    assert_eq!(lever.holder, Holder::Board);
    let range = lever.range.unwrap();
    near(&range.effect, [60_000, 0, 0]);
    assert_eq!(range.through, lever.change.times(50).unwrap());
}

/// Dues of 20,000 match as much of the award: 40,000 of 120,000 are paid. A dollar more of dues brings a dollar of
/// the award with it, until 60,000 of each pay all. At 49 % of the total the same dues bring 20,000 x 51 / 49 =
/// 20,816.32 of the award. A gift of 10,000 that is not pledged pays and matches nothing.
#[test]
fn match_brings_the_award_with_it() {
    let rest = format!(
        "{CONVENE}[stream.award]\nkind = \"grant\"\nfederal = true\nfunder = \"HRSA\"\nstatus = \"secured\"\n\
         award = 100_000\nfrom = \"2026-07\"\nuntil = \"2027-06\"\npays-for = [\"convene\"]\n\
         match = {{ share-of-total = \"50%\", pledged-by = [\"dues\"] }}\n\
         [stream.dues]\nkind = \"partner\"\nfunder = \"Members\"\nstatus = \"secured\"\n\
         until = \"2027-06\"\npayments = [{{ month = \"2026-07\", amount = 20_000 }}]\n\
         pays-for = [\"anything\"]\n\
         [stream.gift]\nkind = \"partner\"\nfunder = \"A hospital\"\nstatus = \"secured\"\n\
         until = \"2027-06\"\npayments = [{{ month = \"2026-07\", amount = 10_000 }}]\n\
         pays-for = [\"anything\"]\n"
    );
    let plan = plan(12, &rest);
    let levers = levers(&plan);
    let gap: Money = levers.gaps.iter().sum();
    let off = gap - money("70000.00");
    assert!(off >= Money::ZERO && off <= levers.distance[0], "{levers:?}");
    let less = of(&plan, &levers, "a point less of match for award");
    let off = less.effect.closes[0] - money("816.32");
    assert!(off <= less.effect.distance[0] && -off <= less.effect.distance[0], "{less:?}");
    assert_eq!(less.holder, Holder::Statute);
    // The gift would bring 10,000 of the award.
    let pledge = of(&plan, &levers, "Pledging gift to award as match");
    near(&pledge.effect, [10_000, 0, 0]);
    let dues = of(&plan, &levers, "Each dollar more of dues");
    near(&dues.effect, [2_000, 0, 0]);
    let range = dues.range.as_ref().unwrap();
    // 70,000 are missing, and each dollar closes two: 35,000.
    near(&range.effect, [70_000, 0, 0]);
    let gift = of(&plan, &levers, "Each dollar more of gift");
    near(&gift.effect, [1_000, 0, 0]);
}

/// The state pays half of what the city pays the other half of, 40,000 in its year: with the city's 60,000 that is
/// 100,000 of 120,000. A hundredth of the limit is 400; at 50 of them more each pays 60,000.
#[test]
fn a_point_of_a_yearly_limit_closes_its_part_until_there_is_no_match_for_it() {
    let rest = format!(
        "{CONVENE}[stream.medicaid]\nkind = \"public\"\nfunder = \"A state\"\nstatus = \"secured\"\n\
         fiscal-year-starts = \"july\"\nfrom = \"2026-07\"\nuntil = \"2027-06\"\npays-for = [\"convene\"]\n\
         terms = {{ method = \"match\", rate = \"50%\", yearly-limit = 40_000 }}\n\
         [stream.city]\nkind = \"grant\"\nfunder = \"A city\"\nstatus = \"secured\"\naward = 60_000\n\
         from = \"2026-07\"\nuntil = \"2027-06\"\npays-for = [\"convene\"]\n"
    );
    let plan = plan(12, &rest);
    let levers = levers(&plan);
    let lever = of(&plan, &levers, "1 % more under the yearly limit of medicaid");
    near(&lever.effect, [400, 0, 0]);
    assert_eq!(lever.holder, Holder::Statute);
    let range = lever.range.as_ref().unwrap();
    near(&range.effect, [20_000, 0, 0]);
    assert_eq!(range.through, lever.change.times(50).unwrap());
    assert!(range.ends);
}

/// Dues of 50,000 may match what they pay of evaluation alone, 24,000: so much of the award comes, and 74,000 of 144,000 are
/// paid. Where they match whatever they pay, 50,000 come.
#[test]
fn match_that_may_pay_for_more_brings_more_of_the_award() {
    let rest = format!(
        "{CONVENE}[cost.evaluator]\nfunction = \"evaluate\"\nyearly = 24_000\n\
         [stream.award]\nkind = \"grant\"\nfunder = \"A foundation\"\nstatus = \"secured\"\naward = 100_000\n\
         from = \"2026-07\"\nuntil = \"2027-06\"\npays-for = [\"convene\", \"evaluate\"]\n\
         match = {{ per-award-dollar = \"1\", on = [\"evaluate\"] }}\n\
         [stream.dues]\nkind = \"partner\"\nfunder = \"Members\"\nstatus = \"secured\"\n\
         until = \"2027-06\"\npayments = [{{ month = \"2026-07\", amount = 50_000 }}]\n\
         pays-for = [\"anything\"]\n"
    );
    let plan = plan(12, &rest);
    let levers = levers(&plan);
    let off = levers.gaps[0] - money("70000.00");
    assert!(off >= Money::ZERO && off <= levers.distance[0], "{levers:?}");
    let lever = of(&plan, &levers, "Letting the match of award pay for all");
    near(&lever.effect, [26_000, 0, 0]);
    assert_eq!(lever.holder, Holder::Funder);
    assert!(lever.range.is_none());
}

/// Half of each grant goes into the pool, whose money convening alone may take: 30,000 of its 150,000 are left.
#[test]
fn a_function_of_a_pool_is_for_its_charter() {
    let rest = format!(
        "{CONVENE}[cost.evaluator]\nfunction = \"evaluate\"\nyearly = 60_000\n\
         [stream.county]\nkind = \"grant\"\nfunder = \"A county\"\nstatus = \"secured\"\naward = 150_000\n\
         from = \"2026-07\"\nuntil = \"2027-06\"\npays-for = [\"convene\"]\n\
         [pool.fund]\nmembers = {{ county = \"100%\" }}\npays-for = [\"convene\"]\n\
         governed-by = \"Charter\"\n"
    );
    let plan = plan(12, &rest);
    let lever = of(&plan, &levers(&plan), "Letting the pool fund pay for evaluation").clone();
    assert_eq!(lever.effect.closes, dollars([30_000, 0, 0]));
    assert_eq!(lever.holder, Holder::Board);
}

#[test]
fn without_a_gap_there_is_nothing_to_close() {
    let rest = format!(
        "{CONVENE}[stream.state]\nkind = \"grant\"\nfunder = \"A state\"\nstatus = \"secured\"\n\
         award = 120_000\nfrom = \"2026-07\"\nuntil = \"2027-06\"\npays-for = [\"convene\"]\n"
    );
    let levers = levers(&plan(12, &rest));
    assert!(levers.terms.is_empty() && levers.money.is_empty());
    assert_eq!(levers.runs, 1);
}

/// What the optimal braid of a plan leaves, by the forecast that everybody makes.
fn irreducible(plan: &Plan) -> [Money; 3] {
    let forecast = Forecast::from_plan(plan, Question::default()).unwrap();
    let mut gaps = [Money::ZERO; 3];
    for year in &forecast.measures.years {
        for (gap, of_year) in gaps.iter_mut().zip(year.irreducible) {
            *gap += of_year;
        }
    }
    gaps
}

#[test]
fn what_is_claimed_is_the_difference_of_two_forecasts() {
    let mut runner = TestRunner::deterministic();
    let (mut levers, mut exact) = (0, 0);
    for case in 0..60 {
        let plan = parts().new_tree(&mut runner).unwrap().current().plan();
        let found = self::levers(&plan);
        let before = irreducible(&plan);
        assert_eq!(before, found.gaps, "case {case}");
        for lever in found.terms.iter().chain(&found.money) {
            let changed = |change: &Change| irreducible(&change.apply(&plan).unwrap());
            let closes = |after: [Money; 3]| [0, 1, 2].map(|at| before[at] - after[at]);
            assert_eq!(
                lever.effect.closes,
                closes(changed(&lever.change)),
                "case {case}: {lever:?}"
            );
            if let Some(range) = &lever.range {
                assert_eq!(
                    range.effect.closes,
                    closes(changed(&range.through)),
                    "case {case}: {lever:?}"
                );
            }
            // The first priority that it moves shrinks, beyond the distance.
            assert!(lever.effect.lead().is_some());
            levers += 1;
        }
        exact += usize::from(found.distance == [Money::ZERO; 3]);
    }
    assert!(levers >= 80, "{levers} levers were found");
    assert!(exact >= 30, "{exact} of 60 plans are exact");
}

/// What each line needs in each month.
fn needs(plan: &Plan) -> Vec<Vec<Money>> {
    Timeline::from_plan(plan, Selection::View(Status::Secured)).unwrap().needs
}

/// What the screen leaves out closes nothing: more money of any stream is tried, screened or not. The screen takes
/// needs as they are: where more income is deducted from an award, a loan that is repaid from the award is due
/// less, and such a change is none of what is screened.
#[test]
fn what_is_screened_out_closes_nothing() {
    let mut runner = TestRunner::deterministic();
    let mut left_out = 0;
    for case in 0..60 {
        let plan = parts().new_tree(&mut runner).unwrap().current().plan();
        let found = levers(&plan);
        // Where a braid is settled to cents, two distances lie between the braids.
        if found.distance != [Money::ZERO; 3] {
            continue;
        }
        for stream in (0..plan.streams.len()).map(braidfund::name::StreamIndex::from) {
            if found.money.iter().any(|lever| lever.change.stream() == Some(stream)) {
                continue;
            }
            let lowered = plan.stream(stream).lower(&plan.setting()).unwrap();
            for tranche in
                lowered.tranches.iter().filter(|tranche| tranche.status == Status::Secured)
            {
                let more = braidfund::funding::More::to(tranche, money("1000.00"));
                let Some(changed) = Change::Money(stream, more).apply(&plan) else { continue };
                let (before, now) = (needs(&plan), needs(&changed));
                if now.iter().flatten().zip(before.iter().flatten()).any(|(now, was)| now < was) {
                    continue;
                }
                let after = irreducible(&changed);
                let lead = (0..3).find(|at| after[*at] != found.gaps[*at]);
                let slack = found.distance.iter().sum::<Money>() + money("1.00");
                assert!(
                    lead.is_none_or(|at| after[at] + slack >= found.gaps[at]),
                    "case {case}: {} in {}",
                    plan.stream(stream).name,
                    tranche.first
                );
                left_out += 1;
            }
        }
    }
    assert!(left_out >= 30, "{left_out}");
}
