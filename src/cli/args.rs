//! What may be typed.

use std::path::PathBuf;

use braidfund::folder::{BRIDGE_FILE, CHANCE_FILE};
use braidfund::limits::FUTURES_MAX;
use braidfund::report::{bridge, chance, compare, contract, portfolio};
use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};

/// Braided-funding financial planning: many streams, each with its own rules, against one set of
/// costs.
#[derive(Debug, Parser)]
#[command(
    name = "braid",
    version,
    max_term_width = 100,
    after_help = "Examples:\n  braid init hub --template chw-hub\n  braid check hub\n  \
        braid forecast hub\n\n\
        Exit status: 0 done; 1 a requested condition failed (--strict, --fail-on-gap); \
        2 input or usage refused, nothing written (portfolio goes on with the other folders); \
        3 a file could not be read or written, those that stand there whole."
)]
pub struct Command {
    /// The command.
    #[command(subcommand)]
    pub verb: Verb,
    /// What holds for every command.
    #[command(flatten)]
    pub manner: Manner,
}

/// What holds for every command.
#[derive(Args, Debug)]
#[command(next_help_heading = "Manner")]
pub struct Manner {
    /// When to colour: auto colours a terminal and heeds NO_COLOR and CLICOLOR_FORCE.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// The width of pages in columns [default: the terminal's, else 100].
    #[arg(long, global = true, value_name = "COLUMNS")]
    #[arg(value_parser = value_parser!(u16).range(40..=400))]
    pub width: Option<u16>,
    /// Say nothing beside the data and errors.
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Make a commented starter folder that forecasts unchanged
    #[command(after_help = "Example:\n  braid init hub --template chw-hub && braid forecast hub")]
    Init(Init),
    /// Say what is wrong with a plan folder, then what is doubtful
    #[command(after_help = "Example:\n  braid check hub --strict")]
    Check(Check),
    /// Forecast who pays what, and what stays unpaid
    #[command(after_help = "Examples:\n  braid forecast hub --view likely\n  \
        braid forecast hub --scenario payers-late+no-levy --format csv --table draws\n  \
        braid forecast hub --out forecast")]
    Forecast(Forecast),
    /// Explain a figure of the forecast: formula, inputs, and what keeps money from a gap
    #[command(after_help = "Examples:\n  braid explain hub\n  braid explain hub gap 2027-03\n  \
        braid explain hub cash 2027-03")]
    Explain(Explain),
    /// Put scenarios side by side: what differs, and what each changed input has to do with it
    #[command(
        after_help = "Examples:\n  braid compare hub --scenario payers-late --scenario no-levy\n  \
        braid compare hub --scenario payers-late --view all --format csv --table inputs"
    )]
    Compare(Compare),
    /// Compare bridge options: what each closes, costs and leaves; and the least that bridges
    #[command(after_help = "Examples:\n  braid bridge hub\n  \
        braid bridge hub --scenario base --scenario payers-late --solve\n  \
        braid bridge hub --solve --through 2028-06 --format csv --table least")]
    Bridge(Bridge),
    /// Move each input over its range: what moves the gap most, and where core costs are funded
    #[command(after_help = "Examples:\n  braid sensitivity hub\n  \
        braid sensitivity hub --spread 10% --view all --format csv")]
    Sensitivity(Sensitivity),
    /// Draw what is uncertain, many times: how often costs go unpaid and cash runs out, and by when
    #[command(after_help = "Examples:\n  braid chance hub\n  \
        braid chance hub --futures 10000 --seed 7\n  \
        braid chance hub --seed 7 --trial 8123\n  \
        braid chance hub --trials 0..5000 --keep > first.json\n  \
        braid chance hub --merge first.json --merge second.json")]
    Chance(Chance),
    /// Put partnerships beside each other: which runs out first, and where a sum would close most
    #[command(after_help = "Examples:\n  braid portfolio north south east\n  \
        braid portfolio north south --sum 500000 --from 2027-01 --pays-for layer.backbone")]
    Portfolio(Portfolio),
    /// Say what one more would do: a dollar, a point of a cap, a month, a cost that an award may pay
    #[command(after_help = "Examples:\n  braid levers hub\n  \
        braid levers hub --view likely --format csv")]
    Levers(Levers),
    /// List the dated rules that hold where a plan states nothing, with their sources
    #[command(after_help = "Examples:\n  braid rules\n  braid rules fmap --for PA\n  \
        braid rules --unverified\n  braid rules de-minimis --on 2024-09")]
    Rules(Rules),
    /// Write what a board decides on: one file that prints, reads on a phone and opens without a network
    #[command(after_help = "Examples:\n  braid report hub -o board.html\n  \
        braid report hub --board --since last/forecast.json -o board.html\n  \
        braid report hub --redact --format md")]
    Report(Report),
    /// Write the plan as a workbook whose every figure can be followed
    #[command(after_help = "Examples:\n  braid workbook hub -o plan.xlsx\n  \
        braid workbook hub --scenario late --view all -o late.xlsx")]
    Workbook(Workbook),
    /// Bring back what a workbook holds: changed inputs as a scenario, or a budget as cost lines
    #[command(after_help = "Examples:\n  braid import plan.xlsx hub\n  \
        braid import plan.xlsx hub --scenario cfo-june --write\n  braid import budget.xlsx hub")]
    Import(Import),
    /// Settle years of the Medicare Shared Savings Program to the dollar, one a row
    #[command(after_help = SETTLE_HELP)]
    Settle(Settle),
    /// Print the JSON Schema of plan.toml, for editors
    #[command(after_help = "Example:\n  braid schema > plan.schema.json")]
    Schema,
    /// Print completions for a shell
    #[command(after_help = "Example:\n  braid completions bash \
        > ~/.local/share/bash-completion/completions/braid")]
    Completions(Completions),
    /// Print the manual page
    #[command(after_help = "Example:\n  braid man > braid.1; braid man forecast | man -l -")]
    Man(Man),
}

/// `braid init`
#[derive(Args, Debug)]
pub struct Init {
    /// The folder to make; it may exist, without a plan in it.
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// What to start from; see --list.
    #[arg(long, value_name = "NAME")]
    pub template: Option<String>,
    /// List the templates and stop.
    #[arg(long, conflicts_with = "template")]
    pub list: bool,
}

/// The plan to read.
#[derive(Args, Clone, Debug)]
pub struct Source {
    /// The plan folder.
    #[arg(value_name = "PLAN")]
    pub folder: PathBuf,
    /// The scenario; several stack from left to right: `late+low`.
    #[arg(long, value_name = "ID")]
    pub scenario: Option<String>,
}

/// How to braid.
#[derive(Args, Clone, Copy, Debug)]
pub struct Braiding {
    /// How the braid is made.
    #[arg(long, value_name = "METHOD", default_value = "waterfall")]
    pub method: Method,
    /// The money that counts: each view holds the surer ones.
    #[arg(long, value_name = "VIEW", default_value = "secured")]
    pub view: View,
}

/// How the braid is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Method {
    /// Month by month without foresight, as practice does it.
    Waterfall,
    /// Documented benefit shares first: the cost allocation plan as filed.
    Shares,
    /// The least gap that the rules allow: best case, if every date were known today.
    Optimal,
}

/// The money that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum View {
    /// Signed money, or money by a law that stands.
    Secured,
    /// And money expected by both sides.
    Likely,
    /// And money hoped for.
    All,
}

/// `braid check`
#[derive(Args, Debug)]
pub struct Check {
    #[command(flatten)]
    pub source: Source,
    /// End with status 1 where anything is doubtful.
    #[arg(long)]
    pub strict: bool,
    /// The form of standard output.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

/// The form of standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// `braid forecast`
#[derive(Args, Debug)]
pub struct Forecast {
    #[command(flatten)]
    pub source: Source,
    #[command(flatten)]
    pub braiding: Braiding,
    /// The form of standard output [default: text, or nothing where --out is given].
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<TableFormat>,
    /// The table that CSV holds [default: years].
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(contract::NAMES))]
    pub table: Option<String>,
    /// Write every table as CSV, forecast.json and manifest.json into this folder, all or none.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Replace files in --out that braid did not make.
    #[arg(long, requires = "out")]
    pub force: bool,
    /// End with status 1 where costs stay unpaid: any, or core costs alone.
    #[arg(long, value_name = "WHICH")]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "any")]
    pub fail_on_gap: Option<FailOnGap>,
}

/// The form of standard output where it may be a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// A page for people.
    Text,
    /// All of it, for programs.
    Json,
    /// One table, for spreadsheets and programs.
    Csv,
}

/// The gap that fails a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOnGap {
    /// A gap of core costs.
    Core,
    /// Any gap.
    Any,
}

/// `braid explain`
#[derive(Args, Debug)]
pub struct Explain {
    #[command(flatten)]
    pub source: Source,
    /// The figure, such as `gap 2027-03`; without it, the figures that can be asked for.
    #[arg(value_name = "FIGURE")]
    pub figure: Vec<String>,
    #[command(flatten)]
    pub braiding: Braiding,
    /// The form of standard output.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

/// `braid compare`
#[derive(Args, Debug)]
pub struct Compare {
    /// The plan folder.
    #[arg(value_name = "PLAN")]
    pub folder: PathBuf,
    /// A scenario, or several stacked (`late+low`); once for each that is compared [default: all].
    #[arg(long = "scenario", value_name = "ID")]
    pub scenarios: Vec<String>,
    #[command(flatten)]
    pub braiding: Braiding,
    /// The form of standard output; CSV where a table is named.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<TableFormat>,
    /// The table that CSV holds [default: amounts].
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(compare::TABLES))]
    pub table: Option<String>,
}

/// `braid bridge`
#[derive(Args, Debug)]
pub struct Bridge {
    /// The plan folder.
    #[arg(value_name = "PLAN")]
    pub folder: PathBuf,
    /// The file of the folder that holds the options.
    #[arg(long, value_name = "FILE", default_value = BRIDGE_FILE)]
    pub options: String,
    /// A scenario in which every option is tried; once for each [default: base].
    #[arg(long = "scenario", value_name = "ID")]
    pub scenarios: Vec<String>,
    #[command(flatten)]
    pub braiding: Braiding,
    /// Seek the least amount of each option that keeps core costs funded until dependable money does.
    #[arg(long)]
    pub solve: bool,
    /// Seek what keeps them funded through this month instead.
    #[arg(long, value_name = "MONTH", requires = "solve")]
    pub through: Option<String>,
    /// Seek the start, the length or the taper with which the least money does; once for each.
    #[arg(long, value_name = "TERM", requires = "solve")]
    pub best: Vec<Best>,
    /// Run every option through so many futures too; with --solve, seek what holds in 9 of 10 of them.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..=FUTURES_MAX))]
    pub futures: Option<u64>,
    /// What all draws follow from.
    #[arg(long, value_name = "NUMBER", default_value_t = 1, requires = "futures")]
    pub seed: u64,
    /// The file of the folder that says what is uncertain.
    #[arg(long, value_name = "FILE", default_value = CHANCE_FILE, requires = "futures")]
    pub chances: String,
    /// The form of standard output; CSV where a table is named.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<TableFormat>,
    /// The table that CSV holds [default: options].
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(bridge::TABLES))]
    pub table: Option<String>,
}

/// What of an option is sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Best {
    /// The month in which it begins, for as many months as it states.
    Start,
    /// The month in which it ends.
    Length,
    /// What each year holds of the year before.
    Taper,
}

/// `braid sensitivity`
#[derive(Args, Debug)]
pub struct Sensitivity {
    #[command(flatten)]
    pub source: Source,
    #[command(flatten)]
    pub braiding: Braiding,
    /// Move figures that state no `range` by this share of themselves, such as `10%`.
    #[arg(long, value_name = "SHARE")]
    pub spread: Option<String>,
    /// The form of standard output.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: TableFormat,
}

/// `braid chance`
#[derive(Args, Debug)]
pub struct Chance {
    #[command(flatten)]
    pub source: Source,
    /// The file of the folder that says what is uncertain.
    #[arg(long, value_name = "FILE", default_value = CHANCE_FILE)]
    pub chances: String,
    /// How many futures are drawn.
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=FUTURES_MAX))]
    pub futures: u64,
    /// What all draws follow from: the same seed draws the same futures [default: 1, or that of the files of --merge].
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Replay one future: what was drawn, and its forecast.
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["futures", "trials", "keep", "merge", "table"])]
    #[arg(value_parser = clap::value_parser!(u64).range(..FUTURES_MAX))]
    pub trial: Option<u64>,
    /// Only these futures: the first, and the one after the last.
    #[arg(long, value_name = "FIRST..END", conflicts_with = "futures")]
    pub trials: Option<String>,
    /// Print what these futures came to as JSON that can be merged with others.
    #[arg(long, conflicts_with_all = ["format", "table"])]
    pub keep: bool,
    /// Merge what was kept instead of drawing; once for each file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["futures", "trials", "keep"])]
    pub merge: Vec<PathBuf>,
    /// The form of standard output; CSV where a table is named.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<TableFormat>,
    /// The table that CSV holds [default: years].
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(chance::TABLES))]
    pub table: Option<String>,
}

/// `braid portfolio`
#[derive(Args, Debug)]
pub struct Portfolio {
    /// The plan folders.
    #[arg(value_name = "FOLDER", required = true)]
    pub folders: Vec<PathBuf>,
    /// The scenario of every plan; several stack from left to right: `late+low`.
    #[arg(long, value_name = "ID")]
    pub scenario: Option<String>,
    #[command(flatten)]
    pub braiding: Braiding,
    /// A sum in dollars: what it would close where, core costs first, then the earliest month.
    #[arg(long, value_name = "DOLLARS", requires = "from")]
    pub sum: Option<String>,
    /// The first month in which the sum may be spent.
    #[arg(long, value_name = "MONTH", requires = "sum")]
    pub from: Option<String>,
    /// The last month in which it may be spent [default: the end of each plan].
    #[arg(long, value_name = "MONTH", requires = "sum")]
    pub until: Option<String>,
    /// What the sum pays for, as a stream says it; once for each [default: anything].
    #[arg(long, value_name = "SELECTOR", requires = "sum")]
    pub pays_for: Vec<String>,
    /// The form of standard output; CSV where a table is named.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<TableFormat>,
    /// The table that CSV holds [default: partnerships].
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(portfolio::TABLES))]
    pub table: Option<String>,
}

/// `braid levers`
#[derive(Args, Debug)]
pub struct Levers {
    #[command(flatten)]
    pub source: Source,
    /// The money that counts: each view holds the surer ones.
    #[arg(long, value_name = "VIEW", default_value = "secured")]
    pub view: View,
    /// The form of standard output.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: TableFormat,
}

/// `braid rules`
#[derive(Args, Debug)]
pub struct Rules {
    /// Words of the parameter, its meaning or its citation; all must be there.
    #[arg(value_name = "WORD")]
    pub words: Vec<String>,
    /// Whom or what the rule applies to, such as a state.
    #[arg(long = "for", value_name = "SUBJECT")]
    pub subject: Option<String>,
    /// Only rules in force in this month.
    #[arg(long, value_name = "MONTH")]
    pub on: Option<String>,
    /// Only rules of which no source was read.
    #[arg(long)]
    pub unverified: bool,
    /// The form of standard output.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: TableFormat,
}

/// `braid report`
#[derive(Args, Debug)]
pub struct Report {
    #[command(flatten)]
    pub source: Source,
    #[command(flatten)]
    pub braiding: Braiding,
    /// The file to write [default: standard output].
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace a file that braid did not make.
    #[arg(long, requires = "output")]
    pub force: bool,
    /// The form of the report.
    #[arg(long, value_name = "FORMAT", default_value = "html")]
    pub format: ReportFormat,
    /// Mark it as a draft.
    #[arg(long, conflicts_with = "board")]
    pub draft: bool,
    /// Mark it as the board's copy.
    #[arg(long)]
    pub board: bool,
    /// Show pay as a sum by function, and name no position.
    #[arg(long)]
    pub redact: bool,
    /// Tell what changed since an earlier forecast.json of `braid forecast --out`.
    #[arg(long, value_name = "FILE")]
    pub since: Option<PathBuf>,
    /// The file of the folder that holds bridge options [default: bridge.toml, where it is there].
    #[arg(long, value_name = "FILE")]
    pub options: Option<String>,
    /// The file of the folder that says what is uncertain [default: chance.toml, where it is there].
    #[arg(long, value_name = "FILE")]
    pub chances: Option<String>,
    /// How many futures are drawn of what is uncertain, for the plan and for each bridge option.
    #[arg(long, value_name = "COUNT", default_value_t = 1_000)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=FUTURES_MAX))]
    pub futures: u64,
    /// What all draws follow from.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
}

/// `braid workbook`
#[derive(Args, Debug)]
pub struct Workbook {
    #[command(flatten)]
    pub source: Source,
    #[command(flatten)]
    pub braiding: Braiding,
    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Replace a file that stands there, and whatever was edited in it.
    #[arg(long)]
    pub force: bool,
    /// An earlier workbook of this plan: the log then lists the inputs that have changed.
    #[arg(long, value_name = "WORKBOOK")]
    pub since: Option<PathBuf>,
}

/// `braid import`
#[derive(Args, Debug)]
pub struct Import {
    /// The workbook (.xlsx): one of braid's whose inputs were changed, or a budget.
    #[arg(value_name = "WORKBOOK")]
    pub workbook: PathBuf,
    /// The plan folder.
    #[arg(value_name = "PLAN")]
    pub folder: PathBuf,
    /// The id of the scenario that changed inputs become.
    #[arg(long, value_name = "ID", default_value = "edited")]
    pub scenario: String,
    /// Write what is shown into the plan folder.
    #[arg(long)]
    pub write: bool,
}

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// A page for a browser and for paper.
    Html,
    /// Markdown.
    Md,
}

/// What `braid settle --help` ends with.
const SETTLE_HELP: &str = "\
Columns that every file has: performance_year, track, assigned_beneficiaries, in_benchmark_usd, \
in_expenditure_usd; aco_id is repeated. Every other figure is the preset of the track and year \
(42 CFR part 425), unless its column is filled:
  in_msr, in_quality_score, in_quality_standard_met, in_alt_standard_met, in_max_sharing_rate,
  in_share_rule, in_fixed_share_rate, in_sequestration_rate, in_savings_cap_of_benchmark,
  in_loss_rate_fixed, in_loss_rate_min, in_loss_rate_max, in_loss_limit_of_benchmark,
  in_loss_limit_usd, in_euc_relief_rule, in_euc_relief_usd, in_reduced_sharing, in_guardrail,
  in_show_one_sided_losses, in_advance_balance_usd
What an organisation chooses or achieves holds as follows where it is left empty: the minimum \
savings rate is that of the published table, in two-sided tracks too (they may choose 0, 0.005, \
0.01, 0.015 or 0.02); the quality standard is met, the alternative one is not; without a score, a \
year before 2021 is one of pay for reporting.
A file is checked whole before the first row is written. Standard input is written as it is read, \
up to its first fault. docs/SETTLE.md has it all.

Examples:
  braid settle results.csv > settled.csv
  braid settle - < results.csv";

/// `braid settle`
#[derive(Args, Debug)]
pub struct Settle {
    /// The CSV file, or `-` for standard input.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// `braid completions`
#[derive(Args, Debug)]
pub struct Completions {
    /// The shell.
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// `braid man`
#[derive(Args, Debug)]
pub struct Man {
    /// The command whose page is printed; without it, the page of all.
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}
