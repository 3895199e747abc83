//! Restrictions, and the one place where eligibility is decided: [`verdict`].

use super::Plan;
use super::cost::{Category, CostLine, Form, Layer, Priority};
use crate::funding::partner::PartnerMethod;
use crate::funding::{Kind, Terms};
use crate::money::{Money, Rate};
use crate::month::Month;
use crate::name::{LineIndex, PoolIndex, StreamIndex};

/// What a restriction speaks of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Selector {
    /// Everything.
    Anything,
    /// A function, by its word.
    Function(String),
    /// One line.
    Line(LineIndex),
    /// A layer.
    Layer(Layer),
    /// A category.
    Category(Category),
    /// Lines that bear a tag.
    Tag(String),
    /// The indirect recovery of the award itself: in caps alone.
    Indirect,
}

impl Selector {
    /// Whether a line is selected.
    pub fn selects(&self, index: LineIndex, line: &CostLine) -> bool {
        match self {
            Selector::Anything => true,
            Selector::Function(function) => line.function == *function,
            Selector::Line(selected) => index == *selected,
            Selector::Layer(layer) => line.layer == *layer,
            Selector::Category(category) => line.category == *category,
            Selector::Tag(tag) => line.tags.contains(tag),
            Selector::Indirect => false,
        }
    }

    /// The selector in the words of a plan file.
    pub fn words(&self, plan: &Plan) -> String {
        match self {
            Selector::Anything => "anything".to_string(),
            Selector::Function(function) => function.clone(),
            Selector::Line(line) => format!("cost.{}", plan.line(*line).name),
            Selector::Layer(layer) => format!("layer.{}", layer.word()),
            Selector::Category(category) => format!("category.{}", category.word()),
            Selector::Tag(tag) => format!("tag.{tag}"),
            Selector::Indirect => "indirect".to_string(),
        }
    }
}

/// Whether any selector of a list selects the line.
pub fn selected(selectors: &[Selector], index: LineIndex, line: &CostLine) -> bool {
    selectors.iter().any(|selector| selector.selects(index, line))
}

/// What a stream may and may not pay for, and how much of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restrictions {
    /// What it may pay for; nothing where empty.
    pub pays_for: Vec<Selector>,
    /// What it may not pay for, whatever `pays_for` says.
    pub not_for: Vec<Selector>,
    /// The most that selections may take.
    pub caps: Vec<Cap>,
    /// The least that selections must take.
    pub floors: Vec<Floor>,
    /// Its indirect recovery.
    pub indirect: Option<Indirect>,
    /// The match that it needs.
    pub matching: Option<Matching>,
    /// Whether it pays only after all other restricted money.
    pub last_resort: bool,
}

impl Restrictions {
    /// Whether the money is unrestricted: it pays for anything and no other rule binds it.
    pub fn is_unrestricted(&self) -> bool {
        self.pays_for == [Selector::Anything]
            && self.not_for.is_empty()
            && self.caps.is_empty()
            && self.floors.is_empty()
            && self.indirect.is_none()
            && self.matching.is_none()
            && !self.last_resort
    }
}

/// The most that a selection may take of an award.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cap {
    /// The selection.
    pub on: Vec<Selector>,
    /// The bound.
    pub bound: CapBound,
    /// Whether it holds in each budget period, rather than over the award's life.
    pub per_period: bool,
}

/// What bounds a capped selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapBound {
    /// A share of the award.
    ShareOfAward(Rate),
    /// A share of what the award spends, its indirect recovery with it.
    ShareOfSpent(Rate),
    /// An amount.
    Amount(Money),
}

impl Cap {
    /// Whether the award's own indirect recovery falls under the cap: where its selection names
    /// `indirect`, the overhead category, or anything.
    pub fn holds_indirect(&self) -> bool {
        names_indirect(&self.on)
    }
}

impl Floor {
    /// Whether the award's own indirect recovery counts toward the floor, by the same rule.
    pub fn holds_indirect(&self) -> bool {
        names_indirect(&self.on)
    }
}

fn names_indirect(selectors: &[Selector]) -> bool {
    selectors.iter().any(|selector| {
        matches!(
            selector,
            Selector::Indirect | Selector::Anything | Selector::Category(Category::Overhead)
        )
    })
}

/// The least that a selection must take of an award.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Floor {
    /// The selection.
    pub on: Vec<Selector>,
    /// The share.
    pub share: Rate,
    /// Whether it is a share of what is spent, which caps the rest, or of the award, where a
    /// shortfall is a finding.
    pub of_spent: bool,
}

/// Indirect cost recovered from an award (2 CFR 200.414).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indirect {
    /// The rate.
    pub rate: Rate,
    /// What it is charged on.
    pub base: IndirectBase,
    /// What of a subaward counts in the base, once over its lifetime (2 CFR 200.1, Modified Total
    /// Direct Cost).
    pub subaward_cutoff: Money,
}

/// What an indirect rate is charged on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndirectBase {
    /// Modified total direct cost: all direct cost but lines taken out of the base and subawards
    /// beyond their cut-off.
    ModifiedTotalDirect,
    /// All direct cost.
    TotalDirect,
    /// Personnel lines.
    Personnel,
    /// Personnel and fringe lines.
    PersonnelAndFringe,
}

/// The match that an award needs (2 CFR 200.306).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matching {
    /// How much.
    pub convention: MatchConvention,
    /// What the matching money must pay for; where empty, what the award pays for.
    pub on: Vec<Selector>,
    /// For a challenge: match after this month does not count.
    pub by: Option<Month>,
    /// The statute that lets federal money match, where one does.
    pub federal_statute: Option<String>,
    /// Whether each dollar is matched on its own line in its own month, as a public share of eligible
    /// cost is (42 USC 1396b(a)), rather than the award as a whole.
    pub each_dollar: bool,
}

impl Matching {
    /// The cents of match that so many cents of the award need, rounded up so that it is never short;
    /// held at the largest number where it exceeds it.
    pub fn needed(&self, award: i64) -> i64 {
        let (numerator, denominator) = self.convention.ratio();
        let product = i128::from(award) * numerator;
        i64::try_from((product + denominator - 1).div_euclid(denominator)).unwrap_or(i64::MAX)
    }

    /// The most cents that an award may draw with so many cents of match.
    pub fn supported(&self, matched: i64) -> i64 {
        let (numerator, denominator) = self.convention.ratio();
        if numerator == 0 {
            return i64::MAX;
        }
        let cents = (i128::from(matched) * denominator).div_euclid(numerator);
        i64::try_from(cents).unwrap_or(i64::MAX)
    }
}

/// How a match is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchConvention {
    /// The match is this share of award and match together.
    ShareOfTotal(Rate),
    /// So many dollars of match for each dollar of the award.
    PerAwardDollar(Rate),
}

impl MatchConvention {
    /// The match as a ratio to the award, numerator and denominator, exact.
    ///
    /// A share `m` of the total is `m / (1 - m)` of the award: 25 % of the total is a third of the
    /// award, not a quarter (2 CFR 200.306; pitfall of confusing the two).
    pub fn ratio(self) -> (i128, i128) {
        match self {
            MatchConvention::ShareOfTotal(share) => {
                (share.billionths(), share.complement().billionths())
            }
            MatchConvention::PerAwardDollar(ratio) => (ratio.billionths(), 1_000_000_000),
        }
    }
}

/// What a verdict is asked of: a tranche's stream, the pool it stands in, and its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The stream.
    pub stream: StreamIndex,
    /// The pool under whose uses the tranche stands, if it stands in one.
    pub pool: Option<PoolIndex>,
    /// The first month in which it may be spent.
    pub first: Month,
    /// The last, if it lapses.
    pub last: Option<Month>,
}

/// Whether money may pay a line in a month, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may, within the limits of caps and match.
    Allowed {
        /// The selector that lets it.
        by: Selector,
        /// The share of the line that it may pay at most, by its documented benefit
        /// (2 CFR 200.405(a)).
        benefit: Option<Rate>,
    },
    /// It may not.
    Refused(Refusal),
}

impl Verdict {
    /// Whether the money may pay.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Verdict::Allowed { .. })
    }
}

/// Why money may not pay a line in a month.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// The month comes before the tranche is available.
    NotYet,
    /// The tranche has lapsed.
    Lapsed,
    /// In-kind covers only the line that it names.
    InKindCoversOther(LineIndex),
    /// A reserve pays core costs only.
    ReserveCoreOnly,
    /// The line takes unrestricted money only: a loss is not a cost of any award.
    UnrestrictedOnly,
    /// Nothing in what it pays for selects the line.
    NotPaidFor,
    /// It says that it does not pay for this.
    ExcludedBy(Selector),
    /// The line's documented benefit names other awards, and cost principles govern this one
    /// (2 CFR 200.405).
    BenefitElsewhere,
}

/// Decides whether a tranche may pay a line in a month, and says why. The one place where
/// eligibility is decided; caps, match and amounts are kept by the braid.
pub fn verdict(plan: &Plan, claim: &Claim, line: LineIndex, month: Month) -> Verdict {
    if month < claim.first {
        return Verdict::Refused(Refusal::NotYet);
    }
    if claim.last.is_some_and(|last| month > last) {
        return Verdict::Refused(Refusal::Lapsed);
    }
    standing_verdict(plan, claim.stream, claim.pool, line)
}

/// The part of a verdict that does not depend on the month.
pub fn standing_verdict(
    plan: &Plan,
    stream: StreamIndex,
    pool: Option<PoolIndex>,
    index: LineIndex,
) -> Verdict {
    let (terms, line) = (plan.stream(stream), plan.line(index));
    let own = plan.restrictions(stream);
    if let Terms::Partner(partner) = &terms.terms
        && let PartnerMethod::InKind { line: covered, .. } = partner.method
    {
        return if covered == index {
            Verdict::Allowed { by: Selector::Line(index), benefit: None }
        } else {
            Verdict::Refused(Refusal::InKindCoversOther(covered))
        };
    }
    if terms.kind == Kind::Reserve && line.priority != Priority::Core {
        return Verdict::Refused(Refusal::ReserveCoreOnly);
    }
    if matches!(line.form, Form::SettlementLoss(_))
        && !(own.is_unrestricted() || terms.kind == Kind::Reserve)
    {
        return Verdict::Refused(Refusal::UnrestrictedOnly);
    }
    let (pays_for, not_for) = match pool {
        Some(pool) => (&plan.pool(pool).pays_for, &plan.pool(pool).not_for),
        None => (&own.pays_for, &own.not_for),
    };
    if let Some(by) = not_for.iter().find(|selector| selector.selects(index, line)) {
        return Verdict::Refused(Refusal::ExcludedBy(by.clone()));
    }
    let Some(by) = pays_for.iter().find(|selector| selector.selects(index, line)) else {
        return Verdict::Refused(Refusal::NotPaidFor);
    };
    let benefit = match &line.benefit {
        Some(benefit) => match benefit.share_of(stream) {
            Some(share) => Some(share),
            None if terms.cost_principles => return Verdict::Refused(Refusal::BenefitElsewhere),
            None => None,
        },
        None => None,
    };
    Verdict::Allowed { by: by.clone(), benefit }
}

impl Refusal {
    /// The refusal in words, after the stream's title: `<title> `...
    pub fn words(&self, plan: &Plan) -> String {
        match self {
            Refusal::NotYet => "is not available yet".to_string(),
            Refusal::Lapsed => "has lapsed".to_string(),
            Refusal::InKindCoversOther(line) => {
                format!("is in-kind, which covers only {}", plan.line(*line).title)
            }
            Refusal::ReserveCoreOnly => "is a reserve, which pays core costs only".to_string(),
            Refusal::UnrestrictedOnly => {
                "is restricted, and a loss takes unrestricted money only".to_string()
            }
            Refusal::NotPaidFor => "does not list it in `pays-for`".to_string(),
            Refusal::ExcludedBy(selector) => {
                format!("excludes it: `not-for` names `{}`", selector.words(plan))
            }
            Refusal::BenefitElsewhere => {
                "is not among the awards that its documented benefit names (2 CFR 200.405)"
                    .to_string()
            }
        }
    }
}
