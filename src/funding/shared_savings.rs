//! Shared savings: a contract's own terms, or a track of the Medicare programme year by year.
//!
//! Savings to a payer are not revenue: the contract shares a part of them, and an agreement gives the
//! partnership a part of that part (`captured`, 0 unless stated). Money comes in the settlement month. The
//! arithmetic of a year is that of [`super::settlement`].

use super::medicare::{self, Chosen, Figures, Refused};
use super::settlement::{Settlement, Terms};
use super::{Due, DueKind, Lowered, MemoKind, Receipts, Setting, Stream, Tranche};
use crate::driver::{after, total};
use crate::money::{Money, Price, Rate};
use crate::month::Month;
use crate::name::DriverIndex;
use crate::rules::mssp::{NoPreset, Preset, Track};

/// The terms of a shared-savings contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedSavings {
    /// The first month of the first performance year.
    pub from: Month,
    /// Members assigned, by month.
    pub members: DriverIndex,
    /// The benchmark in dollars a member and month.
    pub benchmark: Price,
    /// Yearly growth of the benchmark, stepped at each performance year.
    pub benchmark_growth: Rate,
    /// Expected savings as a share of the benchmark, a performance year each (negative: a loss); the
    /// last one holds on.
    pub savings_rates: Vec<Rate>,
    /// On what terms they are shared.
    pub agreement: Agreement,
    /// Months from the performance year's last month to the settlement's month.
    pub settlement_lag_months: u32,
    /// A first payment on account of the settlement.
    pub interim: Option<Interim>,
    /// What is advanced and recouped from what is earned later.
    pub advance: Option<Advance>,
    /// What an agreement gives the partnership of what is shared.
    pub captured: Rate,
    /// What an agreement has the partnership bear of what is owed.
    pub loss_share: Rate,
}

/// On what terms savings are shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// The contract's own, the same in every year.
    Contract(Box<Terms>),
    /// Those of a track of the Medicare programme in each calendar year, and what the organisation chose. The
    /// last known rules hold on.
    Medicare(Track, Box<Chosen>),
}

/// A payment before the settlement is final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interim {
    /// Months from the performance year's last month to its month.
    pub after_months: u32,
    /// The share that is paid then; the rest is held back until the settlement.
    pub share: Rate,
}

/// Advance investment payments (42 CFR 425.630): the same money as the savings, sooner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advance {
    /// What is paid in the first month.
    pub once: Money,
    /// Dollars a beneficiary and quarter.
    pub rate: Price,
    /// The most beneficiaries that count.
    pub beneficiaries: i64,
    /// In how many quarters it is paid.
    pub quarters: u32,
}

/// Why a performance year cannot be settled on its terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsettled {
    /// The track has no rules for the year.
    Preset(NoPreset),
    /// What was chosen is not offered in the year.
    Terms(Refused),
}

/// A performance year.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Year {
    /// Its number, from 0.
    pub(crate) number: u32,
    /// Its first month.
    pub(crate) first: Month,
    /// Its last month.
    pub(crate) last: Month,
}

impl SharedSavings {
    /// Whether more than one performance year is settled.
    pub fn recurs(&self, last: Month) -> bool {
        last.since(self.from) + 1 >= 24
    }

    /// One tranche a performance year, spendable from the settlement month, never lapsing; losses by
    /// settlement month; memos of what was generated, shared and captured.
    ///
    /// Performance years are twelve months from `from`; one that the stream's end cuts short is not
    /// settled. A year that ran before the horizon is settled at the members of the horizon's first
    /// month; one that was settled before it belongs to the opening position. An advance is spendable when
    /// it is paid, and what is earned later pays it back before any of it is captured.
    pub fn lower(&self, stream: &Stream, setting: &Setting) -> Option<Lowered> {
        let mut lowered = Lowered::default();
        let advances = self.advances(stream, setting)?;
        for (month, amount) in &advances {
            self.post_advance(&mut lowered, stream, setting, (*month, *amount))?;
        }
        let mut benchmark_index = Rate::ONE;
        let mut recouped = Money::ZERO;
        for year in self.years(stream, setting) {
            if year.number > 0 {
                benchmark_index = benchmark_index.grown(self.benchmark_growth)?;
            }
            let Some(month) = after(year.last, self.settlement_lag_months) else { continue };
            if month < setting.start && self.advance.is_none() {
                continue;
            }
            let paid = advances.iter().filter(|(paid, _)| *paid <= month);
            let balance = total(paid.map(|(_, amount)| *amount))? - recouped;
            let members = self.member_months(setting, year.first);
            let mut terms = self.terms(&year, members).ok()?;
            terms.advance_balance = balance;
            let settlement = self.settle(&terms, year.number, members, benchmark_index)?;
            recouped += settlement.recouped;
            self.post(&mut lowered, stream, setting, (&year, month), &settlement)?;
        }
        Some(lowered)
    }

    /// What of the partnership's part of the advances is not paid back by a month; nothing where all is, or
    /// nothing of them came to it.
    pub fn unrecouped(&self, lowered: &Lowered, month: Month) -> Option<Money> {
        let told = lowered
            .memos
            .iter()
            .filter(|memo| memo.kind == MemoKind::AdvanceOutstanding && memo.month <= month);
        let part = self.captured.try_of(total(told.map(|memo| memo.amount))?)?;
        part.is_positive().then_some(part)
    }

    /// Whether a performance year that the stream's end leaves whole is settled after a month.
    pub fn settles_after(&self, stream: &Stream, month: Month) -> bool {
        let Some(until) = stream.until() else { return true };
        let years = u32::try_from((until.since(self.from) + 1) / 12).unwrap_or(0);
        let last = years.checked_sub(1).and_then(|years| after(self.from, years * 12 + 11));
        let settled = last.and_then(|last| after(last, self.settlement_lag_months));
        settled.is_some_and(|settled| settled > month)
    }

    /// The first performance year that cannot be settled on its terms, and why; nothing where all can.
    pub fn unsettled(&self, stream: &Stream, setting: &Setting) -> Option<(i32, Unsettled)> {
        self.years(stream, setting).into_iter().find_map(|year| {
            let members = self.member_months(setting, year.first);
            self.terms(&year, members).err().map(|why| (year.first.year(), why))
        })
    }

    /// The performance years that run to their end within the stream and begin within the horizon.
    pub(crate) fn years(&self, stream: &Stream, setting: &Setting) -> Vec<Year> {
        let year = |number: u32| {
            let first = after(self.from, number.checked_mul(12)?)?;
            let last = after(first, 11)?;
            let ends = stream.until().is_some_and(|until| last > until);
            (first <= setting.end() && !ends).then_some(Year { number, first, last })
        };
        (0..).map_while(year).collect()
    }

    /// The members of the twelve months from `first`, summed.
    pub(crate) fn member_months(&self, setting: &Setting, first: Month) -> i64 {
        (0..12).map(|month| self.members_in(setting, first.since(setting.start) + month)).sum()
    }

    /// The members of a month by its place in the horizon; those of its nearest month outside it.
    pub(crate) fn members_in(&self, setting: &Setting, place: i32) -> i64 {
        let driver = &setting.drivers[self.members.at()];
        let beyond = driver.levels.len().saturating_sub(1);
        driver.count(usize::try_from(place).unwrap_or(0).min(beyond))
    }

    /// The terms of a performance year. Beneficiaries are the year's members on average.
    pub(crate) fn terms(&self, year: &Year, member_months: i64) -> Result<Terms, Unsettled> {
        match &self.agreement {
            Agreement::Contract(terms) => Ok(**terms),
            Agreement::Medicare(track, chosen) => {
                let preset =
                    Preset::carried(*track, year.first.year()).map_err(Unsettled::Preset)?;
                let chosen = Chosen {
                    beneficiaries: (member_months + 6) / 12,
                    // Sharing below the minimum began in 2024; in the years before nothing is chosen.
                    low_revenue: chosen.low_revenue
                        && (preset.reduced_sharing.is_some() || !track.is_basic()),
                    ..**chosen
                };
                let figures = Figures::from(preset);
                medicare::terms(preset, &figures, &chosen).map_err(Unsettled::Terms)
            }
        }
    }

    /// The settlement of a performance year.
    pub(crate) fn settle(
        &self,
        terms: &Terms,
        year: u32,
        member_months: i64,
        index: Rate,
    ) -> Option<Settlement> {
        let rates = &self.savings_rates;
        let rate = rates.get(year as usize).or(rates.last()).copied().unwrap_or(Rate::ZERO);
        let target = self.benchmark.product().times_count(member_months)?.times(index)?;
        let (benchmark, gross) = (target.round()?, target.times(rate)?.round()?);
        terms.settle_at(benchmark, gross, rate)
    }

    /// The advance payments by month: once in the first month, then each quarter.
    pub(crate) fn advances(
        &self,
        stream: &Stream,
        setting: &Setting,
    ) -> Option<Vec<(Month, Money)>> {
        let Some(advance) = self.advance else { return Some(Vec::new()) };
        let mut payments = Vec::new();
        for quarter in 0..advance.quarters {
            let Some(month) = after(self.from, quarter * 3) else { break };
            if month > setting.end() || stream.until().is_some_and(|until| month > until) {
                break;
            }
            let members = self.members_in(setting, month.since(setting.start));
            let counted = members.min(advance.beneficiaries);
            let mut amount = advance.rate.product().times_count(counted)?.round()?;
            if quarter == 0 {
                amount = Money::try_from_cents(
                    i128::from(amount.cents()) + i128::from(advance.once.cents()),
                )?;
            }
            payments.push((month, amount));
        }
        Some(payments)
    }

    fn post_advance(
        &self,
        lowered: &mut Lowered,
        stream: &Stream,
        setting: &Setting,
        (month, amount): (Month, Money),
    ) -> Option<()> {
        // What was advanced before the plan is part of what is outstanding in it.
        lowered.tell(month, MemoKind::AdvanceOutstanding, amount);
        if setting.place(month).is_some() {
            let captured = self.captured.try_of(amount)?;
            self.grant(lowered, stream, (month, captured), month.since(self.from) as u32 / 12);
        }
        Some(())
    }

    fn post(
        &self,
        lowered: &mut Lowered,
        stream: &Stream,
        setting: &Setting,
        (year, month): (&Year, Month),
        settled: &Settlement,
    ) -> Option<()> {
        let within = |month: Month| setting.place(month).is_some();
        let earned = settled.earned.floor_zero();
        let captured = self.captured.try_of(earned - settled.recouped)?;
        let mut held_back = captured;
        if let Some(interim) = self.interim {
            let early = interim.share.try_of(captured)?;
            let rest = i128::from(captured.cents()) - i128::from(early.cents());
            held_back = Money::try_from_cents(rest)?;
            let paid = after(year.last, interim.after_months);
            if let Some(paid) = paid.filter(|paid| within(*paid)) {
                lowered.tell(paid, MemoKind::SavingsCaptured, early);
                self.grant(lowered, stream, (paid, early), year.number);
            }
        }
        if month <= setting.end() {
            lowered.tell(month, MemoKind::AdvanceOutstanding, -settled.recouped);
        }
        if !within(month) {
            return Some(());
        }
        lowered.tell(month, MemoKind::SavingsGenerated, settled.gross);
        lowered.tell(month, MemoKind::SavingsShared, earned);
        lowered.tell(month, MemoKind::SavingsCaptured, held_back);
        let borne = self.loss_share.try_of(earned - settled.earned)?;
        if borne.is_positive() {
            lowered.dues.push(Due { month, kind: DueKind::Loss, amount: borne });
        }
        self.grant(lowered, stream, (month, held_back), year.number);
        Some(())
    }

    /// A tranche of what the partnership gets, if it gets anything.
    fn grant(
        &self,
        lowered: &mut Lowered,
        stream: &Stream,
        (month, amount): (Month, Money),
        period: u32,
    ) {
        if amount.is_positive() {
            let receipts = Receipts::Earned(vec![(month, amount)]);
            lowered.tranches.push(Tranche::arising(stream, (month, amount), period, receipts));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::grant::sample::{driver, lower, money, month, rate, stream, told, tranches};
    use super::*;
    use crate::funding::Authority;
    use crate::funding::settlement::{Loss, LossRate, Rule, Share, Threshold};
    use crate::funding::{Kind, Terms as Kinds};

    fn contract(benchmark: &str, rates: &[&str]) -> SharedSavings {
        SharedSavings {
            from: month("2024-01"),
            members: DriverIndex(0),
            benchmark: Price::parse(benchmark).unwrap(),
            benchmark_growth: Rate::ZERO,
            savings_rates: rates.iter().map(|text| rate(text)).collect(),
            agreement: Agreement::Contract(Box::new(Terms::new(Share::Scaled(rate("0.5"))))),
            settlement_lag_months: 10,
            interim: None,
            advance: None,
            captured: Rate::ONE,
            loss_share: Rate::ZERO,
        }
    }

    /// A contract in which a loss is owed whole.
    fn owing(mut terms: Terms) -> Agreement {
        let flat = LossRate::Flat(Rate::ONE);
        terms.loss = Some(Loss { rate: flat, limit: None, limit_amount: None });
        Agreement::Contract(Box::new(terms))
    }

    /// The stream of these terms.
    fn of(savings: &SharedSavings, until: Option<&str>) -> Stream {
        stream(Kind::SharedSavings, Kinds::SharedSavings(savings.clone()), until)
    }

    #[test]
    fn the_minimum_savings_rate_is_a_gate_and_not_a_deductible() {
        // $500.00 against $495.50 is 0.9 % saved: 125,000 x 4.50 = 562,500.00, half is 281,250.00.
        let near = contract("500.00", &["0.009", "0.01"]);
        let mut terms = Terms::new(Share::Scaled(rate("0.5")));
        let settle = |terms: &Terms, year| {
            let settled = near.settle(terms, year, 125_000, Rate::ONE).unwrap();
            (settled.gross.to_string(), settled.earned.to_string(), settled.rule)
        };
        let words = |gross: &str, earned: &str, rule| (gross.to_string(), earned.to_string(), rule);
        assert_eq!(settle(&terms, 0), words("562500.00", "281250.00", Rule::Shared));
        terms.minimum = Threshold::from(rate("0.01"));
        let below = Rule::BelowMinimumSavingsRate;
        assert_eq!(settle(&terms, 0), words("562500.00", "0.00", below));
        // At $495.00 the gate is met: half of 625,000.00, from the first dollar. The last rate holds on.
        assert_eq!(settle(&terms, 1), words("625000.00", "312500.00", Rule::Shared));
        assert_eq!(settle(&terms, 9), words("625000.00", "312500.00", Rule::Shared));
    }

    #[test]
    fn a_year_is_settled_after_it_ends_if_the_contract_lasts_through_it() {
        let mut ramp = contract("100.00", &["0.01", "-0.01"]);
        (ramp.benchmark_growth, ramp.captured) = (rate("0.1"), rate("0.25"));
        (ramp.agreement, ramp.loss_share) =
            (owing(Terms::new(Share::Scaled(rate("0.5")))), Rate::ONE);
        let members = [driver("members", &["10"; 40])];
        let lowered = lower(&of(&ramp, None), &members, 40);
        // 2024: 120 x 100.00 x 1 % = 120.00, half shared, a quarter of that captured.
        assert_eq!(tranches(&lowered), ["2025-10..- 15.00"]);
        // 2025, at 110.00: a loss of 132.00. 2026 would be settled in October 2027, beyond the end.
        let (month, amount) = (month("2026-10"), money("132.00"));
        assert_eq!(lowered.dues, [Due { month, kind: DueKind::Loss, amount }]);
        assert_eq!(told(&lowered, MemoKind::SavingsGenerated), money("-12.00"));
        assert_eq!(told(&lowered, MemoKind::SavingsShared), money("60.00"));
        // A contract that ends in November 2024 settles nothing.
        assert_eq!(lower(&of(&ramp, Some("2024-11")), &members, 40), Lowered::default());
        // Nothing is captured unless an agreement says so; the savings are told all the same.
        ramp.captured = Rate::ZERO;
        let none = lower(&of(&ramp, None), &members, 40);
        assert!(none.tranches.is_empty());
        assert_eq!(told(&none, MemoKind::SavingsShared), money("60.00"));
    }

    #[test]
    fn a_year_that_ran_before_the_plan_is_settled_in_it() {
        let mut earlier = contract("100.00", &["0.01"]);
        earlier.from = month("2023-01");
        let members = [driver("members", &["10"; 12])];
        let stream = of(&earlier, None);
        // 120 member-months at the first month's level; settled in October 2024.
        assert_eq!(tranches(&lower(&stream, &members, 12)), ["2024-10..- 60.00"]);
    }

    #[test]
    fn an_interim_payment_holds_the_rest_back() {
        let mut early = contract("100.00", &["0.01"]);
        early.interim = Some(Interim { after_months: 4, share: rate("0.6") });
        let members = [driver("members", &["10"; 24])];
        // 120.00 saved, half shared: 60 % of 60.00 in April, the rest in October.
        let lowered = lower(&of(&early, Some("2024-12")), &members, 24);
        assert_eq!(tranches(&lowered), ["2025-04..- 36.00", "2025-10..- 24.00"]);
        assert_eq!(told(&lowered, MemoKind::SavingsCaptured), money("60.00"));
        // A plan that ends between the two sees the first alone, and no settlement.
        let lowered = lower(&of(&early, Some("2024-12")), &members[..1], 18);
        assert_eq!(tranches(&lowered), ["2025-04..- 36.00"]);
        assert_eq!(told(&lowered, MemoKind::SavingsGenerated), Money::ZERO);
    }

    fn medicare(track: Track, rates: &[&str]) -> SharedSavings {
        let mut savings = contract("1000.00", rates);
        savings.agreement = Agreement::Medicare(track, Box::default());
        savings
    }

    #[test]
    fn a_track_is_settled_by_the_rules_of_each_year() {
        let members = [driver("members", &["10000"; 48])];
        // 120,000,000.00 x 5 % = 6,000,000.00, above the 3 % of 10,000; 40 %, less 2 %: 2,352,000.00.
        let basic = medicare(Track::BasicB, &["0.05", "0.029"]);
        let lowered = lower(&of(&basic, Some("2026-12")), &members, 48);
        // In 2025 and 2026, 2.9 % misses the gate; years after the data take its last rules.
        assert_eq!(tranches(&lowered), ["2025-10..- 2352000.00"]);
        assert_eq!(told(&lowered, MemoKind::SavingsGenerated), money("12960000.00"));
        // 4,800 beneficiaries have a gate of 4.01 %.
        let few = [driver("members", &["4800"; 48])];
        let mut near = medicare(Track::BasicB, &["0.0400"]);
        assert!(lower(&of(&near, Some("2024-12")), &few, 48).tranches.is_empty());
        near.savings_rates = vec![rate("0.0401")];
        assert_eq!(lower(&of(&near, Some("2024-12")), &few, 48).tranches.len(), 1);
    }

    #[test]
    fn what_a_track_does_not_offer_is_told_with_its_year() {
        let members = [driver("members", &["10000"; 48])];
        let unsettled = |savings: &SharedSavings| {
            let setting = Setting { start: month("2024-01"), months: 48, drivers: &members };
            savings.unsettled(&of(savings, None), &setting)
        };
        assert_eq!(unsettled(&medicare(Track::BasicB, &["0.05"])), None);
        let closed = unsettled(&medicare(Track::One, &["0.05"]));
        assert_eq!(closed, Some((2024, Unsettled::Preset(NoPreset::Closed(Track::One, 2024)))));
        let needed = unsettled(&medicare(Track::Enhanced, &["0.05"]));
        let refused = Unsettled::Terms(Refused::QualityNeeded(Track::Enhanced));
        assert_eq!(needed, Some((2024, refused)));
    }

    #[test]
    fn an_advance_is_the_same_money_sooner() {
        let members = [driver("members", &["12000"; 48])];
        let mut basic = medicare(Track::BasicA, &["0.05"]);
        basic.captured = rate("0.5");
        basic.advance = Some(Advance {
            once: money("250000.00"),
            rate: Price::parse("45").unwrap(),
            beneficiaries: 10_000,
            quarters: 8,
        });
        let lowered = lower(&of(&basic, Some("2025-12")), &members, 36);
        // 250,000 and eight times 450,000 are advanced: 3,850,000, half of it captured. Each year earns
        // 144,000,000 x 5 % x 0.40 x 0.98 = 2,822,400: the first pays back as much by October 2025, the second
        // the 1,027,600 that are left, and half of the 1,794,800 beyond is captured.
        let words = tranches(&lowered);
        assert_eq!((words.len(), words[0].as_str()), (9, "2024-01..- 350000.00"));
        assert_eq!(words[7], "2025-10..- 225000.00");
        assert_eq!(words[8], "2026-10..- 897400.00");
        assert_eq!(told(&lowered, MemoKind::SavingsShared), money("5644800.00"));
        assert_eq!(told(&lowered, MemoKind::SavingsCaptured), money("897400.00"));
        assert_eq!(told(&lowered, MemoKind::AdvanceOutstanding), Money::ZERO);
        // Half of all that was earned is captured, once: 1,925,000 + 897,400 = 2,822,400.
        let sum = |lowered: &Lowered| -> Money {
            let amount = |tranche: &Tranche| match tranche.amount {
                Authority::Amount(amount) => amount,
                _ => Money::ZERO,
            };
            lowered.tranches.iter().map(amount).sum()
        };
        assert_eq!(sum(&lowered), money("2822400.00"));
        // Where nothing is earned the balance stays outstanding.
        basic.savings_rates = vec![Rate::ZERO];
        let lowered = lower(&of(&basic, Some("2025-12")), &members, 36);
        assert_eq!(told(&lowered, MemoKind::AdvanceOutstanding), money("3850000.00"));
    }
}
