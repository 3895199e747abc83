//! Which bridge option does better than another in every count that the page tells.

use super::effect::{Bridged, Scenario};
use super::odds::Odds;
use crate::month::Month;

/// For each option, one that is as good in every count of every scenario and better in one: the first by id.
///
/// A count that only one of the two has says nothing of which is better.
pub(super) fn beaten(scenarios: &[Scenario], options: usize) -> Vec<Option<String>> {
    let counts = |option: usize| -> Vec<Option<i128>> {
        scenarios.iter().flat_map(|scenario| scenario.options[option].counts()).collect()
    };
    let all: Vec<Vec<Option<i128>>> = (0..options).map(counts).collect();
    let beats = |one: usize, other: usize| {
        let pairs = || all[one].iter().zip(&all[other]).filter_map(|(one, other)| one.zip(*other));
        pairs().all(|(one, other)| one <= other) && pairs().any(|(one, other)| one < other)
    };
    let by = |option: usize| {
        let better = (0..options).find(|other| beats(*other, option))?;
        Some(scenarios.first()?.options[better].id.clone())
    };
    (0..options).map(by).collect()
}

impl Bridged {
    /// All of its figures that have a better side, less being better. What comes back to the funder and its interest are
    /// part of the net cost; when its last money pays in is neither good nor bad, nor is a fall at its end: what is unpaid
    /// counts by year, and only what was paid can fall.
    fn counts(&self) -> Vec<Option<i128>> {
        let (measures, effect) = (&self.after.measures, &self.effect);
        let start = self.plan.horizon.start;
        let early = |month: Month| i128::from(month.since(start));
        let late = |month: Option<Month>| month.map_or(i128::MIN, |month| -early(month));
        let runway = measures.runway.core_months.map_or(i128::MIN, |months| -i128::from(months));
        let stands = measures.sustainability.as_ref().map_or(i128::MAX, |found| early(found.month));
        let mut counts: Vec<Option<i128>> = [
            measures.total.gap[0],
            measures.total.gap_total(),
            measures.total.irreducible_gap(),
            -measures.cash.lowest.1,
            -effect.unlocked_total(),
            effect.displaced_total(),
            effect.idle,
            effect.match_missed,
            effect.cost.paid,
            effect.cost.present_value,
            effect.cost.owed,
        ]
        .into_iter()
        .chain(measures.years.iter().map(|year| year.gap_total()))
        .map(|amount| Some(i128::from(amount.cents())))
        .collect();
        counts.extend(effect.dependable.map(|share| share.map(|share| -share.billionths())));
        counts.extend([late(measures.next_core_gap), runway, stands].map(Some));
        let cash_stated = self.plan.opening.cash_stated;
        counts.push(cash_stated.then(|| late(measures.cash.runs_out)));
        let odds = |count: &dyn Fn(&Odds) -> i128| self.odds.as_ref().map(count);
        let through = |month: Option<Month>| month.map_or(i128::MAX, |month| -early(month));
        counts.extend([
            odds(&|odds| -i128::from(odds.funded)),
            odds(&|odds| -i128::from(odds.in_cash)).filter(|_| cash_stated),
            odds(&|odds| through(odds.funded_in[0])),
            odds(&|odds| through(odds.funded_in[1])),
            odds(&|odds| i128::from(odds.core_unpaid.cents())),
            self.odds.as_ref().and_then(|odds| Some(i128::from(odds.given?.cents()))),
        ]);
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::bridge::{BridgeChoice, Seek};
    use crate::folder::{Cases, MemoryFolder};
    use crate::forecast::Question;
    use crate::measures::Sustainability;
    use crate::money::{Money, Rate};

    const CENT: Money = Money::from_cents(1);

    /// Options of the same terms, with a figure for every count, in a plan that states its cash or does not.
    fn alike(opening: &str) -> Scenario {
        let plan = "[plan]\ntitle = \"T\"\nstart = \"2026-01\"\nmonths = 36\n\
                    [cost.staff]\nfunction = \"convene\"\nmonthly = 100\n";
        let option = |id: &str| {
            format!(
                "[option.{id}]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\naward = 600\n\
                 from = \"2026-01\"\nuntil = \"2026-12\"\npays-for = [\"convene\"]\n"
            )
        };
        let plan = format!("{plan}{opening}");
        let options = format!("{}{}", option("one"), option("other"));
        let files = MemoryFolder::new([("plan.toml", plan.as_str()), ("bridge.toml", &options)]);
        let mut cases = Cases::open(&files, &["base"]).unwrap();
        let options = cases.options("bridge.toml").unwrap();
        let asked = (Question::default(), Seek::default());
        let choice = BridgeChoice::from_cases(&mut cases, &["base"], &options, asked.0, asked.1);
        let mut scenario = choice.unwrap().scenarios.remove(0);
        let month = scenario.plan.horizon.month(2);
        for own in &mut scenario.options {
            own.effect.unlocked = vec![("Other".to_string(), CENT)];
            own.effect.dependable = [Some(Rate::ONE); 2];
            let measures = &mut own.after.measures;
            measures.next_core_gap = None;
            measures.runway.core_months = Some(2);
            measures.cash.runs_out = Some(month);
            let (until, rests_on) = (month, Vec::new());
            measures.sustainability = Some(Sustainability { month, until, rests_on });
            own.odds = Some(Odds {
                through: month,
                funded: 9,
                in_cash: 9,
                funded_in: [Some(month); 2],
                core_unpaid: CENT,
                given: Some(CENT),
                unsure: Vec::new(),
                unsure_periods: Vec::new(),
            });
        }
        scenario
    }

    /// Makes an option worse; the month lies before those of its figures.
    type Worsen = fn(&mut Bridged, Month);

    /// What makes an option worse in one count, and in no other.
    const WORSE: [(&str, Worsen); 22] = [
        ("core cost unpaid", |one, _| {
            let gap = &mut one.after.measures.total.gap;
            (gap[0], gap[1]) = (gap[0] + CENT, gap[1] - CENT);
        }),
        ("unpaid", |one, _| one.after.measures.total.gap[2] += CENT),
        ("unpaid at best", |one, _| one.after.measures.total.irreducible[2] += CENT),
        ("lowest cash", |one, _| one.after.measures.cash.lowest.1 -= CENT),
        ("unlocked", |one, _| one.effect.unlocked.clear()),
        ("displaced", |one, _| one.effect.displaced.push(("Other".to_string(), CENT))),
        ("idle", |one, _| one.effect.idle += CENT),
        ("match missed", |one, _| one.effect.match_missed += CENT),
        ("paid", |one, _| one.effect.cost.paid += CENT),
        ("present value", |one, _| one.effect.cost.present_value += CENT),
        ("owed", |one, _| one.effect.cost.owed += CENT),
        ("unpaid in a year", |one, _| one.after.measures.years[1].gap[2] += CENT),
        ("dependable", |one, _| one.effect.dependable[0] = Some(Rate::ZERO)),
        ("dependable later", |one, _| one.effect.dependable[1] = Some(Rate::ZERO)),
        ("first gap", |one, before| one.after.measures.next_core_gap = Some(before)),
        ("runway", |one, _| one.after.measures.runway.core_months = Some(1)),
        ("sustainability", |one, _| one.after.measures.sustainability = None),
        ("funded", |one, _| odds(one).funded = 8),
        ("funded in 9 of 10", |one, before| odds(one).funded_in[0] = Some(before)),
        ("funded in 5 of 10", |one, _| odds(one).funded_in[1] = None),
        ("unpaid in futures", |one, _| odds(one).core_unpaid += CENT),
        ("not back in futures", |one, _| odds(one).given = Some(CENT + CENT)),
    ];

    /// The same of counts of cash, which say something only where the plan states its cash.
    const WORSE_IN_CASH: [(&str, Worsen); 2] = [
        ("cash runs out", |one, before| one.after.measures.cash.runs_out = Some(before)),
        ("in cash", |one, _| odds(one).in_cash = 8),
    ];

    fn odds(one: &mut Bridged) -> &mut Odds {
        one.odds.as_mut().unwrap()
    }

    #[test]
    fn each_count_decides_where_all_others_are_alike() {
        let by_one = [None, Some("one".to_string())];
        for (opening, cash_counts) in [("[opening]\nunrestricted-cash = 50\n", true), ("", false)] {
            let same = alike(opening);
            assert_eq!(beaten(std::slice::from_ref(&same), 2), [None, None]);
            // What fell at its end is what it paid before.
            let mut falls = same.clone();
            falls.options[1].effect.fall_at_exit = Some(CENT);
            assert_eq!(beaten(&[falls], 2), [None, None]);
            let before = same.plan.horizon.start;
            let counts = WORSE.iter().map(|worse| (worse, true));
            let of_cash = WORSE_IN_CASH.iter().map(|worse| (worse, cash_counts));
            for ((count, worsen), decides) in counts.chain(of_cash) {
                let mut found = same.clone();
                worsen(&mut found.options[1], before);
                let expected = if decides { by_one.clone() } else { [None, None] };
                assert_eq!(beaten(std::slice::from_ref(&found), 2), expected, "{count}");
                // Of several that are better it is the first.
                let second = Bridged { id: "second".to_string(), ..found.options[0].clone() };
                found.options.insert(1, second);
                let expected = [None, None, expected[1].clone()];
                assert_eq!(beaten(std::slice::from_ref(&found), 3), expected, "{count}");
                // One that is worse in another scenario beats none.
                found.options.remove(1);
                let mut turned = found.clone();
                turned.options.swap(0, 1);
                assert_eq!(beaten(&[found, turned], 2), [None, None], "{count}");
            }
        }
    }
}
