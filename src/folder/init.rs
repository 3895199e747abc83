//! Plan folders to begin from.

/// A plan folder to begin from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// The name by which it is asked for.
    pub name: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// The files: name and text.
    pub files: &'static [(&'static str, &'static str)],
}

/// Every template, the simplest first. Each forecasts as it stands.
///
/// ```
/// use braidfund::folder::{self, MemoryFolder};
/// for template in folder::templates() {
///     let files = MemoryFolder::new(template.files.iter().copied());
///     assert!(folder::read(&files, "base").is_ok(), "{}", template.name);
/// }
/// ```
pub fn templates() -> &'static [Template] {
    &[
        Template {
            name: "starter",
            title: "A small partnership that uses a little of everything",
            files: &[("plan.toml", include_str!("templates/starter/plan.toml"))],
        },
        Template {
            name: "ach",
            title: "Accountable community for health",
            files: &[("plan.toml", include_str!("templates/ach/plan.toml"))],
        },
        Template {
            name: "chw-hub",
            title: "Community health worker hub",
            files: &[("plan.toml", include_str!("templates/chw-hub/plan.toml"))],
        },
        Template {
            name: "clinic-cbo",
            title: "Clinics and community organizations together",
            files: &[("plan.toml", include_str!("templates/clinic-cbo/plan.toml"))],
        },
        Template {
            name: "community-living",
            title: "From institutions to community living",
            files: &[("plan.toml", include_str!("templates/community-living/plan.toml"))],
        },
        Template {
            name: "hospital-stays",
            title: "Hospital stays of people without a home",
            files: &[("plan.toml", include_str!("templates/hospital-stays/plan.toml"))],
        },
    ]
}
