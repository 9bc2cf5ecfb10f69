import { z } from 'zod';
import { makeFleet } from '../fleet.ts';
import type { FleetDevice } from '../fleet.ts';
import { empty, badRequest, notFound, text, json, quoted, plainTime, id, ids, flag, digits, hours } from './answers.ts';
import { RemoteIotCharts } from './charts.ts';
import { RemoteIotDevices } from './devices.ts';
import type { SimulatedDevice } from './devices.ts';
import { readUpload } from './files.ts';
import type { SimulatedFile } from './files.ts';
import { RemoteIotJobs } from './jobs.ts';
import { RemoteIotTunnels } from './tunnels.ts';
import type { TunnelTarget } from './tunnels.ts';
import { Simulator } from '../simulator.ts';
import type { RecordedRequest, SimulatedAnswer } from '../simulator.ts';

export interface RemoteIotOptions {
  /** The token that is accepted. */
  readonly token: string;
  /** Machines in the fleet: a number, or the machines. */
  readonly devices: number | readonly FleetDevice[];
  /** Where the tunnels lead; a connection is cut where it answers nothing. */
  readonly target?: TunnelTarget;
  /** The address of this computer that tunnels end at; 127.0.0.1 where absent. */
  readonly tunnelHost?: string;
  /** Epoch milliseconds; the wall clock where absent. */
  readonly now?: () => number;
  /** Enterprise where absent: the other may not say how a tunnel is opened. */
  readonly plan?: 'business' | 'enterprise';
  /** Beyond so many requests in a minute the answer is 403; without a limit where absent. The document's table of limits is empty. */
  readonly requestsPerMinute?: number;
}

/** What the document marks "For Enterprise user only". */
const enterpriseOnly = ['Permanent', 'LimitingAccessIP', 'Host', 'LocalHost'];

const basePath = '/portal/api';
const stateSchema = z.strictObject({
  /** Sets the presence of devices, by id. */
  online: z.record(z.string(), z.boolean()).optional(),
  /** Devices that change sides every so many milliseconds; 0 means at each status request. */
  flapping: z.strictObject({ unitIds: z.array(z.string()), everyMs: z.int().min(0) }).optional(),
  /** Replaces the accepted token; the old one is answered 401. */
  token: z.string().min(1).optional(),
  killTunnels: z.boolean().optional(),
  moveTunnels: z.boolean().optional(),
  /** Tunnels that somebody else opens, in the portal or with another program; nothing in the list tells them apart. */
  tunnels: z
    .array(z.strictObject({ unitId: z.string(), localPort: z.int(), localHost: z.string().default('') }))
    .optional(),
});

/**
 * The RemoteIoT API to the letter of https://remoteiot.com/api.htm, its oddities included: two spellings of a device, a
 * trailing comma in `connect`, missing commas in `ListConnection`, `listjob` and `ListChart`, ports as integers
 * here and strings there, nothing about unknown ids in `status`, a bare 200 for writes, 403 for too many
 * requests. `connect` opens a real TCP relay on 127.0.0.1.
 */
export class RemoteIotSimulator extends Simulator {
  readonly tunnels: RemoteIotTunnels;
  readonly groups = new Set<string>();
  readonly files: SimulatedFile[] = [];
  #token: string;
  readonly #now: () => number;
  readonly #devices: RemoteIotDevices;
  readonly #logs = new Map<string, string[]>();
  readonly #customFields = new Map<string, Map<string, string>>();
  readonly #speedTests = new Map<string, number>();
  readonly #options: RemoteIotOptions;
  /** When the requests of the last minute came, epoch milliseconds. */
  #recent: readonly number[] = [];
  readonly #refused = new Set<string>();
  readonly #jobs: RemoteIotJobs;
  readonly #charts: RemoteIotCharts;

  constructor(options: RemoteIotOptions) {
    super();
    this.#options = options;
    this.#token = options.token;
    this.#now = options.now ?? Date.now;
    this.#jobs = new RemoteIotJobs(this.#now);
    this.#charts = new RemoteIotCharts(this.#now, (unitId) => this.#devices.get(unitId) !== undefined);
    this.tunnels = new RemoteIotTunnels(options.target ?? (() => undefined), options.tunnelHost);
    const fleet = typeof options.devices === 'number' ? makeFleet(options.devices, this.#now()) : options.devices;
    this.#devices = new RemoteIotDevices(fleet, this.#now);
    for (const machine of fleet) this.groups.add(machine.site);
  }

  /** The base URL of an account: `http://127.0.0.1:port/portal/api`. */
  get baseUrl(): string {
    return this.origin + basePath;
  }

  get unitIds(): readonly string[] {
    return this.#devices.unitIds;
  }

  deviceName(unitId: string): string | undefined {
    return this.#devices.get(unitId)?.name;
  }

  isOnline(unitId: string): boolean {
    return this.#devices.get(unitId)?.online ?? false;
  }

  setOnline(unitId: string, online: boolean): void {
    this.#devices.setOnline(unitId, online);
  }

  /** These devices change sides every `everyMs` milliseconds; with 0 at each status request. */
  setFlapping(unitIds: readonly string[], everyMs: number): void {
    this.#devices.setFlapping(unitIds, everyMs);
  }

  /** Fault: a `status` request that names this device is a bad one. */
  refuseStatusOf(unitId: string): void {
    this.#refused.add(unitId);
  }

  /** From now on only this token is accepted. */
  setToken(token: string): void {
    this.#token = token;
  }

  /** Adds a line to a log file of a device; the next `/log` hands it out, once. */
  appendLog(unitId: string, file: string, line: string): void {
    const key = `${unitId}/${file}`;
    this.#logs.set(key, [...(this.#logs.get(key) ?? []), line]);
  }

  protected override async release(): Promise<void> {
    await this.tunnels.dispose();
  }

  protected override async change(input: unknown): Promise<void> {
    const wanted = stateSchema.parse(input);
    for (const [unitId, online] of Object.entries(wanted.online ?? {})) this.setOnline(unitId, online);
    if (wanted.flapping !== undefined) this.setFlapping(wanted.flapping.unitIds, wanted.flapping.everyMs);
    if (wanted.token !== undefined) this.setToken(wanted.token);
    if (wanted.killTunnels === true) await this.tunnels.kill();
    if (wanted.moveTunnels === true) await this.tunnels.move();
    for (const { unitId, localPort, localHost } of wanted.tunnels ?? [])
      await this.tunnels.open(unitId, localPort, localHost);
  }

  protected override refusal(): SimulatedAnswer {
    return { status: 401 };
  }

  protected override async answer(request: RecordedRequest): Promise<SimulatedAnswer> {
    if (!request.path.startsWith(`${basePath}/`))
      return { status: 404, headers: { 'content-type': 'text/html' }, body: '<html><body>Not Found</body></html>' };
    if (request.headers['authorization'] !== `Bearer ${this.#token}`) return this.refusal();
    if (this.#isOverLimit()) return { status: 403 };
    if (request.method !== 'POST') return notFound;
    const path = request.path.slice(basePath.length + 1);
    const contentType = request.headers['content-type'] ?? '';
    if (path === 'FileUpload')
      return contentType.startsWith('multipart/form-data') ? this.#fileUpload(request.body, contentType) : badRequest;
    if (!/^application\/json\b/.test(contentType)) return badRequest;
    let body: unknown;
    try {
      body = request.body.length === 0 ? undefined : JSON.parse(request.body.toString());
    } catch {
      return badRequest;
    }
    try {
      return await this.#answerTo(path, body);
    } catch (failure) {
      // The document tells nothing about error bodies.
      if (failure instanceof z.ZodError) return badRequest;
      throw failure;
    }
  }

  async #answerTo(path: string, body: unknown): Promise<SimulatedAnswer> {
    switch (path) {
      case 'device':
        return this.#devices.answerList(z.strictObject({ Group: z.string().default('') }).parse(body ?? {}).Group);
      case 'GetDevice':
        return this.#devices.answerFind(z.strictObject({ Name: z.string() }).parse(body).Name);
      case 'status':
        return this.#status(ids.parse(body));
      case 'connect':
        return this.#connect(body);
      case 'DeleteConnection': {
        const { UnitId, Port } = z.strictObject({ UnitId: z.string(), Port: digits }).parse(body);
        return (await this.tunnels.close(UnitId, Number(Port))) ? empty : notFound;
      }
      case 'ListConnection':
        return this.#listConnection();
      case 'log':
        return this.#log(z.strictObject({ UnitId: z.string(), File: z.string() }).parse(body));
      case 'AddGroup':
        this.groups.add(z.strictObject({ Group: z.string().min(1) }).parse(body).Group);
        return empty;
      case 'CustomField': {
        const { CustomField, Unit } = z.strictObject({ CustomField: z.string(), Unit: ids.max(1000) }).parse(body);
        const values = this.#customFields.get(CustomField);
        return json(
          Unit.flatMap(({ UnitId }) =>
            this.#devices.get(UnitId) !== undefined ? [{ UnitId, Custom: values?.get(UnitId) ?? '' }] : [],
          ),
        );
      }
      case 'listjob':
        return this.#jobs.answerList(z.strictObject({ UnitId: z.string().default('') }).parse(body ?? {}).UnitId);
      case 'ListChart':
        return this.#charts.answerList();
      case 'UpdateChartId':
        this.#charts.renew();
        return empty;
      case 'ChartHistory': {
        const { UnitId, ChartId, Hour } = z
          .strictObject({ UnitId: z.string(), ChartId: z.string(), Hour: hours })
          .parse(body);
        return this.#charts.answerChart([UnitId], ChartId, Hour, false) ?? notFound;
      }
      case 'ChartHistoryMulti': {
        const { Unit, ChartId, Hour } = z.strictObject({ Unit: ids, ChartId: z.string(), Hour: hours }).parse(body);
        const unitIds = Unit.map((unit) => unit.UnitId);
        return this.#charts.answerChart(unitIds, ChartId, Hour, true) ?? notFound;
      }
      case 'DeviceUptime':
        return this.#charts.answerFleetHistory(body, 98, 2);
      case 'NetworkUptime':
        return this.#charts.answerFleetHistory(body, 95, 5);
      case 'NetworkIn':
        return this.#charts.answerFleetHistory(body, 2_000, 90_000);
      case 'NetworkOut':
        return this.#charts.answerFleetHistory(body, 500, 30_000);
      default:
        return this.#change(path, body);
    }
  }

  #isOverLimit(): boolean {
    const { requestsPerMinute } = this.#options;
    if (requestsPerMinute === undefined) return false;
    const now = this.#now();
    this.#recent = [...this.#recent.filter((at) => at > now - 60_000), now];
    return this.#recent.length > requestsPerMinute;
  }

  #status(asked: readonly { readonly UnitId: string }[]): SimulatedAnswer {
    return asked.some(({ UnitId }) => this.#refused.has(UnitId)) ? badRequest : this.#devices.answerStatus(asked);
  }

  /** The writes that name one device. */
  #change(path: string, body: unknown): SimulatedAnswer {
    const device = this.#devices.get(z.looseObject({ UnitId: z.string() }).safeParse(body).data?.UnitId ?? '');
    if (device === undefined) return notFound;
    switch (path) {
      case 'rename': {
        const { Name, Description } = id
          .extend({ Name: z.string().min(1), Description: z.string().optional() })
          .parse(body);
        device.name = Name;
        device.notes = Description ?? device.notes;
        break;
      }
      case 'ChangeGroup':
        device.group = id.extend({ Group: z.string() }).parse(body).Group;
        break;
      case 'DeleteDevice':
        this.#devices.delete(device.unitId);
        break;
      case 'UpdateCustomField': {
        const { CustomField, Value } = id.extend({ CustomField: z.string().min(1), Value: z.string() }).parse(body);
        const values = this.#customFields.get(CustomField) ?? new Map<string, string>();
        this.#customFields.set(CustomField, values.set(device.unitId, Value));
        break;
      }
      case 'SubmitSpeedTest':
        this.#speedTests.set(device.unitId, this.#now());
        break;
      case 'GetSpeedTestResult':
        return this.#speedTest(device);
      case 'submitjob': {
        const job = id
          .extend({
            JobName: z.string().min(1),
            ExecuteTime: z.string(),
            Script: z.string().default(''),
            Command: z.string().default(''),
          })
          .parse(body);
        this.#jobs.add(job.JobName, device.unitId, job.ExecuteTime, job.Script, job.Script === '' ? job.Command : '');
        break;
      }
      case 'UpdateFile': {
        const file = id
          .extend({
            JobName: z.string().min(1),
            ExecuteTime: z.string(),
            Filename: z.string().min(1),
            Content: z.string(),
          })
          .parse(body);
        this.files.push({
          name: file.Filename,
          content: Buffer.from(file.Content),
          unitIds: [device.unitId],
          data: file,
        });
        this.#jobs.add(file.JobName, device.unitId, file.ExecuteTime, '', '');
        break;
      }
      case 'DeleteJob':
        this.#jobs.deleteAll(device.unitId);
        break;
      default:
        return notFound;
    }
    this.#devices.changed();
    return empty;
  }

  async #connect(body: unknown): Promise<SimulatedAnswer> {
    const wanted = z
      .strictObject({
        UnitId: z.string(),
        LocalPort: digits,
        Permanent: flag.optional(),
        LimitingAccessIP: z.string().optional(),
        Host: z.string().optional(),
        LocalHost: z.string().default(''),
      })
      .parse(body);
    // Which refusal it would be is a guess: the document says only whom it is for.
    if (this.#options.plan === 'business' && enterpriseOnly.some((name) => name in (body as object))) return badRequest;
    const device = this.#devices.get(wanted.UnitId);
    if (device === undefined) return notFound;
    // A guess, too: nothing is said of a device that is offline.
    if (!device.online) return badRequest;
    const tunnel = await this.tunnels.open(wanted.UnitId, Number(wanted.LocalPort), wanted.LocalHost);
    return text(`{\n"Host": ${quoted(tunnel.host)},\n"Port": ${tunnel.port},\n}`);
  }

  #listConnection(): SimulatedAnswer {
    const rows = this.tunnels
      .list()
      .map(
        (tunnel) =>
          `{\n"Name": ${quoted(this.deviceName(tunnel.unitId) ?? '')}\n"UnitId": ${quoted(tunnel.unitId)},\n"LocalPort": "${tunnel.localPort}",\n` +
          `"LocalHost": ${quoted(tunnel.localHost)},\n"Host": ${quoted(tunnel.host)},\n"Port": "${tunnel.port}"\n}`,
      );
    return text(`[${rows.join(',')}]`);
  }

  #log({ UnitId, File }: { readonly UnitId: string; readonly File: string }): SimulatedAnswer {
    if (this.#devices.get(UnitId) === undefined) return notFound;
    const key = `${UnitId}/${File}`;
    const lines = this.#logs.get(key) ?? ['[Wed Nov 3 03:31:43 2021] piix4_smbus '];
    this.#logs.set(key, []);
    return json(lines.map((Log) => ({ Log })));
  }

  #speedTest(device: SimulatedDevice): SimulatedAnswer {
    const submittedAt = this.#speedTests.get(device.unitId);
    if (submittedAt === undefined) return notFound;
    return json({
      'Submission Time': `${plainTime(submittedAt)}.0`,
      Ip: device.externalIp,
      ISP: 'Example Networks',
      Ping: '11.502 ms',
      Upload: '947.23 Mbit/s',
      Download: '1723.05 Mbit/s',
      'Ip Location': 'NJ, United States',
      'Wireless Quality': '(Prefect)',
      'Network RX errors': '0',
      'Network TX errors': '0',
    });
  }

  async #fileUpload(body: Buffer, contentType: string): Promise<SimulatedAnswer> {
    const file = await readUpload(body, contentType, this.#devices.values());
    if (file === undefined) return badRequest;
    this.files.push(file);
    return empty;
  }
}
