import { Copy, PanelRight, SquareTerminal, Star, UserRound, Wrench, type LucideIcon } from 'lucide-react';
import type { DeviceView, ServiceKind, ServiceView } from '../../src-preload/contract/device.ts';
import { request, fleet } from '../state/main-state.ts';
import { openActions } from '../actions/actions-store.ts';
import { connect, copyCommand, copyText, defaultService, setFavourite } from '../commands/device-commands.ts';
import { kindIcons } from '../ui/kind-icons.ts';
import { showLaunchError } from '../commands/certificate-question.ts';
import { toast, toastError } from '../state/view-store.ts';
import type { PaletteFrame } from '../commands/palette-frame.ts';

/** One thing that can be done with a device. */
export interface DeviceAction {
  readonly id: string;
  readonly name: string;
  readonly icon: LucideIcon;
  /** Asks for a user name first. */
  readonly asksUser?: true;
  readonly run: (host: PaletteFrame, user: string) => void | Promise<void>;
}

const kindNames: Readonly<Record<ServiceKind, string>> = {
  ssh: 'SSH',
  vnc: 'VNC',
  rdp: 'RDP',
  http: 'Browser',
  https: 'Browser',
  tcp: 'Open port',
};

const connectAs = async (device: DeviceView, service: ServiceView, user: string): Promise<void> => {
  const answer = await request('launch.open', { deviceKey: device.key, serviceId: service.id, user });
  if (answer.ok) toast({ tone: 'done', text: `Opened ${device.name} in ${answer.value.launcher}.` });
  else {
    const again = (): void => void connectAs(device, service, user);
    showLaunchError(answer.error, { deviceKey: device.key, serviceId: service.id, deviceName: device.name, again });
  }
};

const copyAddress = async (device: DeviceView, service: ServiceView): Promise<void> => {
  const answer = await request('forwards.open', { deviceKey: device.key, serviceId: service.id });
  if (!answer.ok) return toastError(answer.error);
  const address = `${answer.value.address}:${answer.value.port}`;
  await copyText(address, address);
};

const servicesOf = (device: DeviceView): readonly ServiceView[] => {
  const first = defaultService(device);
  return first === undefined ? device.services : [first, ...device.services.filter((other) => other !== first)];
};

/** Everything a palette can do with a device, the default first. */
export const deviceActions = (deviceKey: string): readonly DeviceAction[] => {
  const device = fleet.get(deviceKey);
  if (device === undefined) return [];
  const services = servicesOf(device);
  const named = (service: ServiceView): string => {
    const words = kindNames[service.kind];
    return services.filter((other) => kindNames[other.kind] === words).length > 1 ? `${words}: ${service.name}` : words;
  };
  const connects = services.flatMap((service): readonly DeviceAction[] => [
    {
      id: `connect ${service.id}`,
      name: named(service),
      icon: kindIcons[service.kind],
      run: () => connect(device.key, service.id),
    },
    ...(service.kind === 'ssh'
      ? [
          {
            id: `as ${service.id}`,
            name: `${named(service)} as…`,
            icon: UserRound,
            asksUser: true,
            run: (_host: PaletteFrame, user: string) => connectAs(device, service, user),
          } as const,
        ]
      : []),
  ]);
  const addressed = services.find(({ route }) => route === 'tunnel' || route === 'http');
  const commanded = services.find(({ kind }) => kind !== 'tcp');
  return [
    ...connects,
    ...(addressed === undefined
      ? []
      : [{ id: 'address', name: 'Copy address', icon: Copy, run: () => copyAddress(device, addressed) }]),
    ...(commanded === undefined
      ? []
      : [
          {
            id: 'command',
            name: 'Copy command',
            icon: SquareTerminal,
            run: () => copyCommand(device.key, commanded.id),
          },
        ]),
    {
      id: 'show',
      name: 'Show device',
      icon: PanelRight,
      run: (host) => host.show({ show: 'device', deviceKey: device.key }),
    },
    {
      id: 'favourite',
      name: device.favourite ? 'No favourite any more' : 'Make it a favourite',
      icon: Star,
      run: () => setFavourite(device),
    },
    {
      id: 'operation',
      name: 'Run an operation…',
      icon: Wrench,
      run: (host) => {
        host.show({ show: 'device', deviceKey: device.key });
        if (host.kind === 'window') openActions({ kind: 'device', deviceKey: device.key });
      },
    },
  ];
};
