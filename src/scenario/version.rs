//! Versions of the scenario format, and how a text of an older one becomes one of today.
//!
//! A step works on the text, so that comments and order stay. Fields that may be left out need no new version.

use crate::diag::{Diagnostic, Report};
use crate::site::tree::{self, Kind};

pub use crate::site::schema::FORMAT;

/// What a step renames: the field's old name and its new one.
type Renames = &'static [(&'static str, &'static str)];

/// By the version that they start from. Format 0 is that of the first sketches, in which no scenario was shipped; it
/// shows that the way works.
const STEPS: [Renames; FORMAT as usize] = [&[("step_s", "tick_s"), ("sample_every_s", "record_every_s")]];

/// A scenario's text in today's format, and the version that it had. A text of today's format, of one that is not known
/// or without one stays as it is: its check says what is wrong.
///
/// # Errors
/// The text is not RON.
pub fn upgrade(file: &str, text: &str) -> Result<(String, u32), Report> {
    let mut out = text.to_owned();
    let mut first = FORMAT;
    // Each step goes one version on; what is written is read again, so that places are right.
    for _ in 0..=STEPS.len() {
        let tree = tree::parse(file, &out).map_err(|error: Diagnostic| Report { errors: vec![error] })?;
        let Kind::Record(_, fields) = &tree.kind else { break };
        let Some((_, _, format)) = fields.iter().find(|(name, ..)| name == "format") else {
            break;
        };
        let Kind::Number(version) = format.kind else { break };
        if version.fract() != 0.0 || !(0.0..f64::from(FORMAT)).contains(&version) {
            break;
        }
        let version = version as u32;
        first = first.min(version);
        let mut edits = vec![(format.span.clone(), (version + 1).to_string())];
        for (old, new) in STEPS[version as usize] {
            for (_, place, _) in fields.iter().filter(|(name, ..)| name == old) {
                if let Some(at) = place.byte_in(&out) {
                    edits.push((at..at + old.len(), (*new).to_owned()));
                }
            }
        }
        edits.sort_by_key(|(span, _)| span.start);
        for (span, new) in edits.into_iter().rev() {
            if out.get(span.clone()).is_some() {
                out.replace_range(span, &new);
            }
        }
    }
    Ok((out, first))
}

/// The text in today's format.
pub(super) fn current(file: &str, text: &str) -> Result<String, Report> {
    Ok(upgrade(file, text)?.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_old_text_keeps_its_comments() {
        let old = "// é\n(format: 0, step_s /* s */: 60, // step_s\n sample_every_s: 300)";
        let new = "// é\n(format: 1, tick_s /* s */: 60, // step_s\n record_every_s: 300)";
        assert_eq!(upgrade("f", old), Ok((new.to_owned(), 0)));
        assert_eq!(upgrade("f", new), Ok((new.to_owned(), 1)));
        let later = "(format: 9, step_s: 1)";
        assert_eq!(upgrade("f", later), Ok((later.to_owned(), 1)));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}", name in "step_s|é|tick_s") {
            let _ = upgrade("f", &text);
            let _ = upgrade("f", &format!("\u{feff}(format: 0, {name}: 1, x: \"{text}\")"));
        }
    }
}
