//! The commands as a user runs them.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its input has failed")]

mod commands {
    mod backtest;
    mod baselines;
    mod endpoints;
    mod explain;
    mod hosts;
    mod names;
    mod parse;
    mod quiet;
    mod report;
    mod run;
    mod scan;
    mod settings;
    mod stream;
    mod tune;
}
