import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { mergeSecrets, withPlaceholders } from './input-secrets.ts';
import { apiWords, curlWords, joinCommand, placeholder } from './operation-commands.ts';

/** What a shell makes of a command line: its words. */
const wordsOf = (command: string, env: Readonly<Record<string, string>> = {}): readonly string[] =>
  execFileSync('sh', ['-c', `printf '%s\\0' ${command}`], { env: { PATH: '/usr/bin:/bin', ...env } })
    .toString()
    .split('\0')
    .slice(0, -1);

test('the command is read back by a shell word for word, with secrets from the environment', () => {
  const input = withPlaceholders({ uid: "it's $HOME `x`", 'rdp.password': 'typed' }, ['rdp.password'], (name) =>
    placeholder(`secret ${name}`),
  );
  const command = joinCommand(
    apiWords({ vendor: 'remotix', operation: 'update', account: '-odd one', input }),
    'linux',
  );
  expect(command).not.toContain('typed');
  expect(wordsOf(command, { SECRET_RDP_PASSWORD: 'p w$' })).toEqual([
    'quayside',
    'api',
    'remotix',
    'update',
    '--account=-odd one',
    '--input',
    JSON.stringify({ uid: "it's $HOME `x`", 'rdp.password': 'p w$' }),
  ]);
});

test('curl gets method, headers and body as the vendor would', () => {
  const words = curlWords({
    method: 'POST',
    url: 'https://remoteiot.com/portal/api/rename?a[]=1',
    headers: { authorization: `Bearer ${placeholder('remoteiot token')}` },
    body: { kind: 'text', text: '{"Name":"@file & co"}', contentType: 'application/json' },
  });
  expect(wordsOf(joinCommand(words, 'linux'), { REMOTEIOT_TOKEN: 'T' })).toEqual([
    'curl',
    '--globoff',
    'https://remoteiot.com/portal/api/rename?a[]=1',
    '--header',
    'authorization: Bearer T',
    '--header',
    'content-type: application/json',
    '--data-raw',
    '{"Name":"@file & co"}',
  ]);
  expect(curlWords({ method: 'POST', url: 'u', headers: {} })).toContain('--request');
});

test('secrets come back to their places, and to no other', () => {
  expect(
    mergeSecrets({ uid: 'a' }, { '/password': 's', '/body/vnc.password': 't' }, ['password', 'vnc.password']),
  ).toEqual({
    ok: true,
    value: { uid: 'a', password: 's', body: { 'vnc.password': 't' } },
  });
  expect(mergeSecrets({}, { '/uid': 's' }, ['password']).ok).toBe(false);
  expect(mergeSecrets({}, { '/__proto__/password': 's' }, ['password']).ok).toBe(false);
});
