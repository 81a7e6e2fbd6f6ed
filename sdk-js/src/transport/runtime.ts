interface ProcessLike {
  env?: Record<string, string | undefined>;
  versions?: { node?: string };
}

const { process } = globalThis as { process?: ProcessLike };

/** Node, Deno or Bun: there are a file system and streaming request bodies. */
export const isServerRuntime: boolean = typeof process?.versions?.node === "string";

/** A variable of the environment, where there is one; an empty one counts as absent. */
export function fromEnvironment(name: string): string | undefined {
  return process?.env?.[name]?.trim() || undefined;
}

/**
 * Loads a built-in module of Node on demand. The name is a parameter so that bundlers for browsers have nothing to
 * resolve.
 */
export async function loadBuiltin<T>(name: string, purpose: string): Promise<T> {
  if (!isServerRuntime) throw new TypeError(`${purpose} needs a file system; this runtime has none`);
  return (await import(/* webpackIgnore: true */ /* @vite-ignore */ name)) as T;
}
