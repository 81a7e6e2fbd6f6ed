// A worker process to be killed: begins to process what providers sent, says so, and never ends.
import { hookedSource } from "../../../test-kit/hooked-plugin.ts";
import { loadConfig } from "../../config.ts";
import { openServices } from "../../services.ts";
import { createShared } from "../../shared.ts";
import { startWorker } from "../../worker.ts";
import { createIncomingRegistry } from "./index.ts";

const incoming = createIncomingRegistry();
incoming.on("hooked", "invoice.paid", async (_tx, { providerEventId }) => {
  process.stdout.write(`processing ${providerEventId}\n`);
  await new Promise(() => {});
});
const services = await openServices(loadConfig(process.env), { pluginSource: hookedSource });
await startWorker(services, createShared(services), { incoming });
