//! What a grant's budget periods and renewals hold.

use super::{Base, Stating, of, part_of};
use crate::driver::later;
use crate::funding::Tranche;
use crate::funding::grant::{BudgetPeriod, Grant};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::report::workbook::formula::{Expression, cell, cents, round};
use crate::report::workbook::months::share;
use crate::report::workbook::sheet::{At, FIRST, LABEL, Role, SECOND, Unit, dollars, of_rate};
use rust_decimal::Decimal;

impl Stating<'_, '_, '_> {
    /// A budget period, or a year of the renewal.
    pub(super) fn grant(&mut self, grant: &Grant, tranche: &Tranche) -> Option<Base> {
        if tranche.award > 0 {
            return self.renewed(grant, tranche);
        }
        let place = tranche.period as usize;
        let period = grant.periods.get(place)?;
        let formula = self.period(grant, place)?;
        let first = grant.release(period);
        let (amount, span) = (period.amount, (first, period.last.max(first)));
        Some(Base { formula, amount, span, payment: Some(grant.payment) })
    }

    /// A year of the renewal: a share of the award's last twelve months.
    fn renewed(&mut self, grant: &Grant, tranche: &Tranche) -> Option<Base> {
        let renewal = grant.renewal.as_ref()?;
        let (year, figure) = self.last_year(grant)?;
        let paths = of(self.stream, &["renewal.share"]);
        let label = "A renewal's year, as a share of the award's last";
        let share = self.inputs.figure(&paths, label, of_rate(renewal.share), Unit::Share);
        let amount = renewal.share.try_of(figure)?;
        let first = later(grant.last_month(), 12 * tranche.period + 1);
        let span = (first, later(first, 11));
        let formula = cents(cell(year) * share);
        Some(Base { formula, amount, span, payment: Some(grant.payment) })
    }

    /// What the award's last twelve months before any extension hold, each period spread evenly over its months.
    fn last_year(&mut self, grant: &Grant) -> Option<(At, Money)> {
        let mut parts: Vec<Expression> = Vec::new();
        let mut amount = Money::ZERO;
        for (place, period) in grant.periods.iter().enumerate() {
            let months = length(period);
            let of = |month: Month| u32::try_from(month.since(period.first)).unwrap_or(0);
            let begins = grant.until.plus(-11).map_or(0, |month| of(month).min(months));
            let ends = grant.until.plus(1).map_or(months, |month| of(month).min(months));
            if begins < ends {
                amount += period.amount.share(ends, months) - period.amount.share(begins, months);
                let whole = self.period(grant, place)?;
                parts.push(part_of(whole, (begins, ends), months));
            }
        }
        if let Some(at) = self.before.last_year {
            return Some((at, amount));
        }
        let sum = parts.into_iter().reduce(|sum, part| sum + part)?;
        let at = self.explain("   the award's last twelve months", sum, amount);
        self.before.last_year = Some(at);
        Some((at, amount))
    }

    /// What a budget period holds.
    fn period(&mut self, grant: &Grant, place: usize) -> Option<Expression> {
        let period = grant.periods.get(place)?;
        let amount = period.amount;
        let number = place + 1;
        let keys = [format!("budget-periods.{number}.amount"), format!("amounts.{number}")];
        let label = format!("Budget period from {}", period.first.words());
        if let Some(input) = self.input(&[&keys[0], &keys[1]], &label, amount) {
            return Some(input);
        }
        let award: Money = grant.periods.iter().map(|period| period.amount).sum();
        if let Some(path) = self.inputs.stated(&of(self.stream, &["award"])) {
            let at = self.inputs.input(&path, "Award", dollars(award), Unit::Money);
            if let Some(shape) = self.inputs.text(&of(self.stream, &["taper.shape"])) {
                return self.tapered(grant, (at, award), place, shape == "geometric");
            }
            let lengths: Vec<u32> = grant.periods.iter().map(length).collect();
            let all: u32 = lengths.iter().sum();
            let (before, through): (u32, u32) =
                (lengths[..place].iter().sum(), lengths[..=place].iter().sum());
            let part = award.share(through, all) - award.share(before, all);
            return (part == amount).then(|| part_of(cell(at), (before, through), all));
        }
        let path = self.inputs.stated(&of(self.stream, &["yearly"]))?;
        // The yearly amount is what a whole year holds.
        let mut years = grant.periods.iter().filter(|period| length(period) == 12);
        let year = match years.next() {
            Some(year) => year.amount,
            None => self.inputs.text(&of(self.stream, &["yearly"])).and_then(money)?,
        };
        let months = length(period);
        let rest = year.share(months % 12, 12);
        let expected =
            i128::from(year.cents()) * i128::from(months / 12) + i128::from(rest.cents());
        if expected != i128::from(amount.cents()) {
            return None;
        }
        let at = self.inputs.input(&path, "Amount a year", dollars(year), Unit::Money);
        let years = cell(at) * i64::from(months / 12);
        Some(match (months / 12, months % 12) {
            (0, part) => cents(cell(at) * i64::from(part) / 12),
            (_, 0) => years,
            (_, part) => years + cents(cell(at) * i64::from(part) / 12),
        })
    }

    /// A period of an award that declines: its weight's part, with cumulative rounding.
    fn tapered(
        &mut self,
        grant: &Grant,
        (at, award): (At, Money),
        place: usize,
        geometric: bool,
    ) -> Option<Expression> {
        let count = grant.periods.len();
        let weights = self.weights(count, geometric)?;
        let (to_date, all) = (&weights, weights.last()?.1);
        let before = place.checked_sub(1).map_or(Decimal::ZERO, |before| to_date[before].1);
        let whole = billionths(all)?;
        let part = |weight: Decimal| Some(award.portion(billionths(weight)?, whole));
        if part(to_date[place].1)? - part(before)? != grant.periods[place].amount {
            return None;
        }
        let last = to_date[count - 1].0;
        let upto = |place: usize| match place + 1 == count {
            true => cell(at),
            false => cents(cell(at) * to_date[place].0 / last),
        };
        Some(match place {
            0 => upto(0),
            _ => upto(place) - upto(place - 1),
        })
    }

    /// The weights of a taper to date: equal steps, or each a share of the one before, rounded to nine places.
    fn weights(&mut self, count: usize, geometric: bool) -> Option<Vec<(At, Decimal)>> {
        let ratio = match geometric {
            true => Some(share(self.inputs.text(&of(self.stream, &["taper.ratio"])))?),
            false => None,
        };
        let mut figures = Vec::new();
        let mut weight = Rate::ONE;
        let mut sum = Decimal::ZERO;
        for place in 0..count {
            let own = match ratio {
                Some(_) => of_rate(weight),
                None => Decimal::from(count - place),
            };
            sum += own;
            figures.push((own, sum));
            if let Some(ratio) = ratio {
                weight = weight
                    .grown(Rate::from_billionths(ratio.billionths() - Rate::ONE.billionths())?)?;
            }
        }
        if self.before.weights.is_empty() {
            let ratio = ratio.map(|ratio| {
                let label = "Each budget period, as a share of the one before";
                let paths = of(self.stream, &["taper.ratio"]);
                self.inputs.figure(&paths, label, of_rate(ratio), Unit::Share)
            });
            let mut rows: Vec<At> = Vec::new();
            for (place, (own, to_date)) in figures.iter().enumerate() {
                let row = self.sheet.next_row();
                let label = format!("   weight of budget period {}, and to date", place + 1);
                self.sheet.text(row, LABEL, label, Role::Note);
                let figure = (*own, Unit::Number);
                let own = match (ratio, rows.last()) {
                    (Some(ratio), Some(before)) => {
                        let weight = round(cell(before.in_column(FIRST)) * ratio, 9);
                        self.sheet.formula(row, FIRST, weight, figure, Role::Formula)
                    }
                    _ => self.sheet.number(row, FIRST, figure.0, Role::Grey, Unit::Number),
                };
                let sum = match rows.last() {
                    Some(before) => cell(*before) + own,
                    None => cell(own),
                };
                let figure = (*to_date, Unit::Number);
                rows.push(self.sheet.formula(row, SECOND, sum, figure, Role::Formula));
            }
            self.before.weights = rows;
        }
        let rows = self.before.weights.iter().copied();
        Some(rows.zip(figures.into_iter().map(|(_, to_date)| to_date)).collect())
    }
}

/// The months of a budget period.
fn length(period: &BudgetPeriod) -> u32 {
    u32::try_from(period.last.since(period.first) + 1).unwrap_or(0)
}

/// A weight as a whole number.
fn billionths(weight: Decimal) -> Option<i128> {
    let whole = weight.checked_mul(Decimal::from(1_000_000_000))?;
    i128::try_from(whole).ok().filter(|whole| *whole >= 0)
}

/// An amount as a plan writes it.
pub(super) fn money(text: &str) -> Option<Money> {
    Money::parse(&text.replace('_', "")).ok()
}
