//! The cash of what is earned by the month: the steps of a curve, true-ups, what partners are paid; and what of each a
//! pool's part brings.

use super::by_terms::Cells;
use super::parts::{in_cents, in_full_cents};
use super::{Awards, shifted};
use crate::diagnostic::visible;
use crate::money::{Money, Rate};
use crate::name::{PoolIndex, StreamIndex};
use crate::plan::restriction::Standing;
use crate::report::workbook::earned::{Flow, Leg, Row, Way};
use crate::report::workbook::formula::{
    Expression, cell, cents, floor_zero, least, round, sum_of, when, whole,
};
use crate::report::workbook::months::Months;
use crate::report::workbook::sheet::{At, FIRST, LABEL, Role, SECOND, SUM, Sheet, Unit, of_rate};
use rust_decimal::Decimal;

/// One step in which cash comes or goes: how much of each month, and how much later.
pub struct Step {
    of: Row,
    lag: Option<At>,
    /// The months after which it comes.
    pub lag_months: u32,
    way: Way,
    label: &'static str,
}

/// One step of a collection curve that has several: the cell of its months, and its share with the cell of that, in
/// billionths.
struct CurveStep {
    lag: At,
    lag_months: u32,
    share: (At, i128),
}

impl CurveStep {
    fn of(leg: &Leg) -> Option<CurveStep> {
        let (at, share) = leg.share?;
        Some(CurveStep {
            lag: leg.lag?,
            lag_months: leg.lag_months,
            share: (at, share.billionths()),
        })
    }
}

/// What shares of a curve come to.
struct Share {
    formula: Option<Expression>,
    billionths: i128,
}

impl Share {
    fn nothing() -> Share {
        Share { formula: None, billionths: 0 }
    }

    fn add(&mut self, formula: Expression, billionths: i128) {
        self.formula = Some(match self.formula.take() {
            Some(sum) => sum + formula,
            None => formula,
        });
        self.billionths += billionths;
    }
}

impl<'a> Awards<'a> {
    /// Lays the amounts of the steps in which cash comes for a row of amounts.
    pub(super) fn lay_steps(&mut self, flow: &Flow, all: &Row, steps: &mut Vec<Step>) {
        let curve: Vec<CurveStep> = flow.legs.iter().filter_map(CurveStep::of).collect();
        self.check_shares(&curve);
        for (number, leg) in flow.legs.iter().enumerate() {
            let mut step = Step {
                of: all.clone(),
                lag: leg.lag,
                lag_months: leg.lag_months,
                way: flow.way,
                label: flow.label,
            };
            if !curve.is_empty() {
                step.of = self.lay_curve_step(&curve, number, all);
            }
            steps.push(step);
        }
    }

    /// Lays whether the shares of a curve come to one, once for each curve: 0 where they do.
    fn check_shares(&mut self, curve: &[CurveStep]) {
        let shares: Vec<At> = curve.iter().map(|step| step.share.0).collect();
        let Some(first) = shares.first().filter(|first| !self.curves.contains_key(first)) else {
            return;
        };
        let row = self.sheet.next_row();
        self.sheet.text(
            row,
            LABEL,
            "   1 where the shares of the curve do not come to 100%",
            Role::Note,
        );
        let wrong = when(round(sum_of(&shares), 9).equals(1), 0, 1);
        let none = (Decimal::ZERO, Unit::Whole);
        let at = self.sheet.formula(row, SUM, wrong, none, Role::Check);
        self.curves.insert(*first, at);
    }

    /// Lays what one step of a curve brings of a row: what has come through it less what came before it, each rounded,
    /// whatever the order of the steps becomes.
    fn lay_curve_step(&mut self, curve: &[CurveStep], number: usize, all: &Row) -> Row {
        let own = &curve[number];
        let mut before = Share::nothing();
        for (place, other) in curve.iter().enumerate().filter(|(place, _)| *place != number) {
            // Steps of one month add up to the same in either order.
            let (earlier, comes) = match place < number {
                true => (cell(other.lag).at_most(own.lag), other.lag_months <= own.lag_months),
                false => (cell(other.lag).below(own.lag), other.lag_months < own.lag_months),
            };
            before.add(when(earlier, other.share.0, 0), if comes { other.share.1 } else { 0 });
        }
        let row = self.sheet.next_row();
        let [before_at, through_at] = [FIRST, SECOND].map(|column| self.sheet.at(row, column));
        let any_before = before.formula.is_some();
        let mut through =
            Share { formula: any_before.then(|| cell(before_at)), billionths: before.billionths };
        through.add(cell(own.share.0), own.share.1);
        let part = |share: &Share, amount: Money| {
            Rate::from_billionths(share.billionths).map_or(amount, |part| part.of(amount))
        };
        let figures: Vec<Money> = all
            .figures
            .iter()
            .map(|amount| part(&through, *amount) - part(&before, *amount))
            .collect();
        let formula = |sheet: &Sheet, _: u32, place: usize| {
            let at = sheet.at(all.row, Months::column(place));
            let to = |share: At| cents(cell(at) * share);
            Some(if any_before { to(through_at) - to(before_at) } else { to(through_at) })
        };
        self.row("   of it one step of the curve", formula, &figures);
        self.lay_share(before_at, before);
        self.lay_share(through_at, through);
        Row { row, figures }
    }

    /// Lays a share of a curve, to the place in which shares are stated.
    fn lay_share(&mut self, at: At, share: Share) {
        let rate = Rate::from_billionths(share.billionths).map_or(Decimal::ONE, of_rate);
        if let Some(formula) = share.formula {
            let figure = (rate, Unit::Share);
            self.sheet.formula(at.row, at.column, round(formula, 9), figure, Role::Formula);
        }
    }

    /// Lays the cash of steps, when it comes or goes.
    pub(super) fn lay_come(&mut self, steps: &[Step], months: &Months) -> Cells {
        let mut cells = Cells { come: vec![Vec::new(); self.count()], out: Vec::new() };
        for step in steps {
            self.lay_step(step, &mut cells, months);
        }
        cells
    }

    fn lay_step(&mut self, step: &Step, cells: &mut Cells, months: &Months) {
        let count = self.count();
        let earlier = |place: usize| place.checked_sub(step.lag_months as usize);
        let later =
            |place: usize| earlier(place).map_or(Money::ZERO, |place| step.of.figures[place]);
        let figures: Vec<Money> = (0..count).map(later).collect();
        let own = step.of.row;
        let come = match step.lag {
            None => Row { row: own, figures },
            Some(lag) => {
                let area = months.row(self.at(own, 0));
                let formula = |_: &Sheet, _: u32, place: usize| {
                    Some(shifted(area, months.number(place), lag))
                };
                let row = self.row(&format!("   {}", step.label), formula, &figures);
                Row { row, figures }
            }
        };
        if step.way == Way::Out {
            cells.out.push(come);
            return;
        }
        let mut in_cash = come.row;
        if step.way == Way::Either {
            let of = come.figures.iter().map(|amount| amount.floor_zero()).collect::<Vec<Money>>();
            let formula = |sheet: &Sheet, _: u32, place: usize| {
                Some(floor_zero(sheet.at(come.row, Months::column(place))))
            };
            in_cash = self.row(&format!("   {}: what comes", step.label), formula, &of);
            let figures: Vec<Money> =
                come.figures.iter().map(|amount| (-*amount).floor_zero()).collect();
            let formula = |sheet: &Sheet, _: u32, place: usize| {
                Some(floor_zero(whole(0) - sheet.at(come.row, Months::column(place))))
            };
            let row = self.row(&format!("   {}: what goes back", step.label), formula, &figures);
            cells.out.push(Row { row, figures });
        }
        for (place, own) in cells.come.iter_mut().enumerate() {
            own.push(self.at(in_cash, place));
        }
    }

    /// Lays what goes out by a source's terms; nothing where nothing can.
    pub(super) fn lay_back(&mut self, back: &[Row]) -> Option<(u32, Vec<Money>)> {
        let first = back.first()?;
        let mut figures = vec![Money::ZERO; self.count()];
        for row in back {
            for (sum, amount) in figures.iter_mut().zip(&row.figures) {
                *sum += *amount;
            }
        }
        if back.len() == 1 {
            return Some((first.row, figures));
        }
        let formula = |sheet: &Sheet, _: u32, place: usize| {
            let cells = back.iter().map(|row| sheet.at(row.row, Months::column(place)));
            Some(sum_of(&cells.collect::<Vec<At>>()))
        };
        let row = self.row("   goes out by its terms", formula, &figures);
        Some((row, figures))
    }

    /// Whether a pool holds a part of a source.
    pub(super) fn is_pooled(&self, source: usize) -> bool {
        self.held(source).iter().any(|tranche| tranche.pool.is_some())
    }

    /// Lays the amounts of steps as the parts of pools and the rest bring them: of each part, what came through each
    /// step is its share of that, to the full cent.
    pub(super) fn lay_pooled(
        &mut self,
        source: usize,
        kept: &Row,
        steps: &mut [Step],
        pools: &[(PoolIndex, At, Rate)],
    ) {
        let plan = self.books.plan;
        let shares: Vec<_> = pools.iter().copied().map(Some).collect();
        // Income of an award's project stays with the project.
        let of_project = |place: usize| {
            let month = plan.horizon.month(place);
            let standing = Standing::of_income(plan, StreamIndex::from(source), month);
            matches!(standing, Standing::Project(_))
        };
        let mut parts: Vec<Row> = Vec::new();
        let mut rest = kept.figures.clone();
        for share in shares.into_iter().chain([None]) {
            let part = |place: usize| match share {
                Some(_) if of_project(place) => Money::ZERO,
                Some((.., share)) => share.of(kept.figures[place]).at_most(rest[place]),
                None => rest[place],
            };
            let own: Vec<Money> = (0..self.count()).map(part).collect();
            let laid: Vec<u32> = parts.iter().map(|part| part.row).collect();
            let formula = |sheet: &Sheet, _: u32, place: usize| {
                let column = Months::column(place);
                let whole = sheet.at(kept.row, column);
                sheet.cell(kept.row, column)?;
                let left = laid.iter().fold(cell(whole), |left, row| left - sheet.at(*row, column));
                match share {
                    None => Some(left),
                    Some(_) if of_project(place) => None,
                    Some((_, share, _)) => Some(least(cents(cell(whole) * share), left)),
                }
            };
            let label = match share {
                Some((pool, ..)) => {
                    format!("   part of the pool {}", visible(&plan.pool(pool).title))
                }
                None => "   part outside pools".to_string(),
            };
            let row = self.row(&label, formula, &own);
            if let Some((_, at, share)) = share {
                let figure = (of_rate(share), Unit::Share);
                self.sheet.formula(row, FIRST, cell(at), figure, Role::Formula);
            }
            for (rest, own) in rest.iter_mut().zip(&own) {
                *rest -= *own;
            }
            parts.push(Row { row, figures: own });
        }
        let signed = steps.iter().any(|step| step.way != Way::In);
        let mut through: Option<Row> = None;
        let mut before: Vec<Option<Row>> = parts.iter().map(|_| None).collect();
        for step in steps {
            let out = step.way == Way::Out;
            through = Some(self.lay_through(step, through, kept, out));
            let Some(through) = &through else { continue };
            let mut amount = vec![Money::ZERO; self.count()];
            let mut terms: Vec<(u32, Option<u32>)> = Vec::new();
            for (part, before) in parts.iter().zip(&mut before) {
                let row = self.lay_scaled(through, part, kept, signed);
                for (place, sum) in amount.iter_mut().enumerate() {
                    let earlier = before.as_ref().map_or(Money::ZERO, |row| row.figures[place]);
                    let now = row.figures[place] - earlier;
                    *sum += if out { -now } else { now };
                }
                terms.push((row.row, before.as_ref().map(|row| row.row)));
                *before = Some(row);
            }
            let formula = |sheet: &Sheet, _: u32, place: usize| {
                let column = Months::column(place);
                sheet.cell(kept.row, column)?;
                let at = |row: u32| sheet.at(row, column);
                let (first, rest) = terms.split_first()?;
                let now = rest.iter().fold(cell(at(first.0)), |sum, (now, _)| sum + at(*now));
                let earlier = terms.iter().filter_map(|(_, before)| *before);
                let now = earlier.fold(now, |sum, before| sum - at(before));
                Some(if out { whole(0) - now } else { now })
            };
            let row = self.row(&format!("   of all parts: {}", step.label), formula, &amount);
            step.of = Row { row, figures: amount };
        }
    }

    /// Lays what of each month's amount has come through a step.
    fn lay_through(&mut self, step: &Step, before: Option<Row>, kept: &Row, out: bool) -> Row {
        let figures: Vec<Money> = (0..self.count())
            .map(|place| {
                let earlier = before.as_ref().map_or(Money::ZERO, |row| row.figures[place]);
                let now = step.of.figures[place];
                earlier + if out { -now } else { now }
            })
            .collect();
        let formula = |sheet: &Sheet, _: u32, place: usize| {
            let column = Months::column(place);
            sheet.cell(kept.row, column)?;
            let now = sheet.at(step.of.row, column);
            Some(match (&before, out) {
                (None, false) => cell(now),
                (None, true) => whole(0) - now,
                (Some(before), false) => cell(sheet.at(before.row, column)) + now,
                (Some(before), true) => cell(sheet.at(before.row, column)) - now,
            })
        };
        let row = self.row("   come through this step", formula, &figures);
        Row { row, figures }
    }

    /// Lays what of that a part brings: its share of the amount, to the full cent.
    fn lay_scaled(&mut self, through: &Row, part: &Row, kept: &Row, signed: bool) -> Row {
        let of = |place: usize| {
            in_cents(through.figures[place], part.figures[place], kept.figures[place])
        };
        let figures: Vec<Money> = (0..self.count()).map(of).collect();
        let formula = |sheet: &Sheet, _: u32, place: usize| {
            let column = Months::column(place);
            sheet.cell(kept.row, column)?;
            let at = |row: &Row| cell(sheet.at(row.row, column));
            let full = |amount: Expression| in_full_cents([amount, at(part), at(kept)]);
            Some(match signed {
                false => full(at(through)),
                true => {
                    let back = whole(0) - full(whole(0) - at(through));
                    when(at(through).below(0), back, full(at(through)))
                }
            })
        };
        let row = self.row("   of it in full cents", formula, &figures);
        Row { row, figures }
    }
}
