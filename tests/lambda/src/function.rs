//! The function's process.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

use crate::runtime_api::{Answer, RuntimeApi};

/// A running function.
pub struct Function {
    api: RuntimeApi,
    child: Child,
    out: Lines,
    log: Lines,
    invocations: u32,
}

type Lines = Arc<Mutex<Vec<String>>>;

/// The binary under test.
#[derive(Clone, Copy, Debug)]
pub struct Binary {
    /// Where it is: `env!("CARGO_BIN_EXE_…")`.
    pub path: &'static str,
    /// What Lambda calls the function.
    pub name: &'static str,
}

impl Binary {
    /// A start with nothing but these variables in its environment.
    pub fn command(self, variables: &[(String, String)]) -> Command {
        let mut command = Command::new(self.path);
        command
            .env_clear()
            .envs(variables.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}

impl Function {
    /// Starts the function and waits until it asks for its first event.
    pub async fn start(binary: Binary, mut variables: Vec<(String, String)>) -> Self {
        let api = RuntimeApi::start(binary.name).await;
        variables.push(("AWS_LAMBDA_RUNTIME_API".to_owned(), api.address.clone()));
        let mut child = binary.command(&variables).spawn().unwrap();
        let kept = kept(binary, child.id().unwrap_or_default());
        let out = lines(child.stdout.take().unwrap(), kept.clone());
        let log = lines(child.stderr.take().unwrap(), kept);
        let waiting = tokio::time::timeout(Duration::from_secs(60), api.polled()).await;
        assert!(waiting.is_ok(), "the function never polled: {:?}", log.lock().unwrap());
        Self { api, child, out, log, invocations: 0 }
    }

    /// Sends an event that has `seconds` and does not wait for the answer.
    pub fn send(&mut self, event: &str, seconds: i64) -> oneshot::Receiver<Answer> {
        self.invocations += 1;
        let id = format!("request-{}", self.invocations);
        self.api.invoke(&id, event, wall() + seconds * 1_000)
    }

    /// Sends an event and waits for the answer.
    pub async fn invoke(&mut self, event: &str) -> Answer {
        let answer = self.send(event, 60);
        let answer = tokio::time::timeout(Duration::from_secs(90), answer).await;
        answer.expect("no answer").unwrap_or_else(|_| panic!("died: {:?}", self.log.lock().unwrap()))
    }

    /// As [`invoke`](Self::invoke), for an event that has to succeed: its result.
    pub async fn succeed(&mut self, event: &str) -> Value {
        match self.invoke(event).await {
            Answer::Done(body) => serde_json::from_str(&body).unwrap(),
            Answer::Failed(error) => panic!("{error}; {:?}", self.log.lock().unwrap()),
        }
    }

    /// Ends the process as a crash would.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// The sum of a metric over all invocations that were answered.
    pub async fn metric(&self, name: &str) -> u64 {
        for _ in 0..100 {
            let lines = self.out.lock().unwrap().clone();
            if lines.len() >= self.invocations as usize {
                let value = |line: &String| serde_json::from_str::<Value>(line).unwrap()[name].as_u64();
                return lines.iter().filter_map(value).sum();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{} invocations, and metrics: {:?}", self.invocations, self.out.lock().unwrap());
    }

    /// The most memory that the process held at a time, in KiB.
    pub fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id().unwrap())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Whether it logs `what` within five seconds: who reads its log may be behind its answers.
    pub async fn says(&self, what: &str) -> bool {
        for _ in 0..100 {
            if self.logged().contains(what) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        false
    }

    /// All that was logged so far.
    pub fn logged(&self) -> String {
        self.log.lock().unwrap().join("\n")
    }
}

/// Wall time, milliseconds since the epoch.
#[expect(clippy::disallowed_methods, reason = "a test is the edge of the process")]
pub fn wall() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// Where `tests/lambda/logs.py` reads what all functions of a run wrote.
#[expect(clippy::disallowed_methods, reason = "the script that runs the tests says where logs are kept")]
fn kept(binary: Binary, process: u32) -> Option<Arc<File>> {
    let folder = PathBuf::from(std::env::var("WEIR_TEST_LOGS").ok()?);
    let path = folder.join(format!("{}-{process}-{}.log", binary.name, wall()));
    Some(Arc::new(File::options().create(true).append(true).open(path).unwrap()))
}

fn lines(stream: impl AsyncRead + Send + Unpin + 'static, file: Option<Arc<File>>) -> Lines {
    let kept = Lines::default();
    let lines = Arc::clone(&kept);
    tokio::spawn(async move {
        let mut reader = BufReader::new(stream).lines();
        while let Ok(Some(line)) = reader.next_line().await {
            if let Some(mut file) = file.as_deref() {
                writeln!(file, "{line}").unwrap();
            }
            lines.lock().unwrap().push(line);
        }
    });
    kept
}
