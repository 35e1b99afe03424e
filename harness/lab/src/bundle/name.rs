//! Which names a file in a bundle may have: those that lead nowhere but into it.

use super::{DIGEST, LIST};

/// Why a name must not be used, if it must not.
pub(super) fn check(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        return Err("its name is empty");
    }
    if name.starts_with('/') {
        return Err("its name is absolute");
    }
    if name.contains(char::is_control) {
        return Err("its name has a control character");
    }
    for part in name.split('/') {
        match part {
            ".." => return Err("its name leads out of the bundle"),
            "" | "." => return Err("its name has an empty part, or one that is `.`"),
            _ => {}
        }
    }
    Ok(())
}

/// Why these names cannot stand in one list, if they cannot; sorted, and each one checked.
pub(super) fn check_all<'a>(names: impl Iterator<Item = &'a String>) -> Result<(), String> {
    let mut files: Vec<&str> = Vec::new();
    for name in names {
        check(name).map_err(|why| format!("{name:?}: {why}"))?;
        if [LIST, DIGEST].contains(&name.as_str()) {
            return Err(format!("{name:?} stands in its own list"));
        }
        // In byte order `a-b` is between `a` and `a/b`, so those that end before are looked at.
        while files.last().is_some_and(|last| !name.starts_with(last)) {
            files.pop();
        }
        if let Some(folder) = files
            .iter()
            .find(|file| name[file.len()..].starts_with('/'))
        {
            return Err(format!("{folder:?} is a file, and the folder of {name:?}"));
        }
        files.push(name);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_inside() {
        for good in [
            "a",
            "a/b",
            "labrun",
            "a..b/c...",
            "über/ß",
            "a b",
            "-",
            "a\\b",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "", "/", "/etc/x", "..", "../x", "a/../b", "a/..", "./a", "a//b", "a/", "a\0b", "a\nb",
        ] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_file_is_no_folder_of_another() {
        let all = |names: &[&str]| {
            let names: std::collections::BTreeSet<_> =
                names.iter().map(|name| (*name).to_owned()).collect();
            check_all(names.iter())
        };
        assert_eq!(all(&["a", "a-b", "a-b-c", "ab/c", "b/c", "b/d"]), Ok(()));
        assert!(all(&["a", "a-b", "a/b"]).is_err());
        assert!(all(&["a", "a/b/c"]).is_err());
        assert!(all(&["bundle.json"]).is_err());
        assert!(all(&["a", "../b"]).is_err());
    }
}
