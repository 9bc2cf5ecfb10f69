import type { Result } from '../../src-main/core/base/errors.ts';
import type { Clock } from '../../src-main/core/base/clock.ts';
import type { Log, LogLevel } from '../../src-main/core/base/log.ts';
import { createHttpClient } from '../../src-main/node/http/http-client.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { createWebSocketClient } from '../../src-main/node/http/websocket-client.ts';
import type { Connector, FleetPage, Vendor } from '../../src-main/vendors/vendor.ts';

/** What a session calls itself on the wire. */
export const testAgent = 'Quayside/test';

/** What was written to a log, to be looked at. */
export interface LogRecord {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

/** A connector over the real HTTP client. `dispose` closes its connections. */
export interface OpenSession {
  readonly connector: Connector;
  readonly records: readonly LogRecord[];
  dispose(): void;
}

export interface SessionOptions {
  readonly baseUrl: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** Milliseconds without a byte of a body. */
  readonly stallMs?: number;
  /** Milliseconds for a whole body. */
  readonly bodyMs?: number;
  /** Milliseconds between the pings of WebSockets. */
  readonly pingMs?: number;
}

/** Opens one account of `vendor`, its secrets and fields parsed by the vendor's own schemas. */
export const openSession = (vendor: Vendor, options: SessionOptions): OpenSession => {
  const records: LogRecord[] = [];
  const log: Log = {
    write: (level, event, fields) => records.push({ level, event, fields }),
    child: () => log,
  };
  const clock = options.clock ?? systemClock;
  const http = createHttpClient({
    clock,
    userAgent: testAgent,
    random: () => 0.5,
    log,
    backoffMs: 1,
    ...(options.stallMs === undefined ? {} : { stallMs: options.stallMs }),
    ...(options.bodyMs === undefined ? {} : { bodyMs: options.bodyMs }),
  });
  const sockets = createWebSocketClient({
    clock,
    userAgent: testAgent,
    ...(options.pingMs === undefined ? {} : { pingMs: options.pingMs }),
  });
  const connector = vendor.open({
    accountId: 'test-account',
    baseUrl: options.baseUrl,
    fields: vendor.fields.parse(options.fields ?? {}),
    secrets: vendor.secrets.parse(options.secrets),
    http,
    sockets,
    clock,
    random: () => 0.5,
    log,
  });
  return {
    connector,
    records,
    dispose: () => {
      sockets.dispose();
      http.dispose();
    },
  };
};

/** The value of a result; throws where there is none. */
export const good = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(`${result.error.kind}: ${result.error.message} ${result.error.vendorMessage ?? ''}`);
  return result.value;
};

/** All pages of a listing. */
export const collect = async (pages: AsyncIterable<Result<FleetPage>>): Promise<readonly Result<FleetPage>[]> => {
  const all: Result<FleetPage>[] = [];
  for await (const page of pages) all.push(page);
  return all;
};
