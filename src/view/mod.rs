//! What the view shows, without drawing it. Nothing here needs a renderer, so that its tests run with those of the model.

#[cfg(any(test, feature = "view"))]
pub mod link;
pub mod palette;
pub mod walk;

/// Names of what the view can show, as scripts, links and walks write them.
#[derive(Debug, Clone, Copy)]
pub struct Names<'n> {
    /// What colours the racks.
    pub overlays: &'n [&'n str],
    /// Layers and windows.
    pub parts: &'n [&'n str],
}
