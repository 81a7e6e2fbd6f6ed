import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { launchChromium } from "../../../server/test-kit/chromium.ts";

export interface PageServer {
  origin: string;
  close(): Promise<void>;
}

const TYPES: Record<string, string> = { ".html": "text/html", ".mjs": "text/javascript" };

/** Serves the files of a folder, as a user's site does, from another origin than the API. */
export async function startPage(folder: string): Promise<PageServer> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "", "http://site").pathname);
    readFile(join(folder, path)).then(
      (bytes) =>
        response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

/** Runs program.mjs in page.html. */
export async function runInChromium(binary: string, { origin }: PageServer, input: unknown): Promise<unknown> {
  const browser = await launchChromium(binary);
  try {
    const page = await browser.newPage();
    await page.goto(`${origin}/page.html`);
    await page.waitForFunction("typeof run === 'function'");
    return await page.evaluate(`run(${JSON.stringify(input)})`);
  } finally {
    await browser.close();
  }
}
