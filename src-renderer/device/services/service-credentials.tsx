import { KeyRound } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import type { DeviceView, ServiceView } from '../../../src-preload/contract/device.ts';
import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import { request } from '../../state/main-state.ts';
import { Failure, Field, IconButton } from '../../ui/controls.tsx';
import { DialogActions, FormDialog } from '../../ui/dialog.tsx';
import { toast } from '../../state/view-store.ts';

const CredentialsDialog = ({
  device,
  service,
  onClose,
}: {
  readonly device: DeviceView;
  readonly service: ServiceView;
  readonly onClose: () => void;
}): React.ReactNode => {
  const id = useId();
  const user = useRef<HTMLInputElement>(null);
  const secret = useRef<HTMLInputElement>(null);
  const [error, setError] = useState<ErrorView>();
  const [busy, setBusy] = useState(false);
  const title = `Sign in to ${service.name} on ${device.name}`;
  const store = async (forgetPassword: boolean): Promise<void> => {
    const password = secret.current?.value ?? '';
    // The field never holds it longer than it takes to hand it over.
    if (secret.current !== null) secret.current.value = '';
    setBusy(true);
    setError(undefined);
    const handed =
      password === '' || forgetPassword ? undefined : await request('secrets.hand', { secrets: { password } });
    const answer =
      handed?.ok === false
        ? handed
        : await request('services.credentials', {
            deviceKey: device.key,
            serviceId: service.id,
            user: user.current?.value.trim() ?? '',
            ...(handed === undefined ? {} : { ticket: handed.value.ticket }),
            ...(forgetPassword ? { forgetPassword } : {}),
          });
    setBusy(false);
    if (!answer.ok) {
      setError(answer.error);
      return;
    }
    toast({ tone: 'done', text: forgetPassword ? 'The password is forgotten.' : `Kept for ${service.name}.` });
    onClose();
  };
  return createPortal(
    <FormDialog title={title} onSubmit={() => store(false)} onClose={onClose}>
      <Field id={`${id}-user`} label="User" help="Empty: the program asks, or knows.">
        <input
          ref={user}
          id={`${id}-user`}
          className="input mono"
          defaultValue={service.user}
          maxLength={256}
          autoComplete="off"
          spellCheck={false}
          autoFocus
          aria-describedby={`${id}-user-help`}
        />
      </Field>
      <Field
        id={`${id}-password`}
        label="Password"
        help={
          service.hasPassword === true
            ? 'One is kept in the vault. Leave this empty to keep it.'
            : 'It is kept in the vault and given to the program that opens this service.'
        }
      >
        <input
          ref={secret}
          id={`${id}-password`}
          className="input mono"
          type="password"
          maxLength={2048}
          autoComplete="off"
          aria-describedby={`${id}-password-help`}
        />
      </Field>
      {error === undefined ? null : <Failure error={error} />}
      <DialogActions
        before={
          service.hasPassword === true ? (
            <button type="button" className="button plain" disabled={busy} onClick={() => void store(true)}>
              Forget password
            </button>
          ) : null
        }
        onClose={onClose}
      >
        <button type="submit" className="button primary" disabled={busy}>
          Keep
        </button>
      </DialogActions>
    </FormDialog>,
    document.body,
  );
};

/** The user name and the password of a service, for the programs that open it. */
export const ServiceCredentials = ({
  device,
  service,
}: {
  readonly device: DeviceView;
  readonly service: ServiceView;
}): React.ReactNode => {
  const [open, setOpen] = useState(false);
  return (
    <>
      <IconButton icon={KeyRound} label={`User and password for ${service.name}`} onClick={() => setOpen(true)} />
      {open ? <CredentialsDialog device={device} service={service} onClose={() => setOpen(false)} /> : null}
    </>
  );
};
