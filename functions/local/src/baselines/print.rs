//! Baselines and windows as lines of JSON, or as a table.

use std::io::Write;

use anyhow::Result;
use serde::Serialize;
use weir_alerting::units;
use weir_detection::observation::BUCKET;

use super::baseline::Baseline;
use crate::options::{Baselines, Format};

/// Prints what the options ask for.
pub(super) struct Printer<'a> {
    options: &'a Baselines,
    out: &'a mut dyn Write,
}

/// One window as JSON.
#[derive(Serialize)]
struct Window<'a> {
    entity: &'a str,
    start: i64,
    bytes_out: u64,
}

impl<'a> Printer<'a> {
    pub(super) fn new(options: &'a Baselines, out: &'a mut dyn Write) -> Self {
        Self { options, out }
    }

    /// Prints a window and, where they count, the silent ones from `expected` on.
    pub(super) fn windows(
        &mut self,
        name: Option<&str>,
        expected: u32,
        window: u32,
        bytes: u64,
    ) -> Result<()> {
        self.silent(name, expected, window)?;
        match name.filter(|_| self.options.windows) {
            Some(name) => self.window(name, window, bytes),
            None => Ok(()),
        }
    }

    /// Prints the silent windows from `from` to before `until`, where they count.
    pub(super) fn silent(&mut self, name: Option<&str>, from: u32, until: u32) -> Result<()> {
        let Some(name) = name.filter(|_| self.options.windows && self.options.zero_fill) else {
            return Ok(());
        };
        (from..until).try_for_each(|window| self.window(name, window, 0))
    }

    /// Prints the baselines, unless windows were asked for; who sends most comes first.
    pub(super) fn baselines(&mut self, mut baselines: Vec<Baseline>) -> Result<()> {
        baselines.sort_by(|a, b| b.total_bytes.cmp(&a.total_bytes).then_with(|| a.entity.cmp(&b.entity)));
        match self.options.format {
            _ if self.options.windows => {}
            Format::Json => {
                for baseline in &baselines {
                    writeln!(self.out, "{}", serde_json::to_string(baseline)?)?;
                }
            }
            Format::Table => self.table(&baselines)?,
        }
        Ok(self.out.flush()?)
    }

    fn window(&mut self, entity: &str, window: u32, bytes_out: u64) -> Result<()> {
        let start = i64::from(window) * BUCKET;
        match self.options.format {
            Format::Json => {
                writeln!(self.out, "{}", serde_json::to_string(&Window { entity, start, bytes_out })?)?;
            }
            Format::Table => {
                writeln!(self.out, "{}  {:>9}  {entity}", units::utc(start), units::bytes(bytes_out))?;
            }
        }
        Ok(())
    }

    fn table(&mut self, baselines: &[Baseline]) -> Result<()> {
        if baselines.is_empty() {
            writeln!(self.out, "No external egress.")?;
            return Ok(());
        }
        let wide = baselines.iter().map(|baseline| baseline.entity.chars().count()).max().unwrap_or(0).max(6);
        writeln!(self.out, "External egress in windows of 5 minutes:\n")?;
        writeln!(
            self.out,
            "{:<wide$}  {:>7}  {:>9}  {:>9}  {:>9}  {:>9}  {:>9}  {:>9}  {:>9}",
            "ENTITY", "WINDOWS", "P50", "P90", "P95", "P99", "PEAK", "TOTAL", "USD/MONTH",
        )?;
        for baseline in baselines {
            writeln!(
                self.out,
                "{:<wide$}  {:>7}  {:>9}  {:>9}  {:>9}  {:>9}  {:>9}  {:>9}  {:>9}",
                baseline.entity,
                units::thousands(baseline.windows),
                units::bytes(baseline.p50),
                units::bytes(baseline.p90),
                units::bytes(baseline.p95),
                units::bytes(baseline.p99),
                units::bytes(baseline.peak),
                units::bytes(baseline.total_bytes),
                usd(baseline.usd_month),
            )?;
        }
        let total = baselines.iter().map(|baseline| baseline.total_bytes).fold(0, u64::saturating_add);
        let cost: f64 = baselines.iter().map(|baseline| baseline.usd_month).sum();
        let entities = if baselines.len() == 1 { "entity" } else { "entities" };
        writeln!(
            self.out,
            "\n{} {entities} sent {}; at this pace {} a month. Percentiles are within 6.25 %.",
            units::thousands(baselines.len() as u64),
            units::bytes(total),
            usd(cost),
        )?;
        Ok(())
    }
}

fn usd(amount: f64) -> String {
    units::usd(amount as f32).unwrap_or_default()
}
