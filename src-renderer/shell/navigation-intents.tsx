import { useEffect, useState } from 'react';
import type { WishView } from '../../src-preload/contract/app.ts';
import { request, fleet, useMainState } from '../state/main-state.ts';
import { connect, defaultService } from '../commands/device-commands.ts';
import { showHere } from '../commands/palette-frame.ts';
import { Dialog, DialogActions } from '../ui/dialog.tsx';
import { openPanel, toast } from '../state/view-store.ts';

type ConnectIntent = Extract<WishView, { readonly show: 'connect' }>;

/** Asks before anything is opened that a link asked for: anybody can make a link. */
const AskToConnect = ({
  intent,
  onClose,
}: {
  readonly intent: ConnectIntent;
  readonly onClose: () => void;
}): React.ReactNode => {
  const device = fleet.get(intent.deviceKey);
  const service =
    device === undefined
      ? undefined
      : intent.service === undefined
        ? defaultService(device)
        : device.services.find(({ kind }) => kind === intent.service);
  if (device === undefined || service === undefined) return null;
  const title = `Connect to ${device.name}?`;
  return (
    <Dialog label={title} className="confirm" onClose={onClose}>
      <h2>{title}</h2>
      <p>
        A link asks to open {service.name} on it. Go on only if you followed that link yourself and trust where it came
        from.
      </p>
      <DialogActions onClose={onClose}>
        <button
          type="button"
          className="button primary"
          onClick={() => {
            onClose();
            void connect(device.key, service.id);
          }}
        >
          Connect
        </button>
      </DialogActions>
    </Dialog>
  );
};

/** Shows what the tray, a notice, a link or a second launch asks for, each once. */
export const NavigationIntents = (): React.ReactNode => {
  const wanted = useMainState((host) => (host.loaded ? host.app?.intent : undefined));
  const [asked, setAsked] = useState<ConnectIntent>();
  const id = wanted?.id;
  useEffect(() => {
    const intent = useMainState.getState().app?.intent?.intent;
    if (id === undefined || intent === undefined) return;
    void request('window.shown', { intentId: id });
    if ((intent.show === 'device' || intent.show === 'connect') && fleet.get(intent.deviceKey) === undefined) {
      toast({
        tone: 'error',
        text: 'That device is not in any of your accounts.',
        hint: 'It may have been removed, or belong to an account that is not in this profile.',
      });
      return;
    }
    if (intent.show === 'connect') {
      openPanel(intent.deviceKey);
      setAsked(intent);
    } else showHere(intent);
  }, [id]);
  return asked === undefined ? null : <AskToConnect intent={asked} onClose={() => setAsked(undefined)} />;
};
