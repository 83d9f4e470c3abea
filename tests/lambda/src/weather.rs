//! Bad weather between a process and its emulators: faults by a seed, and the moment at which the process is killed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::proxy::forward;

/// What can happen to a request, and how many of a hundred faults are of that kind.
const KINDS: [(Kind, u8); 6] = [
    (Kind::Throttled, 30),
    (Kind::Failing, 25),
    (Kind::Reset, 15),
    (Kind::Lost, 15),
    (Kind::Slow, 14),
    (Kind::Silent, 1),
];

/// One kind of fault.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    /// Refused for its rate.
    Throttled,
    /// Answered with 500 or 503.
    Failing,
    /// The connection ends before the service has the request.
    Reset,
    /// The service did it, and the connection ends before the answer.
    Lost,
    /// The answer takes up to a second.
    Slow,
    /// The service did it, and no answer ever comes.
    Silent,
}

/// Where in a request the process dies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Moment {
    /// The service never has the request.
    Before,
    /// The service did it, and nobody hears of it.
    After,
}

/// The weather over any number of emulators.
#[derive(Clone)]
pub struct Weather {
    sky: Arc<Sky>,
}

struct Sky {
    per_mille: AtomicUsize,
    dice: Mutex<fastrand::Rng>,
    met: Mutex<BTreeMap<Kind, usize>>,
    requests: AtomicUsize,
    strike: Mutex<Option<(usize, Moment)>>,
    struck: Notify,
}

/// A request that gets no answer: its connection ends.
#[derive(Debug)]
struct Unanswered;

impl std::fmt::Display for Unanswered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no answer")
    }
}

impl std::error::Error for Unanswered {}

impl Weather {
    /// Faults for so many of a thousand requests, by a seed.
    pub fn new(seed: u64, per_mille: usize) -> Self {
        let sky = Sky {
            per_mille: AtomicUsize::new(per_mille),
            dice: Mutex::new(fastrand::Rng::with_seed(seed)),
            met: Mutex::default(),
            requests: AtomicUsize::default(),
            strike: Mutex::default(),
            struck: Notify::new(),
        };
        Self { sky: Arc::new(sky) }
    }

    /// `http://127.0.0.1:…`, in place of an emulator's own.
    pub async fn over(&self, upstream: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let upstream: Arc<str> = upstream.trim_start_matches("http://").into();
        let sky = Arc::clone(&self.sky);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (upstream, sky) = (Arc::clone(&upstream), Arc::clone(&sky));
                let service = service_fn(move |request| {
                    let (upstream, sky) = (Arc::clone(&upstream), Arc::clone(&sky));
                    async move { sky.pass(request, &upstream).await }
                });
                let served = hyper::server::conn::http1::Builder::new();
                tokio::spawn(served.serve_connection(TokioIo::new(stream), service));
            }
        });
        endpoint
    }

    /// Ends the faults, or changes how many there are.
    pub fn set(&self, per_mille: usize) {
        self.sky.per_mille.store(per_mille, Ordering::Relaxed);
    }

    /// Strikes at the request that is the `nth` from now, counted from 0; `None` takes that back.
    pub fn strike(&self, at: Option<(usize, Moment)>) {
        *self.sky.strike.lock().unwrap() = at;
    }

    /// Waits for the strike: the process is to be killed now.
    pub async fn struck(&self) {
        self.sky.struck.notified().await;
    }

    /// Requests so far.
    pub fn requests(&self) -> usize {
        self.sky.requests.load(Ordering::Relaxed)
    }

    /// Faults so far.
    pub fn met(&self) -> BTreeMap<Kind, usize> {
        self.sky.met.lock().unwrap().clone()
    }
}

impl Sky {
    async fn pass(
        &self,
        request: Request<Incoming>,
        upstream: &str,
    ) -> Result<Response<Full<Bytes>>, Unanswered> {
        let (parts, body) = request.into_parts();
        // Who is killed while it sends has sent nothing.
        let body = body.collect().await.map_err(|_| Unanswered)?.to_bytes();
        self.requests.fetch_add(1, Ordering::Relaxed);
        let strike = self.strikes();
        if strike == Some(Moment::Before) {
            return self.kill().await;
        }
        let fault = self.fault().filter(|_| strike.is_none());
        match fault {
            Some(Kind::Throttled) => return Ok(refusal(&parts, &body, 400, "ThrottlingException")),
            Some(Kind::Failing) => return Ok(refusal(&parts, &body, 500, "InternalServerError")),
            Some(Kind::Reset) => return Err(Unanswered),
            Some(Kind::Slow) => {
                let pause = self.dice.lock().unwrap().u64(50..1_000);
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
            Some(Kind::Lost | Kind::Silent) | None => {}
        }
        let answer = forward(parts, body, upstream).await.map_err(|_| Unanswered)?;
        match fault {
            _ if strike == Some(Moment::After) => self.kill().await,
            Some(Kind::Lost) => Err(Unanswered),
            Some(Kind::Silent) => std::future::pending().await,
            _ => Ok(answer),
        }
    }

    /// Counts down to the strike.
    fn strikes(&self) -> Option<Moment> {
        let mut strike = self.strike.lock().unwrap();
        let (left, moment) = strike.as_mut()?;
        if *left == 0 {
            let moment = *moment;
            *strike = None;
            return Some(moment);
        }
        *left -= 1;
        None
    }

    /// Has the process killed, and never answers it.
    async fn kill(&self) -> Result<Response<Full<Bytes>>, Unanswered> {
        self.struck.notify_one();
        std::future::pending().await
    }

    fn fault(&self) -> Option<Kind> {
        let mut dice = self.dice.lock().unwrap();
        if dice.usize(0..1_000) >= self.per_mille.load(Ordering::Relaxed) {
            return None;
        }
        let mut drawn = dice.u8(0..100);
        for (kind, share) in KINDS {
            if drawn < share {
                *self.met.lock().unwrap().entry(kind).or_default() += 1;
                return Some(kind);
            }
            drawn -= share;
        }
        None
    }
}

/// An error in the words of the protocol that was spoken: JSON, the query protocol of SNS, or S3's.
fn refusal(parts: &Parts, body: &[u8], status: u16, code: &str) -> Response<Full<Bytes>> {
    let error = format!("<Code>{code}</Code><Message>no</Message>");
    let text = if parts.headers.contains_key("x-amz-target") {
        format!(r#"{{"__type":"{code}","message":"no"}}"#)
    } else if body.starts_with(b"Action=") {
        format!("<ErrorResponse><Error>{error}</Error><RequestId>1</RequestId></ErrorResponse>")
    } else {
        format!("<Error>{error}<RequestId>1</RequestId></Error>")
    };
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}
