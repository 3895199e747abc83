//! Shared savings: what each performance year comes to, by the arithmetic of `funding/settlement.rs`.

use super::apart::{amount_of, cells_of};
use super::by_terms::{ByTerms, Cells};
use super::chain::Taken;
use super::figure::Figure;
use super::savings_terms::{Rates, YearTerms};
use super::{Awards, Books, Part};
use crate::driver::after;
use crate::funding::settlement::{self, Settlement};
use crate::funding::shared_savings::{SharedSavings, Year};
use crate::funding::{Setting, Stream, Terms};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::report::workbook::formula::{
    Expression, Function, call, cell, cents, floor_zero, least, round, sum, sum_of, when, whole,
};
use crate::report::workbook::inputs::Inputs;
use crate::report::workbook::months::Months;
use crate::report::workbook::sheet::{
    Area, At, FIRST, LABEL, Role, Sheet, Unit, dollars, of_price, of_rate,
};
use crate::report::workbook::stated::of;
use rust_decimal::Decimal;

/// Money by place.
type ByPlace = Vec<Vec<(At, Money)>>;

/// What performance years go by.
struct Contract<'s> {
    savings: &'s SharedSavings,
    /// The row of members in whole numbers.
    members: u32,
    benchmark: At,
    growth: Option<At>,
    captured: At,
    loss_share: At,
    rates: Rates,
}

/// What was laid of years so far.
struct SoFar {
    index: Option<At>,
    paid: Vec<(Month, At, Money)>,
    recouped: Vec<(At, Money)>,
    /// What comes, by place, as the contract states it.
    money: Vec<(usize, Shown)>,
    losses: Vec<(usize, At, Money)>,
}

/// A cell and what it comes to.
type Shown = (At, Money);

impl<'a> Awards<'a> {
    /// Lays what shared savings come to, year by year; nothing where the books say otherwise.
    pub(super) fn lay_savings(
        &mut self,
        source: usize,
        months: &Months<'a>,
        inputs: &mut Inputs<'a>,
    ) -> Option<Part> {
        let (rows, brackets) = (self.sheet.rows.len(), self.brackets);
        let part = self.try_savings(source, months, inputs);
        if part.is_none() {
            self.brackets = brackets;
            self.sheet.rows.truncate(rows);
            self.losses.remove(&source);
        }
        part
    }

    fn try_savings(
        &mut self,
        source: usize,
        months: &Months<'a>,
        inputs: &mut Inputs<'a>,
    ) -> Option<Part> {
        let Books { plan, ledger, .. } = self.books;
        let stream = &plan.streams[source];
        if stream.more.is_some() {
            return None;
        }
        let spent = self.spent_before(source, None, inputs);
        let ended = stream.settled_to_its_end();
        let stream = ended.as_ref().unwrap_or(stream);
        let Terms::SharedSavings(savings) = &stream.terms else { return None };
        let setting = plan.setting();
        let contract = self.contract(stream, savings, months, inputs)?;
        let mut so_far = SoFar {
            index: None,
            paid: Vec::new(),
            recouped: Vec::new(),
            money: Vec::new(),
            losses: Vec::new(),
        };
        self.lay_advances(&contract, (stream, &setting), &mut so_far, inputs)?;
        let mut index = Rate::ONE;
        for year in savings.years(stream, &setting) {
            if year.number > 0 {
                index = index.grown(savings.benchmark_growth)?;
                self.lay_growth_of(&contract, &year, index, &mut so_far);
            }
            let Some(month) = after(year.last, savings.settlement_lag_months) else { continue };
            let early = savings.interim.and_then(|interim| after(year.last, interim.after_months));
            let within = |month: Month| plan.horizon.place(month).is_some();
            let before = month < plan.horizon.start && savings.advance.is_some();
            if within(month) || early.is_some_and(within) || before {
                let dates = (month, early.filter(|early| within(*early)));
                self.lay_year((&contract, stream), (&year, dates, index), &mut so_far, inputs)?;
            }
        }
        let mut money: ByPlace = vec![Vec::new(); self.count()];
        for (place, part) in &so_far.money {
            money[*place].push(*part);
        }
        let cells = money.iter().map(|cells| cells_of(cells)).collect();
        let all = Cells { come: cells, out: Vec::new() };
        let (held, coming) = match spent {
            None => (money.clone(), money),
            Some(spent) => self.lay_unspent(so_far.money, spent),
        };
        let book = &ledger.streams[source];
        let figures: Vec<Money> = held.iter().map(|cells| amount_of(cells)).collect();
        if figures != book.made_available || !book.opening[0].is_zero() {
            return None;
        }
        let formula = |_: &Sheet, _: u32, place: usize| {
            (!held[place].is_empty()).then(|| sum_of(&cells_of(&held[place])))
        };
        let available = self.row("   becomes available", formula, &figures);
        self.losses.insert(source, so_far.losses);
        let coming = coming.iter().map(|cells| cells_of(cells)).collect();
        Some(Part {
            available,
            coming,
            by_terms: Some(Box::new(ByTerms::of(all))),
            ..Part::default()
        })
    }

    /// Lays what was spent before the plan of what years bring, amount after amount as the contract states them: what is
    /// left of each, and its cash, which comes where anything of it is left.
    fn lay_unspent(&mut self, money: Vec<(usize, Shown)>, mut spent: Taken) -> (ByPlace, ByPlace) {
        let mut held = vec![Vec::new(); self.count()];
        let mut coming = held.clone();
        for (place, (at, amount)) in money {
            let all = Figure::of(at, amount);
            let before = self.figure_row("   spent before the plan", &all.at_most(&spent.left()));
            spent.take(before);
            let left = all.less(&Figure::of(before.0, before.1));
            let left = self.figure_row("      left of it", &left);
            let comes = if left.1.is_positive() { amount } else { Money::ZERO };
            let comes = Figure::new(when(cell(left.0).above(0), at, 0), comes);
            coming[place].push(self.figure_row("      its cash", &comes));
            held[place].push(left);
        }
        (held, coming)
    }

    /// Lays what every year goes by.
    fn contract<'s>(
        &mut self,
        stream: &Stream,
        savings: &'s SharedSavings,
        months: &Months<'a>,
        inputs: &mut Inputs<'a>,
    ) -> Option<Contract<'s>> {
        let members = self.sheet.next_row();
        self.sheet.text(members, LABEL, "   members, in whole numbers", Role::Note);
        let driver = savings.members.at();
        for place in 0..self.count() {
            let count = self.books.plan.drivers[driver].count(place);
            let figure = (Decimal::from(count), Unit::Whole);
            let formula = months.count_of(driver, place);
            let column = Months::column(place);
            self.sheet.formula(members, column, formula, figure, Role::Formula);
        }
        let price = of_price(savings.benchmark);
        let label = "Benchmark a member and month";
        let benchmark = inputs.figure(&of(stream, &["benchmark"]), label, price, Unit::Price);
        let paths = of(stream, &["benchmark-growth"]);
        let grows = inputs.stated(&paths).is_some() || savings.benchmark_growth != Rate::ZERO;
        let growth = of_rate(savings.benchmark_growth);
        let label = "Growth of the benchmark a year";
        let growth = grows.then(|| inputs.figure(&paths, label, growth, Unit::Share));
        let mut share = |key: &str, label: &str, rate: Rate| {
            inputs.figure(&of(stream, &[key]), label, of_rate(rate), Unit::Share)
        };
        let captured = share("captured", "The partnership's part of savings", savings.captured);
        let loss_share =
            share("loss-share", "The partnership's part of a loss", savings.loss_share);
        let rates = Rates::new(stream, savings, inputs);
        Some(Contract { savings, members, benchmark, growth, captured, loss_share, rates })
    }

    fn lay_growth_of(&mut self, contract: &Contract, year: &Year, index: Rate, so_far: &mut SoFar) {
        let Some(growth) = contract.growth else { return };
        let row = self.sheet.next_row();
        let label = format!("   index of the benchmark, year {}", year.number + 1);
        self.sheet.text(row, LABEL, label, Role::Note);
        let before = so_far.index.map_or(whole(1), cell);
        let grown = round(before * (whole(1) + growth), 9);
        let figure = (of_rate(index), Unit::Number);
        so_far.index = Some(self.sheet.formula(row, FIRST, grown, figure, Role::Formula));
    }

    /// Lays the advance payments and what of them comes to the partnership.
    fn lay_advances(
        &mut self,
        contract: &Contract,
        (stream, setting): (&Stream, &Setting),
        so_far: &mut SoFar,
        inputs: &mut Inputs<'a>,
    ) -> Option<()> {
        let savings = contract.savings;
        let Some(advance) = savings.advance else { return Some(()) };
        let mut figure = |key: &str, label: &str, value: Decimal, unit: Unit| {
            inputs.figure(&of(stream, &[key]), label, value, unit)
        };
        let once = dollars(advance.once);
        let once = figure("advance.once", "Advanced in the first month", once, Unit::Money);
        let label = "Advanced a beneficiary and quarter";
        let rate = figure("advance.rate", label, of_price(advance.rate), Unit::Price);
        let many = Decimal::from(advance.beneficiaries);
        let label = "The most beneficiaries that count";
        let most = figure("advance.beneficiaries", label, many, Unit::Whole);
        for (quarter, (month, amount)) in savings.advances(stream, setting)?.into_iter().enumerate()
        {
            let members = self.member_cell(contract, month);
            let mut paid = cents(cell(rate) * least(members, most));
            if quarter == 0 {
                paid = paid + once;
            }
            let label = format!("   advanced in {}", month.words());
            let (at, amount) = self.figure_row(&label, &Figure::new(paid, amount));
            so_far.paid.push((month, at, amount));
            if let Some(place) = setting.place(month) {
                let own = Figure::new(
                    cents(cell(contract.captured) * at),
                    savings.captured.try_of(amount)?,
                );
                let part = self.figure_row("      of it the partnership's", &own);
                so_far.money.push((place, part));
            }
        }
        Some(())
    }

    /// The cell of the members of a month, or of the nearest month of the plan.
    fn member_cell(&self, contract: &Contract, month: Month) -> At {
        let since = month.since(self.books.plan.horizon.start);
        let place = usize::try_from(since).unwrap_or(0).min(self.count() - 1);
        self.at(contract.members, place)
    }

    /// The members of a year's months, summed.
    fn member_months(&self, contract: &Contract, first: Month) -> Expression {
        let since = first.since(self.books.plan.horizon.start);
        // What is settled within the plan ran before its end.
        let before = (-since).clamp(0, 12);
        let row = contract.members;
        let mut terms: Vec<Expression> = Vec::new();
        if before > 0 {
            terms.push(cell(self.at(row, 0)) * i64::from(before));
        }
        if before < 12 {
            let of = |place: i32| self.at(row, usize::try_from(place).unwrap_or(0));
            terms.push(sum(Area::of(of(since.max(0)), of(since + 11))));
        }
        terms.into_iter().reduce(|sum, term| sum + term).unwrap_or(whole(0))
    }

    /// Lays what a performance year comes to.
    fn lay_year(
        &mut self,
        (contract, stream): (&Contract, &Stream),
        (year, (month, early), index): (&Year, (Month, Option<Month>), Rate),
        so_far: &mut SoFar,
        inputs: &mut Inputs<'a>,
    ) -> Option<()> {
        let plan = self.books.plan;
        let (savings, setting) = (contract.savings, plan.setting());
        let members = savings.member_months(&setting, year.first);
        let mut terms = savings.terms(year, members).ok()?;
        let paid = so_far.paid.iter().filter(|(paid, ..)| *paid <= month);
        let paid: Vec<(At, Money)> = paid.map(|(_, at, amount)| (*at, *amount)).collect();
        terms.advance_balance = amount_of(&paid) - amount_of(&so_far.recouped);
        let settled = savings.settle(&terms, year.number, members, index)?;
        let words = year.first.words();
        let row = self.sheet.next_row();
        let label = format!("   year from {words}: members, month by month");
        self.sheet.text(row, LABEL, label, Role::Label);
        let formula = self.member_months(contract, year.first);
        let figure = (Decimal::from(members), Unit::Whole);
        let members_at = self.sheet.formula(row, FIRST, formula, figure, Role::Formula);
        let own = self.year_terms(
            (stream, savings, &contract.rates),
            (year, &terms, (members_at, members)),
            inputs,
        )?;
        let target = match so_far.index {
            Some(index) => cell(contract.benchmark) * members_at * index,
            None => cell(contract.benchmark) * members_at,
        };
        let exact = savings.benchmark.product().times_count(members)?.times(index)?;
        let benchmark = Figure::new(cents(target.clone()), exact.round()?);
        let (benchmark_at, benchmark) = self.figure_row("      its benchmark", &benchmark);
        let benchmark = Figure::of(benchmark_at, benchmark);
        let gross = Figure::new(cents(target * own.rate), settled.gross);
        let (gross, _) = self.figure_row("      savings of the year, or a loss -", &gross);
        let (earned, owed) = self.lay_shared((&own, &terms), (&benchmark, gross), &settled);
        let earned = Figure::of(earned.0, earned.1);
        let mut left = earned.clone();
        if savings.advance.is_some() {
            let advanced = sum_of(&cells_of(&paid));
            let balance = match so_far.recouped.is_empty() {
                true => advanced,
                false => advanced - sum_of(&cells_of(&so_far.recouped)),
            };
            let back = Figure::new(least(earned.formula.clone(), balance), settled.recouped);
            let back = self.figure_row("      of it pays back what was advanced", &back);
            so_far.recouped.push(back);
            left = left.less(&Figure::of(back.0, back.1));
        }
        let captured = Figure::new(
            cents(cell(contract.captured) * left.formula.clone()),
            savings.captured.try_of(left.amount)?,
        );
        let captured = self.figure_row("      the partnership's part", &captured);
        let mut rest = captured;
        if let (Some(interim), Some(share)) = (savings.interim, contract.rates.interim) {
            let all = Figure::of(captured.0, captured.1);
            let part =
                Figure::new(cents(cell(share) * captured.0), interim.share.try_of(captured.1)?);
            let label = match early {
                Some(early) => format!("      of it in {}", early.words()),
                None => "      of it before the settlement".to_string(),
            };
            let part = self.figure_row(&label, &part);
            if let Some(place) = early.and_then(|early| plan.horizon.place(early)) {
                so_far.money.push((place, part));
            }
            let left = all.less(&Figure::of(part.0, part.1));
            rest = self.figure_row(&format!("      of it in {}", month.words()), &left);
        }
        let Some(place) = plan.horizon.place(month) else { return Some(()) };
        so_far.money.push((place, rest));
        if let Some((owed, amount)) = owed {
            let borne = Figure::new(
                cents(cell(contract.loss_share) * owed),
                savings.loss_share.try_of(amount)?,
            );
            let borne = self.figure_row("      the partnership's part of the loss", &borne);
            so_far.losses.push((place, borne.0, borne.1));
        }
        Some(())
    }

    /// Lays what a contract pays out of savings, and what is owed of a loss.
    fn lay_shared(
        &mut self,
        (own, terms): (&YearTerms, &settlement::Terms),
        (benchmark, gross): (&Figure, At),
        settled: &Settlement,
    ) -> (Shown, Option<Shown>) {
        let amount = settled.gross;
        let size = if amount < Money::ZERO { -amount } else { amount };
        let of_benchmark = |share: &Expression| cents(share.clone() * benchmark.formula.clone());
        let counted = match terms.first_dollar {
            true => Figure::new(call(Function::Abs, vec![cell(gross)]), size),
            false => Figure::new(
                floor_zero(call(Function::Abs, vec![cell(gross)]) - of_benchmark(&own.minimum)),
                (size - terms.minimum.of(benchmark.amount).unwrap_or(size)).floor_zero(),
            ),
        };
        let (counted, _) = self.figure_row("      of it counts, where all of it does", &counted);
        let reached = || call(Function::Abs, vec![cell(own.rate)]).at_least(own.minimum.clone());
        let reduced = own.reduced.clone().unwrap_or(whole(0));
        let part = when(reached(), 1, reduced);
        let shared = cell(counted) * own.share.clone() * part * own.kept.clone();
        let mut paid = cents(shared);
        for cap in own.cap.iter().map(of_benchmark).chain(own.cap_amount.clone()) {
            paid = least(paid, cap);
        }
        let paid = Figure::new(when(cell(gross).above(0), paid, 0), settled.earned.floor_zero());
        let earned = self.figure_row("      paid out on it", &paid);
        let Some(loss) = &own.loss else { return (earned, None) };
        let mut owed = cents(cell(counted) * loss.rate.clone());
        for limit in loss.limit.iter().map(of_benchmark).chain(loss.limit_amount.clone()) {
            owed = least(owed, limit);
        }
        if let Some(relief) = &loss.relief {
            owed = floor_zero(owed - relief.clone());
        }
        let owed = when(reached(), owed, 0);
        let owed = Figure::new(when(cell(gross).below(0), owed, 0), (-settled.earned).floor_zero());
        (earned, Some(self.figure_row("      owed of a loss", &owed)))
    }
}
