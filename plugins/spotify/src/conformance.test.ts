import { conformance, jsonAnswer, textAnswer } from "@musicverse/plugin-kit/conformance";
import spotify from "./index.ts";
import { error, goodBody } from "./answers.fixture.ts";

conformance(spotify, {
  module: import.meta.resolve("./index.ts"),
  packageJson: import.meta.resolve("../package.json"),
  nodeArguments: ["--conditions=musicverse-source"],
  config: { clientId: "0123456789abcdef0123456789abcdef", clientSecret: "secret-canary-0123456789abcdef01" },
  answer: () => jsonAnswer(200, goodBody),
  errors: [
    { name: "401 expired", answer: jsonAnswer(401, error(401, "The access token expired")), code: "AUTH_EXPIRED" },
    { name: "403 not listed", answer: jsonAnswer(403, error(403, "User not registered")), code: "PERMANENT" },
    {
      name: "403 in words",
      answer: textAnswer(403, "User not registered in the Developer Dashboard"),
      code: "PERMANENT",
    },
    {
      name: "429",
      answer: jsonAnswer(429, error(429, "API rate limit exceeded"), { "retry-after": "7" }),
      code: "RATE_LIMIT",
      retryAfterSeconds: 7,
    },
    { name: "500", answer: textAnswer(500, "oops"), code: "UPSTREAM" },
    { name: "502", answer: textAnswer(502, "bad gateway"), code: "NETWORK" },
    { name: "503", answer: textAnswer(503, "later"), code: "NETWORK" },
    { name: "reset", answer: "reset", code: "NETWORK" },
    { name: "nobody", answer: jsonAnswer(200, { ...goodBody, id: null }), code: "UPSTREAM" },
  ],
});
