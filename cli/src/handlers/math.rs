//! `math.*`: whole numbers stay whole where they can, and what cannot be calculated is an error
//! that says why.

use std::fmt;

use journeyman_core::{
    Job, JobError, Route,
    extract::Args,
    payload::{Item, Items, Shape},
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, Visitor},
};

/// The functions, as last part of the route.
pub(super) const NAMES: [&str; 12] =
    ["add", "sub", "mul", "div", "rem", "pow", "sqrt", "abs", "sum", "mean", "min", "max"];

/// A number of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Number {
    Int(i64),
    Float(f64),
}
use Number::{Float, Int};

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl Visitor<'_> for Any {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Number, E> {
                Ok(Int(number))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Number, E> {
                Ok(i64::try_from(number).map_or(Float(number as f64), Int))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Number, E> {
                Ok(Float(number))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl Number {
    fn float(self) -> f64 {
        match self {
            Int(number) => number as f64,
            Float(number) => number,
        }
    }
}

/// Two numbers: `{"a": 1, "b": 2}` or `[1, 2]`.
#[derive(Deserialize)]
struct Pair {
    a: Number,
    b: Number,
}

/// Numbers: `{"values": [1, 2, 3]}`; a bare list does as well.
#[derive(Deserialize)]
struct Values {
    values: Vec<Number>,
}

type Answer = Result<Number, JobError>;

/// The route of a function.
pub(super) fn route(name: &str) -> Route {
    let name = name.to_owned();
    Route::new(move |job: Job| {
        let answer = calculate(&name, &job);
        async move { answer }
    })
}

fn calculate(name: &str, job: &Job) -> Answer {
    let pair = || job.extract::<Args<Pair>>().map(|Args(Pair { a, b })| (a, b));
    let one = || match job.payload().shape() {
        Shape::Map | Shape::List(Items::One(Item::Map)) => {
            job.extract::<Args<One>>().map(|Args(One { x })| x)
        }
        _ => job.extract::<Args<Number>>().map(|Args(x)| x),
    };
    let many = || match job.payload().shape() {
        Shape::Map | Shape::List(Items::One(Item::Map)) => {
            job.extract::<Args<Values>>().map(|Args(Values { values })| values)
        }
        _ => job.extract::<Args<Vec<Number>>>().map(|Args(values)| values),
    };
    match name {
        "add" => pair().and_then(|(a, b)| add(a, b)),
        "sub" => pair().and_then(|(a, b)| exact(a, b, i64::checked_sub, |a, b| a - b)),
        "mul" => pair().and_then(|(a, b)| exact(a, b, i64::checked_mul, |a, b| a * b)),
        "div" => pair().and_then(|(a, b)| divide(a, b)),
        "rem" => pair().and_then(|(a, b)| remainder(a, b)),
        "pow" => pair().and_then(|(a, b)| power(a, b)),
        "sqrt" => one().and_then(square_root),
        "abs" => one().and_then(absolute),
        "sum" => many().and_then(|values| values.into_iter().try_fold(Int(0), add)),
        "mean" => many().and_then(|values| mean(&values)),
        "min" => many().and_then(|values| extreme("min", values, f64::lt)),
        "max" => many().and_then(|values| extreme("max", values, f64::gt)),
        other => Err(JobError::no_route(other)),
    }
}

/// One number: `{"x": 2}` or just `2`.
#[derive(Deserialize)]
struct One {
    x: Number,
}

fn refuse<T>(code: &'static str, message: impl Into<String>) -> Result<T, JobError> {
    Err(JobError::bad_input(message).with_code(code))
}

/// A float that is a number.
fn finite(number: f64) -> Answer {
    match number.is_finite() {
        true => Ok(Float(number)),
        false => refuse("OUT_OF_RANGE", "the result is no finite number"),
    }
}

fn exact(
    a: Number,
    b: Number,
    whole: fn(i64, i64) -> Option<i64>,
    float: fn(f64, f64) -> f64,
) -> Answer {
    match (a, b) {
        (Int(a), Int(b)) => match whole(a, b) {
            Some(number) => Ok(Int(number)),
            None => refuse("OUT_OF_RANGE", "the result does not fit 64 bits; give floats instead"),
        },
        (a, b) => finite(float(a.float(), b.float())),
    }
}

fn add(a: Number, b: Number) -> Answer {
    exact(a, b, i64::checked_add, |a, b| a + b)
}

fn divide(a: Number, b: Number) -> Answer {
    match (a, b) {
        (_, b) if b.float() == 0.0 => refuse("DIVISION_BY_ZERO", "`b` is 0"),
        (Int(a), Int(b)) if a.checked_rem(b) == Some(0) => Ok(Int(a / b)),
        (a, b) => finite(a.float() / b.float()),
    }
}

fn remainder(a: Number, b: Number) -> Answer {
    match b.float() == 0.0 {
        true => refuse("DIVISION_BY_ZERO", "`b` is 0"),
        // i64::MIN % -1 has no place in 64 bits on its way, but is 0.
        false => exact(a, b, |a, b| Some(a.wrapping_rem(b)), |a, b| a % b),
    }
}

fn power(a: Number, b: Number) -> Answer {
    if let (Int(base), Int(exponent)) = (a, b)
        && let Ok(exponent) = u32::try_from(exponent)
    {
        return match base.checked_pow(exponent) {
            Some(number) => Ok(Int(number)),
            None => refuse("OUT_OF_RANGE", "the result does not fit 64 bits; give floats instead"),
        };
    }
    if a.float() == 0.0 && b.float() < 0.0 {
        return refuse("DIVISION_BY_ZERO", "0 has no negative power");
    }
    finite(a.float().powf(b.float()))
}

fn square_root(x: Number) -> Answer {
    if x.float() < 0.0 {
        return refuse("NEGATIVE_ROOT", "a negative number has no real square root");
    }
    let root = x.float().sqrt();
    match x {
        Int(x) if (root as i64).checked_mul(root as i64) == Some(x) => Ok(Int(root as i64)),
        _ => finite(root),
    }
}

fn absolute(x: Number) -> Answer {
    match x {
        Int(number) => match number.checked_abs() {
            Some(number) => Ok(Int(number)),
            None => refuse("OUT_OF_RANGE", "the result does not fit 64 bits; give a float instead"),
        },
        Float(number) => finite(number.abs()),
    }
}

fn mean(values: &[Number]) -> Answer {
    match values.len() {
        0 => refuse("EMPTY_LIST", "an empty list has no mean"),
        count => finite(values.iter().map(|x| x.float()).sum::<f64>() / count as f64),
    }
}

fn extreme(name: &str, values: Vec<Number>, better: fn(&f64, &f64) -> bool) -> Answer {
    let chosen = values
        .into_iter()
        .reduce(|best, next| if better(&next.float(), &best.float()) { next } else { best });
    match chosen {
        Some(number) => Ok(number),
        None => refuse("EMPTY_LIST", format!("an empty list has no {name}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(answer: Answer) -> String {
        answer.unwrap_err().code().unwrap().to_owned()
    }

    #[test]
    fn whole_numbers_stay_whole_where_they_can() {
        assert_eq!(add(Int(2), Int(3)).unwrap(), Int(5));
        assert_eq!(add(Int(2), Float(0.5)).unwrap(), Float(2.5));
        assert_eq!(divide(Int(6), Int(3)).unwrap(), Int(2));
        assert_eq!(divide(Int(7), Int(2)).unwrap(), Float(3.5));
        assert_eq!(remainder(Int(i64::MIN), Int(-1)).unwrap(), Int(0));
        assert_eq!(power(Int(2), Int(10)).unwrap(), Int(1024));
        assert_eq!(power(Int(2), Int(-1)).unwrap(), Float(0.5));
        assert_eq!(square_root(Int(9)).unwrap(), Int(3));
        assert_eq!(square_root(Int(2)).unwrap(), Float(2f64.sqrt()));
        assert_eq!(mean(&[Int(1), Int(2)]).unwrap(), Float(1.5));
        assert_eq!(extreme("max", vec![Int(1), Float(2.5), Int(2)], f64::gt).unwrap(), Float(2.5));
    }

    #[test]
    fn what_cannot_be_calculated_says_why() {
        assert_eq!(code(divide(Int(1), Int(0))), "DIVISION_BY_ZERO");
        assert_eq!(code(divide(Float(1.0), Float(0.0))), "DIVISION_BY_ZERO");
        assert_eq!(code(remainder(Int(1), Int(0))), "DIVISION_BY_ZERO");
        assert_eq!(code(power(Int(0), Int(-1))), "DIVISION_BY_ZERO");
        assert_eq!(code(add(Int(i64::MAX), Int(1))), "OUT_OF_RANGE");
        assert_eq!(code(power(Float(1e300), Int(2))), "OUT_OF_RANGE");
        // On its way it does not fit, although the float would.
        assert_eq!(code(divide(Int(i64::MIN), Float(0.0))), "DIVISION_BY_ZERO");
        assert_eq!(divide(Int(i64::MIN), Int(-1)).unwrap(), Float(-(i64::MIN as f64)));
        assert_eq!(code(absolute(Int(i64::MIN))), "OUT_OF_RANGE");
        assert_eq!(code(square_root(Int(-1))), "NEGATIVE_ROOT");
        assert_eq!(code(mean(&[])), "EMPTY_LIST");
        assert_eq!(code(extreme("min", Vec::new(), f64::lt)), "EMPTY_LIST");
    }
}
