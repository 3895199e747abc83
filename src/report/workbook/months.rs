//! The sheet of months: the calendar on which every other sheet stands, and the drivers.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::formula::{Expression, Function, at_place, call, cell, least, round, when, whole};
use super::inputs::Inputs;
use super::sheet::{
    Area, At, MONTHS_FROM, Place, Role, Sheet, Unit, day_of, last_day_of, of_quantity, of_rate,
};
use crate::diagnostic::visible;
use crate::driver::{Driver, churned, stepped_index};
use crate::money::{Quantity, Rate};
use crate::month::{FiscalCalendar, MONTH_NAMES, Month};
use crate::plan::Plan;

/// The row of month headings on every sheet of months.
pub const MONTH_ROW: u32 = 2;
/// The row of month numbers, from 1.
const NUMBER_ROW: u32 = 3;
const END_ROW: u32 = 4;
/// The row of months counted from year 0.
const COUNT_ROW: u32 = 5;

/// The sheet of months while it is laid.
pub struct Months<'a> {
    plan: &'a Plan,
    /// The sheet.
    pub sheet: Sheet,
    /// The row of fiscal years by the month in which they begin, and that of positions in them.
    calendars: BTreeMap<u32, (u32, u32)>,
    /// The row of each driver's levels.
    drivers: Vec<u32>,
}

impl<'a> Months<'a> {
    /// The sheet with its months, before any other calendar than the partnership's and any driver.
    pub fn new(plan: &'a Plan) -> Months<'a> {
        let sheet = month_sheet(Place::Timeline, plan, "Timeline");
        let mut months = Months { plan, sheet, calendars: BTreeMap::new(), drivers: Vec::new() };
        months.lay_months();
        months.calendar(plan.fiscal);
        months
    }

    fn count(&self) -> usize {
        self.plan.horizon.months as usize
    }

    /// The column of a month's place.
    pub fn column(place: usize) -> u16 {
        MONTHS_FROM + place as u16
    }

    /// The cell of a month's number, from 1.
    pub fn number(&self, place: usize) -> At {
        self.sheet.at(NUMBER_ROW, Months::column(place))
    }

    /// The cell of a month's first day.
    pub fn month(&self, place: usize) -> At {
        self.sheet.at(MONTH_ROW, Months::column(place))
    }

    /// The cell of a month counted from year 0.
    pub fn counted(&self, place: usize) -> At {
        self.sheet.at(COUNT_ROW, Months::column(place))
    }

    /// The months of a row from its first.
    pub fn row(&self, at: At) -> Area {
        Area::of(at.in_column(MONTHS_FROM), at.in_column(Months::column(self.count() - 1)))
    }

    fn lay_months(&mut self) {
        let horizon = &self.plan.horizon;
        for (row, words) in [
            (MONTH_ROW, "Month"),
            (NUMBER_ROW, "Number of the month"),
            (END_ROW, "Its last day"),
            (COUNT_ROW, "Months since year 0"),
        ] {
            self.sheet.text(row, 0, words, Role::Label);
        }
        for place in 0..self.count() {
            let (column, month) = (Months::column(place), horizon.month(place));
            let at = self.month(place);
            if place == 0 {
                self.sheet.number(MONTH_ROW, column, day_of(month), Role::Grey, Unit::Month);
                self.sheet.number(NUMBER_ROW, column, Decimal::ONE, Role::Grey, Unit::Whole);
            } else {
                let before = cell(self.month(place - 1));
                let next = call(Function::EDate, vec![before, whole(1)]);
                let day = (day_of(month), Unit::Month);
                self.sheet.formula(MONTH_ROW, column, next, day, Role::Heading);
                let number = (Decimal::from(place + 1), Unit::Whole);
                let next = cell(self.number(place - 1)) + 1;
                self.sheet.formula(NUMBER_ROW, column, next, number, Role::Formula);
            }
            let end = call(Function::EoMonth, vec![cell(at), whole(0)]);
            let day = (last_day_of(month), Unit::Day);
            self.sheet.formula(END_ROW, column, end, day, Role::Formula);
            let year = call(Function::Year, vec![cell(at)]);
            let number = call(Function::Month, vec![cell(at)]);
            let count = (counted(month), Unit::Whole);
            self.sheet.formula(COUNT_ROW, column, year * 12 + number - 1, count, Role::Formula);
        }
    }

    /// Lays the years of a calendar once.
    fn calendar(&mut self, calendar: FiscalCalendar) -> (u32, u32) {
        let begins = calendar.first_month_number();
        if let Some(rows) = self.calendars.get(&begins) {
            return *rows;
        }
        let before = self.sheet.block(format!("years from {begins}"));
        let row = self.sheet.next_row();
        let rows = (row, row + 1);
        let name = Month::new(2000, begins).map_or(String::new(), Month::words);
        let name = name.split(' ').next().unwrap_or_default().to_string();
        self.sheet.text(rows.0, 0, format!("Year that begins in {name}"), Role::Label);
        self.sheet.text(rows.1, 0, format!("Months since {name}"), Role::Label);
        let first = self.sheet.number(rows.0, 4, Decimal::from(begins), Role::Grey, Unit::Whole);
        for place in 0..self.count() {
            let month = self.plan.horizon.month(place);
            let (column, at) = (Months::column(place), self.month(place));
            let number = || call(Function::Month, vec![cell(at)]);
            let passed = call(Function::And, vec![cell(first).above(1), number().at_least(first)]);
            let year = call(Function::Year, vec![cell(at)]) + when(passed, 1, 0);
            let figure = (Decimal::from(calendar.year_of(month)), Unit::Whole);
            self.sheet.formula(rows.0, column, year, figure, Role::Formula);
            let position = number() - first + when(number().below(first), 12, 0);
            let figure = (Decimal::from(calendar.position(month)), Unit::Whole);
            self.sheet.formula(rows.1, column, position, figure, Role::Formula);
        }
        self.calendars.insert(begins, rows);
        self.sheet.block(before);
        rows
    }

    /// The row of the partnership's fiscal years.
    pub fn year_row(&self) -> u32 {
        self.calendars.get(&self.plan.fiscal.first_month_number()).map_or(0, |rows| rows.0)
    }

    /// The cell of a month's position in its year, from 0.
    pub fn position(&mut self, calendar: FiscalCalendar, place: usize) -> At {
        let (_, row) = self.calendar(calendar);
        self.sheet.at(row, Months::column(place))
    }

    /// The cell of a driver's level in a month.
    pub fn level(&self, driver: usize, place: usize) -> At {
        self.sheet.at(self.drivers[driver], Months::column(place))
    }

    /// A driver's whole count in a month.
    pub fn count_of(&self, driver: usize, place: usize) -> Expression {
        round(cell(self.level(driver, place)), 0)
    }

    /// Lays the drivers.
    pub fn lay_drivers(&mut self, inputs: &mut Inputs) {
        for driver in &self.plan.drivers {
            let id = format!("driver.{}", driver.name);
            inputs.block(&id, &format!("Driver: {}", visible(&driver.title)));
            self.sheet.block(id);
            self.lay_driver(inputs, driver);
        }
    }

    fn lay_driver(&mut self, inputs: &mut Inputs, driver: &Driver) {
        let path = |key: &str| format!("driver.{}.{key}", driver.name);
        let stated = |key: &str| self.stated(&path(key));
        let months = self.count();
        let level = |text: Option<&str>| text.and_then(|text| Quantity::parse(text).ok());
        let start = level(stated("start"));
        let share = |key: &str| share(stated(key));
        if let Some(start) =
            start.filter(|_| stated("churn").is_some() || stated("joining").is_some())
        {
            let churn = share("churn").unwrap_or_default();
            let joining = level(stated("joining")).unwrap_or_default();
            if churned(start, churn, joining, months).as_ref() == Some(&driver.levels) {
                return self.lay_churn(inputs, driver, (start, churn, joining));
            }
        } else if let Some(start) = start {
            let growth = share("growth");
            let step = stated("growth-month").and_then(month_number);
            let step = step.unwrap_or(self.plan.fiscal.first_month_number());
            let steps = |place: usize| self.plan.horizon.month(place).number() == step;
            let index = stepped_index(months, 0, growth.unwrap_or_default(), steps);
            let index = index.unwrap_or_default();
            let levels: Option<Vec<Quantity>> =
                index.iter().map(|index| start.indexed(*index)).collect();
            if levels.as_ref() == Some(&driver.levels) {
                return self.lay_growth(
                    inputs,
                    driver,
                    start,
                    growth.map(|rate| (rate, index, step)),
                );
            }
        } else if stated("yearly.1").is_some() {
            let mut listed = Vec::new();
            while let Some(one) = level(stated(&format!("yearly.{}", listed.len() + 1))) {
                listed.push(one);
            }
            let of = |month: usize| listed.get(month / 12).or(listed.last()).copied();
            let levels: Option<Vec<Quantity>> = (0..months).map(of).collect();
            if levels.as_ref() == Some(&driver.levels) {
                return self.lay_yearly(inputs, driver, &listed);
            }
        }
        self.lay_series(inputs, driver);
    }

    /// Levels from a file, each an input of its own.
    fn lay_series(&mut self, inputs: &mut Inputs, driver: &Driver) {
        let row = self.driver_row(driver);
        let place = inputs.place_of(&format!("driver.{}", driver.name));
        self.sheet.text(row, 2, format!("stated by month: {place}"), Role::Note);
        for (place, level) in driver.levels.iter().enumerate().take(self.count()) {
            let month = self.plan.horizon.month(place);
            let path = format!("driver.{}.series.{month}", driver.name);
            let figure = of_quantity(*level);
            let at = inputs.input(&path, &month.words(), figure, Unit::Number);
            let figure = (figure, Unit::Number);
            self.sheet.formula(row, Months::column(place), cell(at), figure, Role::Formula);
        }
    }

    fn stated(&self, path: &str) -> Option<&'a str> {
        let inputs = &self.plan.inputs.stated;
        let at = inputs.binary_search_by(|input| input.path.as_str().cmp(path)).ok()?;
        Some(inputs[at].text.as_str())
    }

    fn driver_row(&mut self, driver: &Driver) -> u32 {
        let row = self.sheet.next_row();
        self.sheet.text(row, 0, visible(&driver.title), Role::Label);
        self.sheet.text(row, 1, driver.name.as_str(), Role::Grey);
        self.drivers.push(row);
        row
    }

    fn lay_growth(
        &mut self,
        inputs: &mut Inputs,
        driver: &Driver,
        start: Quantity,
        growth: Option<(Rate, Vec<Rate>, u32)>,
    ) {
        let path = |key: &str| format!("driver.{}.{key}", driver.name);
        let first =
            inputs.input(&path("start"), "Level at the start", of_quantity(start), Unit::Number);
        let months = self.count();
        let index_row = growth.map(|(rate, index, step)| {
            let rate = inputs.input(&path("growth"), "Growth a year", of_rate(rate), Unit::Share);
            let calendar = FiscalCalendar::starting(step.clamp(1, 12));
            let row = {
                self.calendar(calendar);
                self.sheet.next_row()
            };
            self.sheet.text(row, 0, format!("Index of {}", visible(&driver.title)), Role::Label);
            for (place, figure) in index.iter().enumerate().take(months) {
                let column = Months::column(place);
                let figure = (of_rate(*figure), Unit::Number);
                if place == 0 {
                    self.sheet.number(row, column, figure.0, Role::Grey, Unit::Number);
                    continue;
                }
                let before = self.sheet.at(row, column - 1);
                let position = self.position(calendar, place);
                let grown = round(cell(before) * (whole(1) + rate), 9);
                let index = when(cell(position).equals(0), grown, before);
                self.sheet.formula(row, column, index, figure, Role::Formula);
            }
            row
        });
        let row = self.driver_row(driver);
        for place in 0..months {
            let column = Months::column(place);
            let level = match index_row {
                Some(index) => round(cell(first) * self.sheet.at(index, column), 9),
                None => cell(first),
            };
            let figure = (of_quantity(driver.levels[place]), Unit::Number);
            self.sheet.formula(row, column, level, figure, Role::Formula);
        }
    }

    fn lay_churn(
        &mut self,
        inputs: &mut Inputs,
        driver: &Driver,
        (start, churn, joining): (Quantity, Rate, Quantity),
    ) {
        let path = |key: &str| vec![format!("driver.{}.{key}", driver.name)];
        let first =
            inputs.figure(&path("start"), "Level at the start", of_quantity(start), Unit::Number);
        let churn =
            inputs.figure(&path("churn"), "Share that leaves a month", of_rate(churn), Unit::Share);
        let joining =
            inputs.figure(&path("joining"), "Who join a month", of_quantity(joining), Unit::Number);
        let row = self.driver_row(driver);
        for place in 0..self.count() {
            let column = Months::column(place);
            let level = match place {
                0 => cell(first),
                _ => {
                    let before = cell(self.sheet.at(row, column - 1));
                    round(before * (whole(1) - churn), 9) + joining
                }
            };
            let figure = (of_quantity(driver.levels[place]), Unit::Number);
            self.sheet.formula(row, column, level, figure, Role::Formula);
        }
    }

    fn lay_yearly(&mut self, inputs: &mut Inputs, driver: &Driver, listed: &[Quantity]) {
        let mut cells = Vec::new();
        // A list stands in one block of its own: what is looked up by its place has no other row in between.
        let block = inputs.sheet.block(format!("driver.{}.yearly", driver.name));
        for (place, level) in listed.iter().enumerate() {
            let path = format!("driver.{}.yearly.{}", driver.name, place + 1);
            let label = format!("Level of year {}", place + 1);
            cells.push(inputs.input(&path, &label, of_quantity(*level), Unit::Number));
        }
        inputs.sheet.block(block);
        let area = Area::of(cells[0], cells[cells.len() - 1]);
        let row = self.driver_row(driver);
        for place in 0..self.count() {
            let year = call(Function::Int, vec![(cell(self.number(place)) - 1) / 12]) + 1;
            let level = at_place(area, least(whole(cells.len() as i64), year));
            let figure = (of_quantity(driver.levels[place]), Unit::Number);
            self.sheet.formula(row, Months::column(place), level, figure, Role::Formula);
        }
    }
}

/// A sheet with a column a month, and its headings.
pub fn month_sheet(place: Place, plan: &Plan, title: &str) -> Sheet {
    let mut widths = vec![58, 26, 30, 7, 16, 16, 18];
    widths.extend(std::iter::repeat_n(12, plan.horizon.months as usize));
    let mut sheet = Sheet::new(place, &widths);
    sheet.text(0, 0, title, Role::Title);
    sheet.frozen_rows = MONTH_ROW + 1;
    sheet.frozen_columns = 3;
    sheet.months_from = Some(MONTHS_FROM);
    if place != Place::Timeline {
        for place in 0..plan.horizon.months as usize {
            let column = Months::column(place);
            let at = At { sheet: Place::Timeline, row: MONTH_ROW, column };
            let day = (day_of(plan.horizon.month(place)), Unit::Month);
            sheet.formula(MONTH_ROW, column, cell(at), day, Role::Heading);
        }
    }
    sheet
}

/// A month counted from year 0.
pub fn counted(month: Month) -> Decimal {
    Decimal::from(i64::from(month.year()) * 12 + i64::from(month.number()) - 1)
}

/// A share as a plan writes it.
pub fn share(text: Option<&str>) -> Option<Rate> {
    let text = text?;
    match text.strip_suffix('%') {
        Some(percent) => Rate::parse_percent(percent).ok(),
        None => Rate::parse(text).ok(),
    }
}

/// The number of a month that is written as a word.
fn month_number(word: &str) -> Option<u32> {
    let place = MONTH_NAMES.iter().position(|name| *name == word)?;
    Some(place as u32 + 1)
}
