import { isOffered, type DeviceEdits } from '../../core/operation/device-edit.ts';
import { vendorEditsViewSchema, type VendorEditsView } from '../../../src-preload/contract/edit.ts';

/** What can be changed on a vendor's devices, with what a form needs to know. */
export const vendorEditsView = (edits: DeviceEdits): VendorEditsView => {
  const { rename, group, tag } = edits;
  return {
    offered: vendorEditsViewSchema.shape.offered.element.options.filter((name) => isOffered(edits[name])),
    description: isOffered(rename) && rename.description,
    group: isOffered(group) ? { called: group.called, by: group.by, help: group.help } : undefined,
    manyTags: isOffered(tag) && tag.many,
    hardDelete: isOffered(edits.delete) ? edits.delete.hardLabel : undefined,
  };
};
