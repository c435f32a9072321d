//! A workflow of everyday life: an order, with a bank that is not always there and a customer whose
//! card is not always good.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use journeyman::{
    JobInfo,
    prelude::*,
    tasker::{Dependencies, Step, StepConfig},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(crate) fn handlers(router: Router, shop: Shop) -> Router {
    router
        .route("shop.validate", validate)
        .route("shop.reserve_stock", reserve_stock)
        .route("shop.charge_payment", charge_payment)
        .route("shop.write_invoice", write_invoice)
        .route("shop.ship", ship)
        .route("shop.notify", notify)
        .state(shop)
}

/// The shop's own systems: a warehouse, and a bank.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shop(Arc<Mutex<Books>>);

#[derive(Debug, Default)]
struct Books {
    stock: BTreeMap<String, u32>,
    /// By order.
    reserved: BTreeMap<Uuid, Vec<Item>>,
    charged: BTreeSet<Uuid>,
}

impl Shop {
    pub(crate) fn with_stock<const N: usize>(stock: [(&str, u32); N]) -> Self {
        let stock = stock.map(|(article, count)| (article.to_owned(), count));
        Self(Arc::new(Mutex::new(Books { stock: stock.into(), ..Books::default() })))
    }

    pub(crate) fn stock(&self, article: &str) -> u32 {
        self.with(|books| books.stock.get(article).copied().unwrap_or(0))
    }

    fn with<T>(&self, work: impl FnOnce(&mut Books) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Item {
    article: String,
    quantity: u32,
}

#[derive(Deserialize)]
struct Order {
    customer: String,
    card: String,
    items: Vec<Item>,
}

/// In cents.
fn price(article: &str) -> Option<u64> {
    match article {
        "lantern" => Some(2490),
        "rope" => Some(850),
        "map" => Some(1200),
        _ => None,
    }
}

#[derive(Deserialize, Serialize)]
struct Valid {
    total_cents: u64,
}

async fn validate(Args(order): Args<Order>) -> Result<Valid, JobError> {
    if order.items.is_empty() {
        return Err(JobError::rejected("the basket is empty").with_code("EMPTY_BASKET"));
    }
    let mut total_cents = 0_u64;
    for Item { article, quantity } in &order.items {
        // For good: the template says that this step is not tried again, and so does the error.
        let cents = price(article).ok_or_else(|| {
            JobError::rejected(format!("there is no article `{article}`")).with_code("NO_ARTICLE")
        })?;
        total_cents = total_cents.saturating_add(cents.saturating_mul((*quantity).into()));
    }
    Ok(Valid { total_cents })
}

#[derive(Serialize)]
struct Reserved {
    shelves: usize,
}

/// A step can come twice, after a crash for example: what it does is kept by the task's id, so that
/// the second time changes nothing.
async fn reserve_stock(
    State(shop): State<Shop>,
    step: Step,
    Args(order): Args<Order>,
) -> Result<Reserved, JobError> {
    let task = step.event().task_uuid;
    shop.with(|books| {
        if books.reserved.contains_key(&task) {
            return Ok(());
        }
        for Item { article, quantity } in &order.items {
            let there = books.stock.get(article).copied().unwrap_or(0);
            if there < *quantity {
                // A delivery may come: worth another try, and so it is not permanent.
                return Err(JobError::failed(format!("{there} of {quantity} {article} are there"))
                    .with_code("OUT_OF_STOCK"));
            }
        }
        for Item { article, quantity } in &order.items {
            if let Some(there) = books.stock.get_mut(article) {
                *there -= quantity;
            }
        }
        books.reserved.insert(task, order.items.clone());
        Ok(())
    })?;
    Ok(Reserved { shelves: order.items.len() })
}

#[derive(Deserialize)]
struct Money {
    currency: String,
}

#[derive(Serialize)]
struct Payment {
    charged_cents: u64,
    currency: String,
}

async fn charge_payment(
    State(shop): State<Shop>,
    step: Step,
    info: JobInfo,
    Args(order): Args<Order>,
    above: Dependencies,
    StepConfig(money): StepConfig<Money>,
) -> Result<Payment, JobError> {
    let task = step.event().task_uuid;
    if info.attempt == 1 {
        // The bank is busy and says when it will not be. The server waits as long as we ask it to.
        return Err(JobError::retry_after(Duration::from_secs(1), "the bank answers 503")
            .with_code("HTTP_503"));
    }
    if order.card.ends_with("0000") {
        // What was reserved goes back: nobody undoes it but we.
        shop.with(|books| {
            for Item { article, quantity } in books.reserved.remove(&task).unwrap_or_default() {
                *books.stock.entry(article).or_default() += quantity;
            }
        });
        return Err(JobError::rejected("the card was declined").with_code("CARD_DECLINED"));
    }
    let charged_cents = above.field("validate", "total_cents")?;
    // By the task's id, too: nobody pays twice.
    shop.with(|books| books.charged.insert(task));
    Ok(Payment { charged_cents, currency: money.currency })
}

#[derive(Deserialize)]
struct Tax {
    vat_percent: u64,
}

#[derive(Serialize)]
struct Invoice {
    net_cents: u64,
    vat_cents: u64,
}

async fn write_invoice(
    above: Dependencies,
    StepConfig(tax): StepConfig<Tax>,
) -> Result<Invoice, JobError> {
    let gross: u64 = above.field("charge_payment", "charged_cents")?;
    let net_cents = gross * 100 / (100 + tax.vat_percent);
    Ok(Invoice { net_cents, vat_cents: gross - net_cents })
}

#[derive(Serialize)]
struct Parcel {
    parcel: String,
}

/// The template declares an event for this step: it is published when the result is accepted, and has
/// the result in it.
async fn ship(step: Step) -> Parcel {
    let number = step.event().task_uuid.as_u128() % 1_000_000;
    Parcel { parcel: format!("P-{number:06}") }
}

#[derive(Serialize)]
struct Letter {
    text: String,
}

async fn notify(Args(order): Args<Order>, above: Dependencies) -> Result<Letter, JobError> {
    let parcel: String = above.field("ship", "parcel")?;
    Ok(Letter { text: format!("Dear {}, {parcel} is on its way.", order.customer) })
}
