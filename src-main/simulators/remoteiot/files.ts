import { z } from 'zod';
import { flag, ids } from './answers.ts';

/** A file that was sent to devices, by FileUpload or UpdateFile. */
export interface SimulatedFile {
  readonly name: string;
  readonly content: Buffer;
  readonly unitIds: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
}

const uploadData = z.strictObject({
  Folder: z.string().min(1),
  IsAll: flag.default(false),
  Group: z.string().nullish(),
  Unit: ids.nullish(),
  ExecuteTime: z.string().optional(),
  PreScript: z.string().nullish(),
  AfterScript: z.string().nullish(),
});

/** Whom a FileUpload is for. */
interface Addressed {
  readonly unitId: string;
  readonly group: string;
}

/** The file of a FileUpload and the devices it goes to; undefined if the request is none. */
export const readUpload = async (
  body: Buffer,
  contentType: string,
  devices: Iterable<Addressed>,
): Promise<SimulatedFile | undefined> => {
  // oxlint-disable-next-line typescript/no-deprecated -- discouraged for servers that face the world; this one faces tests
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  const file = form.get('File');
  const data = form.get('Data');
  if (!(file instanceof File) || typeof data !== 'string') return undefined;
  const parsed = uploadData.safeParse(JSON.parse(data));
  if (!parsed.success) return undefined;
  const { IsAll, Group, Unit } = parsed.data;
  const everyone = IsAll === true || IsAll === 'true';
  const unitIds = [...devices]
    .filter(
      ({ unitId, group }) =>
        everyone || (group !== '' && Group === group) || Unit?.some((unit) => unit.UnitId === unitId) === true,
    )
    .map(({ unitId }) => unitId);
  return { name: file.name, content: Buffer.from(await file.arrayBuffer()), unitIds, data: parsed.data };
};
