import { z } from 'zod';
import { remedied, setOf, webUrl } from './values.ts';

/** A word of APT's sources: suite or component (sources.list(5)). */
const aptWord = z.string().refine((text) => /^[\w.+~/-]+$/.test(text), {
  error: (issue) => `"${String(issue.input)}" is not the name of a suite or component`,
  ...remedied('Write it as in a line of sources.list, for example bookworm or main'),
});

const upstream = z.string().refine((text) => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d+)?$/.test(text), {
  error: (issue) => `"${String(issue.input)}" is not the host of a registry`,
  ...remedied('Write it as it begins an image’s name, for example registry.k8s.io'),
});

const publicKey = z
  .string()
  .refine((text) => text.trimStart().startsWith('-----BEGIN PGP PUBLIC KEY BLOCK-----'), {
    error: 'is not an ASCII-armoured public key',
    ...remedied('Paste what `gpg --armor --export <key>` prints'),
  });

export const mirror = z.strictObject({
  files: webUrl
    .optional()
    .describe('Base URL that replaces https:// in front of every release file’s official URL.'),
  sha256: z
    .record(z.string(), z.string().regex(/^[0-9a-f]{64}$/))
    .default({})
    .describe('Sums of files that are not the official ones: path below `files` to SHA-256.'),
  apt: z
    .strictObject({
      uri: webUrl.describe('Base URL of the repository.'),
      suites: setOf(aptWord).min(1).default(['bookworm']).describe('Suites of the repository.'),
      components: setOf(aptWord).min(1).default(['main']).describe('Components of the repository.'),
      signedBy: publicKey.describe('The repository’s public key, ASCII-armoured.'),
    })
    .optional()
    .describe('Debian repository that replaces the image’s own.'),
  registry: z
    .strictObject({
      url: webUrl.describe(
        'Base URL; it serves <url>/v2/<upstream host>/<repository> in place of each upstream.',
      ),
      upstreams: setOf(upstream)
        .min(1)
        .default(['registry.k8s.io', 'docker.io', 'quay.io', 'ghcr.io'])
        .describe('Registries that it stands for.'),
    })
    .optional()
    .describe('Image registry that replaces the public ones.'),
});
