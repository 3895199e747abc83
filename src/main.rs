//! The `braid` command: see `braid --help`.

mod cli;

fn main() -> std::process::ExitCode {
    cli::run::main()
}
