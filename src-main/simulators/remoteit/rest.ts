import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { RemoteItConnections } from './connections.ts';
import type { RemoteItFleet, SimulatedRemoteItDevice } from './fleet.ts';
import type { SimulatedAnswer } from '../simulator.ts';

/** A JSON answer. */
export const json = (value: unknown, status = 200): SimulatedAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(value),
});
const failed = (reason: string, status = 200, code = 'GENERAL_ERROR'): SimulatedAnswer =>
  json({ status: 'false', reason, code }, status);

const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');
/** `00:1C:…`: application, zeros, and the port in bytes 10 and 11. */
const deviceType = (application: number, port: number): string =>
  (hex(application, 4) + '0'.repeat(16) + hex(port, 4)).match(/../g)?.join(':') ?? '';

/** Everything of v27 but the check of the credentials. */
export class RemoteItRest {
  readonly #fleet: RemoteItFleet;
  readonly #connections: RemoteItConnections;
  readonly #owner: string;
  /** A captured answer to `stop` has `id` where the document has `connectionid`. */
  stopAnswersId = false;

  constructor(fleet: RemoteItFleet, connections: RemoteItConnections, owner: string) {
    this.#fleet = fleet;
    this.#connections = connections;
    this.#owner = owner;
  }

  /** The answer, or undefined if there is no such path. */
  async answer(method: string, path: string, body: unknown): Promise<SimulatedAnswer | undefined> {
    switch (`${method} ${path}`) {
      case 'GET device/list/all':
        return this.#list();
      case 'POST device/connect':
        return this.#connect(body);
      case 'POST device/connect/stop':
        return this.#stop(body);
      case 'POST device/name':
        return this.#rename(body);
      default:
        return undefined;
    }
  }

  #list(): SimulatedAnswer {
    const devices = this.#fleet.list().flatMap((device) => this.#rows(device));
    return json({ status: 'true', cache_expires: '60', length: String(devices.length), devices });
  }

  #rows(device: SimulatedRemoteItDevice): readonly unknown[] {
    const row = (id: string, name: string, title: string, application: number, port: number): unknown => ({
      deviceaddress: id,
      devicealias: name,
      ownerusername: this.#owner,
      devicetype: deviceType(application, port),
      devicestate: device.online ? 'active' : 'inactive',
      devicelastip: device.externalAddress,
      lastinternalip: device.internalAddress,
      servicetitle: title,
      webenabled: '1',
      weburi: [null],
      localurl: [null],
      georegion: 'US',
      createdate: new Date(device.createdAt).toISOString(),
      lastcontacted: new Date(device.changedAt).toISOString(),
      shared: 'not-shared',
      scripting: false,
    });
    return [
      ...device.services.map((service) =>
        row(service.id, service.name, service.title, service.application, service.port),
      ),
      row(device.id, device.name, 'Bulk Service', 35, 65_535),
    ];
  }

  async #connect(body: unknown): Promise<SimulatedAnswer> {
    const wanted = z
      .looseObject({
        deviceaddress: z.string(),
        wait: z.enum(['true', 'false']),
        hostip: z.string(),
        proxyType: z.literal('port').optional(),
      })
      .safeParse(body);
    if (!wanted.success) return failed('bad device address', 400);
    const { deviceaddress, wait, hostip, proxyType } = wanted.data;
    const found = this.#fleet.locate(deviceaddress);
    if (found?.service === undefined) return failed('[0806] device not found');
    if (!found.device.online) return failed('device is inactive');
    const connection = await this.#connections.connect(deviceaddress, found.service.port, hostip);
    const isWeb = found.service.application === 7 || found.service.application === 8;
    // As the documentation shows it: a web service is a public address unless a port is asked for.
    if (isWeb && proxyType === undefined)
      return json({
        status: 'true',
        connection: {
          deviceaddress,
          expirationsec: '28797',
          proxy: 'https://abc123.p18.rt3.io',
          connectionid: connection.id,
        },
      });
    return json({
      status: 'true',
      wait,
      connectionid: connection.id,
      connection: {
        deviceaddress,
        expirationsec: '28797',
        proxyExpirationSec: 28_797,
        proxy: `http://127.0.0.1:${connection.port}`,
        proxyURL: `http://127.0.0.1:${connection.port}`,
        proxyserver: '127.0.0.1',
        proxyport: String(connection.port),
        proxyServerPort: connection.port,
        reverseProxy: false,
        connectionid: connection.id,
        connectionOverridden: connection.replaced !== undefined,
        previousConnection: connection.replaced ?? [null],
        filteredIP: [null],
        requestedAt: new Date(connection.createdAt).toISOString(),
        status: 'running',
      },
    });
  }

  async #stop(body: unknown): Promise<SimulatedAnswer> {
    const wanted = z.looseObject({ deviceaddress: z.string().min(1), connectionid: z.string().min(1) }).safeParse(body);
    if (!wanted.success) return failed('deviceaddress or connectionid is missing', 401);
    const { deviceaddress, connectionid } = wanted.data;
    if (this.#fleet.locate(deviceaddress)?.service === undefined) return failed('deviceaddress are incorrect', 401);
    if (!(await this.#connections.disconnect(connectionid, deviceaddress)))
      return failed('connectionid is incorrect', 401);
    return json({ status: 'true', [this.stopAnswersId ? 'id' : 'connectionid']: connectionid });
  }

  #rename(body: unknown): SimulatedAnswer {
    const wanted = z.looseObject({ deviceaddress: z.string(), devicealias: z.string().min(1) }).safeParse(body);
    if (!wanted.success) return failed('bad device address');
    switch (this.#fleet.rename(wanted.data.deviceaddress, wanted.data.devicealias)) {
      case 'unknown':
        return failed('[0806] device not found');
      case 'taken':
        return failed('[0807] name already in use');
      default:
        return json({ status: 'true' });
    }
  }
}

/** The session tokens that v27 hands out for a password. */
export class RemoteItSessions {
  readonly #now: () => number;
  readonly #tokens = new Map<string, number>();
  /** Milliseconds that a token lives. */
  lifetimeMs = 3_600_000;
  /** `SMS_MFA`, `SOFTWARE_TOKEN_MFA` or `MFA_SETUP`: a password alone is not enough. */
  secondFactor: string | undefined;
  #logins = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** How many sign-ins were asked for. */
  get logins(): number {
    return this.#logins;
  }

  /** `/user/login`. */
  login(body: unknown, username: string, password: string): SimulatedAnswer {
    this.#logins += 1;
    const given = z.looseObject({ username: z.string(), password: z.string() }).safeParse(body).data;
    if (given?.username !== username || given.password !== password)
      return failed('[0102] The username or password are invalid', 401);
    if (this.secondFactor !== undefined) return failed('a second factor is needed', 200, this.secondFactor);
    const token = this.issue();
    return json({
      status: 'true',
      token,
      auth_token: token,
      auth_expiration: Math.floor((this.#now() + this.lifetimeMs) / 1000),
      email: username,
      guid: randomUUID().toUpperCase(),
      service_authhash: 'as-good-as-a-password',
      service_token: 'service-token-of-login',
      service_level: 'BASIC',
      service_features: Buffer.from('concurrent=100,p2pduration=28800').toString('base64'),
      commerical_setting: 'NON_COMMERCIAL',
      apikey: 'api-key-of-login',
      developer_key: 'developer-key-of-login',
      announcements: [],
    });
  }

  /** A new token. */
  issue(): string {
    const token = randomUUID().toUpperCase();
    this.#tokens.set(token, this.#now() + this.lifetimeMs);
    return token;
  }

  knows(token: string | undefined): boolean {
    return token !== undefined && (this.#tokens.get(token) ?? 0) > this.#now();
  }

  /** Fault: every token ends now. */
  expire(): void {
    this.#tokens.clear();
  }
}
