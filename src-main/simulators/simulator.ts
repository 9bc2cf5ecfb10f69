import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { Faults, faultSchema } from './faults.ts';
import type { Fault, FaultInput } from './faults.ts';
import { httpTransport } from './http-transport.ts';
import type { Exchange, Listening, Transport } from './http-transport.ts';
import { defined } from '../core/base/defined.ts';

/** A request as it came over the wire. */
export interface RecordedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What a simulator answers. A body that is absent is sent as an empty one. */
export interface SimulatedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** With 101: takes the connection over. */
  readonly upgraded?: (socket: Socket) => void;
}

const controlPath = '/__simulator/';
const keptRequests = 5_000;
const page =
  '<!DOCTYPE html><html><head><title>Sign in to the network</title></head><body><h1>Welcome</h1></body></html>';

/**
 * The base of every vendor's simulator: an API on 127.0.0.1 that keeps state, records what it is asked, and has
 * faults on demand, set in code or over `/__simulator/faults` (POST adds one, DELETE clears, GET lists),
 * `/__simulator/requests` (GET) and `/__simulator/state` (POST, each vendor's own). Not protected: loopback and
 * made-up data only.
 */
export abstract class Simulator {
  readonly faults = new Faults();
  /** Added to the Date header: how far the vendor's clock is off, in milliseconds. */
  clockOffsetMs = 0;
  readonly #transport: Transport;
  readonly #stopped = new AbortController();
  #requests: RecordedRequest[] = [];
  #listening: Listening | undefined;

  constructor(transport: Transport = httpTransport) {
    this.#transport = transport;
  }

  /** Starts to listen on 127.0.0.1; port 0 means any. Rejects where the port is taken. */
  async listen(port = 0): Promise<void> {
    this.#listening = await this.#transport(port, (exchange) => {
      // A failure below is a client that went away, or a bug that a missing answer shows.
      this.#serve(exchange).catch(() => exchange.reset());
    });
  }

  get port(): number {
    if (this.#listening === undefined) throw new Error('the simulator does not listen');
    return this.#listening.port;
  }

  /** `http://127.0.0.1:port`, without the path of the API. */
  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What was asked, oldest first; the last 5,000. */
  get requests(): readonly RecordedRequest[] {
    return this.#requests;
  }

  /** The requests whose path ends so. */
  requestsTo(path: string): readonly RecordedRequest[] {
    return this.#requests.filter((request) => request.path.endsWith(path));
  }

  forgetRequests(): void {
    this.#requests = [];
  }

  /** Sets a fault; the returned function takes it back. */
  fault(fault: FaultInput): () => void {
    return this.faults.add(fault);
  }

  /** Stops listening, cuts what is open and closes what the simulator opened. */
  async dispose(): Promise<void> {
    this.#stopped.abort();
    const listening = this.#listening;
    this.#listening = undefined;
    await Promise.all([listening?.close(), this.release()]);
  }

  /** The vendor's answer. */
  protected abstract answer(request: RecordedRequest): SimulatedAnswer | Promise<SimulatedAnswer>;

  /** The vendor's answer to credentials it does not take. */
  protected abstract refusal(): SimulatedAnswer;

  /** Changes the state as `/__simulator/state` asks. Throws where the change is not understood. */
  protected abstract change(input: unknown): void | Promise<void>;

  /** Closes what the vendor's simulator opened besides its API. */
  protected async release(): Promise<void> {
    return undefined;
  }

  async #serve(exchange: Exchange): Promise<void> {
    const url = new URL(exchange.target, 'http://127.0.0.1');
    if (url.pathname.startsWith(controlPath)) return this.#send(exchange, await this.#control(exchange, url.pathname));
    const request: RecordedRequest = {
      method: exchange.method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: exchange.headers,
      body: exchange.body,
      at: Date.now(),
    };
    this.#requests.push(request);
    if (this.#requests.length > keptRequests) this.#requests = this.#requests.slice(-keptRequests / 2);

    const faults = this.faults.take(exchange.method, url.pathname);
    for (const fault of faults) {
      if (fault.kind === 'delay') await wait(fault.ms, undefined, { signal: this.#stopped.signal, ref: false });
    }
    const fault = faults.find((other) => other.kind !== 'delay');
    if (fault === undefined) return this.#send(exchange, await this.answer(request));
    return this.#misbehave(exchange, request, fault);
  }

  async #misbehave(exchange: Exchange, request: RecordedRequest, fault: Fault): Promise<void> {
    switch (fault.kind) {
      case 'status':
        return this.#send(exchange, {
          status: fault.status,
          headers: defined({ 'retry-after': fault.retryAfter }),
          ...defined({ body: fault.body }),
        });
      case 'reset':
        return exchange.reset();
      case 'html':
        return this.#send(exchange, { status: fault.status, headers: { 'content-type': 'text/html' }, body: page });
      case 'revoked':
        return this.#send(exchange, this.refusal());
      case 'delay':
      case 'silent':
        return;
      default: {
        const good = await this.answer(request);
        const body = Buffer.from(good.body ?? '');
        const half = body.subarray(0, Math.floor(body.length / 2));
        switch (fault.kind) {
          case 'reset-after':
            return exchange.reset();
          case 'truncated':
            return this.#send(exchange, { ...good, body: half });
          case 'malformed':
            return this.#send(exchange, { ...good, body: `{"error" = ${body.toString('latin1').slice(0, 100)}` });
          case 'cut-off':
            exchange.head(good.status, this.#headers(good, body.length + 1));
            await exchange.write(half);
            return exchange.cut();
          case 'drip':
            exchange.head(good.status, this.#headers(good, body.length));
            for (let start = 0; start < body.length; start += fault.bytes) {
              await exchange.write(body.subarray(start, start + fault.bytes));
              await wait(fault.everyMs, undefined, { signal: this.#stopped.signal, ref: false });
            }
            return exchange.end();
          default:
            return fault satisfies never;
        }
      }
    }
  }

  async #send(exchange: Exchange, answer: SimulatedAnswer): Promise<void> {
    if (answer.upgraded !== undefined && exchange.socket !== undefined) {
      exchange.head(answer.status, answer.headers ?? {});
      return answer.upgraded(exchange.socket);
    }
    const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
    exchange.head(answer.status, this.#headers(answer, body?.length ?? 0));
    if (body !== undefined && body.length > 0) await exchange.write(body);
    exchange.end();
  }

  #headers(answer: SimulatedAnswer, length: number): Readonly<Record<string, string>> {
    return {
      date: new Date(Date.now() + this.clockOffsetMs).toUTCString(),
      ...(answer.status === 204 || answer.status === 304 ? {} : { 'content-length': String(length) }),
      ...answer.headers,
    };
  }

  async #control(exchange: Exchange, path: string): Promise<SimulatedAnswer> {
    const json = (value: unknown): SimulatedAnswer => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(value),
    });
    try {
      const input: unknown = exchange.body.length === 0 ? undefined : JSON.parse(exchange.body.toString());
      switch (`${exchange.method} ${path.slice(controlPath.length)}`) {
        case 'POST faults':
          for (const fault of z.union([z.array(faultSchema), faultSchema.transform((one) => [one])]).parse(input))
            this.fault(fault);
          return json(this.faults.list());
        case 'DELETE faults':
          this.faults.clear();
          return json([]);
        case 'GET faults':
          return json(this.faults.list());
        case 'GET requests':
          return json(this.#requests.map((request) => ({ ...request, body: request.body.toString() })));
        case 'DELETE requests':
          this.forgetRequests();
          return json([]);
        case 'POST state':
          await this.change(input);
          return json({});
        default:
          return { status: 404 };
      }
    } catch (failure) {
      return { status: 400, body: String(failure) };
    }
  }
}
