//! What the library knows by lists, in words of the view's language.

mod incident;

use rainier::growth::Limit;
use rainier::overlay::{Feed, Overlay, Stage, Theme, Trouble};
use rainier::sim::state::UnitMode;
use rainier::workload::Kind;

pub(crate) use self::incident::{counted, incident, place, severity};
use crate::words::say;

/// The title of an overlay.
pub(crate) fn overlay(overlay: Overlay) -> &'static str {
    match overlay {
        Overlay::Temperature => say!("overlay-temperature"),
        Overlay::Inlet => say!("overlay-inlet"),
        Overlay::Outlet => say!("overlay-outlet"),
        Overlay::Power => say!("overlay-power"),
        Overlay::Headroom => say!("overlay-headroom"),
        Overlay::Feed => say!("overlay-feed"),
        Overlay::Utilisation => say!("overlay-utilisation"),
        Overlay::Job => say!("overlay-job"),
        Overlay::Failures => say!("overlay-failures"),
        Overlay::Units => say!("overlay-units"),
        Overlay::Airflow => say!("overlay-airflow"),
        Overlay::HotShare => say!("overlay-hot-share"),
        Overlay::Water => say!("overlay-water"),
        Overlay::Carbon => say!("overlay-carbon"),
        Overlay::Phase => say!("overlay-phase"),
    }
}

/// The unit of an overlay; empty where it shows kinds.
pub(crate) fn unit(overlay: Overlay) -> &'static str {
    match overlay {
        Overlay::Headroom => say!("overlay-headroom.unit"),
        Overlay::Water => say!("overlay-water.unit"),
        overlay => overlay.unit(),
    }
}

/// What overlays are about.
pub(crate) fn theme(theme: Theme) -> &'static str {
    match theme {
        Theme::Heat => say!("colours-heat"),
        Theme::Power => say!("colours-power"),
        Theme::Work => say!("colours-work"),
        Theme::Cooling => say!("colours-cooling"),
        Theme::Plan => say!("colours-plan"),
    }
}

/// What feeds a rack.
pub(crate) fn feed(feed: Feed) -> &'static str {
    match feed {
        Feed::Whole => say!("feed-whole"),
        Feed::Detour => say!("feed-detour"),
        Feed::FirstSide => say!("feed-first-side"),
        Feed::SecondSide => say!("feed-second-side"),
        Feed::Fewer => say!("feed-fewer"),
        Feed::PartGensets => say!("feed-part-gensets"),
        Feed::Gensets => say!("feed-gensets"),
        Feed::Battery => say!("feed-battery"),
        Feed::Dark => say!("feed-dark"),
    }
}

/// What is wrong at a place.
pub(crate) fn trouble(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::None => say!("trouble-none"),
        Trouble::Throttled => say!("trouble-throttled"),
        Trouble::Repair => say!("trouble-repair"),
        Trouble::Cooling => say!("trouble-cooling"),
        Trouble::Gensets => say!("trouble-gensets"),
        Trouble::Breaker => say!("trouble-breaker"),
        Trouble::Battery => say!("trouble-battery"),
        Trouble::Tripped => say!("trouble-tripped"),
        Trouble::Dark => say!("trouble-dark"),
    }
}

/// How far a building is.
pub(crate) fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::FirstPhase => say!("stage-first"),
        Stage::SecondPhase => say!("stage-second"),
        Stage::LaterPhase => say!("stage-later-phase"),
        Stage::Next => say!("stage-next"),
        Stage::Later => say!("stage-later"),
    }
}

/// What a cooling unit does.
pub(crate) fn mode(mode: UnitMode) -> &'static str {
    match mode {
        UnitMode::Off => say!("mode-off"),
        UnitMode::Mixing => say!("mode-mixing"),
        UnitMode::Free => say!("mode-free"),
        UnitMode::Evaporative => say!("mode-evaporative"),
        UnitMode::Failed => say!("mode-failed"),
        UnitMode::Maintenance => say!("mode-maintenance"),
    }
}

/// The kind of a job.
pub(crate) fn job_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Training => say!("job-training"),
        Kind::Serving => say!("job-serving"),
        Kind::Batch => say!("job-batch"),
    }
}

/// What binds growth.
pub(crate) fn limit(limit: Limit) -> &'static str {
    match limit {
        Limit::Buildings => say!("limit-buildings"),
        Limit::Power => say!("limit-power"),
        Limit::Racks => say!("limit-racks"),
        Limit::Staff => say!("limit-staff"),
        Limit::Money => say!("limit-money"),
    }
}
