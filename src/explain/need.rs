//! Gap, cost and covered cost: of all lines, of a group, or of one line.

use super::ask::{Ask, Grain, Period, Scope, largest_first, subject, sums};
use super::{Explanation, Part, cost, gap, irreducible, text};
use crate::ledger::LineBook;
use crate::money::Money;

/// Which figure of the lines is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// What is needed.
    Cost,
    /// What is paid of it.
    Covered,
    /// What stays unpaid.
    Gap,
}

impl Column {
    /// The head of its ids.
    pub(super) fn word(self) -> &'static str {
        match self {
            Column::Cost => "cost",
            Column::Covered => "covered",
            Column::Gap => "gap",
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Column::Cost => "cost",
            Column::Covered => "covered cost",
            Column::Gap => "gap",
        }
    }

    /// The figure by month of the horizon.
    pub(super) fn of(self, line: &LineBook) -> &[Money] {
        match self {
            Column::Cost => &line.need,
            Column::Covered => &line.covered,
            Column::Gap => &line.gap,
        }
    }
}

/// Explains a gap, a cost or a covered cost.
pub(super) fn explain(ask: Ask, column: Column, rest: &[&str]) -> Option<Explanation> {
    if let (Column::Gap, ["irreducible" | "causes", ..]) = (column, rest) {
        return irreducible::explain(ask, rest);
    }
    let scope = Scope::parse(ask, rest)?;
    let explanation = of_scope(ask, column, &scope);
    Some(also_function(ask, column, &scope, explanation))
}

/// Where the id of a line is also the word of a function, a note and where to ask of the function.
fn also_function(ask: Ask, column: Column, scope: &Scope, explanation: Explanation) -> Explanation {
    let lines = &ask.ledger().lines;
    let Some(name) = scope.single.map(|line| lines[line].name.as_str()) else { return explanation };
    let own: Vec<&LineBook> = lines.iter().filter(|line| line.function == name).collect();
    if own.is_empty() {
        return explanation;
    }
    let amount = own.iter().map(|line| scope.period.sum(column.of(line))).sum();
    let id = format!("{}/function/{name}", column.word());
    let label = format!("{} of the function {name}", column.noun());
    let part = Part::aside(amount, label)
        .text(text::count(own.len(), "line", "lines"))
        .see(format!("{id}{}", scope.period.suffix()));
    let note = format!("`{name}` is a line here and a function too: `{id}` asks of the function.");
    explanation.with([part]).note(note)
}

fn of_scope(ask: Ask, column: Column, scope: &Scope) -> Explanation {
    let lines = &ask.ledger().lines;
    let value = scope.lines.iter().map(|line| scope.period.sum(column.of(&lines[*line]))).sum();
    let subject = subject(column.noun(), &scope.words, &scope.period);
    if column == Column::Covered {
        return covered(ask, scope, &subject, value);
    }
    let explanation = match (scope.single, scope.period.grain) {
        (Some(line), Grain::Month(_)) => {
            let place = scope.period.first;
            return match column {
                Column::Gap => gap::line_month(ask, line, place, &subject),
                _ => cost::line_month(ask, line, place, &subject),
            };
        }
        (Some(line), _) => by_time(ask, column, line, &scope.period, &subject),
        (None, _) => by_line(ask, column, scope, &subject),
    };
    match column {
        Column::Gap => irreducible::beside(ask, scope, gap::with_reasons(ask, scope, explanation)),
        _ => explanation.with(scope.single.into_iter().flat_map(|line| cost::inputs(ask, line))),
    }
}

fn by_time(ask: Ask, column: Column, line: usize, period: &Period, subject: &str) -> Explanation {
    let book = &ask.ledger().lines[line];
    let series = column.of(book);
    let word = ask.line_word(line);
    let part = |piece: Period| {
        let see = format!("{}/{word}{}", column.word(), piece.suffix());
        Part::plus(piece.sum(series), piece.words.clone()).see(see)
    };
    let pieces = period.pieces(ask).into_iter().filter(|piece| !piece.sum(series).is_zero());
    let grain = if period.grain == Grain::Whole { "fiscal years" } else { "months" };
    let formula = format!("the {} of the line, summed over {grain}", column.noun());
    Explanation::sum_of(subject, period.sum(series), formula, pieces.map(part).collect())
}

fn by_line(ask: Ask, column: Column, scope: &Scope, subject: &str) -> Explanation {
    let lines = &ask.ledger().lines;
    let amount = |line: usize| scope.period.sum(column.of(&lines[line]));
    let rows = scope.lines.iter().map(|line| (*line, amount(*line)));
    let rows = largest_first(sums(rows));
    let part = |(line, amount): &(usize, Money)| {
        let word = ask.line_word(*line);
        Part::plus(*amount, lines[*line].title.clone())
            .see(format!("{}/{word}{}", column.word(), scope.period.suffix()))
            .input(ask.plan, &format!("cost.{}", lines[*line].name))
    };
    let value = rows.iter().map(|(_, amount)| *amount).sum();
    let formula = match column {
        Column::Gap => {
            "the gap of each line, summed; never netted against money that may not pay for it"
                .to_string()
        }
        _ => format!("the {} of each line, summed", column.noun()),
    };
    Explanation::sum_of(subject, value, formula, rows.iter().map(part).collect())
}

fn covered(ask: Ask, scope: &Scope, subject: &str, value: Money) -> Explanation {
    let parts = payers(ask, scope).into_iter().map(|part| Part { sign: super::Sign::Plus, ..part });
    let formula = "what streams pay, the draws of each one summed";
    Explanation::sum_of(subject, value, formula, parts.collect())
}

/// What each stream and pool pays of the lines in the period, as parts that are taken off.
pub(super) fn payers(ask: Ask, scope: &Scope) -> Vec<Part> {
    let mut asked = vec![false; ask.ledger().lines.len()];
    scope.lines.iter().for_each(|line| asked[*line] = true);
    let draws = ask.draws(&scope.period).iter().filter(|draw| asked[draw.line.at()]);
    let rows = sums(draws.map(|draw| ((draw.stream, draw.pool), draw.amount)));
    let part = |((stream, pool), amount): &((usize, _), Money)| {
        let name = &ask.book(*stream).name;
        let see = match scope.single {
            Some(line) => format!("draw/{name}/{}{}", ask.line_word(line), scope.period.suffix()),
            None => format!("stream/{name}{}", scope.period.suffix()),
        };
        Part::minus(*amount, ask.purse_title(*stream, *pool))
            .input(ask.plan, &format!("stream.{name}"))
            .see(see)
    };
    largest_first(rows).iter().map(part).collect()
}
