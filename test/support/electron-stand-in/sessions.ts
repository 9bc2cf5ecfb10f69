import { EventEmitter } from 'node:events';
import type { DownloadItem as ElectronDownload, Protocol, ProxyConfig, Session as ElectronSession } from 'electron';
import { app } from './app.ts';
import type { Requested } from './messages.ts';
import { hear, tell } from './link.ts';
import { newEvent, tellOfDialog, type Part } from './part.ts';

type Handler = (request: Request) => Response | Promise<Response>;
type CheckHandler = Parameters<ElectronSession['setPermissionCheckHandler']>[0];
type PermissionHandler = Parameters<ElectronSession['setPermissionRequestHandler']>[0];

/** What a page can ask for, in the words that Electron and Chromium share. */
const permissions = ['geolocation', 'notifications', 'clipboard-read', 'midi'] as const;

/** Who asks: the window's own page, which may be given more than others. */
const ownPage = { isMainFrame: true, requestingUrl: 'app://quayside/' };

class Session extends EventEmitter {
  readonly #handlers = new Map<string, Handler>();
  #request: PermissionHandler = null;
  #proxyRules = '';
  #check: CheckHandler = null;

  readonly protocol = {
    handle: (scheme: string, handler: Handler): void => {
      if (this.#handlers.has(scheme)) throw new Error(`The scheme ${scheme} has a handler already.`);
      this.#handlers.set(scheme, handler);
    },
    unhandle: (scheme: string): void => {
      this.#handlers.delete(scheme);
    },
  } satisfies Pick<Protocol, 'handle' | 'unhandle'>;

  setPermissionRequestHandler(handler: PermissionHandler): void {
    this.#request = handler;
  }
  setPermissionCheckHandler(handler: CheckHandler): void {
    this.#check = handler;
  }
  /** Devices are offered by a chooser, which a headless browser has not. */
  setDevicePermissionHandler(): void {}
  async clearStorageData(): Promise<void> {}
  async setProxy({ proxyRules = '' }: ProxyConfig): Promise<void> {
    this.#proxyRules = proxyRules;
  }
  /** In Chromium's words. A machine of ours has no proxy unless the test sets one: `host:port` or `socks5://host:port`. */
  async resolveProxy(): Promise<string> {
    const [rule = '', scheme = 'proxy', host = ''] = /^(?:(\w+):\/\/)?(.*)$/.exec(this.#proxyRules) ?? [];
    return rule === '' ? 'DIRECT' : `${scheme.toUpperCase()} ${host}`;
  }

  /**
   * Asks where a download goes; undefined if it is refused. When nobody said where, Electron asks the user
   * (docs/api/download-item.md, setSavePath), who is not there.
   */
  download(number: number, url: string, filename: string, contents: unknown): string | undefined {
    const item = new DownloadItem(url, filename);
    const event = newEvent({});
    this.emit('will-download', event, item, contents);
    if (event.defaultPrevented) return undefined;
    downloads.set(number, item);
    if (item.getSavePath() === '') tellOfDialog(`Save ${filename}`);
    return item.getSavePath();
  }

  /** Answers a page's request; undefined if no handler has its scheme. */
  async serve({ url, method, headers, body }: Requested): Promise<Response | undefined> {
    const request = new Request(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    });
    return this.#handlers.get(new URL(url).protocol.slice(0, -1))?.(request);
  }

  /** Tells the machine what pages may do: everything that neither handler denies, as in Electron. */
  tellPermissions(): void {
    const granted: string[] = [];
    for (const permission of permissions) {
      const checked = this.#check?.(null, permission, 'app://quayside', ownPage);
      if (checked === false) continue;
      if (this.#request === null) granted.push(permission);
      else this.#request(null as never, permission, (allowed) => allowed && granted.push(permission), ownPage);
    }
    tell({ type: 'permissions', granted });
  }
}

/** What a page offers to be saved. */
class DownloadItem extends EventEmitter {
  readonly #url: string;
  readonly #filename: string;
  #savePath = '';

  constructor(url: string, filename: string) {
    super();
    this.#url = url;
    this.#filename = filename;
  }
  getURL(): string {
    return this.#url;
  }
  getFilename(): string {
    return this.#filename;
  }
  setSavePath(path: string): void {
    this.#savePath = path;
  }
  getSavePath(): string {
    return this.#savePath;
  }
}
DownloadItem satisfies new (
  url: string,
  filename: string,
) => Part<ElectronDownload, 'getURL' | 'getFilename' | 'setSavePath' | 'getSavePath'>;

const downloads = new Map<number, DownloadItem>();
hear('download-done', ({ download, complete }) => {
  const item = downloads.get(download);
  downloads.delete(download);
  item?.emit('done', {}, complete ? 'completed' : 'interrupted');
});

Session satisfies new () => Part<
  ElectronSession,
  | 'setPermissionRequestHandler'
  | 'setPermissionCheckHandler'
  | 'setDevicePermissionHandler'
  | 'clearStorageData'
  | 'setProxy'
  | 'resolveProxy'
>;

export type StandInSession = Session;

export const session = { defaultSession: new Session(), fromPartition: (): Session => new Session() };

/** The protocol module: what must be said of schemes before the application is ready. */
export const protocol = {
  registerSchemesAsPrivileged: (): void => {
    if (app.isReady()) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready.');
  },
} satisfies Pick<Protocol, 'registerSchemesAsPrivileged'>;
