import { createHash } from 'node:crypto';

/** The number of bytes and the bytes, as SSH's wire format (RFC 4251, section 5) writes a string. */
const stringAt = (blob: Buffer, offset: number): string | undefined => {
  if (blob.length < offset + 4) return undefined;
  const length = blob.readUInt32BE(offset);
  return blob.length < offset + 4 + length
    ? undefined
    : blob.toString('latin1', offset + 4, offset + 4 + length);
};

/**
 * The fingerprint of a public key in OpenSSH's form (`type base64 comment`): MD5 in hex with colons, as Hetzner shows it.
 * Undefined when it is no public key.
 */
export function fingerprintOf(publicKey: string): string | undefined {
  const [type, base64] = publicKey.trim().split(/\s+/);
  if (type === undefined || base64 === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const blob = Buffer.from(base64, 'base64');
  if (stringAt(blob, 0) !== type) return undefined;
  return (createHash('md5').update(blob).digest('hex').match(/../g) ?? []).join(':');
}
