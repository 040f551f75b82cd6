//! The macros that turn the generated listings into structs and enums.

/// Structs with optional fields, presence, unknown fields, and both directions of serde.
macro_rules! model {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident { $( $(#[$field_meta:meta])* pub $field:ident: $ty:ty => $wire:literal, )* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq)]
        #[non_exhaustive]
        #[allow(clippy::struct_field_names, reason = "the vendor's names")]
        pub struct $Name {
            $( $(#[$field_meta])* pub $field: Option<$ty>, )*
            present: u64,
            extra: $crate::model::Extra,
        }

        const _: () = {
            #[allow(non_camel_case_types, dead_code, clippy::upper_case_acronyms)]
            enum At { $($field),* }

            impl $Name {
                /// Whether the server sent the field, null included. Takes the name here or the vendor's.
                pub fn is_set(&self, name: &str) -> bool {
                    $( if name == $wire || name == stringify!($field).trim_start_matches("r#") {
                        return self.$field.is_some() || self.present & (1 << At::$field as u32) != 0;
                    } )*
                    self.extra.has(name)
                }

                /// Fields that the server sent and this version of mspkit does not know.
                pub fn extra(&self) -> impl Iterator<Item = (&str, $crate::model::Json)> {
                    self.extra.iter()
                }
            }

            impl<'de> serde::Deserialize<'de> for $Name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let read = <$Name as $crate::model::Field>::read(deserializer)?;
                    read.ok_or_else(|| $crate::model::not_an_object("null"))
                }
            }

            impl $crate::model::Field for $Name {
                fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
                    struct Members;
                    impl<'de> serde::de::Visitor<'de> for Members {
                        type Value = Option<$Name>;
                        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                            f.write_str("an object")
                        }
                        fn visit_unit<E>(self) -> Result<Self::Value, E> {
                            Ok(None)
                        }
                        fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                            let mut model = $Name::default();
                            while let Some($crate::model::Key(key)) = map.next_key()? {
                                match &*key {
                                    $( $wire => {
                                        model.present |= 1 << At::$field as u32;
                                        model.$field = map.next_value_seed($crate::model::FieldSeed::new())?;
                                    } )*
                                    other => model.extra.read(other, &mut map)?,
                                }
                            }
                            Ok(Some(model))
                        }
                    }
                    deserializer.deserialize_any(Members)
                }
            }

            impl serde::Serialize for $Name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    use serde::ser::SerializeMap;
                    let mut map = serializer.serialize_map(None)?;
                    $( if self.is_set($wire) {
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
                        shown.field(stringify!($field).trim_start_matches("r#"), value);
                    } )*
                    // Names only: what an unknown field holds may be a secret.
                    let extra = self.extra.names();
                    if !extra.is_empty() {
                        shown.field("extra", &extra);
                    }
                    shown.finish()
                }
            }

            impl $crate::model::FromAnswer for $Name {
                fn from_answer(json: &[u8]) -> Result<Self, serde_json::Error> {
                    serde_json::from_slice(json)
                }

                fn broken_path(json: &[u8]) -> Option<String> {
                    $crate::model::broken_path::<Self>(json)
                }
            }
        };
    };
}

/// Enums that may grow: a value that is not known is kept as text.
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

        impl $crate::model::Field for $Name {
            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
                Ok(<String as $crate::model::Field>::read(deserializer)?.map(|text| Self::from(text.as_str())))
            }
        }
    };
}

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macros make public types")]
mod tests {
    use crate::model::{FromAnswer, Id, Secret};

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
    }

    fn thing(json: &str) -> Thing {
        Thing::from_answer(json.as_bytes()).unwrap()
    }

    #[test]
    fn absent_differs_from_null_and_both_come_back() {
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
    fn scalars_are_read_in_any_form() {
        let read = thing(r#"{"name":5,"count":"12","type":"TRUE","thingId":"a"}"#);
        assert_eq!((read.name.as_deref(), read.count, read.r#type), (Some("5"), Some(12), Some(true)));
        assert_eq!(thing(r#"{"count":3.0,"type":0}"#).count, Some(3));
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_path() {
        let json = br#"{"parts":[{},{"count":"many"}]}"#;
        assert!(Thing::from_answer(json).is_err());
        assert_eq!(Thing::broken_path(json).as_deref(), Some("parts[1].count"));
    }

    #[test]
    fn secrets_do_not_show() {
        let read = thing(r#"{"token":"planted","unknown":"planted too"}"#);
        assert!(!format!("{read:?}").contains("planted"));
    }
}
