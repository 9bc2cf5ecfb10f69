/** A stable hash of a text (FNV-1a, 32 bits). */
const hash = (text: string): number => {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
};

const span = 64 * 256 * 254;

/** The addresses begin at 127.64.0.1, away from the ones other programs use (127.0.0.1, 127.0.1.1, 127.0.0.53). */
const addressAt = (index: number): string =>
  `127.${64 + Math.floor(index / (256 * 254))}.${Math.floor(index / 254) % 256}.${1 + (index % 254)}`;

/**
 * A loopback address for one device, the same at each call unless another device already has it. `taken` holds the
 * addresses given to other devices.
 */
export const deviceAddress = (deviceKey: string, taken: ReadonlySet<string>): string => {
  const start = hash(deviceKey) % span;
  for (let step = 0; step < span; step += 1) {
    const address = addressAt((start + step) % span);
    if (!taken.has(address)) return address;
  }
  return '127.0.0.1';
};

/** Whether a text is an address that `deviceAddress` returns. */
export const isDeviceAddress = (text: string): boolean => {
  const [first, second, third, fourth, ...rest] = text.split('.').map(Number);
  return (
    first === 127 &&
    rest.length === 0 &&
    Number.isInteger(second) &&
    (second ?? 0) >= 64 &&
    (second ?? 0) < 128 &&
    Number.isInteger(third) &&
    Number.isInteger(fourth) &&
    text === addressAt(((second ?? 0) - 64) * 256 * 254 + (third ?? 0) * 254 + (fourth ?? 0) - 1)
  );
};
