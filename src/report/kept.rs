//! What a range of futures came to, as it is kept to be merged with others, and read again.
//!
//! Everything in it is a whole number, and adds up exactly: merged ranges say what one run of them all says. It holds the
//! value of every figure of which quantiles are told in every future, and grows with them.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::SCHEMA_VERSION;
use crate::decide::chance::{Brought, Counted, Futures, Slot, Split, Tally, Values};
use crate::error::Error;
use crate::money::Money;
use crate::month::Month;
use crate::name::PoolIndex;

/// What kept futures must agree in to be merged: the engine, what was read, the case and the seed; each in words, and
/// whether its value says something to a person.
const AGREE: [(&str, &str, bool); 7] = [
    ("schema_version", "of another version of braid", true),
    ("engine_version", "of another version of braid", true),
    ("scenario", "of another scenario", true),
    ("input_sha256", "of a plan folder whose files were not the same as they are now", false),
    ("seed", "of another seed", true),
    ("chances", "of other chances", false),
    ("streams", "of other streams", false),
];

/// Futures as they are kept, which were asked to be. `digest` is that of what was read for them.
///
/// # Errors
/// An internal error where their values were not kept.
pub fn keep(futures: &Futures, digest: &str) -> Result<Value, Error> {
    let tally = &futures.tally;
    let each = |values: &Values| match values {
        Values::Each(values) => Ok(json!(values)),
        Values::Parted(_) => Err(Error::internal("kept futures keep every value")),
    };
    let values = tally.values.iter().map(each).collect::<Result<Vec<Value>, Error>>()?;
    let counted = |counted: &Counted| json!({ "in_month": counted.in_month, "by_month": counted.by_month, "in_year": counted.in_year });
    let slot = |(slot, sum): (&Slot, &i128)| {
        json!({
            "stream": slot.stream,
            "pool": slot.pool.map(PoolIndex::at),
            "first": slot.first.to_string(),
            "last": slot.last.map(|last| last.to_string()),
            "award": slot.award.0,
            "period": slot.award.1,
            "in_kind": slot.in_kind,
            "on_demand": slot.on_demand,
            "sum": sum.to_string(),
        })
    };
    let brought = |brought: &Brought| {
        let (amount, futures) = brought.least.unwrap_or_default();
        json!({ "least": amount.cents(), "least_in": futures, "sum": brought.sum.to_string() })
    };
    let needs: Map<String, Value> =
        tally.needs.1.iter().map(|(line, sums)| (line.clone(), sums_value(sums))).collect();
    let mut value = heading(futures, digest);
    value["futures"] = json!([futures.ran.start, futures.ran.end]);
    value["tally"] = json!({
        "core_gap": counted(&tally.core_gap),
        "gap": counted(&tally.gap),
        "out_of_cash": counted(&tally.out_of_cash),
        "core_unpaid": sums_value(&tally.unpaid[0]),
        "unpaid": sums_value(&tally.unpaid[1]),
        "brought": tally.brought.iter().map(brought).collect::<Vec<Value>>(),
        "drawn": sums_value(&tally.drawn),
        "splits": tally.splits.iter().map(|split| &split.parts).collect::<Vec<_>>(),
        "slots": tally.slots.iter().map(slot).collect::<Vec<Value>>(),
        "needs_of": tally.needs.0,
        "needs": needs,
        "values": values,
    });
    value[SEAL] = json!(seal(&value));
    Ok(value)
}

/// The key of the digest of all else that is kept, by which a file that was changed or damaged is known.
const SEAL: &str = "sha256";

fn seal(kept: &Value) -> String {
    let mut kept = kept.clone();
    if let Some(kept) = kept.as_object_mut() {
        kept.remove(SEAL);
    }
    format!("{:x}", Sha256::digest(kept.to_string()))
}

fn heading(futures: &Futures, digest: &str) -> Value {
    let chances: Vec<&str> =
        futures.chances.chances.iter().map(|chance| chance.id.as_str()).collect();
    json!({
        "schema_version": SCHEMA_VERSION,
        "engine_version": env!("CARGO_PKG_VERSION"),
        "input_sha256": digest,
        "scenario": futures.plan.scenario,
        "seed": futures.seed,
        "chances": chances,
        "streams": futures.streams,
    })
}

/// Sums that may be larger than the numbers of other programs.
fn sums_value(sums: &[i128]) -> Value {
    sums.iter().map(|sum| json!(sum.to_string())).collect()
}

/// Puts kept futures together, each told by its name: `futures`, which have not been run, become those of all of them.
///
/// # Errors
/// What keeps them from being merged, in words: they are of another plan, seed or engine, overlap, leave some out, or are not
/// what [`keep`] gives.
pub fn merge(futures: &mut Futures, digest: &str, kept: &[(String, Value)]) -> Result<(), String> {
    let heading = heading(futures, digest);
    let mut parts = Vec::new();
    for (name, value) in kept {
        if AGREE.iter().any(|(key, ..)| value[*key].is_null()) {
            return Err(format!("{name} is not what `--keep` writes"));
        }
        if let Some((key, what, told)) = AGREE.iter().find(|(key, ..)| value[*key] != heading[*key])
        {
            return Err(match told {
                true => format!("{name} is {what}: {}, not {}", value[*key], heading[*key]),
                false => format!("{name} is {what}"),
            });
        }
        if value[SEAL] != json!(seal(value)) {
            return Err(format!("{name} is not as `--keep` wrote it"));
        }
        let part = range(value).zip(tally(&futures.tally, &value["tally"]));
        let part = part.filter(|(ran, tally)| tally.futures == ran.end - ran.start);
        parts.push(part.ok_or_else(|| format!("{name} is not what `--keep` writes"))?);
    }
    parts.sort_by_key(|(ran, _)| (ran.start, ran.end));
    let mut parts = parts.into_iter();
    let Some((first, tally)) = parts.next() else { return Err("no futures were kept".to_string()) };
    let mut ran = first;
    futures.tally = tally;
    for (next, tally) in parts {
        if next.start != ran.end {
            let (what, from, to) = match next.start < ran.end {
                true => ("in two files", next.start, ran.end.min(next.end)),
                false => ("in no file", ran.end, next.start),
            };
            return Err(format!("futures {from} to {} are {what}", to - 1));
        }
        ran.end = next.end;
        futures.tally.join(&tally);
    }
    futures.ran = ran;
    Ok(())
}

fn range(value: &Value) -> Option<std::ops::Range<u64>> {
    let [start, end] = value["futures"].as_array()?.as_slice() else { return None };
    let (start, end) = (start.as_u64()?, end.as_u64()?);
    (start < end).then_some(start..end)
}

/// A tally of the shape of an empty one.
fn tally(empty: &Tally, value: &Value) -> Option<Tally> {
    let counted = |key: &str, like: &Counted| -> Option<Counted> {
        let value = &value[key];
        Some(Counted {
            in_month: list(&value["in_month"], like.in_month.len(), Value::as_u64)?,
            by_month: list(&value["by_month"], like.by_month.len(), Value::as_u64)?,
            in_year: list(&value["in_year"], like.in_year.len(), Value::as_u64)?,
        })
    };
    let sums = |key: &str, length: usize| list(&value[key], length, sum);
    let months = empty.unpaid[0].len();
    let streams = empty.brought.len();
    let brought = |value: &Value| {
        let least = (Money::from_cents(value["least"].as_i64()?), value["least_in"].as_u64()?);
        Some(Brought { least: (least.1 > 0).then_some(least), sum: sum(&value["sum"])? })
    };
    let brought = list(&value["brought"], streams, brought)?;
    let values = value["values"].as_array()?;
    let count = values.first()?.as_array()?.len();
    let each = |values: &Value| Some(Values::Each(list(values, count, Value::as_i64)?));
    let values: Option<Vec<Values>> = values.iter().map(each).collect();
    let needs = value["needs"].as_object()?.iter();
    let needs = needs.map(|(line, sums)| Some((line.clone(), list(sums, months, sum)?)));
    let splits = value["splits"].as_array().filter(|own| own.len() == empty.splits.len())?;
    let splits = empty.splits.iter().zip(splits).map(|(like, value)| {
        let part = |value: &Value| list(value, 2, Value::as_u64)?.try_into().ok();
        Some(Split { marks: like.marks.clone(), parts: list(value, like.parts.len(), part)? })
    });
    let slots = value["slots"].as_array()?.iter().map(|value| slot(value, streams));
    Some(Tally {
        futures: count as u64,
        poured: 0,
        core_gap: counted("core_gap", &empty.core_gap)?,
        gap: counted("gap", &empty.gap)?,
        out_of_cash: counted("out_of_cash", &empty.out_of_cash)?,
        unpaid: [sums("core_unpaid", months)?, sums("unpaid", months)?],
        brought,
        drawn: sums("drawn", empty.drawn.len())?,
        splits: splits.collect::<Option<_>>()?,
        slots: slots.collect::<Option<_>>()?,
        needs: (value["needs_of"].as_u64()?, needs.collect::<Option<_>>()?),
        values: values.filter(|values| values.len() == empty.values.len())?,
    })
}

fn list<T>(value: &Value, length: usize, one: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    let values: Vec<T> = value.as_array()?.iter().map(one).collect::<Option<_>>()?;
    (values.len() == length).then_some(values)
}

fn sum(value: &Value) -> Option<i128> {
    value.as_str()?.parse().ok()
}

fn slot(value: &Value, streams: usize) -> Option<(Slot, i128)> {
    let place = |value: &Value| usize::try_from(value.as_u64()?).ok();
    let small = |value: &Value| u32::try_from(value.as_u64()?).ok();
    let month = |value: &Value| Month::parse(value.as_str()?);
    /// Nothing where nothing stands; a failure where what stands there is not what it should be.
    fn may<T>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Option<T>> {
        if value.is_null() { Some(None) } else { read(value).map(Some) }
    }
    let stream = place(&value["stream"]).filter(|stream| *stream < streams)?;
    let slot = Slot {
        stream,
        pool: may(&value["pool"], place)?.map(PoolIndex::from),
        first: month(&value["first"])?,
        last: may(&value["last"], month)?,
        award: (small(&value["award"])?, small(&value["period"])?),
        in_kind: value["in_kind"].as_bool()?,
        on_demand: value["on_demand"].as_bool()?,
    };
    Some((slot, sum(&value["sum"])?))
}
