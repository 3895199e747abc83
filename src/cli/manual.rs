//! `braid schema`, `braid completions`, `braid man`: what the command says of itself.

use braidfund::diagnostic::nearest;
use clap::CommandFactory;
use clap_mangen::Man;

use super::args::{self, Command};
use super::ending::{Ending, Stop};
use super::screen::Screen;

/// Prints the JSON Schema of a plan file.
pub fn schema(screen: &Screen) -> Result<Ending, Stop> {
    screen.data(braidfund::export::json::encode(&braidfund::folder::schema()).as_bytes())?;
    Ok(Ending::Done)
}

/// Prints completions for a shell.
pub fn completions(args: &args::Completions, screen: &Screen) -> Result<Ending, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Command::command(), "braid", &mut script);
    screen.data(&script)?;
    Ok(Ending::Done)
}

/// Prints the manual page of the command, or of one of its commands.
pub fn man(args: &args::Man, screen: &Screen) -> Result<Ending, Stop> {
    let mut command = Command::command();
    command.build();
    if let Some(name) = &args.command {
        let Some(found) = command.find_subcommand(name) else {
            let known = command.get_subcommands().map(clap::Command::get_name);
            let remedy = match nearest(name, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`braid --help` lists the commands".to_string(),
            };
            return Err(Stop::Usage(format!("there is no command `{name}`"), remedy));
        };
        command = found.clone();
    }
    let mut page = Vec::new();
    let rendered = Man::new(command).render(&mut page);
    rendered.expect("writing to memory does not fail");
    screen.data(&page)?;
    Ok(Ending::Done)
}
