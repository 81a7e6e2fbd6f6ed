import * as sdk from "@musicverse/sdk";
import { program } from "./program.mjs";

export default {
  async fetch(request) {
    return Response.json(await program(sdk, await request.json()));
  },
};
