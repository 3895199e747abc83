//! What is drawn: the geometry of a chart in whole tenths of a pixel, before any encoding.
//!
//! A picture is laid out twice, for a wide page and for a narrow screen, so that its letters keep their size.
//! Labels stand where [`letters`] says that they fit and where no other label stands; what is left out for lack of room
//! is in the table beside the picture.

pub mod amounts;
pub mod flows;
pub mod letters;
pub mod months;
pub mod pairs;
pub mod spans;
pub mod swings;
pub mod years;

use crate::money::Money;

/// Lengths and places, in tenths of a pixel.
pub type Tenths = i64;

/// The width of a picture on a wide page: what US Letter holds between margins of 0.6 inches.
pub const WIDE: Tenths = 7_000;
/// The width on a narrow screen.
pub const NARROW: Tenths = 3_400;
/// The size of most letters.
pub const TEXT: Tenths = 115;
/// The size of letters along axes.
pub const SMALL: Tenths = 105;
/// How close the places lie at which words are kept off a line.
const KEPT_OFF: Tenths = 30;
/// From one line of text to the next.
pub const LINE: Tenths = 140;

/// A chart: what it shows, what one finds in it, and how it is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// A word of the engine's own that tells it from other pictures of a page.
    pub name: &'static str,
    /// What it shows.
    pub title: String,
    /// What one finds in it, in a sentence.
    pub finding: String,
    /// Laid out for a wide page.
    pub wide: Drawing,
    /// Laid out for a narrow screen.
    pub narrow: Drawing,
}

impl Picture {
    /// A picture, laid out at both widths.
    pub fn new(
        name: &'static str,
        title: impl Into<String>,
        finding: impl Into<String>,
        layout: impl Fn(Tenths) -> Drawing,
    ) -> Picture {
        Picture {
            name,
            title: title.into(),
            finding: finding.into(),
            wide: layout(WIDE),
            narrow: layout(NARROW),
        }
    }
}

/// Shapes on a sheet, those that come later above those that come before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawing {
    /// The sheet's width.
    pub width: Tenths,
    /// Its height.
    pub height: Tenths,
    /// The shapes.
    pub shapes: Vec<Shape>,
    /// Where words stand, so that no others are put there.
    taken: Vec<Area>,
    /// Where lines run, which words had better not cross.
    crossed: Vec<Area>,
}

/// A place: from the left, from the top.
pub type Point = (Tenths, Tenths);

/// A rectangle: its left and top, its right and bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Area(Tenths, Tenths, Tenths, Tenths);

impl Area {
    fn meets(&self, other: &Area) -> bool {
        self.0 < other.2 && other.0 < self.2 && self.1 < other.3 && other.1 < self.3
    }
}

/// One shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A rectangle.
    Box {
        /// Its left and top.
        at: Point,
        /// Its width and height.
        size: (Tenths, Tenths),
        /// How it is filled.
        tone: Tone,
    },
    /// A line through points.
    Line {
        /// The points.
        points: Vec<Point>,
        /// How it is drawn.
        stroke: Stroke,
    },
    /// A band that flows from one upright edge to another.
    Ribbon {
        /// The left edge: its top.
        from: Point,
        /// The right edge: its top.
        to: Point,
        /// How thick it is.
        thick: Tenths,
        /// How it is filled.
        tone: Tone,
    },
    /// What lies between two lines over the same places from left to right.
    Band {
        /// The upper line.
        upper: Vec<Point>,
        /// The lower line.
        lower: Vec<Point>,
        /// How it is filled.
        tone: Tone,
    },
    /// A dot.
    Dot {
        /// Its middle.
        at: Point,
        /// How it is filled.
        tone: Tone,
    },
    /// A line of text.
    Words(Words),
}

/// A line of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Where its baseline begins, ends or has its middle.
    pub at: Point,
    /// The text, which may come from a plan and is guarded when it is encoded.
    pub text: String,
    /// Which end of it stands at the place.
    pub anchor: Anchor,
    /// The size of its letters.
    pub size: Tenths,
    /// Whether it is bold.
    pub bold: bool,
    /// Its colour.
    pub ink: Ink,
}

/// Which part of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// The colour of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// As text.
    Plain,
    /// Less than text.
    Quiet,
    /// What is bad.
    Bad,
}

/// How an area is filled: each tone has a pattern or an outline of its own, so that no meaning rests on colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Secured money: solid.
    Secured,
    /// Likely money: hatched.
    Likely,
    /// Prospective money: an outline.
    Prospective,
    /// What nothing pays: hatched in the colour of what is bad.
    Unpaid,
    /// A second amount beside the first: pale with an outline.
    Beside,
    /// A third one: level lines.
    Third,
    /// Below zero: a pale ground.
    Below,
    /// Where most of what may come lies: pale.
    Most,
    /// Where half of what may come lies: less pale, with an outline.
    Half,
    /// One of several sources, told apart by its place.
    Source(u8),
    /// A node at which bands begin or end.
    Node,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    /// What matters most.
    Main,
    /// What stands beside it: dashed.
    Second,
    /// A limit: long dashes.
    Limit,
    /// Zero, or the edge of a chart.
    Axis,
    /// A line of a grid.
    Grid,
    /// A month that is told: dots.
    Mark,
    /// What holds parts of a column together.
    Bracket,
    /// What lies behind: thin.
    Past,
}

impl Drawing {
    /// An empty sheet of a width.
    pub fn new(width: Tenths) -> Drawing {
        Drawing { width, ..Drawing::default() }
    }

    /// Puts a rectangle, where it has any extent.
    pub fn fill(&mut self, at: Point, size: (Tenths, Tenths), tone: Tone) {
        if size.0 > 0 && size.1 > 0 {
            self.shapes.push(Shape::Box { at, size, tone });
        }
    }

    /// Puts a line.
    pub fn line(&mut self, points: Vec<Point>, stroke: Stroke) {
        self.shapes.push(Shape::Line { points, stroke });
    }

    /// Puts words, if there are any, wherever they stand.
    pub fn words(&mut self, words: Words) {
        if words.text.is_empty() {
            return;
        }
        self.taken.push(words.area());
        self.shapes.push(Shape::Words(words));
    }

    /// Keeps words off a line, as far as there is another place for them.
    pub fn keep_off(&mut self, points: &[Point]) {
        for pair in points.windows(2) {
            let ((x, y), (to_x, to_y)) = (pair[0], pair[1]);
            let steps = ((to_x - x).abs().max((to_y - y).abs()) / KEPT_OFF).max(1);
            for step in 0..=steps {
                let at = (x + (to_x - x) * step / steps, y + (to_y - y) * step / steps);
                self.crossed.push(Area(at.0 - 15, at.1 - 15, at.0 + 15, at.1 + 15));
            }
        }
    }

    /// Puts words at the first of some places at which they lie on the sheet and meet no others, and cross as little
    /// of lines as may be; says whether there is any.
    pub fn words_at_first(&mut self, words: &Words, places: &[(Point, Anchor)]) -> bool {
        let open = self.open(words, places);
        let chosen = open.iter().min_by_key(|words| self.crossings(words)).cloned();
        let found = chosen.is_some();
        chosen.into_iter().for_each(|words| self.words(words));
        found
    }

    /// The same, only where no line is crossed.
    pub fn words_clear(&mut self, words: &Words, places: &[(Point, Anchor)]) -> bool {
        let open = self.open(words, places);
        let chosen = open.iter().find(|words| self.crossings(words) == 0).cloned();
        let found = chosen.is_some();
        chosen.into_iter().for_each(|words| self.words(words));
        found
    }

    /// How often lines cross words that are kept off them.
    fn crossings(&self, words: &Words) -> usize {
        let area = words.area();
        self.crossed.iter().filter(|line| line.meets(&area)).count()
    }

    /// The words at those of some places at which they lie on the sheet and meet no others.
    fn open(&self, words: &Words, places: &[(Point, Anchor)]) -> Vec<Words> {
        let mut open = Vec::new();
        for (at, anchor) in places {
            let placed = Words { at: *at, anchor: *anchor, ..words.clone() };
            let area = placed.area();
            let inside = area.0 >= 0 && area.2 <= self.width && area.1 >= 0;
            let inside = inside && (self.height == 0 || area.3 <= self.height);
            if inside && !self.taken.iter().any(|taken| taken.meets(&area)) {
                open.push(placed);
            }
        }
        open
    }

    /// Puts a legend in as many lines as it needs, from this height on; says how far down it reaches.
    pub fn legend(&mut self, top: Tenths, items: &[(Mark, &str)]) -> Tenths {
        let (mut left, mut line) = (0, top);
        for (mark, text) in items {
            let room = self.width - 260;
            let text = letters::fitted(text, SMALL, false, room);
            let wide = 250 + letters::width(&text, SMALL, false);
            if left > 0 && left + wide > self.width {
                left = 0;
                line += LINE + 20;
            }
            match mark {
                Mark::Area(tone) => self.fill((left + 5, line), (170, 100), *tone),
                Mark::Stroke(Stroke::Bracket) => {
                    let (near, far) = (left + 75, left + 115);
                    let points =
                        vec![(near, line), (far, line), (far, line + 100), (near, line + 100)];
                    self.line(points, Stroke::Bracket);
                }
                Mark::Stroke(stroke) => {
                    self.line(vec![(left, line + 50), (left + 190, line + 50)], *stroke);
                }
            }
            self.words(Words::new((left + 240, line + 90), text).small());
            left += wide + 160;
        }
        line + LINE + 40
    }

    /// The words of the drawing, in the order in which they are drawn.
    pub fn texts(&self) -> impl Iterator<Item = &Words> {
        self.shapes.iter().filter_map(|shape| match shape {
            Shape::Words(words) => Some(words),
            _ => None,
        })
    }

    /// The words of the drawing, to be changed.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.shapes.iter_mut().filter_map(|shape| match shape {
            Shape::Words(words) => Some(&mut words.text),
            _ => None,
        })
    }

    /// Words that a line runs through which they are kept off: for tests.
    pub fn struck(&self) -> Vec<String> {
        let struck = |words: &&Words| words.ink == Ink::Bad && self.crossings(words) > 0;
        let words = self.texts().filter(struck);
        words.map(|words| words.text.clone()).collect()
    }

    /// Pairs of words that overlap, and words that reach over the edge: for tests.
    pub fn faults(&self) -> Vec<String> {
        let words: Vec<&Words> = self.texts().collect();
        let mut faults = Vec::new();
        for (place, one) in words.iter().enumerate() {
            let area = one.area();
            if area.0 < 0 || area.2 > self.width || area.1 < 0 || area.3 > self.height {
                faults.push(format!("`{}` reaches over the edge", one.text));
            }
            for other in &words[place + 1..] {
                if area.meets(&other.area()) {
                    faults.push(format!("`{}` and `{}` overlap", one.text, other.text));
                }
            }
        }
        faults
    }
}

/// What a legend explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// An area.
    Area(Tone),
    /// A line.
    Stroke(Stroke),
}

impl Words {
    /// Plain words that begin at a place.
    pub fn new(at: Point, text: impl Into<String>) -> Words {
        Words {
            at,
            text: text.into(),
            anchor: Anchor::Start,
            size: TEXT,
            bold: false,
            ink: Ink::Plain,
        }
    }

    /// The same in the letters of axes.
    pub fn small(self) -> Words {
        Words { size: SMALL, ink: Ink::Quiet, ..self }
    }

    /// The same in bold.
    pub fn bold(self) -> Words {
        Words { bold: true, ..self }
    }

    /// The same in another colour.
    pub fn ink(self, ink: Ink) -> Words {
        Words { ink, ..self }
    }

    /// The same with another part at its place.
    pub fn anchored(self, anchor: Anchor) -> Words {
        Words { anchor, ..self }
    }

    /// How wide they are.
    pub fn width(&self) -> Tenths {
        letters::width(&self.text, self.size, self.bold)
    }

    fn area(&self) -> Area {
        let width = self.width();
        let left = match self.anchor {
            Anchor::Start => self.at.0,
            Anchor::Middle => self.at.0 - width / 2,
            Anchor::End => self.at.0 - width,
        };
        // Above the baseline stand capitals, below it what letters like `g` need.
        Area(left, self.at.1 - self.size * 78 / 100, left + width, self.at.1 + self.size * 22 / 100)
    }
}

/// The part of a length that an amount is of another; nothing where the other is nothing.
pub fn part(amount: Money, whole: Money, length: Tenths) -> Tenths {
    if whole.is_zero() {
        return 0;
    }
    let product = i128::from(amount.cents()) * i128::from(length);
    i64::try_from(product / i128::from(whole.cents())).unwrap_or(length)
}
