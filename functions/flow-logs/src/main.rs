//! the Lambda on VPC Flow Log subscriptions.

fn main() {}
