//! Whether what labrun finds by itself may be followed. A lab's definitions name programs that
//! are built and run, so that a folder which somebody else has put in the way of a user must not
//! be taken for that user's lab: the rule is that of git's `safe.directory`.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Component, Path, PathBuf};

use super::acl::Acl;

/// Why a file or folder that nobody has named on the command line is not to be followed, as the
/// end of a sentence that begins with it; none where only this user and root may have written it.
pub fn distrust(path: &Path) -> Option<String> {
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(error) => return Some(format!("cannot be looked at ({error})")),
    };
    if !is_trusted(found.uid()) {
        return Some(format!("belongs to another user (uid {})", found.uid()));
    }
    let entries = Acl::of(path);
    let mode = found.permissions().mode();
    if mode & 0o002 != 0 {
        return Some("may be written by everyone".to_owned());
    }
    let Some(acl) = entries else {
        let by_group = mode & 0o020 != 0 && !is_trusted_group(found.gid());
        return by_group.then(|| format!("may be written by another group (gid {})", found.gid()));
    };
    acl.stranger(found.gid())
        .map(|who| format!("may be written by {who}, as its access control list says"))
}

/// Whether a group is that of this user, or root's, or that of the one for whom sudo has made this one
/// root. Most systems give a user a group of that name alone, and have its members write.
pub(super) fn is_trusted_group(gid: u32) -> bool {
    let own = rustix::process::getegid().as_raw();
    let is_root = rustix::process::geteuid().is_root();
    let asked = || std::env::var("SUDO_GID").ok()?.parse::<u32>().ok();
    gid == own || gid == 0 || (is_root && asked() == Some(gid))
}

/// Whether a user is this one or root, or the one for whom sudo has made this one root.
pub(super) fn is_trusted(uid: u32) -> bool {
    let own = rustix::process::geteuid().as_raw();
    let asked = || std::env::var("SUDO_UID").ok()?.parse::<u32>().ok();
    uid == own || uid == 0 || (own == 0 && asked() == Some(uid))
}

/// Whether a path is one below the folder in which it is looked for, by its words alone.
pub(super) fn is_below(path: &Path) -> bool {
    let mut parts = path.components();
    !path.as_os_str().is_empty() && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// Whether a word is the name of a program, which is looked for on `PATH`, and no path to one.
pub(super) fn is_program(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    let is_one = matches!(parts.next(), Some(Component::Normal(part)) if part == name);
    is_one && parts.next().is_none()
}

/// The file or folder that a definition in `folder` names, absolute and under that name: one that
/// lies outside is refused, also where a link leads there. A definition may come from somebody else,
/// and what it names is read, run, and carried to other machines. Nothing is outside for who has no
/// folder, and so `/`.
pub(super) fn inside(folder: &Path, named: &Path) -> Result<PathBuf, String> {
    let cannot = |path: &Path| {
        let path = path.display().to_string();
        move |error| format!("cannot read {path}: {error}")
    };
    let leads_out = || {
        let (named, folder) = (named.display(), folder.display());
        format!("{named} leads out of the folder {folder}: copy what it names into it")
    };
    if named.as_os_str().is_empty() {
        return Err("it is empty: name what it is".to_owned());
    }
    let has_folder = folder != Path::new("/");
    if has_folder && !is_below(named) {
        return Err(leads_out());
    }
    let path = folder.join(named);
    let real = fs::canonicalize(&path).map_err(cannot(&path))?;
    if has_folder && !real.starts_with(fs::canonicalize(folder).map_err(cannot(folder))?) {
        return Err(leads_out());
    }
    // A program may look at the name by which it is called.
    std::path::absolute(&path).map_err(cannot(&path))
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;

    use super::*;

    #[test]
    fn what_everyone_may_write_is_not_followed_and_one_s_own_is() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(distrust(folder.path()), None);
        let open = Permissions::from_mode(0o1777);
        fs::set_permissions(folder.path(), open).expect("may be changed");
        let why = distrust(folder.path());
        assert_eq!(why.as_deref(), Some("may be written by everyone"));
        let shared = Permissions::from_mode(0o2775);
        fs::set_permissions(folder.path(), shared).expect("may be changed");
        assert_eq!(distrust(folder.path()), None, "of this user's own group");
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(folder.path(), None, Some(4242)).expect("is given away");
            let why = distrust(folder.path()).expect("others may write it");
            assert_eq!(why, "may be written by another group (gid 4242)");
        }
        let gone = distrust(&folder.path().join("nothing")).expect("is not there");
        assert!(gone.starts_with("cannot be looked at ("), "{gone}");
    }

    #[test]
    fn what_a_definition_names_lies_in_its_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let outside = tempfile::tempdir().expect("another");
        fs::write(outside.path().join("file"), "").expect("written");
        fs::create_dir(folder.path().join("bin")).expect("made");
        fs::write(folder.path().join("bin/app"), "").expect("written");
        let link = |name: &str, to: &Path| {
            std::os::unix::fs::symlink(to, folder.path().join(name)).expect("linked");
        };
        link("own", Path::new("bin/app"));
        link("away", &outside.path().join("file"));
        link("up", Path::new(".."));
        let look = |named: &str| inside(folder.path(), Path::new(named));
        let app = folder.path().join("bin/app");
        assert_eq!(look("bin/app"), Ok(app.clone()));
        let own = folder.path().join("own");
        assert_eq!(look("own"), Ok(own), "a link to what is inside");
        let absolute = outside.path().join("file").display().to_string();
        for named in ["../", "bin/../bin/app", "away", "up", &absolute, "/bin/sh"] {
            let why = look(named).expect_err("leads out");
            assert!(why.contains("leads out of the folder"), "{named}: {why}");
        }
        let empty = look("").expect_err("names nothing");
        assert_eq!(empty, "it is empty: name what it is");
        let gone = look("nothing").expect_err("is not there");
        assert!(gone.starts_with("cannot read "), "{gone}");
        let anywhere = inside(Path::new("/"), &app);
        assert_eq!(anywhere, Ok(app), "of a workload that has no folder");
    }

    #[test]
    fn a_program_has_a_name_and_no_path() {
        for (name, is_it) in [
            ("node", true),
            ("wasmtime-48", true),
            ("..", false),
            (".", false),
            ("", false),
            ("/bin/sh", false),
            ("bin/sh", false),
            ("sh/", false),
        ] {
            assert_eq!(is_program(name), is_it, "{name}");
        }
    }

    #[test]
    fn a_path_below_goes_neither_up_nor_elsewhere() {
        for (path, is_it) in [
            ("run.sh", true),
            ("a/b.js", true),
            ("/bin/sh", false),
            ("../other/run.sh", false),
            ("a/../../b", false),
            ("", false),
        ] {
            assert_eq!(is_below(Path::new(path)), is_it, "{path}");
        }
    }
}
