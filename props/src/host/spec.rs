//! Which props are to run, and with what.

use std::{
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use journeyman_halloween::{
    discovery::{
        Discovery, Document, Found, LeftOut, Problem, Reason, Runner, Search, Toggles, read_config,
    },
    profile::check_id,
    pytext,
};

use crate::{ExecFactory, Factory, PropKind};

/// A prop that is to run.
pub(crate) struct Spec {
    pub(crate) id: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) kind: PropKind,
    pub(crate) folder: Option<PathBuf>,
    pub(crate) config: Arc<Document>,
    pub(crate) factory: Arc<dyn Factory>,
    /// The program with its arguments, or the file of a Python class.
    program: Vec<String>,
    /// Its files, with what changes when they do.
    files: Vec<(PathBuf, Option<SystemTime>, u64)>,
}

impl fmt::Debug for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spec")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Spec {
    fn new(
        (id, name): (String, String),
        kind: PropKind,
        folder: Option<PathBuf>,
        config: Document,
        program: Vec<String>,
        factory: Arc<dyn Factory>,
    ) -> Self {
        let file = |word: &String| {
            let path = folder.as_deref()?.join(word);
            let metadata = path.metadata().ok().filter(|file| file.is_file())?;
            Some((path, metadata.modified().ok(), metadata.len()))
        };
        let files = program.iter().filter_map(file).collect();
        let config = Arc::new(config);
        Self { id: id.into(), name: name.into(), kind, folder, config, factory, program, files }
    }

    /// Whether a run of the one is a run of the other.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        (&self.name, self.kind, &self.folder) == (&other.name, other.kind, &other.folder)
            && (&self.program, &self.files) == (&other.program, &other.files)
            && same_values(&self.config, &other.config)
    }

    /// The files that it runs.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|(path, ..)| path.as_path())
    }
}

/// Comments and blank lines do not matter; only the values do.
fn same_values(one: &Document, other: &Document) -> bool {
    let (one, other) = (one.value(), other.value());
    // NaN is not equal to itself, but its text is.
    one == other || pytext::to_repr(&one).is_ok_and(|one| pytext::to_repr(&other) == Ok(one))
}

/// Something that cannot run, or not as its files say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) name: String,
    pub(crate) id: Option<String>,
    pub(crate) text: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.text)
    }
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        Self { name: problem.name, id: problem.id, text: problem.text }
    }
}

/// What a look through the folders gave.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) specs: Vec<Spec>,
    pub(crate) left_out: Vec<LeftOut>,
    pub(crate) troubles: Vec<Trouble>,
    /// The root, or a part of it, could not be read: what is missing may be there all the same.
    pub(crate) unreadable: bool,
}

/// Where props come from.
pub(crate) struct Sources {
    /// Without a root, only built-ins and registered props.
    pub(crate) root: Option<PathBuf>,
    pub(crate) search: Search,
    pub(crate) builtins: HashMap<String, Arc<dyn Factory>>,
    pub(crate) registered: Vec<(String, Arc<dyn Factory>)>,
    pub(crate) python: Option<Arc<dyn Factory>>,
    /// Environment variables that are none of the props' business.
    pub(crate) hidden: Vec<String>,
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources").field("search", &self.search).finish_non_exhaustive()
    }
}

impl Sources {
    /// Looks through the folders; it blocks.
    pub(crate) fn scan(&self) -> Scan {
        let Discovery { found, left_out, mut problems, .. } = self.search.run();
        let is_root = |problem: &Problem| problem.name == "props" && problem.id.is_none();
        let mut scan = Scan { unreadable: problems.iter().any(is_root), ..Scan::default() };
        if self.root.is_none() {
            // Nobody asked for props in folders.
            problems.retain(|problem| !is_root(problem));
            scan.unreadable = false;
        }
        scan.troubles = problems.into_iter().map(Trouble::from).collect();
        for found in found {
            self.add_found(&mut scan, found);
        }
        for left_out in left_out {
            match (&left_out.reason, &self.python) {
                (Reason::Python(path), Some(factory)) => {
                    add_python(&mut scan, &left_out, path, factory);
                }
                _ => scan.left_out.push(left_out),
            }
        }
        self.add_without_folder(&mut scan);
        scan
    }

    fn add_found(&self, scan: &mut Scan, found: Found) {
        let Found { name, id, runner, folder, config, .. } = found;
        let (kind, program, factory) = match runner {
            Runner::Builtin => {
                (PropKind::Builtin, Vec::new(), self.builtins.get(&name).map(Arc::clone))
            }
            Runner::Registered => {
                let by = |wanted: &str| self.registered.iter().find(|(known, _)| known == wanted);
                let factory = by(&name).or_else(|| by(&id)).map(|(_, factory)| Arc::clone(factory));
                (PropKind::Registered, Vec::new(), factory)
            }
            Runner::Program(words) => {
                let factory: Arc<dyn Factory> = Arc::new(self.program(&words));
                (PropKind::Program, words, Some(factory))
            }
            other => {
                let text = format!("nothing here runs {other:?}");
                return scan.troubles.push(Trouble { name, id: Some(id), text });
            }
        };
        let Some(factory) = factory else { return };
        scan.specs.push(Spec::new((id, name), kind, folder, config, program, factory));
    }

    fn program(&self, words: &[String]) -> ExecFactory {
        ExecFactory::new(words).hide(&self.hidden)
    }

    /// What the program registered and no folder is there for runs with an empty configuration.
    fn add_without_folder(&self, scan: &mut Scan) {
        let toggles: &Toggles = &self.search.toggles;
        for (name, factory) in &self.registered {
            let is = |other: &str, id: Option<&str>| other == name || id == Some(name);
            let seen = scan.specs.iter().any(|spec| is(&spec.name, Some(&spec.id)))
                || scan.left_out.iter().any(|it| is(&it.name, it.id.as_deref()))
                || scan.troubles.iter().any(|it| is(&it.name, it.id.as_deref()));
            if seen || !toggles.props.allows(name) {
                continue;
            }
            if let Err(problem) = check_id(name) {
                let text = format!("its id {problem}");
                scan.troubles.push(Trouble { name: name.clone(), id: None, text });
                continue;
            }
            let names = (name.clone(), name.clone());
            let (config, factory) = (Document::default(), Arc::clone(factory));
            let spec = Spec::new(names, PropKind::Registered, None, config, Vec::new(), factory);
            scan.specs.push(spec);
        }
    }
}

/// A Python class, where something is there that runs it.
fn add_python(scan: &mut Scan, found: &LeftOut, path: &Path, factory: &Arc<dyn Factory>) {
    let name = found.name.clone();
    let id = found.id.clone().unwrap_or_else(|| name.clone());
    let folder = path.parent().map(Path::to_owned);
    let mut trouble = |text: String| {
        let (name, id) = (name.clone(), Some(id.clone()));
        scan.troubles.push(Trouble { name, id, text });
    };
    if let Err(problem) = check_id(&id) {
        return trouble(format!("its id {problem}"));
    }
    if let Some(other) = scan.specs.iter().find(|other| *other.id == *id) {
        let text = format!(
            "its id `{id}` is that of `{}`, which runs; give one of them an id of its own with \
             `PROP_ID` in its worker.py, or with `prop_id` in its config file",
            other.name
        );
        return trouble(text);
    }
    let config = match folder.as_deref().map_or_else(|| Ok(Document::default()), read_config) {
        Ok(config) => config,
        Err(error) => return trouble(error.to_string()),
    };
    let program = path.to_str().map(str::to_owned).into_iter().collect();
    let factory = Arc::clone(factory);
    scan.specs.push(Spec::new((id, name), PropKind::Python, folder, config, program, factory));
}
