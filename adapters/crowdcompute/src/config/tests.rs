use super::*;
use crate::Era;

fn vars(vars: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::from_vars(vars.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
}

const SHA: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

#[test]
fn the_four_ways_end_in_the_same_config() {
    let built = Config::new("ws://host:9000")
        .worker_id("w 1")
        .max_concurrent_tasks(4)
        .auto_restart(false)
        .heartbeat_interval(Duration::from_secs(90))
        .api_host("0.0.0.0")
        .api_port(8005)
        .era(EraSetting::Head)
        .compat(true)
        .fresh_id(Some(false))
        .native(Native::named("double"))
        .native(Native::parse(&format!("add@{SHA}")).unwrap())
        .reconnect_interval(Duration::from_millis(500))
        .max_message_size(1 << 20)
        .proxy(Some("p:3128".to_owned()));
    built.validate().unwrap();

    let uri = format!(
        "crowdcompute+ws://host:9000?worker_id=w%201&max_concurrent_tasks=4&auto_restart=false\
         &heartbeat_interval=1m30s&api_host=0.0.0.0&api_port=8005&era=head&compat=true\
         &fresh_id=false&native=double,add@{SHA}&reconnect_interval=0.5&max_message_size=1MiB\
         &proxy=p:3128"
    );
    assert_eq!(Config::from_uri(&uri).unwrap(), built);

    let native = format!("double, add@{SHA}");
    let from_vars = vars(&[
        ("CROWDCOMPUTE_FOREMAN_URL", "ws://host:9000"),
        ("CROWDCOMPUTE_WORKER_ID", "w 1"),
        ("CROWDCOMPUTE_MAX_CONCURRENT_TASKS", "4"),
        ("CROWDCOMPUTE_AUTO_RESTART", "false"),
        ("CROWDCOMPUTE_HEARTBEAT_INTERVAL", "90"),
        ("CROWDCOMPUTE_API_HOST", "0.0.0.0"),
        ("CROWDCOMPUTE_API_PORT", "8005"),
        ("CROWDCOMPUTE_ERA", "head"),
        ("CROWDCOMPUTE_COMPAT", "true"),
        ("CROWDCOMPUTE_FRESH_ID", "false"),
        ("CROWDCOMPUTE_NATIVE", &native),
        ("CROWDCOMPUTE_RECONNECT_INTERVAL", "500ms"),
        ("CROWDCOMPUTE_MAX_MESSAGE_SIZE", "1048576"),
        ("CROWDCOMPUTE_PROXY", "p:3128"),
        ("CROWDCOMPUTE_CA_FILE", ""),
        ("HOME", "/"),
    ]);
    assert_eq!(from_vars.unwrap(), built);

    let toml = format!(
        r#"
        worker_id = "w 1"
        foreman_url = "ws://host:9000"
        max_concurrent_tasks = 4
        auto_restart = false
        heartbeat_interval = "1m30s"
        api_host = "0.0.0.0"
        api_port = 8005
        era = "head"
        compat = true
        fresh_id = false
        native = ["double", "add@{SHA}"]
        reconnect_interval = 0.5
        max_message_size = "1MiB"
        proxy = "p:3128"
    "#
    );
    assert_eq!(toml::from_str::<Config>(&toml).unwrap(), built);
}

#[test]
fn defaults_are_those_of_upstream() {
    let config = Config::default();
    assert_eq!(config.foreman_url, "ws://localhost:9000");
    assert_eq!((config.max_concurrent_tasks, config.auto_restart), (1, true));
    assert_eq!(config.heartbeat_interval, Duration::from_secs(30));
    assert_eq!(config.api_port, 8001);
    // But for this one: upstream's lets anybody in.
    assert_eq!(config.api_host, "127.0.0.1");
    assert_eq!(config.era.fixed(), None);
    assert_eq!(EraSetting::Seed.fixed(), Some(Era::Seed));
    assert_eq!(toml::from_str::<Config>("").unwrap(), config);
    assert_eq!(vars(&[]).unwrap(), config);
    config.validate().unwrap();
}

#[test]
fn every_variable_sets_its_key() {
    for (key, variable, _) in KEYS {
        assert_eq!(format!("CROWDCOMPUTE_{}", key.to_uppercase()), *variable);
        let error = Config::default().set(key, key, "\u{1}").err();
        assert!(error.is_none_or(|error| !error.to_string().contains("is not a setting")), "{key}");
    }
}

#[test]
fn ids_get_digits_where_the_era_wants_them() {
    let fresh = |config: Config| config.has_fresh_id();
    assert!(fresh(Config::default()));
    assert!(fresh(Config::default().era(EraSetting::Head)));
    assert!(!fresh(Config::default().era(EraSetting::Seed)));
    assert!(!fresh(Config::default().compat(true)));
    assert!(!fresh(Config::default().fresh_id(Some(false))));
    assert!(fresh(Config::default().era(EraSetting::Seed).fresh_id(Some(true))));
}

#[test]
fn the_path_is_appended_once() {
    let url = |url: &str| Config::new(url).url().map_err(|error| error.to_string());
    for (given, used) in [
        ("ws://localhost:9000", "ws://localhost:9000/worker/ws"),
        ("ws://localhost:9000/", "ws://localhost:9000/worker/ws"),
        ("ws://localhost:9000/worker/ws", "ws://localhost:9000/worker/ws"),
        ("wss://h/base", "wss://h/base/worker/ws"),
        ("WS://[::1]:9000", "WS://[::1]:9000/worker/ws"),
        ("ws://[::1]", "ws://[::1]/worker/ws"),
    ] {
        assert_eq!(url(given).as_deref(), Ok(used));
    }
    for bad in [
        "",
        "h:9000",
        "http://h:9000",
        "ws://",
        "ws://:9000",
        "ws://h:x",
        "ws://h:99999",
        "ws://h?a=1",
        "ws://u:hunter2@h",
        "ws://h#f",
        "ws://h /",
        "ws:///worker/ws",
    ] {
        let error = url(bad).unwrap_err();
        assert!(error.starts_with("`foreman_url`") && !error.contains("hunter2"), "{error}");
    }
}

#[test]
fn what_is_out_of_range_names_key_value_and_remedy() {
    let error = |config: Config| config.validate().unwrap_err().to_string();
    assert_eq!(
        error(Config::default().max_concurrent_tasks(0)),
        "`max_concurrent_tasks` = \"0\": must be from 1 to 1024"
    );
    assert_eq!(
        error(Config::default().heartbeat_interval(Duration::ZERO)),
        "`heartbeat_interval` = \"0ns\": must be longer than nothing and at most an hour"
    );
    assert!(
        error(Config::default().reconnect_interval(Duration::from_secs(3601))).contains("an hour")
    );
    assert!(error(Config::default().max_message_size(1)).contains("from 64 KiB to 1 GiB"));
    assert!(error(Config::default().worker_id("x".repeat(201))).contains("at most 200 bytes"));
    assert!(error(Config::default().worker_id("a\nb")).contains("control characters"));
    assert!(error(Config::default().proxy(Some("u:p@h:1".to_owned()))).contains("HOST:PORT"));
    assert!(error(Config::default().cert_file(Some("c".into()))).starts_with("`key_file`"));
    assert!(error(Config::default().key_file(Some("k".into()))).starts_with("`cert_file`"));
    let missing = Config::default().ca_file(Some("/nonexistent/ca.pem".into())).target();
    assert!(missing.unwrap_err().to_string().contains("can not be read"));
}

#[test]
fn text_that_is_no_value_of_its_setting_names_the_variable() {
    let error = |name: &str, value: &str| vars(&[(name, value)]).unwrap_err().to_string();
    assert_eq!(
        error("CROWDCOMPUTE_ERA", "new"),
        "`CROWDCOMPUTE_ERA` = \"new\": give \"auto\", \"seed\" or \"head\""
    );
    assert!(error("CROWDCOMPUTE_COMPAT", "yes").contains("\"true\" or \"false\""));
    assert!(error("CROWDCOMPUTE_API_PORT", "80000").contains("0 to 65535"));
    assert!(error("CROWDCOMPUTE_MAX_CONCURRENT_TASKS", "many").contains("1 to 1024"));
    assert!(error("CROWDCOMPUTE_HEARTBEAT_INTERVAL", "-1").contains("give seconds"));
    assert!(error("CROWDCOMPUTE_MAX_MESSAGE_SIZE", "1MB").contains("\"16MiB\""));
    assert!(error("CROWDCOMPUTE_NATIVE", "a-b").contains("NAME@SHA256"));
    assert!(error("CROWDCOMPUTE_NATIVE", "a@12").contains("64 hexadecimal digits"));
}

#[test]
fn uris_are_checked() {
    let error = |uri: &str| Config::from_uri(uri).unwrap_err().to_string();
    for uri in ["ws://h", "crowdcompute://h", "crowdcompute+http://h", "crowdcompute+ws:h", ""] {
        assert!(error(uri).contains("is not a CrowdCompute URI"), "{uri}: {}", error(uri));
    }
    assert!(error("crowdcompute+ws://h?worker=1").contains("known are worker_id, max_concurrent"));
    assert!(error("crowdcompute+ws://h?foreman_url=ws://x").contains("is not an option"));
    assert!(error("crowdcompute+ws://h?worker_id=%ff").contains("percent-encoded"));
    assert!(error("crowdcompute+ws://").contains("no valid host"));
    let config = Config::from_uri("crowdcompute+wss://h:1/b").unwrap();
    assert_eq!(config.foreman_url, "wss://h:1/b");
}

#[test]
fn wrong_toml_is_refused() {
    let error = |text: &str| toml::from_str::<Config>(text).unwrap_err().to_string();
    assert!(error("worker = \"w\"").contains("unknown field `worker`"));
    assert!(error("era = \"x\"").contains("unknown variant `x`"));
    assert!(error("native = [\"a b\"]").contains("NAME@SHA256"));
    assert!(error("[device_specs]\ncpus = 1").contains("unknown field `cpus`"));
    let specs = toml::from_str::<Config>("[device_specs]\ngpu_model = \"none\"\ncpu_cores = 2");
    assert_eq!(specs.unwrap().device_specs.cpu_cores, Some(2));
}

#[test]
fn native_entries() {
    let source = [7; 32];
    for (text, name, handler) in [
        ("double", "double", Some("double")),
        ("double", "triple", None),
        ("add=math.add", "add", Some("math.add")),
        ("add=math.add", "math.add", None),
        ("*", "anything", Some("anything")),
    ] {
        let native = Native::parse(text).unwrap();
        assert_eq!(native.handler(name, &source), handler, "{text}");
        assert_eq!(native.to_string(), text);
    }
    for (text, problem) in [
        // It begins with a digit, so that it is no name.
        (SHA, "name of a function"),
        ("", "name of a function"),
        ("a b", "name of a function"),
        ("=math.add", "name of a function"),
        ("add=", "NAME=ROUTE"),
        ("*=math.add", "NAME=ROUTE"),
        ("add@12", "64 hexadecimal digits"),
    ] {
        let told = Native::parse(text).unwrap_err();
        assert!(told.contains(problem), "{text}: {told}");
    }
    let exactly = Native::exactly("f", source).route("math.f");
    assert_eq!(exactly.handler("f", &source), Some("math.f"));
    assert_eq!(exactly.handler("f", &[8; 32]), None);
    assert_eq!(exactly.handler("g", &source), None);
    assert_eq!(Native::parse(&exactly.to_string()), Ok(exactly));
}
