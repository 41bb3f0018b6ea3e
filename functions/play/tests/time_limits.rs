//! The time that a play takes when AWS is slow or hangs.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};

use fake_aws::{Answer, requests::sample};
use lambda_http::{Context, Request, RequestExt};
use play::{MARGIN, TIMEOUT};
use serde_json::json;
use tokio::time::Instant;

use crate::world::{Log, World, well};

const QUEUE: &str = "queue";
const COUNT_VIEWS: &str = "count-views";

/// The targets that hang, and the one that accepts the view in the end.
const HANGING: [(&[&str], Option<&str>); 3] = [
    (&[QUEUE], Some(COUNT_VIEWS)),
    (&[COUNT_VIEWS], Some(QUEUE)),
    (&[QUEUE, COUNT_VIEWS], None),
];

/// A play that Lambda ends after `time_left`.
fn play_with(time_left: Duration) -> Request {
    let end = SystemTime::now() + time_left;
    let mut context = Context::default();
    let since_1970 = end.duration_since(SystemTime::UNIX_EPOCH).unwrap();
    context.deadline = since_1970.as_millis().try_into().unwrap();
    sample("play").with_lambda_context(context)
}

/// Plays while targets hang and everything else answers as late as it may, and asserts that the view is safe in time.
async fn assert_safe(is_warm: bool, time_left: Duration, asset_takes: Duration) {
    for (hanging, accepting) in HANGING {
        let hang = Arc::new(AtomicBool::new(false));
        let hangs = Arc::clone(&hang);
        let world = World::with_cache(TIMEOUT, move |target| match target {
            _ if !hangs.load(Relaxed) => well(target),
            "get-content" => well(target).after(asset_takes),
            "get-views" => Answer::silence(),
            _ if hanging.contains(&target) => Answer::silence(),
            _ => well(target),
        });
        if is_warm {
            world.play().await.unwrap();
            world.called();
        }
        hang.store(true, Relaxed);

        let (log, _guard) = Log::start();
        let start = Instant::now();
        let reply = world.answer(play_with(time_left)).await.unwrap();

        let took = start.elapsed();
        assert_eq!(reply.status.as_u16(), 200, "{hanging:?}");
        assert!(took + MARGIN <= time_left, "{hanging:?}: {took:?} of {time_left:?}");
        let logged = log.views().len();
        assert_eq!(logged, usize::from(accepting.is_none()), "{hanging:?}");
        if let Some(accepting) = accepting {
            assert_eq!(world.events(accepting).len(), 1, "{hanging:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_warm_play_is_answered_and_its_view_is_safe_while_queue_and_invocations_hang() {
    assert_safe(true, TIMEOUT, Duration::ZERO).await;
}

#[tokio::test(start_paused = true)]
async fn a_cold_play_is_answered_and_its_view_is_safe_while_queue_and_invocations_hang() {
    assert_safe(false, TIMEOUT, Duration::from_millis(3_900)).await;
}

#[tokio::test(start_paused = true)]
async fn a_play_with_little_time_left_is_answered_and_its_view_is_safe() {
    assert_safe(true, Duration::from_secs(4), Duration::ZERO).await;
    assert_safe(false, Duration::from_secs(6), Duration::from_millis(900)).await;
}

#[tokio::test(start_paused = true)]
async fn under_cargo_lambda_watch_a_play_has_its_whole_time() {
    let in_1970 = sample("play").with_lambda_context(Context::default());
    let world = World::new(|target| well(target).after(Duration::from_secs(1)));
    let reply = world.answer(in_1970).await.unwrap();
    assert_eq!(reply.body["assetviews"], 42);
    assert_eq!(world.queued().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_backend_that_answers_within_its_limit_is_invoked_once_and_heard() {
    for (slow, milliseconds) in [("get-content", 3_900), ("get-url", 3_500), ("get-views", 1_900)] {
        let world = World::new(move |target| {
            let late = if target == slow { milliseconds } else { 0 };
            well(target).after(Duration::from_millis(late))
        });
        let reply = world.play().await.unwrap();
        assert_eq!(
            (&reply.body["title"], &reply.body["assetviews"]),
            (&json!("It"), &json!(42))
        );
        assert_eq!(world.events(slow).len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_backend_that_fails_at_once_is_invoked_again_within_its_limit() {
    let throttled = || Answer::error(429, "TooManyRequestsException");
    for fail in [Answer::reset as fn() -> Answer, throttled] {
        let times = AtomicU32::new(0);
        let world = World::new(move |target| match target {
            "get-content" if times.fetch_add(1, Relaxed) < 2 => fail(),
            other => well(other),
        });
        assert_eq!(world.play().await.unwrap().body["title"], "It");
        assert_eq!(world.events("get-content").len(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_loses_an_attempt_gets_the_view_by_the_next() {
    let times = AtomicU32::new(0);
    let world = World::new(move |target| match target {
        QUEUE if times.fetch_add(1, Relaxed) == 0 => Answer::silence(),
        other => well(other),
    });
    let start = Instant::now();
    assert_eq!(world.play().await.unwrap().status.as_u16(), 200);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!(
        world.called(),
        ["get-content", "get-url", "get-views", "queue", "queue"]
    );
}
