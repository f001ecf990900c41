import { ApiError } from '../errors.ts';
import type { Store } from '../state/store.ts';

const matches = (pattern: string, path: string): boolean => {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  return (
    wanted.length === given.length &&
    wanted.every((segment, index) => segment === '*' || segment === given[index])
  );
};

/**
 * The error with which a call shall be answered, if any; counts the call for every fault that it matches.
 * `path` begins behind /v1.
 */
export function errorFor(store: Store, method: string, path: string): ApiError | undefined {
  const isMet = ({ fault }: (typeof store.state.faults)[number]) =>
    fault.kind === 'api-error' && fault.method === method && matches(fault.path, path);
  if (!store.state.faults.some(isMet)) return undefined;
  return store.update((draft) => {
    let error: ApiError | undefined;
    for (const record of draft.faults.filter(isMet)) {
      record.met += 1;
      const { fault, met } = record;
      if (fault.kind === 'api-error' && met >= fault.atCall && met < fault.atCall + fault.times)
        error ??= new ApiError(fault.code, fault.message);
    }
    return error;
  });
}
