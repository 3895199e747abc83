//! Money that is earned month by month and never lapses: what a month makes available as a formula over inputs, and when
//! its cash comes.

use super::costs::{Growth, lay_growth, part_of_year};
use super::formula::{Expression, cell, cents, floor_zero, least, round, sum, whole};
use super::inputs::Inputs;
use super::months::Months;
use super::sheet::{Area, At, Sheet, Unit, dollars, of_price, of_rate};
use super::stated::{of, of_count, part_between};
use crate::driver::term_years;
use crate::funding::grant::Payment;
use crate::funding::partner::{Partner, PartnerMethod};
use crate::funding::payer::{PartnersPaid, Payer, PayerMethod, Pricing};
use crate::funding::public::{Public, PublicMethod};
use crate::funding::reserve::Floor;
use crate::funding::{End, Stream, Terms};
use crate::money::{Price, Rate};
use crate::month::{FiscalCalendar, Month};
use crate::plan::Plan;

/// What each month makes available, and when its cash comes.
pub struct Earned {
    /// The formula of each month of the horizon that has one.
    pub months: Vec<Option<Expression>>,
    /// The steps in which its cash comes; none where it is held already.
    pub legs: Vec<Leg>,
}

/// One step of a collection curve.
#[derive(Clone, Copy)]
pub struct Leg {
    /// The cell of the months after which it comes.
    pub lag: At,
    /// The months.
    pub lag_months: u32,
    /// The share that comes then, and its cell; the last step brings the rest.
    pub share: Option<(At, Rate)>,
}

/// How a stream's months follow from its inputs; nothing where only the engine works them out.
pub fn earned<'c>(
    plan: &Plan,
    stream: &Stream,
    (sheet, months, inputs): (&mut Sheet, &mut Months<'c>, &mut Inputs<'c>),
    first_months: Area,
) -> Option<Earned> {
    if stream.delayed_to.is_some() || stream.termination.is_some() || stream.more.is_some() {
        return None;
    }
    let count = plan.horizon.months as usize;
    let mut laid = Laid { plan, stream, sheet, months, inputs };
    match &stream.terms {
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
                    let label = "Months of cost that must stay";
                    let why = "the reserve's floor";
                    let kept = laid.inputs.constant(label, of_count(kept), Unit::Whole, why);
                    let span = i64::from(first_months.last.column - first_months.first.column) + 1;
                    cents(sum(first_months) / span) * kept
                }
            };
            let label = "What the board has authorised";
            let authorised = figure(laid.inputs, "authorised", label, reserve.authorised);
            let place = plan.horizon.place(reserve.authorised_from.max(plan.horizon.start))?;
            let mut months = vec![None; count];
            months[place] = Some(least(authorised, floor_zero(cell(balance) - floor)));
            Some(Earned { months, legs: Vec::new() })
        }
        Terms::Grant(_) | Terms::SharedSavings(_) | Terms::Loan(_) | Terms::Schedule(_) => None,
    }
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
        month >= from && month <= self.stream.last_month(self.plan.horizon.end())
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
        Leg { lag, lag_months, share: None }
    }

    /// The row of the index of a yearly growth; nothing inside where there is none to take.
    fn index(
        &mut self,
        from: Month,
        growth: Rate,
        calendar: FiscalCalendar,
    ) -> Option<Option<u32>> {
        let paths = of(self.stream, &["growth"]);
        if growth == Rate::ZERO && self.inputs.stated(&paths).is_none() {
            return Some(None);
        }
        let at = self.inputs.figure(&paths, "Growth a year", of_rate(growth), Unit::Share);
        let growth = Growth { from, rate: (at, growth), calendar };
        lay_growth(self.sheet, self.plan, self.months, growth).map(Some)
    }

    fn indexed(&self, amount: Expression, index: Option<u32>, place: usize) -> Expression {
        match index {
            Some(row) => amount * self.sheet.at(row, Months::column(place)),
            None => amount,
        }
    }

    fn payer(&mut self, payer: &Payer) -> Option<Earned> {
        let plain = payer.true_up.is_none()
            && payer.withhold.is_none()
            && payer.bonus.is_none()
            && payer.partners_paid == PartnersPaid::WhenPaid;
        if !plain {
            return None;
        }
        type Of = Box<dyn Fn(Expression) -> Expression>;
        let (driver, price, paid): (usize, At, Of) = match &payer.method {
            PayerMethod::Pmpm { members, rate } | PayerMethod::Capitation { members, rate } => {
                let price = self.price(&["rate"], "Dollars a member and month", *rate);
                (members.at(), price, Box::new(in_cents))
            }
            PayerMethod::CaseRate { cases, rate } => {
                (cases.at(), self.price(&["rate"], "Dollars a case", *rate), Box::new(in_cents))
            }
            PayerMethod::FeeForService { units, pricing: Pricing::One(rate), claims } => {
                let price = self.price(&["rate"], "The allowed fee of a unit", *rate);
                let part = self.share("payer-share", "The payer's part", claims.payer_share);
                let taken = self.share("sequestration", "Sequestration", claims.sequestration);
                let denied = self.share("denial", "Claims denied", claims.denial);
                let won = self.share("overturned", "Denied claims won back", claims.overturned);
                let patients = self.share(
                    "coinsurance-collected",
                    "Coinsurance collected",
                    claims.coinsurance_collected,
                );
                let paid = move |allowed: Expression| {
                    let lost = round(cell(denied) * (whole(1) - won), 9);
                    let granted = allowed * (whole(1) - lost);
                    let payer = granted.clone() * part * (whole(1) - taken);
                    cents(payer) + cents(granted * (whole(1) - part) * patients)
                };
                (units.at(), price, Box::new(paid))
            }
            _ => return None,
        };
        let index = self.index(payer.from, payer.growth, self.stream.fiscal)?;
        let passed = self.inputs.stated(&of(self.stream, &["pass-through"])).is_some()
            || payer.pass_through != Rate::ZERO;
        let passed =
            passed.then(|| self.share("pass-through", "Passed on to partners", payer.pass_through));
        let month = |laid: &Self, place: usize| {
            let amount = cell(price) * laid.months.count_of(driver, place);
            let gross = paid(laid.indexed(amount, index, place));
            match passed {
                Some(share) => gross.clone() - cents(cell(share) * gross),
                None => gross,
            }
        };
        let formulas =
            self.places().map(|place| self.within(payer.from, place).then(|| month(self, place)));
        let months = formulas.collect();
        let mut curve = payer.collection.clone();
        curve.sort_unstable();
        let legs = match curve.as_slice() {
            [] => vec![self.lag("collection-lag-months", 0)],
            [(lag_months, _)] => vec![self.lag("collection-lag-months", *lag_months)],
            many => {
                let mut legs = Vec::new();
                for (place, (lag_months, share)) in many.iter().enumerate() {
                    let why = "a step of the collection curve";
                    let lag = self.inputs.constant(
                        "Months to the cash",
                        of_count(*lag_months),
                        Unit::Whole,
                        why,
                    );
                    let label = "Share that comes then";
                    let at = self.inputs.constant(label, of_rate(*share), Unit::Share, why);
                    let share = (place + 1 < many.len()).then_some((at, *share));
                    legs.push(Leg { lag, lag_months: *lag_months, share });
                }
                legs
            }
        };
        Some(Earned { months, legs })
    }

    fn partner(&mut self, partner: &Partner) -> Option<Earned> {
        let from = partner.from;
        let index = self.index(from, partner.growth, partner.fiscal)?;
        let mut formulas = vec![None; self.places().len()];
        match &partner.method {
            PartnerMethod::Yearly(yearly) => {
                let path = self.inputs.stated(&of(self.stream, &["yearly"]))?;
                let at = self.inputs.input(&path, "Amount a year", dollars(*yearly), Unit::Money);
                let horizon = &self.plan.horizon;
                let until = match self.stream.end {
                    End::Until(until) => Some(until),
                    End::Evergreen(_) => None,
                };
                let span = (horizon.start, horizon.end());
                for year in term_years(partner.fiscal, from, until, span) {
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
        Some(Earned { months: formulas, legs: vec![lag] })
    }

    /// Dated payments, each an input of its own.
    fn dated(
        &mut self,
        formulas: &mut [Option<Expression>],
        payments: &[(Month, crate::money::Money)],
        (from, index): (Month, Option<u32>),
    ) -> Option<()> {
        for (number, (month, amount)) in payments.iter().enumerate() {
            let Some(place) = self.plan.horizon.place(*month) else { continue };
            if !self.within(from, place) {
                continue;
            }
            let key = format!("payments.{}.amount", number + 1);
            let path = self.inputs.stated(&of(self.stream, &[&key]))?;
            let label = format!("Payment of {}", month.words());
            let at = self.inputs.input(&path, &label, dollars(*amount), Unit::Money);
            let amount = match index {
                Some(_) => cents(self.indexed(cell(at), index, place)),
                None => cell(at),
            };
            let before = formulas[place].take();
            formulas[place] = Some(before.map_or(amount.clone(), |before| before + amount));
        }
        Some(())
    }

    fn public(&mut self, public: &Public) -> Option<Earned> {
        let Payment::Advance { lag_months, .. } = public.payment else { return None };
        let mut formulas = vec![None; self.places().len()];
        match &public.method {
            PublicMethod::Levy { base, rate, growth, collection } => {
                let stream = self.stream;
                let base_paths = of(stream, &["base"]);
                let base = self.inputs.figure(&base_paths, "Tax base", dollars(*base), Unit::Money);
                let rate = self.share("rate", "Rate of the levy", *rate);
                let collection = self.share("collection", "Share collected", *collection);
                let index = self.index(public.from, *growth, stream.fiscal)?;
                for place in self.places() {
                    if !self.within(public.from, place) {
                        continue;
                    }
                    let yearly = cell(base) * rate * collection;
                    let yearly = cents(self.indexed(yearly, index, place));
                    let position = cell(self.months.position(stream.fiscal, place));
                    formulas[place] = Some(part_of_year(yearly, &position));
                }
            }
            PublicMethod::Settlement(payments) => {
                self.dated(&mut formulas, payments, (public.from, None))?;
            }
            _ => return None,
        }
        let lag = self.lag("payment.lag-months", lag_months);
        Some(Earned { months: formulas, legs: vec![lag] })
    }
}

fn in_cents(amount: Expression) -> Expression {
    cents(amount)
}
