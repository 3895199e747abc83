//! What a payer pays at first for a month of service, by its method.

use rust_decimal::Decimal;

use super::{Laid, Row};
use crate::funding::payer::community_health::{CommunityHealth, FIRST_MINUTES, FURTHER_MINUTES};
use crate::funding::payer::{Claims, Pathway, Payer, PayerMethod, Pricing, Served};
use crate::money::{Money, Price, Rate};
use crate::report::workbook::formula::{
    Expression, Function, at_place, call, cell, cents, most, round, when, whole,
};
use crate::report::workbook::months::Months;
use crate::report::workbook::sheet::{At, FIRST, LABEL, Role, SECOND, Unit, of_price, of_rate};
use crate::report::workbook::stated::{of, of_count};

/// A formula of a month before the plan, by its price's year and the expression of its index.
pub type Before = Box<dyn Fn(&Laid, &Served, Option<Expression>) -> Expression>;

/// What a payer pays at first for a month of service.
pub struct Priced {
    /// The formula of each month of the plan in which it serves.
    pub within: Vec<Option<Expression>>,
    /// The formula of a month before the plan.
    pub before: Before,
}

/// What of an allowed fee is paid: the payer's part and the patients', after what stays denied.
#[derive(Clone, Copy, Default)]
struct Cut {
    payer: Option<At>,
    patients: Option<At>,
}

impl Cut {
    fn of(self, allowed: &Expression) -> Expression {
        let part = |at: Option<At>| match at {
            Some(at) => cents(allowed.clone() * at),
            None => cents(allowed.clone()),
        };
        match self.patients {
            Some(at) => part(self.payer) + cents(allowed.clone() * at),
            None => part(self.payer),
        }
    }
}

fn times(amount: Expression, index: Option<Expression>) -> Expression {
    match index {
        Some(index) => amount * index,
        None => amount,
    }
}

impl Laid<'_, '_, '_> {
    /// What a payer pays at first for each month; nothing where it is not paid by service.
    pub(super) fn priced(
        &mut self,
        payer: &Payer,
        index: Option<u32>,
        served: &[Option<Served>],
    ) -> Option<Priced> {
        match &payer.method {
            PayerMethod::Pmpm { members, rate } | PayerMethod::Capitation { members, rate } => {
                let price = self.price(&["rate"], "Dollars a member and month", *rate);
                Some(self.counted(members.at(), vec![(0, price)], Cut::default(), (index, served)))
            }
            PayerMethod::CaseRate { cases, rate } => {
                let price = self.price(&["rate"], "Dollars a case", *rate);
                Some(self.counted(cases.at(), vec![(0, price)], Cut::default(), (index, served)))
            }
            PayerMethod::FeeForService { units, pricing, claims } => {
                let prices = match pricing {
                    Pricing::One(rate) => {
                        vec![(0, self.price(&["rate"], "The allowed fee of a unit", *rate))]
                    }
                    Pricing::ByYear(prices) => prices
                        .iter()
                        .map(|(year, price)| {
                            let label = format!("The allowed fee of a unit in {year}");
                            (*year, self.price(&[&format!("rates.CY{year}")], &label, *price))
                        })
                        .collect(),
                };
                let cut = self.cut(claims)?;
                Some(self.counted(units.at(), prices, cut, (index, served)))
            }
            PayerMethod::CommunityHealth(terms) => self.community_health(terms, served),
            PayerMethod::Outcome(pathways) => self.outcomes(payer, pathways, (index, served)),
            PayerMethod::CostReimbursement { .. } | PayerMethod::CommunityReinvestment(_) => None,
        }
    }

    /// What is counted, each at a price of its year (of year 0 where one price holds for all).
    fn counted(
        &mut self,
        driver: usize,
        prices: Vec<(i32, At)>,
        cut: Cut,
        (index, served): (Option<u32>, &[Option<Served>]),
    ) -> Priced {
        let formula = move |laid: &Laid, place: usize, year: i32, index: Option<Expression>| {
            let own = prices.iter().find(|(priced, _)| *priced == year || *priced == 0);
            let price = own.map_or(whole(0), |(_, at)| cell(*at));
            cut.of(&times(price * laid.months.count_of(driver, place), index))
        };
        let within = served.iter().enumerate().map(|(place, served)| {
            let index = index.map(|row| cell(self.sheet.at(row, Months::column(place))));
            served.map(|served| formula(self, place, served.priced, index))
        });
        let within = within.collect();
        let before = move |laid: &Laid, served: &Served, index: Option<Expression>| {
            formula(laid, 0, served.priced, index)
        };
        Priced { within, before: Box::new(before) }
    }

    /// Lays what of allowed fees is paid: the payer's part, and the patients' where any is collected.
    fn cut(&mut self, claims: &Claims) -> Option<Cut> {
        let keys =
            ["payer-share", "sequestration", "denial", "overturned", "coinsurance-collected"];
        let stated = |key: &&str| self.inputs.stated(&of(self.stream, &[key])).is_some();
        if !keys.iter().any(stated) {
            return (*claims == Claims::IN_FULL).then(Cut::default);
        }
        let collects = stated(&"coinsurance-collected");
        let part = self.share("payer-share", "The payer's part", claims.payer_share);
        let taken = self.share("sequestration", "Sequestration", claims.sequestration);
        let denied = self.share("denial", "Claims denied", claims.denial);
        let won = self.share("overturned", "Denied claims won back", claims.overturned);
        let lost = claims.denied_for_good()?;
        let number = of_rate;
        let lost_at = self.factor(
            "   claims that stay denied",
            round(cell(denied) * (whole(1) - won), 9),
            number(lost),
        );
        let granted = Decimal::ONE - number(lost);
        let payer = granted * number(claims.payer_share);
        let payer = self.factor(
            "   of an allowed fee, what the payer pays",
            (whole(1) - lost_at) * part * (whole(1) - taken),
            payer * (Decimal::ONE - number(claims.sequestration)),
        );
        let patients = collects.then(|| {
            let key = "coinsurance-collected";
            let collected = self.share(key, "Coinsurance collected", claims.coinsurance_collected);
            let figure = granted * (Decimal::ONE - number(claims.payer_share));
            self.factor(
                "   of an allowed fee, what patients pay",
                (whole(1) - lost_at) * (whole(1) - part) * collected,
                figure * number(claims.coinsurance_collected),
            )
        });
        Some(Cut { payer: Some(payer), patients })
    }

    /// Lays a number of the source's own.
    pub(super) fn factor(&mut self, label: &str, formula: Expression, figure: Decimal) -> At {
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, label, Role::Note);
        self.sheet.formula(row, FIRST, formula, (figure, Unit::Number), Role::Formula)
    }

    /// Community health integration: first hours and further half hours, each at its price of the year.
    fn community_health(
        &mut self,
        terms: &CommunityHealth,
        served: &[Option<Served>],
    ) -> Option<Priced> {
        let units = self.units(terms)?;
        let prices: Vec<(i32, At, At)> = terms
            .prices
            .iter()
            .map(|prices| {
                let year = prices.year;
                let mut one = |key: &str, label: &str, price: Price| {
                    let paths = of(self.stream, &[&format!("rates.CY{year}.{key}")]);
                    let label = format!("{label} in {year}");
                    match self.inputs.stated(&paths) {
                        Some(path) => {
                            self.inputs.input(&path, &label, of_price(price), Unit::Price)
                        }
                        None => {
                            let why = "Medicare's published price";
                            self.inputs.constant(&label, of_price(price), Unit::Price, why)
                        }
                    }
                };
                let first = one("first", "The first hour of a patient's month", prices.first);
                let further = one("further", "A further half hour", prices.further);
                (year, first, further)
            })
            .collect();
        let cut = self.cut(&terms.claims)?;
        let driver = terms.patients.at();
        let formula = move |laid: &Laid, place: usize, year: i32, further: bool| {
            let price = prices.iter().find(|(priced, ..)| *priced == year);
            let (price, units) = match (price, further) {
                (None, _) => (whole(0), units.0),
                (Some((_, first, _)), false) => (cell(*first), units.0),
                (Some((_, _, further)), true) => (cell(*further), units.1),
            };
            cut.of(&(price * laid.months.count_of(driver, place) * units))
        };
        let parts = terms.units_of_a_patient()?;
        let figure = |place: usize, year: i32, further: bool| {
            let prices = terms.prices.iter().find(|prices| prices.year == year)?;
            let (price, units) =
                if further { (prices.further, parts.1) } else { (prices.first, parts.0) };
            let patients = self.plan.drivers[driver].count(place);
            terms.claims.paid(price.product().times_count(patients)?.times(units)?)
        };
        let mut rows: Vec<Row> = Vec::new();
        for (further, label) in
            [(false, "   for first hours (G0019)"), (true, "   for further half hours (G0022)")]
        {
            let mut amounts = Vec::new();
            for (place, served) in served.iter().enumerate() {
                let year = served.map(|served| served.priced);
                let money = match year {
                    Some(year) => figure(place, year, further)?,
                    None => Money::ZERO,
                };
                amounts.push((year.map(|year| formula(self, place, year, further)), money));
            }
            rows.push(self.row(label, amounts));
        }
        let within = served.iter().enumerate().map(|(place, served)| {
            let at = |row: &Row| self.of_row(row, place);
            served.map(|_| cell(at(&rows[0])) + at(&rows[1]))
        });
        let within = within.collect();
        let before = move |laid: &Laid, served: &Served, _: Option<Expression>| {
            let of = |further: bool| formula(laid, 0, served.priced, further);
            of(false) + of(true)
        };
        Some(Priced { within, before: Box::new(before) })
    }

    /// Lays the first and further units of the average patient's month.
    fn units(&mut self, terms: &CommunityHealth) -> Option<(At, At)> {
        let listed = self.inputs.stated(&of(self.stream, &["minutes"])).is_none();
        let mut sums: Vec<(At, At)> = Vec::new();
        for (place, (minutes, share)) in terms.minutes.iter().enumerate() {
            let key =
                if listed { format!("minutes.{}.minutes", place + 1) } else { "minutes".into() };
            let paths = of(self.stream, &[&key]);
            let label = "Minutes that a patient is served in a month";
            let at = self.inputs.figure(&paths, label, of_count(*minutes), Unit::Whole);
            let part = listed.then(|| {
                let key = format!("minutes.{}.share", place + 1);
                self.share(&key, "Share of patients so long", *share)
            });
            let (first, further) = crate::funding::payer::community_health::units(*minutes);
            let row = self.sheet.next_row();
            let label = "   a patient's first hour, and further half hours";
            self.sheet.text(row, LABEL, label, Role::Note);
            let times = |count: Expression| match part {
                Some(part) => count * part,
                None => count,
            };
            let hour = i64::from(FIRST_MINUTES);
            let over = (cell(at) - hour) / i64::from(FURTHER_MINUTES);
            let full = || cell(at).at_least(hour);
            let figure = |count: u32| (of_rate(*share) * of_count(count), Unit::Number);
            let one = times(when(full(), 1, 0));
            let more = times(when(full(), call(Function::Int, vec![over]), 0));
            sums.push((
                self.sheet.formula(row, FIRST, one, figure(first), Role::Formula),
                self.sheet.formula(row, SECOND, more, figure(further), Role::Formula),
            ));
        }
        let [(first, further)] = sums.as_slice() else {
            let parts = terms.units_of_a_patient()?;
            let row = self.sheet.next_row();
            self.sheet.text(row, LABEL, "   of the average patient", Role::Note);
            let area = |first: At, last: At| {
                let area = crate::report::workbook::sheet::Area::of(first, last);
                call(Function::Sum, vec![area.into()])
            };
            let (first, last) = (*sums.first()?, *sums.last()?);
            let mut lay = |column: u16, sum: Expression, figure: Rate| {
                let figure = (of_rate(figure), Unit::Number);
                self.sheet.formula(row, column, sum, figure, Role::Formula)
            };
            let ones = lay(FIRST, area(first.0, last.0), parts.0);
            let more = lay(SECOND, area(first.1, last.1), parts.1);
            return Some((ones, more));
        };
        Some((*first, *further))
    }

    /// Outcomes: cases opened some months before, what of them is completed, and the rate of each.
    fn outcomes(
        &mut self,
        payer: &Payer,
        pathways: &[Pathway],
        (index, served): (Option<u32>, &[Option<Served>]),
    ) -> Option<Priced> {
        let horizon = self.plan.horizon;
        let begins = self.stream.begins(payer.from);
        let listed = self.inputs.stated(&of(self.stream, &["opened"])).is_none();
        // Months before the plan stand in blocks, of which this says what was completed in them.
        let scored = payer.withhold.is_some() || payer.bonus.is_some();
        let lag_is_fixed = scored && begins < horizon.start;
        let mut laid: Vec<(Pathway, At, At)> = Vec::new();
        let mut rows: Vec<Row> = Vec::new();
        for (number, pathway) in pathways.iter().enumerate() {
            let key = |key: &str| match listed {
                true => format!("pathways.{}.{key}", number + 1),
                false => key.to_string(),
            };
            let name = self.word(&of(self.stream, &[&key("name")]));
            let name = name.map_or(String::new(), |name| format!(" of {name}"));
            let rate =
                self.price(&[&key("rate")], &format!("Dollars an outcome{name}"), pathway.rate);
            let label = format!("Share of cases{name} that is completed");
            let completion = self.share(&key("completion"), &label, pathway.completion);
            let label = format!("Months to the completion{name}");
            let paths = of(self.stream, &[&key("completion-lag-months")]);
            let lag_months = of_count(pathway.lag_months);
            let lag = match lag_is_fixed {
                false => self.inputs.figure(&paths, &label, lag_months, Unit::Whole),
                true => {
                    let why = "it also moves what was completed before the plan";
                    self.inputs.constant(&label, lag_months, Unit::Whole, why)
                }
            };
            let cases = self.sheet.next_row();
            let words = format!("   cases{name} opened so long before");
            self.sheet.text(cases, LABEL, words, Role::Label);
            let mut amounts = Vec::new();
            for (place, served) in served.iter().enumerate() {
                let Some(served) = served else {
                    amounts.push((None, Money::ZERO));
                    continue;
                };
                let opened = i64::from(pathway.lag_months);
                let since = i64::from(served.month.since(begins));
                let count = match since < opened {
                    true => 0,
                    false => {
                        let place = usize::try_from(place as i64 - opened).unwrap_or(0);
                        self.plan.drivers[pathway.opened.at()].count(place)
                    }
                };
                let at = self.months.number(place);
                let levels = self.months.row(self.months.level(pathway.opened.at(), 0));
                let level = at_place(levels, most(1, cell(at) - lag));
                // A contract pays for cases opened under it.
                let under = i64::from(horizon.start.since(begins)) - 1;
                let since = match under < 0 {
                    true => cell(at) - (-under),
                    false => cell(at) + under,
                };
                let formula = when(since.below(lag), 0, round(level, 0));
                let column = Months::column(place);
                let figure = (Decimal::from(count), Unit::Whole);
                let opened = self.sheet.formula(cases, column, formula, figure, Role::Formula);
                let index_at = index.map(|row| cell(self.sheet.at(row, column)));
                let amount = times(cell(rate) * opened, index_at) * completion;
                let product = pathway.rate.product().times_count(count)?.times(served.index)?;
                amounts.push((Some(cents(amount)), product.times(pathway.completion)?.round()?));
            }
            rows.push(self.row(&format!("   paid for outcomes{name}"), amounts));
            laid.push((*pathway, rate, completion));
        }
        let within = served.iter().enumerate().map(|(place, served)| {
            let mut cells = rows.iter().map(|row| cell(self.of_row(row, place)));
            let first = cells.next().filter(|_| served.is_some())?;
            Some(cells.fold(first, |sum, next| sum + next))
        });
        let within = within.collect();
        let before = move |laid_on: &Laid, served: &Served, index: Option<Expression>| {
            let since = i64::from(served.month.since(begins));
            let paid = |(pathway, rate, completion): &(Pathway, At, At)| {
                let count = laid_on.months.count_of(pathway.opened.at(), 0);
                (since >= i64::from(pathway.lag_months))
                    .then(|| cents(times(cell(*rate) * count, index.clone()) * *completion))
            };
            laid.iter().filter_map(paid).reduce(|sum, next| sum + next).unwrap_or(whole(0))
        };
        Some(Priced { within, before: Box::new(before) })
    }
}
