//! Rank correlation and overlap of two series.

/// Spearman's rank correlation in [−1, 1]; 0 where either series is constant.
pub fn spearman(a: &[f64], b: &[f64]) -> f64 {
    pearson(&ranks(a), &ranks(b))
}

/// Pearson's correlation in [−1, 1]; 0 where either series is constant.
pub fn pearson(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len().min(b.len());
    if n < 3 {
        return 0.0;
    }
    let mean = |series: &[f64]| series.iter().take(n).sum::<f64>() / n as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut covariance, mut variance_a, mut variance_b) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        covariance += (x - mean_a) * (y - mean_b);
        variance_a += (x - mean_a).powi(2);
        variance_b += (y - mean_b).powi(2);
    }
    if variance_a <= 0.0 || variance_b <= 0.0 { 0.0 } else { covariance / (variance_a * variance_b).sqrt() }
}

/// What a straight line through `x` leaves unexplained of `y`.
pub fn residuals(y: &[f64], x: &[f64]) -> Vec<f64> {
    let n = y.len().min(x.len()).max(1) as f64;
    let (mean_x, mean_y) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let variance: f64 = x.iter().map(|x| (x - mean_x).powi(2)).sum();
    let covariance: f64 = x.iter().zip(y).map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let slope = if variance > 0.0 { covariance / variance } else { 0.0 };
    x.iter().zip(y).map(|(x, y)| y - mean_y - slope * (x - mean_x)).collect()
}

/// Shared area of two series after scaling them to one sum, in [0, 1].
pub fn overlap(a: &[f64], b: &[f64]) -> f64 {
    let (sum_a, sum_b) = (a.iter().sum::<f64>(), b.iter().sum::<f64>());
    if sum_a <= 0.0 || sum_b <= 0.0 {
        return 0.0;
    }
    a.iter().zip(b).map(|(x, y)| (x / sum_a).min(y / sum_b)).sum()
}

/// How closely one series follows another: the best rank correlation without and with one bucket's delay.
pub fn coupling(push: &[f64], pull: &[f64]) -> f64 {
    let n = push.len().min(pull.len());
    if n < 6 {
        return 0.0;
    }
    let same = spearman(&push[..n], &pull[..n]);
    let later = spearman(&push[1..n], &pull[..n - 1]);
    same.max(later)
}

/// A running mean over `width` values, for coupling that buffering has smeared.
pub fn smooth(series: &[f64], width: usize) -> Vec<f64> {
    let width = width.max(1);
    series.windows(width).map(|window| window.iter().sum::<f64>() / width as f64).collect()
}

/// Average ranks, ties shared.
fn ranks(series: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..series.len()).collect();
    order.sort_by(|&i, &j| series[i].total_cmp(&series[j]));
    let mut ranks = vec![0.0; series.len()];
    let mut start = 0;
    while start < order.len() {
        let mut end = start + 1;
        while end < order.len() && series[order[end]] == series[order[start]] {
            end += 1;
        }
        let shared = (start + end - 1) as f64 / 2.0;
        order[start..end].iter().for_each(|&index| ranks[index] = shared);
        start = end;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rank_correlation_sees_order_and_not_scale() {
        let a = [1.0, 2.0, 3.0, 4.0, 50.0];

        assert!((spearman(&a, &[10.0, 20.0, 30.0, 4_000.0, 5_000.0]) - 1.0).abs() < 1e-9);
        assert!((spearman(&a, &[5.0, 4.0, 3.0, 2.0, 1.0]) + 1.0).abs() < 1e-9);
        assert_eq!(spearman(&a, &[7.0; 5]), 0.0);
    }

    #[test]
    fn residuals_keep_what_a_line_does_not_explain() {
        let x = [1.0, 2.0, 3.0, 4.0];

        assert!(residuals(&[12.0, 14.0, 16.0, 18.0], &x).iter().all(|left| left.abs() < 1e-9));
        assert!(residuals(&[12.0, 14.0, 17.0, 18.0], &x)[2] > 0.5);
        assert_eq!(residuals(&[1.0, 3.0], &[5.0, 5.0]), [-1.0, 1.0]);
    }

    #[test]
    fn overlap_is_one_for_one_shape_and_zero_for_disjoint_ones() {
        assert!((overlap(&[1.0, 2.0, 1.0], &[10.0, 20.0, 10.0]) - 1.0).abs() < 1e-9);
        assert_eq!(overlap(&[1.0, 0.0], &[0.0, 1.0]), 0.0);
    }

    #[test]
    fn coupling_tolerates_one_bucket_of_delay() {
        let pull = [1.0, 9.0, 2.0, 8.0, 3.0, 7.0, 4.0, 6.0];
        let push = [5.0, 1.0, 9.0, 2.0, 8.0, 3.0, 7.0, 4.0];

        assert!(coupling(&push, &pull) > 0.99);
    }
}
