//! Documents as they lie in a table: another layout or a broken one is refused, a good one is written as it was read.

use weir_detection::state::EntityState;

pub(crate) fn run(bytes: &[u8]) {
    let Ok(state) = EntityState::decode(bytes) else { return };
    let written = match state.encode() {
        Ok(written) => written,
        Err(error) => panic!("a document that was read cannot be written: {error}"),
    };
    let Ok(again) = EntityState::decode(&written) else {
        panic!("a document that was written cannot be read")
    };
    assert_eq!(again.encode().ok(), Some(written));
}
