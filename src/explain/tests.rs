//! Laws over small plans: every figure explains, and what is a sum adds up to the cent.

use super::*;
use crate::braid::Method;
use crate::folder::{self, DiskFolder};
use crate::forecast::Question;
use crate::funding::grant::sample::{self, driver, money, month, rate, stream};
use crate::funding::grant::{BudgetPeriod, Grant, Payment, Renewal};
use crate::funding::partner::PartnerMethod;
use crate::funding::reserve::Floor;
use crate::funding::{Kind, Partner, Reserve, Status, Stream, Terms};
use crate::month::FiscalCalendar;
use crate::name::{LineIndex, Name, StreamIndex};
use crate::plan::cost::sample::{add, line, plan};
use crate::plan::cost::{Basis, Benefit, Escalation, Form, Priority};
use crate::plan::restriction::{Cap, CapBound, Indirect, IndirectBase, IndirectKind, Selector};
use crate::plan::{Opening, Pool, Restrictions};

fn grant(first: &str, last: &str, amount: &str, status: Status) -> Stream {
    let period = BudgetPeriod { status, ..sample::period(first, last, amount) };
    let grant = Grant {
        payment: Payment::Reimbursement { cycle_months: 1, lag_months: 1 },
        renewal: Some(Renewal {
            probability: rate("0.5"),
            years: 1,
            share: rate("1"),
            status: Status::Prospective,
        }),
        ..sample::grant(vec![period])
    };
    let mut stream = stream(Kind::Grant, Terms::Grant(grant), Some(last));
    stream.status = status;
    stream.funder = Some("CDC".to_string());
    stream
}

fn dues(monthly: &str) -> Stream {
    let partner = Partner {
        from: month("2024-01"),
        method: PartnerMethod::Monthly(money(monthly)),
        growth: rate("0"),
        fiscal: FiscalCalendar::starting(1),
        lag_months: 1,
    };
    let mut stream = stream(Kind::Partner, Terms::Partner(partner), None);
    stream.funder = Some("St. Mary's Hospital".to_string());
    stream
}

fn reserve() -> Stream {
    let reserve = Reserve {
        balance: money("5000.00"),
        floor: Floor::Amount(money("0.00")),
        authorised: money("0.00"),
        authorised_from: month("2024-01"),
    };
    stream(Kind::Reserve, Terms::Reserve(reserve), None)
}

fn paying(selectors: &[Selector]) -> Restrictions {
    Restrictions { pays_for: selectors.to_vec(), ..Restrictions::default() }
}

/// Thirty-six months: a capped award with indirect recovery that ends and may renew, a likely grant,
/// dues of which half is pooled, and a reserve of which nothing is authorised.
fn hub() -> Plan {
    let mut plan = plan(36);
    plan.drivers = vec![driver("clients", &["100"; 36])];
    let staff = Form::Positions {
        fte: rate("2"),
        salary: money("60000.00"),
        fringe: rate("0.25"),
        vacancy: rate("0"),
    };
    let mut staff = line("backbone-staff", staff);
    staff.escalation = Escalation::Yearly { rate: rate("0.03"), month: 7 };
    staff.benefit =
        Some(Benefit { basis: Basis::Fte, shares: vec![(StreamIndex(0), rate("0.6"))] });
    staff.payment_lag_months = 1;
    let mut fee = line("core", Form::Fee { share: rate("0.05"), on: vec![Selector::Anything] });
    fee.priority = Priority::Essential;
    let driver = crate::name::DriverIndex(0);
    let step = Form::Step { driver, capacity: 40, yearly: money("12000.00") };
    let mut navigators = line("navigators", step);
    navigators.function = "navigation".to_string();
    let mut travel = line("travel", Form::Monthly(money("400.00")));
    travel.function = "travel".to_string();
    travel.priority = Priority::Stretch;
    plan.lines = vec![staff, fee, navigators, travel];
    let cap = Cap {
        on: vec![Selector::Line(LineIndex(2))],
        bound: CapBound::Amount(money("20000.00")),
        within: Vec::new(),
        per_period: false,
    };
    let rules = Restrictions {
        caps: vec![cap],
        indirect: Some(Indirect {
            kind: IndirectKind::Negotiated,
            statutory_limit: None,
            rate: rate("0.1"),
            base: IndirectBase::TotalDirect,
            subaward_cutoff: money("50000.00"),
        }),
        ..paying(&[
            Selector::Function("convene".to_string()),
            Selector::Function("navigation".to_string()),
        ])
    };
    add(&mut plan, "ahc", grant("2024-01", "2025-06", "150000.00", Status::Secured), rules);
    add(&mut plan, "dues", dues("3000.00"), paying(&[Selector::Anything]));
    let data = [Selector::Function("navigation".to_string())];
    let hoped = grant("2025-01", "2026-06", "50000.00", Status::Likely);
    add(&mut plan, "hoped", hoped, paying(&data));
    add(&mut plan, "reserve", reserve(), paying(&[Selector::Anything]));
    for stream in &mut plan.streams {
        stream.title = stream.name.to_string();
    }
    plan.pools = vec![Pool {
        name: Name::parse("fund").unwrap(),
        title: "Community fund".to_string(),
        members: vec![(StreamIndex(1), rate("0.5"))],
        pays_for: data.to_vec(),
        not_for: Vec::new(),
        authority: None,
        governed_by: "charter".to_string(),
    }];
    plan
}

fn forecast(plan: &Plan, method: Method, view: Status) -> Forecast {
    Forecast::from_plan(plan, Question { method, view }).unwrap()
}

fn every_figure_explains(plan: &Plan, forecast: &Forecast) {
    let ids = figures(plan, forecast);
    assert!(ids.len() > 20);
    for id in &ids {
        let told = explain(plan, forecast, id).unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(told.figure, *id);
        assert!(!told.formula.is_empty() && told.title.ends_with(&told.value.words()), "{id}");
        if told.sums {
            assert_eq!(Value::Money(told.total()), told.value, "{id}");
        }
        let others = told.parts.iter().any(|part| part.label.starts_with("other "));
        assert!(!others, "{id}: the books tell every receipt and payment");
        for see in told.parts.iter().filter_map(|part| part.see.as_deref()) {
            assert!(explain(plan, forecast, see).is_ok(), "{id} points at {see}");
        }
    }
}

#[test]
fn every_figure_explains_and_sums() {
    let plan = hub();
    for method in [Method::Waterfall, Method::Shares] {
        for view in Status::ALL {
            every_figure_explains(&plan, &forecast(&plan, method, view));
        }
    }
}

#[test]
fn figures_that_rest_on_cash_from_zero_say_so() {
    let notes = |plan: &Plan, id: &str| {
        let forecast = forecast(plan, Method::Waterfall, Status::Secured);
        explain(plan, &forecast, id).unwrap_or_else(|error| panic!("{id}: {error}"))
    };
    let rest = ["cash", "cash/2024-03", "cash/all-costs/2024-03", "cash/lowest", "cash/runs-out"];
    let rest = rest.into_iter().chain([
        "cash/working-capital",
        "cash/days/FY2024",
        "cash/liquid-months/FY2024",
        "runway",
        "net-assets",
        "net-assets/FY2024",
        "net-assets/liquid/FY2024",
    ]);
    let mut plan = hub();
    for id in rest {
        plan.opening = Opening::default();
        let told = notes(&plan, id);
        let said = |told: &Explanation| told.notes.iter().any(|note| note.contains("from $0"));
        assert!(said(&told), "{id}: {:?}", told.notes);
        plan.opening.cash_stated = true;
        assert!(!said(&notes(&plan, id)), "{id}");
        plan.opening = Opening { net_assets: Some(money("1.00")), ..Opening::default() };
        assert_eq!(said(&notes(&plan, id)), !id.starts_with("net-assets"), "{id}");
    }
    plan.opening = Opening::default();
    for id in ["gap", "cost/FY2024", "stream/ahc", "refund-due"] {
        assert_eq!(notes(&plan, id).notes, notes(&stated(&plan), id).notes, "{id}");
    }
    // What is not stated does not run out.
    let out = "The month in which unrestricted cash runs out = ";
    assert_eq!(notes(&plan, "cash/runs-out").title, format!("{out}not known"));
    assert_ne!(notes(&stated(&plan), "cash/runs-out").title, format!("{out}not known"));
}

fn stated(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    plan.opening.cash_stated = true;
    plan
}

/// The parts of a figure that stand aside, as `label: text`.
fn asides(plan: &Plan, forecast: &Forecast, id: &str) -> Vec<String> {
    let told = explain(plan, forecast, id).unwrap();
    let asides = told.parts.iter().filter(|part| part.sign == Sign::Aside);
    asides.map(|part| format!("{}: {}", part.label, part.text)).collect()
}

#[test]
fn a_gap_says_which_rule_keeps_which_money_from_it() {
    let plan = hub();
    let forecast = forecast(&plan, Method::Waterfall, Status::Secured);
    let told = asides(&plan, &forecast, "gap/backbone-staff/2024-03");
    assert_eq!(
        told,
        [
            "ahc: paid 7,500.00; it may pay at most its documented benefit share of 60 % \
             (2 CFR 200.405) (112,726.50 left in the month)",
            "dues: paid 1,500.00; it may pay it, and has paid all that it held (nothing of this \
             part left in the month)",
            "reserve: could pay it, but nothing of it is authorised above its floor",
            "Indirect recovery: paid 1,129.50; it may pay it, and has paid all that it held \
             (1,129.50 in hand and new in the month, 1,129.50 drawn, 0.00 left)",
            "dues (in Community fund): does not list it in `pays-for`",
            "hoped: does not list it in `pays-for`",
        ]
    );
    let told = asides(&plan, &forecast, "gap navigators 2025-09");
    assert!(told[0].contains("ended in Jun 2025; what may follow is only prospective"), "{told:?}");
    assert!(told[3].contains("is only likely: this view does not count it"), "{told:?}");
}

#[test]
fn a_cap_is_told_with_what_was_taken_under_it() {
    let mut plan = hub();
    plan.pools.clear();
    plan.restrictions[1] = paying(&[Selector::Function("travel".to_string())]);
    let forecast = forecast(&plan, Method::Waterfall, Status::Secured);
    let told = asides(&plan, &forecast, "gap/navigators/2024-09");
    let cap = "has reached its cap of 20,000.00 on cost.navigators (20,000.00 taken of 20,000.00 \
               so far)";
    assert!(told[0].contains(cap), "{told:?}");
}

#[test]
fn the_reasons_of_a_longer_gap_cover_all_of_it() {
    let plan = hub();
    let forecast = forecast(&plan, Method::Waterfall, Status::Secured);
    let told = explain(&plan, &forecast, "gap/travel").unwrap();
    let of = |label: &str| -> Money {
        let rows = told.parts.iter().filter(|part| part.sign == Sign::Aside && part.label == label);
        rows.filter_map(|part| part.amount).sum()
    };
    for stream in ["ahc", "dues", "dues (in Community fund)", "hoped", "reserve"] {
        assert_eq!(Value::Money(of(stream)), told.value, "{stream}");
    }
}

#[test]
fn a_part_names_the_input_behind_it_with_its_place() {
    let mut plan = hub();
    let origin = Origin { file: "plan.toml".into(), line: 12, column: 1 };
    let path = "stream.hoped.pays-for".to_string();
    let text = "[\"navigation\"]".to_string();
    let input = crate::plan::Input { path, text, origin, source: None, figure: false };
    plan.inputs.stated.push(input);
    let forecast = forecast(&plan, Method::Waterfall, Status::Secured);
    let told = explain(&plan, &forecast, "gap/travel/2024-03").unwrap();
    let hoped = told.parts.iter().find(|part| part.label == "hoped").unwrap();
    assert_eq!(hoped.origin.as_ref().unwrap().to_string(), "plan.toml:12:1");
    assert_eq!(hoped.input.as_deref(), Some("[\"navigation\"]"));
}

#[test]
fn a_line_whose_id_is_a_word_of_its_own_is_asked_by_its_path() {
    let plan = hub();
    let forecast = forecast(&plan, Method::Waterfall, Status::Secured);
    let line = explain(&plan, &forecast, "cost/cost.core/2024-03").unwrap();
    assert_eq!(line.title, "Cost of core, Mar 2024 = 795.00");
    let group = explain(&plan, &forecast, "cost/core/2024-03").unwrap();
    assert_eq!(group.title, "Cost of core lines, Mar 2024 = 15,500.00");
}

#[test]
fn an_unknown_figure_is_answered_with_the_nearest() {
    let plan = hub();
    let forecast = forecast(&plan, Method::Waterfall, Status::Secured);
    let unknown = |id: &str| explain(&plan, &forecast, id).unwrap_err().nearest;
    assert_eq!(unknown("gap/travle").as_deref(), Some("gap/travel"));
    assert_eq!(unknown("cash/lowst").as_deref(), Some("cash/lowest"));
    assert_eq!(unknown("stream/nobody-at-all").as_deref(), Some("stream/ahc"));
    let error = explain(&plan, &forecast, "").unwrap_err();
    assert!(error.examples.iter().all(|id| explain(&plan, &forecast, id).is_ok()));
}

#[test]
fn every_figure_of_the_sample_plans_explains_and_sums() {
    let mut folders: Vec<_> = std::fs::read_dir("scenarios").unwrap().map(Result::unwrap).collect();
    folders.sort_by_key(std::fs::DirEntry::path);
    for folder in folders.iter().filter(|folder| folder.path().join("plan.toml").exists()) {
        let files = DiskFolder::open(&folder.path()).unwrap();
        let plan = folder::read(&files, folder::BASE).unwrap();
        every_figure_explains(&plan, &forecast(&plan, Method::Waterfall, Status::Likely));
    }
}

#[test]
fn every_figure_of_plans_that_borrow_explains_and_sums() {
    for case in [
        "line-of-credit",
        "loan-drawn-before-the-plan",
        "loan-never-repaid",
        "loan-repaid",
        "recoverable-grant-out-of-cash",
    ] {
        let files = DiskFolder::open(&std::path::Path::new("tests/good").join(case)).unwrap();
        let plan = folder::read(&files, folder::BASE).unwrap();
        every_figure_explains(&plan, &forecast(&plan, Method::Waterfall, Status::Secured));
    }
}
