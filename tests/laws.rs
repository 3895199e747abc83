//! Laws that hold on every plan, checked on random ones against the books, not against the braid's own
//! bookkeeping. `PROPTEST_CASES` raises the number of cases.

#![allow(clippy::unwrap_used)]

mod plans;

use std::collections::BTreeMap;

use braidfund::braid::Method;
use braidfund::cash::Cash;
use braidfund::forecast::{Forecast, Question};
use braidfund::funding::{Kind, Receipts, Status};
use braidfund::ledger::{INDIRECT_RECOVERY, Ledger};
use braidfund::money::Money;
use braidfund::name::{LineIndex, StreamIndex};
use braidfund::plan::Plan;
use braidfund::plan::restriction::{CapBound, Claim, Selector, selected, verdict};
use braidfund::rebraiding::Footing;
use plans::parts;
use proptest::prelude::*;

fn questions() -> impl Strategy<Value = Question> {
    (
        prop::sample::select(vec![Method::Waterfall, Method::Shares]),
        prop::sample::select(&Status::ALL[..]),
    )
        .prop_map(|(method, view)| Question { method, view })
}

fn forecast(plan: &Plan, question: Question) -> Forecast {
    Forecast::from_plan(plan, question).unwrap_or_else(|error| panic!("{error}"))
}

fn cents(amount: Money) -> i128 {
    i128::from(amount.cents())
}

/// Every stream holds what came to it less what left it; every line is paid or short, never both.
fn conserved(ledger: &Ledger) {
    for (index, stream) in ledger.streams.iter().enumerate() {
        let mut held = stream.opening[0];
        for place in 0..ledger.months() {
            let drawn: Money = ledger
                .draws
                .iter()
                .filter(|d| d.stream == index && d.place == place)
                .map(|d| d.amount)
                .sum();
            let recovered: Money = ledger
                .recoveries
                .iter()
                .filter(|r| r.stream == index && r.place == place)
                .map(|r| r.amount)
                .sum();
            assert_eq!(stream.opening[place], held, "{}", stream.name);
            held = held + stream.made_available[place]
                - drawn
                - recovered
                - stream.lapsed[place]
                - stream.refund_due[place];
            assert_eq!(stream.closing[place], held, "{} in place {place}", stream.name);
            assert!(held >= Money::ZERO, "{} is never overdrawn", stream.name);
        }
        let idle: Money =
            ledger.tranches.iter().filter(|t| t.stream == index).map(|t| t.idle).sum();
        assert_eq!(idle, held, "{}: what is idle is what is held at the end", stream.name);
    }
    for (index, line) in ledger.lines.iter().enumerate() {
        for place in 0..ledger.months() {
            let paid: Money = ledger
                .draws
                .iter()
                .filter(|d| d.line.at() == index && d.place == place)
                .map(|d| d.amount)
                .sum();
            assert_eq!(line.need[place], paid + line.gap[place], "{} in place {place}", line.name);
            assert!(line.gap[place] >= Money::ZERO, "{} is never overpaid", line.name);
        }
    }
    for tranche in &ledger.tranches {
        let gone = tranche.drawn + tranche.lapsed + tranche.refund_due + tranche.idle;
        assert_eq!(tranche.amount, gone, "{}", tranche.label);
    }
}

/// No draw outside its verdict, before its money is available, or after it lapses.
fn within_restrictions(plan: &Plan, ledger: &Ledger) {
    for draw in &ledger.draws {
        let month = ledger.horizon.month(draw.place);
        let tranche = &ledger.tranches[draw.tranche];
        assert!(tranche.available <= month, "nothing before it is available");
        assert!(tranche.last.is_none_or(|last| month <= last), "nothing after it lapses");
        if ledger.streams[draw.stream].name == INDIRECT_RECOVERY {
            continue;
        }
        let claim = Claim {
            stream: StreamIndex::from(draw.stream),
            pool: draw.pool,
            first: tranche.available,
            last: tranche.last,
        };
        assert!(verdict(plan, &claim, draw.line, month).is_allowed());
    }
}

/// Documented benefit shares, in every month.
fn within_benefit(plan: &Plan, ledger: &Ledger) {
    for (index, line) in plan.lines.iter().enumerate() {
        let Some(benefit) = &line.benefit else { continue };
        for (stream, share) in &benefit.shares {
            let mut need = Money::ZERO;
            for place in 0..ledger.months() {
                let before = share.of(need);
                need += ledger.lines[index].need[place];
                let paid: Money = ledger
                    .draws
                    .iter()
                    .filter(|d| d.stream == stream.at() && d.line.at() == index && d.place == place)
                    .map(|d| d.amount)
                    .sum();
                assert!(paid <= share.of(need) - before, "{} beyond its share", line.name);
            }
        }
    }
}

/// Caps and floors at every month's end. (A random stream has one award and at most one of them.)
fn within_caps(plan: &Plan, ledger: &Ledger) {
    for (index, rules) in plan.restrictions.iter().enumerate() {
        let on_of = |on: &[Selector], line: LineIndex| selected(on, line, plan.line(line));
        // What the share of a random stream's one cap or floor is reckoned on.
        let caps = rules.caps.iter().map(|cap| &cap.within);
        let within = caps.chain(rules.floors.iter().map(|floor| &floor.within)).next();
        let within = within.filter(|within| !within.is_empty());
        let reckoned = |line: LineIndex| within.is_none_or(|within| on_of(within, line));
        let indirect = |on: &[Selector]| on.contains(&Selector::Indirect) && within.is_none();
        let opening = plan.opening_of(StreamIndex::from(index));
        let before = opening.map_or(Money::ZERO, |opening| opening.spent);
        let (mut spent, mut taken, mut floored) = (0_i128, 0_i128, 0_i128);
        for place in 0..ledger.months() {
            let own = ledger.draws.iter().filter(|d| d.stream == index && d.place == place);
            for draw in own.filter(|draw| reckoned(draw.line)) {
                spent += cents(draw.amount);
                taken += rules.caps.iter().filter(|cap| on_of(&cap.on, draw.line)).count() as i128
                    * cents(draw.amount);
                floored += rules.floors.iter().filter(|floor| on_of(&floor.on, draw.line)).count()
                    as i128
                    * cents(draw.amount);
            }
            for row in ledger.recoveries.iter().filter(|r| r.stream == index && r.place == place) {
                spent += if within.is_none() { cents(row.amount) } else { 0 };
                taken += rules.caps.iter().filter(|cap| indirect(&cap.on)).count() as i128
                    * cents(row.amount);
            }
            for cap in &rules.caps {
                match cap.bound {
                    CapBound::ShareOfSpent(share) => {
                        assert!(
                            taken * 1_000_000_000 <= share.billionths() * spent,
                            "a cap of what is spent"
                        );
                    }
                    CapBound::ShareOfAward(share) => {
                        let award: Money = ledger
                            .tranches
                            .iter()
                            .filter(|t| t.stream == index)
                            .map(|t| t.amount)
                            .sum();
                        if !matches!(plan.streams[index].kind, Kind::Public) {
                            let award = award + before;
                            assert!(taken <= cents(share.of(award)), "a cap of the award");
                        }
                    }
                    CapBound::Amount(amount) => within_amount(plan, ledger, index, &cap.on, amount),
                }
            }
            for floor in &rules.floors {
                assert!(
                    floored * 1_000_000_000 >= floor.share.billionths() * spent,
                    "a floor of what is spent"
                );
            }
        }
    }
}

/// An amount a budget period: each period of an award has a tranche of its own, so no tranche takes more.
fn within_amount(plan: &Plan, ledger: &Ledger, stream: usize, on: &[Selector], amount: Money) {
    let mut taken: BTreeMap<usize, Money> = BTreeMap::new();
    for draw in ledger.draws.iter().filter(|draw| draw.stream == stream) {
        if selected(on, draw.line, plan.line(draw.line)) {
            *taken.entry(draw.tranche).or_default() += draw.amount;
        }
    }
    assert!(taken.values().all(|taken| *taken <= amount), "a cap of an amount a period");
}

/// Match at every month's end: enough of it, from eligible money, and no dollar twice.
fn matched(plan: &Plan, ledger: &Ledger) {
    let mut used: BTreeMap<(usize, usize, usize, usize), Money> = BTreeMap::new();
    for row in &ledger.matches {
        *used.entry((row.place, row.stream, row.tranche, row.line.at())).or_default() += row.amount;
        assert_ne!(row.award.at(), row.stream, "no award matches itself");
        let statute = plan
            .restrictions(row.award)
            .matching
            .as_ref()
            .is_some_and(|rule| rule.federal_statute.is_some());
        assert!(statute || !ledger.streams[row.stream].federal, "federal money does not match");
    }
    for ((place, stream, tranche, line), amount) in used {
        let paid: Money = ledger
            .draws
            .iter()
            .filter(|d| {
                (d.place, d.stream, d.tranche, d.line.at()) == (place, stream, tranche, line)
            })
            .map(|d| d.amount)
            .sum();
        assert!(amount <= paid, "one dollar matches once");
    }
    for (index, rules) in plan.restrictions.iter().enumerate() {
        let Some(rule) = &rules.matching else { continue };
        assert_eq!(rule.convention.values().count(), 1, "these plans state one rate");
        let start = plan.horizon.start;
        let (numerator, denominator) = rule.convention.at(start).ratio();
        let opening = plan.opening_of(StreamIndex::from(index));
        let mut drawn = opening.map_or(0, |opening| cents(opening.spent));
        let mut matched = opening.map_or(0, |opening| cents(opening.matched));
        let short_before = matched * denominator < drawn * numerator;
        for place in 0..ledger.months() {
            let now = cents(ledger.streams[index].drawn[place]);
            drawn += now;
            matched += ledger
                .matches
                .iter()
                .filter(|m| m.award.at() == index && m.place == place)
                .map(|m| cents(m.amount))
                .sum::<i128>();
            // An award that comes into the plan short of match draws nothing until it has caught up.
            let kept = matched * denominator >= drawn * numerator || (short_before && now == 0);
            assert!(kept, "match is kept in every month");
            for line in (0..plan.lines.len()).filter(|_| rule.each_dollar) {
                let drawn: Money = ledger
                    .draws
                    .iter()
                    .filter(|d| (d.stream, d.place, d.line.at()) == (index, place, line))
                    .map(|d| d.amount)
                    .sum();
                let matched: Money = ledger
                    .matches
                    .iter()
                    .filter(|m| (m.award.at(), m.place, m.line.at()) == (index, place, line))
                    .map(|m| m.amount)
                    .sum();
                assert!(
                    cents(matched) * denominator >= cents(drawn) * numerator,
                    "each dollar is matched"
                );
            }
        }
    }
}

/// An award that is paid in advance ends even: what was received of it was spent or went back.
fn advances_end_even(plan: &Plan, ledger: &Ledger, cash: &Cash) {
    for (index, stream) in plan.streams.iter().enumerate() {
        let lowered = stream.lower(&plan.setting()).unwrap().tranches;
        let start = plan.horizon.start;
        let mut known = true;
        let opening = plan.opening_of(StreamIndex::from(index));
        for tranche in &lowered {
            let Receipts::Advanced(rows) = &tranche.receipts else {
                known = false;
                continue;
            };
            known &= rows.iter().all(|(month, _)| *month <= plan.horizon.end());
            // Of an award that was running only an advance of all of it says what was received before.
            known &= match opening {
                None => rows.iter().all(|(month, _)| *month >= start),
                Some(opening) => {
                    matches!(rows.as_slice(), [(month, all)]
                        if *month < start && opening.cash + opening.spent == *all)
                }
            };
        }
        known &= opening.is_none_or(|opening| lowered.len() == 1 && opening.receivables.is_empty());
        let own = ledger.tranches.iter().filter(|tranche| tranche.stream == index);
        let ended = own.clone().all(|t| t.last.is_some_and(|last| last < plan.horizon.end()));
        if !known || !ended || own.count() == 0 {
            continue;
        }
        let book = &ledger.streams[index];
        let held = opening.map_or(Money::ZERO, |opening| opening.cash);
        let received = held + cash.receipts_by_stream[index].iter().sum();
        let gone: Money = book.drawn.iter().chain(&book.refund_due).sum();
        assert_eq!(received, gone, "{}", stream.name);
    }
}

/// Cash that the terms of payers have go out again, by stream and place, as far as a view holds it.
fn given_back(plan: &Plan, view: Status) -> Vec<Vec<Money>> {
    let mut back = Vec::new();
    for stream in &plan.streams {
        let mut months = vec![Money::ZERO; plan.horizon.months as usize];
        let lowered = stream.lower(&plan.setting()).unwrap();
        for tranche in lowered.tranches.iter().filter(|tranche| tranche.status <= view) {
            let Receipts::Earned(rows) = &tranche.receipts else { continue };
            for (month, amount) in rows.iter().filter(|(_, amount)| *amount < Money::ZERO) {
                if let Some(place) = plan.horizon.place(*month) {
                    months[place] -= *amount;
                }
            }
        }
        back.push(months);
    }
    back
}

/// A line of credit lends no more than it may, takes back what it lent, and bridges nothing else.
fn credit_holds(plan: &Plan, cash: &Cash) {
    let (Some(line), Some(credit)) = (&plan.credit, &cash.credit) else { return };
    let mut owed = Money::ZERO;
    for place in 0..cash.receipts.len() {
        owed = owed + credit.drawn[place] - credit.repaid[place];
        assert_eq!(credit.balance[place], owed);
        assert!(owed >= Money::ZERO && owed <= line.limit.max(owed - credit.drawn[place]));
        assert!(credit.drawn[place].is_zero() || owed <= credit.available[place]);
        assert!(credit.drawn[place].is_zero() || cash.unrestricted[place] <= Money::ZERO);
        assert!(owed.is_zero() || cash.unrestricted[place] <= Money::ZERO, "idle beside a debt");
    }
}

/// Cash: the parts sum to the whole, in-kind is never cash, restricted cash pays only its own stream.
fn cash_holds(plan: &Plan, view: Status, ledger: &Ledger, cash: &Cash) {
    let mut total = cash.opening[0];
    let mut paid_by_stream: Vec<Money> = vec![Money::ZERO; ledger.streams.len()];
    let mut received: Vec<Money> = vec![Money::ZERO; ledger.streams.len()];
    for (stream, opening) in &plan.opening.streams {
        let owed: Money = opening.receivables.iter().map(|(_, amount)| *amount).sum();
        received[stream.at()] = opening.cash - owed;
    }
    let back = given_back(plan, view);
    // The parts of a pooled payment are rounded one by one.
    let exact = plan.pools.is_empty() || back.iter().flatten().all(|back| back.is_zero());
    for place in 0..ledger.months() {
        assert_eq!(cash.opening[place], total);
        total = total + cash.receipts[place] - cash.payments[place];
        assert_eq!(cash.closing[place], total);
        assert_eq!(cash.restricted[place] + cash.unrestricted[place], total);
        let by_stream: Money = cash.receipts_by_stream.iter().map(|months| months[place]).sum();
        let lent = cash.credit.as_ref().map_or(Money::ZERO, |credit| credit.drawn[place]);
        assert_eq!(by_stream + lent, cash.receipts[place]);
        for draw in &ledger.draws {
            if draw.place + ledger.lines[draw.line.at()].payment_lag_months as usize == place {
                paid_by_stream[draw.stream] += draw.amount;
            }
        }
        for row in ledger.recoveries.iter().filter(|row| row.place == place) {
            paid_by_stream[row.stream] += row.amount;
        }
        // Restricted cash is what each restricted stream brought and did not pay yet: it fronts nothing else.
        let mut restricted = Money::ZERO;
        for (index, stream) in ledger.streams.iter().enumerate() {
            received[index] += cash.receipts_by_stream[index][place];
            if place > 0 {
                received[index] -= stream.refund_due[place - 1];
            }
            received[index] -= back.get(index).map_or(Money::ZERO, |back| back[place]);
            if stream.in_kind {
                assert!(received[index].is_zero(), "in-kind is never cash");
            } else if !stream.unrestricted {
                restricted += (received[index] - paid_by_stream[index]).floor_zero();
            }
        }
        assert!(!exact || cash.restricted[place] == restricted);
    }
}

/// A thousand cases, or as many as `PROPTEST_CASES` asks for.
/// Re-braiding: what streams pay as spent, changed by its moves, is what they pay in the optimal braid, and what it
/// closes comes first to what is paid first. Moves say what they rest on, by the plan alone.
fn rebraided(plan: &Plan, forecast: &Forecast) {
    let (found, total) = (&forecast.rebraiding, &forecast.measures.total);
    let closed = found.avoidable().into_iter().find(|amount| !amount.is_zero());
    assert_eq!(found.moves.is_empty(), closed.is_none(), "moves close a gap");
    if closed.is_none() {
        return;
    }
    // Settling to cents may lose less than a dollar.
    let dollar = Money::from_cents(100);
    let lead = found.avoidable().into_iter().find(|sum| *sum > dollar || -*sum > dollar);
    let less = lead.is_none_or(|sum| sum.is_positive());
    assert!(less, "{:?} after {:?}", total.irreducible, total.gap);
    for by_year in [false, true] {
        let paid = |ledger: &Ledger| {
            let mut paid: BTreeMap<(Option<i32>, String, LineIndex), Money> = BTreeMap::new();
            for draw in &ledger.draws {
                let year = ledger.fiscal.year_of(ledger.horizon.month(draw.place));
                let stream = ledger.streams[draw.stream].name.clone();
                let key = (by_year.then_some(year), stream, draw.line);
                *paid.entry(key).or_default() += draw.amount;
            }
            paid
        };
        let (mut spent, optimal) = (paid(&forecast.books.ledger), paid(&forecast.books.optimal));
        for one in if by_year { &found.by_year } else { &found.moves } {
            let key = (one.year, one.stream.clone(), one.line);
            *spent.entry(key).or_default() += one.change();
        }
        spent.retain(|_, amount| !amount.is_zero());
        assert_eq!(spent, optimal);
    }
    for one in &found.moves {
        let stream = plan.find_stream(&one.stream);
        let governed = stream.is_some_and(|stream| {
            let earned_by = plan.restrictions(stream).award.earned_by;
            let governs = |award: StreamIndex| plan.stream(award).cost_principles;
            governs(stream) || earned_by.is_some_and(governs)
        });
        let benefit = plan.line(one.line).benefit.is_some();
        match one.footing {
            None => assert!(one.change() < Money::ZERO),
            Some(Footing::Documented(_)) => assert!(benefit),
            Some(Footing::Free) => assert!(!governed),
            Some(Footing::Undocumented) => assert!(governed),
        }
    }
}

fn config() -> ProptestConfig {
    let cases = std::env::var_os("PROPTEST_CASES")
        .and_then(|cases| cases.to_str().and_then(|cases| cases.parse().ok()));
    ProptestConfig {
        cases: cases.unwrap_or(1_000),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_book_of_every_plan_keeps_every_law(parts in parts(), question in questions()) {
        let plan = parts.plan();
        let forecast = forecast(&plan, question);
        let books = &forecast.books;
        let ledgers = [&books.ledger, &books.dependable, &books.structural];
        for ledger in ledgers.into_iter().chain(books.ladder.iter().map(|(_, ledger)| ledger)) {
            conserved(ledger);
            within_restrictions(&plan, ledger);
            within_benefit(&plan, ledger);
            within_caps(&plan, ledger);
            matched(&plan, ledger);
        }
        rebraided(&plan, &forecast);
        cash_holds(&plan, question.view, &books.ledger, &books.cash);
        credit_holds(&plan, &books.cash);
        advances_end_even(&plan, &books.ledger, &books.cash);
    }

    #[test]
    fn results_do_not_depend_on_the_order_of_declarations(
        (parts, order) in parts().prop_flat_map(|parts| {
            let blocks = parts.blocks();
            (Just(parts), Just(blocks).prop_shuffle())
        }),
        question in questions(),
    ) {
        let (first, second) = (parts.plan(), plans::read(&order.join("\n")));
        let (first, second) = (forecast(&first, question), forecast(&second, question));
        prop_assert_eq!(first.books, second.books);
        prop_assert_eq!(first.measures, second.measures);
    }

    #[test]
    fn a_stream_without_money_and_a_line_without_cost_change_nothing(
        parts in parts(), question in questions(),
    ) {
        let with = format!(
            "{}\n[stream.zz-empty]\nkind = \"grant\"\nfunder = \"Nobody\"\nstatus = \"secured\"\n\
             award = 0\nfrom = \"2024-01\"\nuntil = \"2024-12\"\npays-for = [\"anything\"]\n\
             [cost.zz-free]\nlayer = \"program\"\nfunction = \"none\"\nmonthly = 0\n",
            parts.text(),
        );
        let (base, with) = (forecast(&parts.plan(), question), forecast(&plans::read(&with), question));
        let gaps = |forecast: &Forecast| {
            forecast.books.ledger.lines.iter().filter(|line| line.name != "zz-free")
                .map(|line| (line.name.clone(), line.gap.clone())).collect::<Vec<_>>()
        };
        prop_assert_eq!(gaps(&base), gaps(&with));
    }
}
