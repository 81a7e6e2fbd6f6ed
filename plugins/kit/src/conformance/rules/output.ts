import assert from "node:assert/strict";
import {
  generationFunctions,
  generationInput,
  generationKinds,
  type GenerationCapability,
  type GenerationInput,
  type GenerationOutput,
} from "../../generation.ts";
import { identityFunctions } from "../../identity.ts";
import { describeIssues } from "../../issues.ts";
import type { LongWork } from "../../long-work.ts";
import { contextFor, emptyOutcome, goodUpstream, run, shown } from "../run.ts";
import type { Rule, Subject } from "../subject.ts";
import type { z } from "zod";

export const outputRule: Rule = {
  id: "output",
  needs: "calls",
  title: "everything the functions answer fits the capability's schemas",
  async check(subject) {
    const { generation, identity } = subject.plugin.capabilities;
    if (generation) await generationFits(subject, generation);
    if (identity) {
      const outcome = emptyOutcome();
      const ctx = contextFor(subject, { upstream: goodUpstream(subject) }, outcome);
      fits(identityFunctions.whoami.output, await identity.whoami(ctx, {}), "whoami");
    }
  },
};

async function generationFits(subject: Subject, generation: GenerationCapability): Promise<void> {
  assert.ok(subject.options.inputs, "the suite needs inputs for generate");
  for (const wish of subject.options.inputs) {
    const input = generationInput.parse(wish);
    const outcome = await run(subject, { upstream: goodUpstream(subject), input });
    assert.equal(outcome.error, undefined, `generate failed: ${shown(outcome.error)}`);
    fits(generationFunctions.generate.output, outcome.output, "generate");
    answersWhatWasAsked(input, outcome.output as LongWork<GenerationOutput>);
    const ctx = contextFor(subject, { upstream: goodUpstream(subject) }, outcome);
    fits(generationFunctions.estimate.output, await generation.estimate(ctx, input), "estimate");
    const models = generation.models(ctx, {});
    fits(generationFunctions.models.output, models, "models");
    for (const kind of generationKinds.filter((each) => models.some((model) => model.kind === each))) {
      assert.ok(
        subject.options.inputs.some((one) => one.kind === kind),
        `the suite needs inputs of kind ${kind}, for which there are models`,
      );
      const defaults = models.filter((model) => model.kind === kind && model.default);
      assert.equal(defaults.length, 1, `models: exactly one default for ${kind}`);
    }
    const pending = typeof outcome.output === "object" && outcome.output && "pending" in outcome.output;
    assert.ok(!pending || generation.resolve, "generate answers pending, so resolve is needed");
  }
}

function answersWhatWasAsked(input: GenerationInput, work: LongWork<GenerationOutput>): void {
  if (!("done" in work)) return;
  assert.equal(work.done.kind, input.kind, "generate answers another kind than it was asked for");
  if (input.kind !== "reel" || work.done.kind !== "reel") return;
  const wanted = input.target ? 1 : input.variants;
  assert.equal(work.done.variants.length, wanted, "generate answers another number of variants than it was asked for");
}

function fits(schema: z.ZodType, value: unknown, what: string): void {
  const result = schema.safeParse(value);
  if (!result.success) assert.fail(`${what}: ${describeIssues(result.error).join("; ")}`);
}
