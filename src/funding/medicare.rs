//! The terms of the Medicare Shared Savings Program: a track's preset, and what an organisation chooses.

use std::fmt;

use super::settlement::{Loss, LossRate, Relief, Share, Terms, Threshold};
use crate::money::{Money, Rate};
use crate::rules::mssp::{self, Preset, PresetLossRate, Track};

/// The figures of a track, from its preset or stated in their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// The highest share of savings that is paid out.
    pub sharing_rate: Rate,
    /// The most that is paid out, as a share of the benchmark.
    pub savings_cap: Rate,
    /// What is taken off what is paid out, before the cap.
    pub sequestration: Rate,
    /// What is owed of losses; nothing in a one-sided track.
    pub loss: Option<LossFigures>,
}

/// The figures of a track's losses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LossFigures {
    /// The share of a loss, whatever the quality; else it lies within the bounds.
    pub flat: Option<Rate>,
    /// The least share of a loss.
    pub least: Rate,
    /// The most; also where the standard of quality is missed.
    pub most: Rate,
    /// The most that is owed, as a share of the benchmark.
    pub limit: Rate,
}

impl From<&Preset> for Figures {
    fn from(preset: &Preset) -> Figures {
        let loss = preset.loss.map(|loss| {
            let (flat, least, most) = match loss.rate {
                PresetLossRate::Flat(rate) => (Some(rate.share()), rate.share(), rate.share()),
                PresetLossRate::ByQuality { least, most } => (None, least.share(), most.share()),
            };
            LossFigures { flat, least, most, limit: loss.limit.share() }
        });
        Figures {
            sharing_rate: preset.sharing_rate.share(),
            savings_cap: preset.savings_cap.share(),
            sequestration: preset.sequestration.share(),
            loss,
        }
    }
}

/// Whether the standard of quality was met (42 CFR 425.512).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standard {
    /// It was.
    #[default]
    Met,
    /// Only the alternative one was: the sharing rate is multiplied by the score.
    Alternative,
    /// Neither was: nothing is shared, and the loss rate is the highest.
    Missed,
}

impl Standard {
    /// The words of a plan file.
    pub const WORDS: &'static [&'static str] = &["met", "alternative", "missed"];
    /// Every standard, in the order of the words.
    pub const ALL: [Standard; 3] = [Standard::Met, Standard::Alternative, Standard::Missed];
}

/// What an organisation chooses or achieves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Beneficiaries assigned.
    pub beneficiaries: i64,
    /// The minimum savings and loss rate, where it is stated; else that of the table.
    pub minimum: Option<Threshold>,
    /// The quality score, from 0 to 1; nothing in a year of pay for reporting.
    pub quality: Option<Rate>,
    /// Whether the standard of quality was met.
    pub standard: Standard,
    /// Whether it is of low revenue and shares below its minimum savings rate too (42 CFR 425.605(h)).
    pub low_revenue: bool,
    /// What of a loss is forgiven, where that is stated; else what the preset's year forgives.
    pub relief: Option<Relief>,
    /// The most that is owed by the participants' revenue: the lower limit binds.
    pub loss_limit_amount: Option<Money>,
}

/// Why terms do not go with a track and year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// So few beneficiaries that the table has no minimum savings rate for them.
    OutsideTable(i64),
    /// A one-sided organisation states another rate than that of the table.
    ChoiceOfOneSided(Track, Rate),
    /// A two-sided organisation states a rate that is not offered.
    ChoiceNotOffered(Track, Rate),
    /// The year has no alternative standard of quality.
    NoAlternative(i32),
    /// The track or year has no reduced sharing.
    NoReducedSharing(Track, i32),
    /// Too few beneficiaries for reduced sharing: how many, and how many it takes.
    TooFewForReduced(i64, i64),
    /// A quality score is needed.
    QualityNeeded(Track),
    /// A one-sided organisation states a limit of losses.
    LimitOfOneSided(Track),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Refused::OutsideTable(count) => write!(
                f,
                "{count} assigned beneficiaries lie outside the published table of minimum savings \
                 rates (42 CFR 425.605(b)(1))"
            ),
            Refused::ChoiceOfOneSided(track, table) => write!(
                f,
                "{} is one-sided: its minimum savings rate is that of the table, {table}, and is not \
                 chosen (42 CFR 425.605(b)(1))",
                track.word()
            ),
            Refused::ChoiceNotOffered(track, _) => write!(
                f,
                "a minimum savings rate that {} does not offer (42 CFR {})",
                track.word(),
                if track.is_basic() { "425.605(b)(2)" } else { "425.610(b)(1)" }
            ),
            Refused::NoAlternative(year) => write!(
                f,
                "performance year {year} has no alternative standard of quality \
                 (42 CFR 425.512(a)(5))"
            ),
            Refused::NoReducedSharing(track, year) => write!(
                f,
                "{} in {year} does not share below the minimum savings rate: only the BASIC track \
                 does, from 2024 on (42 CFR 425.605(h))",
                track.word()
            ),
            Refused::TooFewForReduced(count, least) => write!(
                f,
                "{count} assigned beneficiaries are too few to share below the minimum savings rate: \
                 it takes {least} (42 CFR 425.605(h)(1))"
            ),
            Refused::QualityNeeded(track) => write!(
                f,
                "{} needs a quality score: a share or a loss rate depends on it ({})",
                track.word(),
                track.section()
            ),
            Refused::LimitOfOneSided(track) => {
                write!(f, "{} is one-sided and owes no losses ({})", track.word(), track.section())
            }
        }
    }
}

impl Refused {
    /// What to write instead.
    pub fn remedy(&self) -> String {
        match *self {
            Refused::OutsideTable(_) => {
                let fewest = mssp::brackets().first().map_or(0, |bracket| bracket.fewest);
                format!("the table begins at {fewest} beneficiaries")
            }
            Refused::ChoiceOfOneSided(..) => "leave it empty: the table is used".to_string(),
            Refused::ChoiceNotOffered(_, table) => {
                let offered: Vec<String> =
                    mssp::choices().map(|rule| rule.share().to_string()).collect();
                format!("write one of {}, or the table's {table}", offered.join(", "))
            }
            Refused::NoAlternative(_) => {
                "say whether the quality standard itself was met or missed".to_string()
            }
            Refused::NoReducedSharing(..) | Refused::TooFewForReduced(..) => {
                "leave it out".to_string()
            }
            Refused::QualityNeeded(_) => "write the score as a share of 1".to_string(),
            Refused::LimitOfOneSided(_) => "leave the terms of losses out".to_string(),
        }
    }
}

/// The terms of a performance year: the figures of its track, and what was chosen.
///
/// # Errors
/// [`Refused`] where the choice is not offered there.
pub fn terms(preset: &Preset, figures: &Figures, chosen: &Chosen) -> Result<Terms, Refused> {
    let (track, sharing_rate) = (preset.track, figures.sharing_rate);
    let minimum = minimum(preset, chosen)?;
    if chosen.standard == Standard::Alternative && !preset.alternative_standard {
        return Err(Refused::NoAlternative(preset.year));
    }
    // A year of pay for reporting counts as whole quality (42 CFR 425.502(a)(1)).
    let reported = (!preset.scores_everyone()).then_some(Rate::ONE);
    let quality = chosen.quality.or(reported);
    let share = match chosen.standard {
        Standard::Missed => Share::None,
        Standard::Alternative => Share::Scaled(sharing_rate),
        Standard::Met if preset.quality_scales && chosen.quality.is_some() => {
            Share::Scaled(sharing_rate)
        }
        Standard::Met => Share::Flat(sharing_rate),
    };
    let loss = figures.loss.map(|loss| Loss {
        rate: match loss.flat {
            Some(flat) => LossRate::Flat(flat),
            None if chosen.standard == Standard::Missed => LossRate::Flat(loss.most),
            None => LossRate::ByQuality { sharing_rate, least: loss.least, most: loss.most },
        },
        limit: Some(loss.limit),
        limit_amount: chosen.loss_limit_amount,
    });
    if loss.is_none() && chosen.loss_limit_amount.is_some() {
        return Err(Refused::LimitOfOneSided(track));
    }
    let by_quality = loss.is_some_and(|loss| matches!(loss.rate, LossRate::ByQuality { .. }));
    let quality = match quality {
        Some(quality) => quality,
        None if by_quality || matches!(share, Share::Scaled(_)) => {
            return Err(Refused::QualityNeeded(track));
        }
        None => Rate::ONE,
    };
    Ok(Terms {
        minimum,
        quality,
        sequestration: figures.sequestration,
        cap: Some(figures.savings_cap),
        loss,
        relief: chosen.relief.unwrap_or_else(|| preset_relief(preset)),
        reduced_sharing: reduced_sharing(preset, chosen)?,
        ..Terms::new(share)
    })
}

/// What a preset's year forgives.
fn preset_relief(preset: &Preset) -> Relief {
    if preset.relief.share() == Rate::ONE { Relief::Full } else { Relief::Amount(Money::ZERO) }
}

/// The minimum savings rate: that of the table, or in a two-sided track one of those offered.
fn minimum(preset: &Preset, chosen: &Chosen) -> Result<Threshold, Refused> {
    let table = Threshold::of_beneficiaries(chosen.beneficiaries);
    let outside = Refused::OutsideTable(chosen.beneficiaries);
    let Some(stated) = chosen.minimum else { return table.ok_or(outside) };
    let offered = |rule: &'static crate::rules::Rule| Threshold::from(rule.share()) == stated;
    if preset.is_two_sided() && mssp::choices().any(offered) {
        return Ok(stated);
    }
    let table = table.ok_or(outside)?;
    match table.is_printed_as(stated) {
        true => Ok(stated),
        false if preset.is_two_sided() => {
            Err(Refused::ChoiceNotOffered(preset.track, table.rounded()))
        }
        false => Err(Refused::ChoiceOfOneSided(preset.track, table.rounded())),
    }
}

fn reduced_sharing(preset: &Preset, chosen: &Chosen) -> Result<Option<Rate>, Refused> {
    if !chosen.low_revenue {
        return Ok(None);
    }
    let Some((part, least)) = preset.reduced_sharing else {
        return Err(Refused::NoReducedSharing(preset.track, preset.year));
    };
    if chosen.beneficiaries < least.count() {
        return Err(Refused::TooFewForReduced(chosen.beneficiaries, least.count()));
    }
    Ok(Some(part.share()))
}
