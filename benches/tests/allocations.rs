//! Typed arguments are read straight from the wire: no generic tree is built on the way, which
//! would show as allocations that grow with the size of the arguments.

use journeyman_benches::Counting;
use journeyman_core::{
    Router, Worker,
    extract::Args,
    memory::{Memory, Submission},
    payload::{Json, Payload},
};
use serde::Deserialize;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[derive(Deserialize)]
struct Few {
    a: i64,
    b: i64,
    c: i64,
}

macro_rules! many {
    ($($field:ident)+) => {
        #[derive(Deserialize)]
        struct Many {
            $($field: i64,)+
        }

        impl Many {
            const FIELDS: &[&str] = &[$(stringify!($field)),+];

            fn sum(&self) -> i64 {
                0 $(+ self.$field)+
            }
        }
    };
}

many! {
    a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9
    c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 d0 d1 d2 d3 d4 d5 d6 d7 d8 d9
}

async fn few(Args(Few { a, b, c }): Args<Few>) -> i64 {
    a + b + c
}

async fn many(Args(args): Args<Many>) -> i64 {
    args.sum()
}

const FEW: &str = r#"{"a":1,"b":2,"c":3}"#;

fn many_json() -> String {
    let fields: Vec<_> = Many::FIELDS.iter().map(|field| format!("{field:?}:7")).collect();
    format!("{{{}}}", fields.join(","))
}

/// Sums a list without keeping it.
struct Sum(i64);

impl<'de> Deserialize<'de> for Sum {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Sum;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list of integers")
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Sum, A::Error> {
                let mut sum = 0;
                while let Some(number) = seq.next_element::<i64>()? {
                    sum += number;
                }
                Ok(Sum(sum))
            }
        }
        deserializer.deserialize_seq(Visitor)
    }
}

async fn sum(Args(Sum(sum)): Args<Sum>) -> i64 {
    sum
}

fn list_json(len: i64) -> String {
    let numbers: Vec<_> = (0..len).map(|n| n.to_string()).collect();
    format!("[{}]", numbers.join(","))
}

/// Allocations of 1000 jobs on the whole road, with arguments that were made before.
fn allocations(route: &str, json: String) -> u64 {
    const JOBS: usize = 1000;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let (backend, client) = Memory::new();
        let router = Router::new().route("few", few).route("many", many).route("sum", sum);
        let worker = Worker::new(router).serve(backend).start().expect("a worker");
        let payload = Json::new(json);
        let submission = || Submission::new(route).payload(payload.clone());
        // Fills what is kept for re-use.
        for _ in 0..JOBS {
            client.submit(submission()).await.await.expect("a sum");
        }
        let submissions: Vec<_> = (0..JOBS).map(|_| submission()).collect();
        let (before, _) = Counting::so_far();
        for submission in submissions {
            client.submit(submission).await.await.expect("a sum");
        }
        let (after, _) = Counting::so_far();
        drop(worker);
        after - before
    })
}

#[test]
fn allocations_do_not_grow_with_the_arguments() {
    let small = allocations("few", FEW.to_owned());
    assert_eq!(small, allocations("many", many_json()), "37 fields more");
    let short = allocations("sum", list_json(3));
    assert_eq!(short, allocations("sum", list_json(3000)), "a thousand times the items");
    assert!(small / 1000 < 30, "{small} allocations for a thousand jobs");
}

#[test]
fn reading_forty_fields_allocates_at_most_once() {
    let payload = Json::new(many_json());
    let payload: &dyn Payload = &payload;
    let (before, _) = Counting::so_far();
    let args: Many = payload.args().expect("they fit");
    let (after, _) = Counting::so_far();
    assert_eq!(args.sum(), 40 * 7);
    // The type-erased reader hands over what is larger than two words in a box.
    assert!(after - before <= 1, "{}", after - before);
}
