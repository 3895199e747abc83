//! Commands that a page proposes, asking the same plan in the same way.

use super::words::view_word;
use crate::forecast::Question;
use crate::plan::Plan;

/// The scenario without a patch.
const BASE: &str = "base";

/// The plan as a command takes it: the folder as it was typed, with its scenario.
pub fn subject(plan: &Plan, folder: &str) -> String {
    let folder = shell_word(folder);
    if plan.scenario == BASE {
        return folder;
    }
    format!("{folder} --scenario {}", shell_word(&plan.scenario))
}

/// The flags that ask a question, each after a space; none for the usual question.
///
/// ```
/// use braidfund::forecast::Question;
/// use braidfund::funding::Status;
/// use braidfund::report::asking::flags;
/// let question = Question { view: Status::Prospective, ..Question::default() };
/// assert_eq!(flags(question), " --view all");
/// assert_eq!(flags(Question::default()), "");
/// ```
pub fn flags(question: Question) -> String {
    let usual = Question::default();
    let mut flags = String::new();
    if question.method != usual.method {
        flags.push_str(&format!(" --method {}", question.method.word()));
    }
    if question.view != usual.view {
        flags.push_str(&format!(" --view {}", view_word(question.view)));
    }
    flags
}

/// Text as a shell takes it for one word.
///
/// ```
/// use braidfund::report::asking::shell_word;
/// assert_eq!(shell_word("plans/hub"), "plans/hub");
/// assert_eq!(shell_word("our hub"), "'our hub'");
/// ```
pub fn shell_word(text: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "/._-+~:\\".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_string();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
