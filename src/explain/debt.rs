//! What is borrowed: balances of loans and of the line of credit, and what falls due of a loan.

use super::ask::{Ask, Period};
use super::{Explanation, Part, Value, text};
use crate::funding::loan::{Payment, Payments, Repayment};
use crate::funding::{DueKind, Loan, Terms};
use crate::ledger::LineBook;
use crate::money::{Money, Rate};
use crate::name::StreamIndex;
use crate::plan::dues;

/// What a loan owes at the end of a period, and what it owed before.
pub(super) fn balance(ask: Ask, rest: &[&str]) -> Option<Explanation> {
    let [name, rest @ ..] = rest else { return None };
    let stream = ask.stream(name)?;
    let debt = ask.ledger().debts.iter().find(|debt| debt.stream == stream)?;
    let period = Period::rest(ask, rest)?;
    let book = ask.book(stream);
    let (before, owed) = opening(&debt.owed, debt.before, &period);
    let path = format!("stream.{name}");
    let mut parts = vec![match period.first.checked_sub(1) {
        Some(place) => Part::plus(before, "owed before")
            .see(format!("debt/{name}{}", Period::month(ask, place).suffix())),
        None => Part::plus(before, "owed at the plan's start").input(ask.plan, &path),
    }];
    let borrowed = period.sum(&book.made_available);
    parts.push(Part::plus(borrowed, "borrowed").input(ask.plan, &format!("{path}.amount")));
    let line = |kind: DueKind| {
        let lines = ask.ledger().lines.iter().enumerate();
        lines.into_iter().find(move |(_, line)| line.due == Some((stream, kind)))
    };
    let of = |kind: DueKind, amount: fn(&LineBook) -> &Vec<Money>| {
        line(kind).map_or(Money::ZERO, |(_, line)| period.sum(amount(line)))
    };
    let seen = |part: Part, head: &str, kind: DueKind| match line(kind) {
        Some((line, _)) => part.see(format!("{head}/{}{}", ask.line_word(line), period.suffix())),
        None => part,
    };
    let principal = DueKind::Principal;
    let repaid = Part::minus(of(principal, |line| &line.covered), "repaid");
    parts.push(seen(repaid, "covered", principal));
    let subject = format!("Owed of {}, end of {}", book.title, ask.month(period.last).words());
    let formula = "what was owed before and what is borrowed, less what is repaid; what fell due and \
                   no money paid is still owed";
    let due = Part::aside(of(principal, |line| &line.need), "principal that falls due");
    let unpaid = Part::aside(of(principal, |line| &line.gap), "of it, no money pays");
    let interest = Part::aside(of(DueKind::Interest, |line| &line.need), "interest that falls due");
    let asides = [
        seen(due, "cost", principal),
        seen(unpaid, "gap", principal),
        seen(interest, "cost", DueKind::Interest),
    ];
    let pieces = ends(ask, &period, &debt.owed, &format!("debt/{name}"));
    let asides = asides.into_iter().filter(|part| part.amount != Some(Money::ZERO));
    Some(Explanation::sum_of(&subject, owed, formula, parts).with(asides).with(pieces))
}

/// What the line of credit lends at the end of a period, and what it lent before.
pub(super) fn credit(ask: Ask, rest: &[&str]) -> Option<Explanation> {
    let (line, used) = (ask.plan.credit.as_ref()?, ask.forecast.books.cash.credit.as_ref()?);
    let period = Period::rest(ask, rest)?;
    let (before, owed) = opening(&used.balance, Money::ZERO, &period);
    let part = Part::plus(before, "owed before");
    let part = match period.first.checked_sub(1) {
        Some(place) => part.see(format!("credit{}", Period::month(ask, place).suffix())),
        None => part,
    };
    let parts = vec![
        part,
        Part::plus(period.sum(&used.drawn), "drawn where unrestricted cash would end below zero")
            .input(ask.plan, "credit"),
        Part::minus(period.sum(&used.repaid), "repaid out of cash above zero"),
    ];
    let words = ask.month(period.last).words();
    let subject = format!("Owed on {}, end of {words}", line.title);
    let formula = "what was owed before and what is drawn, less what is repaid; interest is paid monthly \
                   and is not added";
    let most = "the most that may be owed: the limit, or the share of what funders owe";
    let asides = [
        Part::aside(used.available[period.last], format!("{most}, {words}"))
            .input(ask.plan, "credit.borrowing-base"),
        Part::aside(line.limit, "the limit").input(ask.plan, "credit.limit"),
        Part::aside(period.sum(&used.interest), "interest on each month's opening balance")
            .text(format!("a twelfth of {}", line.yearly_rate.in_words()))
            .input(ask.plan, "credit.rate"),
        Part::aside(
            ask.forecast.books.cash.own_unrestricted[period.last],
            format!("unrestricted cash without it, paying what is funded, {words}"),
        )
        .see(format!("cash{}", Period::month(ask, period.last).suffix())),
    ];
    let pieces = ends(ask, &period, &used.balance, "credit");
    Some(Explanation::sum_of(&subject, owed, formula, parts).with(asides).with(pieces))
}

/// A balance before a period and at its end.
fn opening(balance: &[Money], at_start: Money, period: &Period) -> (Money, Money) {
    let before = period.first.checked_sub(1).map_or(at_start, |place| balance[place]);
    (before, balance[period.last])
}

/// A balance at the end of each year of the plan, or of each month of a year.
fn ends(ask: Ask, period: &Period, balance: &[Money], id: &str) -> Vec<Part> {
    let pieces = period.pieces(ask);
    let part = |piece: &Period| {
        let label = format!("owed at the end of {}", piece.words);
        Part::aside(balance[piece.last], label).see(format!("{id}{}", piece.suffix()))
    };
    if pieces.len() < 2 { Vec::new() } else { pieces.iter().map(part).collect() }
}

/// What falls due of a loan in a month, worked again from its terms; nothing where the line is of no loan.
pub(super) fn due_in(
    ask: Ask,
    (stream, kind): (StreamIndex, DueKind),
    place: usize,
    (subject, amount): (&str, Money),
) -> Option<Explanation> {
    let terms = ask.plan.stream(stream);
    let Terms::Loan(loan) = &terms.terms else { return None };
    let due = Due { ask, loan, path: format!("stream.{}", terms.name), place };
    let (formula, parts, asides) = match (&loan.repayment, loan.payments()) {
        (Repayment::Monthly { .. }, Some(payments)) => due.monthly(&payments, kind),
        (Repayment::Share { stream, share }, _) => due.share(*stream, *share),
        _ => due.dated(),
    };
    let told: Money = parts.iter().map(Part::signed).sum();
    let counted = ask.ledger().debts.iter().any(|debt| debt.stream == stream.at());
    let whole = Part::said(terms.title.clone(), "the agreement").input(ask.plan, &due.path);
    let whole = if counted { whole.see(format!("debt/{}", terms.name)) } else { whole };
    let explanation = if told == amount {
        Explanation::sum_of(subject, amount, formula, parts)
    } else {
        Explanation::of(subject, Value::Money(amount), formula).with(parts)
    };
    let explanation = explanation.with(asides).with([whole]);
    Some(match counted {
        true => explanation,
        false => explanation.note("This view does not count the loan, so nothing of it falls due."),
    })
}

/// A formula, the parts that sum, and what stands beside them.
type Worked = (String, Vec<Part>, Vec<Part>);

/// What falls due of one loan in one month.
struct Due<'a> {
    ask: Ask<'a>,
    loan: &'a Loan,
    path: String,
    place: usize,
}

impl Due<'_> {
    fn key(&self, part: Part, key: &str) -> Part {
        part.input(self.ask.plan, &format!("{}.{key}", self.path))
    }

    fn monthly(&self, payments: &Payments, kind: DueKind) -> Worked {
        let month = self.ask.month(self.place);
        let found = payments.rows.iter().position(|row| row.month == month);
        let (Some(at), Some(last)) = (found, payments.rows.last()) else {
            let words = |row: Option<&Payment>| row.map_or(String::new(), |row| row.month.words());
            let (first, last) = (words(payments.rows.first()), words(payments.rows.last()));
            let formula = format!("its payments run from {first} to {last} only");
            return (formula, Vec::new(), self.terms(payments, None));
        };
        let row = &payments.rows[at];
        let level = Part::plus(payments.level, "the level payment");
        let level = self.key(level, "months");
        let own = Part::minus(row.interest, "of it, the month's interest");
        let (formula, parts) = match kind {
            DueKind::Interest => {
                let month = Part::plus(row.interest, "a month's interest on the balance");
                let label = format!(
                    "interest of {} before the first payment, paid with it",
                    text::count(payments.waited as usize, "month", "months"),
                );
                let gathered = self.key(Part::plus(row.gathered, label), "first-payment");
                let formula = "the balance times a twelfth of the yearly rate, rounded once; interest \
                               that gathered before the first payment is paid with it";
                (formula, vec![self.key(month, "rate"), gathered])
            }
            _ if row.month == last.month => {
                let rest = Part::plus(row.owed, "all that is still owed");
                ("the last payment repays what is left, a balloon with it", vec![rest])
            }
            _ if row.principal.is_zero() => ("the payment is of interest alone", Vec::new()),
            _ if row.principal == payments.level - row.interest => {
                ("the level payment less the month's interest", vec![level, own])
            }
            _ => {
                let part = Part::plus(row.principal, "what is left beside the balloon");
                ("the level payment less interest, up to what the balloon leaves", vec![part])
            }
        };
        (formula.to_string(), parts, self.terms(payments, Some(at)))
    }

    /// The terms that a payment can be worked again from.
    fn terms(&self, payments: &Payments, at: Option<usize>) -> Vec<Part> {
        let Repayment::Monthly { yearly_rate, months, interest_only_months, balloon, .. } =
            self.loan.repayment
        else {
            return Vec::new();
        };
        let mut parts = Vec::new();
        if let Some(row) = at.map(|at| &payments.rows[at]) {
            let label = format!("balance before the payment of {}", row.month.words());
            parts.push(Part::aside(row.owed, label));
        }
        let rate = yearly_rate.in_words();
        parts.push(self.key(Part::said(rate, "interest a year; a twelfth each month"), "rate"));
        let of = at.map_or(String::new(), |at| format!("payment {} of ", at + 1));
        parts.push(self.key(Part::said(format!("{of}{months}"), "monthly payments"), "months"));
        if interest_only_months > 0 {
            let part = Part::said(interest_only_months.to_string(), "the first, of interest alone");
            parts.push(self.key(part, "interest-only-months"));
        }
        if balloon.is_positive() {
            parts.push(self.key(Part::aside(balloon, "balloon with the last"), "balloon"));
        }
        let periods = months - interest_only_months;
        let formula = format!("P x i / (1 - (1 + i)^-{periods}), in cents");
        parts.push(Part::aside(payments.level, "the level payment").text(formula));
        parts.push(self.key(Part::aside(self.loan.amount, "borrowed"), "amount"));
        parts
    }

    fn share(&self, source: StreamIndex, share: Rate) -> Worked {
        let month = self.ask.month(self.place);
        let view = self.ask.forecast.question.view;
        let holds = |status| status <= view;
        let cash = dues::scheduled(self.ask.plan, source, holds).unwrap_or_default();
        let counts =
            |row: &&(crate::month::Month, Money)| row.0 >= self.loan.from && row.0 <= month;
        let brought: Money = cash.iter().filter(counts).map(|(_, amount)| *amount).sum();
        let dues = self.loan.dues_from(share, &cash).unwrap_or_default();
        let through = |last: crate::month::Month| -> Money {
            dues.iter().filter(|due| due.month <= last).map(|due| due.amount).sum()
        };
        let before = month.plus(-1).map_or(Money::ZERO, through);
        let title = &self.ask.plan.stream(source).title;
        let words = format!("{} of what {title} brought by the month", share.in_words());
        let parts = vec![
            self.key(Part::plus(through(month), words), "repaid-from.share"),
            Part::minus(before, "fell due before"),
        ];
        let brought = Part::aside(brought, format!("scheduled cash of {title} to date"))
            .text(format!("from {} on", self.loan.from.words()))
            .see(format!("stream/{}", self.ask.plan.stream(source).name));
        let owed = self.key(Part::aside(self.loan.amount, "the most that is owed"), "amount");
        let formula = "the share of all the cash that the other stream is scheduled to bring from the \
                       grant's month on, up to what was given, less what fell due before";
        (formula.to_string(), parts, vec![self.key(brought, "repaid-from"), owed])
    }

    fn dated(&self) -> Worked {
        let month = self.ask.month(self.place);
        let Repayment::Dated(rows) = &self.loan.repayment else {
            return ("what of it is repaid".to_string(), Vec::new(), Vec::new());
        };
        let own = rows.iter().filter(|(at, _)| *at == month);
        let part = |(at, amount): &(crate::month::Month, Money)| {
            self.key(Part::plus(*amount, format!("stated for {}", at.words())), "repayments")
        };
        let parts = own.map(part).collect();
        ("what its terms state for the month".to_string(), parts, Vec::new())
    }
}
