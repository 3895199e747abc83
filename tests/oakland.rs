//! A real braid at real size: the City of Oakland's Human Services budgets, as plan folders made by
//! `fixtures/oakland/make_plans.py`, held against the published rows.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;

use braidfund::folder::{self, DiskFolder};
use braidfund::forecast::{Forecast, Question};
use braidfund::money::Money;

const YEARS: [(&str, &str, i64); 2] = [
    ("FY19-20", "scenarios/oakland-fy2020", 105_003_112),
    ("FY20-21", "scenarios/oakland-fy2021", 109_332_984),
];

/// The published rows of a year: fund, program, whole dollars.
fn rows(year: &str) -> Vec<(String, String, i64)> {
    let mut reader = csv::Reader::from_path("fixtures/oakland/oakland_hsd_expense.csv").unwrap();
    let rows = reader.records().map(|row| row.unwrap());
    let of_year = rows.filter(|row| &row[0] == year);
    of_year.map(|row| (row[1].to_string(), row[2].to_string(), row[5].parse().unwrap())).collect()
}

fn forecast(folder: &str) -> Forecast {
    let folder = DiskFolder::open(Path::new(folder)).unwrap();
    let plan = folder::read(&folder, "base").unwrap_or_else(|error| panic!("{error}"));
    Forecast::from_plan(&plan, Question::default()).unwrap()
}

fn dollars(amount: i64) -> Money {
    Money::from_cents(amount * 100)
}

/// A fund's title as the plan writes it: the published name, its lost separators mended.
fn plain(name: &str) -> String {
    name.chars().filter(|character| character.is_ascii_alphanumeric()).collect()
}

#[test]
fn the_departments_totals_by_fund_tie_to_the_dollar() {
    for (year, folder, published) in YEARS {
        let forecast = forecast(folder);
        let ledger = &forecast.books.ledger;
        let mut by_fund: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for (fund, _, amount) in rows(year) {
            let (net, recovered) = by_fund.entry(plain(&fund)).or_default();
            *net += amount;
            *recovered += if fund == "Grant Clearing" { amount.min(0) } else { 0 };
        }
        assert_eq!(by_fund.values().map(|(net, _)| net).sum::<i64>(), published, "{year}");
        // Grant Clearing spends what it recovers: its authority is its recoveries, and it nets to income.
        for (fund, (net, recovered)) in &by_fund {
            let held: Money = ledger
                .tranches
                .iter()
                .filter(|tranche| plain(&ledger.streams[tranche.stream].title) == *fund)
                .map(|tranche| tranche.amount)
                .sum();
            assert_eq!(held, dollars(net - recovered), "{year} {fund}");
        }
    }
}

#[test]
fn the_departments_need_by_program_ties_to_the_dollar() {
    for (year, folder, _) in YEARS {
        let forecast = forecast(folder);
        let mut by_program: BTreeMap<String, i64> = BTreeMap::new();
        for (fund, program, amount) in rows(year) {
            let recovery = fund == "Grant Clearing" && amount < 0;
            *by_program.entry(plain(&program)).or_default() += if recovery { 0 } else { amount };
        }
        let mut planned: BTreeMap<String, Money> = BTreeMap::new();
        for line in &forecast.books.ledger.lines {
            *planned.entry(plain(&line.title)).or_default() += line.need.iter().sum();
        }
        let published: BTreeMap<String, Money> =
            by_program.into_iter().map(|(program, amount)| (program, dollars(amount))).collect();
        assert_eq!(planned, published, "{year}");
    }
}
