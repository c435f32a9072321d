//! Templates as the API shows them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::tasker::orchestrator::Orchestrator;

impl Orchestrator {
    /// `GET /v1/templates`; of one namespace, if one is named.
    pub(super) fn rest_templates(&self, namespace: Option<&str>) -> Value {
        let mut namespaces: BTreeMap<&str, usize> = BTreeMap::new();
        let mut templates = Vec::new();
        for template in self.templates() {
            *namespaces.entry(&template.namespace).or_default() += 1;
            if namespace.is_none_or(|namespace| namespace == template.namespace) {
                templates.push(json!({
                    "name": template.name,
                    "namespace": template.namespace,
                    "version": template.version,
                    "description": template.description,
                    "step_count": template.steps.len(),
                }));
            }
        }
        let namespaces = namespaces.into_iter().map(|(name, count)| {
            json!({
                "name": name,
                "description": format!("Auto-created namespace: {name}"),
                "template_count": count,
            })
        });
        json!({
            "namespaces": namespaces.collect::<Vec<_>>(),
            "total_count": templates.len(),
            "templates": templates,
        })
    }

    /// `GET /v1/templates/{namespace}/{name}/{version}`.
    pub(super) fn rest_template(&self, key: &(String, String, String)) -> Option<Value> {
        let (_, template) = self.templates.get(key)?;
        let steps = template.steps.iter().map(|step| {
            json!({
                "name": step.name,
                "description": step.description,
                "default_retryable": step.retry.retryable,
                "default_max_attempts": step.retry.max_attempts,
                "result_schema": step.result_schema,
            })
        });
        Some(json!({
            "name": template.name,
            "namespace": template.namespace,
            "version": template.version,
            "description": template.description,
            "configuration": null,
            "steps": steps.collect::<Vec<_>>(),
        }))
    }
}
