//! What a job asks for: `{method, url [, body [, headers]]}`.
//!
//! The texts of the errors are part of the contract (mooR sheet, section 10.2).

use journeyman_core::{JobError, Value};
use reqwest::{Method, Url, header::HeaderMap};

use crate::headers;

/// The methods that may be asked for.
const METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

const NAMES: [&str; 4] = ["method", "url", "body", "headers"];

/// The longest URL, in bytes; the HTTP library takes no longer ones.
const MAX_URL: usize = 60_000;

/// A request to make.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    /// Empty for none.
    pub(crate) body: String,
}

impl Request {
    /// Reads the arguments of a job.
    ///
    /// # Errors
    /// [`JobErrorKind::BadInput`](journeyman_core::JobErrorKind::BadInput): they are not those of
    /// a request.
    pub(crate) fn read(args: Value) -> Result<Self, JobError> {
        let [method, url, body, headers] = parts(args)?;
        let (Some(method), Some(url)) = (method, url) else {
            return Err(bad("At least two arguments are required"));
        };
        let method = read_method(&method)?;
        let Value::String(url) = url else {
            return Err(bad("Second argument must be a string"));
        };
        let url = read_url(&url)?;
        let body = body.map(read_body).transpose()?.unwrap_or_default();
        let headers = match headers {
            Some(headers) => headers::read(&headers, &url, body.len())?,
            None => HeaderMap::new(),
        };
        Ok(Self { method, url, headers, body })
    }
}

/// The arguments one by one; null is as good as absent.
fn parts(args: Value) -> Result<[Option<Value>; 4], JobError> {
    let mut out = [const { None }; 4];
    match args {
        Value::List(mut items) => {
            // A list or object as the only argument stands for the arguments.
            if let [Value::List(_) | Value::Map(_)] = items.as_slice()
                && let Some(inner) = items.pop()
            {
                return match inner {
                    Value::List(items) => in_order(items),
                    inner => parts(inner),
                };
            }
            return in_order(items);
        }
        Value::Map(pairs) => {
            for (key, value) in pairs {
                let place = NAMES.iter().position(|name| key_is(&key, name)).ok_or_else(|| {
                    bad(format!("there is no argument {key}; known are {}", NAMES.join(", ")))
                })?;
                out[place] = present(value);
            }
        }
        Value::Null => {}
        other => {
            return Err(bad(format!(
                "the arguments are {}; give a list or an object of {}",
                other.kind(),
                NAMES.join(", ")
            )));
        }
    }
    Ok(out)
}

fn in_order(items: Vec<Value>) -> Result<[Option<Value>; 4], JobError> {
    if items.len() > NAMES.len() {
        let given = items.len();
        return Err(bad(format!(
            "there are {given} arguments; at most four are taken: {}",
            NAMES.join(", ")
        )));
    }
    let mut items = items.into_iter();
    Ok(std::array::from_fn(|_| items.next().and_then(present)))
}

fn present(value: Value) -> Option<Value> {
    (value != Value::Null).then_some(value)
}

fn key_is(key: &Value, name: &str) -> bool {
    text(key).is_some_and(|text| text.eq_ignore_ascii_case(name))
}

/// The text of a string or a symbol.
fn text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Tagged(tagged) if tagged.tag == "symbol" => tagged.value.as_str(),
        _ => None,
    }
}

fn read_method(value: &Value) -> Result<Method, JobError> {
    let name = text(value).ok_or_else(|| bad("First argument must be a symbol or string"))?;
    let known = METHODS.iter().find(|method| method.as_str().eq_ignore_ascii_case(name));
    known.cloned().ok_or_else(|| {
        let shown: String = name.chars().take(32).collect();
        bad(format!("Unsupported HTTP method ({shown})"))
    })
}

fn read_url(text: &str) -> Result<Url, JobError> {
    if text.len() > MAX_URL {
        return Err(bad("Invalid URL")
            .with_details(format!("it has {} bytes; at most {MAX_URL} are taken", text.len())));
    }
    let url =
        Url::parse(text).map_err(|error| bad("Invalid URL").with_details(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        let scheme: String = url.scheme().chars().take(32).collect();
        return Err(bad(format!(
            "Unsupported URL scheme ({scheme}); only http and https can be requested"
        )));
    }
    Ok(url)
}

fn read_body(value: Value) -> Result<String, JobError> {
    match value {
        Value::String(text) => Ok(text),
        Value::List(items) => {
            let size = items.iter().filter_map(Value::as_str).map(str::len).sum();
            let mut body = String::with_capacity(size);
            for item in &items {
                body.push_str(item.as_str().ok_or_else(|| bad("List items must be strings"))?);
            }
            Ok(body)
        }
        _ => Err(bad("Body must be a string or list")),
    }
}

pub(crate) fn bad(message: impl Into<String>) -> JobError {
    JobError::bad_input(message)
}

#[cfg(test)]
mod tests {
    use journeyman_core::JobErrorKind;

    use super::*;

    fn list(items: impl IntoIterator<Item = Value>) -> Value {
        Value::List(items.into_iter().collect())
    }

    fn strings<const N: usize>(texts: [&str; N]) -> Value {
        list(texts.map(Value::from))
    }

    fn refused(args: Value) -> String {
        let error = Request::read(args).unwrap_err();
        assert_eq!(error.kind(), JobErrorKind::BadInput);
        error.message().to_owned()
    }

    const URL: &str = "http://example.org/";

    #[test]
    fn requests_by_place_and_by_name() {
        let request = Request::read(strings(["get", URL])).unwrap();
        assert_eq!((request.method, request.url.as_str()), (Method::GET, URL));
        assert_eq!((request.body.as_str(), request.headers.len()), ("", 0));

        let pairs = list([strings(["X-A", "1"]), strings(["x-a", "2"])]);
        let full = list(["PaTcH".into(), URL.into(), strings(["a", "", "b"]), pairs.clone()]);
        let request = Request::read(full).unwrap();
        assert_eq!(request.method, Method::PATCH);
        assert_eq!(request.body, "ab");
        let values: Vec<_> = request.headers.get_all("x-a").iter().collect();
        assert_eq!(values, ["1", "2"]);

        let named = Value::object([
            ("url", Value::from(URL)),
            ("method", "POST".into()),
            ("headers", Value::object([("Accept", "a/b")])),
            ("body", Value::Null),
        ]);
        for args in [named.clone(), list([named])] {
            let request = Request::read(args).unwrap();
            assert_eq!((request.method, request.body.as_str()), (Method::POST, ""));
            assert_eq!(request.headers["accept"], "a/b");
        }
        // One list as the only argument.
        Request::read(list([strings(["GET", URL])])).unwrap();
        let symbol = Value::tagged("symbol", "delete");
        let request = Request::read(list([symbol, URL.into()])).unwrap();
        assert_eq!(request.method, Method::DELETE);
    }

    #[test]
    fn texts_of_the_contract() {
        for args in [Value::Null, list([]), strings(["GET"]), list([strings([])])] {
            assert_eq!(refused(args), "At least two arguments are required");
        }
        let object = Value::tagged("object", "GET");
        for method in [Value::Int(1), object, list([])] {
            let message = refused(list([method, URL.into()]));
            assert_eq!(message, "First argument must be a symbol or string");
        }
        let message = refused(list(["GET".into(), Value::Int(1)]));
        assert_eq!(message, "Second argument must be a string");
        for url in ["", "nope", "http://", "http://[::1", "http://a b/", "http://h:99999/"] {
            assert_eq!(refused(strings(["GET", url])), "Invalid URL", "{url}");
        }
        let long = format!("{URL}{}", "a".repeat(70_000));
        assert_eq!(refused(strings(["GET", &long])), "Invalid URL");
        assert_eq!(refused(strings(["BREW", URL])), "Unsupported HTTP method (BREW)");
        assert_eq!(refused(strings(["", URL])), "Unsupported HTTP method ()");
        let connect = refused(strings(["CONNECT", URL]));
        assert_eq!(connect, "Unsupported HTTP method (CONNECT)");
        let with_body = |body| refused(list(["POST".into(), URL.into(), body]));
        assert_eq!(with_body(Value::Int(3)), "Body must be a string or list");
        assert_eq!(with_body(list([Value::Int(3)])), "List items must be strings");
        let with_headers = |headers| refused(list(["GET".into(), URL.into(), "".into(), headers]));
        assert_eq!(with_headers("x".into()), "Headers must be a list");
        assert_eq!(with_headers(strings(["x"])), "Header pair must be a list");
        let message = "Header pair must have exactly two elements";
        assert_eq!(with_headers(list([strings(["x"])])), message);
        assert_eq!(with_headers(list([strings(["x", "y", "z"])])), message);
    }

    #[test]
    fn what_else_is_refused() {
        for scheme in ["ftp://h/", "file:///etc/passwd", "gopher://h/", "unix:/x", "data:,x"] {
            assert!(refused(strings(["GET", scheme])).contains("only http and https"), "{scheme}");
        }
        let five = strings(["GET", URL, "", "", ""]);
        assert!(refused(five).contains("at most four"));
        assert!(refused(Value::object([("uri", URL)])).contains("known are method, url"));
        assert!(refused(Value::Int(5)).contains("the arguments are an integer"));
    }
}
