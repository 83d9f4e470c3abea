//! A server between a process and an emulator, for answers that the emulator cannot be made to give.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::error::Error;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

/// One answer that the emulator does not give.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Part of the request line, of the header `X-Amz-Target` or of the body, of the next request that gets it.
    pub asked: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Body, as the service's protocol writes errors.
    pub body: String,
}

impl Fault {
    /// An error of EC2.
    pub fn query(action: &'static str, status: u16, code: &str) -> Self {
        let body = format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors>\
             <RequestID>1</RequestID></Response>"
        );
        Self { asked: action, status, body }
    }

    /// An error of a service that speaks JSON.
    pub fn json(target: &'static str, status: u16, code: &str) -> Self {
        Self { asked: target, status, body: format!(r#"{{"__type":"{code}","message":"no"}}"#) }
    }

    /// An error of S3.
    pub fn s3(asked: &'static str, status: u16, code: &str) -> Self {
        let body = format!("<Error><Code>{code}</Code><Message>no</Message><RequestId>1</RequestId></Error>");
        Self { asked, status, body }
    }
}

type Script = Arc<Mutex<VecDeque<Fault>>>;

/// A running proxy.
pub struct Proxy {
    /// Where it listens.
    pub endpoint: String,
    script: Script,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Hands out the faults in order, each to the first request that it fits; all else goes to `upstream`.
    pub async fn start(upstream: &str, script: impl IntoIterator<Item = Fault>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let upstream = upstream.trim_start_matches("http://").to_owned();
        let script: Script = Arc::new(Mutex::new(script.into_iter().collect()));
        let seen = Arc::default();
        let proxy = Self { endpoint, script: Arc::clone(&script), seen: Arc::clone(&seen) };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (upstream, script, seen) = (upstream.clone(), Arc::clone(&script), Arc::clone(&seen));
                let service = service_fn(move |request| {
                    answer(request, upstream.clone(), Arc::clone(&script), Arc::clone(&seen))
                });
                let served = hyper::server::conn::http1::Builder::new();
                tokio::spawn(served.serve_connection(TokioIo::new(stream), service));
            }
        });
        proxy
    }

    /// Faults that nobody asked for yet.
    pub fn left(&self) -> usize {
        self.script.lock().unwrap().len()
    }

    /// How many requests so far had `asked` in their line, target or body.
    pub fn count(&self, asked: &str) -> usize {
        self.seen.lock().unwrap().iter().filter(|seen| seen.contains(asked)).count()
    }
}

async fn answer(
    request: Request<Incoming>,
    upstream: String,
    script: Script,
    seen: Arc<Mutex<Vec<String>>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let target =
        parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let asked = format!("{} {} {target} {}", parts.method, parts.uri, String::from_utf8_lossy(&body));
    let fault = script.lock().unwrap().pop_front_if(|fault| asked.contains(fault.asked));
    seen.lock().unwrap().push(asked);
    if let Some(fault) = fault {
        let mut response = Response::new(Full::from(fault.body));
        *response.status_mut() = StatusCode::from_u16(fault.status).unwrap();
        return Ok(response);
    }
    Ok(forward(parts, body, &upstream).await.unwrap())
}

/// Asks the emulator.
pub(crate) async fn forward(
    parts: Parts,
    body: Bytes,
    upstream: &str,
) -> Result<Response<Full<Bytes>>, Box<dyn Error + Send + Sync>> {
    let stream = TcpStream::connect(upstream).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let answer = sender.send_request(Request::from_parts(parts, Full::new(body))).await?;
    let (parts, body) = answer.into_parts();
    Ok(Response::from_parts(parts, Full::new(body.collect().await?.to_bytes())))
}
