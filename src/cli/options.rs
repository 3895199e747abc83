//! What is meant: arguments made ready, and plans read with the digest of what was read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use braidfund::braid::Method;
use braidfund::error::Error;
use braidfund::folder::{self, DiskFolder, FileFault, Files};
use braidfund::forecast::Question;
use braidfund::funding::Status;
use braidfund::output::{DiskSink, FileSet, sha256, write_all};
use braidfund::plan::Plan;

use super::args::{self, TableFormat};
use super::ending::Stop;
use super::screen::Screen;

/// The digest of what was read, for the message of a bug.
pub static INPUT_DIGEST: OnceLock<String> = OnceLock::new();

/// A plan that was read.
pub struct Opened {
    /// The plan.
    pub plan: Plan,
    /// The digest of every file that was read for it.
    pub digest: String,
}

/// A plan folder as it was typed.
pub struct Source {
    /// The path.
    pub folder: PathBuf,
    /// The scenario, if one was asked for.
    pub scenario: Option<String>,
}

impl From<args::Source> for Source {
    fn from(typed: args::Source) -> Source {
        // `braid check hub/plan.toml` means the folder.
        let folder = match typed.folder.file_name() {
            Some(name) if name == "plan.toml" && typed.folder.is_file() => {
                let parent = typed.folder.parent().filter(|parent| !parent.as_os_str().is_empty());
                parent.unwrap_or(Path::new(".")).to_path_buf()
            }
            _ => typed.folder,
        };
        Source { folder, scenario: typed.scenario }
    }
}

/// Scenarios as they were named, each once.
pub fn each_once(named: Vec<String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::with_capacity(named.len());
    for id in named {
        if !once.contains(&id) {
            once.push(id);
        }
    }
    once
}

impl Source {
    /// Reads the plan under the scenario that was asked for.
    pub fn open(&self) -> Result<Opened, Stop> {
        let scenario = self.scenario.as_deref().unwrap_or(folder::BASE);
        let (plan, digest) = self.watched(|files| folder::read(files, scenario))?;
        Ok(Opened { plan, digest })
    }

    /// Reads the plan under the scenario that was asked for, or the base case and then every
    /// scenario.
    pub fn open_cases(&self) -> Result<Vec<Plan>, Stop> {
        match &self.scenario {
            Some(_) => Ok(vec![self.open()?.plan]),
            None => Ok(self.watched(folder::read_all)?.0),
        }
    }

    /// What is read from the folder, with the digest of its files.
    pub fn watched<T>(
        &self,
        read: impl FnOnce(&dyn Files) -> Result<T, Error>,
    ) -> Result<(T, String), Stop> {
        let digests = Digests::default();
        let value = read(&digests.watch(&self.folder, "")?);
        let digest = digests.digest();
        let _ = INPUT_DIGEST.set(digest.clone());
        Ok((value?, digest))
    }

    /// The folder as text for a person.
    pub fn words(&self) -> String {
        self.folder.display().to_string()
    }
}

/// A file that is to be written.
pub struct Target<'a> {
    path: &'a Path,
    name: &'a str,
}

impl<'a> Target<'a> {
    /// The file at a path. Programs open a file by its ending, so that none may speak of another kind than is `written`;
    /// `usual` is a name that does.
    pub fn new(
        path: &'a Path,
        endings: &[&str],
        (written, usual): (&str, &str),
    ) -> Result<Target<'a>, Stop> {
        let shown = path.display();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            let message = format!("`{shown}` is no name of a file");
            return Err(Stop::Usage(message, format!("write one: `-o {usual}`")));
        };
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if endings.iter().any(|one| one.eq_ignore_ascii_case(ending)) {
            return Ok(Target { path, name });
        }
        let message = format!("`{shown}` does not end like {written}");
        Err(Stop::Usage(message, format!("write a name like `-o {usual}`")))
    }

    /// Writes the file, whole or not at all; in place of another only where that `replaces` it.
    pub fn write(&self, bytes: Vec<u8>, replaces: bool, screen: &Screen) -> Result<(), Stop> {
        let parent = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = parent.unwrap_or(Path::new("."));
        let set = FileSet { files: vec![(self.name.to_string(), bytes)], edition: None };
        write_all(&DiskSink, directory, &set, replaces)?;
        screen.talk(&format!("wrote {}", self.path.display()));
        Ok(())
    }
}

/// The form of standard output: a table that is named is CSV.
pub fn table_format(format: Option<TableFormat>, table: Option<&str>) -> Result<TableFormat, Stop> {
    match (format, table) {
        (Some(TableFormat::Csv) | None, Some(_)) => Ok(TableFormat::Csv),
        (Some(_), Some(_)) => Err(Stop::Usage(
            "`--table` names one table, which only CSV shows".to_string(),
            "write `--format csv`, or leave `--table` out".to_string(),
        )),
        (format, None) => Ok(format.unwrap_or(TableFormat::Text)),
    }
}

impl From<args::Braiding> for Question {
    fn from(typed: args::Braiding) -> Question {
        Question {
            method: match typed.method {
                args::Method::Waterfall => Method::Waterfall,
                args::Method::Shares => Method::Shares,
                args::Method::Optimal => Method::Optimal,
            },
            view: Status::from(typed.view),
        }
    }
}

impl From<args::View> for Status {
    fn from(typed: args::View) -> Status {
        match typed {
            args::View::Secured => Status::Secured,
            args::View::Likely => Status::Likely,
            args::View::All => Status::Prospective,
        }
    }
}

/// The digests of files as they were read, by name.
#[derive(Clone, Default)]
pub struct Digests(Arc<Mutex<BTreeMap<String, String>>>);

impl Digests {
    /// The plan folder at a path; the names of its files are told behind `prefix`.
    pub fn watch(&self, folder: &Path, prefix: &str) -> Result<Watched, Error> {
        let files = DiskFolder::open(folder)?;
        Ok(Watched { files, prefix: prefix.to_string(), digests: self.clone() })
    }

    /// The digest of all that was read.
    pub fn digest(&self) -> String {
        let lines = self.0.lock().expect("no thread holds it while it fails");
        let lines: String =
            lines.iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect();
        sha256(lines.as_bytes())
    }
}

/// A plan folder whose files are digested as they are read, so that the digest is of the very bytes
/// that the plan was made from.
pub struct Watched {
    files: DiskFolder,
    prefix: String,
    digests: Digests,
}

impl Files for Watched {
    fn read(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, FileFault> {
        let bytes = self.files.read(name, limit)?;
        if let Some(bytes) = &bytes {
            let digest = sha256(bytes);
            let mut digests = self.digests.0.lock().expect("no thread holds it while it fails");
            digests.insert(format!("{}{name}", self.prefix), digest);
        }
        Ok(bytes)
    }

    fn holds(&self, name: &str) -> bool {
        self.files.holds(name)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Folders whose files have the same names are told apart.
    #[test]
    fn a_digest_is_of_all_folders_that_were_read() {
        let root = std::env::temp_dir().join(format!("braid-digest-{}", std::process::id()));
        let digest = |texts: [&str; 2]| {
            let digests = Digests::default();
            for (name, text) in ["one", "two"].into_iter().zip(texts) {
                let folder = root.join(name);
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(folder.join("plan.toml"), text).unwrap();
                let files = digests.watch(&folder, &format!("{name}/")).unwrap();
                assert_eq!(files.read("plan.toml", 100).unwrap().unwrap(), text.as_bytes());
            }
            digests.digest()
        };
        let whole = digest(["a", "b"]);
        assert_eq!(digest(["a", "b"]), whole);
        for other in [["c", "b"], ["a", "c"], ["b", "a"]] {
            assert_ne!(digest(other), whole, "{other:?}");
        }
        std::fs::remove_dir_all(&root).unwrap();
    }
}
