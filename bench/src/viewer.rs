//! A viewer: plays one video after the other on a connection of its own.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use fake_aws::Counters;
use http_body_util::{BodyExt, Empty};
use hyper::{Request, body::Bytes, client::conn::http1::handshake};
use hyper_util::rt::TokioIo;
use indicatif::ProgressBar;
use ops::zipf::Zipf;
use tokio::net::TcpStream;

/// The counters as they should be.
pub type Played = Arc<Mutex<Counters>>;

/// Plays through the gateway. Returns the time of each play.
pub async fn play(gateway: SocketAddr, assets: usize, plays: usize, played: Played, bar: ProgressBar) -> Vec<Duration> {
    let connection = TcpStream::connect(gateway).await.unwrap();
    connection.set_nodelay(true).unwrap();
    let (mut sender, connection) = handshake(TokioIo::new(connection)).await.unwrap();
    let connection = tokio::spawn(connection);
    let (assets, users) = (Zipf::of(assets), Zipf::users());
    let mut times = Vec::with_capacity(plays);
    for _ in 0..plays {
        let (asset, user) = (format!("a{}", assets.draw()), format!("u{}", users.draw()));
        let request = Request::post(format!("/play/asset/{asset}/user/{user}")).header("host", "bench");
        let started = Instant::now();
        let answer = sender
            .send_request(request.body(Empty::<Bytes>::new()).unwrap())
            .await
            .unwrap();
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        times.push(started.elapsed());
        assert_eq!(status, 200, "{body:?}");
        played.lock().unwrap().view(&asset, &user);
        bar.inc(1);
    }
    drop(sender);
    let _ = connection.await;
    times
}
