//! Dated parameters as data: what a rule says, for whom, from when, who says so, and how well that is known.
//!
//! The data stands in CSV files beside this page, one rule a row, so that a finance director can read
//! what the engine takes for granted. Code names a [`Parameter`] and asks for the rule that is in force:
//!
//! ```
//! use braidfund::month::Month;
//! use braidfund::rules::Parameter;
//!
//! let award = Month::parse("2024-09").unwrap();
//! let cutoff = Parameter::SubawardCutoff.in_force("", award).unwrap();
//! assert_eq!(cutoff.money().to_string(), "25000.00");
//! assert!(cutoff.is_verified());
//! ```
//!
//! A year for which nothing was published is not the year before: [`Parameter::published`] finds a rule of
//! that very year, and whoever carries an older one forward says so.

use std::fmt;
use std::sync::OnceLock;

use crate::money::{Money, Price, Rate, grouped, in_dollars};
use crate::month::Month;

mod base_rates;
pub mod mssp;

pub use base_rates::{BaseRate, Payers, base_rates};

/// How well the text of a rule is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// The law, the regulation or the agency's own file was read.
    Primary,
    /// Published figures prove it: what was really paid comes out of it.
    Figures,
    /// Another page that quotes it was read.
    Secondary,
    /// No source was read: a default that one should check and may override.
    None,
}

impl Evidence {
    /// Every degree, the best known first.
    pub const ALL: [Evidence; 4] =
        [Evidence::Primary, Evidence::Figures, Evidence::Secondary, Evidence::None];

    /// The word of the data.
    pub fn word(self) -> &'static str {
        match self {
            Evidence::Primary => "primary",
            Evidence::Figures => "figures",
            Evidence::Secondary => "secondary",
            Evidence::None => "none",
        }
    }
}

/// What kind of figure a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Money,
    Share,
    Price,
    Count,
}

/// The figure of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// An amount.
    Money(Money),
    /// A share.
    Share(Rate),
    /// Dollars a unit.
    Price(Price),
    /// A number of days, months, members or cases.
    Count(i64),
}

impl Value {
    /// As people read it: `$50,000`, `15%`, `77.96`, `120`.
    pub fn words(self) -> String {
        match self {
            Value::Money(amount) => in_dollars(amount),
            Value::Count(count) if count >= 0 => grouped(count.unsigned_abs()),
            value => value.to_string(),
        }
    }
}

impl fmt::Display for Value {
    /// As a plan file writes it: `50000.00`, `15%`, `77.96`, `120`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Money(amount) => write!(f, "{amount}"),
            Value::Share(rate) => f.write_str(&rate.percent()),
            Value::Price(price) => write!(f, "{price}"),
            Value::Count(count) => write!(f, "{count}"),
        }
    }
}

macro_rules! parameters {
    ($($(#[doc = $doc:literal])* $name:ident = $word:literal: $unit:ident,)*) => {
        /// A parameter that rules set, by date and by whom it applies to.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Parameter { $($(#[doc = $doc])* $name,)* }

        impl Parameter {
            /// Every parameter, in the order of the catalogue.
            pub const ALL: &[Parameter] = &[$(Parameter::$name,)*];

            /// The word of the data and of `braid rules`.
            pub fn word(self) -> &'static str {
                match self { $(Parameter::$name => $word,)* }
            }

            /// What it is, in one sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Parameter::$name => concat!($($doc),*).trim_ascii(),)* }
            }

            fn unit(self) -> Unit {
                match self { $(Parameter::$name => Unit::$unit,)* }
            }
        }
    };
}

parameters! {
    // Federal awards.
    /// What of a subaward counts in the modified total direct cost, once over its lifetime, by the award's month.
    SubawardCutoff = "subaward-cutoff": Money,
    /// The most that may be charged as de minimis indirect cost, as a share of modified total direct cost, by the award's month.
    DeMinimisRate = "de-minimis-rate": Share,
    /// Days after an award's end within which its obligations must be paid; for a recipient or a subrecipient.
    LiquidationDays = "liquidation-days": Count,
    /// The share of the approved budget beyond which an agency may ask for approval of transfers among categories.
    TransferShare = "transfer-share": Share,
    /// The federal share of an award above which transfers among categories may need approval.
    SimplifiedAcquisitionThreshold = "simplified-acquisition-threshold": Money,
    /// The largest subaward that may be of a fixed amount, by the award's month.
    FixedAmountSubawardLimit = "fixed-amount-subaward-limit": Money,
    /// The yearly rate of pay above which HHS awards do not pay, by calendar year.
    SalaryLimit = "salary-limit": Money,
    // Bridges.
    /// The share of eligible receivables that a line of credit lends at most.
    BorrowingBase = "borrowing-base": Share,
    // Payers.
    /// Medicare's price of the first 60 minutes of community health integration in a month (G0019), by setting and calendar year.
    CommunityHealthFirst = "g0019": Price,
    /// Medicare's price of each further 30 minutes of community health integration (G0022), by setting and calendar year.
    CommunityHealthFurther = "g0022": Price,
    /// The most that an incentive may add to a Medicaid plan's capitation, as a share of it.
    IncentiveLimit = "incentive-limit": Share,
    /// What a health plan must reinvest of its net income up to the threshold.
    ReinvestmentLowerShare = "reinvestment-lower-share": Share,
    /// What a health plan must reinvest of its net income above the threshold.
    ReinvestmentUpperShare = "reinvestment-upper-share": Share,
    /// The share of contract revenue up to which the lower share of net income must be reinvested.
    ReinvestmentThreshold = "reinvestment-threshold": Share,
    /// Months from a calendar year's end to the reinvestment of its profit.
    ReinvestmentMonths = "reinvestment-months": Count,
    // Public money.
    /// Months from a quarter's end to the payment of its Medicaid administrative claim.
    AdministrativeClaimingLag = "administrative-claiming-lag": Count,
    /// The federal share of a state's Medicaid spending, by state and federal fiscal year.
    Fmap = "fmap": Share,
    /// The federal share of a state's CHIP spending, by state and federal fiscal year.
    EnhancedFmap = "enhanced-fmap": Share,
    // The Medicare Shared Savings Program; see `mssp.rs`.
    /// The highest share of savings that a track pays out, by track and performance year.
    SharingRate = "mssp-sharing-rate": Share,
    /// The most that is paid out, as a share of the benchmark, by track and performance year.
    SavingsCap = "mssp-savings-cap": Share,
    /// The share of a loss that is owed whatever the quality, by track and performance year.
    LossRate = "mssp-loss-rate": Share,
    /// The least share of a loss that is owed where quality lowers it, by track and performance year.
    LossRateLeast = "mssp-loss-rate-least": Share,
    /// The highest share of a loss that is owed where quality lowers it, by track and performance year.
    LossRateMost = "mssp-loss-rate-most": Share,
    /// The most that is owed, as a share of the benchmark, by track and performance year.
    LossLimit = "mssp-loss-limit": Share,
    /// The most that is owed, as a share of the participants' Medicare revenue: an input, as the revenue is not published.
    LossLimitOfRevenue = "mssp-loss-limit-of-revenue": Share,
    /// The last performance year of a track that is closed.
    LastYear = "mssp-last-year": Count,
    /// What is taken off savings paid out, before their cap, by performance year.
    SavingsSequestration = "mssp-sequestration": Share,
    /// 1 where the sharing rate is multiplied by the quality score; 0 where the standard met gives all of it.
    QualityScales = "mssp-quality-scales": Count,
    /// 1 where an alternative standard of quality gives the sharing rate times the score.
    AlternativeStandard = "mssp-alternative-standard": Count,
    /// The share of every loss that is forgiven for an emergency, by performance year.
    LossRelief = "mssp-loss-relief": Share,
    /// The minimum savings rate at the low end of a bracket of assigned beneficiaries.
    MinimumSavingsRateLow = "mssp-minimum-savings-rate-low": Share,
    /// The minimum savings rate at the high end of a bracket of assigned beneficiaries.
    MinimumSavingsRateHigh = "mssp-minimum-savings-rate-high": Share,
    /// A minimum savings and loss rate that a two-sided organisation may choose.
    MinimumSavingsRateChoice = "mssp-minimum-savings-rate-choice": Share,
    /// What of its sharing rate a low-revenue organisation of the BASIC track gets below its minimum savings rate.
    ReducedSharing = "mssp-reduced-sharing": Share,
    /// The assigned beneficiaries from which reduced sharing applies.
    ReducedSharingBeneficiaries = "mssp-reduced-sharing-beneficiaries": Count,
    /// The advance that is paid once when a new low-revenue organisation begins.
    AdvanceOnce = "mssp-advance-once": Money,
    /// The quarters in which further advances are paid.
    AdvanceQuarters = "mssp-advance-quarters": Count,
    /// The most beneficiaries for whom advances are paid.
    AdvanceBeneficiaries = "mssp-advance-beneficiaries": Count,
    /// The advance a beneficiary and quarter, by the beneficiary's risk factors score.
    AdvanceRate = "mssp-advance-rate": Price,
    /// Months from a performance year's end to its settlement.
    SettlementLag = "mssp-settlement-lag": Count,
}

/// The federal share of a state's Medicaid spending by the law's formula: 1 - 0.45 x (the state's income a
/// head over the nation's) squared, from 50 % to 83 % (42 USC 1396d(b)), to nine places. Nothing where the
/// ratio leaves the bounds of a rate.
///
/// Published shares stand in the table [`Parameter::Fmap`]; some states' are set by law instead.
pub fn federal_share_of_income(income_ratio: Rate) -> Option<Rate> {
    let square = income_ratio.billionths().checked_mul(income_ratio.billionths())?;
    // 0.45 of the square, in billionths, half up.
    let state = square.checked_mul(45)?.checked_add(50_000_000_000)? / 100_000_000_000;
    let share = Rate::ONE.billionths() - state;
    Rate::from_billionths(share.clamp(500_000_000, 830_000_000))
}

/// One rule: a parameter's value for someone from a month on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The parameter.
    pub parameter: Parameter,
    /// Whom or what it applies to, such as a state or a track; empty where it applies to all.
    pub subject: String,
    /// The first month in which it holds; the calendar's first one where none is known ([`Rule::since`]).
    pub from: Month,
    /// What it says.
    pub value: Value,
    /// How well it is known.
    pub evidence: Evidence,
    /// Who says so.
    pub citation: String,
}

impl Rule {
    /// The month from which it holds; nothing where the data knows of none, and it holds since the calendar
    /// begins.
    pub fn since(&self) -> Option<Month> {
        (self.from > Month::FIRST).then_some(self.from)
    }

    /// Whether a source for it was read or figures prove it.
    pub fn is_verified(&self) -> bool {
        self.evidence != Evidence::None
    }

    /// Its amount.
    ///
    /// # Panics
    /// When the parameter is none of money, which its declaration says.
    pub fn money(&self) -> Money {
        match self.value {
            Value::Money(amount) => amount,
            _ => panic!("`{}` is an amount of money", self.parameter.word()),
        }
    }

    /// Its share.
    ///
    /// # Panics
    /// When the parameter is no share, which its declaration says.
    pub fn share(&self) -> Rate {
        match self.value {
            Value::Share(rate) => rate,
            _ => panic!("`{}` is a share", self.parameter.word()),
        }
    }

    /// Its price.
    ///
    /// # Panics
    /// When the parameter is no price, which its declaration says.
    pub fn price(&self) -> Price {
        match self.value {
            Value::Price(price) => price,
            _ => panic!("`{}` is a price", self.parameter.word()),
        }
    }

    /// Its count.
    ///
    /// # Panics
    /// When the parameter is no count, which its declaration says.
    pub fn count(&self) -> i64 {
        match self.value {
            Value::Count(count) => count,
            _ => panic!("`{}` is a count", self.parameter.word()),
        }
    }
}

impl Parameter {
    /// The rules of this parameter for a subject, the earliest first; those for all where it is empty.
    pub fn series(self, subject: &str) -> &'static [Rule] {
        let rules = all();
        let key = |rule: &Rule| (rule.parameter, rule.subject.as_str()).cmp(&(self, subject));
        let first = rules.partition_point(|rule| key(rule).is_lt());
        let end = rules.partition_point(|rule| key(rule).is_le());
        &rules[first..end]
    }

    /// The rule in force in a month: the last one that began by then.
    pub fn in_force(self, subject: &str, month: Month) -> Option<&'static Rule> {
        self.series(subject).iter().rev().find(|rule| rule.from <= month)
    }

    /// The rule of this very year, which begins in the month that holds the year's first: nothing where none
    /// was published, however old the last one is.
    pub fn published(self, subject: &str, year_begins: Month) -> Option<&'static Rule> {
        self.series(subject).iter().find(|rule| rule.from == year_begins)
    }

    /// The subjects that the data knows, in order.
    pub fn subjects(self) -> Vec<&'static str> {
        let own = all().iter().filter(|rule| rule.parameter == self);
        let mut subjects: Vec<&str> = own.map(|rule| rule.subject.as_str()).collect();
        subjects.dedup();
        subjects
    }
}

/// Every rule, in the order of parameters, subjects and months.
pub fn all() -> &'static [Rule] {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    RULES.get_or_init(|| {
        let mut rules = parameters(include_str!("parameters.csv"));
        rules.extend(matching_rates(
            include_str!("fmap.csv"),
            Parameter::Fmap,
            "42 USC 1396d(b); Federal Register notices as held in PolicyEngine/policyengine-us",
        ));
        rules.extend(matching_rates(
            include_str!("enhanced_fmap.csv"),
            Parameter::EnhancedFmap,
            "42 USC 1397ee(b); seed-fmap.json of Enterprise-CMCS/macpro-mdct-carts",
        ));
        rules.sort_by(|a, b| key(a).cmp(&key(b)));
        rules
    })
}

fn key(rule: &Rule) -> (Parameter, &str, Month) {
    (rule.parameter, &rule.subject, rule.from)
}

/// The rules of a file with the columns parameter, subject, from, value, evidence, citation.
fn parameters(text: &str) -> Vec<Rule> {
    let row = |cells: &[&str]| {
        let [word, subject, from, value, evidence, citation] = *cells else { return None };
        let parameter = *Parameter::ALL.iter().find(|parameter| parameter.word() == word)?;
        Some(Rule {
            parameter,
            subject: subject.to_string(),
            from: Month::parse(from)?,
            value: parameter.unit().read(value)?,
            evidence: Evidence::ALL.into_iter().find(|known| known.word() == evidence)?,
            citation: citation.to_string(),
        })
    };
    rows(text, row)
}

/// The rules of a file with the columns state, federal_fiscal_year, percent.
fn matching_rates(text: &str, parameter: Parameter, citation: &str) -> Vec<Rule> {
    let row = |cells: &[&str]| {
        let [state, year, percent] = *cells else { return None };
        Some(Rule {
            parameter,
            subject: state.to_string(),
            from: Month::new(year.parse::<i32>().ok()? - 1, 10)?,
            value: Value::Share(Rate::parse_percent(percent).ok()?),
            evidence: Evidence::Primary,
            citation: citation.to_string(),
        })
    };
    rows(text, row)
}

/// What each row of a data file says. The files are part of the program: a row that cannot be read is a bug
/// that the tests of this room find.
fn rows<T>(text: &str, read: impl Fn(&[&str]) -> Option<T>) -> Vec<T> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let records = reader.records().map(|record| record.expect("a data file of rules is CSV"));
    let rule = |record: csv::StringRecord| {
        let cells: Vec<&str> = record.iter().collect();
        read(&cells).unwrap_or_else(|| panic!("a data file of rules can be read: {record:?}"))
    };
    records.map(rule).collect()
}

impl Unit {
    fn read(self, text: &str) -> Option<Value> {
        match self {
            Unit::Money => Money::parse(text).ok().map(Value::Money),
            Unit::Share => Rate::parse_percent(text.strip_suffix('%')?).ok().map(Value::Share),
            Unit::Price => Price::parse(text).ok().map(Value::Price),
            Unit::Count => text.parse().ok().map(Value::Count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        Month::parse(text).unwrap()
    }

    #[test]
    fn every_row_is_read_once_and_cites_its_source() {
        let rules = all();
        assert!(rules.len() > 800);
        for pair in rules.windows(2) {
            assert!(key(&pair[0]) < key(&pair[1]), "{:?} stands twice", pair[1]);
        }
        for rule in rules {
            assert!(!rule.citation.is_empty(), "{rule:?}");
            assert_eq!(rule.parameter.unit().read(&rule.value.to_string()), Some(rule.value));
        }
        for parameter in Parameter::ALL {
            assert!(!parameter.subjects().is_empty(), "{}", parameter.word());
            assert!(parameter.meaning().ends_with('.'), "{}", parameter.word());
        }
    }

    #[test]
    fn the_rule_of_a_month_is_the_last_that_began() {
        let rate = |text| Parameter::DeMinimisRate.in_force("", month(text)).unwrap().share();
        assert_eq!(rate("2024-09").to_string(), "0.1");
        assert_eq!(rate("2024-10").to_string(), "0.15");
        let fmap = |state, text| Parameter::Fmap.in_force(state, month(text));
        assert_eq!(fmap("PA", "2025-09").unwrap().value.to_string(), "55.09%");
        assert_eq!(fmap("PA", "2016-09"), None);
        assert_eq!(fmap("XX", "2025-09"), None);
    }

    #[test]
    fn the_federal_share_follows_income_between_its_bounds() {
        let share = |ratio| federal_share_of_income(Rate::parse(ratio).unwrap()).unwrap();
        let shares = ["0.9", "1.1", "0.55", "1"].map(|ratio| share(ratio).to_string());
        assert_eq!(shares, ["0.6355", "0.5", "0.83", "0.55"]);
        assert!(federal_share_of_income(Rate::parse("999").unwrap()).is_some());
    }

    #[test]
    fn a_year_without_a_rule_of_its_own_has_none() {
        let of = |year| Parameter::SalaryLimit.published("", month(year));
        assert_eq!(of("2020-01").unwrap().money().to_string(), "197300.00");
        assert_eq!(of("2021-01"), None);
        assert!(!of("2025-01").unwrap().is_verified());
    }

    #[test]
    fn the_two_tables_of_matching_rates_agree() {
        // eFMAP = min(85, FMAP + 0.3 x (100 - FMAP)), 42 USC 1397ee(b).
        let mut compared = 0;
        for regular in all().iter().filter(|rule| rule.parameter == Parameter::Fmap) {
            let enhanced = Parameter::EnhancedFmap.published(&regular.subject, regular.from);
            let Some(enhanced) = enhanced else { continue };
            let regular = regular.share().billionths();
            let exact = (regular * 7 + 3_000_000_000) / 10;
            let exact = exact.min(850_000_000);
            let apart = (exact - enhanced.share().billionths()).abs();
            assert!(apart <= 50_000, "{enhanced:?}");
            compared += 1;
        }
        assert_eq!(compared, 304);
    }
}
