//! Shared savings under a contract's own terms.
//!
//! Savings to a payer are not revenue: the contract shares a part of them, and an agreement gives the
//! partnership a part of that part (`captured`, 0 unless stated). Money comes in the settlement month.

use super::{Authority, Lowered, MemoKind, Receipts, Setting, Stream, Tranche};
use crate::driver::after;
use crate::money::{Money, Price, Product, Rate};
use crate::month::Month;
use crate::name::DriverIndex;

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
    /// Savings below this share of the benchmark pay nothing.
    pub minimum_savings_rate: Rate,
    /// The share of savings that the contract pays out.
    pub sharing_rate: Rate,
    /// The quality score that multiplies the shared savings.
    pub quality: Rate,
    /// What is taken off what is shared, before the cap (2 USC 901a(6) for Medicare).
    pub sequestration: Rate,
    /// The most that is shared, as a share of the benchmark.
    pub cap: Option<Rate>,
    /// The share of a loss that is owed; 0 in a one-sided contract.
    pub loss_rate: Rate,
    /// The most that is owed, as a share of the benchmark.
    pub loss_limit: Option<Rate>,
    /// Months from the performance year's last month to the settlement's month.
    pub settlement_lag_months: u32,
    /// What an agreement gives the partnership of what is shared.
    pub captured: Rate,
    /// What an agreement has the partnership bear of what is owed.
    pub loss_share: Rate,
}

/// What one performance year comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Settlement {
    /// Savings generated for the payer; negative: a loss.
    generated: Money,
    /// What the contract pays out of it.
    shared: Money,
    /// What of that the partnership gets.
    captured: Money,
    /// What of the loss owed the partnership bears.
    borne: Money,
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
    /// month; one that was settled before it belongs to the opening position.
    pub fn lower(&self, stream: &Stream, setting: &Setting) -> Option<Lowered> {
        let mut lowered = Lowered::default();
        let mut benchmark_index = Rate::ONE;
        for year in 0.. {
            let Some(first) = after(self.from, year * 12) else { break };
            let Some(last) = after(first, 11) else { break };
            if first > setting.end() || stream.until().is_some_and(|until| last > until) {
                break;
            }
            if year > 0 {
                benchmark_index = benchmark_index.grown(self.benchmark_growth)?;
            }
            let settled = after(last, self.settlement_lag_months);
            let Some(month) = settled.filter(|month| setting.place(*month).is_some()) else {
                continue;
            };
            let members = self.member_months(setting, first);
            let settlement = self.settle(year as usize, members, benchmark_index)?;
            self.post(&mut lowered, stream, (year, month), &settlement);
        }
        Some(lowered)
    }

    /// The members of the twelve months from `first`, summed.
    fn member_months(&self, setting: &Setting, first: Month) -> i64 {
        let driver = &setting.drivers[self.members.at()];
        let beyond = driver.levels.len().saturating_sub(1);
        let place = |month: i32| {
            let place = first.since(setting.start) + month;
            usize::try_from(place).unwrap_or(0).min(beyond)
        };
        (0..12).map(|month| driver.count(place(month))).sum()
    }

    /// The settlement of a performance year. The minimum savings rate is a gate, not a deductible:
    /// once it is met, savings are shared from the first dollar. It gates losses alike.
    fn settle(&self, year: usize, member_months: i64, index: Rate) -> Option<Settlement> {
        let rates = &self.savings_rates;
        let rate = rates.get(year).or(rates.last()).copied().unwrap_or(Rate::ZERO);
        let target = self.benchmark.product().times_count(member_months)?.times(index)?;
        let (benchmark, generated) = (target.round()?, target.times(rate)?.round()?);
        let mut settlement = Settlement { generated, ..Settlement::default() };
        let met = rate.billionths().abs() >= self.minimum_savings_rate.billionths();
        if met && generated.is_positive() {
            settlement.shared = self.shared(benchmark, generated)?;
            settlement.captured = self.captured.try_of(settlement.shared)?;
        } else if met {
            settlement.borne = self.loss_share.try_of(self.owed(benchmark, -generated)?)?;
        }
        Some(settlement)
    }

    /// Savings times sharing rate, quality and what sequestration leaves; then the cap, in that order.
    fn shared(&self, benchmark: Money, savings: Money) -> Option<Money> {
        let product = Product::new(savings).times(self.sharing_rate)?.times(self.quality)?;
        let net = product.times(self.sequestration.complement())?.round()?;
        Some(match self.cap {
            Some(cap) => net.at_most(cap.try_of(benchmark)?),
            None => net,
        })
    }

    /// A loss times the loss rate, up to the limit; nothing is sequestered.
    fn owed(&self, benchmark: Money, loss: Money) -> Option<Money> {
        let owed = self.loss_rate.try_of(loss)?;
        Some(match self.loss_limit {
            Some(limit) => owed.at_most(limit.try_of(benchmark)?),
            None => owed,
        })
    }

    fn post(
        &self,
        lowered: &mut Lowered,
        stream: &Stream,
        (year, month): (u32, Month),
        settlement: &Settlement,
    ) {
        lowered.tell(month, MemoKind::SavingsGenerated, settlement.generated);
        lowered.tell(month, MemoKind::SavingsShared, settlement.shared);
        lowered.tell(month, MemoKind::SavingsCaptured, settlement.captured);
        if settlement.borne.is_positive() {
            lowered.losses.push((month, settlement.borne));
        }
        if settlement.captured.is_positive() {
            lowered.tranches.push(Tranche {
                first: month,
                last: None,
                amount: Authority::Amount(settlement.captured),
                award: 0,
                period: year,
                status: stream.status,
                receipts: Receipts::Earned(vec![(month, settlement.captured)]),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::grant::sample::{driver, lower, money, month, rate, stream, told, tranches};
    use super::*;
    use crate::funding::{Kind, Terms};

    fn contract(benchmark: &str, rates: &[&str]) -> SharedSavings {
        SharedSavings {
            from: month("2024-01"),
            members: DriverIndex(0),
            benchmark: Price::parse(benchmark).unwrap(),
            benchmark_growth: Rate::ZERO,
            savings_rates: rates.iter().map(|text| rate(text)).collect(),
            minimum_savings_rate: Rate::ZERO,
            sharing_rate: rate("0.5"),
            quality: Rate::ONE,
            sequestration: Rate::ZERO,
            cap: None,
            loss_rate: Rate::ZERO,
            loss_limit: None,
            settlement_lag_months: 10,
            captured: Rate::ONE,
            loss_share: Rate::ZERO,
        }
    }

    #[test]
    fn the_minimum_savings_rate_is_a_gate_and_not_a_deductible() {
        // $500.00 against $495.50 is 0.9 % saved: 125,000 x 4.50 = 562,500.00, half is 281,250.00.
        let mut near = contract("500.00", &["0.009"]);
        let settled = near.settle(0, 125_000, Rate::ONE).unwrap();
        assert_eq!((settled.generated, settled.shared), (money("562500.00"), money("281250.00")));
        near.minimum_savings_rate = rate("0.01");
        let settled = near.settle(0, 125_000, Rate::ONE).unwrap();
        assert_eq!((settled.generated, settled.shared), (money("562500.00"), Money::ZERO));
        // At $495.00 the gate is met: half of 625,000.00, from the first dollar.
        near.savings_rates = vec![rate("0.01")];
        let settled = near.settle(0, 125_000, Rate::ONE).unwrap();
        assert_eq!((settled.shared, settled.captured), (money("312500.00"), money("312500.00")));
    }

    #[test]
    fn sequestration_comes_before_the_cap() {
        let mut medicare = contract("1", &[]);
        medicare.sequestration = rate("0.02");
        medicare.cap = Some(rate("0.1"));
        // Track 1 of 2018: 4,770,781 x 0.5 x 0.77 x 0.98 = 1,800,015.6713.
        medicare.quality = rate("0.77");
        let shared = medicare.shared(money("166388203.00"), money("4770781.00"));
        assert_eq!(shared, Some(money("1800015.67")));
        // 28,231,243 x 0.4433 x 0.98 exceeds a tenth of the benchmark, which is paid whole.
        (medicare.sharing_rate, medicare.quality) = (rate("0.4433"), Rate::ONE);
        let shared = medicare.shared(money("119762995.00"), money("28231243.00"));
        assert_eq!(shared, Some(money("11976299.50")));
    }

    #[test]
    fn a_loss_is_owed_up_to_its_limit_and_borne_by_agreement() {
        let mut two_sided = contract("500.00", &["-0.02"]);
        (two_sided.loss_rate, two_sided.loss_share) = (rate("0.3"), rate("0.2"));
        // 125,000 x 500.00 x -2 % = -1,250,000.00; 30 % is 375,000.00; a fifth of it 75,000.00.
        let settled = two_sided.settle(0, 125_000, Rate::ONE).unwrap();
        assert_eq!((settled.generated, settled.borne), (money("-1250000.00"), money("75000.00")));
        // Limited to 0.5 % of 62,500,000.00 = 312,500.00, of which a fifth.
        two_sided.loss_limit = Some(rate("0.005"));
        assert_eq!(two_sided.settle(0, 125_000, Rate::ONE).unwrap().borne, money("62500.00"));
        // The gate holds for losses too.
        two_sided.minimum_savings_rate = rate("0.021");
        assert_eq!(two_sided.settle(0, 125_000, Rate::ONE).unwrap().borne, Money::ZERO);
        // Track 3 of 2016: 6,330,283 x 0.40 = 2,532,113.20, below 15 % of the benchmark.
        (two_sided.loss_rate, two_sided.loss_limit) = (rate("0.4"), Some(rate("0.15")));
        let owed = two_sided.owed(money("192077909.00"), money("6330283.00"));
        assert_eq!(owed, Some(money("2532113.20")));
    }

    #[test]
    fn a_year_is_settled_after_it_ends_if_the_contract_lasts_through_it() {
        let mut ramp = contract("100.00", &["0.01", "-0.01"]);
        (ramp.benchmark_growth, ramp.captured) = (rate("0.1"), rate("0.25"));
        (ramp.loss_rate, ramp.loss_share) = (Rate::ONE, Rate::ONE);
        let members = [driver("members", &["10"; 40])];
        let of = |until| stream(Kind::SharedSavings, Terms::SharedSavings(ramp.clone()), until);
        let lowered = lower(&of(None), &members, 40);
        // 2024: 120 x 100.00 x 1 % = 120.00, half shared, a quarter of that captured.
        assert_eq!(tranches(&lowered), ["2025-10..- 15.00"]);
        // 2025, at 110.00: a loss of 132.00. 2026 would be settled in October 2027, beyond the end.
        assert_eq!(lowered.losses, [(month("2026-10"), money("132.00"))]);
        assert_eq!(told(&lowered, MemoKind::SavingsGenerated), money("-12.00"));
        assert_eq!(told(&lowered, MemoKind::SavingsShared), money("60.00"));
        // A contract that ends in November 2024 settles nothing.
        assert_eq!(lower(&of(Some("2024-11")), &members, 40), Lowered::default());
        // Nothing is captured unless an agreement says so; the savings are told all the same.
        ramp.captured = Rate::ZERO;
        let none = stream(Kind::SharedSavings, Terms::SharedSavings(ramp), None);
        let none = lower(&none, &members, 40);
        assert!(none.tranches.is_empty());
        assert_eq!(told(&none, MemoKind::SavingsShared), money("60.00"));
    }

    #[test]
    fn a_year_that_ran_before_the_plan_is_settled_in_it() {
        let mut earlier = contract("100.00", &["0.01"]);
        earlier.from = month("2023-01");
        let members = [driver("members", &["10"; 12])];
        let stream = stream(Kind::SharedSavings, Terms::SharedSavings(earlier), None);
        // 120 member-months at the first month's level; settled in October 2024.
        assert_eq!(tranches(&lower(&stream, &members, 12)), ["2024-10..- 60.00"]);
    }
}
