//! What is not told: what positions are called and paid. Their costs stand in sums of two lines or more.

mod names;
mod sums;

use std::collections::BTreeMap;

use crate::braid::cut::{Group, RuleKind};
use crate::decide::bridge::BridgeChoice;
use crate::decide::chance::Futures;
use crate::decide::compare::Comparison;
use crate::decide::sensitivity::Sensitivity;
use crate::forecast::Forecast;
use crate::funding::Terms;
use crate::funding::partner::PartnerMethod;
use crate::measures::Measures;
use crate::money::Money;
use crate::name::{DriverIndex, LineIndex, Name};
use crate::plan::Plan;
use crate::plan::cost::{Category, CostLine, Escalation, Form};
use crate::plan::restriction::Selector;
use crate::report::words::list;
use names::Names;

/// The lines that are not told by themselves, and the words that stand for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redaction {
    /// The lines, with what is told in their place.
    lines: Vec<Hidden>,
    /// The ids of all lines of the plan.
    known: Vec<Name>,
    /// The drivers that pay follows.
    drivers: Vec<Name>,
    /// Whether what partners bear themselves would tell one of the lines.
    bearing_tells: bool,
    /// What is stated of those lines and drivers, by path.
    stated: Vec<(String, String)>,
    /// What positions are called.
    names: Names,
}

/// A line that is not told by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Hidden {
    name: Name,
    /// Its place in the plan.
    at: usize,
    /// What is told in its place.
    told: String,
    /// Whether its sum holds lines of several priorities.
    mixed: bool,
    /// What its sum is called among functions, where it holds lines of several.
    function: Option<String>,
}

/// A quarter of a fiscal year, from 0.
type Quarter = (i32, u32);

/// Whether a line is somebody's pay.
fn is_pay(line: &CostLine) -> bool {
    matches!(line.category, Category::Personnel | Category::Fringe)
        || matches!(line.form, Form::Positions { .. })
}

/// The drivers that a line follows.
fn drivers_of(line: &CostLine) -> Vec<DriverIndex> {
    let by_form = match line.form {
        Form::Unit { driver, .. } | Form::Step { driver, .. } => Some(driver),
        _ => None,
    };
    let index = match line.escalation {
        Escalation::Index(driver) => Some(driver),
        _ => None,
    };
    by_form.into_iter().chain(index).collect()
}

impl Redaction {
    /// A plan in which no position is named, and what was taken out of it.
    ///
    /// # Errors
    /// In words, the line of pay that has no other cost of its priority beside it in a fiscal year: what goes unpaid of the
    /// priority would tell it.
    pub fn of(plan: &Plan) -> Result<(Plan, Redaction), String> {
        let lines = sums::of(plan)?;
        let known = plan.lines.iter().map(|line| line.name.clone()).collect();
        let drivers = plan.lines.iter().filter(|line| is_pay(line)).flat_map(drivers_of);
        let drivers = drivers.map(|driver| plan.drivers[driver.at()].name.clone()).collect();
        let borne = |at: usize| plan.lines[at].partner.as_deref();
        let partners = lines.iter().filter_map(|hidden| borne(hidden.at));
        let mut borne_by: BTreeMap<&str, usize> = BTreeMap::new();
        partners.for_each(|partner| *borne_by.entry(partner).or_default() += 1);
        let bearing_tells = borne_by.values().any(|lines| *lines == 1);
        let (stated, names) = (Vec::new(), Names::of(plan, plan));
        let mut redaction = Redaction { lines, known, drivers, bearing_tells, stated, names };
        redaction.stated = redaction.stated_of(plan);
        let mut redacted = plan.clone();
        redaction.scrub_plan(&mut redacted);
        for hidden in &redaction.lines {
            redacted.lines[hidden.at].title.clone_from(&hidden.told);
        }
        redacted.inputs.stated.retain(|input| !redaction.hides(&input.path));
        Ok((redacted, redaction))
    }

    /// Whether a path of an input speaks of a line that is not told.
    pub fn hides(&self, path: &str) -> bool {
        let mut parts = path.split('.');
        parts.next() == Some("cost")
            && parts.next().is_some_and(|id| self.lines.iter().any(|one| one.name.as_str() == id))
    }

    /// Whether a path of an input speaks of such a line, or of a driver that pay follows.
    pub fn moves_pay(&self, path: &str) -> bool {
        let mut parts = path.split('.');
        self.hides(path)
            || parts.next() == Some("driver")
                && parts.next().is_some_and(|id| self.drivers.iter().any(|own| own.as_str() == id))
    }

    fn hides_line(&self, line: LineIndex) -> bool {
        self.lines.iter().any(|hidden| hidden.at == line.at())
    }

    /// Whether the plan has no such line: one that is new may be a position.
    pub(super) fn is_new(&self, line: &str) -> bool {
        !self.known.iter().any(|name| name.as_str() == line)
    }

    /// Whether what stands for a line is of several priorities.
    pub(super) fn is_mixed(&self, line: &str) -> bool {
        self.lines.iter().any(|hidden| hidden.mixed && hidden.name.as_str() == line)
    }

    /// What a plan states of the lines that are not told, and of drivers that pay follows.
    fn stated_of(&self, plan: &Plan) -> Vec<(String, String)> {
        let own = plan.inputs.stated.iter().filter(|input| self.moves_pay(&input.path));
        own.map(|input| (input.path.clone(), input.text.clone())).collect()
    }

    /// Whether a plan has a position that is new, or states a line that is not told in another way or not at all: what
    /// changes then is somebody's pay.
    fn differs(&self, plan: &Plan) -> bool {
        let new = |line: &CostLine| is_pay(line) && self.is_new(line.name.as_str());
        plan.lines.iter().any(new) || self.stated_of(plan) != self.stated
    }

    /// What a plan is told as: nothing of its words names a position.
    fn scrub_plan(&self, plan: &mut Plan) {
        let mut change = |text: &mut String| self.names.scrub(text);
        [&mut plan.title, &mut plan.notice, &mut plan.scenario, &mut plan.scenario_title]
            .into_iter()
            .for_each(&mut change);
        plan.lines.iter_mut().for_each(|line| change(&mut line.title));
        plan.drivers.iter_mut().for_each(|driver| change(&mut driver.title));
        plan.pools.iter_mut().for_each(|pool| change(&mut pool.title));
        for stream in &mut plan.streams {
            change(&mut stream.title);
            stream.funder.iter_mut().for_each(&mut change);
        }
        plan.credit.iter_mut().for_each(|line| change(&mut line.title));
        let sources = plan.inputs.stated.iter_mut().filter_map(|input| input.source.as_mut());
        sources.for_each(change);
    }

    /// The forecast as it is told: no figure of it is of one hidden line alone.
    pub(super) fn forecast(&self, forecast: &Forecast) -> Forecast {
        let mut told = forecast.clone();
        for hidden in &self.lines {
            let line = &mut told.books.ledger.lines[hidden.at];
            line.title.clone_from(&hidden.told);
            if let Some(function) = &hidden.function {
                line.function.clone_from(function);
            }
        }
        told.measures = Measures::from_books(&told.books);
        if self.bearing_tells {
            told.measures.partners.iter_mut().for_each(|row| row.bears = Money::ZERO);
        }
        told.findings.retain(|one| !self.hides(&one.subject) && one.name != "salary-over-limit");
        for cut in &mut told.cuts {
            cut.groups.retain(|group| !self.tells_pay(group));
        }
        let (hidden, open): (Vec<_>, Vec<_>) =
            told.rebraiding.moves.into_iter().partition(|found| self.hides_line(found.line));
        told.rebraiding.moves = open.into_iter().chain(hidden).collect();
        told
    }

    /// Whether the reason why costs are left unpaid would tell one line's pay, or a share of it.
    fn tells_pay(&self, group: &Group) -> bool {
        let needs = group.needs.iter().filter(|need| self.hides_line(need.line)).count();
        let of_line = |kind: &RuleKind| match kind {
            RuleKind::Benefit(line, ..) | RuleKind::Pay(line, _) => self.hides_line(*line),
            _ => false,
        };
        needs == 1 || group.rules.iter().any(|rule| of_line(&rule.kind))
    }

    /// What is told of the moves of re-braiding one by one: none of them is of a hidden line.
    pub(super) fn tells_move(&self, line: LineIndex) -> bool {
        !self.hides_line(line)
    }

    /// Scenarios without those that change somebody's pay.
    pub(super) fn comparison(&mut self, comparison: &Comparison) -> Comparison {
        let mut told = comparison.clone();
        for other in &told.others {
            self.names.learn(&Names::of(&other.side.plan, &told.base.plan));
        }
        told.others.retain(|other| !self.differs(&other.side.plan));
        self.scrub_plan(&mut told.base.plan);
        told.others.iter_mut().for_each(|other| self.scrub_plan(&mut other.side.plan));
        told
    }

    /// Bridge options without those that change somebody's pay.
    pub(super) fn bridge(&mut self, choice: &BridgeChoice) -> BridgeChoice {
        let mut told = choice.clone();
        let options = || choice.scenarios.iter().flat_map(|scenario| &scenario.options);
        for option in options() {
            self.names.learn(&Names::of(&option.plan, &choice.scenarios[0].plan));
        }
        let hidden: Vec<&str> = options()
            .filter(|option| self.differs(&option.plan))
            .map(|option| option.id.as_str())
            .collect();
        let ids = choice.scenarios.first().into_iter().flat_map(|scenario| &scenario.options);
        let kept = ids.zip(&choice.beaten_by).filter(|(option, _)| !hidden.contains(&&*option.id));
        told.beaten_by =
            kept.map(|(_, by)| by.clone().filter(|by| !hidden.contains(&by.as_str()))).collect();
        for scenario in &mut told.scenarios {
            scenario.options.retain(|option| !hidden.contains(&option.id.as_str()));
            self.scrub_plan(&mut scenario.plan);
            for option in &mut scenario.options {
                self.scrub_plan(&mut option.plan);
                self.names.scrub(&mut option.id);
                self.names.scrub(&mut option.title);
                let effect = &mut option.effect;
                let moved = effect.unlocked.iter_mut().chain(&mut effect.displaced);
                moved.for_each(|(title, _)| self.names.scrub(title));
            }
        }
        let beaten = told.beaten_by.iter_mut().flatten();
        beaten.for_each(|by| self.names.scrub(by));
        told
    }

    /// What moves the gap, without the pay of positions.
    pub(super) fn sensitivity(&self, found: &Sensitivity) -> Sensitivity {
        let mut told = found.clone();
        told.swings.retain(|swing| !self.moves_pay(&swing.input.path));
        self.scrub_plan(&mut told.plan);
        told
    }

    /// The futures with what their chances are called. Those that move somebody's pay are left out where they are told.
    pub(super) fn futures(&mut self, futures: &Futures) -> Futures {
        let mut told = futures.clone();
        for (kind, id) in told.chances.chances.iter().flat_map(|chance| chance.touches()) {
            if kind == "cost" && self.is_new(&id) {
                self.names.learn(&Names::of_id(&id));
            }
        }
        self.scrub_plan(&mut told.plan);
        for chance in &mut told.chances.chances {
            self.names.scrub(&mut chance.title);
            chance.source.iter_mut().for_each(|source| self.names.scrub(source));
        }
        told.chances.shocks.iter_mut().for_each(|shock| self.names.scrub(&mut shock.title));
        told
    }

    /// The command that makes the report again, without names of positions.
    pub(super) fn command(&self, command: &str) -> String {
        let words = command.split(' ').map(|word| {
            let mut word = word.to_string();
            self.names.scrub(&mut word);
            word
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// Takes whole names and paths of positions out of a text, wherever they come from.
    pub(super) fn scrub(&self, text: &mut String) {
        for hidden in &self.lines {
            let path = format!("cost.{}", hidden.name);
            if text.contains(&path) {
                *text = without_path(text, &path, &hidden.told);
            }
        }
        self.names.scrub_phrases(text);
    }

    /// What the report still tells of one position's pay, for those who hand it on: the sources that pay all of it in a quarter,
    /// at whose ends restricted cash is told, and of its sum nothing else. Nothing where there are none.
    pub fn caution(&self, plan: &Plan, forecast: &Forecast) -> Option<String> {
        let ledger = &forecast.books.ledger;
        let quarter = |place: usize| {
            let month = ledger.horizon.month(place);
            (ledger.fiscal.year_of(month), ledger.fiscal.position(month) / 3)
        };
        let mut paid: BTreeMap<(usize, Quarter, &str), BTreeMap<usize, Money>> = BTreeMap::new();
        for draw in &ledger.draws {
            let Some(hidden) = self.lines.iter().find(|one| one.at == draw.line.at()) else {
                continue;
            };
            let of = paid.entry((draw.stream, quarter(draw.place), &hidden.told)).or_default();
            *of.entry(hidden.at).or_default() += draw.amount;
        }
        let need = |line: usize, of: Quarter| -> Money {
            let months = ledger.lines[line].need.iter().enumerate();
            months.filter(|(place, _)| quarter(*place) == of).map(|(_, need)| *need).sum()
        };
        let mut told: Vec<String> = paid
            .into_iter()
            .filter(|((_, quarter, _), of)| {
                let whole = |(line, paid): (&usize, &Money)| {
                    is_pay(&plan.lines[*line]) && *paid == need(*line, *quarter)
                };
                of.len() == 1 && of.iter().all(whole)
            })
            .map(|((stream, ..), _)| format!("\u{201c}{}\u{201d}", ledger.streams[stream].title))
            .collect();
        told.dedup();
        (!told.is_empty()).then(|| {
            format!(
                "The report tells what one position is paid to those who know that this money pays it in full: {}.",
                list(&told)
            )
        })
    }

    /// What of the plan the report tells in sums, for those who read it.
    pub(super) fn words(&self, plan: &Plan) -> String {
        let mut text = "Pay is shown in sums of two costs or more, and names of positions as \u{201c}\u{2026}\u{201d}. Scenarios, chances and \
                        bridge options that change or add a position are left out."
            .to_string();
        if let Some(mixed) = self.lines.iter().find(|hidden| hidden.function.is_some()) {
            text += &format!(
                " A function or priority with one such cost alone stands with others as \u{201c}{}\u{201d}.",
                mixed.told
            );
        }
        if self.bearing_tells {
            text += " What partners bear themselves is left out.";
        }
        let gives = plan.streams.iter().zip(&plan.restrictions).any(|(stream, rules)| {
            let in_kind = match &stream.terms {
                Terms::Partner(partner) => match partner.method {
                    PartnerMethod::InKind { line, .. } => self.hides_line(line),
                    _ => false,
                },
                _ => false,
            };
            let for_one = match rules.pays_for.as_slice() {
                [Selector::Line(line)] => self.hides_line(*line),
                _ => false,
            };
            in_kind || for_one
        });
        if gives {
            text += " What a source gives for one such cost alone is told as that source's.";
        }
        text
    }
}

/// The text with a path, and what it goes on with, replaced; a longer id that begins alike stays.
fn without_path(text: &str, path: &str, told: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(path) {
        let after = &rest[at + path.len()..];
        kept.push_str(&rest[..at]);
        if after.starts_with(|next: char| next.is_alphanumeric() || next == '-' || next == '_') {
            kept.push_str(path);
        } else {
            kept.push_str(told);
        }
        rest = after;
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_id_that_begins_alike_stays() {
        let kept = without_path("cost.a, cost.a-b, cost.ab and cost.a.fte", "cost.a", "pay");
        assert_eq!(kept, "pay, cost.a-b, cost.ab and pay.fte");
    }
}
