//! What an award is under beside its restrictions: rule set, closeout, termination, program income, effort,
//! approved budget, limit of pay.

use super::context::{Context, Recovery};
use super::field::Field;
use super::keys_award::{BASELINES, EFFORT_TESTS, PROGRAM_INCOMES, RULE_SETS, TRANSFERS};
use super::keys_cost::CATEGORIES;
use super::reader::TableReader;
use super::resolve_costs::by_year;
use super::resolve_streams::Head;
use super::syntax::{Entry, Value};
use crate::diagnostic::Code;
use crate::funding::{Kind, Termination};
use crate::month::{Day, Month};
use crate::name::Name;
use crate::plan::award::{AwardRules, Baseline, Budget, Effort, PayLimit, ProgramIncome, RuleSet};
use crate::plan::cost::Category;
use crate::plan::restriction::{Cap, Selector};
use crate::rules::Parameter;

/// A termination as it is stated.
#[derive(Debug, Default)]
pub struct Ending {
    /// When, and whether commitments survive it.
    pub end: Option<Termination>,
    /// What survives it.
    pub survives: Vec<Selector>,
}

/// The rules of an award as they are stated, with the caps that they bring.
#[derive(Debug, Default)]
pub struct Award {
    /// The rules.
    pub rules: AwardRules,
    /// The caps of a budget whose transfers are barred.
    pub caps: Vec<Cap>,
}

/// Whether a kind of stream may be an award.
fn may_be_award(kind: Option<Kind>) -> bool {
    matches!(kind, Some(Kind::Grant | Kind::Public))
}

/// The rule set and the month of an award, as far as it states them.
pub fn awarded(
    reader: &mut TableReader<'_>,
    kind: Option<Kind>,
) -> (Option<RuleSet>, Option<Month>) {
    if !may_be_award(kind) {
        return (None, None);
    }
    let set = reader.get("rule-set").and_then(|field| field.word(RULE_SETS));
    // An award of the middle of a month is an award of that month.
    let month = reader.peek("award-date").and_then(day).map(Day::month);
    reader.get("award-date").map(Field::first_month);
    (set.map(|at| RuleSet::ALL[at]), month)
}

/// The day that an entry states: a month is its first day.
fn day(entry: &Entry) -> Option<Day> {
    let (Value::Text(text) | Value::Date(text)) = &entry.node.value else { return None };
    Day::parse(text).or_else(|| Month::parse(text).map(Day::first_of))
}

/// The last day of a term whose end an entry states: of a month its last.
fn last_day(entry: &Entry) -> Option<Day> {
    let (Value::Text(text) | Value::Date(text)) = &entry.node.value else { return None };
    Day::parse(text).or_else(|| Month::parse(text).map(Day::last_of))
}

/// The termination of a stream, if it states one.
pub fn termination(context: &Context<'_>, reader: &mut TableReader<'_>, head: &Head) -> Ending {
    let mut ending = Ending::default();
    let Some(mut inner) = reader.get("termination").and_then(|field| field.table(&["termination"]))
    else {
        return ending;
    };
    let on = inner.need("on");
    let span = on.as_ref().map_or(inner.key(), Field::span);
    let month = on.and_then(Field::last_month);
    if head.kind == Some(Kind::Grant) {
        ending.survives = context.selectors(inner.get("survives"), Recovery::IsNoCost);
    } else {
        let why = "goes with a grant, whose commitments may survive";
        inner.refuse("survives", why, "delete it: what was earned by then is kept");
    }
    inner.finish();
    if let (Some(month), Some(from)) = (month, head.from)
        && month < from
    {
        let message = format!("it is terminated in {month}, before it begins in {from}");
        let remedy = format!("write a month from {from} on, or drop the stream");
        context.desk.fault(Code::Order, span, message, "before its beginning", remedy);
    }
    let commitments = !ending.survives.is_empty();
    ending.end = month.map(|month| Termination { month, commitments });
    ending
}

/// The rules of an award, and what of another award's reaches the stream.
pub fn read(
    context: &Context<'_>,
    reader: &mut TableReader<'_>,
    head: &Head,
    name: &Name,
) -> Award {
    let mut award = Award::default();
    award.rules.earned_by = earned_by(context, reader, head, name);
    if !may_be_award(head.kind) {
        return award;
    }
    let rules = &mut award.rules;
    rules.subrecipient = reader.get("subrecipient").and_then(Field::bool).unwrap_or(false);
    if head.cost_principles {
        rules.rule_set = head.award_month().map(RuleSet::of);
        rules.liquidate_by = liquidate_by(reader, rules.subrecipient);
    }
    rules.pay_limit = pay_limit(context, reader);
    rules.program_income_stated = reader.has("program-income");
    rules.program_income = program_income(context, reader);
    for item in reader.get("effort").and_then(Field::items).unwrap_or_default() {
        rules.efforts.extend(effort(context, item));
    }
    if let Some((budget, barred)) = reader.get("budget").and_then(budget) {
        if barred {
            award.caps = budget.caps();
        }
        rules.budget = Some(budget);
    }
    award
}

/// The last day on which the obligations of an award may be paid (2 CFR 200.344(b), (c)): counted from its last
/// day, an authorised extension with it, or from its termination.
fn liquidate_by(reader: &TableReader<'_>, subrecipient: bool) -> Option<Day> {
    let terminated = reader.peek("termination").and_then(|entry| entry.node.table());
    let terminated = terminated.and_then(|table| table.get("on")).and_then(last_day);
    let extension = reader.peek("no-cost-extension-months");
    let months = extension.and_then(|entry| match &entry.node.value {
        Value::Number(months) => months.parse::<u32>().ok(),
        _ => None,
    });
    let ends = reader.peek("until").and_then(last_day)?.plus_months(months.unwrap_or(0))?;
    let subject = if subrecipient { "subrecipient" } else { "recipient" };
    let end = terminated.map_or(ends, |terminated| terminated.min(ends));
    let days = Parameter::LiquidationDays.in_force(subject, end.month())?.count();
    end.plus_days(u64::try_from(days).ok()?)
}

fn earned_by(
    context: &Context<'_>,
    reader: &mut TableReader<'_>,
    head: &Head,
    name: &Name,
) -> Option<crate::name::StreamIndex> {
    let field = reader.get("earned-by")?;
    let span = field.span();
    let award = context.stream(field)?;
    let refuse = |message: &str, remedy: &str| {
        let cause = "program income (2 CFR 200.307)";
        context.desk.fault(Code::RuleBroken, span, message, cause, remedy);
    };
    if !matches!(head.kind, Some(Kind::Payer | Kind::Partner)) {
        refuse(
            "program income is fees, payments for services and the like, so a payer or a partner earns it",
            "delete it, or write it at the payer or partner that pays for the award's activity",
        );
        return None;
    }
    if context.names.streams.get(award.at()).is_some_and(|own| own == name.as_str()) {
        refuse("a stream does not earn itself", "name the award whose activity earns it");
        return None;
    }
    Some(award)
}

/// The limit of pay; that of HHS awards rests on a rule for each calendar year of the plan.
fn pay_limit(context: &Context<'_>, reader: &mut TableReader<'_>) -> Option<PayLimit> {
    let stated = reader.peek("salary-limit").map(|entry| &entry.node.value);
    let by_year = matches!(stated, Some(Value::Bool(_)));
    let field = reader.get("salary-limit")?;
    if !by_year {
        return field.money().map(PayLimit::Amount);
    }
    field.bool().filter(|limited| *limited)?;
    let years = context.horizon.start.year()..=context.horizon.end().year();
    let january = years.filter_map(|year| Month::new(year, 1));
    for rule in january.filter_map(|month| Parameter::SalaryLimit.in_force("", month)) {
        reader.rests_on("salary-limit", rule);
    }
    Some(PayLimit::ByYear)
}

fn program_income(context: &Context<'_>, reader: &mut TableReader<'_>) -> ProgramIncome {
    let stated = reader.get("program-income");
    let span = stated.as_ref().map_or(reader.key(), Field::span);
    let method = stated.and_then(|field| field.word(PROGRAM_INCOMES));
    let method = method.map_or(ProgramIncome::Deduction, |at| ProgramIncome::ALL[at]);
    let approved = reader.has("program-income-approval");
    reader.get("program-income-approval").and_then(Field::text);
    if method != ProgramIncome::Deduction && !approved {
        let message =
            format!("program income is used by `{}` with the agency's approval", method.word());
        let cause = "no approval is stated (2 CFR 200.307(b))";
        let remedy = "write `program-income-approval = \"...\"`: the award's term or the letter";
        context.desk.fault(Code::RuleBroken, span, message, cause, remedy);
    }
    method
}

fn effort(context: &Context<'_>, field: Field<'_>) -> Option<Effort> {
    let mut reader = field.table(&["effort"])?;
    let on = reader.need("on");
    if let Some(field) = on.as_ref().filter(|field| field.is_empty_list()) {
        let remedy = "write the costs that it is measured on: `on = [\"layer.program\"]`";
        let code = Code::RestrictionContradiction;
        context.desk.fault(code, field.span(), "`on` names nothing", "", remedy);
    }
    let on = context.selectors(on, Recovery::IsNoCost);
    let baseline = reader.need("baseline").and_then(|field| field.word(BASELINES));
    let fixed = baseline == Some(2);
    if fixed && !reader.has("year") {
        reader.missing("year");
    }
    if !fixed {
        reader.refuse("year", "goes with `baseline = \"fixed-year\"`", "delete it");
    }
    let year = reader.get("year").and_then(Field::whole);
    if baseline.is_some_and(|at| at >= 2) && !reader.has("history") {
        reader.missing("history");
    }
    let history = reader.get("history").map(|field| by_year(context, field));
    let reader_key = reader.key();
    let supplant = reader.get("test").and_then(|field| field.word(EFFORT_TESTS)) == Some(1);
    reader.finish();
    if let (true, Some(year), Some(Some(history))) = (fixed, year, &history)
        && !history.iter().any(|(of, _)| i64::from(*of) == year)
    {
        let message = format!("the baseline is FY{year}, which `history` does not name");
        let remedy = format!("write `FY{year}` in `history`, or another `year`");
        context.desk.fault(Code::MonthRange, reader_key, message, "", remedy);
    }
    let baseline = match baseline? {
        0 => Baseline::PriorYear,
        1 => Baseline::AverageOfTwo,
        2 => Baseline::FixedYear(i32::try_from(year?).ok()?),
        _ => Baseline::MostRecentActual,
    };
    let history = history.map_or(Some(Vec::new()), |history| history)?;
    Some(Effort { on, baseline, history, supplant })
}

/// An approved budget, and whether transfers among its categories are barred.
fn budget(field: Field<'_>) -> Option<(Budget, bool)> {
    let mut reader = field.table(&["budget"])?;
    let mut categories = Vec::new();
    let mut whole = true;
    for (place, word) in CATEGORIES.iter().enumerate() {
        let Some(field) = reader.get(word) else { continue };
        match field.money() {
            Some(amount) => categories.push((Category::ALL[place], amount)),
            None => whole = false,
        }
    }
    let barred = reader.get("transfers").and_then(|field| field.word(TRANSFERS)) == Some(1);
    reader.finish();
    whole.then_some((Budget { categories }, barred))
}
