//! The services and the queue that a play calls.

use platform::aws::{Clients, invoke::Backend};

use crate::{ASSET_LIMIT, COUNTS_LIMIT, Cache, Catalogue, Publisher, Reporting, Viewers};

/// Dependencies of the play handler.
#[derive(Debug)]
pub struct Dependencies {
    pub viewers: Viewers,
    pub catalogue: Catalogue,
    pub reporting: Reporting,
    pub publisher: Publisher,
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
    /// Wires the services by their names, each call with its limit.
    #[must_use]
    pub fn new(clients: &Clients, names: Names, viewers: Viewers, cache: Cache) -> Self {
        let lambda = clients.lambda();
        let backend = |name, route, limit| Backend::new(lambda.clone(), name, route, limit);
        let views_route = "/events/asset/{assetId}/user/{userId}";
        Self {
            viewers,
            catalogue: Catalogue {
                content: backend(names.get_content, "/content/asset/{assetId}", ASSET_LIMIT),
                url: backend(names.get_url, "/url/asset/{assetId}", ASSET_LIMIT),
                cache,
            },
            reporting: Reporting(backend(names.get_views, views_route, COUNTS_LIMIT)),
            publisher: Publisher {
                sqs: clients.sqs(),
                queue_url: names.queue_url,
                lambda,
                count_views_function: names.count_views,
            },
        }
    }
}
