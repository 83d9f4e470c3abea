//! Names with an asterisk at the end.

/// Whether a name is the one that a pattern spells, or begins with what stands before its asterisk.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

/// The same of a name that is written as its log pleases; the pattern is in lower case.
pub(crate) fn matches_any_case(pattern: &str, name: &str) -> bool {
    matches(pattern, &name.to_lowercase())
}
