// What every view is given.

import type { Router } from "keyhome";

export interface ViewProps {
  /** The pool that the config describes. Where there is none, the page says so in the view's place. */
  readonly router: Router;
}
