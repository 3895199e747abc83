//! Drivers: a start that grows or churns, levels by year, or a file; one level a month of the horizon.

use super::context::{Context, no_levels, repeats};
use super::field::{Field, Within};
use super::reader::TableReader;
use super::syntax::{Entry, Table};
use crate::diagnostic::Code;
use crate::driver::{Driver, churned, stepped_index};
use crate::money::{Quantity, Rate};
use crate::name::Name;

/// The drivers in the order of names, and of each whether it could be read.
pub fn read(
    context: &Context<'_>,
    section: Vec<(&str, &Entry, &Table)>,
) -> (Vec<Driver>, Vec<bool>) {
    let mut drivers = Vec::new();
    let mut sound = Vec::new();
    for (id, entry, table) in section {
        let Some(name) = Name::parse(id) else { continue };
        let before = context.desk.fault_count();
        let path = format!("driver.{id}");
        let mut reader = TableReader::new(context.desk, table, &["driver"], path, entry.key);
        reader.record();
        context.refuse_drop(&mut reader);
        let title = context.title(&mut reader, id);
        let levels = levels(context, &mut reader, id);
        reader.finish();
        sound.push(levels.is_some() && context.desk.fault_count() == before);
        let levels = levels.unwrap_or_else(|| no_levels(context.horizon.months));
        drivers.push(Driver { name, title, levels });
    }
    (drivers, sound)
}

fn levels(context: &Context<'_>, reader: &mut TableReader<'_>, id: &str) -> Option<Vec<Quantity>> {
    let form = reader.one_of(Code::AmountForm, "its levels", &["start", "yearly", "series"]);
    let start = reader.get("start");
    let yearly = reader.get("yearly");
    let series = reader.get("series");
    if form != Some("start") && form.is_some() {
        let remedy = "delete it, or state the levels by `start`";
        reader.refuse("growth", "goes with `start` alone", remedy);
        reader.refuse("growth-month", "goes with `start` alone", remedy);
        reader.refuse("churn", "goes with `start` alone", remedy);
        reader.refuse("joining", "goes with `start` alone", remedy);
    }
    if reader.has("churn") || reader.has("joining") {
        let why = "does not go with `churn`, which moves the level each month";
        for key in ["growth", "growth-month"] {
            reader.refuse(key, why, "delete it, or `churn` and `joining`");
        }
    }
    if form == Some("start") && !reader.has("growth") {
        reader.refuse("growth-month", "goes with `growth` alone", "delete it, or write a growth");
    }
    let growth = reader.get("growth");
    let month = reader.get("growth-month").map(Field::month_name);
    let churn = reader.get("churn");
    let joining = reader.get("joining");
    match form? {
        "start" if churn.is_some() || joining.is_some() => {
            churning(context, start?, churn, joining)
        }
        "start" => grown(context, start?, growth, month),
        "yearly" => {
            let levels: Vec<Option<Quantity>> = listed(yearly?)?;
            let levels: Option<Vec<Quantity>> = levels.into_iter().collect();
            let levels = levels?;
            let of = |month: usize| levels.get(month / 12).or(levels.last()).copied();
            (0..context.horizon.months as usize).map(of).collect()
        }
        _ => from_file(context, series?, id),
    }
}

/// The items of a list of levels, which must not be empty.
fn listed(field: Field<'_>) -> Option<Vec<Option<Quantity>>> {
    let (desk, span) = (field.desk, field.span());
    let items = field.items()?;
    if items.is_empty() {
        let remedy = "write at least one level: `yearly = [20000]`";
        desk.fault(Code::AmountForm, span, "the list of levels is empty", "", remedy);
        return None;
    }
    Some(items.into_iter().map(Field::quantity).collect())
}

fn grown(
    context: &Context<'_>,
    start: Field<'_>,
    growth: Option<Field<'_>>,
    month: Option<Option<u32>>,
) -> Option<Vec<Quantity>> {
    let span = growth.as_ref().map_or(start.span(), Field::span);
    let given = growth.is_some();
    let start = start.quantity();
    let growth = growth.map_or(Some(Rate::ZERO), |field| field.share(Within::Growth));
    let month = month.unwrap_or(Some(context.fiscal.first_month_number()));
    let (start, growth, month) = (start?, growth?, month?);
    let horizon = context.horizon;
    let steps = |place: usize| horizon.month(place).number() == month;
    let levels = stepped_index(horizon.months as usize, 0, growth, steps)
        .and_then(|index| index.into_iter().map(|index| start.indexed(index)).collect());
    if levels.is_none() && context.horizon_known {
        let message = "the driver grows beyond a billion within the plan";
        let remedy = if given { "write a smaller growth" } else { "write a smaller start" };
        context.desk.fault(Code::NumberRange, span, message, "too large", remedy);
    }
    levels
}

/// Levels of which a share leaves each month while others join.
fn churning(
    context: &Context<'_>,
    start: Field<'_>,
    churn: Option<Field<'_>>,
    joining: Option<Field<'_>>,
) -> Option<Vec<Quantity>> {
    let span = joining.as_ref().map_or(start.span(), Field::span);
    let start = start.quantity();
    let churn = churn.map_or(Some(Rate::ZERO), |field| field.share(Within::Whole));
    let joining = joining.map_or(Some(Quantity::default()), Field::quantity);
    let levels = churned(start?, churn?, joining?, context.horizon.months as usize);
    if levels.is_none() && context.horizon_known {
        let message = "the driver grows beyond a billion within the plan";
        let remedy = "write fewer people who join";
        context.desk.fault(Code::NumberRange, span, message, "too large", remedy);
    }
    levels
}

fn from_file(context: &Context<'_>, field: Field<'_>, id: &str) -> Option<Vec<Quantity>> {
    let span = field.span();
    field.record(field.node().text().unwrap_or_default(), true);
    let name = field.id()?;
    let rows = context.levels(&name, span)?;
    let Some(rows) = rows.get(id) else {
        if !context.is_sound(&name) {
            return None;
        }
        let message = format!("`{name}` has no rows for driver `{id}`");
        let remedy = format!("add rows `month,{id},level` for each month of the plan");
        context.desk.fault(Code::UnknownDriver, span, message, "", remedy);
        return None;
    };
    repeats(context.desk, rows, "driver");
    let own = rows.iter().map(|row| (row.month.to_string(), row.value, row.span));
    context.desk.record_rows(&format!("driver.{id}.series"), own);
    if !context.horizon_known {
        return None;
    }
    let mut levels: Vec<Option<Quantity>> = vec![None; context.horizon.months as usize];
    for row in rows {
        if let Some(place) = context.horizon.place(row.month) {
            levels[place] = Some(row.value);
        }
    }
    let missing = levels.iter().position(Option::is_none);
    if let Some(missing) = missing.filter(|_| context.is_sound(&name)) {
        let month = context.horizon.month(missing);
        let message = format!("driver `{id}` has no level for {month}");
        let remedy = format!("add the row `{month},{id},...` to `{name}`");
        let place = rows.first().map_or(span, |row| row.span);
        context.desk.fault(Code::UnknownDriver, place, message, "its first row", remedy);
    }
    levels.into_iter().collect()
}
