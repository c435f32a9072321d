use journeyman_core::backend::Backend;

use super::*;

fn uri(uri: &str) -> Result<Config, ConfigError> {
    Config::from_uri_with(uri, |name| match name {
        "THE_PASSWORD" => Some("s3cret".to_owned()),
        "MQTT_PASSWORD" => Some("seed-s3cret".to_owned()),
        _ => None,
    })
}

fn vars(vars: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::from_vars(vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

#[test]
fn a_uri_has_broker_and_options() {
    let config = uri("halloween+mqtts://broker:8884?prop=fogger&mqtt=5&password_env=THE_PASSWORD\
                      &ack=settled&client_id=house&keep_alive=10&telemetry_rate=0")
    .unwrap();
    assert_eq!(config.broker_url(), "mqtts://broker:8884");
    assert_eq!((config.prop.as_str(), config.mqtt), ("fogger", MqttVersion::V5));
    assert_eq!(config.password.expose(), b"s3cret");
    assert!(!format!("{config:?}").contains("s3cret"));
    config.validate().unwrap();
    let seed = uri("halloween+ws://h/mqtt?profile=seed&username=me").unwrap();
    assert_eq!(seed.broker_url(), "ws://h/mqtt");
    assert_eq!(seed.password.expose(), b"seed-s3cret");
}

#[test]
fn what_is_wrong_with_a_uri_is_said() {
    for (text, wanted) in [
        ("mqtt://host", "is not a Halloween URI"),
        ("halloween+http://host", "is not a Halloween URI"),
        ("halloween+mqtt://u:s3cret@host", "credentials do not belong"),
        ("halloween+mqtt://host?password=s3cret", "secrets do not belong into URIs"),
        ("halloween+mqtt://host?colour=red", "known are profile, prop"),
        ("halloween+mqtt://host?profile=old", "give \"head\" or \"seed\""),
        ("halloween+mqtt://host?mqtt=4", "give \"3.1.1\" or \"5\""),
        ("halloween+mqtt://host?ack=never", "give \"receipt\" or \"settled\""),
        ("halloween+mqtt://host?retained=x", "\"clear\""),
        ("halloween+mqtt://host?password_env=NOT_THERE", "NOT_THERE"),
        ("halloween+mqtt://host?password_file=/nowhere/x", "cannot be read"),
    ] {
        let error = uri(text).unwrap_err().to_string();
        assert!(error.contains(wanted), "{text}: {error}");
        assert!(!error.contains("s3cret"), "{error}");
    }
}

#[test]
fn the_environment_is_upstreams() {
    let config = vars(&[
        ("MQTT_HOST", "mosquitto"),
        ("MQTT_PORT", "1884"),
        ("MQTT_WORKER_USER", "me"),
        ("MQTT_WORKER_PW", "pw"),
        ("MQTT_CLIENT_ID", "worker"),
        // Upstream's file sets it, and the newer revision does not read it.
        ("MQTT_USERNAME", "worker"),
        ("MQTT_PASSWORD", "other"),
    ])
    .unwrap();
    let wanted = Config::new("mosquitto").port(1884).credentials("me", "pw").client_id("worker");
    assert_eq!(config, wanted);
    let seed = vars(&[
        ("MQTT_PASSWORD", "pw"),
        ("MQTT_USERNAME", "me"),
        ("MQTT_WORKER_USER", "other"),
        ("HALLOWEEN_PROFILE", "seed"),
    ])
    .unwrap();
    assert_eq!(seed, Config::default().profile(Profile::Seed).credentials("me", "pw"));
    // Without any: upstream's defaults.
    let bare = vars(&[]).unwrap();
    assert_eq!(bare.broker_url(), "mqtt://broker:1883");
    assert_eq!(bare.effective_username(), Some("worker"));
    assert_eq!(bare.clone().profile(Profile::Seed).effective_username(), None);
    assert_eq!(bare.credentials("", "").effective_username(), None);
}

#[test]
fn every_variable_sets_its_setting() {
    for (key, variable, _) in KEYS {
        let value = match *key {
            "profile" => "seed",
            "mqtt" => "5",
            "form" => "json",
            "params" => "false",
            "shared_connection" => "true",
            "ack" => "settled",
            "retained" => "clear",
            "command_qos" => "2",
            "port" | "telemetry_rate" | "telemetry_burst" | "offline_queue"
            | "refused_attempts" | "receive_maximum" => "7",
            "keep_alive" | "reconnect_interval" => "7s",
            "max_message_size" => "1MiB",
            // A file that is named is read at once.
            "password_file" => continue,
            _ => "other",
        };
        let seed = [("HALLOWEEN_PROFILE", "seed")];
        let before: &[_] = match *variable {
            "MQTT_USERNAME" | "MQTT_PASSWORD" => &seed,
            _ => &[],
        };
        let changed = vars(&[before, &[(*variable, value)]].concat()).unwrap();
        assert_ne!(changed, vars(before).unwrap(), "{variable} changes nothing");
    }
    let error = vars(&[("HALLOWEEN_PARAMS", "maybe")]).unwrap_err();
    assert_eq!(error.to_string(), "`HALLOWEEN_PARAMS` = \"maybe\": give \"true\" or \"false\"");
}

#[test]
fn a_file_reads_like_the_setters() {
    let config: Config = toml::from_str(
        r#"
        profile = "seed"
        host = "mosquitto"
        username = "me"
        password = "pw"
        client_id = "house"
        prop = "fogger"
        mqtt = "5"
        form = "json"
        ack = "settled"
        retained = "run"
        keep_alive = "1m"
        max_message_size = "1MiB"
        "#,
    )
    .unwrap();
    let wanted = Config::new("mosquitto")
        .profile(Profile::Seed)
        .credentials("me", "pw")
        .client_id("house")
        .prop("fogger")
        .mqtt(MqttVersion::V5)
        .form(Form::Json)
        .ack(Ack::Settled)
        .retained(Retained::Run)
        .keep_alive(Duration::from_secs(60))
        .max_message_size(1 << 20);
    assert_eq!(config, wanted);
    config.validate().unwrap();
    assert!(toml::from_str::<Config>("colour = 1").is_err());
}

#[test]
fn what_cannot_work_is_refused_by_name() {
    let config = Config::default;
    let with = |change: fn(&mut Config)| {
        let mut config = config();
        change(&mut config);
        config
    };
    for (config, key) in [
        (Config::new(""), "host"),
        (Config::new("mqtt://x"), "host"),
        (config().port(0), "port"),
        (config().url("http://x"), "url"),
        (config().prop("a/b"), "prop"),
        (config().prop("worker_host"), "prop"),
        (config().client_id(""), "client_id"),
        (config().ack(Ack::Settled), "client_id"),
        (config().command_qos(3), "command_qos"),
        (config().ack(Ack::Settled).client_id("x").command_qos(0), "command_qos"),
        (config().telemetry_burst(0), "telemetry_burst"),
        (config().refused_attempts(0), "refused_attempts"),
        (config().receive_maximum(0), "receive_maximum"),
        (config().keep_alive(Duration::ZERO), "keep_alive"),
        (config().reconnect_interval(Duration::ZERO), "reconnect_interval"),
        (config().max_message_size(10), "max_message_size"),
        (with(|config| config.tls_key = Some("x".into())), "tls_cert"),
        (with(|config| config.tls_cert = Some("x".into())), "tls_key"),
    ] {
        assert_eq!(config.validate().unwrap_err().key(), key);
    }
    config().validate().unwrap();
    assert_eq!(Backend::name(&config()), "halloween");
}

#[test]
fn addresses_of_ipv6_have_brackets() {
    assert_eq!(Config::new("::1").broker_url(), "mqtt://[::1]:1883");
    assert_eq!(Config::new("h").url("wss://x/y").broker_url(), "wss://x/y");
}
