//! The viewers: they play, play again with the same key, and report views directly.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use domain::{EventId, Timestamp, View};
use lambda_http::{Request, RequestExt};
use platform::aws::invoke::Backend;
use play::{Cache, Catalogue, Dependencies, Publisher, Reporting, Viewers};
use reporting::{Counts, Ledger, Tables, post_view};
use support::requests::sample;
use tokio::{join, select};

use crate::{
    counting::SHARDS,
    load::Zipf,
    world::{Process, World},
};

/// How many plays there are left.
pub(crate) struct Plays {
    left: AtomicU64,
    viewers: Arc<()>,
    assets: Zipf,
    users: Zipf,
    progress: Box<dyn Fn() + Send + Sync>,
}

impl Plays {
    pub(crate) fn new(events: u64, progress: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            left: AtomicU64::new(events),
            viewers: Arc::new(()),
            assets: Zipf::assets(),
            users: Zipf::users(),
            progress: Box::new(progress),
        }
    }

    /// Whether some viewer still plays.
    pub(crate) fn are_going_on(&self) -> bool {
        self.left.load(Ordering::Relaxed) > 0 || Arc::strong_count(&self.viewers) > 1
    }

    fn next(&self) -> Option<u64> {
        let take = |left: u64| left.checked_sub(1);
        let number = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
            .ok()?;
        (self.progress)();
        Some(number)
    }
}

/// Plays until there is nothing left to play.
pub(crate) async fn play(world: Arc<World>, plays: Arc<Plays>) {
    let _viewer = Arc::clone(&plays.viewers);
    let services = services(&world);
    while let Some(number) = plays.next() {
        let (asset, user) = (format!("a{}", plays.assets.draw()), format!("u{}", plays.users.draw()));
        let key = format!("key-{number}");
        let request = |key: Option<&str>| request(&asset, &user, key);
        let again = match fastrand::u32(..100) {
            0..86 => {
                play_once(&services, request(None)).await;
                0
            }
            86..91 => {
                play_once(&services, request(Some(&key))).await;
                play_once(&services, request(Some(&key))).await;
                1
            }
            91..94 => {
                let twice = || play_once(&services, request(Some(&key)));
                join!(twice(), twice(), twice());
                2
            }
            94..97 => {
                join!(
                    play_once(&services, request(Some(&key))),
                    report(&world, || request(Some(&key)))
                );
                1
            }
            _ => report(&world, || request(Some(&key))).await,
        };
        let mut state = world.state.lock().unwrap();
        state.history.played(&asset, &user);
        state.history.duplicates += again;
        if let Some(message) = hopeless(number) {
            state.history.hopeless.push(message.clone());
            state.queue.send(message);
        }
    }
}

/// A play is answered, whatever becomes of its view.
async fn play_once(services: &Dependencies, request: Request) {
    assert_eq!(play::play(services, request).await.unwrap().status.as_u16(), 200);
}

/// Reports a view directly, with one key, until that is acknowledged. How often it took more than one try.
async fn report(world: &Arc<World>, request: impl Fn() -> Request) -> u64 {
    let mut again = 0;
    loop {
        let process = Arc::new(Process::default());
        let client = world.aws(&process).dynamodb();
        let tables = Tables::with_prefix("");
        let counts = Counts::new(client.clone(), &tables);
        let ledger = Ledger::new(client, tables, SHARDS);
        let answer = select! {
            biased;
            answer = post_view(&ledger, &counts, request()) => answer.ok(),
            () = process.kill.notified() => None,
        };
        if answer.is_some() {
            return again;
        }
        again += 1;
    }
}

/// Now and then a message that can never be counted: not a view event, or one from before the window.
fn hopeless(number: u64) -> Option<String> {
    match number % 500 {
        0 => Some(format!("not a view event: {number}")),
        250 => {
            let id = |text: &str| text.to_owned() + "-long-ago";
            let played_at = Timestamp::now().minus(Duration::from_hours(24 * 30));
            let view = View::new(
                EventId::unique(),
                id("a").parse().unwrap(),
                id("u").parse().unwrap(),
                played_at,
            );
            Some(serde_json::to_string(&view).unwrap())
        }
        _ => None,
    }
}

fn request(asset: &str, user: &str, key: Option<&str>) -> Request {
    let parameter = |name: &str, value: &str| (name.to_owned(), vec![value.to_owned()]);
    let parameters = HashMap::from([parameter("assetId", asset), parameter("userId", user)]);
    let mut request = sample("play").with_path_parameters(parameters);
    request.headers_mut().remove("idempotency-key");
    if let Some(key) = key {
        request.headers_mut().insert("idempotency-key", key.parse().unwrap());
    }
    request
}

/// A viewer's own play function: it does not die here, for a viewer without an answer does not know what it played.
fn services(world: &Arc<World>) -> Dependencies {
    let aws = world.aws(&Arc::default());
    let lambda = aws.lambda();
    let backend = |name: &str, route| Backend::new(lambda.clone(), name.to_owned(), route, Duration::from_secs(4));
    Dependencies {
        viewers: Viewers::Anyone,
        catalogue: Catalogue {
            content: backend("content", "/content/asset/{assetId}"),
            url: backend("url", "/url/asset/{assetId}"),
            cache: Cache::new(Duration::from_hours(24)),
        },
        reporting: Reporting(backend("views", "/events/asset/{assetId}/user/{userId}")),
        publisher: Publisher {
            sqs: aws.sqs(),
            queue_url: "https://sqs.us-east-1.amazonaws.com/1/events".to_owned(),
            lambda: lambda.clone(),
            count_views_function: "count".to_owned(),
        },
    }
}
