//! Whether a formula refers to itself in the end, by whatever way: a spreadsheet may refuse that even where the switch never lets
//! it go round.

use super::formula::Expression;
use super::sheet::{At, Content, Sheet};

/// What is known of a cell.
#[derive(Clone, Copy, PartialEq)]
enum Seen {
    Nothing,
    /// It refers to what is looked at.
    Open,
    /// Nothing that it refers to leads back to it.
    Sound,
}

/// Whether formulas of these sheets go in a circle.
pub fn stands(sheets: &[Sheet]) -> bool {
    let width = |sheet: &Sheet| {
        let last = sheet.rows.iter().filter_map(|cells| cells.keys().last()).max();
        last.map_or(0, |last| usize::from(*last) + 1)
    };
    let seen = |sheet: &Sheet| vec![vec![Seen::Nothing; width(sheet)]; sheet.rows.len()];
    let mut walk = Walk { sheets, seen: sheets.iter().map(seen).collect() };
    let rows = sheets.iter().flat_map(|sheet| (0..).zip(&sheet.rows).map(move |row| (sheet, row)));
    let mut cells = rows
        .flat_map(|(sheet, (row, cells))| cells.keys().map(move |column| sheet.at(row, *column)));
    cells.any(|at| walk.leads_back(at))
}

struct Walk<'a> {
    sheets: &'a [Sheet],
    /// By sheet, row and column.
    seen: Vec<Vec<Vec<Seen>>>,
}

impl Walk<'_> {
    fn seen(&mut self, at: At) -> Option<&mut Seen> {
        let sheet = self.sheets.iter().position(|sheet| sheet.place == at.sheet)?;
        self.seen[sheet].get_mut(at.row as usize)?.get_mut(usize::from(at.column))
    }

    fn mark(&mut self, at: At, as_what: Seen) {
        if let Some(seen) = self.seen(at) {
            *seen = as_what;
        }
    }

    /// Whether a cell, or one that it refers to, leads back to itself.
    fn leads_back(&mut self, start: At) -> bool {
        if self.seen(start).is_none_or(|seen| *seen == Seen::Sound) {
            return false;
        }
        self.mark(start, Seen::Open);
        let mut way = vec![(start, self.referred(start))];
        while let Some((at, left)) = way.last_mut() {
            let at = *at;
            let Some(next) = left.pop() else {
                self.mark(at, Seen::Sound);
                way.pop();
                continue;
            };
            match self.seen(next).map(|seen| *seen) {
                Some(Seen::Open) => return true,
                Some(Seen::Nothing) => {
                    self.mark(next, Seen::Open);
                    let referred = self.referred(next);
                    way.push((next, referred));
                }
                Some(Seen::Sound) | None => {}
            }
        }
        false
    }

    /// The cells that the formula of a cell refers to, in whatever part of it, but for those that are sound.
    fn referred(&mut self, at: At) -> Vec<At> {
        let sheet = self.sheets.iter().find(|sheet| sheet.place == at.sheet);
        let cell = sheet.and_then(|sheet| sheet.cell(at.row, at.column));
        let mut found = Vec::new();
        if let Some(Content::Formula(expression, _)) = cell.map(|cell| &cell.content) {
            self.gather(expression, &mut found);
        }
        found
    }

    fn gather(&mut self, expression: &Expression, found: &mut Vec<At>) {
        match expression {
            Expression::Number(_) | Expression::Word(_) => {}
            Expression::Cell(at) => found.push(*at),
            Expression::Area(area) => {
                let first = area.first;
                for row in first.row..=area.last.row {
                    for column in first.column..=area.last.column {
                        let at = At { row, column, ..first };
                        if self.seen(at).is_some_and(|seen| *seen != Seen::Sound) {
                            found.push(at);
                        }
                    }
                }
            }
            Expression::Pair(left, _, right) => {
                self.gather(left, found);
                self.gather(right, found);
            }
            Expression::Call(_, arguments) => {
                arguments.iter().for_each(|argument| self.gather(argument, found));
            }
        }
    }
}
