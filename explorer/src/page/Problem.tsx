import type { KeyhomeError } from "keyhome";

/** An error of keyhome: what is wrong, and its code, which the documentation explains. */
export function Problem({ error, title }: { error: Pick<KeyhomeError, "code" | "message">; title?: string }) {
  return (
    <div class="problem" role="alert">
      {title === undefined ? null : <strong>{title}</strong>}
      <p>{error.message}</p>
      <code>{error.code}</code>
    </div>
  );
}
