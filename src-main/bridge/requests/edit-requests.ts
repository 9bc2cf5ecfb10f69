import { ok } from '../../core/base/errors.ts';
import type { Deletion } from '../../core/operation/device-edit.ts';
import type { DeviceEditor } from '../../services/operation/device-editor.ts';
import type { DeletionView, editRequests as contract } from '../../../src-preload/contract/edit.ts';
import type { Handlers } from './handler.ts';

export interface EditRequestDeps {
  readonly deviceEditor: Pick<DeviceEditor, 'deletions' | 'edit'>;
}

const deletionView = ({ id, title, loss, verb, reason }: Deletion): DeletionView => ({
  id,
  title,
  loss,
  verb,
  reason,
});

/** Requests about what can be changed on one device at its vendor. */
export const editRequests = ({ deviceEditor }: EditRequestDeps): Handlers<keyof typeof contract> => ({
  'devices.deletions': async ({ deviceKey }) => {
    const deletions = deviceEditor.deletions(deviceKey);
    return deletions.ok ? ok(deletions.value.map(deletionView)) : deletions;
  },

  'devices.edit': async ({ deviceKey, change, confirmed }, signal) => {
    const done = await deviceEditor.edit(deviceKey, change, confirmed, signal);
    return done.ok ? ok({}) : done;
  },
});
