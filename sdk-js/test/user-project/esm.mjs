import * as sdk from "@musicverse/sdk";
import { exercise } from "./exercise.mjs";

await exercise(sdk);
