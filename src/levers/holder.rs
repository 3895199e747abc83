//! Who could make a change.

use super::Change;
use crate::funding::payer::PayerMethod;
use crate::funding::public::PublicMethod;
use crate::funding::shared_savings::Agreement;
use crate::funding::{Kind, Stream, Terms};
use crate::name::StreamIndex;
use crate::plan::Plan;

/// Who could make a change, from the kind of its stream, as far as the plan tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A law or a public rule: what a formula, a levy, an appropriation, a public payer's fees or a published
    /// share gives.
    Statute,
    /// The public body that awards the money, by its terms.
    Agency,
    /// The private funder, payer, lender or partner, by its agreement.
    Funder,
    /// The partnership's own board, or that of a partner whose money is unrestricted.
    Board,
}

impl Holder {
    /// Every holder.
    pub const ALL: [Holder; 4] = [Holder::Statute, Holder::Agency, Holder::Funder, Holder::Board];

    /// The word of tables.
    pub fn word(self) -> &'static str {
        match self {
            Holder::Statute => "statute",
            Holder::Agency => "agency",
            Holder::Funder => "funder",
            Holder::Board => "board",
        }
    }

    /// Who could make a change.
    ///
    /// | change | statute | agency | funder | board |
    /// |---|---|---|---|---|
    /// | money, caps, start and end | formula grants, levies, federal match, administrative claims, Medicare shared savings, fees of public payers; the money of appropriations | other federal money and public money; awards under cost principles | other grants, payers, loans, community benefit; restricted partners | reserves, unrestricted partners |
    /// | functions, carryover | levies | formula grants, appropriations and fees of public payers too | as above | pools |
    /// | match | formula grants, and every match of a federal award | | other awards | pledges |
    /// | documented benefit | | | | always: the partnership documents it |
    pub fn of(plan: &Plan, change: &Change) -> Holder {
        let Some(stream) = change.stream() else { return Holder::Board };
        match change {
            Change::Benefit(..) | Change::Pledge(..) => Holder::Board,
            Change::LessMatch(..) | Change::MatchOnAll(_) if plan.stream(stream).federal => {
                Holder::Statute
            }
            Change::PaysFor(..) | Change::Carried(_) => terms_of(plan, stream),
            Change::Longer(..) | Change::Earlier(..) if is_appropriated(plan.stream(stream)) => {
                Holder::Statute
            }
            Change::Money(..) if is_appropriated(plan.stream(stream)) => Holder::Statute,
            _ => sums_of(plan, stream),
        }
    }
}

/// Who sets what a stream brings.
fn sums_of(plan: &Plan, index: StreamIndex) -> Holder {
    let stream = plan.stream(index);
    let by_law = match &stream.terms {
        Terms::Public(public) => matches!(
            public.method,
            PublicMethod::Formula(_)
                | PublicMethod::Levy { .. }
                | PublicMethod::Match { .. }
                | PublicMethod::AdministrativeClaiming(_)
        ),
        Terms::SharedSavings(savings) => matches!(savings.agreement, Agreement::Medicare(..)),
        _ => is_public_payer(stream),
    };
    if by_law { Holder::Statute } else { terms_of(plan, index) }
}

/// Who sets what a stream may be spent on.
fn terms_of(plan: &Plan, index: StreamIndex) -> Holder {
    let stream = plan.stream(index);
    let method = match &stream.terms {
        Terms::Public(public) => Some(&public.method),
        _ => None,
    };
    match (stream.kind, method) {
        (Kind::Reserve, _) => Holder::Board,
        (Kind::Partner, _) if plan.restrictions(index).is_unrestricted() => Holder::Board,
        (_, Some(PublicMethod::Levy { .. })) => Holder::Statute,
        (_, Some(PublicMethod::CommunityBenefit { .. })) => Holder::Funder,
        (Kind::Public, _) => Holder::Agency,
        _ if stream.federal || stream.cost_principles || is_public_payer(stream) => Holder::Agency,
        _ => Holder::Funder,
    }
}

fn is_appropriated(stream: &Stream) -> bool {
    matches!(&stream.terms, Terms::Public(public)
        if matches!(public.method, PublicMethod::Appropriation { .. }))
}

/// Public programs that pay by published fee schedules, as a plan names them. A health plan under contract with one,
/// as a Medicaid managed-care plan is, pays by its contract and is none of them.
const PUBLIC_PAYERS: [&str; 5] =
    ["medicare", "medicaid", "medi-cal", "cms", "centers for medicare & medicaid services"];

/// Whether a payer is a public program: by its method, which is that of Medicare's fee schedule (88 FR 78818), where
/// it is federal money, or by its name.
fn is_public_payer(stream: &Stream) -> bool {
    let Terms::Payer(payer) = &stream.terms else { return false };
    let named = stream.funder.as_ref().is_some_and(|funder| {
        let name = funder.trim().to_lowercase();
        PUBLIC_PAYERS.contains(&name.as_str())
    });
    matches!(payer.method, PayerMethod::CommunityHealth(_)) || stream.federal || named
}
