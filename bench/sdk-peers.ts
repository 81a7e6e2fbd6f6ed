import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** An SDK in an installed project, and the smallest programs with it. */
export interface Candidate {
  /** With its version. */
  name: string;
  /** Folder of the project. */
  folder: string;
  package: string;
  /** A program of which nothing of the package can be left out. */
  whole: string;
  /** A program that makes one kind of call. */
  one: string;
}

interface Bundler {
  build(options: object): Promise<{ outputFiles: { contents: Uint8Array }[] }>;
}

/** Kept between runs, and not among the dependencies. */
const cache = fileURLToPath(new URL("../node_modules/.cache/musicverse-sdk-peers/", import.meta.url));
const PACKAGES = ["openai@7.57.0", "stripe@23.1.0", "svix@2.5.0", "resend@6.38.0", "esbuild@0.28.2"];

const peers = [
  {
    package: "openai",
    whole: `import OpenAI from "openai"; console.log(OpenAI);`,
    one: `import OpenAI from "openai"; void new OpenAI({ apiKey: "x" }).models.list();`,
  },
  {
    package: "stripe",
    whole: `import Stripe from "stripe"; console.log(Stripe);`,
    one: `import Stripe from "stripe"; void new Stripe("x").customers.list();`,
  },
  {
    package: "svix",
    whole: `import * as svix from "svix"; console.log(svix);`,
    one: `import { Svix } from "svix"; void new Svix("x").application.list();`,
  },
  {
    package: "resend",
    whole: `import { Resend } from "resend"; console.log(Resend);`,
    one: `import { Resend } from "resend"; void new Resend("x").emails.get("x");`,
  },
];

/** Ours first, as packed in `folder`, then the peers from npm. */
export async function installPeers(folder: string): Promise<Candidate[]> {
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, "package.json"), JSON.stringify({ name: "peers", private: true, type: "module" }));
  await promisify(execFile)("npm", [
    "install",
    "--prefix",
    cache,
    "--no-save",
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    "--legacy-peer-deps",
    "--prefer-offline",
    ...PACKAGES,
  ]);
  const ours = {
    package: "@musicverse/sdk",
    whole: `import * as sdk from "@musicverse/sdk"; console.log(sdk);`,
    one: `import { createClient, TracksResource } from "@musicverse/sdk"; void createClient({ tracks: TracksResource }, { apiKey: "x" }).tracks.list();`,
  };
  return [{ ...ours, folder }, ...peers.map((peer) => ({ ...peer, folder: cache }))].map((candidate) => ({
    ...candidate,
    name: `${candidate.package} ${version(candidate)}`,
  }));
}

/** esbuild, from beside the peers. */
export function loadBundler(): Bundler {
  return createRequire(join(cache, "package.json"))("esbuild") as Bundler;
}

function version({ folder, package: name }: { folder: string; package: string }): string {
  return (JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8")) as { version: string })
    .version;
}
