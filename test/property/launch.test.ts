import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { browserPlan, childEnvironment } from '../../src-main/core/launch/launch-plan.ts';
import { escapeCmd, joinPosix, joinWindows, quotePowerShell } from '../../src-main/core/base/shell-quoting.ts';
import { checkSshUser, hostKeyAlias, sshCopyable, sshPlan } from '../../src-main/core/ssh/ssh-command.ts';
import { discoverTerminals, terminalProbes } from '../../src-main/core/launch/terminals.ts';
import type { SshTarget } from '../../src-main/core/ssh/ssh-command.ts';

const seed = 20261120;
const check = <T extends [unknown, ...unknown[]]>(property: fc.IProperty<T>, numRuns = 500): void => {
  fc.assert(property, { seed, numRuns });
};

const nasty = fc.constantFrom(
  ...[
    '-',
    '--',
    '-o',
    'ProxyCommand=',
    "'",
    '"',
    '`',
    '$(id)',
    '${HOME}',
    '%',
    '%h',
    '%PATH%',
    '!',
    '^',
    '&',
    '|',
    ';',
    '\\',
    '\n',
  ],
  ...[
    '\r',
    '\t',
    ' ',
    '\u202E',
    '\u2066',
    '\u200F',
    '\u0000',
    '\u007F',
    '*',
    '?',
    '~',
    '#',
    '@',
    '<',
    '>',
    '(',
    ')',
    '{',
    '[',
    '=',
    ',',
  ],
  ...['\u2019', '\uD800', '_', '_41', 'A', 'a', '.', 'é', '日本'],
);
const hostile = fc.oneof(
  fc
    .array(fc.oneof(nasty, fc.string({ unit: 'grapheme', maxLength: 3 })), { minLength: 1, maxLength: 8 })
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
);
const printable = hostile.map((text) => text.replaceAll(/[\p{Cc}\uD800]/gu, 'x').toWellFormed());

const target: SshTarget = {
  address: '127.0.0.1',
  port: 33007,
  alias: 'remoteiot.home.a1',
  knownHostsFile: '/p/known_hosts',
  platform: 'linux',
};

describe('hostile names', () => {
  it('never change the shape of the ssh plan', () => {
    let taken = 0;
    check(
      fc.property(hostile, hostile, hostile, (user, id, host) => {
        const alias = hostKeyAlias({ vendor: 'remoteiot', accountId: 'home', id }, { port: 22, host });
        const plan = sshPlan({ ...target, alias, user }, { program: 'ssh', detached: false });
        if (!plan.ok) {
          expect(plan.error.kind).toBe('invalid-input');
          return;
        }
        taken += 1;
        const { args } = plan.value;
        const options = Array.from({ length: 9 }, () => '-o');
        expect(args).toHaveLength(24);
        expect(args.filter((arg) => arg.startsWith('-'))).toEqual(['-p', ...options, '-l', '--']);
        expect(args[3]).toMatch(/^HostKeyAlias=[a-z0-9._-]+$/);
        expect(args[21]).toBe(user);
        expect(args[23]).toBe('127.0.0.1');
        expect(user).toMatch(/^[^\s@'"`$;&|<>(){}%-][^\s@'"`$;&|<>(){}%]*$/u);
      }),
      2_000,
    );
    expect(taken).toBeGreaterThan(20);
  });

  it('never share an alias', () => {
    const facts = fc.record({
      accountId: fc.stringMatching(/^[a-z0-9-]{1,6}$/),
      id: hostile,
      host: fc.option(hostile, { nil: undefined }),
    });
    check(
      fc.property(facts, facts, (one, other) => {
        const alias = ({ accountId, id, host }: typeof one): string =>
          hostKeyAlias({ vendor: 'mode', accountId, id }, host === undefined ? {} : { host });
        const same = one.accountId === other.accountId && one.id === other.id && one.host === other.host;
        expect(alias(one) === alias(other)).toBe(same);
        // ssh compares without case.
        expect(alias(one)).toBe(alias(one).toLowerCase());
      }),
      3_000,
    );
  });

  it('reach a terminal whole, whichever it is', () => {
    for (const platform of ['linux', 'darwin', 'win32'] as const) {
      const terminals = discoverTerminals({
        platform,
        found: new Map(terminalProbes(platform).map((probe) => [probe, `/found/${probe}`])),
        display: true,
        preferred: 'auto',
      });
      check(
        fc.property(fc.array(printable, { minLength: 1, maxLength: 4 }), (words) => {
          for (const terminal of terminals) {
            const plan = terminal.plan(['/usr/bin/ssh', ...words]);
            const empty = terminal.plan(['/usr/bin/ssh', ...words.map(() => 'x')]);
            expect(plan.args.length, terminal.name).toBe(empty.args.length);
            expect(plan.program).toBe(empty.program);
          }
        }),
        200,
      );
    }
  });
});

describe('quoting', () => {
  it('is read back by a real sh as it was', () => {
    check(
      fc.property(fc.array(printable, { minLength: 1, maxLength: 20 }), (words) => {
        // printf repeats its format for each word; NUL cannot be in one.
        const told = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${joinPosix(words)}`], { encoding: 'utf8' });
        expect(told.split('\0').slice(0, -1)).toEqual(words);
      }),
      100,
    );
  });

  it('is read back by the rules of CommandLineToArgvW, also after cmd has taken its carets', () => {
    check(
      fc.property(fc.array(printable, { minLength: 1, maxLength: 6 }), (words) => {
        const line = joinWindows(words);
        expect(readWindows(line)).toEqual(words);
        expect(readCmd(escapeCmd(line))).toBe(line);
        expect(readCmd(readCmd(escapeCmd(escapeCmd(line))))).toBe(line);
      }),
    );
  });

  it('keeps a PowerShell literal one literal', () => {
    check(
      fc.property(printable, (text) => {
        const inside = quotePowerShell(text).slice(1, -1);
        expect(inside.replaceAll(/(['‘’‚‛])\1/g, '')).not.toMatch(/['‘’‚‛]/);
        expect(inside.replaceAll(/(['‘’‚‛])\1/g, '$1')).toBe(text);
      }),
    );
  });

  it('makes a copied command one command with one destination', () => {
    check(
      fc.property(printable, (user) => {
        fc.pre(checkSshUser(user).ok);
        const copied = sshCopyable({ ...target, user });
        const told = copied.ok
          ? execFileSync('/bin/sh', ['-c', `ssh() { printf '%s\\0' "$@"; }; ${copied.value}`], { encoding: 'utf8' })
          : '';
        expect(told.split('\0').slice(0, -1)).toEqual([
          '-p',
          '33007',
          '-o',
          'HostKeyAlias=remoteiot.home.a1',
          '-o',
          'ProxyCommand=none',
          `${user}@localhost`,
        ]);
      }),
      50,
    );
  });
});

it('opens nothing but http and https addresses of a forward in the browser', () => {
  check(
    fc.property(
      fc.constantFrom('http' as const, 'https' as const),
      fc.integer({ min: 1, max: 65_535 }),
      (scheme, port) => {
        for (const platform of ['linux', 'darwin', 'win32'] as const) {
          const { plan, url } = browserPlan(platform, { scheme, address: '127.0.0.1', port });
          expect(plan.args.at(-1)).toBe(url);
          expect(url).toMatch(/^https?:\/\/127\.0\.0\.1(?::\d+)?\/$/);
        }
      },
    ),
  );
});

it('keeps every variable of Quayside from its children', () => {
  const name = fc.oneof(
    fc.constantFrom('QUAYSIDE_VAULT_PASSPHRASE', 'quayside_x', 'PATH', 'NODE_OPTIONS'),
    fc.stringMatching(/^[A-Z_]{1,8}$/),
  );
  check(
    fc.property(fc.dictionary(name, hostile), (own) => {
      const names = Object.keys(childEnvironment(own));
      expect(names.filter((key) => /^(?:quayside_|node_options$)/i.test(key))).toEqual([]);
      expect(names.length).toBe(
        Object.keys(own).filter((key) => !/^(?:quayside_|node_options$|electron_run_as_node$)/i.test(key)).length,
      );
    }),
  );
});

/** Windows' own rules, written down a second time. */
const readWindows = (line: string): readonly string[] => {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  for (let at = 0; at < line.length;) {
    const char = line.charAt(at);
    if (char === '\\') {
      let count = 0;
      while (line.charAt(at + count) === '\\') count += 1;
      at += count;
      const beforeQuote = line.charAt(at) === '"';
      word = (word ?? '') + '\\'.repeat(beforeQuote ? Math.floor(count / 2) : count);
      if (beforeQuote && count % 2 === 1) {
        word += '"';
        at += 1;
      }
    } else if (char === '"') {
      quoted = !quoted;
      word ??= '';
      at += 1;
    } else if (!quoted && (char === ' ' || char === '\t')) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += 1;
    } else {
      word = (word ?? '') + char;
      at += 1;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
};

/** What cmd makes of a line: carets go; an unescaped operator, quote or variable is an accident. */
const readCmd = (line: string): string => {
  let out = '';
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (char === '^') {
      at += 1;
      out += line.charAt(at);
    } else {
      if (/[&|<>()"%!]/.test(char)) throw new Error(`cmd would read ${char} in ${line}`);
      out += char;
    }
  }
  return out;
};
