//! Streams: what every kind says, and the restrictions beside its terms.

use super::context::{Context, Recovery};
use super::field::{Field, Within};
use super::keys_stream::{INDIRECT_BASES, KINDS, OF, PER, STATUSES};
use super::reader::TableReader;
use super::resolve_costs::percent;
use super::resolve_terms;
use super::syntax::{Entry, Table, Value};
use super::text::Span;
use crate::diagnostic::Code;
use crate::funding::public::PublicMethod;
use crate::funding::{End, Kind, Public, Scheduled, Status, Stream, Terms};
use crate::money::Rate;
use crate::month::{FiscalCalendar, Month};
use crate::name::Name;
use crate::plan::Restrictions;
use crate::plan::restriction::{
    Cap, CapBound, Floor, Indirect, IndirectBase, MatchConvention, Matching, Selector,
};
use crate::rules::Parameter;

/// The streams in the order of names with their restrictions, and of each whether it could be read.
#[derive(Debug, Default)]
pub struct Streams {
    /// The streams.
    pub streams: Vec<Stream>,
    /// Their restrictions.
    pub restrictions: Vec<Restrictions>,
    /// Whether each could be read.
    pub sound: Vec<bool>,
}

/// What is known of a stream while its terms are read.
pub struct Head {
    /// The kind; nothing where it could not be read.
    pub kind: Option<Kind>,
    /// The first month, if it is stated.
    pub from: Option<Month>,
    /// The last month, if it is stated.
    pub until: Option<Month>,
    /// Whether both could be read, if they are stated.
    pub term_known: bool,
    /// How sure it is.
    pub status: Status,
    /// Whether it is federal money.
    pub federal: bool,
    /// The funder's fiscal year.
    pub fiscal: FiscalCalendar,
}

/// Whether a stream has its partnership bear losses, so that a line for them is added.
pub fn bears_losses(table: &Table) -> bool {
    let text = |table: &Table, key: &str| {
        table.get(key).and_then(|entry| entry.node.text().map(str::to_string))
    };
    let above = |share: Option<String>| {
        share
            .and_then(|share| Rate::parse_percent(share.strip_suffix('%')?).ok())
            .is_some_and(|rate| rate > Rate::ZERO)
    };
    let terms = table.get("terms").and_then(|entry| entry.node.table());
    text(table, "kind").as_deref() == Some("shared-savings")
        && above(text(table, "loss-share"))
        && above(terms.and_then(|terms| text(terms, "loss-rate")))
        && !table.contains_key("schedule")
}

/// Reads the streams.
pub fn read(context: &Context<'_>, section: Vec<(&str, &Entry, &Table)>) -> Streams {
    let mut found = Streams::default();
    for (id, entry, table) in section {
        let Some(name) = Name::parse(id) else { continue };
        let before = context.desk.fault_count();
        let path = format!("stream.{id}");
        let mut reader = TableReader::new(context.desk, table, &["stream"], path, entry.key);
        reader.record();
        context.refuse_drop(&mut reader);
        let (stream, restrictions) = stream(context, name, &mut reader);
        reader.finish();
        found.streams.push(stream);
        found.restrictions.push(restrictions);
        found.sound.push(context.desk.fault_count() == before);
    }
    found
}

fn stream(
    context: &Context<'_>,
    name: Name,
    reader: &mut TableReader<'_>,
) -> (Stream, Restrictions) {
    let title = context.title(reader, name.as_str());
    let kind = reader.need("kind").and_then(|field| field.word(KINDS)).map(|at| Kind::ALL[at]);
    match kind {
        Some(kind) => reader.also(&[own_kind(kind)]),
        None => reader.take_all("stream"),
    }
    let scheduled = reader.has("schedule");
    let head = head(context, reader, kind);
    let funder = funder(reader, kind, scheduled);
    let restrictions = restrictions(context, reader, &head);
    let probability = probability(reader, head.status);
    let notice_months = reader.get("notice-months").and_then(Field::count);
    let principles = reader.get("cost-principles").and_then(Field::bool);
    let rows = reader.get("schedule").and_then(|field| schedule(context, field, &name));
    let terms = if scheduled {
        rows.clone().map(Terms::Schedule)
    } else {
        kind.and_then(|kind| resolve_terms::read(context, reader, kind, &head))
    };
    let restrictions = with_match_of_terms(restrictions, terms.as_ref());
    let end = end(reader, &head, rows.as_deref()).unwrap_or(End::Evergreen(String::new()));
    let stream = Stream {
        name,
        title,
        kind: kind.unwrap_or(Kind::Grant),
        funder,
        federal: head.federal,
        cost_principles: principles.unwrap_or(head.federal),
        status: head.status,
        probability,
        end,
        notice_months,
        fiscal: head.fiscal,
        terms: terms.unwrap_or(Terms::Schedule(Vec::new())),
    };
    (stream, restrictions)
}

/// Public matching money pays its share of a dollar only together with the rest of that dollar. What the
/// stream says of its match beside the share stands.
fn with_match_of_terms(restrictions: Restrictions, terms: Option<&Terms>) -> Restrictions {
    let Some(Terms::Public(Public { method: PublicMethod::Match { rate, .. }, .. })) = terms else {
        return restrictions;
    };
    let convention = MatchConvention::ShareOfTotal(rate.complement());
    let matching = match restrictions.matching {
        Some(stated) => Matching { convention, each_dollar: true, ..stated },
        None => Matching {
            convention,
            on: Vec::new(),
            by: None,
            federal_statute: None,
            each_dollar: true,
        },
    };
    Restrictions { matching: Some(matching), ..restrictions }
}

fn own_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Grant => "stream.grant",
        Kind::Payer => "stream.payer",
        Kind::Public => "stream.public",
        Kind::SharedSavings => "stream.shared-savings",
        Kind::Partner => "stream.partner",
        Kind::Reserve => "stream.reserve",
    }
}

fn head(context: &Context<'_>, reader: &mut TableReader<'_>, kind: Option<Kind>) -> Head {
    let terms = reader.peek("terms").and_then(|entry| entry.node.table());
    let method = terms.and_then(|terms| terms.get("method")).and_then(|entry| entry.node.text());
    let matched = kind == Some(Kind::Public) && method == Some("match");
    let federal = reader.get("federal").and_then(Field::bool).unwrap_or(matched);
    let own = reader.get("fiscal-year-starts").and_then(Field::month_name);
    let fiscal = match own {
        Some(first) => FiscalCalendar::starting(first),
        None if federal => FiscalCalendar::starting(10),
        None => context.fiscal,
    };
    let reserve = kind == Some(Kind::Reserve);
    if !reserve && !reader.has("status") {
        reader.missing("status");
    }
    let status = status(reader.get("status")).unwrap_or(Status::Secured);
    let needed = kind == Some(Kind::Grant) && !reader.has("schedule");
    for key in ["from", "until"] {
        if needed && !reader.has(key) {
            reader.missing(key);
        }
    }
    let from = reader.get("from").map(Field::first_month);
    let until = reader.get("until").map(|field| (field.span(), field.last_month()));
    let mut head = Head {
        kind,
        from: from.flatten(),
        until: until.and_then(|(_, until)| until),
        term_known: from != Some(None) && !matches!(until, Some((_, None))),
        status,
        federal,
        fiscal,
    };
    if let (Some(from), Some((span, Some(until)))) = (head.from, until)
        && until < from
    {
        let message = format!("the stream ends in {until}, before it begins in {from}");
        let remedy = format!("write a month from {from} on");
        context.desk.fault(Code::Order, span, message, backwards(reader), remedy);
        head.term_known = false;
    }
    head
}

/// Why a term may end before it begins: by days it may hold no half of a month.
pub fn backwards(reader: &TableReader<'_>) -> &'static str {
    let entries = ["from", "until"].into_iter().filter_map(|key| reader.peek(key));
    let by_day = |entry: &Entry| matches!(&entry.node.value, Value::Text(day) | Value::Date(day) if day.len() > 7);
    match entries.into_iter().any(by_day) {
        true => "a month belongs to a term that holds half of its days",
        false => "before its beginning",
    }
}

/// A word of certainty.
pub fn status(field: Option<Field<'_>>) -> Option<Status> {
    field.and_then(|field| field.word(STATUSES)).map(|at| Status::ALL[at])
}

fn funder(reader: &mut TableReader<'_>, kind: Option<Kind>, scheduled: bool) -> Option<String> {
    let needed = !scheduled && kind.is_some_and(|kind| kind != Kind::Reserve);
    if needed && !reader.has("funder") {
        reader.missing("funder");
    }
    reader.get("funder").and_then(Field::text)
}

fn probability(reader: &mut TableReader<'_>, status: Status) -> Option<Rate> {
    let written = reader.peek("status").and_then(|entry| entry.node.text());
    if status == Status::Secured && written.is_none_or(|word| word == "secured") {
        let remedy = "delete it, or write another `status`";
        reader.refuse("probability", "goes with money that is not secured", remedy);
        return None;
    }
    reader.get("probability").and_then(|field| field.share(Within::Whole))
}

fn end(reader: &mut TableReader<'_>, head: &Head, rows: Option<&[Scheduled]>) -> Option<End> {
    let (until, evergreen) = (reader.has("until"), reader.has("evergreen"));
    let scheduled = reader.has("schedule");
    if head.kind == Some(Kind::Grant) && !scheduled {
        let remedy = "delete it, and write `until`";
        reader.refuse("evergreen", "does not go with a grant, which has a term", remedy);
        return head.until.map(End::Until);
    }
    let reason = reader.get("evergreen");
    if until && evergreen || !(until || evergreen || scheduled || head.kind == Some(Kind::Reserve))
    {
        if head.kind.is_some() || until {
            reader.one_of(Code::EndMissing, "when it ends", &["until", "evergreen"]);
        }
        return None;
    }
    if until {
        return head.until.map(End::Until);
    }
    if let Some(reason) = reason {
        return reason.text().map(End::Evergreen);
    }
    if head.kind == Some(Kind::Reserve) {
        return Some(End::Evergreen("the partnership's own balance".to_string()));
    }
    let lasts: Option<Vec<Month>> = rows?.iter().map(|row| row.last).collect();
    match lasts.and_then(|lasts| lasts.into_iter().max()) {
        Some(last) => Some(End::Until(last)),
        None => Some(End::Evergreen("its schedule never lapses".to_string())),
    }
}

fn schedule(context: &Context<'_>, field: Field<'_>, name: &Name) -> Option<Vec<Scheduled>> {
    let span = field.span();
    field.record(field.node().text().unwrap_or_default(), true);
    let file = field.id()?;
    let rows = context.schedule(&file, span)?;
    let rows = rows.get(name.as_str()).map(Vec::as_slice).unwrap_or_default();
    let scheduled = |row: &super::tables::ScheduleRow| Scheduled {
        available: row.available,
        last: row.last,
        amount: row.amount,
    };
    Some(rows.iter().map(scheduled).collect())
}

fn restrictions(context: &Context<'_>, reader: &mut TableReader<'_>, head: &Head) -> Restrictions {
    let in_kind = head.kind == Some(Kind::Partner) && reader.has("in-kind");
    if in_kind {
        let why = "does not go with in-kind, which covers one line";
        for key in ["pays-for", "not-for", "cap", "floor", "indirect", "match"] {
            reader.refuse(key, why, "delete it: `in-kind` names the line");
        }
        return Restrictions::default();
    }
    let paid = reader.get("pays-for");
    let given = paid.is_some();
    let span = paid.as_ref().map_or(reader.key(), Field::span);
    let mut pays_for = context.selectors(paid, Recovery::IsNoCost);
    if !given && head.kind == Some(Kind::Reserve) {
        pays_for = vec![Selector::Anything];
    }
    let not_for = context.selectors(reader.get("not-for"), Recovery::IsNoCost);
    if let Some(both) = pays_for.iter().find(|selector| not_for.contains(selector)) {
        let message = format!("`pays-for` and `not-for` both name `{}`", words(context, both));
        let remedy = "delete it from one of the two";
        context.desk.fault(Code::RestrictionContradiction, span, message, "", remedy);
    }
    let reserve = head.kind == Some(Kind::Reserve);
    let mut caps = Vec::new();
    let mut floors = Vec::new();
    for item in reader.get("cap").and_then(Field::items).unwrap_or_default() {
        let span = item.span();
        caps.extend(cap(context, item).map(|cap| (cap, span)));
    }
    if !reserve {
        for item in reader.get("floor").and_then(Field::items).unwrap_or_default() {
            let span = item.span();
            floors.extend(floor(context, item).map(|floor| (floor, span)));
        }
    }
    contradictions(context, &caps, &floors);
    let last_resort = reader.get("last-resort").and_then(Field::bool).unwrap_or(false);
    if reserve {
        for (key, why) in [
            ("indirect", "is recovered from awards and contracts, not from a reserve"),
            ("match", "is asked for by awards and contracts, not by a reserve"),
        ] {
            rule_broken(context, reader, key, why);
        }
    }
    let indirect = reader.get("indirect").and_then(|field| indirect(head, field));
    let matching = reader.get("match").and_then(|field| matching(context, head, field));
    let bare = |found: Vec<(Cap, Span)>| found.into_iter().map(|(cap, _)| cap).collect();
    Restrictions {
        pays_for,
        not_for,
        caps: bare(caps),
        floors: floors.into_iter().map(|(floor, _)| floor).collect(),
        indirect,
        matching,
        last_resort,
    }
}

fn rule_broken(context: &Context<'_>, reader: &mut TableReader<'_>, key: &str, why: &str) {
    if let Some(entry) = reader.peek(key) {
        let message = format!("`{key}` {why}");
        let remedy = "delete it";
        context.desk.fault(Code::RuleBroken, entry.key, message, "", remedy);
    }
}

/// A selector in the words of a plan file, before there is a plan.
fn words(context: &Context<'_>, selector: &Selector) -> String {
    match selector {
        Selector::Anything => "anything".to_string(),
        Selector::Function(function) => function.clone(),
        Selector::Line(line) => {
            format!("cost.{}", context.names.lines.get(line.at()).map_or("", String::as_str))
        }
        Selector::Layer(layer) => format!("layer.{}", layer.word()),
        Selector::Category(category) => format!("category.{}", category.word()),
        Selector::Tag(tag) => format!("tag.{tag}"),
        Selector::Indirect => "indirect".to_string(),
    }
}

/// What a cap or floor speaks of. Nothing where scenarios dropped all of it, or where it names
/// nothing, which is told.
fn selection(context: &Context<'_>, reader: &mut TableReader<'_>) -> Option<Vec<Selector>> {
    let on = reader.need("on")?;
    if on.is_empty_list() {
        let remedy = "write what it speaks of: `on = [\"operate\"]`";
        let code = Code::RestrictionContradiction;
        context.desk.fault(code, on.span(), "`on` names nothing", "", remedy);
    }
    let on = context.selectors(Some(on), Recovery::Counts);
    (!on.is_empty()).then_some(on)
}

fn cap(context: &Context<'_>, field: Field<'_>) -> Option<Cap> {
    let mut reader = field.table(&["cap"])?;
    let on = selection(context, &mut reader);
    let bound = reader.one_of(Code::AmountForm, "how much", &["share", "amount"]);
    let share = reader.get("share").and_then(|field| field.share(Within::Whole));
    let amount = reader.get("amount").and_then(Field::money);
    if bound == Some("amount") {
        reader.refuse("of", "goes with `share` alone", "delete it: it says what a share is of");
    }
    let of_spent = reader.get("of").and_then(|field| field.word(OF)) == Some(1);
    let per = reader.get("per").map(|field| (field.at, field.word(PER)));
    let per_period = matches!(per, Some((_, Some(1))));
    if let Some((span, Some(1))) = per
        && of_spent
    {
        let message = "a share of what is spent holds over the award's life";
        let remedy = "delete `per`, or write `of = \"award\"`";
        context.desk.fault(Code::Conflict, span, message, "does not go with `of`", remedy);
    }
    reader.finish();
    let bound = match bound? {
        "share" if of_spent => CapBound::ShareOfSpent(share?),
        "share" => CapBound::ShareOfAward(share?),
        _ => CapBound::Amount(amount?),
    };
    Some(Cap { on: on?, bound, per_period })
}

fn floor(context: &Context<'_>, field: Field<'_>) -> Option<Floor> {
    let mut reader = field.table(&["floor"])?;
    let on = selection(context, &mut reader);
    let share = reader.need("share").and_then(|field| field.share(Within::Whole));
    let of = reader.get("of").and_then(|field| field.word(OF));
    reader.finish();
    Some(Floor { on: on?, share: share?, of_spent: of != Some(0) })
}

/// Tells floors that a cap on the same selection keeps from being reached.
fn contradictions(context: &Context<'_>, caps: &[(Cap, Span)], floors: &[(Floor, Span)]) {
    for (floor, span) in floors {
        for (cap, _) in caps.iter().filter(|(cap, _)| cap.on == floor.on && !cap.per_period) {
            let capped = match (cap.bound, floor.of_spent) {
                (CapBound::ShareOfAward(share), false) | (CapBound::ShareOfSpent(share), true) => {
                    share
                }
                _ => continue,
            };
            if capped < floor.share {
                let message = format!(
                    "the floor of {} exceeds the cap of {} on the same costs",
                    percent(floor.share.billionths()),
                    percent(capped.billionths())
                );
                let remedy = "write a floor that does not exceed the cap";
                let code = Code::RestrictionContradiction;
                context.desk.fault(code, *span, message, "cannot be reached", remedy);
            }
        }
    }
}

fn indirect(head: &Head, field: Field<'_>) -> Option<Indirect> {
    let mut reader = field.table(&["indirect"])?;
    let rate = reader.need("rate").and_then(|field| field.share(Within::Positive));
    let base = match reader.get("base") {
        None => Some(IndirectBase::ModifiedTotalDirect),
        Some(field) => field.word(INDIRECT_BASES).map(|at| match at {
            0 => IndirectBase::ModifiedTotalDirect,
            1 => IndirectBase::TotalDirect,
            2 => IndirectBase::Personnel,
            _ => IndirectBase::PersonnelAndFringe,
        }),
    };
    let subaward_cutoff = match (reader.get("subaward-cutoff"), head.from) {
        (Some(field), _) => field.money(),
        (None, award) => {
            let rule = Parameter::SubawardCutoff
                .in_force("", award.unwrap_or(Month::LAST))
                .expect("the cut-off holds from the calendar's first month");
            reader.rests_on("subaward-cutoff", rule);
            Some(rule.money())
        }
    };
    reader.finish();
    Some(Indirect { rate: rate?, base: base?, subaward_cutoff: subaward_cutoff? })
}

fn matching(context: &Context<'_>, head: &Head, field: Field<'_>) -> Option<Matching> {
    let mut reader = field.table(&["match"])?;
    let group = ["share-of-total", "per-award-dollar"];
    let convention = reader.one_of(Code::AmountForm, "how much it needs", &group);
    let share = reader.get("share-of-total").and_then(|field| field.share(Within::BelowWhole));
    let dollars = reader.get("per-award-dollar").and_then(|field| field.number(9));
    let on = context.selectors(reader.get("on"), Recovery::IsNoCost);
    let by = reader.get("by").map(|field| (field.span(), field.month()));
    if let (Some((span, Some(by))), Some(from)) = (by, head.from)
        && by < from
    {
        let message = format!("the match is due by {by}, before the award begins in {from}");
        let remedy = format!("write a month from {from} on");
        context.desk.fault(Code::Order, span, message, "before the award", remedy);
    }
    let federal_statute = reader.get("federal-match-statute").and_then(Field::text);
    reader.finish();
    let convention = match convention? {
        "share-of-total" => MatchConvention::ShareOfTotal(share?),
        _ => MatchConvention::PerAwardDollar(dollars?),
    };
    let by = by.and_then(|(_, by)| by);
    Some(Matching { convention, on, by, federal_statute, each_dollar: false })
}
