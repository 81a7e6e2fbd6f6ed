import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findLandedBundle } from "./landed-bundle.ts";

function runGit(cwd: string, ...args: string[]): string {
  const author = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
  return execFileSync("git", [...author, ...args], { cwd, encoding: "utf8", stdio: "pipe" }).trim();
}

/** A git repository in a temporary folder. */
function repository() {
  const dir = mkdtempSync(join(tmpdir(), "musicverse-git-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const git = (...args: string[]) => runGit(dir, ...args);
  git("init", "-q", "-b", "main");
  mkdirSync(join(dir, "openapi/dist"), { recursive: true });
  const land = (path: string, text: string) => {
    writeFileSync(join(dir, path), text);
    git("add", "-A");
    git("commit", "-q", "-m", "Change");
    return git("rev-parse", "HEAD");
  };
  const landBundle = (text: string) => land("openapi/dist/openapi.json", text);
  return { dir, git, landBundle, landOther: () => land("other", "x") };
}

test("a change that is not committed is compared with the commit at hand", () => {
  const { dir, landBundle } = repository();
  landBundle("one");
  const commit = landBundle("two");
  expect(findLandedBundle(dir, "three")).toEqual({ commit, text: "two" });
});

test("a clean checkout is compared with the bundle before, however many other commits lie between", () => {
  const { dir, landBundle, landOther } = repository();
  const commit = landBundle("one");
  landBundle("two");
  landOther();
  expect(findLandedBundle(dir, "two")).toEqual({ commit, text: "one" });
});

test("a branch is compared with what it started from, whatever it and main did since", () => {
  const { dir, git, landBundle } = repository();
  landBundle("one");
  const commit = landBundle("two");
  git("checkout", "-q", "-b", "feature");
  landBundle("three");
  landBundle("four");
  git("checkout", "-q", "main");
  landBundle("five");
  git("checkout", "-q", "feature");
  expect(findLandedBundle(dir, "four", "main")).toEqual({ commit, text: "two" });
});

test("a fresh clone finds the bundle before, and a branch in it what origin has", () => {
  const { dir, git, landBundle } = repository();
  const first = landBundle("one");
  const second = landBundle("two");
  const clone = join(dir, "clone");
  git("clone", "-q", dir, clone);
  expect(findLandedBundle(clone, "two")).toEqual({ commit: first, text: "one" });
  writeFileSync(join(clone, "openapi/dist/openapi.json"), "three");
  runGit(clone, "commit", "-q", "-a", "-m", "Change");
  expect(findLandedBundle(clone, "three")).toEqual({ commit: second, text: "two" });
});

test("without history there is nothing to compare with", () => {
  const { dir, landBundle } = repository();
  landBundle("one");
  expect(findLandedBundle(dir, "one")).toBeNull();
});

test("a base that git does not know is refused, not skipped", () => {
  const { dir, landBundle } = repository();
  landBundle("one");
  expect(() => findLandedBundle(dir, "one", "release")).toThrow("CONTRACT_BASE is release, which git does not know");
});
