import { Emitter } from '../../core/base/emitter.ts';
import { trayIcon, trayMenu, traySummary } from '../../core/app/tray-menu.ts';
import type { TrayAction, TrayIcon, TrayState } from '../../core/app/tray-state.ts';
import type { SessionBus } from './session-bus.ts';
import { DBusMenu } from './dbus-menu.ts';
import type { DBusInterface } from './dbus-object.ts';
import type { DBusValue } from './dbus-wire.ts';
import { readPixmaps, type Pixmap } from './tray-pixmaps.ts';

const watcher = 'org.kde.StatusNotifierWatcher';
const interfaceName = 'org.kde.StatusNotifierItem';
const itemPath = '/StatusNotifierItem';
const menuPath = '/MenuBar';
const pixmapsType = 'a(iiay)';

/** Where the portal stores whether the person prefers dark colours, and the value for dark. */
const appearance = ['org.freedesktop.appearance', 'color-scheme'] as const;
const prefersDark = 1;

/** The value of a variant, or of a variant in a variant, which the portal's older method answers. */
const plainValue = (value: DBusValue | undefined): DBusValue | undefined =>
  typeof value === 'object' && 'signature' in value ? plainValue(value.value) : value;

const icons: readonly TrayIcon[] = ['plain', 'offline', 'attention'];

/** What a missing watcher means for the person: nobody draws tray icons, or nobody any more. */
export type TrayPresence = 'shown' | 'absent' | 'lost';

type IconPictures = Awaited<ReturnType<typeof readPixmaps>>;

/**
 * The tray icon over StatusNotifierItem, with its menu over dbusmenu, on any host. It returns by itself when the panel
 * does, and redraws only changes.
 */
export class DBusTray {
  readonly clicked = new Emitter<TrayAction>();
  /** Called once at the start, and whenever a panel starts or stops drawing tray icons. */
  readonly presence = new Emitter<TrayPresence>();
  readonly #bus: SessionBus;
  readonly #menu: DBusMenu;
  readonly #pictures: ReadonlyMap<TrayIcon, IconPictures>;
  readonly #name: string;
  readonly #stops: (() => void)[];
  #isPanelLight = false;
  #icon: TrayIcon = 'plain';
  #summary = 'Quayside';
  #isDisposed = false;
  #presence: TrayPresence | undefined;
  /** The unique name of the watcher, if there is one. */
  #watcher: string | undefined;

  private constructor(bus: SessionBus, pictures: ReadonlyMap<TrayIcon, IconPictures>) {
    this.#bus = bus;
    this.#pictures = pictures;
    // Chromium numbers its own icons in this process from 1 on.
    this.#name = `org.kde.StatusNotifierItem-${process.pid}-1000`;
    this.#menu = new DBusMenu(bus, menuPath);
    bus.offer(itemPath, { [interfaceName]: this.#interface() });
    this.#stops = [
      this.#menu.clicked.on((action) => this.clicked.emit(action)),
      bus.lost.on(() => this.#setPresence('lost')),
    ];
  }

  /** Puts an icon for `state` in the tray. `resources`: the folder of the icons. */
  static async open(
    bus: SessionBus,
    options: {
      readonly resources: string;
      readonly environment: Readonly<Record<string, string | undefined>>;
      readonly state: TrayState;
    },
  ): Promise<DBusTray> {
    const pictures = await Promise.all(
      icons.map(async (icon) => [icon, await readPixmaps(options.resources, icon)] as const),
    );
    const tray = new DBusTray(bus, new Map(pictures));
    tray.show(options.state);
    // The bars of GNOME and Xfce are always dark; KDE's follows the theme.
    if (options.environment['XDG_CURRENT_DESKTOP']?.includes('KDE') === true) tray.#followTheme();
    return tray;
  }

  /** Starts looking for a panel. Listen to `presence` before. */
  async start(): Promise<void> {
    await this.#bus.takeName(this.#name);
    if (this.#isDisposed) return;
    const watch = this.#bus.watchOwner(watcher, (owner) => {
      this.#watcher = owner;
      if (owner === undefined) this.#setPresence('absent');
      else void this.#register();
    });
    // A watcher only keeps the list of icons; it reports when a host begins or stops drawing them.
    const hear = this.#bus.listen(watcher, ({ sender, member }) => {
      if (sender === this.#watcher && member?.startsWith('StatusNotifierHost') === true) void this.#look();
    });
    this.#stops.push(watch, hear);
  }

  show(state: TrayState): void {
    const before = this.#icon;
    this.#icon = trayIcon(state);
    if (this.#icon !== before) {
      this.#emit('NewIcon');
      this.#emit('NewAttentionIcon');
      if (this.#status(before) !== this.#status(this.#icon)) this.#emit('NewStatus', this.#status(this.#icon));
    }
    const summary = traySummary(state);
    if (summary !== this.#summary) {
      this.#summary = summary;
      this.#emit('NewToolTip');
    }
    this.#menu.show(trayMenu(state));
  }

  /** Removes the icon. The caller that opened the bus closes it. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    for (const stop of this.#stops) stop();
    this.#menu.dispose();
    this.#bus.releaseName(this.#name);
  }

  async #register(): Promise<void> {
    const answer = await this.#bus.call({
      destination: watcher,
      path: '/StatusNotifierWatcher',
      interface: watcher,
      member: 'RegisterStatusNotifierItem',
      signature: 's',
      body: [this.#name],
    });
    if (answer.ok) await this.#look();
    else this.#setPresence('absent');
  }

  /** Asks whether somebody draws the icons; a watcher that does not say draws them itself. */
  async #look(): Promise<void> {
    const answer = await this.#bus.call({
      destination: watcher,
      path: '/StatusNotifierWatcher',
      interface: 'org.freedesktop.DBus.Properties',
      member: 'Get',
      signature: 'ss',
      body: [watcher, 'IsStatusNotifierHostRegistered'],
    });
    const isDrawn = !answer.ok || plainValue(answer.body[0]) !== false;
    this.#setPresence(isDrawn && this.#watcher !== undefined ? 'shown' : 'absent');
  }

  #setPresence(presence: TrayPresence): void {
    if (this.#isDisposed || presence === this.#presence) return;
    // An answer that was pending when the bus was lost is ignored.
    if (presence !== 'lost' && !this.#bus.isOpen) return;
    this.#presence = presence;
    this.presence.emit(presence);
  }

  #followTheme(): void {
    const take = (value: DBusValue | undefined): void => {
      const scheme = plainValue(value);
      const isLight = scheme !== prefersDark;
      if (scheme === undefined || isLight === this.#isPanelLight) return;
      this.#isPanelLight = isLight;
      this.#emit('NewIcon');
      this.#emit('NewAttentionIcon');
    };
    const settings = 'org.freedesktop.portal.Settings';
    const stop = this.#bus.listen(settings, ({ member, body }) => {
      if (member === 'SettingChanged' && body[0] === appearance[0] && body[1] === appearance[1]) take(body[2]);
    });
    this.#stops.push(stop);
    const asked = this.#bus.call({
      destination: 'org.freedesktop.portal.Desktop',
      path: '/org/freedesktop/portal/desktop',
      interface: settings,
      member: 'Read',
      signature: 'ss',
      body: appearance,
    });
    void asked.then((answer) => take(answer.ok ? answer.body[0] : undefined));
  }

  #picture(icon: TrayIcon): readonly Pixmap[] {
    const pictures = this.#pictures.get(icon);
    return (this.#isPanelLight ? pictures?.black : pictures?.white) ?? [];
  }

  #status(icon: TrayIcon): string {
    return icon === 'attention' ? 'NeedsAttention' : 'Active';
  }

  #emit(signal: string, ...body: readonly DBusValue[]): void {
    this.#bus.emit(itemPath, interfaceName, signal, body);
  }

  #interface(): DBusInterface {
    const text = (value: string) => ({ type: 's', read: () => value });
    const none = { type: pixmapsType, read: () => [] };
    const act = (action: TrayAction) => (): readonly DBusValue[] => {
      this.clicked.emit(action);
      return [];
    };
    return {
      methods: {
        Activate: { takes: 'ii', gives: '', run: act({ type: 'open-window' }) },
        SecondaryActivate: { takes: 'ii', gives: '', run: act({ type: 'quick-connect' }) },
        // The panel draws the menu itself, and scrolling does nothing.
        ContextMenu: { takes: 'ii', gives: '', run: () => [] },
        Scroll: { takes: 'is', gives: '', run: () => [] },
      },
      properties: {
        Category: text('ApplicationStatus'),
        Id: text('quayside'),
        Title: text('Quayside'),
        Status: { type: 's', read: () => this.#status(this.#icon) },
        WindowId: { type: 'i', read: () => 0 },
        IconThemePath: text(''),
        IconName: text(''),
        IconPixmap: { type: pixmapsType, read: () => this.#picture(this.#icon) },
        OverlayIconName: text(''),
        OverlayIconPixmap: none,
        AttentionIconName: text(''),
        AttentionIconPixmap: { type: pixmapsType, read: () => this.#picture('attention') },
        AttentionMovieName: text(''),
        ToolTip: { type: `(s${pixmapsType}ss)`, read: () => ['', [], this.#summary, ''] },
        ItemIsMenu: { type: 'b', read: () => false },
        Menu: { type: 'o', read: () => menuPath },
      },
      signals: {
        NewTitle: '',
        NewIcon: '',
        NewAttentionIcon: '',
        NewOverlayIcon: '',
        NewToolTip: '',
        NewStatus: 's',
      },
    };
  }
}
