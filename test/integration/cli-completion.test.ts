import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const cli = join(import.meta.dirname, '../../src-main/cli.ts');
let folder: string;
let profile: string;

/** What a script of a shell prints in which `quayside` is the command line of this checkout. */
const inShell = async (program: string, script: string): Promise<string> => {
  const child = spawn(program, ['-c', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder, TERM: 'dumb' },
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  await once(child, 'close');
  return out;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-completion-'));
  profile = join(folder, 'profile');
  await writeFile(join(folder, 'quayside'), `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`, { mode: 0o755 });
  await mkdir(join(profile, 'cache'), { recursive: true });
  const device = (id: string, name: string) => ({
    id,
    name,
    groups: [],
    tags: [],
    services: [],
    presence: { state: 'online', observedAt: 1, source: 'vendor-list' },
  });
  const devices = [
    device('a1', 'plant1-pi'),
    device('a2', "Bob's $HOME `x`"),
    device('a3', 'twin'),
    device('a4', 'twin'),
  ];
  await writeFile(join(profile, 'cache/one.json'), JSON.stringify({ version: 1, value: { devices } }));
  // A cache that is being written, or was written by a later version, takes nothing from the others.
  await writeFile(join(profile, 'cache/two.json'), '{"version":1,"val');
  await writeFile(join(profile, 'cache/three.json'), JSON.stringify({ version: 99, value: {} }));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('bash completes names of devices, quoted so that they stay one word and run nothing', async () => {
  const complete = (typed: string) => `
    eval "$(quayside completion bash)"
    COMP_WORDS=(quayside --profile '${profile}' ssh ${typed}) COMP_CWORD=4
    _quayside
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  expect(await inShell('bash', complete('plant'))).toBe('plant1-pi\n');
  const quoted = (await inShell('bash', complete('Bob'))).trimEnd();
  expect(await inShell('bash', `printf '%s' ${quoted}`)).toBe("Bob's $HOME `x`");
  expect(await inShell('bash', complete("''"))).toContain('a3\na4\n');
});

test('fish completes commands and names of devices', async () => {
  const complete = (line: string) => `quayside completion fish | source; complete --do-complete '${line}'`;
  expect(await inShell('fish', complete('quayside forw'))).toBe('forward\n');
  expect(await inShell('fish', complete(`quayside --profile ${profile} ssh pla`))).toBe('plant1-pi\n');
});

test('zsh reads its script and completes with it', async () => {
  const script = `
    compdef() { :; }
    compadd() { print -rl -- "\${(P@)argv[-1]}"; }
    eval "$(quayside completion zsh)"
    words=(quayside --profile '${profile}' ssh pla) CURRENT=5
    _quayside`;
  expect(await inShell('zsh', script)).toBe('plant1-pi\n');
});
