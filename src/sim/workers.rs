//! Threads that share the halls among them; results are the same for any number.

use bevy_ecs::prelude::Resource;
use bevy_tasks::{TaskPool, TaskPoolBuilder};

/// The simulation's own threads.
#[derive(Resource, Debug)]
pub struct Workers {
    pool: TaskPool,
    threads: usize,
}

impl Workers {
    /// A pool of `threads` threads (at least one; one where the platform has no threads).
    #[must_use]
    pub fn new(threads: usize) -> Self {
        let threads = if cfg!(target_arch = "wasm32") {
            1
        } else {
            threads.clamp(1, 256)
        };
        // Who calls for the work takes part in it.
        let pool = TaskPoolBuilder::new().num_threads(threads - 1).build();
        Self { pool, threads }
    }

    /// Threads that work, with the one that calls.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Calls `work` once for every item, on all threads. Items must not depend on each other.
    pub fn for_each<T: Send>(&self, items: Vec<T>, work: impl Fn(T) + Send + Sync) {
        if self.threads == 1 {
            items.into_iter().for_each(work);
            return;
        }
        // Small parts, so that no thread waits long for the last of another that was held up.
        let per_task = items.len().div_ceil(self.threads * 16).max(1);
        let work = &work;
        let mut items = items.into_iter();
        self.pool.scope(|scope| {
            loop {
                let batch: Vec<T> = items.by_ref().take(per_task).collect();
                if batch.is_empty() {
                    break;
                }
                scope.spawn(async move { batch.into_iter().for_each(work) });
            }
        });
    }
}

/// Splits a column into disjoint parts, one for each range; ranges follow each other without gaps.
pub fn split<T>(mut column: &mut [T], ranges: impl Iterator<Item = std::ops::Range<usize>>) -> Vec<&mut [T]> {
    ranges
        .map(|range| {
            let (part, rest) = std::mem::take(&mut column).split_at_mut(range.len());
            column = rest;
            part
        })
        .collect()
}
