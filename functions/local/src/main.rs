//! find bandwidth hijacking in flow logs on one machine.

fn main() {}
