import { z } from 'zod';
import { webUrl } from './values.ts';

const text = z.string().min(1);

/**
 * Where Terraform keeps its state. Credentials are never in cluster.yaml: Terraform takes them from the environment
 * (https://developer.hashicorp.com/terraform/language/backend).
 */
const backend = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('local').describe('A file in .kubehaus/, on this machine alone.') }),
  z.strictObject({
    type: z
      .literal('s3')
      .describe('An S3 bucket; credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.'),
    bucket: text.describe('Bucket; it must be there.'),
    key: text.describe('Path of the state in the bucket.'),
    region: text.default('main').describe('Region; S3 services other than Amazon’s take any.'),
    endpoint: webUrl.optional().describe('URL of a service other than Amazon’s, for example Hetzner’s.'),
    lockFile: z
      .boolean()
      .default(true)
      .describe('Whether a file beside the state keeps others out while one works.'),
  }),
  z.strictObject({
    type: z
      .literal('http')
      .describe(
        'An HTTP service, such as GitLab’s; credentials come from TF_HTTP_USERNAME and TF_HTTP_PASSWORD.',
      ),
    address: webUrl.describe('URL of the state.'),
    lockAddress: webUrl.optional().describe('URL of its lock; without one nothing is locked.'),
    unlockAddress: webUrl.optional().describe('URL to unlock at.'),
    lockMethod: z.enum(['LOCK', 'POST', 'PUT']).default('LOCK').describe('HTTP method for locking.'),
    unlockMethod: z
      .enum(['UNLOCK', 'DELETE', 'POST', 'PUT'])
      .default('UNLOCK')
      .describe('HTTP method for unlocking.'),
  }),
]);

export type TerraformBackend = z.output<typeof backend>;

export const terraform = z.strictObject({
  backend: backend.default({ type: 'local' }).describe('Where Terraform keeps its state.'),
});
