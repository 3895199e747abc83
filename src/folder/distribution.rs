//! What an uncertain input comes to at a quantile, in whole numbers alone.
//!
//! An amount moves in steps of its written form, so every distribution is one of whole steps and a quantile, a count of
//! 2^-64, finds its step without any rounding. With `a` the steps from the low end to the likeliest, both counted, and `b`
//! from there to the high end, a triangular one has weights 1/a, 2/a .. 1 up to the likeliest and 1 .. 2/b, 1/b from it on:
//! they sum to (a + b) / 2, so that the first j steps have the share j (j + 1) / (a (a + b)), and the last j steps the share
//! j (j + 1) / (b (a + b)).

use super::setting::Setting;
use crate::money::Rate;

/// What an event or an amount came to in a future.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Whether the event happens.
    Happens(bool),
    /// The value that the amount takes.
    Takes(Setting),
}

/// How likely the values of an uncertain amount are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Distribution {
    /// Each step from the low to the high value is equally likely.
    Uniform {
        /// The lowest value.
        low: Setting,
        /// The highest value.
        high: Setting,
    },
    /// The odds rise evenly to the likeliest value and fall evenly from it.
    Triangular {
        /// The lowest value.
        low: Setting,
        /// The likeliest value.
        likely: Setting,
        /// The highest value.
        high: Setting,
    },
    /// These values with their odds, which add up to the whole; in the order of values.
    Discrete(Vec<(Setting, Rate)>),
}

impl Distribution {
    /// The value at a quantile, in counts of 2^-64: it never falls where the quantile rises.
    pub fn at(&self, quantile: u64) -> Setting {
        match self {
            Distribution::Uniform { low, high } => {
                let steps = u128::from(high.steps.abs_diff(low.steps)) + 1;
                low.moved(part(quantile, steps) as i64)
            }
            Distribution::Triangular { low, likely, high } => {
                triangular(quantile, [*low, *likely, *high])
            }
            Distribution::Discrete(values) => {
                let mut below = 0;
                let found = values.iter().find(|(_, odds)| {
                    below += odds.billionths() as u128;
                    is_below(quantile, below)
                });
                let last = || values.last().expect("a discrete amount has values");
                found.unwrap_or_else(last).0
            }
        }
    }
}

/// Whether a quantile lies below so many billionths.
pub(super) fn is_below(quantile: u64, billionths: u128) -> bool {
    u128::from(quantile) * (Rate::ONE.billionths() as u128) < billionths << 64
}

/// The quantile of a count, rounded down: quantile x count / 2^64, where the count is below 2^127.
fn part(quantile: u64, count: u128) -> u128 {
    let quantile = u128::from(quantile);
    let (above, below) = (count >> 64, count & u128::from(u64::MAX));
    quantile * above + ((quantile * below) >> 64)
}

fn triangular(quantile: u64, [low, likely, high]: [Setting; 3]) -> Setting {
    let up = u128::from(likely.steps.abs_diff(low.steps)) + 1;
    let down = u128::from(high.steps.abs_diff(likely.steps)) + 1;
    // Up to the likeliest, the share of it with it: (up + 1) / (up + down).
    let rising = part(quantile, up + down) <= up;
    if rising {
        // The fewest first steps whose share lies above the quantile.
        let steps = fewest(part(quantile, up * (up + down)));
        return low.moved((steps - 1) as i64);
    }
    // The fewest last steps whose share is all that lies from the quantile on: from 1 - q, 2^64 of it being the whole.
    let rest = (u64::MAX - quantile, down * (up + down));
    let steps = fewest(part_and_one(rest.0, rest.1));
    high.moved(-((steps - 1) as i64))
}

/// The (quantile + 1) of a count, rounded up, less one: what a count must exceed to reach it.
fn part_and_one(quantile: u64, count: u128) -> u128 {
    // (q + 1) x count / 2^64 rounded up is the floor of ((q + 1) x count - 1) / 2^64, plus one.
    let (above, below) = (count >> 64, count & u128::from(u64::MAX));
    let next = u128::from(quantile) + 1;
    match (next * below).checked_sub(1) {
        Some(rest) => next * above + (rest >> 64),
        None => next * above - 1,
    }
}

/// The fewest steps j with j (j + 1) above a count.
fn fewest(count: u128) -> u128 {
    let root = match u64::try_from(count) {
        Ok(count) => u128::from(count.isqrt()),
        Err(_) => count.isqrt(),
    };
    if root * (root + 1) > count { root } else { root + 1 }
}

#[cfg(test)]
mod tests {
    use super::super::setting::Form;
    use super::*;

    fn setting(steps: i64) -> Setting {
        Setting { steps, form: Form::Number(2) }
    }

    fn uniform(low: i64, high: i64) -> Distribution {
        Distribution::Uniform { low: setting(low), high: setting(high) }
    }

    fn triangular(low: i64, likely: i64, high: i64) -> Distribution {
        let [low, likely, high] = [low, likely, high].map(setting);
        Distribution::Triangular { low, likely, high }
    }

    /// The weight of a step, times the product of the steps on both sides.
    fn weight(step: i64, [low, likely, high]: [i64; 3]) -> u128 {
        let (up, down) = (likely - low + 1, high - likely + 1);
        let weight = if step <= likely { (step - low + 1) * down } else { (high - step + 1) * up };
        weight as u128
    }

    /// Quantiles across the whole, with those next to each bound of so many parts.
    fn quantiles(parts: u128) -> Vec<u64> {
        let mut found: Vec<u64> = (0..1_000).map(|place| place * (u64::MAX / 999)).collect();
        for part in 0..parts {
            let bound = ((part << 64) / parts) as u64;
            found.extend([bound.wrapping_sub(1), bound, bound.wrapping_add(1)]);
        }
        found.sort_unstable();
        found
    }

    #[test]
    fn a_triangular_amount_has_exactly_the_weights_that_are_documented() {
        for ends in [[0, 0, 1], [0, 1, 1], [5, 7, 12], [-3, -3, 9], [-3, 9, 9], [0, 50, 99]] {
            let [low, likely, high] = ends;
            let whole: u128 = (low..=high).map(|step| weight(step, ends)).sum();
            let (up, down) = ((likely - low + 1) as u128, (high - likely + 1) as u128);
            assert_eq!(2 * whole, up * down * (up + down), "the sum that the formula rests on");
            let found = triangular(low, likely, high);
            for quantile in quantiles(whole) {
                let mut below = 0;
                let expected = (low..=high).find(|step| {
                    below += weight(*step, ends);
                    u128::from(quantile) * whole < below << 64
                });
                assert_eq!(Some(found.at(quantile).steps), expected, "{ends:?} at {quantile}");
            }
        }
    }

    #[test]
    fn a_uniform_amount_gives_each_step_the_same() {
        for (low, high) in [(0, 1), (-4, 2), (100, 199)] {
            let count = (high - low + 1) as u128;
            for quantile in quantiles(count) {
                let step = low + ((u128::from(quantile) * count) >> 64) as i64;
                assert_eq!(uniform(low, high).at(quantile).steps, step);
            }
            let reached = |step: i64| (((step - low) as u128) << 64).div_ceil(count) as u64;
            for step in low..=high {
                assert_eq!(
                    uniform(low, high).at(reached(step)).steps,
                    step,
                    "every step is reached"
                );
            }
        }
    }

    #[test]
    fn values_never_fall_where_the_quantile_rises_and_reach_both_ends() {
        let odds = |text| Rate::parse_percent(text).unwrap();
        let discrete = Distribution::Discrete(vec![
            (setting(3), odds("0")),
            (setting(5), odds("33.3")),
            (setting(8), odds("66.7")),
            (setting(9), odds("0")),
        ]);
        // As far apart as two values may lie.
        let (low, high) = (-(1 << 62), (1 << 62) - 1);
        let far = [uniform(low, high), triangular(low, low, high), triangular(low, high, high)];
        let cases = [discrete, uniform(7, 8), triangular(1, 2, 50)].into_iter().chain(far);
        let ends = [(5, 8), (7, 8), (1, 50), (low, high), (low, high), (low, high)];
        for (found, (low, high)) in cases.zip(ends) {
            let values: Vec<i64> = quantiles(64).into_iter().map(|at| found.at(at).steps).collect();
            assert!(values.is_sorted(), "{found:?}");
            let rough = (high - low) / 1_000_000_000;
            assert!((values[0] - low) <= rough && found.at(0).steps - low <= rough, "{found:?}");
            assert!(high - found.at(u64::MAX).steps <= rough, "{found:?}");
        }
    }
}
