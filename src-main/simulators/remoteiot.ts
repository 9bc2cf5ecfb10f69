import { z } from 'zod';
import { makeFleet, seededRandom } from './fleet.ts';
import type { FleetDevice } from './fleet.ts';
import { RemoteIotTunnels } from './remoteiot-tunnels.ts';
import type { TunnelTarget } from './remoteiot-tunnels.ts';
import { Simulator } from './simulator.ts';
import type { RecordedRequest, SimulatedAnswer } from './simulator.ts';

/** A device as the simulator keeps it. */
interface SimulatedDevice {
  readonly unitId: string;
  name: string;
  notes: string;
  group: string;
  readonly externalIp: string;
  readonly internalIp: string;
  readonly mac: string;
  readonly serial: string;
  online: boolean;
  /** Epoch milliseconds. */
  lastOnlineAt: number;
}

interface SimulatedJob {
  readonly name: string;
  readonly unitId: string;
  readonly submittedAt: number;
  readonly executeAt: number;
  readonly script: string;
  readonly command: string;
}

/** A file that was sent to devices, by FileUpload or UpdateFile. */
export interface SimulatedFile {
  readonly name: string;
  readonly content: Buffer;
  readonly unitIds: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
}

export interface RemoteIotOptions {
  /** The token that is accepted. */
  readonly token: string;
  /** Machines in the fleet: a number, or the machines. */
  readonly devices: number | readonly FleetDevice[];
  /** Where the tunnels lead; a connection is cut where it answers nothing. */
  readonly target?: TunnelTarget;
  /** Epoch milliseconds; the wall clock where absent. */
  readonly now?: () => number;
}

/** The device id of the `index`th machine: sixteen hexadecimal digits. */
export const simulatedUnitId = (index: number): string => (0x8888_0000 + index).toString(16).padStart(16, '0');

const basePath = '/portal/api';
const empty: SimulatedAnswer = { status: 200 };
const badRequest: SimulatedAnswer = { status: 400 };
const notFound: SimulatedAnswer = { status: 404 };

const text = (body: string, contentType = 'application/json'): SimulatedAnswer => ({
  status: 200,
  headers: { 'content-type': contentType },
  body,
});
const json = (value: unknown): SimulatedAnswer => text(JSON.stringify(value));
const quoted = (value: string): string => JSON.stringify(value);

/** `2020-12-27 05:25:00` */
const plainTime = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');
/** `20200101 00:00:00` */
const compactTime = (at: number): string => plainTime(at).replaceAll('-', '');
const readTime = (value: string): number => Date.parse(`${value.replace(' ', 'T')}Z`);

const id = z.strictObject({ UnitId: z.string().min(1) });
const ids = z.array(id);
const flag = z.union([z.boolean(), z.literal('true'), z.literal('false')]);
const digits = z.string().regex(/^\d{1,5}$/);
const hours = z.int().min(1);
const fleetHistory = z.strictObject({ Unit: ids.max(1000), Hour: hours });

const stateSchema = z.strictObject({
  /** Sets the presence of devices, by id. */
  online: z.record(z.string(), z.boolean()).optional(),
  /** Devices that change sides every so many milliseconds; 0 means at each status request. */
  flapping: z.strictObject({ unitIds: z.array(z.string()), everyMs: z.int().min(0) }).optional(),
  /** Replaces the accepted token; the old one is answered 401. */
  token: z.string().min(1).optional(),
  killTunnels: z.boolean().optional(),
  moveTunnels: z.boolean().optional(),
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
  readonly #devices = new Map<string, SimulatedDevice>();
  /** `/device` of the whole fleet, serialised; dropped when a device changes. */
  #listing: Buffer | undefined;
  readonly #logs = new Map<string, string[]>();
  readonly #customFields = new Map<string, Map<string, string>>();
  readonly #speedTests = new Map<string, number>();
  #jobs: SimulatedJob[] = [];
  #chartGeneration = 0;
  #flapping: { readonly unitIds: ReadonlySet<string>; readonly everyMs: number } = { unitIds: new Set(), everyMs: 0 };

  constructor(options: RemoteIotOptions) {
    super();
    this.#token = options.token;
    this.#now = options.now ?? Date.now;
    this.tunnels = new RemoteIotTunnels(options.target ?? (() => undefined));
    const fleet = typeof options.devices === 'number' ? makeFleet(options.devices, this.#now()) : options.devices;
    for (const machine of fleet) {
      const unitId = simulatedUnitId(machine.index);
      this.groups.add(machine.site);
      this.#devices.set(unitId, {
        unitId,
        name: machine.name,
        notes: machine.description,
        group: machine.site,
        externalIp: machine.externalAddress,
        internalIp: machine.internalAddress,
        mac: machine.mac,
        serial: machine.serial,
        online: machine.online,
        lastOnlineAt: machine.lastOnlineAt,
      });
    }
  }

  /** The base URL of an account: `http://127.0.0.1:port/portal/api`. */
  get baseUrl(): string {
    return this.origin + basePath;
  }

  get unitIds(): readonly string[] {
    return [...this.#devices.keys()];
  }

  deviceName(unitId: string): string | undefined {
    return this.#devices.get(unitId)?.name;
  }

  isOnline(unitId: string): boolean {
    return this.#devices.get(unitId)?.online ?? false;
  }

  setOnline(unitId: string, online: boolean): void {
    const device = this.#devices.get(unitId);
    if (device === undefined) return;
    if (device.online || online) device.lastOnlineAt = this.#now();
    device.online = online;
  }

  /** These devices change sides every `everyMs` milliseconds; with 0 at each status request. */
  setFlapping(unitIds: readonly string[], everyMs: number): void {
    this.#flapping = { unitIds: new Set(unitIds), everyMs };
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
  }

  protected override refusal(): SimulatedAnswer {
    return { status: 401 };
  }

  protected override async answer(request: RecordedRequest): Promise<SimulatedAnswer> {
    if (!request.path.startsWith(`${basePath}/`))
      return { status: 404, headers: { 'content-type': 'text/html' }, body: '<html><body>Not Found</body></html>' };
    if (request.headers['authorization'] !== `Bearer ${this.#token}`) return this.refusal();
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
        return this.#list(z.strictObject({ Group: z.string().default('') }).parse(body ?? {}).Group);
      case 'GetDevice':
        return this.#find(z.strictObject({ Name: z.string() }).parse(body).Name);
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
            this.#devices.has(UnitId) ? [{ UnitId, Custom: values?.get(UnitId) ?? '' }] : [],
          ),
        );
      }
      case 'listjob':
        return this.#listJobs(z.strictObject({ UnitId: z.string().default('') }).parse(body ?? {}).UnitId);
      case 'ListChart':
        return text(
          `[${this.#charts()
            .map((chart) => `{\n"Name": ${quoted(chart.name)}\n"ChartId": ${quoted(chart.id)}\n}`)
            .join(',')}]`,
        );
      case 'UpdateChartId':
        this.#chartGeneration += 1;
        return empty;
      case 'ChartHistory': {
        const { UnitId, ChartId, Hour } = z
          .strictObject({ UnitId: z.string(), ChartId: z.string(), Hour: hours })
          .parse(body);
        return this.#knowsChart(ChartId) ? this.#history([UnitId], Hour, 188_000, 1_500, false) : notFound;
      }
      case 'ChartHistoryMulti': {
        const { Unit, ChartId, Hour } = z.strictObject({ Unit: ids, ChartId: z.string(), Hour: hours }).parse(body);
        return this.#knowsChart(ChartId)
          ? this.#history(
              Unit.map((unit) => unit.UnitId),
              Hour,
              188_000,
              1_500,
              true,
            )
          : notFound;
      }
      case 'DeviceUptime':
      case 'NetworkUptime':
        return this.#fleetHistory(body, 80, 20);
      case 'NetworkIn':
      case 'NetworkOut':
        return this.#fleetHistory(body, 2_000, 90_000);
      default:
        return this.#change(path, body);
    }
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
        this.#addJob(job.JobName, device.unitId, job.ExecuteTime, job.Script, job.Script === '' ? job.Command : '');
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
        this.#addJob(file.JobName, device.unitId, file.ExecuteTime, '', '');
        break;
      }
      case 'DeleteJob':
        this.#jobs = this.#jobs.filter((job) => job.unitId !== device.unitId);
        break;
      default:
        return notFound;
    }
    this.#listing = undefined;
    return empty;
  }

  #list(group: string): SimulatedAnswer {
    const headers = { 'content-type': 'application/json' };
    if (group === '' && this.#listing !== undefined) return { status: 200, headers, body: this.#listing };
    const parts: string[] = [];
    for (const device of this.#devices.values()) {
      if (group !== '' && device.group !== group) continue;
      const { unitId, externalIp, internalIp, mac, notes, name, serial } = device;
      parts.push(
        JSON.stringify({
          UnitId: unitId,
          External_ip: externalIp,
          Internal_ip: internalIp,
          Mac: mac,
          Notes: notes,
          Group: device.group,
          Name: name,
          Serial: serial,
        }),
      );
    }
    const body = Buffer.from(`[${parts.join(',')}]`);
    if (group === '') this.#listing = body;
    return { status: 200, headers, body };
  }

  #find(pattern: string): SimulatedAnswer {
    let name: RegExp;
    try {
      name = new RegExp(pattern);
    } catch {
      return badRequest;
    }
    return json(
      [...this.#devices.values()]
        .filter((device) => name.test(device.name))
        .map((device) => ({
          UnitId: device.unitId,
          'External IP': device.externalIp,
          'Internal IP': device.internalIp,
          'MAC Address': device.mac,
          Description: device.notes,
          Group: device.group,
          Name: device.name,
          Serial: device.serial,
        })),
    );
  }

  #status(asked: readonly { readonly UnitId: string }[]): SimulatedAnswer {
    const { unitIds, everyMs } = this.#flapping;
    const rows: unknown[] = [];
    for (const { UnitId } of asked) {
      const device = this.#devices.get(UnitId);
      if (device === undefined) continue;
      if (unitIds.has(UnitId)) {
        // Each device turns at its own moment.
        const turn =
          everyMs === 0
            ? !device.online
            : Math.floor(this.#now() / everyMs + Number.parseInt(UnitId.slice(-4), 16) * 0.37) % 2 === 0;
        if (turn !== device.online) this.setOnline(UnitId, turn);
      }
      const lastOnlineAt = device.online ? this.#now() : device.lastOnlineAt;
      rows.push({ UnitId, LastOnlineTime: compactTime(lastOnlineAt), Status: device.online ? 'Online' : 'Offline' });
    }
    // The order of the answer is not promised; in the sample it differs from the request's.
    return json(rows.reverse());
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
    const device = this.#devices.get(wanted.UnitId);
    if (device === undefined) return notFound;
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
    if (!this.#devices.has(UnitId)) return notFound;
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

  #addJob(name: string, unitId: string, executeTime: string, script: string, command: string): void {
    const executeAt = readTime(executeTime);
    this.#jobs.push({
      name,
      unitId,
      submittedAt: this.#now(),
      executeAt: Number.isNaN(executeAt) ? this.#now() : executeAt,
      script,
      command,
    });
  }

  #listJobs(unitId: string): SimulatedAnswer {
    const rows = this.#jobs
      .filter((job) => unitId === '' || job.unitId === unitId)
      .map((job) => {
        const executed = job.executeAt <= this.#now();
        const result = executed ? `${job.command === '' ? job.script : job.command}: done` : '';
        // Commas are missing after Name, SubmitTim, ExecuteTim and Command, as in the document.
        return (
          `{\n"Name": ${quoted(job.name)}\n"UnitId": ${quoted(job.unitId)},\n"Status": "${executed ? 'Executed' : 'Pending'}",\n` +
          `"SubmitTim": "${plainTime(job.submittedAt)}.0"\n"ExecuteTim": "${plainTime(job.executeAt)}.0"\n"Script": ${quoted(job.script)},\n` +
          `"Command": ${quoted(job.command)}\n"Result": ${quoted(result)}\n}`
        );
      });
    return text(`[${rows.join(',')}]`);
  }

  #charts(): readonly { readonly name: string; readonly id: string }[] {
    return ['CPU temperature', 'Memory used', 'Disk used'].map((name, index) => ({
      name,
      id: String(1_234_567_890 + index + this.#chartGeneration * 1_000).padStart(32, '12345678'),
    }));
  }

  #knowsChart(chartId: string): boolean {
    return this.#charts().some((chart) => chart.id === chartId);
  }

  #fleetHistory(body: unknown, base: number, spread: number): SimulatedAnswer {
    const { Unit, Hour } = fleetHistory.parse(body);
    return this.#history(
      Unit.map((unit) => unit.UnitId),
      Hour,
      base,
      spread,
      true,
    );
  }

  /** Five-minute samples, oldest first. Copies of the document show spaces at the ends of lines. */
  #history(unitIds: readonly string[], hour: number, base: number, spread: number, withId: boolean): SimulatedAnswer {
    const step = 5 * 60_000;
    const last = Math.floor(this.#now() / step) * step;
    const lines = [`${withId ? 'UnitId,' : ''}Timestamp,Value `];
    for (const unitId of unitIds) {
      if (!this.#devices.has(unitId)) continue;
      const random = seededRandom(Number.parseInt(unitId.slice(-6), 16));
      for (let at = last - hour * 3_600_000 + step; at <= last; at += step) {
        lines.push(`${withId ? `${unitId},` : ''}${plainTime(at)},${Math.round(base + random() * spread)} `);
      }
    }
    return text(lines.join('\n'), 'text/csv');
  }

  async #fileUpload(body: Buffer, contentType: string): Promise<SimulatedAnswer> {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
    const file = form.get('File');
    const data = form.get('Data');
    if (!(file instanceof File) || typeof data !== 'string') return badRequest;
    const parsed = z
      .strictObject({
        Folder: z.string().min(1),
        IsAll: flag.default(false),
        Group: z.string().nullish(),
        Unit: ids.nullish(),
        ExecuteTime: z.string().optional(),
        PreScript: z.string().nullish(),
        AfterScript: z.string().nullish(),
      })
      .safeParse(JSON.parse(data));
    if (!parsed.success) return badRequest;
    const { IsAll, Group, Unit } = parsed.data;
    const everyone = IsAll === true || IsAll === 'true';
    const unitIds = [...this.#devices.values()]
      .filter(
        (device) =>
          everyone ||
          (device.group !== '' && Group === device.group) ||
          Unit?.some((unit) => unit.UnitId === device.unitId) === true,
      )
      .map((device) => device.unitId);
    this.files.push({ name: file.name, content: Buffer.from(await file.arrayBuffer()), unitIds, data: parsed.data });
    return empty;
  }
}
