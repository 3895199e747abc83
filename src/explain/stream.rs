//! Streams: what they held, paid and lost, and why their money paid what it paid.

use super::ask::{Ask, Grain, Period, largest_first, subject, sums};
use super::why::{amount_path, item_path, written};
use super::{Explanation, Part, text};
use crate::ledger::{StreamBook, TrancheBook};
use crate::money::Money;
use crate::name::{LineIndex, PoolIndex};
use crate::plan::restriction::{Claim, Verdict, verdict};

/// Inputs that one explanation lists at most.
const INPUTS_MAX: usize = 40;
/// Tranches that one explanation lists at most; the rest are counted.
const TRANCHES_SHOWN: usize = 12;

/// Explains what a stream held at the end of the horizon, of a year or of a month.
pub(super) fn explain(ask: Ask, rest: &[&str]) -> Option<Explanation> {
    let (name, rest) = rest.split_first()?;
    let stream = ask.stream(name)?;
    let period = Period::rest(ask, rest)?;
    let book = ask.book(stream);
    let value = book.closing[period.last];
    let path = format!("stream.{name}");
    let opening = Part::plus(book.opening[period.first], "in hand at the beginning");
    let before = period.first.checked_sub(1).map(|place| Period::month(ask, place));
    let mut parts = vec![match before {
        Some(before) => opening.see(format!("stream/{name}{}", before.suffix())),
        None => opening,
    }];
    let available = Part::plus(period.sum(&book.made_available), "becomes available");
    parts.push(available.input(ask.plan, &amount_path(ask, &path)));
    let deducted = ask
        .forecast
        .findings
        .iter()
        .filter(|finding| finding.name == "program-income-deducted" && finding.subject == path);
    for amount in deducted.filter_map(|finding| finding.amount) {
        let label = "taken off it over the plan: what the award's own activity earns";
        let part = Part::aside(amount, label);
        parts.push(part.input(ask.plan, &format!("{path}.program-income")));
    }
    let (first, last) = (ask.month(period.first), ask.month(period.last));
    for (kind, sum) in ask.ledger().told(ask.planned(stream), (first, last)) {
        parts.push(Part::aside(sum, kind.words()).input(ask.plan, &format!("{path}.terms")));
    }
    parts.extend(paid(ask, stream, &period));
    let recovered = recovered(ask, stream, &period);
    if !recovered.is_zero() {
        let part = Part::minus(recovered, "indirect cost recovered");
        parts.push(
            part.input(ask.plan, &format!("{path}.indirect.rate")).see(format!("indirect/{name}")),
        );
    }
    let lapsed = Part::minus(period.sum(&book.lapsed), "lapses: never drawn by its last month");
    let ends = written(ask, &path, &["termination.on", "until"]);
    parts.push(lapsed.input(ask.plan, &ends));
    let refund = Part::minus(period.sum(&book.refund_due), "received in advance and due back");
    parts.push(refund.input(ask.plan, &format!("{path}.payment")));
    let subject = subject(&format!("authority of {} in hand", book.title), "", &period);
    let formula = "what was in hand, with what becomes available, less what is drawn by line, what \
                   lapses and what must go back";
    let explanation = Explanation::sum_of(&subject, value, formula, parts);
    Some(explanation.with(tranches(ask, stream, &period)).with(terms(ask, &path)))
}

/// What the stream pays, by line and pool.
fn paid(ask: Ask, stream: usize, period: &Period) -> Vec<Part> {
    let draws = ask.draws(period).iter().filter(|draw| draw.stream == stream);
    let rows = sums(draws.map(|draw| ((draw.line, draw.pool), draw.amount)));
    let part = |((line, pool), amount): &((LineIndex, Option<PoolIndex>), Money)| {
        let book = &ask.ledger().lines[line.at()];
        let pool = pool.and_then(|pool| ask.ledger().pools.get(pool.at()));
        let label = match pool {
            Some((_, pool)) => format!("pays {} through {pool}", book.title),
            None => format!("pays {}", book.title),
        };
        let (name, word) = (&ask.book(stream).name, ask.line_word(line.at()));
        Part::minus(*amount, label).see(format!("draw/{name}/{word}{}", period.suffix()))
    };
    largest_first(rows).iter().map(part).collect()
}

fn recovered(ask: Ask, stream: usize, period: &Period) -> Money {
    let rows = ask.ledger().recoveries.iter();
    let own = rows.filter(|row| row.stream == stream && period.places().contains(&row.place));
    own.map(|row| row.amount).sum()
}

/// The tranches that open in a period.
fn tranches(ask: Ask, stream: usize, period: &Period) -> Vec<Part> {
    let (first, last) = (ask.month(period.first), ask.month(period.last));
    let own = |tranche: &&TrancheBook| {
        let begun = tranche.available <= last;
        let open = tranche.last.is_none_or(|end| end >= first);
        let listed = period.grain == Grain::Whole || tranche.available >= first;
        tranche.stream == stream && begun && open && listed
    };
    let part = |tranche: &TrancheBook| {
        let see = format!("tranche/{}/{}", ask.book(stream).name, tranche.label);
        Part::aside(tranche.amount, "tranche").text(window(tranche)).see(see)
    };
    let own: Vec<&TrancheBook> = ask.ledger().tranches.iter().filter(own).collect();
    let more = own.len().saturating_sub(TRANCHES_SHOWN);
    let rest = own.iter().skip(TRANCHES_SHOWN).map(|tranche| tranche.amount).sum();
    let counted = (more > 0).then(|| {
        let label = format!("{} more", text::count(more, "tranche", "tranches"));
        Part::aside(rest, label)
    });
    own.into_iter().take(TRANCHES_SHOWN).map(part).chain(counted).collect()
}

fn window(tranche: &TrancheBook) -> String {
    let first = tranche.available.words();
    match tranche.last {
        Some(last) => format!("spendable {first} to {}", last.words()),
        None => format!("spendable from {first}, kept until used"),
    }
}

/// The terms of a stream as its plan states them, the items of a list together.
fn terms(ask: Ask, path: &str) -> Vec<Part> {
    let mut keys: Vec<&str> = Vec::new();
    for input in ask.plan.inputs.below(path).filter(|input| !input.text.is_empty()) {
        let key = input.path.strip_prefix(path).unwrap_or("").trim_start_matches('.');
        let key = key.trim_end_matches(|end: char| end.is_ascii_digit());
        let key = key.strip_suffix('.').unwrap_or_else(|| full_key(input, path));
        let told = !["title", "source", "note"].iter().any(|word| key.starts_with(word));
        if told && !key.is_empty() && !keys.contains(&key) {
            keys.push(key);
        }
    }
    let part = |key: &&str| {
        let mut part = Part::said("", format!("`{key}`")).input(ask.plan, &format!("{path}.{key}"));
        part.text = part.input.clone().unwrap_or_default();
        part
    };
    keys.iter().take(INPUTS_MAX).map(part).collect()
}

/// The path of an input below the table of its stream.
fn full_key<'a>(input: &'a crate::plan::Input, path: &str) -> &'a str {
    input.path.strip_prefix(path).unwrap_or("").trim_start_matches('.')
}

/// Explains why a stream's money paid a line: the verdict that lets it, with the tranches it took.
pub(super) fn draw(ask: Ask, rest: &[&str]) -> Option<Explanation> {
    let [name, line, rest @ ..] = rest else { return None };
    let (stream, line) = (ask.stream(name)?, ask.line(line)?);
    let period = Period::rest(ask, rest)?;
    let draws = ask.draws(&period).iter();
    let own = draws.filter(|draw| draw.stream == stream && draw.line.at() == line);
    let rows = sums(own.map(|draw| ((draw.tranche, draw.pool), draw.amount)));
    let book = &ask.ledger().lines[line];
    let tranches = &ask.ledger().tranches;
    let part = |((tranche, pool), amount): &((usize, Option<PoolIndex>), Money)| {
        let tranche = &tranches[*tranche];
        Part::plus(*amount, ask.purse_title(stream, *pool))
            .text(window(tranche))
            .see(format!("tranche/{name}/{}", tranche.label))
    };
    let value = rows.iter().map(|(_, amount)| *amount).sum();
    let noun = format!("paid by {} for {}", ask.book(stream).title, book.title);
    let subject = subject(&noun, "", &period);
    let formula = "the draws of its tranches on the line, summed";
    let parts = rows.iter().map(part).collect();
    let explanation = Explanation::sum_of(&subject, value, formula, parts);
    let mut purses: Vec<(usize, Option<PoolIndex>)> = Vec::new();
    for ((tranche, pool), _) in &rows {
        if !purses.iter().any(|(_, known)| known == pool) {
            purses.push((*tranche, *pool));
        }
    }
    let place = period.first;
    let leave = purses.iter().filter_map(|(tranche, pool)| {
        let month = tranches[*tranche].available.max(ask.month(place));
        leave(ask, stream, line, *pool, (&tranches[*tranche], month))
    });
    let parts: Vec<Part> = leave.chain(order(ask, stream)).collect();
    let gap = Part::aside(period.sum(&book.gap), "gap that stays on the line").see(format!(
        "gap/{}{}",
        ask.line_word(line),
        period.suffix()
    ));
    Some(explanation.with(parts).with([gap]))
}

/// What lets a stream or pool pay a line.
fn leave(
    ask: Ask,
    stream: usize,
    line: usize,
    pool: Option<PoolIndex>,
    (tranche, month): (&TrancheBook, crate::month::Month),
) -> Option<Part> {
    let planned = ask.planned(stream)?;
    let claim = Claim { stream: planned, pool, first: tranche.available, last: tranche.last };
    let name = &ask.book(stream).name;
    let pool = pool.and_then(|pool| ask.plan.pools.get(pool.at()));
    let uses = pool.map_or(format!("stream.{name}"), |pool| format!("pool.{}", pool.name));
    let label = pool.map_or(ask.book(stream).title.clone(), |pool| pool.title.clone());
    match verdict(ask.plan, &claim, LineIndex::from(line), month) {
        Verdict::Allowed { by, benefit } => {
            let share = benefit.map_or(String::new(), |share| {
                format!(", up to its documented benefit share of {}", share.in_words())
            });
            let by = by.words(ask.plan);
            let path = item_path(ask, &format!("{uses}.pays-for"), &by);
            let words = format!("may pay it: `{by}` selects it{share}");
            Some(Part::said(words, label).input(ask.plan, &path))
        }
        Verdict::Refused(refusal) => Some(Part::said(refusal.words(ask.plan), label)),
    }
}

/// What decides when a stream's money is taken.
fn order(ask: Ask, stream: usize) -> Vec<Part> {
    let book: &StreamBook = ask.book(stream);
    let Some(planned) = ask.planned(stream) else {
        return vec![Part::said("unrestricted, kept until used", "order")];
    };
    let rules = ask.plan.restrictions(planned);
    let words = if book.in_kind {
        "in-kind pays its own line first"
    } else if book.kind == Some(crate::funding::Kind::Reserve) {
        "a reserve pays last"
    } else if rules.last_resort {
        "a last resort pays after all other restricted money"
    } else if book.unrestricted {
        "unrestricted money pays after restricted money"
    } else {
        "restricted money pays first, what lapses soonest and may pay least before the rest"
    };
    let key = if rules.last_resort { ".last-resort" } else { "" };
    vec![Part::said(words, "order").input(ask.plan, &format!("stream.{}{key}", book.name))]
}

/// Explains what became of one tranche.
pub(super) fn tranche(ask: Ask, rest: &[&str]) -> Option<Explanation> {
    let [name, label] = rest else { return None };
    let stream = ask.stream(name)?;
    let known = |tranche: &&TrancheBook| tranche.stream == stream && tranche.label == *label;
    let place = ask.ledger().tranches.iter().position(|tranche| known(&tranche))?;
    let book = &ask.ledger().tranches[place];
    let draws = ask.ledger().draws.iter().filter(|draw| draw.tranche == place);
    let rows = largest_first(sums(draws.map(|draw| (draw.line, draw.amount))));
    let mut parts: Vec<Part> = rows
        .iter()
        .map(|(line, amount)| {
            let see = format!("draw/{name}/{}", ask.line_word(line.at()));
            Part::plus(*amount, format!("pays {}", ask.ledger().lines[line.at()].title)).see(see)
        })
        .collect();
    let recovered = ask.ledger().recoveries.iter().filter(|row| row.tranche == place);
    let recovered: Money = recovered.map(|row| row.amount).sum();
    if !recovered.is_zero() {
        let part = Part::plus(recovered, "indirect cost recovered");
        parts.push(part.see(format!("indirect/{name}")));
    }
    parts.push(Part::plus(book.lapsed, "lapses: never drawn by its last month"));
    parts.push(Part::plus(book.refund_due, "received in advance and due back"));
    parts.push(Part::plus(book.idle, "still held at the horizon's end"));
    let title = format!("Tranche {label} of {}, {}", ask.book(stream).title, window(book));
    let formula = "all that it holds is drawn, lapses, goes back or is still held at the end";
    let path = format!("stream.{name}");
    let terms = ["from", "until", "carryover", "budget-periods", "schedule"]
        .into_iter()
        .map(|key| format!("{path}.{key}"))
        .filter(|path| ask.plan.inputs.below(path).next().is_some())
        .chain([amount_path(ask, &path)]);
    let term = |path: String| {
        let key = path.strip_prefix(&format!("stream.{name}.")).unwrap_or("");
        let label = if key.is_empty() { "by its terms".to_string() } else { format!("by `{key}`") };
        Part::said(window(book), label).input(ask.plan, &path)
    };
    let terms: Vec<Part> = terms.map(term).collect();
    Some(Explanation::sum_of(&title, book.amount, formula, parts).with(terms))
}

/// Explains the indirect cost that an award gave.
pub(super) fn indirect(ask: Ask, rest: &[&str]) -> Option<Explanation> {
    let [name] = rest else { return None };
    let stream = ask.stream(name)?;
    let row = ask.measures().indirect.iter().find(|row| row.stream == **name)?;
    let rows = ask.ledger().recoveries.iter().filter(|row| row.stream == stream);
    let year = |place: usize| ask.ledger().fiscal.year_of(ask.month(place));
    let by_year = sums(rows.map(|row| (year(row.place), row.amount)));
    let part = |(year, amount): &(i32, Money)| {
        let label = crate::month::FiscalCalendar::label(*year);
        Part::plus(*amount, label.clone()).see(format!("stream/{name}/{label}"))
    };
    let path = format!("stream.{name}.indirect");
    let mut parts: Vec<Part> = by_year.iter().map(part).collect();
    let base = Part::aside(row.base, "direct base charged to the award");
    parts.push(base.input(ask.plan, &format!("{path}.base")));
    let rate = ask.planned(stream).and_then(|stream| ask.plan.restrictions(stream).indirect);
    if let Some(rate) = rate {
        let part = Part::said(rate.charged().in_words(), "rate of recovery");
        parts.push(part.input(ask.plan, &format!("{path}.rate")));
    }
    if row.unrecovered.is_positive() {
        let label = "allowed by the rate and not recovered: a cap, or authority that was spent";
        parts.push(Part::aside(row.unrecovered, label));
    }
    let overhead =
        Part::aside(ask.measures().overhead, "cost of the overhead lines, of all awards");
    parts.push(overhead);
    let subject = format!("Indirect cost recovered from {}", ask.book(stream).title);
    let formula = "rate x base charged to date, less what was posted before (2 CFR 200.414)";
    Some(Explanation::sum_of(&subject, row.recovered, formula, parts))
}

/// Explains what of a stream was of no use while a gap stayed.
pub(super) fn stranded(ask: Ask, rest: &[&str]) -> Option<Explanation> {
    let [name] = rest else { return None };
    let stream = ask.stream(name)?;
    let row = ask.measures().stranded.iter().find(|row| row.stream == **name)?;
    let value = row.lapsed + row.refund_due + row.idle;
    let path = format!("stream.{name}");
    let see = format!("stream/{name}");
    let parts = vec![
        Part::plus(row.lapsed, "lapses").input(ask.plan, &format!("{path}.until")).see(see.clone()),
        Part::plus(row.refund_due, "received in advance and due back")
            .input(ask.plan, &format!("{path}.payment"))
            .see(see.clone()),
        Part::plus(row.idle, "still held at the horizon's end").see(see),
    ];
    let subject = format!("Stranded money of {}", ask.book(stream).title);
    let formula = "what lapses, goes back or stands idle while a gap stays";
    let uses = Part::said("may not pay what stays unpaid, or came too early or too late", "uses")
        .input(ask.plan, &format!("{path}.pays-for"));
    let gap = Part::aside(ask.measures().total.gap_total(), "gap that stays").see("gap");
    Some(Explanation::sum_of(&subject, value, formula, parts).with([uses, gap]))
}

/// What all streams lose by year, beside what they lose in all.
fn by_year(ask: Ask, loss: Loss, period: &Period) -> Vec<Part> {
    if period.grain != Grain::Whole {
        return Vec::new();
    }
    let head = if loss == Loss::Lapsed { "lapsed" } else { "refund-due" };
    let part = |year: Period| {
        let streams = ask.ledger().streams.iter();
        let amount: Money = streams.map(|book| year.sum(loss.of(book))).sum();
        Part::aside(amount, format!("of it in {}", year.words))
            .see(format!("{head}{}", year.suffix()))
    };
    let parts = period.pieces(ask).into_iter().map(part);
    parts.filter(|part| part.amount != Some(Money::ZERO)).collect()
}

/// What a stream may lose.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Loss {
    /// Authority that was never drawn by its last month.
    Lapsed,
    /// Cash received in advance that must go back.
    RefundDue,
}

impl Loss {
    fn of(self, book: &StreamBook) -> &[Money] {
        match self {
            Loss::Lapsed => &book.lapsed,
            Loss::RefundDue => &book.refund_due,
        }
    }
}

/// Explains what lapses or goes back, by stream.
pub(super) fn lost(ask: Ask, loss: Loss, rest: &[&str]) -> Option<Explanation> {
    let (period, _) = Period::year_rest(ask, rest)?;
    let (noun, key) = match loss {
        Loss::Lapsed => ("authority that lapses", "until"),
        Loss::RefundDue => ("cash that must go back", "payment"),
    };
    let of = |book: &StreamBook| period.sum(loss.of(book));
    let rows = ask.ledger().streams.iter().enumerate().map(|(place, book)| (place, of(book)));
    let rows = largest_first(sums(rows));
    let part = |(stream, amount): &(usize, Money)| {
        let book = ask.book(*stream);
        Part::plus(*amount, book.title.clone())
            .input(ask.plan, &format!("stream.{}.{key}", book.name))
            .see(format!("stream/{}{}", book.name, period.suffix()))
    };
    let value = rows.iter().map(|(_, amount)| *amount).sum();
    let parts: Vec<Part> = rows.iter().map(part).collect();
    let formula = format!("the {noun}, by stream");
    let explanation = Explanation::sum_of(&subject(noun, "", &period), value, formula, parts);
    Some(explanation.with(by_year(ask, loss, &period)))
}
