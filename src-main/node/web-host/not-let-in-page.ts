import { createHash } from 'node:crypto';

const style = `:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; }
body { display: grid; place-content: center; min-height: 100vh; margin: 0; padding: 24px; box-sizing: border-box;
  background: light-dark(#fff, #111316); color: light-dark(#171a1f, #eceef1); }
main { max-width: 460px; }
h1 { font-size: 18px; margin: 0 0 8px; }
p { margin: 0 0 12px; color: light-dark(#4a515c, #aeb6c0); }
code { font-family: ui-monospace, monospace; font-size: 13px; color: light-dark(#171a1f, #eceef1); }
form { display: flex; gap: 8px; }
input { flex: 1; min-width: 0; font: inherit; padding: 6px 10px; border: 1px solid light-dark(#b6bcc6, #444c56);
  border-radius: 6px; background: none; color: inherit; }
button { font: inherit; padding: 6px 14px; border: 0; border-radius: 6px; background: light-dark(#2563c9, #2f6fd6);
  color: #fff; cursor: pointer; }
:focus-visible { outline: 2px solid light-dark(#2563c9, #5b9dff); outline-offset: 2px; }`;

const styleHash = createHash('sha256').update(style).digest('base64');

/** The headers of the page: it has its own style and a form that leads back here, and nothing else. */
export const notLetInHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'content-type': 'text/html; charset=utf-8',
};

/** The page for a browser that is not let in: why, and how to get in. `why` is a sentence of ours. */
export const notLetInPage = (why: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Quayside</title>
<style>${style}</style>
<main>
<h1>Quayside</h1>
<p role="status">${why}</p>
<p>Open it with <code>quayside serve --open</code>, or paste the link that <code>quayside serve</code> prints.</p>
<form action="/" method="get">
<input name="token" required autofocus autocomplete="off" spellcheck="false" aria-label="Link">
<button>Open</button>
</form>
</main>
</html>
`;

/** The token in the user's input: the token itself, or the whole link. */
export const tokenIn = (given: string): string => URL.parse(given.trim())?.searchParams.get('token') ?? given.trim();
