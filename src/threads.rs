//! Work on several items at once, with results that do not depend on how many threads there are.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::Error;

/// As many threads as the machine has cores.
pub fn all() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// What `own` makes on this thread, and `other` on each of so many threads but this one, in any order of time.
///
/// # Panics
/// Where one of them does.
pub fn together<R: Send>(
    threads: usize,
    own: impl FnOnce() -> R,
    other: impl Fn() -> R + Sync,
) -> Vec<R> {
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(&other)).collect();
        let mut made = vec![own()];
        for other in others {
            made.push(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        made
    })
}

/// What comes of each item, in the order of items, on so many threads at most.
///
/// # Errors
/// The error of the first item, in their order, of which nothing comes.
pub fn side_by_side<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    each: impl Fn(&T) -> Result<R, Error> + Sync,
) -> Result<Vec<R>, Error> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<R, Error>)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1).min(items.len()) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { break };
                    let made = each(item);
                    done.lock().expect("no thread holds it while it fails").push((at, made));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no thread holds it while it fails");
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, made)| made).collect()
}
