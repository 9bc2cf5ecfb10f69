import { useEffect, useState } from 'react';
import { CertificateDialog } from '../device/certificate-dialog.tsx';
import { Toasts } from '../ui/toasts.tsx';
import { ownFrame } from '../commands/palette-frame.ts';
import { PaletteBody } from './palette.tsx';
import styles from './palette-window.module.css';

/** Quick connect: the palette in a small window of its own, kept loaded while it is hidden. */
export const PaletteWindow = (): React.ReactNode => {
  const [shown, setShown] = useState(0);
  useEffect(() => {
    const show = (): void => setShown((times) => times + 1);
    window.addEventListener('focus', show);
    return () => window.removeEventListener('focus', show);
  }, []);
  return (
    <main className={styles['palette-window']} aria-label="Quick connect">
      <PaletteBody host={ownFrame} shown={shown} />
      <CertificateDialog />
      <Toasts />
    </main>
  );
};
