import { openLocalDisk } from "../storage/index.ts";
import { keepFilesIn } from "./files.ts";
import { callOf, hostFor, input, pluginWith, song } from "./fixture.ts";

// A process of its own, so that its memory can be measured: a plugin downloads a file into storage and uploads it from
// there. Prints by how much its memory grew at most, and what arrived.

const [origin = "", directory = "", size = "0"] = process.argv.slice(2);
const WARM_UP_BYTES = 4_000_000;

const storage = await openLocalDisk({ directory, clock: { now: () => new Date() } });
const keepFile = keepFilesIn(storage, { nextKey: () => "there-and-back" });
let bytes = 0;
let arrived: unknown;
const plugin = pluginWith({
  generate: async (ctx) => {
    const download = await ctx.http.download({ method: "GET", url: `${origin}/files/${bytes}`, maxBytes: bytes });
    if (!download.file) throw new Error(`the provider answered ${download.status}`);
    const upload = await ctx.http.request({ method: "PUT", url: `${origin}/files`, body: download.file });
    arrived = { downloaded: download.file.sha256, uploaded: upload.json() };
    return { done: song };
  },
});
const { host, close } = await hostFor(plugin, origin);
const thereAndBack = async (count: number): Promise<void> => {
  bytes = count;
  await host.invoke("tester", "generation", "generate", callOf({ keepFile }), input);
};

await thereAndBack(WARM_UP_BYTES);
const before = process.memoryUsage.rss();
let peak = before;
const measuring = setInterval(() => void (peak = Math.max(peak, process.memoryUsage.rss())), 5);
await thereAndBack(Number(size));
clearInterval(measuring);
process.stdout.write(JSON.stringify({ grewBytes: peak - before, arrived }));
await close();
