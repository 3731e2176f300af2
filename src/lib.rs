//! A digital twin of an AI campus: what stands there, what happens, what if.
//!
//! The library is the model and nothing else. It needs no renderer, window or GPU; the command line and the
//! view are programs on top of it. Each module may use those above it in this list and none below:
//!
//! | Module | Holds |
//! |---|---|
//! | [`num`], [`diag`] | numbers that are the same everywhere; errors in input files |
//! | [`physics`] | pure functions: moist air, losses, sun |
//! | [`site`] | what stands there: RON files, checked and laid out |
//! | [`workload`], [`economics`] | what it is asked to do; what it costs |
//! | [`growth`] | what can run by when |
//! | [`scenario`], [`sim`] | what if: a scenario's file and commands; what happens: the plugins of a tick |
//! | [`overlay`], [`tour`] | what colours racks; tours of the view: their files |
//! | [`view`] | what the view shows, without drawing it: colours, links, walks |
//! | [`results`] | samples, summary and digest of a run |
//! | [`study`] | many runs: bands and what matters most |
//! | [`host`] | what programs share: disk and wall clock |
//!
//! [`prelude`] has what a program on top of it needs; `examples/` shows how.

#![cfg_attr(test, allow(clippy::float_cmp, reason = "tests compare exact results"))]

pub mod diag;
pub mod economics;
pub mod growth;
pub mod host;
pub mod num;
pub mod overlay;
pub mod physics;
pub mod prelude;
pub mod results;
pub mod scenario;
pub mod sim;
pub mod site;
pub mod study;
pub mod tour;
pub mod view;
pub mod workload;

/// The package's version and, behind a `+`, a hash of the library's sources and of the versions of what it stands on: two
/// programs with the same make the same results of the same files.
pub const VERSION: &str = env!("RAINIER_VERSION");
