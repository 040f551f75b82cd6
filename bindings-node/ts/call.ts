/**
 * What calls return: promises that also know the response of their result.
 */

import { type ResponseMeta, responseOf } from "./response.js";

/** A result and its response. */
export interface WithResponse<T> {
  /** The result. */
  readonly data: T;
  /** Status, headers, ids and times of the response. */
  readonly response: ResponseMeta;
}

/** A call that was started: a promise of its result. */
export class Call<T extends object> extends Promise<T> {
  // What `then` returns is a plain promise.
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /**
   * The result together with status, headers, ids and times of the response.
   *
   * @example
   * ```ts
   * const { data, response } = await client.serviceOrgs.get("50").withResponse();
   * console.log(response.status, response.requestId);
   * ```
   */
  withResponse(): Promise<WithResponse<T>> {
    return this.then((data) => ({ data, response: responseOf(data) as ResponseMeta }));
  }
}
