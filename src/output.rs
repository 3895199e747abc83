//! Bytes to files, all or none.
//!
//! Every file of a set is first written whole beside its target and brought to the disk; only
//! then are they renamed into place, and `manifest.json`, which lists them with their digests,
//! comes last. A failure at any moment leaves each target whole, old or new; a set without a
//! manifest that matches it is incomplete.
//!
//! ```no_run
//! use std::path::Path;
//! use braidfund::output::{DiskSink, Edition, FileSet, write_all};
//!
//! let set = FileSet {
//!     files: vec![("years.csv".to_string(), b"\"fiscal_year\"\n".to_vec())],
//!     edition: Some(Edition::default()),
//! };
//! write_all(&DiskSink, Path::new("forecast"), &set, false).unwrap();
//! ```

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::export::json;

/// The file that lists a set.
pub const MANIFEST: &str = "manifest.json";
/// The file that marks a plan folder, into which no set is written.
const PLAN_FILE: &str = "plan.toml";
/// Names that are tried for one temporary file.
const TEMPORARIES_MAX: u32 = 1_000;

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    Nothing,
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// Anything else: a link, a pipe, a device.
    Other,
}

/// Where files are written: the disk, or a disk that fails in a test.
pub trait Sink {
    /// A file that is being written.
    type File;
    /// What stands at a path, without following a link at its end.
    ///
    /// # Errors
    /// What the system says.
    fn standing(&self, path: &Path) -> io::Result<Standing>;
    /// The bytes of a file.
    ///
    /// # Errors
    /// What the system says.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Makes a directory and those above it.
    ///
    /// # Errors
    /// What the system says.
    fn make_directory(&self, path: &Path) -> io::Result<()>;
    /// Makes a file where nothing stands, not even a link.
    ///
    /// # Errors
    /// `AlreadyExists` where anything stands at the path, and what else the system says.
    fn create(&self, path: &Path) -> io::Result<Self::File>;
    /// Writes all bytes.
    ///
    /// # Errors
    /// What the system says.
    fn write(&self, file: &mut Self::File, bytes: &[u8]) -> io::Result<()>;
    /// Brings a file to the disk.
    ///
    /// # Errors
    /// What the system says.
    fn sync(&self, file: &Self::File) -> io::Result<()>;
    /// Puts a file in the place of another.
    ///
    /// # Errors
    /// What the system says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    ///
    /// # Errors
    /// What the system says.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Removes an empty directory.
    ///
    /// # Errors
    /// What the system says.
    fn remove_directory(&self, path: &Path) -> io::Result<()>;
    /// Brings a directory's entries to the disk, where the system can.
    ///
    /// # Errors
    /// What the system says.
    fn sync_directory(&self, path: &Path) -> io::Result<()>;
}

/// The disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct DiskSink;

impl Sink for DiskSink {
    type File = File;

    fn standing(&self, path: &Path) -> io::Result<Standing> {
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_file() => Ok(Standing::File),
            Ok(found) if found.is_dir() => Ok(Standing::Directory),
            Ok(_) => Ok(Standing::Other),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Standing::Nothing),
            Err(error) => Err(error),
        }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn make_directory(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(path)
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)?;
        file.flush()
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_directory(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
    }
}

/// Files that belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileSet {
    /// The plain name of each file with its bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// What the manifest says of the set; nothing where the set has no manifest, as a starter
    /// folder.
    pub edition: Option<Edition>,
}

/// What a manifest says of its set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edition {
    /// The plan's title.
    pub title: String,
    /// The plan's notice.
    pub notice: String,
    /// The digest of what was read.
    pub input_sha256: String,
}

/// Why a set was not written.
#[derive(Debug)]
pub enum WriteError {
    /// It would have overwritten what is not its own: nothing was written.
    Refused {
        /// The path.
        path: PathBuf,
        /// Why, after the path: `is a link`.
        why: &'static str,
    },
    /// The environment failed; every target is whole, old or new.
    Environment(Error),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::Refused { path, why } => write!(f, "`{}` {why}", path.display()),
            WriteError::Environment(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for WriteError {}

/// The digest of bytes in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a set into a directory, all or none.
///
/// Files that a manifest of an earlier set lists are replaced; anything else is replaced only with
/// `force`, and links, directories and plan folders never.
///
/// # Errors
/// [`WriteError::Refused`] before anything is written; [`WriteError::Environment`] with every
/// target whole and no temporary file left, as far as the system still lets files be removed.
pub fn write_all<S: Sink>(
    sink: &S,
    directory: &Path,
    set: &FileSet,
    force: bool,
) -> Result<(), WriteError> {
    let mut files: Vec<(&str, Vec<u8>)> =
        set.files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    if let Some(edition) = &set.edition {
        files.push((MANIFEST, json::encode(&manifest(set, edition)).into_bytes()));
    }
    let made = prepare(sink, directory)?;
    let mut writing = Writing { sink, directory, made, temporaries: Vec::new(), added: Vec::new() };
    let written = writing.check(&files, force).and_then(|()| writing.write(&files));
    if written.is_err() {
        writing.undo();
    }
    written
}

/// A file that is put into a plan folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Its name.
    pub name: String,
    /// What it is to hold.
    pub bytes: Vec<u8>,
    /// What it held when it was read, if it stood there.
    pub before: Option<Vec<u8>>,
}

/// Writes files of a plan folder, in this order, all or none: new ones, or one, the last, in place of what still holds
/// what was read.
///
/// # Errors
/// As [`write_all`]; refused too where another file stands there, or where it has changed since it was read.
pub fn put<S: Sink>(sink: &S, folder: &Path, files: &[Placed]) -> Result<(), WriteError> {
    for Placed { name, before, .. } in files {
        let path = folder.join(name);
        let doing = format!("look at `{}`", path.display());
        let standing = sink.standing(&path).and_then(|standing| match standing {
            Standing::File => Ok((standing, Some(sink.read(&path)?))),
            _ => Ok((standing, None)),
        });
        let (standing, stands) = standing.map_err(|error| failed(doing, &error))?;
        let why = match (standing, before) {
            (Standing::Nothing, None) => None,
            (Standing::File, Some(before)) if stands.as_ref() == Some(before) => None,
            (Standing::File, Some(_)) => Some("has changed since it was read"),
            (Standing::File, None) => Some("stands there already; move it away first"),
            (Standing::Nothing, Some(_)) => Some("is gone since it was read"),
            (Standing::Directory, _) => Some("is a directory"),
            (Standing::Other, _) => {
                Some("is a link or a device, which is never followed or replaced")
            }
        };
        if let Some(why) = why {
            return Err(WriteError::Refused { path, why });
        }
    }
    let (temporaries, added) = (Vec::new(), Vec::new());
    let mut writing = Writing { sink, directory: folder, made: false, temporaries, added };
    let files: Vec<(&str, Vec<u8>)> =
        files.iter().map(|file| (file.name.as_str(), file.bytes.clone())).collect();
    let written = writing.write(&files);
    if written.is_err() {
        writing.undo();
    }
    written
}

fn manifest(set: &FileSet, edition: &Edition) -> Value {
    let file = |(name, bytes): &(String, Vec<u8>)| {
        let digest = sha256(bytes);
        json!({ "name": name, "size": bytes.len(), "sha256": digest })
    };
    json!({
        "schema_version": crate::report::SCHEMA_VERSION,
        "engine_version": env!("CARGO_PKG_VERSION"),
        "title": edition.title,
        "notice": edition.notice,
        "input_sha256": edition.input_sha256,
        "files": set.files.iter().map(file).collect::<Vec<_>>(),
    })
}

/// Makes the directory where it is missing; says whether it did.
fn prepare<S: Sink>(sink: &S, directory: &Path) -> Result<bool, WriteError> {
    let standing = |path: &Path| {
        let doing = format!("look at `{}`", path.display());
        sink.standing(path).map_err(|error| failed(doing, &error))
    };
    let refused = |why| Err(WriteError::Refused { path: directory.to_path_buf(), why });
    match standing(directory)? {
        Standing::Nothing => {
            let doing = format!("make the directory `{}`", directory.display());
            sink.make_directory(directory).map_err(|error| failed(doing, &error))?;
            Ok(true)
        }
        Standing::File => refused("is a file, not a directory"),
        // A link to a directory is looked through: its entries are what is guarded.
        Standing::Directory | Standing::Other => match standing(&directory.join(PLAN_FILE))? {
            Standing::Nothing => Ok(false),
            _ => refused("is a plan folder; choose another directory for what is made of it"),
        },
    }
}

fn failed(doing: impl Into<String>, cause: &io::Error) -> WriteError {
    WriteError::Environment(Error::environment(doing, cause))
}

struct Writing<'a, S: Sink> {
    sink: &'a S,
    directory: &'a Path,
    /// Whether the directory is ours to remove.
    made: bool,
    /// Temporary files that still stand.
    temporaries: Vec<PathBuf>,
    /// Targets that were put where nothing stood.
    added: Vec<PathBuf>,
}

impl<S: Sink> Writing<'_, S> {
    fn check(&self, files: &[(&str, Vec<u8>)], force: bool) -> Result<(), WriteError> {
        let doing = format!("read the manifest in `{}`", self.directory.display());
        let listed = self.listed().map_err(|error| failed(doing, &error))?;
        for (name, _) in files {
            let path = self.directory.join(name);
            let doing = format!("look at `{}`", path.display());
            let why = match self.sink.standing(&path).map_err(|error| failed(doing, &error))? {
                Standing::Nothing => continue,
                Standing::File if force || listed.contains(*name) => continue,
                Standing::File => "stands there, and may be another's or hold edits",
                Standing::Directory => "is a directory",
                Standing::Other => "is a link or a device, which is never followed or replaced",
            };
            return Err(WriteError::Refused { path, why });
        }
        Ok(())
    }

    /// The names that the manifest of an earlier set lists, its own with them.
    fn listed(&self) -> io::Result<BTreeSet<String>> {
        let path = self.directory.join(MANIFEST);
        if self.sink.standing(&path)? != Standing::File {
            return Ok(BTreeSet::new());
        }
        let manifest = serde_json::from_slice::<Value>(&self.sink.read(&path)?);
        let manifest = manifest.unwrap_or(Value::Null);
        if !manifest["engine_version"].is_string() || !manifest["input_sha256"].is_string() {
            return Ok(BTreeSet::new());
        }
        let files = manifest["files"].as_array().map(Vec::as_slice).unwrap_or_default();
        let names = files.iter().filter_map(|file| file["name"].as_str());
        Ok(names.chain([MANIFEST]).map(str::to_string).collect())
    }

    fn write(&mut self, files: &[(&str, Vec<u8>)]) -> Result<(), WriteError> {
        for (name, bytes) in files {
            let doing = format!("write `{}`", self.directory.join(name).display());
            self.write_temporary(name, bytes).map_err(|error| failed(doing, &error))?;
        }
        let temporaries = self.temporaries.clone();
        for ((name, _), temporary) in files.iter().zip(&temporaries) {
            let target = self.directory.join(name);
            let doing = format!("put `{}` in its place", target.display());
            self.put(temporary, &target).map_err(|error| failed(doing, &error))?;
        }
        // One that was replaced may name the others.
        if self.added.len() < files.len() {
            self.added.clear();
        }
        let doing = format!("bring `{}` to the disk", self.directory.display());
        self.sink.sync_directory(self.directory).map_err(|error| failed(doing, &error))
    }

    fn write_temporary(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let (path, mut file) = self.create_temporary(name)?;
        self.temporaries.push(path);
        self.sink.write(&mut file, bytes)?;
        self.sink.sync(&file)
    }

    fn create_temporary(&self, name: &str) -> io::Result<(PathBuf, S::File)> {
        for number in 0..TEMPORARIES_MAX {
            let path = self.directory.join(format!(".{name}.{number}.braid-tmp"));
            match self.sink.create(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                created => return created.map(|file| (path, file)),
            }
        }
        Err(io::Error::new(io::ErrorKind::AlreadyExists, "too many unfinished files stand there"))
    }

    fn put(&mut self, temporary: &Path, target: &Path) -> io::Result<()> {
        let was = self.sink.standing(target)?;
        self.sink.rename(temporary, target)?;
        self.temporaries.retain(|path| path != temporary);
        if was == Standing::Nothing {
            self.added.push(target.to_path_buf());
        }
        Ok(())
    }

    /// Takes back what a failure left: temporary files, and targets where nothing stood before.
    /// What cannot be removed either stays; the failure itself is what is told.
    fn undo(&mut self) {
        for path in self.temporaries.drain(..).chain(self.added.drain(..)) {
            let _ = self.sink.remove(&path);
        }
        if self.made {
            let _ = self.sink.remove_directory(self.directory);
        }
    }
}
