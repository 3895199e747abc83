//! How wide text is: the widths of Arial (Helvetica has the same), so that labels wrap and stand where they fit.

use unicode_width::UnicodeWidthChar;

use super::Tenths;

/// Widths of the letters from the space to the tilde, in thousandths of the size (Adobe's metrics of Helvetica).
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
/// The width of a letter that is not in the table: as wide as most capitals.
const OTHER: i64 = 722;
/// The width of a letter that fills a square.
const SQUARE: i64 = 1_100;
/// What stands in for what is cut off.
const ELLIPSIS: char = '\u{2026}';
/// Room for fonts that run a little wider, in hundredths of the width.
const MARGIN: i64 = 104;
/// How much wider bold letters are, in hundredths.
const BOLD: i64 = 108;

fn letter_width(letter: char) -> i64 {
    let place = (letter as usize).checked_sub(32).and_then(|place| WIDTHS.get(place));
    match (place, letter) {
        (Some(width), _) => i64::from(*width),
        (None, ELLIPSIS) => 1_000,
        (None, letter) => match letter.width() {
            None | Some(0) => 0,
            Some(1) => OTHER,
            Some(_) => SQUARE,
        },
    }
}

/// The width of text at a size, both in tenths of a pixel; never less than it is.
pub fn width(text: &str, size: Tenths, bold: bool) -> Tenths {
    let thousandths: i64 = text.chars().map(letter_width).sum();
    let weight = if bold { BOLD } else { 100 };
    (thousandths * size * weight * MARGIN).div_euclid(10_000_000) + 1
}

/// Text cut to a width, with an ellipsis where something is cut out: names that begin alike often end apart, so that their
/// end is kept. A word is cut only where none fits whole.
pub fn fitted(text: &str, size: Tenths, bold: bool, room: Tenths) -> String {
    if width(text, size, bold) <= room {
        return text.to_string();
    }
    let wide = |text: &str| width(text, size, bold);
    let fits = |end: &&str| wide(end) + wide("\u{2026} ") <= room * 2 / 3;
    let mut words = text.match_indices(' ').map(|(at, _)| &text[at..]);
    let mut letters = text.char_indices().map(|(at, _)| &text[at..]);
    let end = words.find(fits).or_else(|| letters.find(fits)).unwrap_or("");
    let begin = &text[..text.len() - end.len()];
    let fits = |cut: &&str| wide(&format!("{cut}{ELLIPSIS}{end}")) <= room;
    let words = begin.match_indices(' ').map(|(at, _)| begin[..at].trim_end());
    let letters = begin.char_indices().map(|(at, _)| &begin[..at]);
    let cut = words.take_while(fits).last().filter(|cut| !cut.is_empty());
    let cut = cut.or_else(|| letters.take_while(fits).last()).unwrap_or("");
    format!("{cut}{ELLIPSIS}{end}")
}

/// Text in at most so many lines of a width; what does not fit is cut out of the last with an ellipsis. A word that is
/// wider than a line is broken.
pub fn wrapped(text: &str, size: Tenths, bold: bool, room: Tenths, lines: usize) -> Vec<String> {
    let mut wrapped: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_string() } else { format!("{line} {word}") };
        if width(&longer, size, bold) <= room {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            wrapped.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            let longer = format!("{line}{letter}");
            if width(&longer, size, bold) > room && !line.is_empty() {
                wrapped.push(std::mem::take(&mut line));
            }
            line.push(letter);
        }
    }
    if !line.is_empty() {
        wrapped.push(line);
    }
    if wrapped.len() > lines {
        let rest = wrapped[lines - 1..].join(" ");
        wrapped.truncate(lines - 1);
        wrapped.push(fitted(&rest, size, bold, room));
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_font_with_a_margin() {
        // "Cost" in Helvetica at 10 px: 722 + 556 + 500 + 278 = 2,056 thousandths, 20.56 px; 4 % more is 21.38.
        assert_eq!(width("Cost", 100, false), 214);
        assert!(width("Cost", 100, true) > width("Cost", 100, false));
    }

    #[test]
    fn names_that_begin_alike_are_told_apart_by_their_ends() {
        let name =
            |end: &str| format!("Restricted receipts and other moneys of the State, year {end}");
        for room in [600, 900, 1_400] {
            let [one, other] = ["009", "024"].map(|end| fitted(&name(end), 110, false, room));
            assert_ne!(one, other);
            assert!(one.contains(ELLIPSIS) && one.ends_with(" 009"), "{one}");
            assert!(width(&one, 110, false) <= room, "{one}");
        }
        let word = fitted(&format!("{}003", "W".repeat(57)), 110, false, 900);
        assert!(word.starts_with('W') && word.ends_with("003"), "{word}");
    }

    #[test]
    fn no_word_is_cut_where_one_fits_whole() {
        let name = "Getting Further Faster, two yearly awards";
        let told = [1_000, 1_400, 1_900].map(|room| fitted(name, 110, false, room));
        let expected = [
            "Getting\u{2026} awards",
            "Getting\u{2026} yearly awards",
            "Getting Further\u{2026} two yearly awards",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn lines_fit_and_what_is_cut_out_is_marked() {
        let name = "Restricted receipts and other money of the State of Rhode Island and its zones";
        for room in [300, 600, 1_200, 2_400] {
            for lines in 1..4 {
                let found = wrapped(name, 110, false, room, lines);
                assert!(found.len() <= lines);
                assert!(found.iter().all(|line| width(line, 110, false) <= room), "{found:?}");
                let whole = found.join(" ") == name;
                assert!(whole || found.last().unwrap().contains(ELLIPSIS), "{found:?}");
            }
        }
        let word = wrapped("Donaudampfschifffahrtsgesellschaft", 110, false, 500, 9);
        assert_eq!(word.concat(), "Donaudampfschifffahrtsgesellschaft");
        assert!(word.len() > 2);
    }
}
