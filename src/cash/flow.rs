//! The cash of many futures of one plan, with nothing kept but two balances.

use super::{Cash, Credit, StreamCash, opening_unrestricted, owe, post_opening};
use crate::braid::course::{Course, Poured, Source};
use crate::error::Error;
use crate::ledger::{advance, given_up, recovery_stream, stream_book};
use crate::money::Money;
use crate::name::StreamIndex;

/// The cash of one future after another, from what was poured. What one leaves, the next uses again.
pub struct Flow<'a> {
    course: &'a Course<'a>,
    /// The streams of the plan, and recovered money last.
    streams: Vec<StreamCash>,
    /// Whether each stream's cash comes as cost is spent before anything is posted.
    follows_cost: Vec<bool>,
    /// What was drawn of each stream, its recovery with it, and what of it must go back.
    drawn: Vec<Vec<Money>>,
    refund_due: Vec<Vec<Money>>,
    /// What was drawn of each tranche.
    taken: Vec<Money>,
    /// Where each stream's tranches stand.
    tranches: Vec<(usize, usize)>,
    /// What lines need together in each month.
    need: Vec<Money>,
    paid: Vec<Money>,
    cash: Cash,
    balances: Balances,
}

/// The balances of one future, by place of the horizon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balances {
    /// [`Cash::own_unrestricted`]: paying what is funded, without the line of credit.
    pub own_unrestricted: Vec<Money>,
    /// [`Cash::unrestricted_all_costs`]: every cost paid as planned.
    pub unrestricted_all_costs: Vec<Money>,
}

impl<'a> Flow<'a> {
    /// Cash for the futures of a course, of one thread.
    pub fn new(course: &'a Course<'a>) -> Flow<'a> {
        let (plan, timeline) = (course.plan(), course.timeline());
        let months = plan.horizon.months as usize;
        let books = (0..plan.streams.len()).map(|stream| stream_book(plan, stream));
        let books = books.chain([recovery_stream(plan)]);
        let streams: Vec<StreamCash> = books.map(|book| StreamCash::new(&book, months)).collect();
        let from = |stream: usize| {
            timeline.tranches.partition_point(|tranche| tranche.stream.at() < stream)
        };
        let zeros = vec![vec![Money::ZERO; months]; streams.len()];
        Flow {
            course,
            follows_cost: streams.iter().map(|stream| stream.follows_cost).collect(),
            drawn: zeros.clone(),
            refund_due: zeros,
            taken: vec![Money::ZERO; timeline.tranches.len()],
            tranches: (0..plan.streams.len()).map(|own| (from(own), from(own + 1))).collect(),
            need: sums(&timeline.needs, months),
            paid: vec![Money::ZERO; months],
            cash: Cash::zeros(months),
            balances: Balances::default(),
            streams,
        }
    }

    /// The balances of a future: `amounts` and `needs` as they were poured.
    ///
    /// # Errors
    /// An internal error where a law of conservation does not hold: then no figure is given.
    pub fn follow(
        &mut self,
        amounts: &[Money],
        needs: Option<&[Vec<Money>]>,
        poured: &Poured,
    ) -> Result<&Balances, Error> {
        let plan = self.course.plan();
        self.clear();
        self.post_taken(poured);
        self.assert_conserved(amounts, needs, poured)?;
        self.close_tranches(amounts);
        post_opening(plan, &mut self.streams);
        self.cash.post(&self.streams);
        let opening = opening_unrestricted(plan);
        self.cash.balance(opening, &self.streams, &poured.unfunded_due);
        let (cash, balances) = (&mut self.cash, &mut self.balances);
        balances.own_unrestricted.clone_from(&cash.unrestricted);
        if plan.credit.is_some() {
            owe(&mut self.streams, plan.horizon.months as usize);
            cash.draw_on_credit(plan, &self.streams);
        }
        balances.unrestricted_all_costs.clone_from(&cash.unrestricted_all_costs);
        Ok(balances)
    }

    /// What a stream brought in cash in the future that was followed last, less what went back.
    pub fn left_of(&self, stream: StreamIndex) -> Money {
        let own = &self.streams[stream.at()];
        own.receipts.iter().sum::<Money>() - own.refunds.iter().sum()
    }

    /// The line of credit in the future that was followed last.
    pub fn credit(&self) -> Option<&Credit> {
        self.cash.credit.as_ref()
    }

    fn clear(&mut self) {
        for (stream, follows_cost) in self.streams.iter_mut().zip(&self.follows_cost) {
            stream.clear();
            stream.follows_cost = *follows_cost;
        }
        for by_place in self.drawn.iter_mut().chain(&mut self.refund_due) {
            by_place.fill(Money::ZERO);
        }
        self.taken.fill(Money::ZERO);
        self.paid.fill(Money::ZERO);
        self.cash.clear();
    }

    /// Posts what sources paid, when lines are paid, and what was recovered.
    fn post_taken(&mut self, poured: &Poured) {
        let timeline = self.course.timeline();
        for taken in &poured.taken {
            let stream = match taken.source {
                Source::Tranche(tranche) => {
                    self.taken[tranche.at()] += taken.direct + taken.recovery;
                    timeline.tranche(tranche).stream.at()
                }
                Source::Recovery(_) => self.streams.len() - 1,
            };
            self.drawn[stream][taken.place] += taken.direct + taken.recovery;
            self.paid[taken.place] += taken.direct;
            let own = &mut self.streams[stream];
            // Recovery moves from its award's restricted cash to unrestricted cash in the month it is posted.
            own.paid[taken.place] += taken.recovery;
            if !own.in_kind && taken.due < self.cash.payments.len() {
                self.cash.payments[taken.due] += taken.direct;
                own.paid[taken.due] += taken.direct;
            }
        }
    }

    /// No tranche is overdrawn, and each month's need is what was paid and what is left.
    fn assert_conserved(
        &self,
        amounts: &[Money],
        needs: Option<&[Vec<Money>]>,
        poured: &Poured,
    ) -> Result<(), Error> {
        if self.taken.iter().zip(amounts).any(|(taken, amount)| taken > amount) {
            return Err(Error::internal("no overdraft in a future"));
        }
        let own = needs.map(|needs| sums(needs, self.need.len()));
        let need = own.as_ref().unwrap_or(&self.need);
        let left = poured.gap.iter().map(|gap| gap.iter().sum::<Money>());
        let covered = self.paid.iter().zip(left).map(|(paid, left)| *paid + left);
        match covered.eq(need.iter().copied()) {
            true => Ok(()),
            false => Err(Error::internal("need = draws + gap in a future")),
        }
    }

    /// Posts what comes of each tranche that the future has, and what of it goes back.
    fn close_tranches(&mut self, amounts: &[Money]) {
        let (plan, timeline) = (self.course.plan(), self.course.timeline());
        let horizon = &plan.horizon;
        for (stream, (from, to)) in self.tranches.iter().copied().enumerate() {
            let own = &mut self.streams[stream];
            let standing = timeline.tranches[from..to].iter().zip(&amounts[from..to]);
            let standing = standing.filter(|(tranche, own)| tranche.stands_with(own.cents()));
            for index in from..to {
                let (tranche, amount, drawn) =
                    (&timeline.tranches[index], amounts[index], self.taken[index]);
                if !tranche.stands_with(amount.cents()) {
                    continue;
                }
                let receipts = &mut own.receipts;
                let post = |place: usize, amount| receipts[place] += amount;
                let received = advance(horizon, tranche, amount, drawn, post);
                let authority =
                    if tranche.on_demand { drawn } else { amount + tranche.over_advanced };
                let left = authority - drawn;
                if let Some((refund, _)) = given_up(horizon, tranche, left, received - drawn) {
                    self.refund_due[stream][tranche.closes] += refund;
                }
            }
            if !own.in_kind {
                let standing = standing.map(|(tranche, amount)| (tranche, *amount));
                own.post_receipts(plan, standing, &self.drawn[stream]);
                own.post_refunds(&self.refund_due[stream]);
            }
        }
    }
}

/// What lines need together, by place.
fn sums(needs: &[Vec<Money>], months: usize) -> Vec<Money> {
    (0..months).map(|place| needs.iter().map(|line| line[place]).sum()).collect()
}

impl StreamCash {
    /// Forgets what was posted.
    fn clear(&mut self) {
        for by_place in [&mut self.receipts, &mut self.paid, &mut self.refunds, &mut self.earned] {
            by_place.fill(Money::ZERO);
        }
        (self.opening, self.owed) = (Money::ZERO, Money::ZERO);
        self.gives_back = false;
        self.invoices = None;
    }
}

impl Cash {
    /// Forgets what was posted, as far as balances follow from it.
    fn clear(&mut self) {
        for by_place in [
            &mut self.receipts,
            &mut self.payments,
            &mut self.refunds,
            &mut self.restricted,
            &mut self.restricted_borrowed,
            &mut self.liquid,
        ] {
            by_place.fill(Money::ZERO);
        }
    }
}
