#!/usr/bin/env node
import { relative } from "node:path";
import { createInterface } from "node:readline/promises";
import { readAnswers, Refusal, type Ask } from "./answers.ts";
import { scaffold } from "./scaffold.ts";

const terminal = process.stdin.isTTY ? createInterface({ input: process.stdin, output: process.stdout }) : null;
const ask: Ask = terminal
  ? async (question, fallback) =>
      (await terminal.question(fallback === "" ? `${question}: ` : `${question} [${fallback}]: `)).trim() || fallback
  : null;

try {
  const folder = await scaffold(await readAnswers(process.argv.slice(2), ask));
  process.stdout.write(`Written. Next: cd ${relative(".", folder)} && npm install && npm test\n`);
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`create-plugin: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  terminal?.close();
}
