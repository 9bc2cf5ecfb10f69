import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { makeFleet } from '../fleet.ts';
import type { FleetDevice } from '../fleet.ts';
import { reemoClientScript } from './client.ts';
import { Simulator } from '../simulator.ts';
import type { RecordedRequest, SimulatedAnswer } from '../simulator.ts';

/** A computer as the simulator keeps it. */
export interface SimulatedReemoComputer {
  readonly id: string;
  readonly _id: string;
  name: string;
  readonly hostname: string;
  readonly ip: string;
  online: boolean;
}

/** How pages come: the document names neither the wrapper nor the parameters. */
export type ReemoPaging = 'next' | 'total' | 'pages' | 'array' | 'silent';

export interface ReemoOptions {
  /** The secret key that is accepted. */
  readonly secretKey: string;
  /** Machines in the account: a number, or the machines. */
  readonly devices: number | readonly FleetDevice[];
  /** Computers on one page. Default 25. */
  readonly pageSize?: number;
  /** The name around the list. Default `computers`. */
  readonly wrapper?: 'computers' | 'data' | 'docs' | 'items' | 'results';
  /** `next`: with the address of the next page; `total`, `pages`: with that count alone; `array`: bare; `silent`: a wrapper without a word. */
  readonly paging?: ReemoPaging;
  /** Milliseconds for which a token of connect is good. Default 30 s. */
  readonly tokenLifeMs?: number;
  /** Epoch milliseconds; the wall clock where absent. */
  readonly now?: () => number;
}

/** What a signal server says of a token. */
export type TokenUse = 'accepted' | 'expired' | 'used' | 'unknown';

const basePath = '/v1';
const stateSchema = z.strictObject({
  /** Sets the presence of computers, by id. */
  online: z.record(z.string(), z.boolean()).optional(),
  /** Replaces the accepted key; the old one is answered 401. */
  secretKey: z.string().min(1).optional(),
  /** Ends the life of all tokens that were handed out. */
  expireTokens: z.boolean().optional(),
});

/** No error body is documented. */
const badRequest: SimulatedAnswer = { status: 400 };
const notFound: SimulatedAnswer = { status: 404 };
const json = (value: unknown): SimulatedAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
/** The id of the `index`th machine for the API. */
export const simulatedReemoId = (index: number): string => `1d000000-0000-4000-8000-${hex(index, 12)}`;
/** Its id for the signal servers. */
export const simulatedSignalId = (index: number): string => `51600000-0000-4000-8000-${hex(index, 12)}`;

/**
 * The Reemo API to the letter of https://reemo.io/docs/api: a raw key in `Authorization`, two ids of which `_id` is
 * hashed on connect, tokens that are good once and not for long, deletion of offline computers alone, bare 4xx. The
 * real service takes HTTPS only. `/reemo.min.js` is a stand-in for the web client, `/signal` for its server.
 */
export class ReemoSimulator extends Simulator {
  readonly #computers = new Map<string, SimulatedReemoComputer>();
  readonly #tokens = new Map<string, { readonly id: string; readonly until: number; used: boolean }>();
  readonly #sessions: string[] = [];
  readonly #options: ReemoOptions;
  readonly #now: () => number;
  #secretKey: string;
  #reserved = 0;

  constructor(options: ReemoOptions) {
    super();
    this.#options = options;
    this.#secretKey = options.secretKey;
    this.#now = options.now ?? Date.now;
    const fleet = typeof options.devices === 'number' ? makeFleet(options.devices, this.#now()) : options.devices;
    for (const machine of fleet) {
      const id = simulatedReemoId(machine.index);
      this.#computers.set(id, {
        id,
        _id: simulatedSignalId(machine.index),
        name: machine.name,
        hostname: `${machine.name}.local`,
        ip: machine.internalAddress,
        online: machine.online,
      });
    }
  }

  /** The base URL of an account: `http://127.0.0.1:port/v1`. */
  get baseUrl(): string {
    return this.origin + basePath;
  }

  /** Address of the stand-in for the web client. */
  get clientScript(): string {
    return `${this.origin}/reemo.min.js`;
  }

  get ids(): readonly string[] {
    return [...this.#computers.keys()];
  }

  /** Ids of the computers to which a session was opened, oldest first. */
  get sessions(): readonly string[] {
    return this.#sessions;
  }

  computer(id: string): SimulatedReemoComputer | undefined {
    return this.#computers.get(id);
  }

  setOnline(id: string, online: boolean): void {
    const computer = this.#computers.get(id);
    if (computer !== undefined) computer.online = online;
  }

  /** From now on only this key is accepted. */
  setSecretKey(secretKey: string): void {
    this.#secretKey = secretKey;
  }

  /** What the signal server does with a token: takes it once, while it is fresh. */
  useToken(token: string): TokenUse {
    const known = this.#tokens.get(token);
    if (known === undefined) return 'unknown';
    if (known.used) return 'used';
    if (known.until <= this.#now()) return 'expired';
    known.used = true;
    this.#sessions.push(known.id);
    return 'accepted';
  }

  protected override change(input: unknown): void {
    const wanted = stateSchema.parse(input);
    for (const [id, online] of Object.entries(wanted.online ?? {})) this.setOnline(id, online);
    if (wanted.secretKey !== undefined) this.setSecretKey(wanted.secretKey);
    if (wanted.expireTokens === true)
      for (const [token, known] of this.#tokens) this.#tokens.set(token, { ...known, until: 0 });
  }

  protected override refusal(): SimulatedAnswer {
    return { status: 401 };
  }

  protected override answer(request: RecordedRequest): SimulatedAnswer {
    if (request.path === '/reemo.min.js')
      return { status: 200, headers: { 'content-type': 'text/javascript' }, body: reemoClientScript };
    if (request.path === '/signal') return this.#signal(request);
    if (!request.path.startsWith(`${basePath}/`)) return notFound;
    if (request.headers['authorization'] !== this.#secretKey) return this.refusal();
    try {
      const [first, id, action, ...rest] = request.path
        .slice(basePath.length + 1)
        .split('/')
        .map(decodeURIComponent);
      if (first !== 'computers' || rest.length > 0) return notFound;
      const body: unknown = request.body.length === 0 ? undefined : JSON.parse(request.body.toString());
      if (id === undefined) {
        if (request.method === 'GET') return this.#list(request.query);
        return request.method === 'POST' ? this.#reserve(body) : notFound;
      }
      const computer = this.#computers.get(id);
      if (computer === undefined) return notFound;
      switch (`${request.method} ${action ?? ''}`) {
        case 'GET ':
          return json(this.#object(computer));
        case 'PUT ':
          computer.name = z.strictObject({ name: z.string().min(1) }).parse(body).name;
          return json(this.#object(computer));
        case 'DELETE ':
          if (computer.online) return badRequest;
          this.#computers.delete(id);
          return { status: 200 };
        case 'POST connect':
          return computer.online ? json(this.#connect(computer)) : badRequest;
        default:
          return notFound;
      }
    } catch (failure) {
      if (failure instanceof z.ZodError || failure instanceof SyntaxError || failure instanceof URIError)
        return badRequest;
      throw failure;
    }
  }

  #object({ online, ...computer }: SimulatedReemoComputer): Readonly<Record<string, unknown>> {
    // The document names properties up to the address; what stands behind them is made up.
    return { ...computer, status: online ? 'ONLINE' : 'OFFLINE', version: '2.14.0', monitors: 1 };
  }

  #list(query: Readonly<Record<string, string>>): SimulatedAnswer {
    const { pageSize = 25, wrapper = 'computers', paging = 'next' } = this.#options;
    const { page: asked = '1', ...filters } = query;
    const page = Number(asked);
    if (!Number.isInteger(page) || page < 1) return badRequest;
    const { name, hostname, ip } = filters;
    const found = [...this.#computers.values()].filter(
      (computer) =>
        (name === undefined || computer.name.includes(name)) &&
        (hostname === undefined || computer.hostname.includes(hostname)) &&
        (ip === undefined || computer.ip.includes(ip)),
    );
    const rows = found.slice((page - 1) * pageSize, page * pageSize).map((computer) => this.#object(computer));
    const pages = Math.max(1, Math.ceil(found.length / pageSize));
    switch (paging) {
      case 'array':
        return json(rows);
      case 'silent':
        return json({ [wrapper]: rows });
      case 'total':
        return json({ [wrapper]: rows, total: found.length });
      case 'pages':
        return json({ [wrapper]: rows, page, pages });
      case 'next': {
        const next = new URLSearchParams({ ...filters, page: String(page + 1) });
        return json({
          [wrapper]: rows,
          total: found.length,
          next: page < pages ? `${basePath}/computers?${next.toString()}` : null,
        });
      }
      default:
        return paging satisfies never;
    }
  }

  #reserve(body: unknown): SimulatedAnswer {
    const { _id } = z.strictObject({ _id: z.uuid() }).parse(body);
    if ([...this.#computers.values()].some((computer) => computer._id === _id)) return { status: 409 };
    this.#reserved += 1;
    const id = simulatedReemoId(0xfff_0000_0000 + this.#reserved);
    const computer: SimulatedReemoComputer = { id, _id, name: '', hostname: '', ip: '', online: false };
    this.#computers.set(id, computer);
    return json(this.#object(computer));
  }

  /** The object for the web client: tokens besides, and an `_id` that is hashed with them. */
  #connect(computer: SimulatedReemoComputer): Readonly<Record<string, unknown>> {
    const token = randomBytes(24).toString('base64url');
    this.#tokens.set(token, {
      id: computer.id,
      until: this.#now() + (this.#options.tokenLifeMs ?? 30_000),
      used: false,
    });
    return {
      ...this.#object(computer),
      _id: createHash('sha256').update(`${computer._id} ${token}`).digest('hex'),
      signal: { url: `${this.origin}/signal`, token },
    };
  }

  #signal(request: RecordedRequest): SimulatedAnswer {
    const headers = { 'access-control-allow-origin': '*', 'content-type': 'text/plain' };
    let body: unknown;
    try {
      body = JSON.parse(request.body.toString());
    } catch {
      return { ...badRequest, headers };
    }
    const given = z.looseObject({ signal: z.looseObject({ token: z.string() }) }).safeParse(body);
    const use = given.success ? this.useToken(given.data.signal.token) : 'unknown';
    return { status: use === 'accepted' ? 200 : 403, headers, body: use };
  }
}
