import { describe, expect, it } from 'vitest';
import { discoverTerminals, terminalProbes } from './terminals.ts';
import type { LaunchPlatform } from './launch-plan.ts';

const command = ['/usr/bin/ssh', '-p', '33007', '-o', 'UserKnownHostsFile="/a b/k"', '--', '127.0.0.1'];
const held = ['/bin/sh', '-c', expect.stringMatching(/^"\$@"; .*255/) as string, 'quayside', ...command];

const all = (
  platform: LaunchPlatform,
  options: { preferred?: string; desktop?: string; without?: readonly string[] } = {},
) =>
  discoverTerminals({
    platform,
    found: new Map(
      terminalProbes(platform)
        .filter((probe) => !(options.without ?? []).includes(probe))
        .map((probe) => [probe, `/found/${probe}`]),
    ),
    display: true,
    preferred: options.preferred ?? 'auto',
    ...(options.desktop === undefined ? {} : { desktop: options.desktop }),
  });

const planOf = (platform: LaunchPlatform, name: string, without: readonly string[] = []) =>
  all(platform, { without })
    .find((terminal) => terminal.name === name)
    ?.plan(command);

describe('plans', () => {
  it.each([
    ['Default terminal', 'xdg-terminal-exec', []],
    ['Ptyxis', 'ptyxis', ['--new-window', '--']],
    ['GNOME Terminal', 'gnome-terminal', ['--']],
    ['Konsole', 'konsole', ['-e']],
    ['Xfce Terminal', 'xfce4-terminal', ['-x']],
    ['kitty', 'kitty', []],
    ['Alacritty', 'alacritty', ['-e']],
    ['Ghostty', 'ghostty', ['-e']],
    ['WezTerm', 'wezterm', ['start', '--']],
    ['foot', 'foot', []],
    ['xterm', 'xterm', ['-e']],
    ['System terminal', 'x-terminal-emulator', ['-e']],
  ])('on Linux, %s gets the command as arguments', (name, probe, prefix) => {
    expect(planOf('linux', name)).toEqual({ program: `/found/${probe}`, args: [...prefix, ...held], detached: true });
  });

  it('on Linux, Tilix gets one quoted text', () => {
    const plan = planOf('linux', 'Tilix');
    expect(plan?.args).toHaveLength(2);
    expect(plan?.args[1]).toMatch(
      / quayside \/usr\/bin\/ssh -p 33007 -o 'UserKnownHostsFile="\/a b\/k"' -- 127\.0\.0\.1$/,
    );
  });

  it.each([
    ['Terminal', 'do script (item 1 of argv)'],
    ['iTerm2', 'tell current session of opened to write text (item 1 of argv)'],
  ])('on macOS, %s gets the text as an argument of its script', (name, line) => {
    const plan = planOf('darwin', name);
    expect(plan?.program).toBe('/usr/bin/osascript');
    expect(plan?.args).toContain(line);
    expect(plan?.args.at(-1)).toBe(`/usr/bin/ssh -p 33007 -o 'UserKnownHostsFile="/a b/k"' -- 127.0.0.1`);
    expect(plan?.args.slice(0, -1).some((arg) => arg.includes('33007'))).toBe(false);
  });

  it.each([
    ['Ghostty', '/usr/bin/open', ['-n', '-a', '/found/Ghostty.app', '--args', '-e']],
    ['WezTerm', '/found/WezTerm.app/Contents/MacOS/wezterm', ['start', '--']],
    ['kitty', '/found/kitty.app/Contents/MacOS/kitty', []],
  ])('on macOS, %s gets the command as arguments', (name, program, prefix) => {
    expect(planOf('darwin', name)).toEqual({ program, args: [...prefix, ...held], detached: true });
  });

  it('on Windows, Windows Terminal gets arguments that survive its joining', () => {
    const plan = all('win32')
      .find(({ name }) => name === 'Windows Terminal')
      ?.plan(['ssh.exe', '-o', 'UserKnownHostsFile="C:/R&D x/k"', 'a;b', 'end \\']);
    expect(plan).toEqual({
      program: '/found/wt.exe',
      args: ['new-tab', 'ssh.exe', '-o', 'UserKnownHostsFile=\\"C:/R&D x/k\\"', 'a\\;b', 'end \\\\'],
      detached: true,
    });
  });

  it('on Windows, PowerShell gets the line as a literal', () => {
    expect(planOf('win32', 'PowerShell', ['pwsh.exe'])).toEqual({
      program: 'conhost.exe',
      args: [
        '/found/powershell.exe',
        '-NoLogo',
        '-NoExit',
        '-Command',
        `Start-Process -NoNewWindow -Wait -FilePath '/usr/bin/ssh' -ArgumentList '-p 33007 -o "UserKnownHostsFile=\\"/a b/k\\"" -- 127.0.0.1'`,
      ],
      detached: true,
    });
  });

  it('on Windows, cmd gets every character it reads escaped for both of its readings', () => {
    const plan = all('win32')
      .find(({ name }) => name === 'Command Prompt')
      ?.plan(['ssh.exe', 'R&D']);
    expect(plan).toEqual({
      program: '/found/cmd.exe',
      args: ['/d', '/v:off', '/s', '/c', '"start "" cmd.exe /d /v:off /s /k ^"ssh.exe^^^ R^^^&D^""'],
      detached: true,
      verbatim: true,
    });
  });
});

describe('discovery', () => {
  const names = (...args: Parameters<typeof all>): readonly string[] => all(...args).map(({ name }) => name);

  it('puts the desktop’s default first, then the desktop’s own', () => {
    expect(names('linux', { desktop: 'ubuntu:GNOME' }).slice(0, 3)).toEqual([
      'Default terminal',
      'Ptyxis',
      'GNOME Terminal',
    ]);
    expect(names('linux', { desktop: 'KDE' }).slice(0, 2)).toEqual(['Default terminal', 'Konsole']);
    expect(names('linux', { desktop: 'XFCE', without: ['xdg-terminal-exec'] })[0]).toBe('Xfce Terminal');
  });

  it('puts the user’s choice before all', () => {
    expect(names('linux', { preferred: 'foot', desktop: 'KDE' })[0]).toBe('foot');
    expect(names('darwin', { preferred: 'iTerm2' })[0]).toBe('iTerm2');
    expect(names('win32', { preferred: 'Command Prompt' })[0]).toBe('Command Prompt');
  });

  it('does without a choice that is gone', () => {
    expect(names('linux', { preferred: 'foot', without: ['foot', 'xdg-terminal-exec'] })[0]).toBe('Ptyxis');
  });

  it('takes the first that is there of several programs', () => {
    expect(planOf('win32', 'PowerShell')?.args[0]).toBe('/found/pwsh.exe');
  });

  it('finds none without a display and none where nothing is installed', () => {
    expect(
      discoverTerminals({ platform: 'linux', found: new Map([['xterm', '/x']]), display: false, preferred: 'auto' }),
    ).toEqual([]);
    expect(discoverTerminals({ platform: 'linux', found: new Map(), display: true, preferred: 'xterm' })).toEqual([]);
  });
});
