//! Awards that share a window: what becomes available, what is drawn of it, its cash, and what is left at its end.

use super::chain::{Chain, Piece, Window};
use super::figure::{Figure, sum_figures};
use super::{Awards, Books, Part, receivables, reimbursed, tells_apart};
use crate::money::Money;
use crate::report::workbook::braid::Draws;
use crate::report::workbook::formula::{floor_zero, least, sum_of, when};
use crate::report::workbook::months::Months;
use crate::report::workbook::sheet::{
    At, FIRST, LABEL, MARK, NOTE, Role, SECOND, SUM, Sheet, Unit, dollars,
};
use rust_decimal::Decimal;

/// The cells of a source's months, and what they come to.
pub(super) struct Gathered {
    opening: Vec<(At, Money)>,
    available: Cells,
    lapsed: Cells,
    refund: Cells,
    coming: Cells,
    /// The books of awards that were laid.
    books: Vec<usize>,
}

type Cells = Vec<Vec<(At, Money)>>;

/// Cash by place.
type Came = Vec<(usize, At, Money)>;

impl Gathered {
    pub(super) fn new(months: usize) -> Gathered {
        let empty = || vec![Vec::new(); months];
        Gathered {
            opening: Vec::new(),
            available: empty(),
            lapsed: empty(),
            refund: empty(),
            coming: empty(),
            books: Vec::new(),
        }
    }
}

/// What cells come to.
pub(super) fn amount_of(cells: &[(At, Money)]) -> Money {
    cells.iter().map(|(_, amount)| *amount).sum()
}

/// The cells alone.
pub(super) fn cells_of(cells: &[(At, Money)]) -> Vec<At> {
    cells.iter().map(|(at, _)| *at).collect()
}

impl<'a> Awards<'a> {
    /// Lays what shares a window; nothing where the books say otherwise.
    pub(super) fn lay_window(
        &mut self,
        chain: &Chain,
        window: &Window,
        draws: &Draws,
        gathered: &mut Gathered,
    ) -> Option<()> {
        let Books { plan, timeline, ledger, .. } = self.books;
        let (source, (first, last)) = (chain.source, window.key);
        let parts = window.pieces.iter().map(|piece| self.lay_pools(chain, piece));
        let parts: Vec<Piece> = parts.collect::<Vec<_>>().concat();
        let pieces = parts.into_iter().map(|piece| self.where_held(piece));
        let pieces: Vec<Piece> = pieces.collect();
        let held = like_as_one(&pieces);
        let authority = self.lay_authority(&pieces);
        let own = |book: &&crate::ledger::TrancheBook| {
            book.stream == source && book.available == first && book.last == last
        };
        let book = ledger.tranches.iter().find(own);
        let number = ledger.tranches.iter().position(|book| own(&book));
        if book.map_or(Money::ZERO, |book| book.amount) != authority.amount {
            return None;
        }
        gathered.books.extend(number);
        if first < plan.horizon.start {
            let at = authority.formula.repeats()?;
            gathered.opening.push((at, authority.amount));
        } else {
            let column = Months::column(window.opens);
            let formula = authority.formula.clone();
            let at =
                self.sheet.money(window.head, column, formula, authority.amount, Role::Formula);
            gathered.available[window.opens].push((at, authority.amount));
        }
        let come = |rows: &[(usize, At, Money)], gathered: &mut Gathered| {
            for (place, at, amount) in rows {
                gathered.coming[*place].push((*at, *amount));
            }
        };
        if !tells_apart(timeline, source) {
            pieces.iter().for_each(|piece| come(&piece.rows, gathered));
            return Some(());
        }
        if let Some(number) = number {
            let number = Decimal::from(number + 1);
            self.sheet.number(window.head, MARK, number, Role::Grey, Unit::Whole);
        }
        let drawn = self.lay_drawn(number, draws);
        let over = least(0, authority.formula.clone() - drawn.formula.clone());
        let row = self.sheet.next_row() - 1;
        self.over.push(self.sheet.money(row, SUM, over, Money::ZERO, Role::Check));
        let lapses = last.is_some_and(|last| last <= plan.horizon.end());
        let mut backs: Vec<Figure> = Vec::new();
        if held.iter().any(|one| one.advanced) && lapses {
            let by_piece = self.lay_drawn_apart(&held, number, &drawn)?;
            for (piece, drawn) in held.iter().zip(&by_piece) {
                let (rows, back) = self.lay_advance(piece, drawn, window.closes);
                come(&rows, gathered);
                backs.push(Figure::of(back.0, back.1));
                gathered.refund[window.closes].push(back);
            }
        } else {
            pieces.iter().for_each(|piece| come(&piece.rows, gathered));
        }
        if !lapses {
            return Some(());
        }
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, "      lapses at its end", Role::Label);
        let lost = authority.less(&drawn).less_all(&backs);
        let column = Months::column(window.closes);
        let at = self.sheet.money(row, column, lost.formula, lost.amount, Role::Formula);
        gathered.lapsed[window.closes].push((at, lost.amount));
        let refund: Money = backs.iter().map(|back| back.amount).sum();
        let (was, went) =
            book.map_or((Money::ZERO, Money::ZERO), |book| (book.lapsed, book.refund_due));
        (was == lost.amount && went == refund).then_some(())
    }

    /// A piece whose instalments come where anything of it is left: the books hold nothing of one that was spent before.
    fn where_held(&mut self, mut piece: Piece) -> Piece {
        if !piece.spent || piece.rows.is_empty() {
            return piece;
        }
        let holds = piece.over.iter().fold(piece.amount.clone(), |sum, over| sum.plus(over));
        let rows = std::mem::take(&mut piece.rows).into_iter().map(|(place, at, amount)| {
            let comes = if holds.amount.is_positive() { amount } else { Money::ZERO };
            (place, Figure::new(when(holds.formula.clone().above(0), at, 0), comes))
        });
        let rows = rows.collect();
        piece.rows = self.lay_instalments("      comes, where any of it is left", rows);
        piece
    }

    /// Lays what the awards of a window hold in all.
    fn lay_authority(&mut self, pieces: &[Piece]) -> Figure {
        if let [only] = pieces
            && only.over.is_none()
        {
            return only.amount.clone();
        }
        let amounts =
            pieces.iter().flat_map(|piece| std::iter::once(&piece.amount).chain(&piece.over));
        let all = sum_figures(&amounts.cloned().collect::<Vec<_>>());
        let (at, amount) = self.figure_row("      in all", &all);
        Figure::of(at, amount)
    }

    /// Lays what is drawn of a window.
    fn lay_drawn(&mut self, book: Option<usize>, draws: &Draws) -> Figure {
        let ledger = self.books.ledger;
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, "      drawn of it", Role::Label);
        let recovered = self.recovered_of(book);
        let mut drawn = match book {
            Some(book) => draws.drawn_of(book),
            None => crate::report::workbook::formula::whole(0),
        };
        if recovered.is_positive() {
            let amount = dollars(recovered);
            let at = self.sheet.number(row, SECOND, amount, Role::Decided, Unit::Money);
            self.sheet.text(row, NOTE, "indirect recovery beside", Role::Note);
            drawn = drawn + at;
        }
        let amount = book.map_or(Money::ZERO, |book| ledger.tranches[book].drawn);
        Figure::of(self.sheet.money(row, FIRST, drawn, amount, Role::Formula), amount)
    }

    /// What awards of a window recover of indirect cost.
    fn recovered_of(&self, book: Option<usize>) -> Money {
        let recoveries = self.books.ledger.recoveries.iter();
        let own = recoveries.filter(|recovery| Some(recovery.tranche) == book);
        own.map(|recovery| recovery.amount).sum()
    }

    /// Lays what is drawn of each part of a window, the last one the rest; nothing where the books do not tell it.
    fn lay_drawn_apart(
        &mut self,
        held: &[Piece],
        book: Option<usize>,
        drawn: &Figure,
    ) -> Option<Vec<Figure>> {
        let (last, pooled) = held.split_last()?;
        if pooled.is_empty() {
            return Some(vec![drawn.clone()]);
        }
        let told = last.pool.is_none() && pooled.iter().all(|piece| piece.pool.is_some());
        if !told {
            return None;
        }
        let mut by_piece = Vec::new();
        for piece in pooled {
            let ledger = self.books.ledger;
            let own = ledger
                .draws
                .iter()
                .filter(|draw| Some(draw.tranche) == book && draw.pool == piece.pool);
            let drawn: Money = own.map(|draw| draw.amount).sum();
            let recoveries = ledger.recoveries.iter().filter(|own| Some(own.tranche) == book);
            let recovered = recoveries.flat_map(|own| &own.pooled);
            let recovered = recovered.filter(|(pool, _)| Some(*pool) == piece.pool);
            let recovered: Money = recovered.map(|(_, amount)| *amount).sum();
            let amount = drawn + recovered;
            let title = piece.pool.map(|pool| self.books.plan.pool(pool).title.clone());
            let title = crate::diagnostic::visible(&title.unwrap_or_default());
            let row = self.sheet.next_row();
            self.sheet.text(row, LABEL, format!("      drawn of it in {title}"), Role::Label);
            let number = dollars(amount);
            let at = self.sheet.number(row, FIRST, number, Role::Decided, Unit::Money);
            if recovered.is_positive() {
                self.sheet.text(row, NOTE, "with its indirect recovery", Role::Note);
            }
            by_piece.push(Figure::of(at, amount));
        }
        let rest = drawn.less_all(&by_piece);
        let (at, amount) = self.figure_row("      drawn of it in no pool", &rest);
        by_piece.push(Figure::of(at, amount));
        Some(by_piece)
    }

    /// Lays when an advance comes and what of it goes back at its end. An instalment after its end comes only for what was
    /// spent and has not come.
    fn lay_advance(&mut self, piece: &Piece, drawn: &Figure, closes: usize) -> (Came, (At, Money)) {
        let in_time = |place: usize| place <= closes;
        let mut rows = piece.rows.clone();
        let held = piece.held.clone();
        if rows.iter().any(|(place, ..)| !in_time(*place)) {
            let row = self.sheet.next_row();
            let label = "      comes, after its end as far as it was spent";
            self.sheet.text(row, LABEL, label, Role::Label);
            let mut come: Vec<(usize, At, Money)> = Vec::new();
            for (place, at, amount) in &piece.rows {
                let stated = Figure::of(*at, *amount);
                let figure = if in_time(*place) {
                    stated
                } else {
                    let mut missing = drawn.clone();
                    if let Some(held) = &held {
                        missing = missing.less(held);
                    }
                    if !come.is_empty() {
                        missing = missing.less(&total(&come));
                    }
                    stated.at_most(&missing.floor_zero())
                };
                let column = Months::column(*place);
                let Figure { formula, amount } = figure;
                let at = self.sheet.money(row, column, formula, amount, Role::Formula);
                come.push((*place, at, amount));
            }
            crate::report::workbook::costs::sum_row(&mut self.sheet, row, self.books.plan);
            rows = come;
        }
        let own: Vec<(usize, At, Money)> =
            rows.iter().filter(|(place, ..)| in_time(*place)).copied().collect();
        let came = match (held, own.is_empty()) {
            (Some(held), true) => held,
            (Some(held), false) => held.plus(&total(&own)),
            (None, _) => total(&own),
        };
        let (at, amount) = self.figure_row("      came by its end", &came);
        let came = Figure::of(at, amount);
        let row = self.sheet.next_row();
        self.sheet.text(row, LABEL, "      goes back at its end", Role::Label);
        let left = piece.amount.less(drawn);
        let mut back = Figure::new(
            least(left.formula, floor_zero(came.formula.clone() - drawn.formula.clone())),
            left.amount.at_most((came.amount - drawn.amount).floor_zero()),
        );
        if let Some(over) = &piece.over {
            back = over.plus(&back);
        }
        let column = Months::column(closes);
        let at = self.sheet.money(row, column, back.formula, back.amount, Role::Formula);
        (rows, (at, back.amount))
    }

    /// Lays the rows of a source's months, where they are what the books say.
    pub(super) fn gather(
        &mut self,
        source: usize,
        gathered: Gathered,
        part: &mut Part,
    ) -> Option<()> {
        let Books { plan, ledger, cash, .. } = self.books;
        let book = &ledger.streams[source];
        let figures = |cells: &Cells| cells.iter().map(|own| amount_of(own)).collect::<Vec<_>>();
        let mut coming = cash.receipts_by_stream[source].clone();
        for (place, amount) in reimbursed(plan, &self.held(source), &book.drawn) {
            coming[place] -= amount;
        }
        for (place, amount) in receivables(plan, source) {
            coming[place] -= amount;
        }
        let books = ledger.tranches.iter().filter(|book| book.stream == source).count();
        let same = figures(&gathered.available) == book.made_available
            && figures(&gathered.lapsed) == book.lapsed
            && figures(&gathered.refund) == book.refund_due
            && figures(&gathered.coming) == coming
            && amount_of(&gathered.opening) == book.opening[0]
            && gathered.books.len() == books;
        if !same {
            return None;
        }
        let sums = |cells: Cells| {
            move |_: &Sheet, _: u32, place: usize| {
                let own = cells_of(&cells[place]);
                (!own.is_empty()).then(|| sum_of(&own))
            }
        };
        let any = |cells: &Cells| cells.iter().any(|own| !own.is_empty());
        let (lapses, goes_back) = (any(&gathered.lapsed), any(&gathered.refund));
        part.available =
            self.row("   becomes available", sums(gathered.available), &book.made_available);
        if !gathered.opening.is_empty() {
            part.opening = Some(sum_of(&cells_of(&gathered.opening)));
        }
        if lapses {
            part.lapsed = Some(self.row("   lapses", sums(gathered.lapsed), &book.lapsed));
        }
        if goes_back {
            let label = "   has to go back";
            part.refund = Some(self.row(label, sums(gathered.refund), &book.refund_due));
        }
        part.coming = gathered.coming.iter().map(|own| cells_of(own)).collect();
        Some(())
    }
}

/// Pieces as the timeline keeps them: like ones are one. What is in no pool stands last, as it was laid.
fn like_as_one(pieces: &[Piece]) -> Vec<Piece> {
    let mut held: Vec<Piece> = Vec::new();
    let both = |one: &Option<Figure>, other: &Option<Figure>| match (one, other) {
        (Some(one), Some(other)) => Some(one.plus(other)),
        (one, other) => one.clone().or_else(|| other.clone()),
    };
    for piece in pieces {
        let like = |kept: &&mut Piece| {
            (kept.pool, kept.award, kept.period) == (piece.pool, piece.award, piece.period)
        };
        match held.iter_mut().find(like) {
            Some(kept) => {
                kept.amount = kept.amount.plus(&piece.amount);
                kept.held = both(&kept.held, &piece.held);
                kept.over = both(&kept.over, &piece.over);
                kept.rows.extend(piece.rows.iter().copied());
            }
            None => held.push(piece.clone()),
        }
    }
    held
}

/// What cells come to together.
pub(super) fn total(rows: &[(usize, At, Money)]) -> Figure {
    match rows {
        [] => Figure::nothing(),
        [(_, at, amount)] => Figure::of(*at, *amount),
        _ => {
            let cells: Vec<At> = rows.iter().map(|(_, at, _)| *at).collect();
            Figure::new(sum_of(&cells), rows.iter().map(|(.., amount)| *amount).sum())
        }
    }
}
