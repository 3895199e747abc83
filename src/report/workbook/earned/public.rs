//! Public money that never lapses: levies, settlements and administrative claims.

use rust_decimal::Decimal;

use super::{Earned, Laid, Leg};
use crate::funding::grant::Payment;
use crate::funding::payer::PayerMethod;
use crate::funding::public::{AdministrativeClaim, Public, PublicMethod};
use crate::funding::{Stream, Terms, Tranche};
use crate::money::Rate;
use crate::plan::Plan;
use crate::report::workbook::costs::part_of_year;
use crate::report::workbook::formula::{Expression, cell, cents, floor_zero};
use crate::report::workbook::inputs::Inputs;
use crate::report::workbook::months::Months;
use crate::report::workbook::sheet::{At, FIRST, LABEL, Place, Role, Unit, dollars, of_rate};
use crate::report::workbook::stated::{of, of_count, part_between};

impl Laid<'_, '_, '_> {
    /// Public money.
    pub(super) fn public(&mut self, public: &Public) -> Option<Earned> {
        if let PublicMethod::AdministrativeClaiming(claim) = &public.method {
            return self.claimed(public, claim);
        }
        let Payment::Advance { lag_months, .. } = public.payment else { return None };
        let mut formulas = vec![None; self.places().len()];
        match &public.method {
            PublicMethod::Levy { growth, .. } => {
                let index = self.index((public.from, *growth, self.stream.fiscal))?;
                for place in self.places() {
                    if !self.within(public.from, place) {
                        continue;
                    }
                    let levy = yearly_levy(self.stream, public, self.inputs)?;
                    let yearly = cents(self.indexed(levy, index, place));
                    let position = cell(self.months.position(self.stream.fiscal, place));
                    formulas[place] = Some(part_of_year(yearly, &position));
                }
            }
            PublicMethod::Settlement(payments) if self.stream.delayed_to.is_none() => {
                self.dated(&mut formulas, payments, (public.from, None))?;
            }
            _ => return None,
        }
        let lag = self.lag("payment.lag-months", lag_months);
        Some(Earned::plain(formulas, vec![lag]))
    }

    /// Claims for Medicaid's administration: a quarter's, in the month after it.
    fn claimed(&mut self, public: &Public, claim: &AdministrativeClaim) -> Option<Earned> {
        let stream = self.stream;
        let paths = of(stream, &["cost-pool"]);
        let label = "Cost pool of a quarter";
        let pool = self.inputs.figure(&paths, label, dollars(claim.pool), Unit::Money);
        let activity = self.share("activity", "Time on Medicaid's activities", claim.activity);
        let eligible = self.share("eligible", "People eligible for Medicaid", claim.eligible);
        let federal = self.inputs.constant(
            "The federal share",
            of_rate(claim.federal_share),
            Unit::Share,
            "42 USC 1396b(a): the law gives no other than 50%, 75% or 90%",
        );
        let paths = of(stream, &["cash-lag-months"]);
        let label = "Months from the quarter's end to the cash";
        let lag = self.inputs.figure(&paths, label, of_count(claim.lag_months), Unit::Whole);
        let months = self.sheet.next_row();
        let words = "   months of the quarter before that are claimed";
        self.sheet.text(months, LABEL, words, Role::Note);
        let mut formulas = vec![None; self.places().len()];
        for (first, count) in public.claims(stream, &self.plan.setting())? {
            let Some(place) = self.plan.horizon.place(first) else { continue };
            let column = Months::column(place);
            let number = Decimal::from(count);
            let count = self.sheet.number(months, column, number, Role::Grey, Unit::Whole);
            let formula = cell(pool) * count * activity * eligible * federal / 3;
            formulas[place] = Some(cents(formula));
        }
        let row = self.sheet.next_row();
        let words = "   months from then to the cash, after none of which it comes sooner";
        self.sheet.text(row, LABEL, words, Role::Note);
        let after = claim.lag_months.saturating_sub(1);
        let figure = (of_count(after), Unit::Whole);
        let formula = floor_zero(cell(lag) - 1);
        let lag = self.sheet.formula(row, FIRST, formula, figure, Role::Formula);
        let leg = Leg { lag: Some(lag), lag_months: after, share: None };
        Some(Earned::plain(formulas, vec![leg]))
    }
}

/// A year of a levy before its growth.
fn yearly_levy(stream: &Stream, public: &Public, inputs: &mut Inputs) -> Option<Expression> {
    let PublicMethod::Levy { base, rate, collection, .. } = &public.method else { return None };
    let paths = of(stream, &["base"]);
    let base = inputs.figure(&paths, "Tax base", dollars(*base), Unit::Money);
    let mut share = |key: &str, label: &str, rate: Rate| {
        inputs.figure(&of(stream, &[key]), label, of_rate(rate), Unit::Share)
    };
    let rate = share("rate", "Rate of the levy", *rate);
    let collection = share("collection", "Share collected", *collection);
    Some(cell(base) * rate * collection)
}

/// What a tranche holds whose amount grows by the year, or that arises in a month and is reimbursed: its formula.
/// `index` is the row of the index on the sheet of awards, where the amount grows.
pub fn stated_kept(
    plan: &Plan,
    stream: &Stream,
    tranche: &Tranche,
    (months, inputs): (&mut Months, &mut Inputs),
    index: Option<u32>,
) -> Option<Expression> {
    let place = plan.horizon.place(tranche.first.max(plan.horizon.start))?;
    let indexed = |yearly: Expression| match index {
        Some(row) => yearly * At { sheet: Place::Awards, row, column: Months::column(place) },
        None => yearly,
    };
    match &stream.terms {
        Terms::Payer(payer) => {
            let PayerMethod::CostReimbursement { yearly, .. } = &payer.method else { return None };
            let path = inputs.stated(&of(stream, &["yearly"]))?;
            let at = inputs.input(&path, "Amount a year", dollars(*yearly), Unit::Money);
            let position = |month| stream.fiscal.position(month);
            let amount = match index {
                Some(_) => cents(indexed(cell(at))),
                None => cell(at),
            };
            Some(part_between(amount, position(tranche.first), position(tranche.last?)))
        }
        Terms::Public(public) => match &public.method {
            PublicMethod::Levy { .. } => {
                let yearly = cents(indexed(yearly_levy(stream, public, inputs)?));
                let position = cell(months.position(stream.fiscal, place));
                Some(part_of_year(yearly, &position))
            }
            _ => None,
        },
        _ => None,
    }
}
