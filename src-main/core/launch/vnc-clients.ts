import { fail } from '../base/errors.ts';
import { vncPasswordFile } from './launch-plan.ts';
import { bracketed, windowed } from './screen-clients.ts';
import type { LaunchPlatform } from './launch-plan.ts';
import type { Viewer, ViewerTarget } from './screen-clients.ts';

/** Address and port as TigerVNC, RealVNC and TightVNC take them: two colons, else the number counts displays. */
const display = ({ address, port }: ViewerTarget): string => `${bracketed(address)}::${port}`;

const url = ({ address, port, user }: ViewerTarget): string =>
  `vnc://${user === undefined ? '' : `${encodeURIComponent(user)}@`}${bracketed(address)}:${port}`;

/** TigerVNC reads `-passwd` when the server asks, and never the arguments or the environment for it. */
const tigerVnc: Viewer['run'] = (path, target) =>
  windowed({
    program: path,
    args: [...(target.withPassword ? ['-passwd', vncPasswordFile] : []), display(target)],
    ...(target.withPassword ? { password: 'vnc-file' as const } : {}),
  });

/** RealVNC, TightVNC and TigerVNC on Windows would take a password by arguments alone, so they ask for it. */
const asking: Viewer['run'] = (path, target) => windowed({ program: path, args: [display(target)] });

const bundle: Viewer['run'] = (path, target) =>
  windowed({ program: '/usr/bin/open', args: ['-n', '-a', path, '--args', display(target)] });

const remmina: Viewer['run'] = (path, target) => windowed({ program: path, args: ['-c', url(target)] });

const screenSharing: Viewer['run'] = (path, target) =>
  target.port === 5900
    ? fail(
        'unsupported',
        'Screen Sharing takes port 5900 of this Mac for the Mac itself and refuses to show it.',
        'Give this forward another port.',
      )
    : windowed({ program: '/usr/bin/open', args: ['-a', path, url(target)] });

/** RealVNC's package for Linux installs its viewer under the name that TigerVNC's has on most distributions. */
const realVncMark = '/usr/share/applications/realvnc-vncviewer.desktop';

/** The VNC clients Quayside knows, best first. */
export const vncClients: Readonly<Record<LaunchPlatform, readonly Viewer[]>> = {
  linux: [
    { name: 'TigerVNC', probes: ['xtigervncviewer'], run: tigerVnc },
    {
      name: 'TigerVNC',
      probes: ['vncviewer'],
      marks: { none: [realVncMark, 'xtigervncviewer'] },
      run: tigerVnc,
    },
    { name: 'RealVNC Viewer', probes: ['vncviewer'], marks: { any: [realVncMark] }, run: asking },
    { name: 'Remmina', probes: ['remmina'], run: remmina },
  ],
  darwin: [
    { name: 'TigerVNC', probes: ['TigerVNC.app', 'TigerVNC Viewer.app'], run: bundle },
    { name: 'RealVNC Viewer', probes: ['RealVNC Viewer.app', 'VNC Viewer.app'], run: bundle },
    { name: 'Screen Sharing', probes: ['Screen Sharing.app'], run: screenSharing },
  ],
  win32: [
    { name: 'TigerVNC', probes: ['TigerVNC\\vncviewer.exe'], run: asking },
    {
      name: 'RealVNC Viewer',
      probes: ['RealVNC\\VNC Viewer\\vncviewer.exe', 'RealVNC\\RealVNC Viewer\\vncviewer.exe'],
      run: asking,
    },
    { name: 'TightVNC', probes: ['TightVNC\\tvnviewer.exe', 'tvnviewer.exe'], run: asking },
  ],
};
