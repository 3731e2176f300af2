//! Writes a column of time and two of readings to a Parquet file, a row for each tick.
//!
//! `cargo run --release --example export_parquet -- lab-day.parquet`

#![allow(clippy::print_stdout, reason = "a program that tells its results")]

use std::fs::File;
use std::sync::Arc;

use parquet::data_type::DoubleType;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use rainier::prelude::*;

const SCHEMA: &str = "message readings {
    required double time_s;
    required double it_power_w;
    required double pue;
}";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "lab-day.parquet".into());
    let loaded = scenario::load(&NoFiles, "builtin:lab-day", Overrides::default())?;
    let mut twin = Twin::new(loaded, 1);
    let mut columns: [Vec<f64>; 3] = Default::default();
    while !twin.done() {
        twin.tick();
        let now = &twin.meters().now;
        let row = [twin.world().resource::<Clock>().time_s, now.it_w, now.pue];
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    let properties = Arc::new(WriterProperties::default());
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let mut file = SerializedFileWriter::new(File::create(&path)?, schema, properties)?;
    let mut group = file.next_row_group()?;
    for column in &columns {
        let Some(mut writer) = group.next_column()? else { break };
        writer.typed::<DoubleType>().write_batch(column, None, None)?;
        writer.close()?;
    }
    group.close()?;
    file.close()?;
    println!("wrote {} rows to {path}", columns[0].len());
    Ok(())
}
