//! One row: its cells as terms and figures, everything that is wrong with them, and its settlement.

use std::borrow::Cow;
use std::fmt;

use super::columns::{Column, Header};
use super::lines::Line;
use crate::diagnostic::{Code, Diagnostic};
use crate::export::guard;
use crate::funding::medicare::{self, Chosen, Figures, LossFigures, Refused, Standard};
use crate::funding::settlement::{Relief, Settlement, Share, Terms, Threshold};
use crate::limits::COUNT_MAX;
use crate::money::{Money, NumberError, Rate};
use crate::report::share_text;
use crate::rules::mssp::{NoPreset, Preset};

/// The words of `in_share_rule`.
const SHARE_RULES: [&str; 6] =
    ["NONE", "PUBLISHED", "MAX", "MAX_TIMES_QUALITY", "HALF_MAX", "HALF_MAX_TIMES_QUALITY"];
/// The words of `in_euc_relief_rule`.
const RELIEF_RULES: [&str; 2] = ["FULL", "AMOUNT"];
/// The half that reduced sharing leaves, in billionths.
const HALF: i128 = 500_000_000;

/// A row that was settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The year that is settled.
    pub performance_year: i32,
    /// The organisation, as the row names it.
    pub organisation: String,
    /// The terms on which it was settled.
    pub terms: Terms,
    /// What it comes to.
    pub settlement: Settlement,
}

impl fmt::Display for Settled {
    /// The row of the output, without its line end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settled = &self.settlement;
        let organisation = guard::spreadsheet(&self.organisation);
        write!(f, "{},", self.performance_year)?;
        if organisation.contains([',', '"']) {
            write!(f, "\"{}\"", organisation.replace('"', "\"\""))?;
        } else {
            f.write_str(&organisation)?;
        }
        write!(
            f,
            ",{},{},{},{},{},{}",
            settled.gross,
            share_text(settled.savings_rate),
            settled.generated,
            settled.earned,
            settled.recouped,
            settled.rule.word(),
        )
    }
}

/// Settles a row; else everything that is wrong with it.
pub fn settle(header: &Header, line: &Line<'_>) -> Result<Settled, Vec<Diagnostic>> {
    if line.width() != header.width {
        let message = format!("the row has {} cells, the header {}", line.width(), header.width);
        let remedy = "part cells by commas, and quote a cell that holds one";
        return Err(vec![line.tell(None, Code::Csv, message, "", remedy)]);
    }
    let mut row = Row { header, line, faults: Vec::new() };
    let settled = row.settle();
    match settled {
        Some(settled) if row.faults.is_empty() => Ok(settled),
        _ => {
            debug_assert!(!row.faults.is_empty(), "a row that is not settled says why");
            Err(row.faults)
        }
    }
}

struct Row<'a> {
    header: &'a Header,
    line: &'a Line<'a>,
    faults: Vec<Diagnostic>,
}

impl<'a> Row<'a> {
    fn settle(&mut self) -> Option<Settled> {
        let preset = self.preset();
        let (benchmark, expenditure) = (self.benchmark(), self.expenditure());
        let beneficiaries = self.needed(Column::Beneficiaries, Row::count);
        let chosen = self.chosen();
        let share = self.share_rule();
        let balance = self.optional(Column::AdvanceBalance, Row::money);
        let guardrail = self.flag(Column::Guardrail);
        let show = self.flag(Column::ShowLosses);
        let figures = preset.and_then(|preset| self.figures(preset));
        let (preset, figures, beneficiaries) = (preset?, figures?, beneficiaries?);
        let (mut chosen, rule) = (chosen?, share?);
        chosen.beneficiaries = beneficiaries;
        if rule == Some(ShareRule::None) {
            chosen.standard = Standard::Missed;
        }
        let terms = medicare::terms(preset, &figures, &chosen);
        let mut terms = terms.map_err(|refused| self.refuse(refused)).ok()?;
        if let Some(rule) = rule {
            self.apply(&mut terms, rule, &figures, &chosen, preset)?;
        }
        terms.advance_balance = balance.unwrap_or_default();
        (terms.guardrail, terms.show_one_sided_losses) = (guardrail?, show?);
        let (benchmark, expenditure) = (benchmark?, expenditure?);
        let gross = benchmark - expenditure;
        let Some(settlement) = terms.settle(benchmark, gross) else {
            let message =
                "the settlement cannot be computed exactly, or leaves the bounds of money";
            let remedy = "write rates with fewer places";
            self.tell(Column::Benchmark, Code::Overflow, message, "", remedy);
            return None;
        };
        Some(Settled {
            performance_year: preset.year,
            organisation: self.text(Column::Organisation).into_owned(),
            terms,
            settlement,
        })
    }

    fn preset(&mut self) -> Option<&'static Preset> {
        let year = self.needed(Column::PerformanceYear, Row::count)?;
        let track = self.needed(Column::Track, |_, _, text| Some(text.to_string()))?;
        let year = i32::try_from(year).unwrap_or(i32::MAX);
        match Preset::find(&track, year) {
            Ok(preset) => Some(preset),
            Err(why) => {
                let (column, code) = match why {
                    NoPreset::Track(_) => (Column::Track, Code::UnknownWord),
                    NoPreset::Year(_) => (Column::PerformanceYear, Code::NumberRange),
                    NoPreset::Closed(..) => (Column::Track, Code::RuleBroken),
                };
                self.tell(column, code, why.to_string(), "", why.remedy());
                None
            }
        }
    }

    fn benchmark(&mut self) -> Option<Money> {
        let benchmark = self.needed(Column::Benchmark, Row::any_money)?;
        if !benchmark.is_positive() {
            let message = format!("a benchmark of {benchmark} is not above zero (42 CFR 425.601)");
            let remedy = "write the updated benchmark in dollars";
            self.tell(Column::Benchmark, Code::MoneyRange, message, "", remedy);
            return None;
        }
        Some(benchmark)
    }

    fn expenditure(&mut self) -> Option<Money> {
        self.needed(Column::Expenditure, Row::money)
    }

    /// What the row chooses, but for the count of beneficiaries.
    fn chosen(&mut self) -> Option<Chosen> {
        let minimum = self.optional_or_fault(Column::Minimum, Row::threshold);
        let quality = self.optional_or_fault(Column::Quality, Row::share);
        let met = self.optional_or_fault(Column::StandardMet, Row::bit);
        let alternative = self.optional_or_fault(Column::AlternativeMet, Row::bit);
        let low_revenue = self.flag(Column::ReducedSharing);
        let limit = self.optional_or_fault(Column::LossLimitAmount, Row::money);
        let relief = self.relief();
        let standard = match (met?, alternative?) {
            (Some(true), _) | (None, None | Some(false)) => Standard::Met,
            (_, Some(true)) => Standard::Alternative,
            (Some(false), _) => Standard::Missed,
        };
        Some(Chosen {
            beneficiaries: 0,
            minimum: minimum?,
            quality: quality?,
            standard,
            low_revenue: low_revenue?,
            relief: relief?,
            loss_limit_amount: limit?,
        })
    }

    fn relief(&mut self) -> Option<Option<Relief>> {
        let rule = self.optional_or_fault(Column::ReliefRule, |row, column, text| {
            row.word(column, text, &RELIEF_RULES)
        });
        let amount = self.optional_or_fault(Column::Relief, Row::money);
        match (rule?, amount?) {
            (Some(0), Some(_)) => {
                let message = "relief in full does not go with an amount of relief";
                self.tell(Column::Relief, Code::Conflict, message, "", "leave the amount empty");
                None
            }
            (Some(0), None) => Some(Some(Relief::Full)),
            (Some(_), None) => {
                let message = "relief by `AMOUNT` lacks its amount";
                let remedy = format!("fill `{}`; 0 where there is none", Column::Relief.word());
                self.tell(Column::Relief, Code::MissingKey, message, "", remedy);
                None
            }
            (_, amount) => Some(amount.map(Relief::Amount)),
        }
    }

    /// The figures of the track, or those of the row in their place, none more generous to either side than
    /// the rule allows.
    fn figures(&mut self, preset: &Preset) -> Option<Figures> {
        let mut figures = Figures::from(preset);
        let before = self.faults.len();
        self.within(Column::SharingRate, &mut figures.sharing_rate, preset);
        self.within(Column::SavingsCap, &mut figures.savings_cap, preset);
        if let Some(rate) = self.optional(Column::Sequestration, Row::share) {
            figures.sequestration = rate;
        }
        match &mut figures.loss {
            Some(loss) => self.loss_figures(loss, preset),
            None => self.no_losses(preset),
        }
        (self.faults.len() == before).then_some(figures)
    }

    fn loss_figures(&mut self, loss: &mut LossFigures, preset: &Preset) {
        self.within(Column::LossLimit, &mut loss.limit, preset);
        let flat = self.has(Column::LossRate);
        let bounded = self.has(Column::LossRateLeast) || self.has(Column::LossRateMost);
        if flat && bounded {
            let message = "a fixed loss rate does not go with bounds of one";
            self.tell(Column::LossRate, Code::Conflict, message, "", "keep the one or the other");
        } else if flat {
            let mut rate = loss.most;
            self.within(Column::LossRate, &mut rate, preset);
            loss.flat = Some(rate);
        } else if bounded {
            loss.flat = None;
            self.within(Column::LossRateMost, &mut loss.most, preset);
            self.within(Column::LossRateLeast, &mut loss.least, preset);
            if loss.least > loss.most {
                let message = format!("the least loss rate, {}, exceeds the most", loss.least);
                let remedy = format!("write at most {}", loss.most);
                self.tell(Column::LossRateLeast, Code::Order, message, "", remedy);
            }
        }
    }

    fn no_losses(&mut self, preset: &Preset) {
        let columns =
            [Column::LossRate, Column::LossRateLeast, Column::LossRateMost, Column::LossLimit];
        for column in columns.into_iter().filter(|column| self.has(*column)).collect::<Vec<_>>() {
            let why = Refused::LimitOfOneSided(preset.track);
            self.tell(column, Code::RuleBroken, why.to_string(), "", why.remedy());
        }
    }

    /// Takes a rate of the row in the place of the preset's, which it may not exceed.
    fn within(&mut self, column: Column, held: &mut Rate, preset: &Preset) {
        let Some(rate) = self.optional(column, Row::share) else { return };
        if rate > *held {
            let (track, section) = (preset.track.word(), preset.track.section());
            let message = format!("{rate} exceeds the {held} of {track} ({section})");
            let remedy = format!("write at most {held}, or leave it empty");
            self.tell(column, Code::ShareRange, message, "over the maximum", remedy);
        } else {
            *held = rate;
        }
    }

    fn share_rule(&mut self) -> Option<Option<ShareRule>> {
        let word = self.optional_or_fault(Column::ShareRule, |row, column, text| {
            row.word(column, text, &SHARE_RULES)
        });
        let fixed = self.optional_or_fault(Column::FixedShare, Row::share);
        match (word?, fixed?) {
            (None, None) => Some(None),
            (None | Some(1), Some(rate)) => Some(Some(ShareRule::Published(rate))),
            (Some(1), None) => {
                let message = "the rule `PUBLISHED` lacks the share that was published";
                let remedy = format!("fill `{}`", Column::FixedShare.word());
                self.tell(Column::FixedShare, Code::MissingKey, message, "", remedy);
                None
            }
            (Some(_), Some(_)) => {
                let message = "a fixed share goes with the rule `PUBLISHED` alone";
                let remedy = "leave it empty, or write `PUBLISHED`";
                self.tell(Column::FixedShare, Code::Conflict, message, "", remedy);
                None
            }
            (Some(0), None) => Some(Some(ShareRule::None)),
            (Some(at), None) => {
                let rule = ShareRule::Rate { scaled: at % 2 == 1, halved: at >= 4 };
                Some(Some(rule))
            }
        }
    }

    /// Puts the row's own rule of sharing in the place of the year's.
    fn apply(
        &mut self,
        terms: &mut Terms,
        rule: ShareRule,
        figures: &Figures,
        chosen: &Chosen,
        preset: &Preset,
    ) -> Option<()> {
        let most = figures.sharing_rate;
        terms.share = match rule {
            ShareRule::None => Share::None,
            ShareRule::Published(rate) if rate > most => {
                let (track, section) = (preset.track.word(), preset.track.section());
                let message = format!("{rate} exceeds the {most} of {track} ({section})");
                let remedy = format!("write at most {most}");
                self.tell(Column::FixedShare, Code::ShareRange, message, "", remedy);
                return None;
            }
            ShareRule::Published(rate) => Share::Flat(rate),
            ShareRule::Rate { scaled: true, .. } if chosen.quality.is_none() => {
                self.refuse(Refused::QualityNeeded(preset.track));
                return None;
            }
            ShareRule::Rate { scaled: true, .. } => Share::Scaled(most),
            ShareRule::Rate { .. } => Share::Flat(most),
        };
        if matches!(rule, ShareRule::Rate { halved: true, .. }) {
            terms.part = Rate::from_billionths(HALF).expect("a half is a rate");
        }
        Some(())
    }

    fn refuse(&mut self, refused: Refused) {
        let (column, code) = match refused {
            Refused::OutsideTable(_) => (Column::Beneficiaries, Code::RuleBroken),
            Refused::ChoiceOfOneSided(..) | Refused::ChoiceNotOffered(..) => {
                (Column::Minimum, Code::RuleBroken)
            }
            Refused::NoAlternative(_) => (Column::AlternativeMet, Code::RuleBroken),
            Refused::NoReducedSharing(..) | Refused::TooFewForReduced(..) => {
                (Column::ReducedSharing, Code::RuleBroken)
            }
            Refused::QualityNeeded(_) => (Column::Quality, Code::MissingKey),
            Refused::LimitOfOneSided(_) => (Column::LossLimitAmount, Code::RuleBroken),
        };
        self.tell(column, code, refused.to_string(), "", refused.remedy());
    }

    // Cells.

    fn text(&self, column: Column) -> Cow<'a, str> {
        self.header.place(column).map_or(Cow::Borrowed(""), |place| self.line.cell(place))
    }

    fn has(&self, column: Column) -> bool {
        !self.text(column).is_empty()
    }

    fn tell(
        &mut self,
        column: Column,
        code: Code,
        message: impl Into<String>,
        cause: &str,
        remedy: impl Into<String>,
    ) {
        let place = self.header.place(column);
        self.faults.push(self.line.tell(place, code, message, cause, remedy));
    }

    /// A cell that must be filled; nothing where it is not or cannot be read, which is told.
    fn needed<T>(
        &mut self,
        column: Column,
        read: impl Fn(&mut Row<'a>, Column, &str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(column);
        if text.is_empty() {
            let message = format!("`{}` is empty", column.word());
            let remedy = format!("fill it: {}", column.meaning());
            self.tell(column, Code::MissingKey, message, "", remedy);
            return None;
        }
        read(self, column, &text)
    }

    /// A cell, if it is filled; nothing alike where it cannot be read, which is told.
    fn optional<T>(
        &mut self,
        column: Column,
        read: impl Fn(&mut Row<'a>, Column, &str) -> Option<T>,
    ) -> Option<T> {
        self.optional_or_fault(column, read).flatten()
    }

    /// A cell, if it is filled; nothing at all where it cannot be read, which is told.
    fn optional_or_fault<T>(
        &mut self,
        column: Column,
        read: impl Fn(&mut Row<'a>, Column, &str) -> Option<T>,
    ) -> Option<Option<T>> {
        let text = self.text(column);
        if text.is_empty() { Some(None) } else { read(self, column, &text).map(Some) }
    }

    /// A mark that is not set where the cell is empty.
    fn flag(&mut self, column: Column) -> Option<bool> {
        self.optional_or_fault(column, Row::bit).map(Option::unwrap_or_default)
    }

    fn bit(&mut self, column: Column, text: &str) -> Option<bool> {
        match text {
            "0" => Some(false),
            "1" => Some(true),
            _ => {
                let message = format!("`{text}` is neither 0 nor 1");
                self.tell(column, Code::UnknownWord, message, "", "write 0 or 1");
                None
            }
        }
    }

    fn word(&mut self, column: Column, text: &str, words: &[&str]) -> Option<usize> {
        let found = words.iter().position(|word| *word == text);
        if found.is_none() {
            let message = format!("`{text}` is not a word of `{}`", column.word());
            let remedy = format!("write one of {}", words.join(", "));
            self.tell(column, Code::UnknownWord, message, "", remedy);
        }
        found
    }

    fn count(&mut self, column: Column, text: &str) -> Option<i64> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let count = text.parse::<i64>().ok().filter(|count| digits && *count <= COUNT_MAX);
        if count.is_none() {
            let code = if digits { Code::NumberRange } else { Code::NumberForm };
            let message = format!("`{text}` is not a whole number up to {COUNT_MAX}");
            self.tell(column, code, message, "", "write digits alone, without separators");
        }
        count
    }

    fn any_money(&mut self, column: Column, text: &str) -> Option<Money> {
        let read = Money::parse(text);
        let code = match read {
            Ok(amount) => return Some(amount),
            Err(NumberError::Form) => Code::MoneyForm,
            Err(NumberError::Places) => Code::Places,
            Err(NumberError::Range) => Code::MoneyRange,
        };
        let (message, remedy) = match read {
            Err(NumberError::Range) => (
                format!("`{text}` is beyond {}, the largest amount", Money::MAX),
                "write a smaller amount",
            ),
            _ => (
                format!("`{text}` is not an amount of money"),
                "write dollars with at most two places, without separators: 120500.00",
            ),
        };
        self.tell(column, code, message, "", remedy);
        None
    }

    fn money(&mut self, column: Column, text: &str) -> Option<Money> {
        let amount = self.any_money(column, text)?;
        if amount < Money::ZERO {
            let message = format!("`{}` may not be negative", column.word());
            self.tell(column, Code::MoneyRange, message, "", "write an amount of 0 or more");
            return None;
        }
        Some(amount)
    }

    /// A rate from 0 to 1. Public files write `.30` too.
    fn share(&mut self, column: Column, text: &str) -> Option<Rate> {
        let read = Rate::parse(&led_by_zero(text));
        let within = |rate: &Rate| (Rate::ZERO..=Rate::ONE).contains(rate);
        let error = match read {
            Ok(rate) if within(&rate) => return Some(rate),
            Ok(_) => NumberError::Range,
            Err(error) => error,
        };
        self.not_a_share(column, text, error, 9);
        None
    }

    fn threshold(&mut self, column: Column, text: &str) -> Option<Threshold> {
        let read = Threshold::parse(&led_by_zero(text));
        read.map_err(|error| self.not_a_share(column, text, error, 12)).ok()
    }

    fn not_a_share(&mut self, column: Column, text: &str, error: NumberError, places: u32) {
        let rule = match column {
            Column::Quality => " (a quality score, 42 CFR 425.512)",
            Column::Minimum => " (a minimum savings rate, 42 CFR 425.605(b))",
            _ => "",
        };
        let (code, message) = match error {
            NumberError::Form => {
                (Code::NumberForm, format!("`{text}` is not a plain number{rule}"))
            }
            NumberError::Places => {
                (Code::Places, format!("`{text}` has more than {places} places{rule}"))
            }
            NumberError::Range => {
                (Code::ShareRange, format!("`{text}` does not lie from 0 to 1{rule}"))
            }
        };
        self.tell(column, code, message, "", "write a share of 1, such as 0.75");
    }
}

/// A number with a digit before its point.
fn led_by_zero(text: &str) -> Cow<'_, str> {
    if text.starts_with('.') { format!("0{text}").into() } else { text.into() }
}

/// The row's own rule of sharing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ShareRule {
    None,
    Published(Rate),
    Rate { scaled: bool, halved: bool },
}
