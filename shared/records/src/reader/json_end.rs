//! Where a JSON document ends, without reading what it says.

use memchr::memchr2;

/// Finds the end of one document, piece by piece.
///
/// A broken document in a file of one document a line must not swallow the lines after it. So a
/// string may not run over a line ending (JSON forbids it), and inside an object a new line does
/// not begin with a brace, a letter or a digit (what pretty-printers write there is indented, or
/// closes something).
#[derive(Debug, Default)]
pub(super) struct JsonEnd {
    depth: usize,
    in_list: bool,
    in_string: bool,
    escaped: bool,
    after_line_end: bool,
    broken: bool,
}

impl JsonEnd {
    /// Within an object whose beginning was passed.
    pub(super) fn inside() -> Self {
        Self { depth: 1, ..Self::default() }
    }

    /// Whether the document ended without closing.
    pub(super) const fn is_broken(&self) -> bool {
        self.broken
    }

    /// The offset behind the document, if it ends within `bytes`; else all of them are inside.
    ///
    /// The first call has to begin with the opening bracket.
    pub(super) fn scan(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if self.in_string {
                if self.escaped {
                    self.escaped = false;
                    at += 1;
                    continue;
                }
                let rest = bytes.get(at..).unwrap_or_default();
                // A string is short; only a payload is worth searching, and that has no line ending.
                let length = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
                if let Some(line_end) = memchr::memchr(b'\n', rest.get(..length).unwrap_or_default()) {
                    self.broken = true;
                    return Some(at + line_end + 1);
                }
                at += length;
                match bytes.get(at) {
                    Some(b'\\') => self.escaped = true,
                    Some(_) => self.in_string = false,
                    None => return None,
                }
                at += 1;
                continue;
            }
            if self.after_line_end {
                self.after_line_end = false;
                let foreign = byte.is_ascii_alphanumeric() || (*byte == b'{' && !self.in_list);
                if foreign && self.depth > 0 {
                    self.broken = true;
                    return Some(at);
                }
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => {
                    self.in_list |= self.depth == 0 && *byte == b'[';
                    self.depth += 1;
                }
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                b'\n' => self.after_line_end = true,
                _ => {}
            }
            at += 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(text: &str) -> (Option<usize>, bool) {
        let mut whole = JsonEnd::default();
        let at_once = whole.scan(text.as_bytes());
        let mut pieces = JsonEnd::default();
        let bytewise =
            text.as_bytes().iter().enumerate().find_map(|(i, byte)| Some(i + pieces.scan(&[*byte])?));
        assert_eq!(at_once, bytewise, "the answer does not depend on how the bytes arrive");
        (at_once, whole.is_broken())
    }

    #[test]
    fn brackets_inside_strings_do_not_count() {
        assert_eq!(ends(r#"{"a":"}\"}","b":[1,{}]} rest"#), (Some(23), false));
        assert_eq!(ends("{\n  \"a\": [\n    1\n  ]\n}\nnext"), (Some(22), false));
        assert_eq!(ends("[\n{},\n{}\n]"), (Some(10), false));
        assert_eq!(ends(r#"{"a":"#), (None, false));
    }

    #[test]
    fn a_broken_document_ends_at_the_line_that_is_not_its_own() {
        assert_eq!(ends("{\"a\":1,\n{\"b\":2}"), (Some(8), true));
        assert_eq!(ends("{\"a\":1,\n2 123456789010"), (Some(8), true));
        assert_eq!(ends("{\"a\":\"cut\n{\"b\":2}"), (Some(10), true));
        assert_eq!(ends("[{},\n2 123456789010"), (Some(5), true));
    }
}
