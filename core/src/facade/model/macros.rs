//! The macros that expand the generated listings to structs and enums.

/// Structs with optional fields, presence, unknown fields, and both directions of serde.
macro_rules! model {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident { $( $(#[$field_meta:meta])* pub $field:ident: $ty:ty => $wire:literal, )* }
        $( required { $( $(#[$doc:meta])* $needed:ident: $plain:ty => $take:ident, )* } )?
        $( hidden { $( $hidden:ident if $by:ident is [$($value:literal),*], )* } )?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq)]
        #[non_exhaustive]
        #[allow(clippy::struct_field_names, reason = "the vendor's names")]
        pub struct $Name {
            $( $(#[$field_meta])* pub $field: Option<$ty>, )*
            // A bit for each field.
            present: [u64; { const NAMES: &[&str] = &[$( $wire ),*]; NAMES.len().div_ceil(64) }],
            extra: $crate::facade::model::Extra,
        }

        const _: () = {
            #[allow(non_camel_case_types, dead_code, clippy::upper_case_acronyms)]
            enum At { $($field),* }

            impl $Name {
                /// Whether the server sent the field, null included. Takes the name here or the vendor's.
                pub fn is_set(&self, name: &str) -> bool {
                    $( if name == $wire || name == const { $crate::facade::model::bare(stringify!($field)) } {
                        return self.$field.is_some() || self.was_sent(At::$field);
                    } )*
                    self.extra.has(name)
                }

                #[allow(dead_code, reason = "a model without fields asks for none")]
                fn was_sent(&self, at: At) -> bool {
                    let at = at as usize;
                    self.present[at / 64] & (1 << (at % 64)) != 0
                }

                /// Whether a field is a secret because of the value of another one.
                #[allow(dead_code, reason = "a model without fields asks for none")]
                fn hides(&self, at: At) -> bool {
                    let _ = &at;
                    $( $( if at as usize == At::$hidden as usize {
                        return $crate::facade::model::is_one_of(self.$by.as_ref(), &[$($value),*]);
                    } )* )?
                    #[allow(unreachable_code, reason = "the last rule may return")]
                    false
                }

                /// Fields that the server sent and this version of mspkit does not know.
                pub fn extra(&self) -> impl Iterator<Item = (&str, $crate::facade::model::Json)> {
                    self.extra.iter()
                }

                $( $(
                    $(#[$doc])*
                    ///
                    /// # Errors
                    /// [`MissingField`](crate::ErrorKind::MissingField) if the server left it out, although it always sends it.
                    pub fn $needed(&self) -> $crate::Result<$plain> {
                        let name = const { $crate::facade::model::bare(stringify!($needed)) };
                        self.$needed.$take().ok_or_else(|| self.extra.missing(name))
                    }
                )* )?
            }

            impl<'de> serde::Deserialize<'de> for $Name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    $crate::facade::model::from_any(deserializer)
                }
            }

            impl $crate::facade::model::Object for $Name {
                const NAMES: &'static [&'static str] = &[$( $wire ),*];
                const WRITTEN: &'static [&'static str] = &[$( concat!("\"", $wire, "\":") ),*];

                fn member(
                    &mut self,
                    at: usize,
                    scan: &mut $crate::wire::raw::Scan<'_>,
                ) -> Result<(), $crate::facade::model::Unreadable> {
                    // A model without fields reads none.
                    let _ = &scan;
                    self.present[at / 64] |= 1 << (at % 64);
                    match at {
                        $( at if at == At::$field as usize => self.$field = $crate::facade::model::Field::read(scan)?, )*
                        _ => {}
                    }
                    Ok(())
                }

                fn extra(&mut self) -> &mut $crate::facade::model::Extra {
                    &mut self.extra
                }

                fn record(&mut self, meta: &std::sync::Arc<$crate::Meta>) {
                    $( if let Some(value) = &mut self.$field {
                        $crate::facade::model::Field::record_response(value, meta);
                    } )*
                    self.extra.meta = Some(meta.clone());
                }
            }

            impl serde::Serialize for $Name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    use serde::ser::SerializeMap;
                    let mut map = serializer.serialize_map(None)?;
                    $( if self.$field.is_some() || self.was_sent(At::$field) {
                        map.serialize_entry($wire, &self.$field)?;
                    } )*
                    self.extra.write(&mut map)?;
                    map.end()
                }
            }

            impl std::fmt::Debug for $Name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    let mut shown = f.debug_struct(stringify!($Name));
                    $( if let Some(value) = &self.$field {
                        let name = const { $crate::facade::model::bare(stringify!($field)) };
                        if self.hides(At::$field) {
                            shown.field(name, &format_args!("***"));
                        } else {
                            shown.field(name, value);
                        }
                    } )*
                    // Names only: an unknown field may be a secret.
                    let extra = self.extra.names();
                    if !extra.is_empty() {
                        shown.field("extra", &extra);
                    }
                    shown.finish()
                }
            }
        };
    };
}

/// Open enums: an unknown value is kept as text.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $Name:ident { $( $(#[$variant_meta:meta])* $Variant:ident => $wire:literal, )* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $Name {
            $( $(#[$variant_meta])* $Variant, )*
            /// A value that this version of mspkit does not know.
            Other(String),
        }

        impl $Name {
            /// The vendor's text.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$Variant => $wire, )*
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $Name {
            fn from(text: &str) -> Self {
                match text {
                    $( $wire => Self::$Variant, )*
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl std::fmt::Display for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl $crate::facade::model::Field for $Name {
            fn read(scan: &mut $crate::wire::raw::Scan<'_>) -> Result<Option<Self>, $crate::facade::model::Unreadable> {
                Ok(<String as $crate::facade::model::Field>::read(scan)?.map(|text| Self::from(text.as_str())))
            }
        }
    };
}

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macros make public types")]
mod tests {
    use crate::facade::model::{FromResponse, Id, Secret};

    open_enum! {
        /// A colour.
        pub enum Colour {
            /// Red.
            Red => "RED",
        }
    }

    model! {
        /// A thing.
        pub struct Thing {
            /// Its id.
            pub thing_id: Id => "thingId",
            /// Its name.
            pub name: String => "name",
            /// Its colour.
            pub colour: Colour => "colour",
            /// How many.
            pub count: i64 => "count",
            /// Whether.
            pub r#type: bool => "type",
            /// Parts.
            pub parts: Vec<Thing> => "parts",
            /// Hidden.
            pub token: Secret => "token",
        }
        required {
            /// Its id.
            thing_id: &Id => as_ref,
            /// Its name.
            name: &str => as_deref,
        }
    }

    fn thing(json: &str) -> Thing {
        Thing::from_response(json.as_bytes()).unwrap()
    }

    #[test]
    fn absent_differs_from_null_and_both_round_trip() {
        let read = thing(r#"{"thingId":7,"name":null}"#);
        assert_eq!(read.thing_id.as_ref().unwrap(), &"7");
        assert!(read.is_set("name") && read.name.is_none());
        assert!(!read.is_set("colour"));
        assert_eq!(serde_json::to_string(&read).unwrap(), r#"{"thingId":"7","name":null}"#);
    }

    #[test]
    fn unknown_fields_and_values_are_kept_exactly() {
        let json = r#"{"colour":"MAUVE","parts":[{"x":12345678901234567890123}],"big":98765432109876543210,"n":1.50}"#;
        let read = thing(json);
        assert_eq!(read.colour, Some(Colour::Other("MAUVE".into())));
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
        assert!(read.is_set("big"));
        assert_eq!(read.extra().count(), 2);
    }

    #[test]
    fn scalars_are_converted() {
        let read = thing(r#"{"name":5,"count":"12","type":"TRUE","thingId":"a"}"#);
        assert_eq!((read.name.as_deref(), read.count, read.r#type), (Some("5"), Some(12), Some(true)));
        assert_eq!(thing(r#"{"count":3.0,"type":0}"#).count, Some(3));
    }

    #[test]
    fn unreadable_values_are_named_by_their_path() {
        let json = br#"{"parts":[{},{"count":"many"}]}"#;
        let unreadable = Thing::from_response(json).unwrap_err();
        assert_eq!(unreadable.to_string(), "at `parts[1].count`: a text where a whole number belongs");
    }

    #[test]
    fn the_order_of_members_does_not_matter_and_the_last_of_a_name_counts() {
        let read =
            thing(r#" { "parts" : [ null, {"name":"p"} ] , "count":1,"n\u0061me":"\"a\\","count":2 } "#);
        assert_eq!((read.name.as_deref(), read.count), (Some("\"a\\"), Some(2)));
        assert_eq!(read.parts, Some(vec![thing(r#"{"name":"p"}"#)]));
    }

    #[test]
    fn numbers_in_texts_stay_exact() {
        let text = |json: &str| thing(&format!("{{\"name\":{json}}}")).name.unwrap();
        assert_eq!(text("12345678901234567890123"), "12345678901234567890123");
        assert_eq!((text("1.50"), text("true")), ("1.5".to_owned(), "true".to_owned()));
    }

    #[test]
    fn values_of_the_wrong_type_are_described_but_no_text_is_shown() {
        let message = |json: &str| Thing::from_response(json.as_bytes()).unwrap_err().to_string();
        assert_eq!(message(r#"{"name":[]}"#), "at `name`: a list where text belongs");
        assert_eq!(message(r#"{"parts":{}}"#), "at `parts`: an object where a list belongs");
        assert_eq!(message(r#"{"parts":[1]}"#), "at `parts[0]`: 1 where an object belongs");
        assert_eq!(message(r#"{"type":"planted"}"#), "at `type`: a text where true or false belongs");
        assert_eq!(message(r#"{"count":1.5}"#), "at `count`: 1.5 where a whole number belongs");
        assert_eq!(message("null"), "null where a value belongs");
        assert!(message(r#"{"name":"\ud800"}"#).starts_with("at `name`: expected both halves"));
        assert!(message(r#"{"count":1,}"#).contains("expected a name"));
    }

    #[test]
    fn other_formats_are_read_by_the_same_rules() {
        let value = serde_json::json!({"thingId": 7, "count": "12", "other": [1]});
        let read: Thing = serde_json::from_value(value).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), r#"{"thingId":"7","count":12,"other":[1]}"#);
    }

    #[test]
    fn required_fields_are_lent_and_an_error_if_missing() {
        let read = thing(r#"{"thingId":7}"#);
        assert_eq!(read.thing_id().unwrap(), &"7");
        let missing = read.name().unwrap_err();
        assert_eq!(missing.kind(), crate::ErrorKind::MissingField);
        assert!(missing.to_string().contains("name"), "{missing}");
    }

    #[test]
    fn secrets_are_not_shown() {
        let read = thing(r#"{"token":"planted","unknown":"planted too"}"#);
        assert!(!format!("{read:?}").contains("planted"));
    }
}
