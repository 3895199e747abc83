//! The keys of `import.toml`.

use super::keys::Shape::{Bool, Map, Table, Text, Whole};
use super::keys::{Kind, Pattern, may, need};

/// The last row that a sheet can have.
const ROWS_MAX: i64 = 1_048_576;

/// The kinds of table of what is brought in.
pub const IMPORT_KINDS: &[Kind] = &[
    Kind {
        name: "import",
        doc: "import.toml",
        keys: &[
            need("confirmed", Bool, "Whether a person has read what each line is."),
            need("sheet", Text, "The sheet of the workbook that holds the budget."),
            need(
                "columns",
                Map(Pattern::Value, &Text),
                "What each column of amounts holds, by its letters: `{ C = \"2026-07\", D = \"FY2027\" }`.",
            ),
            may("names", Text, "", "The column of the names of lines: `B`."),
            may("headings", Whole(1, ROWS_MAX), "", "The row of months or years."),
            need("line", Map(Pattern::Id, &Table(&["import-line"])), "Cost lines, by id."),
        ],
    },
    Kind {
        name: "import-line",
        doc: "A row of a budget that becomes a cost line; its other keys can be added to `costs.csv`.",
        keys: &[
            need("row", Whole(1, ROWS_MAX), "The row of the sheet."),
            may(
                "named",
                Text,
                "",
                "What stands in the column of names; where something else does, the row has moved.",
            ),
            may("title", Text, "", "What people call it."),
            need("function", Text, "The function that it serves, as a cost line says it."),
            may("layer", Text, "", "As a cost line says it."),
            may("priority", Text, "", "As a cost line says it."),
            may("category", Text, "", "As a cost line says it."),
        ],
    },
];
