//! A workflow that decides: who has to approve an expense.

use journeyman::{
    prelude::*,
    tasker::{Decision, Dependencies, StepConfig},
};
use serde::{Deserialize, Serialize};

pub(crate) fn handlers(router: Router) -> Router {
    router
        .route("office.check_receipt", check_receipt)
        .route("office.choose_approval", choose_approval)
        .route("office.approve", approve)
        .route("office.pay_out", pay_out)
}

#[derive(Deserialize)]
struct Expense {
    employee: String,
    /// In euros.
    amount: u32,
}

/// The result of the first step.
#[derive(Deserialize, Serialize)]
struct Receipt {
    amount: u32,
}

async fn check_receipt(Args(expense): Args<Expense>) -> Result<Receipt, JobError> {
    if expense.employee.trim().is_empty() {
        return Err(JobError::rejected("the receipt says not whose it is").with_code("NO_EMPLOYEE"));
    }
    Ok(Receipt { amount: expense.amount })
}

#[derive(Deserialize)]
struct Limits {
    manager_from: u32,
    finance_from: u32,
}

/// Which of the steps below are made.
async fn choose_approval(
    above: Dependencies,
    StepConfig(limits): StepConfig<Limits>,
) -> Result<Decision, JobError> {
    let Receipt { amount } = above.get("check_receipt")?;
    let decision = match amount {
        0 => Decision::none(),
        amount if amount < limits.manager_from => Decision::create(["approve_by_rule"]),
        amount if amount < limits.finance_from => Decision::create(["approve_by_manager"]),
        _ => Decision::create(["approve_by_manager", "approve_by_finance"]),
    };
    decision.with("amount", &amount)
}

#[derive(Deserialize)]
struct Approver {
    by: String,
}

#[derive(Deserialize, Serialize)]
struct Approval {
    approved_by: String,
}

async fn approve(StepConfig(approver): StepConfig<Approver>) -> Approval {
    Approval { approved_by: approver.by }
}

#[derive(Serialize)]
struct Payment {
    amount: u32,
    approved_by: Vec<String>,
}

/// Waits for those approvals that were wanted; the others have no result.
async fn pay_out(above: Dependencies) -> Result<Payment, JobError> {
    let approvals = above.direct().iter().filter(|name| above.contains(name));
    let approved_by = approvals.map(|name| above.field(name, "approved_by"));
    Ok(Payment {
        amount: above.field("check_receipt", "amount")?,
        approved_by: approved_by.collect::<Result<_, _>>()?,
    })
}
