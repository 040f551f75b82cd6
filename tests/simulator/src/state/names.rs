//! Names, places and other words for seeded data.

use fastrand::Rng;

const COMPANIES: &[&str] = &[
    "Alder",
    "Amber",
    "Anchor",
    "Apex",
    "Ashford",
    "Atlas",
    "Beacon",
    "Birchwood",
    "Blue Ridge",
    "Brightwater",
    "Cedar",
    "Cobalt",
    "Cornerstone",
    "Crestview",
    "Delta",
    "Eastgate",
    "Elm Street",
    "Evergreen",
    "Fairfield",
    "Falcon",
    "Foxglove",
    "Granite",
    "Greenfield",
    "Harbor",
    "Hawthorn",
    "Highland",
    "Hillcrest",
    "Ironwood",
    "Juniper",
    "Keystone",
    "Kingsway",
    "Lakeside",
    "Larkspur",
    "Linden",
    "Longfellow",
    "Maple",
    "Meridian",
    "Midtown",
    "Millbrook",
    "Monarch",
    "Northgate",
    "Oakridge",
    "Old Town",
    "Orchard",
    "Pinnacle",
    "Prairie",
    "Quarry",
    "Redstone",
    "Ridgeway",
    "Riverside",
    "Rosewood",
    "Saddleback",
    "Sequoia",
    "Silverline",
    "Southbank",
    "Stonebridge",
    "Summit",
    "Sycamore",
    "Tidewater",
    "Trident",
    "Valley",
    "Westfield",
    "Willow",
    "Windward",
];

const TRADES: &[&str] = &[
    "Accounting",
    "Architects",
    "Auto Group",
    "Bakery",
    "Capital",
    "Clinic",
    "Construction",
    "Consulting",
    "Dental",
    "Design",
    "Distribution",
    "Electric",
    "Engineering",
    "Family Law",
    "Farms",
    "Financial",
    "Foods",
    "Freight",
    "Furniture",
    "Health",
    "Hotels",
    "Insurance",
    "Interiors",
    "Labs",
    "Legal",
    "Logistics",
    "Manufacturing",
    "Marine",
    "Media",
    "Medical",
    "Optics",
    "Partners",
    "Pharmacy",
    "Plumbing",
    "Printing",
    "Properties",
    "Realty",
    "Roofing",
    "Schools",
    "Security",
    "Software",
    "Solar",
    "Textiles",
    "Travel",
    "Veterinary",
    "Wealth",
];

const FIRST: &[&str] = &[
    "Aisha", "Alan", "Amelia", "Andre", "Anna", "Ben", "Camille", "Carlos", "Chloe", "Daniel", "Diego",
    "Elena", "Emma", "Erik", "Fatima", "Fiona", "George", "Grace", "Hannah", "Hugo", "Ingrid", "Isaac",
    "Jack", "Jane", "Julia", "Kenji", "Laura", "Leo", "Lucy", "Marco", "Maria", "Maya", "Nadia", "Noah",
    "Olga", "Omar", "Paul", "Priya", "Rachel", "Ravi", "Sara", "Simon", "Sofia", "Thomas", "Uma", "Victor",
    "Wendy", "Yusuf", "Zoe",
];

const LAST: &[&str] = &[
    "Adams", "Ali", "Andersen", "Baker", "Bennett", "Brown", "Campbell", "Carter", "Chen", "Clark", "Costa",
    "Davies", "Diaz", "Doe", "Dubois", "Evans", "Fischer", "Foster", "Garcia", "Gupta", "Hall", "Hansen",
    "Hughes", "Ito", "Jackson", "Johnson", "Kaya", "Khan", "Kim", "Kowalski", "Larsen", "Lee", "Lopez",
    "Martin", "Meyer", "Miller", "Moreau", "Nguyen", "Novak", "O'Brien", "Okafor", "Patel", "Petrov",
    "Reyes", "Rossi", "Santos", "Schmidt", "Silva", "Smith", "Tanaka", "Taylor", "Walker", "Weber", "Wilson",
    "Wright", "Young",
];

const TITLES: &[&str] = &[
    "CEO",
    "COO",
    "Controller",
    "Facilities Manager",
    "IT Coordinator",
    "IT Director",
    "IT Manager",
    "Office Manager",
    "Operations Manager",
    "Owner",
    "Practice Manager",
    "Service Desk Lead",
    "Administrator",
    "Director",
];

const DEPARTMENTS: &[&str] = &["Administration", "Finance", "IT", "Management", "Operations", "Support"];

const STREETS: &[&str] = &[
    "Bank Street",
    "Bridge Road",
    "Canal Street",
    "Church Lane",
    "College Avenue",
    "Elgin Street",
    "Front Street",
    "Garden Road",
    "King Street West",
    "Lake Shore Drive",
    "Main Street",
    "Market Square",
    "Mill Lane",
    "Park Avenue",
    "Queen Street East",
    "Station Road",
    "Sussex Drive",
    "Tech Lane",
    "University Avenue",
    "Wellington Street",
];

/// City, state or province, country, postal code, area code.
const PLACES: &[(&str, &str, &str, &str, &str)] = &[
    ("Ottawa", "Ontario", "CA", "K1P 5M7", "613"),
    ("Toronto", "Ontario", "CA", "M5V 2T6", "416"),
    ("Montréal", "Québec", "CA", "H3B 2Y5", "514"),
    ("Vancouver", "British Columbia", "CA", "V6B 1H4", "604"),
    ("Springfield", "IL", "US", "62701", "217"),
    ("Chicago", "IL", "US", "60601", "312"),
    ("Austin", "TX", "US", "78701", "512"),
    ("Boston", "MA", "US", "02108", "617"),
    ("Denver", "CO", "US", "80202", "303"),
    ("Raleigh", "NC", "US", "27601", "919"),
    ("Seattle", "WA", "US", "98101", "206"),
    ("Leeds", "West Yorkshire", "GB", "LS1 4AP", "113"),
    ("Dundee", "Scotland", "GB", "DD1 4QB", "1382"),
    ("München", "Bayern", "DE", "80331", "89"),
    ("Göteborg", "Västra Götaland", "SE", "411 06", "31"),
    ("Utrecht", "Utrecht", "NL", "3511 AX", "30"),
    ("Sydney", "New South Wales", "AU", "2000", "2"),
];

/// A random one of these.
pub(crate) fn pick<'a, T: ?Sized>(rng: &mut Rng, from: &[&'a T]) -> &'a T {
    from[rng.usize(..from.len())]
}

/// A company's name.
pub(crate) fn company(rng: &mut Rng) -> String {
    format!("{} {}", pick(rng, COMPANIES), pick(rng, TRADES))
}

/// The domain that belongs to a company.
pub(crate) fn domain(company: &str) -> String {
    let kept = company.chars().filter(char::is_ascii_alphanumeric);
    format!("{}.example", kept.collect::<String>().to_ascii_lowercase())
}

/// A person with an address.
pub(crate) struct Contact {
    pub(crate) first: &'static str,
    pub(crate) last: &'static str,
    pub(crate) title: &'static str,
    pub(crate) department: &'static str,
    pub(crate) email: String,
    pub(crate) phone: String,
    pub(crate) direct: Option<String>,
    pub(crate) extension: Option<String>,
    pub(crate) street: String,
    pub(crate) suite: Option<String>,
    pub(crate) city: &'static str,
    pub(crate) state: &'static str,
    pub(crate) country: &'static str,
    pub(crate) postal: &'static str,
}

/// A contact of this company.
pub(crate) fn contact(rng: &mut Rng, company: &str) -> Contact {
    let (first, last) = (pick(rng, FIRST), pick(rng, LAST));
    let (city, state, country, postal, area) = PLACES[rng.usize(..PLACES.len())];
    let mailbox: String = last.chars().filter(char::is_ascii_alphabetic).collect();
    let email = format!("{}{}@{}", &first[..1], mailbox, domain(company)).to_ascii_lowercase();
    let extension = rng.bool().then(|| rng.u16(100..1000).to_string());
    let suite = (rng.u8(..3) == 0).then(|| format!("Suite {}", rng.u16(1..900)));
    Contact {
        first,
        last,
        title: pick(rng, TITLES),
        department: pick(rng, DEPARTMENTS),
        email,
        phone: format!("({area}) 555-{:04}", rng.u16(100..200)),
        direct: rng.bool().then(|| format!("({area}) 555-{:04}", rng.u16(100..200))),
        extension,
        street: format!("{} {}", rng.u16(1..2000), pick(rng, STREETS)),
        suite,
        city,
        state,
        country,
        postal,
    }
}

/// When the simulator's clock begins, 2026-01-01T00:00:00Z, in seconds since 1970.
pub(crate) const BEGINNING: i64 = 1_767_225_600;

/// A time in seconds from the beginning, in RFC 3339.
pub(crate) fn time(seconds: i64) -> String {
    let seconds = BEGINNING + seconds;
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Howard Hinnant's civil_from_days: years begin in March, so that leap days end them.
    let shifted = days + 719_468;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{date:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

/// A random GUID in its usual form.
pub(crate) fn guid(rng: &mut Rng) -> String {
    let bits = rng.u128(..);
    let hex = format!("{bits:032x}");
    format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

/// Whether this is a GUID in the hyphenated form.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Whether this is a valid date, `YYYY-MM-DD`.
pub(crate) fn is_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shaped {
        return false;
    }
    let number = |from: usize, to: usize| text[from..to].parse::<u32>().unwrap_or(0);
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    year > 0 && (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_people() {
        let somebody = |seed| {
            let mut rng = Rng::with_seed(seed);
            let name = company(&mut rng);
            (contact(&mut rng, &name).email, guid(&mut rng))
        };
        assert_eq!(somebody(7), somebody(7));
        assert_ne!(somebody(7), somebody(8));
        assert!(is_guid(&somebody(7).1));
    }

    #[test]
    fn times_are_counted_from_the_beginning() {
        assert_eq!(
            [time(0), time(-1), time(59 * 86_400 + 3661)],
            ["2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", "2026-03-01T01:01:01Z",]
        );
        assert_eq!(time(-86_400 * 672), "2024-02-29T00:00:00Z");
    }

    #[test]
    fn a_guid_has_its_hyphens() {
        assert!(is_guid("8806367b-001a-4632-afb4-27a7fad7660c"));
        assert!(!is_guid("8806367b-001a-4632-afb4-27a7fad7660"));
        assert!(!is_guid("8806367b0001a-4632-afb4-27a7fad7660c"));
        assert!(!is_guid("Csp"));
    }

    #[test]
    fn a_day_is_a_valid_date() {
        assert!(is_day("2024-02-29") && is_day("2025-12-31"));
        assert!(
            !is_day("2025-02-29") && !is_day("2025-13-01") && !is_day("2025-1-1") && !is_day("2025-00-10")
        );
    }
}
