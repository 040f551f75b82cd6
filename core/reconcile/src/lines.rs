//! On which line of a text something is, for messages about files.

/// Counts lines from one place of a text to the next. The reader of CSV counts too, but takes a line break of two letters, as
/// spreadsheets write it, for the end of one line and the beginning of the next.
///
/// ```
/// let mut lines = mspkit_reconcile::Lines::of("left,right\r\nContoso,Fabrikam\r\n");
/// assert_eq!((lines.at(0), lines.at(11)), (1, 2));
/// ```
#[derive(Debug)]
pub struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    line: usize,
}

impl<'t> Lines<'t> {
    /// Begins with the first line of a text.
    pub fn of(text: &'t str) -> Self {
        Self { text: text.as_bytes(), at: 0, line: 1 }
    }

    /// The line of what is at a place, or after the line breaks there. Places are given in their order, in bytes.
    pub fn at(&mut self, place: u64) -> usize {
        let place = usize::try_from(place).unwrap_or(usize::MAX).clamp(self.at, self.text.len());
        let breaks = self.text[place..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        for at in self.at..place + breaks {
            let next = self.text.get(at + 1);
            let ends = match self.text[at] {
                b'\n' => true,
                b'\r' => next != Some(&b'\n'),
                _ => false,
            };
            self.line += usize::from(ends);
        }
        self.at = place + breaks;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of records, as the reader of CSV gives their places.
    fn lines(text: &str) -> Vec<usize> {
        let mut lines = Lines::of(text);
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let records = reader.records().map(|record| record.unwrap().position().unwrap().byte());
        records.map(|place| lines.at(place)).collect()
    }

    #[test]
    fn lines_are_those_of_an_editor_whatever_ends_them() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "1,2", "", "3,\"x", "y\"", "4,5", ""].join(end);
            assert_eq!(lines(&text), [1, 2, 4, 6], "{end:?}");
        }
        assert_eq!(lines("a\r\n\r\n\r\nb"), [1, 4]);
        assert_eq!(lines("\n\na"), [3]);
    }
}
