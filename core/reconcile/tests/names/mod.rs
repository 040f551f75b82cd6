//! Names of companies as vendors write them: the same ones in two lists, a tenth of them misspelt.

use fastrand::Rng;

const FIRST: &[&str] = &[
    "Adler",
    "Alpine",
    "Anchor",
    "Apex",
    "Arbor",
    "Atlas",
    "Aurora",
    "Baker",
    "Baltic",
    "Beacon",
    "Birch",
    "Blue",
    "Bright",
    "Cascade",
    "Cedar",
    "Central",
    "City",
    "Clear",
    "Coastal",
    "Copper",
    "Crown",
    "Delta",
    "Eastern",
    "Elm",
    "Falcon",
    "Fischer",
    "Forest",
    "Global",
    "Golden",
    "Granite",
    "Green",
    "Harbour",
    "Highland",
    "Horizon",
    "Iron",
    "Keller",
    "Lake",
    "Liberty",
    "Lindqvist",
    "Meadow",
    "Metro",
    "Müller",
    "Noble",
    "Nordic",
    "Northern",
    "Oak",
    "Orchard",
    "Pacific",
    "Pioneer",
    "Prime",
    "Quantum",
    "River",
    "Royal",
    "Schneider",
    "Silver",
    "Southern",
    "Star",
    "Stone",
    "Summit",
    "Sunrise",
    "Swift",
    "Terra",
    "Thornton",
    "Trinity",
    "Union",
    "Valley",
    "Vector",
    "Vertex",
    "Victoria",
    "Western",
    "Whitaker",
    "Willow",
    "Winter",
    "Zenith",
];
const SECOND: &[&str] = &[
    "Accounting",
    "Architects",
    "Automotive",
    "Bakery",
    "Builders",
    "Capital",
    "Catering",
    "Chemicals",
    "Clinic",
    "Consulting",
    "Dental",
    "Design",
    "Dynamics",
    "Electric",
    "Energy",
    "Engineering",
    "Events",
    "Farms",
    "Finance",
    "Foods",
    "Freight",
    "Furniture",
    "Gardens",
    "Glass",
    "Health",
    "Holdings",
    "Hotels",
    "Industries",
    "Insurance",
    "Interiors",
    "Investments",
    "Law",
    "Legal",
    "Logistics",
    "Machinery",
    "Manufacturing",
    "Marine",
    "Marketing",
    "Media",
    "Metals",
    "Optics",
    "Packaging",
    "Partners",
    "Pharmacy",
    "Plastics",
    "Printing",
    "Properties",
    "Recruiting",
    "Robotics",
    "Schools",
    "Security",
    "Services",
    "Software",
    "Solar",
    "Steel",
    "Systems",
    "Textiles",
    "Tools",
    "Trading",
    "Transport",
    "Travel",
    "Veterinary",
    "Wines",
];
const PLACE: &[&str] = &[
    "Aachen",
    "Aberdeen",
    "Bergen",
    "Bern",
    "Boston",
    "Bristol",
    "Bruges",
    "Calgary",
    "Chester",
    "Dallas",
    "Denver",
    "Dresden",
    "Dublin",
    "Eindhoven",
    "Galway",
    "Geneva",
    "Ghent",
    "Graz",
    "Hobart",
    "Hull",
    "Innsbruck",
    "Kiel",
    "Leeds",
    "Leiden",
    "Limerick",
    "Linz",
    "Lyon",
    "Malmö",
    "Nantes",
    "Oslo",
    "Perth",
    "Porto",
    "Reading",
    "Salem",
    "Tampere",
    "Toledo",
    "Turku",
    "Utrecht",
    "Vienna",
    "York",
];
const FORM: &[&str] = &["", " Ltd", " Limited", " GmbH", " Inc.", " B.V.", " LLC", " AG"];

/// Two JSON lists of this many rows, whose names match one to one; the right one is in another order.
pub(crate) fn lists(count: usize) -> (String, String) {
    let mut random = Rng::with_seed(7);
    let mut names: Vec<String> = Vec::with_capacity(count);
    let mut known = std::collections::HashSet::new();
    while names.len() < count {
        let pick = |random: &mut Rng, words: &[&str]| words[random.usize(..words.len())].to_owned();
        let name = format!(
            "{} {} {}",
            pick(&mut random, FIRST),
            pick(&mut random, SECOND),
            pick(&mut random, PLACE)
        );
        if known.insert(name.clone()) {
            names.push(name);
        }
    }
    let row = |at: usize, name: &str| {
        format!(r#"{{"id":{at},"name":"{name}","city":"Springfield","devices":{}}}"#, at % 40)
    };
    let form = |random: &mut Rng| FORM[random.usize(..FORM.len())];
    let left: Vec<String> =
        names.iter().enumerate().map(|(at, name)| row(at, &format!("{name}{}", form(&mut random)))).collect();
    let mut right: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let name = if random.u8(..10) == 0 { misspelt(name, &mut random) } else { name.to_uppercase() };
            row(at, &format!("{name}{}", form(&mut random)))
        })
        .collect();
    random.shuffle(&mut right);
    (format!("[{}]", left.join(",")), format!("[{}]", right.join(",")))
}

/// A name with a letter that is missing, doubled, wrong or swapped with its neighbour.
fn misspelt(name: &str, random: &mut Rng) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let at = random.usize(1..letters.len() - 1);
    match random.u8(..4) {
        0 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letters[at]),
        2 => letters[at] = random.lowercase(),
        _ => letters.swap(at, at - 1),
    }
    letters.into_iter().collect()
}
