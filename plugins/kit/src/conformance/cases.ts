import {
  capabilityNames,
  functionsOf,
  type CapabilityName,
  type FunctionDeclaration,
  type FunctionName,
} from "../capabilities/index.ts";
import type { HttpRequest, PluginContext } from "../context.ts";
import type { RawAnswer } from "../http-rules.ts";
import { describeIssues } from "../issues.ts";
import { now } from "./clock.ts";
import type { Case, Subject } from "./subject.ts";

type AnyFunction = (ctx: PluginContext, input: unknown) => unknown;

/** A case with what the suite needs to run it. */
export interface SuiteCase {
  readonly capability: CapabilityName;
  readonly fn: string;
  readonly of: FunctionName;
  /** `generation.generate of music` */
  readonly title: string;
  /** What is generated, where the input says so: each kind is a path of its own through the plugin. */
  readonly kind: string | null;
  readonly declaration: FunctionDeclaration;
  readonly run: AnyFunction;
  readonly input: unknown;
  readonly answer: (request: HttpRequest) => RawAnswer;
  readonly simulated: boolean;
}

/** The functions that a plugin provides. */
export function providedBy({ plugin }: Pick<Subject, "plugin">) {
  return capabilityNames.flatMap((capability) => {
    const provided = plugin.capabilities[capability] as Readonly<Record<string, unknown>> | undefined;
    return Object.entries(functionsOf(capability)).flatMap(([fn, declaration]) => {
      const implementation = provided?.[fn];
      if (typeof implementation !== "function") return [];
      const run: AnyFunction = (ctx, input) => (implementation as AnyFunction).call(provided, ctx, input);
      return [{ capability, fn, of: `${capability}.${fn}` as FunctionName, declaration, run }];
    });
  });
}

/** Every case of every function that the plugin provides. Throws for an input that does not fit the capability. */
export function casesOf(subject: Subject): SuiteCase[] {
  return providedBy(subject).flatMap(({ capability, fn, of, declaration, run }) =>
    wantedCases(subject, capability, fn, declaration).map((each) => {
      const input = parsed(of, declaration, each.input);
      const kind = kindOf(input);
      return {
        capability,
        fn,
        of,
        title: kind === null ? of : `${of} of ${kind}`,
        kind,
        declaration,
        run,
        input,
        answer: each.answer ?? subject.options.answer,
        simulated: each.simulated ?? true,
      };
    }),
  );
}

function parsed(of: FunctionName, { input }: FunctionDeclaration, given: unknown): unknown {
  const result = input.safeParse(given);
  if (result.success) return result.data;
  throw new TypeError(`the input of a case of ${of} does not fit: ${describeIssues(result.error).join("; ")}`);
}

/** One case of each path through the plugin that asks the provider: the first of each function and kind. */
export function providerCases(subject: Subject): SuiteCase[] {
  const asking = casesOf(subject).filter(({ declaration }) => declaration.network);
  return asking.filter(({ title }, index) => asking.findIndex((other) => other.title === title) === index);
}

/** Functions that take nothing, and webhooks, whose samples are cases for all four functions, need no case of their own. */
function wantedCases(
  { options }: Subject,
  capability: CapabilityName,
  fn: string,
  { input }: FunctionDeclaration,
): readonly Case<unknown>[] {
  const written: Readonly<Record<string, readonly Case<unknown>[] | undefined>> = options.cases?.[capability] ?? {};
  if (written[fn]) return written[fn];
  const { webhooks, config } = options;
  if (capability === "webhooks" && webhooks)
    return (["first", "second"] as const).map((event) => ({ input: webhooks.deliver(event, now, config) }));
  return input.safeParse({}).success ? [{ input: {} }] : [];
}

function kindOf(input: unknown): string | null {
  const { kind } = (input ?? {}) as { kind?: unknown };
  return typeof kind === "string" ? kind : null;
}
