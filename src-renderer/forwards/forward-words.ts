import { fold } from '../../src-main/core/text/letters.ts';
import type { ForwardAttemptView, ForwardView } from '../../src-preload/contract/forward.ts';
import { forwardWords } from '../ui/format.ts';

/** An address as it is written before a port. */
export const endpointHost = (address: string): string => (address.includes(':') ? `[${address}]` : address);

/** An address and port as programs take them. */
export const endpointText = (address: string, port: number): string => `${endpointHost(address)}:${port}`;

/** The kind of a service; what an unknown one turned out to be after it. */
export const serviceWords = ({ serviceKind, recognised }: ForwardView): string =>
  [serviceKind, ...(serviceKind === 'tcp' && recognised !== undefined ? [recognised] : [])].join(' · ').toUpperCase();

/** Whether every word typed is somewhere in what the line of a forward says. */
export const forwardMatches = (forward: ForwardView, typed: string): boolean => {
  const line = fold(
    `${forward.deviceName} ${endpointText(forward.address, forward.port)} ${serviceWords(forward)} ${forwardWords(forward)} ${forward.sharing === undefined ? '' : 'shared'}`,
  );
  return fold(typed)
    .split(/\s+/)
    .every((word) => line.includes(word));
};

/** Where an attempt failed, in few words. */
export const hopWords: Readonly<Record<NonNullable<ForwardAttemptView['hop']>, string>> = {
  port: 'this computer',
  vendor: 'vendor',
  name: 'name lookup',
  tunnel: 'tunnel',
  device: 'device',
};

/** What a service turned out to be, and what opens it. */
export const recognisedWords: Readonly<
  Record<NonNullable<ForwardView['recognised']>, { readonly name: string; readonly open: string }>
> = {
  ssh: { name: 'SSH', open: 'Open a terminal' },
  vnc: { name: 'VNC', open: 'Open the screen' },
  rdp: { name: 'Remote Desktop', open: 'Open Remote Desktop' },
  http: { name: 'a website', open: 'Open in the browser' },
  tls: { name: 'a secured website', open: 'Open in the browser' },
};

/** How a host key stands to those seen before. `loud`: somebody must look before going on. */
export const hostKeyStanding = (
  verdict: string,
): { readonly text: string; readonly badge?: string; readonly loud: boolean } => {
  switch (verdict) {
    case 'same':
      return { text: 'The same as before', loud: false };
    case 'first-seen':
      return { text: 'Seen for the first time, pinned', loud: false };
    case 'other-type':
      return { text: 'Of another type than before', badge: 'New host key type', loud: false };
    case 'changed':
      return { text: 'Changed', badge: 'Host key changed', loud: true };
    case 'shared':
      return { text: 'On other devices too', badge: 'Cloned host key', loud: false };
    default:
      return { text: verdict, loud: false };
  }
};

/** Addresses or CIDR blocks as typed: apart by commas, spaces or lines. */
export const addressesOf = (text: string): string[] => text.split(/[\s,;]+/).filter((part) => part !== '');
