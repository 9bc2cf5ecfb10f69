import type { ForwardView } from '../../src-preload/contract/forward.ts';
import { request, useMainState } from '../state/main-state.ts';
import { copyText } from '../commands/device-commands.ts';
import { waterfall, Waterfall } from './timings.tsx';
import { useNow } from '../ui/clock.ts';
import { absolute, duration, millis } from '../ui/format.ts';
import { toastError } from '../state/view-store.ts';
import { Limits } from './forward-limits.tsx';
import { Sharing } from './forward-sharing.tsx';
import { ForwardState, HostKey, Recognised } from './forward-health.tsx';
import { ForwardHistory } from './forward-history.tsx';
import { ForwardLive } from './forward-live.tsx';
import { endpointText } from './forward-words.ts';
import styles from './forward-detail.module.css';

const Address = ({ address, port }: { readonly address: string; readonly port: number }): React.ReactNode => {
  const text = endpointText(address, port);
  return (
    <button
      type="button"
      className="copyable mono"
      data-tip="Copy address"
      onClick={() => void copyText(text, 'the address')}
    >
      {text}
    </button>
  );
};

const Until = ({ at }: { readonly at: number }): React.ReactNode => {
  const left = useNow((clock) => duration(Math.max(0, at - clock.now)));
  return <span title={absolute(at)}>in {left}</span>;
};

const Addresses = ({ forward }: { readonly forward: ForwardView }): React.ReactNode => {
  const canHave = useMainState((host) => host.app !== undefined && host.app.platform !== 'darwin');
  const has = useMainState((host) => host.app?.settings.deviceAddresses === true);
  const { deviceEndpoint } = forward;
  const give = async (): Promise<void> => {
    const answer = await request('settings.change', { deviceAddresses: true });
    if (!answer.ok) toastError(answer.error);
  };
  return (
    <section aria-label="Addresses">
      <h4>Addresses</h4>
      <dl className="facts">
        <div>
          <dt>Local</dt>
          <dd className={styles['address-list']}>
            <Address address={forward.address} port={forward.port} />
            {forward.extraEndpoints?.map((other) => (
              <Address key={`${other.address} ${other.port}`} {...other} />
            ))}
            {forward.portReason === undefined ? null : <span className="faint">{forward.portReason}</span>}
          </dd>
        </div>
        {deviceEndpoint === undefined ? (
          canHave && !has ? (
            <div>
              <dt>Device’s own</dt>
              <dd>
                <button
                  type="button"
                  className="link-button"
                  data-tip="Each device gets a 127.x.y.z address with its usual ports"
                  onClick={() => void give()}
                >
                  Give every device an address
                </button>
              </dd>
            </div>
          ) : null
        ) : (
          <div>
            <dt>Device’s own</dt>
            <dd className={styles['address-list']}>
              <Address address={deviceEndpoint.address} port={deviceEndpoint.port} />
              {deviceEndpoint.reason === undefined ? null : <span className="faint">{deviceEndpoint.reason}</span>}
            </dd>
          </div>
        )}
        {forward.expiresAt === undefined ? null : (
          <div>
            <dt>Tunnel ends</dt>
            <dd>
              <Until at={forward.expiresAt} />
            </dd>
          </div>
        )}
        {forward.idleUntil === undefined ? null : (
          <div>
            <dt>Closes unused</dt>
            <dd>
              <Until at={forward.idleUntil} />
            </dd>
          </div>
        )}
      </dl>
      {forward.exposureNotice === undefined ? null : <p className={styles['forward-note']}>{forward.exposureNotice}</p>}
    </section>
  );
};

const LastAttempt = ({ timings }: Pick<ForwardView, 'timings'>): React.ReactNode => {
  const { bindMs: _, ...dialled } = timings;
  return Object.values(dialled).every((ms) => ms === undefined) ? (
    <>
      <h4>Last attempt</h4>
      <p className={styles['forward-note']}>None yet. The first client makes one.</p>
    </>
  ) : (
    <>
      <h4>Last attempt, {millis(waterfall(timings).totalMs)}</h4>
      <Waterfall timings={timings} />
    </>
  );
};

/** Everything that is known of one forward. `withTimings`: where nothing around it shows them already. */
export const ForwardDetail = ({
  forward,
  withTimings,
}: {
  readonly forward: ForwardView;
  readonly withTimings: boolean;
}): React.ReactNode => (
  <div
    className={styles['forward-detail']}
    data-part="forward"
    role="region"
    aria-label={`Forward on port ${forward.port}`}
  >
    <ForwardState forward={forward} />
    <Recognised forward={forward} />
    <div className={styles['forward-columns']}>
      <div>
        <HostKey forward={forward} />
        <ForwardLive forward={forward} />
        {withTimings ? (
          <section aria-label="Phases">
            <LastAttempt timings={forward.timings} />
          </section>
        ) : null}
        <ForwardHistory forward={forward} />
      </div>
      <div>
        <Addresses forward={forward} />
        <Sharing forward={forward} />
        <Limits forward={forward} />
      </div>
    </div>
  </div>
);
