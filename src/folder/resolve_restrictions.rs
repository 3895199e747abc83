//! The restrictions of a stream: what it may pay for, and how much of it.

use super::context::{Context, Recovery};
use super::field::{Field, Within};
use super::keys_award::INDIRECT_KINDS;
use super::keys_stream::{INDIRECT_BASES, OF, PER};
use super::reader::TableReader;
use super::resolve_costs::percent;
use super::resolve_streams::Head;
use super::text::Span;
use crate::diagnostic::Code;
use crate::driver::Stepped;
use crate::funding::Kind;
use crate::money::Rate;
use crate::month::Month;
use crate::plan::Restrictions;
use crate::plan::award::{AwardRules, RuleSet};
use crate::plan::restriction::{
    Cap, CapBound, Floor, Indirect, IndirectBase, IndirectKind, MatchConvention, Matching, Selector,
};
use crate::rules::Parameter;

/// The restrictions that a stream states.
pub fn read(context: &Context<'_>, reader: &mut TableReader<'_>, head: &Head) -> Restrictions {
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
    let own_money = match head.kind {
        Some(Kind::Reserve) => Some("a reserve"),
        Some(Kind::Loan) => Some("a loan"),
        _ => None,
    };
    if let Some(money) = own_money {
        for (key, why) in [
            ("indirect", format!("is recovered from awards and contracts, not from {money}")),
            ("match", format!("is asked for by awards and contracts, not by {money}")),
        ] {
            rule_broken(context, reader, key, &why);
        }
    }
    let indirect = reader.get("indirect").and_then(|field| indirect(context, head, field));
    let matching = reader.get("match").and_then(|field| matching(context, head, field));
    let bare = |found: Vec<(Cap, Span)>| found.into_iter().map(|(cap, _)| cap).collect();
    Restrictions {
        pays_for,
        not_for,
        caps: bare(caps),
        floors: floors.into_iter().map(|(floor, _)| floor).collect(),
        indirect,
        matching,
        yearly_limit: None,
        last_resort,
        award: AwardRules::default(),
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
    let within = within(context, &mut reader, of_spent && bound == Some("share"));
    reader.finish();
    let bound = match bound? {
        "share" if of_spent => CapBound::ShareOfSpent(share?),
        "share" => CapBound::ShareOfAward(share?),
        _ => CapBound::Amount(amount?),
    };
    Some(Cap { on: on?, bound, within, per_period })
}

/// What a share of spending is reckoned on; everything where nothing is named.
fn within(context: &Context<'_>, reader: &mut TableReader<'_>, of_spent: bool) -> Vec<Selector> {
    if !of_spent {
        reader.refuse("within", "goes with a share of what is spent", "delete it, or `of`");
        return Vec::new();
    }
    let within = reader.get("within");
    if let Some(field) = within.as_ref().filter(|field| field.is_empty_list()) {
        let remedy = "write what the share is of, or delete it";
        let code = Code::RestrictionContradiction;
        context.desk.fault(code, field.span(), "`within` names nothing", "", remedy);
    }
    context.selectors(within, Recovery::Counts)
}

fn floor(context: &Context<'_>, field: Field<'_>) -> Option<Floor> {
    let mut reader = field.table(&["floor"])?;
    let on = selection(context, &mut reader);
    let share = reader.need("share").and_then(|field| field.share(Within::Whole));
    let of = reader.get("of").and_then(|field| field.word(OF));
    let within = within(context, &mut reader, of != Some(0));
    reader.finish();
    Some(Floor { on: on?, share: share?, of_spent: of != Some(0), within })
}

/// Tells floors that a cap on the same selection keeps from being reached.
fn contradictions(context: &Context<'_>, caps: &[(Cap, Span)], floors: &[(Floor, Span)]) {
    for (floor, span) in floors {
        let alike = |cap: &Cap| cap.on == floor.on && cap.within == floor.within && !cap.per_period;
        for (cap, _) in caps.iter().filter(|(cap, _)| alike(cap)) {
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

fn indirect(context: &Context<'_>, head: &Head, field: Field<'_>) -> Option<Indirect> {
    let mut reader = field.table(&["indirect"])?;
    let kind = match reader.get("kind") {
        Some(field) => field.word(INDIRECT_KINDS).map(|at| IndirectKind::ALL[at]),
        None if head.cost_principles => Some(IndirectKind::Negotiated),
        None => Some(IndirectKind::Agreed),
    };
    let rate = reader.need("rate");
    let span = rate.as_ref().map_or(reader.key(), Field::span);
    let rate = rate.and_then(|field| field.share(Within::Positive));
    let statutory_limit = reader.get("statutory-limit").map(|field| field.share(Within::Whole));
    let base = match reader.get("base") {
        None => Some(IndirectBase::ModifiedTotalDirect),
        Some(field) => field.word(INDIRECT_BASES).map(|at| match at {
            0 => IndirectBase::ModifiedTotalDirect,
            1 => IndirectBase::TotalDirect,
            2 => IndirectBase::Personnel,
            _ => IndirectBase::PersonnelAndFringe,
        }),
    };
    let award = head.award_month().unwrap_or(Month::LAST);
    let subaward_cutoff = match reader.get("subaward-cutoff") {
        Some(field) => field.money(),
        None => {
            let rule = Parameter::SubawardCutoff
                .in_force("", award)
                .expect("the cut-off holds from the calendar's first month");
            reader.rests_on("subaward-cutoff", rule);
            Some(rule.money())
        }
    };
    reader.finish();
    if kind == Some(IndirectKind::DeMinimis) {
        de_minimis(context, (rate?, span), base?, award);
    }
    let statutory_limit = statutory_limit.map_or(Some(None), |limit| limit.map(Some))?;
    Some(Indirect {
        kind: kind?,
        rate: rate?,
        statutory_limit,
        base: base?,
        subaward_cutoff: subaward_cutoff?,
    })
}

/// Tells a de minimis rate that its award's rule set does not allow.
fn de_minimis(context: &Context<'_>, (rate, span): (Rate, Span), base: IndirectBase, award: Month) {
    let most = Parameter::DeMinimisRate.in_force("", award);
    let most = most.expect("the rate holds from the calendar's first month");
    if rate > most.share() {
        let message = format!(
            "a de minimis rate of {} exceeds the {} of {}",
            percent(rate.billionths()),
            most.value,
            RuleSet::of(award).word()
        );
        let cause = "over its maximum (2 CFR 200.414(f))";
        let remedy = format!(
            "write {} at most, or `kind = \"negotiated\"` with the rate of the agreement",
            most.value
        );
        context.desk.fault(Code::RuleBroken, span, message, cause, remedy);
    }
    if base != IndirectBase::ModifiedTotalDirect {
        let message = "a de minimis rate is charged on modified total direct cost alone";
        let cause = "another base (2 CFR 200.414(f))";
        let remedy = "delete `base`, or write `kind = \"negotiated\"`";
        context.desk.fault(Code::RuleBroken, span, message, cause, remedy);
    }
}

fn matching(context: &Context<'_>, head: &Head, field: Field<'_>) -> Option<Matching> {
    let mut reader = field.table(&["match"])?;
    let group = ["share-of-total", "per-award-dollar", "share-of-award"];
    let convention = reader.one_of(Code::AmountForm, "how much it needs", &group);
    let share = reader.get("share-of-total").and_then(|field| field.share(Within::BelowWhole));
    let dollars = reader.get("per-award-dollar").and_then(|field| field.number(9));
    let of_award = reader.get("share-of-award").and_then(|field| field.share(Within::Positive));
    let on = context.selectors(reader.get("on"), Recovery::IsNoCost);
    let pledges = reader.get("pledged-by");
    if let Some(field) = pledges.as_ref().filter(|field| field.is_empty_list()) {
        let remedy =
            "write the streams pledged to it, or delete the key: any eligible one then matches";
        let code = Code::RestrictionContradiction;
        context.desk.fault(code, field.span(), "`pledged-by` names nothing", "", remedy);
    }
    // A pledge that a scenario drops leaves the others: the award is not matched by whoever is there.
    let pledges = pledges.and_then(Field::items);
    let pledged_by =
        pledges.map(|items| items.into_iter().filter_map(|field| context.stream(field)).collect());
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
        "share-of-award" => MatchConvention::PerAwardDollar(of_award?),
        _ => MatchConvention::PerAwardDollar(dollars?),
    };
    let by = by.and_then(|(_, by)| by);
    let convention = Stepped::steady(convention);
    Some(Matching { convention, on, pledged_by, by, federal_statute, each_dollar: false })
}
