//! What to do next, with commands that can be pasted.
//!
//! Only identifiers that are exactly what they claim to be stand in a command: the rest came from a log line, and a
//! shell would run what it says. A placeholder in capitals stands in for them.

use weir_detection::finding::{Activity, Finding, Kernel};

use crate::guidance::guidance;
use crate::plain;

/// One step: what, and the command that does it, an argument with its value a part.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// What to do.
    pub text: String,
    /// Parts of a command line, to be broken only between them.
    pub command: Vec<String>,
}

/// The steps for a finding, first things first.
pub(crate) fn steps(finding: &Finding) -> Vec<Step> {
    let advice = guidance(finding.kernel);
    let entity = Entity::of(finding);
    let quiet = Step {
        text: format!(
            "If it is meant ({}): \"Quiet\" in the runbook says how to keep it quiet.",
            advice.benign
        ),
        command: Vec::new(),
    };
    if finding.kernel == Kernel::Blinding {
        // There is no host to look at: the caller is what is to be cut off.
        return vec![
            Step { text: format!("See who it was: {}.", advice.check), command: entity.calls() },
            Step {
                text: "If it is not meant: take the caller's rights, then put back what was taken."
                    .to_owned(),
                command: Vec::new(),
            },
            quiet,
        ];
    }
    let is_in_aws = finding.host.is_none() || entity.instance.is_some() || entity.interface.is_some();
    let aws = |command: Vec<String>| if is_in_aws { command } else { Vec::new() };
    if finding.activity == Activity::Close {
        return vec![
            Step {
                text: "If somebody stopped it: write down what it was, and close the ticket.".to_owned(),
                command: Vec::new(),
            },
            Step {
                text:
                    "If nobody did: it may sleep. See whether the machine is still there and what runs on it."
                        .to_owned(),
                command: aws(entity.describe()),
            },
        ];
    }
    vec![
        Step { text: "See what it is and who owns it.".to_owned(), command: aws(entity.describe()) },
        Step { text: format!("On the host: {}.", advice.check), command: Vec::new() },
        if is_in_aws {
            Step { text: isolation(finding.subject.interfaces.len()), command: entity.isolate() }
        } else {
            let text = "If it is not meant: stop it, keep its file, and take the host off the network.";
            Step { text: text.to_owned(), command: Vec::new() }
        },
        Step { command: entity.declare(finding.kernel), ..quiet },
    ]
}

/// The same command on one line.
pub(crate) fn one_line(command: &[String]) -> String {
    command.join(" ")
}

/// What a command may name.
struct Entity<'a> {
    region: Option<&'a str>,
    instance: Option<&'a str>,
    interface: Option<&'a str>,
}

impl<'a> Entity<'a> {
    fn of(finding: &'a Finding) -> Self {
        let subject = &finding.subject;
        Self {
            region: subject.region.as_deref().and_then(plain::region),
            instance: subject.instance.as_deref().and_then(|id| plain::resource_id(id, "i-")),
            interface: subject.interfaces.iter().find_map(|id| plain::resource_id(id, "eni-")),
        }
    }

    fn describe(&self) -> Vec<String> {
        match (self.instance, self.interface) {
            (Some(instance), _) => self.ec2("describe-instances", vec![format!("--instance-ids {instance}")]),
            (None, interface) => {
                let interface = interface.unwrap_or("ENI_ID");
                self.ec2("describe-network-interfaces", vec![format!("--network-interface-ids {interface}")])
            }
        }
    }

    /// By interface where one is known: an instance with several refuses a change of its groups as a whole.
    fn isolate(&self) -> Vec<String> {
        let target = match (self.interface, self.instance) {
            (Some(interface), _) => format!("--network-interface-id {interface}"),
            (None, Some(instance)) => {
                return self.ec2(
                    "modify-instance-attribute",
                    vec![format!("--instance-id {instance}"), "--groups SG_WITHOUT_EGRESS".to_owned()],
                );
            }
            (None, None) => "--network-interface-id ENI_ID".to_owned(),
        };
        self.ec2("modify-network-interface-attribute", vec![target, "--groups SG_WITHOUT_EGRESS".to_owned()])
    }

    /// The latest changes in the account.
    fn calls(&self) -> Vec<String> {
        let region = self.region.map(|region| format!("--region {region}"));
        let changes = "--lookup-attributes AttributeKey=ReadOnly,AttributeValue=false".to_owned();
        std::iter::once("aws cloudtrail lookup-events".to_owned()).chain(region).chain([changes]).collect()
    }

    /// The tag that `roles/declared` takes for "by design", where that role is what was seen.
    fn declare(&self, kernel: Kernel) -> Vec<String> {
        let role = match kernel {
            Kernel::Relay => "relay",
            Kernel::ServedRelay => "proxy",
            Kernel::Intel => "vpn",
            _ => return Vec::new(),
        };
        let instance = self.instance.unwrap_or("INSTANCE_ID");
        self.ec2(
            "create-tags",
            vec![format!("--resources {instance}"), format!("--tags Key=role,Value={role}")],
        )
    }

    fn ec2(&self, action: &str, arguments: Vec<String>) -> Vec<String> {
        let region = self.region.map(|region| format!("--region {region}"));
        std::iter::once(format!("aws ec2 {action}")).chain(region).chain(arguments).collect()
    }
}

/// One interface left open leaves the entity open.
fn isolation(interfaces: usize) -> String {
    let each = match interfaces {
        0 | 1 => String::new(),
        several => format!(", each of its {several} interfaces"),
    };
    format!("If it is not meant: cut it off with a security group that lets nothing out{each}.")
}
