// What is to be said of the page's link.

import { forgetProblem, linkProblem } from "../state/link.ts";

export function LinkNotice() {
  const problem = linkProblem.value;
  return (
    <div aria-live="polite">
      {problem === undefined ? null : (
        <div class="notice">
          <p>{problem}</p>
          <button type="button" onClick={forgetProblem}>
            Dismiss
          </button>
        </div>
      )}
    </div>
  );
}
