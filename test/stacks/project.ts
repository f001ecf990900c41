import { buildApi } from '../../lab/api/server.ts';
import { memoryStore, type Store } from '../../lab/api/state/store.ts';
import type { FirewallRule, Machines } from '../../lab/hosts/machines.ts';

/** As long as Hetzner's are: the provider refuses any other length. */
const TOKEN = 'canary'.padEnd(64, '0123456789');

/** A project at Hetzner as the lab's API shows it, whose servers are records and nothing more. */
export interface Project extends AsyncDisposable {
  readonly state: Store['state'];
  /** The firewall's rules that a server had when it booted first, by its id. */
  readonly rulesAtBoot: ReadonlyMap<number, readonly FirewallRule[] | undefined>;
  /** HCLOUD_TOKEN and HCLOUD_ENDPOINT. */
  readonly environment: Readonly<Record<string, string>>;
  /** Calls the API as another user of the project would. */
  post(path: string, body: unknown): Promise<void>;
}

export async function emptyProject(): Promise<Project> {
  const store = memoryStore();
  const { machines, rulesAtBoot } = recordedMachines();
  const api = buildApi({ state: store, machines, tokens: [TOKEN] });
  const address = await api.listen({ host: '127.0.0.1', port: 0 });
  return {
    get state() {
      return store.state;
    },
    rulesAtBoot,
    environment: { HCLOUD_TOKEN: TOKEN, HCLOUD_ENDPOINT: `${address}/v1` },
    post: async (path, body) => {
      const answer = await fetch(`${address}/v1${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
    },
    [Symbol.asyncDispose]: () => api.close(),
  };
}

function recordedMachines() {
  const running = new Set<number>();
  const rules = new Map<number, readonly FirewallRule[] | undefined>();
  const rulesAtBoot = new Map<number, readonly FirewallRule[] | undefined>();
  const on = async (id: number) => void running.add(id);
  const off = async (id: number) => void running.delete(id);
  const machines: Machines = {
    create: async ({ id }) => {
      rulesAtBoot.set(id, rules.get(id));
      await on(id);
    },
    rebuild: ({ id }) => on(id),
    powerOn: on,
    powerOff: off,
    shutdown: off,
    destroy: off,
    reboot: on,
    running: async (id) => running.has(id),
    firewall: async (id, held) => void rules.set(id, held),
    privateNetworks: async () => undefined,
  };
  return { machines, rulesAtBoot };
}
