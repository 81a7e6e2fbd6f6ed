const CHARACTERS_MAX = 120;
/** No part of a file name somewhere: path separators, wildcards, control characters, and those that turn the text around (so that `gpj.exe` reads as something else). */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}/\\:*?"<>|]/gu;

/**
 * Content-Disposition with a file name for every client (RFC 6266): plain ASCII, and the title itself in UTF-8. A title
 * comes from whoever made the object, so nothing of it can name a folder, hide the ending or end the header.
 */
export function attachment({ title, plain, ending }: { title: string; plain: string; ending: string }): string {
  const name = [...title.toWellFormed().replaceAll(UNSAFE, "_")].slice(0, CHARACTERS_MAX).join("");
  const visible = name.replace(/^[.\s]+/, "").trim() || plain;
  const utf8 = encodeURIComponent(`${visible}.${ending}`).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}.${ending}"; filename*=UTF-8''${utf8}`;
}
