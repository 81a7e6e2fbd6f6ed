import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pythonWith } from "../../server/test-kit/python.ts";

const run = promisify(execFile);

/** Root of the Python package. */
const packageRoot: string = fileURLToPath(new URL("..", import.meta.url));

interface Ran {
  status: number;
  output: string;
}

/** A Python with the packages of requirements.txt. */
interface Environment {
  /** Why there is none. */
  missing?: string;
  executable?: string;
  /** Runs it in the package's folder, on the sources as they are; does nothing where there is none. */
  run(args: string[]): Promise<Ran>;
}

/** `name`: one each test file, so that no two make an environment at once. */
export async function pythonFor(name: string): Promise<Environment> {
  const { missing, executable } = await pythonWith(name, fileURLToPath(new URL("requirements.txt", import.meta.url)));
  if (executable === undefined) return { missing, run: () => Promise.resolve({ status: 1, output: missing }) };
  return { executable, run: (args) => runProgram(executable, args) };
}

/** Runs a program; in the package's folder and on its sources, unless told otherwise. */
export async function runProgram(
  program: string,
  args: string[],
  elsewhere: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Ran> {
  const env = {
    ...process.env,
    PYTHONPATH: "src",
    PYTHONDONTWRITEBYTECODE: "1",
    NO_COLOR: "1",
    MUSICVERSE_NODE: process.execPath,
    ...elsewhere.env,
  };
  try {
    const { stdout, stderr } = await run(program, args, {
      cwd: elsewhere.cwd ?? packageRoot,
      maxBuffer: 64 * 1024 * 1024,
      env,
    });
    return { status: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout = "", stderr = "" } = error as { code?: number; stdout?: string; stderr?: string };
    return { status: typeof code === "number" ? code : 1, output: `${stdout}${stderr}` || String(error) };
  }
}
