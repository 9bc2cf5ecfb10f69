import { ok } from '../base/errors.ts';
import { bracketed, windowed } from './screen-clients.ts';
import { certificateDigits } from './rdp-certificate.ts';
import type { LaunchPlatform } from './launch-plan.ts';
import type { Viewer, ViewerTarget } from './screen-clients.ts';

const place = ({ address, port }: ViewerTarget): string => `${bracketed(address)}:${port}`;

/**
 * FreeRDP 2 and 3 take the same. The certificate is held to the one that is pinned for the device, and any other denied.
 * Where none could be read before, it is kept under the device's own name, so that neither another device on the same port nor
 * another port of this one raises an alarm. The password comes on standard input; `force` makes it read that before it
 * connects.
 */
const certificateOption = ({ alias, certificate }: ViewerTarget): string =>
  certificate === undefined
    ? `/cert:tofu,name:${alias}`
    : `/cert:deny,fingerprint:sha256:${certificateDigits(certificate).toLowerCase()},name:${alias}`;

const freeRdp =
  (asksIn: 'terminal' | 'window'): Viewer['run'] =>
  (path, target) => {
    const handed = target.withPassword && target.user !== undefined;
    return ok({
      plan: {
        program: path,
        args: [
          `/v:${place(target)}`,
          ...(target.user === undefined ? [] : [`/u:${target.user}`]),
          ...(handed ? ['/from-stdin:force'] : []),
          certificateOption(target),
          '/dynamic-resolution',
        ],
        detached: true,
        connects: true,
        ...(handed ? { password: 'stdin' as const } : {}),
      },
      inTerminal: asksIn === 'terminal' && !handed,
    });
  };

const remmina: Viewer['run'] = (path, target) =>
  windowed({
    program: path,
    args: ['-c', `rdp://${target.user === undefined ? '' : `${encodeURIComponent(target.user)}@`}${place(target)}`],
  });

/**
 * Windows keeps RDP credentials by address without the port. On an address that several devices share, those of one
 * would be sent to the next, so there it is made to ask.
 */
const mstsc: Viewer['run'] = (path, target) =>
  windowed({
    program: path,
    args: [`/v:${place(target)}`, ...(target.address === '127.0.0.1' || target.address === '::1' ? ['/prompt'] : [])],
  });

/** No `.rdp` file: the application takes the same by its URI, from Microsoft's documentation of `rdp://`. */
const windowsApp: Viewer['run'] = (path, target) =>
  windowed({
    program: '/usr/bin/open',
    args: [
      '-a',
      path,
      `rdp://full%20address=s:${encodeURIComponent(place(target))}${target.user === undefined ? '' : `&username=s:${encodeURIComponent(target.user)}`}`,
    ],
  });

const freeRdpClients: readonly Viewer[] = [
  { name: 'FreeRDP 3', probes: ['xfreerdp3'], run: freeRdp('terminal') },
  { name: 'FreeRDP 3 (SDL)', probes: ['sdl-freerdp3', 'sdl-freerdp'], run: freeRdp('window') },
  { name: 'FreeRDP', probes: ['xfreerdp'], run: freeRdp('terminal') },
  { name: 'FreeRDP (Wayland)', probes: ['wlfreerdp3', 'wlfreerdp'], run: freeRdp('terminal') },
];

/** The RDP clients Quayside knows, best first. */
export const rdpClients: Readonly<Record<LaunchPlatform, readonly Viewer[]>> = {
  linux: [...freeRdpClients, { name: 'Remmina', probes: ['remmina'], run: remmina }],
  darwin: [
    { name: 'Windows App', probes: ['Windows App.app'], run: windowsApp },
    { name: 'Microsoft Remote Desktop', probes: ['Microsoft Remote Desktop.app'], run: windowsApp },
    ...freeRdpClients,
  ],
  win32: [{ name: 'Remote Desktop Connection', probes: ['mstsc.exe'], run: mstsc }],
};
