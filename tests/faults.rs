//! All or none: a disk that fails at the Nth operation, for every N until none fails.

#![allow(clippy::unwrap_used)]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use braidfund::output::{
    Edition, FileSet, MANIFEST, Placed, Sink, Standing, WriteError, put, write_all,
};

/// A disk in memory that fails from one operation on: once, or for good.
struct FaultyDisk {
    files: RefCell<BTreeMap<PathBuf, Vec<u8>>>,
    directories: RefCell<BTreeMap<PathBuf, ()>>,
    operations: Cell<usize>,
    fails_at: usize,
    for_good: bool,
}

impl FaultyDisk {
    fn new(fails_at: usize, for_good: bool) -> FaultyDisk {
        FaultyDisk {
            files: RefCell::default(),
            directories: RefCell::default(),
            operations: Cell::new(0),
            fails_at,
            for_good,
        }
    }

    fn step(&self) -> io::Result<()> {
        let now = self.operations.get() + 1;
        self.operations.set(now);
        let fails = if self.for_good { now >= self.fails_at } else { now == self.fails_at };
        if fails { Err(io::Error::other("no space left on device")) } else { Ok(()) }
    }

    fn names(&self) -> Vec<String> {
        let files = self.files.borrow();
        files.keys().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }
}

impl Sink for FaultyDisk {
    type File = PathBuf;

    fn standing(&self, path: &Path) -> io::Result<Standing> {
        self.step()?;
        if self.files.borrow().contains_key(path) {
            return Ok(Standing::File);
        }
        let found = self.directories.borrow().contains_key(path);
        Ok(if found { Standing::Directory } else { Standing::Nothing })
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.step()?;
        self.files.borrow().get(path).cloned().ok_or(io::ErrorKind::NotFound.into())
    }

    fn make_directory(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        self.directories.borrow_mut().insert(path.to_path_buf(), ());
        Ok(())
    }

    fn create(&self, path: &Path) -> io::Result<PathBuf> {
        self.step()?;
        if self.files.borrow().contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        self.files.borrow_mut().insert(path.to_path_buf(), Vec::new());
        Ok(path.to_path_buf())
    }

    fn write(&self, file: &mut PathBuf, bytes: &[u8]) -> io::Result<()> {
        // A failing write leaves half of the bytes, as a full disk does.
        let step = self.step();
        let kept = if step.is_ok() { bytes.len() } else { bytes.len() / 2 };
        self.files.borrow_mut().insert(file.clone(), bytes[..kept].to_vec());
        step
    }

    fn sync(&self, _: &PathBuf) -> io::Result<()> {
        self.step()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        let bytes = self.files.borrow_mut().remove(from).ok_or(io::ErrorKind::NotFound)?;
        self.files.borrow_mut().insert(to.to_path_buf(), bytes);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        self.files.borrow_mut().remove(path).map(|_| ()).ok_or(io::ErrorKind::NotFound.into())
    }

    fn remove_directory(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        self.directories.borrow_mut().remove(path).map(|_| ()).ok_or(io::ErrorKind::NotFound.into())
    }

    fn sync_directory(&self, _: &Path) -> io::Result<()> {
        self.step()
    }
}

fn set(text: &str) -> FileSet {
    let file = |name: &str| (name.to_string(), format!("{name} {text}").into_bytes());
    FileSet {
        files: ["needs.csv", "draws.csv", "cash.csv", "forecast.json"].map(file).to_vec(),
        edition: Some(Edition { input_sha256: text.to_string(), ..Edition::default() }),
    }
}

fn out() -> &'static Path {
    Path::new("out")
}

/// A disk that holds the set `old`, and fails from there on as asked.
fn with_old_set(fails_at: usize, for_good: bool) -> FaultyDisk {
    let whole = FaultyDisk::new(usize::MAX, false);
    write_all(&whole, out(), &set("old"), false).unwrap();
    let disk = FaultyDisk::new(fails_at, for_good);
    disk.files.replace(whole.files.take());
    disk.directories.replace(whole.directories.take());
    disk
}

fn assert_each_target_is_whole(disk: &FaultyDisk, fails_at: usize) {
    for (name, new) in set("new").files {
        let old = set("old").files.into_iter().find(|(old, _)| *old == name).unwrap().1;
        let files = disk.files.borrow();
        if let Some(found) = files.get(&out().join(&name)) {
            assert!(*found == old || *found == new, "{name} is torn at {fails_at}");
        }
    }
}

#[test]
fn a_fault_at_any_operation_leaves_a_fresh_folder_without_a_trace() {
    let mut fails_at = 1;
    loop {
        let disk = FaultyDisk::new(fails_at, false);
        match write_all(&disk, out(), &set("new"), false) {
            Ok(()) => {
                assert!(disk.operations.get() < fails_at, "no failure is passed over");
                break;
            }
            Err(WriteError::Environment(error)) => assert!(error.is_environment()),
            Err(refused) => panic!("{refused}"),
        }
        assert_eq!(disk.names(), Vec::<String>::new(), "at {fails_at}");
        assert!(disk.directories.borrow().is_empty(), "at {fails_at}");
        fails_at += 1;
    }
    assert!(fails_at > 25, "the loop reached every operation: {fails_at}");
}

#[test]
fn a_fault_at_any_operation_leaves_every_earlier_file_whole() {
    let mut fails_at = 1;
    loop {
        let disk = with_old_set(fails_at, false);
        let result = write_all(&disk, out(), &set("new"), false);
        assert_each_target_is_whole(&disk, fails_at);
        assert_eq!(disk.names().len(), 5, "at {fails_at}: {:?}", disk.names());
        if result.is_ok() && disk.operations.get() < fails_at {
            break;
        }
        fails_at += 1;
    }
}

#[test]
fn a_disk_that_stays_broken_still_leaves_every_file_whole() {
    for fails_at in 1..60 {
        let disk = with_old_set(fails_at, true);
        let result = write_all(&disk, out(), &set("new"), false);
        assert_each_target_is_whole(&disk, fails_at);
        for name in set("old").files.iter().map(|(name, _)| name) {
            assert!(disk.names().contains(name), "{name} is gone at {fails_at}");
        }
        if disk.operations.get() < fails_at {
            result.unwrap();
        }
    }
}

#[test]
fn a_set_is_whole_or_its_manifest_says_so() {
    let disk = FaultyDisk::new(usize::MAX, false);
    write_all(&disk, out(), &set("new"), false).unwrap();
    let files = disk.files.borrow();
    let manifest: serde_json::Value =
        serde_json::from_slice(&files[&out().join(MANIFEST)]).unwrap();
    assert_eq!(manifest["input_sha256"], "new");
    let listed = manifest["files"].as_array().unwrap();
    assert_eq!(listed.len(), 4);
    for file in listed {
        let bytes = &files[&out().join(file["name"].as_str().unwrap())];
        assert_eq!(file["size"], bytes.len());
        assert_eq!(file["sha256"], braidfund::output::sha256(bytes));
    }
}

#[test]
fn foreign_files_are_replaced_by_force_alone_and_plan_folders_never() {
    let disk = FaultyDisk::new(usize::MAX, false);
    disk.directories.borrow_mut().insert(out().to_path_buf(), ());
    disk.files.borrow_mut().insert(out().join("draws.csv"), b"mine".to_vec());
    let refused = write_all(&disk, out(), &set("new"), false);
    assert!(matches!(refused, Err(WriteError::Refused { .. })));
    assert_eq!(disk.names(), ["draws.csv"]);
    assert_eq!(disk.files.borrow()[&out().join("draws.csv")], b"mine");
    write_all(&disk, out(), &set("new"), true).unwrap();
    write_all(&disk, out(), &set("newer"), false).unwrap();

    disk.files.borrow_mut().insert(out().join("plan.toml"), Vec::new());
    for force in [false, true] {
        let refused = write_all(&disk, out(), &set("newest"), force);
        assert!(matches!(refused, Err(WriteError::Refused { .. })));
    }
}

#[cfg(unix)]
#[test]
fn a_link_at_a_target_is_never_followed() {
    use braidfund::output::DiskSink;
    let base = std::env::temp_dir().join(format!("braid-faults-{}", std::process::id()));
    let folder = base.join("out");
    std::fs::create_dir_all(&folder).unwrap();
    let secret = base.join("secret");
    std::fs::write(&secret, "secret").unwrap();
    std::os::unix::fs::symlink(&secret, folder.join("cash.csv")).unwrap();
    for force in [false, true] {
        let refused = write_all(&DiskSink, &folder, &set("new"), force);
        assert!(matches!(refused, Err(WriteError::Refused { .. })));
    }
    assert_eq!(std::fs::read_to_string(&secret).unwrap(), "secret");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    std::fs::remove_dir_all(&base).unwrap();
}

/// What is put into a plan folder: a new file, and the plan that names it.
fn placed(before: &str) -> [Placed; 2] {
    let file = |name: &str, text: &str, before: Option<&str>| Placed {
        name: name.to_string(),
        bytes: text.as_bytes().to_vec(),
        before: before.map(|text| text.as_bytes().to_vec()),
    };
    [file("rows.csv", "rows", None), file("plan.toml", "names rows", Some(before))]
}

#[test]
fn a_plan_never_names_a_file_that_a_fault_kept_from_being_written() {
    let mut fails_at = 1;
    loop {
        let disk = FaultyDisk::new(fails_at, false);
        disk.files.borrow_mut().insert(out().join("plan.toml"), b"old".to_vec());
        let result = put(&disk, out(), &placed("old"));
        let files = disk.files.borrow();
        let rows = files.get(&out().join("rows.csv"));
        match files[&out().join("plan.toml")].as_slice() {
            b"old" => assert!(rows.is_none() && files.len() == 1, "at {fails_at}"),
            b"names rows" => assert_eq!(rows.unwrap(), b"rows", "at {fails_at}"),
            torn => panic!("at {fails_at}: {torn:?}"),
        }
        if disk.operations.get() < fails_at {
            result.unwrap();
            break;
        }
        assert!(matches!(result, Err(WriteError::Environment(_))), "at {fails_at}");
        fails_at += 1;
    }
    assert!(fails_at > 10, "the loop reached every operation: {fails_at}");
}

#[test]
fn what_stands_otherwise_than_it_was_read_is_never_replaced() {
    let standing = |files: &[(&str, &str)]| {
        let disk = FaultyDisk::new(usize::MAX, false);
        for (name, text) in files {
            disk.files.borrow_mut().insert(out().join(name), text.as_bytes().to_vec());
        }
        let refused = put(&disk, out(), &placed("old")).unwrap_err();
        let now = disk.files.borrow();
        assert_eq!(now.len(), files.len());
        for (name, text) in files {
            assert_eq!(now[&out().join(name)], text.as_bytes());
        }
        refused.to_string()
    };
    let told = standing(&[("plan.toml", "newer")]);
    assert!(told.contains("plan.toml` has changed since it was read"), "{told}");
    let told = standing(&[("plan.toml", "old"), ("rows.csv", "mine")]);
    assert!(told.contains("rows.csv` stands there already"), "{told}");
    let told = standing(&[]);
    assert!(told.contains("plan.toml` is gone since it was read"), "{told}");
}
