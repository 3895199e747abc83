//! Ids as people write them, and the dense indices that stages use for them.
//!
//! A plan keeps its lines, streams, pools and drivers sorted by name, so that an index orders like
//! the name it stands for and no result depends on where things stand in a file.

use std::fmt;

use crate::limits::NAME_CHARS_MAX;

/// An id: lower-case letters, digits and single hyphens, beginning with a letter or a digit, 64 characters
/// at most. A line that a stream adds is named after it with a point: `ed-savings.loss`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// The id of this text, if it has the form.
    pub fn parse(text: &str) -> Option<Name> {
        let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let bytes = text.as_bytes();
        let framed = |byte: Option<&u8>| byte.is_some_and(|byte| *byte != b'-');
        let formed = bytes.iter().copied().all(legal)
            && framed(bytes.first())
            && framed(bytes.last())
            && !text.contains("--");
        (formed && text.len() <= NAME_CHARS_MAX).then(|| Name(text.to_string()))
    }

    /// The id of a line that this stream adds: `<stream>.<suffix>`.
    pub fn derived(&self, suffix: &str) -> Name {
        Name(format!("{}.{suffix}", self.0))
    }

    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

macro_rules! index {
    ($(#[$doc:meta] $name:ident)*) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The position in the vector that it indexes.
            pub fn at(self) -> usize {
                self.0 as usize
            }
        }

        impl From<usize> for $name {
            fn from(index: usize) -> $name {
                $name(u32::try_from(index).expect("limits keep indices within 32 bits"))
            }
        }
    )*};
}

index! {
    /// A cost line, by its place in the order of names.
    LineIndex
    /// A stream, by its place in the order of names.
    StreamIndex
    /// A pool, by its place in the order of names.
    PoolIndex
    /// A driver, by its place in the order of names.
    DriverIndex
    /// A tranche, by its place in the timeline.
    TrancheIndex
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn ids_have_one_form() {
        for text in ["ahc", "c0", "2024-award", "plan-pmpm"] {
            assert!(Name::parse(text).is_some(), "{text}");
        }
        for text in ["", "-a", "a-", "a--b", "AHC", "a b", "a.b", "é", "a_b"] {
            assert!(Name::parse(text).is_none(), "{text}");
        }
        assert!(Name::parse(&"a".repeat(64)).is_some());
        assert!(Name::parse(&"a".repeat(65)).is_none());
    }
}
