//! An EC2 that does not answer as it should: what the emulator cannot be made to do.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use weir_lambda::Answer;

use crate::account::{Account, scheduled};

/// Action, status and error code: the next request of that action gets it, and all others go to the emulator.
type Fault = (&'static str, u16, &'static str);

type Script = Arc<Mutex<VecDeque<Fault>>>;

/// A server between a function and its EC2.
async fn between(upstream: &str, script: &[Fault]) -> (String, Script) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let upstream = upstream.trim_start_matches("http://").to_owned();
    let script: Script = Arc::new(Mutex::new(script.iter().copied().collect()));
    let left = Arc::clone(&script);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (upstream, script) = (upstream.clone(), Arc::clone(&script));
            let service = service_fn(move |request| answer(request, upstream.clone(), Arc::clone(&script)));
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    (endpoint, left)
}

async fn answer(
    request: Request<Incoming>,
    upstream: String,
    script: Script,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let asked = String::from_utf8_lossy(&body);
    let fault =
        script.lock().unwrap().pop_front_if(|(action, ..)| asked.contains(&format!("Action={action}&")));
    if let Some((_, status, code)) = fault {
        // As the Query protocol of EC2 writes errors.
        let body = format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors>\
             <RequestID>1</RequestID></Response>"
        );
        let mut response = Response::new(Full::from(body));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        return Ok(response);
    }
    let stream = TcpStream::connect(&upstream).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let (parts, body) =
        sender.send_request(Request::from_parts(parts, Full::new(body))).await.unwrap().into_parts();
    Ok(Response::from_parts(parts, Full::new(body.collect().await.unwrap().to_bytes())))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_throttled_refresh_waits_and_ends_well() {
    let account = Account::new("throttled").await;
    let launched = account.launch(1, "t3.micro", "web").await;
    let throttled = [
        ("DescribeInstances", 503, "RequestLimitExceeded"),
        ("DescribeNetworkInterfaces", 503, "RequestLimitExceeded"),
    ];
    let (ec2, script) = between(&account.moto.endpoint, &throttled).await;
    let mut function = account.function(&ec2).await;
    function.succeed(&scheduled()).await;
    assert!(script.lock().unwrap().is_empty());
    assert!(account.inventory().await.instance(&launched[0].id).is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn a_refresh_that_ec2_refuses_says_why_and_leaves_the_last_inventory_in_force() {
    let account = Account::new("refused").await;
    account.launch(1, "t3.micro", "web").await;
    account.function(&account.moto.endpoint).await.succeed(&scheduled()).await;
    let before = account.inventory().await.updated();
    for (code, part) in
        [("ExpiredToken", "expired"), ("UnauthorizedOperation", "allow `ec2:DescribeInstances`")]
    {
        let (ec2, _) = between(&account.moto.endpoint, &[("DescribeInstances", 400, code)]).await;
        let mut function = account.function(&ec2).await;
        let Answer::Failed(error) = function.invoke(&scheduled()).await else { panic!("{code}") };
        assert!(error.contains("Weir.Inventory") && error.contains(part), "{error}");
        assert_eq!(account.inventory().await.updated(), before, "{code}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn what_was_described_before_ec2_failed_is_kept() {
    let account = Account::new("half").await;
    account.function(&account.moto.endpoint).await.succeed(&scheduled()).await;
    let before = account.inventory().await.updated();
    let launched = account.launch(1, "t3.micro", "web").await;

    let denied = [("DescribeNetworkInterfaces", 403, "UnauthorizedOperation")];
    let (ec2, _) = between(&account.moto.endpoint, &denied).await;
    let mut function = account.function(&ec2).await;
    assert!(matches!(function.invoke(&scheduled()).await, Answer::Failed(_)));
    let inventory = account.inventory().await;
    assert!(inventory.instance(&launched[0].id).is_some());
    assert_eq!(inventory.updated(), before, "not everything was seen");
}
