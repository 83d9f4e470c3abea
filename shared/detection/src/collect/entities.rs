//! Which entity a record belongs to, and which end of it is the entity.

use std::net::IpAddr;
use std::sync::Arc;

use foldhash::HashMap;
use weir_intel::Intel;
use weir_intel::inventory::InterfaceClass;
use weir_intel::special::is_private;
use weir_records::vpc_flow::{PlainRow, Rows};
use weir_records::{Direction, Flow, Loss, LossKind};

use super::Logged;
use crate::entity::{EntityInfo, EntityKey};
use crate::observation::{Observations, Side};

/// The lowest port that a Linux client picks by itself; what lies below is a service or a choice.
const EPHEMERAL: u16 = 32_768;

/// A record seen from its entity.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Number of the entity, by which [`Entities`] knows it: one for each interface, and one for each
    /// address that only a NAT gateway speaks of.
    pub entity: u32,
    /// It left the entity.
    pub egress: bool,
    /// The other end, behind any translation.
    pub remote: IpAddr,
    /// Port at the entity, 0 where there is none.
    pub local_port: u16,
    /// Port at the remote.
    pub remote_port: u16,
}

/// An entity as far as collecting needs it.
#[derive(Debug)]
pub(super) struct Entity {
    pub(super) key: EntityKey,
    pub(super) info: EntityInfo,
    /// Traffic passes through: it belongs to others.
    pub(super) intermediate: bool,
    /// Known from a NAT gateway's log alone.
    pub(super) behind: Option<IpAddr>,
    pub(super) has_flags: bool,
    pub(super) has_direction: bool,
    own: Vec<IpAddr>,
}

/// What rows without a flow said of an interface.
#[derive(Debug)]
struct Idle {
    account: String,
    /// The instance, where the inventory knows it, else the interface.
    id: String,
    until: i64,
    losses: u32,
}

/// All entities met so far: tells whose a record is, each packet counted once.
#[derive(Debug, Default)]
pub struct Entities {
    list: Vec<Entity>,
    by_name: HashMap<String, u32>,
    logged: Logged,
    /// Interfaces with rows that carry no flow.
    idle: HashMap<String, Idle>,
    /// Whose each interface was when it was asked last.
    memos: Vec<Memo>,
    /// Place of an interface's memo.
    memo_of: HashMap<String, usize>,
    /// The last interface: records come in runs of one interface.
    last: usize,
    /// The same by the numbers of the reader that rows came from last.
    numbered: Vec<Option<Numbered>>,
}

/// Whose the rows are that have a number.
#[derive(Debug)]
struct Numbered {
    /// What the number stood for, held so that no other text can be taken for it.
    spelled: Arc<str>,
    since: i64,
    index: u32,
}

/// Whose an interface was in its last record.
#[derive(Debug)]
struct Memo {
    interface: String,
    /// As the record named it.
    instance: Option<String>,
    /// Where it did not: from which time on the answer is the same, milliseconds since the epoch.
    since: i64,
    index: u32,
}

impl Entities {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Entity> {
        self.list.iter()
    }

    pub(super) fn get(&self, index: u32) -> Option<&Entity> {
        self.list.get(index as usize)
    }

    pub(super) fn get_mut(&mut self, index: u32) -> Option<&mut Entity> {
        self.list.get_mut(index as usize)
    }

    /// The entity's id: its instance where a log names one, else its interface, else an address behind one.
    pub fn id(&self, index: u32) -> Option<&str> {
        self.get(index).map(|entity| entity.key.id.as_str())
    }

    /// Whether the entity's traffic is counted at another interface.
    pub fn counted_elsewhere(&self, index: u32) -> bool {
        self.get(index).is_none_or(|entity| {
            entity.intermediate || entity.behind.is_some_and(|address| self.logged.contains(&address))
        })
    }

    /// The entity of a record and its direction; `None` for what only passes through.
    pub fn place(&mut self, flow: &Flow<'_>, intel: &Intel) -> Option<Place> {
        let index = self.interface(flow, intel);
        let entity = self.list.get_mut(index as usize)?;
        if entity.info.instance.is_none() && !entity.intermediate {
            let outward = flow.pkt_dst.is_some_and(|address| address != flow.dst && !is_private(address));
            let inward = flow.pkt_src.is_some_and(|address| address != flow.src && !is_private(address));
            entity.intermediate = outward || inward;
        }
        if entity.intermediate {
            return self.behind(flow, intel);
        }
        entity.has_direction |= flow.direction.is_some();
        entity.has_flags |= flow.tcp_flags.is_some();
        let given = flow.direction.map(|direction| direction == Direction::Egress);
        let egress = entity.leaves(flow.src, flow.dst, given, &mut self.logged);
        Some(place(flow, index, egress))
    }

    /// As [`place`](Self::place), of a row of the default format.
    #[inline]
    pub fn place_row(&mut self, row: &PlainRow, rows: Rows<'_>, intel: &Intel) -> Option<Place> {
        let index = self.of_row(row, rows, intel);
        let entity = self.list.get_mut(index as usize)?;
        // What passes through such a row does not say whose it is.
        if entity.intermediate {
            return None;
        }
        let (src, dst) = (IpAddr::V4(row.src), IpAddr::V4(row.dst));
        let egress = entity.leaves(src, dst, None, &mut self.logged);
        Some(Place::new(index, egress, (src, row.src_port), (dst, row.dst_port)))
    }

    #[inline]
    fn of_row(&mut self, row: &PlainRow, rows: Rows<'_>, intel: &Intel) -> u32 {
        if let Some(Some(known)) = self.numbered.get(Rows::number(row))
            && rows.spelled(row).is_some_and(|spelled| Arc::ptr_eq(spelled, &known.spelled))
            && row.start >= known.since
        {
            return known.index;
        }
        self.look_up_row(row, rows, intel)
    }

    #[cold]
    fn look_up_row(&mut self, row: &PlainRow, rows: Rows<'_>, intel: &Intel) -> u32 {
        let index = self.interface(&rows.flow(row), intel);
        let number = Rows::number(row);
        if number >= self.numbered.len() {
            self.numbered.resize_with(number + 1, || None);
        }
        let since = self.memos.get(self.last).map_or(i64::MAX, |memo| memo.since);
        if let (Some(known), Some(spelled)) = (self.numbered.get_mut(number), rows.spelled(row)) {
            *known = Some(Numbered { spelled: Arc::clone(spelled), since, index });
        }
        index
    }

    /// Who opened the conversation, and whether a SYN says so; without one the ports must do.
    pub(super) fn side(place: &Place, protocol: Option<u8>, flags: Option<u8>) -> (Side, bool) {
        let flags = flags.unwrap_or(0);
        if protocol == Some(6) && flags & 2 != 0 {
            // SYN without ACK comes from the one who dials, SYN-ACK from the one who serves.
            let dials = (flags & 16 == 0) == place.egress;
            return (if dials { Side::Dialled } else { Side::Served }, true);
        }
        let (local, remote) = (place.local_port, place.remote_port);
        let served = match (local < EPHEMERAL, remote < EPHEMERAL) {
            (true, false) => true,
            (false, true) => false,
            _ => local < remote,
        };
        (if served { Side::Served } else { Side::Dialled }, false)
    }

    /// A row without a flow: the interface's time moves on, and lost records are counted.
    pub(super) fn note_loss(&mut self, loss: &Loss<'_>, intel: &Intel) {
        let Some(name) = loss.interface else { return };
        if !self.idle.contains_key(name) {
            let account = loss.account.unwrap_or("-").to_owned();
            let id = intel.inventory.instance_on(name, loss.end).unwrap_or(name).to_owned();
            self.idle.insert(name.to_owned(), Idle { account, id, until: 0, losses: 0 });
        }
        if let Some(idle) = self.idle.get_mut(name) {
            idle.until = idle.until.max(loss.end);
            idle.losses = idle.losses.saturating_add(u32::from(loss.kind == LossKind::SkipData));
        }
    }

    /// Records that an entity's interface lost since this was asked last.
    pub(super) fn take_losses(&mut self, index: u32) -> u32 {
        if self.idle.is_empty() {
            return 0;
        }
        let interface = self.list.get(index as usize).and_then(|entity| entity.info.interface.as_deref());
        let idle = interface.and_then(|interface| self.idle.get_mut(interface));
        idle.map_or(0, |idle| std::mem::take(&mut idle.losses))
    }

    /// Interfaces of which rows without a flow were seen, and up to when.
    ///
    /// Such a row does not name the instance: where no flow does, the interface's own name must do.
    pub(super) fn take_idle(&mut self) -> Vec<Observations> {
        let idle = std::mem::take(&mut self.idle);
        let mut observed: Vec<_> = idle
            .into_iter()
            .filter_map(|(name, idle)| {
                let key = match self.by_name.get(&name).and_then(|index| self.get(*index)) {
                    Some(entity) if entity.intermediate => return None,
                    Some(entity) => entity.key.clone(),
                    None => EntityKey { account: idle.account, id: idle.id },
                };
                let nothing = Observations::of(key, EntityInfo::default());
                Some(Observations { latest: idle.until, losses: idle.losses, ..nothing })
            })
            .collect();
        observed.sort_by(|a, b| a.key.cmp(&b.key));
        observed
    }

    /// A record that a NAT gateway wrote about an address behind it.
    ///
    /// An address that another instance took over is another entity, where the inventory tells whose it is.
    fn behind(&mut self, flow: &Flow<'_>, intel: &Intel) -> Option<Place> {
        let interface = flow.interface.unwrap_or("-");
        let (address, egress) = match (flow.pkt_src, flow.pkt_dst) {
            (_, Some(remote)) if remote != flow.dst && is_private(flow.src) => (flow.src, true),
            (Some(remote), _) if remote != flow.src && is_private(flow.dst) => (flow.dst, false),
            _ => return None,
        };
        if self.logged.contains(&address) {
            return None;
        }
        let vpc = flow.vpc.or_else(|| intel.inventory.interface(interface)?.vpc.as_deref());
        let holder = intel.inventory.interface_at(address, vpc);
        let owner = holder.and_then(|holder| intel.inventory.instance_on(&holder.id, flow.start));
        let name = match owner {
            Some(owner) => format!("{address}@{interface}/{owner}"),
            None => format!("{address}@{interface}"),
        };
        let index = match self.by_name.get(&name) {
            Some(index) => *index,
            None => {
                let instance = owner.map(ToOwned::to_owned);
                let info = EntityInfo { addresses: vec![address], interface: None, instance, ..info(flow) };
                self.add(name.clone(), name, flow, info, Some(address))
            }
        };
        if let Some(entity) = self.get_mut(index) {
            entity.has_direction = true;
            entity.has_flags |= flow.tcp_flags.is_some();
        }
        Some(place(flow, index, egress))
    }

    /// The entity of an interface, which is the instance that has it: by the record, else by the inventory.
    ///
    /// An interface that moves to another instance is another entity from then on.
    fn interface(&mut self, flow: &Flow<'_>, intel: &Intel) -> u32 {
        let name = flow.interface.or(flow.instance).unwrap_or("-");
        let place = match self.memos.get(self.last) {
            Some(last) if last.interface == name => Some(self.last),
            _ => self.memo_of.get(name).copied(),
        };
        if let Some(place) = place
            && let Some(memo) = self.memos.get(place)
            && memo.instance.as_deref() == flow.instance
            && (flow.instance.is_some() || flow.start >= memo.since)
        {
            self.last = place;
            return memo.index;
        }
        self.look_up(name, place, flow, intel)
    }

    /// The same without what is remembered, at `place` where it is; it is then.
    #[cold]
    fn look_up(&mut self, name: &str, place: Option<usize>, flow: &Flow<'_>, intel: &Intel) -> u32 {
        let known = if flow.instance.is_none() { intel.inventory.interface(name) } else { None };
        let attached = known.and_then(|known| known.attached).unwrap_or(i64::MIN);
        let owner = flow.instance.or_else(|| intel.inventory.instance_on(name, flow.start));
        let index = self.of_owner(name, owner, flow, intel);
        let memo = Memo {
            interface: name.to_owned(),
            instance: flow.instance.map(ToOwned::to_owned),
            // What came before the attachment is asked each time: there is little of it.
            since: if flow.start >= attached { attached } else { i64::MAX },
            index,
        };
        self.last = place.unwrap_or(self.memos.len());
        match self.memos.get_mut(self.last) {
            Some(have) => *have = memo,
            None => {
                self.memo_of.insert(name.to_owned(), self.memos.len());
                self.memos.push(memo);
            }
        }
        index
    }

    fn of_owner(&mut self, name: &str, owner: Option<&str>, flow: &Flow<'_>, intel: &Intel) -> u32 {
        let is_owners = |index: &u32| {
            let entity = self.list.get(*index as usize);
            entity.is_some_and(|entity| entity.info.instance.as_deref() == owner)
        };
        if let Some(index) = self.by_name.get(name).filter(|index| is_owners(index)) {
            return *index;
        }
        let owned = format!("{name} {}", owner.unwrap_or("-"));
        let index = match self.by_name.get(&owned) {
            Some(index) => *index,
            None => {
                let known = intel.inventory.interface(name);
                let mut info = info(flow);
                info.instance = owner.map(ToOwned::to_owned);
                info.vpc = info.vpc.or_else(|| known.and_then(|known| known.vpc.clone()));
                info.subnet = info.subnet.or_else(|| known.and_then(|known| known.subnet.clone()));
                let id = owner.unwrap_or(name).to_owned();
                let index = self.add(owned, id, flow, info, None);
                if let Some(entity) = self.list.last_mut() {
                    entity.intermediate = passes_through(flow, intel, name);
                }
                index
            }
        };
        self.by_name.insert(name.to_owned(), index);
        index
    }

    fn add(
        &mut self,
        name: String,
        id: String,
        flow: &Flow<'_>,
        info: EntityInfo,
        behind: Option<IpAddr>,
    ) -> u32 {
        let account = flow.account.unwrap_or("-").to_owned();
        let index = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.list.push(Entity {
            key: EntityKey { account, id },
            info,
            intermediate: false,
            behind,
            has_flags: false,
            has_direction: false,
            own: Vec::new(),
        });
        self.by_name.insert(name, index);
        index
    }
}

impl Entity {
    /// Whether a record leaves the entity, as it says itself, else by the address that every record shares; the
    /// entity's end is noted as its own.
    #[inline]
    fn leaves(&mut self, src: IpAddr, dst: IpAddr, given: Option<bool>, logged: &mut Logged) -> bool {
        let egress = match given {
            Some(egress) => egress,
            None if self.own.contains(&src) => return true,
            None if self.own.contains(&dst) => return false,
            None => is_private(src) || !is_private(dst),
        };
        let local = if egress { src } else { dst };
        if self.own.len() < 16 && !self.own.contains(&local) {
            self.own.push(local);
            if self.info.addresses.len() < 4 {
                self.info.addresses.push(local);
            }
            logged.insert(local);
        }
        egress
    }
}

/// Interfaces whose traffic is counted where it starts: NAT, load balancers, endpoints, transit gateways.
fn passes_through(flow: &Flow<'_>, intel: &Intel, interface: &str) -> bool {
    let class = intel.inventory.classify(interface, flow.interface_type);
    matches!(
        class,
        Some(
            InterfaceClass::Nat
                | InterfaceClass::LoadBalancer
                | InterfaceClass::Endpoint
                | InterfaceClass::TransitGateway
                | InterfaceClass::Firewall
        )
    )
}

fn info(flow: &Flow<'_>) -> EntityInfo {
    let text = |value: Option<&str>| value.map(ToOwned::to_owned);
    EntityInfo {
        region: text(flow.region),
        instance: text(flow.instance),
        interface: text(flow.interface),
        vpc: text(flow.vpc),
        subnet: text(flow.subnet),
        addresses: Vec::new(),
    }
}

fn place(flow: &Flow<'_>, entity: u32, egress: bool) -> Place {
    let src = (flow.pkt_src.unwrap_or(flow.src), flow.src_port.unwrap_or(0));
    let dst = (flow.pkt_dst.unwrap_or(flow.dst), flow.dst_port.unwrap_or(0));
    Place::new(entity, egress, src, dst)
}

impl Place {
    const fn new(entity: u32, egress: bool, src: (IpAddr, u16), dst: (IpAddr, u16)) -> Self {
        let ((_, local_port), (remote, remote_port)) = if egress { (src, dst) } else { (dst, src) };
        Self { entity, egress, remote, local_port, remote_port }
    }
}
