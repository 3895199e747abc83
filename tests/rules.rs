//! `docs/RULES.md` names the test of each golden case and pitfall: each must be there.

#![allow(clippy::unwrap_used)]

use std::fs;

#[test]
fn every_golden_case_and_pitfall_has_the_test_that_is_named() {
    let page = fs::read_to_string("docs/RULES.md").unwrap();
    let mut named = 0;
    for row in page.lines().filter(|line| line.starts_with("| ") && line.contains(".rs` `")) {
        let (before, rest) = row.split_once(".rs` `").unwrap();
        let file = format!("{}.rs", before.rsplit('`').next().unwrap());
        let test = rest.split('`').next().unwrap();
        let code = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
        let declared = format!("#[test]\nfn {test}() {{");
        let nested = format!("#[test]\n    fn {test}() {{");
        assert!(code.contains(&declared) || code.contains(&nested), "{file}: no test `{test}`");
        named += 1;
    }
    assert!(named >= 36, "the page names {named} tests");
}
