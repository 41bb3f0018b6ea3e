//! The rig's tests, one program for all.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

#[path = "rig/access.rs"]
mod access;
#[path = "rig/count_views.rs"]
mod count_views;
#[path = "rig/endpoints.rs"]
mod endpoints;
#[path = "rig/play.rs"]
mod play;
