import type { DeviceView } from '../../src-preload/contract/views.ts';
import { middle } from '../ui/format.ts';
import { copyText } from './actions.ts';

/** Characters of an id that fit a line of the panel. */
const fits = 34;

const factsOf = (device: DeviceView): readonly (readonly [string, string])[] =>
  (
    [
      ['Device id', device.id],
      ['Internal', device.internalAddress],
      ['External', device.externalAddress],
      ['MAC', device.mac],
      ['Serial', device.serial],
    ] as const
  ).flatMap(([label, value]) => (value === undefined || value === '' ? [] : [[label, value] as const]));

/** What the vendor says of the device. A click copies. */
export const Facts = ({ device }: { readonly device: DeviceView }): React.ReactNode => (
  <section className="panel-section" aria-label="Facts">
    <h3>Facts</h3>
    {device.description === undefined || device.description === '' ? null : (
      <p className="description">{device.description}</p>
    )}
    <dl className="facts">
      {factsOf(device).map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <button
              type="button"
              className="copyable mono ellipsis"
              data-tip={value.length > fits ? `Copy ${value}` : 'Copy'}
              aria-label={`Copy ${label}: ${value}`}
              onClick={() => void copyText(value, label === 'MAC' ? 'the MAC' : `the ${label.toLowerCase()}`)}
            >
              {middle(value, fits)}
            </button>
          </dd>
        </div>
      ))}
      {device.groups.length > 0 ? (
        <div>
          <dt>Groups</dt>
          <dd className="tags">
            {device.groups.map((group) => (
              <span className="tag" key={group}>
                {group}
              </span>
            ))}
          </dd>
        </div>
      ) : null}
      {device.tags.length > 0 ? (
        <div>
          <dt>Tags</dt>
          <dd className="tags">
            {device.tags.map((tag) => (
              <span className="tag" key={tag}>
                {tag}
              </span>
            ))}
          </dd>
        </div>
      ) : null}
    </dl>
  </section>
);
