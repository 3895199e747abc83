//! Random plans, as the text that a person would write.

use std::fmt::Write as _;

use braidfund::folder::{self, MemoryFolder};
use braidfund::plan::Plan;
use proptest::prelude::*;

/// One cost line: its form, priority, layer, and what documented benefit it states.
#[derive(Clone, Debug)]
pub struct Cost {
    pub form: u8,
    pub amount: u32,
    pub priority: u8,
    pub backbone: bool,
    pub category: u8,
    pub lag: u8,
    pub benefit: Vec<(u8, u8)>,
    pub subaward: bool,
    pub starts: u8,
}

/// One stream: its kind, window, size and rules.
#[derive(Clone, Debug)]
pub struct Stream {
    pub kind: u8,
    pub amount: u32,
    pub from: u8,
    pub length: u8,
    pub status: u8,
    pub federal: bool,
    pub pays: Vec<u8>,
    pub unrestricted: bool,
    pub cap: Option<(u8, u8, u8)>,
    pub indirect: Option<u8>,
    pub matching: Option<(u8, bool)>,
    pub last_resort: bool,
    pub reimbursed: bool,
    pub carryover: bool,
    /// What the award is under beside: bits of its rules.
    pub under: u8,
    /// Bits and sizes of its timing: delay, true-up, withhold, opening position, use of program income.
    pub timing: u32,
}

/// A plan as a list of its parts, so that a failing one shrinks.
#[derive(Clone, Debug)]
pub struct Parts {
    pub months: u8,
    pub fiscal: u8,
    pub costs: Vec<Cost>,
    pub streams: Vec<Stream>,
    pub pool: Option<(u8, u8)>,
    pub protect: u8,
    /// A line of credit: its limit, and the cash at the start.
    pub credit: Option<(u32, u32)>,
}

prop_compose! {
    fn cost()(
        form in 0..6_u8, amount in 0..4_000_000_u32, priority in 0..3_u8, backbone: bool,
        category in 0..8_u8, lag in 0..3_u8, starts in 0..6_u8, subaward in prop::bool::weighted(0.2),
        benefit in prop::collection::vec((0..8_u8, 5..50_u8), 0..3),
    ) -> Cost {
        Cost { form, amount, priority, backbone, category, lag, benefit, subaward, starts }
    }
}

prop_compose! {
    fn rules()(
        unrestricted in prop::bool::weighted(0.2),
        cap in prop::option::weighted(0.4, (0..10_u8, 1..100_u8, 0..4_u8)),
        indirect in prop::option::weighted(0.25, 1..40_u8),
        matching in prop::option::weighted(0.25, (5..60_u8, any::<bool>())),
        last_resort in prop::bool::weighted(0.1),
    ) -> (bool, Option<(u8, u8, u8)>, Option<u8>, Option<(u8, bool)>, bool) {
        (unrestricted, cap, indirect, matching, last_resort)
    }
}

prop_compose! {
    fn stream()(
        kind in 0..11_u8, amount in 1..60_000_000_u32, from in 0..24_u8, length in 1..30_u8,
        status in prop::sample::select(vec![0_u8, 0, 1, 2]), federal in prop::bool::weighted(0.4),
        pays in prop::collection::vec(0..10_u8, 1..6), rules in rules(),
        reimbursed: bool, carryover: bool,
        under in (prop::option::weighted(0.7, any::<u8>()), prop::option::weighted(0.7, any::<u32>())),
    ) -> Stream {
        let (unrestricted, cap, indirect, matching, last_resort) = rules;
        Stream {
            kind, amount, from, length, status, federal, pays, unrestricted, cap, indirect, matching,
            last_resort, reimbursed, carryover, under: under.0.unwrap_or(0),
            timing: under.1.unwrap_or(0),
        }
    }
}

prop_compose! {
    /// Plans of up to 40 months, 10 lines and 8 streams with every rule that a stream can carry.
    pub fn parts()(
        months in 1..40_u8, fiscal in 0..12_u8,
        costs in prop::collection::vec(cost(), 1..10),
        streams in prop::collection::vec(stream(), 0..8),
        pool in prop::option::weighted(0.4, (0..8_u8, 1..100_u8)),
        protect in 0..14_u8,
        credit in prop::option::weighted(0.3, (1..20_000_000_u32, 0..5_000_000_u32)),
    ) -> Parts {
        Parts { months, fiscal, costs, streams, pool, protect, credit }
    }
}

/// Months as plans name them.
pub const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const PRIORITIES: [&str; 3] = ["core", "essential", "stretch"];
const CATEGORIES: [&str; 8] =
    ["personnel", "fringe", "travel", "equipment", "supplies", "contractual", "other", "overhead"];
const STATUSES: [&str; 3] = ["secured", "likely", "prospective"];

fn dollars(cents: u32) -> String {
    format!("\"{}.{:02}\"", cents / 100, cents % 100)
}

/// The month so many after January 2024, in which every plan starts.
fn month(offset: impl Into<i64>) -> String {
    let offset = offset.into();
    format!("{}-{:02}", 2024 + offset.div_euclid(12), offset.rem_euclid(12) + 1)
}

fn percent_of(cents: u32, percent: u32) -> u32 {
    (u64::from(cents) * u64::from(percent) / 100) as u32
}

/// In-kind can cover a line only where one exists; such a stream takes no rules of its own.
fn is_in_kind(stream: &Stream) -> bool {
    stream.kind == 7
}

fn is_loan(stream: &Stream) -> bool {
    stream.kind >= 9
}

impl Stream {
    fn has_timing(&self, bit: u8) -> bool {
        self.timing & (1 << bit) != 0
    }

    /// A size from the bits of its timing.
    fn size(&self, shift: u8, below: u32) -> u32 {
        (self.timing >> shift) % below
    }

    /// Whether it was running before the plan, which states its position.
    fn runs_before(&self) -> bool {
        matches!(self.kind, 0 | 1) && self.has_timing(0)
    }

    /// Whether it was running before the plan and all of it was advanced.
    fn advanced_whole(&self) -> bool {
        self.runs_before()
            && self.kind == 0
            && (self.has_timing(4) || self.has_timing(6))
            && !self.reimbursed
    }

    /// Its first and last month, from the plan's start.
    fn window(&self) -> (i64, i64) {
        let before = if self.runs_before() { i64::from(1 + self.size(8, 14)) } else { 0 };
        let from = if before > 0 { -before } else { i64::from(self.from) };
        (from, from + before + i64::from(self.length) - 1)
    }
}

impl Parts {
    /// The blocks of `plan.toml`, one table each: their order means nothing.
    pub fn blocks(&self) -> Vec<String> {
        let mut blocks = vec![format!(
            "[plan]\ntitle = \"Random\"\nstart = \"2024-01\"\nmonths = {}\nfiscal-year-starts = \"{}\"\n",
            self.months, MONTHS[self.fiscal as usize]
        )];
        blocks.push(format!("[policy]\nprotect-core-months = {}\n", self.protect));
        blocks.push("[driver.members]\nstart = 1000\ngrowth = \"3%\"\n".to_string());
        for (index, cost) in self.costs.iter().enumerate() {
            blocks.push(self.cost(index, cost));
        }
        for (index, stream) in self.streams.iter().enumerate() {
            blocks.push(self.stream(index, stream));
        }
        blocks.extend(self.pool());
        blocks.extend(self.credit());
        for (index, stream) in self.streams.iter().enumerate() {
            blocks.extend(self.opening(index, stream));
        }
        blocks
    }

    /// The plan's text with its blocks in the given order.
    pub fn text(&self) -> String {
        self.blocks().join("\n")
    }

    /// The plan, read as any folder is.
    pub fn plan(&self) -> Plan {
        read(&self.text())
    }

    fn cost(&self, index: usize, cost: &Cost) -> String {
        let mut text = format!(
            "[cost.c{index}]\nfunction = \"f{}\"\nlayer = \"{}\"\n",
            index % 4,
            if cost.backbone { "backbone" } else { "program" }
        );
        if cost.backbone {
            text = text.replace(&format!("f{}", index % 4), "convene");
        }
        let amount = dollars(cost.amount);
        let form = match cost.form {
            0 => format!("yearly = {amount}\nescalate = \"2.5%\"\n"),
            1 => format!("monthly = {amount}\n"),
            2 => format!("once = {amount}\n"),
            3 => format!("positions = {{ fte = \"1.5\", salary = {amount}, fringe = \"28%\" }}\n"),
            4 => format!("step = {{ driver = \"members\", capacity = 300, yearly = {amount} }}\n"),
            _ => format!(
                "fee = {{ share = \"{}%\", on = [\"layer.backbone\"] }}\n",
                cost.amount % 20
            ),
        };
        text += &form;
        let starts = u32::from(cost.starts).min(u32::from(self.months) - 1);
        writeln!(text, "from = \"{}\"", month(starts)).unwrap();
        writeln!(text, "priority = \"{}\"", PRIORITIES[cost.priority as usize]).unwrap();
        writeln!(text, "category = \"{}\"", CATEGORIES[cost.category as usize]).unwrap();
        writeln!(text, "payment-lag-months = {}", cost.lag).unwrap();
        if cost.subaward {
            text += "subaward = \"partner-a\"\n";
        }
        text + &self.benefit(cost)
    }

    fn benefit(&self, cost: &Cost) -> String {
        let mut shares: Vec<(usize, u8)> = Vec::new();
        for (stream, share) in &cost.benefit {
            let stream = usize::from(*stream);
            let known = shares.iter().any(|(named, _)| *named == stream);
            let named = self.streams.get(stream);
            if named.is_some_and(|named| !is_in_kind(named) && !is_loan(named)) && !known {
                shares.push((stream, *share));
            }
        }
        if shares.is_empty() {
            return String::new();
        }
        let shares: Vec<String> =
            shares.iter().map(|(stream, share)| format!("s{stream} = \"{share}%\"")).collect();
        format!("benefit = {{ basis = \"fte\", shares = {{ {} }} }}\n", shares.join(", "))
    }

    fn stream(&self, index: usize, stream: &Stream) -> String {
        if is_loan(stream) {
            return self.loan(index, stream);
        }
        let (from, until) = stream.window();
        let amount = dollars(stream.amount);
        let status = STATUSES[stream.status as usize];
        let mut text = format!(
            "[stream.s{index}]\nstatus = \"{status}\"\nfunder = \"Funder {}\"\n",
            index % 3
        );
        let window = format!("from = \"{}\"\nuntil = \"{}\"\n", month(from), month(until));
        let payment = if stream.advanced_whole() {
            "payment = { method = \"advance\" }\n"
        } else if stream.reimbursed {
            "payment = { method = \"reimbursement\", lag-months = 2, cycle-months = 3 }\n"
        } else {
            "payment = { method = \"advance\", instalments = \"quarterly\" }\n"
        };
        let carryover = if stream.carryover { "automatic" } else { "none" };
        let (keys, terms) = match stream.kind {
            0 => (format!("kind = \"grant\"\naward = {amount}\n{payment}"), String::new()),
            1 => (
                format!(
                    "kind = \"grant\"\naward = {amount}\nbudget-periods = \"yearly\"\n\
                         carryover = \"{carryover}\"\n{payment}"
                ),
                String::new(),
            ),
            2 => (
                "kind = \"payer\"\n".to_string(),
                format!(
                    "method = \"pmpm\"\nmembers = \"members\"\nrate = \"{}.{:02}\"\n\
                         collection-lag-months = 2\npass-through = \"10%\"\n{}",
                    stream.amount % 30,
                    stream.amount % 100,
                    corrections(stream)
                ),
            ),
            3 => (
                format!("kind = \"public\"\n{payment}"),
                format!("method = \"appropriation\"\nyearly = {amount}\n"),
            ),
            4 => (
                "kind = \"public\"\n".to_string(),
                match stream.has_timing(5) {
                    true => {
                        format!("method = \"match\"\nrate = \"50%\"\nyearly-limit = {amount}\n")
                    }
                    false => "method = \"match\"\nrate = \"50%\"\n".to_string(),
                },
            ),
            5 => (
                format!("kind = \"partner\"\nmonthly = {}\n", dollars(stream.amount / 24 + 1)),
                String::new(),
            ),
            6 => (format!("kind = \"partner\"\nyearly = {amount}\n"), String::new()),
            7 => (
                format!(
                    "kind = \"partner\"\nin-kind = {{ cost = \"c0\", monthly = {} }}\n",
                    dollars(stream.amount / 100 + 1)
                ),
                String::new(),
            ),
            _ => (
                format!("kind = \"reserve\"\nbalance = {amount}\nauthorised = {amount}\n"),
                String::new(),
            ),
        };
        if stream.kind == 8 {
            return format!("[stream.s{index}]\n{keys}");
        }
        text += &keys;
        text += &window;
        if stream.has_timing(1) && !is_in_kind(stream) {
            text += &format!("start-delay-months = {}\n", stream.size(16, 7));
        }
        if stream.federal && !is_in_kind(stream) {
            text += "federal = true\n";
        }
        if !is_in_kind(stream) {
            text += &self.rules(stream);
            text += &self.under(index, stream);
        }
        if !terms.is_empty() {
            text += &format!("[stream.s{index}.terms]\n{terms}");
        }
        text
    }

    fn line(&self, line: u8) -> String {
        format!("\"cost.c{}\"", usize::from(line) % self.costs.len())
    }

    fn rules(&self, stream: &Stream) -> String {
        if stream.unrestricted && stream.kind != 4 {
            return "pays-for = [\"anything\"]\n".to_string();
        }
        let pays: Vec<String> = stream.pays.iter().map(|line| self.line(*line)).collect();
        let mut text = format!("pays-for = [{}]\n", pays.join(", "));
        if let Some((line, share, form)) = stream.cap {
            let on = self.line(line);
            let within = match stream.under & 1 {
                0 => String::new(),
                _ => format!(", within = [{on}, {}, \"layer.backbone\"]", self.line(line + 1)),
            };
            let cap = match form {
                0 => format!("cap = [{{ on = [{on}], share = \"{share}%\", of = \"award\" }}]\n"),
                1 => format!(
                    "cap = [{{ on = [{on}, \"indirect\"], share = \"{share}%\", of = \"spent\"{within} }}]\n"
                ),
                2 => format!("cap = [{{ on = [{on}], amount = {share}000, per = \"period\" }}]\n"),
                _ => format!(
                    "floor = [{{ on = [{on}], share = \"{share}%\", of = \"spent\"{within} }}]\n"
                ),
            };
            text += &cap;
        }
        let gift = matches!(stream.kind, 5 | 6);
        if let Some(rate) = stream.indirect.filter(|_| !gift) {
            let base = ["mtdc", "direct", "personnel", "personnel-fringe"][usize::from(rate) % 4];
            text += &format!(
                "indirect = {{ rate = \"{rate}%\", base = \"{base}\", subaward-cutoff = 25_000 }}\n"
            );
        }
        if let Some((share, of_total)) = stream.matching.filter(|_| stream.kind != 4 && !gift) {
            let convention = if of_total {
                format!("share-of-total = \"{share}%\"")
            } else {
                format!("per-award-dollar = \"0.{share:02}\"")
            };
            let by = if share % 3 == 0 { ", by = \"2026-03\"" } else { "" };
            text += &format!("match = {{ {convention}{by} }}\n");
        }
        if stream.last_resort {
            text += "last-resort = true\n";
        }
        text
    }

    /// Limit of pay, termination, fixed amount, program income.
    fn under(&self, index: usize, stream: &Stream) -> String {
        let mut text = String::new();
        let has = |bit: u8| stream.under & (1 << bit) != 0;
        let grant = matches!(stream.kind, 0 | 1);
        if has(1) && (grant || matches!(stream.kind, 3 | 4)) {
            text += "salary-limit = 9_000\n";
        }
        if has(2) {
            let (from, until) = stream.window();
            let on = month((from + until + 1).div_euclid(2));
            let survives = match grant && has(3) {
                true => format!(", survives = [{}]", self.line(stream.pays[0])),
                false => String::new(),
            };
            text += &format!("termination = {{ on = \"{on}\"{survives} }}\n");
        }
        let matched = stream.matching.is_some() && !stream.unrestricted;
        let ruled = stream.cap.is_some() || stream.indirect.is_some();
        let plain = stream.unrestricted || !ruled;
        if has(4) && stream.kind == 0 && !matched && !stream.reimbursed && plain {
            text += "fixed-amount = true\n";
        }
        let approved = "program-income-approval = \"a letter\"\n";
        if (has(5) || has(6) || has(7)) && grant {
            text += &match stream.amount % 3 {
                0 => "program-income = \"deduction\"\n".to_string(),
                1 => format!("program-income = \"addition\"\n{approved}"),
                _ => format!("program-income = \"cost-sharing\"\n{approved}"),
            };
        }
        let first = |may: fn(&Stream) -> bool| self.streams.iter().position(may);
        let award = first(Stream::advanced_whole)
            .or_else(|| first(|other| matches!(other.kind, 0 | 1 | 3)));
        if let Some(award) = award.filter(|award| (has(4) || has(6) || has(7)) && *award != index)
            && matches!(stream.kind, 2 | 5 | 6)
        {
            text += &format!("earned-by = \"s{award}\"\n");
        }
        text
    }

    /// A term loan, or a recoverable grant repaid from another stream or on a date.
    fn loan(&self, index: usize, stream: &Stream) -> String {
        let (from, until) = stream.window();
        let pays = match stream.unrestricted {
            true => "\"anything\"".to_string(),
            false => self.line(stream.pays[0]),
        };
        let head = format!(
            "[stream.s{index}]\nkind = \"loan\"\nstatus = \"{}\"\nfunder = \"Lender\"\n\
             from = \"{}\"\namount = {}\npays-for = [{pays}]\n",
            STATUSES[stream.status as usize],
            month(from),
            dollars(stream.amount)
        );
        let brings = |other: &Stream| matches!(other.kind, 0..=3 | 5 | 6);
        let source = self.streams.iter().position(brings).filter(|_| stream.reimbursed);
        let terms = match (stream.kind, source) {
            (9, _) => format!(
                "rate = \"{}%\"\nmonths = {}\ninterest-only-months = {}\n",
                stream.size(4, 13),
                stream.length,
                stream.size(8, u32::from(stream.length))
            ),
            (_, Some(source)) => format!(
                "method = \"recoverable-grant\"\nrepaid-from = {{ stream = \"s{source}\", share = \"{}%\" }}\n",
                1 + stream.size(8, 100)
            ),
            (_, None) => format!(
                "method = \"recoverable-grant\"\nrepayments = [{{ month = \"{}\", amount = {} }}]\n",
                month(until),
                dollars(stream.amount)
            ),
        };
        head + &terms
    }

    fn credit(&self) -> Option<String> {
        let (limit, cash) = self.credit?;
        Some(format!(
            "[credit]\nlender = \"A bank\"\nlimit = {}\nrate = \"9%\"\n\
             [opening]\nunrestricted-cash = {}\n",
            dollars(limit),
            dollars(cash)
        ))
    }

    /// What an award that was running before the plan has spent, and what of it is held, owed or matched.
    fn opening(&self, index: usize, stream: &Stream) -> Option<String> {
        if !stream.runs_before() {
            return None;
        }
        let spent = percent_of(stream.amount, stream.size(12, 110));
        let left = stream.amount.saturating_sub(spent);
        let mut text = format!("[opening.stream.s{index}]\nspent = {}\n", dollars(spent));
        text += &match stream.reimbursed {
            true => format!(
                "receivables = [{{ month = \"2024-01\", amount = {} }}]\n",
                dollars(percent_of(spent, stream.size(20, 50)))
            ),
            false if stream.advanced_whole() => format!("cash = {}\n", dollars(left)),
            false => format!("cash = {}\n", dollars(percent_of(left, stream.size(20, 101)))),
        };
        if stream.indirect.is_some() && !stream.unrestricted {
            text += &format!("base = {}\n", dollars(spent / 2));
            text += &format!("recovered = {}\n", dollars(spent / 20));
        }
        if stream.matching.is_some() && !stream.unrestricted {
            let matched = percent_of(spent, stream.size(16, 100));
            text += &format!("matched = {}\n", dollars(matched));
        }
        Some(text)
    }

    fn pool(&self) -> Option<String> {
        let (stream, share) = self.pool?;
        let member = self.streams.get(usize::from(stream))?;
        let line = self.line(*member.pays.first()?);
        let poolable = matches!(member.kind, 0..=3 | 5 | 6) && !member.federal;
        poolable.then(|| {
            format!(
                "[pool.fund]\nmembers = {{ s{stream} = \"{share}%\" }}\npays-for = [{line}]\n\
                     governed-by = \"Charter\"\n"
            )
        })
    }
}

/// How a payer corrects what it paid, and what it keeps back until it measures.
fn corrections(stream: &Stream) -> String {
    let mut text = String::new();
    if stream.has_timing(2) {
        text += &format!(
            "true-up = {{ retained = \"{}%\", after-months = {} }}\n",
            85 + stream.size(8, 16),
            1 + stream.size(12, 9)
        );
    }
    if stream.has_timing(3) {
        text += &format!(
            "withhold = {{ share = \"{}%\", score = \"{}%\", paid-after-months = {} }}\n",
            1 + stream.size(16, 20),
            stream.size(20, 101),
            stream.size(24, 9)
        );
    }
    text
}

/// Reads a plan from its text.
pub fn read(text: &str) -> Plan {
    let folder = MemoryFolder::new([("plan.toml", text)]);
    folder::read(&folder, "base").unwrap_or_else(|error| {
        let told: Vec<String> = error
            .diagnostics()
            .iter()
            .map(|d| format!("{} {} ({})", d.code, d.message, d.remedy))
            .collect();
        panic!("a random plan reads: {}\n{text}", told.join("\n"))
    })
}
