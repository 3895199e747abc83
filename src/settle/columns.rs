//! The columns of a file of results, and their places in its header.

use super::lines::Line;
use crate::diagnostic::{Code, Diagnostic, nearest};

macro_rules! columns {
    ($($(#[doc = $doc:literal])* $name:ident = $word:literal,)*) => {
        /// A column that is read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Column { $($(#[doc = $doc])* $name,)* }

        impl Column {
            /// Every column.
            pub const ALL: &[Column] = &[$(Column::$name,)*];

            /// Its name in the header.
            pub fn word(self) -> &'static str {
                match self { $(Column::$name => $word,)* }
            }

            /// What it holds, in one sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Column::$name => concat!($($doc),*).trim_ascii(),)* }
            }
        }
    };
}

columns! {
    /// The calendar year that is settled.
    PerformanceYear = "performance_year",
    /// The organisation; it is repeated in what is written.
    Organisation = "aco_id",
    /// The track, such as `BASIC_E`.
    Track = "track",
    /// Beneficiaries assigned.
    Beneficiaries = "assigned_beneficiaries",
    /// The updated benchmark, in dollars.
    Benchmark = "in_benchmark_usd",
    /// What was spent, in dollars.
    Expenditure = "in_expenditure_usd",
    /// The minimum savings rate as it was printed: not read, as it decides otherwise than the exact one.
    PrintedMinimum = "in_msr_published",
    /// The minimum savings and loss rate as a fraction, up to twelve places; the published table's where empty.
    Minimum = "in_msr",
    /// The quality score, from 0 to 1; in years before 2021: pay for reporting where empty.
    Quality = "in_quality_score",
    /// Whether the standard of quality was met, 1 or 0; 1 where empty.
    StandardMet = "in_quality_standard_met",
    /// Whether the alternative standard was met, 1 or 0; 0 where empty.
    AlternativeMet = "in_alt_standard_met",
    /// The highest sharing rate; the track's where empty.
    SharingRate = "in_max_sharing_rate",
    /// NONE, PUBLISHED, MAX, MAX_TIMES_QUALITY, HALF_MAX or HALF_MAX_TIMES_QUALITY; by year and standard where empty.
    ShareRule = "in_share_rule",
    /// The share that PUBLISHED pays.
    FixedShare = "in_fixed_share_rate",
    /// What is taken off before the cap; the year's where empty.
    Sequestration = "in_sequestration_rate",
    /// The most that is paid, as a share of the benchmark; the track's where empty.
    SavingsCap = "in_savings_cap_of_benchmark",
    /// The share of a loss that is owed whatever the quality; the track's where empty.
    LossRate = "in_loss_rate_fixed",
    /// The least share of a loss where quality lowers it; the track's where empty.
    LossRateLeast = "in_loss_rate_min",
    /// The highest share of a loss where quality lowers it; the track's where empty.
    LossRateMost = "in_loss_rate_max",
    /// The most that is owed, as a share of the benchmark; the track's where empty.
    LossLimit = "in_loss_limit_of_benchmark",
    /// The most that is owed by the participants' revenue, in dollars; the lower limit binds.
    LossLimitAmount = "in_loss_limit_usd",
    /// FULL or AMOUNT: what of a loss is forgiven; FULL in 2020 to 2022 where empty.
    ReliefRule = "in_euc_relief_rule",
    /// The amount that is forgiven, in dollars.
    Relief = "in_euc_relief_usd",
    /// Whether savings below the minimum are shared at half the rate, 1 or 0; 0 where empty.
    ReducedSharing = "in_reduced_sharing",
    /// Whether the guardrail withholds savings, 1 or 0; 0 where empty.
    Guardrail = "in_guardrail",
    /// Whether a one-sided loss is told as generated, 1 or 0; 0 where empty.
    ShowLosses = "in_show_one_sided_losses",
    /// What was advanced and is not yet recouped, in dollars; 0 where empty.
    AdvanceBalance = "in_advance_balance_usd",
}

impl Column {
    /// The columns that a file must have.
    pub const NEEDED: [Column; 5] = [
        Column::PerformanceYear,
        Column::Track,
        Column::Beneficiaries,
        Column::Benchmark,
        Column::Expenditure,
    ];
}

/// How the names of columns that are read begin, beside those that say whose row it is.
const INPUT: &str = "in_";

/// Where the columns stand.
#[derive(Clone, Debug)]
pub struct Header {
    places: [Option<usize>; Column::ALL.len()],
    /// Cells of every row.
    pub width: usize,
}

impl Header {
    /// The header of a first line; else everything that is wrong with it.
    pub fn read(line: &Line<'_>) -> Result<Header, Vec<Diagnostic>> {
        let mut faults = Vec::new();
        let mut places = [None; Column::ALL.len()];
        let mut strange = Vec::new();
        for place in 0..line.width() {
            let name = line.cell(place);
            let known = Column::ALL.iter().find(|column| column.word() == name);
            let Some(column) = known else {
                if name.starts_with(INPUT) {
                    faults.push(unknown(line, place, &name));
                }
                strange.push(name.into_owned());
                continue;
            };
            let held = &mut places[*column as usize];
            if held.is_some() {
                let message = format!("the column `{name}` stands twice");
                let remedy = "keep one of the two";
                faults.push(line.tell(Some(place), Code::CsvColumn, message, "once more", remedy));
            }
            *held = Some(place);
        }
        for column in Column::NEEDED {
            if places[column as usize].is_none() {
                faults.push(missing(line, column, &strange));
            }
        }
        if faults.is_empty() { Ok(Header { places, width: line.width() }) } else { Err(faults) }
    }

    /// Where a column stands, if it does.
    pub fn place(&self, column: Column) -> Option<usize> {
        self.places[column as usize]
    }
}

fn unknown(line: &Line<'_>, place: usize, name: &str) -> Diagnostic {
    let known: Vec<String> =
        Column::ALL.iter().map(|column| column.word().replace('_', "-")).collect();
    let near = nearest(name, known.iter().map(String::as_str));
    let remedy = match near {
        Some(near) => format!("did you mean `{}`?", near.replace('-', "_")),
        None => "`braid settle --help` lists the columns; others must not begin with `in_`".into(),
    };
    let message = format!("unknown column `{name}`");
    line.tell(Some(place), Code::CsvColumn, message, "not known here", remedy)
}

fn missing(line: &Line<'_>, column: Column, strange: &[String]) -> Diagnostic {
    let wanted = column.word();
    let hyphened = wanted.replace('_', "-");
    let slip = strange.iter().find(|name| nearest(name, [hyphened.as_str()]).is_some());
    let remedy = match slip {
        Some(slip) => format!("call the column `{slip}` `{wanted}`"),
        None => {
            let meaning = column.meaning().trim_end_matches('.');
            format!("add the column: {meaning}; cells are parted by commas")
        }
    };
    let message = format!("the header lacks the column `{wanted}`");
    line.tell(None, Code::CsvColumnMissing, message, "", remedy)
}
