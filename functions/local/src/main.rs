//! Find bandwidth hijacking in flow logs on one machine.

mod input;
mod memory;
mod options;
mod replay;
mod stream;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let options = match options::Options::try_parse() {
        Ok(options) => options,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match options.command {
        options::Command::Replay(replay) => match replay::run(&replay, &mut std::io::stdout().lock()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("weir: {error:#}");
                ExitCode::from(if error.is::<options::Usage>() { 2 } else { 1 })
            }
        },
    }
}
