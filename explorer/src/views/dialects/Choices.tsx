// What the other rules are made with.

import { TWEMPROXY_DISTRIBUTIONS, TWEMPROXY_HASHES } from "../../pool/variants.ts";
import { dialectsByName, dialectsDistribution, dialectsHash } from "../../state/inputs.ts";

export function Choices() {
  return (
    <div class="choices">
      <fieldset>
        <legend>Each client knows servers by</legend>
        {[true, false].map((byName) => (
          <label key={String(byName)}>
            <input
              type="radio"
              name="by"
              checked={dialectsByName.value === byName}
              onChange={() => {
                dialectsByName.value = byName;
              }}
            />{" "}
            {byName ? "name" : "address"}
          </label>
        ))}
      </fieldset>
      <span>
        <label>
          twemproxy with hash{" "}
          <select
            value={dialectsHash.value}
            onChange={(event) => {
              dialectsHash.value = event.currentTarget.value;
            }}
          >
            {TWEMPROXY_HASHES.map((hash) => (
              <option key={hash}>{hash}</option>
            ))}
          </select>
        </label>
        <label>
          and distribution{" "}
          <select
            value={dialectsDistribution.value}
            onChange={(event) => {
              dialectsDistribution.value = event.currentTarget.value;
            }}
          >
            {TWEMPROXY_DISTRIBUTIONS.map((distribution) => (
              <option key={distribution}>{distribution}</option>
            ))}
          </select>
        </label>
      </span>
    </div>
  );
}
