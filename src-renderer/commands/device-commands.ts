import { create } from 'zustand';
import type { VendorView } from '../../src-preload/contract/account.ts';
import type { DeviceView, ServiceView } from '../../src-preload/contract/device.ts';
import { adviceOf } from '../../src-preload/contract/error-view.ts';
import type { ForwardView } from '../../src-preload/contract/forward.ts';
import { request, fleet, isLive, useMainState, vendorName } from '../state/main-state.ts';
import { writeClipboard } from '../state/clipboard.ts';
import { toast, toastError } from '../state/view-store.ts';
import { showLaunchError } from './certificate-question.ts';

/** Devices and services with a running action, so that their buttons show it. */
export const useBusy = create<{ readonly keys: ReadonlySet<string> }>(() => ({ keys: new Set() }));

const whileBusy = async (key: string, work: () => Promise<void>): Promise<void> => {
  if (useBusy.getState().keys.has(key)) return;
  useBusy.setState((state) => ({ keys: new Set(state.keys).add(key) }));
  try {
    await work();
  } finally {
    useBusy.setState((state) => {
      const keys = new Set(state.keys);
      keys.delete(key);
      return { keys };
    });
  }
};

export const busyKey = (deviceKey: string, serviceId: string): string => `${deviceKey}\n${serviceId}`;

/** Whether the device is reached by actions of a program on this computer. */
export const hasActions = (device: DeviceView, vendors: readonly VendorView[]): boolean =>
  vendors.some(({ id, localActions }) => localActions && id === device.vendor);

/** What Connect opens, as main says: the user's choice, else Quayside's. */
export const defaultService = (device: DeviceView): ServiceView | undefined =>
  device.services.find(({ id }) => id === device.connectService);

/** Chooses what Connect opens; without a service the choice is Quayside's again. */
export const setDefaultService = async (device: DeviceView, service: ServiceView | undefined): Promise<void> => {
  const answer = await request('devices.default', {
    deviceKey: device.key,
    ...(service === undefined ? {} : { serviceId: service.id }),
  });
  if (!answer.ok) toastError(answer.error);
};

/** The vendor may be wrong or late, so an inactive service can be opened, too. */
const warnInactive = (device: DeviceView, service: ServiceView): void => {
  if (service.state !== 'inactive') return;
  toast({
    tone: 'error',
    text: `${vendorName(device.vendor)} says that ${service.name} of ${device.name} is inactive.`,
    hint: 'Quayside tries it all the same. If it fails, start the service on the device.',
  });
};

const pick = (
  deviceKey: string,
  serviceId: string | undefined,
): { device: DeviceView; service: ServiceView } | undefined => {
  const device = fleet.get(deviceKey);
  if (device === undefined) return undefined;
  const service =
    serviceId === undefined ? defaultService(device) : device.services.find((candidate) => candidate.id === serviceId);
  if (service !== undefined) return { device, service };
  toast({
    tone: 'error',
    text: `${device.name} has no service to connect to.`,
    hint: 'Add the port of a service in its panel.',
  });
  return undefined;
};

/** The forward of a service, live or not. */
export const forwardOf = (forwards: readonly ForwardView[] | undefined, serviceId: string): ForwardView | undefined =>
  forwards?.find((forward) => forward.serviceId === serviceId);

const openForward = async (
  device: DeviceView,
  service: ServiceView,
  port?: number,
): Promise<ForwardView | undefined> => {
  const answer = await request('forwards.open', {
    deviceKey: device.key,
    serviceId: service.id,
    ...(port === undefined ? {} : { port }),
  });
  if (answer.ok) return answer.value;
  const { suggestedPort } = answer.error;
  toastError(
    answer.error,
    suggestedPort === undefined
      ? undefined
      : { label: `Use port ${suggestedPort}`, run: () => void openPort(device.key, service.id, suggestedPort) },
  );
  return undefined;
};

/** Opens the local port of a service and leaves the program to the user. */
export const openPort = (deviceKey: string, serviceId: string, port?: number): Promise<void> => {
  const picked = pick(deviceKey, serviceId);
  if (picked === undefined) return Promise.resolve();
  return whileBusy(busyKey(deviceKey, serviceId), async () => {
    const forward = await openForward(picked.device, picked.service, port);
    if (forward !== undefined)
      toast({
        tone: 'done',
        text: `${picked.device.name} ${picked.service.name} is on ${forward.address}:${forward.port}.`,
      });
  });
};

/** Opens an address in a tab of this browser; if the browser refuses, the user's next click opens it. */
const openTab = (address: string, what: string): void => {
  const words = `Opened ${what} in a tab.`;
  if (window.open(address, '_blank') !== null) {
    toast({ tone: 'done', text: words });
    return;
  }
  toast({
    tone: 'error',
    text: `The browser did not let ${what} open a tab.`,
    hint: 'Allow Quayside to open tabs, or open it from here.',
    action: { label: 'Open', run: () => void window.open(address, '_blank') },
  });
};

/** Has the vendor's program on this computer do something with the device. */
export const runAction = (device: DeviceView, action: { readonly id: string; readonly label: string }): Promise<void> =>
  whileBusy(busyKey(device.key, action.id), async () => {
    const ran = await request('actions.run', { deviceKey: device.key, actionId: action.id });
    if (ran.ok) toast({ tone: 'done', text: `${action.label}: ${vendorName(device.vendor)} opens ${device.name}.` });
    else toastError(ran.error);
  });

/** Connects by the first action that is offered; they come best first. */
const connectByAction = (device: DeviceView): Promise<void> =>
  whileBusy(busyKey(device.key, ''), async () => {
    const listed = await request('actions.list', { deviceKey: device.key });
    if (!listed.ok) return toastError(listed.error);
    const [first] = listed.value.actions;
    if (first !== undefined) return runAction(device, first);
    toast({
      tone: 'error',
      text: `${vendorName(device.vendor)} can do nothing with ${device.name} now.`,
      hint: 'It may be switched off.',
    });
  });

/** Opens a service that needs no local port: a session in the vendor's web client, a window of its program. */
const connectElsewhere = (device: DeviceView, service: ServiceView): Promise<void> =>
  whileBusy(busyKey(device.key, service.id), async () => {
    const launch = await request('launch.open', { deviceKey: device.key, serviceId: service.id });
    if (!launch.ok) return toastError(launch.error);
    const { address, launcher } = launch.value;
    if (address !== undefined) openTab(address, device.name);
    else toast({ tone: 'done', text: `Opened ${device.name} in ${launcher}.` });
  });

/** Connects by the route of the service: its local port and the user's own program, a tab, or the vendor's program. */
export const connect = (deviceKey: string, serviceId?: string): Promise<void> => {
  const known = fleet.get(deviceKey);
  if (known !== undefined && serviceId === undefined && hasActions(known, useMainState.getState().vendors))
    return connectByAction(known);
  const picked = pick(deviceKey, serviceId);
  if (picked === undefined) return Promise.resolve();
  const { device, service } = picked;
  warnInactive(device, service);
  if (service.route === 'local-action' || service.route === 'web-session') return connectElsewhere(device, service);
  return whileBusy(busyKey(deviceKey, service.id), async () => {
    const forward = await openForward(device, service);
    if (forward === undefined) return;
    const address = `${forward.address}:${forward.port}`;
    if (service.route === 'http' && useMainState.getState().app?.host !== 'desktop') {
      // The browser runs on this computer, too, so the local port can be opened in it.
      openTab(`http://${address}/`, device.name);
      return;
    }
    if (service.kind === 'tcp') {
      toast({ tone: 'done', text: `${device.name} ${service.name} is on ${address}.` });
      return;
    }
    const launch = await request('launch.open', { deviceKey, serviceId: service.id });
    if (launch.ok) {
      toast({ tone: 'done', text: `Opened ${device.name} in ${launch.value.launcher}.` });
    } else if (launch.error.kind === 'launcher-missing' && useMainState.getState().app?.host === 'headless') {
      // A host without a display opens no programs; the open port is the result.
      toast({
        tone: 'done',
        text: `${device.name} ${service.name} is on ${address}.`,
        hint: 'Quayside runs without a display here, so it opens no program by itself.',
        action: { label: 'Copy command', run: () => void copyCommand(deviceKey, service.id) },
      });
    } else if (launch.error.kind === 'launcher-missing' || launch.error.kind === 'unsupported') {
      toast({
        tone: 'error',
        text: launch.error.message,
        hint: `${device.name} is on ${address} meanwhile. ${adviceOf(launch.error)}`,
        action: { label: 'Copy command', run: () => void copyCommand(deviceKey, service.id) },
      });
    } else {
      const again = (): void => void connect(deviceKey, serviceId);
      showLaunchError(launch.error, { deviceKey, serviceId: service.id, deviceName: device.name, again });
    }
  });
};

/** Puts a text on the clipboard and says so. */
export const copyText = async (text: string, what: string): Promise<void> => {
  const error = await writeClipboard(text);
  if (error !== undefined) {
    toastError(error);
    return;
  }
  toast({ tone: 'done', text: `Copied ${what}.` });
};

/** Copies the command that connects, with the local port it really has. */
export const copyCommand = (deviceKey: string, serviceId?: string): Promise<void> => {
  const picked = pick(deviceKey, serviceId);
  if (picked === undefined) return Promise.resolve();
  return whileBusy(busyKey(deviceKey, picked.service.id), async () => {
    const answer = await request('launch.command', { deviceKey, serviceId: picked.service.id });
    if (answer.ok) await copyText(answer.value.command, `“${answer.value.command}”`);
    else toastError(answer.error);
  });
};

export const setFavourite = async (device: DeviceView): Promise<void> => {
  const answer = await request('devices.favourite', { deviceKey: device.key, favourite: !device.favourite });
  if (!answer.ok) toastError(answer.error);
};

export const stopForward = async (forward: ForwardView): Promise<void> => {
  const answer = await request('forwards.stop', { forwardId: forward.id });
  if (!answer.ok) toastError(answer.error);
};

export const removeForward = async (forward: ForwardView): Promise<void> => {
  const answer = await request('forwards.remove', { forwardId: forward.id });
  if (answer.ok) toast({ tone: 'done', text: `Port ${forward.port} is free again.` });
  else toastError(answer.error);
};

/** Polls one account, or all, now. */
export const refresh = async (accountId?: string): Promise<void> => {
  const answer = await request('accounts.refresh', accountId === undefined ? {} : { accountId });
  if (!answer.ok) toastError(answer.error);
};

/** Stops every live forward of the devices. */
export const stopAll = async (deviceKeys: Iterable<string>): Promise<void> => {
  const { forwardsByDevice } = useMainState.getState();
  const live = [...deviceKeys].flatMap((key) => forwardsByDevice.get(key) ?? []).filter(isLive);
  await Promise.all(live.map(stopForward));
};
