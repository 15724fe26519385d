// Nodes of one name at another address.

import type { AddressChange } from "keyhome";
import { useSignal } from "@preact/signals";
import { More, ROWS } from "../../page/More.tsx";

export function Addresses({ changes }: { changes: readonly AddressChange[] }) {
  const shown = useSignal(ROWS);
  if (changes.length === 0) return null;
  return (
    <section aria-labelledby="addresses-title" class="addresses">
      <h3 id="addresses-title">Of one name, at another address</h3>
      <p class="soft">Data does not move by itself.</p>
      <div class="scroll" role="region" aria-label="Addresses that change" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Node</th>
              <th scope="col">Old</th>
              <th scope="col">New</th>
            </tr>
          </thead>
          <tbody>
            {changes.slice(0, shown.value).map((change) => (
              <tr key={change.node}>
                <td>{change.node}</td>
                <td class="mono">{change.old}</td>
                <td class="mono">{change.new}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <More shown={shown} of={changes.length} what="nodes" />
      </div>
    </section>
  );
}
