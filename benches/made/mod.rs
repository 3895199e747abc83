//! Plans of any size, made for benches.

use std::fmt::Write as _;

/// The rules that tie amounts together.
#[derive(Clone, Copy)]
pub struct Rules {
    /// Whether every other stream states a cap on a share of what is spent.
    pub caps: bool,
    /// Whether a quarter of the streams are federal, and pay only beside as much other money.
    pub matched: bool,
}

/// The text of a plan of so many streams, lines and months: awards with windows, payers and partners that pay monthly, each
/// for some lines. Variants differ in their amounts.
pub fn plan(
    (streams, lines, months): (usize, usize, usize),
    rules: Rules,
    variant: usize,
) -> String {
    let mut text = format!(
        "[plan]\ntitle = \"Synthetic {variant}\"\nstart = \"2026-01\"\nmonths = {months}\n"
    );
    text += "[driver.members]\nstart = 20000\ngrowth = \"2%\"\n";
    for line in 0..lines {
        let priority = ["core", "essential", "stretch"][line % 3];
        let yearly = 40_000 + 3_700 * (line * 7 % 23) + 130 * (variant * (line + 3) % 31);
        let _ = writeln!(
            text,
            "[cost.c{line}]\nlayer = \"program\"\nfunction = \"f{}\"\npriority = \"{priority}\"\n\
             yearly = {yearly}\nescalate = \"3%\"",
            line % 9,
        );
    }
    for stream in 0..streams {
        let pays: Vec<String> = (0..lines)
            .filter(|line| (line * 5 + stream * 3) % 7 < 3)
            .map(|line| format!("\"cost.c{line}\""))
            .collect();
        let first = stream * months / (2 * streams);
        let month = |offset: usize| format!("{}-{:02}", 2026 + offset / 12, offset % 12 + 1);
        let more = 170 * (variant * (stream + 7) % 37);
        let terms = match stream % 3 {
            0 => format!(
                "kind = \"grant\"\nyearly = {}\nbudget-periods = \"yearly\"",
                600_000 + 9_000 * stream + more
            ),
            1 => "kind = \"payer\"\nterms = { method = \"pmpm\", members = \"members\", rate = \"1.50\" }"
                .to_string(),
            _ => format!("kind = \"partner\"\nmonthly = {}", 21_000 + more / 12),
        };
        let cap = match pays.first() {
            Some(line) if rules.caps && stream % 2 == 0 => {
                format!("cap = [{{ on = [{line}], share = \"12%\", of = \"spent\" }}]\n")
            }
            _ => String::new(),
        };
        let matching = match rules.matched && stream % 4 == 1 {
            true => "federal = true\nmatch = { share-of-total = \"50%\" }\n",
            false => "",
        };
        let _ = writeln!(
            text,
            "[stream.s{stream}]\n{terms}\nfunder = \"F\"\nstatus = \"secured\"\nfrom = \"{}\"\nuntil = \"{}\"\n\
             pays-for = [{}]\n{cap}{matching}",
            month(first),
            month(first + months / 2),
            pays.join(", ")
        );
    }
    text
}
