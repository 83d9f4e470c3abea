//! The runtime API that Lambda serves to a function's process.
//!
//! # Source
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, Notify, mpsc, oneshot};

/// What a function answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answer {
    /// Its result, as JSON.
    Done(String),
    /// Its error, as JSON.
    Failed(String),
}

struct Invocation {
    id: String,
    body: String,
    deadline: i64,
    answer: oneshot::Sender<Answer>,
}

/// Serves one function.
pub(crate) struct RuntimeApi {
    pub(crate) address: String,
    invocations: mpsc::UnboundedSender<Invocation>,
    shared: Arc<Shared>,
}

struct Shared {
    waiting: Mutex<mpsc::UnboundedReceiver<Invocation>>,
    open: Mutex<HashMap<String, oneshot::Sender<Answer>>>,
    polled: Notify,
}

impl RuntimeApi {
    pub(crate) async fn start(name: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (invocations, waiting) = mpsc::unbounded_channel();
        let shared =
            Arc::new(Shared { waiting: Mutex::new(waiting), open: Mutex::default(), polled: Notify::new() });
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&serving);
                let service = service_fn(move |request| serve(Arc::clone(&shared), name, request));
                tokio::spawn(async move {
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Self { address, invocations, shared }
    }

    /// Queues an event; the receiver gets the answer, or an error when the process dies first.
    pub(crate) fn invoke(&self, id: &str, body: &str, deadline: i64) -> oneshot::Receiver<Answer> {
        let (answer, answered) = oneshot::channel();
        let invocation = Invocation { id: id.to_owned(), body: body.to_owned(), deadline, answer };
        self.invocations.send(invocation).unwrap_or_else(|_| panic!("the runtime API is gone"));
        answered
    }

    /// Waits for the next poll.
    pub(crate) async fn polled(&self) {
        self.shared.polled.notified().await;
    }
}

async fn serve(
    shared: Arc<Shared>,
    name: &str,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    Ok(match parts[..] {
        ["2018-06-01", "runtime", "invocation", "next"] => {
            shared.polled.notify_one();
            let Some(invocation) = shared.waiting.lock().await.recv().await else {
                return Ok(status(500));
            };
            let response = Response::builder()
                .header("Lambda-Runtime-Aws-Request-Id", &invocation.id)
                .header("Lambda-Runtime-Deadline-Ms", invocation.deadline)
                .header(
                    "Lambda-Runtime-Invoked-Function-Arn",
                    format!("arn:aws:lambda:us-east-1:000000000000:function:{name}"),
                )
                .header("Content-Type", "application/json")
                .body(Full::from(invocation.body))
                .unwrap();
            shared.open.lock().await.insert(invocation.id, invocation.answer);
            response
        }
        ["2018-06-01", "runtime", "invocation", id, kind] => {
            let id = id.to_owned();
            let failed = kind == "error";
            let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
            let body = String::from_utf8_lossy(&body).into_owned();
            let answer = if failed { Answer::Failed(body) } else { Answer::Done(body) };
            if let Some(waiting) = shared.open.lock().await.remove(&id) {
                let _ = waiting.send(answer);
            }
            status(202)
        }
        _ => status(404),
    })
}

fn status(code: u16) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from("{}"));
    *response.status_mut() = hyper::StatusCode::from_u16(code).unwrap();
    response
}
