import fc from 'fast-check';

export const PUBLIC_KEY =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExample1 ops@example.org';

export interface Pool {
  readonly name: string;
  readonly count: number;
  readonly placementGroups?: boolean;
}

/** cluster.yaml as data: stacked or isolated, some worker pools. JSON is YAML. */
export interface Configuration {
  readonly masters: number;
  readonly etcd: number | undefined;
  readonly pools: readonly Pool[];
}

export function clusterYaml({ masters, etcd, pools }: Configuration): string {
  return JSON.stringify({
    name: 'prod',
    controlPlane: { count: masters },
    etcd: etcd === undefined ? { placement: 'stacked' } : { placement: 'isolated', count: etcd },
    workers: pools,
    network: { nodeCidr: '10.0.0.0/20', podCidr: '10.128.0.0/12' },
    ssh: { publicKeys: [PUBLIC_KEY] },
  });
}

const odd = (max: number) => fc.integer({ min: 0, max: (max - 1) / 2 }).map((half) => 2 * half + 1);

const pools = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('worker', 'big', 'arm', 'gpu', 'batch'),
    count: fc.integer({ min: 1, max: 40 }),
  }),
  { selector: (pool) => pool.name, maxLength: 5 },
);

export const configurations: fc.Arbitrary<Configuration> = fc.oneof(
  fc.record({ masters: odd(9), etcd: fc.constant(undefined), pools }),
  fc.record({ masters: fc.integer({ min: 1, max: 10 }), etcd: odd(9), pools }),
);
