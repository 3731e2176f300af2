//! What can run by when: buildings, power, racks, staff and money, each by date; the least of them runs.
//!
//! A plan is a file ([`files`]); [`load`] checks it against its site. [`Course`] is the plan as it is written, day by
//! day, with the limit that binds; [`compare`] sets it beside what is on record; [`draws`] asks what may be late.

mod case;
mod course;
pub(crate) mod delay;
pub mod files;
mod history;
mod outlook;
mod plan;

pub use self::course::{BuildingState, Course, Level, Limit, Milestones, Phase, Standing};
pub use self::delay::quantile;
pub use self::history::{Comparison, compare};
pub use self::outlook::{Dates, Driver, MonthOdds, Outlook, draws};
pub use self::plan::{BUILTIN, Building, Cause, Kind, Plan, load, load_on, resolve};
