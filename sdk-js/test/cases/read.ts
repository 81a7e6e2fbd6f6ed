import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { OperationCall } from "../../../tests/sdk/case.ts";
import type { APIPromise, BinaryResponse, EventStream, Page, PagePromise } from "../../src/index.ts";

type Item = Record<string, unknown>;

/** What came out of a call, in the form of the table. */
export interface Reading {
  value?: unknown;
  items?: Item[];
  pages?: Item[][];
  events?: { event: string; id: string | null; data: unknown }[];
  bytes?: string;
  response?: { status: number; requestId: string | null; headers: Headers };
  onEvent?: () => void;
}

/** Makes the call and reads its result in the way that the case asks for. */
export async function read(
  { read: how = "value", take = Infinity }: OperationCall,
  invoke: () => unknown,
  into: Reading,
  folder: string,
): Promise<void> {
  switch (how) {
    case "value":
      into.value = await invoke();
      return;
    case "items":
      into.items = [];
      for await (const item of invoke() as PagePromise<Item>) if (into.items.push(item) >= take) break;
      return;
    case "pages":
      into.pages = [];
      for (
        let page: Page<Item> | null = await (invoke() as PagePromise<Item>);
        page;
        page = page.hasNextPage() ? await page.getNextPage() : null
      )
        into.pages.push(page.data);
      return;
    case "with_response": {
      const { data, response, requestId } = await (invoke() as APIPromise<unknown>).withResponse();
      into.value = data;
      into.response = { status: response.status, requestId, headers: response.headers };
      return;
    }
    case "raw_response": {
      const response = await (invoke() as APIPromise<unknown>).asResponse();
      into.response = {
        status: response.status,
        requestId: response.headers.get("x-request-id"),
        headers: response.headers,
      };
      into.value = await response.json();
      return;
    }
    case "events":
      into.events = [];
      for await (const event of invoke() as EventStream<unknown>) {
        into.onEvent?.();
        if (into.events.push(event) >= take) break;
      }
      return;
    case "bytes":
      into.bytes = new TextDecoder().decode(await (await (invoke() as APIPromise<BinaryResponse>)).bytes());
      return;
    case "file": {
      const path = join(folder, "read.bin");
      await (await (invoke() as APIPromise<BinaryResponse>)).toFile(path);
      into.bytes = readFileSync(path, "utf8");
    }
  }
}
