import type { FunctionComponent } from "preact";
import { current, dialect } from "../state/pools.ts";
import { type View, configFile, configText, poolName, view } from "../state/inputs.ts";
import { BalanceView } from "../views/balance/BalanceView.tsx";
import { ChangeView } from "../views/change/ChangeView.tsx";
import { DialectsView } from "../views/dialects/DialectsView.tsx";
import { FailureView } from "../views/failure/FailureView.tsx";
import { RingView } from "../views/ring/RingView.tsx";
import type { ViewProps } from "../views/view.ts";
import { WhereView } from "../views/where/WhereView.tsx";
import { ConfigPanel } from "./ConfigPanel.tsx";
import { Foot } from "./Foot.tsx";
import { Header } from "./Header.tsx";
import { LinkNotice } from "./LinkNotice.tsx";
import { NoPool } from "./NoPool.tsx";
import { type TabTitle, Tabs } from "./Tabs.tsx";

/** The questions, and who answers them. */
const SHOWN: Record<View, TabTitle & { readonly Show: FunctionComponent<ViewProps> }> = {
  where: { long: "Where does this key live?", short: "Where", Show: WhereView },
  ring: { long: "See the ring", short: "Ring", Show: RingView },
  balance: { long: "Is it balanced?", short: "Balance", Show: BalanceView },
  change: { long: "What would a change move?", short: "Change", Show: ChangeView },
  failure: { long: "What if one dies?", short: "Failure", Show: FailureView },
  dialects: { long: "Which dialect?", short: "Dialects", Show: DialectsView },
};

/** A cluster has no ring. */
const OF_CLUSTERS = { ...SHOWN, ring: { ...SHOWN.ring, long: "See the slots", short: "Slots" } };

export function Page() {
  const reading = current.value;
  const shown = dialect.value === "redis-cluster" ? OF_CLUSTERS : SHOWN;
  const { long, Show } = shown[view.value];
  return (
    <>
      <Header />
      <LinkNotice />
      <div class="workbench">
        <ConfigPanel title="Config" text={configText} pool={poolName} file={configFile} reading={reading} isMain />
        <main>
          <Tabs titles={shown} />
          <div id="view" role="tabpanel" aria-labelledby={`tab-${view.value}`} class={`view ${view.value}`}>
            <h2 class="unseen">{long}</h2>
            {reading.router === undefined ? <NoPool error={reading.error} /> : <Show router={reading.router} />}
          </div>
        </main>
      </div>
      <Foot />
    </>
  );
}
