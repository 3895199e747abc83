//! Payer contracts: what a health plan pays for members, services, cases or outcomes.

use super::grant::Payment;
use super::{Authority, Lowered, MemoKind, Receipts, Setting, Stream, Tranche};
use crate::driver::{later, term_years, total, yearly_index};
use crate::money::{Money, Price, Product, Rate};
use crate::month::Month;
use crate::name::DriverIndex;

mod before;
pub mod claims;
pub mod community_health;
pub mod reinvestment;
pub mod scored;

pub use claims::{Claims, Pricing};
pub use community_health::CommunityHealth;
pub use reinvestment::Reinvestment;
pub use scored::Scored;

/// The terms of a payer contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payer {
    /// The first month of the contract.
    pub from: Month,
    /// How the payment is reckoned.
    pub method: PayerMethod,
    /// A yearly change of the price, stepped in the first month of the funder's fiscal year.
    pub growth: Rate,
    /// How members paid for are trued up to those that stay, for payments by member.
    pub true_up: Option<TrueUp>,
    /// What is withheld, and paid on a score.
    pub withhold: Option<Scored>,
    /// What is paid on top, on a score.
    pub bonus: Option<Scored>,
    /// Whether it is a Medicaid plan's contract, to which 42 CFR 438.6(b) applies.
    pub medicaid: bool,
    /// The share that is passed on to partners.
    pub pass_through: Rate,
    /// When partners are paid their share.
    pub partners_paid: PartnersPaid,
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
    /// Units of service, each paid a fee.
    FeeForService {
        /// The units delivered in a month.
        units: DriverIndex,
        /// The allowed fee of a unit.
        pricing: Pricing,
        /// What of the allowed fees is paid.
        claims: Claims,
    },
    /// Medicare's monthly units of community health integration.
    CommunityHealth(CommunityHealth),
    /// A rate for each case opened.
    CaseRate {
        /// The cases opened in a month.
        cases: DriverIndex,
        /// Dollars a case.
        rate: Price,
    },
    /// A rate for each outcome completed, some months after its case was opened.
    Outcome(Vec<Pathway>),
    /// What eligible cost was, up to a yearly limit.
    CostReimbursement {
        /// The most it pays in a fiscal year of the funder.
        yearly: Money,
        /// How its cash arrives.
        payment: Payment,
    },
    /// A share of what a health plan must reinvest of its profit.
    CommunityReinvestment(Reinvestment),
}

/// One kind of outcome and what is paid for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pathway {
    /// The pathways opened in a month.
    pub opened: DriverIndex,
    /// The share of them that is completed.
    pub completion: Rate,
    /// Months from opening to completion.
    pub lag_months: u32,
    /// Dollars a completed outcome.
    pub rate: Price,
}

/// A retroactive correction of the members that were paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrueUp {
    /// The members that stay, as a share of those paid for at first.
    pub retained: Rate,
    /// Months from the month of service to the correction.
    pub after_months: u32,
}

/// When partners are paid what is passed on to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartnersPaid {
    /// As the payer's cash comes in: their part never stands in the partnership's cash.
    WhenPaid,
    /// In the month of service, before the payer's cash comes in: the partnership advances it.
    WhenEarned,
}

/// What one month of service comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Served {
    /// The month.
    pub month: Month,
    /// The calendar year whose price is paid.
    pub priced: i32,
    /// The index of that price's growth.
    pub index: Rate,
    /// What is expected to stand.
    pub gross: Money,
    /// What is paid at first.
    pub first: Money,
    /// What is withheld of what is expected to stand.
    pub withheld: Money,
}

/// A payment in a month: what stands of it, and what is paid at first.
#[derive(Clone, Copy, Debug)]
struct Due {
    month: Month,
    stands: Money,
    first: Money,
}

impl PayerMethod {
    /// The drivers that it is reckoned by.
    pub fn drivers(&self) -> Vec<DriverIndex> {
        match self {
            PayerMethod::Pmpm { members, .. } | PayerMethod::Capitation { members, .. } => {
                vec![*members]
            }
            PayerMethod::FeeForService { units, .. } => vec![*units],
            PayerMethod::CommunityHealth(terms) => vec![terms.patients],
            PayerMethod::CaseRate { cases, .. } => vec![*cases],
            PayerMethod::Outcome(pathways) => {
                pathways.iter().map(|pathway| pathway.opened).collect()
            }
            PayerMethod::CostReimbursement { .. } | PayerMethod::CommunityReinvestment(_) => {
                Vec::new()
            }
        }
    }
}

impl Payer {
    /// Whether the contract pays in more than one month, or reimburses in more than one fiscal year.
    /// Reinvestment comes once for a year of profit, and nothing says that another follows.
    pub fn recurs(&self, stream: &Stream, last: Month) -> bool {
        match self.method {
            PayerMethod::CostReimbursement { .. } => {
                stream.fiscal.year_of(self.from) < stream.fiscal.year_of(last)
            }
            PayerMethod::CommunityReinvestment(_) => false,
            _ => self.from < last,
        }
    }

    /// The tranches: one a month, what is kept and expected to stand, spendable from the month in
    /// which it is earned; never lapsing. Its cash comes as it is paid at first, and a later month
    /// corrects it, so that receipts may be negative.
    ///
    /// Months of the contract before the horizon count in what a score pays within it, at the level of the
    /// horizon's first month; what was paid for them at first belongs to the opening position.
    ///
    /// Cost reimbursement has one a fiscal year of the funder instead, which lapses with it;
    /// reinvestment one a year of profit. Neither withholds nor passes on. A tranche's period is the
    /// funder's fiscal year, counted from the contract's first.
    pub fn lower(&self, stream: &Stream, setting: &Setting) -> Option<Lowered> {
        match &self.method {
            PayerMethod::CostReimbursement { yearly, payment } => {
                return self.reimbursed(*yearly, *payment, stream, setting);
            }
            PayerMethod::CommunityReinvestment(terms) => {
                return self.reinvested(terms, stream, setting);
            }
            _ => {}
        }
        let served = self.served(stream, setting)?;
        let mut lowered = Lowered::default();
        for month in served.iter().filter(|served| setting.place(served.month).is_some()) {
            lowered.tell(month.month, MemoKind::Gross, month.gross);
            lowered.tell(month.month, MemoKind::Withheld, month.withheld);
            if let Some(true_up) = &self.true_up {
                let back = total([month.first, -month.gross])?;
                let corrected = later(month.month, true_up.after_months);
                if corrected <= setting.end() {
                    lowered.tell(corrected, MemoKind::Recouped, back);
                }
            }
            let withheld_first = self.withheld(month.first)?;
            let due = Due {
                month: month.month,
                stands: total([month.gross, -month.withheld])?,
                first: total([month.first, -withheld_first])?,
            };
            self.post(&mut lowered, stream, due, &self.curve())?;
        }
        self.settle(&mut lowered, stream, setting, &served)?;
        lowered.tranches.sort_by_key(|tranche| tranche.first);
        lowered.memos.sort_unstable();
        Some(lowered)
    }

    /// Gross and withheld, for each month of the contract within the horizon; where a score pays later, for its
    /// months before the horizon too.
    pub fn served(&self, stream: &Stream, setting: &Setting) -> Option<Vec<Served>> {
        let begins = stream.begins(self.from);
        let begins = match self.withhold.is_some() || self.bonus.is_some() {
            true => begins,
            false => begins.max(setting.start),
        };
        self.served_from(stream, setting, begins)
    }

    /// Gross and withheld, for each month of the contract from a month to the horizon's end.
    fn served_from(
        &self,
        stream: &Stream,
        setting: &Setting,
        begins: Month,
    ) -> Option<Vec<Served>> {
        let last = stream.last_month(setting.end());
        let index = yearly_index(self.from, last, self.growth, stream.fiscal)?;
        let mut served = Vec::new();
        for (place, index) in index.into_iter().enumerate() {
            let month = self.from.plus(place as i32)?;
            let Some(priced) = self.year_of_price(month, setting).filter(|_| month >= begins)
            else {
                continue;
            };
            let first = self.gross(stream, setting, (month, priced), index)?;
            let gross = match &self.true_up {
                Some(true_up) => true_up.retained.try_of(first)?,
                None => first,
            };
            let withheld = self.withheld(gross)?;
            served.push(Served { month, priced, index, gross, first, withheld });
        }
        Some(served)
    }

    /// The calendar year whose price is paid for a month: its own; before the horizon, the nearest that a table
    /// of prices states. Nothing where such a table is empty.
    fn year_of_price(&self, month: Month, setting: &Setting) -> Option<i32> {
        let stated: Vec<i32> = match &self.method {
            _ if month >= setting.start => return Some(month.year()),
            PayerMethod::FeeForService { pricing: Pricing::ByYear(prices), .. } => {
                prices.iter().map(|(year, _)| *year).collect()
            }
            PayerMethod::CommunityHealth(terms) => {
                terms.prices.iter().map(|prices| prices.year).collect()
            }
            _ => return Some(month.year()),
        };
        stated.into_iter().min_by_key(|year| (year.abs_diff(month.year()), *year))
    }

    fn withheld(&self, gross: Money) -> Option<Money> {
        self.withhold.as_ref().map_or(Some(Money::ZERO), |withhold| withhold.share.try_of(gross))
    }

    /// The payment for a month at the price of a year and its index, before any correction; each price one
    /// product, rounded once. Before the horizon the level of its first month is taken.
    fn gross(
        &self,
        stream: &Stream,
        setting: &Setting,
        (month, priced): (Month, i32),
        index: Rate,
    ) -> Option<Money> {
        let count = |driver: DriverIndex, place: i32| {
            setting.drivers[driver.at()].count(usize::try_from(place).unwrap_or(0))
        };
        let place = month.since(setting.start);
        let each = |rate: Price, count: i64| rate.product().times_count(count)?.times(index);
        match &self.method {
            PayerMethod::Pmpm { members, rate } | PayerMethod::Capitation { members, rate } => {
                each(*rate, count(*members, place))?.round()
            }
            PayerMethod::FeeForService { units, pricing, claims } => {
                claims.paid(each(pricing.of(priced)?, count(*units, place))?)
            }
            PayerMethod::CommunityHealth(terms) => terms.paid(count(terms.patients, place), priced),
            PayerMethod::CaseRate { cases, rate } => each(*rate, count(*cases, place))?.round(),
            PayerMethod::Outcome(pathways) => {
                let since = month.since(stream.begins(self.from));
                let completed = |pathway: &Pathway| {
                    // A contract pays for cases opened under it.
                    let lag = i32::try_from(pathway.lag_months).unwrap_or(i32::MAX);
                    let cases = if since < lag { 0 } else { count(pathway.opened, place - lag) };
                    each(pathway.rate, cases)?.times(pathway.completion)?.round()
                };
                total(pathways.iter().map(completed).collect::<Option<Vec<Money>>>()?)
            }
            PayerMethod::CostReimbursement { .. } | PayerMethod::CommunityReinvestment(_) => {
                Some(Money::ZERO)
            }
        }
    }

    /// Posts a payment: what is passed on as a memo, what is kept as a tranche.
    fn post(
        &self,
        lowered: &mut Lowered,
        stream: &Stream,
        due: Due,
        curve: &[(u32, Rate)],
    ) -> Option<()> {
        let passed_on = self.pass_through.try_of(due.stands)?;
        let kept = total([due.stands, -passed_on])?;
        lowered.tell(due.month, MemoKind::PassedOn, passed_on);
        if kept.is_positive() {
            let receipts = self.receipts(due, kept, curve)?;
            lowered.tranches.push(self.earned(stream, due.month, kept, receipts));
        }
        Some(())
    }

    /// The cash of a payment of which `kept` stands: what is paid at first along the curve, what
    /// partners are paid before it comes in, and the correction. The rows sum to what is kept.
    fn receipts(
        &self,
        due: Due,
        kept: Money,
        curve: &[(u32, Rate)],
    ) -> Option<Vec<(Month, Money)>> {
        let passed_on = self.pass_through.try_of(due.first)?;
        let kept_first = total([due.first, -passed_on])?;
        let mut rows = match self.partners_paid {
            PartnersPaid::WhenPaid => collected(due.month, kept_first, curve)?,
            PartnersPaid::WhenEarned => {
                let mut rows = collected(due.month, due.first, curve)?;
                rows.insert(0, (due.month, -passed_on));
                rows
            }
        };
        if let Some(true_up) = &self.true_up {
            let correction = total([kept, -kept_first])?;
            rows.push((later(due.month, true_up.after_months), correction));
        }
        rows.retain(|(_, amount)| !amount.is_zero());
        rows.sort_by_key(|(month, _)| *month);
        Some(rows)
    }

    /// A tranche that is earned in a month and never lapses.
    fn earned(
        &self,
        stream: &Stream,
        month: Month,
        amount: Money,
        receipts: Vec<(Month, Money)>,
    ) -> Tranche {
        let period = stream.fiscal_period(self.from, month);
        Tranche::arising(stream, (month, amount), period, Receipts::Earned(receipts))
    }

    /// Posts what a score releases of the withheld money, and the bonus.
    fn settle(
        &self,
        lowered: &mut Lowered,
        stream: &Stream,
        setting: &Setting,
        served: &[Served],
    ) -> Option<()> {
        let paid = |month: Month, amount: Money| Due { month, stands: amount, first: amount };
        let settled = Payer { true_up: None, ..self.clone() };
        if let Some(withhold) = &self.withhold {
            for (month, withheld) in withhold.years(served, |month| month.withheld)? {
                let released = withhold.score.try_of(withheld)?;
                if setting.place(month).is_some() {
                    settled.post(lowered, stream, paid(month, released), &[])?;
                }
            }
        }
        if let Some(bonus) = &self.bonus {
            for (month, gross) in bonus.years(served, |month| month.gross)? {
                let earned = Product::new(gross).times(bonus.share)?.times(bonus.score)?.round()?;
                if setting.place(month).is_some() {
                    lowered.tell(month, MemoKind::Gross, earned);
                    settled.post(lowered, stream, paid(month, earned), &[])?;
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
        for year in term_years(stream.fiscal, stream.begins(self.from), stream.until(), span) {
            let place = usize::try_from(year.first.since(self.from)).ok()?;
            let amount = year.part(index.get(place)?.try_of(yearly)?);
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

    /// One tranche a year of profit, in the month in which it is paid.
    fn reinvested(
        &self,
        terms: &Reinvestment,
        stream: &Stream,
        setting: &Setting,
    ) -> Option<Lowered> {
        let mut lowered = Lowered::default();
        let begins = stream.begins(self.from);
        let last = stream.last_month(setting.end());
        for (month, amount) in terms.payments()? {
            if month < begins || month > last || !amount.is_positive() {
                continue;
            }
            if setting.place(month).is_some() {
                lowered.tell(month, MemoKind::Gross, amount);
                let tranche = self.earned(stream, month, amount, vec![(month, amount)]);
                lowered.tranches.push(tranche);
            }
        }
        Some(lowered)
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

#[cfg(test)]
mod tests;
