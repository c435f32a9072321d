//! Reading templates from text, files and folders.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    TaskTemplate, TemplateError, TemplateErrors,
    error::Fault,
    node::Node,
    read::{self, Notes},
    yaml,
};
use crate::{
    resolve::Resolution,
    wire::{HandlerDefinition, StepDefinition},
};

/// The longest file that is read.
const MAX_FILE: u64 = 1 << 20;

/// Folders in folders.
const MAX_DEPTH: usize = 16;

/// Templates of one folder.
const MAX_TEMPLATES: usize = 10_000;

/// A template and where it came from.
#[derive(Clone, Debug)]
pub struct Loaded {
    template: TaskTemplate,
    file: PathBuf,
    root: Node,
    warnings: Vec<TemplateError>,
}

impl TaskTemplate {
    /// Reads a template and checks it. `file` is for messages.
    ///
    /// # Errors
    /// Everything that is wrong with it; of broken YAML and of values of a wrong type the first
    /// only.
    pub fn parse(file: impl AsRef<Path>, text: &str) -> Result<Loaded, TemplateErrors> {
        let file = file.as_ref();
        let one = |fault: Fault| TemplateErrors(vec![TemplateError::at(file, fault)]);
        let root = yaml::parse(text).map_err(one)?;
        let notes = Notes::default();
        let template: Self = read::read(&root, &notes).map_err(one)?;
        let unknown = notes.unknown.into_inner().into_iter();
        let warnings = unknown.map(|(line, key)| {
            let problem = "is not a key of templates, and is ignored".to_owned();
            TemplateError::at(file, Fault { line, key, problem })
        });
        let warnings = warnings.collect();
        let loaded = Loaded { template, file: file.to_owned(), root, warnings };
        TemplateErrors::check(loaded.problems(None))?;
        Ok(loaded)
    }
}

impl Loaded {
    /// The template.
    pub fn template(&self) -> &TaskTemplate {
        &self.template
    }

    /// The file that it came from.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// What is odd about it, and can be used all the same: keys that nobody knows.
    pub fn warnings(&self) -> &[TemplateError] {
        &self.warnings
    }

    fn problems(&self, resolution: Option<&Resolution>) -> Vec<TemplateError> {
        let problems = self.template.problems(resolution).into_iter();
        let with_lines = problems.map(|(key, problem)| {
            let line = self.root.line_of(&key);
            TemplateError::at(&self.file, Fault { line, key, problem })
        });
        with_lines.collect()
    }
}

/// The templates of a folder.
#[derive(Clone, Debug, Default)]
pub struct Templates(Vec<Loaded>);

impl Templates {
    /// Reads all `.yml` and `.yaml` files of a folder and of the folders in it, in the order of
    /// their names. Links are not followed.
    ///
    /// # Errors
    /// Everything that is wrong with any of them; a folder or file that cannot be read.
    pub fn load(folder: impl AsRef<Path>) -> Result<Self, TemplateErrors> {
        let folder = folder.as_ref();
        let (mut files, mut errors) = (Vec::new(), Vec::new());
        find(folder, MAX_DEPTH, &mut files, &mut errors);
        if files.is_empty() && errors.is_empty() {
            errors.push(TemplateError::new(folder, "has no template: no .yml or .yaml file"));
        }
        if files.len() > MAX_TEMPLATES {
            let problem = format!("has more than {MAX_TEMPLATES} templates");
            errors.push(TemplateError::new(folder, problem));
            files.clear();
        }
        files.sort();
        let mut loaded = Vec::new();
        for file in files {
            match text(&file).and_then(|text| TaskTemplate::parse(&file, &text)) {
                Ok(template) => loaded.push(template),
                Err(TemplateErrors(more)) => errors.extend(more),
            }
        }
        let templates = Self(loaded);
        errors.extend(templates.twins());
        TemplateErrors::check(errors)?;
        Ok(templates)
    }

    /// Templates that were read one by one.
    ///
    /// # Errors
    /// Two have the same namespace, name and version.
    pub fn new(loaded: impl IntoIterator<Item = Loaded>) -> Result<Self, TemplateErrors> {
        let templates = Self(loaded.into_iter().collect());
        TemplateErrors::check(templates.twins())?;
        Ok(templates)
    }

    fn twins(&self) -> Vec<TemplateError> {
        let id = |t: &TaskTemplate| (t.namespace_name.clone(), t.name.clone(), t.version.clone());
        let mut found = Vec::new();
        for (i, loaded) in self.0.iter().enumerate() {
            let twin = self.0[..i].iter().find(|other| id(&other.template) == id(&loaded.template));
            if let Some(twin) = twin {
                let problem = format!(
                    "the same namespace, name and version are in {}; the last one would win",
                    twin.file.display()
                );
                let (line, key) = (loaded.root.line_of("name"), "name".to_owned());
                found.push(TemplateError::at(&loaded.file, Fault { line, key, problem }));
            }
        }
        found
    }

    /// Checks that every step has a handler.
    ///
    /// # Errors
    /// The steps that have none, with their lines.
    pub fn check_handlers(&self, resolution: &Resolution) -> Result<(), TemplateErrors> {
        let problems = self.0.iter().flat_map(|loaded| loaded.problems(Some(resolution)));
        TemplateErrors::check(problems.collect())
    }

    /// All of them, in the order of their files.
    pub fn iter(&self) -> impl Iterator<Item = &Loaded> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One of them.
    pub fn get(&self, namespace: &str, name: &str, version: &str) -> Option<&TaskTemplate> {
        let all = self.0.iter().map(Loaded::template);
        all.into_iter().find(|template| {
            template.namespace_name == namespace
                && template.name == name
                && template.version == version
        })
    }

    /// The namespaces, sorted: what a worker serves.
    pub fn namespaces(&self) -> Vec<&str> {
        let mut names: Vec<_> =
            self.0.iter().map(|loaded| loaded.template.namespace_name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Every step, with its template.
    pub fn steps(&self) -> impl Iterator<Item = (&TaskTemplate, &StepDefinition)> {
        self.0.iter().flat_map(|loaded| {
            loaded.template.steps.iter().map(move |step| (&loaded.template, step))
        })
    }

    /// Every handler that a step wants.
    pub fn handlers(&self) -> impl Iterator<Item = &HandlerDefinition> {
        self.steps().map(|(_, step)| &step.handler)
    }

    /// The longest time limit of a step.
    pub fn longest_timeout(&self) -> Option<Duration> {
        let limits = self.steps().filter_map(|(_, step)| step.timeout_seconds);
        limits.max().map(|seconds| Duration::from_secs(seconds.into()))
    }
}

fn find(folder: &Path, depth: usize, files: &mut Vec<PathBuf>, errors: &mut Vec<TemplateError>) {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = match entries {
        Ok(entries) => entries,
        Err(error) => {
            errors.push(TemplateError::new(folder, unreadable(&error)));
            return;
        }
    };
    for entry in entries {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            match depth {
                0 => errors.push(TemplateError::new(&path, "is nested too deep")),
                _ => find(&path, depth - 1, files, errors),
            }
        } else if kind.is_file()
            && path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml")
        {
            files.push(path);
        }
    }
}

fn text(file: &Path) -> Result<String, TemplateErrors> {
    let fail = |problem: String| TemplateErrors(vec![TemplateError::new(file, problem)]);
    let size = fs::metadata(file).map_err(|error| fail(unreadable(&error)))?.len();
    if size > MAX_FILE {
        return Err(fail("is larger than 1 MiB".to_owned()));
    }
    let bytes = fs::read(file).map_err(|error| fail(unreadable(&error)))?;
    String::from_utf8(bytes).map_err(|_| fail("is not valid UTF-8 text".to_owned()))
}

fn unreadable(error: &io::Error) -> String {
    format!("cannot be read ({error})")
}
