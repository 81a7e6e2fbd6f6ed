import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { checkManifest, fitsKit } from "../../manifest.ts";
import { kitVersion } from "../../version.ts";
import type { Rule } from "../subject.ts";

export const manifestRule: Rule = {
  id: "manifest",
  level: "bronze",
  title: "the manifest is valid, fits this kit, and package.json says the same",
  async check({ plugin, options }) {
    assert.deepEqual(checkManifest(plugin), []);
    assert.ok(fitsKit(plugin.kit), `kit "${plugin.kit}" does not contain ${kitVersion}, the kit it is tested with`);
    if (options.packageJson === undefined) return;
    const packageJson = JSON.parse(await readFile(new URL(options.packageJson), "utf8")) as {
      name?: string;
      version?: string;
      musicverse?: { kit?: string };
      scripts?: Record<string, string>;
    };
    const name = packageJson.name ?? "";
    assert.match(
      name,
      /^(@musicverse\/plugin-|(@[^/]+\/)?musicverse-plugin-)/,
      "package.json: name must be musicverse-plugin-…",
    );
    assert.equal(packageJson.version, plugin.version, "package.json and manifest must have the same version");
    assert.equal(
      packageJson.musicverse?.kit,
      plugin.kit,
      `package.json needs "musicverse": { "kit": "${plugin.kit}" }`,
    );
    const onInstall = ["preinstall", "install", "postinstall"].filter((script) => packageJson.scripts?.[script]);
    assert.deepEqual(onInstall, [], "package.json: no scripts that run on install");
  },
};
