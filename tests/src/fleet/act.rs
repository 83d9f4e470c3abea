//! What happens on a host, before any log writes it down.

use std::net::IpAddr;
use std::rc::Rc;

/// A program as it is installed, and who runs it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Program {
    /// Whole path of the executable.
    pub path: String,
    /// Account that it runs under, as the platform names it.
    pub user: String,
    /// Path of what started it.
    pub parent: String,
    /// Company in the version resource (Windows).
    pub company: &'static str,
    /// Original name in the version resource (Windows), where it differs from the file's.
    pub original: Option<&'static str>,
    /// Who signed it (macOS).
    pub signed: Signed,
    /// The container that it runs in.
    pub pod: Option<Rc<Pod>>,
}

/// Who signed a program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Signed {
    /// Part of the operating system.
    Apple,
    /// A developer with a team.
    Team(&'static str),
    /// By the linker or by nobody in particular, as Homebrew's and self-built programs are.
    AdHoc,
    /// Not at all.
    #[default]
    Nobody,
}

/// A container with a network namespace of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pod {
    /// Container id, 64 hex digits.
    pub id: String,
    /// Name.
    pub name: String,
    /// Image with its tag.
    pub image: String,
    /// Command of the image.
    pub command: String,
    /// Id of the container whose network namespace it shares.
    pub within: Option<String>,
    /// Born and gone, seconds since the epoch.
    pub lives: (i64, i64),
}

/// One thing that happens.
#[derive(Debug, Clone)]
pub struct Act {
    /// When it begins, seconds since the epoch.
    pub at: i64,
    /// Who does it.
    pub program: Rc<Program>,
    /// What.
    pub what: What,
}

/// What happens.
#[derive(Debug, Clone)]
pub enum What {
    /// The program is started with arguments.
    Start(Vec<String>),
    /// It is set up as a service.
    Service,
    /// It is set up as a scheduled task.
    Task,
    /// One connection that it dials.
    Talk(Talk),
}

/// One connection.
#[derive(Debug, Clone, Copy)]
pub struct Talk {
    /// Other end.
    pub remote: IpAddr,
    /// Its port.
    pub port: u16,
    /// How long it lasts, seconds.
    pub lasts: i64,
    /// Bytes sent.
    pub sent: u64,
    /// Bytes received.
    pub received: u64,
    /// No log of dials shows it, counters do: somebody else dialled, or it goes on over a session that is open.
    pub unseen: bool,
}
