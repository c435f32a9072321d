//! What a worker is started with: the environment, Tasker's own file and the templates.

use std::path::Path;

use journeyman_core::Secret;
use journeyman_tasker::{
    Config,
    config::{KEYS, upstream::Upstream},
    template::Templates,
};

use crate::{
    environment::{self, Variables},
    problems::Problems,
};

/// The largest configuration file, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// What a worker is started with. Upstream reads most of it once more, from the environment of this
/// process and from nowhere else: that is why these settings come from there, too.
#[derive(Clone, Debug)]
pub struct Settings {
    config: Config,
    upstream: Upstream,
    templates: Templates,
    database: Secret,
}

impl Settings {
    /// Reads `TASKER_CONFIG_PATH` and what it names, `DATABASE_URL`, `TASKER_ENV`, the templates of
    /// `TASKER_TEMPLATE_PATH` (or of `config/tasks` in `WORKSPACE_PATH`), and the other variables of
    /// [`KEYS`].
    ///
    /// # Errors
    /// All that is missing or wrong. What upstream would end the process for is among it.
    pub fn from_env() -> Result<Self, Problems> {
        Draft::from_env().finish()
    }

    /// The settings of the adapter.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What matters of Tasker's own file.
    pub fn upstream(&self) -> &Upstream {
        &self.upstream
    }

    /// The templates that upstream will register.
    pub fn templates(&self) -> &Templates {
        &self.templates
    }

    /// The address of the database, with its password.
    pub fn database(&self) -> &Secret {
        &self.database
    }

    /// Looks whether the database can be used: address, user, password, migrations.
    ///
    /// # Errors
    /// What is wrong, without the password. Temporary when trying again can help.
    pub async fn check_database(&self) -> Result<(), journeyman_core::Error> {
        crate::database::check(&self.database).await
    }
}

/// Settings as far as they could be read, and all that is wrong with them.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) config: Config,
    pub(crate) upstream: Option<Upstream>,
    pub(crate) templates: Option<Templates>,
    pub(crate) database: Option<Secret>,
    pub(crate) problems: Vec<String>,
}

impl Draft {
    pub(crate) fn from_env() -> Self {
        let mut unreadable = Vec::new();
        let mut variables = Variables::new();
        for (name, value) in std::env::vars_os() {
            match (name.into_string(), value.into_string()) {
                (Ok(name), Ok(value)) => drop(variables.insert(name, value)),
                (Ok(name), Err(_)) if KEYS.iter().any(|(_, known, _)| *known == name) => {
                    unreadable.push(format!("`{name}`: is not valid UTF-8 text"));
                }
                _ => {}
            }
        }
        let mut draft = Self::from_vars(&variables);
        draft.problems.splice(0..0, unreadable);
        draft
    }

    pub(crate) fn from_vars(variables: &Variables) -> Self {
        let mut draft = Self::default();
        draft.read_variables(variables);
        draft.read_file(variables);
        draft.read_templates();
        draft
    }

    fn read_variables(&mut self, variables: &Variables) {
        let mut good = Vec::new();
        // One by one: all of them are to be told.
        for (name, value) in variables {
            match Config::from_vars([(name.clone(), value.clone())]) {
                Ok(_) => good.push((name.clone(), value.clone())),
                Err(error) => self.problems.push(error.to_string()),
            }
        }
        match Config::from_vars(good) {
            Ok(config) => self.config = config,
            Err(error) => self.problems.push(error.to_string()),
        }
        if let Err(errors) = self.config.validate_live() {
            // The file may name the database itself; it is looked at below.
            let wanted = |error: &&journeyman_tasker::config::ConfigError| {
                error.key() != "database_url" || !self.config.database_url.is_empty()
            };
            let found: Vec<_> = errors.iter().filter(wanted).map(ToString::to_string).collect();
            self.problems.extend(found);
        }
    }

    fn read_file(&mut self, variables: &Variables) {
        let Some(path) = self.config.config_path.clone() else {
            self.wants_database();
            return;
        };
        let shown = path.display().to_string();
        let text = match read(&path) {
            Ok(text) => text,
            Err(problem) => {
                self.problems.push(format!("{shown}: {problem}"));
                self.wants_database();
                return;
            }
        };
        match Upstream::check(&path, &text) {
            Ok(upstream) => self.upstream = Some(upstream),
            Err(errors) => self.problems.extend(errors.iter().map(ToString::to_string)),
        }
        let (text, found) = environment::substitute(&text, variables);
        self.problems.extend(found.into_iter().map(|problem| format!("{shown}: {problem}")));
        let url = text.parse::<toml::Table>().ok().and_then(|table| {
            let url = table.get("common")?.get("database")?.get("url")?;
            url.as_str().map(ToOwned::to_owned)
        });
        match url {
            Some(url) => match environment::check("DATABASE_URL", &url) {
                Ok(()) => self.database = Some(Secret::new(url)),
                // Of a variable that is already told.
                Err(_) if url.is_empty() || variables.get("DATABASE_URL") == Some(&url) => {}
                Err(problem) => {
                    self.problems.push(format!("{shown}: `common.database.url`: {problem}"));
                }
            },
            None => self.wants_database(),
        }
    }

    /// Without a file that says where the database is, the environment has to.
    fn wants_database(&mut self) {
        let url = &self.config.database_url;
        if url.is_empty() {
            self.problems.push(
                "`database_url`: is missing; give postgresql://USER:PASSWORD@HOST/NAME \
                 (environment: DATABASE_URL)"
                    .to_owned(),
            );
        } else {
            self.database = Some(url.clone());
        }
    }

    fn read_templates(&mut self) {
        if self.config.template_path.is_none() && self.config.workspace_path.is_none() {
            self.problems.push(
                "`template_path`: is missing; give the folder of the templates (environment: \
                 TASKER_TEMPLATE_PATH)"
                    .to_owned(),
            );
            return;
        }
        match Templates::load(self.config.templates_folder()) {
            Ok(templates) => self.templates = Some(templates),
            Err(errors) => self.problems.extend(errors.iter().map(ToString::to_string)),
        }
    }

    pub(crate) fn finish(self) -> Result<Settings, Problems> {
        Problems::check(self.problems)?;
        match (self.upstream, self.templates, self.database) {
            (Some(upstream), Some(templates), Some(database)) => {
                let config = self.config.database_url(database.clone());
                Ok(Settings { config, upstream, templates, database })
            }
            // Each of them is missing for a reason, which is a problem.
            _ => Err(Problems::one("the settings are not complete")),
        }
    }
}

fn read(path: &Path) -> Result<String, String> {
    let cannot = |error: std::io::Error| format!("cannot be read: {error}");
    let size = std::fs::metadata(path).map_err(cannot)?.len();
    if size > MAX_FILE {
        return Err(format!("has {size} bytes; at most {MAX_FILE} are read"));
    }
    std::fs::read_to_string(path).map_err(cannot)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = include_str!("../../tasker/testdata/example_config.toml");
    const PASSWORD: &str = "s3cret";

    /// A folder with a file and a template, and the variables that name them.
    fn folder(name: &str, file: &str, template: &str) -> (std::path::PathBuf, Variables) {
        let folder = std::env::temp_dir().join(format!("jm-live-{name}-{}", std::process::id()));
        let templates = folder.join("templates");
        std::fs::create_dir_all(&templates).unwrap();
        std::fs::write(folder.join("tasker.toml"), file).unwrap();
        std::fs::write(templates.join("t.yaml"), template).unwrap();
        let shown = |path: std::path::PathBuf| path.display().to_string();
        let variables = Variables::from([
            ("TASKER_CONFIG_PATH".to_owned(), shown(folder.join("tasker.toml"))),
            ("TASKER_TEMPLATE_PATH".to_owned(), shown(templates)),
            ("TASKER_ENV".to_owned(), "test".to_owned()),
            ("DATABASE_URL".to_owned(), format!("postgresql://u:{PASSWORD}@127.0.0.1:1/db")),
        ]);
        (folder, variables)
    }

    const TEMPLATE: &str = "name: t\nnamespace_name: n\nversion: \"1\"\nsteps:\n  \
                            - {name: a, handler: {callable: c.a}}\n";

    #[test]
    fn a_complete_environment_is_taken() {
        let (folder, variables) = folder("good", FILE, TEMPLATE);
        let settings = Draft::from_vars(&variables).finish().unwrap();
        std::fs::remove_dir_all(folder).unwrap();
        assert_eq!(settings.upstream().dispatch_buffer_size, 100);
        assert_eq!(settings.templates().namespaces(), ["n"]);
        assert_eq!(settings.config().environment, "test");
        assert!(settings.database().expose().ends_with(b"@127.0.0.1:1/db"));
        assert!(!format!("{settings:?}").contains(PASSWORD));
    }

    #[test]
    fn everything_that_is_missing_is_told_at_once() {
        let problems = Draft::from_vars(&Variables::new()).finish().unwrap_err().to_string();
        for key in ["`config_path`", "`database_url`", "`template_path`"] {
            assert_eq!(problems.matches(key).count(), 1, "{problems}");
        }
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once_and_without_the_password() {
        let file = FILE
            .replace("worker_type = \"general\"", "")
            .replace("dispatch_buffer_size = 100", "dispatch_buffer_size = 3")
            .replace("poll_interval_ms = 250", "");
        let template = TEMPLATE.replace("callable: c.a", "callable: ''");
        let (folder, mut variables) = folder("bad", &file, &template);
        for (name, value) in [
            ("TASKER_ENV", "nowhere"),
            ("JOURNEYMAN_TASKER_MAX_WAIT", "soon"),
            ("TASKER_WEB_BIND_ADDRESS", "here"),
            ("DATABASE_URL", "postgres://u:s3cret@h/db"),
        ] {
            variables.insert(name.to_owned(), value.to_owned());
        }
        let problems = Draft::from_vars(&variables).finish().unwrap_err();
        std::fs::remove_dir_all(folder).unwrap();
        let text = problems.to_string();
        for part in [
            "`environment`",
            "`JOURNEYMAN_TASKER_MAX_WAIT`",
            "the environment variable TASKER_WEB_BIND_ADDRESS is not what Tasker takes",
            "`postgresql://`",
            "`worker.worker_type`: is missing",
            "`common.queues.pgmq.poll_interval_ms`: is missing",
            "must be at least 10",
            "t.yaml:5",
        ] {
            assert!(text.contains(part), "{part} is not in:\n{text}");
        }
        assert!(!text.contains(PASSWORD), "{text}");
        assert!(problems.iter().count() >= 8, "{text}");
    }

    #[test]
    fn a_folder_without_templates_is_no_worker() {
        let (folder, variables) = folder("empty", FILE, TEMPLATE);
        std::fs::remove_file(folder.join("templates/t.yaml")).unwrap();
        let problems = Draft::from_vars(&variables).finish().unwrap_err().to_string();
        std::fs::remove_dir_all(folder).unwrap();
        assert!(problems.contains("has no template"), "{problems}");
    }
}
