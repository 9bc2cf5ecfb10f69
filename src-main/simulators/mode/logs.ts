import { z } from 'zod';
import { invalid, json, noContent, notFound, refuse, wholeNumber } from './answers.ts';
import type { RecordedRequest, SimulatedAnswer } from '../simulator.ts';

interface LogRequest {
  readonly id: string;
  readonly deviceId: string;
  readonly ts: number;
  status: (typeof statuses)[number];
}

const statuses = ['success', 'failure', 'requested', 'uploading', 'cancelled'] as const;

const time = z.iso.datetime({ offset: true });
const entriesQuery = z.looseObject({ begin: time, end: time, maxEntries: wholeNumber(1).default(100) });
const requestBody = z.strictObject({
  start: time.optional(),
  end: time.optional(),
  prefixes: z.array(z.string()).default([]),
});
const listQuery = z.looseObject({
  statuses: z
    .string()
    .transform((value) => value.split(','))
    .pipe(z.array(z.enum(statuses)))
    .optional(),
  sortBy: z.string().default('ts:asc'),
  limit: wholeNumber(1).default(25),
  skip: wholeNumber(0).default(0),
});
/** A device that is connected has uploaded its logs after this time, milliseconds. */
const uploadMs = 2000;
const entryEveryMs = 60_000;
const said = [
  ['debug', 'Heartbeat sent'],
  ['info', 'Reading stored: 21.4 °C, 48 % humidity'],
  ['info', 'Uploaded 20 readings in 184 ms'],
  ['debug', 'Queue is empty'],
  ['warning', 'Sensor 2 answered after 2.1 s'],
  ['info', 'Reading stored: 21.6 °C, 47 % humidity'],
  ['error', 'Sensor 2 did not answer within 5 s'],
  ['info', 'Sensor 2 answers again'],
] as const;

/**
 * Logs of devices. The document describes no log entry, so the fields of those are made up; a log request is the object
 * of https://dev.tinkermode.com/platform/api/device-logger.
 */
export class ModeLogs {
  readonly #now: () => number;
  readonly #isConnected: (deviceId: string) => boolean;
  readonly #projectId: number;
  #requests: LogRequest[] = [];
  #made = 0;

  constructor(projectId: number, now: () => number, isConnected: (deviceId: string) => boolean) {
    this.#projectId = projectId;
    this.#now = now;
    this.#isConnected = isConnected;
  }

  /** MODE-06 and MODE-07: an entry a minute within the bounds, newest last. */
  entries(deviceId: string, request: RecordedRequest): SimulatedAnswer {
    const query = entriesQuery.safeParse(request.query);
    if (!query.success) return invalid;
    const http = request.path.endsWith('/httpLogEntries');
    const end = Date.parse(query.data.end);
    const first = Math.ceil(Date.parse(query.data.begin) / entryEveryMs);
    const rows: unknown[] = [];
    for (let minute = first; minute * entryEveryMs <= end && rows.length < query.data.maxEntries; minute += 1) {
      const timestamp = new Date(minute * entryEveryMs).toISOString();
      const [level, message] = said[minute % said.length] ?? said[0];
      rows.push(
        http
          ? { timestamp, method: 'PUT', path: `/devices/${deviceId}/event`, status: 204 }
          : { timestamp, level, message },
      );
    }
    return json(rows);
  }

  /** MODE-08. One request at a time: while it is pending, further requests are refused. */
  create(deviceId: string, body: unknown): SimulatedAnswer {
    const parsed = requestBody.safeParse(body);
    if (!parsed.success) return invalid;
    this.#progress();
    if (this.#requests.some((other) => other.deviceId === deviceId && other.status === 'requested'))
      return refuse(403, 'BLOCKING_LOG_REQUEST');
    this.#made += 1;
    this.#requests.push({ id: `lr-${this.#made}`, deviceId, ts: this.#now(), status: 'requested' });
    return { status: 201 };
  }

  /** MODE-09. */
  list(deviceId: string, request: RecordedRequest): SimulatedAnswer {
    const query = listQuery.safeParse(request.query);
    if (!query.success) return invalid;
    this.#progress();
    const { statuses: wanted, sortBy, skip, limit } = query.data;
    const sorts = sortBy.split(',').map((part) => part.split(':'));
    if (sorts.some(([field]) => field !== 'ts' && field !== 'status')) return invalid;
    const rows = this.#requests
      .filter((entry) => entry.deviceId === deviceId && (wanted === undefined || wanted.includes(entry.status)))
      .toSorted((a, b) => {
        for (const [field, direction] of sorts) {
          const order = field === 'ts' ? a.ts - b.ts : a.status.localeCompare(b.status);
          if (order !== 0) return direction === 'desc' ? -order : order;
        }
        return 0;
      });
    return json(rows.slice(skip, skip + limit).map((entry) => this.#view(entry)));
  }

  /** MODE-10. */
  get(deviceId: string, id: string): SimulatedAnswer {
    this.#progress();
    const found = this.#find(deviceId, id);
    return found === undefined ? notFound : json(this.#view(found));
  }

  /** MODE-11: marked as cancelled, and still there. One that is done is in use. */
  cancel(deviceId: string, id: string): SimulatedAnswer {
    this.#progress();
    const found = this.#find(deviceId, id);
    if (found === undefined) return notFound;
    if (found.status === 'success') return refuse(409, 'RESOURCE_IN_USE');
    found.status = 'cancelled';
    return noContent;
  }

  #find(deviceId: string, id: string): LogRequest | undefined {
    return this.#requests.find((entry) => entry.deviceId === deviceId && entry.id === id);
  }

  #progress(): void {
    for (const entry of this.#requests) {
      const due = entry.status === 'requested' && this.#now() - entry.ts >= uploadMs;
      if (due && this.#isConnected(entry.deviceId)) entry.status = 'success';
    }
  }

  #view({ id, deviceId, ts, status }: LogRequest): unknown {
    const done = status === 'success';
    return {
      id,
      deviceId: Number.isNaN(Number(deviceId)) ? deviceId : Number(deviceId),
      projectId: this.#projectId,
      status,
      ts: new Date(ts).toISOString(),
      token: `upload-token-of-${id}`,
      ...(done
        ? {
            contentType: 'application/gzip',
            uploadId: `upload-${id}`,
            filename: `${id}.log.gz`,
            url: `https://logs.example.com/${id}.log.gz?X-Amz-Expires=900&X-Amz-Signature=signed-${id}`,
          }
        : {}),
    };
  }
}
