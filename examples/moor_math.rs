//! A mooR worker of two types, `math` and `string`, in one process.
//!
//! ```text
//! cargo run --example moor_math --features moor -- --help
//! ```
//!
//! ```text
//! ;worker_request("math", {"add", 1, 2, 3.5})         => 6.5
//! ;worker_request("math", {"factorize", 360})         => {2, 2, 2, 3, 3, 5}
//! ;worker_request("string", {"words", "to be or not"}) => {"to", "be", "or", "not"}
//! ```

mod moor_common;

use std::{fmt, marker::PhantomData, process::ExitCode};

use journeyman::prelude::*;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, SeqAccess, Visitor},
};

const ABOUT: &str = "\
A mooR worker of two types. The first argument of both is what to do, a string or a symbol.
  worker_request(\"math\", {WHAT, NUMBER, …})
      add, multiply, min, max, mean: any numbers
      subtract, divide, remainder, power: two
      sqrt, factorize: one
  worker_request(\"string\", {WHAT, STRING, …})
      upper, lower, reverse, trim, words, count: one
      join: a separator and strings;  replace: a string, what, and by what";

/// `{WHAT, …}`: what to do, and any number of arguments of one type. The text of a symbol reads as
/// a `String`, too.
struct Call<T> {
    what: String,
    args: Vec<T>,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Call<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Parts<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Parts<T> {
            type Value = Call<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list: what to do, and its arguments")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Call<T>, A::Error> {
                let what = seq.next_element()?;
                let what = what.ok_or_else(|| de::Error::custom("it does not say what to do"))?;
                let mut args = Vec::new();
                while let Some(arg) = seq.next_element()? {
                    args.push(arg);
                }
                Ok(Call { what, args })
            }
        }

        deserializer.deserialize_seq(Parts(PhantomData))
    }
}

/// MOO keeps integers and floats apart, and so does this worker: a result is an integer when all
/// arguments were.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(untagged)]
enum Number {
    Int(i64),
    Float(f64),
}

impl Number {
    fn float(self) -> f64 {
        match self {
            Self::Int(int) => int as f64,
            Self::Float(float) => float,
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Number(Number),
    Factors(Vec<i64>),
}

/// Integers as long as both are, else floats.
fn combine(
    a: Number,
    b: Number,
    ints: fn(i64, i64) -> Option<i64>,
    floats: fn(f64, f64) -> f64,
) -> Result<Number, JobError> {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => ints(a, b)
            .map(Number::Int)
            .ok_or_else(|| JobError::bad_input("the result does not fit an integer")),
        (a, b) => Ok(Number::Float(floats(a.float(), b.float()))),
    }
}

fn fold(
    numbers: &[Number],
    ints: fn(i64, i64) -> Option<i64>,
    floats: fn(f64, f64) -> f64,
) -> Result<Number, JobError> {
    let (first, rest) = numbers
        .split_first()
        .ok_or_else(|| JobError::bad_input("at least one number is needed"))?;
    rest.iter().try_fold(*first, |a, b| combine(a, *b, ints, floats))
}

fn exactly<const N: usize, T: Clone>(given: &[T], what: &str) -> Result<[T; N], JobError> {
    <[T; N]>::try_from(given.to_vec())
        .map_err(|given| JobError::bad_input(format!("{what} takes {N}, not {}", given.len())))
}

fn not_zero(b: Number) -> Result<(), JobError> {
    match b {
        Number::Int(0) => Err(JobError::bad_input("division by zero")),
        _ => Ok(()),
    }
}

/// The largest number that is factorized: its square root is counted up to.
const MOST: i64 = 1 << 40;

fn factorize(mut n: i64) -> Result<Vec<i64>, JobError> {
    if !(1..=MOST).contains(&n) {
        return Err(JobError::bad_input(format!("{n} is not from 1 to {MOST}")));
    }
    let mut factors = Vec::new();
    let mut p = 2;
    while p * p <= n {
        while n % p == 0 {
            factors.push(p);
            n /= p;
        }
        p += 1;
    }
    if n > 1 {
        factors.push(n);
    }
    Ok(factors)
}

/// It counts, so it runs on a thread for that, and nobody waits for it.
fn math(Args(call): Args<Call<Number>>) -> Result<Answer, JobError> {
    let (what, numbers) = (call.what.as_str(), call.args);
    let number = match what {
        "add" => fold(&numbers, i64::checked_add, |a, b| a + b)?,
        "multiply" => fold(&numbers, i64::checked_mul, |a, b| a * b)?,
        "min" => fold(&numbers, |a, b| Some(a.min(b)), f64::min)?,
        "max" => fold(&numbers, |a, b| Some(a.max(b)), f64::max)?,
        "mean" => {
            let sum = fold(&numbers, i64::checked_add, |a, b| a + b)?.float();
            Number::Float(sum / numbers.len() as f64)
        }
        "subtract" => {
            let [a, b] = exactly(&numbers, what)?;
            combine(a, b, i64::checked_sub, |a, b| a - b)?
        }
        "divide" => {
            let [a, b] = exactly(&numbers, what)?;
            not_zero(b)?;
            combine(a, b, i64::checked_div, |a, b| a / b)?
        }
        "remainder" => {
            let [a, b] = exactly(&numbers, what)?;
            not_zero(b)?;
            combine(a, b, i64::checked_rem, |a, b| a % b)?
        }
        "power" => {
            let [a, b] = exactly(&numbers, what)?;
            let ints = |a: i64, b: i64| a.checked_pow(u32::try_from(b).ok()?);
            combine(a, b, ints, f64::powf)?
        }
        "sqrt" => {
            let [a] = exactly(&numbers, what)?;
            Number::Float(a.float().sqrt())
        }
        "factorize" => match exactly(&numbers, what)? {
            [Number::Int(n)] => return factorize(n).map(Answer::Factors),
            [Number::Float(n)] => {
                return Err(JobError::bad_input(format!("{n:?} is not an integer")));
            }
        },
        other => return Err(unknown(other)),
    };
    Ok(Answer::Number(number))
}

#[derive(Serialize)]
#[serde(untagged)]
enum Said {
    Text(String),
    Words(Vec<String>),
    Count(usize),
}

async fn string(Args(call): Args<Call<String>>) -> Result<Said, JobError> {
    let (what, texts) = (call.what.as_str(), call.args);
    let one = || exactly::<1, _>(&texts, what).map(|[text]| text);
    Ok(match what {
        "upper" => Said::Text(one()?.to_uppercase()),
        "lower" => Said::Text(one()?.to_lowercase()),
        "reverse" => Said::Text(one()?.chars().rev().collect()),
        "trim" => Said::Text(one()?.trim().to_owned()),
        "words" => Said::Words(one()?.split_whitespace().map(str::to_owned).collect()),
        "count" => Said::Count(one()?.chars().count()),
        "join" => match texts.split_first() {
            Some((separator, rest)) => Said::Text(rest.join(separator)),
            None => return Err(JobError::bad_input("join takes a separator and strings")),
        },
        "replace" => {
            let [text, from, to] = exactly(&texts, what)?;
            if from.is_empty() {
                return Err(JobError::bad_input("replace needs something to look for"));
            }
            let grown = text.matches(&from).count().saturating_mul(to.len());
            if grown > LONGEST {
                let message = format!("the result would be longer than {LONGEST} bytes");
                return Err(JobError::bad_input(message));
            }
            Said::Text(text.replace(&from, &to))
        }
        other => return Err(unknown(other)),
    })
}

/// The most bytes that `replace` may put in.
const LONGEST: usize = 1 << 20;

fn unknown(what: &str) -> JobError {
    JobError::bad_input(format!("there is no operation `{what}`"))
}

#[tokio::main]
async fn main() -> ExitCode {
    let config = match moor_common::config(ABOUT, &mut []) {
        Ok(config) => config,
        Err(code) => return code,
    };
    // Two routes with exact names are two registrations at the daemon.
    let router = Router::new().route("math", blocking(math)).route("string", string);
    moor_common::finish(Worker::new(router).serve(config).run().await)
}
