//! What is no sound workbook: foreign, huge, encrypted and broken files are refused with the reason, formulas that nobody
//! worked out are no amounts, and cells far apart take little room.

use std::io::{Cursor, Read, Write};

use braidfund::folder;
use braidfund::import::book::{Book, Datum};
use braidfund::import::budget;
use braidfund::limits::{BOOK_BYTES_MAX, BOOK_UNPACKED_MAX};
use rust_decimal::Decimal;
use rust_xlsxwriter::Workbook as Office;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{hub, office, told};

/// A packed file of these parts.
fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn what_is_no_sound_workbook_is_refused_with_the_reason() {
    let whole = office();
    let bomb = vec![b' '; BOOK_UNPACKED_MAX as usize + 1];
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (b"cost,2026-07\n".to_vec(), "is no .xlsx workbook / it holds plain text"),
        (b"\0\x01".to_vec(), "is no .xlsx workbook / it is a file of another kind"),
        (Vec::new(), "is no .xlsx workbook / it is empty"),
        (
            [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0].to_vec(),
            "is of an old format (.xls)",
        ),
        (whole[..whole.len() / 2].to_vec(), "is broken / it was cut short"),
        (packed(&[("content.xml", b"<office/>")]), "it is an OpenDocument file"),
        (packed(&[("xl/workbook.bin", b"")]), "it is a binary workbook"),
        (packed(&[("word/document.xml", b"<w/>")]), "another kind"),
        (packed(&[("xl/workbook.xml", b"<workbook")]), "cannot be read as a workbook"),
        (packed(&[("xl/workbook.xml", &bomb)]), "unpacks to more than 256 MB"),
        (vec![b'P'; BOOK_BYTES_MAX as usize + 1], "is larger than 32 MB"),
    ];
    for (bytes, why) in cases {
        let error = Book::read("b.xlsx", &bytes).unwrap_err();
        assert!(error.is_input() && told(&error).contains(why), "{why}: {}", told(&error));
    }
    for byte in (0..whole.len()).step_by(7) {
        let mut changed = whole.clone();
        changed[byte] ^= 0x5a;
        // It is read as something or refused; it never stops otherwise.
        let _ = Book::read("b.xlsx", &changed).map(|book| budget::propose(&book));
        let _ = Book::read("b.xlsx", &whole[..byte]);
    }
}

/// What a program writes that works nothing out: a formula without a value is no amount of nothing.
#[test]
fn formulas_that_were_never_worked_out_are_refused() {
    let parts: Vec<(String, Vec<u8>)> = {
        let mut archive = zip::ZipArchive::new(Cursor::new(office())).unwrap();
        let names: Vec<String> =
            archive.file_names().map(|name| name.unwrap().to_string()).collect();
        let mut part = |name: &String| {
            let mut bytes = Vec::new();
            archive.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
            (name.clone(), bytes)
        };
        names.iter().map(&mut part).collect()
    };
    let bare = |(name, bytes): &(String, Vec<u8>)| {
        let text = String::from_utf8_lossy(bytes).replace("<v>8250.5</v>", "<f>8000+250.5</f>");
        (name.clone(), text.into_bytes())
    };
    let parts: Vec<(String, Vec<u8>)> = parts.iter().map(bare).collect();
    let parts: Vec<(&str, &[u8])> =
        parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let book = Book::read("budget.xlsx", &packed(&parts)).unwrap();
    let text = "confirmed = true\nsheet = \"Budget\"\ncolumns = { D = \"2026-08\", E = \"2026-09\" }\n\
                [line.director]\nrow = 5\nfunction = \"convene\"\n";
    let refused = budget::costs(&book, &folder::mapping(&hub(text)).unwrap()).unwrap_err();
    assert!(
        told(&refused).contains("E5 holds a formula that was never worked out"),
        "{}",
        told(&refused)
    );
}

#[test]
fn a_sheet_of_far_cells_is_held_in_little_room() {
    let mut workbook = Office::new();
    let sheet = workbook.add_worksheet();
    sheet.write(0, 0, 1).unwrap().write(1_048_575, 16_383, 2.5).unwrap();
    let book = Book::read("b.xlsx", &workbook.save_to_buffer().unwrap()).unwrap();
    assert_eq!(book.sheets[0].cells.len(), 2);
    let far = book.sheets[0].at(1_048_575, 16_383);
    assert_eq!(far, Some(&Datum::Number(Decimal::new(25, 1))));
}
