//! Texts in the form that V8 takes fastest: one or two bytes per character, copied unchanged. V8 would decode UTF-8
//! character by character on the event loop's thread; here the runtime's threads do it. And bytes that are no text.

use napi::bindgen_prelude::{Array, Buffer, Env};

/// If more than one character in this many would have to be escaped, the text becomes UTF-16.
const RARE: usize = 16;

/// A text on its way to JavaScript.
pub(crate) struct Text {
    letters: Letters,
    /// How many more characters beyond Latin-1 may be escaped, as JSON allows.
    escapes: usize,
}

enum Letters {
    Latin1(Vec<u8>),
    Utf16(Vec<u16>),
    /// Not a text: a `Buffer` that owns these bytes.
    Binary(Vec<u8>),
}

impl Text {
    /// An empty JSON text with room for `capacity` bytes.
    pub(crate) fn json(capacity: usize) -> Self {
        Self { letters: Letters::Latin1(Vec::with_capacity(capacity)), escapes: capacity / RARE }
    }

    /// Bytes, one character each.
    pub(crate) fn bytes(bytes: &[u8]) -> Self {
        Self { letters: Letters::Latin1(bytes.to_vec()), escapes: 0 }
    }

    /// Bytes as a `Buffer`, which are not copied.
    pub(crate) fn binary(bytes: Vec<u8>) -> Self {
        Self { letters: Letters::Binary(bytes), escapes: 0 }
    }

    /// Any text; invalid UTF-8 is replaced.
    pub(crate) fn any(bytes: &[u8]) -> Self {
        let mut text = Self { escapes: 0, ..Self::json(bytes.len()) };
        text.push(bytes);
        text
    }

    /// Appends to the end; invalid UTF-8 is replaced.
    pub(crate) fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (plain, rest) = bytes.split_at(ascii(bytes));
            let foreign = rest.iter().position(u8::is_ascii).unwrap_or(rest.len());
            match &mut self.letters {
                Letters::Latin1(letters) | Letters::Binary(letters) => letters.extend_from_slice(plain),
                Letters::Utf16(letters) => letters.extend(plain.iter().copied().map(u16::from)),
            }
            for letter in String::from_utf8_lossy(&rest[..foreign]).chars() {
                self.push_foreign(letter);
            }
            bytes = &rest[foreign..];
        }
    }

    fn push_foreign(&mut self, letter: char) {
        let units = &mut [0; 2];
        let units = letter.encode_utf16(units);
        if let Letters::Latin1(letters) = &mut self.letters {
            if let Ok(byte) = u8::try_from(letter) {
                return letters.push(byte);
            }
            if self.escapes > 0 {
                self.escapes -= 1;
                // In JSON, such characters only occur in strings.
                return units
                    .iter()
                    .for_each(|unit| letters.extend_from_slice(format!("\\u{unit:04x}").as_bytes()));
            }
            self.letters = Letters::Utf16(letters.iter().copied().map(u16::from).collect());
        }
        if let Letters::Utf16(letters) = &mut self.letters {
            letters.extend_from_slice(units);
        }
    }

    pub(crate) fn write(self, env: Env, array: &mut Array<'_>, at: u32) -> napi::Result<()> {
        match self.letters {
            Letters::Latin1(letters) => array.set(at, env.create_string_latin1(&letters)?),
            Letters::Utf16(letters) => array.set(at, env.create_string_utf16(&letters)?),
            Letters::Binary(bytes) => array.set(at, Buffer::from(bytes)),
        }
    }
}

/// How many bytes at the beginning are ASCII.
fn ascii(bytes: &[u8]) -> usize {
    let (chunks, _) = bytes.as_chunks::<64>();
    // Without a branch per byte, so that it vectorizes.
    let plain = |chunk: &&[u8; 64]| chunk.iter().fold(0, |all, byte| all | byte) < 0x80;
    let whole = chunks.iter().take_while(plain).count() * 64;
    whole + bytes[whole..].iter().take_while(|byte| byte.is_ascii()).count()
}
