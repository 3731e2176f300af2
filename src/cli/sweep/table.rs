//! All runs of a sweep as one Parquet file, for DuckDB, Polars and pandas.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type;
use rainier::study::sweep::Sweep;
use rainier::study::sweep::files::Entry;

use super::store::{Finished, Store};
use crate::write::whole;

/// Rows that are in memory at a time.
const GROUP_ROWS: usize = 4_096;

/// What is in a column.
enum Column {
    Run,
    Axis(usize),
    Seed,
    Digest,
    Error,
    Output(String),
}

/// How runs ended.
#[derive(Debug, Default, Clone)]
pub(crate) struct Count {
    /// Runs with a result.
    pub(crate) done: u64,
    /// The first few of those without, and why.
    pub(crate) failed: Vec<(u64, String)>,
    /// How many these are.
    pub(crate) failures: u64,
    /// Runs that have not finished: the first, and how many.
    pub(crate) missing: Option<(u64, u64)>,
}

/// Failed runs that are named.
const NAMED: usize = 5;

/// Counts the runs and finds the outputs that any of them has.
pub(crate) fn survey(sweep: &Sweep<'_>, store: &Store, each: &mut dyn FnMut(&Finished)) -> (Count, BTreeSet<String>) {
    let (mut count, mut outputs) = (Count::default(), BTreeSet::new());
    for run in 1..=sweep.runs() {
        let finished = store.read(&sweep.key(run));
        match &finished {
            Some(Ok(outcome)) => {
                count.done += 1;
                for name in outcome.numbers.keys() {
                    if !outputs.contains(name) {
                        outputs.insert(name.clone());
                    }
                }
            }
            Some(Err(why)) => {
                count.failures += 1;
                if count.failed.len() < NAMED {
                    count.failed.push((run, why.clone()));
                }
            }
            None => {
                let (first, missing) = count.missing.unwrap_or((run, 0));
                count.missing = Some((first, missing + 1));
            }
        }
        finished.iter().for_each(&mut *each);
    }
    (count, outputs)
}

/// Writes the runs in their order.
pub(crate) fn write(path: &Path, sweep: &Sweep<'_>, store: &Store, outputs: BTreeSet<String>) -> Result<(), String> {
    let mut columns = vec![(Column::Run, "run".to_owned())];
    columns.extend(
        sweep
            .axes
            .iter()
            .enumerate()
            .map(|(i, axis)| (Column::Axis(i), axis.name.clone())),
    );
    columns.push((Column::Seed, "seed".to_owned()));
    columns.push((Column::Digest, "digest".to_owned()));
    columns.push((Column::Error, "error".to_owned()));
    for output in outputs {
        let mut name = output.clone();
        while columns.iter().any(|(_, taken)| *taken == name) {
            name += "_result";
        }
        columns.push((Column::Output(output), name));
    }
    let schema = schema(sweep, &columns).map_err(|error| error.to_string())?;
    whole(path, |file| {
        fill(file, schema, sweep, store, &columns).map_err(|error| match error {
            ParquetError::External(error) => std::io::Error::other(error.to_string()),
            other => std::io::Error::other(other.to_string()),
        })
    })
}

fn schema(sweep: &Sweep<'_>, columns: &[(Column, String)]) -> Result<Type, ParquetError> {
    let fields = columns.iter().map(|(column, name)| {
        let (physical, repetition) = match column {
            Column::Run => (Physical::INT64, Repetition::REQUIRED),
            Column::Seed => (Physical::INT64, Repetition::OPTIONAL),
            Column::Axis(i) if sweep.axes[*i].is_number() => (Physical::DOUBLE, Repetition::REQUIRED),
            Column::Axis(_) => (Physical::BYTE_ARRAY, Repetition::REQUIRED),
            Column::Digest | Column::Error => (Physical::BYTE_ARRAY, Repetition::OPTIONAL),
            Column::Output(_) => (Physical::DOUBLE, Repetition::OPTIONAL),
        };
        let text = (physical == Physical::BYTE_ARRAY).then_some(LogicalType::String);
        let field = Type::primitive_type_builder(name, physical)
            .with_repetition(repetition)
            .with_logical_type(text)
            .build()?;
        Ok(Arc::new(field))
    });
    let fields: Result<Vec<_>, ParquetError> = fields.collect();
    Type::group_type_builder("sweep").with_fields(fields?).build()
}

/// A row: its run, the values of its axes, and what became of it.
type Row = (u64, Vec<Entry>, Finished);

fn fill(
    file: &mut std::fs::File,
    schema: Type,
    sweep: &Sweep<'_>,
    store: &Store,
    columns: &[(Column, String)],
) -> Result<(), ParquetError> {
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))?;
    let mut next = 1;
    while next <= sweep.runs() {
        let last = sweep.runs().min(next + GROUP_ROWS as u64 - 1);
        let row = |run| match store.read(&sweep.key(run)) {
            Some(finished) => Ok((run, sweep.values(run), finished)),
            None => Err(ParquetError::General(format!("run {run} is not there any more"))),
        };
        let rows: Vec<Row> = (next..=last).map(row).collect::<Result<_, _>>()?;
        let mut group = writer.next_row_group()?;
        for (column, _) in columns {
            let Some(mut out) = group.next_column()? else { break };
            put(&mut out, sweep, column, &rows)?;
            out.close()?;
        }
        group.close()?;
        next = last + 1;
    }
    writer.close()?;
    Ok(())
}

/// Writes a column of some rows.
fn put(
    out: &mut SerializedColumnWriter<'_>,
    sweep: &Sweep<'_>,
    column: &Column,
    rows: &[Row],
) -> Result<(), ParquetError> {
    let outcome = |row: &'_ Row| row.2.as_ref().ok().cloned();
    match column {
        Column::Run => always::<Int64Type>(out, rows.iter().map(|row| row.0 as i64)),
        Column::Axis(i) if sweep.axes[*i].is_number() => {
            let number = |row: &Row| match &row.1[*i] {
                Entry::Number(x) => *x,
                Entry::Text(_) => f64::NAN,
            };
            always::<DoubleType>(out, rows.iter().map(number))
        }
        Column::Axis(i) => always::<ByteArrayType>(out, rows.iter().map(|row| bytes(&row.1[*i].to_string()))),
        Column::Seed => {
            let seeds = rows
                .iter()
                .map(|row| outcome(row).map(|outcome| i64::from(outcome.seed)));
            perhaps::<Int64Type>(out, seeds)
        }
        Column::Digest => {
            let digests = rows
                .iter()
                .map(|row| outcome(row).map(|outcome| bytes(&outcome.digest)));
            perhaps::<ByteArrayType>(out, digests)
        }
        Column::Error => {
            let whys = rows.iter().map(|row| match &row.2 {
                Err(why) => Some(bytes(why)),
                Ok(_) => None,
            });
            perhaps::<ByteArrayType>(out, whys)
        }
        Column::Output(name) => {
            let values = rows.iter().map(|row| match &row.2 {
                Ok(outcome) => outcome.numbers.get(name).copied(),
                Err(_) => None,
            });
            perhaps::<DoubleType>(out, values)
        }
    }
}

fn bytes(text: &str) -> ByteArray {
    ByteArray::from(text)
}

fn always<T: DataType>(
    out: &mut SerializedColumnWriter<'_>,
    values: impl Iterator<Item = T::T>,
) -> Result<(), ParquetError> {
    let values: Vec<T::T> = values.collect();
    out.typed::<T>().write_batch(&values, None, None).map(|_| ())
}

fn perhaps<T: DataType>(
    out: &mut SerializedColumnWriter<'_>,
    values: impl Iterator<Item = Option<T::T>>,
) -> Result<(), ParquetError> {
    let values: Vec<Option<T::T>> = values.collect();
    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let values: Vec<T::T> = values.into_iter().flatten().collect();
    out.typed::<T>().write_batch(&values, Some(&levels), None).map(|_| ())
}
