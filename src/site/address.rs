//! Names of places: `B03/H2/R12/K07/C05`.

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
    /// Chip in the rack.
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
        if let Some(chip) = self.chip {
            write!(f, "/C{chip:02}")?;
        }
        Ok(())
    }
}

/// Why a text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a place; a place reads B03, B03/H2, B03/H2/R12, B03/H2/R12/K07 or B03/H2/R12/K07/C05")]
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
        if parts.len() > 5 {
            return Err(wrong());
        }
        Ok(Self {
            building: number(0, 'B')?.ok_or_else(wrong)?,
            hall: number(1, 'H')?,
            row: number(2, 'R')?,
            rack: number(3, 'K')?,
            chip: number(4, 'C')?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_back_as_written() {
        for text in ["B03", "B03/H2", "B03/H2/R12", "B03/H2/R12/K07", "B16/H4/R16/K32/C32"] {
            assert_eq!(text.parse::<Address>().expect("is an address").to_string(), text);
        }
        for text in ["", "B", "B0", "H1", "B1//R2", "B1/H2/R3/K4/C5/X6", "B1/R2", "B+1"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
