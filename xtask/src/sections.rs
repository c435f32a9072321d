//! What `cargo test` prints, as one section for each test program: a program that went well is one
//! line, one that did not is shown whole.

use std::collections::VecDeque;

/// The lines that are kept of one program. What failed is at the end.
const KEPT: usize = 4000;

/// Reads line by line.
#[derive(Debug, Default)]
pub(crate) struct Sections {
    title: Option<String>,
    lines: VecDeque<String>,
    /// Whether the program said that all went well.
    ended_well: bool,
    /// Whether all is shown as it comes.
    verbose: bool,
    failed: Vec<String>,
}

impl Sections {
    pub(crate) fn new(verbose: bool) -> Self {
        Self { verbose, ..Self::default() }
    }

    pub(crate) fn line(&mut self, line: &str) {
        if self.verbose {
            println!("{line}");
        }
        if let Some(title) = title(line) {
            self.close();
            self.title = Some(title.to_owned());
        } else if line.starts_with("test result: ") {
            self.ended_well = line.starts_with("test result: ok");
            if self.ended_well && !self.verbose {
                let result = line.trim_start_matches("test result: ");
                println!("{}: {result}", self.title.as_deref().unwrap_or("tests"));
            }
            self.keep(line);
        } else if self.title.is_none() && !self.verbose {
            // What cargo says while it builds.
            println!("{line}");
        } else {
            self.keep(line);
        }
    }

    fn keep(&mut self, line: &str) {
        if self.lines.len() == KEPT {
            self.lines.pop_front();
        }
        self.lines.push_back(line.to_owned());
    }

    /// Ends the program that is read.
    fn close(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        let Some(title) = self.title.take() else { return };
        if !std::mem::take(&mut self.ended_well) {
            let lines: Vec<String> = lines.into();
            let text = format!("-- {title}\n{}", lines.join("\n"));
            if !self.verbose {
                println!("\n{text}\n");
            }
            self.failed.push(text);
        }
    }

    /// What the programs printed that did not end well.
    pub(crate) fn failed(mut self) -> Vec<String> {
        self.close();
        self.failed
    }
}

/// The name of the program that begins with this line.
fn title(line: &str) -> Option<&str> {
    let trimmed = line.trim_start();
    trimmed
        .strip_prefix("Running ")
        .filter(|rest| rest.ends_with(')'))
        .or_else(|| trimmed.strip_prefix("Doc-tests "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(text: &str) -> Vec<String> {
        let mut sections = Sections::new(false);
        text.lines().for_each(|line| sections.line(line));
        sections.failed()
    }

    #[test]
    fn only_programs_that_fail_are_shown() {
        let good = "   Compiling a v0.1.0\n     Running unittests src/lib.rs (target/a)\n\nrunning 1 \
                    test\nthread panicked on purpose\ntest a ... ok\n\ntest result: ok. 1 passed; 0 \
                    failed\n\n";
        assert_eq!(failed(good), [""; 0]);
        let bad = "     Running tests/b.rs (target/b)\ntest b ... FAILED\n---- b stdout ----\nwhy\n\
                   test result: FAILED. 0 passed; 1 failed\nerror: test failed\n";
        let shown = failed(&format!("{good}{bad}{good}"));
        assert_eq!(shown.len(), 1);
        assert!(shown[0].starts_with("-- tests/b.rs (target/b)\ntest b ... FAILED\n"));
        assert!(shown[0].contains("\nwhy\n") && !shown[0].contains("on purpose"));
    }

    #[test]
    fn a_program_that_dies_in_the_middle_is_shown() {
        let text = "     Running tests/b.rs (target/b)\ntest b ... ok\nerror: signal: 11, SIGSEGV\n   \
                    Doc-tests core\ntest result: ok. 0 passed; 0 failed\n";
        let shown = failed(text);
        assert_eq!(shown.len(), 1);
        assert!(shown[0].contains("SIGSEGV"), "{shown:?}");
    }
}
