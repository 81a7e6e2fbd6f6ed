import assert from "node:assert/strict";
import type { Rule } from "../subject.ts";

const credentialName = /(key|token|secret|password|credential|passphrase)s?$/i;

export const secretsRule: Rule = {
  id: "secrets",
  level: "bronze",
  title: "every setting that is a credential is declared secret() and has no default",
  async check({ plugin }) {
    const open = Object.entries(plugin.config).filter(
      ([name, { kind }]) => credentialName.test(name) && kind !== "secret",
    );
    assert.deepEqual(
      open.map(([name]) => name),
      [],
      "declare with secret(), or give a name that is no credential's",
    );
    const preset = Object.entries(plugin.config).filter(
      ([, field]) => field.kind === "secret" && field.default !== null,
    );
    assert.deepEqual(
      preset.map(([name]) => name),
      [],
      "a secret with a default is no secret",
    );
  },
};
