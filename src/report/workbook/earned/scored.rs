//! Parts of a payer's payment that a score decides: what is withheld and released, and bonuses; with the months of
//! service before the plan that are scored within it.

use rust_decimal::Decimal;

use super::priced::Priced;
use super::{Laid, Row};
use crate::funding::payer::{Pathway, Payer, PayerMethod, Pricing, Scored, Served};
use crate::money::{Money, Product};
use crate::month::{FiscalCalendar, Month};
use crate::report::workbook::formula::{Expression, cell, cents, round, sum_where, when, whole};
use crate::report::workbook::months::Months;
use crate::report::workbook::sheet::{At, FIRST, LABEL, MARK, Role, SECOND, Unit, of_rate};
use crate::report::workbook::stated::{of, of_count};

/// Steps of an index that are written as one formula.
const STEPS_MAX: usize = 40;
/// Months before the plan's start in which a score may have been paid, so that a later payment falls within the plan.
const PAID_BEFORE: i32 = 12;

/// Months of service before the plan that are paid alike and scored together.
pub struct Block {
    first: Month,
    last: Month,
    count: u32,
    served: Served,
    /// The cell of what stands of one of its months.
    stands: At,
}

/// The months before the plan that a score pays within it.
#[derive(Default)]
pub struct Earlier {
    blocks: Vec<Block>,
    /// Whether older months are left out, so that the months to a payment stay as they are.
    cut_off: bool,
}

/// A score's payment: by what it is stated, and what it is called.
pub struct Kind {
    /// The key of its terms.
    pub key: &'static str,
    /// The row of what it is a part of.
    pub label: &'static str,
    /// What is paid.
    pub paid: &'static str,
    /// Whether its share is paid on top.
    pub bonus: bool,
}

impl Laid<'_, '_, '_> {
    /// Lays the months before the plan, a row for those that are paid alike and scored together.
    pub(super) fn earlier(
        &mut self,
        payer: &Payer,
        (priced, retained): (&Priced, Option<At>),
        (served, growth): (&[Served], Option<At>),
    ) -> Option<Earlier> {
        let scored: Vec<&Scored> = payer.withhold.iter().chain(&payer.bonus).collect();
        let start = self.plan.horizon.start;
        let paid = |scored: &&Scored, month: Month| {
            scored.measured_in(month)?.plus(i32::try_from(scored.paid_after_months).ok()?)
        };
        let counts = |served: &&Served| {
            let since = |paid: Month| paid.since(start) >= -PAID_BEFORE;
            scored.iter().any(|scored| paid(scored, served.month).is_some_and(since))
        };
        let all = served.iter().filter(|served| served.month < start);
        let kept: Vec<&Served> = all.clone().filter(counts).collect();
        let mut earlier = Earlier { cut_off: kept.len() < all.count(), ..Earlier::default() };
        let mut groups: Vec<Vec<&Served>> = Vec::new();
        // Months are paid alike at the price of one year, in one year of growth, for the same outcomes.
        let begins = self.stream.begins(payer.from);
        let key = |served: &Served| {
            let since = i64::from(served.month.since(begins));
            let pathways = match &payer.method {
                PayerMethod::Outcome(pathways) => pathways.as_slice(),
                _ => &[],
            };
            let paid = |pathway: &Pathway| since >= i64::from(pathway.lag_months);
            let paid: Vec<bool> = pathways.iter().map(paid).collect();
            let measured: Vec<Option<Month>> =
                scored.iter().map(|scored| scored.measured_in(served.month)).collect();
            let grown = growth.map(|_| self.stream.fiscal.year_of(served.month));
            let by_year = match &payer.method {
                PayerMethod::FeeForService { pricing: Pricing::ByYear(_), .. }
                | PayerMethod::CommunityHealth(_) => served.priced,
                _ => 0,
            };
            (by_year, grown, paid, measured)
        };
        for served in kept {
            let alike = |group: &&mut Vec<&Served>| key(group[0]) == key(served);
            match groups.last_mut().filter(alike) {
                Some(group) => group.push(served),
                None => groups.push(vec![served]),
            }
        }
        let mut before: Option<(Month, At)> = None;
        for group in groups {
            let (one, last) = (*group[0], group[group.len() - 1].month);
            let row = self.sheet.next_row();
            let label = format!("   before the plan, a month of {}", span(one.month, last));
            self.sheet.text(row, LABEL, label, Role::Label);
            let count = group.len() as u32;
            self.sheet.number(row, MARK, of_count(count), Role::Grey, Unit::Whole);
            let index = match growth {
                None => None,
                Some(rate) => {
                    let (since, base) = match before {
                        None => (payer.from, whole(1)),
                        Some((month, at)) => (month, cell(at)),
                    };
                    let steps = steps(self.stream.fiscal, since, one.month);
                    if steps > STEPS_MAX {
                        return None;
                    }
                    let grown = |index: Expression| round(index * (whole(1) + rate), 9);
                    let formula = (0..steps).fold(base, |index, _| grown(index));
                    let figure = (of_rate(one.index), Unit::Number);
                    let at = self.sheet.formula(row, FIRST, formula, figure, Role::Formula);
                    before = Some((one.month, at));
                    Some(cell(at))
                }
            };
            let formula = (priced.before)(self, &one, index);
            let mut stands = self.sheet.money(row, SECOND, formula, one.first, Role::Formula);
            if let Some(retained) = retained {
                let row = self.sheet.next_row();
                self.sheet.text(row, LABEL, "   of it stands", Role::Label);
                let formula = cents(cell(retained) * stands);
                stands = self.sheet.money(row, SECOND, formula, one.gross, Role::Formula);
            }
            let first = one.month;
            earlier.blocks.push(Block { first, last, count, served: one, stands });
        }
        Some(earlier)
    }

    /// Lays what a score pays of a row of months: the month in which each is paid, what is due for it then, and what
    /// the score earns of that.
    pub(super) fn scored(
        &mut self,
        scored: &Scored,
        (kind, share): (&Kind, At),
        (base, served): (&Row, &[Served]),
        earlier: &Earlier,
    ) -> Option<Row> {
        let key = |key: &str| of(self.stream, &[&format!("{}.{key}", kind.key)]);
        let label = format!("Score expected: {}", kind.paid);
        let score = self.inputs.figure(&key("score"), &label, of_rate(scored.score), Unit::Share);
        let label = format!("Months from the measured year's end: {}", kind.paid);
        let after = of_count(scored.paid_after_months);
        let after = match earlier.cut_off {
            false => self.inputs.figure(&key("paid-after-months"), &label, after, Unit::Whole),
            true => {
                let why = "older years of service would be paid in the plan";
                self.inputs.constant(&label, after, Unit::Whole, why)
            }
        };
        let year = FiscalCalendar::starting(scored.measured % 12 + 1);
        let number = |month: Month| {
            let measured = scored.measured_in(month)?.since(self.plan.horizon.start);
            Some(Decimal::from(i64::from(measured) + 1 + i64::from(scored.paid_after_months)))
        };
        // The number of the month in which each month is paid for.
        let marks = self.sheet.next_row();
        let words = format!("   {}: paid in month number", kind.label);
        self.sheet.text(marks, LABEL, words, Role::Note);
        for place in self.places() {
            let position = self.months.position(year, place);
            let formula = cell(self.months.number(place)) + 11 - position + after;
            let figure = (number(self.plan.horizon.month(place))?, Unit::Whole);
            let column = Months::column(place);
            self.sheet.formula(marks, column, formula, figure, Role::Formula);
        }
        let mut blocks = Vec::new();
        for block in &earlier.blocks {
            let row = self.sheet.next_row();
            let words = format!("   {}, of {}", kind.label, span(block.first, block.last));
            self.sheet.text(row, LABEL, words, Role::Label);
            let (formula, figure) = match kind.bonus {
                true => (cell(block.stands), block.served.gross),
                false => (cents(cell(share) * block.stands), block.served.withheld),
            };
            let each = self.sheet.money(row, FIRST, formula, figure, Role::Formula);
            let paid = number(block.first)?;
            let base = paid - of_count(scored.paid_after_months);
            let formula = match base.is_sign_negative() {
                true => cell(after) - Expression::Number(-base),
                false => cell(after) + Expression::Number(base),
            };
            let paid_at =
                self.sheet.formula(row, SECOND, formula, (paid, Unit::Whole), Role::Formula);
            let count = i64::from(block.count);
            for place in self.places() {
                let now = cell(self.months.number(place)).equals(paid_at);
                let falls = Decimal::from(place as i64 + 1) == paid;
                let figure = if falls { figure.times(count) } else { Money::ZERO };
                let formula = when(now, cell(each) * count, 0);
                let column = Months::column(place);
                self.sheet.money(row, column, formula, figure, Role::Formula);
            }
            blocks.push(row);
        }
        let amount = |served: &Served| if kind.bonus { served.gross } else { served.withheld };
        let mut due = vec![Money::ZERO; self.places().len()];
        for (month, sum) in scored.years(served, amount)? {
            if let Some(place) = self.plan.horizon.place(month) {
                due[place] += sum;
            }
        }
        let (area, marks) =
            (self.months.row(self.sheet.at(base.row, 0)), self.months.row(self.sheet.at(marks, 0)));
        let amounts = due.iter().enumerate().map(|(place, figure)| {
            let own = sum_where(area, vec![(marks, cell(self.months.number(place)))]);
            let column = Months::column(place);
            let formula = blocks.iter().fold(own, |sum, row| sum + self.sheet.at(*row, column));
            (Some(formula), *figure)
        });
        let amounts = amounts.collect();
        let measured = self.row(&format!("   {}, when it is scored", kind.label), amounts);
        let mut amounts = Vec::new();
        for (place, due) in due.iter().enumerate() {
            let sum = cell(self.of_row(&measured, place));
            let (formula, figure) = match kind.bonus {
                true => {
                    let product = Product::new(*due).times(scored.share)?;
                    (sum * share * score, product.times(scored.score)?.round()?)
                }
                false => (sum * score, scored.score.try_of(*due)?),
            };
            amounts.push((Some(cents(formula)), figure));
        }
        Some(self.row(&format!("   {}", kind.paid), amounts))
    }
}

/// Months in words.
fn span(first: Month, last: Month) -> String {
    match first == last {
        true => first.words(),
        false => format!("{} to {}", first.words(), last.words()),
    }
}

/// How often an index steps after a month until another.
fn steps(calendar: FiscalCalendar, from: Month, until: Month) -> usize {
    let months = (1..=until.since(from)).filter_map(|since| from.plus(since));
    months.filter(|month| calendar.position(*month) == 0).count()
}
