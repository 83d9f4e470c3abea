//! A program that runs.

use serde::{Deserialize, Serialize};

/// A process, as far as the log knows it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Process {
    /// Process id.
    pub pid: Option<u64>,
    /// Id that is never used twice: Sysmon's process GUID, without braces, in lower case.
    pub uid: Option<String>,
    /// Base name of the executable, or what the log calls the process.
    pub name: Option<String>,
    /// Path of the executable.
    pub path: Option<String>,
    /// The arguments in one line.
    pub cmd_line: Option<String>,
    /// The arguments one by one, where the log keeps them apart; the first is what the program was called.
    pub args: Vec<String>,
    /// Names of the environment variables: never their values, which hold secrets.
    pub env: Vec<String>,
    /// Who runs it.
    pub user: Option<String>,
    /// File name that the maker compiled into the executable (Windows): a renamed program keeps it.
    pub original_name: Option<String>,
    /// Company that the executable claims to be from: not checked by anybody.
    pub company: Option<String>,
    /// SHA-256 of the executable, lower case hex.
    pub sha256: Option<String>,
    /// Who signed the executable.
    pub signature: Option<Signature>,
    /// The process that started it.
    pub parent: Option<Box<Self>>,
}

/// Who signed an executable, as the operating system checked it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Signature {
    /// Signed and valid; `None` where the log does not say.
    pub valid: Option<bool>,
    /// Signing id or certificate subject.
    pub signer: Option<String>,
    /// Team or developer id.
    pub team: Option<String>,
    /// Part of the operating system.
    pub platform: bool,
}

/// How a program came to run.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub enum How {
    /// It was started.
    #[default]
    Started,
    /// It was seen running.
    Running,
    /// It was set up as a service.
    Service,
    /// It was set up as a scheduled task.
    Task,
}

/// A program was started, was seen running, or was set up to be started.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Launch {
    /// Milliseconds since the epoch.
    pub time: i64,
    /// How.
    pub how: How,
    /// The program.
    pub process: Process,
}

impl Process {
    /// A process of this path, named after it.
    pub fn at(path: Option<&str>) -> Self {
        Self {
            name: path.map(|path| base_name(path).to_owned()),
            path: path.map(ToOwned::to_owned),
            ..Self::default()
        }
    }

    /// The process, if anything is known of it.
    pub fn known(self) -> Option<Self> {
        (self != Self::default()).then_some(self)
    }

    /// Sets the arguments, and their line where there is none.
    pub fn with_args(mut self, args: Vec<String>) -> Self {
        if self.cmd_line.is_none() && !args.is_empty() {
            self.cmd_line = Some(args.join(" "));
        }
        self.args = args;
        self
    }
}

/// What follows the last separator of a Unix or Windows path.
pub fn base_name(path: &str) -> &str {
    let path = path.trim_end_matches(['/', '\\']);
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
