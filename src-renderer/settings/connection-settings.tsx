import { useId } from 'react';
import type { AppView } from '../../src-preload/contract/app.ts';
import { Choice, Group, Setting, TextSetting, Toggle, changeSettings } from './setting.tsx';
import { EditorSetting } from './editor-setting.tsx';
import { LauncherSettings } from './launcher-settings.tsx';

const idleChoices = [
  [300_000, '5 minutes'],
  [900_000, '15 minutes'],
  [3_600_000, '1 hour'],
  [28_800_000, '8 hours'],
  [0, 'Never'],
] as const;

/** How services are reached and what opens them. */
export const ConnectionSettings = ({ app }: { readonly app: AppView }): React.ReactNode => {
  const id = useId();
  const { settings, terminals } = app;
  return (
    <Group id="connections" title="Connections">
      <Setting
        id={`${id}-user`}
        label="SSH user"
        help="The user name offered first. Empty leaves it to your SSH configuration."
      >
        <TextSetting
          id={`${id}-user`}
          value={settings.sshUser}
          maxLength={64}
          onChange={(sshUser) => void changeSettings({ sshUser })}
        />
      </Setting>
      <Setting
        id={`${id}-terminal`}
        label="Terminal"
        help={
          terminals.length === 0
            ? 'None was found on this computer. Commands can still be copied.'
            : 'Where SSH sessions open.'
        }
      >
        <Choice
          id={`${id}-terminal`}
          value={settings.terminal}
          choices={[
            ['auto', terminals[0] === undefined ? 'First one found' : `First one found (${terminals[0]})`],
            ...terminals.map((name) => [name, name] as const),
          ]}
          words={(name) => `${name} (not found)`}
          onChange={(terminal) => void changeSettings({ terminal })}
        />
      </Setting>
      <Setting
        id={`${id}-idle`}
        label="Close idle tunnels after"
        help="The local port stays; the vendor’s tunnel opens again with the next connection."
      >
        <Choice
          id={`${id}-idle`}
          value={settings.idleTimeoutMs}
          choices={idleChoices}
          words={(ms) => `${Math.round(ms / 60_000)} minutes`}
          onChange={(idleTimeoutMs) => void changeSettings({ idleTimeoutMs })}
        />
      </Setting>
      {app.platform === 'darwin' ? null : (
        <Toggle
          id={`${id}-addresses`}
          label="An address for each device"
          help="Each device has a loopback address of its own, with its services at their usual ports."
          checked={settings.deviceAddresses ?? false}
          onChange={(deviceAddresses) => void changeSettings({ deviceAddresses })}
        />
      )}
      <Toggle
        id={`${id}-keys`}
        label="Take the first host key without asking"
        help="In Quayside’s own sessions. A key that changes later is always asked about."
        checked={settings.acceptNewHostKeys ?? false}
        onChange={(acceptNewHostKeys) => void changeSettings({ acceptNewHostKeys })}
      />
      <Setting
        id={`${id}-certificates`}
        label="Additional certificates (PEM file)"
        help="For networks that inspect TLS: the whole path of the file with your company’s certificate. The system’s certificates are trusted anyway."
      >
        <TextSetting
          id={`${id}-certificates`}
          value={settings.certificateFile ?? ''}
          maxLength={4096}
          onChange={(certificateFile) => void changeSettings({ certificateFile })}
        />
      </Setting>
      <EditorSetting settings={settings} />
      <LauncherSettings settings={settings} />
    </Group>
  );
};
