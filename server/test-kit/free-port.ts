import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * A port of the loopback address that is free now and stays so while its server is away for a moment: below the ports
 * that systems give out by themselves, so that no connection of a test at the same time is given it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 30_000);
    const probe = createServer().listen(port, "127.0.0.1");
    try {
      await once(probe, "listening");
      return port;
    } catch (error) {
      if ((error as { code?: unknown }).code !== "EADDRINUSE") throw error;
    } finally {
      probe.close();
    }
  }
}
