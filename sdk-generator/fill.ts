/** The paragraph in lines of at most `width` characters. Rows of tables, items of lists, tags and lines of code stay on lines of their own. */
export function fill(paragraph: string, width: number): string[] {
  const joined: string[] = [];
  for (const line of paragraph.split("\n")) {
    const previous = joined.at(-1);
    if (previous === undefined || previous === "" || line.trim() === "" || /^\s*[-|*@]|^\s{2,}/.test(line))
      joined.push(line.trimEnd());
    else joined[joined.length - 1] = `${previous} ${line.trim()}`;
  }
  return joined.flatMap((line) => wrap(line, width));
}

function wrap(line: string, width: number): string[] {
  if (line.length <= width || line.startsWith("|")) return [line];
  const hanging = /^\s*(?:[-*] )?/.exec(line)?.[0].length ?? 0;
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const space = rest.lastIndexOf(" ", width);
    if (space <= hanging) break;
    lines.push(rest.slice(0, space));
    rest = " ".repeat(hanging) + rest.slice(space + 1);
  }
  return [...lines, rest];
}
