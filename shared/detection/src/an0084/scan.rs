//! K6: destinations that do not answer.

use super::{AN_HOUR, View};
use crate::finding::{Kernel, Severity};
use crate::kernels::Verdict;

/// K6: distinct hosts on one port, or ports of one host, that do not answer.
pub(super) fn scan(view: &View<'_>) -> Option<Verdict> {
    let settings = &view.settings.an0084;
    let verdict = |score: f64, facts| Verdict {
        kernel: Kernel::Scan,
        severity: Severity::Medium,
        score: score as f32,
        facts,
    };
    if let Some(worst) = view.summary.tries.first()
        && worst.failed >= settings.scan.hosts
    {
        let ratio = f64::from(worst.failed) / f64::from(worst.tried.max(1));
        // A client whose server is down tries again and again; a scanner asks once or twice.
        let packets = worst.packets as f64 / f64::from(worst.failed);
        if (ratio >= settings.scan.fail_ratio || worst.failed >= 1_000 && ratio >= 0.3) && packets <= 2.5 {
            let fact = format!(
                "{} of {} hosts tried on port {} within five minutes did not answer",
                worst.failed, worst.tried, worst.port
            );
            return Some(verdict(0.6 + (f64::from(worst.failed) / 25.0).log2() / 20.0, vec![fact]));
        }
    }
    if let Some((host, ports)) = view.summary.host_ports
        && ports >= settings.scan.ports
    {
        return Some(verdict(
            0.7,
            vec![format!("{ports} ports of {host} tried within five minutes did not answer")],
        ));
    }
    let cells = view.state.ring.last(view.bucket, AN_HOUR);
    let failed: u32 = cells.iter().map(|cell| u32::from(cell.failed)).sum();
    let tried: u32 = cells.iter().map(|cell| u32::from(cell.tried)).sum();
    let active = cells.iter().filter(|cell| cell.failed > 0).count();
    let silent = || view.summary.tries.iter().filter(|tries| tries.failed * 2 >= tries.tried);
    let packets: u64 = silent().map(|tries| tries.packets).sum();
    let now: u32 = silent().map(|tries| tries.failed).sum();
    (failed >= 2 * settings.scan.hosts
        && active >= 3
        && now > 0
        && packets <= u64::from(now) * 5 / 2
        && f64::from(failed) >= 0.7 * f64::from(tried))
    .then(|| {
        verdict(0.65, vec![format!("{failed} of {tried} destinations tried within the hour did not answer")])
    })
}
