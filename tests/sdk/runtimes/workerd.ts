import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";

/** Runs program.mjs in workerd, the runtime of Cloudflare Workers, as workerd.capnp in the folder says. */
export async function runInWorkerd(program: string, folder: string, input: unknown): Promise<unknown> {
  const child = spawn(program, ["serve", "workerd.capnp", "--control-fd=3"], {
    cwd: folder,
    stdio: ["ignore", "inherit", "pipe", "pipe"],
  });
  let complaints = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  try {
    const [line] = (await Promise.race([
      once(child.stdio[3] as Readable, "data"),
      once(child, "exit").then(() => {
        throw new Error(complaints);
      }),
    ])) as [Buffer];
    const { port } = JSON.parse(line.toString().split("\n")[0] ?? "") as { port: number };
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: JSON.stringify(input) });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}\n${complaints}`);
    return await response.json();
  } finally {
    child.kill();
  }
}
