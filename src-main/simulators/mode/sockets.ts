import { acceptWebSocket } from '../websocket.ts';
import type { SimulatedSocket } from '../websocket.ts';
import type { RecordedRequest, SimulatedAnswer } from '../simulator.ts';

/** Open WebSockets by whom they belong to: device ids, or the keys of users. */
export class ModeSockets {
  readonly #open = new Map<string, Set<SimulatedSocket>>();

  accept(
    request: RecordedRequest,
    owner: string,
    opened: (socket: SimulatedSocket) => void,
    closed: () => void,
  ): SimulatedAnswer {
    return acceptWebSocket(request, (socket) => {
      const sockets = this.#open.get(owner) ?? new Set<SimulatedSocket>();
      this.#open.set(owner, sockets.add(socket));
      opened(socket);
      return () => {
        sockets.delete(socket);
        if (sockets.size === 0) closed();
      };
    });
  }

  of(owner: string): ReadonlySet<SimulatedSocket> {
    return this.#open.get(owner) ?? new Set();
  }

  all(): readonly SimulatedSocket[] {
    return [...this.#open.values()].flatMap((sockets) => [...sockets]);
  }

  get count(): number {
    return this.all().length;
  }

  tell(owner: string, message: unknown): void {
    for (const socket of this.of(owner)) socket.send(message);
  }
}
