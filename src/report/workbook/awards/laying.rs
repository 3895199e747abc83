//! By what a source is laid: formulas over its inputs, or the figures of the engine.

use super::charged::Evenly;
use super::{Amount, Awards, Books, Group, Laying, tells_apart};
use crate::funding::payer::PayerMethod;
use crate::funding::{Authority, Payer, Receipts, Terms, Tranche};
use crate::money::Money;
use crate::report::workbook::earned::{earned, lay_reimbursed_index, stated_kept};
use crate::report::workbook::inputs::Inputs;
use crate::report::workbook::months::Months;
use crate::report::workbook::sheet::{Unit, dollars};
use crate::report::workbook::stated::{Stated, parts, stated};
use crate::timeline::HeldTranche;

impl<'a> Awards<'a> {
    /// How a source's money can be laid.
    pub(super) fn laying(
        &mut self,
        source: usize,
        months: &mut Months<'a>,
        inputs: &mut Inputs<'a>,
    ) -> Laying<'a> {
        let Books { plan, timeline, ledger, .. } = self.books;
        let Some(stream) = plan.streams.get(source) else { return Laying::Recovered };
        let held = self.held(source);
        if !held.is_empty() && held.iter().all(|tranche| tranche.on_demand) {
            return Laying::OnDemand;
        }
        if held.is_empty() {
            return Laying::Worked;
        }
        let worked = |awards: &mut Self| {
            awards.bound.insert(source);
            awards.fixed.push(stream.title.clone());
            Laying::Worked
        };
        let Some(lowered) = stream.lower(&plan.setting()) else { return worked(self) };
        let opening = plan.opening_of(crate::name::StreamIndex::from(source));
        let holds_cash = opening.is_some_and(|opening| !opening.cash.is_zero());
        let moved = timeline.deducted.iter().any(|(of, _)| of.at() == source)
            || held.iter().any(|tranche| tranche.project.is_some());
        if tells_apart(timeline, source) {
            let late = |tranche: &&HeldTranche| match &tranche.receipts {
                Receipts::Advanced(rows) => rows.iter().any(|(month, _)| {
                    tranche.last.is_some_and(|last| *month > last)
                        && plan.horizon.place(*month).is_some()
                }),
                _ => false,
            };
            let beyond = |tranche: &&HeldTranche| {
                tranche.on_demand
                    || !tranche.over_advanced.is_zero()
                    || !tranche.advanced_before.is_zero()
            };
            let several = |tranche: &&HeldTranche| {
                let like = |other: &&HeldTranche| {
                    (other.first, other.last) == (tranche.first, tranche.last)
                };
                matches!(tranche.receipts, Receipts::Advanced(_))
                    && tranche.lapses(&plan.horizon)
                    && held.iter().filter(|other| like(other)).count() > 1
            };
            if held.iter().any(several) || held.iter().any(late) || held.iter().any(beyond) || moved
            {
                return worked(self);
            }
            let mut groups: Vec<Group> = Vec::new();
            let mut books =
                ledger.tranches.iter().enumerate().filter(|(_, book)| book.stream == source);
            for tranche in held {
                let same = |group: &&mut Group| {
                    (group.held[0].first, group.held[0].last) == (tranche.first, tranche.last)
                };
                match groups.last_mut().filter(same) {
                    Some(group) => group.held.push(tranche),
                    None => {
                        let Some((book, _)) = books.next() else { return worked(self) };
                        groups.push(Group { book, held: vec![tranche] });
                    }
                }
            }
            let mut laid = Vec::new();
            let index = lay_reimbursed_index(plan, stream, (&mut self.sheet, months, inputs));
            for group in groups {
                let amount = match holds_cash {
                    true => Amount::Worked,
                    false => {
                        self.amount(source, (&group, index), &lowered.tranches, (months, inputs))
                    }
                };
                laid.push((group, amount));
            }
            let spent = opening.map_or(Money::ZERO, |opening| opening.spent);
            let is_worked = |amount: &Amount| matches!(amount, Amount::Worked);
            let before: Money = laid
                .iter()
                .map(|(_, amount)| match amount {
                    Amount::Stated(_, before) => *before,
                    Amount::Worked => Money::ZERO,
                })
                .sum();
            // What was spent before is taken off one period after another: all of them are formulas, or none is.
            let chained = before == spent && !laid.iter().any(|(_, amount)| is_worked(amount));
            if spent.is_positive() && !chained {
                laid.iter_mut().for_each(|(_, amount)| *amount = Amount::Worked);
            }
            if laid.iter().any(|(_, amount)| is_worked(amount)) {
                self.bound.insert(source);
                self.fixed.push(stream.title.clone());
            }
            let spent = (spent.is_positive() && chained).then(|| {
                let path = [format!("opening.stream.{}.spent", stream.name)];
                let label = "Spent before the plan, of periods that are open";
                inputs.figure(&path, label, dollars(spent), Unit::Money)
            });
            self.evenly = self.planned_evenly(&laid, &lowered.tranches);
            return Laying::Apart(laid, spent);
        }
        // What is earned by the month, of which nothing was spent, advanced or taken off before.
        let begins_before = held.iter().any(|tranche| tranche.first < plan.horizon.start);
        let reserve = matches!(stream.terms, Terms::Reserve(_));
        let sum = |tranches: &mut dyn Iterator<Item = Money>| tranches.sum::<Money>();
        let counted =
            |tranche: &&Tranche| held.iter().any(|own| own.first == tranche.first) && !reserve;
        let stated = lowered.tranches.iter().filter(counted).map(|tranche| match tranche.amount {
            Authority::Amount(amount) => amount,
            _ => Money::ZERO,
        });
        let same =
            reserve || sum(&mut { stated }) == sum(&mut held.iter().map(|tranche| tranche.amount));
        if moved || holds_cash || !same || (begins_before && !reserve) {
            return worked(self);
        }
        match earned(plan, stream, (&mut self.sheet, months, inputs), self.first_months) {
            Some(earned) => Laying::Monthly(earned),
            None => worked(self),
        }
    }

    /// What is reimbursed of a source, and over which months it is planned to be spent; nothing where any of it is the
    /// engine's, or several awards stand in one window.
    fn planned_evenly(&self, laid: &[(Group, Amount)], lowered: &[Tranche]) -> Vec<Evenly> {
        let end = self.books.plan.horizon.end();
        let even = |(group, amount): &(Group, Amount)| {
            let Amount::Stated(stated, _) = amount else { return None };
            let (first, last) = (group.held[0].first, group.held[0].last);
            let spent = matches!(group.held[0].receipts, Receipts::AsSpent { .. });
            let own = lowered.iter().filter(|one| (one.first, one.last) == (first, last)).count();
            let last = last.unwrap_or(end).max(first);
            let (formula, amount) = (stated.formula.clone(), stated.amount);
            (spent && own == 1).then_some(Evenly { formula, amount, first, last })
        };
        laid.iter().filter_map(even).collect()
    }

    /// What the tranches of one window hold, from the terms; the engine's figure where that is not all.
    pub(super) fn amount(
        &self,
        source: usize,
        (group, index): (&Group, Option<u32>),
        lowered: &[Tranche],
        (months, inputs): (&mut Months, &mut Inputs),
    ) -> Amount {
        let plan = self.books.plan;
        let stream = &plan.streams[source];
        let window = (group.held[0].first, group.held[0].last);
        let own: Vec<&Tranche> =
            lowered.iter().filter(|tranche| (tranche.first, tranche.last) == window).collect();
        let held: Money = group.held.iter().map(|tranche| tranche.amount).sum();
        let same_view = own.len() == 1
            || group.held.iter().filter(|tranche| tranche.pool.is_none()).count() == own.len();
        let [first, rest @ ..] = own.as_slice() else { return Amount::Worked };
        if !same_view {
            return Amount::Worked;
        }
        let mut of = |tranche: &Tranche| {
            // Where growth is stated, also of nothing, it moves the amount.
            let plain = match index {
                Some(_) => None,
                None => stated(plan, stream, tranche, inputs),
            };
            plain.or_else(|| {
                let Authority::Amount(amount) = tranche.amount else { return None };
                if stream.delayed_to.is_some() || stream.termination.is_some() {
                    return None;
                }
                let own = (tranche, amount);
                let formula = stated_kept(plan, stream, own, (months, inputs), index)?;
                let instalments = match &stream.terms {
                    Terms::Payer(Payer {
                        method: PayerMethod::CostReimbursement { payment, .. },
                        ..
                    }) => parts(Some(*payment), tranche.first, tranche.last?, &tranche.receipts),
                    _ => Vec::new(),
                };
                Some(Stated { formula, amount, instalments })
            })
        };
        let Some(mut sum) = of(first) else { return Amount::Worked };
        for tranche in rest {
            let Some(next) = of(tranche) else { return Amount::Worked };
            if !next.instalments.is_empty() && next.instalments != sum.instalments {
                return Amount::Worked;
            }
            sum.formula = sum.formula + next.formula;
            sum.amount += next.amount;
        }
        let before = sum.amount - held;
        // Several amounts are split to instalments one by one; equal parts of a sum would round otherwise.
        let split = sum.instalments.len() > 1 && (!rest.is_empty() || group.held.len() > 1);
        let lowered_receipts = before.is_positive() && !sum.instalments.is_empty();
        let opening = plan.opening_of(crate::name::StreamIndex::from(source));
        let spent = opening.is_some_and(|opening| opening.spent.is_positive());
        if before < Money::ZERO
            || (before.is_positive() && !spent)
            || split
            || (lowered_receipts && sum.instalments.len() > 1)
        {
            return Amount::Worked;
        }
        Amount::Stated(sum, before)
    }
}
