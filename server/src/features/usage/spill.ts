import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { UsageRow } from "./batch.ts";

/** Batches that the database did not take, on disk until it does: one file each, written whole or not at all. */
export interface Spill {
  /** Resolves with the file's name when the disk has it. @throws when it cannot be written, or when the folder is full */
  write(rows: readonly UsageRow[]): Promise<string>;
  /** Names of all files, of other processes too, oldest first. */
  list(): Promise<string[]>;
  /** How long ago it was written. */
  ageMs(name: string): number;
  read(name: string): Promise<UsageRow[]>;
  remove(name: string): Promise<void>;
  /** Puts a file aside that nothing can be done with; an operator may look at it. */
  setAside(name: string): Promise<void>;
}

/** Names sort by time. */
const NAME = /^\d{15}-[0-9a-f-]{36}\.json$/;

export function createSpill(directory: string, bytesMax: number): Spill {
  const written = new Map<string, number>();
  const path = (name: string) => join(directory, name);
  return {
    write: async (rows) => {
      const text = JSON.stringify(rows);
      const held = [...written.values()].reduce((sum, bytes) => sum + bytes, 0);
      if (held + text.length > bytesMax)
        throw new Error(
          `${directory} holds ${held} bytes of usage that the database did not take; no more than ${bytesMax} are kept`,
        );
      await mkdir(directory, { recursive: true });
      const name = `${String(Date.now()).padStart(15, "0")}-${randomUUID()}.json`;
      const file = await open(path(`${name}.part`), "w");
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(path(`${name}.part`), path(name));
      written.set(name, text.length);
      return name;
    },
    list: async () => (await readdir(directory).catch(nothingThere)).filter((name) => NAME.test(name)).toSorted(),
    ageMs: (name) => Date.now() - Number(name.slice(0, 15)),
    read: async (name) => JSON.parse(await readFile(path(name), "utf8")) as UsageRow[],
    remove: async (name) => {
      await rm(path(name), { force: true });
      written.delete(name);
    },
    setAside: async (name) => {
      await rename(path(name), path(`${name}.refused`));
      written.delete(name);
    },
  };
}

function nothingThere(error: NodeJS.ErrnoException): string[] {
  if (error.code === "ENOENT") return [];
  throw error;
}
