//! Plans that a report has to bear: hostile text in every field, many streams, long names, small and large amounts.

#![allow(dead_code)]

use std::fmt::Write as _;

/// What a hostile plan may write where text is asked for.
pub const PAYLOADS: [&str; 60] = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><img src=x onerror=alert(1)>",
    "'><img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "</svg><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</text></svg><img src=x>",
    "</td></tr></table><h1>x</h1>",
    "</section></main><main>",
    "<iframe src=//evil.example>",
    "<iframe srcdoc=\"<b>x</b>\">",
    "<a href=javascript:alert(1)>x</a>",
    "<a href=\"data:text/html,x\">x</a>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css';</style>",
    "<form action=//evil.example><input></form>",
    "<details open ontoggle=alert(1)>",
    "<math><mi xlink:href=\"javascript:alert(1)\">",
    "<object data=//evil.example></object>",
    "<embed src=//evil.example>",
    "<video><source onerror=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<body onload=alert(1)>",
    "<!-- -->",
    "--><script>alert(1)</script><!--",
    "<!--[if IE]><b>x</b><![endif]-->",
    "<![CDATA[<b>x</b>]]>",
    "]]><script>alert(1)</script>",
    "<?xml version='1.0'?><b>x</b>",
    "<!doctype html><html>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&amp;&quot;&#39;",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "\" style=\"background:url(//evil.example)",
    "` onmouseover=`alert(1)",
    "x\" aria-labelledby=\"y",
    "url(#likely)",
    "javascript:alert(1)",
    "{{7*7}} ${7*7} <%= 7*7 %>",
    "[x](javascript:alert(1))",
    "![x](//evil.example/x.png)",
    "| a | b |",
    "# heading",
    "- item * item",
    "=1+1",
    "@SUM(A1:A9)",
    "<b",
    "a < b && c > d",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\u{ff1c}script\u{ff1e}alert(1)\u{ff1c}/script\u{ff1e}",
    "\u{f0000}\u{e9}\u{6c34}\u{1f4a3}",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "expression(alert(1)); @page{content:\"x\"}",
];

/// A plan with bridge options and chances, and one text in every field that takes any.
pub fn folder(text: &str) -> [(&'static str, String); 3] {
    let quoted = serde_json::to_string(text).unwrap();
    [PLAN, OPTIONS, CHANCES].map(|(name, file)| (name, file.replace("TEXT", &quoted)))
}

const PLAN: (&str, &str) = (
    "plan.toml",
    r#"
[plan]
title = TEXT
notice = TEXT
region = TEXT
note = TEXT
start = "2026-07"
months = 36
source = TEXT

[opening]
unrestricted-cash = 20_000
source = TEXT

[credit]
title = TEXT
lender = TEXT
limit = 30_000
rate = "6%"
source = TEXT

[driver.members]
title = TEXT
start = 100
source = TEXT
range = { start = [50, 200] }

[cost.convener]
title = TEXT
function = "convene"
yearly = 120_000
partner = TEXT
note = TEXT
source = { yearly = TEXT }
range = { yearly = [100_000, 150_000] }

[cost.staff]
title = TEXT
function = "data"
priority = "essential"
positions = { fte = 2, salary = 50_000 }
source = TEXT

[cost.clinic]
title = TEXT
function = "clinic"
layer = "program"
subaward = TEXT
yearly = 10_000
source = TEXT

[stream.bridge]
title = TEXT
kind = "grant"
funder = TEXT
status = "secured"
award = 90_000
from = "2026-07"
until = "2027-06"
pays-for = ["convene"]
note = TEXT
source = TEXT

[stream.federal]
title = TEXT
kind = "grant"
funder = TEXT
federal = true
status = "secured"
award = 30_000
from = "2026-07"
until = "2027-06"
pays-for = ["clinic"]
program-income = "addition"
program-income-approval = TEXT
match = { per-award-dollar = 1, federal-match-statute = TEXT }
source = TEXT

[stream.claiming]
title = TEXT
kind = "public"
funder = TEXT
status = "likely"
from = "2026-07"
until = "2028-06"
pays-for = ["clinic"]
source = TEXT

[stream.claiming.terms]
method = "administrative-claiming"
cost-pool = 50_000
activity = "20%"
eligible = "60%"
federal-share = "50%"
certified-by = TEXT
source = TEXT

[stream.dues]
title = TEXT
kind = "partner"
funder = TEXT
status = "likely"
from = "2026-07"
evergreen = TEXT
pays-for = ["anything"]
yearly = 20_000
source = TEXT

[pool.fund]
title = TEXT
members = { dues = "50%" }
pays-for = ["convene"]
authority = TEXT
governed-by = TEXT

[scenario.late]
title = TEXT
note = TEXT
[scenario.late.plan]
notice = TEXT
[scenario.late.stream.bridge]
from = "2026-10"
"#,
);

const OPTIONS: (&str, &str) = (
    "bridge.toml",
    r#"
[funder]
cost-of-money = "3%"
note = TEXT

[option.flat]
title = TEXT
kind = "grant"
funder = TEXT
status = "secured"
award = 40_000
from = "2027-07"
until = "2028-06"
pays-for = ["anything"]
source = TEXT
"#,
);

const CHANCES: (&str, &str) = (
    "chance.toml",
    r#"
[chance.lost]
title = TEXT
odds = "30%"
source = TEXT
[chance.lost.then.stream.bridge]
title = TEXT
funder = TEXT
start-delay-months = 2

[chance.award]
title = TEXT
of = "stream.bridge.award"
uniform = [60_000, 90_000]
source = TEXT

[shock.budget]
title = TEXT
together = "50%"
of = ["lost"]
against = ["award"]
"#,
);

/// A plan with streams and lines of these names, and amounts around a scale in dollars.
pub fn wide(streams: usize, lines: usize, dollars: i64, name: impl Fn(usize) -> String) -> String {
    let mut text = String::from(
        "[plan]\ntitle = \"Riverbend\"\nstart = \"2026-07\"\nmonths = 60\nas-of = \"2027-03\"\n\
         fiscal-year-starts = \"july\"\n[policy]\ncash-floor = 100\n",
    );
    let functions = ["convene", "data", "evaluate", "engage", "operate", "communicate"];
    for line in 0..lines {
        let (function, yearly) = (functions[line % functions.len()], dollars / lines as i64 + 1);
        let priority = ["core", "essential", "stretch"][line % 3];
        writeln!(
            text,
            "[cost.c{line:03}]\ntitle = \"{}\"\nfunction = \"{function}\"\nyearly = {yearly}\n\
             priority = \"{priority}\"",
            name(line + 500)
        )
        .unwrap();
    }
    for stream in 0..streams {
        let award = dollars * (stream as i64 % 5 + 1) / streams as i64 + 1;
        let status = ["secured", "secured", "likely", "prospective"][stream % 4];
        let pays = ["\"anything\"", "\"convene\", \"data\"", "\"layer.backbone\""][stream % 3];
        writeln!(
            text,
            "[stream.s{stream:03}]\ntitle = \"{}\"\nkind = \"grant\"\nfunder = \"{}\"\n\
             status = \"{status}\"\naward = {award}\nfrom = \"20{}-07\"\nuntil = \"20{}-06\"\n\
             pays-for = [{pays}]",
            name(stream),
            name(stream),
            26 + stream % 3,
            29 + stream % 3,
        )
        .unwrap();
    }
    text
}

pub const LETTERS: &str = "Restricted receipts and other moneys of the State, year nine";

/// Plans of several sizes, by a name of each.
pub fn sizes() -> Vec<(&'static str, String)> {
    let long = |place: usize| format!("{LETTERS:.56} {place:03}");
    let word = |place: usize| format!("{}{place:03}", "W".repeat(57));
    vec![
        ("three", wide(3, 4, 900, |place| format!("Source {place}"))),
        ("forty", wide(40, 40, 9_900_000_000, long)),
        ("words", wide(8, 6, 4_000_000, word)),
    ]
}
