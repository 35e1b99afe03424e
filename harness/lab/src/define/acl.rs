//! Who besides owner, group and everyone may write a file: its access control list (acl(5)), as the
//! kernel keeps it in an extended attribute.

use std::path::Path;

use super::trust::{is_trusted, is_trusted_group};

/// The attribute, and its version (`linux/posix_acl_xattr.h`).
const ATTRIBUTE: &str = "system.posix_acl_access";
const VERSION: u32 = 2;

/// What an entry is about (`linux/posix_acl.h`).
const USER: u16 = 0x02;
const GROUP_OF_FILE: u16 = 0x04;
const GROUP: u16 = 0x08;
const MASK: u16 = 0x10;

/// The right to write.
const WRITE: u16 = 0x02;

/// Bytes of an entry, and more than a file system keeps.
const ENTRY: usize = 8;
const MOST: usize = 64 * 1024;

/// One entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    tag: u16,
    rights: u16,
    id: u32,
}

/// An access control list that has more than owner, group and everyone.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Acl(Vec<Entry>);

impl Acl {
    /// That of a file, where it has one.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let mut bytes = vec![0; MOST];
        let read = rustix::fs::getxattr(path, ATTRIBUTE, &mut bytes).ok()?;
        Self::parse(bytes.get(..read)?)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (version, entries) = bytes.split_first_chunk::<4>()?;
        if u32::from_le_bytes(*version) != VERSION {
            return None;
        }
        let entry = |bytes: &[u8]| {
            let [a, b, c, d, id @ ..]: [u8; ENTRY] = bytes.try_into().ok()?;
            Some(Entry {
                tag: u16::from_le_bytes([a, b]),
                rights: u16::from_le_bytes([c, d]),
                id: u32::from_le_bytes(id),
            })
        };
        let entries = entries.chunks(ENTRY).map(entry).collect::<Option<_>>()?;
        Some(Self(entries))
    }

    /// Who may write that is neither this user nor root; the file's own group is `group`.
    pub(super) fn stranger(&self, group: u32) -> Option<String> {
        let mask = self.0.iter().find(|entry| entry.tag == MASK);
        let mask = mask.map_or(WRITE, |mask| mask.rights);
        self.0
            .iter()
            .filter(|entry| entry.rights & mask & WRITE != 0)
            .find_map(|entry| match entry.tag {
                USER if !is_trusted(entry.id) => Some(format!("another user (uid {})", entry.id)),
                GROUP if !is_trusted_group(entry.id) => {
                    Some(format!("another group (gid {})", entry.id))
                }
                GROUP_OF_FILE if !is_trusted_group(group) => {
                    Some(format!("another group (gid {group})"))
                }
                _ => None,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `setfacl -m u:4242:rwx,m::MASK` on a file of this user's.
    fn list(mask: u16) -> Vec<u8> {
        let none = u32::MAX;
        let entries = [
            (0x01, 6, none),
            (USER, 7, 4242),
            (GROUP_OF_FILE, 4, none),
            (MASK, mask, none),
            (0x20, 4, none),
        ];
        let mut bytes = VERSION.to_le_bytes().to_vec();
        for (tag, rights, id) in entries {
            bytes.extend(u16::to_le_bytes(tag));
            bytes.extend(u16::to_le_bytes(rights));
            bytes.extend(u32::to_le_bytes(id));
        }
        bytes
    }

    #[test]
    fn who_may_write_by_a_list_is_found_and_a_mask_takes_it_away() {
        let own = rustix::process::getegid().as_raw();
        let of = |mask| Acl::parse(&list(mask)).expect("a list").stranger(own);
        assert_eq!(of(7).as_deref(), Some("another user (uid 4242)"));
        assert_eq!(of(5), None);
        assert_eq!(Acl::parse(&list(7)[..15]), None, "cut off");
        assert_eq!(Acl::parse(&[]), None);
    }

    #[test]
    fn the_list_that_the_kernel_keeps_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(Acl::of(folder.path()), None);
        let (list, flags) = (list(7), rustix::fs::XattrFlags::empty());
        // Not every file system keeps lists.
        if rustix::fs::setxattr(folder.path(), ATTRIBUTE, &list, flags).is_ok() {
            let why = crate::define::distrust(folder.path());
            let why = why.expect("somebody else may write it");
            assert!(why.contains("uid 4242"), "{why}");
        }
    }
}
