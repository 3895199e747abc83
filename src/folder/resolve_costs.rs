//! Cost lines: a need each, its amount stated in exactly one form.

use super::context::{Context, Recovery, reserved};
use super::field::{Field, Within};
use super::keys_cost::{BASES, CATEGORIES, FEE_BASES, LAYERS, PRIORITIES};
use super::literal;
use super::meant;
use super::reader::TableReader;
use super::resolve_streams::{Streams, out_of_order};
use super::syntax::{Entry, Table, Value};
use super::tables::fiscal_year;
use crate::diagnostic::{Code, nearest, visible};
use crate::funding::partner::PartnerMethod;
use crate::funding::public::PublicMethod;
use crate::funding::{DueKind, Kind, Terms};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::name::{DriverIndex, Name, StreamIndex};
use crate::plan::cost::{
    BACKBONE_FUNCTIONS, Basis, Benefit, Category, CostLine, Escalation, Form, Layer, Priority,
};
use crate::plan::restriction::Selector;

/// The forms in which a line may state its amount.
const FORMS: [&str; 9] =
    ["yearly", "by-year", "monthly", "once", "positions", "unit", "step", "series", "fee"];

/// The cost lines in the order of names, and of each whether it could be read.
#[derive(Debug)]
pub struct Lines {
    /// The lines.
    pub lines: Vec<CostLine>,
    /// Whether each could be read.
    pub sound: Vec<bool>,
}

/// Reads the cost lines, and adds those of what streams have the partnership pay.
pub fn read(
    context: &Context<'_>,
    section: Vec<(&str, &Entry, &Table)>,
    streams: &Streams,
) -> Lines {
    let mut found: Vec<(CostLine, bool)> = Vec::new();
    for (id, entry, table) in section {
        let Some(name) = Name::parse(id) else { continue };
        let before = context.desk.fault_count();
        let line = line(context, name, entry, table, streams);
        found.push((line, context.desk.fault_count() == before));
    }
    let kinds = [DueKind::Loss, DueKind::Principal, DueKind::Interest];
    let dues = streams.streams.iter().enumerate();
    for ((place, stream), kind) in dues.flat_map(|one| kinds.map(|kind| (one, kind))) {
        let name = stream.name.derived(kind.suffix());
        if context.names.lines.iter().any(|line| line == name.as_str()) {
            let mut line = CostLine {
                title: format!("{}: {}", stream.title, kind.title()),
                function: "operate".to_string(),
                form: Form::Due(StreamIndex::from(place), kind),
                ..blank(context, name)
            };
            if let Terms::SharedSavings(savings) = &stream.terms {
                line.from = savings.from;
            }
            found.push((line, streams.sound[place]));
        }
    }
    found.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    let (lines, sound) = found.into_iter().unzip();
    Lines { lines, sound }
}

/// A line that needs nothing.
fn blank(context: &Context<'_>, name: Name) -> CostLine {
    CostLine {
        title: String::new(),
        name,
        layer: Layer::Backbone,
        function: String::new(),
        category: Category::Other,
        priority: Priority::Core,
        tags: Vec::new(),
        from: context.horizon.start,
        until: context.horizon.end(),
        form: Form::Monthly(Money::ZERO),
        escalation: Escalation::None,
        benefit: None,
        subaward: None,
        mtdc: true,
        payment_lag_months: 0,
        partner: None,
    }
}

fn line(
    context: &Context<'_>,
    name: Name,
    entry: &Entry,
    table: &Table,
    streams: &Streams,
) -> CostLine {
    let path = format!("cost.{name}");
    let mut reader = TableReader::new(context.desk, table, &["cost"], path, entry.key);
    reader.record();
    let line = keys(context, name, &mut reader, streams);
    reader.finish();
    line
}

fn keys(
    context: &Context<'_>,
    name: Name,
    reader: &mut TableReader<'_>,
    streams: &Streams,
) -> CostLine {
    context.refuse_drop(reader);
    let mut line = blank(context, name);
    line.title = context.title(reader, line.name.as_str());
    let layer = reader.get("layer").map(|field| field.word(LAYERS).map(|at| Layer::ALL[at]));
    line.layer = layer.flatten().unwrap_or(Layer::Backbone);
    // With a layer that cannot be read, no function can be refused.
    let layer = layer.unwrap_or(Some(Layer::Backbone));
    line.function = function(context, reader, layer).unwrap_or_default();
    line.priority = reader
        .get("priority")
        .and_then(|field| field.word(PRIORITIES))
        .map_or(Priority::Core, |at| Priority::ALL[at]);
    for tag in reader.get("tags").and_then(Field::items).unwrap_or_default() {
        line.tags.extend(tag.own_word());
    }
    line.partner = reader.get("partner").and_then(Field::text);
    line.subaward = reader.get("subaward").and_then(Field::text);
    line.mtdc = reader.get("mtdc").and_then(Field::bool).unwrap_or(true);
    let lag = reader.get("payment-lag-months").and_then(Field::count);
    line.payment_lag_months = lag.unwrap_or(0);
    let positions = reader.has("positions");
    line.category = match reader.get("category").and_then(|field| field.word(CATEGORIES)) {
        Some(at) => Category::ALL[at],
        None if positions => Category::Personnel,
        None if line.subaward.is_some() => Category::Contractual,
        None => Category::Other,
    };
    term(context, reader, &mut line);
    if let Some(form) = form(context, reader, &line, streams) {
        line.form = form;
    }
    line.escalation = escalation(context, reader).unwrap_or(Escalation::None);
    line.benefit = reader.get("benefit").and_then(|field| benefit(context, field));
    line
}

fn function(
    context: &Context<'_>,
    reader: &mut TableReader<'_>,
    layer: Option<Layer>,
) -> Option<String> {
    let field = reader.need("function")?;
    let (desk, span) = (context.desk, field.span());
    let word = field.own_word()?;
    reserved(desk, &word, span);
    let offered = BACKBONE_FUNCTIONS.contains(&word.as_str());
    if layer == Some(Layer::Backbone) && !offered && !context.functions.contains(&word) {
        let known = BACKBONE_FUNCTIONS.into_iter();
        let known: Vec<&str> = known.chain(context.functions.iter().map(String::as_str)).collect();
        let message = format!("function `{}` is not one of the backbone", visible(&word));
        let remedy = match nearest(&word, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "write `layer = \"program\"`, declare it in `functions` of `[plan]`, or write {}",
                super::keys::one_of(&known)
            ),
        };
        let cause = "neither offered nor declared";
        desk.fault(Code::UnknownFunction, span, message, cause, remedy);
    }
    Some(word)
}

fn term(context: &Context<'_>, reader: &mut TableReader<'_>, line: &mut CostLine) {
    let from = reader.get("from").and_then(Field::month);
    let until = reader.get("until").map(|field| (field.span(), field.month()));
    line.from = from.unwrap_or(line.from);
    if let Some((span, Some(until))) = until {
        line.until = until;
        let known = from.is_some() || context.horizon_known && !reader.has("from");
        if until < line.from && known {
            let (message, remedy) = out_of_order(reader, "the line", (line.from, until));
            context.desk.fault(Code::Order, span, message, "before its beginning", remedy);
        }
    }
}

fn form(
    context: &Context<'_>,
    reader: &mut TableReader<'_>,
    line: &CostLine,
    streams: &Streams,
) -> Option<Form> {
    let given = reader.one_of(Code::AmountForm, "what it costs", &FORMS);
    // Every form is asked for, so that a wrong value in a second one is told as well.
    let mut found = None;
    for key in FORMS {
        let Some(field) = reader.get(key) else { continue };
        let form = match key {
            "yearly" => yearly(field),
            "by-year" => by_year(context, field).map(Form::ByFiscalYear),
            "monthly" => field.money().map(Form::Monthly),
            "once" => once(reader, field),
            "positions" => field.table(&["positions"]).and_then(positions),
            "unit" => field.table(&["unit"]).and_then(|reader| unit(context, reader)),
            "step" => field.table(&["step"]).and_then(|reader| step(context, reader)),
            "series" => series(context, field, line),
            _ => field.table(&["fee"]).and_then(|reader| fee(context, reader, line, streams)),
        };
        found = found.or(form);
    }
    given.and(found)
}

fn yearly(field: Field<'_>) -> Option<Form> {
    let Value::List(items) = &field.node().value else { return field.money().map(Form::Yearly) };
    if items.is_empty() {
        let remedy = "write at least one amount: `yearly = [120000]`";
        field.desk.fault(
            Code::AmountForm,
            field.span(),
            "the list of amounts is empty",
            "",
            remedy,
        );
        return None;
    }
    let amounts: Vec<Option<Money>> = field.items()?.into_iter().map(Field::money).collect();
    amounts.into_iter().collect::<Option<Vec<Money>>>().map(Form::YearlyList)
}

/// Amounts by fiscal year, in order.
pub fn by_year(context: &Context<'_>, field: Field<'_>) -> Option<Vec<(i32, Money)>> {
    let span = field.span();
    let mut years = Vec::new();
    let mut whole = true;
    for (label, key, field) in field.entries()? {
        let amount = field.money();
        match (fiscal_year(label), amount) {
            (Some(year), Some(amount)) => years.push((year, amount)),
            (None, _) => {
                let message = format!("`{}` is not a fiscal year", visible(label));
                let plain = meant::fiscal_year(label).unwrap_or("FY2025".to_string());
                let remedy = format!("write `FY` and the year in which it ends: `{plain}`");
                context.desk.fault(Code::MonthForm, key, message, "", remedy);
                whole = false;
            }
            (_, None) => whole = false,
        }
    }
    years.sort_unstable();
    if years.is_empty() && whole {
        let remedy = "write at least one amount: `by-year = { FY2025 = 120000 }`";
        let message = "the table of amounts is empty";
        context.desk.fault(Code::AmountForm, span, message, "", remedy);
        return None;
    }
    whole.then_some(years)
}

fn once(reader: &TableReader<'_>, field: Field<'_>) -> Option<Form> {
    if !reader.has("from") {
        reader.missing("from");
    }
    field.money().map(Form::Once)
}

fn positions(mut reader: TableReader<'_>) -> Option<Form> {
    let fte = reader.need("fte").and_then(|field| field.number(4));
    let salary = reader.need("salary").and_then(Field::money);
    let mut share = |key: &str, within: Within| match reader.get(key) {
        Some(field) => field.share(within),
        None => Some(Rate::ZERO),
    };
    let (fringe, vacancy) = (share("fringe", Within::Positive), share("vacancy", Within::Whole));
    reader.finish();
    Some(Form::Positions { fte: fte?, salary: salary?, fringe: fringe?, vacancy: vacancy? })
}

fn unit(context: &Context<'_>, mut reader: TableReader<'_>) -> Option<Form> {
    let driver = reader.need("driver").and_then(|field| context.driver(field));
    let cost = reader.need("cost").and_then(Field::price);
    reader.finish();
    Some(Form::Unit { driver: driver?, cost: cost? })
}

fn step(context: &Context<'_>, mut reader: TableReader<'_>) -> Option<Form> {
    let driver = reader.need("driver").and_then(|field| context.driver(field));
    let capacity = reader.need("capacity").and_then(Field::whole);
    let yearly = reader.need("yearly").and_then(Field::money);
    reader.finish();
    Some(Form::Step { driver: driver?, capacity: capacity?, yearly: yearly? })
}

fn fee(
    context: &Context<'_>,
    mut reader: TableReader<'_>,
    line: &CostLine,
    streams: &Streams,
) -> Option<Form> {
    let share = reader.need("share").and_then(|field| field.share(Within::Positive));
    let of = reader.get("of").map_or(Some(0), |field| field.word(FEE_BASES));
    let Some(of) = of else {
        reader.take_all("fee");
        reader.finish();
        return None;
    };
    if of == 1 {
        let remedy = "delete it, or write `of = \"cost\"`";
        reader.refuse("on", "goes with a fee of cost alone", remedy);
        let charged = reader.need("streams").and_then(|field| charged(context, field, streams));
        reader.finish();
        return Some(Form::FeeOfReceipts { share: share?, streams: charged? });
    }
    reader.refuse("streams", "goes with `of = \"receipts\"` alone", "delete it, or write that");
    let on = reader.need("on");
    let span = on.as_ref().map_or(reader.key(), Field::span);
    if on.as_ref().is_some_and(Field::is_empty_list) {
        let remedy = "write what it is a share of: `on = [\"layer.backbone\"]`";
        let code = Code::RestrictionContradiction;
        context.desk.fault(code, span, "`on` names nothing", "", remedy);
    }
    let on = context.selectors(on, Recovery::IsNoCost);
    let itself = |selector: &Selector| {
        matches!(selector, Selector::Line(index)
            if context.names.lines.get(index.at()).is_some_and(|name| name == line.name.as_str()))
    };
    if on.iter().any(itself) {
        let message = format!("the fee `{}` is a share of itself", line.name);
        let remedy = "name other lines, or what they have in common";
        context.desk.fault(Code::Cycle, span, message, "names itself", remedy);
    }
    reader.finish();
    Some(Form::Fee { share: share?, on })
}

/// The streams that a fee of receipts is charged on, in order. What depends on the plan's cost, or never
/// comes in as cash, has no receipts as planned.
fn charged(context: &Context<'_>, field: Field<'_>, streams: &Streams) -> Option<Vec<StreamIndex>> {
    let span = field.span();
    let mut charged: Vec<StreamIndex> = Vec::new();
    let mut whole = true;
    for item in field.items()? {
        let span = item.span();
        let Some(index) = context.stream(item) else {
            whole = false;
            continue;
        };
        let stream = &streams.streams[index.at()];
        let why = match &stream.terms {
            Terms::Public(public) if matches!(public.method, PublicMethod::Match { .. }) => {
                Some("is a share of the plan's cost, the fee with it")
            }
            Terms::Partner(partner) if matches!(partner.method, PartnerMethod::InKind { .. }) => {
                Some("is in-kind, which is never cash")
            }
            _ if stream.kind == Kind::Reserve => Some("is a reserve, which is held already"),
            _ => None,
        };
        if let Some(why) = why {
            let message = format!("a fee of receipts names `{}`, which {why}", stream.name);
            let remedy = "leave it out of `streams`";
            context.desk.fault(Code::RuleBroken, span, message, "no receipts as planned", remedy);
            whole = false;
        }
        if charged.contains(&index) {
            let message = format!("`streams` names `{}` twice", stream.name);
            context.desk.fault(Code::Conflict, span, message, "once more", "keep one of them");
            whole = false;
        }
        charged.push(index);
    }
    if charged.is_empty() && whole {
        let remedy = "write the streams it is charged on: `streams = [\"an-id\"]`";
        context.desk.fault(
            Code::RestrictionContradiction,
            span,
            "`streams` names nothing",
            "",
            remedy,
        );
        return None;
    }
    charged.sort_unstable();
    whole.then_some(charged)
}

fn series(context: &Context<'_>, field: Field<'_>, line: &CostLine) -> Option<Form> {
    if let Value::Table(_) = field.node().value {
        return months(context, field);
    }
    let span = field.span();
    field.record(field.node().text().unwrap_or_default(), true);
    let name = field.id()?;
    let rows = context.needs(&name, span)?;
    let Some(rows) = rows.get(line.name.as_str()) else {
        // A line without rows would need nothing, and nobody would see it.
        if context.is_sound(&name) {
            let message = format!("`{name}` has no rows for cost `{}`", line.name);
            let remedy =
                format!("add rows `month,{},amount`, or state what it costs here", line.name);
            context.desk.fault(Code::AmountForm, span, message, "", remedy);
        }
        return None;
    };
    let key = format!("cost.{}.series", line.name);
    let own = rows.iter().map(|row| (row.month.to_string(), row.value, row.span));
    context.desk.record_rows(&key, own);
    let mut amounts: Vec<(Month, Money)> = rows.iter().map(|row| (row.month, row.value)).collect();
    amounts.sort_unstable();
    Some(Form::Series(amounts))
}

/// Amounts by month, as the columns of `costs.csv` state them.
fn months(context: &Context<'_>, field: Field<'_>) -> Option<Form> {
    if field.at.file == 0 {
        field.wrong_type();
        return None;
    }
    let mut amounts = Vec::new();
    let mut whole = true;
    for (label, key, field) in field.amounts()? {
        match (literal::month(context.desk, label, key), field.money()) {
            (Some(month), Some(amount)) => amounts.push((month, amount)),
            _ => whole = false,
        }
    }
    amounts.sort_unstable();
    whole.then_some(Form::Series(amounts))
}

fn escalation(context: &Context<'_>, reader: &mut TableReader<'_>) -> Option<Escalation> {
    let month = reader.get("escalate-month");
    let unfit = ["series", "by-year", "fee", "once"].into_iter().find(|key| reader.has(key));
    if let Some(unfit) = unfit {
        let why = format!("does not go with `{unfit}`");
        let remedy = "delete it: the amounts stand as they are stated";
        reader.refuse("escalate", &why, remedy);
        reader.refuse("escalate-month", &why, remedy);
        return None;
    }
    let field = reader.get("escalate");
    let rate = field.as_ref().is_some_and(|field| field.node().table().is_none());
    if month.is_some() && !rate {
        reader.refuse("escalate-month", "goes with a rate alone", "delete it, or write a rate");
    }
    let field = field?;
    if rate {
        let step = match month {
            Some(field) => field.month_name(),
            None => Some(context.fiscal.first_month_number()),
        };
        let rate = field.share(Within::Growth);
        return Some(Escalation::Yearly { rate: rate?, month: step? });
    }
    let mut inner = field.table(&["escalate"])?;
    let driver: Option<DriverIndex> = inner.need("driver").and_then(|field| context.driver(field));
    inner.finish();
    Some(Escalation::Index(driver?))
}

fn benefit(context: &Context<'_>, field: Field<'_>) -> Option<Benefit> {
    let mut reader = field.table(&["benefit"])?;
    let basis = reader.need("basis").and_then(|field| field.word(BASES)).map(|at| Basis::ALL[at]);
    let shares = reader.need("shares");
    let span = shares.as_ref().map_or(reader.key(), |field| field.at);
    let mut found = Vec::new();
    for (id, key, field) in shares.and_then(Field::entries).unwrap_or_default() {
        let stream = context.stream_named(id, key);
        let share = field.share(Within::Whole);
        found.extend(stream.zip(share));
    }
    reader.finish();
    let sum: i128 = found.iter().map(|(_, share): &(StreamIndex, Rate)| share.billionths()).sum();
    if sum > Rate::ONE.billionths() {
        let message = format!("the shares of the benefit sum to {}", percent(sum));
        let remedy = "write shares that sum to 100% at most";
        let cause = "over the whole (2 CFR 200.405(d))";
        context.desk.fault(Code::SharesOverWhole, span, message, cause, remedy);
    }
    found.sort_unstable_by_key(|(stream, _)| *stream);
    Some(Benefit { basis: basis?, shares: found })
}

/// A rate of so many billionths as a percentage.
pub fn percent(billionths: i128) -> String {
    let (whole, rest) = (billionths / 10_000_000, billionths % 10_000_000);
    let fraction = format!("{rest:07}");
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { format!("{whole}%") } else { format!("{whole}.{fraction}%") }
}
