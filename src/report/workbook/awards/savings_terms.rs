//! The terms on which a performance year is settled, as formulas: a contract's own, or those of a track of Medicare.

use super::Awards;
use crate::funding::Stream;
use crate::funding::medicare::{Chosen, Figures, Standard};
use crate::funding::settlement::{LossRate, Relief, Share, Terms};
use crate::funding::shared_savings::{Agreement, SharedSavings, Year};
use crate::money::{Money, Rate};
use crate::report::workbook::formula::{
    Expression, Function, at_place, call, cell, least, most, when, whole,
};
use crate::report::workbook::inputs::Inputs;
use crate::report::workbook::sheet::{
    Area, At, FIRST, LABEL, MARK, Role, SECOND, SUM, Unit, dollars, of_rate,
};
use crate::report::workbook::stated::of;
use crate::rules::mssp::{Preset, brackets};
use rust_decimal::Decimal;

/// Cells that every year goes by.
pub(super) struct Rates {
    /// Expected savings, one a year.
    savings: Vec<At>,
    /// What of the partnership's part is paid before the settlement.
    pub(super) interim: Option<At>,
}

/// The terms of one year.
pub(super) struct YearTerms {
    /// Expected savings as a share of the benchmark.
    pub(super) rate: At,
    /// From this share of the benchmark on they count.
    pub(super) minimum: Expression,
    /// What of savings is paid out.
    pub(super) share: Expression,
    /// What sequestration leaves.
    pub(super) kept: Expression,
    /// What of that is paid on savings below the minimum.
    pub(super) reduced: Option<Expression>,
    /// The most that is paid, as a share of the benchmark.
    pub(super) cap: Option<Expression>,
    /// The most that is paid.
    pub(super) cap_amount: Option<Expression>,
    /// What is owed of a loss.
    pub(super) loss: Option<LossTerms>,
}

/// What is owed of a loss.
pub(super) struct LossTerms {
    pub(super) rate: Expression,
    pub(super) limit: Option<Expression>,
    pub(super) limit_amount: Option<Expression>,
    pub(super) relief: Option<Expression>,
}

impl Rates {
    pub(super) fn new(stream: &Stream, savings: &SharedSavings, inputs: &mut Inputs) -> Rates {
        let rates = &savings.savings_rates;
        let mut cells = Vec::new();
        for (place, rate) in rates.iter().enumerate() {
            let own = format!("savings-rate.{}", place + 1);
            let keys: &[&str] = if rates.len() > 1 { &[&own] } else { &[&own, "savings-rate"] };
            let label = format!("Expected savings of year {}", place + 1);
            cells.push(inputs.figure(&of(stream, keys), &label, of_rate(*rate), Unit::Share));
        }
        let interim = savings.interim.map(|interim| {
            let label = "Of its part, paid before the settlement";
            let paths = of(stream, &["interim.share"]);
            inputs.figure(&paths, label, of_rate(interim.share), Unit::Share)
        });
        Rates { savings: cells, interim }
    }
}

impl<'a> Awards<'a> {
    /// The terms of a year.
    pub(super) fn year_terms(
        &mut self,
        (stream, savings, rates): (&Stream, &SharedSavings, &Rates),
        (year, terms, members): (&Year, &Terms, (At, i64)),
        inputs: &mut Inputs<'a>,
    ) -> Option<YearTerms> {
        let place = (year.number as usize).min(rates.savings.len().checked_sub(1)?);
        let rate = rates.savings[place];
        match &savings.agreement {
            Agreement::Contract(terms) => Some(contract(stream, terms, rate, inputs)),
            Agreement::Medicare(track, chosen) => {
                let preset = Preset::carried(*track, year.first.year()).ok()?;
                let minimum = match chosen.minimum {
                    Some(_) => None,
                    None => Some(self.lay_minimum(members)?),
                };
                Some(medicare(stream, (preset, chosen, terms), (rate, minimum), inputs))
            }
        }
    }

    /// Lays the minimum savings rate of so many beneficiaries, linear within a bracket of the published table.
    fn lay_minimum(&mut self, (members_at, members): (At, i64)) -> Option<Expression> {
        let table = self.lay_brackets();
        let beneficiaries = (members + 6) / 12;
        let place =
            brackets().iter().position(|one| (one.fewest..=one.most).contains(&beneficiaries))?;
        let bracket = &brackets()[place];
        let row = self.sheet.next_row();
        let label = "      beneficiaries, and their bracket of the table";
        self.sheet.text(row, LABEL, label, Role::Note);
        let average = call(Function::Int, vec![(cell(members_at) + 6) / 12]);
        let figure = (Decimal::from(beneficiaries), Unit::Whole);
        let average = self.sheet.formula(row, FIRST, average, figure, Role::Formula);
        let column = |column: u16| Area::of(table.0.in_column(column), table.1.in_column(column));
        let found = vec![cell(average), column(MARK).into(), whole(1)];
        let found = call(Function::Match, found);
        let figure = (Decimal::from(place + 1), Unit::Whole);
        let found = self.sheet.formula(row, SECOND, found, figure, Role::Formula);
        let own = |at: u16| at_place(column(at), cell(found));
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, "      the minimum savings rate", Role::Note);
        let span = own(FIRST) - own(MARK);
        let minimum = own(SECOND) + (own(SUM) - own(SECOND)) * (cell(average) - own(MARK)) / span;
        let decimal = |count: i64| Decimal::from(count);
        let (low, high) = (bracket.low.share().decimal(), bracket.high.share().decimal());
        let above = decimal(beneficiaries - bracket.fewest);
        let figure = low + (high - low) * above / decimal(bracket.most - bracket.fewest);
        let figure = (figure, Unit::Number);
        Some(cell(self.sheet.formula(row, FIRST, minimum, figure, Role::Formula)))
    }

    /// Lays the table of minimum savings rates once: from how many beneficiaries, to how many, the rates there.
    fn lay_brackets(&mut self) -> (At, At) {
        if let Some(table) = self.brackets {
            return table;
        }
        let block = self.sheet.block("minimum savings rates");
        let first = self.sheet.next_row();
        for (place, bracket) in brackets().iter().enumerate() {
            let row = first + place as u32;
            let label = format!(
                "      minimum savings rate of {} to {} beneficiaries (42 CFR 425.605(b)(1))",
                bracket.fewest, bracket.most
            );
            self.sheet.text(row, LABEL, label, Role::Note);
            for (column, figure, unit) in [
                (MARK, Decimal::from(bracket.fewest), Unit::Whole),
                (FIRST, Decimal::from(bracket.most), Unit::Whole),
                (SECOND, of_rate(bracket.low.share()), Unit::Share),
                (SUM, of_rate(bracket.high.share()), Unit::Share),
            ] {
                self.sheet.number(row, column, figure, Role::Grey, unit);
            }
        }
        self.sheet.block(block);
        let last = first + brackets().len() as u32 - 1;
        let table = (self.sheet.at(first, MARK), self.sheet.at(last, MARK));
        self.brackets = Some(table);
        table
    }
}

/// The terms of a contract.
fn contract(stream: &Stream, terms: &Terms, rate: At, inputs: &mut Inputs) -> YearTerms {
    let gate = inputs.text(&of(stream, &["quality-gate"])).unwrap_or("scaled");
    let quality_of = |inputs: &mut Inputs| {
        let paths = of(stream, &["quality"]);
        cell(inputs.figure(&paths, "Quality score", of_rate(terms.quality), Unit::Share))
    };
    let minimum = terms.minimum.rounded();
    let minimum = share_of(stream, inputs, "minimum-savings-rate", "Savings count from", minimum);
    let paid = match terms.share {
        Share::None => Rate::ZERO,
        Share::Flat(rate) | Share::Scaled(rate) => rate,
    };
    // What is stated stands, also where the gate shuts.
    let stated = inputs.text(&of(stream, &["sharing-rate"]));
    let stated = crate::report::workbook::months::share(stated).unwrap_or(paid);
    let label = "Share of savings that is paid out";
    let sharing = share_of(stream, inputs, "sharing-rate", label, stated);
    let share = match gate {
        "none" => sharing,
        "all-or-nothing" => {
            let quality = quality_of(inputs);
            let stated = inputs.text(&of(stream, &["quality-threshold"]));
            let asked = crate::report::workbook::months::share(stated).unwrap_or_default();
            let asked =
                share_of(stream, inputs, "quality-threshold", "The score that it takes", asked);
            when(quality.at_least(asked), sharing, 0)
        }
        _ => sharing * quality_of(inputs),
    };
    let label = "Sequestration of savings";
    let taken = share_of(stream, inputs, "sequestration", label, terms.sequestration);
    let label = "The most that is paid out, of the benchmark";
    let cap = terms.cap.map(|cap| share_of(stream, inputs, "cap", label, cap));
    let cap_amount =
        terms.cap_amount.map(|cap| money(stream, inputs, "cap-amount", "The most paid out", cap));
    let loss = terms.loss.and_then(|loss| {
        // A score lowers what is owed under Medicare alone.
        let LossRate::Flat(rate) = loss.rate else { return None };
        let label = "The most that is owed, of the benchmark";
        Some(LossTerms {
            rate: share_of(stream, inputs, "loss-rate", "Share of a loss that is owed", rate),
            limit: loss.limit.map(|limit| share_of(stream, inputs, "loss-limit", label, limit)),
            limit_amount: loss.limit_amount.map(|limit| {
                money(stream, inputs, "loss-cap-amount", "The most that is owed", limit)
            }),
            relief: None,
        })
    });
    YearTerms { rate, minimum, share, kept: whole(1) - taken, reduced: None, cap, cap_amount, loss }
}

/// The terms of a track of Medicare in a year: published figures, and what was chosen.
fn medicare(
    stream: &Stream,
    (preset, chosen, terms): (&Preset, &Chosen, &Terms),
    (rate, minimum): (At, Option<Expression>),
    inputs: &mut Inputs,
) -> YearTerms {
    let figures = Figures::from(preset);
    let why = "published for the track";
    let published = |inputs: &mut Inputs, label: &str, rate: Rate| {
        let label = format!("{label} ({})", preset.year);
        cell(inputs.constant(&label, of_rate(rate), Unit::Share, why))
    };
    let minimum = minimum.unwrap_or_else(|| {
        let label = "Savings count from";
        share_of(stream, inputs, "minimum-savings-rate", label, terms.minimum.rounded())
    });
    let by_quality = terms.loss.is_some_and(|loss| matches!(loss.rate, LossRate::ByQuality { .. }));
    let scaled = matches!(terms.share, Share::Scaled(_));
    let quality = (scaled || by_quality)
        .then(|| share_of(stream, inputs, "quality", "Quality score", terms.quality));
    let sharing = published(inputs, "Highest share of savings", figures.sharing_rate);
    let share = match (terms.share, &quality) {
        (Share::None, _) => whole(0),
        (Share::Scaled(_), Some(quality)) => sharing.clone() * quality.clone(),
        _ => sharing.clone(),
    };
    let taken = published(inputs, "Sequestration of savings", figures.sequestration);
    let cap = published(inputs, "The most that is paid out, of the benchmark", figures.savings_cap);
    let reduced = terms
        .reduced_sharing
        .map(|part| published(inputs, "Part of the share below the minimum", part));
    let loss = figures.loss.zip(terms.loss).map(|(published_loss, loss)| {
        let rate = match (published_loss.flat, chosen.standard, &quality) {
            (None, Standard::Met | Standard::Alternative, Some(quality)) => {
                let fewest = published(inputs, "Least share of a loss", published_loss.least);
                let highest = published(inputs, "Highest share of a loss", published_loss.most);
                let scored = whole(1) - sharing.clone() * quality.clone();
                least(most(scored, fewest), highest)
            }
            (flat, ..) => {
                let flat = flat.unwrap_or(published_loss.most);
                published(inputs, "Share of a loss", flat)
            }
        };
        let relief = match terms.relief {
            Relief::Amount(amount) => chosen
                .relief
                .map(|_| money(stream, inputs, "relief", "What of a loss is forgiven", amount)),
            // All of it is forgiven.
            Relief::Full => None,
        };
        let full = terms.relief == Relief::Full;
        LossTerms {
            rate: if full { whole(0) } else { rate },
            limit: Some(published(
                inputs,
                "The most that is owed, of the benchmark",
                published_loss.limit,
            )),
            limit_amount: loss.limit_amount.map(|limit| {
                money(stream, inputs, "loss-limit-amount", "The most that is owed", limit)
            }),
            relief,
        }
    });
    YearTerms {
        rate,
        minimum,
        share,
        kept: whole(1) - taken,
        reduced,
        cap: Some(cap),
        cap_amount: None,
        loss,
    }
}

fn share_of(
    stream: &Stream,
    inputs: &mut Inputs,
    key: &str,
    label: &str,
    rate: Rate,
) -> Expression {
    cell(inputs.figure(&of(stream, &[key]), label, of_rate(rate), Unit::Share))
}

fn money(
    stream: &Stream,
    inputs: &mut Inputs,
    key: &str,
    label: &str,
    amount: Money,
) -> Expression {
    cell(inputs.figure(&of(stream, &[key]), label, dollars(amount), Unit::Money))
}
