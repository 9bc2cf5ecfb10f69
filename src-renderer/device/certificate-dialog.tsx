import { request } from '../state/main-state.ts';
import { useCertificateQuestion } from '../commands/certificate-question.ts';
import { absolute } from '../ui/format.ts';
import { ConfirmLoss } from '../ui/parts.tsx';
import styles from './certificate-dialog.module.css';

/** Asks about the changed certificate of a device, with both fingerprints to compare. */
export const CertificateDialog = (): React.ReactNode => {
  const question = useCertificateQuestion((state) => state.question);
  if (question === undefined) return null;
  const { deviceKey, serviceId, deviceName, certificate } = question;
  return (
    <ConfirmLoss
      title={`The certificate of ${deviceName} has changed`}
      loss="Windows renews it every six months, and a new installation has another. If you know of neither, somebody may be between you and the device: ask whoever runs it. Nothing was sent yet."
      verb="Trust the new one"
      onConfirm={async () => {
        const trusted = await request('launch.trust', { deviceKey, serviceId, certificate: certificate.shown });
        if (!trusted.ok) return trusted.error;
        question.again();
        return undefined;
      }}
      onClose={() => useCertificateQuestion.setState({ question: undefined })}
    >
      <dl className={styles['fingerprints']}>
        <dt>Known since {absolute(certificate.pinnedAt)} · SHA-256</dt>
        <dd className="mono">{certificate.pinned}</dd>
        <dt>Shown now · SHA-256</dt>
        <dd className="mono">{certificate.shown}</dd>
      </dl>
    </ConfirmLoss>
  );
};
