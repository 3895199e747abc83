//! From the command line to an exit status.

use std::process::ExitCode;

use braidfund::export::diagnostics;
use braidfund::export::text::Colour;
use braidfund::output::WriteError;
use clap::Parser;

use super::args::{Command, Verb};
use super::ending::{Ending, Stop};
use super::options::INPUT_DIGEST;
use super::screen::Screen;
use super::{
    bridge, chance, check, compare, explain, forecast, import, init, levers, manual, portfolio,
    report, rules, sensitivity, settle, workbook,
};

const CONDITION_FAILED: u8 = 1;
const REFUSED: u8 = 2;
const ENVIRONMENT_FAILED: u8 = 3;
const BUG: u8 = 101;

/// Runs the command that was typed.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| tell_bug(&panic.to_string())));
    let command = match Command::try_parse() {
        Ok(command) => command,
        Err(refusal) => {
            // Help and version come this way too, with status 0. A closed pipe is no failure.
            let _ = refusal.print();
            return ExitCode::from(if refusal.use_stderr() { REFUSED } else { 0 });
        }
    };
    let screen = Screen::from_manner(&command.manner);
    match dispatch(command.verb, &screen) {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::ConditionFailed) => ExitCode::from(CONDITION_FAILED),
        Err(stop) => ExitCode::from(tell(&screen, &stop)),
    }
}

fn dispatch(verb: Verb, screen: &Screen) -> Result<Ending, Stop> {
    match verb {
        Verb::Init(args) => init::run(args, screen),
        Verb::Check(args) => check::run(args, screen),
        Verb::Forecast(args) => forecast::run(args, screen),
        Verb::Explain(args) => explain::run(args, screen),
        Verb::Import(args) => import::run(args, screen),
        Verb::Bridge(args) => bridge::run(args, screen),
        Verb::Chance(args) => chance::run(args, screen),
        Verb::Compare(args) => compare::run(args, screen),
        Verb::Portfolio(args) => portfolio::run(args, screen),
        Verb::Levers(args) => levers::run(args, screen),
        Verb::Rules(args) => rules::run(args, screen),
        Verb::Sensitivity(args) => sensitivity::run(args, screen),
        Verb::Report(args) => report::run(args, screen),
        Verb::Workbook(args) => workbook::run(args, screen),
        Verb::Settle(args) => settle::run(&args, screen),
        Verb::Schema => manual::schema(screen),
        Verb::Completions(args) => manual::completions(&args, screen),
        Verb::Man(args) => manual::man(&args, screen),
    }
}

/// Says why a command stopped; returns the exit status.
fn tell(screen: &Screen, stop: &Stop) -> u8 {
    match stop {
        Stop::Usage(message, remedy) => {
            refuse(screen, message, remedy);
            REFUSED
        }
        Stop::Write(WriteError::Environment(error)) => {
            let remedy = "make room, or write elsewhere; no file was left half written";
            refuse(screen, &error.to_string(), remedy);
            ENVIRONMENT_FAILED
        }
        Stop::Write(error) => {
            let remedy = "nothing was written; `--force` replaces plain files that stand there";
            refuse(screen, &error.to_string(), remedy);
            REFUSED
        }
        Stop::Engine(error) if error.is_input() => {
            screen.complain(&diagnostics::encode(error.diagnostics(), Colour::With));
            REFUSED
        }
        Stop::Engine(error) if error.is_environment() => {
            let remedy = "see that the name is right and that you may read it";
            refuse(screen, &error.to_string(), remedy);
            ENVIRONMENT_FAILED
        }
        Stop::Engine(error) => {
            tell_bug(&error.to_string());
            BUG
        }
        Stop::Told => REFUSED,
    }
}

fn refuse(screen: &Screen, message: &str, remedy: &str) {
    let shown = braidfund::diagnostic::visible;
    screen.complain(&format!("error: {}\n  = help: {}\n", shown(message), shown(remedy)));
}

/// Asks for a report of a bug, with what is needed to find it.
fn tell_bug(what: &str) {
    use std::io::Write;
    let digest = INPUT_DIGEST.get().map_or("nothing was read", String::as_str);
    let _ = writeln!(
        std::io::stderr().lock(),
        "braid {} has a bug and stops without a result: {what}\n  = help: please report this \
         message with the command and, if you may, the plan folder\n  = note: digest of what was \
         read: {digest}",
        env!("CARGO_PKG_VERSION"),
    );
}
