//! Diagnostics as text, in the shape that compilers have made familiar.
//!
//! ```text
//! error[E0301]: unknown key `strat` in stream `ahc`
//!   --> plan.toml:16:1
//!    |
//! 16 | strat = "2026-10"
//!    | ^^^^^ not a key of a grant
//!    |
//!    = help: did you mean `start`?
//! ```

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Group, Level, Renderer, Snippet};

use super::guard::visible;
use super::text::Colour;
use crate::diagnostic::{Diagnostic, Excerpt, Origin};
use crate::limits::DIAGNOSTICS_MAX;

/// Columns of an excerpt that are shown at most.
const EXCERPT_COLUMNS: usize = 140;

/// What became of the output where an input was refused.
pub const NOTHING_WRITTEN: &str = "nothing was written";

/// The diagnostics as text, in the order in which they are given, the first hundred; a last line
/// counts them all.
pub fn encode(diagnostics: &[Diagnostic], colour: Colour) -> String {
    encode_first(diagnostics, diagnostics.len(), NOTHING_WRITTEN, colour)
}

/// The first diagnostics of so many as text; a last line counts them all and says what became of the rest.
pub fn encode_first(
    diagnostics: &[Diagnostic],
    count: usize,
    ending: &str,
    colour: Colour,
) -> String {
    let renderer = match colour {
        Colour::With => Renderer::styled(),
        Colour::Without => Renderer::plain(),
    };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(EXCERPT_COLUMNS);
    let mut text = String::new();
    for diagnostic in diagnostics.iter().take(DIAGNOSTICS_MAX) {
        let rendered = renderer.render(&[group(diagnostic)]);
        text.push_str(&with_own_column(rendered, diagnostic));
        text.push_str("\n\n");
    }
    text.push_str(&count_line(count, ending));
    text
}

fn count_line(count: usize, ending: &str) -> String {
    match count {
        0 => String::new(),
        1 => format!("1 error; {ending}\n"),
        _ if count <= DIAGNOSTICS_MAX => format!("{count} errors; {ending}\n"),
        _ => format!("{count} errors, the first {DIAGNOSTICS_MAX} shown; {ending}\n"),
    }
}

fn group(diagnostic: &Diagnostic) -> Group<'_> {
    let title = visible(&diagnostic.message);
    let mut group = Group::with_title(Level::ERROR.primary_title(title).id(diagnostic.code.text()));
    let mut cause_is_told = diagnostic.cause.is_empty();
    match &diagnostic.place {
        Some((origin, excerpt)) if !excerpt.text.is_empty() => {
            let mark = AnnotationKind::Primary;
            group = group.element(snippet(origin, excerpt, &diagnostic.cause, mark));
            cause_is_told = true;
        }
        Some((origin, _)) => {
            let place = annotate_snippets::Origin::path(visible(&origin.file));
            let place = place.line(origin.line as usize).char_column(origin.column as usize);
            group = group.element(place);
        }
        None => {}
    }
    if let Some(beside) = &diagnostic.beside {
        let (origin, excerpt) = &beside.place;
        let mark = AnnotationKind::Context;
        group = group.element(snippet(origin, excerpt, &beside.cause, mark));
    }
    if !cause_is_told {
        group = group.element(Level::NOTE.message(visible(&diagnostic.cause)));
    }
    if !diagnostic.remedy.is_empty() {
        group = group.element(Level::HELP.message(visible(&diagnostic.remedy)));
    }
    group
}

fn snippet<'a>(
    origin: &Origin,
    excerpt: &Excerpt,
    cause: &str,
    mark: AnnotationKind,
) -> Element<'a> {
    let (before, marked) = parts(origin, excerpt);
    let (start, marked) = (shown(&before).len(), shown(&marked).len());
    let source = shown(&excerpt.text);
    // A caret at the line's end stands one beyond it.
    let end = (start + marked.max(1)).min(source.len().max(start + 1));
    let mut annotation = mark.span(start..end);
    if !cause.is_empty() {
        annotation = annotation.label(visible(cause));
    }
    let snippet = Snippet::source(source).line_start(origin.line as usize);
    Element::from(snippet.path(visible(&origin.file)).annotation(annotation))
}

/// The line before the caret, and what the caret underlines.
fn parts(origin: &Origin, excerpt: &Excerpt) -> (String, String) {
    let mut letters = excerpt.text.chars();
    let before = letters.by_ref().take(origin.column.saturating_sub(1) as usize).collect();
    (before, letters.take(excerpt.width.max(1) as usize).collect())
}

fn shown(text: &str) -> String {
    visible(&text.replace('\t', " "))
}

/// The place with the column of the file: what is drawn counts an escaped character as its many.
fn with_own_column(rendered: String, diagnostic: &Diagnostic) -> String {
    let Some((origin, excerpt)) = &diagnostic.place else { return rendered };
    let drawn = shown(&parts(origin, excerpt).0).chars().count() + 1;
    if excerpt.text.is_empty() || drawn == origin.column as usize {
        return rendered;
    }
    let place = |column: usize| format!("{}:{}:{column}", visible(&origin.file), origin.line);
    rendered.replacen(&place(drawn), &place(origin.column as usize), 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    fn sample(text: &str, column: u32, width: u32) -> Diagnostic {
        let origin = Origin { file: "plan.toml".into(), line: 16, column };
        let place = (origin, Excerpt { text: text.to_string(), width });
        let (message, cause) = ("unknown key `strat`", "not a key of a grant");
        Diagnostic::at(place, Code::UnknownKey, message, cause, "did you mean `start`?")
    }

    #[test]
    fn a_diagnostic_has_the_familiar_shape() {
        let text = encode(&[sample("strat = \"2026-10\"", 1, 5)], Colour::Without);
        let expected = [
            "error[E0301]: unknown key `strat`",
            "  --> plan.toml:16:1",
            "   |",
            "16 | strat = \"2026-10\"",
            "   | ^^^^^ not a key of a grant",
            "   |",
            "   = help: did you mean `start`?",
            "",
            "1 error; nothing was written",
            "",
        ];
        let expected = expected.join("\n");
        assert_eq!(text, expected, "\n{text}");
    }

    #[test]
    fn control_characters_never_reach_the_terminal() {
        let text = encode(&[sample("a = \"\u{1b}[31m\u{202e}\" # b", 10, 1)], Colour::Without);
        assert!(text.contains("\\u{1b}[31m\\u{202e}"), "{text}");
        assert!(text.contains("plan.toml:16:10"), "{text}");
        assert!(text.chars().all(|c| c == '\n' || !crate::diagnostic::is_invisible(c)), "{text}");
    }

    #[test]
    fn odd_places_do_not_panic() {
        for (line, column, width) in
            [("", 1, 1), ("é", 2, 1), ("ab", 90, 4), ("日本", 2, 9), ("\t\tx", 3, 1)]
        {
            let text = encode(&[sample(line, column, width)], Colour::Without);
            assert!(text.contains("plan.toml:16"), "{text}");
        }
        let lines =
            ["", "é", "ab = \"\u{1b}\u{202e}\"", "日本 = 1", "\t\tx", "e\u{301}\u{200b}", "🎉🎉"];
        for line in lines {
            for column in 0..20 {
                for width in 0..20 {
                    encode(&[sample(line, column, width)], Colour::Without);
                }
            }
        }
        let long = "x".repeat(4_096);
        encode(&[sample(&long, 4_000, 50)], Colour::With);
        let nowhere = Diagnostic { place: None, ..sample("", 1, 1) };
        let text = encode(&[nowhere], Colour::Without);
        assert!(text.contains("not a key of a grant"), "{text}");
    }

    #[test]
    fn the_first_hundred_are_shown_and_all_are_counted() {
        let many = vec![sample("strat = 1", 1, 5); 130];
        let text = encode(&many, Colour::Without);
        assert_eq!(text.matches("error[E0301]").count(), 100);
        assert!(text.ends_with("130 errors, the first 100 shown; nothing was written\n"));
    }
}
