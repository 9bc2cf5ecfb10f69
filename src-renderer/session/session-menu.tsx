import { FolderOpen, Monitor, SquareTerminal } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import type { SessionPlace } from '../../src-preload/contract/session.ts';
import { request } from '../state/main-state.ts';
import { toastError } from '../state/view-store.ts';

const entries = [
  { kind: 'terminal', service: 'ssh', label: 'Terminal in Quayside', icon: SquareTerminal },
  { kind: 'files', service: 'ssh', label: 'Files in Quayside', icon: FolderOpen },
  { kind: 'screen', service: 'vnc', label: 'Screen in Quayside', icon: Monitor },
] as const;

/** Shows a session: in the desktop's window of sessions, or in a tab of the browser. */
export const showSession = async (place: SessionPlace): Promise<void> => {
  const shown = await request('session.show', place);
  if (!shown.ok) toastError(shown.error);
  else if (shown.value.address !== undefined) window.open(shown.value.address, '_blank', 'noopener');
};

/** The ways into a device that need no program of the user's. */
export const SessionMenu = ({ device }: { readonly device: DeviceView }): React.ReactNode => {
  const items = entries.flatMap((entry) =>
    device.services
      .filter((service) => service.kind === entry.service && service.route === 'tunnel')
      .map((service) => ({ ...entry, serviceId: service.id, port: service.port })),
  );
  if (items.length === 0) return null;
  return (
    <>
      <DropdownMenu.Separator className="menu-line" />
      {items.map(({ icon: Icon, kind, label, serviceId, port }) => (
        <DropdownMenu.Item
          key={`${kind} ${serviceId}`}
          className="menu-item"
          onSelect={() => void showSession({ kind, deviceKey: device.key, serviceId })}
        >
          <Icon size={14} aria-hidden="true" />
          {label}
          <span className="menu-detail">{port}</span>
        </DropdownMenu.Item>
      ))}
    </>
  );
};
