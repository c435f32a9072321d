//! What Tasker's servers say and hear over HTTP (Tasker sheet, sections 15 and 16).

mod health;
mod operate;
mod tasks;
mod templates;

pub use health::{BusStats, EventStats, Health, Metric, MetricsReport, RouterStats};
pub use operate::{ApiError, ApiErrorBody, AuditRow, DlqEntry, DlqStats, ManualAction};
pub use tasks::{
    DlqState, Pagination, StepReadiness, StepSummary, StepView, TaskHeader, TaskLinks, TaskList,
    TaskRequest, TaskSummary, TaskView, TemplateStepSummary, TemplateSummary,
};
pub use templates::{
    HandlerMetadata, NamespaceView, ResolvedTemplate, TemplateEntry, TemplateList,
    TemplateStepView, TemplateValidation, TemplateView, WorkerTemplate, WorkerTemplates,
};
