//! What the mooR examples share: the flags and variables of upstream's own workers, and a log on
//! stderr.

use std::{path::PathBuf, process::ExitCode};

use journeyman::{
    Error, Summary,
    moor::{Config, Era, config::TOKEN_VARIABLE},
};

/// A flag: its names, what stands for its value, and what it means.
pub(crate) type Flag = (&'static [&'static str], &'static str, &'static str);

const FLAGS: &[Flag] = &[
    (
        &["--request-address", "--workers-request-address"],
        "ADDRESS",
        "where the daemon publishes requests [WORKER_REQUEST_ADDR]",
    ),
    (
        &["--response-address", "--workers-response-address"],
        "ADDRESS",
        "where the daemon takes answers [WORKER_RESPONSE_ADDR]",
    ),
    (&["--private-key"], "FILE", "PASETO era: the daemon's private key [WORKER_PRIVATE_KEY]"),
    (&["--public-key"], "FILE", "PASETO era: its public key [WORKER_PUBLIC_KEY]"),
    (&["--era"], "ERA", "curve or paseto; paseto when a key is given, else curve [MOOR_ERA]"),
    (&["--data-dir"], "FOLDER", "where CURVE keys and identity are kept [MOOR_DATA_DIR]"),
    (
        &["--enrollment-address"],
        "ADDRESS",
        "where the daemon enrolls workers [MOOR_ENROLLMENT_ADDRESS]",
    ),
    (
        &["--enrollment-token-file"],
        "FILE",
        "file of the enrollment token [MOOR_ENROLLMENT_TOKEN_FILE; MOOR_ENROLLMENT_TOKEN is the \
         token itself]",
    ),
];

/// A flag of an example's own, and its value if it was given.
pub(crate) type Own = (Flag, Option<String>);

/// Reads flags and environment; flags win. When something is missing or wrong, says so, and how to
/// do it right.
pub(crate) fn config(about: &str, own: &mut [Own]) -> Result<Config, ExitCode> {
    log();
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "--help" || arg == "-h") {
        println!("{}", help(about, own));
        return Err(ExitCode::SUCCESS);
    }
    parse(args, own).map_err(|problem| {
        eprintln!("{problem}\n\n{}", help(about, own));
        ExitCode::from(2)
    })
}

fn parse(args: Vec<String>, own: &mut [Own]) -> Result<Config, String> {
    let mut config = Config::from_env().map_err(|error| error.to_string())?;
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let mut era = is_set("MOOR_ERA").then_some(config.era);
    let mut key = is_set("WORKER_PRIVATE_KEY");
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        let (name, value) = match arg.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (arg, None),
        };
        let names = |(names, ..): &Flag| names.contains(&name.as_str());
        let of_own = own.iter_mut().find(|(flag, _)| names(flag));
        let known = FLAGS.iter().find(|flag| names(flag));
        if of_own.is_none() && known.is_none() {
            return Err(format!("there is no flag `{name}`"));
        }
        let value = value.or_else(|| args.next()).filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| format!("the flag `{name}` needs a value"))?;
        if let Some((_, place)) = of_own {
            *place = Some(value);
            continue;
        }
        match known.map_or("", |(names, ..)| names[0]) {
            "--request-address" => config.request_address = value,
            "--response-address" => config.response_address = value,
            "--private-key" => {
                config.private_key = PathBuf::from(value);
                key = true;
            }
            "--public-key" => config.public_key = Some(PathBuf::from(value)),
            "--era" => {
                era = Some(match value.as_str() {
                    "curve" => Era::Curve,
                    "paseto" => Era::Paseto,
                    other => return Err(format!("`--era` is `{other}`; give curve or paseto")),
                });
            }
            "--data-dir" => config.data_dir = PathBuf::from(value),
            "--enrollment-address" => config.enrollment_address = Some(value),
            "--enrollment-token-file" => {
                // The file wins over that of the environment, and the token itself over any file.
                if !is_set(TOKEN_VARIABLE) {
                    config = config.enrollment_token("");
                }
                config.enrollment_token_file = Some(PathBuf::from(value));
            }
            _ => return Err(format!("the flag `{name}` is not read")),
        }
    }
    // Workers of today's daemons have no such key, so whoever names one means the older wire.
    config.era = era.unwrap_or(if key { Era::Paseto } else { Era::Curve });
    config.load_secrets().and_then(|()| config.validate()).map_err(|error| error.to_string())?;
    Ok(config)
}

fn help(about: &str, own: &[Own]) -> String {
    let mut text = format!("{about}\n\nFlags, and the environment variables for the same:\n");
    for (names, value, what) in FLAGS.iter().chain(own.iter().map(|(flag, _)| flag)) {
        let names = names.join(", ");
        text += &format!("  {names} {value}\n        {what}\n");
    }
    text += "More variables are in `journeyman::moor::config::KEYS`. RUST_LOG=debug shows more of \
             what happens.";
    text
}

fn log() {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::builder()
                .with_default_directive(tracing_subscriber::filter::LevelFilter::INFO.into())
                .from_env_lossy(),
        )
        .with_writer(std::io::stderr)
        .init();
}

/// Says how the run went.
pub(crate) fn finish(result: Result<Summary, Error>) -> ExitCode {
    match result {
        Ok(summary) => {
            for session in &summary.snapshot.sessions {
                let counts = session.counts;
                println!("{}: {} ok, {} failed", session.backend, counts.ok, counts.failed);
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}
