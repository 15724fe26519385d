//! Tables for a terminal: columns as wide as they need to be, two spaces apart.

use anstyle::Style;

pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

pub(crate) struct Column {
    title: &'static str,
    /// Numbers are lined up on the right.
    number: bool,
}

impl Column {
    pub(crate) fn text(title: &'static str) -> Self {
        Self { title, number: false }
    }

    pub(crate) fn number(title: &'static str) -> Self {
        Self { title, number: true }
    }

    fn padded(&self, cell: &str, width: usize) -> String {
        if self.number { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
    }
}

impl Table {
    pub(crate) fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        Self { columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(crate) fn print(&self) {
        let bold = Style::new().bold();
        for (index, line) in self.lines().iter().enumerate() {
            if index == 0 {
                anstream::println!("{bold}{line}{bold:#}");
            } else {
                anstream::println!("{line}");
            }
        }
    }

    fn lines(&self) -> Vec<String> {
        let titles: Vec<String> = self.columns.iter().map(|column| column.title.to_owned()).collect();
        let all: Vec<&Vec<String>> = std::iter::once(&titles).chain(&self.rows).collect();
        let width = |index: usize| all.iter().map(|row| row[index].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let line = |row: &&Vec<String>| {
            let cells = self.columns.iter().zip(*row).zip(&widths);
            let cells: Vec<String> =
                cells.map(|((column, cell), &width)| column.padded(cell, width)).collect();
            cells.join("  ").trim_end().to_owned()
        };
        all.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let mut table = Table::new([Column::text("pool"), Column::number("keys"), Column::text("tag")]);
        table.row(["sessions".to_owned(), "5".to_owned(), String::new()]);
        table.row(["ü".to_owned(), "1000".to_owned(), "{}".to_owned()]);
        assert_eq!(table.lines(), ["pool      keys  tag", "sessions     5", "ü         1000  {}"]);
    }
}
