//! What share of alerts is right, given how rare hijacks are.

/// Precision where one entity-day in `1 / base_rate` is that of a hijack, each told of once.
///
/// `false_per_thousand` are false alerts for each 1,000 entity-days without one.
pub fn precision(recall: f64, false_per_thousand: f64, base_rate: f64) -> f64 {
    let right = base_rate * recall;
    let wrong = (1.0 - base_rate) * false_per_thousand / 1000.0;
    if right + wrong > 0.0 { right / (right + wrong) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_arithmetic_of_base_rates() {
        // Recall 0.9 and a base rate of 1e-3: false rates of 1e-2, 1e-3 and 1e-4 give 8, 47 and 90 %.
        let given = |false_rate: f64| (precision(0.9, false_rate * 1000.0, 1e-3) * 100.0).round();
        assert_eq!([given(1e-2), given(1e-3), given(1e-4)], [8.0, 47.0, 90.0]);
        assert_eq!((precision(0.9, 0.0, 1e-4), precision(0.0, 0.0, 1e-4)), (1.0, 0.0));
    }
}
