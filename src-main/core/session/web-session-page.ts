import type { AppError } from '../base/errors.ts';

/** The page of a web session. It is ours; only the vendor's script is foreign. */

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign);

/** The content of the page, and its access to its host. */
export interface SessionPage {
  readonly title: string;
  readonly vendor: string;
  /** Identifies this page to its host; valid for one object. */
  readonly ticket: string;
  readonly clientScript?: string;
  /** Why there is no session. */
  readonly error?: AppError;
}

/** The document. The connect object is never in it. */
export const sessionPage = ({ title, vendor, ticket, clientScript, error }: SessionPage): string => `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="ticket" content="${escape(ticket)}">
<meta name="vendor" content="${escape(vendor)}">
<title>${escape(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/session.css">
<script src="/session.js"></script>
${clientScript === undefined ? '' : `<script src="${escape(clientScript)}"></script>\n`}</head>
<body>
<header>
<h1>${escape(title)}</h1>
<p id="state" role="status">${error === undefined ? `Asking ${escape(vendor)} for a session.` : escape(`${error.message} ${error.hint}`)}</p>
<button id="again" type="button"${error === undefined ? ' hidden' : ''}>Try again</button>
<button id="full" type="button">Full screen</button>
</header>
<p id="refused" role="alert" hidden></p>
<main id="screen"></main>
</body>
</html>
`;

/** The page's look: a bar above the remote screen. */
export const sessionStyle = `:root { color-scheme: light dark; font: 13px/1.4 system-ui, sans-serif; }
html, body { height: 100%; margin: 0; }
body { display: flex; flex-direction: column; background: light-dark(#fff, #101418); color: light-dark(#14181d, #e8ebee); }
header { display: flex; gap: 12px; align-items: center; padding: 6px 12px; border-bottom: 1px solid light-dark(#d9dee3, #2a3138); }
h1 { font-size: 13px; font-weight: 600; margin: 0; white-space: nowrap; }
p { margin: 0; flex: 1; color: light-dark(#55606b, #9aa5b0); }
button { font: inherit; padding: 3px 10px; border: 1px solid light-dark(#c3cad1, #3a434c); border-radius: 5px; background: none; color: inherit; cursor: pointer; }
button:focus-visible { outline: 2px solid light-dark(#1f6feb, #6ea8fe); outline-offset: 1px; }
#refused { flex: none; padding: 6px 12px; color: light-dark(#7a4b00, #f0c674); border-bottom: 1px solid light-dark(#d9dee3, #2a3138); }
main { flex: 1; min-height: 0; overflow: auto; }
`;

/**
 * The behaviour of the page: one client, one object for it, and a new page for another try. It runs before the vendor's
 * script, so that it sees from the start what the page's policy refuses.
 */
export const sessionScript = `(() => {
  'use strict';
  const refused = [];
  let tellRefused = () => undefined;
  addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
    refused.push({ rule: effectiveDirective, what: blockedURI });
    tellRefused();
  });
  const run = () => {
    const meta = (name) => document.querySelector('meta[name=' + name + ']').content;
    const ticket = meta('ticket');
    const vendor = meta('vendor');
    const status = document.getElementById('state');
    const again = document.getElementById('again');
    tellRefused = () => {
      const code = refused.find(({ rule }) => rule.startsWith('script-src') || rule === 'worker-src');
      const server = refused.find(({ rule }) => rule === 'connect-src');
      const words = [];
      if (code !== undefined)
        words.push('Quayside stopped the web client of ' + vendor + ' from running code that it does not allow (' + code.rule + '), so this session may not work. Use the portal of ' + vendor + ' for it, and report this to the makers of Quayside.');
      if (server !== undefined) {
        const url = URL.canParse(server.what) ? new URL(server.what).host : server.what;
        words.push('The web client of ' + vendor + ' wanted to connect to ' + url + ', which this account does not allow. If that is a server of your ' + vendor + ', add it to “Servers of the web client” in the account.');
      }
      if (words.length === 0) return;
      const place = document.getElementById('refused');
      place.textContent = words.join(' ');
      place.hidden = false;
    };
    tellRefused();
    const post = (what, value) =>
      fetch('/s/' + ticket + '/' + what, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(value === undefined ? null : value),
        cache: 'no-store',
        keepalive: what === 'state',
      });
    const tell = (state, words) => {
      status.textContent = words;
      document.documentElement.dataset.state = state;
      again.hidden = state !== 'failed' && state !== 'disconnected';
      post('state', { state }).catch(() => undefined);
    };
    const retry = async () => {
      again.disabled = true;
      try {
        const answer = await post('again');
        if (!answer.ok) throw new Error();
        const { address } = await answer.json();
        if (address !== undefined) location.replace(address);
      } catch {
        again.disabled = false;
        status.textContent = 'This page has served its time. Open the session again from Quayside.';
      }
    };
    again.addEventListener('click', () => void retry());
    document.getElementById('full').addEventListener('click', () => {
      if (document.fullscreenElement === null) void document.documentElement.requestFullscreen().catch(() => undefined);
      else void document.exitFullscreen();
    });
    if (document.scripts.length < 2) {
      document.documentElement.dataset.state = 'failed';
      return;
    }
    if (window.Reemo === undefined || window.Reemo.WebClient === undefined) {
      tell('failed', 'The script of ' + vendor + ' could not be loaded. Check the network and the address of the script in the account.');
      return;
    }
    const client = new window.Reemo.WebClient();
    let isOpen = true;
    client.on('retry', () => void retry());
    client.on('back', () => window.close());
    client.on('state', (told) => {
      if (!isOpen) return;
      const state = String((told && told.state) || '');
      const why = told && told.error ? ': ' + String(told.error.message || told.error).slice(0, 200) : '';
      if (/ERROR/.test(state)) tell('failed', vendor + ' gave no session' + why + '.');
      else if (/DISCONNECTED/.test(state)) tell('disconnected', 'The session has ended' + why + '.');
      else if (/CONNECTED/.test(state)) tell('connected', 'Connected through ' + vendor + '.');
      else tell('connecting', 'Connecting through ' + vendor + '.');
    });
    addEventListener('pagehide', () => {
      if (!isOpen) return;
      isOpen = false;
      // The document names the event beforeDestroy and no such method: a client may have none.
      if (typeof client.destroy === 'function') client.destroy();
      post('state', { state: 'closed' }).catch(() => undefined);
    });
    const start = async () => {
      client.init('screen', { backButton: false, retryButton: true });
      const given = await post('object');
      if (!given.ok) return tell('failed', 'This page has been used already.');
      await client.connect(await given.json());
    };
    start().catch(() => tell('failed', vendor + ' gave no session.'));
  };
  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', run, { once: true });
  else run();
})();
`;
