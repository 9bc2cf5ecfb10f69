import { create } from 'zustand';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import { toastError } from '../state/view-store.ts';

/** A device whose certificate has changed, for a person to decide about. */
export interface CertificateQuestion {
  readonly deviceKey: string;
  readonly serviceId: string;
  readonly deviceName: string;
  readonly certificate: NonNullable<ErrorView['certificate']>;
  /** Connects again, once it is trusted. */
  readonly again: () => void;
}

/** The question that is open, if one is. */
export const useCertificateQuestion = create<{ readonly question: CertificateQuestion | undefined }>(() => ({
  question: undefined,
}));

/** Shows why a launch failed; a changed certificate is asked about. */
export const showLaunchError = (error: ErrorView, of: Omit<CertificateQuestion, 'certificate'>): void => {
  if (error.certificate === undefined) toastError(error);
  else useCertificateQuestion.setState({ question: { ...of, certificate: error.certificate } });
};
