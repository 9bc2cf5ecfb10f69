import { describe, expect, it } from 'vitest';
import { areLaunchers, checkLauncher, customLauncherPlan } from './custom-launcher.ts';
import type { CustomLauncher } from './custom-launcher.ts';

const launcher = (args: readonly string[], program = '/opt/viewer'): CustomLauncher => ({
  name: 'Viewer',
  kind: 'vnc',
  program,
  args,
});
const values = { address: '::1', port: 33007, user: 'jane', device: 'Pump 3' };

describe('a custom launcher', () => {
  it('gets each placeholder in its place', () => {
    const given = launcher(['--to', '{address}', '-p{port}', '{host}', '{user}@x', 'on {device}', '{}', '{1}']);
    expect(customLauncherPlan(given, values)).toEqual({
      ok: true,
      value: {
        program: '/opt/viewer',
        args: ['--to', '[::1]:33007', '-p33007', '::1', 'jane@x', 'on Pump 3', '{}', '{1}'],
        detached: true,
      },
    });
  });

  it.each([
    ['an unknown placeholder', launcher(['{password}'])],
    ['a relative program', launcher([], 'bin/viewer')],
    ['a placeholder in the program', launcher([], '/opt/{device}')],
    ['no program', launcher([], '')],
    ['a batch file', launcher([], 'C:\\tools\\go.BAT')],
    ['a NUL character', launcher(['a\0b'])],
    ['too many arguments', launcher(Array.from({ length: 65 }, () => 'x'))],
    ['a device name inside a script', launcher(['-c', 'viewer {device}'], 'sh')],
    ['a device name as the script', launcher(['-lc', '{device}'], '/bin/bash')],
    ['a user in front of everything', launcher(['{user}'], '/bin/sh')],
    ['a device name for cmd', launcher(['/c', 'start', '{device}'], 'C:\\Windows\\System32\\cmd.exe')],
    ['a device name for PowerShell', launcher(['-File', 'x.ps1', '{device}'], 'pwsh')],
    ['a name that cannot be seen', { ...launcher([]), name: ' ' }],
  ])('is refused with %s', (_name, given) => {
    expect(checkLauncher(given)).toMatchObject({ ok: false, error: { kind: 'invalid-input' } });
    expect(areLaunchers([given])).toBe(false);
  });

  it('may hand a device name to a shell as a parameter', () => {
    const given = launcher(['-c', 'exec viewer "$1" "$2"', 'x', '{device}', '{address}'], '/bin/sh');
    expect(checkLauncher(given).ok).toBe(true);
  });

  it('needs a user where it names one', () => {
    expect(customLauncherPlan(launcher(['{user}']), { address: '::1', port: 1, device: 'x' })).toMatchObject({
      ok: false,
      error: { kind: 'invalid-input', message: expect.stringContaining('needs a user name') as string },
    });
  });

  it('is kept once a name', () => {
    expect(areLaunchers([launcher([]), { ...launcher([]), name: 'Other' }])).toBe(true);
    expect(areLaunchers([launcher([]), launcher(['x'])])).toBe(false);
    expect(areLaunchers([{ name: 'x' }])).toBe(false);
    for (const entry of [null, undefined, 'Viewer', 7, []]) expect(areLaunchers([launcher([]), entry])).toBe(false);
    expect(areLaunchers(Array.from({ length: 101 }, (_, at) => ({ ...launcher([]), name: `n${at}` })))).toBe(false);
  });
});
