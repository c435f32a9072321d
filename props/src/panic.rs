//! Panics as errors.

use std::{any::Any, future::Future, panic::AssertUnwindSafe};

use futures_util::FutureExt as _;
use journeyman_core::JobError;

/// The error of a panic with this payload.
pub(crate) fn panicked(payload: &(dyn Any + Send)) -> JobError {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    JobError::panicked(text.unwrap_or("without a text"))
}

/// Runs something of a prop's, whose panic is its error.
pub(crate) async fn caught<T>(
    future: impl Future<Output = Result<T, JobError>>,
) -> Result<T, JobError> {
    let ended = AssertUnwindSafe(future).catch_unwind().await;
    ended.unwrap_or_else(|panic| Err(panicked(&*panic)))
}
