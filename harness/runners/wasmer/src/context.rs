//! What a guest is given: its arguments, its environment, its directories, and the
//! runner's standard streams. Its root is a file system in memory of its own.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use labrun_runner_kit::{Ambient, Grants};
use wasmer::Engine;
use wasmer_wasix::runtime::task_manager::tokio::TokioTaskManager;
use wasmer_wasix::virtual_fs::host_fs::FileSystem as HostFileSystem;
use wasmer_wasix::virtual_fs::{MountFileSystem, RootFileSystemBuilder};
use wasmer_wasix::{PluggableRuntime, Runtime, WasiEnv, WasiEnvBuilder};

/// What all instances share: one engine, one runtime for tasks and files.
#[derive(Clone)]
pub(crate) struct Host {
    pub(crate) engine: Engine,
    pub(crate) ambient: Ambient,
    wasix: Arc<dyn Runtime + Send + Sync>,
}

impl Host {
    pub(crate) fn new(engine: Engine) -> Result<Self> {
        let ambient = Ambient::new()?;
        let tasks = TokioTaskManager::new(ambient.handle().clone());
        let mut wasix = PluggableRuntime::new(Arc::new(tasks));
        wasix.set_engine(engine.clone());
        Ok(Self {
            engine,
            ambient,
            wasix: Arc::new(wasix),
        })
    }

    /// A WASIX environment for one instance of the module `name`.
    pub(crate) fn environment(&self, name: &str, grants: &Grants) -> Result<WasiEnvBuilder> {
        let mut builder = WasiEnv::builder(name);
        builder.set_runtime(self.wasix.clone());
        for argument in &grants.args {
            builder.add_arg(argument);
        }
        for (key, value) in &grants.env {
            builder.add_env(key, value);
        }
        if grants.directories.is_empty() {
            return Ok(builder);
        }
        let files = MountFileSystem::new();
        files.mount("/", Arc::new(RootFileSystemBuilder::default().build_tmp()))?;
        for directory in &grants.directories {
            let granted = || format!("cannot grant {}", directory.host.display());
            let host = HostFileSystem::new(self.ambient.handle().clone(), &directory.host)
                .with_context(granted)?;
            files
                .mount(&directory.guest, Arc::new(host))
                .with_context(granted)?;
        }
        builder.set_mount_fs(files);
        for directory in &grants.directories {
            builder.add_preopen_dir(&directory.guest)?;
        }
        Ok(builder)
    }
}
