import { afterEach, describe, expect, it } from 'vitest';
import { deviceView } from '../../src-main/bridge/views/views.ts';
import type { VendorId } from '../support/vendor-ids.ts';
import { Simulator } from '../../src-main/simulators/simulator.ts';
import type { RecordedRequest, SimulatedAnswer } from '../../src-main/simulators/simulator.ts';
import { vendors } from '../../src-main/vendors/registry.ts';
import { factGroups } from '../../src-renderer/device/fact-rows.ts';
import { collect, openSession } from '../support/vendor-session.ts';
import { modeSamples } from './samples/mode.ts';
import { remoteIotSamples } from './samples/remoteiot.ts';
import type { VendorSamples } from '../support/vendor-samples.ts';

/** What each vendor's published sample of a device tells is in the rows of the panel. */

class PublishedAnswers extends Simulator {
  readonly #answers: Readonly<Record<string, string>>;

  constructor(answers: Readonly<Record<string, string>>) {
    super();
    this.#answers = answers;
  }

  protected override answer({ path, query }: RecordedRequest): SimulatedAnswer {
    const isFurther = query['page'] !== undefined || (query['skip'] ?? '0') !== '0';
    const body = isFurther ? '[]' : this.#answers[path];
    return body === undefined
      ? { status: 404 }
      : { status: 200, headers: { 'content-type': 'application/json' }, body };
  }

  protected override refusal(): SimulatedAnswer {
    return { status: 401 };
  }

  protected override change(): void {
    throw new Error('a document has no state');
  }
}

let ended: (() => Promise<void>) | undefined;

afterEach(async () => {
  await ended?.();
  ended = undefined;
});

interface Published {
  readonly secrets: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, string>>;
  /** Answers by path. */
  readonly answers: Readonly<Record<string, string>>;
}

const now = Date.UTC(2026, 10, 20, 12);

/** The rows of the panel of the first device, as `group / label` and what is shown; moments as ISO. */
const rowsOf = async (id: VendorId, { secrets, fields = {}, answers }: Published): Promise<Record<string, string>> => {
  const vendor = vendors.find((one) => one.id === id);
  if (vendor === undefined) throw new Error(`no vendor ${id}`);
  const server = new PublishedAnswers(answers);
  await server.listen();
  const session = openSession(vendor, { baseUrl: server.origin, secrets, fields });
  ended = async () => {
    session.dispose();
    await server.dispose();
  };
  const pages = await collect(session.connector.listDevices(new AbortController().signal));
  const [device] = pages.flatMap((page) => (page.ok ? page.value.devices : []));
  if (device === undefined) throw new Error(JSON.stringify(pages));
  const view = deviceView(
    { ...device, key: `a/${device.id}`, accountId: 'a', vendor: id },
    { services: device.services, customIds: new Set(), favourite: false },
  );
  return Object.fromEntries(
    factGroups(view, now).flatMap(({ title, rows }) =>
      rows.map(({ label, value }) => [
        `${title} / ${label}`,
        value.kind === 'text'
          ? value.text
          : value.kind === 'list'
            ? value.items.join(', ')
            : new Date(value.at).toISOString(),
      ]),
    ),
  );
};

const shown = (samples: VendorSamples, number: string): string => samples.samples[number]?.[0]?.answer.body ?? '';

describe('what the published sample tells is in the panel', () => {
  it('of remote.it', async () => {
    // https://docs.remote.it, "Listing Devices": its missing commas are the vendor's.
    const devices = `{
    "devices": [
        {
            "createdate": "2018-03-29T04:19:02.19-04:00",
            "deviceaddress": "80:00:00:80:01:00:01:25",
            "devicealias": "Demo_Router_Web_Port_80",
            "devicelastip": "126.237.116.49",
            "devicestate": "active",
            "devicetype": "00:1E:00:00:00:01:00:00:04:60:00:50:00:01:00:00",
            "georegion": "Asia"
            "lastcontacted": "2018-12-29T14:56:50-05:00"
            "lastinternalip": "10.61.12.80"
            "ownerusername": "joeh@remot3.it"
            "servicetitle": "Basic Web"
            "shared": "shared-from"
        }
    ],
    "status": "true"
}`;
    expect(
      await rowsOf('remoteit', {
        secrets: { token: 'your_login_token', developerKey: 'your_developer_key' },
        answers: { '/apv/v27/device/list/all': devices },
      }),
    ).toEqual({
      'Device / Device id': '80:00:00:80:01:00:01:25',
      'Network / Internal': '10.61.12.80',
      'Network / External': '126.237.116.49',
      'Place / Place': 'Asia',
      'Belongs to / Owner': 'joeh@remot3.it',
      'Belongs to / Added': '2018-03-29T08:19:02.190Z',
      'Attributes / shared': 'shared-from',
    });
  });

  it('of RemoteIoT', async () => {
    expect(
      await rowsOf('remoteiot', {
        secrets: { token: 'json_web_token' },
        answers: { '/device': shown(remoteIotSamples, 'RIOT-01'), '/status': shown(remoteIotSamples, 'RIOT-04') },
      }),
    ).toMatchObject({
      'Device / Device id': '0000000088888888',
      'Device / Serial': '0000000012345678',
      'Network / Internal': '192.168.0.101',
      'Network / External': `10.10.10.${'X'.repeat(3)}`,
      'Network / MAC': '88:88:88:88:88:88',
      'Belongs to / Groups': 'Group01',
    });
  });

  it('of MODE', async () => {
    expect(
      await rowsOf('mode', {
        secrets: { apiKey: 'v1.key' },
        fields: { projectId: '1265' },
        answers: {
          '/auth': '{"type": "project key", "projectKeyName": "fleet", "projectId": 1265}',
          '/homes': '[]',
          '/devices': shown(modeSamples, 'MODE-01'),
        },
      }),
    ).toEqual({
      'Device / Platform': 'smart_sensor',
      'Device / Device id': '34256',
      'Network / Offline for': '2019-09-18T22:34:19.314Z',
      'Network / Connected': '2019-09-18T22:31:20.678Z',
      'Belongs to / Groups': 'Home 1701',
      'Belongs to / Tags': 'store_one',
      'Belongs to / Claimed': '2019-09-18T22:19:39.000Z',
      'Belongs to / Claim ended': '2019-09-18T22:19:39.000Z',
      'Attributes / projectId': '1265',
      'Attributes / homeId': '1701',
    });
  });

  it('of Remotix, which shows no item: the names are those of its requests, and one that it does not have', async () => {
    const group = '0123-CDEF';
    expect(
      await rowsOf('remotix', {
        secrets: {},
        answers: {
          '/groups': JSON.stringify([{ group_uid: group, name: 'New name' }]),
          [`/group/${group}`]: JSON.stringify([
            { computer_id: '123456', name: 'New computer name', category_uid: group, system: 'Windows' },
          ]),
          '/nearby': '[]',
        },
      }),
    ).toEqual({
      'Device / Device id': '123456',
      'Belongs to / Groups': 'New name',
      'Attributes / system': 'Windows',
    });
  });

  it('of Reemo, whose tables cannot be read: what its text names, and one property that it does not', async () => {
    const computer = {
      id: '00000000-0000-4000-8000-000000000001',
      _id: '00000000-0000-4000-8000-000000000002',
      name: 'name',
      hostname: 'hostname',
      ip: '192.0.2.1',
      status: 'OFFLINE',
      system: 'Windows',
    };
    expect(
      await rowsOf('reemo', {
        secrets: { secretKey: 'YOUR_SECRET_KEY' },
        answers: { '/computers': JSON.stringify([computer]) },
      }),
    ).toEqual({
      'Device / Device id': computer.id,
      'Network / External': '192.0.2.1',
      'Attributes / _id': computer._id,
      'Attributes / system': 'Windows',
    });
  });
});
