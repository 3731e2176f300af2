//! Charts as SVG: areas, lines, bars and a map, with axes in plain steps. Every text is escaped by `maud`.

use maud::{Markup, PreEscaped, html};

/// Colours that are told apart in print and by most eyes (after Okabe and Ito, darkened for text-sized marks).
pub(crate) const COLOURS: [&str; 8] = [
    "#1f5f99", "#e08a00", "#008f6b", "#b83280", "#5aa9d6", "#8a6d00", "#7a7f87", "#c8401f",
];

/// Width of a chart over the whole page and of one beside another, in pixels of a screen, so that letters are as large
/// as those around them.
const WIDE: f64 = 976.0;
const NARROW: f64 = 475.0;
const LEFT: f64 = 50.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 30.0;

/// Columns into which a series is thinned.
const COLUMNS: usize = 360;

/// Values over time with a name.
pub(crate) struct Line<'a> {
    pub(crate) name: &'a str,
    pub(crate) values: Vec<f64>,
    pub(crate) colour: &'a str,
}

/// What a chart shows.
pub(crate) struct Chart<'a> {
    pub(crate) title: &'a str,
    pub(crate) unit: &'a str,
    pub(crate) times: &'a [f64],
    pub(crate) lines: Vec<Line<'a>>,
    /// Areas on each other instead of lines.
    pub(crate) stacked: bool,
    /// Over the whole width of the page.
    pub(crate) wide: bool,
    /// Whether the axis begins at zero.
    pub(crate) from_zero: bool,
    /// Times with words, for the axis below.
    pub(crate) marks: Vec<(f64, String)>,
}

/// A step of 1, 2 or 5 times a power of ten that parts a range into about `parts`.
pub(crate) fn step(range: f64, parts: f64) -> f64 {
    let raw = range / parts;
    if !raw.is_finite() || raw <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(raw.log10().floor());
    let lead = raw / power;
    let nice = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|nice| *nice >= lead - 1e-9);
    nice.unwrap_or(10.0) * power
}

/// A number on an axis, with the digits that its step needs.
fn tick(value: f64, step: f64) -> String {
    let mut places = (-step.log10().floor()).clamp(0.0, 9.0) as usize;
    // A step of 2.5 needs one digit more.
    if (step * 10_f64.powi(places as i32)).fract() > 1e-6 {
        places += 1;
    }
    let value = if value.abs() < step * 1e-6 { 0.0 } else { value };
    if value.abs() >= 1e4 {
        crate::causes::short(value)
    } else {
        format!("{value:.places$}")
    }
}

/// Which samples to draw: of every column the least and the most, so that no peak is lost.
pub(crate) fn thin(values: &[f64], columns: usize) -> Vec<usize> {
    let n = values.len();
    if n <= 2 * columns {
        return (0..n).collect();
    }
    let mut keep = vec![0];
    for c in 0..columns {
        let (from, to) = (c * n / columns, (c + 1) * n / columns);
        let finite = (from..to).filter(|i| values[*i].is_finite());
        let low = finite.clone().min_by(|a, b| values[*a].total_cmp(&values[*b]));
        let high = finite.max_by(|a, b| values[*a].total_cmp(&values[*b]));
        let mut pair: Vec<usize> = low.into_iter().chain(high).collect();
        pair.sort_unstable();
        keep.extend(pair);
    }
    keep.push(n - 1);
    keep.dedup();
    keep
}

/// A straight way from a value to a place on the page.
pub(crate) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    pub(crate) fn new(low: f64, high: f64, from: f64, to: f64) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        Self { low, high, from, to }
    }

    pub(crate) fn at(&self, value: f64) -> f64 {
        self.from + (value - self.low) / (self.high - self.low) * (self.to - self.from)
    }
}

/// Names of the lines with their colours.
fn legend(lines: &[(&str, &str)]) -> Markup {
    html! {
        ul.legend {
            @for (name, colour) in lines {
                li {
                    svg.key viewBox="0 0 12 12" aria-hidden="true" { rect width="12" height="12" rx="2" fill=(colour) {} }
                    (name)
                }
            }
        }
    }
}

/// The title of a chart with its unit.
fn caption(title: &str, unit: &str, note: &str) -> Markup {
    html! {
        figcaption {
            b { (title) @if !unit.is_empty() { ", " (unit) } }
            @if !note.is_empty() { " " span.note { (note) } }
        }
    }
}

/// The frame of a chart: axes with steps, and what is drawn within.
fn frame(size: [f64; 2], x: &Scale, y: &Scale, marks: &[(f64, String)], inside: &Markup) -> Markup {
    let [width, height] = size;
    let step = step(y.high - y.low, 5.0);
    let first = (y.low / step - 1e-9).ceil() as i64;
    let last = (y.high / step + 1e-9).floor() as i64;
    let bottom = height - BOTTOM;
    // Words at the end stay within the picture.
    let anchor = |x: f64| if x > width - 30.0 { "end" } else { "middle" };
    html! {
        svg.chart viewBox=(format!("0 0 {width} {height}")) role="img" {
            @for k in first..=last {
                @let v = k as f64 * step;
                line.grid x1=(LEFT) x2=(width - RIGHT) y1=(px(y.at(v))) y2=(px(y.at(v))) {}
                text.tick x=(LEFT - 7.0) y=(px(y.at(v) + 4.0)) text-anchor="end" { (tick(v, step)) }
            }
            (inside)
            line.axis x1=(LEFT) x2=(width - RIGHT) y1=(bottom) y2=(bottom) {}
            @for (t, words) in marks {
                line.axis x1=(px(x.at(*t))) x2=(px(x.at(*t))) y1=(bottom) y2=(bottom + 4.0) {}
                text.tick x=(px(if x.at(*t) > width - 30.0 { width - 1.0 } else { x.at(*t) })) y=(bottom + 18.0) text-anchor=(anchor(x.at(*t))) { (words) }
            }
        }
    }
}

fn px(x: f64) -> String {
    format!("{x:.1}")
}

/// A path through points; it is broken where there is no number.
fn path(points: impl Iterator<Item = (f64, f64)>) -> String {
    let mut out = String::new();
    let mut pen_down = false;
    for (x, y) in points {
        if x.is_finite() && y.is_finite() {
            out += &format!("{}{x:.1} {y:.1}", if pen_down { "L" } else { "M" });
            pen_down = true;
        } else {
            pen_down = false;
        }
    }
    out
}

impl Chart<'_> {
    /// The chart with its title and legend; nothing where there is nothing to show.
    pub(crate) fn draw(&self, note: &str) -> Markup {
        let n = self.times.len();
        let lines: Vec<&Line<'_>> = self
            .lines
            .iter()
            .filter(|line| line.values.len() == n && line.values.iter().any(|v| v.is_finite()))
            // Of areas, those that are never seen only make the legend long.
            .filter(|line| !self.stacked || line.values.iter().any(|v| v.abs() > 0.0))
            .collect();
        if n == 0 || lines.is_empty() {
            return html! {};
        }
        let sums: Vec<f64> = (0..n)
            .map(|i| lines.iter().map(|line| line.values[i].max(0.0)).sum())
            .collect();
        let all = || {
            lines
                .iter()
                .flat_map(|line| line.values.iter().copied())
                .filter(|v| v.is_finite())
        };
        let (mut low, mut high) = if self.stacked {
            (0.0, sums.iter().copied().fold(0.0, f64::max))
        } else {
            (
                all().fold(f64::INFINITY, f64::min),
                all().fold(f64::NEG_INFINITY, f64::max),
            )
        };
        if self.from_zero {
            low = low.min(0.0);
        }
        if high - low < 1e-9 * high.abs().max(1e-9) {
            (low, high) = (
                if low > 0.0 && self.from_zero {
                    0.0
                } else {
                    low - 0.5 * low.abs().max(1e-3)
                },
                high + 0.5 * high.abs().max(1e-3),
            );
        }
        let step = step(high - low, 5.0);
        let (low, high) = ((low / step + 1e-9).floor() * step, (high / step - 1e-9).ceil() * step);
        let (first, last) = (self.times[0], self.times[n - 1]);
        let size = if self.wide { [WIDE, 270.0] } else { [NARROW, 190.0] };
        let x = Scale::new(first.min(last), last, LEFT, size[0] - RIGHT);
        let y = Scale::new(low, high, size[1] - BOTTOM, TOP);
        let inside = if self.stacked {
            let keep = thin(&sums, COLUMNS);
            let mut under = vec![0.0; n];
            let mut areas = Vec::new();
            for line in &lines {
                let over: Vec<f64> = under.iter().zip(&line.values).map(|(u, v)| u + v.max(0.0)).collect();
                let up = keep.iter().map(|i| (x.at(self.times[*i]), y.at(over[*i])));
                let down = keep.iter().rev().map(|i| (x.at(self.times[*i]), y.at(under[*i])));
                areas.push((format!("{}Z", path(up.chain(down))), line.colour));
                under = over;
            }
            html! { @for (d, colour) in areas { path d=(d) fill=(colour) {} } }
        } else {
            html! {
                @for line in &lines {
                    @let keep = thin(&line.values, COLUMNS);
                    @let points = keep.iter().map(|i| (x.at(self.times[*i]), y.at(line.values[*i])));
                    path.line d=(path(points)) stroke=(line.colour) {}
                }
            }
        };
        let marks: Vec<(f64, String)> = self
            .marks
            .iter()
            .filter(|(t, _)| (first..=last).contains(t))
            .cloned()
            .collect();
        let names: Vec<(&str, &str)> = lines.iter().map(|line| (line.name, line.colour)).collect();
        html! {
            figure {
                (caption(self.title, self.unit, note))
                @if names.len() > 1 { (legend(&names)) }
                (frame(size, &x, &y, &marks, &inside))
            }
        }
    }
}

/// A band between two lines with a line in it, over positions that have words: growth by month.
pub(crate) struct Growth<'a> {
    pub(crate) title: &'a str,
    pub(crate) unit: &'a str,
    pub(crate) xs: Vec<f64>,
    pub(crate) planned: Vec<f64>,
    /// Least, middle and most; without a value before the known day.
    pub(crate) odds: Vec<Option<[f64; 3]>>,
    pub(crate) recorded: Vec<(f64, f64)>,
    pub(crate) marks: Vec<(f64, String)>,
}

impl Growth<'_> {
    pub(crate) fn draw(&self, note: &str) -> Markup {
        let n = self.xs.len();
        if n < 2 {
            return html! {};
        }
        let most = self.odds.iter().flatten().map(|odds| odds[2]);
        let high = self.planned.iter().copied().chain(most).fold(0.0, f64::max);
        let step = step(high, 5.0);
        let size = [WIDE, 280.0];
        let x = Scale::new(self.xs[0], self.xs[n - 1], LEFT, size[0] - RIGHT);
        let y = Scale::new(0.0, (high / step).ceil() * step, size[1] - BOTTOM, TOP);
        let known: Vec<(f64, [f64; 3])> = self
            .xs
            .iter()
            .zip(&self.odds)
            .filter_map(|(x, odds)| Some((*x, (*odds)?)))
            .collect();
        let up = known.iter().map(|(at, odds)| (x.at(*at), y.at(odds[2])));
        let down = known.iter().rev().map(|(at, odds)| (x.at(*at), y.at(odds[0])));
        let middle = known.iter().map(|(at, odds)| (x.at(*at), y.at(odds[1])));
        let planned = self.xs.iter().zip(&self.planned).map(|(at, v)| (x.at(*at), y.at(*v)));
        let inside = html! {
            path d=(format!("{}Z", path(up.chain(down)))) fill="#cfe0f0" {}
            path.line d=(path(middle)) stroke=(COLOURS[0]) stroke-dasharray="5 4" {}
            path.line d=(path(planned)) stroke=(COLOURS[7]) {}
            @for (at, v) in &self.recorded {
                circle cx=(px(x.at(*at))) cy=(px(y.at(*v))) r="4" fill="#111" {}
            }
        };
        let names = [
            ("as planned", COLOURS[7]),
            ("half of all draws (dashed)", COLOURS[0]),
            ("between a tenth and nine tenths of all draws", "#cfe0f0"),
            ("on record (dots)", "#111"),
        ];
        html! {
            figure {
                (caption(self.title, self.unit, note))
                (legend(&names))
                (frame(size, &x, &y, &self.marks, &inside))
            }
        }
    }
}

/// Bars to the right with names, words behind them, and ends of ranges.
pub(crate) fn bars(title: &str, rows: &[(String, f64, String)], note: &str) -> Markup {
    let most = rows.iter().map(|(_, v, _)| v.abs()).fold(0.0, f64::max);
    if most <= 0.0 {
        return html! {};
    }
    let height = 26.0 * rows.len() as f64 + 6.0;
    let (left, right) = (136.0, 128.0);
    let x = Scale::new(0.0, most, left, NARROW - right);
    html! {
        figure {
            (caption(title, "$", note))
            svg.chart viewBox=(format!("0 0 {NARROW} {height}")) role="img" {
                @for (k, (name, value, words)) in rows.iter().enumerate() {
                    @let y = 26.0 * k as f64 + 4.0;
                    text.name x=(left - 8.0) y=(px(y + 14.0)) text-anchor="end" { (name) }
                    rect x=(left) y=(px(y)) width=(px((x.at(value.abs()) - left).max(1.0))) height="19" rx="2"
                        fill=(if *value < 0.0 { COLOURS[2] } else { COLOURS[0] }) {}
                    text.name x=(px(x.at(value.abs()) + 7.0)) y=(px(y + 14.0)) { (words) }
                }
            }
        }
    }
}

/// A colour between pale and dark for a share from 0 to 1.
pub(crate) fn shade(share: f64) -> String {
    const STOPS: [[f64; 3]; 4] = [
        [255.0, 240.0, 196.0],
        [250.0, 178.0, 88.0],
        [214.0, 84.0, 60.0],
        [112.0, 26.0, 76.0],
    ];
    let at = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 } * 3.0;
    let k = (at as usize).min(2);
    let mix = |c: usize| STOPS[k][c] + (STOPS[k + 1][c] - STOPS[k][c]) * (at - k as f64);
    format!("#{:02x}{:02x}{:02x}", mix(0) as u8, mix(1) as u8, mix(2) as u8)
}

/// Markup that is known to be whole.
pub(crate) fn raw(text: &'static str) -> PreEscaped<&'static str> {
    PreEscaped(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_hides_no_peak() {
        let mut values = vec![1.0; 100_000];
        (values[77_777], values[33_333]) = (9.0, -5.0);
        let kept = thin(&values, 300);
        assert!(kept.len() <= 602);
        assert!(kept.contains(&77_777) && kept.contains(&33_333));
        assert!(kept.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn steps_are_plain_numbers() {
        assert!((step(97.0, 5.0) - 20.0).abs() < 1e-9);
        assert!((step(0.013, 5.0) - 0.005).abs() < 1e-12);
        assert!((step(f64::NAN, 5.0) - 1.0).abs() < 1e-12);
        assert_eq!(tick(2.5, 2.5), "2.5");
        assert_eq!(tick(0.0125, 0.0025), "0.0125");
    }
}
