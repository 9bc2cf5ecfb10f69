import { z } from 'zod';
import { makeFleet } from '../fleet.ts';
import type { FleetDevice } from '../fleet.ts';
import { acceptWebSocket, asksForWebSocket } from '../websocket.ts';
import { RemoteItConnections } from './connections.ts';
import type { RemoteItTarget } from './connections.ts';
import { RemoteItEvents, stateEvent } from './events.ts';
import { RemoteItFleet } from './fleet.ts';
import { GraphQlServer } from './graphql.ts';
import { json, RemoteItRest, RemoteItSessions } from './rest.ts';
import { remoteItRoot } from './graphql-root.ts';
import { checkSignature } from './signatures.ts';
import type { SimulatedAccessKey } from './signatures.ts';
import { Simulator } from '../simulator.ts';
import type { RecordedRequest, SimulatedAnswer } from '../simulator.ts';

/** An organisation that the simulated account is a member of. */
export const simulatedOrganisation = {
  id: 'B0000000-0000-0000-0000-000000000002',
  email: 'organisation@example.com',
} as const;

export interface RemoteItOptions {
  /** The vendor's own schema, in the language of GraphQL: what it refuses is refused here. */
  readonly schema: string;
  readonly accessKey: SimulatedAccessKey;
  readonly developerKey: string;
  readonly username: string;
  readonly password: string;
  /** Machines in the fleet: a number, or the machines. */
  readonly devices: number | readonly FleetDevice[];
  /** Where connections lead; one is cut where it answers nothing. */
  readonly target?: RemoteItTarget;
  /** Epoch milliseconds; the wall clock where absent. */
  readonly now?: () => number;
}

const restPath = '/apv/v27/';
const graphQlPaths: ReadonlySet<string> = new Set(['/graphql/v1', '/api/graphql']);
const socketPaths: ReadonlySet<string> = new Set(['/v1', '/api/ws']);
const stateSchema = z.strictObject({
  /** Sets the presence of devices, by id. */
  online: z.record(z.string(), z.boolean()).optional(),
  /** Replaces the accepted secret; requests signed with the old one are refused. */
  secret: z.string().min(1).optional(),
  expireSessions: z.boolean().optional(),
  killConnections: z.boolean().optional(),
  cutEvents: z.boolean().optional(),
  /** Whether the credentials belong to nobody: `login` is null. */
  nobody: z.boolean().optional(),
});
const unknownPath: SimulatedAnswer = {
  status: 404,
  headers: { 'content-type': 'text/html' },
  body: '<!DOCTYPE html><html><head><title>404 Not Found</title></head><body>Not Found</body></html>',
};
const unauthorized: SimulatedAnswer = { status: 401, headers: { 'content-type': 'text/plain' }, body: 'Unauthorized' };

/**
 * remote.it on one port: v27, GraphQL and the event socket, by what its public documentation and applications show;
 * GraphQL by the vendor's own schema.
 * Oddities included: texts for booleans and numbers, `[null]`, failures with HTTP 200, a plain `Unauthorized`, an HTML
 * 404. Both signature dialects are verified. Connections open a real TCP relay on 127.0.0.1.
 */
export class RemoteItSimulator extends Simulator {
  readonly fleet: RemoteItFleet;
  readonly connections: RemoteItConnections;
  readonly sessions: RemoteItSessions;
  readonly events: RemoteItEvents;
  readonly rest: RemoteItRest;
  /** Whether the credentials belong to nobody: `login` is null. */
  nobody = false;
  /** Sent as `X-R3-Warning` where there is one. */
  warning: string | undefined;
  readonly #options: RemoteItOptions;
  readonly #now: () => number;
  readonly #graph: GraphQlServer;
  #secret: string;

  constructor(options: RemoteItOptions) {
    super();
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#secret = options.accessKey.secret;
    const machines = typeof options.devices === 'number' ? makeFleet(options.devices, this.#now()) : options.devices;
    this.fleet = new RemoteItFleet(machines, this.#now);
    this.connections = new RemoteItConnections(options.target ?? (() => undefined), this.#now);
    this.sessions = new RemoteItSessions(this.#now);
    this.rest = new RemoteItRest(this.fleet, this.connections, options.username);
    const root = remoteItRoot({
      fleet: this.fleet,
      connections: this.connections,
      account: { id: 'A0000000-0000-0000-0000-000000000001', email: options.username },
      organisation: simulatedOrganisation,
      isNobody: () => this.nobody,
      history: () => this.events.history(),
    });
    this.#graph = new GraphQlServer(options.schema, root);
    this.events = new RemoteItEvents(
      (headers) => this.#mayListen(headers),
      (query) => this.#graph.refusals(query).map(({ message }) => message),
    );
  }

  /** The base URL of an account. */
  get baseUrl(): string {
    return this.origin;
  }

  /** The address of the event socket. */
  get eventsUrl(): string {
    return `${this.origin.replace('http', 'ws')}/v1`;
  }

  /**
   * Changes the presence of a device and sends events to all listeners: for the device and for each of its services.
   */
  setOnline(id: string, online: boolean): void {
    const device = this.fleet.locate(id)?.device;
    if (device === undefined || !this.fleet.setOnline(id, online)) return;
    const targets = [...device.services, device];
    this.events.tell(targets.map((target) => stateEvent(device, target, online, device.changedAt)));
  }

  /** From now on only this secret is accepted. Base64. */
  setSecret(secret: string): void {
    this.#secret = secret;
  }

  protected override async release(): Promise<void> {
    await this.connections.kill();
  }

  protected override async change(input: unknown): Promise<void> {
    const wanted = stateSchema.parse(input);
    for (const [id, online] of Object.entries(wanted.online ?? {})) this.setOnline(id, online);
    if (wanted.secret !== undefined) this.setSecret(wanted.secret);
    if (wanted.nobody !== undefined) this.nobody = wanted.nobody;
    if (wanted.expireSessions === true) this.sessions.expire();
    if (wanted.cutEvents === true) this.events.cut();
    if (wanted.killConnections === true) await this.connections.kill();
  }

  protected override refusal(): SimulatedAnswer {
    return { status: 403 };
  }

  protected override async answer(request: RecordedRequest): Promise<SimulatedAnswer> {
    const answer = await this.#answerTo(request);
    return this.warning === undefined
      ? answer
      : { ...answer, headers: { ...answer.headers, 'x-r3-warning': this.warning } };
  }

  async #answerTo(request: RecordedRequest): Promise<SimulatedAnswer> {
    if (socketPaths.has(request.path) && asksForWebSocket(request))
      return acceptWebSocket(request, (socket) => this.events.opened(socket));
    if (graphQlPaths.has(request.path) && request.method === 'POST') return this.#graphQl(request);
    if (request.path.startsWith(restPath)) return this.#answerRest(request, request.path.slice(restPath.length));
    return unknownPath;
  }

  #check(request: RecordedRequest): 'good' | 'bad' | 'absent' {
    const key = { id: this.#options.accessKey.id, secret: this.#secret };
    const origin = `http://${request.headers['host'] ?? ''}`;
    // Signatures live by the wall clock, whatever the fleet's.
    return checkSignature(request, key, origin, Date.now() + this.clockOffsetMs);
  }

  #mayListen(headers: Readonly<Record<string, string>>): boolean {
    if (this.sessions.knows(headers['authorization'])) return true;
    const url = new URL(this.eventsUrl);
    const request = { method: 'GET', path: url.pathname, query: {}, body: Buffer.alloc(0), at: 0 };
    return this.#check({ ...request, headers: { ...headers, host: url.host } }) === 'good';
  }

  async #graphQl(request: RecordedRequest): Promise<SimulatedAnswer> {
    const signed = this.#check(request);
    if (signed === 'bad') return this.refusal();
    if (signed === 'absent' && !this.sessions.knows(request.headers['token'])) return unauthorized;
    let body: unknown;
    try {
      body = JSON.parse(request.body.toString());
    } catch {
      return json({ errors: [{ message: 'Bad request' }] }, 400);
    }
    const asked = z
      .strictObject({ query: z.string(), variables: z.record(z.string(), z.unknown()).default({}) })
      .safeParse(body);
    if (!asked.success) return json({ errors: [{ message: 'Must provide query string.' }] }, 400);
    const answer = await this.#graph.answer(asked.data.query, asked.data.variables);
    return json(answer.body, answer.status);
  }

  async #answerRest(request: RecordedRequest, path: string): Promise<SimulatedAnswer> {
    const { username, password, developerKey } = this.#options;
    const refuse = (reason: string): SimulatedAnswer => json({ status: 'false', reason, code: 'GENERAL_ERROR' }, 401);
    let body: unknown;
    try {
      body = request.body.length === 0 ? undefined : JSON.parse(request.body.toString());
    } catch {
      return json({ status: 'false', reason: 'bad request' }, 400);
    }
    if (request.headers['developerkey'] !== developerKey) return refuse('developer key failed validation');
    if (path === 'user/login' && request.method === 'POST') return this.sessions.login(body, username, password);
    const signed = this.#check(request);
    if (signed === 'bad') return this.refusal();
    if (signed === 'absent') {
      const { token } = request.headers;
      if (token === undefined) return json({ status: 'false', reason: 'missing api token' });
      if (!this.sessions.knows(token)) return refuse('token is not valid or has expired');
    }
    return (await this.rest.answer(request.method, path, body)) ?? unknownPath;
  }
}
