//! What files may hold, as the declarations of their records say it: for the reference and for editors.

use std::collections::BTreeMap;

use super::schema::Limits;

/// What a field takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A number, whole or not.
    Number(bool, Limits),
    /// A figure with its tag and source.
    Figure(Limits),
    /// A text.
    Text,
    /// `true` or `false`.
    Flag,
    /// A day.
    Day,
    /// A day with its tag and source.
    Dated,
    /// One of the words of a choice.
    Choice(&'static str),
    /// A record.
    Record(&'static str),
    /// A list.
    List(Box<Self>),
    /// A map from names.
    Map(Box<Self>),
    /// A group of so many.
    Group(usize, Box<Self>),
    /// What may be left out.
    Maybe(Box<Self>),
    /// Anything that words say better.
    Words(&'static str),
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldShape {
    /// Name.
    pub name: &'static str,
    /// What it says.
    pub doc: &'static str,
    /// What it takes.
    pub shape: Shape,
    /// Whether it may be left out.
    pub optional: bool,
}

/// A record or a choice.
#[derive(Debug, Clone, PartialEq)]
pub enum Declared {
    /// A record with its fields.
    Record(&'static str, Vec<FieldShape>),
    /// A choice with its words and what they say.
    Choice(&'static str, Vec<(&'static str, &'static str)>),
}

/// Records and choices by name.
#[derive(Debug, Clone, Default)]
pub struct Shapes {
    /// By name.
    pub all: BTreeMap<&'static str, Declared>,
    /// Names, in the order in which they are first needed.
    pub order: Vec<&'static str>,
}

impl Shapes {
    /// Makes room for a name; nothing is to be done where it is there already.
    pub fn enter(&mut self, name: &'static str) -> bool {
        let new = !self.order.contains(&name);
        if new {
            self.order.push(name);
        }
        new
    }
}
