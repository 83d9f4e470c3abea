//! Socket addresses as the kernel holds them.

use std::net::IpAddr;

/// Address and port of an internet socket address; `None` for any other family.
///
/// # Source
///
/// `struct sockaddr_in`, `struct sockaddr_in6` of `ip(7)` and `ipv6(7)`: the family in the order of the machine, the
/// port in that of the network.
pub(super) fn read(bytes: &[u8]) -> Option<(IpAddr, u16)> {
    let port = u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?);
    match bytes.get(..2)? {
        [2, 0] | [0, 2] => {
            let address: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
            Some((IpAddr::from(address), port))
        }
        [10, 0] | [0, 10] => {
            let address: [u8; 16] = bytes.get(8..24)?.try_into().ok()?;
            Some((IpAddr::from(address).to_canonical(), port))
        }
        _ => None,
    }
}
