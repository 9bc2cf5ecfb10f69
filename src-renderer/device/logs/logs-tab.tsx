import { useState } from 'react';
import { capabilityOf, refusalOf } from '../tabs/device-tabs.ts';
import { LogRange } from './log-range.tsx';
import { LogRequests } from './log-requests.tsx';
import { OnceLog } from './once-log.tsx';
import type { TabProps } from '../tabs/tab-context.ts';
import { NoPermission, Segmented } from '../../ui/parts.tsx';

type Kind = 'log' | 'http' | 'requests';

/** Logs as the vendor has them: handed out once, between two times, or uploaded on request. */
export const LogsTab = (props: TabProps): React.ReactNode => {
  const { device, account, capabilities } = props;
  const [kind, setKind] = useState<Kind>('log');
  const range = capabilityOf(capabilities, 'logs.range');
  const requested = capabilityOf(capabilities, 'logs.requests');
  if (capabilityOf(capabilities, 'logs.once') !== undefined) return <OnceLog device={device} />;
  const refusal = refusalOf(range ?? requested, account);
  if (refusal !== undefined) return <NoPermission what="This key may not read logs" why={refusal} />;
  return (
    <>
      <Segmented
        label="Kind of log"
        value={kind}
        options={[
          ['log', 'Debug and errors'],
          ['http', 'HTTP access'],
          ['requests', 'Requests'],
        ]}
        onChange={setKind}
      />
      {kind === 'requests' ? (
        <LogRequests device={device} capability={requested} />
      ) : (
        <LogRange
          key={kind}
          device={device}
          capability={range}
          operation={kind === 'log' ? 'getLogEntries' : 'getHttpLogEntries'}
          label={kind === 'log' ? 'Log' : 'HTTP access log'}
        />
      )}
    </>
  );
};
