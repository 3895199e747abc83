//! The cash of an award: its instalments, what of them comes with what is deducted, what is held of it at the start.

use super::Awards;
use super::by_terms::{Ended, Evenly, Late};
use super::chain::{Chain, Piece};
use super::figure::Figure;
use super::parts::{Flow, in_part};
use crate::funding::{Receipts, Tranche, reimbursed_in};
use crate::money::Money;
use crate::month::Month;
use crate::name::StreamIndex;
use crate::plan::dues;
use crate::plan::restriction::Standing;
use crate::report::workbook::sheet::At;
use crate::report::workbook::stated::{Instalment, Stated, part_of};

/// What a tranche holds by its terms, and what is taken of it.
pub(super) struct Holding {
    pub(super) stated: Stated,
    /// All of it, before a termination keeps a part.
    pub(super) whole: Figure,
    /// What was spent of it before the plan.
    pub(super) before: Option<Figure>,
    /// What its own activity earns.
    pub(super) deducted: Option<Figure>,
    /// What is left of it.
    pub(super) left: Figure,
}

impl Awards<'_> {
    /// Lays the cash of a tranche, and what pools have of it.
    pub(super) fn lay_cash(
        &mut self,
        chain: &mut Chain,
        tranche: &Tranche,
        holding: Holding,
    ) -> Piece {
        let plan = self.books.plan;
        let Holding { stated, whole, before: spent, deducted, left } = &holding;
        let deducted = deducted.as_ref();
        let advanced = matches!(tranche.receipts, Receipts::Advanced(_));
        let piece = |amount: Figure| Piece {
            pool: None,
            award: tranche.award,
            period: tranche.period,
            amount,
            held: None,
            over: None,
            rows: Vec::new(),
            advanced,
            running: tranche.first < plan.horizon.start && tranche.last.is_some() && advanced,
            spent: spent.is_some(),
            pooled: None,
        };
        let instalments = &stated.instalments;
        if instalments.is_empty() {
            self.plan_reimbursed(chain, tranche, &holding);
            return piece(left.clone());
        }
        let start = plan.horizon.start;
        let parts = instalments[0].2;
        let through = |month: Option<Month>| {
            let come = |(own, ..): &&Instalment| month.is_none_or(|month| *own <= month);
            instalments.iter().filter(come).map(|(_, (_, to), _)| *to).max().unwrap_or(0)
        };
        let upto = |to: u32| {
            let formula = part_of(whole.formula.clone(), (0, to), parts);
            Figure::new(formula, whole.amount.share(to, parts))
        };
        let came = start.plus(-1).map_or(0, |before| through(Some(before)));
        let mut flow = Flow { came: upto(came), to_date: Vec::new() };
        let mut spans: Vec<(usize, (u32, u32))> = Vec::new();
        let mut before = came;
        for place in 0..self.count() {
            let to = through(Some(plan.horizon.month(place)));
            if to > before {
                spans.push((place, (before, to)));
                flow.to_date.push((place, upto(to)));
                before = to;
            }
        }
        let last = instalments.iter().map(|(_, (_, to), _)| *to).max().unwrap_or(0);
        let by_last = tranche.last.map_or(last, |last| through(Some(last)));
        let mut still = upto(by_last.max(came)).less(&flow.came);
        // Of what is deducted, what is still to come falls short; what was advanced before stays to go back.
        let mut paid_before = None;
        if let Some(deducted) = deducted {
            let coming = upto(last).less(&flow.came);
            let (at, amount) = self.figure_row("      still to come of it by its terms", &coming);
            let coming = Figure::of(at, amount);
            let falls = coming.less(deducted).floor_zero();
            let (at, amount) = self.figure_row("      of that, with what is earned off", &falls);
            let falls = Figure::of(at, amount);
            let part = |figure: &Figure| in_part(&figure.less(&flow.came), &falls, &coming);
            let to_date: Vec<(usize, Figure)> = flow
                .to_date
                .iter()
                .map(|(place, figure)| (*place, part(figure).plus(&flow.came)))
                .collect();
            still = in_part(&still, &falls, &coming);
            paid_before = Some(deducted.less(&coming).floor_zero());
            flow.to_date = to_date;
            flow = self.lay_to_date("      its instalments to date", flow);
        }
        for (loan, from) in &chain.loans {
            let before = from.plus(-1).map_or(0, |before| through(Some(before)));
            if before < came {
                chain.by_terms.before.push((*loan, flow.came.less(&upto(before))));
            }
        }
        let earned_by = Standing::of_income(plan, StreamIndex::from(chain.source), tranche.first);
        let project = matches!(earned_by, Standing::Project(_));
        let one = instalments.len() == 1 && chain.spent.is_none() && deducted.is_none();
        let split = !chain.pools.is_empty() && !project && (advanced || !one);
        if deducted.is_none() && split {
            flow = self.lay_to_date("      its instalments to date", flow);
        }
        let formula = |span: &(u32, u32)| {
            let amount = whole.amount.share(span.1, parts) - whole.amount.share(span.0, parts);
            Figure::new(part_of(whole.formula.clone(), *span, parts), amount)
        };
        let by_terms = spans.iter().map(|(place, span)| (*place, formula(span)));
        let by_terms: Vec<(usize, Figure)> = by_terms.collect();
        let mut own = piece(left.clone());
        if !split {
            own.rows = match (deducted, spans.as_slice()) {
                // Money that is earned at once comes as it stands.
                (None, [(place, (0, _))]) if !advanced && one && stated.kept.is_none() => {
                    match left.formula.repeats() {
                        Some(at) => vec![(*place, at, left.amount)],
                        None => Vec::new(),
                    }
                }
                (None, _) => self.lay_instalments("      its instalments", by_terms.clone()),
                _ => self.lay_flow("      its instalments", &flow),
            };
        }
        if chain.is_asked {
            let all = match deducted.is_some() || split {
                true => self.lay_instalments("      its instalments by its terms", by_terms),
                false => own.rows.clone(),
            };
            let lowered = match (deducted, split) {
                (None, _) => all.clone(),
                (Some(_), false) => own.rows.clone(),
                (Some(_), true) => self.lay_flow("      the same with what is earned off", &flow),
            };
            chain.by_terms.all.add_rows(&all, self.count());
            match self.late(chain, tranche, (&holding, &flow.came), &lowered) {
                Some(late) => chain.by_terms.late.push(late),
                None => chain.by_terms.lowered.add_rows(&lowered, self.count()),
            }
        }
        // Cash that is held at the start.
        if let Some(cash) = chain.cash.as_mut().filter(|_| advanced) {
            let room = left.less(&still).floor_zero();
            let held = cash.left().at_most(&room);
            let (at, amount) = self.figure_row("      cash of it held at the start", &held);
            cash.take((at, amount));
            own.held = Some(Figure::of(at, amount));
            if let Some(paid_before) = paid_before {
                let over = cash.left().at_most(&paid_before);
                let (at, amount) = self.figure_row("      cash held beyond it", &over);
                cash.take((at, amount));
                own.over = Some(Figure::of(at, amount));
            }
        }
        own.pooled = split.then_some(flow);
        own
    }

    /// What of a terminated award comes after its end, to repay with; nothing where none does.
    fn late(
        &self,
        chain: &Chain,
        tranche: &Tranche,
        (holding, came): (&Holding, &Figure),
        rows: &[(usize, At, Money)],
    ) -> Option<Late> {
        let plan = self.books.plan;
        plan.streams[chain.source].termination?;
        let last = plan.horizon.place(tranche.last?)?;
        let advanced = matches!(tranche.receipts, Receipts::Advanced(_));
        let late = advanced && rows.iter().any(|(place, ..)| *place > last);
        late.then(|| Late {
            rows: rows.to_vec(),
            last,
            came: came.clone(),
            spent: holding.before.clone(),
            left: self.left_evenly(chain, tranche, &holding.left),
        })
    }

    /// What is left of an award, as if it were spent evenly over the window that it had before its termination.
    fn left_evenly(&self, chain: &Chain, tranche: &Tranche, left: &Figure) -> Evenly {
        let plan = self.books.plan;
        let first = tranche.first.max(plan.horizon.start);
        let last = dues::whole(&chain.in_full, tranche).unwrap_or(plan.horizon.end());
        let ended = plan.streams[chain.source].termination.map(|end| Ended {
            month: end.month,
            survivors: end.commitments.then(|| self.survivors(chain.source)),
        });
        Evenly { all: left.clone(), first, last: last.max(first), ended }
    }

    /// Takes what is reimbursed for money that is planned to be spent evenly over its months: what fees of receipts and
    /// repayments go by.
    fn plan_reimbursed(&self, chain: &mut Chain, tranche: &Tranche, holding: &Holding) {
        let Receipts::AsSpent { cycle_months, lag_months } = tranche.receipts else { return };
        let plan = self.books.plan;
        let (start, end) = (plan.horizon.start, plan.horizon.end());
        let last = tranche.last.unwrap_or(end);
        let (all, first) = (holding.whole.clone(), tranche.first);
        chain.by_terms.evenly.push(Evenly { all, first, last: last.max(first), ended: None });
        let left = self.left_evenly(chain, tranche, &holding.left);
        let last = left.last;
        chain.by_terms.left.push(left);
        // What was spent before is paid by its cycles too, as far as that lies before the plan.
        let begun = *chain.begun.get_or_insert(tranche.first);
        let (Some(spent), Some(last_before)) = (&holding.before, start.plus(-1)) else { return };
        let months = last_before.min(last).since(tranche.first) + 1;
        let paid = |place: i32| {
            let spent = tranche.first.plus(place).map_or(0, |month| month.since(start));
            let begun = begun.since(start);
            start.plus(reimbursed_in(spent, begun, cycle_months, lag_months))
        };
        for (loan, from) in &chain.loans {
            let by = |month: Month| {
                let paid = |place: &i32| paid(*place).is_some_and(|paid| paid < month);
                (0..months).take_while(paid).count() as u32
            };
            let (earlier, by_start, parts) = (by(*from), by(start), months.max(0) as u32);
            if earlier < by_start {
                let part = part_of(spent.formula.clone(), (earlier, by_start), parts);
                let amount =
                    spent.amount.share(by_start, parts) - spent.amount.share(earlier, parts);
                chain.by_terms.before.push((*loan, Figure::new(part, amount)));
            }
        }
    }
}
