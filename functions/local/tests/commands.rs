//! The commands as a user runs them.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its input has failed")]

mod commands {
    mod baselines;
    mod names;
    mod parse;
    mod run;
    mod settings;
    mod stream;
}
