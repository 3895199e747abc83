//! One stream of a plan, read again and again as futures change it, without all the rest of the plan.

use std::borrow::Cow;
use std::rc::Rc;

use super::cases::{Cases, Draft};
use super::chances::{Chances, future};
use super::context::{Context, Names};
use super::desk::Desk;
use super::distribution::Outcome;
use super::syntax::{Node, Table, Value};
use super::{conclude, resolve, resolve_drivers, resolve_streams};
use crate::driver::Driver;
use crate::error::Error;
use crate::funding::Stream;
use crate::plan::{Plan, Restrictions};

/// A stream whose table, with the drivers, is all that is read of a plan.
///
/// What a whole plan is checked for beside, a stream with one outcome after another, is not checked again.
pub struct Single<'a> {
    cases: &'a Cases<'a>,
    plan: &'a Plan,
    names: Rc<Names>,
    id: String,
    part: Draft,
    /// Whether chances change drivers that it goes by.
    drivers: bool,
}

impl<'a> Cases<'a> {
    /// A stream of a plan that chances change: what of the streams `touched`, and of these drivers. `plan` and `most` are the plan
    /// with every stream that may come, and its draft.
    pub fn single(
        &'a self,
        (draft, most): (&Draft, &Draft),
        plan: &'a Plan,
        id: &str,
        (touched, drivers): (&[String], &[String]),
    ) -> Single<'a> {
        let desk = self.desk.again();
        let names = Rc::new(resolve::names(&desk, &self.base, &most.tree, &plan.functions));
        let mut tree = Table::new();
        for (kind, entry) in &draft.tree {
            let tables = entry.node.table();
            let keep = |own: &String| match kind.as_str() {
                "stream" => own == id || touched.contains(own),
                "driver" => drivers.contains(own),
                _ => false,
            };
            let mut kept = tables.cloned().unwrap_or_default();
            kept.retain(|own, _| keep(own));
            if !kept.is_empty() {
                let node = Node { span: entry.node.span, value: Value::Table(kept) };
                tree.insert(kind.clone(), super::syntax::Entry { key: entry.key, node });
            }
        }
        let part = Draft { tree, ..draft.clone() };
        let drivers = !drivers.is_empty();
        Single { cases: self, plan, names, id: id.to_string(), part, drivers }
    }
}

/// A stream with what binds it, and the drivers where a chance changes them.
pub type Alone = (Stream, Restrictions, Option<Vec<Driver>>);

impl Single<'_> {
    /// The stream in a future; nothing where the future does not hold it.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(
        &self,
        chances: &Chances,
        outcomes: &[Option<Outcome>],
    ) -> Result<Option<Alone>, Error> {
        let desk = self.cases.desk.terse();
        let draft = future(&desk, &self.part, &chances.chances, outcomes);
        let alone = self.alone(&desk, &draft);
        conclude(&desk, Some(alone))
    }

    fn alone(&self, desk: &Desk, draft: &Draft) -> Option<Alone> {
        let Cases { files, base, .. } = self.cases;
        let mut context = Context::new(desk, *files, Rc::clone(&self.names), &base.drivers);
        context.horizon = self.plan.horizon;
        context.horizon_known = true;
        context.fiscal = self.plan.fiscal;
        context.functions.clone_from(&self.plan.functions);
        context.dropped = draft.dropped.clone();
        // All other drivers are as the plan has them.
        let drivers = self.drivers.then(|| {
            let section = resolve::section(&draft.tree, "driver");
            let mut drivers = self.plan.drivers.clone();
            for own in resolve_drivers::read(&context, section).0 {
                drivers.iter_mut().filter(|driver| driver.name == own.name).for_each(|driver| {
                    driver.clone_from(&own);
                });
            }
            drivers
        });
        context.drivers = Cow::Borrowed(drivers.as_deref().unwrap_or(&self.plan.drivers));
        let mut section = resolve::section(&draft.tree, "stream");
        section.retain(|(id, ..)| *id == self.id);
        let read = resolve_streams::read(&context, section);
        let (stream, restrictions) =
            (read.streams.into_iter().next()?, read.restrictions.into_iter().next()?);
        Some((stream, restrictions, drivers))
    }
}
