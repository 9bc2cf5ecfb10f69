import type { DeviceRecord, Presence, PresenceState } from '../../core/fleet/device.ts';
import { cancelled, fail, ok } from '../../core/base/errors.ts';
import type { AppError, Result } from '../../core/base/errors.ts';
import { execute } from '../execute.ts';
import type { VendorWire } from '../execute.ts';
import type { Connector, FleetPage, Operation, Vendor, VendorContext, WebSession, WebSessionRoute } from '../vendor.ts';
import {
  baseUrlHint,
  defaultClientScript,
  noPages,
  reemoCredentialForms,
  reemoFields,
  reemoSecrets,
  reemoWire,
  vendorName,
} from './auth.ts';
import { reemoCapabilities, reemoEdits, reemoParameter } from './device-edits.ts';
import { connectComputer, deleteComputer, getComputer, listComputers, reemoOperations } from './operations.ts';
import { isFullPage, repeatedPage } from '../repeated-page.ts';
import { computerOf, pageOf } from './schemas.ts';
import type { ComputerRow, Page } from './schemas.ts';
import { sessionServers } from './session-servers.ts';
import { defined } from '../../core/base/defined.ts';

type Query = Readonly<Record<string, string>>;

/** Errors after which the next page fails, too. */
const hopeless: ReadonlySet<AppError['kind']> = new Set([
  'unauthorized',
  'forbidden',
  'rate-limited',
  'clock-skew',
  'wrong-url',
  'unreachable',
  'cancelled',
]);
const maxFailedPages = 2;
const maxPages = 20_000;

/** The document knows the word OFFLINE and explains it as not connected; the others are the obvious ones. */
const offlineWords = /\boffline\b|^disconnected$|^not[ _-]?connected$/i;
const onlineWords =
  /^(?:online|on|up|connected|available|ready|idle|busy|active|running|in[ _-]?use|in[ _-]?session|session)$/i;

const stateOf = (status: string | undefined): PresenceState => {
  if (status === undefined) return 'unknown';
  if (offlineWords.test(status)) return 'offline';
  return onlineWords.test(status) ? 'online' : 'unknown';
};

const presenceOf = (row: ComputerRow, observedAt: number): Presence => ({
  state: stateOf(row.status),
  observedAt,
  source: row.status === undefined ? 'none' : 'vendor-list',
});

/** Whether an address is of a private network. */
const isPrivate = (ip: string): boolean =>
  /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|127\.|f[cd][0-9a-f]{2}:|fe80:|::1$)/i.test(ip);

const deviceOf = (row: ComputerRow, observedAt: number): DeviceRecord => ({
  id: row.id,
  name: row.name ?? row.hostname ?? row.id,
  ...(row.name === undefined || row.hostname === undefined || row.name === row.hostname
    ? {}
    : { description: row.hostname }),
  groups: [],
  tags: [],
  presence: presenceOf(row, observedAt),
  services: [],
  ...(row.ip === undefined ? {} : isPrivate(row.ip) ? { internalAddress: row.ip } : { externalAddress: row.ip }),
  ...(row.attributes === undefined ? {} : { facts: { attributes: row.attributes } }),
});

/** One listing under way. */
interface Listing {
  readonly seen: Set<string>;
  /** Computers there are, where a page said so. */
  total: number | undefined;
  /** The number of the page that was asked for. */
  page: number;
  /** Rows of all pages so far. */
  rows: number;
}

/** The page after this one; undefined if this is the last, 'unreadable' if the answer does not show it. */
const pageAfter = (page: Page, listing: Listing): Query | number | 'unreadable' | undefined => {
  if (page.next.kind === 'end') return undefined;
  if (page.next.kind === 'unreadable') return 'unreadable';
  if (page.next.kind === 'query') return page.next.query;
  if (page.next.kind === 'number') return page.next.number;
  if (page.rows.length === 0) return undefined;
  const number = page.page ?? listing.page;
  if (page.pages !== undefined && number >= page.pages) return undefined;
  if (listing.total !== undefined && listing.seen.size >= listing.total) return undefined;
  return number + 1;
};

const offline = (vendorMessage?: string): Result<never> =>
  fail(
    'device-offline',
    `${vendorName} gives no session: it says that the computer is offline.`,
    'Try again when the computer is online.',
    defined({ vendorMessage }),
  );

class ReemoConnector implements Connector, WebSessionRoute {
  readonly #session: VendorContext;
  readonly #wire: VendorWire;

  constructor(session: VendorContext) {
    this.#session = session;
    this.#wire = reemoWire(session);
  }

  get webSession(): WebSessionRoute {
    return this;
  }

  async check(signal: AbortSignal): Promise<Result<void>> {
    const answer = await execute(this.#session, this.#wire, listComputers, {}, signal);
    return answer.ok ? ok(undefined) : answer;
  }

  /**
   * Lists page after page. The first request has only the account's own parameters, because the document names none;
   * later requests follow the answer (`next`), else go by number. The end is where the answer says so, or a page with
   * nothing new. A second page equal to the first is no end: the name of the parameter was only a guess.
   */
  async *listDevices(signal: AbortSignal): AsyncIterable<Result<FleetPage>> {
    const listing: Listing = { seen: new Set(), total: undefined, page: 1, rows: 0 };
    let query: Query = this.#query({});
    /** Whether the vendor said that the page exists; a failed guess means nothing. */
    let isPromised = true;
    let failed = 0;
    for (let count = 0; count < maxPages; count += 1) {
      const observedAt = this.#session.clock.now();
      const answer = await execute(this.#session, this.#wire, listComputers, query, signal);
      if (signal.aborted) {
        yield cancelled();
        return;
      }
      if (!answer.ok) {
        const { kind } = answer.error;
        if (!isPromised && (kind === 'invalid-input' || kind === 'not-found' || kind === 'wrong-url')) {
          if (count === 1 && isFullPage(listing.rows)) yield ok(this.#perhapsMore(listing));
          return;
        }
        yield answer;
        failed += 1;
        const name = this.#pageParameter;
        const number = query[name];
        if (hopeless.has(kind) || failed >= maxFailedPages || number === undefined || listing.total === undefined)
          return;
        listing.page += 1;
        query = { ...query, [name]: String(Number(number) + 1) };
        continue;
      }
      const page = pageOf(answer.value);
      if (page === undefined) return;
      listing.total = page.total ?? listing.total;
      const before = listing.seen.size;
      yield ok(this.#page(page.rows, observedAt, listing.seen));
      const following = pageAfter(page, listing);
      const isRepeated = count > 0 && listing.seen.size === before;
      listing.rows += page.rows.length;
      if (following === undefined || following === 'unreadable' || isRepeated) {
        const missing = this.#missing(listing, following === 'unreadable');
        if (missing !== undefined && failed === 0) yield ok({ devices: [], incomplete: true, problem: missing });
        else if (isRepeated && following !== undefined && page.rows.length > 0 && (count === 1 || isPromised))
          yield ok(this.#perhapsMore(listing));
        return;
      }
      isPromised = page.next.kind !== 'unknown' || listing.total !== undefined || page.pages !== undefined;
      if (!isPromised && this.#session.fields['pageParameter'] === noPages) return;
      listing.page = (page.page ?? listing.page) + 1;
      query = this.#query(following, listing);
    }
  }

  async ready(deviceId: string, signal: AbortSignal): Promise<Result<void>> {
    const asked = await execute(this.#session, this.#wire, getComputer, { id: deviceId }, signal);
    if (!asked.ok) return asked;
    return stateOf(computerOf(asked.value)?.status) === 'offline' ? offline() : ok(undefined);
  }

  async open(deviceId: string, signal: AbortSignal): Promise<Result<WebSession>> {
    const granted = await execute(this.#session, this.#wire, connectComputer, { id: deviceId }, signal);
    const { clientScript = defaultClientScript, clientServers } = this.#session.fields;
    if (granted.ok)
      return ok({
        computer: granted.value.computer,
        clientScript,
        servers: sessionServers(clientScript, clientServers),
      });
    return this.#explain(deviceId, granted.error, signal);
  }

  async call(operation: Operation, input: unknown, signal: AbortSignal): Promise<Result<unknown>> {
    if (operation.id === deleteComputer.id) {
      const refusal = await this.#refuseUnlessOffline(input, signal);
      if (refusal !== undefined) return refusal;
    }
    return execute(this.#session, this.#wire, operation, input, signal);
  }

  get #pageParameter(): string {
    const { pageParameter } = this.#session.fields;
    return pageParameter === undefined || pageParameter === noPages ? 'page' : pageParameter;
  }

  /** The query of a page: as the vendor gave it, or by its number, with the parameters of the account. */
  #query(wanted: Query | number, listing?: Listing): Query {
    const { offsetParameter, pageSize } = this.#session.fields;
    const [sizeName, size] = pageSize?.split('=') ?? [];
    const base: Query = sizeName === undefined || size === undefined ? {} : { [sizeName]: size };
    if (typeof wanted !== 'number') return { ...base, ...wanted };
    if (offsetParameter !== undefined) return { ...base, [offsetParameter]: String(listing?.rows ?? 0) };
    return { ...base, [this.#pageParameter]: String(wanted) };
  }

  #perhapsMore({ seen }: Listing): FleetPage {
    const hint = `If computers are missing, look for the page parameter in the API reference of ${vendorName} and enter it in the account’s settings; enter “${noPages}” where all come at once.`;
    return { devices: [], incomplete: true, problem: repeatedPage(vendorName, seen.size, hint) };
  }

  #page(rows: readonly unknown[], observedAt: number, seen: Set<string>): FleetPage {
    const devices: DeviceRecord[] = [];
    let nameless = 0;
    for (const value of rows) {
      const row = computerOf(value);
      if (row === undefined) nameless += 1;
      else if (!seen.has(row.id)) {
        seen.add(row.id);
        devices.push(deviceOf(row, observedAt));
      }
    }
    if (nameless === 0) return { devices };
    const { error } = fail(
      'bad-response',
      `${vendorName} listed ${nameless} computers without an id; they are left out.`,
      'Refresh later.',
    );
    return { devices, incomplete: true, problem: error };
  }

  /** Why computers are missing from the list, if known. */
  #missing({ seen, total }: Listing, isUnreadable: boolean): AppError | undefined {
    if (!isUnreadable && (total === undefined || seen.size >= total)) return undefined;
    return fail(
      'bad-response',
      total === undefined
        ? `${vendorName} says that there are more computers, but not in a way Quayside can ask for them.`
        : `${vendorName} has ${total} computers but listed ${seen.size}.`,
      'The others stay as they were. If it stays so, look for a newer Quayside.',
    ).error;
  }

  /** Reemo deletes only offline computers, so others are not even tried. */
  async #refuseUnlessOffline(input: unknown, signal: AbortSignal): Promise<Result<never> | undefined> {
    const wanted = deleteComputer.input.safeParse(input);
    if (!wanted.success) return undefined;
    const asked = await execute(this.#session, this.#wire, getComputer, { id: wanted.data.id }, signal);
    if (!asked.ok) return asked;
    const state = stateOf(computerOf(asked.value)?.status);
    if (state === 'offline') return undefined;
    return fail(
      'conflict',
      state === 'online'
        ? `This computer is online, and ${vendorName} deletes only computers that are offline.`
        : `${vendorName} does not say that this computer is offline, and it deletes only computers that are.`,
      'Stop the Reemo service on the computer or shut it down, then try again.',
    );
  }

  /** The document names no error for an offline computer; its status shows it. */
  async #explain(deviceId: string, error: AppError, signal: AbortSignal): Promise<Result<never>> {
    if (!['invalid-input', 'not-found', 'conflict', 'vendor-unavailable'].includes(error.kind))
      return { ok: false, error };
    const asked = await execute(this.#session, this.#wire, getComputer, { id: deviceId }, signal);
    if (!asked.ok || stateOf(computerOf(asked.value)?.status) !== 'offline') return { ok: false, error };
    return offline(error.vendorMessage);
  }
}

/** Reemo: computers page by page, sessions in the vendor's own web client. */
export const reemo: Vendor<'reemo'> = {
  id: 'reemo',
  name: vendorName,
  mark: 'reemo',
  defaultBaseUrl: 'https://restapi.reemo.io/v1',
  baseUrlHint,
  credentialForms: reemoCredentialForms,
  secrets: reemoSecrets,
  fields: reemoFields,
  defaultServices: [{ id: 'web-session', kind: 'https', name: 'Remote desktop', route: 'web-session' }],
  customServices: false,
  localActions: false,
  poll: { intervalMs: 60_000, minimumMs: 10_000 },
  operations: reemoOperations,
  deviceParameter: reemoParameter,
  edits: reemoEdits,
  capabilities: reemoCapabilities,
  open: (session) => new ReemoConnector(session),
};
