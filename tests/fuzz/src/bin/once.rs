//! Runs one target over one file: what libFuzzer found, again.

use std::{env, fs, io};

use weir_fuzz::TARGETS;

fn main() -> io::Result<()> {
    let mut words = env::args_os().skip(1);
    let (Some(name), Some(file)) = (words.next(), words.next()) else {
        return Err(io::Error::other("expected a target and a file: once TARGET FILE"));
    };
    let Some(target) = TARGETS.into_iter().find(|target| name == target.name) else {
        return Err(io::Error::other(format!("no target is called {}", name.display())));
    };
    (target.run)(&fs::read(file)?);
    Ok(())
}
