import type { ProxiedRequest } from '../simulators/mode/app-proxy.ts';
import type { SimulatedAnswer } from '../simulators/simulator.ts';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string): string => text.replaceAll(/[&<>"]/g, (sign) => entities[sign] ?? sign);

const page = (name: string, pump: boolean, degrees: number): string => `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>${escape(name)}</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 32rem; margin: 4rem auto; padding: 0 1rem; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1.5rem; }
dd { margin: 0; font-variant-numeric: tabular-nums; }
button { font: inherit; padding: .3rem 1rem; }
</style></head><body>
<h1>${escape(name)}</h1>
<dl><dt>Temperature</dt><dd>${degrees.toFixed(1)} °C</dd><dt>Pump</dt><dd>${pump ? 'on' : 'off'}</dd></dl>
<form method="post" action="pump"><button>Switch the pump ${pump ? 'off' : 'on'}</button></form>
<p>A device of the Quayside demo, reached through a local port. Its readings as JSON: <a href="status">status</a>.</p>
</body></html>
`;

/** The application behind the App Proxy of the demo's sensors: a page, a switch, and its readings. */
export const demoApplication = (
  nameOf: (deviceId: string) => string,
): ((request: ProxiedRequest) => SimulatedAnswer) => {
  const pumps = new Set<string>();
  return ({ deviceId, method, path }) => {
    const degrees = 18 + (Number.parseInt(deviceId, 36) % 70) / 10 + Math.sin(Date.now() / 60_000);
    const type = (value: string) => ({ 'content-type': value, 'cache-control': 'no-store' });
    switch (`${method} ${path}`) {
      case 'GET ':
        return {
          status: 200,
          headers: type('text/html; charset=utf-8'),
          body: page(nameOf(deviceId), pumps.has(deviceId), degrees),
        };
      case 'GET status':
        return {
          status: 200,
          headers: type('application/json'),
          body: JSON.stringify({ temperature: Number(degrees.toFixed(1)), pump: pumps.has(deviceId) }),
        };
      case 'POST pump':
        if (!pumps.delete(deviceId)) pumps.add(deviceId);
        return { status: 303, headers: { location: './' } };
      default:
        return { status: 404, headers: type('text/plain'), body: 'There is nothing here.\n' };
    }
  };
};
