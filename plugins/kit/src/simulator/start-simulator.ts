import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { Simulator, SimulatorControl } from "./types.ts";

export interface RunningSimulator {
  /** "http://127.0.0.1:41234" */
  readonly origin: string;
  readonly control: SimulatorControl;
  readonly pages: RequestListener | null;
  /** Cuts open connections, so hanging requests do not hold it. */
  close(): Promise<void>;
}

/** Listens on loopback only; port 0 takes a free one. */
export async function startSimulator(
  simulator: Simulator,
  { port = 0 }: { port?: number } = {},
): Promise<RunningSimulator> {
  const server = createServer(simulator.app);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${taken}`,
    control: simulator.control,
    pages: simulator.pages ?? null,
    async close() {
      simulator.control.clear();
      await simulator.close?.();
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
