//! The keys of Tasker's configuration file that a worker needs, and what upstream puts in for names.

use toml::Value;

use Kind::{List, Number, Table, Text, Truth, Whole};

/// What a key wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A text.
    Text,
    /// A whole number.
    Whole,
    /// Any number.
    Number,
    /// `true` or `false`.
    Truth,
    /// A list.
    List,
    /// A table.
    Table,
}

impl Kind {
    /// What is said where something else stands.
    pub(super) fn wanted(self) -> &'static str {
        match self {
            Text => "must be a text",
            Whole => "must be a whole number",
            Number => "must be a number",
            Truth => "must be true or false",
            List => "must be a list",
            Table => "must be a table",
        }
    }

    /// Whether a value will do. A text with `${NAME}` does for anything: what it becomes is the
    /// environment's affair.
    pub(super) fn takes(self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::String(text)) if text.contains("${") => true,
            (Text, Value::String(_))
            | (Whole | Number, Value::Integer(_))
            | (Number, Value::Float(_))
            | (Truth, Value::Boolean(_))
            | (List, Value::Array(_))
            | (Table, Value::Table(_)) => true,
            _ => false,
        }
    }
}

/// The keys that a worker needs.
pub const WORKER_KEYS: &[(&str, Kind)] = &[
    ("common.system.default_dependent_system", Text),
    ("common.execution.environment", Text),
    ("common.execution.step_enqueue_batch_size", Whole),
    ("common.task_templates.search_paths", List),
    ("common.backoff.default_backoff_seconds", List),
    ("common.backoff.max_backoff_seconds", Whole),
    ("common.backoff.backoff_multiplier", Number),
    ("common.backoff.jitter_enabled", Truth),
    ("common.backoff.jitter_max_percentage", Number),
    ("common.database.url", Text),
    ("common.database.pool.max_connections", Whole),
    ("common.database.pool.min_connections", Whole),
    ("common.database.pool.acquire_timeout_seconds", Whole),
    ("common.database.pool.idle_timeout_seconds", Whole),
    ("common.database.pool.max_lifetime_seconds", Whole),
    ("common.queues.backend", Text),
    ("common.queues.orchestration_namespace", Text),
    ("common.queues.worker_namespace", Text),
    ("common.queues.default_visibility_timeout_seconds", Whole),
    ("common.queues.naming_pattern", Text),
    ("common.queues.orchestration_queues.task_requests", Text),
    ("common.queues.orchestration_queues.task_finalizations", Text),
    ("common.queues.orchestration_queues.step_results", Text),
    ("common.queues.pgmq.poll_interval_ms", Whole),
    ("common.circuit_breakers.global_settings.metrics_collection_interval_seconds", Whole),
    ("common.circuit_breakers.global_settings.min_state_transition_interval_seconds", Number),
    ("common.circuit_breakers.default_config.failure_threshold", Whole),
    ("common.circuit_breakers.default_config.timeout_seconds", Whole),
    ("common.circuit_breakers.default_config.success_threshold", Whole),
    ("common.circuit_breakers.component_configs.task_readiness.failure_threshold", Whole),
    ("common.circuit_breakers.component_configs.task_readiness.success_threshold", Whole),
    ("common.circuit_breakers.component_configs.messaging.failure_threshold", Whole),
    ("common.circuit_breakers.component_configs.messaging.success_threshold", Whole),
    ("common.circuit_breakers.component_configs.cache.failure_threshold", Whole),
    ("common.circuit_breakers.component_configs.cache.success_threshold", Whole),
    ("common.mpsc_channels.event_publisher.event_queue_buffer_size", Whole),
    ("common.mpsc_channels.ffi.ruby_event_buffer_size", Whole),
    ("common.mpsc_channels.overflow_policy.log_warning_threshold", Number),
    ("common.mpsc_channels.overflow_policy.metrics.saturation_check_interval_seconds", Whole),
    ("worker.worker_id", Text),
    ("worker.worker_type", Text),
    ("worker.circuit_breakers.ffi_completion_send.failure_threshold", Whole),
    ("worker.circuit_breakers.ffi_completion_send.recovery_timeout_seconds", Whole),
    ("worker.circuit_breakers.ffi_completion_send.success_threshold", Whole),
    ("worker.circuit_breakers.ffi_completion_send.slow_send_threshold_ms", Whole),
    ("worker.event_systems.worker.system_id", Text),
    ("worker.event_systems.worker.deployment_mode", Text),
    ("worker.event_systems.worker.timing.health_check_interval_seconds", Whole),
    ("worker.event_systems.worker.timing.fallback_polling_interval_seconds", Whole),
    ("worker.event_systems.worker.timing.visibility_timeout_seconds", Whole),
    ("worker.event_systems.worker.timing.processing_timeout_seconds", Whole),
    ("worker.event_systems.worker.timing.claim_timeout_seconds", Whole),
    ("worker.event_systems.worker.processing.max_concurrent_operations", Whole),
    ("worker.event_systems.worker.processing.batch_size", Whole),
    ("worker.event_systems.worker.processing.max_retries", Whole),
    ("worker.event_systems.worker.health.enabled", Truth),
    ("worker.event_systems.worker.health.performance_monitoring_enabled", Truth),
    ("worker.event_systems.worker.health.max_consecutive_errors", Whole),
    ("worker.event_systems.worker.health.error_rate_threshold_per_minute", Whole),
    ("worker.event_systems.worker.metadata.in_process_events.ffi_integration_enabled", Truth),
    ("worker.event_systems.worker.metadata.in_process_events.deduplication_cache_size", Whole),
    ("worker.event_systems.worker.metadata.listener.retry_interval_seconds", Whole),
    ("worker.event_systems.worker.metadata.listener.max_retry_attempts", Whole),
    ("worker.event_systems.worker.metadata.listener.event_timeout_seconds", Whole),
    ("worker.event_systems.worker.metadata.listener.batch_processing", Truth),
    ("worker.event_systems.worker.metadata.listener.connection_timeout_seconds", Whole),
    ("worker.event_systems.worker.metadata.fallback_poller.enabled", Truth),
    ("worker.event_systems.worker.metadata.fallback_poller.polling_interval_ms", Whole),
    ("worker.event_systems.worker.metadata.fallback_poller.batch_size", Whole),
    ("worker.event_systems.worker.metadata.fallback_poller.age_threshold_seconds", Whole),
    ("worker.event_systems.worker.metadata.fallback_poller.max_age_hours", Whole),
    ("worker.event_systems.worker.metadata.fallback_poller.visibility_timeout_seconds", Whole),
    ("worker.event_systems.worker.metadata.fallback_poller.supported_namespaces", List),
    ("worker.mpsc_channels.command_processor.command_buffer_size", Whole),
    ("worker.mpsc_channels.event_systems.event_channel_buffer_size", Whole),
    ("worker.mpsc_channels.event_subscribers.completion_buffer_size", Whole),
    ("worker.mpsc_channels.event_subscribers.result_buffer_size", Whole),
    ("worker.mpsc_channels.event_listeners.pgmq_event_buffer_size", Whole),
    ("worker.mpsc_channels.domain_events.command_buffer_size", Whole),
    ("worker.mpsc_channels.domain_events.shutdown_drain_timeout_ms", Whole),
    ("worker.mpsc_channels.domain_events.log_dropped_events", Truth),
    ("worker.mpsc_channels.handler_dispatch.dispatch_buffer_size", Whole),
    ("worker.mpsc_channels.handler_dispatch.completion_buffer_size", Whole),
    ("worker.mpsc_channels.handler_dispatch.max_concurrent_handlers", Whole),
    ("worker.mpsc_channels.handler_dispatch.handler_timeout_ms", Whole),
    ("worker.mpsc_channels.handler_dispatch.load_shedding.enabled", Truth),
    ("worker.mpsc_channels.handler_dispatch.load_shedding.capacity_threshold_percent", Number),
    ("worker.mpsc_channels.handler_dispatch.load_shedding.warning_threshold_percent", Number),
    ("worker.mpsc_channels.in_process_events", Table),
];

/// The names that upstream puts in for `${NAME}`; others it refuses.
pub const VARIABLES: &[&str] = &[
    "DATABASE_URL",
    "PGMQ_DATABASE_URL",
    "TASKER_ENV",
    "TASKER_CONFIG_PATH",
    "TASKER_WEB_BIND_ADDRESS",
    "TASKER_ORCHESTRATION_GRPC_BIND_ADDRESS",
    "TASKER_WORKER_GRPC_BIND_ADDRESS",
    "TASKER_TEMPLATE_PATH",
    "RABBITMQ_URL",
    "TASKER_MESSAGING_BACKEND",
    "REDIS_URL",
    "MEMCACHED_URL",
    "TASKER_INSTANCE_ID",
    "TASKER_INSTANCE_PORT",
    "TASKER_WORKER_ID",
    "TASKER_JWT_PUBLIC_KEY",
    "TASKER_JWT_PUBLIC_KEY_PATH",
];
