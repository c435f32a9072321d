//! What went wrong with a request, in words.

use std::{error::Error as StdError, io, time::Duration};

use journeyman_core::JobError;
use reqwest::{Method, Url};

use crate::rules::Denied;

/// A host that may not be reached.
pub(crate) fn denied(denied: &Denied) -> JobError {
    JobError::rejected(denied.to_string()).with_code("E_PERM").permanent()
}

/// A request that could not be made.
pub(crate) fn sending(
    error: &reqwest::Error,
    method: &Method,
    url: &Url,
    connect: Duration,
) -> JobError {
    if let Some(why) = find::<Denied>(error) {
        return denied(why);
    }
    if error.is_builder() {
        return JobError::bad_input("Invalid URL");
    }
    let shown = origin(url);
    // First of all, since what ran out of time looks like a failed connection, too.
    if error.is_timeout() {
        let what = match error.is_connect() {
            true => format!("there was no connection to {shown} within {connect:?}"),
            false => format!("{shown} stopped answering"),
        };
        return JobError::timed_out(format!("Failed to send {method} request: {what}"));
    }
    let what = if error.is_dns() {
        format!("the name of {shown} cannot be resolved: {}", cause(error))
    } else if let Some(tls) = find::<rustls::Error>(error) {
        format!("{shown} cannot be trusted: {tls}")
    } else if error.is_connect() {
        format!("there is no connection to {shown}: {}", cause(error))
    } else {
        format!("{shown} gave no answer: {}", cause(error))
    };
    JobError::failed(format!("Failed to send {method} request: {what}"))
}

/// A body that could not be read.
pub(crate) fn reading(error: &reqwest::Error) -> JobError {
    let message = format!("Failed to read response body: {}", cause(error));
    match error.is_timeout() {
        true => JobError::timed_out(message),
        false => JobError::failed(message),
    }
}

/// `SCHEME://HOST:PORT`: what else a URL has may be secret.
pub(crate) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| inside(*error))
}

/// The next error underneath. An `io::Error` keeps what it holds apart from its source.
fn inside<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(held) => Some(held),
        None => error.source(),
    }
}

fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    chain(error).find_map(|error| error.downcast_ref())
}

/// The innermost error, which says most.
fn cause(error: &reqwest::Error) -> String {
    let last = chain(error).last().map(ToString::to_string).unwrap_or_default();
    // The outermost one shows the URL.
    match error.source() {
        Some(_) => last,
        None => "the connection failed".to_owned(),
    }
}
