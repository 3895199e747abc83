//! What is left of a stated correlation in what comes about.
//!
//! A shock states the rank correlation of draws. Many draws lead to one outcome where a thing happens or not, or where few values are
//! listed, so that outcomes are less correlated than the draws. The rank of an outcome is the middle of the ranks of its
//! draws, and the correlation of two ranks (Spearman, with ties) follows from the odds alone, without any future run.

use crate::folder::{Chances, Distribution, Shock, What};
use crate::money::Rate;

/// Two chances of a shock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The places of the chances, the lower first.
    pub chances: [usize; 2],
    /// The rank correlation of their draws: what is stated, below zero where one moves against the other.
    pub of_draws: Rate,
    /// That of what comes about.
    pub of_outcomes: Rate,
}

/// The whole, in billionths.
const WHOLE: i128 = 1_000_000_000;
/// Steps of an amount beyond which its ranks are as good as even.
const STEPS_MAX: u64 = 1_000;

impl Pair {
    /// The pairs of a shock, in the order of their places.
    pub fn of_shock(shock: &Shock, chances: &Chances) -> Vec<Pair> {
        let mut moved: Vec<(usize, bool)> = shock.of.iter().map(|place| (*place, false)).collect();
        moved.extend(shock.against.iter().map(|place| (*place, true)));
        moved.sort_unstable();
        let ends: Vec<Vec<i128>> =
            moved.iter().map(|(place, _)| ends(&chances.chances[*place].what)).collect();
        let mut pairs = Vec::new();
        for (at, (one, way)) in moved.iter().enumerate() {
            for (other_at, (other, other_way)) in moved.iter().enumerate().skip(at + 1) {
                let mirrored = way != other_way;
                let sign = if mirrored { -1 } else { 1 };
                let together = shock.together.billionths();
                let share = correlation(&ends[at], &ends[other_at], mirrored);
                let rate = |billionths| Rate::from_billionths(billionths).unwrap_or(Rate::ZERO);
                let of_draws = rate(sign * together);
                let of_outcomes = rate(share * together / WHOLE);
                pairs.push(Pair { chances: [*one, *other], of_draws, of_outcomes });
            }
        }
        pairs
    }
}

/// Where the outcomes of a chance end, from the low one to the high one, in billionths of its draws.
fn ends(what: &What) -> Vec<i128> {
    match what {
        What::Event { odds } => vec![odds.complement().billionths(), WHOLE],
        What::Amount { distribution, .. } => match distribution {
            Distribution::Discrete(values) => {
                summed(values.iter().map(|(_, odds)| odds.billionths()))
            }
            Distribution::Uniform { low, high } => {
                let steps = high.steps.abs_diff(low.steps) + 1;
                let weights = vec![1; steps.min(STEPS_MAX) as usize];
                parts(&weights)
            }
            Distribution::Triangular { low, likely, high } => {
                let up = likely.steps.abs_diff(low.steps) + 1;
                let down = high.steps.abs_diff(likely.steps) + 1;
                if up + down > STEPS_MAX {
                    return parts(&vec![1; STEPS_MAX as usize]);
                }
                let (up, down) = (i128::from(up), i128::from(down));
                let rising = (1..=up).map(|step| step * down);
                parts(&rising.chain((1..down).rev().map(|step| step * up)).collect::<Vec<_>>())
            }
        },
    }
}

/// The ends of parts that have these weights.
fn parts(weights: &[i128]) -> Vec<i128> {
    let whole: i128 = weights.iter().sum();
    summed(weights.iter().copied()).into_iter().map(|end| end * WHOLE / whole).collect()
}

fn summed(weights: impl Iterator<Item = i128>) -> Vec<i128> {
    let sum = |sum: &mut i128, weight: i128| {
        *sum += weight;
        Some(*sum)
    };
    weights.scan(0, sum).collect()
}

/// The correlation of the ranks of two outcomes of one draw, or of a draw and its mirror, in billionths; none where one of
/// them always comes out the same.
fn correlation(one: &[i128], other: &[i128], mirrored: bool) -> i128 {
    let turned: Vec<i128> =
        other.iter().rev().skip(1).map(|end| WHOLE - end).chain([WHOLE]).collect();
    let covered = if mirrored { -product(one, &turned) } else { product(one, other) };
    let varied = (product(one, one) / WHOLE) * (product(other, other) / WHOLE);
    match varied.isqrt() {
        0 => 0,
        root => covered / root,
    }
}

/// The sum over all draws of the ranks of both, each twice its distance from the middle: parts of billionths to the third.
fn product(one: &[i128], other: &[i128]) -> i128 {
    let (mut sum, mut from) = (0, 0);
    let (mut at, mut other_at) = (0, 0);
    while from < WHOLE {
        let (end, other_end) = (one[at], other[other_at]);
        let until = end.min(other_end);
        let rank = |ends: &[i128], at: usize| {
            let start = if at == 0 { 0 } else { ends[at - 1] };
            start + ends[at] - WHOLE
        };
        sum += (until - from) * rank(one, at) * rank(other, other_at);
        from = until;
        at += usize::from(end == until && at + 1 < one.len());
        other_at += usize::from(other_end == until && other_at + 1 < other.len());
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(percent: &str) -> Vec<i128> {
        ends(&What::Event { odds: Rate::parse_percent(percent).unwrap() })
    }

    fn even() -> Vec<i128> {
        parts(&[1; 1_000])
    }

    /// Of events of p and q, the rarer p, the share of the draws' is the root of p (1 - q) over q (1 - p); of an event and
    /// an even amount the root of 3 p (1 - p).
    #[test]
    fn the_share_is_that_of_the_closed_form() {
        let near = |found: i128, expected: f64| {
            let found = found as f64 / 1e9;
            assert!((found - expected).abs() < 1e-5, "{found} {expected}");
        };
        let root = |p: f64, q: f64| (p * (1.0 - q) / (q * (1.0 - p))).sqrt();
        near(correlation(&event("10"), &event("80"), false), root(0.1, 0.8));
        near(correlation(&event("10"), &event("90"), false), root(0.1, 0.9));
        near(correlation(&event("30"), &event("30"), false), 1.0);
        // Against each other they happen both in no future, so that they lack 0.1 x 0.8 of meeting by accident.
        let (p, q) = (0.1_f64, 0.8_f64);
        let spread = (p * (1.0 - p) * q * (1.0 - q)).sqrt();
        near(correlation(&event("10"), &event("80"), true), -p * q / spread);
        let half = (3.0_f64 * 0.25).sqrt();
        near(correlation(&event("50"), &even(), false), half);
        near(correlation(&even(), &event("50"), true), -half);
        near(correlation(&even(), &even(), false), 1.0);
        near(correlation(&even(), &even(), true), -1.0);
        assert_eq!(correlation(&event("0"), &even(), false), 0);
    }

    #[test]
    fn few_steps_have_their_own_odds() {
        use crate::folder::{Form, Setting};
        let [low, likely, high] = [0, 1, 3].map(|steps| Setting { steps, form: Form::Number(0) });
        let what = |distribution| What::Amount { path: String::new(), base: low, distribution };
        // 1/2, 1, 2/3, 1/3 of 2.5.
        let triangle = ends(&what(Distribution::Triangular { low, likely, high }));
        assert_eq!(triangle, [200_000_000, 600_000_000, 866_666_666, WHOLE]);
        let uniform = ends(&what(Distribution::Uniform { low, high }));
        assert_eq!(uniform, [250_000_000, 500_000_000, 750_000_000, WHOLE]);
        let odds = ["20", "70", "10"].map(|odds| Rate::parse_percent(odds).unwrap());
        let listed = [low, likely, high].into_iter().zip(odds).collect();
        let discrete = ends(&what(Distribution::Discrete(listed)));
        assert_eq!(discrete, [200_000_000, 900_000_000, WHOLE]);
    }
}
