//! Columns of text for people.

use std::io::{self, Write};

/// Writes rows in columns as wide as their widest cell; the last one is left as it is.
pub(crate) fn write<const N: usize>(
    out: &mut dyn Write,
    heads: [&str; N],
    rows: &[[String; N]],
) -> io::Result<()> {
    let mut wide = heads.map(|head| head.chars().count());
    for row in rows {
        for (wide, cell) in wide.iter_mut().zip(row) {
            *wide = (*wide).max(cell.chars().count());
        }
    }
    let mut line = |cells: [&str; N]| {
        let text: Vec<String> = cells.iter().zip(wide).map(|(cell, wide)| format!("{cell:<wide$}")).collect();
        writeln!(out, "{}", text.join("  ").trim_end())
    };
    line(heads)?;
    rows.iter().try_for_each(|row| line(row.each_ref().map(String::as_str)))
}
