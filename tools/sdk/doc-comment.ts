/** A TSDoc comment of these paragraphs, indented by `indent`; empty when there is nothing to say. */
export function docComment(paragraphs: (string | null | undefined | false)[], indent = ""): string {
  const text = paragraphs.filter(Boolean).join("\n\n").trim().replaceAll("*/", "*\\/");
  if (!text) return "";
  const lines = text.split("\n").flatMap((line) => wrap(line.trimEnd(), 116 - indent.length));
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join("\n")}\n${indent} */\n`;
}

function wrap(line: string, width: number): string[] {
  // Rows of tables and lines of code mean something only whole.
  if (line.length <= width || line.startsWith("|") || line.startsWith(" ")) return [line];
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const space = rest.lastIndexOf(" ", width);
    if (space <= 0) break;
    lines.push(rest.slice(0, space));
    rest = rest.slice(space + 1);
  }
  return [...lines, rest];
}
