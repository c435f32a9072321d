//! Whether the database can be used, told without its password.

use std::time::Duration;

use journeyman_core::{Error, ErrorKind, Secret};
use sqlx::{Connection, PgConnection};

const LIMIT: Duration = Duration::from_secs(15);

const MIGRATE: &str = "run Tasker's migrations (Tasker sheet, section 14)";

/// Connects once and looks for what upstream's worker needs.
///
/// # Errors
/// What is wrong; temporary when trying again can help.
pub(crate) async fn check(url: &Secret) -> Result<(), Error> {
    let looked = tokio::time::timeout(LIMIT, look(url)).await;
    looked.unwrap_or_else(|_| {
        let problem = format!("the database did not answer within {LIMIT:?}");
        Err(Error::new(ErrorKind::Timeout, "database", problem))
    })
}

async fn look(url: &Secret) -> Result<(), Error> {
    let text = std::str::from_utf8(url.expose())
        .map_err(|_| Error::config("the address of the database is no UTF-8 text"))?;
    let mut connection = PgConnection::connect(text).await.map_err(|error| explain(&error, url))?;
    let found: Result<(bool, bool), _> = sqlx::query_as(
        "select to_regclass('tasker.workflow_steps') is not null, \
         exists(select 1 from pg_extension where extname = 'pgmq')",
    )
    .fetch_one(&mut connection)
    .await;
    let _ = connection.close().await;
    match found.map_err(|error| explain(&error, url))? {
        (_, false) => Err(Error::config("the database has no extension `pgmq`")
            .with_remedy(format!("install it and {MIGRATE}"))),
        (false, true) => {
            Err(Error::config("the database has no tables of Tasker").with_remedy(MIGRATE))
        }
        (true, true) => Ok(()),
    }
}

/// What the database says, in words that tell what to do. Codes: PostgreSQL's, appendix A.
fn explain(error: &sqlx::Error, url: &Secret) -> Error {
    let said = without(&error.to_string(), url);
    let code = error.as_database_error().and_then(|error| error.code().map(|c| c.into_owned()));
    let (kind, remedy, is_lasting) = match code.as_deref() {
        Some("28P01" | "28000") => {
            (ErrorKind::Refused, "check user and password in DATABASE_URL", true)
        }
        Some("3D000") => (ErrorKind::Refused, "create the database", true),
        Some("42501") => (ErrorKind::Refused, "give the user the right to read it", true),
        // It starts, stops, or has no room for one more.
        Some("57P01" | "57P02" | "57P03" | "53300") => {
            (ErrorKind::Unreachable, "try again later", false)
        }
        Some(_) => (ErrorKind::Refused, "see the log of the database", false),
        None => (ErrorKind::Unreachable, "check host and port, and that it runs", false),
    };
    let error = Error::new(kind, "database", said).with_remedy(remedy);
    if is_lasting { error.permanent() } else { error.temporary() }
}

/// A text without the secrets of an address, whoever wrote it.
pub(crate) fn without(text: &str, url: &Secret) -> String {
    let Ok(address) = std::str::from_utf8(url.expose()) else { return text.to_owned() };
    let mut text = text.replace(address, "postgresql://…");
    if let Some(password) = password(address) {
        text = text.replace(password, "…");
    }
    text
}

/// The password in an address.
pub(crate) fn password(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let (user, _) = rest.rsplit_once('@')?;
    let (_, password) = user.split_once(':')?;
    (!password.is_empty()).then_some(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_taken_out() {
        let url = Secret::new("postgresql://u:s3cret@h/db");
        assert_eq!(without("at postgresql://u:s3cret@h/db: no", &url), "at postgresql://…: no");
        assert_eq!(without("wrong s3cret", &url), "wrong …");
        assert_eq!(password("postgresql://h/db"), None);
    }

    #[tokio::test]
    async fn a_database_that_is_not_there_is_a_temporary_error() {
        // A port that was free a moment ago.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let url = Secret::new(format!("postgresql://u:s3cret@127.0.0.1:{port}/db"));
        let error = check(&url).await.unwrap_err();
        assert!(error.is_temporary(), "{error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
}
