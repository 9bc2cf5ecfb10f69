import { defined } from '../../core/base/defined.ts';
import type { EditedFile } from '../../services/session/remote-edits.ts';
import type { EditView } from '../../../src-preload/contract/session.ts';
import { errorView } from './views.ts';

/** A file of a device that is edited here. Its content is in no view. */
export const editView = ({ edit, path, phase, isUnsent, sentAt, error }: EditedFile): EditView => ({
  edit,
  path,
  phase,
  isUnsent,
  ...defined({ sentAt, error: error === undefined ? undefined : errorView(error) }),
});
