import { z } from 'zod';
import { makeFleet } from '../fleet.ts';
import type { FleetDevice } from '../fleet.ts';
import { rawHttpTransport } from '../raw-http-transport.ts';
import { RemotixBook } from './book.ts';
import { Simulator } from '../simulator.ts';
import type { RecordedRequest, SimulatedAnswer } from '../simulator.ts';

/** An action as it arrived: a window that the real application would have opened. */
export interface SimulatedAction {
  /** A computer_id or the uid of a connection. */
  readonly target: string;
  /** `NEAR`, `RDP_3390`; absent for `connect` and `chat`. */
  readonly type?: string;
  readonly action: string;
}

export interface RemotixOptions {
  /** Machines in the address book: a number, or the machines. Every fourth is a plain connection. */
  readonly devices: number | readonly FleetDevice[];
  /** A header that is asked for; none where absent. */
  readonly header?: { readonly name: string; readonly value: string };
}

const stateSchema = z.strictObject({
  /** Off: as if nothing of the API were there. */
  apiOn: z.boolean().optional(),
  headerValue: z.string().min(1).optional(),
  /** Replaces the NEARBY pane, by uid or computer_id. */
  nearby: z.array(z.string()).optional(),
  /** Replaces the answer of `/actions` of computers. */
  actions: z.record(z.string(), z.unknown()).optional(),
});

/** No error body is documented. */
const notFound: SimulatedAnswer = { status: 404 };
const badRequest: SimulatedAnswer = { status: 400 };
const empty: SimulatedAnswer = { status: 200 };
const json = (value: unknown): SimulatedAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: Buffer.isBuffer(value) ? value : JSON.stringify(value),
});

const named = z.strictObject({ name: z.string().min(1) });
const placed = z.strictObject({ name: z.string().min(1), category_uid: z.string().min(1) }).partial();
const newConnection = z.strictObject({ name: z.string().min(1), category_uid: z.string().min(1) });
const credentials = z.record(
  z.string().regex(/^(?:(?:rxp|rdp|apple)\.(?:username|password)|rdp\.domain)$/),
  z.string(),
);
const settings = z.record(z.string().min(1), z.json());
const typePattern = /^[A-Z]+(?:_\d{1,5})?$/;

/**
 * Remotix's HTTP API to the letter of https://remotix.com/help/desktop/api/: the method ACTION, PUT for create (with a
 * trailing slash) and update, `null` to delete a field, ids named in three ways, bare 4xx. The document shows no
 * answer of a read; here lists come in the different wrappings a client must take.
 */
export class RemotixSimulator extends Simulator {
  /** What was asked for with ACTION, oldest first. */
  readonly actions: SimulatedAction[] = [];
  /** Computers on which the user is no longer trusted, because they were deleted. */
  readonly trustLost: string[] = [];
  readonly book: RemotixBook;
  readonly #headerName: string | undefined;
  #headerValue: string | undefined;
  #isOn = true;

  constructor(options: RemotixOptions) {
    super(rawHttpTransport);
    this.#headerName = options.header?.name.toLowerCase();
    this.#headerValue = options.header?.value;
    this.book = new RemotixBook(
      typeof options.devices === 'number' ? makeFleet(options.devices, Date.now()) : options.devices,
    );
  }

  /** The base URL of an account. */
  get baseUrl(): string {
    return this.origin;
  }

  /** Switches the HTTP API on or off; off, every path is unknown. */
  setApi(isOn: boolean): void {
    this.#isOn = isOn;
  }

  protected override change(input: unknown): void {
    const wanted = stateSchema.parse(input);
    if (wanted.apiOn !== undefined) this.setApi(wanted.apiOn);
    if (wanted.headerValue !== undefined) this.#headerValue = wanted.headerValue;
    if (wanted.nearby !== undefined) this.book.setNearby(wanted.nearby);
    for (const [computer, actions] of Object.entries(wanted.actions ?? {})) this.book.setActions(computer, actions);
  }

  protected override refusal(): SimulatedAnswer {
    return { status: 401 };
  }

  protected override answer(request: RecordedRequest): SimulatedAnswer {
    if (!this.#isOn) return { status: 404, headers: { 'content-type': 'text/html' }, body: '<html>Not Found</html>' };
    if (this.#headerName !== undefined && request.headers[this.#headerName] !== this.#headerValue)
      return this.refusal();
    try {
      // The path of a create ends with a slash, and so with an empty segment: `id` is '' then.
      const segments = request.path.slice(1).split('/').map(decodeURIComponent);
      const body: unknown = request.body.length === 0 ? undefined : JSON.parse(request.body.toString());
      const [first, id, ...rest] = segments;
      switch (first) {
        case 'groups':
        case 'nearby':
          if (request.method !== 'GET' || segments.length !== 1) return notFound;
          return json(first === 'groups' ? this.book.groupList() : this.book.nearbyList());
        case 'group':
          return id === undefined || rest.length > 0 ? notFound : this.#group(request.method, id, body);
        case 'connection':
          return id === undefined ? notFound : this.#connection(request.method, id, rest, body);
        case 'computer':
          return id === undefined || id === '' ? notFound : this.#computer(request.method, id, rest, body);
        default:
          return notFound;
      }
    } catch (failure) {
      if (failure instanceof z.ZodError || failure instanceof SyntaxError || failure instanceof URIError)
        return badRequest;
      throw failure;
    }
  }

  #group(method: string, id: string, body: unknown): SimulatedAnswer {
    if (id === '') return method === 'PUT' ? json({ group_uid: this.book.addGroup(named.parse(body).name) }) : notFound;
    if (!this.book.hasGroup(id)) return notFound;
    switch (method) {
      case 'GET':
        return json(this.book.itemList(id));
      case 'PUT':
        this.book.renameGroup(id, named.parse(body).name);
        return empty;
      case 'DELETE':
        this.book.deleteGroup(id);
        return empty;
      default:
        return notFound;
    }
  }

  #connection(method: string, id: string, rest: readonly string[], body: unknown): SimulatedAnswer {
    if (id === '' && rest.length === 0) {
      if (method !== 'PUT') return notFound;
      const wanted = newConnection.parse(body);
      if (!this.book.hasGroup(wanted.category_uid)) return badRequest;
      return json({ uid: this.book.addConnection(wanted.name, wanted.category_uid) });
    }
    const connection = this.book.connection(id);
    if (connection === undefined) return notFound;
    switch (`${method} ${rest.join('/')}`) {
      case 'PUT ': {
        const wanted = placed.parse(body);
        if (wanted.category_uid !== undefined && !this.book.hasGroup(wanted.category_uid)) return badRequest;
        this.book.place(connection, wanted);
        return empty;
      }
      case 'DELETE ':
        this.book.deleteConnection(id);
        return empty;
      case 'PUT credentials':
        connection.credentials = { ...connection.credentials, ...credentials.parse(body) };
        return empty;
      case 'DELETE credentials':
        connection.credentials = {};
        return empty;
      case 'ACTION connect':
        this.actions.push({ target: id, action: 'connect' });
        return empty;
      default:
        return notFound;
    }
  }

  #computer(method: string, id: string, rest: readonly string[], body: unknown): SimulatedAnswer {
    const computer = this.book.computer(id);
    if (computer === undefined) return notFound;
    const [type, what, ...more] = rest;
    if (more.length > 0 || type === '') return notFound;
    if (type === undefined) {
      switch (method) {
        case 'GET':
          return json({ computer_id: id, name: computer.name, category_uid: computer.categoryUid });
        case 'PUT': {
          const wanted = placed.parse(body);
          if (wanted.category_uid !== undefined && !this.book.hasGroup(wanted.category_uid)) return badRequest;
          this.book.place(computer, wanted);
          return empty;
        }
        case 'DELETE':
          this.book.deleteComputer(id);
          this.trustLost.push(id);
          return empty;
        default:
          return notFound;
      }
    }
    if (method === 'GET' && what === undefined && type === 'actions') return json(this.book.actionsOf(computer));
    if (method === 'GET' && what === undefined && type === 'connections')
      return json({ connections: [...computer.types.keys()].map((name) => ({ type: name })) });
    if (method === 'ACTION') return this.#act(id, type, what);
    const connection = typePattern.test(type) ? computer.types.get(type) : undefined;
    if (connection === undefined) return notFound;
    switch (`${method} ${what ?? ''}`) {
      case 'GET ':
        return json({ type, ...connection.settings });
      case 'PUT ':
        for (const [key, value] of Object.entries(settings.parse(body))) {
          if (value === null) delete connection.settings[key];
          else connection.settings[key] = value;
        }
        return empty;
      case 'DELETE ':
        computer.types.delete(type);
        return empty;
      case 'GET credentials':
        return json(connection.credentials);
      case 'DELETE credentials':
        connection.credentials = {};
        return empty;
      default:
        return notFound;
    }
  }

  #act(id: string, first: string, second: string | undefined): SimulatedAnswer {
    if (second === undefined) {
      if (first !== 'chat') return notFound;
      this.actions.push({ target: id, action: 'chat' });
      return empty;
    }
    const computer = this.book.computer(id);
    const isOffered = computer !== undefined && this.book.offers(computer, first, second);
    if (!isOffered) return badRequest;
    this.actions.push({ target: id, type: first, action: second });
    return empty;
  }
}
