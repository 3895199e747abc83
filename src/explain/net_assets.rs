//! Net assets by fiscal year: income, expenses, and what of them is liquid.

use super::ask::{Ask, Period};
use super::{Explanation, Part};
use crate::measures::NetAssetsYear;
use crate::money::Money;
use crate::month::FiscalCalendar;

/// What they rest on where a plan states neither them nor its cash in hand.
pub(super) const FROM_ZERO: &str =
    "Net assets are counted from $0, since the plan states neither them nor its cash in hand.";

/// Explains net assets, or the liquid ones, at the end of a fiscal year.
pub(super) fn explain(ask: Ask, rest: &[&str]) -> Option<Explanation> {
    let (liquid, word) = match rest {
        ["liquid", word] => (true, word),
        [word] => (false, word),
        _ => return None,
    };
    let (period, place) = Period::year_rest(ask, &[word])?;
    let place = place?;
    let year = ask.measures().net_assets.get(place)?;
    Some(if liquid { of_liquid(ask, &period, year) } else { of_year(ask, &period, place, year) })
}

fn of_year(ask: Ask, period: &Period, place: usize, year: &NetAssetsYear) -> Explanation {
    let before = place.checked_sub(1).and_then(|place| ask.measures().net_assets.get(place));
    let (without, with) = match before {
        Some(before) => (before.without, before.with),
        None => {
            let net = &ask.forecast.books.net_assets;
            (net.opening_without, net.opening_with)
        }
    };
    let see = |part: Part| match before {
        Some(before) => part.see(format!("net-assets/{}", FiscalCalendar::label(before.year))),
        None => part.input(ask.plan, stated(ask)),
    };
    let parts = vec![
        see(Part::plus(without, "without donor restrictions, at the beginning")),
        Part::plus(with, "with donor restrictions, at the beginning"),
        Part::plus(year.contributions, "contributions without donor restrictions"),
        Part::plus(year.contributions_restricted, "contributions with donor restrictions"),
        Part::plus(year.exchange, "earned by services"),
        Part::minus(year.expenses, "expenses: what money pays, repayments left out")
            .see(format!("covered{}", period.suffix())),
        Part::minus(year.lost, "lost: promised money that lapsed or goes back"),
    ];
    let subject = format!("Net assets at the end of {}", period.words);
    let formula = "net assets at the year's beginning and its income, less expenses and losses; what is \
                   released moves from one class to the other";
    let asides = [
        Part::aside(year.without, "without donor restrictions, at the end"),
        Part::aside(year.with, "with donor restrictions, at the end"),
        Part::aside(year.released, "released from restrictions"),
        Part::aside(year.refundable_advance, "received of conditional awards and not earned"),
        Part::aside(year.liquid, "liquid, of those without restrictions")
            .see(format!("net-assets/liquid{}", period.suffix())),
    ];
    Explanation::sum_of(&subject, year.without + year.with, formula, parts).with(asides)
}

/// Where net assets at the plan's start come from.
fn stated(ask: Ask) -> &'static str {
    match ask.plan.opening.net_assets {
        Some(_) => "opening.net-assets",
        None => "opening.unrestricted-cash",
    }
}

fn of_liquid(ask: Ask, period: &Period, year: &NetAssetsYear) -> Explanation {
    let opening = &ask.plan.opening;
    let parts = vec![
        Part::plus(year.without, "net assets without donor restrictions")
            .see(format!("net-assets{}", period.suffix())),
        Part::minus(opening.fixed_assets, "fixed assets").input(ask.plan, "opening.fixed-assets"),
        Part::plus(opening.fixed_asset_debt, "what is owed on them")
            .input(ask.plan, "opening.fixed-asset-debt"),
        Part::minus(opening.board_designated, "set aside by the board")
            .input(ask.plan, "opening.board-designated"),
    ];
    let subject = format!("Liquid unrestricted net assets at the end of {}", period.words);
    let formula = "net assets without donor restrictions, less fixed assets net of their debt and what \
                   the board has set aside";
    let in_kind: Money = period.sum(&ask.forecast.books.net_assets.in_kind);
    let months = format!("{} months of them", year.liquid_months);
    let asides = [
        Part::aside(year.expenses - in_kind, format!("expenses of {} in cash", period.words))
            .text(months)
            .see(format!("covered{}", period.suffix())),
        Part::aside(ask.forecast.books.cash.liquid[period.last], "the liquid ones by cash")
            .see(format!("cash/liquid-months{}", period.suffix())),
    ];
    Explanation::sum_of(&subject, year.liquid, formula, parts).with(asides)
}
