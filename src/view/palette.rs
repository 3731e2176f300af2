//! Colours of the panels in the dark and in the light, and how well one stands out from another.

/// A colour of the theme: red, green and blue in the dark and in the light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tint {
    /// In the dark.
    pub dark: [u8; 3],
    /// In the light.
    pub light: [u8; 3],
}

impl Tint {
    const fn new(dark: [u8; 3], light: [u8; 3]) -> Self {
        Self { dark, light }
    }
}

/// The ground of panels.
pub const PANEL: Tint = Tint::new([17, 21, 28], [250, 251, 252]);

/// Lines between things.
pub const LINE: Tint = Tint::new([46, 54, 66], [206, 212, 220]);

/// What is read first.
pub const TEXT: Tint = Tint::new([226, 232, 240], [22, 28, 36]);

/// What is read second.
pub const QUIET: Tint = Tint::new([164, 176, 192], [78, 89, 104]);

/// Titles, and what can be clicked.
pub const ACCENT: Tint = Tint::new([94, 214, 238], [0, 102, 132]);

/// What asks for attention.
pub const ALARM: Tint = Tint::new([255, 140, 104], [172, 46, 6]);

/// The ground of diagrams and charts.
pub const GROUND: Tint = Tint::new([11, 14, 19], [238, 241, 245]);

/// Water.
pub const WATER: Tint = Tint::new([110, 180, 255], [20, 92, 180]);

/// What is well.
pub const GOOD: Tint = Tint::new([120, 220, 160], [14, 104, 56]);

/// The ground of a question.
pub const ASKING: Tint = Tint::new([38, 46, 60], [225, 233, 242]);

/// Comments of a text that is written.
pub const COMMENT: Tint = Tint::new([146, 172, 152], [66, 96, 72]);

/// Texts in quotes.
pub const QUOTED: Tint = Tint::new([232, 196, 128], [126, 76, 0]);

/// Numbers.
pub const NUMBER: Tint = Tint::new([178, 200, 255], [38, 70, 170]);

/// Words that are values.
pub const WORD: Tint = Tint::new([236, 158, 196], [152, 34, 96]);

/// What is chosen.
pub const CHOSEN: Tint = Tint::new([16, 60, 78], [190, 226, 238]);

/// Buttons at rest and under the pointer.
pub const BUTTONS: [Tint; 2] = [
    Tint::new([38, 45, 56], [228, 232, 238]),
    Tint::new([50, 59, 74], [212, 219, 228]),
];

/// The ring around what has the focus of the keyboard.
pub const FOCUS: Tint = Tint::new([255, 214, 92], [0, 92, 196]);

/// Relative luminance after WCAG 2.2.
fn luminance(color: [u8; 3]) -> f64 {
    let [r, g, b] = color.map(|c| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 {
            c / 12.92
        } else {
            crate::num::pow((c + 0.055) / 1.055, 2.4)
        }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// Contrast of two colours after WCAG 2.2, 1 to 21.
#[must_use]
pub fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let [a, b] = [a, b].map(luminance);
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What text is written on.
    const GROUNDS: [Tint; 6] = [PANEL, GROUND, BUTTONS[0], BUTTONS[1], CHOSEN, ASKING];

    fn assert_stands_out(inks: &[Tint], grounds: &[Tint], least: f64) {
        for ink in inks {
            for ground in grounds {
                for (a, b) in [(ink.dark, ground.dark), (ink.light, ground.light)] {
                    let found = contrast(a, b);
                    assert!(found >= least, "{a:?} on {b:?}: {found:.2}, not {least}");
                }
            }
        }
    }

    /// WCAG 2.2, success criterion 1.4.3.
    #[test]
    fn text_can_be_read_in_both_looks() {
        let inks = [TEXT, QUIET, ACCENT, ALARM, WATER, GOOD, COMMENT, QUOTED, NUMBER, WORD];
        assert_stands_out(&inks, &GROUNDS, 4.5);
    }

    /// WCAG 2.2, success criterion 1.4.11: the ring around what has the focus, against what it lies on and around.
    #[test]
    fn the_focus_can_be_seen_in_both_looks() {
        assert_stands_out(&[FOCUS], &GROUNDS, 3.0);
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-12);
        // A grey that is known to be the lightest on white with 4.5.
        assert!((4.5..4.6).contains(&contrast([0x76; 3], [255; 3])));
    }
}
