//! Images that a test writes itself, as `docker save` would: of one layer or more, each a few files.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::own::User;

/// An image that is being written.
pub(crate) struct Image {
    layers: Vec<Vec<u8>>,
    config: Value,
    architecture: &'static str,
}

impl Image {
    /// One whose first layer holds a program.
    pub(crate) fn of(program: &Path) -> Self {
        let bytes = std::fs::read(program).expect("reads the program");
        let image = Self {
            layers: Vec::new(),
            config: json!({"Entrypoint": ["/bin/app"]}),
            architecture: "amd64",
        };
        image.layer(&[("bin/app", 0o755, bytes)])
    }

    /// Adds a layer with these files.
    pub(crate) fn layer(mut self, files: &[(&str, u32, Vec<u8>)]) -> Self {
        let mut tar = tar::Builder::new(Vec::new());
        for (name, mode, bytes) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(*mode);
            tar.append_data(&mut header, name, &bytes[..])
                .expect("packs");
        }
        self.layers.push(tar.into_inner().expect("packs"));
        self
    }

    /// Adds a layer with a file whose name is written as it is, or a hard link to such a name.
    pub(crate) fn odd_layer(mut self, name: &str, to: Option<&str>) -> Self {
        let mut header = tar::Header::new_gnu();
        let fields = header.as_gnu_mut().expect("is GNU's");
        fields.name[..name.len()].copy_from_slice(name.as_bytes());
        if let Some(to) = to {
            fields.linkname[..to.len()].copy_from_slice(to.as_bytes());
        }
        header.set_entry_type(to.map_or(tar::EntryType::Regular, |_| tar::EntryType::Link));
        header.set_size(0);
        header.set_mode(0o644);
        header.set_cksum();
        let mut tar = tar::Builder::new(Vec::new());
        tar.append(&header, std::io::empty()).expect("packs");
        self.layers.push(tar.into_inner().expect("packs"));
        self
    }

    /// How it is started, but for what is said otherwise.
    pub(crate) fn config(mut self, more: &Value) -> Self {
        for (key, value) in more.as_object().expect("an object") {
            self.config[key] = value.clone();
        }
        self
    }

    /// For another architecture, in the words of Go.
    pub(crate) fn for_architecture(mut self, name: &'static str) -> Self {
        self.architecture = name;
        self
    }

    /// Writes it into the user's folder.
    pub(crate) fn write(&self, user: &User, name: &str) -> PathBuf {
        let digest = lab::digest::sha256_of;
        let ids: Vec<String> = self
            .layers
            .iter()
            .map(|layer| format!("sha256:{}", digest(layer)))
            .collect();
        let config = json!({
            "architecture": self.architecture, "os": "linux", "config": self.config,
            "rootfs": {"type": "layers", "diff_ids": ids},
        });
        let config = config.to_string().into_bytes();
        let name_of = |layer: &Vec<u8>| format!("{}/layer.tar", digest(layer));
        let config_name = format!("{}.json", digest(&config));
        let list = json!([{
            "Config": config_name, "RepoTags": [],
            "Layers": self.layers.iter().map(name_of).collect::<Vec<_>>(),
        }]);
        let mut files = vec![
            ("manifest.json".to_owned(), list.to_string().into_bytes()),
            (config_name, config),
        ];
        files.extend(
            self.layers
                .iter()
                .map(|layer| (name_of(layer), layer.clone())),
        );
        let mut tar = tar::Builder::new(Vec::new());
        for (name, bytes) in &files {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, name, &bytes[..])
                .expect("packs");
        }
        user.file(name, tar.into_inner().expect("packs"))
    }
}
