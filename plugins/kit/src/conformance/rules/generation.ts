import assert from "node:assert/strict";
import {
  generationKinds,
  type GenerationInput,
  type GenerationModel,
  type GenerationOutput,
} from "../../capabilities/generation.ts";
import type { LongWork } from "../../long-work.ts";
import { casesOf } from "../cases.ts";
import { run } from "../run.ts";
import type { Rule, Subject } from "../subject.ts";

export const generationRule: Rule = {
  id: "generation",
  level: "bronze",
  needs: "generation",
  title: "each kind with models has one default and a case, and what is generated is what was asked for",
  async check(subject) {
    await modelsFit(subject);
    for (const of of casesOf(subject).filter((each) => each.of === "generation.generate")) {
      const { error, output } = await run(subject, of);
      if (error === undefined) answersWhatWasAsked(of.input as GenerationInput, output as LongWork<GenerationOutput>);
    }
  },
};

async function modelsFit(subject: Subject): Promise<void> {
  const cases = casesOf(subject);
  const asked = cases.find(({ of }) => of === "generation.models");
  assert.ok(asked);
  const { output } = await run(subject, asked);
  const models = (output ?? []) as GenerationModel[];
  for (const kind of generationKinds.filter((each) => models.some((model) => model.kind === each))) {
    const defaults = models.filter((model) => model.kind === kind && model.default);
    assert.equal(defaults.length, 1, `models: ${kind} needs exactly one default`);
    const called = cases.some((each) => each.of === "generation.generate" && each.kind === kind);
    assert.ok(called, `there are models for ${kind} and no case of generation.generate asks for it`);
  }
}

function answersWhatWasAsked(input: GenerationInput, work: LongWork<GenerationOutput>): void {
  if (!("done" in work)) return;
  assert.equal(work.done.kind, input.kind, "generate answers another kind than it was asked for");
  if (input.kind !== "reel" || work.done.kind !== "reel") return;
  const wanted = input.target ? 1 : input.variants;
  assert.equal(work.done.variants.length, wanted, "generate answers another number of variants than it was asked for");
}
