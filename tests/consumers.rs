//! The board's report as its readers open it: Chromium on a wide and a narrow screen and on paper, axe-core for those
//! who cannot see it, pdftotext on the print.
//!
//! `.ci/run` installs them. Where `CI` is not set and one is missing, a test says loudly that it checked nothing.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

#[path = "board/hostile.rs"]
mod hostile;

const SAMPLES: [&str; 5] =
    ["imperial-ach", "oakland-fy2020", "oakland-fy2021", "reading-ccp", "ri-hez"];
/// Where `.ci/run` puts axe-core.
const AXE: &str = "target/consumers/node_modules/axe-core/axe.min.js";
/// A wide and a narrow screen, in pixels.
const WIDTHS: [u32; 2] = [1280, 400];

/// A program of the path; nothing, loudly, where it is missing and CI does not ask for it.
fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|path| path.is_file());
    found.or_else(|| missing(names[0]))
}

fn missing<T>(what: &str) -> Option<T> {
    assert!(std::env::var_os("CI").is_none(), "CI is set, and {what} is missing: see .ci/run");
    // The harness shows what a test that passes writes to standard error only on request.
    let _ = std::io::Write::write_all(
        &mut std::io::stderr(),
        format!("\n*** {what} is missing: THIS TEST CHECKED NOTHING ***\n").as_bytes(),
    );
    None
}

/// A new empty folder of this test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("consumers").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The report of a plan folder, written by the program.
fn report(plan: &Path, folder: &Path, flags: &[&str]) -> (PathBuf, String) {
    let path = folder.join("board.html");
    let output = Command::new(env!("CARGO_BIN_EXE_braid"))
        .args(["report", plan.to_str().unwrap(), "-q", "-o", path.to_str().unwrap()])
        .args(flags)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = fs::read_to_string(&path).unwrap();
    (path, text)
}

/// Runs Chromium on a page; what it prints, and what it says beside it.
fn chromium(program: &Path, folder: &Path, flags: &[&str], page: &Path) -> (String, String) {
    let profile = folder.join("profile");
    let _ = fs::remove_dir_all(&profile);
    let output = Command::new(program)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        .args(["--disable-component-update", "--disable-sync", "--no-first-run"])
        .args(["--hide-scrollbars", "--enable-logging=stderr"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .args(flags)
        .arg(format!("file://{}", page.canonicalize().unwrap().display()))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_string();
    (text(&output.stdout), text(&output.stderr))
}

/// What a script finds on a page that is opened in a frame of a width.
fn asked(program: &Path, folder: &Path, page: &str, script: &str, width: u32) -> Value {
    let end = "</body>";
    let tell = "function tell(found){parent.postMessage(JSON.stringify(found),'*')}";
    let policy = page.split("<meta http-equiv").nth(1).unwrap().split('>').next().unwrap();
    // The policy forbids any script, so that a page that is asked goes without it.
    let open = page.replace(&format!("<meta http-equiv{policy}>\n"), "");
    assert_ne!(open, page);
    fs::write(
        folder.join("asked.html"),
        open.replace(end, &format!("<script>{tell}{script}</script>{end}")),
    )
    .unwrap();
    let frame = folder.join("frame.html");
    let text = format!(
        "<!doctype html><title>f</title><iframe src=asked.html style='border:0;width:{width}px;height:2000px'></iframe>\
         <script>addEventListener('message',e=>{{document.body.textContent='BEGIN'+btoa(encodeURIComponent(e.data))+'END'}})</script>"
    );
    fs::write(&frame, text).unwrap();
    let (printed, said) = chromium(
        program,
        folder,
        &[
            "--dump-dom",
            "--virtual-time-budget=60000",
            "--allow-file-access-from-files",
            "--window-size=1400,2100",
        ],
        &frame,
    );
    let found = printed.split("BEGIN").nth(1).and_then(|rest| rest.split("END").next());
    let found = found.unwrap_or_else(|| panic!("the page did not answer: {said}"));
    serde_json::from_str(&unpercented(&unbase64(found))).unwrap()
}

fn unbase64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0_u32, 0);
    for letter in text.bytes().filter(|letter| *letter != b'=') {
        held = held << 6 | DIGITS.iter().position(|digit| *digit == letter).unwrap() as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xff) as u8);
        }
    }
    bytes
}

fn unpercented(text: &[u8]) -> String {
    let mut bytes = Vec::new();
    let mut place = 0;
    while place < text.len() {
        if text[place] == b'%' {
            let digits = std::str::from_utf8(&text[place + 1..place + 3]).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
            place += 3;
        } else {
            bytes.push(text[place]);
            place += 1;
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// What the page looks like to a reader: nothing was asked of a network, nothing reaches over the screen, and no words of
/// a picture clip or overlap as they are really set.
const LOOK: &str = "
const seen=[...document.querySelectorAll('svg[role=img]')].filter(s=>s.getClientRects().length);
const faults=[];
for(const svg of seen){
  const view=svg.viewBox.baseVal, boxes=[...svg.querySelectorAll('text')].map(t=>[t.textContent,t.getBBox()]);
  boxes.forEach(([text,b],i)=>{
    if(b.x<-1||b.y<-2||b.x+b.width>view.width+1||b.y+b.height>view.height+2)faults.push('over the edge: '+text);
    for(const [other,c] of boxes.slice(i+1)){
      const wide=Math.min(b.x+b.width,c.x+c.width)-Math.max(b.x,c.x), tall=Math.min(b.y+b.height,c.y+c.height)-Math.max(b.y,c.y);
      if(wide>1&&tall>4)faults.push('overlap: '+text+' / '+other);
    }
  });
}
tell({requests:performance.getEntriesByType('resource').map(r=>r.name),pictures:seen.length,faults,
  wide:document.documentElement.scrollWidth,screen:innerWidth,
  cut:[...document.querySelectorAll('h1,h2,p,li')].filter(e=>e.scrollWidth>e.clientWidth+1&&getComputedStyle(e).display!=='inline').map(e=>e.textContent)});
";

#[test]
fn every_sample_reads_on_a_wide_and_a_narrow_screen() {
    let Some(browser) = program(&["chromium", "chromium-browser", "google-chrome"]) else { return };
    for sample in SAMPLES {
        let folder = folder(&format!("look-{sample}"));
        let (path, page) = report(&Path::new("scenarios").join(sample), &folder, &["--draft"]);
        for width in WIDTHS {
            let found = asked(&browser, &folder, &page, LOOK, width);
            assert_eq!(found["requests"], serde_json::json!([]), "{sample}");
            assert_eq!(found["faults"], serde_json::json!([]), "{sample} at {width}");
            assert_eq!(found["cut"], serde_json::json!([]), "{sample} at {width}");
            assert_eq!(found["screen"], width, "{sample}");
            assert!(found["wide"].as_u64() <= Some(width.into()), "{sample} at {width}: {found}");
            assert!(found["pictures"].as_u64() >= Some(4), "{sample} at {width}");
        }
        let shot = folder.join("shot.png");
        let flag = format!("--screenshot={}", shot.display());
        let (_, said) = chromium(&browser, &folder, &[&flag, "--window-size=1280,3000"], &path);
        assert!(!said.contains("CONSOLE"), "{sample}: {said}");
        assert!(fs::metadata(&shot).unwrap().len() > 50_000, "{sample}: a picture was taken");
    }
}

#[test]
fn names_of_sixty_letters_and_forty_sources_read_too() {
    let Some(browser) = program(&["chromium", "chromium-browser", "google-chrome"]) else { return };
    for (name, plan) in hostile::sizes() {
        let folder = folder(&format!("size-{name}"));
        fs::create_dir_all(folder.join("plan")).unwrap();
        fs::write(folder.join("plan/plan.toml"), plan).unwrap();
        let (_, page) = report(&folder.join("plan"), &folder, &[]);
        for width in WIDTHS {
            let found = asked(&browser, &folder, &page, LOOK, width);
            assert_eq!(found["faults"], serde_json::json!([]), "{name} at {width}");
            assert!(found["wide"].as_u64() <= Some(width.into()), "{name} at {width}: {found}");
        }
    }
}

#[test]
fn those_who_cannot_see_it_can_read_it() {
    let Some(browser) = program(&["chromium", "chromium-browser", "google-chrome"]) else { return };
    let Ok(axe) = fs::read_to_string(AXE) else {
        missing::<()>("axe-core");
        return;
    };
    let run = "
axe.run(document,{runOnly:['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']}).then(found=>tell({
  passes:found.passes.length,
  violations:found.violations.map(v=>v.id+': '+v.nodes.slice(0,3).map(n=>n.html.slice(0,200)+' '+n.failureSummary).join(' | '))}));
";
    for sample in SAMPLES {
        let folder = folder(&format!("axe-{sample}"));
        let (_, page) = report(&Path::new("scenarios").join(sample), &folder, &["--board"]);
        for width in WIDTHS {
            let script = format!("{}\n{run}", axe.replace("</script", "<\\/script"));
            let found = asked(&browser, &folder, &page, &script, width);
            assert_eq!(found["violations"], serde_json::json!([]), "{sample} at {width}");
            assert!(found["passes"].as_u64() > Some(20), "{sample}: axe ran");
        }
    }
}

/// Text without its spaces, so that lines may break anywhere.
fn close(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

/// Half of a sheet of US Letter, in points from its top; and where its footer begins.
const HALF: f64 = 396.0;
const FOOTER: f64 = 740.0;

/// Where the last line above the footer ends on a page, by the places of its words.
fn last_line(page: &str) -> f64 {
    let ends = page.split("yMax=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let ends = ends.filter_map(|end| end.parse::<f64>().ok());
    ends.filter(|end| *end < FOOTER).fold(0.0, f64::max)
}

#[test]
fn paper_holds_every_heading_table_and_page_number() {
    let Some(browser) = program(&["chromium", "chromium-browser", "google-chrome"]) else { return };
    let (Some(to_text), Some(info)) = (program(&["pdftotext"]), program(&["pdfinfo"])) else {
        return;
    };
    for sample in SAMPLES {
        let folder = folder(&format!("print-{sample}"));
        let (path, page) = report(&Path::new("scenarios").join(sample), &folder, &["--board"]);
        let pdf = folder.join("board.pdf");
        let flag = format!("--print-to-pdf={}", pdf.display());
        chromium(&browser, &folder, &["--no-pdf-header-footer", &flag], &path);
        let output = Command::new(&info).arg(&pdf).output().unwrap();
        let facts = String::from_utf8_lossy(&output.stdout).to_string();
        assert!(facts.contains("612 x 792 pts (letter)"), "{sample}: {facts}");
        let pages = facts.split("Pages:").nth(1).unwrap().lines().next().unwrap().trim();
        let output = Command::new(&to_text).arg("-layout").arg(&pdf).arg("-").output().unwrap();
        let printed = close(&String::from_utf8_lossy(&output.stdout));
        let headings: Vec<String> = page
            .split("<h2 id=")
            .skip(1)
            .map(|rest| rest.split_once('>').unwrap().1.split("</h2>").next().unwrap().to_string())
            .collect();
        assert!(headings.len() >= 11, "{sample}: headings are found");
        let output = Command::new(&to_text).arg(&pdf).arg("-").output().unwrap();
        let flowing = close(&String::from_utf8_lossy(&output.stdout));
        for heading in headings {
            let heading =
                heading.replace("&#39;", "'").replace("&amp;", "&").replace("&quot;", "\"");
            assert!(flowing.contains(&close(&heading)), "{sample}: {heading}");
        }
        for number in ["1", pages] {
            assert!(printed.contains(&format!("Page{number}of{pages}")), "{sample}: page {number}");
        }
        assert!(printed.contains("Boardcopy.braid"), "{sample}: the footer");
        // What is folded on a screen is open on paper: every input stands there.
        assert!(printed.contains("FiguresSourcePlace"), "{sample}: the inputs");
        let output = Command::new(&to_text).arg("-bbox").arg(&pdf).arg("-").output().unwrap();
        let places = String::from_utf8_lossy(&output.stdout).to_string();
        let ends: Vec<f64> = places.split("<page ").skip(1).map(last_line).collect();
        assert_eq!(ends.len().to_string(), pages, "{sample}");
        let empty = ends[..ends.len() - 1].iter().position(|end| *end < HALF);
        assert_eq!(empty, None, "{sample}: no page but the last is half white: {ends:?}");
    }
}

#[test]
fn a_browser_sees_the_same_elements_whatever_a_plan_says() {
    let Some(browser) = program(&["chromium", "chromium-browser", "google-chrome"]) else { return };
    let home = folder("hostile");
    let of = |text: &str| {
        let plan = home.join("plan");
        fs::create_dir_all(&plan).unwrap();
        for (name, content) in hostile::folder(text) {
            fs::write(plan.join(name), content).unwrap();
        }
        report(&plan, &home, &["--draft", "--futures", "5"]).1
    };
    let benign = of("Riverbend");
    let pages: Vec<String> = std::iter::once(benign.clone())
        .chain(hostile::PAYLOADS.iter().map(|text| of(text)))
        .collect();
    let pages = serde_json::to_string(&pages).unwrap().replace('<', "\\u003c");
    let script = format!(
        "const of=p=>[...new DOMParser().parseFromString(p,'text/html').querySelectorAll('*')]\
         .filter(e=>e.localName!=='text').map(e=>e.localName+' '+e.getAttributeNames().join(' ')).join('\\n');\
         const [first,...rest]={pages}.map(of);\
         tell({{size:first.length,others:rest.length,differ:rest.flatMap((p,i)=>p===first?[]:[i])}});"
    );
    let found = asked(&browser, &home, &benign, &script, 1280);
    assert_eq!(found["differ"], serde_json::json!([]));
    assert_eq!(found["others"], 60);
    assert!(found["size"].as_u64() > Some(5_000), "the page is read: {found}");
}
