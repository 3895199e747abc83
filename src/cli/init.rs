//! `braid init`: a starter folder.

use std::path::Path;

use braidfund::diagnostic::nearest;
use braidfund::folder::{self, Template};
use braidfund::output::{DiskSink, FileSet, WriteError, write_all};
use braidfund::report::asking::shell_word;
use braidfund::report::{Mark, Page};

use super::args;
use super::ending::{Ending, Stop};
use super::screen::Screen;

/// Makes a starter folder, or lists what it may start from.
pub fn run(args: args::Init, screen: &Screen) -> Result<Ending, Stop> {
    if args.list {
        screen.page(&list())?;
        return Ok(Ending::Done);
    }
    let template = find(args.template.as_deref())?;
    refuse_plan(&args.folder)?;
    let file = |(name, text): &(&str, &str)| (name.to_string(), text.as_bytes().to_vec());
    let set = FileSet { files: template.files.iter().map(file).collect(), edition: None };
    write_all(&DiskSink, &args.folder, &set, false).map_err(|error| match error {
        WriteError::Refused { .. } => {
            Stop::Usage(error.to_string(), "name another folder".to_string())
        }
        failed => failed.into(),
    })?;
    let folder = args.folder.display();
    screen.talk(&format!("made a plan folder in {folder} from `{}`", template.name));
    screen.talk(&format!("next: braid forecast {}", shell_word(&folder.to_string())));
    Ok(Ending::Done)
}

fn find(name: Option<&str>) -> Result<&'static Template, Stop> {
    let templates = folder::templates();
    let Some(name) = name else {
        return Ok(templates.first().expect("there is a template to start from"));
    };
    let found = templates.iter().find(|template| template.name == name);
    found.ok_or_else(|| {
        let known = templates.iter().map(|template| template.name);
        let remedy = match nearest(name, known) {
            Some(near) => format!("did you mean `{near}`? `braid init --list` lists the templates"),
            None => "`braid init --list` lists the templates".to_string(),
        };
        Stop::Usage(format!("there is no template `{name}`"), remedy)
    })
}

fn refuse_plan(folder: &Path) -> Result<(), Stop> {
    if folder.join("plan.toml").symlink_metadata().is_err() {
        return Ok(());
    }
    Err(Stop::Usage(
        format!("`{}` holds a plan already", folder.display()),
        "name another folder; a plan is never overwritten".to_string(),
    ))
}

fn list() -> Page {
    let mut page = Page::new();
    for template in folder::templates() {
        page.heading(template.name);
        page.say(Mark::None, template.title);
    }
    page
}
