# One worker that answers on the address which the lab has chosen.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "{address}", http = (), service = "main")],
);

const main :Workerd.Worker = (
  modules = [
    (name = "worker", esModule = embed "worker.js"),
    (name = "module.wasm", wasm = embed "module.wasm"),
  ],
  bindings = [(name = "policy", text = "{policy}")],
  compatibilityDate = "2026-01-01",
);
