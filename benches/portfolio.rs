//! A portfolio of many plans, each braided as well as can be: `cargo bench --bench portfolio [-- PLANS]`.
//!
//! Prints CSV: threads, plans, seconds, CPU seconds, partnerships that run out. Plans are 12 streams x 30
//! lines x 120 months without rules that tie amounts together, and differ in their amounts; reading them counts.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::time::Instant;

use braidfund::braid::Method;
use braidfund::decide::portfolio::{Ask, Portfolio};
use braidfund::folder::{Files, MemoryFolder};
use braidfund::forecast::Question;
use braidfund::threads;
use cpu_time::ProcessTime;

mod made;
use made::Rules;

/// Plans of a portfolio, where no other count is given.
const PLANS: usize = 1_000;

fn main() {
    let count =
        std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(PLANS);
    let rules = Rules { caps: false, matched: false };
    let texts: Vec<String> =
        (0..count).map(|variant| made::plan((12, 30, 120), rules, variant)).collect();
    let names: Vec<String> = (0..count).map(|variant| format!("plan-{variant:04}")).collect();
    let open = |place: usize| -> Result<Box<dyn Files>, _> {
        Ok(Box::new(MemoryFolder::new([("plan.toml", texts[place].as_str())])))
    };
    println!("threads,plans,seconds,cpu_seconds,run_out");
    for threads in [1, threads::all()] {
        let question = Question { method: Method::Optimal, ..Question::default() };
        let ask = Ask { case: "base".to_string(), question, sum: None, threads };
        let (wall, work) = (Instant::now(), ProcessTime::now());
        let portfolio = Portfolio::from_folders(&names, &open, ask).unwrap();
        let (wall, work) = (wall.elapsed().as_secs_f64(), work.elapsed().as_secs_f64());
        assert_eq!(portfolio.partnerships.len(), count);
        let run_out =
            portfolio.partnerships.iter().filter(|one| one.next_core_gap.is_some()).count();
        println!("{threads},{count},{wall:.2},{work:.2},{run_out}");
    }
}
