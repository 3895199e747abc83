//! Money that a plan does not know of, put into it as a grant.

use super::cases::{Cases, Draft};
use super::{conclude, patch, syntax};
use crate::error::Error;
use crate::money::Money;
use crate::month::Month;

/// The name under which faults of the grant are told.
const NAME: &str = "the sum.toml";
/// The id of its stream, if no other has it.
const ID: &str = "portfolio-sum";

/// A grant that somebody would give to a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The award.
    pub amount: Money,
    /// The first month in which it may be spent.
    pub from: Month,
    /// The last.
    pub until: Month,
    /// What it pays for, in the words of a stream.
    pub pays_for: Vec<String>,
}

impl Cases<'_> {
    /// A draft with a grant in it, and the id of its stream.
    ///
    /// # Errors
    /// Terms that are no text of a plan; what is wrong with the stream is told when a plan is made of the draft.
    pub fn with_given(&mut self, draft: &Draft, given: &Given) -> Result<(Draft, String), Error> {
        let streams = draft.tree.get("stream").and_then(|entry| entry.node.table());
        let taken = |id: &String| streams.is_some_and(|streams| streams.contains_key(id));
        let ids = (2_usize..).map(|number| format!("{ID}-{number}"));
        let free = std::iter::once(ID.to_string()).chain(ids).find(|id| !taken(id));
        let id = free.ok_or_else(|| Error::internal("some id is free"))?;
        let desk = self.desk.again();
        let mut draft = draft.clone();
        let file = desk.add(NAME, given.text(&id).into_bytes());
        let tree = file.and_then(|file| syntax::parse(&desk, file));
        if let Some(tree) = &tree {
            patch::apply(&desk, &mut draft.tree, tree, &mut draft.dropped);
        }
        let with = conclude(&desk, tree.map(|_| (draft, id)));
        // Its text stays on the desk, so that faults of the stream are told with their place.
        self.desk = desk.again();
        with
    }
}

impl Given {
    /// The grant as a person would write it.
    fn text(&self, id: &str) -> String {
        let selectors = serde_json::Value::from(self.pays_for.clone());
        format!(
            "[stream.{id}]\ntitle = \"The sum\"\nkind = \"grant\"\nfunder = \"The sum\"\n\
             status = \"secured\"\naward = {}\nfrom = \"{}\"\nuntil = \"{}\"\n\
             pays-for = {selectors}\nsource = \"as it was asked\"\n",
            self.amount, self.from, self.until,
        )
    }
}
