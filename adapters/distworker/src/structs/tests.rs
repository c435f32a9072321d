use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use prost::Message as _;
use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as ProtoValue};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::*;

const NO_LIMIT: usize = usize::MAX;

fn encode<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    encode_object(value, "result", NO_LIMIT).unwrap().expect("an object").to_vec()
}

fn encode_error<T: Serialize + ?Sized>(value: &T) -> String {
    encode_object(value, "result", NO_LIMIT).unwrap_err().to_string()
}

/// What an independent decoder sees.
fn seen(data: &[u8]) -> Value {
    struct_to_json(&Struct::decode(data).expect("an independent decoder reads it"))
}

fn struct_to_json(fields: &Struct) -> Value {
    Value::Object(fields.fields.iter().map(|(key, value)| (key.clone(), to_json(value))).collect())
}

fn to_json(value: &ProtoValue) -> Value {
    match value.kind.as_ref() {
        None | Some(Kind::NullValue(_)) => Value::Null,
        Some(Kind::NumberValue(number)) => whole_as_integer(*number),
        Some(Kind::StringValue(text)) => json!(text),
        Some(Kind::BoolValue(value)) => json!(value),
        Some(Kind::StructValue(fields)) => struct_to_json(fields),
        Some(Kind::ListValue(list)) => Value::Array(list.values.iter().map(to_json).collect()),
    }
}

fn whole_as_integer(number: f64) -> Value {
    let negative_zero = number == 0.0 && number.is_sign_negative();
    if number.fract() == 0.0 && number.abs() <= EXACT as f64 && !negative_zero {
        json!(number as i64)
    } else {
        json!(number)
    }
}

/// Encodes with an independent encoder.
fn proto(value: &Value) -> ProtoValue {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(value) => Kind::BoolValue(*value),
        Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap()),
        Value::String(text) => Kind::StringValue(text.clone()),
        Value::Array(items) => {
            Kind::ListValue(ListValue { values: items.iter().map(proto).collect() })
        }
        Value::Object(_) => Kind::StructValue(proto_struct(value)),
    };
    ProtoValue { kind: Some(kind) }
}

fn proto_struct(value: &Value) -> Struct {
    let fields = value.as_object().expect("an object");
    Struct { fields: fields.iter().map(|(key, value)| (key.clone(), proto(value))).collect() }
}

fn wire(value: &Value) -> Vec<u8> {
    proto_struct(value).encode_to_vec()
}

fn read<'de, T: Deserialize<'de>>(data: &'de [u8]) -> T {
    from_bytes(data).unwrap()
}

fn read_error<T: for<'de> Deserialize<'de> + std::fmt::Debug>(value: &Value) -> String {
    from_bytes::<T>(&wire(value)).unwrap_err().to_string()
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Order<'a> {
    id: u32,
    name: &'a str,
    price: f64,
    #[serde(default)]
    note: Option<String>,
    tags: Vec<String>,
    size: (u8, i64),
    state: State,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    Open,
    Paid(u32),
    Split(u8, u8),
    Closed { reason: String },
}

fn order() -> Order<'static> {
    Order {
        id: 7,
        name: "bolt",
        price: 2.5,
        note: None,
        tags: vec!["a".to_owned(), String::new()],
        size: (1, -2),
        state: State::Closed { reason: "sold".to_owned() },
    }
}

#[test]
fn a_derived_struct_goes_out_and_comes_back() {
    let data = encode(&order());
    let expected = json!({"id": 7, "name": "bolt", "price": 2.5, "note": null, "tags": ["a", ""],
        "size": [1, -2], "state": {"Closed": {"reason": "sold"}}});
    assert_eq!(seen(&data), expected);
    assert_eq!(read::<Order<'_>>(&data), order());
    assert_eq!(read::<Order<'_>>(&wire(&expected)), order());
}

#[test]
fn texts_are_borrowed_from_the_bytes() {
    let data = encode(&order());
    let order: Order<'_> = read(&data);
    assert!(data.as_ptr_range().contains(&order.name.as_ptr()));
}

#[test]
fn every_kind_of_enum_is_read_and_written() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct States(Vec<State>);
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Holder {
        states: States,
    }
    let holder = Holder {
        states: States(vec![
            State::Open,
            State::Paid(3),
            State::Split(1, 2),
            State::Closed { reason: "r".to_owned() },
        ]),
    };
    let data = encode(&holder);
    let expected =
        json!({"states": ["Open", {"Paid": 3}, {"Split": [1, 2]}, {"Closed": {"reason": "r"}}]});
    assert_eq!(seen(&data), expected);
    assert_eq!(read::<Holder>(&data), holder);
    // A variant with fields reads from a list in their order, and a unit variant from null.
    let list = wire(&json!({"states": [{"Closed": ["r"]}, {"Open": null}]}));
    let expected = States(vec![State::Closed { reason: "r".to_owned() }, State::Open]);
    assert_eq!(read::<Holder>(&list).states, expected);

    let wrong = |value: Value| read_error::<Holder>(&json!({ "states": [value] }));
    assert_eq!(
        wrong(json!({"Paid": 1, "Open": null})),
        "field `states`: item 0: an enum is expected as the name of its variant, or as an object \
         with that name as its only key"
    );
    assert!(wrong(json!("Lost")).contains("unknown variant `Lost`"), "{}", wrong(json!("Lost")));
    assert_eq!(
        wrong(json!({"Paid": 1.5})),
        "field `states`: item 0: field `Paid`: 1.5 is not a whole number (expected u32)"
    );
    assert_eq!(
        wrong(json!(3)),
        "field `states`: item 0: invalid type: floating point `3.0`, expected enum State"
    );
    assert!(wrong(json!({"Split": 3})).contains("invalid type: floating point `3.0`"));
    assert!(wrong(json!({"Closed": 3})).contains("invalid type: floating point `3.0`"));
}

#[test]
fn roots_that_are_no_objects_are_wrapped() {
    assert_eq!(seen(&encode(&5)), json!({"result": 5}));
    assert_eq!(seen(&encode("text")), json!({"result": "text"}));
    assert_eq!(seen(&encode(&'x')), json!({"result": "x"}));
    assert_eq!(seen(&encode(&true)), json!({"result": true}));
    assert_eq!(seen(&encode(&[1, 2])), json!({"result": [1, 2]}));
    assert_eq!(seen(&encode(&(1, "a"))), json!({"result": [1, "a"]}));
    assert_eq!(seen(&encode(&State::Open)), json!({"result": "Open"}));
    assert_eq!(seen(&encode(&Some(1.5))), json!({"result": 1.5}));
    let data = encode_object(&[0u8; 200][..], "echo", NO_LIMIT).unwrap().unwrap();
    assert_eq!(seen(&data)["echo"].as_array().unwrap().len(), 200);
    // Objects stay as they are.
    assert_eq!(seen(&encode(&State::Paid(1))), json!({"Paid": 1}));
    assert_eq!(seen(&encode(&State::Split(1, 2))), json!({"Split": [1, 2]}));
    assert_eq!(seen(&encode(&Some(json!({"a": 1})))), json!({"a": 1}));
    assert_eq!(encode(&json!({})), Vec::<u8>::new());
}

#[test]
fn nothing_at_the_root_is_no_object() {
    #[derive(Serialize)]
    struct Done;
    assert_eq!(encode_object(&(), "result", NO_LIMIT), Ok(None));
    assert_eq!(encode_object(&None::<u8>, "result", NO_LIMIT), Ok(None));
    assert_eq!(encode_object(&Done, "result", NO_LIMIT), Ok(None));
    assert_eq!(encode_object(&Value::Null, "result", NO_LIMIT), Ok(None));
}

#[test]
fn erased_values_are_written_like_others() {
    let value: &dyn erased_serde::Serialize = &order();
    assert_eq!(encode(value), encode(&order()));
    let value: &dyn erased_serde::Serialize = &();
    assert_eq!(encode_object(value, "result", NO_LIMIT), Ok(None));
    let data = encode(&order());
    let mut erased = <dyn erased_serde::Deserializer<'_>>::erase(StructDeserializer::new(&data));
    let erased: &mut dyn erased_serde::Deserializer<'_> = &mut erased;
    assert_eq!(Order::deserialize(erased).unwrap(), order());
}

#[test]
fn integers_that_a_double_can_not_hold_are_refused() {
    for exact in [i64::MIN, -EXACT, -1, 0, EXACT, EXACT + 2, 1 << 60] {
        let data = encode(&json!({ "n": exact }));
        assert_eq!(read::<HashMap<String, i64>>(&data)["n"], exact);
    }
    for exact in [1u64 << 63, u64::MAX - 0x7ff] {
        let data = encode(&json!({ "n": exact }));
        assert_eq!(read::<HashMap<String, u64>>(&data)["n"], exact);
    }
    for exact in [i128::MIN, -(1 << 100), 1 << 100] {
        let data = encode(&HashMap::from([("n", exact)]));
        assert_eq!(read::<HashMap<String, i128>>(&data)["n"], exact);
    }
    let data = encode(&HashMap::from([("n", 1u128 << 127)]));
    assert_eq!(read::<HashMap<String, u128>>(&data)["n"], 1 << 127);

    assert_eq!(
        encode_error(&json!({"a": [{"n": EXACT + 1}]})),
        "field `a`: item 0: field `n`: 9007199254740993 does not fit the wire's double without \
         loss; send it as a string"
    );
    for error in [
        encode_error(&i64::MAX),
        encode_error(&(-EXACT - 1)),
        encode_error(&u64::MAX),
        encode_error(&i128::MAX),
        encode_error(&(i128::MIN + 1)),
        encode_error(&u128::MAX),
        encode_error(&((1u128 << 54) + 1)),
    ] {
        assert!(error.ends_with("without loss; send it as a string"), "{error}");
    }
}

#[test]
fn doubles_are_carried_bit_by_bit() {
    for number in [0.0, -0.0, 1.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE] {
        let data = encode(&HashMap::from([("n", number)]));
        let back = read::<HashMap<String, f64>>(&data)["n"];
        assert_eq!(back.to_bits(), number.to_bits());
    }
    let data = encode(&HashMap::from([("n", 0.1f32)]));
    assert_eq!(read::<HashMap<String, f32>>(&data)["n"].to_bits(), 0.1f32.to_bits());
}

#[test]
fn whole_numbers_come_out_of_doubles() {
    let data = wire(&json!({"n": 2.0}));
    assert_eq!(read::<HashMap<String, u8>>(&data)["n"], 2);
    assert_eq!(read::<HashMap<String, i64>>(&data)["n"], 2);
    assert_eq!(read::<HashMap<String, f64>>(&data)["n"], 2.0);
    assert_eq!(read::<Value>(&data), json!({"n": 2}));
    assert_eq!(
        read::<Value>(&wire(&json!({"n": 9007199254740994.0}))).to_string(),
        r#"{"n":9007199254740994.0}"#
    );

    type Of<T> = HashMap<String, T>;
    let n = |number: f64| json!({ "n": number });
    assert_eq!(
        read_error::<Of<i32>>(&n(2.5)),
        "field `n`: 2.5 is not a whole number (expected i32)"
    );
    assert_eq!(
        read_error::<Of<u8>>(&n(300.0)),
        "field `n`: invalid value: integer `300`, expected u8"
    );
    assert_eq!(read_error::<Of<u64>>(&n(-1.0)), "field `n`: -1.0 is out of range (expected u64)");
    assert_eq!(read_error::<Of<i64>>(&n(1e300)), "field `n`: 1e300 is out of range (expected i64)");
    assert_eq!(
        read_error::<Of<i64>>(&json!({"n": "2"})),
        "field `n`: invalid type: string \"2\", expected i64"
    );
    for (number, text) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
        let data = encode(&HashMap::from([("n", number)]));
        assert_eq!(
            from_bytes::<Of<i64>>(&data).unwrap_err().to_string(),
            format!("field `n`: {text} is not a whole number (expected i64)")
        );
    }
}

#[test]
fn flattened_and_untagged_types_see_whole_numbers() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Page {
        limit: u32,
        offset: i64,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(untagged)]
    enum Either {
        Whole(i64),
        Fraction(f64),
        Text(String),
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Query {
        #[serde(flatten)]
        page: Page,
        values: Vec<Either>,
    }
    let query: Query = read(&wire(&json!({"limit": 10, "values": [1, 1.5, "x"], "offset": -3})));
    assert_eq!(query.page, Page { limit: 10, offset: -3 });
    assert_eq!(
        query.values,
        [Either::Whole(1), Either::Fraction(1.5), Either::Text("x".to_owned())]
    );
}

#[test]
fn structs_and_tuples_read_from_lists() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Pair {
        a: i64,
        b: String,
    }
    let data = wire(&json!({"p": [4, "x"]}));
    assert_eq!(read::<HashMap<String, Pair>>(&data)["p"], Pair { a: 4, b: "x".to_owned() });
    assert_eq!(read::<HashMap<String, (i64, &str)>>(&data)["p"], (4, "x"));
    let short = read_error::<HashMap<String, Pair>>(&json!({"p": [4]}));
    assert_eq!(short, "field `p`: invalid length 1, expected struct Pair with 2 elements");
    let long = read_error::<HashMap<String, (i64, i64)>>(&json!({"p": [4, 5, 6]}));
    assert_eq!(long, "field `p`: the list has more items than the 2 that the type takes");
}

#[test]
fn missing_and_unknown_fields_are_told_and_skipped() {
    #[derive(Debug, Deserialize)]
    struct Needs {
        a: i64,
    }
    assert_eq!(read::<Needs>(&wire(&json!({"z": {"y": [1]}, "a": 1}))).a, 1);
    assert_eq!(read_error::<Needs>(&json!({})), "missing field `a`");
    assert_eq!(from_bytes::<Needs>(&[]).unwrap_err().to_string(), "missing field `a`");
    assert_eq!(read::<Value>(&[]), json!({}));
}

#[test]
fn bytes_are_base64_text() {
    #[derive(Debug)]
    struct Blob(Vec<u8>);
    impl<'de> Deserialize<'de> for Blob {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = Blob;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("bytes")
                }
                fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Blob, E> {
                    Ok(Blob(bytes))
                }
                fn visit_seq<A: serde::de::SeqAccess<'de>>(
                    self,
                    mut items: A,
                ) -> Result<Blob, A::Error> {
                    let mut bytes = Vec::new();
                    while let Some(byte) = items.next_element()? {
                        bytes.push(byte);
                    }
                    Ok(Blob(bytes))
                }
            }
            deserializer.deserialize_byte_buf(Visitor)
        }
    }
    impl Serialize for Blob {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(&self.0)
        }
    }
    let data = encode(&Blob(vec![0xfb, 0xff, 0]));
    assert_eq!(seen(&data), json!({"result": "+/8A"}));
    for (text, bytes) in [
        ("+/8A", &[0xfb, 0xff, 0][..]),
        ("-_8A", &[0xfb, 0xff, 0]),
        ("YQ==", b"a"),
        ("YQ", b"a"),
        ("", b""),
    ] {
        let data = wire(&json!({ "b": text }));
        assert_eq!(read::<HashMap<String, Blob>>(&data)["b"].0, bytes);
    }
    for length in 0..300 {
        let blob = Blob((0..length).map(|n| n as u8).collect());
        let data = encode(&HashMap::from([("b", &blob)]));
        assert_eq!(read::<HashMap<String, Blob>>(&data)["b"].0, blob.0);
    }
    assert_eq!(read::<HashMap<String, Blob>>(&wire(&json!({"b": [1, 2]})))["b"].0, [1, 2]);
    let error = read_error::<HashMap<String, Blob>>(&json!({"b": "a*"}));
    assert!(error.starts_with("field `b`: bytes are expected as base64 text"), "{error}");
}

#[test]
fn keys_are_text_and_what_has_an_obvious_text() {
    #[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
    enum Color {
        Red,
    }
    let data = encode(&BTreeMap::from([(-3i64, "a"), (4, "b")]));
    assert_eq!(seen(&data), json!({"-3": "a", "4": "b"}));
    assert_eq!(read::<BTreeMap<i64, &str>>(&data), BTreeMap::from([(-3, "a"), (4, "b")]));
    let data = encode(&BTreeMap::from([(true, 1)]));
    assert_eq!(read::<BTreeMap<bool, u8>>(&data), BTreeMap::from([(true, 1)]));
    let data = encode(&BTreeMap::from([(Color::Red, 1)]));
    assert_eq!(read::<BTreeMap<Color, u8>>(&data), BTreeMap::from([(Color::Red, 1)]));
    let data = encode(&BTreeMap::from([('ß', 1)]));
    assert_eq!(read::<BTreeMap<char, u8>>(&data), BTreeMap::from([('ß', 1)]));

    let refused = encode_error(&BTreeMap::from([((1, 2), 1)]));
    assert_eq!(
        refused,
        "a list can not be the key of an object; use text, an integer or a boolean"
    );
    assert_eq!(
        read_error::<BTreeMap<u8, u8>>(&json!({"x": 1})),
        "field `x`: invalid type: string \"x\", expected u8"
    );
}

#[test]
fn odd_but_legal_protobuf_is_read_as_protobuf_says() {
    let get = |data: &[u8]| read::<Value>(data);
    // An entry without value, one without key, one with the value first, and an unknown field 9.
    assert_eq!(get(&[0x0a, 3, 0x0a, 1, b'a']), json!({"a": null}));
    assert_eq!(get(&[0x0a, 4, 0x12, 2, 0x20, 1]), json!({"": true}));
    assert_eq!(get(&[0x0a, 7, 0x12, 2, 0x20, 1, 0x0a, 1, b'a']), json!({"a": true}));
    assert_eq!(get(&[0x48, 5, 0x0a, 0]), json!({"": null}));
    // Twice the same key: the last wins. Two kinds in one value: the last wins. No kind: null.
    let twice =
        [0x0a, 7, 0x0a, 1, b'a', 0x12, 2, 0x20, 1, 0x0a, 7, 0x0a, 1, b'a', 0x12, 2, 0x20, 0];
    assert_eq!(get(&twice), json!({"a": false}));
    assert_eq!(get(&[0x0a, 9, 0x0a, 1, b'a', 0x12, 4, 0x20, 1, 0x08, 0]), json!({"a": null}));
    assert_eq!(get(&[0x0a, 5, 0x0a, 1, b'a', 0x12, 0]), json!({"a": null}));
    // A boolean of several bytes, and a length that is longer than it needs to be.
    assert_eq!(get(&[0x0a, 8, 0x0a, 1, b'a', 0x12, 3, 0x20, 0x80, 0x01]), json!({"a": true}));
    assert_eq!(get(&[0x0a, 0x83, 0x00, 0x0a, 1, b'a']), json!({"a": null}));
}

#[test]
fn broken_bytes_are_malformed_and_say_where() {
    let error = |data: &[u8]| {
        let error = from_bytes::<Value>(data).unwrap_err();
        assert!(error.is_malformed(), "{error}");
        error.to_string()
    };
    assert_eq!(
        error(&[0x0a, 9, 0x0a]),
        "the bytes are not a protobuf Struct: the message ends too early: byte 1 announces 9 \
         bytes, 1 are left"
    );
    assert_eq!(
        error(&[0x0a, 8, 0x0a, 1, b'a', 0x12, 3, 0x1a, 1, 0xff]),
        "field `a`: the bytes are not a protobuf Struct: the text is not UTF-8 from byte 9 on"
    );
    assert_eq!(
        error(&[0x0a, 3, 0x0a, 1, 0xff]),
        "the bytes are not a protobuf Struct: the text is not UTF-8 from byte 4 on"
    );
    assert_eq!(
        error(&[0x0b]),
        "the bytes are not a protobuf Struct: field 1 at byte 0 is a group, which proto3 does not \
         have"
    );
    assert_eq!(
        error(&[0x0a, 5, 0x0a, 1, b'a', 0x10, 1]),
        "the bytes are not a protobuf Struct: field 2 at byte 5 has another wire type than the \
         schema gives it"
    );
    assert_eq!(
        error(&[0x0a, 7, 0x0a, 1, b'a', 0x12, 2, 0x18, 1]),
        "field `a`: the bytes are not a protobuf Struct: field 3 at byte 7 has another wire type \
         than the schema gives it"
    );
    assert!(!from_bytes::<()>(&[]).unwrap_err().is_malformed());
}

/// An object that holds an object, and so on, `depth` of them.
fn nested(depth: usize) -> Vec<u8> {
    let mut inner = Struct::default();
    for _ in 1..depth {
        let value = ProtoValue { kind: Some(Kind::StructValue(inner)) };
        inner = Struct { fields: BTreeMap::from([("a".to_owned(), value)]) };
    }
    inner.encode_to_vec()
}

#[test]
fn depth_is_limited_and_no_stack_overflows() {
    let data = nested(MAX_DEPTH);
    let deepest: Value = read(&data);
    assert_eq!(encode(&deepest), data);
    let error = from_bytes::<Value>(&nested(MAX_DEPTH + 1)).unwrap_err().to_string();
    assert!(error.ends_with("the value is nested deeper than 128 levels"), "{error}");
    assert!(error.len() < 4096);

    let too_deep = json!({ "a": deepest });
    assert!(encode_error(&too_deep).ends_with("nested deeper than 128 levels"));
    // A list is wrapped, and the object around it counts.
    let list = |depth: usize| (1..depth).fold(json!([]), |inner, _| json!([inner]));
    assert_eq!(read::<Value>(&encode(&list(127)))["result"], list(127));
    assert!(encode_error(&list(128)).ends_with("nested deeper than 128 levels"));

    #[derive(Debug, Serialize, Deserialize)]
    enum Chain {
        Link(Option<Box<Self>>, ()),
    }
    let chain =
        |links: usize| (0..links).fold(None, |inner, _| Some(Box::new(Chain::Link(inner, ()))));
    assert!(from_bytes::<Chain>(&encode(&chain(64))).is_ok());
    assert!(encode_error(&chain(65)).ends_with("nested deeper than 128 levels"));

    // A hundred thousand lists in each other: lengths from the inside out, bytes the other way.
    let mut headers = Vec::new();
    let mut length = 0;
    for level in 0..200_000 {
        let mut header = vec![if level % 2 == 0 { 0x32 } else { 0x0a }];
        prost::encode_length_delimiter(length, &mut header).unwrap();
        length += header.len();
        headers.push(header);
    }
    headers.push([&b"\x0a\x01a\x12"[..], &prost_length(length - headers[199_999].len())].concat());
    headers.swap_remove(199_999);
    let mut entry: Vec<u8> = headers.into_iter().rev().flatten().collect();
    let mut data = [&b"\x0a"[..], &prost_length(entry.len())].concat();
    data.append(&mut entry);
    let error = from_bytes::<Value>(&data).unwrap_err();
    assert!(!error.is_malformed(), "{error}");
    assert!(error.to_string().ends_with("nested deeper than 128 levels"), "{error}");
}

fn prost_length(length: usize) -> Vec<u8> {
    let mut out = Vec::new();
    prost::encode_length_delimiter(length, &mut out).unwrap();
    out
}

#[test]
fn output_is_limited() {
    let value = json!({"a": "x".repeat(100)});
    let length = encode(&value).len();
    assert!(encode_object(&value, "result", length).is_ok());
    let error = encode_object(&value, "result", length - 1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "field `a`: the encoded value is larger than the limit for one message; return less, or \
         raise `max_message_size`"
    );
    // The limit holds where a length grows by a byte at the end, too.
    for items in 0..200 {
        let value = json!({ "a": vec![true; items] });
        let length = encode(&value).len();
        assert_eq!(encode_object(&value, "r", length).unwrap().unwrap().len(), length);
        assert!(encode_object(&value, "r", length - 1).is_err());
    }
}

#[test]
fn a_buffer_of_the_caller_keeps_what_it_had() {
    let mut out = b"head".to_vec();
    assert_eq!(encode_object_into(&mut out, &json!({"a": 1}), "result", NO_LIMIT), Ok(true));
    assert_eq!(&out[..4], b"head");
    assert_eq!(seen(&out[4..]), json!({"a": 1}));
    out.truncate(4);
    assert!(encode_object_into(&mut out, &json!({"a": 1, "b": u64::MAX}), "r", NO_LIMIT).is_err());
    assert_eq!(encode_object_into(&mut out, &(), "r", NO_LIMIT), Ok(false));
    assert_eq!(out, b"head");
}

#[test]
fn errors_do_not_grow_with_the_value() {
    let huge = "x".repeat(1 << 20);
    let error = read_error::<HashMap<String, i64>>(&json!({ huge.clone(): huge }));
    assert!(error.len() < 700, "{}", error.len());
    assert!(error.starts_with("field `xxxx"), "{error}");
}

#[test]
fn a_map_that_gives_keys_and_values_out_of_turn_is_refused() {
    struct KeyOnly;
    impl Serialize for KeyOnly {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeMap as _;
            let mut map = serializer.serialize_map(None)?;
            map.serialize_key("a")?;
            map.end()
        }
    }
    struct ValueOnly;
    impl Serialize for ValueOnly {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeMap as _;
            let mut map = serializer.serialize_map(None)?;
            map.serialize_value("a")?;
            map.end()
        }
    }
    assert_eq!(encode_error(&KeyOnly), "a key was serialized without its value");
    assert_eq!(encode_error(&ValueOnly), "a value was serialized without its key");
}

/// Values whose integers a double holds. Whole doubles are shown as integers, as reading does it.
fn trees() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-EXACT..=EXACT).prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no NaN", |n| n.is_finite()).prop_map(whole_as_integer),
        ".{0,20}".prop_map(Value::from),
        "[a-z]{120,140}".prop_map(Value::from),
    ];
    let tree = leaf.prop_recursive(5, 60, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            objects(inner),
        ]
    });
    objects(tree)
}

fn objects(values: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    proptest::collection::btree_map(".{0,12}", values, 0..8)
        .prop_map(|fields| Value::Object(fields.into_iter().collect()))
}

/// Whether a message in there has a field twice that it should have once. Protobuf merges the
/// contents then, we take the last.
fn repeats_fields(data: &[u8]) -> bool {
    fn messages(data: &[u8], wanted: u32) -> Vec<&[u8]> {
        let mut reader = crate::reader::Reader::new(data);
        let mut found = Vec::new();
        while let Some(field) = reader.next().unwrap() {
            if let crate::reader::Wire::Len(inner) = field.value
                && field.number == wanted
            {
                found.push(inner.bytes());
            }
        }
        found
    }
    fn value_repeats(value: &[u8]) -> bool {
        let mut reader = crate::reader::Reader::new(value);
        let mut kinds = 0;
        while let Some(field) = reader.next().unwrap() {
            kinds += usize::from(field.number <= 6);
        }
        kinds > 1
            || messages(value, 5).into_iter().any(repeats_fields)
            || messages(value, 6)
                .into_iter()
                .any(|list| messages(list, 1).into_iter().any(value_repeats))
    }
    messages(data, 1).into_iter().any(|entry| {
        let values = messages(entry, 2);
        messages(entry, 1).len() > 1 || values.len() > 1 || values.into_iter().any(value_repeats)
    })
}

proptest! {
    #[test]
    fn any_tree_is_written_as_an_independent_decoder_reads_it(tree in trees()) {
        let data = encode(&tree);
        prop_assert_eq!(Struct::decode(&data[..]).unwrap(), proto_struct(&tree));
        prop_assert_eq!(read::<Value>(&data), tree);
    }

    #[test]
    fn any_tree_is_read_as_an_independent_encoder_writes_it(tree in trees()) {
        prop_assert_eq!(read::<Value>(&wire(&tree)), tree);
    }

    #[test]
    fn random_bytes_never_panic(data in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = from_bytes::<Value>(&data);
        let _ = from_bytes::<Order<'_>>(&data);
        let _ = from_bytes::<State>(&data);
    }

    #[test]
    fn damaged_trees_never_panic_and_what_is_read_is_what_others_read(
        tree in trees(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
    ) {
        let mut data = encode(&tree);
        prop_assume!(!data.is_empty());
        for (at, value) in changes {
            let at = at.index(data.len());
            data[at] = value;
        }
        let ours = from_bytes::<Value>(&data);
        // What we refuse, others may take (they know groups); what both take must be the same.
        if let (Ok(ours), Ok(theirs)) = (ours, Struct::decode(&data[..]))
            && !repeats_fields(&data)
        {
            prop_assert_eq!(ours, struct_to_json(&theirs));
        }
    }
}
