//! Scratch folders: one for each interpreter, emptied between tasks, removed at the end.
//!
//! What is in them was made by hostile code: links that lead elsewhere, folders nested deeper than
//! a path may be long, names that are no text. So nothing here that removes follows a link or
//! recurses, and each step is made from an open folder, which nobody can exchange for a link.

use std::{
    ffi::{CStr, CString},
    fs, io,
    os::{
        fd::OwnedFd,
        unix::fs::{DirBuilderExt as _, MetadataExt as _},
    },
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use rustix::{
    fs::{AtFlags, Dir, Mode, OFlags},
    io::Errno,
};

use crate::config::User;

const PREFIX: &str = "journeyman-python-";
const LOCK: &str = "lock";

/// The folder of an executor, with those of its interpreters in it.
#[derive(Debug)]
pub(crate) struct Root {
    path: PathBuf,
    user: Option<User>,
    next: AtomicU64,
    /// Held as long as the folder is used: what is not locked was left behind by a worker that was
    /// killed.
    _lock: fs::File,
}

impl Root {
    pub(crate) fn create(parent: &Path, user: Option<User>) -> io::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        sweep(parent);
        let clock = std::time::UNIX_EPOCH.elapsed().map_or(0, |time| time.subsec_nanos());
        let id = std::process::id();
        let name = format!("{PREFIX}{id}-{}-{clock:x}", COUNT.fetch_add(1, Relaxed));
        // As the kernel names it: files that are deleted and open are found by that.
        let path = fs::canonicalize(parent)?.join(name);
        // With another user, its interpreters must be able to pass through.
        let mode = if user.is_some() { 0o711 } else { 0o700 };
        fs::DirBuilder::new().mode(mode).create(&path)?;
        let lock = fs::File::create(path.join(LOCK)).and_then(|file| {
            file.try_lock()?;
            Ok(file)
        });
        match lock {
            Ok(_lock) => Ok(Self { path, user, next: AtomicU64::new(0), _lock }),
            Err(error) => {
                remove(&path);
                Err(error)
            }
        }
    }

    /// Makes the folder of another interpreter.
    pub(crate) fn folder(&self) -> io::Result<PathBuf> {
        let path = self.path.join(self.next.fetch_add(1, Relaxed).to_string());
        fs::DirBuilder::new().mode(0o700).create(&path)?;
        if let Some(user) = self.user {
            std::os::unix::fs::chown(&path, Some(user.uid), Some(user.gid))?;
        }
        Ok(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes all of it.
    pub(crate) fn remove(&self) {
        remove(&self.path);
    }
}

/// Removes what workers that were killed have left behind.
fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let named = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        // Somebody else's could be exchanged for a link to anything meanwhile.
        let own = rustix::process::geteuid().as_raw();
        if named
            && entry.metadata().is_ok_and(|meta| meta.is_dir() && meta.uid() == own)
            && let Ok(lock) = fs::File::open(entry.path().join(LOCK))
            && lock.try_lock().is_ok()
        {
            remove(&entry.path());
        }
    }
}

/// Removes a folder and all in it, as far as that is possible.
pub(crate) fn remove(path: &Path) {
    empty(path);
    if let Err(error) = fs::remove_dir(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(path = %path.display(), %error, "a scratch folder cannot be removed");
    }
}

/// Removes all that is in a folder.
pub(crate) fn empty(path: &Path) {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    if let Ok(top) = rustix::fs::open(path, flags, Mode::empty()) {
        let mut moved = 0;
        while pass(&top, &mut moved) {}
    }
}

/// Removes what can be removed at once, and brings what is deeper one step up; whether anything
/// was done.
fn pass(top: &OwnedFd, moved: &mut u64) -> bool {
    let mut progress = false;
    for name in names(top) {
        progress |= unlink(top, &name) || flatten(top, &name, moved);
    }
    progress
}

/// Removes a folder after moving the folders in it up to the top: no depth is too much for that.
fn flatten(top: &OwnedFd, name: &CStr, moved: &mut u64) -> bool {
    let Some(folder) = open_folder(top, name) else { return false };
    let mut progress = false;
    for inner in names(&folder) {
        if unlink(&folder, &inner) {
            progress = true;
            continue;
        }
        *moved += 1;
        let up = format!(".moved-{}-{moved}", std::process::id());
        // Its own entry for the folder above is written as well: it needs the right for that.
        drop(open_folder(&folder, &inner));
        progress |= rustix::fs::renameat(&folder, &inner, top, up).is_ok();
    }
    unlink(top, name) || progress
}

pub(crate) fn names(folder: &OwnedFd) -> Vec<CString> {
    let Ok(entries) = Dir::read_from(folder) else { return Vec::new() };
    let names = entries.flatten().map(|entry| entry.file_name().to_owned());
    names.filter(|name| name.as_bytes() != b"." && name.as_bytes() != b"..").collect()
}

/// Removes a file or an empty folder.
fn unlink(folder: &OwnedFd, name: &CStr) -> bool {
    let unlink = |flags| rustix::fs::unlinkat(folder, name, flags).is_ok();
    unlink(AtFlags::empty()) || unlink(AtFlags::REMOVEDIR)
}

/// Opens a folder with the rights to change it, which a task may have taken away.
fn open_folder(parent: &OwnedFd, name: &CStr) -> Option<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let open = || rustix::fs::openat(parent, name, flags, Mode::empty());
    let root = rustix::process::geteuid().is_root();
    let folder = match open() {
        Err(Errno::ACCESS) if !root => {
            give_rights(parent, name)?;
            open().ok()?
        }
        result => result.ok()?,
    };
    if !root {
        // An error shows when something in it cannot be removed.
        let _ = rustix::fs::fchmod(&folder, Mode::RWXU);
    }
    Some(folder)
}

/// Takes back what a task may have taken away. By an open folder, as a name may become a link.
#[cfg(target_os = "linux")]
fn give_rights(parent: &OwnedFd, name: &CStr) -> Option<()> {
    use std::os::fd::AsRawFd as _;
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = rustix::fs::openat(parent, name, flags, Mode::empty()).ok()?;
    let path = format!("/proc/self/fd/{}", folder.as_raw_fd());
    rustix::fs::chmod(path, Mode::RWXU).ok()
}

/// Takes back what a task may have taken away.
#[cfg(not(target_os = "linux"))]
fn give_rights(parent: &OwnedFd, name: &CStr) -> Option<()> {
    rustix::fs::chmodat(parent, name, Mode::RWXU, AtFlags::empty()).ok()
}

/// Whether there is anything in a folder. An error counts as yes.
pub(crate) fn is_used(path: &Path) -> bool {
    fs::read_dir(path).map_or(true, |mut entries| entries.next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[test]
    fn all_that_was_made_is_removed_and_nothing_else() {
        let parent = std::env::temp_dir();
        let root = Root::create(&parent, None).unwrap();
        let other = Root::create(&parent, None).unwrap();
        let keep = other.folder().unwrap();
        fs::write(keep.join("file"), "stays").unwrap();
        let folder = root.folder().unwrap();
        assert!(!is_used(&folder));
        // Links elsewhere, a folder without rights, and one nested deeper than a path is long.
        symlink(&keep, folder.join("link")).unwrap();
        symlink("/", folder.join("root")).unwrap();
        fs::create_dir(folder.join("shut")).unwrap();
        fs::write(folder.join("shut/file"), vec![1; 10_000]).unwrap();
        fs::create_dir_all(folder.join("shut/in/side")).unwrap();
        fs::set_permissions(folder.join("shut"), fs::Permissions::from_mode(0o0)).unwrap();
        let name = "d".repeat(200);
        let mut deep = folder.join("deep");
        fs::create_dir(&deep).unwrap();
        for _ in 0..100 {
            // As a task does by going down: here by moving what there is into a new folder.
            let outer = folder.join("outer");
            fs::create_dir(&outer).unwrap();
            fs::rename(&deep, outer.join(&name)).unwrap();
            fs::rename(&outer, folder.join("deep")).unwrap();
            deep = folder.join("deep");
        }
        assert!(is_used(&folder));
        empty(&folder);
        assert!(!is_used(&folder));
        assert_eq!(fs::read_to_string(keep.join("file")).unwrap(), "stays");
        root.remove();
        assert!(!root.path().exists());
        assert!(other.path().exists());
        other.remove();
    }

    #[test]
    fn what_a_killed_worker_left_is_swept() {
        let parent = std::env::temp_dir().join(format!("sweep-{}", std::process::id()));
        fs::create_dir(&parent).unwrap();
        let left = Root::create(&parent, None).unwrap();
        let path = left.path().to_owned();
        fs::create_dir(path.join("0")).unwrap();
        let second = Root::create(&parent, None).unwrap();
        assert!(path.exists(), "it is in use");
        drop(left);
        fs::create_dir(parent.join("journeyman-python-not-ours")).unwrap();
        let third = Root::create(&parent, None).unwrap();
        assert!(!path.exists(), "nobody uses it");
        assert!(second.path().exists() && third.path().exists());
        assert!(parent.join("journeyman-python-not-ours").exists());
        remove(&parent);
        assert!(!parent.exists());
    }
}
