//! What other money does differently with a bridge option than without.

use std::collections::BTreeMap;

use crate::ledger::Ledger;
use crate::money::Money;

/// Streams by title with amounts, the largest first.
pub type Moved = Vec<(String, Money)>;

/// What one stream pays more than without, negative where less.
#[derive(Default)]
struct Change<'a> {
    title: &'a str,
    total: Money,
    /// Of it, what pays what the option itself has due: the repayment of a loan is no money that it brings.
    own: Money,
    /// The same by line and month.
    by_need: BTreeMap<(&'a str, usize), Money>,
}

/// What other streams pay more and less than without the option, whose own stream stands at a place of the ledger.
///
/// What pays the option's own principal and interest is not unlocked by it. What no longer pays a cost that is no more
/// has not left because of it.
pub(super) fn moved(before: &Ledger, after: &Ledger, option: Option<usize>) -> (Moved, Moved) {
    let mut changes: BTreeMap<&str, Change> = BTreeMap::new();
    let mut cuts: BTreeMap<(&str, usize), Money> = BTreeMap::new();
    let own = option.map(|place| after.streams[place].name.as_str());
    for (ledger, sign) in [(before, -1), (after, 1)] {
        for line in &ledger.lines {
            for (place, need) in line.need.iter().enumerate() {
                *cuts.entry((&line.name, place)).or_default() -= need.times(sign);
            }
        }
        for draw in &ledger.draws {
            let (stream, line) = (&ledger.streams[draw.stream], &ledger.lines[draw.line.at()]);
            if own == Some(stream.name.as_str()) {
                continue;
            }
            let change = changes.entry(&stream.name).or_default();
            change.title = &stream.title;
            change.total += draw.amount.times(sign);
            let due_to = line.due.map(|(place, _)| ledger.streams[place].name.as_str());
            if own.is_some() && due_to == own {
                change.own += draw.amount.times(sign);
            }
            *change.by_need.entry((&line.name, draw.place)).or_default() += draw.amount.times(sign);
        }
    }
    let (mut unlocked, mut displaced) = (Moved::new(), Moved::new());
    for change in changes.values() {
        let more = change.total - change.own;
        let mut less = (-change.total).floor_zero();
        for (need, amount) in &change.by_need {
            let Some(cut) = cuts.get_mut(need) else { continue };
            let freed = (-*amount).floor_zero().at_most(cut.floor_zero()).at_most(less);
            *cut -= freed;
            less -= freed;
        }
        for (side, amount) in [(&mut unlocked, more), (&mut displaced, less)] {
            if amount.is_positive() {
                side.push((change.title.to_string(), amount));
            }
        }
    }
    for side in [&mut unlocked, &mut displaced] {
        side.sort_by(|one, other| (other.1, &one.0).cmp(&(one.1, &other.0)));
    }
    (unlocked, displaced)
}
