//! What hostile tasks aim at.

use std::{
    fs,
    io::ErrorKind,
    net::TcpListener,
    os::unix::{
        fs::MetadataExt as _,
        net::{UnixDatagram, UnixListener},
    },
    path::{Path, PathBuf},
    process::{Child, Command},
};

use serde_json::json;

use crate::folder::Folder;

pub(crate) struct Targets {
    folder: Folder,
    /// A file that tasks may read.
    pub(crate) given: PathBuf,
    /// The argument of each task: where everything is.
    pub(crate) argument: String,
    before: Vec<String>,
    listener: TcpListener,
    stream: UnixListener,
    datagrams: UnixDatagram,
    sibling: Child,
}

impl Targets {
    pub(crate) fn new() -> Self {
        let folder = Folder::new();
        let (secret, given) = (folder.path.join("worker.toml"), folder.path.join("given.txt"));
        fs::write(&secret, "token = \"secret\"\n").unwrap();
        fs::write(&given, "to be read\n").unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let stream = UnixListener::bind(folder.path.join("stream")).unwrap();
        stream.set_nonblocking(true).unwrap();
        let datagrams = UnixDatagram::bind(folder.path.join("socket")).unwrap();
        datagrams.set_nonblocking(true).unwrap();
        let sibling = Command::new("sleep").arg("600").spawn().unwrap();
        let argument = json!({
            "host": std::process::id(),
            "sibling": sibling.id(),
            "port": listener.local_addr().unwrap().port(),
            "socket": folder.path.join("socket"),
            "secret": secret,
            "given": given,
            "folder": folder.path,
        });
        let before = look(&folder.path);
        let argument = argument.to_string();
        Self { folder, given, argument, before, listener, stream, datagrams, sibling }
    }

    /// Nothing came of any attack.
    pub(crate) fn untouched(mut self) {
        let blocked = |error: std::io::Error| error.kind() == ErrorKind::WouldBlock;
        assert!(self.listener.accept().is_err_and(blocked), "somebody connected");
        assert!(self.stream.accept().is_err_and(blocked), "somebody connected");
        assert!(self.datagrams.recv(&mut [0]).is_err_and(blocked), "somebody sent something");
        assert!(self.sibling.try_wait().unwrap().is_none(), "somebody killed another process");
        self.sibling.kill().unwrap();
        self.sibling.wait().unwrap();
        assert_eq!(look(&self.folder.path), self.before);
        assert_eq!(self.folder.names(), ["given.txt", "socket", "stream", "worker.toml"]);
    }
}

/// Whatever tasks may not change.
fn look(folder: &Path) -> Vec<String> {
    let look = |name: &str| {
        let path = folder.join(name);
        let meta = fs::metadata(&path).unwrap();
        let text = fs::read_to_string(path).unwrap();
        format!(
            "{text:?} {:o} {} {} {}",
            meta.mode(),
            meta.mtime(),
            meta.mtime_nsec(),
            meta.nlink()
        )
    };
    ["worker.toml", "given.txt"].map(look).to_vec()
}
