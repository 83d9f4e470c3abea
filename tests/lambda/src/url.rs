//! The function's URL: HTTP in, an event to the function, its answer out.
//!
//! # Source
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Mutex as Turn;

use crate::function::Function;
use crate::runtime_api::Answer;

/// A URL in front of a function, for as long as the runtime lives.
pub struct Url {
    /// `http://127.0.0.1:…`.
    pub address: String,
    function: Arc<Turn<Function>>,
    answers: Answers,
}

/// Status and body of each answer.
type Answers = Arc<Mutex<Vec<(u16, String)>>>;

impl Url {
    /// Serves a function.
    pub async fn serve(function: Function) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let url = Self { address, function: Arc::new(Turn::new(function)), answers: Arc::default() };
        let (function, answers) = (Arc::clone(&url.function), Arc::clone(&url.answers));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (function, answers) = (Arc::clone(&function), Arc::clone(&answers));
                let service =
                    service_fn(move |request| answer(request, Arc::clone(&function), Arc::clone(&answers)));
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service),
                );
            }
        });
        url
    }

    /// The bodies that were answered with a status so far.
    pub fn answered(&self, status: u16) -> Vec<String> {
        let answers = self.answers.lock().unwrap();
        answers.iter().filter(|(have, _)| *have == status).map(|(_, body)| body.clone()).collect()
    }

    /// The sum of a metric of the function.
    pub async fn metric(&self, name: &str) -> u64 {
        self.function.lock().await.metric(name).await
    }

    /// All that the function logged so far.
    pub async fn logged(&self) -> String {
        self.function.lock().await.logged()
    }
}

async fn answer(
    request: Request<Incoming>,
    function: Arc<Turn<Function>>,
    answers: Answers,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let mut headers = serde_json::Map::new();
    for (name, value) in &parts.headers {
        headers.insert(name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into());
    }
    let event = url_event(parts.method.as_str(), parts.uri.path(), &headers.into(), &body);
    // One invocation at a time is what one process of Lambda does.
    let answer = function.lock().await.invoke(&event).await;
    let answer: Value = match answer {
        Answer::Done(body) => serde_json::from_str(&body).unwrap(),
        Answer::Failed(_) => json!({"statusCode": 502, "body": "Internal Server Error"}),
    };
    let status = u16::try_from(answer["statusCode"].as_u64().unwrap()).unwrap();
    let text = answer["body"].as_str().unwrap_or_default();
    answers.lock().unwrap().push((status, text.to_owned()));
    let bytes = if answer["isBase64Encoded"] == true {
        STANDARD.decode(text).unwrap()
    } else {
        text.as_bytes().to_vec()
    };
    let mut response = Response::builder().status(status);
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        response = response.header(name, value.as_str().unwrap());
    }
    Ok(response.body(Full::from(bytes)).unwrap())
}

/// The event of a request, payload version 2.0: what is compressed or no text is in base64.
pub fn url_event(method: &str, path: &str, headers: &Value, body: &[u8]) -> String {
    let header = |name: &str| {
        let mut found = headers.as_object().into_iter().flatten();
        found.find(|(have, _)| have.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.as_str())
    };
    let media = header("content-type").unwrap_or("application/octet-stream");
    let textual = ["text/", "application/json", "application/xml", "application/javascript"];
    let is_text = header("content-encoding").is_none() && textual.iter().any(|text| media.starts_with(text));
    let lower: serde_json::Map<_, _> = headers
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
        .collect();
    let (body, base64) = match std::str::from_utf8(body) {
        Ok(text) if is_text => (text.to_owned(), false),
        _ => (STANDARD.encode(body), true),
    };
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
        "headers": lower,
        "requestContext": {"http": {"method": method, "path": path, "protocol": "HTTP/1.1",
            "sourceIp": "198.51.100.7"}, "requestId": "url", "stage": "$default"},
        "body": body, "isBase64Encoded": base64,
    })
    .to_string()
}
