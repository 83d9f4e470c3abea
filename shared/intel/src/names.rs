//! Names that only proxyware looks up.

use std::sync::LazyLock;

use foldhash::HashMap;

/// What a name is for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum NameKind {
    /// Where a node gets its orders, or reports.
    Control,
    /// A resolver over HTTPS: whoever uses one looks names up where no log sees it.
    Doh,
    /// A zone that serves nothing else.
    Suffix,
    /// Where a node's relayed traffic goes through.
    Tunnel,
}

impl NameKind {
    /// What one lookup says, in [0, 1]; nothing for a resolver.
    #[must_use]
    pub const fn score(self) -> f32 {
        match self {
            Self::Tunnel => 0.95,
            Self::Control | Self::Suffix => 0.8,
            Self::Doh => 0.0,
        }
    }
}

/// A name of the list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Name {
    /// The name, in lower case, without a final dot.
    pub name: &'static str,
    /// What it is for.
    pub kind: NameKind,
    /// Who looks it up, such as `packetstream`.
    pub tool: &'static str,
    /// How well it is supported: `verified`, `corroborated` or `general`.
    pub evidence: &'static str,
}

static NAMES: LazyLock<HashMap<&'static str, Name>> = LazyLock::new(|| {
    let lines = include_str!("names/proxyware.txt").lines();
    lines.filter_map(read).map(|name| (name.name, name)).collect()
});

/// The entry that a name, in lower case and without a final dot, is or ends in, label by label; the longest of them.
#[must_use]
pub fn find(name: &str) -> Option<Name> {
    let mut rest = Some(name);
    while let Some(suffix) = rest {
        if let Some(found) = NAMES.get(suffix) {
            return Some(*found);
        }
        rest = suffix.split_once('.').map(|(_, shorter)| shorter);
    }
    None
}

/// One line of the list; `None` for a comment.
fn read(line: &'static str) -> Option<Name> {
    let mut fields = line.split_ascii_whitespace();
    let kind = match fields.next()? {
        "control" => NameKind::Control,
        "doh" => NameKind::Doh,
        "suffix" => NameKind::Suffix,
        "tunnel" => NameKind::Tunnel,
        _ => return None,
    };
    Some(Name { kind, name: fields.next()?, tool: fields.next()?, evidence: fields.next()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_matches_itself_and_what_ends_in_it_label_by_label() {
        for (name, found) in [
            ("proxy.packetstream.io", Some(("packetstream", NameKind::Tunnel))),
            ("eu.proxy.packetstream.io", Some(("packetstream", NameKind::Tunnel))),
            ("my-proxy.packetstream.io", None),
            // The web site of the service: people read it.
            ("packetstream.io", None),
            ("proxyjs.brdtnet.com", Some(("earnapp", NameKind::Tunnel))),
            ("zproxy.brdtnet.com", Some(("earnapp", NameKind::Suffix))),
            ("notbrdtnet.com", None),
            ("dns.google", Some(("doh", NameKind::Doh))),
            ("io", None),
            ("", None),
        ] {
            assert_eq!(find(name).map(|name| (name.tool, name.kind)), found, "{name}");
        }
    }

    #[test]
    fn every_line_of_the_list_is_whole_and_says_where_it_is_from() {
        let text = include_str!("names/proxyware.txt");
        let lines: Vec<_> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        assert!(lines.len() > 80, "{}", lines.len());
        assert_eq!(NAMES.len(), lines.len(), "a line that is not read, or a name twice");
        for line in lines {
            let fields: Vec<_> = line.split_ascii_whitespace().collect();
            let [_, name, _, evidence, sources] = fields[..] else { panic!("{line}") };
            assert!(
                name.contains('.') && name.to_ascii_lowercase() == name && !name.ends_with('.'),
                "{line}"
            );
            assert!(["verified", "corroborated", "general"].contains(&evidence), "{line}");
            for source in sources.split(',') {
                assert!(text.contains(&format!("\n#   {source}: ")), "{line}");
            }
        }
    }
}
