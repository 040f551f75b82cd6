/**
 * The resources of blocking clients: those of the async ones, whose methods return the result itself.
 *
 * A method only names its operation; the kind of its client makes the call. So each method is written once, and the
 * blocking form follows from it, in types and at run time.
 */

import type { Call } from "./call.js";
import type { AsyncClient, AsyncResource } from "./client.js";
import type { SyncCallOptions } from "./options.js";
import type { Pager } from "./pager.js";
import { type SyncClient, SyncResource } from "./sync.js";
import type { SyncPager } from "./sync-pager.js";

/** What a method returns when it blocks: a list that is read synchronously, or the result. */
type Blocked<T> = T extends Pager<infer Item> ? SyncPager<Item> : T extends Call<infer Result> ? Result : T;

/** The arguments of a blocking method: its options have no signal, since nothing could abort it meanwhile. */
type Blocking<Arguments extends unknown[]> = {
  [At in keyof Arguments]: "signal" extends keyof NonNullable<Arguments[At]>
    ? SyncCallOptions | undefined
    : Arguments[At];
};

/** A resource of a blocking client: every method takes the arguments of the async one, without a signal, and waits. */
export type Sync<Resource> = {
  readonly [Name in keyof Resource]: Resource[Name] extends (...args: infer Arguments) => infer Result
    ? (...args: Blocking<Arguments>) => Blocked<Result>
    : Resource[Name];
};

/** The class of a blocking client's resource, from the async client's. */
export function blocking<Resource extends AsyncResource>(
  Async: new (client: AsyncClient) => Resource,
): new (
  client: SyncClient,
) => Sync<Resource> {
  const Made = class extends SyncResource {};
  Object.defineProperty(Made, "name", { value: `${Async.name}Sync` });
  const { constructor: _, ...methods } = Object.getOwnPropertyDescriptors(Async.prototype);
  Object.defineProperties(Made.prototype, methods as PropertyDescriptorMap);
  return Made as unknown as new (
    client: SyncClient,
  ) => Sync<Resource>;
}
