//! The viewers. They play, play again with the same key, and report views directly.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use domain::{EventId, Timestamp, View};
use fake_aws::requests::sample;
use lambda_http::{Request, RequestExt};
use ops::zipf::Zipf;
use play::{Cache, Dependencies, Names, Viewers};
use reporting::{Counts, Ledger, Tables, post_view};
use tokio::{join, select};

use crate::{
    counting::SHARDS,
    process::Process,
    world::{EVENTS_URL, World},
};

/// The plays that are left.
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

    pub(crate) fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed)
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

/// Plays until no play is left.
pub(crate) async fn play(world: Arc<World>, plays: Arc<Plays>) {
    let _viewer = Arc::clone(&plays.viewers);
    let dependencies = dependencies(&world);
    while let Some(number) = plays.next() {
        let (asset, user) = (format!("a{}", plays.assets.draw()), format!("u{}", plays.users.draw()));
        let key = format!("key-{number}");
        let request = |key: Option<&str>| request(&asset, &user, key);
        let again = match fastrand::u32(..100) {
            0..81 => {
                play_once(&dependencies, request(None)).await;
                0
            }
            81..86 => {
                wait_over_midnight(&world, &asset, &user);
                0
            }
            86..91 => {
                play_once(&dependencies, request(Some(&key))).await;
                play_once(&dependencies, request(Some(&key))).await;
                1
            }
            91..94 => {
                let twice = || play_once(&dependencies, request(Some(&key)));
                join!(twice(), twice(), twice());
                2
            }
            94..97 => {
                join!(
                    play_once(&dependencies, request(Some(&key))),
                    report(&world, || request(Some(&key)))
                );
                1
            }
            _ => report(&world, || request(Some(&key))).await,
        };
        let mut state = world.state.lock().unwrap();
        state.history.play(&asset, &user);
        state.history.duplicates += again;
        if let Some(message) = poison(number) {
            state.history.poison.push(message.clone());
            world.events.send(message);
        }
    }
}

/// Queues a view of one of the last days, which has waited since, or was played a moment before midnight.
fn wait_over_midnight(world: &World, asset: &str, user: &str) {
    let midnight = Timestamp::now().minus(Duration::from_hours(24 * fastrand::u64(..20)));
    let midnight = Timestamp::try_from(String::from(midnight)[..10].to_owned() + "T00:00:00Z").unwrap();
    let played_at = midnight.minus(Duration::from_millis(fastrand::u64(..2)));
    let view = View::new(
        EventId::unique(),
        asset.parse().unwrap(),
        user.parse().unwrap(),
        played_at,
    );
    world.events.send(serde_json::to_string(&view).unwrap());
}

/// Plays until no play is left, each play without a key.
pub(crate) async fn play_simply(world: &Arc<World>, plays: &Plays) {
    let dependencies = dependencies(world);
    while plays.next().is_some() {
        let (asset, user) = (format!("a{}", plays.assets.draw()), format!("u{}", plays.users.draw()));
        play_once(&dependencies, request(&asset, &user, None)).await;
        world.state.lock().unwrap().history.play(&asset, &user);
    }
}

/// Plays. The play is answered, whatever becomes of its view.
async fn play_once(dependencies: &Dependencies, request: Request) {
    assert_eq!(play::play(dependencies, request).await.unwrap().status.as_u16(), 200);
}

/// Reports a view directly, with one key, until that is acknowledged. Returns the number of further tries.
async fn report(world: &Arc<World>, request: impl Fn() -> Request) -> u64 {
    let mut again = 0;
    loop {
        let process = Arc::new(Process::default());
        let client = world.clients(&process).dynamodb();
        let tables = Tables::with_prefix("");
        let counts = Counts::new(client.clone(), &tables);
        let ledger = Ledger::new(client, tables, SHARDS);
        let answer = select! {
            biased;
            answer = post_view(None, &ledger, &counts, request()) => answer.ok(),
            () = process.kill.notified() => None,
        };
        if answer.is_some() {
            return again;
        }
        again += 1;
    }
}

/// Now and then a message that can never be counted: not a view event, or a view from before the window.
fn poison(number: u64) -> Option<String> {
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

/// A viewer's own play function. It does not die: a viewer without an answer would not know what it played.
fn dependencies(world: &Arc<World>) -> Dependencies {
    let names = Names {
        get_content: "get-content".to_owned(),
        get_url: "get-url".to_owned(),
        get_views: "get-views".to_owned(),
        count_views: "count-views".to_owned(),
        queue_url: EVENTS_URL.to_owned(),
    };
    let cache = Cache::new(Duration::from_hours(24));
    Dependencies::new(&world.clients(&Arc::default()), names, Viewers::Anyone, cache)
}
