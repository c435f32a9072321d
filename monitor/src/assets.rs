//! The files of the dashboard.

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};

use crate::{headers::Page, problem::Problem};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

macro_rules! files {
    ($($name:literal: $kind:ident),+ $(,)?) => {
        &[$(($name, $kind, include_str!(concat!("../assets/", $name)))),+]
    };
}

/// Name, kind, content.
const FILES: &[(&str, &str, &str)] = files! {
    "base.css": CSS,
    "dashboard.css": CSS,
    "icon.svg": SVG,
    "main.js": JS,
    "chart.js": JS,
    "dialog.js": JS,
    "dom.js": JS,
    "format.js": JS,
    "jobs.js": JS,
    "link.js": JS,
    "panels.js": JS,
    "theme.js": JS,
};

/// The page.
pub(crate) async fn dashboard() -> Response {
    let page = include_str!("../assets/dashboard.html");
    let mut response = ([(header::CONTENT_TYPE, HTML)], page).into_response();
    response.extensions_mut().insert(Page::Plain);
    response
}

/// A file of the page.
pub(crate) async fn file(Path(name): Path<String>) -> Response {
    let Some((_, kind, content)) = FILES.iter().find(|(other, ..)| *other == name) else {
        return Problem::not_found(format!("there is no file `{name}`")).into_response();
    };
    let headers = [(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, "no-cache")];
    (headers, *content).into_response()
}

/// A file that is kept compressed. Every browser takes it so; another client sees what it gets.
#[cfg(feature = "docs")]
pub(crate) fn compressed(kind: &'static str, content: &'static [u8]) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_ENCODING, "gzip"),
        (header::CACHE_CONTROL, "private, max-age=86400"),
    ];
    (headers, content).into_response()
}
