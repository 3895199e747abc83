//! Money that is earned month by month and never lapses: what a month makes available as a formula over inputs, and when
//! its cash comes.

mod payer;
mod priced;
mod public;
mod scored;

pub use public::stated_kept;

use super::costs::{Growth, lay_growth, sum_row};
use super::formula::{Expression, cell, cents, floor_zero, least, sum};
use super::inputs::Inputs;
use super::months::Months;
use super::sheet::{Area, At, LABEL, Role, Sheet, Unit, dollars, of_price, of_rate};
use super::stated::{dated_input, of, of_count, part_between};
use crate::driver::term_years;
use crate::funding::partner::{Partner, PartnerMethod};
use crate::funding::payer::PayerMethod;
use crate::funding::reserve::Floor;
use crate::funding::{Stream, Terms};
use crate::money::{Money, Price, Rate};
use crate::month::{FiscalCalendar, Month};
use crate::plan::Plan;

/// What each month makes available, and when its cash comes.
pub struct Earned {
    /// The formula of each month of the horizon that has one.
    pub months: Vec<Option<Expression>>,
    /// The cash that comes for it; none where it is held already.
    pub cash: Vec<Paid>,
}

/// A row of amounts.
#[derive(Clone, Debug)]
pub struct Row {
    /// Where it stands on the sheet of awards.
    pub row: u32,
    /// What it comes to, by month.
    pub figures: Vec<Money>,
}

/// An amount that becomes available in a month, and the cash that comes for it.
pub struct Paid {
    /// The amount; nothing where it is all that becomes available.
    pub kept: Option<Row>,
    /// Its cash.
    pub flows: Vec<Flow>,
}

/// Cash that comes or goes out for an amount.
pub struct Flow {
    /// How much of each month's amount; nothing where it is all that becomes available.
    pub of: Option<Row>,
    /// The steps in which it comes.
    pub legs: Vec<Leg>,
    /// Which way it goes.
    pub way: Way,
    /// What it is.
    pub label: &'static str,
}

/// Which way cash goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It comes in.
    In,
    /// It goes out: partners are paid.
    Out,
    /// It comes where it is above zero, and goes back where it is below.
    Either,
}

impl Earned {
    /// Money of which all that becomes available comes in one step.
    fn plain(months: Vec<Option<Expression>>, legs: Vec<Leg>) -> Earned {
        let flow = Flow { of: None, legs, way: Way::In, label: CASH };
        Earned { months, cash: vec![Paid { kept: None, flows: vec![flow] }] }
    }
}

/// What cash that comes in is called.
const CASH: &str = "its cash";

/// One step of a collection curve.
#[derive(Clone, Copy)]
pub struct Leg {
    /// The cell of the months after which it comes; nothing where it comes at once.
    pub lag: Option<At>,
    /// The months.
    pub lag_months: u32,
    /// The share that comes then, and its cell, where there are several steps.
    pub share: Option<(At, Rate)>,
}

/// How a stream's months follow from its inputs; nothing where only the engine works them out.
pub fn earned<'c>(
    plan: &Plan,
    stream: &Stream,
    (sheet, months, inputs): (&mut Sheet, &mut Months<'c>, &mut Inputs<'c>),
    first_months: Area,
) -> Option<Earned> {
    if stream.more.is_some() {
        return None;
    }
    // What was served by a termination is settled after it, as if the agreement had ended.
    let ended = stream.settled_to_its_end();
    let stream = ended.as_ref().unwrap_or(stream);
    let count = plan.horizon.months as usize;
    let mut laid = Laid { plan, stream, sheet, months, inputs };
    let earned = match &stream.terms {
        Terms::Payer(payer) => laid.payer(payer),
        Terms::Partner(partner) => laid.partner(partner),
        Terms::Public(public) => laid.public(public),
        Terms::Reserve(reserve) => {
            let figure = |inputs: &mut Inputs, key: &str, label: &str, amount| {
                inputs.figure(&of(stream, &[key]), label, dollars(amount), Unit::Money)
            };
            let balance = figure(laid.inputs, "balance", "Balance", reserve.balance);
            let floor = match reserve.floor {
                Floor::Amount(floor) => cell(figure(laid.inputs, "floor", "What must stay", floor)),
                Floor::MonthsOfCost(kept) => {
                    let (paths, label) =
                        (of(stream, &["floor-months"]), "Months of cost that must stay");
                    let kept = laid.inputs.figure(&paths, label, of_count(kept), Unit::Whole);
                    let span = i64::from(first_months.last.column - first_months.first.column) + 1;
                    cents(sum(first_months) / span) * kept
                }
            };
            let label = "What the board has authorised";
            let authorised = figure(laid.inputs, "authorised", label, reserve.authorised);
            let place = plan.horizon.place(reserve.authorised_from.max(plan.horizon.start))?;
            let mut months = vec![None; count];
            months[place] = Some(least(authorised, floor_zero(cell(balance) - floor)));
            Some(Earned { months, cash: Vec::new() })
        }
        Terms::Grant(_) | Terms::SharedSavings(_) | Terms::Loan(_) | Terms::Schedule(_) => None,
    };
    // What would begin after a termination never comes.
    let mut earned = earned?;
    if let Some(end) = stream.termination {
        let after = |place: &usize| plan.horizon.month(*place) > end.month;
        (0..count).filter(after).for_each(|place| earned.months[place] = None);
    }
    Some(earned)
}

/// A growth a year: the month from which amounts grow, the rate, and the years in whose first month they do.
type Growing = (Month, Rate, FiscalCalendar);

/// Lays the index of a stream's growth; nothing inside where there is none to take, and nothing where more of its steps
/// lie before the plan than a formula holds.
fn lay_index<'c>(
    plan: &Plan,
    stream: &Stream,
    (from, growth, calendar): Growing,
    (sheet, months, inputs): (&mut Sheet, &mut Months<'c>, &mut Inputs<'c>),
) -> Option<Option<u32>> {
    let paths = of(stream, &["growth"]);
    if growth == Rate::ZERO && inputs.stated(&paths).is_none() {
        return Some(None);
    }
    let at = inputs.figure(&paths, "Growth a year", of_rate(growth), Unit::Share);
    lay_growth(sheet, plan, months, Growth { from, rate: (at, growth), calendar }).map(Some)
}

/// Lays the index of the growth of a yearly limit that is reimbursed, as [`lay_index`] does.
pub fn lay_reimbursed_index<'c>(
    plan: &Plan,
    stream: &Stream,
    laid: (&mut Sheet, &mut Months<'c>, &mut Inputs<'c>),
) -> Option<Option<u32>> {
    let (from, growth) = match &stream.terms {
        Terms::Payer(payer) if matches!(payer.method, PayerMethod::CostReimbursement { .. }) => {
            (payer.from, payer.growth)
        }
        Terms::Public(public) => (public.from, public.growth().unwrap_or(Rate::ZERO)),
        _ => return Some(None),
    };
    lay_index(plan, stream, (from, growth, stream.fiscal), laid)
}

struct Laid<'a, 'b, 'c> {
    plan: &'b Plan,
    stream: &'b Stream,
    sheet: &'a mut Sheet,
    months: &'a mut Months<'c>,
    inputs: &'a mut Inputs<'c>,
}

impl Laid<'_, '_, '_> {
    fn places(&self) -> std::ops::Range<usize> {
        0..self.plan.horizon.months as usize
    }

    /// Whether a month lies in the stream's term from a month on.
    fn within(&self, from: Month, place: usize) -> bool {
        let month = self.plan.horizon.month(place);
        month >= self.stream.begins(from)
            && month <= self.stream.last_month(self.plan.horizon.end())
    }

    fn share(&mut self, key: &str, label: &str, rate: Rate) -> At {
        self.inputs.figure(&of(self.stream, &[key]), label, of_rate(rate), Unit::Share)
    }

    fn price(&mut self, keys: &[&str], label: &str, price: Price) -> At {
        self.inputs.figure(&of(self.stream, keys), label, of_price(price), Unit::Price)
    }

    /// The months after which all cash comes.
    fn lag(&mut self, key: &str, lag_months: u32) -> Leg {
        let (paths, label) = (of(self.stream, &[key]), "Months to the cash");
        let lag = self.inputs.figure(&paths, label, of_count(lag_months), Unit::Whole);
        Leg { lag: Some(lag), lag_months, share: None }
    }

    /// Lays a row of amounts on the sheet of awards.
    fn row(&mut self, label: &str, amounts: Vec<(Option<Expression>, Money)>) -> Row {
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, label, Role::Label);
        let mut figures = Vec::with_capacity(amounts.len());
        for (place, (formula, figure)) in amounts.into_iter().enumerate() {
            if let Some(formula) = formula {
                let column = Months::column(place);
                self.sheet.money(row, column, formula, figure, Role::Formula);
            }
            figures.push(figure);
        }
        sum_row(self.sheet, row, self.plan);
        Row { row, figures }
    }

    /// The cell of a row in a month.
    fn of_row(&self, row: &Row, place: usize) -> At {
        self.sheet.at(row.row, Months::column(place))
    }

    /// The row of the index of a yearly growth; nothing inside where there is none to take.
    fn index(&mut self, growing: Growing) -> Option<Option<u32>> {
        lay_index(self.plan, self.stream, growing, (self.sheet, self.months, self.inputs))
    }

    fn indexed(&self, amount: Expression, index: Option<u32>, place: usize) -> Expression {
        match index {
            Some(row) => amount * self.sheet.at(row, Months::column(place)),
            None => amount,
        }
    }

    fn partner(&mut self, partner: &Partner) -> Option<Earned> {
        let from = partner.from;
        let index = self.index((from, partner.growth, partner.fiscal))?;
        let mut formulas = vec![None; self.places().len()];
        match &partner.method {
            PartnerMethod::Yearly(yearly) => {
                let path = self.inputs.stated(&of(self.stream, &["yearly"]))?;
                let at = self.inputs.input(&path, "Amount a year", dollars(*yearly), Unit::Money);
                let horizon = &self.plan.horizon;
                let span = (horizon.start, horizon.end());
                let (begins, until) = (self.stream.begins(from), self.stream.until());
                for year in term_years(partner.fiscal, begins, until, span) {
                    let Some(place) = horizon.place(year.first) else { continue };
                    let amount = match index {
                        Some(_) => cents(self.indexed(cell(at), index, place)),
                        None => cell(at),
                    };
                    let position = |month| year.calendar.position(month);
                    formulas[place] =
                        Some(part_between(amount, position(year.first), position(year.last)));
                }
            }
            PartnerMethod::Monthly(monthly) => {
                let path = self.inputs.stated(&of(self.stream, &["monthly"]))?;
                let at = self.inputs.input(&path, "Amount a month", dollars(*monthly), Unit::Money);
                for place in self.places().filter(|place| self.within(from, *place)) {
                    formulas[place] = Some(cents(self.indexed(cell(at), index, place)));
                }
            }
            PartnerMethod::Payments(payments) => {
                self.dated(&mut formulas, payments, (from, index))?;
            }
            PartnerMethod::Fees { units, rate } => {
                let at = self.price(&["rate", "fees.rate"], "Dollars a unit", *rate);
                for place in self.places().filter(|place| self.within(from, *place)) {
                    let amount = cell(at) * self.months.count_of(units.at(), place);
                    formulas[place] = Some(cents(self.indexed(amount, index, place)));
                }
            }
            PartnerMethod::InKind { .. } => return None,
        }
        let lag = self.lag("lag-months", partner.lag_months);
        Some(Earned::plain(formulas, vec![lag]))
    }

    /// Dated payments, each an input of its own.
    fn dated(
        &mut self,
        formulas: &mut [Option<Expression>],
        payments: &[(Month, Money)],
        (from, index): (Month, Option<u32>),
    ) -> Option<()> {
        for (number, (month, _)) in payments.iter().enumerate() {
            let Some(place) = self.plan.horizon.place(*month) else { continue };
            if !self.within(from, place) {
                continue;
            }
            let at = dated_input(self.stream, ("payments", payments, number), self.inputs)?;
            let amount = match index {
                Some(_) => cents(self.indexed(cell(at), index, place)),
                None => cell(at),
            };
            let before = formulas[place].take();
            formulas[place] = Some(before.map_or(amount.clone(), |before| before + amount));
        }
        Some(())
    }
}
