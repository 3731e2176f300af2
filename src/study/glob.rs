//! Names by pattern.

/// Whether a text is of a pattern: `*` stands for any letters or none, `?` for one.
#[must_use]
pub fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where to go on when what follows the last `*` does not fit: that star takes one letter more.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p + 1, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((after, taken)) => {
                    (p, t) = (after, taken + 1);
                    star = Some((after, taken + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        for pattern in ["*", "catalog:*", "*tdp*", "catalog:chips.?.tdp_w", "*:chips*w"] {
            assert!(fits(pattern, "catalog:chips.x.tdp_w"), "{pattern}");
        }
        for pattern in ["", "tdp", "*tdp", "catalog", "?"] {
            assert!(!fits(pattern, "catalog:chips.x.tdp_w"), "{pattern}");
        }
        assert!(fits("", "") && fits("**", "") && !fits("a", ""));
    }
}
