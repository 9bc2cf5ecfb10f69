import type { SimulatedSocket } from '../websocket.ts';
import type { SimulatedRemoteItDevice } from './fleet.ts';

export type SimulatedRemoteItEvent = Readonly<Record<string, unknown>>;

const keptEvents = 1000;

/** The event that a device, or one of its services, changed sides. `at` in epoch milliseconds. */
export const stateEvent = (
  device: SimulatedRemoteItDevice,
  target: { readonly id: string; readonly name: string },
  online: boolean,
  at: number,
): SimulatedRemoteItEvent => ({
  type: 'DEVICE_STATE',
  state: online ? 'active' : 'inactive',
  action: null,
  timestamp: new Date(at).toISOString(),
  target: [{ id: target.id, name: target.name, device: { id: device.id, name: device.name } }],
});

/** The event socket: its listeners and the events that were sent. */
export class RemoteItEvents {
  readonly #accept: (headers: Readonly<Record<string, string>>) => boolean;
  /** Those that subscribed, and whether they take batches. */
  readonly #listeners = new Map<SimulatedSocket, boolean>();
  readonly #open = new Set<SimulatedSocket>();
  #history: SimulatedRemoteItEvent[] = [];
  /** How many times a client has sent its keep-alive. */
  pings = 0;
  /** Whether the keep-alive is answered. */
  pongs = true;

  readonly #refusals: (query: string) => readonly string[];

  /** `refusals` are those of the vendor's schema. */
  constructor(
    accept: (headers: Readonly<Record<string, string>>) => boolean,
    refusals: (query: string) => readonly string[],
  ) {
    this.#accept = accept;
    this.#refusals = refusals;
  }

  /** Sockets that subscribed. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** The events that were sent, newest first. */
  history(): readonly SimulatedRemoteItEvent[] {
    return this.#history;
  }

  /** Takes a new socket; answers what to do when it is closed. */
  opened(socket: SimulatedSocket): () => void {
    this.#open.add(socket);
    socket.onText((text) => this.#heard(socket, text));
    return () => {
      this.#open.delete(socket);
      this.#listeners.delete(socket);
    };
  }

  /** Tells events, in one frame where the listener takes batches. */
  tell(events: readonly SimulatedRemoteItEvent[]): void {
    for (const event of events) this.#history.unshift({ id: `event-${this.#history.length}`, ...event });
    this.#history = this.#history.slice(0, keptEvents);
    const frames = events.map((event) => ({ data: { event } }));
    for (const [socket, batches] of this.#listeners)
      if (batches && frames.length > 1) socket.send({ events: frames });
      else for (const frame of frames) socket.send(frame);
  }

  /** Sends a text to everybody as it is. */
  sendText(text: string): void {
    for (const socket of this.#listeners.keys()) socket.sendText(text);
  }

  /** Fault: every socket is cut. */
  cut(): void {
    for (const socket of this.#open) socket.cut();
  }

  #heard(socket: SimulatedSocket, text: string): void {
    if (text === 'ping') {
      this.pings += 1;
      if (this.pongs) socket.sendText('pong');
      return;
    }
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      socket.send({ errors: [{ message: 'Bad request' }] });
      return;
    }
    const { action, supportsBatch, headers, query } = message as Readonly<Record<string, unknown>>;
    const lower = Object.fromEntries(
      Object.entries((headers ?? {}) as Readonly<Record<string, unknown>>).map(([name, value]) => [
        name.toLowerCase(),
        String(value),
      ]),
    );
    const refusals = typeof query === 'string' ? this.#refusals(query) : ['Must provide query string.'];
    if (action !== 'subscribe' || refusals.length > 0)
      socket.send({ errors: (refusals.length > 0 ? refusals : ['Bad request']).map((message) => ({ message })) });
    else if (!this.#accept(lower)) socket.send({ errors: [{ message: 'Unauthorized' }] });
    else this.#listeners.set(socket, supportsBatch === true);
  }
}
