//! How a character can be encoded in foreign text: as itself, or escaped for JSON, a program, a URL or HTML, several times
//! over.

/// How often a text may have been escaped: a server that logs what its proxy quoted escapes it again.
const LAYERS: usize = 3;
/// The most readings that are followed at the same time; ordinary text has fewer.
const WAYS: usize = 16;
/// The most line breaks between two characters, as in a wrapped token.
const BREAKS: usize = 4;

/// What may be read at a position: a character, a byte of one, or half a surrogate pair; and where it ends.
#[derive(Clone, Copy, Default)]
pub(super) struct Units {
    found: [(u32, usize); WAYS],
    len: usize,
}

impl Units {
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, usize)> + '_ {
        self.found[..self.len].iter().copied()
    }

    fn add(&mut self, value: u32, end: usize) {
        if self.len < WAYS && !self.iter().any(|known| known == (value, end)) {
            self.found[self.len] = (value, end);
            self.len += 1;
        }
    }
}

/// Whether an escape may begin with this byte.
pub(super) fn may_escape(byte: u8) -> bool {
    matches!(byte, b'\\' | b'%' | b'&' | b'+')
}

/// All that may be read at `at`.
pub(super) fn units(text: &[u8], at: usize) -> Units {
    read(text, at, LAYERS)
}

fn read(text: &[u8], at: usize, layers: usize) -> Units {
    let Some(&byte) = text.get(at) else { return Units::default() };
    if layers == 0 || !may_escape(byte) {
        return plain(text, at, byte);
    }
    let inner = layers - 1;
    let mut units = read(text, at, inner);
    let leads = units;
    for (lead, after) in leads.iter() {
        match u8::try_from(lead) {
            Ok(b'\\') => backslash(text, after, inner, &mut units),
            Ok(b'%') => percent(text, after, inner, &mut units),
            Ok(b'&') => entity(text, after, inner, &mut units),
            Ok(b'+') => units.add(u32::from(b' '), after),
            _ => {}
        }
    }
    units
}

/// A byte of UTF-8 or Latin-1; beyond ASCII also the UTF-8 character that begins here.
fn plain(text: &[u8], at: usize, byte: u8) -> Units {
    let mut units = Units::default();
    units.add(u32::from(byte), at + 1);
    if !byte.is_ascii() {
        let rest = &text[at..text.len().min(at + 4)];
        if let Some(c) = rest.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next()) {
            units.add(u32::from(c), at + c.len_utf8());
        }
    }
    units
}

/// JSON, and what programs in C, Python or JavaScript write: `\n`, `\/`, `\x3c`, `\u003c`, `\u{3c}`, `\U0000003c`, `\074`.
fn backslash(text: &[u8], at: usize, inner: usize, units: &mut Units) {
    for (letter, after) in read(text, at, inner).iter() {
        let Ok(letter) = u8::try_from(letter) else { continue };
        let numbered = match letter {
            b'x' => hex(text, after, 2, 2, inner),
            b'u' => hex(text, after, 4, 4, inner).or_else(|| {
                let digits = literal(text, after, b'{', inner)?;
                let (value, end) = hex(text, digits, 1, 6, inner)?;
                Some((value, literal(text, end, b'}', inner)?))
            }),
            b'U' => hex(text, after, 8, 8, inner),
            b'0'..=b'7' => octal(text, at),
            _ => None,
        };
        if let Some((value, end)) = numbered {
            units.add(value, end);
        }
        let value = match letter {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'v' => 11,
            b'0' => 0,
            other if other.is_ascii_punctuation() => other,
            _ => continue,
        };
        units.add(u32::from(value), after);
    }
}

/// `%3C` of URLs and forms, `%u003C` of JavaScript's `escape`.
fn percent(text: &[u8], at: usize, inner: usize, units: &mut Units) {
    if let Some((value, end)) = hex(text, at, 2, 2, inner) {
        units.add(value, end);
    }
    for mark in [b'u', b'U'] {
        let wide = literal(text, at, mark, inner).and_then(|at| hex(text, at, 4, 4, inner));
        if let Some((value, end)) = wide {
            units.add(value, end);
        }
    }
}

/// `&lt;`, `&#60;` and `&#x3C;`, which browsers also accept without the semicolon.
fn entity(text: &[u8], at: usize, inner: usize, units: &mut Units) {
    if let Some(number) = literal(text, at, b'#', inner) {
        let hexadecimal = literal(text, number, b'x', inner).or_else(|| literal(text, number, b'X', inner));
        let read = match hexadecimal {
            Some(digits) => hex(text, digits, 1, 8, inner),
            None => number_at(text, number, 1, 10, 10, inner),
        };
        if let Some((value, end)) = read {
            units.add(value, end);
            if let Some(end) = literal(text, end, b';', inner) {
                units.add(value, end);
            }
        }
        return;
    }
    let rest = &text[at.min(text.len())..];
    let name = &rest[..rest.iter().take(8).take_while(|byte| byte.is_ascii_alphanumeric()).count()];
    let known = NAMED.iter().find(|(known, _)| {
        name == known.as_bytes() || known.len() <= 4 && name.eq_ignore_ascii_case(known.as_bytes())
    });
    if let Some(value) = known.map(|(_, value)| *value).or_else(|| latin(name)) {
        let end = at + name.len();
        units.add(value, literal(text, end, b';', inner).unwrap_or(end));
    }
}

fn hex(text: &[u8], at: usize, least: usize, most: usize, inner: usize) -> Option<(u32, usize)> {
    number_at(text, at, least, most, 16, inner)
}

/// A number of `least` to `most` digits.
fn number_at(
    text: &[u8],
    mut at: usize,
    least: usize,
    most: usize,
    base: u32,
    inner: usize,
) -> Option<(u32, usize)> {
    let mut value: u32 = 0;
    let mut digits = 0;
    while digits < most {
        let Some((digit, end)) = digit(text, at, base, inner) else { break };
        value = value.checked_mul(base)?.checked_add(digit)?;
        (at, digits) = (end, digits + 1);
    }
    (digits >= least).then_some((value, at))
}

fn octal(text: &[u8], at: usize) -> Option<(u32, usize)> {
    number_at(text, at, 1, 3, 8, 0).filter(|(value, _)| *value <= 0xff)
}

fn digit(text: &[u8], at: usize, base: u32, inner: usize) -> Option<(u32, usize)> {
    let byte = *text.get(at)?;
    if let Some(digit) = char::from(byte).to_digit(base) {
        return Some((digit, at + 1));
    }
    if !may_escape(byte) || inner == 0 {
        return None;
    }
    read(text, at, inner).iter().find_map(|(value, end)| Some((char::from_u32(value)?.to_digit(base)?, end)))
}

/// Where `wanted` ends, if it is at `at`.
fn literal(text: &[u8], at: usize, wanted: u8, inner: usize) -> Option<usize> {
    let byte = *text.get(at)?;
    if byte == wanted {
        return Some(at + 1);
    }
    if !may_escape(byte) || inner == 0 {
        return None;
    }
    read(text, at, inner).iter().find_map(|(value, end)| (value == u32::from(wanted)).then_some(end))
}

/// The names that every encoder knows; the first five are also written in capitals.
const NAMED: [(&str, u32); 12] = [
    ("lt", 60),
    ("gt", 62),
    ("amp", 38),
    ("quot", 34),
    ("apos", 39),
    ("num", 35),
    ("sol", 47),
    ("bsol", 92),
    ("plus", 43),
    ("equals", 61),
    ("percnt", 37),
    ("euro", 0x20ac),
];

/// The characters of Latin-1 from U+00A0 on by the names that HTML has for them.
const LATIN: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 \
    acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig \
    Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave \
    Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave \
    iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";

fn latin(name: &[u8]) -> Option<u32> {
    if !(3..=6).contains(&name.len()) {
        return None;
    }
    let at = LATIN.split_ascii_whitespace().position(|known| known.as_bytes() == name)?;
    u32::try_from(0xa0 + at).ok()
}

/// The cost of reading at a position, in plain characters: every reading of nested escapes is tried.
pub(super) fn cost(text: &[u8], at: usize) -> usize {
    let escapes = |at: usize| text.get(at).is_some_and(|byte| may_escape(*byte));
    match (escapes(at), escapes(at + 1)) {
        (false, _) => 1,
        (true, false) => 32,
        (true, true) => 384,
    }
}

/// The ends of all spellings of a text, letter by letter.
pub(super) struct Front {
    places: Vec<usize>,
    next: Vec<usize>,
    /// The cost so far.
    pub(super) spent: usize,
}

impl Front {
    pub(super) fn at(place: usize) -> Self {
        Self { places: vec![place], next: Vec::new(), spent: 0 }
    }

    /// Advances over one character; returns false and stays if it is not here.
    pub(super) fn pass(&mut self, text: &[u8], letter: char, any_case: bool) -> bool {
        self.next.clear();
        let other = if any_case { other_case(letter) } else { None };
        for &place in &self.places {
            self.spent += cost(text, place);
            character(text, place, letter, &mut self.next);
            if let Some(other) = other {
                character(text, place, other, &mut self.next);
            }
        }
        if self.next.is_empty() {
            for &place in &self.places {
                let mut begin = place;
                for _ in 0..BREAKS {
                    let Some(behind) = line_break(text, begin) else { break };
                    character(text, behind, letter, &mut self.next);
                    begin = behind;
                }
            }
        }
        if self.next.is_empty() {
            return false;
        }
        std::mem::swap(&mut self.places, &mut self.next);
        true
    }

    pub(super) fn furthest(&self) -> usize {
        self.places.iter().copied().max().unwrap_or_default()
    }
}

/// The letter in the other case.
pub(super) fn other_case(letter: char) -> Option<char> {
    let mut lower = letter.to_lowercase();
    let mut upper = letter.to_uppercase();
    [(lower.next(), lower.next()), (upper.next(), upper.next())]
        .into_iter()
        .filter(|(_, more)| more.is_none())
        .find_map(|(other, _)| other.filter(|other| *other != letter))
}

fn line_break(text: &[u8], at: usize) -> Option<usize> {
    units(text, at).iter().find_map(|(value, end)| matches!(value, 10 | 13).then_some(end))
}

/// Where one character ends, in every encoding that it may have at `at`.
fn character(text: &[u8], at: usize, letter: char, ends: &mut Vec<usize>) {
    let mut add = |end: usize| {
        // In UTF-16 a letter of ASCII is followed, or preceded, by a null.
        let end = if text.get(end) == Some(&0) { end + 1 } else { end };
        if ends.len() < WAYS && !ends.contains(&end) {
            ends.push(end);
        }
    };
    let here = units(text, at);
    let own = u32::from(letter);
    for (value, end) in here.iter() {
        if value == own || letter == ' ' && value == 0xa0 || own > 127 && is_lost(value) {
            add(end);
        }
    }
    if letter.is_ascii() {
        return;
    }
    let mut bytes = [0; 4];
    let bytes = letter.encode_utf8(&mut bytes).bytes().map(u32::from);
    follow(text, at, bytes, &mut add);
    if letter.len_utf16() == 2 {
        let mut halves = [0; 2];
        let halves = letter.encode_utf16(&mut halves).iter().copied().map(u32::from);
        follow(text, at, halves, &mut add);
    }
}

/// Whether a value replaces a character that an encoding could not represent.
pub(super) fn is_lost(value: u32) -> bool {
    value == 0xfffd || value == u32::from(b'?')
}

fn follow(text: &[u8], at: usize, values: impl Iterator<Item = u32>, add: &mut impl FnMut(usize)) {
    let mut places = vec![at];
    for wanted in values {
        let mut next = Vec::new();
        for &place in &places {
            let ends = units(text, place);
            next.extend(ends.iter().filter(|(value, _)| *value == wanted).map(|(_, end)| end));
        }
        next.dedup();
        next.truncate(WAYS);
        places = next;
    }
    places.into_iter().for_each(add);
}
