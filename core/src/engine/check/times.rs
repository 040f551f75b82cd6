//! The form of dates and times.

pub(super) fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if !digits || !parts.iter().map(|part| part.len()).eq([4, 2, 2]) {
        return false;
    }
    let number = |part: &str| part.parse::<u32>().unwrap_or(0);
    let (year, month, day) = (number(parts[0]), number(parts[1]), number(parts[2]));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// RFC 3339: a date, a time with seconds, and the offset. Seconds may be 60, for leap seconds.
pub(super) fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't']) else { return false };
    let offset = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (time, offset) = time.split_at(offset);
    let (time, fraction) = time.split_once('.').map_or((time, None), |(time, rest)| (time, Some(rest)));
    let fraction =
        fraction.is_none_or(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
    let offset = matches!(offset, "Z" | "z")
        || offset.strip_prefix(['+', '-']).is_some_and(|by| is_clock(by, &[23, 59]));
    is_date(date) && is_clock(time, &[23, 59, 60]) && fraction && offset
}

/// Two-digit numbers separated by colons, each within its bound.
fn is_clock(text: &str, highest: &[u8]) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let fits = |(part, highest): (&&str, &u8)| {
        part.len() == 2
            && part.bytes().all(|b| b.is_ascii_digit())
            && part.parse().is_ok_and(|n: u8| n <= *highest)
    };
    parts.len() == highest.len() && parts.iter().zip(highest).all(fits)
}
