//! The guard between plan text and programs that would act on it.

pub use crate::diagnostic::visible;

/// Text made fit for a spreadsheet's cell.
///
/// Text that a spreadsheet would take for a formula gets one leading apostrophe, and so does text
/// that begins with one, so that stripping one apostrophe always gives the text back.
///
/// ```
/// use braidfund::export::guard::{spreadsheet, unguarded};
/// assert_eq!(spreadsheet("=1+1"), "'=1+1");
/// assert_eq!(spreadsheet("navigation"), "navigation");
/// assert_eq!(unguarded(&spreadsheet("'s Hertogenbosch")), "'s Hertogenbosch");
/// ```
pub fn spreadsheet(text: &str) -> String {
    if begins_actively(text) { format!("'{text}") } else { text.to_string() }
}

/// The text that [`spreadsheet`] was given.
pub fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').unwrap_or(text)
}

/// Text as HTML holds it, between tags and in quotes: what would act or be unseen is told instead.
///
/// ```
/// use braidfund::export::guard::escape;
/// assert_eq!(escape("<b>\"a\" & 'b'"), "&lt;b&gt;&quot;a&quot; &amp; &#39;b&#39;");
/// assert_eq!(escape("a\u{202e}b"), "a\\u{202e}b");
/// assert_eq!(escape("51 %"), "51\u{a0}%");
/// ```
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    // A figure is not parted from its percent sign.
    for letter in visible(text).replace(" %", "\u{a0}%").chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Whether a spreadsheet may act on text that begins like this (CWE-1236, OWASP ASVS 1.2.10). A
/// byte-order mark or space before the sign is skipped, as programs skip it.
fn begins_actively(text: &str) -> bool {
    if text.starts_with('\'') {
        return true;
    }
    let skipped = text.trim_start_matches([' ', '\u{a0}', '\u{feff}']);
    skipped.starts_with(|letter| {
        matches!(
            letter,
            '=' | '+'
                | '-'
                | '@'
                | '\t'
                | '\r'
                | '\n'
                | '\0'
                | '＝'
                | '＋'
                | '－'
                | '＠'
                | '\u{2212}'
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_active_beginning_is_guarded_and_given_back() {
        let payloads = [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "\0=1",
            "＝1",
            "＋1",
            "－1",
            "＠1",
            "'",
            "''",
            "' =1",
            "=cmd|' /C calc'!A0",
            " =1",
            "\u{feff}=1",
            "\u{a0}@x",
            "-5.00",
            "\u{2212}1",
        ];
        for payload in payloads {
            let guarded = spreadsheet(payload);
            assert!(guarded.starts_with('\''), "{payload:?}");
            assert_eq!(unguarded(&guarded), payload);
        }
    }

    #[test]
    fn plain_text_stays_as_it_is() {
        for text in ["", "navigation", "2024-07", "a=b", "a;=1+1", "é", "1,000"] {
            assert_eq!(spreadsheet(text), text);
        }
    }
}
