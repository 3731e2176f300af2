//! Results as files: a time series in Parquet and CSV, a summary in JSON. Rows are written as they come, so
//! that memory does not grow with the run and a run that fails leaves what it had.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::DoubleType;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use rainier::physics::envelope::AirClass;
use rainier::results::Summary;
use rainier::sim::hall_meters::{HallMeters, MODES};
use rainier::site::Campus;
use rainier::site::campus::Found;

/// Writes a file under another name, brings it to the disk and gives it its name: a kill or a full disk at any moment
/// leaves what was there. What is no file of a disk, such as a pipe or /dev/stdout, is written as it is.
pub(crate) fn whole(path: &Path, fill: impl FnOnce(&mut File) -> std::io::Result<()>) -> Result<(), String> {
    let said = |path: &Path, error: &std::io::Error| format!("{} cannot be written: {error}", path.display());
    let before = fs::metadata(path).ok();
    if before.as_ref().is_some_and(|there| !there.is_file()) {
        let file = File::options().write(true).open(path);
        return file
            .and_then(|mut file| fill(&mut file))
            .map_err(|error| said(path, &error));
    }
    // Behind a link, the file that it leads to.
    let end = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = end.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| said(folder, &error))?;
    let name = end.file_name().unwrap_or_default().to_string_lossy();
    // Two machines may be at the same run, if one was thought dead.
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let thread = format!("{:?}", std::thread::current().id()).replace(|c: char| !c.is_ascii_digit(), "");
    let other = folder.join(format!(".{name}.{}-{}-{thread}.tmp", host.trim(), std::process::id()));
    let written = (|| {
        let mut file = File::create(&other)?;
        if let Some(there) = &before {
            file.set_permissions(there.permissions())?;
        }
        fill(&mut file)?;
        file.sync_all()?;
        fs::rename(&other, &end)?;
        // The name is on the disk once its folder is; some file systems do not take this, and lose nothing by it.
        if let Ok(folder) = File::open(folder) {
            let _ = folder.sync_all();
        }
        Ok(())
    })();
    written.map_err(|error: std::io::Error| {
        let _ = fs::remove_file(&other);
        said(path, &error)
    })
}

/// Writes a text as a whole.
pub(crate) fn text(path: &Path, text: &str) -> Result<(), String> {
    whole(path, |file| file.write_all(text.as_bytes()))
}

/// What a folder of a run holds. Which of them are there tells a run that has ended, and one with jobs.
const FILES: [&str; 9] = [
    "inputs.json",
    "summary.json",
    "series.csv",
    "series.parquet",
    "halls.csv",
    "incidents.csv",
    "outages.csv",
    "jobs.csv",
    "interruptions.csv",
];

/// Writes what every hall, building and the site has used.
pub(crate) fn halls(folder: &Path, campus: &Campus, meters: &HallMeters) -> Result<(), String> {
    let path = folder.join("halls.csv");
    let said = |error: &dyn std::fmt::Display| format!("{} cannot be written: {error}", path.display());
    let mut csv = csv::Writer::from_writer(File::create(&path).map_err(|error| said(&error))?);
    let mut header = [
        "place",
        "pue",
        "wue_l_per_kwh",
        "cue_kg_per_kwh",
        "it_kwh",
        "facility_kwh",
        "fans_kwh",
        "pumps_kwh",
        "rejection_kwh",
        "chillers_kwh",
        "misc_kwh",
        "battery_kwh",
        "loss_kwh",
        "carbon_kg",
        "media_m3",
        "tower_m3",
        "drift_m3",
        "blowdown_m3",
        "basin_m3",
        "warm_water_h",
    ]
    .map(str::to_owned)
    .to_vec();
    header.extend(MODES.map(|mode| format!("{}_h", mode.replace(' ', "_"))));
    header.extend(AirClass::ALL.map(|class| format!("{}_h", class.as_str().replace(' ', "_"))));
    csv.write_record(&header).map_err(|error| said(&error))?;
    let mut places = vec![("site".to_owned(), 0..campus.halls.len())];
    for (b, building) in campus.buildings.iter().enumerate() {
        places.push((campus.address(Found::Building(b)).to_string(), building.halls.clone()));
        for hall in building.halls.clone() {
            places.push((campus.address(Found::Hall(hall)).to_string(), hall..hall + 1));
        }
    }
    for (place, halls) in places {
        let t = meters.sum(halls);
        let mut record = vec![place];
        let numbers = [
            t.pue(),
            t.wue_l_per_kwh(),
            t.cue_kg_per_kwh(),
            t.it_kwh,
            t.facility_kwh(),
            t.fans_kwh,
            t.pumps_kwh,
            t.rejection_kwh,
            t.chillers_kwh,
            t.misc_kwh,
            t.battery_kwh,
            t.loss_kwh,
            t.carbon_kg,
            t.media_m3,
            t.tower_m3,
            t.drift_m3,
            t.blowdown_m3,
            t.basin_m3,
            t.warm_water_h,
        ];
        // Hours of a building or the site are hall-hours.
        record.extend(numbers.iter().chain(&t.mode_h).chain(&t.class_h).map(f64::to_string));
        csv.write_record(&record).map_err(|error| said(&error))?;
    }
    csv.flush().map_err(|error| said(&error))
}

/// Most rows of a Parquet row group.
const GROUP_ROWS: usize = 8_192;

/// Most numbers that a row group holds in memory.
const GROUP_CELLS: usize = 1_000_000;

/// A time series on its way to disk.
pub(crate) struct Series {
    folder: PathBuf,
    csv: csv::Writer<File>,
    parquet: SerializedFileWriter<File>,
    /// Rows of a group.
    rows: usize,
    group: Vec<Vec<f64>>,
}

impl Series {
    /// Makes the folder and its files.
    pub(crate) fn create(folder: &Path, names: &[String]) -> Result<Self, String> {
        let said = |path: &Path| {
            let path = path.display().to_string();
            move |error: std::io::Error| format!("{path} cannot be written: {error}")
        };
        fs::create_dir_all(folder).map_err(said(folder))?;
        // Two runs must never be taken for one.
        for name in FILES {
            let path = folder.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(said(&path)(error)),
                _ => {}
            }
        }
        let csv_path = folder.join("series.csv");
        let mut csv = csv::Writer::from_writer(File::create(&csv_path).map_err(said(&csv_path))?);
        csv.write_record(names).map_err(|error| error.to_string())?;
        let parquet_path = folder.join("series.parquet");
        let file = File::create(&parquet_path).map_err(said(&parquet_path))?;
        let fields: String = names.iter().map(|name| format!("REQUIRED DOUBLE {name};")).collect();
        let schema =
            parse_message_type(&format!("message series {{ {fields} }}")).map_err(|error| error.to_string())?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let parquet = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))
            .map_err(|error| error.to_string())?;
        Ok(Self {
            folder: folder.to_owned(),
            csv,
            parquet,
            group: Vec::new(),
            rows: (GROUP_CELLS / names.len().max(1)).clamp(1, GROUP_ROWS),
        })
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, row: Vec<f64>) -> Result<(), String> {
        self.csv
            .write_record(row.iter().map(f64::to_string))
            .map_err(|error| self.said("series.csv", &error))?;
        self.group.push(row);
        if self.group.len() >= self.rows {
            self.flush_group()
        } else {
            Ok(())
        }
    }

    fn said(&self, name: &str, error: &dyn std::fmt::Display) -> String {
        format!("{} cannot be written: {error}", self.folder.join(name).display())
    }

    fn flush_group(&mut self) -> Result<(), String> {
        self.write_group()
            .map_err(|error| self.said("series.parquet", &error))?;
        self.group.clear();
        Ok(())
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let mut group = self.parquet.next_row_group()?;
        let mut index = 0;
        while let Some(mut column) = group.next_column()? {
            let values: Vec<f64> = self.group.iter().map(|row| row[index]).collect();
            column.typed::<DoubleType>().write_batch(&values, None, None)?;
            column.close()?;
            index += 1;
        }
        group.close()?;
        Ok(())
    }

    /// Ends the files and adds the summary.
    pub(crate) fn finish(mut self, summary: &Summary) -> Result<(), String> {
        if !self.group.is_empty() {
            self.flush_group()?;
        }
        self.csv.flush().map_err(|error| self.said("series.csv", &error))?;
        let parquet = self.parquet.finish();
        parquet.map_err(|error| self.said("series.parquet", &error))?;
        let summary = serde_json::to_string_pretty(summary).map_err(|error| error.to_string())?;
        text(&self.folder.join("summary.json"), &(summary + "\n"))
    }
}
