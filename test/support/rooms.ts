/**
 * The rooms of each layer, from the ground up. A room imports from rooms of lower floors only, so that none of two rooms
 * needs the other. Folders of a layer that are not named here do not exist.
 */
interface Layer {
  /** Folder of the layer, from the root of the checkout. */
  readonly folder: string;
  readonly floors: readonly (readonly string[])[];
}

/** The files of the layer's folder itself. */
const entrance = '';

const layers: readonly Layer[] = [
  {
    folder: 'src-main/core',
    floors: [
      ['base'],
      ['text'],
      ['fleet', 'activity', 'session'],
      ['forward', 'launch', 'operation'],
      ['alert', 'ssh'],
      ['app'],
    ],
  },
  {
    folder: 'src-main/services',
    floors: [['fleet', 'activity', 'ssh'], ['alert', 'forward', 'launch', 'operation', 'session'], ['app']],
  },
  {
    folder: 'src-main/node',
    floors: [
      ['runtime', 'storage'],
      ['net'],
      ['http'],
      ['control', 'dbus', 'desktop', 'forward', 'ssh', 'vault', 'web-host'],
    ],
  },
  { folder: 'src-main/bridge', floors: [['views'], ['sessions'], ['requests'], [entrance]] },
  {
    folder: 'src-renderer',
    floors: [
      ['state'],
      ['commands', 'theme', 'ui'],
      ['actions', 'charts', 'forwards', 'incidents', 'session'],
      ['accounts', 'activity', 'bulk', 'device'],
      ['fleet', 'palette'],
      ['settings'],
      ['shell'],
      [entrance],
    ],
  },
  {
    folder: 'src-renderer/device',
    floors: [['tabs'], ['data', 'health', 'logs', 'services', 'settings'], ['jobs'], [entrance]],
  },
  { folder: 'src-renderer/session', floors: [['connection'], ['files', 'screen', 'terminal'], [entrance]] },
];

const roomIn = (layer: Layer, path: string): string | undefined => {
  if (!path.startsWith(`${layer.folder}/`)) return undefined;
  const below = path.slice(layer.folder.length + 1);
  return below.includes('/') ? below.slice(0, below.indexOf('/')) : entrance;
};

const floorOf = (layer: Layer, room: string): number => layer.floors.findIndex((floor) => floor.includes(room));

const named = (layer: Layer, room: string): string => (room === entrance ? layer.folder : `${layer.folder}/${room}`);

/** What is wrong with where a source file lies; undefined if it lies in a room. */
export const roomless = (path: string): string | undefined => {
  for (const layer of layers) {
    const room = roomIn(layer, path);
    if (room !== undefined && floorOf(layer, room) === -1) return `${path} lies in no room of ${layer.folder}`;
  }
  return undefined;
};

/** What is wrong with one source file importing another; undefined if nothing is. */
export const upwards = (path: string, imported: string): string | undefined => {
  for (const layer of layers) {
    const from = roomIn(layer, path);
    const to = roomIn(layer, imported);
    if (from === undefined || to === undefined || from === to) continue;
    if (floorOf(layer, to) >= floorOf(layer, from))
      return `${path} imports ${imported}: ${named(layer, to)} is not below ${named(layer, from)}`;
  }
  const vendor = /^src-main\/(vendors|simulators)\/([^/]+)\//.exec(imported);
  if (vendor === null || path.startsWith(vendor[0])) return undefined;
  // The folder of one vendor is known to what puts vendors together, and to no other vendor.
  return path === 'src-main/vendors/registry.ts' || !/^src-main\/(vendors|simulators)\//.test(path)
    ? undefined
    : `${path} imports ${imported}, which is another vendor's`;
};
