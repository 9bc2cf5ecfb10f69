import { ok, type Result } from '../core/base/errors.ts';
import type { Clock } from '../core/base/clock.ts';
import type { Log } from '../core/base/log.ts';
import type { Settings } from '../core/app/settings.ts';
import { CompanyCertificates, readCertificates } from '../node/http/company-certificates.ts';
import { environmentProxies, systemProxies } from '../node/http/proxy.ts';
import { OutboundAgents } from '../node/http/outbound-agents.ts';
import type { SettingsStore } from '../services/app/settings-store.ts';

/** Rejects a file of certificates that cannot be used, before it is stored. Errors: invalid-input. */
export const judgeSettings = ({ certificateFile = '' }: Partial<Settings>): Result<void> => {
  const read = certificateFile === '' ? ok([]) : readCertificates(certificateFile);
  return read.ok ? ok(undefined) : read;
};

/** Builds the outbound agents of one profile. `problem`: the setting that could not be applied. */
export const composeNetwork = (deps: {
  readonly settings: SettingsStore;
  /** Asks the system which proxies it uses; if absent, only the environment's are used. */
  readonly systemProxy: ((url: string) => Promise<string>) | undefined;
  readonly clock: Clock;
  readonly log: Log;
}): { readonly out: OutboundAgents; readonly problem: Result<void>; dispose(): void } => {
  const { settings, systemProxy, clock, log } = deps;
  const certificates = new CompanyCertificates(process.env, log);
  const problem = certificates.use(settings.get().certificateFile);
  const proxies =
    systemProxy === undefined ? environmentProxies(process.env) : systemProxies(systemProxy, process.env, clock);
  return {
    out: new OutboundAgents({ certificates, proxies }),
    problem,
    dispose: settings.changed.on(({ certificateFile }) => void certificates.use(certificateFile)),
  };
};
