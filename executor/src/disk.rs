//! How much a task has on disk: what lies in its scratch folder, and what was deleted there and is
//! still open. The task may be changing all of it meanwhile.

use std::{
    collections::HashSet,
    fs,
    io::{BufRead as _, BufReader},
    os::{
        fd::{AsFd, OwnedFd},
        unix::{ffi::OsStrExt as _, fs::MetadataExt as _},
    },
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::{
    fs::{AtFlags, FileType, Mode, OFlags, open, openat, statat},
    io::Errno,
};

use crate::{config::Limits, scratch};

/// How often it is looked at while there are tasks.
pub(crate) const EVERY: Duration = Duration::from_millis(250);
/// Longer lists of what a process has mapped are read no further.
const MOST_MAPPINGS: usize = 70_000;

/// Whether there is more than may be. Takes its time: not for a thread that others wait for.
pub(crate) fn is_too_full(folder: &Path, pid: i32, limits: &Limits) -> bool {
    let (bytes, entries) = (limits.disk as u64, limits.disk_entries);
    let Some((used, count)) = visible(folder, bytes, entries) else { return true };
    used > bytes || count > entries || used.saturating_add(hidden(folder, pid, limits)) > bytes
}

/// What is in a folder, in bytes on disk and in entries; counts no further than the limits. `None`
/// where no path reaches: there may be anything.
fn visible(top: &Path, bytes: u64, entries: u64) -> Option<(u64, u64)> {
    let (mut used, mut count) = (0_u64, 0_u64);
    let Ok(top) = open(top, FOLDER, Mode::empty()) else { return Some((0, 0)) };
    let mut folders = vec![PathBuf::new()];
    while let Some(path) = folders.pop() {
        let folder = match inside(&top, &path) {
            Ok(folder) => folder,
            Err(Errno::NAMETOOLONG) => return None,
            Err(_) => continue,
        };
        for name in scratch::names(&folder) {
            count += 1;
            if let Ok(found) = statat(&folder, &name, AtFlags::SYMLINK_NOFOLLOW) {
                let blocks = u64::try_from(found.st_blocks).unwrap_or_default();
                used = used.saturating_add(blocks.saturating_mul(512));
                if FileType::from_raw_mode(found.st_mode) == FileType::Directory {
                    folders.push(path.join(std::ffi::OsStr::from_bytes(name.as_bytes())));
                }
            }
            if count > entries || used > bytes {
                return Some((used, count));
            }
        }
    }
    Some((used, count))
}

const FOLDER: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Opens a folder within another without following a link on the way: a task may put one there
/// that leads to where a look never comes back from.
fn inside(top: impl AsFd, path: &Path) -> rustix::io::Result<OwnedFd> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::ResolveFlags;
        let within = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        match rustix::fs::openat2(&top, path, FOLDER, Mode::empty(), within) {
            // Some containers do not let it through.
            Err(Errno::NOSYS | Errno::PERM) => {}
            result => return result,
        }
    }
    openat(top, path, FOLDER, Mode::empty())
}

/// Bytes of files that no folder shows any more: deleted or never named, and open or mapped. 0 where
/// the worker may not look at the process.
fn hidden(folder: &Path, pid: i32, limits: &Limits) -> u64 {
    let mut seen = HashSet::new();
    let mut used = 0_u64;
    for entry in fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten() {
        if let Ok(found) = fs::metadata(entry.path())
            && found.is_file()
            && found.nlink() == 0
            && seen.insert(found.ino())
        {
            used = used.saturating_add(found.blocks().saturating_mul(512));
        }
    }
    // The kernel does not say how large a file is that is only mapped: as large as one may be.
    let mapped = mapped(folder, pid).into_iter().filter(|file| !seen.contains(file)).count();
    used.saturating_add((limits.file_size as u64).saturating_mul(mapped as u64))
}

/// The numbers of files of this folder that were deleted and are mapped.
fn mapped(folder: &Path, pid: i32) -> HashSet<u64> {
    let mut found = HashSet::new();
    let Ok(file) = fs::File::open(format!("/proc/{pid}/maps")) else { return found };
    let lines = BufReader::new(file).split(b'\n').map_while(Result::ok).take(MOST_MAPPINGS);
    for line in lines.filter(|line| line.ends_with(b" (deleted)")) {
        // Addresses, rights, offset, device, number, and the path, which has no line ends.
        let Some(path) = line.iter().position(|byte| *byte == b'/') else { continue };
        if line[path..].starts_with(folder.as_os_str().as_bytes()) {
            let fields = String::from_utf8_lossy(&line[..path]).into_owned();
            found
                .extend(fields.split_whitespace().nth(4).and_then(|text| text.parse::<u64>().ok()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_is_there_and_what_is_hidden() {
        let parent = fs::canonicalize(std::env::temp_dir()).unwrap();
        let folder = parent.join(format!("disk-{}", std::process::id()));
        fs::create_dir_all(folder.join("in/side")).unwrap();
        fs::write(folder.join("in/side/file"), vec![1; 20_000]).unwrap();
        std::os::unix::fs::symlink("/usr", folder.join("link")).unwrap();
        let (used, count) = visible(&folder, u64::MAX, u64::MAX).unwrap();
        assert_eq!(count, 4, "links are not followed");
        assert!(used >= 20_000);
        assert_eq!(visible(&folder, u64::MAX, 1).unwrap().1, 2);
        assert!(inside(open(&folder, FOLDER, Mode::empty()).unwrap(), Path::new("link")).is_err());
        #[cfg(target_os = "linux")]
        {
            let own = i32::try_from(std::process::id()).unwrap();
            let limits = Limits::default().disk(100_000);
            assert_eq!(hidden(&folder, own, &limits), 0);
            assert!(!is_too_full(&folder, own, &limits));
            let path = folder.join("gone");
            fs::write(&path, vec![1; 200_000]).unwrap();
            let open = fs::File::open(&path).unwrap();
            fs::remove_file(&path).unwrap();
            assert!(hidden(&folder, own, &limits) >= 200_000);
            assert!(is_too_full(&folder, own, &limits));
            drop(open);
            assert!(!is_too_full(&folder, own, &limits));
        }
        scratch::remove(&folder);
    }
}
