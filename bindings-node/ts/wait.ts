/**
 * Blocking calls: made and waited for on this thread.
 */

import { publish, wanted } from "./diagnostics.js";
import { callNative, fromNative, type Site } from "./failure.js";
import { type Answer, FAILED } from "./native.js";

/** Makes a call and waits for it. Its error is thrown with the caller's position. */
export function wait(at: Site, run: (watch: number) => Answer): Answer {
  const answer = callNative(() => run(wanted()));
  publish(answer[4]);
  if (answer[0] === FAILED) {
    throw fromNative(answer[1], at);
  }
  return answer;
}
