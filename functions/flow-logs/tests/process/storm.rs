//! Killed at random points while DynamoDB, SNS, SSM and S3 fail at random: nothing is lost, nothing counts twice.
//!
//! `WEIR_TEST_BATCHES` and `WEIR_TEST_SEED` make it longer and other than it is by itself; `tests/lambda/storm.sh` runs a
//! thousand batches.

mod deliveries;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use weir_lambda::{Answer, Cloud, Function, Moment, Weather};

use self::deliveries::{Deliveries, Record, event, scenario};
use crate::{BINARY, cloud};

/// Faults of a thousand requests.
const FAULTS: usize = 20;

/// Seconds that an invocation has.
const SECONDS: i64 = 12;

/// Requests of an invocation before any was counted.
const FEW: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an emulator of AWS: tests/lambda/emulated.sh"]
async fn killed_at_random_in_bad_weather_it_counts_and_tells_as_if_nothing_had_been() {
    let (batches, seed) = (setting("WEIR_TEST_BATCHES", 60), setting("WEIR_TEST_SEED", 1));
    let deliveries = Deliveries::of(batches as usize, &mut fastrand::Rng::with_seed(seed));

    let calm = account("calm").await;
    let mut function = calm.function(&variables(&calm, &deliveries)).await;
    for records in &deliveries.events {
        assert_eq!(function.succeed(&event(records)).await, json!({"batchItemFailures": []}));
    }

    let struck = account("struck").await;
    let mut run = Run::new(&struck, &deliveries, seed).await;
    for records in &deliveries.events {
        run.deliver(records).await;
    }

    let events = deliveries.events.len();
    eprintln!("{} batches in {events} events, seed {seed}: {}", deliveries.batches(), run.told());
    let (expected, found) = (documents(&calm).await, documents(&struck).await);
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    let differ: Vec<_> =
        found.iter().filter(|(name, body)| expected[*name] != **body).map(|it| it.0).collect();
    assert!(differ.is_empty(), "these documents differ: {differ:?}");

    let (expected, found) = (alerts(&calm).await, alerts(&struck).await);
    eprintln!("{} alerts, told {} times", expected.len(), found.values().sum::<usize>());
    assert!(!expected.is_empty());
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    assert!(run.kills > events, "{}", run.told());
}

/// A function that is killed and replaced again and again.
struct Run {
    variables: Vec<(String, String)>,
    weather: Weather,
    function: Option<Function>,
    dice: fastrand::Rng,
    /// Requests of the last invocation that came to its end.
    requests: usize,
    kills: usize,
    failed: usize,
}

impl Run {
    async fn new(cloud: &Cloud, deliveries: &Deliveries, seed: u64) -> Self {
        let weather = Weather::new(seed, FAULTS);
        let (aws, store) = (weather.over(&cloud.aws).await, weather.over(cloud.store()).await);
        let own = variables(cloud, deliveries);
        let mut variables = cloud.variables(&own);
        variables.push(("AWS_ENDPOINT_URL".to_owned(), aws));
        variables.push(("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), store));
        let dice = fastrand::Rng::with_seed(seed);
        Self { variables, weather, function: None, dice, requests: FEW, kills: 0, failed: 0 }
    }

    /// Delivers an event until it is taken, from the first record that was not, as Kinesis does.
    async fn deliver(&mut self, records: &[Record]) {
        let mut left = records;
        while !left.is_empty() {
            let answer = self.invoke(&event(left)).await;
            let failures = match answer {
                Some(Answer::Done(body)) => serde_json::from_str::<Value>(&body).unwrap(),
                Some(Answer::Failed(_)) => {
                    self.failed += 1;
                    continue;
                }
                None => continue,
            };
            let failed = failures["batchItemFailures"].as_array().unwrap();
            self.failed += usize::from(!failed.is_empty());
            let first = failed.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap()).min();
            let Some(first) = first else { return };
            left = &left[left.iter().position(|(number, _)| number == first).unwrap()..];
        }
    }

    /// One invocation; nothing where the process is killed, at a request or after its answer.
    async fn invoke(&mut self, event: &str) -> Option<Answer> {
        let mut function = match self.function.take() {
            Some(function) => function,
            None => Function::start(BINARY, self.variables.clone()).await,
        };
        let dies = self.dice.u8(0..3) > 0;
        let moment = if self.dice.bool() { Moment::Before } else { Moment::After };
        let strike = (self.dice.usize(0..self.requests + 2), moment);
        self.weather.strike(dies.then_some(strike));
        let before = self.weather.requests();
        let answered = function.send(event, SECONDS);
        let answer = tokio::select! {
            () = self.weather.struck() => None,
            answer = tokio::time::timeout(std::time::Duration::from_secs(SECONDS as u64), answered) => answer.ok(),
        };
        self.weather.strike(None);
        let answer =
            answer.map(|answer| answer.unwrap_or_else(|_| panic!("died by itself: {}", function.logged())));
        // Lambda ends what is over its time.
        if dies || answer.is_none() {
            self.kills += 1;
            function.kill().await;
            return None;
        }
        self.requests = self.weather.requests() - before;
        self.function = Some(function);
        answer
    }

    fn told(&self) -> String {
        let (requests, met) = (self.weather.requests(), self.weather.met());
        format!(
            "{requests} requests, {} kills, {} invocations failed, faults {met:?}",
            self.kills, self.failed
        )
    }
}

async fn account(name: &str) -> Cloud {
    let cloud = cloud(name).await;
    for entry in std::fs::read_dir(scenario().join("intel")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        cloud.put(&name, std::fs::read(path).unwrap()).await;
    }
    cloud
}

fn variables<'a>(cloud: &'a Cloud, deliveries: &'a Deliveries) -> [(&'a str, &'a str); 2] {
    [("WEIR_FLOW_FORMAT", &deliveries.format), ("WEIR_INTEL_BUCKET", &cloud.stage)]
}

/// All documents. Those of who pushes where name entities in the order in which they were first seen, which is free among
/// the payloads of one event: of them only the bytes are compared, in any order.
async fn documents(cloud: &Cloud) -> BTreeMap<String, Vec<u8>> {
    let mut documents: BTreeMap<_, _> = cloud.documents().await.into_iter().collect();
    for (_, body) in documents.iter_mut().filter(|(name, _)| name.contains("/prevalence ")) {
        body.sort_unstable();
    }
    documents
}

/// How often each report was told: by incident, number and severity.
async fn alerts(cloud: &Cloud) -> BTreeMap<(String, u64, u64), usize> {
    let mut told: BTreeMap<_, usize> = BTreeMap::new();
    loop {
        let messages = cloud.messages(&cloud.alerts, 200).await;
        if messages.is_empty() {
            return told;
        }
        for message in messages {
            let ocsf: Value = serde_json::from_str(message["Message"].as_str().unwrap()).unwrap();
            let uid = ocsf["finding_info"]["uid"].as_str().unwrap().to_owned();
            let report = (uid, ocsf["count"].as_u64().unwrap(), ocsf["severity_id"].as_u64().unwrap());
            *told.entry(report).or_default() += 1;
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "who runs the test says how long")]
fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| {
        value.parse().unwrap_or_else(|_| panic!("{name} should be a number, found `{value}`"))
    })
}
