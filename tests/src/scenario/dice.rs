//! A small seeded source of randomness whose sequence never changes.
//!
//! A library generator may change its sequence with a new version, and the mathematics of platforms differ in
//! the last digit; the shipped scenario must not change with either, hence `libm`.

/// SplitMix64: one 64-bit word of state, equal sequences for equal seeds on every platform.
#[derive(Debug, Clone)]
pub struct Dice {
    state: u64,
}

/// Mixes words into one: the address of the n-th thing of a kind, without state.
pub fn mix(words: &[u64]) -> u64 {
    words.iter().fold(0x9e37_79b9_7f4a_7c15, |h, &w| scramble(h ^ w.wrapping_mul(0xff51_afd7_ed55_8ccd)))
}

impl Dice {
    /// A stream of its own for each seed and set of labels.
    pub fn new(seed: u64, labels: &[u64]) -> Self {
        Self { state: scramble(seed) ^ mix(labels) }
    }

    /// The next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        scramble(self.state)
    }

    /// A number in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// An integer in [0, n); 0 when n is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        if n == 0 { 0 } else { self.bits() % n }
    }

    /// An integer in [low, high].
    pub fn range(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// A number in [low, high).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// A standard normal deviate (Box-Muller, one of the pair).
    pub fn normal(&mut self) -> f64 {
        let u = 1.0 - self.unit();
        (-2.0 * libm::log(u)).sqrt() * libm::cos(std::f64::consts::TAU * self.unit())
    }

    /// A log-normal deviate of the given median and sigma of the logarithm.
    pub fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        median * libm::exp(sigma * self.normal())
    }

    /// A Poisson count; normal approximation above 30, exact below.
    pub fn poisson(&mut self, mean: f64) -> u64 {
        if mean <= 0.0 {
            return 0;
        }
        if mean > 30.0 {
            return (mean + mean.sqrt() * self.normal()).round().max(0.0) as u64;
        }
        let (limit, mut product, mut count) = (libm::exp(-mean), self.unit(), 0);
        while product > limit {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// One of the items; the list must not be empty.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let i = self.below(items.len() as u64) as usize;
        &items[i]
    }
}

fn scramble(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poisson_and_lognormal_keep_their_means() {
        let mut dice = Dice::new(1, &[]);
        let n = 20_000;
        for mean in [0.3, 4.0, 90.0] {
            let sum: u64 = (0..n).map(|_| dice.poisson(mean)).sum();
            let got = sum as f64 / f64::from(n);
            assert!((got / mean - 1.0).abs() < 0.05, "mean {mean} came out as {got}");
        }
        let sum: f64 = (0..n).map(|_| dice.lognormal(10.0, 0.5)).sum();
        let want = 10.0 * (0.125f64).exp();
        assert!((sum / f64::from(n) / want - 1.0).abs() < 0.05);
    }
}
