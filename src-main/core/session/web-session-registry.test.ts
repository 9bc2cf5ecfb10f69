import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { fail, ok, type Result } from '../base/errors.ts';
import { WebSessionRegistry } from './web-session-registry.ts';
import type { WebSessionMaterial, WebSessionOrder } from './web-session.ts';
import { webSessionPolicy } from './web-session.ts';

const material = (token: string): WebSessionMaterial => ({
  computer: { name: 'desk', signal: { url: 'wss://eu1.signal.example:8443/x', token } },
  clientScript: 'https://static.example/client.min.js',
  servers: ['*.vendor.example'],
});

const rig = (fresh: () => Promise<Result<WebSessionMaterial>> = async () => ok(material('fresh'))) => {
  const clock = new VirtualClock();
  const told: string[] = [];
  let count = 0;
  let asked = 0;
  const desk = new WebSessionRegistry({ clock, newTicket: () => `ticket-${String((count += 1)).padStart(20, '0')}` });
  const order: WebSessionOrder = {
    title: 'desk <1>',
    vendor: 'Reemo',
    fresh: () => {
      asked += 1;
      return fresh();
    },
    onState: (state) => told.push(state),
  };
  const get = (path: string) => desk.answer({ method: 'GET', path, body: '' });
  const post = (path: string, body: unknown = null) =>
    desk.answer({ method: 'POST', path, body: JSON.stringify(body) });
  const ticketOf = (html: string): string => /name="ticket" content="([^"]+)"/.exec(html)?.[1] ?? '';
  return { clock, desk, order, told, get, post, ticketOf, asked: () => asked };
};

describe('a page', () => {
  it('is good once, and so is its object', async () => {
    const { desk, order, get, post, ticketOf, asked } = rig();
    const path = desk.admit(order);
    // Nothing is handed out before the page is there.
    expect((await post(`${path}/object`)).status).toBe(410);
    const page = await get(path);
    expect(page.status).toBe(200);
    expect(page.body).toContain('desk &lt;1&gt;');
    expect(page.body).not.toContain('fresh');
    expect((await get(path)).status).toBe(410);
    const ticket = ticketOf(page.body);
    expect(path).not.toContain(ticket);
    const object = await post(`/s/${ticket}/object`);
    expect(JSON.parse(object.body)).toEqual(material('fresh').computer);
    expect(object.headers['cache-control']).toBe('no-store');
    expect((await post(`/s/${ticket}/object`)).status).toBe(410);
    expect((await get(`/s/${ticket}`)).status).toBe(410);
    expect(asked()).toBe(1);
  });

  it('gets an object that was asked for when it was opened, and is gone ten minutes after it was given out', async () => {
    const { clock, desk, order, get, post, ticketOf, asked } = rig();
    const path = desk.admit(order);
    const late = desk.admit(order);
    await clock.advance(300_000);
    expect(asked()).toBe(0);
    const { body } = await get(path);
    expect(asked()).toBe(1);
    expect((await post(`/s/${ticketOf(body)}/object`)).body).toContain('"fresh"');
    await clock.advance(301_000);
    expect((await get(late)).status).toBe(410);
    expect(asked()).toBe(1);
  });

  it('leads to another for another try, and to no third', async () => {
    const { desk, order, get, post, ticketOf } = rig();
    const ticket = ticketOf((await get(desk.admit(order))).body);
    const again = JSON.parse((await post(`/s/${ticket}/again`)).body) as { address: string };
    expect((await post(`/s/${ticket}/again`)).status).toBe(410);
    expect((await post(`/s/${ticket}/object`)).status).toBe(410);
    const next = ticketOf((await get(again.address)).body);
    expect((await post(`/s/${next}/object`)).body).toContain('"fresh"');
  });

  it('says why there is no session, and loads nothing foreign', async () => {
    const { desk, order, told, get } = rig(async () =>
      fail('device-offline', 'The computer is offline.', 'Try <later>.'),
    );
    const path = desk.admit(order);
    const page = await get(path);
    expect(page.status).toBe(502);
    expect(page.body).toContain('The computer is offline. Try &lt;later&gt;.');
    expect(page.body).not.toContain('static.example');
    expect(page.headers['content-security-policy']).toBe(webSessionPolicy(undefined));
    expect(told).toEqual(['failed']);
  });

  it('tells its state in known words alone', async () => {
    const { desk, order, told, get, post, ticketOf } = rig();
    const ticket = ticketOf((await get(desk.admit(order))).body);
    for (const body of [{ state: 'connected' }, { state: 'token=abc' }, null, 7, { state: 'closed' }])
      await post(`/s/${ticket}/state`, body);
    await desk.answer({ method: 'POST', path: `/s/${ticket}/state`, body: '{' });
    expect(told).toEqual(['connected', 'closed']);
  });

  it('is one of a limited number, and of none once the desk is closed', async () => {
    const { desk, order, get } = rig();
    const paths = Array.from({ length: 70 }, () => desk.admit(order));
    expect((await get(paths[0] ?? '')).status).toBe(410);
    expect((await get(paths[69] ?? '')).status).toBe(200);
    desk.dispose();
    expect((await get(paths[68] ?? '')).status).toBe(410);
    expect((await get('/s/../session.js')).status).toBe(410);
  });
});

describe('the content policy', () => {
  const directive = (policy: string, name: string): string =>
    policy.split('; ').find((part) => part.startsWith(`${name} `)) ?? '';

  it('lets scripts come from the vendor’s host, and connections go to its servers and where the object says', () => {
    const policy = webSessionPolicy(material('t'));
    expect(directive(policy, 'script-src')).toBe(`script-src 'self' https://static.example 'wasm-unsafe-eval'`);
    expect(directive(policy, 'connect-src')).toBe(
      `connect-src 'self' https://static.example wss://static.example https://*.vendor.example wss://*.vendor.example https://eu1.signal.example:8443 wss://eu1.signal.example:8443`,
    );
    expect(directive(policy, 'default-src')).toBe(`default-src 'none'`);
    expect(policy).not.toContain(`'unsafe-eval'`);
    expect(directive(policy, 'script-src')).not.toContain('*');
  });

  it('takes hosts with a port of the object, and of the servers only what is a host', () => {
    const policy = webSessionPolicy({
      computer: { signal: 'sig1.reemo.io:443', port: 'x:1', at: '12:30', ice: ['203.0.113.7:8443'] },
      clientScript: 'https://static.reemo.io/x.js',
      servers: ['*.reemo.io', '*', 'a.example; script-src *'],
    });
    expect(directive(policy, 'connect-src')).toBe(
      `connect-src 'self' https://static.reemo.io wss://static.reemo.io https://*.reemo.io wss://*.reemo.io https://sig1.reemo.io:443 wss://sig1.reemo.io:443 https://203.0.113.7:8443 wss://203.0.113.7:8443`,
    );
  });

  it('ends, however many addresses an object holds', () => {
    const computer = Array.from({ length: 5000 }, (_, at) => `wss://s${at}.example`);
    const policy = webSessionPolicy({ computer, clientScript: 'https://static.example/x.js', servers: [] });
    expect(policy.length).toBeLessThan(4000);
  });

  it('takes nothing from an object that is no address', () => {
    const policy = webSessionPolicy({
      computer: ['javascript:alert(1)', "https://a.example/'; script-src *", 'data:text/html,x', 'plain', 7, null],
      clientScript: 'https://static.example/x.js',
      servers: [],
    });
    expect(policy).not.toContain('*');
    expect(policy).not.toContain('javascript');
    expect(directive(policy, 'connect-src')).toContain('https://a.example');
    expect(directive(policy, 'script-src')).not.toContain('a.example');
  });
});
