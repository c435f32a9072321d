//! Tasker workflows, with nothing to install: the orchestrator is a stand-in in this process.
//!
//! ```text
//! cargo run --example tasker_workflows --features tasker
//! ```
//!
//! The templates are in `examples/tasker`, the handlers beside them: four shapes of workflows that
//! calculate, a batch with checkpoints, a decision, and an order of a shop, with a payment that is
//! tried again and one that is refused for good. Every result is checked; a wrong one makes the exit
//! code 1.

#[path = "tasker/maths.rs"]
mod maths;
#[path = "tasker/office.rs"]
mod office;
#[path = "tasker/shop.rs"]
mod shop;
#[path = "tasker/stage.rs"]
mod stage;

use std::{error::Error, path::Path};

use journeyman::prelude::*;
use journeyman_testkit::tasker::{
    StepState::WaitingForRetry,
    TaskState::{BlockedByFailures, Complete},
};
use serde_json::{Value, json};

use shop::Shop;
use stage::Stage;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let shop = Shop::with_stock([("lantern", 3), ("rope", 10), ("map", 1)]);
    let router = maths::handlers(Router::new());
    let router = office::handlers(router);
    let router = shop::handlers(router, shop.clone());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/tasker");
    let mut stage = Stage::new(&folder, router).await?;

    shapes(&mut stage).await?;
    batches(&mut stage).await?;
    decisions(&mut stage).await?;
    orders(&mut stage, &shop).await?;
    stage.end().await
}

/// The four shapes of a workflow.
async fn shapes(stage: &mut Stage) -> Result<(), Box<dyn Error>> {
    let task = stage.start("maths/squares", json!({"number": 6}))?;
    let done = stage.finish(task).await?;
    let results = [
        ("once", 36_i64),
        ("twice", 1296),
        ("three_times", 1_679_616),
        ("four_times", 2_821_109_907_456),
    ];
    stage.expect(&done, Complete, results);

    let task = stage.start("maths/diamond", json!({"number": 6}))?;
    let done = stage.finish(task).await?;
    stage.expect(&done, Complete, [("top", 36), ("plus_25", 61), ("times_2", 72), ("middle", 66)]);

    let task = stage.start("maths/tree", json!({"number": 2}))?;
    let done = stage.finish(task).await?;
    let branches = [("root", 4), ("left", 5), ("right", 12)];
    let leaves = [
        ("left_plus_10", 15),
        ("left_times_10", 50),
        ("right_plus_100", 112),
        ("right_times_100", 1200),
        ("leaves", 1377),
    ];
    stage.expect(&done, Complete, branches.into_iter().chain(leaves));

    let task = stage.start("maths/mixed", json!({"number": 2}))?;
    let done = stage.finish(task).await?;
    let above = [("square", 4), ("more", 9), ("double", 8)];
    let below = [("between", 8), ("much_more", 16), ("eightfold", 32), ("all", 56)];
    stage.expect(&done, Complete, above.into_iter().chain(below));
    Ok(())
}

/// The sum of the squares of 0 to 999, in four batches of three portions each; and of nothing.
async fn batches(stage: &mut Stage) -> Result<(), Box<dyn Error>> {
    let task = stage.start("maths/sum_of_squares", json!({"below": 1000}))?;
    let done = stage.finish(task).await?;
    stage.expect(&done, Complete, [("partial_sum_001", 5_177_125), ("total", 332_833_500)]);
    let checkpoint = done.step("partial_sum_001").and_then(|step| step.checkpoint.clone());
    let kept = checkpoint.map_or(Value::Null, |kept| kept["items_processed"].clone());
    stage.check("items at the last checkpoint", &kept, &json!(200));

    let task = stage.start("maths/sum_of_squares", json!({"below": 0}))?;
    let done = stage.finish(task).await?;
    stage.expect(&done, Complete, [("partial_sum_000", 0), ("total", 0)]);
    Ok(())
}

/// Three expenses, for which other steps are made.
async fn decisions(stage: &mut Stage) -> Result<(), Box<dyn Error>> {
    for (amount, approved_by) in
        [(80, vec!["the rule"]), (12_000, vec!["the manager", "the finance department"])]
    {
        let context = json!({"employee": "Ada", "amount": amount});
        let task = stage.start("office/expense", context)?;
        let done = stage.finish(task).await?;
        let paid = json!({"amount": amount, "approved_by": approved_by});
        stage.expect(&done, Complete, [("pay_out", paid)]);
        stage.check("steps", &done.steps.len(), &(3 + approved_by.len()));
    }
    // Nothing to approve, nothing to pay: only the two first steps.
    let task = stage.start("office/expense", json!({"employee": "Ada", "amount": 0}))?;
    let done = stage.finish(task).await?;
    stage.expect::<Value>(&done, Complete, []);
    stage.check("steps", &done.steps.len(), &2);
    Ok(())
}

/// Three orders: one that goes well at the second try, one with a bad card, one of nonsense.
async fn orders(stage: &mut Stage, shop: &Shop) -> Result<(), Box<dyn Error>> {
    let order = |customer: &str, card: &str, article: &str, quantity: u32| {
        let item = json!({"article": article, "quantity": quantity});
        json!({"customer": customer, "card": card, "items": [item]})
    };

    let task = stage.start("shop/order", order("Grace", "4242 4242", "lantern", 2))?;
    stage.until(task, "charge_payment", WaitingForRetry).await?;
    println!("  … and a second later");
    let done = stage.finish(task).await?;
    let parcel = done.result("ship").map_or(Value::Null, |result| result["parcel"].clone());
    let letter = format!("Dear Grace, {} is on its way.", parcel.as_str().unwrap_or("nothing"));
    let results = [
        ("charge_payment", json!({"charged_cents": 4980, "currency": "EUR"})),
        ("write_invoice", json!({"net_cents": 4184, "vat_cents": 796})),
        ("notify", json!({"text": letter})),
    ];
    stage.expect(&done, Complete, results);
    let tries = done.step("charge_payment").map_or(0, |step| step.attempts);
    stage.check("tries to charge", &tries, &2);
    let events: Vec<_> =
        stage.events().into_iter().map(|(name, payload)| format!("{name} {payload}")).collect();
    let wanted = format!("order.shipped {}", json!({"parcel": parcel}));
    stage.check("events", &events.join(", "), &wanted);
    stage.check("lanterns in stock", &shop.stock("lantern"), &1);

    // A failure for good: no further try, the steps below never run, and the lantern goes back.
    let task = stage.start("shop/order", order("Mallory", "6666 0000", "lantern", 1))?;
    let done = stage.finish(task).await?;
    stage.expect::<Value>(&done, BlockedByFailures, []);
    stage.check("why", &why(&done, "charge_payment"), &"CARD_DECLINED".to_owned());
    stage.check("lanterns in stock", &shop.stock("lantern"), &1);

    let task = stage.start("shop/order", order("Eve", "4242 4242", "unicorn", 1))?;
    let done = stage.finish(task).await?;
    stage.expect::<Value>(&done, BlockedByFailures, []);
    stage.check("why", &why(&done, "validate"), &"NO_ARTICLE".to_owned());
    Ok(())
}

/// The code that a step failed with.
fn why(task: &journeyman_testkit::tasker::TaskInfo, step: &str) -> String {
    let result = task.step(step).and_then(|step| step.result.as_ref());
    let code = result.and_then(|result| result.metadata.error_code.clone());
    code.unwrap_or_else(|| "no code".to_owned())
}
