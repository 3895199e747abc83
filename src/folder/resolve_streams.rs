//! Streams: what every kind says, and the restrictions beside its terms.

use super::context::Context;
use super::field::{Field, Within};
use super::keys_stream::{KINDS, STATUSES};
use super::reader::TableReader;
use super::syntax::{Entry, Table, Value};
use super::{resolve_award, resolve_loans, resolve_restrictions, resolve_terms};
use crate::diagnostic::Code;
use crate::driver::later;
use crate::funding::public::PublicMethod;
use crate::funding::{DueKind, End, Kind, Public, Scheduled, Status, Stream, Terms};
use crate::money::Rate;
use crate::month::{FiscalCalendar, Month};
use crate::name::Name;
use crate::plan::Restrictions;
use crate::plan::award::RuleSet;
use crate::plan::restriction::{MatchConvention, Matching};
use crate::rules::mssp::Track;

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
    /// Months after the first in which nothing is earned or spent.
    pub delay_months: u32,
    /// How sure it is.
    pub status: Status,
    /// Whether it is federal money.
    pub federal: bool,
    /// Whether federal cost principles govern it.
    pub cost_principles: bool,
    /// The rule set of 2 CFR 200 that it names, and the month of its award, if it states them.
    pub awarded: (Option<RuleSet>, Option<Month>),
    /// The funder's fiscal year.
    pub fiscal: FiscalCalendar,
}

impl Head {
    /// The month by which an award's rule set and its parameters are found.
    pub fn award_month(&self) -> Option<Month> {
        let (named, awarded) = self.awarded;
        named.map(RuleSet::month).or(awarded).or(self.from)
    }

    /// The first month in which anything may be earned or spent.
    pub fn begins(&self, context: &Context<'_>) -> Month {
        later(self.from.unwrap_or(context.horizon.start), self.delay_months)
    }
}

/// What a stream has its partnership pay, of which a line each is added: losses, principal, interest.
pub fn added_lines(table: &Table) -> Vec<DueKind> {
    let text = |table: &Table, key: &str| {
        table.get(key).and_then(|entry| entry.node.text().map(str::to_string))
    };
    let above = |share: Option<String>| {
        share
            .and_then(|share| Rate::parse_percent(share.strip_suffix('%')?).ok())
            .is_some_and(|rate| rate > Rate::ZERO)
    };
    let terms = table.get("terms").and_then(|entry| entry.node.table());
    let of_terms = |key: &str| terms.and_then(|terms| text(terms, key));
    let track = of_terms("track").and_then(|word| Track::parse(&word));
    match text(table, "kind").as_deref() {
        _ if table.contains_key("schedule") => Vec::new(),
        Some("shared-savings") => {
            let two_sided = above(of_terms("loss-rate")) || track.is_some_and(Track::is_two_sided);
            let borne = above(text(table, "loss-share")) && two_sided;
            if borne { vec![DueKind::Loss] } else { Vec::new() }
        }
        Some("loan") if above(text(table, "rate")) => {
            vec![DueKind::Principal, DueKind::Interest]
        }
        Some("loan") => vec![DueKind::Principal],
        _ => Vec::new(),
    }
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
        Some(kind) => {
            reader.also(&[own_kind(kind), "stream.any"]);
            if matches!(kind, Kind::Grant | Kind::Public) {
                reader.also(&["stream.award"]);
            }
        }
        None => reader.take_all("stream"),
    }
    if kind == Some(Kind::Loan) {
        refuse_of_loan(reader);
    }
    let scheduled = reader.has("schedule") && kind != Some(Kind::Loan);
    let head = head(context, reader, kind);
    let funder = funder(reader, kind, scheduled);
    let restrictions = resolve_restrictions::read(context, reader, &head);
    let probability = probability(reader, head.status);
    let notice_months = reader.get("notice-months").and_then(Field::count);
    let termination = resolve_award::termination(context, reader, &head);
    let award = resolve_award::read(context, reader, &head, &name);
    let conditional = conditional(reader, kind);
    let rows = reader.get("schedule").filter(|_| scheduled);
    let rows = rows.and_then(|field| schedule(context, field, &name));
    let terms = if scheduled {
        rows.clone().map(Terms::Schedule)
    } else {
        kind.and_then(|kind| resolve_terms::read(context, reader, kind, &head))
    };
    let mut restrictions = with_match_of_terms(restrictions, terms.as_ref());
    restrictions.caps.extend(award.caps);
    restrictions.award = award.rules;
    restrictions.award.survives = termination.survives;
    let end = match &terms {
        Some(Terms::Loan(loan)) => Some(resolve_loans::end(loan)),
        _ if kind == Some(Kind::Loan) => None,
        _ => end(reader, &head, rows.as_deref()),
    };
    let end = end.unwrap_or(End::Evergreen(String::new()));
    let stream = Stream {
        name,
        title,
        kind: kind.unwrap_or(Kind::Grant),
        funder,
        federal: head.federal,
        cost_principles: head.cost_principles,
        conditional,
        status: head.status,
        probability,
        end,
        delayed_to: (head.delay_months > 0).then(|| head.begins(context)),
        notice_months,
        more: None,
        termination: termination.end,
        fiscal: head.fiscal,
        terms: terms.unwrap_or(Terms::Schedule(Vec::new())),
    };
    (stream, restrictions)
}

/// Whether a contribution is conditional, where it says so; other money is no contribution.
fn conditional(reader: &mut TableReader<'_>, kind: Option<Kind>) -> Option<bool> {
    let sold = reader.has("fees") || reader.has("in-kind");
    let why = match kind {
        Some(Kind::Payer | Kind::SharedSavings) => Some("which pays for a service"),
        Some(Kind::Reserve) => Some("which is held already"),
        Some(Kind::Loan) => Some("which has to be repaid"),
        Some(Kind::Partner) if sold => Some("which is sold, or used as it is given"),
        _ => None,
    };
    if let Some(why) = why {
        let why = format!("goes with contributions, not with this money, {why}");
        reader.refuse("conditional", &why, "delete it");
        return None;
    }
    reader.get("conditional").and_then(Field::bool)
}

/// Keys of other kinds that contradict a loan.
fn refuse_of_loan(reader: &mut TableReader<'_>) {
    for (key, why, remedy) in [
        ("schedule", "does not say how a loan is repaid", "delete it, and write `amount`"),
        ("until", "does not go with a loan, which ends with its last payment", "delete it"),
        ("evergreen", "does not go with a loan, which ends with its last payment", "delete it"),
    ] {
        reader.refuse(key, why, remedy);
    }
}

/// Public matching money pays its share of a dollar only together with the rest of that dollar, up to its
/// yearly limit. What the stream says of its match beside the share stands.
fn with_match_of_terms(restrictions: Restrictions, terms: Option<&Terms>) -> Restrictions {
    let Some(Terms::Public(Public { method: PublicMethod::Match { share, yearly }, .. })) = terms
    else {
        return restrictions;
    };
    let convention = share.map(|share| MatchConvention::ShareOfTotal(share.complement()));
    let matching = match restrictions.matching {
        Some(stated) => Matching { convention, each_dollar: true, ..stated },
        None => Matching {
            convention,
            on: Vec::new(),
            pledged_by: None,
            by: None,
            federal_statute: None,
            each_dollar: true,
        },
    };
    Restrictions { matching: Some(matching), yearly_limit: *yearly, ..restrictions }
}

fn own_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Grant => "stream.grant",
        Kind::Payer => "stream.payer",
        Kind::Public => "stream.public",
        Kind::SharedSavings => "stream.shared-savings",
        Kind::Partner => "stream.partner",
        Kind::Reserve => "stream.reserve",
        Kind::Loan => "stream.loan",
    }
}

fn head(context: &Context<'_>, reader: &mut TableReader<'_>, kind: Option<Kind>) -> Head {
    let terms = reader.peek("terms").and_then(|entry| entry.node.table());
    let method = terms.and_then(|terms| terms.get("method")).and_then(|entry| entry.node.text());
    let federal_by_law = matches!(method, Some("match" | "administrative-claiming"));
    let matched = kind == Some(Kind::Public) && federal_by_law;
    let federal = reader.get("federal").and_then(Field::bool).unwrap_or(matched);
    let own = reader.get("fiscal-year-starts").and_then(Field::month_name);
    let fiscal = match own {
        Some(first) => FiscalCalendar::starting(first),
        None if federal => FiscalCalendar::starting(10),
        None => context.fiscal,
    };
    let principles = reader.get("cost-principles").and_then(Field::bool);
    let awarded = resolve_award::awarded(reader, kind);
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
        delay_months: delay(reader, kind),
        status,
        federal,
        cost_principles: principles.unwrap_or(federal),
        awarded,
        fiscal,
    };
    if let (Some(from), Some((span, Some(until)))) = (head.from, until)
        && until < from
    {
        let (message, remedy) = out_of_order(reader, "the stream", (from, until));
        context.desk.fault(Code::Order, span, message, backwards(reader), remedy);
        head.term_known = false;
    }
    head
}

/// Months by which the start is delayed. A contract on savings measures whole years, and a reserve is
/// there already.
fn delay(reader: &mut TableReader<'_>, kind: Option<Kind>) -> u32 {
    let other = match kind {
        Some(Kind::SharedSavings) => "`from`",
        Some(Kind::Reserve) => "`authorised-from`",
        _ => return reader.get("start-delay-months").and_then(Field::count).unwrap_or(0),
    };
    let why = format!("does not go with a stream whose beginning {other} states alone");
    reader.refuse("start-delay-months", &why, &format!("delete it, and write a later {other}"));
    0
}

/// What is wrong with a term that ends before it begins, and the remedy: where the days stand in that order as they were
/// typed, they may be swapped.
pub fn out_of_order(
    reader: &TableReader<'_>,
    what: &str,
    (from, until): (Month, Month),
) -> (String, String) {
    let typed = |key: &str| match &reader.peek(key)?.node.value {
        Value::Text(day) | Value::Date(day) => Some(day.clone()),
        _ => None,
    };
    match (typed("from"), typed("until")) {
        (Some(first), Some(last)) if last < first => (
            format!("{what} ends in {last}, before it begins in {first}"),
            format!("are `from` and `until` swapped? Else write an end from {first} on"),
        ),
        _ => (
            format!("{what} ends in {until}, before it begins in {from}"),
            format!("write a month from {from} on"),
        ),
    }
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
    let window = |row: &super::tables::ScheduleRow| {
        let last = row.last.map_or("-".to_string(), |last| last.to_string());
        (format!("{}.{last}", row.available), row.amount, row.span)
    };
    context.desk.record_rows(&format!("stream.{name}.schedule"), rows.iter().map(window));
    let scheduled = |row: &super::tables::ScheduleRow| Scheduled {
        available: row.available,
        last: row.last,
        amount: row.amount,
    };
    Some(rows.iter().map(scheduled).collect())
}
