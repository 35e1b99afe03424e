//! Why a path is no image that can be measured.

use std::fmt;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::super::other::Kind;
use super::super::refused::WhyNot;
use super::super::shown::{listed, shown};

/// Why a path is no image that can be measured, and what to do.
#[derive(Debug, Error)]
pub struct NoImage {
    /// The archive or folder.
    pub path: PathBuf,
    /// Why not.
    pub why: WhyNoImage,
}

/// How many images are named.
const NAMED: usize = 10;

/// Why it is none, said after its name.
#[derive(Debug, Error)]
pub enum WhyNoImage {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// It is something else.
    #[error("is {0}, and no image; give an OCI layout, or write one: docker save NAME -o FILE")]
    Other(Kind),
    /// It is compressed as a whole.
    #[error("is {0}; an image's archive is read as it is: unpack the tar that is in it")]
    Compressed(Kind),
    /// No list of images is in it.
    #[error(
        "holds no image: it has neither a manifest.json nor an index.json; give an OCI layout, or \
         write one: docker save NAME -o FILE"
    )]
    NoList,
    /// The list of images is empty.
    #[error("lists no image that can be run; write it again: docker save NAME -o FILE")]
    NoImages,
    /// More than one image is in it.
    #[error(
        "holds {} images: {}; write one of them alone: docker save NAME -o FILE",
        .names.len(), listed(.names, NAMED)
    )]
    Several {
        /// Their tags, or what else tells them apart.
        names: Vec<String>,
    },
    /// A name in it leads out of it.
    #[error("is refused: it names {}, which is not inside it", shown(.name))]
    Outside {
        /// The name.
        name: String,
    },
    /// A name in a layer of it leads out of what that is unpacked to.
    #[error("is refused: a layer of it names {}, which leads out of the image", shown(.name))]
    LeadsOut {
        /// The name.
        name: String,
    },
    /// A file that it names is not there.
    #[error("is not whole: {} is not in it; write it again: docker save NAME -o FILE", shown(.name))]
    Missing {
        /// The file's name inside.
        name: String,
    },
    /// A file in it is not the one that is meant.
    #[error(
        "is damaged: {} has another digest than it should have; copy it again, or write it again",
        shown(.name)
    )]
    Digest {
        /// The file's name inside.
        name: String,
    },
    /// Its end is missing.
    #[error("is cut off; copy it again, or write it again")]
    Cut,
    /// It is not as such files are.
    #[error("is damaged: {0}; copy it again, or write it again")]
    Damaged(String),
}

impl fmt::Display for NoImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.why {
            WhyNoImage::Unreadable(error) => write!(f, "cannot read {path}: {error}"),
            why => write!(f, "{path} {why}"),
        }
    }
}

impl WhyNoImage {
    /// That it is damaged, in words that may have text of the file in them.
    pub(super) fn damaged(why: &str) -> Self {
        Self::Damaged(shown(why))
    }
}

impl From<WhyNot> for WhyNoImage {
    fn from(why: WhyNot) -> Self {
        match why {
            WhyNot::Unreadable(error) => Self::Unreadable(error),
            WhyNot::Other(kind) => Self::Other(kind),
            other => Self::Damaged(other.to_string()),
        }
    }
}
