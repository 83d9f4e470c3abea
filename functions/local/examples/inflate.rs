//! Bare decompression of files, the measure of what reading a log costs at least.
//!
//! `cargo run --release -p weir --example inflate FILE…`

use std::error::Error;
use std::fs::File;
use std::io::{self, Read as _, Write};

use weir_records::decode::Decoder;

fn main() -> Result<(), Box<dyn Error>> {
    let mut buffer = vec![0; 256 << 10];
    let mut total = 0;
    for path in std::env::args().skip(1) {
        let mut decoder = Decoder::open(File::open(path)?, None)?;
        loop {
            match decoder.read(&mut buffer)? {
                0 => break,
                count => total += count,
            }
        }
    }
    writeln!(io::stdout(), "{total} bytes")?;
    Ok(())
}
