//! Finding things by what people call them: words in any order, cut short, with zeros or without, or misspelt.

use super::address::words;

/// Something that can be found.
#[derive(Debug, Clone)]
pub struct Entry<T> {
    /// Its name.
    pub name: String,
    /// What is said of it beside its name.
    pub about: String,
    /// What it is.
    pub what: T,
    tokens: Vec<String>,
    also: Vec<String>,
}

impl<T> Entry<T> {
    /// A thing by its name, other words that it is known by, and what is said of it.
    pub fn new(name: impl Into<String>, also: &str, about: impl Into<String>, what: T) -> Self {
        let name = name.into();
        Self {
            tokens: words(&name),
            also: words(also),
            name,
            about: about.into(),
            what,
        }
    }

    /// A thing whose name is a sentence: its words tell what it is about, and a thing that has them for its name comes
    /// before it.
    pub fn titled(title: impl Into<String>, also: &str, about: impl Into<String>, what: T) -> Self {
        let mut entry = Self::new(title, also, about, what);
        let words = std::mem::take(&mut entry.tokens);
        entry.also.extend(words);
        entry
    }
}

/// How well a word that was asked for fits one of a thing: 0 for not at all, 100 for the same.
fn fit(asked: &str, word: &str) -> u32 {
    let length = asked.chars().count();
    if asked == word {
        return 100;
    }
    if asked.starts_with(|c: char| c.is_ascii_digit()) {
        // The beginning of a number is another number, but it may still be being typed.
        return if word.starts_with(asked) { 30 } else { 0 };
    }
    if word.starts_with(asked) {
        return 80;
    }
    if length >= 3 && word.contains(asked) {
        return 50;
    }
    let slips = match length {
        0..=3 => 0,
        4..=6 => 1,
        _ => 2,
    };
    // A word that is still being typed has slips in its beginning only.
    let begin: String = word.chars().take(length).collect();
    let off = strsim::osa_distance(asked, word).min(strsim::osa_distance(asked, &begin));
    if off <= slips { 40 - 10 * off as u32 } else { 0 }
}

/// How well a thing fits all that was asked for; none if any word of it does not fit.
fn score<T>(asked: &[String], entry: &Entry<T>) -> Option<u32> {
    let mut sum = 0;
    for word in asked {
        let best = |tokens: &[String]| tokens.iter().map(|token| fit(word, token)).max().unwrap_or(0);
        let fits = (4 * best(&entry.tokens)).max(3 * best(&entry.also));
        if fits == 0 {
            return None;
        }
        sum += fits;
    }
    // Of two that fit, the one with less beside it was meant.
    let beside = if entry.tokens.is_empty() {
        entry.also.len()
    } else {
        entry.tokens.len()
    };
    // Words that follow each other belong together: T1 of H2 is not T2 of H1.
    let follow = |pair: &&[String]| entry.tokens.windows(2).any(|own| own == *pair);
    let together = asked.windows(2).filter(follow).count();
    Some(sum * 8 / asked.len() as u32 + 8 * together.min(16) as u32 - beside.min(16) as u32)
}

/// The things that fit a query, best first, `most` at most; those that fit alike stay in their order.
pub fn search<'e, T>(
    query: &str,
    entries: impl IntoIterator<Item = &'e Entry<T>>,
    most: usize,
) -> Vec<(u32, &'e Entry<T>)> {
    let asked = words(query);
    if asked.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(u32, &Entry<T>)> = entries
        .into_iter()
        .filter_map(|entry| Some((score(&asked, entry)?, entry)))
        .collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.truncate(most);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Vec<Entry<u32>> {
        let mut entries: Vec<Entry<u32>> = (1..=208)
            .map(|k| Entry::new(format!("Genset {k}"), "generator diesel", "", k))
            .collect();
        entries.push(Entry::new("S2", "substation 2", "", 1001));
        entries.push(Entry::new("B01/H2/A/T3", "unit transformer", "", 1008));
        entries.push(Entry::new("B03/H2/A/T1", "unit transformer", "", 1009));
        entries.push(Entry::new("B03/A/M", "ring main unit", "", 1002));
        entries.push(Entry::new("B03/A", "line-up", "", 1003));
        entries.push(Entry::new("Hottest rack", "warmest hot", "", 1004));
        entries.push(Entry::new("Hottest chip", "warmest hot", "", 1005));
        let lost = "The substation is lost for an hour";
        entries.push(Entry::titled(lost, "scenario", "", 1007));
        entries.push(Entry::new("Overlay: Rack inlet air", "colours inlet", "", 1006));
        entries
    }

    fn first(query: &str) -> Option<u32> {
        let entries = entries();
        search(query, &entries, 5).first().map(|(_, entry)| entry.what)
    }

    #[test]
    fn what_is_meant_comes_first() {
        for (query, what) in [
            ("genset 14", 14),
            ("Genset 014", 14),
            ("genset14", 14),
            ("14 genset", 14),
            ("gen 140", 140),
            ("generator 7", 7),
            ("substation 2", 1001),
            ("s2", 1001),
            ("substation", 1001),
            ("substation lost", 1007),
            ("scenario hour", 1007),
            ("b3/a", 1003),
            ("B03 A", 1003),
            ("b3 a m", 1002),
            ("b3/h2/a/t1", 1009),
            ("transformer b1 h2 a t3", 1008),
            ("hottest rack", 1004),
            ("hotest rack", 1004),
            ("hottets chip", 1005),
            ("warmest chip", 1005),
            ("rack hot", 1004),
            ("overlay inlet", 1006),
            ("inlet", 1006),
        ] {
            assert_eq!(first(query), Some(what), "{query}");
        }
    }

    #[test]
    fn what_nothing_fits_finds_nothing() {
        for query in ["", "  / ", "genset 999", "zebra", "hottest zebra", "genset fourteen"] {
            assert_eq!(first(query), None, "{query}");
        }
    }

    #[test]
    fn a_number_is_not_the_beginning_of_another_when_it_is_there_itself() {
        let entries = entries();
        let found: Vec<u32> = search("genset 1", &entries, 3)
            .iter()
            .map(|(_, entry)| entry.what)
            .collect();
        assert_eq!(found, [1, 10, 11]);
    }
}
