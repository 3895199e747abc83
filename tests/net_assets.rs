//! When money is income, against what it is as cash: the two must not be taken for each other.

#![allow(clippy::unwrap_used)]

use braidfund::folder::{self, MemoryFolder};
use braidfund::forecast::{Forecast, Question};
use braidfund::money::Money;

/// Three years of 5,000 a month, paid by one award, to which these lines are added.
fn forecast(lines: &str) -> Forecast {
    let text = format!(
        "[plan]\ntitle = \"P\"\nstart = \"2026-01\"\nyears = 3\n\
         [cost.convening]\nfunction = \"convene\"\nmonthly = 5000\n\
         [stream.award]\nkind = \"grant\"\nfunder = \"F\"\nstatus = \"secured\"\n\
         from = \"2026-01\"\nuntil = \"2028-12\"\nyearly = 60_000\nbudget-periods = \"yearly\"\n\
         pays-for = [\"convene\"]\npayment = {{ method = \"advance\", instalments = \"monthly\" }}\n\
         {lines}"
    );
    let files = MemoryFolder::new([("plan.toml", text.as_str())]);
    let plan = folder::read(&files, "base").unwrap();
    Forecast::from_plan(&plan, Question::default()).unwrap()
}

fn changes(forecast: &Forecast) -> Vec<String> {
    let years = forecast.measures.net_assets.iter();
    years.map(|year| (year.change_without + year.change_with).to_string()).collect()
}

#[test]
fn an_unconditional_pledge_shows_phantom_deficits_and_a_conditional_one_does_not_asc_958_605() {
    let whole = forecast("");
    let earned = forecast("conditional = true\n");
    assert_eq!(changes(&whole), ["120000.00", "-60000.00", "-60000.00"]);
    assert_eq!(changes(&earned), ["0.00", "0.00", "0.00"]);
    // Who pays what, and the cash, know nothing of it.
    assert_eq!(whole.books.ledger, earned.books.ledger);
    assert_eq!(whole.books.cash, earned.books.cash);
    assert_eq!(whole.measures.total.gap_total(), Money::ZERO);
}

#[test]
fn terms_decide_where_nothing_is_stated() {
    for (lines, first_year) in [
        ("federal = true\n", "0.00"),
        ("federal = true\nconditional = false\n", "120000.00"),
        ("milestone = \"2026-01\"\n", "0.00"),
        ("match = { share-of-total = \"0%\" }\n", "0.00"),
    ] {
        assert_eq!(changes(&forecast(lines))[0], first_year, "{lines}");
    }
}

#[test]
fn what_lapses_of_a_pledge_is_lost() {
    let forecast = forecast("cap = [{ on = [\"convene\"], amount = 50_000, per = \"period\" }]\n");
    let years = &forecast.measures.net_assets;
    let lost: Vec<String> = years.iter().map(|year| year.lost.to_string()).collect();
    assert_eq!(lost, ["10000.00", "10000.00", "10000.00"]);
    assert_eq!(years[2].with, Money::ZERO);
}

#[test]
fn borrowed_money_is_no_income_and_its_repayment_no_expense() {
    let forecast = forecast(
        "[cost.rent]\nfunction = \"operate\"\nonce = 1000\nfrom = \"2026-01\"\n\
         [stream.pri]\nkind = \"loan\"\nfunder = \"F\"\nstatus = \"secured\"\nfrom = \"2026-01\"\n\
         amount = 1000\nrate = \"12%\"\nmonths = 1\npays-for = [\"operate\"]\n\
         [stream.fees]\nkind = \"partner\"\nfunder = \"P\"\nstatus = \"secured\"\nuntil = \"2026-12\"\n\
         payments = [{ month = \"2026-02\", amount = 1010 }]\npays-for = [\"anything\"]\n",
    );
    let net = &forecast.books.net_assets;
    let free: Vec<String> = net.without[..2].iter().map(ToString::to_string).collect();
    assert_eq!(free, ["-1000.00", "0.00"]);
    assert_eq!(net.expenses[1].to_string(), "5010.00");
}
