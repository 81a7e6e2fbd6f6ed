import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const caches = fileURLToPath(new URL("../../node_modules/.cache/", import.meta.url));

/** A Python with the wanted packages, or the reason why there is none. */
export type Python = { executable: string; missing?: undefined } | { executable?: undefined; missing: string };

/**
 * A virtual environment of its own for one purpose, made once and kept until its requirements change.
 * @param name folder of the environment; one test file each, so that no two make it at once
 * @param requirements requirements.txt with exact versions
 */
export async function pythonWith(name: string, requirements: string): Promise<Python> {
  const directory = join(caches, `musicverse-python-${name}`);
  const executable = join(directory, "bin", "python");
  const made = join(directory, "requirements.txt");
  const wanted = readFileSync(requirements, "utf8");
  if (existsSync(made) && readFileSync(made, "utf8") === wanted && existsSync(executable)) return { executable };
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(caches, { recursive: true });
  try {
    await run("python3", ["-m", "venv", directory]);
    await run(executable, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]);
  } catch (error) {
    return {
      missing: `no Python with ${wanted.trim().replaceAll("\n", ", ")} could be set up: ${String(error).slice(0, 500)}`,
    };
  }
  writeFileSync(made, wanted);
  return { executable };
}
