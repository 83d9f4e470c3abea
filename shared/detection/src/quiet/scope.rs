//! What a suppression or an override is about.

use std::net::IpAddr;

use serde::{Deserialize, Deserializer};
use weir_intel::Cidr;

use crate::finding::{Actor, Kernel, Remote, Role};
use crate::settings::matches;

/// What is about to be told, as far as a scope looks at it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Matter<'a> {
    /// The incident's id.
    pub incident: &'a str,
    /// Names of the entity: its own id, its instance, its interfaces.
    pub entity: &'a [&'a str],
    /// Its tags, `key=value`.
    pub tags: &'a [String],
    /// ATT&CK analytic.
    pub analytic: &'a str,
    /// The kernel that carries the verdict.
    pub kernel: Option<Kernel>,
    /// The remotes that show it.
    pub remotes: &'a [Remote],
    /// Programs and containers that are likely behind it.
    pub actors: &'a [Actor],
}

/// Members that are given must all match; of one member's values one must.
///
/// Of remotes all that the entity sends to must be in the networks or countries named, and of programs and containers all
/// that are suspected must be: else whatever else the entity does beside would go unsaid.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Scope {
    /// Instances, interfaces or hosts; an asterisk at the end stands for the rest.
    #[serde(deserialize_with = "listed")]
    pub entity: Vec<String>,
    /// Tags, `key=value`.
    #[serde(deserialize_with = "listed")]
    pub tag: Vec<String>,
    /// Ids of incidents.
    #[serde(deserialize_with = "listed")]
    pub incident: Vec<String>,
    /// Analytics, `AN0084`.
    #[serde(deserialize_with = "listed")]
    pub analytic: Vec<String>,
    /// Kernels, `relay`.
    #[serde(deserialize_with = "listed")]
    pub kernel: Vec<String>,
    /// Networks of the remotes.
    #[serde(deserialize_with = "listed")]
    pub cidr: Vec<String>,
    /// Numbers of the remotes' networks.
    #[serde(deserialize_with = "numbered")]
    pub asn: Vec<u32>,
    /// ISO 3166 countries of the remotes.
    #[serde(deserialize_with = "listed")]
    pub country: Vec<String>,
    /// Names or paths of programs; an asterisk at the end stands for the rest.
    #[serde(deserialize_with = "listed")]
    pub process: Vec<String>,
    /// Images of containers; an asterisk at the end stands for the rest.
    #[serde(deserialize_with = "listed")]
    pub image: Vec<String>,
}

impl Scope {
    /// What is wrong with it, in words; `None` where it can be used.
    pub(super) fn fault(&self) -> Option<String> {
        if *self == Self::default() {
            return Some(
                "expected a scope of at least one of entity, tag, incident, analytic, kernel, cidr, asn, country, process, image"
                    .to_owned(),
            );
        }
        let unknown = self.kernel.iter().find(|name| Kernel::ALL.iter().all(|have| have.name() != **name));
        if let Some(name) = unknown {
            let names: Vec<&str> = Kernel::ALL.iter().map(|kernel| kernel.name()).collect();
            return Some(format!("expected a kernel of {}, found {name:?}", names.join(", ")));
        }
        let network = self.cidr.iter().find(|text| text.parse::<Cidr>().is_err());
        network.map(|text| format!("expected a network such as 203.0.113.0/24, found {text:?}"))
    }

    /// Whether it looks at nothing but who the entity is.
    pub(super) const fn is_of_entities(&self) -> bool {
        self.incident.is_empty()
            && self.analytic.is_empty()
            && self.kernel.is_empty()
            && self.cidr.is_empty()
            && self.asn.is_empty()
            && self.country.is_empty()
            && self.process.is_empty()
            && self.image.is_empty()
    }

    /// Whether `case` is what it is about.
    #[must_use]
    pub fn holds(&self, case: &Matter<'_>) -> bool {
        let any = |given: &[String], is: &dyn Fn(&str) -> bool| {
            given.is_empty() || given.iter().any(|one| is(one.as_str()))
        };
        any(&self.entity, &|one| case.entity.iter().any(|name| matches(one, name)))
            && any(&self.tag, &|one| case.tags.iter().any(|tag| tag == one))
            && any(&self.incident, &|one| one == case.incident)
            && any(&self.analytic, &|one| one.eq_ignore_ascii_case(case.analytic))
            && any(&self.kernel, &|one| case.kernel.is_some_and(|kernel| kernel.name() == one))
            && self.holds_remotes(case.remotes)
            && all_are(&self.process, case.actors, |actor| [actor.path.as_deref(), actor.name.as_deref()])
            && all_are(&self.image, case.actors, |actor| {
                [actor.container.as_ref().and_then(|container| container.image.as_deref()), None]
            })
    }

    fn holds_remotes(&self, remotes: &[Remote]) -> bool {
        if self.cidr.is_empty() && self.asn.is_empty() && self.country.is_empty() {
            return true;
        }
        let networks: Vec<Cidr> = self.cidr.iter().filter_map(|text| text.parse().ok()).collect();
        let inside = |ip: IpAddr| networks.iter().any(|network| network.contains(ip));
        let named = |remote: &Remote| {
            (networks.is_empty() || inside(remote.ip))
                && (self.asn.is_empty() || remote.asn.is_some_and(|asn| self.asn.contains(&asn)))
                && (self.country.is_empty()
                    || remote.country.as_ref().is_some_and(|country| {
                        self.country.iter().any(|one| one.eq_ignore_ascii_case(country))
                    }))
        };
        // What is pulled from is as wide as the internet, for a relay and for a crawler alike.
        let mut sent_to = remotes.iter().filter(|remote| remote.role != Role::Origin).peekable();
        sent_to.peek().is_some() && sent_to.all(named)
    }
}

/// Whether there are programs or containers behind it, and each goes by one of these names: what else is suspected beside
/// one that is known would otherwise go unsaid.
fn all_are(names: &[String], actors: &[Actor], of: impl Fn(&Actor) -> [Option<&str>; 2]) -> bool {
    let named = |actor: &Actor| {
        of(actor).into_iter().flatten().any(|name| names.iter().any(|one| matches(one, name)))
    };
    names.is_empty() || !actors.is_empty() && actors.iter().all(named)
}

/// One value, or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> From<OneOrMany<T>> for Vec<T> {
    fn from(given: OneOrMany<T>) -> Self {
        match given {
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(many) => many,
        }
    }
}

fn listed<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    OneOrMany::deserialize(from).map(Into::into)
}

fn numbered<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u32>, D::Error> {
    OneOrMany::deserialize(from).map(Into::into)
}
