//! Which roles there are and which of them a world gets.

use crate::scenario::dice::Dice;

/// Roles in order of importance: a small world gets the first ones.
const DECK: [&str; 42] = [
    "idle",
    "web",
    "crawler",
    "fetch-load",
    "ci",
    "backup",
    "backup-s3",
    "kubernetes",
    "api",
    "mirror",
    "queue",
    "mail",
    "dns",
    "scraper-s3",
    "turn",
    "autoscaled",
    "release",
    "fetch-load-new",
    "webhook-sender",
    "export",
    "web-tor",
    "database",
    "vpn",
    "prober",
    "autoscaled",
    "bastion",
    "webhook-receiver",
    "etl",
    "wanderer",
    "idle",
    "replica",
    "ntp",
    "migration",
    "web",
    "log-heavy",
    "kubernetes",
    "api",
    "queue",
    "wanderer",
    "ci",
    "autoscaled",
    "metrics-heavy",
];

/// Roles on which a hijack may land by chance.
const LIKELY: [&str; 12] = [
    "idle",
    "web",
    "api",
    "kubernetes",
    "ci",
    "queue",
    "wanderer",
    "scraper-s3",
    "database",
    "log-heavy",
    "webhook-receiver",
    "backup",
];

/// The role of the n-th ordinary host.
pub(super) fn deck(n: usize, dice: &mut Dice) -> &'static str {
    DECK.get(n).copied().unwrap_or_else(|| *dice.pick::<&str>(&DECK))
}

/// A role for a victim.
pub(super) fn likely(dice: &mut Dice) -> &'static str {
    dice.pick::<&str>(&LIKELY)
}

/// Whether a host of this role can live behind the NAT.
pub(super) fn may_be_private(role: &str) -> bool {
    const PUBLIC: [&str; 14] = [
        "web",
        "web-tor",
        "mirror",
        "mail",
        "dns",
        "ntp",
        "turn",
        "vpn",
        "bastion",
        "webhook-receiver",
        "release",
        "autoscaled",
        "crawler",
        "kubernetes",
    ];
    !PUBLIC.contains(&role)
}

/// What people call hosts of a role.
pub(super) fn family(role: &str) -> &'static str {
    match role {
        "web" | "web-tor" | "release" | "autoscaled" => "web",
        "api" | "queue" | "webhook-sender" | "webhook-receiver" | "wanderer" => "app",
        "crawler" | "fetch-load" | "fetch-load-new" | "scraper-s3" | "etl" => "data",
        "kubernetes" => "node",
        "database" | "replica" | "backup" | "backup-s3" => "db",
        _ => "ops",
    }
}
