//! What each kernel's verdict means, what else it may be, and what to look at first.

use weir_detection::finding::Kernel;

/// Advice that goes with a kernel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guidance {
    /// The behaviour, as a noun phrase.
    pub behaviour: &'static str,
    /// The first thing to check on the entity.
    pub check: &'static str,
    /// The benign explanation met most often.
    pub benign: &'static str,
}

/// The advice for a kernel.
pub(crate) const fn guidance(kernel: Kernel) -> Guidance {
    match kernel {
        Kernel::Volume => Guidance {
            behaviour: "sustained egress above what is usual for it",
            check: "find the process behind the largest remote (ss -tnp, then its binary and parent)",
            benign: "a release, a migration or an export that its owner knows of",
        },
        Kernel::Relay => Guidance {
            behaviour: "back-connect relay: what it pulls from many origins leaves to few gateways",
            check: "look for a proxyware client: the process that holds the gateway connections (ss -tnp), containers, cron",
            benign: "a crawler or fetch job that hands its results to a collector outside your networks",
        },
        Kernel::ServedRelay => Guidance {
            behaviour: "open or rented proxy: what it pulls leaves to clients of a port that it serves",
            check: "find what listens on the served port (ss -ltnp) and which security group rule lets clients in",
            benign: "a proxy, VPN or TURN server run on purpose: declare its role in the settings",
        },
        Kernel::Session => Guidance {
            behaviour: "frequent reuse of long sessions with an unusual remote",
            check: "find the process that holds the session (ss -tnp) and since when it runs",
            benign: "a new monitoring agent, a message broker or a remote-support tool",
        },
        Kernel::Scan => Guidance {
            behaviour: "scan: many destinations that do not answer",
            check: "look for scanners (masscan, zmap, nmap) and fresh binaries; ask which credentials the host holds",
            benign: "an approved vulnerability scan, or a client of a service that was switched off",
        },
        Kernel::Flood => Guidance {
            behaviour: "flood: attack-sized packets at a rate that nobody answers",
            check: "isolate first, then look for the sending process; expect an abuse report from AWS",
            benign: "a load test, or a game or media server whose clients have gone",
        },
        Kernel::Intel => Guidance {
            behaviour: "own traffic with listed anonymity, VPN or proxy addresses",
            check: "find the process that dials the listed addresses (ss -tnp)",
            benign: "a VPN that is in use on purpose, or a list that is out of date",
        },
        Kernel::Name => Guidance {
            behaviour: "lookups of names that only proxyware uses",
            check: "find the process that asks (ss -tnp to the name's addresses, containers, cron) and who started it",
            benign: "a responder or a tool that checks names, or a resolver that asks for other hosts",
        },
        Kernel::Torrent => Guidance {
            behaviour: "peer-to-peer exchange with many peers on unprivileged ports",
            check: "look for torrent or bandwidth-sharing clients and for large files under download folders",
            benign: "a peer-to-peer application run on purpose, such as a blockchain node",
        },
        Kernel::Upload => Guidance {
            behaviour: "sustained upload to a destination that is new here and that no other host uses",
            check: "find what was sent: the process, its user, and the files that it read",
            benign: "a first backup or an export to a new partner",
        },
        Kernel::Dormant => Guidance {
            behaviour: "upload from a host that had been silent for days",
            check: "find who logged in or what was deployed just before it woke",
            benign: "a host put into service, or a seasonal job",
        },
        Kernel::Blinding => Guidance {
            behaviour: "calls that take what Weir sees by: flow logs, filters, settings, tables, topics or functions",
            check: "ask the caller's owner, then see what else the key did in the hours around it",
            benign: "a redeployment or a clean-up by hand: declare the deployment role in cloudtrail/automation",
        },
        Kernel::Program => Guidance {
            behaviour: "a program that bandwidth is sold, scanned or flooded with, where it runs",
            check: "look at the process, its parent and its file (ps -ef, then the owner of the path), and stop what starts it",
            benign: "a tool that its owner runs on purpose, such as a proxy of one's own or an approved scan",
        },
        Kernel::Container => Guidance {
            behaviour: "a container whose image, environment or structure is that of proxyware",
            check: "see who created it (docker inspect, kubectl describe), what mounts and keys it has, and what else they created",
            benign: "an image that its owner runs on purpose: name it in an0083/image-name/allow",
        },
        Kernel::SlowGrowth => Guidance {
            behaviour: "egress to one unshared destination that grows day by day",
            check: "compare today's transfers with last week's: which process, which files",
            benign: "a data set that grows, sent by a nightly job",
        },
    }
}
