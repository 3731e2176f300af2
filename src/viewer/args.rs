//! What the view is started with: flags natively, nothing in a browser.

use rainier::diag::Report;
use rainier::scenario::{self, Overrides};
use rainier::site::texts::Files;
use rainier::view::Names;
use rainier::view::link::Link;
use rainier::view::walk::{self, WalkFile};

use crate::cases::Case;
use crate::panels::editor::Page;
use crate::panels::parts::Part;
use crate::panels::theme::Look;
use crate::quality::Asked;
use crate::scenarios::{load, text_of};
use crate::selection::Overlay;

/// The campus in 3D: racks coloured by their live chips, from the whole site down to one chip.
#[derive(Debug, Clone)]
#[cfg_attr(not(target_arch = "wasm32"), derive(clap::Parser))]
#[cfg_attr(
    not(target_arch = "wasm32"),
    command(name = "rainier-view", version = rainier::VERSION, max_term_width = 100)
)]
pub(crate) struct Args {
    /// Scenario file, or builtin:NAME
    #[cfg_attr(
        not(target_arch = "wasm32"),
        arg(long, value_name = "FILE", default_value = DEFAULT_SCENARIO)
    )]
    pub(crate) scenario: String,
    /// Site file that replaces the scenario's, or builtin:NAME
    #[cfg_attr(not(target_arch = "wasm32"), arg(long, value_name = "FILE"))]
    pub(crate) site: Option<String>,
    /// Weather file that replaces the site's: normals, an EPW file, or builtin:NAME
    #[cfg_attr(not(target_arch = "wasm32"), arg(long, value_name = "FILE"))]
    pub(crate) weather: Option<String>,
    /// Scenario file, or builtin:NAME, to compare it with
    #[cfg_attr(not(target_arch = "wasm32"), arg(long, value_name = "FILE"))]
    pub(crate) compare: Option<String>,
    /// Colour the racks by what the other scenario has more or less
    #[cfg_attr(not(target_arch = "wasm32"), arg(long, requires = "compare"))]
    pub(crate) difference: bool,
    /// Place to look at, such as B03, B03/H2, B03/H2/R12/K07 or B03/H2/R12/K07/T03
    #[cfg_attr(not(target_arch = "wasm32"), arg(long, value_name = "PLACE"))]
    pub(crate) look: Option<String>,
    /// What colours the racks
    #[cfg_attr(not(target_arch = "wasm32"), arg(long, value_name = "OVERLAY", value_parser = overlays(), default_value = "temperature"))]
    pub(crate) overlay: Overlay,
    /// Put the roofs on
    #[cfg_attr(not(target_arch = "wasm32"), arg(long))]
    pub(crate) roofs: bool,
    /// Show the air of the hall or building looked at as a plane of temperatures
    #[cfg_attr(not(target_arch = "wasm32"), arg(long))]
    pub(crate) slice: bool,
    /// Show the way of the air through the hall or building looked at
    #[cfg_attr(not(target_arch = "wasm32"), arg(long))]
    pub(crate) airflow: bool,
    /// Open the psychrometric chart
    #[cfg_attr(not(target_arch = "wasm32"), arg(long))]
    pub(crate) chart: bool,
    /// Open the diagram of air, water and heat
    #[cfg_attr(not(target_arch = "wasm32"), arg(long))]
    pub(crate) cooling: bool,
    /// Open the one-line diagram
    #[cfg_attr(not(target_arch = "wasm32"), arg(long))]
    pub(crate) one_line: bool,
    /// Open the list of jobs
    #[cfg_attr(not(target_arch = "wasm32"), arg(long))]
    pub(crate) jobs: bool,
    /// Look at the racks of a job, by its name
    #[cfg_attr(not(target_arch = "wasm32"), arg(long, value_name = "NAME"))]
    pub(crate) job: Option<String>,
    /// Show the campus as the plan has it on a date, such as 2025-06-12
    #[cfg_attr(not(target_arch = "wasm32"), arg(long, value_name = "DATE"))]
    pub(crate) timeline: Option<jiff::civil::Date>,
    /// Open the chart of growth
    #[cfg_attr(not(target_arch = "wasm32"), arg(long))]
    pub(crate) growth: bool,
    /// Open money and carbon
    #[cfg_attr(not(target_arch = "wasm32"), arg(long))]
    pub(crate) money: bool,
    /// Open the trends of readings
    #[cfg_attr(not(target_arch = "wasm32"), arg(long))]
    pub(crate) trends: bool,
    /// Open the list of alarms
    #[cfg_attr(not(target_arch = "wasm32"), arg(long))]
    pub(crate) alarms: bool,
    /// Light or dark panels
    #[cfg_attr(not(target_arch = "wasm32"), arg(long, value_enum, default_value_t = Look::Dark))]
    pub(crate) theme: Look,
    /// Open the editor of scenarios: its text, its form, or what can be done now
    #[cfg_attr(
        not(target_arch = "wasm32"),
        arg(long, value_enum, value_name = "PAGE", num_args = 0..=1, default_missing_value = "text")
    )]
    pub(crate) editor: Option<Page>,
    /// Scenario file to edit, or builtin:NAME, in place of the one that runs
    #[cfg_attr(not(target_arch = "wasm32"), arg(long, value_name = "FILE"))]
    pub(crate) edit: Option<String>,
    /// Folder of your own scenarios; that of the user's data without it
    #[cfg_attr(not(target_arch = "wasm32"), arg(long, value_name = "DIR"))]
    pub(crate) scenarios: Option<std::path::PathBuf>,
    /// Link of a scenario and a view to show
    #[cfg_attr(
        not(target_arch = "wasm32"),
        arg(long, value_name = "URL", value_parser = link, conflicts_with_all = ["scenario", "compare"])
    )]
    pub(crate) link: Option<Link>,
    /// Address of the page that links begin with
    #[cfg_attr(not(target_arch = "wasm32"), arg(long, value_name = "URL", default_value = BASE_URL))]
    pub(crate) base_url: String,
    /// Print a link of the view with the picture
    #[cfg_attr(not(target_arch = "wasm32"), arg(long, requires = "shot"))]
    pub(crate) print_link: bool,
    /// What is wrong with the link of the page's address; empty if nothing is
    #[cfg_attr(not(target_arch = "wasm32"), arg(skip))]
    pub(crate) problem: String,
    /// How much is drawn; as much as the machine draws in time if left out, and all of it in a picture
    #[cfg_attr(not(target_arch = "wasm32"), arg(long, value_enum))]
    pub(crate) quality: Option<Asked>,
    /// Language of the view by its tag, such as en or pt-BR; English where it is not built in
    #[cfg(not(target_arch = "wasm32"))]
    #[arg(long, value_name = "TAG", value_parser = language)]
    pub(crate) lang: Option<String>,
    /// Hide the labels at places
    #[cfg_attr(not(target_arch = "wasm32"), arg(long))]
    pub(crate) no_labels: bool,
    /// Hide the little map
    #[cfg_attr(not(target_arch = "wasm32"), arg(long))]
    pub(crate) no_minimap: bool,
    /// See through walls and roofs
    #[cfg_attr(not(target_arch = "wasm32"), arg(long, conflicts_with = "section"))]
    pub(crate) xray: bool,
    /// Cut the building looked at open, at a share of its length from the west or south, 0 to 1
    #[cfg_attr(not(target_arch = "wasm32"), arg(long, value_name = "SHARE", value_parser = share))]
    pub(crate) section: Option<f32>,
    /// Write this into the search
    #[cfg_attr(not(target_arch = "wasm32"), arg(long, value_name = "WORDS"))]
    pub(crate) search: Option<String>,
    /// Start a tour: a file, or builtin:mission
    #[cfg_attr(not(target_arch = "wasm32"), arg(long, value_name = "FILE"))]
    pub(crate) tour: Option<String>,
    /// Draw so many frames of each of some views, or of the place looked at, on a device that draws nothing, say what they
    /// cost the processor, and end
    #[cfg(not(target_arch = "wasm32"))]
    #[arg(long, value_name = "FRAMES", conflicts_with_all = ["shot", "link", "compare", "tour"], num_args = 0..=1,
        default_missing_value = "200", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) measure: Option<u32>,
    /// Measure on this machine's own device, and wait each time until it has drawn
    #[cfg(not(target_arch = "wasm32"))]
    #[arg(long, requires = "measure")]
    pub(crate) on_gpu: bool,
    /// Step of the tour that the picture shows, from 1
    #[cfg_attr(
        not(target_arch = "wasm32"),
        arg(long, value_name = "STEP", requires = "tour", requires = "shot")
    )]
    pub(crate) tour_step: Option<std::num::NonZeroUsize>,
    /// Size of the window in pixels, 200 to 8192 each
    #[cfg_attr(
        not(target_arch = "wasm32"),
        arg(long, value_name = "WxH", default_value = "1280x800", value_parser = size)
    )]
    pub(crate) size: Size,
    /// Pixels of a point of the panels, 0.5 to 4; those of the screen if left out
    #[cfg_attr(not(target_arch = "wasm32"), arg(long, value_name = "PIXELS", value_parser = scale))]
    pub(crate) scale: Option<f32>,
    /// Take a picture of the window, and end
    #[cfg_attr(not(target_arch = "wasm32"), arg(long, value_name = "FILE.png"))]
    pub(crate) shot: Option<String>,
    /// Walk through the view by a file, take a picture at each of its stops, and end
    #[cfg_attr(
        not(target_arch = "wasm32"),
        arg(long, value_name = "FILE.ron", requires = "pictures", conflicts_with_all = ["shot", "link"])
    )]
    pub(crate) walk: Option<String>,
    /// Folder of the walk's pictures
    #[cfg_attr(not(target_arch = "wasm32"), arg(long, value_name = "DIR", requires = "walk"))]
    pub(crate) pictures: Option<std::path::PathBuf>,
    /// The walk, once it has been read
    #[cfg_attr(not(target_arch = "wasm32"), arg(skip))]
    pub(crate) course: Option<WalkFile>,
    /// Simulated time of the picture, s
    #[cfg_attr(
        not(target_arch = "wasm32"),
        arg(long, value_name = "SECONDS", default_value_t = 1800.0, value_parser = seconds, requires = "shot")
    )]
    pub(crate) at: f64,
}

/// What a link says, in the names of this view.
pub(crate) fn decode(address: &str) -> Result<Option<Link>, String> {
    with_names(|names| Link::decode(address, names))
}

fn with_names<T>(read: impl FnOnce(Names<'_>) -> T) -> T {
    let (overlays, parts) = (Overlay::ALL.map(Overlay::name), Part::ALL.map(Part::name));
    read(Names {
        overlays: &overlays,
        parts: &parts,
    })
}

/// Address of the page, where one is known.
#[cfg(not(target_arch = "wasm32"))]
const BASE_URL: &str = env!("CARGO_PKG_HOMEPAGE");

/// Scenario that is shown when none is named.
pub(crate) const DEFAULT_SCENARIO: &str = "builtin:open-day";

/// Width and height, pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u32, pub(crate) u32);

#[cfg(not(target_arch = "wasm32"))]
fn size(text: &str) -> Result<Size, String> {
    let side = |text: &str| text.parse().ok().filter(|n| (200..=8192).contains(n));
    text.split_once('x')
        .and_then(|(w, h)| Some(Size(side(w)?, side(h)?)))
        .ok_or_else(|| "such as 1280x800, each 200 to 8192".into())
}

#[cfg(not(target_arch = "wasm32"))]
fn seconds(text: &str) -> Result<f64, String> {
    let value = text.parse().ok().filter(|s: &f64| (0.0..=1e7).contains(s));
    value.ok_or_else(|| "0 to 1e7 seconds".into())
}

/// The overlays by their names, with what they say for the help.
#[cfg(not(target_arch = "wasm32"))]
fn overlays() -> impl clap::builder::TypedValueParser<Value = Overlay> {
    use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
    let values = Overlay::ALL.map(|overlay| PossibleValue::new(overlay.name()).help(overlay.about()));
    PossibleValuesParser::new(values).try_map(|name| Overlay::named(&name).ok_or("no such overlay"))
}

#[cfg(not(target_arch = "wasm32"))]
fn link(text: &str) -> Result<Link, String> {
    decode(text)?.ok_or_else(|| "an address with a view behind its #".into())
}

#[cfg(not(target_arch = "wasm32"))]
fn language(text: &str) -> Result<String, String> {
    let is_tag = text.parse::<unic_langid::LanguageIdentifier>().is_ok();
    is_tag
        .then(|| text.to_owned())
        .ok_or_else(|| "such as en or pt-BR".into())
}

#[cfg(not(target_arch = "wasm32"))]
fn share(text: &str) -> Result<f32, String> {
    let value = text.parse().ok().filter(|s: &f32| (0.0..=1.0).contains(s));
    value.ok_or_else(|| "0 to 1".into())
}

#[cfg(not(target_arch = "wasm32"))]
fn scale(text: &str) -> Result<f32, String> {
    let value = text.parse().ok().filter(|s: &f32| (0.5..=4.0).contains(s));
    value.ok_or_else(|| "0.5 to 4".into())
}

impl Args {
    /// Reads the flags; ends the program with help or with what is wrong with them.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn read() -> Self {
        clap::Parser::parse()
    }

    /// A page has no flags but what stands behind the `#` of its address; its scripts call `window.rainier` instead.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn read() -> Self {
        let (base_url, fragment) = crate::web_files::address();
        let (link, problem) = match decode(&format!("#{fragment}")) {
            Ok(link) => (link, String::new()),
            Err(problem) => (None, problem),
        };
        Self {
            scenario: DEFAULT_SCENARIO.into(),
            site: None,
            weather: None,
            compare: None,
            difference: false,
            look: None,
            overlay: Overlay::Temperature,
            roofs: false,
            slice: false,
            airflow: false,
            chart: false,
            cooling: false,
            one_line: false,
            jobs: false,
            job: None,
            timeline: None,
            growth: false,
            money: false,
            trends: false,
            alarms: false,
            theme: Look::Dark,
            editor: None,
            edit: None,
            scenarios: None,
            link,
            base_url,
            print_link: false,
            problem,
            quality: None,
            no_labels: false,
            no_minimap: false,
            xray: false,
            section: None,
            search: None,
            tour: None,
            tour_step: None,
            size: Size(1280, 800),
            scale: None,
            shot: None,
            walk: None,
            pictures: None,
            course: None,
            at: 0.0,
        }
    }

    /// Reads the walk that is asked for; its first stop says what runs first.
    pub(crate) fn read_walk(&mut self) -> Result<(), Report> {
        let Some(file) = &self.walk else { return Ok(()) };
        let mut walk = with_names(|names| walk::load(TEXTS, file, names))?;
        let [width, height] = *walk.size_px.get_or_insert(walk::SIZE_PX);
        self.size = Size(width, height);
        if let Some(first) = walk.stops.first_mut() {
            if let Some(scenario) = first.scenario.take() {
                self.scenario = scenario;
            }
            self.compare = first.compare.take();
            if let Some([width, height]) = first.size_px {
                self.size = Size(width, height);
            }
        }
        self.course = Some(walk);
        Ok(())
    }

    /// Whether it takes pictures and ends.
    pub(crate) fn takes_pictures(&self) -> bool {
        self.shot.is_some() || self.walk.is_some()
    }

    fn instead(&self) -> Overrides<'_> {
        Overrides {
            site: self.site.as_deref(),
            weather: self.weather.as_deref(),
            changes: &[],
        }
    }

    /// The scenario asked for.
    pub(crate) fn load(&self) -> Result<Case, Report> {
        if let Some(link) = &self.link {
            return load(&link.a);
        }
        let loaded = scenario::load(TEXTS, &self.scenario, self.instead())?;
        Ok(Case::of(loaded, text_of(&self.scenario)))
    }

    /// The scenario to compare it with.
    pub(crate) fn behind(&self) -> Option<Result<Case, Report>> {
        if let Some(link) = &self.link {
            return link.b.as_ref().map(load);
        }
        let file = self.compare.as_ref()?;
        let load = || Ok(Case::of(scenario::load(TEXTS, file, self.instead())?, text_of(file)));
        Some(load())
    }
}

/// Where files come from: the disk natively; a page has only what is built in.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) const TEXTS: &dyn Files = &rainier::host::Disk;
/// Where files come from: the disk natively; a page has only what is built in.
#[cfg(target_arch = "wasm32")]
pub(crate) const TEXTS: &dyn Files = &rainier::site::texts::NoFiles;
