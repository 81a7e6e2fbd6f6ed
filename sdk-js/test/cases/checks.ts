import { expect } from "vitest";
import type {
  ErrorExpectation,
  Expectation,
  HookExpectation,
  LogExpectation,
  NumberExpectation,
  RecordedRequest,
} from "../../../tests/sdk/case.ts";
import * as sdk from "../../src/index.ts";
import type { LogEntry } from "../../src/index.ts";
import type { Outcome } from "./carry-out.ts";
import type { Reading } from "./read.ts";

export function checkError(wanted: ErrorExpectation, error: unknown): void {
  const { class: name, request_id, retry_after_ms, message = [], ...same } = wanted;
  const Class = (sdk as unknown as Record<string, new () => Error>)[name];
  expect(Class, `the package exports ${name}`).toBeDefined();
  if (Class) expect(error).toBeInstanceOf(Class);
  expect(error).toMatchObject({
    ...same,
    ...(request_id === undefined ? {} : { requestId: request_id }),
    ...(retry_after_ms === undefined ? {} : { retryAfterMs: retry_after_ms }),
  });
  for (const part of message) expect((error as Error).message).toContain(part);
}

export function checkResult(wanted: Expectation, { value, items, pages, events, bytes, response }: Reading): void {
  if (typeof wanted.value === "object") expect(value).toMatchObject(wanted.value as object);
  else if (wanted.value !== undefined) expect(value).toBe(wanted.value);
  if (wanted.items) expect(items?.map(idOf)).toEqual(wanted.items);
  if (wanted.pages) expect(pages?.map((page) => page.map(idOf))).toEqual(wanted.pages);
  if (wanted.events) {
    expect(events).toHaveLength(wanted.events.length);
    expect(events).toMatchObject(wanted.events);
  }
  if (wanted.bytes !== undefined) expect(bytes).toBe(wanted.bytes);
  if (!wanted.response) return;
  expect(response?.status).toBe(wanted.response.status);
  if (wanted.response.request_id !== undefined) expect(response?.requestId).toBe(wanted.response.request_id);
  for (const [name, header] of Object.entries(wanted.response.headers ?? {}))
    expect(response?.headers.get(name)).toBe(header);
}

function idOf(item: Record<string, unknown>): unknown {
  return Object.entries(item).find(([name]) => name === "id" || name.endsWith("_id"))?.[1];
}

export function checkPauses(wanted: NumberExpectation[], pauses: number[]): void {
  expect(pauses).toHaveLength(wanted.length);
  for (const [index, expectation] of wanted.entries()) {
    const pause = pauses[index] ?? Number.NaN;
    if (typeof expectation === "number") expect(pause).toBe(expectation);
    else {
      expect(pause).toBeGreaterThanOrEqual(expectation.at_least ?? 0);
      expect(pause).toBeLessThanOrEqual(expectation.at_most ?? Infinity);
    }
  }
}

export function checkLog(wanted: LogExpectation[], log: LogEntry[]): void {
  expect(log.map(({ event }) => event)).toEqual(wanted.map(({ event }) => event));
  for (const [index, { message = [], request_id, delay_ms, ...same }] of wanted.entries()) {
    expect(log[index]).toMatchObject({
      ...same,
      ...(request_id ? { requestId: request_id } : {}),
      ...(delay_ms === undefined ? {} : { delayMs: delay_ms }),
    });
    for (const part of message) expect(log[index]?.message).toContain(part);
  }
}

export function checkHooks(wanted: HookExpectation[], hooks: Outcome["hooks"]): void {
  expect(hooks.map(({ hook }) => hook)).toEqual(wanted.map(({ hook }) => hook));
  for (const [index, { path = "", request_id, headers = {}, ...same }] of wanted.entries()) {
    const told = hooks[index];
    expect(told).toMatchObject({ ...same, ...(request_id ? { requestId: request_id } : {}) });
    expect(told?.url.endsWith(path), `${told?.url} ends with ${path}`).toBe(true);
    for (const [name, header] of Object.entries(headers)) expect(told?.headers[name], name).toBe(header ?? undefined);
  }
}

export function checkRequests(wanted: Expectation, requests: RecordedRequest[]): void {
  if (typeof wanted.requests === "number") expect(requests).toHaveLength(wanted.requests);
  else if (wanted.requests) {
    expect(requests).toHaveLength(wanted.requests.length);
    for (const [index, { headers = {}, json, ...same }] of wanted.requests.entries()) {
      const request = requests[index];
      expect(request).toMatchObject(
        same.query
          ? { ...same, query: expect.toSatisfy((query) => JSON.stringify(query) === JSON.stringify(same.query)) }
          : same,
      );
      if (json !== undefined) expect(JSON.parse(request?.body ?? "")).toEqual(json);
      for (const [name, header] of Object.entries(headers)) checkHeader(name, header, request?.headers[name]);
    }
  }
  const values = (name: string): (string | undefined)[] => requests.map(({ headers }) => headers[name]);
  for (const name of wanted.same_headers ?? [])
    expect(new Set(values(name)), `one ${name}`).toEqual(new Set([expect.stringMatching(/./)]));
  for (const name of wanted.different_headers ?? [])
    expect(new Set(values(name)).size, `a new ${name} each time`).toBe(requests.length);
}

function checkHeader(name: string, wanted: string | null, header: string | undefined): void {
  const pattern = /^\/(.*)\/$/.exec(wanted ?? "")?.[1];
  if (wanted === null) expect(header, name).toBeUndefined();
  else if (pattern !== undefined) expect(header, name).toMatch(new RegExp(pattern));
  else expect(header, name).toBe(wanted);
}
