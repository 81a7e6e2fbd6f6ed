const sdk = require("@musicverse/sdk");

void import("./exercise.mjs").then(({ exercise }) => exercise(sdk));
