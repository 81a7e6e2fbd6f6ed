const sdk = require("@musicverse/sdk");

void import("./program.mjs").then(async ({ program }) =>
  console.log(JSON.stringify(await program(sdk, JSON.parse(process.argv[2])))),
);
