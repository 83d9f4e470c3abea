//! The reference page, `docs/settings.md`.

use std::fmt::Write;

use super::registry::{Entry, registry};

const HEAD: &str = "\
# Settings

<!-- Written by a test from the registry in shared/detection/src/settings. To rewrite it:
     WEIR_REWRITE=1 cargo test -p weir-detection settings -->

Each setting has one path. It is the same in a TOML file (`[an0084.relay]`, `min-bytes = \"5MB\"`), on the command
line (`--set an0084/relay/min-bytes=5MB`) and in the parameter store (`/weir/<stage>/an0084/relay/min-bytes`).
Values carry their unit. Lists are separated by commas, and `none` is the empty one. `weir settings check FILE`
names every fault of a file.
";

/// The whole page.
#[must_use]
pub fn render_markdown() -> String {
    let mut page = HEAD.to_owned();
    let mut heading = "";
    for entry in registry() {
        let section = section(entry);
        if section != heading {
            heading = section;
            // Writing to a String cannot fail.
            let _ = write!(
                page,
                "\n## {section}\n\n| path | default | unit | allowed | meaning | ATT&CK element |\n"
            );
            page.push_str("| --- | --- | --- | --- | --- | --- |\n");
        }
        let _ = writeln!(
            page,
            "| `{}` | `{}` | {} | {} | {} | {} |",
            entry.path,
            entry.default_text(),
            entry.kind().unit(),
            entry.range(),
            entry.meaning,
            entry.attack.unwrap_or(""),
        );
    }
    page
}

fn section(entry: &Entry) -> &'static str {
    if entry.path.starts_with("an0084/") { "AN0084: cloud instances" } else { "Shared" }
}
