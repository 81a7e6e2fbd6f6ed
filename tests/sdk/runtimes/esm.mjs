import * as sdk from "@musicverse/sdk";
import { program } from "./program.mjs";

console.log(JSON.stringify(await program(sdk, JSON.parse(process.argv[2]))));
