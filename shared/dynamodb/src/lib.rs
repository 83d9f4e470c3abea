//! the store of weir-state over a DynamoDB table.
