// What `keyhome explore -c FILE -p POOL` has put into the page. From a disk or any other web server there is nothing.

interface Served {
  /** The text of the config. */
  readonly config: string;
  /** What the file is called. */
  readonly file: string;
  /** The pool to begin with; null: the only one, or the first. */
  readonly pool: string | null;
}

export const served: Served | null =
  typeof document === "undefined" ? null : JSON.parse(document.getElementById("served")?.textContent ?? "null");
