//! Reading the files of one plan folder, and nothing outside it.
//!
//! The one seam through which the engine reads: a trait with a folder on disk behind it, or a map
//! in memory for tests and for callers that hold a plan some other way. A name is a plain relative
//! path with forward slashes. The folder on disk resolves it fully before it opens it, so that
//! neither `..` nor a link leads out, and opens regular files only: a pipe or a device would never
//! end.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Code, Diagnostic, visible};
use crate::error::Error;

/// Where the files of a plan folder are read from.
pub trait Files {
    /// The bytes of a file; nothing where no such file exists.
    ///
    /// # Errors
    /// [`FileFault`] says why an existing file is not read.
    fn read(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, FileFault>;

    /// Whether a file of this name exists in the folder.
    fn holds(&self, name: &str) -> bool;
}

/// Why a file of the folder is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// The name leaves the folder, or is not a plain relative path.
    Outside,
    /// The name is not that of a regular file.
    NotAFile,
    /// The file holds more bytes than the limit.
    TooLarge,
    /// The system failed, with its words.
    Environment(String),
}

/// Whether a name is a plain relative path with forward slashes, such as `data/needs.csv`.
pub fn is_plain(name: &str) -> bool {
    let legal = |character: char| !matches!(character, '\\' | ':') && !character.is_control();
    name.chars().all(legal) && name.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// A plan folder on disk.
#[derive(Clone, Debug)]
pub struct DiskFolder {
    root: PathBuf,
}

impl DiskFolder {
    /// The folder at a path.
    ///
    /// # Errors
    /// Refused input where there is no folder at the path.
    pub fn open(path: &Path) -> Result<DiskFolder, Error> {
        let missing = || {
            Error::input(vec![Diagnostic::nowhere(
                Code::FileMissing,
                format!("no plan folder at `{}`", visible(&path.display().to_string())),
                "name a folder that holds a `plan.toml`, or make one with `braid init`",
            )])
        };
        let root = path.canonicalize().map_err(|_| missing())?;
        if root.is_dir() { Ok(DiskFolder { root }) } else { Err(missing()) }
    }

    /// The real path of a name, if it exists and lies in the folder.
    fn resolve(&self, name: &str) -> Result<Option<PathBuf>, FileFault> {
        if !is_plain(name) {
            return Err(FileFault::Outside);
        }
        let path = match self.root.join(name).canonicalize() {
            Ok(path) => path,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => return Ok(None),
            Err(error) => return Err(FileFault::Environment(error.to_string())),
        };
        if path.starts_with(&self.root) { Ok(Some(path)) } else { Err(FileFault::Outside) }
    }
}

impl Files for DiskFolder {
    fn read(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, FileFault> {
        let Some(path) = self.resolve(name)? else { return Ok(None) };
        let environment = |error: std::io::Error| FileFault::Environment(error.to_string());
        let metadata = path.metadata().map_err(environment)?;
        if !metadata.is_file() {
            return Err(FileFault::NotAFile);
        }
        if metadata.len() > limit {
            return Err(FileFault::TooLarge);
        }
        let file = File::open(&path).map_err(environment)?;
        let mut bytes = Vec::new();
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(environment)?;
        // The file may have grown since its length was asked.
        if bytes.len() as u64 > limit { Err(FileFault::TooLarge) } else { Ok(Some(bytes)) }
    }

    fn holds(&self, name: &str) -> bool {
        matches!(self.resolve(name), Ok(Some(_)))
    }
}

/// A plan folder in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryFolder(BTreeMap<String, Vec<u8>>);

impl MemoryFolder {
    /// The folder of these files: names and contents.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> MemoryFolder {
        let own = |(name, text): (&str, &str)| (name.to_string(), text.as_bytes().to_vec());
        MemoryFolder(files.into_iter().map(own).collect())
    }

    /// Puts a file into the folder, in place of one of the same name.
    pub fn put(&mut self, name: &str, bytes: Vec<u8>) {
        self.0.insert(name.to_string(), bytes);
    }
}

impl Files for MemoryFolder {
    fn read(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, FileFault> {
        if !is_plain(name) {
            return Err(FileFault::Outside);
        }
        match self.0.get(name) {
            Some(bytes) if bytes.len() as u64 > limit => Err(FileFault::TooLarge),
            found => Ok(found.cloned()),
        }
    }

    fn holds(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_relative_paths() {
        for name in ["plan.toml", "data/needs.csv", "a b.csv"] {
            assert!(is_plain(name), "{name}");
        }
        for name in ["", ".", "..", "../x", "a/../x", "/x", "a//b", "a/", "C:/x", "a\\b", "a\0b"] {
            assert!(!is_plain(name), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_on_disk_is_confined_to_itself() {
        let base = std::env::temp_dir().join(format!("braid-files-{}", std::process::id()));
        let root = base.join("plan");
        std::fs::create_dir_all(root.join("sub")).unwrap();
        std::fs::write(base.join("secret.csv"), "secret").unwrap();
        std::fs::write(root.join("needs.csv"), "12345").unwrap();
        std::os::unix::fs::symlink("../secret.csv", root.join("out.csv")).unwrap();
        std::os::unix::fs::symlink("needs.csv", root.join("in.csv")).unwrap();
        let folder = DiskFolder::open(&root).unwrap();
        assert_eq!(folder.read("needs.csv", 5), Ok(Some(b"12345".to_vec())));
        assert_eq!(folder.read("in.csv", 5), Ok(Some(b"12345".to_vec())));
        assert_eq!(folder.read("needs.csv", 4), Err(FileFault::TooLarge));
        assert_eq!(folder.read("out.csv", 99), Err(FileFault::Outside));
        assert_eq!(folder.read("../secret.csv", 99), Err(FileFault::Outside));
        assert_eq!(folder.read("sub", 99), Err(FileFault::NotAFile));
        assert_eq!(folder.read("none.csv", 99), Ok(None));
        assert!(DiskFolder::open(&base.join("none")).unwrap_err().is_input());
        std::fs::remove_dir_all(&base).unwrap();
    }
}
