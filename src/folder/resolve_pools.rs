//! Pools, and the opening position of running streams.

use super::context::{Context, Recovery};
use super::field::{Field, Within};
use super::reader::TableReader;
use super::resolve_costs::percent;
use super::syntax::{Entry, Table};
use super::text::Span;
use crate::diagnostic::Code;
use crate::money::{Money, Rate};
use crate::name::{Name, StreamIndex};
use crate::plan::{OpeningStream, Pool};

/// The pools in the order of names, and of each whether it could be read.
#[derive(Debug)]
pub struct Pools {
    /// The pools.
    pub pools: Vec<Pool>,
    /// Whether each could be read, and where its key stands.
    pub sound: Vec<(bool, Span)>,
}

/// Reads the pools. One whose members scenarios have all dropped is left out.
pub fn read(context: &Context<'_>, section: Vec<(&str, &Entry, &Table)>) -> Pools {
    let mut found = Pools { pools: Vec::new(), sound: Vec::new() };
    let mut shares: Vec<(StreamIndex, Rate, Span)> = Vec::new();
    for (id, entry, table) in section {
        let Some(name) = Name::parse(id) else { continue };
        let before = context.desk.fault_count();
        let (pool, emptied) = pool(context, name, entry, table, &mut shares);
        if !emptied {
            found.pools.push(pool);
            found.sound.push((context.desk.fault_count() == before, entry.key));
        }
    }
    over_whole(context, &shares);
    found
}

fn pool(
    context: &Context<'_>,
    name: Name,
    entry: &Entry,
    table: &Table,
    shares: &mut Vec<(StreamIndex, Rate, Span)>,
) -> (Pool, bool) {
    let path = format!("pool.{name}");
    let mut reader = TableReader::new(context.desk, table, &["pool"], path, entry.key);
    reader.record();
    context.refuse_drop(&mut reader);
    let title = context.title(&mut reader, name.as_str());
    let members = reader.need("members");
    let members = members.and_then(Field::entries);
    let given = members.is_some();
    let mut entries = 0;
    let mut found: Vec<(StreamIndex, Rate)> = Vec::new();
    for (id, key, field) in members.unwrap_or_default() {
        entries += 1;
        let stream = context.stream_named(id, key);
        let share = field.share(Within::AboveNothing);
        if let (Some(stream), Some(share)) = (stream, share) {
            found.push((stream, share));
            shares.push((stream, share, key));
        }
    }
    if given && entries == 0 {
        let message = format!("pool `{name}` has no members");
        let remedy = "write `members = { stream-id = \"100%\" }`";
        context.desk.fault(Code::MissingKey, entry.key, message, "", remedy);
    }
    found.sort_unstable_by_key(|(stream, _)| *stream);
    let pays_for = reader.need("pays-for");
    let pays_for = context.selectors(pays_for, Recovery::IsNoCost);
    let not_for = context.selectors(reader.get("not-for"), Recovery::IsNoCost);
    let authority = reader.get("authority").and_then(Field::text);
    let governed_by = reader.need("governed-by").and_then(Field::text).unwrap_or_default();
    reader.finish();
    let emptied = entries > 0 && found.is_empty() && context.dropped.any("stream");
    (Pool { name, title, members: found, pays_for, not_for, authority, governed_by }, emptied)
}

/// Tells a stream whose shares of several pools exceed the whole, where its last share is stated.
fn over_whole(context: &Context<'_>, shares: &[(StreamIndex, Rate, Span)]) {
    for (place, (stream, _, span)) in shares.iter().enumerate() {
        let of = |part: &[(StreamIndex, Rate, Span)]| -> i128 {
            let own = part.iter().filter(|(other, ..)| other == stream);
            own.map(|(_, share, _)| share.billionths()).sum()
        };
        let last = !shares[place + 1..].iter().any(|(other, ..)| other == stream);
        let sum = of(shares);
        if last && sum > Rate::ONE.billionths() {
            let name = &context.names.streams[stream.at()];
            let message = format!("the pools take {} of stream `{name}`", percent(sum));
            let remedy = "write shares that sum to 100% at most over all pools";
            let cause = "over the whole: a dollar is blended once (2 CFR 200.405(d))";
            context.desk.fault(Code::SharesOverWhole, *span, message, cause, remedy);
        }
    }
}

/// The opening position of one stream.
pub fn opening_stream(context: &Context<'_>, field: Field<'_>) -> Option<OpeningStream> {
    let mut reader = field.table(&["opening.stream"])?;
    reader.record();
    let mut money = |key: &str| reader.get(key).map(|field| (field.span(), field.money()));
    let (cash, spent) = (money("cash"), money("spent"));
    let (base, recovered, matched) = (money("base"), money("recovered"), money("matched"));
    let mut subawards = Vec::new();
    for (id, _, field) in reader.get("subawards").and_then(Field::entries).unwrap_or_default() {
        subawards.extend(field.money().map(|amount| (id.to_string(), amount)));
    }
    let mut receivables = Vec::new();
    for item in reader.get("receivables").and_then(Field::items).unwrap_or_default() {
        receivables.extend(paid(item, |month, span| {
            if month < context.horizon.start && context.horizon_known {
                let message =
                    format!("a receivable is expected in {month}, before the plan begins");
                let remedy = "write the month in which the cash is expected, or count it as cash";
                context.desk.fault(Code::Opening, span, message, "", remedy);
            }
        }));
    }
    reader.finish();
    let value = |amount: Option<(Span, Option<Money>)>| amount.and_then(|(_, amount)| amount);
    let spent_amount = value(spent).unwrap_or_default();
    for (part, what) in [(base, "base"), (recovered, "recovered")] {
        let Some((span, Some(amount))) = part else { continue };
        let unknown = spent.is_some_and(|(_, spent)| spent.is_none());
        if amount > spent_amount && !unknown {
            let message = format!("`{what}` is {amount}, more than the {spent_amount} spent");
            let remedy = "`spent` holds all that the award has paid, its indirect recovery with it";
            context.desk.fault(Code::Opening, span, message, "more than was spent", remedy);
        }
    }
    receivables.sort_unstable();
    Some(OpeningStream {
        cash: value(cash).unwrap_or_default(),
        receivables,
        spent: spent_amount,
        base: value(base).unwrap_or_default(),
        recovered: value(recovered).unwrap_or_default(),
        matched: value(matched).unwrap_or_default(),
        subawards,
    })
}

/// An amount in a month.
pub fn paid(
    field: Field<'_>,
    check: impl Fn(crate::month::Month, Span),
) -> Option<(crate::month::Month, Money)> {
    let mut reader = field.table(&["paid"])?;
    let month = reader.need("month").and_then(|field| {
        let span = field.span();
        let month = field.month();
        if let Some(month) = month {
            check(month, span);
        }
        month
    });
    let amount = reader.need("amount").and_then(Field::money);
    reader.finish();
    month.zip(amount)
}
