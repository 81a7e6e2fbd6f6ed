import { spawnSync } from "node:child_process";
import { chromium, type Browser } from "playwright-core";

/** The name of a Chromium on the PATH, or null (the reason to skip a test). */
export function chromiumBinary(): string | null {
  const found = ["chromium", "chromium-browser", "google-chrome"]
    .map((name) => spawnSync("which", [name], { encoding: "utf8" }).stdout?.trim())
    .find(Boolean);
  if (!found)
    console.log("No chromium on the PATH: the tests in a real browser are skipped (Debian: apt-get install chromium).");
  return found ?? null;
}

/** A real browser with an empty profile of its own that calls nobody by itself. */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
