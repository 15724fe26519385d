//! Tables for people: a bold heading, columns as wide as they need.

use std::{
    fmt::Display,
    io::{self, Write},
};

use anstyle::Style;

const BOLD: Style = Style::new().bold();

/// Rows of cells under a heading.
pub(crate) struct Table {
    heading: Vec<&'static str>,
    /// Whether a column is of numbers, which stand to the right.
    numeric: Vec<bool>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Columns whose name starts with `>` are of numbers.
    pub(crate) fn new(columns: &[&'static str]) -> Self {
        let heading = columns.iter().map(|column| column.trim_start_matches('>')).collect();
        Self {
            heading,
            numeric: columns.iter().map(|column| column.starts_with('>')).collect(),
            rows: Vec::new(),
        }
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let width = |column: usize| {
            let cells = self.rows.iter().map(|row| row[column].chars().count());
            cells.chain([self.heading[column].len()]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.heading.len()).map(width).collect();
        let heading: Vec<String> = self.heading.iter().map(ToString::to_string).collect();
        writeln!(out, "{BOLD}{}{BOLD:#}", self.line(&heading, &widths))?;
        self.rows.iter().try_for_each(|row| writeln!(out, "{}", self.line(row, &widths)))
    }

    fn line(&self, cells: &[String], widths: &[usize]) -> String {
        let mut line = String::new();
        for ((cell, &width), &numeric) in cells.iter().zip(widths).zip(&self.numeric) {
            let pad = " ".repeat(width.saturating_sub(cell.chars().count()));
            let cell = if numeric { pad + cell } else { cell.clone() + &pad };
            line += &cell;
            line += "  ";
        }
        line.trim_end().to_owned()
    }
}

/// A number with its digits in groups of three.
pub(crate) fn grouped(number: impl Display) -> String {
    let digits = format!("{number}");
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits;
    }
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A part of one as a percentage.
pub(crate) fn percent(part: f64) -> String {
    format!("{:.2} %", 100.0 * part)
}

#[cfg(test)]
mod tests {
    use super::{Table, grouped};

    #[test]
    fn numbers_stand_to_the_right() {
        let mut table = Table::new(&["NODE", ">KEYS"]);
        table.row(vec!["ключ".into(), "7".into()]);
        table.row(vec!["b".into(), "12,345".into()]);
        let mut out = anstream::StripStream::new(Vec::new());
        table.print(&mut out).unwrap();
        assert_eq!(
            String::from_utf8(out.into_inner()).unwrap(),
            "NODE    KEYS\nключ       7\nb     12,345\n"
        );
    }

    #[test]
    fn digits_in_threes() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(4294967296_u64), "4,294,967,296");
        assert_eq!(grouped("1a"), "1a");
    }
}
