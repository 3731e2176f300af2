//! Columns, declared once: from a line come the column, its value at the start of a scenario, its reset when a hall comes into
//! service or goes out of it, and its part of the digest, of snapshots and of copies.

/// Declares a resource of columns.
///
/// A line is `name: type = start,`; `start` may use the temperature in brackets, °C. After `; kept` a reset leaves the column
/// as it is.
macro_rules! columns {
    (
        $(#[$meta:meta])* $name:ident $label:literal ($start_c:ident) {
            $($(#[$column_meta:meta])* $column:ident: $of:ty = $start:expr $(; $kept:ident)?,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(bevy_ecs::prelude::Resource, Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
        pub struct $name { $($(#[$column_meta])* pub $column: Vec<$of>,)* }

        impl $name {
            /// So many of them at the start of a scenario, at a temperature, °C.
            #[must_use]
            #[allow(unused_variables)]
            pub fn new(count: usize, $start_c: f64) -> Self {
                Self { $($column: vec![$start; count],)* }
            }

            /// Puts some where they stand at the start of a scenario, at a temperature, °C, but for what outlasts that.
            #[allow(unused_variables, dead_code)]
            pub(in crate::sim) fn reset(&mut self, rows: std::ops::Range<usize>, $start_c: f64) {
                $($crate::sim::columns::columns!(@reset self.$column[rows], $start $(, $kept)?);)*
            }
        }

        impl $crate::sim::registry::TwinState for $name {
            const NAME: &'static str = $label;

            fn fits(&self, start: &Self) -> bool {
                $crate::sim::registry::same_lengths!(self, start: $($column),*)
            }
        }
    };
    (@reset $self:ident.$column:ident[$rows:ident], $start:expr) => {
        $self.$column[$rows.clone()].fill($start)
    };
    (@reset $self:ident.$column:ident[$rows:ident], $start:expr, kept) => {};
}

pub(crate) use columns;
