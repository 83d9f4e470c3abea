//! Flow logs as Parquet.

#[cfg(test)]
mod tests;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;

use crate::vpc_flow::{Column, Fields, Line};

/// The rows of one Parquet file, of which only the columns that a flow uses are read.
pub struct FlowTable {
    rows: RowIter<'static>,
    columns: Vec<Column>,
    fields: Fields,
    bytes: u64,
    /// After an error the rows are in no state to be asked again.
    failed: bool,
}

/// A Parquet file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// Damaged, or written with a codec that is not built in.
    #[error("the file should be Parquet that is whole and compressed with gzip or snappy, or not at all")]
    Parquet(#[source] ParquetError),
    /// Damaged where the library does not look.
    #[error("the file should be whole, found damage that the Parquet library does not bear")]
    Damaged,
    /// Some other table.
    #[error("the table should have the columns of a flow log (`srcaddr`, `dstaddr`, …), found none of them")]
    NoColumns,
}

impl fmt::Debug for FlowTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlowTable").field("columns", &self.columns).finish_non_exhaustive()
    }
}

impl FlowTable {
    /// Opens the bytes of a whole file.
    ///
    /// # Errors
    ///
    /// Returns [`TableError`] when the file is damaged or no flow log.
    pub fn open(file: Vec<u8>) -> Result<Self, TableError> {
        contained(|| Self::open_sound(file))
    }

    fn open_sound(file: Vec<u8>) -> Result<Self, TableError> {
        let bytes = file.len() as u64;
        let reader = SerializedFileReader::new(Bytes::from(file)).map_err(TableError::Parquet)?;
        let schema = reader.metadata().file_metadata().schema();
        let known = |field: &parquet::schema::types::TypePtr| {
            let column = Column::named(field.name()).filter(|column| *column != Column::Ignored)?;
            field.is_primitive().then(|| (column, field.clone()))
        };
        let (columns, fields): (Vec<_>, Vec<_>) = schema.get_fields().iter().filter_map(known).unzip();
        if ![Column::Src, Column::PktSrc].iter().any(|column| columns.contains(column)) {
            return Err(TableError::NoColumns);
        }
        let projection = Type::group_type_builder(schema.name()).with_fields(fields).build();
        let projection = projection.map_err(TableError::Parquet)?;
        let rows = RowIter::from_file_into(Box::new(reader)).project(Some(projection));
        let rows = rows.map_err(TableError::Parquet)?;
        Ok(Self { rows, columns, fields: Fields::default(), bytes, failed: false })
    }

    /// Moves to the next row; false at the end.
    ///
    /// # Errors
    ///
    /// Returns [`TableError`] once when the file is damaged here; then there are no more rows.
    pub fn advance(&mut self) -> Result<bool, TableError> {
        self.fields.clear();
        if self.failed {
            return Ok(false);
        }
        let more = contained(|| self.advance_sound());
        self.failed = more.is_err();
        more
    }

    fn advance_sound(&mut self) -> Result<bool, TableError> {
        let Some(row) = self.rows.next() else { return Ok(false) };
        let row = row.map_err(TableError::Parquet)?;
        for ((_, value), column) in row.get_column_iter().zip(&self.columns) {
            match value {
                Field::Null => {}
                Field::Str(text) => self.fields.push(*column, text),
                Field::Bytes(text) => self.fields.push(*column, String::from_utf8_lossy(text.data())),
                Field::Byte(number) => self.fields.push(*column, number),
                Field::Short(number) => self.fields.push(*column, number),
                Field::Int(number) => self.fields.push(*column, number),
                Field::Long(number) => self.fields.push(*column, number),
                Field::UByte(number) => self.fields.push(*column, number),
                Field::UShort(number) => self.fields.push(*column, number),
                Field::UInt(number) => self.fields.push(*column, number),
                Field::ULong(number) => self.fields.push(*column, number),
                // No column of a flow log has another type, so the column's own check refuses it.
                other => self.fields.push(*column, other),
            }
        }
        Ok(true)
    }

    /// What the current row says.
    pub fn row(&self) -> Line<'_> {
        self.fields.read(None)
    }

    /// Size of the file.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The values of the current row, for a reject.
    pub(crate) fn text(&self) -> String {
        self.fields.text()
    }
}

/// Runs the library, which panics on files that are damaged in certain ways: a changed byte in a
/// page is enough. Where panics abort the process this cannot hold them.
fn contained<T>(read: impl FnOnce() -> Result<T, TableError>) -> Result<T, TableError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(TableError::Damaged))
}
