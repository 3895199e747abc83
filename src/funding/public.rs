//! Public money other than awards: appropriations, formula grants, levies, settlements, federal match
//! and hospital community benefit.

use super::grant::{Payment, in_horizon};
use super::{Authority, Lowered, Receipts, Scheduled, Setting, Stream, Tranche};
use crate::driver::{Stepped, TermYear, later, term_years, year_part, yearly_index};
use crate::money::{Money, Product, Rate};
use crate::month::Month;

/// The terms of public money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Public {
    /// The first month.
    pub from: Month,
    /// How it is granted.
    pub method: PublicMethod,
    /// How its cash arrives.
    pub payment: Payment,
}

/// How public money is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicMethod {
    /// An amount each fiscal year of the funder, which lapses at its end unless it is carried.
    Appropriation {
        /// The amounts by fiscal year of the funder, in order.
        yearly: Vec<(i32, Money)>,
        /// Whether what a year leaves may be spent to the stream's end.
        carried: bool,
    },
    /// Allotments with their own windows (for example 42 USC 703(b), 300x-62): each is spendable to the
    /// earlier of its obligate-by and spend-by months, since a month's cost is obligated when incurred.
    Formula(Vec<Scheduled>),
    /// A dedicated levy: base x rate x growth x collection, a twelfth each month.
    Levy {
        /// The yearly tax base.
        base: Money,
        /// The rate of the levy.
        rate: Rate,
        /// Yearly growth of the base, stepped in the first month of the funder's fiscal year.
        growth: Rate,
        /// The share that is collected.
        collection: Rate,
    },
    /// Dated payments, as a settlement states them. They do not lapse before the stream's end.
    Settlement(Vec<(Month, Money)>),
    /// A share of each eligible dollar, paid only together with non-federal money (42 USC 1396b(a)).
    Match {
        /// The public share, by month: a published one changes each October.
        share: Stepped<Rate>,
        /// The most it pays in a fiscal year of the funder, if it is limited.
        yearly: Option<Money>,
    },
    /// Federal money for Medicaid's administration, claimed each quarter in arrears.
    AdministrativeClaiming(AdministrativeClaim),
    /// A hospital's community benefit: a discretionary amount each fiscal year of the hospital.
    CommunityBenefit {
        /// The yearly amount.
        yearly: Money,
    },
}

/// A quarterly claim: cost pool x activity x eligible x federal share (42 USC 1396b(a)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdministrativeClaim {
    /// The cost pool of a quarter.
    pub pool: Money,
    /// The share of time on Medicaid activities, by a time study.
    pub activity: Rate,
    /// The share of people served who are eligible for Medicaid.
    pub eligible: Rate,
    /// The federal share: 50 %, 75 % or 90 %.
    pub federal_share: Rate,
    /// The public body that certifies its non-federal expenditure (42 CFR 433.51).
    pub certified_by: String,
    /// Months from the quarter's end to the cash.
    pub lag_months: u32,
}

impl AdministrativeClaim {
    /// The claim for so many months of a quarter, from 1 to 3, rounded once.
    ///
    /// ```
    /// use braidfund::funding::public::AdministrativeClaim;
    /// use braidfund::money::{Money, Rate};
    ///
    /// let rate = |text| Rate::parse(text).unwrap();
    /// let claim = AdministrativeClaim {
    ///     pool: Money::parse("500000.00").unwrap(),
    ///     activity: rate("0.2"),
    ///     eligible: rate("0.6"),
    ///     federal_share: rate("0.5"),
    ///     certified_by: "The county".to_string(),
    ///     lag_months: 6,
    /// };
    /// assert_eq!(claim.amount(3).unwrap().to_string(), "30000.00");
    /// ```
    pub fn amount(&self, months: u32) -> Option<Money> {
        let pool = Product::new(self.pool).times_count(i64::from(months))?;
        let claimed = pool.times(self.activity)?.times(self.eligible)?.times(self.federal_share)?;
        claimed.round_part(3)
    }
}

impl Public {
    /// A yearly change of what it grants; nothing where its method has none.
    pub fn growth(&self) -> Option<Rate> {
        match self.method {
            PublicMethod::Levy { growth, .. } => Some(growth),
            _ => None,
        }
    }

    /// Whether it is granted in more than one year or month.
    pub fn recurs(&self, stream: &Stream, last: Month) -> bool {
        match &self.method {
            PublicMethod::Appropriation { yearly, .. } => yearly.len() > 1,
            PublicMethod::Formula(rows) => super::several(rows.iter().map(|row| row.available)),
            PublicMethod::Settlement(rows) => super::several(rows.iter().map(|(month, _)| *month)),
            PublicMethod::Levy { .. }
            | PublicMethod::Match { .. }
            | PublicMethod::AdministrativeClaiming(_) => self.from < last,
            PublicMethod::CommunityBenefit { .. } => {
                stream.fiscal.year_of(self.from) < stream.fiscal.year_of(last)
            }
        }
    }

    /// The tranches, as the terms say. A tranche's period is the funder's fiscal year, counted from
    /// the stream's first; that of an allotment is its place in the list.
    pub fn lower(&self, stream: &Stream, setting: &Setting) -> Option<Lowered> {
        let mut tranches = match &self.method {
            PublicMethod::Appropriation { yearly, carried } => {
                self.appropriated(stream, setting, yearly, *carried)
            }
            PublicMethod::Formula(allotments) => self.allotted(stream, setting, allotments),
            PublicMethod::Levy { base, rate, growth, collection } => {
                let yearly = Product::new(*base).times(*rate)?.times(*collection)?;
                self.levied(stream, setting, yearly, *growth)?
            }
            PublicMethod::Settlement(payments) => self.settled(stream, payments),
            PublicMethod::Match { share, .. } => self.matched(stream, setting, share),
            PublicMethod::AdministrativeClaiming(claim) => self.claimed(stream, setting, claim)?,
            PublicMethod::CommunityBenefit { yearly } => {
                let span = (setting.start, setting.end());
                let begins = stream.begins(self.from);
                let years = term_years(stream.fiscal, begins, stream.until(), span);
                years.iter().map(|year| self.of_year(stream, year, year.part(*yearly))).collect()
            }
        };
        tranches.retain(|tranche| in_horizon(tranche, setting));
        tranches.sort_by_key(|tranche| tranche.first);
        // Of the other methods the terms' own months before a delayed start bring nothing.
        let lowered = Lowered { tranches, ..Lowered::default() };
        stream.opened_late(lowered, setting)
    }

    /// The funder's fiscal years within the term that have a month in a span.
    fn years(&self, stream: &Stream, span: (Month, Month)) -> Vec<TermYear> {
        term_years(stream.fiscal, self.from, stream.until(), span)
    }

    /// A tranche that lasts through its fiscal year.
    fn of_year(&self, stream: &Stream, year: &TermYear, amount: Money) -> Tranche {
        Tranche {
            first: year.first,
            last: Some(year.last),
            amount: Authority::Amount(amount),
            award: 0,
            period: stream.fiscal_period(self.from, year.first),
            status: stream.status,
            receipts: self.payment.receipts(year.first, year.last, amount),
        }
    }

    /// The whole amount of each fiscal year that has a month within the term: an appropriation is
    /// not prorated.
    fn appropriated(
        &self,
        stream: &Stream,
        setting: &Setting,
        amounts: &[(i32, Money)],
        carried: bool,
    ) -> Vec<Tranche> {
        // What is carried may be older than the horizon.
        let since = if carried { self.from.min(setting.start) } else { setting.start };
        let years = self.years(stream, (since, setting.end()));
        let tranche = |year: &TermYear| {
            let (_, amount) = amounts.iter().find(|(stated, _)| *stated == year.year())?;
            let tranche = self.of_year(stream, year, *amount);
            Some(if carried { Tranche { last: stream.until(), ..tranche } } else { tranche })
        };
        years.iter().filter_map(tranche).collect()
    }

    fn allotted(&self, stream: &Stream, setting: &Setting, rows: &[Scheduled]) -> Vec<Tranche> {
        let mut rows = rows.to_vec();
        rows.sort_unstable();
        let tranche = |(place, row): (usize, &Scheduled)| Tranche {
            first: row.available,
            last: row.last,
            amount: Authority::Amount(row.amount),
            award: 0,
            period: place as u32,
            status: stream.status,
            receipts: self.payment.receipts(
                row.available,
                row.last.unwrap_or_else(|| stream.last_month(setting.end())),
                row.amount,
            ),
        };
        rows.iter().enumerate().map(tranche).collect()
    }

    /// A twelfth of the year's levy each month, spread within the fiscal year.
    fn levied(
        &self,
        stream: &Stream,
        setting: &Setting,
        yearly: Product,
        growth: Rate,
    ) -> Option<Vec<Tranche>> {
        let last = stream.last_month(setting.end());
        let index = yearly_index(self.from, last, growth, stream.fiscal)?;
        let mut tranches = Vec::new();
        for (place, index) in index.into_iter().enumerate() {
            let month = self.from.plus(place as i32)?;
            if setting.place(month).is_none() || month < stream.begins(self.from) {
                continue;
            }
            let position = stream.fiscal.position(month);
            let amount = year_part(yearly.times(index)?.round()?, position, position);
            if amount.is_positive() {
                tranches.push(self.kept(stream, month, amount));
            }
        }
        Some(tranches)
    }

    fn settled(&self, stream: &Stream, payments: &[(Month, Money)]) -> Vec<Tranche> {
        let within =
            |month: Month| month >= self.from && stream.until().is_none_or(|until| month <= until);
        let payments = payments.iter().filter(|(month, _)| within(*month));
        payments.map(|(month, amount)| self.kept(stream, *month, *amount)).collect()
    }

    /// A tranche that does not lapse: what a law or a settlement has paid does not go back.
    fn kept(&self, stream: &Stream, month: Month, amount: Money) -> Tranche {
        let receipts = match self.payment {
            Payment::Advance { lag_months, .. } => {
                Receipts::Earned(vec![(later(month, lag_months), amount)])
            }
            Payment::Reimbursement { .. } => self.payment.receipts(month, month, amount),
        };
        let period = stream.fiscal_period(self.from, month);
        Tranche::arising(stream, (month, amount), period, receipts)
    }

    /// One tranche a month: a share of the month's eligible cost. A yearly limit binds what is drawn of
    /// them in a fiscal year. It is always claimed after it was spent.
    fn matched(&self, stream: &Stream, setting: &Setting, share: &Stepped<Rate>) -> Vec<Tranche> {
        let receipts = match self.payment {
            Payment::Advance { lag_months, .. } => {
                Receipts::AsSpent { cycle_months: 1, lag_months }
            }
            Payment::Reimbursement { .. } => {
                self.payment.receipts(self.from, self.from, Money::ZERO)
            }
        };
        let first = stream.begins(self.from).max(setting.start);
        let months = stream.last_month(setting.end()).since(first) + 1;
        let tranche = |month: Month| Tranche {
            first: month,
            last: Some(month),
            amount: Authority::OfEligible(share.at(month)),
            award: 0,
            period: stream.fiscal_period(self.from, month),
            status: stream.status,
            receipts: receipts.clone(),
        };
        (0..months).filter_map(|place| first.plus(place)).map(tranche).collect()
    }
}

impl Public {
    /// One tranche a quarter of the funder's fiscal year, in the month after it: the claim for the
    /// quarter's months within the term. Quarters that were spendable before the horizon belong to the
    /// opening position.
    fn claimed(
        &self,
        stream: &Stream,
        setting: &Setting,
        claim: &AdministrativeClaim,
    ) -> Option<Vec<Tranche>> {
        let mut tranches = Vec::new();
        for (first, months) in self.claims(stream, setting)? {
            let amount = claim.amount(months)?;
            if setting.place(first).is_some() && amount.is_positive() {
                let quarter_end = first.plus(-1)?;
                let arrives = later(quarter_end, claim.lag_months).max(first);
                let receipts = Receipts::Earned(vec![(arrives, amount)]);
                tranches.push(Tranche { receipts, ..self.kept(stream, first, amount) });
            }
        }
        Some(tranches)
    }

    /// The month in which each quarter's claim is spendable, and how many of its months are claimed.
    pub fn claims(&self, stream: &Stream, setting: &Setting) -> Option<Vec<(Month, u32)>> {
        let (begins, last) = (stream.begins(self.from), stream.last_month(setting.end()));
        // A quarter that ends before the horizon may become spendable in its first month.
        let since = begins.max(setting.start.plus(-3).unwrap_or(setting.start));
        let mut claims = Vec::new();
        let mut months = 0;
        for place in 0..=last.since(since) {
            let month = since.plus(place)?;
            months += 1;
            let ends = stream.fiscal.position(month) % 3 == 2;
            if !ends && month != last {
                continue;
            }
            let quarter_end = later(month, 2 - stream.fiscal.position(month) % 3);
            claims.push((later(quarter_end, 1), months.min(3)));
            months = 0;
        }
        Some(claims)
    }
}

#[cfg(test)]
mod tests {
    use super::super::grant::sample::{lower, money, month, rate, stream, tranches};
    use super::*;
    use crate::funding::{Kind, Terms};
    use crate::month::FiscalCalendar;

    fn stream_of(method: PublicMethod, from: &str, until: Option<&str>) -> Stream {
        let payment = Payment::Advance { every_months: None, lag_months: 1 };
        let public = Public { from: month(from), method, payment };
        let mut stream = stream(Kind::Public, Terms::Public(public), until);
        stream.fiscal = FiscalCalendar::starting(7);
        stream
    }

    fn sum(stream: &Stream, months: u32) -> Money {
        let lowered = lower(stream, &[], months);
        let amounts = lowered.tranches.iter().map(|tranche| match tranche.amount {
            Authority::Amount(amount) => amount,
            _ => Money::ZERO,
        });
        amounts.sum()
    }

    #[test]
    fn a_levy_comes_in_twelfths_that_sum_to_its_year() {
        let levy = PublicMethod::Levy {
            base: money("1000000000.00"),
            rate: rate("0.001"),
            growth: rate("0.02"),
            collection: rate("0.97"),
        };
        let levy = stream_of(levy, "2024-01", Some("2026-06"));
        let lowered = lower(&levy, &[], 30);
        // 1,000,000,000 x 0.1 % x 97 % = 970,000.00 a year; January is the seventh month of its year:
        // 7/12 = 565,833.33 less 6/12 = 485,000.00. From July 2 % more: 989,400.00, 82,450.00 a month.
        assert_eq!(tranches(&lowered)[0], "2024-01..- 80833.33");
        assert_eq!(tranches(&lowered)[6], "2024-07..- 82450.00");
        assert_eq!(lowered.tranches.len(), 30);
        // 485,000.00 + 989,400.00 + 1,009,188.00.
        assert_eq!(sum(&levy, 30), money("2483588.00"));
        let receipts = vec![(month("2024-02"), money("80833.33"))];
        assert_eq!(lowered.tranches[0].receipts, Receipts::Earned(receipts));
    }

    #[test]
    fn an_appropriation_is_whole_and_lapses_unless_it_is_carried() {
        let years = vec![
            (2023, money("1.00")),
            (2024, money("100.00")),
            (2025, money("200.00")),
            (2027, money("300.00")),
        ];
        let method = |carried| PublicMethod::Appropriation { yearly: years.clone(), carried };
        let lapsing = stream_of(method(false), "2022-07", Some("2025-03"));
        assert_eq!(
            tranches(&lower(&lapsing, &[], 36)),
            ["2023-07..2024-06 100.00", "2024-07..2025-03 200.00"]
        );
        // Carried money of fiscal 2023 is still spendable in the horizon.
        let carried = stream_of(method(true), "2022-07", Some("2025-03"));
        assert_eq!(
            tranches(&lower(&carried, &[], 36)),
            ["2022-07..2025-03 1.00", "2023-07..2025-03 100.00", "2024-07..2025-03 200.00"]
        );
    }

    #[test]
    fn a_match_is_a_share_of_the_months_cost() {
        let yearly = Some(money("100.00"));
        let method = PublicMethod::Match { share: Stepped::steady(rate("0.5")), yearly };
        let lowered = lower(&stream_of(method, "2023-01", Some("2024-02")), &[], 12);
        assert_eq!(lowered.tranches.len(), 2);
        // The limit is of the year and binds what is drawn: no month has a part of it.
        assert_eq!(lowered.tranches[0].amount, Authority::OfEligible(rate("0.5")));
        assert_eq!(lowered.tranches[0].last, Some(month("2024-01")));
        assert_eq!(
            lowered.tranches[0].receipts,
            Receipts::AsSpent { cycle_months: 1, lag_months: 1 }
        );
    }

    #[test]
    fn community_benefit_is_prorated_by_the_months_of_its_term() {
        let method = PublicMethod::CommunityBenefit { yearly: money("120.00") };
        assert_eq!(
            tranches(&lower(&stream_of(method, "2024-04", Some("2025-03")), &[], 24)),
            ["2024-04..2024-06 30.00", "2024-07..2025-03 90.00"]
        );
    }

    fn claim() -> AdministrativeClaim {
        AdministrativeClaim {
            pool: money("500000.00"),
            activity: rate("0.2"),
            eligible: rate("0.6"),
            federal_share: rate("0.5"),
            certified_by: "The county".to_string(),
            lag_months: 6,
        }
    }

    #[test]
    fn a_claim_is_spendable_after_its_quarter_and_claims_the_months_of_the_term() {
        let method = PublicMethod::AdministrativeClaiming(claim());
        let stream = stream_of(method, "2023-08", Some("2024-05"));
        let lowered = lower(&stream, &[], 12);
        // The funder's year begins in July: the quarter to December 2023 is spendable in January 2024;
        // that of April to June has two months of the term, and is claimed when it has ended.
        assert_eq!(
            tranches(&lowered),
            ["2024-01..- 30000.00", "2024-04..- 30000.00", "2024-07..- 20000.00"]
        );
        let arrives = |at: usize| lowered.tranches[at].receipts.clone();
        assert_eq!(arrives(0), Receipts::Earned(vec![(month("2024-06"), money("30000.00"))]));
        assert_eq!(arrives(2), Receipts::Earned(vec![(month("2024-12"), money("20000.00"))]));
    }

    #[test]
    fn a_delayed_start_keeps_the_end_and_tells_what_it_loses() {
        let years = vec![(2024, money("100.00")), (2025, money("200.00"))];
        let method = PublicMethod::Appropriation { yearly: years, carried: false };
        let mut stream = stream_of(method, "2024-01", Some("2025-06"));
        stream.delayed_to = Some(month("2024-09"));
        let lowered = lower(&stream, &[], 24);
        assert_eq!(tranches(&lowered), ["2024-09..2025-06 200.00"]);
        assert_eq!(lowered.lost, [(month("2024-06"), money("100.00"))]);
        // The advance of July, due in August, comes no earlier than the start.
        let advance = Receipts::Advanced(vec![(month("2024-09"), money("200.00"))]);
        assert_eq!(lowered.tranches[0].receipts, advance);
    }

    #[test]
    fn a_delayed_levy_match_or_gift_brings_nothing_before_it_begins() {
        let opens = |method, first: &str| {
            let mut stream = stream_of(method, "2024-01", Some("2024-12"));
            stream.delayed_to = Some(month("2024-06"));
            let lowered = lower(&stream, &[], 12);
            assert_eq!(lowered.tranches[0].first, month(first));
            assert!(lowered.lost.is_empty());
            sum(&stream, 12)
        };
        let levy = PublicMethod::Levy {
            base: money("12000.00"),
            rate: rate("0.1"),
            growth: Rate::ZERO,
            collection: Rate::ONE,
        };
        assert_eq!(opens(levy, "2024-06"), money("700.00"));
        let share = Stepped::steady(rate("0.5"));
        opens(PublicMethod::Match { share, yearly: None }, "2024-06");
        let gift = PublicMethod::CommunityBenefit { yearly: money("120.00") };
        assert_eq!(opens(gift, "2024-06"), money("70.00"));
        // A claim counts the months from the start on: one of April to June, then whole quarters.
        let claimed = opens(PublicMethod::AdministrativeClaiming(claim()), "2024-07");
        assert_eq!(claimed, money("40000.00"));
        let settlement = PublicMethod::Settlement(vec![
            (month("2024-02"), money("5.00")),
            (month("2024-08"), money("7.00")),
        ]);
        assert_eq!(opens(settlement, "2024-06"), money("12.00"));
    }

    #[test]
    fn settlements_and_allotments_keep_their_dates() {
        let payments = ["2023-06", "2024-07", "2026-07"];
        let payments = payments.map(|text| (month(text), money("5.00"))).to_vec();
        let settled = stream_of(PublicMethod::Settlement(payments), "2023-01", Some("2025-12"));
        assert_eq!(tranches(&lower(&settled, &[], 36)), ["2023-06..- 5.00", "2024-07..- 5.00"]);
        let allotment = |available: &str, last: &str| Scheduled {
            available: month(available),
            last: Some(month(last)),
            amount: money("7.00"),
        };
        let rows = vec![allotment("2024-10", "2026-09"), allotment("2021-10", "2023-09")];
        let allotted = stream_of(PublicMethod::Formula(rows), "2024-01", Some("2026-12"));
        assert_eq!(tranches(&lower(&allotted, &[], 36)), ["2024-10..2026-09 7.00"]);
    }
}
