//! Loads against an API that throttles, loses answers and miscounts.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_credential_types::Credentials;
use fake_aws::server::{Handler, Server};
use futures_util::{FutureExt, future::BoxFuture};
use hyper::{Request, Response, StatusCode, body::Bytes};
use ops::load::{Api, Counter, Difference, Expected, Load, Report, load, withdraw};
use serde_json::{Value, json};
use tokio::{sync::Semaphore, time::sleep};

/// What the API does with an attempt to play.
#[derive(Clone, Copy)]
enum Fate {
    Count,
    Throttle,
    Fail,
    Refuse,
    /// The view is counted and the connection breaks.
    LoseTheAnswer,
    /// The view is answered and not counted.
    Forget,
    /// The view is answered and counted twice.
    Double,
}

/// The API of a stack, on a port of this machine.
struct FakeApi {
    /// The fate of an attempt by its number.
    fate: fn(usize) -> Fate,
    /// The time that the one instance of play takes.
    takes: Duration,
    /// Whether the gateway throttles a signed request, by its number.
    throttles: fn(usize) -> bool,
    /// Whether a signed request fails, by its number.
    breaks: fn(usize) -> bool,
    instance: Semaphore,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    published: BTreeSet<String>,
    attempts: usize,
    signed: usize,
    keys: BTreeSet<String>,
    views: HashMap<String, u64>,
    /// Reads that see no view yet.
    blind: usize,
}

impl FakeApi {
    fn new(fate: fn(usize) -> Fate) -> Self {
        Self {
            fate,
            takes: Duration::ZERO,
            throttles: |_| false,
            breaks: |_| false,
            instance: Semaphore::new(1),
            state: Mutex::default(),
        }
    }

    async fn play(&self, asset: &str, user: &str, key: &str) -> Option<Response<Bytes>> {
        let _instance = self.instance.acquire().await.unwrap();
        sleep(self.takes).await;
        let mut state = self.state.lock().unwrap();
        state.attempts += 1;
        let fate = (self.fate)(state.attempts);
        let counts = match fate {
            Fate::Count | Fate::LoseTheAnswer => 1,
            Fate::Double => 2,
            Fate::Throttle | Fate::Fail | Fate::Refuse | Fate::Forget => 0,
        };
        if counts > 0 && state.keys.insert(key.to_owned()) {
            for counter in [format!("asset/{asset}"), format!("user/{user}")] {
                *state.views.entry(counter).or_default() += counts;
            }
        }
        match fate {
            Fate::LoseTheAnswer => None,
            Fate::Throttle => Some(answer(429, &json!({"message": "Too Many Requests"}))),
            Fate::Refuse => Some(answer(401, &json!({"message": "Unauthorized"}))),
            Fate::Fail => Some(answer(503, &json!({"message": "Service Unavailable"}))),
            Fate::Count | Fate::Forget | Fate::Double => Some(answer(200, &json!({"id": asset}))),
        }
    }

    fn next_signed(&self) -> usize {
        let mut state = self.state.lock().unwrap();
        state.signed += 1;
        state.signed
    }

    fn views(&self, kind: &str, id: &str) -> Response<Bytes> {
        let mut state = self.state.lock().unwrap();
        let blind = state.blind > 0;
        state.blind = state.blind.saturating_sub(1);
        match state.views.get(&format!("{kind}/{id}")).filter(|_| !blind) {
            Some(views) => answer(200, &json!({"id": id, "views": views})),
            None => answer(404, &json!({"id": id, "code": format!("{kind}_not_found")})),
        }
    }
}

impl Handler for FakeApi {
    fn handle(self: Arc<Self>, request: Request<Bytes>) -> BoxFuture<'static, Option<Response<Bytes>>> {
        async move {
            let header = |name: &str| request.headers().get(name).map_or("", |value| value.to_str().unwrap());
            let path: Vec<_> = request.uri().path().split('/').skip(1).collect();
            if let ("POST", ["play", "asset", asset, "user", user]) = (request.method().as_str(), path.as_slice()) {
                return self.play(asset, user, header("idempotency-key")).await;
            }
            let signature = header("authorization");
            if !signature.starts_with("AWS4-HMAC-SHA256 Credential=id/")
                || !signature.contains("/eu-west-1/execute-api/")
            {
                return Some(answer(403, &json!({"message": "Forbidden"})));
            }
            let number = self.next_signed();
            if (self.throttles)(number) {
                return Some(answer(429, &json!({"message": "Too Many Requests"})));
            }
            if (self.breaks)(number) {
                return Some(answer(503, &json!({"message": "Service Unavailable"})));
            }
            Some(match (request.method().as_str(), path.as_slice()) {
                ("POST", [service @ ("content" | "url"), "asset", asset]) => {
                    self.state
                        .lock()
                        .unwrap()
                        .published
                        .insert(format!("{service}/{asset}"));
                    answer(200, &json!({"status": "ok"}))
                }
                ("DELETE", [service @ ("content" | "url"), "asset", asset]) => {
                    self.state
                        .lock()
                        .unwrap()
                        .published
                        .remove(&format!("{service}/{asset}"));
                    answer(200, &json!({"status": "ok"}))
                }
                ("GET", ["events", kind @ ("asset" | "user"), id]) => self.views(kind, id),
                _ => answer(404, &json!({"message": "Not Found"})),
            })
        }
        .boxed()
    }
}

fn answer(status: u16, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

/// 200 plays at 1,000 per second by 20 users on 5 assets.
fn small() -> Load {
    Load {
        settle: Duration::ZERO,
        ..Load::new(200, 20, 5, 1_000)
    }
}

async fn loaded(api: &Arc<FakeApi>, wanted: Load) -> Report {
    let server = Server::start(Arc::<FakeApi>::clone(api));
    load(&Arc::new(client(&server)), wanted).await.unwrap()
}

fn client(server: &Server) -> Api {
    let credentials = Credentials::new("id", "secret", None, None, "test");
    Api::new(&server.url(), "eu-west-1".to_owned(), credentials).unwrap()
}

#[tokio::test]
async fn each_play_has_a_key_of_its_own_and_every_counter_is_compared() {
    let api = Arc::new(FakeApi::new(|_| Fate::Count));
    let report = loaded(&api, small()).await;
    assert!(report.is_exact(), "{report}");
    assert!(report.carried().is_none(), "{report}");
    let state = api.state.lock().unwrap();
    assert_eq!((state.attempts, state.keys.len()), (200, 200));
    assert_eq!(state.published.len(), 10, "each asset has metadata and a URL");
    assert_eq!(report.played.expected.counters(), state.views.len());
    let run = &report.load.run;
    assert!(
        state.views.keys().all(|counter| counter.contains(&format!("/{run}-"))),
        "a load needs ids of its own"
    );
    assert!(
        report.to_string().ends_with(&format!(
            "{} counters compared: each holds exactly the views that were played\n",
            state.views.len()
        )),
        "{report}"
    );
}

#[tokio::test]
async fn the_assets_of_a_load_leave_the_catalogue_and_no_other_does() {
    let api = Arc::new(FakeApi::new(|_| Fate::Count));
    let [first, second] = [loaded(&api, small()).await, loaded(&api, small()).await];
    let server = Server::start(Arc::<FakeApi>::clone(&api));
    withdraw(&client(&server), &first.load).await.unwrap();
    let state = api.state.lock().unwrap();
    assert_eq!(state.published.len(), 10, "{:?}", state.published);
    assert!(
        state.published.iter().all(|record| record.contains(&second.load.run)),
        "{:?}",
        state.published
    );
}

#[tokio::test]
async fn a_load_ends_at_the_first_play_that_is_refused_for_good() {
    let server = Server::start(Arc::new(FakeApi::new(|_| Fate::Refuse)));
    let error = load(&Arc::new(client(&server)), small()).await.unwrap_err();
    assert!(error.to_string().contains("refused with 401"), "{error}");
}

#[tokio::test]
async fn throttled_changes_and_reads_are_tried_again() {
    let mut api = FakeApi::new(|_| Fate::Count);
    api.throttles = |request| request % 3 == 0;
    let api = Arc::new(api);
    let report = loaded(&api, small()).await;
    assert!(report.is_exact(), "{report}");
    let server = Server::start(Arc::<FakeApi>::clone(&api));
    withdraw(&client(&server), &report.load).await.unwrap();
    assert_eq!(api.state.lock().unwrap().published.len(), 0);
}

#[tokio::test]
async fn a_count_that_can_not_be_read_again_is_told_after_the_time_to_settle() {
    let mut api = FakeApi::new(|_| Fate::Count);
    // Five assets are published by ten requests, and 25 counters are read before they are read all at once.
    api.breaks = |request| request > 35 && request.is_multiple_of(2);
    let report = loaded(&Arc::new(api), small()).await;
    assert!(report.to_string().contains("the count can't be read"), "{report}");
}

#[tokio::test]
async fn throttled_failed_and_lost_plays_are_tried_again_under_their_keys_and_counted_once() {
    let api = Arc::new(FakeApi::new(|attempt| match attempt % 8 {
        1 => Fate::Throttle,
        2 => Fate::Fail,
        3 | 4 => Fate::LoseTheAnswer,
        _ => Fate::Count,
    }));
    let report = loaded(&api, small()).await;
    assert!(report.is_exact(), "{report}");
    let state = api.state.lock().unwrap();
    assert_eq!(state.keys.len(), 200, "a retry has the key of its play");
    let played = &report.played;
    assert_eq!(played.answered, 200);
    assert_eq!(
        state.attempts as u64,
        played.answered + played.throttled + played.failed
    );
    assert!(played.throttled > 20 && played.failed > 60, "{report}");
    assert!(
        report.to_string().contains("throttled (429) and tried again"),
        "{report}"
    );
}

#[tokio::test]
async fn counts_that_come_late_are_waited_for() {
    let api = Arc::new(FakeApi::new(|_| Fate::Count));
    api.state.lock().unwrap().blind = 40;
    let wanted = Load {
        settle: Duration::from_secs(30),
        ..small()
    };
    let report = loaded(&api, wanted).await;
    assert!(report.is_exact(), "{report}");
}

#[tokio::test]
async fn a_view_that_was_answered_and_not_counted_is_missed_by_its_asset_and_its_user() {
    assert_a_wrong_view_is_found(|attempt| if attempt == 100 { Fate::Forget } else { Fate::Count }, -1).await;
}

#[tokio::test]
async fn a_view_that_was_counted_twice_is_found_in_its_asset_and_its_user() {
    assert_a_wrong_view_is_found(|attempt| if attempt == 100 { Fate::Double } else { Fate::Count }, 1).await;
}

async fn assert_a_wrong_view_is_found(fate: fn(usize) -> Fate, by: i64) {
    let report = loaded(&Arc::new(FakeApi::new(fate)), small()).await;
    assert!(!report.is_exact());
    let [asset, user] = report.differences.as_slice() else {
        panic!("{report}")
    };
    assert!(matches!(
        (&asset.counter, &user.counter),
        (Counter::Asset(_), Counter::User(_))
    ));
    for wrong in [asset, user] {
        // A counter of no view is not there at all.
        let counted = i64::try_from(wrong.counted.unwrap()).unwrap();
        assert_eq!(
            counted - i64::try_from(wrong.expected.answered).unwrap(),
            by,
            "{report}"
        );
        assert!(report.to_string().contains(&format!("{wrong}\n")), "{report}");
    }
    assert!(
        report.to_string().ends_with(" counters compared: 2 wrong counters\n"),
        "{report}"
    );
}

#[tokio::test]
async fn an_api_that_can_not_keep_up_is_said_to_and_its_plays_wait_from_the_moment_they_were_due() {
    let mut api = FakeApi::new(|_| Fate::Count);
    api.takes = Duration::from_millis(20);
    let wanted = Load {
        settle: Duration::ZERO,
        ..Load::new(100, 20, 5, 500)
    };
    let report = loaded(&Arc::new(api), wanted).await;
    assert!(report.is_exact(), "{report}");
    let carried = report.carried().unwrap();
    assert!(carried <= 50.0, "one instance plays 50 per second, not {carried}");
    assert!(report.to_string().contains("The API did not keep up"), "{report}");
    // The last play was due after 0.2 s and is answered after 2 s. Its request alone took less.
    let longest = Duration::from_micros(report.played.latency.max());
    assert!(longest >= Duration::from_millis(1_750), "{report}");
}

#[tokio::test]
async fn a_play_that_is_never_answered_may_be_counted_or_not() {
    for (fate, counted) in [(Fate::Fail, 0), (Fate::LoseTheAnswer, 1)] {
        let fates: fn(usize) -> Fate = match fate {
            Fate::Fail => |_| Fate::Fail,
            _ => |_| Fate::LoseTheAnswer,
        };
        let wanted = Load {
            patience: Duration::ZERO,
            settle: Duration::ZERO,
            ..Load::new(1, 1, 1, 10)
        };
        let api = Arc::new(FakeApi::new(fates));
        let report = loaded(&api, wanted).await;
        assert_eq!(api.state.lock().unwrap().keys.len(), counted);
        assert_eq!(report.differences, [], "{report}");
        assert!(!report.is_exact(), "{report}");
        assert!(
            report
                .to_string()
                .contains("1 play got no answer in 0 s and may or may not be counted"),
            "{report}"
        );
    }
}

#[test]
fn a_difference_says_what_was_expected_and_what_was_counted() {
    let difference = |unanswered, counted| Difference {
        counter: Counter::User("u1".to_owned()),
        expected: Expected {
            answered: 3,
            unanswered,
        },
        counted,
    };
    assert_eq!(difference(0, Some(2)).to_string(), "user u1: 3 expected, 2 counted");
    assert_eq!(
        difference(2, Some(6)).to_string(),
        "user u1: 3 to 5 expected, 6 counted"
    );
    assert_eq!(
        difference(0, None).to_string(),
        "user u1: 3 expected, and the count can't be read"
    );
}
