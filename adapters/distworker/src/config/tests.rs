use super::*;
use crate::wire;

fn valid() -> Config {
    Config::new("http://host:8081", "static").worker_token("hunter2")
}

fn no_variables(_: &str) -> Option<String> {
    None
}

fn vars(vars: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::from_vars(vars.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
}

/// A file of its own for each test, removed at its end.
struct TokenFile(PathBuf);

impl TokenFile {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("jm-dw-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl Drop for TokenFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn the_four_ways_end_in_the_same_config() {
    let built = Config::new("http://host:8081/base", "p")
        .worker_token("hunter2")
        .connections(4)
        .reconnect_interval(Duration::from_millis(500))
        .heartbeat_interval(Duration::from_secs(90))
        .max_reconnect_attempts(7)
        .idle(IdlePolicy::Exit)
        .max_message_size(1 << 20);
    built.validate().unwrap();

    let uri = "distworker+http://host:8081/base?provisioner=p&connections=4&token_env=T%4F\
               K&reconnect_interval=0.5&heartbeat_interval=1m30s&max_reconnect_attempts=7\
               &idle=exit&max_message_size=1MiB";
    let lookup = |name: &str| (name == "TOK").then(|| "hunter2".to_owned());
    assert_eq!(Config::from_uri_with(uri, lookup).unwrap(), built);

    let from_vars = vars(&[
        ("DISTWORKER_CONTROLLER_URL", "http://host:8081/base"),
        ("DISTWORKER_PROVISIONER", "p"),
        ("DISTWORKER_WORKER_ID", ""),
        ("DISTWORKER_WORKER_TOKEN", "hunter2"),
        ("DISTWORKER_RECONNECT_INTERVAL", "500ms"),
        ("DISTWORKER_HEARTBEAT_INTERVAL", "90"),
        ("DISTWORKER_MAX_RECONNECT_ATTEMPTS", "7"),
        ("DISTWORKER_CONNECTIONS", "4"),
        ("DISTWORKER_IDLE", "exit"),
        ("DISTWORKER_MAX_MESSAGE_SIZE", "1048576"),
        ("DISTWORKER_SERVER_WORKER_PORT", "8081"),
        ("HOME", "/"),
    ]);
    assert_eq!(from_vars.unwrap(), built);

    let toml = r#"
        controller_url = "http://host:8081/base"
        provisioner = "p"
        worker_token = "hunter2"
        connections = 4
        reconnect_interval = 0.5
        heartbeat_interval = "1m30s"
        max_reconnect_attempts = 7
        idle = "exit"
        max_message_size = "1MiB"
    "#;
    assert_eq!(toml::from_str::<Config>(toml).unwrap(), built);
}

#[test]
fn defaults_are_the_documented_ones() {
    let config = Config::default();
    assert_eq!(config.reconnect_interval, Duration::from_secs(5));
    assert_eq!(config.heartbeat_interval, Duration::from_secs(30));
    assert_eq!(config.max_reconnect_attempts, -1);
    assert_eq!(config.connections, 1);
    assert_eq!(config.idle, IdlePolicy::Ignore);
    assert_eq!(config.max_message_size, 16 * 1024 * 1024);
    assert_eq!(config.limits().max_message_bytes, 16 * 1024 * 1024);
    assert_eq!(toml::from_str::<Config>("").unwrap(), config);
    assert_eq!(vars(&[]).unwrap(), config);
}

#[test]
fn every_variable_sets_its_key() {
    for (key, variable, _) in KEYS {
        assert!(variable.starts_with("DISTWORKER_"), "{variable}");
        assert_eq!(format!("DISTWORKER_{}", key.to_uppercase()), *variable);
    }
}

#[test]
fn what_is_missing_or_out_of_range_names_key_value_and_remedy() {
    let error = |config: Config| config.validate().unwrap_err().to_string();
    valid().validate().unwrap();
    assert_eq!(
        error(Config::new("", "p")),
        "`controller_url`: is not set; give the worker port of the controller, such as \
         http://HOST:8081"
    );
    assert_eq!(
        error(Config::new("ftp://h", "p")),
        "`controller_url`: the controller URL \"ftp://h\" has a scheme that is not supported; use \
         http://, https://, ws:// or wss://"
    );
    assert_eq!(
        error(Config::new("http://h", "")),
        "`provisioner`: is not set; give the name of a provisioner in the controller's \
         configuration"
    );
    assert_eq!(
        error(Config::new("http://h", "p")),
        "`worker_token`: is not set; set DISTWORKER_WORKER_TOKEN or a token file to the token of \
         the provisioner"
    );
    assert_eq!(error(valid().connections(0)), "`connections` = \"0\": must be from 1 to 1024");
    assert_eq!(
        error(valid().connections(2).worker_id("w")),
        "`connections` = \"2\": a worker with a `worker_id` has one connection: the controller \
         gives tasks only to the newest of that id; set it to 1"
    );
    assert_eq!(
        error(valid().reconnect_interval(Duration::ZERO)),
        "`reconnect_interval` = \"0ns\": must be longer than nothing and at most an hour"
    );
    assert_eq!(
        error(valid().heartbeat_interval(Duration::from_secs(3601))),
        "`heartbeat_interval` = \"3601s\": must be longer than nothing and at most an hour"
    );
    assert_eq!(
        error(valid().max_reconnect_attempts(-2)),
        "`max_reconnect_attempts` = \"-2\": must be -1 (for ever) or more"
    );
    assert_eq!(
        error(valid().max_message_size(1)),
        "`max_message_size` = \"1\": must be from 4096 to 1073741824 bytes"
    );
    let machine = ResourceInfo { cpu_cores: Some(-1), ..ResourceInfo::default() };
    assert!(
        error(valid().resource_info(machine)).starts_with("`resource_info.cpu_cores` = \"-1\"")
    );
    let machine = ResourceInfo { memory_mb: Some(-1), ..ResourceInfo::default() };
    assert!(
        error(valid().resource_info(machine)).starts_with("`resource_info.memory_mb` = \"-1\"")
    );
}

#[test]
fn text_that_is_no_value_of_its_setting_names_the_variable() {
    let error = |name: &str, value: &str| vars(&[(name, value)]).unwrap_err().to_string();
    assert_eq!(
        error("DISTWORKER_CONNECTIONS", "many"),
        "`DISTWORKER_CONNECTIONS` = \"many\": give a whole number from 1 to 1024"
    );
    assert_eq!(
        error("DISTWORKER_RECONNECT_INTERVAL", "soon"),
        "`DISTWORKER_RECONNECT_INTERVAL` = \"soon\": give seconds as a number, or a text such as \
         \"500ms\", \"5s\" or \"1m30s\""
    );
    assert!(error("DISTWORKER_HEARTBEAT_INTERVAL", "-1").contains("give seconds"));
    assert!(error("DISTWORKER_MAX_RECONNECT_ATTEMPTS", "x").contains("-1 is for ever"));
    assert!(error("DISTWORKER_IDLE", "sleep").contains("give \"ignore\" or \"exit\""));
    assert!(error("DISTWORKER_MAX_MESSAGE_SIZE", "1MB").contains("\"16MiB\""));
}

#[test]
fn uris_are_checked() {
    let error = |uri: &str| Config::from_uri_with(uri, no_variables).unwrap_err().to_string();
    let not_ours = "is not a DistWorker URI; write distworker+http://HOST:8081?provisioner=NAME";
    for uri in [
        "http://h",
        "distworker://h",
        "distworker+ftp://h",
        "distworker+http:h",
        "",
        "moor+ipc://x",
    ] {
        assert!(error(uri).contains(not_ours), "{uri}: {}", error(uri));
    }
    assert_eq!(
        error("distworker+http://h?provisioner=p&conections=4"),
        "`conections`: is not an option of this URI; known are provisioner, worker_id, token_env, \
         token_file, reconnect_interval, heartbeat_interval, max_reconnect_attempts, connections, \
         idle, max_message_size, proxy, ca_file, cert_file, key_file, danger_accept_any_certificate"
    );
    assert!(error("distworker+http://h?provisioner=%zz").contains("percent-encoded"));
    assert!(error("distworker+http://h?provisioner=%f").contains("percent-encoded"));
    assert!(error("distworker+http://h?provisioner=%ff").contains("percent-encoded"));
    assert!(error("distworker+http://:1").contains("no valid host"));
    for scheme in ["http", "https", "ws", "wss", "HTTP"] {
        let uri = format!("distworker+{scheme}://h:1/b?provisioner=a%20b&");
        let config = Config::from_uri_with(&uri, no_variables).unwrap();
        assert_eq!(config.controller_url, format!("{scheme}://h:1/b"));
        assert_eq!(config.provisioner, "a b");
    }
}

#[test]
fn tokens_come_from_variables_and_files_and_not_from_uris() {
    for name in ["token", "worker_token", "password"] {
        let uri = format!("distworker+http://h?provisioner=p&{name}=hunter2");
        let error = Config::from_uri_with(&uri, no_variables).unwrap_err().to_string();
        assert_eq!(
            error,
            format!(
                "`{name}`: secrets do not belong into URIs; use token_env=NAME or token_file=PATH"
            )
        );
    }
    let error = Config::from_uri_with("distworker+http://u:hunter2@h", no_variables).unwrap_err();
    assert!(!error.to_string().contains("hunter2"), "{error}");

    // The usual variable is taken when no other source is named.
    let usual = |name: &str| (name == TOKEN_VARIABLE).then(|| "usual".to_owned());
    let config = Config::from_uri_with("distworker+http://h?provisioner=p", usual).unwrap();
    assert_eq!(config.worker_token.expose(), b"usual");
    let config = Config::from_uri_with("distworker+http://h?provisioner=p", no_variables).unwrap();
    assert_eq!(config.worker_token.expose(), b"");

    let error = Config::from_uri_with("distworker+http://h?token_env=NOPE", no_variables);
    assert_eq!(
        error.unwrap_err().to_string(),
        "`worker_token_env` = \"NOPE\": this environment variable is not set; set it to the token \
         of the provisioner"
    );

    for (name, text, token) in [
        ("lf", "hunter2\n", "hunter2"),
        ("crlf", "hunter2\r\n", "hunter2"),
        ("spaces", " hunter2 \n\n", " hunter2 \n"),
        ("bare", "hunter2", "hunter2"),
    ] {
        let file = TokenFile::new(name, text);
        let uri = format!("distworker+http://h?token_file={}", file.0.display());
        // The file that is named wins over the usual variable.
        assert_eq!(
            Config::from_uri_with(&uri, usual).unwrap().worker_token.expose(),
            token.as_bytes()
        );
    }
    let error = vars(&[("DISTWORKER_WORKER_TOKEN_FILE", "/nonexistent/token")]).unwrap_err();
    assert!(error.to_string().contains("can not be read"), "{error}");
    assert_eq!(error.key(), "worker_token_file");

    let mut config = valid();
    config.worker_token_env = Some("X".to_owned());
    let error = config.load_secrets().unwrap_err().to_string();
    assert!(error.starts_with("`worker_token`: is given more than once"), "{error}");

    let mut config = Config::new("http://h", "p");
    config.worker_token_env = Some("X".to_owned());
    let error = config.validate().unwrap_err().to_string();
    assert!(error.contains("call `load_secrets` first"), "{error}");
}

#[test]
fn a_registration_is_signed_with_the_token() {
    let now = std::time::UNIX_EPOCH + Duration::from_secs(1_661_862_960);
    let register = valid().worker_id("w").registration(&ResourceInfo::default(), now).unwrap();
    let signed = wire::decode_signed(register.data.clone()).unwrap();
    assert_eq!((signed.provisioner_name.as_str(), signed.worker_id.as_str()), ("static", "w"));
    assert_eq!(
        register.signature,
        auth::sign_registration(b"hunter2", "20220830", &register.data)[..]
    );
}

#[test]
fn debug_output_holds_no_secret() {
    let mut config = valid();
    config.controller_url = "http://user:hunter2@h/?key=hunter2".to_owned();
    let shown = format!("{config:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("worker_token: Secret(set)"), "{shown}");
    let shown = format!("{:?}", Config::default());
    assert!(shown.contains("worker_token: Secret(empty)"), "{shown}");

    let tls = valid().ca_file(Some("ca.pem".into())).danger_accept_any_certificate(true);
    let shown = format!("{tls:?}");
    for part in [
        "ca_file: Some(\"ca.pem\")",
        "cert_file: None",
        "key_file: None",
        "danger_accept_any_certificate: true",
    ] {
        assert!(shown.contains(part), "{part} is not in {shown}");
    }
}

#[test]
fn wrong_toml_is_refused() {
    let error = |text: &str| toml::from_str::<Config>(text).unwrap_err().to_string();
    assert!(error("conections = 4").contains("unknown field `conections`"));
    assert!(error("reconnect_interval = -1").contains("expected a duration"));
    assert!(error("reconnect_interval = \"x\"").contains("expected a duration"));
    assert!(error("reconnect_interval = -0.5").contains("expected a duration"));
    assert!(error("max_message_size = -1").contains("expected a size"));
    assert!(error("max_message_size = \"x\"").contains("expected a size"));
    assert!(error("idle = \"x\"").contains("unknown variant `x`"));
    assert!(error("worker_token = 12345").contains("must be text; put it in quotes"));
}

#[test]
fn resource_info_is_what_is_given_else_what_is_measured() {
    let toml = r#"
        [resource_info]
        hostname = "box"
        [resource_info.additional]
        gpu = "none"
        slots = 3
        load = 0.5
        labels = ["a", true]
    "#;
    let config: Config = toml::from_str(toml).unwrap();
    let measured = ResourceInfo {
        hostname: Some("other".to_owned()),
        cpu_cores: Some(8),
        memory_mb: Some(1024),
        ..ResourceInfo::default()
    };
    let wire = config.resource_info.to_wire(&measured).unwrap();
    assert_eq!((wire.hostname.as_str(), wire.cpu_cores, wire.memory_mb), ("box", 8, 1024));
    let additional: serde_json::Value =
        crate::structs::from_bytes(&wire.additional.unwrap()).unwrap();
    assert_eq!(
        additional,
        serde_json::json!({"gpu": "none", "slots": 3, "load": 0.5, "labels": ["a", true]})
    );
    let bare = ResourceInfo::default().to_wire(&ResourceInfo::default()).unwrap();
    assert_eq!(bare, wire::ResourceInfo::default());

    let mut machine = ResourceInfo::default();
    machine.additional.insert("id".to_owned(), i64::MAX.into());
    let error = valid().resource_info(machine).validate().unwrap_err().to_string();
    assert_eq!(
        error,
        "`resource_info.additional`: field `id`: 9223372036854775807 does not fit the wire's \
         double without loss; send it as a string"
    );
}

#[test]
fn a_proxy_is_host_and_port() {
    let proxy = |text: &str| valid().proxy(Some(text.to_owned())).http_proxy();
    for text in ["proxy:3128", "http://proxy:3128", "http://proxy:3128/"] {
        let proxy = proxy(text).unwrap().unwrap();
        assert_eq!((proxy.host.as_str(), proxy.port), ("proxy", 3128), "{text}");
    }
    for text in ["proxy", ":3128", "proxy:x", "user:secret@proxy:3128", "https://proxy:1"] {
        let error = proxy(text).unwrap_err().to_string();
        assert!(error.contains("HOST:PORT") && !error.contains("secret"), "{error}");
    }
    assert_eq!(valid().http_proxy().unwrap(), None);
}
