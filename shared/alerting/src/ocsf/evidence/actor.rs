//! Programs and containers among the evidence.

use serde::Serialize;
use weir_detection::finding::{Actor, ActorContainer};

use super::{Data, Evidence};
use crate::names::given;

/// `evidences[].actor`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActorOut {
    /// The program.
    pub process: ProcessOut,
}

/// `process`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProcessOut {
    /// Base name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Process id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u64>,
    /// What it is known by where no id is: its path, else its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// Executable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileOut>,
    /// Who runs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<UserOut>,
}

/// `file`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileOut {
    /// Base name.
    pub name: String,
    /// Path.
    pub path: String,
    /// 1: regular file.
    pub type_id: u8,
}

/// `user`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UserOut {
    /// Name or number.
    pub name: String,
}

/// `container`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ContainerOut {
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Id, or a pod's uid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// Image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageOut>,
}

/// `image`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ImageOut {
    /// Reference, as the log names it.
    pub name: String,
    /// The same: OCSF asks for it.
    pub uid: String,
}

/// `evidences[].data` of a program or container.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActorData {
    /// `actor`.
    pub role: &'static str,
    /// Id of the tool in the catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// Who signed it, or claims to have made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    /// Name of what started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Kubernetes namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Bytes that it sent, where they were counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_out: Option<u64>,
    /// Bytes that it received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_in: Option<u64>,
    /// First seen.
    pub first_seen_time: i64,
    /// Last seen.
    pub last_seen_time: i64,
    /// Why it is named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<String>,
}

/// One program or container.
pub(super) fn evidence(actor: &Actor) -> Evidence {
    let owned = |text: &Option<String>| given(text).map(str::to_owned);
    let name = owned(&actor.name);
    let path = owned(&actor.path);
    let known = path.clone().or_else(|| name.clone());
    let process = (actor.pid.is_some() || known.is_some()).then(|| ProcessOut {
        file: path.map(|path| FileOut {
            name: name.clone().unwrap_or_else(|| path.clone()),
            path,
            type_id: 1,
        }),
        name: name.clone(),
        pid: actor.pid,
        uid: known.filter(|_| actor.pid.is_none()),
        user: owned(&actor.user).map(|name| UserOut { name }),
    });
    Evidence {
        src_endpoint: None,
        dst_endpoint: None,
        connection_info: None,
        actor: process.map(|process| ActorOut { process }),
        container: actor.container.as_ref().and_then(container),
        data: Data::Actor(ActorData {
            role: "actor",
            tool: owned(&actor.tool),
            signer: owned(&actor.signer),
            parent: owned(&actor.parent),
            namespace: actor.container.as_ref().and_then(|container| owned(&container.namespace)),
            bytes_out: actor.bytes_out,
            bytes_in: actor.bytes_in,
            first_seen_time: actor.first,
            last_seen_time: actor.last,
            facts: actor.facts.iter().filter(|fact| !fact.is_empty()).cloned().collect(),
        }),
    }
}

fn container(container: &ActorContainer) -> Option<ContainerOut> {
    let owned = |text: &Option<String>| given(text).map(str::to_owned);
    let (name, uid) = (owned(&container.name), owned(&container.uid));
    let image = owned(&container.image).map(|name| ImageOut { uid: name.clone(), name });
    (name.is_some() || uid.is_some()).then_some(ContainerOut { name, uid, image })
}
