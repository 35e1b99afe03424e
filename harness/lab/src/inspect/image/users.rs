//! As whom an image runs: its `User` in numbers, by the lists of users and groups that are in it. The
//! rules are Docker's: a number needs no entry, a name does; the groups that a user is in are added where
//! no group is named.

use std::io;

use super::opened::OpenImage;
use super::start::file_of;

/// A user and groups by their numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ids {
    /// The user.
    pub uid: u32,
    /// Its first group.
    pub gid: u32,
    /// The groups that it is in besides.
    pub groups: Vec<u32>,
}

/// Who is in an image.
pub(super) struct Users {
    users: String,
    groups: String,
}

impl Users {
    pub(super) fn of(image: &OpenImage) -> io::Result<Self> {
        let text = |path| Ok::<_, io::Error>(file_of(image, path)?.unwrap_or_default());
        Ok(Self {
            users: text("etc/passwd")?,
            groups: text("etc/group")?,
        })
    }

    /// The numbers of `user`, `user:group`, or nothing, which is root.
    pub(super) fn ids(&self, said: &str) -> Result<Ids, String> {
        let (user, group) = said.split_once(':').unwrap_or((said, ""));
        let user = if user.is_empty() { "0" } else { user };
        let entry = self.user(user);
        let uid = match (&entry, user.parse()) {
            (Some(entry), _) => entry.uid,
            (None, Ok(uid)) => uid,
            (None, Err(_)) => {
                return Err(format!("it runs as {user}, who is not in its /etc/passwd"));
            }
        };
        let mut ids = Ids {
            uid,
            gid: entry.as_ref().map_or(0, |entry| entry.gid),
            groups: Vec::new(),
        };
        if group.is_empty() {
            if let Some(entry) = &entry {
                ids.groups = self.groups_of(&entry.name);
            }
        } else {
            ids.gid = self.group(group)?;
        }
        Ok(ids)
    }

    fn user(&self, said: &str) -> Option<User> {
        let users = self.users.lines().filter_map(|line| {
            let mut fields = line.split(':');
            let (name, _, uid) = (fields.next()?, fields.next()?, fields.next()?);
            Some(User {
                name: name.to_owned(),
                uid: uid.parse().ok()?,
                gid: fields.next()?.parse().ok()?,
            })
        });
        let number = said.parse::<u32>().ok();
        let is_it = |user: &User| user.name == said || Some(user.uid) == number;
        users.into_iter().find(is_it)
    }

    /// Name, number and members of each group.
    fn every_group(&self) -> impl Iterator<Item = (&str, u32, &str)> {
        self.groups.lines().filter_map(|line| {
            let mut fields = line.split(':');
            let (name, _, gid) = (fields.next()?, fields.next()?, fields.next()?);
            Some((name, gid.parse().ok()?, fields.next().unwrap_or_default()))
        })
    }

    fn group(&self, said: &str) -> Result<u32, String> {
        let number = said.parse::<u32>().ok();
        let mut groups = self.every_group();
        let found = groups.find(|(name, gid, _)| *name == said || Some(*gid) == number);
        let unknown = || format!("it runs in the group {said}, which is not in its /etc/group");
        found.map(|(_, gid, _)| gid).or(number).ok_or_else(unknown)
    }

    fn groups_of(&self, user: &str) -> Vec<u32> {
        let is_in = |members: &str| members.split(',').any(|member| member.trim() == user);
        let own = self.every_group();
        own.filter(|(_, _, members)| is_in(members))
            .map(|(_, gid, _)| gid)
            .collect()
    }
}

struct User {
    name: String,
    uid: u32,
    gid: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(said: &str) -> Result<(u32, u32, Vec<u32>), String> {
        let users = Users {
            users: "root:x:0:0:root:/root:/bin/sh\nbroken\nweb:x:101:102::/:/bin/false\n"
                .to_owned(),
            groups: "root:x:0:\nweb:x:102:\ntls:x:9:other,web\n".to_owned(),
        };
        users.ids(said).map(|ids| (ids.uid, ids.gid, ids.groups))
    }

    #[test]
    fn a_user_is_found_by_name_and_by_number() {
        assert_eq!(ids(""), Ok((0, 0, vec![])));
        assert_eq!(ids("web"), Ok((101, 102, vec![9])));
        assert_eq!(ids("101"), Ok((101, 102, vec![9])));
        assert_eq!(ids("web:tls"), Ok((101, 9, vec![])));
        assert_eq!(ids("1000"), Ok((1000, 0, vec![])));
        assert_eq!(ids("1000:50"), Ok((1000, 50, vec![])));
    }

    #[test]
    fn a_name_that_is_not_there_is_said() {
        let nobody = ids("nobody").expect_err("is not there");
        assert!(nobody.contains("nobody, who is not in"), "{nobody}");
        let no_group = ids("web:none").expect_err("is not there");
        assert!(no_group.contains("the group none"), "{no_group}");
    }
}
