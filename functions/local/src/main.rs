//! Find bandwidth hijacking in flow logs on one machine.

mod ahead;
mod backtest;
mod baselines;
mod detect;
mod event_log;
mod expectations;
mod explain;
mod input;
mod options;
mod parse;
mod progress;
mod reading;
mod replay;
mod report;
mod settings;
mod sort;
mod stream;
mod summary;
mod told;
mod tune;
mod variation;

use std::io::{BufWriter, ErrorKind};
use std::process::ExitCode;

use clap::Parser;
use options::{Command, Options, Usage};

fn main() -> ExitCode {
    let options = match Options::try_parse() {
        Ok(options) => options,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let mut out = BufWriter::with_capacity(64 * 1024, std::io::stdout().lock());
    let done = match options.command {
        Command::Replay(options) => replay::run(&options, &mut out),
        Command::Backtest(options) => backtest::run(&options, &mut out),
        Command::Tune(options) => tune::run(&options, &mut out),
        Command::Explain(options) => explain::run(&options, &mut out),
        Command::Parse(options) => parse::run(&options, &mut out),
        Command::Baselines(options) => baselines::run(&options, &mut out),
        Command::Settings(options) => settings::run(&options, &mut out),
    };
    done.unwrap_or_else(|error| {
        // `weir … | head` has seen enough: that is no fault.
        if error.chain().any(is_closed_pipe) {
            return ExitCode::SUCCESS;
        }
        eprintln!("weir: {error:#}");
        ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
    })
}

fn is_closed_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
