import { onTestFinished } from 'vitest';
import type { ActionAnswer } from '../../../lab/api/actions/record.ts';
import type { Clock } from '../../../lab/api/clock.ts';
import type { Api } from '../../../lab/api/http/api.ts';
import { buildApi, type ApiOptions } from '../../../lab/api/server.ts';
import { memoryStore } from '../../../lab/api/state/store.ts';
import { memoryMachines, type MemoryMachines } from '../memory-machines.ts';

/** As long as Hetzner's are, which terraform's provider checks. */
export const TOKEN = 'a-token-of-the-lab-'.padEnd(64, '0');

export const PUBLIC_KEY =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPnyDt0Gl4kHzFWAi9phmqDGzS6GnV8NJNYbRCNnyVV operator@example.com';
export const OTHER_PUBLIC_KEY =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAntcFCxgpoant1ChzxTu8FO1u6T6dwVoMiRrd1zDigI other@example.com';

/** A clock whose hands are turned by the test; sleeping turns them, too. */
export interface TestClock extends Clock {
  forward(seconds: number): void;
}

export function testClock(): TestClock {
  let now = Date.parse('2026-11-22T10:00:00Z');
  return {
    now: () => new Date(now),
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
    forward: (seconds) => {
      now += seconds * 1000;
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // Answers are looked into as a client of another language would: by name, without types.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

export interface ApiUnderTest {
  readonly api: Api;
  readonly machines: MemoryMachines;
  readonly clock: TestClock;
  /** A request below /v1, or anywhere when the path begins with `//`. */
  call(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
    token?: string,
  ): Promise<Answer>;
  /** A POST that must succeed, and all of whose actions must; tells the answer as it was first. */
  done(path: string, body?: object): Promise<Answer['body']>;
  /** Waits until an action is not running any more. */
  settled(id: number): Promise<ActionAnswer>;
}

/** The API on machines in memory, with a clock of its own. It is closed when the test is finished. */
export function apiUnderTest(options: Partial<ApiOptions> = {}): ApiUnderTest {
  const machines = (options.machines as MemoryMachines | undefined) ?? memoryMachines();
  const clock = testClock();
  const api = buildApi({
    state: memoryStore(),
    machines,
    clock,
    tokens: [TOKEN],
    architecture: 'x86',
    ...options,
  });
  onTestFinished(async () => {
    await api.close();
  });

  const call: ApiUnderTest['call'] = async (method, path, body, token = TOKEN) => {
    const response = await api.inject({
      method,
      url: path.startsWith('//') ? path.slice(1) : `/v1${path}`,
      headers: { authorization: `Bearer ${token}` },
      ...(body && { payload: body }),
    });
    return {
      status: response.statusCode,
      headers: response.headers,
      body: response.body === '' ? undefined : JSON.parse(response.body),
    };
  };

  const settled: ApiUnderTest['settled'] = async (id) => {
    for (;;) {
      const { action } = (await call('GET', `/actions/${id}`)).body;
      if (action.status !== 'running') return action;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  return {
    api,
    machines,
    clock,
    call,
    settled,
    async done(path, body) {
      const answer = await call('POST', path, body);
      if (answer.status !== 201) throw new Error(`POST ${path}: ${JSON.stringify(answer.body)}`);
      const { action, actions = [], next_actions = [] } = answer.body;
      for (const { id } of [...(action ? [action] : []), ...actions, ...next_actions]) {
        const { error } = await settled(id);
        if (error) throw new Error(`POST ${path}: ${error.message}`);
      }
      return answer.body;
    },
  };
}

/** What a request for a server needs at least. */
export const serverRequest = (name: string, more: object = {}) => ({
  name,
  server_type: 'cx23',
  image: 'debian-12',
  ...more,
});
