//! Job traces: the Standard Workload Format, and tables with one job a row. A table's rows are checked here for CSV
//! and for Parquet alike; the latter is read by `host`.
//!
//! Format of SWF: the Parallel Workloads Archive, "The Standard Workload Format", version 2.2.

use super::job::{Job, Kind};
use crate::diag::{Code, Diagnostic, Place, Report};

/// Most errors of a file that are told one by one: a file of another kind is wrong in every row.
const MOST_ERRORS: usize = 50;

/// Longest time that a trace may hold, s: more than three centuries.
const LONGEST_S: f64 = 1e10;

/// Shortest work of a job, s.
const SHORTEST_S: f64 = 1e-3;

/// What a trace does not say.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// Chips that stand for one processor of an SWF trace.
    pub chips_per_processor: f64,
    /// Utilisation of chips where the trace has none, 0 to 1.
    pub utilisation: f64,
    /// What its jobs do.
    pub kind: Kind,
    /// Chip by its catalog name that its jobs must have.
    pub chip: Option<String>,
    /// Priority of its jobs.
    pub priority: i32,
    /// Most jobs that are taken, the earliest first.
    pub limit: Option<usize>,
}

/// An SWF trace with what its header says and what could not be taken over.
#[derive(Debug, Clone, PartialEq)]
pub struct Swf {
    /// Jobs by the time at which they are asked for.
    pub jobs: Vec<Job>,
    /// Rows without work for anyone: cancelled, of unknown length or size, or parts of a job that another row sums up.
    pub left_out: usize,
    /// Time 0 of the trace, s since 1970, as its header says.
    pub start_unix_s: Option<f64>,
    /// Processors of the machine, as its header says.
    pub max_procs: Option<f64>,
}

/// Errors of one file; those past the first fifty are only counted.
pub(crate) struct Faults<'a> {
    file: &'a str,
    report: Report,
    more: usize,
    first_more: Option<(Code, Place)>,
}

impl<'a> Faults<'a> {
    pub(crate) fn of(file: &'a str) -> Self {
        Self {
            file,
            report: Report::default(),
            more: 0,
            first_more: None,
        }
    }

    /// Adds an error. The place is found only for those that are told.
    pub(crate) fn push(
        &mut self,
        code: Code,
        place: impl FnOnce() -> Place,
        field: &str,
        found: String,
        allowed: impl Into<String>,
    ) {
        if self.report.errors.len() >= MOST_ERRORS {
            self.more += 1;
            if self.first_more.is_none() {
                self.first_more = Some((code, place()));
            }
            return;
        }
        self.report.push(Diagnostic {
            code,
            file: self.file.to_owned(),
            place: place(),
            field: field.to_owned(),
            found,
            allowed: allowed.into(),
        });
    }

    /// The value if nothing is wrong.
    pub(crate) fn finish<T>(mut self, value: T) -> Result<T, Report> {
        self.report.errors.sort_by_key(|error| error.place);
        if let Some((code, place)) = self.first_more {
            self.report.push(Diagnostic {
                code,
                file: self.file.to_owned(),
                place,
                field: String::new(),
                found: format!("{} more errors from here on", self.more),
                allowed: "none".into(),
            });
        }
        self.report.into_result(value)
    }
}

/// A text as it is shown in an error: its beginning in quotes.
fn quoted(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{:?}…", &text[..at]),
        None => format!("{text:?}"),
    }
}

/// Jobs in order of time, as many as are wanted. Those of one time keep the order of the file.
pub(crate) fn in_order(mut jobs: Vec<Job>, how: &Mapping) -> Vec<Job> {
    jobs.sort_by(|a, b| a.submit_s.total_cmp(&b.submit_s));
    jobs.truncate(how.limit.unwrap_or(usize::MAX));
    jobs
}

/// The columns of an SWF row.
const SWF: [&str; 18] = [
    "job number",
    "submit time, s",
    "wait time, s",
    "run time, s",
    "allocated processors",
    "average CPU time, s",
    "used memory, KB",
    "requested processors",
    "requested time, s",
    "requested memory, KB",
    "status",
    "user",
    "group",
    "executable",
    "queue",
    "partition",
    "preceding job",
    "think time, s",
];
const SUBMIT: usize = 1;
const RUN: usize = 3;
const ALLOCATED: usize = 4;
const CPU: usize = 5;
const REQUESTED: usize = 7;
const ASKED: usize = 8;
const STATUS: usize = 10;

/// Reads an SWF trace: its jobs by the time at which they are asked for.
///
/// # Errors
/// Everything that is wrong with it; the first fifty errors one by one.
pub fn read_swf(file: &str, text: &str, how: &Mapping) -> Result<Vec<Job>, Report> {
    swf(file, text, how).map(|trace| trace.jobs)
}

/// Reads an SWF trace with its header.
///
/// # Errors
/// Everything that is wrong with it; the first fifty errors one by one.
pub fn swf(file: &str, text: &str, how: &Mapping) -> Result<Swf, Report> {
    let mut faults = Faults::of(file);
    let mut trace = Swf {
        jobs: Vec::new(),
        left_out: 0,
        start_unix_s: None,
        max_procs: None,
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (at, line) in text.lines().enumerate() {
        let at = at as u32 + 1;
        if let Some(comment) = line.trim_start().strip_prefix(';') {
            if let Some((key, value)) = comment.split_once(':') {
                let value = || value.trim().parse::<f64>().ok().filter(|x| x.is_finite());
                match key.trim() {
                    "UnixStartTime" => trace.start_unix_s = value(),
                    "MaxProcs" => trace.max_procs = value(),
                    _ => {}
                }
            }
        } else if !line.trim().is_empty() {
            match swf_row(line, at, how, &mut faults) {
                Row::Job(job) => trace.jobs.push(job),
                Row::LeftOut => trace.left_out += 1,
                Row::Wrong => {}
            }
        }
    }
    trace.jobs = in_order(trace.jobs, how);
    faults.finish(trace)
}

enum Row {
    Job(Job),
    LeftOut,
    Wrong,
}

fn swf_row(line: &str, at: u32, how: &Mapping, faults: &mut Faults<'_>) -> Row {
    let place = |cell: &str| {
        // The cell is a part of the line, so that the distance of their starts is its place in bytes.
        let before = cell.as_ptr() as usize - line.as_ptr() as usize;
        Place {
            line: at,
            column: line[..before].chars().count() as u32 + 1,
        }
    };
    let mut cells = [""; SWF.len()];
    let mut count = 0;
    for cell in line.split_whitespace() {
        if let Some(slot) = cells.get_mut(count) {
            *slot = cell;
        }
        count += 1;
    }
    if count != SWF.len() {
        let code = if count < SWF.len() {
            Code::MissingField
        } else {
            Code::UnknownField
        };
        let start = || Place { line: at, column: 1 };
        faults.push(
            code,
            start,
            "row",
            format!("{count} columns"),
            format!("{} columns", SWF.len()),
        );
        return Row::Wrong;
    }
    let mut values = [0.0; SWF.len()];
    let mut wrong = false;
    for (k, (cell, value)) in cells.iter().zip(&mut values).enumerate() {
        let (low, high, unknown) = match k {
            SUBMIT => (0.0, LONGEST_S, false),
            RUN | ASKED | CPU => (0.0, LONGEST_S, true),
            ALLOCATED | REQUESTED => (0.0, f64::from(u32::MAX), true),
            STATUS => (0.0, 5.0, true),
            _ => (f64::MIN, f64::MAX, false),
        };
        let allowed = || match k {
            _ if low == f64::MIN => "a number; -1 for unknown".to_owned(),
            _ if unknown => format!("a number, {low} to {high}; -1 for unknown"),
            _ => format!("a number, {low} to {high}"),
        };
        match cell.parse::<f64>() {
            Ok(x) if (low..=high).contains(&x) || unknown && x == -1.0 => *value = x,
            Ok(x) if x.is_finite() => {
                faults.push(Code::OutOfRange, || place(cell), SWF[k], x.to_string(), allowed());
                wrong = true;
            }
            _ => {
                faults.push(Code::WrongKind, || place(cell), SWF[k], quoted(cell), allowed());
                wrong = true;
            }
        }
    }
    if wrong {
        return Row::Wrong;
    }
    let processors = [values[ALLOCATED], values[REQUESTED]].into_iter().find(|n| *n > 0.0);
    // Status 2 to 4 marks parts of a job between checkpoints; a row of its own sums them up.
    let partial = (2.0..=4.0).contains(&values[STATUS]);
    let (Some(processors), false, true) = (processors, partial, values[RUN] >= SHORTEST_S) else {
        return Row::LeftOut;
    };
    let chips = processors * how.chips_per_processor;
    if !(0.0..=f64::from(u32::MAX)).contains(&chips) {
        let allowed = format!("at most {} chips", u32::MAX);
        let found = format!("{chips} chips for {processors} processors");
        faults.push(
            Code::OutOfRange,
            || place(cells[ALLOCATED]),
            SWF[ALLOCATED],
            found,
            allowed,
        );
        return Row::Wrong;
    }
    let work_s = values[RUN];
    Row::Job(Job {
        name: format!("swf-{}", cells[0]),
        kind: how.kind,
        submit_s: values[SUBMIT],
        // A product that is whole but for rounding is not rounded up.
        chips: ((chips - 1e-6).ceil() as u32).max(1),
        chip: how.chip.clone(),
        priority: how.priority,
        preemptible: false,
        flop: None,
        work_s,
        // Logs hold jobs that ran past what was asked for; nobody may plan with less than the truth.
        asked_s: values[ASKED].max(work_s),
        // A CPU time of 0 beside a run time is one that was not measured.
        utilisation: if values[CPU] > 0.0 {
            (values[CPU] / work_s).min(1.0)
        } else {
            how.utilisation
        },
        model: None,
    })
}

/// Columns of a table of jobs; the first three must be there.
pub(crate) const COLUMNS: [&str; 10] = [
    "submit_s",
    "chips",
    "work_s",
    "name",
    "kind",
    "asked_s",
    "utilisation",
    "priority",
    "chip",
    "preemptible",
];

/// How many of the [`COLUMNS`] must be there.
pub(crate) const REQUIRED: usize = 3;

/// A cell of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(
    any(not(feature = "cli"), target_arch = "wasm32"),
    allow(dead_code, reason = "CSV has texts alone")
)]
pub(crate) enum Cell<'a> {
    /// Nothing: its column's default, if it has one.
    Empty,
    /// A number.
    Number(f64),
    /// A text, of which numbers are read too.
    Text(&'a str),
    /// Yes or no.
    Flag(bool),
}

/// Which column of a table stands for which of the [`COLUMNS`]; none where one that must be there is not.
pub(crate) fn header<'a>(
    names: impl Iterator<Item = &'a str>,
    faults: &mut Faults<'_>,
    place: &dyn Fn(usize) -> Place,
) -> Option<Vec<Option<usize>>> {
    let mut seen = [false; COLUMNS.len()];
    let mut columns = Vec::new();
    for (k, name) in names.enumerate() {
        let column = COLUMNS.iter().position(|known| *known == name);
        match column {
            None => faults.push(
                Code::UnknownField,
                || place(k),
                "header",
                quoted(name),
                COLUMNS.join(", "),
            ),
            Some(c) if seen[c] => {
                let found = format!("`{name}` again");
                faults.push(Code::DuplicateField, || place(k), "header", found, "each column once");
            }
            Some(c) => seen[c] = true,
        }
        columns.push(column);
    }
    let missing: Vec<&str> = (0..REQUIRED).filter(|c| !seen[*c]).map(|c| COLUMNS[c]).collect();
    if missing.is_empty() {
        return Some(columns);
    }
    let found = format!("no column {}", missing.join(", "));
    faults.push(
        Code::MissingField,
        || place(0),
        "header",
        found,
        "a header with submit_s, chips, work_s",
    );
    None
}

/// What is wrong with a row: column of [`COLUMNS`], code, what was found and what is allowed.
type Say<'a> = dyn FnMut(usize, Code, String, String) + 'a;

fn number(
    cells: &[Cell<'_>; COLUMNS.len()],
    c: usize,
    [low, high]: [f64; 2],
    also: f64,
    say: &mut Say<'_>,
) -> Option<f64> {
    let whole = matches!(COLUMNS[c], "chips" | "priority");
    let allowed = || {
        let kind = if whole { "a whole number" } else { "a number" };
        let also = if also.is_nan() {
            ""
        } else {
            "; inf for a service without an end"
        };
        format!("{kind}, {low} to {high}{also}")
    };
    let (value, found) = match cells[c] {
        Cell::Empty if c < REQUIRED => {
            say(c, Code::MissingField, "nothing".into(), allowed());
            return None;
        }
        Cell::Empty => return None,
        Cell::Number(x) => (Some(x), x.to_string()),
        Cell::Text(text) => (text.parse().ok(), quoted(text)),
        Cell::Flag(flag) => (None, flag.to_string()),
    };
    match value.filter(|x| !x.is_nan() && (!whole || x.fract() == 0.0)) {
        Some(x) if (low..=high).contains(&x) || x == also => Some(x),
        Some(_) => {
            say(c, Code::OutOfRange, found, allowed());
            None
        }
        None => {
            say(c, Code::WrongKind, found, allowed());
            None
        }
    }
}

/// The job of a row, by the row's number for its name; none where anything is wrong, which has then been said.
pub(crate) fn job_of(cells: &[Cell<'_>; COLUMNS.len()], row: usize, how: &Mapping, say: &mut Say<'_>) -> Option<Job> {
    let mut wrong = false;
    let mut say = |c: usize, code: Code, found: String, allowed: String| {
        wrong = true;
        say(c, code, found, allowed);
    };
    let text = |c: usize| match cells[c] {
        Cell::Text(text) => Some(text),
        _ => None,
    };
    let kind = match text(4) {
        None => how.kind,
        Some(word) => Kind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .unwrap_or_else(|| {
                let allowed = Kind::ALL.map(Kind::as_str).join(", ");
                say(4, Code::UnknownChoice, quoted(word), allowed);
                how.kind
            }),
    };
    let preemptible = match cells[9] {
        Cell::Empty | Cell::Text("false") | Cell::Flag(false) => false,
        Cell::Text("true") | Cell::Flag(true) => true,
        Cell::Text(other) => {
            say(9, Code::UnknownChoice, quoted(other), "true, false".into());
            false
        }
        Cell::Number(x) => {
            say(9, Code::WrongKind, x.to_string(), "true, false".into());
            false
        }
    };
    let endless = if kind == Kind::Serving { f64::INFINITY } else { f64::NAN };
    let submit_s = number(cells, 0, [-LONGEST_S, LONGEST_S], f64::NAN, &mut say);
    let chips = number(cells, 1, [1.0, f64::from(u32::MAX)], f64::NAN, &mut say);
    let work_s = number(cells, 2, [SHORTEST_S, LONGEST_S], endless, &mut say);
    let asked_s = number(cells, 5, [SHORTEST_S, LONGEST_S], endless, &mut say);
    let utilisation = number(cells, 6, [0.0, 1.0], f64::NAN, &mut say);
    let priority = number(cells, 7, [f64::from(i32::MIN), f64::from(i32::MAX)], f64::NAN, &mut say);
    if wrong {
        return None;
    }
    let work_s = work_s?;
    Some(Job {
        name: text(3).map_or_else(|| format!("job {row}"), str::to_owned),
        kind,
        submit_s: submit_s?,
        chips: chips? as u32,
        chip: text(8).map(str::to_owned).or_else(|| how.chip.clone()),
        priority: priority.map_or(how.priority, |x| x as i32),
        preemptible,
        flop: None,
        work_s,
        asked_s: asked_s.unwrap_or(work_s).max(work_s),
        utilisation: utilisation.unwrap_or(how.utilisation),
        model: None,
    })
}

/// Reads a CSV table of jobs with a header: `submit_s`, `chips` and `work_s` must be there; `name`, `kind`, `asked_s`,
/// `utilisation`, `priority`, `chip` and `preemptible` may be. An empty cell takes the mapping's value.
///
/// # Errors
/// Everything that is wrong with it; the first fifty errors one by one.
pub fn read_csv(file: &str, text: &str, how: &Mapping) -> Result<Vec<Job>, Report> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut faults = Faults::of(file);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut columns: Option<Vec<Option<usize>>> = None;
    let mut jobs = Vec::new();
    let mut row = 0;
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                let line = error.position().map_or(1, |at| at.line() as u32);
                faults.push(Code::Syntax, || Place { line, column: 1 }, "", error.to_string(), "CSV");
                break;
            }
        }
        let start = record.position().map_or(0, |at| at.byte() as usize);
        let place = |k: usize| cell_at(text, start, k);
        let Some(columns) = &columns else {
            columns = header(record.iter(), &mut faults, &place);
            if columns.is_none() {
                return faults.finish(Vec::new());
            }
            continue;
        };
        row += 1;
        if record.len() != columns.len() {
            let found = format!("{} cells", record.len());
            let allowed = format!("{} cells, as in the header", columns.len());
            faults.push(Code::Inconsistent, || place(0), "row", found, allowed);
            continue;
        }
        let mut cells = [Cell::Empty; COLUMNS.len()];
        for (cell, column) in record.iter().zip(columns) {
            if let (Some(c), false) = (column, cell.is_empty()) {
                cells[*c] = Cell::Text(cell);
            }
        }
        let job = job_of(&cells, row, how, &mut |c, code, found, allowed| {
            let at = || place(columns.iter().position(|column| *column == Some(c)).unwrap_or(0));
            faults.push(code, at, COLUMNS[c], found, allowed);
        });
        jobs.extend(job);
    }
    if columns.is_none() {
        header(std::iter::empty(), &mut faults, &|_| Place { line: 1, column: 1 });
    }
    faults.finish(in_order(jobs, how))
}

/// Place of cell `k` of the row that starts at a byte: separators inside quotes do not count.
fn cell_at(text: &str, start: usize, k: usize) -> Place {
    let bytes = text.as_bytes();
    // A row may begin with the end of the line before it.
    let mut at = start.min(bytes.len());
    while at < bytes.len() && matches!(bytes[at], b'\r' | b'\n') {
        at += 1;
    }
    let (mut left, mut inside) = (k, false);
    while at < bytes.len() && left > 0 {
        match bytes[at] {
            b'"' => inside = !inside,
            b',' if !inside => left -= 1,
            _ => {}
        }
        at += 1;
    }
    while at < bytes.len() && bytes[at] == b' ' {
        at += 1;
    }
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Place {
        line: before.matches('\n').count() as u32 + 1,
        column: before[line_start..].chars().count() as u32 + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mapping() -> Mapping {
        Mapping {
            chips_per_processor: 2.0,
            utilisation: 0.6,
            kind: Kind::Batch,
            chip: Some("trainium2".into()),
            priority: 3,
            limit: None,
        }
    }

    const TRACE: &str = "; Version: 2.2\n;   UnixStartTime: 749433603\n; MaxProcs: 128\n\
        3 100 5 600 16 300 -1 -1 900 -1 1 1 1 -1 -1 -1 -1 -1\n\
        1 0 -1 60 -1 -1 -1 8 -1 -1 0 1 1 -1 -1 -1 -1 -1\n\
        2 50 -1 0 -1 -1 -1 8 60 -1 5 1 1 -1 -1 -1 -1 -1\n\
        4 100 0 500 4 900 -1 4 100 -1 1 1 1 -1 -1 -1 -1 -1\n\
        5 120 0 500 4 -1 -1 4 100 -1 2 1 1 -1 -1 -1 -1 -1\n";

    #[test]
    fn an_swf_trace_becomes_jobs_in_order() {
        let trace = swf("t.swf", TRACE, &mapping()).expect("is right");
        assert_eq!(trace.start_unix_s, Some(749_433_603.0));
        assert_eq!(trace.max_procs, Some(128.0));
        assert_eq!(trace.left_out, 2, "a cancelled job and a part of one");
        let names: Vec<&str> = trace.jobs.iter().map(|job| job.name.as_str()).collect();
        assert_eq!(names, ["swf-1", "swf-3", "swf-4"]);
        let [first, second, third] = &trace.jobs[..] else {
            panic!("three jobs")
        };
        assert_eq!(
            (first.chips, first.work_s, first.asked_s, first.utilisation),
            (16, 60.0, 60.0, 0.6)
        );
        assert_eq!(
            (second.chips, second.work_s, second.asked_s, second.utilisation),
            (32, 600.0, 900.0, 0.5)
        );
        assert_eq!(
            (third.asked_s, third.utilisation),
            (500.0, 1.0),
            "ran past what it asked for"
        );
        assert_eq!(first.chip.as_deref(), Some("trainium2"));
        let how = Mapping {
            limit: Some(2),
            ..mapping()
        };
        assert_eq!(read_swf("t.swf", TRACE, &how).expect("is right").len(), 2);
    }

    #[test]
    fn an_swf_trace_tells_every_malformed_row() {
        let text =
            "; a comment\n1 0 0 60 x 0 0 8 -1 -1 1 1 1 1 1 1 1 1\n 1 -5 0 60 8 0 0 8 -1 -1 9 1 1 1 1 1 1 1\n1 2 3\n";
        let report = read_swf("t.swf", text, &mapping()).expect_err("is wrong");
        let told: Vec<String> = report.errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "error[E0105]: t.swf:2:10: allocated processors: found \"x\"; allowed: a number, 0 to 4294967295; -1 for unknown",
                "error[E0106]: t.swf:3:4: submit time, s: found -5; allowed: a number, 0 to 10000000000",
                "error[E0106]: t.swf:3:26: status: found 9; allowed: a number, 0 to 5; -1 for unknown",
                "error[E0103]: t.swf:4:1: row: found 3 columns; allowed: 18 columns",
            ]
        );
    }

    #[test]
    fn errors_past_fifty_are_counted() {
        let report = read_swf("t.swf", &"no row\n".repeat(80), &mapping()).expect_err("is wrong");
        assert_eq!(report.errors.len(), MOST_ERRORS + 1);
        let last = &report.errors[MOST_ERRORS];
        assert_eq!(
            (last.found.as_str(), last.place.line),
            ("30 more errors from here on", 51)
        );
    }

    #[test]
    fn a_csv_table_becomes_jobs_in_order() {
        let text = "\u{feff}name, submit_s,chips,work_s,kind,asked_s,utilisation,priority,chip,preemptible\r\n\
            \"a, b\",50,64,600,training,700,0.9,-2,h100,true\r\n\r\n,-10,128.0,1e3,,,,,,\r\n,-10,8,inf,serving,,,,,false\r\n";
        let jobs = read_csv("t.csv", text, &mapping()).expect("is right");
        assert_eq!(jobs.len(), 3);
        assert_eq!(
            (jobs[0].name.as_str(), jobs[0].chips, jobs[0].asked_s),
            ("job 2", 128, 1_000.0)
        );
        assert_eq!(
            (jobs[0].kind, jobs[0].priority, jobs[0].utilisation),
            (Kind::Batch, 3, 0.6)
        );
        assert_eq!((jobs[1].kind, jobs[1].work_s), (Kind::Serving, f64::INFINITY));
        let last = &jobs[2];
        assert_eq!(
            (last.name.as_str(), last.kind, last.priority),
            ("a, b", Kind::Training, -2)
        );
        assert_eq!(
            (last.chip.as_deref(), last.preemptible, last.utilisation),
            (Some("h100"), true, 0.9)
        );
    }

    #[test]
    fn a_csv_table_tells_every_error_with_its_place() {
        let text = "submit_s,name,chips,work_s,preemptible,kind\r\n1,\"a,\n b\",0.5,60,maybe,\r\n\r\nx,,,inf,,night\r\n1,2\r\n";
        let report = read_csv("t.csv", text, &mapping()).expect_err("is wrong");
        let told: Vec<String> = report.errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "error[E0105]: t.csv:3:5: chips: found \"0.5\"; allowed: a whole number, 1 to 4294967295",
                "error[E0107]: t.csv:3:12: preemptible: found \"maybe\"; allowed: true, false",
                "error[E0105]: t.csv:5:1: submit_s: found \"x\"; allowed: a number, -10000000000 to 10000000000",
                "error[E0103]: t.csv:5:4: chips: found nothing; allowed: a whole number, 1 to 4294967295",
                "error[E0106]: t.csv:5:5: work_s: found \"inf\"; allowed: a number, 0.001 to 10000000000",
                "error[E0107]: t.csv:5:10: kind: found \"night\"; allowed: training, serving, batch",
                "error[E0110]: t.csv:6:1: row: found 2 cells; allowed: 6 cells, as in the header",
            ]
        );
    }

    #[test]
    fn a_csv_header_lists_what_is_allowed() {
        let text = "submit_s,submit_s,gpus,work_s\n1,2,3,4\n";
        let report = read_csv("t.csv", text, &mapping()).expect_err("is wrong");
        let told: Vec<String> = report.errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "error[E0103]: t.csv:1:1: header: found no column chips; allowed: a header with submit_s, chips, work_s",
                "error[E0104]: t.csv:1:10: header: found `submit_s` again; allowed: each column once",
                "error[E0102]: t.csv:1:19: header: found \"gpus\"; allowed: submit_s, chips, work_s, name, kind, asked_s, \
                 utilisation, priority, chip, preemptible",
            ]
        );
        let empty = read_csv("t.csv", "", &mapping()).expect_err("is wrong");
        assert_eq!(empty.errors.len(), 1);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,80}|[-0-9a-z;:.,\"\r\n \u{e9}]{0,200}") {
            let _ = swf("t.swf", &text, &mapping());
            let _ = read_csv("t.csv", &text, &mapping());
            let _ = read_csv("t.csv", &format!("submit_s,chips,work_s,name,kind\n{text}"), &mapping());
        }

        /// Whatever is written as a table is read back as it was.
        #[test]
        fn a_written_table_is_read_back(rows in proptest::collection::vec((-1e6..1e6_f64, 1_u32.., 0.01..1e6_f64, "[a-z\", ]{1,9}"), 0..20)) {
            let mut csv = csv::Writer::from_writer(Vec::new());
            csv.write_record(["submit_s", "chips", "work_s", "name"]).expect("memory");
            for (submit_s, chips, work_s, name) in &rows {
                csv.write_record([submit_s.to_string(), chips.to_string(), work_s.to_string(), name.clone()]).expect("memory");
            }
            let text = String::from_utf8(csv.into_inner().expect("memory")).expect("is text");
            let jobs = read_csv("t.csv", &text, &mapping()).expect("is right");
            let mut rows = rows;
            rows.sort_by(|a, b| a.0.total_cmp(&b.0));
            prop_assert_eq!(jobs.len(), rows.len());
            for (job, row) in jobs.iter().zip(&rows) {
                prop_assert_eq!((job.submit_s, job.chips, job.work_s), (row.0, row.1, row.2));
            }
        }
    }
}
