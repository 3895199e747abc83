//! What an award's rules ask beside its restrictions: the rule set, closeout, termination, program income,
//! effort to be kept up, approved budget, limit of pay.

use super::cost::Category;
use super::restriction::{Cap, CapBound, Selector};
use crate::money::Money;
use crate::month::{Day, Month};
use crate::name::StreamIndex;
use crate::rules::Parameter;

/// The rules of one award, or of a stream that an award's rules reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AwardRules {
    /// The text of the Uniform Guidance that binds it; nothing where cost principles do not govern it.
    pub rule_set: Option<RuleSet>,
    /// Whether the partnership holds it as a subrecipient.
    pub subrecipient: bool,
    /// The last day on which its obligations may be paid (2 CFR 200.344(b)); nothing where cost principles do
    /// not govern it.
    pub liquidate_by: Option<Day>,
    /// What of its costs survives its termination (2 CFR 200.343).
    pub survives: Vec<Selector>,
    /// The yearly rate of pay that it may be charged at most.
    pub pay_limit: Option<PayLimit>,
    /// The award whose activity earns this stream (2 CFR 200.307).
    pub earned_by: Option<StreamIndex>,
    /// How income that the award's activity earns is used.
    pub program_income: ProgramIncome,
    /// Whether the plan states that use, rather than leaving it to the rule.
    pub program_income_stated: bool,
    /// Effort of other money that must be kept up.
    pub efforts: Vec<Effort>,
    /// The approved budget by category.
    pub budget: Option<Budget>,
}

/// The texts of 2 CFR part 200 that awards are under, by the date of the (prime) award.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleSet {
    /// As revised in 2020.
    UniformGuidance2020,
    /// As revised in 2024, for awards from October 2024 (89 FR 30136).
    UniformGuidance2024,
}

impl RuleSet {
    /// Every rule set, the oldest first.
    pub const ALL: [RuleSet; 2] = [RuleSet::UniformGuidance2020, RuleSet::UniformGuidance2024];

    /// The word of a plan file.
    pub fn word(self) -> &'static str {
        match self {
            RuleSet::UniformGuidance2020 => "uniform-guidance-2020",
            RuleSet::UniformGuidance2024 => "uniform-guidance-2024",
        }
    }

    /// The rule set of an award of this month. A subaward is under that of its prime award.
    pub fn of(award: Month) -> RuleSet {
        let revised = RuleSet::UniformGuidance2024.month();
        if award >= revised { RuleSet::UniformGuidance2024 } else { RuleSet::UniformGuidance2020 }
    }

    /// A month in which awards are under it: the one in which the data finds its parameters.
    pub fn month(self) -> Month {
        let series = Parameter::DeMinimisRate.series("");
        match self {
            RuleSet::UniformGuidance2020 => series[0].from,
            RuleSet::UniformGuidance2024 => series[series.len() - 1].from,
        }
    }
}

/// How much of a person's pay an award may be charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayLimit {
    /// Up to the limit of HHS appropriations in each calendar year.
    ByYear,
    /// Up to this yearly rate.
    Amount(Money),
}

impl PayLimit {
    /// The limit in a month. Where no limit of its year was published the last one holds, which a finding
    /// tells; before the first one there is none.
    pub fn in_month(self, month: Month) -> Option<Money> {
        match self {
            PayLimit::Amount(amount) => Some(amount),
            PayLimit::ByYear => Parameter::SalaryLimit.in_force("", month).map(|rule| rule.money()),
        }
    }
}

/// How program income is used (2 CFR 200.307(b)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProgramIncome {
    /// It takes the place of the award, which falls by it: the rule where the award is silent.
    #[default]
    Deduction,
    /// It is added to the award, with the agency's approval.
    Addition,
    /// It counts as the award's match, with the agency's approval.
    CostSharing,
}

impl ProgramIncome {
    /// Every method.
    pub const ALL: [ProgramIncome; 3] =
        [ProgramIncome::Deduction, ProgramIncome::Addition, ProgramIncome::CostSharing];

    /// The word of a plan file.
    pub fn word(self) -> &'static str {
        match self {
            ProgramIncome::Deduction => "deduction",
            ProgramIncome::Addition => "addition",
            ProgramIncome::CostSharing => "cost-sharing",
        }
    }
}

/// Other money's effort on a selection that must be kept up while the award pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effort {
    /// The selection.
    pub on: Vec<Selector>,
    /// What the effort is measured against.
    pub baseline: Baseline,
    /// What non-federal money spent on the selection before the plan, by the partnership's fiscal year.
    pub history: Vec<(i32, Money)>,
    /// Whether a breach is supplanting, which takes no more than what the award pays of the selection, rather
    /// than a shortfall of effort.
    pub supplant: bool,
}

/// What maintained effort is measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// The year before (42 USC 300ff-15(a)(1)(B)).
    PriorYear,
    /// The average of the two years before (42 USC 300x-30).
    AverageOfTwo,
    /// One fixed year (42 USC 705(a)(4): 1989).
    FixedYear(i32),
    /// The most recent year of which actual figures stand (34 CFR 303.225).
    MostRecentActual,
}

impl Effort {
    /// The effort that a fiscal year is measured against: from the stated history, else from what other money
    /// is planned to spend in the years of the plan. Nothing where a year is not known.
    ///
    /// The average of two years is rounded once to cents, half away from zero.
    pub fn baseline_of(&self, year: i32, planned: impl Fn(i32) -> Option<Money>) -> Option<Money> {
        let stated =
            |year: i32| self.history.iter().find(|(of, _)| *of == year).map(|(_, sum)| *sum);
        let known = |year: i32| stated(year).or_else(|| planned(year));
        match self.baseline {
            Baseline::PriorYear => known(year - 1),
            Baseline::AverageOfTwo => {
                let two = known(year - 1)? + known(year - 2)?;
                Some(two.portion(1, 2))
            }
            Baseline::FixedYear(fixed) => stated(fixed),
            Baseline::MostRecentActual => {
                let before = self.history.iter().filter(|(of, _)| *of < year);
                before.max_by_key(|(of, _)| *of).map(|(_, sum)| *sum)
            }
        }
    }
}

/// An approved budget by category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// What was approved, by category.
    pub categories: Vec<(Category, Money)>,
}

impl Budget {
    /// What was moved among categories: the sum of what is spent beyond each approved amount. Spending less
    /// than approved moves nothing by itself.
    pub fn moved(&self, spent: impl Fn(Category) -> Money) -> Money {
        let beyond =
            |category: &Category| (spent(*category) - self.approved(*category)).floor_zero();
        Category::ALL.iter().map(beyond).sum()
    }

    /// Each category capped at what was approved, those that were not at nothing: what holds where transfers
    /// are barred.
    pub fn caps(&self) -> Vec<Cap> {
        Category::ALL.into_iter().map(|category| self.cap(category)).collect()
    }

    /// Whether a cap is one of the budget's own.
    pub fn made(&self, cap: &Cap) -> bool {
        matches!(cap.on.as_slice(), [Selector::Category(category)] if self.cap(*category) == *cap)
    }

    /// What was approved for a category.
    pub fn approved(&self, category: Category) -> Money {
        let approved = self.categories.iter().find(|(of, _)| *of == category);
        approved.map_or(Money::ZERO, |(_, amount)| *amount)
    }

    fn cap(&self, category: Category) -> Cap {
        Cap {
            on: vec![Selector::Category(category)],
            bound: CapBound::Amount(self.approved(category)),
            within: Vec::new(),
            per_period: false,
        }
    }

    /// The approved total.
    pub fn total(&self) -> Money {
        self.categories.iter().map(|(_, amount)| *amount).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        Money::parse(text).unwrap()
    }

    #[test]
    fn maintenance_of_effort_against_the_average_of_two_years_42_usc_300x_30() {
        let effort = Effort {
            on: Vec::new(),
            baseline: Baseline::AverageOfTwo,
            history: vec![(2023, money("200000")), (2024, money("220000"))],
            supplant: false,
        };
        let baseline = effort.baseline_of(2025, |_| None).unwrap();
        assert_eq!(baseline, money("210000"));
        assert_eq!(baseline - money("205000"), money("5000"));
        // The next year looks back at the plan's own first year.
        let planned = |year| (year == 2025).then_some(money("205000"));
        assert_eq!(effort.baseline_of(2026, planned), Some(money("212500")));
        assert_eq!(effort.baseline_of(2027, planned), None);
    }

    #[test]
    fn the_four_baselines_look_at_their_own_years() {
        let history = vec![(1989, money("90")), (2023, money("200")), (2024, money("220"))];
        let of = |baseline| Effort {
            on: Vec::new(),
            baseline,
            history: history.clone(),
            supplant: false,
        };
        let year = |baseline| of(baseline).baseline_of(2026, |_| Some(money("150")));
        assert_eq!(year(Baseline::PriorYear), Some(money("150")));
        assert_eq!(year(Baseline::AverageOfTwo), Some(money("185")));
        assert_eq!(year(Baseline::FixedYear(1989)), Some(money("90")));
        assert_eq!(year(Baseline::FixedYear(1990)), None);
        assert_eq!(year(Baseline::MostRecentActual), Some(money("220")));
    }

    #[test]
    fn transfers_are_cumulative_over_the_budget_2_cfr_200_308_i() {
        let categories =
            vec![(Category::Personnel, money("900000")), (Category::Travel, money("100000"))];
        let budget = Budget { categories };
        let moved = |travel: &str, personnel: &str| {
            budget.moved(|category| match category {
                Category::Personnel => money(personnel),
                Category::Travel => money(travel),
                _ => Money::ZERO,
            })
        };
        // 60,000 moved is within a tenth of 1,000,000; 50,000 more is not.
        assert_eq!(moved("160000", "840000"), money("60000"));
        assert_eq!(moved("210000", "790000"), money("110000"));
        assert!(moved("210000", "790000") > budget.total().share(1, 10));
        // Spending less moves nothing.
        assert_eq!(moved("0", "840000"), Money::ZERO);
    }

    #[test]
    fn a_rule_set_goes_by_the_award_and_not_by_the_year_of_spending() {
        let of = |text: &str| RuleSet::of(Month::parse(text).unwrap());
        assert_eq!(of("2024-09"), RuleSet::UniformGuidance2020);
        assert_eq!(of("2024-10"), RuleSet::UniformGuidance2024);
        assert_eq!(RuleSet::of(RuleSet::UniformGuidance2020.month()), RuleSet::UniformGuidance2020);
        assert_eq!(RuleSet::of(RuleSet::UniformGuidance2024.month()), RuleSet::UniformGuidance2024);
    }
}
