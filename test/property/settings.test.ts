import { vendors } from '../../src-main/vendors/registry.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settingsViewSchema } from '../../src-preload/contract/app.ts';
import { normaliseBaseUrl } from '../../src-main/core/fleet/account-url.ts';
import { fleetCacheFormat } from '../../src-main/core/fleet/fleet-cache.ts';
import { badSettings, defaultSettings, parseSettings } from '../../src-main/core/app/settings.ts';
import { accountsFormat } from '../../src-main/services/fleet/accounts-format.ts';
import { devicePreferencesFormat } from '../../src-main/services/fleet/device-preferences.ts';

const seed = 20261120;

const goodSettings = fc.record({
  theme: fc.constantFrom('system', 'light', 'dark'),
  idleTimeoutMs: fc.integer({ min: 0, max: 86_400_000 }),
  sshUser: fc.stringMatching(/^[a-z][a-z0-9_-]{0,31}$/),
  terminal: fc.constantFrom('auto', 'xterm', 'gnome-terminal'),
  pollFactor: fc.double({ min: 1, max: 60, noNaN: true }),
  editor: fc.constantFrom(
    { program: '', args: [] },
    { program: '/usr/bin/vim', args: ['-g', '{file}'] },
    { program: 'code', args: ['--wait'] },
  ),
  launchers: fc.constantFrom([], [{ name: 'Mine', kind: 'vnc', program: 'viewer', args: ['{address}'] }]),
  launcherChoices: fc.constantFrom([], [{ kind: 'vnc', scope: 'default', target: '', launcher: 'Mine' }]),
  shortcut: fc.constantFrom('', 'CommandOrControl+Alt+K', 'Super+Space'),
  certificateFile: fc.constantFrom('', '/etc/ssl/company.pem', 'C:\\Firma\\ca.pem'),
  startAtLogin: fc.boolean(),
  updates: fc.constantFrom('latest', 'beta', 'off'),
  deviceAddresses: fc.boolean(),
  acceptNewHostKeys: fc.boolean(),
});

const badValue = fc.constantFrom<unknown>(
  null,
  undefined,
  -1,
  Number.NaN,
  Infinity,
  {},
  [],
  true,
  'x'.repeat(65),
  86_400_001,
);

describe('settings', () => {
  it('lose only the bad keys', () => {
    fc.assert(
      fc.property(
        goodSettings,
        fc.dictionary(
          fc.constantFrom('theme', 'idleTimeoutMs', 'sshUser', 'terminal', 'pollFactor', 'editor', 'shortcut'),
          badValue,
        ),
        fc.dictionary(fc.string(), fc.anything()),
        (good, bad, junk) => {
          const parsed = parseSettings({ ...junk, ...good, ...bad });
          const expected = {
            ...good,
            ...Object.fromEntries(
              Object.keys(bad).map((key) => [key, Object.entries(defaultSettings).find(([name]) => name === key)?.[1]]),
            ),
          };
          expect(parsed).toEqual(expected);
        },
      ),
      { seed, numRuns: 500 },
    );
  });

  it('are always such as the window may see and the store accepts, whatever the file held', () => {
    fc.assert(
      fc.property(fc.anything(), (junk) => {
        const parsed = parseSettings(junk);
        if (parsed === undefined) return;
        expect(settingsViewSchema.parse(parsed)).toEqual(parsed);
        expect(badSettings({ ...parsed })).toEqual([]);
        expect(parseSettings(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
      }),
      { seed, numRuns: 1000 },
    );
  });
});

describe('stored files', () => {
  it('are read or refused, never a crash, whatever they hold', () => {
    const near = fc.letrec((tie) => ({
      value: fc.oneof(
        fc.jsonValue(),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(
          fc.constantFrom(
            'devices',
            'id',
            'name',
            'presence',
            'services',
            'favourite',
            'label',
            'baseUrl',
            '__proto__',
          ),
          tie('value'),
        ),
      ),
    })).value;
    fc.assert(
      fc.property(near, (value) => {
        for (const { parse } of [fleetCacheFormat, accountsFormat(vendors), devicePreferencesFormat]) {
          const once = parse(value);
          if (once === undefined) continue;
          expect(parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
        }
      }),
      { seed, numRuns: 500 },
    );
  });
});

describe('the base URL of an account', () => {
  it('is in its one spelling after the first time, and never plain HTTP to elsewhere', () => {
    const urlish = fc
      .tuple(
        fc.constantFrom('https://', 'http://', 'HTTPS://', '', 'ftp://'),
        fc.constantFrom('', 'user@', 'user:pw@'),
        fc.oneof(
          fc.domain(),
          fc.ipV4(),
          fc.ipV4Extended(),
          fc.ipV6().map((address) => `[${address}]`),
          fc.constant('localhost'),
        ),
        fc.constantFrom('', ':80', ':443', ':8443', ':99999'),
        fc.webPath(),
        fc.constantFrom('', '/', '//', '?a=b', '#c'),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(urlish, fc.webUrl(), fc.string()), (text) => {
        const first = normaliseBaseUrl(text);
        if (!first.ok) return;
        expect(normaliseBaseUrl(first.value)).toEqual(first);
        const url = new URL(first.value);
        expect(url.username + url.password + url.search + url.hash).toBe('');
        expect(first.value.endsWith('/')).toBe(false);
        if (url.protocol !== 'https:') expect(url.hostname).toMatch(/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/);
      }),
      { seed, numRuns: 1000 },
    );
  });
});
