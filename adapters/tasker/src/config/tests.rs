use super::{upstream::Upstream, *};

fn vars(vars: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::from_vars(vars.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
}

#[test]
fn the_four_ways_end_in_the_same_config() {
    let secs = Duration::from_secs;
    let built = Config::new()
        .worker_id("w 1")
        .hostname("h".to_owned())
        .handler_version("2".to_owned())
        .handler("A::B", "a.b")
        .handler("c", "d")
        .template_path(PathBuf::from("/t"))
        .workspace_path(PathBuf::from("/w"))
        .step_timeout(secs(90))
        .completion_timeout(secs(120))
        .max_waiting(10_usize)
        .max_wait(secs(5))
        .starvation_threshold(secs(2))
        .max_poll_interval(Duration::from_millis(20))
        .fallback_poll(Duration::ZERO)
        .sweep_interval(Duration::from_millis(500))
        .connect_timeout(secs(10))
        .max_result_size(1_usize << 20)
        .wrap_results(false)
        .config_path(PathBuf::from("/c.toml"))
        .environment("test");
    built.validate().unwrap();
    let uri = "tasker:?worker_id=w%201&hostname=h&handler_version=2&handlers=A::B=a.b,%20c=d\
        &template_path=/t&workspace_path=/w&step_timeout=1m30s&completion_timeout=120\
        &max_waiting=10&max_wait=5s&starvation_threshold=2&max_poll_interval=20ms&fallback_poll=0\
        &sweep_interval=500ms&connect_timeout=10&max_result_size=1MiB&wrap_results=false\
        &config_path=/c.toml&environment=test";
    assert_eq!(Config::from_uri(uri).unwrap(), built);
    let from_vars = vars(&[
        ("TASKER_WORKER_ID", "w 1"),
        ("HOSTNAME", "h"),
        ("JOURNEYMAN_TASKER_HANDLER_VERSION", "2"),
        ("JOURNEYMAN_TASKER_HANDLERS", "A::B=a.b,c=d"),
        ("TASKER_TEMPLATE_PATH", "/t"),
        ("WORKSPACE_PATH", "/w"),
        ("JOURNEYMAN_TASKER_STEP_TIMEOUT", "90"),
        ("JOURNEYMAN_TASKER_COMPLETION_TIMEOUT", "2m"),
        ("JOURNEYMAN_TASKER_MAX_WAITING", "10"),
        ("JOURNEYMAN_TASKER_MAX_WAIT", "5"),
        ("JOURNEYMAN_TASKER_STARVATION_THRESHOLD", "2"),
        ("JOURNEYMAN_TASKER_MAX_POLL_INTERVAL", "0.02"),
        ("JOURNEYMAN_TASKER_FALLBACK_POLL", "0"),
        ("JOURNEYMAN_TASKER_SWEEP_INTERVAL", "0.5"),
        ("JOURNEYMAN_TASKER_CONNECT_TIMEOUT", "10"),
        ("JOURNEYMAN_TASKER_MAX_RESULT_SIZE", "1048576"),
        ("JOURNEYMAN_TASKER_WRAP_RESULTS", "false"),
        ("TASKER_CONFIG_PATH", "/c.toml"),
        ("TASKER_ENV", "test"),
        ("DATABASE_URL", ""),
        ("HOME", "/"),
    ]);
    assert_eq!(from_vars.unwrap(), built);
    let toml = r#"
        worker_id = "w 1"
        hostname = "h"
        handler_version = "2"
        handlers = { "A::B" = "a.b", c = "d" }
        template_path = "/t"
        workspace_path = "/w"
        step_timeout = "1m30s"
        completion_timeout = 120
        max_waiting = 10
        max_wait = 5
        starvation_threshold = 2
        max_poll_interval = "20ms"
        fallback_poll = 0
        sweep_interval = 0.5
        connect_timeout = 10
        max_result_size = "1MiB"
        wrap_results = false
        config_path = "/c.toml"
        environment = "test"
    "#;
    assert_eq!(toml::from_str::<Config>(toml).unwrap(), built);
    assert_eq!(Config::from_uri("tasker://local").unwrap(), Config::default());
    assert_eq!(toml::from_str::<Config>("").unwrap(), Config::default());
}

#[test]
fn every_variable_sets_its_key() {
    for (key, variable, _) in KEYS {
        let error = Config::default().set(key, variable, "\u{1}").err();
        assert!(error.is_none_or(|error| !error.to_string().contains("is not a setting")), "{key}");
    }
    let settings = 20;
    assert_eq!(KEYS.len(), settings);
    assert_eq!(format!("{:?}", Config::default()).matches(": ").count(), settings);
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    Config::default().validate().unwrap();
    let wrong = Config::new()
        .worker_id("w\n")
        .handler("", "x")
        .step_timeout(Duration::ZERO)
        .max_waiting(0_usize)
        .max_wait(Duration::ZERO)
        .fallback_poll(Duration::from_secs(7200))
        .max_result_size(5_usize)
        .environment("prod")
        .database_url("postgres://u:hunter2@h/n");
    let errors = wrong.validate().unwrap_err();
    assert_eq!(
        errors.to_string().lines().collect::<Vec<_>>(),
        [
            "`worker_id` = \"w\": must have at most 255 bytes and no control characters",
            "`handlers` = \"=x\": must map a callable to the name of a route",
            "`step_timeout` = \"0ns\": must be longer than nothing and at most 7 days",
            "`max_wait` = \"0ns\": must be from 1 ms to an hour",
            "`fallback_poll` = \"7200s\": must be from 1 ms to an hour",
            "`max_waiting` = \"0\": must be from 1 to 1048576",
            "`max_result_size` = \"5\": must be from 1 KiB to 256 MiB",
            "`environment` = \"prod\": give \"test\", \"development\" or \"production\"",
            "`database_url`: must begin with `postgresql://`",
        ]
    );
    assert_eq!(errors.iter().count(), 9);
}

#[test]
fn what_a_live_worker_lacks_is_told_at_once() {
    let errors = Config::default().validate_live().unwrap_err().to_string();
    assert_eq!(
        errors.lines().collect::<Vec<_>>(),
        [
            "`config_path`: is missing; give the path of Tasker's TOML file (environment: TASKER_CONFIG_PATH)",
            "`database_url`: is missing; give postgresql://USER:PASSWORD@HOST/NAME (environment: DATABASE_URL)",
        ]
    );
    let live = Config::new().config_path(PathBuf::from("/c")).database_url("postgresql://u:p@h/n");
    live.validate_live().unwrap();
}

#[test]
fn no_message_shows_a_password() {
    for url in [
        "postgres://u:hunter2@h/n",
        "hunter2",
        "postgresql://u:hunter2@x@h/n",
        "postgresql://u:hunter2/x@h/n",
        "postgresql://hunter2@h/n",
        "postgresql://u:@h/hunter2",
        "postgresql://u:hunter2@/n",
        "postgresql://u:hunter2@h",
    ] {
        let config = Config::new().database_url(url);
        let error = config.validate().unwrap_err();
        assert!(!format!("{error} {error:?} {config:?}").contains("hunter2"), "{error}");
    }
    for url in ["postgresql://h/n", "postgresql://u:p@h:5432/n?x=y", "postgresql://u:p%40@h/n"] {
        Config::new().database_url(url).validate().unwrap();
    }
    let error = Config::from_uri("tasker:?database_url=hunter2").unwrap_err().to_string();
    assert!(error.contains("DATABASE_URL") && !error.contains("hunter2"), "{error}");
}

#[test]
fn uris_are_refused_with_what_is_known() {
    let error = |uri: &str| Config::from_uri(uri).unwrap_err().to_string();
    assert!(error("redis://h").contains("is not a Tasker URI"));
    assert!(error("tasker://h").contains("is not a Tasker URI"));
    assert!(error("tasker:?x=1").contains("known are worker_id, hostname"));
    assert!(error("tasker:?max_wait=soon").starts_with("`max_wait` = \"soon\": give seconds"));
    assert!(error("tasker:?handlers=x").contains("give CALLABLE=ROUTE"));
}

#[test]
fn the_channel_waits_longer_than_any_step() {
    let secs = Duration::from_secs;
    let config = Config::default();
    assert_eq!(config.channel_timeout(None), secs(60));
    assert_eq!(config.channel_timeout(Some(secs(10))), secs(60));
    assert_eq!(config.channel_timeout(Some(secs(3600))), secs(3630));
    assert_eq!(config.clone().completion_timeout(secs(5)).channel_timeout(None), secs(5));
    assert_eq!(config.templates_folder(), PathBuf::from("config/tasks"));
    let config = config.workspace_path(PathBuf::from("/w"));
    assert_eq!(config.templates_folder(), PathBuf::from("/w/config/tasks"));
    assert_eq!(config.template_path(PathBuf::from("/t")).templates_folder(), PathBuf::from("/t"));
}

const EXAMPLE: &str = include_str!("../../testdata/example_config.toml");

#[test]
fn taskers_own_file_is_checked_before_tasker_reads_it() {
    let upstream = Upstream::check("c.toml", EXAMPLE).unwrap();
    assert_eq!((upstream.dispatch_buffer_size, upstream.completion_buffer_size), (100, 100));
    // A worker can do without the server's part, and without optional tables.
    let start = EXAMPLE.find("\n[orchestration]").unwrap();
    let end = EXAMPLE.find("\n[worker]").unwrap();
    let optional = EXAMPLE.find("\n# optional table: lets").unwrap();
    let worker = format!("{}{}", &EXAMPLE[..start], &EXAMPLE[end..optional]);
    Upstream::check("c.toml", &worker).unwrap();

    let errors = Upstream::check("c.toml", "").unwrap_err();
    assert_eq!(errors.iter().count(), upstream::WORKER_KEYS.len());
    let broken = EXAMPLE
        .replace("worker_type = \"general\"\n", "")
        .replace("dispatch_buffer_size = 100", "dispatch_buffer_size = 5")
        .replace("handler_timeout_ms = 30000, ", "handler_timeout_ms = \"x\", ")
        .replace("backend = \"${TASKER_MESSAGING_BACKEND:-pgmq}\"", "backend = \"kafka\"")
        .replace("${RABBITMQ_URL:-", "${MY_URL:-")
        .replace("retry_interval_seconds = 5, max_retry_attempts = 5, ", "");
    let errors = Upstream::check("c.toml", &broken).unwrap_err().to_string();
    assert_eq!(
        errors.lines().map(|line| &line[..line.len().min(110)]).collect::<Vec<_>>(),
        [
            "`worker.worker_type`: is missing in c.toml",
            "`worker.event_systems.worker.metadata.listener.retry_interval_seconds`: is missing in c.toml",
            "`worker.event_systems.worker.metadata.listener.max_retry_attempts`: is missing in c.toml",
            "`worker.mpsc_channels.handler_dispatch.handler_timeout_ms`: must be a whole number",
            "`worker.mpsc_channels.handler_dispatch.dispatch_buffer_size` = \"5\": must be at least 10",
            "`common.queues.backend` = \"kafka\": give one of pgmq, rabbitmq",
            "`common.queues.rabbitmq.url`: names `MY_URL`, which Tasker does not put in; it knows DATABASE_URL, PGMQ_DATABA",
        ]
    );
    let secret = "[common]\nx = 1\nurl = \"hunter2\n";
    let error = Upstream::check("c.toml", secret).unwrap_err().to_string();
    assert!(error.starts_with("`c.toml:3`: is no TOML: ") && !error.contains("hunter2"), "{error}");
}
