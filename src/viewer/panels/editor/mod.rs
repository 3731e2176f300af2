//! The editor: opens, changes, checks, runs, saves and compares scenarios, and acts on the one that runs.

mod acts;
mod document;
mod files;
mod form;
mod pieces;
mod text;

use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass, egui};
use egui::{Align, Key, KeyboardShortcut, Layout, Modifiers, RichText, TextEdit, vec2};
use rainier::diag::{Diagnostic, Place};
use rainier::scenario;
use rainier::sim::clock::Clock;
use rainier::sim::power::incidents;

use self::acts::Act;
use self::document::{Checked, Document, LONGEST, Origin};
use self::form::{Around, NewChange};
use super::parts::{Part, Parts};
use super::pieces::called;
use super::theme::{ACCENT, ALARM, ASKING, GOOD, QUIET, TEXT, Tint};
use super::windows::Windows;
use crate::args::Args;
use crate::cases::Case;
use crate::mine::SavedScenarios;
use crate::orders::Doing;
use crate::scenarios::{Ask, Scenarios};
use crate::selection::Selection;
use crate::share::Sharing;
use crate::words::say;

/// A page of the editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(not(target_arch = "wasm32"), derive(clap::ValueEnum))]
pub(crate) enum Page {
    /// The text.
    #[default]
    Text,
    /// The form.
    Form,
    /// What can be done now.
    Now,
}

impl Page {
    /// All of them, with their titles and what they are.
    fn all() -> [(Self, &'static str, &'static str); 3] {
        [
            (Self::Form, say!("editor-form"), say!("editor-form.hint")),
            (Self::Text, say!("editor-text"), say!("editor-text.hint")),
            (Self::Now, say!("editor-now"), say!("editor-now.hint")),
        ]
    }
}

/// A question that has to be answered first.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Question {
    /// Another scenario is to be opened, and this one is not saved.
    Leave(Opening),
    /// Under which name it is saved.
    Name(String),
    /// There is a file of that name already.
    Overwrite(String),
    /// Which file is opened.
    #[cfg(not(target_arch = "wasm32"))]
    File(String),
}

/// What is to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Opening {
    /// What runs.
    Running,
    /// One that comes with the program.
    Builtin(String),
    /// A saved one, or any file.
    File(String),
    /// A text that was picked or dropped on the page.
    #[cfg(target_arch = "wasm32")]
    Text(String),
}

/// The editor's state.
#[derive(Resource)]
pub(crate) struct Editor {
    /// What is edited; nothing before the editor is first opened.
    document: Option<Document>,
    page: Page,
    question: Option<Question>,
    /// What the list is searched for.
    filter: String,
    /// What went well.
    message: String,
    /// What did not.
    problem: String,
    go_to: Option<Place>,
    /// Whether the text has just been asked to run beside what runs.
    compares: bool,
    event: Act,
    change: NewChange,
    now: Act,
    /// Whether texts that are not saved outlive the session.
    keeps_drafts: bool,
    /// Scenario that the flags name.
    first: Option<String>,
}

impl Default for Editor {
    fn default() -> Self {
        Self {
            document: None,
            page: Page::Text,
            question: None,
            filter: String::new(),
            message: String::new(),
            problem: String::new(),
            go_to: None,
            compares: false,
            event: Act::default(),
            change: NewChange::default(),
            now: Act::default(),
            keeps_drafts: true,
            first: None,
        }
    }
}

impl Editor {
    /// Open at a page, for pictures: nothing of it is kept.
    pub(crate) fn at(page: Page) -> Self {
        Self {
            page,
            keeps_drafts: false,
            ..Self::default()
        }
    }

    /// Turns to a page.
    pub(crate) fn turn_to(&mut self, page: Page) {
        self.page = page;
    }

    fn say(&mut self, message: impl Into<String>) {
        self.message = message.into();
        self.problem.clear();
    }

    fn complain(&mut self, problem: impl Into<String>) {
        self.problem = problem.into();
        self.message.clear();
    }

    fn note(&mut self, outcome: Result<(), String>) {
        if let Err(problem) = outcome {
            self.complain(problem);
        }
    }

    /// Opens something, unless that would lose a text that is not saved: then a person is asked.
    fn ask_to_open(&mut self, opening: Opening, case: &Case, mine: &SavedScenarios) {
        if self.document.as_ref().is_some_and(Document::is_changed) {
            self.question = Some(Question::Leave(opening));
        } else {
            self.open(opening, case, mine);
        }
    }

    fn open(&mut self, opening: Opening, case: &Case, mine: &SavedScenarios) {
        self.question = None;
        let document = match opening {
            Opening::Running => Ok(running(case)),
            Opening::Builtin(file) => Ok(Document::builtin(&file)),
            Opening::File(file) => mine.read(&file).map(|text| Document::new(Origin::File(file), text)),
            #[cfg(target_arch = "wasm32")]
            Opening::Text(text) => {
                let mut document = Document::new(Origin::New, String::new());
                // It is not saved here yet.
                document.set(text);
                Ok(document)
            }
        };
        let document = document.and_then(|document| match document.text.len() {
            bytes if bytes > LONGEST => Err(say!("editor-too-long", bytes = bytes, most = LONGEST)),
            _ => Ok(document),
        });
        match document {
            Ok(document) => {
                self.document = Some(document);
                self.message.clear();
                self.problem.clear();
            }
            Err(problem) => self.complain(problem),
        }
    }

    /// Saves the text under a name; asks for one if it has none, and before it takes another file's place.
    fn save(&mut self, mine: &mut SavedScenarios, name: Option<String>, sure: bool) {
        let Some(document) = &mut self.document else { return };
        let file = match (name, &document.origin) {
            (Some(name), _) => mine.file_of(&name),
            (None, Origin::File(file)) => Ok(file.clone()),
            (None, Origin::New | Origin::Builtin(_)) => {
                self.question = Some(Question::Name(proposed(document)));
                return;
            }
        };
        let file = match file {
            Ok(file) => file,
            Err(problem) => return self.complain(problem),
        };
        let own = document.origin == Origin::File(file.clone());
        if !own && !sure && mine.has(&file) {
            self.question = Some(Question::Overwrite(file));
            return;
        }
        match mine.save(&file, &document.text) {
            Ok(()) => {
                document.is_saved(Origin::File(file.clone()));
                self.question = None;
                self.say(say!("editor-saved", file = file));
            }
            Err(problem) => self.complain(problem),
        }
    }
}

/// The scenario that runs.
fn running(case: &Case) -> Document {
    let file = case.loaded.file.clone();
    let origin = if file.starts_with("builtin:") {
        Origin::Builtin(file)
    } else if cfg!(not(target_arch = "wasm32")) && std::path::Path::new(&file).exists() {
        Origin::File(file)
    } else {
        Origin::New
    };
    Document::new(origin, case.text.clone())
}

/// A name to save a text under.
fn proposed(document: &Document) -> String {
    let words = document.title().to_lowercase();
    let parts = words
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty());
    let name = parts.take(8).collect::<Vec<_>>().join("-");
    if name.is_empty() {
        say!("editor-new-name").into()
    } else {
        name
    }
}

/// Least and most size of the window's inside, points.
const SIZES: [[f32; 2]; 2] = [[420.0, 300.0], [940.0, 600.0]];

/// Narrowest window, points, that has room for the list of scenarios beside the text.
const WITH_LIST: f32 = 640.0;

/// Room for the list, points.
const LIST: f32 = 178.0;

/// A title of a list.
fn heading(ui: &mut egui::Ui, text: &str) {
    ui.add_space(4.0);
    ui.label(RichText::new(text).size(11.5).color(QUIET));
}

/// Scenarios to open; the one that was chosen.
fn list(
    ui: &mut egui::Ui,
    editor: &mut Editor,
    case: &Case,
    mine: &SavedScenarios,
    scenarios: &Scenarios,
) -> Option<Opening> {
    let mut chosen = None;
    let origin = editor.document.as_ref().map(|document| document.origin.clone());
    let edit = TextEdit::singleline(&mut editor.filter).desired_width(f32::INFINITY);
    called(ui.add(edit.hint_text(say!("editor-search"))), say!("editor-search"));
    let filter = editor.filter.trim().to_lowercase();
    let fits = |title: &str| title.to_lowercase().contains(&filter);
    let mut row = |ui: &mut egui::Ui, title: &str, hint: &str, opening: Opening| {
        if !fits(title) && !fits(hint) {
            return;
        }
        let on = match (&opening, &origin) {
            (Opening::Builtin(file), Some(Origin::Builtin(open))) | (Opening::File(file), Some(Origin::File(open))) => {
                file == open
            }
            _ => false,
        };
        let button = egui::Button::selectable(on, RichText::new(title).size(12.0)).truncate();
        if ui.add(button).on_hover_text(hint).clicked() {
            chosen = Some(opening);
        }
    };
    egui::ScrollArea::vertical()
        .id_salt("list")
        .auto_shrink(false)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.with_layout(Layout::top_down_justified(Align::LEFT), |ui| {
                heading(ui, say!("editor-runs-now"));
                row(ui, case.name(), case.about(), Opening::Running);
                heading(ui, say!("editor-mine"));
                if mine.list.is_empty() && mine.problem.is_empty() {
                    ui.label(RichText::new(say!("editor-none-saved")).size(11.5).color(QUIET));
                }
                for saved in &mine.list {
                    row(ui, &saved.title, &saved.file, Opening::File(saved.file.clone()));
                }
                if !mine.problem.is_empty() {
                    ui.add(egui::Label::new(RichText::new(&mine.problem).size(11.5).color(ALARM)).wrap());
                }
                heading(ui, say!("editor-built-in"));
                for (file, title) in &scenarios.choices {
                    row(ui, title, file, Opening::Builtin(file.clone()));
                }
            });
        });
    chosen
}

/// The same list where there is little room.
fn short_list(
    ui: &mut egui::Ui,
    editor: &Editor,
    case: &Case,
    mine: &SavedScenarios,
    scenarios: &Scenarios,
) -> Option<Opening> {
    let mut chosen = None;
    let title = editor.document.as_ref().map(Document::title).unwrap_or_default();
    let drawn = egui::ComboBox::from_id_salt("open")
        .width(210.0)
        .height(320.0)
        .truncate()
        .selected_text(title)
        .show_ui(ui, |ui| {
            let mut row = |ui: &mut egui::Ui, title: &str, opening: Opening| {
                if ui.selectable_label(false, title).clicked() {
                    chosen = Some(opening);
                }
            };
            heading(ui, say!("editor-runs-now"));
            row(ui, case.name(), Opening::Running);
            heading(ui, say!("editor-mine"));
            for saved in &mine.list {
                row(ui, &saved.title, Opening::File(saved.file.clone()));
            }
            heading(ui, say!("editor-built-in"));
            for (file, title) in &scenarios.choices {
                row(ui, title, Opening::Builtin(file.clone()));
            }
        });
    called(drawn.response, say!("editor-open"));
    chosen
}

/// What is wrong with the text; the place of the error that was clicked.
fn problems(ui: &mut egui::Ui, document: &Document, height: f32) -> Option<Place> {
    let mut clicked = None;
    let (text, color) = match (document.checked, document.errors.len()) {
        (Checked::All, 0) => (say!("editor-no-errors").to_owned(), GOOD),
        (Checked::All, n) => (say!("editor-errors", count = n), ALARM),
        (Checked::Form | Checked::No, _) => (say!("editor-checking").to_owned(), QUIET),
    };
    ui.label(RichText::new(text).size(12.0).color(color));
    if document.errors.is_empty() || document.checked == Checked::No {
        return None;
    }
    let area = egui::ScrollArea::vertical()
        .id_salt("problems")
        .max_height(height)
        .auto_shrink([false, true]);
    area.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for error in &document.errors {
            let here = error.file == document.file();
            let label = egui::Label::new(said(error, here)).wrap().sense(egui::Sense::click());
            let response = ui.add(label);
            let response = if here {
                response.on_hover_cursor(egui::CursorIcon::PointingHand)
            } else {
                response
            };
            if response.clicked() && here {
                clicked = Some(error.place);
            }
        }
    });
    clicked
}

/// An error in the colours of its parts.
fn said(error: &Diagnostic, here: bool) -> egui::text::LayoutJob {
    let mut job = egui::text::LayoutJob::default();
    let mut put = |text: String, color: Tint, mono: bool| {
        let font = if mono {
            egui::FontId::monospace(11.5)
        } else {
            egui::FontId::proportional(12.0)
        };
        job.append(&text, 0.0, egui::TextFormat::simple(font, color.now()));
    };
    let Place { line, column } = error.place;
    let at = if here {
        format!("{line}:{column}")
    } else {
        format!("{}:{line}:{column}", error.file)
    };
    put(format!("{at}  {}  ", error.code.as_str()), ALARM, true);
    if !error.field.is_empty() {
        put(format!("{}  ", error.field), ACCENT, true);
    }
    put(
        say!("editor-error", found = &error.found, allowed = &error.allowed),
        TEXT,
        false,
    );
    job
}

/// The question that is open, if one is.
fn question(ui: &mut egui::Ui, editor: &mut Editor, case: &Case, mine: &mut SavedScenarios) {
    let Some(mut question) = editor.question.take() else {
        return;
    };
    let mut keep = true;
    egui::Frame::new()
        .fill(ASKING.now())
        .inner_margin(6.0)
        .corner_radius(4.0)
        .show(ui, |ui| {
            ui.horizontal_wrapped(|ui| match &mut question {
                Question::Leave(opening) => {
                    let title = editor.document.as_ref().map(Document::title).unwrap_or_default();
                    ui.label(say!("editor-unsaved", title = title));
                    if ui.button(say!("editor-stay")).clicked() {
                        keep = false;
                    }
                    if ui.button(say!("editor-leave")).clicked() {
                        let opening = opening.clone();
                        editor.open(opening, case, mine);
                        keep = false;
                    }
                    if ui.button(say!("editor-save-first")).clicked() {
                        keep = false;
                        let opening = opening.clone();
                        editor.save(mine, None, false);
                        if editor.document.as_ref().is_none_or(|document| !document.is_changed()) {
                            editor.open(opening, case, mine);
                        }
                    }
                }
                Question::Name(name) => {
                    ui.label(say!("editor-save-as-label"));
                    let edit = ui.add(TextEdit::singleline(name).desired_width(220.0));
                    let edit = called(edit, say!("editor-save-as-label"));
                    let enter = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
                    if ui.button(say!("editor-save")).clicked() || enter {
                        keep = false;
                        editor.save(mine, Some(name.clone()), false);
                    }
                    if ui.button(say!("cancel")).clicked() {
                        keep = false;
                    }
                    let hint = match mine_folder(mine) {
                        Some(folder) => say!("editor-in-folder", folder = folder),
                        None => say!("editor-in-browser").to_owned(),
                    };
                    ui.label(RichText::new(hint).size(11.5).color(QUIET));
                }
                Question::Overwrite(file) => {
                    ui.label(say!("editor-is-there", file = &*file));
                    if ui.button(say!("editor-replace")).clicked() {
                        keep = false;
                        editor.save(mine, Some(file.clone()), true);
                    }
                    if ui.button(say!("cancel")).clicked() {
                        keep = false;
                    }
                }
                #[cfg(not(target_arch = "wasm32"))]
                Question::File(path) => {
                    ui.label(say!("editor-open-label"));
                    let path_edit = TextEdit::singleline(path).desired_width(280.0);
                    let edit = ui.add(path_edit.hint_text(say!("editor-path")));
                    let edit = called(edit, say!("editor-path"));
                    let enter = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
                    if ui.button(say!("editor-open")).clicked() || enter {
                        keep = false;
                        let opening = Opening::File(path.trim().to_owned());
                        editor.ask_to_open(opening, case, mine);
                    }
                    if ui.button(say!("cancel")).clicked() {
                        keep = false;
                    }
                    ui.label(RichText::new(say!("editor-drop")).size(11.5).color(QUIET));
                }
            });
        });
    // An answer may have asked the next one.
    if keep && editor.question.is_none() {
        editor.question = Some(question);
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn mine_folder(mine: &SavedScenarios) -> Option<String> {
    mine.folder().ok().map(|folder| folder.display().to_string())
}

#[cfg(target_arch = "wasm32")]
fn mine_folder(_: &SavedScenarios) -> Option<String> {
    None
}

/// What can be done with the text as a whole.
fn buttons(
    ui: &mut egui::Ui,
    editor: &mut Editor,
    mine: &mut SavedScenarios,
    scenarios: &mut Scenarios,
    sharing: &mut Sharing,
) {
    let Some(document) = &mut editor.document else { return };
    let wrong = document.checked == Checked::All && !document.errors.is_empty();
    let run = egui::Button::new(RichText::new(say!("editor-run")).color(ACCENT));
    if ui
        .add_enabled(!wrong, run)
        .on_hover_text(say!("editor-run.hint"))
        .clicked()
    {
        scenarios.ask(Ask::Start(document.source()));
    }
    let beside = ui.add_enabled(!wrong, egui::Button::new(say!("editor-run-beside")));
    if beside.on_hover_text(say!("editor-run-beside.hint")).clicked() {
        scenarios.ask(Ask::Compare(document.source()));
        // It says which is A and which is B, and what differs.
        editor.compares = true;
    }
    ui.separator();
    let changed = document.is_changed();
    let file = matches!(document.origin, Origin::File(_));
    if ui
        .add_enabled(changed || !file, egui::Button::new(say!("editor-save")))
        .on_hover_text(say!("editor-save.hint"))
        .clicked()
    {
        editor.save(mine, None, false);
    }
    let Some(document) = &mut editor.document else { return };
    if ui.button(say!("editor-save-as")).clicked() {
        editor.question = Some(Question::Name(proposed(document)));
    }
    if ui.button(say!("editor-open-file")).clicked() {
        #[cfg(target_arch = "wasm32")]
        let outcome = crate::web_files::pick();
        #[cfg(not(target_arch = "wasm32"))]
        let outcome = {
            editor.question = Some(Question::File(String::new()));
            Ok(())
        };
        editor.note(outcome);
    }
    #[cfg(target_arch = "wasm32")]
    if ui
        .button(say!("editor-download"))
        .on_hover_text(say!("editor-download.hint"))
        .clicked()
        && let Some(document) = &editor.document
    {
        let outcome = crate::web_files::download(&format!("{}.ron", proposed(document)), &document.text);
        editor.note(outcome);
    }
    let Some(document) = &mut editor.document else { return };
    let reset = ui.add_enabled(changed, egui::Button::new(say!("editor-reset")));
    if reset.on_hover_text(say!("editor-reset.hint")).clicked() {
        document.reset();
        // A long line may have been scrolled along.
        editor.go_to = Some(Place { line: 1, column: 1 });
    }
    ui.separator();
    if ui
        .button(say!("copy-link"))
        .on_hover_text(say!("editor-copy-link-hint"))
        .clicked()
    {
        sharing.copy();
    }
}

/// An operator's command to what runs.
fn now(ui: &mut egui::Ui, editor: &mut Editor, case: &Case, selection: &Selection, clock: &Clock, hands: &mut Doing) {
    let said = say!(
        "editor-what-runs",
        name = case.name(),
        time = clock.label(),
        since = incidents::clock(clock.time_s)
    );
    ui.label(RichText::new(said).size(12.5));
    ui.add_space(4.0);
    let loaded = (&*case.loaded, true);
    let event = acts::form(ui, "now", &mut editor.now, loaded, selection.0, Some(clock.time_s));
    let command = event.and_then(|event| scenario::order(&case.loaded, &event).map(|command| (event, command)));
    pieces::line(ui, "", |ui| {
        let ready = command.is_ok();
        let doing = ui
            .add_enabled(ready, egui::Button::new(RichText::new(say!("editor-do")).color(ACCENT)))
            .clicked();
        let hint = say!("editor-do-and-keep.hint");
        let keeping = ui
            .add_enabled(ready, egui::Button::new(say!("editor-do-and-keep")))
            .on_hover_text(hint)
            .clicked();
        let Ok((event, command)) = command else { return };
        if !(doing || keeping) {
            return;
        }
        hands.carry_out(Some(event.clone()), command);
        editor.say(say!("editor-is-done", action = event.action.as_str()));
        if keeping && let Some(document) = &mut editor.document {
            match document.append("events", &event.ron()) {
                Ok(()) => {
                    let title = document.title();
                    editor.say(say!("editor-is-kept", action = event.action.as_str(), title = title));
                }
                Err(report) => editor.complain(report.to_string()),
            }
        }
    });
    ui.add_space(6.0);
    let hint = say!("editor-now-help");
    ui.add(egui::Label::new(RichText::new(hint).size(11.5).color(QUIET)).wrap());
}

/// Keys of the editor.
fn shortcuts(ui: &mut egui::Ui, editor: &mut Editor, mine: &mut SavedScenarios, scenarios: &mut Scenarios) {
    let pressed = |ui: &mut egui::Ui, key| {
        let shortcut = KeyboardShortcut::new(Modifiers::COMMAND, key);
        ui.input_mut(|input| input.consume_shortcut(&shortcut))
    };
    if pressed(ui, Key::S) {
        editor.save(mine, None, false);
    }
    if pressed(ui, Key::Enter)
        && let Some(document) = &editor.document
    {
        scenarios.ask(Ask::Start(document.source()));
    }
}

#[derive(bevy::ecs::system::SystemParam)]
struct Around3d<'w> {
    case: Res<'w, Case>,
    clock: Res<'w, Clock>,
    selection: Res<'w, Selection>,
}

fn window(
    mut contexts: EguiContexts,
    mut parts: ResMut<Parts>,
    mut windows: ResMut<Windows>,
    mut editor: ResMut<Editor>,
    mut mine: ResMut<SavedScenarios>,
    mut scenarios: ResMut<Scenarios>,
    mut sharing: ResMut<Sharing>,
    mut hands: Doing,
    around: Around3d,
    time: Res<Time<Real>>,
) -> Result {
    let editor = &mut *editor;
    if !parts.shown(Part::Editor) {
        windows.close(Part::Editor);
        return Ok(());
    }
    let Around3d { case, clock, selection } = around;
    let ctx = contexts.ctx_mut()?.clone();
    if editor.document.is_none() {
        match editor.first.take() {
            Some(file) if file.starts_with("builtin:") => editor.open(Opening::Builtin(file), &case, &mine),
            Some(file) => editor.open(Opening::File(file), &case, &mine),
            None => editor.open(Opening::Running, &case, &mine),
        }
    }
    if editor.document.is_none() {
        editor.document = Some(running(&case));
    }
    let [least, most] = SIZES.map(egui::Vec2::from);
    let Some((window, room)) = windows.show(&ctx, Part::Editor, say!("editor-window"), least, most) else {
        return Ok(());
    };
    let mut open = true;
    window.open(&mut open).show(&ctx, |ui| {
        ui.set_width(room.x);
        ui.set_height(room.y);
        shortcuts(ui, editor, &mut mine, &mut scenarios);
        let bottom = ui.min_rect().top() + room.y;
        let mut opening = None;
        let wide = room.x >= WITH_LIST;
        ui.horizontal_top(|ui| {
            if wide {
                ui.allocate_ui_with_layout(vec2(LIST, room.y), Layout::top_down(Align::LEFT), |ui| {
                    ui.set_width(LIST);
                    opening = list(ui, editor, &case, &mine, &scenarios);
                });
                ui.separator();
            }
            ui.vertical(|ui| {
                let width = ui.available_width();
                ui.horizontal_wrapped(|ui| {
                    if !wide {
                        opening = short_list(ui, editor, &case, &mine, &scenarios);
                    }
                    buttons(ui, editor, &mut mine, &mut scenarios, &mut sharing);
                });
                question(ui, editor, &case, &mut mine);
                ui.horizontal(|ui| {
                    for (page, title, hint) in Page::all() {
                        ui.selectable_value(&mut editor.page, page, title).on_hover_text(hint);
                    }
                    if let Some(document) = &editor.document {
                        let mark = if document.is_changed() { "● " } else { "" };
                        let title = format!("{mark}{}", document.file());
                        let hint = if document.is_changed() {
                            say!("editor-is-not-saved")
                        } else {
                            say!("editor-is-saved")
                        };
                        ui.add(egui::Label::new(RichText::new(title).size(11.5).color(QUIET)).truncate())
                            .on_hover_text(hint);
                    }
                });
                for (text, color) in [
                    (&editor.problem, ALARM),
                    (&scenarios.problem, ALARM),
                    (&editor.message, ACCENT),
                ] {
                    if !text.is_empty() {
                        ui.add(egui::Label::new(RichText::new(text).size(12.0).color(color)).wrap());
                    }
                }
                let errors = editor.document.as_ref().map_or(0, |document| document.errors.len());
                let below = 26.0 + 34.0 * errors.min(3) as f32;
                let height = (bottom - ui.cursor().top() - below - 8.0).max(80.0);
                page(ui, editor, vec2(width, height), &case, &selection, &clock, &mut hands);
                if editor.page != Page::Now
                    && let Some(document) = &editor.document
                    && let Some(place) = problems(ui, document, below - 24.0)
                {
                    editor.page = Page::Text;
                    editor.go_to = Some(place);
                }
            });
        });
        if let Some(opening) = opening {
            editor.ask_to_open(opening, &case, &mine);
        }
    });
    if let Some(document) = &mut editor.document {
        document.check(time.elapsed_secs_f64());
    }
    parts.show(Part::Editor, open);
    if std::mem::take(&mut editor.compares) {
        parts.show(Part::Compare, true);
    }
    Ok(())
}

/// The page that is shown.
fn page(
    ui: &mut egui::Ui,
    editor: &mut Editor,
    size: egui::Vec2,
    case: &Case,
    selection: &Selection,
    clock: &Clock,
    hands: &mut Doing,
) {
    if editor.page == Page::Text {
        let go_to = editor.go_to.take();
        if let Some(document) = &mut editor.document {
            text::editor(ui, document, size, go_to);
        }
        return;
    }
    let area = egui::ScrollArea::vertical()
        .id_salt("page")
        .max_height(size.y)
        .min_scrolled_height(size.y)
        .auto_shrink(false);
    area.show(ui, |ui| {
        ui.set_width(size.x - 12.0);
        if editor.page == Page::Now {
            return now(ui, editor, case, selection, clock, hands);
        }
        let around = Around {
            case,
            selected: selection.0,
        };
        if let Some(document) = &mut editor.document
            && let Some(report) = form::form(
                ui,
                document,
                (&mut editor.event, &mut editor.change),
                &around,
                size.x - 12.0,
            )
        {
            editor.complain(report.to_string());
        }
    });
}

/// Adds the editor with what the flags ask for.
pub(crate) fn add(app: &mut App, args: &Args) {
    app.insert_resource(SavedScenarios::of(args.scenarios.clone()));
    let mut editor = Editor {
        page: args.editor.unwrap_or_default(),
        first: args.edit.clone(),
        // Pictures show what they are told to.
        keeps_drafts: !args.takes_pictures(),
        ..Editor::default()
    };
    if editor.keeps_drafts && editor.first.is_none() {
        editor.document = Document::draft();
        if editor.document.is_some() {
            editor.say(say!("editor-draft-is-back"));
        }
    }
    app.insert_resource(editor);
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<SavedScenarios>();
    app.init_resource::<Editor>();
    app.add_systems(EguiPrimaryContextPass, window);
    files::add(app);
}
