//! Grants: an award over a term, flat or tapered, in budget periods that carry over or lapse.

use super::{Authority, Lowered, Receipts, Setting, Status, Stream, Tranche};
use crate::driver::{after, later, total};
use crate::money::{Money, Rate};
use crate::month::Month;

/// The terms of a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The first month of the award.
    pub from: Month,
    /// The last month of the award, before any extension.
    pub until: Month,
    /// The budget periods, in order and without overlap; one where the award has no periods.
    pub periods: Vec<BudgetPeriod>,
    /// Whether what one period leaves may be spent in the next ones.
    pub carryover: Carryover,
    /// Months of no-cost extension that are authorised (2 CFR 200.308(g)(2): at most 12).
    pub extension_months: u32,
    /// How its cash arrives.
    pub payment: Payment,
    /// A renewal that may follow.
    pub renewal: Option<Renewal>,
    /// Nothing may be spent before this month: the milestone that releases the award.
    pub milestone: Option<Month>,
    /// Whether it is of a fixed amount: paid as agreed, without regard to actual cost, and what is left at its
    /// end is the recipient's (2 CFR 200.201(b), 200.400(g)).
    pub fixed_amount: bool,
}

/// One budget period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetPeriod {
    /// The first month.
    pub first: Month,
    /// The last month.
    pub last: Month,
    /// The authority of the period.
    pub amount: Money,
    /// How sure the period is.
    pub status: Status,
    /// The month whose milestone releases the period, where it has one of its own.
    pub milestone: Option<Month>,
}

/// What happens to a period's unspent authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carryover {
    /// It may be spent to the end of the award.
    Automatic,
    /// The funder has approved that it may be spent to the end of the award.
    Approved,
    /// It needs an approval that is not given yet: until then it lapses.
    ByApproval,
    /// It lapses.
    None,
}

/// How a funder pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payment {
    /// In advance, in so many months' instalments over each budget period (1 monthly, 3 quarterly, 12
    /// yearly); `None` is all of a period at its beginning.
    Advance {
        /// Months of one instalment.
        every_months: Option<u32>,
        /// Months from the instalment's month to the cash.
        lag_months: u32,
    },
    /// After it was spent.
    Reimbursement {
        /// Months of one invoice cycle, at least one.
        cycle_months: u32,
        /// Months from the invoice's month to the cash.
        lag_months: u32,
    },
}

/// A renewal: a new award after this one, which never inherits its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renewal {
    /// The chance that it comes.
    pub probability: Rate,
    /// Its length in years.
    pub years: u32,
    /// Its yearly amount as a share of the award's last twelve months.
    pub share: Rate,
    /// How sure it is.
    pub status: Status,
}

impl Grant {
    /// Whether the award comes in more than one budget period, runs for two years or more, or may renew.
    pub fn recurs(&self) -> bool {
        self.renewal.is_some() || self.periods.len() > 1 || self.until.since(self.from) + 1 >= 24
    }

    /// The tranches: one a budget period, spendable from its first to its last month, or to the
    /// award's end where carryover is automatic or approved; then one a year of a renewal.
    ///
    /// A period whose milestone comes after its last month is never released and is left out.
    pub fn lower(&self, _stream: &Stream, setting: &Setting) -> Option<Lowered> {
        let periods = self.periods.iter().enumerate();
        let mut tranches: Vec<Tranche> =
            periods.filter_map(|(place, period)| self.period_tranche(place, period)).collect();
        if let Some(renewal) = &self.renewal {
            tranches.extend(self.renewed(renewal, setting)?);
        }
        tranches.retain(|tranche| in_horizon(tranche, setting));
        tranches.sort_by_key(|tranche| tranche.first);
        Some(Lowered { tranches, ..Lowered::default() })
    }

    /// Takes off a fixed-amount tranche the instalments that would come after a termination; whether anything is
    /// left. What other awards advance after it comes as far as it was spent.
    pub fn paid_through(&self, tranche: &mut Tranche, end: Month) -> bool {
        let lag = match self.payment {
            Payment::Advance { lag_months, .. } | Payment::Reimbursement { lag_months, .. } => {
                lag_months
            }
        };
        let (Receipts::Earned(rows), true) = (&mut tranche.receipts, self.fixed_amount) else {
            return true;
        };
        rows.retain(|(month, _)| *month <= later(end, lag));
        let paid: Money = rows.iter().map(|(_, amount)| *amount).sum();
        tranche.amount = Authority::Amount(paid);
        paid.is_positive()
    }

    /// The award's last month, with its extension.
    pub fn last_month(&self) -> Month {
        let last = self.periods.iter().map(|period| period.last).max();
        later(last.map_or(self.until, |last| last.max(self.until)), self.extension_months)
    }

    /// The first month in which a period may be spent: its own, or that of a later milestone.
    pub fn release(&self, period: &BudgetPeriod) -> Month {
        [period.milestone, self.milestone].into_iter().flatten().fold(period.first, Month::max)
    }

    /// The last month in which the period at a place may be spent.
    pub fn lapse(&self, place: usize, period: &BudgetPeriod) -> Month {
        match self.carryover {
            Carryover::Automatic | Carryover::Approved => self.last_month(),
            _ if place + 1 == self.periods.len() => later(period.last, self.extension_months),
            Carryover::ByApproval | Carryover::None => period.last,
        }
    }

    fn period_tranche(&self, place: usize, period: &BudgetPeriod) -> Option<Tranche> {
        let (first, last) = (self.release(period), self.lapse(place, period));
        let tranche = Tranche {
            first,
            last: Some(last),
            amount: Authority::Amount(period.amount),
            award: 0,
            period: place as u32,
            status: period.status,
            // An extension brings no money: instalments keep to the period's own months.
            receipts: self.payment.receipts(first, period.last.max(first), period.amount),
        };
        (first <= last).then(|| if self.fixed_amount { tranche.kept() } else { tranche })
    }

    /// One tranche for each year of a renewal that begins within the horizon.
    fn renewed(&self, renewal: &Renewal, setting: &Setting) -> Option<Vec<Tranche>> {
        let amount = renewal.share.try_of(self.last_year_authority()?)?;
        let mut tranches = Vec::new();
        for year in 0..renewal.years {
            let begins =
                year.checked_mul(12).and_then(|months| after(self.last_month(), months + 1));
            let Some(first) = begins.filter(|first| *first <= setting.end()) else { break };
            let last = later(first, 11);
            tranches.push(Tranche {
                first,
                last: Some(last),
                amount: Authority::Amount(amount),
                award: 1,
                period: year,
                status: renewal.status,
                receipts: self.payment.receipts(first, last, amount),
            });
        }
        Some(tranches)
    }

    /// The authority of the award's last twelve months before any extension, each period's amount
    /// spread evenly over its months.
    fn last_year_authority(&self) -> Option<Money> {
        let part = |period: &BudgetPeriod| {
            let months = u32::try_from(period.last.since(period.first) + 1).unwrap_or(0);
            let place =
                |month: Month| u32::try_from(month.since(period.first)).unwrap_or(0).min(months);
            let begins = self.until.plus(-11).map_or(0, place);
            let ends = self.until.plus(1).map_or(months, place);
            if begins >= ends {
                return Money::ZERO;
            }
            period.amount.share(ends, months) - period.amount.share(begins, months)
        };
        total(self.periods.iter().map(part))
    }
}

impl Payment {
    /// The receipts of authority that a period from `first` to `last` holds.
    ///
    /// An advance comes in instalments by the months that each one covers, with cumulative rounding;
    /// a last instalment that covers fewer months is smaller.
    pub fn receipts(&self, first: Month, last: Month, amount: Money) -> Receipts {
        match *self {
            Payment::Reimbursement { cycle_months, lag_months } => {
                Receipts::AsSpent { cycle_months: cycle_months.max(1), lag_months }
            }
            Payment::Advance { every_months, lag_months } => {
                let months = u32::try_from(last.since(first) + 1).unwrap_or(0).max(1);
                let every = every_months.unwrap_or(months).clamp(1, months);
                let instalment = |begins: u32| {
                    let ends = (begins + every).min(months);
                    let part = amount.share(ends, months) - amount.share(begins, months);
                    (later(later(first, begins), lag_months), part)
                };
                Receipts::Advanced((0..months).step_by(every as usize).map(instalment).collect())
            }
        }
    }
}

impl Tranche {
    /// The tranche as one that is earned as it is paid: nothing of it lapses or goes back.
    fn kept(self) -> Tranche {
        let receipts = match self.receipts {
            Receipts::Advanced(rows) => Receipts::Earned(rows),
            other => other,
        };
        Tranche { last: None, receipts, ..self }
    }
}

/// Whether a tranche may be spent in some month of the horizon.
pub(super) fn in_horizon(tranche: &Tranche, setting: &Setting) -> bool {
    tranche.first <= setting.end() && tranche.last.is_none_or(|last| last >= setting.start)
}

/// Streams and settings for the tests of every kind.
#[cfg(test)]
pub(crate) mod sample {
    use super::{BudgetPeriod, Carryover, Grant, Payment};
    use crate::driver::Driver;
    use crate::funding::{
        Authority, End, Kind, Lowered, MemoKind, Setting, Status, Stream, Terms, Tranche,
    };
    use crate::money::{Money, Quantity, Rate};
    use crate::month::{FiscalCalendar, Month};
    use crate::name::Name;

    pub fn month(text: &str) -> Month {
        Month::parse(text).unwrap()
    }

    pub fn rate(text: &str) -> Rate {
        Rate::parse(text).unwrap()
    }

    pub fn money(text: &str) -> Money {
        Money::parse(text).unwrap()
    }

    /// A secured stream whose funder's year begins in January.
    pub fn stream(kind: Kind, terms: Terms, until: Option<&str>) -> Stream {
        Stream {
            name: Name::parse("a-stream").unwrap(),
            title: "A stream".to_string(),
            kind,
            funder: Some("A funder".to_string()),
            federal: false,
            cost_principles: false,
            conditional: None,
            status: Status::Secured,
            probability: None,
            end: until.map_or(End::Evergreen("by law".into()), |until| End::Until(month(until))),
            delayed_to: None,
            notice_months: None,
            more: None,
            termination: None,
            fiscal: FiscalCalendar::starting(1),
            terms,
        }
    }

    /// A secured budget period.
    pub fn period(first: &str, last: &str, amount: &str) -> BudgetPeriod {
        BudgetPeriod {
            first: month(first),
            last: month(last),
            amount: money(amount),
            status: Status::Secured,
            milestone: None,
        }
    }

    /// A grant of these budget periods, advanced in one sum, that lapses what is left of each.
    pub fn grant(periods: Vec<BudgetPeriod>) -> Grant {
        Grant {
            from: periods[0].first,
            until: periods[periods.len() - 1].last,
            periods,
            carryover: Carryover::None,
            extension_months: 0,
            payment: Payment::Advance { every_months: None, lag_months: 0 },
            renewal: None,
            milestone: None,
            fixed_amount: false,
        }
    }

    /// A driver with a level a month.
    pub fn driver(name: &str, levels: &[&str]) -> Driver {
        let levels = levels.iter().map(|level| Quantity::parse(level).unwrap()).collect();
        Driver { name: Name::parse(name).unwrap(), title: name.to_string(), levels }
    }

    /// What a stream comes to over months from January 2024.
    pub fn lower(stream: &Stream, drivers: &[Driver], months: u32) -> Lowered {
        stream.lower(&Setting { start: month("2024-01"), months, drivers }).unwrap()
    }

    /// A tranche in words: its window and amount.
    pub fn words(tranche: &Tranche) -> String {
        let last = tranche.last.map_or("-".to_string(), |last| last.to_string());
        let amount = match tranche.amount {
            Authority::Amount(amount) => amount.to_string(),
            Authority::OfEligible(rate) => format!("{rate} of cost"),
            Authority::AboveFloor { authorised, .. } => format!("{authorised} above floor"),
            Authority::InKind(_, value) => format!("{value} in kind"),
        };
        format!("{}..{last} {amount}", tranche.first)
    }

    pub fn tranches(lowered: &Lowered) -> Vec<String> {
        lowered.tranches.iter().map(words).collect()
    }

    /// The sum of what is told of one kind.
    pub fn told(lowered: &Lowered, kind: MemoKind) -> Money {
        lowered.memos.iter().filter(|memo| memo.kind == kind).map(|memo| memo.amount).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::sample::{grant, lower, money, month, period, rate, stream, tranches};
    use super::*;
    use crate::funding::{Kind, Terms};

    fn lowered(grant: &Grant, months: u32) -> Lowered {
        let until = grant.until.to_string();
        lower(&stream(Kind::Grant, Terms::Grant(grant.clone()), Some(&until)), &[], months)
    }

    #[test]
    fn a_period_lapses_unless_it_is_carried_over() {
        let two =
            vec![period("2024-01", "2024-12", "100.00"), period("2025-01", "2025-06", "50.00")];
        let mut grant = grant(two);
        assert_eq!(
            tranches(&lowered(&grant, 24)),
            ["2024-01..2024-12 100.00", "2025-01..2025-06 50.00"]
        );
        grant.extension_months = 3;
        grant.carryover = Carryover::ByApproval;
        assert_eq!(
            tranches(&lowered(&grant, 24)),
            ["2024-01..2024-12 100.00", "2025-01..2025-09 50.00"]
        );
        grant.carryover = Carryover::Approved;
        assert_eq!(
            tranches(&lowered(&grant, 24)),
            ["2024-01..2025-09 100.00", "2025-01..2025-09 50.00"]
        );
    }

    #[test]
    fn periods_outside_the_horizon_are_left_out_and_keep_their_numbers() {
        let grant = grant(vec![
            period("2022-01", "2023-12", "10.00"),
            period("2023-11", "2024-02", "20.00"),
            period("2024-03", "2025-12", "30.00"),
            period("2026-01", "2026-12", "40.00"),
        ]);
        let lowered = lowered(&grant, 12);
        // Nothing is clipped: the second began before the plan, the third ends after it.
        assert_eq!(tranches(&lowered), ["2023-11..2024-02 20.00", "2024-03..2025-12 30.00"]);
        assert_eq!(
            lowered.tranches.iter().map(|tranche| tranche.period).collect::<Vec<_>>(),
            [1, 2]
        );
    }

    #[test]
    fn a_milestone_holds_a_period_back_or_loses_it() {
        let mut grant = grant(vec![
            period("2024-01", "2024-06", "60.00"),
            period("2024-07", "2024-12", "60.00"),
        ]);
        grant.milestone = Some(month("2024-08"));
        let lowered = lowered(&grant, 12);
        // The first period ends before the milestone; the second's cash comes with it.
        assert_eq!(tranches(&lowered), ["2024-08..2024-12 60.00"]);
        assert_eq!(
            lowered.tranches[0].receipts,
            Receipts::Advanced(vec![(month("2024-08"), money("60.00"))])
        );
    }

    #[test]
    fn a_renewal_is_a_share_of_the_last_twelve_months() {
        // A taper of 100/75/50/25: the last twelve months hold 25,000.00; half of it is 12,500.00.
        let mut taper = grant(vec![
            period("2024-01", "2024-12", "100000.00"),
            period("2025-01", "2025-12", "75000.00"),
            period("2026-01", "2026-12", "50000.00"),
            period("2027-01", "2027-12", "25000.00"),
        ]);
        taper.extension_months = 3;
        taper.renewal = Some(Renewal {
            probability: rate("0.5"),
            years: 2,
            share: rate("0.5"),
            status: Status::Prospective,
        });
        let lowered_taper = lowered(&taper, 120);
        assert_eq!(
            tranches(&lowered_taper)[4..],
            ["2028-04..2029-03 12500.00", "2029-04..2030-03 12500.00"]
        );
        let renewed = &lowered_taper.tranches[4];
        assert_eq!((renewed.award, renewed.period), (1, 0));
        assert_eq!(renewed.status, Status::Prospective);
        // July 2024 to June 2025: half of 120,000.00 and all of 90,000.00 are 150,000.00.
        let mut uneven = grant(vec![
            period("2024-01", "2024-12", "120000.00"),
            period("2025-01", "2025-06", "90000.00"),
        ]);
        assert_eq!(uneven.last_year_authority(), Some(money("150000.00")));
        // The horizon ends before the renewal begins.
        uneven.renewal = taper.renewal;
        assert_eq!(lowered(&uneven, 18).tranches.len(), 2);
        assert_eq!(lowered(&uneven, 19).tranches.len(), 3);
    }

    #[test]
    fn advances_come_in_instalments_that_sum_to_the_period() {
        let receipts = |every_months, lag_months| {
            let payment = Payment::Advance { every_months, lag_months };
            let Receipts::Advanced(receipts) =
                payment.receipts(month("2024-01"), month("2024-07"), money("100.00"))
            else {
                panic!("an advance is advanced")
            };
            receipts.iter().map(|(month, part)| format!("{month} {part}")).collect::<Vec<_>>()
        };
        assert_eq!(receipts(None, 1), ["2024-02 100.00"]);
        // Seven months: 3/7 = 42.857 -> 42.86; 6/7 = 85.714 -> 85.71, less 42.86; the rest 14.29.
        assert_eq!(receipts(Some(3), 0), ["2024-01 42.86", "2024-04 42.85", "2024-07 14.29"]);
        assert_eq!(receipts(Some(12), 0), ["2024-01 100.00"]);
        assert_eq!(receipts(Some(1), 0).len(), 7);
        let late = Payment::Advance { every_months: Some(1), lag_months: u32::MAX };
        let Receipts::Advanced(late) =
            late.receipts(month("2199-12"), month("2199-12"), money("1.00"))
        else {
            panic!("an advance is advanced")
        };
        assert_eq!(late, [(month("2199-12"), money("1.00"))]);
        let reimbursed = Payment::Reimbursement { cycle_months: 0, lag_months: 2 };
        assert_eq!(
            reimbursed.receipts(month("2024-01"), month("2024-07"), Money::ZERO),
            Receipts::AsSpent { cycle_months: 1, lag_months: 2 }
        );
    }
    /// Every kind of terms, with the same extreme amount, rate, months and place in the calendar.
    fn extremes(amount: Money, rate: Rate, lag_months: u32, from: Month) -> Vec<Terms> {
        use crate::funding::partner::{Partner, PartnerMethod};
        use crate::funding::payer::community_health::UnitPrices;
        use crate::funding::payer::reinvestment::ProfitYear;
        use crate::funding::payer::{
            Claims, CommunityHealth, PartnersPaid, Pathway, Payer, PayerMethod, Pricing,
            Reinvestment, Scored, TrueUp,
        };
        use crate::funding::public::{AdministrativeClaim, Public, PublicMethod};
        use crate::funding::settlement::{self, Loss, LossRate, Share};
        use crate::funding::shared_savings::{Advance, Agreement, Interim, SharedSavings};
        use crate::money::Price;
        use crate::month::FiscalCalendar;
        use crate::name::DriverIndex;
        let (price, members) = (Price::parse("9999999.999999").unwrap(), DriverIndex(0));
        let payment = Payment::Advance { every_months: Some(lag_months), lag_months };
        let mut award = grant(vec![period("1970-01", "2199-12", "0.07")]);
        award.periods[0].amount = amount;
        (award.extension_months, award.payment) = (lag_months, payment);
        award.renewal = Some(Renewal {
            probability: rate,
            years: u32::MAX,
            share: rate,
            status: Status::Likely,
        });
        let scored =
            Scored { share: rate, score: rate, measured: 12, paid_after_months: lag_months };
        let claims = Claims {
            payer_share: rate,
            sequestration: rate,
            denial: rate,
            overturned: rate,
            coinsurance_collected: rate,
        };
        let prices =
            [1970, 2024, 2160].map(|year| UnitPrices { year, first: price, further: price });
        let year = ProfitYear { year: from.year(), net_income: amount, revenue: amount };
        let payer = |method| {
            Terms::Payer(Payer {
                from,
                method,
                growth: rate,
                true_up: Some(TrueUp { retained: rate, after_months: lag_months }),
                withhold: Some(scored),
                bonus: Some(scored),
                medicaid: true,
                pass_through: rate,
                partners_paid: PartnersPaid::WhenEarned,
                collection: vec![(lag_months, rate), (0, rate)],
            })
        };
        let public = |method| Terms::Public(Public { from, method, payment });
        let calendar = FiscalCalendar::starting(10);
        let partner = |method| {
            Terms::Partner(Partner { from, method, growth: rate, fiscal: calendar, lag_months })
        };
        let savings = SharedSavings {
            from,
            members,
            benchmark: price,
            benchmark_growth: rate,
            savings_rates: vec![rate],
            agreement: Agreement::Contract(Box::new(settlement::Terms {
                minimum: rate.into(),
                quality: rate,
                sequestration: rate,
                cap: Some(rate),
                loss: Some(Loss {
                    rate: LossRate::Flat(rate),
                    limit: Some(rate),
                    limit_amount: Some(amount),
                }),
                ..settlement::Terms::new(Share::Scaled(rate))
            })),
            settlement_lag_months: lag_months,
            interim: Some(Interim { after_months: lag_months, share: rate }),
            advance: Some(Advance { once: amount, rate: price, beneficiaries: 10, quarters: 8 }),
            captured: rate,
            loss_share: rate,
        };
        vec![
            Terms::Grant(award),
            payer(PayerMethod::Pmpm { members, rate: price }),
            payer(PayerMethod::FeeForService {
                units: members,
                pricing: Pricing::One(price),
                claims,
            }),
            payer(PayerMethod::CommunityHealth(CommunityHealth {
                patients: members,
                minutes: vec![(u32::MAX, rate), (59, rate)],
                prices: prices.to_vec(),
                claims,
            })),
            payer(PayerMethod::Outcome(vec![Pathway {
                opened: members,
                completion: rate,
                lag_months,
                rate: price,
            }])),
            payer(PayerMethod::CommunityReinvestment(Reinvestment {
                years: vec![year],
                lower_share: rate,
                upper_share: rate,
                threshold: rate,
                share: rate,
                paid_after_months: lag_months,
            })),
            payer(PayerMethod::CostReimbursement { yearly: amount, payment }),
            public(PublicMethod::Appropriation { yearly: vec![(2199, amount)], carried: true }),
            public(PublicMethod::Levy { base: amount, rate, growth: rate, collection: rate }),
            public(PublicMethod::Settlement(vec![(from, amount)])),
            public(PublicMethod::Match {
                share: crate::driver::Stepped::steady(rate),
                yearly: Some(amount),
            }),
            public(PublicMethod::AdministrativeClaiming(AdministrativeClaim {
                pool: amount,
                activity: rate,
                eligible: rate,
                federal_share: rate,
                certified_by: String::new(),
                lag_months,
            })),
            public(PublicMethod::CommunityBenefit { yearly: amount }),
            Terms::SharedSavings(savings),
            partner(PartnerMethod::Yearly(amount)),
            partner(PartnerMethod::Monthly(amount)),
            partner(PartnerMethod::Payments(vec![(from, amount)])),
            partner(PartnerMethod::Fees { units: members, rate: price }),
        ]
    }

    #[test]
    fn no_terms_within_the_bounds_make_lowering_panic() {
        let levels = [super::sample::driver("members", &["1000000000"; 480])];
        let mut lowered = 0;
        for (start, months) in [("1970-01", 480), ("2024-01", 1), ("2160-01", 480)] {
            let setting = Setting { start: month(start), months, drivers: &levels };
            for from in ["1970-01", "2024-01", "2199-12"] {
                for rate_text in ["-999.999999999", "-1", "0", "0.000000001", "1", "999.999999999"]
                {
                    for (amount, lag) in
                        [(Money::MAX, u32::MAX), (-Money::MAX, 0), (Money::from_cents(1), 13)]
                    {
                        for terms in extremes(amount, rate(rate_text), lag, month(from)) {
                            for until in [None, Some("1970-01"), Some("2199-12")] {
                                let stream = stream(Kind::Grant, terms.clone(), until);
                                lowered += usize::from(stream.lower(&setting).is_some());
                            }
                        }
                    }
                }
            }
        }
        assert!(lowered > 1_000, "{lowered} of the terms come out");
    }
}
