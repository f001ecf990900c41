/**
 * Lengths of what follows the type in a key of each type (RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4, and
 * https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.u2f).
 */
const FIELDS: Readonly<Record<string, readonly ((length: number) => boolean)[]>> = {
  'ssh-ed25519': [exactly(32)],
  // Exponent and modulus; OpenSSH takes no modulus of less than 1024 bits, and a number whose first bit is set has a zero byte in front.
  'ssh-rsa': [atLeast(1), atLeast(129)],
  // Name of the curve, and an uncompressed point.
  'ecdsa-sha2-nistp256': [exactly(8), exactly(65)],
  'ecdsa-sha2-nistp384': [exactly(8), exactly(97)],
  'ecdsa-sha2-nistp521': [exactly(8), exactly(133)],
  // The last one is the application, "ssh:" for example.
  'sk-ssh-ed25519@openssh.com': [exactly(32), atLeast(1)],
  'sk-ecdsa-sha2-nistp256@openssh.com': [exactly(8), exactly(65), atLeast(1)],
};

/** Whether a text is type, base64 and an optional comment (sshd(8), AUTHORIZED_KEYS FILE FORMAT), with a whole key in the base64. */
export function isPublicKey(text: string): boolean {
  const [, type = '', base64 = ''] = /^([\w@.-]+) ([A-Za-z0-9+/]+=*)( .*)?$/.exec(text) ?? [];
  const [inner, ...fields] = fieldsIn(base64) ?? [];
  const lengths = Object.hasOwn(FIELDS, type) ? FIELDS[type] : undefined;
  return (
    inner === type &&
    fields.length === lengths?.length &&
    lengths.every((fits, index) => fits(fields[index]?.length ?? 0))
  );
}

/** The fields of a key, one character a byte, each behind its length in four bytes (RFC 4251 section 5); undefined when it is damaged. */
function fieldsIn(base64: string): string[] | undefined {
  let rest = decoded(base64);
  const fields: string[] = [];
  while (rest !== undefined && rest !== '') {
    const length = [...rest.slice(0, 4)].reduce((sum, byte) => sum * 256 + byte.charCodeAt(0), 0);
    if (rest.length < 4 + length) return undefined;
    fields.push(rest.slice(4, 4 + length));
    rest = rest.slice(4 + length);
  }
  return rest === undefined ? undefined : fields;
}

/** sshd takes no base64 that lacks its padding or has bits left over; `atob` takes both. */
function decoded(base64: string): string | undefined {
  try {
    const bytes = atob(base64);
    return btoa(bytes) === base64 ? bytes : undefined;
  } catch {
    return undefined;
  }
}

function exactly(wanted: number) {
  return (length: number) => length === wanted;
}

function atLeast(wanted: number) {
  return (length: number) => length >= wanted;
}
