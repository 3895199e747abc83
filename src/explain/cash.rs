//! Cash: what comes in, what goes out, and how long it lasts.

use super::ask::{Ask, Grain, Period, largest_first, sums};
use super::{Explanation, Part, Value, text};
use crate::cash::Cash;
use crate::funding::Kind;
use crate::money::Money;
use crate::month::{FiscalCalendar, Month};

/// Lines that are named at most for what no money pays of them.
const UNPAID_SHOWN: usize = 8;

/// Which costs a balance pays.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Paying {
    /// What the braid funds.
    Funded,
    /// Every cost as planned.
    AllCosts,
}

impl Paying {
    fn closing(self, cash: &Cash) -> &[Money] {
        match self {
            Paying::Funded => &cash.closing,
            Paying::AllCosts => &cash.closing_all_costs,
        }
    }

    fn id(self, month: Month) -> String {
        match self {
            Paying::Funded => format!("cash/{month}"),
            Paying::AllCosts => format!("cash/all-costs/{month}"),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Paying::Funded => "paying what the braid funds",
            Paying::AllCosts => "paying every cost as planned",
        }
    }
}

/// Explains a figure of cash.
pub(super) fn explain(ask: Ask, rest: &[&str]) -> Option<Explanation> {
    match rest {
        ["all-costs", word] => month(ask, Paying::AllCosts, word),
        ["lowest"] => Some(lowest(ask)),
        ["runs-out"] => Some(runs_out(ask)),
        ["working-capital"] => Some(working_capital(ask)),
        ["days", word] => days(ask, word),
        ["liquid-months", word] => liquid_months(ask, word),
        [word] => month(ask, Paying::Funded, word),
        _ => None,
    }
}

fn month(ask: Ask, paying: Paying, word: &str) -> Option<Explanation> {
    let period = Period::parse(ask, word)?;
    let Grain::Month(_) = period.grain else { return None };
    let (place, cash) = (period.first, &ask.forecast.books.cash);
    let closing = *paying.closing(cash).get(place)?;
    let mut parts = match place.checked_sub(1) {
        Some(before) => {
            let part = Part::plus(paying.closing(cash)[before], "cash at the month's beginning");
            vec![part.see(paying.id(ask.month(before)))]
        }
        None => at_start(ask),
    };
    parts.extend(receipts(ask, place, place));
    parts.extend(payments(ask, paying, place));
    parts.extend(gone_back(ask, place, place, refunds_of(ask, place)));
    let told: Money = parts.iter().map(Part::signed).sum();
    if told != closing {
        let rest = closing - told;
        let part = if rest < Money::ZERO {
            Part::minus(-rest, "other payments")
        } else {
            Part::plus(rest, "other receipts")
        };
        parts.push(part);
    }
    let subject = match paying {
        Paying::Funded => format!("Closing cash, {}", period.words),
        Paying::AllCosts => format!("Closing cash {}, {}", paying.words(), period.words),
    };
    let formula = format!(
        "cash at the beginning, with receipts by stream, less payments by line and what goes back, {}",
        paying.words()
    );
    let explanation = Explanation::sum_of(&subject, closing, formula, parts);
    Some(standing(ask, paying, place, explanation))
}

/// The cash of the plan's start: unrestricted, as stated or as the reserves hold it, and by stream.
fn at_start(ask: Ask) -> Vec<Part> {
    let opening = &ask.plan.opening;
    let held = opening.streams.iter().filter(|(_, opening)| !opening.cash.is_zero());
    let restricted: Money = held.clone().map(|(_, opening)| opening.cash).sum();
    let unrestricted = ask.forecast.books.cash.opening[0] - restricted;
    let unrestricted = Part::plus(unrestricted, "unrestricted cash at the plan's start");
    let mut parts = vec![unrestricted.input(ask.plan, &opening_path(ask))];
    parts.extend(held.map(|(stream, opening)| {
        let stream = ask.plan.stream(*stream);
        Part::plus(opening.cash, format!("cash of {} at the plan's start", stream.title))
            .input(ask.plan, &format!("opening.stream.{}.cash", stream.name))
    }));
    parts
}

/// Where the unrestricted cash of the plan's start is stated.
fn opening_path(ask: Ask) -> String {
    let stated = ask.plan.inputs.find("opening.unrestricted-cash");
    let reserve = ask.plan.streams.iter().find(|stream| stream.kind == Kind::Reserve);
    match (stated, reserve) {
        (None, Some(reserve)) => format!("stream.{}.balance", reserve.name),
        _ => "opening.unrestricted-cash".to_string(),
    }
}

/// What goes back over some months: unspent advances, and what payers' terms have go out.
fn gone_back(ask: Ask, first: usize, last: usize, see: String) -> Vec<Part> {
    let all: Money = ask.forecast.books.cash.refunds[first..=last].iter().sum();
    let due = |book: &crate::ledger::StreamBook| -> Money {
        let until = book.refund_due.len().min(last);
        let from = first.saturating_sub(1).min(until);
        book.refund_due[from..until].iter().sum()
    };
    let refunded: Money = ask.ledger().streams.iter().map(due).sum();
    let mut parts = vec![Part::minus(refunded, "goes back to funders").see(see)];
    if all != refunded {
        let words = "taken back by payers, or paid to partners before the payer pays";
        parts.push(Part::minus(all - refunded, words));
    }
    parts
}

/// What goes back in a month fell due in the month before.
fn refunds_of(ask: Ask, place: usize) -> String {
    let due = ask.month(place.saturating_sub(1));
    format!("refund-due/{}", FiscalCalendar::label(ask.ledger().fiscal.year_of(due)))
}

/// What each stream brings in over some months; streams that bring nothing are left out.
fn receipts(ask: Ask, first: usize, last: usize) -> Vec<Part> {
    let rows = ask.forecast.books.cash.receipts_by_stream.iter().enumerate();
    let rows = rows.map(|(stream, months)| (stream, months[first..=last].iter().sum()));
    let part = |(stream, amount): (usize, Money)| {
        let book = ask.book(stream);
        let path = format!("stream.{}", book.name);
        let keys = ["payment", "lag-months", "terms.collection-lag-months", "terms.collection"];
        let written =
            |key: &&&str| ask.plan.inputs.below(&format!("{path}.{key}")).next().is_some();
        let key = keys.iter().find(written).map_or(String::new(), |key| format!(".{key}"));
        Part::plus(amount, format!("received from {}", book.title))
            .input(ask.plan, &format!("{path}{key}"))
            .see(format!("stream/{}", book.name))
    };
    let mut parts: Vec<Part> = sums(rows).into_iter().map(part).collect();
    if let (Some(line), Some(used)) = (&ask.plan.credit, &ask.forecast.books.cash.credit) {
        let drawn: Money = used.drawn[first..=last].iter().sum();
        let part = Part::plus(drawn, format!("drawn on {}", line.title));
        parts.extend((!drawn.is_zero()).then(|| part.input(ask.plan, "credit.limit")));
    }
    parts
}

/// What each line takes out: its cost of the month that falls due now. In-kind is never cash.
fn payments(ask: Ask, paying: Paying, place: usize) -> Vec<Part> {
    let mut parts = Vec::new();
    for (line, book) in ask.ledger().lines.iter().enumerate() {
        let Some(of) = place.checked_sub(book.payment_lag_months as usize) else { continue };
        let draws = ask.draws(&Period::month(ask, of)).iter();
        let own = draws.filter(|draw| draw.line.at() == line && !ask.book(draw.stream).in_kind);
        let funded: Money = own.map(|draw| draw.amount).sum();
        let amount = match paying {
            Paying::Funded => funded,
            Paying::AllCosts => funded + book.gap[of],
        };
        if amount.is_zero() {
            continue;
        }
        let head = if paying == Paying::Funded { "covered" } else { "cost" };
        let see = format!("{head}/{}/{}", ask.line_word(line), ask.month(of));
        let part = Part::minus(amount, format!("paid for {}", book.title));
        let part = part.input(ask.plan, &format!("cost.{}", book.name)).see(see);
        let late = format!("cost of {}", ask.month(of).words());
        parts.push(if of == place { part } else { part.text(late) });
    }
    if let (Some(line), Some(used)) = (&ask.plan.credit, &ask.forecast.books.cash.credit) {
        for (amount, what, key) in [
            (used.repaid[place], "repaid to", "credit.limit"),
            (used.interest[place], "interest of", "credit.rate"),
        ] {
            let part = Part::minus(amount, format!("{what} {}", line.title));
            parts.extend((!amount.is_zero()).then(|| part.input(ask.plan, key)));
        }
    }
    parts
}

/// What stands beside a closing balance.
fn standing(ask: Ask, paying: Paying, place: usize, explanation: Explanation) -> Explanation {
    let cash = &ask.forecast.books.cash;
    let month = ask.month(place);
    if paying == Paying::AllCosts {
        let first = cash.runs_out() == Some(place);
        let explanation = explanation.with([
            Part::aside(cash.restricted[place], "of it held for restricted streams"),
            Part::aside(cash.unrestricted_all_costs[place], "of it unrestricted")
                .see("cash/lowest"),
            Part::aside(cash.closing[place], "closing cash, paying only what the braid funds")
                .see(Paying::Funded.id(month)),
        ]);
        return if first {
            explanation.note("The first month in which unrestricted cash ends below zero.")
        } else {
            explanation
        };
    }
    let parts = [
        (cash.restricted[place], "of it held for restricted streams"),
        (cash.unrestricted[place], "of it unrestricted; below zero where it fronts awards"),
        (cash.receivable[place], "earned and not received yet"),
        (cash.refundable_advance[place], "received in advance and not earned yet"),
        (cash.payable[place], "costs incurred and not paid yet"),
    ];
    let asides = parts.into_iter().map(|(amount, label)| Part::aside(amount, label));
    let all =
        Part::aside(cash.closing_all_costs[place], "closing cash, paying every cost as planned")
            .see(Paying::AllCosts.id(month));
    explanation.with(asides).with([all])
}

/// The lowest unrestricted cash, and what leads to it from `as-of` on.
fn lowest(ask: Ask) -> Explanation {
    let measure = &ask.measures().cash;
    let (place, amount) = ask.forecast.books.cash.lowest();
    let month = ask.month(place);
    let subject = format!("Lowest unrestricted cash, paying every cost, {}", month.words());
    let formula = "the lowest month of closing cash paying every cost as planned, less what is held \
                   for restricted streams, from `as-of` on; told from the beginning of `as-of`";
    let (funded_month, funded) = measure.lowest_funded;
    let label = format!(
        "lowest unrestricted cash{}, paying what is funded, {}",
        without_credit(ask),
        funded_month.words()
    );
    let funded = Part::aside(funded, label).see(Paying::Funded.id(funded_month));
    let working = Part::aside(measure.working_capital, "working capital that late payment takes")
        .see("cash/working-capital");
    let here = Part::aside(amount, format!("unrestricted cash, {}", month.words()))
        .see(Paying::AllCosts.id(month));
    Explanation::sum_of(&subject, amount, formula, way_to(ask, place))
        .with(unpaid_by_line(ask, place))
        .with([here, funded, working])
}

/// The words that tell cash without what the line of credit lends, where there is a line.
fn without_credit(ask: Ask) -> &'static str {
    if ask.forecast.books.cash.credit.is_some() { " without the line of credit" } else { "" }
}

/// How unrestricted cash comes from the beginning of `as-of` to a month: parts that sum.
fn way_to(ask: Ask, place: usize) -> Vec<Part> {
    let cash = &ask.forecast.books.cash;
    let span = cash.as_of..=place;
    let over = |series: &[Money]| -> Money { series[span.clone()].iter().sum() };
    let (restricted, unrestricted) = before(ask, cash.as_of);
    let label = format!("unrestricted cash, beginning of {}", ask.month(cash.as_of).words());
    let opening = Part::plus(unrestricted, label);
    let mut parts = vec![match cash.as_of.checked_sub(1) {
        Some(before) => opening.see(Paying::AllCosts.id(ask.month(before))),
        None => opening.input(ask.plan, &opening_path(ask)),
    }];
    parts.extend(receipts(ask, cash.as_of, place));
    let refunds = over(&cash.refunds);
    parts.push(Part::minus(over(&cash.payments) - refunds, "payments that are funded"));
    let unpaid =
        beyond(cash, place) - cash.as_of.checked_sub(1).map_or(Money::ZERO, |p| beyond(cash, p));
    parts.push(Part::minus(unpaid, "payments of costs that no money pays").see("gap"));
    parts.extend(gone_back(ask, cash.as_of, place, "refund-due".to_string()));
    let more = cash.restricted[place] - restricted;
    parts.push(if more < Money::ZERO {
        Part::plus(-more, "less is held for restricted streams than at the beginning")
    } else {
        Part::minus(more, "more is held for restricted streams than at the beginning")
    });
    parts
}

/// What paying every cost takes by a month beyond what is funded.
fn beyond(cash: &Cash, place: usize) -> Money {
    cash.closing[place] - cash.closing_all_costs[place]
}

/// Restricted and unrestricted cash at the beginning of a month, paying every cost.
fn before(ask: Ask, place: usize) -> (Money, Money) {
    let cash = &ask.forecast.books.cash;
    if let Some(before) = place.checked_sub(1) {
        return (cash.restricted[before], cash.unrestricted_all_costs[before]);
    }
    let held = ask.plan.opening.streams.iter().map(|(stream, opening)| {
        let owed: Money = opening.receivables.iter().map(|(_, amount)| *amount).sum();
        let unrestricted = ask.book(stream.at()).unrestricted;
        if unrestricted { Money::ZERO } else { (opening.cash - owed).floor_zero() }
    });
    let restricted: Money = held.sum();
    (restricted, cash.opening.first().copied().unwrap_or(Money::ZERO) - restricted)
}

/// Lines whose costs no money pays and that fall due from `as-of` to a month, the largest first.
fn unpaid_by_line(ask: Ask, last: usize) -> Vec<Part> {
    let first = ask.forecast.books.cash.as_of;
    let due = |line: usize| -> Money {
        let book = &ask.ledger().lines[line];
        let lag = book.payment_lag_months as usize;
        let falls = |(place, _): &(usize, &Money)| (first..=last).contains(&(place + lag));
        book.gap.iter().enumerate().filter(falls).map(|(_, gap)| *gap).sum()
    };
    let rows = (0..ask.ledger().lines.len()).map(|line| (line, due(line)));
    let part = |(line, amount): (usize, Money)| {
        let book = &ask.ledger().lines[line];
        Part::aside(amount, format!("of it, no money pays {}", book.title))
            .input(ask.plan, &format!("cost.{}", book.name))
            .see(format!("gap/{}", ask.line_word(line)))
    };
    largest_first(sums(rows)).into_iter().take(UNPAID_SHOWN).map(part).collect()
}

fn runs_out(ask: Ask) -> Explanation {
    let formula = "the first month from `as-of` on in which unrestricted cash ends below zero, paying \
                   every cost as planned: closing cash less what is held for restricted streams";
    let subject = "The month in which unrestricted cash runs out";
    // What is not stated does not run out: the parts still tell what comes of it from nothing.
    let known = |value: Value| match ask.plan.opening.cash_stated {
        true => value,
        false => Value::Words("not known".to_string()),
    };
    let Some(month) = ask.measures().cash.runs_out else {
        let value = known(Value::Words("not within these months".to_string()));
        let (lowest, amount) = ask.measures().cash.lowest;
        let part = Part::aside(amount, format!("lowest unrestricted cash, {}", lowest.words()));
        return Explanation::of(subject, value, formula).with([part.see("cash/lowest")]);
    };
    let places = ask.ledger().horizon.place(month).into_iter();
    let parts = places.flat_map(|place| place.checked_sub(1).into_iter().chain([place]));
    let explanation = Explanation::of(subject, known(Value::Month(month)), formula);
    let why = Part::said("what leads to it", "lowest unrestricted cash").see("cash/lowest");
    explanation.with(parts.flat_map(|place| split(ask, place))).with([why])
}

/// Closing cash of a month paying every cost, and what is unrestricted of it.
fn split(ask: Ask, place: usize) -> [Part; 3] {
    let cash = &ask.forecast.books.cash;
    let month = ask.month(place);
    let words = month.words();
    [
        Part::aside(cash.unrestricted_all_costs[place], format!("unrestricted cash, {words}"))
            .see(Paying::AllCosts.id(month)),
        Part::aside(cash.closing_all_costs[place], format!("closing cash paying all, {words}")),
        Part::aside(cash.restricted[place], format!("held for restricted streams, {words}")),
    ]
}

fn working_capital(ask: Ask) -> Explanation {
    let amount = ask.measures().cash.working_capital;
    let cash = &ask.forecast.books.cash;
    let (place, short) = cash.lowest_funded();
    let month = ask.month(place);
    let own = without_credit(ask);
    let label = format!("unrestricted cash at its lowest{own}, {}", month.words());
    let part = Part::aside(short, label).see(Paying::Funded.id(month));
    let formula = "how far unrestricted cash falls below zero while paying only what the braid funds: \
                   what late payment by funders takes";
    Explanation::of("Working capital that late payment takes", Value::Money(amount), formula)
        .with([part])
}

fn days(ask: Ask, word: &str) -> Option<Explanation> {
    let (period, place) = Period::year_rest(ask, &[word])?;
    let days = *ask.measures().cash.days.get(place?)?;
    let subject = format!("Days of unrestricted cash at the end of {}", period.words);
    let formula = "unrestricted cash at the year's end, over the cost of a day of the year";
    let unrestricted = ask.forecast.books.cash.unrestricted[period.last];
    let part = held(ask, &period, unrestricted, "unrestricted cash");
    let parts = [part, yearly_cost(ask, &period)];
    Some(Explanation::of(&subject, Value::Number(days), formula).with(parts))
}

fn liquid_months(ask: Ask, word: &str) -> Option<Explanation> {
    let (period, place) = Period::year_rest(ask, &[word])?;
    let months = *ask.measures().cash.liquid_months.get(place?)?;
    let subject =
        format!("Months of liquid unrestricted net assets at the end of {}", period.words);
    let formula = "unrestricted cash, borrowed cash that is held, and what awards and unrestricted streams \
                   owe, less what is payable and what is owed to lenders, at the year's end; over the \
                   average cost of a month";
    let (cash, last) = (&ask.forecast.books.cash, period.last);
    let debts: Money = ask.ledger().debts.iter().map(|debt| debt.owed[last]).sum();
    let credit = cash.credit.as_ref().map_or(Money::ZERO, |line| line.balance[last]);
    let known = cash.unrestricted[last] + cash.restricted_borrowed[last] - cash.payable[last];
    let owing = cash.liquid[last] - (known - debts - credit);
    let parts = [
        (cash.liquid[last], "liquid unrestricted net assets"),
        (cash.unrestricted[last], "unrestricted cash"),
        (cash.restricted_borrowed[last], "borrowed cash that is held for its purpose"),
        (owing, "owed by awards and unrestricted streams, less what payers take back"),
        (cash.payable[last], "costs incurred and not paid yet"),
        (debts, "owed of loans"),
        (credit, "owed on the line of credit"),
    ];
    let parts = parts.into_iter().map(|(amount, label)| held(ask, &period, amount, label));
    let explanation = Explanation::of(&subject, Value::Number(months), formula);
    Some(explanation.with(parts).with([yearly_cost(ask, &period)]))
}

/// What is held at the end of a year.
fn held(ask: Ask, period: &Period, amount: Money, label: &str) -> Part {
    let month = ask.month(period.last);
    Part::aside(amount, format!("{label}, {}", month.words())).see(Paying::Funded.id(month))
}

fn yearly_cost(ask: Ask, period: &Period) -> Part {
    let need: Money = ask.ledger().lines.iter().map(|line| period.sum(&line.need)).sum();
    let in_kind = ask.ledger().streams.iter().filter(|stream| stream.in_kind);
    let cost = need - in_kind.map(|stream| period.sum(&stream.drawn)).sum();
    Part::aside(cost, format!("cost of {} that takes cash", period.words))
        .text(text::count(period.places().count(), "month", "months"))
        .see(format!("cost{}", period.suffix()))
}
