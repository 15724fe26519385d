import { VIEWS, type View, configText, view } from "../state/inputs.ts";
import { WhereView } from "../views/where/WhereView.tsx";

const TITLES: Record<View, string> = {
  where: "Where does this key live?",
  ring: "See the ring",
  balance: "Is it balanced?",
  change: "What would a change move?",
  failure: "What if one dies?",
  dialects: "Which dialect?",
};

export function Page() {
  return (
    <>
      <header>
        <h1>keyhome explorer</h1>
      </header>
      <textarea
        aria-label="Config"
        value={configText.value}
        onInput={(event) => {
          configText.value = event.currentTarget.value;
        }}
      />
      <nav>
        {VIEWS.map((name) => (
          <button
            type="button"
            key={name}
            aria-current={view.value === name ? "page" : undefined}
            onClick={() => {
              view.value = name;
            }}
          >
            {TITLES[name]}
          </button>
        ))}
      </nav>
      <main>{view.value === "where" ? <WhereView /> : null}</main>
    </>
  );
}
