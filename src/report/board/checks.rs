//! What the report rests on: inputs with their sources, and what was checked.

use super::inputs::{home, named, title};
use super::{Piece, Redaction, Section, Sources, folded, pieces, shown};
use crate::forecast::Forecast;
use crate::money::Money;
use crate::plan::{Input, Plan};
use crate::report::ColumnKind::{Text as T, Whole as W};
use crate::report::words::{self, count};
use crate::report::{Cell, Mark, Page, Table, concerns, record, sensitivity};

/// Figures of one table of a plan that are told one by one.
const FIGURES_TOLD: usize = 10;
/// Letters of one figure that are told.
const LETTERS_TOLD: usize = 120;

/// Every input with its source, and what is doubtful.
pub(super) fn assumptions(
    plan: &Plan,
    forecast: &Forecast,
    redaction: Option<&Redaction>,
) -> Section {
    let figures = plan.inputs.stated.iter().filter(|input| input.figure).count();
    let bases = record::assumptions(plan);
    let of = |basis: &str| {
        let all = bases.as_array().into_iter().flatten();
        all.filter(|one| one.get("basis").and_then(|text| text.as_str()) == Some(basis)).count()
    };
    let (illustrative, unsourced) = (of("illustrative"), of("unsourced"));
    let weak = illustrative + unsourced;
    let heading = match weak {
        0 if figures == 1 => "One figure is in the plan, and it has a source".to_string(),
        0 => format!("All {} of the plan have a source", count(figures, "figure")),
        weak => {
            let parts = [(illustrative, "illustrative"), (unsourced, "without a source")];
            let told = parts.iter().filter(|(many, _)| *many > 0);
            let told: Vec<String> = match told.clone().count() {
                1 => told.map(|(_, words)| words.to_string()).collect(),
                _ => told.map(|(many, words)| format!("{many} {words}")).collect(),
            };
            let are = if weak == 1 { "is" } else { "are" };
            format!(
                "{weak} of {} of the plan {are} {}",
                count(figures, "figure"),
                words::list(&told)
            )
        }
    };
    let mut page = Page::new();
    if !concerns::are_sources_alone(forecast) {
        concerns::say(&mut page, forecast);
    }
    let mut found = pieces(page);
    let unread = of("unverified-default");
    if unread > 0 {
        let text =
            format!("{} left to rules of which no source was read.", count(unread, "figure"));
        found.push(Piece::Sentence(Mark::Watch, text));
    }
    found.push(folded(inputs(plan), "Every figure of the plan with its source", Vec::new()));
    if !plan.defaults.is_empty() {
        found.push(folded(defaults(plan), "Figures that the plan leaves to a rule", Vec::new()));
    }
    if redaction.is_some() {
        found.push(Piece::Sentence(Mark::None, "Figures of pay are left out.".to_string()));
    }
    Section { name: "assumptions", heading, pieces: found }
}

/// The figures of each table of the plan that have one source, in a row.
fn inputs(plan: &Plan) -> Table {
    let columns = [("Of", T), ("Figures", T), ("Source", T), ("Place", T)];
    let mut table = Table::new("inputs", &columns);
    let figures: Vec<&Input> = plan.inputs.stated.iter().filter(|input| input.figure).collect();
    let alike = |one: &&Input, next: &&Input| {
        home(&one.path) == home(&next.path) && one.source == next.source
    };
    for same in figures.chunk_by(alike) {
        let home = home(&same[0].path);
        let told = same.iter().take(FIGURES_TOLD).map(|input| {
            let key = input.path[home.len()..].trim_start_matches('.');
            let key = key.replace(['.', '-'], " ");
            let text: String = input.text.chars().take(LETTERS_TOLD).collect();
            let text = sensitivity::readable(&input.path, &text);
            if key.is_empty() { text } else { format!("{key} {text}") }
        });
        let mut told = told.collect::<Vec<_>>().join("; ");
        if same.len() > FIGURES_TOLD {
            told += &format!("; and {} more", same.len() - FIGURES_TOLD);
        }
        table.push(vec![
            Cell::text(title(plan, home)),
            Cell::text(told),
            Cell::text(same[0].source.as_deref().unwrap_or("none")),
            Cell::text(same[0].origin.to_string()),
        ]);
    }
    table
}

fn defaults(plan: &Plan) -> Table {
    let columns = [("Figure", T), ("Value", T), ("Rule", T), ("Source was read", T)];
    let mut table = Table::new("defaults", &columns);
    for default in &plan.defaults {
        table.push(vec![
            Cell::text(named(plan, &default.path)),
            Cell::text(default.rule.value.words()),
            Cell::text(&default.rule.citation),
            Cell::text(if default.rule.is_verified() { "yes" } else { "no" }),
        ]);
    }
    table
}

/// What was checked, and how the report is made again.
pub(super) fn section(sources: &Sources) -> Section {
    let forecast = sources.forecast;
    let rows = checks(forecast);
    let counted: i64 = rows.iter().map(|(_, counted)| *counted).sum();
    let heading = format!(
        "All {} checks hold: no dollar is spent twice, late or outside its restriction",
        words::grouped(counted.unsigned_abs())
    );
    let mut table = Table::new("checks", &[("What was checked", T), ("How many", W), ("", T)]);
    for (what, counted) in rows {
        table.push(vec![Cell::text(what), Cell::Whole(counted), Cell::text("holds")]);
    }
    let distance: Money = forecast.distance().iter().sum();
    let proved = match distance.is_zero() {
        true => "The best case is proved: no braid leaves less of core, then of essential, then of stretch cost."
            .to_string(),
        false => format!("The best case is proved to within ${distance}."),
    };
    let pieces = vec![
        Piece::Sentence(
            Mark::None,
            "A braid is checked by code that shares nothing with its making; a report in which a check fails is not \
             written."
                .to_string(),
        ),
        Piece::Sentence(Mark::None, proved),
        Piece::Sentence(
            Mark::None,
            "Planning allocation. Charges follow actual benefit and time records (2 CFR 200.405, 200.430). A forecast is \
             arithmetic on stated assumptions, not a prediction."
                .to_string(),
        ),
        shown(table, "Checks", Vec::new()),
        shown(provenance(sources), "How this report is made again", Vec::new()),
    ];
    Section { name: "checks", heading, pieces }
}

fn checks(forecast: &Forecast) -> Vec<(&'static str, i64)> {
    let certificate = &forecast.certificate;
    let ledger = &forecast.books.ledger;
    let months = ledger.months();
    let counts = [
        ("Payments allowed by their restriction, in their months", certificate.draws),
        ("Pieces of money not overdrawn", certificate.tranches),
        ("Months of a cost not paid twice", certificate.cells),
        ("Caps, floors and yearly limits kept", certificate.caps),
        ("Awards with their match", certificate.matches),
        ("Awards with no more indirect recovery than their rate", certificate.recoveries),
        (
            "Months of a source: opening + new = spent + lapsed + returned + closing",
            ledger.streams.len() * months,
        ),
        ("Months of a cost: need = payments + gap", ledger.lines.len() * months),
    ];
    let told = counts.into_iter().filter(|(_, counted)| *counted > 0);
    told.map(|(what, counted)| (what, i64::try_from(counted).unwrap_or(i64::MAX))).collect()
}

fn provenance(sources: &Sources) -> Table {
    let plan = sources.plan;
    let mut table = Table::new("provenance", &[("", T), ("", T)]);
    let mut push = |what: &str, is: String| table.push(vec![Cell::text(what), Cell::text(is)]);
    push("Command", sources.command.clone());
    push("Engine", format!("braid {}", env!("CARGO_PKG_VERSION")));
    push("SHA-256 of the plan's files", sources.digest.to_string());
    push("Scenario", plan.scenario.clone());
    push("View", words::view(sources.forecast.question.view).to_string());
    push("Method", words::method(sources.forecast.question.method).to_string());
    let horizon = &plan.horizon;
    let months = count(horizon.months as usize, "month");
    push("Months", format!("{} to {}, {months}", horizon.start.words(), horizon.end().words()));
    push("As of", horizon.as_of.words());
    table
}
