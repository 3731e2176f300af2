//! Words on standard output and standard error. A reader that has seen enough (`rainier … | head`) ends the words and
//! nothing else: what a command computes or writes to files, and its exit code, stay as they are.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write, stderr, stdout};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether standard output takes no more.
static CLOSED: AtomicBool = AtomicBool::new(false);

/// Whether standard output failed in another way than that its reader has gone.
static FAILED: AtomicBool = AtomicBool::new(false);

/// Writes to standard output.
pub(crate) fn say(words: Arguments<'_>) {
    if CLOSED.load(Ordering::Relaxed) {
        return;
    }
    if let Err(error) = stdout().lock().write_fmt(words) {
        CLOSED.store(true, Ordering::Relaxed);
        FAILED.store(error.kind() != ErrorKind::BrokenPipe, Ordering::Relaxed);
    }
}

/// Writes to standard error; where that is closed there is nobody to tell.
pub(crate) fn note(words: Arguments<'_>) {
    let _ = stderr().lock().write_fmt(words);
}

/// Ends standard output; whether all went well, or its reader had seen enough.
pub(crate) fn finish() -> bool {
    if stdout()
        .lock()
        .flush()
        .is_err_and(|error| error.kind() != ErrorKind::BrokenPipe)
    {
        FAILED.store(true, Ordering::Relaxed);
    }
    !FAILED.load(Ordering::Relaxed)
}

/// As the standard one, but a closed pipe is no reason to panic. Every module of the command line has it.
macro_rules! println {
    () => { $crate::out::say(format_args!("\n")) };
    ($($words:tt)*) => { $crate::out::say(format_args!("{}\n", format_args!($($words)*))) };
}

/// As the standard one, but a closed pipe is no reason to panic. Every module of the command line has it.
macro_rules! eprintln {
    () => { $crate::out::note(format_args!("\n")) };
    ($($words:tt)*) => { $crate::out::note(format_args!("{}\n", format_args!($($words)*))) };
}
