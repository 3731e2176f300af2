//! What the view is started with: flags natively, nothing in a browser.

use rainier::diag::Report;
use rainier::scenario::{self, Loaded};
use rainier::site::load::Files;

use crate::selection::Overlay;

/// Options of the view.
#[derive(Debug, Clone)]
pub(crate) struct Args {
    /// Scenario file, or `builtin:NAME`.
    pub(crate) scenario: String,
    /// Site that replaces the scenario's.
    pub(crate) site: Option<String>,
    /// Picture to take before ending.
    pub(crate) shot: Option<String>,
    /// Simulated time of the picture, s.
    pub(crate) at_s: f64,
    /// Place to look at.
    pub(crate) look: Option<String>,
    /// Overlay at the start.
    pub(crate) overlay: Overlay,
    /// Size of the window, pixels.
    pub(crate) size: [u32; 2],
}

/// Usage, printed with `--help` and after a wrong flag.
#[cfg(not(target_arch = "wasm32"))]
const USAGE: &str = "\
usage: rainier-view [--scenario FILE] [--site FILE] [--look PLACE] [--overlay NAME] [--size WxH]
                    [--shot FILE.png [--at SECONDS]]
  FILE is a path or builtin:NAME; PLACE reads B03, B03/H2 or B03/H2/R12/K07
  NAME is temperature, utilisation, power or inlet
  --shot runs to the time --at (default 1800), takes a picture and ends";

impl Default for Args {
    fn default() -> Self {
        Self {
            scenario: "builtin:default".into(),
            site: None,
            shot: None,
            at_s: 1800.0,
            look: None,
            overlay: Overlay::Temperature,
            size: [1280, 800],
        }
    }
}

impl Args {
    /// Reads the flags.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn read() -> Result<Self, String> {
        let mut args = Self::default();
        let mut words = std::env::args().skip(1);
        while let Some(flag) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{flag} needs a value\n{USAGE}"));
            match flag.as_str() {
                "--scenario" => args.scenario = value()?,
                "--site" => args.site = Some(value()?),
                "--shot" => args.shot = Some(value()?),
                "--look" => args.look = Some(value()?),
                "--at" => {
                    let text = value()?;
                    let seconds = text.parse().ok().filter(|s: &f64| (0.0..=1e7).contains(s));
                    args.at_s = seconds.ok_or_else(|| format!("--at {text}: 0 to 1e7 seconds"))?;
                }
                "--overlay" => {
                    let text = value()?;
                    args.overlay =
                        Overlay::named(&text).ok_or_else(|| format!("--overlay {text}: no such overlay\n{USAGE}"))?;
                }
                "--size" => {
                    let text = value()?;
                    let parts: Vec<u32> = text.split('x').filter_map(|n| n.parse().ok()).collect();
                    match parts.as_slice() {
                        [w, h] if (200..=8192).contains(w) && (200..=8192).contains(h) => args.size = [*w, *h],
                        _ => return Err(format!("--size {text}: such as 1280x800, each 200 to 8192")),
                    }
                }
                "--help" | "-h" => return Err(USAGE.into()),
                _ => return Err(format!("{flag}: no such flag\n{USAGE}")),
            }
        }
        Ok(args)
    }

    /// A page has no flags; its scripts call `window.rainier` instead.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn read() -> Result<Self, String> {
        Ok(Self::default())
    }

    /// The scenario asked for.
    pub(crate) fn load(&self) -> Result<Loaded, Report> {
        scenario::load(&Texts, &self.scenario, self.site.as_deref())
    }
}

/// Where files come from: the disk natively; a page has only what is built in.
pub(crate) struct Texts;

impl Files for Texts {
    #[cfg(not(target_arch = "wasm32"))]
    fn text(&self, name: &str) -> Result<String, String> {
        std::fs::read_to_string(name).map_err(|error| error.to_string())
    }

    #[cfg(target_arch = "wasm32")]
    fn text(&self, name: &str) -> Result<String, String> {
        rainier::site::load::NoFiles.text(name)
    }
}
