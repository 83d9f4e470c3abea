//! The one list of settings: path, place, what is allowed, meaning.

mod slot;

pub use slot::Kind;
use slot::Slot;

use super::{fault::ValueError, tree::Settings};

/// One setting.
pub struct Entry {
    /// Its path below `/weir/<stage>/`.
    pub path: &'static str,
    /// What it does, in one sentence.
    pub meaning: &'static str,
    /// The mutable element of the ATT&CK analytic that it is part of.
    pub attack: Option<&'static str>,
    slot: Slot,
}

impl Entry {
    /// What sort of value it takes.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.slot.kind()
    }

    /// What is allowed, in words.
    #[must_use]
    pub fn range(&self) -> String {
        self.slot.range()
    }

    /// Its default as it would be written in a file.
    #[must_use]
    pub fn default_text(&self) -> String {
        self.render(&Settings::default())
    }

    /// Its value in `settings` as it would be written in a file.
    #[must_use]
    pub fn render(&self, settings: &Settings) -> String {
        self.slot.render(settings)
    }

    /// Reads `text` into its place in `settings`.
    ///
    /// # Errors
    /// Another form, another unit or out of range; `settings` is then unchanged.
    pub fn apply(&self, settings: &mut Settings, text: &str) -> Result<(), ValueError> {
        self.slot.apply(settings, text.trim())
    }
}

/// Every setting, by analytic, then the shared ones.
#[must_use]
pub fn registry() -> &'static [Entry] {
    REGISTRY
}

const INSTANCE_TYPE: Option<&str> = Some("InstanceType");
const EGRESS: Option<&str> = Some("TrafficEgressThreshold");
const TIME_WINDOW: Option<&str> = Some("TimeWindow");
const COUNTRY: Option<&str> = Some("DestinationCountry");
const PROCESS: Option<&str> = Some("ProcessName");
const TOOL: Option<&str> = Some("ToolPattern");
const RATE: Option<&str> = Some("TrafficRateThreshold");
const SIGNED: Option<&str> = Some("ProcessSignedStatus");
const DATA_RATE: Option<&str> = Some("DataRateThreshold");
const CONTAINER: Option<&str> = Some("ContainerBaselineNetworkUsage");
const IMAGE: Option<&str> = Some("ImageName");

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const TB: u64 = 1_000_000_000_000;

const fn entry(path: &'static str, slot: Slot, attack: Option<&'static str>, meaning: &'static str) -> Entry {
    Entry { path, meaning, attack, slot }
}

#[rustfmt::skip]
static REGISTRY: &[Entry] = &[
    entry("an0080/mode", Slot::Mode(|s| &mut s.an0080.mode), None,
        "Whether findings about Windows hosts alert, are only recorded, or are not made at all."),
    entry("an0080/time-window", Slot::Duration(|s| &mut s.an0080.time_window, MINUTE, HOUR), TIME_WINDOW,
        "Time in which the starts of one network tool are counted as a burst, in steps of 5 minutes."),
    entry("an0080/destination-country/allow", Slot::Countries(|s| &mut s.an0080.destination_country.allow), COUNTRY,
        "The only countries that programs usually send to, so that any other is odd; `none` for no such rule."),
    entry("an0080/destination-country/deny", Slot::Countries(|s| &mut s.an0080.destination_country.deny), COUNTRY,
        "Countries that it is odd to send to."),
    entry("an0080/process-name/allow", Slot::Words(|s| &mut s.an0080.process_name.allow), PROCESS,
        "Paths of programs that are no finding, whatever they are called."),
    entry("an0080/process-name/extra", Slot::Words(|s| &mut s.an0080.process_name.extra), PROCESS,
        "Names of programs that count like proxyware of the catalogue."),
    entry("an0080/process-name/child-burst", Slot::Count(|s| &mut s.an0080.process_name.child_burst, 2, 10_000), PROCESS,
        "Starts of one network tool within the time window, from which they are a burst."),
    entry("an0081/mode", Slot::Mode(|s| &mut s.an0081.mode), None,
        "Whether findings about Linux hosts alert, are only recorded, or are not made at all."),
    entry("an0081/tool-pattern/extra", Slot::Words(|s| &mut s.an0081.tool_pattern.extra), TOOL,
        "Names of programs that count like proxyware of the catalogue."),
    entry("an0081/tool-pattern/disabled", Slot::Words(|s| &mut s.an0081.tool_pattern.disabled), TOOL,
        "Ids of tools of the catalogue that do not count on Linux hosts."),
    entry("an0081/traffic-rate-threshold/rate",
        Slot::Rate(|s| &mut s.an0081.traffic_rate_threshold.rate, 1_000, 1_000_000_000_000), RATE,
        "Rate that a host or program sends at, from which a tool of honest users matters."),
    entry("an0081/traffic-rate-threshold/k-of-m", Slot::KofM(|s| &mut s.an0081.traffic_rate_threshold.k_of_m, 12), RATE,
        "In how many of the last 5-minute buckets the rate must be reached."),
    entry("an0081/traffic-rate-threshold/min-bytes",
        Slot::Hourly(|s| &mut s.an0081.traffic_rate_threshold.min_bytes, 0, 1_000 * TB), RATE,
        "Bytes an hour below which the rate does not matter."),
    entry("an0082/mode", Slot::Mode(|s| &mut s.an0082.mode), None,
        "Whether findings about macOS hosts alert, are only recorded, or are not made at all."),
    entry("an0082/process-signed-status/allow-team",
        Slot::Words(|s| &mut s.an0082.process_signed_status.allow_team), SIGNED,
        "Developer teams whose programs may send what they like."),
    entry("an0082/process-signed-status/developer-id",
        Slot::Ratio(|s| &mut s.an0082.process_signed_status.developer_id, 0.0, 1.0), SIGNED,
        "How much the traffic of a program is doubted that a developer signed, from 0 to 1."),
    entry("an0082/process-signed-status/adhoc",
        Slot::Ratio(|s| &mut s.an0082.process_signed_status.adhoc, 0.0, 1.0), SIGNED,
        "The same where nobody in particular signed it."),
    entry("an0082/process-signed-status/unsigned",
        Slot::Ratio(|s| &mut s.an0082.process_signed_status.unsigned, 0.0, 1.0), SIGNED,
        "The same where it is not signed."),
    entry("an0082/process-signed-status/unknown",
        Slot::Ratio(|s| &mut s.an0082.process_signed_status.unknown, 0.0, 1.0), SIGNED,
        "The same where no log says who signed it."),
    entry("an0082/data-rate-threshold",
        Slot::Rate(|s| &mut s.an0082.data_rate_threshold, 1_000, 1_000_000_000_000), DATA_RATE,
        "Rate that a program sends at in 10 of 15 minutes, from which it is much."),
    entry("an0083/mode", Slot::Mode(|s| &mut s.an0083.mode), None,
        "Whether findings about containers alert, are only recorded, or are not made at all."),
    entry("an0083/container-baseline-network-usage/percentile",
        Slot::Percentile(|s| &mut s.an0083.container_baseline_network_usage.percentile), CONTAINER,
        "Percentile of the image's own egress in 5 minutes above which a bucket is unusual."),
    entry("an0083/container-baseline-network-usage/k-of-m",
        Slot::KofM(|s| &mut s.an0083.container_baseline_network_usage.k_of_m, 12), CONTAINER,
        "In how many of the last 5-minute buckets a container's egress must be unusual."),
    entry("an0083/container-baseline-network-usage/dormant",
        Slot::Hourly(|s| &mut s.an0083.container_baseline_network_usage.dormant, 0, 1_000 * TB), CONTAINER,
        "Median bytes an hour below which a container counts as dormant."),
    entry("an0083/container-baseline-network-usage/jump-ratio",
        Slot::Factor(|s| &mut s.an0083.container_baseline_network_usage.jump_ratio, 1.0, 10_000.0), CONTAINER,
        "How many times what is usual a container must send to have jumped."),
    entry("an0083/container-baseline-network-usage/min-bytes",
        Slot::Hourly(|s| &mut s.an0083.container_baseline_network_usage.min_bytes, 0, 1_000 * TB), CONTAINER,
        "Bytes an hour below which a container's egress does not matter."),
    entry("an0083/container-baseline-network-usage/replica-ratio",
        Slot::Factor(|s| &mut s.an0083.container_baseline_network_usage.replica_ratio, 1.0, 10_000.0), CONTAINER,
        "How many times the median of its replicas a container must send to stand out."),
    entry("an0083/container-baseline-network-usage/symmetry",
        Slot::Ratio(|s| &mut s.an0083.container_baseline_network_usage.symmetry, 0.01, 1.0), CONTAINER,
        "How far what a container receives and sends may differ to count as relayed, as a share of the larger."),
    entry("an0083/image-name/extra", Slot::Words(|s| &mut s.an0083.image_name.extra), IMAGE,
        "Repositories of images that count like one of the catalogue."),
    entry("an0083/image-name/allow", Slot::Words(|s| &mut s.an0083.image_name.allow), IMAGE,
        "Repositories of images that are no finding."),
    entry("an0083/image-name/registries", Slot::Words(|s| &mut s.an0083.image_name.registries), IMAGE,
        "The only registries that images usually come from, so that any other is odd; `none` for no such rule."),
    entry("an0084/mode", Slot::Mode(|s| &mut s.an0084.mode), None,
        "Whether findings about cloud instances alert, are only recorded, or are not made at all."),
    entry("an0084/instance-type/high-families", Slot::Families(|s| &mut s.an0084.instance_type.high_families),
        INSTANCE_TYPE, "Instance families with so much bandwidth that a hijack of one is worth more."),
    entry("an0084/instance-type/burstable", Slot::Families(|s| &mut s.an0084.instance_type.burstable),
        INSTANCE_TYPE, "Cheap families that a hijacker starts for their addresses rather than their bandwidth."),
    entry("an0084/instance-type/weight", Slot::Ratio(|s| &mut s.an0084.instance_type.weight, 0.0, 0.45),
        INSTANCE_TYPE, "What a high-throughput family adds to a score."),
    entry("an0084/instance-type/new-family", Slot::Ratio(|s| &mut s.an0084.instance_type.new_family, 0.0, 0.45),
        INSTANCE_TYPE, "What the first use of a family in the account, or of a burstable one in a new region, adds to a score."),
    entry("an0084/traffic-egress-threshold/percentile",
        Slot::Percentile(|s| &mut s.an0084.traffic_egress_threshold.percentile),
        EGRESS, "Percentile of the instance's own external egress in 5 minutes above which a bucket is unusual."),
    entry("an0084/traffic-egress-threshold/k-of-m",
        Slot::KofM(|s| &mut s.an0084.traffic_egress_threshold.k_of_m, 12),
        EGRESS, "In how many of the last 5-minute buckets egress must be unusual to count as sustained."),
    entry("an0084/traffic-egress-threshold/ratio",
        Slot::Factor(|s| &mut s.an0084.traffic_egress_threshold.ratio, 1.0, 1_000.0),
        EGRESS, "How many times the usual (95th percentile) the sustained egress must be, unless z says so."),
    entry("an0084/traffic-egress-threshold/z",
        Slot::Factor(|s| &mut s.an0084.traffic_egress_threshold.z, 1.0, 100.0),
        EGRESS, "How many robust standard deviations above the median on the log scale (each at least 0.2), unless the ratio says so."),
    entry("an0084/traffic-egress-threshold/min-bytes",
        Slot::Hourly(|s| &mut s.an0084.traffic_egress_threshold.min_bytes, 0, 1_000 * TB),
        EGRESS, "External egress an hour below which volume alone is never a finding."),
    entry("an0084/traffic-egress-threshold/dormant-min-bytes",
        Slot::Hourly(|s| &mut s.an0084.traffic_egress_threshold.dormant_min_bytes, 0, 1_000 * TB),
        EGRESS, "The same for an instance that was silent for days, or hardly speaks: half of its buckets under 50 kB."),
    entry("an0084/traffic-egress-threshold/absolute",
        Slot::OptionalRate(|s| &mut s.an0084.traffic_egress_threshold.absolute, 1_000, 1_000_000_000_000),
        EGRESS, "A sustained rate that is too much whatever the history; `none` for no such rate."),
    entry("an0084/traffic-egress-threshold/quota-share",
        Slot::Ratio(|s| &mut s.an0084.traffic_egress_threshold.quota_share, 0.01, 1.0),
        EGRESS, "Share of the instance type's baseline bandwidth that is too much whatever the history."),
    entry("an0084/traffic-egress-threshold/billing-alert",
        Slot::Monthly(|s| &mut s.an0084.traffic_egress_threshold.billing_alert, 0.01, 100_000_000.0),
        EGRESS, "Projected cost of unusual egress that is reported whatever else is seen."),
    entry("an0084/relay/min-bytes", Slot::Hourly(|s| &mut s.an0084.relay.min_bytes, 0, 1_000 * TB), None,
        "Bytes an hour, pulled and pushed together, from which traffic is tested for being relayed."),
    entry("an0084/relay/origins", Slot::Count(|s| &mut s.an0084.relay.origins, 1, 100_000), None,
        "Distinct addresses an hour that a relay pulls from."),
    entry("an0084/relay/tolerance", Slot::Ratio(|s| &mut s.an0084.relay.tolerance, 0.01, 1.0), None,
        "How far what is pushed may differ from what is pulled, as a share of the larger."),
    entry("an0084/relay/correlation", Slot::Ratio(|s| &mut s.an0084.relay.correlation, 0.0, 1.0), None,
        "Rank correlation of what is pushed with what is pulled, from which the two are coupled in time."),
    entry("an0084/relay/hours", Slot::KofM(|s| &mut s.an0084.relay.hours, 3), None,
        "In how many of the last hours traffic must look relayed."),
    entry("an0084/scan/hosts", Slot::Count(|s| &mut s.an0084.scan.hosts, 2, 1_000_000), None,
        "Hosts that do not answer on one port in 5 minutes, from which it is a scan."),
    entry("an0084/scan/ports", Slot::Count(|s| &mut s.an0084.scan.ports, 2, 65_535), None,
        "Ports of one host that do not answer in 5 minutes, from which it is a scan."),
    entry("an0084/scan/fail-ratio", Slot::Ratio(|s| &mut s.an0084.scan.fail_ratio, 0.0, 1.0), None,
        "Share of the tried destinations that must fail to answer."),
    entry("an0084/flood/packets", Slot::Packets(|s| &mut s.an0084.flood.packets, 1, 1_000_000_000), None,
        "Packet rate from which unanswered traffic to few destinations is a flood."),
    entry("an0084/flood/rate", Slot::Rate(|s| &mut s.an0084.flood.rate, 1_000, 1_000_000_000_000), None,
        "Bit rate from which unanswered traffic to few destinations is a flood."),
    entry("an0084/flood/reply-ratio", Slot::Ratio(|s| &mut s.an0084.flood.reply_ratio, 0.0, 1.0), None,
        "Reply bytes as a share of those sent, up to which traffic counts as unanswered."),
    entry("an0084/flood/windows", Slot::Count(|s| &mut s.an0084.flood.windows, 1, 12), None,
        "Minutes within a 5-minute bucket that a flood must last."),
    entry("an0084/torrent/peers", Slot::Count(|s| &mut s.an0084.torrent.peers, 2, 100_000), None,
        "External peers an hour, exchanging both ways on unprivileged ports, from which it is file sharing."),
    entry("an0084/upload/min-bytes", Slot::Hourly(|s| &mut s.an0084.upload.min_bytes, 0, 1_000 * TB), None,
        "Bytes an hour to one new destination that nobody else uses, from which it is an upload of its own kind."),
    entry("an0084/upload/hours", Slot::Count(|s| &mut s.an0084.upload.hours, 1, 24), None,
        "Hours that such an upload must last."),
    entry("an0084/intel-share", Slot::Ratio(|s| &mut s.an0084.intel_share, 0.0, 1.0), None,
        "Share of external egress to listed Tor, VPN or proxy addresses, from which the lists are evidence."),
    entry("an0084/intel-min-bytes", Slot::Hourly(|s| &mut s.an0084.intel_min_bytes, 0, 1_000 * TB), None,
        "Bytes an hour exchanged with listed addresses, from which the lists are evidence."),
    entry("an0084/reuse/presence", Slot::Ratio(|s| &mut s.an0084.reuse.presence, 0.0, 1.0), None,
        "Share of the 5-minute buckets in which a connection is seen, from which its reuse is frequent."),
    entry("an0084/reuse/min-duration", Slot::Duration(|s| &mut s.an0084.reuse.min_duration, 5 * MINUTE, 7 * DAY),
        None, "How long frequent reuse must last."),
    entry("an0084/reuse/prevalence", Slot::Ratio(|s| &mut s.an0084.reuse.prevalence, 0.0, 1.0), None,
        "Share of the entities that use a destination, up to which it is rare."),
    entry("an0084/reuse/new-days", Slot::Count(|s| &mut s.an0084.reuse.new_days, 1, 90), None,
        "Days after its first use in which a destination counts as new."),
    entry("baseline/warm-up", Slot::Duration(|s| &mut s.baseline.warm_up, HOUR, 90 * DAY), None,
        "Age below which an entity is judged by its peers or by fixed floors, not by its own history."),
    entry("baseline/mature", Slot::Duration(|s| &mut s.baseline.mature, HOUR, 365 * DAY), None,
        "Age from which an entity's own history is trusted in full."),
    entry("baseline/half-life", Slot::Duration(|s| &mut s.baseline.half_life, DAY, 365 * DAY), None,
        "Age at which a sample of a baseline counts half, and time in which what counts as usual at most doubles."),
    entry("business-hours", Slot::Hours(|s| &mut s.business_hours), None,
        "Days and hours in which people work: baselines tell these days from free ones, and off hours weigh a little more."),
    entry("cloudtrail/automation", Slot::Principals(|s| &mut s.cloudtrail.automation), None,
        "Callers that are automation: what they do from where they always do it leads to nothing."),
    entry("digest/mode", Slot::Mode(|s| &mut s.digest.mode), None,
        "The weekly digest: sent (live), only written into the function's log (dry-run), or not made (off)."),
    entry("incident/suppress", Slot::Duration(|s| &mut s.incident.suppress, 0, 30 * DAY), None,
        "How long an incident that goes on at one severity is not told again."),
    entry("incident/quiet", Slot::Duration(|s| &mut s.incident.quiet, 5 * MINUTE, 30 * DAY), None,
        "How long an incident must be silent to count as over; from medium upwards, one that comes back is told again."),
    entry("intel/feeds/asn", Slot::Feeds(|s| &mut s.intel.feeds.asn), None,
        "Where the database of networks, a MaxMind DB file, is fetched from."),
    entry("intel/feeds/aws", Slot::Feeds(|s| &mut s.intel.feeds.aws), None,
        "Where the addresses of AWS by service are fetched from: they tell its storage from its customers where a log does not."),
    entry("intel/feeds/country", Slot::Feeds(|s| &mut s.intel.feeds.country), None,
        "Where the database of countries, a MaxMind DB file, is fetched from."),
    entry("intel/feeds/proxy", Slot::Feeds(|s| &mut s.intel.feeds.proxy), None,
        "Where lists of proxy addresses are fetched from, joined."),
    entry("intel/feeds/tor", Slot::Feeds(|s| &mut s.intel.feeds.tor), None,
        "Where the Tor relays are fetched from, joined: Onionoo's details, Tor's exit-addresses, or an address a line."),
    entry("intel/feeds/vpn", Slot::Feeds(|s| &mut s.intel.feeds.vpn), None,
        "Where lists of VPN addresses are fetched from, joined."),
    entry("intel/max-age/tor", Slot::Duration(|s| &mut s.intel.max_age.tor, HOUR, 365 * DAY), None,
        "Age above which the list of Tor addresses counts half."),
    entry("intel/max-age/vpn", Slot::Duration(|s| &mut s.intel.max_age.vpn, HOUR, 365 * DAY), None,
        "Age above which the list of VPN addresses counts half."),
    entry("intel/max-age/proxy", Slot::Duration(|s| &mut s.intel.max_age.proxy, HOUR, 365 * DAY), None,
        "Age above which the list of proxy addresses counts half."),
    entry("lateness", Slot::Duration(|s| &mut s.lateness, 0, DAY), None,
        "How long after a window's end its records are waited for, in event time."),
    entry("networks/own", Slot::Networks(|s| &mut s.networks.own), None,
        "Own networks beside the private ranges, whose traffic is not external."),
    entry("roles/declared", Slot::Tags(|s| &mut s.roles.declared), None,
        "Tags of entities that relay, scan or serve by design, which is then no incident."),
    entry("time-zone", Slot::Zone(|s| &mut s.time_zone), None,
        "Clock of the business hours and of the hours that baselines tell apart, by its IANA name."),
];
