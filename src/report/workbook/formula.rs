//! Formulas as expressions over cells, and the one place that prints them.
//!
//! A formula is built from references to cells that were laid, never from text: no word of a plan can become part of one.
//! Only functions are offered that Excel and LibreOffice share.

use rust_decimal::Decimal;

use super::sheet::{Area, At, Place};

/// What a formula says.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// A number of the engine's own, such as the 12 of a twelfth.
    Number(Decimal),
    /// A word of the engine's own.
    Word(&'static str),
    /// The value of a cell.
    Cell(At),
    /// The cells of an area.
    Area(Area),
    /// Two values joined.
    Pair(Box<Expression>, Operator, Box<Expression>),
    /// A function of values.
    Call(Function, Vec<Expression>),
}

/// What joins two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Plus.
    Plus,
    /// Minus.
    Minus,
    /// Times.
    Times,
    /// Divided by.
    Over,
    /// Whether they are equal.
    Equals,
    /// Whether they differ.
    Differs,
    /// Whether the first is smaller.
    Below,
    /// Whether the first is no larger.
    AtMost,
    /// Whether the first is larger.
    Above,
    /// Whether the first is no smaller.
    AtLeast,
}

/// The functions that are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// The sum.
    Sum,
    /// The sum of an area where another one holds a value.
    SumIfs,
    /// One of two values, by a condition.
    If,
    /// One of many values, by its number.
    Choose,
    /// Whether all conditions hold.
    And,
    /// Whether any condition holds.
    Or,
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
    /// The cell at a place of a row or column.
    Index,
    /// The place at which a value stands in a row or column.
    Match,
    /// Rounded to so many places, half away from zero.
    Round,
    /// The whole number below.
    Int,
    /// Without its sign.
    Abs,
    /// The date so many months later.
    EDate,
    /// The last day of the month so many months later.
    EoMonth,
    /// The year of a date.
    Year,
    /// The month of a date.
    Month,
    /// The level payment of a loan.
    Pmt,
}

impl Function {
    /// Its name in a workbook.
    pub fn name(self) -> &'static str {
        match self {
            Function::Sum => "SUM",
            Function::SumIfs => "SUMIFS",
            Function::If => "IF",
            Function::Choose => "CHOOSE",
            Function::And => "AND",
            Function::Or => "OR",
            Function::Min => "MIN",
            Function::Max => "MAX",
            Function::Index => "INDEX",
            Function::Match => "MATCH",
            Function::Round => "ROUND",
            Function::Int => "INT",
            Function::Abs => "ABS",
            Function::EDate => "EDATE",
            Function::EoMonth => "EOMONTH",
            Function::Year => "YEAR",
            Function::Month => "MONTH",
            Function::Pmt => "PMT",
        }
    }
}

/// Whether arguments of a function hold nothing that a row without a figure, or with a 0, would change: then an area
/// of theirs may grow over such rows.
pub(super) fn may_grow(function: Function, arguments: &[Expression]) -> bool {
    match function {
        Function::Sum => true,
        // Its areas have one shape, so that they grow together or not at all.
        Function::SumIfs => {
            let rows = |argument: &Expression| match argument {
                Expression::Area(area) => Some((area.first.sheet, area.first.row, area.last.row)),
                _ => None,
            };
            let mut areas = arguments.iter().filter_map(rows);
            let first = areas.next();
            areas.all(|area| Some(area) == first)
        }
        Function::Min | Function::Max => arguments.contains(&whole(0)),
        _ => false,
    }
}

impl Operator {
    fn sign(self) -> &'static str {
        match self {
            Operator::Plus => "+",
            Operator::Minus => "-",
            Operator::Times => "*",
            Operator::Over => "/",
            Operator::Equals => "=",
            Operator::Differs => "<>",
            Operator::Below => "<",
            Operator::AtMost => "<=",
            Operator::Above => ">",
            Operator::AtLeast => ">=",
        }
    }

    /// How tightly it binds.
    fn strength(self) -> u8 {
        match self {
            Operator::Plus | Operator::Minus => 2,
            Operator::Times | Operator::Over => 3,
            _ => 1,
        }
    }
}

impl Expression {
    /// The formula as a workbook writes it on a sheet, without its equals sign.
    pub fn text(&self, home: Place) -> String {
        let mut text = String::new();
        self.print(home, &mut text);
        text
    }

    fn print(&self, home: Place, text: &mut String) {
        match self {
            Expression::Number(number) => *text += &number.to_string(),
            Expression::Word(word) => {
                *text += "\"";
                *text += word;
                *text += "\"";
            }
            Expression::Cell(at) => at.print(home, text),
            Expression::Area(area) => area.print(home, text),
            Expression::Pair(left, operator, right) => {
                let own = operator.strength();
                left.print_within(home, text, left.strength() < own);
                *text += operator.sign();
                // What stands to the right of a minus or a slash is held together; a sum needs it no less.
                right.print_within(home, text, right.strength() <= own);
            }
            Expression::Call(function, arguments) => {
                *text += function.name();
                *text += "(";
                for (place, argument) in arguments.iter().enumerate() {
                    if place > 0 {
                        *text += ",";
                    }
                    argument.print(home, text);
                }
                *text += ")";
            }
        }
    }

    fn print_within(&self, home: Place, text: &mut String, held: bool) {
        if held {
            *text += "(";
        }
        self.print(home, text);
        if held {
            *text += ")";
        }
    }

    fn strength(&self) -> u8 {
        match self {
            Expression::Pair(_, operator, _) => operator.strength(),
            Expression::Number(number) if number.is_sign_negative() => 0,
            _ => 4,
        }
    }

    /// The cell that it does nothing but repeat.
    pub fn repeats(&self) -> Option<At> {
        match self {
            Expression::Cell(at) => Some(*at),
            _ => None,
        }
    }

    fn pair(self, operator: Operator, other: impl Into<Expression>) -> Expression {
        Expression::Pair(Box::new(self), operator, Box::new(other.into()))
    }

    /// Whether it equals another value.
    pub fn equals(self, other: impl Into<Expression>) -> Expression {
        self.pair(Operator::Equals, other)
    }

    /// Whether it differs from another value.
    pub fn differs(self, other: impl Into<Expression>) -> Expression {
        self.pair(Operator::Differs, other)
    }

    /// Whether it is smaller than another value.
    pub fn below(self, other: impl Into<Expression>) -> Expression {
        self.pair(Operator::Below, other)
    }

    /// Whether it is no larger than another value.
    pub fn at_most(self, other: impl Into<Expression>) -> Expression {
        self.pair(Operator::AtMost, other)
    }

    /// Whether it is larger than another value.
    pub fn above(self, other: impl Into<Expression>) -> Expression {
        self.pair(Operator::Above, other)
    }

    /// Whether it is no smaller than another value.
    pub fn at_least(self, other: impl Into<Expression>) -> Expression {
        self.pair(Operator::AtLeast, other)
    }
}

impl From<At> for Expression {
    fn from(at: At) -> Expression {
        Expression::Cell(at)
    }
}

impl From<Area> for Expression {
    fn from(area: Area) -> Expression {
        Expression::Area(area)
    }
}

impl From<i64> for Expression {
    fn from(number: i64) -> Expression {
        Expression::Number(Decimal::from(number))
    }
}

macro_rules! joins {
    ($($name:ident $method:ident $operator:ident)*) => {$(
        impl<T: Into<Expression>> std::ops::$name<T> for Expression {
            type Output = Expression;
            fn $method(self, other: T) -> Expression {
                self.pair(Operator::$operator, other)
            }
        }
    )*};
}

joins! { Add add Plus  Sub sub Minus  Mul mul Times  Div div Over }

/// A cell as an expression.
pub fn cell(at: At) -> Expression {
    Expression::Cell(at)
}

/// A whole number as an expression.
pub fn whole(number: i64) -> Expression {
    number.into()
}

/// A value rounded to so many places.
pub fn round(value: impl Into<Expression>, places: i64) -> Expression {
    Expression::Call(Function::Round, vec![value.into(), places.into()])
}

/// A value rounded to cents.
pub fn cents(value: impl Into<Expression>) -> Expression {
    round(value, 2)
}

/// One of two values, by a condition.
pub fn when(
    condition: Expression,
    yes: impl Into<Expression>,
    no: impl Into<Expression>,
) -> Expression {
    Expression::Call(Function::If, vec![condition, yes.into(), no.into()])
}

/// A function of values.
pub fn call(function: Function, arguments: Vec<Expression>) -> Expression {
    Expression::Call(function, arguments)
}

/// The sum of an area.
pub fn sum(area: Area) -> Expression {
    call(Function::Sum, vec![area.into()])
}

/// The smaller of two values.
pub fn least(one: impl Into<Expression>, other: impl Into<Expression>) -> Expression {
    call(Function::Min, vec![one.into(), other.into()])
}

/// The larger of two values.
pub fn most(one: impl Into<Expression>, other: impl Into<Expression>) -> Expression {
    call(Function::Max, vec![one.into(), other.into()])
}

/// A value, or nothing where it is negative.
pub fn floor_zero(value: impl Into<Expression>) -> Expression {
    most(0, value)
}

/// Whether a value lies between two others, both with it.
pub fn between(value: At, first: Expression, last: Expression) -> Expression {
    call(Function::And, vec![cell(value).at_least(first), cell(value).at_most(last)])
}

/// The sum of an area's cells whose mark equals a value, by one or more areas of marks.
pub fn sum_where(area: Area, marks: Vec<(Area, Expression)>) -> Expression {
    let mut arguments = vec![area.into()];
    for (marks, value) in marks {
        arguments.push(marks.into());
        arguments.push(value);
    }
    call(Function::SumIfs, arguments)
}

/// The cell at a place, from 1, of a row or column.
pub fn at_place(area: Area, place: Expression) -> Expression {
    call(Function::Index, vec![area.into(), place])
}

/// The most arguments that a sum is given at once; spreadsheets take 255.
const ARGUMENTS_MAX: usize = 200;

/// The sum of single cells; cells that stand next to each other are summed as areas.
pub fn sum_of(cells: &[At]) -> Expression {
    let mut cells = cells.to_vec();
    cells.sort_unstable();
    let mut areas: Vec<Area> = Vec::new();
    for at in cells {
        match areas.last_mut() {
            Some(area) if area.grows_by(at) => area.last = at,
            _ => areas.push(Area::of(at, at)),
        }
    }
    let term = |area: &Area| {
        if area.first == area.last { cell(area.first) } else { Expression::Area(*area) }
    };
    let mut terms: Vec<Expression> = areas.iter().map(term).collect();
    while terms.len() > ARGUMENTS_MAX {
        terms =
            terms.chunks(ARGUMENTS_MAX).map(|some| call(Function::Sum, some.to_vec())).collect();
    }
    match terms.len() {
        0 => whole(0),
        _ => call(Function::Sum, terms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(row: u32, column: u16) -> At {
        At { sheet: Place::Costs, row, column }
    }

    #[test]
    fn a_formula_is_printed_as_it_binds() {
        let (a, b, c) = (at(0, 0), at(1, 1), at(2, 27));
        let print = |expression: Expression| expression.text(Place::Costs);
        assert_eq!(print(cell(a) + cell(b) * c), "A1+B2*AB3");
        assert_eq!(print((cell(a) + b) * c), "(A1+B2)*AB3");
        assert_eq!(print(cell(a) - (cell(b) - c)), "A1-(B2-AB3)");
        assert_eq!(print(cell(a) - b - c), "A1-B2-AB3");
        assert_eq!(print(cell(a) / (cell(b) * c)), "A1/(B2*AB3)");
        assert_eq!(
            print(when(cell(a).at_least(b), cents(cell(c) / 12), 0)),
            "IF(A1>=B2,ROUND(AB3/12,2),0)"
        );
        assert_eq!(cell(a).text(Place::Cash), "Costs!A1");
        let area = Area::of(a, b);
        assert_eq!(sum(area).text(Place::Cash), "SUM(Costs!A1:B2)");
        assert_eq!(print(whole(-1) * a), "(-1)*A1");
    }

    #[test]
    fn neighbours_are_summed_as_an_area() {
        let cells = [at(0, 3), at(1, 3), at(2, 3), at(5, 3)];
        assert_eq!(sum_of(&cells).text(Place::Costs), "SUM(D1:D3,D6)");
        assert_eq!(sum_of(&[]).text(Place::Costs), "0");
        let many: Vec<At> = (0..450).map(|row| at(row * 2, 3)).collect();
        assert!(sum_of(&many).text(Place::Costs).starts_with("SUM(SUM(D1,D3,"));
    }
}
