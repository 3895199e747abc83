//! `braid chance`: what may come, and how often.

use std::ops::Range;
use std::path::Path;

use braidfund::decide::chance::{Ask, Futures, Origin, Replayed};
use braidfund::error::Error;
use braidfund::export::json;
use braidfund::folder::{BASE, Files};
use braidfund::limits::FUTURES_MAX;
use braidfund::report::words::count;
use braidfund::report::{chance, kept};
use braidfund::threads;
use serde_json::Value;

use super::args;
use super::ending::{Ending, Stop};
use super::options::{Digests, INPUT_DIGEST, Source, table_format};
use super::progress::Progress;
use super::screen::Screen;

/// Runs futures and shows what they come to; or replays one of them.
pub fn run(args: args::Chance, screen: &Screen) -> Result<Ending, Stop> {
    let format = table_format(args.format, args.table.as_deref())?;
    let source = Source::from(args.source);
    let case = source.scenario.clone().unwrap_or_else(|| BASE.to_string());
    let digests = Digests::default();
    let open =
        || -> Result<Box<dyn Files>, Error> { Ok(Box::new(digests.watch(&source.folder, "")?)) };
    let origin = Origin {
        open: &open,
        draft: &|cases| cases.draft(&case),
        cases: &[&case],
        file: &args.chances,
    };
    let kept: Vec<(String, Value)> =
        args.merge.iter().map(|file| kept_in(file)).collect::<Result<_, _>>()?;
    let of_kept = kept.first().and_then(|(_, kept)| kept["seed"].as_u64());
    let seed = args.seed.or(of_kept).unwrap_or(1);
    if let Some(number) = args.trial {
        let replayed = Replayed::future(&origin, seed, number);
        let _ = INPUT_DIGEST.set(digests.digest());
        let replayed = replayed?;
        let folder = source.words();
        screen.show(
            (format, &replayed.plan.notice),
            || chance::replay(&replayed, (seed, number), &folder),
            || chance::replay_record(&replayed, (seed, number)),
            || Some(chance::replay_table(&replayed)),
        )?;
        return Ok(Ending::Done);
    }
    let futures = range(args.futures, args.trials.as_deref())?;
    let ask = Ask {
        seed,
        futures,
        threads: threads::all(),
        through: None,
        keeps: args.keep,
        giver: None,
    };
    let found = if kept.is_empty() {
        let progress = Progress::new(screen, &ask.futures);
        let found = Futures::run(&origin, &ask, &|more| progress.told(more));
        progress.end();
        found
    } else {
        Futures::none(&origin, &ask)
    };
    let digest = digests.digest();
    let _ = INPUT_DIGEST.set(digest.clone());
    let mut found = found?;
    if !kept.is_empty() {
        let merged = kept::merge(&mut found, &digest, &kept);
        merged.map_err(|why| {
            Stop::Usage(format!("the futures cannot be merged: {why}"), REMEDY.to_string())
        })?;
        found.average()?;
        let files = count(kept.len(), "file");
        screen.talk(&format!("note: merged {} from {files}", which(&found)));
    }
    if args.keep {
        screen.data(json::encode(&kept::keep(&found, &digest)?).as_bytes())?;
        screen.talk(&format!(
            "note: wrote what {} came to, as JSON, to standard output; once every range is kept in a file: `braid chance \
             {} --merge FILE --merge FILE`",
            which(&found),
            source.words()
        ));
        return Ok(Ending::Done);
    }
    let name = args.table.as_deref().unwrap_or(chance::TABLES[0]);
    screen.show(
        (format, &found.plan.notice),
        || chance::page(&found),
        || chance::record(&found),
        || chance::table(&found, name),
    )?;
    Ok(Ending::Done)
}

/// Which futures were run: `futures 0 to 4999 of seed 7`.
fn which(found: &Futures) -> String {
    format!("futures {} to {} of seed {}", found.ran.start, found.ran.end - 1, found.seed)
}

/// What helps where kept futures cannot be merged.
const REMEDY: &str = "merge files of the same plan, scenario, seed and engine whose ranges follow each other: \
                      `braid chance PLAN --seed 7 --trials 0..5000 --keep > first.json`";

/// The name of a file, and the futures that it keeps.
fn kept_in(file: &Path) -> Result<(String, Value), Stop> {
    let bytes = std::fs::read(file)
        .map_err(|error| Error::environment(format!("read {}", file.display()), error))?;
    let name = file.display().to_string();
    serde_json::from_slice(&bytes).map(|kept| (name.clone(), kept)).map_err(|error| {
        let message = format!("{name} does not keep futures: {error}");
        Stop::Usage(message, REMEDY.to_string())
    })
}

/// The numbers of the futures that were asked for.
fn range(count: u64, trials: Option<&str>) -> Result<Range<u64>, Stop> {
    let Some(text) = trials else { return Ok(0..count) };
    let ends =
        text.split_once("..").and_then(|(first, end)| Some(first.parse().ok()?..end.parse().ok()?));
    let whole = |range: &Range<u64>| !range.is_empty() && range.end <= FUTURES_MAX;
    ends.filter(whole).ok_or_else(|| {
        let message = format!("`{text}` is not a range of futures");
        let remedy = format!(
            "write the first and the one after the last: `--trials 0..5000`, {FUTURES_MAX} at most"
        );
        Stop::Usage(message, remedy)
    })
}
