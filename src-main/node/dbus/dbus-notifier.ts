import { pathToFileURL } from 'node:url';
import { Emitter } from '../../core/base/emitter.ts';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import type { DesktopNotice, NoticeAction, Notifier } from '../../core/alert/notifier.ts';
import { busErrors, type DBusAnswer, type SessionBus } from './session-bus.ts';
import type { DBusMessage, DBusValue } from './dbus-wire.ts';

const service = 'org.freedesktop.Notifications';
const at = { destination: service, path: '/org/freedesktop/Notifications', interface: service } as const;

const actionNames: Readonly<Record<NoticeAction | 'open', string>> = {
  open: 'Open',
  connect: 'Connect',
  snooze: 'Snooze',
  mute: 'Mute',
};
/** The name on the bus of a click on the notice itself. */
const openKey = 'default';

/** Normal urgency: low is hidden on some systems, and critical stays until somebody closes it. */
const urgency = 1;

const inWindow = 'Notices appear in the Quayside window instead.';

const refusal = (answer: Extract<DBusAnswer, { ok: false }>): Result<never> => {
  switch (answer.name) {
    case 'org.freedesktop.DBus.Error.ServiceUnknown':
    case 'org.freedesktop.DBus.Error.NameHasNoOwner':
      return fail('unsupported', 'No program shows notifications on this desktop.', inWindow);
    case busErrors.gone:
      return fail('unsupported', 'The session bus of this desktop is gone.', inWindow);
    case busErrors.noReply:
      return fail('unsupported', 'The program that shows notifications does not answer.', inWindow);
    default:
      return fail('unsupported', `This desktop refused a notification (${answer.text || answer.name}).`, inWindow);
  }
};

/** Daemons that render markup interpret `<` and `&`; names of devices may contain them. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const isAction = (key: DBusValue | undefined): key is NoticeAction =>
  key === 'connect' || key === 'snooze' || key === 'mute';

/** The system's notifications over org.freedesktop.Notifications, for hosts without Electron. */
export class DBusNotifier implements Notifier {
  readonly #bus: SessionBus;
  readonly #icon: string;
  readonly #acted = new Emitter<{ readonly id: string; readonly action: NoticeAction | 'open' }>();
  /** The daemon's numbers, by our ids. */
  readonly #numbers = new Map<string, number>();
  readonly #stops: readonly (() => void)[];
  #capabilities: Promise<readonly DBusValue[]> | undefined;
  #daemon: string | undefined;

  /** `icon`: the file of our icon. */
  constructor(bus: SessionBus, icon: string) {
    this.#bus = bus;
    // Other programs cannot read a file inside our archive; an installed application has its icon in the theme.
    this.#icon = icon.includes('.asar') ? 'quayside-desktop' : pathToFileURL(icon).href;
    this.#stops = [
      bus.watchOwner(service, (owner) => {
        // Another daemon has other numbers and other abilities.
        if (this.#daemon !== undefined && owner !== this.#daemon) this.#numbers.clear();
        this.#daemon = owner;
        this.#capabilities = undefined;
      }),
      bus.listen(service, (signal) => this.#onSignal(signal)),
    ];
  }

  show(notice: DesktopNotice): Promise<Result<void>> {
    return this.#notify(notice);
  }

  update(notice: DesktopNotice): Promise<Result<void>> {
    return this.#notify(notice);
  }

  async close(id: string): Promise<void> {
    const number = this.#numbers.get(id);
    this.#numbers.delete(id);
    if (number !== undefined)
      await this.#bus.call({ ...at, member: 'CloseNotification', signature: 'u', body: [number] });
  }

  onAction(listener: (id: string, action: NoticeAction | 'open') => void): () => void {
    return this.#acted.on(({ id, action }) => listener(id, action));
  }

  /** Stops listening to clicks. Shown notices stay: they are about devices that are still offline. */
  dispose(): void {
    for (const stop of this.#stops) stop();
  }

  async #notify(notice: DesktopNotice): Promise<Result<void>> {
    const can = await this.#abilities();
    const actions = can.includes('actions')
      ? [openKey, actionNames.open, ...notice.actions.flatMap((action) => [action, actionNames[action]])]
      : [];
    const answer = await this.#bus.call({
      ...at,
      member: 'Notify',
      signature: 'susssasa{sv}i',
      body: [
        'Quayside',
        this.#numbers.get(notice.id) ?? 0,
        this.#icon,
        notice.title,
        can.includes('body-markup') ? escaped(notice.body) : notice.body,
        actions,
        [
          ['urgency', { signature: 'y', value: urgency }],
          ['suppress-sound', { signature: 'b', value: notice.silent }],
          ['category', { signature: 's', value: 'network' }],
          ['desktop-entry', { signature: 's', value: 'io.github.quayside' }],
        ],
        // Shown for as long as the daemon chooses.
        -1,
      ],
    });
    if (!answer.ok) return refusal(answer);
    const [number] = answer.body;
    if (typeof number === 'number') this.#numbers.set(notice.id, number);
    return ok(undefined);
  }

  /** Asked once per daemon. */
  async #abilities(): Promise<readonly DBusValue[]> {
    const ask = async (): Promise<readonly DBusValue[]> => {
      const answer = await this.#bus.call({ ...at, member: 'GetCapabilities' });
      const [list] = answer.ok ? answer.body : [];
      return Array.isArray(list) ? (list as readonly DBusValue[]) : [];
    };
    this.#capabilities ??= ask();
    return this.#capabilities;
  }

  #onSignal({ sender, member, body: [number, key] }: DBusMessage): void {
    // Anybody on the bus can send such a signal; only the daemon's is trusted.
    if (sender !== this.#daemon) return;
    const id = [...this.#numbers].find(([, given]) => given === number)?.[0];
    if (id === undefined) return;
    if (member === 'ActionInvoked') {
      const action = key === openKey ? 'open' : isAction(key) ? key : undefined;
      if (action !== undefined) this.#acted.emit({ id, action });
    } else if (member === 'NotificationClosed') this.#numbers.delete(id);
  }
}
