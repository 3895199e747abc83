//! Figures that are read from several books: cliffs, runway, dependable money, the ladder, and on whom
//! the partnership depends.

use super::ask::{Ask, Period, largest_first, subject, sums};
use super::dependable::failed_tests;
use super::{Explanation, Part, Value, text};
use crate::funding::{Kind, Status};
use crate::ledger::{Ledger, LineBook};
use crate::measures::{Cliff, LadderRung, YearMeasure, has_to_stand};
use crate::money::Money;
use crate::month::{FiscalCalendar, Month};
use crate::plan::cost::{Category, Priority};

/// Explains a figure by the head of its id.
pub(super) fn explain(ask: Ask, head: &str, rest: &[&str]) -> Option<Explanation> {
    match (head, rest) {
        ("cliff", []) => Some(cliffs(ask)),
        ("cliff", [word]) => cliff(ask, word),
        ("runway", []) => Some(runway(ask)),
        ("sustainability", []) => Some(sustainability(ask)),
        ("overhead", []) => Some(overhead(ask)),
        ("standing-gaps", []) => Some(standing_gaps(ask)),
        ("ladder", []) => ladder(ask),
        ("ladder", [word]) => rung(ask, word),
        ("partner", name) => partner(ask, name),
        ("coverage", [name, rest @ ..]) => coverage(ask, name, rest),
        ("dependable", rest) => dependable(ask, rest),
        ("structural", rest) => structural(ask, rest),
        ("concentration", rest) => concentration(ask, rest),
        ("grant-dependence", rest) => grant_dependence(ask, rest),
        ("top-funder", rest) => top_funder(ask, rest),
        _ => None,
    }
}

/// The measures of a year, or of the whole horizon.
fn year<'a>(ask: Ask<'a>, rest: &[&str]) -> Option<(Period, &'a YearMeasure)> {
    let (period, place) = Period::year_rest(ask, rest)?;
    let measures = ask.measures();
    Some((period, place.map_or(&measures.total, |place| &measures.years[place])))
}

fn overhead(ask: Ask) -> Explanation {
    let lines = ask.ledger().lines.iter().filter(|line| line.category == Category::Overhead);
    let part = |line: &LineBook| {
        let see = format!("cost/{}", line.name);
        Part::plus(line.need.iter().sum(), line.title.clone())
            .input(ask.plan, &format!("cost.{}", line.name))
            .see(see)
    };
    let recovered = ask.measures().indirect.iter().map(|row| row.recovered).sum();
    let mut parts: Vec<Part> = lines.map(part).collect();
    parts.push(Part::aside(recovered, "indirect cost recovered from all awards"));
    let formula = "the cost of the lines of category `overhead`";
    Explanation::sum_of("Overhead", ask.measures().overhead, formula, parts)
}

fn standing_gaps(ask: Ask) -> Explanation {
    let gaps = &ask.measures().standing_gaps;
    let part = |(month, gap): &(Month, Money)| {
        Part::plus(*gap, month.words()).see(format!("gap/core/{month}"))
    };
    let total = gaps.iter().map(|(_, gap)| *gap).sum();
    let formula = "core gaps from `as-of` to the end of the runway, each too small to end it";
    Explanation::sum_of("Standing core gaps", total, formula, gaps.iter().map(part).collect())
}

fn cliffs(ask: Ask) -> Explanation {
    let cliffs = &ask.measures().cliffs;
    let part = |cliff: &Cliff| {
        Part::aside(cliff.fall(), format!("fall in {}", cliff.month.words()))
            .see(format!("cliff/{}", cliff.month))
    };
    let value = Value::Words(match cliffs.len() {
        0 => "none".to_string(),
        some => text::count(some, "cliff", "cliffs"),
    });
    let formula = "months in which the authority of the twelve months after falls short of the twelve \
                   before by the most, and by more than 20 % of a year's core cost";
    let explanation = Explanation::of("Cliffs", value, formula).with(cliffs.iter().map(part));
    explanation.note("A month needs twelve months of the horizon on both sides to be looked at.")
}

fn cliff(ask: Ask, word: &str) -> Option<Explanation> {
    let month = Month::parse(word)?;
    let cliff = ask.measures().cliffs.iter().find(|cliff| cliff.month == month)?;
    let parts = vec![
        Part::plus(cliff.before, "authority of the twelve months before"),
        Part::minus(cliff.after, "authority of the twelve months after, this one with them"),
    ];
    let subject = format!("Fall of authority in {}", month.words());
    let formula = "authority of the twelve months before, less that of the twelve after; each piece \
                   spread evenly over its months, one-time money apart";
    let stream = |(name, fall): &(String, Money)| {
        let title = ask.stream(name).map_or(name, |stream| &ask.book(stream).title);
        Part::aside(*fall, format!("less from {title}"))
            .input(ask.plan, &format!("stream.{name}.until"))
            .see(format!("stream/{name}"))
    };
    let one_time = Part::aside(cliff.one_time, "fall of one-time money, which stands apart");
    let explanation = Explanation::sum_of(&subject, cliff.fall(), formula, parts);
    Some(explanation.with(cliff.streams.iter().map(stream)).with([one_time]))
}

fn runway(ask: Ask) -> Explanation {
    let runway = ask.measures().runway;
    let beyond = || Value::Words("beyond these months".to_string());
    let as_of = ask.ledger().horizon.as_of;
    let subject = format!("Runway of core costs from {}", as_of.words());
    let formula = "whole months from `as-of` to the first month whose next three months' core gap \
                   exceeds 5 % of their core cost";
    let value = runway.core_months.map_or_else(beyond, Value::Months);
    let mut explanation = Explanation::of(&subject, value, formula);
    let seen = Part::said(as_of.words(), "seen from").input(ask.plan, "plan.as-of");
    explanation.parts.push(seen);
    if let Some(place) = runway.core_months.and_then(|months| after(ask, as_of, months)) {
        explanation.parts.extend(next_three(ask, place));
    }
    let cash = match ask.plan.opening.cash_stated {
        true => runway.cash_months.map_or_else(beyond, Value::Months).words(),
        false => "not known".to_string(),
    };
    let part = Part::said(cash, "until unrestricted cash falls below the floor");
    explanation.parts.push(part.input(ask.plan, "policy.cash-floor").see("cash/lowest"));
    let standing = ask.measures().standing_gaps.iter().map(|(month, gap)| {
        Part::aside(*gap, format!("small standing core gap, {}", month.words()))
            .see(format!("gap/core/{month}"))
    });
    explanation.with(standing)
}

fn after(ask: Ask, as_of: Month, months: u32) -> Option<usize> {
    let month = as_of.plus(i32::try_from(months).ok()?)?;
    ask.ledger().horizon.place(month)
}

/// The core gap and core cost of three months.
fn next_three(ask: Ask, place: usize) -> Vec<Part> {
    let last = (place + 2).min(ask.ledger().months() - 1);
    let core = ask.ledger().lines.iter().filter(|line| line.priority == Priority::Core);
    let cost: Money = core.flat_map(|line| &line.need[place..=last]).sum();
    let mut parts: Vec<Part> = (place..=last)
        .map(|place| {
            let month = ask.month(place);
            Part::aside(core_gap(ask.ledger(), place), format!("core gap, {}", month.words()))
                .see(format!("gap/core/{month}"))
        })
        .collect();
    let label = format!("core cost, {} to {}", ask.month(place).words(), ask.month(last).words());
    parts.push(Part::aside(cost, label));
    parts
}

fn core_gap(ledger: &Ledger, place: usize) -> Money {
    let core = ledger.lines.iter().filter(|line| line.priority == Priority::Core);
    core.map(|line| line.gap[place]).sum()
}

fn sustainability(ask: Ask) -> Explanation {
    let subject = "Sustainability date";
    let formula = "the first month from which dependable money alone covers all backbone and core \
                   cost, to the end of the horizon or of the contracts it rests on; at least 36 months";
    let Some(found) = &ask.measures().sustainability else {
        let value = Value::Words("not within these months".to_string());
        return Explanation::of(subject, value, formula).with(not_covered(ask));
    };
    let stream = |name: &String| {
        let title = ask.stream(name).map_or(name, |stream| &ask.book(stream).title);
        Part::said("dependable by its terms", format!("rests on {title}"))
            .input(ask.plan, &format!("stream.{name}.until"))
            .see(format!("stream/{name}"))
    };
    let until = Part::said(found.until.words(), "covered until");
    Explanation::of(subject, Value::Month(found.month), formula)
        .with([until])
        .with(found.rests_on.iter().map(stream))
}

/// What dependable money leaves unpaid in the last month in which it does not cover everything.
fn not_covered(ask: Ask) -> Vec<Part> {
    let ledger = &ask.forecast.books.dependable;
    let gap = |place: &usize| -> Money { has_to_stand(ledger).map(|line| line.gap[*place]).sum() };
    let Some(place) = (0..ledger.months()).rfind(|place| gap(place).is_positive()) else {
        return Vec::new();
    };
    let month = ask.month(place);
    let lines = has_to_stand(ledger).filter(|line| line.gap[place].is_positive());
    let part = |line: &LineBook| {
        let label = format!("not covered of {}, {}", line.title, month.words());
        Part::aside(line.gap[place], label).input(ask.plan, &format!("cost.{}", line.name))
    };
    lines.map(part).collect()
}

fn dependable<'a>(ask: Ask<'a>, rest: &[&str]) -> Option<Explanation> {
    let (period, measure) = year(ask, rest)?;
    let ledger = &ask.forecast.books.dependable;
    let core = |line: &LineBook| line.priority == Priority::Core;
    let lines = |ledger: &'a Ledger| ledger.lines.iter().filter(|line| core(line));
    let cost: Money = lines(ask.ledger()).map(|line| period.sum(&line.need)).sum();
    let covered: Money = lines(ledger).map(|line| period.sum(&line.covered)).sum();
    let draws = ledger.draws.iter().filter(|draw| {
        period.places().contains(&draw.place) && core(&ledger.lines[draw.line.at()])
    });
    let rows = largest_first(sums(draws.map(|draw| (draw.stream, draw.amount))));
    let part = |(stream, amount): &(usize, Money)| {
        let book = &ledger.streams[*stream];
        Part::aside(*amount, format!("paid by {}", book.title))
            .input(ask.plan, &format!("stream.{}", book.name))
    };
    let subject = subject("core cost that dependable money alone covers", "", &period);
    let formula = "core cost that a braid of dependable money alone covers, over core cost";
    let value = Value::Share(measure.dependable_share);
    let covered = Part::aside(covered, "core cost covered by dependable money alone");
    let cost = Part::aside(cost, "core cost").see(format!("cost/core{}", period.suffix()));
    let explanation = Explanation::of(&subject, value, formula);
    let not = failed_tests(ask);
    let explanation = explanation.with([covered, cost]).with(rows.iter().map(part)).with(not);
    Some(explanation.note(
        "Dependable money is signed or stands by law, recurs, has 24 months or more of term left at \
         `as-of` or no sunset, and 12 months' notice; never shared savings or discretionary gifts.",
    ))
}

fn structural(ask: Ask, rest: &[&str]) -> Option<Explanation> {
    let (period, measure) = year(ask, rest)?;
    let lines = ask.forecast.books.structural.lines.iter().enumerate();
    let rows = sums(lines.map(|(line, book)| (line, period.sum(&book.gap))));
    let part = |(line, amount): &(usize, Money)| {
        let book = &ask.ledger().lines[*line];
        Part::plus(*amount, book.title.clone())
            .input(ask.plan, &format!("cost.{}", book.name))
            .see(format!("gap/{}{}", ask.line_word(*line), period.suffix()))
    };
    let parts = largest_first(rows).iter().map(part).collect();
    let left_out = ask.ledger().streams.iter().filter(|book| book.one_time).map(|book| {
        Part::said("left out: a reserve, or neither recurs nor renews", book.title.clone())
            .input(ask.plan, &format!("stream.{}", book.name))
    });
    let subject = subject("structural gap", "", &period);
    let formula = "the gap of each line, braided without reserves and one-time money, summed";
    let explanation = Explanation::sum_of(&subject, measure.structural_gap, formula, parts);
    let gap = Part::aside(measure.gap_total(), "gap with all money of this view");
    let gap = gap.see(format!("gap{}", period.suffix()));
    Some(explanation.with(left_out).with([gap]))
}

fn coverage(ask: Ask, name: &str, rest: &[&str]) -> Option<Explanation> {
    let (period, place) = Period::year_rest(ask, rest)?;
    let row = ask.measures().coverage.iter().find(|row| row.name == name)?;
    let of = |series: &[Money]| -> Option<Money> {
        match place {
            Some(place) => series.get(place).copied(),
            None => Some(series.iter().sum()),
        }
    };
    let (cost, covered) = (of(&row.cost)?, of(&row.covered)?);
    let word = name.rsplit('.').next().unwrap_or(name);
    let subject = subject(&format!("coverage of {word} cost"), "", &period);
    let id = |head: &str| format!("{head}/{word}{}", period.suffix());
    let parts = [
        Part::aside(covered, "covered cost").see(id("covered")),
        Part::aside(cost, "cost").see(id("cost")),
        Part::aside(cost - covered, "gap").see(id("gap")),
    ];
    let value = Value::Share(covered.ratio(cost));
    Some(Explanation::of(&subject, value, "covered cost over cost").with(parts))
}

fn rung_total(rung: &LadderRung) -> Money {
    rung.gap.iter().sum()
}

fn rung_words(view: Status) -> &'static str {
    match view {
        Status::Secured => "gap with secured money only",
        Status::Likely => "gap with secured and likely money",
        Status::Prospective => "gap with all money, sure or not",
    }
}

fn ladder(ask: Ask) -> Option<Explanation> {
    let view = ask.forecast.question.view;
    let own = ask.measures().ladder.iter().find(|rung| rung.view == view)?;
    let part = |rung: &LadderRung| {
        Part::aside(rung_total(rung), rung_words(rung.view))
            .see(format!("ladder/{}", rung.view.word()))
    };
    let subject = text::capital(rung_words(view));
    let formula =
        "each rung is braided anew: money that is not counted may be another award's match";
    let explanation = Explanation::of(&subject, Value::Money(rung_total(own)), formula);
    Some(
        explanation.with(ask.measures().ladder.iter().map(part)).with(unsure(ask, Status::Secured)),
    )
}

/// The streams that are less sure than a status.
fn unsure(ask: Ask, than: Status) -> Vec<Part> {
    let unsure = ask.ledger().streams.iter().filter(|book| book.status > than);
    let part = |book: &crate::ledger::StreamBook| {
        Part::said(book.status.word(), book.title.clone())
            .input(ask.plan, &format!("stream.{}.status", book.name))
            .see(format!("stream/{}", book.name))
    };
    unsure.map(part).collect()
}

fn rung(ask: Ask, word: &str) -> Option<Explanation> {
    let rung = ask.measures().ladder.iter().find(|rung| rung.view.word() == word)?;
    let parts = Priority::ALL.iter().zip(rung.gap).map(|(priority, gap)| {
        let part = Part::plus(gap, format!("gap of {} lines", priority.word()));
        let own = rung.view == ask.forecast.question.view;
        if own { part.see(format!("gap/{}", priority.word())) } else { part }
    });
    let subject = text::capital(rung_words(rung.view));
    let formula = "the gap of core, essential and stretch lines, braided with this money alone";
    let years = ask.measures().years.iter().zip(&rung.by_year).map(|(year, gap)| {
        Part::aside(*gap, format!("of it in {}", FiscalCalendar::label(year.year)))
    });
    let first =
        rung.first_core_gap.map(|month| Part::said(month.words(), "first month with a core gap"));
    let explanation = Explanation::sum_of(&subject, rung_total(rung), formula, parts.collect());
    Some(explanation.with(years).with(first).with(unsure(ask, rung.view)))
}

/// What is drawn on each stream of a period, its indirect recovery with it. Recovered money is its
/// funder's already, so the stream that spends it again is left out.
fn drawn(ask: Ask, period: &Period) -> Vec<(usize, Money)> {
    let streams = ask.ledger().streams.iter().enumerate();
    let own = streams.filter(|(_, book)| book.kind.is_some());
    largest_first(sums(own.map(|(stream, book)| (stream, period.sum(&book.drawn)))))
}

/// What is drawn on each funder's streams in a period, the largest first.
fn by_funder<'a>(ask: Ask<'a>, period: &Period) -> Vec<(&'a str, Money)> {
    let rows = drawn(ask, period).into_iter();
    largest_first(sums(rows.map(|(stream, amount)| (ask.book(stream).funder.as_str(), amount))))
}

fn funders(ask: Ask, period: &Period) -> Vec<Part> {
    let rows = by_funder(ask, period);
    let whole: Money = rows.iter().map(|(_, amount)| *amount).sum();
    let part = |(funder, amount): &(&str, Money)| {
        let name = if funder.is_empty() { "the partnership's own money" } else { funder };
        Part::aside(*amount, format!("drawn on {name}"))
            .text(amount.ratio(whole).rounded_in_words())
    };
    let whole = Part::aside(whole, "drawn on all streams");
    let parts = rows.iter().map(part).chain([whole]);
    parts.chain(recovered(ask, period)).collect()
}

/// What of the draws is indirect recovery, which its funder gives, whoever spends it later.
fn recovered(ask: Ask, period: &Period) -> Option<Part> {
    let rows = ask.ledger().recoveries.iter();
    let rows = rows.filter(|row| period.places().contains(&row.place));
    let amount: Money = rows.map(|row| row.amount).sum();
    let label = "of it indirect recovery, counted with the funder that gives it";
    amount.is_positive().then(|| Part::aside(amount, label))
}

fn concentration(ask: Ask, rest: &[&str]) -> Option<Explanation> {
    let (period, measure) = year(ask, rest)?;
    let subject = subject("concentration of funders", "", &period);
    let formula = "each funder's share of what is drawn on all streams, indirect recovery with it, times \
                   itself, summed (Herfindahl-Hirschman): from near 0, many funders, to 1, one funder";
    let value = Value::Number(measure.concentration);
    Some(Explanation::of(&subject, value, formula).with(funders(ask, &period)))
}

fn top_funder(ask: Ask, rest: &[&str]) -> Option<Explanation> {
    let (period, measure) = year(ask, rest)?;
    let words = match &measure.top_funder {
        Some((funder, share)) => format!("{funder}, {}", share.rounded_in_words()),
        None => "none: nothing is drawn".to_string(),
    };
    let subject = subject("the funder of the most draws", "", &period);
    let formula = "what is drawn on each funder's streams, their indirect recovery with it, over what is \
                   drawn on all; the largest share";
    Some(Explanation::of(&subject, Value::Words(words), formula).with(funders(ask, &period)))
}

fn grant_dependence(ask: Ask, rest: &[&str]) -> Option<Explanation> {
    let (period, measure) = year(ask, rest)?;
    let all = drawn(ask, &period);
    let is_grant = |stream: usize| ask.book(stream).kind == Some(Kind::Grant);
    let grants = all.iter().copied().filter(|(stream, _)| is_grant(*stream));
    let rows: Vec<(usize, Money)> = grants.collect();
    let all: Money = all.iter().map(|(_, amount)| *amount).sum();
    let part = |(stream, amount): &(usize, Money)| {
        let book = ask.book(*stream);
        Part::aside(*amount, format!("drawn on {}", book.title))
            .input(ask.plan, &format!("stream.{}.kind", book.name))
            .see(format!("stream/{}{}", book.name, period.suffix()))
    };
    let grants: Money = rows.iter().map(|(_, amount)| *amount).sum();
    let totals = [Part::aside(grants, "drawn on grants"), Part::aside(all, "drawn on all streams")];
    let subject = subject("grant dependence", "", &period);
    let value = Value::Share(measure.grant_dependence);
    let formula = "what is drawn on grants over what is drawn on all streams, the indirect recovery of \
                   each with it";
    let explanation = Explanation::of(&subject, value, formula);
    Some(explanation.with(totals).with(rows.iter().map(part)).with(recovered(ask, &period)))
}

fn partner(ask: Ask, name: &[&str]) -> Option<Explanation> {
    let asked = text::slug(&name.join(" "));
    let row = ask.measures().partners.iter().find(|row| text::slug(&row.name) == asked)?;
    let function =
        |(function, amount): &(String, Money)| Part::plus(*amount, format!("pays for {function}"));
    let parts: Vec<Part> = row.pays_for.iter().map(function).collect();
    let told: Money = parts.iter().map(Part::signed).sum();
    let subject = format!("Put in by {}", row.name);
    let formula =
        "what is drawn of its money but for what it lends, by the function that it pays for";
    let mut explanation = Explanation::sum_of(&subject, row.put_in, formula, parts);
    explanation.sums = told == row.put_in;
    let streams = ask.ledger().streams.iter().filter(|book| book.funder == row.name);
    let streams = streams.map(|book| {
        let drawn: Money = book.drawn.iter().sum();
        Part::aside(drawn, format!("drawn on {}", book.title))
            .input(ask.plan, &format!("stream.{}.funder", book.name))
            .see(format!("stream/{}", book.name))
    });
    let lines = ask
        .ledger()
        .lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.partner.as_deref() == Some(row.name.as_str()));
    let lines = lines.map(|(place, line)| {
        let cost: Money = line.need.iter().sum();
        Part::aside(cost, format!("bears {}", line.title))
            .input(ask.plan, &format!("cost.{}.partner", line.name))
            .see(format!("cost/{}", ask.line_word(place)))
    });
    let totals = [
        Part::aside(row.lent, "drawn of what it lends, which has to be repaid and is not put in"),
        Part::aside(row.bears, "cost that it bears itself, as planned"),
        Part::aside(row.savings, "savings generated for it"),
        Part::aside(row.captured, "of them captured by the partnership"),
    ];
    let totals = totals.into_iter().filter(|part| part.amount != Some(Money::ZERO));
    Some(explanation.with(totals).with(streams).with(lines))
}
