//! What a plan says of chance, and the drafts of its futures.
//!
//! `chance.toml` states uncertain events and amounts; a stream or a renewal that is not secured and has a probability is
//! an uncertain event without being written again. A future is the plan with the events that happen in it and the amounts
//! as they come out: first the changes of events, in the order of ids (a renewal last, and only of an award that comes),
//! then amounts, each where its input stands in that future, then what events drop.

use super::cases::{Cases, Draft};
use super::desk::Desk;
use super::distribution::{Distribution, Outcome, is_below};
use super::setting::Setting;
use super::syntax::{Node, Table, Value};
use super::text::Span;
use super::{conclude, patch, resolve_chances, resolve_uncertain};
use crate::diagnostic::Origin;
use crate::error::Error;
use crate::money::Rate;

/// The file of chances.
pub const CHANCE_FILE: &str = "chance.toml";

/// What is uncertain of a plan.
#[derive(Clone, Debug, Default)]
pub struct Chances {
    /// Events and amounts, in the order of ids.
    pub chances: Vec<Chance>,
    /// What moves several of them together, in the order of ids.
    pub shocks: Vec<Shock>,
    /// Titles of what is uncertain without the scenario, and which it settles.
    pub settled: Vec<String>,
    /// Ids of streams that are not secured, of which nothing says how likely they are: they come in no future.
    pub unsure: Vec<String>,
    /// Ids of streams of which a budget period has a status of its own that is not secured, and that no event states
    /// otherwise: such periods come in no future either.
    pub unsure_periods: Vec<String>,
}

/// One uncertain event or amount.
#[derive(Clone, Debug)]
pub struct Chance {
    /// Its id; of a probability that the plan states, `stream.ahc` or `stream.ahc.renewal`.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// What is uncertain.
    pub what: What,
    /// Where it is written.
    pub origin: Origin,
    /// Where its figures come from, if that is said.
    pub source: Option<String>,
    /// What the event changes, but for what it drops.
    pub(super) changes: Table,
    /// What the event drops.
    pub(super) drops: Table,
    /// The award whose renewal it is.
    pub(super) renews: Option<String>,
    /// Where it is written.
    pub(super) at: Span,
}

/// What is uncertain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Whether something happens.
    Event {
        /// The share of futures in which it does.
        odds: Rate,
    },
    /// The value of an input.
    Amount {
        /// Its path: `stream.plan-pmpm.terms.rate`.
        path: String,
        /// What the plan says.
        base: Setting,
        /// How likely its values are.
        distribution: Distribution,
    },
}

/// A common cause that moves chances together.
#[derive(Clone, Debug)]
pub struct Shock {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// The share of futures in which it strikes: the rank correlation of each pair.
    pub together: Rate,
    /// The places of the chances that move together, in order.
    pub of: Vec<usize>,
    /// The places of those that then move the other way, in order.
    pub against: Vec<usize>,
    /// Where it is written.
    pub origin: Origin,
}

impl What {
    /// Why it comes out the same in every future, if it does.
    pub(super) fn certain(&self) -> Option<&'static str> {
        match self {
            What::Event { odds } if *odds == Rate::ZERO => Some("it never happens"),
            What::Event { odds } if *odds == Rate::ONE => Some("it always happens"),
            What::Amount { distribution: Distribution::Discrete(values), .. } => values
                .iter()
                .any(|(_, odds)| *odds == Rate::ONE)
                .then_some("it always takes the same value"),
            _ => None,
        }
    }

    /// What comes about at a quantile, in counts of 2^-64. An event happens at the high end, so that in a common shock it
    /// comes with high amounts: from the quantile 1 - odds on.
    pub fn at(&self, quantile: u64) -> Outcome {
        match self {
            What::Event { odds } => {
                let without = odds.complement().billionths() as u128;
                Outcome::Happens(!is_below(quantile, without))
            }
            What::Amount { distribution, .. } => Outcome::Takes(distribution.at(quantile)),
        }
    }
}

impl Chance {
    /// The tables of the plan that it changes, in order: the kind (`stream`, `cost`, `driver`, `policy`, `opening`,
    /// `pool`, `credit`, `plan`) and the id, which is empty where there is one table alone.
    pub fn touches(&self) -> Vec<(String, String)> {
        let by_id = |kind: &str| patch::BY_ID.contains(&kind);
        let mut found = Vec::new();
        if let What::Amount { path, .. } = &self.what {
            let mut parts = path.split('.');
            let kind = parts.next().unwrap_or_default();
            let id = parts.next().filter(|_| by_id(kind)).unwrap_or_default();
            found.push((kind.to_string(), id.to_string()));
        }
        for (kind, entry) in self.changes.iter().chain(&self.drops) {
            match entry.node.table().filter(|_| by_id(kind)) {
                Some(tables) => {
                    found.extend(tables.keys().map(|id| (kind.clone(), id.clone())));
                }
                None => found.push((kind.clone(), String::new())),
            }
        }
        found.sort();
        found.dedup();
        found
    }
}

impl Chances {
    /// The places of shocks, together where chances connect them, so that one of them strikes at most; groups, and places
    /// within them, in order.
    pub fn connected(&self) -> Vec<Vec<usize>> {
        resolve_uncertain::connected(&self.shocks)
    }
}

impl Cases<'_> {
    /// What a draft and a file of the folder say of chance.
    ///
    /// What a scenario drops, secures or states anew is no longer uncertain: what the file says of it is left out.
    ///
    /// # Errors
    /// Everything that is wrong with the file, with an end or a value that makes no plan, or with an event; and where
    /// nothing at all is uncertain.
    pub fn chances(&mut self, draft: &Draft, name: &str) -> Result<Chances, Error> {
        let desk = self.desk.again();
        let chances = resolve_chances::read(&desk, self, draft, name);
        // Its text stays on the desk, so that what is wrong with a future is told with its place.
        let chances = conclude(&desk, chances);
        self.desk = desk.again();
        chances
    }

    /// What a draft itself states a probability of.
    pub fn stated(&self, draft: &Draft) -> Chances {
        let chances = resolve_uncertain::stated(&self.desk.again(), draft);
        Chances { chances, ..Chances::default() }
    }

    /// The draft in which the money of a chance that the plan states does not come: without the stream, or without its
    /// renewal.
    pub fn without(&self, draft: &Draft, chance: &Chance) -> Draft {
        let mut without = draft.clone();
        let streams = without.tree.get_mut("stream").and_then(|entry| entry.node.table_mut());
        let id = chance.id.strip_prefix("stream.").unwrap_or_default();
        match (&chance.renews, streams) {
            (_, None) => {}
            (Some(award), Some(streams)) => {
                let award = streams.get_mut(award).and_then(|entry| entry.node.table_mut());
                award.map(|award| award.remove("renewal"));
            }
            (None, Some(streams)) => {
                if streams.remove(id).is_some() {
                    without.dropped.insert("stream", id);
                }
            }
        }
        without
    }

    /// The draft of a future: outcomes in the order of chances; chances with `None` stay as the plan has them.
    ///
    /// # Errors
    /// Events that contradict each other: one patches a part of what is not there.
    pub fn future(
        &self,
        draft: &Draft,
        chances: &Chances,
        outcomes: &[Option<Outcome>],
    ) -> Result<Draft, Error> {
        let desk = self.desk.again();
        let future = future(&desk, draft, &chances.chances, outcomes);
        conclude(&desk, Some(future))
    }

    /// The ids of streams and cost lines whose tables name this driver anywhere, in order; also where the same word means
    /// something else.
    pub fn users_of(&self, draft: &Draft, driver: &str) -> Vec<(&'static str, String)> {
        let mut users = Vec::new();
        for kind in ["cost", "stream"] {
            let tables = draft.tree.get(kind).and_then(|entry| entry.node.table());
            let naming =
                tables.into_iter().flatten().filter(|(_, entry)| names(&entry.node, driver));
            users.extend(naming.map(|(id, _)| (kind, id.clone())));
        }
        users
    }
}

/// Whether a value is this text or holds it.
fn names(node: &Node, text: &str) -> bool {
    match &node.value {
        Value::Text(own) => own == text,
        Value::List(items) => items.iter().any(|item| names(item, text)),
        Value::Table(table) => table.values().any(|entry| names(&entry.node, text)),
        _ => false,
    }
}

/// The draft of a future, with what cannot be told on the desk.
pub(super) fn future(
    desk: &Desk,
    draft: &Draft,
    chances: &[Chance],
    outcomes: &[Option<Outcome>],
) -> Draft {
    let mut future = draft.clone();
    let outcomes = || chances.iter().zip(outcomes);
    let happened = || {
        let events = outcomes().filter(|(_, outcome)| **outcome == Some(Outcome::Happens(true)));
        events.map(|(event, _)| event)
    };
    for event in happened().filter(|event| event.renews.is_none()) {
        patch::apply(desk, &mut future.tree, &event.changes, &mut future.dropped);
    }
    for event in happened() {
        // A renewal never inherits its award's status, so an award that does not come must not be renewed.
        if event.renews.as_ref().is_some_and(|award| is_secured(&future.tree, award)) {
            patch::apply(desk, &mut future.tree, &event.changes, &mut future.dropped);
        }
    }
    for (chance, outcome) in outcomes() {
        if let (What::Amount { path, .. }, Some(Outcome::Takes(value))) = (&chance.what, outcome) {
            future.restate(path, &value.text(), Some(chance.at));
        }
    }
    for event in happened() {
        let drops = patch::standing(&event.drops, &future.tree, &future.dropped);
        patch::apply(desk, &mut future.tree, &drops, &mut future.dropped);
    }
    future
}

/// Whether a stream stands in the tree and is secured; a reserve is, unless it says otherwise.
pub(super) fn is_secured(tree: &Table, stream: &str) -> bool {
    let table = tree.get("stream").and_then(|entry| entry.node.table());
    let stream = table.and_then(|streams| streams.get(stream)?.node.table());
    stream.is_some_and(|stream| {
        stream.get("status").is_none_or(|status| status.node.text() == Some("secured"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::MemoryFolder;
    use super::super::setting::Form;
    use super::*;
    use crate::plan::Plan;

    const PLAN: &str = r#"
[plan]
title = "T"
start = "2026-01"
months = 36
[driver.members]
start = 1_000
[cost.staff]
function = "convene"
monthly = 1_200
[cost.letters]
function = "communicate"
unit = { driver = "members", cost = "0.10" }
[stream.levy]
kind = "public"
funder = "County"
status = "likely"
probability = "70%"
from = "2027-01"
until = "2027-12"
pays-for = ["convene"]
source = { probability = "the treasurer" }
terms = { method = "levy", base = 14_400, rate = "100%" }
[stream.gift]
kind = "grant"
title = "A gift"
funder = "F"
status = "prospective"
probability = "50%"
award = 12_000
from = "2026-01"
until = "2026-12"
pays-for = ["anything"]
renewal = { probability = "40%", years = 1, share = "50%" }
[stream.hope]
kind = "grant"
funder = "G"
status = "prospective"
award = 1_000
from = "2026-01"
until = "2026-12"
pays-for = ["anything"]
[stream.pmpm]
kind = "payer"
funder = "H"
status = "secured"
from = "2026-07"
until = "2028-12"
pays-for = ["anything"]
terms = { method = "pmpm", members = "members", rate = "1.50" }
[scenario.bad]
stream.gift.drop = true
stream.levy.status = "secured"
"#;

    const CHANCES: &str = r#"
[chance.late]
of = "stream.pmpm.from"
discrete = { "2026-07" = "60%", "2026-10" = "40%" }
[chance.rate]
of = "stream.pmpm.terms.rate"
triangular = ["1.00", "1.50", "2.00"]
source = "the plan's offer"
[chance.stopped]
odds = "10%"
then.stream.pmpm.drop = true
[chance.smaller]
odds = "20%"
then.stream.gift.award = 9_000
then.cost.staff.monthly = 1_000
[chance.bridge]
odds = "5%"
then.stream.hope.status = "secured"
[chance.county]
of = "stream.levy.terms.base"
uniform = [10_000, 20_000]
[shock.budget]
together = "60%"
of = ["stream.gift", "stream.levy", "rate"]
against = ["stopped"]
"#;

    fn open(files: &MemoryFolder) -> Cases<'_> {
        Cases::open(files, &["base", "bad"]).unwrap()
    }

    fn files(chances: &str) -> MemoryFolder {
        MemoryFolder::new([("plan.toml", PLAN), (CHANCE_FILE, chances)])
    }

    fn told(chances: &str) -> Vec<String> {
        let files = files(chances);
        let mut cases = open(&files);
        let draft = cases.draft("base").unwrap();
        let error = cases.chances(&draft, CHANCE_FILE).unwrap_err();
        error.diagnostics().iter().map(|one| format!("{} {}", one.code, one.message)).collect()
    }

    #[test]
    fn what_the_file_and_the_plan_say_stands_in_the_order_of_ids() {
        let files = files(CHANCES);
        let mut cases = open(&files);
        let draft = cases.draft("base").unwrap();
        let found = cases.chances(&draft, CHANCE_FILE).unwrap();
        let ids: Vec<&str> = found.chances.iter().map(|chance| chance.id.as_str()).collect();
        let stated = ["stream.gift", "stream.gift.renewal", "stream.levy"];
        let mut expected = vec!["bridge", "county", "late", "rate", "smaller", "stopped"];
        expected.extend(stated);
        assert_eq!(ids, expected);
        let one = |id: &str| &found.chances[ids.iter().position(|own| *own == id).unwrap()];
        let levy = one("stream.levy");
        assert_eq!(levy.what, What::Event { odds: Rate::parse_percent("70").unwrap() });
        assert_eq!((levy.title.as_str(), levy.source.as_deref()), ("Levy", Some("the treasurer")));
        assert_eq!(levy.origin.to_string(), "plan.toml:18:1");
        assert_eq!(one("stream.gift.renewal").title, "Renewal of A gift");
        let rate = one("rate");
        assert_eq!(rate.source.as_deref(), Some("the plan's offer"));
        let setting = |steps| Setting { steps, form: Form::Number(2) };
        let What::Amount { path, base, distribution } = &rate.what else { panic!("an amount") };
        assert_eq!((path.as_str(), *base), ("stream.pmpm.terms.rate", setting(150)));
        let [low, likely, high] = [100, 150, 200].map(setting);
        assert_eq!(*distribution, Distribution::Triangular { low, likely, high });
        let [shock] = found.shocks.as_slice() else { panic!("a shock") };
        assert_eq!((shock.of.as_slice(), shock.against.as_slice()), (&[3, 6, 8][..], &[5][..]));
        assert_eq!(found.unsure, Vec::<String>::new(), "an event secures `hope`");
        let pair = |kind: &str, id: &str| (kind.to_string(), id.to_string());
        assert_eq!(one("smaller").touches(), [pair("cost", "staff"), pair("stream", "gift")]);
        assert_eq!(one("stopped").touches(), [pair("stream", "pmpm")]);
        assert_eq!(rate.touches(), [pair("stream", "pmpm")]);
        let users = cases.users_of(&draft, "members");
        let users: Vec<_> = users.iter().map(|(kind, id)| (*kind, id.as_str())).collect();
        assert_eq!(users, [("cost", "letters"), ("stream", "pmpm")]);
    }

    #[test]
    fn what_a_scenario_dropped_or_secured_is_certain() {
        let files = files(CHANCES);
        let mut cases = open(&files);
        let draft = cases.draft("bad").unwrap();
        let found = cases.chances(&draft, CHANCE_FILE).unwrap();
        let ids: Vec<&str> = found.chances.iter().map(|chance| chance.id.as_str()).collect();
        assert_eq!(ids, ["bridge", "county", "late", "rate", "smaller", "stopped"]);
        let smaller = found.chances.iter().find(|chance| chance.id == "smaller").unwrap();
        let staff = ("cost".to_string(), "staff".to_string());
        assert_eq!(smaller.touches(), [staff], "the gift is no longer there");
        let [shock] = found.shocks.as_slice() else { panic!("a shock") };
        assert_eq!((shock.of.as_slice(), shock.against.as_slice()), (&[3][..], &[5][..]));
    }

    #[test]
    fn an_event_that_secures_what_a_scenario_has_secured_is_left_out() {
        let plan = format!("{PLAN}[scenario.signed]\nstream.hope.status = \"secured\"\n");
        let chances = format!(
            "{CHANCES}[chance.both]\nodds = \"9%\"\nthen.stream.hope.status = \"secured\"\nthen.cost.staff.monthly = 900\n"
        );
        let files = MemoryFolder::new([("plan.toml", plan.as_str()), (CHANCE_FILE, &chances)]);
        let mut cases = Cases::open(&files, &["base", "signed"]).unwrap();
        let ids = |cases: &mut Cases<'_>, case: &str| -> Vec<(String, usize)> {
            let draft = cases.draft(case).unwrap();
            let found = cases.chances(&draft, CHANCE_FILE).unwrap().chances;
            let own = found.iter().filter(|chance| ["both", "bridge"].contains(&&*chance.id));
            own.map(|chance| (chance.id.clone(), chance.touches().len())).collect()
        };
        let all = [("both".to_string(), 2), ("bridge".to_string(), 1)];
        assert_eq!(ids(&mut cases, "base"), all);
        assert_eq!(ids(&mut cases, "signed"), [("both".to_string(), 1)]);
    }

    /// A scenario that says what an event or an amount would say leaves nothing of it to chance: a renewal, an end, a
    /// termination, a price. What it says nothing of stays uncertain.
    #[test]
    fn what_a_scenario_states_anew_is_certain() {
        let plan = format!(
            "{PLAN}[scenario.renewed]\nstream.gift.status = \"secured\"\n\
             stream.gift.renewal.status = \"secured\"\nstream.pmpm.until = \"2028-06\"\n\
             [scenario.stopped]\nstream.pmpm.termination.on = \"2027-03\"\nstream.pmpm.terms.rate = \"1.50\"\n\
             [scenario.hoped]\nstream.hope.status = \"likely\"\n"
        );
        let chances = format!(
            "{CHANCES}[chance.goes-on]\nodds = \"60%\"\nthen.stream.gift.renewal.status = \"secured\"\n\
             then.stream.gift.renewal.years = 2\n\
             [chance.longer]\nodds = \"9%\"\nthen.stream.pmpm.until = \"2028-12\"\nthen.stream.pmpm.source = \"a\"\n\
             [chance.told]\nodds = \"7%\"\nthen.stream.pmpm.termination = {{ on = \"2027-01\" }}\n"
        );
        let files = MemoryFolder::new([("plan.toml", plan.as_str()), (CHANCE_FILE, &chances)]);
        let mut cases = Cases::open(&files, &["base", "renewed", "stopped", "hoped"]).unwrap();
        let mut settled = |case: &str| {
            let draft = cases.draft(case).unwrap();
            let found = cases.chances(&draft, CHANCE_FILE).unwrap();
            (found.chances.len(), found.settled)
        };
        let all = 12;
        assert_eq!(settled("base"), (all, vec![]));
        assert_eq!(settled("hoped"), (all, vec![]), "what is likely is uncertain still");
        let renewed = ["Goes on", "Longer", "A gift", "Renewal of A gift"];
        assert_eq!(settled("renewed"), (all - 4, renewed.map(str::to_string).to_vec()));
        let stopped = ["Rate", "Told"];
        assert_eq!(settled("stopped"), (all - 2, stopped.map(str::to_string).to_vec()));
    }

    #[test]
    fn without_a_file_the_stated_probabilities_are_all() {
        let files = MemoryFolder::new([("plan.toml", PLAN)]);
        let mut cases = open(&files);
        let draft = cases.draft("base").unwrap();
        let found = cases.chances(&draft, CHANCE_FILE).unwrap();
        assert_eq!((found.chances.len(), found.unsure), (3, vec!["hope".to_string()]));
        assert_eq!(found.unsure_periods, Vec::<String>::new());
        let error = cases.chances(&draft, "other.toml").unwrap_err();
        assert_eq!(error.diagnostics()[0].message, "there is no `other.toml` in the plan folder");
        let certain =
            PLAN.replace("probability = \"70%\"\n", "").replace("probability = \"50%\"\n", "");
        let certain = certain.replace("renewal =", "# renewal =");
        let files = MemoryFolder::new([("plan.toml", certain.as_str())]);
        let mut cases = Cases::open(&files, &["base"]).unwrap();
        let draft = cases.draft("base").unwrap();
        let error = cases.chances(&draft, CHANCE_FILE).unwrap_err();
        assert!(error.diagnostics()[0].remedy.contains("[chance.an-id]"));
    }

    #[test]
    fn periods_that_are_not_secured_are_named_unless_an_event_states_them() {
        let periods = "budget-periods = [\n\
            { from = \"2026-01\", until = \"2026-06\", amount = 500, status = \"secured\" },\n\
            { from = \"2026-07\", until = \"2026-12\", amount = 500, status = \"likely\" }]\n";
        let plan = PLAN.replace("award = 1_000\n", periods);
        let restated = periods.replace("likely", "secured");
        let event = format!("[chance.e]\nodds = \"1%\"\n[chance.e.then.stream.hope]\n{restated}");
        for (chances, expected) in [("", vec!["hope".to_string()]), (event.as_str(), vec![])] {
            let files = MemoryFolder::new([("plan.toml", plan.as_str()), (CHANCE_FILE, chances)]);
            let mut cases = Cases::open(&files, &["base"]).unwrap();
            let draft = cases.draft("base").unwrap();
            assert_eq!(cases.chances(&draft, CHANCE_FILE).unwrap().unsure_periods, expected);
        }
    }

    /// The plan of a future in which these events happen and these amounts are so.
    fn plan_of(happen: &[&str], takes: &[(&str, i64)]) -> Plan {
        let files = files(CHANCES);
        let mut cases = open(&files);
        let draft = cases.draft("base").unwrap();
        let found = cases.chances(&draft, CHANCE_FILE).unwrap();
        let outcome = |chance: &Chance| match &chance.what {
            What::Event { .. } => Some(Outcome::Happens(happen.contains(&chance.id.as_str()))),
            What::Amount { base, .. } => {
                let steps = takes.iter().find(|(id, _)| *id == chance.id)?.1;
                Some(Outcome::Takes(Setting { steps, ..*base }))
            }
        };
        let outcomes: Vec<Option<Outcome>> = found.chances.iter().map(outcome).collect();
        let future = cases.future(&draft, &found, &outcomes).unwrap();
        cases.plan(&future).unwrap()
    }

    fn input(plan: &Plan, path: &str) -> String {
        plan.inputs.stated.iter().find(|input| input.path == path).map_or(String::new(), |input| {
            assert!(!input.text.is_empty());
            input.text.clone()
        })
    }

    #[test]
    fn a_future_is_the_plan_with_its_events_and_amounts() {
        let plan = plan_of(&["smaller", "stream.gift"], &[("rate", 185), ("county", 17_000)]);
        let of = |path: &str| input(&plan, path);
        assert_eq!(
            (of("stream.gift.award"), of("stream.gift.status")),
            ("9000".into(), "secured".into())
        );
        assert_eq!(
            (of("cost.staff.monthly"), of("stream.pmpm.terms.rate")),
            ("1000".into(), "1.85".into())
        );
        assert_eq!(
            (of("stream.levy.terms.base"), of("stream.levy.status")),
            ("17000".into(), "likely".into())
        );
        assert_eq!(of("stream.gift.renewal.status"), "", "the renewal did not come");
        // Nothing that varies leaves the plan as it is.
        let same = plan_of(&[], &[]);
        assert_eq!(input(&same, "stream.pmpm.terms.rate"), "1.50");
    }

    #[test]
    fn a_dropped_input_takes_no_value_and_no_renewal_comes_without_its_award() {
        let plan = plan_of(&["stopped", "stream.gift.renewal"], &[("rate", 185)]);
        assert_eq!(input(&plan, "stream.pmpm.terms.rate"), "");
        assert!(plan.streams.iter().all(|stream| stream.name.as_str() != "pmpm"));
        assert_eq!(input(&plan, "stream.gift.renewal.status"), "");
        let plan = plan_of(&["stream.gift", "stream.gift.renewal"], &[]);
        assert_eq!(input(&plan, "stream.gift.renewal.status"), "secured");
    }

    #[test]
    fn ends_and_events_that_make_no_plan_are_told_with_the_chance() {
        let end =
            "[chance.late]\nof = \"stream.pmpm.until\"\nuniform = [\"2026-01\", \"2028-12\"]\n";
        let order =
            "E0409 `late` at `2026-01`: the stream ends in 2026-01, before it begins in 2026-07";
        assert_eq!(told(end), [order]);
        let event = "[chance.gone]\nodds = \"0%\"\nthen.stream.pmmp.status = \"secured\"\n";
        let target =
            "E0610 where `gone` happens: stream `pmmp` is not in the plan, so it cannot be patched";
        assert_eq!(told(event), [target]);
        // Each is well alone, and both are not.
        let both = "[chance.a]\nodds = \"1%\"\nthen.stream.pmpm.from = \"2027-07\"\n\
                    [chance.b]\nodds = \"1%\"\nthen.stream.pmpm.until = \"2026-12\"\n";
        let together = "E0409 where every event happens: the stream ends in 2026-12, before it begins in 2027-07";
        assert_eq!(told(both), [together]);
    }
}
