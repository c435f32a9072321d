//! What was run and how it went.

/// Counts, with the reasons of what failed or was skipped.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) passed: usize,
    failed: Vec<String>,
    skipped: Vec<String>,
    explanations: Vec<String>,
}

impl Report {
    /// Something that was checked: an error is its failure.
    pub(crate) fn check(&mut self, name: &str, result: Result<(), String>) {
        match result {
            Ok(()) => self.passed += 1,
            Err(error) => self.fail(format!("{name}: {error}")),
        }
    }

    pub(crate) fn fail(&mut self, what: impl Into<String>) {
        self.failed.push(what.into());
    }

    /// What a failure printed. It is shown again at the end, where it is looked for.
    pub(crate) fn explain(&mut self, text: impl Into<String>) {
        self.explanations.push(text.into());
    }

    pub(crate) fn skip(&mut self, why: impl Into<String>) {
        self.skipped.push(why.into());
    }

    pub(crate) fn is_ok(&self) -> bool {
        self.failed.is_empty()
    }

    pub(crate) fn print(&self) {
        for text in &self.explanations {
            println!("\n{text}");
        }
        println!();
        for why in &self.skipped {
            println!("skipped: {}", why.trim_start_matches("SKIPPED: "));
        }
        for what in &self.failed {
            println!("FAILED: {what}");
        }
        println!(
            "{} passed, {} failed, {} skipped",
            self.passed,
            self.failed.len(),
            self.skipped.len()
        );
    }
}
