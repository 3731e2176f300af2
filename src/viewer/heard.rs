//! What a page's screen reader hears of the control that has got the focus or has been used: its name, what it is, and how it
//! stands. Natively the system's accessibility tree says so.

use bevy_egui::egui;
use egui::output::OutputEvent;
use egui::{WidgetInfo, WidgetType};

use crate::words::say;

/// Longest text of a field that is read out, letters: nobody wants to hear a whole scenario at each letter.
const LONGEST: usize = 120;

/// What a kind of control is called; nothing for what is heard by its name alone.
fn kind(of: WidgetType) -> &'static str {
    match of {
        WidgetType::Link => say!("heard-link"),
        WidgetType::TextEdit => say!("heard-field"),
        WidgetType::Button | WidgetType::ColorButton | WidgetType::SelectableLabel => say!("heard-button"),
        WidgetType::Checkbox => say!("heard-checkbox"),
        WidgetType::RadioButton => say!("heard-choice"),
        WidgetType::ComboBox => say!("heard-list"),
        WidgetType::Slider | WidgetType::DragValue => say!("heard-number"),
        _ => "",
    }
}

/// A control in words.
fn control(info: &WidgetInfo) -> String {
    let mut about = Vec::new();
    if info.typ == WidgetType::TextEdit {
        let text = info.current_text_value.clone().unwrap_or_default();
        match text.chars().count() {
            0 => about.push(say!("heard-empty").to_owned()),
            1..=LONGEST => about.push(text),
            _ => {}
        }
    }
    about.push(kind(info.typ).to_owned());
    about.extend(info.value.map(|value| value.to_string()));
    if info.selected == Some(true) {
        about.push(say!("heard-selected").to_owned());
    }
    if !info.enabled {
        about.push(say!("heard-disabled").to_owned());
    }
    about.retain(|part| !part.is_empty());
    let about = about.join(", ");
    match &info.label {
        Some(label) if about.is_empty() => label.clone(),
        Some(label) => format!("{label}: {about}"),
        None => about,
    }
}

/// What the last of a frame's events says; nothing where there is none.
pub(crate) fn said(events: &[OutputEvent]) -> String {
    let last = events.last().map(|event| match event {
        OutputEvent::Clicked(info)
        | OutputEvent::DoubleClicked(info)
        | OutputEvent::TripleClicked(info)
        | OutputEvent::FocusGained(info)
        | OutputEvent::TextSelectionChanged(info)
        | OutputEvent::ValueChanged(info) => control(info),
    });
    last.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_heard_by_name_kind_and_state() {
        let button = WidgetInfo::selected(WidgetType::Button, true, true, "Solid");
        assert_eq!(said(&[OutputEvent::FocusGained(button)]), "Solid: button, selected");
        let other = WidgetInfo::selected(WidgetType::Button, false, false, "X-ray");
        assert_eq!(said(&[OutputEvent::Clicked(other)]), "X-ray: button, not available");
        let field = WidgetInfo::text_edit(true, "", "", "");
        assert!(said(&[OutputEvent::FocusGained(field)]).contains("empty, text field"));
        assert_eq!(said(&[]), "");
    }
}
