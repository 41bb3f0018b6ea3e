//! The services and the queue that a play calls.

use domain::ViewWindow;
use platform::aws::{Clients, invoke::Backend};

use crate::{Cache, Catalogue, Publisher, Reporting, Viewers};

/// Dependencies of the play handler.
#[derive(Debug)]
pub struct Dependencies {
    pub viewers: Viewers,
    pub catalogue: Catalogue,
    pub reporting: Reporting,
    pub publisher: Publisher,
    /// The time within which plays without a key are one view. None makes each play a view.
    pub window: Option<ViewWindow>,
}

/// The functions and the queue that a play calls, by name.
#[derive(Debug, Clone)]
pub struct Names {
    pub get_content: String,
    pub get_url: String,
    pub get_views: String,
    pub count_views: String,
    pub queue_url: String,
}

impl Dependencies {
    /// Wires the services by their names.
    #[must_use]
    pub fn new(clients: &Clients, names: Names, viewers: Viewers, cache: Cache) -> Self {
        let lambda = clients.lambda();
        let backend = |name, route| Backend::new(lambda.clone(), name, route);
        let views_route = "/events/asset/{assetId}/user/{userId}";
        Self {
            viewers,
            catalogue: Catalogue {
                content: backend(names.get_content, "/content/asset/{assetId}"),
                url: backend(names.get_url, "/url/asset/{assetId}"),
                cache,
            },
            reporting: Reporting(backend(names.get_views, views_route)),
            publisher: Publisher::new(clients, lambda, names.queue_url, names.count_views),
            window: None,
        }
    }
}
