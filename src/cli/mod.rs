//! The command line: the only place that prints, exits, reads the environment, or knows clap.
//!
//! What is typed ([`args`]) becomes what is meant ([`options`]); [`run`] sends it to one file a
//! command and turns what comes back into an exit status. Data goes to standard output and talk to
//! standard error, both through [`screen`].

mod args;
mod bridge;
mod chance;
mod check;
mod compare;
mod ending;
mod explain;
mod forecast;
mod import;
mod init;
mod levers;
mod manual;
mod options;
mod portfolio;
mod progress;
mod report;
mod rules;
pub mod run;
mod screen;
mod sensitivity;
mod settle;
mod workbook;
