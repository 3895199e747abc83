//! What a year of shared savings comes to: the arithmetic of a settlement, exact to the cent.
//!
//! The minimum savings rate is a gate and not a deductible: where it is reached, savings are shared from the
//! first dollar. Sequestration comes off before the cap, and never off a loss. `braid settle` and the
//! streams of a plan settle here and nowhere else.
//!
//! ```
//! use braidfund::funding::settlement::{Share, Terms, Threshold};
//! use braidfund::money::{Money, Rate};
//!
//! let rate = |text| Rate::parse(text).unwrap();
//! let mut terms = Terms::new(Share::Scaled(rate("0.5")));
//! terms.minimum = Threshold::of_beneficiaries(13_447).unwrap();
//! (terms.quality, terms.sequestration) = (rate("0.77"), rate("0.02"));
//! let (benchmark, gross) = (Money::from_cents(16_638_820_300), Money::from_cents(477_078_100));
//! let settled = terms.settle(benchmark, gross).unwrap();
//! assert_eq!(settled.earned.to_string(), "1800015.67");
//! assert_eq!(settled.rule.word(), "shared");
//! ```

use crate::limits::RATE_WHOLE_MAX;
use crate::money::{Money, NumberError, Product, Rate};
use crate::rules::mssp;

/// Decimal places that a minimum savings rate may be written with.
const THRESHOLD_PLACES_MAX: usize = 12;
/// Places from which on a printed rate may stand for the exact one.
const PRINTED_PLACES_MIN: u32 = 4;
/// One, in the billionths of a rate.
const BILLION: i128 = 1_000_000_000;

/// An exact share of the benchmark from which on savings or losses count.
///
/// The table of Medicare gives rates that no decimal holds, so it is a fraction and is compared crosswise.
#[derive(Clone, Copy, Debug)]
pub struct Threshold {
    part: i128,
    whole: i128,
}

impl PartialEq for Threshold {
    fn eq(&self, other: &Threshold) -> bool {
        self.part * other.whole == other.part * self.whole
    }
}

impl Eq for Threshold {}

impl From<Rate> for Threshold {
    fn from(rate: Rate) -> Threshold {
        Threshold { part: rate.billionths(), whole: BILLION }
    }
}

impl Threshold {
    /// Every saving and every loss counts.
    pub const ZERO: Threshold = Threshold { part: 0, whole: 1 };

    /// Reads a fraction from 0 to 1 of at most twelve places, such as `0.023373145772`.
    ///
    /// # Errors
    /// [`NumberError`] says whether the form, the places or the range is wrong.
    pub fn parse(text: &str) -> Result<Threshold, NumberError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) {
            let positive = text.strip_prefix('-').map(Threshold::parse);
            let negative = positive.is_some_and(|read| read != Err(NumberError::Form));
            return Err(if negative { NumberError::Range } else { NumberError::Form });
        }
        if fraction.len() > THRESHOLD_PLACES_MAX {
            return Err(NumberError::Places);
        }
        let places = fraction.len() as u32;
        let scale = 10_i128.pow(places);
        let units = whole.parse::<i128>().ok().and_then(|whole| whole.checked_mul(scale));
        let rest: i128 = fraction.parse().map_err(|_| NumberError::Range)?;
        let part = units.map(|units| units + rest).filter(|part| *part <= scale);
        Ok(Threshold { part: part.ok_or(NumberError::Range)?, whole: scale })
    }

    /// The minimum savings rate of so many assigned beneficiaries, linear within a bracket of the published
    /// table with its ends as printed (42 CFR 425.605(b)(1)); nothing below the table.
    pub fn of_beneficiaries(beneficiaries: i64) -> Option<Threshold> {
        let within =
            |bracket: &&mssp::Bracket| (bracket.fewest..=bracket.most).contains(&beneficiaries);
        let bracket = mssp::brackets().iter().find(within)?;
        let (low, high) = (bracket.low.share().billionths(), bracket.high.share().billionths());
        let span = i128::from(bracket.most - bracket.fewest);
        let above = i128::from(beneficiaries - bracket.fewest);
        Some(Threshold { part: low * span + (high - low) * above, whole: BILLION * span })
    }

    /// Whether an amount is at least this share of a benchmark.
    pub fn is_reached_by(self, amount: Money, benchmark: Money) -> bool {
        i128::from(amount.cents()) * self.whole >= i128::from(benchmark.cents()) * self.part
    }

    /// Whether a rate as it was printed stands for this exact one: it differs by less than a unit of its
    /// last place, of which it has at least four.
    pub fn is_printed_as(self, printed: Threshold) -> bool {
        let apart = (self.part * printed.whole - printed.part * self.whole).abs();
        let places = printed.whole >= 10_i128.pow(PRINTED_PLACES_MIN);
        apart == 0 || (places && apart < self.whole)
    }

    /// The share rounded to nine places half up, for display.
    pub fn rounded(self) -> Rate {
        let billionths = (2 * self.part * BILLION + self.whole) / (2 * self.whole);
        Rate::from_billionths(billionths).expect("a threshold lies between nothing and the whole")
    }

    /// This share of a benchmark, rounded once to cents.
    pub(crate) fn of(self, benchmark: Money) -> Option<Money> {
        let product = i128::from(benchmark.cents()).checked_mul(self.part)?;
        let cents = (2 * product + self.whole) / (2 * self.whole);
        Money::try_from_cents(cents)
    }
}

/// What of savings is paid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// Nothing: the standard of quality was missed.
    None,
    /// This rate.
    Flat(Rate),
    /// This rate times the quality score.
    Scaled(Rate),
}

/// What is owed of losses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The share of a loss.
    pub rate: LossRate,
    /// The most that is owed, as a share of the benchmark; the lower limit binds.
    pub limit: Option<Rate>,
    /// The most that is owed.
    pub limit_amount: Option<Money>,
}

/// The share of a loss that is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossRate {
    /// This rate.
    Flat(Rate),
    /// One less the highest sharing rate times the quality score, within bounds.
    ByQuality {
        /// The highest sharing rate.
        sharing_rate: Rate,
        /// The least.
        least: Rate,
        /// The most.
        most: Rate,
    },
}

/// What of a loss is forgiven for circumstances beyond control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relief {
    /// Up to an amount.
    Amount(Money),
    /// All of it.
    Full,
}

/// The terms on which a year is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Savings count from this share of the benchmark on, and losses alike.
    pub minimum: Threshold,
    /// Whether savings that count are shared from the first dollar; else only what exceeds the minimum.
    pub first_dollar: bool,
    /// What of savings is paid out.
    pub share: Share,
    /// What of that share is paid: all of it, or half under reduced sharing.
    pub part: Rate,
    /// The quality score, from 0 to 1.
    pub quality: Rate,
    /// What is taken off what is paid out, before the cap.
    pub sequestration: Rate,
    /// The most that is paid out, as a share of the benchmark; the lower cap binds.
    pub cap: Option<Rate>,
    /// The most that is paid out.
    pub cap_amount: Option<Money>,
    /// What is owed of losses; nothing in a one-sided contract.
    pub loss: Option<Loss>,
    /// What of a loss is forgiven.
    pub relief: Relief,
    /// The part of the share that is paid on savings below the minimum, if any is.
    pub reduced_sharing: Option<Rate>,
    /// Whether the programme's guardrail withholds all savings.
    pub guardrail: bool,
    /// Whether a loss beyond the minimum is told in a one-sided contract, which does not owe it.
    pub show_one_sided_losses: bool,
    /// What was advanced and not yet recouped.
    pub advance_balance: Money,
}

/// The rule that decided what a year comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Neither savings nor losses.
    None,
    /// Savings below the minimum savings rate pay nothing.
    BelowMinimumSavingsRate,
    /// The guardrail withholds savings.
    Guardrail,
    /// The standard of quality was missed, or the score is nothing.
    QualityNotMet,
    /// Savings below the minimum are shared at a reduced rate.
    ReducedSharing,
    /// Savings are shared.
    Shared,
    /// Savings are shared up to the cap.
    Capped,
    /// A one-sided contract owes no losses.
    OneSidedLoss,
    /// Losses below the minimum loss rate are not owed.
    BelowMinimumLossRate,
    /// The loss is owed.
    Loss,
    /// The loss is owed up to its limit.
    LossLimited,
    /// A part of the loss is forgiven.
    LossRelieved,
    /// All of the loss is forgiven.
    LossForgiven,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Rule; 13] = [
        Rule::None,
        Rule::BelowMinimumSavingsRate,
        Rule::Guardrail,
        Rule::QualityNotMet,
        Rule::ReducedSharing,
        Rule::Shared,
        Rule::Capped,
        Rule::OneSidedLoss,
        Rule::BelowMinimumLossRate,
        Rule::Loss,
        Rule::LossLimited,
        Rule::LossRelieved,
        Rule::LossForgiven,
    ];

    /// The word of files.
    pub fn word(self) -> &'static str {
        match self {
            Rule::None => "none",
            Rule::BelowMinimumSavingsRate => "below-minimum-savings-rate",
            Rule::Guardrail => "guardrail",
            Rule::QualityNotMet => "quality-not-met",
            Rule::ReducedSharing => "reduced-sharing",
            Rule::Shared => "shared",
            Rule::Capped => "capped",
            Rule::OneSidedLoss => "one-sided-loss",
            Rule::BelowMinimumLossRate => "below-minimum-loss-rate",
            Rule::Loss => "loss",
            Rule::LossLimited => "loss-limited",
            Rule::LossRelieved => "loss-relieved",
            Rule::LossForgiven => "loss-forgiven",
        }
    }
}

/// What a year comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The benchmark less what was spent; negative: a loss.
    pub gross: Money,
    /// Gross as a share of the benchmark, to six places.
    pub savings_rate: Rate,
    /// What of it counts.
    pub generated: Money,
    /// What is paid out; negative: what is owed.
    pub earned: Money,
    /// What of a loss was forgiven.
    pub relief: Money,
    /// What of the earned savings pays back an advance; it is told beside them and not netted.
    pub recouped: Money,
    /// The rule that decided.
    pub rule: Rule,
}

impl Terms {
    /// A one-sided contract that shares every saving, whole quality, without sequestration or cap.
    pub fn new(share: Share) -> Terms {
        Terms {
            minimum: Threshold::ZERO,
            first_dollar: true,
            share,
            part: Rate::ONE,
            quality: Rate::ONE,
            sequestration: Rate::ZERO,
            cap: None,
            cap_amount: None,
            loss: None,
            relief: Relief::Amount(Money::ZERO),
            reduced_sharing: None,
            guardrail: false,
            show_one_sided_losses: false,
            advance_balance: Money::ZERO,
        }
    }

    /// The settlement of a year whose savings are known.
    ///
    /// Returns nothing where an amount cannot be computed exactly or leaves the bounds of money.
    pub fn settle(&self, benchmark: Money, gross: Money) -> Option<Settlement> {
        let distance = if gross < Money::ZERO { -gross } else { gross };
        self.settle_where(benchmark, gross, self.minimum.is_reached_by(distance, benchmark))
    }

    /// The settlement of a year whose savings are a stated share of the benchmark: the share itself is
    /// held against the minimum, not the savings rounded to cents.
    ///
    /// Returns nothing where an amount cannot be computed exactly or leaves the bounds of money.
    pub fn settle_at(&self, benchmark: Money, gross: Money, rate: Rate) -> Option<Settlement> {
        let share = rate.billionths().abs() * self.minimum.whole;
        self.settle_where(benchmark, gross, share >= BILLION * self.minimum.part)
    }

    fn settle_where(&self, benchmark: Money, gross: Money, counts: bool) -> Option<Settlement> {
        let most = i128::from(benchmark.cents()) * i128::from(RATE_WHOLE_MAX);
        if i128::from(gross.cents()).abs() >= most && !gross.is_zero() {
            return None;
        }
        let mut settled = Settlement {
            gross,
            savings_rate: gross.ratio(benchmark),
            generated: Money::ZERO,
            earned: Money::ZERO,
            relief: Money::ZERO,
            recouped: Money::ZERO,
            rule: Rule::None,
        };
        if gross.is_positive() {
            self.share_savings(&mut settled, benchmark, counts)?;
        } else if gross < Money::ZERO {
            self.share_losses(&mut settled, benchmark, counts)?;
        }
        settled.recouped = settled.earned.floor_zero().at_most(self.advance_balance);
        Some(settled)
    }

    fn share_savings(
        &self,
        settled: &mut Settlement,
        benchmark: Money,
        counts: bool,
    ) -> Option<()> {
        let part = match self.reduced_sharing {
            _ if counts => self.part,
            Some(reduced) => self.part.min(reduced),
            None => {
                settled.rule = Rule::BelowMinimumSavingsRate;
                return Some(());
            }
        };
        if self.guardrail {
            settled.rule = Rule::Guardrail;
            return Some(());
        }
        settled.generated = settled.gross;
        let shared = Product::new(self.counted(settled.gross, benchmark)?);
        let shared = match self.share {
            Share::None => None,
            Share::Flat(rate) => Some(shared.times(rate)?),
            Share::Scaled(_) if self.quality == Rate::ZERO => None,
            Share::Scaled(rate) => Some(shared.times(rate)?.times(self.quality)?),
        };
        let Some(shared) = shared else {
            settled.rule = Rule::QualityNotMet;
            return Some(());
        };
        let net = shared.times(part)?.times(self.sequestration.complement())?.round()?;
        settled.earned = lower(net, self.cap, self.cap_amount, benchmark)?;
        settled.rule = match counts {
            _ if settled.earned < net => Rule::Capped,
            true => Rule::Shared,
            false => Rule::ReducedSharing,
        };
        Some(())
    }

    fn share_losses(&self, settled: &mut Settlement, benchmark: Money, counts: bool) -> Option<()> {
        let Some(loss) = &self.loss else {
            if self.show_one_sided_losses && counts {
                settled.generated = settled.gross;
            }
            settled.rule = Rule::OneSidedLoss;
            return Some(());
        };
        if !counts {
            settled.rule = Rule::BelowMinimumLossRate;
            return Some(());
        }
        settled.generated = settled.gross;
        let lost = self.counted(-settled.gross, benchmark)?;
        let borne = self.borne(loss, lost)?;
        let owed = lower(borne, loss.limit, loss.limit_amount, benchmark)?;
        settled.relief = match self.relief {
            Relief::Full => owed,
            Relief::Amount(amount) => owed.at_most(amount),
        };
        settled.earned = settled.relief - owed;
        settled.rule = if owed.is_positive() && settled.relief == owed {
            Rule::LossForgiven
        } else if owed < borne {
            Rule::LossLimited
        } else if settled.relief.is_positive() {
            Rule::LossRelieved
        } else {
            Rule::Loss
        };
        Some(())
    }

    /// What of an amount that counts is shared: from the first dollar, or what exceeds the minimum.
    fn counted(&self, amount: Money, benchmark: Money) -> Option<Money> {
        if self.first_dollar {
            return Some(amount);
        }
        Some((amount - self.minimum.of(benchmark)?).floor_zero())
    }

    /// The share of a loss, before its limit.
    fn borne(&self, loss: &Loss, lost: Money) -> Option<Money> {
        match loss.rate {
            LossRate::Flat(rate) => rate.try_of(lost),
            LossRate::ByQuality { sharing_rate, least, most } => {
                let share =
                    BILLION * BILLION - sharing_rate.billionths() * self.quality.billionths();
                let bounds = (least.billionths() * BILLION, most.billionths() * BILLION);
                Some(lost.portion(share.max(bounds.0).min(bounds.1), BILLION * BILLION))
            }
        }
    }
}

/// An amount held to the lower of a share of the benchmark and an amount.
fn lower(
    amount: Money,
    share: Option<Rate>,
    most: Option<Money>,
    benchmark: Money,
) -> Option<Money> {
    let of_benchmark = match share {
        Some(share) => share.try_of(benchmark)?,
        None => amount,
    };
    Some(amount.at_most(of_benchmark).at_most(most.unwrap_or(amount)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        Money::parse(text).unwrap()
    }

    fn rate(text: &str) -> Rate {
        Rate::parse(text).unwrap()
    }

    fn flat(share: &str) -> Terms {
        Terms::new(Share::Flat(rate(share)))
    }

    fn two_sided(loss: &str) -> Terms {
        let loss = Loss { rate: LossRate::Flat(rate(loss)), limit: None, limit_amount: None };
        Terms { loss: Some(loss), ..flat("0.5") }
    }

    #[test]
    fn a_threshold_is_read_with_twelve_places_and_no_more() {
        let read = |text| Threshold::parse(text);
        assert_eq!(read("0.02").unwrap(), Threshold::from(rate("0.02")));
        assert_eq!(read("1").unwrap(), Threshold::from(Rate::ONE));
        for text in ["", ".5", "5.", "x", "-", "-.5", "1e3", "+1", "0.0 1"] {
            assert_eq!(read(text), Err(NumberError::Form), "{text}");
        }
        for text in ["-0.01", "1.000000000001", "2", "99999999999999999999999999999999999999999"] {
            assert_eq!(read(text), Err(NumberError::Range), "{text}");
        }
        assert_eq!(read("0.0233731457721"), Err(NumberError::Places));
    }

    #[test]
    fn a_printed_rate_stands_for_the_exact_one_from_four_places_on() {
        // 13,447 lies 3,447 of 4,999 into the bracket from 3.0 % to 2.7 %.
        let exact = Threshold::of_beneficiaries(13_447).unwrap();
        assert_eq!(exact.rounded().to_string(), "0.027931386");
        for (printed, stands) in
            [("0.0279", true), ("0.02793", true), ("0.027931386277", true), ("0.0278", false)]
        {
            assert_eq!(
                exact.is_printed_as(Threshold::parse(printed).unwrap()),
                stands,
                "{printed}"
            );
        }
        // Three places are too few to tell a table's rate from a chosen one, unless they are all of it.
        assert!(!exact.is_printed_as(Threshold::parse("0.028").unwrap()));
        let large = Threshold::of_beneficiaries(60_000).unwrap();
        assert!(large.is_printed_as(Threshold::parse("0.02").unwrap()));
    }

    #[test]
    fn the_gate_is_exact_on_both_sides() {
        let mut gated = two_sided("0.3");
        gated.minimum = Threshold::parse("0.023373145772").unwrap();
        // 2.3373145772 % of 1,000,000,000,000.00 is 23,373,145,772.00 to the cent.
        let benchmark = money("1000000000000.00");
        let at = |gross| gated.settle(benchmark, money(gross)).unwrap().rule;
        assert_eq!(at("23373145771.99"), Rule::BelowMinimumSavingsRate);
        assert_eq!(at("23373145772.00"), Rule::Shared);
        assert_eq!(at("-23373145771.99"), Rule::BelowMinimumLossRate);
        assert_eq!(at("-23373145772.00"), Rule::Loss);
        assert_eq!(at("0.00"), Rule::None);
    }

    #[test]
    fn a_stated_share_that_meets_the_minimum_meets_it_although_its_cents_round_down() {
        let mut gated = flat("0.5");
        gated.minimum = Threshold::from(rate("0.01"));
        // 1 % of 100.49 is 1.0049, rounded 1.00.
        let (benchmark, gross) = (money("100.49"), money("1.00"));
        let below = gated.settle(benchmark, gross).unwrap();
        assert_eq!(below.rule, Rule::BelowMinimumSavingsRate);
        let stated = gated.settle_at(benchmark, gross, rate("0.01")).unwrap();
        assert_eq!((stated.rule, stated.earned), (Rule::Shared, money("0.50")));
        let stated = gated.settle_at(benchmark, gross, rate("0.009999999")).unwrap();
        assert_eq!(stated.rule, Rule::BelowMinimumSavingsRate);
    }

    #[test]
    fn sequestration_comes_off_before_the_cap_and_the_lower_cap_binds() {
        // 1,000.00 x 0.5 x 0.98 = 490.00; a tenth of 4,800.00 is 480.00.
        let mut capped = flat("0.5");
        (capped.sequestration, capped.cap) = (rate("0.02"), Some(rate("0.1")));
        let settled = capped.settle(money("4800.00"), money("1000.00")).unwrap();
        assert_eq!((settled.earned, settled.rule), (money("480.00"), Rule::Capped));
        let settled = capped.settle(money("4900.00"), money("1000.00")).unwrap();
        assert_eq!((settled.earned, settled.rule), (money("490.00"), Rule::Shared));
        capped.cap_amount = Some(money("100.00"));
        let settled = capped.settle(money("4900.00"), money("1000.00")).unwrap();
        assert_eq!((settled.earned, settled.rule), (money("100.00"), Rule::Capped));
    }

    #[test]
    fn quality_scales_or_decides() {
        let (benchmark, gross) = (money("10000.00"), money("1000.00"));
        let mut scaled = Terms::new(Share::Scaled(rate("0.4")));
        scaled.quality = rate("0.75");
        assert_eq!(scaled.settle(benchmark, gross).unwrap().earned, money("300.00"));
        scaled.quality = Rate::ZERO;
        assert_eq!(scaled.settle(benchmark, gross).unwrap().rule, Rule::QualityNotMet);
        let missed = Terms::new(Share::None).settle(benchmark, gross).unwrap();
        assert_eq!((missed.rule, missed.generated), (Rule::QualityNotMet, gross));
        assert_eq!(missed.earned, Money::ZERO);
    }

    #[test]
    fn reduced_sharing_pays_half_below_the_minimum_and_all_above_it() {
        let mut reduced = flat("0.4");
        (reduced.minimum, reduced.reduced_sharing) = (rate("0.03").into(), Some(rate("0.5")));
        let at = |gross| {
            let settled = reduced.settle(money("10000.00"), money(gross)).unwrap();
            (settled.earned.to_string(), settled.rule)
        };
        assert_eq!(at("100.00"), ("20.00".to_string(), Rule::ReducedSharing));
        assert_eq!(at("300.00"), ("120.00".to_string(), Rule::Shared));
        // Stated as half already, it is not halved again.
        reduced.part = rate("0.5");
        let stated = reduced.settle(money("10000.00"), money("100.00")).unwrap();
        assert_eq!(stated.earned, money("20.00"));
    }

    #[test]
    fn the_guardrail_withholds_savings_and_leaves_losses() {
        let guarded = Terms { guardrail: true, ..two_sided("0.3") };
        let savings = guarded.settle(money("1000.00"), money("10.00")).unwrap();
        assert_eq!((savings.generated, savings.rule), (Money::ZERO, Rule::Guardrail));
        let loss = guarded.settle(money("1000.00"), money("-10.00")).unwrap();
        assert_eq!((loss.earned, loss.rule), (money("-3.00"), Rule::Loss));
    }

    #[test]
    fn a_loss_is_limited_then_relieved() {
        let mut owing = two_sided("0.3");
        let (benchmark, gross) = (money("10000.00"), money("-1000.00"));
        let of = |terms: &Terms| {
            let settled = terms.settle(benchmark, gross).unwrap();
            (settled.earned.to_string(), settled.relief.to_string(), settled.rule)
        };
        assert_eq!(of(&owing), ("-300.00".into(), "0.00".into(), Rule::Loss));
        owing.relief = Relief::Amount(money("125.00"));
        assert_eq!(of(&owing), ("-175.00".into(), "125.00".into(), Rule::LossRelieved));
        let loss = owing.loss.as_mut().unwrap();
        (loss.limit, loss.limit_amount) = (Some(rate("0.02")), Some(money("180.00")));
        assert_eq!(of(&owing), ("-55.00".into(), "125.00".into(), Rule::LossLimited));
        owing.loss.as_mut().unwrap().limit_amount = Some(money("220.00"));
        assert_eq!(of(&owing), ("-75.00".into(), "125.00".into(), Rule::LossLimited));
        owing.relief = Relief::Full;
        assert_eq!(of(&owing), ("0.00".into(), "200.00".into(), Rule::LossForgiven));
    }

    #[test]
    fn a_one_sided_loss_is_told_where_asked_and_never_owed() {
        let mut one = flat("0.5");
        one.minimum = rate("0.02").into();
        let at = |terms: &Terms, gross| {
            let settled = terms.settle(money("1000.00"), money(gross)).unwrap();
            assert_eq!((settled.earned, settled.rule), (Money::ZERO, Rule::OneSidedLoss));
            settled.generated.to_string()
        };
        assert_eq!(at(&one, "-30.00"), "0.00");
        one.show_one_sided_losses = true;
        assert_eq!((at(&one, "-30.00"), at(&one, "-19.99")), ("-30.00".into(), "0.00".into()));
    }

    #[test]
    fn a_corridor_shares_what_lies_beyond_it() {
        let mut corridor = two_sided("0.3");
        (corridor.minimum, corridor.first_dollar) = (rate("0.02").into(), false);
        let at = |gross| corridor.settle(money("10000.00"), money(gross)).unwrap().earned;
        // (500 - 200) x 0.5; (500 - 200) x 0.3.
        assert_eq!((at("500.00"), at("-500.00")), (money("150.00"), money("-90.00")));
        assert_eq!((at("200.00"), at("-199.99")), (Money::ZERO, Money::ZERO));
    }

    #[test]
    fn an_advance_is_recouped_from_what_is_earned_and_no_more() {
        let mut advanced = two_sided("0.3");
        advanced.advance_balance = money("80.00");
        let at = |gross| advanced.settle(money("1000.00"), money(gross)).unwrap();
        assert_eq!((at("100.00").earned, at("100.00").recouped), (money("50.00"), money("50.00")));
        assert_eq!((at("200.00").earned, at("200.00").recouped), (money("100.00"), money("80.00")));
        assert_eq!(at("-100.00").recouped, Money::ZERO);
    }

    #[test]
    fn what_cannot_be_exact_is_not_given() {
        let mut fine = Terms::new(Share::Scaled(rate("0.123456789")));
        (fine.quality, fine.sequestration) = (rate("0.987654321"), rate("0.000000001"));
        assert_eq!(fine.settle(Money::MAX, Money::MAX), None);
        let plain = flat("0.5");
        assert_eq!(plain.settle(money("0.01"), money("-10.00")), None);
        assert_eq!(plain.settle(Money::ZERO, money("0.01")), None);
        assert_eq!(plain.settle(Money::ZERO, Money::ZERO).unwrap().rule, Rule::None);
    }
}
