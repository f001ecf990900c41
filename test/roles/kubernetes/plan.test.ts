import { join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PYTHON } from '../../playbook-templates/run-module.ts';
import { ROOT } from '../../render/scenarios.ts';

interface State {
  joined: boolean;
  authority: string;
  shared_keys: boolean;
  started: boolean;
  ready: boolean;
  etcd: string;
  applied: string;
}
interface Plan {
  problem: string;
  live: string;
  initialiser: string;
  joiners: string[];
  outdated: string[];
  keys_holder: string;
  keys_missing: string[];
  keys_create: boolean;
}

/** Answers every line of its input with the plan for it: one Python for all cases. */
const SERVER = `
import json, runpy, sys
plan = runpy.run_path(sys.argv[1])['kubernetes_plan']
for line in sys.stdin:
    print(json.dumps(plan(*json.loads(line))), flush=True)
`;
import { holds } from '../../property.ts';
const FILTER = join(ROOT, 'roles/kubernetes/filter_plugins/kubernetes_plan.py');
const startPython = () => execa(PYTHON, ['-c', SERVER, FILTER], { reject: false });
let python: ReturnType<typeof startPython>;
let answers: AsyncIterator<string>;

beforeAll(() => {
  python = startPython();
  answers = python.iterable()[Symbol.asyncIterator]() as AsyncIterator<string>;
});
afterAll(async () => {
  python.stdin.end();
  await python;
});

async function plan(found: Record<string, State>, masters: readonly string[] = ['m1', 'm2', 'm3']): Promise<Plan> {
  python.stdin.write(`${JSON.stringify([found, masters, CONFIGURATION])}\n`);
  return JSON.parse((await answers.next()).value as string) as Plan;
}

const CONFIGURATION = 'sum of kubeadm.yaml';
const fresh: State = {
  joined: false,
  authority: '',
  shared_keys: false,
  started: false,
  ready: false,
  etcd: 'empty',
  applied: '',
};
const withKeys: State = { ...fresh, authority: 'A', shared_keys: true };
/** kubeadm init or join was cut off here. */
const begun: State = { ...withKeys, started: true, ready: true, etcd: 'data' };
const working: State = { ...begun, joined: true, etcd: '', applied: CONFIGURATION };
const newWorker: State = { ...fresh, etcd: '' };
const worker: State = { ...newWorker, authority: 'A', joined: true };

describe('a changed configuration', () => {
  const old: State = { ...working, applied: 'another sum' };

  it('is for the masters that have another one, and first for one whose API server answers', async () => {
    expect((await plan({ m1: working, m2: working, m3: working })).outdated).toEqual([]);
    expect((await plan({ m1: { ...old, ready: false }, m2: old, m3: old })).outdated).toEqual(['m2', 'm1', 'm3']);
    expect((await plan({ m1: working, m2: old, m3: fresh })).outdated).toEqual(['m2']);
  });

  it('reaches a master whose API server is down, which it may mend', async () => {
    expect((await plan({ m1: { ...old, ready: false } }, ['m1'])).outdated).toEqual(['m1']);
  });

  it('is not for workers', async () => {
    expect((await plan({ m1: working, w1: worker }, ['m1'])).outdated).toEqual([]);
  });
});

describe('on fresh hosts', () => {
  it('one master makes the keys, all get them, one initialises and the others join', async () => {
    const { problem, ...rest } = await plan({ m1: fresh, m2: fresh, m3: fresh });
    expect(problem).toBe('');
    expect(rest.keys_create).toBe(true);
    expect(rest.keys_missing).toEqual(['m1', 'm2', 'm3'].filter((name) => name !== rest.keys_holder));
    expect(rest.initialiser).not.toBe('');
    expect(rest.joiners).toEqual(['m1', 'm2', 'm3'].filter((name) => name !== rest.initialiser));
    expect(rest.live).toBe('');
  });

  it('any master will do: without the first, another one initialises', async () => {
    const { problem, keys_holder, initialiser } = await plan({ m2: fresh, m3: fresh });
    expect(problem).toBe('');
    expect(['m2', 'm3']).toContain(keys_holder);
    expect(['m2', 'm3']).toContain(initialiser);
  });

  it('stops when nobody can say whether etcd holds a cluster', async () => {
    const silent = { ...fresh, etcd: 'etcdctl: context deadline exceeded' };
    expect((await plan({ m1: silent, m2: silent, m3: silent })).problem).toContain('context deadline exceeded');
  });

  it('a master that can’t ask etcd does not initialise', async () => {
    const { problem, initialiser } = await plan({ m1: { ...fresh, etcd: 'etcdctl: no route' }, m2: fresh, m3: fresh });
    expect(problem).toBe('');
    expect(['m2', 'm3']).toContain(initialiser);
  });
});

describe('on a cluster that works', () => {
  it('nothing is to be done', async () => {
    expect(await plan({ m1: working, m2: working, m3: working })).toMatchObject({
      problem: '',
      initialiser: '',
      joiners: [],
      keys_missing: [],
      keys_create: false,
    });
  });

  it('a master that is down is no reason to stop, and another one is asked', async () => {
    expect(await plan({ m1: { ...working, ready: false }, m2: working })).toMatchObject({ problem: '', live: 'm2', joiners: [] });
  });

  it('a new master gets the keys of a working one and joins, whoever was first', async () => {
    expect(await plan({ m1: fresh, m2: working, m3: working })).toMatchObject({
      problem: '',
      initialiser: '',
      joiners: ['m1'],
      keys_missing: ['m1'],
      keys_create: false,
      live: 'm2',
    });
  });

  it('new workers join, others stay', async () => {
    const found = { m1: working, m2: working, m3: working, w1: worker, w2: newWorker };
    expect(await plan(found)).toMatchObject({ problem: '', joiners: ['w2'] });
  });

  it('stops when somebody must join and no API server is ready', async () => {
    const down = { ...working, ready: false };
    expect((await plan({ m1: down, m2: down, m3: down, w1: newWorker })).problem).toContain('no API server is ready on m1, m2, m3');
    expect((await plan({ m1: down, m2: down, m3: down, w1: worker })).problem).toBe('');
  });

  it('stops when masters belong to different clusters and somebody would join', async () => {
    const other = { ...working, authority: 'B' };
    expect((await plan({ m1: working, m2: other, m3: fresh })).problem).toContain('different CAs');
  });

  it('stops when the keys were taken away and a new master needs them', async () => {
    const without = { ...working, shared_keys: false };
    expect((await plan({ m1: without, m2: without, m3: fresh })).problem).toContain('backup');
    expect((await plan({ m1: without, m2: without, m3: without, w1: newWorker })).problem).toBe('');
  });
});

describe('after an interruption', () => {
  it('who began to initialise goes on, with its keys', async () => {
    const { problem, initialiser, keys_holder, keys_missing } = await plan({ m1: fresh, m2: fresh, m3: begun });
    expect({ problem, initialiser, keys_holder, keys_missing }).toEqual({
      problem: '',
      initialiser: 'm3',
      keys_holder: 'm3',
      keys_missing: ['m1', 'm2'],
    });
  });

  it('keys that were made and not yet shared are kept', async () => {
    expect(await plan({ m1: fresh, m2: withKeys, m3: fresh })).toMatchObject({
      keys_create: false,
      keys_holder: 'm2',
      keys_missing: ['m1', 'm3'],
    });
  });

  it('keys of a host that was away while others began do not count', async () => {
    const stale = { ...withKeys, authority: 'B' };
    expect(await plan({ m1: stale, m2: { ...withKeys, etcd: 'data' }, m3: begun })).toMatchObject({
      keys_holder: 'm3',
      keys_missing: ['m1'],
      initialiser: 'm3',
    });
  });

  it('another master initialises when the one that began died for good and is no host any more', async () => {
    const data = { ...withKeys, etcd: 'data' };
    const { problem, initialiser } = await plan({ m2: data, m3: data }, ['m2', 'm3']);
    expect(problem).toBe('');
    expect(['m2', 'm3']).toContain(initialiser);
  });

  it('joining goes on where it stopped', async () => {
    expect(await plan({ m1: working, m2: { ...begun, ready: false }, m3: withKeys })).toMatchObject({
      problem: '',
      live: 'm1',
      joiners: ['m2', 'm3'],
      keys_missing: [],
    });
  });
});

describe('where going on could harm a cluster', () => {
  it('makes no new keys over the data of a cluster', async () => {
    const empty = { ...fresh, etcd: 'data' };
    expect((await plan({ m1: empty, m2: empty, m3: empty })).problem).toContain('no master has its keys');
  });

  it('initialises nothing while masters are silent and etcd holds a cluster', async () => {
    expect((await plan({ m2: { ...fresh, etcd: 'data' } })).problem).toContain('m1, m3');
    expect((await plan({ m2: { ...withKeys, etcd: 'data' } })).problem).toContain('m1, m3');
  });

  it('lets no worker join without a master that answers', async () => {
    expect((await plan({ w1: newWorker })).problem).toContain('--limit kube_control_plane');
  });

  it('leaves a joined worker alone when --limit names it without a master', async () => {
    expect(await plan({ w1: worker })).toMatchObject({ problem: '', joiners: [] });
  });

  it('whatever the hosts hold: never makes keys or initialises beside a working master or over unknown data', async () => {
    const state = fc.record({
      joined: fc.boolean(),
      authority: fc.constantFrom('A', 'B'),
      shared_keys: fc.boolean(),
      started: fc.boolean(),
      ready: fc.boolean(),
      etcd: fc.constantFrom('empty', 'data', 'etcdctl: refused'),
      applied: fc.constantFrom('', CONFIGURATION),
    });
    const states = fc.dictionary(fc.constantFrom('m1', 'm2', 'm3'), state, { noNullPrototype: true });
    await holds(
      fc.asyncProperty(states, async (found) => {
        const decided = await plan(found);
        if (decided.problem !== '') return;
        const all = Object.values(found);
        const data = all.some(({ joined, etcd }) => !joined && etcd === 'data');
        if (decided.keys_create) {
          expect(all.some(({ joined, shared_keys }) => joined || shared_keys)).toBe(false);
          expect(data).toBe(false);
        }
        if (decided.initialiser !== '') {
          expect(all.some(({ joined }) => joined)).toBe(false);
          expect(found[decided.initialiser]?.etcd).toMatch(/^(empty|data)$/);
          if (data) expect(Object.keys(found)).toHaveLength(3);
        }
        // Who joins has the keys of a working master, or of whom initialises, by then.
        for (const name of decided.joiners) {
          expect(found[name]?.joined && found[name].authority === (found[decided.live] ?? {}).authority).toBe(false);
          expect(decided.live || decided.initialiser).not.toBe('');
        }
      }),
      500,
    );
  });
});
