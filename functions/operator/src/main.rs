//! Operate a deployment of Weir.

mod aws;
mod backfill;
mod baseline;
mod deployment;
mod digest;
mod doctor;
mod fault;
mod feedback;
mod options;
mod redrive;
mod rows;
mod settings;
mod test_fire;

use std::io::{BufWriter, Write as _};
use std::process::ExitCode;

use aws::Aws;
use clap::Parser as _;
use fault::Usage;
use options::{Command, Options};

fn main() -> ExitCode {
    let options = match Options::try_parse() {
        Ok(options) => options,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let mut out = BufWriter::new(std::io::stdout().lock());
    let done = Aws::start(options.place).and_then(|aws| match options.command {
        Command::Backfill(options) => backfill::run(&options, &aws, &mut out),
        Command::Settings(options) => settings::run(&options, &aws, &mut out),
        Command::Baseline(options) => baseline::run(&options, &aws, &mut out),
        Command::Digest(options) => digest::run(&options, &aws, &mut out),
        Command::Feedback(options) => feedback::run(&options, &aws, &mut out),
        Command::TestFire(options) => test_fire::run(&options, &aws, &mut out),
        Command::Redrive(options) => redrive::run(&options, &aws, &mut out),
        Command::Doctor(options) => doctor::run(&options, &aws, &mut out),
    });
    let flushed = out.flush();
    done.unwrap_or_else(|error| {
        // `weirctl … | head` has seen enough: that is no fault.
        if flushed.is_err() {
            return ExitCode::SUCCESS;
        }
        eprintln!("weirctl: {error:#}");
        ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
    })
}
