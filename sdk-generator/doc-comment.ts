import { fill } from "./fill.ts";

/** A TSDoc comment of these paragraphs, indented by `indent`; empty when there is nothing to say. */
export function docComment(paragraphs: (string | null | undefined | false)[], indent = ""): string {
  const text = paragraphs.filter(Boolean).join("\n\n").trim().replaceAll("*/", "*\\/");
  if (!text) return "";
  const lines = fill(text, 116 - indent.length);
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join("\n")}\n${indent} */\n`;
}
