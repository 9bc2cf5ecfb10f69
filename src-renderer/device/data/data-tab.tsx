import { useState } from 'react';
import { ConfigSchemas } from './config-schemas.tsx';
import { capabilityOf, refusalOf } from '../tabs/device-tabs.ts';
import { KeyValues } from './key-values.tsx';
import type { TabProps } from '../tabs/tab-context.ts';
import { NoPermission, Segmented } from '../../ui/parts.tsx';

/** The key-value store of a device, and the forms its components describe. */
export const DataTab = ({ device, account, capabilities }: TabProps): React.ReactNode => {
  const [kind, setKind] = useState<'values' | 'forms'>('values');
  const values = capabilityOf(capabilities, 'data.values');
  const refusal = refusalOf(values, account);
  if (refusal !== undefined) return <NoPermission what="This key may not read the data" why={refusal} />;
  return (
    <>
      <Segmented
        label="Kind of data"
        value={kind}
        options={[
          ['values', 'Keys and values'],
          ['forms', 'Configuration'],
        ]}
        onChange={setKind}
      />
      {kind === 'values' ? (
        <KeyValues key={device.key} device={device} capability={values} />
      ) : (
        <ConfigSchemas key={device.key} device={device} capability={capabilityOf(capabilities, 'data.schemas')} />
      )}
    </>
  );
};
