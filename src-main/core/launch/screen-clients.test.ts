import { describe, expect, it } from 'vitest';
import { rdpClients } from './rdp-clients.ts';
import { discoverViewers, viewerProbes } from './screen-clients.ts';
import { vncClients } from './vnc-clients.ts';
import type { LaunchPlatform } from './launch-plan.ts';
import type { ViewerTarget } from './screen-clients.ts';

const target: ViewerTarget = { address: '127.0.0.1', port: 33007, alias: 'remoteiot.home.a1', withPassword: false };
const full: ViewerTarget = { ...target, user: 'PLANT\\jane doe', withPassword: true };
const realVnc = '/usr/share/applications/realvnc-vncviewer.desktop';

const find = (catalogue: 'vnc' | 'rdp', platform: LaunchPlatform, here: readonly string[], preferred: string[] = []) =>
  discoverViewers((catalogue === 'vnc' ? vncClients : rdpClients)[platform], {
    platform,
    found: new Map(here.map((probe) => [probe, `/found/${probe}`])),
    display: true,
    preferred,
  });

const planOf = (catalogue: 'vnc' | 'rdp', platform: LaunchPlatform, probe: string, given: ViewerTarget) => {
  const viewer = find(catalogue, platform, [probe])[0];
  const planned = viewer?.plan(given);
  if (planned?.ok !== true) throw new Error('no plan');
  const { plan, inTerminal } = planned.value;
  return { program: plan.program, args: plan.args, password: plan.password, inTerminal };
};

describe('plans of VNC clients', () => {
  it.each([
    ['linux', 'xtigervncviewer', target, '/found/xtigervncviewer', ['127.0.0.1::33007'], undefined],
    [
      'linux',
      'xtigervncviewer',
      full,
      '/found/xtigervncviewer',
      ['-passwd', '/dev/fd/3', '127.0.0.1::33007'],
      'vnc-file',
    ],
    ['linux', 'vncviewer', full, '/found/vncviewer', ['-passwd', '/dev/fd/3', '127.0.0.1::33007'], 'vnc-file'],
    ['linux', 'remmina', full, '/found/remmina', ['-c', 'vnc://PLANT%5Cjane%20doe@127.0.0.1:33007'], undefined],
    [
      'darwin',
      'Screen Sharing.app',
      full,
      '/usr/bin/open',
      ['-a', '/found/Screen Sharing.app', 'vnc://PLANT%5Cjane%20doe@127.0.0.1:33007'],
      undefined,
    ],
    [
      'darwin',
      'RealVNC Viewer.app',
      full,
      '/usr/bin/open',
      ['-n', '-a', '/found/RealVNC Viewer.app', '--args', '127.0.0.1::33007'],
      undefined,
    ],
    ['win32', 'TightVNC\\tvnviewer.exe', full, '/found/TightVNC\\tvnviewer.exe', ['127.0.0.1::33007'], undefined],
    ['win32', 'TigerVNC\\vncviewer.exe', full, '/found/TigerVNC\\vncviewer.exe', ['127.0.0.1::33007'], undefined],
    [
      'win32',
      'RealVNC\\VNC Viewer\\vncviewer.exe',
      { ...target, address: '::1' },
      '/found/RealVNC\\VNC Viewer\\vncviewer.exe',
      ['[::1]::33007'],
      undefined,
    ],
  ] as const)('on %s, %s', (platform, probe, given, program, args, password) => {
    expect(planOf('vnc', platform, probe, given)).toEqual({ program, args, password, inTerminal: false });
  });

  it('never give Screen Sharing the port it takes for the Mac itself', () => {
    const [screenSharing] = find('vnc', 'darwin', ['Screen Sharing.app']);
    expect(screenSharing?.plan({ ...target, port: 5900 })).toMatchObject({
      ok: false,
      error: { kind: 'unsupported', hint: 'Give this forward another port.' },
    });
  });
});

describe('plans of RDP clients', () => {
  const cert = '/cert:tofu,name:remoteiot.home.a1';
  it.each([
    [
      'linux',
      'xfreerdp3',
      full,
      ['/v:127.0.0.1:33007', '/u:PLANT\\jane doe', '/from-stdin:force', cert, '/dynamic-resolution'],
      'stdin',
      false,
    ],
    ['linux', 'xfreerdp', target, ['/v:127.0.0.1:33007', cert, '/dynamic-resolution'], undefined, true],
    [
      'linux',
      'xfreerdp3',
      { ...full, certificate: `SHA256:${'A'.repeat(43)}` },
      [
        ...['/v:127.0.0.1:33007', '/u:PLANT\\jane doe', '/from-stdin:force'],
        `/cert:deny,fingerprint:sha256:${Array.from({ length: 32 }, () => '00').join(':')},name:remoteiot.home.a1`,
        '/dynamic-resolution',
      ],
      'stdin',
      false,
    ],
    ['linux', 'sdl-freerdp', target, ['/v:127.0.0.1:33007', cert, '/dynamic-resolution'], undefined, false],
    [
      'linux',
      'wlfreerdp',
      { ...full, address: '::1' },
      ['/v:[::1]:33007', '/u:PLANT\\jane doe', '/from-stdin:force', cert, '/dynamic-resolution'],
      'stdin',
      false,
    ],
    ['linux', 'remmina', full, ['-c', 'rdp://PLANT%5Cjane%20doe@127.0.0.1:33007'], undefined, false],
    ['win32', 'mstsc.exe', full, ['/v:127.0.0.1:33007', '/prompt'], undefined, false],
    ['win32', 'mstsc.exe', { ...full, address: '127.8.0.4' }, ['/v:127.8.0.4:33007'], undefined, false],
    [
      'darwin',
      'Windows App.app',
      full,
      ['-a', '/found/Windows App.app', 'rdp://full%20address=s:127.0.0.1%3A33007&username=s:PLANT%5Cjane%20doe'],
      undefined,
      false,
    ],
    [
      'darwin',
      'Microsoft Remote Desktop.app',
      target,
      ['-a', '/found/Microsoft Remote Desktop.app', 'rdp://full%20address=s:127.0.0.1%3A33007'],
      undefined,
      false,
    ],
  ] as const)('on %s, %s', (platform, probe, given, args, password, inTerminal) => {
    const program = platform === 'darwin' ? '/usr/bin/open' : `/found/${probe}`;
    expect(planOf('rdp', platform, probe, given)).toEqual({ program, args, password, inTerminal });
  });
});

describe('discovery', () => {
  const names = (...args: Parameters<typeof find>): readonly string[] => find(...args).map(({ name }) => name);

  it('tells RealVNC from TigerVNC under the same name', () => {
    expect(names('vnc', 'linux', ['vncviewer'])).toEqual(['TigerVNC']);
    expect(names('vnc', 'linux', ['vncviewer', 'xtigervncviewer'])).toEqual(['TigerVNC']);
    expect(names('vnc', 'linux', ['vncviewer', realVnc])).toEqual(['RealVNC Viewer']);
    expect(names('vnc', 'linux', ['vncviewer', 'xtigervncviewer', realVnc])).toEqual(['TigerVNC', 'RealVNC Viewer']);
  });

  it('puts what was chosen first, the most particular choice before the others', () => {
    const here = ['xfreerdp', 'xfreerdp3', 'remmina'];
    expect(names('rdp', 'linux', here)).toEqual(['FreeRDP 3', 'FreeRDP', 'Remmina']);
    expect(names('rdp', 'linux', here, ['Remmina', 'FreeRDP'])).toEqual(['Remmina', 'FreeRDP', 'FreeRDP 3']);
    expect(names('rdp', 'linux', here, ['gone'])[0]).toBe('FreeRDP 3');
  });

  it('finds none without a display', () => {
    const options = { platform: 'linux' as const, found: new Map([['remmina', '/x']]), display: false, preferred: [] };
    expect(discoverViewers(vncClients.linux, options)).toEqual([]);
    expect(viewerProbes(vncClients.linux)).toContain(realVnc);
  });
});
