//! The goals, measured.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::Options;
use crate::run::{Cost, Job, interleaved, median};

/// The sums that `weir baselines` makes, by SQL on one thread.
const SQL: &str = r#"
import duckdb, sys
duckdb.sql("SET threads = 1")
duckdb.sql("""
WITH sums AS (
  SELECT "interface-id" AS entity, "end" // 300 AS number, sum(bytes) AS bytes
  FROM read_csv(?, delim = ' ', header = true, nullstr = '-', columns = {
    'version': 'VARCHAR', 'account-id': 'VARCHAR', 'interface-id': 'VARCHAR', 'srcaddr': 'VARCHAR', 'dstaddr': 'VARCHAR',
    'srcport': 'INTEGER', 'dstport': 'INTEGER', 'protocol': 'INTEGER', 'packets': 'BIGINT', 'bytes': 'BIGINT',
    'start': 'BIGINT', 'end': 'BIGINT', 'action': 'VARCHAR', 'log-status': 'VARCHAR'})
  WHERE starts_with(srcaddr, '10.') AND NOT starts_with(dstaddr, '10.') GROUP BY ALL)
SELECT entity, count(*), quantile_disc(bytes, [0.5, 0.9, 0.95, 0.99]), max(bytes), sum(bytes) FROM sums GROUP BY entity
""", params = [sys.argv[1]]).fetchall()
"#;

/// Fixed memory of a detector, and what a live window and destination may add, bytes.
const DETECTOR: f64 = 12e6;
const LIVE: f64 = 80.0;

/// A ratio with its limit.
struct Goal {
    what: &'static str,
    measured: f64,
    limit: f64,
    /// The measured value should be at least the limit.
    at_least: bool,
    unit: &'static str,
}

/// Measures everything and prints a table.
pub(crate) fn run(options: &Options) -> Result<()> {
    let this = std::env::current_exe()?;
    let weir = match &options.weir {
        Some(weir) => weir.clone(),
        None => this.with_file_name("weir"),
    };
    std::fs::create_dir_all(&options.folder)
        .with_context(|| format!("cannot make {}", options.folder.display()))?;
    let (large, payloads) = generated(&this, &options.folder, options.lines)?;
    let (small, _) = generated(&this, &options.folder, options.lines / 5)?;
    let child = |name: &str, file: &Path| Job::new(&this, [name.as_ref(), file.as_os_str()]);
    let command = |name: &str, file: &Path| {
        Job::new(&weir, [name.as_ref(), "--format".as_ref(), "json".as_ref(), file.as_os_str()])
    };
    let jobs = [
        child("inflate", &large),
        command("replay", &large),
        command("baselines", &large),
        command("replay", &small),
        command("baselines", &small),
        child("inflate-payloads", &payloads),
        child("detect-payloads", &payloads),
    ];
    let costs = interleaved(&jobs, options.rounds)?;
    let [inflate, replay, baselines, small_replay, small_baselines, bare, detected] = costs.as_slice() else {
        return Ok(());
    };
    let peak = |costs: &[Cost]| median(costs.iter().map(|cost| cost.peak)) / 1e6;
    let live: f64 = child("live", &large).output()?.parse()?;
    let at_most = |what, measured, limit, unit| Goal { what, measured, limit, at_least: false, unit };
    let mut goals = vec![
        at_most("CloudWatch path / base64 and inflate, CPU", ratio(detected, bare), 2.0, "x"),
        at_most("replay / inflate, CPU", ratio(replay, inflate), 2.5, "x"),
        at_most("baselines / inflate, CPU", ratio(baselines, inflate), 1.75, "x"),
        at_most("replay of five times the lines, CPU", ratio(replay, small_replay), 5.3, "x"),
        at_most("baselines of five times the lines, CPU", ratio(baselines, small_baselines), 5.3, "x"),
        at_most("peak of baselines", peak(baselines), 8.0, "MB"),
        at_most("peak of replay", peak(replay), (DETECTOR + LIVE * live) / 1e6, "MB"),
    ];
    let counted = child("allocations", &small).output()?.parse()?;
    goals.push(at_most("allocations a record, replay", counted, 0.01, ""));
    let mut out = std::io::stdout().lock();
    if has_duckdb(&options.python) {
        let sql = Job::new(&options.python, ["-c".as_ref(), SQL.as_ref(), large.as_os_str()]);
        let pair = [sql, command("baselines", &large)];
        if let [sql, own] = interleaved(&pair, options.rounds)?.as_slice() {
            let measured = ratio(sql, own);
            let what = "DuckDB on one thread / baselines, CPU";
            goals.push(Goal { what, measured, limit: 3.5, at_least: true, unit: "x" });
            let what = "DuckDB on one thread / baselines, peak";
            let measured = peak(sql) / peak(own);
            goals.push(Goal { what, measured, limit: 15.0, at_least: true, unit: "x" });
        }
    } else {
        writeln!(out, "DuckDB is left out: {} has no module duckdb", options.python.display())?;
    }
    let seconds = median(inflate.iter().map(|cost| cost.cpu));
    writeln!(
        out,
        "{} lines; bare inflate takes {:.0} ns of CPU a line\n",
        options.lines,
        seconds * 1e9 / options.lines as f64
    )?;
    for goal in &goals {
        goal.print(&mut out)?;
    }
    Ok(())
}

impl Goal {
    fn print(&self, out: &mut impl Write) -> std::io::Result<()> {
        let met = if self.at_least { self.measured >= self.limit } else { self.measured <= self.limit };
        let (sign, verdict) = (if self.at_least { ">=" } else { "<=" }, if met { "met" } else { "missed" });
        let Self { what, measured, limit, unit, .. } = self;
        writeln!(out, "{what:<42} {measured:>8.2} {unit:<2}  goal {sign} {limit:<6.2} {verdict}")
    }
}

/// The median of the rounds' ratios: a busy machine slows both sides of a round alike.
fn ratio(above: &[Cost], below: &[Cost]) -> f64 {
    median(above.iter().zip(below).map(|(above, below)| above.cpu / below.cpu))
}

/// The generated files of so many lines, made where they are not there yet.
fn generated(this: &Path, folder: &Path, lines: u64) -> Result<(PathBuf, PathBuf)> {
    let file = folder.join(format!("{lines}.log.gz"));
    let payloads = folder.join(format!("{lines}.payloads"));
    if !payloads.exists() {
        // In a process of its own: it needs memory, and this one must stay small. The name comes last.
        let whole = payloads.with_extension("part");
        let lines = lines.to_string();
        Job::new(this, ["generate".as_ref(), lines.as_ref(), file.as_os_str(), whole.as_os_str()]).cost()?;
        std::fs::rename(whole, &payloads)?;
    }
    Ok((file, payloads))
}

fn has_duckdb(python: &Path) -> bool {
    Job::new(python, ["-c", "import duckdb"]).cost().is_ok()
}
