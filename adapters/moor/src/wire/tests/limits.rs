//! Limits both ways: depth, length, and what a small buffer may stand for.

use super::*;

/// Makes a value of this depth.
type Make = fn(usize) -> Var;

fn lists(depth: usize) -> Var {
    (0..depth).fold(Var::Int(1), |value, _| Var::List(vec![value]))
}

fn maps(depth: usize) -> Var {
    (0..depth).fold(Var::Int(1), |value, _| Var::map([("k", value)]))
}

fn flyweights(depth: usize) -> Var {
    (0..depth).fold(Var::Int(1), |value, level| {
        let (slots, contents) = match level % 2 {
            0 => (vec![("s".into(), value)], vec![]),
            _ => (vec![], vec![value]),
        };
        Flyweight { delegate: Obj::SYSTEM, slots, contents }.into()
    })
}

fn errors(depth: usize) -> Var {
    (0..depth).fold(Var::Int(1), |value, _| {
        MooError::new(crate::var::ErrorCode::Perm).with_value(value).into()
    })
}

/// All that is allowed can be read on three quarters of the stack of a tokio worker, in this build
/// without optimisation: as the generic value and as `Var`.
#[test]
fn the_allowed_depth_fits_the_stack() {
    let limit = Limits::default().max_depth_in;
    let run = move || {
        for (make, levels) in [(lists as Make, 1), (maps, 1), (flyweights, 6), (errors, 5)] {
            let depth = limit / levels;
            let refused = request(Era::Curve, &[make(depth + 1)]).arguments(&Limits::default());
            assert!(refused.expect_err("too deep").to_string().contains("nested deeper than 256"));
            let arguments = arguments(Era::Curve, &[make(depth)]);
            let payload: &dyn Payload = &arguments;
            let [var]: [Var; 1] = payload.exact().expect("readable");
            assert_eq!(var, make(depth));
            let value: Value = payload.args().expect("readable");
            let [value]: [Value; 1] = match value {
                Value::List(items) => items.try_into().expect("one"),
                other => panic!("{other:?}"),
            };
            assert_eq!(Var::try_from(value.clone()).as_ref(), Ok(&var));
            assert_eq!(Value::from(var), value);
        }
    };
    let thread = std::thread::Builder::new().stack_size(3 << 19).spawn(run);
    thread.expect("a thread").join().expect("no overflow");
}

/// What would overflow it is refused, by a check that does not recurse.
#[test]
fn deeper_values_are_refused() {
    // Built by hand from the inside out: dropping a `Var` of this depth would overflow the stack.
    let deep = |depth: usize| {
        request_of(Era::Curve, |b| {
            let none = table::VarNone::create(b);
            let mut variant = table::VarUnion::create_var_none(b, none);
            for _ in 0..depth {
                let var = table::Var::create(b, variant);
                let list = table::VarList::create(b, [var]);
                variant = table::VarUnion::create_var_list(b, list);
            }
            vec![table::Var::create(b, variant)]
        })
    };
    let check = |depth| parse(Era::Curve, deep(depth))?.arguments(&Limits::default());
    let limit = Limits::default().max_depth_in;
    assert!(check(limit).is_ok());
    for depth in [limit + 1, 10_000, 100_000] {
        let error = check(depth).expect_err("too deep").to_string();
        assert_eq!(error, "argument 1: values nested deeper than 256; send less nested ones");
    }
}

/// A buffer of about a kilobyte in which each list has the one below twice.
#[test]
fn shared_parts_do_not_unfold() {
    for (depth, expected) in [(60, "parts of the buffer are shared"), (100, "shared")] {
        let frame = request_of(Era::Curve, |b| {
            let inner = table::VarInt::create(b, 1i64);
            let inner = table::VarUnion::create_var_int(b, inner);
            let mut var = table::Var::create(b, inner);
            for _ in 0..depth {
                let list = table::VarList::create(b, [var, var]);
                let variant = table::VarUnion::create_var_list(b, list);
                var = table::Var::create(b, variant);
            }
            vec![var]
        });
        assert!(frame.len() < 4096, "{}", frame.len());
        let request = parse(Era::Curve, frame).expect("a request");
        let error = request.arguments(&Limits::default()).expect_err("shared").to_string();
        assert!(error.contains(expected), "{error}");
    }
}

/// Writers do share equal texts, so that is no fault; but not more than the limit together.
#[test]
fn shared_texts_count_together() {
    let frame = request_of(Era::Curve, |b| {
        let text = b.create_string("x".repeat(1000));
        let text = table::VarStr::create(b, text);
        let text = table::VarUnion::create_var_str(b, text);
        (0..100).map(|_| table::Var::create(b, text)).collect()
    });
    assert!(frame.len() < 10_000, "{}", frame.len());
    let request = parse(Era::Curve, frame).expect("a request");
    assert!(request.arguments(&Limits::default()).is_ok());
    let limits = Limits { max_bytes: 50_000, ..Limits::default() };
    let error = request.arguments(&limits).expect_err("too much").to_string();
    assert_eq!(error, "argument 51: texts and binaries of more than 50000 bytes together");
    let limits = Limits { max_bytes: 1000, ..Limits::default() };
    let error = request.arguments(&limits).expect_err("too much").to_string();
    assert!(error.contains("more than the limit of 1000"), "{error}");
}

#[test]
fn results_have_limits() {
    let limits = Limits { max_bytes: 10_000, ..Limits::default() };
    let speaker = speaker(Era::Curve);
    let refused = |value: &dyn erased_serde::Serialize| {
        speaker.result(REQUEST, value, &limits).expect_err("refused").to_string()
    };
    let large = "it is larger than the limit of 10000 bytes; send less at once";
    assert_eq!(refused(&"x".repeat(10_001)), large);
    assert_eq!(refused(&"x".repeat(9_990)), large);
    assert_eq!(refused(&vec!["some text"; 1000]), large);
    assert_eq!(refused(&vec![1; 100_000]), large);
    assert_eq!(refused(&Binary(vec![1; 10_001])), large);
    assert_eq!(refused(&Symbol::new("x".repeat(10_001))), large);
    let error = MooError::new(crate::var::ErrorCode::Perm).with_message("x".repeat(10_001));
    assert_eq!(refused(&error), large);
    for make in [lists, maps, flyweights, errors] {
        assert!(speaker.result(REQUEST, &make(64), &limits).is_ok());
        let error = refused(&make(65));
        assert!(error.starts_with("values nested deeper than 64"), "{error}");
    }
    assert!(refused(&u64::MAX).contains("18446744073709551615 does not fit the 64 bits"));
    assert!(refused(&(i128::from(i64::MIN) - 1)).contains("-9223372036854775809"));
    let big = Value::integer("123456789012345678901234567890123456789012345").unwrap();
    assert!(refused(&big).contains("bigint"));
    assert!(refused(&Value::tagged("uuid", "x")).contains("no value of the kind \"uuid\""));
    assert!(refused(&Value::tagged("object", 1.5)).contains("a text or a number"));
    assert!(refused(&Value::tagged("object", "12")).contains("is no object id"));
    assert!(refused(&Value::tagged("object", 5_000_000_000i64)).contains("too large"));
    assert!(refused(&Value::tagged("error", "E_PERM")).contains("a list of its parts"));
    assert!(refused(&Value::tagged("flyweight", vec![])).contains("a list of its parts"));
    let code = Value::tagged("error", vec![Value::from("E_MINE")]);
    assert!(refused(&code).contains("unknown error code \"E_MINE\"; a custom one is a symbol"));
    // A failure leaves nothing behind that spoils the next one.
    let body = speaker.result(REQUEST, &lists(3), &limits).unwrap();
    assert_eq!(fuzzing::result(Era::Curve, &body), Ok(lists(3)));
}

/// A text of 64 MiB is known to work, and becomes the message without a copy of the whole.
#[test]
fn large_results_pass() {
    let text = "x".repeat(64 << 20);
    let body = speaker(Era::Curve).result(REQUEST, &text, &Limits::default()).unwrap();
    assert!(body.len() > 64 << 20);
    assert_eq!(fuzzing::result(Era::Curve, &body), Ok(Var::Str(text)));
}
