//! Names of places: `B03/H2/R12/K07/C05`, and what people write in their stead.

use std::fmt;
use std::str::FromStr;

/// A place by its path from the building down; each part counts from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// Building.
    pub building: u32,
    /// Hall in the building.
    pub hall: Option<u32>,
    /// Row in the hall.
    pub row: Option<u32>,
    /// Rack in the row.
    pub rack: Option<u32>,
    /// Tray in the rack, from the floor up.
    pub tray: Option<u32>,
    /// Chip in the rack; in the tray if there is one.
    pub chip: Option<u32>,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "B{:02}", self.building)?;
        if let Some(hall) = self.hall {
            write!(f, "/H{hall}")?;
        }
        if let Some(row) = self.row {
            write!(f, "/R{row:02}")?;
        }
        if let Some(rack) = self.rack {
            write!(f, "/K{rack:02}")?;
        }
        if let Some(tray) = self.tray {
            write!(f, "/T{tray:02}")?;
        }
        if let Some(chip) = self.chip {
            write!(f, "/C{chip:02}")?;
        }
        Ok(())
    }
}

/// Why a text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a place; a place reads B03, B03/H2, B03/H2/R12, B03/H2/R12/K07, B03/H2/R12/K07/T03 or \
     B03/H2/R12/K07/C05"
)]
pub struct NotAnAddress(pub String);

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let wrong = || NotAnAddress(text.to_owned());
        let parts: Vec<&str> = text.split('/').collect();
        let number = |level: usize, letter: char| -> Result<Option<u32>, NotAnAddress> {
            let Some(part) = parts.get(level) else { return Ok(None) };
            let digits = part
                .strip_prefix([letter, letter.to_ascii_lowercase()])
                .ok_or_else(wrong)?;
            match digits.parse() {
                Ok(n) if n > 0 && digits.bytes().all(|b| b.is_ascii_digit()) => Ok(Some(n)),
                _ => Err(wrong()),
            }
        };
        let tray = parts.get(4).is_some_and(|part| part.starts_with(['T', 't']));
        if parts.len() > 5 + usize::from(tray) {
            return Err(wrong());
        }
        Ok(Self {
            building: number(0, 'B')?.ok_or_else(wrong)?,
            hall: number(1, 'H')?,
            row: number(2, 'R')?,
            rack: number(3, 'K')?,
            tray: if tray { number(4, 'T')? } else { None },
            chip: number(4 + usize::from(tray), 'C')?,
        })
    }
}

/// Levels of an address with the words for them.
const LEVELS: [[&str; 3]; 6] = [
    ["b", "building", "bldg"],
    ["h", "hall", "halls"],
    ["r", "row", "rows"],
    ["k", "rack", "racks"],
    ["t", "tray", "trays"],
    ["c", "chip", "chips"],
];

impl Address {
    /// What a person means by `b3 h2`, `hall 2 of building 3`, `B03-H2-R12` or `3/2/12/7`: any case, any separators, any
    /// order, with or without zeros. What stands above the first level that is named comes from `near`.
    #[must_use]
    pub fn guess(text: &str, near: Option<Self>) -> Option<Self> {
        let mut levels = [None; LEVELS.len()];
        let words = words(text);
        let bare = words.iter().all(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        let mut next = bare.then_some(0);
        for word in words
            .iter()
            .filter(|word| !["of", "in", "the"].contains(&word.as_str()))
        {
            if let Ok(number) = word.parse::<u32>() {
                // Four bare numbers are a rack; a chip is always called one.
                let slot = levels.get_mut(next.filter(|level| !bare || *level < 4)?)?;
                if number == 0 || slot.replace(number).is_some() {
                    return None;
                }
                next = bare.then(|| next.map_or(0, |level| level + 1));
            } else if next.is_none() {
                next = Some(LEVELS.iter().position(|names| names.contains(&word.as_str()))?);
            } else {
                return None;
            }
        }
        let first = levels.iter().position(Option::is_some)?;
        if next.is_some() && !bare {
            return None;
        }
        if let Some(near) = near.filter(|_| first > 0) {
            let above = [Some(near.building), near.hall, near.row, near.rack, near.tray];
            levels[..first].copy_from_slice(&above[..first]);
        }
        let [building, hall, row, rack, tray, chip] = levels;
        // Only the tray may be left out between others.
        let gap = |upper: Option<u32>, lower: Option<u32>| upper.is_none() && lower.is_some();
        if gap(hall, row) || gap(row, rack) || gap(rack, tray) || gap(rack, chip) {
            return None;
        }
        Some(Self {
            building: building?,
            hall,
            row,
            rack,
            tray,
            chip,
        })
    }
}

/// Words and numbers of a text in lower case, without leading zeros: `B03/A` is `b`, `3` and `a`.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut last = None;
    for c in text.chars().flat_map(char::to_lowercase) {
        let kind = c.is_alphanumeric().then(|| c.is_ascii_digit());
        if kind.is_some() {
            if kind != last {
                out.push(String::new());
            }
            if let Some(word) = out.last_mut() {
                if word == "0" {
                    word.clear();
                }
                word.push(c);
            }
        }
        last = kind;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_back_as_written() {
        for text in [
            "B03",
            "B03/H2",
            "B03/H2/R12",
            "B03/H2/R12/K07",
            "B16/H4/R16/K32/C32",
            "B16/H4/R16/K32/T16",
            "B16/H4/R16/K32/T16/C02",
        ] {
            assert_eq!(text.parse::<Address>().expect("is an address").to_string(), text);
        }
        for text in ["", "B", "B0", "H1", "B1//R2", "B1/H2/R3/K4/C5/X6", "B1/R2", "B+1"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
        for text in [
            "B1/H2/R3/K4/T0",
            "B1/H2/R3/K4/T5/T6",
            "B1/H2/R3/K4/C5/C6",
            "B1/H2/R3/T4",
            "B1/H2/R3/K4/T5/C6/C7",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_people_write_is_understood() {
        let said = |text: &str| Address::guess(text, None).map(|address| address.to_string());
        for text in [
            "B03/H2/R12/K07",
            "b3/h2/r12/k7",
            "b3h2r12k7",
            "B3 H2 R12 K7",
            "b-003 h2, r12: k007",
            "building 3 hall 2 row 12 rack 7",
            "rack 7 of row 12 in hall 2 of building 3",
            "3/2/12/7",
        ] {
            assert_eq!(said(text).as_deref(), Some("B03/H2/R12/K07"), "{text}");
        }
        assert_eq!(said("b3h2r12k7t5").as_deref(), Some("B03/H2/R12/K07/T05"));
        assert_eq!(said("b3h2r12k7c5").as_deref(), Some("B03/H2/R12/K07/C05"));
        for text in [
            "",
            "hall 2",
            "b",
            "b0",
            "b3 r12",
            "b3 b4",
            "3/2/12/7/5",
            "genset 14",
            "b3 x2",
            "b 3 4",
            "b99999999999",
        ] {
            assert_eq!(said(text), None, "{text}");
        }
        let near = "B03/H2/R12".parse().ok();
        let from_here = |text: &str| Address::guess(text, near).map(|address| address.to_string());
        assert_eq!(from_here("k7").as_deref(), Some("B03/H2/R12/K07"));
        assert_eq!(from_here("r1 k7").as_deref(), Some("B03/H2/R01/K07"));
        assert_eq!(from_here("b4").as_deref(), Some("B04"));
        assert_eq!(from_here("c7"), None, "a row has no chips of its own");
    }
}
