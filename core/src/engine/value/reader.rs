//! Reads a response value by value, for bindings that fill structs of their own: by the same rules as models.

use std::borrow::Cow;

use super::{KnownNames, Unreadable, scalar};
use crate::wire::raw::Scan;

/// The next value in a response. Every method skips it, and returns `None` if the server sent null.
#[derive(Debug)]
pub struct Reader<'s, 'a>(&'s mut Scan<'a>);

impl<'a> Reader<'_, 'a> {
    /// Reads a whole text as one value.
    ///
    /// # Errors
    /// Those of `read`, and when the text is not exactly one JSON value.
    pub fn whole<T>(
        json: &'a [u8],
        read: impl FnOnce(Reader<'_, 'a>) -> Result<T, Unreadable>,
    ) -> Result<T, Unreadable> {
        let text = std::str::from_utf8(json).map_err(|_| Unreadable::new("it is not UTF-8 text"))?;
        let mut scan = Scan::new(text);
        let value = read(Reader(&mut scan))?;
        scan.end()?;
        Ok(value)
    }

    /// Reads an object: `member` is called with each name and its value. Returns the text of the object.
    ///
    /// # Errors
    /// Those of `member`, under the member's name, and when it is not an object.
    pub fn object(
        self,
        mut member: impl FnMut(&str, Reader<'_, 'a>) -> Result<(), Unreadable>,
    ) -> Result<Option<&'a str>, Unreadable> {
        scalar::object(self.0, |name, scan| member(name, Reader(scan)))
    }

    /// Reads an object whose members are probably the `known` ones, in that order, which is faster than
    /// [`object`](Self::object): `member` is called with the index of each in `known`, or else with its name. Returns the
    /// text of the object.
    ///
    /// # Errors
    /// Those of `member`, under the member's name, and when it is not an object.
    #[inline]
    pub fn object_of(
        self,
        known: &KnownNames,
        mut member: impl FnMut(Result<usize, &str>, Reader<'_, 'a>) -> Result<(), Unreadable>,
    ) -> Result<Option<&'a str>, Unreadable> {
        scalar::object_of(self.0, known, |name, scan| member(name, Reader(scan)))
    }

    /// Reads a list: `entry` is called with each entry. Returns the text of the list.
    ///
    /// # Errors
    /// Those of `entry`, under the entry's index, and when it is not a list.
    pub fn list(
        self,
        mut entry: impl FnMut(Reader<'_, 'a>) -> Result<(), Unreadable>,
    ) -> Result<Option<&'a str>, Unreadable> {
        scalar::list(self.0, |scan| entry(Reader(scan)))
    }

    /// Reads a text.
    ///
    /// # Errors
    /// For an object or a list.
    #[inline]
    pub fn text(self) -> Result<Option<Cow<'a, str>>, Unreadable> {
        scalar::text(self.0)
    }

    /// Reads an id, which is a text or a number.
    ///
    /// # Errors
    /// For anything else.
    #[inline]
    pub fn id(self) -> Result<Option<Cow<'a, str>>, Unreadable> {
        scalar::id(self.0)
    }

    /// Reads a whole number.
    ///
    /// # Errors
    /// For values that cannot be converted to one.
    #[inline]
    pub fn integer(self) -> Result<Option<i64>, Unreadable> {
        scalar::integer(self.0)
    }

    /// Reads a number.
    ///
    /// # Errors
    /// For values that cannot be converted to one.
    #[inline]
    pub fn number(self) -> Result<Option<f64>, Unreadable> {
        scalar::number(self.0)
    }

    /// Reads true or false.
    ///
    /// # Errors
    /// For values that cannot be converted to either.
    #[inline]
    pub fn flag(self) -> Result<Option<bool>, Unreadable> {
        scalar::flag(self.0)
    }

    /// Reads any value as its source text.
    ///
    /// # Errors
    /// For JSON that is too deep, or a number that is too large.
    pub fn json(self) -> Result<Option<&'a str>, Unreadable> {
        let range = self.0.value()?;
        let text = self.0.slice(range);
        let value = scalar::json(&mut Scan::new(text))?;
        Ok(value.map(|_| text))
    }

    /// Skips any value, including null, and returns its text.
    ///
    /// # Errors
    /// For invalid JSON.
    pub fn skip(self) -> Result<&'a str, Unreadable> {
        let range = self.0.value()?;
        Ok(self.0.slice(range))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(json: &str) -> Result<Vec<String>, Unreadable> {
        Reader::whole(json.as_bytes(), |value| {
            let mut seen = Vec::new();
            value.object(|name, value| {
                seen.push(format!("{name}={}", value.text()?.as_deref().unwrap_or("null")));
                Ok(())
            })?;
            Ok(seen)
        })
    }

    #[test]
    fn members_are_read_one_by_one_and_scalars_are_converted() {
        assert_eq!(
            names(r#"{"a":"x\n","b":1.50,"c":null,"d":true}"#).unwrap(),
            ["a=x\n", "b=1.5", "c=null", "d=true"]
        );
        assert_eq!(names("null").unwrap(), Vec::<String>::new());
    }

    #[test]
    fn known_members_are_found_in_any_order_and_form() {
        let known = KnownNames::new(["a", "b", "c"]);
        for (json, wanted) in [
            (r#"{"a":1,"b":2,"c":3}"#, "0=1 1=2 2=3"),
            (r#"{"b":2,"c":3}"#, "1=2 2=3"),
            (r#"{"c" : 3 , "x":0, "a": 1,"b":2}"#, "2=3 x=0 0=1 1=2"),
            (r#"{"\u0061":1,"ab":2,"b":3,"b":4}"#, "0=1 ab=2 1=3 1=4"),
            ("{}", ""),
            ("null", ""),
        ] {
            let mut seen = Vec::new();
            let read = Reader::whole(json.as_bytes(), |value| {
                value.object_of(&known, |member, value| {
                    let number = value.integer()?.unwrap_or_default();
                    let name = member.map_or_else(ToOwned::to_owned, |at| at.to_string());
                    seen.push(format!("{name}={number}"));
                    Ok(())
                })
            });
            assert_eq!(seen.join(" "), wanted, "{json}");
            assert_eq!(read.unwrap().is_some(), json != "null");
        }
        let error = Reader::whole(br#"{"a":1,"b":[]}"#, |value| {
            value.object_of(&known, |_, value| value.integer().map(drop))
        });
        assert_eq!(error.unwrap_err().path(), "b");
    }

    #[test]
    fn unreadable_values_are_named_by_their_path() {
        let message = |json: &str| names(json).unwrap_err().to_string();
        assert_eq!(message(r#"{"a":[]}"#), "at `a`: a list where text belongs");
        assert_eq!(message("[]"), "a list where an object belongs");
        assert!(message(r#"{"a":1} x"#).contains("expected the end"));
        let nested = Reader::whole(br#"{"a":[{"n":1},{"n":"x"}]}"#, |value| {
            value.object(|_, value| {
                value.list(|entry| entry.object(|_, value| value.integer().map(drop)).map(drop)).map(drop)
            })
        });
        assert_eq!(nested.unwrap_err().path(), "a[1].n");
    }

    #[test]
    fn slices_are_those_of_the_text() {
        let json = br#"{"a": {"x": [1, 2]} }"#;
        let mut found = String::new();
        let whole = Reader::whole(json, |value| {
            value.object(|_, value| {
                found.push_str(value.json()?.unwrap_or_default());
                Ok(())
            })
        });
        assert_eq!((found.as_str(), whole.unwrap().unwrap().len()), (r#"{"x": [1, 2]}"#, json.len()));
    }
}
