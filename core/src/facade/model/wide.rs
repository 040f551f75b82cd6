//! Models with more fields than a word has bits.
#![allow(unreachable_pub, dead_code, reason = "the macro makes public types, and more than these tests use")]

use crate::facade::model::{FromResponse, Object};

macro_rules! wide {
    ($Name:ident { $($field:ident $wire:literal)* }) => {
        model! {
            /// A model with many fields.
            pub struct $Name {
                $( /// A field.
                pub $field: i64 => $wire, )*
            }
        }
    };
}

wide! {
    Wide65 {
        f000 "f000" f001 "f001" f002 "f002" f003 "f003" f004 "f004" f005 "f005" f006 "f006" f007 "f007"
        f008 "f008" f009 "f009" f010 "f010" f011 "f011" f012 "f012" f013 "f013" f014 "f014" f015 "f015"
        f016 "f016" f017 "f017" f018 "f018" f019 "f019" f020 "f020" f021 "f021" f022 "f022" f023 "f023"
        f024 "f024" f025 "f025" f026 "f026" f027 "f027" f028 "f028" f029 "f029" f030 "f030" f031 "f031"
        f032 "f032" f033 "f033" f034 "f034" f035 "f035" f036 "f036" f037 "f037" f038 "f038" f039 "f039"
        f040 "f040" f041 "f041" f042 "f042" f043 "f043" f044 "f044" f045 "f045" f046 "f046" f047 "f047"
        f048 "f048" f049 "f049" f050 "f050" f051 "f051" f052 "f052" f053 "f053" f054 "f054" f055 "f055"
        f056 "f056" f057 "f057" f058 "f058" f059 "f059" f060 "f060" f061 "f061" f062 "f062" f063 "f063"
        f064 "f064"
    }
}

wide! {
    Wide130 {
        f000 "f000" f001 "f001" f002 "f002" f003 "f003" f004 "f004" f005 "f005" f006 "f006" f007 "f007"
        f008 "f008" f009 "f009" f010 "f010" f011 "f011" f012 "f012" f013 "f013" f014 "f014" f015 "f015"
        f016 "f016" f017 "f017" f018 "f018" f019 "f019" f020 "f020" f021 "f021" f022 "f022" f023 "f023"
        f024 "f024" f025 "f025" f026 "f026" f027 "f027" f028 "f028" f029 "f029" f030 "f030" f031 "f031"
        f032 "f032" f033 "f033" f034 "f034" f035 "f035" f036 "f036" f037 "f037" f038 "f038" f039 "f039"
        f040 "f040" f041 "f041" f042 "f042" f043 "f043" f044 "f044" f045 "f045" f046 "f046" f047 "f047"
        f048 "f048" f049 "f049" f050 "f050" f051 "f051" f052 "f052" f053 "f053" f054 "f054" f055 "f055"
        f056 "f056" f057 "f057" f058 "f058" f059 "f059" f060 "f060" f061 "f061" f062 "f062" f063 "f063"
        f064 "f064" f065 "f065" f066 "f066" f067 "f067" f068 "f068" f069 "f069" f070 "f070" f071 "f071"
        f072 "f072" f073 "f073" f074 "f074" f075 "f075" f076 "f076" f077 "f077" f078 "f078" f079 "f079"
        f080 "f080" f081 "f081" f082 "f082" f083 "f083" f084 "f084" f085 "f085" f086 "f086" f087 "f087"
        f088 "f088" f089 "f089" f090 "f090" f091 "f091" f092 "f092" f093 "f093" f094 "f094" f095 "f095"
        f096 "f096" f097 "f097" f098 "f098" f099 "f099" f100 "f100" f101 "f101" f102 "f102" f103 "f103"
        f104 "f104" f105 "f105" f106 "f106" f107 "f107" f108 "f108" f109 "f109" f110 "f110" f111 "f111"
        f112 "f112" f113 "f113" f114 "f114" f115 "f115" f116 "f116" f117 "f117" f118 "f118" f119 "f119"
        f120 "f120" f121 "f121" f122 "f122" f123 "f123" f124 "f124" f125 "f125" f126 "f126" f127 "f127"
        f128 "f128" f129 "f129"
    }
}

/// Reads each field alone as null, and checks that no other field is set.
fn each_field_stands_for_itself<M: Object + serde::Serialize>(is_set: impl Fn(&M, &str) -> bool) {
    for sent in M::NAMES {
        let json = format!("{{\"{sent}\":null}}");
        let read = M::from_response(json.as_bytes()).unwrap();
        for name in M::NAMES {
            assert_eq!(is_set(&read, name), name == sent, "{name} when {sent} was sent");
        }
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
    }
}

#[test]
fn the_65th_field_is_not_the_first() {
    assert_eq!(Wide65::NAMES.len(), 65);
    each_field_stands_for_itself(Wide65::is_set);
}

#[test]
fn any_number_of_fields_works() {
    assert_eq!(Wide130::NAMES.len(), 130);
    each_field_stands_for_itself(Wide130::is_set);
}
