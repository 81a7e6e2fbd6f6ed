import type { Slice } from "../../slice.ts";
import { exported } from "./exports.ts";

export const quotaSlice = () => ({ exports: exported }) satisfies Slice;
