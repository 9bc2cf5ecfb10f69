import { composeCore } from '../../src-main/compose/compose-core.ts';
import { locate } from '../../src-main/compose/locations.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';

const token = 'bench-token';

/** A profile whose cache holds a fleet; its vendor is gone afterwards, as on a computer without a network. */
export const prepareCachedFleet = async (profile: string, devices: number): Promise<void> => {
  const vendor = new RemoteIotSimulator({ token, devices });
  await vendor.listen();
  const core = await composeCore({
    profile,
    vault: 'memory',
    host: 'headless',
    longLived: true,
    demo: true,
    forwardWorker: locate().forwardWorker,
  });
  if (!core.ok) throw new Error(core.error.message);
  const { accounts, inventory, preferences } = core.value;
  const account = await accounts.add(
    { vendor: 'remoteiot', label: 'Bench', baseUrl: vendor.baseUrl, secrets: { token } },
    AbortSignal.timeout(60_000),
  );
  if (!account.ok) throw new Error(account.error.message);
  const listed = await inventory.refresh(account.value.id, AbortSignal.timeout(120_000));
  if (!listed.ok || inventory.devices.size !== devices) throw new Error('The fleet could not be listed.');
  for (const key of [...inventory.devices.keys()].slice(0, 5)) await preferences.setFavourite(key, true);
  await core.value.dispose();
  await vendor.dispose();
};
