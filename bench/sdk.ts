import { installPacked } from "../sdk-js/test/packed-project.ts";
import type { BenchRow } from "./row.ts";
import { benchSdkCalls } from "./sdk-calls.ts";
import { benchSdkImport } from "./sdk-import.ts";
import { installPeers } from "./sdk-peers.ts";
import { benchSdkSize } from "./sdk-size.ts";
import { benchSdkTypes } from "./sdk-types.ts";

/** The packed JavaScript SDK beside those that its users know, and its calls beside bare fetch. */
export async function benchSdk(): Promise<BenchRow[]> {
  const packed = installPacked();
  try {
    const candidates = await installPeers(packed.folder);
    return [
      ...(await benchSdkSize(candidates)),
      ...(await benchSdkImport(candidates)),
      ...(await benchSdkCalls(packed.folder)),
      ...(await benchSdkTypes(candidates)),
    ];
  } finally {
    packed.remove();
  }
}

if (import.meta.main) console.table(await benchSdk());
