import { z } from 'zod';
import { ETCD_POOL, MASTER_POOL } from '../names.ts';
import { labelKeyProblem, labelValueProblem } from './labels.ts';
import {
  cloudInit,
  dnsLabel,
  image,
  ownLocations,
  packages,
  remedied,
  serverTypes,
  setOf,
} from './values.ts';

const labelKey = z.string().refine((key) => labelKeyProblem(key) === undefined, {
  error: (issue) => `"${String(issue.input)}" ${labelKeyProblem(String(issue.input))}`,
  ...remedied('Write a name such as disk or example.org/disk: letters, digits, "-", "_" and "."'),
});

const labelValue = z.string().refine((value) => labelValueProblem(value) === undefined, {
  error: (issue) => `"${String(issue.input)}" ${labelValueProblem(String(issue.input))}`,
  ...remedied(
    'Use at most 63 letters, digits, "-", "_" and ".", beginning and ending with a letter or digit',
  ),
});

const taint = z.strictObject({
  key: labelKey.describe('Key of the taint.'),
  value: labelValue.optional().describe('Value of the taint.'),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
    .describe('What happens to pods that do not tolerate it.'),
});

/** The API server refuses a node that has two taints of one key and effect. */
const keyAndEffect = (value: unknown) => {
  const { key, effect } = { ...(value as Partial<z.output<typeof taint>>) };
  return JSON.stringify([key, effect]);
};

/** Prefixes under which a kubelet or a user may not choose labels freely (NodeRestriction, and kubeadm's roles). */
const RESERVED = /^(node-role\.kubernetes\.io|([a-z0-9.-]+\.)?node-restriction\.kubernetes\.io)\//;

const ownLabelKey = labelKey.refine((key) => !RESERVED.test(key), {
  error: (issue) => `labels below ${String(issue.input).split('/')[0]}/ say what kubehaus decides`,
  ...remedied('Choose a label of your own, for example example.org/role'),
});

const labels = z.record(ownLabelKey, labelValue);

/** A pool of workers. */
export const pool = z.strictObject({
  name: dnsLabel
    .refine((name) => name !== MASTER_POOL && name !== ETCD_POOL, {
      error: (issue) => `"${String(issue.input)}" is the name of a fixed pool`,
      ...remedied('Choose another name, for example worker'),
    })
    .default('worker')
    .describe('Name of the pool; its nodes are called <cluster>-<pool>-<number>.'),
  count: z.int().min(1).describe('Number of nodes.'),
  serverType: serverTypes.prefault('cx33'),
  locations: ownLocations,
  image: image.optional().describe('Image of new servers; the default is the cluster’s image.'),
  labels: labels.default({}).describe('Kubernetes labels of the nodes.'),
  taints: setOf(taint, keyAndEffect).default([]).describe('Kubernetes taints of the nodes.'),
  packages: packages.default([]).describe('More Debian packages for the nodes of this pool.'),
  cloudInit: cloudInit
    .optional()
    .describe(
      'Run by cloud-init once, at the first boot of new servers of this pool, instead of the cluster’s.',
    ),
  placementGroups: z
    .boolean()
    .default(true)
    .describe(
      'Whether Hetzner keeps the servers on different physical machines. A group holds 10, and a project 50 groups.',
    ),
});
