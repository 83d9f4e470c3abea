//! What Weir knows about addresses and machines before it sees traffic: lists, country and ASN, inventory.
//!
//! No I/O: bytes come in, look-ups go out.

pub mod cidr;
pub mod ranges;

pub use cidr::{Cidr, CidrError};
pub use ranges::{LineError, RangeSet};
