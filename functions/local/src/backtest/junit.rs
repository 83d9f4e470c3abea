//! The outcome as JUnit XML, for the CI's own page of tests.

use std::io::Write;

use anyhow::Result;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::checks::Check;

/// Writes a suite with one case an expectation.
pub(super) fn write(checks: &[Check], to: impl Write) -> Result<()> {
    let mut suite = TestSuite::new("expectations");
    for check in checks {
        let status = match &check.fault {
            None => TestCaseStatus::success(),
            Some(fault) => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(fault.as_str());
                status
            }
        };
        let mut case = TestCase::new(check.name.as_str(), status);
        case.set_classname(format!("weir.backtest.{}", check.kind));
        suite.add_test_case(case);
    }
    let mut report = Report::new("weir backtest");
    report.add_test_suite(suite);
    report.serialize(to)?;
    Ok(())
}
