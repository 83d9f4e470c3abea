//! An emulator of EC2 and Security Hub.

use std::process::Stdio;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

/// A running emulator with an account of its own; it ends when this is dropped.
pub struct Moto {
    /// Where it listens.
    pub endpoint: String,
    _child: Child,
}

impl Moto {
    /// Starts it and waits until it listens.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let child = Command::new(binary())
            .args(["-H", "127.0.0.1", "-p", &address.port().to_string()])
            .env("MOTO_ACCOUNT_ID", "000000000000")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        for _ in 0..600 {
            if TcpStream::connect(address).await.is_ok() {
                return Self { endpoint: format!("http://{address}"), _child: child };
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the emulator of EC2 never listened");
    }

    /// Calls an action by the Query protocol; its answer as XML.
    ///
    /// By hand, since the SDK of EC2 would have to be built for the tests too, which takes minutes.
    pub async fn call(&self, action: &str, parameters: &[(&str, &str)]) -> String {
        let mut body = format!("Action={action}&Version=2016-11-15");
        for (name, value) in parameters {
            body.push_str(&format!("&{name}={value}"));
        }
        self.post("ec2", "/", "application/x-www-form-urlencoded", body).await
    }

    /// What Security Hub holds.
    pub async fn security_findings(&self) -> Vec<Value> {
        let text = self.post("securityhub", "/findings", "application/json", "{}".to_owned()).await;
        let mut answer: Value = serde_json::from_str(&text).unwrap();
        answer["Findings"].as_array_mut().map(std::mem::take).unwrap()
    }

    async fn post(&self, service: &str, path: &str, kind: &str, body: String) -> String {
        let stream = TcpStream::connect(self.endpoint.trim_start_matches("http://")).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let scope = format!("test/20260101/us-east-1/{service}/aws4_request");
        let signed = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
        let request = Request::post(path)
            .header("Host", format!("{service}.us-east-1.amazonaws.com"))
            .header("Content-Type", kind)
            .header("Authorization", signed)
            .body(Full::new(Bytes::from(body.clone())))
            .unwrap();
        let answer = sender.send_request(request).await.unwrap();
        let status = answer.status();
        let text =
            String::from_utf8_lossy(&answer.into_body().collect().await.unwrap().to_bytes()).into_owned();
        assert!(status.is_success(), "{body}: {text}");
        text
    }
}

/// The texts of all elements of that name, in order.
pub fn texts<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let after = xml.split(open.as_str()).skip(1);
    after.filter_map(|rest| Some(rest.split_once(close.as_str())?.0)).collect()
}

#[expect(clippy::disallowed_methods, reason = "the script that installs the emulator says where it is")]
fn binary() -> String {
    std::env::var("WEIR_TEST_EC2")
        .expect("WEIR_TEST_EC2 should name the emulator; run tests/lambda/emulated.sh")
}
