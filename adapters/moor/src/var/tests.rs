//! Values as trees: conversions, text, and typed reads; and the generator for all tests.

use journeyman_core::{Value, value_de::ValueDeserializer};
use proptest::prelude::*;
use serde::Deserialize;

use super::{
    AnonymousObj, Binary, ErrorCode, Flyweight, MooError, Obj, Symbol, UuObjId, Var, tag::Tag,
};

/// Any object id that is no anonymous one.
fn any_obj() -> impl Strategy<Value = Obj> {
    prop_oneof![
        any::<i32>().prop_map(Obj::Id),
        any::<u64>().prop_map(|packed| Obj::Uuid(UuObjId(packed))),
    ]
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-cA-C]{1,3}", "\\PC{0,12}", "[\\x00-\\x20]{1,4}"]
}

fn any_code() -> impl Strategy<Value = ErrorCode> {
    prop_oneof![
        prop::sample::select(ErrorCode::KNOWN),
        any_text().prop_map(ErrorCode::custom),
        Just(ErrorCode::custom("E_PERM")),
    ]
}

/// Any value that both eras have. (The anonymous objects of one have tests of their own.)
pub(crate) fn any_var() -> impl Strategy<Value = Var> {
    let leaf =
        prop_oneof![
            Just(Var::None),
            any::<bool>().prop_map(Var::Bool),
            any::<i64>().prop_map(Var::Int),
            prop::sample::select(&[i64::MIN, -1, 0, 1, i64::MAX][..]).prop_map(Var::Int),
            any::<u64>().prop_map(|bits| Var::Float(f64::from_bits(bits))),
            prop::sample::select(&[0.0, -0.0, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE][..])
                .prop_map(Var::Float),
            any_text().prop_map(Var::Str),
            any_obj().prop_map(Var::Obj),
            any_text().prop_map(|text| Var::Sym(text.into())),
            prop::collection::vec(any::<u8>(), 0..12).prop_map(Var::Binary),
            (any_code(), prop::option::of(any_text()))
                .prop_map(|(code, message)| Var::Err(MooError { code, message, value: None })),
        ];
    leaf.prop_recursive(5, 48, 5, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..5);
        let slots = prop::collection::vec((any_text().prop_map(Symbol::from), inner.clone()), 0..3);
        let delegate =
            prop_oneof![any_obj(), any::<u64>().prop_map(|id| Obj::Anonymous(AnonymousObj(id))),];
        prop_oneof![
            list.clone().prop_map(Var::List),
            prop::collection::vec((inner.clone(), inner.clone()), 0..4).prop_map(Var::Map),
            (any_code(), prop::option::of(any_text()), inner).prop_map(|(code, message, value)| {
                Var::Err(MooError { code, message, value: Some(Box::new(value)) })
            }),
            (delegate, slots, list).prop_map(|(delegate, slots, contents)| {
                Var::from(Flyweight { delegate, slots, contents })
            }),
        ]
    })
}

/// Whether two values are the same to the letter: equality of symbols ignores case.
pub(crate) fn same_text(a: &Var, b: &Var) -> bool {
    format!("{a:?}") == format!("{b:?}")
}

proptest! {
    #[test]
    fn the_generic_value_loses_nothing(var in any_var()) {
        let value = Value::from(var.clone());
        prop_assert_eq!(&Value::from_serialize(&var).expect("a value"), &value);
        let back = Var::try_from(value.clone()).expect("a MOO value");
        prop_assert!(same_text(&back, &var));
        prop_assert_eq!(&back, &var);
        prop_assert_eq!(Var::deserialize(ValueDeserializer(&value)).expect("a MOO value"), var);
    }

    #[test]
    fn a_tree_reads_as_itself(var in any_var()) {
        prop_assert_eq!(var.read::<Var>().expect("readable"), var.clone());
        prop_assert_eq!(var.read::<Value>().expect("readable"), Value::from(var.clone()));
        prop_assert_eq!(Var::from_serialize(&var).expect("writable"), var);
    }

    #[test]
    fn object_ids_have_a_text(obj in any_obj()) {
        prop_assert_eq!(obj.to_string().parse::<Obj>().expect("its own text"), obj);
    }
}

#[test]
fn object_texts() {
    let packed = UuObjId(0x0004_8D05 << 40 | 0x12_3456_7890);
    assert_eq!(packed.to_string(), "#048D05-1234567890");
    assert_eq!("#048d05-1234567890".parse(), Ok(Obj::Uuid(packed)));
    assert_eq!("#-1".parse(), Ok(Obj::NOTHING));
    assert_eq!("#12".parse(), Ok(Obj::Id(12)));
    // Live: MOO prints this id of the vectors so.
    assert_eq!(UuObjId(95_253_756_160_816).to_string(), "#000056-A1FE4CAB30");
    for wrong in
        ["", "#", "12", "#+5", "#x", "#048D05-123456789", "#48D05-1234567890", "#3000000000"]
    {
        let error = wrong.parse::<Obj>().unwrap_err().to_string();
        assert!(error.contains("is no object id"), "{error}");
    }
}

#[test]
fn literal_text() {
    let value = Var::List(vec![
        Var::None,
        true.into(),
        1.into(),
        1.0.into(),
        "say \"a\\b\"\n".into(),
        Obj::Id(3).into(),
        ErrorCode::Perm.into(),
        MooError::new(ErrorCode::custom("E_MINE")).with_message("m").into(),
        MooError::new(ErrorCode::Range).with_value(2).into(),
        Var::Map(vec![(1.into(), 2.into()), ("a".into(), Var::List(vec![]))]),
        Symbol::from("name").into(),
        Var::Binary(vec![0, 1, 2, 3, 4, 255]),
        Flyweight {
            delegate: Obj::Id(1),
            slots: vec![("n".into(), 1.into())],
            contents: vec![2.into()],
        }
        .into(),
        Flyweight { delegate: Obj::Id(1), slots: vec![], contents: vec![] }.into(),
        AnonymousObj(7).into(),
    ]);
    assert_eq!(
        value.to_string(),
        "{None, true, 1, 1.0, \"say \\\"a\\\\b\\\"\\n\", #3, E_PERM, E_MINE(\"m\"), \
         E_RANGE(\"\", 2), [1 -> 2, \"a\" -> {}], 'name, b\"AAECAwT_\", <#1, [n -> 1], {2}>, \
         <#1>, *anonymous*}"
    );
}

#[test]
fn equality() {
    assert_eq!(Var::Float(f64::NAN), Var::Float(-f64::NAN));
    assert_ne!(Var::Float(0.0), Var::Float(-0.0));
    assert_ne!(Var::Int(1), Var::Float(1.0));
    assert_eq!(Symbol::from("FooBar"), Symbol::from("fooBAR"));
    assert_ne!(Var::from("a"), Var::from("A"));
    assert_eq!(Symbol::from("FooBar").as_str(), "FooBar");
    let hash = |symbol: &Symbol| {
        use std::hash::{BuildHasher, RandomState};
        let state = RandomState::new();
        (state.hash_one(symbol), state.hash_one(Symbol::from("fOObAR")))
    };
    let (a, b) = hash(&Symbol::from("FooBar"));
    assert_eq!(a, b);
}

#[derive(Debug, Deserialize, PartialEq)]
enum Order {
    Stop,
    Go(i64),
    Turn { by: f64 },
    Both(i64, String),
}

#[derive(Debug, Deserialize, PartialEq)]
struct Name(String);

#[test]
fn typed_reads() {
    let sym = |text: &str| Var::Sym(text.into());
    assert_eq!(sym("stop").read(), Ok(Order::Stop));
    assert_eq!(Var::from("Stop").read(), Ok(Order::Stop));
    assert_eq!(Var::map([("go", 5)]).read(), Ok(Order::Go(5)));
    let turn = Var::Map(vec![(sym("TURN"), Var::Map(vec![(sym("BY"), 1.into())]))]);
    assert_eq!(turn.read(), Ok(Order::Turn { by: 1.0 }));
    let both = Var::map([("Both", Var::List(vec![1.into(), "x".into()]))]);
    assert_eq!(both.read(), Ok(Order::Both(1, "x".to_owned())));
    assert_eq!(sym("x").read(), Ok(Name("x".to_owned())));
    assert_eq!(sym("x").read(), Ok('x'));
    assert_eq!(Var::None.read(), Ok(None::<String>));
    assert_eq!(Var::None.read(), Ok(()));
    assert_eq!(Var::from(0).read(), Ok(false));
    assert_eq!(Var::from("#12").read(), Ok(Obj::Id(12)));
    assert_eq!(Var::from("text").read(), Ok(Binary(b"text".to_vec())));
    let keys: Vec<(i64, bool)> = vec![(1, true)];
    let map: std::collections::HashMap<i64, bool> = keys.into_iter().collect();
    assert_eq!(Var::Map(vec![(1.into(), true.into())]).read(), Ok(map));
    for (value, expected) in [
        (Var::from(2), "invalid type: integer `2`, expected a boolean"),
        (Var::from(Obj::Id(1)), "invalid type: an object, expected a boolean"),
        (Var::None, "invalid type: unit value, expected a boolean"),
    ] {
        assert_eq!(value.read::<bool>().unwrap_err().to_string(), expected);
    }
    let error = Var::from(2.0).read::<i64>().unwrap_err().to_string();
    assert_eq!(error, "invalid type: floating point `2.0`, expected i64");
    let error = Var::from(5).read::<Symbol>().unwrap_err().to_string();
    assert_eq!(error, "invalid type: an integer, expected a symbol");
    let error = sym("x").read::<Obj>().unwrap_err().to_string();
    assert_eq!(error, "invalid type: a tagged value (symbol), expected an object");
    assert!(Var::from("nobody").read::<Obj>().is_err());
    assert!(Var::map([("Fly", 1)]).read::<Order>().unwrap_err().to_string().contains("Fly"));
}

#[test]
fn maps_are_searched_as_the_server_does() {
    let map = Var::Map(vec![("Key".into(), 1.into()), (Var::Sym("KEY".into()), 2.into())]);
    assert_eq!(map.get("key"), Some(&Var::Int(2)));
    assert_eq!(map.get("other"), None);
    let fly =
        Flyweight { delegate: Obj::Id(1), slots: vec![("N".into(), 1.into())], contents: vec![] };
    assert_eq!(fly.slot("n"), Some(&Var::Int(1)));
}

/// Formats without tagged values carry the pair as a list, which the types read back.
#[test]
fn kinds_pass_through_json() {
    fn through<T>(value: &T, json: &str)
    where
        T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
    {
        assert_eq!(serde_json::to_string(value).unwrap(), json);
        assert_eq!(&serde_json::from_str::<T>(json).unwrap(), value);
    }
    through(&Obj::Id(12), "[\"object\",12]");
    through(&Obj::Uuid(UuObjId(1 << 40)), "[\"object\",\"#000001-0000000000\"]");
    through(&AnonymousObj(1), "[\"anonymous\",\"#000000-0000000001\"]");
    through(&Symbol::from("Foo"), "[\"symbol\",\"Foo\"]");
    through(&MooError::new(ErrorCode::Perm), "[\"error\",[\"E_PERM\"]]");
    let error = MooError::new(ErrorCode::custom("E_X")).with_value(1);
    through(&error, "[\"error\",[[\"symbol\",\"E_X\"],null,1]]");
    let fly = Flyweight {
        delegate: Obj::Id(1),
        slots: vec![("n".into(), 1.into())],
        contents: vec![2.into()],
    };
    through(&fly, "[\"flyweight\",[[\"object\",1],[[\"n\",1]],[2]]]");
    assert_eq!(serde_json::from_str::<Obj>("\"#12\"").unwrap(), Obj::Id(12));
    assert_eq!(serde_json::from_str::<Symbol>("\"x\"").unwrap(), Symbol::from("x"));
    assert!(serde_json::from_str::<Obj>("[\"symbol\",\"x\"]").is_err());
    assert!(serde_json::from_str::<Obj>("[\"object\"]").is_err());
}

#[test]
fn foreign_values_are_refused() {
    let refused = |value: Value| Var::try_from(value).unwrap_err().to_string();
    assert!(refused(Value::from(u64::MAX)).contains("does not fit the 64 bits"));
    assert!(refused(Value::tagged("uuid", "x")).contains("\"uuid\""));
    assert!(refused(Value::tagged("error", vec![Value::from("E_MINE")])).contains("E_MINE"));
    assert!(refused(Value::tagged("error", vec![])).contains("needs a code"));
    assert_eq!(Tag::parse("symbol"), Tag::Symbol);
    assert!(Var::from_serialize(&u64::MAX).is_err());
}
