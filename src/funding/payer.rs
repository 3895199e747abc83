//! Payer contracts: what a health plan pays for members, services, cases or outcomes.

use super::grant::Payment;
use super::{Authority, End, Lowered, Memo, MemoKind, Receipts, Setting, Stream, Tranche};
use crate::driver::{after, later, term_years, total, yearly_index};
use crate::money::{Money, Price, Product, Rate};
use crate::month::Month;
use crate::name::DriverIndex;

/// The terms of a payer contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payer {
    /// The first month of the contract.
    pub from: Month,
    /// How the payment is reckoned.
    pub method: PayerMethod,
    /// A yearly change of the price, stepped in the first month of the funder's fiscal year.
    pub growth: Rate,
    /// What is withheld, and paid on a score.
    pub withhold: Option<Scored>,
    /// What is paid on top, on a score.
    pub bonus: Option<Scored>,
    /// The share that is passed on to partners.
    pub pass_through: Rate,
    /// When the cash arrives: months after the month of service and the share that arrives then,
    /// summing to 1. What is earned is spendable when earned.
    pub collection: Vec<(u32, Rate)>,
}

/// How a payer's payment is reckoned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayerMethod {
    /// Per member per month, for care coordination.
    Pmpm {
        /// The members.
        members: DriverIndex,
        /// Dollars a member and month.
        rate: Price,
    },
    /// Per member per month, for the whole of a service: the partnership bears its cost.
    Capitation {
        /// The members.
        members: DriverIndex,
        /// Dollars a member and month.
        rate: Price,
    },
    /// Units of service, each paid a fee, less denials.
    FeeForService {
        /// The units delivered in a month.
        units: DriverIndex,
        /// Dollars a unit.
        rate: Price,
        /// The share denied for good.
        denial: Rate,
    },
    /// A rate for each case opened.
    CaseRate {
        /// The cases opened in a month.
        cases: DriverIndex,
        /// Dollars a case.
        rate: Price,
    },
    /// A rate for each outcome completed, some months after the case was opened.
    Outcome {
        /// The pathways opened in a month.
        opened: DriverIndex,
        /// The share of them that is completed.
        completion: Rate,
        /// Months from opening to completion.
        lag_months: u32,
        /// Dollars a completed outcome.
        rate: Price,
    },
    /// What eligible cost was, up to a yearly limit.
    CostReimbursement {
        /// The most it pays in a fiscal year of the funder.
        yearly: Money,
        /// How its cash arrives.
        payment: Payment,
    },
}

/// A part of the payment that depends on a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scored {
    /// Its share of the payment.
    pub share: Rate,
    /// The expected share of it that the score earns.
    pub score: Rate,
    /// The month of the year, from 1 to 12, with which the measured year ends.
    pub measured: u32,
    /// Months from the measured year's end to the payment.
    pub paid_after_months: u32,
}

/// What one month of service comes to.
#[derive(Clone, Copy, Debug)]
struct Served {
    month: Month,
    gross: Money,
    withheld: Money,
}

impl Payer {
    /// Whether the contract pays in more than one month, or reimburses in more than one fiscal year.
    pub fn recurs(&self, stream: &Stream, last: Month) -> bool {
        match self.method {
            PayerMethod::CostReimbursement { .. } => {
                stream.fiscal.year_of(self.from) < stream.fiscal.year_of(last)
            }
            _ => self.from < last,
        }
    }

    /// The tranches: one a month, what is kept and expected to be paid, spendable from the month in
    /// which it is earned; never lapsing.
    ///
    /// Cost reimbursement has one a fiscal year of the funder instead, which lapses with it, and
    /// neither withholds nor passes on. A tranche's period is the funder's fiscal year, counted from
    /// the contract's first.
    pub fn lower(&self, stream: &Stream, setting: &Setting) -> Option<Lowered> {
        if let PayerMethod::CostReimbursement { yearly, payment } = self.method {
            return self.reimbursed(yearly, payment, stream, setting);
        }
        let served = self.served(stream, setting)?;
        let mut lowered = Lowered::default();
        for month in &served {
            lowered.tell(month.month, MemoKind::Gross, month.gross);
            lowered.tell(month.month, MemoKind::Withheld, month.withheld);
            let paid = total([month.gross, -month.withheld])?;
            self.post(&mut lowered, stream, (month.month, paid), &self.curve())?;
        }
        self.settle(&mut lowered, stream, setting, &served)?;
        lowered.tranches.sort_by_key(|tranche| tranche.first);
        lowered.memos.sort_unstable();
        Some(lowered)
    }

    /// Gross and withheld, for each month of the contract within the horizon.
    fn served(&self, stream: &Stream, setting: &Setting) -> Option<Vec<Served>> {
        let last = stream.last_month(setting.end());
        let index = yearly_index(self.from, last, self.growth, stream.fiscal)?;
        let mut served = Vec::new();
        for (place, index) in index.into_iter().enumerate() {
            let month = self.from.plus(place as i32)?;
            let Some(place) = setting.place(month) else { continue };
            let gross = self.gross(setting, place, index)?;
            let withheld = match &self.withhold {
                Some(withhold) => withhold.share.try_of(gross)?,
                None => Money::ZERO,
            };
            served.push(Served { month, gross, withheld });
        }
        Some(served)
    }

    /// The payment for a month at a price index, rounded once.
    fn gross(&self, setting: &Setting, place: usize, index: Rate) -> Option<Money> {
        let count = |driver: DriverIndex, place: usize| setting.drivers[driver.at()].count(place);
        let (count, rate, expected) = match self.method {
            PayerMethod::Pmpm { members, rate } | PayerMethod::Capitation { members, rate } => {
                (count(members, place), rate, Rate::ONE)
            }
            PayerMethod::FeeForService { units, rate, denial } => {
                (count(units, place), rate, denial.complement())
            }
            PayerMethod::CaseRate { cases, rate } => (count(cases, place), rate, Rate::ONE),
            PayerMethod::Outcome { opened, completion, lag_months, rate } => {
                // A contract pays for cases opened under it; before the horizon they were opened at the
                // level of its first month.
                let since = setting.start.plus(place as i32)?.since(self.from);
                let cases = match place.checked_sub(lag_months as usize) {
                    _ if since < lag_months as i32 => 0,
                    Some(opening) => count(opened, opening),
                    None => count(opened, 0),
                };
                (cases, rate, completion)
            }
            PayerMethod::CostReimbursement { .. } => return Some(Money::ZERO),
        };
        rate.product().times_count(count)?.times(index)?.times(expected)?.round()
    }

    /// Posts a payment: what is passed on as a memo, what is kept as a tranche.
    fn post(
        &self,
        lowered: &mut Lowered,
        stream: &Stream,
        (month, paid): (Month, Money),
        curve: &[(u32, Rate)],
    ) -> Option<()> {
        let passed_on = self.pass_through.try_of(paid)?;
        let kept = total([paid, -passed_on])?;
        lowered.tell(month, MemoKind::PassedOn, passed_on);
        if kept.is_positive() {
            lowered.tranches.push(Tranche {
                first: month,
                last: None,
                amount: Authority::Amount(kept),
                award: 0,
                period: stream.fiscal_period(self.from, month),
                status: stream.status,
                receipts: Receipts::Earned(collected(month, kept, curve)?),
            });
        }
        Some(())
    }

    /// Posts what a score releases of the withheld money, and the bonus.
    fn settle(
        &self,
        lowered: &mut Lowered,
        stream: &Stream,
        setting: &Setting,
        served: &[Served],
    ) -> Option<()> {
        if let Some(withhold) = &self.withhold {
            for (month, withheld) in withhold.years(served, |month| month.withheld)? {
                let released = withhold.score.try_of(withheld)?;
                if month <= setting.end() {
                    self.post(lowered, stream, (month, released), &[])?;
                }
            }
        }
        if let Some(bonus) = &self.bonus {
            for (month, gross) in bonus.years(served, |month| month.gross)? {
                let earned = Product::new(gross).times(bonus.share)?.times(bonus.score)?.round()?;
                if month <= setting.end() {
                    lowered.tell(month, MemoKind::Gross, earned);
                    self.post(lowered, stream, (month, earned), &[])?;
                }
            }
        }
        Some(())
    }

    /// The collection curve in the order of its lags.
    fn curve(&self) -> Vec<(u32, Rate)> {
        let mut curve = self.collection.clone();
        curve.sort_unstable();
        curve
    }

    /// One tranche a fiscal year of the funder, prorated by the months of the contract's term.
    fn reimbursed(
        &self,
        yearly: Money,
        payment: Payment,
        stream: &Stream,
        setting: &Setting,
    ) -> Option<Lowered> {
        let last = stream.last_month(setting.end());
        let index = yearly_index(self.from, last, self.growth, stream.fiscal)?;
        let span = (setting.start, setting.end());
        let mut lowered = Lowered::default();
        for year in term_years(stream.fiscal, self.from, stream.until(), span) {
            let place = usize::try_from(year.first.since(self.from)).ok()?;
            let amount = year.part(index[place].try_of(yearly)?);
            lowered.tranches.push(Tranche {
                first: year.first,
                last: Some(year.last),
                amount: Authority::Amount(amount),
                award: 0,
                period: stream.fiscal_period(self.from, year.first),
                status: stream.status,
                receipts: payment.receipts(year.first, year.last, amount),
            });
        }
        Some(lowered)
    }
}

impl Scored {
    /// The sum of an amount over each measured year, by the month in which it is paid out. A year
    /// that the contract's end cuts short is measured with the rest of its year.
    fn years(
        &self,
        served: &[Served],
        amount: impl Fn(&Served) -> Money,
    ) -> Option<Vec<(Month, Money)>> {
        let mut years: Vec<(Month, Money)> = Vec::new();
        let mut ends = None;
        for month in served {
            let ahead = (self.measured % 12 + 12 - month.month.number()) % 12;
            let measured = after(month.month, ahead);
            let Some(paid) = measured.and_then(|end| after(end, self.paid_after_months)) else {
                continue;
            };
            match years.last_mut() {
                Some((_, sum)) if ends == measured => *sum = total([*sum, amount(month)])?,
                _ => years.push((paid, amount(month))),
            }
            ends = measured;
        }
        Some(years)
    }
}

/// When an amount is collected, by cumulative rounding over the curve; all of it in its own month
/// where there is no curve.
fn collected(month: Month, amount: Money, curve: &[(u32, Rate)]) -> Option<Vec<(Month, Money)>> {
    let mut receipts = Vec::with_capacity(curve.len().max(1));
    let (mut share, mut posted) = (0, Money::ZERO);
    for (lag_months, part) in curve {
        share += part.billionths();
        let due = Rate::from_billionths(share)?.try_of(amount)?;
        receipts.push((later(month, *lag_months), total([due, -posted])?));
        posted = due;
    }
    let rest = total([amount, -posted])?;
    match receipts.last_mut() {
        Some((_, last)) => *last = total([*last, rest])?,
        None => receipts.push((month, rest)),
    }
    receipts.retain(|(_, amount)| !amount.is_zero());
    Some(receipts)
}

impl Lowered {
    /// Tells an amount beside the tranches, unless it is nothing.
    pub(super) fn tell(&mut self, month: Month, kind: MemoKind, amount: Money) {
        if !amount.is_zero() {
            self.memos.push(Memo { month, kind, amount });
        }
    }
}

impl Stream {
    /// The stream's last month, if its terms give one.
    pub(super) fn until(&self) -> Option<Month> {
        match self.end {
            End::Until(last) => Some(last),
            End::Evergreen(_) => None,
        }
    }

    /// The funder's fiscal year of a month, counted from the year of the stream's first month.
    pub(super) fn fiscal_period(&self, from: Month, month: Month) -> u32 {
        u32::try_from(self.fiscal.year_of(month) - self.fiscal.year_of(from)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
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
            withhold: None,
            bonus: None,
            pass_through: Rate::ZERO,
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
                rate: price(rate_text),
                denial: rate(denial),
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
        let outcome = PayerMethod::Outcome {
            opened: DriverIndex(0),
            completion: rate("0.5"),
            lag_months: 2,
            rate: price("100"),
        };
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
                let Authority::Amount(amount) = tranche.amount else {
                    panic!("amounts are stated")
                };
                let Receipts::Earned(receipts) = &tranche.receipts else { panic!("it is earned") };
                assert_eq!(receipts.iter().map(|(_, part)| *part).sum::<Money>(), amount);
                kept += amount;
            }
            let shared = told(&lowered, MemoKind::Withheld) + told(&lowered, MemoKind::PassedOn);
            assert_eq!(told(&lowered, MemoKind::Gross), shared + kept);
        }
    }
}
