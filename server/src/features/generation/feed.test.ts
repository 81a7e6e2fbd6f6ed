import { expect, test } from "vitest";
import { createGenerationFeed } from "./feed.ts";

test("when a process answers no more, its streams end, and its work still hears of changes until all is closed", () => {
  let notify = (_payload: string): void => undefined;
  let isListening = true;
  const feed = createGenerationFeed({
    listen: (_channel, onNotice) => {
      notify = onNotice;
      return () => void (isListening = false);
    },
  });
  const heard: string[] = [];
  feed.subscribe("one", (change) => heard.push(change));
  feed.endStreams();
  notify("one canceled");
  expect(heard).toEqual(["closed", "canceled"]);
  feed.subscribe("late", (change) => heard.push(`late ${change}`));
  expect(heard.at(-1)).toBe("late closed");
  expect(isListening).toBe(true);
  feed.close();
  expect(isListening).toBe(false);
});
