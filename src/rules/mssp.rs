//! The Medicare Shared Savings Program (42 CFR part 425): its tracks and what each pays in which year.
//!
//! A [`Preset`] is what the rules set for a track in a performance year, which is a calendar year. What an
//! organisation chooses, such as a two-sided minimum savings rate, is no preset.
//!
//! ```
//! use braidfund::rules::mssp::Preset;
//!
//! let preset = Preset::find("BASIC_E", 2024).unwrap();
//! assert_eq!(preset.sharing_rate.share().to_string(), "0.5");
//! assert_eq!(preset.loss.unwrap().limit.share().to_string(), "0.04");
//! let closed = Preset::find("TRACK1", 2022).unwrap_err();
//! assert_eq!(closed.remedy(), "the track's years are 2013 to 2021; 2021 is the nearest");
//! ```

use std::fmt;
use std::sync::OnceLock;

use super::{Parameter, Rule};
use crate::diagnostic::nearest;
use crate::month::Month;

/// The first performance year with published results.
pub const FIRST_YEAR: i32 = 2013;
/// The last performance year that the data covers.
pub const LAST_YEAR: i32 = 2024;

/// The first year without pay for reporting.
const FIRST_YEAR_SCORED: i32 = 2021;

/// A track of the programme, in the order in which they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Track {
    /// Track 1, one-sided (42 CFR 425.604).
    One,
    /// The Track 1+ Model, two-sided.
    OnePlus,
    /// Track 2, two-sided (42 CFR 425.606).
    Two,
    /// Track 3, two-sided; called ENHANCED since (42 CFR 425.610).
    Three,
    /// Level A of the BASIC track, one-sided (42 CFR 425.605).
    BasicA,
    /// Level B of the BASIC track, one-sided.
    BasicB,
    /// Level C of the BASIC track, two-sided.
    BasicC,
    /// Level D of the BASIC track, two-sided.
    BasicD,
    /// Level E of the BASIC track, two-sided.
    BasicE,
    /// The ENHANCED track, two-sided (42 CFR 425.610).
    Enhanced,
}

impl Track {
    /// Every track.
    pub const ALL: [Track; 10] = [
        Track::One,
        Track::OnePlus,
        Track::Two,
        Track::Three,
        Track::BasicA,
        Track::BasicB,
        Track::BasicC,
        Track::BasicD,
        Track::BasicE,
        Track::Enhanced,
    ];

    /// The words of every track, in the same order.
    pub const WORDS: &'static [&'static str] = &[
        "TRACK1",
        "TRACK1PLUS",
        "TRACK2",
        "TRACK3",
        "BASIC_A",
        "BASIC_B",
        "BASIC_C",
        "BASIC_D",
        "BASIC_E",
        "ENHANCED",
    ];

    /// The word of files.
    pub fn word(self) -> &'static str {
        Track::WORDS[self as usize]
    }

    /// The track of a word.
    pub fn parse(word: &str) -> Option<Track> {
        Track::ALL.into_iter().find(|track| track.word() == word)
    }

    /// Whether it is a level of the BASIC track.
    pub fn is_basic(self) -> bool {
        (Track::BasicA..=Track::BasicE).contains(&self)
    }

    /// Whether it owes losses.
    pub fn is_two_sided(self) -> bool {
        !Parameter::LossLimit.series(self.word()).is_empty()
    }

    /// The first performance year.
    pub fn first_year(self) -> i32 {
        let series = Parameter::SharingRate.series(self.word());
        series.first().map_or(FIRST_YEAR, |rule| rule.from.year())
    }

    /// The last performance year, if the track is closed.
    pub fn last_year(self) -> Option<i32> {
        let series = Parameter::LastYear.series(self.word());
        series.last().and_then(|rule| i32::try_from(rule.count()).ok())
    }

    /// The section that sets its terms.
    pub fn section(self) -> &'static str {
        match self {
            Track::One => "42 CFR 425.604",
            Track::OnePlus => "the Track 1+ Model, 42 CFR 425.605(d)(1)(v)",
            Track::Two => "42 CFR 425.606",
            Track::Three | Track::Enhanced => "42 CFR 425.610",
            _ => "42 CFR 425.605",
        }
    }
}

/// What a track pays and takes in a performance year, each figure with its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// The track.
    pub track: Track,
    /// The performance year whose rules these are.
    pub year: i32,
    /// The highest share of savings that is paid out.
    pub sharing_rate: &'static Rule,
    /// The most that is paid out, as a share of the benchmark.
    pub savings_cap: &'static Rule,
    /// What is taken off savings paid out, before their cap.
    pub sequestration: &'static Rule,
    /// What is owed of losses; nothing in a one-sided track.
    pub loss: Option<PresetLoss>,
    /// The share of every loss that is forgiven for an emergency.
    pub relief: &'static Rule,
    /// Whether the sharing rate is multiplied by the quality score where the standard is met.
    pub quality_scales: bool,
    /// Whether an alternative standard of quality is offered.
    pub alternative_standard: bool,
    /// What of the sharing rate a low-revenue organisation gets below its minimum savings rate, and from
    /// how many beneficiaries on; nothing where the year or the track has no such rule.
    pub reduced_sharing: Option<(&'static Rule, &'static Rule)>,
}

/// What a two-sided track takes of losses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PresetLoss {
    /// The loss rate.
    pub rate: PresetLossRate,
    /// The most that is owed, as a share of the benchmark.
    pub limit: &'static Rule,
    /// The most that is owed, as a share of the participants' revenue from Medicare, where the lower of the
    /// two binds.
    pub limit_of_revenue: Option<&'static Rule>,
}

/// How the loss rate is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresetLossRate {
    /// One rate, whatever the quality.
    Flat(&'static Rule),
    /// One less the highest sharing rate times quality, within these bounds.
    ByQuality {
        /// The least.
        least: &'static Rule,
        /// The most; also where the standard of quality is missed.
        most: &'static Rule,
    },
}

/// Why there is no preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoPreset {
    /// There is no such track.
    Track(String),
    /// No results are known for the year.
    Year(i32),
    /// The track had not begun, or had ended.
    Closed(Track, i32),
}

impl NoPreset {
    /// What to write instead.
    pub fn remedy(&self) -> String {
        match self {
            NoPreset::Track(word) => {
                let upper = word.to_uppercase();
                let exact = Track::parse(&upper.replace(['-', ' '], "_"));
                let track = exact.map(Track::word);
                let near = track.or_else(|| near_track(&upper));
                match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("write one of {}", Track::WORDS.join(", ")),
                }
            }
            NoPreset::Year(year) => {
                let near = (*year).clamp(FIRST_YEAR, LAST_YEAR);
                format!("years {FIRST_YEAR} to {LAST_YEAR} are known; {near} is the nearest")
            }
            NoPreset::Closed(track, year) => {
                let (first, last) = (track.first_year(), track.last_year().unwrap_or(LAST_YEAR));
                let near = (*year).clamp(first, last);
                format!("the track's years are {first} to {last}; {near} is the nearest")
            }
        }
    }
}

/// The track nearest to a word in capitals. Words of files have hyphens where tracks have underscores.
fn near_track(upper: &str) -> Option<&'static str> {
    let known: Vec<String> =
        Track::WORDS.iter().map(|word| word.to_lowercase().replace('_', "-")).collect();
    let near = nearest(upper, known.iter().map(String::as_str))?;
    let place = known.iter().position(|word| word == near)?;
    Some(Track::WORDS[place])
}

impl fmt::Display for NoPreset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoPreset::Track(word) => write!(f, "there is no track `{word}` (42 CFR 425.600)"),
            NoPreset::Year(year) => {
                write!(f, "the rules of performance year {year} are not known (42 CFR 425.600)")
            }
            NoPreset::Closed(track, year) => write!(
                f,
                "{} did not exist in performance year {year} (42 CFR 425.600; {})",
                track.word(),
                track.section()
            ),
        }
    }
}

impl Preset {
    /// The preset of a track, by its word, in a performance year.
    ///
    /// # Errors
    /// [`NoPreset`] where the track or the year is not known, or the track did not exist in that year.
    pub fn find(track: &str, year: i32) -> Result<&'static Preset, NoPreset> {
        let known = Track::parse(track).ok_or_else(|| NoPreset::Track(track.to_string()))?;
        Preset::of(known, year)
    }

    /// The preset of a track in a performance year.
    ///
    /// # Errors
    /// [`NoPreset`] where the year is not known or the track did not exist in it.
    pub fn of(track: Track, year: i32) -> Result<&'static Preset, NoPreset> {
        if !(FIRST_YEAR..=LAST_YEAR).contains(&year) {
            return Err(NoPreset::Year(year));
        }
        let found = all().iter().find(|preset| (preset.track, preset.year) == (track, year));
        found.ok_or(NoPreset::Closed(track, year))
    }

    /// The preset of a performance year, or the last known one where the year comes after it and the track
    /// is open: the year of the preset tells which.
    ///
    /// # Errors
    /// [`NoPreset`] where the year comes before the data or the track did not exist in it.
    pub fn carried(track: Track, year: i32) -> Result<&'static Preset, NoPreset> {
        if year > LAST_YEAR && track.last_year().is_some() {
            return Err(NoPreset::Closed(track, year));
        }
        Preset::of(track, year.min(LAST_YEAR))
    }

    /// Whether every organisation's quality was scored in the year: from 2021 on. Before, the first years of an
    /// agreement were of pay for reporting (42 CFR 425.502(a)(1)).
    pub fn scores_everyone(&self) -> bool {
        self.year >= FIRST_YEAR_SCORED
    }

    /// Whether the track owes losses.
    pub fn is_two_sided(&self) -> bool {
        self.loss.is_some()
    }

    /// The rules whose figures decide the settlement.
    pub fn rules(&self) -> Vec<&'static Rule> {
        let mut rules = vec![self.sharing_rate, self.savings_cap, self.sequestration];
        if let Some(loss) = &self.loss {
            match loss.rate {
                PresetLossRate::Flat(rate) => rules.push(rate),
                PresetLossRate::ByQuality { least, most } => rules.extend([least, most]),
            }
            rules.push(loss.limit);
        }
        rules
    }

    fn new(track: Track, year: i32) -> Option<Preset> {
        let within =
            year >= track.first_year() && track.last_year().is_none_or(|last| year <= last);
        // The BASIC and ENHANCED tracks began in July 2019: a year's rules are those of its last month.
        let month = Month::new(year, 12).filter(|_| within)?;
        let own = |parameter: Parameter| parameter.in_force(track.word(), month);
        let common = |parameter: Parameter| parameter.in_force("", month);
        let rate = match (own(Parameter::LossRate), own(Parameter::LossRateLeast)) {
            (Some(flat), _) => Some(PresetLossRate::Flat(flat)),
            (None, Some(least)) => {
                Some(PresetLossRate::ByQuality { least, most: own(Parameter::LossRateMost)? })
            }
            (None, None) => None,
        };
        let loss = match rate {
            None => None,
            Some(rate) => Some(PresetLoss {
                rate,
                limit: own(Parameter::LossLimit)?,
                limit_of_revenue: own(Parameter::LossLimitOfRevenue),
            }),
        };
        let reduced = common(Parameter::ReducedSharing).filter(|_| track.is_basic());
        let holds = |parameter: Parameter| common(parameter).is_some_and(|rule| rule.count() == 1);
        Some(Preset {
            track,
            year,
            sharing_rate: own(Parameter::SharingRate)?,
            savings_cap: own(Parameter::SavingsCap)?,
            sequestration: common(Parameter::SavingsSequestration)?,
            loss,
            relief: common(Parameter::LossRelief)?,
            quality_scales: holds(Parameter::QualityScales),
            alternative_standard: holds(Parameter::AlternativeStandard),
            reduced_sharing: reduced.zip(common(Parameter::ReducedSharingBeneficiaries)),
        })
    }
}

/// Every preset, by track and year.
pub fn all() -> &'static [Preset] {
    static PRESETS: OnceLock<Vec<Preset>> = OnceLock::new();
    PRESETS.get_or_init(|| {
        let years =
            |track| (FIRST_YEAR..=LAST_YEAR).filter_map(move |year| Preset::new(track, year));
        Track::ALL.into_iter().flat_map(years).collect()
    })
}

/// A bracket of the table of minimum savings rates (42 CFR 425.605(b)(1)), its ends as printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bracket {
    /// The fewest assigned beneficiaries.
    pub fewest: i64,
    /// The most assigned beneficiaries.
    pub most: i64,
    /// The rate at the fewest.
    pub low: &'static Rule,
    /// The rate at the most.
    pub high: &'static Rule,
}

/// The table of minimum savings rates, the smallest organisations first.
pub fn brackets() -> &'static [Bracket] {
    static BRACKETS: OnceLock<Vec<Bracket>> = OnceLock::new();
    BRACKETS.get_or_init(|| {
        let bracket = |subject: &str| {
            let (fewest, most) = subject.split_once('-')?;
            Some(Bracket {
                fewest: fewest.parse().ok()?,
                most: most.parse().ok()?,
                low: Parameter::MinimumSavingsRateLow.series(subject).first()?,
                high: Parameter::MinimumSavingsRateHigh.series(subject).first()?,
            })
        };
        let subjects = Parameter::MinimumSavingsRateLow.subjects();
        let mut brackets: Vec<Bracket> = subjects.into_iter().filter_map(bracket).collect();
        brackets.sort_by_key(|bracket| bracket.fewest);
        brackets
    })
}

/// The minimum savings and loss rates that a two-sided organisation may choose, beside the table.
pub fn choices() -> impl Iterator<Item = &'static Rule> {
    let subjects = Parameter::MinimumSavingsRateChoice.subjects();
    subjects.into_iter().flat_map(|subject| Parameter::MinimumSavingsRateChoice.series(subject))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_track_has_its_years() {
        let years = |track: Track| {
            let own: Vec<i32> =
                all().iter().filter(|preset| preset.track == track).map(|one| one.year).collect();
            (own[0], own[own.len() - 1], own.len())
        };
        assert_eq!(years(Track::One), (2013, 2021, 9));
        assert_eq!(years(Track::OnePlus), (2018, 2021, 4));
        assert_eq!(years(Track::Two), (2013, 2021, 9));
        assert_eq!(years(Track::Three), (2016, 2021, 6));
        for track in Track::ALL.into_iter().filter(|track| *track >= Track::BasicA) {
            assert_eq!(years(track), (2019, 2024, 6), "{}", track.word());
        }
    }

    #[test]
    fn what_does_not_exist_is_refused_with_the_nearest() {
        let why = |track, year| {
            let refused = Preset::find(track, year).unwrap_err();
            (refused.to_string(), refused.remedy())
        };
        let (message, remedy) = why("basic-e", 2024);
        assert_eq!(message, "there is no track `basic-e` (42 CFR 425.600)");
        assert_eq!(remedy, "did you mean `BASIC_E`?");
        assert_eq!(why("ENHANCD", 2024).1, "did you mean `ENHANCED`?");
        assert!(why("XYZ", 2024).1.starts_with("write one of TRACK1, "));
        assert!(why("ENHANCED", 2018).0.contains("42 CFR 425.610"));
        assert_eq!(
            why("ENHANCED", 2018).1,
            "the track's years are 2019 to 2024; 2019 is the nearest"
        );
        assert_eq!(why("TRACK1", 2012).1, "years 2013 to 2024 are known; 2013 is the nearest");
        assert!(Preset::carried(Track::One, 2026).is_err());
        assert_eq!(Preset::carried(Track::BasicB, 2031).unwrap().year, 2024);
        assert_eq!(Preset::carried(Track::BasicB, 2022).unwrap().year, 2022);
    }

    #[test]
    fn the_table_has_no_hole_and_never_rises() {
        let table = brackets();
        assert_eq!((table.len(), table[0].fewest), (13, 500));
        for pair in table.windows(2) {
            assert_eq!(pair[0].most + 1, pair[1].fewest);
            assert_eq!(pair[0].high.share(), pair[1].low.share());
            assert!(pair[0].low.share() > pair[0].high.share());
        }
        let offered: Vec<String> = choices().map(|rule| rule.value.to_string()).collect();
        assert_eq!(offered, ["0%", "0.5%", "1%", "1.5%", "2%"]);
    }
}
