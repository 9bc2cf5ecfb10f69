import { serviceKinds } from '../core/fleet/device.ts';
import { fail, ok, type Failure, type Result } from '../core/base/errors.ts';
import { fold } from '../core/text/letters.ts';
import type { Answer, FrameClient } from '../../src-preload/contract/client.ts';
import type { AccountView } from '../../src-preload/contract/account.ts';
import type { DeviceView, ServiceView } from '../../src-preload/contract/device.ts';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import { usage } from './flags.ts';
import { plain } from './terminal.ts';

/** The maximum number of devices in an answer. */
export const allDevices = 200_000;

/** An error of the contract as one of the core: both have the same list of kinds. */
export const failureOf = (error: ErrorView): Failure => ({ ok: false, error: error as Failure['error'] });

/** An answer of the contract as a result. */
export const resultOf = <T>(answer: Answer<T>): Result<T> => (answer.ok ? ok(answer.value) : failureOf(answer.error));

/** The account with this label or id. Errors: not-found. */
export const findAccount = async (client: FrameClient, name: string): Promise<Result<AccountView>> => {
  const accounts = resultOf(await client.request('accounts.list', {}));
  if (!accounts.ok) return accounts;
  const folded = fold(name.trim());
  const found = accounts.value.find((account) => fold(account.label) === folded || account.id === name);
  if (found !== undefined) return ok(found);
  const labels = accounts.value.map((account) => account.label).join(', ');
  return fail(
    'not-found',
    `There is no account ${plain(name)}.`,
    labels === '' ? 'Add one with quayside accounts add.' : `The accounts are: ${plain(labels)}.`,
  );
};

/** The service that a word names. A port that is not listed is added as a custom service. */
export const findService = async (
  client: FrameClient,
  device: DeviceView,
  word: string | undefined,
): Promise<Result<ServiceView>> => {
  const { services } = device;
  const names = services.map((service) => service.id).join(', ');
  const missing = fail(
    'not-found',
    word === undefined
      ? `${plain(device.name)} has no service.`
      : `${plain(device.name)} has no service ${plain(word)}.`,
    names === '' ? 'Choose a port with --service PORT.' : `It has: ${plain(names)}.`,
  );
  if (word === undefined) {
    const first = services.find((service) => service.id === device.connectService);
    return first === undefined ? missing : ok(first);
  }
  const byId = services.find((service) => service.id === word);
  if (byId !== undefined) return ok(byId);
  const kind = serviceKinds.find((candidate) => candidate === word.toLowerCase());
  if (kind !== undefined) {
    const [first, ...others] = services.filter((service) => service.kind === kind);
    if (first === undefined) return missing;
    if (others.length === 0 || first.host === undefined) return ok(first);
    return fail(
      'ambiguous',
      `${plain(device.name)} has several services of kind ${kind}.`,
      `Choose one: ${plain(names)}.`,
    );
  }
  const match = /^(?:([a-z]+):)?(\d{1,5})$/i.exec(word);
  if (match === null) {
    const byName = services.filter((service) => fold(service.name) === fold(word));
    return byName.length === 1 && byName[0] !== undefined ? ok(byName[0]) : missing;
  }
  const port = Number(match[2]);
  if (port < 1 || port > 65_535) return usage('--service takes a port from 1 to 65535.');
  const wanted =
    match[1] === undefined ? undefined : serviceKinds.find((candidate) => candidate === match[1]?.toLowerCase());
  if (match[1] !== undefined && wanted === undefined) return missing;
  const byPort = services.find(
    (service) =>
      service.port === port && service.host === undefined && (wanted === undefined || service.kind === wanted),
  );
  if (byPort !== undefined) return ok(byPort);
  const added = resultOf(await client.request('services.add', { deviceKey: device.key, kind: wanted ?? 'tcp', port }));
  if (!added.ok) return added;
  return ok({
    id: added.value.serviceId,
    kind: wanted ?? 'tcp',
    name: `${(wanted ?? 'tcp').toUpperCase()} ${port}`,
    route: 'tunnel',
    port,
    custom: true,
  });
};
