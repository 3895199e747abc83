//! An axis of money: round steps, and where an amount stands between its ends.

use super::{Anchor, Drawing, Stroke, Tenths, Words};
use crate::money::Money;
use crate::report::words::grouped;

/// Steps along an axis, at most.
const STEPS_MAX: i64 = 6;

/// An axis from one amount to another, both at a round step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// The lower end, in cents.
    low: i64,
    /// The upper end.
    high: i64,
    /// From one line of the grid to the next.
    step: i64,
}

impl Axis {
    /// The axis that holds zero and all of these amounts.
    pub fn holding(amounts: impl IntoIterator<Item = Money>) -> Axis {
        let (mut low, mut high) = (0, 0);
        for amount in amounts {
            low = low.min(amount.cents());
            high = high.max(amount.cents());
        }
        if low == high {
            high = 100;
        }
        let step = step(high - low);
        Axis { low: low.div_euclid(step) * step, high: -(-high).div_euclid(step) * step, step }
    }

    /// Where an amount stands between `near`, the place of the lower end, and `far`, that of the upper one.
    pub fn place(&self, amount: Money, near: Tenths, far: Tenths) -> Tenths {
        let above = i128::from(amount.cents().clamp(self.low, self.high) - self.low);
        let product = above * i128::from(far - near) / i128::from(self.high - self.low);
        near + i64::try_from(product).unwrap_or(0)
    }

    /// The amounts at which lines of a grid stand.
    pub fn steps(&self) -> impl Iterator<Item = Money> + use<> {
        let Axis { low, high, step } = *self;
        (0..=(high - low) / step).map(move |place| Money::from_cents(low + place * step))
    }

    /// How an amount at a step is written: in the unit of the axis, `$1.5M`, `-$20K`.
    pub fn label(&self, amount: Money) -> String {
        // In cents: from ten thousand dollars on thousands, then millions, then billions.
        let top = self.high.max(-self.low);
        let (unit, letter): (i64, &str) = match top {
            100_000_000_000.. => (100_000_000_000, "B"),
            100_000_000.. => (100_000_000, "M"),
            1_000_000.. => (100_000, "K"),
            _ => (100, ""),
        };
        let cents = amount.cents().unsigned_abs();
        if cents == 0 {
            return "$0".to_string();
        }
        let sign = if amount < Money::ZERO { "-" } else { "" };
        let whole = grouped(cents / unit as u64);
        let fraction = format!("{:02}", cents % unit as u64 * 100 / unit as u64);
        match fraction.trim_end_matches('0') {
            "" => format!("{sign}${whole}{letter}"),
            digits => format!("{sign}${whole}.{digits}{letter}"),
        }
    }

    /// The width of the widest label.
    pub fn label_width(&self) -> Tenths {
        let labels = self.steps().map(|amount| Words::new((0, 0), self.label(amount)).small());
        labels.map(|words| words.width()).max().unwrap_or(0)
    }

    /// Draws an upright axis: a line of the grid at each step from `left` to `right`, its label at the left of it.
    pub fn draw(
        &self,
        sheet: &mut Drawing,
        (left, right): (Tenths, Tenths),
        (bottom, top): (Tenths, Tenths),
    ) {
        for amount in self.steps() {
            let place = self.place(amount, bottom, top);
            let stroke = if amount.is_zero() { Stroke::Axis } else { Stroke::Grid };
            sheet.line(vec![(left, place), (right, place)], stroke);
            let words = Words::new((left - 50, place + 35), self.label(amount));
            sheet.words(words.small().anchored(Anchor::End));
        }
    }
}

/// The least round step, in cents, of which a span has few: 1, 2 or 5 times a power of ten dollars.
fn step(span: i64) -> i64 {
    let mut unit: i64 = 100;
    loop {
        for times in [1, 2, 5] {
            let step = unit.saturating_mul(times);
            if span / step < STEPS_MAX {
                return step;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(dollars: &[i64]) -> Axis {
        Axis::holding(dollars.iter().map(|dollars| Money::from_cents(dollars * 100)))
    }

    #[test]
    fn steps_are_round_and_few() {
        let labels = |axis: Axis| axis.steps().map(|at| axis.label(at)).collect::<Vec<_>>();
        assert_eq!(labels(axis(&[900])), ["$0", "$200", "$400", "$600", "$800", "$1,000"]);
        assert_eq!(
            labels(axis(&[1_100_000])),
            ["$0", "$0.2M", "$0.4M", "$0.6M", "$0.8M", "$1M", "$1.2M"]
        );
        assert_eq!(labels(axis(&[9_900_000_000])), ["$0", "$2B", "$4B", "$6B", "$8B", "$10B"]);
        assert_eq!(
            labels(axis(&[-30_000, 15_000])),
            ["-$30K", "-$20K", "-$10K", "$0", "$10K", "$20K"]
        );
        assert_eq!(labels(axis(&[])), ["$0", "$1"]);
    }

    #[test]
    fn an_amount_stands_in_its_proportion() {
        let axis = axis(&[-100, 100]);
        assert_eq!(axis.place(Money::ZERO, 1_000, 0), 500);
        assert_eq!(axis.place(Money::from_cents(10_000), 1_000, 0), 0);
    }
}
