using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      compatibilityDate = "2026-11-01",
      modules = [
        (name = "worker.mjs", esModule = embed "worker.mjs"),
        (name = "program.mjs", esModule = embed "program.mjs"),
        (name = "@musicverse/sdk", esModule = embed "node_modules/@musicverse/sdk/dist/index.mjs"),
      ],
      globalOutbound = "outside",
    )),
    (name = "outside", network = (allow = ["local", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
