//! 95 % intervals of a share and of a count.

/// Wilson interval of `hits` out of `total`; (0, 1) when there was nothing.
pub fn wilson(hits: usize, total: usize) -> (f64, f64) {
    if total == 0 {
        return (0.0, 1.0);
    }
    let (n, z) = (total as f64, 1.959_964);
    let p = hits as f64 / n;
    let (scale, centre) = (1.0 + z * z / n, p + z * z / (2.0 * n));
    let spread = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    (((centre - spread) / scale).max(0.0), ((centre + spread) / scale).min(1.0))
}

/// Exact (Garwood) interval of the mean of a Poisson count, by bisection on the distribution.
pub fn poisson(count: usize) -> (f64, f64) {
    let low = if count == 0 { 0.0 } else { solve(|mean| 1.0 - at_most(count - 1, mean) < 0.025) };
    (low, solve(|mean| at_most(count, mean) > 0.025))
}

/// P(X <= count) for a Poisson mean.
fn at_most(count: usize, mean: f64) -> f64 {
    let (mut log_term, mut sum) = (-mean, (-mean).exp());
    for k in 1..=count {
        log_term += (mean / k as f64).ln();
        sum += log_term.exp();
    }
    sum
}

/// The largest mean that still satisfies a condition which holds below it.
fn solve(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while holds(high) && high < 1e9 {
        high *= 2.0;
    }
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if holds(middle) { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: (f64, f64), want: (f64, f64)) {
        assert!((got.0 - want.0).abs() < 0.002 && (got.1 - want.1).abs() < 0.002, "{got:?} is not {want:?}");
    }

    #[test]
    fn intervals_agree_with_published_tables() {
        close(poisson(0), (0.0, 3.689));
        close(poisson(1), (0.0253, 5.572));
        close(poisson(10), (4.795, 18.390));
        close(wilson(74, 74), (0.9506, 1.0));
        close(wilson(0, 16), (0.0, 0.1936));
    }
}
