//! Works out a workbook's formulas exactly, in decimals, as a spreadsheet would if it did not count in binary.

use std::collections::BTreeMap;

use braidfund::report::workbook::Workbook;
use braidfund::report::workbook::formula::{Expression, Function, Operator};
use braidfund::report::workbook::sheet::{Area, At, Content, Place, Value};
use braidfund::time_value::{Due, payment};
use rust_decimal::{Decimal, RoundingStrategy};

/// What a cell or a part of a formula comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    Number(Decimal),
    Word(String),
    Holds(bool),
    Empty,
}

/// The sheets of a workbook with what their cells come to, as far as that was asked.
pub struct Evaluator<'a> {
    book: &'a Workbook,
    sheets: BTreeMap<Place, usize>,
    known: Vec<Vec<BTreeMap<u16, Found>>>,
    edited: Option<(At, Decimal)>,
}

impl<'a> Evaluator<'a> {
    /// A workbook, one input edited if any is.
    pub fn new(book: &'a Workbook, edited: Option<(At, Decimal)>) -> Evaluator<'a> {
        let sheets = book.sheets.iter().enumerate().map(|(at, sheet)| (sheet.place, at)).collect();
        let known =
            book.sheets.iter().map(|sheet| vec![BTreeMap::new(); sheet.rows.len()]).collect();
        Evaluator { book, sheets, known, edited }
    }

    /// What every formula comes to, column by column so that no chain is long, with its place.
    pub fn all(&mut self) -> Vec<(At, Found)> {
        let mut found = Vec::new();
        for sheet in &self.book.sheets {
            let mut cells: Vec<At> = Vec::new();
            for (row, columns) in sheet.rows.iter().enumerate() {
                for (column, cell) in columns {
                    if matches!(cell.content, Content::Formula(..)) {
                        cells.push(sheet.at(row as u32, *column));
                    }
                }
            }
            cells.sort_unstable();
            found.extend(cells.into_iter().map(|at| (at, self.at(at))));
        }
        found
    }

    /// What a cell comes to.
    pub fn at(&mut self, at: At) -> Found {
        if let Some((edited, value)) = self.edited
            && edited == at
        {
            return Found::Number(value);
        }
        let sheet = self.sheets[&at.sheet];
        let row = at.row as usize;
        if let Some(known) = self.known[sheet].get(row).and_then(|row| row.get(&at.column)) {
            return known.clone();
        }
        let book = self.book;
        let Some(cell) = book.sheets[sheet].cell(at.row, at.column) else { return Found::Empty };
        let found = match &cell.content {
            Content::Number(number) => Found::Number(*number),
            Content::Text(text) => Found::Word(text.clone()),
            Content::Link(_) => Found::Empty,
            // A formula that repeats an empty cell shows 0.
            Content::Formula(expression, _) => match self.of(expression) {
                Found::Empty => Found::Number(Decimal::ZERO),
                found => found,
            },
        };
        self.known[sheet][row].insert(at.column, found.clone());
        found
    }

    fn cells(&mut self, area: &Area) -> Vec<Found> {
        let mut found = Vec::new();
        for row in area.first.row..=area.last.row {
            for column in area.first.column..=area.last.column {
                found.push(self.at(At { sheet: area.first.sheet, row, column }));
            }
        }
        found
    }

    fn of(&mut self, expression: &Expression) -> Found {
        match expression {
            Expression::Number(number) => Found::Number(*number),
            Expression::Word(word) => Found::Word((*word).to_string()),
            Expression::Cell(at) => self.at(*at),
            Expression::Area(_) => panic!("an area stands within a function alone"),
            Expression::Pair(left, operator, right) => {
                let (left, right) = (self.of(left), self.of(right));
                pair(left, *operator, right)
            }
            Expression::Call(function, arguments) => self.call(*function, arguments),
        }
    }

    fn number(&mut self, expression: &Expression) -> Decimal {
        number(&self.of(expression))
    }

    /// Every number among arguments, areas with them; words and empty cells do not count.
    fn numbers(&mut self, arguments: &[Expression]) -> Vec<Decimal> {
        let mut numbers = Vec::new();
        for argument in arguments {
            match argument {
                Expression::Area(area) => {
                    for found in self.cells(area) {
                        if let Found::Number(number) = found {
                            numbers.push(number);
                        }
                    }
                }
                other => numbers.push(self.number(other)),
            }
        }
        numbers
    }

    fn call(&mut self, function: Function, arguments: &[Expression]) -> Found {
        let number = |number: Decimal| Found::Number(number);
        match function {
            Function::Sum => number(self.numbers(arguments).iter().sum()),
            Function::Min => number(self.numbers(arguments).into_iter().min().unwrap_or_default()),
            Function::Max => number(self.numbers(arguments).into_iter().max().unwrap_or_default()),
            Function::If => match self.of(&arguments[0]) {
                Found::Holds(true) => self.of(&arguments[1]),
                Found::Holds(false) => self.of(&arguments[2]),
                other => panic!("a condition holds or not: {other:?}"),
            },
            Function::Choose => {
                let place = self.number(&arguments[0]).to_string().parse::<usize>().unwrap();
                self.of(&arguments[place])
            }
            Function::And => Found::Holds(
                arguments.iter().all(|argument| self.of(argument) == Found::Holds(true)),
            ),
            Function::Or => Found::Holds(
                arguments.iter().any(|argument| self.of(argument) == Found::Holds(true)),
            ),
            Function::Round => {
                let value = self.number(&arguments[0]);
                let places = self.number(&arguments[1]);
                number(rounded(value, whole(places) as u32))
            }
            Function::Int => number(self.number(&arguments[0]).floor()),
            Function::Abs => number(self.number(&arguments[0]).abs()),
            Function::SumIfs => {
                let area = |argument: &Expression| match argument {
                    Expression::Area(area) => *area,
                    other => panic!("sums go over areas: {other:?}"),
                };
                let sums = area(&arguments[0]);
                let mut marks = Vec::new();
                for pair in arguments[1..].chunks(2) {
                    marks.push((area(&pair[0]), self.number(&pair[1])));
                }
                // Marks first: a sum asks for no cell that it does not count.
                let mut total = Decimal::ZERO;
                let rows = sums.last.row - sums.first.row;
                let columns = sums.last.column - sums.first.column;
                for (_, own) in marks.iter().enumerate().map(|(place, (own, _))| (place, own)) {
                    assert_eq!(own.last.row - own.first.row, rows, "areas of one shape");
                    assert_eq!(own.last.column - own.first.column, columns, "areas of one shape");
                }
                for row in 0..=rows {
                    for column in 0..=columns {
                        let of = |area: &Area| At {
                            sheet: area.first.sheet,
                            row: area.first.row + row,
                            column: area.first.column + column,
                        };
                        let counts = marks
                            .iter()
                            .all(|(area, value)| self.at(of(area)) == Found::Number(*value));
                        if counts && let Found::Number(amount) = self.at(of(&sums)) {
                            total += amount;
                        }
                    }
                }
                number(total)
            }
            Function::Index => {
                let Expression::Area(area) = &arguments[0] else {
                    panic!("an index is of an area")
                };
                let place = whole(self.number(&arguments[1]));
                assert!(place >= 1, "a place is counted from 1");
                let offset = (place - 1) as u32;
                let at = if area.first.row == area.last.row {
                    area.first.in_column(area.first.column + offset as u16)
                } else {
                    At { row: area.first.row + offset, ..area.first }
                };
                assert!(at.row <= area.last.row && at.column <= area.last.column, "within: {at:?}");
                match self.at(at) {
                    Found::Empty => number(Decimal::ZERO),
                    found => found,
                }
            }
            Function::Match => {
                let value = self.of(&arguments[0]);
                let Expression::Area(area) = &arguments[1] else { panic!("a match is in an area") };
                // In order, the last that is no larger; else the first that is the same.
                let ordered = arguments.get(2).is_some_and(|how| self.number(how) == Decimal::ONE);
                let cells = self.cells(area);
                let place = match ordered {
                    true => cells.iter().rposition(|found| number_of(found) <= number_of(&value)),
                    false => cells.iter().position(|found| *found == value),
                };
                let place = place.unwrap_or_else(|| panic!("nothing matches {value:?}"));
                number(Decimal::from(place + 1))
            }
            Function::EDate => {
                let (year, month) = date(self.number(&arguments[0]));
                number(first_of(year, month + whole(self.number(&arguments[1]))))
            }
            Function::EoMonth => {
                let (year, month) = date(self.number(&arguments[0]));
                let next = first_of(year, month + whole(self.number(&arguments[1])) + 1);
                number(next - Decimal::ONE)
            }
            Function::Year => number(Decimal::from(date(self.number(&arguments[0])).0)),
            Function::Month => number(Decimal::from(date(self.number(&arguments[0])).1)),
            Function::Pmt => {
                let of: Vec<Decimal> = arguments.iter().map(|one| self.number(one)).collect();
                let periods = whole(of[1]) as u32;
                number(payment(of[0], periods, of[2], of[3], Due::End).expect("a payment"))
            }
        }
    }
}

fn rounded(value: Decimal, places: u32) -> Decimal {
    value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
}

fn number_of(found: &Found) -> Decimal {
    number(found)
}

fn number(found: &Found) -> Decimal {
    match found {
        Found::Number(number) => *number,
        Found::Empty => Decimal::ZERO,
        other => panic!("a number: {other:?}"),
    }
}

fn whole(number: Decimal) -> i64 {
    assert_eq!(number, number.trunc(), "a whole number");
    number.trunc().to_string().parse().unwrap()
}

fn pair(left: Found, operator: Operator, right: Found) -> Found {
    let numbers = || (number(&left), number(&right));
    let same = || match (&left, &right) {
        (Found::Word(left), Found::Word(right)) => left == right,
        _ => number(&left) == number(&right),
    };
    let sum = |of: fn(Decimal, Decimal) -> Option<Decimal>| {
        let (left, right) = numbers();
        Found::Number(of(left, right).expect("a value within bounds"))
    };
    let holds = |of: fn(&Decimal, &Decimal) -> bool| {
        let (left, right) = numbers();
        Found::Holds(of(&left, &right))
    };
    match operator {
        Operator::Plus => sum(Decimal::checked_add),
        Operator::Minus => sum(Decimal::checked_sub),
        Operator::Times => sum(Decimal::checked_mul),
        Operator::Over => sum(Decimal::checked_div),
        Operator::Equals => Found::Holds(same()),
        Operator::Differs => Found::Holds(!same()),
        Operator::Below => holds(Decimal::lt),
        Operator::AtMost => holds(Decimal::le),
        Operator::Above => holds(Decimal::gt),
        Operator::AtLeast => holds(Decimal::ge),
    }
}

/// The year and month of a day's number.
fn date(day: Decimal) -> (i64, i64) {
    use chrono::Datelike;
    let day =
        chrono::NaiveDate::from_ymd_opt(1899, 12, 30).unwrap() + chrono::Duration::days(whole(day));
    (i64::from(day.year()), i64::from(day.month()))
}

/// The number of the first day of a month, counted on from a year's January.
fn first_of(year: i64, month: i64) -> Decimal {
    let months = year * 12 + month - 1;
    let first = chrono::NaiveDate::from_ymd_opt(
        months.div_euclid(12) as i32,
        months.rem_euclid(12) as u32 + 1,
        1,
    );
    let since = first.unwrap() - chrono::NaiveDate::from_ymd_opt(1899, 12, 30).unwrap();
    Decimal::from(since.num_days())
}

/// The figure of the engine that a formula carries.
pub fn cached(value: &Value) -> Found {
    match value {
        Value::Number(number) => Found::Number(*number),
        Value::Word(word) => Found::Word(word.clone()),
    }
}

/// Where a cell stands, as a person would look it up.
pub fn told(at: At) -> String {
    Expression::Cell(at).text(if at.sheet == Place::Cover { Place::Log } else { Place::Cover })
}

/// The cells that the formula of a cell refers to, in whatever part of it.
pub fn referred(book: &Workbook, at: At) -> Vec<At> {
    fn of(expression: &Expression, found: &mut Vec<At>) {
        match expression {
            Expression::Number(_) | Expression::Word(_) => {}
            Expression::Cell(at) => found.push(*at),
            Expression::Area(Area { first, last }) => {
                let columns = first.column..=last.column;
                let cells = columns.flat_map(|column| {
                    (first.row..=last.row).map(move |row| At { row, column, ..*first })
                });
                found.extend(cells);
            }
            Expression::Pair(left, _, right) => {
                of(left, found);
                of(right, found);
            }
            Expression::Call(_, arguments) => arguments.iter().for_each(|one| of(one, found)),
        }
    }
    let mut found = Vec::new();
    let cell = book.sheet(at.sheet).and_then(|sheet| sheet.cell(at.row, at.column));
    if let Some(Content::Formula(expression, _)) = cell.map(|cell| &cell.content) {
        of(expression, &mut found);
    }
    found
}
