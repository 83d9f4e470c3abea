//! An AWS account: its interfaces, what they are attached to, and where they sit.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::calendar::DAY;
use super::dice::Dice;

/// What an interface belongs to, with the name that `describe-network-interfaces` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An instance's own interface.
    Instance,
    /// A NAT gateway.
    Nat,
    /// A network load balancer's node.
    LoadBalancer,
    /// An interface endpoint.
    Endpoint,
    /// A transit gateway attachment.
    TransitGateway,
}

impl Kind {
    /// `InterfaceType` in the EC2 API.
    pub fn interface_type(self) -> &'static str {
        match self {
            Self::Instance => "interface",
            Self::Nat => "nat_gateway",
            Self::LoadBalancer => "network_load_balancer",
            Self::Endpoint => "vpc_endpoint",
            Self::TransitGateway => "transit_gateway",
        }
    }
}

/// One interface with everything that its log rows and the inventory say about it.
#[derive(Debug, Clone)]
pub struct Host {
    /// Position in the world.
    pub index: usize,
    /// What it is attached to.
    pub kind: Kind,
    /// What it does, for the labels only.
    pub role: String,
    /// `i-…`, or `-` where no instance is attached.
    pub instance: String,
    /// `eni-…`.
    pub interface: String,
    /// Private IPv4 address.
    pub v4: Ipv4Addr,
    /// IPv6 address (global, as VPCs assign them).
    pub v6: Ipv6Addr,
    /// Reachable from the internet.
    pub public: bool,
    /// Index of the NAT gateway through which it leaves.
    pub nat: Option<usize>,
    /// Whether its own interface writes flow logs.
    pub logged: bool,
    /// Aggregation interval in minutes: 1 or 10.
    pub interval: i64,
    /// Nitro instances report traffic paths 7 and 8 instead of 2.
    pub nitro: bool,
    /// Instance type.
    pub instance_type: &'static str,
    /// Launch time, seconds since the epoch.
    pub born: i64,
    /// Termination time, seconds since the epoch; `i64::MAX` while alive.
    pub dies: i64,
    /// Tags.
    pub tags: Vec<(String, String)>,
    /// Account id.
    pub account: String,
    /// Region.
    pub region: &'static str,
    /// Availability zone id.
    pub zone: String,
    /// VPC id.
    pub vpc: String,
    /// Subnet id.
    pub subnet: String,
}

impl Host {
    /// Its own address in the family of `remote`.
    pub fn own(&self, remote: IpAddr) -> IpAddr {
        if remote.is_ipv6() { IpAddr::V6(self.v6) } else { IpAddr::V4(self.v4) }
    }

    /// Alive during the minute that begins at `now`.
    pub fn alive(&self, now: i64) -> bool {
        self.born <= now && now < self.dies
    }
}

/// The network of one region of one account, handing out identifiers and addresses.
#[derive(Debug)]
pub struct Account {
    dice: Dice,
    id: String,
    vpcs: Vec<(&'static str, String, [String; 3])>,
    taken: Vec<Ipv4Addr>,
}

/// The region where the business lives.
pub const HOME: &str = "eu-west-1";
/// A region that nobody uses until an attacker does.
pub const UNUSED: &str = "ap-southeast-1";

const TYPES: [&str; 8] =
    ["t3.micro", "t3.small", "t3.medium", "t3.large", "m5.large", "m6i.large", "c6i.large", "c6i.xlarge"];

impl Account {
    /// An account of its own for each seed.
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed, &[0xacc]);
        let id = format!("{:012}", 100_000_000_000 + dice.below(800_000_000_000));
        let mut vpc = |region| {
            let id = hex(&mut dice, "vpc-");
            (region, id, [hex(&mut dice, "subnet-"), hex(&mut dice, "subnet-"), hex(&mut dice, "subnet-")])
        };
        let vpcs = vec![vpc(HOME), vpc(UNUSED)];
        Self { dice, id, vpcs, taken: Vec::new() }
    }

    /// The account id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A new interface, launched some weeks or months before `world_start`, alive ever since.
    pub fn host(
        &mut self,
        index: usize,
        kind: Kind,
        role: &str,
        region: &'static str,
        world_start: i64,
    ) -> Host {
        let (net, at) = if region == HOME { (0, 0) } else { (1, 1) };
        let zone = self.dice.below(3) as usize;
        let v4 = self.address(net, zone);
        let d = &mut self.dice;
        let (vpc, subnet) = (self.vpcs[at].1.clone(), self.vpcs[at].2[zone].clone());
        let age = DAY * d.range(9, 400) as i64 + d.below(DAY as u64) as i64;
        let instance = if kind == Kind::Instance { hex(d, "i-") } else { "-".to_owned() };
        let instance_type = *d.pick(&TYPES);
        Host {
            index,
            kind,
            role: role.to_owned(),
            instance,
            interface: hex(d, "eni-"),
            v4,
            v6: Ipv6Addr::new(
                0x2a05,
                0xd018,
                0x10a0 + net,
                zone as u16,
                d.bits() as u16,
                d.bits() as u16,
                d.bits() as u16,
                d.bits() as u16,
            ),
            public: true,
            nat: None,
            logged: true,
            interval: 1,
            nitro: true,
            instance_type,
            born: world_start - age,
            dies: i64::MAX,
            tags: Vec::new(),
            account: self.id.clone(),
            region,
            zone: format!("{}-az{}", if at == 0 { "euw1" } else { "apse1" }, zone + 1),
            vpc,
            subnet,
        }
    }

    fn address(&mut self, net: u16, zone: usize) -> Ipv4Addr {
        loop {
            let bits = self.dice.bits();
            let host =
                Ipv4Addr::new(10, 20 + net as u8, zone as u8 * 16 + (bits >> 8) as u8 % 16, bits as u8);
            if !self.taken.contains(&host) && (4..=254).contains(&(bits as u8)) {
                self.taken.push(host);
                return host;
            }
        }
    }
}

fn hex(dice: &mut Dice, prefix: &str) -> String {
    format!("{prefix}0{:016x}", dice.bits())
}
