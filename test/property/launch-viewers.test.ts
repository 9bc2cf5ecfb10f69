import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLauncher, customLauncherPlan, launcherPlaceholders } from '../../src-main/core/launch/custom-launcher.ts';
import { hostKeyAlias } from '../../src-main/core/ssh/ssh-command.ts';
import { rdpClients } from '../../src-main/core/launch/rdp-clients.ts';
import { discoverViewers, viewerProbes } from '../../src-main/core/launch/screen-clients.ts';
import { vncClients } from '../../src-main/core/launch/vnc-clients.ts';
import type { Viewer } from '../../src-main/core/launch/screen-clients.ts';

const seed = 20261121;

const nasty = fc.constantFrom(
  ...['-', '--', '/cert:ignore', '/p:x', "'", '"', '`', '$(id)', '${HOME}', '%h', '%PATH%', '!', '^', '&', '|', ';'],
  ...['\\', '\n', '\r', '\t', ' ', '\u202E', '\u2066', '\u200F', '\0', '*', '?', '#', '@', ':', '<', '>', '{port}'],
  ...['{device}', '{user}', '{', '}', '\uD800', '\u2028', 'é', '日本', 'rdp://', '..', ','],
);
const hostile = fc
  .array(fc.oneof(nasty, fc.string({ unit: 'grapheme', maxLength: 3 })), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(''));

const platforms = ['linux', 'darwin', 'win32'] as const;
const catalogues: readonly Readonly<Record<(typeof platforms)[number], readonly Viewer[]>>[] = [vncClients, rdpClients];
const everywhere = catalogues.flatMap((catalogue) =>
  platforms.flatMap((platform) =>
    discoverViewers(catalogue[platform], {
      platform,
      // What tells clients of one name apart is left out, so that each is found at least once.
      found: new Map(viewerProbes(catalogue[platform]).map((probe) => [probe, `/found/${probe}`])),
      display: true,
      preferred: [],
    }),
  ),
);

describe('hostile names', () => {
  it('never change the shape of a viewer’s plan', () => {
    expect(everywhere.length).toBeGreaterThan(12);
    let taken = 0;
    fc.assert(
      fc.property(hostile, hostile, fc.integer({ min: 1, max: 65_535 }), (user, id, port) => {
        const alias = hostKeyAlias({ vendor: 'mode', accountId: 'home', id }, {});
        const target = { address: '127.0.0.1', port, alias, withPassword: true };
        for (const viewer of everywhere) {
          const planned = viewer.plan({ ...target, user });
          const tame = viewer.plan({ ...target, user: 'jane' });
          if (!planned.ok || !tame.ok) {
            expect(['invalid-input', 'unsupported']).toContain(planned.ok ? 'invalid-input' : planned.error.kind);
            continue;
          }
          taken += 1;
          const { plan } = planned.value;
          expect(plan.program).toBe(tame.value.plan.program);
          expect(plan.args.map((arg) => arg.slice(0, 3))).toEqual(tame.value.plan.args.map((arg) => arg.slice(0, 3)));
          expect(plan.env).toBeUndefined();
          for (const arg of plan.args) {
            expect(arg).not.toMatch(/\p{C}/u);
            // In a URL the user is a user, and the host stays ours.
            if (/^(?:vnc|rdp):\/\/(?!full)/.test(arg)) expect(new URL(arg).host).toBe(`127.0.0.1:${port}`);
          }
        }
      }),
      { seed, numRuns: 1000 },
    );
    expect(taken).toBeGreaterThan(1000);
  });

  it('never change the shape of a custom launcher’s plan', () => {
    const piece = fc.oneof(
      fc.constantFrom(...launcherPlaceholders.map((name) => `{${name}}`), '--to=', '-p', 'x ', '/v:', '{', '{}'),
      fc.string({ maxLength: 3 }),
    );
    const template = fc.array(piece, { maxLength: 4 }).map((parts) => parts.join(''));
    let taken = 0;
    fc.assert(
      fc.property(fc.array(template, { maxLength: 6 }), hostile, hostile, (args, device, user) => {
        const launcher = { name: 'Mine', kind: 'vnc' as const, program: '/opt/mine', args };
        const planned = customLauncherPlan(launcher, { address: '127.0.0.1', port: 33007, device, user });
        if (!planned.ok) {
          expect(planned.error.kind).toBe('invalid-input');
          return;
        }
        taken += 1;
        expect(checkLauncher(launcher).ok).toBe(true);
        expect(planned.value.program).toBe('/opt/mine');
        expect(planned.value.args).toHaveLength(args.length);
        for (const [at, arg] of planned.value.args.entries()) {
          const given = args[at] ?? '';
          // What was no option does not become one, and what has no placeholder stays.
          if (!/^[-/]/.test(given)) expect(arg).not.toMatch(/^[-/]/);
          if (!/\{(?:host|port|user|device|address)\}/.test(given)) expect(arg).toBe(given);
        }
      }),
      { seed, numRuns: 3000 },
    );
    expect(taken).toBeGreaterThan(300);
  });

  it('reach no shell as code', () => {
    const program = fc.constantFrom(
      'sh',
      '/bin/bash',
      'zsh',
      'cmd',
      'C:\\Windows\\System32\\cmd.exe',
      'pwsh',
      'osascript',
    );
    const arg = fc.constantFrom(
      '-c',
      '/c',
      '-lc',
      'echo {device}',
      '{device}',
      '{user}',
      'x',
      '-Command',
      '{port}',
      '"$1"',
    );
    fc.assert(
      fc.property(program, fc.array(arg, { maxLength: 5 }), (name, args) => {
        const checked = checkLauncher({ name: 'Mine', kind: 'tcp', program: name, args });
        if (!checked.ok) return;
        const posix = /(?:sh|bash|zsh)$/.test(name) && !name.includes('pwsh');
        for (const [at, given] of args.entries()) {
          if (!/\{(?:device|user)\}/.test(given)) continue;
          expect(posix).toBe(true);
          expect(given).toMatch(/^\{\w+\}$/);
          expect(at).toBeGreaterThan(0);
          expect(args[at - 1]).not.toMatch(/^-\w*c$/);
        }
      }),
      { seed, numRuns: 2000 },
    );
  });
});
