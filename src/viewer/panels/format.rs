//! How numbers and dates are written.

use jiff::civil::Date;

use crate::words::say;

/// A value with its unit; a dash where there is none.
pub(crate) fn said(value: f64, digits: usize, unit: &str) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    // Minus nothing is nothing.
    let value = if value.abs() < 0.5 * 0.1_f64.powi(digits as i32) {
        0.0
    } else {
        value
    };
    let space = if unit.is_empty() { "" } else { " " };
    format!("{value:.digits$}{space}{unit}")
}

/// A power in kW, or in MW from one of them.
pub(crate) fn watts(w: f64) -> String {
    if w.abs() < 1e4 {
        said(w / 1e3, 1, "kW")
    } else if w.abs() < 1e6 {
        said(w / 1e3, 0, "kW")
    } else {
        said(w / 1e6, if w.abs() < 1e8 { 2 } else { 1 }, "MW")
    }
}

/// A count in short: 262k, 1.05M.
pub(crate) fn compact(value: f64) -> String {
    match value.abs() {
        size if size >= 999_500.0 => format!("{:.2}M", value / 1e6),
        size if size >= 9_950.0 => format!("{:.0}k", value / 1e3),
        size if size >= 1_000.0 => format!("{:.1}k", value / 1e3),
        _ => format!("{value:.0}"),
    }
}

/// A whole number with its thousands parted.
pub(crate) fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut out = String::from(if value <= -0.5 { "-" } else { "" });
    for (k, digit) in digits.chars().enumerate() {
        if k > 0 && (digits.len() - k) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A date in words.
pub(crate) fn said_date(date: Date) -> String {
    say!("date", day = date.day(), month = month(date), year = date.year())
}

/// The month of a date in words.
pub(crate) fn said_month(date: Date) -> String {
    say!("date-month", month = month(date), year = date.year())
}

/// The day of a date without its year.
pub(crate) fn day(date: Date) -> String {
    say!("date-day", day = date.day(), month = month(date))
}

/// The name of a date's month, in short.
pub(crate) fn month(date: Date) -> &'static str {
    match date.month() {
        1 => say!("month-1"),
        2 => say!("month-2"),
        3 => say!("month-3"),
        4 => say!("month-4"),
        5 => say!("month-5"),
        6 => say!("month-6"),
        7 => say!("month-7"),
        8 => say!("month-8"),
        9 => say!("month-9"),
        10 => say!("month-10"),
        11 => say!("month-11"),
        _ => say!("month-12"),
    }
}
