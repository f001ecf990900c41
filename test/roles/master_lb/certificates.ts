import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

/** A CA in a folder: its certificate is <folder>/<name>.crt; `issue` makes a server's key pair for an address. */
export async function makeCa(folder: string, name: string) {
  const path = (file: string) => join(folder, `${name}${file}`);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc'];
  await execa('openssl', [
    ...['req', '-x509', ...curve, '-keyout', path('.key'), '-out', path('.crt'), '-days', '2', '-subj', `/CN=${name}`],
  ]);
  return {
    certificate: path('.crt'),
    async issue(address: string): Promise<KeyPair> {
      const file = path(`-${address}`);
      writeFileSync(`${file}.ext`, `subjectAltName=IP:${address}`);
      await execa('openssl', ['req', ...curve, '-keyout', `${file}.key`, '-out', `${file}.csr`, '-subj', '/CN=apiserver']);
      await execa('openssl', [
        ...['x509', '-req', '-in', `${file}.csr`, '-CA', path('.crt'), '-CAkey', path('.key'), '-CAcreateserial'],
        ...['-days', '2', '-extfile', `${file}.ext`, '-out', `${file}.crt`],
      ]);
      return { key: readFileSync(`${file}.key`, 'utf8'), cert: readFileSync(`${file}.crt`, 'utf8') };
    },
  };
}
