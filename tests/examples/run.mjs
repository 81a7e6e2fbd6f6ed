// Runs programs in turn for a test in another process: one {"file", "env", "folder"} per line in, one {"error"} per line at descriptor 3.
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

for await (const line of createInterface({ input: process.stdin })) {
  const { file, env, folder } = JSON.parse(line);
  Object.assign(process.env, env);
  process.chdir(folder);
  let error = null;
  try {
    await import(pathToFileURL(file).href);
  } catch (thrown) {
    error = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  }
  writeSync(3, `${JSON.stringify({ error })}\n`);
}
