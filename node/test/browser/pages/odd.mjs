// What is no key, and keys at the edges of every way into the module.

export function odd({ KeyhomeError, Router, slot, slots }) {
  const router = Router.fromConfig("pool:\n  servers:\n   - a:1:1\n   - b:2:1\n   - c:3:1\n");
  const wrong = [];
  let count = 0;
  const code = (call) => {
    try {
      return String(call());
    } catch (error) {
      return error instanceof KeyhomeError ? error.code : String(error);
    }
  };
  const check = (given, wanted, what) => {
    count++;
    if (given !== wanted) wrong.push(`${what}: ${given}, not ${wanted}`);
  };
  for (const key of ["\ud800", "a\udc00b", "\udc00\ud800", `${"x".repeat(100)}\ud83d`, `${"x".repeat(5000)}\udfff`]) {
    for (const call of [slot, router.index, (key) => router.node(key), (key) => router.explain(key), (key) => slots([key])]) {
      check(code(() => call(key)), "key.encoding", "a lone surrogate");
    }
  }
  for (const key of [undefined, null, 1, {}, [], new ArrayBuffer(2), new Uint16Array(2), new String("a")]) {
    for (const call of [slot, router.index, (key) => router.indexes([key])]) check(code(() => call(key)), "key.type", "no key");
  }
  // One by one and in a batch: short and long, ASCII and not, text and bytes, before and after the memory grows.
  const encoder = new TextEncoder();
  for (let round = 0; round < 2; round++) {
    for (const unit of ["a", "é", "漢", "😀", "{x}"]) {
      for (const times of [0, 1, 2, 3, 4, 5, 11, 12, 13, 47, 48, 49, 255, 256, 340, 342, 1023, 1024, 1025, 70_000]) {
        const key = unit.repeat(times);
        const bytes = encoder.encode(key);
        const [byBytes, byText] = router.indexes([bytes, key]);
        check(byText, byBytes, `${times} of ${unit} in a batch`);
        check(router.index(key), byBytes, `${times} of ${unit}`);
        check(router.index(bytes), byBytes, `${times} of ${unit} in bytes`);
        check(slot(key), slots([bytes])[0], `slot of ${times} of ${unit}`);
        check(slot(bytes), slots([key])[0], `slot of ${times} of ${unit} in bytes`);
      }
    }
    router.indexes(Array.from({ length: 200_000 }, (_, number) => `key:${number}`));
  }
  return { count, wrong };
}
