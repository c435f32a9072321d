//! The description of the API for people: Swagger UI and ReDoc, from the program itself.

use std::sync::{Arc, OnceLock};

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use utoipa_swagger_ui::Config;

use crate::{assets, headers::Page, problem::Problem};

/// ReDoc's script; see `vendor/redoc/README.md`.
const REDOC: &[u8] = include_bytes!("../vendor/redoc/redoc.standalone.js.gz");

const JS: &str = "text/javascript; charset=utf-8";

/// Text for HTML, in an element or a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

fn page(title: &str, head: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<link rel=\"icon\" href=\"/assets/icon.svg\">\n{head}</head>\n\
         <body>\n{body}</body>\n</html>\n",
        escape(title)
    );
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    let mut response = (kind, html).into_response();
    response.extensions_mut().insert(Page::Documentation);
    response
}

/// Swagger UI of the description at this address.
pub(crate) fn swagger(title: &str, spec: &str) -> Response {
    let title = format!("{title} - Swagger UI");
    page(
        &title,
        "<link rel=\"stylesheet\" href=\"/assets/docs/swagger-ui.css\">\n",
        &format!(
            "<div id=\"swagger-ui\" data-spec=\"{}\"></div>\n\
             <script src=\"/assets/docs/swagger-ui-bundle.js\"></script>\n\
             <script src=\"/assets/docs/start-swagger.js\"></script>\n",
            escape(spec)
        ),
    )
}

/// ReDoc of the description at this address.
pub(crate) fn redoc(title: &str, spec: &str) -> Response {
    let title = format!("{title} - ReDoc");
    page(
        &title,
        "<link rel=\"stylesheet\" href=\"/assets/docs/redoc.css\">\n",
        &format!(
            "<div id=\"redoc\" data-spec=\"{}\"></div>\n\
             <script src=\"/assets/docs/redoc.standalone.js\"></script>\n\
             <script src=\"/assets/docs/start-redoc.js\"></script>\n",
            escape(spec)
        ),
    )
}

/// The files of both.
pub(crate) async fn file(Path(name): Path<String>) -> Response {
    let text = |kind, text: &'static str| ([(header::CONTENT_TYPE, kind)], text).into_response();
    match name.as_str() {
        "redoc.standalone.js" => assets::compressed(JS, REDOC),
        "swagger-ui-bundle.js" => swagger_file("swagger-ui-bundle.js", JS),
        "swagger-ui.css" => swagger_file("swagger-ui.css", "text/css; charset=utf-8"),
        "start-swagger.js" => text(JS, include_str!("../assets/docs/start-swagger.js")),
        "start-redoc.js" => text(JS, include_str!("../assets/docs/start-redoc.js")),
        "redoc.css" => text("text/css", include_str!("../assets/docs/redoc.css")),
        _ => Problem::not_found(format!("there is no file `{name}`")).into_response(),
    }
}

fn swagger_file(name: &str, kind: &'static str) -> Response {
    static CONFIG: OnceLock<Arc<Config<'static>>> = OnceLock::new();
    let config = CONFIG.get_or_init(|| Arc::new(Config::from("/")));
    let Ok(Some(file)) = utoipa_swagger_ui::serve(name, Arc::clone(config)) else {
        return Problem::not_found(format!("there is no file `{name}`")).into_response();
    };
    let cache = (header::CACHE_CONTROL, "private, max-age=86400");
    let kind = (header::CONTENT_TYPE, kind);
    let bytes = file.bytes.into_owned();
    match file.gzpipped {
        true => ([kind, cache, (header::CONTENT_ENCODING, "gzip")], bytes).into_response(),
        false => ([kind, cache], bytes).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn a_title_stays_text() {
        let text = escape("<img src=x onerror='alert(\"1\")'>&");
        assert_eq!(text, "&lt;img src=x onerror=&#39;alert(&quot;1&quot;)&#39;&gt;&amp;");
    }

    #[test]
    fn the_vendored_bundle_is_what_the_readme_says() {
        let readme = include_str!("../vendor/redoc/README.md");
        let size = REDOC.len().to_string();
        let (thousands, rest) = size.split_at(3);
        assert!(readme.contains(&format!("{thousands},{rest} compressed")), "{size}");
        // gzip keeps the size of what it holds in its last four bytes.
        let (_, length) = REDOC.split_last_chunk::<4>().unwrap();
        assert!(readme.contains("1,103,471 bytes"));
        assert_eq!(u32::from_le_bytes(*length), 1_103_471);
        let mut digest = String::new();
        for byte in Sha256::digest(REDOC) {
            write!(digest, "{byte:02x}").unwrap();
        }
        assert_eq!(digest, "3116e001880678a88aa94fe39e117b2d73254665b62169de01c89dfca86c09be");
        assert!(readme.contains(&digest));
    }
}
