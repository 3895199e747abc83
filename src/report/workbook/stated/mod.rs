//! What a tranche holds by its terms, as a formula over inputs; and its instalments.

mod grant;

use rust_decimal::Decimal;

use super::formula::{Expression, cell, cents, whole};
use super::inputs::Inputs;
use super::sheet::{At, FIRST, LABEL, Role, Sheet, Unit, dollars};
use crate::driver::{later, term_years};
use crate::funding::grant::Payment;
use crate::funding::loan::Loan;
use crate::funding::partner::{Partner, PartnerMethod};
use crate::funding::payer::{Payer, PayerMethod};
use crate::funding::public::{Public, PublicMethod};
use crate::funding::{Authority, Receipts, Scheduled, Stream, Terms, Tranche};
use crate::money::{Money, Rate};
use crate::month::{FiscalCalendar, Month};
use crate::plan::Plan;

/// An instalment: the month, and which part of how many equal ones, from and to.
pub type Instalment = (Month, (u32, u32), u32);

/// An amount that follows from inputs, and the instalments that follow from it.
#[derive(Clone, Debug)]
pub struct Stated {
    /// The amount, over the cells of inputs.
    pub formula: Expression,
    /// What it comes to.
    pub amount: Money,
    /// The instalments, where its cash comes in advance or as it is earned.
    pub instalments: Vec<Instalment>,
    /// So many of its equal parts are kept, where a termination takes the others.
    pub kept: Option<(u32, u32)>,
}

/// What the terms of one stream were laid of before, so that it is laid once.
#[derive(Clone, Debug, Default)]
pub struct Before {
    /// The award's last twelve months.
    last_year: Option<At>,
    /// The weights of a taper to date.
    weights: Vec<At>,
}

/// Where the terms of a stream are stated.
pub struct Stating<'s, 'i, 'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The stream; an agreement that settles to its end ends with its termination.
    pub stream: &'s Stream,
    /// The sheet of awards, for rows that explain.
    pub sheet: &'s mut Sheet,
    /// The sheet of inputs.
    pub inputs: &'i mut Inputs<'a>,
    /// What was laid before.
    pub before: &'s mut Before,
    /// Whether a growth is stated.
    pub grows: bool,
    /// What the tranche holds, where its amount follows from the year or the month in which it arises.
    pub yearly: Option<Expression>,
}

/// What a tranche is before its start was delayed or it was terminated.
struct Base {
    formula: Expression,
    amount: Money,
    /// The first and last month of its instalments.
    span: (Month, Month),
    payment: Option<Payment>,
}

impl Base {
    /// An amount that comes at once.
    fn at_once(formula: Expression, amount: Money, month: Month) -> Base {
        Base { formula, amount, span: (month, month), payment: None }
    }
}

impl Stating<'_, '_, '_> {
    /// What a tranche of the lowered stream holds by its terms; nothing where only the engine works it out. `place` is its
    /// place among the lowered tranches.
    pub fn tranche(&mut self, place: usize, tranche: &Tranche) -> Option<Stated> {
        let Authority::Amount(amount) = tranche.amount else { return None };
        let plain = if self.grows { None } else { self.base(place, tranche) };
        let base = plain.or_else(|| self.yearly(tranche, amount));
        let Base { formula, amount: whole, span, payment } = base?;
        let rows = rows(&tranche.receipts);
        let mut instalments = parts(span, payment, &tranche.receipts);
        if let Some(begins) = self.stream.delayed_to {
            instalments.iter_mut().for_each(|(month, ..)| *month = begins.max(*month));
        }
        let mut kept = None;
        // A fixed amount keeps the instalments that came by its termination.
        if self.stream.termination.is_some() && rows.len() < instalments.len() {
            instalments.truncate(rows.len());
            kept = instalments.last().map(|(_, (_, to), parts)| (*to, *parts));
        }
        let holds = kept.map_or(whole, |(to, parts)| whole.share(to, parts));
        // The parts must give what the engine's instalments are.
        let same = holds == amount && of_whole(whole, &instalments) == rows;
        same.then_some(Stated { formula, amount: whole, instalments, kept })
    }

    /// A tranche whose amount follows from the year or the month in which it arises.
    fn yearly(&mut self, tranche: &Tranche, amount: Money) -> Option<Base> {
        let payment = match &self.stream.terms {
            Terms::Payer(Payer {
                method: PayerMethod::CostReimbursement { payment, .. }, ..
            }) => *payment,
            Terms::Public(public) => public.payment,
            _ => return None,
        };
        let span = (tranche.first, tranche.last.unwrap_or(tranche.first));
        Some(Base { formula: self.yearly.take()?, amount, span, payment: Some(payment) })
    }

    fn base(&mut self, place: usize, tranche: &Tranche) -> Option<Base> {
        let Authority::Amount(amount) = tranche.amount else { return None };
        match &self.stream.terms {
            Terms::Grant(grant) => self.grant(grant, tranche),
            Terms::Public(public) => self.public(public, (place, tranche), amount),
            Terms::Schedule(_) => self.scheduled(place, amount),
            Terms::Loan(loan) => self.loan(loan),
            Terms::Partner(partner) => match &partner.method {
                PartnerMethod::Payments(_) if partner.growth == Rate::ZERO => {
                    self.dated(place, partner.lag_months)
                }
                _ => None,
            },
            Terms::Payer(_) | Terms::SharedSavings(_) | Terms::Reserve(_) => None,
        }
    }

    /// Lays a row that explains.
    fn explain(&mut self, label: &str, formula: Expression, amount: Money) -> At {
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, label, Role::Label);
        self.sheet.money(row, FIRST, formula, amount, Role::Formula)
    }

    /// The cell of a stated amount; nothing where the plan states none at these keys.
    fn input(&mut self, keys: &[&str], label: &str, amount: Money) -> Option<Expression> {
        let path = self.inputs.stated(&of(self.stream, keys))?;
        Some(cell(self.inputs.input(&path, label, dollars(amount), Unit::Money)))
    }

    fn public(
        &mut self,
        public: &Public,
        (place, tranche): (usize, &Tranche),
        amount: Money,
    ) -> Option<Base> {
        let stream = self.stream;
        let (formula, span) = match &public.method {
            PublicMethod::Appropriation { .. } => {
                let year =
                    stream.fiscal.year_of(public.from) + i32::try_from(tranche.period).ok()?;
                let name = FiscalCalendar::label(year);
                let keys = [&format!("by-year.{name}"), "yearly"];
                let input = self.input(&keys, &format!("Amount of {name}"), amount)?;
                let years = tranche
                    .period
                    .checked_sub(1)
                    .map(|years| 12 * (years + 1) - stream.fiscal.position(public.from));
                let begins = later(public.from, years.unwrap_or(0));
                let last = later(begins, 11 - stream.fiscal.position(begins));
                (input, (begins, stream.until().map_or(last, |until| last.min(until))))
            }
            PublicMethod::CommunityBenefit { yearly } => {
                let (formula, span) = self.of_term_year(public.from, tranche.first, *yearly)?;
                return Some(Base { formula, amount, span, payment: Some(public.payment) });
            }
            PublicMethod::Formula(allotments) => {
                let mut sorted: Vec<(usize, Scheduled)> =
                    allotments.iter().copied().enumerate().collect();
                sorted.sort_by_key(|(_, row)| *row);
                let (number, row) = *sorted.get(tranche.period as usize)?;
                let key = format!("allotments.{}.amount", number + 1);
                let label = format!("Allotment of {}", row.available.words());
                let input = self.input(&[&key], &label, amount)?;
                let end = stream.last_month(self.plan.horizon.end());
                (input, (row.available, row.last.unwrap_or(end)))
            }
            PublicMethod::Settlement(_) => {
                let lag_months = match public.payment {
                    Payment::Advance { lag_months, .. } => lag_months,
                    Payment::Reimbursement { .. } => 0,
                };
                return self.dated(place, lag_months);
            }
            _ => return None,
        };
        Some(Base { formula, amount, span, payment: Some(public.payment) })
    }

    /// A dated payment, whose cash comes so many months later.
    fn dated(&mut self, place: usize, lag_months: u32) -> Option<Base> {
        let (payments, places) = dated(self.plan, self.stream)?;
        let place = *places.get(place)?;
        let at = dated_input(self.stream, ("payments", payments, place), self.inputs)?;
        let (month, amount) = payments[place];
        Some(Base::at_once(cell(at), amount, later(month, lag_months)))
    }

    fn scheduled(&mut self, place: usize, amount: Money) -> Option<Base> {
        let row = surviving(self.plan, self.stream).get(place).copied()?;
        let last = row.last.map_or(String::new(), |last| format!(" to {}", last.words()));
        let label = format!("Money from {}{last}", row.available.words());
        let until = row.last.map_or("-".to_string(), |last| last.to_string());
        let path = format!("stream.{}.schedule.{}.{until}", self.stream.name, row.available);
        // A second row of one window is an input of its own.
        let numbered = |again: u32| match again {
            1 => path.clone(),
            again => format!("{path}.{again}"),
        };
        let path = (1..).map(numbered).find(|path| !self.inputs.holds(path))?;
        let at = self.inputs.input(&path, &label, dollars(amount), Unit::Money);
        (row.amount == amount).then(|| Base::at_once(cell(at), amount, row.available))
    }

    fn loan(&mut self, loan: &Loan) -> Option<Base> {
        let formula = self.input(&["amount"], "Borrowed", loan.amount)?;
        Some(Base::at_once(formula, loan.amount, loan.from))
    }

    /// A yearly amount for the months of one fiscal year of the funder, and those months.
    fn of_term_year(
        &mut self,
        from: Month,
        first: Month,
        yearly: Money,
    ) -> Option<(Expression, (Month, Month))> {
        let horizon = &self.plan.horizon;
        let begins = self.stream.begins(from);
        let span = (horizon.start, horizon.end());
        let years = term_years(self.stream.fiscal, begins, self.stream.until(), span);
        let year = years.iter().find(|year| year.first == first)?;
        let at = self.input(&["yearly"], "Amount a year", yearly)?;
        let position = |month| year.calendar.position(month);
        Some((part_between(at, position(year.first), position(year.last)), (year.first, year.last)))
    }
}

/// The rows of a schedule that a delayed start and a termination leave, in the order of the lowered tranches.
fn surviving(plan: &Plan, stream: &Stream) -> Vec<Scheduled> {
    let Terms::Schedule(rows) = &stream.terms else { return Vec::new() };
    let mut rows = rows.clone();
    rows.sort_unstable();
    let begins = |row: &Scheduled| {
        stream.delayed_to.map_or(row.available, |delayed| row.available.max(delayed))
    };
    if let Some(delayed) = stream.delayed_to {
        rows.retain(|row| row.last.is_none_or(|last| last >= delayed));
        rows.retain(|row| plan.horizon.window(begins(row), row.last).is_some());
        rows.sort_by_key(begins);
    }
    if let Some(termination) = stream.termination {
        rows.retain(|row| begins(row) <= termination.month);
    }
    rows
}

/// Dated payments, and the places of some of them.
type Dated<'s> = (&'s [(Month, Money)], Vec<usize>);

/// The dated payments of a settlement or a partner, and the place of each in the order of the lowered tranches.
fn dated<'s>(plan: &Plan, stream: &'s Stream) -> Option<Dated<'s>> {
    // A delayed start gathers what a settlement would have paid before; a partner pays none of it.
    let (from, payments, gathers) = match &stream.terms {
        Terms::Public(Public { from, method: PublicMethod::Settlement(payments), .. }) => {
            (*from, payments, true)
        }
        Terms::Partner(Partner { from, method: PartnerMethod::Payments(payments), .. }) => {
            (*from, payments, false)
        }
        _ => return None,
    };
    let (begins, end) = (stream.begins(from), plan.horizon.end());
    let last = stream.last_month(end);
    let terminated = stream.termination.map_or(end, |termination| termination.month);
    let counts = |place: &usize| {
        let (month, amount) = payments[*place];
        let own = gathers || (month >= begins && amount.is_positive());
        own && (from..=last).contains(&month) && begins.max(month) <= end.min(terminated)
    };
    let mut places: Vec<usize> = (0..payments.len()).filter(counts).collect();
    places.sort_by_key(|place| payments[*place].0);
    Some((payments, places))
}

/// The input of a dated payment of a list of the plan, in which rows stand in the order of the plan's text: of those that
/// say the same, the place among them tells them apart.
pub fn dated_input(
    stream: &Stream,
    (list, rows, place): (&str, &[(Month, Money)], usize),
    inputs: &mut Inputs,
) -> Option<At> {
    let row = rows.get(place)?;
    let (month, amount) = row;
    let again = rows[..place].iter().filter(|other| *other == row).count();
    let key = |number: &usize, key: &str| of(stream, &[&format!("{list}.{number}.{key}")]);
    let same = |number: &usize| {
        let stated = inputs.text(&key(number, "month")).and_then(Month::parse);
        let paid = inputs.text(&key(number, "amount")).and_then(grant::money);
        stated == Some(*month) && paid == Some(*amount)
    };
    let number = (1..=rows.len()).filter(same).nth(again)?;
    let path = inputs.stated(&key(&number, "amount"))?;
    let label = if list == "payments" { "Payment" } else { "Repayment" };
    let label = format!("{label} of {}", month.words());
    Some(inputs.input(&path, &label, dollars(*amount), Unit::Money))
}

/// Dated receipts.
fn rows(receipts: &Receipts) -> Vec<(Month, Money)> {
    match receipts {
        Receipts::Advanced(rows) | Receipts::Earned(rows) => rows.clone(),
        _ => Vec::new(),
    }
}

/// What the instalments of an amount come to.
fn of_whole(amount: Money, instalments: &[Instalment]) -> Vec<(Month, Money)> {
    let part = |(month, (from, to), parts): &Instalment| {
        (*month, amount.share(*to, *parts) - amount.share(*from, *parts))
    };
    instalments.iter().map(part).collect()
}

/// Which part of how many each instalment is, as [`Payment::receipts`] has it.
fn parts(
    (first, last): (Month, Month),
    payment: Option<Payment>,
    receipts: &Receipts,
) -> Vec<Instalment> {
    if !matches!(receipts, Receipts::Advanced(_) | Receipts::Earned(_)) {
        return Vec::new();
    }
    let Some(Payment::Advance { every_months, lag_months }) = payment else {
        return vec![(first, (0, 1), 1)];
    };
    let months = u32::try_from(last.since(first) + 1).unwrap_or(0).max(1);
    let every = every_months.unwrap_or(months).clamp(1, months);
    let part = |begins: u32| {
        let month = later(later(first, begins), lag_months);
        (month, (begins, (begins + every).min(months)), months)
    };
    (0..months).step_by(every as usize).map(part).collect()
}

/// Paths of a stream's own keys, or of its terms'.
pub fn of(stream: &Stream, keys: &[&str]) -> Vec<String> {
    let own = keys.iter().flat_map(|key| {
        [format!("stream.{}.terms.{key}", stream.name), format!("stream.{}.{key}", stream.name)]
    });
    own.collect()
}

/// The part of a yearly amount from a position of its year to another, as `driver::year_part` has it.
pub fn part_between(yearly: Expression, first: u32, last: u32) -> Expression {
    let to = |months: u32| cents(yearly.clone() * i64::from(months) / 12);
    match (first, last) {
        (0, 11) => yearly,
        (0, last) => to(last + 1),
        (first, last) => to(last + 1) - to(first),
    }
}

/// Part of an amount in equal parts, by cumulative rounding, as `Money::share` has it.
pub fn part_of(amount: Expression, (from, to): (u32, u32), parts: u32) -> Expression {
    let upto = |part: u32| match part {
        0 => whole(0),
        all if all == parts => amount.clone(),
        part => cents(amount.clone() * i64::from(part) / i64::from(parts)),
    };
    match from {
        0 => upto(to),
        from => upto(to) - upto(from),
    }
}

/// A count of months as a number.
pub fn of_count(months: u32) -> Decimal {
    Decimal::from(months)
}
