//! Writers that are scheduled step by step, lose races, lose answers and die, against what one writer alone comes to.
//!
//! Each writer stops before and after every operation of the store. A seed decides who goes on, which operation fails,
//! done or not, and who dies where it stands. What died is delivered again, as the senders of AWS do, and some batches
//! are delivered twice at once.

use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::task::Poll;

use weir_detection::collect::Collector;
use weir_detection::entity::mix;
use weir_detection::observation::{BUCKET, Observations};
use weir_detection::settings::Settings;
use weir_detection::state::EntityState;
use weir_intel::Intel;
use weir_records::Flow;

use super::Outcome;
use crate::engine::{Engine, EngineError, Run};
use crate::memory::MemoryStore;
use crate::ready::finish_now;
use crate::store::{Key, Saved, Store, StoreError, Stored};

/// Deliveries at work at a time.
const WRITERS: usize = 5;

/// Steps of the schedule that a delivery may take; the clock goes on by one with each.
const LIFE: i64 = 400;

/// Steps after which a schedule that does not come to an end is a fault of the engine.
const MOST: usize = 200_000;

/// The wall clock at the first step.
const NOW: i64 = 1_800_000_000_000;

const START: i64 = 5_990_000 * BUCKET;

/// Phases of batches, two hours apart; then one more batch that has everything judged. Within a phase order is free: a
/// window is judged three minutes after it, by records of a minute.
const PHASES: i64 = 3;
const MINUTES: i64 = 7;

/// Whatever the schedule, the numbers are those of one writer alone, and every alert is told, under its one id.
pub async fn any_schedule_counts_once_and_tells_at_least_once<S: Store>(store: S) -> Outcome {
    for seed in 0..3 {
        scheduled(&store, seed).await?;
    }
    Ok(())
}

/// One schedule over a store; two of the same seed must not share one.
pub async fn scheduled<S: Store>(store: &S, seed: u64) -> Outcome {
    let entities = ["a", "b"].map(|name| format!("eni-{seed:x}{name}"));
    let alone = MemoryStore::new();
    let expected = one_writer(&alone, &entities);
    let world = World::new(Gated::new(store, seed));
    for phase in 0..=PHASES {
        run(&world, &batches(&entities, phase)).await;
    }
    assert_eq!(world.told(), expected, "seed {seed}");
    assert!(!expected.is_empty(), "nothing was to be told");
    for entity in &entities {
        let (expected, found) = (state(&alone, entity).await?, state(store, entity).await?);
        assert_eq!(found, expected, "seed {seed}, {entity}");
        assert!(found.is_some());
    }
    Ok(())
}

/// What comes of the same batches in order.
fn one_writer(store: &MemoryStore, entities: &[String]) -> BTreeSet<(u64, String)> {
    let world = World::new(Gated::calm(store));
    for phase in 0..=PHASES {
        for batch in batches(entities, phase) {
            // Without gates to stop at, and with a store that never waits.
            assert_eq!(finish_now(world.deliver(&batch)), Some(Delivered::Whole));
        }
    }
    world.told()
}

/// A batch of one entity.
struct Batch {
    id: u64,
    observed: Observations,
}

/// What came of a delivery.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Delivered {
    Whole,
    /// It failed, or somebody else has alerts of it that are not known to be sent.
    Again,
}

type Writer<'a> = (usize, Pin<Box<dyn Future<Output = Delivered> + 'a>>);

/// Delivers batches until each was taken whole.
async fn run<S: Store>(world: &World<'_, S>, batches: &[Batch]) {
    let gate = &world.engine.store().gate;
    let mut waiting: Vec<usize> = (0..batches.len()).collect();
    waiting.extend((0..batches.len()).filter(|_| gate.one_in(3)));
    let mut writers: [Option<Writer<'_>>; WRITERS] = [const { None }; WRITERS];
    for _ in 0..MOST {
        world.clock.fetch_add(1, Ordering::Relaxed);
        if waiting.is_empty() && writers.iter().all(Option::is_none) {
            return;
        }
        let place = &mut writers[gate.below(WRITERS)];
        let Some((batch, writer)) = place else {
            if !waiting.is_empty() {
                let batch = waiting.swap_remove(gate.below(waiting.len()));
                *place = Some((batch, Box::pin(world.deliver(&batches[batch]))));
            }
            continue;
        };
        let batch = *batch;
        if gate.one_in(40) {
            // Dies where it stands.
            *place = None;
            waiting.push(batch);
            continue;
        }
        match gate.advance(writer.as_mut()).await {
            None => {}
            Some(Delivered::Whole) => *place = None,
            Some(Delivered::Again) => {
                *place = None;
                waiting.push(batch);
            }
        }
    }
    panic!("{} batches were never taken whole", waiting.len());
}

/// The engine, and those whom it tells.
struct World<'a, S> {
    engine: Engine<Gated<'a, S>>,
    settings: Settings,
    intel: Intel,
    clock: AtomicI64,
    told: std::sync::Mutex<BTreeMap<u64, BTreeSet<String>>>,
}

impl<'a, S: Store> World<'a, S> {
    fn new(store: Gated<'a, S>) -> Self {
        Self {
            engine: Engine::new(store),
            settings: Settings::default(),
            intel: Intel::default(),
            clock: AtomicI64::new(NOW),
            told: std::sync::Mutex::default(),
        }
    }

    /// One delivery, as a function makes it: applied, told, confirmed.
    async fn deliver(&self, batch: &Batch) -> Delivered {
        match self.try_deliver(batch).await {
            Ok(delivered) => delivered,
            Err(EngineError::Document { .. }) => panic!("a document was damaged"),
            Err(_) => Delivered::Again,
        }
    }

    async fn try_deliver(&self, batch: &Batch) -> Result<Delivered, EngineError> {
        let now = self.clock.load(Ordering::Relaxed);
        let run =
            Run { batch: batch.id, settings: &self.settings, intel: &self.intel, now, deadline: now + LIFE };
        let applied = self.engine.apply(&batch.observed, &run).await?;
        let mut sent = Vec::new();
        for alert in &applied.alerts {
            self.tell(alert.id, &alert.finding.uid);
            sent.push(alert.id);
        }
        self.engine.confirm(&batch.observed.key, &sent, now).await?;
        let whole = applied.elsewhere == 0 || !applied.repeated;
        Ok(if whole { Delivered::Whole } else { Delivered::Again })
    }

    fn tell(&self, id: u64, incident: &str) {
        let mut told = self.told.lock().unwrap_or_else(|_| panic!("another writer panicked"));
        told.entry(id).or_default().insert(incident.to_owned());
    }

    /// Ids with the incident that each is of, however often they were told.
    fn told(&self) -> BTreeSet<(u64, String)> {
        let told = self.told.lock().unwrap_or_else(|_| panic!("another writer panicked"));
        told.iter().flat_map(|(id, incidents)| incidents.iter().map(|it| (*id, it.clone()))).collect()
    }
}

/// A store whose caller is stopped before and after each operation.
struct Gated<'a, S> {
    inner: &'a S,
    gate: Gate,
}

struct Gate {
    open: bool,
    reached: AtomicBool,
    dice: AtomicU64,
}

impl<'a, S> Gated<'a, S> {
    fn new(inner: &'a S, seed: u64) -> Self {
        Self { inner, gate: Gate { open: false, reached: AtomicBool::default(), dice: mix(seed + 1).into() } }
    }

    /// Nobody is stopped, and nothing fails.
    fn calm(inner: &'a S) -> Self {
        Self { inner, gate: Gate { open: true, reached: AtomicBool::default(), dice: 1.into() } }
    }
}

impl Gate {
    fn below(&self, bound: usize) -> usize {
        let drawn = mix(self.dice.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed));
        usize::try_from(drawn % bound as u64).unwrap_or_default()
    }

    fn one_in(&self, many: usize) -> bool {
        self.below(many) == 0
    }

    /// Stops whoever comes here until its next turn.
    async fn pass(&self) {
        let mut passed = self.open;
        poll_fn(|_| {
            if passed {
                return Poll::Ready(());
            }
            passed = true;
            self.reached.store(true, Ordering::Relaxed);
            Poll::Pending
        })
        .await;
    }

    /// Lets a writer go on to its next gate, or to its end.
    async fn advance<T>(&self, mut writer: Pin<&mut (dyn Future<Output = T> + '_)>) -> Option<T> {
        self.reached.store(false, Ordering::Relaxed);
        poll_fn(|context| match writer.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if self.reached.load(Ordering::Relaxed) => Poll::Ready(None),
            // Waits for a real store.
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    fn fails(&self) -> Outcome {
        if !self.open && self.one_in(60) {
            return Err(StoreError::Unavailable { source: "no answer".into() });
        }
        Ok(())
    }
}

impl<S: Store> Store for Gated<'_, S> {
    async fn load(&self, keys: &[Key]) -> Result<Vec<Option<Stored>>, StoreError> {
        self.gate.pass().await;
        let loaded = self.inner.load(keys).await;
        self.gate.pass().await;
        self.gate.fails()?;
        loaded
    }

    async fn save(
        &self,
        key: &Key,
        body: &[u8],
        expected: Option<u64>,
        expires: Option<i64>,
    ) -> Result<Saved, StoreError> {
        self.gate.pass().await;
        self.gate.fails()?;
        let saved = self.inner.save(key, body, expected, expires).await;
        self.gate.pass().await;
        // Done, and the answer lost.
        self.gate.fails()?;
        saved
    }

    async fn delete(&self, key: &Key, expected: u64) -> Result<Saved, StoreError> {
        self.inner.delete(key, expected).await
    }

    async fn list(&self, partition: &str) -> Result<Vec<(Key, Stored)>, StoreError> {
        self.inner.list(partition).await
    }
}

/// What is kept of an entity, and that all of its alerts are known to be sent.
async fn state<S: Store>(store: &S, entity: &str) -> Result<Option<EntityState>, StoreError> {
    let key = weir_detection::entity::EntityKey { account: ACCOUNT.to_owned(), id: entity.to_owned() };
    let loaded = store.load(&[crate::engine::state_key(&key)]).await?;
    let Some(stored) = loaded.into_iter().next().flatten() else { return Ok(None) };
    let document = crate::engine::document::Document::<EntityState>::decode(&stored.body);
    let document = document.unwrap_or_else(|error| panic!("{entity}: {error}"));
    assert!(!document.has_unsent(), "{entity} has alerts that nobody was told");
    Ok(Some(document.state))
}

const ACCOUNT: &str = "123456789012";

/// The batches of a phase: each entity's quiet minutes, with a scan in them; the last phase only closes.
fn batches(entities: &[String], phase: i64) -> Vec<Batch> {
    let minutes = if phase == PHASES { 1 } else { MINUTES };
    let mut batches = Vec::new();
    for minute in 0..minutes {
        for (n, entity) in (0_u32..).zip(entities) {
            let time = START + phase * 7_200_000 + minute * 60_000;
            let hosts = if phase == PHASES { 0 } else { 4 + n };
            let id = mix(batches.len() as u64 + 1) ^ mix(phase as u64 + 1);
            batches.push(Batch { id, observed: observed(entity, time, hosts) });
        }
    }
    batches
}

/// A minute of a host: a request that is answered, and so many that are not.
fn observed(entity: &str, time: i64, hosts: u32) -> Observations {
    let (settings, intel) = (Settings::default(), Intel::default());
    let mut collector = Collector::new(&settings, &intel);
    let web = IpAddr::from(Ipv4Addr::new(8, 8, 8, 8));
    let asked = flow(entity, time, web, 443, 1_500, 6);
    collector.push(&asked);
    collector.push(&Flow {
        src: asked.dst,
        dst: asked.src,
        src_port: asked.dst_port,
        dst_port: asked.src_port,
        bytes: Some(40_000),
        packets: Some(30),
        tcp_flags: Some(18),
        direction: Some(weir_records::Direction::Ingress),
        ..asked
    });
    let minute = u32::try_from(time / 60_000 % 100_000).unwrap_or_default();
    for host in 0..hosts {
        let target = IpAddr::from(Ipv4Addr::from(0x2D00_0000 + minute * 64 + host));
        collector.push(&flow(entity, time, target, 23, 44, 1));
    }
    collector.take_batch().remove(0)
}

fn flow(entity: &str, start: i64, dst: IpAddr, port: u16, bytes: u64, packets: u64) -> Flow<'_> {
    Flow {
        account: Some(ACCOUNT),
        interface: Some(entity),
        src_port: Some(40_000),
        dst_port: Some(port),
        protocol: Some(6),
        bytes: Some(bytes),
        packets: Some(packets),
        tcp_flags: Some(2),
        direction: Some(weir_records::Direction::Egress),
        ..Flow::between(IpAddr::from([10, 0, 0, 5]), dst, start, start + 59_000)
    }
}
