//! What is odd about how a program runs; by itself it is no finding.

use serde::{Deserialize, Serialize};
use weir_records::telemetry::{How, Process, base_name};

use super::Platform;

/// One odd thing.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Oddity {
    /// The executable is where anybody may write, and where installers do not put programs.
    Scratch,
    /// A folder or file whose name begins with a dot.
    Hidden,
    /// The executable was removed while it runs.
    Deleted,
    /// Run by a service that serves strangers.
    ServiceUser,
    /// Started by a web or database server.
    ServerParent,
    /// Started by an office program or a script host.
    OfficeParent,
    /// Nobody signed it.
    Unsigned,
    /// Its maker named it otherwise.
    Renamed,
    /// Set up as a service or a scheduled task.
    Persistent,
    /// The executable is in memory that is shared by name: nothing is installed there.
    Memory,
}

impl Oddity {
    /// Every one.
    pub const ALL: [Self; 10] = [
        Self::Scratch,
        Self::Hidden,
        Self::Deleted,
        Self::ServiceUser,
        Self::ServerParent,
        Self::OfficeParent,
        Self::Unsigned,
        Self::Renamed,
        Self::Persistent,
        Self::Memory,
    ];

    /// Whether nothing that is installed runs from there.
    #[must_use]
    pub const fn is_place(self) -> bool {
        matches!(self, Self::Scratch | Self::Hidden | Self::Memory)
    }

    /// Whether it is what becomes of a break-in: somebody that serves or opens what strangers send runs it.
    #[must_use]
    pub const fn is_foothold(self) -> bool {
        matches!(self, Self::ServiceUser | Self::ServerParent | Self::OfficeParent)
    }

    /// What it is worth, as context.
    #[must_use]
    pub const fn weight(self) -> f64 {
        match self {
            Self::Renamed | Self::ServerParent | Self::OfficeParent => 0.3,
            Self::Deleted | Self::Hidden | Self::ServiceUser | Self::Memory => 0.25,
            Self::Scratch | Self::Persistent => 0.2,
            Self::Unsigned => 0.1,
        }
    }

    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Scratch => "runs from a folder that anybody may write to",
            Self::Hidden => "runs from a hidden folder or under a hidden name",
            Self::Deleted => "its executable was removed",
            Self::ServiceUser => "runs as the user of a web or database server",
            Self::ServerParent => "was started by a web or database server",
            Self::OfficeParent => "was started by an office program or a script host",
            Self::Unsigned => "is not signed",
            Self::Renamed => "its maker gave it another name",
            Self::Memory => "runs from shared memory, where nothing is installed",
            Self::Persistent => "was set up as a service or a scheduled task",
        }
    }
}

/// Folders that anybody may write to, lower case.
const SCRATCH: [&str; 10] = [
    "/tmp/",
    "/var/tmp/",
    "/private/tmp/",
    "/users/shared/",
    "/volumes/",
    "\\windows\\temp\\",
    "\\appdata\\local\\temp\\",
    "\\users\\public\\",
    "\\perflogs\\",
    "\\$recycle.bin\\",
];

/// Memory that is shared by name, or has none, lower case.
const MEMORY: [&str; 4] = ["/dev/shm/", "/run/shm/", "/memfd:", "memfd:"];

/// Hidden folders of a home that hold runtimes and tools of developers.
const RUNTIMES: [&str; 12] = [
    "cargo",
    "local",
    "nvm",
    "rbenv",
    "pyenv",
    "vscode",
    "vscode-server",
    "docker",
    "npm",
    "rustup",
    "dotnet",
    "bun",
];

/// Users whose programs serve strangers; numbers are those of Debian and Red Hat.
const SERVICE_USERS: [&str; 15] = [
    "www-data",
    "apache",
    "nginx",
    "httpd",
    "tomcat",
    "postgres",
    "mysql",
    "redis",
    "mongodb",
    "oracle",
    "elasticsearch",
    "jetty",
    "_www",
    "33",
    "48",
];

/// Programs that serve strangers and start others where somebody broke in.
const SERVERS: [&str; 16] = [
    "apache2",
    "httpd",
    "nginx",
    "php-fpm",
    "php",
    "java",
    "tomcat",
    "node",
    "mysqld",
    "postgres",
    "redis-server",
    "w3wp.exe",
    "sqlservr.exe",
    "httpd.exe",
    "tomcat9.exe",
    "java.exe",
];

/// Programs that open documents or run scripts that came with them.
const OFFICE: [&str; 9] = [
    "winword.exe",
    "excel.exe",
    "powerpnt.exe",
    "outlook.exe",
    "mshta.exe",
    "wscript.exe",
    "cscript.exe",
    "regsvr32.exe",
    "rundll32.exe",
];

/// A path without the hidden folder of a home that it is in: programs that people install for themselves are there, such
/// as runtimes, browsers, games and clients that sync.
fn outside_home(path: &str) -> &str {
    let home = ["/home/", "/users/", "/root/"].iter().find_map(|root| path.strip_prefix(root));
    let Some(home) = home else { return path };
    let within =
        if path.starts_with("/root/") { home } else { home.split_once('/').map_or("", |(_, rest)| rest) };
    match within.strip_prefix('.').and_then(|rest| rest.split_once('/')) {
        // Of the superuser, who is what a break-in ends as, only what runtimes and their managers use.
        Some((folder, rest)) if !path.starts_with("/root/") || RUNTIMES.contains(&folder) => rest,
        _ => within,
    }
}

/// What is odd about a process.
pub(super) fn oddities(process: &Process, how: Option<How>, platform: Option<Platform>) -> Vec<Oddity> {
    let path = process.path.as_deref().unwrap_or_default();
    let lower = path.to_ascii_lowercase();
    let user = process.user.as_deref().unwrap_or_default().to_ascii_lowercase();
    let parent = process.parent.as_ref().and_then(|parent| parent.path.as_deref().or(parent.name.as_deref()));
    let parent = parent.map(|path| base_name(path).to_ascii_lowercase()).unwrap_or_default();
    // An AppImage mounts itself under a hidden folder of /tmp.
    let lower = lower.strip_prefix("/tmp/.mount_").unwrap_or(&lower);
    let is_in = |root: &&str| match root.strip_prefix('\\') {
        Some(_) => lower.contains(*root),
        None => lower.starts_with(*root),
    };
    let is_hidden = |part: &str| part.len() > 1 && part.starts_with('.') && part != "..";
    let hidden = outside_home(lower).split('/').any(is_hidden);
    let renamed = process.original_name.as_deref().is_some_and(|original| {
        let stem = |name: &str| {
            name.to_ascii_lowercase().trim_end_matches(".exe").trim_end_matches(".dll").to_owned()
        };
        !path.is_empty() && stem(original) != stem(base_name(path))
    });
    let unsigned = match &process.signature {
        Some(signature) => {
            signature.valid == Some(false)
                || !signature.platform && signature.team.is_none() && signature.signer.is_none()
        }
        None => false,
    };
    let server = SERVERS.contains(&parent.as_str()) && (platform != Some(Platform::MacOs));
    [
        (SCRATCH.iter().any(is_in), Oddity::Scratch),
        (hidden, Oddity::Hidden),
        (path.ends_with(" (deleted)"), Oddity::Deleted),
        (SERVICE_USERS.contains(&user.as_str()) || user.starts_with("iis apppool\\"), Oddity::ServiceUser),
        (server, Oddity::ServerParent),
        (OFFICE.contains(&parent.as_str()), Oddity::OfficeParent),
        (unsigned, Oddity::Unsigned),
        (renamed, Oddity::Renamed),
        (matches!(how, Some(How::Service | How::Task)), Oddity::Persistent),
        (MEMORY.iter().any(is_in), Oddity::Memory),
    ]
    .into_iter()
    .filter_map(|(is, oddity)| is.then_some(oddity))
    .collect()
}
