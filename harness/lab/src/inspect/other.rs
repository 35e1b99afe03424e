//! What a file is that is no program of ours, told by its first bytes.

use thiserror::Error;

use super::shown::shown;
use super::wasm;

/// What a file is instead, as a noun.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Kind {
    /// Nothing is in it.
    #[error("empty")]
    Empty,
    /// A folder.
    #[error("a folder")]
    Folder,
    /// A pipe, a socket or a device.
    #[error("{0} and no regular file")]
    NoFile(&'static str),
    /// A script, with its first line.
    #[error("a script (`{0}`)")]
    Script(String),
    /// A program of another system.
    #[error("a program for {0}")]
    OtherSystem(&'static str),
    /// Something that files are packed in.
    #[error("{0}")]
    Packed(&'static str),
    /// Compiled, and not linked.
    #[error("an object file that is not linked yet")]
    Object,
    /// A library that programs load.
    #[error("a shared library")]
    SharedLibrary,
    /// The memory of a process that crashed.
    #[error("a core dump, the memory of a process that crashed")]
    CoreDump,
    /// What wasmtime compiled ahead of time.
    #[error("what wasmtime compiled of a module")]
    Precompiled,
    /// Bytecode of a Java machine.
    #[error("Java bytecode")]
    Java,
    /// WebAssembly's text format.
    #[error("WebAssembly as text")]
    WasmText,
    /// A core module of a version that is not known.
    #[error("a WebAssembly module of version {0}, which is not known")]
    ModuleVersion(u16),
    /// A component of a version that is not known.
    #[error("a component of version {0}, which is not known")]
    ComponentVersion(u16),
    /// A component without exports.
    #[error("a component that exports nothing")]
    SilentComponent,
    /// Interfaces alone, as a component.
    #[error("a component that exports types alone, as a package of interfaces (WIT) does")]
    Interfaces,
    /// Text, with its first line.
    #[error("text (`{0}`)")]
    Text(String),
    /// A native program: where an image was asked for.
    #[error("a native program")]
    Elf,
    /// A module or component: where an image was asked for.
    #[error("a WebAssembly module or component")]
    Wasm,
    /// No kind that is known here.
    #[error("neither an ELF program nor a WebAssembly module or component")]
    Unknown,
}

/// First bytes, and what they are of. The first that fits counts.
static MARKS: [(&[u8], Kind); 16] = [
    (b"\x7fELF", Kind::Elf),
    (wasm::MAGIC, Kind::Wasm),
    (b"MZ", Kind::OtherSystem("Windows")),
    (b"\xfe\xed\xfa\xce", Kind::OtherSystem("macOS")),
    (b"\xfe\xed\xfa\xcf", Kind::OtherSystem("macOS")),
    (b"\xce\xfa\xed\xfe", Kind::OtherSystem("macOS")),
    (b"\xcf\xfa\xed\xfe", Kind::OtherSystem("macOS")),
    (b"!<arch>\ndebian-binary", Kind::Packed("a Debian package")),
    (b"!<arch>\n", Kind::Packed("an archive of object files")),
    (b"PK\x03\x04", Kind::Packed("a zip archive")),
    (b"\x1f\x8b", Kind::Packed("a file compressed by gzip")),
    (b"\xfd7zXZ\0", Kind::Packed("a file compressed by xz")),
    (
        b"\x28\xb5\x2f\xfd",
        Kind::Packed("a file compressed by zstd"),
    ),
    (b"BZh", Kind::Packed("a file compressed by bzip2")),
    (b"\xed\xab\xee\xdb", Kind::Packed("an RPM package")),
    (b"7z\xbc\xaf\x27\x1c", Kind::Packed("a 7-Zip archive")),
];

/// Where tar has its mark.
const TAR: (usize, &[u8]) = (257, b"ustar");

/// Fewest architectures of a Java class's version: a Mach-O file for several has fewer, and both
/// begin with the same bytes.
const OLDEST_JAVA: u32 = 45;

impl Kind {
    /// What a file is by its first bytes.
    pub(super) fn of(head: &[u8]) -> Self {
        if head.is_empty() {
            return Self::Empty;
        }
        if head.starts_with(b"#!") {
            return Self::Script(first_line(head));
        }
        if let Some((_, kind)) = MARKS.iter().find(|(mark, _)| head.starts_with(mark)) {
            return kind.clone();
        }
        if is_tar(head) {
            return Self::Packed("a tar archive");
        }
        if let [0xca, 0xfe, 0xba, 0xbe, a, b, c, d, ..] = *head {
            return if u32::from_be_bytes([a, b, c, d]) < OLDEST_JAVA {
                Self::OtherSystem("macOS")
            } else {
                Self::Java
            };
        }
        if !is_text(head) {
            return Self::Unknown;
        }
        let text = String::from_utf8_lossy(head);
        if ["(module", "(component"]
            .iter()
            .any(|mark| text.trim_start().starts_with(mark))
        {
            return Self::WasmText;
        }
        Self::Text(first_line(head))
    }

    /// What to do, where a program was asked for.
    pub(super) fn advice(&self) -> &'static str {
        match self {
            Self::Empty => "build it again, or copy it again",
            Self::Folder | Self::NoFile(_) => "give the file of a program",
            Self::Script(_) => {
                "give the program that its first line names, and the script as an argument"
            }
            Self::OtherSystem(_) => "build it for Linux, or as a WebAssembly module",
            Self::Packed(_) => {
                "unpack it, and give the program that is in it; an image is given as an image"
            }
            Self::Object => "link it, and give the program that comes out",
            Self::SharedLibrary | Self::CoreDump => "give the program that it belongs to",
            Self::Precompiled => "give the module itself: each runtime compiles it anew",
            Self::Java => "give the program that runs it, and the class as an argument",
            Self::WasmText => "make a module of it: wasm-tools parse FILE -o FILE.wasm",
            Self::ModuleVersion(_) | Self::ComponentVersion(_) => {
                "build it again with tools of today"
            }
            Self::SilentComponent | Self::Interfaces => {
                "build one that exports wasi:cli/run (a command) or \
                 wasi:http/incoming-handler (a server)"
            }
            Self::Text(_) | Self::Unknown | Self::Elf | Self::Wasm => {
                "give a Linux program, a WebAssembly module or a component"
            }
        }
    }
}

/// Whether a file begins as tar does.
pub(super) fn is_tar(head: &[u8]) -> bool {
    head.get(TAR.0..)
        .is_some_and(|rest| rest.starts_with(TAR.1))
}

/// Whether nothing but letters and spaces is in it, in UTF-8; the last letter may be cut.
fn is_text(head: &[u8]) -> bool {
    let text = match str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            let (text, _) = head.split_at(error.valid_up_to());
            str::from_utf8(text).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let is_space = |letter: char| matches!(letter, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}');
    !text.is_empty() && !text.contains(|letter: char| letter.is_control() && !is_space(letter))
}

fn first_line(head: &[u8]) -> String {
    let line = head
        .split(|byte| *byte == b'\n')
        .find(|line| !line.trim_ascii().is_empty());
    shown(&String::from_utf8_lossy(line.unwrap_or_default()))
}
