import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { emptyState, State } from './state.ts';

/** Where the state lives. `state` is frozen: it changes through `update` alone, as a whole or not at all. */
export interface Store {
  readonly state: State;
  /** Changes a copy, writes it, and only then puts it in place. When `change` throws, nothing has happened. */
  update<Result>(change: (draft: State) => Result): Result;
}

function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}

function store(initial: State, write: (state: State) => void): Store {
  let current = freeze(initial);
  return {
    get state() {
      return current;
    },
    update(change) {
      const draft = structuredClone(current);
      const result = change(draft);
      write(draft);
      current = freeze(draft);
      return result;
    },
  };
}

/** A state that lasts as long as the process. */
export const memoryStore = (initial: State = emptyState()): Store => store(initial, () => undefined);

/**
 * A state that outlives the process: one JSON file, readable by its owner alone (user_data is in it), replaced by a
 * rename, so that it is always whole. Throws when the file is there and is not a state.
 */
export function fileStore(file: string): Store {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  return store(load(file), (state) => {
    const next = `${file}.next`;
    writeFileSync(next, JSON.stringify(state, undefined, 1), { mode: 0o600 });
    renameSync(next, file);
  });
}

function load(file: string): State {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return emptyState();
    throw error;
  }
  const parsed = State.safeParse(JSON.parse(text));
  if (!parsed.success) {
    throw new Error(
      `${file} is not a state of this lab's API (remove it to begin anew): ${parsed.error.message}`,
    );
  }
  return parsed.data;
}
