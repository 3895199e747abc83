//! Restrictions, and the one place where eligibility is decided: [`verdict`].

use super::Plan;
use super::award::{AwardRules, ProgramIncome};
use super::cost::{Category, CostLine, Form, Layer, Priority};
use crate::driver::Stepped;
use crate::funding::partner::PartnerMethod;
use crate::funding::{DueKind, Kind, Terms};
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
    /// The most that it pays in a fiscal year of its funder, its indirect recovery with it: what a month leaves
    /// unused stays for later months of that year.
    pub yearly_limit: Option<Money>,
    /// Whether it pays only after all other restricted money.
    pub last_resort: bool,
    /// What the award's rules ask beside.
    pub award: AwardRules,
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
            && self.yearly_limit.is_none()
            && !self.last_resort
    }

    /// Whether a rule ties amounts together: what one pays makes or takes room for what another pays.
    pub fn ties_amounts(&self) -> bool {
        !self.caps.is_empty()
            || !self.floors.is_empty()
            || self.matching.is_some()
            || self.indirect.is_some()
            || self.yearly_limit.is_some()
    }
}

/// The most that a selection may take of an award.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cap {
    /// The selection.
    pub on: Vec<Selector>,
    /// The bound.
    pub bound: CapBound,
    /// What a share of spending is reckoned on, the selection as far as it lies within it; everything that
    /// the award spends where empty. Sub-recipients' administration is a share of what they spend
    /// (42 USC 300ff-14(h)(2)).
    pub within: Vec<Selector>,
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

    /// Whether the award's own indirect recovery counts in what a share of spending is reckoned on.
    pub fn reckons_indirect(&self) -> bool {
        self.within.is_empty() || names_indirect(&self.within)
    }
}

impl Floor {
    /// Whether the award's own indirect recovery counts toward the floor, by the same rule.
    pub fn holds_indirect(&self) -> bool {
        names_indirect(&self.on)
    }

    /// Whether the award's own indirect recovery counts in what the share is reckoned on.
    pub fn reckons_indirect(&self) -> bool {
        self.within.is_empty() || names_indirect(&self.within)
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
    /// What a share of spending is reckoned on; everything that the award spends where empty. Core medical
    /// services take three quarters of what remains after administration and quality
    /// (42 USC 300ff-14(c)(1)).
    pub within: Vec<Selector>,
}

/// Indirect cost recovered from an award (2 CFR 200.414).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indirect {
    /// Where the rate comes from.
    pub kind: IndirectKind,
    /// The rate.
    pub rate: Rate,
    /// The most that a statute lets the award be charged, whatever the rate (2 CFR 200.408).
    pub statutory_limit: Option<Rate>,
    /// What it is charged on.
    pub base: IndirectBase,
    /// What of a subaward counts in the base, once over its lifetime (2 CFR 200.1, Modified Total
    /// Direct Cost).
    pub subaward_cutoff: Money,
}

/// Where an indirect rate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndirectKind {
    /// The rate that an organisation without a negotiated one elects (2 CFR 200.414(f)).
    DeMinimis,
    /// Negotiated with a federal agency, or with the pass-through entity (2 CFR 200.414(c), (d)).
    Negotiated,
    /// What the funder of an award under other rules pays.
    Agreed,
}

impl IndirectKind {
    /// Every kind.
    pub const ALL: [IndirectKind; 3] =
        [IndirectKind::DeMinimis, IndirectKind::Negotiated, IndirectKind::Agreed];

    /// The word of a plan file.
    pub fn word(self) -> &'static str {
        match self {
            IndirectKind::DeMinimis => "de-minimis",
            IndirectKind::Negotiated => "negotiated",
            IndirectKind::Agreed => "agreed",
        }
    }
}

impl Indirect {
    /// The rate that the award is charged: a statute's limit comes before the rate (2 CFR 200.408).
    pub fn charged(&self) -> Rate {
        self.statutory_limit.map_or(self.rate, |limit| limit.min(self.rate))
    }

    /// Whether a line counts in the base (2 CFR 200.1, 200.414). Equipment is never modified total direct cost.
    pub fn counts(&self, line: &CostLine) -> bool {
        match self.base {
            IndirectBase::TotalDirect => true,
            IndirectBase::Personnel => line.category == Category::Personnel,
            IndirectBase::PersonnelAndFringe => {
                matches!(line.category, Category::Personnel | Category::Fringe)
            }
            IndirectBase::ModifiedTotalDirect => line.mtdc && line.category != Category::Equipment,
        }
    }
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
    /// How much, by month: a federal share changes with the federal fiscal year.
    pub convention: Stepped<MatchConvention>,
    /// What the matching money must pay for; where empty, what the award pays for.
    pub on: Vec<Selector>,
    /// The streams that are pledged to the award, where it states them: then no other matches it. What is
    /// pledged to one award matches no other (2 CFR 200.306(b)(2)).
    pub pledged_by: Option<Vec<StreamIndex>>,
    /// For a challenge: match after this month does not count.
    pub by: Option<Month>,
    /// The statute that lets federal money match, where one does.
    pub federal_statute: Option<String>,
    /// Whether each dollar is matched on its own line in its own month, as a public share of eligible
    /// cost is (42 USC 1396b(a)), rather than the award as a whole.
    pub each_dollar: bool,
}

impl Matching {
    /// The cents of match that so many cents of the award need in a month, rounded up so that it is never
    /// short; held at the largest number where it exceeds it.
    pub fn needed(&self, award: i64, month: Month) -> i64 {
        let (numerator, denominator) = self.convention.at(month).ratio();
        let product = i128::from(award) * numerator;
        i64::try_from((product + denominator - 1).div_euclid(denominator)).unwrap_or(i64::MAX)
    }

    /// The most cents that an award may draw in a month with so many cents of match.
    pub fn supported(&self, matched: i64, month: Month) -> i64 {
        let (numerator, denominator) = self.convention.at(month).ratio();
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
    /// The line takes unrestricted money only: what a stream has due is not a cost of any award.
    UnrestrictedOnly(DueKind),
    /// Interest on borrowed money is not allowable under federal cost principles (2 CFR 200.449(a)).
    InterestNotAllowable,
    /// No debt pays what serves a debt.
    DebtPaysNoDebt,
    /// Nothing in what it pays for selects the line.
    NotPaidFor,
    /// It says that it does not pay for this.
    ExcludedBy(Selector),
    /// The line's documented benefit names other awards, and cost principles govern this one
    /// (2 CFR 200.405).
    BenefitElsewhere,
    /// It is income of an award's project, which the line is not part of (2 CFR 200.307).
    OutsideProject(StreamIndex),
    /// Its award was terminated, and the line is not among the costs that survive (2 CFR 200.343).
    Terminated,
}

/// Under whose uses money stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Its own.
    Own,
    /// A pool's.
    Pool(PoolIndex),
    /// Those of the award whose activity earned it (2 CFR 200.307).
    Project(StreamIndex),
}

impl Claim {
    /// Under whose uses the tranche stands.
    pub fn standing(&self, plan: &Plan) -> Standing {
        match self.pool {
            Some(pool) => Standing::Pool(pool),
            None => Standing::of_income(plan, self.stream, self.first),
        }
    }
}

impl Standing {
    /// The standing of money that arises in a month: income that an award's activity earns in its term is
    /// the project's, later income is free (2 CFR 200.307(c)).
    pub fn of_income(plan: &Plan, stream: StreamIndex, month: Month) -> Standing {
        match plan.restrictions(stream).award.earned_by {
            Some(award) if plan.in_term(award, month) => Standing::Project(award),
            _ => Standing::Own,
        }
    }
}

/// Leave for money to pay a line, and the months in which it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The selector that lets it.
    pub by: Selector,
    /// The share of the line that it may pay at most, by its documented benefit (2 CFR 200.405(a)).
    pub benefit: Option<Rate>,
    /// The first month in which it holds, where that comes after the money's own first month.
    pub from: Option<Month>,
    /// The last month in which it holds, where that comes before the money's own last month.
    pub through: Option<Month>,
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
    match permission(plan, claim.stream, claim.standing(plan), line) {
        Err(refusal) => Verdict::Refused(refusal),
        Ok(Permission { from: Some(from), .. }) if month < from => {
            Verdict::Refused(Refusal::NotPaidFor)
        }
        Ok(Permission { through: Some(through), .. }) if month > through => {
            Verdict::Refused(Refusal::Terminated)
        }
        Ok(Permission { by, benefit, .. }) => Verdict::Allowed { by, benefit },
    }
}

/// The part of a verdict that does not depend on the month: whether the money may pay the line from its
/// own first month on.
pub fn standing_verdict(
    plan: &Plan,
    stream: StreamIndex,
    pool: Option<PoolIndex>,
    line: LineIndex,
) -> Verdict {
    match permission(plan, stream, pool.map_or(Standing::Own, Standing::Pool), line) {
        Ok(Permission { by, benefit, from: None, .. }) => Verdict::Allowed { by, benefit },
        Ok(_) => Verdict::Refused(Refusal::NotPaidFor),
        Err(refusal) => Verdict::Refused(refusal),
    }
}

/// The leave of money to pay a line under a standing.
///
/// # Errors
/// Why there is none.
pub fn permission(
    plan: &Plan,
    stream: StreamIndex,
    standing: Standing,
    index: LineIndex,
) -> Result<Permission, Refusal> {
    let line = plan.line(index);
    if let Standing::Project(award) = standing {
        let project = plan.restrictions(award);
        if !selected(&project.pays_for, index, line) || selected(&project.not_for, index, line) {
            return Err(Refusal::OutsideProject(award));
        }
    }
    let (by, benefit) = match leave(plan, stream, standing, index) {
        Ok(leave) => leave,
        // What a completed fixed-amount award leaves is the recipient's (2 CFR 200.400(g)).
        Err(refusal) => {
            return match plan.stream(stream).fixed_amount_ends() {
                Some(end)
                    if standing == Standing::Own
                        && !matches!(refusal, Refusal::UnrestrictedOnly(_)) =>
                {
                    let from = end.plus(1);
                    Ok(Permission { by: Selector::Anything, benefit: None, from, through: None })
                }
                _ => Err(refusal),
            };
        }
    };
    let termination = plan.stream(stream).termination.filter(|end| end.commitments);
    let survives = selected(&plan.restrictions(stream).award.survives, index, line);
    let through = termination.filter(|_| !survives).map(|end| end.month);
    Ok(Permission { by, benefit, from: None, through })
}

/// The selector that lets money pay a line, with its share by benefit.
fn leave(
    plan: &Plan,
    stream: StreamIndex,
    standing: Standing,
    index: LineIndex,
) -> Result<(Selector, Option<Rate>), Refusal> {
    let (terms, line) = (plan.stream(stream), plan.line(index));
    let own = plan.restrictions(stream);
    if let Terms::Partner(partner) = &terms.terms
        && let PartnerMethod::InKind { line: covered, .. } = partner.method
    {
        return match covered == index {
            true => Ok((Selector::Line(index), None)),
            false => Err(Refusal::InKindCoversOther(covered)),
        };
    }
    if terms.kind == Kind::Reserve && line.priority != Priority::Core {
        return Err(Refusal::ReserveCoreOnly);
    }
    let free = own.is_unrestricted() && !matches!(standing, Standing::Project(_));
    if let Form::Due(_, kind) = line.form {
        if terms.kind == Kind::Loan && kind.is_debt_service() {
            return Err(Refusal::DebtPaysNoDebt);
        }
        if terms.cost_principles && kind == DueKind::Interest {
            return Err(Refusal::InterestNotAllowable);
        }
        if !(free || terms.kind == Kind::Reserve) {
            return Err(Refusal::UnrestrictedOnly(kind));
        }
    }
    let (pays_for, not_for) = match standing {
        Standing::Pool(pool) => (&plan.pool(pool).pays_for, &plan.pool(pool).not_for),
        Standing::Own | Standing::Project(_) => (&own.pays_for, &own.not_for),
    };
    if let Some(by) = not_for.iter().find(|selector| selector.selects(index, line)) {
        return Err(Refusal::ExcludedBy(by.clone()));
    }
    let Some(by) = pays_for.iter().find(|selector| selector.selects(index, line)) else {
        return Err(Refusal::NotPaidFor);
    };
    let benefit = match line.benefit.as_ref().map(|benefit| benefit.share_of(stream)) {
        Some(None) if terms.cost_principles => return Err(Refusal::BenefitElsewhere),
        named => named.flatten(),
    };
    Ok((by.clone(), benefit))
}

/// Whether money on a line counts as match of an award: on what the rule selects, or, where it selects nothing, on what the
/// award itself may pay.
pub fn counts_as_match(plan: &Plan, award: StreamIndex, rule: &Matching, line: LineIndex) -> bool {
    match rule.on.is_empty() {
        true => standing_verdict(plan, award, None, line).is_allowed(),
        false => selected(&rule.on, line, plan.line(line)),
    }
}

/// Whether a stream's money may match an award at all (2 CFR 200.306(b), 200.307(b)(3)).
///
/// An award does not match itself; federal money matches where a statute says so; what is pledged to one
/// award matches no other, and an award that names its pledges is matched by them alone; what its own
/// activity earns matches it only where income is used as cost sharing.
pub fn may_match(plan: &Plan, stream: StreamIndex, award: StreamIndex) -> bool {
    let pledges = |of: StreamIndex| {
        let matching = plan.restrictions(of).matching.as_ref();
        matching.and_then(|matching| matching.pledged_by.as_ref())
    };
    let mut awards = (0..plan.streams.len()).map(StreamIndex::from);
    let pledged_elsewhere = awards.any(|other| {
        other != award && pledges(other).is_some_and(|pledged| pledged.contains(&stream))
    });
    let named = pledges(award).is_none_or(|pledged| pledged.contains(&stream));
    let statute = plan.restrictions(award).matching.as_ref();
    let statute = statute.is_some_and(|matching| matching.federal_statute.is_some());
    let earned = plan.restrictions(stream).award.earned_by == Some(award);
    let shares = plan.restrictions(award).award.program_income == ProgramIncome::CostSharing;
    stream != award
        && named
        && !pledged_elsewhere
        && (!plan.stream(stream).federal || statute)
        && (!earned || shares)
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
            Refusal::UnrestrictedOnly(kind) => {
                let what = match kind {
                    DueKind::Loss => "a loss takes",
                    DueKind::Principal => "what was borrowed is repaid with",
                    DueKind::Interest => "interest takes",
                };
                format!("is restricted, and {what} unrestricted money only")
            }
            Refusal::InterestNotAllowable => {
                "may not pay interest on borrowed money (2 CFR 200.449(a))".to_string()
            }
            Refusal::DebtPaysNoDebt => "is borrowed, and no debt pays a debt".to_string(),
            Refusal::NotPaidFor => "does not list it in `pays-for`".to_string(),
            Refusal::ExcludedBy(selector) => {
                format!("excludes it: `not-for` names `{}`", selector.words(plan))
            }
            Refusal::BenefitElsewhere => {
                "is not among the awards that its documented benefit names (2 CFR 200.405)"
                    .to_string()
            }
            Refusal::OutsideProject(award) => format!(
                "is income of the project of {}, which does not pay for it (2 CFR 200.307)",
                plan.stream(*award).title
            ),
            Refusal::Terminated => {
                "was terminated, and this cost does not survive it (2 CFR 200.343)".to_string()
            }
        }
    }
}
