//! The body of an answer: at most so many bytes, and text.

use encoding_rs::{Encoding, UTF_8};
use journeyman_core::JobError;
use reqwest::{
    Response,
    header::{self, HeaderMap},
};

use crate::failure;

/// How much is reserved on a server's word, in bytes.
const RESERVE: u64 = 64 << 10;

/// Reads a body of at most `limit` bytes. The rest is not read: the connection is closed.
pub(crate) async fn read(mut response: Response, limit: usize) -> Result<Vec<u8>, JobError> {
    let announced = response.content_length().unwrap_or(0);
    if announced > limit as u64 {
        return Err(too_large(&format!("has {announced} bytes"), limit));
    }
    let mut body = Vec::with_capacity(announced.min(RESERVE) as usize);
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if chunk.len() > limit - body.len() => {
                return Err(too_large(
                    &format!("has more than {} bytes", body.len() + chunk.len() - 1),
                    limit,
                ));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(failure::reading(&error)),
        }
    }
}

fn too_large(has: &str, limit: usize) -> JobError {
    JobError::failed(format!(
        "Failed to read response body: it {has}, and at most {limit} are taken \
         (`max_response_size`)"
    ))
    .with_code("RESPONSE_TOO_LARGE")
    .permanent()
}

/// The text of a body: by the charset of its content type, else UTF-8; a byte order mark wins over
/// both. What is not valid becomes U+FFFD.
pub(crate) fn text(body: Vec<u8>, headers: &HeaderMap) -> String {
    let encoding = charset(headers).and_then(Encoding::for_label).unwrap_or(UTF_8);
    if encoding == UTF_8 && !body.starts_with(&[0xef, 0xbb, 0xbf]) {
        // The usual case costs no copy.
        return match String::from_utf8(body) {
            Ok(text) => text,
            Err(error) => encoding.decode(error.as_bytes()).0.into_owned(),
        };
    }
    encoding.decode(&body).0.into_owned()
}

fn charset(headers: &HeaderMap) -> Option<&[u8]> {
    let content_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let is_it = name.trim().eq_ignore_ascii_case("charset");
        is_it.then(|| value.trim().trim_matches('"').as_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(body: &[u8], content_type: &str) -> String {
        let mut headers = HeaderMap::new();
        if !content_type.is_empty() {
            headers.insert(header::CONTENT_TYPE, content_type.parse().unwrap());
        }
        text(body.to_vec(), &headers)
    }

    #[test]
    fn text_by_charset() {
        for (body, content_type, wanted) in [
            (&b"plain"[..], "", "plain"),
            ("gr\u{fc}n".as_bytes(), "text/plain", "gr\u{fc}n"),
            (b"gr\xfcn", "text/plain; charset=ISO-8859-1", "gr\u{fc}n"),
            (b"gr\xfcn", "text/plain; a=b; Charset=\"windows-1252\"", "gr\u{fc}n"),
            (b"gr\xfcn", "text/plain; charset=utf-8", "gr\u{fffd}n"),
            (b"gr\xfcn", "text/plain; charset=klingon", "gr\u{fffd}n"),
            (b"gr\xfcn\xff", "", "gr\u{fffd}n\u{fffd}"),
            (b"\x83\x65", "text/html;charset=Shift_JIS", "\u{30c6}"),
            (b"\xef\xbb\xbfmark", "", "mark"),
            (b"\xff\xfem\0", "text/plain; charset=utf-16le", "m"),
            (b"", "", ""),
        ] {
            assert_eq!(decoded(body, content_type), wanted, "{content_type}");
        }
    }
}
