import { z } from 'zod';
import { webUrl } from './values.ts';

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
      suites: z.array(z.string()).min(1).default(['bookworm']).describe('Suites of the repository.'),
      components: z.array(z.string()).min(1).default(['main']).describe('Components of the repository.'),
      signedBy: z.string().describe('The repository’s public key, ASCII-armoured.'),
    })
    .optional()
    .describe('Debian repository that replaces the image’s own.'),
  registry: z
    .strictObject({
      url: webUrl.describe(
        'Base URL; it serves <url>/v2/<upstream host>/<repository> in place of each upstream.',
      ),
      upstreams: z
        .array(z.string())
        .min(1)
        .default(['registry.k8s.io', 'docker.io', 'quay.io', 'ghcr.io'])
        .describe('Registries that it stands for.'),
    })
    .optional()
    .describe('Image registry that replaces the public ones.'),
});
