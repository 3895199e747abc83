//! Pictures as SVG inside a page: geometry with patterns, strokes and words, every text escaped.

use super::guard::escape;
use crate::report::picture::{
    Anchor, Drawing, Ink, Picture, Point, Shape, Stroke, Tenths, Tone, Words,
};

/// The hatchings that all pictures of a page share. They stand once, before the first picture. A gradient with hard
/// stops is small on paper, where each use of a pattern is drawn line by line.
pub fn hatchings() -> String {
    let hatchings = [
        ("likely", (4, 4), ("#fff", ".5", "#0072b2")),
        ("unpaid", (4, 4), ("#fbe3d4", ".7", "#c44d00")),
        ("third", (0, 4), ("#fff", ".7", "#666")),
    ];
    let one = |(id, (x, y), (ground, from, line)): (&str, (u8, u8), (&str, &str, &str))| {
        let stop =
            |at: &str, colour: &str| format!("<stop offset=\"{at}\" stop-color=\"{colour}\"/>");
        let stops = [stop("0", ground), stop(from, ground), stop(from, line), stop("1", line)];
        format!(
            "<linearGradient id=\"{id}\" gradientUnits=\"userSpaceOnUse\" spreadMethod=\"repeat\" \
             x1=\"0\" y1=\"0\" x2=\"{x}\" y2=\"{y}\">{}</linearGradient>",
            stops.concat()
        )
    };
    format!(
        "<svg class=\"patterns\" width=\"0\" height=\"0\" aria-hidden=\"true\" focusable=\"false\"><defs>{}</defs></svg>",
        hatchings.map(one).concat()
    )
}

/// Fills of sources, told apart by their place; the words beside them say which is which.
const SOURCES: [&str; 6] = ["#4a90b8", "#7fb8a4", "#9aa7c7", "#5f9ea0", "#b3b06a", "#8c9fb0"];

/// A picture as a figure's content: laid out twice, the page's style shows one of them.
pub fn encode(picture: &Picture) -> String {
    let mut text = String::new();
    for (kind, drawing) in [("wide", &picture.wide), ("narrow", &picture.narrow)] {
        let id = format!("{}-{kind}", picture.name);
        text += &format!(
            "<svg class=\"{kind}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" viewBox=\"0 0 {} {}\">\
             <title id=\"{id}-title\">{}</title><desc id=\"{id}-desc\">{}</desc>",
            pixels(drawing.width),
            pixels(drawing.height),
            escape(&picture.title),
            escape(&picture.finding),
        );
        shapes(&mut text, drawing);
        text += "</svg>\n";
    }
    text
}

/// Tenths of a pixel as pixels.
fn pixels(tenths: Tenths) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    let size = tenths.unsigned_abs();
    match size % 10 {
        0 => format!("{sign}{}", size / 10),
        rest => format!("{sign}{}.{rest}", size / 10),
    }
}

fn shapes(text: &mut String, drawing: &Drawing) {
    for shape in &drawing.shapes {
        match shape {
            Shape::Box { at, size, tone } => {
                *text += &format!(
                    "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{}/>",
                    pixels(at.0),
                    pixels(at.1),
                    pixels(size.0),
                    pixels(size.1),
                    fill(*tone)
                );
            }
            Shape::Line { points, stroke } => {
                let points = places(points.iter());
                *text += &format!("<polyline class=\"{}\" points=\"{points}\"/>", line(*stroke));
            }
            Shape::Ribbon { from, to, thick, tone } => {
                let middle = (from.0 + to.0) / 2;
                let [x, far, middle] = [from.0, to.0, middle].map(pixels);
                let [top, far_top] = [from.1, to.1].map(pixels);
                let [low, far_low] = [from.1 + thick, to.1 + thick].map(pixels);
                *text += &format!(
                    "<path d=\"M{x} {top}C{middle} {top} {middle} {far_top} {far} {far_top}V{far_low}\
                     C{middle} {far_low} {middle} {low} {x} {low}Z\"{}/>",
                    fill(*tone)
                );
            }
            Shape::Band { upper, lower, tone } => {
                let around = upper.iter().chain(lower.iter().rev());
                *text += &format!("<polygon points=\"{}\"{}/>", places(around), fill(*tone));
            }
            Shape::Dot { at, tone: _ } => {
                *text += &format!(
                    "<circle class=\"dot\" cx=\"{}\" cy=\"{}\" r=\"4\"/>",
                    pixels(at.0),
                    pixels(at.1)
                );
            }
            Shape::Words(one) => words(text, one),
        }
    }
}

fn places<'a>(points: impl Iterator<Item = &'a Point>) -> String {
    let points: Vec<String> =
        points.map(|(x, y)| format!("{},{}", pixels(*x), pixels(*y))).collect();
    points.join(" ")
}

fn words(text: &mut String, words: &Words) {
    let anchor = match words.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let mut class = match words.ink {
        Ink::Plain => String::new(),
        Ink::Quiet => "q".to_string(),
        Ink::Bad => "x".to_string(),
    };
    if words.bold {
        class += " b";
    }
    let class = match class.trim() {
        "" => String::new(),
        class => format!(" class=\"{class}\""),
    };
    *text += &format!(
        "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{anchor}{class}>{}</text>",
        pixels(words.at.0),
        pixels(words.at.1),
        pixels(words.size),
        escape(&words.text)
    );
}

/// The attributes that fill a tone.
fn fill(tone: Tone) -> String {
    let text = match tone {
        Tone::Secured => " fill=\"#0072b2\"",
        Tone::Likely => " fill=\"url(#likely)\" stroke=\"#0072b2\"",
        Tone::Prospective => " fill=\"#fff\" stroke=\"#0072b2\" stroke-dasharray=\"4 2\"",
        Tone::Unpaid => " fill=\"url(#unpaid)\" stroke=\"#c44d00\"",
        Tone::Beside => " fill=\"#fff\" stroke=\"#222\"",
        Tone::Third => " fill=\"url(#third)\" stroke=\"#555\"",
        Tone::Below => " fill=\"#fdf0e8\"",
        Tone::Most => " fill=\"#d6e6f1\"",
        Tone::Half => " fill=\"#9cc3de\" stroke=\"#0072b2\" stroke-width=\".5\"",
        Tone::Node => " fill=\"#333\"",
        Tone::Source(place) => {
            let place = usize::from(place) % SOURCES.len();
            return format!(" fill=\"{}\" fill-opacity=\".62\"", SOURCES[place]);
        }
    };
    text.to_string()
}

/// The class of a line; the page's style draws it.
fn line(stroke: Stroke) -> &'static str {
    match stroke {
        Stroke::Main => "l-main",
        Stroke::Second => "l-second",
        Stroke::Limit => "l-limit",
        Stroke::Axis => "l-axis",
        Stroke::Grid => "l-grid",
        Stroke::Mark => "l-mark",
        Stroke::Bracket => "l-bracket",
        Stroke::Past => "l-past",
    }
}
