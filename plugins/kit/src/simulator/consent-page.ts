/** The page where a person agrees: a plain form that posts to its own address, query included. */
export function consentPage(provider: string, scopes: readonly string[]): string {
  const wishes = scopes.map((scope) => `<li>${escaped(scope)}</li>`).join("");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Simulated ${escaped(provider)}</title>
<style>body { font: 1rem/1.5 system-ui; max-width: 24rem; margin: 3rem auto; padding: 0 1rem } input { width: 100%; box-sizing: border-box }</style>
<main>
<h1>Simulated ${escaped(provider)}</h1>
<p>Nobody real is asked here. Any address is a person of its own.</p>
<ul>${wishes}</ul>
<form method="post">
<p><label>E-mail <input name="login" type="email" value="listener@example.com" required></label></p>
<p><button name="decision" value="allow">Agree</button> <button name="decision" value="deny" formnovalidate>Cancel</button></p>
</form>
</main>
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
