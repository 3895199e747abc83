//! The rows of scenarios side by side: each sheet gets the rows of all of them, and what a scenario lays and refers to moves
//! there.
//!
//! Rows are told apart by what they are of, and within that by their words, so that no row of one stream or line stands
//! beside that of another. Each scenario keeps the order of its rows. A row that it lacks is empty in it.

use std::collections::BTreeMap;

use super::formula::{Expression, may_grow};
use super::inputs;
use super::sheet::{Area, At, Chart, Content, ID, LABEL, Place, Role, Sheet};

/// Where the rows of a scenario's sheets stand among those of all.
#[derive(Debug, Default)]
pub struct Rows(BTreeMap<Place, Places>);

/// Where the rows of one sheet stand, in their order, and how many rows there are.
#[derive(Debug, Default)]
struct Places {
    to: Vec<u32>,
    count: u32,
}

/// Moves the sheets of scenarios onto the rows of all of them; nothing where rows would come apart that a formula looks
/// up by their place.
pub fn aligned(cases: &mut [Vec<Sheet>]) -> Option<Vec<Rows>> {
    let mut rows: Vec<Rows> = cases.iter().map(|_| Rows::default()).collect();
    let sheets = cases.first().map_or(0, Vec::len);
    for place in 0..sheets {
        let all: Vec<&Sheet> = cases.iter().map(|case| &case[place]).collect();
        for (own, (sheet, places)) in rows.iter_mut().zip(all.iter().zip(places(&all))) {
            own.0.insert(sheet.place, places);
        }
    }
    for (case, own) in cases.iter_mut().zip(&rows) {
        for sheet in case {
            own.shift(sheet)?;
        }
    }
    Some(rows)
}

impl Rows {
    /// Whether a scenario has no such row.
    pub fn lack(&self, sheet: Place, row: u32) -> bool {
        self.0.get(&sheet).is_some_and(|places| places.to.binary_search(&row).is_err())
    }

    /// Where a cell moves.
    pub fn moved(&self, at: At) -> At {
        At { row: self.row(at.sheet, at.row), ..at }
    }

    fn row(&self, sheet: Place, row: u32) -> u32 {
        let Some(places) = self.0.get(&sheet) else { return row };
        let beyond = row.saturating_sub(places.to.len() as u32);
        places.to.get(row as usize).copied().unwrap_or(places.count + beyond)
    }

    fn area(&self, area: Area) -> Area {
        Area::of(self.moved(area.first), self.moved(area.last))
    }

    /// Where an area moves that may take in the rows around it which the scenario lacks: as far as scenarios say the same
    /// of them, it is the same area.
    fn grown(&self, area: Area) -> Area {
        let Area { first, last } = area;
        if first.column != last.column {
            return self.area(area);
        }
        let above = first.row.checked_sub(1).map_or(0, |row| self.row(first.sheet, row) + 1);
        let below = self.row(last.sheet, last.row + 1) - 1;
        Area::of(At { row: above, ..first }, At { row: below, ..last })
    }

    /// Moves a formula's references.
    fn refer(&self, expression: &mut Expression, grows: bool) -> Option<()> {
        match expression {
            Expression::Number(_) | Expression::Word(_) => {}
            Expression::Cell(at) => *at = self.moved(*at),
            Expression::Area(area) if grows => *area = self.grown(*area),
            Expression::Area(area) => {
                let height = area.last.row - area.first.row;
                *area = self.area(*area);
                if area.last.row - area.first.row != height {
                    return None;
                }
            }
            Expression::Pair(left, _, right) => {
                self.refer(left, false)?;
                self.refer(right, false)?;
            }
            Expression::Call(function, arguments) => {
                let grows = may_grow(*function, arguments);
                for argument in arguments {
                    self.refer(argument, grows)?;
                }
            }
        }
        Some(())
    }

    /// Moves a sheet's rows, and whatever refers to rows.
    pub fn shift(&self, sheet: &mut Sheet) -> Option<()> {
        for cell in sheet.rows.iter_mut().flat_map(|row| row.values_mut()) {
            if let Content::Formula(expression, _) = &mut cell.content {
                self.refer(expression, false)?;
            }
        }
        for Chart { columns, lines, categories, at, .. } in &mut sheet.charts {
            for (name, values) in columns.iter_mut().chain(lines) {
                *name = self.moved(*name);
                *values = self.area(*values);
            }
            *categories = self.area(*categories);
            *at = self.moved(*at);
        }
        for row in &mut sheet.breaks {
            *row = self.row(sheet.place, *row);
        }
        if let Some((at, _)) = &mut sheet.pick {
            *at = self.moved(*at);
        }
        if let Some(places) = self.0.get(&sheet.place) {
            let rows = std::mem::take(&mut sheet.rows);
            let blocks = std::mem::take(&mut sheet.blocks);
            sheet.rows.resize_with(places.count as usize, BTreeMap::new);
            sheet.blocks.resize_with(places.count as usize, String::new);
            for ((row, block), to) in rows.into_iter().zip(blocks).zip(&places.to) {
                sheet.rows[*to as usize] = row;
                sheet.blocks[*to as usize] = block;
            }
        }
        Some(())
    }
}

/// By what a row is told apart from the others of its run: its words, and how many of them stand above it.
type Key = (String, usize);

/// Rows that follow one another and are of the same.
#[derive(Clone)]
struct Run {
    of: Key,
    rows: Vec<Key>,
}

/// Where the rows of each of these sheets stand among those of all.
fn places(sheets: &[&Sheet]) -> Vec<Places> {
    let mut all: Vec<Run> = Vec::new();
    let mut places: Vec<Places> = Vec::new();
    for sheet in sheets {
        let (joined, before, own) = joined(&all, &runs(sheet));
        for row in places.iter_mut().flat_map(|places| &mut places.to) {
            *row = before[*row as usize];
        }
        places.push(Places { to: own, count: 0 });
        all = joined;
    }
    let count = all.iter().map(|run| run.rows.len()).sum::<usize>() as u32;
    places.iter_mut().for_each(|places| places.count = count);
    places
}

/// The runs of a sheet's rows.
fn runs(sheet: &Sheet) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut of: BTreeMap<&str, usize> = BTreeMap::new();
    let mut words: BTreeMap<String, usize> = BTreeMap::new();
    let count = |of: &mut BTreeMap<String, usize>, words: String| {
        let next = of.entry(words.clone()).or_default();
        *next += 1;
        (words, *next)
    };
    for (row, block) in sheet.blocks.iter().enumerate().take(sheet.rows.len()) {
        if runs.last().is_none_or(|run| run.of.0 != *block) {
            let nth = of.entry(block).or_default();
            *nth += 1;
            runs.push(Run { of: (block.clone(), *nth), rows: Vec::new() });
            words.clear();
        }
        let key = count(&mut words, words_of(sheet, row as u32));
        if let Some(run) = runs.last_mut() {
            run.rows.push(key);
        }
    }
    runs
}

/// The words by which a row is known: the path of an input, the id of what it shows, else what it is called. What heads a
/// block is known by that.
fn words_of(sheet: &Sheet, row: u32) -> String {
    let text = |column: u16, role: Option<Role>| match sheet.cell(row, column) {
        Some(cell) if role.is_none_or(|role| role == cell.role) => match &cell.content {
            Content::Text(text) => Some((text.clone(), cell.role)),
            _ => None,
        },
        _ => None,
    };
    let id = match sheet.place {
        Place::Inputs => text(inputs::PATH, Some(Role::Grey)),
        _ => text(ID, Some(Role::Grey)),
    };
    match (id, text(LABEL, None)) {
        (Some((id, _)), _) => id,
        (None, Some((_, Role::Heading))) | (None, None) => String::new(),
        (None, Some((label, _))) => label,
    }
}

/// Runs joined with others, and where the rows of both then stand.
fn joined(one: &[Run], other: &[Run]) -> (Vec<Run>, Vec<u32>, Vec<u32>) {
    let (mut all, mut of_one, mut of_other) = (Vec::new(), Vec::new(), Vec::new());
    let mut next = 0;
    let ids = |runs: &[Run]| runs.iter().map(|run| run.of.clone()).collect::<Vec<Key>>();
    let none = Vec::new();
    for (left, right) in beside(&ids(one), &ids(other)) {
        let (left, right) = (left.map(|at| &one[at]), right.map(|at| &other[at]));
        let rows = |run: Option<&Run>| run.map_or(none.clone(), |run| run.rows.clone());
        let (left_rows, right_rows) = (rows(left), rows(right));
        let Some(run) = left.or(right) else { continue };
        let mut rows = Vec::new();
        for (left, right) in beside(&left_rows, &right_rows) {
            rows.extend(left.map(|at| &left_rows[at]).or(right.map(|at| &right_rows[at])).cloned());
            left.iter().for_each(|_| of_one.push(next));
            right.iter().for_each(|_| of_other.push(next));
            next += 1;
        }
        all.push(Run { of: run.of.clone(), rows });
    }
    (all, of_one, of_other)
}

/// Two lists beside each other, as many of the same keys as can be with the order of both kept.
fn beside(one: &[Key], other: &[Key]) -> Vec<(Option<usize>, Option<usize>)> {
    let mut first: BTreeMap<&Key, usize> = BTreeMap::new();
    for (at, key) in one.iter().enumerate() {
        first.entry(key).or_insert(at);
    }
    let pairs: Vec<(usize, usize)> =
        other.iter().enumerate().filter_map(|(at, key)| Some((*first.get(key)?, at))).collect();
    let (mut left, mut right) = (0, 0);
    let mut rows = Vec::new();
    for (at, own) in rising(&pairs).into_iter().chain([(one.len(), other.len())]) {
        rows.extend((left..at).map(|at| (Some(at), None)));
        rows.extend((right..own).map(|own| (None, Some(own))));
        if at < one.len() && own < other.len() {
            rows.push((Some(at), Some(own)));
        }
        (left, right) = (at + 1, own + 1);
    }
    rows
}

/// As many pairs as rise in their first number, the second rising in any case.
fn rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // The pair that ends the best list of each length, and of each pair the one before it.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::new();
    for (at, (value, _)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].0 < *value);
        before.push(length.checked_sub(1).map(|length| ends[length]));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut list = Vec::new();
    let mut next = ends.last().copied();
    while let Some(at) = next {
        list.push(pairs[at]);
        next = before[at];
    }
    list.reverse();
    list
}

#[cfg(test)]
mod tests {
    use super::super::formula::{Function, call, cell, sum, whole};
    use super::super::sheet::Unit;
    use super::*;
    use crate::money::Money;

    /// A sheet of rows, each of a block and with words and an amount; below them a formula over all of them.
    fn sheet(rows: &[(&str, &str)], formula: impl Fn(Area) -> Expression) -> Sheet {
        let mut sheet = Sheet::new(Place::Costs, &[]);
        for (row, (block, words)) in rows.iter().enumerate() {
            sheet.block(*block);
            sheet.text(row as u32, LABEL, *words, Role::Label);
            sheet.number(row as u32, 7, row.into(), Role::Decided, Unit::Whole);
        }
        sheet.block("end");
        let row = sheet.next_row();
        let all = Area::of(sheet.at(0, 7), sheet.at(row - 1, 7));
        sheet.money(row, 7, formula(all), Money::ZERO, Role::Total);
        sheet
    }

    fn words(sheet: &Sheet) -> Vec<String> {
        let word = |row: &BTreeMap<u16, super::super::sheet::Cell>| match row.get(&LABEL) {
            Some(cell) => match &cell.content {
                Content::Text(text) => text.clone(),
                _ => String::new(),
            },
            None => "-".to_string(),
        };
        sheet.rows.iter().map(word).collect()
    }

    fn formula(sheet: &Sheet) -> String {
        match &sheet.rows.last().and_then(|row| row.get(&7)).map(|cell| &cell.content) {
            Some(Content::Formula(expression, _)) => expression.text(sheet.place),
            other => panic!("a formula: {other:?}"),
        }
    }

    #[test]
    fn each_scenario_gets_the_rows_of_all_and_sums_go_over_them() {
        let base = sheet(&[("a", "need"), ("a", "gap"), ("c", "need"), ("c", "gap")], sum);
        let other =
            sheet(&[("b", "need"), ("b", "gap"), ("c", "need"), ("c", "more"), ("c", "gap")], sum);
        let mut cases = [vec![base], vec![other]];
        let rows = aligned(&mut cases).unwrap();
        assert_eq!(words(&cases[0][0]), ["need", "gap", "-", "-", "need", "-", "gap", "-"]);
        assert_eq!(words(&cases[1][0]), ["-", "-", "need", "gap", "need", "more", "gap", "-"]);
        let lacks = |case: usize| -> Vec<u32> {
            (0..8).filter(|row| rows[case].lack(Place::Costs, *row)).collect()
        };
        assert_eq!((lacks(0), lacks(1)), (vec![2, 3, 5], vec![0, 1]));
        // Both sums go over every row, so that they are one formula.
        let own = |case: usize| formula(&cases[case][0]);
        assert_eq!((own(0), own(1)), ("SUM(H1:H7)".to_string(), "SUM(H1:H7)".to_string()));
    }

    #[test]
    fn rows_that_change_their_order_stand_twice() {
        let base = sheet(&[("a", "need"), ("b", "need"), ("c", "need")], sum);
        let other = sheet(&[("b", "need"), ("c", "need"), ("a", "need")], sum);
        let mut cases = [vec![base], vec![other]];
        aligned(&mut cases).unwrap();
        assert_eq!(cases[0][0].blocks, ["a", "b", "c", "", "end"]);
        assert_eq!(cases[1][0].blocks, ["", "b", "c", "a", "end"]);
    }

    #[test]
    fn what_is_looked_up_by_its_place_is_never_torn_apart() {
        let lookup = |area: Area| call(Function::Index, vec![area.into(), whole(2)]);
        let least = |area: Area| call(Function::Min, vec![area.into()]);
        let floor = |area: Area| call(Function::Min, vec![whole(0), area.into()]);
        let other = || sheet(&[("a", "one"), ("b", "more"), ("c", "two")], sum);
        let torn = |formula: fn(Area) -> Expression| {
            let base = sheet(&[("a", "one"), ("c", "two")], formula);
            aligned(&mut [vec![base], vec![other()]]).is_none()
        };
        assert!(torn(lookup) && torn(least));
        // Nothing is changed by a 0 more where a 0 is counted anyway.
        assert!(!torn(floor) && !torn(|area| cell(area.last) + 1));
    }
}
