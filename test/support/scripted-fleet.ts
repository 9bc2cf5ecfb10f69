import type { AccountView, VendorView } from '../../src-preload/contract/account.ts';
import type { AppView } from '../../src-preload/contract/app.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import type { ForwardView } from '../../src-preload/contract/forward.ts';
import { vendorEditsView } from '../../src-main/bridge/views/vendor-edits-view.ts';
import { seededRandom } from '../../src-main/simulators/fleet.ts';
import { vendors } from '../../src-main/vendors/registry.ts';
import { forwardExtras } from './scripted-forwards.ts';

const minute = 60_000;

/** Accounts of the scripted fleet, in the order devices are dealt to them. */
export const scriptedAccounts = (now: number): AccountView[] =>
  (
    [
      ['acme', 'remoteiot', 'Acme Works', 'https://remoteiot.com/portal/api'],
      ['harbour', 'remoteit', 'Harbour Group', 'https://api.remote.it'],
      ['lab', 'mode', 'Lab', 'https://api.tinkermode.com'],
      ['home', 'reemo', 'Home', 'https://api.reemo.io'],
    ] as const
  ).map(([id, vendor, label, baseUrl]) => ({
    id,
    vendor,
    label,
    baseUrl,
    fields: {},
    refreshing: false,
    lastGoodAt: now - 20_000,
    nextPollAt: now + 40_000,
    deviceCount: 0,
  }));

const sites = [
  'Plant 1',
  'Plant 2',
  'Plant 3',
  'Rotterdam',
  'Hamburg',
  'Trieste',
  'Depot North',
  'Depot South',
  'Wind Park Ems',
  'Kiosks',
  'Trams',
  'Retail',
];
const roles = ['gw', 'hmi', 'cam', 'plc', 'edge', 'meter', 'sign', 'pi'] as const;

const pick = <T>(from: readonly T[], random: () => number): T => {
  const value = from[Math.floor(random() * from.length)];
  if (value === undefined) throw new Error('Nothing to pick from.');
  return value;
};

const hex = (random: () => number, length: number): string =>
  Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');

const service = (kind: 'ssh' | 'vnc' | 'rdp' | 'http', port: number): DeviceView['services'][number] => ({
  id: `${kind}:${port}`,
  kind,
  name: kind.toUpperCase(),
  route: 'tunnel',
  port,
  custom: false,
});

/** A believable fleet: the same for the same count and time. */
export const scriptedDevices = (count: number, accounts: readonly AccountView[], now: number): DeviceView[] => {
  const random = seededRandom(7);
  return Array.from({ length: count }, (_, index): DeviceView => {
    const account = accounts[Math.min(Math.floor(random() ** 1.7 * accounts.length), accounts.length - 1)];
    if (account === undefined) throw new Error('The fleet needs an account.');
    const site = Math.floor(random() ** 1.4 * sites.length);
    const group = sites[site] ?? 'Plant 1';
    const role = pick(roles, random);
    const chance = random();
    const state = chance < 0.86 ? 'online' : chance < 0.97 ? 'offline' : 'unknown';
    const id = hex(random, 24).toUpperCase();
    return {
      key: `${account.id}/${id}`,
      id,
      name: `${group.toLowerCase().replaceAll(' ', '')}-${role}-${String(Math.floor(index / 12) + 1).padStart(2, '0')}`,
      vendor: account.vendor,
      accountId: account.id,
      ...(random() < 0.5 ? { description: `${group}, cabinet ${1 + (index % 9)}` } : {}),
      groups: random() < 0.93 ? [group] : [],
      tags: random() < 0.3 ? [pick(['line-a', 'line-b', 'spare', 'beta'], random)] : [],
      presence: {
        state,
        observedAt: now - 20_000,
        source: state === 'unknown' ? 'none' : 'vendor-list',
        ...(state === 'offline'
          ? { lastOnlineAt: now - Math.floor(random() ** 3 * 40 * 24 * 60) * minute - minute }
          : {}),
      },
      connectService: 'ssh:22',
      services: [
        service('ssh', 22),
        ...(role === 'hmi' || role === 'sign' ? [service('vnc', 5900)] : []),
        ...(role === 'plc' ? [service('rdp', 3389)] : []),
        ...(role === 'gw' || role === 'cam' ? [service('http', 80)] : []),
      ],
      internalAddress: `10.${site + 1}.${Math.floor(index / 250) % 250}.${(index % 250) + 2}`,
      externalAddress: `203.0.113.${(site * 17) % 250}`,
      mac: `b8:27:eb:${hex(random, 2)}:${hex(random, 2)}:${hex(random, 2)}`,
      serial: `SN-${hex(random, 8)}`,
      favourite: index % 61 === 3,
    };
  });
};

/** Forwards in every state, on the first devices in order of name. */
export const scriptedForwards = (devices: readonly DeviceView[]): ForwardView[] => {
  const states = ['open', 'listening', 'dialling', 'failed', 'stopped', 'idle', 'reconnecting'] as const;
  const byName = [...devices].sort((a, b) => (a.name < b.name ? -1 : 1));
  return states.flatMap((state, index) => {
    const device = byName[index * 2 + 1];
    if (device === undefined) return [];
    return {
      id: `f${index}`,
      deviceKey: device.key,
      deviceName: device.name,
      serviceId: 'ssh:22',
      serviceKind: 'ssh',
      address: '127.0.0.1',
      port: 33_007 + index,
      state,
      connections: state === 'open' ? 2 : 0,
      bytesUp: state === 'open' ? 48_213 : 0,
      bytesDown: state === 'open' ? 2_918_204 : 0,
      timings:
        state === 'open'
          ? { bindMs: 0.4, vendorMs: 128, dialMs: 46, firstByteMs: 38 }
          : state === 'failed'
            ? { bindMs: 0.5, vendorMs: 212 }
            : { bindMs: 0.4 },
      idleTimeoutMs: 900_000,
      ...forwardExtras(state),
      ...(state === 'open'
        ? { exposureNotice: 'Anyone who knows the vendor’s address and port can reach this tunnel while it is open.' }
        : {}),
      ...(state === 'failed'
        ? {
            error: {
              kind: 'device-offline',
              message: `RemoteIoT cannot reach ${device.name}.`,
              hint: 'Try again when it is online.',
            },
          }
        : {}),
    } satisfies ForwardView;
  });
};

const tokenField: VendorView['credentialForms'][number]['fields'][number] = {
  name: 'token',
  label: 'API token',
  help: 'In the portal under Account, API.',
  secret: true,
  required: true,
};

/** Account forms as main would describe them. */
const knownOf = (id: string): Pick<VendorView, 'mark' | 'localActions' | 'edits'> => {
  const vendor = vendors.find((known) => known.id === id);
  if (vendor === undefined) throw new Error(`no vendor ${id}`);
  return { mark: vendor.mark, localActions: vendor.localActions, edits: vendorEditsView(vendor.edits) };
};

export const scriptedVendors: VendorView[] = [
  {
    id: 'remoteit',
    name: 'remote.it',
    defaultBaseUrl: 'https://api.remote.it',
    baseUrlHint: 'Leave it unless you were given another address.',
    credentialForms: [
      {
        id: 'key',
        title: 'Access key',
        why: 'An access key can be limited and revoked on its own.',
        fields: [
          {
            name: 'keyId',
            label: 'Key id',
            help: 'Begins with a few letters, is not secret.',
            secret: false,
            required: true,
          },
          { name: 'secret', label: 'Secret', help: 'Shown once when the key is made.', secret: true, required: true },
        ],
      },
      { id: 'session', title: 'Session token', why: 'Ends with the session.', fields: [tokenField] },
    ],
    customServices: false,
    capabilities: [],
    ...knownOf('remoteit'),
  },
  {
    id: 'remoteiot',
    name: 'RemoteIoT',
    baseUrlHint: 'The address of your portal, ending in /portal/api.',
    credentialForms: [
      {
        id: 'token',
        title: 'API token',
        why: 'The token of your portal account. It can do all that you can.',
        fields: [tokenField],
      },
    ],
    customServices: true,
    capabilities: [],
    ...knownOf('remoteiot'),
  },
  ...(['mode', 'remotix', 'reemo'] as const).map((id): VendorView => ({
    id,
    name: { mode: 'MODE', remotix: 'Remotix', reemo: 'Reemo' }[id],
    defaultBaseUrl: `https://api.${id}.example`,
    baseUrlHint: '',
    credentialForms: [{ id: 'token', title: 'API token', why: 'Made in the vendor’s console.', fields: [tokenField] }],
    customServices: false,
    capabilities: [],
    ...knownOf(id),
  })),
];

export const scriptedApp = (theme: 'system' | 'light' | 'dark'): AppView => ({
  id: 'app',
  version: '0.1.0',
  host: 'headless',
  platform: 'linux',
  demo: false,
  polling: true,
  vault: { kind: 'keychain' },
  settings: { theme, idleTimeoutMs: 900_000, sshUser: 'pi', terminal: 'auto', pollFactor: 1 },
  terminals: ['ghostty', 'xterm'],
  notices: [],
  recents: [],
});
