import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pythonWith } from "../server/test-kit/python.ts";
import { median, medianRatio, row, type BenchRow } from "./row.ts";

const run = promisify(execFile);
const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const env = { ...process.env, PYTHONPATH: path("../sdk-python/src") };

const IMPORT_ROUNDS = 15;
const CALL_ROUNDS = 61;
const CALLS = 100;
const IMPORTS = {
  "import musicverse": "import musicverse",
  "musicverse, a client ready to list tracks": "import musicverse; musicverse.MusicVerse(api_key='token').tracks",
  "import openai": "import openai",
  "openai, a client ready for chat": "import openai; openai.OpenAI(api_key='token').chat.completions",
  "import stripe": "import stripe",
  "stripe, a client ready for customers": "import stripe; stripe.StripeClient('sk_test_x').v1.customers",
};

/** The Python SDK beside its peers of PyPI and beside its own HTTP library, in turns, in one run. */
export async function benchSdkPython(): Promise<BenchRow[]> {
  const python = await pythonWith("bench-sdk", path("sdk-python/requirements.txt"));
  if (python.missing !== undefined) throw new Error(python.missing);
  return [...(await imports(python.executable)), ...(await overhead(python.executable))];
}

async function imports(python: string): Promise<BenchRow[]> {
  const times = new Map(Object.keys(IMPORTS).map((name) => [name, [] as number[]]));
  for (let round = -1; round < IMPORT_ROUNDS; round += 1) {
    for (const [name, statement] of Object.entries(IMPORTS)) {
      const { stdout } = await run(python, [path("sdk-python/imports.py"), statement], { env });
      // The first one writes the compiled files.
      if (round >= 0) times.get(name)?.push(Number(stdout));
    }
  }
  const of = (name: keyof typeof IMPORTS): number[] => times.get(name) ?? [];
  return [
    ...[...times].map(([name, values]) => row(`${name}, cold`, median(values), "ms")),
    row("import musicverse / import stripe", medianRatio(of("import musicverse"), of("import stripe")), "×", {
      atMost: 1,
    }),
    row(
      "a musicverse client ready / an openai client ready",
      medianRatio(of("musicverse, a client ready to list tracks"), of("openai, a client ready for chat")),
      "×",
      { atMost: 1 },
    ),
  ];
}

async function overhead(python: string): Promise<BenchRow[]> {
  const answer = readTrack();
  const server = createServer((request, response) => {
    request.resume();
    response
      .writeHead(200, {
        "content-type": "application/json",
        "x-request-id": "req_1",
        "content-length": String(answer.length),
      })
      .end(answer);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { stdout } = await run(python, [path("sdk-python/calls.py"), url, String(CALL_ROUNDS), String(CALLS)], {
      env,
    });
    return stdout
      .trim()
      .split("\n")
      .flatMap((line) => {
        const [[flavour, rounds] = ["", []]] = Object.entries(
          JSON.parse(line) as Record<string, [bare: number, sdk: number][]>,
        );
        const [bare, sdk] = [rounds.map(([value]) => value), rounds.map(([, value]) => value)];
        return [
          row(`bare httpx2, ${flavour}, GET with a JSON answer on loopback`, median(bare), "µs a call"),
          row(`tracks.get, ${flavour}, typed answer`, median(sdk), "µs a call"),
          row(`tracks.get / bare httpx2, ${flavour}`, medianRatio(sdk, bare), "×", { atMost: 1.15 }),
        ];
      });
  } finally {
    server.close();
  }
}

interface Contract {
  components: { examples: Record<string, { value: unknown }> };
  paths: Record<
    string,
    {
      get: {
        responses: Record<
          string,
          { content: Record<string, { examples: Record<string, { $ref?: string; value?: unknown }> }> }
        >;
      };
    }
  >;
}

/** The contract's example of a track. */
function readTrack(): Buffer {
  const { paths, components } = JSON.parse(readFileSync(path("../openapi/dist/openapi.json"), "utf8")) as Contract;
  const [example] = Object.values(
    paths["/v1/tracks/{track_id}"]?.get.responses["200"]?.content["application/json"]?.examples ?? {},
  );
  const found = example?.$ref ? components.examples[example.$ref.split("/").at(-1) ?? ""] : example;
  if (found?.value === undefined) throw new Error("getTrack has no example answer");
  return Buffer.from(JSON.stringify(found.value));
}

if (import.meta.main) console.table(await benchSdkPython());
