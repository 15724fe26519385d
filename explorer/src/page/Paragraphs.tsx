/** Advice for people. What stands in `backticks` is shown as code. */
export function Paragraphs({ of }: { of: readonly string[] }) {
  return (
    <>
      {of.map((text) => (
        <p key={text} class="warning">
          {text.split("`").map((part, at) => (at % 2 === 0 ? part : <code key={at}>{part}</code>))}
        </p>
      ))}
    </>
  );
}
