//! Net assets by fiscal year, and how many months the liquid ones last.

use super::{Books, Span, per_cost};
use crate::money::{Money, Rate};

/// Net assets of one fiscal year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetAssetsYear {
    /// The year, named by its end.
    pub year: i32,
    /// Contributions without donor restrictions.
    pub contributions: Money,
    /// Contributions with donor restrictions.
    pub contributions_restricted: Money,
    /// Exchange revenue.
    pub exchange: Money,
    /// What was released from restrictions.
    pub released: Money,
    /// Recognised money that lapsed or goes back.
    pub lost: Money,
    /// Costs that draws pay; not the repayment of what was borrowed.
    pub expenses: Money,
    /// The change of net assets without donor restrictions.
    pub change_without: Money,
    /// The change of net assets with donor restrictions.
    pub change_with: Money,
    /// Net assets without donor restrictions at the year's end.
    pub without: Money,
    /// Net assets with donor restrictions at the year's end.
    pub with: Money,
    /// Cash of conditional awards that is not earned yet, at the year's end.
    pub refundable_advance: Money,
    /// Liquid unrestricted net assets at the year's end.
    pub liquid: Money,
    /// How many months of the year's cash expenses they are.
    pub liquid_months: Rate,
}

/// The net assets of a span of months.
pub(super) fn year(books: &Books, span: &Span) -> NetAssetsYear {
    let net = &books.net_assets;
    let before = |ends: &[Money], opening: Money| match span.first {
        0 => opening,
        first => ends[first - 1],
    };
    let expenses = span.of(&net.expenses);
    let months = span.places().count() as i64;
    let liquid = net.liquid[span.last];
    NetAssetsYear {
        year: span.year,
        contributions: span.of(&net.contributions),
        contributions_restricted: span.of(&net.contributions_restricted),
        exchange: span.of(&net.exchange),
        released: span.of(&net.released),
        lost: span.of(&net.lost) + span.of(&net.lost_unrestricted),
        expenses,
        change_without: net.without[span.last] - before(&net.without, net.opening_without),
        change_with: net.with[span.last] - before(&net.with, net.opening_with),
        without: net.without[span.last],
        with: net.with[span.last],
        refundable_advance: net.refundable_advance[span.last],
        liquid,
        liquid_months: per_cost(liquid, expenses - span.of(&net.in_kind), months, 1),
    }
}
