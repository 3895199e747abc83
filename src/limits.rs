//! Every static bound of the engine, in one place, with the relations that make the arithmetic exact.
//!
//! A plan that exceeds a bound is refused at the door with a diagnostic that names the bound, so
//! that every later sum and product is in range by construction.

/// The largest amount of money, in cents, of one cell and of a plan's totals: 9,999,999,999,999.99.
///
/// Fifteen digits also survive a spreadsheet's binary numbers unharmed.
pub const MONEY_CENTS_MAX: i64 = 999_999_999_999_999;
/// Decimal places that a rate may have.
pub const RATE_PLACES_MAX: u32 = 9;
/// The largest rate before its decimal point: a rate lies strictly below 1,000 (100,000 %).
pub const RATE_WHOLE_MAX: i64 = 1_000;
/// Months of a plan's horizon.
pub const MONTHS_MAX: u32 = 480;
/// Streams of a plan.
pub const STREAMS_MAX: usize = 256;
/// Cost lines of a plan, with the lines that streams add (losses to repay).
pub const COSTS_MAX: usize = 512;
/// Drivers of a plan.
pub const DRIVERS_MAX: usize = 256;
/// Pools of a plan.
pub const POOLS_MAX: usize = 64;
/// Tranches of a plan, over all streams.
pub const TRANCHES_MAX: usize = 200_000;
/// Scenarios of a plan.
pub const SCENARIOS_MAX: usize = 64;
/// Scenarios that may be stacked in one run.
pub const SCENARIO_STACK_MAX: usize = 16;
/// Scenarios that are compared at once.
pub const COMPARED_MAX: usize = 16;
/// Futures of one run.
pub const FUTURES_MAX: u64 = 1_000_000;
/// Chances of a plan, beside those that it states as probabilities; and common shocks.
pub const CHANCES_MAX: usize = 256;
/// Values of a chance that are listed with their odds.
pub const CHANCE_VALUES_MAX: usize = 64;
/// Bytes of one TOML file.
pub const TOML_BYTES_MAX: u64 = 1 << 20;
/// Bytes of one CSV file.
pub const CSV_BYTES_MAX: u64 = 64 << 20;
/// Bytes of a workbook that is brought in.
pub const BOOK_BYTES_MAX: u64 = 32 << 20;
/// Bytes to which a workbook unpacks.
pub const BOOK_UNPACKED_MAX: u64 = 256 << 20;
/// Cells of a workbook that hold anything.
pub const BOOK_CELLS_MAX: usize = 1_000_000;
/// Files of one plan folder.
pub const FILES_MAX: usize = 64;
/// Bytes of one line of a file.
pub const LINE_BYTES_MAX: usize = 4_096;
/// Characters of an id.
pub const NAME_CHARS_MAX: usize = 64;
/// Characters of a title, note, source or reason.
pub const TEXT_CHARS_MAX: usize = 1_000;
/// The largest count a driver may reach.
pub const COUNT_MAX: i64 = 1_000_000_000;
/// Times that a month is repeated while something still moves. Two awards that match each other could go on
/// cent by cent; what moves so late is no more than cents a pass, and every rule holds all the same.
pub const MONTH_PASSES_MAX: usize = 256;
/// Diagnostics that are printed; the rest are counted.
pub const DIAGNOSTICS_MAX: usize = 100;
/// The first calendar year that a month may lie in.
pub const YEAR_MIN: i32 = 1970;
/// The last calendar year that a month may lie in.
pub const YEAR_MAX: i32 = 2199;

const _: () = assert!(
    (MONEY_CENTS_MAX as i128) * 1_000_000_000_000 < i128::MAX / 1_000,
    "money times rate, rate in billionths, is exact in 128 bits"
);
const _: () = assert!(
    MONEY_CENTS_MAX < i64::MAX / 4_096,
    "the sum of thousands of the largest amounts still fits 64 bits"
);
const _: () =
    assert!(MONTHS_MAX as usize * COSTS_MAX < u32::MAX as usize, "a cell index fits 32 bits");
