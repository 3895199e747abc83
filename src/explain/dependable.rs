//! Why a stream is not dependable: each test of [`is_dependable`] that its terms fail.

use super::ask::Ask;
use super::why::{amount_path, written};
use super::{Part, text};
use crate::funding::public::PublicMethod;
use crate::funding::{End, Kind, Public, Status, Stream, Terms};
use crate::timeline::{is_dependable, is_reinvestment};

/// Months of term or notice that dependable money has at least.
const TERM_MONTHS: i32 = 24;
const NOTICE_MONTHS: u32 = 12;

/// One part for each test that a stream of the plan fails; none for dependable money.
pub(super) fn failed_tests(ask: Ask) -> Vec<Part> {
    let streams = ask.plan.streams.iter().filter(|stream| !is_dependable(ask.plan, stream));
    streams.flat_map(|stream| tests(ask, stream)).collect()
}

fn tests(ask: Ask, stream: &Stream) -> Vec<Part> {
    let path = format!("stream.{}", stream.name);
    let failed = [sure(stream), standing(stream), recurring(stream), term(ask, stream)];
    let failed = failed.into_iter().chain([notice(stream)]).flatten();
    let part = |(text, keys): (String, &[&str])| {
        let path =
            if keys.is_empty() { amount_path(ask, &path) } else { written(ask, &path, keys) };
        Part::said(format!("not dependable: {text}"), stream.title.clone())
            .input(ask.plan, &path)
            .see(format!("stream/{}", stream.name))
    };
    failed.map(part).collect()
}

/// A test that is failed, in words, with the keys that may state it; no keys for the amount's.
type Failed = Option<(String, &'static [&'static str])>;

fn sure(stream: &Stream) -> Failed {
    let unsure = stream.status != Status::Secured;
    let words = || format!("not secured, but only {}", stream.status.word());
    unsure.then(|| (words(), &["status"] as &[&str]))
}

fn standing(stream: &Stream) -> Failed {
    match (stream.kind, public(stream)) {
        (Kind::SharedSavings, _) => Some(("shared savings may not come about".into(), &["kind"])),
        (Kind::Reserve, _) => Some(("a reserve is spent once".into(), &["kind"])),
        (Kind::Loan, _) => Some(("borrowed money has to be repaid".into(), &["kind"])),
        (_, Some(PublicMethod::CommunityBenefit { .. })) => {
            Some(("a discretionary gift".into(), &["terms.method", "method", "kind"]))
        }
        _ if is_reinvestment(stream) => {
            Some(("a health plan's discretion".into(), &["terms.method", "method", "kind"]))
        }
        _ => None,
    }
}

fn recurring(stream: &Stream) -> Failed {
    let fails = !matches!(stream.kind, Kind::Reserve | Kind::Loan) && !stream.recurs();
    fails.then(|| ("does not recur".to_string(), &[] as &[&str]))
}

fn term(ask: Ask, stream: &Stream) -> Failed {
    let End::Until(last) = &stream.end else { return None };
    let left = (last.since(ask.plan.horizon.as_of) + 1).max(0);
    let words = || {
        let left = text::count(left as usize, "month", "months");
        format!("{left} of term left at `as-of`, {TERM_MONTHS} needed")
    };
    (left < TERM_MONTHS).then(|| (words(), &["until", "schedule"] as &[&str]))
}

fn notice(stream: &Stream) -> Failed {
    let by_law = public(stream).is_some_and(|method| {
        let asked = matches!(
            method,
            PublicMethod::Appropriation { .. } | PublicMethod::CommunityBenefit { .. }
        );
        !asked
    });
    // A reserve is the partnership's own: it fails by its kind, and nobody gives it notice.
    if by_law || matches!(stream.kind, Kind::Reserve | Kind::Loan) {
        return None;
    }
    let words = match stream.notice_months {
        None => format!("no `notice-months` ({NOTICE_MONTHS} needed)"),
        Some(months) if months < NOTICE_MONTHS => {
            let given = text::count(months as usize, "month", "months");
            format!("{given} of notice, {NOTICE_MONTHS} needed")
        }
        Some(_) => return None,
    };
    Some((words, &["notice-months"]))
}

fn public(stream: &Stream) -> Option<&PublicMethod> {
    match &stream.terms {
        Terms::Public(Public { method, .. }) => Some(method),
        _ => None,
    }
}
