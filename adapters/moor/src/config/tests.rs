use super::*;

fn uri(uri: &str) -> Result<Config, ConfigError> {
    Config::from_uri_with(uri, |name| (name == "THE_TOKEN").then(|| "t0ken".to_owned()))
}

#[test]
fn addresses_follow_from_a_uri() {
    for (text, request, response) in [
        ("moor+tcp://host", "tcp://host:7896", "tcp://host:7897"),
        ("moor+tcp://host:1000/", "tcp://host:1000", "tcp://host:1001"),
        ("moor+tcp://[::1]", "tcp://[::1]:7896", "tcp://[::1]:7897"),
        ("moor+tcp://host:1?response=tcp%3A%2F%2Fb%3A2", "tcp://host:1", "tcp://b:2"),
        ("moor+ipc:///tmp/moor_workers_request.sock", REQUEST_ADDRESS, RESPONSE_ADDRESS),
        ("moor+ipc:///tmp/a?response=ipc:///tmp/b", "ipc:///tmp/a", "ipc:///tmp/b"),
    ] {
        let config = uri(text).unwrap();
        assert_eq!(config.request_address, request, "{text}");
        assert_eq!(config.response_address, response, "{text}");
        config.validate().unwrap();
    }
    let config = uri("moor+tcp://host?types=a,%20b&era=paseto&private_key=%2Fk&curve=off").unwrap();
    assert_eq!(config.worker_types, ["a", "b"]);
    assert_eq!((config.era, config.curve), (Era::Paseto, Curve::Off));
    assert_eq!(config.private_key, PathBuf::from("/k"));
}

#[test]
fn what_is_wrong_with_a_uri_is_said() {
    for (text, wanted) in [
        ("moor://host", "is not a mooR URI"),
        ("moor+udp://host", "is not a mooR URI"),
        ("moor+ipc:///tmp/a", "`response`"),
        ("moor+tcp://host?token=abc", "secrets do not belong into URIs"),
        ("moor+tcp://host?colour=red", "known are era, response"),
        ("moor+tcp://host?era=stone", "give \"curve\""),
        ("moor+tcp://host?reply_timeout=soon", "give seconds"),
        ("moor+tcp://host:99999", "response"),
        ("moor+tcp://host?token_env=NOT_THERE", "NOT_THERE"),
        ("moor+tcp://host?token_file=/nowhere/token", "can not be read"),
    ] {
        let error = uri(text).unwrap_err().to_string();
        assert!(error.contains(wanted), "{text}: {error}");
        assert!(!error.contains("abc"), "{error}");
    }
}

#[test]
fn the_token_comes_from_where_it_is_named() {
    let config = uri("moor+tcp://host?token_env=THE_TOKEN").unwrap();
    assert_eq!(config.token().unwrap().expose(), b"t0ken");
    assert!(!format!("{config:?}").contains("t0ken"));

    let path = std::env::temp_dir().join(format!("jm-token-{}", uuid::Uuid::new_v4()));
    std::fs::write(&path, " from-file\n").unwrap();
    let vars = |extra: Option<(&str, &str)>| {
        let file = ("MOOR_ENROLLMENT_TOKEN_FILE".to_owned(), path.display().to_string());
        let extra = extra.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Config::from_vars(std::iter::once(file).chain(extra)).unwrap()
    };
    assert_eq!(vars(None).token().unwrap().expose(), b"from-file");
    let explicit = vars(Some((TOKEN_VARIABLE, "explicit")));
    assert_eq!(explicit.token().unwrap().expose(), b"explicit", "comes before a file");
    std::fs::remove_file(path).unwrap();
}

#[test]
fn every_variable_sets_its_setting() {
    for (key, variable, _) in KEYS {
        let value = match *key {
            "era" => "paseto",
            "curve" => "off",
            "reenroll" => "true",
            "enrollment_attempts" | "max_argument_depth" | "max_result_depth" => "7",
            "max_message_size" => "1MiB",
            "subscription_grace" | "ping_timeout" | "reply_timeout" | "reconnect_interval" => "7s",
            // A file that is named is read at once.
            "enrollment_token_file" => continue,
            _ => "other",
        };
        let config = Config::from_vars([((*variable).to_owned(), value.to_owned())]).unwrap();
        assert_ne!(config, Config::default(), "{variable} changes nothing");
    }
    let error = Config::from_vars([("MOOR_REENROLL".to_owned(), "maybe".to_owned())]).unwrap_err();
    assert_eq!(error.to_string(), "`MOOR_REENROLL` = \"maybe\": give \"true\" or \"false\"");
}

#[test]
fn a_file_reads_like_the_setters() {
    let config: Config = toml::from_str(
        r#"
        request_address = "tcp://moo:7896"
        response_address = "tcp://moo:7897"
        worker_types = ["echo", "math"]
        reply_timeout = "2s"
        subscription_grace = 0.5
        enrollment_token = "secret"
        service_type = "my-worker"
        "#,
    )
    .unwrap();
    let mut wanted = Config::new("tcp://moo:7896", "tcp://moo:7897")
        .worker_types(["echo", "math"])
        .reply_timeout(Duration::from_secs(2))
        .subscription_grace(Duration::from_millis(500))
        .enrollment_token("secret");
    wanted = wanted.service_type("my-worker");
    assert_eq!(config, wanted);
    assert!(toml::from_str::<Config>("colour = 1").is_err());
}

#[test]
fn what_cannot_work_is_refused_by_name() {
    let config = Config::default;
    for (config, key) in [
        (Config::new("udp://x", RESPONSE_ADDRESS), "request_address"),
        (Config::new(REQUEST_ADDRESS, "tcp://nohost"), "response_address"),
        (config().worker_types([""]), "worker_types"),
        (config().service_type("a/b"), "service_type"),
        (config().daemon_public_key("short"), "daemon_public_key"),
        (config().enrollment_attempts(0), "enrollment_attempts"),
        (config().enrollment_address("http://x"), "enrollment_address"),
        (config().reply_timeout(Duration::ZERO), "reply_timeout"),
        (config().ping_timeout(Duration::from_secs(4000)), "ping_timeout"),
        (config().max_message_size(10), "max_message_size"),
        (config().max_argument_depth(0), "max_argument_depth"),
        (config().max_result_depth(200), "max_result_depth"),
    ] {
        assert_eq!(config.validate().unwrap_err().key(), key);
    }
    config().validate().unwrap();
}

#[test]
fn curve_is_decided_for_each_address() {
    let mixed = Config::new(REQUEST_ADDRESS, "tcp://moo:7897");
    let (requests, responses) = mixed.endpoints().unwrap();
    assert!(!mixed.encrypts(&requests) && mixed.encrypts(&responses));
    assert!(mixed.needs_keys().unwrap());
    assert_eq!(mixed.enrollment().unwrap().to_string(), "tcp://moo:7900");
    assert!(!mixed.clone().curve(Curve::Off).needs_keys().unwrap());
    assert!(!mixed.era(Era::Paseto).needs_keys().unwrap());
    assert!(!Config::default().needs_keys().unwrap());
    assert!(Config::default().curve(Curve::On).needs_keys().unwrap());
    assert_eq!(Config::default().enrollment().unwrap_err().key(), "enrollment_address");
}

#[test]
fn worker_types_follow_from_the_routes() {
    let routes = ["math.*", "echo", "Echo", "sum"].map(str::to_owned);
    assert_eq!(Config::default().types(&routes).unwrap(), ["echo", "sum"]);
    let named = Config::default().worker_types(["math"]);
    assert_eq!(named.types(&routes).unwrap(), ["math"]);
    assert_eq!(named.service(&["Math".to_owned()]), "math-worker");
    let error = Config::default().types(&routes[..1]).unwrap_err();
    assert_eq!(error.key(), "worker_types");
}
