//! What handlers read from arguments.

use super::*;

#[derive(Debug, Deserialize, PartialEq)]
struct Fetch {
    method: String,
    #[serde(default)]
    tries: u8,
}

/// Call shapes as documented, straight from the buffer.
#[test]
fn handlers_read_plain_types() {
    let era = Era::Curve;
    let sym = |text: &str| Var::Sym(text.into());
    assert_eq!(args(era, &[2.into(), 3.into()]), Ok((2i64, 3i64)));
    assert_eq!(args(era, &[Var::List(vec![2.into(), 3.into()])]), Ok((2i64, 3i64)));
    assert_eq!(args(era, &["x".into()]), Ok("x".to_owned()));
    assert_eq!(args(era, &[sym("GET"), 3.into()]), Ok(("GET".to_owned(), 3u8)));
    assert_eq!(args(era, &[]), Ok(()));
    assert_eq!(args(era, &[]), Ok(None::<i64>));
    assert_eq!(args(era, &[1.into(), 2.5.into()]), Ok(vec![1.0, 2.5]));
    let fetch = Fetch { method: "get".to_owned(), tries: 3 };
    let map = Var::Map(vec![(sym("METHOD"), sym("get")), ("tries".into(), 3.into())]);
    assert_eq!(args(era, &[map]), Ok(fetch));
    let fetch = Fetch { method: "get".to_owned(), tries: 0 };
    assert_eq!(args(era, &["get".into()]), Ok(fetch));
    assert_eq!(args(era, &[Var::Obj(Obj::Id(12))]), Ok(12i64));
    assert_eq!(args(era, &[Var::Obj(Obj::Id(12))]), Ok(Obj::Id(12)));
    assert_eq!(args(era, &[sym("Foo")]), Ok(Symbol::new("foo")));
    assert_eq!(args(era, &["Foo".into()]), Ok(Symbol::new("foo")));
    assert_eq!(args(era, &[Var::Binary(vec![1, 2])]), Ok(Binary(vec![1, 2])));
    assert_eq!(args(era, &[Var::Binary(vec![1, 2]), 1.into()]), Ok((vec![1u8, 2], true)));
    let ages = Var::Map(vec![(sym("ann"), 30.into()), ("bob".into(), 40.into())]);
    let expected = BTreeMap::from([("ann".to_owned(), 30), ("bob".to_owned(), 40)]);
    assert_eq!(args(era, &[ages]), Ok(expected));
    let error = MooError::new(crate::var::ErrorCode::custom("E_MINE")).with_message("m");
    assert_eq!(args(era, &[Var::Err(error.clone())]), Ok(error));
    let fly = Flyweight { delegate: Obj::Id(1), slots: vec![], contents: vec![1.into()] };
    assert_eq!(args(era, &[Var::from(fly.clone())]), Ok(fly));
    assert_eq!(
        args::<u8>(era, &[(-1).into()]).unwrap_err(),
        "invalid value: integer `-1`, expected u8"
    );
    let error = args::<(String, i64)>(era, &[Var::Obj(Obj::Id(1)), 2.into()]).unwrap_err();
    assert_eq!(error, "invalid type: an object, expected a string");
}
