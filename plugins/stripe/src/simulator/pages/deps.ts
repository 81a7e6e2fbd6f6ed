import type { World } from "../world.ts";

export interface PagesDeps {
  world: World;
  /** Under which address browsers find the pages. */
  pagesUrl: () => string;
}
