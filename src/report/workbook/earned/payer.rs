//! Payer contracts: what a month of service is paid at first, what of it stands, is withheld, passed on and kept, and
//! when its cash comes.

use super::scored::{Earlier, Kind};
use super::{CASH, Earned, Flow, Laid, Leg, Paid, Row, Way};
use crate::diagnostic::visible;
use crate::funding::payer::{PartnersPaid, Payer, PayerMethod, Reinvestment, Served, TrueUp};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::name::Name;
use crate::report::workbook::formula::{Expression, cell, cents, floor_zero, least, sum_of, when};
use crate::report::workbook::months::Months;
use crate::report::workbook::sheet::{At, FIRST, LABEL, Role, SECOND, Unit, dollars, of_rate};
use crate::report::workbook::stated::{of, of_count};
use rust_decimal::Decimal;

/// The most steps of a collection curve, each of which a formula looks at.
const STEPS_MAX: usize = 100;
/// What is withheld.
const WITHHELD: Kind = Kind {
    key: "withhold",
    label: "withheld",
    paid: "released of what was withheld",
    bonus: false,
};
/// What is paid on top.
const BONUS: Kind =
    Kind { key: "bonus", label: "paid by the payer", paid: "bonus paid on top", bonus: true };

/// What of an amount is passed on to partners, and when they are paid.
#[derive(Clone, Copy)]
struct Passing {
    share: Rate,
    at: Option<At>,
    when_earned: bool,
}

/// An amount that a payer pays: what is kept of it, and what is passed on.
struct Split {
    /// All of it.
    all: Row,
    /// What is passed on; nothing where nothing can be.
    passed: Option<Row>,
    /// The rest.
    kept: Row,
}

impl Laid<'_, '_, '_> {
    /// A payer contract.
    pub(super) fn payer(&mut self, payer: &Payer) -> Option<Earned> {
        if let PayerMethod::CommunityReinvestment(terms) = &payer.method {
            return self.reinvested(payer, terms);
        }
        let served = payer.served(self.stream, &self.plan.setting())?;
        let mut by_place: Vec<Option<Served>> = vec![None; self.places().len()];
        for served in &served {
            if let Some(place) = self.plan.horizon.place(served.month) {
                by_place[place] = Some(*served);
            }
        }
        let (index, growth) = self.growth(payer)?;
        let priced = self.priced(payer, index, &by_place)?;
        let scores = payer.withhold.is_some() || payer.bonus.is_some();
        let passing = self.passing(payer);
        let legs = self.curve(payer)?;
        let plain = payer.true_up.is_none() && !scores && passing.at.is_none();
        if plain && legs.len() == 1 {
            return Some(Earned::plain(priced.within, legs));
        }
        let retained = payer.true_up.as_ref().map(|true_up| {
            let label = "Members who stay, of those paid for at first";
            self.share("true-up.retained", label, true_up.retained)
        });
        let words = if retained.is_some() { "   paid at first" } else { "   paid by the payer" };
        let of_served = |of: fn(&Served) -> Money| {
            move |served: &Option<Served>| served.as_ref().map_or(Money::ZERO, of)
        };
        let firsts = by_place.iter().map(of_served(|served| served.first));
        let firsts = priced.within.iter().cloned().zip(firsts).collect();
        let first = self.row(words, firsts);
        let earlier = match scores {
            true => self.earlier(payer, (&priced, retained), (&served, growth))?,
            false => Earlier::default(),
        };
        let gross = match retained {
            None => first.clone(),
            Some(retained) => {
                let gross: Vec<Money> =
                    by_place.iter().map(of_served(|served| served.gross)).collect();
                self.part(("   of it stands: members who stay", retained), &first, gross)
            }
        };
        let withhold = payer.withhold.as_ref().map(|withhold| {
            let label = "Share withheld";
            (withhold, self.share("withhold.share", label, withhold.share))
        });
        let mut kept_of_scores = Vec::new();
        let mut stands = gross.clone();
        let mut first_stands = first.clone();
        if let Some((withhold, share)) = withhold {
            let held: Vec<Money> =
                by_place.iter().map(of_served(|served| served.withheld)).collect();
            let withheld = self.part(("   withheld until it is scored", share), &gross, held);
            let released =
                self.scored(withhold, (&WITHHELD, share), (&withheld, &served), &earlier)?;
            kept_of_scores.push(released);
            stands = self.less("   left of it", &gross, &withheld);
            first_stands = stands.clone();
            if retained.is_some() {
                let held = self.of_each(&first, |amount| withhold.share.try_of(amount))?;
                let label = "   withheld at first";
                let withheld = self.part((label, share), &first, held);
                first_stands =
                    self.less("   paid at first, less what is withheld", &first, &withheld);
            }
        }
        if let Some(bonus) = &payer.bonus {
            let share = self.share("bonus.share", "Bonus, as a share of the payment", bonus.share);
            let paid = self.scored(bonus, (&BONUS, share), (&gross, &served), &earlier)?;
            kept_of_scores.push(paid);
        }
        let split = self.split(passing, stands, "   passed on to partners")?;
        let mut cash = vec![self.monthly_cash(payer, passing, (&split, first_stands), legs)?];
        let mut kept = vec![split.kept];
        for paid in kept_of_scores {
            let split = self.split(passing, paid, "   passed on of it to partners")?;
            cash.push(self.scored_cash(passing, &split));
            kept.push(split.kept);
        }
        let months = self.places().map(|place| {
            let column = Months::column(place);
            let laid = kept.iter().filter(|row| self.sheet.cell(row.row, column).is_some());
            let cells: Vec<At> = laid.map(|row| self.of_row(row, place)).collect();
            match cells.as_slice() {
                [] => None,
                [one] => Some(cell(*one)),
                many => Some(many[1..].iter().fold(cell(many[0]), |sum, at| sum + *at)),
            }
        });
        let months = months.collect();
        Some(Earned { months, cash })
    }

    /// The row of the index of a contract's growth, and the cell of the rate; nothing of either where it has none.
    fn growth(&mut self, payer: &Payer) -> Option<(Option<u32>, Option<At>)> {
        let paths = of(self.stream, &["growth"]);
        let Some(row) = self.index((payer.from, payer.growth, self.stream.fiscal))? else {
            return Some((None, None));
        };
        let label = "Growth a year";
        let path = self.inputs.stated(&paths)?;
        let at = self.inputs.input(&path, label, of_rate(payer.growth), Unit::Share);
        Some((Some(row), Some(at)))
    }

    fn passing(&mut self, payer: &Payer) -> Passing {
        let stated = self.inputs.stated(&of(self.stream, &["pass-through"])).is_some();
        let passes = stated || payer.pass_through != Rate::ZERO;
        let at =
            passes.then(|| self.share("pass-through", "Passed on to partners", payer.pass_through));
        let when_earned = payer.partners_paid == PartnersPaid::WhenEarned && passes;
        Passing { share: payer.pass_through, at, when_earned }
    }

    /// The steps in which what is paid at first comes; nothing where they are more than one formula holds.
    fn curve(&mut self, payer: &Payer) -> Option<Vec<Leg>> {
        let key = "collection-lag-months";
        let mut curve: Vec<(u32, usize, Rate)> = Vec::new();
        for (place, (lag_months, share)) in payer.collection.iter().enumerate() {
            curve.push((*lag_months, place + 1, *share));
        }
        curve.sort_unstable();
        match curve.as_slice() {
            [] => Some(vec![self.lag_of(payer, &[key], ("Months to the cash", 0))]),
            [(lag_months, ..)] => {
                let keys = [key, "collection.1.lag-months"];
                Some(vec![self.lag_of(payer, &keys, ("Months to the cash", *lag_months))])
            }
            many if many.len() > STEPS_MAX => None,
            many => {
                let mut legs = Vec::new();
                for (lag_months, number, share) in many {
                    let key = format!("collection.{number}.lag-months");
                    let label = format!("Months to the cash, step {number}");
                    let leg = self.lag_of(payer, &[&key], (&label, *lag_months));
                    let key = format!("collection.{number}.share");
                    let label = format!("Share that comes then, step {number}");
                    let at = self.share(&key, &label, *share);
                    legs.push(Leg { share: Some((at, *share)), ..leg });
                }
                Some(legs)
            }
        }
    }

    /// The months after which cash comes. Where a pool takes a part of what comes in several steps, they stay as they
    /// are: in the order of the steps its part is rounded.
    fn lag_of(&mut self, payer: &Payer, keys: &[&str], (label, lag_months): (&str, u32)) -> Leg {
        let own = |name: &Name| *name == self.stream.name;
        let members = self.plan.pools.iter().flat_map(|pool| &pool.members);
        let pooled = members.into_iter().any(|(stream, _)| own(&self.plan.stream(*stream).name));
        let steps = payer.collection.len() > 1
            || payer.true_up.is_some()
            || payer.partners_paid == PartnersPaid::WhenEarned;
        let paths = of(self.stream, keys);
        let months = of_count(lag_months);
        let lag = match pooled && steps {
            false => self.inputs.figure(&paths, label, months, Unit::Whole),
            true => {
                let why = "the cents of a pool's part go by the order of its cash";
                self.inputs.constant(label, months, Unit::Whole, why)
            }
        };
        Leg { lag: Some(lag), lag_months, share: None }
    }

    /// Lays a share of a row, rounded in each month.
    fn part(&mut self, (label, share): (&str, At), of: &Row, figures: Vec<Money>) -> Row {
        let amounts = figures.into_iter().enumerate().map(|(place, figure)| {
            let laid = self.sheet.cell(of.row, Months::column(place)).is_some();
            (laid.then(|| cents(cell(share) * self.of_row(of, place))), figure)
        });
        let amounts = amounts.collect();
        self.row(label, amounts)
    }

    /// Lays what one row leaves of another.
    fn less(&mut self, label: &str, all: &Row, part: &Row) -> Row {
        let amounts = all.figures.iter().zip(&part.figures).enumerate();
        let amounts = amounts.map(|(place, (all_of, part_of))| {
            let laid = self.sheet.cell(all.row, Months::column(place)).is_some();
            let left = || cell(self.of_row(all, place)) - self.of_row(part, place);
            (laid.then(left), *all_of - *part_of)
        });
        let amounts = amounts.collect();
        self.row(label, amounts)
    }

    fn of_each(&self, row: &Row, of: impl Fn(Money) -> Option<Money>) -> Option<Vec<Money>> {
        row.figures.iter().map(|amount| of(*amount)).collect()
    }

    /// Lays what is passed on of a row, and what is kept.
    fn split(&mut self, passing: Passing, all: Row, label: &str) -> Option<Split> {
        let Some(share) = passing.at else {
            return Some(Split { kept: all.clone(), all, passed: None });
        };
        let figures = self.of_each(&all, |amount| passing.share.try_of(amount))?;
        let passed = self.part((label, share), &all, figures);
        let kept = self.less("   kept", &all, &passed);
        Some(Split { all, passed: Some(passed), kept })
    }

    /// Lays a row in the months in which anything is kept of another: where nothing is, the books hold nothing of it.
    fn where_kept(&mut self, label: &str, of: &Row, kept: &Row) -> Row {
        let amounts = of.figures.iter().zip(&kept.figures).enumerate();
        let amounts = amounts.map(|(place, (of_it, kept_of))| {
            let laid = self.sheet.cell(kept.row, Months::column(place)).is_some();
            let formula = || {
                let any = cell(self.of_row(kept, place)).above(0);
                when(any, self.of_row(of, place), 0)
            };
            let figure = if kept_of.is_positive() { *of_it } else { Money::ZERO };
            (laid.then(formula), figure)
        });
        let amounts = amounts.collect();
        self.row(label, amounts)
    }

    /// The cash of what is paid by service: what is paid at first along the curve, what partners are paid before, and
    /// the correction of a true-up.
    fn monthly_cash(
        &mut self,
        payer: &Payer,
        passing: Passing,
        (split, first): (&Split, Row),
        legs: Vec<Leg>,
    ) -> Option<Paid> {
        let kept = &split.kept;
        let mut flows = Vec::new();
        // What is paid at first, and what of it partners get.
        let first = match payer.true_up {
            None => {
                Split { all: split.all.clone(), passed: split.passed.clone(), kept: kept.clone() }
            }
            Some(_) => self.split(passing, first, "   passed on to partners at first")?,
        };
        if passing.when_earned {
            let all = self.where_kept("   paid at first, where any is kept", &first.all, kept);
            if let Some(passed) = &first.passed {
                let label = "   partners are paid at once, where any is kept";
                let passed = self.where_kept(label, passed, kept);
                let legs = vec![at_once()];
                let label = "partners are paid";
                flows.push(Flow { of: Some(passed), legs, way: Way::Out, label });
            }
            flows.push(Flow { of: Some(all), legs, way: Way::In, label: CASH });
        } else if payer.true_up.is_some() {
            let label = "   kept at first, where any stays";
            let all = self.where_kept(label, &first.kept, kept);
            flows.push(Flow { of: Some(all), legs, way: Way::In, label: CASH });
        } else {
            flows.push(Flow { of: Some(kept.clone()), legs, way: Way::In, label: CASH });
        }
        if let Some(TrueUp { after_months, .. }) = &payer.true_up {
            let label = "   true-up of the month: kept less kept at first";
            let corrected = self.less(label, kept, &first.kept);
            let corrected = self.where_kept("   true-up, where any is kept", &corrected, kept);
            let key = "true-up.after-months";
            let leg = self.lag_of(payer, &[key], ("Months to the true-up", *after_months));
            let label = "true-up";
            flows.push(Flow { of: Some(corrected), legs: vec![leg], way: Way::Either, label });
        }
        Some(Paid { kept: Some(kept.clone()), flows })
    }

    /// The cash of what a score pays: at once.
    fn scored_cash(&mut self, passing: Passing, split: &Split) -> Paid {
        let kept = Some(split.kept.clone());
        let flow = |of: Row, way: Way, label: &'static str| Flow {
            of: Some(of),
            legs: vec![at_once()],
            way,
            label,
        };
        match &split.passed {
            Some(passed) if passing.when_earned => {
                let all = self.where_kept("   paid, where any is kept", &split.all, &split.kept);
                let label = "   partners are paid of it, where any is kept";
                let passed = self.where_kept(label, passed, &split.kept);
                let flows =
                    vec![flow(passed, Way::Out, "partners are paid"), flow(all, Way::In, CASH)];
                Paid { kept, flows }
            }
            _ => Paid { kept, flows: vec![flow(split.kept.clone(), Way::In, CASH)] },
        }
    }

    /// A share of what a health plan must reinvest of its profit, year by year.
    fn reinvested(&mut self, payer: &Payer, terms: &Reinvestment) -> Option<Earned> {
        let figure = |laid: &mut Self, key: &str, label: &str, rate: Rate| {
            laid.inputs.figure(&of(laid.stream, &[key]), label, of_rate(rate), Unit::Share)
        };
        let label = "Owed of profit up to the threshold";
        let lower = figure(self, "lower-share", label, terms.lower_share);
        let label = "Owed of profit above the threshold";
        let upper = figure(self, "upper-share", label, terms.upper_share);
        let label = "The threshold, as a share of revenue";
        let threshold = figure(self, "threshold", label, terms.threshold);
        let share = figure(self, "share", "The partnership's share", terms.share);
        let paths = of(self.stream, &["paid-after-months"]);
        let label = "Months from the year's end to the payment";
        let after = of_count(terms.paid_after_months);
        let after = self.inputs.figure(&paths, label, after, Unit::Whole);
        let begins = self.stream.begins(payer.from);
        let mut rows = Vec::new();
        for year in &terms.years {
            let money = |laid: &mut Self, key: &str, label: &str, amount: Money| {
                let paths = of(laid.stream, &[&format!("{key}.CY{}", year.year)]);
                let label = format!("{label} of {}", year.year);
                laid.inputs.figure(&paths, &label, dollars(amount), Unit::Money)
            };
            let income = money(self, "net-income", "Net income", year.net_income);
            let revenue = money(self, "revenue", "Revenue", year.revenue);
            let profit = year.net_income.floor_zero();
            let within = profit.at_most(terms.threshold.try_of(year.revenue)?);
            let mut own = |label: String, formula: Expression, figure: Money| {
                let row = self.sheet.next_row();
                self.sheet.text(row, LABEL, label, Role::Label);
                self.sheet.money(row, FIRST, formula, figure, Role::Formula)
            };
            let formula = least(floor_zero(income), cents(cell(threshold) * revenue));
            let label = format!("   profit of {} up to the threshold", year.year);
            let below = own(label, formula, within);
            let above = floor_zero(income) - below;
            let formula = cents(cell(lower) * below) + cents(cell(upper) * above);
            let label = format!("   to be reinvested of {}", year.year);
            let owed = own(label, formula, terms.obligation(year)?);
            let amount = terms.share.try_of(terms.obligation(year)?)?;
            let row = self.sheet.next_row();
            let label = format!("   the partnership's share of {}", year.year);
            self.sheet.text(row, LABEL, label, Role::Label);
            let formula = cents(cell(share) * owed);
            let own = self.sheet.money(row, FIRST, formula, amount, Role::Formula);
            let december = Month::new(year.year, 12)?.since(self.plan.horizon.start) + 1;
            let number = Decimal::from(i64::from(december) + i64::from(terms.paid_after_months));
            let formula = cell(after) + i64::from(december);
            let figure = (number, Unit::Whole);
            let paid = self.sheet.formula(row, SECOND, formula, figure, Role::Formula);
            for place in self.places() {
                if !self.within(begins, place) {
                    continue;
                }
                let now = cell(self.months.number(place)).equals(paid);
                let falls = Decimal::from(place as i64 + 1) == number;
                let figure = if falls { amount } else { Money::ZERO };
                let column = Months::column(place);
                self.sheet.money(row, column, when(now, own, 0), figure, Role::Formula);
            }
            rows.push(row);
        }
        let months = self.places().map(|place| {
            let column = Months::column(place);
            let cells: Vec<At> = rows.iter().map(|row| self.sheet.at(*row, column)).collect();
            self.within(begins, place).then(|| sum_of(&cells))
        });
        let months = months.collect();
        Some(Earned::plain(months, vec![at_once()]))
    }

    /// A word that the plan states at one of these paths.
    pub(super) fn word(&self, paths: &[String]) -> Option<String> {
        let path = self.inputs.stated(paths)?;
        self.plan.inputs.find(&path).map(|input| visible(&input.text))
    }
}

/// Cash that comes in the month itself.
fn at_once() -> Leg {
    Leg { lag: None, lag_months: 0, share: None }
}
