//! Runs the steps that test the project, and leaves out those whose inputs have not changed since they passed.
//!
//! A step stands on files, tools and settings ([`plan`]). Their hash is its key ([`key`]); when it has passed, the key is kept
//! beside the compiled dependencies ([`passed`]), and the step is left out for as long as the key stays the same. A step that
//! compiles nothing runs in a folder that holds its inputs and nothing else ([`tree`]), so that one that reads a file it does
//! not name fails; for what is compiled, the compiler's own list of files is held against the step's ([`made`]).

pub mod key;
pub mod made;
pub mod passed;
pub mod plan;
pub mod run;
pub mod sources;
pub mod tree;
