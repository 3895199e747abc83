//! Same plan, same bytes: in any order of declaration, on every run, in debug and in release, under any
//! locale and time zone.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

fn samples() -> Vec<PathBuf> {
    let mut samples: Vec<PathBuf> =
        std::fs::read_dir("scenarios").unwrap().map(|entry| entry.unwrap().path()).collect();
    samples.retain(|path| path.is_dir());
    samples.sort();
    assert!(samples.len() >= 5, "the sample plans are found");
    samples
}

/// The standard output of a forecast of a sample under an environment.
fn forecast(sample: &Path, format: &str, environment: &[(&str, &str)]) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_braid"));
    command.env_clear().envs(environment.iter().copied());
    let output =
        command.args(["forecast", sample.to_str().unwrap(), "--format", format]).output().unwrap();
    assert!(
        output.status.success(),
        "{}: {}",
        sample.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

#[test]
fn no_locale_time_zone_or_repetition_changes_a_byte() {
    let environments: [&[(&str, &str)]; 4] = [
        &[],
        &[("TZ", "Pacific/Kiritimati"), ("LC_ALL", "tr_TR.UTF-8"), ("LANG", "tr_TR.UTF-8")],
        &[("TZ", "America/St_Johns"), ("LC_ALL", "ar_EG.UTF-8"), ("HOME", "/nonexistent")],
        &[("SOURCE_DATE_EPOCH", "0"), ("LC_NUMERIC", "de_DE.UTF-8")],
    ];
    for sample in samples() {
        for format in ["text", "json", "csv"] {
            let first = forecast(&sample, format, environments[0]);
            for environment in environments {
                assert!(
                    forecast(&sample, format, environment) == first,
                    "{} as {format} under {environment:?}",
                    sample.display()
                );
            }
        }
    }
}

/// The digests are committed, so that debug, release and every machine must agree.
#[test]
fn the_bytes_of_every_sample_are_the_committed_ones() {
    let mut digests = String::new();
    for sample in samples() {
        let digest = Sha256::digest(forecast(&sample, "json", &[]));
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        digests += &format!("{hex}  {}\n", sample.display());
    }
    let path = "tests/determinism.sha256";
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &digests).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), digests, "BLESS=1 rewrites {path}");
}
