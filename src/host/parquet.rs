//! Tables of jobs as Parquet. The library knows it only where the programs run natively: a browser's download would
//! grow by it.
//!
//! The reader trusts sizes that a file claims, and panics or runs out of memory on some that are corrupt. What it
//! would allocate by is therefore checked first, and what still panics is caught and told as an error.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ::parquet::basic::{ConvertedType, LogicalType, Type};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::DataType;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::ColumnChunkMetaData;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::schema::types::{ColumnDescPtr, ColumnDescriptor};
use bytes::Bytes;

use crate::diag::{Code, Diagnostic, Place, Report};
use crate::workload::Job;
use crate::workload::trace::{COLUMNS, Cell, Faults, Mapping, header, in_order, job_of};

/// Most rows of a file.
const MOST_ROWS: usize = 1 << 22;

/// Largest footer and largest page, bytes.
const LARGEST: i64 = 64 << 20;

/// Rows that are decoded at a time.
const BATCH: usize = 8_192;

/// Reads a table of jobs with the columns of [`crate::workload::trace::read_csv`]: numbers as INT32, INT64, FLOAT or
/// DOUBLE, texts as BYTE_ARRAY, `preemptible` as BOOLEAN or BYTE_ARRAY. In an error's place the line is the row and
/// the column that of the table.
///
/// # Errors
/// Everything that is wrong with the columns, or else with the rows; a corrupt file is one error.
pub fn jobs(file: &str, bytes: &[u8], how: &Mapping) -> Result<Vec<Job>, Report> {
    let mut jobs = Vec::new();
    read_all(file, bytes, &mut |cells, number, columns, faults| {
        let job = job_of(cells, number, how, &mut |c, code, found, allowed| {
            let column = columns.iter().position(|column| *column == Some(c)).unwrap_or(0);
            let at = || Place {
                line: number as u32,
                column: column as u32 + 1,
            };
            faults.push(code, at, COLUMNS[c], found, allowed);
        });
        jobs.extend(job);
    })?;
    Ok(in_order(jobs, how))
}

/// The same table as the text of a CSV file, for readers that know texts alone.
///
/// # Errors
/// Everything that is wrong with the columns; a corrupt file is one error.
pub fn csv(file: &str, bytes: &[u8]) -> Result<String, Report> {
    let mut out = ::csv::Writer::from_writer(Vec::new());
    // Into memory, which takes everything.
    let _ = out.write_record(COLUMNS);
    read_all(file, bytes, &mut |cells, _, _, _| {
        let words = cells.map(|cell| match cell {
            Cell::Empty => String::new(),
            Cell::Number(x) => x.to_string(),
            Cell::Text(text) => text.to_owned(),
            Cell::Flag(flag) => flag.to_string(),
        });
        let _ = out.write_record(&words);
    })?;
    let bytes = out.into_inner().unwrap_or_default();
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

/// Reads a table of numbers: the names of its columns, and their values. Columns are DOUBLE and always there.
///
/// # Errors
/// What is wrong with the file, in words.
pub fn numbers(bytes: &[u8]) -> Result<(Vec<String>, Vec<Vec<f64>>), String> {
    let read = catch_unwind(AssertUnwindSafe(|| read_numbers(bytes)));
    read.unwrap_or_else(|_| Err("bytes that its reader cannot follow".into()))
}

fn read_numbers(bytes: &[u8]) -> Result<(Vec<String>, Vec<Vec<f64>>), String> {
    let file = Opened::of(bytes)?;
    let columns = file.columns();
    let flat = |column: &ColumnDescPtr| column.max_def_level() + column.max_rep_level() == 0;
    if let Some(column) = columns
        .iter()
        .find(|column| column.physical_type() != Type::DOUBLE || !flat(column))
    {
        return Err(format!("{} is no column of numbers", column.path().string()));
    }
    let names = columns.iter().map(|column| column.path().string()).collect();
    let mut table = vec![Vec::new(); columns.len()];
    let all: Vec<usize> = (0..columns.len()).collect();
    file.each_group(&all, |_, _, group| {
        for (column, values) in table.iter_mut().zip(group) {
            column.extend(values.into_iter().map(|value| match value {
                Held::Number(x) => x,
                _ => f64::NAN,
            }));
        }
    })?;
    Ok((names, table))
}

/// Takes a row: its cells, its number from 1, which column of the file stands for which of the table, and what is wrong.
type Row<'a> = dyn FnMut(&[Cell<'_>; COLUMNS.len()], usize, &[Option<usize>], &mut Faults<'_>) + 'a;

fn read_all(file: &str, bytes: &[u8], row: &mut Row<'_>) -> Result<(), Report> {
    let read = catch_unwind(AssertUnwindSafe(|| read(file, bytes, row)));
    let why = match read {
        Ok(Ok(all)) => return all,
        Ok(Err(why)) => why,
        Err(_) => "bytes that its reader cannot follow".into(),
    };
    Err(Report {
        errors: vec![Diagnostic {
            code: Code::Unreadable,
            file: file.to_owned(),
            place: Place { line: 1, column: 1 },
            field: String::new(),
            found: why,
            allowed: "a Parquet file, without compression or with Snappy".into(),
        }],
    })
}

/// Every row, or what is wrong with them; or why the file is corrupt.
fn read(file: &str, bytes: &[u8], row_of: &mut Row<'_>) -> Result<Result<(), Report>, String> {
    let table = Opened::of(bytes)?;
    let mut faults = Faults::of(file);
    let place = |k: usize| Place {
        line: 1,
        column: k as u32 + 1,
    };
    let names: Vec<String> = table.columns().iter().map(|column| column.path().string()).collect();
    let Some(columns) = header(names.iter().map(String::as_str), &mut faults, &place) else {
        return Ok(faults.finish(()));
    };
    for (k, column) in table.columns().iter().enumerate() {
        if let Some(c) = columns[k]
            && let Some(allowed) = refused(c, column)
        {
            let nested = if column.max_rep_level() > 0 { "a list of " } else { "" };
            let also = match column.converted_type() {
                ConvertedType::NONE => String::new(),
                kind => format!(" ({kind})"),
            };
            let found = format!("{nested}{}{also}", column.physical_type());
            faults.push(Code::WrongKind, || place(k), COLUMNS[c], found, allowed);
        }
    }
    if let Err(report) = faults.finish(()) {
        return Ok(Err(report));
    }

    let mut faults = Faults::of(file);
    let wanted: Vec<usize> = (0..columns.len()).filter(|k| columns[*k].is_some()).collect();
    table.each_group(&wanted, |before, rows, group| {
        let mut held: [Option<Vec<Held>>; COLUMNS.len()] = Default::default();
        for (c, values) in columns.iter().flatten().zip(group) {
            held[*c] = Some(values);
        }
        for row in 0..rows {
            let cells = std::array::from_fn(|c| held[c].as_ref().map_or(Cell::Empty, |column| column[row].cell()));
            row_of(&cells, before + row + 1, &columns, &mut faults);
        }
    })?;
    Ok(faults.finish(()))
}

/// What is allowed in a column, where its type is not.
fn refused(c: usize, column: &ColumnDescriptor) -> Option<&'static str> {
    let flat = column.max_rep_level() == 0 && column.max_def_level() <= 1;
    let kind = column.converted_type();
    let whole = matches!(
        kind,
        ConvertedType::INT_8
            | ConvertedType::INT_16
            | ConvertedType::INT_32
            | ConvertedType::INT_64
            | ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::UINT_64
    );
    let plain = kind == ConvertedType::NONE && column.logical_type_ref().is_none();
    let string = kind == ConvertedType::UTF8 || matches!(column.logical_type_ref(), Some(LogicalType::String));
    let text = column.physical_type() == Type::BYTE_ARRAY && (plain || string);
    let (right, allowed) = if matches!(COLUMNS[c], "name" | "kind" | "chip") {
        (text, "BYTE_ARRAY with text")
    } else if COLUMNS[c] == "preemptible" {
        let flag = column.physical_type() == Type::BOOLEAN;
        (flag || text, "BOOLEAN, or BYTE_ARRAY with text")
    } else {
        let number = match column.physical_type() {
            Type::INT32 | Type::INT64 => plain || whole,
            Type::FLOAT | Type::DOUBLE => plain,
            _ => false,
        };
        (number, "INT32, INT64, FLOAT, DOUBLE, as plain numbers")
    };
    (!(flat && right)).then_some(allowed)
}

/// A file whose footer has been read.
struct Opened<'a> {
    bytes: &'a [u8],
    reader: SerializedFileReader<Bytes>,
}

impl<'a> Opened<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, String> {
        footer(bytes).ok_or("a corrupt or shortened file")?;
        let reader = SerializedFileReader::new(Bytes::copy_from_slice(bytes)).map_err(|error| error.to_string())?;
        Ok(Self { bytes, reader })
    }

    fn columns(&self) -> &[ColumnDescPtr] {
        self.reader.metadata().file_metadata().schema_descr().columns()
    }

    /// Reads these columns group by group. `take` gets how many rows came before, how many there are, and the columns.
    fn each_group(&self, wanted: &[usize], mut take: impl FnMut(usize, usize, Vec<Vec<Held>>)) -> Result<(), String> {
        let said = |error: ParquetError| error.to_string();
        let mut before = 0;
        for (g, group) in self.reader.metadata().row_groups().iter().enumerate() {
            let rows = usize::try_from(group.num_rows())
                .ok()
                .filter(|rows| *rows <= MOST_ROWS - before);
            let rows = rows.ok_or_else(|| format!("{} rows more after {before}", group.num_rows()))?;
            let read = self.reader.get_row_group(g).map_err(said)?;
            let mut columns = Vec::with_capacity(wanted.len());
            for k in wanted {
                let column = &self.columns()[*k];
                let name = column.path().string();
                pages(self.bytes, group.column(*k), rows).ok_or_else(|| format!("corrupt pages of {name}"))?;
                let values = held(read.get_column_reader(*k).map_err(said)?, column, rows).map_err(said)?;
                if values.len() != rows {
                    return Err(format!("{} rows of {rows} in {name}", values.len()));
                }
                columns.push(values);
            }
            take(before, rows, columns);
            before += rows;
        }
        Ok(())
    }
}

/// A value that has been read.
enum Held {
    Empty,
    Number(f64),
    Text(String),
    Flag(bool),
}

impl Held {
    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Empty => Cell::Empty,
            Self::Number(x) => Cell::Number(*x),
            Self::Text(text) if text.is_empty() => Cell::Empty,
            Self::Text(text) => Cell::Text(text),
            Self::Flag(flag) => Cell::Flag(*flag),
        }
    }
}

fn held(reader: ColumnReader, column: &ColumnDescriptor, rows: usize) -> Result<Vec<Held>, ParquetError> {
    let unsigned = matches!(
        column.converted_type(),
        ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64
    );
    let optional = column.max_def_level() > 0;
    match reader {
        ColumnReader::BoolColumnReader(reader) => values(reader, optional, rows, |x| Ok(Held::Flag(x))),
        ColumnReader::Int32ColumnReader(reader) => values(reader, optional, rows, |x| {
            Ok(Held::Number(if unsigned { f64::from(x as u32) } else { f64::from(x) }))
        }),
        ColumnReader::Int64ColumnReader(reader) => values(reader, optional, rows, |x| {
            Ok(Held::Number(if unsigned { x as u64 as f64 } else { x as f64 }))
        }),
        ColumnReader::FloatColumnReader(reader) => values(reader, optional, rows, |x| Ok(Held::Number(x.into()))),
        ColumnReader::DoubleColumnReader(reader) => values(reader, optional, rows, |x| Ok(Held::Number(x))),
        ColumnReader::ByteArrayColumnReader(reader) => values(reader, optional, rows, |x| {
            x.as_utf8().map(|text| Held::Text(text.trim().to_owned()))
        }),
        _ => Err(ParquetError::NYI("a type that no column has".into())),
    }
}

fn values<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    optional: bool,
    rows: usize,
    hold: impl Fn(T::T) -> Result<Held, ParquetError>,
) -> Result<Vec<Held>, ParquetError> {
    let mut out = Vec::with_capacity(rows);
    let (mut levels, mut batch) = (Vec::new(), Vec::new());
    while out.len() < rows {
        levels.clear();
        batch.clear();
        let most = BATCH.min(rows - out.len());
        let (records, ..) = reader.read_records(most, optional.then_some(&mut levels), None, &mut batch)?;
        if records == 0 {
            break;
        }
        let mut batch = batch.drain(..);
        if optional {
            for level in &levels {
                let value = if *level > 0 { batch.next() } else { None };
                out.push(value.map_or(Ok(Held::Empty), &hold)?);
            }
        } else {
            for value in batch {
                out.push(hold(value)?);
            }
        }
    }
    Ok(out)
}

/// Walks the footer: its size, and that no list claims more parts than there are bytes left.
fn footer(bytes: &[u8]) -> Option<()> {
    let (rest, tail) = bytes.split_at_checked(bytes.len().checked_sub(8)?)?;
    let (length, magic) = tail.split_at(4);
    let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
    if magic != b"PAR1" || !rest.starts_with(b"PAR1") || length as i64 > LARGEST {
        return None;
    }
    let footer = &rest[rest.len().checked_sub(length)?..];
    let mut sane = true;
    let mut walk = Walk { bytes: footer, at: 0 };
    walk.record(&mut Vec::new(), &mut |path, value| {
        // Children of a part of the schema.
        if path == [2, 5] {
            sane &= (0..=length as i64).contains(&value);
        }
    })?;
    sane.then_some(())
}

/// Walks the pages of a column: that they fill their place, and hold a value for every row.
fn pages(bytes: &[u8], column: &ColumnChunkMetaData, rows: usize) -> Option<()> {
    let first = column
        .dictionary_page_offset()
        .unwrap_or(i64::MAX)
        .min(column.data_page_offset());
    let start = usize::try_from(first).ok()?;
    let end = start.checked_add(usize::try_from(column.compressed_size()).ok()?)?;
    let chunk = bytes.get(start..end)?;
    let (mut at, mut counted) = (0, 0);
    while at < chunk.len() {
        let mut walk = Walk { bytes: chunk, at };
        let (mut unpacked, mut packed, mut values, mut entries) = (-1, -1, 0, 0);
        walk.record(&mut Vec::new(), &mut |path, value| match path {
            [2] => unpacked = value,
            [3] => packed = value,
            [5 | 8, 1] => values = value,
            [7, 1] => entries = value,
            _ => {}
        })?;
        let sane = (0..=LARGEST).contains(&unpacked)
            && (0..=(chunk.len() - walk.at) as i64).contains(&packed)
            && (0..=rows as i64).contains(&values)
            && (0..=unpacked).contains(&entries);
        if !sane {
            return None;
        }
        counted += values;
        at = walk.at + packed as usize;
    }
    (counted == rows as i64 && column.num_values() == counted).then_some(())
}

/// A walk over a record in Thrift's compact form, in which Parquet writes what it says of itself.
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Walk<'_> {
    /// Records within records that are followed.
    const DEEPEST: usize = 16;

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn skip(&mut self, bytes: u64) -> Option<()> {
        let left = self.bytes.len() - self.at;
        let bytes = usize::try_from(bytes).ok().filter(|n| *n <= left)?;
        self.at += bytes;
        Some(())
    }

    fn unsigned(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let value = self.unsigned()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// Follows a record; every whole number is shown with the numbers of the fields that lead to it.
    fn record(&mut self, path: &mut Vec<i64>, show: &mut dyn FnMut(&[i64], i64)) -> Option<()> {
        if path.len() > Self::DEEPEST {
            return None;
        }
        let mut field = 0;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(());
            }
            field = match head >> 4 {
                0 => self.signed()?,
                step => i64::checked_add(field, step.into())?,
            };
            path.push(field);
            // A flag of a record is its kind, with no byte of its own.
            if !matches!(head & 15, 1 | 2) {
                self.value(head & 15, path, show)?;
            }
            path.pop();
        }
    }

    fn value(&mut self, kind: u8, path: &mut Vec<i64>, show: &mut dyn FnMut(&[i64], i64)) -> Option<()> {
        match kind {
            1..=3 => self.skip(1),
            4..=6 => {
                show(path, self.signed()?);
                Some(())
            }
            7 => self.skip(8),
            8 => {
                let length = self.unsigned()?;
                self.skip(length)
            }
            9 | 10 => {
                let head = self.byte()?;
                let count = if head >> 4 == 15 {
                    self.unsigned()?
                } else {
                    (head >> 4).into()
                };
                if count > (self.bytes.len() - self.at) as u64 {
                    return None;
                }
                (0..count).try_for_each(|_| self.value(head & 15, path, show))
            }
            12 => self.record(path, show),
            // Parquet has no maps, and other kinds do not exist.
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ::parquet::basic::Compression;
    use ::parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, FloatType, Int32Type, Int64Type};
    use ::parquet::file::properties::WriterProperties;
    use ::parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
    use ::parquet::schema::parser::parse_message_type;

    use super::*;
    use crate::num::hash_u64;
    use crate::workload::Kind;
    use crate::workload::trace::read_csv;

    fn mapping() -> Mapping {
        Mapping {
            chips_per_processor: 1.0,
            utilisation: 0.6,
            kind: Kind::Batch,
            chip: None,
            priority: 0,
            limit: None,
        }
    }

    /// A column on its way into a file.
    type Fill = fn(&mut SerializedColumnWriter<'_>);

    fn file(columns: &[(&str, Fill)]) -> Vec<u8> {
        let fields: String = columns.iter().map(|(field, _)| format!("{field};")).collect();
        let schema = parse_message_type(&format!("message jobs {{ {fields} }}")).expect("is right");
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let mut out = Vec::new();
        let mut writer = SerializedFileWriter::new(&mut out, Arc::new(schema), Arc::new(properties)).expect("memory");
        for _ in 0..2 {
            let mut group = writer.next_row_group().expect("memory");
            for (_, fill) in columns {
                let mut column = group.next_column().expect("memory").expect("is there");
                fill(&mut column);
                column.close().expect("memory");
            }
            group.close().expect("memory");
        }
        writer.close().expect("memory");
        out
    }

    fn doubles(values: &[f64]) -> Vec<f64> {
        values.to_vec()
    }

    const SUBMIT: (&str, Fill) = ("REQUIRED DOUBLE submit_s", |column| {
        let values = doubles(&[30.0, -5.0, 10.0]);
        column
            .typed::<DoubleType>()
            .write_batch(&values, None, None)
            .expect("memory");
    });
    const CHIPS: (&str, Fill) = ("REQUIRED INT32 chips (INTEGER(32,false))", |column| {
        column
            .typed::<Int32Type>()
            .write_batch(&[64, 128, -1], None, None)
            .expect("memory");
    });
    const WORK: (&str, Fill) = ("OPTIONAL INT64 work_s", |column| {
        column
            .typed::<Int64Type>()
            .write_batch(&[600, 60, 6], Some(&[1, 1, 1]), None)
            .expect("memory");
    });
    const NAME: (&str, Fill) = ("OPTIONAL BYTE_ARRAY name (UTF8)", |column| {
        let values = [ByteArray::from("first"), ByteArray::from("third")];
        column
            .typed::<ByteArrayType>()
            .write_batch(&values, Some(&[1, 0, 1]), None)
            .expect("memory");
    });
    const USE: (&str, Fill) = ("REQUIRED FLOAT utilisation", |column| {
        column
            .typed::<FloatType>()
            .write_batch(&[0.5, 0.25, 1.0], None, None)
            .expect("memory");
    });
    const FLAG: (&str, Fill) = ("REQUIRED BOOLEAN preemptible", |column| {
        column
            .typed::<BoolType>()
            .write_batch(&[true, false, true], None, None)
            .expect("memory");
    });

    #[test]
    fn a_table_becomes_jobs_in_order() {
        let bytes = file(&[NAME, SUBMIT, CHIPS, WORK, USE, FLAG]);
        let text = csv("t.parquet", &bytes).expect("is right");
        let by_text = read_csv("t.csv", &text, &mapping()).expect("is right");
        let jobs = jobs("t.parquet", &bytes, &mapping()).expect("is right");
        assert_eq!(jobs, by_text);
        let told: Vec<_> = jobs
            .iter()
            .map(|job| (job.name.as_str(), job.submit_s, job.chips))
            .collect();
        let third = ("third", 10.0, u32::MAX);
        let first = ("first", 30.0, 64);
        assert_eq!(
            told,
            [("job 2", -5.0, 128), ("job 5", -5.0, 128), third, third, first, first]
        );
        assert_eq!(
            (jobs[0].work_s, jobs[0].utilisation, jobs[0].preemptible),
            (60.0, 0.25, false)
        );
        assert_eq!(
            (jobs[2].work_s, jobs[2].utilisation, jobs[2].preemptible),
            (6.0, 1.0, true)
        );
    }

    #[test]
    fn columns_that_are_missing_or_of_a_wrong_type_are_told() {
        let more = ("REQUIRED FLOAT more", USE.1);
        let report = jobs("t.parquet", &file(&[SUBMIT, more]), &mapping()).expect_err("is wrong");
        let codes: Vec<Code> = report.errors.iter().map(|error| error.code).collect();
        assert_eq!(codes, [Code::MissingField, Code::UnknownField]);
        let work = ("OPTIONAL INT64 work_s (TIMESTAMP(MILLIS,true))", WORK.1);
        let chips = ("REQUIRED FLOAT chips", USE.1);
        let name = ("REQUIRED FLOAT name", USE.1);
        let report = jobs("t.parquet", &file(&[SUBMIT, chips, work, name]), &mapping()).expect_err("is wrong");
        let told: Vec<String> = report.errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "error[E0105]: t.parquet:1:3: work_s: found INT64 (TIMESTAMP_MILLIS); allowed: INT32, INT64, FLOAT, \
                 DOUBLE, as plain numbers",
                "error[E0105]: t.parquet:1:4: name: found FLOAT; allowed: BYTE_ARRAY with text",
            ]
        );
        let report = jobs("t.parquet", &file(&[SUBMIT, chips, WORK]), &mapping()).expect_err("is wrong");
        assert_eq!(report.errors[0].place, Place { line: 1, column: 2 });
        assert_eq!(report.errors[0].found, "0.5");
    }

    #[test]
    fn no_corrupt_file_panics() {
        let right = file(&[NAME, SUBMIT, CHIPS, WORK, USE, FLAG]);
        for length in 0..right.len() {
            assert!(
                jobs("t.parquet", &right[..length], &mapping()).is_err(),
                "{length} bytes"
            );
        }
        for k in 0..right.len() as u64 * 4 {
            let mut wrong = right.clone();
            for flip in 0..=k % 3 {
                let bit = hash_u64(k, flip, 0) as usize % (8 * wrong.len());
                wrong[bit / 8] ^= 1 << (bit % 8);
            }
            let _ = jobs("t.parquet", &wrong, &mapping());
        }
        assert!(jobs("t.parquet", b"PAR1 and no more PAR1", &mapping()).is_err());
    }
}
