import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';

const string = (value: string | Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(value));
  return Buffer.concat([length, Buffer.from(value)]);
};

/**
 * An SSH agent with one key of a security key, whose private part is in this process. Its signatures are those of
 * PROTOCOL.u2f of OpenSSH: over the digests of the application and of the message, with a flag for a touch and a counter.
 */
export const startSecurityKeyAgent = async (folder: string) => {
  const type = 'sk-ssh-ed25519@openssh.com';
  const application = 'ssh:';
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const point = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const blob = Buffer.concat([string(type), string(point), string(application)]);
  const sha256 = (bytes: string | Buffer): Buffer => createHash('sha256').update(bytes).digest();
  let signatures = 0;
  const answer = (message: Buffer): Buffer => {
    if (message[0] === 11) return Buffer.concat([Buffer.of(12, 0, 0, 0, 1), string(blob), string('a security key')]);
    if (message[0] !== 13) return Buffer.of(5);
    const keyLength = message.readUInt32BE(1);
    const at = 5 + keyLength;
    const data = message.subarray(at + 4, at + 4 + message.readUInt32BE(at));
    signatures += 1;
    const rest = Buffer.of(1, 0, 0, 0, signatures);
    const signed = sign(null, Buffer.concat([sha256(application), rest, sha256(data)]), privateKey);
    return Buffer.concat([Buffer.of(14), string(Buffer.concat([string(type), string(signed), rest]))]);
  };
  const server = createServer((socket) => {
    let bytes: Buffer = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      while (bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32BE(0)) {
        const length = bytes.readUInt32BE(0);
        socket.write(string(answer(bytes.subarray(4, 4 + length))));
        bytes = bytes.subarray(4 + length);
      }
    });
  });
  const socket = join(folder, 'security-key');
  await once(server.listen(socket), 'listening');
  return {
    socket,
    publicKey: `${type} ${blob.toString('base64')}`,
    /** How often it has signed. */
    signatures: () => signatures,
    close: () => new Promise((resolve) => void server.close(resolve)),
  };
};
