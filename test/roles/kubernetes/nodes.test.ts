import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeHost, type Host } from './host.ts';

interface Node {
  metadata: { name: string; resourceVersion: string; labels: Record<string, string>; annotations: Record<string, string> };
  spec: { podCIDR?: string; podCIDRs?: string[]; taints?: { key: string; effect: string; value?: string }[] };
  status: { conditions: { type: string; status: string; message?: string }[] };
}

/** kubectl, as far as the module can tell: nodes in nodes.json, merge patches (RFC 7396) with optimistic locking. */
const KUBECTL = `
exec python3 - "$@" <<'PY'
import json, os, sys
path = os.environ.get('NODES') or '@NODES@'
if os.path.exists(path + '.down'): sys.exit('connection refused')
nodes = json.load(open(path))
arguments = [argument for argument in sys.argv[1:] if not argument.startswith('-')]
if arguments[0] == 'get':
    print(json.dumps({'items': nodes})); sys.exit()
patch = json.loads(open('@INPUT@').read())
def merge(old, new):
    if not isinstance(new, dict): return new
    result = dict(old if isinstance(old, dict) else {})
    for key, value in new.items():
        if value is None: result.pop(key, None)
        else: result[key] = merge(result.get(key), value)
    return result
for index, node in enumerate(nodes):
    if node['metadata']['name'] == arguments[2]:
        version = patch.get('metadata', {}).get('resourceVersion', node['metadata']['resourceVersion'])
        if version != node['metadata']['resourceVersion']: sys.exit('the object has been modified')
        nodes[index] = merge(node, patch)
        nodes[index]['metadata']['resourceVersion'] = str(int(node['metadata']['resourceVersion']) + 1)
json.dump(nodes, open(path, 'w'))
PY`;

let host: Host;
beforeEach(() => {
  host = makeHost();
  host.program(
    'kubectl',
    `case "$*" in *patch*) cat > $ROOT/input/kubectl;; esac
    ${KUBECTL.replace('@NODES@', host.path('nodes.json')).replace('@INPUT@', host.path('input/kubectl'))}`,
  );
});
afterEach(() => host.remove());

function node(name: string, spec: Node['spec'] = {}, labels: Record<string, string> = {}, ready = 'True'): Node {
  return {
    metadata: { name, resourceVersion: '1', labels, annotations: {} },
    spec,
    status: { conditions: [{ type: 'Ready', status: ready, message: ready === 'True' ? '' : 'cni plugin not initialized' }] },
  };
}
const put = (...nodes: Node[]) => host.write('nodes.json', JSON.stringify(nodes));
const get = (name: string) =>
  (JSON.parse(host.read('nodes.json')) as Node[]).find(({ metadata }) => metadata.name === name) as Node;

const plan = { name: 'w1', pod_cidr: '10.244.3.0/24', labels: {}, taints: [] as object[] };
const run = (nodes: object[], timeout = 0, checkMode = false) => host.run('kubernetes_nodes', { nodes, timeout }, checkMode);

describe('kubernetes_nodes', () => {
  it('sets pod network, labels and taints of a new node, and changes nothing the second time', async () => {
    put(node('w1', {}, { 'kubernetes.io/hostname': 'w1' }));
    const planned = { ...plan, labels: { disk: 'ssd' }, taints: [{ key: 'arch', value: 'arm64', effect: 'NoSchedule' }] };
    expect(await run([planned])).toMatchObject({ changed: true, patched: ['w1'] });
    expect(get('w1').spec).toEqual({
      podCIDR: '10.244.3.0/24',
      podCIDRs: ['10.244.3.0/24'],
      taints: [{ key: 'arch', value: 'arm64', effect: 'NoSchedule' }],
    });
    expect(get('w1').metadata.labels).toEqual({ 'kubernetes.io/hostname': 'w1', disk: 'ssd' });
    const after = host.read('nodes.json');
    expect(await run([planned])).toMatchObject({ changed: false, patched: [] });
    expect(host.read('nodes.json')).toBe(after);
  });

  it('takes away what it has set and the plan has no longer, and leaves what others have set', async () => {
    put(node('w1'));
    await run([{ ...plan, labels: { disk: 'ssd', zone: 'a' }, taints: [{ key: 'old', effect: 'NoExecute' }] }]);
    const current = get('w1');
    current.metadata.labels['theirs'] = 'x';
    current.spec.taints?.push({ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' });
    put(current);
    expect(await run([{ ...plan, labels: { zone: 'b' } }])).toMatchObject({ changed: true });
    expect(get('w1').metadata.labels).toEqual({ zone: 'b', theirs: 'x' });
    expect(get('w1').spec.taints).toEqual([{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }]);
  });

  it('takes kubeadm’s taint of a master for its own, since the plan names it', async () => {
    const taint = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' };
    put(node('m1', { taints: [taint] }));
    await run([{ ...plan, name: 'm1', taints: [taint] }]);
    expect(get('m1').spec.taints).toEqual([taint]);
    await run([{ ...plan, name: 'm1' }]);
    expect(get('m1').spec.taints).toEqual([]);
  });

  it('changes a taint’s value without losing the others', async () => {
    put(node('w1', { taints: [{ key: 'theirs', effect: 'NoSchedule' }] }));
    await run([{ ...plan, taints: [{ key: 'a', value: '1', effect: 'NoSchedule' }] }]);
    await run([{ ...plan, taints: [{ key: 'a', value: '2', effect: 'NoSchedule' }] }]);
    expect(get('w1').spec.taints).toEqual([
      { key: 'theirs', effect: 'NoSchedule' },
      { key: 'a', value: '2', effect: 'NoSchedule' },
    ]);
  });

  it('refuses a node that has another pod network, and says what to do', async () => {
    put(node('w1', { podCIDR: '10.244.9.0/24' }));
    const result = await run([plan]);
    expect(result.failed).toBe(true);
    expect(result.msg).toContain('w1 has the pod network 10.244.9.0/24, which can\'t be changed to 10.244.3.0/24');
    expect(result.msg).toContain('kubectl delete node w1');
  });

  it('names every node that is not Ready in time, with the reason', async () => {
    put(node('w1', {}, {}, 'False'), node('w2'));
    const result = await run([plan, { ...plan, name: 'w2' }, { ...plan, name: 'w3' }]);
    expect(result).toMatchObject({ failed: true, patched: ['w1', 'w2'] });
    expect(result.msg).toContain('w1: cni plugin not initialized');
    expect(result.msg).toContain('w3: its kubelet has not registered it');
    expect(result.msg).not.toContain('w2');
  });

  it('waits for nodes that are still on their way', async () => {
    put(node('w1', {}, {}, 'False'));
    const result = run([plan], 20);
    await expect.poll(() => host.calls('kubectl').length, { timeout: 10_000 }).toBeGreaterThan(2);
    put({ ...node('w1'), spec: get('w1').spec, metadata: get('w1').metadata });
    expect(await result).toMatchObject({ changed: true, patched: ['w1'] });
  });

  it('waits for an API server that is away for a moment, and tells when it stays away', async () => {
    put(node('w1'));
    host.write('nodes.json.down', '');
    expect((await run([plan], 2)).msg).toContain('the API server does not answer: connection refused');
  });

  it('only tells what it would do in check mode', async () => {
    put(node('w1'));
    const before = host.read('nodes.json');
    expect(await run([plan], 0, true)).toMatchObject({ changed: true, patched: ['w1'] });
    expect(host.read('nodes.json')).toBe(before);
  });
});
