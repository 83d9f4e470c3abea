//! Columns of text that fit a width: aligned, and shortened where one is allowed to be.

use unicode_width::UnicodeWidthStr;

use crate::plain;

/// How a column behaves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Its heading.
    pub heading: &'static str,
    /// Whether figures line up at their right end.
    pub right: bool,
    /// Columns that it may be cut down to; `None` where it is never cut.
    pub least: Option<usize>,
}

impl Column {
    /// A column of words that is never cut.
    pub(crate) const fn words(heading: &'static str) -> Self {
        Self { heading, right: false, least: None }
    }

    /// A column of words that may be cut down to `least`.
    pub(crate) const fn cut_to(heading: &'static str, least: usize) -> Self {
        Self { heading, right: false, least: Some(least) }
    }

    /// A column of figures.
    pub(crate) const fn figures(heading: &'static str) -> Self {
        Self { heading, right: true, least: None }
    }
}

/// Lays rows out under their headings, a line each, within `width` where the columns that may be cut allow it.
/// A column that is empty in every row is left out, and so is one that may be cut where cutting is not enough.
pub(crate) fn lay_out<const N: usize>(
    columns: [Column; N],
    rows: &[[String; N]],
    width: usize,
) -> Vec<String> {
    let mut kept: Vec<usize> =
        (0..N).filter(|place| rows.iter().any(|row| !cell(row, *place).is_empty())).collect();
    let mut widths: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(place, column)| {
            rows.iter().map(|row| cell(row, place).width()).max().unwrap_or(0).max(column.heading.len())
        })
        .collect();
    let total = |kept: &[usize], widths: &[usize]| {
        let cells: usize = kept.iter().filter_map(|place| widths.get(*place)).sum();
        cells + GAP * kept.len().saturating_sub(1)
    };
    // The last column is the least telling: it gives way first.
    for (place, column) in columns.iter().enumerate().rev().filter(|(place, _)| kept.contains(place)) {
        let excess = total(&kept, &widths).saturating_sub(width);
        if let (Some(least), Some(wide)) = (column.least, widths.get_mut(place)) {
            *wide -= wide.saturating_sub(least).min(excess);
        }
    }
    for (place, column) in columns.iter().enumerate().rev() {
        if column.least.is_some() && total(&kept, &widths) > width {
            kept.retain(|other| *other != place);
        }
    }
    let headings = columns.map(|column| column.heading.to_owned());
    let lines = std::iter::once(&headings).chain(rows);
    lines.map(|row| line(&columns, row, &kept, &widths)).collect()
}

fn line<const N: usize>(
    columns: &[Column; N],
    row: &[String; N],
    kept: &[usize],
    widths: &[usize],
) -> String {
    let mut line = String::new();
    for (count, place) in kept.iter().enumerate() {
        let wide = widths.get(*place).copied().unwrap_or(0);
        let text = plain::line(cell(row, *place), wide);
        let pad = " ".repeat(wide.saturating_sub(text.width()));
        if count > 0 {
            line.push_str(&" ".repeat(GAP));
        }
        let right = columns.get(*place).is_some_and(|column| column.right);
        let (before, after) = if right { (pad.as_str(), "") } else { ("", pad.as_str()) };
        line.push_str(before);
        line.push_str(&text);
        line.push_str(after);
    }
    line.trim_end().to_owned()
}

fn cell<const N: usize>(row: &[String; N], place: usize) -> &str {
    row.get(place).map(String::as_str).unwrap_or_default()
}

/// Spaces between columns.
const GAP: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] =
        [Column::words("WHO"), Column::cut_to("OPERATOR", 8), Column::figures("OUT")];

    fn rows(cells: &[[&str; 3]]) -> Vec<[String; 3]> {
        cells.iter().map(|row| row.map(str::to_owned)).collect()
    }

    #[test]
    fn figures_line_up_on_the_right_and_wide_characters_count_double() {
        let rows = rows(&[["a", "株式会社", "9 MB"], ["bcde", "x", "812 MB"]]);
        let expected = ["WHO   OPERATOR     OUT", "a     株式会社    9 MB", "bcde  x         812 MB"];
        assert_eq!(lay_out(COLUMNS, &rows, 80), expected);
    }

    #[test]
    fn only_the_column_that_may_be_cut_is_cut_and_goes_where_it_would_say_too_little() {
        let rows = rows(&[["198.51.100.20", "A very long operator name", "812 MB"]]);
        assert_eq!(lay_out(COLUMNS, &rows, 40)[1], "198.51.100.20  A very long op...  812 MB");
        assert_eq!(lay_out(COLUMNS, &rows, 31)[1], "198.51.100.20  A ver...  812 MB");
        assert_eq!(lay_out(COLUMNS, &rows, 30)[1], "198.51.100.20  812 MB");
        assert_eq!(lay_out(COLUMNS, &rows, 1)[1], "198.51.100.20  812 MB");
    }

    #[test]
    fn a_column_that_nothing_is_known_for_is_left_out() {
        assert_eq!(lay_out(COLUMNS, &rows(&[["a", "", "1 B"]]), 80), ["WHO  OUT", "a    1 B"]);
    }
}
