//! What payers' methods come to, worked by hand.

use super::super::grant::sample::{driver, lower, money, month, rate, stream, told, tranches};
use super::*;
use crate::driver::Driver;
use crate::funding::{Kind, Terms};
use crate::month::FiscalCalendar;

fn price(text: &str) -> Price {
    Price::parse(text).unwrap()
}

fn payer(method: PayerMethod) -> Payer {
    Payer {
        from: month("2024-01"),
        method,
        growth: Rate::ZERO,
        true_up: None,
        withhold: None,
        bonus: None,
        medicaid: false,
        pass_through: Rate::ZERO,
        partners_paid: PartnersPaid::WhenPaid,
        collection: Vec::new(),
    }
}

fn pmpm(rate: &str) -> Payer {
    payer(PayerMethod::Pmpm { members: DriverIndex(0), rate: price(rate) })
}

fn lowered(payer: &Payer, until: Option<&str>, drivers: &[Driver], months: u32) -> Lowered {
    let mut stream = stream(Kind::Payer, Terms::Payer(payer.clone()), until);
    stream.fiscal = FiscalCalendar::starting(7);
    lower(&stream, drivers, months)
}

#[test]
fn fees_are_paid_less_denials() {
    let units = [driver("visits", &["1000"])];
    let fee = |rate_text, denial| {
        let method = PayerMethod::FeeForService {
            units: DriverIndex(0),
            pricing: Pricing::One(price(rate_text)),
            claims: Claims { denial: rate(denial), ..Claims::IN_FULL },
        };
        tranches(&lowered(&payer(method), None, &units, 1))
    };
    // 1,000 x 77.96 x (1 - 8 %) = 71,723.20.
    assert_eq!(fee("77.96", "0.08"), ["2024-01..- 71723.20"]);
    // Medicare's 80 % less 2 %: 77.96 x 0.8 x 0.98 = 61.12064; 8 % denied, half of it overturned:
    // 61,120.64 x 0.96 = 58,675.8144.
    assert_eq!(fee("61.12064", "0.04"), ["2024-01..- 58675.81"]);
}

#[test]
fn members_that_fall_to_nothing_bring_nothing() {
    let members = [driver("members", &["1000.4", "0.5", "0.4"])];
    // Members are whole where they are used: 1,000, then 1, then none.
    let lowered = lowered(&pmpm("2.50"), None, &members, 3);
    assert_eq!(tranches(&lowered), ["2024-01..- 2500.00", "2024-02..- 2.50"]);
    assert_eq!(lowered.memos.len(), 2);
}

#[test]
fn all_that_is_passed_on_leaves_no_authority() {
    let members = [driver("members", &["1000"; 2])];
    let mut payer = pmpm("3.00");
    payer.pass_through = Rate::ONE;
    let lowered = lowered(&payer, None, &members, 2);
    assert!(lowered.tranches.is_empty());
    assert_eq!(told(&lowered, MemoKind::Gross), money("6000.00"));
    assert_eq!(told(&lowered, MemoKind::PassedOn), money("6000.00"));
}

#[test]
fn a_price_grows_with_the_funders_year_from_the_contracts_first_month() {
    let members = [driver("members", &["100"; 8])];
    let mut payer = pmpm("10.00");
    (payer.from, payer.growth) = (month("2023-07"), rate("0.03"));
    let lowered = lowered(&payer, Some("2024-07"), &members, 8);
    // A contract of July 2023 steps first in July 2024: 1,000.00, then 1,030.00.
    assert_eq!(lowered.tranches.len(), 7);
    assert_eq!(tranches(&lowered)[5..], ["2024-06..- 1000.00", "2024-07..- 1030.00"]);
    assert_eq!(lowered.tranches[5].period, 0);
    assert_eq!(lowered.tranches[6].period, 1);
}

#[test]
fn what_is_withheld_is_released_on_its_score() {
    let members = [driver("members", &["1000"; 24])];
    let mut payer = pmpm("10.00");
    payer.pass_through = rate("0.4");
    let score = |share, score| Scored {
        share: rate(share),
        score: rate(score),
        measured: 12,
        paid_after_months: 6,
    };
    payer.withhold = Some(score("0.05", "0.8"));
    let once = lowered(&payer, Some("2024-12"), &members, 24);
    // 10,000.00 less 500.00 withheld: 40 % of 9,500.00 is passed on, 5,700.00 is kept.
    assert_eq!(tranches(&once)[0], "2024-01..- 5700.00");
    // 12 x 500.00 x 80 % = 4,800.00 in June 2025, of which 60 % is kept.
    assert_eq!(tranches(&once)[12..], ["2025-06..- 2880.00"]);
    assert_eq!(told(&once, MemoKind::Withheld), money("6000.00"));
    assert_eq!(told(&once, MemoKind::PassedOn), money("47520.00")); // 12 x 3,800 + 1,920
    // A contract that ends in June is measured in December all the same; the second half of the
    // horizon's last year is paid beyond it.
    assert_eq!(
        tranches(&lowered(&payer, Some("2024-06"), &members, 24))[6..],
        ["2025-06..- 1440.00"]
    );
    // A bonus of 2 % x 50 % of 120,000.00 is 1,200.00, of which 60 % is kept.
    (payer.withhold, payer.bonus) = (None, Some(score("0.02", "0.5")));
    let with_bonus = lowered(&payer, Some("2024-12"), &members, 24);
    assert_eq!(tranches(&with_bonus)[12..], ["2025-06..- 720.00"]);
    assert_eq!(told(&with_bonus, MemoKind::Gross), money("121200.00"));
}

#[test]
fn cash_is_collected_along_the_curve_to_the_cent() {
    let members = [driver("members", &["1"])];
    let mut payer = pmpm("100.01");
    payer.collection = vec![(3, rate("0.4")), (1, rate("0.6"))];
    let lowered = lowered(&payer, None, &members, 1);
    // 60 % of 100.01 is 60.006 -> 60.01; the rest is 40.00.
    let receipts = vec![(month("2024-02"), money("60.01")), (month("2024-04"), money("40.00"))];
    assert_eq!(lowered.tranches[0].receipts, Receipts::Earned(receipts));
}

#[test]
fn outcomes_are_paid_when_they_are_completed() {
    let opened = [driver("opened", &["10", "20", "40", "80"])];
    let outcome = PayerMethod::Outcome(vec![Pathway {
        opened: DriverIndex(0),
        completion: rate("0.5"),
        lag_months: 2,
        rate: price("100"),
    }]);
    // Nothing is complete in the contract's first two months; then what January and February opened.
    let mut contract = payer(outcome);
    assert_eq!(
        tranches(&lowered(&contract, None, &opened, 4)),
        ["2024-03..- 500.00", "2024-04..- 1000.00"]
    );
    // A contract that ran before the horizon goes on at the level of its first month.
    contract.from = month("2023-06");
    assert_eq!(
        tranches(&lowered(&contract, None, &opened, 4)),
        ["2024-01..- 500.00", "2024-02..- 500.00", "2024-03..- 500.00", "2024-04..- 1000.00"]
    );
}

#[test]
fn cost_reimbursement_is_limited_by_the_funders_year() {
    let method = PayerMethod::CostReimbursement {
        yearly: money("120000.00"),
        payment: Payment::Reimbursement { cycle_months: 1, lag_months: 2 },
    };
    let mut payer = payer(method);
    payer.from = month("2024-04");
    // Fiscal years from July: three months of 10,000.00, then nine.
    assert_eq!(
        tranches(&lowered(&payer, Some("2025-03"), &[], 24)),
        ["2024-04..2024-06 30000.00", "2024-07..2025-03 90000.00"]
    );
}

#[test]
fn what_cannot_be_reckoned_is_refused_without_a_panic() {
    let members = [driver("members", &["1000000000"; 2])];
    let payer = pmpm("9999999.999999");
    let mut stream = stream(Kind::Payer, Terms::Payer(payer), None);
    let setting = Setting { start: month("2199-11"), months: 2, drivers: &members };
    assert_eq!(stream.lower(&setting), None);
    let mut late = pmpm("1");
    late.from = month("2199-11");
    late.collection = vec![(u32::MAX, Rate::ONE)];
    late.withhold = Some(Scored {
        share: rate("0.1"),
        score: Rate::ONE,
        measured: 6,
        paid_after_months: u32::MAX,
    });
    stream.terms = Terms::Payer(late);
    assert_eq!(stream.lower(&setting).unwrap().tranches.len(), 2);
}
#[test]
fn every_dollar_is_kept_passed_on_or_withheld() {
    // Awkward prices, shares and levels: in each month gross = withheld + passed on + kept.
    let levels: Vec<String> =
        (0..36).map(|place| (place * place * 37 % 9_973).to_string()).collect();
    let levels: Vec<&str> = levels.iter().map(String::as_str).collect();
    let members = [driver("members", &levels)];
    for share in ["0", "0.333333333", "0.5", "0.999999999", "1"] {
        let mut payer = pmpm("17.654321");
        (payer.growth, payer.pass_through) = (rate("-0.012345678"), rate(share));
        payer.collection = vec![(0, rate("0.333333333")), (2, rate("0.666666667"))];
        payer.withhold = Some(Scored {
            share: rate("0.037"),
            score: Rate::ZERO,
            measured: 3,
            paid_after_months: 0,
        });
        let lowered = lowered(&payer, None, &members, 36);
        let mut kept = Money::ZERO;
        for tranche in &lowered.tranches {
            let Authority::Amount(amount) = tranche.amount else { panic!("amounts are stated") };
            let Receipts::Earned(receipts) = &tranche.receipts else { panic!("it is earned") };
            assert_eq!(receipts.iter().map(|(_, part)| *part).sum::<Money>(), amount);
            kept += amount;
        }
        let shared = told(&lowered, MemoKind::Withheld) + told(&lowered, MemoKind::PassedOn);
        assert_eq!(told(&lowered, MemoKind::Gross), shared + kept);
    }
}

fn receipts(tranche: &Tranche) -> Vec<String> {
    let Receipts::Earned(rows) = &tranche.receipts else { panic!("it is earned") };
    rows.iter().map(|(month, amount)| format!("{month} {amount}")).collect()
}

#[test]
fn members_who_do_not_stay_are_paid_for_and_taken_back() {
    let members = [driver("members", &["1000"; 4])];
    let mut payer = pmpm("10.00");
    payer.true_up = Some(TrueUp { retained: rate("0.97"), after_months: 3 });
    payer.collection = vec![(1, Rate::ONE)];
    let once = lowered(&payer, Some("2024-01"), &members, 4);
    // 10,000.00 are paid in February; 9,700.00 stand, and 300.00 go back in April.
    assert_eq!(tranches(&once), ["2024-01..- 9700.00"]);
    assert_eq!(receipts(&once.tranches[0]), ["2024-02 10000.00", "2024-04 -300.00"]);
    assert_eq!(told(&once, MemoKind::Gross), money("9700.00"));
    assert_eq!(told(&once, MemoKind::Recouped), money("300.00"));
    // More members than were paid for: the payer adds 200.00.
    payer.true_up = Some(TrueUp { retained: rate("1.02"), after_months: 3 });
    let more = lowered(&payer, Some("2024-01"), &members, 4);
    assert_eq!(receipts(&more.tranches[0]), ["2024-02 10000.00", "2024-04 200.00"]);
    assert_eq!(told(&more, MemoKind::Recouped), money("-200.00"));
}

#[test]
fn a_true_up_keeps_what_is_withheld_and_passed_on_in_proportion() {
    let members = [driver("members", &["1000"])];
    let mut payer = pmpm("10.00");
    payer.true_up = Some(TrueUp { retained: rate("0.9"), after_months: 2 });
    payer.withhold =
        Some(Scored { share: rate("0.1"), score: Rate::ZERO, measured: 12, paid_after_months: 0 });
    payer.pass_through = rate("0.5");
    let lowered = lowered(&payer, None, &members, 1);
    // 9,000 less 900 withheld: half of 8,100 is kept. At first half of 9,000.
    assert_eq!(tranches(&lowered), ["2024-01..- 4050.00"]);
    assert_eq!(receipts(&lowered.tranches[0]), ["2024-01 4500.00", "2024-03 -450.00"]);
}

#[test]
fn partners_who_are_paid_when_it_is_earned_are_advanced_their_part() {
    let members = [driver("members", &["1000"])];
    let mut payer = pmpm("10.00");
    (payer.pass_through, payer.collection) = (rate("0.4"), vec![(3, Rate::ONE)]);
    let mut rows = |partners_paid| {
        payer.partners_paid = partners_paid;
        receipts(&lowered(&payer, None, &members, 1).tranches[0])
    };
    assert_eq!(rows(PartnersPaid::WhenPaid), ["2024-04 6000.00"]);
    assert_eq!(rows(PartnersPaid::WhenEarned), ["2024-01 -4000.00", "2024-04 10000.00"]);
}

#[test]
fn each_pathway_has_its_own_rate_and_lag() {
    let opened = [driver("housing", &["10", "10", "10"]), driver("food", &["20", "20", "20"])];
    let pathway = |opened, completion, lag_months, dollars| Pathway {
        opened: DriverIndex(opened),
        completion: rate(completion),
        lag_months,
        rate: price(dollars),
    };
    let method =
        PayerMethod::Outcome(vec![pathway(0, "0.5", 2, "1000"), pathway(1, "0.8", 1, "100")]);
    // February: 20 x 80 % x 100 = 1,600; March: with 10 x 50 % x 1,000 = 5,000.
    assert_eq!(
        tranches(&lowered(&payer(method), None, &opened, 3)),
        ["2024-02..- 1600.00", "2024-03..- 6600.00"]
    );
}

#[test]
fn a_fee_has_the_price_of_its_year_of_service() {
    let units = [driver("visits", &["100"; 2])];
    let method = |years: &[(i32, &str)]| PayerMethod::FeeForService {
        units: DriverIndex(0),
        pricing: Pricing::ByYear(years.iter().map(|(year, rate)| (*year, price(rate))).collect()),
        claims: Claims::IN_FULL,
    };
    let mut contract = payer(method(&[(2023, "9"), (2024, "10"), (2025, "11")]));
    assert_eq!(tranches(&lowered(&contract, None, &units, 2))[1], "2024-02..- 1000.00");
    contract.method = method(&[(2023, "9")]);
    let stream = stream(Kind::Payer, Terms::Payer(contract), None);
    assert_eq!(
        stream.lower(&Setting { start: month("2024-01"), months: 2, drivers: &units }),
        None
    );
}

#[test]
fn a_delayed_contract_earns_nothing_before_it_begins() {
    let members = [driver("members", &["100"; 8])];
    let mut contract = pmpm("10.00");
    contract.growth = rate("0.1");
    let mut stream = stream(Kind::Payer, Terms::Payer(contract), Some("2024-08"));
    stream.fiscal = FiscalCalendar::starting(7);
    stream.delayed_to = Some(month("2024-06"));
    let lowered = lower(&stream, &members, 8);
    // The price has taken its step in July, counted from the contract's own first month.
    assert_eq!(
        tranches(&lowered),
        ["2024-06..- 1000.00", "2024-07..- 1100.00", "2024-08..- 1100.00"]
    );
    assert_eq!(told(&lowered, MemoKind::Gross), money("3200.00"));
}

#[test]
fn reinvestment_comes_once_and_does_not_recur() {
    let terms = Reinvestment {
        years: vec![reinvestment::ProfitYear {
            year: 2022,
            net_income: money("1000000.00"),
            revenue: money("100000000.00"),
        }],
        lower_share: rate("0.05"),
        upper_share: rate("0.075"),
        threshold: rate("0.075"),
        share: rate("0.2"),
        paid_after_months: 20,
    };
    let contract = payer(PayerMethod::CommunityReinvestment(terms));
    // 5 % of 1,000,000 is 50,000, a fifth of it 10,000, twenty months after December 2022.
    assert_eq!(tranches(&lowered(&contract, Some("2025-12"), &[], 12)), ["2024-08..- 10000.00"]);
    let stream = stream(Kind::Payer, Terms::Payer(contract), Some("2025-12"));
    assert!(!stream.recurs());
}

#[test]
fn what_was_withheld_before_the_plan_is_released_in_it_at_the_first_months_level() {
    let members = [driver("members", &["1000"; 24])];
    let score = |share, score, measured, paid_after_months| Scored {
        share: rate(share),
        score: rate(score),
        measured,
        paid_after_months,
    };
    let mut payer = pmpm("10.00");
    payer.from = month("2023-01");
    payer.withhold = Some(score("0.1", "1", 12, 6));
    // The contract is over: 12 x 1,000.00 come in June, and its months are neither paid nor told again.
    let over = lowered(&payer, Some("2023-12"), &members, 12);
    assert_eq!(tranches(&over), ["2024-06..- 12000.00"]);
    assert!(over.memos.is_empty());
    // What was settled before the plan, 2022's in June 2023, belongs to the opening position.
    payer.from = month("2022-01");
    let longer = lowered(&payer, Some("2023-12"), &members, 12);
    assert_eq!(tranches(&longer), tranches(&over));
    // A contract from July 2023: 6 x 1,000.00 x 60 % pass on 40 %; 2024's come in June 2025.
    (payer.from, payer.pass_through) = (month("2023-07"), rate("0.4"));
    payer.withhold = Some(score("0.1", "0.6", 12, 6));
    payer.bonus = Some(score("0.02", "0.5", 6, 3));
    let running = lowered(&payer, Some("2024-06"), &members, 24);
    assert_eq!(tranches(&running)[..6].last().unwrap(), "2024-06..- 5400.00");
    assert_eq!(
        tranches(&running)[6..],
        ["2024-06..- 2160.00", "2024-09..- 720.00", "2025-06..- 2160.00"]
    );
    // Six months of 10,000.00 within the plan, and the bonus of 2 % x 50 % of the whole year.
    assert_eq!(told(&running, MemoKind::Gross), money("61200.00"));
    assert_eq!(told(&running, MemoKind::Withheld), money("6000.00"));
}

#[test]
fn months_before_the_plan_are_paid_the_nearest_price_that_a_table_states() {
    let units = [driver("visits", &["100"; 12])];
    let fee = |prices: &[(i32, &str)]| {
        let prices = prices.iter().map(|(year, text)| (*year, price(text))).collect();
        let mut payer = payer(PayerMethod::FeeForService {
            units: DriverIndex(0),
            pricing: Pricing::ByYear(prices),
            claims: Claims::IN_FULL,
        });
        payer.from = month("2023-11");
        payer.withhold =
            Some(Scored { share: Rate::ONE, score: Rate::ONE, measured: 12, paid_after_months: 3 });
        tranches(&lowered(&payer, Some("2024-01"), &units, 12))
    };
    // November and December at their own year's 4.00, or else at the next one's 5.00.
    assert_eq!(fee(&[(2023, "4"), (2024, "5")]), ["2024-03..- 800.00"]);
    assert_eq!(fee(&[(2024, "5")]), ["2024-03..- 1000.00"]);
}
