//! Partners' money: dues, hospital contributions, earned fees, and in-kind that covers one line.

use super::grant::in_horizon;
use super::{Authority, Lowered, Receipts, Setting, Stream, Tranche};
use crate::driver::{later, term_years, yearly_index};
use crate::money::{Money, Price, Rate};
use crate::month::{FiscalCalendar, Month};
use crate::name::{DriverIndex, LineIndex};

/// The terms of a partner's contribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    /// The first month.
    pub from: Month,
    /// How it is given.
    pub method: PartnerMethod,
    /// A yearly change of the amount, stepped in the first month of a fiscal year.
    pub growth: Rate,
    /// The fiscal years in which a yearly amount falls due: in the first month of each, or the
    /// stream's first month.
    pub fiscal: FiscalCalendar,
    /// Months from the due month to the cash.
    pub lag_months: u32,
}

/// How a partner gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartnerMethod {
    /// An amount each fiscal year, due at its beginning; a part of a year owes its months' part.
    Yearly(Money),
    /// An amount each month.
    Monthly(Money),
    /// Dated payments.
    Payments(Vec<(Month, Money)>),
    /// Units of service sold at a price.
    Fees {
        /// The units of a month.
        units: DriverIndex,
        /// Dollars a unit.
        rate: Price,
    },
    /// In-kind worth so much a month, which covers one line and is never cash.
    InKind {
        /// The line it covers.
        line: LineIndex,
        /// Its value a month.
        monthly: Money,
    },
}

impl Partner {
    /// Whether it is given in more than one year or month.
    pub fn recurs(&self, last: Month) -> bool {
        match &self.method {
            PartnerMethod::Yearly(_) => self.fiscal.year_of(self.from) < self.fiscal.year_of(last),
            PartnerMethod::Payments(rows) => super::several(rows.iter().map(|(month, _)| *month)),
            _ => self.from < last,
        }
    }

    /// The tranches, by schedule. Money does not lapse; in-kind lasts its month.
    ///
    /// Dues that fell due before the horizon belong to the opening position; dated payments are kept
    /// from the stream's first month on. A tranche's period is the fiscal year, counted from the
    /// stream's first.
    pub fn lower(&self, stream: &Stream, setting: &Setting) -> Option<Lowered> {
        let begins = stream.begins(self.from);
        let dated = self.amounts(stream, setting)?.into_iter();
        let dated = dated.filter(|(month, amount)| amount.is_positive() && *month >= begins);
        let mut tranches: Vec<Tranche> =
            dated.map(|(month, amount)| self.tranche(stream, month, amount)).collect();
        tranches.retain(|tranche| in_horizon(tranche, setting));
        tranches.sort_by_key(|tranche| tranche.first);
        Some(Lowered { tranches, ..Lowered::default() })
    }

    fn tranche(&self, stream: &Stream, month: Month, amount: Money) -> Tranche {
        let (last, authority, receipts) = match self.method {
            PartnerMethod::InKind { line, .. } => {
                (Some(month), Authority::InKind(line, amount), Receipts::InKind)
            }
            _ => {
                let arrives = later(month, self.lag_months);
                (None, Authority::Amount(amount), Receipts::Earned(vec![(arrives, amount)]))
            }
        };
        let years = self.fiscal.year_of(month) - self.fiscal.year_of(self.from);
        Tranche {
            first: month,
            last,
            amount: authority,
            award: 0,
            period: u32::try_from(years).unwrap_or(0),
            status: stream.status,
            receipts,
        }
    }

    /// The amounts by the month in which they fall due.
    fn amounts(&self, stream: &Stream, setting: &Setting) -> Option<Vec<(Month, Money)>> {
        let last = stream.last_month(setting.end());
        let index = yearly_index(self.from, last, self.growth, self.fiscal)?;
        let index_of = |month: Month| {
            let place = usize::try_from(month.since(self.from)).ok();
            place.and_then(|place| index.get(place)).copied()
        };
        let months = index.iter().enumerate().filter_map(|(place, index)| {
            let month = self.from.plus(place as i32)?;
            Some((month, setting.place(month)?, *index))
        });
        match &self.method {
            PartnerMethod::Yearly(yearly) => {
                let span = (setting.start, setting.end());
                let begins = stream.begins(self.from);
                let years = term_years(self.fiscal, begins, stream.until(), span);
                let due = years.iter().filter(|year| setting.place(year.first).is_some());
                due.map(|year| {
                    Some((year.first, year.part(index_of(year.first)?.try_of(*yearly)?)))
                })
                .collect()
            }
            PartnerMethod::Monthly(monthly) | PartnerMethod::InKind { monthly, .. } => {
                months.map(|(month, _, index)| Some((month, index.try_of(*monthly)?))).collect()
            }
            PartnerMethod::Payments(payments) => {
                let grown = payments.iter().filter_map(|(month, amount)| {
                    index_of(*month).map(|index| Some((*month, index.try_of(*amount)?)))
                });
                grown.collect()
            }
            PartnerMethod::Fees { units, rate } => months
                .map(|(month, place, index)| {
                    let count = setting.drivers[units.at()].count(place);
                    Some((month, rate.product().times_count(count)?.times(index)?.round()?))
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::grant::sample::{driver, lower, money, month, rate, stream, tranches};
    use super::*;
    use crate::driver::Driver;
    use crate::funding::{Kind, Terms};

    fn partner(method: PartnerMethod) -> Partner {
        Partner {
            from: month("2024-01"),
            method,
            growth: Rate::ZERO,
            fiscal: FiscalCalendar::starting(7),
            lag_months: 0,
        }
    }

    fn lowered(partner: &Partner, until: Option<&str>, drivers: &[Driver], months: u32) -> Lowered {
        lower(&stream(Kind::Partner, Terms::Partner(partner.clone()), until), drivers, months)
    }

    #[test]
    fn dues_fall_due_with_the_year_and_a_part_of_a_year_owes_its_part() {
        let mut dues = partner(PartnerMethod::Yearly(money("1200.00")));
        (dues.growth, dues.lag_months) = (rate("0.1"), 2);
        // Six months at first; a year, 10 % more; then four months of 1,452.00.
        let paid = lowered(&dues, Some("2025-10"), &[], 24);
        assert_eq!(
            tranches(&paid),
            ["2024-01..- 600.00", "2024-07..- 1320.00", "2025-07..- 484.00"]
        );
        let receipts = vec![(month("2024-03"), money("600.00"))];
        assert_eq!(paid.tranches[0].receipts, Receipts::Earned(receipts));
        // Dues of July 2023 were paid before the plan.
        dues.from = month("2023-01");
        assert_eq!(
            tranches(&lowered(&dues, Some("2024-12"), &[], 24)),
            ["2024-07..- 726.00"] // six months of 1,452.00
        );
    }

    #[test]
    fn in_kind_lasts_its_month_and_is_never_cash() {
        let method = PartnerMethod::InKind { line: LineIndex(0), monthly: money("50.00") };
        let lowered = lowered(&partner(method), Some("2024-02"), &[], 12);
        assert_eq!(
            tranches(&lowered),
            ["2024-01..2024-01 50.00 in kind", "2024-02..2024-02 50.00 in kind"]
        );
        assert_eq!(lowered.tranches[0].receipts, Receipts::InKind);
    }

    #[test]
    fn payments_and_fees_come_as_they_are_dated_and_sold() {
        let dated = ["2023-12", "2024-05"].map(|text| (month(text), money("9.00"))).to_vec();
        let dated = partner(PartnerMethod::Payments(dated));
        assert_eq!(tranches(&lowered(&dated, None, &[], 12)), ["2024-05..- 9.00"]);
        let rate = Price::parse("1.255").unwrap();
        let fees = partner(PartnerMethod::Fees { units: DriverIndex(0), rate });
        // 3 x 1.255 = 3.765 -> 3.77; nothing is sold in February.
        let units = [driver("units", &["3", "0"])];
        assert_eq!(tranches(&lowered(&fees, None, &units, 2)), ["2024-01..- 3.77"]);
        let monthly = partner(PartnerMethod::Monthly(money("4.00")));
        assert_eq!(lowered(&monthly, None, &[], 7).tranches.len(), 7);
    }

    #[test]
    fn a_delayed_partner_owes_its_months_from_the_start_on() {
        let given = |method| {
            let terms = Partner { fiscal: FiscalCalendar::starting(1), ..partner(method) };
            let mut stream = stream(Kind::Partner, Terms::Partner(terms), Some("2024-12"));
            stream.delayed_to = Some(month("2024-10"));
            tranches(&lower(&stream, &[], 12))
        };
        // Three months of the year's dues, 300.00, fall due in October; a month's gift comes three times.
        assert_eq!(given(PartnerMethod::Yearly(money("1200.00"))), ["2024-10..- 300.00"]);
        assert_eq!(given(PartnerMethod::Monthly(money("10.00"))).len(), 3);
        let payments = vec![(month("2024-03"), money("5.00")), (month("2024-11"), money("7.00"))];
        assert_eq!(given(PartnerMethod::Payments(payments)), ["2024-11..- 7.00"]);
    }
}
