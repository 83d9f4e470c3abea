//! Text that came from logs, made fit to be shown.
//!
//! Tags, organisation names and identifiers reach a finding from lines that an attacker may have written. Shown raw
//! they could forge a second alert, reorder a line, drive a terminal, or be pasted into a shell.

use unicode_width::UnicodeWidthChar;

/// Makes `text` one harmless line of at most `columns` terminal columns.
///
/// Control, bidirectional and invisible characters are written as `\u{…}`; what is too long ends in `...`.
pub(crate) fn line(text: &str, columns: usize) -> String {
    let mut shown = String::new();
    let mut used = 0_usize;
    // Where to cut back to, so that the mark itself still fits.
    let mut cut = 0;
    let room = columns.saturating_sub(MARK.len());
    for character in text.trim().chars() {
        let start = shown.len();
        if character.is_whitespace() && !is_unsafe(character) {
            shown.push(' ');
            used += 1;
        } else if is_unsafe(character) {
            shown.extend(character.escape_unicode());
            used += shown.len() - start;
        } else {
            shown.push(character);
            used += character.width().unwrap_or(0);
        }
        if used <= room {
            cut = shown.len();
        }
        // Zero-width marks use no column, so bytes are bounded as well.
        if used > columns || shown.len() > columns.saturating_mul(8) {
            shown.truncate(cut);
            shown.push_str(MARK.get(..columns.min(MARK.len())).unwrap_or_default());
            break;
        }
    }
    shown
}

/// The same in ASCII: every other character becomes `?`.
pub(crate) fn ascii_line(text: &str, columns: usize) -> String {
    let ascii: String = text
        .trim()
        .chars()
        .map(|character| match character {
            '\t' | '\n' | '\r' => ' ',
            ' '..='~' => character,
            _ => '?',
        })
        .collect();
    line(&ascii, columns)
}

/// Escapes what a JSON text may hold raw and a terminal or an XML transport may not: DEL, C1 controls, bidirectional
/// and invisible characters, noncharacters. The value is unchanged.
pub(crate) fn json(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unsafe(character) {
            // Such a character can only stand inside a JSON string.
            for unit in character.encode_utf16(&mut [0; 2]) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// `id` where it is an AWS resource id with this prefix, such as `i-0abc…` for `i-`: what may stand in a command.
pub(crate) fn resource_id<'a>(id: &'a str, prefix: &str) -> Option<&'a str> {
    let hex = id.strip_prefix(prefix)?;
    let fits = (8..=32).contains(&hex.len()) && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    fits.then_some(id)
}

/// `region` where it reads like one, such as `eu-central-1`.
pub(crate) fn region(region: &str) -> Option<&str> {
    let fits = (5..=32).contains(&region.len())
        && region.starts_with(|first: char| first.is_ascii_lowercase())
        && region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    fits.then_some(region)
}

/// Ends what was cut.
const MARK: &str = "...";

/// Whether the character could change how its surroundings are read.
fn is_unsafe(character: char) -> bool {
    let code = u32::from(character);
    character.is_control()
        || code & 0xfffe == 0xfffe
        || matches!(code,
            0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f
            | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0x3164
            | 0xfdd0..=0xfdef | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0xe0000..=0xe0fff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_cannot_be_broken_reordered_or_coloured_by_its_content() {
        let hostile = "ok\r\n[HIGH] forged \u{1b}[2J\u{9b}1m\u{202e}gnp\u{2066}\u{200b}\u{2028}\u{e0041}end";
        let shown = line(hostile, 500);
        assert!(shown.starts_with("ok\\u{d}\\u{a}[HIGH] forged \\u{1b}[2J\\u{9b}1m\\u{202e}gnp"), "{shown}");
        assert!(!shown.chars().any(is_unsafe), "{shown}");
    }

    #[test]
    fn ordinary_words_of_any_language_stay_as_they_are() {
        for word in ["Müller GmbH", "株式会社", "🚀 launch", "a=b, c/d"] {
            assert_eq!(line(word, 80), word);
        }
    }

    #[test]
    fn a_line_is_never_wider_than_asked() {
        assert_eq!(line("abcdefgh", 8), "abcdefgh");
        assert_eq!(line("abcdefghi", 8), "abcde...");
        assert_eq!(line("株式会社株式会社", 8), "株式...");
        assert_eq!(line("abc", 2), "..");
        assert!(line(&"e\u{301}".repeat(100_000), 20).len() <= 200);
        assert!(line(&"\u{301}".repeat(100_000), 20).len() <= 200);
    }

    #[test]
    fn json_reads_back_as_the_same_value() {
        let value = "del\u{7f} csi\u{9b} bidi\u{202e} tag\u{e0041} quote\" é 🚀";
        let escaped = json(&serde_json::to_string(value).unwrap());
        assert!(!escaped.chars().any(is_unsafe), "{escaped}");
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), value);
    }

    #[test]
    fn only_a_real_identifier_may_stand_in_a_command() {
        assert_eq!(resource_id("i-0a1b2c3d4e5f60718", "i-"), Some("i-0a1b2c3d4e5f60718"));
        for id in ["i-0a1b2c3d; reboot", "i-$(id)", "i-", "eni-0a1b2c3d4e", "i-0a1b2c3d\n"] {
            assert_eq!(resource_id(id, "i-"), None, "{id:?}");
        }
        assert_eq!(region("eu-central-1"), Some("eu-central-1"));
        assert_eq!(region("eu-central-1;id"), None);
        assert_eq!(region("--endpoint"), None);
    }
}
