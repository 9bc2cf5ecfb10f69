import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ok } from '../../core/base/errors.ts';
import { createProcesses, runInForeground } from './processes.ts';
import { systemClock } from '../runtime/system-clock.ts';
import type { LaunchPlan } from '../../core/launch/launch-plan.ts';

const signal = new AbortController().signal;
const env = { PATH: '/usr/bin:/bin', QUAYSIDE_VAULT_PASSPHRASE: 'hunter2' };
const processes = createProcesses({ clock: systemClock, env, platform: process.platform });
const shell = (script: string, ...args: readonly string[]): LaunchPlan => ({
  program: '/bin/sh',
  args: ['-c', script, 'test', ...args],
  detached: true,
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-processes-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

describe('start', () => {
  it('answers as soon as a program has ended well', async () => {
    const stopped = { ...systemClock, after: () => () => undefined };
    const timeless = createProcesses({ clock: stopped, env, platform: process.platform });
    expect(await timeless.start(shell('exit 0'), signal)).toEqual(ok(undefined));
  });

  it('leaves a program alone that lives, in a session of its own and with a place to complain', async () => {
    const fact = join(folder, 'fact');
    const release = join(folder, 'release');
    const script =
      'mkfifo "$2"; cut -d" " -f1,6 /proc/$$/stat > "$1"; read -r _ < "$2"; echo late >&2 && echo ended > "$1"';
    expect(await processes.start(shell(script, fact, release), signal)).toEqual(ok(undefined));
    const [pid, session] = (await readFile(fact, 'utf8')).trim().split(' ');
    expect(session).toBe(pid);
    expect(await runInForeground(shell('echo > "$1"', release), env, signal)).toEqual(ok(0));
    await vi.waitFor(async () => expect(await readFile(fact, 'utf8')).toBe('ended\n'), 5_000);
  });

  it('keeps the last words of one that fails at once, and no file of them', async () => {
    vi.stubEnv('TMPDIR', folder);
    const failed = await processes.start(shell('printf "no\\tdisplay\\n" >&2; exit 3'), signal);
    expect(failed).toMatchObject({
      ok: false,
      error: {
        kind: 'launcher-missing',
        message: 'sh could not be started: it ended at once with status 3: no display.',
      },
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('hands a password over by standard input or by a nameless file, and by nothing else', async () => {
    const told = join(folder, 'told');
    const secret = 'hunter 3 "$HOME"';
    const tell = `{ cat; echo; tr '\\0' '\\n' < /proc/$$/environ; tr '\\0' '\\n' < /proc/$$/cmdline; } > "$1"`;
    const line = { ...shell(tell, told), password: 'stdin' as const };
    expect(await processes.start(line, signal, secret)).toEqual(ok(undefined));
    const [first, ...others] = (await readFile(told, 'utf8')).split('\n');
    expect(first).toBe(secret);
    expect(others.join('\n')).not.toContain('hunter');

    const file = { ...shell('cat /dev/fd/3 > "$1"; readlink /dev/fd/3 >> "$1"', told), password: 'vnc-file' as const };
    expect(await processes.start(file, signal, 'geheim12')).toEqual(ok(undefined));
    const bytes = await readFile(told);
    expect(bytes.subarray(0, 8).toString('hex')).toBe('55f50b0ff44dcbc3');
    // No name leads to it any more.
    expect(bytes.subarray(8).toString()).toMatch(/ \(deleted\)\n$/);

    const plain = shell('cat > "$1"; ls /dev/fd/3 2>&1 >> "$1" || true', told);
    expect(await processes.start(plain, signal, secret)).toEqual(ok(undefined));
    expect(await readFile(told, 'utf8')).not.toContain('hunter');
    expect(await processes.start(line, signal, 'two\nlines')).toMatchObject({
      ok: false,
      error: { kind: 'invalid-input' },
    });
  });

  it('takes the early end of a program that connects by itself for an answer of the far end', async () => {
    const refused = await processes.start({ ...shell('echo noise >&2; exit 131'), connects: true }, signal);
    expect(refused).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
    expect(refused.ok ? '' : refused.error.message).toMatch(/status 131/);
    expect(refused.ok ? '' : refused.error.message).not.toContain('noise');
  });

  it('names a program that is not there, and arguments that cannot be', async () => {
    for (const plan of [{ program: '/nonexistent', args: [], detached: true }, shell('a\0b')]) {
      expect(await processes.start(plan, signal)).toMatchObject({ ok: false, error: { kind: 'launcher-missing' } });
    }
  });

  it('starts nothing once cancelled', async () => {
    expect(await processes.start(shell('exit 0'), AbortSignal.abort())).toMatchObject({
      ok: false,
      error: { kind: 'cancelled' },
    });
  });
});

describe('runInForeground', () => {
  it('answers the status the program ended with', async () => {
    expect(await runInForeground(shell('exit 7'), env, signal)).toEqual(ok(7));
    expect(await runInForeground(shell('kill -9 $$'), env, signal)).toEqual(ok(137));
    expect(await runInForeground({ program: '/nonexistent', args: [], detached: false }, env, signal)).toMatchObject({
      ok: false,
      error: { kind: 'launcher-missing' },
    });
  });

  it('gives the program nothing of Quayside’s own, and what the plan adds', async () => {
    const plan = shell('[ -z "$QUAYSIDE_VAULT_PASSPHRASE" ] && [ "$ADDED" = yes ]');
    expect(await runInForeground({ ...plan, env: { ADDED: 'yes' } }, env, signal)).toEqual(ok(0));
  });

  it('ends the program when aborted', async () => {
    const abort = new AbortController();
    const running = runInForeground(shell('exec sleep 60'), env, abort.signal);
    abort.abort();
    expect(await running).toEqual(ok(143));
  });
});
