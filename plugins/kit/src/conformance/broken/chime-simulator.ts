import { createSimulator } from "../../simulator/create-simulator.ts";
import type { Simulator, SimulatorOptions } from "../../simulator/types.ts";

export function createChimeSimulator(options: SimulatorOptions = {}): Simulator {
  return createSimulator(options, ({ app, effect, work }) => {
    app.post("/songs", async (_request, response) => {
      await work(1000);
      effect("song");
      response.json({ id: "song-1", audio: "UklGRg==" });
    });
  });
}
