//! Inputs as people call them.

use crate::explain::text::capital;
use crate::plan::Plan;

/// An input as people call it: what it stands in, and its key.
pub(super) fn named(plan: &Plan, path: &str) -> String {
    let home = home(path);
    let key = path[home.len()..].trim_start_matches('.');
    let key = match key.strip_prefix("terms.").unwrap_or(key) {
        "yearly" => "a year".to_string(),
        "monthly" => "a month".to_string(),
        "start" => "at the start".to_string(),
        "from" => "first month".to_string(),
        "until" => "last month".to_string(),
        "captured" => "share that it captures".to_string(),
        key => key.replace(['.', '-'], " "),
    };
    let title = title(plan, home);
    if key.is_empty() { title } else { format!("{title} ({key})") }
}

/// The table of a plan that an input stands in: `stream.ahc`, `plan`.
pub(super) fn home(path: &str) -> &str {
    let first = path.find('.').unwrap_or(path.len());
    if !["cost", "stream", "pool", "driver", "scenario", "opening"].contains(&&path[..first]) {
        return &path[..first];
    }
    let second = path[first..].get(1..).and_then(|rest| rest.find('.'));
    second.map_or(path, |second| &path[..first + 1 + second])
}

/// What people call a table of the plan.
pub(super) fn title(plan: &Plan, home: &str) -> String {
    let named = match home.split_once('.') {
        Some(("cost", id)) => plan.find_line(id).map(|line| plan.line(line).title.clone()),
        Some(("stream", id)) => {
            plan.find_stream(id).map(|stream| plan.stream(stream).title.clone())
        }
        Some(("driver", id)) => {
            let driver = plan.drivers.iter().find(|driver| driver.name.as_str() == id);
            driver.map(|driver| driver.title.clone())
        }
        Some(("pool", id)) => {
            let pool = plan.pools.iter().find(|pool| pool.name.as_str() == id);
            pool.map(|pool| pool.title.clone())
        }
        Some(("opening", "unrestricted-cash")) => Some("Cash in hand at the start".to_string()),
        Some(("opening", key)) => Some(format!("{} at the start", spaced(key))),
        None => match (home, &plan.credit) {
            ("credit", Some(line)) => Some(line.title.clone()),
            _ => Some(spaced(home)),
        },
        _ => None,
    };
    named.unwrap_or_else(|| home.to_string())
}

/// A key in words, at the beginning of a label.
fn spaced(key: &str) -> String {
    capital(&key.replace('-', " "))
}
