import { randomBytes } from 'node:crypto';
import { BrowserWindow, dialog, session } from 'electron';
import type { Session } from 'electron';
import { ok } from '../core/base/errors.ts';
import type { Clock } from '../core/base/clock.ts';
import type { Log } from '../core/base/log.ts';
import { WebSessionRegistry } from '../core/session/web-session-registry.ts';
import type { WebSessionPages, WebSessionOrder } from '../core/session/web-session.ts';
import { limitSessionPermissions, type Shared } from './session-permissions.ts';

const minimum = { width: 480, height: 320 } as const;
/** Milliseconds a closing page has to leave the vendor's session: an open session costs a licence. */
const partingMs = 1500;
const newTicket = (): string => randomBytes(24).toString('base64url');

const questions: Readonly<Record<Shared, { readonly message: string; readonly detail: string }>> = {
  clipboard: {
    message: 'Share the clipboard',
    detail: 'Text you copy can then be pasted on the device, and the other way round, until this window is closed.',
  },
  microphone: {
    message: 'Share the microphone',
    detail: 'What is said near this computer can then be heard on the device until this window is closed.',
  },
};

/** Asks whether the user shares something of this computer with a session. */
const askUser = async (what: Shared, owner: BrowserWindow | undefined, vendor: string): Promise<boolean> => {
  if (owner === undefined) return false;
  const { message, detail } = questions[what];
  const { response } = await dialog.showMessageBox(owner, {
    type: 'question',
    message: `${message} with this ${vendor} session?`,
    detail,
    buttons: ['Share', 'Do not share'],
    defaultId: 1,
    cancelId: 1,
  });
  return response === 0;
};

/** One session in one window with its own storage partition; all of it is deleted when the window closes. */
class SessionWindow {
  readonly #partition: Session;
  readonly #origin: string;
  readonly #desk: WebSessionRegistry;
  readonly #window: BrowserWindow;
  readonly closed: Promise<void>;

  constructor(order: WebSessionOrder, clock: Clock, icon: string, log: Log) {
    const name = randomBytes(12).toString('hex');
    // Without `persist:` the partition is in memory.
    this.#partition = session.fromPartition(`web-session-${name}`);
    this.#origin = `app://session-${name}`;
    this.#desk = new WebSessionRegistry({ clock, newTicket, show: (path) => void this.#load(path) });
    this.#partition.protocol.handle('app', async (request) => {
      const url = new URL(request.url);
      if (`${url.protocol}//${url.host}` !== this.#origin) return new Response(null, { status: 403 });
      const body = request.method === 'GET' ? '' : (await request.text()).slice(0, 4096);
      const answer = await this.#desk.answer({ method: request.method, path: url.pathname, body });
      return new Response(answer.body, { status: answer.status, headers: { ...answer.headers } });
    });
    let window: BrowserWindow | undefined;
    limitSessionPermissions(this.#partition, (what) => askUser(what, window, order.vendor));
    // A page could save files only through the user's file dialog, which a session does not get.
    this.#partition.on('will-download', (event) => event.preventDefault());
    this.#window = new BrowserWindow({
      width: 1280,
      height: 800,
      minWidth: minimum.width,
      minHeight: minimum.height,
      title: order.title,
      icon,
      autoHideMenuBar: true,
      webPreferences: {
        session: this.#partition,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        spellcheck: false,
      },
    });
    window = this.#window;
    const { webContents } = this.#window;
    // The application's own rule lets pages go to our window's address; here only we navigate.
    webContents.on('will-navigate', (event) => event.preventDefault());
    webContents.on('will-frame-navigate', (event) => event.preventDefault());
    webContents.on('will-redirect', (event) => event.preventDefault());
    webContents.on('render-process-gone', (_event, { reason }) => {
      log.write('warn', 'web-session.gone', { reason });
      this.#window.destroy();
    });
    this.closed = new Promise((resolve) => {
      this.#window.once('closed', () => {
        order.onState('closed');
        this.#desk.dispose();
        this.#partition.protocol.unhandle('app');
        void this.#partition.clearStorageData().finally(resolve);
      });
    });
    void this.#load(this.#desk.admit(order));
  }

  /** Lets the page leave its session, then closes the window. */
  async close(): Promise<void> {
    if (this.#window.isDestroyed()) return;
    const patience = setTimeout(() => {
      if (!this.#window.isDestroyed()) this.#window.destroy();
    }, partingMs);
    this.#window.close();
    await this.closed;
    clearTimeout(patience);
  }

  async #load(path: string): Promise<void> {
    if (this.#window.isDestroyed()) return;
    // A page that fails to load says so itself; a window that was closed meanwhile needs no message.
    await this.#window.loadURL(`${this.#origin}${path}`).catch(() => undefined);
  }
}

/** Web sessions in windows of the desktop: sandboxed, without a preload, each with its own storage. */
export const createWebSessionWindows = (deps: {
  readonly clock: Clock;
  readonly icon: string;
  readonly log: Log;
}): WebSessionPages => {
  const open = new Set<SessionWindow>();
  const endAll = async (): Promise<void> => {
    await Promise.all([...open].map((window) => window.close()));
  };
  return {
    open: async (order) => {
      const window = new SessionWindow(order, deps.clock, deps.icon, deps.log);
      open.add(window);
      void window.closed.then(() => open.delete(window));
      return ok({});
    },
    endAll,
    dispose: endAll,
  };
};
