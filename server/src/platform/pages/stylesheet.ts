import { hash } from "node:crypto";

/** The one stylesheet, inside each page: no second request, no font or picture from elsewhere. Colours keep WCAG AA contrast in both schemes. */
export const stylesheet = `
:root{color-scheme:light dark;--page:#f3f2f7;--card:#fff;--text:#1c1a26;--soft:#5a5768;--line:#dcd9e6;--field:#fff;--field-line:#8a8699;--accent:#5a35d6;--accent-on:#fff;
--accent-hover:#4827b5;--tint:#efeafd;--bad:#b3172f;--bad-tint:#fdebee;--good:#13693a;--good-tint:#e6f5ec;--shadow:0 1px 2px #1c1a2614,0 12px 32px #1c1a261a}
@media (prefers-color-scheme:dark){:root{--page:#121019;--card:#1d1a27;--text:#f1eff7;--soft:#b3aec4;--line:#37324a;--field:#14121c;--field-line:#7d7794;--accent:#a88bff;
--accent-on:#160b38;--accent-hover:#bfa9ff;--tint:#2a2340;--bad:#ff9aa8;--bad-tint:#3a1a23;--good:#86e0ab;--good-tint:#14321f;--shadow:0 1px 2px #0006,0 12px 32px #0006}}
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;align-items:center;padding:clamp(1rem,5vh,4rem) 1rem 1.5rem;background:var(--page);
color:var(--text);font:400 1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{width:100%;max-width:27.5rem;background:var(--card);border:1px solid var(--line);border-radius:1rem;box-shadow:var(--shadow);padding:clamp(1.25rem,5vw,2.25rem)}
.brand{display:flex;align-items:center;gap:.625rem;margin:0 0 1.25rem;font-weight:650;letter-spacing:-.01em;color:var(--text)}
.brand svg{width:1.75rem;height:1.75rem;flex:none}
h1{margin:0 0 .5rem;font-size:1.5rem;line-height:1.25;letter-spacing:-.02em;font-weight:700;overflow-wrap:anywhere;text-wrap:balance}
h2{margin:1.5rem 0 .5rem;font-size:.9375rem;font-weight:650}
p{margin:0 0 1rem;overflow-wrap:anywhere}
.lead,.hint,footer{color:var(--soft)}
.hint{font-size:.875rem;margin:.375rem 0 0}
a{color:var(--accent);text-underline-offset:.15em}
form{margin:1.5rem 0 0}
.field{margin:0 0 1.125rem}
.field label{display:block;margin:0 0 .375rem;font-weight:600;font-size:.9375rem}
.field input{display:block;width:100%;min-height:2.875rem;padding:.5rem .875rem;font:inherit;color:inherit;background:var(--field);border:1px solid var(--field-line);border-radius:.625rem}
.field input[aria-invalid=true]{border-color:var(--bad);border-width:2px}
.field .error{margin:.375rem 0 0;color:var(--bad);font-size:.875rem}
.actions{display:flex;flex-direction:column;gap:.625rem;margin:1.75rem 0 0}
.button{display:block;width:100%;min-height:2.875rem;padding:.625rem 1rem;border:1px solid transparent;border-radius:.625rem;font:inherit;font-weight:650;text-align:center;text-decoration:none;cursor:pointer;
color:var(--accent-on);background:var(--accent)}
.button:hover{background:var(--accent-hover)}
.button.quiet{color:var(--text);background:transparent;border-color:var(--field-line)}
.button.quiet:hover{background:var(--tint)}
.link{padding:.25rem 0;white-space:nowrap;border:0;background:none;font:inherit;color:var(--accent);text-decoration:underline;text-underline-offset:.15em;cursor:pointer}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.notice{display:flex;gap:.625rem;margin:0 0 1.25rem;padding:.75rem .875rem;border-radius:.625rem;border:1px solid transparent;font-size:.9375rem}
.notice.bad{color:var(--bad);background:var(--bad-tint);border-color:currentColor}
.notice.good{color:var(--good);background:var(--good-tint);border-color:currentColor}
.notice.plain{background:var(--tint)}
.avatar{display:grid;place-items:center;position:relative;overflow:hidden;flex:none;width:3.5rem;height:3.5rem;border-radius:1rem;background:var(--tint);color:var(--accent);font-weight:700;font-size:1.25rem}
.avatar.round{width:2.5rem;height:2.5rem;border-radius:50%;font-size:.9375rem}
.avatar img{position:absolute;inset:0;width:100%;height:100%;object-fit:cover}
.who{display:flex;align-items:center;gap:.75rem;padding:.75rem;margin:1.25rem 0 0;border:1px solid var(--line);border-radius:.75rem}
.who>.text{min-width:0;flex:1;overflow-wrap:anywhere;line-height:1.35}
.who strong,.who span{display:block}
.who .sub{color:var(--soft);font-size:.875rem}
.app{display:flex;align-items:center;gap:.875rem;margin:0 0 1.25rem}
.app>.text{min-width:0;line-height:1.35;overflow-wrap:anywhere}
.app strong,.app span.sub{display:block}
.app strong{font-size:1.0625rem}
.app .sub{color:var(--soft);font-size:.875rem}
form.inline{margin:0}
.tag{display:inline-block;margin-left:.5rem;padding:0 .4375rem;border-radius:1rem;background:var(--tint);color:var(--accent);font-size:.75rem;line-height:1.6}
.list{margin:0;padding:0;list-style:none;border:1px solid var(--line);border-radius:.75rem}
.list li{display:flex;gap:.75rem;padding:.625rem .875rem;border-top:1px solid var(--line);font-size:.9375rem}
.list li:first-child{border-top:0}
.list svg{flex:none;width:1.125rem;height:1.125rem;margin-top:.2rem;color:var(--accent)}
fieldset{margin:1.5rem 0 0;padding:0;border:0}
legend{padding:0;margin:0 0 .5rem;font-weight:650;font-size:.9375rem}
.choice{display:flex;gap:.75rem;align-items:flex-start;padding:.75rem .875rem;border:1px solid var(--line);border-radius:.75rem;cursor:pointer}
.choice+.choice{margin-top:.5rem}
.choice:has(:checked){border-color:var(--accent);background:var(--tint)}
.choice input{margin:.2rem 0 0;width:1.125rem;height:1.125rem;accent-color:var(--accent);flex:none}
.choice strong,.choice span{display:block}
.choice .sub{color:var(--soft);font-size:.875rem}
footer{width:100%;max-width:27.5rem;margin:1.25rem 0 0;font-size:.8125rem;text-align:center}
code{font:.875em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
@media (min-width:40rem){.actions.pair{flex-direction:row-reverse}}
@media (forced-colors:active){.button,.choice,.avatar{border:1px solid}}
`.trim();

/** What the Content-Security-Policy lets through: this text and no other. */
export const stylesheetHash = `'sha256-${hash("sha256", stylesheet, "base64")}'`;
