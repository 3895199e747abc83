//! Options of a plan that has run for half a year: what is past is past.

use super::futures::in_futures;
use super::lender::LATE;
use super::*;

/// The plan of the others, seen from July 2026 on.
fn seen(plan: &str) -> String {
    plan.replace("months = 72", "months = 72\nas-of = \"2026-07\"")
}

/// What is paid in January 2027, six months on, is worth 14,400 / 1.01^6; what was paid half a year ago what it was.
#[test]
fn what_is_paid_before_is_worth_what_it_was() {
    let options = format!(
        "[funder]\ncost-of-money = \"12%\"\n{}{}",
        grant("option.early", "award = 7_200\nfrom = \"2026-01\"\nuntil = \"2026-06\""),
        grant("option.later", "award = 14_400\nfrom = \"2027-01\"\nuntil = \"2027-12\""),
    );
    let choice = choose(&seen(PLAN), &options, (&["base"], Question::default(), None)).unwrap();
    let worth = |id: &str| option(&choice, id).effect.cost.present_value.cents();
    let later = (14_400.0 / 1.01_f64.powi(6) * 100.0).round() as i64;
    assert_eq!((worth("early"), worth("later")), (720_000, later));
}

/// All is paid to the end, December 2031, 66 months from July 2026 on. A levy that begins half a year late leaves January
/// 2028 unpaid, which the next three months show from November 2027 on: 16 months, 50 fewer.
#[test]
fn a_runway_that_ends_is_shorter_by_what_was_ahead() {
    let gift = grant("stream.gift", "award = 28_800\nfrom = \"2026-01\"\nuntil = \"2027-12\"");
    let plan = seen(&format!("{PLAN}{gift}"));
    let late = "[option.late.with.stream.levy]\nfrom = \"2028-07\"\n";
    let choice = choose(&plan, late, (&["base"], Question::default(), None)).unwrap();
    assert_eq!(option(&choice, "late").effect.runway_bought, Some(-50));
}

/// A grant that pays July to October 2027 leaves 8 of the twelve months up to its end unpaid, and 2 of those after it. One
/// whose window lasts beyond the plan holds all of its money to the end, where it may pay for nothing.
#[test]
fn the_year_up_to_an_exit_and_idle_money_count() {
    let options = format!(
        "{}{}",
        grant("option.brief", "award = 4_800\nfrom = \"2027-07\"\nuntil = \"2028-06\""),
        grant("option.none", "award = 1_000\nfrom = \"2031-01\"\nuntil = \"2032-12\"")
            .replace("\"convene\"", "\"data\""),
    );
    let choice = base(&options, None);
    let brief = &option(&choice, "brief").effect;
    assert_eq!(brief.exit, Some(month("2027-10")));
    assert_eq!(brief.fall_at_exit, Some(Money::from_cents(-720_000)));
    assert_eq!(option(&choice, "none").effect.idle, Money::from_cents(100_000));
}

/// A line that the plan itself has is none that an option costs.
#[test]
fn an_option_without_money_costs_nobody_anything() {
    let line =
        "[credit]\nlender = \"Bank\"\nlimit = 50_000\nrate = \"9%\"\nborrowing-base = \"100%\"\n";
    let cut = "[option.cut.with.cost.staff]\nmonthly = 9_900\n";
    let choice = choose(&format!("{LATE}{line}"), cut, (&["base"], Question::default(), None));
    let choice = choice.unwrap();
    let Bridged { after, effect, .. } = option(&choice, "cut");
    assert!(after.measures.credit.as_ref().unwrap().interest.is_positive());
    assert_eq!((effect.cost.paid, effect.cost.interest), (Money::ZERO, Money::ZERO));
}

/// 18 months of 1,200 are ahead until the levy begins. That no less would do is proved where nothing was unpaid before, which an
/// optimal braid might pay instead, and no rule ties amounts together.
#[test]
fn the_least_amount_is_of_what_is_ahead() {
    let first = grant("stream.first", "award = 7_200\nfrom = \"2026-01\"\nuntil = \"2026-06\"");
    let option = grant("option.a", "award = 9_000\nfrom = \"2026-07\"\nuntil = \"2027-12\"");
    let gifts = option.replace("option.a", "option.a.with.stream.gifts");
    let matched = format!("{option}match = {{ per-award-dollar = 1 }}\n{gifts}");
    let paid = format!("{PLAN}{first}");
    let aim = Some(Aim::Through(month("2028-12")));
    for (plan, proved) in [(PLAN, false), (&paid, true)] {
        for method in [Method::Waterfall, Method::Optimal] {
            let question = Question { method, ..Question::default() };
            let choice = choose(&seen(plan), &option, (&["base"], question, aim)).unwrap();
            let solved = &choice.solved[0];
            assert_eq!(solved.least, Least::Amount(Money::from_cents(2_160_000)), "{method:?}");
            assert_eq!(solved.proved, proved && method == Method::Optimal, "{method:?}");
        }
    }
    let question = Question { method: Method::Optimal, ..Question::default() };
    let choice = choose(&seen(&paid), &matched, (&["base"], question, aim)).unwrap();
    assert!(!choice.solved[0].proved, "{:?}", choice.solved[0]);
}

#[test]
fn no_month_that_is_past_is_asked_for() {
    let plan = seen(PLAN);
    let through = |text: &str| {
        let aim = Some(Aim::Through(month(text)));
        choose(&plan, GRANTS, (&["base"], Question::default(), aim))
    };
    let told = through("2026-06").unwrap_err().diagnostics()[0].message.clone();
    assert_eq!(told, "2026-06 does not lie in the months ahead, 2026-07 to 2031-12");
    assert!(through("2026-07").is_ok());
}

/// The months before July 2026 are unpaid in every future; those ahead only where the levy is late, whatever it brings then.
#[test]
fn no_future_goes_unpaid_for_what_is_past() {
    let chances = "[chance.late]\nodds = \"30%\"\n[chance.late.then.stream.levy]\nfrom = \"2028-04\"\n\
                   [chance.more]\nodds = \"50%\"\n[chance.more.then.stream.levy.terms]\nbase = 15_000\n";
    let option = grant("option.a", "award = 21_600\nfrom = \"2026-07\"\nuntil = \"2027-12\"");
    let aim = Some(Aim::Through(month("2028-12")));
    let choice = in_futures((&seen(PLAN), &option, chances), (aim, 200));
    let short = choice.solved[1].short.as_ref().unwrap();
    let event = short.causes.last().unwrap();
    assert_eq!((event.title.as_str(), event.with), ("Late", (short.unpaid, short.unpaid)));
    assert_eq!(event.without, (0, 200 - short.unpaid));
}
