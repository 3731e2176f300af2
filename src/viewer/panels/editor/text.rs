//! The text itself: numbered lines, colours by what a piece is, and marks where something is wrong.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use bevy_egui::egui;
use egui::text::{CCursor, CCursorRange, LayoutJob, LayoutSection};
use egui::{Align2, FontId, Rect, TextFormat, pos2, vec2};
use rainier::diag::Place;

use super::document::Document;
use crate::panels::pieces::called;
use crate::panels::theme::{ACCENT, ALARM, COMMENT, GROUND, NUMBER, QUIET, QUOTED, TEXT, Tint, WORD};
use crate::words::say;

/// Size of letters, points.
const SIZE: f32 = 12.5;

/// Room for the numbers of lines, points.
const GUTTER: f32 = 42.0;

/// Longest text that is coloured, bytes.
const COLOURED: usize = 64 << 10;

/// What a piece of a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Comment,
    Quoted,
    Number,
    Field,
    Word,
    Other,
}

impl Piece {
    fn color(self) -> Tint {
        match self {
            Self::Comment => COMMENT,
            Self::Quoted => QUOTED,
            Self::Number => NUMBER,
            Self::Field => ACCENT,
            Self::Word => WORD,
            Self::Other => TEXT,
        }
    }
}

/// Where a comment within a comment ends, or the text.
fn block_end(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let step = if rest.starts_with("/*") {
            depth += 1;
            2
        } else if rest.starts_with("*/") {
            depth = depth.saturating_sub(1);
            2
        } else {
            c.len_utf8()
        };
        rest = &rest[step..];
        if depth == 0 {
            break;
        }
    }
    text.len() - rest.len()
}

/// Where a quoted text ends, or the text.
fn quote_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Where a raw text such as `r#"…"#` ends; none if it is none.
fn raw_end(text: &str) -> Option<usize> {
    let after = text.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let inside = after[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let begin = 2 + hashes;
    Some(inside.find(&close).map_or(text.len(), |end| begin + end + close.len()))
}

/// The pieces of a text, one after the other, without gaps.
fn pieces(text: &str) -> Vec<(Range<usize>, Piece)> {
    let mut out: Vec<(Range<usize>, Piece)> = Vec::new();
    let mut at = 0;
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let run = |more: &dyn Fn(char) -> bool| rest.find(|c| !more(c)).unwrap_or(rest.len());
        let signed = matches!(c, '-' | '+' | '.') && rest[1..].starts_with(|c: char| c.is_ascii_digit());
        let (length, piece) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), Piece::Comment)
        } else if rest.starts_with("/*") {
            (block_end(rest), Piece::Comment)
        } else if c == '"' {
            (quote_end(rest), Piece::Quoted)
        } else if let Some(end) = raw_end(rest) {
            (end, Piece::Quoted)
        } else if c.is_ascii_digit() || signed {
            let more = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
            (run(&more), Piece::Number)
        } else if is_word(c) {
            let length = run(&is_word);
            let field = rest[length..].trim_start().starts_with(':');
            (length, if field { Piece::Field } else { Piece::Word })
        } else {
            (c.len_utf8(), Piece::Other)
        };
        match out.last_mut() {
            Some((range, last)) if *last == piece && piece == Piece::Other => range.end = at + length,
            _ => out.push((at..at + length, piece)),
        }
        at += length;
    }
    out
}

/// The text in its colours.
fn job(text: &str) -> LayoutJob {
    let font = FontId::monospace(SIZE);
    let pieces = if text.len() <= COLOURED {
        pieces(text)
    } else {
        vec![(0..text.len(), Piece::Other)]
    };
    let section = |(range, piece): (Range<usize>, Piece)| LayoutSection {
        leading_space: 0.0,
        byte_range: range.start.into()..range.end.into(),
        format: TextFormat::simple(font.clone(), piece.color().now()),
    };
    LayoutJob {
        sections: pieces.into_iter().map(section).collect(),
        text: text.to_owned(),
        break_on_newline: true,
        ..LayoutJob::default()
    }
}

/// The character at which a place stands, or else the end of the text.
fn char_of(text: &str, place: Place) -> usize {
    let byte = place.byte_in(text).unwrap_or(text.len());
    text[..byte].chars().count()
}

/// The line of a character, from 1.
fn line_of(text: &str, index: usize) -> usize {
    1 + text.chars().take(index).filter(|c| *c == '\n').count()
}

/// The text to type into; goes to a place if that is asked.
pub(super) fn editor(ui: &mut egui::Ui, document: &mut Document, size: egui::Vec2, go_to: Option<Place>) {
    let id = ui.make_persistent_id("text");
    if let Some(place) = go_to {
        let mut state = egui::text_edit::TextEditState::load(ui.ctx(), id).unwrap_or_default();
        let at = CCursor::new(char_of(&document.text, place));
        state.cursor.set_char_range(Some(CCursorRange::one(at)));
        state.store(ui.ctx(), id);
        ui.memory_mut(|memory| memory.request_focus(id));
    }
    let wrong: BTreeSet<u32> = document
        .errors
        .iter()
        .filter(|error| error.file == document.file())
        .map(|error| error.place.line)
        .collect();
    let mut area = egui::ScrollArea::both()
        .id_salt("text")
        .max_height(size.y)
        .min_scrolled_height(size.y)
        .auto_shrink(false);
    if std::mem::take(&mut document.from_start) {
        area = area.scroll_offset(egui::Vec2::ZERO);
    }
    egui::Frame::new().fill(GROUND.now()).show(ui, |ui| {
        ui.set_width(size.x);
        area.show(ui, |ui| {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                ui.add_space(GUTTER);
                let mut layouter = |ui: &egui::Ui, text: &dyn egui::TextBuffer, _: f32| -> Arc<egui::Galley> {
                    let mut job = job(text.as_str());
                    job.wrap.max_width = f32::INFINITY;
                    ui.fonts_mut(|fonts| fonts.layout_job(job))
                };
                let output = egui::TextEdit::multiline(&mut document.text)
                    .id(id)
                    .code_editor()
                    .frame(egui::Frame::NONE)
                    .desired_width((size.x - GUTTER - 16.0).max(100.0))
                    .desired_rows(((size.y / 16.0) as usize).max(4))
                    .layouter(&mut layouter)
                    .show(ui);
                let response = called(output.response.response.clone(), say!("editor-text-field"));
                if response.changed() {
                    document.touched();
                }
                let index = output.cursor_range.map(|range| usize::from(range.primary.index));
                let cursor_line = index.map(|index| line_of(&document.text, index));
                if go_to.is_some()
                    && let Some(range) = output.state.cursor.char_range()
                {
                    let at = output.galley.pos_from_cursor(range.primary);
                    let seen = at.translate(output.galley_pos.to_vec2()).expand2(vec2(80.0, 60.0));
                    ui.scroll_to_rect(seen, None);
                }
                let clip = ui.clip_rect();
                let painter = ui.painter();
                let mut line = 1_u32;
                for row in &output.galley.rows {
                    let top = output.galley_pos.y + row.pos.y;
                    let rect = Rect::from_min_size(pos2(clip.left(), top), vec2(clip.width(), row.row.size.y));
                    if clip.intersects(rect) {
                        let bad = wrong.contains(&line);
                        if bad {
                            painter.rect_filled(rect, 0.0, ALARM.now().gamma_multiply(0.16));
                        } else if cursor_line == Some(line as usize) {
                            painter.rect_filled(rect, 0.0, TEXT.now().gamma_multiply(0.05));
                        }
                        // Numbers stay where the text is moved sideways.
                        let gutter = Rect::from_min_size(rect.min, vec2(GUTTER - 6.0, rect.height()));
                        painter.rect_filled(gutter, 0.0, GROUND.now());
                        let at = pos2(gutter.right() - 6.0, rect.center().y);
                        let tint = if bad { ALARM } else { QUIET };
                        painter.text(
                            at,
                            Align2::RIGHT_CENTER,
                            line,
                            FontId::monospace(SIZE - 1.5),
                            tint.now(),
                        );
                    }
                    line += u32::from(row.ends_with_newline);
                }
            });
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn every_piece_is_what_it_is() {
        let text = "// é\n(name: \"a \\\" b\", x_w: -1.5e3, l: [HeatWave, r#\"q\"#, 7], /* /* x */ */ y :true)";
        let found: Vec<(&str, Piece)> = pieces(text)
            .into_iter()
            .map(|(range, piece)| (&text[range], piece))
            .filter(|(_, piece)| *piece != Piece::Other)
            .collect();
        assert_eq!(
            found,
            [
                ("// é", Piece::Comment),
                ("name", Piece::Field),
                ("\"a \\\" b\"", Piece::Quoted),
                ("x_w", Piece::Field),
                ("-1.5e3", Piece::Number),
                ("l", Piece::Field),
                ("HeatWave", Piece::Word),
                ("r#\"q\"#", Piece::Quoted),
                ("7", Piece::Number),
                ("/* /* x */ */", Piece::Comment),
                ("y", Piece::Field),
                ("true", Piece::Word),
            ]
        );
    }

    #[test]
    fn a_place_is_found_by_its_characters() {
        let text = "é\n(a: \"é\", b: 1)";
        assert_eq!(char_of(text, Place { line: 2, column: 10 }), 11);
        assert_eq!(char_of(text, Place { line: 9, column: 1 }), text.chars().count());
        assert_eq!(line_of(text, 11), 2);
    }

    #[test]
    fn pieces_are_all_of_any_text() {
        const LETTERS: [char; 22] = [
            'a',
            'z',
            'é',
            '0',
            '9',
            '"',
            '#',
            '/',
            '*',
            '\\',
            ' ',
            ':',
            '\n',
            '.',
            '+',
            '-',
            'r',
            '(',
            '\t',
            '\u{85}',
            '漢',
            '\u{1f600}',
        ];
        let any = |stream: u64, key: u64, of: usize| (rainier::num::uniform(7, stream, key) * of as f64) as usize;
        for k in 0..4_000_u64 {
            let text: String = (0..any(0, k, 60) as u64)
                .map(|at| LETTERS[any(1 + at, k, LETTERS.len())])
                .collect();
            let mut at = 0;
            for (range, _) in pieces(&text) {
                assert_eq!(range.start, at, "{text:?}");
                assert!(
                    text.get(range.clone()).is_some_and(|piece| !piece.is_empty()),
                    "{text:?}"
                );
                at = range.end;
            }
            assert_eq!(at, text.len(), "{text:?}");
        }
    }
}
