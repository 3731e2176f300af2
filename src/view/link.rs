//! Links: a scenario and a view of it as the fragment of an address, `#1&a=builtin:feed-lost&t=3600&p=B03&…`.
//!
//! Reading is total: any text gives a view or says what is wrong with it, and none makes it take much memory.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;

use crate::view::Names;

/// Version of the links that this program writes and reads.
const VERSION: &str = "1";

/// Longest link that is read, bytes: browsers take more, mail programs less.
const LONGEST: usize = 64 << 10;

/// Longest text of a scenario in a link, bytes.
pub const LONGEST_TEXT: usize = 1 << 20;

/// Name under which the text of a link is loaded.
const FILE: &str = "link.ron";

/// How hard texts are packed, 0 to 10.
const PACKING: u8 = 9;

/// Scenario of a link that names none.
const SCENARIO: &str = "builtin:default";

/// Simulated seconds per second where nobody says another speed.
pub const SPEED: f64 = 600.0;

/// Where the text of a scenario comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `builtin:NAME`, or a file.
    Named(String),
    /// The text itself, under the name of a file; files that it names are looked for beside that.
    Text {
        /// Name.
        file: String,
        /// RON.
        text: String,
    },
}

/// Where the camera stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    /// The point that is looked at, m.
    pub focus_m: [f32; 3],
    /// Metres from it.
    pub distance_m: f32,
    /// Turn about the vertical, radians.
    pub yaw: f32,
    /// Height over the horizon, radians.
    pub pitch: f32,
}

/// Farthest point that is looked at along each axis, m.
pub const REACH_M: f32 = 3_000.0;

/// Nearest and farthest view, m.
pub const DISTANCE_M: [f32; 2] = [0.3, 6_000.0];

/// Lowest and highest look, radians over the horizon.
pub const PITCH: [f32; 2] = [-0.5, 1.54];

/// Most turn that a pose has, radians.
const MOST_YAW: f32 = 1e4;

impl Pose {
    /// A pose within the reach of the camera; none of any other numbers.
    fn checked(focus_m: [f32; 3], distance_m: f32, yaw: f32, pitch: f32) -> Option<Self> {
        let inside = focus_m.iter().all(|x| x.abs() <= REACH_M)
            && (DISTANCE_M[0]..=DISTANCE_M[1]).contains(&distance_m)
            && yaw.abs() <= MOST_YAW
            && (PITCH[0]..=PITCH[1]).contains(&pitch);
        inside.then_some(Self {
            focus_m,
            distance_m,
            yaw,
            pitch,
        })
    }
}

/// A scenario and how it is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The first scenario.
    pub a: Source,
    /// The one that it is compared with.
    pub b: Option<Source>,
    /// Whether the second one is in front.
    pub second_in_front: bool,
    /// Whether racks are coloured by what B has more.
    pub difference: bool,
    /// Simulated time, s since the start.
    pub time_s: f64,
    /// The selected place.
    pub place: Option<String>,
    /// Where the camera stands; where it stands at the start without it.
    pub camera: Option<Pose>,
    /// What colours the racks, by its name.
    pub overlay: String,
    /// Whether roofs are on.
    pub roofs: bool,
    /// Open windows and layers, by their names.
    pub parts: Vec<String>,
    /// Simulated seconds per second.
    pub speed: f64,
}

fn source_text(source: &Source) -> String {
    match source {
        Source::Named(name) => name.clone(),
        Source::Text { text, .. } => format!(
            "z.{}",
            URL_SAFE_NO_PAD.encode(compress_to_vec(text.as_bytes(), PACKING))
        ),
    }
}

fn source(key: &str, text: &str) -> Result<Source, String> {
    if let Some(packed) = text.strip_prefix("z.") {
        let broken = || format!("the scenario in `{key}` is not whole: has the link been cut short?");
        let bytes = URL_SAFE_NO_PAD.decode(packed).map_err(|_| broken())?;
        let bytes = decompress_to_vec_with_limit(&bytes, LONGEST_TEXT).map_err(|error| match error.status {
            miniz_oxide::inflate::TINFLStatus::HasMoreOutput => {
                format!("the scenario in `{key}` is longer than {LONGEST_TEXT} bytes")
            }
            _ => broken(),
        })?;
        let text = String::from_utf8(bytes).map_err(|_| broken())?;
        return Ok(Source::Text {
            file: FILE.into(),
            text,
        });
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    match text.strip_prefix("builtin:") {
        Some(name) if !name.is_empty() && name.chars().all(plain) => Ok(Source::Named(text.to_owned())),
        // A file of the reader's own disk is not for a link to open.
        _ => Err(format!(
            "{key}: found {:?}; allowed: builtin:NAME, or a packed text after `z.`",
            shortened(text)
        )),
    }
}

/// A word of a link as a message shows it.
fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    let mut out: String = text.chars().take(MOST).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}

fn number(key: &str, text: &str, range: RangeInclusive<f64>) -> Result<f64, String> {
    let value = text.parse().ok().filter(|value| range.contains(value));
    value.ok_or_else(|| {
        format!(
            "{key}: found {:?}; allowed: {} to {}",
            shortened(text),
            range.start(),
            range.end()
        )
    })
}

fn camera(text: &str) -> Result<Pose, String> {
    let numbers: Result<Vec<f32>, _> = text.split(',').map(str::parse).collect();
    let pose = match numbers.as_deref() {
        Ok(&[x, y, z, distance_m, yaw, pitch]) => Pose::checked([x, y, z], distance_m, yaw, pitch),
        _ => None,
    };
    pose.ok_or_else(|| {
        format!(
            "c: found {:?}; allowed: six numbers: point, distance, turn and height of a look at this ground",
            shortened(text)
        )
    })
}

fn place(text: &str) -> Result<String, String> {
    text.parse::<crate::site::Address>()
        .map(|_| text.to_owned())
        .map_err(|_| {
            format!(
                "p: found {:?}; allowed: a place such as B03/H2/R12/K07",
                shortened(text)
            )
        })
}

/// A name, if it is one of those.
fn known(key: &str, name: &str, allowed: &[&str]) -> Result<String, String> {
    let found = allowed.iter().find(|known| **known == name);
    found.map(|name| (*name).to_owned()).ok_or_else(|| {
        let allowed = allowed.join(", ");
        format!("{key}: found {:?}; allowed: {allowed}", shortened(name))
    })
}

impl Link {
    /// The fragment of an address, without its `#`.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut out = format!("{VERSION}&a={}", source_text(&self.a));
        if let Some(b) = &self.b {
            let _ = write!(out, "&b={}", source_text(b));
        }
        if self.second_in_front {
            out.push_str("&front=b");
        }
        if self.difference {
            out.push_str("&less");
        }
        let _ = write!(out, "&t={}", self.time_s);
        if let Some(place) = &self.place {
            let _ = write!(out, "&p={place}");
        }
        if let Some(pose) = &self.camera {
            let [x, y, z] = pose.focus_m;
            let _ = write!(out, "&c={x},{y},{z},{},{},{}", pose.distance_m, pose.yaw, pose.pitch);
        }
        let _ = write!(out, "&o={}", self.overlay);
        if self.roofs {
            out.push_str("&roofs");
        }
        if !self.parts.is_empty() {
            let _ = write!(out, "&w={}", self.parts.join(","));
        }
        let _ = write!(out, "&s={}", self.speed);
        out
    }

    /// What a link says: all of an address, or its fragment alone. None for an address without one.
    ///
    /// # Errors
    /// What is wrong with it, what was found and what is allowed.
    pub fn decode(address: &str, names: Names<'_>) -> Result<Option<Self>, String> {
        if address.len() > LONGEST {
            return Err(format!(
                "the link has {} bytes; allowed: at most {LONGEST}",
                address.len()
            ));
        }
        let fragment = match address.split_once('#') {
            Some((_, fragment)) => fragment,
            // An address without a fragment is one of a page, not of a view.
            None if address.contains("://") => return Ok(None),
            None => address,
        };
        let fragment = fragment.trim();
        if fragment.is_empty() {
            return Ok(None);
        }
        // Some programs write what stands in an address in their own way.
        let fragment = unescaped(fragment);
        let mut words = fragment.split('&');
        match words.next() {
            Some(VERSION) => {}
            other => {
                let found = shortened(other.unwrap_or_default());
                return Err(format!(
                    "the link is of version {found:?}; allowed: {VERSION}. A newer version of this program may read it"
                ));
            }
        }
        let mut link = Self {
            a: Source::Named(SCENARIO.into()),
            b: None,
            second_in_front: false,
            difference: false,
            time_s: 0.0,
            place: None,
            camera: None,
            overlay: names
                .overlays
                .first()
                .map_or_else(String::new, |name| (*name).to_owned()),
            roofs: false,
            parts: Vec::new(),
            speed: SPEED,
        };
        for word in words {
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            match key {
                "a" => link.a = source(key, value)?,
                "b" => link.b = Some(source(key, value)?),
                "front" if value == "b" => link.second_in_front = true,
                "less" if value.is_empty() => link.difference = true,
                "t" => link.time_s = number(key, value, 0.0..=3.2e9)?,
                "p" => link.place = Some(place(value)?),
                "c" => link.camera = Some(camera(value)?),
                "o" => {
                    link.overlay = known(key, value, names.overlays)?;
                }
                "roofs" if value.is_empty() => link.roofs = true,
                "w" => {
                    for name in value.split(',') {
                        let part = known(key, name, names.parts)?;
                        if !link.parts.contains(&part) {
                            link.parts.push(part);
                        }
                    }
                }
                "s" => link.speed = number(key, value, 1.0..=10_000.0)?,
                _ => {
                    let allowed = "a, b, front=b, less, t, p, c, o, roofs, w, s";
                    return Err(format!("the link has {:?}; allowed: {allowed}", shortened(word)));
                }
            }
        }
        if link.b.is_none() && (link.difference || link.second_in_front) {
            return Err("the link shows a second scenario and names none; allowed: b".into());
        }
        Ok(Some(link))
    }
}

/// A text with `%26` and the like put back; what is no such thing stays.
fn unescaped(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = (*byte == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(code) => {
                out.push(code);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};

    const NAMES: Names<'_> = Names {
        overlays: &["temperature", "power", "hot-share"],
        parts: &["slice", "oneLine", "money"],
    };

    fn decode(address: &str) -> Result<Option<Link>, String> {
        Link::decode(address, NAMES)
    }

    fn sources() -> impl Strategy<Value = Source> {
        let text = |text: String| Source::Text {
            file: FILE.into(),
            text,
        };
        prop_oneof![
            select(vec!["builtin:default", "builtin:utility-30s"]).prop_map(|name| Source::Named(name.into())),
            "(\\PC|\n){0,400}".prop_map(text),
        ]
    }

    fn poses() -> impl Strategy<Value = Pose> {
        let along = -3_000.0_f32..3_000.0;
        let numbers = (
            along.clone(),
            along.clone(),
            along,
            1.5_f32..4_000.0,
            -90.0_f32..90.0,
            0.04_f32..1.54,
        );
        numbers.prop_map(|(x, y, z, distance_m, yaw, pitch)| Pose {
            focus_m: [x, y, z],
            distance_m,
            yaw,
            pitch,
        })
    }

    prop_compose! {
        fn links()(
            a in sources(),
            b in prop::option::of(sources()),
            (behind, difference, roofs) in any::<(bool, bool, bool)>(),
            time_s in 0.0_f64..3.2e9,
            place in prop::option::of("B[1-9][0-9](/H[1-4](/R[1-9][0-9](/K[1-9][0-9])?)?)?"),
            camera in prop::option::of(poses()),
            overlay in select(NAMES.overlays),
            parts in subsequence(NAMES.parts, 0..=NAMES.parts.len()),
            speed in 1.0_f64..10_000.0,
        ) -> Link {
            let second_in_front = behind && b.is_some();
            let parts = parts.into_iter().map(str::to_owned).collect();
            let (difference, overlay) = (difference && b.is_some(), overlay.to_owned());
            Link { difference, a, b, second_in_front, time_s, place, camera, overlay, roofs, parts, speed }
        }
    }

    proptest! {
        #[test]
        fn a_link_says_what_was_put_into_it(link in links(), base in "|https://example\\.org/a/\\?draw=webgl2") {
            let fragment = link.encode();
            prop_assert!(fragment.chars().all(|c| c.is_ascii_graphic()), "{fragment} can stand in an address");
            let address = format!("{base}#{fragment}");
            prop_assert_eq!(decode(&address), Ok(Some(link.clone())));
            prop_assert_eq!(decode(&address.replace('&', "%26").replace(':', "%3A")), Ok(Some(link)));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}", tail in "(&(a|b|t|c|w|o|p|s)=(z\\.)?[A-Za-z0-9_,.:%-]{0,30}){0,4}") {
            let _ = decode(&text);
            let _ = decode(&format!("#1{tail}"));
            let _ = decode(&format!("#1{tail}{text}"));
        }

        #[test]
        fn a_link_cut_short_or_with_a_letter_changed_never_panics(link in links(), at in 0_usize..4_000, letter in "[!-~]") {
            let mut text = link.encode();
            let at = at.min(text.len() - 1);
            let _ = decode(&text[..at]);
            text.replace_range(at..=at, &letter);
            let _ = decode(&text);
        }
    }

    #[test]
    fn what_is_wrong_with_a_link_is_said() {
        let bomb = format!(
            "1&a=z.{}",
            URL_SAFE_NO_PAD.encode(compress_to_vec(&vec![b' '; 2 * LONGEST_TEXT], 9))
        );
        for (text, expected) in [
            ("#2&a=builtin:default", "version \"2\"; allowed: 1"),
            ("#1&a=/etc/passwd", "allowed: builtin:NAME"),
            ("#1&a=builtin:../x", "allowed: builtin:NAME"),
            ("#1&a=z.!!", "cut short"),
            ("#1&a=z.AAAA", "cut short"),
            (&bomb, "longer than 1048576 bytes"),
            ("#1&t=-1", "t: found \"-1\"; allowed: 0 to"),
            ("#1&t=NaN", "t: found"),
            ("#1&s=1e9", "allowed: 1 to 10000"),
            ("#1&c=1,2,3", "six numbers"),
            ("#1&c=0,0,0,inf,0,0.5", "six numbers"),
            ("#1&o=heat", "allowed: temperature"),
            ("#1&w=money,door", "w: found \"door\"; allowed: slice"),
            ("#1&p=nowhere", "a place such as"),
            ("#1&less", "names none"),
            ("#1&x=1", "allowed: a, b"),
        ] {
            let error = decode(text).expect_err("is wrong");
            assert!(error.contains(expected), "{expected} is not in {error}");
        }
        let long = format!("#1&a=z.{}", "A".repeat(LONGEST));
        assert!(decode(&long).expect_err("is too long").contains("at most"));
        assert_eq!(decode("https://example.org/"), Ok(None));
        assert_eq!(decode("https://example.org/#"), Ok(None));
        assert_eq!(decode(""), Ok(None));
    }

    #[test]
    fn the_text_of_a_shipped_scenario_makes_a_link_that_mail_programs_leave_whole() {
        for (name, text) in crate::scenario::BUILTIN {
            let source = Source::Text {
                file: FILE.into(),
                text: (*text).into(),
            };
            let length = source_text(&source).len();
            assert!(length < 2_000, "{name} takes {length} bytes");
        }
    }
}
