/** Thrown where a rule reads a field that is wrong itself. */
class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** Stands for a file that could not be read at all: reading any field of it is an `Unreadable`. */
export function unreadable<T extends object>(): T {
  return new Proxy({} as T, { get: refuse });
}

/**
 * Makes the fields at `paths` unreadable, in place. With that, rules can run on what is right in a file of which a part is
 * wrong: they need not know which part, and none of them says anything that rests on a wrong value (see `known`).
 */
export function withUnreadable<T extends object>(value: T, paths: readonly (readonly PropertyKey[])[]): T {
  for (const path of paths) {
    if (path.length === 0) return unreadable();
    let parent: object = value;
    for (const [index, key] of path.entries()) {
      const field = Object.getOwnPropertyDescriptor(parent, key);
      const inner: unknown = field?.value;
      if (index < path.length - 1 && typeof inner === 'object' && inner !== null) {
        parent = inner;
        continue;
      }
      if (field?.get === undefined)
        Object.defineProperty(parent, key, { get: refuse, enumerable: true, configurable: true });
      break;
    }
  }
  return value;
}

/** What `read` returns; undefined when it needs a field that is wrong. */
export function known<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

function refuse(): never {
  throw new Unreadable('this field is wrong itself');
}
