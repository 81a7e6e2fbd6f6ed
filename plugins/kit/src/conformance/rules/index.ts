import type { Rule } from "../subject.ts";
import { abortRule } from "./abort.ts";
import { bypassRule } from "./bypass.ts";
import { casesRule } from "./cases.ts";
import { configErrorsRule } from "./config-errors.ts";
import { connectRule } from "./connect.ts";
import { egressRule } from "./egress.ts";
import { errorsRule } from "./errors.ts";
import { fuzzRule } from "./fuzz.ts";
import { generationRule } from "./generation.ts";
import { heapRule } from "./heap.ts";
import { importRule } from "./import.ts";
import { isolationRule } from "./isolation.ts";
import { logsRule } from "./logs.ts";
import { manifestRule } from "./manifest.ts";
import { outputRule } from "./output.ts";
import { retrySafetyRule } from "./retry-safety.ts";
import { secretsRule } from "./secrets.ts";
import { simulatorRule } from "./simulator.ts";
import { webhookBadRule, webhookGoodRule, webhookOldRule, webhookReplayRule, webhookShortRule } from "./webhooks.ts";

/** In the order in which an author meets them. */
export const rules: readonly Rule[] = [
  manifestRule,
  importRule,
  configErrorsRule,
  secretsRule,
  bypassRule(() => rules),
  casesRule,
  egressRule,
  outputRule,
  generationRule,
  errorsRule,
  fuzzRule,
  abortRule,
  retrySafetyRule,
  isolationRule,
  logsRule,
  simulatorRule,
  connectRule,
  webhookGoodRule,
  webhookBadRule,
  webhookShortRule,
  webhookOldRule,
  webhookReplayRule,
  heapRule,
];
