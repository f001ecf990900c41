import { stringify } from 'yaml';
import { kubernetesVersions } from '../builds/versions.ts';
import { namespace, onHost, program, trafficLog } from './places.ts';

/** On every ConfigMap that a node's probe writes; program/api.go has it, too. */
export const nodeLabel = 'kubehaus.dev/probe-node';

/** The ConfigMap that is read before one has been written; program/lanes.go has it, too. */
const firstObject = 'probe';

/**
 * Requests a second, in each series of a pod. There are as many series as pairs of nodes, so they are asked less often than the API: it is
 * long connections that tell what was dropped.
 */
const TRAFFIC_RATE = 2;

const labels = { app: 'probe' };

/**
 * What the probes have in the cluster: two ServiceAccounts that may do what they need in the namespace and nothing else, and
 * the pods.
 */
export function manifest(): string {
  const pause = `registry.k8s.io/pause:${kubernetesVersions[0]?.pause ?? ''}`;
  const objects = [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      // Pods that mount a folder of their host.
      metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
    },
    ...account('api', [
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch', 'create', 'patch'] },
    ]),
    ...account('traffic', [{ apiGroups: [''], resources: ['pods', 'services'], verbs: ['get', 'list'] }]),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: firstObject, namespace } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'probe', namespace },
      spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'probe', namespace },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: 'traffic',
            terminationGracePeriodSeconds: 5,
            tolerations: [{ operator: 'Exists' }],
            containers: [
              {
                name: 'probe',
                // It holds nothing that is used, and every node has it: all pods begin with it.
                image: pause,
                imagePullPolicy: 'IfNotPresent',
                command: [
                  `/${program}`,
                  'traffic',
                  '--node=$(NODE)',
                  `--log=/${trafficLog}`,
                  `--rate=${TRAFFIC_RATE}`,
                ],
                env: [
                  { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
                  // As in the unit.
                  { name: 'GOMAXPROCS', value: '1' },
                ],
                volumeMounts: [
                  { name: 'bin', mountPath: '/bin', readOnly: true },
                  { name: 'traffic', mountPath: '/traffic' },
                ],
              },
            ],
            volumes: ['bin', 'traffic'].map((name) => ({
              name,
              hostPath: { path: `${onHost}/${name}`, type: 'Directory' },
            })),
          },
        },
      },
    },
  ];
  return objects.map((object) => stringify(object)).join('---\n');
}

function account(name: string, rules: readonly object[]): readonly object[] {
  const metadata = { name, namespace };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ];
}
